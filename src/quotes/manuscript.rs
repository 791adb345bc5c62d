//! Reads a manuscript and finds the quotations in it, with their places and what is said around them.
//!
//! Text and Markdown are read as they stand, tables by their column of quotations; every other format as reports are read.

use std::path::Path;

use serde::Serialize;

use super::marks::marked;
use crate::error::{Error, Result};
use crate::ingest::ReadOptions;
use crate::ingest::decode::decode;
use crate::ingest::extract::{self, Draft, LineStyle, Places};
use crate::schema::columns::columns;
use crate::schema::quotations::quotations;

/// A manuscript, as far as its quotations are concerned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manuscript {
    pub quotations: Vec<Quotation>,
    /// What the reader should know: marks without their other half, parts that could not be read.
    pub notes: Vec<String>,
}

/// Words that a manuscript gives as somebody else's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Quotation {
    /// From 1, in the order of the manuscript.
    pub number: usize,
    /// Without the marks around it.
    pub text: String,
    #[serde(flatten)]
    pub place: Spot,
    /// What the manuscript says around it: the rest of its sentence, its footnote, the other cells of its row.
    #[serde(skip)]
    pub context: String,
}

/// A place in a manuscript.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Spot {
    pub unit: SpotUnit,
    /// The line, paragraph, page or row, from 1.
    pub at: u64,
    /// The character in it, from 1; on a page, the character in its paragraph.
    pub character: u64,
}

/// What a manuscript is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SpotUnit {
    Line,
    Paragraph,
    Page,
    Row,
}

/// A line of a manuscript.
#[derive(Clone, Debug, Default)]
struct Line {
    at: u64,
    text: String,
    /// Whether all of it is a quotation by its markup; `text` comes without the signs for that.
    is_quotation: bool,
    /// How many characters stood before `text`.
    indent: u64,
}

impl Manuscript {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, or is a table without a column of quotations.
    pub fn read(path: &Path, options: &ReadOptions) -> Result<Manuscript> {
        let bytes = extract::read(path, options.max_bytes)?;
        let ending = path
            .extension()
            .and_then(|ending| ending.to_str())
            .unwrap_or_default()
            .to_lowercase();
        match ending.as_str() {
            "txt" | "text" | "md" | "markdown" | "csv" | "tsv" | "tab" => {
                let decoded = decode(bytes, options.encoding).map_err(|reason| reason.about(path))?;
                match ending.as_str() {
                    "csv" => Manuscript::of_table(path, &decoded.text, b','),
                    "tsv" | "tab" => Manuscript::of_table(path, &decoded.text, b'\t'),
                    "md" | "markdown" => Ok(Manuscript::of_text(&decoded.text, true)),
                    _ => Ok(Manuscript::of_text(&decoded.text, false)),
                }
            }
            _ => Manuscript::of_document(path, bytes, options),
        }
    }

    fn of_text(text: &str, is_markdown: bool) -> Manuscript {
        let lines = text.lines().zip(1..).map(|(text, at)| match is_markdown {
            true => Line::of_markdown(text, at),
            false => Line {
                at,
                text: text.to_owned(),
                ..Line::default()
            },
        });
        let mut manuscript = Manuscript::default();
        manuscript.take_lines(&lines.collect::<Vec<_>>(), SpotUnit::Line);
        manuscript
    }

    fn of_document(path: &Path, bytes: Vec<u8>, options: &ReadOptions) -> Result<Manuscript> {
        let mut manuscript = Manuscript::default();
        extract::extract_bytes(path, bytes, options, &mut |extraction| {
            manuscript.notes.extend(extraction.warnings);
            let failures = extraction.failures.iter().map(ToString::to_string);
            manuscript.notes.extend(failures);
            for draft in extraction.drafts {
                manuscript.take_draft(draft);
            }
        })?;
        Ok(manuscript)
    }

    fn take_draft(&mut self, draft: Draft) {
        let mut count = 0;
        let lines = draft.lines.into_iter().map(|line| {
            count += u64::from(!line.text.trim().is_empty());
            let place = line
                .runs
                .iter()
                .find(|run| !run.source.is_empty())
                .map(|run| run.source.start);
            Line {
                at: match (draft.row, draft.places) {
                    (Some(row), _) => row,
                    (None, Places::Bytes) => count,
                    (None, _) => place.unwrap_or(count),
                },
                is_quotation: line.style == LineStyle::Quotation,
                text: line.text,
                indent: 0,
            }
        });
        let unit = match (draft.row, draft.places) {
            (Some(_), _) => SpotUnit::Row,
            (None, Places::Pages) => SpotUnit::Page,
            (None, _) => SpotUnit::Paragraph,
        };
        let lines: Vec<Line> = lines.collect();
        self.take_lines(&lines, unit);
    }

    /// Takes the quotations of lines, paragraph by paragraph: a blank line ends one.
    fn take_lines(&mut self, lines: &[Line], unit: SpotUnit) {
        let footnotes = footnotes(lines);
        let mut before = "";
        for paragraph in lines.split(|line| line.text.trim().is_empty()) {
            for stretch in paragraph.chunk_by(|a, b| a.is_quotation == b.is_quotation) {
                match stretch.first() {
                    Some(first) if first.is_quotation => self.take_block(stretch, before, unit),
                    Some(_) => self.take_marked(stretch, &footnotes, unit),
                    None => {}
                }
                before = stretch.last().map_or(before, |line| &line.text);
            }
        }
    }

    /// Takes lines that are a quotation by their markup; `before` is the line above them.
    fn take_block(&mut self, lines: &[Line], before: &str, unit: SpotUnit) {
        let is_attribution = |line: &Line| {
            let mut beginnings = quotations().attribution.iter();
            beginnings.any(|beginning| line.text.trim_start().starts_with(beginning.as_str()))
        };
        let quoted = match lines.split_last() {
            Some((last, quoted)) if is_attribution(last) => quoted,
            _ => lines,
        };
        let attribution = &lines[quoted.len()..];
        let Some(first) = quoted.first() else { return };
        let text: Vec<&str> = quoted.iter().map(|line| line.text.trim_end()).collect();
        // A line that does not lead over to the quotation may speak of something else.
        let lead = before.trim_end().strip_suffix(['：', ':']).unwrap_or_default();
        let lead = &lead[sentence_start(lead, lead.len())..];
        let context = attribution.iter().map(|line| line.text.as_str());
        self.push(
            text.join("\n"),
            Spot {
                unit,
                at: first.at,
                character: first.indent + 1,
            },
            std::iter::once(lead).chain(context).collect::<Vec<_>>().join(" "),
        );
    }

    /// Takes the quotations between marks of one paragraph.
    fn take_marked(&mut self, lines: &[Line], footnotes: &[(String, String)], unit: SpotUnit) {
        let text = lines
            .iter()
            .map(|line| line.text.as_str())
            .collect::<Vec<_>>()
            .join("\n");
        let found = marked(&text);
        let mut walk = SpotWalk::new(&text, lines, unit);
        for &byte in found.lonely.iter().take(MOST_LONELY) {
            let mark = text[byte..].chars().next().unwrap_or_default();
            let spot = walk.spot(byte);
            self.notes
                .push(format!("{spot}: the quotation mark {mark} has no other half"));
        }
        if found.lonely.len() > MOST_LONELY {
            let more = found.lonely.len() - MOST_LONELY;
            self.notes.push(format!("and {more} more of the same paragraph"));
        }
        let mut walk = SpotWalk::new(&text, lines, unit);
        for quoted in found.quoted {
            let mut context = context(&text, quoted.start, quoted.end);
            let named = footnotes.iter().filter(|(name, _)| context.contains(name.as_str()));
            let notes: Vec<&str> = named.map(|(_, note)| note.as_str()).collect();
            context.push_str(&notes.concat());
            self.push(text[quoted.clone()].to_owned(), walk.spot(quoted.start), context);
        }
    }

    fn of_table(path: &Path, text: &str, delimiter: u8) -> Result<Manuscript> {
        let header = text.lines().next().unwrap_or_default();
        // Spreadsheets of some countries write `;` into csv.
        let delimiter = match header.contains(char::from(delimiter)) {
            false if header.contains(';') => b';',
            false if header.contains('\t') => b'\t',
            _ => delimiter,
        };
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let mut records = Vec::new();
        for (record, row) in reader.records().zip(1u64..) {
            let record = record.map_err(|error| Error::source_at(path, format!("row {row}"), error.to_string()))?;
            records.push(record.iter().map(str::to_owned).collect::<Vec<_>>());
        }
        let names = records.first().cloned().unwrap_or_default();
        let ranked = names
            .iter()
            .enumerate()
            .filter_map(|(at, name)| Some((quotations().rank_of_column(name)?, at)));
        let (column, first) = match ranked.min() {
            Some((_, column)) => (column, 1),
            None if records.iter().all(|record| record.len() == 1) => (0, 0),
            None => {
                return Err(Error::source(path, "no column of quotations").hinted(format!(
                    "name the column `quotation` or 引文; the columns are {}",
                    names.join(", ")
                )));
            }
        };
        let mut manuscript = Manuscript::default();
        for (record, row) in records.iter().zip(1u64..).skip(first) {
            let Some(cell) = record.get(column).filter(|cell| !cell.trim().is_empty()) else {
                continue;
            };
            let others = names
                .iter()
                .zip(record)
                .enumerate()
                .filter(|(at, _)| *at != column && first == 1);
            let context: Vec<String> = others.map(|(_, (name, cell))| stated(name, cell)).collect();
            let spot = Spot {
                unit: SpotUnit::Row,
                at: row,
                character: 1,
            };
            manuscript.push(unmarked(cell).to_owned(), spot, context.join(" "));
        }
        Ok(manuscript)
    }

    fn push(&mut self, text: String, place: Spot, context: String) {
        if !text.trim().is_empty() {
            self.quotations.push(Quotation {
                number: self.quotations.len() + 1,
                text,
                place,
                context,
            });
        }
    }
}

/// So many marks without their other half are told of one paragraph.
const MOST_LONELY: usize = 10;
/// So far, in bytes, a sentence is followed to both sides of a quotation.
const CONTEXT: usize = 1000;

/// Finds the places of bytes of a paragraph, which ascend.
struct SpotWalk<'a> {
    text: &'a str,
    lines: &'a [Line],
    unit: SpotUnit,
    /// How far it has come: the byte, the line, and the characters before it in that line.
    byte: usize,
    line: usize,
    chars: u64,
}

impl<'a> SpotWalk<'a> {
    fn new(text: &'a str, lines: &'a [Line], unit: SpotUnit) -> Self {
        SpotWalk {
            text,
            lines,
            unit,
            byte: 0,
            line: 0,
            chars: 0,
        }
    }

    fn spot(&mut self, byte: usize) -> Spot {
        for c in self.text[self.byte..byte].chars() {
            self.chars += 1;
            if c == '\n' {
                self.line += 1;
                self.chars = 0;
            }
        }
        self.byte = byte;
        let line = self.lines.get(self.line);
        Spot {
            unit: self.unit,
            at: line.map_or(0, |line| line.at),
            character: self.chars + line.map_or(0, |line| line.indent) + 1,
        }
    }
}

impl Line {
    /// A line of Markdown; `>` before it makes it a quotation.
    fn of_markdown(text: &str, at: u64) -> Line {
        let mut rest = text;
        let mut is_quotation = false;
        while let Some(inner) = rest.trim_start().strip_prefix('>') {
            is_quotation = true;
            rest = inner.strip_prefix(' ').unwrap_or(inner);
        }
        Line {
            at,
            indent: (text.chars().count() - rest.chars().count()) as u64,
            text: rest.to_owned(),
            is_quotation,
        }
    }
}

impl std::fmt::Display for Spot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Spot { unit, at, character } = self;
        match unit {
            SpotUnit::Line => write!(f, "line {at}, character {character}"),
            SpotUnit::Paragraph => write!(f, "paragraph {at}, character {character}"),
            SpotUnit::Page => write!(f, "page {at}"),
            SpotUnit::Row => write!(f, "row {at}"),
        }
    }
}

/// The footnotes that stand on lines of their own, `[^1]: …`, by the reference to them.
fn footnotes(lines: &[Line]) -> Vec<(String, String)> {
    let note = |line: &Line| {
        let (name, note) = line.text.trim_start().split_once("]:")?;
        name.starts_with("[^").then(|| (format!("{name}]"), note.to_owned()))
    };
    lines.iter().filter_map(note).collect()
}

fn ends_sentence(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '\n')
}

/// Where the sentence begins in which a byte of a text stands.
fn sentence_start(text: &str, byte: usize) -> usize {
    let ends = text[..byte].char_indices().rev().find(|(_, c)| ends_sentence(*c));
    ends.map_or(0, |(at, c)| at + c.len_utf8())
}

/// The sentence around a quotation, without it: what stands before, and what stands behind unless the quotation ends the sentence; and
/// what follows in brackets, where sources are named.
fn context(text: &str, start: usize, end: usize) -> String {
    let from = text.ceil_char_boundary(start.saturating_sub(CONTEXT));
    let before = &text[from + sentence_start(&text[from..], start - from)..start];
    let to = text.floor_char_boundary(end.saturating_add(CONTEXT));
    let behind = text[end..to]
        .char_indices()
        .nth(1)
        .map_or("", |(at, _)| &text[end + at..to]);
    let is_whole = text[start..end].trim_end().ends_with(ends_sentence);
    let length = match is_whole {
        true => 0,
        false => behind.find(ends_sentence).unwrap_or(behind.len()),
    };
    let (same, rest) = behind.split_at(length);
    let rest = rest.trim_start_matches(|c| ends_sentence(c) && c != '\n');
    let bracketed = |open: char, close: char| {
        let inner = rest.strip_prefix(open)?;
        inner.find(close).map(|at| &inner[..at + close.len_utf8()])
    };
    let pairs = [('（', '）'), ('(', ')'), ('[', ']'), ('〔', '〕'), ('【', '】')];
    let source = pairs
        .into_iter()
        .find_map(|(open, close)| bracketed(open, close).map(|inner| format!("{open}{inner}")));
    format!("{before} {same} {}", source.unwrap_or_default())
}

/// A cell beside a quotation, as it would be said in a sentence.
fn stated(name: &str, cell: &str) -> String {
    let is_year = columns().field_of(name).is_some_and(|(field, _)| field == "year");
    match is_year && cell.trim().chars().all(|c| c.is_ascii_digit()) {
        true => format!("{}年", cell.trim()),
        false => cell.to_owned(),
    }
}

/// A cell without the marks that enclose all of it.
fn unmarked(cell: &str) -> &str {
    let cell = cell.trim();
    match marked(cell).quoted.as_slice() {
        [all]
            if all.len() + 6 >= cell.len()
                && cell[..all.start].chars().count() == 1
                && cell[all.end..].chars().count() == 1 =>
        {
            &cell[all.clone()]
        }
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each quotation with its place.
    fn told(manuscript: &Manuscript) -> Vec<(String, String)> {
        let told = manuscript.quotations.iter();
        told.map(|quotation| (quotation.text.clone(), quotation.place.to_string()))
            .collect()
    }

    fn pair(text: &str, place: &str) -> (String, String) {
        (text.to_owned(), place.to_owned())
    }

    #[test]
    fn quotations_of_a_text_have_their_lines_and_characters() {
        let manuscript = Manuscript::of_text("引言。\n报告说“化解纠纷97件”，又说\n「回访197件」。\n\n“跨\n行”", false);
        assert_eq!(
            told(&manuscript),
            [
                pair("化解纠纷97件", "line 2, character 5"),
                pair("回访197件", "line 3, character 2"),
                pair("跨\n行", "line 5, character 2"),
            ]
        );
    }

    #[test]
    fn block_quotations_of_markdown_are_quotations_by_paragraphs_without_their_attribution() {
        let text = "青石镇2022年报告指出：\n\n> 全年化解“纠纷”97件，\n> 回访197件。\n>\n> 第二段。\n> —— 白水镇\n\n正文“甲乙”。";
        let manuscript = Manuscript::of_text(text, true);
        assert_eq!(
            told(&manuscript),
            [
                pair("全年化解“纠纷”97件，\n回访197件。", "line 3, character 3"),
                pair("第二段。", "line 6, character 3"),
                pair("甲乙", "line 9, character 4"),
            ]
        );
        assert!(manuscript.quotations[0].context.contains("青石镇2022年"));
        assert!(manuscript.quotations[1].context.contains("白水镇"));
    }

    #[test]
    fn the_context_is_the_sentence_its_brackets_and_its_footnote() {
        let context = |text: &str| Manuscript::of_text(text, true).quotations[0].context.clone();
        let around = context("白水镇做了甲。青石镇称“乙”，据其报告。红叶乡做了丙。");
        assert!(around.contains("青石镇称") && around.contains("据其报告"), "{around}");
        assert!(!around.contains("白水镇") && !around.contains("红叶乡"), "{around}");
        let whole = context("报告称：“乙。”红叶乡做了丙。");
        assert!(!whole.contains("红叶乡"), "{whole}");
        assert!(context("报告称：“乙。”（青石镇，2022）").contains("青石镇"));
        assert!(context("报告称“乙”。（青石镇，2022）").contains("青石镇"));
        assert!(context("报告称“乙”[^1]。\n\n[^1]: 青石镇2022年报告").contains("青石镇"));
    }

    #[test]
    fn rows_of_a_table_are_quotations_with_the_other_cells_beside_them() {
        let table = "页码,引文,乡镇,年份\n3,“化解97件”,青石镇,2022\n4,,白水镇,2023\n5,回访197件。,白水镇,2023\n";
        let manuscript = Manuscript::of_table(Path::new("q.csv"), table, b',').unwrap();
        assert_eq!(
            told(&manuscript),
            [pair("化解97件", "row 2"), pair("回访197件。", "row 4")]
        );
        assert_eq!(manuscript.quotations[0].context, "3 青石镇 2022年");
        let semicolons = Manuscript::of_table(Path::new("q.csv"), "引文;年份\n甲乙;2024\n", b',').unwrap();
        assert_eq!(told(&semicolons), [pair("甲乙", "row 2")]);
        let alone = Manuscript::of_table(Path::new("q.csv"), "甲乙\n丙丁\n", b',').unwrap();
        assert_eq!(told(&alone), [pair("甲乙", "row 1"), pair("丙丁", "row 2")]);
        let wrong = Manuscript::of_table(Path::new("q.csv"), "a,b\n甲,乙\n", b',').unwrap_err();
        assert_eq!(wrong.to_string(), "q.csv: no column of quotations");
    }

    #[test]
    fn a_long_line_of_many_quotations_is_read_in_good_time() {
        let manuscript = Manuscript::of_text(&"说“化解纠纷”又".repeat(50_000), false);
        assert_eq!(manuscript.quotations.len(), 50_000);
        assert_eq!(manuscript.quotations[49_999].place.character, 49_999 * 8 + 3);
    }

    #[test]
    fn a_mark_without_its_other_half_is_noted_with_its_place() {
        let manuscript = Manuscript::of_text("甲。\n乙“丙。", false);
        assert_eq!(
            manuscript.notes,
            ["line 2, character 2: the quotation mark “ has no other half"]
        );
    }
}
