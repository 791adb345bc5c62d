//! Prints hits and tables as a workbook for Excel, WPS and LibreOffice (ECMA-376, SpreadsheetML), as a stream.
//!
//! Sheets: 结果, one row a hit, goes on in 结果 (2) where a sheet is full; 长文本 with texts too long for a cell; a sheet for each facet;
//! 说明 with totals, notes and what each column is called elsewhere; 查询凭据 with the receipt. Texts are written as texts, so that
//! nothing in them can act as a formula. The header is one row of Chinese labels, so that other programs read the sheet as it is.
//!
//! We write the XML ourselves: `rust_xlsxwriter` wants a destination that can be sought in, and panics when a disk is full.

mod book;
mod sheet;
mod styles;

use crate::error::Result;
use crate::hits::Summary;
use crate::table::{Column, Table};

use super::sink::Sink;
use super::{Ending, HitStream, Options, Printer, Ranks, RowStream, columns, summary};
use book::Book;

pub(super) struct Xlsx;

impl Printer for Xlsx {
    fn print(
        &self,
        found: &Summary,
        hits: HitStream<'_>,
        options: &Options,
        ending: Ending<'_>,
        out: &mut Sink<'_>,
    ) -> Result<()> {
        let of_hits: Vec<Column> = columns::table_columns().collect();
        let mut ranks = Ranks::default();
        let mut rows = hits.map(|hit| {
            let hit = hit?;
            ranks.note(hit.rank);
            Ok(columns::row(&hit))
        });
        let mut book = Book::new(&found.query, &options.destination, out);
        book.rows("结果", &of_hits, &mut rows)?;
        for facet in found.facets.iter().filter(|facet| !facet.counts.is_empty()) {
            let (columns, rows) = summary::facet_table(facet);
            book.rows(&summary::facet_title(facet), &columns, &mut rows.into_iter().map(Ok))?;
        }
        let mut lines = summary::lines(found);
        lines.extend(summary::shown(&ranks, found));
        book.finish(&lines, &of_hits, ending.receipt().as_ref())
    }

    fn print_table(
        &self,
        table: &Table,
        rows: RowStream<'_>,
        options: &Options,
        ending: Ending<'_>,
        out: &mut Sink<'_>,
    ) -> Result<()> {
        let mut book = Book::new(&table.title, &options.destination, out);
        book.rows("结果", &table.columns, rows)?;
        book.finish(&table.notes, &table.columns, ending.receipt().as_ref())
    }
}

#[cfg(test)]
mod tests;
