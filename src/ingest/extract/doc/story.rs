//! The paragraphs of a story as a reader sees them: without field codes, hidden and deleted text, and the marks of pictures.

use std::ops::Range;

use super::pieces::{Pieces, Unit};
use super::properties::{Looks, Shape, Spans};
use super::styles::Styles;

/// Everything that says how the text of a document looks.
pub struct Formatting<'a> {
    pub looks: Spans<Looks>,
    pub shapes: Spans<(u16, &'a [u8])>,
    pub styles: Styles,
}

/// A paragraph, a cell of a table, or a part of one.
#[derive(Debug, Default)]
pub struct Paragraph {
    /// Line breaks inside it are `\n`.
    pub text: String,
    pub shape: Shape,
    pub end: End,
    /// The places of the characters in it that may refer to notes.
    pub marks: Vec<u32>,
    pub comments: usize,
    pub pictures: usize,
}

/// What ends a paragraph.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum End {
    #[default]
    Paragraph,
    Cell,
    Row,
}

/// The paragraphs of a part of the text. `is_mark` tells the places of the text that refer to notes.
pub fn paragraphs(
    pieces: &Pieces,
    formatting: &Formatting,
    range: Range<u32>,
    is_mark: impl Fn(u32) -> bool,
) -> Vec<Paragraph> {
    let mut writer = Writer {
        paragraphs: Vec::new(),
        open: Paragraph::default(),
        high: None,
        after_cell: false,
    };
    let mut codes = field_codes(pieces, range.clone()).into_iter().peekable();
    let mut last = None;
    for unit in pieces.units(range) {
        while codes.next_if(|code| code.end <= unit.at).is_some() {}
        last = Some(unit);
        if codes.peek().is_some_and(|code| code.start <= unit.at) {
            continue;
        }
        let mut looks = formatting.looks.at(unit.source).unwrap_or_default();
        looks.apply(pieces.modifier(unit));
        let is_cell = unit.code == CELL;
        if (looks.is_hidden || looks.is_deleted) && !is_cell {
            continue;
        }
        if is_mark(unit.at) {
            writer.open.marks.push(unit.at);
        }
        match unit.code {
            PARAGRAPH | CELL => writer.end(unit, pieces, formatting),
            // The end of a section ends a paragraph; a page may end inside one.
            PAGE if formatting.shapes.ends_at(unit.source) => writer.end(unit, pieces, formatting),
            _ => writer.push(unit.code, looks),
        }
    }
    if let Some(unit) = last.filter(|_| !writer.open.text.is_empty()) {
        let mark = Unit {
            code: PARAGRAPH,
            ..unit
        };
        writer.end(mark, pieces, formatting);
    }
    writer.paragraphs
}

const CELL: u16 = 0x07;
const PARAGRAPH: u16 = 0x0D;
const PAGE: u16 = 0x0C;
const FIELD_START: u16 = 0x13;
const FIELD_RESULT: u16 = 0x14;
const FIELD_END: u16 = 0x15;

struct Writer {
    paragraphs: Vec<Paragraph>,
    open: Paragraph,
    /// The first half of a character outside the first plane.
    high: Option<u16>,
    /// The paragraph before ended a cell.
    after_cell: bool,
}

impl Writer {
    fn push(&mut self, code: u16, looks: Looks) {
        match code {
            0x09 => self.open.text.push('\t'),
            0x0B | PAGE | 0x0E => self.open.text.push('\n'),
            0x1E => self.open.text.push('-'),
            0x01 | 0x08 => self.open.pictures += 1,
            0x05 => self.open.comments += 1,
            0x28 if looks.symbol.is_some() => {
                // Symbol fonts keep their signs in the private area: nobody can tell them without the font.
                let sign = looks
                    .symbol
                    .filter(|sign| !(0xE000..0xF900).contains(sign) && *sign >= 0x20);
                self.push_text(sign.unwrap_or(0x25A1));
            }
            0..0x20 => {}
            _ => self.push_text(code),
        }
    }

    fn push_text(&mut self, code: u16) {
        let high = self.high.take();
        match (high, code) {
            (_, 0xD800..0xDC00) => {
                self.open.text.extend(high.map(|_| char::REPLACEMENT_CHARACTER));
                self.high = Some(code);
            }
            (Some(high), _) => self
                .open
                .text
                .extend(char::decode_utf16([high, code]).map(|found| found.unwrap_or(char::REPLACEMENT_CHARACTER))),
            (None, _) => self
                .open
                .text
                .push(char::from_u32(u32::from(code)).unwrap_or(char::REPLACEMENT_CHARACTER)),
        }
    }

    fn end(&mut self, unit: Unit, pieces: &Pieces, formatting: &Formatting) {
        self.high = None;
        let mut paragraph = std::mem::take(&mut self.open);
        let found = formatting.shapes.at(unit.source);
        if let Some((style, changes)) = found {
            paragraph.shape = formatting.styles.shape(style);
            paragraph.shape.apply(changes);
        }
        paragraph.shape.apply(pieces.modifier(unit));
        // Where nothing is known of paragraphs, a second mark in a row ends the row.
        let ends_row = paragraph.shape.ends_row || found.is_none() && self.after_cell && paragraph.text.is_empty();
        paragraph.end = match unit.code {
            CELL if ends_row => End::Row,
            CELL => End::Cell,
            _ => End::Paragraph,
        };
        self.after_cell = paragraph.end == End::Cell;
        self.paragraphs.push(paragraph);
    }
}

/// Where the codes of fields stand: from a field's start to its result, or to its end when it has none. A field that never ends
/// hides nothing.
fn field_codes(pieces: &Pieces, range: Range<u32>) -> Vec<Range<u32>> {
    let mut codes: Vec<Range<u32>> = Vec::new();
    // The start of each open field, and whether its result has begun.
    let mut open: Vec<(u32, bool)> = Vec::new();
    for unit in pieces.units(range) {
        match unit.code {
            FIELD_START => open.push((unit.at, false)),
            FIELD_RESULT => {
                if let Some((start, has_result @ false)) = open.last_mut() {
                    *has_result = true;
                    codes.push(*start..unit.at + 1);
                }
            }
            FIELD_END => {
                if let Some((start, false)) = open.pop() {
                    codes.push(start..unit.at + 1);
                }
            }
            _ => {}
        }
    }
    codes.sort_by_key(|code| code.start);
    // Codes inside codes go with them.
    let mut reach = 0;
    codes.retain(|code| {
        let is_outer = code.end > reach;
        reach = reach.max(code.end);
        is_outer
    });
    codes
}
