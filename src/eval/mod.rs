//! Measures how well passages are ranked: information needs, judgments of sentences, and what the measures say of our ranking and
//! of plain ones beside it.
//!
//! Judgments are about sentences, not about passages: they stay true when reports are split otherwise. A passage is worth what
//! the best of its sentences is.

mod baseline;
mod collection;
mod fold;
mod known;
mod measure;
mod needs;

use std::collections::{HashMap, HashSet};
use std::path::Path;

use serde::Serialize;

use crate::error::Result;
use crate::index::{Index, Request};
use crate::query::Query;
use crate::schema::ranking::Ranking;
use baseline::Baseline;
use collection::Collection;
use measure::Scores;
use needs::{Grades, Judgment, Need};

pub use fold::CrossValidation;
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
    pub ablation: Vec<Ablation>,
    /// The best hits of ours for each need.
    pub results: Vec<NeedResult>,
}

/// What the measures say of one ranker, on average over the needs.
#[derive(Clone, Debug, Serialize)]
pub struct RankerScores {
    pub ranker: &'static str,
    #[serde(flatten)]
    pub scores: Scores,
    /// nDCG@10 when every ranker orders the same passages: those that ours finds as asked. Tells order from recall.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order10: Option<f64>,
}

/// nDCG@10 of ours, asked in three ways, without one of its features.
#[derive(Clone, Debug, Serialize)]
pub struct Ablation {
    pub feature: &'static str,
    pub asked: f64,
    pub by_topic: f64,
    pub loose: f64,
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
    /// Any of the words of the need, as the plain ones are asked.
    OursLoose,
    Plain(Baseline),
}

impl Ranker {
    const ALL: [Ranker; 6] = [
        Ranker::Ours,
        Ranker::OursByTopic,
        Ranker::OursLoose,
        Ranker::Plain(Baseline::Words),
        Ranker::Plain(Baseline::Characters),
        Ranker::Plain(Baseline::Bigrams),
    ];

    fn name(self) -> &'static str {
        match self {
            Ranker::Ours => "baogao",
            Ranker::OursByTopic => "baogao, by topic",
            Ranker::OursLoose => "baogao, loose",
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
        let asked = self.rankings(Ranker::Ours)?;
        let mut rankers = Vec::new();
        for ranker in Ranker::ALL {
            let rankings = self.rankings(ranker)?;
            rankers.push(RankerScores {
                ranker: ranker.name(),
                scores: self.mean_of(&rankings),
                order10: Some(self.order_of(&rankings, &asked)),
            });
        }
        let results = asked.iter().enumerate();
        Ok(Evaluation {
            needs: self.needs.len(),
            judgments: self.judgments.len(),
            rankers,
            ablation: self.ablation()?,
            results: results.map(|(number, ranking)| self.result(number, ranking)).collect(),
        })
    }

    fn mean_of(&self, rankings: &[Vec<usize>]) -> Scores {
        let scores = |(number, ranking): (usize, &Vec<usize>)| measure::score(ranking, self.grades.of_need(number));
        measure::mean(&rankings.iter().enumerate().map(scores).collect::<Vec<_>>())
    }

    /// nDCG@10 of rankings of the same candidates: what was found by ours as asked, in the order of each; what a ranker does not
    /// find comes last.
    fn order_of(&self, rankings: &[Vec<usize>], asked: &[Vec<usize>]) -> f64 {
        let orders = rankings
            .iter()
            .zip(asked)
            .enumerate()
            .filter_map(|(number, (ranking, asked))| {
                let candidates: HashSet<usize> = asked.iter().copied().collect();
                let all = self.grades.of_need(number).iter();
                let grades: HashMap<usize, u8> = all
                    .filter(|(at, _)| candidates.contains(at))
                    .map(|(&at, &grade)| (at, grade))
                    .collect();
                let order: Vec<usize> = ranking.iter().copied().filter(|at| candidates.contains(at)).collect();
                // Candidates of which none tells anything have no best order.
                let has_order = grades.values().any(|&grade| grade > 0);
                has_order.then(|| measure::score(&order, &grades))
            });
        measure::mean(&orders.collect::<Vec<_>>()).ndcg10
    }

    /// Ours without each of its features.
    fn ablation(&self) -> Result<Vec<Ablation>> {
        let mut rows = Vec::new();
        for (feature, ranking) in Ranking::ours().ablations() {
            let ndcg = |ranker| Ok(self.mean_of(&self.ours(ranker, &ranking)?).ndcg10);
            rows.push(Ablation {
                feature,
                asked: ndcg(Ranker::Ours)?,
                by_topic: ndcg(Ranker::OursByTopic)?,
                loose: ndcg(Ranker::OursLoose)?,
            });
        }
        Ok(rows)
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
        self.ours(ranker, &Ranking::ours())
    }

    /// What ours answers to each need, with these weights.
    fn ours(&self, ranker: Ranker, ranking: &Ranking) -> Result<Vec<Vec<usize>>> {
        let question = |need: &Need| match (&need.topic, ranker) {
            (Some(topic), Ranker::OursByTopic) => format!("topic:{topic}"),
            (_, Ranker::OursLoose) => format!("words:({})", need.words),
            _ => need.query.clone(),
        };
        self.needs
            .iter()
            .map(|need| ask(self.index, &self.collection, &question(need), ranking))
            .collect()
    }

    fn result(&self, number: usize, ranking: &[usize]) -> NeedResult {
        let (need, grades) = (&self.needs[number], self.grades.of_need(number));
        let scores = measure::score(ranking, grades);
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
fn ask(index: &Index, collection: &Collection, question: &str, ranking: &Ranking) -> Result<Vec<usize>> {
    let request = Request {
        limit: Some(DEPTH),
        ranking: *ranking,
        ..Request::new(Query::parse(question)?)
    };
    let found = index.search(&request)?;
    let numbers = found.hits().map(|hit| Ok(collection.number_of(&hit?.passage.id)));
    Ok(numbers.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
}
