//! Defines which words look like [`Places`] and are none, as `index_schema/places.toml` declares it. Real places stand in the
//! [`gazetteer`](super::gazetteer).

use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

use serde::Deserialize;

/// Words around the names of places.
#[derive(Deserialize)]
pub struct Places {
    /// What stands before 镇, 乡, 街道 in a word that names no township.
    pub not_townships: HashSet<String>,
    /// Names that begin with a word of `not_first` all the same.
    pub kept_first: Vec<String>,
    /// Endings of words that end in 县 or 区 and name no county.
    pub not_counties: Vec<String>,
    /// Words that a township's name never begins with.
    pub not_first: Vec<String>,
    /// What may stand between a number and a name.
    pub counted: Vec<String>,
    /// What some places are called that no rule shortens their name to, and that name.
    pub nicknames: BTreeMap<String, String>,
    /// Prefectures that are part of another, and that other.
    pub wider_prefectures: BTreeMap<String, String>,
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
    fn nicknames_are_of_places_that_exist() {
        let gazetteer = crate::schema::gazetteer::gazetteer();
        for (nickname, name) in places().nicknames.iter().chain(&places().wider_prefectures) {
            assert_eq!(gazetteer.named(name).count(), 1, "{nickname} is {name}");
        }
    }
}
