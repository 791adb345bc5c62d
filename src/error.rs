//! Defines [`Error`]: what went wrong, where, and what to do next.
//!
//! One message has one cause. What to do about it stands apart, as hints, so that a terminal, a log and a JSON answer can each
//! show it in their own way. Messages start in lower case and carry no full stop.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// The result of anything in this crate that can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// Something that went wrong, with what to do next.
#[derive(Debug)]
pub struct Error {
    /// What went wrong, and where.
    pub kind: ErrorKind,
    /// What the user can do about it, one sentence each, in the order of usefulness.
    pub hints: Vec<String>,
}

/// The kinds of trouble, each with its place.
#[derive(Debug)]
pub enum ErrorKind {
    /// The operating system refused something about a file.
    Io { path: PathBuf, source: std::io::Error },
    /// A source file is not what its format asks for. `place` says where in the file, when that is known (`line 12, column 3`).
    Source {
        path: PathBuf,
        place: Option<String>,
        reason: String,
    },
    /// A question that cannot be understood. `span` counts characters of `query`.
    Syntax {
        query: String,
        span: Range<usize>,
        reason: String,
    },
    /// A declaration in `index_schema/`, or a file of the user's own in its form, is wrong.
    Schema { file: String, reason: String },
    /// The index cannot be used as it is: absent, of another version, damaged, or locked.
    Index { path: PathBuf, reason: String },
    /// The command was used wrongly.
    Usage { reason: String },
}

impl Error {
    /// An error of this kind, without hints.
    pub fn new(kind: ErrorKind) -> Self {
        Error {
            kind,
            hints: Vec::new(),
        }
    }

    /// An operating system error about `path`.
    pub fn io(path: impl AsRef<Path>, source: std::io::Error) -> Self {
        let path = path.as_ref().to_path_buf();
        Error::new(ErrorKind::Io { path, source })
    }

    /// A source file that cannot be read as its format.
    pub fn source(path: impl AsRef<Path>, reason: impl Into<String>) -> Self {
        Error::new(ErrorKind::Source {
            path: path.as_ref().to_path_buf(),
            place: None,
            reason: reason.into(),
        })
    }

    /// A source file that is wrong at a known place.
    pub fn source_at(path: impl AsRef<Path>, place: impl Into<String>, reason: impl Into<String>) -> Self {
        Error::new(ErrorKind::Source {
            path: path.as_ref().to_path_buf(),
            place: Some(place.into()),
            reason: reason.into(),
        })
    }

    /// A question that cannot be understood; `span` counts characters of `query`.
    pub fn syntax(query: &str, span: Range<usize>, reason: impl Into<String>) -> Self {
        Error::new(ErrorKind::Syntax {
            query: query.to_owned(),
            span,
            reason: reason.into(),
        })
    }

    /// A wrong declaration.
    pub fn schema(file: impl Into<String>, reason: impl Into<String>) -> Self {
        Error::new(ErrorKind::Schema {
            file: file.into(),
            reason: reason.into(),
        })
    }

    /// An index that cannot be used as it is.
    pub fn index(path: impl AsRef<Path>, reason: impl Into<String>) -> Self {
        Error::new(ErrorKind::Index {
            path: path.as_ref().to_path_buf(),
            reason: reason.into(),
        })
    }

    /// A command used wrongly.
    pub fn usage(reason: impl Into<String>) -> Self {
        Error::new(ErrorKind::Usage { reason: reason.into() })
    }

    /// The same error with one more thing to try.
    pub fn hinted(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Whether the reader of our output went away, which is no failure of ours (`baogao … | head`).
    pub fn is_broken_pipe(&self) -> bool {
        matches!(&self.kind, ErrorKind::Io { source, .. } if source.kind() == std::io::ErrorKind::BrokenPipe)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ErrorKind::Io { path, source } => write!(f, "{}: {source}", path.display()),
            ErrorKind::Source {
                path,
                place: Some(place),
                reason,
            } => {
                write!(f, "{}: {place}: {reason}", path.display())
            }
            ErrorKind::Source {
                path,
                place: None,
                reason,
            } => write!(f, "{}: {reason}", path.display()),
            ErrorKind::Syntax { reason, span, .. } => {
                write!(f, "in the query, at character {}: {reason}", span.start + 1)
            }
            ErrorKind::Schema { file, reason } => write!(f, "{file}: {reason}"),
            ErrorKind::Index { path, reason } => write!(f, "index {}: {reason}", path.display()),
            ErrorKind::Usage { reason } => f.write_str(reason),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.kind {
            ErrorKind::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}
