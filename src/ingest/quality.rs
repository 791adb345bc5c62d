//! Measures how far a report's text can be trusted: what is not found in a damaged text may have been there all the same.

use std::sync::LazyLock;

use memchr::memmem::Finder;
use regex::Regex;

use crate::ingest::blocks::{Block, BlockKind};
use crate::report::{Dropped, Grade, Quality, ReportKind};
use crate::schema::quality::{Limit, limits};
use crate::text::plain::{is_blank, is_han};

/// Measures the text of `blocks`. `dropped` is what was left out of it, for its page numbers; only a report can be too short.
pub fn measure(blocks: &[Block], dropped: &[Dropped], kind: ReportKind) -> Quality {
    let counts = Counts::of(blocks);
    let mut quality = Quality {
        chars: counts.shown,
        unreadable: share(counts.unreadable, counts.shown),
        mojibake: share(counts.mojibake, counts.shown),
        spaced: share(counts.spaced, counts.spaced + counts.joined),
        masked: share(counts.masked, counts.masked + counts.digits),
        missing_pages: missing_pages(dropped),
        ..Quality::default()
    };
    let limits = limits();
    let percent = |share: f64| format!("{}%", (share * 1000.0).round() / 10.0);
    let mut verdicts = vec![
        above(quality.unreadable, &limits.unreadable, || {
            format!("{} of the characters are unreadable", percent(quality.unreadable))
        }),
        above(quality.mojibake, &limits.mojibake, || {
            format!("{} of the text looks wrongly decoded", percent(quality.mojibake))
        }),
        above(
            enough(quality.spaced, counts.spaced, &limits.spaced),
            &limits.spaced,
            || {
                format!(
                    "blanks in {} of the words, as recognised print has",
                    percent(quality.spaced)
                )
            },
        ),
        above(
            enough(quality.masked, counts.masked, &limits.masked),
            &limits.masked,
            || format!("{} of the digits are masked", percent(quality.masked)),
        ),
        above(quality.missing_pages.len() as f64, &limits.missing_pages, || {
            format!("no page {}", numbers(&quality.missing_pages))
        }),
    ];
    // No limit is below a length: the signs are turned.
    let short = Limit {
        fair: -limits.short.fair,
        poor: -limits.short.poor,
        least: 0,
    };
    if kind.is_report() {
        verdicts.push(above(-(quality.chars as f64), &short, || {
            format!("only {} characters", quality.chars)
        }));
    }
    if counts.headings >= limits.headings.least {
        let limit = Limit {
            fair: limits.headings.fair,
            poor: limits.headings.poor,
            least: 0,
        };
        verdicts.push(above(share(counts.heading_chars, counts.shown), &limit, || {
            "hardly more than headings".to_owned()
        }));
    }
    for (grade, reason) in verdicts.into_iter().flatten() {
        quality.grade = worse(quality.grade, grade);
        quality.reasons.push(reason);
    }
    quality
}

/// A report asks hardly ever.
const MOST_QUESTIONS: u64 = 5;

/// What a text is made of, in characters.
#[derive(Default)]
struct Counts {
    shown: u64,
    unreadable: u64,
    mojibake: u64,
    /// Gaps between two Han characters with a blank in them, and without.
    spaced: u64,
    joined: u64,
    /// Question marks between two Han characters: a lost character each, when there are many.
    questions: u64,
    digits: u64,
    masked: u64,
    headings: usize,
    heading_chars: u64,
}

impl Counts {
    fn of(blocks: &[Block]) -> Counts {
        let mut counts = Counts::default();
        for block in blocks {
            counts.add(block);
        }
        if counts.questions > MOST_QUESTIONS {
            counts.unreadable += counts.questions;
        }
        counts
    }

    fn add(&mut self, block: &Block) {
        let text = block.text();
        let before = self.shown;
        let mut last = ' ';
        let mut gap = false;
        let mut asked = false;
        for c in text.chars() {
            if is_blank(c) {
                gap = true;
                continue;
            }
            self.shown += 1;
            // Nearly every character is Han after Han, and counts as no more than that.
            if !gap && is_han(c) && is_han(last) {
                self.joined += 1;
                last = c;
                continue;
            }
            self.unreadable += u64::from(is_lost(c));
            self.digits += u64::from(c.is_ascii_digit());
            // A star at the start of a line is a bullet.
            self.masked += u64::from(c == '*' && last != ' ');
            if is_han(last) && is_han(c) {
                if gap {
                    self.spaced += 1;
                } else {
                    self.joined += 1;
                }
            }
            self.questions += u64::from(asked && (is_han(c) || c == '?'));
            asked = c == '?' && (is_han(last) || last == '?');
            last = c;
            gap = false;
        }
        for (mark, length) in MOJIBAKE.iter() {
            self.mojibake += (mark.find_iter(text.as_bytes()).count() * length) as u64;
        }
        if matches!(block.kind, BlockKind::Heading | BlockKind::Title) || is_entry(text) {
            self.headings += 1;
            self.heading_chars += self.shown - before;
        }
    }
}

/// What wrongly decoded text is full of, ready to be looked for in every text, with the lengths in characters.
static MOJIBAKE: LazyLock<Vec<(Finder<'static>, usize)>> = LazyLock::new(|| {
    let marks = limits().marks.mojibake.iter();
    marks.map(|mark| (Finder::new(mark), mark.chars().count())).collect()
});

/// Whether a character stands for one that was lost.
fn is_lost(c: char) -> bool {
    matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}') || limits().marks.unreadable.contains(&c)
}

/// A line of a table of contents: 一、主要举措和成效……3.
fn is_entry(text: &str) -> bool {
    static ENTRY: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?:…{2,}|\.{4,}|·{4,}|-{4,})\s*\d{1,3}$").ok());
    text.len() < 300 && ENTRY.as_ref().is_some_and(|entry| entry.is_match(text))
}

/// The numbers that are missing between the first and the last page number that was dropped, and up to the 共N页 that one of them
/// says. Fewer than three numbers, or numbers out of order, are no run.
fn missing_pages(dropped: &[Dropped]) -> Vec<u32> {
    static NUMBER: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(\d{1,4})(?:\D{0,4}(?:共|/|of)\D{0,2}(\d{1,4}))?").ok());
    let Some(number) = NUMBER.as_ref() else {
        return Vec::new();
    };
    let mut pages: Vec<u32> = Vec::new();
    let mut total = 0;
    for page in dropped.iter().filter(|dropped| dropped.reason == "page number") {
        let Some(found) = number.captures(&page.text) else {
            continue;
        };
        let read = |n: usize| found.get(n).and_then(|m| m.as_str().parse::<u32>().ok());
        pages.extend(read(1));
        total = total.max(read(2).unwrap_or(0));
    }
    pages.dedup();
    let (Some(&first), Some(&last)) = (pages.first(), pages.last()) else {
        return Vec::new();
    };
    let is_run = pages.len() >= 3 && pages.windows(2).all(|pair| pair[0] < pair[1]) && last < first + 500;
    if !is_run {
        return Vec::new();
    }
    let end = if total < last + 500 { total.max(last) } else { last };
    (first..=end)
        .filter(|page| pages.binary_search(page).is_err())
        .collect()
}

/// A share, if it is of cases enough to say something.
fn enough(share: f64, cases: u64, limit: &Limit) -> f64 {
    if cases < limit.least { 0.0 } else { share }
}

fn above(value: f64, limit: &Limit, reason: impl Fn() -> String) -> Option<(Grade, String)> {
    if value > limit.poor {
        Some((Grade::Poor, reason()))
    } else if value > limit.fair {
        Some((Grade::Fair, reason()))
    } else {
        None
    }
}

fn worse(a: Grade, b: Grade) -> Grade {
    if a as u8 > b as u8 { a } else { b }
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        return 0.0;
    }
    // Four digits are exact enough, and the same on every machine.
    (part as f64 / whole as f64 * 10_000.0).round() / 10_000.0
}

/// `3, 5, 6 …`: not more than five.
fn numbers(numbers: &[u32]) -> String {
    let shown: Vec<String> = numbers.iter().take(5).map(u32::to_string).collect();
    let more = if numbers.len() > 5 { " …" } else { "" };
    format!("{}{more}", shown.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::blocks::clean;
    use crate::ingest::extract::{Line, LineStyle, Run, Scale};

    const LONG: &str =
        "全年开展法治宣传活动12场次，发放宣传资料三千余份，解答群众咨询六百余人次，营造了良好的法治氛围。";

    fn measured(text: &str) -> Quality {
        let mut at = 0;
        let line = |line: &str| {
            let start = at;
            at += line.len() as u64 + 1;
            Line {
                text: line.to_owned(),
                style: LineStyle::Plain,
                runs: vec![Run {
                    at: 0,
                    source: start..start + line.len() as u64,
                }],
            }
        };
        let lines: Vec<Line> = text.split('\n').map(line).collect();
        let cleaned = clean(&lines, Scale::Bytes(encoding_rs::UTF_8));
        measure(&cleaned.blocks, &cleaned.dropped, ReportKind::RuleOfLaw)
    }

    #[test]
    fn damage_lowers_the_grade_and_says_why() {
        let long = LONG.repeat(12);
        let spaced: String = long.chars().flat_map(|c| [c, ' ']).collect();
        let masked = long.replace("12", "**");
        let asked = long.replace('治', "?");
        let lost = long.replace("宣传", "\u{FFFD}\u{FFFD}");
        let mixed = format!("{long}\n锛屾硶娌绘斂搴滃缓璁撅紝銆傜殑鐨勩€傛硶娌诲缓璁俱€傘€傘€傘€傘€傘€");
        let pages = format!("{LONG}\n\n- 1 -\n\n{long}\n\n- 2 -\n\n{long}\n\n- 4 -\n\n{long}");
        let contents =
            "古镛镇2024年法治政府建设年度报告\n一、主要举措和成效……1\n二、存在的不足和原因……4\n三、下一年度主要安排……6";
        for (text, grade, reason) in [
            (long.as_str(), Grade::Good, ""),
            (&spaced, Grade::Fair, "blanks in"),
            (&masked, Grade::Fair, "of the digits are masked"),
            (&asked, Grade::Poor, "of the characters are unreadable"),
            (&lost, Grade::Poor, "of the characters are unreadable"),
            (&mixed, Grade::Fair, "looks wrongly decoded"),
            (&pages, Grade::Fair, "no page 3"),
            (LONG, Grade::Poor, "only 49 characters"),
            (contents, Grade::Poor, "hardly more than headings"),
            ("", Grade::Poor, "only 0 characters"),
        ] {
            let quality = measured(text);
            assert_eq!(quality.grade, grade, "{reason}: {quality:?}");
            assert!(
                reason.is_empty() && quality.reasons.is_empty() || quality.reasons.iter().any(|r| r.contains(reason)),
                "{reason}: {quality:?}"
            );
        }
    }

    #[test]
    fn page_numbers_out_of_order_miss_nothing() {
        let page = |text: &str| Dropped {
            text: text.to_owned(),
            reason: "page number".to_owned(),
            source: crate::report::Place::Page(1),
        };
        let missing = |texts: &[&str]| missing_pages(&texts.iter().map(|text| page(text)).collect::<Vec<_>>());
        assert_eq!(missing(&["- 1 -", "- 2 -", "- 5 -"]), [3, 4]);
        assert_eq!(missing(&["第1页 共4页", "第2页 共4页", "第3页 共4页"]), [4]);
        assert!(missing(&["1", "2", "3"]).is_empty());
        assert!(missing(&["3", "1", "9"]).is_empty());
        assert!(missing(&["1", "9"]).is_empty());
    }
}
