//! Holds the passages of an index in memory, for rankings that are computed beside it.

use std::collections::HashMap;

use crate::error::Result;
use crate::index::Index;
use crate::report::passage_id;
use crate::text::fold::fold;

/// All passages of an index, in the order of their reports' paths.
pub struct Collection {
    pub items: Vec<Item>,
    numbers: HashMap<String, usize>,
}

/// A passage.
pub struct Item {
    pub path: String,
    pub row: Option<u64>,
    pub text: String,
    /// The text as it is compared.
    pub folded: String,
    /// Its innermost section, as a number among all sections of all reports.
    pub section: usize,
}

/// A section that a passage stands in.
pub struct Heading {
    pub level: u8,
    pub text: Option<String>,
}

impl Collection {
    /// Reads all passages.
    ///
    /// # Errors
    /// When the index is damaged.
    pub fn of(index: &Index) -> Result<Self> {
        Ok(Self::with_headings(index)?.0)
    }

    /// Reads all passages, and the headings of all sections in the order of [`Item::section`].
    ///
    /// # Errors
    /// When the index is damaged.
    pub fn with_headings(index: &Index) -> Result<(Self, Vec<Heading>)> {
        let mut collection = Collection {
            items: Vec::new(),
            numbers: HashMap::new(),
        };
        let mut headings = Vec::new();
        for report in index.reports()? {
            let first = headings.len();
            headings.extend(report.sections.iter().map(|section| Heading {
                level: section.level,
                text: section.heading.clone(),
            }));
            for (seq, passage) in index.passages(report.id)?.into_iter().enumerate() {
                let id = passage_id(report.id, u32::try_from(seq).unwrap_or(u32::MAX));
                collection.numbers.insert(id, collection.items.len());
                collection.items.push(Item {
                    path: report.source.path.clone(),
                    row: report.source.row,
                    folded: fold(&passage.text),
                    text: passage.text,
                    section: first + passage.section,
                });
            }
        }
        Ok((collection, headings))
    }

    /// The number of a passage by its name.
    pub fn number_of(&self, id: &str) -> Option<usize> {
        self.numbers.get(id).copied()
    }
}

impl Item {
    /// Its sentences and headings: what is judged.
    pub fn sentences(&self) -> impl Iterator<Item = &str> {
        let lines = self.text.lines();
        lines
            .flat_map(|line| line.split_inclusive(['。', '！', '？', '；']))
            .map(str::trim)
            .filter(|sentence| !sentence.is_empty())
    }
}
