//! Defines what is known of [`Places`] beyond their suffix, as `index_schema/places.toml` declares it.

use std::collections::HashSet;
use std::sync::LazyLock;

use serde::Deserialize;

/// The names that a suffix alone does not rank.
#[derive(Deserialize)]
pub struct Places {
    pub provinces: HashSet<String>,
    /// Cities of the rank of a province.
    pub municipalities: HashSet<String>,
    /// 地级市.
    pub prefecture_cities: HashSet<String>,
    /// 县级市.
    pub county_cities: HashSet<String>,
    pub banners: HashSet<String>,
    /// What stands before 镇, 乡, 街道 in a word that names no township.
    pub not_townships: HashSet<String>,
    /// Names that begin with a word of `not_first` all the same.
    pub kept_first: Vec<String>,
    /// 自治州 in short.
    pub prefectures: Vec<String>,
    /// Endings of words that end in 县 or 区 and name no county.
    pub not_counties: Vec<String>,
    /// Words that a township's name never begins with.
    pub not_first: Vec<String>,
    /// What may stand between a number and a name.
    pub counted: Vec<String>,
}

static PLACES: LazyLock<Places> =
    LazyLock::new(|| super::embedded("places.toml", include_str!("../../index_schema/places.toml")));

/// The one set of names.
pub fn places() -> &'static Places {
    &PLACES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_city_has_two_ranks() {
        let places = places();
        assert!(places.prefecture_cities.is_disjoint(&places.county_cities));
        assert!(places.prefecture_cities.is_disjoint(&places.municipalities));
        assert_eq!(places.provinces.len() + places.municipalities.len(), 32);
    }
}
