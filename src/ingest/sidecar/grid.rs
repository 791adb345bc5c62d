//! Reads a sheet into rows of texts: csv and tsv in any encoding, and the first sheet of an xlsx that is not empty.

use std::io::Read;
use std::path::Path;

use crate::error::{Error, Result};
use crate::ingest::decode;
use crate::ingest::extract::{self, table};
use crate::ingest::workbook::Workbook;

/// How large a sheet may be, in bytes.
const MAX_BYTES: u64 = 64 << 20;

/// How much of a text file is read for its header, in bytes.
const HEADER_BYTES: u64 = 64 << 10;

/// A sheet as rows of texts.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Grid {
    pub header: Vec<String>,
    pub rows: Vec<GridRow>,
    /// Rows that could not be read: the place, and why.
    pub broken: Vec<(String, String)>,
}

/// A row below the header.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct GridRow {
    /// `line 3` of a text file, `row 3` of a spreadsheet, both counted from 1 with the header.
    pub place: String,
    /// As many as the header has; what is missing is empty.
    pub cells: Vec<String>,
}

/// Reads a sheet whole.
///
/// # Errors
/// When it cannot be read, is too large, or is neither csv, tsv nor xlsx.
pub(super) fn read(path: &Path) -> Result<Grid> {
    let bytes = extract::read(path, MAX_BYTES)?;
    match is_workbook(&bytes) {
        true => read_workbook(path, bytes, usize::MAX),
        false => read_text(path, bytes),
    }
}

/// The names of a sheet's columns.
///
/// # Errors
/// As [`read`], as far as the header is concerned.
pub(super) fn header(path: &Path) -> Result<Vec<String>> {
    let is_xlsx = path
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("xlsx"));
    let grid = match is_xlsx {
        true => read_workbook(path, extract::read(path, MAX_BYTES)?, 1)?,
        false => read_text(path, read_start(path)?)?,
    };
    Ok(grid.header)
}

/// Whether a file is small enough for a sheet of corrections.
pub(super) fn may_be_sheet(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| metadata.len() <= MAX_BYTES)
}

fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// The first lines of a file, whole ones.
fn read_start(path: &Path) -> Result<Vec<u8>> {
    let io = |error| Error::io(path, error);
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(io)?;
    file.take(HEADER_BYTES).read_to_end(&mut bytes).map_err(io)?;
    if bytes.len() as u64 == HEADER_BYTES
        && let Some(end) = memchr::memrchr(b'\n', &bytes)
    {
        // UTF-16 has a zero byte after or before it.
        bytes.truncate(end + 1 + usize::from(bytes.get(end + 1) == Some(&0)));
    }
    Ok(bytes)
}

fn read_text(path: &Path, bytes: Vec<u8>) -> Result<Grid> {
    let decoded = decode::decode(bytes, None).map_err(|trouble| trouble.about(path))?;
    let mut grid = Grid::default();
    for row in table::rows_of(&decoded.text) {
        let place = format!("line {}", row.line);
        let cells = row.cells.into_iter().map(without_guard);
        match row.is_unclosed {
            true => grid
                .broken
                .push((place, "a quote is opened and never closed".to_owned())),
            false => grid.put(place, cells.collect()),
        }
    }
    Ok(grid)
}

/// The cell without the `'` that keeps a spreadsheet from taking it for a formula.
fn without_guard(cell: String) -> String {
    match cell.strip_prefix('\'') {
        Some(rest) if is_guarded(rest) => rest.to_owned(),
        _ => cell,
    }
}

/// How texts begin that a spreadsheet takes for formulas: CWE-1236 as OWASP lists them (`=`, `+`, `-`, `@`, tab, carriage return),
/// and the full-width forms of the marks, which spreadsheets set to East Asian languages take for the half-width ones.
pub const FORMULA_BEGINNINGS: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// Whether a text needs a `'` before it in a csv file, or has one that must not be taken for it.
pub fn is_guarded(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(FORMULA_BEGINNINGS)
}

fn read_workbook(path: &Path, bytes: Vec<u8>, rows: usize) -> Result<Grid> {
    let mut workbook = Workbook::open(path, bytes)?;
    for name in workbook.sheets() {
        let mut grid = Grid::default();
        for row in workbook.rows(&name, rows)? {
            grid.put(format!("row {}", row.number), row.cells);
        }
        if !grid.header.is_empty() {
            return Ok(grid);
        }
    }
    Ok(Grid::default())
}

impl Grid {
    /// Takes in the next row; the first is the header.
    fn put(&mut self, place: String, mut cells: Vec<String>) {
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            return;
        }
        if self.header.is_empty() {
            self.header = cells
                .iter()
                .map(|name| name.trim_start_matches('\u{feff}').trim().to_owned())
                .collect();
            return;
        }
        if cells.iter().skip(self.header.len()).any(|cell| !cell.trim().is_empty()) {
            let (has, wants) = (cells.len(), self.header.len());
            return self
                .broken
                .push((place, format!("{has} cells where the header has {wants}")));
        }
        cells.resize(self.header.len(), String::new());
        self.rows.push(GridRow { place, cells });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(bytes: &[u8]) -> Grid {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("reports.csv");
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(header(&path).unwrap(), read(&path).unwrap().header);
        read(&path).unwrap()
    }

    fn cells(grid: &Grid) -> Vec<&[String]> {
        grid.rows.iter().map(|row| row.cells.as_slice()).collect()
    }

    #[test]
    fn tables_are_read_in_any_encoding_and_with_any_separator() {
        let wanted = [["a.txt", "2024"]];
        for text in [
            "路径,年份\na.txt,2024\n",
            "\u{feff}路径;年份\r\na.txt;2024",
            "路径\t年份\na.txt\t2024\n\n",
        ] {
            let grid = grid(text.as_bytes());
            assert_eq!(grid.header, ["路径", "年份"], "{text:?}");
            assert_eq!(cells(&grid), wanted);
        }
        let (gbk, ..) = encoding_rs::GBK.encode("路径,乡镇\n报告一.txt,白鹭镇\n报告二.txt,黑石镇\n");
        assert_eq!(cells(&grid(&gbk)), [["报告一.txt", "白鹭镇"], ["报告二.txt", "黑石镇"]]);
    }

    #[test]
    fn short_rows_are_filled_and_long_ones_are_named() {
        let grid = grid(b"path,year,title\na,2024\nb,2023,x,y\n,,\nc,2022,z,\n");
        assert_eq!(cells(&grid), [["a", "2024", ""], ["c", "2022", "z"]]);
        assert_eq!(
            grid.broken,
            [("line 3".to_owned(), "4 cells where the header has 3".to_owned())]
        );
        assert_eq!(grid.rows[1].place, "line 5");
    }

    #[test]
    fn guards_against_formulas_are_taken_off() {
        let table = [
            ("'-", "-"),
            ("'=1", "=1"),
            ("''=1", "'=1"),
            ("'甲", "'甲"),
            ("=1", "=1"),
        ];
        for (cell, text) in table {
            assert_eq!(without_guard(cell.to_owned()), text);
        }
    }

    #[test]
    fn a_workbook_is_read_as_it_shows() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("reports.xlsx");
        let mut workbook = rust_xlsxwriter::Workbook::new();
        workbook.add_worksheet();
        let sheet = workbook.add_worksheet();
        sheet.write_row(1, 0, ["path", "year", "published"]).unwrap();
        sheet.write(3, 0, "a.txt").unwrap();
        sheet.write(3, 1, 2024).unwrap();
        let day = rust_xlsxwriter::ExcelDateTime::from_ymd(2025, 2, 7).unwrap();
        let format = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd");
        sheet.write_with_format(3, 2, &day, &format).unwrap();
        // A cell far out costs nothing.
        sheet.write(1_048_575, 16_383, "x").unwrap();
        workbook.save(&path).unwrap();
        let grid = read(&path).unwrap();
        assert_eq!(grid.header, ["path", "year", "published"]);
        assert_eq!(cells(&grid), [["a.txt", "2024", "2025-02-07"]]);
        assert_eq!(grid.rows[0].place, "row 4");
        assert_eq!(header(&path).unwrap(), grid.header);
    }

    #[test]
    fn damaged_workbooks_are_errors() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("reports.xlsx");
        std::fs::write(&path, b"PK\x03\x04 and no more").unwrap();
        assert!(
            read(&path)
                .unwrap_err()
                .to_string()
                .contains("damaged, or no xlsx file")
        );
        assert!(header(&path).is_err());
    }
}
