//! Unpacks tar archives.

use std::io::Read;
use std::path::Path;

use tar::{Archive, EntryType};

use super::{Budget, Content, MEND, Member, SkipReason, name, reason_to_skip, too_many};
use crate::error::{Error, Result};

/// Whether a file begins with the header of a tar entry: 512 bytes that hold their own sum, POSIX.1-1988 (`ustar`) and before.
pub(in super::super) fn is(bytes: &[u8]) -> bool {
    const SUM: std::ops::Range<usize> = 148..156;
    let Some(header) = bytes.get(..512) else { return false };
    let stated = std::str::from_utf8(&header[SUM]).ok();
    let stated = stated.and_then(|sum| u32::from_str_radix(sum.trim_matches(['\0', ' ']), 8).ok());
    let sum: u32 = header
        .iter()
        .enumerate()
        .map(|(at, byte)| if SUM.contains(&at) { 32 } else { u32::from(*byte) })
        .sum();
    header[0] != 0 && stated == Some(sum)
}

/// Visits the members in their order.
pub(in super::super) fn unpack(
    path: &Path,
    bytes: &[u8],
    budget: &Budget,
    visit: &mut dyn FnMut(Member),
) -> Result<()> {
    let damaged = |error: std::io::Error| Error::source(path, format!("damaged from here on: {error}")).hinted(MEND);
    let mut archive = Archive::new(bytes);
    for entry in archive.entries().map_err(damaged)? {
        let entry = entry.map_err(damaged)?;
        if !budget.take_entry() {
            return Err(too_many(path));
        }
        if budget.is_spent() {
            let told = "the rest of the members not read: the archive unpacks to more than allowed";
            return Err(Error::source(path, told).hinted(super::RAISE));
        }
        let name = name::shown(&entry.path_bytes());
        if let Some(content) = content(entry, &name, budget) {
            visit(Member { name, content });
        }
    }
    Ok(())
}

/// What an entry holds; nothing for a folder, or for what only says something about the archive.
fn content(entry: tar::Entry<impl Read>, name: &str, budget: &Budget) -> Option<Content> {
    let size = entry.size();
    match entry.header().entry_type() {
        EntryType::Directory | EntryType::XGlobalHeader | EntryType::XHeader => None,
        EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {
            if let Some(reason) = reason_to_skip(name) {
                return Some(Content::Skipped(reason));
            }
            let read = budget.read(entry, size);
            Some(read.map_or_else(|stop| budget.failed(stop), Content::Bytes))
        }
        EntryType::Symlink | EntryType::Link => Some(Content::Skipped(SkipReason::Link)),
        _ => Some(Content::Skipped(SkipReason::NoFile)),
    }
}
