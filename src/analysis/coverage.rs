//! Tells who mentions a term since when, and who stopped: a row a township, a column a year.
//!
//! What is not found is told apart: a report that could be read does not mention it, or there is no such report.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use super::count::{TOTAL, UNKNOWN, key_cells, key_columns};
use super::matrix::{Group, Key, Matrix, Plan};
use crate::error::Result;
use crate::hits::{Grouping, Totals};
use crate::index::{Index, Request, Sort};
use crate::query::Query;
use crate::report::Grade;
use crate::schema::fields::Field;
use crate::table::{Cell, Column, Kind, Row, Rows, Table};

/// Terms by places and years.
pub struct Coverage<'a> {
    index: &'a Index,
    matrix: Matrix,
    /// What rows are made of: the fields before year and quality.
    fields: usize,
    rows: Vec<Key>,
    years: Vec<Option<String>>,
    /// The groups that hold anything, each with its row and its year.
    groups: Vec<(Place, Group)>,
    texts: HashMap<Place, Texts>,
}

/// A row and a year, by their numbers.
type Place = (usize, usize);

/// How many reports there are in a place.
#[derive(Clone, Copy, Default)]
struct Texts {
    readable: u64,
    poor: u64,
}

/// What can be said of a term in a year of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Mentioned,
    /// There is a report that can be read, and it does not mention it.
    Absent,
    /// There are reports, and the text of none can be read.
    Unreadable,
    NoReport,
}

/// What a term has in a row: for each year what was found and what can be said; the place is `None` for all rows together.
struct Line<'a> {
    term: usize,
    key: Option<&'a Key>,
    years: Vec<(Totals, Texts)>,
}

impl<'a> Coverage<'a> {
    /// Counts the terms of a plan by its fields, year by year.
    ///
    /// # Errors
    /// When the index is damaged.
    pub fn count(index: &'a Index, mut plan: Plan) -> Result<Self> {
        let fields = plan.by.len();
        plan.by.extend([Field::Year.into(), Field::Quality.into()]);
        plan.every_year = true;
        let matrix = Matrix::count(index, plan)?;
        let years = matrix.values(fields);
        let mut rows: Vec<Key> = Vec::new();
        let mut numbers: HashMap<Key, usize> = HashMap::new();
        let mut groups = Vec::new();
        let mut texts: HashMap<Place, Texts> = HashMap::new();
        for group in matrix.groups().filter(|group| group.extent.reports > 0) {
            let key = group.key[..fields].to_vec();
            let row = *numbers.entry(key).or_insert_with_key(|key| {
                rows.push(key.clone());
                rows.len() - 1
            });
            let year = years.iter().position(|year| *year == group.key[fields]);
            let place = (row, year.unwrap_or_default());
            let of_place = texts.entry(place).or_default();
            match group.key[fields + 1].as_deref() == Some(Grade::Poor.name()) {
                true => of_place.poor += group.extent.reports,
                false => of_place.readable += group.extent.reports,
            }
            groups.push((place, group));
        }
        Ok(Coverage {
            index,
            matrix,
            fields,
            rows,
            years,
            groups,
            texts,
        })
    }

    pub fn matrix(&self) -> &Matrix {
        &self.matrix
    }

    /// The head of the table: a row for each term and place, and the totals of the term.
    pub fn table(&self, more: Vec<String>) -> Table {
        let mut columns = self.head();
        columns.extend(self.years.iter().map(|year| match year {
            Some(year) => Column::new(year, year, Kind::Count),
            None => Column::new("year_unknown", "年份未知", Kind::Count),
        }));
        columns.extend([
            Column::new("first_year", "首次提及", Kind::Year),
            Column::new("last_year", "最近提及", Kind::Year),
            Column::new("years", "提及年数", Kind::Count),
            Column::new("gaps", "中断年份", Kind::Text),
            Column::new("ended", "不再提及始于", Kind::Year),
            Column::new("passages", "段数合计", Kind::Count),
            Column::new("first_passage", "首次提及的段落", Kind::Text),
            Column::new("first_citation", "首次提及的出处", Kind::Text),
        ]);
        let cells = "每格为提及的段数；空白：有可读的报告而未提及；?：没有可读的报告（没有报告，或文本质量为 poor）";
        self.finish(columns, &[cells, "两者之别及每格的检索式，见 --long"], more)
    }

    /// The rows of [`Coverage::table`].
    pub fn rows(&self) -> Rows<'_> {
        Box::new(self.lines(true).map(|line| self.row(&line)))
    }

    /// The head of the long table: a row for each term, place and year.
    pub fn long_table(&self, more: Vec<String>) -> Table {
        let mut columns = self.head();
        columns.extend([
            Column::new("year", "年份", Kind::Year),
            Column::new("state", "状态", Kind::Text),
            Column::new("passages", "段数", Kind::Count),
            Column::new("reports", "报告数", Kind::Count),
            Column::new("occurrences", "次数", Kind::Count),
            Column::new("readable_reports", "可读的报告总数", Kind::Count),
            Column::new("poor_reports", "不可读的报告总数", Kind::Count),
            Column::new("first_year", "首次提及", Kind::Year),
            Column::new("last_year", "最近提及", Kind::Year),
            Column::new("first_passage", "首次提及的段落", Kind::Text),
            Column::new("first_citation", "首次提及的出处", Kind::Text),
            Column::new("query", "检索式", Kind::Text),
        ]);
        let states = "状态：mentioned 提及；absent 有可读的报告而未提及；unreadable 只有文本质量为 poor 的报告；no_report 没有报告";
        self.finish(columns, &[states], more)
    }

    /// The rows of [`Coverage::long_table`].
    pub fn long_rows(&self) -> Rows<'_> {
        let rows = self.lines(false).flat_map(|line| match self.first_mention(&line) {
            Ok(first) => {
                let rows = (0..self.years.len()).filter_map(|year| self.long_row(&line, year, first.as_ref()));
                rows.map(Ok).collect::<Vec<_>>()
            }
            Err(error) => vec![Err(error)],
        });
        Box::new(rows)
    }

    fn head(&self) -> Vec<Column> {
        let mut columns = vec![Column::new("term", "词语", Kind::Text)];
        columns.extend(key_columns(self.by()));
        columns
    }

    /// What rows are made of.
    fn by(&self) -> &[Grouping] {
        &self.matrix.plan().by[..self.fields]
    }

    fn finish(&self, columns: Vec<Column>, notes: &[&str], more: Vec<String>) -> Table {
        let plan = self.matrix.plan();
        let extent = self.matrix.extent();
        let selection = match &plan.selection {
            Query::All => "无".to_owned(),
            selection => selection.to_string(),
        };
        let labels = plan.by[..self.fields]
            .iter()
            .map(|by| by.field.declaration().label.as_str());
        let labels: Vec<&str> = labels.collect();
        let what = match plan.terms.as_slice() {
            [term] => format!("“{}”", term.name),
            terms => format!("{}个词语", terms.len()),
        };
        let basis = format!(
            "依据：{}份报告，{}段；筛选：{selection}；检索单位：{}",
            extent.reports,
            extent.passages,
            plan.scope.label()
        );
        let notes = std::iter::once(basis).chain(notes.iter().map(|note| (*note).to_owned()));
        Table {
            name: "coverage".to_owned(),
            title: format!("{what}的提及，按{}和年份", labels.join("、")),
            columns,
            notes: notes.chain(more).collect(),
        }
    }

    /// The lines of all terms, one after the other; with the totals of each, if these are wanted.
    fn lines(&self, with_totals: bool) -> impl Iterator<Item = Line<'_>> {
        (0..self.matrix.terms().len()).flat_map(move |term| {
            let mut found: BTreeMap<Place, Totals> = BTreeMap::new();
            for (place, group) in &self.groups {
                let of_group = self.matrix.found(term, group);
                if of_group.passages > 0 {
                    add(found.entry(*place).or_default(), of_group);
                }
            }
            let of_row = move |row: usize| {
                let years = (0..self.years.len()).map(|year| {
                    let place = (row, year);
                    let totals = found.get(&place).copied().unwrap_or_default();
                    (totals, self.texts.get(&place).copied().unwrap_or_default())
                });
                years.collect::<Vec<_>>()
            };
            let mut all = vec![(Totals::default(), Texts::default()); self.years.len()];
            let rows = self.rows.len();
            (0..rows + usize::from(with_totals)).map(move |row| {
                let is_total = row == rows;
                let years = if is_total {
                    std::mem::take(&mut all)
                } else {
                    of_row(row)
                };
                for (all, (totals, texts)) in all.iter_mut().zip(&years) {
                    add(&mut all.0, *totals);
                    all.1.readable += texts.readable;
                    all.1.poor += texts.poor;
                }
                Line {
                    term,
                    key: self.rows.get(row),
                    years,
                }
            })
        })
    }

    fn row(&self, line: &Line<'_>) -> Result<Row> {
        let mut row = self.head_cells(line, &Cell::Text(UNKNOWN.to_owned()));
        row.extend(line.years.iter().map(|(totals, texts)| match state(*totals, *texts) {
            State::Mentioned => Cell::Whole(totals.passages),
            State::Absent => Cell::Empty,
            State::Unreadable | State::NoReport => Cell::Text("?".to_owned()),
        }));
        let span = self.span(line);
        let year = |at: Option<usize>| at.map_or(Cell::Empty, |at| year_cell(&self.years[at]));
        row.extend([year(span.first), year(span.last), Cell::Whole(span.mentioned)]);
        row.push(match span.gaps.is_empty() {
            true => Cell::Empty,
            false => Cell::Text(span.gaps.join("、")),
        });
        row.push(year(span.ended));
        row.push(Cell::Whole(line.years.iter().map(|(totals, _)| totals.passages).sum()));
        let first = self.first_mention(line)?;
        let (passage, citation) = first.map_or((None, None), |(_, passage, citation)| (Some(passage), Some(citation)));
        row.extend([Cell::text(passage.as_deref()), Cell::text(citation.as_deref())]);
        Ok(row)
    }

    /// A year of a line; none for an unknown year of which there is no report.
    fn long_row(&self, line: &Line<'_>, year: usize, first: Option<&(usize, String, String)>) -> Option<Row> {
        let (totals, texts) = line.years[year];
        let state = state(totals, texts);
        if self.years[year].is_none() && state == State::NoReport {
            return None;
        }
        let mut row = self.head_cells(line, &Cell::Empty);
        row.push(year_cell(&self.years[year]));
        row.push(Cell::Text(state.to_string()));
        let counts = [totals.passages, totals.reports, totals.occurrences];
        row.extend(counts.map(|count| match state {
            State::NoReport => Cell::Empty,
            _ => Cell::Whole(count),
        }));
        row.extend([texts.readable, texts.poor].map(Cell::Whole));
        let span = self.span(line);
        row.extend([span.first, span.last].map(|at| at.map_or(Cell::Empty, |at| year_cell(&self.years[at]))));
        let first = first.filter(|(at, ..)| *at == year);
        row.push(Cell::text(first.map(|(_, passage, _)| passage.as_str())));
        row.push(Cell::text(first.map(|(.., citation)| citation.as_str())));
        row.push(Cell::Text(self.question(line, year).to_string()));
        Some(row)
    }

    fn head_cells(&self, line: &Line<'_>, unknown: &Cell) -> Row {
        let mut row = vec![Cell::Text(self.matrix.terms()[line.term].name.clone())];
        match line.key {
            Some(key) => row.extend(key_cells(self.by(), key, unknown)),
            None => {
                row.resize(1 + key_columns(self.by()).len(), Cell::Empty);
                if let Some(first) = row.get_mut(1) {
                    *first = Cell::Text(TOTAL.to_owned());
                }
            }
        }
        row
    }

    fn question(&self, line: &Line<'_>, year: usize) -> Query {
        let of_row = line.key.into_iter().flat_map(|key| (0..).zip(key));
        let of_year = std::iter::once((self.fields, &self.years[year]));
        self.matrix.question_where(line.term, of_row.chain(of_year))
    }

    /// The first passage of the first year that mentions it: the number of the year, the passage, its citation.
    fn first_mention(&self, line: &Line<'_>) -> Result<Option<(usize, String, String)>> {
        let mentioned = |(totals, _): &(Totals, Texts)| totals.passages > 0;
        let Some(year) = line.years.iter().position(mentioned) else {
            return Ok(None);
        };
        let found = self.index.search(&Request {
            sort: Sort::OldestFirst,
            limit: Some(1),
            topics: self.matrix.plan().topics.clone(),
            time_limit: None,
            ..Request::new(self.question(line, year))
        })?;
        let first = found.hits().next().transpose()?;
        Ok(first.map(|hit| (year, hit.passage.id, hit.citation)))
    }

    fn span(&self, line: &Line<'_>) -> Span {
        let known = (0..self.years.len()).filter(|&at| self.years[at].is_some());
        let states: Vec<(usize, State)> = known
            .map(|at| (at, state(line.years[at].0, line.years[at].1)))
            .collect();
        let at_state = |wanted: State| {
            states
                .iter()
                .filter(move |(_, state)| *state == wanted)
                .map(|(at, _)| *at)
        };
        let (first, last) = (
            at_state(State::Mentioned).next(),
            at_state(State::Mentioned).next_back(),
        );
        let between = |at: &usize| first.is_some_and(|first| first < *at) && last.is_some_and(|last| *at < last);
        let gaps = at_state(State::Absent).filter(between);
        Span {
            first,
            last,
            mentioned: at_state(State::Mentioned).count() as u64,
            gaps: gaps.filter_map(|at| self.years[at].clone()).collect(),
            ended: at_state(State::Absent).find(|&at| last.is_some_and(|last| last < at)),
        }
    }
}

/// From when to when a term is mentioned; years by their numbers, unknown ones left aside.
struct Span {
    first: Option<usize>,
    last: Option<usize>,
    mentioned: u64,
    /// The years between in which a report that can be read does not mention it.
    gaps: Vec<String>,
    /// The first such year after the last mention.
    ended: Option<usize>,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            State::Mentioned => "mentioned",
            State::Absent => "absent",
            State::Unreadable => "unreadable",
            State::NoReport => "no_report",
        })
    }
}

fn state(found: Totals, texts: Texts) -> State {
    match texts {
        _ if found.passages > 0 => State::Mentioned,
        texts if texts.readable > 0 => State::Absent,
        texts if texts.poor > 0 => State::Unreadable,
        _ => State::NoReport,
    }
}

fn year_cell(year: &Option<String>) -> Cell {
    let year = year.as_ref().and_then(|year| year.parse().ok());
    year.map_or(Cell::Empty, Cell::Whole)
}

fn add(totals: &mut Totals, more: Totals) {
    totals.passages += more.passages;
    totals.reports += more.reports;
    totals.occurrences += more.occurrences;
}
