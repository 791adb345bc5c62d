//! Defines the [`Value`]s of the fields that have a fixed list of them: sections, levels and kinds of report.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::fields::Field;

/// One of the values that a field can have. What is said of it stands in `index_schema/values.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Value {
    pub field: Field,
    /// In the index and in JSON.
    pub name: String,
    /// For people, in Chinese.
    pub label: String,
    /// What may also be written for it in a question.
    pub aliases: Vec<String>,
}

impl Value {
    /// All that may be written for it: its name, its label, its aliases.
    pub fn spellings(&self) -> impl Iterator<Item = &str> {
        [&self.name, &self.label]
            .into_iter()
            .chain(&self.aliases)
            .map(String::as_str)
    }
}

/// The values that a field can have, in the order in which they are shown; none for a field without a fixed list.
pub fn values_of(field: Field) -> impl Iterator<Item = &'static Value> {
    VALUES.iter().filter(move |value| value.field == field)
}

/// The Chinese label of a field's value; `None` for a value that is not in the field's list.
pub fn label(field: Field, name: &str) -> Option<&'static str> {
    values_of(field)
        .find(|value| value.name == name)
        .map(|value| value.label.as_str())
}

#[derive(Deserialize)]
struct File {
    value: Vec<Value>,
}

static VALUES: LazyLock<Vec<Value>> =
    LazyLock::new(|| super::embedded::<File>("values.toml", include_str!("../../index_schema/values.toml")).value);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::fields::Matching;
    use std::collections::HashMap;

    #[test]
    fn exactly_the_fields_of_a_kind_have_values() {
        for field in Field::ALL {
            let of_a_kind = field.declaration().values == Matching::Kind;
            assert_eq!(values_of(field).next().is_some(), of_a_kind, "{field}");
        }
    }

    #[test]
    fn no_spelling_means_two_values_of_a_field() {
        let mut seen = HashMap::new();
        for value in VALUES.iter() {
            for spelling in value.spellings() {
                assert!(!spelling.is_empty());
                let other = seen.insert((value.field, spelling), &value.name);
                assert!(
                    other.is_none_or(|name| *name == value.name),
                    "{spelling} stands for two values of {}",
                    value.field
                );
            }
        }
    }

    #[test]
    fn labels_are_found_by_name() {
        assert_eq!(label(Field::Section, "problems"), Some("存在的不足和原因"));
        assert_eq!(label(Field::Section, "township"), None);
        assert_eq!(label(Field::Level, "township"), Some("乡镇级"));
    }
}
