//! Walks over the passages of one segment that match a question, whose parts meet in [`Matcher`].

use tantivy::postings::{Postings, SegmentPostings};
use tantivy::query::BitSetDocSet;
use tantivy::{BitSet, DocId, DocSet, TERMINATED};

use super::sentence::SentenceDocs;
use super::walk::{Places, Walk, next_common};
use crate::text::spans::Span;

/// The passages of one segment that may match, in the order of their document numbers; [`Matcher::matches`] tells which do.
pub enum Matcher {
    Nothing,
    /// Passages that no text was needed to find.
    Docs(Box<dyn DocSet>),
    Operand {
        places: Box<dyn Places>,
        /// Which of the question's operands it is, of those that count.
        number: usize,
        effort: Effort,
    },
    /// Passages that all of these match; the one with the fewest candidates first.
    All(Vec<Matcher>),
    Any(Vec<Matcher>),
    Except {
        kept: Box<Matcher>,
        excluded: Box<Matcher>,
    },
    /// Passages with a sentence in which a question holds.
    Sentence(Box<SentenceDocs>),
}

/// How much work it is to tell whether a candidate matches; the least is done first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effort {
    /// It always does.
    None,
    /// Places are compared.
    Places,
    /// Places of several words and marks are compared.
    Gaps,
    /// The text is read.
    Text,
}

/// How often each operand of the question stands in a passage: in all of it, and in its headings.
pub type Counts = [(u32, u32)];

impl Matcher {
    pub fn of_bits(docs: BitSet) -> Self {
        Matcher::Docs(Box::new(BitSetDocSet::from(docs)))
    }

    /// These passages; they ascend.
    pub fn of_list(docs: Vec<DocId>) -> Self {
        Matcher::Docs(Box::new(ListDocs { docs, at: 0 }))
    }

    pub fn all(mut parts: Vec<Matcher>) -> Self {
        if parts.len() == 1 {
            return parts.remove(0);
        }
        parts.sort_by_key(Matcher::candidates);
        next_common(&mut parts, 0);
        Matcher::All(parts)
    }

    pub fn except(kept: Matcher, excluded: Matcher) -> Self {
        Matcher::Except {
            kept: Box::new(kept),
            excluded: Box::new(excluded),
        }
    }

    /// Moves to the next candidate.
    pub fn advance(&mut self) -> DocId {
        match self.doc() {
            TERMINATED => TERMINATED,
            doc => self.seek(doc + 1),
        }
    }

    /// Whether the present candidate matches.
    pub fn matches(&mut self) -> tantivy::Result<bool> {
        let present = self.doc();
        if present == TERMINATED {
            return Ok(false);
        }
        match self {
            Matcher::Nothing => Ok(false),
            Matcher::Docs(_) => Ok(true),
            Matcher::Operand { places, .. } => places.stand(),
            Matcher::All(parts) => {
                for effort in [Effort::None, Effort::Places, Effort::Gaps, Effort::Text] {
                    for part in parts.iter_mut().filter(|part| part.effort() == effort) {
                        if !part.matches()? {
                            return Ok(false);
                        }
                    }
                }
                Ok(true)
            }
            Matcher::Any(parts) => {
                for part in parts.iter_mut().filter(|part| part.doc() == present) {
                    if part.matches()? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Matcher::Except { kept, excluded } => {
                Ok(kept.matches()? && !(excluded.seek(present) == present && excluded.matches()?))
            }
            Matcher::Sentence(docs) => docs.matches(),
        }
    }

    /// Sets how often the question's operands stand in the present passage, which matches.
    pub fn count(&mut self, heading_units: u32, counts: &mut Counts) -> tantivy::Result<()> {
        let present = self.doc();
        match self {
            Matcher::Operand { places, number, .. } => {
                if let Some(count) = counts.get_mut(*number) {
                    *count = places.count(heading_units);
                }
            }
            Matcher::All(parts) => {
                for part in parts {
                    part.count(heading_units, counts)?;
                }
            }
            Matcher::Any(parts) => {
                for part in parts.iter_mut().filter(|part| part.doc() == present) {
                    if part.matches()? {
                        part.count(heading_units, counts)?;
                    }
                }
            }
            Matcher::Except { kept, .. } => kept.count(heading_units, counts)?,
            Matcher::Sentence(docs) => docs.count(heading_units, counts)?,
            Matcher::Nothing | Matcher::Docs(_) => {}
        }
        Ok(())
    }

    /// Adds the places where an operand stands in the present passage, which matches; whether it has places.
    pub fn spans(&mut self, out: &mut Vec<Span>) -> tantivy::Result<bool> {
        let present = self.doc();
        match self {
            Matcher::Operand { places, .. } => Ok(places.spans(out)),
            Matcher::Any(parts) => {
                let mut have_places = true;
                for part in parts.iter_mut().filter(|part| part.doc() == present) {
                    if part.matches()? {
                        have_places &= part.spans(out)?;
                    }
                }
                Ok(have_places)
            }
            _ => Ok(false),
        }
    }

    /// Adds the places of every operand that has any in the present passage, which matches: where a reader would look.
    pub fn marks(&mut self, out: &mut Vec<Span>) -> tantivy::Result<()> {
        let present = self.doc();
        match self {
            Matcher::Operand { places, .. } => {
                places.spans(out);
            }
            Matcher::All(parts) => {
                for part in parts {
                    part.marks(out)?;
                }
            }
            Matcher::Any(parts) => {
                for part in parts.iter_mut().filter(|part| part.doc() == present) {
                    if part.matches()? {
                        part.marks(out)?;
                    }
                }
            }
            Matcher::Except { kept, .. } => kept.marks(out)?,
            Matcher::Sentence(docs) => docs.marks(out)?,
            Matcher::Nothing | Matcher::Docs(_) => {}
        }
        Ok(())
    }

    /// At most how many passages it can match.
    pub fn candidates(&self) -> u32 {
        match self {
            Matcher::Nothing => 0,
            Matcher::Docs(docs) => docs.size_hint(),
            Matcher::Operand { places, .. } => places.candidates(),
            Matcher::All(parts) => parts.iter().map(Matcher::candidates).min().unwrap_or(0),
            Matcher::Any(parts) => parts.iter().map(Matcher::candidates).fold(0, u32::saturating_add),
            Matcher::Except { kept, .. } => kept.candidates(),
            Matcher::Sentence(docs) => docs.candidates(),
        }
    }

    /// How much work it is to tell whether a candidate matches.
    pub fn effort(&self) -> Effort {
        let most = |parts: &[Matcher]| parts.iter().map(Matcher::effort).max().unwrap_or(Effort::None);
        match self {
            Matcher::Nothing | Matcher::Docs(_) => Effort::None,
            Matcher::Operand { effort, .. } => *effort,
            Matcher::All(parts) | Matcher::Any(parts) => most(parts),
            Matcher::Except { kept, excluded } => kept.effort().max(excluded.effort()),
            Matcher::Sentence(docs) => docs.effort().max(Effort::Gaps),
        }
    }
}

impl Walk for Matcher {
    fn doc(&self) -> DocId {
        match self {
            Matcher::Nothing => TERMINATED,
            Matcher::Docs(docs) => docs.doc(),
            Matcher::Operand { places, .. } => places.doc(),
            Matcher::All(parts) => all_doc(parts),
            Matcher::Any(parts) => parts.iter().map(Walk::doc).min().unwrap_or(TERMINATED),
            Matcher::Except { kept, .. } => kept.doc(),
            Matcher::Sentence(docs) => docs.doc(),
        }
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc() >= target {
            return self.doc();
        }
        match self {
            Matcher::Nothing => TERMINATED,
            Matcher::Docs(docs) => docs.seek(target),
            Matcher::Operand { places, .. } => places.seek(target),
            Matcher::All(parts) => next_common(parts, target),
            Matcher::Any(parts) => parts
                .iter_mut()
                .map(|part| part.seek(target))
                .min()
                .unwrap_or(TERMINATED),
            Matcher::Except { kept, .. } => kept.seek(target),
            Matcher::Sentence(docs) => docs.seek(target),
        }
    }
}

/// The candidate that the parts of an `All` share. They stand apart only when one of them has come to its end.
fn all_doc(parts: &[Matcher]) -> DocId {
    parts.iter().map(Walk::doc).max().unwrap_or(TERMINATED)
}

/// Documents in a list.
struct ListDocs {
    docs: Vec<DocId>,
    at: usize,
}

impl DocSet for ListDocs {
    fn advance(&mut self) -> DocId {
        self.at = (self.at + 1).min(self.docs.len());
        self.doc()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        self.at += self.docs[self.at..].partition_point(|&doc| doc < target);
        self.doc()
    }

    fn doc(&self) -> DocId {
        self.docs.get(self.at).copied().unwrap_or(TERMINATED)
    }

    fn size_hint(&self) -> u32 {
        self.docs.len() as u32
    }
}

/// The passages that have a word, by the dictionary's cut. It has no places: the index keeps none of words.
pub struct WordDocs(pub SegmentPostings);

impl Walk for WordDocs {
    fn doc(&self) -> DocId {
        self.0.doc()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        match self.0.doc() {
            doc if doc >= target => doc,
            _ => self.0.seek(target),
        }
    }
}

impl Places for WordDocs {
    fn candidates(&self) -> u32 {
        self.0.size_hint()
    }

    fn stand(&mut self) -> tantivy::Result<bool> {
        Ok(true)
    }

    fn count(&mut self, _: u32) -> (u32, u32) {
        (self.0.term_freq(), 0)
    }

    fn spans(&mut self, _: &mut Vec<Span>) -> bool {
        false
    }
}
