//! Makes concordances: one line an occurrence, with what stands before and after it (key word in context).
//!
//! Lines are so many numbers until they are read: eight bytes an occurrence, and about eighty more while they are sorted by their
//! contexts. Texts are read again when lines are printed, one passage at a time.

use std::collections::BinaryHeap;

use rayon::prelude::*;
use unicode_width::UnicodeWidthChar;

use crate::citation::{Locator, cite};
use crate::error::Result;
use crate::hits::{HitReport, Totals};
use crate::index::{Placed, Places, ReadPassage, Reader};
use crate::report::passage_id;
use crate::schema::fields::Field;
use crate::table::{Cell, Column, Kind, Row, Table};
use crate::text::fold::{CLOSE, OPEN};
use crate::text::spans::Span;
use crate::text::units::units;

/// Contexts are compared by so many units next to the occurrence; what is equal as far as that stays in the order of places.
const COMPARED: usize = 16;
/// A run of Latin letters may be of any length.
const LONGEST_KEY: usize = 64;

/// The order of lines. Equal ones follow by report and by place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// As they stand, report by report.
    #[default]
    Position,
    /// By what stands before, from the occurrence outwards.
    Left,
    /// By what stands after.
    Right,
    OldestFirst,
    NewestFirst,
    Township,
}

/// Which of all lines are wanted: so many, chosen by chance. Every occurrence has the same chance, and the same seed chooses the same
/// ones of the same reports, however the index came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    pub size: usize,
    pub seed: u64,
}

/// All lines of a concordance, or a sample, in order.
pub struct Concordance<'a> {
    places: Places<'a>,
    lines: Vec<Place>,
    order: Order,
    sample: Option<Sample>,
}

/// An occurrence: of which passage, and which of those in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    passage: u32,
    nth: u32,
}

/// A line.
#[derive(Clone, Debug)]
pub struct Line {
    /// From 1.
    pub number: u64,
    pub left: String,
    /// As it stands in the report, quotes inside it included.
    pub found: String,
    pub right: String,
    pub report: HitReport,
    pub section: &'static str,
    pub passage_id: String,
    /// Where the occurrence begins in the report's extracted text, in characters from 0.
    pub position: usize,
    pub citation: String,
}

impl<'a> Concordance<'a> {
    /// Puts all places of a question, or a sample of them, in order.
    ///
    /// # Errors
    /// When the index is damaged.
    pub fn new(places: Places<'a>, order: Order, sample: Option<Sample>) -> Result<Self> {
        let mut lines = match sample {
            Some(sample) => chosen(&places, sample),
            None => all(places.passages()).collect(),
        };
        match order {
            Order::Position => {}
            Order::Left | Order::Right => sort_by_context(&places, &mut lines, order)?,
            Order::OldestFirst | Order::NewestFirst => {
                let years = places.order_by(Field::Year)?;
                // What has no year comes last either way.
                lines.sort_by_key(|line| match years[line.passage as usize] {
                    Some(year) if order == Order::NewestFirst => u32::MAX - 1 - year,
                    Some(year) => year,
                    None => u32::MAX,
                });
            }
            Order::Township => {
                let townships = places.order_by(Field::Township)?;
                lines.sort_by_key(|line| townships[line.passage as usize].unwrap_or(u32::MAX));
            }
        }
        Ok(Concordance {
            places,
            lines,
            order,
            sample,
        })
    }

    /// What was found, whether it has a line or not.
    pub fn totals(&self) -> Totals {
        self.places.totals()
    }

    /// How many lines there are.
    pub fn count(&self) -> usize {
        self.lines.len()
    }

    /// The lines in order, each read when it is asked for, with at most so many characters of its passage on each side.
    pub fn lines(&'a self, context: usize) -> impl Iterator<Item = Result<Line>> + 'a {
        let mut reader = self.places.reader();
        let numbered = self.lines.iter().zip(1..);
        numbered.map(move |(place, number)| {
            let placed = &self.places.passages()[place.passage as usize];
            line(&mut reader, placed, place.nth, number, context)
        })
    }

    /// The table of the lines.
    pub fn table(&self, asked: &str) -> Table {
        let columns = [
            ("line", "序号", Kind::Count),
            ("left", "左文", Kind::Text),
            ("match", "命中", Kind::Text),
            ("right", "右文", Kind::Text),
            ("township", "乡镇", Kind::Text),
            ("county", "县", Kind::Text),
            ("year", "年份", Kind::Year),
            ("section", "章节", Kind::Text),
            ("passage_id", "段落编号", Kind::Text),
            ("position", "全文字符位置", Kind::Count),
            ("citation", "引注", Kind::Text),
            ("path", "文件", Kind::Text),
        ];
        Table {
            name: "kwic".to_owned(),
            title: format!("“{asked}”的语境索引"),
            columns: columns.map(|(name, label, kind)| Column::new(name, label, kind)).into(),
            notes: self.notes(),
        }
    }

    /// How many lines there are of how many occurrences, and in what order.
    pub fn notes(&self) -> Vec<String> {
        let totals = self.totals();
        let whole = format!(
            "共{}处，见于{}个段落、{}份报告",
            totals.occurrences, totals.passages, totals.reports
        );
        let shown = match self.sample {
            Some(sample) => format!(
                "{whole}；随机抽取{}处（每处机会相等，种子{}）",
                self.count(),
                sample.seed
            ),
            None => format!("{whole}；全部列出，一处一行"),
        };
        let order = match self.order {
            Order::Position => "按报告及文中位置排序",
            Order::Left => "按左文由近及远排序（折叠后文字的码位，比较16个单元）",
            Order::Right => "按右文由近及远排序（折叠后文字的码位，比较16个单元）",
            Order::OldestFirst => "按年份由远及近排序",
            Order::NewestFirst => "按年份由近及远排序",
            Order::Township => "按乡镇名称的码位排序",
        };
        vec![shown, order.to_owned()]
    }
}

impl Line {
    /// Its cells, in the order of [`Concordance::table`].
    pub fn row(self) -> Row {
        vec![
            Cell::Whole(self.number),
            Cell::Text(self.left),
            Cell::Text(self.found),
            Cell::Text(self.right),
            Cell::text(self.report.township.as_deref()),
            Cell::text(self.report.county.as_deref()),
            self.report.year.map_or(Cell::Empty, |year| Cell::Whole(year.into())),
            Cell::Text(self.section.to_owned()),
            Cell::Text(self.passage_id),
            Cell::Whole(self.position as u64),
            Cell::Text(self.citation),
            Cell::Text(self.report.path),
        ]
    }
}

fn all(passages: &[Placed]) -> impl Iterator<Item = Place> {
    let numbered = passages.iter().zip(0..);
    numbered.flat_map(|(placed, passage)| (0..placed.occurrences).map(move |nth| Place { passage, nth }))
}

/// The lines with the smallest keys; keys are as good as chance, and depend on nothing but the seed and the place.
fn chosen(places: &Places<'_>, sample: Sample) -> Vec<Place> {
    let passages = places.passages();
    let mut smallest: BinaryHeap<(u64, Place)> = BinaryHeap::new();
    for place in all(passages) {
        let key = lot(sample.seed, &passages[place.passage as usize], place.nth);
        smallest.push((key, place));
        if smallest.len() > sample.size {
            smallest.pop();
        }
    }
    let mut lines: Vec<Place> = smallest.into_iter().map(|(_, place)| place).collect();
    lines.sort_unstable();
    lines
}

fn lot(seed: u64, placed: &Placed, nth: u32) -> u64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&seed.to_le_bytes());
    hasher.update(&placed.report.0.to_le_bytes());
    hasher.update(&placed.seq.to_le_bytes());
    hasher.update(&nth.to_le_bytes());
    let mut first = [0; 8];
    first.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    u64::from_le_bytes(first)
}

/// Sorts lines, which stand in the order of places.
fn sort_by_context(places: &Places<'_>, lines: &mut Vec<Place>, order: Order) -> Result<()> {
    let of_passages: Vec<&[Place]> = lines.chunk_by(|one, other| one.passage == other.passage).collect();
    let keys = of_passages.par_iter().map(|of_passage| {
        let read = places.read(&places.passages()[of_passage[0].passage as usize])?;
        let all: Vec<&str> = units(&read.folded.text).collect();
        let keyed = of_passage.iter().map(|line| {
            let span = read.spans[line.nth as usize];
            (context_key(&all, span, order), *line)
        });
        Ok(keyed.collect::<Vec<_>>())
    });
    let mut keyed: Vec<(Box<str>, Place)> = keys.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect();
    keyed.sort_unstable();
    *lines = keyed.into_iter().map(|(_, line)| line).collect();
    Ok(())
}

/// The units beside an occurrence, the nearest first.
fn context_key(all: &[&str], span: Span, order: Order) -> Box<str> {
    let (start, end) = (span.start as usize, span.end as usize);
    let beside: Vec<&str> = match order {
        Order::Left => all[..start].iter().rev().take(COMPARED).copied().collect(),
        _ => all[end..].iter().take(COMPARED).copied().collect(),
    };
    let chars = beside.iter().flat_map(|unit| unit.chars());
    let chars = chars.filter(|c| ![OPEN, CLOSE].contains(c)).take(LONGEST_KEY);
    chars.collect::<String>().into()
}

fn line(reader: &mut Reader<'_>, placed: &Placed, nth: u32, number: u64, context: usize) -> Result<Line> {
    let read = reader.read(placed)?;
    let stored = reader.report(placed)?;
    let report = Reader::cited(&stored);
    let found = read.bytes(read.spans[nth as usize]);
    let (kind, headings) = match stored.sections.get(read.section) {
        Some(section) => (section.kind.label(), section.headings.as_slice()),
        None => ("", [].as_slice()),
    };
    Ok(Line {
        number,
        left: one_line(before(&read, found.start, context)),
        found: one_line(&read.text[found.clone()]),
        right: one_line(after(&read, found.end, context)),
        section: kind,
        passage_id: passage_id(placed.report, placed.seq),
        position: read.start + read.text[..found.start].chars().count(),
        citation: cite(
            &report,
            &Locator {
                headings,
                number: read.number,
                source: &read.source,
            },
        ),
        report,
    })
}

/// At most so many characters before a byte, none of them a part of a number or word that begins further off.
fn before(read: &ReadPassage, byte: usize, context: usize) -> &str {
    let text = &read.text[..byte];
    let cut = text
        .char_indices()
        .rev()
        .take(context)
        .last()
        .map_or(byte, |(at, _)| at);
    let whole = unit_around(read, cut).map_or(cut, |unit| unit.end.min(byte));
    text[whole..].trim_start_matches(is_attached)
}

/// At most so many characters after a byte, and what is attached to the last of them.
fn after(read: &ReadPassage, byte: usize, context: usize) -> &str {
    let rest = &read.text[byte..];
    let cut = rest.char_indices().nth(context).map_or(rest.len(), |(at, _)| at);
    let whole = unit_around(read, byte + cut).map_or(byte + cut, |unit| unit.start.max(byte));
    let attached = read.text[whole..].chars().take_while(|&c| is_attached(c));
    let end = whole + attached.map(char::len_utf8).sum::<usize>();
    &read.text[byte..end]
}

/// The bytes of the unit in the midst of which a byte stands.
fn unit_around(read: &ReadPassage, byte: usize) -> Option<std::ops::Range<usize>> {
    let units = &read.folded.units;
    let after = units.partition_point(|unit| unit.original.start < byte);
    let unit = &units.get(after.checked_sub(1)?)?.original;
    (unit.end > byte).then(|| unit.clone())
}

/// Whether a character takes no room of its own: it belongs to the one before it.
fn is_attached(c: char) -> bool {
    c.width() == Some(0)
}

fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}
