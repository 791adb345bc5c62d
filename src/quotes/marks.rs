//! Finds the quotations in a text by the marks around them.

use std::ops::Range;

use crate::schema::quotations::quotations;

/// A quotation whose closing mark does not come within so many bytes is not closed.
const LONGEST: usize = 20_000;

/// What stands between quotation marks in a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marked {
    /// What is quoted, without the outer marks; in bytes, in order, apart from each other.
    pub quoted: Vec<Range<usize>>,
    /// Marks without their other half.
    pub lonely: Vec<usize>,
}

/// The quotations of a text. Marks inside a quotation belong to it. A quotation may run over line ends; each of its paragraphs may
/// begin with the opening mark once more.
pub fn marked(text: &str) -> Marked {
    let declared = quotations();
    let mut found = Marked::default();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let next = at + c.len_utf8();
        let end = match declared.closing(c) {
            Some(close) => Some(closing(&text[next..], c, close)),
            None if declared.straight.contains(&c) => Some(straight_end(&text[next..], c)),
            None if declared.pairs.iter().any(|pair| pair.ends_with(c)) => Some(None),
            None => None,
        };
        at = match end {
            Some(Some(length)) => {
                found.quoted.push(next..next + length);
                next + length + text[next + length..].chars().next().map_or(0, char::len_utf8)
            }
            Some(None) => {
                found.lonely.push(at);
                next
            }
            None => next,
        };
    }
    found
}

/// Where the mark is closed that stands before a text.
fn closing(text: &str, open: char, close: char) -> Option<usize> {
    let mut depth = 1;
    let mut starts_line = false;
    for (at, c) in text.char_indices().take_while(|(at, _)| *at < LONGEST) {
        if c == close {
            depth -= 1;
            if depth == 0 {
                return Some(at);
            }
        } else if c == open && !starts_line {
            depth += 1;
        }
        starts_line = c == '\n' || (starts_line && c.is_whitespace());
    }
    None
}

/// Where a straight mark is closed that stands before a text: on its line, or on the next one if the marks of that do not pair up
/// by themselves.
fn straight_end(text: &str, mark: char) -> Option<usize> {
    let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
    if let Some(at) = line.find(mark) {
        return Some(at);
    }
    let next = rest.split('\n').next().unwrap_or_default();
    match next.matches(mark).count() % 2 {
        1 => next.find(mark).map(|at| line.len() + 1 + at),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(text: &str) -> Vec<&str> {
        marked(text).quoted.into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn every_kind_of_mark_opens_a_quotation() {
        for text in [
            "甲“乙”丙",
            "甲「乙」丙",
            "甲『乙』丙",
            "甲\"乙\"丙",
            "甲＂乙＂丙",
            "甲〝乙〞丙",
        ] {
            assert_eq!(quoted(text), ["乙"], "{text}");
        }
        assert_eq!(quoted("‘乙’《丙》"), [""; 0]);
    }

    #[test]
    fn marks_inside_a_quotation_belong_to_it() {
        assert_eq!(
            quoted("“坚持‘枫桥经验’”，“坚持“枫桥经验”好”"),
            ["坚持‘枫桥经验’", "坚持“枫桥经验”好"]
        );
        assert_eq!(quoted("「甲『乙』丙」『丁』"), ["甲『乙』丙", "丁"]);
    }

    #[test]
    fn a_quotation_may_run_over_lines_and_paragraphs() {
        assert_eq!(quoted("“甲\n乙”“丙\n　　“丁。”戊"), ["甲\n乙", "丙\n　　“丁。"]);
        assert_eq!(quoted("说\"甲\n乙\"，\"丙\"\n\"丁\""), ["甲\n乙", "丙", "丁"]);
    }

    #[test]
    fn a_mark_without_its_other_half_is_told_and_hides_nothing() {
        let text = "甲“乙，“丙”丁";
        assert_eq!(quoted(text), ["丙"]);
        assert_eq!(marked(text).lonely, ["甲".len()]);
        assert_eq!(marked("甲”乙").lonely.len(), 1);
        assert_eq!(marked("5\"长").lonely.len(), 1);
        assert_eq!(quoted("5\"长\n\"甲\""), ["甲"]);
    }

    #[test]
    fn a_file_of_opening_marks_is_read_in_good_time() {
        let text = "“".repeat(20_000);
        assert_eq!(marked(&text).lonely.len(), 20_000);
    }
}
