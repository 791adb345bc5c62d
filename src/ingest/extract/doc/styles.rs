//! The style sheet: what paragraphs of a style are, unless they say otherwise ([MS-DOC] 2.9.271).

use super::super::ole::u16_at;
use super::properties::Shape;

/// The styles of a document, by number.
#[derive(Default)]
pub struct Styles(Vec<Style>);

#[derive(Default)]
struct Style {
    shape: Shape,
    /// Its number among the styles that every document knows.
    builtin: u16,
}

/// A style as it stands in the sheet.
struct Entry<'a> {
    builtin: u16,
    base: usize,
    is_paragraph: bool,
    changes: &'a [u8],
}

/// What a style says about the role of its paragraphs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Title,
    /// With its depth from 1.
    Heading(u8),
}

impl Styles {
    pub fn parse(sheet: &[u8]) -> Self {
        let entries = entries(sheet).unwrap_or_default();
        let styles = (0..entries.len()).map(|n| Style {
            shape: shape(&entries, n),
            builtin: entries[n].as_ref().map_or(u16::MAX, |entry| entry.builtin),
        });
        Styles(styles.collect())
    }

    /// The formatting of a paragraph of this style without changes of its own.
    pub fn shape(&self, style: u16) -> Shape {
        let shape = self
            .0
            .get(usize::from(style))
            .map_or(Shape::default(), |found| found.shape);
        Shape { style, ..shape }
    }

    /// What a paragraph is by its style and its depth in the outline.
    pub fn role(&self, shape: Shape) -> Option<Role> {
        const TITLE: u16 = 62;
        let builtin = self
            .0
            .get(usize::from(shape.style))
            .map_or(u16::MAX, |style| style.builtin);
        match builtin {
            TITLE => Some(Role::Title),
            level @ 1..=9 => Some(Role::Heading(level as u8)),
            _ => shape
                .outline
                .filter(|&level| level < 9)
                .map(|level| Role::Heading(level + 1)),
        }
    }
}

/// The formatting of a style: that of the styles it is based on, from the root, and its own.
fn shape(entries: &[Option<Entry>], style: usize) -> Shape {
    // Word allows eleven; a circle ends here too.
    const DEEPEST: usize = 16;
    let mut chain = Vec::new();
    let mut next = style;
    while let Some(Some(entry)) = entries.get(next)
        && chain.len() < DEEPEST
        && entry.is_paragraph
    {
        chain.push(entry);
        next = entry.base;
    }
    let mut shape = Shape::default();
    for entry in chain.into_iter().rev() {
        shape.apply(entry.changes);
    }
    shape
}

fn entries(sheet: &[u8]) -> Option<Vec<Option<Entry<'_>>>> {
    let head = usize::from(u16_at(sheet, 0)?);
    let count = usize::from(u16_at(sheet, 2)?);
    let fixed = usize::from(u16_at(sheet, 4)?);
    let mut at = 2 + head;
    let mut entries = Vec::new();
    for _ in 0..count {
        let Some(len) = u16_at(sheet, at).map(usize::from) else {
            break;
        };
        let bytes = sheet.get(at + 2..at + 2 + len).unwrap_or(&[]);
        entries.push(entry(bytes, fixed));
        at += 2 + len;
    }
    Some(entries)
}

fn entry(bytes: &[u8], fixed: usize) -> Option<Entry<'_>> {
    let builtin = u16_at(bytes, 0)? & 0x0FFF;
    let kind = u16_at(bytes, 2)?;
    // The name: its length, its characters, a zero.
    let name = usize::from(u16_at(bytes, fixed)?);
    let at = fixed + 2 + 2 * name + 2;
    let len = usize::from(u16_at(bytes, at).unwrap_or(0));
    let own = bytes.get(at + 2..at + 2 + len).unwrap_or(&[]);
    Some(Entry {
        builtin,
        base: usize::from(kind >> 4),
        is_paragraph: kind & 0xF == 1,
        // The number of the style itself stands before its changes.
        changes: own.get(2..).unwrap_or(&[]),
    })
}
