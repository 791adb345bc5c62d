//! Measures what it takes to bring an index up to date when nothing changed, and when one file in a hundred did.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::build;
use crate::generator::Corpus;
use crate::process::{Cost, own_peak, run_self, timed};
use crate::{build_ours, megabytes};

/// One file in so many is changed.
const CHANGED: usize = 100;

/// What bringing an index up to date took.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Again {
    pub cost: Cost,
    pub peak: u64,
    pub new: usize,
    pub changed: usize,
    pub unchanged: usize,
}

/// Makes an index of the corpus and brings it up to date twice. The corpus is deleted: one file in a hundred is another then.
pub fn measure(corpus: &Corpus) {
    let (index, built) = build_ours(corpus);
    println!(
        "  making it         wall {:>7.2} s, CPU {:>7.2} s, {:>5.0} MB",
        built.cost.wall,
        built.cost.cpu,
        megabytes(built.peak)
    );
    let before = contents(&index);
    let same = run(corpus, &index);
    print("nothing changed", &same);
    assert_eq!((same.new, same.changed, same.unchanged), (0, 0, corpus.reports.len()));
    assert_eq!(contents(&index), before, "nothing changed, but something was written");
    println!("  no file of the index was written");
    let changed = change(corpus);
    let some = run(corpus, &index);
    print(&format!("{changed} files changed"), &some);
    assert_eq!((some.new, some.changed), (0, changed));
    corpus.delete();
}

fn print(what: &str, again: &Again) {
    println!(
        "  {what:<17} wall {:>7.2} s, CPU {:>7.2} s, {:>5.0} MB",
        again.cost.wall,
        again.cost.cpu,
        megabytes(again.peak)
    );
}

fn run(corpus: &Corpus, index: &Path) -> Again {
    run_self(&["again".as_ref(), corpus.root.as_os_str(), index.as_os_str()])
}

/// Brings an index up to date, in a process of its own.
pub fn again(corpus: &Path, index: &Path) -> Again {
    let (outcome, cost) = timed(|| build::update_ours(corpus, index));
    Again {
        cost,
        peak: own_peak(),
        new: outcome.new.len(),
        changed: outcome.changed.len(),
        unchanged: outcome.unchanged,
    }
}

/// The files of an index with the time they were written and a hash of what stands in them; not the lock, which says who holds it.
fn contents(index: &Path) -> BTreeMap<PathBuf, (SystemTime, blake3::Hash)> {
    let files = fs::read_dir(index)
        .expect("an index")
        .map(|entry| entry.expect("a file"));
    let files = files.filter(|file| !file.file_name().to_string_lossy().ends_with(".lock"));
    files
        .map(|file| {
            let about = file.metadata().expect("a file");
            let mut hasher = blake3::Hasher::new();
            let mut opened = fs::File::open(file.path()).expect("a file");
            std::io::copy(&mut opened, &mut hasher).expect("a file");
            (file.path(), (about.modified().expect("a time"), hasher.finalize()))
        })
        .collect()
}

/// Writes another sentence at the end of one file in a hundred; says how many there are.
fn change(corpus: &Corpus) -> usize {
    let changed = corpus.reports.iter().step_by(CHANGED);
    changed
        .map(|report| {
            let file = fs::File::options().append(true).open(corpus.root.join(&report.path));
            let written = file.and_then(|mut file| writeln!(file, "全年另外调处矛盾纠纷3起。"));
            written.expect("a report can be changed");
        })
        .count()
}
