//! Reads which source a manuscript names beside a quotation, and tells when the quotation stands elsewhere.
//!
//! A source is named when the sentence has the name of exactly one township of the index, or of none and exactly one county; and a
//! year, `2022年`, when it has exactly one. More than one leave open which is meant, and then nothing is said.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use regex::Regex;

use super::QuotedPlace;
use crate::error::{Error, Result};
use crate::hits::Grouping;
use crate::index::{Index, Request};
use crate::query::Query;
use crate::schema::fields::Field;
use crate::text::fold::simplify;

/// The places that the reports of an index are of.
pub struct Names {
    finder: AhoCorasick,
    /// What was put into the finder, in its order.
    names: Vec<(Field, String)>,
}

/// A source as a sentence names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    place: Option<(Field, String)>,
    year: Option<u16>,
}

impl Names {
    /// Collects them.
    ///
    /// # Errors
    /// When the index is damaged.
    pub fn of(index: &Index) -> Result<Names> {
        let found = index.search(&Request {
            limit: Some(0),
            facets: [Field::Township, Field::County].map(Grouping::from).to_vec(),
            ..Request::new(Query::All)
        })?;
        let mut names = Vec::new();
        for facet in &found.summary().facets {
            let values = facet.counts.iter().filter_map(|count| count.value.as_ref());
            names.extend(values.map(|value| (facet.field, value.clone())));
        }
        Names::new(names)
    }

    fn new(names: Vec<(Field, String)>) -> Result<Names> {
        let folded = names.iter().map(|(_, name)| simplify(name));
        let finder = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(folded)
            .map_err(|error| Error::usage(format!("the names of the places: {error}")))?;
        Ok(Names { finder, names })
    }

    /// The source that a sentence names.
    pub fn source_in(&self, sentence: &str) -> Named {
        let sentence = simplify(sentence);
        let found: BTreeSet<usize> = self
            .finder
            .find_iter(&sentence)
            .map(|found| found.pattern().as_usize())
            .collect();
        let of = |field: Field| {
            let mut all = found
                .iter()
                .filter_map(|at| self.names.get(*at))
                .filter(|name| name.0 == field);
            (all.next(), all.next())
        };
        let place = match (of(Field::Township), of(Field::County)) {
            ((Some(township), None), _) => Some(township),
            ((None, _), (Some(county), None)) => Some(county),
            _ => None,
        };
        let years: BTreeSet<u16> = YEAR
            .captures_iter(&sentence)
            .filter_map(|year| year[1].parse().ok())
            .collect();
        Named {
            place: place.cloned(),
            year: years.first().copied().filter(|_| years.len() == 1),
        }
    }
}

impl Named {
    /// Whether a place is in the source, as far as one is named.
    pub fn is(&self, place: &QuotedPlace) -> bool {
        self.is_there(place) && self.is_then(place)
    }

    fn is_there(&self, place: &QuotedPlace) -> bool {
        self.place.as_ref().is_none_or(|(field, name)| {
            let of = if *field == Field::Township {
                &place.township
            } else {
                &place.county
            };
            of.as_deref() == Some(name)
        })
    }

    /// Both the year a report is about and the one it was published in are its year to a writer.
    fn is_then(&self, place: &QuotedPlace) -> bool {
        self.year.is_none_or(|year| {
            let published = place.published.as_deref().unwrap_or_default();
            place.year == Some(year) || published.starts_with(&year.to_string())
        })
    }

    /// What to tell when no place is in the source that is named.
    pub fn difference(&self, places: &[QuotedPlace]) -> Option<String> {
        let (_, name) = self.place.as_ref()?;
        if places.is_empty() || places.iter().any(|place| self.is(place)) {
            return None;
        }
        // A report whose place or year is unknown may be the one.
        let is_open = |place: &QuotedPlace| {
            (self.is_there(place) && place.year.is_none()) || (place.township.is_none() && place.county.is_none())
        };
        if places.iter().any(is_open) {
            return None;
        }
        let year = self.year.map_or(String::new(), |year| format!(" {year}"));
        let other = places.first()?;
        let place = other.township.as_ref().or(other.county.as_ref())?;
        let other_year = other.year.map_or(String::new(), |year| format!(" {year}"));
        Some(format!(
            "the manuscript names {name}{year} beside it; no report of that has it, but {place}{other_year} has"
        ))
    }
}

static YEAR: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|[^0-9])((?:19|20)[0-9]{2})\s*年").unwrap_or_else(|error| panic!("the pattern of years: {error}"))
});

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        let name = |field, name: &str| (field, name.to_owned());
        Names::new(vec![
            name(Field::Township, "石镇"),
            name(Field::Township, "河石镇"),
            name(Field::Township, "白水镇"),
            name(Field::County, "云河县"),
        ])
        .unwrap()
    }

    fn named(sentence: &str) -> (Option<String>, Option<u16>) {
        let named = names().source_in(sentence);
        (named.place.map(|(_, name)| name), named.year)
    }

    #[test]
    fn one_place_and_one_year_are_a_source_and_more_are_none() {
        let some = |name: &str| Some(name.to_owned());
        assert_eq!(named("河石镇2022年的报告指出："), (some("河石镇"), Some(2022)));
        assert_eq!(named("云河县河石鎮２０２２年"), (some("河石镇"), Some(2022)));
        assert_eq!(named("云河县的报告"), (some("云河县"), None));
        assert_eq!(named("河石镇和白水镇2021年、2022年"), (None, None));
        assert_eq!(named("第12022年件"), (None, None));
    }
}
