//! Defines the columns of hits in a table, the same for every format that is one.

use super::visible;
use crate::hits::Hit;
use crate::ingest::sidecar::FORMULA_BEGINNINGS;
use crate::report::{Place, slice_chars};
use crate::table::Cell;

/// One column of hits.
pub struct Column {
    pub name: &'static str,
    /// What a hit has in it.
    pub cell: fn(&Hit) -> Cell,
}

/// Between the values of a cell that holds several.
const SEPARATOR: &str = " | ";

/// All columns, in their order.
pub const COLUMNS: [Column; 28] = [
    column("rank", |hit| Cell::Whole(hit.rank)),
    column("score", |hit| Cell::Decimal(shortest(hit.score))),
    column("township", |hit| optional(&hit.report.township)),
    column("county", |hit| optional(&hit.report.county)),
    column("city", |hit| optional(&hit.report.city)),
    column("province", |hit| optional(&hit.report.province)),
    column("region", |hit| optional(&hit.report.region)),
    column("year", |hit| {
        hit.report.year.map_or(Cell::Empty, |year| Cell::Whole(year.into()))
    }),
    column("level", |hit| {
        hit.report.level.map_or(Cell::Empty, |level| text(level.name()))
    }),
    column("kind", |hit| text(hit.report.kind.name())),
    column("quality", |hit| text(hit.report.quality.grade.name())),
    column("section", |hit| text(hit.section.kind.name())),
    column("section_label", |hit| text(&hit.section.label)),
    column("headings", |hit| list(&hit.section.headings)),
    column("title", |hit| optional(&hit.report.title)),
    column("issuing_body", |hit| optional(&hit.report.issuing_body)),
    column("doc_number", |hit| optional(&hit.report.doc_number)),
    column("published", |hit| optional(&hit.report.published)),
    column("passage_id", |hit| text(&hit.passage.id)),
    column("text", |hit| Cell::Marked {
        text: hit.passage.text.clone(),
        highlights: hit.highlights.clone(),
    }),
    column("matches", |hit| list(&matched_texts(hit))),
    column("occurrences", |hit| Cell::Whole(hit.occurrences)),
    column("topics", |hit| list(&hit.topics)),
    column("chars_start", |hit| Cell::Whole(hit.passage.chars[0] as u64)),
    column("chars_end", |hit| Cell::Whole(hit.passage.chars[1] as u64)),
    column("source", |hit| Cell::Text(place(&hit.passage.source))),
    column("path", |hit| text(&hit.report.path)),
    column("citation", |hit| text(&hit.citation)),
];

const fn column(name: &'static str, cell: fn(&Hit) -> Cell) -> Column {
    Column { name, cell }
}

/// The value as text that no spreadsheet takes for a formula and no terminal for a command: text that begins as a formula does
/// gets a `'` before it, and controls become characters that are seen.
pub fn guarded(cell: Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Whole(number) => number.to_string(),
        Cell::Decimal(number) => number.to_string(),
        Cell::Text(text) | Cell::Marked { text, .. } => {
            let mark = if text.starts_with(FORMULA_BEGINNINGS) { "'" } else { "" };
            format!("{mark}{}", visible::cell(&text))
        }
    }
}

/// The number with the digits that tell it from its neighbours, as it is shown elsewhere.
fn shortest(score: f32) -> f64 {
    score.to_string().parse().unwrap_or(f64::from(score))
}

fn text(value: &str) -> Cell {
    Cell::Text(value.to_owned())
}

fn optional(value: &Option<String>) -> Cell {
    value.as_deref().map_or(Cell::Empty, text)
}

fn list(values: &[String]) -> Cell {
    Cell::Text(values.join(SEPARATOR))
}

fn matched_texts(hit: &Hit) -> Vec<String> {
    let matched = |&[start, end]: &[usize; 2]| slice_chars(&hit.passage.text, start..end.max(start)).to_owned();
    hit.highlights.iter().map(matched).collect()
}

/// `bytes 3120-3790`, `page 3`, `row 12`.
pub(super) fn place(place: &Place) -> String {
    match place {
        Place::Bytes([start, end]) => format!("bytes {start}-{end}"),
        Place::Row(row) => format!("row {row}"),
        Place::Page(page) => format!("page {page}"),
        Place::Paragraph(paragraph) => format!("paragraph {paragraph}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_two_columns_have_one_name() {
        let names: HashSet<_> = COLUMNS.iter().map(|column| column.name).collect();
        assert_eq!(names.len(), COLUMNS.len());
    }

    #[test]
    fn formulas_are_guarded_and_numbers_are_not() {
        assert_eq!(guarded(text("=1+1")), "'=1+1");
        assert_eq!(guarded(text("＠某")), "'＠某");
        assert_eq!(guarded(text("\t=1")), "'\t=1");
        assert_eq!(guarded(text("古镛镇=")), "古镛镇=");
        assert_eq!(guarded(Cell::Decimal(-0.5)), "-0.5");
    }

    #[test]
    fn places_are_words_and_numbers() {
        assert_eq!(place(&Place::Bytes([3120, 3790])), "bytes 3120-3790");
        assert_eq!(place(&Place::Page(3)), "page 3");
        assert_eq!(place(&Place::Row(12)), "row 12");
        assert_eq!(place(&Place::Paragraph(7)), "paragraph 7");
    }
}
