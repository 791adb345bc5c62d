//! Every format holds the same hits, all of them; a file appears when it is complete.

use std::collections::BTreeSet;

use baogao::hits::{Hit, Hits};
use serde_json::Value;

use crate::sample::{corpus_index, three_reports};
use crate::testdir::TestDir;

const QUESTION: &str = "枫桥经验 OR 网格员";

/// What is printed for the question in one format.
fn printed(format: &str) -> String {
    corpus_index()
        .run(&["search", QUESTION, "--format", format])
        .exits(0)
        .stdout
}

fn hits() -> Vec<Hit> {
    corpus_index().search(&[QUESTION]).hits
}

/// The records of a table, each by the names of its columns.
fn records(text: &str, delimiter: u8) -> (Vec<String>, Vec<Vec<String>>) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let names = reader
        .headers()
        .expect("names of columns")
        .iter()
        .map(str::to_owned)
        .collect();
    let records = reader
        .records()
        .map(|record| record.expect("a record").iter().map(str::to_owned).collect());
    (names, records.collect())
}

fn column(table: &(Vec<String>, Vec<Vec<String>>), name: &str) -> Vec<String> {
    let at = table
        .0
        .iter()
        .position(|known| known == name)
        .unwrap_or_else(|| panic!("no column {name} in {:?}", table.0));
    table.1.iter().map(|record| record[at].clone()).collect()
}

/// The keys of a JSON object, in their order.
fn keys(value: &Value) -> BTreeSet<&str> {
    value
        .as_object()
        .unwrap_or_else(|| panic!("no object: {value}"))
        .keys()
        .map(String::as_str)
        .collect()
}

#[test]
fn json_is_what_the_library_reads_back() {
    let text = printed("json");
    let hits: Hits = serde_json::from_str(&text).expect("hits");
    let value: Value = serde_json::from_str(&text).expect("JSON");
    let again: Value = serde_json::from_str(&serde_json::to_string(&hits).expect("JSON")).expect("JSON");
    assert!(value == again, "something is lost when hits are read back");
    assert!(!hits.hits.is_empty());
    assert_eq!(hits.summary.totals.passages as usize, hits.hits.len());
}

#[test]
fn json_has_the_fields_of_the_contract_and_these_more() {
    let output = corpus_index()
        .run(&["search", QUESTION, "--format", "json", "--facets", "township", "year"])
        .exits(0);
    let answer = output.value();
    let expect = |value: &Value, contract: &[&str], more: &[&str]| {
        let wanted: BTreeSet<&str> = contract.iter().chain(more).copied().collect();
        assert_eq!(keys(value), wanted);
    };
    expect(
        &answer,
        &["query", "interpreted", "totals", "took_ms", "facets", "hits"],
        &["limit", "notes", "within", "suggestions"],
    );
    expect(&answer["totals"], &["passages", "reports", "occurrences"], &[]);
    expect(&answer["facets"], &["township", "year"], &[]);
    expect(&answer["facets"]["township"][0], &["value", "passages", "reports"], &[]);
    for hit in answer["hits"].as_array().expect("hits") {
        let fields = [
            "rank",
            "score",
            "report",
            "section",
            "passage",
            "highlights",
            "occurrences",
            "topics",
            "citation",
        ];
        expect(hit, &fields, &[]);
        let report = [
            "id",
            "path",
            "title",
            "kind",
            "year",
            "township",
            "county",
            "city",
            "province",
            "level",
            "issuing_body",
            "doc_number",
            "index_number",
            "published",
        ];
        expect(&hit["report"], &report, &["url", "region", "quality"]);
        expect(&hit["section"], &["kind", "label", "headings"], &[]);
        expect(&hit["passage"], &["id", "text", "chars", "source"], &["number"]);
    }
}

#[test]
fn what_is_unknown_is_null_and_not_left_out() {
    let dir = TestDir::new();
    dir.write("reports/a.txt", "无题。没有地方，没有年份，只有网格员三个字。");
    dir.index("reports");
    let answer = dir.run(&["search", "网格员", "--format", "json"]).exits(0).value();
    for field in [
        "title",
        "year",
        "township",
        "county",
        "city",
        "province",
        "region",
        "level",
        "issuing_body",
        "doc_number",
        "published",
    ] {
        assert_eq!(answer["hits"][0]["report"].get(field), Some(&Value::Null), "{field}");
    }
}

#[test]
fn every_format_holds_the_same_hits_in_the_same_order() {
    let hits = hits();
    let ids: Vec<String> = hits.iter().map(|hit| hit.passage.id.clone()).collect();
    let jsonl = printed("jsonl");
    let lines: Vec<Hit> = jsonl
        .lines()
        .map(|line| serde_json::from_str(line).expect("a hit a line"))
        .collect();
    assert_eq!(lines, hits);
    for (format, delimiter) in [("csv", b','), ("tsv", b'\t')] {
        assert_eq!(
            column(&records(&printed(format), delimiter), "passage_id"),
            ids,
            "{format}"
        );
    }
    let markdown = printed("markdown");
    let mut rest = markdown.as_str();
    for hit in &hits {
        let path = &hit.report.path;
        let at = rest
            .find(path.as_str())
            .unwrap_or_else(|| panic!("{path} is not cited where it should be"));
        rest = &rest[at + path.len()..];
    }
}

#[test]
fn csv_says_what_json_says() {
    let hits = hits();
    let table = records(&printed("csv"), b',');
    let expect = |name: &str, wanted: &dyn Fn(&Hit) -> String| {
        assert_eq!(
            column(&table, name),
            hits.iter().map(wanted).collect::<Vec<_>>(),
            "{name}"
        );
    };
    expect("text", &|hit| hit.passage.text.clone());
    expect("township", &|hit| hit.report.township.clone().unwrap_or_default());
    expect("year", &|hit| {
        hit.report.year.map_or(String::new(), |year| year.to_string())
    });
    expect("section", &|hit| hit.section.kind.name().to_owned());
    expect("occurrences", &|hit| hit.occurrences.to_string());
    expect("path", &|hit| hit.report.path.clone());
    expect("citation", &|hit| hit.citation.clone());
    expect("chars_start", &|hit| hit.passage.chars[0].to_string());
}

#[test]
fn csv_opens_with_a_byte_order_mark_unless_told_otherwise() {
    let dir = corpus_index();
    for format in ["csv", "tsv"] {
        let with = dir.run(&["search", QUESTION, "--format", format]).exits(0).stdout;
        let without = dir
            .run(&["search", QUESTION, "--format", format, "--no-bom"])
            .exits(0)
            .stdout;
        assert_eq!(with, format!("\u{feff}{without}"), "{format}");
    }
}

#[test]
fn tsv_has_one_line_for_each_hit() {
    let text = printed("tsv");
    assert_eq!(text.lines().count(), 1 + hits().len());
    let widths: BTreeSet<usize> = text.lines().map(|line| line.split('\t').count()).collect();
    assert_eq!(widths.len(), 1, "{widths:?}");
}

#[test]
fn places_lead_back_to_the_source() {
    let dir = corpus_index();
    for hit in hits()
        .iter()
        .filter(|hit| hit.report.path.ends_with("bailu-2019.txt") || hit.report.path.ends_with("heshi-2024.txt"))
    {
        let baogao::report::Place::Bytes([start, end]) = hit.passage.source else {
            panic!("{hit:?}")
        };
        let bytes = std::fs::read(dir.path(&hit.report.path)).expect("the source");
        let piece = &bytes[start as usize..end as usize];
        let text = match hit.report.path.contains("2024") {
            true => encoding_rs::GB18030.decode(piece).0.into_owned(),
            false => String::from_utf8(piece.to_vec()).expect("whole characters"),
        };
        let plain = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        assert_eq!(plain(&text), plain(&hit.passage.text), "{}", hit.report.path);
    }
}

#[test]
fn a_file_gets_what_standard_output_gets() {
    let dir = TestDir::new();
    three_reports(&dir);
    dir.index("reports");
    for (name, format) in [
        ("h.csv", "csv"),
        ("h.tsv", "tsv"),
        ("h.jsonl", "jsonl"),
        ("h.md", "markdown"),
        ("h.txt", "text"),
    ] {
        let output = dir.run(&["search", QUESTION, "-o", name]).exits(0);
        assert_eq!(output.stdout, "", "{output}");
        let printed = dir
            .run(&["search", QUESTION, "--format", format, "--color", "never"])
            .exits(0)
            .stdout;
        let without_time = crate::testdir::normalize_timings;
        let written = dir.read(name);
        let answer = written
            .split("\n## 查询凭据\n")
            .next()
            .expect("text before the receipt");
        assert_eq!(without_time(answer), without_time(&printed), "{name}");
    }
    dir.run(&["search", QUESTION, "-o", "h.json"]).exits(0);
    let hits: Hits = serde_json::from_str(&dir.read("h.json")).expect("hits");
    assert_eq!(hits.hits, dir.search(&[QUESTION]).hits);
    dir.run(&["search", QUESTION, "-o", "hits.dat", "--format", "csv"])
        .exits(0);
    assert_eq!(dir.read("hits.dat"), dir.read("h.csv"));
}

#[test]
fn an_export_to_a_file_holds_all_hits_also_as_text() {
    let dir = corpus_index();
    let out = TestDir::new();
    let path = out.path("all.txt");
    dir.run(&["search", "法治", "-o", &path.display().to_string()]).exits(0);
    let shown = regex::Regex::new("(?m)^ *[0-9]+  .+ · ").expect("a pattern");
    assert_eq!(
        shown.find_iter(&out.read("all.txt")).count(),
        dir.search(&["法治"]).hits.len()
    );
}

#[test]
fn a_file_is_whole_or_as_it_was() {
    let dir = TestDir::new();
    three_reports(&dir);
    dir.index("reports");
    dir.write("out/hits.csv", "what was there before");
    dir.run(&["search", "(枫桥", "-o", "out/hits.csv"]).exits(2);
    assert_eq!(dir.read("out/hits.csv"), "what was there before");
    dir.run(&["search", QUESTION, "-o", "out/hits.csv"]).exits(0);
    let table = records(&dir.read("out/hits.csv"), b',');
    assert_eq!(table.1.len(), 3);
    let mut names: Vec<_> = std::fs::read_dir(dir.path("out"))
        .expect("the folder")
        .map(|entry| entry.expect("a file").file_name())
        .collect();
    names.sort();
    assert_eq!(
        names,
        ["hits.csv", "hits.csv.receipt.json"],
        "nothing unfinished is left"
    );
    dir.run(&["search", QUESTION, "-o", "nowhere/hits.csv"])
        .exits(2)
        .tells(&["nowhere/hits.csv"]);
}

#[test]
fn nothing_found_is_an_empty_answer_in_every_format() {
    let dir = corpus_index();
    let run = |format: &str| dir.run(&["search", "没有这回事", "--format", format]).exits(1).stdout;
    assert_eq!(run("jsonl"), "");
    assert_eq!(records(&run("csv"), b',').1.len(), 0);
    assert_eq!(serde_json::from_str::<Hits>(&run("json")).expect("hits").hits, []);
}

#[test]
fn cells_that_look_like_formulas_are_guarded() {
    let dir = TestDir::new();
    dir.write(
        "reports/a.csv",
        "title,text,year,township\n=1+1,=SUM(A1)网格员入户宣传法律知识,2022,青石镇\n",
    );
    dir.index("reports");
    let text = dir.run(&["search", "网格员", "--format", "csv"]).exits(0).stdout;
    let table = records(&text, b',');
    for (name, at) in [("title", 0), ("text", 0)] {
        assert!(!column(&table, name)[at].starts_with('='), "{name}: {text}");
    }
}

#[test]
fn a_bibliography_holds_each_report_of_the_hits_once() {
    let reports: BTreeSet<String> = hits().iter().map(|hit| format!("baogao-{}", hit.report.id)).collect();
    let items: Vec<Value> = serde_json::from_str(&printed("csl-json")).expect("CSL-JSON");
    let of_csl: Vec<String> = items
        .iter()
        .map(|item| item["id"].as_str().expect("an id").to_owned())
        .collect();
    let found = |pattern: &str, text: &str| -> Vec<String> {
        let pattern = regex::Regex::new(pattern).expect("a pattern");
        pattern.captures_iter(text).map(|found| found[1].to_owned()).collect()
    };
    let of_bibtex = found(r"(?m)^@techreport\{(.+),$", &printed("bibtex"));
    let of_ris = found(r"(?m)^ID  - (.+)\r$", &printed("ris"));
    for keys in [of_csl, of_bibtex, of_ris] {
        assert_eq!(keys.len(), reports.len());
        assert_eq!(keys.into_iter().collect::<BTreeSet<_>>(), reports);
    }
}
