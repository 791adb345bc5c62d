//! `baogao verify`: the index against a plain reading, the texts against their files.

use serde_json::Value;

use crate::sample::{corpus_index, three};
use crate::testdir::{Output, TestDir};

#[test]
fn a_sound_index_is_said_to_be_sound() {
    let output = corpus_index().run(&["verify", "--sample", "100"]).exits(0);
    output.says(&[
        "100 phrases in ",
        ", 0 differences",
        " index files as written",
        " as indexed, 0 changed, 0 missing",
    ]);
}

/// What was told; of how many files an index consists is left open.
fn told(output: &Output) -> String {
    let files = regex::Regex::new("[0-9]+ index files").expect("a pattern");
    files.replace(&output.stdout, "N index files").into_owned()
}

#[test]
fn phrases_are_compared_as_given() {
    let dir = three();
    let output = dir.run(&["verify", "枫桥经验", "97件"]).exits(0);
    assert_eq!(
        told(&output),
        "2 phrases in 12 passages: 4 occurrences by plain reading, 0 differences\nN index files as written\n3 files: 3 as indexed, 0 changed, 0 missing\n"
    );
    dir.write("phrases.txt", "\u{feff}枫桥经验\n\n 97件 \n");
    assert_eq!(
        dir.run(&["verify", "--phrases-from", "phrases.txt"]).exits(0).stdout,
        output.stdout
    );
    dir.run(&["verify", "--phrases-from", "nowhere.txt"])
        .exits(2)
        .tells(&["nowhere.txt"]);
}

#[test]
fn a_phrase_that_cannot_be_compared_is_named() {
    let output = three().run(&["verify", "，。", "枫桥经验"]);
    assert!(
        output.code != 0 || output.stderr.contains("，。") || output.stdout.contains("，。"),
        "ignored in silence\n{output}"
    );
}

#[test]
fn the_same_seed_draws_the_same_phrases() {
    let dir = corpus_index();
    let drawn = |seed: &str| {
        dir.run(&["verify", "--sample", "50", "--seed", seed, "--format", "json"])
            .exits(0)
            .value()
    };
    let occurrences = |value: &Value| value["occurrences"].as_u64().expect("a count");
    assert_eq!(drawn("7"), drawn("7"));
    assert_ne!(occurrences(&drawn("7")), occurrences(&drawn("8")));
    assert_eq!(drawn("7")["seed"], 7);
}

#[test]
fn files_that_changed_or_vanished_since_are_named() {
    let dir = three();
    dir.write("reports/a.txt", "换了内容。");
    dir.remove("reports/b.txt");
    let output = dir.run(&["verify", "枫桥经验"]).exits(1);
    assert_eq!(
        told(&output),
        "1 phrase in 12 passages: 3 occurrences by plain reading, 0 differences\nN index files as written\n\
         3 files: 1 as indexed, 1 changed, 1 missing\n  changed: reports/a.txt\n  missing: reports/b.txt\n"
    );
    let value = dir.run(&["verify", "枫桥经验", "--format", "json"]).exits(1).value();
    assert_eq!(value["sources"]["changed"][0], "reports/a.txt");
    assert_eq!(value["sources"]["missing"][0], "reports/b.txt");
    assert_eq!(value["differences"], serde_json::json!([]));
    assert_eq!(value["index_files"]["damaged"], serde_json::json!([]));
    assert!(value["index_files"]["files"].as_u64() > Some(6));
    dir.run(&["index", "reports"]).exits(0);
    dir.run(&["verify"]).exits(0);
}

#[test]
fn an_index_is_sound_after_many_changes() {
    let dir = three();
    for round in 0..4 {
        dir.write(
            "reports/a.txt",
            crate::sample::report("云河县", "青石镇", 2020 + round, "反复修改的报告，网格员又来了。"),
        );
        dir.index("reports");
    }
    dir.remove("reports/c.txt");
    dir.index("reports");
    dir.run(&["verify", "--sample", "100"])
        .exits(0)
        .says(&["2 files: 2 as indexed"]);
}

#[test]
fn an_empty_index_is_sound() {
    let dir = TestDir::new();
    std::fs::create_dir(dir.path("reports")).expect("a folder");
    dir.index("reports");
    dir.run(&["verify"])
        .exits(0)
        .says(&["0 phrases in 0 passages", "0 files"]);
}
