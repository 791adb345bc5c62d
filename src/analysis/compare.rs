//! Finds the words that one set of passages uses more than another (keyness).
//!
//! The measure is G² of a table of two by two ([`log_likelihood`]: T. Dunning, 1993, all four cells): the word or others, in A or in B;
//! how large the difference is, is told by the log ratio (A. Hardie, 2014). A large G² says that chance is a bad explanation, not that
//! the difference matters; and as many words are compared at once, p is also told times their number (C. E. Bonferroni, 1936).

use std::time::Duration;

use super::statistics::{difference, log_ratio, p_value};
use crate::error::Result;
use crate::index::{Frequency, Index, log_likelihood};
use crate::query::Query;
use crate::table::{Cell, Column, Kind, Row, Table};

/// Two sets of passages, and the words or phrases that tell them apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    pub a: Side,
    pub b: Side,
    /// How many passages are in both.
    pub shared: u64,
    /// What the sides are measured in.
    pub unit: Unit,
    /// The words that are more frequent in A, then those of B, then those that are as frequent in both.
    pub found: Vec<Keyword>,
    /// How many were compared.
    pub compared: u64,
}

/// One of the two sets.
#[derive(Clone, Debug, PartialEq)]
pub struct Side {
    /// The question that selects it.
    pub name: String,
    pub passages: u64,
    pub reports: u64,
    /// In [`Comparison::unit`]s.
    pub size: u64,
}

/// What rates are taken of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// The words of the index.
    Words,
    /// Characters, blanks left aside: where phrases are compared.
    Chars,
}

/// A word or phrase in both sets.
#[derive(Clone, Debug, PartialEq)]
pub struct Keyword {
    pub term: String,
    pub a: Frequency,
    pub b: Frequency,
    pub key: Key,
    pub log_likelihood: f64,
    pub p: f64,
    pub log_ratio: f64,
    /// %DIFF as a share; `None` when it does not stand in B.
    pub difference: Option<f64>,
}

/// Where something is more frequent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    A,
    B,
    Neither,
}

/// By what the words of each side are ordered: the largest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    LogLikelihood,
    /// The size of the log ratio, either way.
    LogRatio,
    /// In how many reports of the side they stand.
    Reports,
}

impl Comparison {
    /// Compares all words.
    ///
    /// # Errors
    /// When the index is damaged, or a question takes longer than it may.
    pub fn of_words(index: &Index, a: &Query, b: &Query, time_limit: Option<Duration>) -> Result<Self> {
        let counted = index.word_counts([a, b], &[], time_limit)?;
        let side = |query: &Query, at: usize| Side {
            name: query.to_string(),
            passages: counted.passages[at],
            reports: counted.all[at].reports,
            size: counted.all[at].occurrences,
        };
        let mut comparison = Comparison {
            a: side(a, 0),
            b: side(b, 1),
            shared: counted.shared,
            unit: Unit::Words,
            found: Vec::new(),
            compared: 0,
        };
        let words = counted.words.into_iter().map(|word| (word.word, word.counts));
        comparison.put(words);
        Ok(comparison)
    }

    /// Compares phrases, or whatever else can be asked and has places.
    ///
    /// # Errors
    /// When the index is damaged, or a question takes longer than it may.
    pub fn of_terms(
        index: &Index,
        a: &Query,
        b: &Query,
        terms: &[(String, Query)],
        time_limit: Option<Duration>,
    ) -> Result<Self> {
        let [in_a, in_b] = [index.census(a, &[], time_limit)?, index.census(b, &[], time_limit)?];
        let both = Query::all_of([a.clone(), b.clone()]);
        let shared = index.census(&both, &[], time_limit)?.extent().passages;
        let side = |query: &Query, extent: crate::index::Extent| Side {
            name: query.to_string(),
            passages: extent.passages,
            reports: extent.reports,
            size: extent.chars,
        };
        let counts = terms.iter().map(|(name, query)| {
            let count = |census: &crate::index::Census<'_>| -> Result<Frequency> {
                let totals = census.count(query, &[], time_limit)?.totals;
                Ok(Frequency {
                    occurrences: totals.occurrences,
                    reports: totals.reports,
                })
            };
            Ok((name.clone(), [count(&in_a)?, count(&in_b)?]))
        });
        let counts = counts.collect::<Result<Vec<_>>>()?;
        let mut comparison = Comparison {
            a: side(a, in_a.extent()),
            b: side(b, in_b.extent()),
            shared,
            unit: Unit::Chars,
            found: Vec::new(),
            compared: 0,
        };
        comparison.put(counts.into_iter());
        Ok(comparison)
    }

    /// Sets are compared only when both have something.
    fn put(&mut self, terms: impl Iterator<Item = (String, [Frequency; 2])>) {
        if self.a.size > 0 && self.b.size > 0 {
            let sizes = (self.a.size, self.b.size);
            self.found = terms.map(|(term, counts)| keyword(term, counts, sizes)).collect();
        }
        self.compared = self.found.len() as u64;
    }

    /// Keeps what stands at least so often in both together and orders it; of each side the first ones. Answers how many there were before
    /// the limit. What is left out as too rare was not compared.
    pub fn keep(&mut self, fewest: u64, measure: Measure, limit: Option<usize>) -> usize {
        self.found
            .retain(|word| word.a.occurrences + word.b.occurrences >= fewest);
        self.compared = self.found.len() as u64;
        let value = |word: &Keyword| match measure {
            Measure::LogLikelihood => word.log_likelihood,
            Measure::LogRatio => word.log_ratio.abs(),
            Measure::Reports => word.key_side().reports as f64,
        };
        self.found.sort_by(|one, other| {
            let by_value = || value(other).total_cmp(&value(one));
            let by_term = || one.term.cmp(&other.term);
            one.key.cmp(&other.key).then_with(by_value).then_with(by_term)
        });
        let all = self.found.len();
        let limit = limit.unwrap_or(usize::MAX);
        let mut kept = [0; 3];
        self.found.retain(|word| {
            kept[word.key as usize] += 1;
            kept[word.key as usize] <= limit
        });
        all
    }

    /// The table of the words.
    pub fn table(&self, fewest: u64) -> Table {
        let (term, per_1000, unit) = match self.unit {
            Unit::Words => ("词", "每千词", "词"),
            Unit::Chars => ("词语", "每千字", "字"),
        };
        let columns = [
            ("term", term.to_owned(), Kind::Text),
            ("key", "偏向".to_owned(), Kind::Text),
            ("a", "A次数".to_owned(), Kind::Count),
            ("b", "B次数".to_owned(), Kind::Count),
            ("a_per_1000", format!("A{per_1000}"), Kind::Decimal(3)),
            ("b_per_1000", format!("B{per_1000}"), Kind::Decimal(3)),
            ("a_reports", "A报告".to_owned(), Kind::Count),
            ("b_reports", "B报告".to_owned(), Kind::Count),
            ("log_likelihood", "对数似然比".to_owned(), Kind::Decimal(1)),
            ("log_ratio", "log ratio".to_owned(), Kind::Decimal(2)),
            ("difference", "%DIFF".to_owned(), Kind::Share),
            ("p", "p".to_owned(), Kind::Decimal(4)),
            ("significance", "显著性".to_owned(), Kind::Text),
            ("flag", "备注".to_owned(), Kind::Text),
        ];
        let side = |letter: char, side: &Side| {
            format!(
                "{letter}：{}（{}份报告，{}个段落，{}{unit}）",
                side.name, side.reports, side.passages, side.size
            )
        };
        let mut notes = vec![side('A', &self.a), side('B', &self.b)];
        if self.shared > 0 {
            notes.push(format!("注意：{}个段落同属A和B，两边都计入", self.shared));
        }
        notes.push(match self.unit {
            Unit::Words => {
                "词：分词所得两字以上的词（取最可能的切分，长词内的短词不另计），不含标点、数字和单字".to_owned()
            }
            Unit::Chars => "词语按原文逐处精确计数；比率以字数（空白不计）为底".to_owned(),
        });
        notes.push(format!(
            "比较了{}个（两边合计不少于{fewest}次）；G²=2ΣO·ln(O/E)，四格（Dunning 1993）；log ratio=log₂(A比率/B比率)，0次按0.5次计（Hardie 2014）；%DIFF=(A比率−B比率)/B比率（Gabrielatos & Marchi 2012）",
            self.compared
        ));
        notes.push(
            "显著性按 p×比较个数（Bonferroni 校正）：*** <0.001，** <0.01，* <0.05；p 列未校正；大语料中小差异也显著，请同看 log ratio 与报告数".to_owned(),
        );
        Table {
            name: "compare".to_owned(),
            title: match self.unit {
                Unit::Words => "A与B的特征词".to_owned(),
                Unit::Chars => "A与B的词语比较".to_owned(),
            },
            columns: columns
                .map(|(name, label, kind)| Column::new(name, &label, kind))
                .into(),
            notes,
        }
    }

    /// The cells of a word, in the order of [`Comparison::table`].
    pub fn row(&self, word: &Keyword) -> Row {
        let rate = |count: Frequency, side: &Side| Cell::Decimal(count.occurrences as f64 * 1000.0 / side.size as f64);
        let key = match word.key {
            Key::A => Cell::Text("A".to_owned()),
            Key::B => Cell::Text("B".to_owned()),
            Key::Neither => Cell::Empty,
        };
        let of_side = match word.key {
            Key::B => &self.b,
            _ => &self.a,
        };
        // That a word stands in one report says nothing of a set that has no other.
        let is_local = word.key != Key::Neither && word.key_side().reports == 1 && of_side.reports > 1;
        vec![
            Cell::Text(word.term.clone()),
            key,
            Cell::Whole(word.a.occurrences),
            Cell::Whole(word.b.occurrences),
            rate(word.a, &self.a),
            rate(word.b, &self.b),
            Cell::Whole(word.a.reports),
            Cell::Whole(word.b.reports),
            Cell::Decimal(word.log_likelihood),
            Cell::Decimal(word.log_ratio),
            word.difference.map_or(Cell::Empty, Cell::Decimal),
            Cell::Decimal(word.p),
            Cell::Text(stars(word.p * self.compared as f64).to_owned()),
            match is_local {
                true => Cell::Text("仅1份报告".to_owned()),
                false => Cell::Empty,
            },
        ]
    }
}

impl Keyword {
    /// How often it stands where it is more frequent.
    pub fn key_side(&self) -> Frequency {
        match self.key {
            Key::B => self.b,
            _ => self.a,
        }
    }
}

fn keyword(term: String, [a, b]: [Frequency; 2], (size_a, size_b): (u64, u64)) -> Keyword {
    let (of_a, of_b) = ((a.occurrences, size_a), (b.occurrences, size_b));
    let everywhere = a.occurrences + b.occurrences;
    // Rates are compared by multiplying crosswise, which is exact.
    let [left, right] = [(of_a.0, size_b), (of_b.0, size_a)].map(|(count, size)| u128::from(count) * u128::from(size));
    let g2 = match everywhere {
        0 => 0.0,
        _ => log_likelihood(a.occurrences, everywhere, size_a, size_a + size_b).max(0.0),
    };
    Keyword {
        term,
        a,
        b,
        key: match left.cmp(&right) {
            std::cmp::Ordering::Greater => Key::A,
            std::cmp::Ordering::Less => Key::B,
            std::cmp::Ordering::Equal => Key::Neither,
        },
        log_likelihood: g2,
        p: p_value(g2),
        log_ratio: match everywhere {
            0 => 0.0,
            _ => log_ratio(of_a, of_b),
        },
        difference: difference(of_a, of_b),
    }
}

fn stars(p: f64) -> &'static str {
    match p {
        p if p < 0.001 => "***",
        p if p < 0.01 => "**",
        p if p < 0.05 => "*",
        _ => "",
    }
}
