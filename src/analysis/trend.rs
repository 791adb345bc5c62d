//! Draws a [`Matrix`] by year as a [`Figure`]: a line a term, a panel a group.

use std::collections::{BTreeMap, BTreeSet};

use super::count::UNKNOWN;
use super::matrix::{Key, Matrix, Term};
use super::measure::Measure;
use crate::figure::{Figure, Line, Panel};
use crate::query::Query;
use crate::schema::fields::Field;
use crate::schema::values;

/// What of the matrix is drawn, and what is left out.
pub struct Trend {
    pub figure: Figure,
    /// How many groups there are beyond those that are drawn.
    pub undrawn: usize,
}

/// More panels than this nobody can compare.
const MOST_PANELS: usize = 24;

/// A group that is drawn, year by year: the value of each term, and how many reports there are.
struct Drawn {
    key: Key,
    values: BTreeMap<u16, Vec<Option<f64>>>,
    reports: BTreeMap<u16, u64>,
}

/// The figure of a matrix whose last field is the year; what stands before it makes panels.
pub fn trend(matrix: &Matrix, measure: Measure) -> Trend {
    let mut years: BTreeSet<u16> = BTreeSet::new();
    let mut drawn: Vec<Drawn> = Vec::new();
    let mut places: BTreeMap<Key, usize> = BTreeMap::new();
    let mut undated = 0;
    for group in matrix.groups() {
        let Some((year, above)) = group.key.split_last() else {
            continue;
        };
        let Some(year) = year.as_ref().and_then(|year| year.parse().ok()) else {
            undated += group.extent.reports;
            continue;
        };
        years.insert(year);
        let count = places.len();
        let place = *places.entry(above.to_vec()).or_insert(count);
        if place == drawn.len() && place < MOST_PANELS {
            drawn.push(Drawn {
                key: above.to_vec(),
                values: BTreeMap::new(),
                reports: BTreeMap::new(),
            });
        }
        if let Some(drawn) = drawn.get_mut(place) {
            let terms = 0..matrix.terms().len();
            let values = terms.map(|term| measure.of(matrix.found(term, &group), group.extent));
            drawn.values.insert(year, values.collect());
            drawn.reports.insert(year, group.extent.reports);
        }
    }
    let years: Vec<u16> = years.into_iter().collect();
    let undrawn = places.len() - drawn.len();
    Trend {
        figure: Figure {
            title: title(matrix, measure),
            measure: measure.label().to_owned(),
            kind: measure.kind(),
            panels: drawn.iter().map(|drawn| panel(matrix, drawn, &years)).collect(),
            notes: notes(matrix, measure, undrawn, undated),
            years,
        },
        undrawn,
    }
}

fn panel(matrix: &Matrix, drawn: &Drawn, years: &[u16]) -> Panel {
    let line = |(at, term): (usize, &Term)| Line {
        name: term.name.clone(),
        values: years.iter().map(|year| drawn.values.get(year)?[at]).collect(),
    };
    let reports = years.iter().map(|year| drawn.reports.get(year).copied());
    Panel {
        title: title_of(matrix, &drawn.key),
        lines: matrix.terms().iter().enumerate().map(line).collect(),
        reports: reports.map(Option::unwrap_or_default).collect(),
    }
}

fn title(matrix: &Matrix, measure: Measure) -> String {
    let names: Vec<&str> = matrix.terms().iter().map(|term| term.name.as_str()).collect();
    match names.len() {
        1..=4 => format!("{}：{}", names.join("、"), measure.label()),
        count => format!("{count}个词语：{}", measure.label()),
    }
}

fn title_of(matrix: &Matrix, key: &Key) -> String {
    let names = matrix.plan().by.iter().zip(key).map(|(by, value)| match value {
        None => UNKNOWN,
        Some(value) => values::label(by.field, value).unwrap_or(value),
    });
    names.collect::<Vec<_>>().join(" · ")
}

fn notes(matrix: &Matrix, measure: Measure, undrawn: usize, undated: u64) -> Vec<String> {
    let extent = matrix.extent();
    let selection = match &matrix.plan().selection {
        Query::All => String::new(),
        selection => format!("；筛选：{selection}"),
    };
    let mut notes = vec![
        format!(
            "资料：{}份报告，{}字{selection}。n：各年报告数。",
            extent.reports, extent.chars
        ),
        format!("{}。线段中断处：该年没有报告。", measure.definition()),
    ];
    if undated > 0 {
        notes.push(format!("{undated}份报告年份未知，未画入。"));
    }
    if undrawn > 0 {
        notes.push(format!("只画了前{MOST_PANELS}组，另有{undrawn}组见表。"));
    }
    notes
}

/// Whether a field can make panels: not the year, which makes the axis.
pub fn makes_panels(field: Field) -> bool {
    field != Field::Year
}
