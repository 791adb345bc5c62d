//! Turns a question into a walk over the matching passages of one segment. How each operand is found stands in a file of its own.

use std::sync::Arc;

use tantivy::postings::SegmentPostings;
use tantivy::schema::{IndexRecordOption, Term};
use tantivy::{BitSet, DocId, DocSet, SegmentReader, TERMINATED};

use super::budget::Budget;
use super::gaps::{NearDocs, PatternDocs};
use super::group::Groups;
use super::layout::{Layout, sort};
use super::matcher::{Counts, Effort, Matcher, WordDocs};
use super::operand::{Counted, Operand, WordLists};
use super::outside::OutsideDocs;
use super::phrase::PhraseDocs;
use super::regex::RegexDocs;
use super::sentence::SentenceDocs;
use super::topic::AskedTopics;
use super::tree::Tree;
use super::values::ValueTest;
use super::walk::{Places, Walk};
use crate::query::{Filter, Near, Pattern, Phrase, Query, Regex, Scope, Words};
use crate::schema::fields::Field;
use crate::text::expression::{Expression, Required};
use crate::text::fold::fold_phrase;
use crate::text::spans::Span;
use crate::text::units::PhraseFinder;

/// Compiles for one segment.
pub struct Compiler<'a> {
    pub layout: &'a Layout,
    pub segment: &'a SegmentReader,
    /// The question's operands that count, each once.
    pub counted: &'a [Counted],
    pub words: &'a WordLists,
    pub topics: &'a AskedTopics<'a>,
    pub budget: &'a Arc<Budget>,
}

/// The unit of text that operands stand in, as far as it changes how they are found.
#[derive(Clone, Copy, PartialEq)]
enum Around {
    Passage,
    Sentence,
}

/// The passages of one segment that match, and how often the operands stand in them.
pub struct Matches {
    matcher: Matcher,
    /// Operands that `matcher` does not count wherever they stand.
    counters: Vec<Matcher>,
}

impl Matches {
    /// The present candidate; `TERMINATED` after the last.
    pub fn doc(&self) -> DocId {
        self.matcher.doc()
    }

    pub fn advance(&mut self) {
        self.matcher.advance();
    }

    /// Moves to the first candidate from `target` on.
    pub fn seek(&mut self, target: DocId) {
        self.matcher.seek(target);
    }

    /// At most how many passages match.
    pub fn candidates(&self) -> u32 {
        self.matcher.candidates()
    }

    /// Whether the present candidate matches.
    pub fn matches(&mut self) -> tantivy::Result<bool> {
        self.matcher.matches()
    }

    /// Counts the operands in the present passage, which matches.
    pub fn count(&mut self, heading_units: u32, counts: &mut Counts) -> tantivy::Result<()> {
        let doc = self.matcher.doc();
        self.matcher.count(heading_units, counts)?;
        for counter in &mut self.counters {
            if counter.seek(doc) == doc && counter.matches()? {
                counter.count(heading_units, counts)?;
            }
        }
        Ok(())
    }

    /// Adds the places of the operands in the present passage, which matches and was counted.
    pub fn marks(&mut self, out: &mut Vec<Span>) -> tantivy::Result<()> {
        let doc = self.matcher.doc();
        self.matcher.marks(out)?;
        for counter in self.counters.iter_mut().filter(|counter| counter.doc() == doc) {
            if counter.matches()? {
                counter.marks(out)?;
            }
        }
        Ok(())
    }
}

/// Whether a walk over what matches a question meets all its operands wherever they stand: not where one alternative of several
/// can fail though a part of it stands, nor where the passages were found before.
fn meets_all_operands(query: &Query) -> bool {
    let is_leaf = |part: &Query| !matches!(part, Query::And(_) | Query::Not(_) | Query::Within(..));
    match query {
        Query::And(parts) => parts.iter().all(meets_all_operands),
        Query::Or(parts) => parts.iter().all(|part| is_leaf(part) && meets_all_operands(part)),
        Query::Within(Scope::Passage, inner) => meets_all_operands(inner),
        Query::Within(Scope::Sentence, inner) => !has_scopes(inner),
        Query::Within(..) => false,
        // The phrases of a topic rank what was found by its name.
        Query::Filter(filter) => filter.field != Field::Topic,
        _ => true,
    }
}

fn has_scopes(query: &Query) -> bool {
    match query {
        Query::And(parts) | Query::Or(parts) => parts.iter().any(has_scopes),
        Query::Not(part) => has_scopes(part),
        Query::Within(..) => true,
        Query::Filter(filter) => filter.field == Field::Topic,
        _ => false,
    }
}

impl Compiler<'_> {
    /// # Errors
    /// When the index is damaged, or the time is over.
    pub fn compile(&self, query: &Query) -> tantivy::Result<Matches> {
        let counters = match meets_all_operands(query) {
            true => Vec::new(),
            false => {
                let counters = self.counted.iter().map(|counted| self.counter(&counted.operand));
                counters.collect::<tantivy::Result<_>>()?
            }
        };
        Ok(Matches {
            matcher: self.matcher(query)?,
            counters,
        })
    }

    /// The passages with any of these operands.
    pub fn any_of(&self, operands: &[Operand]) -> tantivy::Result<Matcher> {
        let any = operands.iter().map(|operand| self.counter(operand));
        Ok(Matcher::Any(any.collect::<tantivy::Result<_>>()?))
    }

    fn counter(&self, operand: &Operand) -> tantivy::Result<Matcher> {
        match operand {
            Operand::Phrase(phrase) => self.phrase(phrase),
            Operand::Pattern(pattern) => self.pattern(pattern),
            Operand::Near(near, in_sentence) => self.near(near, *in_sentence),
            Operand::Regex(regex) => self.regex(regex),
            Operand::Word(word) => self.word(word),
            Operand::Outside(phrase, outer) => self.outside(phrase, outer),
        }
    }

    fn matcher(&self, query: &Query) -> tantivy::Result<Matcher> {
        self.matcher_in(query, Around::Passage)
    }

    /// It calls itself as deep as groups nest, which the parser limits.
    fn matcher_in(&self, query: &Query, around: Around) -> tantivy::Result<Matcher> {
        match query {
            Query::All => self.passages(),
            Query::Phrase(phrase) => self.phrase(phrase),
            Query::Pattern(pattern) => self.pattern(pattern),
            Query::Near(near) => self.near(near, around == Around::Sentence),
            Query::Regex(regex) => self.regex(regex),
            Query::Words(words) => self.words(words, around),
            Query::Heading(phrase) => self.heading(phrase),
            Query::Filter(filter) => self.filter(filter),
            Query::And(parts) => self.all(parts, around),
            Query::Or(parts) => {
                let parts = parts.iter().map(|part| self.matcher_in(part, around));
                Ok(Matcher::Any(parts.collect::<tantivy::Result<_>>()?))
            }
            Query::Not(part) => Ok(Matcher::except(self.passages()?, self.matcher_in(part, around)?)),
            Query::Within(Scope::Passage, inner) => self.matcher(inner),
            Query::Within(scope, inner) => self.within(*scope, inner),
        }
    }

    fn passages(&self) -> tantivy::Result<Matcher> {
        let term = Term::from_field_text(self.layout.doc, sort::PASSAGE);
        let index = self.segment.inverted_index(self.layout.doc)?;
        Ok(match index.read_postings(&term, IndexRecordOption::Basic)? {
            Some(postings) => Matcher::Docs(Box::new(postings)),
            None => Matcher::Nothing,
        })
    }

    /// What an operand that counts is found by; `None` when it stands nowhere in the segment.
    fn operand<P: Places + 'static>(
        &self,
        places: Option<P>,
        operand: impl FnOnce() -> Operand,
        effort: Effort,
    ) -> Matcher {
        let Some(places) = places else {
            return Matcher::Nothing;
        };
        let operand = operand();
        // Operands that only exclude passages are not among those that count; their number is past the end.
        let number = self.counted.iter().position(|counted| counted.operand == operand);
        Matcher::Operand {
            places: Box::new(places),
            number: number.unwrap_or(self.counted.len()),
            effort,
        }
    }

    fn phrase(&self, phrase: &Phrase) -> tantivy::Result<Matcher> {
        let index = self.segment.inverted_index(self.layout.units)?;
        let docs = PhraseDocs::open(&index, self.layout.units, &phrase.folded)?;
        Ok(self.operand(docs, || Operand::Phrase(phrase.clone()), Effort::Places))
    }

    /// Passages with a phrase that stands inside none of these.
    fn outside(&self, phrase: &Phrase, outer: &[String]) -> tantivy::Result<Matcher> {
        let index = self.segment.inverted_index(self.layout.units)?;
        let open = |folded: &str| PhraseDocs::open(&index, self.layout.units, folded);
        let Some(docs) = open(&phrase.folded)? else {
            return Ok(Matcher::Nothing);
        };
        let longer = outer.iter().filter_map(|outer| open(outer).transpose());
        let docs = OutsideDocs {
            phrase: docs,
            outer: longer.collect::<tantivy::Result<_>>()?,
            found: None,
        };
        let operand = || Operand::Outside(phrase.clone(), outer.to_vec());
        Ok(self.operand(Some(docs), operand, Effort::Places))
    }

    fn pattern(&self, pattern: &Pattern) -> tantivy::Result<Matcher> {
        let docs = PatternDocs::open(self.layout, self.segment, pattern)?;
        Ok(self.operand(docs, || Operand::Pattern(pattern.clone()), Effort::Gaps))
    }

    fn near(&self, near: &Near, in_sentence: bool) -> tantivy::Result<Matcher> {
        let docs = NearDocs::open(self.layout, self.segment, near, in_sentence)?;
        Ok(self.operand(docs, || Operand::Near(near.clone(), in_sentence), Effort::Gaps))
    }

    /// Passages with a word, by the dictionary's cut.
    fn word(&self, word: &str) -> tantivy::Result<Matcher> {
        let index = self.segment.inverted_index(self.layout.words)?;
        let term = Term::from_field_text(self.layout.words, word);
        let docs = index.read_postings(&term, IndexRecordOption::WithFreqs)?.map(WordDocs);
        Ok(self.operand(docs, || Operand::Word(word.to_owned()), Effort::None))
    }

    /// Units side by side that count for nothing.
    fn run(&self, folded: &str) -> tantivy::Result<Matcher> {
        let index = self.segment.inverted_index(self.layout.units)?;
        Ok(match PhraseDocs::open(&index, self.layout.units, folded)? {
            Some(docs) => Matcher::Operand {
                places: Box::new(docs),
                number: usize::MAX,
                effort: Effort::Places,
            },
            None => Matcher::Nothing,
        })
    }

    fn regex(&self, regex: &Regex) -> tantivy::Result<Matcher> {
        let expression =
            Expression::new(&regex.text).map_err(|wrong| tantivy::TantivyError::InvalidArgument(wrong.reason))?;
        let docs = RegexDocs {
            candidates: self.required(expression.required())?,
            expression,
            store: self.segment.get_store_reader(2)?,
            text: self.layout.text,
            budget: Arc::clone(self.budget),
            found: None,
        };
        Ok(self.operand(Some(docs), || Operand::Regex(regex.clone()), Effort::Text))
    }

    fn required(&self, required: &Required) -> tantivy::Result<Matcher> {
        let each = |parts: &[Required]| {
            parts
                .iter()
                .map(|part| self.required(part))
                .collect::<tantivy::Result<Vec<_>>>()
        };
        Ok(match required {
            Required::Nothing => self.passages()?,
            Required::Run(run) => self.run(run)?,
            Required::All(parts) => Matcher::all(each(parts)?),
            Required::Any(parts) => Matcher::Any(each(parts)?),
        })
    }

    /// Passages with any of the words. In a sentence words have places, which only the units of a word have.
    fn words(&self, words: &Words, around: Around) -> tantivy::Result<Matcher> {
        let words = self.words.of(words).iter();
        let any = words.map(|word| match around {
            Around::Passage => self.word(word),
            Around::Sentence => self.phrase(&Phrase {
                text: word.clone(),
                folded: fold_phrase(word),
            }),
        });
        Ok(Matcher::Any(any.collect::<tantivy::Result<_>>()?))
    }

    /// Passages under a heading in which a phrase stands: of the values that stand in the index, those that contain it.
    fn heading(&self, phrase: &Phrase) -> tantivy::Result<Matcher> {
        let Some(finder) = PhraseFinder::new(&phrase.folded) else {
            return Ok(Matcher::Nothing);
        };
        let index = self.segment.inverted_index(self.layout.headings)?;
        let mut wanted = BitSet::with_max_value(self.segment.max_doc());
        let mut headings = index.terms().stream()?;
        while let Some((heading, info)) = headings.next() {
            let heading = std::str::from_utf8(heading).unwrap_or_default();
            if finder.starts(heading).next().is_some() {
                let mut postings = index.read_postings_from_terminfo(info, IndexRecordOption::Basic)?;
                while postings.doc() != TERMINATED {
                    wanted.insert(postings.doc());
                    postings.advance();
                }
            }
        }
        Ok(Matcher::of_bits(wanted))
    }

    fn all(&self, parts: &[Query], around: Around) -> tantivy::Result<Matcher> {
        let (mut kept, mut excluded) = (Vec::new(), Vec::new());
        for part in parts {
            match part {
                Query::Not(part) => excluded.push(self.matcher_in(part, around)?),
                part => kept.push(self.matcher_in(part, around)?),
            }
        }
        let kept = match kept.is_empty() {
            true => self.passages()?,
            false => Matcher::all(kept),
        };
        Ok(excluded.into_iter().fold(kept, Matcher::except))
    }

    /// Filters beside the operands choose the passages that are looked at; the operands must meet in one unit of text.
    fn within(&self, scope: Scope, query: &Query) -> tantivy::Result<Matcher> {
        let parts = match query {
            Query::And(parts) => parts.as_slice(),
            query => std::slice::from_ref(query),
        };
        let (filters, asked): (Vec<&Query>, Vec<&Query>) = parts.iter().partition(|part| part.is_filter());
        if asked.is_empty() {
            return self.matcher(query);
        }
        let chosen = match filters.is_empty() {
            true => None,
            false => Some(self.matcher(&Query::all_of(filters.into_iter().cloned()))?),
        };
        let mut asked = Query::all_of(asked.into_iter().cloned());
        if asked.operands().is_empty() && !asks_for_all(&asked) {
            // What only excludes is asked of all passages.
            asked = Query::all_of([Query::All, asked]);
        }
        match scope {
            Scope::Sentence => self.in_sentence(chosen, &asked),
            _ => self.in_group(scope, chosen, &asked),
        }
    }

    fn in_sentence(&self, chosen: Option<Matcher>, asked: &Query) -> tantivy::Result<Matcher> {
        let mut operands = Vec::new();
        let tree = self.tree(asked, Around::Sentence, &mut operands)?;
        let sentence = Matcher::Sentence(Box::new(SentenceDocs {
            candidates: self.matcher_in(&without_exclusions(asked), Around::Sentence)?,
            tree,
            operands,
            ends: self.segment.fast_fields().u64("sentence_ends")?,
            found: None,
        }));
        Ok(match chosen {
            Some(chosen) => Matcher::all(vec![chosen, sentence]),
            None => sentence,
        })
    }

    fn in_group(&self, scope: Scope, chosen: Option<Matcher>, asked: &Query) -> tantivy::Result<Matcher> {
        let columns = self.segment.fast_fields();
        let mut operands = Vec::new();
        let tree = self.tree(asked, Around::Passage, &mut operands)?;
        let groups = Groups {
            segment: self.segment,
            budget: self.budget,
            reports: columns.u64("report")?,
            parts: match scope {
                Scope::Section => Some(columns.u64("part")?),
                _ => None,
            },
            chosen,
            tree,
            operands,
        };
        Ok(Matcher::of_list(groups.find()?))
    }

    /// How the operands of a question are joined; adds each to `operands`.
    fn tree(&self, query: &Query, around: Around, operands: &mut Vec<Matcher>) -> tantivy::Result<Tree> {
        let mut each = |parts: &[Query]| -> tantivy::Result<Vec<Tree>> {
            parts.iter().map(|part| self.tree(part, around, operands)).collect()
        };
        Ok(match query {
            Query::And(parts) => Tree::And(each(parts)?),
            Query::Or(parts) => Tree::Or(each(parts)?),
            Query::Not(part) => Tree::Not(Box::new(self.tree(part, around, operands)?)),
            operand => {
                operands.push(self.matcher_in(operand, around)?);
                Tree::Leaf(operands.len() - 1)
            }
        })
    }

    fn filter(&self, filter: &Filter) -> tantivy::Result<Matcher> {
        match filter.field {
            Field::Topic if self.topics.untagged().next().is_some() => self.topic(filter),
            _ => {
                let (wanted, known) = self.values(filter, |_| true)?;
                self.wanted_or_unknown(filter, wanted, known)
            }
        }
    }

    /// Topics of which the index's tags tell some, and the phrases the others.
    fn topic(&self, filter: &Filter) -> tantivy::Result<Matcher> {
        let (wanted, known) = self.values(filter, |name| self.topics.is_tagged(name))?;
        let (mut wanted, mut known) = (vec![wanted], vec![known]);
        let test = ValueTest::new(filter);
        for name in self.topics.untagged() {
            if test.wants(name) {
                wanted.push(self.by_phrases(name)?);
            }
            if test.unknown {
                known.push(self.by_phrases(name)?);
            }
        }
        self.wanted_or_unknown(filter, Matcher::Any(wanted), Matcher::Any(known))
    }

    /// The passages about a topic, which as the passages with a value have no places.
    fn by_phrases(&self, topic: &str) -> tantivy::Result<Matcher> {
        let any = self.any_of(&self.topics.phrases(topic))?;
        Ok(Matcher::except(any, Matcher::Nothing))
    }

    fn wanted_or_unknown(&self, filter: &Filter, wanted: Matcher, known: Matcher) -> tantivy::Result<Matcher> {
        Ok(match ValueTest::new(filter).unknown {
            true => Matcher::Any(vec![wanted, Matcher::except(self.passages()?, known)]),
            false => wanted,
        })
    }

    /// The passages with a value that a filter wants, and those with any value if it wants those without; as far as it is told by
    /// tags.
    fn values(&self, filter: &Filter, is_told: impl Fn(&str) -> bool) -> tantivy::Result<(Matcher, Matcher)> {
        let field = self.layout.facet(filter.field);
        let index = self.segment.inverted_index(field)?;
        let test = ValueTest::new(filter);
        let (mut wanted, mut known) = (Vec::new(), Vec::new());
        let mut values = index.terms().stream()?;
        while let Some((value, info)) = values.next() {
            let value = std::str::from_utf8(value).unwrap_or_default();
            if !is_told(value) {
                continue;
            }
            let read = || index.read_postings_from_terminfo(info, IndexRecordOption::Basic);
            if test.wants(value) {
                wanted.push(read()?);
            }
            if test.unknown {
                known.push(read()?);
            }
        }
        Ok((self.any_value(wanted), self.any_value(known)))
    }

    /// The passages with any of some values. Of a few values the lists are walked side by side, so that what another part of the
    /// question passes over is not read.
    fn any_value(&self, values: Vec<SegmentPostings>) -> Matcher {
        const FEW: usize = 4;
        if values.len() <= FEW {
            let each = values.into_iter().map(|postings| Matcher::Docs(Box::new(postings)));
            let mut each: Vec<Matcher> = each.collect();
            return match each.len() {
                0 => Matcher::Nothing,
                1 => each.remove(0),
                _ => Matcher::Any(each),
            };
        }
        let mut docs = BitSet::with_max_value(self.segment.max_doc());
        for mut postings in values {
            while postings.doc() != TERMINATED {
                docs.insert(postings.doc());
                postings.advance();
            }
        }
        Matcher::of_bits(docs)
    }
}

/// Whether every passage is asked for, somewhere under no `Not`.
fn asks_for_all(query: &Query) -> bool {
    match query {
        Query::All => true,
        Query::And(parts) | Query::Or(parts) => parts.iter().any(asks_for_all),
        _ => false,
    }
}

/// A question that finds more: all that the other finds, and what it excludes.
fn without_exclusions(query: &Query) -> Query {
    match query {
        Query::And(parts) => {
            let kept = parts.iter().filter(|part| !matches!(part, Query::Not(_)));
            Query::all_of(kept.map(without_exclusions))
        }
        Query::Or(parts) => Query::any_of(parts.iter().map(without_exclusions)),
        Query::Not(_) => Query::All,
        query => query.clone(),
    }
}
