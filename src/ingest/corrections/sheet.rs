//! Defines a [`Sheet`]: a sidecar whose rows were looked up in the file system, and which rows speak of a file or a report.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use super::{About, Home};
use crate::ingest::sidecar::{Key, Row};
use crate::report::ReportId;

/// How many digits of a hash rows are looked up by.
const PREFIX: usize = 12;

/// Rows, by what they speak of.
#[derive(Debug, Default)]
pub struct Sheet {
    /// What it is called in messages.
    pub path: PathBuf,
    /// The folder that it holds for, with all below it; `None` for everywhere.
    pub scope: Option<PathBuf>,
    pub rows: Vec<Row>,
    /// Of each row: the file it names, when that is there, and the member of it.
    pub targets: Vec<Option<Target>>,
    by_file: HashMap<PathBuf, Vec<usize>>,
    by_hash: HashMap<String, Vec<usize>>,
    by_id: HashMap<ReportId, Vec<usize>>,
}

/// A file, and a member of it if it is an archive: `!/b.docx`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub file: PathBuf,
    pub inside: String,
}

impl Sheet {
    /// Looks up the files that the rows name, below the first of the folders that has them.
    pub fn new(path: &Path, scope: Option<PathBuf>, rows: Vec<Row>, folders: &[PathBuf], home: &mut Home) -> Sheet {
        let targets = rows
            .iter()
            .map(|row| Target::find(row.key.path.as_deref()?, folders, home))
            .collect();
        Sheet::of(path, scope, rows, targets)
    }

    /// The rows that were remembered with a file.
    pub fn remembered(rows: Vec<Row>, file: &Path) -> Sheet {
        let target = |row: &Row| {
            Some(Target {
                file: file.to_path_buf(),
                inside: inside_of(row.key.path.as_deref().unwrap_or_default()).to_owned(),
            })
        };
        let targets = rows.iter().map(target).collect();
        Sheet::of(Path::new(""), None, rows, targets)
    }

    fn of(path: &Path, scope: Option<PathBuf>, rows: Vec<Row>, targets: Vec<Option<Target>>) -> Sheet {
        let mut sheet = Sheet {
            path: path.to_path_buf(),
            scope,
            ..Sheet::default()
        };
        for (at, (row, target)) in rows.iter().zip(&targets).enumerate() {
            let Key { id, hash, .. } = &row.key;
            if let Some(id) = id {
                sheet.by_id.entry(*id).or_default().push(at);
            }
            if let Some(hash) = hash {
                sheet
                    .by_hash
                    .entry(hash[..PREFIX.min(hash.len())].to_owned())
                    .or_default()
                    .push(at);
            }
            if let (None, None, Some(target)) = (id, hash, target) {
                sheet.by_file.entry(target.file.clone()).or_default().push(at);
            }
        }
        sheet.rows = rows;
        sheet.targets = targets;
        sheet
    }

    /// Whether the sheet holds for a file.
    pub fn is_for(&self, file: &Path) -> bool {
        self.scope.as_ref().is_none_or(|folder| file.starts_with(folder))
    }

    /// The rows that speak of a file or of reports in it, in their order.
    pub fn of_file(&self, file: &Path, hash: &str, ids: &[ReportId]) -> Vec<usize> {
        let by_hash = self
            .by_hash
            .get(hash.get(..PREFIX).unwrap_or_default())
            .into_iter()
            .flatten();
        let by_hash = by_hash.filter(|at| {
            self.rows[**at]
                .key
                .hash
                .as_ref()
                .is_some_and(|prefix| hash.starts_with(prefix))
        });
        let by_file = self.by_file.get(file).into_iter().flatten();
        let by_id = ids.iter().filter_map(|id| self.by_id.get(id)).flatten();
        let rows: BTreeSet<usize> = by_hash.chain(by_file).chain(by_id).copied().collect();
        rows.into_iter().collect()
    }

    /// The rows that speak of a report, those that name it most closely first.
    pub fn of_report(&self, about: &About<'_>) -> Vec<&Row> {
        let rows = self.of_file(about.file, about.hash, &[about.id]);
        let mut closest: Vec<(u8, &Row)> = rows
            .into_iter()
            .filter_map(|at| Some((self.closeness(at, about)?, &self.rows[at])))
            .collect();
        closest.sort_by_key(|(closeness, _)| std::cmp::Reverse(*closeness));
        closest.into_iter().map(|(_, row)| row).collect()
    }

    /// How closely a row names a report; `None` when it speaks of another.
    fn closeness(&self, at: usize, about: &About<'_>) -> Option<u8> {
        let key = &self.rows[at].key;
        if key.id == Some(about.id) {
            return Some(4);
        }
        let is_record = key.row.is_none_or(|row| Some(row) == about.row);
        let inside = match (&key.hash, &self.targets[at]) {
            (Some(hash), _) if about.hash.starts_with(hash.as_str()) => {
                inside_of(key.path.as_deref().unwrap_or_default())
            }
            (None, Some(target)) if key.id.is_none() && target.file == about.file => &target.inside,
            _ => return None,
        };
        let is_member = inside.is_empty() || inside == about.inside;
        (is_record && is_member).then(|| u8::from(key.row.is_some()) * 2 + u8::from(!inside.is_empty()))
    }
}

impl Target {
    /// The file that a path names below one of the folders; `None` when none has it.
    fn find(path: &str, folders: &[PathBuf], home: &mut Home) -> Option<Target> {
        // A `!/` parts the path of an archive from that of its member; a folder may end in `!` too.
        let cuts = std::iter::once(path.len()).chain(path.match_indices("!/").map(|(at, _)| at));
        for cut in cuts {
            let (file, inside) = path.split_at(cut);
            let found = folders
                .iter()
                .map(|folder| folder.join(file))
                .find(|file| file.is_file());
            if let Some(file) = found {
                return Some(Target {
                    file: home.of(&file),
                    inside: inside.to_owned(),
                });
            }
        }
        None
    }
}

/// The member that a path names inside an archive, with the `!/` before it.
pub fn inside_of(path: &str) -> &str {
    path.find("!/").map_or("", |at| &path[at..])
}
