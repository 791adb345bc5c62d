//! Declares how quotations stand in manuscripts, and when one counts as exact, altered or a term.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;

use super::columns::fold;

/// What `index_schema/quotations.toml` says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quotations {
    /// Two characters each, the mark that opens and the one that closes.
    pub pairs: Vec<String>,
    /// Marks that open and close alike.
    pub straight: Vec<char>,
    omission: String,
    /// How a line begins that says where a block quotation is from.
    pub attribution: Vec<String>,
    columns: Vec<String>,
    /// In units; what is shorter is a term.
    pub shortest: usize,
    /// The least similarity, from 0 to 1, of an altered quotation.
    pub alike: f64,
}

impl Quotations {
    /// The mark that closes what a mark opens, if it opens anything.
    pub fn closing(&self, open: char) -> Option<char> {
        let pair = |pair: &String| {
            let mut marks = pair.chars();
            (marks.next() == Some(open)).then(|| marks.next()).flatten()
        };
        self.pairs.iter().find_map(pair)
    }

    /// How well a column's name says that it holds quotations, 0 best; `None` if it does not.
    pub fn rank_of_column(&self, name: &str) -> Option<usize> {
        let name = fold(name);
        self.columns.iter().position(|known| fold(known) == name)
    }

    /// Where the parts of a quotation stand in it between which words were left out, in bytes.
    pub fn parts(&self, quotation: &str) -> Vec<Range<usize>> {
        let mut parts = Vec::new();
        let mut start = 0;
        for omission in OMISSION.find_iter(quotation) {
            parts.push(start..omission.start());
            start = omission.end();
        }
        parts.push(start..quotation.len());
        parts
    }
}

/// The declaration that comes with the program.
pub fn quotations() -> &'static Quotations {
    static QUOTATIONS: LazyLock<Quotations> =
        LazyLock::new(|| super::embedded("quotations.toml", include_str!("../../index_schema/quotations.toml")));
    &QUOTATIONS
}

static OMISSION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&quotations().omission).unwrap_or_else(|error| panic!("index_schema/quotations.toml: {error}"))
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pair_is_two_marks_and_the_limits_make_sense() {
        let declared = quotations();
        assert!(declared.pairs.iter().all(|pair| pair.chars().count() == 2));
        assert!(declared.shortest > 1 && (0.5..1.0).contains(&declared.alike));
        assert_eq!(declared.closing('「'), Some('」'));
        assert_eq!(declared.closing('」'), None);
    }

    #[test]
    fn omissions_part_a_quotation_in_every_spelling() {
        for text in [
            "甲……乙",
            "甲…乙",
            "甲[...]乙",
            "甲（…）乙",
            "甲......乙",
            "甲〔中略〕乙",
            "甲。。。乙",
        ] {
            let parts = quotations().parts(text);
            assert_eq!(
                parts.into_iter().map(|part| &text[part]).collect::<Vec<_>>(),
                ["甲", "乙"],
                "{text}"
            );
        }
        assert_eq!(quotations().parts("97.8%，甲。").len(), 1);
    }

    #[test]
    fn columns_of_quotations_are_known_by_loose_names() {
        assert_eq!(quotations().rank_of_column(" Quotation "), Some(0));
        assert!(quotations().rank_of_column("引 文").is_some());
        assert_eq!(quotations().rank_of_column("页码"), None);
    }
}
