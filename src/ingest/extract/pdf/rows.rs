//! Puts the characters of a page into rows, in the order they are read: from the top down, and column by column where there
//! really are columns.

use super::glyphs::Glyph;
use crate::text::plain::{is_blank, is_han};

/// Glyphs stand on one line when their heights differ by less than this share of their size.
const SAME_LINE: f32 = 0.35;

/// A gap this wide, in sizes of the characters, parts a row: what stands beyond it may be another column. Marks at the end of a
/// line hang into the room between two columns.
const GAP: f32 = 0.95;

/// A gap this wide parts two cells.
const CELL_GAP: f32 = 1.8;

/// A gap this wide is a blank, between Han characters and between others.
const HAN_BLANK: f32 = 0.75;
const LATIN_BLANK: f32 = 0.22;
const MIXED_BLANK: f32 = 0.5;

/// The same glyph so near is drawn twice, to look bold or to throw a shadow.
const TWICE: f32 = 0.15;

/// A column has so many lines, and is so wide, in sizes of the characters; the one beside it is about as wide.
const COLUMN_LINES: usize = 5;
const COLUMN_WIDTH: f32 = 7.0;
const SAME_WIDTH: f32 = 0.75;

/// More places where pieces begin than this are no columns.
const MOST_STARTS: usize = 200;

/// What stands on one line of a page without a wide gap, or all of a table's row.
#[derive(Clone, Debug, Default)]
pub struct Row {
    pub text: String,
    /// From the left edge of the page.
    pub x: [f32; 2],
    /// From the top of the page.
    pub y: f32,
    /// Of most of its characters.
    pub size: f32,
    pub bold: bool,
    /// The program that made the file says that it is a running header or footer.
    pub running: bool,
    /// From 1.
    pub page: u64,
    /// Rows of one column share their margins: 0 stands for the page itself.
    pub column: usize,
    /// Its text is cells with tabs between.
    pub cells: bool,
}

impl Row {
    /// Adds what stands to the right.
    fn extend(&mut self, right: &Row, between: char) {
        self.text.push(between);
        self.text.push_str(&right.text);
        self.x[1] = self.x[1].max(right.x[1]);
        self.size = self.size.max(right.size);
        self.running &= right.running;
    }
}

/// The pieces of rows that glyphs make, from the top down and from the left.
pub fn pieces(mut glyphs: Vec<Glyph>, page: u64) -> Vec<Row> {
    glyphs.sort_by(|a, b| a.y.total_cmp(&b.y).then(a.x.total_cmp(&b.x)));
    let mut pieces = Vec::new();
    let mut rest = glyphs.as_mut_slice();
    while let Some(first) = rest.first() {
        let (y, mut size) = (first.y, first.size);
        let len = rest.iter().take_while(|glyph| {
            size = size.max(glyph.size.min(size * 1.5));
            glyph.y - y <= SAME_LINE * size
        });
        let len = len.count();
        let (line, below) = rest.split_at_mut(len);
        line.sort_by(|a, b| a.x.total_cmp(&b.x));
        cut(line, page, &mut pieces);
        rest = below;
    }
    pieces
}

/// Cuts one line at its gaps.
fn cut(line: &[Glyph], page: u64, pieces: &mut Vec<Row>) {
    let mut start = 0;
    let mut end = f32::MIN;
    let mut last = '\0';
    for (n, glyph) in line.iter().enumerate() {
        if glyph.c == ' ' {
            continue;
        }
        // Dots that lead to a page number are no gap.
        if n > start && glyph.x - end > GAP * glyph.size && !(last == '.' && glyph.c == '.') {
            pieces.extend(piece(&line[start..n], page));
            start = n;
        }
        end = end.max(glyph.end);
        last = glyph.c;
    }
    pieces.extend(piece(&line[start..], page));
}

/// The row that some glyphs of one line make; `None` when they show nothing.
fn piece(glyphs: &[Glyph], page: u64) -> Option<Row> {
    let shown = |glyph: &&Glyph| !is_blank(glyph.c);
    let first = glyphs.iter().find(shown)?;
    let mut row = Row {
        x: [first.x, first.end],
        page,
        ..Row::default()
    };
    let (mut bold, mut running, mut count) = (0, 0, 0_usize);
    let mut kept: Vec<&Glyph> = Vec::with_capacity(glyphs.len());
    for glyph in glyphs {
        let near = kept.iter().rev().take(3);
        let twice = |held: &Glyph| held.c == glyph.c && (glyph.x - held.x).abs() < TWICE * glyph.size;
        if !is_blank(glyph.c) && near.filter(|held| !is_blank(held.c)).any(|held| twice(held)) {
            continue;
        }
        kept.push(glyph);
    }
    let mut sizes: Vec<f32> = Vec::new();
    let mut held: Option<&Glyph> = None;
    let mut blank = false;
    for glyph in kept {
        if is_blank(glyph.c) {
            blank |= held.is_some() && is_real_blank(glyph);
            continue;
        }
        if let Some(held) = held
            && (blank && keeps_blank(held.c, glyph.c, glyph.x - held.end, glyph.size) || is_gap(held, glyph))
        {
            row.text.push(' ');
        }
        row.text.push(glyph.c);
        row.x[1] = row.x[1].max(glyph.end);
        sizes.push(glyph.size);
        count += 1;
        bold += usize::from(glyph.bold);
        running += usize::from(glyph.running);
        (held, blank) = (Some(glyph), false);
    }
    sizes.sort_by(f32::total_cmp);
    row.size = sizes.get(sizes.len() / 2).copied().unwrap_or(first.size);
    let usual = glyphs.iter().find(|glyph| glyph.size == row.size);
    row.y = usual.map_or(first.y, |glyph| glyph.y);
    row.bold = bold * 2 > count;
    row.running = running == count;
    Some(row)
}

/// Some programs write blanks that take no room.
fn is_real_blank(glyph: &Glyph) -> bool {
    glyph.end - glyph.x > 0.1 * glyph.size
}

/// Whether a blank that the file holds shows.
fn keeps_blank(before: char, after: char, gap: f32, size: f32) -> bool {
    match is_wide(before) && is_wide(after) {
        true => gap > 0.4 * size,
        false => gap > 0.1 * size,
    }
}

/// Whether the room between two characters is a blank.
fn is_gap(before: &Glyph, after: &Glyph) -> bool {
    let gap = (after.x - before.end) / after.size.max(before.size);
    match (is_wide(before.c), is_wide(after.c)) {
        (true, true) => gap > HAN_BLANK,
        (false, false) => gap > LATIN_BLANK,
        _ => gap > MIXED_BLANK,
    }
}

fn is_wide(c: char) -> bool {
    is_han(c) || matches!(c, '\u{2014}'..='\u{2026}' | '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ffef}')
}

/// The pieces of a page as rows in reading order.
pub fn order(pieces: Vec<Row>) -> Vec<Row> {
    let mut next_column = 1;
    let mut rows = Vec::with_capacity(pieces.len());
    let mut rest = pieces;
    while !rest.is_empty() {
        let Some((from, to, gutter)) = columns(&rest) else {
            rows.extend(joined(rest));
            break;
        };
        let below = rest.split_off(to);
        let inside = rest.split_off(from);
        rows.extend(joined(rest));
        let (mut left, mut right): (Vec<Row>, Vec<Row>) = inside.into_iter().partition(|piece| piece.x[1] <= gutter);
        for side in [&mut left, &mut right] {
            side.iter_mut().for_each(|piece| piece.column = next_column);
            next_column += 1;
        }
        rows.extend(joined(left));
        rows.extend(joined(right));
        rest = below;
    }
    rows
}

/// Where two columns stand: a stretch of pieces that all keep clear of a gutter, with lines that fill both sides. Cells of a
/// table keep clear of one too, but do not fill their columns.
fn columns(pieces: &[Row]) -> Option<(usize, usize, f32)> {
    let mut starts: Vec<(i64, usize)> = Vec::new();
    for piece in pieces.iter().filter(|piece| !piece.cells) {
        let start = piece.x[0].round() as i64;
        match starts.iter().position(|(held, _)| (held - start).abs() <= 2) {
            Some(n) => starts[n].1 += 1,
            None if starts.len() < MOST_STARTS => starts.push((start, 1)),
            None => {}
        }
    }
    let likely = starts.into_iter().filter(|(_, count)| *count >= 2);
    let mut best: Option<(usize, usize, f32)> = None;
    for (start, _) in likely {
        let gutter = start as f32 - 3.0;
        let mut from = 0;
        for n in 0..=pieces.len() {
            let clear = pieces
                .get(n)
                .is_some_and(|piece| !piece.cells && (piece.x[1] <= gutter || piece.x[0] >= gutter));
            if clear {
                continue;
            }
            let longer = best.is_none_or(|(from_best, to_best, _)| n - from > to_best - from_best);
            if longer && let Some((first, last)) = two_columns(&pieces[from..n], gutter) {
                best = Some((from + first, from + last, gutter));
            }
            from = n + 1;
        }
    }
    best
}

/// The part of some pieces that stands in two columns at a gutter, by the places of its first piece and behind its last.
fn two_columns(pieces: &[Row], gutter: f32) -> Option<(usize, usize)> {
    let is_left = |piece: &Row| piece.x[1] <= gutter;
    let right_top = pieces
        .iter()
        .filter(|piece| !is_left(piece))
        .map(|piece| piece.y)
        .reduce(f32::min)?;
    // A title or a last line that is short may keep clear of the gutter as well.
    let first = pieces.iter().position(|piece| piece.y > right_top - piece.size * 1.5)?;
    let inside = &pieces[first..];
    let (left, right) = (Side::of(inside, is_left)?, Side::of(inside, |piece| !is_left(piece))?);
    let alike = left.width.min(right.width) > SAME_WIDTH * left.width.max(right.width);
    let lines = left.lines + right.lines;
    let prose = alike && lines >= 2 * COLUMN_LINES && (left.full + right.full) * 2 >= lines;
    if !prose {
        return None;
    }
    let right_start = inside
        .iter()
        .filter(|piece| !is_left(piece))
        .map(|piece| piece.x[0])
        .reduce(f32::min)?;
    (right_start - left.end > 4.0).then_some((first, pieces.len()))
}

/// One side of a gutter.
struct Side {
    lines: usize,
    /// How many of them fill the side.
    full: usize,
    width: f32,
    end: f32,
}

impl Side {
    /// `None` when it is no column of text.
    fn of(pieces: &[Row], belongs: impl Fn(&Row) -> bool) -> Option<Side> {
        let own = || pieces.iter().filter(|piece| belongs(piece));
        let start = own().map(|piece| piece.x[0]).reduce(f32::min)?;
        let end = own().map(|piece| piece.x[1]).reduce(f32::max)?;
        let size = own().map(|piece| piece.size).reduce(f32::max)?;
        let width = end - start;
        let full = own().filter(|piece| piece.x[1] - piece.x[0] > 0.8 * width).count();
        let side = Side {
            lines: own().count(),
            full,
            width,
            end,
        };
        (side.lines >= 3 && full >= 2 && width > COLUMN_WIDTH * size).then_some(side)
    }
}

/// The rows that pieces side by side make: cells where rows below each other have them at the same places, else one text.
fn joined(pieces: Vec<Row>) -> Vec<Row> {
    let mut lines: Vec<Vec<Row>> = Vec::new();
    for piece in pieces {
        let beside = |line: &Vec<Row>| {
            line.iter().all(|held| {
                !held.cells
                    && !piece.cells
                    && (held.y - piece.y).abs() <= SAME_LINE * held.size.max(piece.size)
                    && held.x[1] <= piece.x[0]
            })
        };
        let near = |held: &Row| piece.x[0] - held.x[1] < CELL_GAP * piece.size.max(held.size);
        match lines.last_mut().filter(|line| beside(line)) {
            Some(line) => match line.last_mut().filter(|held| near(held)) {
                Some(held) => held.extend(&piece, ' '),
                None => line.push(piece),
            },
            None => lines.push(vec![piece]),
        }
    }
    let in_table: Vec<bool> = (0..lines.len()).map(|n| stands_in_table(&lines, n)).collect();
    let rows = lines.into_iter().zip(in_table);
    rows.map(|(line, in_table)| side_by_side(line, in_table)).collect()
}

/// Whether a line has cells like the one above or below it and that one like a third.
fn stands_in_table(lines: &[Vec<Row>], n: usize) -> bool {
    let like = |a: usize, b: usize| match (lines.get(a), lines.get(b)) {
        (Some(a), Some(b)) => are_alike(a, b),
        _ => false,
    };
    let above = n >= 1 && like(n - 1, n);
    let below = like(n, n + 1);
    (above && below) || (above && n >= 2 && like(n - 2, n - 1)) || (below && like(n + 1, n + 2))
}

fn are_alike(a: &[Row], b: &[Row]) -> bool {
    let near = |a: &Row, b: &Row| {
        let size = a.size.max(b.size);
        let middle = |row: &Row| (row.x[0] + row.x[1]) / 2.0;
        (a.x[0] - b.x[0]).abs() < size || (a.x[1] - b.x[1]).abs() < size || (middle(a) - middle(b)).abs() < size
    };
    a.len() >= 2 && a.len() == b.len() && a.iter().zip(b).all(|(a, b)| near(a, b))
}

fn side_by_side(line: Vec<Row>, in_table: bool) -> Row {
    let mut pieces = line.into_iter();
    let mut row = pieces.next().unwrap_or_default();
    row.cells |= in_table;
    for piece in pieces {
        row.extend(&piece, if in_table { '\t' } else { ' ' });
    }
    row
}
