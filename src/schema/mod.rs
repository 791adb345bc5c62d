//! What `index_schema/` declares, typed and checked: fields, section kinds, topics, custom words.
//!
//! The files are part of the program. That they say what the code expects is a matter of tests, so a wrong one never ships.

pub mod boilerplate;
pub mod codebook;
pub mod columns;
pub mod confusions;
pub mod corrections;
pub mod evidence;
pub mod fields;
pub mod gazetteer;
pub mod lexicon;
pub mod page;
pub mod places;
pub mod quality;
pub mod quantities;
pub mod quotations;
pub mod ranking;
pub mod sections;
pub mod titles;
pub mod topics;
pub mod values;

use serde::de::DeserializeOwned;

/// Reads one of the declarations that are part of the program.
///
/// # Panics
/// When the declaration is wrong, which the tests of this module rule out.
fn embedded<T: DeserializeOwned>(file: &str, text: &str) -> T {
    toml::from_str(text).unwrap_or_else(|error| panic!("index_schema/{file}: {error}"))
}
