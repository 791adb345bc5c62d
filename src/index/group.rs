//! Finds the passages of one segment that make a question hold in their part of a report, or in their report.

use tantivy::columnar::Column;
use tantivy::{DocId, SegmentReader, TERMINATED};

use super::budget::Budget;
use super::matcher::Matcher;
use super::store::is_alive;
use super::tree::Tree;
use super::walk::Walk;

/// What is looked for in a segment, group by group. All passages of a report lie side by side, so groups do too.
pub struct Groups<'a> {
    pub segment: &'a SegmentReader,
    pub budget: &'a Budget,
    /// The report of a passage.
    pub reports: Column<u64>,
    /// The part of the report, when parts are the groups.
    pub parts: Option<Column<u64>>,
    /// The passages that are looked at; all, if `None`.
    pub chosen: Option<Matcher>,
    pub tree: Tree,
    /// The operands by their numbers in `tree`.
    pub operands: Vec<Matcher>,
}

/// What tells one group from the next.
type Key = (u64, u64);

impl Groups<'_> {
    /// The passages with an operand that makes the question hold in their group; ascending.
    pub fn find(mut self) -> tantivy::Result<Vec<DocId>> {
        let mut found = Vec::new();
        let mut group: Option<Key> = None;
        let mut standing: Vec<Vec<DocId>> = vec![Vec::new(); self.operands.len()];
        let mut looked_at = 0u32;
        loop {
            let doc = self.next();
            let key = (doc != TERMINATED).then(|| self.key(doc));
            if key != group {
                self.close(&mut standing, &mut found);
                group = key;
            }
            if doc == TERMINATED {
                return Ok(found);
            }
            looked_at += 1;
            if looked_at.is_multiple_of(256) {
                self.budget.check()?;
            }
            let is_chosen = is_alive(self.segment, doc) && self.is_chosen(doc)?;
            for (operand, standing) in self.operands.iter_mut().zip(&mut standing) {
                if operand.doc() == doc {
                    if is_chosen && operand.matches()? {
                        standing.push(doc);
                    }
                    operand.advance();
                }
            }
        }
    }

    /// The next passage that may have an operand, among those that may be chosen.
    fn next(&mut self) -> DocId {
        loop {
            let doc = self.operands.iter().map(Walk::doc).min().unwrap_or(TERMINATED);
            let Some(chosen) = &mut self.chosen else { return doc };
            if doc == TERMINATED {
                return doc;
            }
            let next = chosen.seek(doc);
            if next == doc {
                return doc;
            }
            for operand in &mut self.operands {
                operand.seek(next);
            }
        }
    }

    fn is_chosen(&mut self, doc: DocId) -> tantivy::Result<bool> {
        match &mut self.chosen {
            Some(chosen) => Ok(chosen.seek(doc) == doc && chosen.matches()?),
            None => Ok(true),
        }
    }

    fn key(&self, doc: DocId) -> Key {
        let part = self.parts.as_ref().and_then(|parts| parts.first(doc));
        (self.reports.first(doc).unwrap_or_default(), part.unwrap_or_default())
    }

    /// Adds what was found in a group, and forgets it.
    fn close(&self, standing: &mut [Vec<DocId>], found: &mut Vec<DocId>) {
        let stands = |number: usize| !standing[number].is_empty();
        let mut wanted = Vec::new();
        if self.tree.holds(&stands) {
            self.tree.wanted(&stands, &mut wanted);
        }
        let from = found.len();
        found.extend(wanted.iter().flat_map(|&number| &standing[number]));
        found[from..].sort_unstable();
        // Groups follow each other, so what stands twice stands in this one.
        found.dedup();
        standing.iter_mut().for_each(Vec::clear);
    }
}
