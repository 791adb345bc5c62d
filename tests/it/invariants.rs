//! What must always hold (ARCHITECTURE.md), one test for each, named after it; where a test of its own stands elsewhere, it is named:
//!
//! 1. Only `index` knows tantivy: layers.rs.
//! 2. [`one_bad_file_never_stops_a_run_and_is_never_silent`]
//! 3. [`nothing_extracted_is_lost`]
//! 4. [`offsets_point_into_the_original`]
//! 5. `Query::parse(q.to_string()) == q`: src/query/tests.rs, `what_is_written_is_read_back`, over random trees.
//! 6. One query engine: [`every_way_to_ask_gets_the_same_answer`], and formats.rs for each format.
//! 7. [`totals_are_exact_after_updates_and_removals`]
//! 8. [`the_same_reports_give_the_same_hits_in_the_same_order_by_any_number_of_threads`]; exactness.rs under random changes.
//! 9. [`an_index_of_another_version_or_schema_is_refused_with_the_way_out`]; index.rs for every command.
//! 10. Reading needs no lock, a second writer is told: safety.rs.
//! 11. A damaged file of the index is an error, never another answer: corruption.rs.

use std::collections::BTreeMap;
use std::fs;

use baogao::index::{Index, Request};
use baogao::query::Query;
use proptest::prelude::*;
use proptest::test_runner::Config;

use crate::sample::{corpus_index, report, three};
use crate::testdir::TestDir;

/// Files that are broken, each in a way of its own.
fn broken() -> impl Strategy<Value = (&'static str, Vec<u8>)> {
    let ending = prop::sample::select(vec![
        "txt", "docx", "pdf", "doc", "rtf", "xlsx", "json", "zip", "ofd", "html",
    ]);
    let bytes = prop_oneof![
        Just(Vec::new()),
        prop::collection::vec(any::<u8>(), 1..300),
        Just(b"PK\x03\x04 not an archive".to_vec()),
        Just(b"%PDF-1.7 not a document".to_vec()),
        Just(vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0, 0]),
        Just(vec![0; 5000]),
    ];
    (ending, bytes)
}

proptest! {
    #![proptest_config(Config { cases: 6, failure_persistence: None, ..Config::default() })]

    #[test]
    fn one_bad_file_never_stops_a_run_and_is_never_silent(files in prop::collection::vec(broken(), 1..6)) {
        let dir = three();
        for (number, (ending, bytes)) in files.iter().enumerate() {
            dir.write(&format!("reports/bad{number}.{ending}"), bytes);
        }
        dir.write("reports/z.txt", report("云河县", "黑土镇", 2022, "最后一份也要读到。"));
        let output = dir.run(&["index", "reports", "--format", "json"]);
        prop_assert!(output.code == 0 || output.code == 3, "{output}");
        let outcome = output.value();
        for (number, (ending, _)) in files.iter().enumerate() {
            let name = format!("reports/bad{number}.{ending}");
            let told = ["failed", "skipped", "new"].iter().filter(|list| outcome[list].to_string().contains(&name));
            prop_assert!(told.count() > 0, "{name}: {outcome}");
        }
        prop_assert_eq!(dir.search(&["最后一份也要读到"]).hits.len(), 1);
    }
}

fn corpus() -> Index {
    Index::open(&corpus_index().path(".baogao")).expect("the index of the corpus")
}

#[test]
fn nothing_extracted_is_lost() {
    let index = corpus();
    for report in index.reports().expect("reports") {
        let mut end = 0;
        for passage in index.passages(report.id).expect("passages") {
            let [start, stop] = passage.chars;
            // Between two passages stands a line break, or nothing where one paragraph was split.
            assert_small(start - end, &report.source.path);
            assert_eq!(stop - start, passage.text.chars().count(), "{}", report.source.path);
            end = stop;
        }
        assert_eq!(end as u64, report.chars, "{}: the end of the text", report.source.path);
    }
}

fn assert_small(gap: usize, path: &str) {
    assert!(gap <= 1, "{path}: {gap} characters between two passages");
}

#[test]
fn offsets_point_into_the_original() {
    let index = corpus();
    let mut checked = 0;
    for report in index.reports().expect("reports") {
        if report.source.format != "text" || report.source.encoding.to_lowercase() != "utf-8" {
            continue;
        }
        let Ok(bytes) = fs::read(corpus_index().path(&report.source.path)) else {
            continue;
        };
        for passage in index.passages(report.id).expect("passages") {
            let place = serde_json::to_value(&passage.source).expect("a place");
            let Some(range) = place["bytes"].as_array() else {
                continue;
            };
            let [start, end] = [0, 1].map(|at| range[at].as_u64().expect("an offset") as usize);
            let original = String::from_utf8_lossy(&bytes[start..end]).into_owned();
            let han = |text: &str| text.chars().filter(|c| ('一'..='鿿').contains(c)).collect::<String>();
            // What was dropped between two lines, a telephone number for instance, stands in the original only.
            let (original, text) = (han(&original), han(&passage.text));
            assert!(
                is_contained(&text, &original),
                "{}: {text}\n{original}",
                report.source.path
            );
            assert_eq!(original.chars().next(), text.chars().next(), "{}", report.source.path);
            assert_eq!(original.chars().last(), text.chars().last(), "{}", report.source.path);
            checked += 1;
        }
    }
    assert!(checked > 20, "{checked} passages of plain text");
}

/// Whether all characters of a text stand in another one in their order.
fn is_contained(text: &str, other: &str) -> bool {
    let mut others = other.chars();
    text.chars().all(|wanted| others.any(|c| c == wanted))
}

#[test]
fn every_way_to_ask_gets_the_same_answer() {
    let dir = corpus_index();
    let index = corpus();
    for question in ["枫桥经验", "网格员 OR 河长制", "调解*纠纷", "section:problems 不足"] {
        let request = Request::new(Query::parse(question).expect("a question"));
        let own = index.search(&request).expect("an answer").into_hits().expect("hits");
        let by_program = dir.search(&[question]);
        assert_eq!(own.hits, by_program.hits, "{question}");
        assert_eq!(own.summary.totals, by_program.summary.totals, "{question}");
        let csv = dir.run(&["search", question, "--format", "csv"]);
        let records = csv::Reader::from_reader(csv.stdout.trim_start_matches('\u{feff}').as_bytes()).into_records();
        assert_eq!(records.count(), own.hits.len(), "{question}");
    }
}

/// Counts the hits of everything by a field, in passages.
fn facet(dir: &TestDir, field: &str) -> (BTreeMap<String, u64>, u64) {
    let output = dir.run(&["search", "*", "--limit", "0", "--format", "json", "--facets", field]);
    let value = output.value();
    let counts = value["facets"][field].as_array().expect("counts");
    let counts = counts.iter().map(|count| {
        let passages = count["passages"].as_u64().expect("a count");
        (count["value"].to_string(), passages)
    });
    (counts.collect(), value["totals"]["passages"].as_u64().expect("a total"))
}

proptest! {
    #![proptest_config(Config { cases: 4, failure_persistence: None, ..Config::default() })]

    #[test]
    fn totals_are_exact_after_updates_and_removals(
        rounds in prop::collection::vec(prop::collection::btree_map(0..8_u16, prop::option::of((0..4_u16, 1..4_usize)), 1..6), 1..4)
    ) {
        let dir = TestDir::new();
        fs::create_dir(dir.path("reports")).expect("a folder");
        for changes in rounds {
            for (number, state) in changes {
                let name = format!("reports/{number}.txt");
                match state {
                    Some((town, length)) => {
                        let body = format!("第{number}份的内容。\n").repeat(length);
                        dir.write(&name, report("云河县", &format!("{town}号镇"), 2020 + number, &body));
                    }
                    None if dir.path(&name).exists() => dir.remove(&name),
                    None => {}
                }
            }
            dir.index("reports");
            let (read, _) = Index::open(&dir.path(".baogao")).map(|index| {
                let reports = index.reports().expect("reports");
                let passages: u64 = reports.iter().map(|report| u64::from(report.passages)).sum();
                (passages, reports.len())
            }).expect("an index");
            for field in ["township", "year", "section", "county"] {
                let (counts, total) = facet(&dir, field);
                prop_assert_eq!(counts.values().sum::<u64>(), total, "{} {:?}", field, counts);
                prop_assert_eq!(total, read);
            }
        }
    }
}

#[test]
fn the_same_reports_give_the_same_hits_in_the_same_order_by_any_number_of_threads() {
    let dir = corpus_index();
    let ask = |index: &str, question: &str| {
        let mut hits = dir.search(&[question, "--facets", "township,section", "--index", index]);
        hits.summary.took_ms = 0.0;
        hits
    };
    let questions = ["枫桥经验", "words:(化解矛盾纠纷)", "*", "topic:枫桥经验"];
    let first: Vec<_> = questions.map(|question| ask(".baogao", question)).into();
    for threads in ["1", "2", "8"] {
        let index = format!("threads{threads}");
        dir.run(&["index", "corpus", "--index", &index, "--threads", threads]);
        for (question, wanted) in questions.iter().zip(&first) {
            assert_eq!(&ask(&index, question), wanted, "{question} by {threads} threads");
        }
    }
}

#[test]
fn an_index_of_another_version_or_schema_is_refused_with_the_way_out() {
    for (was, becomes) in [
        ("\\\"format\\\":", "\\\"format\\\":9"),
        ("\\\"schema\\\":\\\"", "\\\"schema\\\":\\\"0"),
    ] {
        let dir = three();
        let meta = dir.read(".baogao/meta.json");
        let other = meta.replace(was, becomes);
        assert_ne!(meta, other, "{was} is not where it was");
        // Whether it was sealed as an index of today is or not at all, as in earlier versions.
        let (unsealed, _) = other.trim_end().rsplit_once('\n').expect("lines");
        for text in [&other, &format!("{unsealed}\n")] {
            dir.write(".baogao/meta.json", text);
            for arguments in [&["search", "枫桥经验"][..], &["index", "reports"]] {
                let output = dir.run(arguments).exits(2);
                output.tells(&[
                    "another version",
                    "which stay as they are",
                    "baogao index --index .baogao --rebuild",
                ]);
            }
        }
        dir.run(&["index", "--rebuild", "reports"]).exits(0);
        assert_eq!(dir.search(&["枫桥经验"]).hits.len(), 2);
        dir.run(&["verify"]).exits(0);
    }
}
