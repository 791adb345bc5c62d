//! The head of a Word document: what it is, and where in its streams everything stands ([MS-DOC] 2.5).

use std::ops::Range;

use super::super::ole::{u16_at, u32_at};

/// The head of a document of Word 97 or later, or of WPS Writer.
pub struct Fib<'a> {
    bytes: &'a [u8],
    /// The stream that holds the tables.
    pub table: &'static str,
}

/// Why a head is not read.
#[derive(Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Not the head of a Word document.
    Unknown,
    /// Word 6 or Word 95.
    Old,
    Encrypted,
}

/// The parts of a document's text. They follow each other without a gap, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Story {
    Body,
    Footnotes,
    Headers,
    /// No longer used; its text is skipped.
    Macros,
    Comments,
    Endnotes,
    TextBoxes,
    HeaderTextBoxes,
}

/// Tables of the document, by their number in the head.
#[derive(Clone, Copy)]
pub enum Table {
    Styles = 1,
    FootnoteMarks = 2,
    FootnoteTexts = 3,
    CharacterPages = 12,
    ParagraphPages = 13,
    Pieces = 33,
    EndnoteMarks = 46,
    EndnoteTexts = 47,
    Lists = 73,
    ListOverrides = 74,
}

const STORIES: [Story; 8] = [
    Story::Body,
    Story::Footnotes,
    Story::Headers,
    Story::Macros,
    Story::Comments,
    Story::Endnotes,
    Story::TextBoxes,
    Story::HeaderTextBoxes,
];

impl<'a> Fib<'a> {
    /// The head at the start of the main stream.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Refusal> {
        let magic = u16_at(bytes, 0).ok_or(Refusal::Unknown)?;
        let version = u16_at(bytes, 2).ok_or(Refusal::Unknown)?;
        let flags = u16_at(bytes, 10).ok_or(Refusal::Unknown)?;
        match magic {
            0xA5EC if version >= 0x00C1 => {}
            0xA5EC | 0xA5DC | 0xA697 | 0xA698 | 0xA699 | 0xA59B | 0xA59C => return Err(Refusal::Old),
            _ => return Err(Refusal::Unknown),
        }
        if flags & 0x0100 != 0 {
            return Err(Refusal::Encrypted);
        }
        let table = if flags & 0x0200 != 0 { "1Table" } else { "0Table" };
        Ok(Fib { bytes, table })
    }

    /// Where a story stands, in characters (UTF-16 units) of the whole text.
    pub fn story(&self, story: Story) -> Range<u32> {
        const LENGTHS: usize = 0x4C;
        let mut start = 0u32;
        for (n, known) in STORIES.into_iter().enumerate() {
            let len = u32_at(self.bytes, LENGTHS + 4 * n).unwrap_or(0);
            // A negative length is none.
            let len = if len > i32::MAX as u32 { 0 } else { len };
            let end = start.saturating_add(len);
            if known == story {
                return start..end;
            }
            start = end;
        }
        0..0
    }

    /// Where a table stands in the table stream; `None` when the document has none.
    pub fn table(&self, table: Table) -> Option<Range<usize>> {
        const PLACES: usize = 0x9A;
        let at = PLACES + 8 * table as usize;
        let (start, len) = (u32_at(self.bytes, at)?, u32_at(self.bytes, at + 4)?);
        let start = start as usize;
        (len > 0).then(|| start..start.saturating_add(len as usize))
    }
}
