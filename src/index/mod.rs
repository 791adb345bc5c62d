//! Keeps reports so that exact phrases are found at once. The only module that knows tantivy.
//!
//! One tantivy index holds three sorts of documents: passages, which are searched; reports, which say what is known of each; and
//! sources, which say what was read from each file and when. They are committed together, all or nothing.

mod alike;
mod analyzer;
mod budget;
mod census;
mod compile;
mod cooccur;
mod document;
mod explain;
mod facets;
mod gaps;
mod group;
mod highlight;
mod layout;
mod matcher;
mod merit;
mod operand;
mod outside;
mod phrase;
mod rank;
mod regex;
mod region;
mod searcher;
mod sentence;
mod store;
mod strata;
mod suggest;
mod topic;
mod tree;
mod values;
mod verify;
mod walk;
mod writer;

use std::path::{Path, PathBuf};

pub use alike::Alike;
pub use census::{By, Census, Extent, Group, Tallies};
pub use cooccur::{Cooccurrence, Cooccurrences, Window, log_likelihood};
pub use document::{Held, Prepared, SourceEntry, StoredReport};
pub use searcher::{Found, Request, Sort, USUAL_TIME_LIMIT};
pub use store::KeptPassage;
pub use strata::{Member, Members};
pub use verify::{Difference, Verification};
pub use writer::{Lock, Writer, WriterOptions, check_folder, lock};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::schema::topics::{self, Topic};
use layout::Layout;

/// The version of what an index holds and how. It changes whenever an older index would answer differently.
const FORMAT: u32 = 4;

/// The file by which a folder is known to be an index, for people and for the walk over source folders.
pub const MARKER: &str = "baogao.json";

/// An index opened for reading: a snapshot that stays as it is while others write.
pub struct Index {
    path: PathBuf,
    layout: &'static Layout,
    searcher: tantivy::Searcher,
    stamp: Stamp,
    /// The topics that its passages were tagged with.
    topics: Vec<Topic>,
}

/// What a commit says of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stamp {
    pub format: u32,
    /// Fingerprint of everything in `index_schema/` that shapes what is stored.
    pub schema: String,
    /// The words of the user's lexicon that its texts were cut with.
    pub words: Vec<String>,
    /// The topics of the user's own that its passages were tagged with, beside ours and in the place of ours.
    #[serde(default)]
    pub topics: Vec<Topic>,
}

impl Index {
    /// Opens the last committed state of an index.
    ///
    /// # Errors
    /// When there is none, or it is of another version or schema, or damaged; the hints say how to build it anew.
    pub fn open(path: &Path) -> Result<Self> {
        let (searcher, stamp) = guarded(path, || {
            let (index, stamp) = open_tantivy(path)?;
            let reader: tantivy::Result<tantivy::IndexReader> = index
                .reader_builder()
                .reload_policy(tantivy::ReloadPolicy::Manual)
                .try_into();
            Ok((reader.map_err(|error| damaged(path, error))?.searcher(), stamp))
        })?;
        Ok(Index {
            path: path.to_path_buf(),
            layout: Layout::get(),
            searcher,
            topics: topics::merged(topics::declared(), &stamp.topics),
            stamp,
        })
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What its last commit says of itself.
    pub fn stamp(&self) -> &Stamp {
        &self.stamp
    }

    /// The topics that its passages were tagged with.
    pub fn topics(&self) -> &[Topic] {
        &self.topics
    }

    fn damaged(&self, error: impl std::fmt::Display) -> Error {
        damaged(&self.path, error)
    }
}

impl Stamp {
    /// What this program would write.
    fn ours(words: Vec<String>, topics: Vec<Topic>) -> Self {
        Stamp {
            format: FORMAT,
            schema: layout::fingerprint(),
            words,
            topics,
        }
    }
}

/// Opens the tantivy index in a folder and checks that it is one this program can read.
fn open_tantivy(path: &Path) -> Result<(tantivy::Index, Stamp)> {
    if !path.join("meta.json").is_file() {
        return Err(Error::index(path, "there is no index here")
            .hinted(format!("make one: {}", rebuild_command(path, "PATH…"))));
    }
    let index = tantivy::Index::open_in_dir(path).map_err(|error| damaged(path, error))?;
    let payload = index.load_metas().map_err(|error| damaged(path, error))?.payload;
    let stamp: Option<Stamp> = payload.and_then(|payload| serde_json::from_str(&payload).ok());
    let ours = Stamp::ours(Vec::new(), Vec::new());
    match stamp {
        Some(stamp) if stamp.format == ours.format && stamp.schema == ours.schema => Ok((index, stamp)),
        Some(stamp) => Err(Error::index(
            path,
            format!(
                "made by another version of baogao (format {}, schema {}; this one reads format {}, schema {})",
                stamp.format, stamp.schema, ours.format, ours.schema
            ),
        )
        .hinted(format!(
            "build it anew from your files, which stay as they are: {}",
            rebuild_command(path, "--rebuild PATH…")
        ))),
        None => Err(Error::index(path, "not an index of baogao's")
            .hinted("choose another folder with --index, or BAOGAO_INDEX")),
    }
}

/// Does something with the engine, which panics over some files that were cut off.
fn guarded<T>(path: &Path, work: impl FnOnce() -> Result<T>) -> Result<T> {
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)) {
        Ok(result) => result,
        Err(_) => Err(damaged(path, "its files are damaged")),
    }
}

/// What to tell when the engine finds its files wrong.
fn damaged(path: &Path, error: impl std::fmt::Display) -> Error {
    Error::index(path, error.to_string()).hinted(format!(
        "if the index is damaged, build it anew from your files: {}",
        rebuild_command(path, "--rebuild PATH…")
    ))
}

fn rebuild_command(path: &Path, arguments: &str) -> String {
    format!("baogao index --index {} {arguments}", path.display())
}
