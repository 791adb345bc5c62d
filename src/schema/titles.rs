//! Defines the words that titles of reports are made of, as `index_schema/titles.toml` declares them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;

/// The patterns, ready to use on text without blanks, in half-width and simplified characters.
pub struct Titles {
    /// Somewhere in a report's title.
    pub topic: Regex,
    /// At the end of a report's title; an addition in brackets may follow.
    pub tail: Regex,
    /// At the end of the title of another document.
    pub other_tail: Regex,
    pub rule_of_law: Regex,
    pub government_work: Regex,
    /// In a title that ends as that of a plan, but is a report's.
    pub two_years: Regex,
    /// At the end of a report's title whose page adds that it is made public.
    pub made_public: Regex,
    /// Documents that are no reports; the first that matches decides.
    pub documents: Vec<Document>,
    /// What to call each kind of them.
    pub called: BTreeMap<String, String>,
    /// At the end of a body's name.
    pub body_end: Regex,
    /// At the end of the name of a body that is no government.
    pub department_end: Regex,
    /// At the end of a salutation, before its colon.
    pub recipient_end: Regex,
}

/// What tells a kind of document that is no report.
pub struct Document {
    /// The name of the kind.
    pub kind: String,
    /// In its title.
    pub title: Regex,
    /// In the opening of one whose title says nothing; `None` when no words tell.
    pub lead: Option<Regex>,
}

static TITLES: LazyLock<Titles> = LazyLock::new(Titles::load);

/// The one set of words.
pub fn titles() -> &'static Titles {
    &TITLES
}

impl Titles {
    fn load() -> Titles {
        let declared: Declared = super::embedded("titles.toml", include_str!("../../index_schema/titles.toml"));
        Titles {
            topic: any(&declared.topics, "(?:", ")"),
            tail: any(&declared.tails, "(?:", r")(?:[(（][^()（）]{1,20}[)）])?$"),
            other_tail: any(&declared.other_tails, "(?:", r")(?:[(（][^()（）]{1,20}[)）])?$"),
            rule_of_law: any(&declared.rule_of_law, "(?:", ")"),
            government_work: any(&declared.government_work, "(?:", ")"),
            two_years: any(&declared.two_years, "(?:", ")"),
            made_public: any(&[declared.made_public], "(?:", ")"),
            documents: declared.document.into_iter().map(Document::from).collect(),
            called: declared.called,
            body_end: any(&declared.bodies, "(?:", ")$"),
            department_end: any(&declared.departments, "(?:", ")$"),
            recipient_end: any(&declared.recipients, "(?:", ")$"),
        }
    }
}

impl From<DeclaredDocument> for Document {
    fn from(declared: DeclaredDocument) -> Self {
        Document {
            title: any(&declared.titles, "(?:", ")"),
            lead: (!declared.lead.is_empty()).then(|| any(&declared.lead, "(?:", ")")),
            kind: declared.kind,
        }
    }
}

fn any(words: &[String], before: &str, after: &str) -> Regex {
    let pattern = format!("{before}{}{after}", words.join("|"));
    Regex::new(&pattern).unwrap_or_else(|error| panic!("index_schema/titles.toml: {error}"))
}

#[derive(Deserialize)]
struct Declared {
    topics: Vec<String>,
    tails: Vec<String>,
    other_tails: Vec<String>,
    rule_of_law: Vec<String>,
    government_work: Vec<String>,
    two_years: Vec<String>,
    made_public: String,
    document: Vec<DeclaredDocument>,
    called: BTreeMap<String, String>,
    bodies: Vec<String>,
    departments: Vec<String>,
    recipients: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeclaredDocument {
    kind: String,
    titles: Vec<String>,
    lead: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_declaration_is_sound() {
        assert!(titles().tail.is_match("古镛镇法治政府建设年度报告(公开稿)"));
        for document in &titles().documents {
            assert!(titles().called.contains_key(&document.kind), "{}", document.kind);
        }
        assert!(titles().department_end.is_match("沙泉县交通运输局"));
        assert!(!titles().department_end.is_match("古镛镇人民政府"));
    }
}
