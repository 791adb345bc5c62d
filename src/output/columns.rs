//! Defines the columns of hits in a table, the same for every format that is one.

use super::visible;
use crate::hits::Hit;
use crate::ingest::sidecar::FORMULA_BEGINNINGS;
use crate::report::{Place, slice_chars};
use crate::table::{self, Cell, Kind, Row};

/// One column of hits.
pub struct Column {
    pub name: &'static str,
    /// For people, in Chinese.
    pub label: &'static str,
    pub kind: Kind,
    /// What a hit has in it.
    pub cell: fn(&Hit) -> Cell,
}

/// Between the values of a cell that holds several.
const SEPARATOR: &str = " | ";

/// All columns, in their order.
pub const COLUMNS: [Column; 28] = [
    column("rank", "序号", Kind::Count, |hit| Cell::Whole(hit.rank)),
    column("score", "得分", Kind::Decimal(3), |hit| {
        Cell::Decimal(shortest(hit.score))
    }),
    column("township", "乡镇", Kind::Text, |hit| optional(&hit.report.township)),
    column("county", "县", Kind::Text, |hit| optional(&hit.report.county)),
    column("city", "市", Kind::Text, |hit| optional(&hit.report.city)),
    column("province", "省", Kind::Text, |hit| optional(&hit.report.province)),
    column("region", "地区", Kind::Text, |hit| optional(&hit.report.region)),
    column("year", "年份", Kind::Year, |hit| {
        hit.report.year.map_or(Cell::Empty, |year| Cell::Whole(year.into()))
    }),
    column("level", "级别", Kind::Text, |hit| {
        hit.report.level.map_or(Cell::Empty, |level| text(level.name()))
    }),
    column("kind", "类型", Kind::Text, |hit| text(hit.report.kind.name())),
    column("quality", "文本质量", Kind::Text, |hit| {
        text(hit.report.quality.grade.name())
    }),
    column("section", "章节", Kind::Text, |hit| text(hit.section.kind.name())),
    column("section_label", "章节名称", Kind::Text, |hit| {
        text(&hit.section.label)
    }),
    column("headings", "标题", Kind::Text, |hit| list(&hit.section.headings)),
    column("title", "报告题名", Kind::Text, |hit| optional(&hit.report.title)),
    column("issuing_body", "发布机构", Kind::Text, |hit| {
        optional(&hit.report.issuing_body)
    }),
    column("doc_number", "文号", Kind::Text, |hit| {
        optional(&hit.report.doc_number)
    }),
    column("published", "发布日期", Kind::Text, |hit| {
        optional(&hit.report.published)
    }),
    column("passage_id", "段落编号", Kind::Text, |hit| text(&hit.passage.id)),
    column("text", "正文", Kind::Text, |hit| Cell::Marked {
        text: hit.passage.text.clone(),
        highlights: hit.highlights.clone(),
    }),
    column("matches", "命中词句", Kind::Text, |hit| list(&matched_texts(hit))),
    column("occurrences", "命中次数", Kind::Count, |hit| {
        Cell::Whole(hit.occurrences)
    }),
    column("topics", "主题", Kind::Text, |hit| list(&hit.topics)),
    column("chars_start", "起始字符", Kind::Count, |hit| {
        Cell::Whole(hit.passage.chars[0] as u64)
    }),
    column("chars_end", "结束字符", Kind::Count, |hit| {
        Cell::Whole(hit.passage.chars[1] as u64)
    }),
    column("source", "原文位置", Kind::Text, |hit| {
        Cell::Text(place(&hit.passage.source))
    }),
    column("path", "文件", Kind::Text, |hit| text(&hit.report.path)),
    column("citation", "引文", Kind::Text, |hit| text(&hit.citation)),
];

const fn column(name: &'static str, label: &'static str, kind: Kind, cell: fn(&Hit) -> Cell) -> Column {
    Column {
        name,
        label,
        kind,
        cell,
    }
}

/// The columns as those of any table.
pub fn table_columns() -> impl Iterator<Item = table::Column> {
    COLUMNS
        .iter()
        .map(|column| table::Column::new(column.name, column.label, column.kind))
}

/// A hit as a row of such a table.
pub fn row(hit: &Hit) -> Row {
    COLUMNS.iter().map(|column| (column.cell)(hit)).collect()
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
        let labels: HashSet<_> = COLUMNS.iter().map(|column| column.label).collect();
        assert_eq!((names.len(), labels.len()), (COLUMNS.len(), COLUMNS.len()));
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
