//! Draws a figure in characters: one line over few years as bars, any others as a row of blocks a line.

use crate::error::Result;
use crate::figure::{Figure, Line, Panel};
use crate::output::sink::Sink;
use crate::output::style::Label;
use crate::output::tabular::shown;
use crate::output::{Options, visible, wrap};
use crate::table::{Cell, Kind};

/// From the lowest to the highest.
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Nothing was found, though there were reports; and there were none.
const ZERO: char = '·';
const GAP: char = ' ';
/// More years than this are not drawn as bars.
const MOST_BARS: usize = 40;
const MOST_BAR: usize = 40;

/// Prints the figure under a line of what it shows.
pub fn print(figure: &Figure, options: &Options, out: &mut Sink<'_>) -> Result<()> {
    let (Some(first), Some(last)) = (figure.years.first(), figure.years.last()) else {
        return Ok(());
    };
    let years = if first == last {
        first.to_string()
    } else {
        format!("{first}–{last}")
    };
    let caption = format!("{}，{years}", figure.measure);
    writeln!(out, "\n{}", options.style.paint(Label::Caption, &caption))?;
    match figure.panels.as_slice() {
        [panel] if panel.lines.len() == 1 && figure.years.len() <= MOST_BARS => {
            bars(figure, &panel.lines[0], options, out)
        }
        panels => blocks(figure, panels, options, out),
    }
}

fn bars(figure: &Figure, line: &Line, options: &Options, out: &mut Sink<'_>) -> Result<()> {
    let highest = figure.highest();
    let values: Vec<String> = line.values.iter().map(|value| written(*value, figure.kind)).collect();
    let widest = values.iter().map(|value| wrap::width(value)).max().unwrap_or(0);
    let room = options.width.saturating_sub(4 + 2 + widest + 2).clamp(4, MOST_BAR);
    for ((year, value), text) in figure.years.iter().zip(&line.values).zip(&values) {
        let filled = match value {
            Some(value) if *value > 0.0 => ((value / highest * room as f64).round() as usize).max(1),
            _ => 0,
        };
        let bar = "█".repeat(filled);
        let bar = match value {
            None => "（无报告）".to_owned(),
            Some(_) => options.style.paint(Label::Bar, &bar).to_string(),
        };
        let row = format!("{year}  {text:>widest$}  {bar}");
        writeln!(out, "{}", row.trim_end())?;
    }
    Ok(())
}

fn blocks(figure: &Figure, panels: &[Panel], options: &Options, out: &mut Sink<'_>) -> Result<()> {
    let name = |panel: &Panel, line: &Line| match panel.title.is_empty() {
        true => line.name.clone(),
        false => format!("{} · {}", panel.title, line.name),
    };
    let names = panels
        .iter()
        .flat_map(|panel| panel.lines.iter().map(|line| name(panel, line)));
    let names: Vec<String> = names.map(|name| visible::line(&name).into_owned()).collect();
    let widest = names.iter().map(|name| wrap::width(name)).max().unwrap_or(0);
    let widest = widest.min(options.width / 2);
    let lines = panels.iter().flat_map(|panel| &panel.lines);
    for (line, name) in lines.zip(&names) {
        let name = wrap::pad(&wrap::truncate(name, widest), widest);
        let highest = line.values.iter().flatten().copied().fold(0.0, f64::max);
        let row: String = line.values.iter().map(|value| block(*value, highest)).collect();
        let row = options.style.paint(Label::Bar, &row);
        let at = line
            .values
            .iter()
            .position(|value| value.is_some_and(|value| value == highest && value > 0.0));
        let best = at.map_or(String::new(), |at| {
            format!("{}：{}", figure.years[at], written(line.values[at], figure.kind))
        });
        writeln!(out, "{name}  {row}  {best}")?;
    }
    let legend = format!("每行各按自己的最高值（右）；{ZERO} 为零，空白为该年没有报告");
    writeln!(out, "{}", options.style.paint(Label::Note, &legend))
}

fn block(value: Option<f64>, highest: f64) -> char {
    match value {
        None => GAP,
        Some(value) if value <= 0.0 || highest <= 0.0 => ZERO,
        Some(value) => BLOCKS[((value / highest * 8.0).ceil() as usize).clamp(1, 8) - 1],
    }
}

fn written(value: Option<f64>, kind: Kind) -> String {
    let cell = match (value, kind) {
        (None, _) => Cell::Empty,
        (Some(value), Kind::Count) => Cell::Whole(value as u64),
        (Some(value), _) => Cell::Decimal(value),
    };
    shown(&cell, kind)
}
