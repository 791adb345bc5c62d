//! Reads a receipt back out of what was exported, in whatever format, or from the file beside it.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use calamine::{Reader as _, Xlsx};
use quick_xml::Reader;
use quick_xml::events::Event;

use super::Receipt;
use crate::error::{Error, Result};

/// A receipt, and how the file it belongs to stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Exported {
    pub receipt: Receipt,
    pub state: FileState,
}

/// Whether an exported file is as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileState {
    Unchanged,
    /// Somebody has edited it, or saved it anew.
    Edited,
    /// Nothing says how it was: office files and pictures carry no fingerprint of themselves.
    Unknown,
    /// A receipt without its file.
    Absent,
}

/// How file names end that are receipts beside a file.
pub const BESIDE: &str = ".receipt.json";
/// The sheet of a workbook that holds the receipt.
const SHEET: &str = "查询凭据";
/// The keyword of the text in a PNG, and the id of the element in an SVG.
pub const KEYWORD: &str = "baogao-receipt";
/// How every receipt begins.
const BEGINNING: &str = "{\"program\":";
/// A receipt stands at the end of its file. No command line that a system takes makes a longer one.
const LONGEST: usize = 8 << 20;
/// Pictures are small; so is what a workbook or a picture unpacks to.
const MOST: u64 = 256 << 20;

/// The receipt of an exported file, given the file or the receipt beside it.
///
/// # Errors
/// When the file cannot be read or has no receipt.
pub fn read(path: &Path) -> Result<Exported> {
    if path.as_os_str().to_string_lossy().ends_with(BESIDE) {
        return read_beside(path, &without_ending(path));
    }
    let beside = beside(path);
    if beside.is_file() {
        return read_beside(&beside, path);
    }
    let mut file = File::open(path).map_err(|error| Error::io(path, error))?;
    let mut first = [0; 8];
    let read = read_up_to(&mut file, &mut first).map_err(|error| Error::io(path, error))?;
    let none = || {
        Error::source(path, "there is no receipt in it")
            .hinted("receipts are written by -o: into json, markdown, html, xlsx and docx, and beside other formats")
    };
    let receipt = match &first[..read] {
        [b'P', b'K', 3, 4, ..] => in_office_file(path)?,
        [0x89, b'P', b'N', b'G', ..] => in_png(path)?,
        _ => return in_text(path, &mut file)?.ok_or_else(none),
    };
    let state = FileState::Unknown;
    receipt.map(|receipt| Exported { receipt, state }).ok_or_else(none)
}

/// Where the receipt of a file stands that does not hold it: `hits.csv.receipt.json`.
pub fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(BESIDE);
    path.with_file_name(name)
}

fn without_ending(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(name.strip_suffix(BESIDE).unwrap_or(&name))
}

fn read_beside(beside: &Path, path: &Path) -> Result<Exported> {
    let text = std::fs::read_to_string(beside).map_err(|error| Error::io(beside, error))?;
    let receipt: Receipt = serde_json::from_str(&text)
        .map_err(|error| Error::source_at(beside, format!("line {}", error.line()), "not a receipt"))?;
    let state = match File::open(path) {
        Err(_) => FileState::Absent,
        Ok(_) if receipt.file.is_empty() => FileState::Unknown,
        Ok(file) => same(&receipt, &mut file.take(u64::MAX)).map_err(|error| Error::io(path, error))?,
    };
    Ok(Exported { receipt, state })
}

/// Whether the bytes are those that the receipt says.
fn same(receipt: &Receipt, bytes: &mut impl Read) -> std::io::Result<FileState> {
    let mut hasher = blake3::Hasher::new();
    std::io::copy(bytes, &mut hasher)?;
    Ok(match hasher.finalize().to_hex().as_str() == receipt.file {
        true => FileState::Unchanged,
        false => FileState::Edited,
    })
}

/// The receipt at the end of a JSON, Markdown, HTML or SVG file.
fn in_text(path: &Path, file: &mut File) -> Result<Option<Exported>> {
    let io = |error| Error::io(path, error);
    let length = file.metadata().map_err(io)?.len();
    let start = length.saturating_sub(LONGEST as u64);
    file.seek(SeekFrom::Start(start)).map_err(io)?;
    let mut tail = Vec::new();
    file.take(LONGEST as u64).read_to_end(&mut tail).map_err(io)?;
    let Some((at, receipt)) = last_in(&tail) else {
        let text = String::from_utf8_lossy(&tail);
        let inner = in_svg(&text).and_then(|inner| last_in(inner.as_bytes()));
        let state = FileState::Unknown;
        return Ok(inner.map(|(_, receipt)| Exported { receipt, state }));
    };
    let state = match receipt.file.is_empty() {
        true => FileState::Unknown,
        false => {
            file.rewind().map_err(io)?;
            same(&receipt, &mut file.take(start + at as u64)).map_err(io)?
        }
    };
    Ok(Some(Exported { receipt, state }))
}

/// The last receipt in a text, and the byte at which it begins. A text that quotes a receipt stands before the file's own.
fn last_in(text: &[u8]) -> Option<(usize, Receipt)> {
    let begins = memchr::memmem::rfind_iter(text, BEGINNING.as_bytes());
    begins.take(16).find_map(|at| {
        let mut values = serde_json::Deserializer::from_slice(&text[at..]).into_iter::<Receipt>();
        Some((at, values.next()?.ok()?))
    })
}

/// The text of the element that holds the receipt in an SVG.
fn in_svg(text: &str) -> Option<String> {
    let element = &text[text.rfind(&format!("id=\"{KEYWORD}\""))?..];
    let (_, inner) = element.split_once('>')?;
    let inner = inner.split_once("</")?.0;
    let inner = inner.trim().trim_start_matches("<![CDATA[").trim_end_matches("]]>");
    quick_xml::escape::unescape(inner).ok().map(|text| text.into_owned())
}

fn in_office_file(path: &Path) -> Result<Option<Receipt>> {
    let damaged = |_| Error::source(path, "damaged: its parts cannot be read");
    let file = || {
        File::open(path)
            .map(BufReader::new)
            .map_err(|error| Error::io(path, error))
    };
    let mut archive = zip::ZipArchive::new(file()?).map_err(damaged)?;
    if archive.by_name("xl/workbook.xml").is_ok() {
        let shared = archive.by_name("xl/sharedStrings.xml").map_or(0, |part| part.size());
        if shared > MOST {
            return Err(Error::source(
                path,
                "its texts are too many to be searched for the receipt",
            ));
        }
        drop(archive);
        let mut book: Xlsx<_> = calamine::open_workbook_from_rs(file()?)
            .map_err(|_: calamine::XlsxError| Error::source(path, "damaged: its sheets cannot be read"))?;
        let Ok(sheet) = book.worksheet_range(SHEET) else {
            return Ok(None);
        };
        let pieces = sheet
            .rows()
            .filter(|row| row.first().is_some_and(|name| name == "JSON"));
        let json: String = pieces.filter_map(|row| row.get(1)).map(ToString::to_string).collect();
        return Ok(last_in(json.as_bytes()).map(|(_, receipt)| receipt));
    }
    let Ok(part) = archive.by_name("word/document.xml") else {
        return Ok(None);
    };
    Ok(last_in(tail_of(part).as_bytes()).map(|(_, receipt)| receipt))
}

/// The last of what a document says, its tags left out. One that is not XML to its end is read as far as it is.
fn tail_of(part: impl Read) -> String {
    let mut reader = Reader::from_reader(BufReader::new(part));
    reader.config_mut().check_end_names = false;
    let (mut text, mut buffer) = (String::new(), Vec::new());
    loop {
        match reader.read_event_into(&mut buffer) {
            Ok(Event::Text(said)) => text.push_str(&said.xml10_content()),
            Ok(Event::GeneralRef(reference)) => {
                let entity = format!("&{};", reference.xml10_content());
                text.push_str(&quick_xml::escape::unescape(&entity).unwrap_or_default());
            }
            Ok(Event::Eof) | Err(_) => return text,
            Ok(_) => {}
        }
        buffer.clear();
        if text.len() > 2 * LONGEST {
            let from = text.ceil_char_boundary(text.len() - LONGEST);
            text.drain(..from);
        }
    }
}

/// The receipt in a text chunk of a PNG (ISO/IEC 15948, 11.3.4): `tEXt`, or `iTXt` that is not compressed.
fn in_png(path: &Path) -> Result<Option<Receipt>> {
    let file = File::open(path).map_err(|error| Error::io(path, error))?;
    let mut bytes = Vec::new();
    file.take(MOST)
        .read_to_end(&mut bytes)
        .map_err(|error| Error::io(path, error))?;
    let mut rest = bytes.get(8..).unwrap_or_default();
    while let Some((length, kind)) = rest.first_chunk().zip(rest.get(4..8)) {
        let length = u32::from_be_bytes(*length) as usize;
        let Some(data) = rest.get(8..).and_then(|data| data.get(..length)) else {
            break;
        };
        if matches!(kind, b"tEXt" | b"iTXt") && data.starts_with(KEYWORD.as_bytes()) {
            return Ok(last_in(data).map(|(_, receipt)| receipt));
        }
        rest = rest.get(12 + length..).unwrap_or_default();
    }
    Ok(None)
}

fn read_up_to(file: &mut File, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..])? {
            0 => break,
            read => filled += read,
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::receipt::IndexState;

    fn receipt(query: &str) -> Receipt {
        let index = IndexState {
            path: ".baogao".into(),
            contents: "00".into(),
            format: 1,
            schema: "11".into(),
            lexicon: "22".into(),
            topics: "33".into(),
            sources: 1,
            reports: 1,
            passages: 9,
        };
        Receipt::new(vec!["search".into(), query.into()], query, query, index)
    }

    fn read_from(name: &str, contents: impl AsRef<[u8]>) -> Result<Exported> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, contents).unwrap();
        read(&path)
    }

    fn json(receipt: &Receipt) -> String {
        serde_json::to_string(receipt).unwrap()
    }

    #[test]
    fn a_file_that_quotes_a_receipt_has_its_own_at_the_end() {
        let text = format!("{}\n{}\n", json(&receipt("别人的")), json(&receipt("自己的")));
        assert_eq!(read_from("a.md", text).unwrap().receipt.query, "自己的");
        let query = json(&receipt("内"));
        assert_eq!(read_from("a.md", json(&receipt(&query))).unwrap().receipt.query, query);
    }

    #[test]
    fn pictures_are_read() {
        let wanted = receipt("枫桥 <经验> & \"调解\"");
        let inner = json(&wanted)
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('"', "&quot;");
        let svg = format!("<svg><metadata id=\"{KEYWORD}\">{inner}</metadata></svg>");
        assert_eq!(read_from("a.svg", svg).unwrap().receipt, wanted);
        let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
        let chunk = |png: &mut Vec<u8>, kind: &[u8], data: &[u8]| {
            png.extend((data.len() as u32).to_be_bytes());
            png.extend([kind, data, &[0; 4]].concat());
        };
        chunk(&mut png, b"IHDR", &[0; 13]);
        let text = [KEYWORD.as_bytes(), b"\0\0\0\0\0", json(&wanted).as_bytes()].concat();
        chunk(&mut png, b"iTXt", &text);
        assert_eq!(read_from("a.png", &png).unwrap().receipt, wanted);
        png.truncate(60);
        assert!(read_from("a.png", &png).is_err());
    }

    #[test]
    fn what_has_no_receipt_says_so() {
        for contents in [
            "",
            "{\"program\":",
            "PK\u{3}\u{4}broken",
            "{\"program\":7}",
            "no receipt",
        ] {
            let error = read_from("a.json", contents).unwrap_err();
            assert!(
                error.to_string().contains("receipt") || error.to_string().contains("damaged"),
                "{error}"
            );
        }
    }

    #[test]
    fn edits_are_seen() {
        let mut sealed = receipt("枫桥经验");
        let body = "# 枫桥经验\n";
        sealed.file = blake3::hash(body.as_bytes()).to_hex().to_string();
        let exported = read_from("a.md", format!("{body}{}", json(&sealed))).unwrap();
        assert_eq!(exported.state, FileState::Unchanged);
        let exported = read_from("a.md", format!("# 枫桥\n{}", json(&sealed))).unwrap();
        assert_eq!(exported.state, FileState::Edited);
        let exported = read_from("a.csv.receipt.json", json(&sealed)).unwrap();
        assert_eq!(exported.state, FileState::Absent);
    }
}
