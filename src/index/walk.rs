//! Defines how the passages of one segment are walked over: by candidates first, whose places are compared afterwards, and only
//! where everything else that is asked of a passage holds.

use tantivy::{DocId, TERMINATED};

use crate::text::spans::Span;

/// Ascends over document numbers.
pub trait Walk {
    /// The present candidate; `TERMINATED` after the last.
    fn doc(&self) -> DocId;

    /// Moves to the first candidate from `target` on; stays where it is when that is past `target` already.
    fn seek(&mut self, target: DocId) -> DocId;
}

/// Where an operand stands in passages.
pub trait Places: Walk {
    /// At most how many passages it stands in.
    fn candidates(&self) -> u32;

    /// Whether it stands in the present candidate. May be asked again.
    fn stand(&mut self) -> tantivy::Result<bool>;

    /// How often it stands in the present passage, which it does, and how often it starts within the first `heading_units` units.
    fn count(&mut self, heading_units: u32) -> (u32, u32);

    /// Adds the places where it stands in the present passage, which it does; whether it has places at all.
    fn spans(&mut self, out: &mut Vec<Span>) -> bool;
}

/// Moves all parts to the first candidate from `target` on that they share.
pub fn next_common<W: Walk>(parts: &mut [W], mut target: DocId) -> DocId {
    'target: loop {
        for part in parts.iter_mut() {
            let doc = part.seek(target);
            if doc == TERMINATED {
                return TERMINATED;
            }
            if doc > target {
                target = doc;
                continue 'target;
            }
        }
        return target;
    }
}

/// How many spans start within the first `units` units; they ascend.
pub fn starting_before(spans: &[Span], units: u32) -> u32 {
    spans.partition_point(|span| span.start < units) as u32
}
