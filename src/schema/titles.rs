//! Defines the words that titles of reports are made of, as `index_schema/titles.toml` declares them.

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
    pub not_report: Regex,
    /// At the end of a body's name.
    pub body_end: Regex,
    /// At the end of the name of a body that is no government.
    pub department_end: Regex,
    /// At the end of a salutation, before its colon.
    pub recipient_end: Regex,
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
            not_report: any(&declared.not_reports, "(?:", ")$"),
            body_end: any(&declared.bodies, "(?:", ")$"),
            department_end: any(&declared.departments, "(?:", ")$"),
            recipient_end: any(&declared.recipients, "(?:", ")$"),
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
    not_reports: Vec<String>,
    bodies: Vec<String>,
    departments: Vec<String>,
    recipients: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_declaration_is_sound() {
        assert!(titles().tail.is_match("古镛镇法治政府建设年度报告(公开稿)"));
        assert!(
            titles()
                .not_report
                .is_match("关于报送2023年度法治政府建设年度报告的通知")
        );
        assert!(titles().department_end.is_match("沙泉县交通运输局"));
        assert!(!titles().department_end.is_match("古镛镇人民政府"));
    }
}
