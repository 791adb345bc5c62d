//! Reads workbooks: xlsx, xls and et, ods. A sheet with a column of text holds one report a row, as csv does; one without is a
//! report by itself, its rows the lines.
//!
//! The cells are read here and not by a library: what a reader sees in a cell (2024年1月5日, 97.8%) is what is cited, and a damaged or
//! hostile file must not choose how much memory is taken.

use std::ops::Range;
use std::path::Path;

use super::records::{Reader, Record};
use super::{Draft, Harvest, Line, LineStyle, Options, Packed, Places, Run, ole, package};
use crate::error::{Error, Result};
use crate::schema::columns::columns;

mod format;
mod ods;
mod xls;
mod xlsx;

/// Whether the bytes are a workbook of Excel 2007 or later.
pub(super) fn is_xlsx(bytes: &[u8]) -> bool {
    package::holds(bytes, |name| name.starts_with("xl/workbook."), "xl/workbook.")
}

/// Whether the bytes are a workbook of OpenDocument: the first member of the package says so.
pub(super) fn is_ods(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(200)];
    package::is_zip(bytes) && memchr::memmem::find(head, b"opendocument.spreadsheet").is_some()
}

/// Whether the bytes are a workbook of Excel 5 to 2003, or of WPS Spreadsheets.
pub(super) fn is_xls(bytes: &[u8]) -> bool {
    ole::names(bytes, "Workbook") || ole::names(bytes, "Book")
}

pub(super) fn extract_xlsx(packed: &Packed) -> Result<Harvest> {
    let mut book = Workbook::new(packed);
    xlsx::read(packed, &mut book)?;
    book.finish()
}

pub(super) fn extract_ods(packed: &Packed) -> Result<Harvest> {
    let mut book = Workbook::new(packed);
    ods::read(packed, &mut book)?;
    book.finish()
}

pub(super) fn extract_xls(packed: &Packed) -> Result<Harvest> {
    let mut book = Workbook::new(packed);
    xls::read(packed, &mut book)?;
    book.finish()
}

/// The sheets of a file, as they are read.
struct Workbook<'a> {
    path: &'a Path,
    options: &'a Options,
    sheets: Vec<Sheet>,
    /// How much more text the cells may have, in bytes: one text may be repeated in a million cells.
    left: u64,
    warnings: Vec<String>,
    /// The place of the first cell that shows an error, and how many there are.
    error: Option<String>,
    errors: usize,
}

/// One sheet.
#[derive(Default)]
struct Sheet {
    name: String,
    /// In any order while they are read, then by row and column; those without text are left out.
    cells: Vec<Cell>,
    /// In any order while they are read, then by column and row.
    merged: Vec<Merged>,
}

/// A cell, as a reader sees it. Rows and columns are counted from 0.
struct Cell {
    row: u32,
    column: u32,
    text: String,
}

/// Cells that are shown as one; the first of them has the text.
struct Merged {
    rows: Range<u32>,
    columns: Range<u32>,
}

/// A row that says something.
type Row<'a> = &'a [Cell];

impl<'a> Workbook<'a> {
    fn new(packed: &'a Packed) -> Self {
        Workbook {
            path: &packed.path,
            options: &packed.options,
            sheets: Vec::new(),
            left: packed.options.max_bytes,
            warnings: Vec::new(),
            error: None,
            errors: 0,
        }
    }

    fn open_sheet(&mut self, name: String, is_hidden: bool) {
        if is_hidden {
            self.warnings
                .push(format!("sheet `{name}` is hidden; read like the others"));
        }
        self.sheets.push(Sheet {
            name,
            ..Sheet::default()
        });
    }

    /// Adds a cell to the sheet opened last.
    ///
    /// # Errors
    /// The cells hold more than is allowed.
    fn cell(&mut self, row: u32, column: u32, text: String) -> Result<()> {
        if text.trim().is_empty() {
            return Ok(());
        }
        const OWN: u64 = size_of::<Cell>() as u64;
        let Some(left) = self.left.checked_sub(text.len() as u64 + OWN) else {
            let reason = format!("its cells hold more than the {} bytes allowed", self.options.max_bytes);
            return Err(
                Error::source(self.path, reason).hinted("raise the limit with --max-file-size, or split the file")
            );
        };
        self.left = left;
        if let Some(sheet) = self.sheets.last_mut() {
            sheet.cells.push(Cell { row, column, text });
        }
        Ok(())
    }

    /// Adds a cell whose formula failed: it shows `#REF!` or its like.
    ///
    /// # Errors
    /// As [`Workbook::cell`].
    fn error_cell(&mut self, row: u32, column: u32, text: String) -> Result<()> {
        self.errors += 1;
        if self.error.is_none()
            && let Some(sheet) = self.sheets.last()
        {
            self.error = Some(format!(
                "`{text}` in sheet `{}`, row {}",
                sheet.name,
                row.saturating_add(1)
            ));
        }
        self.cell(row, column, text)
    }

    fn merge(&mut self, rows: Range<u32>, columns: Range<u32>) {
        if let Some(sheet) = self.sheets.last_mut() {
            sheet.merged.push(Merged { rows, columns });
        }
    }

    /// # Errors
    /// There is no text, or not the columns that the user names.
    fn finish(mut self) -> Result<Harvest> {
        let mut sheets = std::mem::take(&mut self.sheets);
        for sheet in &mut sheets {
            sheet.cells.sort_by_key(|cell| (cell.row, cell.column));
            sheet
                .merged
                .sort_by_key(|merged| (merged.columns.start, merged.rows.start));
        }
        sheets.retain(|sheet| !sheet.cells.is_empty());
        if sheets.is_empty() {
            return Err(Error::source(self.path, "no text in this workbook").hinted("download it again, or delete it"));
        }
        if let Some(first) = &self.error {
            let warning = format!(
                "cells that show an error instead of what they should: {} ({first})",
                self.errors
            );
            self.warnings.push(warning);
        }
        let names_text = self.options.map.iter().any(|(field, _)| field == "text");
        let has_records = names_text || sheets.iter().any(|sheet| header_of(sheet, self.options).is_some());
        let mut harvest = match has_records {
            true => self.read_records(&sheets)?,
            false => self.read_sheets(&sheets),
        };
        self.warnings.append(&mut harvest.warnings);
        harvest.warnings = self.warnings;
        Ok(harvest)
    }

    /// Every sheet a report.
    fn read_sheets(&self, sheets: &[Sheet]) -> Harvest {
        let mut harvest = Harvest::default();
        for (n, sheet) in sheets.iter().enumerate() {
            let mut draft = draft_of(sheet);
            draft.row = (sheets.len() > 1).then_some(n as u64 + 1);
            draft.warnings.push(format!(
                "sheet `{}` has no column of text: read as one report, its rows as lines (or --map text=COLUMN)",
                sheet.name
            ));
            harvest.drafts.push(draft);
        }
        harvest
    }

    /// Every row a report. A sheet that has no column of text, beside others that do, is a report by itself.
    fn read_records(&self, sheets: &[Sheet]) -> Result<Harvest> {
        let mut reader = Reader::new(self.path, self.options)?;
        let mut count = 0;
        let mut others = Vec::new();
        let mut cut = Vec::new();
        for sheet in sheets {
            let Some(header) = header_of(sheet, self.options) else {
                if !self.options.map.iter().any(|(field, _)| field == "text") {
                    others.push(sheet);
                    continue;
                }
                // The user's column may be missing everywhere: the names that are there help.
                let first = rows(sheet).next().unwrap_or_default();
                reader.see_columns(first.iter().map(|cell| cell.text.trim()));
                reader.warn(format!("sheet `{}` has no such column of text; left out", sheet.name));
                continue;
            };
            read_rows(sheet, header, &mut reader, &mut count, &mut cut);
        }
        let mut harvest = reader.finish()?;
        for draft in harvest
            .drafts
            .iter_mut()
            .filter(|draft| draft.row.is_some_and(|row| cut.contains(&row)))
        {
            let warning = format!(
                "the text is {LONGEST} characters long, the most that a cell can hold: its end is probably missing"
            );
            draft.warnings.push(warning);
        }
        for sheet in others {
            count += 1;
            let mut draft = draft_of(sheet);
            draft.row = Some(count);
            let warning = format!(
                "sheet `{}` has no column of text: read as one report, its rows as lines",
                sheet.name
            );
            draft.warnings.push(warning);
            harvest.drafts.push(draft);
        }
        Ok(harvest)
    }
}

/// What a cell of Excel can hold, in UTF-16 units.
const LONGEST: usize = 32_767;

/// Reads the rows below the header. `count` counts the records of the file, `cut` gathers those whose text fills its cell.
fn read_rows(sheet: &Sheet, header: usize, reader: &mut Reader, count: &mut u64, cut: &mut Vec<u64>) {
    let mut rows = rows(sheet);
    let above: Vec<&str> = rows
        .by_ref()
        .take(header)
        .flatten()
        .map(|cell| cell.text.trim())
        .collect();
    if !above.is_empty() {
        let text: String = above.join(" ").chars().take(60).collect();
        reader.warn(format!("above the columns of sheet `{}`, left out: {text}", sheet.name));
    }
    let Some(names) = rows.next() else { return };
    let names: Vec<(u32, &str)> = names.iter().map(|cell| (cell.column, cell.text.trim())).collect();
    reader.see_columns(names.iter().map(|(_, name)| *name));
    // What stands beside the columns has no name to be asked by.
    let mut nameless = 0;
    for row in rows {
        *count += 1;
        let Some(first) = row.first() else { continue };
        let mut cells = Vec::new();
        for &(column, name) in &names {
            let own = row.iter().find(|cell| cell.column == column);
            let text = own
                .map(|cell| cell.text.as_str())
                .or_else(|| merged_above(sheet, first.row, column));
            if let Some(text) = text {
                cells.push((name.to_owned(), text.to_owned()));
            }
        }
        nameless += row
            .iter()
            .filter(|cell| names.iter().all(|(column, _)| *column != cell.column))
            .count();
        if cells.iter().any(|(_, text)| text.encode_utf16().count() == LONGEST) {
            cut.push(*count);
        }
        reader.read(Record {
            row: *count,
            place: format!(
                "record {count} (sheet `{}`, row {})",
                sheet.name,
                first.row.saturating_add(1)
            ),
            cells,
        });
    }
    if nameless > 0 {
        reader.warn(format!(
            "cells of sheet `{}` outside its columns, left out: {nameless}",
            sheet.name
        ));
    }
}

/// What a cell without text of its own shows because it is merged with one above; short texts only: no two rows share a report.
fn merged_above(sheet: &Sheet, row: u32, column: u32) -> Option<&str> {
    const NAME: usize = 60;
    let merged = merged_at(sheet, row, column)?;
    let first = (merged.rows.start, merged.columns.start);
    let first = sheet
        .cells
        .binary_search_by_key(&first, |cell| (cell.row, cell.column))
        .ok()?;
    let text = sheet.cells[first].text.as_str();
    (text.chars().count() <= NAME).then_some(text)
}

/// The merged cells that begin in this column and reach into this row.
fn merged_at(sheet: &Sheet, row: u32, column: u32) -> Option<&Merged> {
    let key = |merged: &Merged| (merged.columns.start, merged.rows.start);
    let next = sheet.merged.partition_point(|merged| key(merged) <= (column, row));
    let found = sheet.merged.get(next.checked_sub(1)?)?;
    (found.columns.start == column && found.rows.contains(&row)).then_some(found)
}

/// The rows that say something.
fn rows(sheet: &Sheet) -> impl Iterator<Item = Row<'_>> {
    sheet.cells.chunk_by(|a, b| a.row == b.row)
}

/// Which of the first rows names the columns, one of text among them; a title may stand above.
fn header_of(sheet: &Sheet, options: &Options) -> Option<usize> {
    const FIRST: usize = 20;
    const NAME: usize = 30;
    let text_column = options
        .map
        .iter()
        .find(|(field, _)| field == "text")
        .map(|(_, column)| column);
    let names_text = |cell: &Cell| match text_column {
        Some(column) => cell.text.trim() == column,
        None => columns().field_of(&cell.text).is_some_and(|(field, _)| field == "text"),
    };
    let all_names = |row: Row| row.iter().all(|cell| cell.text.chars().count() <= NAME);
    rows(sheet)
        .take(FIRST)
        .position(|row| row.iter().any(names_text) && (text_column.is_some() || all_names(row)))
}

/// A sheet as one report.
fn draft_of(sheet: &Sheet) -> Draft {
    let mut draft = Draft {
        places: Places::Paragraphs,
        ..Draft::default()
    };
    for row in rows(sheet) {
        let Some(first) = row.first() else { continue };
        let place = u64::from(first.row) + 1;
        let mut push = |text: String, style: LineStyle| {
            let runs = vec![Run {
                at: 0,
                source: place..place + 1,
            }];
            draft.lines.push(Line { text, style, runs });
        };
        if row.len() == 1 {
            let style = match first.text.trim().contains('\n') {
                true => LineStyle::Plain,
                false => LineStyle::Paragraph,
            };
            let lines = first.text.lines().filter(|line| !line.trim().is_empty());
            lines.for_each(|line| push(line.to_owned(), style));
        } else {
            push(line_of(sheet, row), LineStyle::TableRow);
        }
    }
    draft
}

/// The cells of a row, parted by tabs, so that columns stand below each other; cells merged into the one before are none.
fn line_of(sheet: &Sheet, row: Row) -> String {
    /// A gap wider than this is no table.
    const WIDEST: u32 = 20;
    let mut line = String::new();
    let mut next = None;
    for cell in row {
        if let Some(next) = next {
            let gap = cell.column.saturating_sub(next).min(WIDEST);
            line.extend(std::iter::repeat_n('\t', gap as usize + 1));
        }
        let words = cell
            .text
            .split(['\n', '\r', '\t'])
            .map(str::trim)
            .filter(|word| !word.is_empty());
        line.push_str(&words.collect::<Vec<_>>().join(" "));
        let merged = merged_at(sheet, cell.row, cell.column);
        next = Some(merged.map_or(cell.column.saturating_add(1), |merged| merged.columns.end));
    }
    line
}

#[cfg(test)]
mod tests;
