//! Turns a question into a walk over the matching passages of one segment.

use tantivy::query::BitSetDocSet;
use tantivy::schema::{IndexRecordOption, Term};
use tantivy::{BitSet, DocId, DocSet, SegmentReader, TERMINATED};

use super::layout::{Layout, sort};
use super::phrase::PhraseDocs;
use super::region::level_of;
use crate::query::{Filter, Phrase, Query, Wanted};
use crate::schema::fields::Matching;
use crate::text::fold::fold_phrase;

/// The matching passages of one segment, in the order of their document numbers.
pub enum Matcher {
    Nothing,
    /// Passages that no phrase was needed to find.
    Docs(Box<dyn DocSet>),
    Phrase {
        docs: Box<PhraseDocs>,
        /// Which of the question's phrases it is.
        number: usize,
    },
    /// Passages that all of these match; the one with the fewest candidates first.
    All(Vec<Matcher>),
    Any(Vec<Matcher>),
    Except {
        kept: Box<Matcher>,
        excluded: Box<Matcher>,
    },
}

/// How often each phrase of the question stands in a passage: in all of it, and in its headings.
pub type Counts = [(u32, u32)];

/// Compiles for one segment. `phrases` are the question's phrases whose occurrences count, each once.
pub struct Compiler<'a> {
    pub layout: &'a Layout,
    pub segment: &'a SegmentReader,
    pub phrases: &'a [Phrase],
}

impl Compiler<'_> {
    pub fn compile(&self, query: &Query) -> tantivy::Result<Matcher> {
        match query {
            Query::All => self.passages(),
            Query::Phrase(phrase) => self.phrase(phrase),
            Query::Filter(filter) => self.filter(filter),
            Query::And(parts) => self.all(parts),
            Query::Or(parts) => Ok(Matcher::Any(self.each(parts)?)),
            Query::Not(part) => self.except(self.passages()?, part),
        }
    }

    fn each(&self, parts: &[Query]) -> tantivy::Result<Vec<Matcher>> {
        parts.iter().map(|part| self.compile(part)).collect()
    }

    fn passages(&self) -> tantivy::Result<Matcher> {
        let term = Term::from_field_text(self.layout.doc, sort::PASSAGE);
        let index = self.segment.inverted_index(self.layout.doc)?;
        Ok(match index.read_postings(&term, IndexRecordOption::Basic)? {
            Some(postings) => Matcher::Docs(Box::new(postings)),
            None => Matcher::Nothing,
        })
    }

    fn phrase(&self, phrase: &Phrase) -> tantivy::Result<Matcher> {
        let index = self.segment.inverted_index(self.layout.units)?;
        // Phrases that only exclude passages are not among those that count; their number is past the end.
        let number = self
            .phrases
            .iter()
            .position(|counted| counted.folded == phrase.folded)
            .unwrap_or(self.phrases.len());
        Ok(match PhraseDocs::open(&index, self.layout.units, &phrase.folded)? {
            Some(docs) => Matcher::Phrase {
                docs: Box::new(docs),
                number,
            },
            None => Matcher::Nothing,
        })
    }

    fn all(&self, parts: &[Query]) -> tantivy::Result<Matcher> {
        let (negative, positive): (Vec<&Query>, Vec<&Query>) =
            parts.iter().partition(|part| matches!(part, Query::Not(_)));
        let mut kept = positive
            .into_iter()
            .map(|part| self.compile(part))
            .collect::<tantivy::Result<Vec<_>>>()?;
        kept.sort_by_key(Matcher::candidates);
        let mut matcher = match kept.len() {
            0 => self.passages()?,
            1 => kept.remove(0),
            _ => Matcher::all(kept),
        };
        for part in negative {
            if let Query::Not(excluded) = part {
                matcher = self.except(matcher, excluded)?;
            }
        }
        Ok(matcher)
    }

    fn except(&self, kept: Matcher, excluded: &Query) -> tantivy::Result<Matcher> {
        Ok(Matcher::except(kept, self.compile(excluded)?))
    }

    fn filter(&self, filter: &Filter) -> tantivy::Result<Matcher> {
        let field = self.layout.facet(filter.field);
        let index = self.segment.inverted_index(field)?;
        let matches = ValueTest::new(filter);
        let mut wanted = BitSet::with_max_value(self.segment.max_doc());
        let mut known = BitSet::with_max_value(self.segment.max_doc());
        let mut values = index.terms().stream()?;
        while let Some((value, info)) = values.next() {
            let value = std::str::from_utf8(value).unwrap_or_default();
            let is_wanted = matches.wants(value);
            if is_wanted || matches.unknown {
                let mut postings = index.read_postings_from_terminfo(info, IndexRecordOption::Basic)?;
                while postings.doc() != TERMINATED {
                    known.insert(postings.doc());
                    if is_wanted {
                        wanted.insert(postings.doc());
                    }
                    postings.advance();
                }
            }
        }
        let wanted = Matcher::of_bits(wanted);
        if !matches.unknown {
            return Ok(wanted);
        }
        let unknown = Matcher::except(self.passages()?, Matcher::of_bits(known));
        Ok(Matcher::Any(vec![wanted, unknown]))
    }
}

/// Whether a filter wants a value.
pub struct ValueTest<'a> {
    filter: &'a Filter,
    /// The wanted texts, folded; paths as they are.
    folded: Vec<String>,
    /// Whether the filter wants what has no value at all.
    pub unknown: bool,
}

impl<'a> ValueTest<'a> {
    pub fn new(filter: &'a Filter) -> Self {
        let texts = filter.values.iter().filter_map(|wanted| match wanted {
            Wanted::Text(text) if filter.field.declaration().values == Matching::Path => Some(text.clone()),
            Wanted::Text(text) => Some(fold_phrase(text)),
            _ => None,
        });
        ValueTest {
            filter,
            folded: texts.collect(),
            unknown: filter.values.contains(&Wanted::Unknown),
        }
    }

    pub fn wants(&self, value: &str) -> bool {
        let declaration = self.filter.field.declaration();
        match declaration.values {
            Matching::Year => self.wants_year(value),
            Matching::Kind => self
                .filter
                .values
                .iter()
                .any(|wanted| *wanted == Wanted::Text(value.to_owned())),
            Matching::Contains => {
                let value = fold_phrase(value);
                self.folded.iter().any(|wanted| value.contains(wanted.as_str()))
            }
            Matching::Path => self.folded.iter().any(|wanted| level_of(wanted, value).is_some()),
            Matching::Name => {
                let value = fold_phrase(value);
                self.folded
                    .iter()
                    .any(|wanted| match value.strip_prefix(wanted.as_str()) {
                        Some("") => true,
                        Some(rest) => declaration.suffixes.iter().any(|suffix| suffix == rest),
                        None => false,
                    })
            }
        }
    }

    fn wants_year(&self, value: &str) -> bool {
        let Ok(year) = value.parse::<u16>() else { return false };
        self.filter.values.iter().any(|wanted| match wanted {
            Wanted::Years(from, to) => from.is_none_or(|from| from <= year) && to.is_none_or(|to| year <= to),
            _ => false,
        })
    }
}

impl Matcher {
    fn of_bits(docs: BitSet) -> Self {
        Matcher::Docs(Box::new(BitSetDocSet::from(docs)))
    }

    fn all(parts: Vec<Matcher>) -> Self {
        let mut matcher = Matcher::All(parts);
        matcher.align(0);
        matcher
    }

    fn except(kept: Matcher, excluded: Matcher) -> Self {
        let mut matcher = Matcher::Except {
            kept: Box::new(kept),
            excluded: Box::new(excluded),
        };
        matcher.skip_excluded();
        matcher
    }

    /// The present passage; `TERMINATED` after the last.
    pub fn doc(&self) -> DocId {
        match self {
            Matcher::Nothing => TERMINATED,
            Matcher::Docs(docs) => docs.doc(),
            Matcher::Phrase { docs, .. } => docs.doc(),
            Matcher::All(parts) => parts[0].doc(),
            Matcher::Any(parts) => parts.iter().map(Matcher::doc).min().unwrap_or(TERMINATED),
            Matcher::Except { kept, .. } => kept.doc(),
        }
    }

    /// Moves to the next passage.
    pub fn advance(&mut self) -> DocId {
        match self.doc() {
            TERMINATED => TERMINATED,
            doc => self.seek(doc + 1),
        }
    }

    /// Moves to the first passage from `target` on; stays where it is when that is past `target` already.
    pub fn seek(&mut self, target: DocId) -> DocId {
        if self.doc() >= target {
            return self.doc();
        }
        match self {
            Matcher::Nothing => TERMINATED,
            Matcher::Docs(docs) => docs.seek(target),
            Matcher::Phrase { docs, .. } => docs.seek(target),
            Matcher::All(_) => self.align(target),
            Matcher::Any(parts) => parts
                .iter_mut()
                .map(|part| part.seek(target))
                .min()
                .unwrap_or(TERMINATED),
            Matcher::Except { kept, .. } => {
                kept.seek(target);
                self.skip_excluded()
            }
        }
    }

    /// Adds up how often the question's phrases stand in the present passage.
    pub fn count(&mut self, heading_units: u32, counts: &mut Counts) {
        let present = self.doc();
        match self {
            Matcher::Phrase { docs, number } => {
                if let Some(count) = counts.get_mut(*number) {
                    *count = docs.count_starts(heading_units);
                }
            }
            Matcher::All(parts) => parts.iter_mut().for_each(|part| part.count(heading_units, counts)),
            Matcher::Any(parts) => parts
                .iter_mut()
                .filter(|part| part.doc() == present)
                .for_each(|part| part.count(heading_units, counts)),
            Matcher::Except { kept, .. } => kept.count(heading_units, counts),
            Matcher::Nothing | Matcher::Docs(_) => {}
        }
    }

    /// Moves all parts of an `All` to the first passage from `target` on that they share.
    fn align(&mut self, mut target: DocId) -> DocId {
        let Matcher::All(parts) = self else { return self.doc() };
        'target: loop {
            for part in parts.iter_mut() {
                let doc = part.seek(target);
                if doc > target {
                    target = doc;
                    if target == TERMINATED {
                        parts[0].seek(TERMINATED);
                        return TERMINATED;
                    }
                    continue 'target;
                }
            }
            return target;
        }
    }

    /// Moves an `Except` on while what it keeps is excluded.
    fn skip_excluded(&mut self) -> DocId {
        let Matcher::Except { kept, excluded } = self else {
            return self.doc();
        };
        while kept.doc() != TERMINATED && excluded.seek(kept.doc()) == kept.doc() {
            kept.advance();
        }
        kept.doc()
    }

    /// At most how many passages it can match.
    fn candidates(&self) -> u32 {
        match self {
            Matcher::Nothing => 0,
            Matcher::Docs(docs) => docs.size_hint(),
            Matcher::Phrase { docs, .. } => docs.size_hint(),
            Matcher::All(parts) => parts.iter().map(Matcher::candidates).min().unwrap_or(0),
            Matcher::Any(parts) => parts.iter().map(Matcher::candidates).fold(0, u32::saturating_add),
            Matcher::Except { kept, .. } => kept.candidates(),
        }
    }
}
