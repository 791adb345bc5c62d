//! Writes a report for people at a terminal.

use std::ops::Range;

use super::{PassageText, ReportView, SectionLabels};
use crate::error::Result;
use crate::output::sink::Sink;
use crate::output::style::{Label, Style};
use crate::output::text::print_wrapped;
use crate::output::{Options, columns, counted, grouped, visible, wrap};
use crate::report::{Dropped, Evidence, Grade, Metadata, Quality, Report, Section, SectionKind, Source};

/// The title and the headings.
pub(super) fn print_outline(
    report: &ReportView<'_>,
    labels: SectionLabels,
    options: &Options,
    out: &mut Sink<'_>,
) -> Result<()> {
    print_title(report, options, out)?;
    out.put("\n")?;
    print_sections(report.sections, labels, Reasons::Hidden, options, out)
}

/// The title and the text.
pub(super) fn print_full_text(
    report: &ReportView<'_>,
    passages: &mut dyn Iterator<Item = Result<PassageText>>,
    options: &Options,
    out: &mut Sink<'_>,
) -> Result<()> {
    print_title(report, options, out)?;
    print_paragraphs(report, passages, options, out)
}

/// Everything that was read, and why.
pub(super) fn print_inspection(
    report: &Report,
    labels: SectionLabels,
    options: &Options,
    out: &mut Sink<'_>,
) -> Result<()> {
    let style = &options.style;
    let source = &report.source;
    writeln!(out, "{}", style.paint(Label::Place, &located(source)))?;
    let hash: String = source.hash.chars().take(12).collect();
    let line = format!(
        "{} · {} · hash {hash} · id {}",
        source.format, source.encoding, report.id
    );
    writeln!(out, "{}", style.paint(Label::Aside, &visible::line(&line)))?;
    print_warnings(&report.warnings, options, out)?;
    print_quality(&report.quality, options, out)?;
    print_caption("metadata", style, out)?;
    print_metadata(report, options, out)?;
    print_caption(&counted(report.sections.len() as u64, "section"), style, out)?;
    print_sections(&report.sections, labels, Reasons::Shown, options, out)?;
    let chars = report.text.chars().count() as u64;
    let passages = counted(report.passages.len() as u64, "passage");
    print_caption(&format!("{passages}, {}", counted(chars, "character")), style, out)?;
    print_dropped(&report.dropped, options, out)
}

fn print_caption(caption: &str, style: &Style, out: &mut Sink<'_>) -> Result<()> {
    write!(out, "\n{}\n", style.paint(Label::Caption, caption))
}

/// The path, and the record in it when it holds several reports.
fn located(source: &Source) -> String {
    let path = visible::line(&source.path);
    match source.row {
        Some(row) => format!("{path}, record {row}"),
        None => path.into_owned(),
    }
}

fn print_warnings(warnings: &[String], options: &Options, out: &mut Sink<'_>) -> Result<()> {
    for warning in warnings {
        let line = format!("warning: {}", visible::line(warning));
        print_wrapped(&line, "", options.width, Label::Note, &options.style, out)?;
    }
    Ok(())
}

/// The grade of the text and what keeps it from being good; nothing of a good one.
fn print_quality(quality: &Quality, options: &Options, out: &mut Sink<'_>) -> Result<()> {
    if quality.grade == Grade::Good {
        return Ok(());
    }
    let line = format!(
        "text quality {}: {}; absent text is not absent practice",
        quality.grade.name(),
        quality.reasons.join(", ")
    );
    print_wrapped(
        &visible::line(&line),
        "",
        options.width,
        Label::Note,
        &options.style,
        out,
    )
}

/// The fields of the metadata for people, in their order.
fn fields(metadata: &Metadata) -> [(&'static str, Option<String>); Metadata::FIELDS.len()] {
    Metadata::FIELDS.map(|field| {
        let value = metadata.value_of(field).filter(|value| !value.trim().is_empty());
        (field, value.map(|value| visible::line(&value).into_owned()))
    })
}

/// The widest name of a field: `issuing_body`.
const FIELD_WIDTH: usize = 12;
const MARGIN: usize = 2;
/// The column in which the values of fields begin.
const VALUES_AT: usize = MARGIN + FIELD_WIDTH + 2;

/// Each field on a line: name, value, evidence. A value too wide for its column has the line for itself, with the evidence below.
fn print_metadata(report: &Report, options: &Options, out: &mut Sink<'_>) -> Result<()> {
    let room = options.width.saturating_sub(VALUES_AT).max(32);
    let fields = fields(&report.metadata);
    let widths = fields.iter().filter_map(|(_, value)| value.as_deref().map(wrap::width));
    let value_width = widths.filter(|&width| width <= room / 2).max().unwrap_or(0);
    for (name, value) in &fields {
        let style = &options.style;
        write!(out, "  {}  ", style.paint(Label::Field, &wrap::pad(name, FIELD_WIDTH)))?;
        let evidence = report.evidence.iter().filter(|evidence| evidence.field == *name);
        let evidence: Vec<String> = evidence
            .map(|one| evidence_line(one, room.saturating_sub(value_width + 2)))
            .collect();
        let Some(value) = value else {
            // Evidence for not knowing: somebody said so.
            let why = evidence.first().map_or(String::new(), |why| format!(", {why}"));
            writeln!(out, "{}", style.paint(Label::Aside, &format!("unknown{why}")))?;
            continue;
        };
        print_value(value, value_width, &evidence, options, out)?;
    }
    Ok(())
}

/// The value in its column, each piece of evidence in the next.
fn print_value(
    value: &str,
    value_width: usize,
    evidence: &[String],
    options: &Options,
    out: &mut Sink<'_>,
) -> Result<()> {
    let mut evidence = evidence.iter().map(|line| options.style.paint(Label::Aside, line));
    let room = options.width.saturating_sub(VALUES_AT).max(32);
    for (at, line) in wrap::wrap(value, room).into_iter().enumerate() {
        let margin = if at == 0 { 0 } else { VALUES_AT };
        write!(out, "{:margin$}{}", "", value[line].trim_end())?;
        let missing = (value_width + 2).saturating_sub(wrap::width(value));
        let beside = if missing >= 2 { evidence.next() } else { None };
        match beside {
            Some(line) => writeln!(out, "{:missing$}{line}", "")?,
            None => out.put("\n")?,
        }
    }
    let margin = VALUES_AT + value_width + 2;
    for line in evidence {
        writeln!(out, "{:margin$}{line}", "")?;
    }
    Ok(())
}

/// `title, high: “古镛镇2024年…”`.
fn evidence_line(evidence: &Evidence, room: usize) -> String {
    let from = evidence.from.name();
    let implied = if evidence.implied { ", implied" } else { "" };
    let implied = format!("{implied}, {}", evidence.confidence.name());
    let quote_room = room.saturating_sub(from.len() + implied.len() + 4).max(8);
    let quote = visible::line(&evidence.quote);
    let line = format!("{from}{implied}: “{}”", wrap::truncate(&quote, quote_room));
    wrap::truncate(&line, room).into_owned()
}

/// Whether an outline says why its sections have their kinds.
#[derive(Clone, Copy, PartialEq)]
enum Reasons {
    Shown,
    Hidden,
}

/// Each section on a line: label, heading by its level, characters. A reason follows where it differs from the one before.
fn print_sections(
    sections: &[Section],
    labels: SectionLabels,
    reasons: Reasons,
    options: &Options,
    out: &mut Sink<'_>,
) -> Result<()> {
    let style = &options.style;
    let ranges: Vec<String> = sections.iter().map(|section| chars_text(&section.chars)).collect();
    let range_width = ranges.iter().map(|range| wrap::width(range)).max().unwrap_or(0);
    let label_width = sections
        .iter()
        .map(|section| wrap::width(labels(section.kind)))
        .max()
        .unwrap_or(0);
    let heading_room = options
        .width
        .saturating_sub(MARGIN + label_width + 2 + 2 + range_width)
        .max(16);
    let heading_width = headings(sections, heading_room)
        .map(|heading| wrap::width(&heading))
        .max()
        .unwrap_or(0);
    let mut said: Option<(SectionKind, &str)> = None;
    for ((section, heading), range) in sections.iter().zip(headings(sections, heading_room)).zip(&ranges) {
        let label = wrap::pad(labels(section.kind), label_width);
        write!(
            out,
            "  {}  {}",
            style.paint(Label::Section, &label),
            wrap::pad(&heading, heading_width)
        )?;
        let missing = range_width - wrap::width(range);
        writeln!(out, "  {:missing$}{}", "", style.paint(Label::Aside, range))?;
        let reason = (section.kind, section.reason.as_str());
        if reasons == Reasons::Shown && said != Some(reason) && !section.reason.is_empty() {
            let margin = " ".repeat(MARGIN + label_width + 2 + indent(section));
            let room = options.width.saturating_sub(margin.len()).max(16);
            print_wrapped(&visible::line(&section.reason), &margin, room, Label::Aside, style, out)?;
        }
        said = Some(reason);
    }
    Ok(())
}

/// The headings, indented by their level and cut to the room.
fn headings(sections: &[Section], room: usize) -> impl Iterator<Item = String> {
    sections.iter().map(move |section| {
        let heading = section.heading.as_deref().unwrap_or("(before the first heading)");
        let indent = indent(section);
        let heading = visible::line(heading.trim());
        format!(
            "{:indent$}{}",
            "",
            wrap::truncate(&heading, room.saturating_sub(indent))
        )
    })
}

/// How far a section's heading is set in. Levels are few; a broken one must not push text off the page.
fn indent(section: &Section) -> usize {
    2 * usize::from(section.level.clamp(1, 6) - 1)
}

fn chars_text(chars: &Range<usize>) -> String {
    format!("{}–{}", grouped(chars.start as u64), grouped(chars.end as u64))
}

fn print_dropped(dropped: &[Dropped], options: &Options, out: &mut Sink<'_>) -> Result<()> {
    if dropped.is_empty() {
        return Ok(());
    }
    let style = &options.style;
    print_caption(
        &format!("{} left out", counted(dropped.len() as u64, "piece")),
        style,
        out,
    )?;
    let places: Vec<String> = dropped.iter().map(|dropped| columns::place(&dropped.source)).collect();
    let place_width = places.iter().map(String::len).max().unwrap_or(0);
    let reason_width = dropped
        .iter()
        .map(|dropped| wrap::width(&dropped.reason))
        .max()
        .unwrap_or(0)
        .min(28);
    let room = options
        .width
        .saturating_sub(MARGIN + reason_width + 2 + place_width + 2)
        .max(16);
    for (dropped, place) in dropped.iter().zip(&places) {
        let reason = visible::line(&dropped.reason);
        let reason = wrap::pad(&wrap::truncate(&reason, reason_width), reason_width);
        let place = wrap::pad(place, place_width);
        let text = visible::line(dropped.text.trim());
        let text = wrap::truncate(&text, room);
        writeln!(out, "  {reason}  {}  {text}", style.paint(Label::Aside, &place))?;
    }
    Ok(())
}

/// The title; who, when and under what number; the file.
fn print_title(report: &ReportView<'_>, options: &Options, out: &mut Sink<'_>) -> Result<()> {
    let metadata = report.metadata;
    let style = &options.style;
    let title = metadata.title.as_deref().unwrap_or(&report.source.path);
    print_wrapped(&visible::line(title), "", options.width, Label::Place, style, out)?;
    let year = metadata.year.map(|year| format!("{year}年度"));
    let facts = [&metadata.issuing_body, &year, &metadata.doc_number, &metadata.published];
    let facts: Vec<&str> = facts.into_iter().filter_map(|fact| fact.as_deref()).collect();
    print_wrapped(
        &visible::line(&facts.join(" · ")),
        "",
        options.width,
        Label::Field,
        style,
        out,
    )?;
    print_wrapped(&located(report.source), "", options.width, Label::Aside, style, out)?;
    print_quality(report.quality, options, out)
}

/// Writes the text in lines of the page, headings set apart. Passages that are parts of one paragraph are joined again.
fn print_paragraphs(
    report: &ReportView<'_>,
    passages: &mut dyn Iterator<Item = Result<PassageText>>,
    options: &Options,
    out: &mut Sink<'_>,
) -> Result<()> {
    let mut pending: Option<PassageText> = None;
    for passage in passages {
        let passage = passage?;
        match &mut pending {
            Some(before) if before.chars.end == passage.chars.start => {
                before.text.push_str(&passage.text);
                before.chars.end = passage.chars.end;
            }
            _ => {
                if let Some(before) = pending.replace(passage) {
                    print_paragraph(report, &before, options, out)?;
                }
            }
        }
    }
    match pending {
        Some(last) => print_paragraph(report, &last, options, out),
        None => Ok(()),
    }
}

fn print_paragraph(
    report: &ReportView<'_>,
    passage: &PassageText,
    options: &Options,
    out: &mut Sink<'_>,
) -> Result<()> {
    let headings = report
        .sections
        .get(passage.section)
        .map_or(&[][..], |section| &section.headings);
    let title = report.metadata.title.as_deref();
    let is_heading = |line: &str| {
        let mut known = headings.iter().map(String::as_str).chain(title);
        known.any(|heading| visible::line(heading.trim()) == line.trim())
    };
    out.put("\n")?;
    for line in visible::text(&passage.text).lines() {
        if is_heading(line) {
            print_wrapped(line, "", options.width, Label::Heading, &options.style, out)?;
        } else {
            print_plain(line, options.width, out)?;
        }
    }
    Ok(())
}

fn print_plain(line: &str, width: usize, out: &mut Sink<'_>) -> Result<()> {
    for part in wrap::wrap(line, width) {
        writeln!(out, "{}", line[part].trim_end())?;
    }
    Ok(())
}
