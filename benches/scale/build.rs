//! Measures how an index is made: what all of it takes, what the bare engine takes for the same text, and where the difference goes.

use std::path::{Path, PathBuf};

use baogao::index::{Prepared, WriterOptions};
use baogao::ingest::walk::walk;
use baogao::ingest::{Contents, CorrectionOptions, ReadOptions};
use baogao::report::Report;
use baogao::text::fold::fold;
use baogao::text::tokenize::Words;
use baogao::text::units::units;
use baogao::topics::Topics;
use baogao::update::{Outcome, Progress, UpdateOptions, update};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use tantivy::schema::{IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions};
use tantivy::{Index, TantivyDocument};
use tantivy_jieba::JiebaTokenizer;

use crate::process::{Cost, own_peak, size_of, timed};

/// Both sides write with these.
pub const THREADS: usize = 2;
pub const MEMORY: usize = 256 << 20;

/// What making an index took.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Build {
    pub cost: Cost,
    /// The most memory held, in bytes.
    pub peak: u64,
    /// Of all files of the index, in bytes.
    pub index: u64,
    pub reports: usize,
    pub passages: usize,
}

/// What the steps of [`ours`] take one by one, each over the whole corpus.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Steps {
    /// Read, decode, extract, clean, describe, split.
    pub read: Cost,
    /// Fold, tag, pack into documents.
    pub pack: Cost,
    /// Part of `pack`.
    pub fold: Cost,
    /// Part of `pack`.
    pub topics: Cost,
    /// The dictionary, without any text.
    pub dictionary: Cost,
    /// jieba over the folded passages, as the writer calls it.
    pub words: Cost,
    /// The units of the folded passages, as the writer calls for them.
    pub units: Cost,
    /// How many there are.
    pub word_count: u64,
    pub unit_count: u64,
}

/// Makes an index with the library: all that `baogao index` does.
pub fn ours(corpus: &Path, index: &Path) -> Build {
    remove(index);
    let (outcome, cost) = timed(|| update_ours(corpus, index));
    Build {
        cost,
        peak: own_peak(),
        index: size_of(index),
        reports: outcome.reports,
        passages: outcome.passages,
    }
}

/// Brings an index up to date with a corpus.
pub fn update_ours(corpus: &Path, index: &Path) -> Outcome {
    let options = UpdateOptions {
        writer: WriterOptions {
            memory: MEMORY,
            threads: THREADS,
            words: None,
            topics: None,
        },
        read: ReadOptions::default(),
        corrections: CorrectionOptions::default(),
    };
    let outcome = update(index, &[corpus.to_path_buf()], &options, &Quiet).expect("an index");
    assert!(
        outcome.failed.is_empty() && outcome.duplicates.is_empty(),
        "{:?} {:?}",
        outcome.failed,
        outcome.duplicates
    );
    outcome
}

/// Makes an index of the same passages with the bare engine: one field, jieba's words with frequencies and positions, the text
/// stored. Reading the corpus is not part of what is measured.
pub fn bare(corpus: &Path, index: &Path) -> Build {
    remove(index);
    std::fs::create_dir_all(index).expect("a folder");
    let reports = read(corpus);
    let texts: Vec<&str> = reports.iter().flat_map(texts_of).collect();
    let ((), cost) = timed(|| write_bare(&texts, index).expect("an index"));
    Build {
        cost,
        peak: own_peak(),
        index: size_of(index),
        reports: reports.len(),
        passages: texts.len(),
    }
}

fn write_bare(texts: &[&str], folder: &Path) -> tantivy::Result<()> {
    let indexing = TextFieldIndexing::default()
        .set_tokenizer("jieba")
        .set_index_option(IndexRecordOption::WithFreqsAndPositions);
    let mut schema = Schema::builder();
    let field = schema.add_text_field("text", TextOptions::from(STORED).set_indexing_options(indexing));
    let index = Index::create_in_dir(folder, schema.build())?;
    index.tokenizers().register("jieba", JiebaTokenizer::new());
    let mut writer = index.writer_with_num_threads(THREADS, MEMORY)?;
    for text in texts {
        let mut document = TantivyDocument::default();
        document.add_text(field, text);
        writer.add_document(document)?;
    }
    writer.commit()?;
    writer.wait_merging_threads()
}

/// Takes the steps one by one.
pub fn steps(corpus: &Path) -> Steps {
    let (reports, read) = timed(|| read(corpus));
    let texts: Vec<&str> = reports.iter().flat_map(texts_of).collect();
    let (folded, fold) = timed(|| texts.iter().map(|text| fold(text)).collect::<Vec<_>>());
    let (_, topics) = timed(|| folded.iter().map(|text| Topics::ours().of(text).len()).sum::<usize>());
    let (words, dictionary) = timed(|| Words::load(&[]));
    let (word_count, cut) = timed(|| folded.iter().map(|text| words.cut(text).len() as u64).sum());
    let (unit_count, counted) = timed(|| folded.iter().map(|text| units(text).count() as u64).sum());
    let (_, pack) = timed(|| {
        reports
            .into_iter()
            .map(|report| Prepared::new(report, Topics::ours()).passage_count())
            .sum::<usize>()
    });
    Steps {
        read,
        pack,
        fold,
        topics,
        dictionary,
        words: cut,
        units: counted,
        word_count,
        unit_count,
    }
}

/// All reports of a corpus, read side by side.
pub fn read(corpus: &Path) -> Vec<Report> {
    let options = ReadOptions::default();
    let files = walk(&[corpus.to_path_buf()]).expect("the corpus is there").files;
    let read = files.par_iter().flat_map_iter(|file| {
        let contents = Contents::load(file, &options).expect("a report can be opened");
        contents.read(file, &options).expect("a report can be read").reports
    });
    read.collect()
}

/// The texts of the passages of a report.
pub fn texts_of(report: &Report) -> impl Iterator<Item = &str> {
    let mut rest = report.text.as_str();
    let mut before = 0;
    report.passages.iter().map(move |passage| {
        // A walk over the text, since a passage says where it stands in characters.
        let mut skip = |chars: usize| {
            let byte = rest
                .char_indices()
                .nth(chars - before)
                .map_or(rest.len(), |(byte, _)| byte);
            (rest, before) = (&rest[byte..], chars);
            rest
        };
        let from = skip(passage.chars.start);
        let after = skip(passage.chars.end);
        &from[..from.len() - after.len()]
    })
}

/// The folder of the index of a corpus, beside its reports.
pub fn index_of(corpus: &Path, name: &str) -> PathBuf {
    corpus.with_file_name(name)
}

fn remove(index: &Path) {
    if index.exists() {
        std::fs::remove_dir_all(index).expect("an old index can be removed");
    }
}

struct Quiet;

impl Progress for Quiet {
    fn start(&self, _files: usize, _bytes: u64) {}
    fn advance(&self, _bytes: u64) {}
    fn finish(&self) {}
}
