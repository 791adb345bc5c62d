//! Lays out what people read on paper or on a page: hits, tables and reports, the same for every format of documents.

use std::ops::Range;

use super::report::{PassageText, ReportView, SectionLabels};
use super::{Ending, HitStream, Options, Ranks, RowStream, link, passage, place_and_year, summary, visible};
use crate::error::Result;
use crate::hits::{Hit, Summary};
use crate::report::Metadata;
use crate::schema::fields::Field;
use crate::schema::values;
use crate::table::{Cell, Column, Kind, Row, Table};

/// A document as it is written, from its beginning to its end. Texts come as they are; each format makes them safe.
pub(super) trait Document {
    /// What the whole is called.
    fn title(&mut self, text: &str) -> Result<()>;

    /// A heading; 1 is the highest below the title.
    fn heading(&mut self, level: u8, text: &str) -> Result<()>;

    fn paragraph(&mut self, text: &str) -> Result<()>;

    /// Something to be known about what stands around it.
    fn note(&mut self, text: &str) -> Result<()>;

    fn quotation(&mut self, quotation: &Quotation<'_>) -> Result<()>;

    fn begin_table(&mut self, columns: &[Column]) -> Result<()>;

    fn row(&mut self, columns: &[Column], row: &Row) -> Result<()>;

    fn end_table(&mut self) -> Result<()>;

    /// The receipt, and the end.
    fn end(self, ending: &Ending<'_>) -> Result<()>;
}

/// A passage of a report with its place.
pub(super) struct Quotation<'a> {
    /// `1. 古镛镇 2024 · 主要举措和成效`.
    pub heading: String,
    /// The headings above it, in one line; perhaps none.
    pub headings: String,
    /// Nothing in it acts on a reader; it may have several lines.
    pub text: &'a str,
    /// In bytes of the text, sorted and apart.
    pub matches: &'a [Range<usize>],
    /// Why its report's text cannot be trusted.
    pub doubt: Option<String>,
    pub citation: &'a str,
    /// Where its source file is.
    pub link: Option<String>,
}

impl<'a> Quotation<'a> {
    /// The lines of the text, each in runs: a text and whether it is a match.
    pub(super) fn lines(&self) -> Vec<Vec<(&'a str, bool)>> {
        let mut lines = vec![Vec::new()];
        let mut at = 0;
        let mut put = |run: &'a str, is_match: bool| {
            for (number, line) in run.split('\n').enumerate() {
                if number > 0 {
                    lines.push(Vec::new());
                }
                if let Some(last) = lines.last_mut().filter(|_| !line.is_empty()) {
                    last.push((line, is_match));
                }
            }
        };
        for found in self.matches {
            put(&self.text[at..found.start], false);
            put(&self.text[found.clone()], true);
            at = found.end;
        }
        put(&self.text[at..], false);
        lines
    }
}

/// Hits as quotations, with what is true of all of them before and counts behind.
pub(super) fn print_hits(
    mut document: impl Document,
    found: &Summary,
    hits: HitStream<'_>,
    options: &Options,
    ending: &Ending<'_>,
) -> Result<()> {
    document.title(&visible::line(&found.query))?;
    for line in summary::lines(found) {
        document.note(&visible::line(&line))?;
    }
    let mut ranks = Ranks::default();
    for hit in hits {
        let hit = hit?;
        ranks.note(hit.rank);
        print_hit(&mut document, &hit, options)?;
    }
    if let Some(line) = summary::shown(&ranks, found) {
        document.note(&line)?;
    }
    for facet in found.facets.iter().filter(|facet| !facet.counts.is_empty()) {
        let (columns, rows) = summary::facet_table(facet);
        document.heading(1, &visible::line(&summary::facet_title(facet)))?;
        print_rows(&mut document, &columns, &mut rows.into_iter().map(Ok))?;
    }
    document.end(ending)
}

fn print_hit(document: &mut impl Document, hit: &Hit, options: &Options) -> Result<()> {
    let shown = passage::whole(hit);
    let place = place_and_year(&hit.report);
    let heading = format!("{}. {place} · {}", hit.rank, hit.section.label);
    document.quotation(&Quotation {
        heading: visible::line(&heading).into_owned(),
        headings: shown.headings.join(" › "),
        text: &shown.text,
        matches: &shown.matches,
        doubt: summary::doubt(&hit.report.quality),
        citation: &visible::line(&hit.citation),
        link: link::to_file(&hit.report.path, &options.destination),
    })
}

/// A table, its notes below it.
pub(super) fn print_table(
    mut document: impl Document,
    table: &Table,
    rows: RowStream<'_>,
    ending: &Ending<'_>,
) -> Result<()> {
    document.title(&visible::line(&table.title))?;
    print_rows(&mut document, &table.columns, rows)?;
    for note in &table.notes {
        document.note(&visible::line(note))?;
    }
    document.end(ending)
}

fn print_rows(document: &mut impl Document, columns: &[Column], rows: RowStream<'_>) -> Result<()> {
    document.begin_table(columns)?;
    for row in rows {
        document.row(columns, &row?)?;
    }
    document.end_table()
}

/// What a report is and the headings in it; with passages, its whole text.
pub(super) fn print_report(
    mut document: impl Document,
    report: &ReportView<'_>,
    labels: SectionLabels,
    passages: Option<&mut dyn Iterator<Item = Result<PassageText>>>,
    ending: &Ending<'_>,
) -> Result<()> {
    let title = report.metadata.title.as_ref().unwrap_or(&report.source.path);
    document.title(&visible::line(title))?;
    print_metadata(&mut document, report)?;
    if let Some(doubt) = summary::doubt(report.quality) {
        document.note(&visible::line(&doubt))?;
    }
    match passages {
        None => {
            for section in report.sections {
                if let Some(heading) = &section.heading {
                    document.heading(section.level, &visible::line(heading))?;
                    document.note(labels(section.kind))?;
                }
            }
        }
        Some(passages) => print_passages(&mut document, report, passages)?,
    }
    document.end(ending)
}

fn print_metadata(document: &mut impl Document, report: &ReportView<'_>) -> Result<()> {
    let columns = [
        Column::new("field", "项目", Kind::Text),
        Column::new("value", "内容", Kind::Text),
    ];
    let known = Metadata::FIELDS.into_iter().filter_map(|field| {
        let value = report.metadata.value_of(field)?;
        let label = Field::named(field).and_then(|field| values::label(field, &value));
        let value = label.map_or(value.clone(), str::to_owned);
        Some(vec![Cell::Text(field_label(field).to_owned()), Cell::Text(value)])
    });
    let path = vec![Cell::Text("文件".to_owned()), Cell::Text(report.source.path.clone())];
    print_rows(document, &columns, &mut known.chain([path]).map(Ok))
}

/// The name of a field of the metadata, for people.
fn field_label(field: &str) -> &str {
    match field {
        "kind" => "类型",
        "title" => "题名",
        "doc_number" => "文号",
        "index_number" => "索引号",
        "published" => "发布日期",
        "url" => "网址",
        other => Field::named(other).map_or(other, |field| field.declaration().label.as_str()),
    }
}

/// The text by paragraphs, those that were cut into several passages whole again, and headings as such.
fn print_passages(
    document: &mut impl Document,
    report: &ReportView<'_>,
    passages: &mut dyn Iterator<Item = Result<PassageText>>,
) -> Result<()> {
    let mut put = |line: &Line| {
        let section = report.sections.iter().find(|section| section.chars.start == line.start);
        let text = visible::line(&line.text);
        match section.filter(|section| section.heading.as_deref() == Some(line.text.trim())) {
            Some(section) => document.heading(section.level, &text),
            None if text.trim().is_empty() => Ok(()),
            // The title stands above it all.
            None if report.metadata.title.as_deref() == Some(line.text.trim()) => Ok(()),
            None => document.paragraph(&text),
        }
    };
    // The last line of a passage, of which more may come.
    let mut open: Option<Line> = None;
    for passage in passages {
        let passage = passage?;
        let mut at = passage.chars.start;
        for text in passage.text.split('\n') {
            let end = at + text.chars().count();
            match open.as_mut().filter(|open| open.end == at) {
                Some(open) => {
                    open.text.push_str(text);
                    open.end = end;
                }
                None => {
                    let text = text.to_owned();
                    let before = open.replace(Line { text, start: at, end });
                    before.map_or(Ok(()), |line| put(&line))?;
                }
            }
            at = end + 1;
        }
    }
    open.map_or(Ok(()), |line| put(&line))
}

/// A line of a report and where it stands, in characters of the extracted text.
struct Line {
    text: String,
    start: usize,
    end: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_match_over_a_line_break_is_marked_in_both_lines() {
        let text = "一\n枫桥\n经验";
        let found = vec![4..text.len(); 1];
        let quotation = Quotation {
            heading: String::new(),
            headings: String::new(),
            text,
            matches: &found,
            doubt: None,
            citation: "",
            link: None,
        };
        assert_eq!(
            quotation.lines(),
            [vec![("一", false)], vec![("枫桥", true)], vec![("经验", true)]]
        );
    }
}
