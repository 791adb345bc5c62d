//! Walks over the passages of one segment in which a phrase stands, with every place where it starts.

use tantivy::postings::{Postings, SegmentPostings};
use tantivy::schema::{Field, IndexRecordOption, Term};
use tantivy::{DocId, DocSet, InvertedIndexReader, TERMINATED};

use crate::text::units::units;

/// The passages with a phrase: units one after the other.
pub struct PhraseDocs {
    /// One for each different unit, the rarest first; never empty.
    units: Vec<UnitDocs>,
    /// How many units after the first the last one stands.
    reach: u32,
    doc: DocId,
    /// Where the phrase starts in `doc`, each moved by `reach`; empty while not asked for when the phrase is a single unit.
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
        let mut docs = PhraseDocs {
            units: opened,
            reach,
            doc: 0,
            starts: Vec::new(),
            scratch: Vec::new(),
        };
        docs.settle(0);
        Ok(Some(docs))
    }

    /// How often the phrase stands in the present passage, and how often within its first `heading_units` units.
    pub fn count_starts(&mut self, heading_units: u32) -> (u32, u32) {
        if self.is_single() {
            let postings = &mut self.units[0].postings;
            let all = postings.term_freq();
            if heading_units == 0 {
                return (all, 0);
            }
            postings.positions_with_offset(self.reach, &mut self.starts);
        }
        let limit = heading_units + self.reach;
        let in_heading = self.starts.partition_point(|&start| start < limit);
        (self.starts.len() as u32, in_heading as u32)
    }

    fn is_single(&self) -> bool {
        self.reach == 0
    }

    /// Moves on to the first passage from `target` on in which the phrase stands.
    fn settle(&mut self, mut target: DocId) -> DocId {
        loop {
            self.doc = self.next_common(target);
            if self.doc == TERMINATED || self.is_single() || self.find_starts() {
                return self.doc;
            }
            target = self.doc + 1;
        }
    }

    /// The first passage from `target` on that has all units, wherever.
    fn next_common(&mut self, mut target: DocId) -> DocId {
        'target: loop {
            for unit in &mut self.units {
                let doc = match unit.postings.doc() {
                    doc if doc >= target => doc,
                    _ => unit.postings.seek(target),
                };
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

    /// Finds where the phrase starts in the present passage; whether it does at all.
    fn find_starts(&mut self) -> bool {
        self.starts.clear();
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

impl DocSet for PhraseDocs {
    fn advance(&mut self) -> DocId {
        match self.doc {
            TERMINATED => TERMINATED,
            doc => self.settle(doc + 1),
        }
    }

    fn seek(&mut self, target: DocId) -> DocId {
        match self.doc {
            doc if doc >= target => doc,
            _ => self.settle(target),
        }
    }

    fn doc(&self) -> DocId {
        self.doc
    }

    fn size_hint(&self) -> u32 {
        self.units[0].postings.size_hint()
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
