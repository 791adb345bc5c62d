//! Any text as a report: what is read of it keeps its promises. No text is lost between extraction and passages, and every place
//! lies inside the report.

#![no_main]

use baogao::ingest::walk::Found;
use baogao::ingest::{Contents, ReadOptions};
use baogao::report::slice_chars;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let file = Found {
        path: "x.txt".into(),
        name: "x.txt".to_owned(),
        size: text.len() as u64,
        modified: 0,
    };
    let Ok(read) = Contents::of(text.as_bytes().to_vec()).read(&file, &ReadOptions::default()) else { return };
    for report in &read.reports {
        let chars = report.text.chars().count();
        for evidence in &report.evidence {
            if let Some(place) = evidence.chars.clone() {
                assert_eq!(slice_chars(&report.text, place), evidence.quote);
            }
        }
        let passages: Vec<&str> = report.passage_texts().map(|(_, text)| text).collect();
        let squeeze = |text: &str| text.split_whitespace().collect::<String>();
        assert_eq!(squeeze(&passages.concat()), squeeze(&report.text));
        assert!(report.passages.iter().all(|passage| passage.chars.end <= chars && passage.section < report.sections.len()));
    }
});
