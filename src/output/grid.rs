//! Lays a table out in columns of a terminal, where a Chinese character takes two.

use crate::error::Result;
use crate::table::{Cell, Column, Kind, Row, Table};

use super::sink::Sink;
use super::style::{Label, Style};
use super::tabular::{header, runs, shown};
use super::{Options, RowStream, visible, wrap};

/// The widths are those of the first rows; a later row that needs more moves what follows it.
const MEASURED_ROWS: usize = 1000;
const GAP: &str = "  ";

/// Prints the title, the columns, the rows as they come, and the notes. A matrix that is wider than the terminal is printed in
/// blocks of columns, one below the other, each with the columns that say what a row is; nothing is left out.
pub(super) fn print(table: &Table, rows: RowStream<'_>, options: &Options, out: &mut Sink<'_>) -> Result<()> {
    let style = &options.style;
    let mut some: Vec<Row> = rows.take(MEASURED_ROWS).collect::<Result<_>>()?;
    let widths: Vec<usize> = (0..table.columns.len())
        .map(|at| width_of(&table.columns[at], some.iter().filter_map(|row| row.get(at))))
        .collect();
    let grid = Grid {
        columns: &table.columns,
        widths: &widths,
        style,
    };
    writeln!(out, "{}", style.paint(Label::Caption, &visible::line(&table.title)))?;
    let blocks = blocks(&table.columns, &widths, options.width);
    if let [block] = blocks.as_slice() {
        grid.put_header(block, out)?;
        for row in some.into_iter().map(Ok).chain(rows) {
            grid.put_row(block, &row?, out)?;
        }
    } else {
        loop {
            for block in &blocks {
                grid.put_caption(block, out)?;
                grid.put_header(block, out)?;
                some.iter().try_for_each(|row| grid.put_row(block, row, out))?;
            }
            some = rows.take(MEASURED_ROWS).collect::<Result<_>>()?;
            if some.is_empty() {
                break;
            }
        }
    }
    for note in &table.notes {
        writeln!(out, "{}", style.paint(Label::Note, &visible::line(note)))?;
    }
    Ok(())
}

/// The columns that stand side by side: the places of all, or, of a matrix that is too wide, those of each block.
fn blocks(columns: &[Column], widths: &[usize], room: usize) -> Vec<Vec<usize>> {
    let width = |places: &[usize]| places.iter().map(|&at| widths[at] + GAP.len()).sum::<usize>();
    let all: Vec<usize> = (0..columns.len()).collect();
    let is_key = |column: &&Column| matches!(column.kind, Kind::Text | Kind::Year);
    let keys = columns.iter().take_while(is_key).count().max(1).min(columns.len());
    let is_matrix = columns.len() > keys + 2 && columns[keys..].iter().all(|column| column.kind.is_number());
    if !is_matrix || width(&all) <= room.saturating_add(GAP.len()) {
        return vec![all];
    }
    let mut blocks: Vec<Vec<usize>> = Vec::new();
    for (at, width_of_it) in widths.iter().enumerate().skip(keys) {
        match blocks.last_mut() {
            Some(block) if width(block) + width_of_it <= room => block.push(at),
            _ => blocks.push((0..keys).chain([at]).collect()),
        }
    }
    blocks
}

/// What cells are laid out in.
struct Grid<'a> {
    columns: &'a [Column],
    widths: &'a [usize],
    style: &'a Style,
}

impl Grid<'_> {
    /// Which columns of how many stand below, blocks being apart.
    fn put_caption(&self, block: &[usize], out: &mut Sink<'_>) -> Result<()> {
        let names: Vec<usize> = block.iter().map(|at| at + 1).collect();
        // The first block begins with the columns that the others repeat.
        let first = names.iter().zip(1..).find(|(name, place)| **name != *place);
        let first = first.map_or(1, |(name, _)| *name);
        let last = names.last().copied().unwrap_or(0);
        let text = format!("第{first}—{last}列，共{}列", self.columns.len());
        writeln!(out, "\n{}", self.style.paint(Label::Aside, &text))
    }

    fn put_header(&self, block: &[usize], out: &mut Sink<'_>) -> Result<()> {
        let cells = block.iter().map(|&at| {
            let column = &self.columns[at];
            let label = visible::line(header(column)).into_owned();
            let painted = self.style.paint(Label::Field, &label).to_string();
            (label, painted, column, self.widths[at])
        });
        put_line(cells.collect(), out)
    }

    fn put_row(&self, block: &[usize], row: &Row, out: &mut Sink<'_>) -> Result<()> {
        let cells = block.iter().filter_map(|&at| row.get(at).map(|cell| (at, cell)));
        let cells = cells.map(|(at, cell)| {
            let column = &self.columns[at];
            let plain = visible::line(&shown(cell, column.kind)).into_owned();
            let painted = painted(cell, &plain, self.style);
            (plain, painted, column, self.widths[at])
        });
        put_line(cells.collect(), out)
    }
}

fn width_of<'a>(column: &Column, cells: impl Iterator<Item = &'a Cell>) -> usize {
    let widths = cells.map(|cell| wrap::width(&visible::line(&shown(cell, column.kind))));
    widths.max().unwrap_or(0).max(wrap::width(header(column)))
}

/// The cell with its matches marked. One character of a text is one of what is shown of it.
fn painted(cell: &Cell, plain: &str, style: &Style) -> String {
    let Cell::Marked { highlights, .. } = cell else {
        return plain.to_owned();
    };
    let runs = runs(plain, highlights).into_iter();
    runs.map(|(run, is_match)| match is_match {
        true => style.paint(Label::Match, run).to_string(),
        false => run.to_owned(),
    })
    .collect()
}

/// Writes cells, each given plain and painted, with its column and width. Nothing is put after the last but its own text.
fn put_line(cells: Vec<(String, String, &Column, usize)>, out: &mut Sink<'_>) -> Result<()> {
    let mut line = String::new();
    for (at, (plain, painted, column, width)) in cells.iter().enumerate() {
        let blanks = " ".repeat(width.saturating_sub(wrap::width(plain)));
        if at > 0 {
            line.push_str(GAP);
        }
        match column.kind.is_number() {
            true => line.push_str(&format!("{blanks}{painted}")),
            false => line.push_str(&format!("{painted}{blanks}")),
        }
    }
    writeln!(out, "{}", line.trim_end_matches(' '))
}

#[cfg(test)]
mod tests {
    use crate::output::{Format, Options, print_table};
    use crate::table::{Cell, Column, Kind, Table};

    #[test]
    fn columns_line_up_though_chinese_characters_are_wide() {
        let table = Table {
            name: "count".into(),
            title: "各乡镇".into(),
            columns: vec![
                Column::new("township", "乡镇", Kind::Text),
                Column::new("passages", "段", Kind::Count),
            ],
            notes: vec!["共2份报告".into()],
        };
        let row = |name: &str, count| Ok(vec![Cell::Text(name.into()), Cell::Whole(count)]);
        let mut rows = [row("古镛镇", 1204), row("A\u{1b}镇", 3)].into_iter();
        let mut out = Vec::new();
        print_table(Format::Text, &table, &mut rows, &Options::default(), &mut out).unwrap();
        let printed = String::from_utf8(out).unwrap();
        assert_eq!(
            printed,
            "各乡镇\n乡镇       段\n古镛镇  1,204\nA␛镇        3\n共2份报告\n"
        );
    }

    #[test]
    fn a_matrix_too_wide_is_printed_in_blocks_with_nothing_left_out() {
        let mut columns = vec![Column::new("township", "乡镇", Kind::Text)];
        columns.extend((0..60).map(|n| Column::new(&format!("c{n}"), &format!("词{n}"), Kind::Count)));
        let table = Table {
            title: "各乡镇".into(),
            columns,
            ..Table::default()
        };
        let row = |name: &str| {
            let counts = (0..60).map(|n| Cell::Whole(1000 + n));
            Ok(std::iter::once(Cell::Text(name.into())).chain(counts).collect())
        };
        let print = |rows: usize| {
            let mut rows = (0..rows).map(|n| row(if n % 2 == 0 { "古镛镇" } else { "万全乡" }));
            let mut out = Vec::new();
            print_table(Format::Text, &table, &mut rows, &Options::default(), &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        let printed = print(2);
        assert!(
            printed.lines().all(|line| crate::output::wrap::width(line) <= 80),
            "{printed}"
        );
        for n in 0..60 {
            assert_eq!(printed.matches(&format!("1,{n:03}")).count(), 2, "{n}");
        }
        assert!(
            printed.contains("第1—11列，共61列") && printed.contains("—61列，共61列"),
            "{printed}"
        );
        assert_eq!(print(2500).matches("1,059").count(), 2500);
    }
}
