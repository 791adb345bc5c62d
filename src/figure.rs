//! Defines a [`Figure`]: lines over years, as plain data, whoever draws it.

use crate::table::Kind;

/// Lines over years, in one panel or several side by side, all with the same axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    pub title: String,
    /// What the lines show, and how its numbers are written.
    pub measure: String,
    pub kind: Kind,
    /// The horizontal axis, ascending; each takes as much room as the next.
    pub years: Vec<u16>,
    pub panels: Vec<Panel>,
    /// What stands below: the source, what was left out.
    pub notes: Vec<String>,
}

/// A part of a figure with axes of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// Empty when there is one panel only.
    pub title: String,
    /// All panels have the same lines, in the same order.
    pub lines: Vec<Line>,
    /// How many reports each year has.
    pub reports: Vec<u64>,
}

/// A line over years.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub name: String,
    /// For each year of the figure. `None` is a gap, where there is nothing that could be measured.
    pub values: Vec<Option<f64>>,
}

impl Figure {
    /// The highest value; 0 when there is none above.
    pub fn highest(&self) -> f64 {
        let lines = self.panels.iter().flat_map(|panel| &panel.lines);
        let values = lines.flat_map(|line| line.values.iter().flatten());
        values.copied().fold(0.0, f64::max)
    }
}
