//! The plain reading that the index is held to: the rules of exactness, written a second time, character by character and
//! without the library. Slow and simple on purpose.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use crate::sample::repository;

/// What a text is made of, as far as phrases are concerned, and which characters it was written with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// A character, a number or a word in its plainest form; `/` for a clause mark or a line end.
    pub text: String,
    /// In characters of the original.
    pub chars: Range<usize>,
}

pub const BREAK: &str = "/";

/// The units of a text that is read: line ends part it.
pub fn units_of_text(text: &str) -> Vec<Unit> {
    units(text, true)
}

/// The units of a phrase that is looked for: it may have been copied across lines.
pub fn units_of_phrase(phrase: &str) -> Vec<String> {
    units(phrase, false).into_iter().map(|unit| unit.text).collect()
}

/// How often a phrase starts in a text.
pub fn occurrences(text: &[Unit], phrase: &[String]) -> u64 {
    if phrase.is_empty() {
        return 0;
    }
    let starts = text.windows(phrase.len());
    starts
        .filter(|window| window.iter().zip(phrase).all(|(unit, wanted)| unit.text == *wanted))
        .count() as u64
}

fn units(text: &str, line_ends_part: bool) -> Vec<Unit> {
    let chars: Vec<char> = text.chars().map(plain).collect();
    let mut units: Vec<Unit> = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let c = chars[at];
        let end = if c.is_ascii_digit() {
            number_end(&chars, at)
        } else if is_latin(c) {
            run_end(&chars, at, is_latin)
        } else {
            at + 1
        };
        let parts = is_clause_mark(c) || (line_ends_part && is_line_end(c));
        if parts {
            // A run of marks is one, and none stands before the first unit.
            if units.last().is_some_and(|last| last.text != BREAK) {
                units.push(Unit {
                    text: BREAK.to_owned(),
                    chars: at..end,
                });
            }
        } else if c.is_alphanumeric() || is_symbol(c) {
            let written = chars[at..end]
                .iter()
                .filter(|c| !matches!(c, ',' | ' ') && !is_absent(**c));
            let text = written.flat_map(|c| c.to_lowercase()).map(simplified).collect();
            units.push(Unit { text, chars: at..end });
        }
        at = end;
    }
    if units.last().is_some_and(|last| last.text == BREAK) {
        units.pop();
    }
    units
}

/// The half-width form.
fn plain(c: char) -> char {
    match c {
        '\u{3000}' | '\u{a0}' => ' ',
        // A full-width comma never stands inside a number, so it must stay told apart.
        '，' => c,
        '！'..='～' => char::from_u32(c as u32 - 0xfee0).expect("an ASCII character"),
        '○' | '◯' => '〇',
        c => c,
    }
}

/// 1,176 · 3.5 · 2024.12.4 · 1 9 9 3
fn number_end(chars: &[char], start: usize) -> usize {
    let is_digit = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
    if let Some(end) = spaced_number_end(chars, start) {
        return end;
    }
    let digits = |from: usize| run_end(chars, from, |c| c.is_ascii_digit());
    let mut end = digits(start);
    while written_digits(&chars[start..end]) <= 3 + 3 * written_commas(&chars[start..end])
        && chars.get(end) == Some(&',')
        && written_digits(&chars[end + 1..digits(end + 1).max(end + 1)]) == 3
    {
        end = digits(end + 1);
    }
    while chars.get(end) == Some(&'.') && is_digit(end + 1) {
        end = digits(end + 1);
    }
    end
}

fn written_digits(chars: &[char]) -> usize {
    chars.iter().filter(|c| c.is_ascii_digit()).count()
}

fn written_commas(chars: &[char]) -> usize {
    chars.iter().filter(|c| **c == ',').count()
}

/// Three to twelve digits, one by one, with one blank between each two, and no digit before or after them.
fn spaced_number_end(chars: &[char], start: usize) -> Option<usize> {
    if start >= 2 && chars[start - 1] == ' ' && chars[start - 2].is_ascii_digit() {
        return None;
    }
    let rest = &chars[start..];
    let mut digits = 1;
    while digits < 12
        && rest.get(2 * digits - 1) == Some(&' ')
        && rest.get(2 * digits).is_some_and(char::is_ascii_digit)
    {
        digits += 1;
    }
    let end = 2 * digits - 1;
    let next = rest[end..].iter().find(|c| **c != ' ');
    (digits >= 3 && !next.is_some_and(char::is_ascii_digit)).then_some(start + end)
}

/// The end of the characters of a kind from `start` on, with what cannot be seen among them.
fn run_end(chars: &[char], start: usize, is_of_kind: impl Fn(char) -> bool) -> usize {
    let mut end = start;
    for (at, &c) in chars.iter().enumerate().skip(start) {
        if is_of_kind(c) {
            end = at + 1;
        } else if !is_absent(c) {
            break;
        }
    }
    end
}

fn is_latin(c: char) -> bool {
    c.is_alphabetic() && (c as u32) < 0x250 && !matches!(c, 'ª' | 'º' | 'µ')
}

fn is_absent(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}')
}

fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{2028}' | '\u{2029}')
}

fn is_clause_mark(c: char) -> bool {
    matches!(
        c,
        ',' | '，' | '.' | ';' | ':' | '!' | '?' | '。' | '、' | '…' | '‥' | '｡' | '､'
    )
}

/// Symbols that are read aloud.
fn is_symbol(c: char) -> bool {
    matches!(c, '℃' | '№' | '①'..='⓿' | '㈠'..='㏿' | '\u{fffd}')
}

fn simplified(c: char) -> char {
    /// The table is data of the project; how it is used here is not.
    static TABLE: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
        let text = std::fs::read_to_string(repository().join("index_schema/traditional.tsv")).expect("the table");
        let pairs = text.lines().filter_map(|line| line.split_once('\t'));
        pairs
            .filter_map(|(from, to)| Some((from.chars().next()?, to.chars().next()?)))
            .filter(|(from, _)| *from != '#')
            .collect()
    });
    TABLE.get(&c).copied().unwrap_or(c)
}

#[test]
fn the_scan_reads_as_the_contract_says() {
    let shown = |text: &str| {
        let units = units_of_text(text);
        units
            .iter()
            .map(|unit| unit.text.as_str())
            .collect::<Vec<_>>()
            .join(" ")
    };
    for (text, units) in [
        ("新时代“枫桥经验”", "新 时 代 枫 桥 经 验"),
        ("２０２４ 年,关於", "2024 年 / 关 于"),
        ("1,176件。\n共1234,567", "1176 件 / 共 1234 / 567"),
        ("1 9 9 3 年，12 35", "1993 年 / 12 35"),
        ("97.8%，LED屏", "97.8 / led 屏"),
        ("法治|国家《行政处罚法》", "法 治 国 家 行 政 处 罚 法"),
    ] {
        assert_eq!(shown(text), units, "{text}");
    }
    let count = |text: &str, phrase: &str| occurrences(&units_of_text(text), &units_of_phrase(phrase));
    assert_eq!(
        (
            count("人人人人", "人人"),
            count("办结197件", "97件"),
            count("素质。推进", "素质推进")
        ),
        (3, 0, 0)
    );
}
