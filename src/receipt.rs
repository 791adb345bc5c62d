//! Defines a [`Receipt`]: what was asked of what, and what came of it, so that a table in a paper can be made again and found to be the same.

pub mod difference;
pub mod read;

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::hits::{Hit, Summary, Totals};
use crate::table::{Row, Table};

/// What an export says of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    /// `baogao` and its version.
    pub program: String,
    /// When it was made: RFC 3339, with the offset from UTC.
    pub made: String,
    /// The arguments of the command, without the program's name.
    pub command: Vec<String>,
    /// The folder it was given in: relative paths in it start there.
    #[serde(default)]
    pub folder: String,
    /// The question as it was asked and as it was understood, filters included; the terms, when there are several.
    pub query: String,
    pub interpreted: String,
    /// The totals that the answer states, by name.
    pub counts: Vec<Count>,
    pub index: IndexState,
    /// Files beside the index that the answer depends on: lists of terms, topics, samples.
    pub inputs: Vec<InputFile>,
    /// How many hits or rows the answer has.
    pub rows: u64,
    /// A fingerprint of the answer, whatever the format it was written in: BLAKE3, its first 16 hexadecimal digits. Empty until the
    /// answer was written.
    pub answer: String,
    /// A fingerprint of the file, to see whether somebody has edited it since: BLAKE3 of all of its bytes when the receipt stands
    /// beside it, of those before the receipt when it stands in it. Empty where there is none: office files are written anew
    /// by every program that saves them.
    #[serde(default)]
    pub file: String,
}

/// A total.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    pub name: String,
    pub count: u64,
}

/// Which index was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexState {
    pub path: String,
    /// A fingerprint of everything that was read into it: the same for the same files, wherever they lie.
    pub contents: String,
    /// The version of its format, and a fingerprint of the declarations it was made with.
    pub format: u32,
    pub schema: String,
    /// Fingerprints of the words and of the topics it was made with, the user's own among them.
    pub lexicon: String,
    pub topics: String,
    pub sources: u64,
    pub reports: u64,
    pub passages: u64,
}

/// A file that an answer depends on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputFile {
    pub path: String,
    /// BLAKE3, in hexadecimal digits.
    pub hash: String,
}

/// Takes the fingerprint of an answer as it is written.
#[derive(Clone, Debug, Default)]
pub struct Seal {
    hasher: blake3::Hasher,
    rows: u64,
    /// The fingerprint of the bytes that were written, when it is known.
    pub file: String,
}

impl Receipt {
    /// What can be said before the answer: of which index and of which question.
    pub fn new(command: Vec<String>, query: &str, interpreted: &str, index: IndexState) -> Self {
        Receipt {
            program: format!("baogao {}", env!("CARGO_PKG_VERSION")),
            made: jiff::Zoned::now().strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
            command,
            folder: std::env::current_dir().map_or(String::new(), |folder| folder.display().to_string()),
            query: query.to_owned(),
            interpreted: interpreted.to_owned(),
            counts: Vec::new(),
            index,
            inputs: Vec::new(),
            rows: 0,
            answer: String::new(),
            file: String::new(),
        }
    }

    /// The same with a total.
    pub fn counting(mut self, name: &str, count: u64) -> Self {
        self.counts.push(Count {
            name: name.to_owned(),
            count,
        });
        self
    }

    /// The same with the totals of a search.
    pub fn counting_totals(self, totals: &Totals) -> Self {
        self.counting("passages", totals.passages)
            .counting("reports", totals.reports)
            .counting("occurrences", totals.occurrences)
    }

    /// The same with a file that the answer depends on.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn depending_on(mut self, path: &Path) -> Result<Self> {
        let contents = std::fs::read(path).map_err(|error| Error::io(path, error))?;
        self.inputs.push(InputFile {
            path: path.display().to_string(),
            hash: blake3::hash(&contents).to_hex().to_string(),
        });
        Ok(self)
    }

    /// The same when the answer was written.
    pub fn sealed(&self, seal: &Seal) -> Self {
        Receipt {
            rows: seal.rows,
            answer: seal.fingerprint(),
            file: seal.file.clone(),
            ..self.clone()
        }
    }
}

impl Seal {
    /// Takes in what is true of all hits: totals, and what was counted by fields.
    pub fn summary(&mut self, summary: &Summary) {
        let facets = summary.facets.iter().map(|facet| (facet.name(), &facet.counts));
        self.line(&(summary.totals, facets.collect::<Vec<_>>()));
    }

    /// Takes in a hit: which passage it is, how often the question stands in it, and how it is cited, but for where the file lies. A
    /// passage's id names its report's content.
    pub fn hit(&mut self, hit: &Hit) {
        self.rows += 1;
        let path = &hit.report.path;
        let citation = match path.is_empty() {
            true => hit.citation.clone(),
            false => hit.citation.replace(path, ""),
        };
        self.line(&(hit.rank, &hit.passage.id, hit.occurrences, &hit.highlights, citation));
    }

    /// Takes in the head of a table.
    pub fn table(&mut self, table: &Table) {
        self.line(table);
    }

    /// Takes in a row.
    pub fn row(&mut self, row: &Row) {
        self.rows += 1;
        self.line(row);
    }

    /// Takes in anything else that an answer says.
    pub fn line(&mut self, value: &impl Serialize) {
        let line = serde_json::to_vec(value).expect("plain data can be written as JSON");
        self.hasher.update(&line);
        self.hasher.update(b"\n");
    }

    /// The first 16 hexadecimal digits of what was taken in.
    pub fn fingerprint(&self) -> String {
        self.hasher.finalize().to_hex()[..16].to_owned()
    }
}
