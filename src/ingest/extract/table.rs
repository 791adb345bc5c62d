//! Reads tables: comma, semicolon or tab separated, whatever the ending says, with quoted line breaks.

use super::records::{Reader, Record};
use super::{Harvest, Input};
use crate::error::Result;
use crate::schema::columns::columns;

pub(super) fn extract(input: &Input) -> Result<Harvest> {
    let mut reader = Reader::new(input.path, input.options)?;
    let delimiter = delimiter_of(input.text);
    let mut rows = Rows::new(input.text, delimiter);
    let header = match rows.next() {
        Some(header) if !header.is_unclosed => header.cells,
        _ => {
            reader.fail("line 1", "a quote is opened and never closed");
            return reader.finish();
        }
    };
    let header: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
    reader.see_columns(header.iter().map(String::as_str).filter(|name| !name.is_empty()));
    if let Some(name) = doubled(&header) {
        reader.warn(format!("two columns are named `{name}`"));
    }
    let mut number = 0;
    for row in rows {
        if row.cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        number += 1;
        let place = format!("record {number} (line {})", row.line);
        let surplus = row.cells.iter().skip(header.len()).any(|cell| !cell.trim().is_empty());
        if row.is_unclosed {
            reader.fail(place, "a quote is opened and never closed");
        } else if row.cells.len() < header.len() || surplus {
            let (has, wants) = (row.cells.len(), header.len());
            reader.fail(place, format!("{has} cells where the header has {wants}"));
        } else {
            let cells = header
                .iter()
                .cloned()
                .zip(row.cells)
                .filter(|(name, _)| !name.is_empty())
                .collect();
            reader.read(Record {
                row: number,
                place,
                cells,
            });
        }
    }
    reader.finish()
}

/// The rows of a table, the header first, whatever parts its cells.
pub(in crate::ingest) fn rows_of(text: &str) -> impl Iterator<Item = Row> + '_ {
    Rows::new(text, delimiter_of(text))
}

/// A row of a table.
pub(in crate::ingest) struct Row {
    /// The line it starts on, from 1.
    pub line: usize,
    pub cells: Vec<String>,
    /// It opens a quote that reaches to the end of the file.
    pub is_unclosed: bool,
}

/// The rows of a table. A quote that is never closed costs the row that opens it, not the rest of the file.
struct Rows<'a> {
    text: &'a str,
    delimiter: u8,
    /// Where the next row starts.
    at: usize,
    line: usize,
    /// How often reading may start again behind an unclosed quote: each time looks through the rest of the file.
    retries: usize,
}

impl<'a> Rows<'a> {
    fn new(text: &'a str, delimiter: u8) -> Self {
        Rows {
            text,
            delimiter,
            at: 0,
            line: 1,
            retries: 50,
        }
    }

    fn advance(&mut self, by: usize) {
        let passed = &self.text.as_bytes()[self.at..self.at + by];
        self.line += memchr::memchr_iter(b'\n', passed).count();
        self.at += by;
    }
}

impl Iterator for Rows<'_> {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        let bytes = self.text.as_bytes();
        while bytes.get(self.at).is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
            self.advance(1);
        }
        if self.at >= bytes.len() {
            return None;
        }
        let line = self.line;
        let mut row = parse_row(&bytes[self.at..], self.delimiter);
        if row.is_unclosed && self.retries > 0 {
            self.retries -= 1;
            let first_line = memchr::memchr(b'\n', &bytes[self.at..]).map_or(bytes.len() - self.at, |end| end + 1);
            row.len = first_line;
        }
        self.advance(row.len.max(1));
        let text_of = |cell: Vec<u8>| String::from_utf8(cell).unwrap_or_default();
        Some(Row {
            line,
            cells: row.cells.into_iter().map(text_of).collect(),
            is_unclosed: row.is_unclosed,
        })
    }
}

struct ParsedRow {
    cells: Vec<Vec<u8>>,
    /// Bytes up to and with the line break.
    len: usize,
    is_unclosed: bool,
}

/// One row after RFC 4180. A quote inside an unquoted cell is text.
fn parse_row(bytes: &[u8], delimiter: u8) -> ParsedRow {
    let mut cells = Vec::new();
    let mut cell = Vec::new();
    let mut at = 0;
    let mut at_start = true;
    loop {
        match bytes.get(at) {
            Some(b'"') if at_start => {
                let Some(end) = read_quoted(&bytes[at + 1..], &mut cell) else {
                    cells.push(cell);
                    return ParsedRow {
                        cells,
                        len: bytes.len(),
                        is_unclosed: true,
                    };
                };
                at += 1 + end;
                at_start = false;
            }
            Some(&byte) if byte == delimiter => {
                cells.push(std::mem::take(&mut cell));
                at += 1;
                at_start = true;
            }
            Some(b'\n' | b'\r') | None => {
                cells.push(cell);
                let width = match &bytes[at.min(bytes.len())..] {
                    [b'\r', b'\n', ..] => 2,
                    [] => 0,
                    _ => 1,
                };
                return ParsedRow {
                    cells,
                    len: at + width,
                    is_unclosed: false,
                };
            }
            Some(&byte) => {
                cell.push(byte);
                at += 1;
                // Blanks before a quote are no reason to take it for text.
                at_start = at_start && byte == b' ';
                if at_start && bytes.get(at) == Some(&b'"') {
                    cell.clear();
                }
            }
        }
    }
}

/// The inside of a quoted cell, up to and with the closing quote; `None` when there is none.
fn read_quoted(bytes: &[u8], cell: &mut Vec<u8>) -> Option<usize> {
    let mut at = 0;
    loop {
        let quote = at + memchr::memchr(b'"', &bytes[at..])?;
        cell.extend(&bytes[at..quote]);
        if bytes.get(quote + 1) == Some(&b'"') {
            cell.push(b'"');
            at = quote + 2;
        } else {
            return Some(quote + 1);
        }
    }
}

/// The sign that splits the first rows best: into columns whose names are known, and into the same number in every row.
fn delimiter_of(text: &str) -> u8 {
    let score = |delimiter: u8| {
        let mut rows = Rows::new(text, delimiter);
        let Some(header) = rows.next() else { return (0, 0, 0) };
        let known = header
            .cells
            .iter()
            .filter(|name| columns().field_of(name).is_some())
            .count();
        let even = rows
            .take(10)
            .filter(|row| row.cells.len() == header.cells.len())
            .count();
        let width = header.cells.len();
        (known, if width > 1 { even } else { 0 }, width)
    };
    // `max_by_key` takes the last of equals.
    [b';', b'\t', b',']
        .into_iter()
        .max_by_key(|&delimiter| score(delimiter))
        .unwrap_or(b',')
}

fn doubled(names: &[String]) -> Option<&String> {
    let mut sorted: Vec<&String> = names.iter().filter(|name| !name.is_empty()).collect();
    sorted.sort();
    sorted.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0])
}

#[cfg(test)]
mod tests {
    use super::super::Options;
    use super::super::tests::{fails, failures, given, read, read_with, texts};

    #[test]
    fn columns_are_known_by_their_names() {
        let table = "\u{feff}标题,正文,年份,乡镇,备注\n甲镇报告,\"第一段。\n第二段“说”\"\"好\"\"。\",2023,甲镇,x\n";
        let extraction = read("x.csv", table.as_bytes());
        assert_eq!(texts(&extraction.drafts[0]), ["第一段。", "第二段“说”\"好\"。"]);
        assert_eq!(extraction.drafts[0].row, Some(1));
        assert_eq!(
            given(&extraction.drafts[0]),
            [("title", "甲镇报告"), ("year", "2023"), ("township", "甲镇")]
        );
        assert_eq!(extraction.warnings, ["columns not used: `备注`"]);
    }

    #[test]
    fn the_delimiter_is_found_whatever_the_ending() {
        for delimiter in [",", ";", "\t"] {
            let table =
                ["title", "text"].join(delimiter) + "\r\n" + &["甲镇", "正文，有逗号；也有分号。"].join(delimiter);
            for name in ["x.csv", "x.tsv"] {
                let extraction = read(name, table.as_bytes());
                assert_eq!(
                    texts(&extraction.drafts[0]),
                    ["正文，有逗号；也有分号。"],
                    "{delimiter:?} {name}"
                );
            }
        }
    }

    #[test]
    fn bad_rows_fail_by_themselves() {
        let table = "title,text\n甲,一。\n乙\n丙,二。,多\n,\n丁,\n戊,三。,\n";
        let extraction = read("x.csv", table.as_bytes());
        assert_eq!(extraction.drafts.len(), 2);
        let expected = [
            "x.csv: record 2 (line 3): 1 cells where the header has 2",
            "x.csv: record 3 (line 4): 3 cells where the header has 2",
            "x.csv: record 4 (line 6): no text in this record",
        ];
        assert_eq!(failures(&extraction), expected);
        assert_eq!(extraction.drafts[1].row, Some(5));
    }

    #[test]
    fn an_unclosed_quote_costs_one_row() {
        let table = "title,text\n甲,\"一。\n乙,二。\n丙,三。\n";
        let extraction = read("x.csv", table.as_bytes());
        assert_eq!(extraction.drafts.len(), 2);
        assert_eq!(
            failures(&extraction),
            ["x.csv: record 1 (line 2): a quote is opened and never closed"]
        );
    }

    #[test]
    fn a_table_without_a_text_column_says_which_columns_it_has() {
        let error = fails("x.csv", "题目,说了什么\n甲,一\n".as_bytes());
        assert_eq!(error.to_string(), "x.csv: no column of text");
        assert_eq!(error.hints[0], "say which column holds the text with --map text=COLUMN");
        assert_eq!(error.hints[1], "the columns are `说了什么`, `题目`");
    }

    #[test]
    fn the_user_can_say_which_column_is_which() {
        let map = vec![
            ("text".to_owned(), "说了什么".to_owned()),
            ("title".to_owned(), "题目".to_owned()),
        ];
        let options = Options {
            map,
            ..Options::default()
        };
        let extraction = read_with("x.csv", "题目,说了什么,正文\n甲,一,二\n".as_bytes(), &options).unwrap();
        assert_eq!(texts(&extraction.drafts[0]), ["一"]);
        assert_eq!(given(&extraction.drafts[0]), [("title", "甲")]);
        let map = vec![("text".to_owned(), "没有".to_owned())];
        let error = read_with(
            "x.csv",
            "正文\n一\n".as_bytes(),
            &Options {
                map,
                ..Options::default()
            },
        )
        .unwrap_err();
        assert_eq!(error.to_string(), "x.csv: no column of text");
        let map = vec![("texte".to_owned(), "正文".to_owned())];
        let error = read_with(
            "x.csv",
            "正文\n一\n".as_bytes(),
            &Options {
                map,
                ..Options::default()
            },
        )
        .unwrap_err();
        assert_eq!(error.to_string(), "--map: no field `texte`");
    }

    #[test]
    fn of_two_columns_of_text_the_better_name_is_taken() {
        let extraction = read("x.csv", "内容,正文\n摘要,全文在此\n".as_bytes());
        assert_eq!(texts(&extraction.drafts[0]), ["全文在此"]);
        assert!(
            extraction.warnings[0].contains("`正文` taken, `内容` left"),
            "{:?}",
            extraction.warnings
        );
    }

    #[test]
    fn a_table_of_one_column_is_a_table() {
        let extraction = read("x.csv", "正文\n一。\n二，三。\n".as_bytes());
        // The comma of Chinese is no delimiter.
        assert_eq!(extraction.drafts.len(), 2);
    }

    #[test]
    fn html_in_a_cell_is_read_without_its_markup() {
        let extraction = read("x.csv", "正文\n\"<p>第一段。</p><p>第二段&nbsp;。</p>\"\n".as_bytes());
        assert_eq!(texts(&extraction.drafts[0]), ["第一段。", "第二段\u{a0}。"]);
        assert_eq!(
            extraction.warnings,
            ["1 records hold HTML; read as text without the markup"]
        );
    }
}
