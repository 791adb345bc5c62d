//! Defines the [`Gazetteer`]: provinces, prefectures, counties and townships by name, as `index_schema/places/` lists them.
//!
//! It knows real places of today and those that ended since 2000. A name it does not know may still be a place's: of an earlier
//! time, or of an invented report.

mod resolve;
mod short;

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

pub use resolve::{Stated, Verdict};
pub use short::{is_name_of, short_name};

use super::places::places;

/// The rank of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rank {
    /// 省, 自治区, 直辖市, 特别行政区.
    Province,
    /// 地级市, 自治州, 地区, 盟.
    Prefecture,
    /// 县, 区, 县级市, 旗, and the few others of their rank.
    County,
    /// A development zone with a statistical code of a county's rank, which is no county.
    Zone,
}

/// A place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Six digits, as in GB/T 2260. A place that ended may share its code with the one that came after it.
    pub code: u32,
    pub name: &'static str,
    pub rank: Rank,
    /// The code of what it is directly part of; `None` of a province.
    pub parent: Option<u32>,
    /// When and into what it ended; `None` of a place of today.
    pub ended: Option<Ended>,
}

/// The end of a place under its name or where it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The first year whose list has it no more.
    pub year: u16,
    /// The place of today that it became, or became part of.
    pub successor: Option<u32>,
}

/// A county, or what stands above one, with all that it is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Path {
    pub province: &'static str,
    /// `None` where a province has counties of its own: 重庆市, 仙桃市.
    pub city: Option<&'static str>,
    pub county: Option<&'static str>,
}

/// All places.
pub struct Gazetteer {
    units: Vec<Unit>,
    /// Numbers in `units`, those of today first.
    by_code: HashMap<u32, Vec<usize>>,
    by_name: HashMap<&'static str, Vec<usize>>,
    /// By what they are called without 县, 市, 自治县.
    by_short: HashMap<&'static str, Vec<usize>>,
    /// 屏边县 and 湘西州, for places whose name goes on with whom they are a home of; and nicknames.
    by_alias: HashMap<String, Vec<usize>>,
    /// The names of a county's townships, apart by blanks.
    townships: HashMap<u32, &'static str>,
    longest_name: usize,
}

static GAZETTEER: LazyLock<Gazetteer> = LazyLock::new(Gazetteer::load);

/// The one gazetteer. It is read when it is first asked for, in two to five milliseconds.
pub fn gazetteer() -> &'static Gazetteer {
    &GAZETTEER
}

const PROVINCES: &str = include_str!("../../../index_schema/places/provinces.tsv");
const PREFECTURES: &str = include_str!("../../../index_schema/places/prefectures.tsv");
const COUNTIES: &str = include_str!("../../../index_schema/places/counties.tsv");
const ZONES: &str = include_str!("../../../index_schema/places/zones.tsv");
const FORMER: &str = include_str!("../../../index_schema/places/former.tsv");
const TOWNSHIPS: &str = include_str!("../../../index_schema/places/townships.tsv");

/// The lists that decide where a place lies, for the fingerprint of an index.
pub const LISTS: [&str; 5] = [PROVINCES, PREFECTURES, COUNTIES, ZONES, FORMER];

impl Gazetteer {
    fn load() -> Self {
        let mut units = Vec::new();
        for (list, rank) in [
            (PROVINCES, Rank::Province),
            (PREFECTURES, Rank::Prefecture),
            (COUNTIES, Rank::County),
            (ZONES, Rank::Zone),
        ] {
            units.extend(list.lines().filter_map(|line| Unit::read(line, |_| rank)));
        }
        // A code that ends in 00 is a prefecture's.
        let former_rank = |code: u32| match code % 100 {
            0 => Rank::Prefecture,
            _ => Rank::County,
        };
        units.extend(FORMER.lines().filter_map(|line| Unit::read(line, former_rank)));
        let mut gazetteer = Gazetteer {
            longest_name: units.iter().map(|unit| unit.name.len()).max().unwrap_or(0),
            units,
            by_code: HashMap::new(),
            by_name: HashMap::new(),
            by_short: HashMap::new(),
            by_alias: HashMap::new(),
            townships: TOWNSHIPS
                .lines()
                .filter_map(|line| line.split_once('\t'))
                .filter_map(|(code, names)| Some((code.parse().ok()?, names)))
                .collect(),
        };
        gazetteer.index();
        gazetteer
    }

    fn index(&mut self) {
        for (number, unit) in self.units.iter().enumerate() {
            self.by_code.entry(unit.code).or_default().push(number);
            self.by_name.entry(unit.name).or_default().push(number);
            let short = short_name(unit.name);
            if short.chars().count() > 1 {
                self.by_short.entry(short).or_default().push(number);
            }
            if let Some(alias) = short::alias(unit.name) {
                self.by_alias.entry(alias).or_default().push(number);
            }
        }
        for (nickname, name) in &places().nicknames {
            let numbers = self.by_name.get(name.as_str()).cloned().unwrap_or_default();
            self.by_alias.entry(nickname.clone()).or_default().extend(numbers);
        }
    }

    /// Those with this full name, today's first, then those called so for short with their rank's sign: 屏边县, 湘西州.
    pub fn named(&self, name: &str) -> impl Iterator<Item = &Unit> {
        let full = self.by_name.get(name).into_iter().flatten();
        let alias = self.by_alias.get(name).into_iter().flatten();
        full.chain(alias).map(|&number| &self.units[number])
    }

    /// Those called so without any sign of their rank: 将乐, 屏边, 三明.
    pub fn named_short(&self, name: &str) -> impl Iterator<Item = &Unit> {
        let numbers = self.by_short.get(name).into_iter().flatten();
        numbers.map(|&number| &self.units[number])
    }

    /// The place that has this code today.
    pub fn today(&self, code: u32) -> Option<&Unit> {
        let units = self.with_code(code);
        units.into_iter().find(|unit| unit.ended.is_none())
    }

    /// Those that have or had this code, today's first.
    fn with_code(&self, code: u32) -> impl IntoIterator<Item = &Unit> {
        let numbers = self.by_code.get(&code).into_iter().flatten();
        numbers.map(|&number| &self.units[number])
    }

    /// What a place is directly part of.
    fn parent(&self, unit: &Unit) -> Option<&Unit> {
        self.with_code(unit.parent?).into_iter().next()
    }

    /// A place with all that it is part of.
    pub fn path(&self, unit: &Unit) -> Option<Path> {
        let above = self.parent(unit);
        Some(match unit.rank {
            Rank::Province => Path {
                province: unit.name,
                city: None,
                county: None,
            },
            Rank::Prefecture => Path {
                province: above?.name,
                city: Some(unit.name),
                county: None,
            },
            Rank::County | Rank::Zone => {
                let above = self.path(above?)?;
                Path {
                    county: Some(unit.name),
                    ..above
                }
            }
        })
    }

    /// The provinces, in the order of their codes.
    pub fn provinces(&self) -> impl Iterator<Item = &Unit> {
        // Their list was read first, and no list of the past holds any.
        self.units.iter().take_while(|unit| unit.rank == Rank::Province)
    }

    /// The counties of today, in the order of their codes.
    pub fn counties(&self) -> impl Iterator<Item = &Unit> {
        let of_today = |unit: &&Unit| unit.rank == Rank::County && unit.ended.is_none();
        self.units.iter().filter(of_today)
    }

    /// The province of this name, full or short: 广西壮族自治区 and 广西.
    pub fn province(&self, name: &str) -> Option<&Unit> {
        self.named(name)
            .chain(self.named_short(name))
            .find(|unit| unit.rank == Rank::Province)
    }

    /// What the name of a place says of its rank: today's places before those that ended, counties before prefectures.
    pub fn rank(&self, name: &str) -> Option<Rank> {
        let units = self.named(name).filter(|unit| unit.rank != Rank::Province);
        units
            .min_by_key(|unit| (unit.ended.is_some(), unit.rank != Rank::County, unit.rank))
            .map(|unit| unit.rank)
    }

    /// How many bytes at the start of `text` are the name of a prefecture, county or zone: the longest.
    pub fn name_at_start(&self, text: &str) -> Option<usize> {
        let ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
        let ends: Vec<usize> = ends.take_while(|end| *end <= self.longest_name).collect();
        ends.into_iter().rev().find(|end| self.rank(&text[..*end]).is_some())
    }

    /// Whether a county, or a prefecture without counties, has a township of this name; `false` also where none are listed.
    pub fn has_township(&self, unit: &Unit, township: &str) -> bool {
        let codes = [Some(unit.code), unit.ended.and_then(|ended| ended.successor)];
        codes.into_iter().flatten().any(|code| {
            let names = self.townships.get(&code);
            names.is_some_and(|names| names.split(' ').any(|name| name == township))
        })
    }

    /// Whether a prefecture has no counties, as 东莞市: its townships stand right below it.
    pub fn has_no_counties(&self, prefecture: &str) -> bool {
        let units = self.named(prefecture).filter(|unit| unit.rank == Rank::Prefecture);
        units
            .filter(|unit| unit.ended.is_none())
            .any(|unit| self.townships.contains_key(&unit.code))
    }
}

impl Unit {
    /// Reads a line: code, name, and where it has them, parent, year of the end, successor.
    fn read(line: &'static str, rank: impl Fn(u32) -> Rank) -> Option<Unit> {
        let mut cells = line.split('\t');
        let code = cells.next()?.parse().ok()?;
        let name = cells.next()?;
        let parent = cells.next().and_then(|cell| cell.parse().ok());
        let ended = cells.next().and_then(|cell| cell.parse().ok()).map(|year| Ended {
            year,
            successor: cells.next().and_then(|cell| cell.parse().ok()),
        });
        Some(Unit {
            code,
            name,
            rank: rank(code),
            parent,
            ended,
        })
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = [Some(self.province), self.city, self.county];
        let names: Vec<&str> = names.into_iter().flatten().collect();
        f.write_str(&names.join("/"))
    }
}

#[cfg(test)]
mod tests;
