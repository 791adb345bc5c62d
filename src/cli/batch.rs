//! `baogao search --queries`: many questions in one run, by the same engine.

use std::path::Path;

use rayon::prelude::*;

use super::export::Export;
use super::search::brought_topics;
use super::terminal::Terminal;
use super::{Input, Status};
use crate::error::{Error, Result};
use crate::index::{Found, Index, Request};
use crate::ingest::decode::decode;
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

/// A line of the list.
struct Line {
    asked: Asked,
    /// A question of its own that must hold too.
    filters: String,
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
                    asked: line.asked,
                    request,
                }),
                Err(error) => {
                    self.tell(terminal, line.asked.line, &error);
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
        let mut request = request(&line.asked.query)?;
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

/// The lines of a list with something in them.
fn read_lines(path: &Path) -> Result<Vec<Line>> {
    let bytes = std::fs::read(path).map_err(|error| Error::io(path, error))?;
    let decoded = decode(bytes, None).map_err(|error| error.about(path))?;
    if decoded.lossy.is_some() {
        return Err(Error::source(path, "some of its bytes are no characters").hinted("save the list as UTF-8 text"));
    }
    let text = decoded.text.trim_start_matches('\u{feff}');
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    match ending.to_lowercase().as_str() {
        "csv" => read_table(path, text, b','),
        "tsv" | "tab" => read_table(path, text, b'\t'),
        _ => Ok(plain_lines(text)),
    }
}

fn plain_lines(text: &str) -> Vec<Line> {
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(line, query)| Line {
            asked: Asked {
                line,
                name: query.trim().to_owned(),
                query: query.trim().to_owned(),
            },
            filters: String::new(),
        })
        .collect()
}

/// The rows of a table with a column `query`, and perhaps `name` and `filters`.
fn read_table(path: &Path, text: &str, delimiter: u8) -> Result<Vec<Line>> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .quoting(delimiter == b',')
        .from_reader(text.as_bytes());
    let wrong = |error: csv::Error| Error::source(path, error.to_string());
    let names = reader.headers().map_err(wrong)?.clone();
    let column = |known: &[&str]| {
        names
            .iter()
            .position(|name| known.contains(&name.trim().to_lowercase().as_str()))
    };
    let Some(query) = column(&["query", "question", "检索式", "查询", "问题", "短语"]) else {
        return Err(Error::source(path, "there is no column `query`")
            .hinted("name the columns in the first line: name,query or name,query,filters")
            .hinted("a list with one question a line must not end in .csv or .tsv"));
    };
    let (name, filters) = (
        column(&["name", "名称", "编号"]),
        column(&["filters", "filter", "筛选"]),
    );
    let mut lines = Vec::new();
    for record in reader.records() {
        let record = record.map_err(wrong)?;
        let cell = |column: Option<usize>| {
            column
                .and_then(|at| record.get(at))
                .unwrap_or_default()
                .trim()
                .to_owned()
        };
        let query = cell(Some(query));
        if query.is_empty() && cell(name).is_empty() {
            continue;
        }
        lines.push(Line {
            asked: Asked {
                line: record.position().map_or(0, csv::Position::line),
                name: Some(cell(name))
                    .filter(|name| !name.is_empty())
                    .unwrap_or_else(|| query.clone()),
                query,
            },
            filters: cell(filters),
        });
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(lines: Vec<Line>) -> Vec<String> {
        let line = |line: &Line| {
            format!(
                "{} {} {} {}",
                line.asked.line, line.asked.name, line.asked.query, line.filters
            )
        };
        lines.iter().map(line).collect()
    }

    #[test]
    fn lists_are_lines_or_tables() {
        assert_eq!(
            shown(plain_lines("枫桥经验\n\n 网格员 信访 \n")),
            ["1 枫桥经验 枫桥经验 ", "3 网格员 信访 网格员 信访 "]
        );
        let path = Path::new("q.csv");
        let table = "name,query,filters\n一,枫桥经验,year:2021\n二,\"\"\"甲 乙\"\"~8\",\n,网格员,\n,,\n";
        assert_eq!(
            shown(read_table(path, table, b',').unwrap()),
            ["2 一 枫桥经验 year:2021", "3 二 \"甲 乙\"~8 ", "4 网格员 网格员 "]
        );
        assert!(read_table(path, "a,b\n1,2\n", b',').is_err());
        assert_eq!(
            shown(read_table(path, "query\tname\n\"甲 乙\"~8\t近\n", b'\t').unwrap()),
            ["2 近 \"甲 乙\"~8 "]
        );
    }
}
