//! `baogao man`: manual pages, one a command.

use std::path::PathBuf;

use clap::ValueHint;

use super::terminal::{Destination, Terminal, print_text};
use super::{Status, command};
use crate::error::{Error, Result};
use crate::output::counted;

/// Print a manual page, or write those of all commands into a folder
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  baogao man search | man -l -
  baogao man topics suggest
  baogao man -o ~/.local/share/man/man1")]
pub struct Args {
    /// The command whose page is printed; without one, the program's own
    #[arg(value_name = "COMMAND", conflicts_with = "output")]
    commands: Vec<String>,
    /// Write the pages of all commands into this folder
    #[arg(long, short, value_name = "DIR", value_hint = ValueHint::DirPath)]
    output: Option<PathBuf>,
}

pub fn run(args: &Args, terminal: &Terminal) -> Result<Status> {
    let mut program = command();
    program.build();
    let Some(folder) = &args.output else {
        let wanted = args.commands.iter().try_fold(&program, |above, name| {
            let unknown = || Error::usage(format!("there is no command {name}")).hinted("`baogao --help` lists them");
            above.find_subcommand(name).ok_or_else(unknown)
        });
        print_text(&String::from_utf8_lossy(&page(wanted?)))?;
        return Ok(Status::Found);
    };
    std::fs::create_dir_all(folder).map_err(|error| Error::io(folder, error))?;
    let all = with_subcommands(program);
    for one in &all {
        let path = folder.join(format!("{}.1", one.get_display_name().unwrap_or(one.get_name())));
        let page = page(one);
        Destination::File(path.clone()).write(|out| out.write_all(&page).map_err(|error| Error::io(&path, error)))?;
    }
    let count = counted(all.len() as u64, "page");
    terminal.note(&format!("{count} written to {}", folder.display()));
    Ok(Status::Found)
}

/// A command and all below it.
fn with_subcommands(program: clap::Command) -> Vec<clap::Command> {
    let mut all = vec![program];
    let mut at = 0;
    while at < all.len() {
        let below: Vec<clap::Command> = all[at]
            .get_subcommands()
            .filter(|below| !below.is_hide_set())
            .cloned()
            .collect();
        all.extend(below);
        at += 1;
    }
    all
}

fn page(of: &clap::Command) -> Vec<u8> {
    let mut page = Vec::new();
    // Writing to memory does not fail.
    let _ = clap_mangen::Man::new(of.clone()).render(&mut page);
    page
}
