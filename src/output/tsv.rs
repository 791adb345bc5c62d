//! Prints hits as tab-separated values, one a line, with the names of the columns in the first.
//!
//! The format has no quoting. Tabs and line breaks inside a cell are replaced by a blank; take CSV or JSON where they matter.
//! A cell that begins as a formula does has a `'` before it, as in CSV.

use crate::error::Result;
use crate::hits::Summary;

use super::columns::COLUMNS;
use super::csv::BOM;
use super::sink::Sink;
use super::{HitStream, Options, Printer};

pub(super) struct Tsv;

impl Printer for Tsv {
    fn print(&self, _: &Summary, hits: HitStream<'_>, options: &Options, out: &mut Sink<'_>) -> Result<()> {
        if options.bom {
            out.put(BOM)?;
        }
        let names = COLUMNS.map(|column| column.name);
        writeln!(out, "{}", names.join("\t"))?;
        for hit in hits {
            let hit = hit?;
            let cells = COLUMNS.map(|column| one_line(&(column.cell)(&hit).guarded()));
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
