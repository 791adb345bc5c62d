//! Writes what is known of each report as a sheet: a row a report, to be corrected and given back with `--metadata`.
//!
//! Given back as it is, it changes nothing: every value reads as it was written, and what the sheet cannot hold is left empty, which
//! means "as it was read".

use std::io::Write;
use std::path::Path;

use rust_xlsxwriter::{Color, DataValidation, Format, FormatAlign, Workbook, Worksheet, XlsxError};

use super::csv::{BOM, put_record};
use super::sink::Sink;
use crate::error::{Error, Result};
use crate::index::StoredReport;
use crate::ingest::sidecar::is_guarded;
use crate::report::{Evidence, EvidenceSource, Level, Metadata, ReportKind};
use crate::schema::corrections::{is_unknown, unknown};

/// The forms of the sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Csv,
    Xlsx,
}

/// The columns that name a report, before those of its fields.
const KEYS: [&str; 4] = ["path", "row", "id", "hash"];

/// The most characters that a cell of a spreadsheet holds.
const MAX_CHARS: usize = 32_767;

/// The most reports that a spreadsheet has rows for.
const MAX_REPORTS: usize = 1_048_575;

impl Form {
    /// The form that the ending of a file's name means.
    ///
    /// # Errors
    /// When it means none.
    pub fn of_path(path: &Path) -> Result<Form> {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        match ending.to_lowercase().as_str() {
            "csv" => Ok(Form::Csv),
            "xlsx" => Ok(Form::Xlsx),
            _ => Err(Error::usage(format!(
                "{}: a sheet of metadata is written as csv or xlsx",
                path.display()
            ))
            .hinted("end its name in .xlsx or .csv")),
        }
    }
}

/// Writes the sheet. `destination` is what errors call the place that is written to.
///
/// # Errors
/// When `out` does, or when there are more reports than a spreadsheet has rows for.
pub fn print_metadata_sheet(
    form: Form,
    reports: &[StoredReport],
    destination: &str,
    out: &mut dyn Write,
) -> Result<()> {
    let mut sink = Sink::new(out, destination);
    match form {
        Form::Csv => print_csv(reports, &mut sink)?,
        Form::Xlsx => {
            if reports.len() > MAX_REPORTS {
                return Err(Error::usage(format!(
                    "{destination}: {} reports, more than a spreadsheet has rows for",
                    reports.len()
                ))
                .hinted("write csv"));
            }
            let bytes = workbook(reports).map_err(|error| Error::usage(format!("{destination}: {error}")))?;
            sink.put_bytes(&bytes)?;
        }
    }
    sink.finish()
}

/// A cell, and how it is to be seen.
struct Cell {
    text: String,
    look: Look,
}

#[derive(Clone, Copy, PartialEq)]
enum Look {
    Plain,
    /// Not known.
    Missing,
    /// Known from a place that may mislead.
    Doubtful,
}

fn header() -> impl Iterator<Item = String> {
    let fields = Metadata::FIELDS.into_iter();
    let beside = Metadata::FIELDS.into_iter().map(|field| format!("{field}_evidence"));
    let warnings = std::iter::once("warnings".to_owned());
    KEYS.into_iter()
        .chain(fields)
        .map(str::to_owned)
        .chain(beside)
        .chain(warnings)
}

fn cells(report: &StoredReport) -> impl Iterator<Item = Cell> + '_ {
    let plain = |text: String| Cell {
        text,
        look: Look::Plain,
    };
    let source = &report.source;
    let row = source.row.map_or(String::new(), |row| row.to_string());
    let keys = [source.path.clone(), row, report.id.to_string(), source.hash.clone()];
    let fields = Metadata::FIELDS.into_iter().map(|field| field_cell(report, field));
    let beside = Metadata::FIELDS
        .into_iter()
        .map(move |field| plain(evidence_of(report, field).map_or(String::new(), shown)));
    let warnings = std::iter::once(plain(report.warnings.join("; ")));
    keys.into_iter().map(plain).chain(fields).chain(beside).chain(warnings)
}

fn field_cell(report: &StoredReport, field: &str) -> Cell {
    let evidence = evidence_of(report, field);
    match report.metadata.value_of(field) {
        None => Cell {
            // Somebody said that it is unknown; else nobody knows.
            text: evidence.map_or("", |_| unknown()).to_owned(),
            look: Look::Missing,
        },
        Some(value) => Cell {
            look: match evidence.is_some_and(is_doubtful) {
                true => Look::Doubtful,
                false => Look::Plain,
            },
            // A value that looks like the mark for "unknown" would be read as it.
            text: if is_unknown(&value) { String::new() } else { value },
        },
    }
}

fn evidence_of<'a>(report: &'a StoredReport, field: &str) -> Option<&'a Evidence> {
    report.evidence.iter().find(|evidence| evidence.field == field)
}

/// Whether a value is worth a look: nothing in the report's head or foot says it.
fn is_doubtful(evidence: &Evidence) -> bool {
    use EvidenceSource::*;
    evidence.implied || matches!(evidence.from, Body | FileName | Url | Derived)
}

fn shown(evidence: &Evidence) -> String {
    let implied = if evidence.implied { ", implied" } else { "" };
    format!("{}{implied}", evidence.from.name())
}

fn print_csv(reports: &[StoredReport], out: &mut Sink<'_>) -> Result<()> {
    out.put(BOM)?;
    put_record(header(), out)?;
    for report in reports {
        put_record(
            header()
                .zip(cells(report))
                .map(|(column, cell)| csv_text(&column, cell.text)),
            out,
        )?;
    }
    Ok(())
}

/// The text as a spreadsheet reads it back: no formula, and no number that it would round.
fn csv_text(column: &str, text: String) -> String {
    // An id of digits alone, or with one `e`, would come back as 1.23E+15; the hash names the report as well.
    if column == "id" && text.parse::<f64>().is_ok() {
        return String::new();
    }
    match is_guarded(&text) {
        true => format!("'{text}"),
        false => text,
    }
}

fn workbook(reports: &[StoredReport]) -> std::result::Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("reports")?;
    let head = Format::new()
        .set_bold()
        .set_background_color(Color::RGB(0xE7E6E6))
        .set_align(FormatAlign::VerticalCenter);
    let mut columns = 0;
    for (at, name) in (0u16..).zip(header()) {
        sheet.write_string_with_format(0, at, &name, &head)?;
        sheet.set_column_width(at, width_of(&name))?;
        columns = at;
    }
    // Text, so that a spreadsheet takes what is typed as it is: no `2025-02-07` becomes a number.
    let text = Format::new().set_num_format("@");
    let missing = text.clone().set_background_color(Color::RGB(0xFFF2CC));
    let doubtful = text.clone().set_background_color(Color::RGB(0xFCE4D6));
    let format = |look| match look {
        Look::Plain => &text,
        Look::Missing => &missing,
        Look::Doubtful => &doubtful,
    };
    let mut last = 0;
    for (row, report) in (1u32..).zip(reports) {
        for (column, cell) in (0u16..).zip(cells(report)) {
            let format = format(cell.look);
            match cell.text.is_empty() || cell.text.chars().count() > MAX_CHARS {
                true => sheet.write_blank(row, column, format)?,
                false => sheet.write_string_with_format(row, column, &cell.text, format)?,
            };
        }
        last = row;
    }
    sheet.set_freeze_panes(1, 1)?;
    sheet.autofilter(0, 0, last, columns)?;
    allow(sheet, "kind", &ReportKind::ALL.map(ReportKind::name), last)?;
    allow(sheet, "level", &Level::ALL.map(Level::name), last)?;
    workbook.save_to_buffer()
}

/// Offers the values that a field can have; others (a label in Chinese, the mark for "unknown") may be typed all the same.
fn allow(sheet: &mut Worksheet, field: &str, names: &[&str], last: u32) -> std::result::Result<(), XlsxError> {
    let Some(column) = (0u16..).zip(header()).find(|(_, name)| name == field).map(|(at, _)| at) else {
        return Ok(());
    };
    let validation = DataValidation::new()
        .allow_list_strings(names)?
        .show_error_message(false);
    sheet.add_data_validation(1, column, last.max(1), column, &validation)?;
    Ok(())
}

/// In characters.
fn width_of(column: &str) -> f64 {
    match column {
        "path" | "title" => 44.0,
        "row" | "year" => 7.0,
        "issuing_body" | "kind" | "doc_number" => 24.0,
        "warnings" => 60.0,
        _ => 14.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::sidecar::{Sidecar, Value};
    use crate::report::{ReportId, Source};
    use proptest::prelude::*;

    fn report(metadata: Metadata) -> StoredReport {
        StoredReport {
            id: ReportId(0x1234_5678_9012_3456),
            source: Source {
                path: "某县/a.zip!/=b.docx".to_owned(),
                row: Some(3),
                format: "docx".to_owned(),
                encoding: "UTF-8".to_owned(),
                hash: "0123456789abcdef".repeat(4),
            },
            metadata,
            evidence: Vec::new(),
            warnings: vec!["=x".to_owned()],
            quality: Default::default(),
            sections: Vec::new(),
            passages: 0,
            chars: 0,
        }
    }

    /// What the reader of sheets makes of what was written.
    fn read_back(form: Form, report: StoredReport) -> Sidecar {
        let mut written = Vec::new();
        print_metadata_sheet(form, &[report], "sheet", &mut written).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sheet.csv");
        std::fs::write(&path, written).unwrap();
        Sidecar::read(&path).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn what_is_written_reads_as_what_is_known(
            title in "(=|-|'|＝|_x0041_|\\PC)?\\PC{0,12}[,\"\n;\t]?\\PC{0,4}",
            township in proptest::option::of("\\p{Han}{1,3}镇"),
            url in "[-+@=']{0,3}[ -~]{0,8}",
            year in proptest::option::of(1949u16..=2100),
            level in proptest::option::of(proptest::sample::select(Level::ALL.to_vec())),
            kind in proptest::sample::select(ReportKind::ALL.to_vec()),
        ) {
            let metadata = Metadata { kind, title: Some(title), township, url: Some(url), year, level, ..Metadata::default() };
            for form in [Form::Csv, Form::Xlsx] {
                let sidecar = read_back(form, report(metadata.clone()));
                prop_assert!(sidecar.problems.is_empty() && sidecar.warnings.is_empty(), "{:?}", sidecar);
                prop_assert_eq!(sidecar.rows.len(), 1);
                for (field, cell) in &sidecar.rows[0].cells {
                    prop_assert!(Value::read(field, cell).unwrap().is_in(&metadata, field), "{form:?} {field} {cell:?}");
                }
                let key = &sidecar.rows[0].key;
                prop_assert_eq!((key.row, key.path.as_deref()), (Some(3), Some("某县/a.zip!/=b.docx")));
                prop_assert!(key.id.is_some() || form == Form::Csv);
            }
        }
    }

    #[test]
    fn what_somebody_says_is_unknown_stays_unknown() {
        let mut report = report(Metadata::default());
        report.evidence.push(Evidence {
            field: "year".to_owned(),
            from: EvidenceSource::Sidecar,
            quote: "-".to_owned(),
            chars: None,
            implied: false,
            confidence: Default::default(),
        });
        for form in [Form::Csv, Form::Xlsx] {
            let cells = read_back(form, report.clone()).rows.remove(0).cells;
            assert!(cells.contains(&("year".to_owned(), "-".to_owned())), "{cells:?}");
            assert_eq!(cells.len(), 2, "kind and year: {cells:?}");
        }
    }

    #[test]
    fn the_form_is_told_by_the_ending() {
        assert_eq!(Form::of_path(Path::new("a.CSV")).unwrap(), Form::Csv);
        assert_eq!(Form::of_path(Path::new("a.xlsx")).unwrap(), Form::Xlsx);
        let error = Form::of_path(Path::new("a.ods")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "a.ods: a sheet of metadata is written as csv or xlsx"
        );
    }

    #[test]
    fn every_column_of_the_sheet_is_known_when_it_is_read() {
        for name in header() {
            assert!(crate::schema::corrections::role_of(&name).is_some(), "{name}");
        }
    }

    #[test]
    fn csv_cells_are_no_formulas_and_no_numbers_to_round() {
        let table = [
            ("title", "=1+1", "'=1+1"),
            ("year", "-", "'-"),
            ("title", "'=1", "''=1"),
            ("id", "1234567890123456", ""),
            ("id", "123456789012e456", ""),
            ("id", "12ab567890123456", "12ab567890123456"),
            ("year", "2024", "2024"),
        ];
        for (column, text, written) in table {
            assert_eq!(csv_text(column, text.to_owned()), written, "{text}");
        }
    }
}
