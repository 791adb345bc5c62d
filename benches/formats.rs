//! How fast files of each format are read, and how that compares with the programs people use for it.
//!
//! Every file of `corpus/` (and of the folders named on the command line) is read again and again for a second, by format. Then
//! the files of a format that another program reads are given to that program, one process a file, and in turn to us: within this
//! run, as `baogao index` reads them, and as a process of `baogao inspect`, which spends most of its time on making its patterns.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use baogao::ingest::walk::{Found, walk};
use baogao::ingest::{Contents, ReadOptions};

/// A program that turns a file into text on standard output.
struct Peer {
    format: &'static str,
    program: &'static str,
    /// Put before and after the file's path.
    before: &'static [&'static str],
    after: &'static [&'static str],
}

const PEERS: [Peer; 4] = [
    Peer {
        format: "pdf",
        program: "pdftotext",
        before: &["-q"],
        after: &["-"],
    },
    Peer {
        format: "doc",
        program: "antiword",
        before: &["-m", "UTF-8.txt"],
        after: &[],
    },
    Peer {
        format: "doc",
        program: "catdoc",
        before: &["-d", "utf-8"],
        after: &[],
    },
    Peer {
        format: "rtf",
        program: "catdoc",
        before: &["-d", "utf-8"],
        after: &[],
    },
];

/// How often a process is started for each file; the fastest counts.
const ROUNDS: usize = 5;

fn main() {
    let given = std::env::args_os()
        .skip(1)
        .filter(|argument| argument != OsStr::new("--bench"));
    let mut roots = vec![PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus")];
    roots.extend(given.map(PathBuf::from));
    let files = walk(&roots).expect("folders that can be read").files;
    let by_format = by_format(&files);
    println!(
        "{:<10} {:>6} {:>10} {:>10} {:>12}",
        "format", "files", "files/s", "MB/s", "MB/s of text"
    );
    for (format, files) in &by_format {
        print_speed(format, files);
    }
    println!(
        "\ntime of baogao / time of the other, least of {ROUNDS}: within a run, and one process a file (`baogao inspect`)"
    );
    for peer in PEERS {
        if let Some(files) = by_format.get(peer.format) {
            print_ratio(&peer, files);
        }
    }
}

/// The files that can be read, by the format they are read as.
fn by_format(files: &[Found]) -> BTreeMap<String, Vec<&Found>> {
    let mut by_format: BTreeMap<String, Vec<&Found>> = BTreeMap::new();
    for file in files {
        let options = ReadOptions::default();
        let read = Contents::load(file, &options).and_then(|contents| contents.read(file, &options));
        if let Some(report) = read.ok().and_then(|read| read.reports.into_iter().next()) {
            by_format.entry(report.source.format).or_default().push(file);
        }
    }
    by_format
}

fn print_speed(format: &str, files: &[&Found]) {
    let options = ReadOptions::default();
    let (mut count, mut bytes, mut text) = (0_u64, 0_u64, 0_u64);
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(1) {
        for file in files {
            let contents = Contents::load(file, &options).expect("a file that was read before");
            let read = contents.read(file, &options).expect("a file that was read before");
            count += 1;
            bytes += file.size;
            text += read.reports.iter().map(|report| report.text.len() as u64).sum::<u64>();
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    let rate = |bytes: u64| bytes as f64 / 1e6 / seconds;
    println!(
        "{format:<10} {:>6} {:>10.0} {:>10.2} {:>12.2}",
        files.len(),
        count as f64 / seconds,
        rate(bytes),
        rate(text)
    );
}

fn print_ratio(peer: &Peer, files: &[&Found]) {
    let [mut within, mut alone, mut theirs] = [Duration::ZERO; 3];
    for file in files {
        let mut least = [Duration::MAX; 3];
        for _ in 0..ROUNDS {
            let before = peer.before.iter().map(OsStr::new).chain([file.path.as_os_str()]);
            let arguments: Vec<&OsStr> = before.chain(peer.after.iter().map(OsStr::new)).collect();
            let Some(other) = time(Path::new(peer.program), &arguments) else {
                println!("{:<10} {}: not installed", peer.format, peer.program);
                return;
            };
            let inspect = ["inspect", "--format", "json"].map(OsStr::new);
            let inspect = [&inspect[..], &[file.path.as_os_str()]].concat();
            let own = time(Path::new(env!("CARGO_BIN_EXE_baogao")), &inspect).expect("our own program");
            least = [least[0].min(time_within(file)), least[1].min(own), least[2].min(other)];
        }
        within += least[0];
        alone += least[1];
        theirs += least[2];
    }
    let ratio = |ours: Duration| ours.as_secs_f64() / theirs.as_secs_f64();
    println!(
        "{:<10} {:<10} {:.2}, {:.2} over {} files",
        peer.format,
        peer.program,
        ratio(within),
        ratio(alone),
        files.len()
    );
}

/// How long it takes to read and understand a file within a run.
fn time_within(file: &Found) -> Duration {
    let options = ReadOptions::default();
    let started = Instant::now();
    let read = Contents::load(file, &options).and_then(|contents| contents.read(file, &options));
    read.expect("a file that was read before");
    started.elapsed()
}

/// How long a program runs; `None` when it is not there.
fn time(program: &Path, arguments: &[&OsStr]) -> Option<Duration> {
    let started = Instant::now();
    let mut command = Command::new(program);
    command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().ok()?;
    Some(started.elapsed())
}
