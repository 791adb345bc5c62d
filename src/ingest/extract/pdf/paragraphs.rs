//! Rebuilds paragraphs from the rows of pages.
//!
//! A row goes on with the paragraph above when the row above is full, that is, when the first word of this one would not have
//! fitted on it, and this one begins at the margin. Chinese paragraphs begin two characters further in, and their lines are full
//! but for the last; so the rule needs no marks in the text, and works across pages and columns as well.

use std::collections::HashMap;

use super::furniture::{Page, usual_pitch, usual_size};
use super::rows::Row;
use crate::ingest::blocks::numbering;
use crate::ingest::extract::{Line, LineStyle, Run};
use crate::text::plain::is_han;

/// A first line is indented by more than this, in sizes of the characters.
const INDENT: f32 = 1.2;

/// Room above a row that is wider than this, in usual distances of lines, begins a paragraph.
const ROOM: f32 = 1.45;

/// Rows belong to one paragraph when their sizes differ by less than this share.
const SAME_SIZE: f32 = 0.08;

/// A title is larger than the text by this factor, and stands among so many first paragraphs.
const TITLE_SIZE: f32 = 1.12;
const TITLE_WITHIN: usize = 10;

/// Text that takes less of its page than this share is all short lines: they do not tell where the margin is.
const NARROW: f32 = 0.7;

/// Where the text of some rows begins and ends.
#[derive(Clone, Copy)]
struct Margins {
    left: f32,
    right: f32,
}

impl Margins {
    /// Short lines take the margin on the right to be as wide as that on the left.
    fn widened(self, width: f32) -> Margins {
        match self.right - self.left < NARROW * (width - 2.0 * self.left) {
            true => Margins {
                right: width - self.left,
                ..self
            },
            false => self,
        }
    }
}

/// A paragraph that grows.
struct Paragraph {
    line: Line,
    /// Its latest row, without the text.
    last: Row,
    /// The last characters of it tell whether it may go on.
    rows: usize,
    margins: Margins,
    centred: bool,
}

/// The paragraphs, titles and table rows of some pages, in order.
pub fn build(pages: Vec<Page>) -> Vec<Line> {
    let size = usual_size(&pages);
    let pitch = usual_pitch(&pages).unwrap_or(size * 1.5);
    let margins = AllMargins::of(&pages, size);
    let mut paragraphs: Vec<Paragraph> = Vec::new();
    for row in pages.into_iter().flat_map(|page| page.rows) {
        let margins = margins.of_row(&row);
        let centred = is_centred(&row, margins, size);
        let above = paragraphs
            .last_mut()
            .filter(|above| above.goes_on(&row, margins, centred, pitch));
        match above {
            Some(above) => above.append(row, margins),
            None => paragraphs.push(Paragraph::new(row, margins, centred)),
        }
    }
    if let Some(title) = title(&paragraphs, size) {
        paragraphs[title].line.style = LineStyle::Title;
    }
    paragraphs.into_iter().map(|paragraph| paragraph.line).collect()
}

/// What stands between the end of one row and the start of the next: a blank between Latin words, nothing in Chinese.
pub fn glue(above: &str, below: &str) -> &'static str {
    let latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic());
    match latin(above.chars().next_back()) && latin(below.chars().next()) {
        true => " ",
        false => "",
    }
}

impl Paragraph {
    fn new(row: Row, margins: Margins, centred: bool) -> Paragraph {
        let style = if row.cells {
            LineStyle::TableRow
        } else {
            LineStyle::Paragraph
        };
        Paragraph {
            line: Line {
                text: row.text.clone(),
                style,
                runs: vec![Run {
                    at: 0,
                    source: row.page..row.page + 1,
                }],
            },
            last: Row {
                text: String::new(),
                ..row
            },
            rows: 1,
            margins,
            centred,
        }
    }

    fn append(&mut self, row: Row, margins: Margins) {
        let glue = glue(&self.line.text, &row.text);
        self.line.text.push_str(glue);
        if row.page != self.last.page {
            self.line.runs.push(Run {
                at: self.line.text.len(),
                source: row.page..row.page + 1,
            });
        }
        self.line.text.push_str(&row.text);
        self.last = Row {
            text: String::new(),
            ..row
        };
        self.margins = margins;
        self.rows += 1;
    }

    /// Whether a row goes on with this paragraph.
    fn goes_on(&self, row: &Row, margins: Margins, centred: bool, pitch: f32) -> bool {
        let last = &self.last;
        if last.cells || row.cells || (row.size - last.size).abs() > SAME_SIZE * last.size.max(row.size) {
            return false;
        }
        let follows = row.page == last.page && row.column == last.column;
        let step = row.y - last.y;
        let close = !follows || (step > 0.0 && step < ROOM * pitch.max(1.15 * row.size));
        if self.centred && centred {
            // A title over several lines is set with more room.
            let near = follows && step > 0.0 && step < 2.4 * row.size;
            return near && row.bold == last.bold && is_broken_title(&self.line.text, &row.text);
        }
        if self.centred != centred && self.rows == 1 && self.centred {
            return false;
        }
        let start = row.x[0] - margins.left;
        close && self.is_full(row) && self.is_at_margin(row, start) && !self.is_new_item(row)
    }

    /// Whether the first word of the row below would not have fitted on the last row.
    fn is_full(&self, below: &Row) -> bool {
        let free = self.margins.right - self.last.x[1];
        free < first_word(&below.text) * below.size + 0.6 * below.size
    }

    /// Whether a row begins where the lines of this paragraph do.
    fn is_at_margin(&self, row: &Row, start: f32) -> bool {
        let indent = INDENT * row.size;
        if start < indent {
            return true;
        }
        // Lines below a number that stands out to the left: 1. 加强……
        let hanging = self.rows > 1 || self.last.x[0] + indent < row.x[0];
        let width = self.margins.right - self.margins.left;
        let same_column = row.page == self.last.page && row.column == self.last.column;
        let in_line = (row.x[0] - self.last.x[0]).abs() < 0.5 * row.size;
        same_column
            && start < 0.35 * width
            && if self.rows > 1 {
                in_line
            } else {
                hanging && is_item(&self.line.text)
            }
    }

    /// Where paragraphs are not indented, a full line that ends a sentence may be a last one: a number below it then begins the
    /// next.
    fn is_new_item(&self, row: &Row) -> bool {
        let ended = self.line.text.ends_with(['。', '；', '！', '？', '：', ';', ':']);
        ended && is_item(&row.text)
    }
}

fn is_item(text: &str) -> bool {
    numbering(text).is_some() || text.starts_with(['●', '■', '◆', '•', '·', '①', '②', '③', '④', '⑤'])
}

/// Whether two centred rows are one title: not 目录 above a heading, and not a name above its date.
fn is_broken_title(above: &str, below: &str) -> bool {
    let is_number = |text: &str| text.contains(['〔', '［', '[']) && text.ends_with('号');
    let is_date = |text: &str| text.ends_with('日') && text.chars().any(|c| c.is_ascii_digit());
    let ended = above.ends_with(['。', '：', ':', '）', ')']) || above.ends_with("文件");
    let bracket = below.starts_with(['（', '(', '—', '-']);
    !(ended || bracket || is_number(above) || is_number(below) || is_date(below) || is_item(below))
}

/// How wide the first word of a text is, in characters of full width, with the marks that may not stand apart from it. Quotation
/// marks hold on to both their neighbours, as browsers break lines (UAX 14, class QU).
fn first_word(text: &str) -> f32 {
    let is_latin = |c: char| c.is_ascii_graphic();
    let is_quote = |c: char| matches!(c, '“' | '”' | '‘' | '’' | '"');
    let opens = |c: char| matches!(c, '（' | '《' | '【' | '〔' | '「' | '(');
    let closes = |c: char| "，。、；：！？）》】〕」%％‰—…".contains(c);
    let mut width = 0.0;
    let mut before = None;
    for c in text.chars().take(40) {
        let holds = |before: char| {
            is_latin(before) && is_latin(c) || is_quote(before) || is_quote(c) || opens(before) || closes(c)
        };
        if before.is_some_and(|before| !holds(before)) {
            break;
        }
        width += if is_latin(c) { 0.55 } else { 1.0 };
        before = Some(c);
    }
    width
}

/// Whether a row stands in the middle of the page, and not just because its first line is indented.
fn is_centred(row: &Row, margins: Margins, size: f32) -> bool {
    let (left, right) = (row.x[0] - margins.left, margins.right - row.x[1]);
    let large = row.size > TITLE_SIZE * size;
    let far_in = if large { 0.5 } else { 2.7 };
    !row.cells && (left - right).abs() < 1.3 * row.size && (left > far_in * row.size || large && left > -row.size)
}

/// The title: large and centred, above the text. A red header (…文件) is no title, nor is what has no Chinese in it.
fn title(paragraphs: &[Paragraph], size: f32) -> Option<usize> {
    let head = paragraphs.iter().take(TITLE_WITHIN).enumerate();
    let until_text = head.take_while(|(_, paragraph)| paragraph.centred || paragraph.line.text.chars().count() < 40);
    let likely = until_text.filter(|(_, paragraph)| {
        let text = &paragraph.line.text;
        let long = (6..=90).contains(&text.chars().filter(|c| is_han(*c)).count());
        let large = paragraph.last.size > TITLE_SIZE * size;
        paragraph.centred
            && large
            && long
            && paragraph.last.page == 1
            && !text.ends_with("文件")
            && !text.contains('〔')
    });
    likely
        .max_by(|a, b| a.1.last.size.total_cmp(&b.1.last.size))
        .map(|(n, _)| n)
}

/// The margins of every page and column.
struct AllMargins {
    of_pages: HashMap<(u64, usize), Margins>,
    /// Of left and right pages, for pages with little text.
    usual: [Option<Margins>; 2],
}

impl AllMargins {
    fn of(pages: &[Page], size: f32) -> AllMargins {
        let mut rows: HashMap<(u64, usize), Vec<&Row>> = HashMap::new();
        let mut sides: [Vec<&Row>; 2] = [Vec::new(), Vec::new()];
        for row in pages.iter().flat_map(|page| &page.rows).filter(|row| !row.cells) {
            rows.entry((row.page, row.column)).or_default().push(row);
            if row.column == 0 {
                sides[row.page as usize % 2].push(row);
            }
        }
        let widths: HashMap<u64, f32> = pages.iter().map(|page| (page.number, page.width)).collect();
        let widest = pages.iter().map(|page| page.width).fold(0.0, f32::max);
        let usual = sides.map(|rows| Some(margins(&rows, size, 1)?.widened(widest)));
        let of_pages = rows.into_iter().filter_map(|(key, rows)| {
            let enough = if key.1 == 0 { 8 } else { 1 };
            let own = margins(&rows, size, enough)?;
            // A page of short lines knows its right margin from the others.
            let wide = usual[key.0 as usize % 2]
                .filter(|usual| key.1 == 0 && own.right - own.left < 0.9 * (usual.right - usual.left));
            Some((key, wide.unwrap_or(own)))
        });
        let of_pages = of_pages.map(|((page, column), margins)| {
            let width = widths.get(&page).copied().filter(|_| column == 0);
            ((page, column), width.map_or(margins, |width| margins.widened(width)))
        });
        AllMargins {
            of_pages: of_pages.collect(),
            usual,
        }
    }

    fn of_row(&self, row: &Row) -> Margins {
        let side = row.page as usize % 2;
        let own = self.of_pages.get(&(row.page, row.column)).copied();
        let usual = || self.usual[side].or(self.usual[1 - side]);
        own.or_else(usual).unwrap_or(Margins {
            left: row.x[0],
            right: row.x[1],
        })
    }
}

/// The margins of some rows, when there are enough of them.
fn margins(rows: &[&Row], size: f32, enough: usize) -> Option<Margins> {
    // Titles and headers keep margins of their own.
    let is_text = |row: &&&Row| (row.size - size).abs() < SAME_SIZE * size;
    let text: Vec<&Row> = rows.iter().filter(is_text).copied().collect();
    let rows = if text.is_empty() { rows } else { &text };
    if rows.len() < enough.max(1) {
        return None;
    }
    let sorted = |place: fn(&Row) -> f32| {
        let mut places: Vec<f32> = rows.iter().map(|row| place(row)).collect();
        places.sort_by(f32::total_cmp);
        places
    };
    let (starts, ends) = (sorted(|row| row.x[0]), sorted(|row| row.x[1]));
    let between = |places: &[f32], from: f32, to: f32| {
        places.partition_point(|place| *place <= to) - places.partition_point(|place| *place < from)
    };
    // A row or two that stand out to the left are not at the margin.
    let needed = (rows.len() / 12).max(1);
    let begins = |start: &f32| between(&starts, *start, start + 0.5 * size) >= needed;
    let left = starts.iter().copied().find(begins).unwrap_or(starts[0]);
    // Marks may hang over the margin: where most of the long rows end is the margin.
    let far = ends[ends.len() - 1];
    let near = ends.iter().rev().copied().take_while(|end| *end > far - 2.5 * size);
    let right = near.fold((far, 0), |best, end| {
        let count = between(&ends, end - 0.6 * size, end);
        if count > best.1 { (end, count) } else { best }
    });
    Some(Margins { left, right: right.0 })
}
