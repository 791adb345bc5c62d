//! Writes an index: many changes, then one commit, all or nothing.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tantivy::index::IndexSettings;
use tantivy::indexer::UserOperation;
use tantivy::schema::Term;
use tantivy::store::{Compressor, ZstdCompressor};
use tantivy::{Index as TantivyIndex, IndexWriter as TantivyWriter};

use super::analyzer::{UnitTokenizer, WordTokenizer};
use super::directory::{Access, Faults, SealedDirectory};
use super::document::{Prepared, SourceEntry};
use super::layout::{self, Layout};
use super::{Index, MARKER, META, Meta, Stamp, damaged, failed, open_tantivy, rebuild, refused};
use crate::error::{Error, Result};
use crate::report::ReportId;
use crate::schema::topics::{self, Topic};
use crate::topics::Topics;

/// The file that a writer holds locked.
pub(super) const LOCK: &str = "writer.lock";

/// The file in which the engine lists the files it made, to delete those that are not needed any more.
pub(super) const MANAGED: &str = ".managed.json";

/// The least heap a writer thread can work with, in bytes.
const MIN_HEAP: usize = 20 << 20;

/// How many bytes of texts are compressed together. Chinese text hardly shrinks in smaller blocks; from larger ones a single
/// passage takes longer to read.
const STORE_BLOCK: usize = 48 << 10;

/// How an index is written.
#[derive(Clone, Debug)]
pub struct WriterOptions {
    /// How much memory the postings may take before they go to disk, in bytes, over all threads.
    pub memory: usize,
    pub threads: usize,
    /// The words of the user's lexicon; `None` for those the index was made with.
    pub words: Option<Vec<String>>,
    /// The topics of the user's own; `None` for those the index was made with.
    pub topics: Option<Vec<Topic>>,
}

/// Writes an index. Nothing it does is seen by anyone before [`Writer::commit`]; dropped without it, it leaves no trace.
pub struct Writer {
    path: PathBuf,
    layout: &'static Layout,
    writer: TantivyWriter,
    stamp: Stamp,
    /// Tags what is written.
    topics: Arc<Topics>,
    /// Whether what the index holds was cut into words by another lexicon, or tagged with other topics.
    user_data_changed: bool,
    /// Whether anything was asked of it.
    dirty: bool,
    /// What went wrong with the files, told by whichever thread met it.
    faults: Faults,
    _lock: Lock,
}

impl Writer {
    /// Opens the index in a folder for writing; makes it when there is none.
    ///
    /// # Errors
    /// When another writer is at work (it is named), or the index is of another version, or the folder cannot be written.
    pub fn open(path: &Path, options: &WriterOptions) -> Result<Self> {
        check_folder(path)?;
        std::fs::create_dir_all(path).map_err(|error| refused(path, error))?;
        let lock = lock(path)?;
        let is_new = !holds_commit(path)?;
        let (index, held, directory) = match is_new {
            false => super::guarded(path, || open_tantivy(path, Access::Write))?,
            true => create(path)?,
        };
        let faults = directory.faults();
        rebuild::sweep(path, &index)?;
        let words = options.words.clone().unwrap_or_else(|| held.words.clone());
        let own_topics = options.topics.clone().unwrap_or_else(|| held.topics.clone());
        let user_data_changed = !is_new && (words != held.words || own_topics != held.topics);
        index.tokenizers().register(layout::UNITS, UnitTokenizer);
        index
            .tokenizers()
            .register(layout::WORDS, WordTokenizer::with(words.clone()));
        let threads = options.threads.clamp(1, 8);
        let heap = options.memory.max(threads * MIN_HEAP);
        let writer = index
            .writer_with_num_threads(threads, heap)
            .map_err(|error| failed(path, &faults, error))?;
        let mut writer = Writer {
            path: path.to_path_buf(),
            layout: Layout::get(),
            writer,
            topics: Arc::new(Topics::new(topics::merged(topics::declared(), &own_topics))),
            user_data_changed,
            stamp: Stamp::ours(words, own_topics),
            dirty: false,
            faults,
            _lock: lock,
        };
        if is_new {
            // The first commit makes the folder an index that readers can open, empty as it is.
            writer.dirty = true;
            writer.commit()?;
        }
        Ok(writer)
    }

    /// Whether all reports must be read again because the lexicon or the topics are not those the index was made with.
    pub fn user_data_changed(&self) -> bool {
        self.user_data_changed
    }

    /// What its passages are tagged with.
    pub fn topics(&self) -> Arc<Topics> {
        Arc::clone(&self.topics)
    }

    /// What the index held when the writer was opened.
    pub fn snapshot(&self) -> Result<Index> {
        Index::open(&self.path)
    }

    /// Whether anything was asked of it that is not committed.
    pub fn is_dirty(&self) -> bool {
        self.dirty
    }

    /// Adds a report with its passages. They go into one segment, side by side.
    pub fn add_report(&mut self, prepared: Prepared) -> Result<()> {
        let report = prepared.report.pack(self.layout);
        let operations = prepared.passages.into_iter().chain([report]).map(UserOperation::Add);
        self.dirty = true;
        self.writer
            .run(operations.collect::<Vec<_>>())
            .map_err(|error| failed(&self.path, &self.faults, error))?;
        Ok(())
    }

    /// Removes a report, if it is there, as the index stands at this moment: a report added later stays.
    pub fn remove_report(&mut self, id: ReportId) {
        self.dirty = true;
        self.writer.delete_term(Term::from_field_u64(self.layout.report, id.0));
        self.writer
            .delete_term(Term::from_field_u64(self.layout.report_id, id.0));
    }

    /// Remembers what was read from a file, in place of what was known of it.
    pub fn replace_source(&mut self, source: &SourceEntry) -> Result<()> {
        self.remove_source(&source.path);
        self.add_source(source)
    }

    /// Remembers what was read from a file of which nothing is known. Every removal is looked up in every segment that is ever
    /// written, so a large index is not made with one for each file.
    pub fn add_source(&mut self, source: &SourceEntry) -> Result<()> {
        self.dirty = true;
        self.writer
            .add_document(source.pack(self.layout))
            .map_err(|error| failed(&self.path, &self.faults, error))?;
        Ok(())
    }

    /// Forgets a file.
    pub fn remove_source(&mut self, path: &str) {
        self.dirty = true;
        self.writer
            .delete_term(Term::from_field_text(self.layout.source_path, path));
    }

    /// Makes all changes visible at once, and safe on disk; without changes it does nothing.
    ///
    /// # Errors
    /// When the disk refuses; then the last committed state stays.
    pub fn commit(&mut self) -> Result<()> {
        if !self.dirty && !self.user_data_changed {
            return Ok(());
        }
        let failed = |error| failed(&self.path, &self.faults, error);
        let mut prepared = self.writer.prepare_commit().map_err(failed)?;
        prepared.set_payload(&serde_json::to_string(&self.stamp).expect("a stamp can be written as JSON"));
        prepared.commit().map_err(failed)?;
        self.dirty = false;
        self.user_data_changed = false;
        Ok(())
    }

    /// Waits until the segments that belong together are merged. The index is complete without it, and quicker after it.
    pub fn finish(self) -> Result<()> {
        let (path, faults) = (self.path, self.faults);
        self.writer
            .wait_merging_threads()
            .map_err(|error| failed(&path, &faults, error))
    }
}

/// Checks that a folder may be made an index, or is one: it is absent, or empty, or was begun as an index.
///
/// # Errors
/// When it holds something else.
pub(super) fn check_folder(path: &Path) -> Result<()> {
    let entries = match path.read_dir() {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(refused(path, error)),
    };
    let names: Vec<_> = entries.flatten().map(|entry| entry.file_name()).collect();
    match names.iter().all(|name| name == LOCK) || names.iter().any(|name| name == MARKER) {
        true => Ok(()),
        false => Err(Error::index(path, "this folder holds other files and is no index")
            .hinted("choose another folder with --index, or BAOGAO_INDEX")),
    }
}

/// Whether anything was ever committed to the index in a folder.
fn holds_commit(path: &Path) -> Result<bool> {
    match Meta::read(path)? {
        Some(meta) => Ok(meta.is_committed),
        // The first commit is empty, so there are no files of segments before it.
        None if rebuild::segment_files(path)?.is_empty() => Ok(false),
        None => Err(damaged(path, format!("{META}: the file is missing"))),
    }
}

/// Makes an index in a folder that holds none, or one that was begun and never committed to.
fn create(path: &Path) -> Result<(TantivyIndex, Stamp, SealedDirectory)> {
    write_marker(path)?;
    for name in [META, MANAGED] {
        let file = path.join(name);
        match std::fs::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(refused(&file, error)),
            _ => {}
        }
    }
    let settings = IndexSettings {
        docstore_compression: Compressor::Zstd(ZstdCompressor::default()),
        docstore_blocksize: STORE_BLOCK,
        ..IndexSettings::default()
    };
    let directory = SealedDirectory::open(path, Access::Write).map_err(|error| damaged(path, error))?;
    let index = TantivyIndex::create(directory.clone(), Layout::get().schema.clone(), settings);
    let index = index.map_err(|error| failed(path, &directory.faults(), error))?;
    Ok((index, Stamp::ours(Vec::new(), Vec::new()), directory))
}

/// Writes the file by which people and programs know the folder for what it is.
fn write_marker(path: &Path) -> Result<()> {
    let path = path.join(MARKER);
    std::fs::write(&path, marker()).map_err(|error| refused(&path, error))
}

/// Whether that file is as it was written. Nothing depends on what it says, only on its being there.
pub(super) fn check_marker(path: &Path) -> std::result::Result<(), String> {
    match std::fs::read_to_string(path.join(MARKER)) {
        Ok(text) if text == marker() => Ok(()),
        Ok(_) => Err("the file is not what was written".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

fn marker() -> String {
    let about = serde_json::json!({
        "about": "an index of the program baogao; it can be deleted and built anew from the source files",
    });
    format!("{about:#}\n")
}

/// Held by the one writer of an index. The operating system lets go of it however the writer ends, so none is ever stale.
pub struct Lock {
    _file: File,
}

/// Takes the lock of the index in a folder.
///
/// # Errors
/// When another writer holds it, who is named.
pub fn lock(index: &Path) -> Result<Lock> {
    let path = index.join(LOCK);
    let io = |error| refused(&path, error);
    let mut file = File::options()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(&path)
        .map_err(io)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            // Who holds it is said as well as it is known.
            let _ = file.read_to_string(&mut holder);
            return Err(
                Error::index(index, format!("another writer is at work: {}", holder.trim()))
                    .hinted("wait for it, or end that process; searching needs no lock and works meanwhile"),
            );
        }
        Err(TryLockError::Error(error)) => return Err(io(error)),
    }
    file.set_len(0).map_err(io)?;
    file.rewind().map_err(io)?;
    let since = jiff::Zoned::now().strftime("%Y-%m-%d %H:%M:%S");
    writeln!(file, "process {} since {since}", std::process::id()).map_err(io)?;
    Ok(Lock { _file: file })
}
