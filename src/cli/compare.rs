//! `baogao compare`: the words by which two sets of passages differ.

use std::path::{Path, PathBuf};

use super::export::Export;
use super::filters::Filters;
use super::question::{self, Terms};
use super::terminal::Terminal;
use super::{Input, Status};
use crate::analysis::compare::{Comparison, Measure, Side};
use crate::error::{Error, Result};
use crate::output::{Format, counted, grouped};
use crate::query::Query;

/// How many words of each side are printed for people, unless said otherwise.
const USUAL_LIMIT: usize = 20;
/// What stands for all that A does not select.
const REST: &str = "rest";

/// Find the words that one set of passages uses more than another (keyness)
///
/// A and B are questions that select passages, mostly filters: two counties, two periods, two kinds of sections. Without B, or with
/// `rest`, A is compared with all else. Ordered by log-likelihood (Dunning 1993); how large a difference is, is told by the log ratio
/// (Hardie 2014). Words are those of the likeliest cut, of two characters and more: no punctuation, no numbers.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  baogao compare county:将乐县 county:石城县 --in reports
  baogao compare year:..2019 year:2020.. --limit 50
  baogao compare section:problems
  baogao compare year:..2019 year:2020.. --term 枫桥经验 --term 网格员 -o compare.csv")]
pub struct Args {
    /// The passages whose words are looked at
    a: String,
    /// Those they are compared with; `rest` for all that A does not select
    #[arg(default_value = REST)]
    b: String,
    #[command(flatten)]
    input: Input,
    /// Compare these phrases, each counted exactly, and not all words; may be repeated
    #[arg(long, value_name = "PHRASE")]
    term: Vec<String>,
    /// The same, from a file: one phrase a line
    #[arg(long, value_name = "FILE")]
    terms: Option<PathBuf>,
    /// Only words that stand in A and B together at least so often [default: 3, and 0 for given phrases]
    #[arg(long, value_name = "N")]
    min: Option<u64>,
    /// By what the words of each side are ordered
    #[arg(long, value_name = "MEASURE", default_value = "log-likelihood")]
    sort: By,
    /// How many words of each side [default: 20 for text, all for files and other formats]
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// How long wildcards, regular expressions and the like may take; 0 for no limit
    #[arg(long, value_name = "SECONDS", default_value_t = question::USUAL_TIME_LIMIT)]
    time_limit: f64,
    #[command(flatten)]
    export: Export,
    #[command(flatten)]
    filters: Filters,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum By {
    LogLikelihood,
    LogRatio,
    Reports,
}

pub fn run(args: &Args, index: &Path, terminal: &Terminal) -> Result<Status> {
    let format = args.export.format()?;
    let time_limit = question::time_limit(args.time_limit)?;
    let (a, b) = args.sides()?;
    if args.limit == Some(0) {
        return Err(Error::usage("--limit 0: a table has at least one row"));
    }
    let terms = Terms::read(&args.term, args.terms.as_deref())?;
    let index = args.input.open(index, terminal)?;
    let mut comparison = match terms.is_empty() {
        true => Comparison::of_words(&index, &a, &b, time_limit)?,
        false => Comparison::of_terms(&index, &a, &b, &terms.queries, time_limit)?,
    };
    for side in [&comparison.a, &comparison.b] {
        if side.passages == 0 {
            terminal.note(&format!(
                "note: `{}` selects no passage, so there is nothing to compare",
                side.name
            ));
        }
    }
    if comparison.shared > 0 {
        terminal.note(&format!(
            "note: {} in both A and B, counted on both sides",
            counted(comparison.shared, "passage")
        ));
    }
    let fewest = args.min.unwrap_or(if terms.is_empty() { 3 } else { 0 });
    let is_for_people = format == Format::Text && args.export.output.is_none() && terms.is_empty();
    let limit = args.limit.or(is_for_people.then_some(USUAL_LIMIT));
    let all = comparison.keep(fewest, args.sort.into(), limit);
    if comparison.found.len() < all {
        let shown = grouped(comparison.found.len() as u64);
        let all = grouped(all as u64);
        terminal.note(&format!(
            "showing {shown} of {all} words; --limit N shows more, -o FILE all"
        ));
    }
    let asked = format!("{} / {}", args.a, args.b);
    let receipt = args.export.receipt(terminal, &asked, &format!("{a} / {b}"), &index)?;
    let receipt = receipt.map(|receipt| {
        let counting = |receipt: crate::receipt::Receipt, letter: char, side: &Side| {
            receipt
                .counting(&format!("{letter}: passages"), side.passages)
                .counting(&format!("{letter}: reports"), side.reports)
                .counting(&format!("{letter}: size"), side.size)
        };
        counting(counting(receipt, 'A', &comparison.a), 'B', &comparison.b).counting("compared", comparison.compared)
    });
    let receipt = terms.noted(receipt)?;
    let table = comparison.table(fewest);
    let mut rows = comparison.found.iter().map(|word| Ok(comparison.row(word)));
    args.export.table(&table, &mut rows, receipt, terminal)?;
    let is_found = comparison
        .found
        .iter()
        .any(|word| word.a.occurrences + word.b.occurrences > 0);
    Ok(match is_found {
        true => Status::Found,
        false => Status::Nothing,
    })
}

impl Args {
    /// The two questions, filters taken together with each.
    fn sides(&self) -> Result<(Query, Query)> {
        let filters = self.filters.query()?;
        let a = Query::parse(&self.a)?;
        let b = match self.b.as_str() {
            REST => a.clone().negated(),
            b => Query::parse(b)?,
        };
        Ok((a.and(filters.clone()), b.and(filters)))
    }
}

impl From<By> for Measure {
    fn from(by: By) -> Measure {
        match by {
            By::LogLikelihood => Measure::LogLikelihood,
            By::LogRatio => Measure::LogRatio,
            By::Reports => Measure::Reports,
        }
    }
}
