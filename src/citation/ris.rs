//! Writes a reference as a record of RIS, which EndNote, Zotero and NoteExpress read.
//!
//! A line holds one tag and its value and ends in CRLF; `TY` is the first, `ER` the last. The number of a report is in `SN`.

use super::Reference;

/// The record, with an empty line after it.
pub fn record(reference: &Reference) -> String {
    let mut record = String::from("TY  - RPRT\r\n");
    let mut put = |tag: &str, value: &str| record.push_str(&format!("{tag}  - {}\r\n", on_one_line(value)));
    put("ID", &reference.key);
    if let Some(issuer) = &reference.issuer {
        // What stands behind a comma would be taken for a given name.
        put("AU", &issuer.replace(',', "，"));
    }
    if let Some(title) = &reference.title {
        put("TI", title);
    }
    if let Some(date) = reference.published {
        put("PY", &date.year.to_string());
        let part = |part: Option<u8>| part.map_or_else(String::new, |part| format!("{part:02}"));
        put("DA", &format!("{}/{}/{}/", date.year, part(date.month), part(date.day)));
    }
    if let Some(issuer) = &reference.issuer {
        put("PB", issuer);
    }
    if let Some(place) = &reference.place {
        put("CY", place);
    }
    if let Some(number) = &reference.doc_number {
        put("SN", number);
    }
    if let Some(genre) = reference.genre() {
        put("M3", genre);
    }
    if let Some(url) = &reference.url {
        put("UR", url);
    }
    put("LA", "zh-CN");
    put("N1", &reference.note());
    record.push_str("ER  - \r\n\r\n");
    record
}

/// A line break would end the value, and what follows it could be taken for a tag.
fn on_one_line(value: &str) -> String {
    value.replace(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'), " ")
}

#[cfg(test)]
mod tests {
    use super::super::tests::{known, report};
    use super::*;
    use crate::report::Metadata;

    /// Reads one record strictly: two letters or digits, two blanks, a dash and a blank before each value.
    fn read(record: &str) -> Vec<(String, String)> {
        let lines: Vec<&str> = record.split("\r\n").collect();
        let (fields, end) = lines.split_at(lines.len() - 2);
        assert_eq!(end, ["", ""]);
        let tag = regex::Regex::new("^([A-Z][A-Z0-9])  - (.*)$").unwrap();
        let fields: Vec<(String, String)> = fields
            .iter()
            .map(|line| {
                let found = tag.captures(line).unwrap_or_else(|| panic!("no tag: {line:?}"));
                (found[1].to_owned(), found[2].to_owned())
            })
            .collect();
        assert_eq!(fields[0], ("TY".to_owned(), "RPRT".to_owned()));
        assert_eq!(fields.last().unwrap(), &("ER".to_owned(), String::new()));
        fields
    }

    #[test]
    fn a_record_holds_all_that_is_known() {
        insta::assert_snapshot!(record(&Reference::of(&known())).replace('\r', "␍"));
    }

    #[test]
    fn what_is_unknown_is_left_out() {
        let fields = read(&record(&Reference::of(&report(Metadata::default()))));
        let tags: Vec<&str> = fields.iter().map(|(tag, _)| tag.as_str()).collect();
        assert_eq!(tags, ["TY", "ID", "LA", "N1", "ER"]);
    }

    #[test]
    fn nothing_in_a_text_ends_its_line() {
        let mut report = known();
        report.title = Some("甲\r\nER  - \nTY  - BOOK\u{2028}乙".into());
        report.issuing_body = Some("Law, Bureau of".into());
        report.path = "a\nER  - ".into();
        let fields = read(&record(&Reference::of(&report)));
        assert_eq!(fields.iter().filter(|(tag, _)| tag == "ER").count(), 1);
        assert!(fields.contains(&("AU".to_owned(), "Law， Bureau of".to_owned())));
        assert!(fields.contains(&("TI".to_owned(), "甲 ER - TY - BOOK 乙".to_owned())));
    }

    #[test]
    fn a_day_that_is_not_known_leaves_its_place_empty() {
        let mut report = known();
        report.published = Some("2025-02".into());
        let fields = read(&record(&Reference::of(&report)));
        assert!(
            fields.contains(&("DA".to_owned(), "2025/02//".to_owned())),
            "{fields:?}"
        );
    }
}
