//! argv ⇄ library: one file a command, all of one shape, `Args` and `run`. The only module that knows the terminal.
//!
//! Results go to standard output, progress and warnings to standard error.

mod batch;
mod code;
mod collocates;
mod compare;
mod completions;
mod count;
mod coverage;
mod dispersion;
mod draw;
mod eval;
mod export;
mod filters;
mod index;
mod inspect;
mod kwic;
mod list;
mod man;
mod overview;
mod question;
mod replay;
mod sample;
mod schema;
mod search;
mod show;
mod terminal;
mod terms;
mod topics;
mod trend;
mod values;
mod verify;

use std::any::Any;
use std::ffi::OsString;
use std::io::Write;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, CommandFactory, Parser, Subcommand};

use crate::error::{Error, Result};
use crate::hits::Grouping;
use crate::index::Index;
use crate::ingest::CorrectionOptions;
use crate::ingest::path_pattern::PathPattern;
use crate::output::visible;
use crate::schema::fields::Field;
use terminal::Terminal;

/// The name of the program.
const PROGRAM: &str = "baogao";

/// Finds, counts and cites what Chinese government reports say.
#[derive(Parser)]
#[command(
    name = PROGRAM,
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
        default_value = ".baogao",
        value_hint = clap::ValueHint::DirPath
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
    Count(Box<count::Args>),
    Coverage(Box<coverage::Args>),
    Trend(Box<trend::Args>),
    Kwic(Box<kwic::Args>),
    Collocates(Box<collocates::Args>),
    Compare(Box<compare::Args>),
    Dispersion(Box<dispersion::Args>),
    Sample(Box<sample::Args>),
    Code(code::Args),
    Show(show::Args),
    Inspect(inspect::Args),
    Verify(verify::Args),
    Replay(replay::Args),
    Topics(topics::Args),
    Eval(eval::Args),
    Schema(schema::Args),
    Completions(completions::Args),
    Man(man::Args),
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
    if command.is_empty() {
        // Nobody is left to tell when this fails.
        let _ = std::io::stderr().write_all(overview::overview().as_bytes());
        return ExitCode::from(Status::Failed as u8);
    }
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

/// The whole command line as data: for completions, manual pages and overviews.
fn command() -> clap::Command {
    Cli::command()
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
        Command::Sample(args) => sample::run(args, index, terminal),
        Command::Code(args) => code::run(args, index, terminal),
        Command::Kwic(args) => kwic::run(args, index, terminal),
        Command::Collocates(args) => collocates::run(args, index, terminal),
        Command::Compare(args) => compare::run(args, index, terminal),
        Command::Dispersion(args) => dispersion::run(args, index, terminal),
        Command::Count(args) => count::run(args, index, terminal),
        Command::Coverage(args) => coverage::run(args, index, terminal),
        Command::Trend(args) => trend::run(args, index, terminal),
        Command::Show(args) => show::run(args, index, terminal),
        Command::Inspect(args) => inspect::run(args, terminal),
        Command::Verify(args) => verify::run(args, index, terminal),
        Command::Schema(args) => schema::run(args, terminal),
        Command::Topics(args) => topics::run(args, index, terminal),
        Command::Eval(args) => eval::run(args, index, terminal),
        Command::Completions(args) => completions::run(args),
        Command::Man(args) => man::run(args, terminal),
        Command::Replay(args) => replay::run(args, index, terminal),
    }
}

/// The grouping that a flag names.
fn grouping_named(flag: &str, name: &str) -> Result<Grouping> {
    Grouping::named(name).ok_or_else(|| {
        let names = Field::ALL.map(Field::name).join(", ");
        Error::usage(format!("{flag} {name}: there is no such field")).hinted(format!(
            "the fields are {names}; `region:福建省` counts what is below 福建省"
        ))
    })
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
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
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

    #[test]
    fn the_arguments_fit_together() {
        Cli::command().debug_assert();
    }

    /// All commands that can be run, with the words that lead to each.
    fn commands() -> Vec<(String, clap::Command)> {
        let mut waiting = vec![(PROGRAM.to_owned(), command())];
        let mut found = Vec::new();
        while let Some((path, next)) = waiting.pop() {
            let below = next
                .get_subcommands()
                .map(|below| (format!("{path} {}", below.get_name()), below.clone()));
            waiting.extend(below);
            if path != PROGRAM {
                found.push((path, next));
            }
        }
        found
    }

    /// The examples at the foot of a command's help.
    fn examples(of: &clap::Command) -> Vec<String> {
        let foot = of
            .get_after_long_help()
            .or(of.get_after_help())
            .map(ToString::to_string);
        let foot = foot.unwrap_or_default();
        let (_, examples) = foot.split_once("Examples:\n").unwrap_or_default();
        let lines = examples.lines().take_while(|line| !line.is_empty());
        lines.map(|line| line.trim().to_owned()).collect()
    }

    /// The words of a command as a shell would cut them, up to where its output goes.
    fn words(line: &str) -> Vec<String> {
        let mut words = Vec::new();
        let mut word: Option<String> = None;
        let mut quote = None;
        for c in line.chars() {
            match (quote, c) {
                (None, '\'' | '"') => {
                    quote = Some(c);
                    word.get_or_insert_default();
                }
                (Some(open), c) if open == c => quote = None,
                (None, ' ') => words.extend(word.take()),
                (None, '>' | '|' | '<') => break,
                (_, c) => word.get_or_insert_default().push(c),
            }
        }
        assert_eq!(quote, None, "an open quote in: {line}");
        words.extend(word);
        words
    }

    #[test]
    fn every_command_shows_examples_that_are_understood() {
        for (path, known) in commands() {
            let examples = examples(&known);
            assert!(!examples.is_empty(), "`{path} --help` has no part `Examples:`");
            for example in examples {
                assert!(
                    example.starts_with(&path),
                    "an example of `{path}` is of something else: {example}"
                );
                let parsed = Cli::try_parse_from(words(&example));
                assert!(parsed.is_ok(), "{example}\n{}", parsed.err().expect("an error"));
            }
        }
    }

    #[test]
    fn every_command_says_in_one_line_what_it_does() {
        for (path, known) in commands() {
            let about = known.get_about().map(ToString::to_string).unwrap_or_default();
            let first = about.chars().next();
            assert!(first.is_some_and(char::is_uppercase), "{path}: {about:?}");
            assert!(!about.contains('\n') && !about.ends_with('.'), "{path}: {about:?}");
        }
    }

    #[test]
    fn examples_are_cut_as_a_shell_would() {
        let cut = words("baogao search '\"甲 乙\" OR 丙' -o a.csv > out");
        assert_eq!(cut, ["baogao", "search", "\"甲 乙\" OR 丙", "-o", "a.csv"]);
    }
}
