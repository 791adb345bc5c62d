//! Finds out which place a report means, from what it states.

use super::{Gazetteer, Path, Rank, Unit};
use crate::schema::places::places;

/// What is stated of a place.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stated<'a> {
    pub province: Option<&'a str>,
    pub city: Option<&'a str>,
    pub county: Option<&'a str>,
    /// Helps to tell counties of one name apart, and decides nothing else.
    pub township: Option<&'a str>,
    /// The year it is stated of.
    pub year: Option<u16>,
}

/// What the gazetteer says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It knows no county or city of the name.
    Unknown,
    One(Path),
    /// Any of these, in the order of their codes.
    Several(Vec<Path>),
    /// The name is known, but nowhere in the province or city that are stated; here it is.
    Elsewhere(Vec<Path>),
}

impl Gazetteer {
    /// The county that is meant, or without one the city, as it was in the year: 无为县 is in 巢湖市 in 2010, and in 芜湖市 in 2015. A
    /// prefecture that only changed its name has today's.
    pub fn resolve(&self, stated: &Stated) -> Verdict {
        let known = |name: &str| self.province(name).is_some() || self.prefectures(name).next().is_some();
        // Beside an invented city, a county of a known name is an invented one too.
        if [stated.province, stated.city]
            .into_iter()
            .flatten()
            .any(|name| !known(name))
        {
            return Verdict::Unknown;
        }
        let by_county: Vec<&Unit> = stated.county.map_or(Vec::new(), |name| self.counties_called(name));
        let all = match (by_county.is_empty(), stated.city) {
            (false, _) => by_county,
            (true, Some(city)) => self.prefectures(city).collect(),
            (true, None) => return Verdict::Unknown,
        };
        let within: Vec<&Unit> = all
            .iter()
            .copied()
            .filter(|unit| self.is_within(unit, stated))
            .collect();
        if within.is_empty() {
            return match all.is_empty() {
                true => Verdict::Unknown,
                false => Verdict::Elsewhere(self.paths(&all)),
            };
        }
        let then = self.of_year(within, stated.year);
        let paths = self.paths(&then);
        if let [path] = paths[..] {
            return Verdict::One(path);
        }
        let with_township = stated.township.map_or(Vec::new(), |township| {
            let having = then.iter().copied().filter(|unit| self.has_township(unit, township));
            self.paths(&having.collect::<Vec<_>>())
        });
        match with_township[..] {
            [path] => Verdict::One(path),
            _ => Verdict::Several(paths),
        }
    }

    /// The counties of today within a stated province or city that have a township of this name.
    pub fn counties_with(&self, township: &str, stated: &Stated) -> Vec<Path> {
        let counties = self
            .counties()
            .filter(|unit| self.is_within(unit, stated) && self.has_township(unit, township));
        self.paths(&counties.collect::<Vec<_>>())
    }

    fn counties_called(&self, name: &str) -> Vec<&Unit> {
        let is_county = |unit: &&Unit| matches!(unit.rank, Rank::County | Rank::Zone);
        let full: Vec<&Unit> = self.named(name).filter(is_county).collect();
        match full.is_empty() {
            true => self.named_short(name).filter(is_county).collect(),
            false => full,
        }
    }

    fn prefectures(&self, name: &str) -> impl Iterator<Item = &Unit> {
        let is_prefecture = |unit: &&Unit| unit.rank == Rank::Prefecture;
        let full = self.named(name).filter(is_prefecture);
        let any_full = self.named(name).any(|unit| unit.rank == Rank::Prefecture);
        let short = self
            .named_short(name)
            .filter(move |unit| !any_full && is_prefecture(unit));
        full.chain(short)
    }

    /// Whether a place is, or ever was, in the stated province and city.
    fn is_within(&self, unit: &Unit, stated: &Stated) -> bool {
        let province = |code: u32| code / 10_000;
        let in_province = stated.province.is_none_or(|name| {
            let wanted = self.province(name);
            wanted.is_some_and(|wanted| province(wanted.code) == province(unit.code))
        });
        in_province && stated.city.is_none_or(|city| self.is_in_city(unit, city))
    }

    fn is_in_city(&self, unit: &Unit, city: &str) -> bool {
        let above = match unit.rank {
            Rank::Prefecture => Some(unit),
            _ => self.parent(unit),
        };
        let Some(above) = above else { return false };
        if above.rank == Rank::Province {
            return self.province(city).is_some_and(|province| province == above);
        }
        let wider = places().wider_prefectures.get(above.name);
        self.prefectures(city).any(|stated| {
            stated.code == above.code
                || stated.ended.and_then(|ended| ended.successor) == Some(above.code)
                || above.ended.and_then(|ended| ended.successor) == Some(stated.code)
                || wider.is_some_and(|name| name == stated.name)
        })
    }

    /// Those that were there in a year; without a year, today's. When none was, the last that ended.
    fn of_year<'a>(&'a self, units: Vec<&'a Unit>, year: Option<u16>) -> Vec<&'a Unit> {
        let was_there = |unit: &&Unit| match unit.ended {
            None => true,
            Some(ended) => year.is_some_and(|year| year < ended.year),
        };
        let there: Vec<&Unit> = units.iter().copied().filter(was_there).collect();
        if there.is_empty() {
            let end = |unit: &Unit| unit.ended.map_or(0, |ended| ended.year);
            let last = units.iter().map(|unit| end(unit)).max();
            return units.into_iter().filter(|unit| Some(end(unit)) == last).collect();
        }
        // What a place became was not there yet.
        let came_later = |unit: &Unit| {
            let before = there.iter().filter(|other| other.name == unit.name);
            let mut successors = before.filter_map(|other| Some((other.code, other.ended?.successor?)));
            successors.any(|(_, successor)| successor == unit.code && unit.ended.is_none())
        };
        there.iter().copied().filter(|unit| !came_later(unit)).collect()
    }

    /// Each path once, in the order of the codes.
    fn paths(&self, units: &[&Unit]) -> Vec<Path> {
        let mut units = units.to_vec();
        units.sort_by_key(|unit| (unit.code, unit.ended.is_some()));
        let mut paths: Vec<Path> = Vec::new();
        for path in units.into_iter().filter_map(|unit| self.path_today(unit)) {
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
        paths
    }

    /// The path with the present name of a prefecture that only changed its own.
    fn path_today(&self, unit: &Unit) -> Option<Path> {
        let path = self.path(unit)?;
        let prefecture = match unit.rank {
            Rank::Prefecture => Some(unit),
            _ => self.parent(unit),
        };
        let renamed = prefecture
            .and_then(|prefecture| self.today(prefecture.ended?.successor?))
            .filter(|today| today.rank == Rank::Prefecture && unit.rank != Rank::Province);
        Some(match renamed {
            Some(today) => Path {
                city: Some(today.name),
                ..path
            },
            None => path,
        })
    }
}
