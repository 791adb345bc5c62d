//! Prints the answers to many questions: a table of totals, or all hits with the question each answers.

use std::io::Write;

use serde::Serialize;

use super::columns::{COLUMNS, guarded};
use super::csv::{BOM, put_record};
use super::sink::Sink;
use super::tsv::one_line;
use super::{Format, Options, grouped, visible, wrap};
use crate::error::{Error, Result};
use crate::hits::{Hit, Summary, Totals};
use crate::table::Cell;

/// A question of a list, and where it stands in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Asked {
    /// The line of the list, from 1.
    pub line: u64,
    pub name: String,
    pub query: String,
}

/// How much a question of a list finds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Answered {
    #[serde(flatten)]
    pub asked: Asked,
    pub interpreted: String,
    pub totals: Totals,
    pub notes: Vec<String>,
}

/// The hits of questions in one table, the names of its columns first; written one question after the other.
pub struct HitTable<'a> {
    format: Format,
    options: &'a Options,
    /// Whether something was written.
    started: bool,
}

const TOTALS: [&str; 7] = [
    "line",
    "name",
    "query",
    "interpreted",
    "passages",
    "reports",
    "occurrences",
];

/// Writes how much each question finds.
///
/// # Errors
/// When the format is none for tables, or `out` fails.
pub fn print_answers(format: Format, answers: &[Answered], options: &Options, out: &mut dyn Write) -> Result<()> {
    let mut sink = Sink::new(out, &options.destination);
    match format {
        Format::Text => print_text(answers, options, &mut sink)?,
        Format::Json => {
            sink.json(&answers)?;
            sink.put("\n")?;
        }
        Format::Jsonl => {
            for answer in answers {
                sink.json(answer)?;
                sink.put("\n")?;
            }
        }
        Format::Csv | Format::Tsv => {
            if options.bom {
                sink.put(BOM)?;
            }
            let rows = answers.iter().map(|answer| cells(answer).map(guarded).to_vec());
            for row in std::iter::once(TOTALS.map(str::to_owned).to_vec()).chain(rows) {
                put_row(format, row, &mut sink)?;
            }
        }
        format => return Err(no_table(format)),
    }
    sink.finish()
}

impl<'a> HitTable<'a> {
    /// # Errors
    /// When hits of several questions cannot be written in this format.
    pub fn new(format: Format, options: &'a Options) -> Result<Self> {
        match format {
            Format::Csv | Format::Tsv | Format::Jsonl | Format::Json => Ok(HitTable {
                format,
                options,
                started: false,
            }),
            format => Err(no_table(format)),
        }
    }

    /// Writes the hits of one question.
    ///
    /// # Errors
    /// When the hits end in an error, or `out` does.
    pub fn print(
        &mut self,
        asked: &Asked,
        summary: &Summary,
        hits: &mut dyn Iterator<Item = Result<Hit>>,
        out: &mut dyn Write,
    ) -> Result<()> {
        /// A hit with its question, as JSON.
        #[derive(Serialize)]
        struct Line<'b> {
            name: &'b str,
            question: &'b str,
            #[serde(flatten)]
            hit: &'b Hit,
        }

        let mut sink = Sink::new(out, &self.options.destination);
        let started = std::mem::replace(&mut self.started, true);
        match self.format {
            Format::Json => {
                sink.put(if started { ",\n" } else { "[\n" })?;
                let question = serde_json::json!({"line": asked.line, "name": asked.name});
                let question = sink.json_text(&question)?;
                let summary = sink.json_text(summary)?;
                let summary = summary.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
                let question = question.trim_end_matches('}');
                write!(sink, "{question},{},\"hits\":[", summary.unwrap_or_default())?;
                let mut separator = "\n";
                for hit in hits {
                    sink.put(separator)?;
                    sink.json(&hit?)?;
                    separator = ",\n";
                }
                sink.put("]}")?;
            }
            Format::Jsonl => {
                for hit in hits {
                    let line = Line {
                        name: &asked.name,
                        question: &asked.query,
                        hit: &hit?,
                    };
                    sink.json(&line)?;
                    sink.put("\n")?;
                }
            }
            format => {
                if !started {
                    if self.options.bom {
                        sink.put(BOM)?;
                    }
                    let names = ["name", "query"]
                        .into_iter()
                        .chain(COLUMNS.iter().map(|column| column.name));
                    put_row(format, names.map(str::to_owned).collect(), &mut sink)?;
                }
                for hit in hits {
                    let hit = hit?;
                    let question = [&asked.name, &asked.query].map(|text| Cell::Text(text.clone()));
                    let cells = question
                        .into_iter()
                        .chain(COLUMNS.iter().map(|column| (column.cell)(&hit)));
                    put_row(format, cells.map(guarded).collect(), &mut sink)?;
                }
            }
        }
        sink.finish()
    }

    /// Writes what comes after the last question.
    ///
    /// # Errors
    /// When `out` fails.
    pub fn finish(self, out: &mut dyn Write) -> Result<()> {
        let mut sink = Sink::new(out, &self.options.destination);
        if self.format == Format::Json {
            sink.put(if self.started { "\n]\n" } else { "[]\n" })?;
        }
        sink.finish()
    }
}

fn no_table(format: Format) -> Error {
    Error::usage(format!("the answers to many questions cannot be written as {format}"))
        .hinted("totals can be text, csv, tsv, json or jsonl; with --hits, csv, tsv, json or jsonl")
}

fn cells(answer: &Answered) -> [Cell; TOTALS.len()] {
    let Answered {
        asked,
        interpreted,
        totals,
        ..
    } = answer;
    [
        Cell::Whole(asked.line),
        Cell::Text(asked.name.clone()),
        Cell::Text(asked.query.clone()),
        Cell::Text(interpreted.clone()),
        Cell::Whole(totals.passages),
        Cell::Whole(totals.reports),
        Cell::Whole(totals.occurrences),
    ]
}

fn put_row(format: Format, cells: Vec<String>, sink: &mut Sink<'_>) -> Result<()> {
    if format == Format::Csv {
        return put_record(cells.into_iter(), sink);
    }
    let cells: Vec<String> = cells.iter().map(|cell| one_line(cell)).collect();
    writeln!(sink, "{}", cells.join("\t"))
}

/// A table: numbers first, since questions are of any length.
fn print_text(answers: &[Answered], options: &Options, sink: &mut Sink<'_>) -> Result<()> {
    let numbers: Vec<[String; 3]> = answers
        .iter()
        .map(|answer| [answer.totals.passages, answer.totals.reports, answer.totals.occurrences].map(grouped))
        .collect();
    let heads = ["passages", "reports", "occurrences"];
    let width = |at: usize| {
        numbers
            .iter()
            .map(|row| row[at].len())
            .chain([heads[at].len()])
            .max()
            .unwrap_or(0)
    };
    let widths = [width(0), width(1), width(2)];
    let line = |cells: [&str; 3]| {
        let cells = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:>width$}"));
        cells.collect::<Vec<_>>().join("  ")
    };
    writeln!(sink, "{}  query", line(heads))?;
    for (answer, row) in answers.iter().zip(&numbers) {
        let question = match answer.asked.name == answer.asked.query {
            true => answer.asked.query.clone(),
            false => format!("{}: {}", answer.asked.name, answer.asked.query),
        };
        let room = options.width.saturating_sub(widths.iter().sum::<usize>() + 6).max(20);
        let question = visible::line(&question);
        let question = wrap::truncate(&question, room);
        writeln!(sink, "{}  {question}", line([&row[0], &row[1], &row[2]]))?;
        for note in &answer.notes {
            writeln!(sink, "  note: {}", visible::line(note))?;
        }
    }
    Ok(())
}
