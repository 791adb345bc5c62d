//! Defines a [`Table`]: what an analysis says, as typed cells under named columns, whoever prints it.
//!
//! Rows are not held by the table; they come beside it, one at a time, so that a table may be longer than memory.

use serde::Serialize;

use crate::error::Result;

/// What is known of a table before its rows: its name and its columns; and what a reader must know of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Table {
    /// The name of the analysis, as on the command line.
    pub name: String,
    /// For people, in Chinese.
    pub title: String,
    pub columns: Vec<Column>,
    /// What the numbers rest on, what was left out, which formula was used.
    pub notes: Vec<String>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Column {
    /// The key in JSON and the header in CSV; no two columns of a table have the same.
    pub name: String,
    /// For people, in Chinese.
    pub label: String,
    pub kind: Kind,
}

/// What stands in the cells of a column, and so how they are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Text,
    /// Whole numbers.
    Count,
    /// A year: a number without separators.
    Year,
    /// Decimal numbers, for people with so many digits after the point.
    Decimal(u8),
    /// A share from 0 to 1, for people in per cent.
    Share,
}

/// A row: a cell for each column, in their order.
pub type Row = Vec<Cell>;

/// The rows of a table as they come. The first error ends them.
pub type Rows<'a> = Box<dyn Iterator<Item = Result<Row>> + 'a>;

/// What stands in one place of a table. In JSON: null, a number, a text.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Cell {
    /// There is nothing, or it is unknown.
    Empty,
    Whole(u64),
    Decimal(f64),
    Text(String),
    /// A text and, in characters, where in it stands what was looked for.
    Marked {
        text: String,
        highlights: Vec<[usize; 2]>,
    },
}

impl Column {
    /// A column of this kind.
    pub fn new(name: &str, label: &str, kind: Kind) -> Self {
        Column {
            name: name.to_owned(),
            label: label.to_owned(),
            kind,
        }
    }
}

impl Kind {
    /// Whether its cells are set to the right.
    pub fn is_number(self) -> bool {
        self != Kind::Text
    }
}

impl Cell {
    /// The text, or nothing when it is unknown.
    pub fn text(value: Option<&str>) -> Self {
        value.map_or(Cell::Empty, |value| Cell::Text(value.to_owned()))
    }
}
