//! How well passages are ranked, held to the judgments of `tests/ranking/`: the measures in `scores.txt` and the ten best passages of
//! each need in `golden.txt` change in the same commit as the ranking. To keep new ones: `BAOGAO_RANKING=keep cargo test --test it
//! ranking`, then read the difference.

use std::fs;
use std::path::PathBuf;

use crate::sample::{corpus_index, repository};

/// By how much nDCG@10 of ours must be above that of each plain ranking when all order the same passages.
const ORDER_MARGIN: f64 = 0.05;
/// The same when ours is asked loosely, as the plain ones are.
const LOOSE_MARGIN: f64 = 0.04;
/// As asked, ours shows only what holds the phrase, which the plain ones need not: it must be above them all the same.
const ASKED_MARGIN: f64 = 0.005;
/// Below the best plain one when whole headings are looked for, which is easy for all: they stand there word for word.
const KNOWN_ITEM_LOSS: f64 = 0.01;

const OURS: [&str; 3] = ["baogao", "baogao, by topic", "baogao, loose"];
const PLAIN: [&str; 3] = ["BM25 on words", "BM25 on characters", "BM25 on bigrams"];

#[test]
fn ours_orders_passages_better_than_plain_rankings() {
    let output = evaluated(&["--format", "json"]);
    let measures: serde_json::Value = serde_json::from_str(&output).expect("an evaluation as JSON");
    let of = |ranker: &str, measure: &str| {
        let rankers = measures["rankers"].as_array().expect("rankers");
        let row = rankers.iter().find(|row| row["ranker"] == ranker);
        row.and_then(|row| row[measure].as_f64())
            .unwrap_or_else(|| panic!("no {measure} of {ranker}"))
    };
    for plain in PLAIN {
        let margin = |ours: &str, measure: &str| of(ours, measure) - of(plain, measure);
        assert!(margin("baogao", "order10") >= ORDER_MARGIN, "order, {plain}\n{output}");
        assert!(
            margin("baogao, loose", "ndcg10") >= LOOSE_MARGIN,
            "loose, {plain}\n{output}"
        );
        assert!(
            margin("baogao", "ndcg10") >= ASKED_MARGIN,
            "as asked, {plain}\n{output}"
        );
    }
    for ranker in OURS {
        assert!(
            of(ranker, "judged10") >= 0.9,
            "too little is judged of {ranker}: `baogao eval --unjudged 10` lists what"
        );
    }
}

#[test]
fn the_measures_and_the_best_hits_are_those_that_are_kept() {
    let evaluation = evaluated(&["--results"]);
    // Needs begin after the two tables, each after an empty line.
    let needs = evaluation
        .match_indices("\n\n")
        .nth(1)
        .expect("needs below the tables")
        .0;
    let (tables, results) = evaluation.split_at(needs + 1);
    let known = evaluated(&["--known-items"]);
    hold("scores.txt", &format!("{tables}\nKnown items: {known}"));
    hold("golden.txt", results.trim_start());
}

#[test]
fn a_section_is_found_by_its_heading() {
    let output = evaluated(&["--known-items", "--format", "json"]);
    let measures: serde_json::Value = serde_json::from_str(&output).expect("known items as JSON");
    let rankers = measures["rankers"].as_array().expect("rankers");
    let ndcg = |name: &str| {
        let row = rankers.iter().find(|row| row["ranker"] == name).expect("a ranker");
        row["ndcg10"].as_f64().expect("a measure")
    };
    for plain in PLAIN {
        assert!(ndcg("baogao") >= ndcg(plain) - KNOWN_ITEM_LOSS, "{plain}\n{output}");
    }
}

#[test]
fn practice_stands_above_slogans() {
    let index = corpus_index();
    for question in ["枫桥经验", "topic:枫桥经验"] {
        let hits = index.search(&[question, "--explain"]).hits;
        let first = hits.first().expect("a hit");
        let parts = first.explain.as_ref().expect("the parts of the score");
        let sum: f32 = parts.iter().map(|part| part.value * part.weight).sum();
        assert!(
            (sum - first.score).abs() < 1e-3,
            "the parts of a score are all of it: {parts:?}"
        );
        assert!(
            parts.iter().any(|part| part.name.starts_with("quantities")),
            "{question}: the first hit has no figures: {}",
            first.passage.text
        );
    }
}

/// What `baogao eval` says of the corpus.
fn evaluated(arguments: &[&str]) -> String {
    let needs = repository().join("tests/ranking/needs.toml");
    let judgments = repository().join("tests/ranking/judgments.tsv");
    let mut all = vec!["eval", "--needs"];
    all.push(needs.to_str().expect("a path"));
    all.push("--judgments");
    all.push(judgments.to_str().expect("a path"));
    all.extend(arguments);
    corpus_index().run(&all).exits(0).stdout
}

/// Compares with a kept file, or keeps the new one when that is wished.
fn hold(name: &str, now: &str) {
    let path: PathBuf = repository().join("tests/ranking").join(name);
    if std::env::var("BAOGAO_RANKING").is_ok_and(|wish| wish == "keep") {
        fs::write(&path, now).expect("a file that can be written");
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    let change = kept.lines().zip(now.lines()).find(|(kept, now)| kept != now);
    assert!(
        kept == now,
        "tests/ranking/{name} says otherwise, first here: {change:?}\nif the ranking was to change: BAOGAO_RANKING=keep cargo test --test it ranking"
    );
}
