//! Prints hits as tab-separated values, one a line, with the names of the columns in the first.
//!
//! The format has no quoting. Tabs and line breaks inside a cell are replaced by a blank; take CSV or JSON where they matter.
//! A cell that begins as a formula does has a `'` before it, as in CSV.

use crate::error::Result;
use crate::hits::Summary;

use super::columns::{COLUMNS, guarded};
use super::csv::BOM;
use super::sink::Sink;
use super::{Ending, HitStream, Options, Printer, RowStream};
use crate::table::{Cell, Table};

pub(super) struct Tsv;

impl Printer for Tsv {
    fn print(
        &self,
        _: &Summary,
        hits: HitStream<'_>,
        options: &Options,
        _: Ending<'_>,
        out: &mut Sink<'_>,
    ) -> Result<()> {
        if options.bom {
            out.put(BOM)?;
        }
        let names = COLUMNS.map(|column| column.name);
        writeln!(out, "{}", names.join("\t"))?;
        for hit in hits {
            let hit = hit?;
            let cells = COLUMNS.map(|column| one_line(&guarded((column.cell)(&hit))));
            writeln!(out, "{}", cells.join("\t"))?;
        }
        Ok(())
    }

    fn print_table(
        &self,
        table: &Table,
        rows: RowStream<'_>,
        options: &Options,
        _: Ending<'_>,
        out: &mut Sink<'_>,
    ) -> Result<()> {
        if options.bom {
            out.put(BOM)?;
        }
        let names: Vec<String> = table
            .columns
            .iter()
            .map(|column| one_line(&guarded(Cell::Text(column.name.clone()))))
            .collect();
        writeln!(out, "{}", names.join("\t"))?;
        for row in rows {
            let cells: Vec<String> = row?.into_iter().map(|cell| one_line(&guarded(cell))).collect();
            writeln!(out, "{}", cells.join("\t"))?;
        }
        Ok(())
    }
}

pub(super) fn one_line(cell: &str) -> String {
    cell.replace("\r\n", " ").replace(['\t', '\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::{Format, fixture};

    #[test]
    fn every_line_has_every_column() {
        let printed = fixture::printed(Format::Tsv);
        assert_eq!(printed.lines().count(), 1 + 3);
        for line in printed.lines() {
            assert_eq!(line.split('\t').count(), COLUMNS.len());
        }
    }

    #[test]
    fn tabs_and_line_breaks_become_blanks() {
        assert_eq!(one_line("一\t二\r\n三\n四"), "一 二 三 四");
    }

    #[test]
    fn lines_are_as_expected() {
        insta::assert_snapshot!(fixture::printed(Format::Tsv).replace('\t', "⇥"));
    }
}
