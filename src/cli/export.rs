//! The flags that say in what form an answer is written, and where to; and the writing, with the receipt of what was asked.

use std::io::{IsTerminal, Write, stdout};
use std::path::{Path, PathBuf};

use super::terminal::{Destination, Terminal};
use super::values;
use crate::error::{Error, Result};
use crate::figure::Figure;
use crate::index::{Found, Index};
use crate::output::figure::{FigureFormat, print_drawing, print_figure};
use crate::output::{Format, Options, counted, print_hits, print_table};
use crate::receipt::read::beside;
use crate::receipt::{Receipt, Seal};
use crate::table::{Row, Table};

/// In what form an answer is written, and where to.
#[derive(clap::Args)]
pub struct Export {
    /// text, json, jsonl, csv, tsv, markdown, xlsx, html or docx; for hits also bibtex, ris or csl-json, their reports as references [default: by the ending of -o, else text]
    #[arg(long, value_name = "FORMAT", value_parser = values::formats(), hide_possible_values = true)]
    format: Option<String>,
    /// Write to a file, which appears when it is complete; with a receipt, in it or beside it
    #[arg(long, short, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    /// Write csv and tsv without a byte order mark (Excel needs it)
    #[arg(long)]
    pub no_bom: bool,
}

impl Export {
    /// The format that was asked for, or that the name of the file means.
    ///
    /// # Errors
    /// When there is no such format.
    pub fn format(&self) -> Result<Format> {
        match (&self.format, &self.output) {
            (Some(name), _) => Format::named(name),
            (None, Some(path)) => Format::of_path(path),
            (None, None) => Ok(Format::Text),
        }
    }

    /// What the answer will say of itself; nothing is said on a terminal, where nobody keeps it.
    ///
    /// # Errors
    /// When the index is damaged.
    pub fn receipt(
        &self,
        terminal: &Terminal,
        query: &str,
        interpreted: &str,
        index: &Index,
    ) -> Result<Option<Receipt>> {
        if self.output.is_none() && !terminal.is_replaying() {
            return Ok(None);
        }
        let command = terminal.command().to_vec();
        Ok(Some(Receipt::new(command, query, interpreted, index.state()?)))
    }

    /// Writes the hits. `full` prints long passages whole (text).
    ///
    /// # Errors
    /// When the index is damaged or the destination cannot be written.
    pub fn hits(&self, found: &Found<'_>, full: bool, receipt: Option<Receipt>, terminal: &Terminal) -> Result<()> {
        let format = self.format()?;
        let print = |options: &Options, out: &mut dyn Write| {
            print_hits(format, found.summary(), &mut found.hits(), options, out)
        };
        self.write(Some(format), full, receipt, terminal, "hit", print)
    }

    /// Writes a table.
    ///
    /// # Errors
    /// When the rows end in an error or the destination cannot be written.
    pub fn table(
        &self,
        table: &Table,
        rows: &mut dyn Iterator<Item = Result<Row>>,
        receipt: Option<Receipt>,
        terminal: &Terminal,
    ) -> Result<()> {
        let format = self.format()?;
        if !format.holds_summary() {
            table.notes.iter().for_each(|note| terminal.note(note));
        }
        let print = |options: &Options, out: &mut dyn Write| print_table(format, table, rows, options, out);
        self.write(Some(format), true, receipt, terminal, "row", print)
    }

    /// The form of the figure that was asked for; `None` when no figure was.
    pub fn figure_format(&self) -> Option<FigureFormat> {
        match (&self.format, &self.output) {
            (Some(name), _) => FigureFormat::named(name),
            (None, Some(path)) => FigureFormat::named(path.extension()?.to_str()?),
            (None, None) => None,
        }
    }

    /// Draws a figure of a table. The receipt is that of the table.
    ///
    /// # Errors
    /// When the figure cannot be drawn, the rows end in an error or the destination cannot be written.
    pub fn figure(
        &self,
        format: FigureFormat,
        figure: &Figure,
        (table, rows): (&Table, &mut dyn Iterator<Item = Result<Row>>),
        receipt: Option<Receipt>,
        terminal: &Terminal,
    ) -> Result<()> {
        let print = |options: &Options, out: &mut dyn Write| print_figure(format, figure, (table, rows), options, out);
        self.write(None, true, receipt, terminal, "row", print)
    }

    /// Writes a table, and below it for people the figure of it.
    ///
    /// # Errors
    /// As [`Export::table`].
    pub fn table_with_figure(
        &self,
        (table, rows): (&Table, &mut dyn Iterator<Item = Result<Row>>),
        figure: &Figure,
        receipt: Option<Receipt>,
        terminal: &Terminal,
    ) -> Result<()> {
        let format = self.format()?;
        let print = |options: &Options, out: &mut dyn Write| {
            let seal = print_table(format, table, rows, options, out)?;
            if format == Format::Text {
                print_drawing(figure, options, out)?;
            }
            Ok(seal)
        };
        self.write(Some(format), true, receipt, terminal, "row", print)
    }

    /// Writes a report.
    ///
    /// # Errors
    /// When the report is not written in the format, or the destination cannot be written.
    pub fn report(
        &self,
        receipt: Option<Receipt>,
        terminal: &Terminal,
        print: impl FnOnce(Format, &Options, &mut dyn Write) -> Result<Seal>,
    ) -> Result<()> {
        let format = self.format()?;
        let print = |options: &Options, out: &mut dyn Write| print(format, options, out);
        self.write(Some(format), true, receipt, terminal, "passage", print)
    }

    /// `format` is that of hits and tables; a figure has none and holds its receipt.
    fn write(
        &self,
        format: Option<Format>,
        full: bool,
        receipt: Option<Receipt>,
        terminal: &Terminal,
        noun: &str,
        print: impl FnOnce(&Options, &mut dyn Write) -> Result<Seal>,
    ) -> Result<()> {
        let destination = match terminal.is_replaying() {
            true => Destination::Nowhere,
            false => Destination::new(self.output.as_ref()),
        };
        let binary = format.filter(|format| format.is_binary());
        if let Some(format) = binary
            && matches!(destination, Destination::StandardOutput)
            && stdout().is_terminal()
        {
            return Err(Error::usage(format!("a terminal cannot show {format}"))
                .hinted(format!("name a file: -o answer.{format}")));
        }
        let options = Options {
            full,
            bom: !self.no_bom,
            receipt,
            ..terminal.options(&destination)
        };
        let seal = destination.write(|out| print(&options, out))?;
        let Some(receipt) = options.receipt.map(|receipt| receipt.sealed(&seal)) else {
            return Ok(());
        };
        if let Destination::File(path) = &destination {
            if format.is_some_and(|format| !format.holds_receipt()) {
                write_beside(path, &receipt)?;
            }
            let mut rows = counted(receipt.rows, noun);
            if format.is_some_and(Format::is_bibliography) {
                rows.insert_str(0, "the reports of ");
            }
            terminal.note(&format!("{rows} written to {}", path.display()));
        }
        terminal.keep_receipt(receipt);
        Ok(())
    }
}

/// Writes a receipt to a file of its own, `hits.csv.receipt.json`.
fn write_beside(path: &Path, receipt: &Receipt) -> Result<()> {
    let path = beside(path);
    let text = serde_json::to_string_pretty(receipt).expect("a receipt can be written as JSON");
    Destination::File(path.clone()).write(|out| writeln!(out, "{text}").map_err(|error| Error::io(&path, error)))
}
