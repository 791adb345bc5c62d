//! Counts the words of selections of passages: how often each stands there and in how many reports. The list of words and where each
//! stands are the index's own, so no text is read.
//!
//! Words are those of the likeliest cut, one after the other: jieba's, our lexicon's and the user's, of two characters and more,
//! numbers apart ([`is_lexical`]). The index keeps more: beside a long word it has the shorter ones of two and three characters
//! inside it, so that both find the passage. Which ones those are is known from its list of words, since whatever a long word contains
//! of the dictionary stands in the list; so they are taken off again, passage by passage, and what is left is the cut.

use std::collections::HashMap;
use std::time::Duration;

use rayon::prelude::*;
use tantivy::postings::{Postings, SegmentPostings, TermInfo};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, InvertedIndexReader, SegmentReader, TERMINATED};

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
    ) -> tantivy::Result<Vec<WordCount<N>>> {
        let index = segment.inverted_index(self.layout.words)?;
        let list = WordList::read(&index)?;
        let count = |inside: &mut Vec<i64>, at: usize| -> tantivy::Result<WordCount<N>> {
            let postings = |at: usize| {
                let info = &list.words[at].1;
                index.read_postings_from_terminfo(info, IndexRecordOption::WithFreqs)
            };
            for &(longer, times) in list.longer.get(&at).map_or(&[][..], Vec::as_slice) {
                let mut postings = postings(longer)?;
                while postings.doc() != TERMINATED {
                    inside[postings.doc() as usize] += times * i64::from(postings.term_freq());
                    postings.advance();
                }
            }
            Ok(WordCount {
                word: list.words[at].0.clone(),
                counts: selected.count(postings(at)?, inside),
            })
        };
        let fresh = || vec![0; segment.max_doc() as usize];
        let wanted = (0..list.words.len()).into_par_iter().with_min_len(1000);
        let counted = wanted.filter(|&at| is_lexical(&list.words[at].0));
        counted.map_init(fresh, count).collect()
    }
}

/// The words of a segment, and which stand inside which.
struct WordList {
    words: Vec<(String, TermInfo)>,
    /// For a word that stands inside longer ones: those, and how often it is to be counted for each of them beside its own places.
    longer: HashMap<usize, Vec<(usize, i64)>>,
}

impl WordList {
    fn read(index: &InvertedIndexReader) -> tantivy::Result<Self> {
        let mut words: Vec<(String, TermInfo)> = Vec::new();
        let mut terms = index.terms().stream()?;
        while let Some((word, info)) = terms.next() {
            match std::str::from_utf8(word) {
                // Numbers of Chinese characters, too, have words inside them.
                Ok(word) if is_lexical(word) || is_chinese(word) => words.push((word.to_owned(), info.clone())),
                _ => {}
            }
        }
        let places: HashMap<&str, usize> = words.iter().map(|(word, _)| word.as_str()).zip(0..).collect();
        let mut longer: HashMap<usize, Vec<(usize, i64)>> = HashMap::new();
        for (at, (word, _)) in words.iter().enumerate() {
            for (part, times) in times_inside(word, &places) {
                longer.entry(part).or_default().push((at, times));
            }
        }
        Ok(WordList { words, longer })
    }
}

/// How often the words inside a word are to be counted when it stands somewhere once: −1 for each place inside it. A part of three
/// characters is such a word itself, and what is inside it was taken off with it: that is added again when it is taken off.
fn times_inside(word: &str, places: &HashMap<&str, usize>) -> Vec<(usize, i64)> {
    let mut times: Vec<(usize, i64)> = Vec::new();
    let mut add = |part: usize, more: i64| match times.iter_mut().find(|(known, _)| *known == part) {
        Some((_, times)) => *times += more,
        None => times.push((part, more)),
    };
    for (part, run) in parts(word, places) {
        add(part, -1);
        for (inner, _) in parts(run, places) {
            add(inner, 1);
        }
    }
    times.retain(|(_, times)| *times != 0);
    times
}

/// The words of two and three characters inside a longer one, each place. Only words of Chinese characters have any.
fn parts<'a>(word: &'a str, places: &HashMap<&str, usize>) -> Vec<(usize, &'a str)> {
    let ends = word.char_indices().map(|(at, _)| at).chain([word.len()]);
    let ends: Vec<usize> = ends.filter(|_| is_chinese(word)).collect();
    let runs = [2, 3]
        .into_iter()
        .flat_map(|length| ends.iter().zip(ends.iter().skip(length)));
    let runs = runs
        .map(|(&start, &end)| &word[start..end])
        .filter(|run| run.len() < word.len());
    runs.filter_map(|run| Some((*places.get(run)?, run))).collect()
}

/// Words of other scripts are never cut.
fn is_chinese(word: &str) -> bool {
    word.chars().all(|c| c >= '\u{2e80}')
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

    /// Counts a word in its passages, with what is to be added there to how often the list says it stands in each, which is 0 again
    /// afterwards.
    fn count(&self, mut postings: SegmentPostings, inside: &mut [i64]) -> [Frequency; N] {
        let mut counts = [Frequency::default(); N];
        let mut last = [u32::MAX; N];
        while postings.doc() != TERMINATED {
            let doc = postings.doc() as usize;
            let bits = self.bits[doc];
            let more = std::mem::take(&mut inside[doc]);
            if bits != 0 {
                let occurrences = (i64::from(postings.term_freq()) + more).max(0) as u64;
                let report = self.reports[doc];
                for (number, (count, last)) in counts.iter_mut().zip(&mut last).enumerate() {
                    if bits & (1 << number) != 0 && occurrences > 0 {
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

fn joined<const N: usize>(counted: Vec<Vec<WordCount<N>>>, selected: &[Selected<N>]) -> WordCounts<N> {
    let mut words: HashMap<String, [Frequency; N]> = HashMap::new();
    let mut all = [Frequency::default(); N];
    for WordCount { word, counts } in counted.into_iter().flatten() {
        if counts.iter().all(|count| count.occurrences == 0) {
            continue;
        }
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
