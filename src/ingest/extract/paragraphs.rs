//! Lines from the paragraphs and table rows of a document, as they come.

use std::path::Path;

use super::{Draft, Harvest, Line, LineStyle, Places, Run};
use crate::error::{Error, Result};
use crate::report::{Dropped, Place};

/// The draft of a document whose places are paragraphs.
pub struct Paragraphs {
    draft: Draft,
    /// Paragraphs and rows so far, empty ones too.
    count: u64,
    row: Row,
    pub comments: usize,
    pub pictures: usize,
}

/// The table row that is being read: paragraphs in cells.
#[derive(Default)]
struct Row {
    cells: Vec<Vec<String>>,
    open: Vec<String>,
}

impl Paragraphs {
    pub fn new() -> Self {
        Paragraphs {
            draft: Draft {
                places: Places::Paragraphs,
                ..Draft::default()
            },
            count: 0,
            row: Row::default(),
            comments: 0,
            pictures: 0,
        }
    }

    /// A paragraph outside of tables. Line breaks in it are `\n`.
    pub fn paragraph(&mut self, text: &str, style: LineStyle) {
        self.end_row();
        self.count += 1;
        self.push_lines(text, style);
    }

    /// A paragraph in a cell that goes on.
    pub fn in_cell(&mut self, text: String) {
        self.row.open.push(text);
    }

    /// The last paragraph of a cell.
    pub fn end_cell(&mut self, text: String) {
        self.row.open.push(text);
        let cell = std::mem::take(&mut self.row.open);
        self.row.cells.push(cell);
    }

    /// Writes the row that has been read, if any. When all it says stands in one cell of many paragraphs, the table is there for
    /// the layout: they are lines of their own.
    pub fn end_row(&mut self) {
        let mut row = std::mem::take(&mut self.row);
        if !row.open.is_empty() {
            row.cells.push(row.open);
        }
        if row.cells.is_empty() {
            return;
        }
        self.count += 1;
        let says = |text: &&String| !text.trim().is_empty();
        let mut telling = row
            .cells
            .iter()
            .map(|cell| cell.iter().filter(says).count())
            .filter(|&says| says > 0);
        let is_layout = match (telling.next(), telling.next()) {
            (Some(paragraphs), None) => row.cells.len() == 1 || paragraphs > 3,
            _ => false,
        };
        if is_layout {
            for text in row.cells.concat() {
                self.push_lines(&text, LineStyle::Paragraph);
            }
            return;
        }
        let cells: Vec<String> = row.cells.iter().map(|cell| one_line(cell)).collect();
        self.push_line(cells.join("\t").trim_end().to_owned(), LineStyle::TableRow);
    }

    /// Writes a paragraph, which line breaks may part.
    fn push_lines(&mut self, text: &str, style: LineStyle) {
        let style = match style {
            LineStyle::Paragraph if text.trim().contains('\n') => LineStyle::Plain,
            _ => style,
        };
        for line in text.split('\n') {
            self.push_line(line.to_owned(), style);
        }
    }

    fn push_line(&mut self, text: String, style: LineStyle) {
        if text.trim().is_empty() {
            return;
        }
        self.draft.lines.push(Line {
            text,
            style,
            runs: vec![Run {
                at: 0,
                source: self.count..self.count + 1,
            }],
        });
    }

    /// What stands above or below every page.
    pub fn drop_header(&mut self, text: &str) {
        let text = text.trim();
        if text.is_empty() || self.draft.dropped.iter().any(|dropped| dropped.text == text) {
            return;
        }
        self.draft.dropped.push(Dropped {
            text: text.to_owned(),
            reason: "header or footer".to_owned(),
            source: Place::Paragraph(1),
        });
    }

    pub fn warn(&mut self, warning: String) {
        self.draft.warnings.push(warning);
    }

    /// # Errors
    /// There is no text.
    pub fn finish(mut self, path: &Path) -> Result<Harvest> {
        self.end_row();
        if self.draft.lines.is_empty() {
            return Err(match self.pictures {
                0 => Error::source(path, "no text in this document").hinted("download it again, or delete it"),
                count => Error::source(path, format!("no text in this document, only pictures ({count})"))
                    .hinted("if they are a scan, save it as PDF and have it read with --ocr"),
            });
        }
        if self.comments > 0 {
            self.warn(format!("comments of readers left out: {}", self.comments));
        }
        Ok(Harvest::one(self.draft))
    }
}

/// A number that the program wrote and what it numbers. A tab or a blank sets them apart on the page, which no reader would type
/// behind 一、 or （一）.
pub fn numbered(number: &str, text: &str) -> String {
    let Some(last) = number.chars().next_back() else {
        return text.to_owned();
    };
    let first = text.trim_start().chars().next();
    let is_apart = match last {
        '、' | '）' | ')' | '：' | ':' | '〕' | '】' => true,
        // 1.2024年 would be another number.
        '.' | '．' => !first.is_some_and(|c| c.is_ascii_digit()),
        _ => first.is_none(),
    };
    let blank = if is_apart { "" } else { " " };
    format!("{number}{blank}{}", text.trim_start_matches([' ', '\t']))
}

/// The paragraphs of a cell as one.
fn one_line(cell: &[String]) -> String {
    let parts = cell.iter().flat_map(|text| text.split(['\n', '\t']));
    let parts: Vec<&str> = parts.map(str::trim).filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::super::tests::texts;
    use super::*;

    #[test]
    fn numbers_stand_before_their_text_as_readers_see_it() {
        for (number, text, expected) in [
            ("一、", "\t主要举措", "一、主要举措"),
            ("（一）", "主要举措", "（一）主要举措"),
            ("1.", "建机制", "1.建机制"),
            ("1.", "2024年", "1. 2024年"),
            ("第一章", "总则", "第一章 总则"),
            ("①", "建机制", "① 建机制"),
            ("", "  正文", "  正文"),
        ] {
            assert_eq!(numbered(number, text), expected);
        }
    }

    #[test]
    fn a_row_is_a_line_unless_its_table_is_there_for_the_layout() {
        let mut paragraphs = Paragraphs::new();
        paragraphs.in_cell("餐厨垃圾".to_owned());
        paragraphs.end_cell("随意\n倾倒".to_owned());
        paragraphs.end_cell("4".to_owned());
        paragraphs.end_cell(String::new());
        paragraphs.end_row();
        paragraphs.in_cell("一、成效".to_owned());
        paragraphs.end_cell("正文。".to_owned());
        paragraphs.end_row();
        paragraphs.paragraph("一行\n二行", LineStyle::Paragraph);
        let draft = paragraphs.finish(Path::new("x")).unwrap().drafts.remove(0);
        assert_eq!(
            texts(&draft),
            ["餐厨垃圾 随意 倾倒\t4", "一、成效", "正文。", "一行", "二行"]
        );
        let places: Vec<u64> = draft.lines.iter().map(|line| line.runs[0].source.start).collect();
        assert_eq!(places, [1, 2, 2, 3, 3]);
        assert_eq!(draft.lines[0].style, LineStyle::TableRow);
        assert_eq!(draft.lines[4].style, LineStyle::Plain);
    }
}
