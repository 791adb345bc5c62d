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

/// In per cent, with one digit after the point.
fn share(value: f64) -> String {
    format!("{:.1}%", value * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_shown_as_their_column_says() {
        assert_eq!(shown(&Cell::Whole(2024), Kind::Year), "2024");
        assert_eq!(shown(&Cell::Whole(2024), Kind::Count), "2,024");
        assert_eq!(shown(&Cell::Decimal(0.25), Kind::Share), "25.0%");
        assert_eq!(shown(&Cell::Decimal(1.0 / 3.0), Kind::Decimal(2)), "0.33");
        assert_eq!(shown(&Cell::Empty, Kind::Count), "");
    }
}
