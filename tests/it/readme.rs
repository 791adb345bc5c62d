//! What the READMEs show is what the program does: every `console` block is run, from the root of the repository.
//!
//! `…` stands for anything on its line, and alone on a line for any lines.

use std::fs;

use regex::Regex;

use crate::sample::{copy_folder, corpus, repository};
use crate::testdir::{TestDir, output_of};

/// A command that is shown, and what it is shown to print.
struct Shown {
    /// The line of the README it stands on, from 1.
    line: usize,
    command: String,
    output: String,
}

/// The commands of the `console` blocks of a README; none when there is no such file.
fn shown_in(name: &str) -> Vec<Shown> {
    let text = fs::read_to_string(repository().join(name)).unwrap_or_default();
    let mut shown: Vec<Shown> = Vec::new();
    let mut inside = false;
    for (at, line) in text.lines().enumerate() {
        match line.strip_prefix("$ ") {
            _ if line.starts_with("```") => inside = !inside && line == "```console",
            Some(command) if inside => shown.push(Shown {
                line: at + 1,
                command: command.to_owned(),
                output: String::new(),
            }),
            None if inside => {
                if let Some(last) = shown.last_mut() {
                    last.output.push_str(line);
                    last.output.push('\n');
                }
            }
            _ => {}
        }
    }
    shown
}

/// The words of a command as a shell would cut them, quotes taken off.
fn words(command: &str) -> Vec<String> {
    let word = Regex::new(r#"'([^']*)'|"([^"]*)"|(\S+)"#).expect("a pattern");
    let found = word.captures_iter(command);
    found
        .map(|word| {
            (1..=3)
                .find_map(|group| word.get(group))
                .map_or(String::new(), |text| text.as_str().to_owned())
        })
        .collect()
}

/// The pattern of an output that is shown.
fn pattern_of(shown: &str) -> Regex {
    let lines = shown.trim_end().lines().map(|line| match line {
        "…" => "(?:.*\n)*?".to_owned(),
        line => regex::escape(line).replace('…', ".*?") + " *\n",
    });
    Regex::new(&format!("^{}\n*$", lines.collect::<String>())).expect("a pattern")
}

/// Runs the commands of a README in a copy of the repository's corpus, one after the other, with one index.
fn run_all(name: &str) {
    let dir = TestDir::new();
    copy_folder(&corpus(), &dir.path("corpus"));
    let mut differing = Vec::new();
    for shown in shown_in(name) {
        let words = words(&shown.command);
        let place = format!("{name}:{}: {}", shown.line, shown.command);
        assert_eq!(
            words.first().map(String::as_str),
            Some("baogao"),
            "{place}: only baogao can be run here"
        );
        let output = output_of(&mut dir.command(&words[1..]));
        assert!(output.code == 0 || output.code == 1, "{place}\n{output}");
        if !pattern_of(&shown.output).is_match(&output.stdout) {
            differing.push(format!("{place}\n--- shown\n{}\n{output}", shown.output));
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

#[test]
fn the_commands_of_the_readme_print_what_it_shows() {
    run_all("README.md");
}

#[test]
fn the_commands_of_the_chinese_readme_print_what_it_shows() {
    run_all("README.zh.md");
}

#[test]
fn both_readmes_show_the_same_commands() {
    let commands = |name: &str| {
        shown_in(name)
            .into_iter()
            .map(|shown| shown.command)
            .collect::<Vec<_>>()
    };
    assert_eq!(commands("README.md"), commands("README.zh.md"));
}

#[test]
fn what_is_left_out_in_a_readme_matches_anything() {
    let pattern = pattern_of("2 hits · … ms\n…\nlast … line\n");
    assert!(pattern.is_match("2 hits · 1.8 ms\nlast one line\n"));
    assert!(pattern.is_match("2 hits · 1.8 ms\na\nb\nlast long line\n"));
    assert!(!pattern.is_match("3 hits · 1.8 ms\nlast one line\n"));
    assert_eq!(
        words("baogao search '网格员 OR 网格长' -o hits.csv"),
        ["baogao", "search", "网格员 OR 网格长", "-o", "hits.csv"]
    );
}
