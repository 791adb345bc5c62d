//! Defines words with gaps in them: [`Pattern`]s, and [`Near`], words at a distance.

use crate::text::fold::{BREAK, fold_part};
use crate::text::spans::{MOST_UNORDERED, Nearness, Part};
use crate::text::units::units;

/// A word in which `*` stands for any units of a clause and `?` for one. In a [`Near`], also a word without them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// As it was asked for.
    pub text: String,
    /// What it means, as [`crate::text::spans::sequence`] takes it; at least one is a run.
    pub parts: Vec<Part>,
}

/// Words that stand near each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Near {
    /// At least two; none has a blank in it.
    pub words: Vec<Pattern>,
    pub nearness: Nearness,
}

/// What may be wrong with words near each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NotNear {
    /// Less than two words.
    TooFew,
    /// More words than can be tried in all orders.
    TooMany,
    /// The word, from 0, that has nothing to search for, and its text.
    Empty(String),
}

/// More words than this are not asked for near each other.
const MOST_WORDS: usize = 20;

impl Pattern {
    /// The pattern of a text in which the characters at `wildcards` (ascending) are wildcards and all others stand for themselves;
    /// `None` when it has no run.
    pub(super) fn with_wildcards(text: String, wildcards: &[usize]) -> Option<Self> {
        let mut parts = Parts::default();
        let mut literal = String::new();
        for (at, c) in text.chars().enumerate() {
            if wildcards.binary_search(&at).is_err() {
                literal.push(c);
                continue;
            }
            parts.literal(&std::mem::take(&mut literal));
            match c {
                '*' | '＊' => parts.gap(0, true),
                _ => parts.gap(1, false),
            }
        }
        parts.literal(&literal);
        let parts = parts.finish()?;
        Some(Pattern { text, parts })
    }

    /// The pattern of a text in which every `*` and `?` is a wildcard.
    pub fn new(text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        let wild = |(at, c)| matches!(c, '*' | '＊' | '?' | '？').then_some(at);
        let wildcards: Vec<usize> = text.chars().enumerate().filter_map(wild).collect();
        Pattern::with_wildcards(text, &wildcards)
    }

    /// The runs of units that stand in every match, in folded form.
    pub fn runs(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Run(run) => Some(run.as_str()),
            Part::Gap { .. } => None,
        })
    }

    /// Whether there is anything but one run.
    pub fn has_gaps(&self) -> bool {
        self.parts.len() > 1
    }
}

impl Near {
    /// The words of a text, parted by blanks.
    pub(super) fn of_text(text: &str, nearness: Nearness) -> Result<Self, NotNear> {
        let words = text.split_whitespace();
        let words: Vec<Pattern> = words
            .map(|word| Pattern::new(word).ok_or_else(|| NotNear::Empty(word.to_owned())))
            .collect::<Result<_, _>>()?;
        let most = if nearness.ordered { MOST_WORDS } else { MOST_UNORDERED };
        match words.len() {
            0 | 1 => Err(NotNear::TooFew),
            count if count > most => Err(NotNear::TooMany),
            _ => Ok(Near { words, nearness }),
        }
    }

    /// These words near each other; `None` when they are too few, too many, or one has nothing to search for.
    pub fn new(words: &[impl AsRef<str>], nearness: Nearness) -> Option<Self> {
        let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
        Near::of_text(&words.join(" "), nearness).ok()
    }
}

/// The parts of a pattern being put together.
#[derive(Default)]
struct Parts {
    parts: Vec<Part>,
}

impl Parts {
    fn literal(&mut self, text: &str) {
        let run = fold_part(text);
        if run.is_empty() {
            return;
        }
        match self.parts.last_mut() {
            Some(Part::Run(before)) => before.push_str(&run),
            _ => self.parts.push(Part::Run(run)),
        }
    }

    fn gap(&mut self, more_units: u32, any: bool) {
        match self.parts.last_mut() {
            Some(Part::Gap { units, more }) => {
                *units += more_units;
                *more |= any;
            }
            _ => self.parts.push(Part::Gap {
                units: more_units,
                more: any,
            }),
        }
    }

    /// Breaks and gaps of any length say nothing at an edge: the shortest stretch is without them.
    fn finish(mut self) -> Option<Vec<Part>> {
        while self.trim_edge(true) || self.trim_edge(false) {}
        let has_run = |part: &Part| matches!(part, Part::Run(_));
        self.parts.iter().any(has_run).then_some(self.parts)
    }

    /// Takes what says nothing off one edge; whether something was there to take.
    fn trim_edge(&mut self, at_start: bool) -> bool {
        let edge = if at_start {
            self.parts.first_mut()
        } else {
            self.parts.last_mut()
        };
        let is_empty = match edge {
            Some(Part::Run(run)) => {
                let trimmed = match at_start {
                    true => run.trim_start_matches(BREAK),
                    false => run.trim_end_matches(BREAK),
                };
                if trimmed.len() == run.len() {
                    return false;
                }
                *run = trimmed.to_owned();
                run.is_empty()
            }
            Some(Part::Gap { units, more }) => {
                let said = *more;
                *more = false;
                if *units > 0 && !said {
                    return false;
                }
                *units == 0
            }
            None => return false,
        };
        if is_empty {
            let at = if at_start { 0 } else { self.parts.len() - 1 };
            self.parts.remove(at);
        }
        true
    }
}

/// How many units a run has.
pub fn run_length(run: &str) -> u32 {
    units(run).count() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let Some(pattern) = Pattern::new(text) else {
            return String::new();
        };
        let part = |part: &Part| match part {
            Part::Run(run) => run.replace(BREAK, "/").replace(['\u{1e}', '\u{1f}'], "'"),
            Part::Gap { units, more } => format!("<{units}{}>", if *more { "+" } else { "" }),
        };
        pattern.parts.iter().map(part).collect()
    }

    #[test]
    fn wildcards_become_gaps() {
        for (text, parts) in [
            ("调解*纠纷", "调解<0+>纠纷"),
            ("法治?府", "法治<1>府"),
            ("法治？？＊府", "法治<2+>府"),
            ("**法治**", "法治"),
            ("?法治", "<1>法治"),
            ("*?法治?*", "<1>法治<1>"),
            ("。*法治", "法治"),
            ("调解，*纠纷", "调解/<0+>纠纷"),
            ("“调解”*《纠纷》", "调解<0+>纠纷"),
            ("共*件", "共<0+>件"),
            ("97*件", "'97'<0+>件"),
            ("法“*”治", "法<0+>治"),
            ("*", ""),
            ("??", ""),
            ("，*。", ""),
        ] {
            assert_eq!(shown(text), parts, "{text}");
        }
    }
}
