//! `baogao code make`: a sample as a workbook with columns for coders.

use std::path::{Path, PathBuf};

use clap::ValueHint;

use crate::analysis::coding::Plan;
use crate::cli::Status;
use crate::cli::draw::Drawing;
use crate::cli::terminal::{Destination, Terminal};
use crate::error::{Error, Result};
use crate::output::coding::{Entry, print_coding_workbook};
use crate::output::counted;
use crate::receipt::{Receipt, Seal};
use crate::schema::codebook::Codebook;

/// More passages than people code.
const MAX_PASSAGES: usize = 20_000;

/// Write a workbook with a row for each hit, and columns for each coder to fill in
///
/// The hits are drawn as by `sample`: all of them, or -n of them, in an order that chance decides. The codebook is TOML:
///
///   title = "…"            instructions = "…"       (for the coders)
///   [[variable]]           name = "落实程度"        kind = "ordered"       values = ["未提及", "口号", "具体做法"]
///
/// with the kinds values, ordered, yes-no, number, open and text. Without one there is a single column, 编码. Closed values are offered as lists.
/// With --separate, each coder has a workbook of their own and sees nothing of the others.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  baogao code make 枫桥经验 -n 50 --seed 7 --coders 张三,李四 -o coding.xlsx
  baogao code make '*' --section problems -n 200 --by county --codebook codebook.toml --coders 张三,李四,王五 --separate -o coding.xlsx")]
pub struct Args {
    #[command(flatten)]
    drawing: Drawing,
    /// Who codes: names with commas between them
    #[arg(long, value_name = "NAMES", value_delimiter = ',', required = true)]
    coders: Vec<String>,
    /// A TOML file of variables and their values
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    codebook: Option<PathBuf>,
    /// A workbook for each coder: coding-张三.xlsx beside coding.xlsx
    #[arg(long)]
    separate: bool,
    /// The workbook, which appears when it is complete
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    output: PathBuf,
}

pub fn run(args: &Args, index: &Path, terminal: &Terminal) -> Result<Status> {
    if !args
        .output
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("xlsx"))
    {
        let path = args.output.display();
        return Err(
            Error::usage(format!("{path}: a coding workbook is written as xlsx")).hinted("end its name in .xlsx")
        );
    }
    let codebook = args.codebook.as_ref().map(|path| Codebook::read(path)).transpose()?;
    let plan = Plan::new(codebook.unwrap_or_else(Codebook::usual), args.coders.clone())?;
    let index = args.drawing.open(index, terminal)?;
    let drew = args.drawing.draw(&index, None)?;
    drew.tell(terminal);
    let count = drew.sample.draws.len();
    if count > MAX_PASSAGES {
        let count = counted(count as u64, "passage");
        return Err(Error::usage(format!("{count}: more than people code")).hinted("draw a sample of them: -n 200"));
    }
    if count == 0 {
        terminal.note("no passage was found, so no workbook is written");
        return Ok(Status::Nothing);
    }
    let mut seal = Seal::default();
    let mut entries = Vec::with_capacity(count);
    for (hit, draw) in drew.found.hits().zip(&drew.sample.draws) {
        let hit = hit?;
        seal.hit(&hit);
        entries.push(Entry {
            hit,
            stratum: drew.sample.strata[draw.stratum].name.clone(),
            weight: draw.weight(),
        });
    }
    let interpreted = &drew.found.summary().interpreted;
    let receipt = Receipt::new(terminal.command().to_vec(), drew.asked, interpreted, index.state()?);
    let receipt = match &args.codebook {
        Some(path) => drew.noted(receipt).depending_on(path)?,
        None => drew.noted(receipt),
    };
    let receipt = receipt.sealed(&seal);
    let workbooks = match args.separate {
        true => plan
            .coders
            .iter()
            .map(|coder| (path_for(&args.output, coder), plan.of_one(coder)))
            .collect(),
        false => vec![(args.output.clone(), plan.clone())],
    };
    for (path, plan) in &workbooks {
        let destination = match terminal.is_replaying() {
            true => Destination::Nowhere,
            false => Destination::File(path.clone()),
        };
        let name = destination.to_string();
        destination.write(|out| print_coding_workbook(plan, &entries, &receipt, &name, out))?;
        let (passages, coders) = (
            counted(count as u64, "passage"),
            counted(plan.coders.len() as u64, "coder"),
        );
        terminal.note(&format!("{passages} for {coders} written to {}", path.display()));
    }
    terminal.keep_receipt(receipt);
    Ok(Status::Found)
}

/// `coding-张三.xlsx` beside `coding.xlsx`.
fn path_for(path: &Path, coder: &str) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{coder}.xlsx"));
    path.with_file_name(name)
}
