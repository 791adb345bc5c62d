//! `baogao kwic`: as many lines as there are occurrences, each where a plain reading finds it.

use std::collections::{BTreeMap, BTreeSet};

use baogao::analysis::kwic::{Concordance, Order, Sample};
use baogao::index::Index;
use baogao::output::wrap;
use baogao::query::Query;
use serde_json::Value;

use crate::sample::{corpus_index, report, three};
use crate::scan::{BREAK, Unit, units_of_phrase, units_of_text};
use crate::testdir::TestDir;

/// The rows of a table that a command answers with; nothing found is fine too.
fn rows(dir: &TestDir, arguments: &[&str]) -> Vec<Value> {
    let output = dir.run(&[arguments, &["--format", "json"]].concat());
    assert!(output.code == 0 || output.code == 1, "{output}");
    output.value()["rows"].as_array().expect("rows").clone()
}

fn text<'a>(row: &'a Value, name: &str) -> &'a str {
    row[name].as_str().unwrap_or_else(|| panic!("{name} in {row}"))
}

fn whole(row: &Value, name: &str) -> u64 {
    row[name].as_u64().unwrap_or_else(|| panic!("{name} in {row}"))
}

/// The passages of an index by their ids: where each begins in its report, and its text.
fn passages(dir: &TestDir) -> BTreeMap<String, (usize, String)> {
    let index = Index::open(&dir.path(".baogao")).expect("an index");
    let mut passages = BTreeMap::new();
    for report in index.reports().expect("reports") {
        for (seq, kept) in index.passages(report.id).expect("passages").into_iter().enumerate() {
            passages.insert(format!("{}-{seq:04}", report.id), (kept.chars[0], kept.text));
        }
    }
    passages
}

/// Reports in which phrases overlap, stand in quotes, in headings, in traditional characters, beside numbers.
fn tricky() -> TestDir {
    let dir = TestDir::new();
    let bodies = [
        "坚持新时代“枫桥经验”，推广新時代楓橋經驗。人人人人都讲新时代《枫桥经验》。",
        "（一）坚持新时代“枫桥经验”\n办结97件，化解197件，法治政府建设与法治建设并重。",
        "法治法治法治，葛\u{e0100}葛\u{e0100}村法治 ABC 中心 2024 年法治。",
    ];
    for (at, body) in bodies.iter().enumerate() {
        let township = ["青石镇", "白水镇", "红叶乡"][at];
        let year = 2022 + at as u16;
        dir.write(&format!("reports/{at}.txt"), report("云河县", township, year, body));
    }
    dir.index("reports");
    dir
}

#[test]
fn every_occurrence_of_a_phrase_has_its_line_where_a_plain_reading_finds_it() {
    for (dir, phrases) in [
        (&tricky(), ["新时代枫桥经验", "人人", "法治", "97件", "葛"].as_slice()),
        (
            corpus_index(),
            ["法治", "枫桥经验", "法治政府建设", "人民调解"].as_slice(),
        ),
    ] {
        let passages = passages(dir);
        for phrase in phrases {
            let wanted = units_of_phrase(phrase);
            let mut expected = BTreeSet::new();
            for (id, (start, text)) in &passages {
                let units = units_of_text(text);
                for (at, window) in units.windows(wanted.len()).enumerate() {
                    if window.iter().zip(&wanted).all(|(unit, wanted)| unit.text == *wanted) {
                        expected.insert((id.clone(), start + units[at].chars.start));
                    }
                }
            }
            let rows = rows(dir, &["kwic", phrase]);
            let found: BTreeSet<(String, usize)> = rows
                .iter()
                .map(|row| (text(row, "passage_id").to_owned(), whole(row, "position") as usize))
                .collect();
            assert!(!expected.is_empty() && found.len() == rows.len(), "{phrase}");
            assert_eq!(found, expected, "{phrase}");
        }
    }
}

#[test]
fn there_are_as_many_lines_as_a_search_counts_occurrences() {
    let questions = [
        "法治",
        "法治 调解",
        "法治 OR 法治政府 OR 政府建设",
        "(法治 AND 网格) OR 调解",
        "法治 -调解",
        "调解*纠纷",
        "\"法治 建设\"~8",
        "\"法治 建设\"~~8",
        "/\\d+件/ OR 97件",
        "法治 heading:法治",
        "法治 year:2023..",
        "\"法治 建设\"~8 调解 --within sentence",
        "法治 调解 --within report",
        "法治 调解 --within section",
        "topic:枫桥经验",
        "topic:行政执法 法治",
    ];
    let mut found = 0;
    for dir in [&tricky(), corpus_index()] {
        for question in questions {
            let totals = dir
                .search(&[question, "--limit", "0", "--time-limit", "0"])
                .summary
                .totals;
            let rows = rows(dir, &["kwic", question, "--time-limit", "0"]);
            assert_eq!(rows.len() as u64, totals.occurrences, "{question}");
            found += usize::from(!rows.is_empty());
        }
    }
    assert!(found > 20, "too few of the questions find anything: {found}");
}

#[test]
fn a_line_is_a_stretch_of_its_passage_cut_between_units() {
    for context in ["0", "1", "7", "40", "10000"] {
        for dir in [&tricky(), corpus_index()] {
            let passages = passages(dir);
            for row in rows(dir, &["kwic", "法治", "--context", context]) {
                let (start, passage) = &passages[text(&row, "passage_id")];
                let (left, found, right) = (text(&row, "left"), text(&row, "match"), text(&row, "right"));
                let from = whole(&row, "position") as usize - start - left.chars().count();
                let line = format!("{left}{found}{right}");
                let shown: String = passage.chars().skip(from).take(line.chars().count()).collect();
                assert_eq!(shown.replace(['\n', '\r'], " "), line);
                // Marks that belong to the last character may follow it.
                let limit: usize = context.parse().expect("a number");
                assert!(
                    left.chars().count() <= limit && right.chars().count() <= limit + 1,
                    "{row}"
                );
                let cuts = [from, from + line.chars().count()];
                let inside = |unit: &Unit| {
                    unit.text != BREAK && cuts.iter().any(|&cut| unit.chars.start < cut && cut < unit.chars.end)
                };
                assert!(!units_of_text(passage).iter().any(inside), "cut inside a unit: {row}");
                if limit == 10_000 {
                    assert_eq!(line.chars().count(), passage.chars().count(), "{row}");
                }
            }
        }
    }
}

/// What stands beside an occurrence, unit by unit, the nearest first: written a second time, from the text.
fn beside(passages: &BTreeMap<String, (usize, String)>, row: &Value, after: bool) -> String {
    let (start, passage) = &passages[text(row, "passage_id")];
    let units = units_of_text(passage);
    let at = whole(row, "position") as usize - start;
    let end = at + text(row, "match").chars().count();
    let shown = |unit: &Unit| unit.text.replace(BREAK, "\n");
    match after {
        true => units
            .iter()
            .filter(|unit| unit.chars.start >= end)
            .take(16)
            .map(shown)
            .collect(),
        false => units
            .iter()
            .rev()
            .filter(|unit| unit.chars.end <= at)
            .take(16)
            .map(shown)
            .collect(),
    }
}

#[test]
fn lines_are_sorted_by_what_stands_beside_by_year_and_by_township() {
    let dir = corpus_index();
    let passages = passages(dir);
    for (sort, after) in [("left", false), ("right", true)] {
        let rows = rows(dir, &["kwic", "法治", "--sort", sort]);
        let key = |row: &Value| {
            (
                beside(&passages, row, after),
                text(row, "passage_id").to_owned(),
                whole(row, "position"),
            )
        };
        let keys: Vec<_> = rows.iter().map(key).collect();
        assert!(
            keys.is_sorted(),
            "{sort}: {:?}",
            keys.windows(2).find(|pair| pair[0] > pair[1])
        );
    }
    let place = |row: &Value| (text(row, "passage_id").to_owned(), whole(row, "position"));
    let year = |row: &Value| row["year"].as_u64();
    let township = |row: &Value| row["township"].as_str().map(str::to_owned);
    let by_year = rows(dir, &["kwic", "法治", "--sort", "year"]);
    assert!(
        by_year
            .iter()
            .map(|row| (year(row).is_none(), year(row), place(row)))
            .is_sorted()
    );
    let newest = rows(dir, &["kwic", "法治", "--sort", "-year"]);
    let key = |row: &Value| (year(row).is_none(), year(row).map(std::cmp::Reverse), place(row));
    assert!(newest.iter().map(key).is_sorted());
    let by_township = rows(dir, &["kwic", "法治", "--sort", "township"]);
    assert!(
        by_township
            .iter()
            .map(|row| (township(row).is_none(), township(row), place(row)))
            .is_sorted()
    );
    assert!(by_year.first() != newest.first() && by_year.len() == newest.len());
}

#[test]
fn a_sample_is_the_same_for_the_same_reports_whatever_the_threads_and_the_history_of_the_index() {
    let bodies: Vec<String> = (0..12)
        .map(|n| format!("法治宣传{n}次，法治培训{n}场，法治政府建设。"))
        .collect();
    let write = |dir: &TestDir, at: usize| {
        let township = format!("第{at}镇");
        dir.write(
            &format!("reports/{at}.txt"),
            report("云河县", &township, 2023, &bodies[at]),
        );
    };
    let (at_once, in_steps) = (TestDir::new(), TestDir::new());
    (0..12).for_each(|at| write(&at_once, at));
    at_once.index("reports");
    for at in (0..12).rev() {
        write(&in_steps, at);
        in_steps.index("reports");
    }
    let asked = ["kwic", "法治", "--sample", "7", "--seed", "5", "--format", "csv"];
    let one = at_once.run(&asked).exits(0).tells(&["sample of 7 of ", ", seed 5"]);
    for threads in ["1", "4"] {
        for dir in [&at_once, &in_steps] {
            let mut command = dir.command(&asked);
            command.env("RAYON_NUM_THREADS", threads);
            assert_eq!(crate::testdir::output_of(&mut command).stdout, one.stdout);
        }
    }
    let key = |row: &Value| (text(row, "passage_id").to_owned(), whole(row, "position"));
    let all: BTreeSet<_> = rows(&at_once, &["kwic", "法治"]).iter().map(key).collect();
    let sample: BTreeSet<_> = rows(&at_once, &asked[..6]).iter().map(key).collect();
    let other: BTreeSet<_> = rows(&at_once, &["kwic", "法治", "--sample", "7", "--seed", "6"])
        .iter()
        .map(key)
        .collect();
    assert!(sample.is_subset(&all) && sample.len() == 7 && other.len() == 7 && sample != other);
    let more = rows(&at_once, &["kwic", "法治", "--sample", "9999"]);
    assert_eq!(more.len(), all.len());
}

#[test]
fn every_occurrence_has_the_same_chance_to_be_in_a_sample() {
    let dir = tricky();
    let index = Index::open(&dir.path(".baogao")).expect("an index");
    let query = Query::parse("法治").expect("a question");
    let mut chosen: BTreeMap<(String, usize), u32> = BTreeMap::new();
    const SAMPLES: u32 = 2000;
    const SIZE: usize = 3;
    let mut all = 0;
    for seed in 0..u64::from(SAMPLES) {
        let places = index.places(&query, &[], None).expect("places");
        all = places.totals().occurrences;
        let sample = Some(Sample { size: SIZE, seed });
        let concordance = Concordance::new(places, Order::Position, sample).expect("a concordance");
        for line in concordance.lines(0) {
            let line = line.expect("a line");
            *chosen.entry((line.passage_id, line.position)).or_default() += 1;
        }
    }
    assert_eq!(chosen.len() as u64, all);
    // χ² of the counts: far below what one in a million of fair draws would give.
    let expected = f64::from(SAMPLES) * SIZE as f64 / all as f64;
    let chi: f64 = chosen
        .values()
        .map(|&count| (f64::from(count) - expected).powi(2) / expected)
        .sum();
    assert!(
        chi < all as f64 + 6.0 * (2.0 * all as f64).sqrt(),
        "{chi} for {all} occurrences"
    );
}

#[test]
fn occurrences_stand_under_each_other_in_columns() {
    let dir = tricky();
    let output = dir.run(&["kwic", "新时代枫桥经验", "--sort", "year"]).exits(0);
    output.says(&[
        "新时代“枫桥经验",
        "新時代楓橋經驗",
        "新时代《枫桥经验",
        "青石镇 2022",
        "共4处",
    ]);
    let output = dir.run(&["kwic", "法治", "--sort", "right"]).exits(0);
    let starts: BTreeSet<usize> = output
        .stdout
        .lines()
        .filter(|line| line.contains("2022") || line.contains("2023") || line.contains("2024"))
        .map(|line| wrap::width(&line[..line.find("  法治  ").unwrap_or_else(|| panic!("{line}"))]))
        .collect();
    assert_eq!(starts.len(), 1, "{output}");
    assert!(
        output
            .stdout
            .lines()
            .skip(1)
            .take(5)
            .all(|line| wrap::width(line) <= 80),
        "{output}"
    );
    insta::assert_snapshot!(output.stdout);
}

#[test]
fn an_occurrence_that_overlaps_another_has_its_own_line() {
    let dir = tricky();
    assert_eq!(rows(&dir, &["kwic", "人人"]).len(), 3);
    let two: Vec<Value> = rows(&dir, &["kwic", "法治政府 OR 政府建设", "--context", "0"]);
    let in_body: Vec<&str> = two.iter().map(|row| text(row, "match")).collect();
    assert!(
        in_body.contains(&"法治政府") && in_body.contains(&"政府建设"),
        "{in_body:?}"
    );
}

#[test]
fn what_has_no_place_is_refused_and_what_is_not_there_is_explained() {
    let dir = three();
    dir.run(&["kwic", "words:(化解纠纷)"])
        .exits(2)
        .tells(&["has no places", "hint:"]);
    dir.run(&["kwic", "year:2023"])
        .exits(2)
        .tells(&["nothing that stands in them"]);
    dir.run(&["kwic", "heading:成效"])
        .exits(2)
        .tells(&["nothing that stands in them"]);
    dir.run(&["kwic", "网格员", "--sample", "0"]).exits(2);
    dir.run(&["kwic", "网格员", "--seed", "3"]).exits(2);
    dir.run(&["kwic", "网格员", "--county", "松岭县", "--year", "2022"])
        .exits(1)
        .tells(&["near it:"]);
}

#[test]
fn a_concordance_says_what_it_was_made_of() {
    let dir = three();
    dir.run(&["kwic", "网格员", "--sort", "left", "-o", "kwic.csv"])
        .exits(0);
    let receipt: Value = serde_json::from_str(&dir.read("kwic.csv.receipt.json")).expect("a receipt");
    assert_eq!(receipt["rows"], 2);
    assert_eq!(receipt["counts"][2]["name"], "occurrences");
    assert_eq!(receipt["counts"][2]["count"], 2);
    assert_eq!(receipt["command"][0], "kwic");
    let csv = dir.read("kwic.csv");
    assert!(
        csv.contains("line,left,match,right,township,county,year,section,passage_id,position,citation,path"),
        "{csv}"
    );
    assert!(csv.contains("reports/a.txt"), "{csv}");
}
