//! Writes office files: XML parts in a zip archive, one after the other, to a place that cannot be sought in.

use std::borrow::Cow;
use std::cell::Cell;
use std::io::{self, Read, Seek, Write};
use std::rc::Rc;

use tempfile::SpooledTempFile;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

use super::sink::Sink;
use super::visible;
use crate::error::{Error, Result};

/// Longer parts need a form of zip that office programs refuse.
const LONGEST_PART: u64 = 0xffff_ff00;
/// How much of what is held back is kept in memory.
const HELD: usize = 1 << 20;

/// What opens every part.
pub(super) const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

/// An office file as it is written. One that is given up is left without an end, so that it cannot be taken for whole.
pub(super) struct Package<'a> {
    /// Dropped before the zip writer, which ends its archive when it is dropped itself.
    shutter: Shutter,
    zip: ZipWriter<StreamWriter<Gate<'a>>>,
    name: &'a str,
    /// What was written of the part, before compression.
    length: u64,
}

/// Shuts the gate when it is dropped.
struct Shutter(Rc<Cell<bool>>);

impl Drop for Shutter {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

/// Lets bytes through while it is open; what comes later is forgotten.
struct Gate<'a> {
    out: &'a mut dyn Write,
    is_open: Rc<Cell<bool>>,
}

impl Write for Gate<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.is_open.get() {
            true => self.out.write(bytes),
            false => Ok(bytes.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.is_open.get() {
            true => self.out.flush(),
            false => Ok(()),
        }
    }
}

impl<'a> Package<'a> {
    pub(super) fn new<'b: 'a>(out: &'a mut Sink<'b>) -> Self {
        let is_open = Rc::new(Cell::new(true));
        let name = out.name();
        let gate = Gate {
            out: out.bytes(),
            is_open: is_open.clone(),
        };
        Package {
            shutter: Shutter(is_open),
            zip: ZipWriter::new_stream(gate),
            name,
            length: 0,
        }
    }

    /// Begins a part, which ends where the next begins.
    pub(super) fn begin(&mut self, part: &str) -> Result<()> {
        self.length = 0;
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        let begun = self.zip.start_file(part, options).map_err(io::Error::from);
        begun.map_err(|error| Error::io(self.name, error))?;
        self.put(XML)
    }

    /// A whole part.
    pub(super) fn part(&mut self, part: &str, xml: &str) -> Result<()> {
        self.begin(part)?;
        self.put(xml)
    }

    /// Writes on in the part.
    ///
    /// # Errors
    /// When the destination fails, or the part becomes longer than office programs can read.
    pub(super) fn put(&mut self, xml: &str) -> Result<()> {
        self.put_bytes(xml.as_bytes())
    }

    /// How long the part is until now, in bytes before compression.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Writes on in the part what was held back.
    ///
    /// # Errors
    /// As [`Package::put`]; also when what was held back cannot be read.
    pub(super) fn put_held(&mut self, held: Held) -> Result<()> {
        let mut file = held.0;
        file.rewind().map_err(held_error)?;
        let mut buffer = vec![0; 1 << 16];
        loop {
            match file.read(&mut buffer).map_err(held_error)? {
                0 => return Ok(()),
                read => self.put_bytes(&buffer[..read])?,
            }
        }
    }

    /// Ends the file.
    pub(super) fn finish(self) -> Result<()> {
        let Package { shutter, zip, name, .. } = self;
        let finished = zip.finish().map_err(io::Error::from);
        drop(shutter);
        finished.map(drop).map_err(|error| Error::io(name, error))
    }

    fn put_bytes(&mut self, bytes: &[u8]) -> Result<()> {
        self.length += bytes.len() as u64;
        if self.length > LONGEST_PART {
            return Err(
                Error::usage(format!("{}: this is more than one office file can hold", self.name))
                    .hinted("narrow the question, or write csv or jsonl, which have no limit"),
            );
        }
        self.zip.write_all(bytes).map_err(|error| Error::io(self.name, error))
    }
}

/// What is written now and belongs behind what comes: in memory while it is short, else in a file without a name, of which nothing
/// is left even when the program is killed.
pub(super) struct Held(SpooledTempFile);

impl Held {
    pub(super) fn new() -> Self {
        Held(SpooledTempFile::new(HELD))
    }

    pub(super) fn put(&mut self, xml: &str) -> Result<()> {
        self.0.write_all(xml.as_bytes()).map_err(held_error)
    }
}

fn held_error(error: io::Error) -> Error {
    Error::io(std::env::temp_dir(), error).hinted("what belongs to the end of the file is kept there until then")
}

/// The part that names the document and the program that made it.
pub(super) fn core_properties(title: &str) -> String {
    format!(
        "<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:title>{}</dc:title><dc:creator>baogao</dc:creator>\
         <dc:language>zh-CN</dc:language></cp:coreProperties>",
        escaped(title)
    )
}

/// Text as it may stand in XML and HTML, in elements and in quoted attributes. Characters that XML does not know are shown by others.
pub(super) fn escaped(text: &str) -> Cow<'_, str> {
    let is_plain = |c: char| is_xml(c) && !matches!(c, '&' | '<' | '>' | '"' | '\r');
    if text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\r' => escaped.push_str("&#13;"),
            c if is_xml(c) => escaped.push(c),
            c => escaped.push_str(match &*visible::line(c.encode_utf8(&mut [0; 4])) {
                shown if shown.chars().all(is_xml) => shown,
                _ => "\u{fffd}",
            }),
        }
    }
    Cow::Owned(escaped)
}

/// Whether XML 1.0 (2.2) knows the character.
fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(Package<'_>) -> Result<()>) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut sink = Sink::new(&mut bytes, "a.docx");
        let _ = write(Package::new(&mut sink));
        sink.finish().unwrap();
        bytes
    }

    #[test]
    fn parts_come_back_as_they_were_written() {
        let bytes = written(|mut package| {
            package.part("a.xml", "<a/>")?;
            let mut held = Held::new();
            let long = "法".repeat(HELD);
            held.put(&long)?;
            package.begin("b.xml")?;
            package.put_held(held)?;
            package.finish()
        });
        let mut archive = zip::ZipArchive::new(io::Cursor::new(bytes)).unwrap();
        let mut text = String::new();
        archive.by_name("a.xml").unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, format!("{XML}<a/>"));
        assert_eq!(archive.by_name("b.xml").unwrap().size(), (XML.len() + 3 * HELD) as u64);
    }

    #[test]
    fn a_file_that_is_given_up_has_no_end() {
        let bytes = written(|mut package| package.part("a.xml", "<a/>"));
        assert!(zip::ZipArchive::new(io::Cursor::new(bytes)).is_err());
    }

    #[test]
    fn text_means_itself_in_xml() {
        assert_eq!(
            escaped("a<b>&\"\r\n\u{1}\u{ffff}𠮷"),
            "a&lt;b&gt;&amp;&quot;&#13;\n␁\u{fffd}𠮷"
        );
        assert!(matches!(escaped("古镛镇"), Cow::Borrowed(_)));
    }
}
