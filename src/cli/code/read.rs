//! `baogao code read`: what coders made of a sample, and how far they agree.

use std::path::PathBuf;

use clap::ValueHint;

use crate::analysis::coding::{self, Coded, Problem, Resampling};
use crate::cli::Status;
use crate::cli::export::Export;
use crate::cli::terminal::{Terminal, named};
use crate::error::Result;
use crate::output::{Format, counted};
use crate::table::{Cell, Row, Table};

/// Read filled-in workbooks: agreement, disagreements, or the coded passages
///
/// Give one workbook with all coders, or those of all coders. For each variable and pair of coders: how many passages both coded, the share of
/// equal codes, Cohen's kappa with its standard error, weighted kappa for ordered values, Krippendorff's alpha with a bootstrap interval;
/// for more coders also alpha and Fleiss' kappa of all. Rows that were deleted or doubled or are not of the sample, values that are not
/// in the codebook, and codes that are missing are all named. Ends with 3 when there is any of these but missing codes.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  baogao code read coding.xlsx
  baogao code read coding-张三.xlsx coding-李四.xlsx --table disagreements -o disagreements.csv
  baogao code read coding.xlsx --table wide -o coded.csv")]
pub struct Args {
    /// The workbooks
    #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    files: Vec<PathBuf>,
    /// What is told
    #[arg(long, value_name = "TABLE", default_value = "agreement")]
    table: Wanted,
    /// How many times passages are drawn anew for the interval of alpha
    #[arg(long, value_name = "N", default_value_t = 1000)]
    resamples: usize,
    /// The same seed gives the same interval
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    export: Export,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Wanted {
    /// How far coders agree, by variable and pair of coders
    Agreement,
    /// Which values stand against which
    Confusion,
    /// The passages whose codes differ
    Disagreements,
    /// A row for each passage, a column for each coder and variable
    Wide,
    /// A row for each code
    Long,
    /// What is missing or could not be taken
    Problems,
}

pub fn run(args: &Args, terminal: &Terminal) -> Result<Status> {
    let format = args.export.format()?;
    let coded = coding::read(&args.files)?;
    tell(&coded, terminal);
    let resampling = Resampling {
        resamples: args.resamples,
        seed: args.seed,
    };
    let (table, rows) = match args.table {
        Wanted::Agreement => coding::agreement(&coded, resampling),
        Wanted::Confusion => coding::confusion(&coded),
        Wanted::Disagreements => coding::disagreements(&coded),
        Wanted::Wide => coding::coded_passages(&coded),
        Wanted::Long => coding::codes(&coded),
        Wanted::Problems => coding::problems(&coded),
    };
    let (table, rows) = match format {
        Format::Text => without_empty_columns(table, rows),
        _ => (table, rows),
    };
    let is_empty = rows.is_empty();
    args.export
        .table(&table, &mut rows.into_iter().map(Ok), None, terminal)?;
    let is_sound = coded.problems.iter().all(|problem| problem.is_blank);
    Ok(match (is_sound, is_empty) {
        (false, _) => Status::Partly,
        (true, true) => Status::Nothing,
        (true, false) => Status::Found,
    })
}

/// Names what could not be taken; of codes that are not there, how many each coder lacks.
fn tell(coded: &Coded, terminal: &Terminal) {
    for note in &coded.notes {
        terminal.note(&format!("note: {note}"));
    }
    let told: Vec<String> = coded
        .problems
        .iter()
        .filter(|problem| !problem.is_blank)
        .map(shown)
        .collect();
    if !told.is_empty() {
        let count = counted(told.len() as u64, "problem");
        let names = named(&told).replace("--format json names them all", "--table problems names them all");
        terminal.note(&format!("{count}:\n{}", names.trim_end()));
    }
    for coder in &coded.coders {
        let is_missing = |problem: &&Problem| problem.is_blank && problem.coder.as_ref() == Some(coder);
        let count = coded.problems.iter().filter(is_missing).count();
        if count > 0 {
            let count = counted(count as u64, "code");
            terminal.note(&format!("note: {coder}: {count} missing; --table problems names them"));
        }
    }
}

/// `coding.xlsx row 5, 00ab…-3, 张三 · 深度 = 无: not one of its values`.
fn shown(problem: &Problem) -> String {
    let mut text = problem.file.clone();
    if let Some(row) = problem.row {
        text.push_str(&format!(" row {row}"));
    }
    if let Some(passage) = &problem.passage {
        text.push_str(&format!(", {passage}"));
    }
    if let (Some(coder), Some(variable)) = (&problem.coder, &problem.variable) {
        text.push_str(&format!(", {coder} · {variable}"));
    }
    if let Some(value) = &problem.value {
        text.push_str(&format!(" = {value}"));
    }
    format!("{text}: {}", problem.what)
}

/// The table without the columns that no row has anything in: on a terminal there is little room.
fn without_empty_columns(mut table: Table, rows: Vec<Row>) -> (Table, Vec<Row>) {
    let kept: Vec<bool> = (0..table.columns.len())
        .map(|at| rows.is_empty() || rows.iter().any(|row| row.get(at) != Some(&Cell::Empty)))
        .collect();
    let mut flags = kept.iter();
    table.columns.retain(|_| flags.next() == Some(&true));
    let of_row = |row: Row| {
        row.into_iter()
            .zip(&kept)
            .filter(|(_, kept)| **kept)
            .map(|(cell, _)| cell)
            .collect()
    };
    (table, rows.into_iter().map(of_row).collect())
}
