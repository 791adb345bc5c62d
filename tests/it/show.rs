//! `baogao show`: the outline or the whole text of one report, by id, path or title.

use serde_json::Value;

use crate::sample::{corpus_index, three_reports};
use crate::testdir::TestDir;

#[test]
fn an_outline_names_the_report_and_its_sections() {
    let output = corpus_index().run(&["show", "heshi-2025"]).exits(0);
    insta::assert_snapshot!(output.normalized(corpus_index()));
}

#[test]
fn a_report_is_named_by_id_path_or_title() {
    let dir = corpus_index();
    let outline = dir.run(&["show", "corpus/jiangyu/heshi-2025.txt"]).exits(0);
    let value = dir.run(&["show", "heshi-2025", "--format", "json"]).exits(0).value();
    let id = value["id"].as_str().expect("an id");
    for name in [
        id,
        "heshi-2025.txt",
        "河石镇2025年法治政府建设年度报告",
        "河石镇 2025 年法治政府建设",
        "河石鎮2025年",
    ] {
        assert_eq!(dir.run(&["show", name]).exits(0).stdout, outline.stdout, "{name}");
    }
}

#[test]
fn what_fits_several_reports_lists_them() {
    let output = corpus_index().run(&["show", "河石镇"]).exits(2);
    insta::assert_snapshot!(output.normalized_stderr(corpus_index()));
}

#[test]
fn what_fits_none_is_not_found() {
    let output = corpus_index().run(&["show", "没有这份报告"]).exits(1);
    assert_eq!(
        (output.stdout.as_str(), output.stderr.as_str()),
        ("", "no report with the id, path or title 没有这份报告\n")
    );
}

#[test]
fn the_whole_text_is_what_the_passages_say() {
    let dir = TestDir::new();
    three_reports(&dir);
    dir.index("reports");
    let value = dir
        .run(&["show", "a.txt", "--full", "--format", "json"])
        .exits(0)
        .value();
    let passages = value["passages"].as_array().expect("passages");
    let texts: Vec<&str> = passages
        .iter()
        .map(|passage| passage["text"].as_str().expect("a text"))
        .collect();
    assert_eq!(texts.join("\n") + "\n", dir.read("reports/a.txt"));
    let ids: Vec<String> = dir
        .search(&["township:青石镇"])
        .hits
        .into_iter()
        .map(|hit| hit.passage.id)
        .collect();
    let shown: Vec<&str> = passages
        .iter()
        .map(|passage| passage["id"].as_str().expect("an id"))
        .collect();
    assert_eq!(shown, ids);
    let text = dir.run(&["show", "a.txt", "--full"]).exits(0).stdout;
    insta::assert_snapshot!(text);
}

#[test]
fn json_has_the_metadata_and_the_sections() {
    let value = corpus_index()
        .run(&["show", "bailu-2023", "--format", "json"])
        .exits(0)
        .value();
    assert_eq!(value["metadata"]["township"], "白鹭镇");
    assert_eq!(value["metadata"]["city"], Value::Null);
    assert_eq!(value["source"]["format"], "html");
    assert!(
        value["sections"]
            .as_array()
            .expect("sections")
            .iter()
            .all(|section| section["chars"].is_array())
    );
}

#[test]
fn one_report_of_a_table_is_shown_by_its_title() {
    let output = corpus_index().run(&["show", "运东镇人民政府2024年"]).exits(0);
    output.says(&["运东镇人民政府2024年法治政府建设年度报告", "corpus/tables/yunhe.csv"]);
}
