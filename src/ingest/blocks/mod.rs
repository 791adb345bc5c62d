//! Turns the lines of a draft into the [`Block`]s of a report: boilerplate and header tables out, broken lines joined, titles,
//! headings, salutation and signature known.
//!
//! Nothing of the report's own is left out: a line is dropped only when all of it is boilerplate, and every other character that
//! shows comes through in order.

mod header;
mod join;
mod marks;
mod numbering;
mod pieces;
mod strip;

pub use header::{bare as bare_label, is_doc_number};
pub use numbering::{Numbering, is_item, numbering};
pub use strip::Strip;

use crate::ingest::extract::{Given, Line, Scale};
use crate::report::Dropped;
use crate::text::plain::Script;

/// A title, heading, paragraph or table row of a report.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    pub kind: BlockKind,
    /// The text on one line, without blanks at its ends, with the runs that map it to the source.
    pub strip: Strip,
    /// The heading that the block is or begins with.
    pub head: Option<Head>,
}

/// What a block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockKind {
    Title,
    /// A heading on a line of its own.
    Heading,
    Paragraph,
    TableRow,
    /// 县委、县政府：
    Salutation,
    /// The name of the body that signs, or the day, or both.
    Signature,
}

/// The heading of a section, in the block that opens it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// 1 for 一、, 2 for （一）, and so on.
    pub level: u8,
    /// How much of the block's text is heading, in bytes: all of it, or the part before the paragraph that runs on.
    pub len: usize,
}

/// The lines of a draft, cleaned.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cleaned {
    pub blocks: Vec<Block>,
    pub dropped: Vec<Dropped>,
    /// What header tables inside the text stated.
    pub given: Vec<Given>,
    pub script: Script,
}

impl Block {
    /// The block's text.
    pub fn text(&self) -> &str {
        &self.strip.text
    }
}

/// Cleans the lines of one report; `scale` says what their runs count.
pub fn clean(lines: &[Line], scale: Scale) -> Cleaned {
    let sample: String = lines.iter().map(|line| line.text.as_str()).take(40).collect();
    let script = Script::of(&sample);
    let mut sieve = pieces::Sieve::new(scale, script);
    let pieces = sieve.sift(lines);
    let pieces = marks::mark(pieces, script, &mut sieve);
    let pieces = join::join(pieces, script);
    let pieces = sieve.drop_foot(pieces);
    let blocks = marks::headings(pieces, script, scale);
    Cleaned {
        blocks,
        dropped: sieve.dropped,
        given: sieve.given,
        script,
    }
}

#[cfg(test)]
mod tests;
