//! Prints hits as Markdown (CommonMark, with tables as GitHub has them): quotations with their citations, ready for a document.

use std::borrow::Cow;
use std::ops::Range;

use crate::error::Result;
use crate::hits::{Facet, Hit, Summary};

use super::document::{self, Document, Quotation};
use super::passage;
use super::sink::Sink;
use super::tabular::{header, runs, shown};
use super::{Ending, HitStream, Options, Printer, Ranks, RowStream, place_and_year, proof, totals_line, visible};
use crate::table::{Cell, Column, Row, Table};

pub(super) struct Markdown;

impl Printer for Markdown {
    fn print(
        &self,
        summary: &Summary,
        hits: HitStream<'_>,
        _: &Options,
        ending: Ending<'_>,
        out: &mut Sink<'_>,
    ) -> Result<()> {
        print_summary(summary, out)?;
        let mut ranks = Ranks::default();
        for hit in hits {
            let hit = hit?;
            ranks.note(hit.rank);
            print_hit(&hit, out)?;
        }
        if let Some(shown) = ranks.line(summary) {
            write!(out, "\n{}\n", escaped(&shown))?;
        }
        for facet in summary.facets.iter().filter(|facet| !facet.counts.is_empty()) {
            print_facet(facet, out)?;
        }
        print_receipt(&ending, out)
    }

    fn print_table(
        &self,
        table: &Table,
        rows: RowStream<'_>,
        _: &Options,
        ending: Ending<'_>,
        out: &mut Sink<'_>,
    ) -> Result<()> {
        document::print_table(Sheet { out }, table, rows, &ending)
    }
}

/// A document as it is written.
pub(super) struct Sheet<'a, 's> {
    pub(super) out: &'a mut Sink<'s>,
}

impl Document for Sheet<'_, '_> {
    fn title(&mut self, text: &str) -> Result<()> {
        writeln!(self.out, "# {}", escaped(text))
    }

    fn heading(&mut self, level: u8, text: &str) -> Result<()> {
        let marks = "#".repeat(usize::from(level.clamp(1, 5)) + 1);
        write!(self.out, "\n{marks} {}\n", escaped(text))
    }

    fn paragraph(&mut self, text: &str) -> Result<()> {
        write!(self.out, "\n{}\n", escaped(text))
    }

    fn note(&mut self, text: &str) -> Result<()> {
        self.paragraph(text)
    }

    fn quotation(&mut self, quotation: &Quotation<'_>) -> Result<()> {
        self.heading(1, &quotation.heading)?;
        if !quotation.headings.is_empty() {
            self.paragraph(&quotation.headings)?;
        }
        let text = marked(quotation.text, quotation.matches);
        write!(self.out, "\n> {}\n", text.replace('\n', "\\\n> "))?;
        self.paragraph(quotation.citation)
    }

    fn begin_table(&mut self, columns: &[Column]) -> Result<()> {
        let labels: Vec<String> = columns.iter().map(|column| escaped(header(column))).collect();
        write!(self.out, "\n| {} |\n", labels.join(" | "))?;
        let rules = columns
            .iter()
            .map(|column| if column.kind.is_number() { "--:" } else { "---" });
        writeln!(self.out, "| {} |", rules.collect::<Vec<_>>().join(" | "))
    }

    fn row(&mut self, columns: &[Column], row: &Row) -> Result<()> {
        let cells = row.iter().zip(columns).map(|(cell, column)| match cell {
            Cell::Marked { text, highlights } => cell_text(&runs(text, highlights)),
            cell => cell_text(&[(&shown(cell, column.kind), false)]),
        });
        writeln!(self.out, "| {} |", cells.collect::<Vec<_>>().join(" | "))
    }

    fn end_table(&mut self) -> Result<()> {
        Ok(())
    }

    fn end(self, ending: &Ending<'_>) -> Result<()> {
        print_receipt(ending, self.out)
    }
}

/// What stands in a cell of a table: in one line, its matches bold.
fn cell_text(runs: &[(&str, bool)]) -> String {
    let mut text = String::new();
    for &(run, is_match) in runs {
        let bold = if is_match { bold_part(run, 0..run.len()) } else { 0..0 };
        text.push_str(&escape_marks(&visible::text(&run[..bold.start])));
        if !bold.is_empty() {
            text.push_str(&format!("**{}**", escape_marks(&visible::text(&run[bold.clone()]))));
        }
        text.push_str(&escape_marks(&visible::text(&run[bold.end..])));
    }
    text.trim().replace('\n', "<br>")
}

/// The receipt as people and `baogao replay` read it.
fn print_receipt(ending: &Ending<'_>, out: &mut Sink<'_>) -> Result<()> {
    let Some(receipt) = ending.receipt() else {
        return Ok(());
    };
    write!(out, "\n## {}\n\n{}\n\n", proof::TITLE, proof::USE)?;
    for (name, value) in proof::lines(&receipt) {
        writeln!(out, "- {}：{}", escaped(&name), escaped(&value))?;
    }
    out.put("\n```json\n")?;
    let receipt = ending.receipt_behind(out)?;
    out.json(&receipt)?;
    out.put("\n```\n")
}

fn print_summary(summary: &Summary, out: &mut Sink<'_>) -> Result<()> {
    writeln!(out, "# {}\n", escaped(&summary.query))?;
    writeln!(out, "{}", totals_line(summary))?;
    if summary.interpreted != summary.query {
        write!(out, "\nUnderstood as {}\n", escaped(&summary.interpreted))?;
    }
    for note in &summary.notes {
        write!(out, "\nNote: {}\n", escaped(note))?;
    }
    for suggestion in &summary.suggestions {
        let (asked, reason) = (escaped(&suggestion.query), escaped(&suggestion.reason));
        write!(out, "\nNear it: {asked} ({reason}): {} passages\n", suggestion.passages)?;
    }
    Ok(())
}

fn print_hit(hit: &Hit, out: &mut Sink<'_>) -> Result<()> {
    let shown = passage::whole(hit);
    let place = place_and_year(&hit.report);
    write!(
        out,
        "\n## {}. {} · {}\n",
        hit.rank,
        escaped(&place),
        escaped(&hit.section.label)
    )?;
    if !shown.headings.is_empty() {
        write!(out, "\n{}\n", escaped(&shown.headings.join(" › ")))?;
    }
    write!(
        out,
        "\n> {}\n",
        marked(&shown.text, &shown.matches).replace('\n', "\\\n> ")
    )?;
    write!(out, "\n{}\n", escaped(&hit.citation))
}

/// The text, escaped, with its matches bold. Line breaks stay bare.
fn marked(text: &str, matches: &[Range<usize>]) -> String {
    let mut marked = String::new();
    let mut at = 0;
    for found in matches.iter().map(|found| bold_part(text, found.clone())) {
        marked.push_str(&escape_marks(&text[at..found.start]));
        if !found.is_empty() {
            marked.push_str(&format!("**{}**", escape_marks(&text[found.clone()])));
        }
        at = found.end;
    }
    marked.push_str(&escape_marks(&text[at..]));
    let lines: Vec<_> = marked.split('\n').map(|line| escape_beginning(line.trim())).collect();
    lines.join("\n")
}

/// The match without the marks at its ends: between a mark inside and a Chinese character outside, `**` does not count as
/// emphasis (CommonMark 0.31, 6.2: right-flanking runs).
fn bold_part(text: &str, found: Range<usize>) -> Range<usize> {
    let is_mark = |c: char| !c.is_alphanumeric();
    let inner = text[found.clone()].trim_start_matches(is_mark);
    let start = found.end - inner.len();
    start..start + inner.trim_end_matches(is_mark).len()
}

/// The text as it may stand in one line of Markdown and mean itself.
fn escaped(text: &str) -> String {
    escape_beginning(&escape_marks(&visible::line(text.trim()))).into_owned()
}

/// Escapes what means something anywhere in a line.
fn escape_marks(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if "\\`*_[]<>&~|#$".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// Escapes what means something at the beginning of a line: a list, its numbers, a rule, an underline.
fn escape_beginning(line: &str) -> Cow<'_, str> {
    let after_digits = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = line.len() - after_digits.len();
    if (digits == 0 && line.starts_with(['+', '-', '='])) || (digits > 0 && is_list_mark(after_digits)) {
        return Cow::Owned(format!("{}\\{after_digits}", &line[..digits]));
    }
    Cow::Borrowed(line)
}

/// Whether what follows a number makes it the number of a list.
fn is_list_mark(text: &str) -> bool {
    let rest = text.strip_prefix(['.', ')']);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
}

fn print_facet(facet: &Facet, out: &mut Sink<'_>) -> Result<()> {
    let heading = escaped(&facet.name());
    write!(
        out,
        "\n## By {heading}\n\n| {heading} | passages | reports |\n|---|---:|---:|\n"
    )?;
    for count in &facet.counts {
        let value = count.value.as_deref().map_or_else(|| "(unknown)".to_owned(), escaped);
        writeln!(out, "| {value} | {} | {} |", count.passages, count.reports)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::{Format, fixture};

    #[test]
    fn hits_are_quotations_with_citations() {
        insta::assert_snapshot!(fixture::printed(Format::Markdown));
    }

    #[test]
    fn nothing_found_is_said() {
        insta::assert_snapshot!(fixture::print(
            Format::Markdown,
            &fixture::nothing(),
            &Options::default()
        ));
    }

    #[test]
    fn marks_mean_themselves() {
        assert_eq!(escaped("*[1]_<b>&|"), "\\*\\[1\\]\\_\\<b\\>\\&\\|");
        assert_eq!(escaped("1. 法治"), "1\\. 法治");
        assert_eq!(escaped("12) 法治"), "12\\) 法治");
        assert_eq!(escaped("- 法治"), "\\- 法治");
        assert_eq!(escaped("97.8%"), "97.8%");
        assert_eq!(escaped("2024年"), "2024年");
    }

    #[test]
    fn a_cell_of_a_table_stays_one_line_of_one_cell() {
        assert_eq!(
            cell_text(&[("甲|乙\n", false), ("“丙”", true), ("*", false)]),
            "甲\\|乙<br>“**丙**”\\*"
        );
        assert_eq!(cell_text(&[("。", true)]), "。");
    }

    #[test]
    fn bold_begins_and_ends_with_a_word() {
        let text = "发展“枫桥经验”，";
        let all = "发展".len().."发展“枫桥经验”".len();
        assert_eq!(&text[bold_part(text, all)], "枫桥经验");
        assert_eq!(&text[bold_part(text, 6..9)], "");
    }
}
