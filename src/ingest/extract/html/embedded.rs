//! Finds text that a page holds and shows only by script: in strings of its scripts, in hidden fields, in frames written out in an
//! attribute.

use scraper::{Html, Selector};

use super::page::is_han;

/// Text that stands in a page without being shown.
pub(super) struct Embedded {
    /// As HTML.
    pub text: String,
    /// Where it stands, for a warning.
    pub place: &'static str,
    /// Chinese characters, those of markup among them.
    pub han: usize,
}

/// Shorter texts are labels and messages, in Chinese characters.
const SHORTEST: usize = 100;

/// How many texts are worth looking at.
const MOST: usize = 3;

/// The longest texts that stand in a page without being shown, the longest first.
pub(super) fn texts(document: &Html) -> Vec<Embedded> {
    let mut found: Vec<Embedded> = Vec::new();
    let mut note = |text: String, place| {
        let han = text.chars().filter(|c| is_han(*c)).count();
        if han >= SHORTEST {
            found.push(Embedded { text, place, han });
        }
    };
    for (selector, attribute, place) in ATTRIBUTES {
        let Ok(selector) = Selector::parse(selector) else {
            continue;
        };
        for element in document.select(&selector) {
            note(element.value().attr(attribute).unwrap_or_default().to_owned(), place);
        }
    }
    for (selector, place) in CONTENTS {
        let Ok(selector) = Selector::parse(selector) else {
            continue;
        };
        for element in document.select(&selector) {
            note(element.text().collect(), place);
        }
    }
    if let Ok(selector) = Selector::parse("script") {
        for element in document.select(&selector) {
            let script: String = element.text().collect();
            for text in strings(&script) {
                // JSON in a string of a script: its strings once more.
                if text.trim_start().starts_with(['{', '[']) {
                    strings(&text)
                        .into_iter()
                        .for_each(|inner| note(as_html(inner), "a script"));
                } else {
                    note(as_html(text), "a script");
                }
            }
        }
    }
    found.sort_by_key(|text| std::cmp::Reverse(text.han));
    found.truncate(MOST);
    found
}

const ATTRIBUTES: [(&str, &str, &str); 2] = [
    ("iframe[srcdoc]", "srcdoc", "a frame"),
    ("input[value]", "value", "a hidden field"),
];

const CONTENTS: [(&str, &str); 2] = [
    ("textarea", "a hidden field"),
    ("noscript", "what is shown without scripts"),
];

/// Text without tags keeps its lines.
fn as_html(text: String) -> String {
    let text = match text.contains('<') || !text.contains("%3C") {
        true => text,
        false => unescape_address(&text),
    };
    match text.contains('<') {
        true => text,
        false => text.replace('\n', "<br>"),
    }
}

/// `%3Cp%3E` is `<p>`, as `encodeURIComponent` writes it.
fn unescape_address(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match hex
            .and_then(|hex| u8::from_str_radix(hex, 16).ok())
            .filter(|_| byte == b'%')
        {
            Some(escaped) => {
                bytes.push(escaped);
                rest = &after[2..];
            }
            None => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The strings of a script or of JSON; those that are put together are one.
fn strings(script: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut last_end = None;
    let mut at = 0;
    // A quote in a comment or pattern opens nothing: what was read in vain is bounded.
    let mut in_vain = script.len() * 8;
    while let Some(start) = script[at..].find(['"', '\'', '`']).map(|start| at + start) {
        let (text, len) = string(&script[start..]);
        let Some(text) = text else {
            let Some(rest) = in_vain.checked_sub(len) else { break };
            in_vain = rest;
            at = start + 1;
            continue;
        };
        let end = start + len;
        match found
            .last_mut()
            .filter(|_| last_end.is_some_and(|last| is_joint(&script[last..start])))
        {
            Some(last) => last.push_str(&text),
            None => found.push(text),
        }
        last_end = Some(end);
        at = end;
    }
    found
}

/// What stands between two strings that are put together: `+`, `; html += `, `); document.write(`.
fn is_joint(between: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c.is_ascii_whitespace() || "_$.+=;()".contains(c);
    between.len() <= 60 && (between.contains('+') || between.contains("write")) && between.chars().all(is_plain)
}

/// The string that starts at a quote, without its escapes, or nothing when it does not end; and how much was read.
fn string(text: &str) -> (Option<String>, usize) {
    let mut chars = text.char_indices();
    let Some((_, quote)) = chars.next() else {
        return (None, 0);
    };
    let mut value = String::new();
    // Halves of a pair of UTF-16 come one after the other.
    let mut high: Option<u32> = None;
    while let Some((at, c)) = chars.next() {
        if c == quote {
            return (Some(value), at + 1);
        }
        if c == '\n' && quote != '`' {
            return (None, at + 1);
        }
        if c != '\\' {
            value.push(c);
            continue;
        }
        let Some((_, escaped)) = chars.next() else { break };
        let code = match escaped {
            'n' => Some('\n' as u32),
            't' => Some('\t' as u32),
            'r' | 'b' | 'f' | '\n' | '\r' => None,
            'x' => hex(&mut chars, 2),
            'u' => hex(&mut chars, 4),
            c => Some(c as u32),
        };
        let Some(code) = code else { continue };
        match (high.take(), code) {
            (_, 0xd800..=0xdbff) => high = Some(code),
            (Some(high), 0xdc00..=0xdfff) => {
                value.extend(char::from_u32(0x10000 + ((high - 0xd800) << 10) + (code - 0xdc00)));
            }
            _ => value.extend(char::from_u32(code)),
        }
    }
    (None, text.len())
}

fn hex(chars: &mut std::str::CharIndices, digits: usize) -> Option<u32> {
    let mut ahead = chars.clone();
    let mut value = 0;
    for _ in 0..digits {
        value = value * 16 + ahead.next()?.1.to_digit(16)?;
    }
    *chars = ahead;
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_read_as_scripts_mean_them() {
        let table: [(&str, &[&str]); 7] = [
            (r#"var a = "<p>\u6cd5\x41\"\/p>";"#, &["<p>法A\"/p>"]),
            (r#"s = 'a' + "b"; s += 'c';"#, &["abc"]),
            (r#"document.write("a");document.write('b')"#, &["ab"]),
            (r#"{"a": "1", "b": "2"}"#, &["a", "1", "b", "2"]),
            ("// don't\nx = 'y'", &["y"]),
            ("x = `a\nb`", &["a\nb"]),
            (r#""\ud842\udfb7" "\ud842""#, &["𠮷", ""]),
        ];
        for (script, wanted) in table {
            assert_eq!(strings(script), wanted, "{script}");
        }
        assert_eq!(as_html("%3Cp%3E%E6%B3%95".to_owned()), "<p>法");
    }

    #[test]
    fn hostile_scripts_take_no_time() {
        for unit in ["'", "\"", "`", "\\", "'\\", "\"'", "+'a'"] {
            strings(&unit.repeat(200_000));
        }
    }
}
