//! Walks over the passages of one segment with a sentence in which a question holds.

use tantivy::DocId;
use tantivy::columnar::Column;

use super::gaps::is_in_one_sentence;
use super::matcher::{Counts, Effort, Matcher};
use super::tree::Tree;
use super::walk::Walk;
use crate::text::sentence::sentence_of;
use crate::text::spans::Span;

/// The passages that may have such a sentence.
pub struct SentenceDocs {
    /// Passages that have the operands, wherever in them.
    pub candidates: Matcher,
    pub tree: Tree,
    /// The operands by their numbers in `tree`.
    pub operands: Vec<Matcher>,
    /// Where sentences end.
    pub ends: Column<u64>,
    /// Whether the present candidate has the sentence, once that was asked.
    pub found: Option<bool>,
}

impl SentenceDocs {
    pub fn matches(&mut self) -> tantivy::Result<bool> {
        let found = match self.found {
            Some(found) => found,
            None => self.has_sentence()?,
        };
        self.found = Some(found);
        Ok(found)
    }

    fn has_sentence(&mut self) -> tantivy::Result<bool> {
        let doc = self.candidates.doc();
        let ends: Vec<u32> = self.ends.values_for_doc(doc).map(|end| end as u32).collect();
        let mut stands = vec![false; self.operands.len() * ends.len()];
        let mut spans = Vec::new();
        for (operand, stands) in self.operands.iter_mut().zip(stands.chunks_mut(ends.len().max(1))) {
            if operand.seek(doc) != doc || !operand.matches()? {
                continue;
            }
            spans.clear();
            match operand.spans(&mut spans)? {
                true => mark(&spans, &ends, stands),
                // What has no place holds in all of the passage.
                false => stands.fill(true),
            }
        }
        let sentences = 0..ends.len();
        let holds = |sentence: usize| self.tree.holds(&|number| stands[number * ends.len() + sentence]);
        Ok(sentences.into_iter().any(holds))
    }

    /// Counts the operands in the present passage, which matches, wherever in it they stand.
    pub fn count(&mut self, heading_units: u32, counts: &mut Counts) -> tantivy::Result<()> {
        let doc = self.candidates.doc();
        for operand in &mut self.operands {
            if operand.seek(doc) == doc && operand.matches()? {
                operand.count(heading_units, counts)?;
            }
        }
        Ok(())
    }

    /// Adds the places of the operands in the present passage, which matches.
    pub fn marks(&mut self, out: &mut Vec<Span>) -> tantivy::Result<()> {
        let doc = self.candidates.doc();
        for operand in &mut self.operands {
            if operand.seek(doc) == doc && operand.matches()? {
                operand.marks(out)?;
            }
        }
        Ok(())
    }

    pub fn candidates(&self) -> u32 {
        self.candidates.candidates()
    }

    /// Whether the text must be read for one of the operands.
    pub fn effort(&self) -> Effort {
        self.operands.iter().map(Matcher::effort).max().unwrap_or(Effort::None)
    }
}

impl Walk for SentenceDocs {
    fn doc(&self) -> DocId {
        self.candidates.doc()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.candidates.doc() < target {
            self.found = None;
        }
        self.candidates.seek(target)
    }
}

/// Marks the sentences in which one of the places stands whole.
fn mark(spans: &[Span], ends: &[u32], stands: &mut [bool]) {
    for span in spans.iter().filter(|span| is_in_one_sentence(ends, **span)) {
        if let Some(stands) = stands.get_mut(sentence_of(ends, span.start)) {
            *stands = true;
        }
    }
}
