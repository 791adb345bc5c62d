//! The traps of the genre: `tests/traps.toml` has a short document for each, and what a careful reader says of it.

use std::collections::BTreeMap;

use baogao::ingest::walk::walk;
use baogao::ingest::{Contents, ReadOptions};
use baogao::report::{Report, SectionKind};
use serde::Deserialize;
use serde_json::Value;

use crate::testdir::TestDir;

#[derive(Deserialize)]
struct File {
    trap: Vec<Trap>,
}

/// One document and what is true of it.
#[derive(Deserialize)]
struct Trap {
    shows: String,
    #[serde(default = "nameless")]
    file: String,
    text: String,
    sections: Option<Vec<SectionKind>>,
    /// What some of its warnings say.
    #[serde(default)]
    warns: Vec<String>,
    #[serde(flatten)]
    metadata: BTreeMap<String, Value>,
}

fn nameless() -> String {
    "a.txt".to_owned()
}

/// The fields that are compared; a title is what stands there, and no trap.
const FIELDS: [&str; 11] = [
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

#[test]
fn no_trap_of_the_genre_catches() {
    let file: File = toml::from_str(include_str!("../traps.toml")).expect("traps.toml");
    let caught: Vec<String> = file
        .trap
        .iter()
        .flat_map(|trap| differences(trap, &read(trap)))
        .collect();
    assert!(caught.is_empty(), "{} differ\n{}", caught.len(), caught.join("\n"));
}

fn read(trap: &Trap) -> Report {
    let dir = TestDir::new();
    dir.write(&trap.file, &trap.text);
    let walked = walk(&[dir.path(&trap.file)]).expect("a file");
    let options = ReadOptions::default();
    let contents = Contents::load(&walked.files[0], &options).expect("its contents");
    let mut read = contents.read(&walked.files[0], &options).expect("a report");
    assert_eq!(read.reports.len(), 1, "{}", trap.shows);
    read.reports.remove(0)
}

fn differences(trap: &Trap, report: &Report) -> Vec<String> {
    for field in trap.metadata.keys() {
        assert!(FIELDS.contains(&field.as_str()), "{field} of {}", trap.shows);
    }
    let metadata = serde_json::to_value(&report.metadata).expect("metadata as JSON");
    let mut differences = Vec::new();
    for field in FIELDS {
        let wanted = match trap.metadata.get(field) {
            Some(value) => value.clone(),
            None if field == "kind" => "法治政府建设年度报告".into(),
            None => Value::Null,
        };
        if metadata[field] != wanted {
            differences.push(format!(
                "{}: {field} is {}, wanted {wanted}",
                trap.shows, metadata[field]
            ));
        }
    }
    for words in &trap.warns {
        if !report.warnings.iter().any(|warning| warning.contains(words)) {
            let warnings = &report.warnings;
            differences.push(format!("{}: warnings are {warnings:?}, wanted {words}", trap.shows));
        }
    }
    let first_level = report.sections.iter().filter(|section| section.level <= 1);
    let kinds: Vec<SectionKind> = first_level.map(|section| section.kind).collect();
    if let Some(wanted) = trap.sections.as_ref().filter(|wanted| **wanted != kinds) {
        differences.push(format!("{}: sections are {kinds:?}, wanted {wanted:?}", trap.shows));
    }
    differences
}
