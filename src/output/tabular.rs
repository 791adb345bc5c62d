//! Says how the cells of a table are shown to people: the same in text, Markdown and all other formats made to be read.

use crate::table::{Cell, Column, Kind};

use super::grouped;

/// What stands above a column.
pub(super) fn header(column: &Column) -> &str {
    &column.label
}

/// A cell as people read it: nothing known is nothing, numbers have separators and as many digits as their column says.
pub(super) fn shown(cell: &Cell, kind: Kind) -> String {
    match (cell, kind) {
        (Cell::Empty, _) => String::new(),
        (Cell::Whole(year), Kind::Year) => year.to_string(),
        (Cell::Whole(number), Kind::Share) => share(*number as f64),
        (Cell::Whole(number), _) => grouped(*number),
        (Cell::Decimal(number), Kind::Share) => share(*number),
        (Cell::Decimal(number), Kind::Decimal(digits)) => format!("{number:.*}", usize::from(digits)),
        (Cell::Decimal(number), _) => number.to_string(),
        (Cell::Text(text) | Cell::Marked { text, .. }, _) => text.clone(),
    }
}

/// A text in runs, each with whether it is marked. Marks count characters; what they say of places outside the text, or of places
/// that were marked before, is left out.
pub(super) fn runs<'a>(text: &'a str, marks: &[[usize; 2]]) -> Vec<(&'a str, bool)> {
    let mut starts = text
        .char_indices()
        .map(|(byte, _)| byte)
        .chain([text.len()])
        .enumerate();
    let mut byte_of = |char: usize| starts.by_ref().find(|(at, _)| *at == char).map(|(_, byte)| byte);
    let mut runs = Vec::new();
    let (mut done, mut chars) = (0, None);
    for &[start, end] in marks {
        if end <= start || chars.is_some_and(|chars| start < chars) {
            continue;
        }
        // A mark that begins where the last ended: the place was passed.
        let from = if chars == Some(start) {
            Some(done)
        } else {
            byte_of(start)
        };
        let Some(from) = from else { break };
        let to = byte_of(end).unwrap_or(text.len());
        runs.extend([(&text[done..from], false), (&text[from..to], true)]);
        (done, chars) = (to, Some(end));
    }
    runs.push((&text[done..], false));
    runs.retain(|(run, _)| !run.is_empty());
    runs
}

/// In per cent, with one digit after the point.
fn share(value: f64) -> String {
    format!("{:.1}%", value * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_the_text_whatever_the_marks_say() {
        let marked = |marks: &[[usize; 2]]| runs("古镛𠮷镇", marks);
        assert_eq!(marked(&[[1, 3]]), [("古", false), ("镛𠮷", true), ("镇", false)]);
        assert_eq!(marked(&[[0, 1], [1, 2]]), [("古", true), ("镛", true), ("𠮷镇", false)]);
        assert_eq!(marked(&[[2, 9], [0, 1]]), [("古镛", false), ("𠮷镇", true)]);
        assert_eq!(marked(&[[9, 12], [3, 1]]), [("古镛𠮷镇", false)]);
        assert_eq!(runs("", &[[0, 4]]), []);
    }

    #[test]
    fn cells_are_shown_as_their_column_says() {
        assert_eq!(shown(&Cell::Whole(2024), Kind::Year), "2024");
        assert_eq!(shown(&Cell::Whole(2024), Kind::Count), "2,024");
        assert_eq!(shown(&Cell::Decimal(0.25), Kind::Share), "25.0%");
        assert_eq!(shown(&Cell::Decimal(1.0 / 3.0), Kind::Decimal(2)), "0.33");
        assert_eq!(shown(&Cell::Empty, Kind::Count), "");
    }
}
