//! Prints one report: its outline or its full text, as text, JSON or a document; or everything that was read from its file and why, as
//! text or JSON.
//!
//! In the JSON every `chars` is `[first, after the last]`, counted in characters of the extracted text.

mod json;
mod text;

use std::cell::RefCell;
use std::io::Write;
use std::ops::Range;

use super::docx::Paper;
use super::html::Page;
use super::markdown::Sheet;
use super::sink::Sink;
use super::{Format, Options, document};
use crate::error::{Error, Result};
use crate::receipt::Seal;
use crate::report::{Metadata, Place, Quality, Report, ReportId, Section, SectionKind, Source};
use crate::table::Cell;

/// What to call a kind of section, for people.
pub type SectionLabels = fn(SectionKind) -> &'static str;

/// What is known of a report without its text.
#[derive(Clone, Copy)]
pub struct ReportView<'a> {
    pub id: ReportId,
    pub source: &'a Source,
    pub metadata: &'a Metadata,
    pub quality: &'a Quality,
    pub sections: &'a [Section],
}

/// A passage of a report with its text.
#[derive(Clone, Debug, PartialEq)]
pub struct PassageText {
    /// Its number in the report, from 0.
    pub seq: u32,
    /// The section it stands in, counted from 0.
    pub section: usize,
    /// In characters of the extracted text.
    pub chars: Range<usize>,
    pub source: Place,
    pub text: String,
}

impl<'a> From<&'a Report> for ReportView<'a> {
    fn from(report: &'a Report) -> Self {
        ReportView {
            id: report.id,
            source: &report.source,
            metadata: &report.metadata,
            quality: &report.quality,
            sections: &report.sections,
        }
    }
}

impl PassageText {
    /// The passages of a report, in their order.
    pub fn all_of(report: &Report) -> impl Iterator<Item = PassageText> {
        report.passage_texts().map(|(passage, text)| PassageText {
            seq: passage.seq,
            section: passage.section,
            chars: passage.chars.clone(),
            source: passage.source.clone(),
            text: text.to_owned(),
        })
    }
}

/// Writes what the report is and the headings in it. Answers the seal of what was written.
///
/// # Errors
/// When `out` does, or when a report is not written in the format.
pub fn print_outline(
    format: Format,
    report: &ReportView<'_>,
    labels: SectionLabels,
    options: &Options,
    out: &mut dyn Write,
) -> Result<Seal> {
    let mut out = Sink::new(out, &options.destination);
    let seal = RefCell::new(seal_of(report));
    seal.borrow_mut().line(&report.sections);
    let ending = options.ending(&seal);
    match form(format)? {
        Form::Text => text::print_outline(report, labels, options, &mut out)?,
        Form::Json => json::print_outline(report, &ending, &mut out)?,
        Form::Markdown => document::print_report(Sheet { out: &mut out }, report, labels, None, &ending)?,
        Form::Html => document::print_report(Page::new(options, &mut out), report, labels, None, &ending)?,
        Form::Docx => document::print_report(Paper::new(&mut out)?, report, labels, None, &ending)?,
    }
    sealed(seal, out)
}

/// Writes the whole text of the report. The passages come in their order. Answers the seal of what was written.
///
/// # Errors
/// When the passages or `out` do, or when a report is not written in the format.
pub fn print_full_text(
    format: Format,
    report: &ReportView<'_>,
    labels: SectionLabels,
    passages: &mut dyn Iterator<Item = Result<PassageText>>,
    options: &Options,
    out: &mut dyn Write,
) -> Result<Seal> {
    let mut out = Sink::new(out, &options.destination);
    let seal = RefCell::new(seal_of(report));
    let ending = options.ending(&seal);
    let mut passages = passages.inspect(|passage| {
        if let Ok(passage) = passage {
            seal.borrow_mut().row(&vec![Cell::Text(passage.text.clone())]);
        }
    });
    let some: Option<&mut dyn Iterator<Item = Result<PassageText>>> = Some(&mut passages);
    match form(format)? {
        Form::Text => text::print_full_text(report, &mut passages, options, &mut out)?,
        Form::Json => json::print_full_text(report, &mut passages, &ending, &mut out)?,
        Form::Markdown => document::print_report(Sheet { out: &mut out }, report, labels, some, &ending)?,
        Form::Html => document::print_report(Page::new(options, &mut out), report, labels, some, &ending)?,
        Form::Docx => document::print_report(Paper::new(&mut out)?, report, labels, some, &ending)?,
    }
    sealed(seal, out)
}

/// The seal of what is known of a report.
fn seal_of(report: &ReportView<'_>) -> Seal {
    let mut seal = Seal::default();
    seal.line(&(report.id, report.metadata));
    seal
}

fn sealed(seal: RefCell<Seal>, mut out: Sink<'_>) -> Result<Seal> {
    let mut seal = seal.into_inner();
    seal.file = out.fingerprint()?;
    out.finish()?;
    Ok(seal)
}

/// Writes everything that was read from a file as this report, and why: metadata with evidence, sections with reasons,
/// warnings, and what was left out.
///
/// # Errors
/// When `out` does, or when the format is neither text nor JSON.
pub fn print_inspection(
    format: Format,
    report: &Report,
    labels: SectionLabels,
    options: &Options,
    out: &mut dyn Write,
) -> Result<()> {
    let mut out = Sink::new(out, &options.destination);
    match form(format)? {
        Form::Text => text::print_inspection(report, labels, options, &mut out)?,
        Form::Json => json::print_inspection(report, &mut out)?,
        _ => {
            return Err(Error::usage(format!("an inspection is not written as {format}")).hinted("take text or json"));
        }
    }
    out.finish()
}

/// The forms a report is written in.
enum Form {
    Text,
    Json,
    Markdown,
    Html,
    Docx,
}

fn form(format: Format) -> Result<Form> {
    match format {
        Format::Text => Ok(Form::Text),
        Format::Json | Format::Jsonl => Ok(Form::Json),
        Format::Markdown => Ok(Form::Markdown),
        Format::Html => Ok(Form::Html),
        Format::Docx => Ok(Form::Docx),
        other => Err(Error::usage(format!("a report is not written as {other}"))
            .hinted("take text, json, markdown, html or docx")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::wrap;
    use crate::report::{Confidence, Dropped, Evidence, EvidenceSource, Grade, Level, Passage, ReportKind};

    fn label(kind: SectionKind) -> &'static str {
        match kind {
            SectionKind::Preamble => "前言",
            SectionKind::Achievements => "主要举措和成效",
            SectionKind::Problems => "存在的不足和原因",
            _ => "其他",
        }
    }

    fn report() -> Report {
        let parts = [
            "古镛镇2024年度法治政府建设工作情况报告\n2024年，古镛镇全面推进依法行政，现将情况报告如下：",
            "\n一、主要举措和成效\n（一）坚持“枫桥经验”\n全年共排查各类矛盾纠纷232起，调解成功227起。",
            "一是建成村级调解室18个，配备专兼职调解员96名，做到小事不出村、大事不出镇。",
            "\n二、存在的不足\n𠮷野村普法\u{1b}[31m不够。",
        ];
        let text = parts.concat();
        let mut at = 0;
        let mut passages = Vec::new();
        for (seq, part) in parts.iter().enumerate() {
            let break_before = usize::from(part.starts_with('\n'));
            let end = at + part.chars().count();
            passages.push(Passage {
                seq: seq as u32,
                section: [0, 2, 2, 3][seq],
                chars: at + break_before..end,
                source: Place::Bytes([at as u64 * 3, end as u64 * 3]),
            });
            at = end;
        }
        Report {
            id: ReportId(0xa1),
            source: source(),
            metadata: metadata(),
            evidence: evidence(),
            warnings: vec!["some characters could not be decoded".into()],
            quality: Quality {
                grade: Grade::Fair,
                reasons: vec!["no page 3".into()],
                chars: 240,
                missing_pages: vec![3],
                ..Quality::default()
            },
            sections: sections(at),
            text,
            passages,
            dropped: vec![Dropped {
                text: "- 2 -".into(),
                reason: "page number".into(),
                source: Place::Bytes([700, 705]),
            }],
        }
    }

    fn source() -> Source {
        Source {
            path: "corpus/古镛镇/2024.txt".into(),
            row: None,
            format: "txt".into(),
            encoding: "gb18030".into(),
            hash: "0123456789abcdef0123456789abcdef".into(),
        }
    }

    fn metadata() -> Metadata {
        Metadata {
            kind: ReportKind::RuleOfLaw,
            title: Some("古镛镇2024年度法治政府建设工作情况报告".into()),
            year: Some(2024),
            township: Some("古镛镇".into()),
            level: Some(Level::Township),
            issuing_body: Some("古镛镇人民政府".into()),
            published: Some("2025-02-07".into()),
            ..Metadata::default()
        }
    }

    fn evidence() -> Vec<Evidence> {
        let evidence = |field: &str, from: EvidenceSource, quote: &str, chars, implied| Evidence {
            field: field.into(),
            from,
            quote: quote.into(),
            chars,
            implied,
            confidence: Confidence::of(from.name(), implied, false),
        };
        let title = "古镛镇2024年度法治政府建设工作情况报告";
        vec![
            evidence("title", EvidenceSource::Title, title, Some(0..21), false),
            evidence("year", EvidenceSource::Title, "2024年度", Some(3..9), false),
            evidence("year", EvidenceSource::FileName, "2024", None, false),
            evidence("issuing_body", EvidenceSource::Derived, "古镛镇", None, true),
            evidence(
                "published",
                EvidenceSource::Header,
                "发布时间：2025-02-07 10:20 来源：古镛镇",
                None,
                false,
            ),
        ]
    }

    fn sections(end: usize) -> Vec<Section> {
        let section = |kind, level, headings: &[&str], chars, reason: &str| Section {
            kind,
            level,
            heading: headings.last().map(|&heading| heading.to_owned()),
            headings: headings.iter().map(|&heading| heading.to_owned()).collect(),
            chars,
            reason: reason.into(),
        };
        let (first, second) = ("一、主要举措和成效", "（一）坚持“枫桥经验”");
        vec![
            section(SectionKind::Preamble, 0, &[], 0..48, "before the first heading"),
            section(SectionKind::Achievements, 1, &[first], 48..58, "heading has 成效"),
            section(
                SectionKind::Achievements,
                2,
                &[first, second],
                58..130,
                "heading has 成效",
            ),
            section(
                SectionKind::Problems,
                1,
                &["二、存在的不足"],
                130..end,
                "heading has 不足",
            ),
        ]
    }

    fn narrow() -> Options {
        Options {
            width: 60,
            ..Options::default()
        }
    }

    fn printed(print: impl FnOnce(&mut Vec<u8>) -> Result<()>) -> String {
        let mut out = Vec::new();
        print(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn inspections_say_what_was_read_and_why() {
        let inspected =
            |options: &Options| printed(|out| print_inspection(Format::Text, &report(), label, options, out));
        insta::assert_snapshot!(inspected(&Options::default()));
        for line in inspected(&narrow()).lines() {
            assert!(wrap::width(line) <= 60, "{line}");
        }
    }

    #[test]
    fn inspections_in_json_have_every_key() {
        let json = printed(|out| print_inspection(Format::Json, &report(), label, &narrow(), out));
        assert_eq!(json.lines().count(), 1);
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(value["sections"][2]["chars"], serde_json::json!([58, 130]));
        assert_eq!(value["evidence"][1]["chars"], serde_json::json!([3, 9]));
        assert_eq!(value["evidence"][2]["from"], "file name");
        assert_eq!(value["evidence"][2]["chars"], serde_json::Value::Null);
        assert_eq!(value["metadata"]["county"], serde_json::Value::Null);
        assert_eq!(value["passages"][2]["id"], "00000000000000a1-0002");
        assert_eq!(value["dropped"][0]["source"], serde_json::json!({"bytes": [700, 705]}));
        let keys = [
            "id", "source", "metadata", "evidence", "warnings", "quality", "sections", "passages", "dropped",
        ];
        let places: Vec<_> = keys.map(|key| json.find(&format!("\"{key}\":"))).to_vec();
        assert!(places.iter().all(Option::is_some) && value.as_object().unwrap().len() == keys.len());
    }

    #[test]
    fn outlines_show_headings_by_level() {
        let report = report();
        let outline = printed(|out| print_outline(Format::Text, &(&report).into(), label, &narrow(), out).map(drop));
        insta::assert_snapshot!(outline);
    }

    #[test]
    fn full_texts_join_the_parts_of_a_paragraph() {
        let report = report();
        let mut passages = PassageText::all_of(&report).map(Ok);
        let full = printed(|out| {
            print_full_text(Format::Text, &(&report).into(), label, &mut passages, &narrow(), out).map(drop)
        });
        insta::assert_snapshot!(full);
    }

    #[test]
    fn full_texts_in_json_hold_all_passages() {
        let report = report();
        let mut passages = PassageText::all_of(&report).map(Ok);
        let json = printed(|out| {
            print_full_text(Format::Json, &(&report).into(), label, &mut passages, &narrow(), out).map(drop)
        });
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        let read: Vec<&str> = value["passages"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|p| p["text"].as_str())
            .collect();
        let texts: Vec<String> = PassageText::all_of(&report).map(|passage| passage.text).collect();
        assert_eq!(read, texts);
        assert_eq!(value["sections"].as_array().unwrap().len(), 4);
    }

    #[test]
    fn reports_are_documents_with_headings_and_whole_paragraphs() {
        let report = report();
        let mut passages = PassageText::all_of(&report).map(Ok);
        let options = narrow();
        let full = printed(|out| {
            print_full_text(Format::Markdown, &(&report).into(), label, &mut passages, &options, out).map(drop)
        });
        insta::assert_snapshot!(full);
        for format in [Format::Html, Format::Docx] {
            let mut passages = PassageText::all_of(&report).map(Ok);
            let mut out = Vec::new();
            let view = (&report).into();
            let full = print_full_text(format, &view, label, &mut passages, &options, &mut out).unwrap();
            let outline = print_outline(format, &view, label, &options, &mut Vec::new()).unwrap();
            assert!(
                !out.is_empty() && full.fingerprint() != outline.fingerprint(),
                "{format}"
            );
        }
    }

    #[test]
    fn a_report_is_no_table() {
        let report = report();
        let error = print_outline(Format::Csv, &(&report).into(), label, &narrow(), &mut Vec::new()).unwrap_err();
        assert_eq!(error.to_string(), "a report is not written as csv");
    }
}
