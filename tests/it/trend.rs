//! `baogao trend`: terms over the years; a year without reports is a gap; figures that a journal could print.

use serde_json::Value;

use crate::count::json_rows;
use crate::sample::{corpus_index, report};
use crate::testdir::{Output, TestDir};

/// Reports of 2019, 2020 and 2023.
fn years() -> TestDir {
    let dir = TestDir::new();
    for (year, body) in [
        (2019, "网格员。"),
        (2020, "组织干部学法。"),
        (2023, "网格员入户，网格员宣讲，枫桥经验。"),
    ] {
        dir.write(&format!("reports/{year}.txt"), report("云河县", "青石镇", year, body));
    }
    dir.index("reports");
    dir
}

#[test]
fn a_year_without_reports_is_a_gap_and_no_zero() {
    let dir = years();
    let rows = json_rows(&dir, &["trend", "网格员"]);
    let told: Vec<(u64, Option<u64>, u64)> = rows
        .iter()
        .map(|row| {
            (
                row["year"].as_u64().unwrap(),
                row["occurrences"].as_u64(),
                row["group_reports"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (2019, Some(1), 1),
            (2020, Some(0), 1),
            (2021, None, 0),
            (2022, None, 0),
            (2023, Some(2), 1)
        ]
    );
    assert!(rows[2]["per_1000"].is_null() && rows[2]["share"].is_null());
    let text = dir.run(&["trend", "网格员"]).exits(0);
    text.says(&["2021          （无报告）"]);
}

#[test]
fn trend_count_and_search_say_the_same() {
    let dir = corpus_index();
    let trend = json_rows(dir, &["trend", "网格员", "法律明白人"]);
    let count = json_rows(dir, &["count", "网格员", "法律明白人", "--by", "year"]);
    let with_reports: Vec<&Value> = trend.iter().filter(|row| row["group_reports"] != 0).collect();
    assert_eq!(with_reports, count.iter().collect::<Vec<_>>());
    let facets = dir
        .search(&["网格员", "--facets", "year", "--limit", "0"])
        .summary
        .facets
        .remove(0);
    for count in facets.counts {
        let row = trend
            .iter()
            .find(|row| row["term"] == "网格员" && row["year"].as_u64().map(|year| year.to_string()) == count.value);
        assert_eq!(row.expect("a row")["passages"], count.passages);
    }
}

/// What the figure's file says of itself is what stands beside the same table as CSV.
fn same_answer(dir: &TestDir, receipt: &Value) {
    dir.run(&["trend", "网格员", "枫桥经验", "-o", "t.csv"]).exits(0);
    let table: Value = serde_json::from_str(&dir.read("t.csv.receipt.json")).expect("a receipt");
    assert_eq!(receipt["answer"], table["answer"]);
    assert_eq!(receipt["counts"], table["counts"]);
}

#[test]
fn an_svg_figure_has_everything_in_it() {
    let dir = years();
    dir.run(&["trend", "网格员", "枫桥经验", "-o", "t.svg"]).exits(0);
    let svg = dir.read("t.svg");
    for text in [
        "网格员、枫桥经验：每千字次数",
        ">2021<",
        ">n<",
        "资料：3份报告",
        "线段中断处：该年没有报告",
    ] {
        assert!(svg.contains(text), "{text}");
    }
    let metadata = svg
        .split_once("<metadata id=\"baogao-receipt\">")
        .and_then(|(_, rest)| rest.split_once("</metadata>"));
    let json = metadata
        .expect("metadata")
        .0
        .replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&");
    same_answer(&dir, &serde_json::from_str(&json).expect("a receipt"));
    assert!(!dir.path("t.svg.receipt.json").exists());
    dir.run(&["replay", "t.svg"]).exits(0).says(&["same"]);
}

/// Whether the machine can draw Chinese characters; if not, that must be what was said.
fn could_draw(output: &Output) -> bool {
    if output.code == 2 {
        assert!(
            output.stderr.contains("no font of this machine has") && output.stderr.contains(".svg"),
            "{output}"
        );
    }
    output.code == 0
}

#[test]
fn a_png_figure_is_for_print_and_knows_what_it_shows() {
    let dir = years();
    let output = dir.run(&["trend", "网格员", "枫桥经验", "-o", "t.png"]);
    if !could_draw(&output) {
        assert!(!dir.path("t.png").exists(), "no figure of boxes");
        return;
    }
    let bytes = std::fs::read(dir.path("t.png")).expect("a figure");
    assert_eq!(bytes[..8], *b"\x89PNG\r\n\x1a\n");
    let width = u32::from_be_bytes(bytes[16..20].try_into().unwrap());
    assert_eq!(width, 2250, "7.5 inches at 300 dots");
    let chunk = |name: &[u8]| {
        bytes
            .windows(4)
            .position(|window| window == name)
            .map(|at| (at, &bytes[at + 4..]))
    };
    let (_, dots) = chunk(b"pHYs").expect("dots per metre");
    assert_eq!(u32::from_be_bytes(dots[..4].try_into().unwrap()), 11_811);
    let (at, text) = chunk(b"iTXt").expect("a receipt");
    let length = u32::from_be_bytes(bytes[at - 4..at].try_into().unwrap()) as usize;
    let json = text[..length].split(|byte| *byte == 0).next_back().expect("a text");
    same_answer(&dir, &serde_json::from_slice(json).expect("a receipt"));
    dir.run(&["replay", "t.png"]).exits(0).says(&["same"]);
}

#[test]
fn groups_make_panels_and_rows() {
    let dir = corpus_index();
    let rows = json_rows(dir, &["trend", "网格员", "--by", "level"]);
    let levels: std::collections::BTreeSet<&str> = rows.iter().filter_map(|row| row["level"].as_str()).collect();
    assert!(levels.len() > 1);
    let svg = dir
        .run(&["trend", "网格员", "--by", "level", "--format", "svg"])
        .exits(0)
        .stdout;
    assert!(
        svg.contains(">乡镇级<") && svg.contains(">县级<"),
        "panels are named for people"
    );
    dir.run(&["trend", "网格员", "--by", "year"])
        .exits(2)
        .tells(&["years already"]);
}

#[test]
fn what_cannot_be_drawn_is_told_and_leaves_no_file() {
    let dir = years();
    let terms: Vec<String> = (0..13).map(|number| format!("词{number}")).collect();
    let arguments: Vec<&str> = ["trend"]
        .into_iter()
        .chain(terms.iter().map(String::as_str))
        .chain(["-o", "t.svg"])
        .collect();
    dir.run(&arguments)
        .exits(2)
        .tells(&["13 lines cannot be told apart", "-o trend.csv"]);
    dir.run(&["trend", "网格员", "--county", "无此县", "-o", "t.svg"])
        .exits(2)
        .tells(&["nothing to draw"]);
    assert!(!dir.path("t.svg").exists());
    dir.run(&["search", "网格员", "-o", "hits.svg"])
        .exits(2)
        .tells(&["files in .svg cannot be written"]);
}
