//! Samples: who asks again with the same seed gets the same hits, and their weights add up.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::sample::{corpus_index, report};
use crate::testdir::TestDir;

/// The rows of a sample.
fn drawn(dir: &TestDir, arguments: &[&str]) -> Vec<Value> {
    let output = dir
        .run(&[&["sample"], arguments, &["--format", "jsonl"]].concat())
        .exits(0);
    let lines = output.stdout.lines();
    lines
        .map(|line| serde_json::from_str(line).expect("a row of JSON"))
        .collect()
}

fn ids(rows: &[Value]) -> Vec<String> {
    rows.iter()
        .map(|row| row["passage_id"].as_str().expect("an id").to_owned())
        .collect()
}

fn weight(row: &Value) -> f64 {
    row["weight"].as_f64().expect("a weight")
}

/// The hits of a question by a rank computed here, from what the help says of it.
fn ranked(dir: &TestDir, question: &[&str], seed: u64) -> Vec<String> {
    let hits = dir.search(question).hits;
    let rank = |id: &String| blake3::hash(format!("{seed}/{id}").as_bytes()).to_hex().to_string();
    let mut all: Vec<String> = hits.into_iter().map(|hit| hit.passage.id).collect();
    all.sort_by_cached_key(rank);
    all
}

#[test]
fn a_sample_is_the_hits_of_the_lowest_ranks() {
    let dir = corpus_index();
    let all = ranked(dir, &["法治"], 7);
    let sample = drawn(dir, &["法治", "--seed", "7", "-n", "30"]);
    assert_eq!(ids(&sample), all[..30]);
    assert_eq!(ids(&drawn(dir, &["法治", "--seed", "7", "-n", "10"])), all[..10]);
    assert_ne!(ids(&drawn(dir, &["法治", "--seed", "8", "-n", "10"])), all[..10]);
    for (row, rank) in sample.iter().zip(1..) {
        assert_eq!(row["rank"], rank);
        assert!((weight(row) - all.len() as f64 / 30.0).abs() < 1e-9);
        assert_eq!(row["stratum"], Value::Null);
    }
}

#[test]
fn the_same_is_drawn_whatever_the_order_of_files_and_the_number_of_threads() {
    let townships = ["青石镇", "白水镇", "红叶乡", "南山镇", "北河镇", "东湖乡"];
    let write = |dir: &TestDir, which: &[usize]| {
        for &at in which {
            for year in 2019..2024 {
                let body = format!("{}{year}年网格员化解纠纷{}件。", townships[at], 10 * at + 3);
                let text = report("云河县", townships[at], year, &body);
                dir.write(&format!("reports/{at}-{year}.txt"), text);
            }
        }
    };
    let (one, other) = (TestDir::new(), TestDir::new());
    write(&one, &[0, 1, 2, 3, 4, 5]);
    one.run(&["index", "reports", "--threads", "1"]).exits(0);
    for part in [&[5, 3][..], &[0, 4], &[2, 1]] {
        write(&other, part);
        other.run(&["index", "reports", "--threads", "4"]).exits(0);
    }
    for arguments in [
        &["网格员", "--seed", "3", "-n", "12"][..],
        &["网格员", "--seed", "3", "-n", "12", "--by", "township,year"],
        &["*", "--seed", "3", "-n", "4", "--unit", "report"],
        &[
            "*",
            "--seed",
            "3",
            "-n",
            "9",
            "--one-per-report",
            "--by",
            "year",
            "--allocation",
            "equal",
        ],
    ] {
        assert_eq!(
            ids(&drawn(&one, arguments)),
            ids(&drawn(&other, arguments)),
            "{arguments:?}"
        );
    }
    // More reports: what was drawn stays, or makes room for what is new.
    let before: BTreeSet<String> = ids(&drawn(&one, &["网格员", "--seed", "3", "-n", "12"]))
        .into_iter()
        .collect();
    let known: BTreeSet<String> = ids(&drawn(&one, &["网格员", "--seed", "3", "-n", "1000"]))
        .into_iter()
        .collect();
    one.write(
        "reports/new.txt",
        report("松岭县", "岭下乡", 2022, "网格员入户宣讲，网格员调解。"),
    );
    one.index("reports");
    let after: BTreeSet<String> = ids(&drawn(&one, &["网格员", "--seed", "3", "-n", "12"]))
        .into_iter()
        .collect();
    assert!(
        after.difference(&before).all(|id| !known.contains(id)),
        "{before:?} {after:?}"
    );
}

#[test]
fn strata_are_drawn_from_by_themselves_and_weights_add_up() {
    let dir = corpus_index();
    let all = dir.search(&["法治", "--facets", "county", "--limit", "0"]);
    let sizes: BTreeMap<String, u64> = all.summary.facets[0]
        .counts
        .iter()
        .map(|count| (count.value.clone().unwrap_or("?".to_owned()), count.passages))
        .collect();
    for allocation in ["equal", "proportional"] {
        let sample = drawn(
            dir,
            &[
                "法治",
                "--seed",
                "5",
                "-n",
                "60",
                "--by",
                "county",
                "--allocation",
                allocation,
            ],
        );
        assert_eq!(sample.len(), 60);
        let mut weights: BTreeMap<String, (f64, u64)> = BTreeMap::new();
        for row in &sample {
            let stratum = row["stratum"].as_str().expect("a stratum").to_owned();
            assert_eq!(stratum, row["county"].as_str().unwrap_or("?"));
            let (sum, count) = weights.entry(stratum).or_default();
            *sum += weight(row);
            *count += 1;
        }
        for (stratum, (sum, count)) in &weights {
            assert!((sum - sizes[stratum] as f64).abs() < 1e-6, "{stratum}: {sum}");
            let share = match allocation {
                "equal" => 60.0 / sizes.len() as f64,
                _ => 60.0 * sizes[stratum] as f64 / all.summary.totals.passages as f64,
            };
            assert!(
                *count as f64 >= share.floor().min(sizes[stratum] as f64) - 1.0,
                "{stratum}: {count}, {share}"
            );
        }
        let more = drawn(
            dir,
            &[
                "法治",
                "--seed",
                "5",
                "-n",
                "90",
                "--by",
                "county",
                "--allocation",
                allocation,
            ],
        );
        let more: BTreeSet<String> = ids(&more).into_iter().collect();
        assert!(
            ids(&sample).iter().all(|id| more.contains(id)),
            "samples are not nested: {allocation}"
        );
    }
    dir.run(&[
        "sample",
        "法治",
        "--seed",
        "5",
        "-n",
        "60",
        "--by",
        "county",
        "--allocation",
        "equal",
    ])
    .exits(0)
    .tells(&["60 of", "seed 5", "taken whole"]);
}

#[test]
fn of_each_report_one_hit_or_all_are_drawn() {
    let dir = corpus_index();
    let hits = dir.search(&["法治"]);
    let mut of_report: BTreeMap<String, u64> = BTreeMap::new();
    for hit in &hits.hits {
        *of_report.entry(hit.report.id.to_string()).or_default() += 1;
    }
    let reports = of_report.len() as f64;
    let report_of = |row: &Value| row["passage_id"].as_str().expect("an id")[..16].to_owned();
    let one = drawn(dir, &["法治", "--seed", "2", "-n", "20", "--one-per-report"]);
    assert_eq!(one.iter().map(report_of).collect::<BTreeSet<_>>().len(), 20);
    for row in &one {
        let wanted = reports / 20.0 * of_report[&report_of(row)] as f64;
        assert!((weight(row) - wanted).abs() < 1e-6, "{row}");
    }
    let whole = drawn(dir, &["法治", "--seed", "2", "-n", "20", "--unit", "report"]);
    let drawn_reports: BTreeSet<String> = whole.iter().map(report_of).collect();
    assert_eq!(drawn_reports, one.iter().map(report_of).collect());
    assert_eq!(
        whole.len() as u64,
        drawn_reports.iter().map(|report| of_report[report]).sum::<u64>()
    );
    assert!(whole.iter().all(|row| (weight(row) - reports / 20.0).abs() < 1e-6));
}

#[test]
fn a_seed_that_was_not_given_is_told_and_stands_in_the_receipt() {
    let dir = corpus_index();
    let target = tempfile::tempdir().expect("a folder");
    let path = target.path().join("a.csv").display().to_string();
    let told = dir.run(&["sample", "法治", "-n", "5", "-o", &path]).exits(0);
    let receipt: Value =
        serde_json::from_str(&std::fs::read_to_string(format!("{path}.receipt.json")).expect("a receipt"))
            .expect("JSON");
    let counts = receipt["counts"].as_array().expect("counts");
    let seed = counts.iter().find(|count| count["name"] == "seed").expect("a seed")["count"].to_string();
    told.tells(&[&format!("seed {seed}")]);
    let command: Vec<&str> = receipt["command"]
        .as_array()
        .expect("a command")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert!(command.ends_with(&["--seed", &seed]), "{command:?}");
    // The command of the receipt, run again, draws the same.
    let first = std::fs::read(&path).expect("the sample");
    dir.run(&command).exits(0);
    assert_eq!(std::fs::read(&path).expect("the sample"), first);
}

#[test]
fn what_cannot_be_drawn_is_told() {
    let dir = corpus_index();
    dir.run(&["sample", "法治", "--by", "topic"])
        .exits(2)
        .tells(&["several values of topic"]);
    dir.run(&["sample", "法治", "--by", "section", "--unit", "report"])
        .exits(2)
        .tells(&["differ in section"]);
    dir.run(&["sample", "法治", "--by", "colour"])
        .exits(2)
        .tells(&["--by colour", "the fields are township"]);
    dir.run(&["sample", "法治", "-n", "0"])
        .exits(2)
        .tells(&["nothing would be drawn"]);
    dir.run(&["sample", "绝无此语"]).exits(1).tells(&["0 of 0 passages"]);
    dir.run(&["sample", "法治", "-n", "100000", "--seed", "1"])
        .exits(0)
        .tells(&["100000 were asked for"]);
}
