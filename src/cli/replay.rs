//! `baogao replay`: asks again what an export says was asked, and compares the answers.

use std::path::{Path, PathBuf};

use clap::{ArgMatches, CommandFactory, FromArgMatches};
use serde_json::json;

use super::terminal::{Form, Terminal};
use super::{Cli, Status, dispatch};
use crate::error::{Error, Result};
use crate::output::counted;
use crate::output::proof::command_line;
use crate::receipt::Receipt;
use crate::receipt::difference::{Comparison, Verdict};
use crate::receipt::read::{Exported, FileState, read};

/// Run the command of an export again and say whether the answer is the same
///
/// Takes an exported file (json, markdown, html, xlsx, docx, svg, png), or the .receipt.json beside one. Nothing is written and
/// nothing is indexed. Ends with 0 when the answer is the same, 1 when it differs, 2 when the command cannot be run again.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  baogao replay hits.xlsx
  baogao replay counts.csv --index other-index
  baogao replay hits.csv.receipt.json --format json")]
pub struct Args {
    /// The exported file, or the receipt beside it
    file: PathBuf,
    /// The form of the verdict
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Form,
}

/// The group of arguments that every command has which answers by [`Export`](super::export::Export): run again, it writes nowhere.
const EXPORT: &str = "Export";

/// `index` is asked only if it was named with this command; else the one that was asked then.
pub fn run(args: &Args, index: &Path, terminal: &Terminal) -> Result<Status> {
    let is_named = |argument: &String| argument == "--index" || argument.starts_with("--index=");
    let index = terminal.command().iter().any(is_named).then_some(index);
    let Exported { receipt, state } = read(&args.file)?;
    let now = answer_again(&receipt, index).map_err(|error| {
        let folder = std::env::current_dir().unwrap_or_default();
        match receipt.folder.is_empty() || Path::new(&receipt.folder) == folder {
            true => error,
            false => error.hinted(format!(
                "the command was given in {}; relative paths in it start there",
                receipt.folder
            )),
        }
    })?;
    let comparison = Comparison::new(&receipt, &now);
    if state == FileState::Edited {
        terminal.note(&format!(
            "warning: {} was edited or saved anew since it was written; the answer compared is the one it was written with",
            args.file.display()
        ));
    }
    args.format.print(
        || text(&receipt, &now, &comparison, state),
        || {
            json!({
                "verdict": comparison.verdict,
                "file": file_name(state),
                "differences": comparison.differences,
                "then": receipt,
                "now": now,
            })
        },
    )?;
    Ok(match comparison.verdict {
        Verdict::Same | Verdict::SameAnswer => Status::Found,
        Verdict::Different => Status::Nothing,
    })
}

/// The receipt of the same command now.
fn answer_again(receipt: &Receipt, index: Option<&Path>) -> Result<Receipt> {
    let cannot = |reason: &str| {
        Error::usage(format!("`{}` {reason}", command_line(&receipt.command)))
            .hinted("only commands whose answers are exported with -o are run again")
    };
    let arguments = std::iter::once("baogao").chain(receipt.command.iter().map(String::as_str));
    let command = Cli::command();
    let matches = command
        .clone()
        .try_get_matches_from(arguments)
        .map_err(|_| cannot("is no command of this version"))?;
    let (path, _) = subcommands(&matches);
    if !exports(&command, &path) {
        return Err(cannot("is not run again"));
    }
    let mut cli = Cli::from_arg_matches(&matches).map_err(|_| cannot("is no command of this version"))?;
    if let Some(index) = index {
        cli.global.index = index.to_owned();
    }
    let terminal = Terminal::replaying(receipt.command.clone());
    dispatch(&cli, &terminal)?;
    let now = terminal.replayed().cloned();
    now.ok_or_else(|| cannot("gave no answer"))
}

/// The names of the command and of what is below it.
fn subcommands(matches: &ArgMatches) -> (Vec<String>, &ArgMatches) {
    let (mut path, mut at) = (Vec::new(), matches);
    while let Some((name, below)) = at.subcommand() {
        path.push(name.to_owned());
        at = below;
    }
    (path, at)
}

/// Whether the command answers by an export, and by nothing else.
fn exports(command: &clap::Command, path: &[String]) -> bool {
    let mut at = command;
    for name in path {
        let Some(below) = at.find_subcommand(name) else {
            return false;
        };
        at = below;
    }
    at.get_groups().any(|group| group.get_id() == EXPORT)
}

fn file_name(state: FileState) -> &'static str {
    match state {
        FileState::Unchanged => "unchanged",
        FileState::Edited => "edited",
        FileState::Unknown => "unknown",
        FileState::Absent => "absent",
    }
}

fn text(then: &Receipt, now: &Receipt, comparison: &Comparison, state: FileState) -> String {
    let verdict = match comparison.verdict {
        Verdict::Same => "same: the answer and the index are as they were",
        Verdict::SameAnswer => "same answer, though not all is as it was",
        Verdict::Different => "different",
    };
    let mut text = format!("{verdict}\n  {}\n", command_line(&then.command));
    text.push_str(&format!("  then {}, {}\n", then.made, counted(then.rows, "row")));
    text.push_str(&format!("  now  {}, {}\n", now.made, counted(now.rows, "row")));
    if !then.folder.is_empty() && then.folder != now.folder {
        text.push_str(&format!("  then in {}; relative paths now start here\n", then.folder));
    }
    for difference in &comparison.differences {
        let known = |value: &str| {
            if value.is_empty() {
                "none".to_owned()
            } else {
                value.to_owned()
            }
        };
        let (then, now) = (known(&difference.then), known(&difference.now));
        text.push_str(&format!("  {}: {then} then, {now} now\n", difference.what));
    }
    text.push_str(match state {
        FileState::Unchanged => "  the file is as it was written\n",
        FileState::Edited => "  the file was edited or saved anew since\n",
        FileState::Unknown => "  whether the file was edited since cannot be seen in this format\n",
        FileState::Absent => "  the file is not there, only its receipt\n",
    });
    text.replace(|c: char| c.is_control() && c != '\n', "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_commands_with_an_export_are_run_again() {
        let command = Cli::command();
        let exports = |path: &[&str]| exports(&command, &path.iter().map(|&name| name.to_owned()).collect::<Vec<_>>());
        assert!(exports(&["search"]) && exports(&["show"]));
        for name in ["index", "replay", "eval", "verify", "inspect", "schema"] {
            assert!(!exports(&[name]), "{name}");
        }
        assert!(!exports(&[]));
    }
}
