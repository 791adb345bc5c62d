//! `baogao trend`: terms over the years, as a table and a figure.

use std::path::Path;

use super::count::{Wanted, groupings, holds_long, layout, measure, questions, status};
use super::export::Export;
use super::filters::Filters;
use super::terminal::Terminal;
use super::terms::Terms;
use super::{Input, Status};
use crate::analysis::count::{rows, table};
use crate::analysis::matrix::{Matrix, notes};
use crate::analysis::measure::Measure;
use crate::analysis::trend::{makes_panels, trend};
use crate::error::{Error, Result};
use crate::output::Format;
use crate::schema::fields::Field;

/// Follow terms over the years: counts, rates, and a figure fit for print
///
/// A row a year, every year from the first to the last; one without a report is empty, and a gap in the figure. In the terminal the figure is drawn
/// below the table; -o trend.svg and -o trend.png write it for print, with the number of reports of each year.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  baogao trend 依法治国 法治政府 市场经济
  baogao trend 枫桥经验 --measure share --county 将乐县 -o trend.svg
  baogao trend 枫桥经验 网格员 --by county -o trend.png
  baogao trend --terms terms.csv --long -o trend.csv")]
pub struct Args {
    #[command(flatten)]
    terms: Terms,
    /// A panel for each value of a field, and rows of its own
    #[arg(long, value_name = "FIELD")]
    by: Vec<String>,
    /// What is drawn: passages, reports, occurrences, share, per-1000 or per-report; all for a table of all [default: per-1000]
    #[arg(long, value_name = "MEASURE")]
    measure: Option<String>,
    /// A row for each term and year, with all measures and the question that finds its passages
    #[arg(long)]
    long: bool,
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    export: Export,
    #[command(flatten)]
    filters: Filters,
}

pub fn run(args: &Args, index: &Path, terminal: &Terminal) -> Result<Status> {
    let drawn = args.export.figure_format();
    let format = match drawn {
        Some(_) => None,
        None => Some(args.export.format()?),
    };
    let mut by = groupings(&args.by)?;
    if by.iter().any(|by| !makes_panels(by.field)) {
        return Err(Error::usage("--by year: the rows of a trend are years already").hinted("leave it out"));
    }
    by.push(Field::Year.into());
    let wanted = measure(args.measure.as_deref())?;
    let index = args.input.open(index, terminal)?;
    let mut plan = args.terms.plan(&args.filters, by, &index, terminal)?;
    plan.every_year = true;
    let long = args.long || format.is_some_and(holds_long);
    let layout = layout(&plan, wanted, long, Measure::PerThousand);
    let notes = notes(&index, &plan)?;
    let matrix = Matrix::count(&index, plan)?;
    let shown = match wanted {
        Wanted::One(measure) => measure,
        _ => Measure::PerThousand,
    };
    let trend = trend(&matrix, shown);
    if trend.undrawn > 0 && (drawn.is_some() || format == Some(Format::Text)) {
        terminal.note(&format!(
            "note: {} more groups are not drawn; -o trend.csv writes all",
            trend.undrawn
        ));
    }
    let (names, asked) = questions(&matrix);
    let receipt = args.export.receipt(terminal, &names, &asked, &index)?;
    let receipt = args.terms.receipt(receipt, &matrix)?;
    let table = table("trend", &matrix, layout, notes);
    let mut rows = rows(&matrix, layout);
    match drawn {
        Some(format) => args
            .export
            .figure(format, &trend.figure, (&table, &mut rows), receipt, terminal)?,
        None => args
            .export
            .table_with_figure((&table, &mut rows), &trend.figure, receipt, terminal)?,
    }
    Ok(status(&matrix))
}
