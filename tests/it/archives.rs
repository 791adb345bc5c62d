//! Reports in archives and in several formats: found under their member's path, kept once, brought up to date with their archive.

use std::io::{Cursor, Write};

use serde_json::Value;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::sample::report;
use crate::testdir::{Output, TestDir};

fn zipped(members: &[(&str, String)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in members {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .expect("a member");
        writer.write_all(text.as_bytes()).expect("its text");
    }
    writer.finish().expect("an archive").into_inner()
}

fn qingshi() -> String {
    report("云河县", "青石镇", 2022, "网格员化解纠纷97件，回访197件。")
}

fn baishui() -> String {
    report("云河县", "白水镇", 2023, "法律明白人入户宣讲46场。")
}

/// The same report as a page of a web site, its title in a heading.
fn page(text: &str) -> String {
    let (title, body) = text.split_once('\n').expect("a title");
    let body: String = body.lines().map(|line| format!("<p>　　{line}</p>\n")).collect();
    format!(
        "<!DOCTYPE html><html><head><title>{title}</title></head><body><div class=nav><a href=/>首页</a></div>\
         <h1>{title}</h1><div class=TRS_Editor>{body}</div><div class=footer>主办：云河县人民政府办公室</div></body></html>"
    )
}

fn index(dir: &TestDir) -> Value {
    let output = dir.run(&["index", "reports", "--format", "json"]);
    assert!(output.code == 0 || output.code == 3, "{output}");
    output.value()
}

fn paths(dir: &TestDir, phrase: &str) -> Vec<String> {
    let hits = dir.search(&[phrase]).hits;
    hits.into_iter().map(|hit| hit.report.path).collect()
}

fn show(dir: &TestDir, name: &str) -> Output {
    dir.run(&["show", name]).exits(0)
}

#[test]
fn an_archive_is_brought_up_to_date_with_all_its_members() {
    let dir = TestDir::new();
    dir.write(
        "reports/a.zip",
        zipped(&[
            ("2022/青石镇.txt", qingshi()),
            ("2023/白水镇.txt", baishui()),
            ("公章.jpg", String::new()),
        ]),
    );
    let outcome = index(&dir);
    assert_eq!(
        (&outcome["reports"], &outcome["failed"]),
        (&2.into(), &Value::Array(Vec::new())),
        "{outcome}"
    );
    assert_eq!(
        outcome["skipped"],
        serde_json::json!([["reports/a.zip!/公章.jpg", "no reader for this ending"]])
    );
    assert_eq!(paths(&dir, "回访197件"), ["reports/a.zip!/2022/青石镇.txt"]);
    show(&dir, "reports/a.zip!/2023/白水镇.txt").says(&["白水镇"]);
    let again = index(&dir);
    assert_eq!(
        (&again["unchanged"], &again["skipped"]),
        (&1.into(), &outcome["skipped"])
    );
    dir.run(&["verify", "--sample", "20"]).exits(0).says(&["1 as indexed"]);

    // A member goes, another changes, one that is damaged comes.
    let changed = baishui().replace("46场", "47场");
    dir.write(
        "reports/a.zip",
        zipped(&[("2023/白水镇.txt", changed), ("坏.txt", "a\0b".to_owned())]),
    );
    dir.run(&["verify", "--sample", "20"])
        .exits(1)
        .says(&["changed: reports/a.zip"]);
    let outcome = index(&dir);
    assert_eq!(outcome["changed"], serde_json::json!(["reports/a.zip"]));
    assert!(
        outcome["failed"][0]["message"]
            .as_str()
            .is_some_and(|told| told.starts_with("reports/a.zip!/坏.txt: binary")),
        "{outcome}"
    );
    assert_eq!(paths(&dir, "回访197件"), [""; 0]);
    assert_eq!(paths(&dir, "宣讲46场"), [""; 0]);
    assert_eq!(paths(&dir, "宣讲47场"), ["reports/a.zip!/2023/白水镇.txt"]);

    dir.remove("reports/a.zip");
    let outcome = index(&dir);
    assert_eq!(outcome["removed"], serde_json::json!(["reports/a.zip"]));
    assert_eq!(paths(&dir, "宣讲"), [""; 0]);
}

#[test]
fn one_report_in_several_formats_and_places_is_kept_once_with_all_its_paths() {
    let dir = TestDir::new();
    let text = qingshi();
    dir.write("reports/a.html", page(&text));
    dir.write(
        "reports/b.zip",
        zipped(&[("青石镇.txt", text.clone()), ("副本/青石镇.html", page(&text))]),
    );
    dir.write("reports/c.txt", text.replace('，', ",").replace("2022年", "2022 年"));
    dir.write("reports/d.txt", text.replace("97件", "98件"));
    let outcome = index(&dir);
    assert_eq!(outcome["reports"], 2, "{outcome}");
    assert_eq!(
        outcome["duplicates"],
        serde_json::json!([
            ["reports/b.zip!/副本/青石镇.html", "reports/a.html"],
            ["reports/b.zip!/青石镇.txt", "reports/a.html"],
            ["reports/c.txt", "reports/a.html"],
        ])
    );
    assert_eq!(paths(&dir, "回访197件 纠纷97件"), ["reports/a.html"]);
    show(&dir, "reports/c.txt").tells(&[
        "the same report stands in reports/b.zip!/副本/青石镇.html",
        "the same report stands in reports/b.zip!/青石镇.txt",
        "the same report stands in reports/c.txt",
    ]);
    // Its first place goes: it is then read from the next, under the same name.
    let id = dir.search(&["纠纷97件"]).hits[0].report.id;
    dir.remove("reports/a.html");
    index(&dir);
    let hit = dir.search(&["纠纷97件"]).hits.remove(0);
    assert_eq!(
        (hit.report.path.as_str(), hit.report.id),
        ("reports/b.zip!/副本/青石镇.html", id)
    );
}

#[test]
fn a_file_without_a_telling_ending_is_read_when_it_begins_as_a_report() {
    let dir = TestDir::new();
    dir.write("reports/content.jsp", page(&qingshi()));
    dir.write("reports/白水镇2023年报告", baishui());
    dir.write(
        "reports/index.html?id=5",
        page(&report("松岭县", "红叶乡", 2024, "调解邻里矛盾31件。")),
    );
    dir.write("reports/run.jsp", "<%@ page language=\"java\" %>");
    dir.write("reports/Makefile", "all:\n\techo 1\n");
    let outcome = index(&dir);
    assert_eq!(
        (&outcome["reports"], &outcome["warnings"]),
        (&3.into(), &Value::Array(Vec::new())),
        "{outcome}"
    );
    assert_eq!(
        outcome["skipped"],
        serde_json::json!([
            ["reports/Makefile", "no reader for this ending"],
            ["reports/run.jsp", "no reader for this ending"]
        ])
    );
}
