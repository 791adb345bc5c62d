//! Prints hits for people at a terminal: for each the place and the year, the headings, the passage with its matches, and the
//! citation; then the facets as tables and the totals, where the eye is when printing ends.

use std::ops::Range;

use crate::error::Result;
use crate::hits::{Explanation, Facet, FacetCount, Hit, Suggestion, Summary};
use crate::report::{Grade, Quality};

use super::passage::{self, Shown};
use super::sink::Sink;
use super::style::{Label, Style};
use super::{
    Ending, HitStream, Options, Printer, Ranks, RowStream, grid, grouped, place_and_year, totals_line, visible, wrap,
};
use crate::table::Table;

pub(super) struct Text;

/// A long passage is shortened to about so many lines.
const LINES: usize = 6;
/// Text in a narrower room is hard to read: it is printed this wide even then.
const NARROWEST: usize = 16;
const PATH_SEPARATOR: &str = " › ";
const WIDEST_BAR: usize = 24;
/// A longer question that is suggested moves what follows it.
const WIDEST_SUGGESTION: usize = 40;

impl Printer for Text {
    fn print(
        &self,
        summary: &Summary,
        hits: HitStream<'_>,
        options: &Options,
        _: Ending<'_>,
        out: &mut Sink<'_>,
    ) -> Result<()> {
        let mut ranks = Ranks::default();
        let rank_width = highest_rank(summary).to_string().len();
        for hit in hits {
            let hit = hit?;
            ranks.note(hit.rank);
            print_hit(&hit, rank_width, options, out)?;
        }
        for facet in summary.facets.iter().filter(|facet| !facet.counts.is_empty()) {
            print_facet(facet, options, out)?;
        }
        print_summary(summary, &ranks, &options.style, out)?;
        print_suggestions(&summary.suggestions, &options.style, out)?;
        summary
            .explain
            .as_ref()
            .map_or(Ok(()), |explained| print_explanation(explained, &options.style, out))
    }

    fn print_table(
        &self,
        table: &Table,
        rows: RowStream<'_>,
        options: &Options,
        _: Ending<'_>,
        out: &mut Sink<'_>,
    ) -> Result<()> {
        grid::print(table, rows, options, out)
    }
}

/// Questions near one that found nothing: how much each finds, the question, and in what it differs.
fn print_suggestions(suggestions: &[Suggestion], style: &Style, out: &mut Sink<'_>) -> Result<()> {
    if suggestions.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", style.paint(Label::Caption, "near it:"))?;
    let passages = right_aligned("", suggestions.iter().map(|suggestion| suggestion.passages));
    let asked: Vec<String> = suggestions
        .iter()
        .map(|suggestion| visible::line(&suggestion.query).into_owned())
        .collect();
    let width = asked
        .iter()
        .map(|asked| wrap::width(asked))
        .max()
        .unwrap_or(0)
        .min(WIDEST_SUGGESTION);
    for ((suggestion, asked), passages) in suggestions.iter().zip(&asked).zip(&passages[1..]) {
        let unit = if suggestion.passages == 1 {
            "passage "
        } else {
            "passages"
        };
        let asked = wrap::pad(asked, width);
        writeln!(
            out,
            "  {passages} {unit}  {asked}  ({})",
            visible::line(&suggestion.reason)
        )?;
    }
    Ok(())
}

/// How the question was answered: its tree, then what was looked up for each operand.
fn print_explanation(explained: &Explanation, style: &Style, out: &mut Sink<'_>) -> Result<()> {
    writeln!(out, "\n{}", style.paint(Label::Caption, "the question"))?;
    for line in &explained.tree {
        writeln!(out, "  {}", visible::line(line))?;
    }
    for plan in &explained.operands {
        let head = format!("{}: {}", visible::line(&plan.operand), plan.method);
        writeln!(out, "{}", style.paint(Label::Caption, &head))?;
        let terms = plan
            .terms
            .iter()
            .map(|term| format!("{} {}", visible::line(&term.term), grouped(term.passages)));
        let terms: Vec<String> = terms.collect();
        if !terms.is_empty() {
            writeln!(out, "  passages with each: {}", terms.join(" · "))?;
        }
    }
    let (candidates, matched) = (grouped(explained.candidates), grouped(explained.matched));
    writeln!(out, "{candidates} candidates, {matched} matched")
}

/// The parts of a score, one a line.
fn print_parts(hit: &Hit, margin: &str, style: &Style, out: &mut Sink<'_>) -> Result<()> {
    let Some(parts) = &hit.explain else { return Ok(()) };
    let head = format!("score {:.3}", hit.score);
    writeln!(out, "{margin}{}", style.paint(Label::Caption, &head))?;
    for part in parts {
        let name = visible::line(&part.name);
        writeln!(
            out,
            "{margin}  {:.3} = {:.3} × {:.2}  {name}",
            part.value * part.weight,
            part.value,
            part.weight
        )?;
    }
    Ok(())
}

/// The highest rank to come, as far as the summary tells.
fn highest_rank(summary: &Summary) -> u64 {
    let limit = summary.limit.map_or(u64::MAX, |limit| limit as u64);
    summary.totals.passages.min(limit)
}

fn print_hit(hit: &Hit, rank_width: usize, options: &Options, out: &mut Sink<'_>) -> Result<()> {
    let indent = rank_width + 2;
    let room = options.width.saturating_sub(indent).max(NARROWEST);
    let margin = " ".repeat(indent);
    let shown = if options.full {
        passage::whole(hit)
    } else {
        passage::shortened(hit, room, LINES)
    };
    print_head(hit, rank_width, room, &options.style, out)?;
    if !shown.headings.is_empty() {
        let path = path_within(&shown.headings, room);
        writeln!(out, "{margin}{}", options.style.paint(Label::Headings, &path))?;
    }
    print_passage(&shown, &margin, room, &options.style, out)?;
    if let Some(doubt) = doubt(&hit.report.quality) {
        print_wrapped(&visible::line(&doubt), &margin, room, Label::Note, &options.style, out)?;
    }
    let margin = margin + "  ";
    let room = room.saturating_sub(2).max(NARROWEST);
    print_wrapped(
        &visible::line(&hit.citation),
        &margin,
        room,
        Label::Citation,
        &options.style,
        out,
    )?;
    print_parts(hit, &margin, &options.style, out)?;
    out.put("\n")
}

/// What a reader must know who finds little in a text that is not good: absent text is not absent practice.
fn doubt(quality: &Quality) -> Option<String> {
    (quality.grade != Grade::Good).then(|| {
        let reasons = quality.reasons.join(", ");
        format!("warning: text quality {}: {reasons}", quality.grade.name())
    })
}

/// `1  古镛镇 2024 · 主要举措和成效`.
fn print_head(hit: &Hit, rank_width: usize, room: usize, style: &Style, out: &mut Sink<'_>) -> Result<()> {
    let label = visible::line(&hit.section.label);
    let place = place_and_year(&hit.report);
    let place = visible::line(&place);
    let place = wrap::truncate(&place, room.saturating_sub(wrap::width(&label) + 3).max(NARROWEST / 2));
    let rank = format!("{:>rank_width$}", hit.rank);
    write!(
        out,
        "{}  {}",
        style.paint(Label::Rank, &rank),
        style.paint(Label::Place, &place)
    )?;
    if !label.is_empty() {
        write!(out, " · {}", style.paint(Label::Section, &label))?;
    }
    out.put("\n")
}

/// The headings in one line. When they have no room, the longest lose their ends first.
fn path_within(headings: &[String], room: usize) -> String {
    let widest = headings.iter().map(|heading| wrap::width(heading)).max().unwrap_or(0);
    let cut_to = |limit: usize| {
        let cut: Vec<_> = headings.iter().map(|heading| wrap::truncate(heading, limit)).collect();
        cut.join(PATH_SEPARATOR)
    };
    let fits = |limit: &usize| wrap::width(&cut_to(*limit)) <= room;
    let limit = (4..=widest.min(room).max(4)).rev().find(fits).unwrap_or(4);
    wrap::truncate(&cut_to(limit), room).into_owned()
}

fn print_passage(shown: &Shown, margin: &str, room: usize, style: &Style, out: &mut Sink<'_>) -> Result<()> {
    for line in wrap::wrap(&shown.text, room) {
        let end = line.start + shown.text[line.clone()].trim_end().len();
        out.put(margin)?;
        print_marked(&shown.text, line.start..end, &shown.matches, style, out)?;
        out.put("\n")?;
    }
    if shown.hidden_matches > 0 {
        let more = format!("… and {}", super::matches(shown.hidden_matches));
        writeln!(out, "{margin}{}", style.paint(Label::Aside, &more))?;
    }
    Ok(())
}

/// Writes a part of the text with the matches in it marked. Marks end with the line, so none runs into the margin.
fn print_marked(
    text: &str,
    line: Range<usize>,
    matches: &[Range<usize>],
    style: &Style,
    out: &mut Sink<'_>,
) -> Result<()> {
    let mut at = line.start;
    for found in matches
        .iter()
        .filter(|found| found.end > line.start && found.start < line.end)
    {
        let (start, end) = (found.start.max(at), found.end.min(line.end));
        write!(
            out,
            "{}{}",
            &text[at..start],
            style.paint(Label::Match, &text[start..end])
        )?;
        at = end;
    }
    out.put(&text[at..line.end])
}

/// Writes text in lines of at most `room` columns behind the margin.
pub(super) fn print_wrapped(
    text: &str,
    margin: &str,
    room: usize,
    label: Label,
    style: &Style,
    out: &mut Sink<'_>,
) -> Result<()> {
    for line in wrap::wrap(text, room) {
        writeln!(out, "{margin}{}", style.paint(label, text[line].trim_end()))?;
    }
    Ok(())
}

/// Writes the values with their counts in aligned columns, and a bar for each where there is room.
fn print_facet(facet: &Facet, options: &Options, out: &mut Sink<'_>) -> Result<()> {
    let style = &options.style;
    let values: Vec<String> = facet.counts.iter().map(value).collect();
    let passages = right_aligned("passages", facet.counts.iter().map(|count| count.passages));
    let reports = right_aligned("reports", facet.counts.iter().map(|count| count.reports));
    let numbers = 2 + wrap::width(&passages[0]) + 2 + wrap::width(&reports[0]);
    let name = &facet.name();
    let widest = values
        .iter()
        .map(|value| wrap::width(value))
        .max()
        .unwrap_or(0)
        .max(wrap::width(name));
    let value_width = widest.min(options.width.saturating_sub(numbers).max(NARROWEST));
    let bar_width = options.width.saturating_sub(value_width + numbers + 2).min(WIDEST_BAR);
    let most = facet.counts.iter().map(|count| count.passages).max().unwrap_or(0);
    let head = format!("{}  {}  {}", wrap::pad(name, value_width), passages[0], reports[0]);
    writeln!(out, "{}", style.paint(Label::Caption, &head))?;
    for (at, count) in facet.counts.iter().enumerate() {
        let value = wrap::pad(&wrap::truncate(&values[at], value_width), value_width);
        write!(out, "{value}  {}  {}", passages[at + 1], reports[at + 1])?;
        let bar = "█".repeat(share(count.passages, most, bar_width));
        if !bar.is_empty() {
            write!(out, "  {}", style.paint(Label::Bar, &bar))?;
        }
        out.put("\n")?;
    }
    out.put("\n")
}

fn value(count: &FacetCount) -> String {
    match &count.value {
        Some(value) => visible::line(value).into_owned(),
        None => "(unknown)".to_owned(),
    }
}

/// The name of a column and its numbers, all of one width.
fn right_aligned(name: &str, numbers: impl Iterator<Item = u64>) -> Vec<String> {
    let cells: Vec<String> = std::iter::once(name.to_owned()).chain(numbers.map(grouped)).collect();
    let width = cells.iter().map(String::len).max().unwrap_or(0);
    cells.into_iter().map(|cell| format!("{cell:>width$}")).collect()
}

/// How much of `width` a part of the most takes; something always takes one, if there is room at all.
fn share(part: u64, most: u64, width: usize) -> usize {
    if part == 0 || width == 0 {
        return 0;
    }
    let exact = part as f64 / most as f64 * width as f64;
    (exact.round() as usize).clamp(1, width)
}

/// A longer question is shortened where it is repeated.
const QUESTION_WIDTH: usize = 200;

fn print_summary(summary: &Summary, ranks: &Ranks, style: &Style, out: &mut Sink<'_>) -> Result<()> {
    let took = took(summary.took_ms);
    if summary.totals.passages == 0 {
        let question = visible::line(&summary.interpreted);
        let line = format!("no passage has {}", wrap::truncate(&question, QUESTION_WIDTH));
        writeln!(out, "{} · {took}", style.paint(Label::Totals, &line))?;
    } else {
        writeln!(out, "{} · {took}", style.paint(Label::Totals, &totals_line(summary)))?;
    }
    if let Some(shown) = ranks.line(summary) {
        writeln!(out, "{}", style.paint(Label::Note, &shown))?;
    }
    for note in &summary.notes {
        writeln!(out, "{} {}", style.paint(Label::Note, "note:"), visible::line(note))?;
    }
    Ok(())
}

/// `1.8 ms`, `12.3 s`.
fn took(ms: f64) -> String {
    if ms < 1000.0 {
        format!("{ms:.1} ms")
    } else {
        format!("{:.1} s", ms / 1000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::{Format, fixture};

    fn printed(options: &Options) -> String {
        fixture::print(Format::Text, &fixture::hits(), options)
    }

    #[test]
    fn hits_are_a_page_for_80_columns() {
        insta::assert_snapshot!(printed(&Options::default()));
    }

    #[test]
    fn full_passages_leave_nothing_out() {
        let options = Options {
            full: true,
            ..Options::default()
        };
        insta::assert_snapshot!(printed(&options));
    }

    #[test]
    fn narrow_pages_and_colours_look_as_expected() {
        let options = Options {
            width: 40,
            style: Style::colored(),
            ..Options::default()
        };
        insta::assert_snapshot!(printed(&options).replace('\x1b', "^"));
    }

    #[test]
    fn no_line_is_wider_than_the_page() {
        for width in 24..120 {
            let options = Options {
                width,
                ..Options::default()
            };
            let mut hits = fixture::hits();
            hits.summary.facets.truncate(1);
            for line in fixture::print(Format::Text, &hits, &options).lines() {
                let summary = line.contains(" · ") && line.contains(" ms");
                assert!(wrap::width(line) <= width.max(40) || summary, "{width}: {line}");
            }
        }
    }

    #[test]
    fn nothing_in_a_hit_reaches_the_terminal_as_a_control() {
        let printed = printed(&Options::default());
        assert!(printed.chars().all(|c| c == '\n' || !c.is_control()));
        assert!(!printed.contains('\u{202e}'));
    }

    #[test]
    fn every_hit_shows_a_match_in_every_width() {
        for width in 20..100 {
            let options = Options {
                width,
                style: Style::colored(),
                ..Options::default()
            };
            for hit in fixture::hits().hits {
                let shown = passage::shortened(&hit, width, LINES);
                assert_eq!(shown.matches.len() + shown.hidden_matches, hit.highlights.len());
                assert!(shown.matches.iter().all(|m| &shown.text[m.clone()] == "枫桥经验"));
                assert!(!shown.matches.is_empty());
            }
            assert!(printed(&options).contains("\x1b[1m\x1b[31m"));
        }
    }

    #[test]
    fn nothing_found_is_said_clearly() {
        assert_eq!(
            fixture::print(Format::Text, &fixture::nothing(), &Options::default()),
            "no passage has 枫桥经验 year:2021..2024 · 1.8 ms\nnote: no report has the township 古镛乡\n"
        );
    }

    #[test]
    fn a_page_may_be_endless() {
        let options = Options {
            width: usize::MAX,
            ..Options::default()
        };
        assert!(printed(&options).contains("也未发生一起进京越级上访。\n"));
    }

    #[test]
    fn long_paths_lose_the_ends_of_their_longest_headings() {
        let headings = [
            "一、总体情况".to_owned(),
            "（一）坚持党的领导不断完善体制机制建设".to_owned(),
        ];
        assert_eq!(
            path_within(&headings, 80),
            "一、总体情况 › （一）坚持党的领导不断完善体制机制建设"
        );
        assert_eq!(path_within(&headings, 32), "一、总体情况 › （一）坚持党的领…");
    }
}
