//! Reads JSON: one record a line, an array of records, one record, or an object that holds the array (`{"data": […]}`).

use std::collections::BTreeMap;

use serde_json::Value;

use super::records::{Reader, Record};
use super::{Harvest, Input};
use crate::error::{Error, Result};

/// Reads a JSON document.
pub(super) fn extract_document(input: &Input) -> Result<Harvest> {
    let text = input.text;
    let mut records = Records::new(input)?;
    if text.trim_start().starts_with('[') {
        // Element by element, so that a broken one costs only itself.
        let (mut line, mut counted_to) = (1, 0);
        for (number, (at, element)) in (1..).zip(elements_of(text)) {
            line += memchr::memchr_iter(b'\n', &text.as_bytes()[counted_to..at]).count();
            counted_to = at;
            records.read_source(number, line, element);
        }
        if !is_closed(text) {
            records
                .reader
                .warn("the array is not closed: the file may be cut off".to_owned());
        }
        return records.finish();
    }
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(object)) => match wrapped(&object) {
            Some((key, elements)) => {
                records.reader.warn(format!("the records stand under `{key}`"));
                for (number, element) in (1..).zip(elements) {
                    records.read_value(number, format!("record {number}"), element.clone());
                }
            }
            None => records.read_value(1, "record 1".to_owned(), Value::Object(object)),
        },
        Ok(other) => {
            let reason = format!("{} where a record was expected", kind_name(&other));
            return Err(Error::source(input.path, reason).hinted("a record is an object: {\"title\": …, \"text\": …}"));
        }
        Err(error) => return Err(not_json(input, &error)),
    }
    records.finish()
}

/// Reads JSON Lines.
pub(super) fn extract_lines(input: &Input) -> Result<Harvest> {
    let mut records = Records::new(input)?;
    let mut number = 0;
    for (line, source) in (1..).zip(input.text.split('\n')) {
        if source.trim().is_empty() {
            continue;
        }
        number += 1;
        records.read_source(number, line, source);
    }
    if number == 1 && records.failed == 1 {
        let error = serde_json::from_str::<Value>(input.text).err();
        return Err(error.map_or_else(
            || Error::source(input.path, "not JSON"),
            |error| not_json(input, &error),
        ));
    }
    records.finish()
}

/// Whether a text starts with a JSON object or an array of objects, or at least does so credibly.
pub(super) fn first_value_is_record(text: &str) -> bool {
    let start = text.trim_start();
    let object = start.strip_prefix('[').map_or(start, str::trim_start);
    let Some(inside) = object.strip_prefix('{') else {
        return false;
    };
    let inside = inside.trim_start();
    // A key in quotes and a colon: no prose starts like that.
    let Some(key) = inside.strip_prefix('"') else {
        return false;
    };
    key.find('"')
        .is_some_and(|end| end < 200 && key[end + 1..].trim_start().starts_with(':'))
}

/// `json` or `jsonl`, whichever the text is.
pub(super) fn kind_of(text: &str) -> &'static str {
    let start = text.trim_start();
    if start.starts_with('[') {
        return "json";
    }
    let mut lines = start.lines().filter(|line| !line.trim().is_empty());
    let first = lines.next().unwrap_or_default();
    let second = lines.next();
    let is_whole = serde_json::from_str::<serde::de::IgnoredAny>(first).is_ok();
    match second {
        Some(_) if is_whole => "jsonl",
        // The first line may be the broken one.
        Some(second) if second.trim_start().starts_with("{\"") => "jsonl",
        _ => "json",
    }
}

struct Records<'a> {
    reader: Reader<'a>,
    failed: usize,
    /// Key → what it holds that is not read, and in how many records.
    ignored: BTreeMap<(String, &'static str), usize>,
}

impl<'a> Records<'a> {
    fn new(input: &Input<'a>) -> Result<Self> {
        Ok(Records {
            reader: Reader::new(input.path, input.options)?,
            failed: 0,
            ignored: BTreeMap::new(),
        })
    }

    fn read_source(&mut self, number: u64, line: usize, source: &str) {
        let place = format!("record {number} (line {line})");
        match serde_json::from_str(source) {
            Ok(value) => self.read_value(number, place, value),
            Err(error) => {
                self.failed += 1;
                self.reader.fail(place, format!("not JSON: {}", reason_of(&error)));
            }
        }
    }

    fn read_value(&mut self, number: u64, place: String, value: Value) {
        let Value::Object(object) = value else {
            self.failed += 1;
            let reason = format!("{} where a record was expected", kind_name(&value));
            self.reader.fail(place, reason);
            return;
        };
        let mut cells = Vec::with_capacity(object.len());
        for (key, value) in object {
            let kind = kind_name(&value);
            match text_of(value) {
                Some(text) => cells.push((key, text)),
                None => *self.ignored.entry((key, kind)).or_default() += 1,
            }
        }
        self.reader.read(Record {
            row: number,
            place,
            cells,
        });
    }

    fn finish(mut self) -> Result<Harvest> {
        for ((key, kind), count) in std::mem::take(&mut self.ignored) {
            let records = if count == 1 { "record" } else { "records" };
            self.reader
                .warn(format!("`{key}` holds {kind} in {count} {records}, which is not read"));
        }
        self.reader.finish()
    }
}

/// A value as the text of a cell; a list of strings is a text in paragraphs. `None` for what is not text.
fn text_of(value: Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::String(text) => Some(text),
        Value::Number(number) => {
            let text = number.to_string();
            // 2024.0, as tables become JSON.
            Some(text.strip_suffix(".0").map_or(text.clone(), str::to_owned))
        }
        Value::Array(elements) => {
            let texts: Option<Vec<&str>> = elements.iter().map(Value::as_str).collect();
            texts.map(|texts| texts.join("\n"))
        }
        Value::Bool(_) | Value::Object(_) => None,
    }
}

fn kind_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// The array of records in an object that is no record itself: under a known name, else the only one.
fn wrapped(object: &serde_json::Map<String, Value>) -> Option<(&str, &Vec<Value>)> {
    const KEYS: [&str; 8] = [
        "data",
        "items",
        "records",
        "rows",
        "results",
        "list",
        "reports",
        "documents",
    ];
    let has_text = |(key, value): (&String, &Value)| {
        let field = crate::schema::columns::columns().field_of(key);
        value.is_string() && field.is_some_and(|(field, _)| field == "text")
    };
    if object.iter().any(has_text) {
        return None;
    }
    let holds_records = |value: &Value| value.as_array().is_some_and(|list| list.iter().any(Value::is_object));
    let mut lists = object.iter().filter(|(_, value)| holds_records(value));
    let (key, value) = match KEYS
        .iter()
        .find_map(|key| object.get_key_value(*key).filter(|(_, value)| holds_records(value)))
    {
        Some(found) => found,
        None => lists.next().filter(|_| lists.next().is_none())?,
    };
    Some((key, value.as_array()?))
}

/// The elements of an array as they stand in the text, each with its byte offset. Only strings and brackets are looked at:
/// whether an element is JSON shows when it is parsed.
fn elements_of(text: &str) -> Vec<(usize, &str)> {
    let bytes = text.as_bytes();
    let Some(open) = memchr::memchr(b'[', bytes) else {
        return Vec::new();
    };
    let mut elements = Vec::new();
    let (mut start, mut depth, mut in_string) = (open + 1, 0_usize, false);
    let mut at = open + 1;
    let mut push = |start: usize, end: usize| {
        let element = &text[start..end];
        let blank = element.len() - element.trim_start().len();
        if !element.trim().is_empty() {
            elements.push((start + blank, element.trim()));
        }
    };
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' if in_string => at += 1,
            b'"' => in_string = !in_string,
            _ if in_string => (),
            b'[' | b'{' => depth += 1,
            b']' if depth == 0 => {
                push(start, at);
                return elements;
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                push(start, at);
                start = at + 1;
            }
            _ => (),
        }
        at += 1;
    }
    push(start, bytes.len());
    elements
}

fn is_closed(text: &str) -> bool {
    text.trim_end().ends_with(']')
}

fn not_json(input: &Input, error: &serde_json::Error) -> Error {
    let place = format!("line {}, column {}", error.line(), error.column());
    Error::source_at(input.path, place, format!("not JSON: {}", reason_of(error)))
        .hinted("mend the file there, or give it the ending of what it is")
}

/// The message without its place, which stands apart.
fn reason_of(error: &serde_json::Error) -> String {
    let message = error.to_string();
    message.split(" at line ").next().unwrap_or_default().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{fails, failures, given, read, texts};

    #[test]
    fn lines_arrays_wrappers_and_single_records_are_read() {
        let record = r#"{"title": "甲镇报告", "year": 2023, "content": "一、工作\n\n成效。", "url": null}"#;
        let sources = [
            ("x.jsonl", format!("{record}\n\n{record}\r\n"), 2),
            ("x.json", format!("[{record},\n {record}]"), 2),
            ("x.json", format!("{{\"total\": 2, \"data\": [{record}, {record}]}}"), 2),
            ("x.json", record.to_owned(), 1),
            ("x.json", format!("{record}\n{record}"), 2),
            ("x.jsonl", record.replace(", ", ",\n"), 1),
            ("x.txt", format!("{record}\n{record}"), 2),
        ];
        for (name, source, count) in sources {
            let extraction = read(name, source.as_bytes());
            assert_eq!(extraction.drafts.len(), count, "{source}");
            let draft = &extraction.drafts[count - 1];
            assert_eq!(texts(draft), ["一、工作", "", "成效。"]);
            assert_eq!(draft.row, Some(count as u64));
            assert_eq!(given(draft), [("title", "甲镇报告"), ("year", "2023")]);
            assert!(draft.lines.iter().all(|line| line.runs.is_empty()));
        }
    }

    #[test]
    fn a_file_named_json_that_holds_lines_says_so() {
        let extraction = read("x.json", b"{\"text\": \"a\"}\n{\"text\": \"b\"}\n");
        assert_eq!(extraction.format, "jsonl");
        assert_eq!(
            extraction.warnings,
            ["named .json, read as jsonl because that is what it holds"]
        );
    }

    #[test]
    fn broken_records_fail_by_themselves() {
        let lines = "{\"text\": \"一\"}\n{\"text\": 二}\n[1]\n{\"text\": \"\"}\n{\"text\": \"三\"}\n{\"text\": \"四";
        let extraction = read("x.jsonl", lines.as_bytes());
        assert_eq!(extraction.drafts.len(), 2);
        let expected = [
            "x.jsonl: record 2 (line 2): not JSON: expected value",
            "x.jsonl: record 3 (line 3): a list where a record was expected",
            "x.jsonl: record 6 (line 6): not JSON: eof while parsing a string",
            "x.jsonl: record 4 (line 4): no text in this record",
        ];
        assert_eq!(failures(&extraction), expected);
    }

    #[test]
    fn an_array_that_is_cut_off_gives_what_it_has() {
        let extraction = read(
            "x.json",
            "[{\"text\": \"一],[\\\"\"},\n{\"text\": \"二\"},\n{\"text\": \"三".as_bytes(),
        );
        assert_eq!(extraction.drafts.len(), 2);
        assert_eq!(
            failures(&extraction),
            ["x.json: record 3 (line 3): not JSON: eof while parsing a string"]
        );
        assert_eq!(
            extraction.warnings,
            ["the array is not closed: the file may be cut off"]
        );
    }

    #[test]
    fn what_is_not_json_is_said_with_its_place() {
        assert_eq!(
            fails("x.json", b"hello").to_string(),
            "x.json: line 1, column 1: not JSON: expected value"
        );
        assert_eq!(
            fails("x.json", b"3").to_string(),
            "x.json: a number where a record was expected"
        );
        assert_eq!(
            fails("x.jsonl", b"hello").to_string(),
            "x.jsonl: line 1, column 1: not JSON: expected value"
        );
        assert_eq!(fails("x.json", b"[]").to_string(), "x.json: no records");
    }

    #[test]
    fn deep_nesting_is_refused_and_does_not_overflow() {
        let deep = format!("{{\"text\": {}}}", "[".repeat(200_000));
        assert!(fails("x.json", deep.as_bytes()).to_string().contains("recursion limit"));
        let deep = format!("[{}", "[".repeat(200_000));
        assert_eq!(failures(&read_any("x.json", deep.as_bytes())).len(), 1);
    }

    fn read_any(name: &str, bytes: &[u8]) -> super::super::Extraction {
        read(name, bytes)
    }

    #[test]
    fn what_is_nested_is_left_with_a_warning() {
        let extraction = read(
            "x.json",
            r#"{"text": ["一段。", "二段。"], "tags": ["a", 1], "meta": {"a": 1}}"#.as_bytes(),
        );
        assert_eq!(texts(&extraction.drafts[0]), ["一段。", "二段。"]);
        let expected = [
            "`meta` holds an object in 1 record, which is not read",
            "`tags` holds a list in 1 record, which is not read",
        ];
        assert_eq!(extraction.warnings, expected);
    }
}
