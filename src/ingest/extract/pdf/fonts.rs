//! The objects of a PDF file, with what its fonts fail to state: which character a code stands for.
//!
//! Chinese offices write fonts with a predefined encoding (GBK-EUC-H, UniGB-UCS2-H, ETen-B5-H …) and nothing else: no ToUnicode
//! table, often no font program either. Such codes reach a character by way of the glyph numbers of Adobe's collections, and
//! those lack many: the half-width letters and digits of GBK, whatever is rarer than the collection. [`Mended`] gives such a font
//! the table it lacks before the library looks at it.
//!
//! It also bounds what a page may unpack to, since the library keeps some hundred bytes for each string that a page shows.

use std::cell::Cell;
use std::collections::HashMap;
use std::fmt::Write;
use std::sync::{Arc, LazyLock};

use encoding_rs::{BIG5, Encoding, GB18030};
use memchr::memmem;
use pdfboss_core::cmap::{CidCmap, cid_to_unicode, predefined};
use pdfboss_core::{Dict, Document, Error, Immediate, Name, ObjRef, Object, ObjectSource, Result, Stream};
use pdfboss_core::{block_on, type0_encoding};

use super::program;

/// What the streams of one page may unpack to, in bytes. A page of a report takes some tens of kilobytes; the library needs up to
/// a hundred times what a page unpacks to.
const LARGEST_PAGE: usize = 8 << 20;

/// How many strings one page may show.
const MOST_STRINGS: usize = 400_000;

/// A font program may be larger than a page.
const LARGEST_FONT: usize = 64 << 20;

/// A document whose fonts state their characters.
pub struct Mended<'a> {
    document: &'a Document,
    /// What the page that is read may still unpack.
    bytes: Cell<usize>,
    strings: Cell<usize>,
}

impl<'a> Mended<'a> {
    pub fn new(document: &'a Document) -> Self {
        Mended {
            document,
            bytes: Cell::new(LARGEST_PAGE),
            strings: Cell::new(MOST_STRINGS),
        }
    }

    /// Begins a page: what the one before took is given back.
    pub fn turn_page(&self) {
        self.bytes.set(LARGEST_PAGE);
        self.strings.set(MOST_STRINGS);
    }

    /// Takes a stream from what the page may unpack.
    fn admit(&self, data: &[u8]) -> Result<()> {
        let too_much = || Error::Decode("more than a page may hold".to_owned());
        let bytes = self.bytes.get().checked_sub(data.len()).ok_or_else(too_much)?;
        self.bytes.set(bytes);
        let is_table = memmem::find(&data[..data.len().min(4096)], b"begincmap").is_some();
        if !is_table {
            // Each string begins with a bracket; those within strings are counted too, which does no harm.
            let strings = memchr::memchr2_iter(b'(', b'<', data).count();
            let strings = self.strings.get().checked_sub(strings).ok_or_else(too_much)?;
            self.strings.set(strings);
        }
        Ok(())
    }

    /// A composite font without a table of characters gets one, when its characters can be told at all.
    fn mend(&self, mut font: Dict) -> Dict {
        let stated = font
            .get("ToUnicode")
            .and_then(|table| self.document.resolve(table).ok());
        if matches!(stated, Some(Object::Stream(_))) {
            return font;
        }
        let encoding = self.name(&font, "Encoding");
        let descendant = self.descendant(&font);
        let table = match encoding.as_deref() {
            Some(name) if codes_are_unicode(name) => Some(UNICODE_TABLE.clone()),
            _ => self.table_by_collection(&font, encoding.as_deref(), descendant.as_ref()),
        };
        let table = table.or_else(|| self.table_by_program(encoding.as_deref(), descendant.as_ref()?));
        if let Some(table) = table {
            let stream = Stream {
                dict: Dict::new(),
                data: table.as_bytes().to_vec(),
            };
            font.insert(Name("ToUnicode".to_owned()), Object::Stream(stream));
        }
        if let (Some(name), Some(descendant)) = (encoding, descendant) {
            self.state_collection(&mut font, &name, descendant);
        }
        font
    }

    fn descendant(&self, font: &Dict) -> Option<Dict> {
        let array = self.document.resolve(font.get("DescendantFonts")?).ok()?;
        let first = self.document.resolve(array.as_array()?.first()?).ok()?;
        first.as_dict().cloned()
    }

    fn name(&self, dict: &Dict, key: &str) -> Option<String> {
        let value = self.document.resolve(dict.get(key)?).ok()?;
        value.as_name().map(|name| name.0.clone())
    }

    /// The collection that the glyph numbers of a font are taken from.
    fn collection(&self, descendant: Option<&Dict>) -> Option<String> {
        let info = self.document.resolve(descendant?.get("CIDSystemInfo")?).ok()?;
        let ordering = self.document.resolve(info.as_dict()?.get("Ordering")?).ok()?;
        String::from_utf8(ordering.as_str_bytes()?.to_vec()).ok()
    }

    /// The characters of the codes whose glyphs the library knows no character for.
    fn table_by_collection(&self, font: &Dict, encoding: Option<&str>, descendant: Option<&Dict>) -> Option<Arc<str>> {
        let stated = self.collection(descendant);
        let by_name = || encoding.and_then(collection_of).map(str::to_owned);
        let collection = stated.filter(|name| cid_to_unicode(name).is_some()).or_else(by_name)?;
        let missing: &Missing = match collection.as_str() {
            "GB1" => &GB1,
            "CNS1" => &CNS1,
            _ => return None,
        };
        let encoding = block_on(type0_encoding(&Immediate(self.document), font));
        let mut table = Table::new();
        match encoding.cmap {
            Some(cmap) => {
                for (code, len) in codes() {
                    if let Some(c) = cmap.cid(code, len).and_then(|cid| missing.get(&cid)) {
                        table.push(code, usize::from(len) * 2, *c);
                    }
                }
            }
            None => {
                for (cid, c) in missing {
                    table.push(*cid, 4, *c);
                }
            }
        }
        table.finish()
    }

    /// The characters of a font whose codes are glyphs of the program it brings along, by the program's own list.
    fn table_by_program(&self, encoding: Option<&str>, descendant: &Dict) -> Option<Arc<str>> {
        if !matches!(encoding, Some("Identity-H" | "Identity-V")) {
            return None;
        }
        let descriptor = self.document.resolve(descendant.get("FontDescriptor")?).ok()?;
        let program = self.document.resolve(descriptor.as_dict()?.get("FontFile2")?).ok()?;
        let program = self.document.stream_data(program.as_stream()?).ok()?;
        if program.len() > LARGEST_FONT {
            return None;
        }
        let map = descendant
            .get("CIDToGIDMap")
            .and_then(|map| self.document.resolve(map).ok());
        let map = match map {
            Some(Object::Stream(stream)) => Some(self.document.stream_data(&stream).ok()?),
            _ => None,
        };
        let glyphs = program::characters(&program);
        let mut table = Table::new();
        for cid in 0..=0xffff_u32 {
            let at = cid as usize * 2;
            let glyph = match &map {
                Some(map) => map.get(at..at + 2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])),
                None => u16::try_from(cid).ok(),
            };
            if let Some(c) = glyph.and_then(|glyph| glyphs.get(&glyph)) {
                table.push(cid, 4, *c);
            }
        }
        table.finish()
    }

    /// A font may leave out what collection its encoding's glyph numbers belong to; the encoding's name says it.
    fn state_collection(&self, font: &mut Dict, encoding: &str, mut descendant: Dict) {
        let Some(collection) = collection_of(encoding) else {
            return;
        };
        if self.collection(Some(&descendant)).as_deref() == Some(collection) {
            return;
        }
        let mut info = Dict::new();
        info.insert(Name("Ordering".to_owned()), Object::String(collection.into()));
        descendant.insert(Name("CIDSystemInfo".to_owned()), Object::Dict(info));
        let descendants = Object::Array(vec![Object::Dict(descendant)]);
        font.insert(Name("DescendantFonts".to_owned()), descendants);
    }
}

impl ObjectSource for Mended<'_> {
    fn get(&self, reference: ObjRef) -> Result<Object> {
        self.document.get(reference)
    }

    fn stream_data(&self, stream: &Stream) -> Result<Vec<u8>> {
        let data = self.document.stream_data(stream)?;
        match stream.dict.get("Length1") {
            Some(_) if data.len() <= LARGEST_FONT => {}
            _ => self.admit(&data)?,
        }
        Ok(data)
    }

    fn resolve(&self, object: &Object) -> Result<Object> {
        let object = self.document.resolve(object)?;
        match object {
            Object::Dict(font) if font.get_name("Subtype").is_some_and(|name| name.0 == "Type0") => {
                Ok(Object::Dict(self.mend(font)))
            }
            other => Ok(other),
        }
    }
}

/// Whether the codes of a predefined encoding are Unicode itself.
fn codes_are_unicode(encoding: &str) -> bool {
    encoding.starts_with("Uni") && (encoding.contains("-UCS2") || encoding.contains("-UTF16"))
}

/// The collection of a predefined encoding (ISO 32000-1, table 118).
fn collection_of(encoding: &str) -> Option<&'static str> {
    match encoding {
        name if name.starts_with("GB") || name.starts_with("UniGB") => Some("GB1"),
        name if name.starts_with("UniCNS") || name.contains("-B5-") => Some("CNS1"),
        "B5pc-H" | "B5pc-V" | "CNS-EUC-H" | "CNS-EUC-V" => Some("CNS1"),
        _ => None,
    }
}

/// Every code of one byte and of two.
fn codes() -> impl Iterator<Item = (u32, u8)> {
    (0..=0xff)
        .map(|code| (code, 1))
        .chain((0..=0xffff).map(|code| (code, 2)))
}

/// Glyphs of a collection that its list of characters lacks, with the characters they are drawn for.
type Missing = HashMap<u32, char>;

static GB1: LazyLock<Missing> = LazyLock::new(|| {
    let encodings = ["GBK-EUC-H", "GBKp-EUC-H", "GB-EUC-H", "GBpc-EUC-H", "GBK2K-H"];
    missing("GB1", &encodings, GB18030)
});

static CNS1: LazyLock<Missing> = LazyLock::new(|| {
    let encodings = ["ETen-B5-H", "ETenms-B5-H", "B5pc-H", "HKscs-B5-H"];
    missing("CNS1", &encodings, BIG5)
});

/// What a collection lacks, by the encodings that reach its glyphs.
fn missing(collection: &str, encodings: &[&str], decoder: &'static Encoding) -> Missing {
    let known = cid_to_unicode(collection);
    let mut missing = Missing::new();
    for cmap in encodings.iter().filter_map(|name| predefined(name)) {
        for (code, len) in codes() {
            let Some(cid) = own_glyph(&cmap, code, len) else {
                continue;
            };
            if known.as_ref().is_some_and(|known| known.lookup(cid).is_some()) {
                continue;
            }
            if let Some(c) = decoded(decoder, code, len) {
                missing.entry(cid).or_insert(c);
            }
        }
    }
    missing
}

/// The glyph of a code; glyph 0 stands for all that have none.
fn own_glyph(cmap: &CidCmap, code: u32, len: u8) -> Option<u32> {
    cmap.cid(code, len).filter(|cid| *cid > 0)
}

fn decoded(decoder: &'static Encoding, code: u32, len: u8) -> Option<char> {
    let bytes = code.to_be_bytes();
    let text = decoder.decode_without_bom_handling_and_without_replacement(&bytes[4 - usize::from(len)..])?;
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) if !c.is_control() && !matches!(c, '\u{e000}'..='\u{f8ff}') => Some(c),
        _ => None,
    }
}

/// Codes that are UTF-16: those of one unit, then the pairs.
static UNICODE_TABLE: LazyLock<Arc<str>> = LazyLock::new(|| {
    let mut text = "begincmap beginbfrange <0020><d7ff><0020> <e000><fffd><e000> ".to_owned();
    for high in 0xd800..0xdc00 {
        // Writing to a string does not fail.
        let _ = write!(text, "<{high:04x}dc00><{high:04x}dfff><{high:04x}dc00> ");
    }
    text.push_str("endbfrange endcmap");
    text.into()
});

/// A ToUnicode table that grows (ISO 32000-1, 9.10.3).
struct Table {
    text: String,
    entries: usize,
}

impl Table {
    fn new() -> Self {
        Table {
            text: "begincmap beginbfchar ".to_owned(),
            entries: 0,
        }
    }

    /// Adds a code of so many hexadecimal digits.
    fn push(&mut self, code: u32, digits: usize, c: char) {
        let _ = write!(self.text, "<{code:0digits$x}> <");
        for unit in c.encode_utf16(&mut [0; 2]) {
            let _ = write!(self.text, "{unit:04x}");
        }
        self.text.push_str("> ");
        self.entries += 1;
    }

    fn finish(mut self) -> Option<Arc<str>> {
        self.text.push_str("endbfchar endcmap");
        (self.entries > 0).then(|| self.text.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_width_glyphs_of_both_collections_are_known() {
        let digit = |name: &str, missing: &Missing| {
            let cid = predefined(name).and_then(|cmap| cmap.cid(0x32, 1)).unwrap();
            missing.get(&cid).copied()
        };
        assert_eq!(digit("GBK-EUC-H", &GB1), Some('2'));
        assert_eq!(digit("ETen-B5-H", &CNS1), Some('2'));
    }

    #[test]
    fn encodings_name_their_collection() {
        for (encoding, collection) in [
            ("GBK-EUC-H", Some("GB1")),
            ("GBpc-EUC-V", Some("GB1")),
            ("UniGB-UCS2-H", Some("GB1")),
            ("ETen-B5-H", Some("CNS1")),
            ("HKscs-B5-V", Some("CNS1")),
            ("Identity-H", None),
            ("90ms-RKSJ-H", None),
        ] {
            assert_eq!(collection_of(encoding), collection, "{encoding}");
        }
        assert!(codes_are_unicode("UniGB-UTF16-H") && !codes_are_unicode("UniGB-UTF8-H"));
    }
}
