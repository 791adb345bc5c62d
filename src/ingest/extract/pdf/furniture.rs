//! Finds what a page only carries along: running headers and footers, and page numbers.
//!
//! A line goes when it stands at the edge of the page, set apart from the text by room or by smaller type, and stands at the same
//! height on other pages too, digits aside. A line of the text that happens to repeat is not set apart, and stays.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;

use super::rows::Row;

/// So many lines at either edge of a page may be a header or footer.
const EDGE_LINES: usize = 4;

/// A header has so many lines at most.
const HEADER_LINES: usize = 2;

/// Headers stand no further in than this share of the page's height.
const MARGIN: f32 = 0.11;

/// Headers stand at the same height when it differs by less than this, in points.
const SAME_HEIGHT: f32 = 3.0;

/// Room of so many lines sets a header apart.
const APART: f32 = 1.6;

/// Type smaller than this share of the text's sets a header apart.
const SMALLER: f32 = 0.92;

/// The rows of one page.
pub struct Page {
    /// From 1.
    pub number: u64,
    pub width: f32,
    pub height: f32,
    pub rows: Vec<Row>,
}

/// A line at the edge of a page.
struct Edge {
    page: usize,
    row: usize,
    top: bool,
    /// How far its line stands from that edge of the page.
    height: f32,
    /// Its text without blanks, every number a `#`.
    key: String,
    number: Option<u64>,
    apart: bool,
}

/// Takes headers, footers and page numbers from the pages: each with its reason.
pub fn take(pages: &mut [Page]) -> Vec<(Row, &'static str)> {
    let edges = edges(pages);
    let mut heights: HashMap<(bool, &str), Vec<f32>> = HashMap::new();
    for edge in &edges {
        heights
            .entry((edge.top, edge.key.as_str()))
            .or_default()
            .push(edge.height);
    }
    heights.values_mut().for_each(|heights| heights.sort_by(f32::total_cmp));
    let alike = |edge: &Edge| -> usize {
        let heights = &heights[&(edge.top, edge.key.as_str())];
        let from = heights.partition_point(|height| *height < edge.height - SAME_HEIGHT);
        heights.partition_point(|height| *height <= edge.height + SAME_HEIGHT) - from
    };
    let shift = usual_shift(&edges, pages);
    let mut gone: Vec<(usize, usize, &'static str)> = Vec::new();
    let mut stopped: Option<(usize, bool)> = None;
    for edge in &edges {
        // What stands further inside than a line of the text is text.
        if stopped == Some((edge.page, edge.top)) {
            continue;
        }
        let row = &pages[edge.page].rows[edge.row];
        match reason(edge, row, alike(edge), pages, shift) {
            Some(reason) => gone.push((edge.page, edge.row, reason)),
            None => stopped = Some((edge.page, edge.top)),
        }
    }
    gone.sort_unstable();
    gone.dedup_by_key(|(page, row, _)| (*page, *row));
    let taken = gone
        .iter()
        .rev()
        .map(|(page, row, reason)| (pages[*page].rows.remove(*row), *reason));
    let mut taken: Vec<(Row, &'static str)> = taken.collect();
    taken.reverse();
    taken
}

fn reason(edge: &Edge, row: &Row, alike: usize, pages: &[Page], shift: Option<i64>) -> Option<&'static str> {
    if row.cells {
        return None;
    }
    if let Some(number) = edge.number {
        let counted = shift.is_some_and(|shift| number as i64 - pages[edge.page].number as i64 == shift);
        if counted || edge.apart || row.running {
            return Some("page number");
        }
    }
    if edge.apart && is_browsers(&row.text, edge.top) {
        return Some(if edge.top { "running header" } else { "running footer" });
    }
    let often = alike >= 3 || alike * 2 >= pages.len();
    let outside = edge.height < MARGIN * pages[edge.page].height;
    let repeats = alike >= 2 && (row.running || outside && edge.apart && often);
    match (repeats, edge.top) {
        (true, true) => Some("running header"),
        (true, false) => Some("running footer"),
        _ => None,
    }
}

/// By how much the numbers at the edges run ahead of the pages, when two pages or more agree.
fn usual_shift(edges: &[Edge], pages: &[Page]) -> Option<i64> {
    let mut counts: HashMap<i64, usize> = HashMap::new();
    for edge in edges {
        let Some(number) = edge.number else { continue };
        *counts
            .entry(number as i64 - pages[edge.page].number as i64)
            .or_default() += 1;
    }
    let most = counts.into_iter().max_by_key(|(shift, count)| (*count, -shift.abs()))?;
    (most.1 >= 2).then_some(most.0)
}

/// The lines at the edges of all pages, from the outermost inwards.
fn edges(pages: &[Page]) -> Vec<Edge> {
    let size = usual_size(pages);
    let pitch = usual_pitch(pages).unwrap_or(size * 1.8);
    let mut edges = Vec::new();
    for (n, page) in pages.iter().enumerate() {
        let mut order: Vec<usize> = (0..page.rows.len()).collect();
        order.sort_by(|a, b| page.rows[*a].y.total_cmp(&page.rows[*b].y));
        for top in [true, false] {
            let rows: Vec<usize> = order.iter().copied().take(EDGE_LINES + 1).collect();
            for (at, row) in rows.iter().enumerate().take(EDGE_LINES) {
                edges.push(edge(page, n, *row, top, is_apart(page, &rows[at..], pitch, size)));
            }
            order.reverse();
        }
    }
    edges
}

fn edge(page: &Page, n: usize, row: usize, top: bool, apart: bool) -> Edge {
    let line = &page.rows[row];
    let shown: String = line.text.chars().filter(|c| !c.is_whitespace()).collect();
    Edge {
        page: n,
        row,
        top,
        height: if top { line.y } else { page.height - line.y },
        number: page_number(&shown),
        key: numbers().replace_all(&shown, "#").into_owned(),
        apart,
    }
}

/// Whether the first of some rows, listed inwards, is set apart from the text: by room below it or below one of the next, or by
/// its type. A row that is all there is of its page is.
fn is_apart(page: &Page, rows: &[usize], pitch: f32, size: f32) -> bool {
    let first = &page.rows[rows[0]];
    let room = rows
        .windows(2)
        .take(HEADER_LINES)
        .any(|pair| (page.rows[pair[0]].y - page.rows[pair[1]].y).abs() > APART * pitch);
    room || rows.len() == 1 || first.size < SMALLER * size
}

/// The size of most of the text.
pub fn usual_size(pages: &[Page]) -> f32 {
    let mut counts: HashMap<i64, usize> = HashMap::new();
    for row in pages.iter().flat_map(|page| &page.rows) {
        *counts.entry((row.size * 2.0).round() as i64).or_default() += row.text.chars().count();
    }
    let most = counts.into_iter().max_by_key(|(size, count)| (*count, *size));
    most.map_or(10.5, |(size, _)| size as f32 / 2.0)
}

/// The usual distance from one line to the next.
pub fn usual_pitch(pages: &[Page]) -> Option<f32> {
    let pairs = pages.iter().flat_map(|page| page.rows.windows(2));
    let mut steps: Vec<f32> = pairs
        .filter(|pair| pair[0].column == pair[1].column && !pair[0].cells && !pair[1].cells)
        .map(|pair| pair[1].y - pair[0].y)
        .filter(|step| *step > 0.0)
        .collect();
    steps.sort_by(f32::total_cmp);
    steps.get(steps.len() / 2).copied()
}

fn numbers() -> &'static Regex {
    static NUMBERS: LazyLock<Regex> = LazyLock::new(|| pattern(r"[0-9０-９]+"));
    &NUMBERS
}

/// Whether a line is what browsers print above and below a page: the time and the title, the address and the number of the page.
fn is_browsers(text: &str, top: bool) -> bool {
    static HEADER: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4},? ?(?:上午|下午)? ?\d{1,2}:\d{2}"));
    static FOOTER: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(?:https?|file)://\S+ \d{1,4}/\d{1,4}$"));
    if top {
        HEADER.is_match(text)
    } else {
        FOOTER.is_match(text)
    }
}

/// The number of a line that is a page number and no more, blanks left out: 3, — 3 —, 第3页共9页, 3/9.
fn page_number(shown: &str) -> Option<u64> {
    static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
        let dash = r"[-—–－―‐─·•~～\.]*";
        pattern(&format!(
            r"^(?:{dash}([0-9０-９]{{1,4}}){dash}|[-—]*第?([0-9０-９]{{1,4}})(?:页[,，/／|]*共?|[/／]|of)[0-9０-９]{{1,4}}页?[-—]*|第([0-9０-９]{{1,4}})页|[Pp]age([0-9]{{1,4}})(?:of[0-9]{{1,4}})?)$"
        ))
    });
    // No page number is as long as a sentence.
    if shown.len() > 60 {
        return None;
    }
    let found = NUMBER.captures(shown)?;
    let digits = found.iter().skip(1).flatten().next()?.as_str();
    let value = digits
        .chars()
        .filter_map(|c| c.to_digit(10).or_else(|| (c as u32).checked_sub('０' as u32)));
    Some(value.fold(0, |sum, digit| sum * 10 + u64::from(digit)))
}

/// The patterns of this file are written in it; a test tries each.
fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap_or_else(|error| panic!("{error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pages of lines: text, distance from the top, size.
    fn pages(pages: &[&[(&str, f32, f32)]]) -> Vec<Page> {
        let rows = |n: usize, lines: &[(&str, f32, f32)]| {
            lines
                .iter()
                .map(move |(text, y, size)| Row {
                    text: (*text).to_owned(),
                    y: *y,
                    size: *size,
                    page: n as u64 + 1,
                    ..Row::default()
                })
                .collect()
        };
        let number = pages.iter().enumerate();
        number
            .map(|(n, lines)| Page {
                number: n as u64 + 1,
                width: 600.0,
                height: 800.0,
                rows: rows(n, lines),
            })
            .collect()
    }

    fn taken(lines: &[&[(&str, f32, f32)]]) -> Vec<(String, &'static str)> {
        let mut pages = pages(lines);
        take(&mut pages)
            .into_iter()
            .map(|(row, reason)| (row.text, reason))
            .collect()
    }

    const BODY: [(&str, f32, f32); 4] = [
        ("全镇调解纠纷", 100.0, 16.0),
        ("成功率较高", 128.0, 16.0),
        ("群众满意", 156.0, 16.0),
        ("社会稳定", 184.0, 16.0),
    ];

    #[test]
    fn what_stands_apart_on_every_page_goes() {
        let page = |number: &'static str| {
            [
                ("青石镇2024年报告", 40.0, 10.0),
                BODY[0],
                BODY[1],
                BODY[2],
                BODY[3],
                (number, 760.0, 10.0),
            ]
        };
        let taken = taken(&[&page("— 1 —"), &page("— 2 —"), &page("— 3 —")]);
        let reasons: Vec<&str> = taken.iter().map(|(_, reason)| *reason).collect();
        assert_eq!(
            reasons,
            [
                "running header",
                "page number",
                "running header",
                "page number",
                "running header",
                "page number"
            ]
        );
    }

    #[test]
    fn a_line_of_the_text_that_repeats_stays() {
        assert_eq!(taken(&[&BODY, &BODY]), []);
        let last = ("第12件矛盾纠纷已经调解完毕。", 212.0, 16.0);
        assert_eq!(
            taken(&[
                &[BODY[0], BODY[1], BODY[2], BODY[3], last],
                &[BODY[0], BODY[1], BODY[2], BODY[3], last]
            ]),
            []
        );
    }

    #[test]
    fn what_browsers_print_goes_from_a_single_page_too() {
        let page: Vec<(&str, f32, f32)> = [("11/21/26, 9:36 PM 白鹭镇", 24.0, 8.0)]
            .into_iter()
            .chain(BODY)
            .chain([("http://www.example.org/a.html 1/1", 820.0, 8.0)])
            .collect();
        let reasons: Vec<&str> = taken(&[&page]).into_iter().map(|(_, reason)| reason).collect();
        assert_eq!(reasons, ["running header", "running footer"]);
        assert!(is_browsers("2024/1/22 上午9:30 标题", true) && !is_browsers("2024/1/22 公开", true));
    }

    #[test]
    fn page_numbers_are_known_by_their_form() {
        for (text, number) in [
            ("3", Some(3)),
            ("—3—", Some(3)),
            ("-12-", Some(12)),
            ("第3页", Some(3)),
            ("第3页共9页", Some(3)),
            ("第3页/共9页", Some(3)),
            ("3/9", Some(3)),
            ("Page3of9", Some(3)),
            ("－１２－", Some(12)),
            ("2024年", None),
            ("第3章", None),
            ("3件", None),
            ("97.8%", None),
            ("12345678", None),
        ] {
            assert_eq!(page_number(text), number, "{text}");
        }
    }
}
