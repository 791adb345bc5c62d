//! Knows by their names the files that are no reports, in a folder and in an archive alike.

use std::fmt;
use std::path::PathBuf;

/// Why a file is not read.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SkipReason {
    /// Its name starts with `.` or `~$`, or it stands in `__MACOSX`.
    Hidden,
    /// No format is registered for its ending, and its contents do not tell.
    NoReader,
    /// README, LICENSE and their like.
    Documentation,
    /// A pattern in a `.baogaoignore` names it.
    Ignored { pattern: String, by: PathBuf },
    /// The folder of an index.
    IndexFolder,
    /// Corrections of what is read from the files beside it.
    Sidecar,
    /// Corrections that count where the user names them.
    Sheet,
    /// Another of the given paths leads to the same file.
    GivenTwice,
    /// A socket, a pipe or a device.
    NoFile,
    /// A link in an archive: where it leads to is not looked up.
    Link,
    /// An image, a style sheet or the like that belongs to a saved page or mail.
    PartOfPage,
}

impl SkipReason {
    /// The reason in a few words, the same for all patterns.
    pub fn name(&self) -> &'static str {
        match self {
            SkipReason::Hidden => "hidden",
            SkipReason::NoReader => "no reader for this ending",
            SkipReason::Documentation => "documentation",
            SkipReason::Ignored { .. } => "named in .baogaoignore",
            SkipReason::IndexFolder => "the folder of an index",
            SkipReason::Sidecar | SkipReason::Sheet => "corrections",
            SkipReason::GivenTwice => "given twice",
            SkipReason::NoFile => "not a regular file",
            SkipReason::Link => "a link in an archive",
            SkipReason::PartOfPage => "part of a saved page or mail",
        }
    }
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SkipReason::Ignored { pattern, by } => write!(f, "`{pattern}` in {}", by.display()),
            SkipReason::Sidecar => f.write_str("corrections, applied to the files beside it"),
            SkipReason::Sheet => f.write_str("a sheet of corrections, applied with --metadata"),
            other => f.write_str(other.name()),
        }
    }
}

/// Files that come with a collection and are about it; what follows the first dot does not matter (`README.zh.md`).
const DOCUMENTATION: [&str; 7] = [
    "readme",
    "license",
    "licence",
    "copying",
    "changelog",
    "contributing",
    "authors",
];

/// Whether a file or folder of this name is left alone with all that is in it: `.git`, `~$报告.docx`, `__MACOSX`.
pub fn is_hidden(name: &str) -> bool {
    let is_way = matches!(name, "." | "..");
    !is_way && (name.starts_with('.') || name.starts_with("~$") || name == "__MACOSX")
}

/// Whether a file of this name is about a collection and no part of it.
pub fn is_documentation(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().to_lowercase();
    DOCUMENTATION.contains(&stem.as_str())
}

/// Why the file at this path, its parts joined by `/`, is no report, when its name says so.
pub fn by_path(path: &str) -> Option<SkipReason> {
    if path.split('/').any(is_hidden) {
        return Some(SkipReason::Hidden);
    }
    let name = path.rsplit('/').next().unwrap_or_default();
    is_documentation(name).then_some(SkipReason::Documentation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_is_no_report() {
        let table = [
            ("__MACOSX/._报告.docx", Some(SkipReason::Hidden)),
            ("2024/.DS_Store", Some(SkipReason::Hidden)),
            (".git/报告.txt", Some(SkipReason::Hidden)),
            ("~$报告.docx", Some(SkipReason::Hidden)),
            ("2024/README.zh.md", Some(SkipReason::Documentation)),
            ("../报告.txt", None),
            ("./2024/报告.txt", None),
            ("报告.jpg", None),
        ];
        for (path, reason) in table {
            assert_eq!(by_path(path), reason, "{path}");
        }
    }
}
