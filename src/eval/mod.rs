//! Measures how well passages are ranked: information needs, judgments of sentences, and what the measures say of our ranking and
//! of plain ones beside it.
//!
//! Judgments are about sentences, not about passages: they stay true when reports are split otherwise. A passage is worth what
//! the best of its sentences is.

mod baseline;
mod collection;
mod known;
mod measure;
mod needs;

use std::collections::HashMap;
use std::path::Path;

use serde::Serialize;

use crate::error::Result;
use crate::index::{Index, Request};
use crate::query::Query;
use baseline::Baseline;
use collection::Collection;
use measure::Scores;
use needs::{Grades, Judgment, Need};

pub use known::{KnownItems, known_items};

/// How many hits of a ranking are looked at.
const DEPTH: usize = 1000;

/// What the measures say.
#[derive(Clone, Debug, Serialize)]
pub struct Evaluation {
    pub needs: usize,
    pub judgments: usize,
    /// Ours first, then the plain ones.
    pub rankers: Vec<RankerScores>,
    /// The best hits of ours for each need.
    pub results: Vec<NeedResult>,
}

/// What the measures say of one ranker, on average over the needs.
#[derive(Clone, Debug, Serialize)]
pub struct RankerScores {
    pub ranker: &'static str,
    #[serde(flatten)]
    pub scores: Scores,
}

/// What ours answers to one need.
#[derive(Clone, Debug, Serialize)]
pub struct NeedResult {
    pub id: String,
    pub query: String,
    #[serde(flatten)]
    pub scores: Scores,
    pub best: Vec<Ranked>,
}

/// A passage in a ranking.
#[derive(Clone, Debug, Serialize)]
pub struct Ranked {
    /// `None` when nobody has judged it.
    pub grade: Option<u8>,
    pub path: String,
    pub row: Option<u64>,
    pub text: String,
}

/// A sentence that nobody has judged for a need, though a ranker puts its passage among its best.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Unjudged {
    pub need: String,
    pub path: String,
    pub row: Option<u64>,
    pub sentence: String,
}

/// Needs and judgments over the passages of an index.
pub struct Bench<'a> {
    index: &'a Index,
    collection: Collection,
    needs: Vec<Need>,
    judgments: Vec<Judgment>,
    grades: Grades,
}

/// The rankers that are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ranker {
    /// The question as it is asked.
    Ours,
    /// The need's topic, where it names one; else the question.
    OursByTopic,
    Plain(Baseline),
}

impl Ranker {
    const ALL: [Ranker; 5] = [
        Ranker::Ours,
        Ranker::OursByTopic,
        Ranker::Plain(Baseline::Words),
        Ranker::Plain(Baseline::Characters),
        Ranker::Plain(Baseline::Bigrams),
    ];

    fn name(self) -> &'static str {
        match self {
            Ranker::Ours => "baogao",
            Ranker::OursByTopic => "baogao, by topic",
            Ranker::Plain(baseline) => baseline.name(),
        }
    }
}

impl<'a> Bench<'a> {
    /// Reads needs (`needs.toml`) and judgments (`judgments.tsv`) and finds the judged sentences in the index.
    ///
    /// # Errors
    /// When a file cannot be read, or a judged sentence stands nowhere in the report it is said to stand in.
    pub fn open(index: &'a Index, needs: &Path, judgments: &Path) -> Result<Self> {
        let collection = Collection::of(index)?;
        let needs = needs::read_needs(needs)?;
        let judged = needs::read_judgments(judgments, &needs)?;
        let grades = Grades::find(&judged, &needs, &collection, judgments)?;
        Ok(Bench {
            index,
            collection,
            needs,
            judgments: judged,
            grades,
        })
    }

    /// Asks every ranker for every need.
    ///
    /// # Errors
    /// When a need's question cannot be read, or the index is damaged.
    pub fn evaluate(&self) -> Result<Evaluation> {
        let mut rankers = Vec::new();
        let mut results = Vec::new();
        for ranker in Ranker::ALL {
            let mut all = Vec::new();
            for (number, ranking) in self.rankings(ranker)?.into_iter().enumerate() {
                let grades = self.grades.of_need(number);
                let scores = measure::score(&ranking, grades);
                if ranker == Ranker::Ours {
                    results.push(self.result(&self.needs[number], scores, &ranking, grades));
                }
                all.push(scores);
            }
            rankers.push(RankerScores {
                ranker: ranker.name(),
                scores: measure::mean(&all),
            });
        }
        Ok(Evaluation {
            needs: self.needs.len(),
            judgments: self.judgments.len(),
            rankers,
            results,
        })
    }

    /// The sentences of the `depth` best passages of every ranker that nobody has judged yet, by need and place: what to judge next.
    ///
    /// # Errors
    /// As [`Bench::evaluate`].
    pub fn unjudged(&self, depth: usize) -> Result<Vec<Unjudged>> {
        let mut found = std::collections::BTreeSet::new();
        for ranker in Ranker::ALL {
            for (number, ranking) in self.rankings(ranker)?.into_iter().enumerate() {
                let need = &self.needs[number];
                for item in ranking.into_iter().take(depth).map(|at| &self.collection.items[at]) {
                    let known = self.judgments.iter().filter(|judgment| judgment.need == need.id);
                    let known: Vec<&str> = known.map(|judgment| judgment.sentence.as_str()).collect();
                    let unjudged = item.sentences().filter(|sentence| !known.contains(sentence));
                    found.extend(unjudged.map(|sentence| Unjudged {
                        need: need.id.clone(),
                        path: item.path.clone(),
                        row: item.row,
                        sentence: sentence.to_owned(),
                    }));
                }
            }
        }
        Ok(found.into_iter().collect())
    }

    /// What a ranker answers to each need: numbers of the collection's items, the best first.
    fn rankings(&self, ranker: Ranker) -> Result<Vec<Vec<usize>>> {
        if let Ranker::Plain(baseline) = ranker {
            let prepared = baseline.prepare(&self.collection);
            return Ok(self
                .needs
                .iter()
                .map(|need| prepared.rank(&need.words, DEPTH))
                .collect());
        }
        let question = |need: &Need| match &need.topic {
            Some(topic) if ranker == Ranker::OursByTopic => format!("topic:{topic}"),
            _ => need.query.clone(),
        };
        self.needs
            .iter()
            .map(|need| ask(self.index, &self.collection, &question(need)))
            .collect()
    }

    fn result(&self, need: &Need, scores: Scores, ranking: &[usize], grades: &HashMap<usize, u8>) -> NeedResult {
        let best = ranking.iter().take(10).map(|at| {
            let item = &self.collection.items[*at];
            Ranked {
                grade: grades.get(at).copied(),
                path: item.path.clone(),
                row: item.row,
                text: item.text.clone(),
            }
        });
        NeedResult {
            id: need.id.clone(),
            query: need.query.clone(),
            scores,
            best: best.collect(),
        }
    }
}

/// What our own ranking answers to a question.
fn ask(index: &Index, collection: &Collection, question: &str) -> Result<Vec<usize>> {
    let request = Request {
        limit: Some(DEPTH),
        ..Request::new(Query::parse(question)?)
    };
    let found = index.search(&request)?;
    let numbers = found.hits().map(|hit| Ok(collection.number_of(&hit?.passage.id)));
    Ok(numbers.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
}
