//! Prints what was found of a manuscript's quotations: for people, as JSON, or as a table.

use std::io::Write;

use super::columns::{guarded, place};
use super::csv::{BOM, put_record};
use super::sink::Sink;
use super::text::print_wrapped;
use super::{Format, Label, Options, counted, visible};
use crate::error::{Error, Result};
use crate::quotes::{Change, ChangeKind, Finding, NumberChange, QuoteCheck, QuotedPlace, Verdict};
use crate::schema::quotations::quotations;
use crate::table::Cell;

/// So many places of a quotation are shown to people; the other formats hold all.
const SHOWN_PLACES: usize = 3;

/// Of a quotation, and of words that are the same in both, so many characters at most are shown to people.
const SHOWN_CHARS: usize = 160;

/// The columns of the table, a quotation a row; where it stands in several places, those are parted by ` | `.
const COLUMNS: [&str; 14] = [
    "number",
    "place",
    "verdict",
    "similarity",
    "quotation",
    "numbers",
    "changes",
    "source_text",
    "passages",
    "reports",
    "passage_ids",
    "sources",
    "citations",
    "notes",
];

/// Writes the findings as text, JSON or CSV.
///
/// # Errors
/// When the format is another one, or `out` fails.
pub fn print_quotes(format: Format, check: &QuoteCheck, options: &Options, out: &mut dyn Write) -> Result<()> {
    let mut sink = Sink::new(out, &options.destination);
    match format {
        Format::Text => print_text(check, options, &mut sink)?,
        Format::Json => {
            sink.json(check)?;
            sink.put("\n")?;
        }
        Format::Csv => print_table(check, options, &mut sink)?,
        format => {
            return Err(
                Error::usage(format!("checked quotations cannot be written as {format}"))
                    .hinted("the formats are text, json, csv"),
            );
        }
    }
    sink.finish()
}

/// What needs to be looked at stands first: altered quotations, those not found, the exact ones, terms.
fn print_text(check: &QuoteCheck, options: &Options, out: &mut Sink<'_>) -> Result<()> {
    let quotes = |verdict: Verdict| {
        let of_verdict = move |finding: &&Finding| !finding.is_term && finding.verdict == verdict;
        check.quotations.iter().filter(of_verdict)
    };
    for (verdict, caption) in [
        (Verdict::Altered, "ALTERED"),
        (Verdict::NotFound, "NOT FOUND"),
        (Verdict::Exact, "EXACT"),
    ] {
        for finding in quotes(verdict) {
            print_finding(finding, caption, options, out)?;
        }
    }
    print_terms(check, options, out)?;
    for note in &check.notes {
        print_wrapped(
            &visible::line(note),
            "",
            options.width,
            Label::Note,
            &options.style,
            out,
        )?;
    }
    let totals = check.totals;
    let line = format!(
        "{} in {}: {} exact, {} altered, {} not found",
        counted(totals.quotations as u64, "quotation"),
        check.manuscript,
        totals.exact,
        totals.altered,
        totals.not_found
    );
    writeln!(out, "{}", options.style.paint(Label::Totals, &visible::line(&line)))?;
    if totals.altered > 0 {
        print_wrapped(
            "[report→manuscript]; + only in the manuscript, - only in the report",
            "",
            options.width,
            Label::Aside,
            &options.style,
            out,
        )?;
    }
    Ok(())
}

fn print_finding(finding: &Finding, caption: &str, options: &Options, out: &mut Sink<'_>) -> Result<()> {
    let style = &options.style;
    let room = options.width.saturating_sub(4).max(20);
    let mut print =
        |text: &str, margin: &str, label: Label| print_wrapped(&visible::line(text), margin, room, label, style, out);
    let alike = match (finding.verdict, finding.similarity) {
        (Verdict::Altered, Some(similarity)) => format!(" · {} alike", percent(similarity)),
        _ => String::new(),
    };
    print(
        &format!("{caption}  {}{alike}", finding.quotation.place),
        "",
        Label::Place,
    )?;
    for number in &finding.numbers {
        print(&format!("!! {}", told_number(number)), "  ", Label::Match)?;
    }
    match finding.verdict {
        Verdict::Altered => print(
            &marked_changes(&shortened_changes(&finding.changes)),
            "  ",
            Label::Field,
        )?,
        _ => print(&format!("“{}”", shortened(&finding.quotation.text)), "  ", Label::Field)?,
    }
    for note in &finding.notes {
        print(note, "  ", Label::Note)?;
    }
    if finding.verdict == Verdict::NotFound {
        print(&tried(finding), "  ", Label::Aside)?;
    }
    for place in finding.places.iter().take(SHOWN_PLACES) {
        print(&place.citation, "    ", Label::Citation)?;
    }
    if finding.places.len() > SHOWN_PLACES {
        let rest = (finding.places.len() - SHOWN_PLACES) as u64;
        print(
            &format!("and {}; --format json names them all", counted(rest, "more place")),
            "    ",
            Label::Aside,
        )?;
    }
    out.put("\n")
}

fn print_terms(check: &QuoteCheck, options: &Options, out: &mut Sink<'_>) -> Result<()> {
    let terms: Vec<&Finding> = check.quotations.iter().filter(|finding| finding.is_term).collect();
    if terms.is_empty() {
        return Ok(());
    }
    let caption = format!(
        "terms, of fewer than {} units; only their presence is told",
        quotations().shortest
    );
    writeln!(out, "{}", options.style.paint(Label::Caption, &caption))?;
    for finding in terms {
        let found = match finding.passages {
            0 => "in no report".to_owned(),
            passages => format!(
                "{} in {}",
                counted(passages, "passage"),
                counted(finding.reports, "report")
            ),
        };
        let line = format!("“{}” ({}): {found}", finding.quotation.text, finding.quotation.place);
        let room = options.width.saturating_sub(2).max(20);
        print_wrapped(&visible::line(&line), "  ", room, Label::Field, &options.style, out)?;
    }
    out.put("\n")
}

/// What was done to find a quotation that was not found.
fn tried(finding: &Finding) -> String {
    let nearest = match finding.similarity {
        Some(similarity) => format!(
            "the nearest is {} alike, less than the {} of an altered one",
            percent(similarity),
            percent(quotations().alike)
        ),
        None => "none shares anything with it".to_owned(),
    };
    format!("tried: its exact words in every spelling; the passages that share its rarest runs of words: {nearest}")
}

fn told_number(number: &NumberChange) -> String {
    let or_none = |text: &str| {
        if text.is_empty() {
            "no number".to_owned()
        } else {
            text.to_owned()
        }
    };
    format!(
        "another number: {} in the manuscript, {} in the report",
        or_none(&number.quoted),
        or_none(&number.source)
    )
}

/// The quotation with its differences in brackets: `化解纠纷[97→79]件`.
fn marked_changes(changes: &[Change]) -> String {
    let marked = changes.iter().map(|change| match change.kind {
        ChangeKind::Same => change.quoted.clone(),
        ChangeKind::Replaced => format!("[{}→{}]", change.source, change.quoted),
        ChangeKind::Added => format!("[+{}]", change.quoted),
        ChangeKind::Missing => format!("[-{}]", change.source),
        ChangeKind::Omitted => "……".to_owned(),
    });
    marked.collect()
}

/// The changes with long words in common shortened.
fn shortened_changes(changes: &[Change]) -> Vec<Change> {
    let shortened = changes.iter().map(|change| match change.kind {
        ChangeKind::Same => Change {
            quoted: shortened(&change.quoted),
            ..change.clone()
        },
        _ => change.clone(),
    });
    shortened.collect()
}

/// A text, or its beginning and its end when it is long; the other formats hold all of it.
fn shortened(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() <= SHOWN_CHARS {
        return text.to_owned();
    }
    let (first, last) = (&chars[..SHOWN_CHARS / 2], &chars[chars.len() - SHOWN_CHARS / 4..]);
    first.iter().chain(&[' ', '…', ' ']).chain(last).collect()
}

/// Rounded down, so that nothing altered is said to be wholly alike.
fn percent(share: f64) -> String {
    format!("{}%", (share * 100.0).floor())
}

fn print_table(check: &QuoteCheck, options: &Options, out: &mut Sink<'_>) -> Result<()> {
    if options.bom {
        out.put(BOM)?;
    }
    put_record(COLUMNS.iter().map(|name| (*name).to_owned()), out)?;
    for finding in &check.quotations {
        put_record(cells(finding).into_iter().map(guarded), out)?;
    }
    Ok(())
}

/// The cells of a row, in the order of [`COLUMNS`].
fn cells(finding: &Finding) -> [Cell; COLUMNS.len()] {
    let joined =
        |of: &dyn Fn(&QuotedPlace) -> String| Cell::Text(finding.places.iter().map(of).collect::<Vec<_>>().join(" | "));
    let verdict = match (finding.is_term, finding.verdict) {
        (true, Verdict::Exact) => "term",
        (true, _) => "absent_term",
        (false, verdict) => verdict.name(),
    };
    let numbers = finding
        .numbers
        .iter()
        .map(|number| format!("{}→{}", number.source, number.quoted));
    [
        Cell::Whole(finding.quotation.number as u64),
        Cell::Text(finding.quotation.place.to_string()),
        Cell::Text(verdict.to_owned()),
        finding.similarity.map_or(Cell::Empty, |similarity| {
            Cell::Decimal((similarity * 1000.0).round() / 1000.0)
        }),
        Cell::Text(finding.quotation.text.clone()),
        Cell::Text(numbers.collect::<Vec<_>>().join(" | ")),
        Cell::Text(marked_changes(&finding.changes)),
        finding
            .places
            .first()
            .map_or(Cell::Empty, |place| Cell::Text(place.text.clone())),
        Cell::Whole(finding.passages),
        Cell::Whole(finding.reports),
        joined(&|place| place.passage.clone()),
        joined(&|quoted| format!("{} {}", quoted.path, place(&quoted.source))),
        joined(&|place| place.citation.clone()),
        Cell::Text(finding.notes.join(" | ")),
    ]
}
