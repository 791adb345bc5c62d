//! The question of a command that looks at places, and the flags that belong to it.

use std::time::Duration;

use super::filters::Filters;
use super::terminal::Terminal;
use crate::error::{Error, Result};
use crate::index::{Index, Request};
use crate::output::counted;
use crate::query::Query;

/// How long a question may take whose cost cannot be foreseen, in seconds, unless said otherwise.
const USUAL_TIME_LIMIT: f64 = 60.0;

/// A question, filters included.
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
    #[command(flatten)]
    filters: Filters,
}

impl Question {
    /// As it was typed.
    pub fn asked(&self) -> &str {
        &self.phrase
    }

    /// As it is understood.
    ///
    /// # Errors
    /// When it is none, or a filter is none.
    pub fn query(&self) -> Result<Query> {
        let query = match self.literal {
            true => Query::literal(&self.phrase)?,
            false => Query::parse(&self.phrase)?,
        };
        Ok(query.and(self.filters.query()?))
    }

    /// # Errors
    /// When it is no number of seconds.
    pub fn time_limit(&self) -> Result<Option<Duration>> {
        time_limit(self.time_limit)
    }

    /// Tells what near it would be found, when nothing is.
    ///
    /// # Errors
    /// When the index is damaged.
    pub fn explain_nothing(&self, index: &Index, terminal: &Terminal) -> Result<()> {
        let mut request = Request::new(self.query()?);
        request.limit = Some(0);
        request.time_limit = self.time_limit()?;
        let found = index.answer(&request, false)?;
        for note in &found.summary().notes {
            terminal.note(&format!("note: {note}"));
        }
        for near in &found.summary().suggestions {
            terminal.note(&format!(
                "near it: {} ({}): {}",
                near.query,
                near.reason,
                counted(near.passages, "passage")
            ));
        }
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
