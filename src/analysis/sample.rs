//! Draws a sample of hits that anybody can draw again.
//!
//! **How it is drawn.** The rank of a hit is the BLAKE3 hash of `SEED/PASSAGE`, the seed in decimal digits and the passage's id, as
//! `printf 7/00abcdef01234567-12 | b3sum` prints it. The hits with the lowest ranks are the sample, in the order of their ranks. A
//! passage's id is made from its report's content, so the rank depends on nothing but the seed and the report: not on threads, paths, or the
//! order in which files were indexed. Three things follow. The sample of 100 is the beginning of the sample of 200. When reports are added
//! to the index, a hit leaves the sample only where a new one has a lower rank. Two questions asked with one seed
//! prefer the same hits. (Drawing by numbers that stay with the units: permanent random numbers, Ohlsson 1995.)
//!
//! Reports are drawn in the same way, by their ids. Of a drawn report, either all hits are taken, or the one of the lowest rank.
//!
//! **Strata.** An equal allocation takes the same number from each stratum; what a small one lacks is drawn from the others. A proportional one
//! gives the draws to the strata one by one, each to the stratum for which hits / (2·draws + 1) is the largest (Sainte-Laguë 1910): a
//! rule by which no stratum loses a draw when the sample grows (Balinski & Young 1982), so that stratified samples are nested too.
//! Between equals the stratum whose name has the lower rank goes first.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BinaryHeap};

use crate::error::{Error, Result};
use crate::hits::Grouping;
use crate::index::{Found, Members};
use crate::report::{ReportId, passage_id};
use crate::schema::fields::Unit as FieldUnit;

/// How a sample is drawn.
#[derive(Clone, Debug)]
pub struct Design {
    /// How many units are drawn at most; `None` for all.
    pub size: Option<u64>,
    pub seed: u64,
    pub unit: Unit,
    /// What the strata are made by; all hits are one stratum when there is nothing.
    pub by: Vec<Grouping>,
    pub allocation: Allocation,
}

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Passage,
    /// Reports, each with all of its hits.
    Report,
    /// Reports, each with one of its hits.
    OnePerReport,
}

/// How the draws are shared out among the strata.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allocation {
    /// The same number from each.
    Equal,
    /// In proportion to how many units each has.
    Proportional,
}

/// What was drawn.
#[derive(Clone, Debug)]
pub struct Sample {
    /// One for each hit of the answer it was drawn from, in their order.
    pub draws: Vec<Draw>,
    /// Ascending by their values, the unknown last.
    pub strata: Vec<Stratum>,
}

/// How a hit came into the sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Draw {
    /// Its place in [`Sample::strata`].
    pub stratum: usize,
    /// How likely it was to come into the sample, given how many draws its stratum had.
    pub probability: f64,
}

/// A part of the hits that is drawn from by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stratum {
    /// Its values, ` | ` between them; `?` is unknown. Empty when all hits are one stratum.
    pub name: String,
    pub units: u64,
    pub drawn: u64,
}

/// Something that can be drawn.
struct Candidate {
    stratum: usize,
    rank: Rank,
    /// The hits it brings, by their places in the answer, in the order in which they come.
    hits: Vec<usize>,
    /// Of how many hits those are.
    of: usize,
}

/// The first 16 bytes of a hash, as a number.
type Rank = u128;

/// Between the values of a stratum's name.
const SEPARATOR: &str = " | ";

/// How many strata a note names.
const NAMED: usize = 5;

impl Draw {
    /// How many units it stands for: the inverse of the probability (Horvitz & Thompson 1952).
    pub fn weight(&self) -> f64 {
        1.0 / self.probability
    }
}

impl Unit {
    /// What one is called.
    pub fn noun(self) -> &'static str {
        match self {
            Unit::Passage => "passage",
            Unit::Report | Unit::OnePerReport => "report",
        }
    }
}

/// Draws a sample of what was found. Afterwards the answer has the sample's hits alone, in the order of their ranks.
///
/// # Errors
/// When strata of such fields cannot be drawn from, or the index is damaged.
pub fn draw(found: &mut Found<'_>, design: &Design) -> Result<Sample> {
    check(design)?;
    let members = found.members(&design.by)?;
    let mut candidates = candidates(&members, design);
    candidates.sort_unstable_by_key(|candidate| candidate.rank);
    let mut strata: Vec<Stratum> = members.strata.iter().map(|values| Stratum::new(values)).collect();
    for candidate in &candidates {
        strata[candidate.stratum].units += 1;
    }
    allocate(&mut strata, design);
    let mut left: Vec<u64> = strata.iter().map(|stratum| stratum.drawn).collect();
    let mut kept = Vec::new();
    let mut draws = Vec::new();
    for candidate in candidates {
        if left[candidate.stratum] == 0 {
            continue;
        }
        left[candidate.stratum] -= 1;
        let stratum = &strata[candidate.stratum];
        let share = stratum.drawn as f64 / stratum.units as f64;
        let draw = Draw {
            stratum: candidate.stratum,
            probability: share * candidate.hits.len() as f64 / candidate.of as f64,
        };
        draws.extend(candidate.hits.iter().map(|_| draw));
        kept.extend(candidate.hits);
    }
    found.keep(&kept);
    Ok(Sample { draws, strata })
}

/// Strata must not overlap, and no report may stand in two of them when reports are drawn.
fn check(design: &Design) -> Result<()> {
    for grouping in &design.by {
        let declaration = grouping.field.declaration();
        if declaration.many {
            let reason = format!("a passage can have several values of {}", grouping.field);
            return Err(Error::usage(format!("{reason}, so they make no strata"))
                .hinted("draw a sample for each value: filter by it"));
        }
        if design.unit != Unit::Passage && declaration.unit == FieldUnit::Passage {
            let reason = format!("the passages of a report differ in {}", grouping.field);
            return Err(Error::usage(format!("{reason}, so reports cannot be drawn by it"))
                .hinted("draw passages, or filter by one value"));
        }
    }
    Ok(())
}

/// All that can be drawn.
fn candidates(members: &Members, design: &Design) -> Vec<Candidate> {
    let rank_of = |at: usize| {
        let member = members.members[at];
        rank(design.seed, &passage_id(member.report, member.seq))
    };
    if design.unit == Unit::Passage {
        let all = members.members.iter().enumerate();
        let one = all.map(|(at, member)| Candidate {
            stratum: member.stratum,
            rank: rank_of(at),
            hits: vec![at],
            of: 1,
        });
        return one.collect();
    }
    let mut reports: BTreeMap<ReportId, Vec<usize>> = BTreeMap::new();
    for (at, member) in members.members.iter().enumerate() {
        reports.entry(member.report).or_default().push(at);
    }
    let of_report = |(report, mut hits): (ReportId, Vec<usize>)| {
        let of = hits.len();
        match design.unit {
            Unit::OnePerReport => hits = hits.into_iter().min_by_key(|&at| rank_of(at)).into_iter().collect(),
            _ => hits.sort_unstable_by_key(|&at| members.members[at].seq),
        }
        Candidate {
            stratum: members.members[hits[0]].stratum,
            rank: rank(design.seed, &report.to_string()),
            // All of a report's hits come with it, so each is as likely as the report.
            of: if design.unit == Unit::Report { hits.len() } else { of },
            hits,
        }
    };
    reports.into_iter().map(of_report).collect()
}

/// Where something stands among all that is drawn from with one seed.
fn rank(seed: u64, id: &str) -> Rank {
    let hash = blake3::hash(format!("{seed}/{id}").as_bytes());
    let first = hash.as_bytes().first_chunk().expect("a hash has 32 bytes");
    u128::from_be_bytes(*first)
}

impl Stratum {
    fn new(values: &[Option<String>]) -> Self {
        let names: Vec<&str> = values.iter().map(|value| value.as_deref().unwrap_or("?")).collect();
        Stratum {
            name: names.join(SEPARATOR),
            units: 0,
            drawn: 0,
        }
    }
}

/// Says how many units are drawn from each stratum.
fn allocate(strata: &mut [Stratum], design: &Design) {
    let all: u64 = strata.iter().map(|stratum| stratum.units).sum();
    let size = design.size.unwrap_or(all).min(all);
    let ranks: Vec<Rank> = strata.iter().map(|stratum| rank(design.seed, &stratum.name)).collect();
    match design.allocation {
        Allocation::Equal => share_equally(strata, size, &ranks),
        Allocation::Proportional => share_proportionally(strata, size, &ranks),
    }
}

/// Gives each stratum as many draws as the others, or all of its units.
fn share_equally(strata: &mut [Stratum], size: u64, ranks: &[Rank]) {
    let given = |level: u64| -> u64 { strata.iter().map(|stratum| stratum.units.min(level)).sum() };
    // The highest level that can be given to all.
    let (mut level, mut above) = (0, size + 1);
    while level + 1 < above {
        let middle = level + (above - level) / 2;
        match given(middle) <= size {
            true => level = middle,
            false => above = middle,
        }
    }
    let mut left = size - given(level);
    for stratum in strata.iter_mut() {
        stratum.drawn = stratum.units.min(level);
    }
    let mut order: Vec<usize> = (0..strata.len()).collect();
    order.sort_unstable_by_key(|&at| ranks[at]);
    for at in order {
        if left > 0 && strata[at].units > level {
            strata[at].drawn += 1;
            left -= 1;
        }
    }
}

/// A stratum's claim to the next draw: the largest comes first.
#[derive(PartialEq, Eq)]
struct Claim {
    units: u64,
    drawn: u64,
    rank: Rank,
    stratum: usize,
}

impl Ord for Claim {
    fn cmp(&self, other: &Self) -> Ordering {
        let cross = |one: &Claim, other: &Claim| u128::from(one.units) * (2 * u128::from(other.drawn) + 1);
        cross(self, other)
            .cmp(&cross(other, self))
            .then_with(|| other.rank.cmp(&self.rank))
            .then_with(|| other.stratum.cmp(&self.stratum))
    }
}

impl PartialOrd for Claim {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Gives the draws to the strata one by one.
fn share_proportionally(strata: &mut [Stratum], size: u64, ranks: &[Rank]) {
    let claims = strata
        .iter()
        .zip(ranks)
        .enumerate()
        .map(|(stratum, (of, &rank))| Claim {
            units: of.units,
            drawn: 0,
            rank,
            stratum,
        });
    let mut claims: BinaryHeap<Claim> = claims.collect();
    for _ in 0..size {
        let Some(mut first) = claims.pop() else { return };
        first.drawn += 1;
        strata[first.stratum].drawn = first.drawn;
        if first.drawn < first.units {
            claims.push(first);
        }
    }
}

impl Sample {
    /// How many units were drawn.
    pub fn drawn(&self) -> u64 {
        self.strata.iter().map(|stratum| stratum.drawn).sum()
    }

    /// How many there are.
    pub fn units(&self) -> u64 {
        self.strata.iter().map(|stratum| stratum.units).sum()
    }

    /// What a reader of the sample must know.
    pub fn notes(&self, design: &Design) -> Vec<String> {
        let noun = design.unit.noun();
        let mut notes = vec![format!(
            "{} of {} {noun}s drawn with the seed {}; the same seed draws the same from an index of the same reports",
            self.drawn(),
            self.units(),
            design.seed
        )];
        if let Some(size) = design.size.filter(|&size| size > self.units()) {
            notes.push(format!(
                "{size} were asked for; there are no more than {}",
                self.units()
            ));
        }
        if design.by.is_empty() {
            return notes;
        }
        let share = design.size.unwrap_or(self.units()) as f64 / self.strata.len().max(1) as f64;
        let small = |stratum: &&Stratum| design.allocation == Allocation::Equal && (stratum.units as f64) < share;
        notes.extend(self.named(
            &format!(
                "taken whole, with fewer {noun}s than an equal share of {share:.1}; the others give what is missing"
            ),
            small,
        ));
        notes.extend(self.named("nothing is drawn from", |stratum| stratum.drawn == 0));
        notes
    }

    /// A note that names some of the strata.
    fn named(&self, what: &str, which: impl Fn(&&Stratum) -> bool) -> Option<String> {
        let strata: Vec<&Stratum> = self.strata.iter().filter(which).collect();
        let first = strata.iter().take(NAMED);
        let mut names: Vec<String> = first
            .map(|stratum| format!("{} ({})", stratum.name, stratum.units))
            .collect();
        if strata.len() > NAMED {
            names.push(format!("and {} more", strata.len() - NAMED));
        }
        (!names.is_empty()).then(|| format!("strata, {} in all: {what}: {}", strata.len(), names.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn strata(units: &[u64]) -> Vec<Stratum> {
        let of = |(at, &units): (usize, &u64)| Stratum {
            name: at.to_string(),
            units,
            drawn: 0,
        };
        units.iter().enumerate().map(of).collect()
    }

    fn allocated(units: &[u64], size: u64, allocation: Allocation) -> Vec<u64> {
        let design = Design {
            size: Some(size),
            seed: 7,
            unit: Unit::Passage,
            by: Vec::new(),
            allocation,
        };
        let mut strata = strata(units);
        allocate(&mut strata, &design);
        strata.iter().map(|stratum| stratum.drawn).collect()
    }

    #[test]
    fn a_rank_is_what_b3sum_prints() {
        // printf 7/00abcdef01234567-12 | b3sum
        let hash = blake3::hash(b"7/00abcdef01234567-12").to_hex();
        assert_eq!(format!("{:032x}", rank(7, "00abcdef01234567-12")), hash[..32]);
    }

    #[test]
    fn equal_shares_are_equal_and_small_strata_are_taken_whole() {
        assert_eq!(allocated(&[100, 100, 100], 30, Allocation::Equal), [10, 10, 10]);
        assert_eq!(allocated(&[100, 2, 100], 30, Allocation::Equal), [14, 2, 14]);
        assert_eq!(allocated(&[1, 2, 3], 100, Allocation::Equal), [1, 2, 3]);
        let uneven = allocated(&[9, 9, 9], 4, Allocation::Equal);
        assert_eq!((uneven.iter().sum::<u64>(), uneven.iter().max()), (4, Some(&2)));
    }

    #[test]
    fn proportional_shares_are_those_of_sainte_lague() {
        // The example of the rule that is counted everywhere: 53,000, 24,000 and 23,000 votes, seven seats.
        assert_eq!(allocated(&[53, 24, 23], 7, Allocation::Proportional), [3, 2, 2]);
        assert_eq!(allocated(&[600, 300, 100], 10, Allocation::Proportional), [6, 3, 1]);
    }

    proptest! {
        #[test]
        fn draws_add_up_fit_and_only_grow(units in proptest::collection::vec(1u64..60, 1..12), size in 0u64..700) {
            let all: u64 = units.iter().sum();
            for allocation in [Allocation::Equal, Allocation::Proportional] {
                let drawn = allocated(&units, size, allocation);
                prop_assert_eq!(drawn.iter().sum::<u64>(), size.min(all));
                prop_assert!(drawn.iter().zip(&units).all(|(drawn, units)| drawn <= units));
                let more = allocated(&units, size + 1, allocation);
                prop_assert!(drawn.iter().zip(&more).all(|(drawn, more)| drawn <= more));
            }
        }
    }
}
