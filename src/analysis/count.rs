//! Lays a [`Matrix`] out as a table: for people with a row a group, for programs with a row a term and group.

use std::collections::HashSet;

use super::matrix::{Group, Key, Matrix, Term};
use super::measure::Measure;
use crate::hits::{Grouping, Totals};
use crate::index::Extent;
use crate::query::{Query, Wanted};
use crate::schema::fields::{Field, Unit};
use crate::schema::values;
use crate::table::{Cell, Column, Kind, Row, Rows, Table};

/// What stands in the rows and columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// A row a group, a column a term, and the totals below.
    Terms(Measure),
    /// A row a group, a column a measure, and the totals below: for one term.
    Measures,
    /// A row a term and group with all measures and the question that finds it; without groups, a row a term.
    Long,
}

/// What a value is called that is not known, and the row of the totals.
pub const UNKNOWN: &str = "（未知）";
pub const TOTAL: &str = "（合计）";

/// The head of the table.
pub fn table(name: &str, matrix: &Matrix, layout: Layout, notes: Vec<String>) -> Table {
    let plan = matrix.plan();
    let mut columns = Vec::new();
    if layout == Layout::Long {
        columns.push(Column::new("term", "词语", Kind::Text));
    }
    columns.extend(key_columns(&plan.by));
    match layout {
        Layout::Terms(measure) => {
            columns.extend(extent_columns());
            let mut taken: HashSet<String> = columns.iter().map(|column| column.name.clone()).collect();
            for term in matrix.terms() {
                let column = Column::new(&unused(&term.name, &mut taken), &term.name, measure.kind());
                columns.push(column);
            }
        }
        Layout::Measures => {
            columns.extend(Measure::ALL.map(Measure::column));
            columns.extend(extent_columns());
        }
        Layout::Long => {
            columns.extend(Measure::ALL.map(Measure::column));
            columns.extend(extent_columns());
            columns.push(Column::new("query", "检索式", Kind::Text));
        }
    }
    Table {
        name: name.to_owned(),
        title: title(matrix, layout),
        columns,
        notes: all_notes(matrix, layout, notes),
    }
}

/// The rows, made as they are asked for.
pub fn rows(matrix: &Matrix, layout: Layout) -> Rows<'_> {
    match layout {
        Layout::Long => Box::new(long_rows(matrix).map(Ok)),
        _ => {
            let plan = matrix.plan();
            let groups = matrix.groups().filter(|_| !plan.by.is_empty()).map(move |group| {
                let mut row = key_cells(&plan.by, &group.key, &Cell::Text(UNKNOWN.to_owned()));
                put_counts(
                    matrix,
                    layout,
                    group.extent,
                    |term| matrix.found(term, &group),
                    &mut row,
                );
                Ok(row)
            });
            Box::new(groups.chain(std::iter::once_with(move || {
                let mut row = total_cells(key_columns(&plan.by).len());
                put_counts(matrix, layout, matrix.extent(), |term| matrix.totals(term), &mut row);
                Ok(row)
            })))
        }
    }
}

fn put_counts(matrix: &Matrix, layout: Layout, extent: Extent, found: impl Fn(usize) -> Totals, row: &mut Row) {
    match layout {
        Layout::Terms(measure) => {
            row.extend(extent_cells(extent));
            row.extend((0..matrix.terms().len()).map(|term| measure.cell(found(term), extent)));
        }
        Layout::Measures | Layout::Long => {
            row.extend(Measure::ALL.map(|measure| measure.cell(found(0), extent)));
            row.extend(extent_cells(extent));
        }
    }
}

fn long_rows(matrix: &Matrix) -> impl Iterator<Item = Row> {
    let plan = matrix.plan();
    let of_term = move |term: usize| {
        let row = move |group: Group| {
            let mut row = vec![Cell::Text(plan.terms[term].name.clone())];
            row.extend(key_cells(&plan.by, &group.key, &Cell::Empty));
            put_counts(
                matrix,
                Layout::Long,
                group.extent,
                |_| matrix.found(term, &group),
                &mut row,
            );
            row.push(Cell::Text(matrix.question(term, &group.key).to_string()));
            row
        };
        matrix.groups().map(row)
    };
    (0..plan.terms.len()).flat_map(of_term)
}

/// The columns of what is grouped by. A value that has a name and a label takes two.
pub fn key_columns(by: &[Grouping]) -> Vec<Column> {
    let columns = by.iter().flat_map(|by| {
        let (name, label) = (name_of(by), &by.field.declaration().label);
        let kind = if by.field == Field::Year {
            Kind::Year
        } else {
            Kind::Text
        };
        let labels = Column::new(&format!("{name}_label"), &format!("{label}（中文）"), Kind::Text);
        let labels = has_labels(by.field).then_some(labels);
        [Column::new(&name, label, kind)].into_iter().chain(labels)
    });
    columns.collect()
}

/// The cells of what is grouped by.
pub fn key_cells(by: &[Grouping], key: &Key, unknown: &Cell) -> Row {
    let cells = by.iter().zip(key).flat_map(|(by, value)| {
        let field = by.field;
        let cell = match value {
            None => unknown.clone(),
            Some(value) => match value.parse() {
                Ok(year) if field == Field::Year => Cell::Whole(year),
                _ => Cell::Text(value.clone()),
            },
        };
        let label = value.as_deref().and_then(|value| values::label(field, value));
        let label = has_labels(field).then(|| Cell::text(label));
        [cell].into_iter().chain(label)
    });
    cells.collect()
}

fn total_cells(columns: usize) -> Row {
    let mut cells = vec![Cell::Empty; columns];
    if let Some(first) = cells.first_mut() {
        *first = Cell::Text(TOTAL.to_owned());
    }
    cells
}

/// The columns of what a group has.
pub fn extent_columns() -> [Column; 3] {
    [
        Column::new("group_reports", "报告总数", Kind::Count),
        Column::new("group_passages", "段落总数", Kind::Count),
        Column::new("group_chars", "总字数", Kind::Count),
    ]
}

fn extent_cells(extent: Extent) -> [Cell; 3] {
    [extent.reports, extent.passages, extent.chars].map(Cell::Whole)
}

/// `year`, `region:福建省`.
fn name_of(by: &Grouping) -> String {
    let under = by.under.as_ref().map_or(String::new(), |under| format!(":{under}"));
    format!("{}{under}", by.field)
}

fn has_labels(field: Field) -> bool {
    values::values_of(field).any(|value| value.name != value.label)
}

/// The name, or one like it that no other column has.
fn unused(name: &str, taken: &mut HashSet<String>) -> String {
    let numbered = (2..).map(|number| format!("{name}_{number}"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    let free = names.find(|name| !taken.contains(name)).unwrap_or_default();
    taken.insert(free.clone());
    free
}

fn title(matrix: &Matrix, layout: Layout) -> String {
    let plan = matrix.plan();
    let what = match plan.terms.as_slice() {
        [term] => format!("“{}”", term.name),
        terms => format!("{}个词语", terms.len()),
    };
    let by: Vec<&str> = plan.by.iter().map(|by| by.field.declaration().label.as_str()).collect();
    let by = match by.is_empty() {
        true => String::new(),
        false => format!("，按{}", by.join("、")),
    };
    match layout {
        Layout::Terms(measure) => format!("{what}{by}：{}", measure.label()),
        _ => format!("{what}{by}"),
    }
}

/// Whether the term is a topic under its own name.
fn is_topic(term: &Term) -> bool {
    matches!(&term.query, Query::Filter(filter)
        if filter.field == Field::Topic && filter.values == [Wanted::Text(term.name.clone())])
}

/// How many questions of terms the notes tell; the others stand in the long form.
const TOLD_QUESTIONS: usize = 20;

fn all_notes(matrix: &Matrix, layout: Layout, more: Vec<String>) -> Vec<String> {
    let plan = matrix.plan();
    let extent = matrix.extent();
    let mut notes = vec![format!(
        "依据：{}份报告，{}段，{}字（不计空白）；筛选：{}；检索单位：{}",
        extent.reports,
        extent.passages,
        extent.chars,
        match plan.selection {
            Query::All => "无".to_owned(),
            ref selection => selection.to_string(),
        },
        plan.scope.label(),
    )];
    notes.push(match layout {
        Layout::Terms(measure) => measure.definition().to_owned(),
        _ => Measure::ALL.map(Measure::definition).join("；"),
    });
    if !plan.by.is_empty() {
        let is_part = plan.by.iter().any(|by| by.field.declaration().unit == Unit::Passage);
        let or_part = if is_part {
            "，或其中没有这样的段落"
        } else {
            ""
        };
        notes.push(format!("0：该组有报告而未提及；空白：该组没有报告{or_part}"));
    }
    if layout != Layout::Long {
        if plan.terms.iter().any(is_topic) {
            notes.push("主题的检索式为 topic:名称".to_owned());
        }
        let renamed = plan
            .terms
            .iter()
            .filter(|term| term.query.to_string() != term.name && !is_topic(term));
        let renamed: Vec<String> = renamed.map(|term| format!("{}＝{}", term.name, term.query)).collect();
        for question in renamed.iter().take(TOLD_QUESTIONS) {
            notes.push(format!("检索式：{question}"));
        }
        if renamed.len() > TOLD_QUESTIONS {
            notes.push(format!("另有{}个检索式，见 --long", renamed.len() - TOLD_QUESTIONS));
        }
        notes.push("每格的原文：加 --long，用 query 列的检索式检索".to_owned());
    } else {
        notes.push("query 列：用 baogao search 检索它，得到该行的全部原文".to_owned());
    }
    notes.extend(more);
    notes
}
