//! `baogao collocates`: the words around something.

use std::path::Path;

use super::export::Export;
use super::filters::Filters;
use super::question::Question;
use super::terminal::Terminal;
use super::{Input, Status};
use crate::analysis::collocates::{Collocates, Measure, Reach};
use crate::error::{Error, Result};
use crate::output::{Format, grouped};

/// How many words are printed for people, unless said otherwise.
const USUAL_LIMIT: usize = 30;

/// Find the words that stand around something more often than chance would have it
///
/// Counted word by word inside windows around every occurrence; ordered by log-likelihood (Dunning 1993) or logDice (Rychlý 2008). A window
/// never leaves the passage; a word in two windows counts once; the words of the occurrence itself do not count. Words are
/// those of the likeliest cut, of two characters and more: no punctuation, no numbers. Filters restrict both sides of the comparison.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  baogao collocates 枫桥经验 --in reports
  baogao collocates 改革 --window 3 --sort log-dice
  baogao collocates '行政*诉讼' --span sentence --year 2020.. -o collocates.csv")]
pub struct Args {
    #[command(flatten)]
    question: Question,
    #[command(flatten)]
    input: Input,
    /// How many words, or characters, on each side
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    window: u32,
    /// What the window is measured in: words, chars, or the whole sentence
    #[arg(long, value_name = "UNIT", default_value = "words")]
    span: Span,
    /// The same as --span sentence
    #[arg(long, conflicts_with_all = ["span", "window"])]
    sentence: bool,
    /// Only words that stand in windows at least so often
    #[arg(long, value_name = "N", default_value_t = 3)]
    min: u64,
    /// By what they are ordered
    #[arg(long, value_name = "MEASURE", default_value = "log-likelihood")]
    sort: By,
    /// How many words [default: 30 for text, all for files and other formats]
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    #[command(flatten)]
    export: Export,
    #[command(flatten)]
    filters: Filters,
}

#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
enum Span {
    Words,
    Chars,
    Sentence,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum By {
    LogLikelihood,
    LogDice,
    Together,
    MutualInformation,
    TScore,
}

pub fn run(args: &Args, index: &Path, terminal: &Terminal) -> Result<Status> {
    let format = args.export.format()?;
    let query = args.question.query(&args.filters)?;
    let reach = match args.span {
        Span::Sentence => Reach::Sentence,
        _ if args.sentence => Reach::Sentence,
        Span::Words => Reach::Words(args.window as usize),
        Span::Chars => Reach::Chars(args.window as usize),
    };
    if args.limit == Some(0) {
        return Err(Error::usage("--limit 0: a table has at least one row"));
    }
    let index = args.input.open(index, terminal)?;
    let mut collocates = Collocates::find(&index, &query, reach, args.question.time_limit()?)?;
    if collocates.node.occurrences == 0 {
        args.question.explain_nothing(&query, &index, terminal)?;
    }
    let is_for_people = format == Format::Text && args.export.output.is_none();
    let limit = args.limit.or(is_for_people.then_some(USUAL_LIMIT));
    let all = collocates.keep(args.min, args.sort.into(), limit);
    if collocates.found.len() < all {
        let shown = grouped(collocates.found.len() as u64);
        let all = grouped(all as u64);
        terminal.note(&format!(
            "showing {shown} of {all} words; --limit N shows more, -o FILE all"
        ));
    }
    let asked = args.question.asked();
    let receipt = args.export.receipt(terminal, asked, &query.to_string(), &index)?;
    let receipt = receipt.map(|receipt| {
        receipt
            .counting_totals(&collocates.node)
            .counting("words", collocates.words)
            .counting("words in windows", collocates.in_windows)
            .counting("collocates", all as u64)
    });
    let table = collocates.table(asked, args.min);
    let mut rows = collocates.found.iter().map(|found| Ok(found.row()));
    args.export.table(&table, &mut rows, receipt, terminal)?;
    Ok(match collocates.found.is_empty() {
        true => Status::Nothing,
        false => Status::Found,
    })
}

impl From<By> for Measure {
    fn from(by: By) -> Measure {
        match by {
            By::LogLikelihood => Measure::LogLikelihood,
            By::LogDice => Measure::LogDice,
            By::Together => Measure::Together,
            By::MutualInformation => Measure::MutualInformation,
            By::TScore => Measure::TScore,
        }
    }
}
