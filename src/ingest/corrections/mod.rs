//! What people say of reports: sidecars beside the files, sheets named with `--metadata`, patterns for paths. Gathered once for a
//! run, then applied to each report after it was described.
//!
//! What is said last counts: the text first, then the path pattern, then the sidecars from the outermost folder inwards, then the
//! sheets that the user names. In one sheet the row that names a report most closely counts: by id, by record, by member, by file.
//!
//! What the user says on the command line is remembered with each file, so that a run without it keeps it; what lies in a sidecar
//! is read on every run.

mod sheet;
mod statement;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use self::sheet::{Sheet, inside_of};
use self::statement::Statement;
use super::metadata::Description;
use super::path_pattern::PathPattern;
use super::sidecar::{Row, Sidecar};
use super::walk::{Found, is_under};
use crate::error::{Error, Result};
use crate::report::{EvidenceSource, ReportId, Source};

/// What the user says of reports on the command line.
#[derive(Clone, Debug, Default)]
pub struct CorrectionOptions {
    /// Sheets, the last of which counts.
    pub metadata: Vec<PathBuf>,
    /// The first that fits a path counts.
    pub patterns: Vec<PathPattern>,
}

/// All that is said of the reports of a run.
#[derive(Debug, Default)]
pub struct Corrections {
    roots: Vec<PathBuf>,
    /// From the outermost folder inwards.
    sidecars: Vec<Sheet>,
    /// `None` when the user names no sheet.
    sheets: Option<Vec<Sheet>>,
    /// `None` when the user gives no pattern.
    patterns: Option<Vec<PathPattern>>,
    /// Folders whose sidecar cannot be read.
    unread: Vec<PathBuf>,
    /// Patterns that were remembered with files: many files remember the same.
    compiled: Mutex<HashMap<String, Option<PathPattern>>>,
    /// Sidecars that cannot be read, and rows and cells that cannot be used.
    pub problems: Vec<Error>,
    pub warnings: Vec<String>,
}

/// All that is said of the reports in one file.
#[derive(Debug, Default)]
pub struct FileCorrections<'a> {
    /// The name it was found by, and where it really is.
    name: String,
    file: PathBuf,
    sidecars: Vec<&'a Sheet>,
    sheets: Vec<&'a Sheet>,
    remembered: Vec<Sheet>,
    patterns: Option<Patterns>,
}

/// Patterns, and which part of a path they are for.
#[derive(Clone, Debug)]
struct Patterns {
    patterns: Vec<PathPattern>,
    base: Base,
}

/// Where the path that a pattern describes begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Base {
    /// Below this folder.
    Folder(String),
    /// At any of its parts: the file itself was given.
    Anywhere,
}

/// What is remembered with a file of what the user said on the command line.
#[derive(Default, Serialize, Deserialize)]
struct Memory {
    sheets: Vec<Vec<Row>>,
    patterns: Vec<String>,
    base: Option<Base>,
}

/// A report, by all that a row can name it by.
pub(super) struct About<'a> {
    pub file: &'a Path,
    /// The member of the file: `!/b.docx`.
    pub inside: &'a str,
    pub hash: &'a str,
    pub row: Option<u64>,
    pub id: ReportId,
}

/// Where files really are: links among the folders above them followed, the file's own name kept. Two names of one file stay two.
#[derive(Debug, Default)]
pub(super) struct Home {
    folders: HashMap<PathBuf, PathBuf>,
}

impl Home {
    fn of(&mut self, file: &Path) -> PathBuf {
        let parent = file.parent().unwrap_or(Path::new(""));
        let folder = self.folders.entry(parent.to_path_buf()).or_insert_with(|| real(parent));
        folder.join(file.file_name().unwrap_or_default())
    }
}

fn real(folder: &Path) -> PathBuf {
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_path_buf())
}

impl Corrections {
    /// Reads the sheets that the user names. Their paths count from the sheet's folder, from where the program runs, or from one of
    /// the roots.
    ///
    /// # Errors
    /// When one of them cannot be read. A bad row or cell is a problem of its own.
    pub fn new(options: &CorrectionOptions, roots: &[PathBuf]) -> Result<Corrections> {
        let mut corrections = Corrections {
            roots: roots.to_vec(),
            patterns: (!options.patterns.is_empty()).then(|| options.patterns.clone()),
            ..Corrections::default()
        };
        let mut home = Home::default();
        for path in &options.metadata {
            let beside = path.parent().unwrap_or(Path::new("")).to_path_buf();
            let folders: Vec<PathBuf> = [beside, PathBuf::new()]
                .into_iter()
                .chain(roots.iter().cloned())
                .collect();
            let sheet = corrections.take(Sidecar::read(path)?, None, &folders, &mut home);
            corrections.sheets.get_or_insert_default().push(sheet);
        }
        Ok(corrections)
    }

    /// Reads the sidecars that were found; one that cannot be read is a problem.
    pub fn read_sidecars(&mut self, paths: &[PathBuf]) {
        let mut home = Home::default();
        for path in paths {
            let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
            match Sidecar::read(path) {
                Ok(sidecar) => {
                    let scope = Some(real(&folder));
                    let sheet = self.take(sidecar, scope, &[folder], &mut home);
                    self.sidecars.push(sheet);
                }
                Err(error) => {
                    self.unread.push(real(&folder));
                    self.problems.push(error);
                }
            }
        }
        let depth = |sheet: &Sheet| sheet.scope.as_ref().map_or(0, |folder| folder.components().count());
        self.sidecars.sort_by_key(depth);
    }

    fn take(&mut self, sidecar: Sidecar, scope: Option<PathBuf>, folders: &[PathBuf], home: &mut Home) -> Sheet {
        self.problems.extend(sidecar.problems);
        self.warnings.extend(sidecar.warnings);
        Sheet::new(&sidecar.path, scope, sidecar.rows, folders, home)
    }

    /// What is said of the reports in a file. `remembered` is what [`FileCorrections::memory`] said when the file was read last.
    pub fn of_file(&self, found: &Found, remembered: &str) -> FileCorrections<'_> {
        if self.is_empty() && self.patterns.is_none() && remembered.is_empty() {
            return FileCorrections::default();
        }
        let file = Home::default().of(&found.path);
        let mut memory: Memory = serde_json::from_str(remembered).unwrap_or_default();
        let is_ours = is_under(&found.name, &self.roots);
        let sheets = self.sheets.as_ref().filter(|_| is_ours);
        if sheets.is_some() {
            memory.sheets.clear();
        }
        let patterns = match self.patterns.as_ref().filter(|_| is_ours) {
            Some(patterns) => Some(Patterns {
                patterns: patterns.clone(),
                base: Base::of(&found.name, &self.roots),
            }),
            None => memory.base.map(|base| Patterns {
                patterns: memory.patterns.iter().filter_map(|text| self.compile(text)).collect(),
                base,
            }),
        };
        FileCorrections {
            name: found.name.clone(),
            sidecars: self.sidecars.iter().filter(|sheet| sheet.is_for(&file)).collect(),
            sheets: sheets.into_iter().flatten().collect(),
            remembered: memory
                .sheets
                .into_iter()
                .map(|rows| Sheet::remembered(rows, &file))
                .collect(),
            patterns,
            file,
        }
    }

    fn compile(&self, pattern: &str) -> Option<PathPattern> {
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        let known = compiled.entry(pattern.to_owned());
        known.or_insert_with(|| PathPattern::parse(pattern).ok()).clone()
    }

    /// Whether a sidecar that cannot be read would speak of a file: then what it said before is kept.
    pub fn is_undecided(&self, found: &Found) -> bool {
        !self.unread.is_empty() && {
            let file = Home::default().of(&found.path);
            self.unread.iter().any(|folder| file.starts_with(folder))
        }
    }

    /// Whether nothing is said of anything.
    pub fn is_empty(&self) -> bool {
        self.sidecars.is_empty() && self.sheets.is_none()
    }

    /// The rows that name a file that is not there.
    pub fn missing_files(&self) -> Vec<Error> {
        let is_missing = |row: &Row| row.key.id.is_none() && row.key.hash.is_none() && row.key.path.is_some();
        let rows = self.all_sheets().flat_map(|sheet| {
            sheet
                .rows
                .iter()
                .zip(&sheet.targets)
                .map(move |(row, target)| (sheet, row, target))
        });
        rows.filter(|(_, row, target)| target.is_none() && is_missing(row))
            .map(|(sheet, row, _)| {
                unmatched(sheet, row, "there is no such file").hinted("write the path as seen from the sheet's folder")
            })
            .collect()
    }

    /// The rows that speak of no report, although the file or the index that they mean was looked at. `files` are all that the
    /// index knows after the run, `records` answers the member and record of a report in a file.
    pub fn unmatched(
        &self,
        files: &[KnownFile<'_>],
        records: impl Fn(&KnownFile<'_>) -> Vec<(String, Option<u64>)>,
    ) -> Vec<Error> {
        let mut home = Home::default();
        let ids: HashSet<ReportId> = files.iter().flat_map(|file| file.ids.iter().copied()).collect();
        let mut hashes: Vec<&str> = files.iter().map(|file| file.hash).collect();
        hashes.sort_unstable();
        let starts = |prefix: &str| {
            let at = hashes.partition_point(|hash| *hash < prefix);
            hashes.get(at).is_some_and(|hash| hash.starts_with(prefix))
        };
        let by_home: HashMap<PathBuf, &KnownFile> = match self.all_sheets().any(|sheet| !sheet.rows.is_empty()) {
            true => files.iter().map(|file| (home.of(Path::new(file.name)), file)).collect(),
            false => HashMap::new(),
        };
        let roots: Vec<PathBuf> = self
            .roots
            .iter()
            .map(|root| if root.is_dir() { real(root) } else { home.of(root) })
            .collect();
        let mut held: HashMap<&Path, Vec<(String, Option<u64>)>> = HashMap::new();
        let mut errors = self.missing_files();
        for sheet in self.all_sheets() {
            for (row, target) in sheet.rows.iter().zip(&sheet.targets) {
                let key = &row.key;
                let is_known = key.id.is_some_and(|id| ids.contains(&id)) || key.hash.as_deref().is_some_and(starts);
                if is_known {
                    continue;
                }
                if key.id.is_some() || key.hash.is_some() {
                    let error = unmatched(sheet, row, "the index holds no such report");
                    errors.push(match target {
                        Some(_) => error.hinted(
                            "its file is there with another text: empty the cells id and hash to go by its path",
                        ),
                        None => error,
                    });
                    continue;
                }
                let Some(target) = target else { continue };
                let Some(file) = by_home.get(&target.file) else {
                    if roots.iter().any(|root| target.file.starts_with(root)) {
                        errors.push(unmatched(sheet, row, "no report was read from this file"));
                    }
                    continue;
                };
                if key.row.is_none() && target.inside.is_empty() {
                    continue;
                }
                let held = held.entry(&target.file).or_insert_with(|| records(file));
                let is_there = held.iter().any(|(inside, at)| {
                    (target.inside.is_empty() || *inside == target.inside) && (key.row.is_none() || key.row == *at)
                });
                if !is_there {
                    errors.push(unmatched(sheet, row, "there is no such report in the file"));
                }
            }
        }
        errors
    }

    fn all_sheets(&self) -> impl Iterator<Item = &Sheet> {
        self.sidecars.iter().chain(self.sheets.iter().flatten())
    }
}

/// A file that an index was made from.
pub struct KnownFile<'a> {
    pub name: &'a str,
    pub hash: &'a str,
    pub ids: &'a [ReportId],
}

fn unmatched(sheet: &Sheet, row: &Row, reason: &str) -> Error {
    Error::source_at(&sheet.path, &row.place, format!("{}: {reason}", row.key.shown()))
}

impl Base {
    fn of(name: &str, roots: &[PathBuf]) -> Base {
        let root = roots.iter().find(|root| is_under(name, std::slice::from_ref(root)));
        match root {
            Some(root) if root.is_dir() => Base::Folder(super::walk::name_of(root)),
            _ => Base::Anywhere,
        }
    }

    /// The parts of a path that a pattern may begin at.
    fn starts<'p>(&self, path: &'p str) -> Vec<&'p str> {
        match self {
            Base::Folder(folder) => {
                let below = path.strip_prefix(folder.trim_end_matches('/')).unwrap_or(path);
                vec![below.trim_start_matches('/')]
            }
            Base::Anywhere => {
                let parts = path.match_indices('/').map(|(at, _)| &path[at + 1..]);
                std::iter::once(path).chain(parts).collect()
            }
        }
    }
}

impl Patterns {
    /// The fields in a path, by the first pattern that fits it.
    fn read(&self, path: &str) -> Vec<(&'static str, String)> {
        let starts = self.base.starts(path);
        let fits = |pattern: &PathPattern| starts.iter().find_map(|path| pattern.read(path));
        self.patterns.iter().find_map(fits).unwrap_or_default()
    }
}

impl FileCorrections<'_> {
    /// Applies everything that is said of a report to its description, the last word last. Answers what of it cannot be.
    pub fn apply(&self, source: &Source, row: Option<u64>, id: ReportId, description: &mut Description) -> Vec<String> {
        let about = About {
            file: &self.file,
            inside: source.path.strip_prefix(&self.name).unwrap_or_default(),
            hash: &source.hash,
            row,
            id,
        };
        let mut wrong = Vec::new();
        if let Some(patterns) = &self.patterns {
            let mut statements = Vec::new();
            for (field, quote) in patterns.read(&source.path) {
                match Statement::read(field, &quote) {
                    Ok(statement) => statements.push(statement),
                    Err(reason) => wrong.push(format!(
                        "the path pattern reads `{quote}` as its {field}: {reason}; not taken"
                    )),
                }
            }
            statement::apply(description, EvidenceSource::Path, &statements);
        }
        for sheet in self
            .sidecars
            .iter()
            .chain(&self.sheets)
            .copied()
            .chain(&self.remembered)
        {
            let mut statements: Vec<Statement> = Vec::new();
            for (field, cell) in sheet.of_report(&about).into_iter().flat_map(|row| &row.cells) {
                // The rows come with the closest first.
                if statements.iter().all(|known| known.field != *field) {
                    statements.extend(Statement::read(field, cell));
                }
            }
            statement::apply(description, EvidenceSource::Sidecar, &statements);
        }
        wrong
    }

    /// Equal as long as the same is said of the file's reports; empty when nothing is.
    pub fn fingerprint(&self, hash: &str, ids: &[ReportId]) -> String {
        let rows = |sheet: &&Sheet| -> Vec<(String, Vec<(String, String)>)> {
            let rows = sheet.of_file(&self.file, hash, ids).into_iter();
            rows.map(|at| (sheet.identity(at), sheet.rows[at].cells.clone()))
                .collect()
        };
        let sheets = self
            .sidecars
            .iter()
            .chain(&self.sheets)
            .copied()
            .chain(&self.remembered);
        let said: Vec<_> = sheets
            .map(|sheet| rows(&sheet))
            .filter(|rows| !rows.is_empty())
            .collect();
        let path = self
            .patterns
            .as_ref()
            .map(|patterns| match may_hold_members(&self.name) {
                // The members' paths are not known before the file is read.
                true => patterns
                    .patterns
                    .iter()
                    .map(|pattern| ("", pattern.text().to_owned()))
                    .collect(),
                false => patterns.read(&self.name),
            });
        let path = path.unwrap_or_default();
        if said.is_empty() && path.is_empty() {
            return String::new();
        }
        let said = serde_json::to_vec(&(path, said)).unwrap_or_default();
        blake3::hash(&said).to_hex()[..16].to_owned()
    }

    /// What is to be remembered of what the user said of the file; empty for nothing.
    pub fn memory(&self, hash: &str, ids: &[ReportId]) -> String {
        let rows = |sheet: &Sheet| -> Vec<Row> {
            let rows = sheet.of_file(&self.file, hash, ids).into_iter();
            rows.map(|at| sheet.for_memory(at)).collect()
        };
        let sheets = self.sheets.iter().copied().chain(&self.remembered);
        let memory = Memory {
            sheets: sheets.map(rows).filter(|rows| !rows.is_empty()).collect(),
            patterns: self
                .patterns
                .iter()
                .flat_map(|said| &said.patterns)
                .map(|pattern| pattern.text().to_owned())
                .collect(),
            base: self.patterns.as_ref().map(|said| said.base.clone()),
        };
        match memory.sheets.is_empty() && memory.base.is_none() {
            true => String::new(),
            false => serde_json::to_string(&memory).unwrap_or_default(),
        }
    }

    /// What was remembered of reports that are not in the file any more.
    pub fn outdated(&self, hash: &str, ids: &[ReportId]) -> Vec<String> {
        let mut outdated = Vec::new();
        for sheet in &self.remembered {
            let current: HashSet<usize> = sheet.of_file(&self.file, hash, ids).into_iter().collect();
            let gone = (0..sheet.rows.len()).filter(|at| !current.contains(at));
            outdated.extend(gone.map(|at| {
                format!(
                    "what was said of {} was for its earlier text and is left aside",
                    sheet.rows[at].key.shown()
                )
            }));
        }
        outdated
    }
}

impl Sheet {
    /// Which report a row is about, whatever the sheet and wherever it lies.
    fn identity(&self, at: usize) -> String {
        serde_json::to_string(&self.for_memory(at).key).unwrap_or_default()
    }

    /// A row as it is remembered with its file: the path leads from the file to the member.
    fn for_memory(&self, at: usize) -> Row {
        let mut row = self.rows[at].clone();
        let by_path = row.key.id.is_none() && row.key.hash.is_none();
        row.key.path = match &self.targets[at] {
            Some(target) if by_path => Some(target.inside.clone()),
            _ => row.key.path.as_deref().map(|path| inside_of(path).to_owned()),
        };
        row
    }
}

/// Whether reports in a file may have paths that go on inside it.
fn may_hold_members(name: &str) -> bool {
    let ending = name.rsplit('.').next().unwrap_or_default().to_lowercase();
    ["zip", "gz", "tgz", "tar"].contains(&ending.as_str())
}
