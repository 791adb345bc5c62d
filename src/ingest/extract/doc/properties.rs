//! Formatting of characters and paragraphs, as far as it says what a reader sees ([MS-DOC] 2.6, 2.9.23, 2.9.174).

use std::collections::HashSet;

use super::super::ole::{u16_at, u32_at};

/// What the formatting of characters says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looks {
    pub is_hidden: bool,
    /// Deleted while changes were tracked.
    pub is_deleted: bool,
    /// The character of a symbol font that stands in place of the text's.
    pub symbol: Option<u16>,
}

/// What the formatting of a paragraph says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    pub style: u16,
    pub is_in_table: bool,
    /// It is the mark that ends a table row.
    pub ends_row: bool,
    /// Its list, from 1; 0 for none.
    pub list: u16,
    /// Its depth in the list, from 0.
    pub list_level: u8,
    /// Its depth as a heading, from 0; 9 and more for body text.
    pub outline: Option<u8>,
}

impl Looks {
    /// Applies a list of changes.
    pub fn apply(&mut self, changes: &[u8]) {
        for Change { code, value } in Changes(changes) {
            match (code, value) {
                (0x0800, [value, ..]) => self.is_deleted = *value == 1,
                // 0x80: as the style; 0x81: the opposite of it.
                (0x083C, [0x80, ..]) => {}
                (0x083C, [0x81, ..]) => self.is_hidden = !self.is_hidden,
                (0x083C, [value, ..]) => self.is_hidden = *value == 1,
                (0x6A09, [_, _, low, high]) => self.symbol = Some(u16::from_le_bytes([*low, *high])),
                _ => {}
            }
        }
    }
}

impl Shape {
    /// Applies a list of changes.
    pub fn apply(&mut self, changes: &[u8]) {
        for Change { code, value } in Changes(changes) {
            match (code, value) {
                (0x2416, [value, ..]) => self.is_in_table = *value != 0,
                (0x2417, [value, ..]) => self.ends_row = *value != 0,
                (0x260A, [value, ..]) => self.list_level = *value,
                (0x460B, [low, high]) => self.list = u16::from_le_bytes([*low, *high]),
                (0x2640, [value, ..]) => self.outline = Some(*value),
                _ => {}
            }
        }
    }
}

/// One change of a property, with its operand.
struct Change<'a> {
    code: u16,
    value: &'a [u8],
}

/// The changes of a list, one after another. It ends where it is broken.
struct Changes<'a>(&'a [u8]);

impl<'a> Iterator for Changes<'a> {
    type Item = Change<'a>;

    fn next(&mut self) -> Option<Change<'a>> {
        let code = u16_at(self.0, 0)?;
        let rest = &self.0[2..];
        let (skip, len) = match code >> 13 {
            0 | 1 => (0, 1),
            2 | 4 | 5 => (0, 2),
            3 => (0, 4),
            7 => (0, 3),
            // The definition of a table tells its length in two bytes, and one too many.
            _ if code == 0xD608 => (2, usize::from(u16_at(rest, 0)?).saturating_sub(1)),
            _ => (1, usize::from(*rest.first()?)),
        };
        let value = rest.get(skip..skip + len)?;
        self.0 = &rest[skip + len..];
        Some(Change { code, value })
    }
}

/// A value for each of many stretches of the stream.
pub struct Spans<T>(Vec<(u32, u32, T)>);

impl<T: Copy> Spans<T> {
    /// The value at a byte of the stream.
    pub fn at(&self, place: u32) -> Option<T> {
        let next = self.0.partition_point(|(start, ..)| *start <= place);
        let (_, end, value) = self.0.get(next.checked_sub(1)?)?;
        (place < *end).then_some(*value)
    }

    /// Whether a stretch ends with the character at this byte, be it one byte wide or two.
    pub fn ends_at(&self, place: u32) -> bool {
        let next = self.0.partition_point(|(start, ..)| *start <= place);
        let found = next.checked_sub(1).and_then(|n| self.0.get(n));
        found.is_some_and(|(_, end, _)| *end == place + 1 || *end == place + 2)
    }
}

/// The formatting of characters that differs from the plain, from pages of the main stream.
pub fn characters(table: &[u8], stream: &[u8]) -> Spans<Looks> {
    let mut spans = Vec::new();
    for page in pages(table, stream) {
        let count = usize::from(page[PAGE - 1]);
        for n in 0..count {
            let place = page.get(4 * (count + 1) + n).map_or(0, |&half| 2 * usize::from(half));
            let changes = page
                .get(place)
                .and_then(|&len| page.get(place + 1..place + 1 + usize::from(len)));
            let mut looks = Looks::default();
            looks.apply(changes.filter(|_| place > 0).unwrap_or(&[]));
            if let (Some(start), Some(end)) = (u32_at(page, 4 * n), u32_at(page, 4 * n + 4))
                && looks != Looks::default()
            {
                spans.push((start, end, looks));
            }
        }
    }
    spans.sort_by_key(|(start, ..)| *start);
    Spans(spans)
}

/// The style of each paragraph and its own changes to it, from pages of the main stream.
pub fn paragraphs<'a>(table: &[u8], stream: &'a [u8]) -> Spans<(u16, &'a [u8])> {
    const DESCRIPTION: usize = 13;
    let mut spans = Vec::new();
    for page in pages(table, stream) {
        let count = usize::from(page[PAGE - 1]);
        for n in 0..count {
            let place = page.get(4 * (count + 1) + DESCRIPTION * n);
            let found = place.and_then(|&half| paragraph(page, 2 * usize::from(half)));
            if let (Some(start), Some(end), Some(found)) = (u32_at(page, 4 * n), u32_at(page, 4 * n + 4), found) {
                spans.push((start, end, found));
            }
        }
    }
    spans.sort_by_key(|(start, ..)| *start);
    Spans(spans)
}

/// A style and the changes to it. Their length is told in words: less one byte, or in a second byte when the first is 0.
fn paragraph(page: &[u8], place: usize) -> Option<(u16, &[u8])> {
    if place == 0 {
        return Some((0, &[]));
    }
    let (start, len) = match *page.get(place)? {
        0 => (place + 2, 2 * usize::from(*page.get(place + 1)?)),
        words => (place + 1, 2 * usize::from(words) - 1),
    };
    let bytes = page.get(start..start + len)?;
    Some((u16_at(bytes, 0)?, &bytes[2..]))
}

const PAGE: usize = 512;

/// The pages of formatting that a table names, each once.
fn pages<'a>(table: &[u8], stream: &'a [u8]) -> Vec<&'a [u8]> {
    let count = table.len().saturating_sub(4) / 8;
    let mut seen = HashSet::new();
    let numbers = (0..count).filter_map(|n| u32_at(table, 4 * (count + 1) + 4 * n));
    let places = numbers.map(|number| PAGE * (number & 0x003F_FFFF) as usize);
    places
        .filter(|place| seen.insert(*place))
        .filter_map(|place| stream.get(place..place + PAGE))
        .collect()
}
