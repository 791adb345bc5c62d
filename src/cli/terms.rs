//! The arguments that say what is counted: terms, lists of them, or topics; shared by the commands that make tables of counts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::filters::Filters;
use super::list::{Line, read_lines};
use super::search::{brought_topics, scope};
use super::terminal::Terminal;
use crate::analysis::matrix::{Matrix, Plan, Term};
use crate::error::{Error, Result};
use crate::hits::Grouping;
use crate::index::{Index, Request};
use crate::output::counted;
use crate::query::{Filter, Query, Scope, Wanted};
use crate::receipt::Receipt;
use crate::schema::fields::Field;

/// What is counted.
#[derive(clap::Args)]
pub struct Terms {
    /// What to count: phrases, or any question. Without TERM and --terms, --topic names what is counted; with them it filters
    #[arg(value_name = "TERM")]
    terms: Vec<String>,
    /// Count the terms of a file too: one a line, or a CSV or TSV with the columns name, query and perhaps filters
    #[arg(long = "terms", value_name = "FILE")]
    list: Option<PathBuf>,
    /// Take each term as one phrase, whatever marks stand in it
    #[arg(long, short = 'F')]
    literal: bool,
    /// The unit of text in which all of a term must hold: sentence, passage, section or report
    #[arg(long, value_name = "UNIT")]
    within: Option<String>,
    /// A TOML file of topics of your own, for `topic:` and --topic: beside those of the index, or in their place
    #[arg(long, value_name = "FILE")]
    topics: Option<PathBuf>,
}

/// What `--topic` says for all topics.
const ALL: &str = "all";

impl Terms {
    /// What is to be counted, where, and by what.
    ///
    /// # Errors
    /// When a term cannot be understood, or there is none. All lines of a list that are wrong are told.
    pub fn plan(&self, filters: &Filters, by: Vec<Grouping>, index: &Index, terminal: &Terminal) -> Result<Plan> {
        let topics = brought_topics(self.topics.as_deref(), index)?;
        let mut lines: Vec<Line> = self.terms.iter().map(|term| line_of(term)).collect();
        let mut terms = Vec::new();
        for line in &lines {
            terms.push(self.term(line)?);
        }
        if let Some(path) = &self.list {
            lines = read_lines(path)?;
            terms.extend(self.listed(path, &lines, terminal)?);
        }
        let counts_topics = self.terms.is_empty() && self.list.is_none();
        if counts_topics {
            let brought = topics.iter().map(|topic| &topic.name);
            let mut known: Vec<&String> = index.topics().iter().map(|topic| &topic.name).collect();
            let more: Vec<&String> = brought.filter(|name| !known.contains(name)).collect();
            known.extend(more);
            terms = topic_terms(filters.topics(), &known)?;
        }
        if terms.is_empty() {
            return Err(Error::usage("there is nothing to count")
                .hinted("name a TERM, a list with --terms FILE, or topics with --topic NAME or --topic all"));
        }
        let selection = match counts_topics {
            true => filters.query_without_topics()?,
            false => filters.query()?,
        };
        let plan = Plan {
            terms: apart(terms)?,
            by,
            selection,
            scope: scope(self.within.as_deref())?.unwrap_or(Scope::Passage),
            topics,
            every_year: false,
        };
        let told = match filters.topics().iter().any(|name| name == ALL) {
            true => &[],
            false => plan.terms.as_slice(),
        };
        tell_unmatched(&plan, told, index, terminal)?;
        Ok(plan)
    }

    fn term(&self, line: &Line) -> Result<Term> {
        let query = line.question(self.literal)?;
        if self.within.is_some() && matches!(query, Query::Within(..)) {
            return Err(
                Error::usage(format!("{}: --within stands both in the term and beside it", line.name))
                    .hinted("leave one out"),
            );
        }
        Ok(Term {
            name: line.name.clone(),
            query,
        })
    }

    /// The terms of a list; a table that lacks one of them would not be whole.
    fn listed(&self, path: &Path, lines: &[Line], terminal: &Terminal) -> Result<Vec<Term>> {
        let mut terms = Vec::new();
        let mut wrong = 0;
        for line in lines {
            match self.term(line) {
                Ok(term) => terms.push(term),
                Err(error) => {
                    wrong += 1;
                    terminal.error_at(&format!("{}, line {}", path.display(), line.number), &error);
                }
            }
        }
        match wrong {
            0 => Ok(terms),
            _ => Err(
                Error::source(path, format!("{} cannot be understood", counted(wrong, "line")))
                    .hinted("correct them, so that the table lacks nothing"),
            ),
        }
    }

    /// The receipt with what was counted and what the answer depends on.
    ///
    /// # Errors
    /// When a file that the answer depends on is gone.
    pub fn receipt(&self, receipt: Option<Receipt>, matrix: &Matrix) -> Result<Option<Receipt>> {
        let Some(mut receipt) = receipt else { return Ok(None) };
        let extent = matrix.extent();
        receipt = receipt
            .counting("terms", matrix.terms().len() as u64)
            .counting("reports", extent.reports)
            .counting("passages", extent.passages)
            .counting("chars", extent.chars);
        for path in self.list.iter().chain(&self.topics) {
            receipt = receipt.depending_on(path)?;
        }
        Ok(Some(receipt))
    }
}

fn line_of(term: &str) -> Line {
    Line {
        number: 0,
        name: term.trim().to_owned(),
        query: term.to_owned(),
        filters: String::new(),
    }
}

/// The topics that are named, as terms.
fn topic_terms(named: &[String], known: &[&String]) -> Result<Vec<Term>> {
    let all = named.iter().any(|name| name == ALL);
    let names = match all {
        true => known.iter().map(|name| (*name).clone()).collect(),
        false => named.to_vec(),
    };
    let terms = names.into_iter().map(|name| {
        Ok(Term {
            query: Query::Filter(Filter::new(Field::Topic, &[&name])?),
            name,
        })
    });
    terms.collect()
}

/// The terms, each once. One name for two questions would make a table that cannot be read.
fn apart(terms: Vec<Term>) -> Result<Vec<Term>> {
    let mut known: BTreeMap<String, Query> = BTreeMap::new();
    let mut apart = Vec::with_capacity(terms.len());
    for term in terms {
        match known.get(&term.name) {
            None => {
                known.insert(term.name.clone(), term.query.clone());
                apart.push(term);
            }
            Some(query) if *query == term.query => {}
            Some(_) => {
                return Err(Error::usage(format!(
                    "two terms are called {}, and ask for different things",
                    term.name
                ))
                .hinted("give each a name of its own in the column name"));
            }
        }
    }
    Ok(apart)
}

/// Tells of filters and topics that no passage has.
fn tell_unmatched(plan: &Plan, terms: &[Term], index: &Index, terminal: &Terminal) -> Result<()> {
    let topics = terms.iter().flat_map(|term| match &term.query {
        Query::Filter(filter) if filter.field == Field::Topic => filter.values.clone(),
        _ => Vec::new(),
    });
    let topics: Vec<Wanted> = topics.collect();
    let mut asked = vec![plan.selection.clone()];
    if !topics.is_empty() {
        asked.push(Query::Filter(Filter {
            field: Field::Topic,
            values: topics,
        }));
    }
    for query in asked.into_iter().filter(|query| *query != Query::All) {
        let found = index.search(&Request {
            limit: Some(0),
            topics: plan.topics.clone(),
            time_limit: None,
            ..Request::new(query)
        })?;
        for note in &found.summary().notes {
            terminal.note(&format!("note: {note}"));
        }
    }
    Ok(())
}
