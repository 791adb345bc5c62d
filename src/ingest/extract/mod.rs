//! Turns the bytes of one file into [`Draft`]s: the lines of each report in it, and what the file states about it outside the
//! text. One file a format; the formats are registered in [`FORMATS`].
//!
//! A file is read by what it is, not by what it is called: an HTML page named `.doc` is read as HTML, with a warning.
//! A record or a member of an archive that cannot be read is a failure of its own; the others are read.

use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use encoding_rs::Encoding;

use super::decode::{self, SourceMap};
use super::skip::SkipReason;
use crate::error::{Error, Result};
use crate::report::Place;

mod archive;
#[cfg(test)]
mod battery;
mod doc;
mod docx;
mod guard;
mod html;
mod json;
mod mail;
mod markdown;
mod markup;
mod numerals;
mod ocr;
mod ofd;
mod ole;
mod package;
mod paragraphs;
mod pdf;
mod records;
mod rtf;
mod sheet;
mod sniff;
pub(super) mod table;
mod text;
mod xml;

/// One report as its file holds it, before it is cleaned and understood.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    /// The lines in reading order. Blank ones are kept as empty lines where they may mean a page or paragraph break.
    pub lines: Vec<Line>,
    /// What is stated about the report outside its text: header tables, meta tags, columns, record keys.
    pub given: Vec<Given>,
    /// The record in the file, from 1, when the file holds several reports.
    pub row: Option<u64>,
    /// What the runs of the lines count.
    pub places: Places,
    pub warnings: Vec<String>,
    /// What the extractor left out on purpose (site navigation, scripts do not count).
    pub dropped: Vec<crate::report::Dropped>,
}

/// One line of the source, as text without markup.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// Without line break; blanks at its start and end are kept as in the source.
    pub text: String,
    /// What the markup says the line is.
    pub style: LineStyle,
    /// Which bytes of `text` were copied from where: in order, from the first byte of `text` to the last. Empty when the place
    /// in the source is not known.
    pub runs: Vec<Run>,
}

/// What the source offsets of runs count. Only files of plain characters have places in bytes: what stands compressed or in
/// pieces in its file is found by page or paragraph.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Places {
    /// Bytes of the file.
    #[default]
    Bytes,
    /// Pages, from 1: a line on page 3 has one run from 3 to 4.
    Pages,
    /// Paragraphs and table rows, from 1: that of the fifth has one run from 5 to 6.
    Paragraphs,
}

/// How the source offsets of a report's runs are to be understood.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scale {
    /// Bytes of a file in this encoding.
    Bytes(&'static Encoding),
    Pages,
    Paragraphs,
    /// No offsets: all of it stands in one record.
    Record(u64),
}

impl Scale {
    /// The place of a span of offsets; `None` when the span is not known.
    pub fn place(self, span: Option<[u64; 2]>) -> Option<Place> {
        match self {
            Scale::Bytes(_) => span.map(Place::Bytes),
            Scale::Pages => span.map(|[page, _]| Place::Page(page)),
            Scale::Paragraphs => span.map(|[paragraph, _]| Place::Paragraph(paragraph)),
            Scale::Record(row) => Some(Place::Row(row)),
        }
    }

    /// The place of what stands nowhere in the source: its start.
    pub fn nowhere(self) -> Place {
        match self {
            Scale::Bytes(_) => Place::Bytes([0, 0]),
            Scale::Pages => Place::Page(1),
            Scale::Paragraphs => Place::Paragraph(1),
            Scale::Record(row) => Place::Row(row),
        }
    }
}

/// A stretch of a line's text that was copied unchanged from the decoded source. It reaches to the next run, or to the end of
/// the line. What `source` counts, [`Places`] says.
///
/// Within a run of bytes every character takes the same number of bytes in the text and the same number in the source (or the run is
/// UTF-8 copied byte by byte), so that a byte `n` of the run's `len` stands at `source.start + n * source.len() / len`:
/// [`Line::source_of`] does that sum. An empty `source` marks text that the source does not hold, such as the tab between cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Where it starts in [`Line::text`], in bytes.
    pub at: usize,
    /// Where it stands in the source file.
    pub source: Range<u64>,
}

/// What the markup of the source says about a line. A plain text file says nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LineStyle {
    /// A line of a text file: it may be a paragraph or a part of one.
    #[default]
    Plain,
    /// A whole paragraph by the markup (`<p>`); a sentence may still run over into the next one at a page break.
    Paragraph,
    /// The title of the document by the markup (`<h1>`, `# `).
    Title,
    /// A heading by the markup, with its depth from 1; how deep it really is, its own numbering tells better.
    Heading(u8),
    /// A paragraph that quotes, by the markup.
    Quotation,
    /// A row of a table: its cells joined by a tab.
    TableRow,
}

/// A field of the metadata as the file states it outside the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The label as it stands there, blanks and brackets removed (`索引号`, `发布机构`), or the name of the field in
    /// [`Metadata`](crate::report::Metadata) when the extractor knows it (`title`, `year`).
    pub label: String,
    pub value: String,
    pub from: crate::report::EvidenceSource,
}

impl Line {
    /// The bytes of the source that hold `span`, a range of bytes of the text; `None` when they are not known.
    pub fn source_of(&self, span: Range<usize>) -> Option<Range<u64>> {
        let start = self.place(span.start, self.runs.partition_point(|run| run.at <= span.start))?;
        // The end of the last character, not the start of the next: markup may stand between the two.
        let end = self.place(span.end, self.runs.partition_point(|run| run.at < span.end))?;
        Some(start..end.max(start))
    }

    /// Where byte `at` of the text stands by the run before run number `next`.
    fn place(&self, at: usize, next: usize) -> Option<u64> {
        let run = self.runs.get(next.max(1) - 1)?;
        let end = self.runs.get(next.max(1)).map_or(self.text.len(), |run| run.at);
        let len = end.saturating_sub(run.at) as u64;
        let inside = (at.saturating_sub(run.at) as u64).min(len);
        let width = run.source.end - run.source.start;
        Some(run.source.start + (width * inside).checked_div(len).unwrap_or(0))
    }
}

/// How files are to be read.
#[derive(Clone, Debug)]
pub struct Options {
    /// The encoding of all files without a byte order mark, when the user knows better than the detector.
    pub encoding: Option<&'static Encoding>,
    /// Which column holds which field: `(field, column)`, from `--map text=正文`.
    pub map: Vec<(String, String)>,
    /// Files larger than this are refused, and members of archives that unpack to more.
    pub max_bytes: u64,
    /// A file whose reader has not finished after so many seconds is given up.
    pub max_seconds: u64,
    /// Pages that are images are read by OCR.
    pub ocr: bool,
}

impl Options {
    /// What the user said about how files are to be read; empty when nothing was said.
    pub fn settings(&self) -> String {
        let encoding = self
            .encoding
            .iter()
            .map(|encoding| format!("encoding={}", encoding.name()));
        let map = self.map.iter().map(|(field, column)| format!("map={field}={column}"));
        let ocr = self.ocr.then(|| "ocr".to_owned());
        encoding.chain(map).chain(ocr).collect::<Vec<_>>().join("; ")
    }

    /// How many seconds a file may take unless the user says otherwise: OCR takes some for each page.
    pub fn usual_seconds(ocr: bool) -> u64 {
        if ocr { 1800 } else { 120 }
    }

    /// Checks that `map` speaks of fields that exist, each once.
    ///
    /// # Errors
    /// When it does not.
    pub fn check(&self) -> Result<()> {
        records::check_map(&self.map)
    }
}

impl Default for Options {
    fn default() -> Self {
        Options {
            encoding: None,
            map: Vec::new(),
            max_bytes: 256 << 20,
            max_seconds: Options::usual_seconds(false),
            ocr: false,
        }
    }
}

/// What one file holds.
#[derive(Debug)]
pub struct Extraction {
    /// Its path inside an archive, after the archive's own: `!/2024/a.docx`. Empty for a file by itself.
    pub inside: String,
    pub drafts: Vec<Draft>,
    /// Records and members that could not be read; each names its place.
    pub failures: Vec<Error>,
    /// Members that are no reports, by their paths inside, with the reason.
    pub skipped: Vec<(String, SkipReason)>,
    /// The name of the format it was read as.
    pub format: &'static str,
    /// The character encoding it was decoded from, by its WHATWG name.
    pub encoding: &'static str,
    /// How many broken sequences were replaced by U+FFFD, when there were any.
    pub lossy: Option<usize>,
    /// What holds for the whole file; warnings about one report stand in its draft.
    pub warnings: Vec<String>,
}

impl Extraction {
    /// Nothing yet of what stands at `inside`.
    fn empty(inside: &str, format: &Format) -> Self {
        Extraction {
            inside: inside.to_owned(),
            drafts: Vec::new(),
            failures: Vec::new(),
            skipped: Vec::new(),
            format: format.name,
            encoding: encoding_rs::UTF_8.name(),
            lossy: None,
            warnings: Vec::new(),
        }
    }
}

/// A format that can be read.
pub struct Format {
    /// Its name in the index and in messages.
    pub name: &'static str,
    /// The endings of its files, in lower case, without the dot.
    pub endings: &'static [&'static str],
    reader: Reader,
}

/// How a format is read.
enum Reader {
    /// Characters: the file is decoded first.
    Text(fn(&Input) -> Result<Harvest>),
    /// Bytes that only a reader of this format understands: how they are recognised, and how they are read.
    Binary(fn(&[u8]) -> bool, fn(&Packed) -> Result<Harvest>),
    /// Files in a file: how it is recognised, and how its members are unpacked.
    Archive(fn(&[u8]) -> bool, archive::Unpack),
}

impl Reader {
    /// Whether the bytes bear the signs of this format. Text has none that leave no doubt.
    fn bears_signs(&self, bytes: &[u8]) -> bool {
        match self {
            Reader::Text(_) => false,
            Reader::Binary(is, _) | Reader::Archive(is, _) => is(bytes),
        }
    }
}

/// Every format that can be read. Of the binary ones, the first whose signs are there is taken, so the special stand before the
/// general.
pub const FORMATS: &[Format] = &[
    Format {
        name: "text",
        endings: &["txt", "text"],
        reader: Reader::Text(text::extract),
    },
    Format {
        name: "markdown",
        endings: &["md", "markdown"],
        reader: Reader::Text(markdown::extract),
    },
    Format {
        name: "html",
        endings: &["html", "htm", "shtml", "shtm", "xhtml"],
        reader: Reader::Text(html::extract),
    },
    Format {
        name: "json",
        endings: &["json"],
        reader: Reader::Text(json::extract_document),
    },
    Format {
        name: "jsonl",
        endings: &["jsonl", "ndjson"],
        reader: Reader::Text(json::extract_lines),
    },
    Format {
        name: "csv",
        endings: &["csv"],
        reader: Reader::Text(table::extract),
    },
    Format {
        name: "tsv",
        endings: &["tsv", "tab"],
        reader: Reader::Text(table::extract),
    },
    Format {
        name: "docx",
        endings: &["docx", "docm", "dotx", "dotm"],
        reader: Reader::Binary(docx::is_docx, docx::extract),
    },
    Format {
        name: "ofd",
        endings: &["ofd"],
        reader: Reader::Binary(ofd::is_ofd, ofd::extract),
    },
    Format {
        name: "xlsx",
        endings: &["xlsx", "xlsm"],
        reader: Reader::Binary(sheet::is_xlsx, sheet::extract_xlsx),
    },
    Format {
        name: "ods",
        endings: &["ods"],
        reader: Reader::Binary(sheet::is_ods, sheet::extract_ods),
    },
    Format {
        name: "doc",
        endings: &["doc", "wps", "dot", "wpt"],
        reader: Reader::Binary(doc::is_document, doc::extract),
    },
    Format {
        name: "xls",
        endings: &["xls", "et"],
        reader: Reader::Binary(sheet::is_xls, sheet::extract_xls),
    },
    Format {
        name: "rtf",
        endings: &["rtf"],
        reader: Reader::Binary(rtf::is_rtf, rtf::extract),
    },
    Format {
        name: "pdf",
        endings: &["pdf"],
        reader: Reader::Binary(pdf::is, pdf::extract),
    },
    Format {
        name: "mht",
        endings: &["mht", "mhtml"],
        reader: Reader::Binary(mail::is, mail::extract),
    },
    Format {
        name: "eml",
        endings: &["eml"],
        reader: Reader::Binary(mail::is, mail::extract),
    },
    // After every format that is a zip archive itself.
    Format {
        name: "zip",
        endings: &["zip"],
        reader: Reader::Archive(archive::zip::is, archive::zip::unpack),
    },
    Format {
        name: "tar",
        endings: &["tar"],
        reader: Reader::Archive(archive::tar::is, archive::tar::unpack),
    },
    Format {
        name: "gzip",
        endings: &["gz", "tgz"],
        reader: Reader::Archive(archive::gzip::is, archive::gzip::unpack),
    },
];

/// What the reader of a text format is given: one decoded file.
struct Input<'a> {
    path: &'a Path,
    text: &'a str,
    map: &'a SourceMap,
    options: &'a Options,
}

/// What the reader of a binary format is given: one file as it is. Cheap to copy, so that it can be handed to another thread.
#[derive(Clone)]
struct Packed {
    path: PathBuf,
    bytes: Arc<Vec<u8>>,
    options: Options,
}

/// What an extractor gives back.
#[derive(Default)]
struct Harvest {
    drafts: Vec<Draft>,
    failures: Vec<Error>,
    warnings: Vec<String>,
    /// Files that stand in it beside its own text.
    members: Vec<archive::Member>,
}

impl Harvest {
    /// A file that holds one report.
    fn one(draft: Draft) -> Self {
        Harvest {
            drafts: vec![draft],
            ..Harvest::default()
        }
    }
}

/// What to do about a damaged document.
const MEND: &str = "download it again, or open it in the program it was made with and save it anew";

/// The format of a path, by its ending.
pub fn format_of(path: &Path) -> Option<&'static Format> {
    let ending = sniff::ending_of(path)?;
    FORMATS.iter().find(|format| format.endings.contains(&ending.as_str()))
}

/// Whether the file at a path may hold a report: by its ending, or by how it begins when its name leaves that open.
pub fn is_readable(path: &Path) -> bool {
    format_of(path).is_some() || (sniff::is_open(path) && sniff::begins_well(path))
}

/// Reads the bytes of a file, and of the files in it when it is an archive or a mail; `path` tells its format and stands in
/// messages. What was read is handed over file by file, so that only the reports of a large archive need be kept.
///
/// # Errors
/// The file is larger than `options.max_bytes`, is empty, damaged or of no known kind, or no report in it can be found. A member
/// of an archive that cannot be read is among the failures of an [`Extraction`].
pub fn extract_bytes(path: &Path, bytes: Vec<u8>, options: &Options, take: &mut dyn FnMut(Extraction)) -> Result<()> {
    archive::read_all(path, bytes, options, take)
}

/// What a file is by its name, when that tells, and by its signs. Text is told apart once it is decoded.
fn recognise(path: &Path, bytes: &[u8], options: &Options) -> Result<(Option<&'static Format>, &'static Format)> {
    if bytes.len() as u64 > options.max_bytes {
        return Err(too_large(path, bytes.len() as u64, options.max_bytes));
    }
    if bytes.is_empty() {
        return Err(Error::source(path, "empty file").hinted("download it again, or delete it"));
    }
    let named = format_of(path);
    if named.is_none() && !(sniff::is_open(path) && sniff::is_promising(bytes)) {
        return Err(Error::source(path, "no reader for files of this ending").hinted(readable_endings()));
    }
    let bears = |format: &&Format| format.reader.bears_signs(bytes);
    let by_signs = named.filter(bears).or_else(|| FORMATS.iter().find(bears));
    Ok((named, by_signs.or(named).unwrap_or(TEXT)))
}

/// What a file is when nothing tells.
const TEXT: &Format = &FORMATS[0];

/// Reads a file that is no archive; answers the files beside its text, too.
fn extract_single(
    path: &Path,
    bytes: Vec<u8>,
    options: &Options,
    named: Option<&'static Format>,
    format: &'static Format,
) -> Result<(Extraction, Vec<archive::Member>)> {
    match format.reader {
        Reader::Binary(is, extract) if is(&bytes) => extract_packed(path, bytes, options, named, format, extract),
        _ => extract_text(path, bytes, options, named).map(|extraction| (extraction, Vec::new())),
    }
}

fn extract_packed(
    path: &Path,
    bytes: Vec<u8>,
    options: &Options,
    named: Option<&Format>,
    format: &Format,
    extract: fn(&Packed) -> Result<Harvest>,
) -> Result<(Extraction, Vec<archive::Member>)> {
    let packed = Packed {
        path: path.to_owned(),
        bytes: Arc::new(bytes),
        options: options.clone(),
    };
    let mut harvest = guard::run(packed, extract)?;
    let mut warnings: Vec<String> = misnamed(named, format).into_iter().collect();
    warnings.append(&mut harvest.warnings);
    let extraction = Extraction {
        drafts: harvest.drafts,
        failures: harvest.failures,
        warnings,
        ..Extraction::empty("", format)
    };
    Ok((extraction, harvest.members))
}

fn extract_text(path: &Path, bytes: Vec<u8>, options: &Options, named: Option<&'static Format>) -> Result<Extraction> {
    let decoded = decode::decode(bytes, options.encoding).map_err(|trouble| match named {
        Some(Format {
            name,
            reader: Reader::Binary(..) | Reader::Archive(..),
            ..
        }) => Error::source(path, format!("damaged, or no {name} file")).hinted(MEND),
        _ => trouble.about(path),
    })?;
    if decoded.text.trim().is_empty() {
        return Err(Error::source(path, "only blanks, no text").hinted("download it again, or delete it"));
    }
    let (format, extract) = text_format(named.unwrap_or(TEXT), &decoded.text);
    let input = Input {
        path,
        text: &decoded.text,
        map: &decoded.map,
        options,
    };
    let mut harvest = extract(&input)?;
    let mut warnings: Vec<String> = misnamed(named, format).into_iter().collect();
    warnings.extend(decoding_warnings(&decoded));
    warnings.append(&mut harvest.warnings);
    Ok(Extraction {
        drafts: harvest.drafts,
        failures: harvest.failures,
        encoding: decoded.encoding.name(),
        lossy: decoded.lossy,
        warnings,
        ..Extraction::empty("", format)
    })
}

/// The endings that can be read, as a hint.
pub fn readable_endings() -> String {
    let endings: Vec<String> = FORMATS
        .iter()
        .flat_map(|format| format.endings.iter().map(|ending| format!(".{ending}")))
        .collect();
    format!("files that can be read end in {}", endings.join(" "))
}

/// Reads a file whole.
///
/// # Errors
/// When it cannot be read, or has more than `max_bytes`.
pub fn read(path: &Path, max_bytes: u64) -> Result<Vec<u8>> {
    let file = File::open(path).map_err(|source| Error::io(path, source))?;
    let size = file.metadata().map_err(|source| Error::io(path, source))?.len();
    if size > max_bytes {
        return Err(too_large(path, size, max_bytes));
    }
    let mut bytes = Vec::with_capacity(size as usize);
    // The file may grow while it is read, and some files do not know their size.
    file.take(max_bytes.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|source| Error::io(path, source))?;
    Ok(bytes)
}

fn too_large(path: &Path, size: u64, max_bytes: u64) -> Error {
    Error::source(path, format!("{size} bytes, more than the {max_bytes} allowed"))
        .hinted("raise the limit with --max-file-size, or split the file")
}

fn misnamed(named: Option<&Format>, format: &Format) -> Option<String> {
    let named = named?;
    let ending = named.endings[0];
    let differs = named.name != format.name;
    differs.then(|| format!("named .{ending}, read as {} because that is what it holds", format.name))
}

fn decoding_warnings(decoded: &decode::Decoded) -> Vec<String> {
    let mut warnings = Vec::new();
    if let Some(count) = decoded.lossy {
        let name = decoded.encoding.name();
        let sequences = if count == 1 { "sequence" } else { "sequences" };
        warnings.push(format!(
            "{count} byte {sequences} not valid in {name}, replaced by U+FFFD"
        ));
    }
    if decode::looks_garbled(&decoded.text) {
        warnings.push("hardly any common Chinese characters: the text may have been decoded wrongly before".to_owned());
    }
    warnings
}

/// What the text is, whatever its file is called.
fn text_format(named: &'static Format, text: &str) -> (&'static Format, fn(&Input) -> Result<Harvest>) {
    let format = text_format_by_signs(named, text);
    let plain: (&'static Format, fn(&Input) -> Result<Harvest>) = (&FORMATS[0], text::extract);
    match format.reader {
        Reader::Text(extract) => (format, extract),
        Reader::Binary(..) | Reader::Archive(..) => plain,
    }
}

/// Only signs that leave no doubt overrule the ending.
fn text_format_by_signs(named: &'static Format, text: &str) -> &'static Format {
    let by_name = |name: &str| FORMATS.iter().find(|format| format.name == name).unwrap_or(named);
    let is_json = || json::first_value_is_record(text);
    match named.name {
        "html" if is_json() => by_name(json::kind_of(text)),
        "html" if !markup::has_tags(text) => by_name("text"),
        "html" => named,
        "json" | "jsonl" if markup::is_page(text) => by_name("html"),
        "json" | "jsonl" if is_json() => by_name(json::kind_of(text)),
        "json" | "jsonl" => named,
        // Markdown may start with a tag or two.
        "markdown" if !markup::is_whole_page(text) && !is_json() => named,
        _ if markup::is_page(text) => by_name("html"),
        _ if is_json() => by_name(json::kind_of(text)),
        _ => named,
    }
}

/// The lines of a text without their breaks, each with its place: bytes of `text`. `\r\n`, `\n`, `\r`, form feeds (page breaks
/// of printed text) and Unicode's own separators end a line.
fn lines_of(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    let mut done = false;
    std::iter::from_fn(move || {
        if done {
            return None;
        }
        let rest = &text[at..];
        let start = at;
        let is_break = |c| matches!(c, '\n' | '\r' | '\u{c}' | '\u{b}' | '\u{85}' | '\u{2028}' | '\u{2029}');
        match rest.find(is_break) {
            Some(end) => {
                let width = match rest[end..].starts_with("\r\n") {
                    true => 2,
                    false => rest[end..].chars().next().map_or(1, char::len_utf8),
                };
                at += end + width;
                done = at == text.len();
                Some((start, &rest[..end]))
            }
            None => {
                done = true;
                (!rest.is_empty()).then_some((start, rest))
            }
        }
    })
}

/// The runs of a line that was copied whole from `text[at..at + len]`.
fn runs_of(map: &SourceMap, at: usize, len: usize) -> Vec<Run> {
    let mut runs = Vec::new();
    push_runs(&mut runs, map, 0, at..at + len);
    runs
}

/// Adds the runs of a piece of a line: its text from byte `line_at` on was copied from these bytes of the decoded text.
fn push_runs(runs: &mut Vec<Run>, map: &SourceMap, line_at: usize, copied: Range<usize>) {
    for (from, source) in map.stretches(copied.clone()) {
        runs.push(Run {
            at: line_at + (from - copied.start),
            source,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{GB18030, UTF_8};
    use proptest::prelude::*;

    pub(super) fn read(name: &str, bytes: &[u8]) -> Extraction {
        read_with(name, bytes, &Options::default()).unwrap()
    }

    /// All that a file holds, members of archives taken together. One that holds nothing but trouble is an error.
    pub(super) fn read_with(name: &str, bytes: &[u8], options: &Options) -> Result<Extraction> {
        let whole = read_members(name, bytes, options)?
            .into_iter()
            .reduce(|mut whole, mut next| {
                whole.drafts.append(&mut next.drafts);
                whole.failures.append(&mut next.failures);
                whole.skipped.append(&mut next.skipped);
                whole.warnings.append(&mut next.warnings);
                whole
            });
        let whole = whole.expect("something was handed over");
        let is_packed = whole.failures.iter().all(|error| error.to_string().contains("!/"));
        match whole.drafts.is_empty() && is_packed && whole.failures.len() == 1 {
            true => Err(whole.failures.into_iter().next().expect("one failure")),
            false => Ok(whole),
        }
    }

    /// What a file holds, file by file.
    pub(super) fn read_members(name: &str, bytes: &[u8], options: &Options) -> Result<Vec<Extraction>> {
        let mut all = Vec::new();
        extract_bytes(Path::new(name), bytes.to_vec(), options, &mut |extraction| {
            all.push(extraction)
        })?;
        Ok(all)
    }

    pub(super) fn fails(name: &str, bytes: &[u8]) -> Error {
        read_with(name, bytes, &Options::default()).unwrap_err()
    }

    pub(super) fn texts(draft: &Draft) -> Vec<&str> {
        draft.lines.iter().map(|line| line.text.as_str()).collect()
    }

    pub(super) fn given(draft: &Draft) -> Vec<(&str, &str)> {
        draft
            .given
            .iter()
            .map(|given| (given.label.as_str(), given.value.as_str()))
            .collect()
    }

    pub(super) fn failures(extraction: &Extraction) -> Vec<String> {
        extraction.failures.iter().map(Error::to_string).collect()
    }

    /// Runs cover their line, and each character stands where they say.
    pub(super) fn assert_runs(draft: &Draft, bytes: &[u8], encoding: &'static Encoding) {
        for line in draft.lines.iter().filter(|line| !line.text.is_empty()) {
            assert_eq!(line.runs.first().map(|run| run.at), Some(0), "{:?}", line.text);
            for pair in line.runs.windows(2) {
                assert!(
                    pair[0].at < pair[1].at && pair[0].source.end <= pair[1].source.start,
                    "{line:?}"
                );
            }
            for (at, c) in line.text.char_indices().filter(|(_, c)| !c.is_whitespace()) {
                let source = line.source_of(at..at + c.len_utf8()).unwrap();
                let (found, _) =
                    encoding.decode_without_bom_handling(&bytes[source.start as usize..source.end as usize]);
                assert!(
                    found == c.to_string() || found.starts_with('&'),
                    "{c} is {found} in {:?}",
                    line.text
                );
            }
        }
    }

    #[test]
    fn files_without_text_are_errors_that_say_why() {
        assert_eq!(fails("x.txt", b"").to_string(), "x.txt: empty file");
        assert_eq!(fails("x.txt", b" \n\t\r\n").to_string(), "x.txt: only blanks, no text");
        assert_eq!(
            fails("x.md", b"a\0b").to_string(),
            "x.md: binary, not text (a NUL byte at byte 1)"
        );
        assert_eq!(
            fails("x.txt", b"%PDF-1.4").to_string(),
            "x.txt: damaged: invalid or unrecoverable cross-reference data"
        );
        assert_eq!(
            fails("x.exe", b"x").to_string(),
            "x.exe: no reader for files of this ending"
        );
        assert_eq!(
            fails("x.html", b"<html><body></body></html>").to_string(),
            "x.html: no text in this page"
        );
    }

    #[test]
    fn files_that_are_too_large_name_the_flag() {
        let options = Options {
            max_bytes: 3,
            ..Options::default()
        };
        let error = read_with("x.txt", b"abcd", &options).unwrap_err();
        assert_eq!(error.to_string(), "x.txt: 4 bytes, more than the 3 allowed");
        assert!(error.hints[0].contains("--max-file-size"));
    }

    #[test]
    fn a_file_is_read_by_what_it_is() {
        let table = [
            (
                "x.txt",
                "<!DOCTYPE html><html><body><p>正文在此。</p></body></html>",
                "html",
            ),
            (
                "x.csv",
                "<html><body><table><tr><td>甲<td>乙</table></body></html>",
                "html",
            ),
            ("x.html", "青石镇2024年报告\n正文。", "text"),
            ("x.json", "{\"text\": \"a\"}\n{\"text\": \"b\"}", "jsonl"),
            ("x.txt", "[{\"text\": \"a\"}]", "json"),
            ("x.txt", "{关于}青石镇", "text"),
            ("x.md", "[链接](a)\n正文。", "markdown"),
        ];
        for (name, source, format) in table {
            let extraction = read(name, source.as_bytes());
            assert_eq!(extraction.format, format, "{source}");
            let says_so = extraction
                .warnings
                .iter()
                .any(|warning| warning.contains(&format!("read as {format}")));
            assert_eq!(says_so, format_of(Path::new(name)).unwrap().name != format, "{source}");
        }
    }

    #[test]
    fn broken_bytes_are_warned_of() {
        let extraction = read(
            "x.txt",
            "青石镇2024年度法治政府建设报告\u{fffd}"
                .replace('\u{fffd}', "")
                .as_bytes(),
        );
        assert_eq!((extraction.lossy, extraction.encoding), (None, "UTF-8"));
        let mut bytes = "青石镇2024年度法治政府建设报告".as_bytes().to_vec();
        bytes.pop();
        let extraction = read("x.txt", &bytes);
        assert_eq!(extraction.lossy, Some(1));
        assert_eq!(
            extraction.warnings,
            ["1 byte sequence not valid in UTF-8, replaced by U+FFFD"]
        );
    }

    #[test]
    fn every_ending_has_one_format() {
        let mut endings: Vec<&str> = FORMATS.iter().flat_map(|format| format.endings).copied().collect();
        let count = endings.len();
        endings.sort_unstable();
        endings.dedup();
        assert_eq!(endings.len(), count);
    }

    #[test]
    fn lines_end_at_every_kind_of_break() {
        let lines: Vec<&str> = lines_of("一\r\n二\r三\n\n四\u{c}五\u{2028}六")
            .map(|(_, line)| line)
            .collect();
        assert_eq!(lines, ["一", "二", "三", "", "四", "五", "六"]);
        assert_eq!(lines_of("一\n").count(), 1);
        assert_eq!(lines_of("").count(), 0);
    }

    #[test]
    fn a_long_single_line_is_read_in_a_moment() {
        let bytes = "法治政府建设，".repeat(1 << 18);
        for name in ["x.txt", "x.md", "x.html", "x.jsonl"] {
            let text = match name {
                "x.html" => format!("<p>{bytes}"),
                "x.jsonl" => format!("{{\"text\": \"{bytes}\"}}"),
                _ => bytes.clone(),
            };
            let extraction = read(name, text.as_bytes());
            assert_eq!(texts(&extraction.drafts[0]).concat().len(), bytes.len(), "{name}");
        }
    }

    #[test]
    fn places_of_parts_of_a_line_are_exact_in_gb18030() {
        let text = "青石镇2024年a报告";
        let bytes = GB18030.encode(text).0.into_owned();
        let draft = &read("x.txt", &bytes).drafts[0];
        assert_eq!(draft.lines[0].source_of(0..9), Some(0..6));
        assert_eq!(draft.lines[0].source_of(9..13), Some(6..10));
        assert_eq!(draft.lines[0].source_of(3..16), Some(2..12));
        assert_eq!(draft.lines[0].source_of(0..text.len()), Some(0..bytes.len() as u64));
        assert_eq!(Line::default().source_of(0..0), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), which in 0..FORMATS.len()) {
            let name = format!("x.{}", FORMATS[which].endings[0]);
            let _ = read_members(&name, &bytes, &Options::default());
        }

        #[test]
        fn no_text_makes_it_panic_and_runs_hold(text in SOUP, which in 0..3_usize, gb in any::<bool>()) {
            let name = ["x.txt", "x.md", "x.html"][which];
            let encoding = if gb { GB18030 } else { UTF_8 };
            let bytes = encoding.encode(&text).0.into_owned();
            let options = Options { encoding: Some(encoding), ..Options::default() };
            for draft in read_with(name, &bytes, &options).map_or(Vec::new(), |extraction| extraction.drafts) {
                for line in &draft.lines {
                    let at_bounds = line.runs.iter().all(|run| line.text.is_char_boundary(run.at));
                    prop_assert!(at_bounds, "{:?}", line);
                    prop_assert!(line.runs.iter().all(|run| run.source.end <= bytes.len() as u64));
                }
                let mut known = draft.clone();
                known.lines.retain(|line| !line.runs.is_empty());
                assert_runs(&known, &bytes, encoding);
            }
        }

        #[test]
        fn tables_and_records_do_not_panic(text in "(\\[|\\{|\\}|\\]|,|;|\"|\n|\t|text|:|正文|1|\\\\| ){0,60}", which in 0..4_usize) {
            let name = ["x.json", "x.jsonl", "x.csv", "x.tsv"][which];
            let _ = read_with(name, text.as_bytes(), &Options::default());
        }
    }

    const SOUP: &str = "(<p>|</p>|<br>|<td>|<tr>|<table>|</table>|<div class=content>|</div>|<a>|</a>|<!--|-->|&nbsp;|&#x|<h1>|<dt>|<dd>|</dt>\
        |# |\\*\\*|\\*|_|\\[|\\]\\(|\\)|\\||---|>|- |\n|\r| |　|青石镇|2024年|。|x|：|发布时间){0,40}";
}
