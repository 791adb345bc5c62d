//! Finds the files to read below the paths a user gives.
//!
//! Nothing is silent: what is not a report is counted with its reason. The order is by name, so that the same files are read in
//! the same order on every machine.

use std::collections::HashSet;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::time::UNIX_EPOCH;

use walkdir::{DirEntry, WalkDir};

use super::{extract, sidecar, skip};
use crate::error::{Error, Result};

pub use super::skip::SkipReason;

/// What was found below some paths.
#[derive(Debug, Default)]
pub struct Walk {
    /// The files to read, sorted by name.
    pub files: Vec<Found>,
    /// What is not read, and why: files, and folders that were not entered.
    pub skipped: Vec<(PathBuf, SkipReason)>,
    /// The sheets in which people correct what is read from the files: those in the same folders and in the ones above.
    pub sidecars: Vec<PathBuf>,
    /// What could not be looked at.
    pub warnings: Vec<Error>,
}

/// A file to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The path to open.
    pub path: PathBuf,
    /// The path to show and to store: as the user gave it, with `/` between its parts and without `.` parts.
    pub name: String,
    /// In bytes.
    pub size: u64,
    /// When it was last changed, in nanoseconds since 1970; 0 when the file system does not say.
    pub modified: i64,
}

/// Finds the reports below `roots`. A root that is a file is read whatever its name, if there is a reader for its ending.
///
/// # Errors
/// A root does not exist, or cannot be looked at.
pub fn walk(roots: &[PathBuf]) -> Result<Walk> {
    let mut walk = Walk::default();
    let mut seen = HashSet::new();
    for root in roots {
        let metadata = fs::metadata(root).map_err(|source| Error::io(root, source))?;
        walk.sidecars_above(root);
        if metadata.is_dir() {
            walk.folder(root);
        } else {
            walk.named_file(root, &metadata);
        }
    }
    // Roots may overlap. Links inside one root stay: two names, two files.
    if roots.len() > 1 {
        let mut once = Vec::with_capacity(walk.files.len());
        for found in walk.files.drain(..) {
            let real = fs::canonicalize(&found.path).unwrap_or_else(|_| found.path.clone());
            match seen.insert(real) {
                true => once.push(found),
                false => walk.skipped.push((found.path, SkipReason::GivenTwice)),
            }
        }
        walk.files = once;
    }
    walk.files.sort_by(|a, b| a.name.cmp(&b.name));
    walk.skipped.sort();
    walk.sidecars.sort();
    walk.sidecars.dedup();
    Ok(walk)
}

impl Walk {
    /// How many files were skipped for each reason, patterns taken together.
    pub fn skipped_by_reason(&self) -> Vec<(&'static str, usize)> {
        let mut counts: Vec<(&'static str, usize)> = Vec::new();
        for (_, reason) in &self.skipped {
            let name = reason.name();
            match counts.iter_mut().find(|(known, _)| *known == name) {
                Some((_, count)) => *count += 1,
                None => counts.push((name, 1)),
            }
        }
        counts.sort_unstable();
        counts
    }

    fn folder(&mut self, root: &Path) {
        let mut ignored = IgnoreFiles::above(root);
        let mut entries = WalkDir::new(root).follow_links(true).sort_by_file_name().into_iter();
        while let Some(entry) = entries.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.warnings.push(unreachable(error, root));
                    continue;
                }
            };
            let is_folder = entry.file_type().is_dir();
            match reason_to_skip(&entry, &ignored) {
                Some(reason) => {
                    if is_folder {
                        entries.skip_current_dir();
                    }
                    if reason == SkipReason::Sidecar {
                        self.sidecars.push(without_dot(entry.path()).to_path_buf());
                    }
                    // The ignore files themselves are no news.
                    if entry.file_name() != IGNORE_FILE {
                        self.skipped.push((entry.into_path(), reason));
                    }
                }
                None if is_folder => match ignored.enter(entry.path()) {
                    Ok(()) => (),
                    Err(error) => self.warnings.push(error),
                },
                None => match entry.metadata() {
                    Ok(metadata) => self.files.push(found(entry.into_path(), &metadata)),
                    Err(error) => self.warnings.push(unreachable(error, root)),
                },
            }
        }
    }

    /// Sidecars hold for all below their folder, also when less than the folder is given.
    fn sidecars_above(&mut self, root: &Path) {
        for folder in root.ancestors().skip(1) {
            let files = sidecar::names().map(|name| without_dot(folder).join(name));
            let found = files.filter(|file| file.is_file() && sidecar::part_of(file) == Some(sidecar::Part::Sidecar));
            self.sidecars.extend(found);
        }
    }

    /// A file that the user names is meant, even if it is called README.
    fn named_file(&mut self, path: &Path, metadata: &fs::Metadata) {
        if !metadata.is_file() {
            self.skipped.push((path.to_path_buf(), SkipReason::NoFile));
        } else if let Some(reason) = correction_reason(path) {
            self.skipped.push((path.to_path_buf(), reason));
        } else if !extract::is_readable(path) {
            let error = Error::source(path, "no reader for files of this ending").hinted(extract::readable_endings());
            self.warnings.push(error);
            self.skipped.push((path.to_path_buf(), SkipReason::NoReader));
        } else {
            self.files.push(found(path.to_path_buf(), metadata));
        }
    }
}

const IGNORE_FILE: &str = ".baogaoignore";

fn reason_to_skip(entry: &DirEntry, ignored: &IgnoreFiles) -> Option<SkipReason> {
    let is_folder = entry.file_type().is_dir();
    if is_folder && entry.path().join("meta.json").is_file() && entry.path().join("baogao.json").is_file() {
        return Some(SkipReason::IndexFolder);
    }
    if entry.depth() == 0 {
        return None;
    }
    let name = entry.file_name().to_string_lossy();
    if skip::is_hidden(&name) {
        return Some(SkipReason::Hidden);
    }
    if let Some(reason) = ignored.reason(entry.path(), is_folder) {
        return Some(reason);
    }
    if is_folder {
        return None;
    }
    if !entry.file_type().is_file() {
        return Some(SkipReason::NoFile);
    }
    if skip::is_documentation(&name) {
        return Some(SkipReason::Documentation);
    }
    if let Some(reason) = correction_reason(entry.path()) {
        return Some(reason);
    }
    (!extract::is_readable(entry.path())).then_some(SkipReason::NoReader)
}

/// Sheets of corrections are told from tables of reports by their columns.
fn correction_reason(path: &Path) -> Option<SkipReason> {
    Some(match sidecar::part_of(path)? {
        sidecar::Part::Sidecar => SkipReason::Sidecar,
        sidecar::Part::Sheet => SkipReason::Sheet,
    })
}

fn found(path: PathBuf, metadata: &fs::Metadata) -> Found {
    let modified = metadata
        .modified()
        .ok()
        .map_or(0, |time| match time.duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_nanos()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |nanos| -nanos),
        });
    Found {
        name: name_of(&path),
        size: metadata.len(),
        modified,
        path,
    }
}

/// Whether a file of this name, as [`Found::name`] has it, stands under one of the roots or is one of them.
pub fn is_under(name: &str, roots: &[PathBuf]) -> bool {
    roots.iter().map(|root| name_of(root)).any(|root| {
        let rest = match root.as_str() {
            // The working folder holds every path that leads down from it.
            "" | "." => return !name.starts_with('/') && !name.starts_with("../"),
            root => name.strip_prefix(root.trim_end_matches('/')),
        };
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

/// The path as it is shown and stored. `..` stays: what it leads to depends on links.
pub(super) fn name_of(path: &Path) -> String {
    let mut name = String::new();
    for part in path.components() {
        match part {
            Component::CurDir => (),
            Component::RootDir => name.push('/'),
            Component::Prefix(_) | Component::ParentDir | Component::Normal(_) => {
                if !name.is_empty() && !name.ends_with('/') {
                    name.push('/');
                }
                name.push_str(&part.as_os_str().to_string_lossy());
            }
        }
    }
    name
}

fn unreachable(error: walkdir::Error, root: &Path) -> Error {
    let path = error.path().unwrap_or(root).to_path_buf();
    if let Some(ancestor) = error.loop_ancestor() {
        return Error::source(path, format!("a link back to {}, not followed", ancestor.display()));
    }
    match error.into_io_error() {
        Some(source) => Error::io(path, source),
        None => Error::source(path, "cannot be looked at"),
    }
}

/// The `.baogaoignore` files that hold for the folder being walked.
struct IgnoreFiles {
    files: Vec<IgnoreFile>,
}

/// One of them: lines as in `.gitignore`. A pattern without `/` names files and folders of that name here and below; one with
/// a `/` at its start or inside is a path from this folder; one with a `/` at its end names folders only; `!` takes back. `*`
/// and `?` stay within a name, `**` crosses folders, `#` starts a comment.
struct IgnoreFile {
    folder: PathBuf,
    patterns: Vec<Pattern>,
}

struct Pattern {
    /// As it stands in the file.
    line: String,
    glob: Vec<char>,
    takes_back: bool,
    folders_only: bool,
    is_path: bool,
}

impl IgnoreFiles {
    /// Those in the folders that the given path leads through. What cannot be read there does not matter here.
    fn above(root: &Path) -> Self {
        let mut ignored = IgnoreFiles { files: Vec::new() };
        let mut ancestors: Vec<&Path> = root.ancestors().skip(1).collect();
        ancestors.reverse();
        for folder in ancestors {
            if let Ok(Some(file)) = IgnoreFile::in_folder(folder) {
                ignored.files.push(file);
            }
        }
        ignored
    }

    fn enter(&mut self, folder: &Path) -> Result<()> {
        // Those above stay, those of folders that were left go.
        self.files.retain(|file| without_dot(folder).starts_with(&file.folder));
        if let Some(file) = IgnoreFile::in_folder(folder)? {
            self.files.push(file);
        }
        Ok(())
    }

    /// The last pattern that matches decides, the innermost folder's last.
    fn reason(&self, path: &Path, is_folder: bool) -> Option<SkipReason> {
        let deciding = self.files.iter().rev().find_map(|file| {
            let below = without_dot(path).strip_prefix(&file.folder).ok()?;
            let below: Vec<char> = name_of(below).chars().collect();
            let name_at = below.iter().rposition(|&c| c == '/').map_or(0, |slash| slash + 1);
            let matching = file.patterns.iter().rev().find(|pattern| {
                let subject = if pattern.is_path { &below[..] } else { &below[name_at..] };
                (is_folder || !pattern.folders_only) && glob_matches(&pattern.glob, subject)
            })?;
            Some((file, matching))
        });
        let (file, pattern) = deciding?;
        (!pattern.takes_back).then(|| SkipReason::Ignored {
            pattern: pattern.line.clone(),
            by: file.folder.join(IGNORE_FILE),
        })
    }
}

impl IgnoreFile {
    fn in_folder(folder: &Path) -> Result<Option<IgnoreFile>> {
        let path = folder.join(IGNORE_FILE);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::io(path, error)),
        };
        let folder = without_dot(folder).to_path_buf();
        let patterns = text
            .trim_start_matches('\u{feff}')
            .lines()
            .filter_map(Pattern::parse)
            .collect();
        Ok(Some(IgnoreFile { folder, patterns }))
    }
}

/// `./a` and `a` are one path, but not one prefix.
fn without_dot(path: &Path) -> &Path {
    path.strip_prefix(".").unwrap_or(path)
}

impl Pattern {
    fn parse(line: &str) -> Option<Pattern> {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return None;
        }
        let takes_back = line.starts_with('!');
        let rest = line.trim_start_matches('!');
        let folders_only = rest.ends_with('/');
        let rest = rest.trim_end_matches('/');
        Some(Pattern {
            line: line.to_owned(),
            glob: rest.trim_start_matches('/').chars().collect(),
            takes_back,
            folders_only,
            is_path: rest.contains('/'),
        })
    }
}

/// Whether `*`, `?` and `**` can be filled in so that the pattern is the text. Backtracks to the last star only, and to the
/// last double star when that fails, so that no pattern takes long.
fn glob_matches(glob: &[char], text: &[char]) -> bool {
    let (mut g, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    let mut double: Option<(usize, usize)> = None;
    loop {
        if glob[g..].starts_with(&['*', '*']) {
            let after = if glob.get(g + 2) == Some(&'/') { g + 3 } else { g + 2 };
            double = Some((after, t));
            star = None;
            g = after;
            continue;
        }
        match (glob.get(g), text.get(t)) {
            (None, None) => return true,
            (Some('*'), _) => {
                star = Some((g + 1, t));
                g += 1;
                continue;
            }
            (Some('?'), Some(&c)) if c != '/' => {
                (g, t) = (g + 1, t + 1);
                continue;
            }
            (Some(a), Some(b)) if a == b => {
                (g, t) = (g + 1, t + 1);
                continue;
            }
            _ => (),
        }
        if let Some((after, from)) = star.filter(|&(_, from)| text.get(from).is_some_and(|&c| c != '/')) {
            star = Some((after, from + 1));
            (g, t) = (after, from + 1);
        } else if let Some((after, from)) = double.filter(|&(_, from)| from < text.len()) {
            double = Some((after, from + 1));
            star = None;
            (g, t) = (after, from + 1);
        } else {
            return false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_with(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "法治政府建设").unwrap();
        }
        folder
    }

    fn names(walk: &Walk, folder: &Path) -> Vec<String> {
        let prefix = format!("{}/", name_of(folder));
        walk.files.iter().map(|found| found.name.replace(&prefix, "")).collect()
    }

    fn walked(folder: &tempfile::TempDir) -> (Vec<String>, Vec<(String, String)>) {
        let walk = walk(&[folder.path().to_path_buf()]).unwrap();
        assert!(walk.warnings.is_empty(), "{:?}", walk.warnings);
        let prefix = format!("{}/", name_of(folder.path()));
        let show = |(path, reason): &(PathBuf, SkipReason)| {
            (
                name_of(path).replace(&prefix, ""),
                reason.to_string().replace(&prefix, ""),
            )
        };
        (names(&walk, folder.path()), walk.skipped.iter().map(show).collect())
    }

    #[test]
    fn reports_are_found_sorted_and_the_rest_is_counted() {
        let folder = folder_with(&[
            "b/乙.TXT",
            "a.md",
            "b/README.zh.md",
            "b/x.exe",
            ".git/c.txt",
            "~$x.txt",
            "a/z.html",
            "LICENSE",
        ]);
        let (files, skipped) = walked(&folder);
        assert_eq!(files, ["a.md", "a/z.html", "b/乙.TXT"]);
        let expected = [
            (".git", "hidden"),
            ("LICENSE", "documentation"),
            ("b/README.zh.md", "documentation"),
            ("b/x.exe", "no reader for this ending"),
            ("~$x.txt", "hidden"),
        ];
        assert_eq!(
            skipped,
            expected.map(|(path, reason)| (path.to_owned(), reason.to_owned()))
        );
        let walk = walk(&[folder.path().to_path_buf()]).unwrap();
        let counts = [("documentation", 2), ("hidden", 2), ("no reader for this ending", 1)];
        assert_eq!(walk.skipped_by_reason(), counts);
        assert_eq!(walk.files[0].size, 18);
        assert!(walk.files[0].modified > 1_600_000_000_000_000_000);
    }

    #[test]
    fn ignore_files_hold_for_their_folder_and_below() {
        let folder = folder_with(&[
            "gold.jsonl",
            "a/gold.jsonl",
            "a/b.csv",
            "a/keep.csv",
            "drafts/x.txt",
            "c/only.txt",
            "only.txt",
        ]);
        let lines = "# no reports\ngold.jsonl\n*.csv\n!keep.csv\ndrafts/\n/only.txt\n";
        fs::write(folder.path().join(IGNORE_FILE), lines).unwrap();
        let (files, skipped) = walked(&folder);
        assert_eq!(files, ["a/keep.csv", "c/only.txt"]);
        assert_eq!(skipped.len(), 5);
        assert_eq!(
            skipped[0],
            ("a/b.csv".to_owned(), "`*.csv` in .baogaoignore".to_owned())
        );
        // Also when a folder below it is given.
        let below = walk(&[folder.path().join("a")]).unwrap();
        assert_eq!(below.files.len(), 1);
    }

    #[test]
    fn a_file_given_by_name_is_read_whatever_its_name() {
        let folder = folder_with(&["README.md", "x.exe"]);
        let walk = walk(&[folder.path().join("README.md"), folder.path().join("x.exe")]).unwrap();
        assert_eq!(walk.files.len(), 1);
        assert!(
            walk.warnings[0]
                .to_string()
                .ends_with("x.exe: no reader for files of this ending")
        );
        assert!(walk.warnings[0].hints[0].contains(".md"));
    }

    #[test]
    fn a_root_that_is_not_there_is_an_error() {
        let error = walk(&[PathBuf::from("no/such/folder")]).unwrap_err();
        assert!(error.to_string().starts_with("no/such/folder: "), "{error}");
    }

    #[test]
    fn overlapping_roots_give_each_file_once() {
        let folder = folder_with(&["a/x.txt"]);
        let walk = walk(&[
            folder.path().to_path_buf(),
            folder.path().join("a/x.txt"),
            folder.path().join("./a"),
        ])
        .unwrap();
        assert_eq!(walk.files.len(), 1);
        assert_eq!(walk.skipped.len(), 2);
    }

    #[test]
    fn an_index_is_never_walked_into() {
        let folder = folder_with(&["index/meta.json", "index/baogao.json", "index/x.txt", "other/meta.json"]);
        let (files, skipped) = walked(&folder);
        assert_eq!(files, ["other/meta.json"]);
        assert_eq!(skipped, [("index".to_owned(), "the folder of an index".to_owned())]);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_loops_are_survived() {
        let folder = folder_with(&["a/x.txt", "b/y.txt"]);
        std::os::unix::fs::symlink(folder.path(), folder.path().join("a/loop")).unwrap();
        std::os::unix::fs::symlink(folder.path().join("nowhere"), folder.path().join("broken.txt")).unwrap();
        std::os::unix::fs::symlink(folder.path().join("b"), folder.path().join("c")).unwrap();
        let walk = walk(&[folder.path().to_path_buf()]).unwrap();
        assert_eq!(names(&walk, folder.path()), ["a/x.txt", "b/y.txt", "c/y.txt"]);
        assert_eq!(walk.warnings.len(), 2);
        assert!(
            walk.warnings
                .iter()
                .any(|warning| warning.to_string().contains("a link back to"))
        );
    }

    #[test]
    fn names_are_normal() {
        let table = [
            ("./corpus/x", "corpus/x"),
            ("corpus//x", "corpus/x"),
            ("/a/./b", "/a/b"),
            ("../x", "../x"),
            (".", ""),
        ];
        for (path, name) in table {
            assert_eq!(name_of(Path::new(path)), name);
        }
    }

    #[test]
    fn globs_match_as_in_git() {
        let table = [
            ("*.txt", "a.txt", true),
            ("*.txt", "a.txt.md", false),
            ("a?c", "abc", true),
            ("a/*.md", "a/b/c.md", false),
            ("a/**/c.md", "a/b/x/c.md", true),
            ("a/**/c.md", "a/c.md", true),
            ("**", "a/b", true),
            ("年*报告*", "年度报告2024", true),
            ("", "a", false),
            ("*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false),
        ];
        for (glob, text, expected) in table {
            let (glob, text): (Vec<char>, Vec<char>) = (glob.chars().collect(), text.chars().collect());
            assert_eq!(glob_matches(&glob, &text), expected, "{glob:?} {text:?}");
        }
    }
}
