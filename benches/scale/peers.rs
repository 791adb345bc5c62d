//! The sides of the comparison with other programs that are written in Rust: ours, the bare engine, and the plain scan that all are
//! measured against. `benches/peers/run` calls them; files are named by their number in the list of all, sorted by path.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use baogao::index::{Index, Request};
use baogao::query::Query;
use baogao::text::fold::{fold, fold_phrase};
use baogao::text::units::PhraseFinder;
use clap::{Subcommand, ValueEnum};
use serde::Serialize;
use tantivy::collector::DocSetCollector;
use tantivy::query::{BooleanQuery, PhraseQuery, Query as TantivyQuery, TermQuery};
use tantivy::schema::{FAST, IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{TokenStream, Tokenizer};
use tantivy::{TantivyDocument, Term};
use tantivy_jieba::JiebaTokenizer;

use crate::build::{self, texts_of};
use crate::generator::Corpus;
use crate::{phrases, search};

/// Each phrase is asked for so often; the middle time counts.
const ROUNDS: usize = 3;

#[derive(Clone, Subcommand)]
pub enum Peer {
    /// Makes the corpus and names its folder
    Texts,
    /// The phrases to ask for, as JSON
    Phrases {
        folder: PathBuf,
    },
    /// In which files each phrase stands, by a plain scan of the folded passages
    Scan {
        folder: PathBuf,
        phrases: PathBuf,
    },
    OursIndex {
        folder: PathBuf,
        index: PathBuf,
    },
    OursAsk {
        asked: Asked,
        folder: PathBuf,
        index: PathBuf,
        phrases: PathBuf,
    },
    BareIndex {
        folder: PathBuf,
        index: PathBuf,
    },
    BareAsk {
        index: PathBuf,
        phrases: PathBuf,
    },
}

/// What ours is asked for by the clock.
#[derive(Clone, Copy, ValueEnum)]
pub enum Asked {
    /// Exact totals, four facets, and twenty whole hits.
    Whole,
    /// Exact totals: as much as the others are asked for.
    Totals,
}

/// What a program says of a phrase.
#[derive(Serialize)]
struct Answer {
    ms: f64,
    /// The numbers of the files it is said to stand in.
    files: Vec<usize>,
}

impl Peer {
    /// `corpus` makes the corpus.
    pub fn run(&self, seed: u64, corpus: impl FnOnce() -> Corpus) {
        match self {
            Peer::Texts => println!("{}", corpus().root.display()),
            Peer::Phrases { folder } => tell(&phrases_of(folder, seed)),
            Peer::Scan { folder, phrases } => tell(&scan(folder, &load(phrases))),
            Peer::OursIndex { folder, index } => tell(&build::ours(folder, index)),
            Peer::OursAsk {
                asked,
                folder,
                index,
                phrases,
            } => tell(&ask_ours(*asked, folder, index, &load(phrases))),
            Peer::BareIndex { folder, index } => write_bare(folder, index).expect("an index"),
            Peer::BareAsk { index, phrases } => tell(&ask_bare(index, &load(phrases)).expect("answers")),
        }
    }
}

fn tell(answer: &impl Serialize) {
    println!("{}", serde_json::json!(answer));
}

fn load(phrases: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(phrases).expect("a list of phrases");
    serde_json::from_str(&text).expect("a list of phrases")
}

/// The files below a folder, as the scripts number them: sorted by path.
fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok);
    let files = entries.filter(|entry| entry.file_type().is_file());
    let mut files: Vec<PathBuf> = files.map(walkdir::DirEntry::into_path).collect();
    files.sort_by(|a, b| a.as_os_str().cmp(b.as_os_str()));
    files
}

fn number_of(files: &[PathBuf], path: &str) -> usize {
    let place = files.binary_search_by(|file| file.as_os_str().cmp(path.as_ref()));
    place.expect("a file of the folder")
}

/// The named phrases and some drawn from the texts, as people would type them: without the line breaks of the source.
fn phrases_of(folder: &Path, seed: u64) -> Vec<String> {
    let drawn = phrases::draw(&build::read(folder), seed);
    let typed = drawn
        .iter()
        .map(|phrase| phrase.split(['\n', '\r']).collect::<String>());
    phrases::NAMED
        .iter()
        .map(|&phrase| phrase.to_owned())
        .chain(typed)
        .collect()
}

fn scan(folder: &Path, phrases: &[String]) -> Vec<Vec<usize>> {
    let files = files_in(folder);
    let finders: Vec<Option<PhraseFinder>> = phrases
        .iter()
        .map(|phrase| PhraseFinder::new(&fold_phrase(phrase)))
        .collect();
    let mut found = vec![Vec::new(); phrases.len()];
    for report in build::read(folder) {
        let number = number_of(&files, &report.source.path);
        let folded: Vec<String> = texts_of(&report).map(fold).collect();
        for (found, finder) in found.iter_mut().zip(&finders) {
            let stands = |text: &String| {
                finder
                    .as_ref()
                    .is_some_and(|finder| finder.starts(text).next().is_some())
            };
            if folded.iter().any(stands) {
                found.push(number);
            }
        }
    }
    found
}

/// In which files a phrase stands is asked beside the clock.
fn ask_ours(asked: Asked, folder: &Path, index: &Path, phrases: &[String]) -> Vec<Answer> {
    let files = files_in(folder);
    let index = Index::open(index).expect("an index");
    let answers = phrases.iter().map(|phrase| {
        let request = match asked {
            Asked::Whole => search::request(phrase),
            Asked::Totals => Request {
                limit: Some(0),
                ..Request::new(Query::literal(phrase).expect("a phrase"))
            },
        };
        let ms = middle_of_rounds(|| {
            index
                .search(&request)
                .and_then(|found| found.into_hits())
                .expect("an answer");
        });
        let query = Query::literal(phrase).expect("a phrase");
        let found = index.search(&Request::new(query)).expect("an answer");
        let mut numbers = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        for hit in found.hits() {
            let hit = hit.expect("a hit");
            if seen.insert(hit.report.id) {
                let paths = index.paths_of(hit.report.id).expect("paths of a report");
                numbers.extend(paths.iter().map(|path| number_of(&files, path)));
            }
        }
        numbers.sort_unstable();
        Answer { ms, files: numbers }
    });
    answers.collect()
}

fn middle_of_rounds(mut ask: impl FnMut()) -> f64 {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let started = Instant::now();
            ask();
            started.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[ROUNDS / 2].as_secs_f64() * 1e3
}

/// One document a file: jieba's words with positions, the text stored.
fn write_bare(folder: &Path, index: &Path) -> tantivy::Result<()> {
    let _ = std::fs::remove_dir_all(index);
    std::fs::create_dir_all(index)?;
    let indexing = TextFieldIndexing::default()
        .set_tokenizer("jieba")
        .set_index_option(IndexRecordOption::WithFreqsAndPositions);
    let mut schema = Schema::builder();
    let text = schema.add_text_field("text", TextOptions::from(STORED).set_indexing_options(indexing));
    let number = schema.add_u64_field("number", FAST);
    let index = tantivy::Index::create_in_dir(index, schema.build())?;
    index.tokenizers().register("jieba", JiebaTokenizer::new());
    let mut writer = index.writer_with_num_threads(build::THREADS, build::MEMORY)?;
    for (at, file) in (0..).zip(files_in(folder)) {
        let mut document = TantivyDocument::default();
        document.add_text(text, String::from_utf8_lossy(&std::fs::read(file)?));
        document.add_u64(number, at);
        writer.add_document(document)?;
    }
    writer.commit()?;
    writer.wait_merging_threads()
}

fn ask_bare(index: &Path, phrases: &[String]) -> tantivy::Result<Vec<Answer>> {
    let index = tantivy::Index::open_in_dir(index)?;
    let searcher = index.reader()?.searcher();
    let text = index.schema().get_field("text")?;
    let columns = searcher
        .segment_readers()
        .iter()
        .map(|segment| segment.fast_fields().u64("number"))
        .collect::<tantivy::Result<Vec<_>>>()?;
    let mut jieba = JiebaTokenizer::new();
    let mut answers = Vec::new();
    for phrase in phrases {
        let query = bare_query(&mut jieba, text, phrase);
        let mut found = Default::default();
        let ms = middle_of_rounds(|| found = searcher.search(&query, &DocSetCollector).expect("an answer"));
        let numbers = found
            .iter()
            .filter_map(|place| columns[place.segment_ord as usize].first(place.doc_id));
        let mut files: Vec<usize> = numbers.map(|number| number as usize).collect();
        files.sort_unstable();
        answers.push(Answer { ms, files });
    }
    Ok(answers)
}

/// The words of a phrase one after the other, as the query parser of the engine makes it of a phrase in quotes.
fn bare_query(jieba: &mut JiebaTokenizer, field: tantivy::schema::Field, phrase: &str) -> Box<dyn TantivyQuery> {
    let mut words = Vec::new();
    let mut stream = jieba.token_stream(phrase);
    while let Some(token) = stream.next() {
        words.push((token.position, Term::from_field_text(field, &token.text)));
    }
    match words.as_slice() {
        [] => Box::new(BooleanQuery::new(Vec::new())),
        [(_, word)] => Box::new(TermQuery::new(word.clone(), IndexRecordOption::Basic)),
        _ => Box::new(PhraseQuery::new_with_offset(words)),
    }
}
