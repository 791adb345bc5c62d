//! Writes a reference as an entry for BibTeX and biblatex.
//!
//! `@techreport` is understood by both. Names and titles stand in two pairs of braces, so that neither the parts of a body's name are
//! taken for a person's nor capitals in a title lowered.

use super::Reference;

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// The entry, with the line break after it.
pub fn entry(reference: &Reference) -> String {
    let mut entry = format!("@techreport{{{}", reference.key);
    let mut put = |name: &str, value: String| entry.push_str(&format!(",\n  {name} = {value}"));
    let whole = |text: &str| format!("{{{{{}}}}}", escaped(text));
    let plain = |text: &str| format!("{{{}}}", escaped(text));
    if let Some(issuer) = &reference.issuer {
        put("author", whole(issuer));
    }
    if let Some(title) = &reference.title {
        put("title", whole(title));
    }
    if let Some(issuer) = &reference.issuer {
        put("institution", whole(issuer));
    }
    if let Some(place) = &reference.place {
        put("address", plain(place));
    }
    if let Some(date) = reference.published {
        put("year", format!("{{{}}}", date.year));
        // The names of months are macros, which stand without braces.
        if let Some(name) = date
            .month
            .and_then(|month| MONTHS.get(usize::from(month).wrapping_sub(1)))
        {
            put("month", (*name).to_owned());
        }
        if let Some(day) = date.day {
            put("day", format!("{{{day}}}"));
        }
    }
    if let Some(genre) = reference.genre() {
        put("type", plain(genre));
    }
    if let Some(number) = &reference.doc_number {
        put("number", plain(number));
    }
    if let Some(url) = &reference.url {
        put("url", format!("{{{}}}", encoded(url)));
    }
    put("language", "{chinese}".to_owned());
    put("note", plain(&reference.note()));
    entry.push_str("\n}\n");
    entry
}

/// Text in which TeX reads every character as itself. Braces are named, since BibTeX counts even those behind a backslash.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => escaped.push_str("\\textbackslash{}"),
            '{' => escaped.push_str("\\textbraceleft{}"),
            '}' => escaped.push_str("\\textbraceright{}"),
            '~' => escaped.push_str("\\textasciitilde{}"),
            '^' => escaped.push_str("\\textasciicircum{}"),
            '$' | '&' | '#' | '%' | '_' => escaped.extend(['\\', c]),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A web address, which is read as it stands: only what would end the field or break the line is encoded (RFC 3986).
fn encoded(url: &str) -> String {
    let mut encoded = String::with_capacity(url.len());
    for c in url.chars() {
        match c {
            '{' | '}' | '\\' | ' ' | '"' | '<' | '>' | '^' | '`' | '|' => {
                encoded.push_str(&format!("%{:02X}", u32::from(c)));
            }
            c => encoded.push(c),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::super::tests::{known, report};
    use super::*;
    use crate::report::Metadata;

    /// Reads one entry as BibTeX does: braces counted, whatever stands before them. The key, then names and values.
    fn read(entry: &str) -> (String, Vec<(String, String)>) {
        let body = entry.strip_prefix("@techreport{").expect("a report");
        let (key, mut rest) = body.split_once(",\n").expect("a key");
        let mut fields = Vec::new();
        while rest.trim() != "}" {
            let (name, after) = rest.split_once(" = ").expect("a name");
            let end = match after.starts_with('{') {
                true => closing(after) + 1,
                false => after.find([',', '\n']).expect("an end"),
            };
            fields.push((name.trim().to_owned(), after[..end].to_owned()));
            rest = after[end..].trim_start_matches(',');
        }
        (key.to_owned(), fields)
    }

    /// Where the brace that opens a text is closed.
    fn closing(text: &str) -> usize {
        let mut depth = 0;
        for (at, c) in text.char_indices() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return at;
            }
        }
        panic!("braces are not closed: {text}");
    }

    #[test]
    fn an_entry_holds_all_that_is_known() {
        insta::assert_snapshot!(entry(&Reference::of(&known())));
    }

    #[test]
    fn what_is_unknown_is_left_out() {
        let (key, fields) = read(&entry(&Reference::of(&report(Metadata::default()))));
        assert_eq!(key, "baogao-00000000000000a1");
        let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["language", "note"]);
    }

    #[test]
    fn nothing_in_a_text_ends_its_field() {
        let hostile = "a}b{c\\d\\}{{% # $ & _ ~ ^ \"@\u{1b}[2J\n，";
        let mut report = known();
        report.title = Some(hostile.into());
        report.issuing_body = Some(hostile.into());
        report.doc_number = Some("}".into());
        report.url = Some("https://example.cn/{a}\\b?c=%20#d".into());
        report.path = "}}}".into();
        let (_, fields) = read(&entry(&Reference::of(&report)));
        let value = |wanted: &str| {
            let found = fields.iter().find(|(name, _)| name == wanted);
            found.map(|(_, value)| value.as_str()).unwrap_or_default()
        };
        assert_eq!(fields.len(), 12, "{fields:?}");
        assert_eq!(value("author"), value("title"));
        assert!(value("title").starts_with("{{a\\textbraceright{}b\\textbraceleft{}c\\textbackslash{}d"));
        assert!(value("title").contains("\\% \\# \\$ \\& \\_ \\textasciitilde{} \\textasciicircum{} \"@ [2J ，}}"));
        assert_eq!(value("number"), "{\\textbraceright{}}");
        assert_eq!(value("url"), "{https://example.cn/%7Ba%7D%5Cb?c=%20#d}");
    }
}
