//! `baogao inspect`: how a file is understood, with the evidence for it.

use serde_json::Value;

use crate::sample::{corpus, report};
use crate::testdir::TestDir;

/// What is understood of a text.
fn inspected(text: &str) -> Value {
    let dir = TestDir::new();
    dir.write("a.txt", text);
    dir.run(&["inspect", "a.txt", "--format", "json"]).exits(0).value()
}

fn corpus_file(name: &str) -> String {
    corpus().join(name).display().to_string()
}

#[test]
fn every_field_is_shown_with_its_evidence() {
    let dir = TestDir::new();
    std::fs::copy(corpus().join("qinglan/bailu-2023.html"), dir.path("bailu-2023.html")).expect("a copy");
    let output = dir.run(&["inspect", "bailu-2023.html"]).exits(0);
    let without_hash = regex::Regex::new("hash [0-9a-f]+")
        .expect("a pattern")
        .replace_all(&output.stdout, "hash <hash>")
        .into_owned();
    let without_id = regex::Regex::new("id [0-9a-f]{16}")
        .expect("a pattern")
        .replace_all(&without_hash, "id <id>")
        .into_owned();
    insta::assert_snapshot!(without_id);
}

#[test]
fn json_has_the_parts_of_the_contract() {
    let value = inspected(&report("云河县", "青石镇", 2022, "网格员化解纠纷97件。"));
    for part in ["metadata", "evidence", "warnings", "sections", "passages"] {
        assert!(value.get(part).is_some(), "{part}");
    }
    for section in value["sections"].as_array().expect("sections") {
        for part in ["kind", "level", "heading", "chars"] {
            assert!(section.get(part).is_some(), "{part} in {section}");
        }
    }
}

#[test]
fn evidence_quotes_what_stands_where_it_says() {
    let text = report("云河县", "青石镇", 2022, "网格员化解纠纷97件。");
    let value = inspected(&text);
    let chars: Vec<char> = text.chars().collect();
    let evidence = value["evidence"].as_array().expect("evidence");
    assert!(!evidence.is_empty());
    for found in evidence.iter().filter(|found| !found["chars"].is_null()) {
        let [start, end] = [0, 1].map(|at| found["chars"][at].as_u64().expect("an offset") as usize);
        assert_eq!(chars[start..end].iter().collect::<String>(), found["quote"], "{found}");
    }
}

#[test]
fn a_passage_never_spans_two_sections() {
    let value = inspected(&report("云河县", "青石镇", 2022, "网格员化解纠纷97件。"));
    let kinds: Vec<&str> = value["sections"]
        .as_array()
        .expect("sections")
        .iter()
        .map(|section| section["kind"].as_str().expect("a kind"))
        .collect();
    assert_eq!(kinds, ["preamble", "achievements", "problems", "plans"]);
    let sections: Vec<u64> = value["passages"]
        .as_array()
        .expect("passages")
        .iter()
        .map(|passage| passage["section"].as_u64().expect("a section"))
        .collect();
    assert_eq!(sections, [0, 1, 2, 3]);
    for passage in value["passages"].as_array().expect("passages") {
        let section = &value["sections"][passage["section"].as_u64().expect("a section") as usize];
        let within = |at: usize| {
            section["chars"][0].as_u64() <= passage["chars"][at].as_u64()
                && passage["chars"][at].as_u64() <= section["chars"][1].as_u64()
        };
        assert!(within(0) && within(1), "{passage} in {section}");
    }
}

#[test]
fn passages_are_the_whole_text_and_what_was_dropped_is_listed() {
    let text = report(
        "云河县",
        "青石镇",
        2022,
        "网格员化解纠纷97件，群众满意率进一步提高，社会大局\n- 3 -\n保持稳定，没有发生一起民转刑案件。",
    );
    let value = inspected(&text);
    let passages = value["passages"].as_array().expect("passages");
    let joined: Vec<&str> = passages
        .iter()
        .map(|passage| passage["text"].as_str().expect("a text"))
        .collect();
    let plain = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    assert_eq!(plain(&joined.concat()), plain(&text.replace("- 3 -", "")));
    assert_eq!(value["dropped"][0]["text"], "- 3 -");
    assert_eq!(value["dropped"][0]["reason"], "page number");
}

#[test]
fn all_reports_of_a_table_are_shown_as_one_line_each() {
    let output = TestDir::new()
        .run(&["inspect", &corpus_file("tables/yunhe.csv"), "--format", "json"])
        .exits(0);
    let rows: Vec<u64> = output
        .stdout
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).expect("a report a line")["source"]["row"]
                .as_u64()
                .expect("a row")
        })
        .collect();
    assert_eq!(rows, [1, 2, 3, 4]);
}

#[test]
fn several_files_are_shown_though_one_is_broken() {
    let dir = TestDir::new();
    dir.write("a.txt", report("云河县", "青石镇", 2022, "网格员。"));
    dir.write("broken.txt", "");
    dir.write("c.txt", report("云河县", "白水镇", 2022, "网格员。"));
    let output = dir.run(&["inspect", "a.txt", "broken.txt", "c.txt"]).exits(3);
    output.says(&["青石镇", "白水镇"]).tells(&["broken.txt", "empty"]);
}

#[test]
fn the_encoding_can_be_said() {
    let dir = TestDir::new();
    dir.write(
        "a.txt",
        encoding_rs::BIG5
            .encode(&report("雲河縣", "青石鎮", 2022, "楓橋經驗。"))
            .0,
    );
    let value = dir
        .run(&["inspect", "a.txt", "--encoding", "big5", "--format", "json"])
        .exits(0)
        .value();
    assert_eq!(value["source"]["encoding"], "Big5");
    assert_eq!(value["metadata"]["year"], 2022);
}

#[test]
fn formats_it_cannot_write_are_refused() {
    let dir = TestDir::new();
    dir.write("a.txt", "网格员。");
    dir.run(&["inspect", "a.txt", "--format", "csv"])
        .exits(2)
        .tells(&["csv", "json"]);
}
