//! The cells of Excel 2007 and later (ECMA-376 part 1, 18).

use std::collections::HashMap;
use std::path::Path;

use super::super::package::{self, Package};
use super::super::xml::{self, Element, Event, Xml};
use super::super::{MEND, Packed};
use super::Workbook;
use super::format::Format;
use crate::error::{Error, Result};

pub fn read(packed: &Packed, book: &mut Workbook) -> Result<()> {
    let path = packed.path.as_path();
    let mut package = Package::open(packed)?;
    if package.has("xl/workbook.bin") {
        let error = Error::source(path, "a binary workbook (xlsb), which cannot be read");
        return Err(error.hinted("open it in Excel or LibreOffice and save it as .xlsx"));
    }
    let main = "xl/workbook.xml";
    let Some(text) = package.read_xml(main)? else {
        return Err(Error::source(path, "damaged: no list of its sheets").hinted(MEND));
    };
    let (entries, is_1904) = entries(&text).map_err(|trouble| damaged(path, main, &trouble))?;
    let related = related(path, &mut package, main)?;
    let mut part_of = |kind: &str, usual: &str| {
        let found = related.values().find(|(found, _)| found.ends_with(kind));
        let name = found.map_or_else(|| usual.to_owned(), |(_, target)| target.clone());
        package.read_xml(&name).map(|text| text.map(|text| (name, text)))
    };
    let strings = match part_of("/sharedStrings", "xl/sharedStrings.xml")? {
        Some((name, text)) => shared_strings(&text).map_err(|trouble| damaged(path, &name, &trouble))?,
        None => Vec::new(),
    };
    let formats = match part_of("/styles", "xl/styles.xml")? {
        Some((name, text)) => formats(&text).map_err(|trouble| damaged(path, &name, &trouble))?,
        None => Vec::new(),
    };
    for entry in entries {
        let Some((kind, target)) = related.get(&entry.id) else {
            continue;
        };
        // Charts have sheets too.
        if !kind.ends_with("/worksheet") {
            continue;
        }
        let Some(text) = package.read_xml(target)? else {
            book.warnings
                .push(format!("sheet `{}` is missing in the file", entry.name));
            continue;
        };
        book.open_sheet(entry.name, entry.is_hidden);
        let sheet = Sheet {
            path,
            part: target,
            strings: &strings,
            formats: &formats,
            is_1904,
        };
        sheet.read(&text, book)?;
    }
    Ok(())
}

fn damaged(path: &Path, part: &str, trouble: &str) -> Error {
    Error::source(path, format!("damaged: its part {part}: {trouble}")).hinted(MEND)
}

/// A sheet as the workbook names it.
struct Entry {
    name: String,
    id: String,
    is_hidden: bool,
}

/// The sheets, and whether dates are counted from 1904.
fn entries(text: &str) -> xml::Result<(Vec<Entry>, bool)> {
    let mut entries = Vec::new();
    let mut is_1904 = false;
    let mut xml = Xml::new(text);
    while let Some(event) = xml.next()? {
        let Event::Start(element) = event else { continue };
        match element.name() {
            "sheet" => entries.push(Entry {
                name: element.attribute("name").unwrap_or_default(),
                id: element.attribute("id").unwrap_or_default(),
                is_hidden: element.attribute("state").is_some_and(|state| state != "visible"),
            }),
            "workbookPr" => is_1904 = matches!(element.attribute("date1904").as_deref(), Some("1" | "true")),
            _ => {}
        }
    }
    Ok((entries, is_1904))
}

/// The parts that the workbook refers to: kind and name, by identifier.
fn related(path: &Path, package: &mut Package, main: &str) -> Result<HashMap<String, (String, String)>> {
    let name = "xl/_rels/workbook.xml.rels";
    let text = package.read_xml(name)?.unwrap_or_default();
    let mut related = HashMap::new();
    let mut xml = Xml::new(&text);
    while let Some(event) = xml.next().map_err(|trouble| damaged(path, name, &trouble))? {
        if let Event::Start(element) = event
            && let (Some(id), Some(kind), Some(target)) = (
                element.attribute("Id"),
                element.attribute("Type"),
                element.attribute("Target"),
            )
        {
            related.insert(id, (kind, package::resolve(main, &target)));
        }
    }
    Ok(related)
}

fn shared_strings(text: &str) -> xml::Result<Vec<String>> {
    let mut strings = Vec::new();
    let mut xml = Xml::new(text);
    while let Some(event) = xml.next()? {
        if let Event::Start(element) = event
            && element.name() == "si"
        {
            strings.push(string(&mut xml)?);
        }
    }
    Ok(strings)
}

/// The text of a string, up to its end: of all its runs, without the reading aids of East Asian text.
fn string(xml: &mut Xml) -> xml::Result<String> {
    let outside = xml.depth().saturating_sub(1);
    let mut text = String::new();
    while xml.depth() > outside {
        match xml.next()? {
            Some(Event::Start(element)) => match element.name() {
                "t" => text.push_str(&xml.text()?),
                "rPh" => xml.skip()?,
                _ => {}
            },
            Some(_) => {}
            None => break,
        }
    }
    Ok(unescape(&text))
}

/// `_x000D_` is how a character that XML cannot hold is written.
fn unescape(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        let code = rest.get(at + 2..at + 7).and_then(|code| code.strip_suffix('_'));
        let found = code
            .and_then(|code| u32::from_str_radix(code, 16).ok())
            .and_then(char::from_u32);
        let end = if found.is_some() { at + 7 } else { at + 2 };
        result.push_str(&rest[..if found.is_some() { at } else { end }]);
        // Line breaks come as two characters.
        result.extend(found.filter(|c| *c != '\r'));
        rest = &rest[end..];
    }
    result + rest
}

/// The number format of each cell style.
fn formats(text: &str) -> xml::Result<Vec<Format>> {
    let mut own: HashMap<u32, Format> = HashMap::new();
    let mut formats = Vec::new();
    let mut xml = Xml::new(text);
    let number = |element: &Element, name: &str| element.attribute(name).and_then(|value| value.parse().ok());
    let mut in_cells = None;
    while let Some(event) = xml.next()? {
        if in_cells.is_some_and(|depth| xml.depth() < depth) {
            in_cells = None;
        }
        let Event::Start(element) = event else { continue };
        match element.name() {
            "numFmt" => {
                if let (Some(id), Some(code)) = (number(&element, "numFmtId"), element.attribute("formatCode")) {
                    own.insert(id, Format::parse(&code));
                }
            }
            "cellXfs" => in_cells = Some(xml.depth()),
            "xf" if in_cells.is_some() => {
                let id = number(&element, "numFmtId").unwrap_or(0);
                formats.push(own.get(&id).cloned().unwrap_or_else(|| Format::builtin(id)));
            }
            _ => {}
        }
    }
    Ok(formats)
}

/// What is needed to read a sheet.
struct Sheet<'a> {
    path: &'a Path,
    part: &'a str,
    strings: &'a [String],
    formats: &'a [Format],
    is_1904: bool,
}

/// A cell as its start tells it.
struct Cell {
    row: u32,
    column: u32,
    kind: Option<String>,
    style: usize,
}

impl Sheet<'_> {
    fn read(&self, text: &str, book: &mut Workbook) -> Result<()> {
        let mut xml = Xml::new(text);
        // The place of the next row and cell that do not tell theirs.
        let (mut row, mut column) = (0, 0);
        while let Some(event) = self.check(xml.next())? {
            let Event::Start(element) = event else { continue };
            match element.name() {
                "row" => {
                    let number = element.attribute("r").and_then(|number| number.parse::<u32>().ok());
                    row = number.map_or(row, |number| number.saturating_sub(1));
                    column = 0;
                    // Counted on at once: the cells that follow name their row, or are in the one before.
                    row = row.saturating_add(1);
                }
                "c" => {
                    let place = element.attribute("r").and_then(|place| self::place(&place));
                    let place = place.unwrap_or((row.saturating_sub(1), column));
                    column = place.1.saturating_add(1);
                    let cell = Cell {
                        row: place.0,
                        column: place.1,
                        kind: element.attribute("t"),
                        style: element.attribute("s").and_then(|style| style.parse().ok()).unwrap_or(0),
                    };
                    self.read_cell(&cell, &mut xml, book)?;
                }
                "mergeCell" => {
                    if let Some(range) = element.attribute("ref")
                        && let Some((from, to)) = range.split_once(':')
                        && let (Some(from), Some(to)) = (self::place(from), self::place(to))
                    {
                        book.merge(from.0..to.0.saturating_add(1), from.1..to.1.saturating_add(1));
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn check<T>(&self, read: xml::Result<T>) -> Result<T> {
        read.map_err(|trouble| damaged(self.path, self.part, &trouble))
    }

    fn read_cell(&self, cell: &Cell, xml: &mut Xml, book: &mut Workbook) -> Result<()> {
        let outside = xml.depth().saturating_sub(1);
        let mut value = String::new();
        while xml.depth() > outside {
            match self.check(xml.next())? {
                Some(Event::Start(element)) => match element.name() {
                    "v" => value = self.check(xml.text())?,
                    "is" => value = self.check(string(xml))?,
                    _ => self.check(xml.skip())?,
                },
                Some(_) => {}
                None => break,
            }
        }
        let (row, column) = (cell.row, cell.column);
        match cell.kind.as_deref() {
            Some("s") => {
                let number = value.trim().parse::<usize>().ok();
                match number.and_then(|number| self.strings.get(number)) {
                    Some(text) => book.cell(row, column, text.clone()),
                    None => Ok(()),
                }
            }
            Some("inlineStr") => book.cell(row, column, value),
            Some("str") => book.cell(row, column, unescape(&value)),
            Some("b") => book.cell(
                row,
                column,
                if value.trim() == "1" { "TRUE" } else { "FALSE" }.to_owned(),
            ),
            Some("e") => book.error_cell(row, column, value),
            Some("d") => book.cell(row, column, value),
            _ => {
                let shown = value.trim().parse::<f64>().ok().map(|number| {
                    let format = self.formats.get(cell.style).unwrap_or(&Format::General);
                    format.show(number, self.is_1904)
                });
                book.cell(row, column, shown.unwrap_or(value))
            }
        }
    }
}

/// Row and column of `B12`, from 0.
fn place(name: &str) -> Option<(u32, u32)> {
    let letters = name.len() - name.trim_start_matches(|c: char| c.is_ascii_alphabetic()).len();
    let mut column = 0_u32;
    for letter in name[..letters].bytes() {
        column = column
            .checked_mul(26)?
            .checked_add(u32::from(letter.to_ascii_uppercase() - b'A') + 1)?;
    }
    let row = name[letters..].parse::<u32>().ok()?;
    Some((row.checked_sub(1)?, column.checked_sub(1)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_from_their_names() {
        assert_eq!(place("A1"), Some((0, 0)));
        assert_eq!(place("AB12"), Some((11, 27)));
        assert_eq!(place("XFD1048576"), Some((1_048_575, 16_383)));
        for wrong in ["", "A", "12", "A0", "ZZZZZZZZZZ1", "A99999999999"] {
            assert_eq!(place(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn escaped_characters_are_what_they_stand_for() {
        assert_eq!(unescape("一_x000D_\n二_x005F_x_xyz_x12"), "一\n二_x_xyz_x12");
    }
}
