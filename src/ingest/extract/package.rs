//! Opens packages, the zip files that hold the parts of office documents, within limits: a small file must not unpack to fill the
//! memory, whatever sizes it declares.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::path::Path;
use std::sync::Arc;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use zip::ZipArchive;
use zip::result::ZipError;

use super::{MEND, Packed};
use crate::error::{Error, Result};

/// Documents have some hundred parts, most of them pictures.
const MOST_PARTS: usize = 50_000;

/// More than this, unpacked, must not be much larger than it was packed.
const FREE: u64 = 64 << 20;
const HIGHEST_RATIO: u64 = 200;

/// A zip file whose members can be read by name.
pub(super) struct Package<'a> {
    path: &'a Path,
    archive: ZipArchive<Cursor<Bytes>>,
    /// The members by their names as [`key`] writes them.
    members: BTreeMap<String, usize>,
    packed: u64,
    unpacked: u64,
    most: u64,
}

/// Shared bytes as zip wants to read them.
struct Bytes(Arc<Vec<u8>>);

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// Whether these are the first bytes of a zip file.
pub(super) fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// Whether the bytes are a zip file with a member that `is_wanted`, which is asked with names as [`Package::names`] writes them. A
/// file that has lost its end, where the list of its members stands, is searched for `sign` and must begin as such packages do.
pub(super) fn holds(bytes: &[u8], is_wanted: impl Fn(&str) -> bool, sign: &str) -> bool {
    if !is_zip(bytes) {
        return false;
    }
    match ZipArchive::new(Cursor::new(bytes)) {
        Ok(archive) => archive.file_names_raw().any(|name| is_wanted(&key(&text_of(name)))),
        Err(_) => {
            let first = &bytes[bytes.len().min(30)..bytes.len().min(60)];
            let opens = [
                "[Content_Types].xml",
                "_rels/",
                "word/",
                "docProps/",
                "mimetype",
                "OFD.xml",
                "Doc_0/",
            ];
            opens.iter().any(|name| first.starts_with(name.as_bytes()))
                && memchr::memmem::find(bytes, sign.as_bytes()).is_some()
        }
    }
}

impl<'a> Package<'a> {
    /// Opens a file as a package.
    ///
    /// # Errors
    /// It is no zip file, or has too many members.
    pub(super) fn open(file: &'a Packed) -> Result<Package<'a>> {
        let archive =
            ZipArchive::new(Cursor::new(Bytes(file.bytes.clone()))).map_err(|error| broken(&file.path, error))?;
        if archive.len() > MOST_PARTS {
            let reason = format!("{} parts, more than any document has", archive.len());
            return Err(Error::source(&file.path, reason).hinted(MEND));
        }
        let names = archive.file_names_raw().map(|name| key(&text_of(name)));
        // Of two members with one name the first counts.
        let mut members = BTreeMap::new();
        for (n, name) in names.enumerate() {
            members.entry(name).or_insert(n);
        }
        Ok(Package {
            path: &file.path,
            archive,
            members,
            packed: 0,
            unpacked: 0,
            most: file.options.max_bytes,
        })
    }

    /// The names of the members: in lower case, parted by `/`, without one at the start.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.members.keys().map(String::as_str)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.members.contains_key(&key(name))
    }

    /// The bytes of a member; `None` when there is none of this name.
    ///
    /// # Errors
    /// It is damaged or encrypted, packed in an unknown way, or what has been read of the package so far is more than allowed.
    pub(super) fn read(&mut self, name: &str) -> Result<Option<Vec<u8>>> {
        let Some(&index) = self.members.get(&key(name)) else {
            return Ok(None);
        };
        let path = self.path;
        let member = self.archive.by_index(index).map_err(|error| broken(path, error))?;
        self.packed += member.compressed_size();
        let left = self.most.saturating_sub(self.unpacked);
        // The size it really has counts, not the one it declares.
        let ratio_left = FREE
            .max(self.packed.saturating_mul(HIGHEST_RATIO))
            .saturating_sub(self.unpacked);
        let allowed = left.min(ratio_left);
        let mut bytes = Vec::new();
        member
            .take(allowed.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|error| {
                let reason = format!("damaged: its part {name} cannot be unpacked ({error})");
                Error::source(path, reason).hinted(MEND)
            })?;
        self.unpacked += bytes.len() as u64;
        if bytes.len() as u64 > allowed {
            return Err(match left <= ratio_left {
                true => Error::source(path, format!("unpacks to more than the {} bytes allowed", self.most))
                    .hinted("raise the limit with --max-file-size"),
                false => Error::source(
                    path,
                    format!("its part {name} unpacks to {HIGHEST_RATIO} times its size and more"),
                )
                .hinted("leave it: files are packed so only to do harm"),
            });
        }
        Ok(Some(bytes))
    }

    /// The text of an XML member, decoded as its mark or declaration says; `None` when there is none of this name.
    ///
    /// # Errors
    /// Those of [`Package::read`].
    pub(super) fn read_xml(&mut self, name: &str) -> Result<Option<String>> {
        Ok(self.read(name)?.map(decode))
    }
}

fn broken(path: &Path, error: ZipError) -> Error {
    let reason = match error {
        ZipError::UnsupportedArchive(what) => format!("a package that cannot be opened: {what}"),
        ZipError::InvalidPassword => "protected by a password".to_owned(),
        error => format!("damaged: {error}"),
    };
    Error::source(path, reason).hinted(MEND)
}

/// The form in which names of members are compared. Some programs write `\`, some a `/` at the start, and case does not count.
fn key(name: &str) -> String {
    let name = name.replace('\\', "/").to_lowercase();
    let parts: Vec<&str> = name
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .collect();
    parts.join("/")
}

fn text_of(name: &[u8]) -> String {
    match std::str::from_utf8(name) {
        Ok(name) => name.to_owned(),
        Err(_) => encoding_rs::GB18030.decode_without_bom_handling(name).0.into_owned(),
    }
}

/// The path that `target` means as it is written in the part `from`.
pub(super) fn resolve(from: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = match target.starts_with('/') {
        true => Vec::new(),
        false => folder.split('/').collect(),
    };
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.retain(|part| !part.is_empty());
    parts.join("/")
}

/// XML as text: by its byte order mark, else as it declares, else UTF-8.
pub(super) fn decode(bytes: Vec<u8>) -> String {
    let encoding = match &bytes[..] {
        [b'<', 0, ..] => UTF_16LE,
        [0, b'<', ..] => UTF_16BE,
        _ => declared(&bytes).unwrap_or(UTF_8),
    };
    // A declaration of UTF-16 that can be read as ASCII is wrong.
    let wide = encoding == UTF_16LE || encoding == UTF_16BE;
    let encoding = if wide && bytes.starts_with(b"<?xml") {
        UTF_8
    } else {
        encoding
    };
    if encoding == UTF_8 && !bytes.starts_with(b"\xFE\xFF") && !bytes.starts_with(b"\xFF\xFE") {
        return match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => UTF_8.decode(error.as_bytes()).0.into_owned(),
        };
    }
    encoding.decode(&bytes).0.into_owned()
}

fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = &bytes[..bytes.len().min(200)];
    let declaration = start
        .strip_prefix(b"\xEF\xBB\xBF")
        .unwrap_or(start)
        .strip_prefix(b"<?xml")?;
    let end = memchr::memmem::find(declaration, b"?>")?;
    let declaration = std::str::from_utf8(&declaration[..end]).ok()?;
    let value = declaration
        .split_once("encoding")?
        .1
        .trim_start()
        .strip_prefix('=')?
        .trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    Encoding::for_label(value[1..].split(quote).next()?.as_bytes())
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write;
    use std::path::PathBuf;

    use zip::write::SimpleFileOptions;

    use super::super::Options;
    use super::*;

    /// A zip file with these members.
    pub(in super::super) fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in members {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn file(bytes: Vec<u8>, max_bytes: u64) -> Packed {
        Packed {
            path: PathBuf::from("a.docx"),
            bytes: Arc::new(bytes),
            options: Options {
                max_bytes,
                ..Options::default()
            },
        }
    }

    #[test]
    fn members_are_found_whatever_the_writer_made_of_their_names() {
        let file = file(zip(&[("Word\\Document.xml", b"<a/>"), ("/b/./c.XML", b"<b/>")]), 1000);
        let mut package = Package::open(&file).unwrap();
        assert_eq!(package.names().collect::<Vec<_>>(), ["b/c.xml", "word/document.xml"]);
        assert_eq!(package.read("word/document.xml").unwrap().unwrap(), b"<a/>");
        assert_eq!(package.read("/b/c.xml").unwrap().unwrap(), b"<b/>");
        assert!(package.read("c.xml").unwrap().is_none());
    }

    #[test]
    fn bytes_before_the_package_do_no_harm() {
        let mut bytes = b"PK\x03\x04 some other program ".to_vec();
        bytes.extend(zip(&[("a", b"text")]));
        let file = file(bytes, 1000);
        assert_eq!(Package::open(&file).unwrap().read("a").unwrap().unwrap(), b"text");
    }

    #[test]
    fn what_unpacks_to_too_much_is_refused() {
        let file = file(zip(&[("a", &[0; 5000]), ("b", &[0; 6000])]), 10_000);
        let mut package = Package::open(&file).unwrap();
        assert!(package.read("a").is_ok());
        let error = package.read("b").unwrap_err();
        assert_eq!(
            error.to_string(),
            "a.docx: unpacks to more than the 10000 bytes allowed"
        );
        assert!(error.hints[0].contains("--max-file-size"));
    }

    #[test]
    fn bombs_are_told_by_their_ratio() {
        let file = file(zip(&[("a", &vec![0; 80 << 20])]), 1 << 30);
        let error = Package::open(&file).unwrap().read("a").unwrap_err();
        assert_eq!(
            error.to_string(),
            "a.docx: its part a unpacks to 200 times its size and more"
        );
    }

    #[test]
    fn targets_are_relative_to_the_part_that_names_them() {
        for (from, target, path) in [
            ("word/document.xml", "styles.xml", "word/styles.xml"),
            ("word/document.xml", "/word/styles.xml", "word/styles.xml"),
            ("word/document.xml", "../customXml/item1.xml", "customXml/item1.xml"),
            ("", "word\\document.xml", "word/document.xml"),
            ("OFD.xml", "./Doc_0/Document.xml", "Doc_0/Document.xml"),
            ("a/b.xml", "../../../c.xml", "c.xml"),
        ] {
            assert_eq!(resolve(from, target), path);
        }
    }

    #[test]
    fn xml_is_decoded_as_it_says() {
        let text = |encoding: &str| format!("<?xml version=\"1.0\" encoding=\"{encoding}\"?><a>青石镇</a>");
        let gbk = encoding_rs::GBK.encode(&text("GBK")).0.into_owned();
        assert_eq!(decode(gbk), text("GBK"));
        assert_eq!(decode(text("UTF-8").into_bytes()), text("UTF-8"));
        assert_eq!(decode(text("UTF-16").into_bytes()), text("UTF-16"));
        for mark in [&[][..], &[0xFEFF]] {
            let units = mark
                .iter()
                .copied()
                .chain(text("UTF-16").encode_utf16().collect::<Vec<_>>());
            let units: Vec<u16> = units.collect();
            assert_eq!(
                decode(units.iter().flat_map(|unit| unit.to_le_bytes()).collect()),
                text("UTF-16")
            );
            assert_eq!(
                decode(units.iter().flat_map(|unit| unit.to_be_bytes()).collect()),
                text("UTF-16")
            );
        }
    }
}
