//! Walks over the passages of one segment in which a phrase stands, with every place where it starts.

use tantivy::postings::{Postings, SegmentPostings};
use tantivy::schema::{Field, IndexRecordOption, Term};
use tantivy::{DocId, DocSet, InvertedIndexReader, TERMINATED};

use super::walk::{Places, Walk, next_common};
use crate::text::spans::Span;
use crate::text::units::units;

/// The passages with all units of a phrase, and where in each they stand one after the other.
pub struct PhraseDocs {
    /// One for each different unit, the rarest first; never empty.
    units: Vec<UnitDocs>,
    /// How many units after the first the last one stands.
    reach: u32,
    doc: DocId,
    /// Where the phrase starts in `doc`, each moved by `reach`; `None` until it is asked for.
    found: Option<bool>,
    starts: Vec<u32>,
    scratch: Vec<u32>,
}

struct UnitDocs {
    postings: SegmentPostings,
    /// Where in the phrase the unit stands, counted from the phrase's end: that moves all units of one match to one number.
    offsets: Vec<u32>,
}

impl PhraseDocs {
    /// The passages of this segment with a phrase, given in folded form; `None` when one of its units stands nowhere in the
    /// segment, or the phrase is empty.
    pub fn open(index: &InvertedIndexReader, field: Field, folded: &str) -> tantivy::Result<Option<Self>> {
        let phrase: Vec<&str> = units(folded).collect();
        let reach = phrase.len().saturating_sub(1) as u32;
        let mut distinct: Vec<(&str, Vec<u32>)> = Vec::new();
        for (at, unit) in phrase.iter().enumerate() {
            let offset = reach - at as u32;
            match distinct.iter_mut().find(|(known, _)| known == unit) {
                Some((_, offsets)) => offsets.push(offset),
                None => distinct.push((unit, vec![offset])),
            }
        }
        let mut opened = Vec::with_capacity(distinct.len());
        for (unit, offsets) in distinct {
            let term = Term::from_field_text(field, unit);
            match index.read_postings(&term, IndexRecordOption::WithFreqsAndPositions)? {
                Some(postings) => opened.push(UnitDocs { postings, offsets }),
                None => return Ok(None),
            }
        }
        if opened.is_empty() {
            return Ok(None);
        }
        opened.sort_by_key(|unit| unit.postings.doc_freq());
        let doc = next_common(&mut opened, 0);
        Ok(Some(PhraseDocs {
            units: opened,
            reach,
            doc,
            found: None,
            starts: Vec::new(),
            scratch: Vec::new(),
        }))
    }

    /// Where the phrase starts in the present passage; ascending.
    pub fn starts(&mut self) -> Vec<u32> {
        self.find();
        self.load_single();
        self.starts.iter().map(|start| start - self.reach).collect()
    }

    fn is_single(&self) -> bool {
        self.reach == 0
    }

    /// Whether the phrase stands in the present passage.
    fn find(&mut self) -> bool {
        match self.found {
            Some(found) => found,
            None => {
                self.starts.clear();
                let found = self.is_single() || self.find_starts();
                self.found = Some(found);
                found
            }
        }
    }

    /// The places of a single unit are read only when they are needed.
    fn load_single(&mut self) {
        if self.is_single() && self.starts.is_empty() && self.doc != TERMINATED {
            self.units[0].postings.positions_with_offset(0, &mut self.starts);
        }
    }

    /// Finds where the phrase starts in the present passage; whether it does at all.
    fn find_starts(&mut self) -> bool {
        let mut first = true;
        for unit in &mut self.units {
            for &offset in &unit.offsets {
                if first {
                    unit.postings.positions_with_offset(offset, &mut self.starts);
                    first = false;
                } else {
                    unit.postings.positions_with_offset(offset, &mut self.scratch);
                    keep_common(&mut self.starts, &self.scratch);
                }
                if self.starts.is_empty() {
                    return false;
                }
            }
        }
        true
    }
}

impl Walk for UnitDocs {
    fn doc(&self) -> DocId {
        self.postings.doc()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        match self.postings.doc() {
            doc if doc >= target => doc,
            _ => self.postings.seek(target),
        }
    }
}

impl Walk for PhraseDocs {
    fn doc(&self) -> DocId {
        self.doc
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc < target {
            self.doc = next_common(&mut self.units, target);
            self.found = None;
            self.starts.clear();
        }
        self.doc
    }
}

impl Places for PhraseDocs {
    fn candidates(&self) -> u32 {
        self.units[0].postings.size_hint()
    }

    fn stand(&mut self) -> tantivy::Result<bool> {
        Ok(self.find())
    }

    fn count(&mut self, heading_units: u32) -> (u32, u32) {
        if self.is_single() && heading_units == 0 {
            return (self.units[0].postings.term_freq(), 0);
        }
        self.find();
        self.load_single();
        let limit = heading_units + self.reach;
        let in_heading = self.starts.partition_point(|&start| start < limit);
        (self.starts.len() as u32, in_heading as u32)
    }

    fn spans(&mut self, out: &mut Vec<Span>) -> bool {
        let length = self.reach + 1;
        let spans = self.starts().into_iter().map(|start| Span {
            start,
            end: start + length,
        });
        out.extend(spans);
        true
    }
}

/// Keeps of `kept` what also stands in `other`; both ascend.
fn keep_common(kept: &mut Vec<u32>, other: &[u32]) {
    let mut others = other.iter().copied().peekable();
    kept.retain(|&value| {
        while others.next_if(|&other| other < value).is_some() {}
        others.peek() == Some(&value)
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_values_are_kept() {
        let mut kept = vec![1, 4, 5, 9];
        keep_common(&mut kept, &[0, 4, 6, 9, 12]);
        assert_eq!(kept, [4, 9]);
        keep_common(&mut kept, &[]);
        assert!(kept.is_empty());
    }
}
