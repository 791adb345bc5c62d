//! What every reader of a binary format must endure, the same for all: a known text goes in and comes out, and no damage to the file
//! makes it panic, hang or answer with anything but an error or text.

use super::tests::{read_with, texts};
use super::{Extraction, Options};

/// The paragraphs of the known text: numbers, quotes, brackets, both widths, a rare character and one outside the first plane.
pub(super) const KNOWN: [&str; 7] = [
    "青石镇人民政府关于2024年度法治政府建设情况的报告",
    "一、2024年度推进法治政府建设的主要举措和成效",
    "（一）坚持和发展新时代“枫桥经验”。全镇受理调解纠纷232起，成功率97.8%。",
    "深入开展“法律明白人”培训，西翥村、碣石村、𬭼村共培训180人次（其中骨干36人）。",
    "二、存在的不足和原因",
    "1. 执法人员不足; 2. 经费有限.",
    "青石镇人民政府",
];

/// Holds a format to all of it. `make` writes a file of that format with these paragraphs.
pub(super) fn endure(ending: &str, make: impl Fn(&[&str]) -> Vec<u8>) {
    let name = format!("x.{ending}");
    let sample = make(&KNOWN);
    assert_reads_back(&name, &sample);
    assert_errs_without_text(&name, &make(&[]));
    assert_reads_all_of_many(&name, &make);
    for end in (0..sample.len()).step_by(256) {
        attempt(&name, &sample[..end]);
    }
    for seed in 0..200 {
        attempt(&name, &flipped(&sample, seed));
    }
}

/// The text of a file as one, without blanks: what a format adds between paragraphs is its own affair.
fn squeezed(extraction: &Extraction) -> String {
    let lines = extraction.drafts.iter().flat_map(texts);
    lines.flat_map(str::chars).filter(|c| !c.is_whitespace()).collect()
}

fn squeeze(paragraphs: &[&str]) -> String {
    paragraphs.concat().chars().filter(|c| !c.is_whitespace()).collect()
}

fn assert_reads_back(name: &str, sample: &[u8]) {
    let extraction = read_with(name, sample, &Options::default()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(squeezed(&extraction), squeeze(&KNOWN), "help: the known text of {name}");
    for draft in &extraction.drafts {
        for line in draft
            .lines
            .iter()
            .filter(|line| draft.row.is_none() && !line.text.is_empty())
        {
            assert_eq!(
                line.runs.first().map(|run| run.at),
                Some(0),
                "help: {:?} has no place",
                line.text
            );
        }
    }
}

fn assert_errs_without_text(name: &str, empty: &[u8]) {
    let error = read_with(name, empty, &Options::default()).err();
    let error = error.unwrap_or_else(|| panic!("help: {name} without text must be an error that says so"));
    assert!(!error.hints.is_empty(), "help: say what to do about {error}");
}

fn assert_reads_all_of_many(name: &str, make: &impl Fn(&[&str]) -> Vec<u8>) {
    let numbered: Vec<String> = (0..3000).map(|n| format!("第{n}件矛盾纠纷已经调解完毕。")).collect();
    let paragraphs: Vec<&str> = numbered.iter().map(String::as_str).collect();
    let extraction = read_with(name, &make(&paragraphs), &Options::default()).unwrap_or_else(|error| panic!("{error}"));
    let (found, wanted) = (squeezed(&extraction), squeeze(&paragraphs));
    assert!(
        found == wanted,
        "help: {} characters of {} in a long {name}",
        found.chars().count(),
        wanted.chars().count()
    );
}

/// A file with a few bits turned over.
fn flipped(sample: &[u8], seed: u64) -> Vec<u8> {
    let mut bytes = sample.to_vec();
    let mut random = fastrand::Rng::with_seed(seed);
    for _ in 0..random.usize(1..8) {
        let at = random.usize(0..bytes.len());
        bytes[at] ^= 1 << random.u8(0..8);
    }
    bytes
}

/// Reads damaged bytes: they may fail, but with an error of their own, not because the reader gave up.
fn attempt(name: &str, bytes: &[u8]) {
    let options = Options {
        max_seconds: 20,
        ..Options::default()
    };
    if let Err(error) = read_with(name, bytes, &options) {
        let message = error.to_string();
        let gave_up = message.contains("gave up") || message.contains("not read after");
        assert!(!gave_up, "help: {message}, {} bytes", bytes.len());
    }
}
