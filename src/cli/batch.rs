//! `baogao search --queries`: many questions in one run, by the same engine.

use std::path::Path;

use rayon::prelude::*;

use super::export::Export;
use super::list::{Line, read_lines};
use super::search::brought_topics;
use super::terminal::Terminal;
use super::{Input, Status};
use crate::error::{Error, Result};
use crate::index::{Found, Index, Request};
use crate::output::batch::{Answered, Asked, hits_row, hits_table, note_about, totals_row, totals_table};
use crate::output::counted;
use crate::query::Query;
use crate::receipt::Receipt;

/// A list of questions, and what is wanted of it.
pub struct Batch<'a> {
    pub path: &'a Path,
    /// All hits, not only how many.
    pub all_hits: bool,
    pub export: &'a Export,
    pub input: &'a Input,
    pub topics: Option<&'a Path>,
}

/// A question that can be asked.
struct Ready {
    asked: Asked,
    request: Request,
}

impl Batch<'_> {
    /// Asks all questions that can be asked, and tells each that cannot.
    pub fn run(&self, index: &Path, terminal: &Terminal, request: impl Fn(&str) -> Result<Request>) -> Result<Status> {
        let mut bad = 0;
        let mut ready = Vec::new();
        for line in read_lines(self.path)? {
            match self.request(&line, &request) {
                Ok(request) => ready.push(Ready {
                    asked: Asked {
                        line: line.number,
                        name: line.name,
                        query: line.query,
                    },
                    request,
                }),
                Err(error) => {
                    self.tell(terminal, line.number, &error);
                    bad += 1;
                }
            }
        }
        if ready.is_empty() {
            let reason = format!("{}: there is no question in it that can be asked", self.path.display());
            return Err(Error::usage(reason).hinted("write one question a line, or a CSV file with a column `query`"));
        }
        let index = self.input.open(index, terminal)?;
        let topics = brought_topics(self.topics, &index)?;
        for question in &mut ready {
            question.request.topics.clone_from(&topics);
        }
        let receipt = self.receipt(&ready, &index, terminal)?;
        let answers: Vec<(&Asked, Result<Found<'_>>)> = ready
            .par_iter()
            .map(|question| (&question.asked, index.search(&question.request)))
            .collect();
        let mut answered = Vec::with_capacity(answers.len());
        for (asked, answer) in answers {
            match answer {
                Ok(found) => answered.push((asked, found)),
                Err(error) => {
                    self.tell(terminal, asked.line, &error);
                    bad += 1;
                }
            }
        }
        let found: u64 = answered.iter().map(|(_, found)| found.summary().totals.passages).sum();
        let receipt = receipt.map(|receipt| receipt.counting("questions", answered.len() as u64));
        match self.all_hits {
            true => self.export_hits(&answered, receipt, terminal)?,
            false => self.export_totals(&answered, receipt, terminal)?,
        }
        if bad > 0 {
            terminal.note(&format!(
                "{} of {} could not be answered",
                counted(bad, "question"),
                self.path.display()
            ));
        }
        Ok(match (bad, found) {
            (0, 0) => Status::Nothing,
            (0, _) => Status::Found,
            _ => Status::Partly,
        })
    }

    /// What the answers will say of themselves: they depend on the list too.
    fn receipt(&self, ready: &[Ready], index: &Index, terminal: &Terminal) -> Result<Option<Receipt>> {
        let joined = |text: fn(&Ready) -> String| ready.iter().map(text).collect::<Vec<_>>().join("\n");
        let asked = joined(|question| question.asked.query.clone());
        let interpreted = joined(|question| question.request.query.to_string());
        let Some(receipt) = self.export.receipt(terminal, &asked, &interpreted, index)? else {
            return Ok(None);
        };
        let mut files = std::iter::once(self.path).chain(self.topics);
        files
            .try_fold(receipt, |receipt, file| receipt.depending_on(file))
            .map(Some)
    }

    fn export_hits(
        &self,
        answered: &[(&Asked, Found<'_>)],
        receipt: Option<Receipt>,
        terminal: &Terminal,
    ) -> Result<()> {
        let notes = answered.iter().flat_map(|(asked, found)| {
            let notes = found.summary().notes.iter();
            notes.map(|note| note_about(asked, note))
        });
        let table = hits_table(notes.collect());
        let rows = answered
            .iter()
            .flat_map(|(asked, found)| found.hits().map(|hit| Ok(hits_row(asked, &hit?))));
        self.export.table(&table, &mut { rows }, receipt, terminal)
    }

    fn export_totals(
        &self,
        answered: &[(&Asked, Found<'_>)],
        receipt: Option<Receipt>,
        terminal: &Terminal,
    ) -> Result<()> {
        let answers: Vec<Answered> = answered.iter().map(|(asked, found)| answer(asked, found)).collect();
        let mut rows = answers.iter().map(|answer| Ok(totals_row(answer)));
        self.export.table(&totals_table(&answers), &mut rows, receipt, terminal)
    }

    fn request(&self, line: &Line, request: &impl Fn(&str) -> Result<Request>) -> Result<Request> {
        let mut request = request(&line.query)?;
        if !line.filters.is_empty() {
            request.query = request.query.and(Query::parse(&line.filters)?);
        }
        if !self.all_hits {
            request.limit = Some(0);
        }
        Ok(request)
    }

    /// Tells what is wrong with a line, where it stands, and under which of its characters.
    fn tell(&self, terminal: &Terminal, line: u64, error: &Error) {
        terminal.error_at(&format!("{}, line {line}", self.path.display()), error);
    }
}

fn answer(asked: &Asked, found: &Found<'_>) -> Answered {
    let summary = found.summary();
    Answered {
        asked: asked.clone(),
        interpreted: summary.interpreted.clone(),
        totals: summary.totals,
        notes: summary.notes.clone(),
    }
}
