//! Cites reports: a place in one for a footnote, after GB/T 7714-2015 ([`cite`]), or a report for a reference manager, as
//! [`bibtex`], [`ris`] or [`csl`]. All styles are made of one [`Reference`]; what is unknown is left out of each.

pub mod bibtex;
pub mod csl;
mod gbt;
pub mod ris;

use std::fmt;

use crate::hits::{Hit, HitReport};
use crate::report::{Place, ReportKind};
use crate::schema::fields::Field;
use crate::schema::values;

pub use gbt::cite;

/// A report as a work to be cited, and the places in it that are meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reference {
    /// Names it in a bibliography: made of the report's id, so it is the same in every export and no other report has it.
    pub key: String,
    /// The body that issued it, which is its author and its publisher.
    pub issuer: Option<String>,
    /// On one line.
    pub title: Option<String>,
    pub kind: ReportKind,
    /// The year it is about.
    pub year: Option<u16>,
    /// 文号
    pub doc_number: Option<String>,
    /// Where the issuer is, from above: 福建省三明市将乐县.
    pub place: Option<String>,
    pub published: Option<Date>,
    pub url: Option<String>,
    /// The file it was read from.
    pub path: String,
    /// The first [`Reference::MOST_PLACES`] of the places, as people find them.
    pub places: Vec<String>,
    /// How many more places there are.
    pub more_places: usize,
}

/// A day, or as much of it as is known: a year, or a year and a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    pub year: u16,
    pub month: Option<u8>,
    /// Never without the month.
    pub day: Option<u8>,
}

/// Where a passage stands in its report: `第3页“（一）坚持‘枫桥经验’”第2段`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Locator<'a> {
    /// The headings above it, outermost first.
    pub headings: &'a [String],
    /// Its number, from 1, among the passages under the innermost of them (among those of the report, when there is no heading).
    pub number: u32,
    pub source: &'a Place,
}

impl Reference {
    /// So many places of a report are told one by one, so that a reference does not grow with the number of hits.
    pub const MOST_PLACES: usize = 50;

    /// A report, and no place in it yet.
    pub fn of(report: &HitReport) -> Self {
        let one_line = |text: &Option<String>| text.as_deref().map(one_line).filter(|text| !text.is_empty());
        Reference {
            key: format!("baogao-{}", report.id),
            issuer: one_line(&report.issuing_body),
            title: one_line(&report.title),
            kind: report.kind,
            year: report.year,
            doc_number: one_line(&report.doc_number),
            place: place_of(report),
            published: report.published.as_deref().and_then(Date::parse),
            url: one_line(&report.url),
            path: report.path.clone(),
            places: Vec::new(),
            more_places: 0,
        }
    }

    /// Adds a place in the report.
    pub fn add(&mut self, locator: &Locator<'_>) {
        if self.places.len() < Reference::MOST_PLACES {
            self.places.push(locator.to_string());
        } else {
            self.more_places += 1;
        }
    }

    /// What sort of document it is, in Chinese; `None` when that says nothing.
    pub fn genre(&self) -> Option<&'static str> {
        values::label(Field::Kind, self.kind.name()).filter(|_| self.kind != ReportKind::Other)
    }

    /// What no field of a bibliography holds, in Chinese: the year it is about, the places that are meant, the file.
    pub fn note(&self) -> String {
        let year = self.year.map(|year| format!("报告年度：{year}"));
        let mut places = self.places.join("；");
        if self.more_places > 0 {
            places.push_str(&format!("；另有{}处", self.more_places));
        }
        let places = (!places.is_empty()).then(|| format!("引用处：{places}"));
        let path = (!self.path.is_empty()).then(|| format!("文件：{}", one_line(&self.path)));
        [year, places, path]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join("。")
    }
}

impl Date {
    /// Reads `2025-02-07`, `2025-02` or `2025`.
    pub fn parse(text: &str) -> Option<Date> {
        let mut parts = text.trim().splitn(3, '-');
        let year = parts.next()?.parse().ok()?;
        let month = parts.next().map(str::parse).transpose().ok()?;
        let day = parts.next().map(str::parse).transpose().ok()?;
        let exists =
            month.is_none_or(|month| (1..=12).contains(&month)) && day.is_none_or(|day| (1..=31).contains(&day));
        exists.then_some(Date { year, month, day })
    }

    /// Year, month and day, as far as they are known.
    pub fn parts(self) -> Vec<u16> {
        let rest = [self.month, self.day].into_iter().flatten().map(u16::from);
        std::iter::once(self.year).chain(rest).collect()
    }
}

impl<'a> Locator<'a> {
    /// Where a hit stands.
    pub fn of(hit: &'a Hit) -> Self {
        Locator {
            headings: &hit.section.headings,
            number: hit.passage.number,
            source: &hit.passage.source,
        }
    }
}

impl fmt::Display for Locator<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Place::Page(page) = self.source {
            write!(f, "第{page}页")?;
        }
        if let Some(heading) = self.headings.last() {
            write!(f, "“{}”", quotable(heading))?;
        }
        write!(f, "第{}段", self.number)
    }
}

/// A heading longer than this many characters is cut in a citation: some headings are whole sentences.
const HEADING_LIMIT: usize = 40;

/// A heading as it stands inside quotation marks: its own marks become single ones (GB/T 15834-2011).
fn quotable(heading: &str) -> String {
    let heading = one_line(heading).replace('“', "‘").replace('”', "’");
    if heading.chars().count() <= HEADING_LIMIT {
        return heading;
    }
    heading.chars().take(HEADING_LIMIT - 1).chain(['…']).collect()
}

/// Where the issuer is, as far as it is known. The names of a municipality's province and city are one.
fn place_of(report: &HitReport) -> Option<String> {
    let mut names: Vec<&str> = [&report.province, &report.city, &report.county]
        .into_iter()
        .flatten()
        .map(|name| name.trim())
        .filter(|name| !name.is_empty())
        .collect();
    names.dedup();
    (!names.is_empty()).then(|| names.concat())
}

/// The text with each run of blanks, line breaks and control characters as one blank.
fn one_line(text: &str) -> String {
    let shown = text.replace(|c: char| c.is_control(), " ");
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Metadata, ReportId};

    /// A report of which all is known.
    pub fn known() -> HitReport {
        report(Metadata {
            kind: ReportKind::RuleOfLaw,
            title: Some("古镛镇2024年法治政府\n建设工作情况报告".into()),
            year: Some(2024),
            township: Some("古镛镇".into()),
            county: Some("将乐县".into()),
            city: Some("三明市".into()),
            province: Some("福建省".into()),
            issuing_body: Some("古镛镇人民政府".into()),
            doc_number: Some("将镛委〔2025〕5号".into()),
            published: Some("2025-02-07".into()),
            ..Metadata::default()
        })
    }

    pub fn report(metadata: Metadata) -> HitReport {
        let path = "corpus/古镛镇2024.txt".into();
        HitReport::new(ReportId(0xa1), path, None, metadata, Default::default())
    }

    #[test]
    fn dates_are_read_as_far_as_they_are_known() {
        let parts = |text| Date::parse(text).map(Date::parts);
        assert_eq!(parts("2025-02-07"), Some(vec![2025, 2, 7]));
        assert_eq!(parts("2025-02"), Some(vec![2025, 2]));
        assert_eq!(parts("2025"), Some(vec![2025]));
        for wrong in ["", "二月", "2025-13-01", "2025-02-40", "2025-02-07-1", "2025-"] {
            assert_eq!(parts(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_reference_tells_no_more_places_than_it_may_and_how_many_are_left() {
        let mut reference = Reference::of(&known());
        for number in 1..=Reference::MOST_PLACES as u32 + 2 {
            reference.add(&Locator {
                headings: &[],
                number,
                source: &Place::Row(1),
            });
        }
        assert_eq!(reference.places.len(), Reference::MOST_PLACES);
        let note = reference.note();
        assert!(
            note.starts_with("报告年度：2024。引用处：第1段；第2段；")
                && note.contains("；第50段；另有2处。文件：corpus/"),
            "{note}"
        );
    }

    #[test]
    fn the_place_of_a_municipality_is_named_once() {
        let metadata = Metadata {
            county: Some("江北区".into()),
            city: Some("重庆市".into()),
            province: Some("重庆市".into()),
            ..Metadata::default()
        };
        assert_eq!(Reference::of(&report(metadata)).place.as_deref(), Some("重庆市江北区"));
    }

    #[test]
    fn a_place_on_a_page_names_the_page() {
        let locator = Locator {
            headings: &["一、成效".to_owned(), "（一）坚持“枫桥经验”".to_owned()],
            number: 2,
            source: &Place::Page(3),
        };
        assert_eq!(locator.to_string(), "第3页“（一）坚持‘枫桥经验’”第2段");
    }
}
