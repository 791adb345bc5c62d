//! How far coders agree: chance-corrected measures, as pure functions of what each said.
//!
//! All of them are 1 when coders agree always, and 0 when they agree as often as chance would have it. Where chance alone would agree
//! always, because one value only was used, they are not defined: 0/0.

use std::collections::BTreeMap;

/// How much a disagreement between ordered values counts (Cohen 1968).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weights {
    /// Any disagreement counts the same: Cohen's kappa (1960).
    None,
    /// By how many steps the values lie apart.
    Linear,
    /// By the square of it.
    Quadratic,
}

/// How far two coders agree.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kappa {
    /// How many units both coded.
    pub units: u64,
    /// The weighted share of agreement that was seen, and that chance would have it.
    pub observed: f64,
    pub expected: f64,
    /// (observed − expected) / (1 − expected)
    pub kappa: f64,
    /// The standard error of kappa in large samples (Fleiss, Cohen & Everitt 1969, formula 13 for weights).
    pub error: f64,
}

/// How far two values are apart (Krippendorff 2004).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// Equal or not.
    Nominal,
    /// By the ranks of the values among all that were given.
    Ordinal,
    /// By the difference.
    Interval,
}

/// The normal quantile of an interval of 95 per cent.
const NORMAL_95: f64 = 1.959_963_984_540_054;

impl Kappa {
    /// The interval of 95 per cent, by the normal distribution; no kappa is above 1.
    pub fn interval(&self) -> [f64; 2] {
        let reach = NORMAL_95 * self.error;
        [(self.kappa - reach).max(-1.0), (self.kappa + reach).min(1.0)]
    }
}

/// Kappa of two coders, given the number of the value that each gave a unit, below `values`. `None` when there are no units, or when
/// it is not defined.
pub fn kappa(pairs: &[(usize, usize)], values: usize, weights: Weights) -> Option<Kappa> {
    let units = pairs.len() as f64;
    let shares = shares(pairs, values);
    let rows: Vec<f64> = shares.iter().map(|row| row.iter().sum()).collect();
    let columns: Vec<f64> = (0..values).map(|at| shares.iter().map(|row| row[at]).sum()).collect();
    let weight = |one: usize, other: usize| weights.of(one, other, values);
    let cells = || (0..values).flat_map(|row| (0..values).map(move |column| (row, column)));
    let observed: f64 = cells()
        .map(|(row, column)| shares[row][column] * weight(row, column))
        .sum();
    let expected: f64 = cells()
        .map(|(row, column)| rows[row] * columns[column] * weight(row, column))
        .sum();
    // Both used one value only, the same.
    if pairs.is_empty() || 1.0 - expected < 1e-12 {
        return None;
    }
    let kappa = (observed - expected) / (1.0 - expected);
    let row_weights: Vec<f64> = (0..values)
        .map(|row| (0..values).map(|column| columns[column] * weight(row, column)).sum())
        .collect();
    let column_weights: Vec<f64> = (0..values)
        .map(|column| (0..values).map(|row| rows[row] * weight(row, column)).sum())
        .collect();
    let spread: f64 = cells()
        .map(|(row, column)| {
            let apart = weight(row, column) - (row_weights[row] + column_weights[column]) * (1.0 - kappa);
            shares[row][column] * apart * apart
        })
        .sum();
    let centre = kappa - expected * (1.0 - kappa);
    let variance = (spread - centre * centre) / (units * (1.0 - expected) * (1.0 - expected));
    Some(Kappa {
        units: pairs.len() as u64,
        observed,
        expected,
        kappa,
        // Rounding may leave a little less than nothing.
        error: variance.max(0.0).sqrt(),
    })
}

/// The share of units with each pair of values.
fn shares(pairs: &[(usize, usize)], values: usize) -> Vec<Vec<f64>> {
    let mut shares = vec![vec![0.0; values]; values];
    for &(one, other) in pairs {
        shares[one][other] += 1.0 / pairs.len() as f64;
    }
    shares
}

impl Weights {
    /// How much of an agreement two values are.
    fn of(self, one: usize, other: usize, values: usize) -> f64 {
        if one == other {
            return 1.0;
        }
        let apart = one.abs_diff(other) as f64 / (values - 1) as f64;
        match self {
            Weights::None => 0.0,
            Weights::Linear => 1.0 - apart,
            Weights::Quadratic => 1.0 - apart * apart,
        }
    }
}

/// Fleiss' kappa (1971) of any number of coders, given for each unit the numbers of the values it was given, below `values`. Only units
/// with as many codes as the first count; `None` when there are none, or when it is not defined.
pub fn fleiss_kappa(units: &[Vec<usize>], values: usize) -> Option<f64> {
    let coders = units.first().map(Vec::len).filter(|&coders| coders > 1)?;
    let mut totals = vec![0.0; values];
    let mut agreement = 0.0;
    let mut counted = 0.0;
    for codes in units.iter().filter(|codes| codes.len() == coders) {
        let mut counts = vec![0.0; values];
        codes.iter().for_each(|&code| counts[code] += 1.0);
        let pairs: f64 = counts.iter().map(|count| count * (count - 1.0)).sum();
        agreement += pairs / (coders * (coders - 1)) as f64;
        counted += 1.0;
        totals
            .iter_mut()
            .zip(&counts)
            .for_each(|(total, count)| *total += count);
    }
    let all = counted * coders as f64;
    let expected: f64 = totals.iter().map(|total| (total / all) * (total / all)).sum();
    (1.0 - expected > 1e-12).then(|| (agreement / counted - expected) / (1.0 - expected))
}

/// Krippendorff's alpha (Hayes & Krippendorff 2007), given the values of each unit, whoever gave them; what is missing is left out, and units
/// with one value say nothing. Values of a nominal metric are numbered anyhow, those of an ordinal one in their order. `None` when
/// no unit has two values, or when it is not defined.
pub fn alpha(units: &[&[f64]], metric: Metric) -> Option<f64> {
    let units: Vec<&[f64]> = units.iter().copied().filter(|values| values.len() > 1).collect();
    let mut all: Vec<f64> = units.iter().flat_map(|values| values.iter().copied()).collect();
    all.sort_unstable_by(f64::total_cmp);
    let n = all.len() as f64;
    let (observed, expected) = match metric {
        Metric::Nominal => {
            let different = |values: &[f64]| {
                let equal: f64 = runs(values).map(|run| (run * run) as f64).sum();
                (values.len() * values.len()) as f64 - equal
            };
            (within(&units, different), different(&all))
        }
        Metric::Interval => (within(&units, spread), spread(&all)),
        Metric::Ordinal => {
            let ranks = middle_ranks(&all);
            let ranked = |values: &[f64]| {
                let ranks: Vec<f64> = values.iter().map(|value| ranks[&key(*value)]).collect();
                spread(&ranks)
            };
            (within(&units, ranked), ranked(&all))
        }
    };
    (expected > 1e-12).then(|| 1.0 - (n - 1.0) * observed / expected)
}

/// The sum of `differences` within units, each unit counted as its number of values says.
fn within(units: &[&[f64]], differences: impl Fn(&[f64]) -> f64) -> f64 {
    let of_unit = |values: &&[f64]| {
        let mut values = values.to_vec();
        values.sort_unstable_by(f64::total_cmp);
        differences(&values) / (values.len() - 1) as f64
    };
    units.iter().map(of_unit).sum()
}

/// The sum of the squared differences of all pairs, each pair taken both ways: 2n times the sum of squares about the mean.
fn spread(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    2.0 * n * values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>()
}

/// How often each value stands in a sorted list.
fn runs(sorted: &[f64]) -> impl Iterator<Item = usize> + '_ {
    sorted.chunk_by(|one, other| one == other).map(<[f64]>::len)
}

/// Half of how often a value was given, and all that were given below it: two values are as far apart, ordinally, as these are.
fn middle_ranks(sorted: &[f64]) -> BTreeMap<u64, f64> {
    let mut below = 0.0;
    let ranks = sorted.chunk_by(|one, other| one == other).map(|run| {
        let count = run.len() as f64;
        let rank = below + count / 2.0;
        below += count;
        (key(run[0]), rank)
    });
    ranks.collect()
}

/// A number to look a value up by; −0 is 0.
fn key(value: f64) -> u64 {
    (value + 0.0).to_bits()
}

/// The interval of 95 per cent of a statistic of `units` units: the percentiles of what it is for units drawn anew, with repetition
/// (Efron 1979). Draws for which it is not defined are left out; `None` when they are more than half.
pub fn bootstrap(
    units: usize,
    resamples: usize,
    seed: u64,
    statistic: impl Fn(&[usize]) -> Option<f64>,
) -> Option<[f64; 2]> {
    if units == 0 {
        return None;
    }
    let mut random = fastrand::Rng::with_seed(seed);
    let mut drawn = vec![0; units];
    let mut results: Vec<f64> = Vec::with_capacity(resamples);
    for _ in 0..resamples {
        drawn.fill_with(|| random.usize(..units));
        results.extend(statistic(&drawn));
    }
    if results.is_empty() || results.len() * 2 < resamples {
        return None;
    }
    results.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| results[((results.len() - 1) as f64 * share).round() as usize];
    Some([at(0.025), at(0.975)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(value: f64, wanted: f64, tolerance: f64) {
        assert!((value - wanted).abs() <= tolerance, "{value} is not {wanted}");
    }

    /// The pairs behind a table of counts.
    fn pairs(table: &[&[usize]]) -> Vec<(usize, usize)> {
        let mut pairs = Vec::new();
        for (row, counts) in table.iter().enumerate() {
            for (column, &count) in counts.iter().enumerate() {
                pairs.extend(std::iter::repeat_n((row, column), count));
            }
        }
        pairs
    }

    /// Cohen (1960): 200 patients, three diagnoses.
    fn cohen() -> Vec<(usize, usize)> {
        pairs(&[&[88, 10, 2], &[14, 40, 6], &[18, 10, 12]])
    }

    #[test]
    fn kappa_is_that_of_cohen_1960() {
        let found = kappa(&cohen(), 3, Weights::None).unwrap();
        near(found.observed, 0.70, 1e-12);
        near(found.expected, 0.41, 1e-12);
        near(found.kappa, 0.491_525_423_728_814, 1e-12);
        assert_eq!(found.units, 200);
    }

    #[test]
    fn errors_and_weights_are_those_of_an_independent_computation() {
        // Computed in Python from weights of disagreement; the errors by the delta method with numerical derivatives.
        let table = [
            (Weights::None, 0.491_525_423_729, 0.051_001_816),
            (Weights::Linear, 0.473_684_210_526, 0.054_432_309),
            (Weights::Quadratic, 0.454_545_454_545, 0.066_453_682),
        ];
        for (weights, wanted, error) in table {
            let found = kappa(&cohen(), 3, weights).unwrap();
            near(found.kappa, wanted, 1e-9);
            near(found.error, error, 1e-8);
        }
        let two = kappa(&pairs(&[&[20, 5], &[10, 15]]), 2, Weights::None).unwrap();
        near(two.kappa, 0.4, 1e-12);
    }

    #[test]
    fn perfect_agreement_is_one_and_agreement_on_one_value_is_undefined() {
        let perfect = kappa(&pairs(&[&[3, 0], &[0, 4]]), 2, Weights::None).unwrap();
        assert_eq!((perfect.kappa, perfect.error), (1.0, 0.0));
        assert_eq!(perfect.interval(), [1.0, 1.0]);
        assert_eq!(kappa(&pairs(&[&[5, 0], &[0, 0]]), 2, Weights::None), None);
        assert_eq!(kappa(&[], 2, Weights::None), None);
        // One coder used one value only: defined, and 0.
        let half = kappa(&pairs(&[&[5, 5], &[0, 0]]), 2, Weights::Linear).unwrap();
        near(half.kappa, 0.0, 1e-12);
        assert_eq!(alpha(&[&[1.0, 1.0], &[1.0, 1.0]], Metric::Nominal), None);
        assert_eq!(alpha(&[&[1.0], &[2.0]], Metric::Nominal), None);
        assert_eq!(fleiss_kappa(&[vec![0, 0], vec![0, 0]], 2), None);
        assert_eq!(fleiss_kappa(&[], 2), None);
    }

    #[test]
    fn alpha_is_that_of_krippendorff_s_four_observers() {
        // Krippendorff (2011), "Computing Krippendorff's alpha-reliability": twelve units, missing values.
        let coders = [
            "1 2 3 3 2 1 4 1 2 . . .",
            "1 2 3 3 2 2 4 1 2 5 . 3",
            ". 3 3 3 2 3 4 2 2 5 1 .",
            "1 2 3 3 2 4 4 1 2 5 1 .",
        ];
        let mut units = vec![Vec::new(); 12];
        for codes in coders {
            for (unit, code) in units.iter_mut().zip(codes.split(' ')) {
                unit.extend(code.parse::<f64>());
            }
        }
        let units: Vec<&[f64]> = units.iter().map(Vec::as_slice).collect();
        near(alpha(&units, Metric::Nominal).unwrap(), 0.743, 0.000_5);
        near(alpha(&units, Metric::Ordinal).unwrap(), 0.815, 0.000_5);
        near(alpha(&units, Metric::Interval).unwrap(), 0.849, 0.000_5);
    }

    #[test]
    fn fleiss_kappa_is_that_of_the_example_with_fourteen_coders() {
        let counts = [
            [0, 0, 0, 0, 14],
            [0, 2, 6, 4, 2],
            [0, 0, 3, 5, 6],
            [0, 3, 9, 2, 0],
            [2, 2, 8, 1, 1],
            [7, 7, 0, 0, 0],
            [3, 2, 6, 3, 0],
            [2, 5, 3, 2, 2],
            [6, 5, 2, 1, 0],
            [0, 2, 2, 3, 7],
        ];
        let codes = |counts: &[usize; 5]| -> Vec<usize> {
            let counts = counts.iter().enumerate();
            counts
                .flat_map(|(value, &count)| std::iter::repeat_n(value, count))
                .collect()
        };
        let units: Vec<Vec<usize>> = counts.iter().map(codes).collect();
        near(fleiss_kappa(&units, 5).unwrap(), 0.210, 0.000_5);
    }

    #[test]
    fn intervals_hold_the_estimate_and_are_the_same_for_the_same_seed() {
        let codes = cohen();
        let statistic = |drawn: &[usize]| {
            let units: Vec<[f64; 2]> = drawn
                .iter()
                .map(|&at| [codes[at].0 as f64, codes[at].1 as f64])
                .collect();
            let units: Vec<&[f64]> = units.iter().map(<[f64; 2]>::as_slice).collect();
            alpha(&units, Metric::Nominal)
        };
        let all: Vec<usize> = (0..codes.len()).collect();
        let estimate = statistic(&all).unwrap();
        let interval = bootstrap(codes.len(), 400, 7, statistic).unwrap();
        assert!(interval[0] < estimate && estimate < interval[1]);
        // The bootstrap of 200 units is about as wide as the error in large samples says.
        let error = kappa(&codes, 3, Weights::None).unwrap().error;
        near((interval[1] - interval[0]) / (2.0 * NORMAL_95), error, 0.3 * error);
        assert_eq!(bootstrap(codes.len(), 400, 7, statistic), Some(interval));
        assert_eq!(bootstrap(0, 400, 7, |_| Some(1.0)), None);
        assert_eq!(bootstrap(3, 10, 7, |_| None), None);
    }
}
