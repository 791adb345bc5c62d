//! Ranks passages plainly, to be compared with: BM25 over one kind of token, whatever holds any of the question's.

use std::collections::HashMap;

use super::collection::Collection;
use crate::text::fold::{BREAK, fold};
use crate::text::tokenize::Words;
use crate::text::units::units;

/// What a plain ranking takes for a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Baseline {
    /// The words of jieba and the lexicon.
    Words,
    /// Units: Han characters, numbers, Latin words.
    Characters,
    /// Two units that stand side by side.
    Bigrams,
}

/// The usual values. Source: S. Robertson and H. Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009.
const K1: f64 = 1.2;
const B: f64 = 0.75;

/// The tokens of a collection, counted.
pub struct Prepared<'a> {
    baseline: Baseline,
    words: Option<Words>,
    /// Token → passages and how often it stands there.
    postings: HashMap<String, Vec<(usize, u32)>>,
    lengths: Vec<u32>,
    collection: &'a Collection,
}

impl Baseline {
    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Baseline::Words => "BM25 on words",
            Baseline::Characters => "BM25 on characters",
            Baseline::Bigrams => "BM25 on bigrams",
        }
    }

    /// Counts the tokens of a collection.
    pub fn prepare(self, collection: &Collection) -> Prepared<'_> {
        let mut prepared = Prepared {
            baseline: self,
            words: (self == Baseline::Words).then(|| Words::load(&[])),
            postings: HashMap::new(),
            lengths: Vec::with_capacity(collection.items.len()),
            collection,
        };
        for (number, item) in collection.items.iter().enumerate() {
            let tokens = prepared.cut(&item.folded);
            prepared.lengths.push(tokens.len() as u32);
            for (token, count) in counted(tokens) {
                prepared.postings.entry(token).or_default().push((number, count));
            }
        }
        prepared
    }
}

impl Prepared<'_> {
    /// The best passages for a question in plain words, the best first; equals in the order of the collection.
    pub fn rank(&self, question: &str, limit: usize) -> Vec<usize> {
        let passages = self.collection.items.len() as f64;
        let average = f64::from(self.lengths.iter().sum::<u32>()) / passages.max(1.0);
        let mut scores: HashMap<usize, f64> = HashMap::new();
        let mut tokens: Vec<String> = self.cut(&fold(question));
        tokens.sort();
        tokens.dedup();
        for token in tokens {
            let Some(postings) = self.postings.get(&token) else {
                continue;
            };
            let with_it = postings.len() as f64;
            let idf = (1.0 + (passages - with_it + 0.5) / (with_it + 0.5)).ln();
            for &(number, count) in postings {
                let (tf, length) = (f64::from(count), f64::from(self.lengths[number]));
                let score = idf * tf * (K1 + 1.0) / (tf + K1 * (1.0 - B + B * length / average));
                *scores.entry(number).or_default() += score;
            }
        }
        let mut ranked: Vec<(usize, f64)> = scores.into_iter().collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        ranked.into_iter().take(limit).map(|(number, _)| number).collect()
    }

    fn cut(&self, folded: &str) -> Vec<String> {
        let all: Vec<&str> = match &self.words {
            Some(words) => return words.cut(folded).into_iter().map(str::to_owned).collect(),
            None => units(folded).collect(),
        };
        match self.baseline {
            Baseline::Bigrams => {
                let pairs = all.windows(2).map(|pair| pair.concat());
                pairs.filter(|pair| !pair.contains(BREAK)).collect()
            }
            _ => all
                .into_iter()
                .filter(|unit| !unit.contains(BREAK))
                .map(str::to_owned)
                .collect(),
        }
    }
}

fn counted(tokens: Vec<String>) -> HashMap<String, u32> {
    let mut counts = HashMap::new();
    for token in tokens {
        *counts.entry(token).or_default() += 1;
    }
    counts
}
