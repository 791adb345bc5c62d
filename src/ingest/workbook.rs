//! Reads the sheets of an xlsx that people filled in, as rows of texts.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use calamine::{DataRef, Reader, Xlsx};

use crate::error::{Error, Result};
use crate::ingest::extract;

/// How large a workbook may be, in bytes: packed, and unpacked.
const MAX_BYTES: u64 = 64 << 20;
const MAX_UNPACKED: u64 = 512 << 20;

/// How many columns are looked at.
pub const MAX_COLUMNS: u32 = 256;

/// A workbook that is being read.
pub struct Workbook {
    path: PathBuf,
    xlsx: Xlsx<Cursor<Vec<u8>>>,
}

/// A row with anything in it.
#[derive(Debug, PartialEq, Eq)]
pub struct SheetRow {
    /// From 1, as spreadsheets count.
    pub number: u32,
    /// Up to the last that is not empty.
    pub cells: Vec<String>,
}

impl Workbook {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, is too large, or is no xlsx.
    pub fn read(path: &Path) -> Result<Self> {
        Workbook::open(path, extract::read(path, MAX_BYTES)?)
    }

    /// Opens what was read from `path`.
    ///
    /// # Errors
    /// When it is too large, or no xlsx.
    pub fn open(path: &Path, bytes: Vec<u8>) -> Result<Self> {
        check_size(path, &bytes)?;
        let xlsx = calamine::open_workbook_from_rs(Cursor::new(bytes))
            .map_err(|error: calamine::XlsxError| damaged(path, &error.to_string()))?;
        Ok(Workbook {
            path: path.to_path_buf(),
            xlsx,
        })
    }

    /// The names of its sheets, in their order.
    pub fn sheets(&self) -> Vec<String> {
        self.xlsx.sheet_names()
    }

    /// The rows of a sheet that have anything in them; after `limit` of them it may end.
    ///
    /// # Errors
    /// When it is damaged.
    pub fn rows(&mut self, sheet: &str, limit: usize) -> Result<Vec<SheetRow>> {
        let path = self.path.clone();
        let damaged = |error: calamine::XlsxError| damaged(&path, &error.to_string());
        let mut cells = self.xlsx.worksheet_cells_reader(sheet).map_err(damaged)?;
        // Sparse, because one cell far out would make a dense sheet too large for any memory.
        let mut rows: BTreeMap<u32, BTreeMap<u32, String>> = BTreeMap::new();
        while let Some(cell) = cells.next_cell().map_err(damaged)? {
            let (row, column) = cell.get_position();
            if rows.len() > limit {
                break;
            }
            let text = text_of(cell.get_value());
            if column < MAX_COLUMNS && !text.is_empty() {
                rows.entry(row).or_default().insert(column, text);
            }
        }
        let filled = rows.into_iter().map(|(row, mut cells)| {
            let width = cells.keys().last().map_or(0, |last| last + 1);
            SheetRow {
                number: row + 1,
                cells: (0..width)
                    .map(|column| cells.remove(&column).unwrap_or_default())
                    .collect(),
            }
        });
        Ok(filled.collect())
    }
}

fn damaged(path: &Path, reason: &str) -> Error {
    Error::source(path, format!("damaged, or no xlsx file: {reason}"))
        .hinted("open it in the program it was made with and save it anew, as xlsx")
}

/// Refuses a workbook that unpacks to more than anyone fills in by hand.
fn check_size(path: &Path, bytes: &[u8]) -> Result<()> {
    let damaged = |error: zip::result::ZipError| damaged(path, &error.to_string());
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    let mut unpacked = 0u64;
    for at in 0..archive.len() {
        unpacked = unpacked.saturating_add(archive.by_index_raw(at).map_err(damaged)?.size());
    }
    match unpacked > MAX_UNPACKED {
        true => Err(Error::source(
            path,
            format!("unpacks to {unpacked} bytes, more than the {MAX_UNPACKED} allowed"),
        )),
        false => Ok(()),
    }
}

/// What a cell shows, as far as people fill it in: numbers without a needless point, days as days.
fn text_of(value: &DataRef) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) => text.trim().to_owned(),
        DataRef::SharedString(text) => text.trim().to_owned(),
        DataRef::Bool(truth) => truth.to_string(),
        DataRef::DateTime(time) => {
            let (year, month, day, ..) = time.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => String::new(),
    }
}
