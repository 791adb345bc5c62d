//! Prints hits as CSV, one a record: RFC 4180, in UTF-8, with the names of the columns in the first record.
//!
//! A cell that begins as a formula does has a `'` before it, see [`guarded`]; whoever compares
//! such cells with the source must take it off.

use crate::error::Result;
use crate::hits::Summary;

use super::columns::{COLUMNS, guarded};
use super::sink::Sink;
use super::{Ending, HitStream, Options, Printer, RowStream};
use crate::table::{Cell, Table};

pub(super) struct Csv;

pub(super) const BOM: &str = "\u{feff}";

impl Printer for Csv {
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
        put_record(COLUMNS.iter().map(|column| column.name.to_owned()), out)?;
        for hit in hits {
            let hit = hit?;
            put_record(COLUMNS.iter().map(|column| guarded((column.cell)(&hit))), out)?;
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
        let name = |name: &str| guarded(Cell::Text(name.to_owned()));
        put_record(table.columns.iter().map(|column| name(&column.name)), out)?;
        for row in rows {
            put_record(row?.into_iter().map(guarded), out)?;
        }
        Ok(())
    }
}

/// Writes the cells with commas between them and CRLF after the last.
pub(super) fn put_record(cells: impl Iterator<Item = String>, out: &mut Sink<'_>) -> Result<()> {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            out.put(",")?;
        }
        if cell.contains([',', '"', '\r', '\n']) {
            write!(out, "\"{}\"", cell.replace('"', "\"\""))?;
        } else {
            out.put(&cell)?;
        }
    }
    out.put("\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::{Format, fixture};

    /// What the csv crate reads back: the header, then the records.
    fn read(printed: &str) -> Vec<Vec<String>> {
        let text = printed.strip_prefix(BOM).unwrap_or(printed);
        let mut reader = ::csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(text.as_bytes());
        let records = reader.records().map(|record| record.unwrap());
        records
            .map(|record| record.iter().map(str::to_owned).collect())
            .collect()
    }

    #[test]
    fn a_reader_gets_every_cell_back() {
        let hits = fixture::hits().hits;
        let records = read(&fixture::printed(Format::Csv));
        assert_eq!(records[0], COLUMNS.map(|column| column.name));
        for (record, hit) in records[1..].iter().zip(&hits) {
            let cells: Vec<String> = COLUMNS.iter().map(|column| guarded((column.cell)(hit))).collect();
            assert_eq!(record, &cells);
        }
        assert_eq!(records.len(), 1 + hits.len());
    }

    #[test]
    fn records_are_as_expected() {
        insta::assert_snapshot!(fixture::printed(Format::Csv).replace('\r', "␍"));
    }

    #[test]
    fn the_byte_order_mark_can_be_left_out() {
        let options = Options {
            bom: false,
            ..Options::default()
        };
        assert!(fixture::printed(Format::Csv).starts_with("\u{feff}rank,"));
        assert!(fixture::print(Format::Csv, &fixture::hits(), &options).starts_with("rank,"));
    }
}
