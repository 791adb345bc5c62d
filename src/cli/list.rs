//! Reads lists of questions: one a line (lines that begin with `#` are remarks), or a table with the columns name, query and filters.

use std::path::Path;

use crate::error::{Error, Result};
use crate::ingest::decode::decode;
use crate::query::Query;

/// A line of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// From 1.
    pub number: u64,
    /// What the question is called; the question itself, when nothing else is said.
    pub name: String,
    pub query: String,
    /// A question of its own that must hold too.
    pub filters: String,
}

impl Line {
    /// The question with its filters.
    ///
    /// # Errors
    /// When one of them cannot be understood. `literal` takes the question as one phrase.
    pub fn question(&self, literal: bool) -> Result<Query> {
        let query = match literal {
            true => Query::literal(&self.query)?,
            false => Query::parse(&self.query)?,
        };
        match self.filters.is_empty() {
            true => Ok(query),
            false => Ok(query.and(Query::parse(&self.filters)?)),
        }
    }
}

/// The lines of a list with something in them.
///
/// # Errors
/// When the file cannot be read, or is a table without a column of questions.
pub fn read_lines(path: &Path) -> Result<Vec<Line>> {
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
    let is_question = |line: &str| !line.is_empty() && !line.starts_with('#');
    let lines = (1..).zip(text.lines()).filter(|(_, line)| is_question(line.trim()));
    lines
        .map(|(number, query)| Line {
            number,
            name: query.trim().to_owned(),
            query: query.trim().to_owned(),
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
            number: record.position().map_or(0, csv::Position::line),
            name: Some(cell(name))
                .filter(|name| !name.is_empty())
                .unwrap_or_else(|| query.clone()),
            query,
            filters: cell(filters),
        });
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(lines: Vec<Line>) -> Vec<String> {
        let line = |line: &Line| format!("{} {} {} {}", line.number, line.name, line.query, line.filters);
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
