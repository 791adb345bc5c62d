//! The help of every command, as people read it.

use crate::testdir::TestDir;

const COMMANDS: [&str; 9] = [
    "index", "search", "show", "inspect", "verify", "schema", "topics", "eval", "replay",
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

#[test]
fn without_a_command_the_help_is_shown_as_an_error() {
    let output = TestDir::new().run(&[] as &[&str]).exits(2);
    output.tells(&["Usage: baogao", "search"]);
}
