//! Reads what stands in archives, in place: nothing is ever written to disk. Members are unpacked and read one after the other,
//! so that no more than one of them is in memory beside what was read.
//!
//! What an archive may cost is bounded by bytes really unpacked, never by what it states of itself:
//! all members together may unpack to [`Options::max_bytes`], each to [`MAX_RATIO`] times its packed size, and there may be
//! [`MAX_ENTRIES`] of them. An archive in an archive is read, a third level is not.

use std::cell::Cell;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::sniff;
use super::{Extraction, Options, Reader, extract_single, format_of, guard, misnamed, readable_endings, recognise};
use crate::error::{Error, Result};
use crate::ingest::skip::{self, SkipReason};

pub(super) mod gzip;
pub(super) mod name;
pub(super) mod tar;
pub(super) mod zip;

/// How many entries an archive may have, together with the archives in it.
pub const MAX_ENTRIES: usize = 10_000;

/// How many times its packed size something may unpack to, beyond [`RATIO_FLOOR`]. Text rarely goes beyond 20.
pub const MAX_RATIO: u64 = 200;

/// What unpacks to less than this many bytes is no bomb, whatever its ratio.
pub const RATIO_FLOOR: u64 = 1 << 20;

/// Archives stand in each other at most so deep.
const MAX_LEVELS: usize = 2;

/// What stands between an archive and its member in a path.
pub const INSIDE: &str = "!/";

/// One file in an archive, or beside a page or mail.
pub(super) struct Member {
    /// Its path in the archive, fit to be shown.
    pub name: String,
    pub content: Content,
}

/// What was found under the name of a member.
pub(super) enum Content {
    Bytes(Vec<u8>),
    Skipped(SkipReason),
    /// It cannot be unpacked: why, and what to do.
    Failed {
        reason: String,
        hint: String,
    },
}

/// Calls back with each member that an archive's bytes hold. `path` stands in errors.
pub(super) type Unpack = fn(path: &Path, bytes: &[u8], budget: &Budget, visit: &mut dyn FnMut(Member)) -> Result<()>;

/// What may still be unpacked of a file on disk, shared by all archives in it.
pub(super) struct Budget {
    /// Bytes allowed at the start.
    all: u64,
    bytes: Cell<u64>,
    entries: Cell<usize>,
}

/// Why unpacking stopped.
pub(super) enum Stop {
    /// More than the ratio allows.
    Ratio,
    /// More than all members together may have.
    Size,
    Damaged(std::io::Error),
}

impl Budget {
    pub fn new(options: &Options) -> Self {
        Budget {
            all: options.max_bytes,
            bytes: Cell::new(options.max_bytes),
            entries: Cell::new(MAX_ENTRIES),
        }
    }

    /// Whether another entry may be looked at.
    pub fn take_entry(&self) -> bool {
        let left = self.entries.get();
        self.entries.set(left.saturating_sub(1));
        left > 0
    }

    pub fn is_spent(&self) -> bool {
        self.bytes.get() == 0
    }

    /// Reads something that takes `packed` bytes in its archive to its end.
    pub fn read(&self, from: impl Read, packed: u64) -> std::result::Result<Vec<u8>, Stop> {
        let by_ratio = packed.saturating_mul(MAX_RATIO).max(RATIO_FLOOR);
        let allowed = by_ratio.min(self.bytes.get());
        let mut bytes = Vec::new();
        let read = from.take(allowed.saturating_add(1)).read_to_end(&mut bytes);
        self.charge(bytes.len() as u64);
        match read {
            Err(error) => Err(Stop::Damaged(error)),
            Ok(_) if bytes.len() as u64 <= allowed => Ok(bytes),
            Ok(_) if by_ratio <= allowed => Err(Stop::Ratio),
            Ok(_) => Err(Stop::Size),
        }
    }

    fn charge(&self, bytes: u64) {
        self.bytes.set(self.bytes.get().saturating_sub(bytes));
    }

    /// Does work that unpacks the same bytes once more: they count once.
    pub fn instead_of<T>(&self, bytes: u64, work: impl FnOnce() -> T) -> T {
        let before = self.bytes.get();
        self.bytes.set(before + bytes);
        let done = work();
        self.bytes.set(self.bytes.get().min(before));
        done
    }

    /// What to tell of a member that could not be unpacked.
    pub fn failed(&self, stop: Stop) -> Content {
        let (reason, hint) = match stop {
            Stop::Ratio => (
                format!("unpacks to more than {MAX_RATIO} times its size, as only made-up files do"),
                "if it is sound, unpack it and index what is in it".to_owned(),
            ),
            Stop::Size => (
                format!("the archive unpacks to more than the {} bytes allowed", self.all),
                RAISE.to_owned(),
            ),
            Stop::Damaged(error) => (format!("cannot be unpacked: {error}"), MEND.to_owned()),
        };
        Content::Failed { reason, hint }
    }
}

const RAISE: &str = "raise the limit with --max-file-size, or unpack the archive";
const MEND: &str = "download the archive again";

/// Why a member of this name need not be unpacked.
pub(super) fn reason_to_skip(name: &str) -> Option<SkipReason> {
    let path = Path::new(name);
    let has_reader = format_of(path).is_some() || sniff::is_open(path);
    skip::by_path(name).or((!has_reader).then_some(SkipReason::NoReader))
}

/// Told instead of an entry when there are too many.
fn too_many(path: &Path) -> Error {
    Error::source(path, format!("more than {MAX_ENTRIES} entries; the rest was not read"))
        .hinted("unpack it and index the folder")
}

/// Reads a file and all that is in it, if it is an archive; hands over what was read file by file, the archive before its members.
///
/// # Errors
/// When nothing can be read of the file as a whole. A member that cannot be read is a failure in its own [`Extraction`].
pub(super) fn read_all(path: &Path, bytes: Vec<u8>, options: &Options, take: &mut dyn FnMut(Extraction)) -> Result<()> {
    let budget = Budget::new(options);
    let mut unpacking = Unpacking {
        file: path,
        options,
        budget: &budget,
        take,
    };
    unpacking.read("", 0, bytes)
}

/// A file on disk being read.
struct Unpacking<'a> {
    file: &'a Path,
    options: &'a Options,
    budget: &'a Budget,
    take: &'a mut dyn FnMut(Extraction),
}

impl Unpacking<'_> {
    /// Reads the file, or what stands at `inside` in it. Goes into members, which go no deeper than [`MAX_LEVELS`] and one.
    fn read(&mut self, inside: &str, level: usize, bytes: Vec<u8>) -> Result<()> {
        let path = self.path_of(inside);
        let (named, format) = recognise(&path, &bytes, self.options)?;
        // Named an archive without being one, it may be a page that says what went wrong.
        let unpack = match format.reader {
            Reader::Archive(is, unpack) if is(&bytes) => Some(unpack),
            _ => None,
        };
        let Some(unpack) = unpack else {
            let (extraction, members) = extract_single(&path, bytes, self.options, named, format)?;
            let mut beside = Extraction::empty(inside, format);
            (self.take)(Extraction {
                inside: inside.to_owned(),
                ..extraction
            });
            for member in members {
                self.member(inside, level, member, &mut beside);
            }
            (self.take)(beside);
            return Ok(());
        };
        if level >= MAX_LEVELS {
            return Err(
                Error::source(path, "an archive in an archive in an archive is not read")
                    .hinted("unpack the outer one and index what is in it"),
            );
        }
        let mut own = Extraction::empty(inside, format);
        own.warnings.extend(misnamed(named, format));
        let budget = self.budget;
        let mut members = 0;
        let mut visit = |member: Member| {
            members += 1;
            self.member(inside, level, member, &mut own);
        };
        let unpacked = guard::catch(&path, || unpack(&path, &bytes, budget, &mut visit));
        match unpacked {
            Err(error) if members == 0 => return Err(error),
            // What was read before stays.
            Err(error) => own.failures.push(error),
            Ok(()) if members == own.skipped.len() => own
                .failures
                .push(Error::source(path, "no report in this archive").hinted(readable_endings())),
            Ok(()) => (),
        }
        (self.take)(own);
        Ok(())
    }

    /// Reads a member of the archive at `inside`. What cannot be read is noted in the archive's own extraction.
    fn member(&mut self, inside: &str, level: usize, member: Member, own: &mut Extraction) {
        let below = format!("{inside}{INSIDE}{}", member.name);
        let path = self.path_of(&below);
        match member.content {
            Content::Skipped(reason) => own.skipped.push((below, reason)),
            Content::Failed { reason, hint } => own.failures.push(Error::source(path, reason).hinted(hint)),
            Content::Bytes(_) if level > MAX_LEVELS => {
                let error = Error::source(path, "stands too deep in archives and mails to be read");
                own.failures
                    .push(error.hinted("unpack the outer one and index what is in it"));
            }
            Content::Bytes(bytes) if format_of(&path).is_none() && !sniff::is_promising(&bytes) => {
                own.skipped.push((below, SkipReason::NoReader));
            }
            Content::Bytes(bytes) => {
                if let Err(error) = self.read(&below, level + 1, bytes) {
                    own.failures.push(error);
                }
            }
        }
    }

    fn path_of(&self, inside: &str) -> PathBuf {
        let mut path = self.file.as_os_str().to_owned();
        path.push(inside);
        PathBuf::from(path)
    }
}

#[cfg(test)]
mod tests;
