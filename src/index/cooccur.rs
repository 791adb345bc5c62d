//! Finds the phrases that stand beside others more often than chance would have it, so that a topic can be grown from the
//! reports themselves.
//!
//! The measure is the log-likelihood ratio of a table of two by two, `G² = 2 · Σ O · ln(O / E)`, over how many windows (passages or
//! sentences) have both phrases, one, the other, none. Source: T. Dunning, Accurate Methods for the Statistics of Surprise and
//! Coincidence, Computational Linguistics 19(1), 1993. What stands everywhere says nothing and gets a G² near 0.
//!
//! Candidates are the runs of 2 to 8 units that begin and end as words do, and Latin words and numbers, read from the passages
//! themselves. All counts are the index's own and exact, also where candidates were read from a sample.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;
use serde::Serialize;
use tantivy::{DocAddress, SegmentReader, TERMINATED};

use super::budget::Budget;
use super::compile::Compiler;
use super::operand::{Operand, WordLists};
use super::store::is_alive;
use super::topic::AskedTopics;
use super::walk::Walk;
use super::{Index, matcher::Matcher};
use crate::error::Result;
use crate::query::Phrase;
use crate::report::{ReportId, passage_id};
use crate::schema::topics::Topic;
use crate::text::fold::{BREAK, CLOSE, OPEN, fold_with_places};
use crate::text::sentence::{sentence_ends, sentence_of};
use crate::text::tokenize::Words;
use crate::text::units::units;

/// From so many windows candidates are read at the most; of more, from a sample at even distances.
const READ: usize = 2000;
/// So many candidates are counted in the whole index, those first whose G² can be the largest.
const COUNTED: usize = 1500;
/// The longest candidate, in units.
const LONGEST: usize = 8;
/// A candidate that stands in fewer windows beside the phrase is an accident.
const FEWEST: u64 = 2;

/// The unit of text in which phrases stand together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Window {
    Sentence,
    Passage,
}

/// What stands beside a phrase, and how many windows were looked at.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cooccurrences {
    pub window: Window,
    /// How many windows there are.
    pub windows: u64,
    /// How many of them have the phrase.
    pub with_phrase: u64,
    /// From how many of these candidates were read: all, or a sample.
    pub read: u64,
    /// The largest G² first.
    pub found: Vec<Cooccurrence>,
}

/// A phrase that stands beside another.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cooccurrence {
    /// In folded form, without the marks of numbers.
    pub phrase: String,
    /// How many windows have both.
    pub both: u64,
    /// How many windows have this one.
    pub with: u64,
    pub g2: f64,
    /// A passage with both.
    pub example: String,
}

/// What is looked for.
enum Asked<'a> {
    Phrase(&'a Phrase),
    Topic(&'a str),
}

/// A window: the segment, the passage in it, and the number of the sentence, 0 where windows are passages.
type Place = (u32, u32, u32);

/// The log-likelihood ratio of two things of which one stands in `one` windows, the other in `other`, both in `both`, of `all`.
pub fn log_likelihood(both: u64, one: u64, other: u64, all: u64) -> f64 {
    let [both, one, other, all] = [both, one, other, all].map(|count| count as f64);
    let cells = [
        (both, one * other),
        (one - both, one * (all - other)),
        (other - both, (all - one) * other),
        (all - one - other + both, (all - one) * (all - other)),
    ];
    let cell = |(seen, product): (f64, f64)| match seen > 0.0 {
        true => seen * (seen * all / product).ln(),
        false => 0.0,
    };
    2.0 * cells.into_iter().map(cell).sum::<f64>()
}

impl Index {
    /// The phrases that stand beside a phrase.
    ///
    /// # Errors
    /// When the index is damaged.
    pub fn beside_phrase(&self, phrase: &Phrase, window: Window, limit: usize) -> Result<Cooccurrences> {
        self.beside(&Asked::Phrase(phrase), &[], window, limit)
    }

    /// The phrases that stand beside those of a topic and are not among them. `brought` are topics beside the index's own.
    ///
    /// # Errors
    /// When the index is damaged.
    pub fn beside_topic(&self, name: &str, brought: &[Topic], window: Window, limit: usize) -> Result<Cooccurrences> {
        self.beside(&Asked::Topic(name), brought, window, limit)
    }

    fn beside(&self, asked: &Asked<'_>, brought: &[Topic], window: Window, limit: usize) -> Result<Cooccurrences> {
        self.guarded(|| {
            let topics = AskedTopics::new(&self.topics, brought);
            let operands = match asked {
                Asked::Phrase(phrase) => vec![Operand::Phrase((*phrase).clone())],
                Asked::Topic(name) => topics.phrases(name),
            };
            let windows = Windows {
                index: self,
                topics: &topics,
                kind: window,
            };
            windows.beside(&operands, limit).map_err(|error| self.damaged(error))
        })
    }
}

/// The windows of an index.
struct Windows<'a> {
    index: &'a Index,
    topics: &'a AskedTopics<'a>,
    kind: Window,
}

impl Windows<'_> {
    fn beside(&self, operands: &[Operand], limit: usize) -> tantivy::Result<Cooccurrences> {
        let with_phrase = self.with_any(operands)?;
        let step = with_phrase.len().div_ceil(READ).max(1);
        let sample: Vec<Place> = with_phrase.iter().copied().step_by(step).collect();
        let all = self.count()?;
        let known: Vec<String> = operands.iter().flat_map(Operand::runs).collect();
        let candidates = self.candidates(&sample, &known)?;
        let set: HashSet<Place> = with_phrase.iter().copied().collect();
        let counted: Vec<Option<(String, Cooccurrence)>> = candidates
            .into_par_iter()
            .map(|candidate| {
                let with = self.with_any(&[operand(&candidate)])?;
                let mut both = with.iter().filter(|place| set.contains(place));
                let example = both.next().copied();
                let both = both.count() as u64 + u64::from(example.is_some());
                let Some(example) = example else { return Ok(None) };
                let (one, other) = (set.len() as u64, with.len() as u64);
                // Only what stands there more often than chance would have it.
                if u128::from(both) * u128::from(all) <= u128::from(one) * u128::from(other) {
                    return Ok(None);
                }
                let found = Cooccurrence {
                    phrase: candidate.replace([OPEN, CLOSE], ""),
                    both,
                    with: other,
                    g2: log_likelihood(both, one, other, all),
                    example: self.passage_id(example)?,
                };
                Ok(Some((candidate, found)))
            })
            .collect::<tantivy::Result<_>>()?;
        let mut found = maximal(counted.into_iter().flatten().collect());
        found.sort_by(|a, b| b.g2.total_cmp(&a.g2).then_with(|| a.phrase.cmp(&b.phrase)));
        found.truncate(limit);
        Ok(Cooccurrences {
            window: self.kind,
            windows: all,
            with_phrase: set.len() as u64,
            read: sample.len() as u64,
            found,
        })
    }

    /// How many there are.
    fn count(&self) -> tantivy::Result<u64> {
        if self.kind == Window::Passage {
            return self.index.passage_count();
        }
        let mut count = 0;
        for segment in self.segments() {
            let ends = segment.fast_fields().u64("sentence_ends")?;
            let living = (0..segment.max_doc()).filter(|&doc| is_alive(segment, doc));
            count += living.map(|doc| ends.values_for_doc(doc).count() as u64).sum::<u64>();
        }
        Ok(count)
    }

    fn segments(&self) -> &[SegmentReader] {
        self.index.searcher.segment_readers()
    }

    /// The windows with any of these.
    fn with_any(&self, operands: &[Operand]) -> tantivy::Result<Vec<Place>> {
        let mut places = Vec::new();
        for (ord, segment) in (0..).zip(self.segments()) {
            let compiler = Compiler {
                layout: self.index.layout,
                segment,
                counted: &[],
                words: &WordLists::default(),
                topics: self.topics,
                budget: &Arc::new(Budget::new(None)),
            };
            let mut any = compiler.any_of(operands)?;
            while any.doc() != TERMINATED {
                let doc = any.doc();
                if is_alive(segment, doc) && any.matches()? {
                    match self.kind {
                        Window::Passage => places.push((ord, doc, 0)),
                        Window::Sentence => {
                            let sentences = sentences_of(&mut any, segment)?.into_iter();
                            places.extend(sentences.map(|sentence| (ord, doc, sentence)));
                        }
                    }
                }
                any.advance();
            }
        }
        Ok(places)
    }

    /// What stands in some windows and may stand beside what they were found by, which is `known`.
    fn candidates(&self, windows: &[Place], known: &[String]) -> tantivy::Result<Vec<String>> {
        let dictionary = Words::load(&self.index.stamp.words);
        let runs: Vec<BTreeSet<String>> = windows
            .par_iter()
            .map(|&place| Ok(runs_of(&dictionary, &self.text(place)?)))
            .collect::<tantivy::Result<_>>()?;
        let mut counts: HashMap<String, u64> = HashMap::new();
        for run in runs.into_iter().flatten() {
            *counts.entry(run).or_default() += 1;
        }
        let is_new = |run: &str| {
            !known
                .iter()
                .any(|known| known.contains(run) || run.contains(known.as_str()))
        };
        // Where it stands nowhere else, G² is the largest that so many windows can give; it grows with their number.
        let mut candidates: Vec<(u64, String)> = counts
            .into_iter()
            .filter(|(run, count)| *count >= FEWEST && is_new(run))
            .map(|(run, count)| (count, run))
            .collect();
        candidates.sort_by(|a, b| (b.0, &a.1).cmp(&(a.0, &b.1)));
        candidates.truncate(COUNTED);
        Ok(candidates.into_iter().map(|(_, run)| run).collect())
    }

    /// The folded text of a window.
    fn text(&self, (segment, doc, sentence): Place) -> tantivy::Result<String> {
        let address = DocAddress::new(segment, doc);
        let text = self.index.passage(address).map_err(told)?.text;
        let folded = fold_with_places(&text);
        if self.kind == Window::Passage {
            return Ok(folded.text);
        }
        let ends = sentence_ends(&text, &folded);
        let from = (sentence as usize).checked_sub(1).and_then(|before| ends.get(before));
        let from = from.map_or(0, |&end| end as usize);
        let to = ends.get(sentence as usize).map_or(0, |&end| end as usize);
        Ok(units(&folded.text).take(to).skip(from).collect())
    }

    fn passage_id(&self, (segment, doc, _): Place) -> tantivy::Result<String> {
        let columns = self.index.searcher.segment_reader(segment).fast_fields();
        let report = columns.u64("report")?.first(doc).unwrap_or_default();
        let seq = columns.u64("seq")?.first(doc).unwrap_or_default();
        Ok(passage_id(ReportId(report), seq as u32))
    }
}

fn told(error: crate::error::Error) -> tantivy::TantivyError {
    tantivy::TantivyError::InternalError(error.to_string())
}

fn operand(folded: &str) -> Operand {
    Operand::Phrase(Phrase {
        text: folded.to_owned(),
        folded: folded.to_owned(),
    })
}

/// The sentences in which what was found in the present passage stands.
fn sentences_of(found: &mut Matcher, segment: &SegmentReader) -> tantivy::Result<BTreeSet<u32>> {
    let ends = segment.fast_fields().u64("sentence_ends")?;
    let ends: Vec<u32> = ends.values_for_doc(found.doc()).map(|end| end as u32).collect();
    let mut spans = Vec::new();
    found.spans(&mut spans)?;
    Ok(spans.iter().map(|span| sentence_of(&ends, span.start) as u32).collect())
}

/// The candidates in a folded text, each once.
fn runs_of(dictionary: &Words, folded: &str) -> BTreeSet<String> {
    let (mut starts, mut ends) = (BTreeSet::new(), BTreeSet::new());
    for word in dictionary.places(folded) {
        // Words of one character are particles, measures and the like: no phrase begins or ends with one.
        if folded[word.clone()].chars().nth(1).is_some() {
            starts.insert(word.start);
            ends.insert(word.end);
        }
    }
    let mut places = Vec::new();
    let mut at = 0;
    for unit in units(folded) {
        places.push((at, at + unit.len(), unit));
        at += unit.len();
    }
    let mut runs = BTreeSet::new();
    for first in 0..places.len() {
        for last in first..places.len().min(first + LONGEST) {
            let ((start, _, _), (begin, end, unit)) = (places[first], places[last]);
            if unit.contains(BREAK) {
                break;
            }
            let is_marked = |start: usize| folded[start..].starts_with(OPEN);
            let is_whole = (starts.contains(&start) || is_marked(start)) && (ends.contains(&end) || is_marked(begin));
            let is_long = last > first || (is_marked(start) && unit.chars().count() > 4);
            if is_whole && is_long {
                runs.insert(folded[start..end].to_owned());
            }
        }
    }
    runs
}

/// Leaves out what is a part of a longer one that stands in as many windows: it never stands alone.
fn maximal(found: Vec<(String, Cooccurrence)>) -> Vec<Cooccurrence> {
    let mut by_counts: BTreeMap<(u64, u64), Vec<&String>> = BTreeMap::new();
    for (run, found) in &found {
        by_counts.entry((found.both, found.with)).or_default().push(run);
    }
    let is_part = |run: &String, found: &Cooccurrence| {
        let same = &by_counts[&(found.both, found.with)];
        same.iter()
            .any(|other| other.len() > run.len() && other.contains(run.as_str()))
    };
    let kept: Vec<bool> = found.iter().map(|(run, found)| !is_part(run, found)).collect();
    let pairs = found.into_iter().zip(kept);
    pairs.filter(|(_, kept)| *kept).map(|((_, found), _)| found).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold::fold;

    #[test]
    fn the_log_likelihood_is_the_formula() {
        // By hand: observed 10, 10, 20, 60; expected 6, 14, 24, 56;
        // 2 · (10 ln 10/6 + 10 ln 10/14 + 20 ln 20/24 + 60 ln 60/56).
        assert!((log_likelihood(10, 20, 30, 100) - 4.473_350).abs() < 1e-5);
        // Two things that have nothing to do with each other, and one that stands everywhere.
        assert!(log_likelihood(6, 20, 30, 100).abs() < 1e-9);
        assert!(log_likelihood(20, 20, 100, 100).abs() < 1e-9);
        // By hand: always together, 2 · (5 ln 20 + 95 ln 100/95).
        assert!((log_likelihood(5, 5, 5, 100) - 39.703_034).abs() < 1e-4);
    }

    #[test]
    fn candidates_begin_and_end_as_words_do() {
        let runs = runs_of(&Words::load(&[]), &fold("网格员的矛盾纠纷，办理12345热线"));
        let shown: BTreeSet<String> = runs.iter().map(|run| run.replace([OPEN, CLOSE], "")).collect();
        for run in ["矛盾纠纷", "12345", "12345热线"] {
            assert!(shown.contains(run), "{run}: {shown:?}");
        }
        for run in ["的矛盾纠纷", "盾纠", "矛盾纠纷办理"] {
            assert!(!shown.contains(run), "{run}: {shown:?}");
        }
    }

    #[test]
    fn parts_that_never_stand_alone_are_left_out() {
        let found = |phrase: &str, both, with| {
            let found = Cooccurrence {
                phrase: phrase.to_owned(),
                both,
                with,
                g2: 1.0,
                example: String::new(),
            };
            (phrase.to_owned(), found)
        };
        let kept = maximal(vec![found("矛盾", 5, 9), found("矛盾纠纷", 3, 3), found("纠纷", 3, 3)]);
        let phrases: Vec<&str> = kept.iter().map(|found| found.phrase.as_str()).collect();
        assert_eq!(phrases, ["矛盾", "矛盾纠纷"]);
    }
}
