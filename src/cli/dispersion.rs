//! `baogao dispersion`: how evenly phrases are spread over reports, years and places.

use std::path::{Path, PathBuf};

use super::export::Export;
use super::filters::Filters;
use super::question::{self, Terms};
use super::terminal::Terminal;
use super::{Input, Status};
use crate::analysis::dispersion::{Over, Spread};
use crate::error::{Error, Result};

/// Tell how evenly phrases are spread over reports and years
///
/// For each phrase: in how many parts it stands, and Gries' DP (0 even, 1 uneven), Juilland's D, Carroll's D2, Rosengren's S (1 even). Parts
/// are weighted by their length in characters. Reports without the phrase count: that is what uneven means.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  baogao dispersion 枫桥经验 网格员 --in reports
  baogao dispersion 法治政府 --over year --over county
  baogao dispersion --terms phrases.txt --county 将乐县 -o dispersion.csv")]
pub struct Args {
    /// What to look for: phrases, or anything else of the language that has places
    #[arg(value_name = "PHRASE", required_unless_present = "terms")]
    phrases: Vec<String>,
    #[command(flatten)]
    input: Input,
    /// More of them, from a file: one a line
    #[arg(long, value_name = "FILE")]
    terms: Option<PathBuf>,
    /// What the parts are; may be repeated
    #[arg(long, value_name = "PARTS", default_values = ["report", "year"])]
    over: Vec<Parts>,
    /// How long wildcards, regular expressions and the like may take; 0 for no limit
    #[arg(long, value_name = "SECONDS", default_value_t = question::USUAL_TIME_LIMIT)]
    time_limit: f64,
    #[command(flatten)]
    export: Export,
    #[command(flatten)]
    filters: Filters,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Parts {
    Report,
    Year,
    Township,
    County,
}

pub fn run(args: &Args, index: &Path, terminal: &Terminal) -> Result<Status> {
    args.export.format()?;
    let time_limit = question::time_limit(args.time_limit)?;
    let selection = args.filters.query()?;
    let terms = Terms::read(&args.phrases, args.terms.as_deref())?;
    if terms.is_empty() {
        return Err(Error::usage("there is no phrase in the list"));
    }
    let mut over: Vec<Over> = args.over.iter().map(|&parts| parts.into()).collect();
    over.dedup();
    let index = args.input.open(index, terminal)?;
    let spread = Spread::find(&index, &selection, &terms.queries, &over, time_limit)?;
    if spread.extent.passages == 0 {
        terminal.note("note: the filters select no passage");
    }
    let interpreted: Vec<String> = terms.queries.iter().map(|(_, query)| query.to_string()).collect();
    let interpreted = format!("{}; in {selection}", interpreted.join("; "));
    let asked = terms.names().join("; ");
    let receipt = args.export.receipt(terminal, &asked, &interpreted, &index)?;
    let receipt = receipt.map(|receipt| {
        receipt
            .counting("passages", spread.extent.passages)
            .counting("reports", spread.extent.reports)
            .counting("chars", spread.extent.chars)
    });
    let receipt = terms.noted(receipt)?;
    args.export
        .table(&spread.table(), &mut spread.rows().map(Ok), receipt, terminal)?;
    Ok(match spread.lines.iter().any(|line| line.occurrences > 0) {
        true => Status::Found,
        false => Status::Nothing,
    })
}

impl From<Parts> for Over {
    fn from(parts: Parts) -> Over {
        match parts {
            Parts::Report => Over::Report,
            Parts::Year => Over::Year,
            Parts::Township => Over::Township,
            Parts::County => Over::County,
        }
    }
}
