//! Any bytes under any name: every reader answers with a text or an error. The first byte of the input names the ending, so that
//! one corpus serves all formats; the signs in the bytes decide the rest.

#![no_main]

use std::path::PathBuf;

use baogao::ingest::extract::{FORMATS, Options, extract_bytes};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((&first, bytes)) = data.split_first() else { return };
    let endings: Vec<&str> = FORMATS.iter().flat_map(|format| format.endings).copied().collect();
    let path = PathBuf::from(format!("x.{}", endings[usize::from(first) % endings.len()]));
    let options = Options {
        max_bytes: 1 << 20,
        max_seconds: 20,
        ..Options::default()
    };
    let mut failures = Vec::new();
    let read = extract_bytes(&path, bytes.to_vec(), &options, &mut |extraction| failures.extend(extraction.failures));
    for error in failures.into_iter().chain(read.err()) {
        let message = error.to_string();
        assert!(!message.contains("gave up") && !message.contains("not read after"), "{message}");
    }
});
