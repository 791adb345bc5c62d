//! Lays a table out in columns of a terminal, where a Chinese character takes two.

use crate::error::Result;
use crate::report::slice_chars;
use crate::table::{Cell, Column, Row, Table};

use super::sink::Sink;
use super::style::{Label, Style};
use super::tabular::{header, shown};
use super::{RowStream, visible, wrap};

/// The widths are those of the first rows; a later row that needs more moves what follows it.
const MEASURED_ROWS: usize = 1000;
const GAP: &str = "  ";

/// Prints the title, the columns, the rows as they come, and the notes.
pub(super) fn print(table: &Table, rows: RowStream<'_>, style: &Style, out: &mut Sink<'_>) -> Result<()> {
    let first: Vec<Row> = rows.take(MEASURED_ROWS).collect::<Result<_>>()?;
    let widths: Vec<usize> = (0..table.columns.len())
        .map(|at| width_of(&table.columns[at], first.iter().filter_map(|row| row.get(at))))
        .collect();
    writeln!(out, "{}", style.paint(Label::Caption, &visible::line(&table.title)))?;
    let header = table.columns.iter().zip(&widths).map(|(column, &width)| {
        let label = visible::line(header(column)).into_owned();
        (
            label.clone(),
            style.paint(Label::Field, &label).to_string(),
            column,
            width,
        )
    });
    put_line(header.collect(), out)?;
    for row in first.into_iter().map(Ok).chain(rows) {
        let row = row?;
        let cells = row.iter().zip(&table.columns).zip(&widths);
        let cells = cells.map(|((cell, column), &width)| {
            let plain = visible::line(&shown(cell, column.kind)).into_owned();
            let painted = painted(cell, &plain, style);
            (plain, painted, column, width)
        });
        put_line(cells.collect(), out)?;
    }
    for note in &table.notes {
        writeln!(out, "{}", style.paint(Label::Note, &visible::line(note)))?;
    }
    Ok(())
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
    let mut painted = String::new();
    let mut at = 0;
    for &[start, end] in highlights {
        let (start, end) = (start.max(at), end.max(start).max(at));
        painted.push_str(slice_chars(plain, at..start));
        painted.push_str(&style.paint(Label::Match, slice_chars(plain, start..end)).to_string());
        at = end;
    }
    painted.push_str(slice_chars(plain, at..plain.chars().count().max(at)));
    painted
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
}
