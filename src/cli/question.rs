//! The questions of the commands that analyse: one with its flags, or a list of terms.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::filters::Filters;
use super::list::read_lines;
use super::terminal::Terminal;
use crate::error::{Error, Result};
use crate::index::{Index, Request};
use crate::query::Query;
use crate::receipt::Receipt;

/// How long a question may take whose cost cannot be foreseen, in seconds, unless said otherwise.
pub const USUAL_TIME_LIMIT: f64 = 60.0;

/// A question; its filters are flags of their own.
#[derive(clap::Args)]
pub struct Question {
    /// What to look for, in the language of `search`
    #[arg(value_name = "PHRASE", allow_hyphen_values = true)]
    phrase: String,
    /// Take it as one phrase, whatever marks stand in it
    #[arg(long, short = 'F')]
    literal: bool,
    /// How long wildcards, regular expressions and the like may take; 0 for no limit
    #[arg(long, value_name = "SECONDS", default_value_t = USUAL_TIME_LIMIT)]
    time_limit: f64,
}

impl Question {
    /// As it was typed.
    pub fn asked(&self) -> &str {
        &self.phrase
    }

    /// As it is understood, filters included.
    ///
    /// # Errors
    /// When it is none, or a filter is none.
    pub fn query(&self, filters: &Filters) -> Result<Query> {
        let query = match self.literal {
            true => Query::literal(&self.phrase)?,
            false => Query::parse(&self.phrase)?,
        };
        Ok(query.and(filters.query()?))
    }

    /// # Errors
    /// When it is no number of seconds.
    pub fn time_limit(&self) -> Result<Option<Duration>> {
        time_limit(self.time_limit)
    }

    /// Tells what near it would be found, when nothing is. `query` is it with its filters.
    ///
    /// # Errors
    /// When the index is damaged.
    pub fn explain_nothing(&self, query: &Query, index: &Index, terminal: &Terminal) -> Result<()> {
        let mut request = Request::new(query.clone());
        request.limit = Some(0);
        request.time_limit = self.time_limit()?;
        let found = index.answer(&request, false)?;
        terminal.beside(found.summary());
        Ok(())
    }
}

/// A limit in seconds; 0 is none.
///
/// # Errors
/// When it is no number of seconds.
pub fn time_limit(seconds: f64) -> Result<Option<Duration>> {
    let limit = Duration::try_from_secs_f64(seconds)
        .map_err(|_| Error::usage(format!("--time-limit {seconds}: not a number of seconds")))?;
    Ok(Some(limit).filter(|limit| !limit.is_zero()))
}

/// Phrases, or other questions, that are counted one by one.
pub struct Terms {
    /// Each as it was typed, and as it is understood; each once.
    pub queries: Vec<(String, Query)>,
    file: Option<PathBuf>,
}

impl Terms {
    /// Those that were typed, then those of a file: one a line, or a table.
    ///
    /// # Errors
    /// When the file cannot be read, or one of them is no question, or has no places.
    pub fn read(typed: &[String], file: Option<&Path>) -> Result<Self> {
        let mut queries: Vec<(String, Query)> = Vec::new();
        let mut put = |text: &str, query: Query| -> Result<()> {
            if query.is_filter() || query == Query::All {
                return Err(Error::usage(format!(
                    "`{text}` says which passages are wanted, and nothing that stands in them"
                ))
                .hinted("restrict all of the counting by flags: --county, --year and the like"));
            }
            if !queries.iter().any(|(known, _)| known == text) {
                queries.push((text.to_owned(), query));
            }
            Ok(())
        };
        for text in typed {
            put(text, Query::parse(text)?)?;
        }
        if let Some(path) = file {
            for line in read_lines(path)? {
                let taken = line.question(false).and_then(|query| put(&line.name, query));
                taken
                    .map_err(|error| error.hinted(format!("it stands in {}, line {}", path.display(), line.number)))?;
            }
        }
        Ok(Terms {
            queries,
            file: file.map(Path::to_path_buf),
        })
    }

    pub fn is_empty(&self) -> bool {
        self.queries.is_empty()
    }

    /// As they were typed.
    pub fn names(&self) -> Vec<&str> {
        self.queries.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// The receipt, with the file that the answer depends on.
    ///
    /// # Errors
    /// When the file cannot be read any more.
    pub fn noted(&self, receipt: Option<Receipt>) -> Result<Option<Receipt>> {
        match (receipt, &self.file) {
            (Some(receipt), Some(file)) => receipt.depending_on(file).map(Some),
            (receipt, _) => Ok(receipt),
        }
    }
}
