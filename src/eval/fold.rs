//! Tells what tuned weights are worth for needs that had no part in the tuning: cross-validation over needs.
//!
//! The needs are dealt out to folds in turn. For each fold the best of [`Ranking::variants`] is chosen by the other needs alone and
//! measured by the fold's. Source: M. Stone, Cross-validatory choice and assessment of statistical predictions, 1974.

use serde::Serialize;

use super::{Bench, Ranker};
use crate::error::Result;
use crate::eval::measure;
use crate::schema::ranking::Ranking;

/// nDCG@10, on average over the needs and over asking with the phrase, with the topic and loosely.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct CrossValidation {
    pub folds: usize,
    /// How many sets of weights there were to choose from.
    pub variants: usize,
    /// With the weights as they are.
    pub as_they_are: f64,
    /// With the best weights for all needs: how good tuning looks to those who tuned.
    pub tuned_on_all: f64,
    /// Each fold with the best weights for the others: how good it is.
    pub held_out: f64,
}

impl Bench<'_> {
    /// Deals the needs out to so many folds, at least 2 and at most as many as there are needs.
    ///
    /// # Errors
    /// As [`Bench::evaluate`].
    pub fn cross_validate(&self, folds: usize) -> Result<CrossValidation> {
        let folds = folds.clamp(2, self.needs.len().max(2));
        let variants = Ranking::ours().variants();
        let gains = variants
            .iter()
            .map(|ranking| self.gains(ranking))
            .collect::<Result<Vec<_>>>()?;
        let held_out = (0..folds).map(|fold| {
            let best = best_of(&gains, |need| need % folds != fold);
            sum_of(&gains[best], |need| need % folds == fold)
        });
        let needs = self.needs.len().max(1) as f64;
        Ok(CrossValidation {
            folds,
            variants: variants.len(),
            as_they_are: sum_of(&gains[0], |_| true) / needs,
            tuned_on_all: sum_of(&gains[best_of(&gains, |_| true)], |_| true) / needs,
            held_out: held_out.sum::<f64>() / needs,
        })
    }

    /// For each need: its nDCG@10 with these weights, on average over the ways to ask.
    fn gains(&self, ranking: &Ranking) -> Result<Vec<f64>> {
        let ways = [Ranker::Ours, Ranker::OursByTopic, Ranker::OursLoose];
        let mut gains = vec![0.0; self.needs.len()];
        for way in ways {
            for (number, found) in self.ours(way, ranking)?.iter().enumerate() {
                let scores = measure::score(found, self.grades.of_need(number));
                gains[number] += scores.ndcg10 / ways.len() as f64;
            }
        }
        Ok(gains)
    }
}

/// The number of the weights that are best for some of the needs; the first of equals.
fn best_of(gains: &[Vec<f64>], counts: impl Fn(usize) -> bool) -> usize {
    let mut best = (0, f64::MIN);
    for (number, gains) in gains.iter().enumerate() {
        let sum = sum_of(gains, &counts);
        if sum > best.1 {
            best = (number, sum);
        }
    }
    best.0
}

fn sum_of(gains: &[f64], counts: impl Fn(usize) -> bool) -> f64 {
    let counted = gains.iter().enumerate().filter(|(need, _)| counts(*need));
    counted.map(|(_, gain)| gain).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_weights_are_chosen_by_the_needs_that_count() {
        let gains = [vec![0.5, 0.5, 0.5], vec![0.9, 0.1, 0.9], vec![0.5, 0.5, 0.5]];
        assert_eq!(best_of(&gains, |_| true), 1);
        assert_eq!(best_of(&gains, |need| need == 1), 0);
        assert!((sum_of(&gains[1], |need| need != 1) - 1.8).abs() < 1e-12);
    }
}
