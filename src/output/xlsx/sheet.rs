//! Writes the XML of rows and cells, within what a sheet and a cell can hold.

use std::fmt::Write;

use super::styles::{self, Look};
use crate::output::package::escaped;
use crate::output::tabular::{runs, shown};
use crate::table::{Cell, Column};

/// Rows of a sheet, the header among them.
pub(super) const MOST_ROWS: u32 = 1_048_576;
/// Columns of a sheet.
pub(super) const MOST_COLUMNS: usize = 16_384;
/// UTF-16 code units of a cell.
pub(super) const LONGEST_TEXT: usize = 32_767;
/// How much of a longer text is put into one cell.
pub(super) const PIECE: usize = 32_000;
/// Doubles tell whole numbers apart up to here (2^53).
const LARGEST_WHOLE: u64 = 9_007_199_254_740_992;

/// What stands at the end of a text of which a cell has only the beginning.
pub(super) const GOES_ON: &str = "……（全文见工作表“长文本”）";

/// The name of a column: A, B … Z, AA.
pub(super) fn letters(mut column: usize) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(b'A' + (column % 26) as u8);
        match (column / 26).checked_sub(1) {
            Some(next) => column = next,
            None => break,
        }
    }
    letters.into_iter().rev().map(char::from).collect()
}

/// The name of a cell, its row counted from 1.
pub(super) fn reference(column: usize, row: u32) -> String {
    format!("{}{row}", letters(column))
}

/// Puts a cell as its column shows it. Nothing is put for nothing, and for numbers that are none.
pub(super) fn put_cell(xml: &mut String, at: &str, cell: &Cell, column: &Column) {
    let number = |xml: &mut String, number: &dyn std::fmt::Display| {
        let look = styles::of(column.kind);
        let _ = write!(xml, "<c r=\"{at}\" s=\"{look}\"><v>{number}</v></c>");
    };
    match cell {
        Cell::Empty => {}
        Cell::Whole(whole) if *whole <= LARGEST_WHOLE => number(xml, whole),
        Cell::Decimal(decimal) if decimal.is_finite() => number(xml, decimal),
        Cell::Whole(_) | Cell::Decimal(_) => put_text(xml, at, &shown(cell, column.kind), &[], styles::TEXT),
        Cell::Text(text) => put_text(xml, at, text, &[], styles::TEXT),
        Cell::Marked { text, highlights } => put_text(xml, at, text, highlights, styles::TEXT),
    }
}

/// Puts a text as a text, its matches bold; of one too long for a cell the beginning.
pub(super) fn put_text(xml: &mut String, at: &str, text: &str, highlights: &[[usize; 2]], look: Look) {
    let beginning = if is_long(text) { pieces(text).next() } else { None };
    let (body, end) = beginning.map_or((text, ""), |beginning| (beginning, GOES_ON));
    let _ = write!(xml, "<c r=\"{at}\" s=\"{look}\" t=\"inlineStr\"><is>");
    match highlights {
        [] => put_run(xml, &[body, end]),
        marked => put_runs(xml, body, end, marked),
    }
    xml.push_str("</is></c>");
}

fn put_run(xml: &mut String, texts: &[&str]) {
    xml.push_str("<t xml:space=\"preserve\">");
    texts.iter().for_each(|text| xml.push_str(&guarded(&escaped(text))));
    xml.push_str("</t>");
}

fn put_runs(xml: &mut String, body: &str, end: &str, highlights: &[[usize; 2]]) {
    for (text, is_marked) in runs(body, highlights) {
        xml.push_str("<r>");
        xml.push_str(if is_marked { styles::MARK } else { "" });
        put_run(xml, &[text]);
        xml.push_str("</r>");
    }
    if !end.is_empty() {
        xml.push_str("<r>");
        put_run(xml, &[end]);
        xml.push_str("</r>");
    }
}

/// The text with what Excel would take for an escaped character (`_x0041_`) escaped itself (ECMA-376, 22.9.2.19).
fn guarded(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.contains("_x") {
        return text.into();
    }
    let mut guarded = String::with_capacity(text.len() + 8);
    for (at, c) in text.char_indices() {
        let rest = &text.as_bytes()[at..];
        let is_escape = rest.len() >= 7
            && rest.starts_with(b"_x")
            && rest[2..6].iter().all(u8::is_ascii_hexdigit)
            && rest[6] == b'_';
        guarded.push_str(if is_escape { "_x005F" } else { "" });
        guarded.push(c);
    }
    guarded.into()
}

/// Whether a cell cannot hold the text.
pub(super) fn is_long(text: &str) -> bool {
    text.len() > LONGEST_TEXT && text.encode_utf16().count() > LONGEST_TEXT
}

/// The text in pieces that cells can hold.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut units = 0;
        let end = rest.char_indices().find(|(_, c)| {
            units += c.len_utf16();
            units > PIECE
        });
        let (piece, after) = rest.split_at(end.map_or(rest.len(), |(at, _)| at));
        rest = after;
        (!piece.is_empty()).then_some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Kind;

    #[test]
    fn columns_are_named_as_in_excel() {
        for (column, name) in [
            (0, "A"),
            (25, "Z"),
            (26, "AA"),
            (701, "ZZ"),
            (702, "AAA"),
            (16_383, "XFD"),
        ] {
            assert_eq!(letters(column), name);
        }
    }

    #[test]
    fn texts_cannot_act_and_come_back() {
        let put = |text: &str| {
            let mut xml = String::new();
            put_text(&mut xml, "A1", text, &[], styles::TEXT);
            xml
        };
        assert!(put("=1+1").contains("t=\"inlineStr\"><is><t xml:space=\"preserve\">=1+1</t>"));
        assert!(put("_x0041_").contains("_x005F_x0041_"));
        assert!(put("_x古").contains(">_x古<"));
    }

    #[test]
    fn numbers_that_excel_would_round_are_texts() {
        let put = |cell: Cell, kind| {
            let mut xml = String::new();
            put_cell(&mut xml, "A1", &cell, &Column::new("a", "a", kind));
            xml
        };
        assert!(put(Cell::Whole(u64::MAX), Kind::Count).contains("18,446,744,073,709,551,615"));
        assert!(put(Cell::Whole(7), Kind::Count).ends_with("<v>7</v></c>"));
        assert!(put(Cell::Decimal(f64::NAN), Kind::Share).contains("inlineStr"));
        assert_eq!(put(Cell::Empty, Kind::Share), "");
    }

    #[test]
    fn long_texts_are_cut_between_characters_and_nothing_is_lost() {
        let text = "𠮷".repeat(40_000);
        let pieces: Vec<&str> = pieces(&text).collect();
        assert_eq!(pieces.concat(), text);
        assert!(pieces.iter().all(|piece| piece.encode_utf16().count() <= PIECE));
        assert!(is_long(&text) && !is_long(&"法".repeat(LONGEST_TEXT)));
    }
}
