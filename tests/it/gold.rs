//! Every report of the corpus is read as `corpus/gold.jsonl` says. All that differs is shown at once, as a table.

use std::fs;

use baogao::index::{Index, Request};
use baogao::ingest::walk::walk;
use baogao::ingest::{Contents, ReadOptions};
use baogao::query::Query;
use baogao::report::{EvidenceSource, Report, SectionKind};
use serde::Deserialize;
use serde_json::Value;

use crate::sample::{corpus, corpus_index};

/// What is true of one report.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Gold {
    path: String,
    row: Option<u64>,
    encoding: String,
    metadata: Value,
    /// Fields that no words state, but that leave no doubt.
    implied: Vec<String>,
    /// Fields put together from others.
    derived: Vec<String>,
    /// The kinds of the preamble and the first-level sections, in order.
    sections: Vec<SectionKind>,
    /// What must stand in no passage.
    boilerplate: Vec<String>,
    /// What must be found in a passage.
    passages: Vec<String>,
    #[serde(rename = "shows")]
    _shows: String,
}

/// One thing that was compared.
pub struct Check {
    /// The field, or `section` with its kind.
    pub what: String,
    pub format: String,
    pub is_right: bool,
}

/// One thing that is not as it should be.
struct Mismatch {
    place: String,
    what: String,
    wanted: String,
    got: String,
}

fn gold() -> Vec<Gold> {
    let text = fs::read_to_string(corpus().join("gold.jsonl")).expect("gold.jsonl");
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}")))
        .collect()
}

/// All reports of the corpus, with their paths below it.
fn read_corpus() -> Vec<(String, Report)> {
    let walked = walk(&[corpus()]).expect("the corpus");
    let options = ReadOptions::default();
    let mut reports = Vec::new();
    for file in &walked.files {
        let read = Contents::load(file, &options).and_then(|contents| contents.read(file, &options));
        let read = read.unwrap_or_else(|error| panic!("{error}"));
        assert!(read.failures.is_empty(), "{}: {:?}", file.name, read.failures);
        let below = file.path.strip_prefix(corpus()).expect("a path in the corpus");
        let name = below.to_string_lossy().replace('\\', "/");
        reports.extend(read.reports.into_iter().map(|report| {
            // A report in an archive has the path of its member: `a.zip!/b.txt`.
            let inside = report.source.path.strip_prefix(&file.name).unwrap_or_default();
            (format!("{name}{inside}"), report)
        }));
    }
    reports
}

#[test]
fn every_report_of_the_corpus_is_in_the_gold_file_and_no_other() {
    let mut wanted: Vec<_> = gold().into_iter().map(|gold| (gold.path, gold.row)).collect();
    let mut got: Vec<_> = read_corpus()
        .into_iter()
        .map(|(path, report)| (path, report.source.row))
        .collect();
    wanted.sort();
    got.sort();
    assert_eq!(got, wanted);
}

#[test]
fn every_report_of_the_corpus_is_understood_as_the_gold_file_says() {
    show(&compare_all().1);
}

/// Everything the gold file says, compared with what is read.
pub fn checks() -> Vec<Check> {
    compare_all().0
}

fn compare_all() -> (Vec<Check>, Vec<Mismatch>) {
    let reports = read_corpus();
    let mut checks = Vec::new();
    let mut mismatches = Vec::new();
    for gold in gold() {
        let found = reports
            .iter()
            .find(|(path, report)| *path == gold.path && report.source.row == gold.row);
        if let Some((_, report)) = found {
            let mut table = Table {
                place: format!(
                    "{}{}",
                    gold.path,
                    gold.row.map_or(String::new(), |row| format!(" row {row}"))
                ),
                format: report.source.format.clone(),
                checks: &mut checks,
                mismatches: &mut mismatches,
            };
            compare(&gold, report, &mut table);
        }
    }
    (checks, mismatches)
}

#[test]
fn the_phrases_of_the_gold_file_are_found_in_passages_of_their_reports() {
    let index = Index::open(&corpus_index().path(".baogao")).expect("the index of the corpus");
    let mut mismatches = Vec::new();
    for gold in gold() {
        for phrase in &gold.passages {
            let query = Query::literal(phrase).expect("a phrase");
            let found = index
                .search(&Request::new(query))
                .expect("an answer")
                .into_hits()
                .expect("hits");
            let indexed = format!("corpus/{}", gold.path);
            if !found.hits.iter().any(|hit| hit.report.path == indexed) {
                mismatches.push(Mismatch {
                    place: gold.path.clone(),
                    what: "phrase".to_owned(),
                    wanted: phrase.clone(),
                    got: format!("{} hits elsewhere", found.hits.len()),
                });
            }
        }
    }
    show(&mismatches);
}

/// The mismatches of one report.
struct Table<'a> {
    place: String,
    format: String,
    checks: &'a mut Vec<Check>,
    mismatches: &'a mut Vec<Mismatch>,
}

impl Table<'_> {
    fn expect<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, wanted: T, got: T) {
        self.note(what, wanted == got);
        if wanted != got {
            self.mismatches.push(Mismatch {
                place: self.place.clone(),
                what: what.to_owned(),
                wanted: format!("{wanted:?}"),
                got: format!("{got:?}"),
            });
        }
    }

    fn note(&mut self, what: &str, is_right: bool) {
        self.checks.push(Check {
            what: what.to_owned(),
            format: self.format.clone(),
            is_right,
        });
    }
}

fn compare(gold: &Gold, report: &Report, table: &mut Table) {
    table.expect(
        "encoding",
        whatwg_name(&gold.encoding),
        &report.source.encoding.to_lowercase(),
    );
    compare_metadata(gold, report, table);
    let implied = fields_with(report, |evidence| evidence.implied);
    for field in &gold.implied {
        table.expect(&format!("{field} implied"), true, implied.contains(field));
    }
    for field in implied.iter().filter(|field| !gold.implied.contains(field)) {
        table.expect(&format!("{field} implied"), false, true);
    }
    let derived = fields_with(report, |evidence| {
        evidence.from == EvidenceSource::Derived && !evidence.implied
    });
    table.expect("derived", &gold.derived, &derived);
    let kinds: Vec<SectionKind> = report
        .sections
        .iter()
        .filter(|section| section.level <= 1)
        .map(|section| section.kind)
        .collect();
    table.expect("sections", &gold.sections, &kinds);
    for (kind, is_right) in gold.sections.iter().zip(found_in_order(&gold.sections, &kinds)) {
        table.note(&format!("section {}", kind.name()), is_right);
    }
    for boilerplate in &gold.boilerplate {
        let standing = report
            .passage_texts()
            .map(|(_, text)| text)
            .find(|text| is_in(boilerplate, text));
        table.expect(
            "boilerplate",
            None,
            standing.map(|text| format!("{boilerplate} in {text}")),
        );
    }
}

/// Which of the wanted kinds are among those got, in their order: the longest common subsequence of both.
fn found_in_order(wanted: &[SectionKind], got: &[SectionKind]) -> Vec<bool> {
    let mut longest = vec![vec![0; got.len() + 1]; wanted.len() + 1];
    for (i, want) in wanted.iter().enumerate().rev() {
        for (j, have) in got.iter().enumerate().rev() {
            longest[i][j] = match want == have {
                true => longest[i + 1][j + 1] + 1,
                false => longest[i + 1][j].max(longest[i][j + 1]),
            };
        }
    }
    let mut at = 0;
    let mut found = Vec::new();
    for (i, want) in wanted.iter().enumerate() {
        while at < got.len() && got[at] != *want && longest[i][at] == longest[i][at + 1] {
            at += 1;
        }
        let is_here = at < got.len() && got[at] == *want && longest[i][at] > longest[i + 1][at];
        at += usize::from(is_here);
        found.push(is_here);
    }
    found
}

/// A short string of boilerplate, as a page number, is one only as a line of its own.
fn is_in(boilerplate: &str, text: &str) -> bool {
    match boilerplate.chars().any(|c| c.is_alphabetic()) {
        true => text.contains(boilerplate),
        false => text.lines().any(|line| line.trim() == boilerplate.trim()),
    }
}

fn compare_metadata(gold: &Gold, report: &Report, table: &mut Table) {
    let got = serde_json::to_value(&report.metadata).expect("metadata as JSON");
    for (field, wanted) in gold.metadata.as_object().expect("an object of metadata") {
        // The gold file states titles that stand in the text. One that is derived is whatever the others say.
        if !gold.derived.contains(field) {
            table.expect(field, wanted, &got[field]);
        }
    }
}

fn fields_with(report: &Report, is_wanted: impl Fn(&baogao::report::Evidence) -> bool) -> Vec<String> {
    let evidence = report.evidence.iter().filter(|evidence| is_wanted(evidence));
    evidence.map(|evidence| evidence.field.clone()).collect()
}

/// The gold file tells a byte order mark apart, which is no encoding of its own.
fn whatwg_name(encoding: &str) -> &str {
    encoding.trim_end_matches("-bom")
}

fn show(mismatches: &[Mismatch]) {
    let rows = mismatches.iter().map(|mismatch| {
        let Mismatch {
            place,
            what,
            wanted,
            got,
        } = mismatch;
        format!("{place}: {what}\n    wanted {wanted}\n    got    {got}\n")
    });
    let table: String = rows.collect();
    assert!(mismatches.is_empty(), "{} mismatches\n{table}", mismatches.len());
}
