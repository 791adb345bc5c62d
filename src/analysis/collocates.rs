//! Finds the words that stand around something more often than chance would have it.
//!
//! Words are counted one by one, on both sides those of the likeliest cut ([`crate::index::WordCounts`]): of two characters and more, no
//! numbers. Each word outside of the occurrences (of the *node*) stands in a window or not, once, however many
//! windows overlap there; and it is the word in question or another. That makes the table of two by two from which the measures of
//! [`super::statistics`] are computed, and G² ([`log_likelihood`]: T. Dunning, 1993):
//!
//! | | in windows | elsewhere |
//! |---|---|---|
//! | the word | `together` | `frequency − together` |
//! | other words | `in_windows − together` | the rest of `words` |
//!
//! The frame is that of S. Evert, Corpora and Collocations, 2008 (surface cooccurrence; `E = R1 · C1 / N`).

use std::collections::HashMap;
use std::ops::Range;
use std::time::Duration;

use rayon::prelude::*;

use super::statistics::{expected, log_dice, mutual_information, t_score};
use crate::error::Result;
use crate::hits::Totals;
use crate::index::{Index, Placed, Places, ReadPassage, log_likelihood};
use crate::query::Query;
use crate::schema::fields::Field;
use crate::table::{Cell, Column, Kind, Row, Table};
use crate::text::fold::BREAK;
use crate::text::sentence::sentence_of;
use crate::text::spans::Span;
use crate::text::tokenize::{Words, is_lexical};

/// How far around an occurrence words stand together with it; never beyond the passage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// So many words on each side, by the likeliest cut: words of one character and numbers are counted, marks are not. Of a word that
    /// the occurrence is a part of, the rest stands in the window and is not counted.
    Words(usize),
    /// So many characters on each side: units, a number or a Latin word being one; marks are not counted.
    Chars(usize),
    /// The whole sentence.
    Sentence,
}

/// The words around something.
#[derive(Clone, Debug, PartialEq)]
pub struct Collocates {
    pub reach: Reach,
    /// How often the node stands in the selection.
    pub node: Totals,
    /// How many words the selection has, those in the node apart.
    pub words: u64,
    /// How many of them stand in windows.
    pub in_windows: u64,
    /// Every word that stands in a window more often than is to be expected, by its characters.
    pub found: Vec<Collocate>,
}

/// A word around something.
#[derive(Clone, Debug, PartialEq)]
pub struct Collocate {
    pub word: String,
    /// How often it stands in a window.
    pub together: u64,
    /// In how many reports it does.
    pub reports: u64,
    /// How often it stands in the selection, those in the node apart.
    pub frequency: u64,
    pub expected: f64,
    pub log_likelihood: f64,
    pub log_dice: f64,
    pub mutual_information: f64,
    pub t_score: f64,
}

/// By what collocates are ordered: the largest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    LogLikelihood,
    LogDice,
    Together,
    MutualInformation,
    TScore,
}

/// What was counted in some passages.
#[derive(Default)]
struct Tally {
    in_nodes: u64,
    in_windows: u64,
    words: HashMap<String, WordTally>,
}

#[derive(Clone, Copy, Default)]
struct WordTally {
    in_nodes: u64,
    together: u64,
    reports: u64,
}

impl Collocates {
    /// Of the places of a question, among the words of the passages that its filters select.
    ///
    /// # Errors
    /// As [`Index::places`].
    pub fn find(index: &Index, query: &Query, reach: Reach, time_limit: Option<Duration>) -> Result<Self> {
        let places = index.places(query, &[], time_limit)?;
        let node = places.totals();
        if node.occurrences == 0 {
            return Ok(Collocates {
                reach,
                node,
                words: 0,
                in_windows: 0,
                found: Vec::new(),
            });
        }
        let around = count_around(index, &places, reach)?;
        let everywhere = index.word_counts([&selection_of(query)], &[], time_limit)?;
        let words = everywhere.all[0].occurrences.saturating_sub(around.in_nodes);
        let counted = everywhere.words.into_iter().filter_map(|counted| {
            let tally = around.words.get(&counted.word)?;
            let frequency = counted.counts[0].occurrences.saturating_sub(tally.in_nodes);
            let expected = expected(around.in_windows, frequency, words);
            let together = tally.together;
            (together as f64 > expected).then(|| Collocate {
                together,
                reports: tally.reports,
                frequency,
                expected,
                log_likelihood: log_likelihood(together, frequency, around.in_windows, words),
                log_dice: log_dice(together, node.occurrences, frequency),
                mutual_information: mutual_information(together, expected),
                t_score: t_score(together, expected),
                word: counted.word,
            })
        });
        Ok(Collocates {
            reach,
            node,
            words,
            in_windows: around.in_windows,
            found: counted.collect(),
        })
    }

    /// Keeps the words that stand in windows at least so often, the largest of a measure first, and of these the first ones. Answers how many
    /// there were before the limit.
    pub fn keep(&mut self, fewest: u64, measure: Measure, limit: Option<usize>) -> usize {
        self.found.retain(|found| found.together >= fewest);
        let value = |found: &Collocate| match measure {
            Measure::LogLikelihood => found.log_likelihood,
            Measure::LogDice => found.log_dice,
            Measure::Together => found.together as f64,
            Measure::MutualInformation => found.mutual_information,
            Measure::TScore => found.t_score,
        };
        self.found
            .sort_by(|a, b| value(b).total_cmp(&value(a)).then_with(|| a.word.cmp(&b.word)));
        let all = self.found.len();
        self.found.truncate(limit.unwrap_or(usize::MAX));
        all
    }

    /// The table of the words.
    pub fn table(&self, asked: &str, fewest: u64) -> Table {
        let columns = [
            ("word", "词", Kind::Text),
            ("together", "共现", Kind::Count),
            ("reports", "共现报告", Kind::Count),
            ("frequency", "词频", Kind::Count),
            ("expected", "期望", Kind::Decimal(1)),
            ("ratio", "观察/期望", Kind::Decimal(2)),
            ("log_likelihood", "对数似然比", Kind::Decimal(1)),
            ("log_dice", "logDice", Kind::Decimal(2)),
            ("mutual_information", "互信息", Kind::Decimal(2)),
            ("t_score", "t值", Kind::Decimal(2)),
        ];
        let window = match self.reach {
            Reach::Words(words) => format!("左右各{words}个词（标点不计，单字词和数字计入），不出段落"),
            Reach::Chars(chars) => format!("左右各{chars}个字（标点不计，一个数字或外文词算一个），不出段落"),
            Reach::Sentence => "同一句".to_owned(),
        };
        Table {
            name: "collocates".to_owned(),
            title: format!("“{asked}”的搭配词"),
            columns: columns.map(|(name, label, kind)| Column::new(name, label, kind)).into(),
            notes: vec![
                format!(
                    "节点共{}处，见于{}份报告；窗口：{window}；窗口内{}个词，全部{}个词（节点内的词不计）",
                    self.node.occurrences, self.node.reports, self.in_windows, self.words
                ),
                format!(
                    "词：分词所得两字以上的词（取最可能的切分，长词内的短词不另计），不含标点、数字和单字；重叠窗口中的词只计一次；只列观察多于期望且共现不少于{fewest}次的词"
                ),
                "对数似然比 G²=2ΣO·ln(O/E)（Dunning 1993）；logDice=14+log₂(2f(x,y)/(f(x)+f(y)))（Rychlý 2008）；互信息 log₂(O/E)（Church & Hanks 1990）；t=(O−E)/√O（Church et al. 1991）；E=窗口内词数×词频/全部词数（Evert 2008）".to_owned(),
            ],
        }
    }
}

impl Collocate {
    /// Its cells, in the order of [`Collocates::table`].
    pub fn row(&self) -> Row {
        vec![
            Cell::Text(self.word.clone()),
            Cell::Whole(self.together),
            Cell::Whole(self.reports),
            Cell::Whole(self.frequency),
            Cell::Decimal(self.expected),
            Cell::Decimal(self.together as f64 / self.expected),
            Cell::Decimal(self.log_likelihood),
            Cell::Decimal(self.log_dice),
            Cell::Decimal(self.mutual_information),
            Cell::Decimal(self.t_score),
        ]
    }
}

/// The filters of a question, which choose the passages that it is asked of. Where nothing but a topic is asked for, its phrases are the
/// node, and choose nothing.
fn selection_of(query: &Query) -> Query {
    let has_operand = !query.is_filter();
    let chooses = |part: &Query| {
        let has_topic = part.filters().iter().any(|filter| filter.field == Field::Topic);
        part.is_filter() && (has_operand || !has_topic)
    };
    match query {
        Query::And(parts) => Query::all_of(parts.iter().filter(|part| chooses(part)).cloned()),
        Query::Within(_, inner) => selection_of(inner),
        query if chooses(query) => query.clone(),
        _ => Query::All,
    }
}

fn count_around(index: &Index, places: &Places<'_>, reach: Reach) -> Result<Tally> {
    let dictionary = Words::load(&index.stamp().words);
    let of_reports: Vec<&[Placed]> = places
        .passages()
        .chunk_by(|one, other| one.report == other.report)
        .collect();
    let count = |mut tally: Tally, of_report: &&[Placed]| -> Result<Tally> {
        let mut of_words: HashMap<String, WordTally> = HashMap::new();
        for placed in of_report.iter() {
            tally.put(&dictionary, &places.read(placed)?, reach, &mut of_words);
        }
        for (word, mut more) in of_words {
            more.reports = u64::from(more.together > 0);
            tally.add(word, more);
        }
        Ok(tally)
    };
    let join = |mut one: Tally, other: Tally| -> Result<Tally> {
        one.in_nodes += other.in_nodes;
        one.in_windows += other.in_windows;
        for (word, more) in other.words {
            one.add(word, more);
        }
        Ok(one)
    };
    of_reports
        .par_iter()
        .try_fold(Tally::default, count)
        .try_reduce(Tally::default, join)
}

impl Tally {
    fn add(&mut self, word: String, more: WordTally) {
        let known = self.words.entry(word).or_default();
        known.in_nodes += more.in_nodes;
        known.together += more.together;
        known.reports += more.reports;
    }

    fn put(&mut self, dictionary: &Words, read: &ReadPassage, reach: Reach, of_words: &mut HashMap<String, WordTally>) {
        let folded = &read.folded.text;
        let nodes = merged(read.spans.iter().map(|&span| bytes_of(read, span)).collect());
        let windows = windows(dictionary, read, reach);
        for place in dictionary.places(folded) {
            let word = &folded[place.clone()];
            if !is_lexical(word) {
                continue;
            }
            let (is_node, is_near) = (overlaps(&nodes, &place), contains(&windows, &place));
            if !is_node && !is_near {
                continue;
            }
            let counted = match of_words.get_mut(word) {
                Some(known) => known,
                None => of_words.entry(word.to_owned()).or_default(),
            };
            if is_node {
                self.in_nodes += 1;
                counted.in_nodes += 1;
            } else {
                self.in_windows += 1;
                counted.together += 1;
            }
        }
    }
}

/// The bytes of the folded text in which units stand.
fn bytes_of(read: &ReadPassage, span: Span) -> Range<usize> {
    let start = |unit: u32| {
        let unit = read.folded.units.get(unit as usize);
        unit.map_or(read.folded.text.len(), |unit| unit.folded)
    };
    start(span.start)..start(span.end)
}

/// The stretches of the folded text that are windows, ascending and apart; the nodes are in them.
fn windows(dictionary: &Words, read: &ReadPassage, reach: Reach) -> Vec<Range<usize>> {
    let folded = &read.folded.text;
    let words: Vec<Range<usize>> = match reach {
        Reach::Words(_) => {
            let is_word = |place: &Range<usize>| folded[place.clone()].starts_with(char::is_alphanumeric);
            dictionary.places(folded).filter(is_word).collect()
        }
        _ => Vec::new(),
    };
    let around = |&span: &Span| match reach {
        Reach::Words(limit) => words_around(&words, bytes_of(read, span), limit, folded.len()),
        Reach::Chars(limit) => bytes_of(read, units_around(read, span, limit)),
        Reach::Sentence => bytes_of(read, sentence_around(&read.sentence_ends, span)),
    };
    let mut windows: Vec<Range<usize>> = read.spans.iter().map(around).collect();
    windows.sort_by_key(|window| window.start);
    merged(windows)
}

/// From the first of so many words before a node to the last of so many after it.
fn words_around(words: &[Range<usize>], node: Range<usize>, limit: usize, length: usize) -> Range<usize> {
    let before = words.partition_point(|word| word.end <= node.start);
    let after = words.partition_point(|word| word.start < node.end);
    let start = match before.checked_sub(limit) {
        // With fewer words than that, or none to be counted, what is there.
        None => 0,
        Some(first) => words.get(first).map_or(node.start, |word| word.start.min(node.start)),
    };
    let end = match limit {
        0 => node.end,
        limit => words.get(after + limit - 1).map_or(length, |word| word.end),
    };
    start..end
}

/// So many units more on each side, breaks not counted.
fn units_around(read: &ReadPassage, span: Span, limit: usize) -> Span {
    let is_break = |unit: u32| {
        let unit = read.folded.units.get(unit as usize);
        unit.is_some_and(|unit| read.folded.text[unit.folded..].starts_with(BREAK))
    };
    let all = read.folded.units.len() as u32;
    let before = (0..span.start).rev().filter(|&unit| !is_break(unit)).take(limit).last();
    let after = (span.end..all).filter(|&unit| !is_break(unit)).take(limit).last();
    Span {
        start: before.unwrap_or(span.start),
        end: after.map_or(span.end, |unit| unit + 1),
    }
}

/// The sentence, or the sentences, in which a node stands.
fn sentence_around(ends: &[u32], span: Span) -> Span {
    let first = sentence_of(ends, span.start);
    let last = sentence_of(ends, span.end.saturating_sub(1).max(span.start));
    Span {
        start: first
            .checked_sub(1)
            .and_then(|before| ends.get(before))
            .map_or(0, |&end| end),
        end: ends.get(last).copied().unwrap_or(span.end).max(span.end),
    }
}

/// Makes one of stretches that overlap or touch; they ascend.
fn merged(stretches: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(stretches.len());
    for stretch in stretches {
        match merged.last_mut() {
            Some(last) if stretch.start <= last.end => last.end = last.end.max(stretch.end),
            _ => merged.push(stretch),
        }
    }
    merged
}

fn overlaps(stretches: &[Range<usize>], place: &Range<usize>) -> bool {
    let after = stretches.partition_point(|stretch| stretch.end <= place.start);
    stretches.get(after).is_some_and(|stretch| stretch.start < place.end)
}

fn contains(stretches: &[Range<usize>], place: &Range<usize>) -> bool {
    let after = stretches.partition_point(|stretch| stretch.end < place.end);
    stretches.get(after).is_some_and(|stretch| stretch.start <= place.start)
}
