//! Unpacks zip archives.

use std::io::Cursor;
use std::path::Path;

use zip::read::ZipArchive;
use zip::result::ZipError;

use super::{Budget, Content, MAX_ENTRIES, MAX_RATIO, MEND, Member, RATIO_FLOOR, Stop, name, reason_to_skip, too_many};
use crate::error::{Error, Result};

/// Whether a file begins as a zip archive, or is an empty one.
pub(in super::super) fn is(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// Visits the members by name, so that they come in the order of the unpacked folder.
pub(in super::super) fn unpack(
    path: &Path,
    bytes: &[u8],
    budget: &Budget,
    visit: &mut dyn FnMut(Member),
) -> Result<()> {
    // The library makes room for every entry before it can be asked how many there are.
    if memchr::memmem::find_iter(bytes, b"PK\x01\x02").count() > MAX_ENTRIES * 2 {
        return Err(too_many(path));
    }
    let damaged = |error: ZipError| Error::source(path, format!("a damaged zip archive: {error}")).hinted(MEND);
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    if archive.is_empty() {
        return Err(Error::source(path, "an archive with nothing in it").hinted("download it again, or delete it"));
    }
    let has = |name: &str| archive.index_for_name(name).is_some();
    if has("[Content_Types].xml") || has("mimetype") {
        return Err(
            Error::source(path, "an office document of a kind that is not read").hinted("save it as docx or pdf")
        );
    }
    let mut names: Vec<(String, usize)> = archive.file_names_raw().map(name::shown).zip(0..).collect();
    names.sort();
    for (at, (name, index)) in names.iter().enumerate() {
        if !budget.take_entry() {
            return Err(too_many(path));
        }
        if budget.is_spent() {
            let rest = names.len() - at;
            let told = format!("{rest} members not read, the first {name}: the archive unpacks to more than allowed");
            return Err(Error::source(path, told).hinted(super::RAISE));
        }
        if let Some(content) = member(&mut archive, *index, name, budget) {
            visit(Member {
                name: name.clone(),
                content,
            });
        }
    }
    Ok(())
}

/// What stands under a name; nothing for a folder.
fn member(archive: &mut ZipArchive<Cursor<&[u8]>>, index: usize, name: &str, budget: &Budget) -> Option<Content> {
    let failed = |error: ZipError| budget.failed(Stop::Damaged(std::io::Error::other(error)));
    let (is_folder, is_link, is_encrypted) = match archive.by_index_raw(index) {
        Ok(file) => (file.is_dir(), file.is_symlink(), file.encrypted()),
        Err(error) => return Some(failed(error)),
    };
    if is_folder {
        return None;
    }
    if is_link {
        return Some(Content::Skipped(super::SkipReason::Link));
    }
    if let Some(reason) = reason_to_skip(name) {
        return Some(Content::Skipped(reason));
    }
    if is_encrypted {
        return Some(Content::Failed {
            reason: "encrypted: it needs a password".to_owned(),
            hint: "unpack the archive with its password and index the folder".to_owned(),
        });
    }
    Some(match archive.by_index(index) {
        Err(error) => failed(error),
        // What it states of itself saves the work when it is honest; what is unpacked is counted all the same.
        Ok(file) if file.size() > RATIO_FLOOR && file.size() / MAX_RATIO > file.compressed_size() => {
            budget.failed(Stop::Ratio)
        }
        Ok(file) => {
            let packed = file.compressed_size();
            budget
                .read(file, packed)
                .map_or_else(|stop| budget.failed(stop), Content::Bytes)
        }
    })
}
