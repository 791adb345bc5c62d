//! Makes an index anew beside the old one, in the same folder, and puts it in its place in one step.
//!
//! The new index is made in a folder inside the old one's. No two files of segments ever have the same name, so the new ones can be
//! moved beside the old ones, where nobody misses or sees them; then the new `meta.json` is put in the place of the old one, which is
//! one atomic step of the file system: before it readers find the whole old index, after it the whole new one. What a run that was
//! ended leaves behind is swept away by the next one that writes.

use std::collections::HashSet;
use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::directory::Access;
use super::writer::{MANAGED, check_folder, lock};
use super::{Lock, META, Meta, damaged, open_tantivy, refused};
use crate::error::Result;

/// The folder, inside that of an index, in which it is made anew.
const FOLDER: &str = "rebuild";

/// How the engine names the temporary files that become `meta.json`.
const TEMPORARY: &str = ".tmp";

/// An index that is made anew. Dropped before [`Rebuild::finish`], it leaves the old one as it is.
pub struct Rebuild {
    index: PathBuf,
    folder: PathBuf,
    _lock: Lock,
}

impl Rebuild {
    /// Begins to make the index in a folder anew, if there is one, of whatever version and however damaged; `None` when there is
    /// nothing to replace.
    ///
    /// # Errors
    /// When another writer is at work (it is named), or the folder holds something else, or cannot be written.
    pub fn begin(index: &Path) -> Result<Option<Rebuild>> {
        check_folder(index)?;
        if Meta::read(index)?.is_none() && segment_files(index)?.is_empty() {
            return Ok(None);
        }
        let rebuild = Rebuild {
            _lock: lock(index)?,
            index: index.to_path_buf(),
            folder: index.join(FOLDER),
        };
        remove_folder(&rebuild.folder)?;
        Ok(Some(rebuild))
    }

    /// Where the new index is to be made, with a writer of its own.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Puts the new index in the place of the old one.
    ///
    /// # Errors
    /// When the disk refuses; then the old index stays, or the new one is there whole.
    pub fn finish(self) -> Result<()> {
        for name in segment_files(&self.folder)? {
            self.put(&name)?;
        }
        self.put(MANAGED)?;
        sync(&self.index)?;
        self.put(META)?;
        sync(&self.index)?;
        remove_folder(&self.folder)?;
        let (index, ..) = open_tantivy(&self.index, Access::Read)?;
        sweep(&self.index, &index)
    }

    /// Moves a file into the index, in the place of one of its name.
    fn put(&self, name: impl AsRef<Path>) -> Result<()> {
        let to = self.index.join(&name);
        std::fs::rename(self.folder.join(&name), &to).map_err(|error| refused(&to, error))
    }
}

/// Deletes what the last commit does not consist of: what a writer or a rebuild wrote and did not live to commit.
pub(super) fn sweep(path: &Path, index: &tantivy::Index) -> Result<()> {
    let living: HashSet<PathBuf> = files_of(path, index)?.into_iter().collect();
    let is_left = |name: &Path| is_segment_file(name) && !living.contains(name) || is_temporary(name);
    for name in names_in(path)?.iter().filter(|name| is_left(name)) {
        // What a reader holds open cannot be deleted on some systems; the next writer tries again.
        let _ = std::fs::remove_file(path.join(name));
    }
    remove_folder(&path.join(FOLDER))
}

/// The files of segments of which the last commit consists.
pub(super) fn files_of(path: &Path, index: &tantivy::Index) -> Result<Vec<PathBuf>> {
    use tantivy::index::SegmentComponent as Part;
    let segments = index.searchable_segment_metas().map_err(|error| damaged(path, error))?;
    let files = segments.iter().flat_map(|segment| {
        let parts = [
            Part::Terms,
            Part::Postings,
            Part::Positions,
            Part::FastFields,
            Part::FieldNorms,
            Part::Store,
        ];
        let deleted = segment.has_deletes().then_some(Part::Delete);
        parts.into_iter().chain(deleted).map(|part| segment.relative_path(part))
    });
    Ok(files.collect())
}

/// The files of segments in a folder, which may be absent.
pub(super) fn segment_files(path: &Path) -> Result<Vec<PathBuf>> {
    let mut names = names_in(path)?;
    names.retain(|name| is_segment_file(name));
    Ok(names)
}

fn names_in(path: &Path) -> Result<Vec<PathBuf>> {
    match path.read_dir() {
        Ok(entries) => Ok(entries.flatten().map(|entry| entry.file_name().into()).collect()),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(Vec::new()),
        Err(error) => Err(refused(path, error)),
    }
}

/// Whether a file is named as the engine names the files of its segments: by 32 hexadecimal digits.
fn is_segment_file(name: &Path) -> bool {
    let name = name.to_string_lossy();
    let digits = name.split('.').next().unwrap_or_default();
    digits.len() == 32 && digits.len() < name.len() && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_temporary(name: &Path) -> bool {
    name.to_string_lossy().starts_with(TEMPORARY)
}

fn remove_folder(folder: &Path) -> Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(refused(folder, error)),
        _ => Ok(()),
    }
}

/// Makes renames in a folder safe on disk.
fn sync(folder: &Path) -> Result<()> {
    // Only where a folder can be opened as a file.
    match cfg!(unix) {
        true => File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(|error| refused(folder, error)),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_segments_are_taken_for_them() {
        let name = "0123456789abcdef0123456789abcdef";
        for (ending, is_one) in [(".store", true), (".12.del", true), ("", false), ("0.store", false)] {
            assert_eq!(
                is_segment_file(Path::new(&format!("{name}{ending}"))),
                is_one,
                "{ending}"
            );
        }
        for other in [
            "meta.json",
            "baogao.json",
            "writer.lock",
            "z123456789abcdef0123456789abcdef.store",
        ] {
            assert!(!is_segment_file(Path::new(other)), "{other}");
        }
    }
}
