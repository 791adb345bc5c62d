//! Measures baogao on corpora of any size: `cargo bench --bench scale -- check | build | size | search | questions | growth |
//! reindex [--mb N] [--seed N]`.
//! What each measures, and what it said last, stands in `benches/README.md`.

mod build;
mod generator;
mod growth;
mod names;
mod peers;
mod phrases;
mod process;
mod questions;
mod reindex;
mod search;
mod stock;
mod words;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use baogao::hits::Totals;
use clap::{Parser, Subcommand};

use build::{Build, Steps, index_of};
use generator::Corpus;
use process::{Cost, run_self};
use search::Answer;

/// The allocator of the command `baogao`, so that what is measured is what users get.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How often both sides of the comparison are run.
const ROUNDS: usize = 5;

#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// The size of the corpus in megabytes of text
    #[arg(long, global = true)]
    mb: Option<u64>,
    /// Another seed makes another corpus of the same kind
    #[arg(long, global = true, default_value_t = 1)]
    seed: u64,
    /// Given by cargo
    #[arg(long, global = true, hide = true)]
    bench: bool,
}

#[derive(Clone, Subcommand)]
enum Command {
    /// Compare every total with a plain scan (2 MB)
    Check,
    /// Compare the CPU time of making an index with the bare engine's (30 MB)
    Build,
    /// Time, memory and size of a large index (300 MB)
    Size,
    /// How long answers take on that index (300 MB)
    Search,
    /// What a megabyte costs, from 10 MB in five steps to the size given (300 MB)
    Growth,
    /// Bringing an index up to date: nothing changed, one file in a hundred changed (300 MB)
    Reindex,
    #[command(hide = true)]
    Again { corpus: PathBuf, index: PathBuf },
    /// Filters, the worst questions, and sixteen clients at once, on that index (300 MB)
    Questions,
    #[command(hide = true)]
    Ours { corpus: PathBuf, index: PathBuf },
    #[command(hide = true)]
    Bare { corpus: PathBuf, index: PathBuf },
    #[command(hide = true)]
    Steps { corpus: PathBuf },
    /// One side of the comparison with other programs; see `benches/peers/run`
    #[command(subcommand, hide = true)]
    Peer(peers::Peer),
}

fn main() {
    let cli = Cli::parse();
    match &cli.command {
        Some(command) => cli.run(command),
        None => [
            Command::Check,
            Command::Build,
            Command::Size,
            Command::Search,
            Command::Questions,
        ]
        .iter()
        .for_each(|command| cli.run(command)),
    }
}

impl Cli {
    fn run(&self, command: &Command) {
        match command {
            Command::Check => check(&self.corpus(2), self.seed),
            Command::Build => compare_build(&self.corpus(30)),
            Command::Size => measure_size(&self.corpus(300)),
            Command::Search => measure_search(&self.corpus(300), self.seed),
            Command::Growth => growth::measure(self.mb.unwrap_or(300), self.seed),
            Command::Reindex => reindex::measure(&self.corpus(300)),
            Command::Again { corpus, index } => answer(&reindex::again(corpus, index)),
            Command::Questions => measure_questions(&self.corpus(300), self.seed),
            Command::Ours { corpus, index } => answer(&build::ours(corpus, index)),
            Command::Bare { corpus, index } => answer(&build::bare(corpus, index)),
            Command::Steps { corpus } => answer(&build::steps(corpus)),
            Command::Peer(peer) => peer.run(self.seed, || self.corpus(30)),
        }
    }

    fn corpus(&self, usual: u64) -> Corpus {
        let corpus = Corpus::prepare(corpora(), self.mb.unwrap_or(usual), self.seed);
        println!(
            "\n{} reports, {:.1} MB of text, seed {}",
            corpus.reports.len(),
            megabytes(corpus.bytes()),
            self.seed
        );
        corpus
    }
}

/// Where corpora and their indexes are made.
fn corpora() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

/// Compares what the index says with what stands in the files.
fn check(corpus: &Corpus, seed: u64) {
    let (index, _) = build_ours(corpus);
    let right = search::well_described(&index, corpus);
    println!(
        "township, county and year as meant: {right} of {} reports",
        corpus.reports.len()
    );
    assert!(
        right * 100 >= corpus.reports.len() * 99,
        "the reports are not read as they were meant"
    );
    let phrases = search::phrases_of(corpus, seed);
    let answers = search::warm(&index, &phrases);
    let scanned = search::scan(corpus, &phrases);
    print_header();
    for (answer, scanned) in answers.iter().zip(&scanned) {
        print_totals(answer);
        assert_eq!(
            answer.totals, *scanned,
            "{}: the index says one thing, a plain scan another",
            answer.phrase
        );
    }
    assert_found(&answers);
    println!("all {} totals are those of a plain scan", answers.len());
}

/// Makes an index of the corpus with the library and with the bare engine.
fn compare_build(corpus: &Corpus) {
    // In turn, so that whatever else the machine does meanwhile meets both.
    let rounds: Vec<[Build; 2]> = (0..ROUNDS)
        .map(|_| [build_ours(corpus).1, build_bare(corpus)])
        .collect();
    let [ours, bare] = [0, 1].map(|side| {
        let builds = rounds.iter().map(|round| &round[side]);
        builds
            .min_by(|a, b| a.cost.cpu.total_cmp(&b.cost.cpu))
            .expect("a round")
    });
    let steps: Steps = run_self(&["steps".as_ref(), corpus.root.as_os_str()]);
    assert_eq!(
        (ours.reports, ours.passages),
        (bare.reports, bare.passages),
        "not the same text on both sides"
    );
    println!(
        "{} passages; CPU seconds of all threads, the least of {ROUNDS} runs, and MB of text for each:",
        ours.passages
    );
    let row = |name: &str, cost: Cost| {
        println!(
            "  {name:<44} {:>7.2} s {:>7.2} MB/s",
            cost.cpu,
            megabytes(corpus.bytes()) / cost.cpu
        )
    };
    row("baogao: update()", ours.cost);
    row("tantivy and tantivy-jieba alone", bare.cost);
    println!(
        "  ratio {:.2}, without reading files {:.2}; wall {:.1} s and {:.1} s",
        ours.cost.cpu / bare.cost.cpu,
        (ours.cost.cpu - steps.read.cpu) / bare.cost.cpu,
        ours.cost.wall,
        bare.cost.wall
    );
    println!("steps of update():");
    row("read, decode, extract, describe, split", steps.read);
    row("fold, tag, pack", steps.pack);
    row("- of this fold", steps.fold);
    row("- of this topics", steps.topics);
    row("load the dictionary", steps.dictionary);
    row(&format!("jieba: {} words", steps.word_count), steps.words);
    row(&format!("{} units", steps.unit_count), steps.units);
    let known = [steps.read, steps.pack, steps.dictionary, steps.words, steps.units];
    let rest = ours.cost.cpu - known.iter().map(|cost| cost.cpu).sum::<f64>();
    row(
        "the rest: postings, columns, store, merges",
        Cost { cpu: rest, ..ours.cost },
    );
}

/// Makes a large index.
fn measure_size(corpus: &Corpus) {
    let (_, built) = build_ours(corpus);
    println!("{} passages", built.passages);
    println!(
        "  wall   {:>8.1} s ({:.2} MB/s); CPU {:.1} s",
        built.cost.wall,
        megabytes(corpus.bytes()) / built.cost.wall,
        built.cost.cpu
    );
    println!("  memory {:>8.0} MB at most", megabytes(built.peak));
    println!(
        "  index  {:>8.1} MB, {:.2} of the text",
        megabytes(built.index),
        built.index as f64 / corpus.bytes() as f64
    );
}

/// Asks the index of the corpus, which is made if it is not there.
fn measure_search(corpus: &Corpus, seed: u64) {
    let index = index_that_stands(corpus);
    let phrases = search::phrases_of(corpus, seed);
    let mut answers = search::warm(&index, &phrases);
    println!(
        "{} phrases, with four facets and {} hits, warm:",
        answers.len(),
        search::LIMIT
    );
    for (name, time) in [
        ("wall", (|answer| answer.wall) as fn(&Answer) -> Duration),
        ("CPU", |answer| answer.cpu),
    ] {
        answers.sort_by_key(time);
        let at = |share: f64| milliseconds(time(&answers[((answers.len() - 1) as f64 * share).round() as usize]));
        println!(
            "  {name:<5} p50 {:.2} ms   p95 {:.2} ms   max {:.2} ms",
            at(0.5),
            at(0.95),
            at(1.0)
        );
    }
    println!("the slowest, by CPU time:");
    print_header();
    answers.iter().rev().take(12).for_each(print_totals);
    assert_found(&answers);
    let times = search::cold(&index, &phrases);
    let [median, slowest] = [times.len() / 2, times.len() - 1].map(|at| milliseconds(times[at]));
    println!(
        "`baogao search`, {} starts: median {median:.1} ms, slowest {slowest:.1} ms",
        times.len()
    );
}

/// Asks what people ask.
fn measure_questions(corpus: &Corpus, seed: u64) {
    let index = index_that_stands(corpus);
    questions::measure(corpus, &index, &search::phrases_of(corpus, seed), seed);
}

/// The index of a corpus, made if it is not there.
fn index_that_stands(corpus: &Corpus) -> PathBuf {
    let index = index_of(&corpus.root, "ours");
    if baogao::index::Index::open(&index).is_err() {
        build_ours(corpus);
    }
    index
}

/// A benchmark that finds nothing measures nothing.
fn assert_found(answers: &[Answer]) {
    let missed: Vec<&str> = answers
        .iter()
        .filter(|answer| answer.totals.passages == 0)
        .map(|answer| answer.phrase.as_str())
        .collect();
    assert!(missed.is_empty(), "found nowhere: {missed:?}");
}

fn print_header() {
    println!(
        "{:>9} {:>9} {:>11} {:>9}  phrase",
        "passages", "reports", "occurrences", "CPU ms"
    );
}

fn print_totals(answer: &Answer) {
    let Totals {
        passages,
        reports,
        occurrences,
    } = answer.totals;
    println!(
        "{passages:>9} {reports:>9} {occurrences:>11} {:>9.2}  {}",
        milliseconds(answer.cpu),
        answer.phrase
    );
}

fn build_ours(corpus: &Corpus) -> (PathBuf, Build) {
    let index = index_of(&corpus.root, "ours");
    let built = run_self(&["ours".as_ref(), corpus.root.as_os_str(), index.as_os_str()] as &[&OsStr]);
    (index, built)
}

fn build_bare(corpus: &Corpus) -> Build {
    let index = index_of(&corpus.root, "bare");
    run_self(&["bare".as_ref(), corpus.root.as_os_str(), index.as_os_str()])
}

/// Tells the parent process what was measured.
fn answer(measured: &impl serde::Serialize) {
    println!("{}", serde_json::json!(measured));
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
