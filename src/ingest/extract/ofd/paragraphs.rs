//! Puts characters together: those on one base line into a line, lines that run from margin to margin into a paragraph, over the
//! ends of pages too.

use std::collections::HashMap;

use super::super::{Line, LineStyle, Run};
use super::page::Glyph;
use crate::report::{Dropped, Place};

/// A gap of so many sizes of type parts two columns; a smaller one down to the second is a blank.
const COLUMN: f64 = 2.5;
const BLANK: f64 = 0.8;

/// The lines of all pages.
#[derive(Default)]
pub(super) struct Laid {
    pub lines: Vec<Line>,
    pub dropped: Vec<Dropped>,
}

/// A line on a page.
#[derive(Clone, Debug)]
struct Row {
    page: u64,
    /// Its parts, with gaps as wide as columns between them, each with where it starts.
    parts: Vec<(f64, String)>,
    x: f64,
    end: f64,
    y: f64,
    size: f64,
}

impl Row {
    fn text(&self) -> String {
        let parts: Vec<&str> = self.parts.iter().map(|(_, text)| text.as_str()).collect();
        parts.join("\u{3000}\u{3000}")
    }
}

/// Where the lines of a document begin and end.
struct Margins {
    left: f64,
    right: f64,
    /// Whether paragraphs begin with an indent.
    indented: bool,
}

pub(super) fn lay_out(pages: Vec<Vec<Glyph>>) -> Laid {
    let mut laid = Laid::default();
    let mut rows: Vec<Row> = Vec::new();
    let count = pages.len();
    for (n, glyphs) in pages.into_iter().enumerate() {
        rows.extend(rows_of(glyphs, n as u64 + 1));
    }
    let rows = without_furniture(rows, count, &mut laid.dropped);
    let margins = Margins::of(&rows);
    let in_table = table_rows(&rows);
    let mut paragraph: Option<(Line, usize)> = None;
    for (n, row) in rows.iter().enumerate() {
        if in_table[n] {
            laid.lines.extend(paragraph.take().map(|(line, _)| line));
            let cells: Vec<&str> = row.parts.iter().map(|(_, text)| text.as_str()).collect();
            laid.lines.push(line(cells.join("\t"), LineStyle::TableRow, row.page));
            continue;
        }
        match &mut paragraph {
            Some((line, last)) if margins.joins(&rows[*last], row, &line.text) => {
                append(line, row);
                *last = n;
            }
            _ => {
                laid.lines.extend(paragraph.take().map(|(line, _)| line));
                paragraph = Some((line(row.text(), LineStyle::Paragraph, row.page), n));
            }
        }
    }
    laid.lines.extend(paragraph.map(|(line, _)| line));
    laid
}

fn line(text: String, style: LineStyle, page: u64) -> Line {
    let run = Run {
        at: 0,
        source: page..page + 1,
    };
    Line {
        text,
        style,
        runs: vec![run],
    }
}

/// Goes on with a paragraph, on the next page perhaps.
fn append(line: &mut Line, row: &Row) {
    let latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let text = row.text();
    // A number may be broken at the margin, a word is not.
    let is_word = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic());
    if latin(line.text.chars().next_back()) && latin(text.chars().next()) {
        let words = is_word(line.text.chars().next_back()) && is_word(text.chars().next());
        if words {
            line.text.push(' ');
        }
    }
    if line.runs.last().is_some_and(|run| run.source.start != row.page) {
        line.runs.push(Run {
            at: line.text.len(),
            source: row.page..row.page + 1,
        });
    }
    line.text.push_str(&text);
}

/// The lines of a page from top to bottom.
fn rows_of(mut glyphs: Vec<Glyph>, page: u64) -> Vec<Row> {
    glyphs.sort_by(|a, b| a.y.total_cmp(&b.y));
    let mut rows = Vec::new();
    let mut line: Vec<Glyph> = Vec::new();
    for glyph in glyphs {
        // Small raised figures and type of two sizes share a line.
        let fits = line.last().is_none_or(|last: &Glyph| {
            let first = line.first().map_or(last.y, |first| first.y);
            glyph.y - last.y <= 0.35 * glyph.size.min(last.size) && glyph.y - first <= 0.6 * glyph.size.max(last.size)
        });
        if !fits {
            rows.extend(row_of(std::mem::take(&mut line), page));
        }
        line.push(glyph);
    }
    rows.extend(row_of(line, page));
    rows
}

/// The characters of a line from left to right; `None` when all are blank.
fn row_of(mut glyphs: Vec<Glyph>, page: u64) -> Option<Row> {
    glyphs.sort_by(|a, b| a.x.total_cmp(&b.x));
    let shown = |glyph: &&Glyph| !glyph.c.is_whitespace() && !glyph.c.is_control();
    let first = *glyphs.iter().find(shown)?;
    let mut row = Row {
        page,
        parts: vec![(first.x, String::new())],
        x: first.x,
        end: first.end,
        y: first.y,
        size: first.size,
    };
    let mut blanks = false;
    let mut before: Option<Glyph> = None;
    for glyph in glyphs {
        if !shown(&&glyph) {
            blanks |= glyph.c.is_whitespace();
            continue;
        }
        // Bold type is often the same character drawn twice.
        let is_double = before.is_some_and(|before| before.c == glyph.c && glyph.x - before.x < 0.15 * glyph.size);
        if is_double {
            continue;
        }
        let gap = before.map_or(0.0, |before| glyph.x - before.end) / glyph.size.max(0.1);
        if gap > COLUMN {
            row.parts.push((glyph.x, String::new()));
        } else if (gap > BLANK || blanks) && before.is_some() {
            row.push(' ');
        }
        row.push(glyph.c);
        row.end = row.end.max(glyph.end);
        row.size = row.size.max(glyph.size);
        blanks = false;
        before = Some(glyph);
    }
    Some(row)
}

impl Row {
    fn push(&mut self, c: char) {
        if let Some((_, text)) = self.parts.last_mut() {
            text.push(c);
        }
    }
}

/// Which lines are rows of a table: they have columns, and so has a line beside them, at the same place.
fn table_rows(rows: &[Row]) -> Vec<bool> {
    let aligned = |a: &Row, b: &Row| {
        let shared = |(x, _): &&(f64, String)| b.parts.iter().any(|(other, _)| (x - other).abs() < 1.5 * a.size);
        a.page == b.page && a.parts.len() > 1 && b.parts.len() > 1 && a.parts.iter().filter(shared).count() > 1
    };
    (0..rows.len())
        .map(|n| {
            (n > 0 && aligned(&rows[n], &rows[n - 1])) || rows.get(n + 1).is_some_and(|next| aligned(&rows[n], next))
        })
        .collect()
}

impl Margins {
    fn of(rows: &[Row]) -> Margins {
        let longest = rows.iter().map(|row| row.end - row.x).fold(0.0, f64::max);
        let long: Vec<&Row> = rows.iter().filter(|row| row.end - row.x > 0.6 * longest).collect();
        let mut starts: Vec<f64> = long.iter().map(|row| row.x).collect();
        let mut ends: Vec<f64> = long.iter().map(|row| row.end).collect();
        starts.sort_by(f64::total_cmp);
        ends.sort_by(f64::total_cmp);
        let left = starts.get(starts.len() / 10).copied().unwrap_or(0.0);
        let right = ends
            .get((ends.len() * 9 / 10).min(ends.len().saturating_sub(1)))
            .copied()
            .unwrap_or(0.0);
        let mut margins = Margins {
            left,
            right,
            indented: false,
        };
        margins.indented = rows.iter().filter(|row| margins.indents(row)).count() >= 2;
        margins
    }

    fn indents(&self, row: &Row) -> bool {
        let indent = row.x - self.left;
        indent > 0.8 * row.size && indent < 4.5 * row.size
    }

    /// Whether a line goes on with the paragraph of the line above it.
    fn joins(&self, above: &Row, below: &Row, text: &str) -> bool {
        let size = above.size.max(below.size);
        let fills = above.end > self.right - 1.6 * size;
        let begins_left = (below.x - self.left).abs() <= 0.8 * size;
        let alike = (above.size - below.size).abs() < 0.2 * size;
        let near = above.page != below.page || below.y - above.y < 3.0 * size;
        let is_whole = text.ends_with(['。', '：', '！', '？']);
        fills && begins_left && alike && near && (self.indented || !is_whole)
    }
}

/// Drops page numbers, and heads and feet that many pages repeat.
fn without_furniture(rows: Vec<Row>, pages: usize, dropped: &mut Vec<Dropped>) -> Vec<Row> {
    let mut repeats: HashMap<(String, i64), usize> = HashMap::new();
    let key = |row: &Row| (row.text(), row.y.round() as i64);
    let is_edge: Vec<bool> = (0..rows.len())
        .map(|n| {
            let at = |m: Option<usize>| {
                m.and_then(|m| rows.get(m))
                    .is_none_or(|other| other.page != rows[n].page)
            };
            at(n.checked_sub(1)) || at(Some(n + 1))
        })
        .collect();
    for (row, _) in rows.iter().zip(&is_edge).filter(|(_, is_edge)| **is_edge) {
        *repeats.entry(key(row)).or_default() += 1;
    }
    let mut kept = Vec::with_capacity(rows.len());
    for (row, is_edge) in rows.into_iter().zip(is_edge) {
        let text = row.text();
        let repeated = repeats.get(&key(&row)).copied().unwrap_or(0);
        let reason = match is_edge {
            true if is_page_number(&text, row.page, pages) => "page number",
            true if repeated >= 3 && repeated * 2 > pages && text.chars().count() < 60 => "running head",
            _ => {
                kept.push(row);
                continue;
            }
        };
        dropped.push(Dropped {
            text,
            reason: reason.to_owned(),
            source: Place::Page(row.page),
        });
    }
    kept
}

/// — 3 —, 第3页, 3/12: a number of about the page's own count and nothing else.
fn is_page_number(text: &str, page: u64, pages: usize) -> bool {
    let is_dressing = |c: char| c.is_whitespace() || "-—–－─·•第页共/～~".contains(c);
    if !text.chars().all(|c| is_dressing(c) || c.is_numeric()) {
        return false;
    }
    let first: String = text
        .chars()
        .skip_while(|c| is_dressing(*c))
        .take_while(char::is_ascii_digit)
        .collect();
    // Pages before the first that bears a number may be many, but a figure is seldom so near.
    first
        .parse::<u64>()
        .is_ok_and(|number| number.abs_diff(page) <= 3.max(pages as u64 / 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Full-width characters of 5 mm, set from (x, y).
    fn set(glyphs: &mut Vec<Glyph>, text: &str, x: f64, y: f64) {
        for (n, c) in text.chars().enumerate() {
            let x = x + 5.0 * n as f64;
            glyphs.push(Glyph {
                c,
                x,
                y,
                size: 5.0,
                end: x + 5.0,
            });
        }
    }

    fn page(lines: &[(&str, f64)]) -> Vec<Glyph> {
        let mut glyphs = Vec::new();
        for (n, (text, x)) in lines.iter().enumerate() {
            set(&mut glyphs, text, *x, 20.0 + 9.0 * n as f64);
        }
        glyphs.reverse();
        glyphs
    }

    fn texts(laid: &Laid) -> Vec<&str> {
        laid.lines.iter().map(|line| line.text.as_str()).collect()
    }

    #[test]
    fn lines_are_joined_to_paragraphs_over_pages() {
        let pages = vec![
            page(&[
                ("二〇二四年度报告", 40.0),
                ("全年调解矛盾纠纷二百三十", 30.0),
                ("起，成功率达到百分之九十八。", 20.0),
                ("深入开展法治宣传教育，发", 30.0),
                ("—1—", 50.0),
            ]),
            page(&[
                ("放宣传资料三千余份。", 20.0),
                ("共有法律明白人培训结业的", 30.0),
                ("一百八十人。", 20.0),
                ("—2—", 50.0),
            ]),
        ];
        let laid = lay_out(pages);
        assert_eq!(
            texts(&laid),
            [
                "二〇二四年度报告",
                "全年调解矛盾纠纷二百三十起，成功率达到百分之九十八。",
                "深入开展法治宣传教育，发放宣传资料三千余份。",
                "共有法律明白人培训结业的一百八十人。"
            ]
        );
        assert_eq!(
            laid.lines[2].runs,
            [Run { at: 0, source: 1..2 }, Run { at: 36, source: 2..3 }]
        );
        assert_eq!(
            laid.dropped
                .iter()
                .filter(|dropped| dropped.reason == "page number")
                .count(),
            2
        );
    }

    #[test]
    fn columns_beside_columns_are_a_table() {
        let mut glyphs = Vec::new();
        for (n, (name, value)) in [("案件", "十二"), ("调解", "三十")].into_iter().enumerate() {
            set(&mut glyphs, name, 20.0, 20.0 + 9.0 * n as f64);
            set(&mut glyphs, value, 80.0, 20.0 + 9.0 * n as f64);
        }
        set(&mut glyphs, "青政发", 20.0, 60.0);
        set(&mut glyphs, "签发人", 90.0, 60.0);
        let laid = lay_out(vec![glyphs]);
        assert_eq!(
            texts(&laid),
            ["案件\t十二", "调解\t三十", "青政发\u{3000}\u{3000}签发人"]
        );
    }

    #[test]
    fn heads_that_every_page_repeats_are_dropped() {
        let head = "青石镇人民政府文件";
        let pages: Vec<_> = ["甲段落。", "乙段落。", "丙段落。"]
            .iter()
            .map(|text| page(&[(head, 20.0), (text, 30.0), ("丁。", 30.0)]))
            .collect();
        let laid = lay_out(pages);
        assert!(!texts(&laid).contains(&head));
        assert_eq!(laid.dropped.len(), 6);
    }

    #[test]
    fn characters_drawn_twice_are_one() {
        let mut glyphs = page(&[("青石镇", 20.0)]);
        let again: Vec<Glyph> = glyphs
            .iter()
            .map(|glyph| Glyph {
                x: glyph.x + 0.1,
                ..*glyph
            })
            .collect();
        glyphs.extend(again);
        assert_eq!(texts(&lay_out(vec![glyphs])), ["青石镇"]);
    }
}
