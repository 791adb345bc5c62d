//! Defines the [`Measure`]s of how much is said of something, and how each is computed. All rest on the same counts.

use crate::hits::Totals;
use crate::index::Extent;
use crate::table::{Cell, Column, Kind};

/// How much is said of something in a group of passages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// The passages that say it.
    Passages,
    /// The reports that say it.
    Reports,
    /// How often it is said.
    Occurrences,
    /// The reports that say it, of all reports.
    Share,
    /// How often it is said in 1,000 characters, blanks left aside.
    PerThousand,
    /// How often it is said in a report, on average.
    PerReport,
}

impl Measure {
    /// All, in the order in which they are shown.
    pub const ALL: [Measure; 6] = [
        Measure::Passages,
        Measure::Reports,
        Measure::Occurrences,
        Measure::Share,
        Measure::PerThousand,
        Measure::PerReport,
    ];

    /// On the command line; the name of its column has `_` for `-`.
    pub fn name(self) -> &'static str {
        match self {
            Measure::Passages => "passages",
            Measure::Reports => "reports",
            Measure::Occurrences => "occurrences",
            Measure::Share => "share",
            Measure::PerThousand => "per-1000",
            Measure::PerReport => "per-report",
        }
    }

    /// For people, in Chinese.
    pub fn label(self) -> &'static str {
        match self {
            Measure::Passages => "段数",
            Measure::Reports => "报告数",
            Measure::Occurrences => "次数",
            Measure::Share => "报告占比",
            Measure::PerThousand => "每千字次数",
            Measure::PerReport => "每篇次数",
        }
    }

    /// How it is computed, in Chinese.
    pub fn definition(self) -> &'static str {
        match self {
            Measure::Passages => "段数：出现该词的段落数",
            Measure::Reports => "报告数：出现该词的报告数",
            Measure::Occurrences => "次数：该词出现的次数",
            Measure::Share => "报告占比＝出现该词的报告数÷该组报告总数",
            Measure::PerThousand => "每千字次数＝次数÷该组字数（不计空白）×1000",
            Measure::PerReport => "每篇次数＝次数÷该组报告总数",
        }
    }

    /// The measure that somebody names.
    pub fn named(name: &str) -> Option<Measure> {
        let wanted = name.trim().to_lowercase().replace('_', "-");
        let is_meant = |measure: &Measure| measure.name() == wanted || measure.label() == wanted;
        Measure::ALL.into_iter().find(is_meant)
    }

    /// A column of it.
    pub fn column(self) -> Column {
        Column::new(&self.name().replace('-', "_"), self.label(), self.kind())
    }

    /// How its values are shown.
    pub fn kind(self) -> Kind {
        match self {
            Measure::Passages | Measure::Reports | Measure::Occurrences => Kind::Count,
            Measure::Share => Kind::Share,
            Measure::PerThousand => Kind::Decimal(3),
            Measure::PerReport => Kind::Decimal(2),
        }
    }

    /// Its value where so much was found in so much text; nothing where there is no text.
    pub fn of(self, found: Totals, extent: Extent) -> Option<f64> {
        let (count, base) = match self {
            _ if extent.reports == 0 => return None,
            Measure::Passages => (found.passages, 1),
            Measure::Reports => (found.reports, 1),
            Measure::Occurrences => (found.occurrences, 1),
            Measure::Share => (found.reports, extent.reports),
            Measure::PerThousand => (found.occurrences, extent.chars),
            Measure::PerReport => (found.occurrences, extent.reports),
        };
        let factor = if self == Measure::PerThousand { 1000.0 } else { 1.0 };
        (base > 0).then(|| count as f64 * factor / base as f64)
    }

    /// The same as a cell of [`Measure::column`].
    pub fn cell(self, found: Totals, extent: Extent) -> Cell {
        match self.of(found, extent) {
            None => Cell::Empty,
            Some(count) if self.kind() == Kind::Count => Cell::Whole(count as u64),
            Some(value) => Cell::Decimal(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_measure_is_known_by_its_name_and_its_label() {
        for measure in Measure::ALL {
            assert_eq!(Measure::named(measure.name()), Some(measure));
            assert_eq!(Measure::named(measure.label()), Some(measure));
        }
        assert_eq!(Measure::named("PER_1000"), Some(Measure::PerThousand));
        assert_eq!(Measure::named("rate"), None);
    }

    #[test]
    fn rates_rest_on_the_text_that_was_there() {
        let found = Totals {
            passages: 3,
            reports: 2,
            occurrences: 5,
        };
        let extent = Extent {
            passages: 40,
            reports: 8,
            chars: 2000,
        };
        let values = Measure::ALL.map(|measure| measure.of(found, extent));
        assert_eq!(values, [3.0, 2.0, 5.0, 0.25, 2.5, 0.625].map(Some));
        assert_eq!(Measure::Passages.of(found, Extent::default()), None);
        assert_eq!(Measure::Passages.cell(Totals::default(), extent), Cell::Whole(0));
    }
}
