//! What is shown to somebody who types `baogao` alone: the commands, grouped as people think of their work.

use super::command;
use crate::output::wrap::pad;

/// The commands under what they are for.
const GROUPS: [(&str, &[&str]); 5] = [
    ("Read reports", &["index", "inspect", "schema"]),
    ("Ask", &["search", "show", "kwic", "topics"]),
    (
        "Count and compare",
        &["count", "coverage", "trend", "collocates", "compare", "dispersion"],
    ),
    ("Draw and code", &["sample", "code"]),
    ("Check", &["verify", "replay", "eval"]),
];

/// Commands about the program itself come last.
const LAST: (&str, &[&str]) = ("The program", &["completions", "man"]);

/// The overview, as text.
pub fn overview() -> String {
    let program = command();
    let about = program.get_about().map(ToString::to_string).unwrap_or_default();
    let mut text = format!("{about}\n\nUsage: baogao COMMAND\n");
    for (title, names) in GROUPS.iter().chain([&LAST]) {
        let found = names.iter().filter_map(|name| program.find_subcommand(name));
        let line = |command: &clap::Command| {
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            format!("  {} {about}\n", pad(command.get_name(), 12))
        };
        let lines: String = found.map(line).collect();
        if !lines.is_empty() {
            text.push_str(&format!("\n{title}\n{lines}"));
        }
    }
    text.push_str(
        "\nTo begin:\n  baogao index FOLDER\n  baogao search 枫桥经验\n\n`baogao COMMAND --help` tells more, with examples.\n",
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_its_place_in_the_overview() {
        let text = overview();
        for known in command().get_subcommands().filter(|known| !known.is_hide_set()) {
            let lines = text
                .lines()
                .filter(|line| line.starts_with(&format!("  {} ", known.get_name())));
            assert_eq!(lines.count(), 1, "{} must stand in one of GROUPS", known.get_name());
        }
    }
}
