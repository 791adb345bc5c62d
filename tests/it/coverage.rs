//! `baogao coverage`: who mentions a term since when, and who stopped; what is absent and what cannot be known stay apart.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::count::{json_rows, read_all, scan};
use crate::sample::{corpus_index, report};
use crate::testdir::TestDir;

/// 青石镇 mentions 枫桥经验 in 2020 and 2022, not in 2021 nor 2024, and has no report of 2023; 白水镇 never; of 红叶乡 only a text that cannot
/// be read, and one of 2024 that mentions it.
fn places() -> TestDir {
    let dir = TestDir::new();
    let put = |township: &str, year: u16, body: &str| {
        dir.write(
            &format!("reports/{township}{year}.txt"),
            report("云河县", township, year, body),
        );
    };
    put("青石镇", 2020, "学习枫桥经验，网格员入户。");
    put("青石镇", 2021, "网格员入户，化解矛盾纠纷十二件。");
    put("青石镇", 2022, "枫桥经验深入人心。再学枫桥经验。");
    put("青石镇", 2024, "组织干部学法。");
    put("白水镇", 2022, "组织干部学法用法。");
    put("红叶乡", 2021, &"\u{fffd}".repeat(60));
    put("红叶乡", 2024, "推广枫桥经验。");
    dir.index("reports");
    dir
}

#[test]
fn who_mentions_it_since_when_and_who_stopped() {
    let dir = places();
    let output = dir
        .run(&["coverage", "枫桥经验", "--format", "csv", "--no-bom"])
        .exits(0);
    let cells = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
    let lines: Vec<Vec<String>> = output.stdout.lines().map(cells).collect();
    let row = |township: &str| lines.iter().find(|line| line[1] == township).expect("a row");
    assert_eq!(
        lines[0][..13],
        [
            "term",
            "township",
            "2020",
            "2021",
            "2022",
            "2023",
            "2024",
            "first_year",
            "last_year",
            "years",
            "gaps",
            "ended",
            "passages"
        ]
    );
    assert_eq!(
        row("青石镇")[2..13],
        ["1", "", "1", "?", "", "2020", "2022", "2", "2021", "2024", "2"]
    );
    assert_eq!(row("白水镇")[2..13], ["?", "?", "", "?", "?", "", "", "0", "", "", "0"]);
    assert_eq!(
        row("红叶乡")[2..13],
        ["?", "?", "?", "?", "1", "2024", "2024", "1", "", "", "1"]
    );
    assert_eq!(
        row("（合计）")[2..13],
        ["1", "", "1", "?", "1", "2020", "2024", "3", "2021", "", "3"]
    );
    assert!(
        row("青石镇")
            .last()
            .expect("a citation")
            .contains("青石镇2020年法治政府建设年度报告"),
        "{output}"
    );
}

#[test]
fn json_says_in_words_what_is_absent_and_what_cannot_be_known() {
    let dir = places();
    let rows = json_rows(&dir, &["coverage", "枫桥经验"]);
    let states: BTreeMap<(String, u64), &str> = rows
        .iter()
        .map(|row| {
            let place = (
                row["township"].as_str().unwrap().to_owned(),
                row["year"].as_u64().unwrap(),
            );
            (place, row["state"].as_str().unwrap())
        })
        .collect();
    let state = |township: &str, year: u64| states[&(township.to_owned(), year)];
    assert_eq!(state("青石镇", 2020), "mentioned");
    assert_eq!(state("青石镇", 2021), "absent");
    assert_eq!(state("青石镇", 2023), "no_report");
    assert_eq!(state("红叶乡", 2021), "unreadable");
    assert_eq!(states.len(), 3 * 5);
    let first: Vec<&Value> = rows.iter().filter(|row| !row["first_passage"].is_null()).collect();
    assert_eq!(first.len(), 2, "one for each township that mentions it");
    for row in first {
        let hits = dir.search(&[row["query"].as_str().unwrap()]);
        assert_eq!(row["first_passage"], hits.hits[0].passage.id);
        assert_eq!(row["first_citation"], hits.hits[0].citation);
    }
}

#[test]
fn every_cell_is_what_a_plain_scan_finds() {
    let dir = corpus_index();
    let all = read_all(dir);
    for phrase in ["网格员", "法律明白人"] {
        let scanned = scan(&all, phrase, &["township", "year"]);
        let rows = json_rows(dir, &["coverage", phrase]);
        let mut passages = 0;
        for row in &rows {
            let year = row["year"].as_u64().map(|year| year.to_string());
            let key = vec![row["township"].as_str().map(str::to_owned), year];
            let found = scanned.get(&key);
            assert_eq!(
                row["passages"].as_u64().unwrap_or_default(),
                found.map_or(0, |found| found.passages),
                "{row}"
            );
            assert_eq!(
                row["occurrences"].as_u64().unwrap_or_default(),
                found.map_or(0, |found| found.occurrences),
                "{row}"
            );
            assert_eq!(row["state"] == "no_report", found.is_none(), "{row}");
            passages += row["passages"].as_u64().unwrap_or_default();
        }
        assert_eq!(passages, dir.search(&[phrase, "--limit", "0"]).summary.totals.passages);
    }
}

#[test]
fn topics_make_blocks_of_rows_and_other_fields_other_rows() {
    let dir = places();
    let rows = json_rows(
        &dir,
        &[
            "coverage",
            "--topic",
            "枫桥经验",
            "--topic",
            "网格化管理",
            "--by",
            "county",
        ],
    );
    let terms: Vec<&str> = rows.iter().map(|row| row["term"].as_str().unwrap()).collect();
    assert_eq!(terms, [vec!["枫桥经验"; 5], vec!["网格化管理"; 5]].concat());
    assert!(rows.iter().all(|row| row["county"] == "云河县"));
    dir.run(&["coverage", "枫桥经验", "--by", "topic"])
        .exits(2)
        .tells(&["several topics"]);
    dir.run(&["coverage", "枫桥经验", "--by", "year"])
        .exits(2)
        .tells(&["years already"]);
    dir.run(&["coverage", "量子纠缠"]).exits(1);
}
