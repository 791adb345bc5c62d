//! Tells how evenly phrases are spread over the reports, the years or the places of a selection, by the measures of
//! [`super::statistics::Dispersion`]. The parts are weighted by their size in characters.

use std::time::Duration;

use super::statistics::Dispersion;
use crate::error::Result;
use crate::hits::Grouping;
use crate::index::{By, Census, Extent, Index};
use crate::query::Query;
use crate::schema::fields::Field;
use crate::table::{Cell, Column, Kind, Row, Table};

/// What the parts of a selection are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    Report,
    Year,
    /// Townships of two counties are two, though they may have one name.
    Township,
    County,
}

/// How evenly phrases are spread.
#[derive(Clone, Debug, PartialEq)]
pub struct Spread {
    /// All that was selected.
    pub extent: Extent,
    pub lines: Vec<Line>,
    /// For each of what is spread over, how many characters stand in a part that is not known.
    unknown: Vec<(Over, u64)>,
}

/// A phrase over one sort of parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub term: String,
    pub over: Over,
    /// How many parts there are.
    pub parts: u64,
    pub occurrences: u64,
    /// `None` when it stands nowhere.
    pub dispersion: Option<Dispersion>,
}

impl Over {
    fn by(self) -> Vec<By> {
        let fields = |fields: &[Field]| fields.iter().map(|&field| By::Field(Grouping::from(field))).collect();
        match self {
            Over::Report => vec![By::Report],
            Over::Year => fields(&[Field::Year]),
            Over::Township => fields(&[Field::County, Field::Township]),
            Over::County => fields(&[Field::County]),
        }
    }

    fn label(self) -> &'static str {
        match self {
            Over::Report => "报告",
            Over::Year => "年份",
            Over::Township => "乡镇",
            Over::County => "县",
        }
    }
}

impl Spread {
    /// Of terms over each sort of parts of a selection.
    ///
    /// # Errors
    /// When the index is damaged, or a question takes longer than it may.
    pub fn find(
        index: &Index,
        selection: &Query,
        terms: &[(String, Query)],
        over: &[Over],
        time_limit: Option<Duration>,
    ) -> Result<Self> {
        let mut spread = Spread {
            extent: Extent::default(),
            lines: Vec::new(),
            unknown: Vec::new(),
        };
        let censuses = over.iter().map(|over| index.census(selection, &over.by(), time_limit));
        let censuses: Vec<Census<'_>> = censuses.collect::<Result<_>>()?;
        for (over, census) in over.iter().zip(&censuses) {
            spread.extent = census.extent();
            let is_unknown = |values: &[Option<String>]| values.last().is_some_and(Option::is_none);
            let unknown = census.groups().iter().filter(|group| is_unknown(&group.values));
            let chars = unknown.map(|group| group.extent.chars).sum();
            if chars > 0 {
                spread.unknown.push((*over, chars));
            }
        }
        for (term, query) in terms {
            for (over, census) in over.iter().zip(&censuses) {
                spread.lines.push(line(term, query, *over, census, time_limit)?);
            }
        }
        Ok(spread)
    }

    /// The table of the terms.
    pub fn table(&self) -> Table {
        let columns = [
            ("term", "词语", Kind::Text),
            ("over", "分布于", Kind::Text),
            ("parts", "部分数", Kind::Count),
            ("range", "出现部分", Kind::Count),
            ("range_share", "占比", Kind::Share),
            ("occurrences", "次数", Kind::Count),
            ("per_1000", "每千字", Kind::Decimal(3)),
            ("dp", "DP", Kind::Decimal(3)),
            ("dp_norm", "DPnorm", Kind::Decimal(3)),
            ("juilland_d", "Juilland D", Kind::Decimal(3)),
            ("carroll_d2", "Carroll D2", Kind::Decimal(3)),
            ("rosengren_s", "Rosengren S", Kind::Decimal(3)),
        ];
        let Extent {
            passages,
            reports,
            chars,
        } = self.extent;
        let mut notes = vec![format!(
            "所选：{reports}份报告，{passages}个段落，{chars}字（空白不计）"
        )];
        for (over, chars) in &self.unknown {
            notes.push(format!("{}不明的文字（{chars}字）作为一个部分计入", over.label()));
        }
        notes.push(
            "DP：0为均匀，1为集中（Gries 2008；DPnorm：Lijffijt & Gries 2012）；D（Juilland & Chang-Rodríguez 1964）、D2（Carroll 1970）、S（Rosengren 1971）：1为均匀；各部分按字数加权，D与D2用各部分的比率".to_owned(),
        );
        Table {
            name: "dispersion".to_owned(),
            title: "词语的分布均匀度".to_owned(),
            columns: columns.map(|(name, label, kind)| Column::new(name, label, kind)).into(),
            notes,
        }
    }

    /// The rows of the table.
    pub fn rows(&self) -> impl Iterator<Item = Row> + '_ {
        self.lines.iter().map(|line| line.row(self.extent.chars))
    }
}

impl Line {
    fn row(&self, chars: u64) -> Row {
        let share = |count: u64, all: u64| match all {
            0 => Cell::Empty,
            all => Cell::Decimal(count as f64 / all as f64),
        };
        let known = |value: Option<f64>| value.map_or(Cell::Empty, Cell::Decimal);
        let range = self.dispersion.map_or(0, |found| found.range);
        let of = |measure: fn(&Dispersion) -> Option<f64>| known(self.dispersion.as_ref().and_then(measure));
        vec![
            Cell::Text(self.term.clone()),
            Cell::Text(self.over.label().to_owned()),
            Cell::Whole(self.parts),
            Cell::Whole(range),
            share(range, self.parts),
            Cell::Whole(self.occurrences),
            share(self.occurrences * 1000, chars),
            of(|found| Some(found.dp)),
            of(|found| found.dp_norm),
            of(|found| found.juilland_d),
            of(|found| found.carroll_d2),
            of(|found| Some(found.rosengren_s)),
        ]
    }
}

fn line(term: &str, query: &Query, over: Over, census: &Census<'_>, time_limit: Option<Duration>) -> Result<Line> {
    let tallies = census.count(query, &[], time_limit)?;
    let mut parts: Vec<(u64, u64)> = census.groups().iter().map(|group| (0, group.extent.chars)).collect();
    for (group, totals) in &tallies.groups {
        parts[*group].0 = totals.occurrences;
    }
    Ok(Line {
        term: term.to_owned(),
        over,
        parts: parts.iter().filter(|(_, size)| *size > 0).count() as u64,
        occurrences: tallies.totals.occurrences,
        dispersion: Dispersion::of(&parts),
    })
}
