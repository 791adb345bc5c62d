//! Finds the facts that stand around an article: `索引号 | 370399/2025-00158`, `发布时间：2022-03-28 来源：白鹭镇 浏览量：`.

use super::page::PageLine;
use crate::schema::page::{Label, page as known};

/// What a line states.
pub(super) struct Facts {
    /// Label and value; the label without blanks, brackets and colon.
    pub facts: Vec<(String, String)>,
    /// The line is a label by itself, and the next one its value.
    pub takes_next: bool,
}

/// Whether a line states facts about the article, and nothing else.
pub(super) fn is_facts(line: &PageLine) -> bool {
    of(line, None).is_some()
}

/// What a line states; `next` is the line after it, when that may be the value of a label that stands by itself.
pub(super) fn of(line: &PageLine, next: Option<&PageLine>) -> Option<Facts> {
    const LONGEST: usize = 400;
    if line.text.len() > LONGEST * 3 || line.text.contains('。') {
        return None;
    }
    let cells: Vec<&str> = line.text.split('\t').map(|cell| cell.trim_matches(is_idle)).collect();
    if cells.len() > 1 {
        return of_row(&cells);
    }
    let text = cells[0];
    if let Some((_, name)) = known().label(text) {
        return of_lone_label(text, name, next);
    }
    let facts = of_text(text).or_else(|| of_joined(line))?;
    Some(Facts {
        facts,
        takes_next: false,
    })
}

/// A label by itself: its value is the next line, if that looks like one. `来源` without a colon may be a heading.
fn of_lone_label(text: &str, name: String, next: Option<&PageLine>) -> Option<Facts> {
    let is_marked = text.contains([':', '：', '[', '【']) || name.chars().count() >= 3;
    let value = next.map(|next| next.text.trim()).filter(|value| {
        let is_short = !value.is_empty() && value.chars().count() <= 60;
        is_short && !value.contains(['。', '\t']) && known().label(value).is_none() && of_text(value).is_none()
    });
    // Only what reads like a value is one: the title of the article may follow an empty 文号.
    let value = value.filter(|value| fits(&name, value));
    if !is_marked && value.is_none() {
        return None;
    }
    let takes_next = value.is_some();
    let facts = value.map(|value| (name, value.to_owned())).into_iter().collect();
    Some(Facts { facts, takes_next })
}

/// Whether a value can belong to a label when only their order says so.
fn fits(name: &str, value: &str) -> bool {
    let has_digits = value.chars().any(|c| c.is_ascii_digit());
    if name.contains("日期") || name.contains("时间") || name.contains('号') {
        return has_digits && value.chars().count() <= 40 && !value.contains("报告");
    }
    !value.contains("报告") && value.chars().count() <= 30
}

/// Cells of a row: label, value, label, value, or both in one cell.
fn of_row(cells: &[&str]) -> Option<Facts> {
    let is_label = |cell: &str| known().label(cell).is_some();
    let mut facts = Vec::new();
    let mut found = false;
    let mut n = 0;
    while n < cells.len() {
        let cell = cells[n];
        if let Some((kind, name)) = known().label(cell) {
            found = true;
            if let Some(value) = cells.get(n + 1).filter(|value| !is_label(value)) {
                if kind == Label::Fact && !value.is_empty() {
                    facts.push((name, (*value).to_owned()));
                }
                n += 1;
            }
        } else if let Some(more) = of_text(cell) {
            found = true;
            facts.extend(more);
        } else if !cell.is_empty() {
            // Something else in the row: a table of data, unless the row began as facts with a label we do not know.
            let is_unknown_label = found && cell.chars().count() <= 8 && cells.get(n + 1).is_some();
            if !is_unknown_label {
                return None;
            }
            n += 1;
        }
        n += 1;
    }
    found.then_some(Facts {
        facts,
        takes_next: false,
    })
}

/// `label：value label：value …` from the first character to the last.
fn of_text(text: &str) -> Option<Vec<(String, String)>> {
    let labels = known().labels_in(text);
    let first = labels.first()?;
    if !text[..first.0.start].chars().all(is_idle) {
        return None;
    }
    let mut facts = Vec::new();
    for (n, (range, kind, name)) in labels.iter().enumerate() {
        let end = labels.get(n + 1).map_or(text.len(), |next| next.0.start);
        let value = text[range.end..end].trim_matches(is_idle);
        // A value longer than this is a sentence that happens to start so.
        if value.chars().count() > 100 {
            return None;
        }
        if *kind == Label::Fact && !value.is_empty() {
            facts.push((name.clone(), value.to_owned()));
        }
    }
    Some(facts)
}

/// A label and a value that only their elements keep apart: `<b>索引号</b><span>11500…</span>`.
fn of_joined(line: &PageLine) -> Option<Vec<(String, String)>> {
    for &joint in &line.joints {
        let (label, value) = (line.text.get(..joint)?, line.text.get(joint..)?);
        if let Some((kind, name)) = known().label(label.trim_matches(is_idle)) {
            let value = value.trim_matches(|c| is_idle(c) || ":：".contains(c));
            if value.chars().count() > 60 || !fits(&name, value) {
                return None;
            }
            return Some(match kind {
                Label::Fact if !value.is_empty() => vec![(name, value.to_owned())],
                _ => Vec::new(),
            });
        }
    }
    None
}

/// What may stand around labels and values.
fn is_idle(c: char) -> bool {
    c.is_whitespace() || "-•·|丨｜*".contains(c)
}
