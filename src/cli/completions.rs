//! `baogao completions`: what a shell needs to complete commands, flags and values.

use clap_complete::Shell;

use super::terminal::print_text;
use super::{PROGRAM, Status, command};
use crate::error::Result;

/// Print the completions for a shell: commands, flags, files, fields, formats
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  baogao completions bash > ~/.local/share/bash-completion/completions/baogao
  baogao completions zsh > ~/.zfunc/_baogao
  baogao completions fish > ~/.config/fish/completions/baogao.fish
  baogao completions powershell >> $PROFILE")]
pub struct Args {
    /// The shell
    shell: Shell,
}

pub fn run(args: &Args) -> Result<Status> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command(), PROGRAM, &mut script);
    print_text(&String::from_utf8_lossy(&script))?;
    Ok(Status::Found)
}
