//! `baogao count`: terms counted by fields, as a table.

use std::path::Path;

use super::export::Export;
use super::filters::Filters;
use super::terminal::Terminal;
use super::terms::Terms;
use super::{Input, Status, grouping_named};
use crate::analysis::count::{Layout, rows, table};
use crate::analysis::matrix::{Matrix, Plan, notes};
use crate::analysis::measure::Measure;
use crate::error::{Error, Result};
use crate::hits::Grouping;
use crate::output::Format;

/// Count terms by township, year, section or any other field
///
/// A row a group, a column a term. 0 is said where there are reports that do not mention it; a cell is empty where there is no report. Each
/// row tells how many reports, passages and characters its numbers rest on; the last one holds the totals. --long writes a row for each term and
/// group with all measures and, in the column query, the question that finds its passages; json and jsonl always do.
#[derive(clap::Args)]
#[command(after_help = "\
Measures:
  passages     passages that have the term       share       reports that have it / reports of the group
  reports      reports that have it              per-1000    occurrences / characters without blanks x 1000
  occurrences  how often it stands there         per-report  occurrences / reports of the group

Examples:
  baogao count 枫桥经验 网格员 '调解*纠纷' --by township
  baogao count --terms terms.csv --by county --by year --measure share -o table.csv
  baogao count --topic all --by township --year 2024
  baogao count 枫桥经验 --by region:福建省 --long -o long.csv")]
pub struct Args {
    #[command(flatten)]
    terms: Terms,
    /// Count by this field: township county city province region year section issuing_body level kind quality topic; region:福建省 for the level
    /// below it. Several are crossed
    #[arg(long, value_name = "FIELD")]
    by: Vec<String>,
    /// passages, reports, occurrences, share, per-1000, per-report or all [default: all for one term, passages for several]
    #[arg(long, value_name = "MEASURE")]
    measure: Option<String>,
    /// A row for each term and group, with all measures and the question that finds its passages
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
    let format = args.export.format()?;
    let by = groupings(&args.by)?;
    let measure = measure(args.measure.as_deref())?;
    let index = args.input.open(index, terminal)?;
    let plan = args.terms.plan(&args.filters, by, &index, terminal)?;
    let layout = layout(&plan, measure, args.long || holds_long(format), Measure::Passages);
    let notes = notes(&index, &plan)?;
    let matrix = Matrix::count(&index, plan)?;
    let (names, asked) = questions(&matrix);
    let receipt = args.export.receipt(terminal, &names, &asked, &index)?;
    let receipt = args.terms.receipt(receipt, &matrix)?;
    let table = table("count", &matrix, layout, notes);
    args.export
        .table(&table, &mut rows(&matrix, layout), receipt, terminal)?;
    Ok(status(&matrix))
}

/// Found when any term was.
pub fn status(matrix: &Matrix) -> Status {
    match (0..matrix.terms().len()).any(|term| matrix.totals(term).passages > 0) {
        true => Status::Found,
        false => Status::Nothing,
    }
}

/// The terms as they were named, and the questions that were asked for them.
pub fn questions(matrix: &Matrix) -> (String, String) {
    let names: Vec<&str> = matrix.terms().iter().map(|term| term.name.as_str()).collect();
    let asked: Vec<String> = (0..names.len()).map(|term| matrix.asked(term).to_string()).collect();
    (names.join(" | "), asked.join(" | "))
}

/// What is counted by, each field once.
pub fn groupings(names: &[String]) -> Result<Vec<Grouping>> {
    let mut groupings: Vec<Grouping> = Vec::new();
    for name in names {
        let grouping = grouping_named("--by", name)?;
        if !groupings.contains(&grouping) {
            groupings.push(grouping);
        }
    }
    Ok(groupings)
}

/// Which measures are wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    Usual,
    All,
    One(Measure),
}

/// The measures that `--measure` names.
pub fn measure(name: Option<&str>) -> Result<Wanted> {
    let unknown = |name: &str| {
        let names = Measure::ALL.map(|measure| format!("{} {}", measure.name(), measure.label()));
        Error::usage(format!("--measure {name}: there is no such measure"))
            .hinted(format!("it is one of: {}, all", names.join(", ")))
    };
    match name {
        None => Ok(Wanted::Usual),
        Some("all") => Ok(Wanted::All),
        Some(name) => Measure::named(name).map(Wanted::One).ok_or_else(|| unknown(name)),
    }
}

/// Whether a format is for programs, which get the long form.
pub fn holds_long(format: Format) -> bool {
    matches!(format, Format::Json | Format::Jsonl)
}

/// How the table is laid out. `usual` is the measure that is shown of several terms.
pub fn layout(plan: &Plan, wanted: Wanted, long: bool, usual: Measure) -> Layout {
    let is_one = plan.terms.len() == 1;
    match wanted {
        _ if long => Layout::Long,
        Wanted::One(measure) if !plan.by.is_empty() => Layout::Terms(measure),
        _ if plan.by.is_empty() => Layout::Long,
        Wanted::Usual | Wanted::All if is_one => Layout::Measures,
        Wanted::Usual => Layout::Terms(usual),
        _ => Layout::Long,
    }
}
