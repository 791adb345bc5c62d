//! Turns `index_schema/corrections.toml` into [`Declared`]: which columns a sheet of corrections may have, and what each is for.

use std::sync::LazyLock;

use serde::Deserialize;

use super::columns::{columns, fold};

/// What a column of a sheet of corrections holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Says which report a row is about: `path`, `row`, `hash` or `id`.
    Key(&'static str),
    /// A field of the metadata, by its name.
    Field(&'static str),
    /// What reports say: a table that has it is one of reports, not of corrections.
    Text,
    /// Told by an export and no correction: evidence, warnings.
    Beside,
}

/// The columns that a sheet of corrections may have.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Declared {
    unknown: Vec<String>,
    key: Vec<Named>,
    field: Vec<Named>,
    beside: Beside,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    name: String,
    columns: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Beside {
    columns: Vec<String>,
    endings: Vec<String>,
}

/// What a column of this name holds; `None` when no such column is known.
pub fn role_of(column: &str) -> Option<Role> {
    let folded = fold(column);
    let has = |names: &[String]| names.iter().any(|name| fold(name) == folded);
    let named = |list: &'static [Named]| {
        let found = list.iter().find(|named| has(&named.columns));
        found.map(|named| named.name.as_str())
    };
    if let Some(key) = named(&DECLARED.key) {
        return Some(Role::Key(key));
    }
    if let Some(field) = field_named(column) {
        return Some(Role::Field(field));
    }
    if columns().field_of(column).is_some() {
        return Some(Role::Text);
    }
    let beside = &DECLARED.beside;
    let is_beside = |ending: &String| {
        folded
            .strip_suffix(ending.as_str())
            .is_some_and(|name| field_named(name).is_some())
    };
    (has(&beside.columns) || beside.endings.iter().any(is_beside)).then_some(Role::Beside)
}

/// The field of the metadata that goes by a name: its own, its Chinese label, or another of its columns' names.
pub fn field_named(name: &str) -> Option<&'static str> {
    let folded = fold(name);
    let own = DECLARED
        .field
        .iter()
        .find(|field| field.columns.iter().any(|column| fold(column) == folded));
    own.map(|field| field.name.as_str()).or_else(|| {
        columns()
            .field_of(name)
            .map(|(field, _)| field)
            .filter(|field| *field != "text")
    })
}

/// Whether a cell says that the value is not known.
pub fn is_unknown(cell: &str) -> bool {
    DECLARED.unknown.iter().any(|mark| mark == cell.trim())
}

/// The mark for "not known", as it is written.
pub fn unknown() -> &'static str {
    DECLARED.unknown.first().map_or("-", String::as_str)
}

static DECLARED: LazyLock<Declared> =
    LazyLock::new(|| super::embedded("corrections.toml", include_str!("../../index_schema/corrections.toml")));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_known_in_english_and_chinese() {
        let table = [
            ("path", Some(Role::Key("path"))),
            ("文件", Some(Role::Key("path"))),
            ("BLAKE3", Some(Role::Key("hash"))),
            ("乡镇", Some(Role::Field("township"))),
            ("Issuing Body", Some(Role::Field("issuing_body"))),
            ("级别", Some(Role::Field("level"))),
            ("正文", Some(Role::Text)),
            ("year_evidence", Some(Role::Beside)),
            ("warnings", Some(Role::Beside)),
            ("some_evidence", None),
            ("yaer", None),
        ];
        for (column, role) in table {
            assert_eq!(role_of(column), role, "{column}");
        }
    }

    #[test]
    fn no_column_is_a_key_and_a_field() {
        for named in DECLARED.key.iter().chain(&DECLARED.field) {
            for column in &named.columns {
                assert_eq!(columns().field_of(column), None, "{column}");
            }
        }
    }

    #[test]
    fn unknown_has_a_mark_of_its_own() {
        assert!(is_unknown(" - ") && is_unknown("－") && !is_unknown("") && !is_unknown("2024"));
        assert_eq!(unknown(), "-");
    }
}
