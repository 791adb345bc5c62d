//! Computes the measures of a ranking from the grades of its passages.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

/// From this grade on a passage answers the need.
pub const ANSWERS: u8 = 2;

/// How good a ranking is, each from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// Normalized discounted cumulative gain over the first ten, with gain `2^grade − 1` and discount `log2(rank + 1)`. Source:
    /// K. Järvelin and J. Kekäläinen, Cumulated gain-based evaluation of IR techniques, 2002; the exponential gain after
    /// C. Burges et al., Learning to rank using gradient descent, 2005.
    pub ndcg10: f64,
    /// One over the rank of the first passage that answers. Source: E. Voorhees, The TREC-8 question answering track report, 1999.
    pub mrr: f64,
    /// The share of all passages that answer which stand among the first twenty; at most twenty of them count.
    pub recall20: f64,
    /// The share of the first ten that somebody has judged: how far the other figures can be trusted.
    pub judged10: f64,
}

/// The scores of a ranking; `grades` holds the passages that were judged. A passage that nobody has judged counts as worthless.
pub fn score(ranking: &[usize], grades: &HashMap<usize, u8>) -> Scores {
    let grade = |at: &usize| grades.get(at).copied().unwrap_or(0);
    let mut best: Vec<u8> = grades.values().copied().collect();
    best.sort_unstable_by(|a, b| b.cmp(a));
    let ideal = gain(best.iter().copied());
    let answers = best.iter().filter(|&&grade| grade >= ANSWERS).count();
    let first = ranking.iter().position(|at| grade(at) >= ANSWERS);
    let found = ranking.iter().take(20).filter(|at| grade(at) >= ANSWERS).count();
    let judged = ranking.iter().take(10).filter(|at| grades.contains_key(at)).count();
    Scores {
        ndcg10: ratio(gain(ranking.iter().map(grade)), ideal),
        mrr: first.map_or(0.0, |at| 1.0 / (at + 1) as f64),
        recall20: ratio(found as f64, answers.min(20) as f64),
        judged10: ratio(judged as f64, ranking.len().min(10) as f64),
    }
}

/// The average over several needs.
pub fn mean(scores: &[Scores]) -> Scores {
    let over = |of: fn(&Scores) -> f64| ratio(scores.iter().map(of).sum(), scores.len() as f64);
    Scores {
        ndcg10: over(|scores| scores.ndcg10),
        mrr: over(|scores| scores.mrr),
        recall20: over(|scores| scores.recall20),
        judged10: over(|scores| scores.judged10),
    }
}

fn gain(grades: impl Iterator<Item = u8>) -> f64 {
    let discounted = |(at, grade): (usize, u8)| (f64::from(grade).exp2() - 1.0) / (at as f64 + 2.0).log2();
    grades.take(10).enumerate().map(discounted).sum()
}

fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grades(of: &[(usize, u8)]) -> HashMap<usize, u8> {
        of.iter().copied().collect()
    }

    #[test]
    fn the_best_order_scores_one() {
        let scores = score(&[4, 7, 1], &grades(&[(4, 3), (7, 2), (1, 1)]));
        assert!((scores.ndcg10 - 1.0).abs() < 1e-12);
        assert_eq!((scores.mrr, scores.recall20, scores.judged10), (1.0, 1.0, 1.0));
    }

    #[test]
    fn the_measures_are_the_formulas() {
        let scores = score(&[9, 1, 4], &grades(&[(4, 3), (7, 2), (1, 1)]));
        // Computed by hand: (1/log2 3 + 7/2) / (7 + 3/log2 3 + 1/2) = 4.130930 / 9.392789
        assert!((scores.ndcg10 - 0.439_798).abs() < 1e-5, "{}", scores.ndcg10);
        assert!((scores.mrr - 1.0 / 3.0).abs() < 1e-12);
        assert!((scores.recall20 - 0.5).abs() < 1e-12);
        assert!((scores.judged10 - 2.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn nothing_found_or_nothing_judged_scores_nothing() {
        assert_eq!(score(&[], &grades(&[(1, 3)])), Scores::default());
        assert_eq!(score(&[1], &grades(&[])), Scores::default());
        assert_eq!(mean(&[]), Scores::default());
    }
}
