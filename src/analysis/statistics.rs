//! The formulas of corpus linguistics, each with its source. Nothing here knows where the numbers come from.
//!
//! Words and phrases are counted in tables of two by two: `O11` of them here, `C1` everywhere, `R1` things here, `N` everywhere.

/// How many are to be expected here when where they stand is left to chance: `E11 = R1 · C1 / N`.
pub fn expected(here: u64, everywhere: u64, all: u64) -> f64 {
    here as f64 * everywhere as f64 / all as f64
}

/// `logDice = 14 + log₂(2 · f(x, y) / (f(x) + f(y)))`: how much two things stand together and not apart, whatever the size of the corpus;
/// 14 at the most when each stands with the other only, one less for half as much.
///
/// Source: P. Rychlý, A Lexicographer-Friendly Association Score, RASLAN 2008.
pub fn log_dice(both: u64, one: u64, other: u64) -> f64 {
    14.0 + (2.0 * both as f64 / (one as f64 + other as f64)).log2()
}

/// Pointwise mutual information, `log₂(O / E)`. Source: K. W. Church and P. Hanks, Word Association Norms, Mutual Information, and
/// Lexicography, Computational Linguistics 16(1), 1990.
pub fn mutual_information(observed: u64, expected: f64) -> f64 {
    (observed as f64 / expected).log2()
}

/// `t = (O − E) / √O`. Source: K. Church, W. Gale, P. Hanks and D. Hindle, Using Statistics in Lexical Analysis, 1991.
pub fn t_score(observed: u64, expected: f64) -> f64 {
    (observed as f64 - expected) / (observed as f64).sqrt()
}

/// How much more often, in doublings, something stands in one corpus than in another: `log₂((a / Na) / (b / Nb))`, where a frequency of 0
/// counts as 0.5. `Na` and `Nb` are the sizes of the corpora.
///
/// Source: A. Hardie, Log Ratio: an Informal Introduction, CASS, Lancaster University, 2014.
pub fn log_ratio((a, size_a): (u64, u64), (b, size_b): (u64, u64)) -> f64 {
    let smoothed = |count: u64| if count == 0 { 0.5 } else { count as f64 };
    (smoothed(a) / size_a as f64 / (smoothed(b) / size_b as f64)).log2()
}

/// The difference of two relative frequencies as a share of the second; `None` when the second is 0.
///
/// Source: C. Gabrielatos and A. Marchi, Keyness: Appropriate Metrics and Practical Issues, 2012 (%DIFF).
pub fn difference((a, size_a): (u64, u64), (b, size_b): (u64, u64)) -> Option<f64> {
    let (rate_a, rate_b) = (a as f64 / size_a as f64, b as f64 / size_b as f64);
    (b > 0).then(|| (rate_a - rate_b) / rate_b)
}

/// How likely it is that chance alone gives a G² as large as this, or larger: of χ² with one degree of freedom, `erfc(√(G²/2))`.
pub fn p_value(g2: f64) -> f64 {
    complementary_error((g2.max(0.0) / 2.0).sqrt())
}

/// `erfc(x)` for `x ≥ 0`: the series of erf for small x, the continued fraction for large ones (M. Abramowitz and I. A. Stegun, Handbook of
/// Mathematical Functions, 1964, 7.1.6 and 7.1.14).
fn complementary_error(x: f64) -> f64 {
    let gauss = (-x * x).exp();
    if x < 2.5 {
        let mut term = x;
        let mut sum = x;
        for n in 1..200 {
            term *= 2.0 * x * x / (2 * n + 1) as f64;
            sum += term;
        }
        return 1.0 - 2.0 / std::f64::consts::PI.sqrt() * gauss * sum;
    }
    // x + (1/2)/(x + 1/(x + (3/2)/(x + 2/(x + …)))), from the innermost outwards.
    let fraction = (1..=100).rev().fold(x, |inner, k| x + k as f64 / 2.0 / inner);
    gauss / (std::f64::consts::PI.sqrt() * fraction)
}

/// How evenly something is spread over the parts of a corpus.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Dispersion {
    /// How many parts there are, those without text apart.
    pub parts: u64,
    /// In how many of them it stands.
    pub range: u64,
    pub frequency: u64,
    /// `D = 1 − V / √(n − 1)`, where V is the coefficient of variation (with the deviation of a population) of the rates in the n parts:
    /// 1 is even. Source: A. Juilland and E. Chang-Rodríguez, Frequency Dictionary of Spanish Words, 1964; of rates, since parts differ in
    /// size, as in S. Th. Gries, Analyzing Dispersion, 2020. `None` for one part.
    pub juilland_d: Option<f64>,
    /// `D₂ = H / log₂ n`, the entropy of the shares that the parts have of the sum of the rates: 1 is even. Source: J. B. Carroll, An
    /// Alternative to Juilland's Usage Coefficient, 1970. `None` for one part.
    pub carroll_d2: Option<f64>,
    /// `S = (Σ √(s · f))² / F`, where s is the part's share of the text and f how often it stands there, F how often in all: 1 is even.
    /// Source: I. Rosengren, The Quantitative Concept of Language, 1971, in the form for parts of unequal size.
    pub rosengren_s: f64,
    /// `DP = ½ Σ |v − s|`, where s is the part's share of the text and v its share of the occurrences: 0 is even. Source: S. Th. Gries,
    /// Dispersions and Adjusted Frequencies in Corpora, International Journal of Corpus Linguistics 13(4), 2008.
    pub dp: f64,
    /// `DP / (1 − min s)`, which reaches 1. Source: J. Lijffijt and S. Th. Gries, Correction to Gries 2008, International Journal of
    /// Corpus Linguistics 17(1), 2012. `None` for one part.
    pub dp_norm: Option<f64>,
}

impl Dispersion {
    /// Of how often something stands in each part, and how large each is. Parts without text are left aside; `None` when it stands in
    /// none of the others.
    pub fn of(parts: &[(u64, u64)]) -> Option<Self> {
        let parts: Vec<(f64, f64)> = parts
            .iter()
            .filter(|(_, size)| *size > 0)
            .map(|&(count, size)| (count as f64, size as f64))
            .collect();
        let frequency: f64 = parts.iter().map(|(count, _)| count).sum();
        if frequency == 0.0 {
            return None;
        }
        let all: f64 = parts.iter().map(|(_, size)| size).sum();
        let rates: Vec<f64> = parts.iter().map(|(count, size)| count / size).collect();
        let shares = || parts.iter().map(|(_, size)| size / all);
        let is_several = parts.len() > 1;
        let roots: f64 = parts
            .iter()
            .zip(shares())
            .map(|((count, _), share)| (share * count).sqrt())
            .sum();
        let differences = parts
            .iter()
            .zip(shares())
            .map(|((count, _), share)| (count / frequency - share).abs());
        let dp = differences.sum::<f64>() / 2.0;
        let smallest = shares().fold(1.0, f64::min);
        Some(Dispersion {
            parts: parts.len() as u64,
            range: parts.iter().filter(|(count, _)| *count > 0.0).count() as u64,
            frequency: frequency as u64,
            juilland_d: is_several.then(|| juilland(&rates)),
            carroll_d2: is_several.then(|| carroll(&rates)),
            rosengren_s: roots * roots / frequency,
            dp,
            dp_norm: is_several.then(|| dp / (1.0 - smallest)),
        })
    }
}

fn juilland(rates: &[f64]) -> f64 {
    let n = rates.len() as f64;
    let mean = rates.iter().sum::<f64>() / n;
    let variance = rates.iter().map(|rate| (rate - mean).powi(2)).sum::<f64>() / n;
    1.0 - variance.sqrt() / mean / (n - 1.0).sqrt()
}

fn carroll(rates: &[f64]) -> f64 {
    let sum: f64 = rates.iter().sum();
    let shares = rates.iter().map(|rate| rate / sum).filter(|share| *share > 0.0);
    // No part has less than none of it: an entropy of −0 is 0.
    let entropy = shares.map(|share| -share * share.log2()).sum::<f64>().max(0.0);
    entropy / (rates.len() as f64).log2()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(one: f64, other: f64) {
        assert!(
            (one - other).abs() <= 1e-9 * other.abs().max(1.0),
            "{one} is not {other}"
        );
    }

    #[test]
    fn dispersions_are_those_of_the_example_of_gries_2008() {
        // The word `a` stands 1, 2, 3, 4, 5 times in parts of 9, 10, 10, 10, 11 words. The article tells D 0.785, D₂ 0.938, S 0.95,
        // DP 0.18; with more digits by Python:
        //   v=[1,2,3,4,5]; s=[9,10,10,10,11]; f=sum(v); n=sum(s); p=[a/b for a,b in zip(v,s)]
        //   D=1-statistics.pstdev(p)/statistics.mean(p)/math.sqrt(4)
        //   D2=-sum(x/sum(p)*math.log2(x/sum(p)) for x in p)/math.log2(5)
        //   S=sum(math.sqrt(b/n*a) for a,b in zip(v,s))**2/f; DP=sum(abs(a/f-b/n) for a,b in zip(v,s))/2; DP/(1-9/50)
        let found = Dispersion::of(&[(1, 9), (2, 10), (3, 10), (4, 10), (5, 11)]).unwrap();
        assert_eq!((found.parts, found.range, found.frequency), (5, 5, 15));
        close(found.juilland_d.unwrap(), 0.7851504534504508);
        close(found.carroll_d2.unwrap(), 0.9379213032979956);
        close(found.rosengren_s, 0.9498163423042408);
        close(found.dp, 0.18);
        close(found.dp_norm.unwrap(), 0.219_512_195_121_951_2);
    }

    #[test]
    fn what_stands_in_one_part_only_is_as_uneven_as_can_be() {
        let found = Dispersion::of(&[(7, 10), (0, 30), (0, 60), (0, 0)]).unwrap();
        assert_eq!((found.parts, found.range), (3, 1));
        close(found.juilland_d.unwrap(), 0.0);
        close(found.carroll_d2.unwrap(), 0.0);
        close(found.dp, 0.9);
        close(found.dp_norm.unwrap(), 1.0);
        let even = Dispersion::of(&[(1, 10), (3, 30), (6, 60)]).unwrap();
        close(even.dp, 0.0);
        close(even.juilland_d.unwrap(), 1.0);
        close(even.carroll_d2.unwrap(), 1.0);
        close(even.rosengren_s, 1.0);
    }

    #[test]
    fn one_part_has_no_spread_and_nothing_has_none() {
        let one = Dispersion::of(&[(3, 100)]).unwrap();
        assert_eq!(
            (one.dp, one.dp_norm, one.juilland_d, one.carroll_d2),
            (0.0, None, None, None)
        );
        assert_eq!(Dispersion::of(&[(0, 10), (0, 5)]), None);
        assert_eq!(Dispersion::of(&[]), None);
    }

    #[test]
    fn p_values_are_those_of_an_independent_error_function() {
        // Python: math.erfc(math.sqrt(g2/2)). The bands of χ² with one degree of freedom are in every table.
        for (g2, p) in [
            (0.0, 1.0),
            (0.1, 0.7518296340458492),
            (1.0, 0.31731050786291404),
            (3.84, 0.05004352124870509),
            (6.63, 0.010027526446317953),
            (10.83, 0.0009986863791802592),
            (12.4, 0.000429333848898369),
            (12.6, 0.00038574675568200755),
            (15.13, 0.00010035578728015277),
            (50.0, 1.5374597944280351e-12),
            (400.0, 5.507248237212385e-89),
        ] {
            let found = p_value(g2);
            assert!((found - p).abs() <= 1e-11 * p + 1e-15, "{g2}: {found} is not {p}");
        }
        assert_eq!(p_value(-0.5), 1.0);
        assert!((p_value(3.841_458_8) - 0.05).abs() < 1e-8);
    }

    #[test]
    fn measures_of_association_are_their_formulas() {
        // Python: 14+math.log2(2*30/(120+450)); math.log2(30/5.4); (30-5.4)/math.sqrt(30)
        close(expected(600, 450, 50_000), 5.4);
        close(log_dice(30, 120, 450), 10.752072486556415);
        close(log_dice(7, 7, 7), 14.0);
        close(mutual_information(30, 5.4), 2.473931188332412);
        close(t_score(30, 5.4), 4.491324971542363);
    }

    #[test]
    fn effect_sizes_are_their_formulas() {
        // Python: math.log2(60/20000/(10/30000)); math.log2(6/20000/(0.5/30000)); (60/20000-10/30000)/(10/30000)
        close(log_ratio((60, 20_000), (10, 30_000)), 3.169925001442312);
        close(log_ratio((6, 20_000), (0, 30_000)), 4.169925001442312);
        close(difference((60, 20_000), (10, 30_000)).unwrap(), 8.0);
        assert_eq!(difference((60, 20_000), (0, 30_000)), None);
    }
}
