//! Finds the tables that are drawn with lines, and reads them row by row.

use super::glyphs::{Glyph, Rule};
use super::rows::{Row, pieces};

/// A drawing has more lines than this; a table has not.
const MOST_RULES: usize = 3000;

/// Lines meet, and lie on each other, when they are so near.
const NEAR: f32 = 2.5;

/// A table that is drawn: its lines, which all hang together.
struct Grid {
    /// Heights of its horizontal lines and places of its vertical ones, in order.
    ys: Vec<f32>,
    xs: Vec<f32>,
    rules: Vec<Rule>,
}

/// The rows of a page's tables, and the glyphs that stand in none. Columns are numbered from `first_column`.
pub fn take_tables(glyphs: Vec<Glyph>, rules: &[Rule], page: u64) -> (Vec<Row>, Vec<Glyph>) {
    let mut rest = glyphs;
    let mut rows = Vec::new();
    for (n, grid) in grids(rules).iter().enumerate() {
        let (inside, outside): (Vec<Glyph>, Vec<Glyph>) = rest.into_iter().partition(|glyph| grid.holds(glyph));
        rest = outside;
        rows.extend(grid.read(inside, page, 1000 * (n + 1)));
    }
    (rows, rest)
}

fn grids(rules: &[Rule]) -> Vec<Grid> {
    if rules.len() > MOST_RULES {
        return Vec::new();
    }
    // Lines that meet belong to one table: each begins as its own and takes over the number of those it meets.
    let mut of: Vec<usize> = (0..rules.len()).collect();
    for a in 0..rules.len() {
        for b in 0..a {
            if of[a] != of[b] && meet(&rules[a], &rules[b]) {
                let (kept, gone) = (of[a].min(of[b]), of[a].max(of[b]));
                of.iter_mut()
                    .filter(|group| **group == gone)
                    .for_each(|group| *group = kept);
            }
        }
    }
    let mut groups: Vec<usize> = of.clone();
    groups.sort_unstable();
    groups.dedup();
    let members = |group: usize| {
        rules
            .iter()
            .zip(&of)
            .filter(move |(_, of)| **of == group)
            .map(|(rule, _)| *rule)
    };
    groups
        .into_iter()
        .filter_map(|group| Grid::of(members(group).collect()))
        .collect()
}

fn meet(a: &Rule, b: &Rule) -> bool {
    let overlap = |a: [f32; 2], b: [f32; 2]| a[0] <= b[1] + NEAR && b[0] <= a[1] + NEAR;
    overlap(a.x, b.x) && overlap(a.y, b.y)
}

fn is_vertical(rule: &Rule) -> bool {
    rule.y[1] - rule.y[0] > rule.x[1] - rule.x[0]
}

/// Sorted, and each once.
fn distinct(mut places: Vec<f32>) -> Vec<f32> {
    places.sort_by(f32::total_cmp);
    places.dedup_by(|next, held| *next - *held <= NEAR);
    places
}

impl Grid {
    /// `None` when the lines make no table: it has two columns at least.
    fn of(rules: Vec<Rule>) -> Option<Grid> {
        let ys = distinct(
            rules
                .iter()
                .filter(|rule| !is_vertical(rule))
                .map(|rule| rule.y[0])
                .collect(),
        );
        let xs = distinct(
            rules
                .iter()
                .filter(|rule| is_vertical(rule))
                .map(|rule| rule.x[0])
                .collect(),
        );
        (ys.len() >= 2 && xs.len() >= 3).then_some(Grid { ys, xs, rules })
    }

    fn holds(&self, glyph: &Glyph) -> bool {
        let inside = |places: &[f32], at: f32| match (places.first(), places.last()) {
            (Some(first), Some(last)) => (first - NEAR..last + NEAR).contains(&at),
            _ => false,
        };
        inside(&self.xs, glyph.middle()) && inside(&self.ys, glyph.y - 0.35 * glyph.size)
    }

    /// Its rows: the text of each cell, in order.
    fn read(&self, glyphs: Vec<Glyph>, page: u64, column: usize) -> Vec<Row> {
        let bands = self.ys.len() - 1;
        let mut cells: Vec<Vec<(f32, Vec<Glyph>)>> = (0..bands).map(|band| self.cells(band)).collect();
        for glyph in glyphs {
            let height = glyph.y - 0.35 * glyph.size;
            let band = self.ys[1..bands].partition_point(|y| *y <= height);
            let band = self.top_of(band, glyph.middle());
            let row = &mut cells[band];
            let n = row.partition_point(|(left, _)| *left <= glyph.middle() + 0.01).max(1) - 1;
            if let Some((_, held)) = row.get_mut(n) {
                held.push(glyph);
            }
        }
        let mut rows = Vec::new();
        for (band, row) in cells.into_iter().enumerate() {
            self.read_band(row, self.ys[band], page, column + band, &mut rows);
        }
        rows
    }

    /// The left edges of a band's cells.
    fn cells(&self, band: usize) -> Vec<(f32, Vec<Glyph>)> {
        let middle = (self.ys[band] + self.ys[band + 1]) / 2.0;
        let crosses = |x: f32| {
            let near = |rule: &&Rule| is_vertical(rule) && (rule.x[0] - x).abs() <= NEAR;
            let reaches = |rule: &Rule| (rule.y[0] - NEAR..=rule.y[1] + NEAR).contains(&middle);
            self.rules.iter().filter(near).any(reaches)
        };
        let inner = &self.xs[1..self.xs.len() - 1];
        let edges = std::iter::once(self.xs[0]).chain(inner.iter().copied().filter(|x| crosses(*x)));
        edges.map(|x| (x, Vec::new())).collect()
    }

    /// The first band of the cell that reaches over some: no line stands between them there.
    fn top_of(&self, band: usize, x: f32) -> usize {
        let parted = |y: f32| {
            let near = |rule: &&Rule| !is_vertical(rule) && (rule.y[0] - y).abs() <= NEAR;
            let reaches = |rule: &Rule| (rule.x[0] - NEAR..=rule.x[1] + NEAR).contains(&x);
            self.rules.iter().filter(near).any(reaches)
        };
        let mut top = band;
        while top > 0 && !parted(self.ys[top]) {
            top -= 1;
        }
        top
    }

    /// One row of cells; a band that is a single cell is text like any other.
    fn read_band(&self, row: Vec<(f32, Vec<Glyph>)>, y: f32, page: u64, column: usize, rows: &mut Vec<Row>) {
        if row.len() == 1 {
            let text = row.into_iter().flat_map(|(_, glyphs)| pieces(glyphs, page));
            rows.extend(text.map(|row| Row { column, ..row }));
            return;
        }
        let cells: Vec<Vec<Row>> = row.into_iter().map(|(_, glyphs)| pieces(glyphs, page)).collect();
        let Some(first) = cells.iter().flatten().next() else {
            return;
        };
        let text: Vec<String> = cells.iter().map(|cell| cell_text(cell)).collect();
        rows.push(Row {
            text: text.join("\t"),
            x: [self.xs[0], self.xs[self.xs.len() - 1]],
            y: y + first.size,
            size: first.size,
            bold: first.bold,
            running: false,
            page,
            column: 0,
            cells: true,
        });
    }
}

/// The lines of a cell as one.
fn cell_text(lines: &[Row]) -> String {
    let mut text = String::new();
    for line in lines {
        text.push_str(super::glue(&text, &line.text));
        text.push_str(&line.text);
    }
    text
}
