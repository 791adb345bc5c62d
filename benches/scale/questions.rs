//! Measures what people ask of a large index: a phrase with filters, the worst that is asked in good faith, and many at once.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use baogao::index::{Index, Request};
use baogao::query::Query;
use fastrand::Rng;

use crate::generator::Corpus;
use crate::process::own_anonymous;
use crate::search::{LIMIT, request};

/// Common words, asked for without any filter; the first two are named in what is wanted.
const WORST: [&str; 4] = ["社会主义", "的", "法", "法治政府建设"];
const SECTIONS: [&str; 4] = ["achievements", "problems", "leadership", "plans"];
/// How many ask at once, and how often each of them does.
const CLIENTS: usize = 16;
const QUESTIONS_EACH: usize = 20;
const STARTS_EACH: usize = 3;
/// The middle time of so many rounds counts.
const ROUNDS: usize = 5;

/// Measures all of it and prints it.
pub fn measure(corpus: &Corpus, index: &Path, phrases: &[String], seed: u64) {
    let opened = Index::open(index).expect("an index");
    let filtered = filtered(corpus, phrases, seed);
    let all_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let memory = scope.spawn(|| most_memory(&all_done));
        let times = one_by_one(&opened, &filtered);
        report("a phrase, four filters, four facets, totals, top 20", times);
        for phrase in WORST {
            let (time, passages) = middle(&opened, &request(phrase));
            println!(
                "  {phrase}, {passages} passages, four facets, totals, top 20: {:.2} ms",
                time.as_secs_f64() * 1e3
            );
        }
        let times = at_once(|client| {
            let questions = filtered.iter().cycle().skip(client * 7).take(QUESTIONS_EACH);
            questions.map(|question| ask(&opened, question).0).collect()
        });
        report(
            &format!("the same, {CLIENTS} threads at once with one opened index"),
            times,
        );
        all_done.store(true, Ordering::Relaxed);
        let memory = memory.join().expect("a measurement");
        println!(
            "  memory besides the page cache (RssAnon): {:.0} MB at most",
            memory as f64 / 1e6
        );
    });
    let times = at_once(|client| {
        let phrases = phrases.iter().cycle().skip(client * 5).take(STARTS_EACH);
        phrases.map(|phrase| start(index, phrase)).collect()
    });
    report(&format!("`baogao search`, {CLIENTS} processes at once"), times);
}

/// Each phrase with filters that its corpus has values for.
fn filtered(corpus: &Corpus, phrases: &[String], seed: u64) -> Vec<Request> {
    let mut rng = Rng::with_seed(seed);
    let questions = phrases.iter().map(|phrase| {
        let about = &corpus.reports[rng.usize(0..corpus.reports.len())];
        let filters = format!(
            "county:{} year:{}..{} section:{} level:township",
            about.county,
            about.year.saturating_sub(2),
            about.year,
            SECTIONS[rng.usize(..SECTIONS.len())],
        );
        let mut request = request(phrase);
        let filters = Query::parse(&filters).expect("filters");
        request.query = Query::all_of([request.query, filters]);
        request
    });
    questions.collect()
}

/// How long an answer takes, hits made whole, and how many passages it has. What is wrong with it ends the measurement.
fn ask(index: &Index, request: &Request) -> (Duration, u64) {
    let started = Instant::now();
    let hits = index
        .search(request)
        .and_then(|found| found.into_hits())
        .expect("an answer");
    let passages = hits.summary.totals.passages;
    assert_eq!(hits.hits.len() as u64, passages.min(LIMIT as u64));
    (started.elapsed(), passages)
}

fn middle(index: &Index, request: &Request) -> (Duration, u64) {
    let mut answers: Vec<(Duration, u64)> = (0..ROUNDS).map(|_| ask(index, request)).collect();
    answers.sort_unstable();
    answers[ROUNDS / 2]
}

fn one_by_one(index: &Index, questions: &[Request]) -> Vec<Duration> {
    questions.iter().map(|question| middle(index, question).0).collect()
}

/// The times of all clients, who begin together.
fn at_once(client: impl Fn(usize) -> Vec<Duration> + Sync) -> Vec<Duration> {
    let client = &client;
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS).map(|number| scope.spawn(move || client(number))).collect();
        let times = clients
            .into_iter()
            .map(|client| client.join().expect("no client fails"));
        times.flatten().collect()
    })
}

fn start(index: &Path, phrase: &str) -> Duration {
    let started = Instant::now();
    let status = Command::new(env!("CARGO_BIN_EXE_baogao"))
        .args([
            "search",
            "--literal",
            phrase,
            "--facets",
            "township",
            "county",
            "year",
            "section",
            "--index",
        ])
        .arg(index)
        .stdout(Stdio::null())
        .status()
        .expect("the program can be started");
    assert!(status.success(), "baogao search {phrase}: {status}");
    started.elapsed()
}

/// Looks at the memory of this process, besides what mirrors files, until all is done.
fn most_memory(all_done: &AtomicBool) -> u64 {
    let mut most = 0;
    while !all_done.load(Ordering::Relaxed) {
        most = most.max(own_anonymous());
        std::thread::sleep(Duration::from_millis(5));
    }
    most
}

fn report(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize].as_secs_f64() * 1e3;
    println!(
        "  {what}: {} answers, p50 {:.2}, p95 {:.2}, p99 {:.2}, max {:.2} ms",
        times.len(),
        at(0.5),
        at(0.95),
        at(0.99),
        at(1.0)
    );
}
