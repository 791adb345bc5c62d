//! `baogao kwic`: every occurrence on a line of its own, with what stands around it.

use std::path::Path;

use super::export::Export;
use super::filters::Filters;
use super::question::Question;
use super::terminal::{Destination, Terminal};
use super::{Input, Status};
use crate::analysis::kwic::{Concordance, Line, Order, Sample};
use crate::error::{Error, Result};
use crate::output::{Format, grouped, place_and_year, wrap};
use crate::table::{Cell, Column, Kind, Row, Table};

/// Characters on each side, in formats that are not cut to the width of a terminal.
const USUAL_CONTEXT: usize = 40;
/// The columns kept for the place and the year.
const PLACE_WIDTH: usize = 16;
/// The columns between two columns of a table.
const GAP: usize = 2;

/// Show every occurrence in its context, one a line, aligned (a concordance)
///
/// Any question whose parts have places will do: phrases, wildcards, words near each other, regular expressions, topics. There are as
/// many lines as `search` counts occurrences; overlapping ones have a line each. Nothing is cut off at a number of lines.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  baogao kwic 枫桥经验 --in reports
  baogao kwic '调解*纠纷' --sort right --county 将乐县
  baogao kwic 法治 --sample 50 --seed 7 --sort year
  baogao kwic 网格员 --context 60 -o kwic.csv")]
pub struct Args {
    #[command(flatten)]
    question: Question,
    #[command(flatten)]
    input: Input,
    /// Characters on each side, never beyond the passage [default: what fits the terminal; 40 in other formats]
    #[arg(long, value_name = "N")]
    context: Option<usize>,
    /// The order of the lines; left and right compare the 16 units next to the occurrence, by code point
    #[arg(long, value_name = "ORDER", default_value = "position", allow_hyphen_values = true)]
    sort: By,
    /// Only so many lines, chosen by chance: every occurrence has the same
    #[arg(long, value_name = "N")]
    sample: Option<usize>,
    /// What the choice of a sample depends on: the same seed and the same reports, the same sample
    #[arg(long, value_name = "S", default_value_t = 1, requires = "sample")]
    seed: u64,
    #[command(flatten)]
    export: Export,
    #[command(flatten)]
    filters: Filters,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum By {
    Position,
    Left,
    Right,
    Year,
    #[value(name = "-year")]
    YearDescending,
    Township,
}

pub fn run(args: &Args, index: &Path, terminal: &Terminal) -> Result<Status> {
    let format = args.export.format()?;
    let query = args.question.query(&args.filters)?;
    if args.sample == Some(0) {
        return Err(Error::usage("--sample 0: a sample has at least one line"));
    }
    let index = args.input.open(index, terminal)?;
    let places = index.places(&query, &[], args.question.time_limit()?)?;
    let totals = places.totals();
    if totals.occurrences == 0 {
        args.question.explain_nothing(&query, &index, terminal)?;
    }
    let sample = args.sample.map(|size| Sample { size, seed: args.seed });
    let concordance = Concordance::new(places, args.sort.into(), sample)?;
    if sample.is_some() && !format.holds_summary() {
        terminal.note(&format!(
            "sample of {} of {}, seed {}",
            grouped(concordance.count() as u64),
            grouped(totals.occurrences),
            args.seed
        ));
    }
    let receipt = args
        .export
        .receipt(terminal, args.question.asked(), &query.to_string(), &index)?;
    let receipt = receipt.map(|receipt| receipt.counting_totals(&totals));
    match format {
        Format::Text => {
            let destination = Destination::new(args.export.output.as_ref());
            let width = terminal.options(&destination).width;
            let context = args.context.unwrap_or_else(|| fitting(&concordance, width));
            let mut rows = concordance.lines(context).map(|line| Ok(brief(line?, context)));
            let table = brief_table(&concordance, args.question.asked());
            args.export.table(&table, &mut rows, receipt, terminal)?;
        }
        _ => {
            let context = args.context.unwrap_or(USUAL_CONTEXT);
            let mut rows = concordance.lines(context).map(|line| Ok(line?.row()));
            let table = concordance.table(args.question.asked());
            args.export.table(&table, &mut rows, receipt, terminal)?;
        }
    }
    Ok(match totals.occurrences {
        0 => Status::Nothing,
        _ => Status::Found,
    })
}

/// How many characters on each side fit, when what was found is about as wide as in the first lines.
fn fitting(concordance: &Concordance<'_>, width: usize) -> usize {
    const LOOKED_AT: usize = 50;
    let first = concordance.lines(0).take(LOOKED_AT).flatten();
    let widest = first.map(|line| wrap::width(&line.found)).max().unwrap_or(0);
    let rest = width.saturating_sub(widest + PLACE_WIDTH + 3 * GAP);
    (rest / 4).max(4)
}

/// What of a concordance has room in a terminal.
fn brief_table(concordance: &Concordance<'_>, asked: &str) -> Table {
    let columns = [
        ("left", "左文"),
        ("match", "命中"),
        ("right", "右文"),
        ("place", "地点 年份"),
    ];
    Table {
        columns: columns.map(|(name, label)| Column::new(name, label, Kind::Text)).into(),
        ..concordance.table(asked)
    }
}

/// The left context ends where the occurrence begins.
fn brief(line: Line, context: usize) -> Row {
    let missing = (2 * context).saturating_sub(wrap::width(&line.left));
    let all = [0, line.found.chars().count()];
    vec![
        Cell::Text(format!("{:missing$}{}", "", line.left)),
        Cell::Marked {
            text: line.found,
            highlights: vec![all],
        },
        Cell::Text(line.right),
        Cell::Text(place_and_year(&line.report)),
    ]
}

impl From<By> for Order {
    fn from(by: By) -> Order {
        match by {
            By::Position => Order::Position,
            By::Left => Order::Left,
            By::Right => Order::Right,
            By::Year => Order::OldestFirst,
            By::YearDescending => Order::NewestFirst,
            By::Township => Order::Township,
        }
    }
}
