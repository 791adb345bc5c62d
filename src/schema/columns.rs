//! Turns `index_schema/columns.toml` into [`Columns`]: which column of a table holds which field of a report.

use std::sync::LazyLock;

use serde::Deserialize;

/// The names under which tables, JSON records and front matter state the fields of a report.
#[derive(Debug, Deserialize)]
pub struct Columns {
    field: Vec<Field>,
}

#[derive(Debug, Deserialize)]
struct Field {
    name: String,
    columns: Vec<String>,
}

impl Columns {
    /// The field that a column holds by its name, and how far down the list that name stands: the lowest wins.
    pub fn field_of(&self, column: &str) -> Option<(&str, usize)> {
        let folded = fold(column);
        self.field.iter().find_map(|field| {
            let rank = field.columns.iter().position(|known| fold(known) == folded)?;
            Some((field.name.as_str(), rank))
        })
    }

    /// The names of all fields, `text` first.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.field.iter().map(|field| field.name.as_str())
    }
}

/// The declaration that comes with the program.
pub fn columns() -> &'static Columns {
    static COLUMNS: LazyLock<Columns> = LazyLock::new(|| {
        // A test reads the file, so that a wrong one does not leave the workshop.
        toml::from_str(include_str!("../../index_schema/columns.toml")).unwrap_or(Columns { field: Vec::new() })
    });
    &COLUMNS
}

/// What stays of a name when it is compared.
pub(super) fn fold(name: &str) -> String {
    let is_kept = |c: &char| !c.is_whitespace() && !"_-()（）[]【】\u{feff}\u{200b}".contains(*c);
    name.chars().filter(is_kept).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn the_declaration_reads_and_no_name_means_two_fields() {
        let declared: Columns = toml::from_str(include_str!("../../index_schema/columns.toml")).unwrap();
        let mut owner: HashMap<String, &str> = HashMap::new();
        for field in &declared.field {
            for column in &field.columns {
                let before = owner.insert(fold(column), &field.name);
                assert!(before.is_none(), "{column} of {} is also of {before:?}", field.name);
            }
        }
        assert_eq!(declared.fields().next(), Some("text"));
    }

    #[test]
    fn columns_are_known_by_loose_names() {
        let table = [
            ("正文", Some("text")),
            (" Issuing-Body ", Some("issuing_body")),
            ("\u{feff}标题", Some("title")),
            ("发布 日期", Some("published")),
            ("浏览量", None),
        ];
        for (column, field) in table {
            assert_eq!(columns().field_of(column).map(|(field, _)| field), field, "{column}");
        }
    }
}
