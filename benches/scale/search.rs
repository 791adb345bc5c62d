//! Measures how long answers take, and that they are the right ones.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use baogao::hits::{Hits, Totals};
use baogao::index::{Index, Request};
use baogao::query::Query;
use baogao::schema::fields::Field;
use baogao::text::fold::{fold, fold_phrase};
use baogao::text::units::PhraseFinder;

use crate::build::{read, texts_of};
use crate::generator::{Corpus, Written};
use crate::phrases;
use crate::process::own_cpu;

/// Counted in every answer.
const FACETS: [Field; 4] = [Field::Township, Field::County, Field::Year, Field::Section];
pub const LIMIT: usize = 20;

/// How often each phrase is asked for after a first time, which does not count.
const ROUNDS: usize = 9;

/// How often the program is started.
const STARTS: usize = 10;

/// What was measured of one phrase.
pub struct Answer {
    pub phrase: String,
    pub totals: Totals,
    /// The middle one of all rounds.
    pub wall: Duration,
    /// On the processors, over all threads, on average; to a millisecond.
    pub cpu: Duration,
}

/// Asks for every phrase, and checks what can be known of the answers beforehand.
pub fn warm(index: &Path, phrases: &[String]) -> Vec<Answer> {
    let index = Index::open(index).expect("an index");
    phrases.iter().map(|phrase| answer(&index, phrase)).collect()
}

fn answer(index: &Index, phrase: &str) -> Answer {
    let request = request(phrase);
    let ask = || {
        index
            .search(&request)
            .and_then(|found| found.into_hits())
            .expect("an answer")
    };
    let hits = ask();
    check(phrase, &hits);
    // The clock of all threads is read once for all rounds, because it goes in steps of ten milliseconds.
    let used = own_cpu();
    let rounds = (0..ROUNDS).map(|_| {
        let started = Instant::now();
        assert_eq!(ask().summary.totals, hits.summary.totals, "{phrase}");
        started.elapsed()
    });
    let wall = middle(rounds.collect());
    Answer {
        phrase: phrase.to_owned(),
        totals: hits.summary.totals,
        wall,
        cpu: Duration::from_secs_f64((own_cpu() - used) / ROUNDS as f64),
    }
}

fn middle(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

pub fn request(phrase: &str) -> Request {
    Request {
        limit: Some(LIMIT),
        facets: FACETS.map(Into::into).to_vec(),
        ..Request::new(Query::literal(phrase).expect("a phrase"))
    }
}

/// An answer has hits, as many as wanted, and facets that add up.
fn check(phrase: &str, hits: &Hits) {
    let passages = hits.summary.totals.passages;
    assert_eq!(hits.hits.len() as u64, passages.min(LIMIT as u64), "{phrase}");
    assert!(
        hits.hits.iter().all(|hit| !hit.highlights.is_empty()),
        "{phrase}: a hit without a mark"
    );
    for facet in &hits.summary.facets {
        let counted: u64 = facet.counts.iter().map(|count| count.passages).sum();
        assert_eq!(counted, passages, "{phrase} by {}", facet.field);
    }
}

/// The phrases of a corpus: the named ones, then those drawn from it.
pub fn phrases_of(corpus: &Corpus, seed: u64) -> Vec<String> {
    let sample = read_some(corpus);
    let drawn = phrases::draw(&sample, seed);
    phrases::NAMED
        .iter()
        .map(|&phrase| phrase.to_owned())
        .chain(drawn)
        .collect()
}

/// A folder of reports from all over the corpus, so that not all of a large one is read to draw from it.
fn read_some(corpus: &Corpus) -> Vec<baogao::report::Report> {
    const FOLDERS: usize = 8;
    let mut counties: Vec<&str> = corpus.reports.iter().map(|report| report.county.as_str()).collect();
    counties.dedup();
    let step = counties.len().div_ceil(FOLDERS);
    counties
        .iter()
        .step_by(step)
        .flat_map(|county| read(&corpus.root.join(county)))
        .collect()
}

/// Counts each phrase by a plain scan over the passages of all reports.
pub fn scan(corpus: &Corpus, phrases: &[String]) -> Vec<Totals> {
    let finders: Vec<Option<PhraseFinder>> = phrases
        .iter()
        .map(|phrase| PhraseFinder::new(&fold_phrase(phrase)))
        .collect();
    let mut totals = vec![Totals::default(); phrases.len()];
    for report in read(&corpus.root) {
        let folded: Vec<String> = texts_of(&report).map(fold).collect();
        for (totals, finder) in totals.iter_mut().zip(&finders) {
            let counts = folded
                .iter()
                .map(|text| finder.iter().flat_map(|finder| finder.starts(text)).count() as u64);
            let counts: Vec<u64> = counts.filter(|&count| count > 0).collect();
            totals.passages += counts.len() as u64;
            totals.reports += u64::from(!counts.is_empty());
            totals.occurrences += counts.iter().sum::<u64>();
        }
    }
    totals
}

/// How many reports the index describes as they were meant: their township, county and year.
pub fn well_described(index: &Path, corpus: &Corpus) -> usize {
    let reports = Index::open(index)
        .and_then(|index| index.reports())
        .expect("an index of reports");
    let is_right = |written: &&Written| {
        reports.iter().any(|report| {
            let metadata = &report.metadata;
            report.source.path.ends_with(&written.path)
                && metadata.township.as_ref() == Some(&written.township)
                && metadata.county.as_ref() == Some(&written.county)
                && metadata.year == Some(written.year)
        })
    };
    corpus.reports.iter().filter(is_right).count()
}

/// How long `baogao search` takes from its start to its end, the files it reads being in memory.
pub fn cold(index: &Path, phrases: &[String]) -> Vec<Duration> {
    let times = phrases.iter().cycle().take(STARTS + 1).map(|phrase| {
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
    });
    let mut times: Vec<Duration> = times.skip(1).collect();
    times.sort_unstable();
    times
}
