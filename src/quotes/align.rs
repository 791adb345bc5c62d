//! Lays a quotation beside a text and tells where they differ, unit by unit.
//!
//! What is computed is the least number of edits that turn some stretch of the text into the quotation (Sellers 1980): a unit replaced,
//! added or left out is one edit. Words that the quotation leaves out openly, by an ellipsis, are none. Of solutions with
//! as many edits the one counts that keeps most units, then the one that skips fewest, then the first.

use std::collections::HashMap;
use std::ops::Range;

use crate::text::fold::{BREAK, Folded, UnitPlace};
use crate::text::units::units;

/// The unit that stands for a clause mark.
const MARK: u32 = 0;
/// A line end of the text without a mark. A quotation that leaves it out, or has a mark there, changes nothing.
const LINE_END: u32 = u32::MAX - 1;
/// A unit of the text that the quotation does not have.
const FOREIGN: u32 = u32::MAX;
/// What an edit costs: more than all units of the longest quotation being the same can win.
const EDIT: i64 = 1 << 44;
/// What a unit wins that is the same in both: of solutions with as many edits, the one that keeps most counts.
const SAME: i64 = -(1 << 30);
/// What a unit costs more that is added or left out: a word in the place of another is told as replaced.
const UNPAIRED: i64 = 1 << 26;
/// What a unit costs that is left out openly.
const SKIPPED: i64 = 1;
/// More cells than this are not filled; each takes a byte.
pub const MOST_CELLS: usize = 64 << 20;

/// A quotation ready to be laid beside texts.
pub struct Pattern {
    symbols: Vec<Symbol>,
    known: HashMap<String, u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Symbol {
    Unit(u32),
    /// Any units, left out openly.
    Omission,
}

/// How a quotation and a stretch of a text belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alignment {
    /// How many units differ.
    pub edits: usize,
    /// In order, from the first to the last unit of both.
    pub steps: Vec<Step>,
    /// The units of the text that the quotation stands for.
    pub text: Range<usize>,
}

/// One unit of a quotation, of the text, or of both. Those of the quotation count all its units, those of the text all of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Same {
        quoted: usize,
        text: usize,
    },
    Replaced {
        quoted: usize,
        text: usize,
    },
    /// In the quotation only.
    Added {
        quoted: usize,
    },
    /// In the text only.
    Missing {
        text: usize,
    },
    /// A line end, in the text only.
    LineEnd {
        text: usize,
    },
    /// In the text only, and the quotation says that it leaves something out.
    Omitted {
        text: usize,
    },
}

impl Pattern {
    /// The pattern of a quotation's parts, each folded; between two of them words were left out.
    pub fn new(parts: &[String]) -> Self {
        let mut pattern = Pattern {
            symbols: Vec::new(),
            known: HashMap::from([(BREAK.to_string(), MARK)]),
        };
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                pattern.symbols.push(Symbol::Omission);
            }
            for unit in units(part) {
                let next = pattern.known.len() as u32;
                let id = *pattern.known.entry(unit.to_owned()).or_insert(next);
                pattern.symbols.push(Symbol::Unit(id));
            }
        }
        pattern
    }

    /// How many units it has.
    pub fn unit_count(&self) -> usize {
        self.symbols
            .iter()
            .filter(|symbol| **symbol != Symbol::Omission)
            .count()
    }

    /// Where it belongs in a text, which comes with its fold; `None` when either is empty, or both are too long.
    pub fn align(&self, text: &str, folded: &Folded) -> Option<Alignment> {
        let is_blank = |place: &UnitPlace| text[place.original.clone()].trim().is_empty();
        let text: Vec<u32> = units(&folded.text)
            .zip(&folded.units)
            .map(|(unit, place)| match self.known.get(unit) {
                Some(&MARK) if is_blank(place) => LINE_END,
                known => known.copied().unwrap_or(FOREIGN),
            })
            .collect();
        let cells = (self.symbols.len() + 1).checked_mul(text.len() + 1)?;
        if self.symbols.is_empty() || text.is_empty() || cells > MOST_CELLS {
            return None;
        }
        let table = Table::fill(&self.symbols, &text);
        Some(table.trace(&self.symbols, &text))
    }
}

impl Alignment {
    /// How alike a quotation of so many units and its stretch of the text are, from 0 to 1.
    pub fn similarity(&self, quoted: usize) -> f64 {
        let omitted = self
            .steps
            .iter()
            .filter(|step| matches!(step, Step::Omitted { .. }))
            .count();
        let longer = quoted.max(self.text.len() - omitted).max(1);
        (1.0 - self.edits as f64 / longer as f64).max(0.0)
    }

    /// How many units are left out openly.
    pub fn omitted(&self) -> usize {
        self.steps
            .iter()
            .filter(|step| matches!(step, Step::Omitted { .. }))
            .count()
    }
}

/// How each cell was reached: from above (a symbol without a unit of the text), from the left (a unit of the text without a symbol),
/// or from both.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum From {
    Both,
    Above,
    Left,
}

struct Table {
    width: usize,
    from: Vec<From>,
    /// The column in which the best solution ends.
    end: usize,
}

impl Table {
    fn fill(symbols: &[Symbol], text: &[u32]) -> Table {
        let width = text.len() + 1;
        let mut from = vec![From::Above; (symbols.len() + 1) * width];
        let mut above = vec![0i64; width];
        let mut row = vec![0i64; width];
        for (at, symbol) in symbols.iter().enumerate() {
            let cells = &mut from[(at + 1) * width..(at + 2) * width];
            row[0] = above[0]
                + if *symbol == Symbol::Omission {
                    0
                } else {
                    EDIT + UNPAIRED
                };
            for column in 1..width {
                let (up, left, both) = match *symbol {
                    Symbol::Omission => (above[column], row[column - 1] + SKIPPED, i64::MAX),
                    Symbol::Unit(unit) => (
                        above[column] + EDIT + UNPAIRED,
                        row[column - 1] + missing(text[column - 1]),
                        above[column - 1] + replacing(unit, text[column - 1]),
                    ),
                };
                (row[column], cells[column]) = if both <= up && both <= left {
                    (both, From::Both)
                } else if up <= left {
                    (up, From::Above)
                } else {
                    (left, From::Left)
                };
            }
            std::mem::swap(&mut above, &mut row);
        }
        let end = (0..width).min_by_key(|column| above[*column]).unwrap_or_default();
        Table { width, from, end }
    }

    fn trace(&self, symbols: &[Symbol], text: &[u32]) -> Alignment {
        let mut steps = Vec::new();
        let (mut row, mut column) = (symbols.len(), self.end);
        let mut quoted = symbols.iter().filter(|symbol| **symbol != Symbol::Omission).count();
        while row > 0 {
            let symbol = symbols[row - 1];
            match (self.from[row * self.width + column], symbol) {
                (From::Left, Symbol::Omission) => {
                    column -= 1;
                    steps.push(Step::Omitted { text: column });
                }
                (From::Left, Symbol::Unit(_)) => {
                    column -= 1;
                    steps.push(match text[column] {
                        LINE_END => Step::LineEnd { text: column },
                        _ => Step::Missing { text: column },
                    });
                }
                (_, Symbol::Omission) => row -= 1,
                (From::Above, Symbol::Unit(_)) => {
                    row -= 1;
                    quoted -= 1;
                    steps.push(Step::Added { quoted });
                }
                (From::Both, Symbol::Unit(unit)) => {
                    row -= 1;
                    quoted -= 1;
                    column -= 1;
                    let is_same = unit == text[column] || (unit == MARK && text[column] == LINE_END);
                    steps.push(match is_same {
                        true => Step::Same { quoted, text: column },
                        false => Step::Replaced { quoted, text: column },
                    });
                }
            }
        }
        steps.reverse();
        Alignment {
            edits: steps.iter().map(|step| step.edits()).sum(),
            steps,
            text: column..self.end,
        }
    }
}

/// What it costs to leave out a unit of the text.
fn missing(text: u32) -> i64 {
    match text {
        LINE_END => SKIPPED,
        _ => EDIT + UNPAIRED,
    }
}

/// A clause mark is no character in the place of another: one is left out and the other added.
fn replacing(quoted: u32, text: u32) -> i64 {
    match quoted == text {
        true => SAME,
        false if quoted == MARK && text == LINE_END => 0,
        false if quoted == MARK || text == MARK || text == LINE_END => 3 * EDIT,
        false => EDIT,
    }
}

impl Step {
    fn edits(self) -> usize {
        match self {
            Step::Same { .. } | Step::Omitted { .. } | Step::LineEnd { .. } => 0,
            Step::Replaced { .. } | Step::Added { .. } | Step::Missing { .. } => 1,
        }
    }

    /// The unit of the quotation.
    pub fn quoted(self) -> Option<usize> {
        match self {
            Step::Same { quoted, .. } | Step::Replaced { quoted, .. } | Step::Added { quoted } => Some(quoted),
            Step::Missing { .. } | Step::Omitted { .. } | Step::LineEnd { .. } => None,
        }
    }

    /// The unit of the text.
    pub fn text(self) -> Option<usize> {
        match self {
            Step::Same { text, .. }
            | Step::Replaced { text, .. }
            | Step::Missing { text }
            | Step::LineEnd { text }
            | Step::Omitted { text } => Some(text),
            Step::Added { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold::{fold_phrase, fold_with_places};
    use proptest::prelude::*;

    fn align(quotation: &str, text: &str) -> Alignment {
        let parts: Vec<String> = quotation.split('…').map(fold_phrase).collect();
        let pattern = Pattern::new(&parts);
        pattern.align(text, &fold_with_places(text)).expect("an alignment")
    }

    /// The steps as letters: same, replaced, added, missing, omitted.
    fn letters(alignment: &Alignment) -> String {
        let letter = |step: &Step| match step {
            Step::Same { .. } => 's',
            Step::Replaced { .. } => 'r',
            Step::Added { .. } => 'a',
            Step::Missing { .. } => 'm',
            Step::LineEnd { .. } => 'l',
            Step::Omitted { .. } => 'o',
        };
        alignment.steps.iter().map(letter).collect()
    }

    #[test]
    fn a_quotation_that_stands_there_has_no_edits() {
        let found = align("化解纠纷97件", "今年以来，化解纠纷97件，回访197件。");
        assert_eq!((found.edits, found.text.clone()), (0, 5..11), "{found:?}");
        assert_eq!(found.similarity(6), 1.0);
    }

    #[test]
    fn a_changed_number_is_one_edit() {
        let found = align("化解纠纷79件", "今年以来，化解纠纷97件，回访197件。");
        assert_eq!((found.edits, letters(&found).as_str()), (1, "ssssrs"));
    }

    #[test]
    fn added_and_missing_words_and_marks_are_told() {
        assert_eq!(letters(&align("化解了纠纷97件", "化解纠纷97件")), "ssassss");
        assert_eq!(letters(&align("化解97件", "化解纠纷97件")), "ssmmss");
        assert_eq!(
            letters(&align("化解纠纷97件回访197件", "化解纠纷97件，回访197件。")),
            "ssssssmssss"
        );
    }

    #[test]
    fn a_line_end_is_no_mark_that_could_be_left_out() {
        assert_eq!(letters(&align("主要安排加强", "下年主要安排\n加强建设")), "sssslss");
        assert_eq!(letters(&align("主要安排：加强", "下年主要安排\n加强建设")), "sssssss");
        assert_eq!(align("主要安排加强", "下年主要安排。\n加强建设").edits, 1);
    }

    #[test]
    fn what_is_left_out_openly_is_no_edit_and_as_short_as_can_be() {
        let found = align("化解纠纷…回访", "化解纠纷1件，又化解纠纷97件，回访197件，回访两次。");
        assert_eq!((found.edits, letters(&found).as_str()), (0, "ssssoooss"));
    }

    #[test]
    fn parts_in_another_order_are_not_exact() {
        assert!(align("回访197件…化解纠纷", "化解纠纷97件，回访197件。").edits > 0);
    }

    /// The least number of edits, computed over all stretches one by one.
    fn slowly(quoted: &[char], text: &[char]) -> usize {
        let distance = |part: &[char]| {
            let mut row: Vec<usize> = (0..=part.len()).collect();
            for (i, q) in quoted.iter().enumerate() {
                let mut next = vec![i + 1];
                for (j, t) in part.iter().enumerate() {
                    let cost = usize::from(q != t);
                    next.push((row[j] + cost).min(row[j + 1] + 1).min(next[j] + 1));
                }
                row = next;
            }
            row[part.len()]
        };
        let starts = 0..=text.len();
        let all = starts.flat_map(|start| (start..=text.len()).map(move |end| (start, end)));
        all.map(|(start, end)| distance(&text[start..end])).min().unwrap_or(0)
    }

    proptest! {
        #[test]
        fn the_edits_are_the_fewest_over_all_stretches(quoted in "[甲乙丙]{1,7}", text in "[甲乙丙]{1,12}") {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            let found = align(&quoted, &text);
            prop_assert_eq!(found.edits, slowly(&chars(&quoted), &chars(&text)));
            let units = |unit: fn(Step) -> Option<usize>| {
                found.steps.iter().filter_map(|step| unit(*step)).collect::<Vec<_>>()
            };
            prop_assert_eq!(units(Step::quoted), (0..quoted.chars().count()).collect::<Vec<_>>());
            prop_assert_eq!(units(Step::text), found.text.clone().collect::<Vec<_>>());
        }
    }
}
