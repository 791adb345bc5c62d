//! Looks for known items: a second-level heading is the question, and the passages of its section are the answer.

use std::collections::HashMap;

use serde::Serialize;

use super::baseline::Baseline;
use super::collection::Collection;
use super::measure::{self, Scores};
use super::{DEPTH, RankerScores, ask};
use crate::error::Result;
use crate::index::Index;
use crate::query::Query;
use crate::schema::ranking::Ranking;

/// How well sections are found by their headings.
#[derive(Clone, Debug, Serialize)]
pub struct KnownItems {
    /// How many headings were looked for.
    pub headings: usize,
    pub rankers: Vec<RankerScores>,
}

/// Looks for every second-level heading of an index by each ranking. Headings of the same words are one question, and the
/// passages under any of them answer it.
///
/// # Errors
/// When the index is damaged.
pub fn known_items(index: &Index) -> Result<KnownItems> {
    let (collection, headings) = Collection::with_headings(index)?;
    let mut answers: HashMap<String, HashMap<usize, u8>> = HashMap::new();
    for (number, item) in collection.items.iter().enumerate() {
        let heading = &headings[item.section];
        if let Some(text) = heading.text.as_ref().filter(|_| heading.level == 2) {
            let question = text.trim_end_matches(['。', '：', ':']).to_owned();
            answers.entry(question).or_default().insert(number, measure::ANSWERS);
        }
    }
    let mut questions: Vec<(&String, &HashMap<usize, u8>)> = answers.iter().collect();
    questions.sort_by_key(|(question, _)| *question);
    questions.retain(|(question, _)| Query::literal(question).is_ok());
    let mut ours = Vec::new();
    for (question, grades) in &questions {
        let query = Query::literal(question)?.to_string();
        ours.push(measure::score(
            &ask(index, &collection, &query, &Ranking::ours())?,
            grades,
        ));
    }
    let mut rankers = vec![scores_of("baogao", &ours)];
    for baseline in [Baseline::Words, Baseline::Characters, Baseline::Bigrams] {
        let prepared = baseline.prepare(&collection);
        let scores: Vec<Scores> = questions
            .iter()
            .map(|(question, grades)| measure::score(&prepared.rank(question, DEPTH), grades))
            .collect();
        rankers.push(scores_of(baseline.name(), &scores));
    }
    Ok(KnownItems {
        headings: questions.len(),
        rankers,
    })
}

fn scores_of(ranker: &'static str, scores: &[Scores]) -> RankerScores {
    RankerScores {
        ranker,
        scores: measure::mean(scores),
        order10: None,
    }
}
