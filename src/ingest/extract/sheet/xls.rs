//! The cells of Excel 5 to 2003 and of WPS Spreadsheets ([MS-XLS] 2.4).

use std::collections::HashMap;

use encoding_rs::{Encoding, GB18030};

use super::super::Packed;
use super::super::ole::{self, Ole, u16_at, u32_at};
use super::super::rtf;
use super::Workbook;
use super::format::Format;
use crate::error::{Error, Result};

pub fn read(packed: &Packed, book: &mut Workbook) -> Result<()> {
    let path = packed.path.as_path();
    let mut file = Ole::open(path, &packed.bytes)?;
    let stream = match file.stream("Workbook")? {
        Some(stream) => stream,
        None => file
            .stream("Book")?
            .ok_or_else(|| ole::damaged(path, "no workbook in it"))?,
    };
    let globals = Globals::read(&stream, packed.options.encoding);
    if globals.is_encrypted {
        let error = Error::source(path, "protected by a password");
        return Err(error.hinted("open it with the password and save it without one"));
    }
    if globals.sheets.is_empty() {
        return Err(ole::damaged(path, "no list of its sheets"));
    }
    for sheet in &globals.sheets {
        book.open_sheet(sheet.name.clone(), sheet.is_hidden);
        let Some(bytes) = stream.get(sheet.at..) else {
            book.warnings
                .push(format!("sheet `{}` is missing in the file", sheet.name));
            continue;
        };
        globals.read_sheet(bytes, book)?;
    }
    Ok(())
}

// Kinds of records.
const FORMULA: u16 = 0x0006;
const END: u16 = 0x000A;
const DATE_MODE: u16 = 0x0022;
const PASSWORD: u16 = 0x002F;
const CONTINUE: u16 = 0x003C;
const CODE_PAGE: u16 = 0x0042;
const SHEET: u16 = 0x0085;
const NUMBERS: u16 = 0x00BD;
const RICH_LABEL: u16 = 0x00D6;
const STYLE: u16 = 0x00E0;
const MERGED: u16 = 0x00E5;
const STRINGS: u16 = 0x00FC;
const STRING_CELL: u16 = 0x00FD;
const NUMBER: u16 = 0x0203;
const LABEL: u16 = 0x0204;
const BOOL_OR_ERROR: u16 = 0x0205;
const FORMULA_TEXT: u16 = 0x0207;
const SMALL_NUMBER: u16 = 0x027E;
const FORMAT: u16 = 0x041E;
const BEGIN: u16 = 0x0809;

/// A record of the stream.
#[derive(Clone, Copy)]
struct Entry<'a> {
    kind: u16,
    data: &'a [u8],
    /// Where the next one starts.
    next: usize,
}

/// The records from the start of `bytes`, up to where they break off.
fn records(bytes: &[u8]) -> impl Iterator<Item = Entry<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let kind = u16_at(bytes, at)?;
        let len = usize::from(u16_at(bytes, at + 2)?);
        let data = bytes.get(at + 4..at + 4 + len)?;
        at += 4 + len;
        Some(Entry { kind, data, next: at })
    })
}

/// What holds for all sheets.
struct Globals {
    /// Excel 97 and later: strings are Unicode.
    is_wide: bool,
    is_encrypted: bool,
    is_1904: bool,
    encoding: &'static Encoding,
    sheets: Vec<Sheet>,
    strings: Vec<String>,
    /// By style.
    formats: Vec<Format>,
}

struct Sheet {
    name: String,
    is_hidden: bool,
    at: usize,
}

impl Globals {
    fn read(stream: &[u8], given: Option<&'static Encoding>) -> Self {
        let mut globals = Globals {
            is_wide: true,
            is_encrypted: false,
            is_1904: false,
            encoding: given.unwrap_or(GB18030),
            sheets: Vec::new(),
            strings: Vec::new(),
            formats: Vec::new(),
        };
        let mut own: HashMap<u16, Format> = HashMap::new();
        let mut styles: Vec<u16> = Vec::new();
        for record in records(stream) {
            let data = record.data;
            match record.kind {
                BEGIN => globals.is_wide = u16_at(data, 0).unwrap_or(0x0600) >= 0x0600,
                PASSWORD => globals.is_encrypted = true,
                DATE_MODE => globals.is_1904 = u16_at(data, 0) == Some(1),
                CODE_PAGE if given.is_none() => {
                    let page = u16_at(data, 0).map(i32::from);
                    // Excel 97 and later write 1200, which is UTF-16.
                    globals.encoding = page.and_then(rtf::encoding_of_code_page).unwrap_or(globals.encoding);
                }
                FORMAT => {
                    if let (Some(id), Some(code)) = (u16_at(data, 0), globals.format_code(data)) {
                        own.insert(id, Format::parse(&code));
                    }
                }
                STYLE => styles.push(u16_at(data, 2).unwrap_or(0)),
                SHEET => globals.sheets.extend(globals.sheet(data)),
                STRINGS => globals.strings = strings(stream, record),
                END => break,
                _ => {}
            }
        }
        let format = |id: u16| own.get(&id).cloned().unwrap_or_else(|| Format::builtin(u32::from(id)));
        globals.formats = styles.into_iter().map(format).collect();
        globals
    }

    fn format_code(&self, data: &[u8]) -> Option<String> {
        match self.is_wide {
            true => text(data.get(2..)?, 2),
            false => Some(self.decode(data.get(3..)?)),
        }
    }

    fn sheet(&self, data: &[u8]) -> Option<Sheet> {
        // Charts and macros are sheets too.
        if *data.get(5)? != 0 {
            return None;
        }
        let name = match self.is_wide {
            true => text(data.get(6..)?, 1)?,
            false => self.decode(data.get(7..)?),
        };
        Some(Sheet {
            name,
            is_hidden: data.get(4)? & 3 != 0,
            at: u32_at(data, 0)? as usize,
        })
    }

    fn decode(&self, bytes: &[u8]) -> String {
        self.encoding.decode_without_bom_handling(bytes).0.into_owned()
    }

    fn show(&self, style: u16, value: f64) -> String {
        let format = self.formats.get(usize::from(style)).unwrap_or(&Format::General);
        format.show(value, self.is_1904)
    }

    fn read_sheet(&self, bytes: &[u8], book: &mut Workbook) -> Result<()> {
        let mut depth = 0;
        let mut formula = None;
        for record in records(bytes) {
            match record.kind {
                BEGIN => depth += 1,
                END if depth <= 1 => break,
                END => depth -= 1,
                // Charts inside the sheet have cells of their own.
                _ if depth > 1 => {}
                FORMULA_TEXT => {
                    let mut tail = Tail::new(bytes, record);
                    if let (Some((row, column)), Some(text)) = (formula.take(), self.long_text(&mut tail)) {
                        book.cell(row, column, text)?;
                    }
                }
                MERGED => merge(record.data, book),
                kind => {
                    if let Some(cell) = self.read_cell(kind, record.data, book)? {
                        formula = Some(cell);
                    }
                }
            }
        }
        Ok(())
    }

    /// Reads a record of cells; the place of a formula whose text is still to come.
    fn read_cell(&self, kind: u16, data: &[u8], book: &mut Workbook) -> Result<Option<(u32, u32)>> {
        let (Some(row), Some(column), Some(style)) = (u16_at(data, 0), u16_at(data, 2), u16_at(data, 4)) else {
            return Ok(None);
        };
        let (row, column) = (u32::from(row), u32::from(column));
        let rest = &data[6..];
        match kind {
            NUMBER => {
                if let Some(value) = double(rest) {
                    book.cell(row, column, self.show(style, value))?;
                }
            }
            SMALL_NUMBER => {
                if let Some(packed) = u32_at(rest, 0) {
                    book.cell(row, column, self.show(style, unpack(packed)))?;
                }
            }
            NUMBERS => {
                // Style and number of each cell; at the end the last column.
                for (n, pair) in data[4..].chunks_exact(6).enumerate() {
                    if let (Some(style), Some(packed)) = (u16_at(pair, 0), u32_at(pair, 2)) {
                        book.cell(row, column + n as u32, self.show(style, unpack(packed)))?;
                    }
                }
            }
            STRING_CELL => {
                let text = u32_at(rest, 0).and_then(|number| self.strings.get(number as usize));
                if let Some(text) = text {
                    book.cell(row, column, text.clone())?;
                }
            }
            LABEL | RICH_LABEL => {
                let label = match self.is_wide {
                    true => text(rest, 2),
                    false => u16_at(rest, 0).map(|len| {
                        let bytes = &rest[2..];
                        self.decode(&bytes[..bytes.len().min(usize::from(len))])
                    }),
                };
                book.cell(row, column, label.unwrap_or_default())?;
            }
            BOOL_OR_ERROR => self.read_bool_or_error(row, column, rest, book)?,
            FORMULA => match rest {
                [0, _, _, _, _, _, 0xFF, 0xFF, ..] => return Ok(Some((row, column))),
                [1, _, value, _, _, _, 0xFF, 0xFF, ..] => {
                    self.read_bool_or_error(row, column, &[*value, 0], book)?;
                }
                [2, _, value, _, _, _, 0xFF, 0xFF, ..] => {
                    self.read_bool_or_error(row, column, &[*value, 1], book)?;
                }
                [_, _, _, _, _, _, 0xFF, 0xFF, ..] => {}
                _ => {
                    if let Some(value) = double(rest) {
                        book.cell(row, column, self.show(style, value))?;
                    }
                }
            },
            _ => {}
        }
        Ok(None)
    }

    fn read_bool_or_error(&self, row: u32, column: u32, value: &[u8], book: &mut Workbook) -> Result<()> {
        match value {
            [value, 0, ..] => book.cell(row, column, if *value != 0 { "TRUE" } else { "FALSE" }.to_owned()),
            [error, _, ..] => book.error_cell(row, column, error_name(*error).to_owned()),
            _ => Ok(()),
        }
    }

    /// The text of a formula, which may go on in the records after its own.
    fn long_text(&self, tail: &mut Tail) -> Option<String> {
        let len = usize::from(tail.u16()?);
        match self.is_wide {
            true => {
                let flags = tail.u8()?;
                Some(tail.characters(len, flags & 1 != 0))
            }
            false => Some(self.decode(&tail.bytes(len))),
        }
    }
}

fn merge(data: &[u8], book: &mut Workbook) {
    for range in data.get(2..).unwrap_or_default().chunks_exact(8) {
        let at = |n: usize| u16_at(range, n).map_or(0, u32::from);
        book.merge(at(0)..at(2) + 1, at(4)..at(6) + 1);
    }
}

fn double(bytes: &[u8]) -> Option<f64> {
    Some(f64::from_le_bytes(bytes.get(..8)?.try_into().ok()?))
}

/// A number in four bytes: an integer or the upper half of a real one, a hundredth of it when the lowest bit is set.
fn unpack(packed: u32) -> f64 {
    let value = match packed & 2 {
        0 => f64::from_bits(u64::from(packed & 0xFFFF_FFFC) << 32),
        _ => f64::from(packed as i32 >> 2),
    };
    if packed & 1 != 0 { value / 100.0 } else { value }
}

fn error_name(code: u8) -> &'static str {
    match code {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0F => "#VALUE!",
        0x17 => "#REF!",
        0x1D => "#NAME?",
        0x24 => "#NUM!",
        _ => "#N/A",
    }
}

/// A string that stands in one record: its length in one or two bytes, a byte of flags, its characters.
fn text(bytes: &[u8], width: usize) -> Option<String> {
    let len = match width {
        1 => usize::from(*bytes.first()?),
        _ => usize::from(u16_at(bytes, 0)?),
    };
    let flags = *bytes.get(width)?;
    let rest = &bytes[width + 1..];
    Some(match flags & 1 {
        0 => rest.iter().take(len).map(|byte| char::from(*byte)).collect(),
        _ => utf16(&rest[..rest.len().min(2 * len)]),
    })
}

fn utf16(bytes: &[u8]) -> String {
    let units = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    char::decode_utf16(units)
        .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// The strings that cells share.
fn strings(stream: &[u8], record: Entry) -> Vec<String> {
    let mut tail = Tail::new(stream, record);
    let mut strings = Vec::new();
    let Some(count) = tail.u32().and_then(|_| tail.u32()) else {
        return strings;
    };
    for _ in 0..count {
        let (Some(len), Some(flags)) = (tail.u16(), tail.u8()) else {
            break;
        };
        let runs = if flags & 8 != 0 { tail.u16().unwrap_or(0) } else { 0 };
        let extra = if flags & 4 != 0 { tail.u32().unwrap_or(0) } else { 0 };
        strings.push(tail.characters(usize::from(len), flags & 1 != 0));
        tail.skip(4 * usize::from(runs));
        tail.skip(extra as usize);
    }
    strings
}

/// The data of a record and of those that continue it.
struct Tail<'a> {
    stream: &'a [u8],
    data: &'a [u8],
    next: usize,
}

impl<'a> Tail<'a> {
    fn new(stream: &'a [u8], record: Entry<'a>) -> Self {
        Tail {
            stream,
            data: record.data,
            next: record.next,
        }
    }

    /// Goes on to the next record once all of this has been read; false when there is none.
    fn advance(&mut self) -> bool {
        while self.data.is_empty() {
            let rest = self.stream.get(self.next..).unwrap_or_default();
            let Some(record) = records(rest).next().filter(|record| record.kind == CONTINUE) else {
                return false;
            };
            self.data = record.data;
            self.next += record.next;
        }
        true
    }

    fn u8(&mut self) -> Option<u8> {
        if !self.advance() {
            return None;
        }
        let (first, rest) = self.data.split_first()?;
        self.data = rest;
        Some(*first)
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes([self.u8()?, self.u8()?]))
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes([self.u8()?, self.u8()?, self.u8()?, self.u8()?]))
    }

    fn skip(&mut self, mut len: usize) {
        while len > 0 && self.advance() {
            let part = len.min(self.data.len());
            self.data = &self.data[part..];
            len -= part;
        }
    }

    fn bytes(&mut self, len: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        while bytes.len() < len && self.advance() {
            let part = (len - bytes.len()).min(self.data.len());
            bytes.extend(&self.data[..part]);
            self.data = &self.data[part..];
        }
        bytes
    }

    /// Characters of a string. Where it goes on in another record, a byte of flags stands there anew.
    fn characters(&mut self, len: usize, is_wide: bool) -> String {
        let mut units: Vec<u16> = Vec::new();
        let mut is_wide = is_wide;
        while units.len() < len {
            if self.data.is_empty() {
                match self.u8() {
                    Some(flags) => is_wide = flags & 1 != 0,
                    None => break,
                }
            }
            let width = if is_wide { 2 } else { 1 };
            let part = (len - units.len()).min(self.data.len() / width);
            if part == 0 {
                // Half a character, in a damaged file.
                self.data = &[];
                continue;
            }
            let (now, rest) = self.data.split_at(part * width);
            match is_wide {
                true => units.extend(now.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]))),
                false => units.extend(now.iter().map(|byte| u16::from(*byte))),
            }
            self.data = rest;
        }
        char::decode_utf16(units)
            .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect()
    }
}
