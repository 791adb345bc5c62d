//! Draws figures: as SVG and PNG for print, and in characters for a terminal.

mod drawing;
mod png;
mod scale;
mod svg;

use std::io::Write;

pub use svg::{MOST_LINES, svg};

use super::sink::Sink;
use super::{Options, RowStream};
use crate::error::{Error, Result};
use crate::figure::Figure;
use crate::receipt::Seal;
use crate::table::Table;

/// The forms in which a figure is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FigureFormat {
    Svg,
    Png,
}

impl FigureFormat {
    /// The form of this name or file ending, capital or small.
    pub fn named(name: &str) -> Option<Self> {
        match name.trim().to_lowercase().as_str() {
            "svg" => Some(FigureFormat::Svg),
            "png" => Some(FigureFormat::Png),
            _ => None,
        }
    }
}

/// Writes a figure of a table. Answers the seal of the table, of which the figure is another form.
///
/// # Errors
/// When the figure has nothing to show or more than can be told apart, no font has its characters (PNG), the rows end in an error, or
/// `out` does.
pub fn print_figure(
    format: FigureFormat,
    figure: &Figure,
    (table, rows): (&Table, RowStream<'_>),
    options: &Options,
    out: &mut dyn Write,
) -> Result<Seal> {
    let lines = figure.panels.first().map_or(0, |panel| panel.lines.len());
    if figure.years.is_empty() {
        return Err(Error::usage(
            "there is nothing to draw: no report with a known year was looked at",
        ));
    }
    if lines > MOST_LINES {
        return Err(Error::usage(format!(
            "{lines} lines cannot be told apart in a figure; {MOST_LINES} can"
        ))
        .hinted("draw fewer terms, or write the numbers as a table: -o trend.csv"));
    }
    let mut seal = Seal::default();
    seal.table(table);
    for row in rows {
        seal.row(&row?);
    }
    let receipt = options.receipt.as_ref().map(|receipt| receipt.sealed(&seal));
    let drawn = svg(figure, receipt.as_ref());
    match format {
        FigureFormat::Svg => {
            let mut sink = Sink::new(out, &options.destination);
            sink.put(&drawn)?;
            sink.finish()?;
        }
        FigureFormat::Png => {
            png::write_png(&drawn, receipt.as_ref(), png::system_fonts(), out, &options.destination)?;
        }
    }
    Ok(seal)
}

/// Draws a figure in characters.
///
/// # Errors
/// When `out` cannot be written.
pub fn print_drawing(figure: &Figure, options: &Options, out: &mut dyn Write) -> Result<()> {
    let mut sink = Sink::new(out, &options.destination);
    drawing::print(figure, options, &mut sink)?;
    sink.finish()
}

#[cfg(test)]
mod tests;
