//! argv ⇄ library: one file a command, all of one shape, `Args` and `run`. The only module that knows the terminal.
//!
//! Results go to standard output, progress and warnings to standard error.

mod batch;
mod eval;
mod export;
mod filters;
mod index;
mod inspect;
mod replay;
mod schema;
mod search;
mod show;
mod terminal;
mod topics;
mod verify;

use std::any::Any;
use std::ffi::OsString;
use std::io::Write;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::error::{Error, Result};
use crate::index::Index;
use crate::ingest::CorrectionOptions;
use crate::ingest::path_pattern::PathPattern;
use crate::output::visible;
use terminal::Terminal;

/// Finds, counts and cites what Chinese government reports say.
#[derive(Parser)]
#[command(
    name = "baogao",
    version,
    about,
    max_term_width = 100,
    disable_help_subcommand = true
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// What every command understands.
#[derive(Args)]
struct Global {
    /// The folder of the index
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "BAOGAO_INDEX",
        default_value = ".baogao"
    )]
    index: PathBuf,
    /// Print results and errors only: no progress, no warnings
    #[arg(long, short, global = true)]
    quiet: bool,
    /// Whether to colour the output
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: terminal::Color,
}

#[derive(Subcommand)]
enum Command {
    Index(index::Args),
    Search(Box<search::Args>),
    Show(show::Args),
    Inspect(inspect::Args),
    Verify(verify::Args),
    Schema(schema::Args),
    Topics(topics::Args),
    Eval(eval::Args),
    Replay(replay::Args),
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    /// What was looked for is there.
    Found = 0,
    /// Nothing was found, or something did not hold.
    Nothing = 1,
    /// The command was used wrongly, or failed.
    Failed = 2,
    /// Done, but some files could not be read.
    Partly = 3,
}

/// Runs the command with these arguments, the program's name first.
pub fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.collect();
    let command = arguments
        .iter()
        .skip(1)
        .map(|argument| argument.to_string_lossy().into_owned());
    let command: Vec<String> = command.collect();
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let _ = match error.use_stderr() && arguments_act(&error) {
                true => write!(std::io::stderr(), "{}", visible::text(&error.render().to_string())),
                false => error.print(),
            };
            return ExitCode::from(if error.use_stderr() { Status::Failed as u8 } else { 0 });
        }
    };
    let terminal = Terminal::new(cli.global.color, cli.global.quiet, command);
    // A panic is told as the error it is, below, or where it is expected.
    std::panic::set_hook(Box::new(|_| {}));
    let result = std::panic::catch_unwind(AssertUnwindSafe(|| dispatch(&cli, &terminal)));
    let status = match result.unwrap_or_else(|panic| Err(internal(panic.as_ref()))) {
        Ok(status) => status,
        // Whoever reads our output has seen enough: `baogao … | head`.
        Err(error) if error.is_broken_pipe() => Status::Found,
        Err(error) => {
            terminal.error(&error);
            Status::Failed
        }
    };
    ExitCode::from(status as u8)
}

/// Whether an error repeats characters of the arguments that would act on a terminal. It is then told without colours.
fn arguments_act(error: &clap::Error) -> bool {
    let told = error.render().to_string();
    std::env::args_os().any(|argument| argument.to_string_lossy().contains(char::is_control))
        || visible::text(&told) != told
}

/// The error of a panic: a mistake of ours.
fn internal(panic: &(dyn Any + Send)) -> Error {
    let text = panic.downcast_ref::<&str>().copied();
    let reason = text
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no reason given");
    Error::usage(format!("internal error: {reason}"))
        .hinted("this is a mistake in baogao; please report it with the command that led to it")
        .hinted("if the index may be damaged, build it anew: baogao index --rebuild PATH…")
}

fn dispatch(cli: &Cli, terminal: &Terminal) -> Result<Status> {
    let index = &cli.global.index;
    match &cli.command {
        Command::Index(args) => index::run(args, index, terminal),
        Command::Search(args) => search::run(args, index, terminal),
        Command::Show(args) => show::run(args, index, terminal),
        Command::Inspect(args) => inspect::run(args, terminal),
        Command::Verify(args) => verify::run(args, index, terminal),
        Command::Schema(args) => schema::run(args, terminal),
        Command::Topics(args) => topics::run(args, index, terminal),
        Command::Eval(args) => eval::run(args, index, terminal),
        Command::Replay(args) => replay::run(args, index, terminal),
    }
}

/// Which files a reading command takes in before it reads.
#[derive(Args)]
struct Input {
    /// First index what is new or changed under PATH
    #[arg(long = "in", value_name = "PATH")]
    paths: Vec<PathBuf>,
}

/// What the user says of the reports, against what is read from them.
#[derive(Args)]
struct Said {
    /// A sheet (csv, tsv, xlsx) that corrects what is read: a row a report, named by path, hash or id
    #[arg(long, value_name = "FILE")]
    metadata: Vec<PathBuf>,
    /// Read fields from paths, as '{county}/{township}-{year}*'; of several patterns the first that fits
    #[arg(long, value_name = "PATTERN")]
    path_pattern: Vec<String>,
}

impl Said {
    fn options(&self) -> Result<CorrectionOptions> {
        let patterns = self.path_pattern.iter().map(|text| PathPattern::parse(text));
        Ok(CorrectionOptions {
            metadata: self.metadata.clone(),
            patterns: patterns.collect::<Result<_>>()?,
        })
    }
}

impl Input {
    /// Opens the index, brought up to date first if files were named; but a command that is only run again changes nothing.
    fn open(&self, index: &Path, terminal: &Terminal) -> Result<Index> {
        if !self.paths.is_empty() && !terminal.is_replaying() {
            index::bring_up_to_date(index, &self.paths, terminal)?;
        }
        Index::open(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_fit_together() {
        Cli::command().debug_assert();
    }
}
