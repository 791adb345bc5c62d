//! Keeps reports so that exact phrases are found at once. The only module that knows tantivy.
//!
//! One tantivy index holds three sorts of documents: passages, which are searched; reports, which say what is known of each; and
//! sources, which say what was read from each file and when. They are committed together, all or nothing.

mod alike;
mod analyzer;
mod best;
mod budget;
mod census;
mod compile;
mod cooccur;
mod directory;
mod document;
mod explain;
mod facets;
mod gaps;
mod group;
mod highlight;
mod keywords;
mod layout;
mod matched;
mod matcher;
mod merit;
mod operand;
mod outside;
mod phrase;
mod places;
mod rank;
mod rebuild;
mod regex;
mod region;
mod seal;
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
pub use keywords::{Frequency, WordCount, WordCounts};
pub use places::{Placed, Places, ReadPassage, Reader};
pub use rebuild::Rebuild;
pub use searcher::{Found, Request, Sort, USUAL_TIME_LIMIT};
pub use store::KeptPassage;
pub use strata::{Member, Members};
pub use verify::{Difference, FileCheck, Verification};
pub use writer::{Lock, Writer, WriterOptions, lock};

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result};
use crate::schema::topics::{self, Topic};
use directory::{Access, Faults, SealedDirectory};
use layout::Layout;

/// The version of what an index holds and how. It changes whenever an older index would answer differently.
const FORMAT: u32 = 5;

/// The file by which a folder is known to be an index, for people and for the walk over source folders.
pub const MARKER: &str = "baogao.json";

/// The file that says of what files the last commit consists. Replacing it is what makes a commit.
const META: &str = "meta.json";

/// How often a reader tries to open an index that is committed to meanwhile.
const OPEN_TRIES: usize = 20;

/// An index opened for reading: a snapshot that stays as it is while others write.
pub struct Index {
    path: PathBuf,
    layout: &'static Layout,
    searcher: tantivy::Searcher,
    directory: SealedDirectory,
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
        let meta = || std::fs::read(path.join(META)).ok();
        for _ in 1..OPEN_TRIES {
            let before = meta();
            match Index::open_once(path) {
                // A writer may delete files between our reading of which there are and our opening them. Then there is a newer
                // commit.
                Err(_) if before != meta() => {}
                opened => return opened,
            }
        }
        Index::open_once(path)
    }

    fn open_once(path: &Path) -> Result<Self> {
        let (searcher, stamp, directory) = guarded(path, || {
            let (index, stamp, directory) = open_tantivy(path, Access::Read)?;
            let reader: tantivy::Result<tantivy::IndexReader> = index
                .reader_builder()
                .reload_policy(tantivy::ReloadPolicy::Manual)
                .try_into();
            let reader = reader.map_err(|error| failed(path, &directory.faults(), error))?;
            Ok((reader.searcher(), stamp, directory))
        })?;
        Ok(Index {
            path: path.to_path_buf(),
            layout: Layout::get(),
            searcher,
            directory,
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
        failed(&self.path, &self.directory.faults(), error)
    }

    /// Does something with the engine. Trouble with a file is an error even where the engine made light of it: what was answered
    /// may lack something.
    fn guarded<T>(&self, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let done = guarded(&self.path, work);
        match (self.directory.faults().first(), done) {
            (None, done) => done,
            (Some(_), Err(error)) if !matches!(error.kind, ErrorKind::Index { .. }) => Err(error),
            (Some(_), _) => Err(self.damaged("its files are damaged")),
        }
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

/// What a folder says of the index in it.
struct Meta {
    /// `None` when nothing was committed yet, or it cannot be read.
    stamp: Option<Stamp>,
    /// Whether it is as it was written.
    is_whole: bool,
    /// Whether anything was committed, as far as can be told.
    is_committed: bool,
}

impl Meta {
    /// Reads it, without the engine; `None` when there is none.
    fn read(path: &Path) -> Result<Option<Meta>> {
        let file = path.join(META);
        let sealed = match std::fs::read(&file) {
            Ok(sealed) => sealed,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(refused(&file, error)),
        };
        let (text, is_whole) = seal::unseal_text(META, &sealed);
        let json: Option<serde_json::Value> = serde_json::from_slice(text).ok();
        let payload = json.as_ref().and_then(|json| json.get("payload"));
        Ok(Some(Meta {
            stamp: payload.and_then(|payload| serde_json::from_str(payload.as_str()?).ok()),
            is_whole,
            is_committed: payload.is_some() || !is_whole,
        }))
    }
}

/// Opens the tantivy index in a folder and checks that it is one this program can read.
fn open_tantivy(path: &Path, access: Access) -> Result<(tantivy::Index, Stamp, SealedDirectory)> {
    let Some(meta) = Meta::read(path)? else {
        return Err(match rebuild::segment_files(path)?.is_empty() {
            true => Error::index(path, "there is no index here")
                .hinted(format!("make one: {}", rebuild_command(path, "PATH…"))),
            false => damaged(path, format!("{META}: the file is missing")),
        });
    };
    let ours = Stamp::ours(Vec::new(), Vec::new());
    match meta.stamp {
        Some(stamp) if (stamp.format, &stamp.schema) != (ours.format, &ours.schema) => {
            Err(other_version(path, &stamp, &ours, meta.is_whole))
        }
        Some(stamp) if meta.is_whole => {
            let directory = SealedDirectory::open(path, access).map_err(|error| damaged(path, error))?;
            let index = tantivy::Index::open(directory.clone());
            let index = index.map_err(|error| failed(path, &directory.faults(), error))?;
            Ok((index, stamp, directory))
        }
        None if meta.is_whole => Err(
            Error::index(path, "there is no index here yet: making it was interrupted")
                .hinted(format!("make it: {}", rebuild_command(path, "PATH…"))),
        ),
        _ if path.join(MARKER).is_file() => Err(damaged(path, format!("{META}: the file is damaged"))),
        _ => Err(Error::index(path, "not an index of baogao's")
            .hinted("choose another folder with --index, or BAOGAO_INDEX")),
    }
}

fn other_version(path: &Path, stamp: &Stamp, ours: &Stamp, is_whole: bool) -> Error {
    let doubt = match is_whole {
        true => String::new(),
        false => format!("; or its {META} is damaged: it does not match its checksum"),
    };
    Error::index(
        path,
        format!(
            "made by another version of baogao (format {}, schema {}; this one reads format {}, schema {}){doubt}",
            stamp.format, stamp.schema, ours.format, ours.schema
        ),
    )
    .hinted(format!(
        "build it anew from your files, which stay as they are: {}",
        rebuild_command(path, "--rebuild PATH…")
    ))
}

/// Does something with the engine, which panics over some files that were cut off.
fn guarded<T>(path: &Path, work: impl FnOnce() -> Result<T>) -> Result<T> {
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)) {
        Ok(result) => result,
        Err(_) => Err(damaged(path, "its files are damaged")),
    }
}

/// What to tell when the engine fails: the trouble that it met with a file, if any, and else its own words.
fn failed(path: &Path, faults: &Faults, error: impl std::fmt::Display) -> Error {
    match faults.first() {
        Some(fault) if fault.is_damage() => {
            let name = fault.path.strip_prefix(path).unwrap_or(&fault.path);
            damaged(path, format!("{}: {}", name.display(), fault.error))
        }
        Some(fault) => {
            let error = match fault.error.raw_os_error() {
                Some(code) => std::io::Error::from_raw_os_error(code),
                None => std::io::Error::new(fault.error.kind(), fault.error.to_string()),
            };
            refused(&fault.path, error)
        }
        None => damaged(path, error),
    }
}

/// What to tell when the engine finds its files wrong.
fn damaged(path: &Path, error: impl std::fmt::Display) -> Error {
    Error::index(path, error.to_string()).hinted(format!(
        "if the index is damaged, build it anew from your files: {}",
        rebuild_command(path, "--rebuild PATH…")
    ))
}

/// What to tell when the system refuses to read or write a file of the index.
fn refused(path: &Path, error: std::io::Error) -> Error {
    use std::io::ErrorKind as Kind;
    let way_out = match error.kind() {
        Kind::StorageFull | Kind::QuotaExceeded | Kind::FileTooLarge => "make room there",
        Kind::PermissionDenied | Kind::ReadOnlyFilesystem => "allow writing there",
        _ => "see to that disk",
    };
    Error::io(path, error).hinted(format!(
        "{way_out}, or choose another folder with --index, and run it again; what was committed before stays as it was"
    ))
}

fn rebuild_command(path: &Path, arguments: &str) -> String {
    format!("baogao index --index {} {arguments}", path.display())
}
