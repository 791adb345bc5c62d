//! Turns hits and reports into bytes: one printer a format, for hits, and [`report`] for a single report.
//!
//! Hits are taken one at a time and never held, so a million of them need no more memory than one. Nothing here asks the
//! terminal: width and colours are the caller's to say, in [`Options`]. What is made to be read shares its layout: [`document`] for
//! pages and papers, [`tabular`] for cells.

pub mod batch;
pub mod coding;
mod columns;
mod csv;
mod document;
mod docx;
pub mod figure;
mod grid;
mod html;
mod json;
mod jsonl;
mod link;
mod markdown;
pub mod metadata_sheet;
mod package;
mod passage;
pub mod proof;
mod quotes;
mod references;
pub mod report;

mod sink;
mod style;
mod summary;
mod tabular;
mod text;
mod tsv;
pub mod visible;
pub mod wrap;
mod xlsx;

use std::cell::RefCell;
use std::fmt;
use std::io::Write;
use std::path::Path;

pub use columns::{COLUMNS, Column};
pub use quotes::print_quotes;
pub use style::{Label, Style};

use crate::error::{Error, Result};
use crate::hits::{Hit, HitReport, Summary};
use crate::receipt::{Receipt, Seal};
use crate::report::Level;
use crate::table::{Row, Table};
use references::References;
use sink::Sink;

/// The forms in which hits are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// For people, at a terminal.
    Text,
    /// The whole answer as one value.
    Json,
    /// One hit a line, as JSON.
    Jsonl,
    /// For spreadsheets.
    Csv,
    /// For tools that cut lines at tabs.
    Tsv,
    /// For documents.
    Markdown,
    /// The reports as a bibliography, for LaTeX.
    Bibtex,
    /// The reports as a bibliography, for EndNote, Zotero and the like.
    Ris,
    /// The reports as a bibliography, for citation processors.
    CslJson,
    /// For Excel, WPS and LibreOffice.
    Xlsx,
    /// For browsers and for printing.
    Html,
    /// For Word.
    Docx,
}

/// How hits are written. Every printer takes what concerns it.
#[derive(Clone, Debug)]
pub struct Options {
    /// The columns of the terminal (text). `usize::MAX` breaks no line.
    pub width: usize,
    pub style: Style,
    /// Whether long passages are printed whole (text). Otherwise one that takes more than about six lines is shortened around
    /// its matches, and `…` stands for what is left out. Other formats always print whole passages.
    pub full: bool,
    /// Whether a byte order mark opens the file (csv, tsv). Without it, Excel takes UTF-8 for the local encoding and garbles
    /// Chinese; with it, some other tools take it for a part of the first column's name.
    pub bom: bool,
    /// What errors call the place that is written to: the path of a file, or `standard output`.
    pub destination: String,
    /// What the answer says of itself, in formats that have room for it. It is sealed when all was printed.
    pub receipt: Option<Receipt>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            width: 80,
            style: Style::plain(),
            full: false,
            bom: true,
            destination: "standard output".to_owned(),
            receipt: None,
        }
    }
}

impl Options {
    fn ending<'a>(&'a self, seal: &'a RefCell<Seal>) -> Ending<'a> {
        Ending {
            receipt: self.receipt.as_ref(),
            seal,
        }
    }
}

/// Writes hits and tables in one format.
trait Printer: Sync {
    /// Writes all of the hits, and what the format has room for of the summary.
    fn print(
        &self,
        summary: &Summary,
        hits: HitStream<'_>,
        options: &Options,
        ending: Ending<'_>,
        out: &mut Sink<'_>,
    ) -> Result<()>;

    /// Writes all rows of a table, and what the format has room for of its title and notes.
    fn print_table(
        &self,
        table: &Table,
        rows: RowStream<'_>,
        options: &Options,
        ending: Ending<'_>,
        out: &mut Sink<'_>,
    ) -> Result<()>;
}

/// Hits as they come. The first error ends them.
type HitStream<'a> = &'a mut dyn Iterator<Item = Result<Hit>>;

/// Rows as they come. The first error ends them.
type RowStream<'a> = &'a mut dyn Iterator<Item = Result<Row>>;

/// What is known only after the last hit or row.
struct Ending<'a> {
    receipt: Option<&'a Receipt>,
    seal: &'a RefCell<Seal>,
}

impl Ending<'_> {
    /// The receipt of all that was printed until now.
    fn receipt(&self) -> Option<Receipt> {
        self.receipt.map(|receipt| receipt.sealed(&self.seal.borrow()))
    }

    /// The same, with the fingerprint of what stands before it in the file.
    fn receipt_behind(&self, out: &mut Sink<'_>) -> Result<Option<Receipt>> {
        let Some(receipt) = self.receipt() else {
            return Ok(None);
        };
        let file = out.fingerprint()?;
        Ok(Some(Receipt { file, ..receipt }))
    }
}

struct Declaration {
    name: &'static str,
    /// How file names end that mean this format.
    endings: &'static [&'static str],
    printer: &'static dyn Printer,
}

/// All formats, in the order of [`Format`].
static FORMATS: [Declaration; Format::ALL.len()] = [
    declare("text", &["txt", "text"], &text::Text),
    declare("json", &["json"], &json::Json),
    declare("jsonl", &["jsonl", "ndjson"], &jsonl::Jsonl),
    declare("csv", &["csv"], &csv::Csv),
    declare("tsv", &["tsv", "tab"], &tsv::Tsv),
    declare("markdown", &["md", "markdown"], &markdown::Markdown),
    declare("bibtex", &["bib", "bibtex"], &References::Bibtex),
    declare("ris", &["ris"], &References::Ris),
    declare("csl-json", &["csl.json"], &References::CslJson),
    declare("xlsx", &["xlsx"], &xlsx::Xlsx),
    declare("html", &["html", "htm"], &html::Html),
    declare("docx", &["docx"], &docx::Docx),
];

const fn declare(name: &'static str, endings: &'static [&'static str], printer: &'static dyn Printer) -> Declaration {
    Declaration { name, endings, printer }
}

impl Format {
    /// All formats, in the order in which they are listed for people.
    pub const ALL: [Format; 12] = [
        Format::Text,
        Format::Json,
        Format::Jsonl,
        Format::Csv,
        Format::Tsv,
        Format::Markdown,
        Format::Bibtex,
        Format::Ris,
        Format::CslJson,
        Format::Xlsx,
        Format::Html,
        Format::Docx,
    ];

    fn declaration(self) -> &'static Declaration {
        &FORMATS[self as usize]
    }

    /// Its name on the command line and on the web.
    pub fn name(self) -> &'static str {
        self.declaration().name
    }

    /// How its files end, without the dot, the usual ending first.
    pub fn endings(self) -> &'static [&'static str] {
        self.declaration().endings
    }

    /// Whether a receipt has its place in it. Beside files of the others it is a file of its own.
    pub fn holds_receipt(self) -> bool {
        matches!(
            self,
            Format::Json | Format::Markdown | Format::Xlsx | Format::Html | Format::Docx
        )
    }

    /// Whether its bytes are no text, so that a terminal cannot show them.
    pub fn is_binary(self) -> bool {
        matches!(self, Format::Xlsx | Format::Docx)
    }

    /// Whether it tells the summary of an answer beside its hits.
    pub fn holds_summary(self) -> bool {
        !matches!(self, Format::Jsonl | Format::Csv | Format::Tsv) && !self.is_bibliography()
    }

    /// Whether it holds the reports of the hits, each once, and not the hits: it is written when all of them have come.
    pub fn is_bibliography(self) -> bool {
        matches!(self, Format::Bibtex | Format::Ris | Format::CslJson)
    }

    /// The format of this name or file ending, capital or small.
    pub fn named(name: &str) -> Result<Format> {
        let wanted = name.trim().to_lowercase();
        let named = |format: &Format| format.name() == wanted || format.endings().contains(&wanted.as_str());
        Format::ALL
            .into_iter()
            .find(named)
            .ok_or_else(|| Error::usage(format!("there is no format `{name}`")).hinted(all_names()))
    }

    /// The format that the ending of a file's name means.
    pub fn of_path(path: &Path) -> Result<Format> {
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default()
            .to_lowercase();
        // `refs.csl.json` is no `json`.
        let has_double_ending = |format: &Format| {
            let mut endings = format.endings().iter().filter(|ending| ending.contains('.'));
            endings.any(|ending| name.ends_with(&format!(".{ending}")))
        };
        if let Some(format) = Format::ALL.into_iter().find(has_double_ending) {
            return Ok(format);
        }
        let Some(ending) = path.extension().and_then(|ending| ending.to_str()) else {
            return Err(
                Error::usage(format!("{} does not say its format by an ending", path.display()))
                    .hinted("end its name in .csv, .json, .md or the like, or say --format")
                    .hinted(all_names()),
            );
        };
        Format::named(ending).map_err(|_| {
            Error::usage(format!("{}: files in .{ending} cannot be written", path.display()))
                .hinted("say --format to write one of the formats under this name")
                .hinted(all_names())
        })
    }
}

fn all_names() -> String {
    format!("the formats are {}", Format::ALL.map(Format::name).join(", "))
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Writes the hits, and what the format has room for of the summary: nothing in CSV, TSV and JSON lines, which hold hits only, and in
/// BibTeX, RIS and CSL-JSON, which hold the reports of the hits; all of it in the others. Answers the seal of what was written.
///
/// # Errors
/// When the hits end in an error or `out` does. What was written until then stays written and is not whole, which the caller
/// must not pass off as a result.
pub fn print_hits(
    format: Format,
    summary: &Summary,
    hits: &mut dyn Iterator<Item = Result<Hit>>,
    options: &Options,
    out: &mut dyn Write,
) -> Result<Seal> {
    let mut sink = Sink::new(out, &options.destination);
    let seal = RefCell::new(Seal::default());
    seal.borrow_mut().summary(summary);
    let mut hits = hits.inspect(|hit| {
        if let Ok(hit) = hit {
            seal.borrow_mut().hit(hit);
        }
    });
    let printer = format.declaration().printer;
    printer.print(summary, &mut hits, options, options.ending(&seal), &mut sink)?;
    let file = sink.fingerprint()?;
    sink.finish()?;
    let mut seal = seal.into_inner();
    seal.file = file;
    Ok(seal)
}

/// Writes a table. Answers the seal of what was written.
///
/// # Errors
/// When the rows end in an error or `out` does, as with [`print_hits`].
pub fn print_table(
    format: Format,
    table: &Table,
    rows: &mut dyn Iterator<Item = Result<Row>>,
    options: &Options,
    out: &mut dyn Write,
) -> Result<Seal> {
    let mut sink = Sink::new(out, &options.destination);
    let seal = RefCell::new(Seal::default());
    seal.borrow_mut().table(table);
    let mut rows = rows.inspect(|row| {
        if let Ok(row) = row {
            seal.borrow_mut().row(row);
        }
    });
    let printer = format.declaration().printer;
    printer.print_table(table, &mut rows, options, options.ending(&seal), &mut sink)?;
    let file = sink.fingerprint()?;
    sink.finish()?;
    let mut seal = seal.into_inner();
    seal.file = file;
    Ok(seal)
}

/// Where and when a report is from, in a few words: `古镛镇 2024`. A department is known by its own name; a report of unknown
/// place by its title or its file's name.
pub fn place_and_year(report: &HitReport) -> String {
    let place = place_of(report);
    match report.year {
        Some(year) => format!("{place} {year}"),
        None => place.to_owned(),
    }
}

/// Where a report is from, in a few words.
fn place_of(report: &HitReport) -> &str {
    let body = report.issuing_body.as_ref();
    let department = body.filter(|_| report.level == Some(Level::Department));
    department
        .or(report.township.as_ref())
        .or(report.county.as_ref())
        .or(report.city.as_ref())
        .or(report.province.as_ref())
        .or(body)
        .or(report.title.as_ref())
        .map_or_else(|| file_name(&report.path), String::as_str)
}

fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// `1 match`, `1,204 matches`.
fn matches(count: usize) -> String {
    match count {
        1 => "1 match".to_owned(),
        _ => format!("{} matches", grouped(count as u64)),
    }
}

/// `1 passage`, `1,204 passages`.
pub fn counted(count: u64, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(count))
}

/// The number with commas between thousands.
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `3 passages in 3 reports, 3 occurrences`.
fn totals_line(summary: &Summary) -> String {
    let totals = summary.totals;
    let mut line = format!(
        "{} in {}",
        counted(totals.passages, "passage"),
        counted(totals.reports, "report")
    );
    if totals.occurrences > 0 {
        line = format!("{line}, {}", counted(totals.occurrences, "occurrence"));
    }
    line
}

/// The ranks of the hits that were printed, while they are.
#[derive(Default)]
struct Ranks {
    first_and_last: Option<(u64, u64)>,
}

impl Ranks {
    fn note(&mut self, rank: u64) {
        let first = self.first_and_last.map_or(rank, |(first, _)| first);
        self.first_and_last = Some((first, rank));
    }

    /// What is shown when it is not all: `showing 1–20 of 123; --limit 123 shows all`.
    fn line(&self, summary: &Summary) -> Option<String> {
        let all = summary.totals.passages;
        let (first, last) = match self.first_and_last {
            Some(shown) => shown,
            None if all > 0 => return Some(format!("showing totals only; --limit {all} shows all")),
            None => return None,
        };
        if last - first + 1 >= all {
            return None;
        }
        let (first, last, count) = (grouped(first), grouped(last), grouped(all));
        Some(format!("showing {first}–{last} of {count}; --limit {all} shows all"))
    }
}

#[cfg(test)]
mod fixture;

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn the_table_is_in_the_order_of_the_formats() {
        for (at, format) in Format::ALL.into_iter().enumerate() {
            assert_eq!(format as usize, at);
            assert_eq!(format.name().replace('-', ""), format!("{format:?}").to_lowercase());
            assert_eq!(Format::named(format.name()).unwrap(), format);
            for ending in format.endings() {
                assert_eq!(Format::of_path(Path::new(&format!("hits.{ending}"))).unwrap(), format);
            }
        }
    }

    #[test]
    fn file_names_may_end_in_capitals() {
        assert_eq!(Format::of_path(Path::new("结果/枫桥.CSV")).unwrap(), Format::Csv);
    }

    #[test]
    fn an_unknown_ending_is_an_error_that_lists_the_formats() {
        let error = Format::of_path(Path::new("hits.pdf")).unwrap_err();
        assert_eq!(error.to_string(), "hits.pdf: files in .pdf cannot be written");
        assert_eq!(
            error.hints[1],
            "the formats are text, json, jsonl, csv, tsv, markdown, bibtex, ris, csl-json, xlsx, html, docx"
        );
        let error = Format::of_path(Path::new("hits")).unwrap_err();
        assert_eq!(error.to_string(), "hits does not say its format by an ending");
        let error = Format::named("yaml").unwrap_err();
        assert_eq!(error.to_string(), "there is no format `yaml`");
    }

    #[test]
    fn every_format_ends_where_the_hits_end_in_an_error() {
        for format in Format::ALL {
            let mut hits = fixture::hits().hits.into_iter().map(Ok).take(1).collect::<Vec<_>>();
            hits.push(Err(Error::usage("the index went away")));
            let mut out = Vec::new();
            let summary = fixture::hits().summary;
            let result = print_hits(format, &summary, &mut hits.into_iter(), &Options::default(), &mut out);
            assert_eq!(result.unwrap_err().to_string(), "the index went away", "{format}");
        }
    }

    #[test]
    fn a_reader_who_goes_away_is_told_apart() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
                Err(std::io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        for format in Format::ALL {
            let hits = fixture::hits();
            let mut stream = hits.hits.into_iter().map(Ok);
            let result = print_hits(format, &hits.summary, &mut stream, &Options::default(), &mut Closed);
            assert!(result.unwrap_err().is_broken_pipe(), "{format}");
        }
    }

    #[test]
    fn a_place_is_the_nearest_that_is_known() {
        let mut report = fixture::hits().hits.remove(0).report;
        assert_eq!(place_and_year(&report), "古镛镇 2024");
        report.level = Some(Level::Department);
        assert_eq!(place_and_year(&report), "古镛镇人民政府 2024");
        (report.level, report.township, report.year) = (None, None, None);
        assert_eq!(place_and_year(&report), "将乐县");
        (report.county, report.city, report.province) = (None, None, None);
        (report.issuing_body, report.title) = (None, None);
        assert_eq!(place_and_year(&report), "2024.txt");
    }

    #[test]
    fn hits_are_written_as_they_come() {
        struct Count<'a>(&'a Cell<usize>);
        impl Write for Count<'_> {
            fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
                self.0.set(self.0.get() + bytes.len());
                Ok(bytes.len())
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        let answer = fixture::hits();
        for format in Format::ALL.into_iter().filter(|format| !format.is_bibliography()) {
            let written = Cell::new(0);
            let mut before = 0;
            let some = if format.is_binary() { 1000 } else { 50 };
            let mut hits = (0..4 * some).map(|rank: u32| {
                assert!(
                    !rank.is_multiple_of(some) || rank == 0 || written.get() > before,
                    "{format}"
                );
                if rank.is_multiple_of(some) {
                    before = written.get();
                }
                // Equal hits would be compressed to next to nothing.
                let mut hit = answer.hits[0].clone();
                hit.passage
                    .text
                    .push_str(&blake3::hash(&[rank as u8, (rank >> 8) as u8]).to_hex());
                Ok(hit)
            });
            print_hits(
                format,
                &answer.summary,
                &mut hits,
                &Options::default(),
                &mut Count(&written),
            )
            .unwrap();
        }
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(counted(1, "report"), "1 report");
    }

    #[test]
    fn what_is_not_shown_is_said() {
        let mut summary = fixture::hits().summary;
        summary.totals.passages = 1234;
        let mut ranks = Ranks::default();
        assert_eq!(
            ranks.line(&summary).unwrap(),
            "showing totals only; --limit 1234 shows all"
        );
        (21..=40).for_each(|rank| ranks.note(rank));
        assert_eq!(
            ranks.line(&summary).unwrap(),
            "showing 21–40 of 1,234; --limit 1234 shows all"
        );
        summary.totals.passages = 20;
        assert_eq!(ranks.line(&summary), None);
    }
}
