//! The cells of OpenDocument spreadsheets (ISO/IEC 26300, part 1, 9). A cell's text stands in the file as it is shown.

use std::collections::HashSet;

use super::super::package::Package;
use super::super::xml::{self, Element, Event, Xml};
use super::super::{MEND, Packed};
use super::Workbook;
use crate::error::{Error, Result};

pub fn read(packed: &Packed, book: &mut Workbook) -> Result<()> {
    let path = packed.path.as_path();
    let mut package = Package::open(packed)?;
    let manifest = package.read_xml("META-INF/manifest.xml")?.unwrap_or_default();
    if manifest.contains("encryption-data") {
        let error = Error::source(path, "protected by a password");
        return Err(error.hinted("open it with the password and save it without one"));
    }
    let damaged = |trouble: &str| Error::source(path, format!("damaged: {trouble}")).hinted(MEND);
    let Some(text) = package.read_xml("content.xml")? else {
        return Err(damaged("no content"));
    };
    let mut reader = Reader {
        xml: Xml::new(&text),
        hidden: HashSet::new(),
        style: String::new(),
        row: 0,
        column: 0,
        repeats: 1,
        cells: Vec::new(),
    };
    loop {
        match reader.next().map_err(|trouble| damaged(&trouble))? {
            Some(step) => reader.take(step, book)?,
            None => return Ok(()),
        }
    }
}

/// More than any program shows.
const MOST_ROWS: u32 = 1 << 20;
const MOST_COLUMNS: u32 = 1 << 14;

struct Reader<'a> {
    xml: Xml<'a>,
    /// The styles of sheets that are not shown.
    hidden: HashSet<String>,
    /// The style that is being declared.
    style: String,
    row: u32,
    column: u32,
    /// How often the row stands there.
    repeats: u32,
    cells: Vec<Cell>,
}

/// A cell of the row.
struct Cell {
    column: u32,
    repeats: u32,
    text: String,
    is_error: bool,
    /// Rows and columns that are merged into it.
    span: (u32, u32),
}

/// What has been read.
enum Step {
    Sheet(String, bool),
    Row,
    Other,
}

impl Reader<'_> {
    fn next(&mut self) -> xml::Result<Option<Step>> {
        let Some(event) = self.xml.next()? else { return Ok(None) };
        let Event::Start(element) = event else {
            return Ok(Some(Step::Other));
        };
        match element.name() {
            "style" => self.style = element.attribute("name").unwrap_or_default(),
            "table-properties" if element.attribute("display").as_deref() == Some("false") => {
                self.hidden.insert(self.style.clone());
            }
            "table" => {
                self.row = 0;
                let style = element.attribute("style-name").unwrap_or_default();
                let name = element.attribute("name").unwrap_or_default();
                return Ok(Some(Step::Sheet(name, self.hidden.contains(&style))));
            }
            "table-row" => {
                self.repeats = count(&element, "number-rows-repeated", MOST_ROWS);
                self.read_row()?;
                return Ok(Some(Step::Row));
            }
            "tracked-changes" | "shapes" | "forms" | "named-expressions" => self.xml.skip()?,
            _ => {}
        }
        Ok(Some(Step::Other))
    }

    fn take(&mut self, step: Step, book: &mut Workbook) -> Result<()> {
        match step {
            Step::Sheet(name, is_hidden) => book.open_sheet(name, is_hidden),
            Step::Row => {
                for cell in std::mem::take(&mut self.cells) {
                    self.take_cell(&cell, book)?;
                }
                self.row = self.row.saturating_add(self.repeats);
            }
            Step::Other => {}
        }
        Ok(())
    }

    fn take_cell(&self, cell: &Cell, book: &mut Workbook) -> Result<()> {
        let (rows, columns) = cell.span;
        if rows > 1 || columns > 1 {
            let end = |start: u32, len: u32| start.saturating_add(len);
            book.merge(self.row..end(self.row, rows), cell.column..end(cell.column, columns));
        }
        for row in self.row..self.row.saturating_add(self.repeats) {
            for column in cell.column..cell.column.saturating_add(cell.repeats) {
                match cell.is_error {
                    true => book.error_cell(row, column, cell.text.clone())?,
                    false => book.cell(row, column, cell.text.clone())?,
                }
            }
        }
        Ok(())
    }

    fn read_row(&mut self) -> xml::Result<()> {
        self.cells.clear();
        self.column = 0;
        let outside = self.xml.depth().saturating_sub(1);
        while self.xml.depth() > outside {
            let Some(event) = self.xml.next()? else { break };
            let Event::Start(element) = event else { continue };
            let is_covered = element.name() == "covered-table-cell";
            if !is_covered && element.name() != "table-cell" {
                continue;
            }
            let mut cell = Cell {
                column: self.column,
                repeats: count(&element, "number-columns-repeated", MOST_COLUMNS),
                text: String::new(),
                is_error: element.attribute("value-type").as_deref() == Some("error"),
                span: (
                    count(&element, "number-rows-spanned", MOST_ROWS),
                    count(&element, "number-columns-spanned", MOST_COLUMNS),
                ),
            };
            let value = ["value", "date-value", "time-value", "boolean-value", "string-value"];
            let value = value.iter().find_map(|name| element.attribute(name));
            self.column = self.column.saturating_add(cell.repeats);
            let text = self.read_text()?;
            // A program that writes no text for a number leaves it to the reader.
            cell.text = text.or(value).unwrap_or_default();
            if !is_covered && !cell.text.trim().is_empty() {
                self.cells.push(cell);
            }
        }
        Ok(())
    }

    /// The paragraphs of a cell, up to its end; `None` when it has none. What others noted about the cell is not its text.
    fn read_text(&mut self) -> xml::Result<Option<String>> {
        let outside = self.xml.depth().saturating_sub(1);
        let mut text: Option<String> = None;
        let mut inside = None;
        while self.xml.depth() > outside {
            let Some(event) = self.xml.next()? else { break };
            if inside.is_some_and(|depth| self.xml.depth() < depth) {
                inside = None;
            }
            match event {
                Event::Start(element) => match element.name() {
                    "annotation" => self.xml.skip()?,
                    "p" | "h" => {
                        inside = Some(self.xml.depth());
                        match &mut text {
                            Some(text) => text.push('\n'),
                            None => text = Some(String::new()),
                        }
                    }
                    "s" => {
                        let blanks = count(&element, "c", 1000) as usize;
                        text.iter_mut()
                            .for_each(|text| text.extend(std::iter::repeat_n(' ', blanks)));
                    }
                    "tab" => text.iter_mut().for_each(|text| text.push('\t')),
                    "line-break" => text.iter_mut().for_each(|text| text.push('\n')),
                    _ => {}
                },
                Event::Text(more) if inside.is_some() => text.iter_mut().for_each(|text| text.push_str(&more)),
                _ => {}
            }
        }
        Ok(text)
    }
}

/// A number that an attribute gives, 1 when it does not.
fn count(element: &Element, name: &str, most: u32) -> u32 {
    let given = element
        .attribute(name)
        .and_then(|value| value.trim().parse::<u32>().ok());
    given.unwrap_or(1).clamp(1, most)
}
