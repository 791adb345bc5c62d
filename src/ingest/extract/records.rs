//! Turns records with named fields (rows of a table, JSON objects) into drafts.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{Draft, Given, Harvest, Line, LineStyle, Options, html, lines_of, markup};
use crate::error::{Error, Result};
use crate::report::EvidenceSource;
use crate::schema::columns::columns;

/// One record, as its file holds it.
pub(super) struct Record {
    /// Counted from 1.
    pub row: u64,
    /// Where it stands, for messages: `record 3 (line 17)`.
    pub place: String,
    /// Column and value, in the order of the file. What is empty or null is left out.
    pub cells: Vec<(String, String)>,
}

/// Turns records one after another into drafts, and gathers what there is to say about them all.
pub(super) struct Reader<'a> {
    path: &'a Path,
    map: &'a [(String, String)],
    harvest: Harvest,
    /// Every column seen.
    columns: BTreeSet<String>,
    unused: BTreeSet<String>,
    found_text: bool,
    html: usize,
    /// Field → the column taken and the one left, where a record had two.
    rivals: BTreeMap<String, (String, String)>,
    without_text: Vec<Error>,
}

impl<'a> Reader<'a> {
    /// # Errors
    /// `--map` names a field that does not exist, or the same field twice.
    pub fn new(path: &'a Path, options: &'a Options) -> Result<Self> {
        check_map(&options.map)?;
        Ok(Reader {
            path,
            map: &options.map,
            harvest: Harvest::default(),
            columns: BTreeSet::new(),
            unused: BTreeSet::new(),
            found_text: false,
            html: 0,
            rivals: BTreeMap::new(),
            without_text: Vec::new(),
        })
    }

    /// The columns of a table, known even when it has no rows.
    pub fn see_columns<'c>(&mut self, names: impl Iterator<Item = &'c str>) {
        for name in names {
            self.found_text |= self.field_of(name).is_some_and(|(field, _)| field == "text");
            self.columns.insert(name.to_owned());
        }
    }

    /// A record that could not be read.
    pub fn fail(&mut self, place: impl Into<String>, reason: impl Into<String>) {
        let error = Error::source_at(self.path, place, reason);
        self.harvest
            .failures
            .push(error.hinted("mend this record; the others are read"));
    }

    pub fn warn(&mut self, warning: String) {
        self.harvest.warnings.push(warning);
    }

    pub fn read(&mut self, record: Record) {
        let mut taken: BTreeMap<&str, (usize, &str, &str)> = BTreeMap::new();
        for (column, value) in &record.cells {
            self.columns.insert(column.clone());
            let Some((field, rank)) = field_of(self.map, column) else {
                self.unused.insert(column.clone());
                continue;
            };
            if value.trim().is_empty() {
                self.found_text |= field == "text";
                continue;
            }
            let rival = taken.get(field).copied();
            if let Some((other_rank, other, _)) = rival {
                let (winner, loser) = if rank < other_rank {
                    (column.as_str(), other)
                } else {
                    (other, column.as_str())
                };
                self.rivals
                    .insert(field.to_owned(), (winner.to_owned(), loser.to_owned()));
            }
            if rival.is_none_or(|(other_rank, ..)| rank < other_rank) {
                taken.insert(field, (rank, column, value));
            }
        }
        let Some((_, _, text)) = taken.remove("text") else {
            let reason = "no text in this record";
            self.without_text
                .push(Error::source_at(self.path, record.place, reason));
            return;
        };
        self.found_text = true;
        let mut draft = self.draft_of(text);
        draft.row = Some(record.row);
        // In the order of the declaration, whatever the order of the columns.
        let fields = columns().fields().filter_map(|field| Some((field, taken.get(field)?)));
        draft.given = fields
            .map(|(field, (_, _, value))| Given {
                label: field.to_owned(),
                value: value.trim().to_owned(),
                from: EvidenceSource::Column,
            })
            .collect();
        self.harvest.drafts.push(draft);
    }

    /// # Errors
    /// No record has a column of text.
    pub fn finish(mut self) -> Result<Harvest> {
        if self.columns.is_empty() && self.harvest.failures.is_empty() {
            return Err(Error::source(self.path, "no records"));
        }
        if !self.found_text && !self.columns.is_empty() {
            return Err(self.no_text_column());
        }
        if let Some((field, column)) = self.map.iter().find(|(_, column)| !self.columns.contains(column)) {
            let error = Error::source(self.path, format!("no column `{column}` for --map {field}={column}"));
            return Err(error.hinted(self.columns_hint()));
        }
        self.harvest.failures.append(&mut self.without_text);
        if self.harvest.drafts.is_empty() && self.harvest.failures.is_empty() {
            return Err(Error::source(self.path, "no records"));
        }
        if !self.unused.is_empty() {
            let unused = listed(self.unused.iter());
            self.harvest.warnings.push(format!("columns not used: {unused}"));
        }
        for (field, (winner, loser)) in &self.rivals {
            let warning =
                format!("two columns of {field}: `{winner}` taken, `{loser}` left (or --map {field}={loser})");
            self.harvest.warnings.push(warning);
        }
        if self.html > 0 {
            let warning = format!("{} records hold HTML; read as text without the markup", self.html);
            self.harvest.warnings.push(warning);
        }
        Ok(self.harvest)
    }

    /// The lines of a record's text. They have no runs: the place of a record is its row.
    fn draft_of(&mut self, text: &str) -> Draft {
        if markup::has_blocks(text) {
            self.html += 1;
            return html::fragment(text);
        }
        let lines = lines_of(text).map(|(_, line)| Line {
            text: line.to_owned(),
            style: LineStyle::Plain,
            runs: Vec::new(),
        });
        Draft {
            lines: lines.collect(),
            ..Draft::default()
        }
    }

    fn field_of(&self, column: &str) -> Option<(&'a str, usize)> {
        field_of(self.map, column)
    }

    fn no_text_column(&self) -> Error {
        let error = Error::source(self.path, "no column of text");
        let error = if self.map.iter().any(|(field, _)| field == "text") {
            error.hinted("the column that --map names for `text` is not among them")
        } else {
            error.hinted("say which column holds the text with --map text=COLUMN")
        };
        error.hinted(self.columns_hint())
    }

    fn columns_hint(&self) -> String {
        format!("the columns are {}", listed(self.columns.iter()))
    }
}

/// Checks that `--map` speaks of fields that exist, each once.
pub fn check_map(map: &[(String, String)]) -> Result<()> {
    for (n, (field, _)) in map.iter().enumerate() {
        if !columns().fields().any(|known| known == field) {
            let fields: Vec<&str> = columns().fields().collect();
            return Err(Error::usage(format!("--map: no field `{field}`"))
                .hinted(format!("the fields are {}", fields.join(", "))));
        }
        if map[..n].iter().any(|(earlier, _)| earlier == field) {
            return Err(Error::usage(format!("--map: `{field}` is given twice")));
        }
    }
    Ok(())
}

/// The field of a column. What the user says goes before what the name says, for the column and for the field.
fn field_of<'a>(map: &'a [(String, String)], column: &str) -> Option<(&'a str, usize)> {
    if let Some((field, _)) = map.iter().find(|(_, mapped)| mapped == column.trim()) {
        return Some((field, 0));
    }
    columns()
        .field_of(column)
        .filter(|(field, _)| map.iter().all(|(mapped, _)| mapped != field))
}

/// Names of columns in a message: a table without a header may have a whole report for a name.
fn listed<'a>(names: impl Iterator<Item = &'a String>) -> String {
    let mut shown: Vec<String> = Vec::new();
    let mut more = 0;
    for name in names {
        if shown.len() == 20 {
            more += 1;
            continue;
        }
        let short: String = name.chars().take(20).collect();
        let dots = if short.len() < name.len() { "…" } else { "" };
        shown.push(format!("`{}{dots}`", short.replace(['\n', '\r'], " ")));
    }
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    format!("{}{more}", shown.join(", "))
}
