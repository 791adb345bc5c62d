//! What the targets that read files share: the format a run is about, and what every reader owes any bytes.

use std::path::Path;

use baogao::ingest::extract::{FORMATS, Options, extract_bytes};

/// The ending of the files of this run: `FORMAT=docx cargo fuzz run extract`. Each format has runs of its own, so that none lives on
/// what others leave.
pub fn ending() -> &'static str {
    let named = std::env::var("FORMAT").expect("FORMAT names the format to be read: docx, pdf, html, ...");
    let format = FORMATS.iter().find(|format| format.name == named || format.endings.contains(&named.as_str()));
    format.expect("FORMAT is one that baogao reads").endings[0]
}

/// Reads a file: whatever it holds, there is an answer or an error, and none of the kind that says a reader broke down.
pub fn read(ending: &str, bytes: Vec<u8>) {
    let path = Path::new("x").with_extension(ending);
    let options = Options {
        max_bytes: 1 << 20,
        max_seconds: 20,
        ..Options::default()
    };
    let mut failures = Vec::new();
    let read = extract_bytes(&path, bytes, &options, &mut |extraction| failures.extend(extraction.failures));
    for error in failures.into_iter().chain(read.err()) {
        let message = error.to_string();
        assert!(!message.contains("gave up") && !message.contains("not read after"), "{message}");
    }
}
