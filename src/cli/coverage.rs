//! `baogao coverage`: who mentions a term, since when, and who stopped.

use std::path::Path;

use super::count::{groupings, holds_long, questions, status};
use super::export::Export;
use super::filters::Filters;
use super::terminal::Terminal;
use super::terms::Terms;
use super::{Input, Status};
use crate::analysis::coverage::Coverage;
use crate::analysis::matrix::notes;
use crate::error::{Error, Result};
use crate::schema::fields::Field;

/// Show who mentions a term or topic, since when, and who stopped
///
/// A block of rows for each term: a row a township, a column a year, in each cell how many passages mention it. An empty cell: a report that can
/// be read does not mention it. `?`: there is no such report, or its text cannot be read. Beside them the first and last year, the years between
/// without a mention, since when it is not mentioned any more, and the first mention with its citation. --long writes a row for each year with
/// the state in so many words (mentioned, absent, unreadable, no_report) and the question that finds the passages; json and jsonl always do.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  baogao coverage --topic 枫桥经验 --county 将乐县
  baogao coverage --topic all --year 2020..2024 -o coverage.csv
  baogao coverage 法律明白人 '\"合法性 审查\"~6' --by county --long -o coverage.jsonl")]
pub struct Args {
    #[command(flatten)]
    terms: Terms,
    /// What the rows are: township county city province region section issuing_body level kind quality; several are crossed [default: township]
    #[arg(long, value_name = "FIELD")]
    by: Vec<String>,
    /// A row for each term, place and year
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
    let mut by = groupings(&args.by)?;
    if by.is_empty() {
        by.push(Field::Township.into());
    }
    for by in &by {
        let reason = match by.field {
            Field::Year => "the columns are years already",
            Field::Topic => "a passage can have several topics; name them with --topic, as what is covered",
            _ => continue,
        };
        return Err(Error::usage(format!("--by {}: {reason}", by.field)).hinted("leave it out"));
    }
    let index = args.input.open(index, terminal)?;
    let plan = args.terms.plan(&args.filters, by, &index, terminal)?;
    let notes = notes(&index, &plan)?;
    let coverage = Coverage::count(&index, plan)?;
    let (names, asked) = questions(coverage.matrix());
    let receipt = args.export.receipt(terminal, &names, &asked, &index)?;
    let receipt = args.terms.receipt(receipt, coverage.matrix())?;
    let (table, mut rows) = match args.long || holds_long(format) {
        true => (coverage.long_table(notes), coverage.long_rows()),
        false => (coverage.table(notes), coverage.rows()),
    };
    args.export.table(&table, &mut rows, receipt, terminal)?;
    Ok(status(coverage.matrix()))
}
