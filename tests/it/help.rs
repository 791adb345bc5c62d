//! The help of every command, as people read it.

use std::path::Path;
use std::process::Command;

use crate::testdir::{Output, TestDir, output_of};

const COMMANDS: [&str; 20] = [
    "index",
    "search",
    "count",
    "coverage",
    "trend",
    "kwic",
    "collocates",
    "compare",
    "dispersion",
    "sample",
    "code",
    "show",
    "inspect",
    "verify",
    "replay",
    "topics",
    "eval",
    "schema",
    "completions",
    "man",
];

#[test]
fn the_program_lists_its_commands() {
    let output = TestDir::new().run(&["--help"]).exits(0);
    let listed = regex::Regex::new("(?m)^  ([a-z]+)  ").expect("a pattern");
    let names: Vec<&str> = listed
        .captures_iter(&output.stdout)
        .map(|found| found.get(1).expect("a name").as_str())
        .collect();
    assert_eq!(
        names, COMMANDS,
        "a new command must be put into the list COMMANDS of this test"
    );
    insta::assert_snapshot!(output.stdout);
}

#[test]
fn every_command_explains_itself() {
    for command in COMMANDS {
        let output = TestDir::new().run(&[command, "--help"]).exits(0);
        insta::assert_snapshot!(format!("help_{command}"), output.stdout);
    }
}

#[test]
fn the_version_is_the_packages() {
    let output = TestDir::new().run(&["--version"]).exits(0);
    assert_eq!(output.stdout, format!("baogao {}\n", env!("CARGO_PKG_VERSION")));
}

/// Commands below others.
const BELOW: [[&str; 2]; 6] = [
    ["code", "make"],
    ["code", "read"],
    ["topics", "list"],
    ["topics", "show"],
    ["topics", "test"],
    ["topics", "suggest"],
];

#[test]
fn commands_below_others_explain_themselves() {
    for [above, command] in BELOW {
        TestDir::new()
            .run(&[above, command, "--help"])
            .exits(0)
            .says(&["Examples:", "Usage: baogao"]);
    }
}

#[test]
fn without_a_command_the_commands_are_shown_in_groups() {
    let output = TestDir::new().run(&[] as &[&str]).exits(2);
    assert_eq!(output.stdout, "");
    insta::assert_snapshot!(output.stderr);
}

/// Runs another program, if it is installed.
fn run(program: &str, arguments: &[&str], directory: &Path) -> Option<Output> {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(directory).env("LC_ALL", "C.UTF-8");
    match command.output() {
        Ok(_) => Some(output_of(&mut command)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => panic!("{program}: {error}"),
    }
}

#[test]
fn bash_completes_commands_flags_and_values() {
    let dir = TestDir::new();
    let script = dir.run(&["completions", "bash"]).exits(0).stdout;
    dir.write("baogao.bash", &script);
    let ask = "source ./baogao.bash && complete -p baogao && \
        complete_words() { COMP_WORDS=(\"$@\"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMPREPLY=(); \
          _baogao baogao \"${COMP_WORDS[COMP_CWORD]}\" \"${COMP_WORDS[COMP_CWORD - 1]}\"; echo \"$*: ${COMPREPLY[*]}\"; } && \
        complete_words baogao sam && complete_words baogao search --form && \
        complete_words baogao search --section p && complete_words baogao search --format j && \
        complete_words baogao sample --by y && complete_words baogao topics s";
    let Some(output) = run("bash", &["-c", ask], &dir.path("")) else {
        return eprintln!("skipped: bash is not installed");
    };
    output.exits(0).says(&[
        " baogao",
        "baogao sam: sample",
        "baogao search --form: --format",
        "baogao search --section p: preamble problems plans",
        "baogao search --format j: json jsonl",
        "baogao sample --by y: year",
        "baogao topics s: show suggest",
    ]);
}

#[test]
fn every_shell_has_completions() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        TestDir::new()
            .run(&["completions", shell])
            .exits(0)
            .says(&["baogao", "search", "township"]);
    }
    for shell in ["bash", "zsh", "fish"] {
        TestDir::new()
            .run(&["completions", shell])
            .exits(0)
            .says(&["achievements", "jsonl", "枫桥经验"]);
    }
    TestDir::new().run(&["completions", "cmd"]).exits(2).tells(&["cmd"]);
}

#[test]
fn every_command_has_a_manual_page_without_warnings() {
    let dir = TestDir::new();
    dir.run(&["man", "-o", "pages"]).exits(0);
    let names = COMMANDS.map(|command| format!("baogao-{command}"));
    let below = BELOW.map(|[above, command]| format!("baogao-{above}-{command}"));
    for name in names.iter().chain(&below).chain([&"baogao".to_owned()]) {
        let path = format!("pages/{name}.1");
        let page = dir.read(&path);
        assert!(page.contains(".TH ") && page.contains(".SH SYNOPSIS"), "{path}");
        let Some(output) = run(
            "man",
            &["--warnings", "-E", "UTF-8", "-P", "cat", "-l", &path],
            &dir.path(""),
        ) else {
            eprintln!("skipped: man is not installed");
            continue;
        };
        let output = output.exits(0);
        assert_eq!(output.stderr, "", "{path}");
        assert!(output.stdout.contains("SYNOPSIS"), "{path}\n{output}");
    }
    let printed = dir.run(&["man", "topics", "suggest"]).exits(0);
    assert_eq!(printed.stdout, dir.read("pages/baogao-topics-suggest.1"));
    dir.run(&["man", "serach"])
        .exits(2)
        .tells(&["there is no command serach"]);
}
