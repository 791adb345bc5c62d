//! Tells in the words of both what an alignment found of a quotation and a report.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use serde::Serialize;

use super::align::{Alignment, Step};
use crate::schema::quotations::quotations;
use crate::text::fold::{BREAK, Folded, fold_with_places, simplify};
use crate::text::numeral;
use crate::text::plain::is_han;

/// A quotation, folded part by part; parts without a unit are none.
pub struct Quoted<'a> {
    text: &'a str,
    pub parts: Vec<String>,
    /// Where the units of all parts stand in the text, in bytes, one after the other.
    units: Vec<Range<usize>>,
}

/// A stretch of a quotation and the stretch of the report that it stands for, either of which may be empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    pub kind: ChangeKind,
    /// As the manuscript has it.
    pub quoted: String,
    /// As the report has it.
    pub source: String,
}

/// How the two stretches of a [`Change`] differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// Not at all, after folding.
    Same,
    /// The manuscript has other words.
    Replaced,
    /// The manuscript has words that the report has not.
    Added,
    /// The report has words that the manuscript has not.
    Missing,
    /// The manuscript says that it leaves out words.
    Omitted,
}

/// A number that the manuscript gives otherwise than the report; empty where one of them has none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NumberChange {
    pub quoted: String,
    pub source: String,
}

/// A quotation beside the text of a report, unit by unit.
pub struct Difference<'a> {
    quotation: &'a str,
    text: &'a str,
    atoms: Vec<Atom>,
}

/// One unit of the quotation, of the text or of both, in bytes of them.
struct Atom {
    kind: ChangeKind,
    quoted: Option<Range<usize>>,
    source: Option<Range<usize>>,
    /// Whether it is a clause mark on the side or sides that it stands on.
    is_mark: bool,
}

/// Atoms side by side that are all the same in both, all left out openly, or all different.
struct Stretch {
    kind: ChangeKind,
    /// From its first to its last unit of the quotation, in bytes.
    quoted: Option<Range<usize>>,
}

impl<'a> Quoted<'a> {
    pub fn of(text: &'a str) -> Self {
        let mut quoted = Quoted {
            text,
            parts: Vec::new(),
            units: Vec::new(),
        };
        for part in quotations().parts(text) {
            // Line ends in a quotation are blanks, as in any phrase.
            let folded = fold_with_places(&text[part.clone()].replace(['\n', '\r'], " "));
            let units = folded.units.iter().map(|unit| &unit.original);
            quoted
                .units
                .extend(units.map(|unit| part.start + unit.start..part.start + unit.end));
            if !folded.text.is_empty() {
                quoted.parts.push(folded.text);
            }
        }
        quoted
    }
}

impl<'a> Difference<'a> {
    /// `folded` is the text's fold, whose units the alignment counts.
    pub fn new(quoted: &Quoted<'a>, text: &'a str, folded: &Folded, alignment: &Alignment) -> Self {
        let is_mark = |unit: usize| {
            let place = folded.units.get(unit);
            place.is_some_and(|place| folded.text[place.folded..].starts_with(BREAK))
        };
        let atom = |step: &Step| Atom {
            kind: match step {
                Step::Same { .. } | Step::LineEnd { .. } => ChangeKind::Same,
                Step::Replaced { .. } => ChangeKind::Replaced,
                Step::Added { .. } => ChangeKind::Added,
                Step::Missing { .. } => ChangeKind::Missing,
                Step::Omitted { .. } => ChangeKind::Omitted,
            },
            quoted: step.quoted().and_then(|unit| quoted.units.get(unit).cloned()),
            source: step
                .text()
                .and_then(|unit| folded.units.get(unit))
                .map(|unit| unit.original.clone()),
            is_mark: match (step.quoted().and_then(|unit| quoted.units.get(unit)), step.text()) {
                (_, Some(unit)) => is_mark(unit),
                (Some(range), None) => fold_with_places(&quoted.text[range.clone()]).units.is_empty(),
                (None, None) => false,
            },
        };
        Difference {
            quotation: quoted.text,
            text,
            atoms: alignment.steps.iter().map(atom).collect(),
        }
    }

    /// The stretches of both, in order. What readers look through in the quotation, its inner quotes for instance, goes with the words that
    /// are the same; signs of omission stand in none.
    pub fn changes(&self) -> Vec<Change> {
        let atoms: Vec<&[Atom]> = self.atoms.chunk_by(|a, b| a.sort() == b.sort()).collect();
        let stretches: Vec<Stretch> = atoms.iter().map(|atoms| Stretch::of(atoms)).collect();
        let change = |(at, stretch): (usize, &Stretch)| Change {
            kind: stretch.kind,
            quoted: self
                .quoted(&stretches, at)
                .map_or(String::new(), |range| self.quotation[range].to_owned()),
            source: slice(self.text, atoms[at].iter().filter_map(|atom| atom.source.as_ref())),
        };
        stretches.iter().enumerate().map(change).collect()
    }

    /// What of the quotation is shown of a stretch.
    fn quoted(&self, stretches: &[Stretch], at: usize) -> Option<Range<usize>> {
        let stretch = stretches.get(at)?;
        let own = stretch.quoted.clone()?;
        if stretch.kind != ChangeKind::Same {
            return Some(own);
        }
        let counts = |other: &&Stretch| other.kind == ChangeKind::Omitted || other.quoted.is_some();
        let start = match stretches[..at].iter().rev().find(counts) {
            None => 0,
            Some(before) if before.differs() => before.quoted.as_ref().map_or(own.start, |before| before.end),
            Some(_) => own.start,
        };
        let end = match stretches[at + 1..].iter().find(counts) {
            None => self.quotation.len(),
            Some(behind) => behind.quoted.as_ref().map_or(own.end, |behind| behind.start),
        };
        Some(start..end)
    }

    /// The numbers that differ, Chinese numerals too. One that is only written otherwise does not differ.
    pub fn numbers(&self) -> Vec<NumberChange> {
        let mut numbers = Vec::new();
        let mut from = 0;
        while let Some(at) = self.atoms[from..].iter().position(Atom::differs) {
            // A numeral may differ in one character of several: those beside it belong to it.
            let is_part = |atom: &Atom| atom.differs() || self.is_numeral(atom);
            let first = self.atoms[..from + at]
                .iter()
                .rposition(|atom| !is_part(atom))
                .map_or(0, |at| at + 1);
            let first = first.max(from);
            let rest = self.atoms[from + at..].iter().position(|atom| !is_part(atom));
            let last = rest.map_or(self.atoms.len(), |length| from + at + length);
            let stretch = &self.atoms[first..last];
            let quoted = slice(self.quotation, stretch.iter().filter_map(|atom| atom.quoted.as_ref()));
            let source = slice(self.text, stretch.iter().filter_map(|atom| atom.source.as_ref()));
            numbers.extend(differing_numbers(&quoted, &source));
            from = last;
        }
        numbers
    }

    /// Whether nothing but clause marks differs.
    pub fn is_in_marks_only(&self) -> bool {
        self.atoms.iter().filter(|atom| atom.differs()).all(|atom| atom.is_mark)
    }

    fn is_numeral(&self, atom: &Atom) -> bool {
        let text = atom.source.as_ref().map_or("", |range| &self.text[range.clone()]);
        NUMBER.find(text).is_some_and(|found| found.len() == text.len())
    }
}

impl Stretch {
    fn of(atoms: &[Atom]) -> Self {
        let first = atoms.first().map_or(ChangeKind::Same, |atom| atom.kind);
        let is_mixed = atoms.iter().any(|atom| atom.kind != first);
        Stretch {
            kind: if is_mixed { ChangeKind::Replaced } else { first },
            quoted: whole(atoms.iter().filter_map(|atom| atom.quoted.as_ref())),
        }
    }

    fn differs(&self) -> bool {
        !matches!(self.kind, ChangeKind::Same | ChangeKind::Omitted)
    }
}

impl Atom {
    fn differs(&self) -> bool {
        !matches!(self.kind, ChangeKind::Same | ChangeKind::Omitted)
    }

    /// Atoms of one sort that follow each other are one stretch.
    fn sort(&self) -> u8 {
        match self.kind {
            ChangeKind::Same => 0,
            ChangeKind::Omitted => 1,
            ChangeKind::Replaced | ChangeKind::Added | ChangeKind::Missing => 2,
        }
    }
}

/// From the first to the last of some ranges.
fn whole<'r>(ranges: impl Iterator<Item = &'r Range<usize>>) -> Option<Range<usize>> {
    ranges.cloned().reduce(|whole, next| whole.start..next.end)
}

/// A text from the first to the last of some ranges.
fn slice<'r>(text: &str, ranges: impl Iterator<Item = &'r Range<usize>>) -> String {
    whole(ranges).map_or(String::new(), |range| text[range].to_owned())
}

/// Numbers in digits and in Chinese numerals.
static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"[0-9０-９]+(?:[.．,，][0-9０-９]+)*|[〇零一二三四五六七八九十百千万亿两壹贰叁肆伍陆柒捌玖拾佰仟]+";
    Regex::new(pattern).unwrap_or_else(|error| panic!("the pattern of numbers: {error}"))
});

/// The numbers of two stretches beside each other, where they differ.
fn differing_numbers(quoted: &str, source: &str) -> Vec<NumberChange> {
    let [quoted, source] = [quoted, source].map(|text| {
        let found = NUMBER.find_iter(text).map(|found| found.as_str().to_owned());
        found.collect::<Vec<_>>()
    });
    let pairs = (0..quoted.len().max(source.len())).map(|at| NumberChange {
        quoted: quoted.get(at).cloned().unwrap_or_default(),
        source: source.get(at).cloned().unwrap_or_default(),
    });
    pairs.filter(NumberChange::is_change).collect()
}

impl NumberChange {
    /// Whether the two are different numbers. A lone 一 that the other side lacks is hardly ever a number.
    fn is_change(&self) -> bool {
        let is_word = |text: &str| text.chars().count() == 1 && text.chars().all(is_han);
        match (self.quoted.is_empty(), self.source.is_empty()) {
            (true, false) => !is_word(&self.source),
            (false, true) => !is_word(&self.quoted),
            _ => value(&self.quoted) != value(&self.source),
        }
    }
}

/// A number in the form in which equal ones are equal.
fn value(number: &str) -> String {
    let plain: String = simplify(number)
        .chars()
        .filter(|c| *c != ',' && *c != '，')
        .map(|c| if c == '．' { '.' } else { c })
        .collect();
    numeral::parse(&plain).map_or(plain, |value| value.to_string())
}

#[cfg(test)]
mod tests {
    use super::super::align::Pattern;
    use super::*;
    use crate::text::fold::fold_with_places;

    fn with<T>(quotation: &str, text: &str, tell: impl Fn(&Difference) -> T) -> T {
        let quoted = Quoted::of(quotation);
        let folded = fold_with_places(text);
        let alignment = Pattern::new(&quoted.parts).align(text, &folded).expect("an alignment");
        tell(&Difference::new(&quoted, text, &folded, &alignment))
    }

    /// What differs, as `source→quoted`.
    fn differing(quotation: &str, text: &str) -> Vec<String> {
        let changes = with(quotation, text, |difference| difference.changes());
        let differing = changes.iter().filter(|change| change.kind != ChangeKind::Same);
        differing
            .map(|change| format!("{:?} {}→{}", change.kind, change.source, change.quoted))
            .collect()
    }

    fn numbers(quotation: &str, text: &str) -> Vec<String> {
        let numbers = with(quotation, text, |difference| difference.numbers());
        numbers
            .iter()
            .map(|number| format!("{}→{}", number.source, number.quoted))
            .collect()
    }

    #[test]
    fn what_was_replaced_added_and_left_out_is_told_in_the_words_of_both() {
        let text = "镇综治中心全年共排查各类“矛盾纠纷”232起，调解成功227起。";
        assert_eq!(
            differing("全年共排查各类矛盾纠纷323起，调解成功227起", text),
            ["Replaced 232→323"]
        );
        assert_eq!(
            differing("全年排查各类矛盾纠纷232起，圆满调解成功227起", text),
            ["Missing 共→", "Added →圆满"]
        );
        assert_eq!(
            differing("全年共排查……调解成功227件", text),
            ["Omitted 各类“矛盾纠纷”232起，→", "Replaced 起→件"]
        );
    }

    #[test]
    fn all_stretches_together_are_the_quotation() {
        let quotation = "（全年）排查各类‘矛盾纠纷’\n323起，“圆满”调解100%。";
        let changes = with(
            quotation,
            "全年共排查各类矛盾纠纷232起，调解100%，",
            |difference| difference.changes(),
        );
        let quoted: String = changes.iter().map(|change| change.quoted.as_str()).collect();
        assert_eq!(quoted, quotation);
    }

    #[test]
    fn numbers_that_differ_are_told_whole() {
        assert_eq!(numbers("化解纠纷79件", "化解纠纷97件"), ["97→79"]);
        assert_eq!(numbers("成功率为98.7%以上", "成功率为97.8%以上"), ["97.8→98.7"]);
        assert_eq!(numbers("化解纠纷七十九件", "化解纠纷九十七件"), ["九十七→七十九"]);
        assert_eq!(numbers("共化解纠纷，全部办结", "共化解纠纷97件，全部办结"), ["97→"]);
        assert_eq!(numbers("化解纠纷97件，回访12件", "化解纠纷97件，回访21件"), ["21→12"]);
    }

    #[test]
    fn a_number_written_otherwise_and_words_of_numerals_are_no_change() {
        assert_eq!(numbers("化解纠纷九十七件", "化解纠纷97件"), [""; 0]);
        assert_eq!(numbers("化解了有些纠纷", "化解了一些纠纷"), [""; 0]);
    }

    #[test]
    fn a_difference_in_marks_is_told_apart() {
        let is_in_marks_only = |difference: &Difference| difference.is_in_marks_only();
        assert!(with("化解纠纷回访", "化解纠纷，回访", is_in_marks_only));
        assert!(with("化解，纠纷回访", "化解纠纷回访", is_in_marks_only));
        assert!(!with("化解纠纷，回访", "化解纠纷，又回访", is_in_marks_only));
    }
}
