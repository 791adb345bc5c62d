//! Declares the words that generated reports are made of, as `words.toml` lists them.

use serde::Deserialize;

/// What `words.toml` says of each list holds here.
pub struct Words {
    pub county_first: Vec<char>,
    pub county_last: Vec<char>,
    pub township_first: Vec<char>,
    pub township_last: Vec<char>,
    pub village: Vec<char>,
    pub surnames: Vec<char>,
    pub given: Vec<char>,
    pub alternatives: Vec<Vec<String>>,
    pub openers: Vec<String>,
}

#[derive(Deserialize)]
struct Declared {
    county_first: String,
    county_last: String,
    township_first: String,
    township_last: String,
    village: String,
    surnames: String,
    given: String,
    alternatives: Vec<Vec<String>>,
    openers: Vec<String>,
}

impl Words {
    /// The one list there is.
    pub fn load() -> Words {
        let declared: Declared = toml::from_str(include_str!("words.toml")).expect("words.toml is sound");
        let characters = |text: &str| text.chars().collect();
        Words {
            county_first: characters(&declared.county_first),
            county_last: characters(&declared.county_last),
            township_first: characters(&declared.township_first),
            township_last: characters(&declared.township_last),
            village: characters(&declared.village),
            surnames: characters(&declared.surnames),
            given: characters(&declared.given),
            alternatives: declared.alternatives,
            openers: declared.openers,
        }
    }
}
