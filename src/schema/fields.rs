//! Defines the [`Field`]s that passages are filtered, counted and exported by.

use std::fmt;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// A field of every passage. What is said of it stands in `index_schema/fields.toml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    Township,
    County,
    City,
    Province,
    Region,
    Year,
    Section,
    IssuingBody,
    Level,
    Kind,
    Quality,
    Topic,
}

/// How a wanted value meets a passage's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Matching {
    /// Equal, or equal but for one of the field's suffixes.
    Name,
    /// The wanted text stands in the value.
    Contains,
    /// Levels of a path from above, next to each other, anywhere in it: each equal, or equal but for a suffix or in short.
    Path,
    /// A year, or years from..to.
    Year,
    /// One of a fixed list, by its name or its label.
    Kind,
}

/// Whether a field belongs to reports or to passages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// All passages of a report have the same value.
    Report,
    Passage,
}

/// What is declared of a field.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Declaration {
    pub name: Field,
    /// For people, in Chinese.
    pub label: String,
    /// What may also stand before the colon in a question.
    pub aliases: Vec<String>,
    pub values: Matching,
    #[serde(default)]
    pub suffixes: Vec<String>,
    /// Whether one passage can have several values.
    #[serde(default)]
    pub many: bool,
    pub unit: Unit,
}

#[derive(Deserialize)]
struct File {
    field: Vec<Declaration>,
}

static DECLARATIONS: LazyLock<Vec<Declaration>> =
    LazyLock::new(|| super::embedded::<File>("fields.toml", include_str!("../../index_schema/fields.toml")).field);

impl Field {
    /// All fields, in the order in which they are shown and exported.
    pub const ALL: [Field; 12] = [
        Field::Township,
        Field::County,
        Field::City,
        Field::Province,
        Field::Region,
        Field::Year,
        Field::Section,
        Field::IssuingBody,
        Field::Level,
        Field::Kind,
        Field::Quality,
        Field::Topic,
    ];

    /// The name in the index, in JSON and in questions.
    pub fn name(self) -> &'static str {
        match self {
            Field::Township => "township",
            Field::County => "county",
            Field::City => "city",
            Field::Province => "province",
            Field::Region => "region",
            Field::Year => "year",
            Field::Section => "section",
            Field::IssuingBody => "issuing_body",
            Field::Level => "level",
            Field::Kind => "kind",
            Field::Quality => "quality",
            Field::Topic => "topic",
        }
    }

    /// What is declared of it.
    pub fn declaration(self) -> &'static Declaration {
        &DECLARATIONS[self as usize]
    }

    /// The field that somebody names, in English or Chinese, with `-` or `_`, capital or small.
    pub fn named(name: &str) -> Option<Field> {
        let name = name.trim().to_lowercase().replace('-', "_");
        Field::ALL
            .into_iter()
            .find(|field| field.name() == name || field.declaration().aliases.contains(&name))
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_field_is_declared_once_in_its_place() {
        assert_eq!(DECLARATIONS.len(), Field::ALL.len());
        for (field, declaration) in Field::ALL.into_iter().zip(DECLARATIONS.iter()) {
            assert_eq!(declaration.name, field);
            assert!(!declaration.label.is_empty());
        }
    }

    #[test]
    fn no_name_means_two_fields() {
        let mut seen = HashSet::new();
        for field in Field::ALL {
            assert!(seen.insert(field.name().to_owned()));
            for alias in &field.declaration().aliases {
                assert!(seen.insert(alias.clone()), "{alias} stands twice");
            }
        }
    }

    #[test]
    fn fields_are_found_by_any_of_their_names() {
        assert_eq!(Field::named("issuing-body"), Some(Field::IssuingBody));
        assert_eq!(Field::named("乡镇"), Some(Field::Township));
        assert_eq!(Field::named("Year"), Some(Field::Year));
        assert_eq!(Field::named("townshp"), None);
    }
}
