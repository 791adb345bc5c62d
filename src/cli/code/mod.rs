//! `baogao code`: hands a sample to coders as a workbook, and reads back what they made of it.

mod make;
mod read;

use std::path::Path;

use clap::Subcommand;

use super::Status;
use super::terminal::Terminal;
use crate::error::Result;

/// Code passages by hand: a workbook for coders, and how far they agree
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  baogao code make 枫桥经验 -n 50 --coders 张三,李四 --codebook codebook.toml -o coding.xlsx
  baogao code read coding.xlsx")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Make(Box<make::Args>),
    Read(read::Args),
}

pub fn run(args: &Args, index: &Path, terminal: &Terminal) -> Result<Status> {
    match &args.command {
        Command::Make(make) => make::run(make, index, terminal),
        Command::Read(read) => read::run(read, terminal),
    }
}
