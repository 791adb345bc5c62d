//! Scores passages that match: BM25 over the question's operands, mentions in headings counting more, and to a lesser part over
//! the words inside its phrases; times what speaks for the passage beside its words ([`Merit`]); less for each better hit of the
//! same report ([`spread`]). A score is a sum of named parts, each a value and its weight; [`Scorer::parts`] tells them, and a new
//! feature is one more part.
//!
//! `score = (Σ BM25 of operands + words · Σ BM25 of words) · max(least, 1 + Σ weight · merit) · repeated^(better hits of its report)`
//!
//! For each phrase or word, `idf · tf · (k1 + 1) / (tf + k1 · (1 − b + b · length / typical length))` with
//! `idf = ln(1 + (N − n + 0.5) / (n + 0.5))`, where `tf` is how often it stands in the passage (each time in a heading counts
//! `heading` times), `N` how many passages there are and `n` in how many of them it stands (a phrase: its rarest unit). Source:
//! S. Robertson and H. Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009, for BM25 and its field weights (BM25F).

use std::collections::{BTreeMap, BTreeSet};

use tantivy::postings::Postings;
use tantivy::schema::{Field, IndexRecordOption, Term};
use tantivy::{DocId, DocSet, SegmentReader};

use super::layout::Layout;
use super::merit::Merit;
use super::operand::{Counted, Operand};
use crate::hits::ScorePart;
use crate::schema::ranking::Ranking;
use crate::text::fold::{BREAK, CLOSE, OPEN};
use crate::text::units::units;

/// A longer phrase is ranked by the words among its first units.
const MAX_UNITS: usize = 200;
/// No word is longer, in units.
const MAX_WORD_UNITS: usize = 8;

/// How rare something is: 0 when it stands everywhere, large when it stands almost nowhere.
pub fn idf(passages: u64, with_it: u64) -> f32 {
    let (all, with_it) = (passages as f64, with_it as f64);
    (1.0 + (all - with_it + 0.5).max(0.0) / (with_it + 0.5)).ln() as f32
}

/// What one phrase or word adds to a passage's score. `length` is the passage's, in units.
pub fn bm25(ranking: &Ranking, idf: f32, tf: f32, length: u32) -> f32 {
    let norm = 1.0 - ranking.b + ranking.b * length as f32 / ranking.typical_length;
    idf * tf * (ranking.k1 + 1.0) / (tf + ranking.k1 * norm)
}

/// How often something counts as mentioned that stands `(all, in_headings)` times in a passage.
pub fn weighted_mentions(ranking: &Ranking, (all, in_headings): (u32, u32)) -> f32 {
    all as f32 + (ranking.heading - 1.0) * in_headings as f32
}

/// Lowers the scores of passages that match and are all of one report, so that no page is filled by one report: the best keeps its
/// score, the next is worth `repeated` of its own, and so on. Tells how many better ones each has; of equals the first is better.
///
/// The idea, that what repeats what stands above it is worth less, is that of J. Carbonell and J. Goldstein, The use of MMR, 1998.
pub fn spread(ranking: &Ranking, scores: &[f32]) -> Vec<u32> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    let mut better = vec![0; scores.len()];
    for (count, at) in (0..).zip(order) {
        better[at] = ranking.most_repeated.min(count);
    }
    better
}

/// What a score is multiplied with for so many better hits of its report.
pub fn repeated(ranking: &Ranking, better: u32) -> f32 {
    ranking.repeated.powi(better as i32)
}

/// What the score of a passage is made of, for one question.
pub struct Scorer<'a> {
    layout: &'a Layout,
    ranking: Ranking,
    /// How rare each operand is, and how much it says.
    operands: Vec<(f32, f32)>,
    /// The words inside the operands, and how rare each is.
    words: Vec<(String, f32)>,
}

impl<'a> Scorer<'a> {
    pub fn new(
        layout: &'a Layout,
        segments: &[SegmentReader],
        passages: u64,
        operands: &[Counted],
        ranking: Ranking,
    ) -> tantivy::Result<Self> {
        let mut rareness = Vec::with_capacity(operands.len());
        let mut runs = Vec::new();
        for counted in operands {
            let with_it = match &counted.operand {
                Operand::Word(word) => passages_with(segments, layout.words, word)?,
                operand => {
                    let mut fewest = passages;
                    for run in operand.runs() {
                        fewest = fewest.min(passages_at_most(layout, segments, &run)?);
                        if !counted.of_topic {
                            runs.push(run);
                        }
                    }
                    fewest
                }
            };
            rareness.push((idf(passages, with_it), counted.weight));
        }
        let words = words_inside(layout, segments, &runs)?.into_iter();
        Ok(Scorer {
            layout,
            ranking,
            operands: rareness,
            words: words.map(|(word, with_it)| (word, idf(passages, with_it))).collect(),
        })
    }

    /// What the words of passages of a segment are worth, given how often each operand stands in each; never less than nothing.
    pub fn relevances<'b>(
        &self,
        segment: &SegmentReader,
        docs: &[DocId],
        counts: impl Iterator<Item = &'b [(u32, u32)]>,
    ) -> tantivy::Result<Vec<f32>> {
        let mut scores = vec![0.0; docs.len()];
        if docs.is_empty() {
            return Ok(scores);
        }
        let lengths = segment.get_fieldnorms_reader(self.layout.units)?;
        for ((score, &doc), counts) in scores.iter_mut().zip(docs).zip(counts) {
            let length = lengths.fieldnorm(doc);
            let values = self.operand_values(counts, length);
            *score = values.map(|(_, value, weight)| value * weight).sum();
        }
        for (word, idf) in &self.words {
            each_mention(self.layout, segment, word, docs, |at, tf| {
                let value = bm25(&self.ranking, *idf, tf as f32, lengths.fieldnorm(docs[at]));
                scores[at] += self.ranking.words * value;
            })?;
        }
        Ok(scores)
    }

    /// The parts of one passage's score: those that are not 0.
    pub fn parts(
        &self,
        operands: &[Counted],
        segment: &SegmentReader,
        doc: DocId,
        counts: &[(u32, u32)],
        merit: Merit,
    ) -> tantivy::Result<Vec<ScorePart>> {
        let length = segment.get_fieldnorms_reader(self.layout.units)?.fieldnorm(doc);
        let part = |name: String, value: f32, weight: f32| ScorePart { name, value, weight };
        let mut parts: Vec<ScorePart> = self
            .operand_values(counts, length)
            .map(|(number, value, weight)| part(operands[number].operand.label(), value, weight))
            .collect();
        for (word, idf) in &self.words {
            each_mention(self.layout, segment, word, &[doc], |_, tf| {
                let value = bm25(&self.ranking, *idf, tf as f32, length);
                parts.push(part(format!("word {word}"), value, self.ranking.words));
            })?;
        }
        let relevance: f32 = parts.iter().map(|part| part.value * part.weight).sum();
        parts.extend(merit.parts(&self.ranking, relevance));
        Ok(parts)
    }

    /// What each operand that stands in a passage adds: its number, value and weight.
    fn operand_values<'b>(
        &'b self,
        counts: &'b [(u32, u32)],
        length: u32,
    ) -> impl Iterator<Item = (usize, f32, f32)> + 'b {
        let standing = counts
            .iter()
            .zip(&self.operands)
            .enumerate()
            .filter(|(_, (count, _))| count.0 > 0);
        standing.map(move |(number, (&count, &(idf, weight)))| {
            let mentions = weighted_mentions(&self.ranking, count);
            (number, bm25(&self.ranking, idf, mentions, length), weight)
        })
    }
}

/// The words of the index that stand inside runs of units, and in how many passages each stands. The index's own dictionary tells
/// what a word is, so that no other need be loaded to answer a question.
fn words_inside(
    layout: &Layout,
    segments: &[SegmentReader],
    runs: &[String],
) -> tantivy::Result<BTreeMap<String, u64>> {
    let mut words = BTreeMap::new();
    for run in runs {
        let units: Vec<&str> = units(run).take(MAX_UNITS).collect();
        for start in 0..units.len() {
            for end in start + 2..=(start + MAX_WORD_UNITS).min(units.len()) {
                if units[end - 1].contains(BREAK) {
                    break;
                }
                let word = units[start..end].concat();
                if words.contains_key(&word) {
                    continue;
                }
                let with_it = passages_with(segments, layout.words, &word)?;
                if with_it > 0 {
                    words.insert(word, with_it);
                }
            }
        }
    }
    Ok(words)
}

/// The words of the index that stand in a folded text, numbers and Latin words among them; for loose search.
pub fn words_of(layout: &Layout, segments: &[SegmentReader], folded: &str) -> tantivy::Result<Vec<String>> {
    let mut words = words_inside(layout, segments, &[folded.to_owned()])?;
    for unit in units(folded).take(MAX_UNITS).filter(|unit| unit.starts_with(OPEN)) {
        let word = unit.trim_matches([OPEN, CLOSE]);
        let with_it = passages_with(segments, layout.words, word)?;
        if with_it > 0 {
            words.insert(word.to_owned(), with_it);
        }
    }
    Ok(words.into_keys().collect())
}

/// In how many passages a phrase stands at the most: as many as its rarest unit. How many it really are is known only after
/// reading all their places, which a question with filters never does.
pub fn passages_at_most(layout: &Layout, segments: &[SegmentReader], folded: &str) -> tantivy::Result<u64> {
    let distinct: BTreeSet<&str> = units(folded).collect();
    let mut fewest = u64::MAX;
    for unit in distinct {
        fewest = fewest.min(passages_with(segments, layout.units, unit)?);
    }
    Ok(fewest)
}

/// In how many passages a term of a field stands.
pub fn passages_with(segments: &[SegmentReader], field: Field, term: &str) -> tantivy::Result<u64> {
    let term = Term::from_field_text(field, term);
    let mut count = 0;
    for segment in segments {
        let index = segment.inverted_index(field)?;
        if let Some(postings) = index.read_postings(&term, IndexRecordOption::Basic)? {
            count += match segment.alive_bitset() {
                Some(alive) => u64::from(postings.doc_freq_given_deletes(alive)),
                None => u64::from(postings.doc_freq()),
            };
        }
    }
    Ok(count)
}

/// Calls `add` with the place in `docs` and the number of mentions for each of these passages in which a word stands.
pub fn each_mention(
    layout: &Layout,
    segment: &SegmentReader,
    word: &str,
    docs: &[DocId],
    mut add: impl FnMut(usize, u32),
) -> tantivy::Result<()> {
    let term = Term::from_field_text(layout.words, word);
    let index = segment.inverted_index(layout.words)?;
    let Some(mut postings) = index.read_postings(&term, IndexRecordOption::WithFreqs)? else {
        return Ok(());
    };
    for (at, &doc) in docs.iter().enumerate() {
        let found = match postings.doc() {
            found if found >= doc => found,
            _ => postings.seek(doc),
        };
        if found == doc {
            add(at, postings.term_freq());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rarer_is_worth_more_and_nothing_is_worth_less_than_nothing() {
        assert!(idf(1000, 1) > idf(1000, 10));
        assert!(idf(1000, 1000) > 0.0);
        assert!(idf(3, 5) >= 0.0);
    }

    #[test]
    fn more_mentions_shorter_passages_and_headings_score_higher() {
        let ranking = Ranking::ours();
        let score = |tf, length| bm25(&ranking, 2.0, tf, length);
        assert!(score(2.0, 200) > score(1.0, 200));
        assert!(score(1.0, 100) > score(1.0, 400));
        assert!(weighted_mentions(&ranking, (1, 1)) > weighted_mentions(&ranking, (1, 0)));
    }

    #[test]
    fn bm25_is_the_formula() {
        let ranking = Ranking {
            k1: 1.2,
            b: 0.75,
            typical_length: 100.0,
            ..Ranking::ours()
        };
        // Computed by hand: 1.5 · 3 · 2.2 / (3 + 1.2 · (0.25 + 0.75 · 0.8)) = 9.9 / 4.02
        assert!((bm25(&ranking, 1.5, 3.0, 80) - 2.462_686_6).abs() < 1e-5);
        // ln(1 + 990.5 / 10.5)
        assert!((idf(1000, 10) - 4.557_386).abs() < 1e-4);
    }
}
