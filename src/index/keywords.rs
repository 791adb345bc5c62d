//! Counts the words of selections of passages: how often each stands there and in how many reports. The list of words and where each
//! stands are the index's own, so no text is read.
//!
//! Words are those that the index was made with: jieba's, our lexicon's and the user's, of two characters and more, and the
//! shorter words inside a longer one beside it. Numbers are none ([`is_lexical`]).

use std::collections::HashMap;
use std::time::Duration;

use rayon::prelude::*;
use tantivy::postings::Postings;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, SegmentReader, TERMINATED};

use super::Index;
use crate::error::Result;
use crate::query::Query;
use crate::schema::topics::Topic;
use crate::text::tokenize::is_lexical;

/// The most selections that can be counted at once.
const MOST: usize = 8;

/// The words of `N` selections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordCounts<const N: usize> {
    /// Every word that stands in any of them, by its characters.
    pub words: Vec<WordCount<N>>,
    /// All words of each together, and the reports selected, with or without words.
    pub all: [Frequency; N],
    /// How many passages each selects.
    pub passages: [u64; N],
    /// How many passages are in all of the selections.
    pub shared: u64,
}

/// A word, and how often it stands in each selection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordCount<const N: usize> {
    /// In folded form.
    pub word: String,
    pub counts: [Frequency; N],
}

/// How often something stands somewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Frequency {
    pub occurrences: u64,
    /// In how many reports.
    pub reports: u64,
}

impl Frequency {
    fn add(&mut self, more: Frequency) {
        self.occurrences += more.occurrences;
        self.reports += more.reports;
    }
}

impl Index {
    /// Counts the words of the passages that each of these questions finds. `brought` are topics beside those of the index.
    ///
    /// # Errors
    /// When the index is damaged, or a question takes longer than it may.
    pub fn word_counts<const N: usize>(
        &self,
        selections: [&Query; N],
        brought: &[Topic],
        time_limit: Option<Duration>,
    ) -> Result<WordCounts<N>> {
        const { assert!(N <= MOST) };
        let mut selected: Vec<Selected<N>> = self.searcher.segment_readers().iter().map(Selected::new).collect();
        for (number, query) in selections.into_iter().enumerate() {
            self.ask(query, brought, time_limit, |asked| {
                let pairs = self.searcher.segment_readers().par_iter().zip(&mut selected);
                pairs
                    .map(|(segment, selected)| {
                        asked.each_match(segment, |doc, report, _| selected.put(number, doc, report))
                    })
                    .collect::<tantivy::Result<()>>()
            })?;
        }
        super::guarded(&self.path, || {
            let pairs = self.searcher.segment_readers().par_iter().zip(&mut selected);
            let counted = pairs.map(|(segment, selected)| {
                selected.number_reports(segment)?;
                self.count_words(segment, selected)
            });
            let counted = counted
                .collect::<tantivy::Result<Vec<_>>>()
                .map_err(|error| self.damaged(error))?;
            Ok(joined(counted, &selected))
        })
    }

    fn count_words<const N: usize>(
        &self,
        segment: &SegmentReader,
        selected: &Selected<N>,
    ) -> tantivy::Result<HashMap<String, [Frequency; N]>> {
        let mut counts = HashMap::new();
        let index = segment.inverted_index(self.layout.words)?;
        let mut words = index.terms().stream()?;
        while let Some((word, info)) = words.next() {
            let word = std::str::from_utf8(word).unwrap_or_default();
            if !is_lexical(word) {
                continue;
            }
            let postings = index.read_postings_from_terminfo(info, IndexRecordOption::WithFreqs)?;
            let count = selected.count(postings);
            if count.iter().any(|count| count.occurrences > 0) {
                counts.insert(word.to_owned(), count);
            }
        }
        Ok(counts)
    }
}

/// The selections in one segment.
struct Selected<const N: usize> {
    /// For each passage, a bit for each selection that it is in.
    bits: Vec<u8>,
    /// For each passage, the number of its report among those of the segment.
    reports: Vec<u32>,
    passages: [u64; N],
    report_counts: [u64; N],
    last: [Option<u64>; N],
    shared: u64,
}

impl<const N: usize> Selected<N> {
    fn new(segment: &SegmentReader) -> Self {
        Selected {
            bits: vec![0; segment.max_doc() as usize],
            reports: Vec::new(),
            passages: [0; N],
            report_counts: [0; N],
            last: [None; N],
            shared: 0,
        }
    }

    fn put(&mut self, number: usize, doc: u32, report: u64) {
        let bits = &mut self.bits[doc as usize];
        *bits |= 1 << number;
        self.shared += u64::from(bits.count_ones() as usize == N);
        self.passages[number] += 1;
        self.report_counts[number] += u64::from(self.last[number].replace(report) != Some(report));
    }

    /// All passages of a report lie side by side.
    fn number_reports(&mut self, segment: &SegmentReader) -> tantivy::Result<()> {
        let column = segment.fast_fields().u64("report")?;
        let mut last = None;
        let mut number = 0;
        self.reports = (0..segment.max_doc())
            .map(|doc| {
                let report = column.first(doc);
                number += u32::from(last.replace(report) != Some(report));
                number
            })
            .collect();
        Ok(())
    }

    fn count(&self, mut postings: impl Postings + DocSet) -> [Frequency; N] {
        let mut counts = [Frequency::default(); N];
        let mut last = [u32::MAX; N];
        while postings.doc() != TERMINATED {
            let doc = postings.doc() as usize;
            let bits = self.bits[doc];
            if bits != 0 {
                let occurrences = u64::from(postings.term_freq());
                let report = self.reports[doc];
                for (number, (count, last)) in counts.iter_mut().zip(&mut last).enumerate() {
                    if bits & (1 << number) != 0 {
                        count.occurrences += occurrences;
                        count.reports += u64::from(*last != report);
                        *last = report;
                    }
                }
            }
            postings.advance();
        }
        counts
    }
}

fn joined<const N: usize>(counted: Vec<HashMap<String, [Frequency; N]>>, selected: &[Selected<N>]) -> WordCounts<N> {
    let mut words: HashMap<String, [Frequency; N]> = HashMap::new();
    let mut all = [Frequency::default(); N];
    for (word, counts) in counted.into_iter().flatten() {
        let known = words.entry(word).or_insert([Frequency::default(); N]);
        for (number, count) in counts.into_iter().enumerate() {
            known[number].add(count);
            all[number].occurrences += count.occurrences;
        }
    }
    let mut words: Vec<WordCount<N>> = words
        .into_iter()
        .map(|(word, counts)| WordCount { word, counts })
        .collect();
    words.sort_unstable_by(|one, other| one.word.cmp(&other.word));
    let mut passages = [0; N];
    for segment in selected {
        for number in 0..N {
            passages[number] += segment.passages[number];
            all[number].reports += segment.report_counts[number];
        }
    }
    WordCounts {
        words,
        all,
        passages,
        shared: selected.iter().map(|segment| segment.shared).sum(),
    }
}
