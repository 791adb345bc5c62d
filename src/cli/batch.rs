//! `baogao search --queries`: many questions in one run, by the same engine.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::list::{Line, read_lines};
use super::search::brought_topics;
use super::terminal::{Destination, Terminal};
use super::{Input, Status};
use crate::error::{Error, Result};
use crate::index::{Index, Request};
use crate::output::batch::{Answered, Asked, HitTable, print_answers};
use crate::output::{Format, counted};
use crate::query::Query;

/// A list of questions, and what is wanted of it.
pub struct Batch<'a> {
    pub path: &'a Path,
    /// All hits, not only how many.
    pub all_hits: bool,
    pub format: Format,
    pub no_bom: bool,
    pub output: Option<&'a PathBuf>,
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
        let destination = Destination::new(self.output);
        let mut options = terminal.options(&destination);
        options.bom = !self.no_bom;
        let found = match self.all_hits {
            true => {
                let mut table = HitTable::new(self.format, &options)?;
                let mut found = 0;
                destination.write(|out| {
                    for question in &ready {
                        match index.search(&question.request) {
                            Ok(answer) => {
                                found += answer.summary().totals.passages;
                                table.print(&question.asked, answer.summary(), &mut answer.hits(), out)?;
                            }
                            Err(error) => {
                                self.tell(terminal, question.asked.line, &error);
                                bad += 1;
                            }
                        }
                    }
                    table.finish(out)
                })?;
                found
            }
            false => {
                let answers: Vec<(u64, Result<Answered>)> = ready
                    .par_iter()
                    .map(|question| (question.asked.line, answer(&index, question)))
                    .collect();
                let mut answered = Vec::with_capacity(answers.len());
                for (line, answer) in answers {
                    match answer {
                        Ok(answer) => answered.push(answer),
                        Err(error) => {
                            self.tell(terminal, line, &error);
                            bad += 1;
                        }
                    }
                }
                destination.write(|out| print_answers(self.format, &answered, &options, out))?;
                answered.iter().map(|answer| answer.totals.passages).sum()
            }
        };
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

fn answer(index: &Index, question: &Ready) -> Result<Answered> {
    let found = index.search(&question.request)?;
    let summary = found.summary();
    Ok(Answered {
        asked: question.asked.clone(),
        interpreted: summary.interpreted.clone(),
        totals: summary.totals,
        notes: summary.notes.clone(),
    })
}
