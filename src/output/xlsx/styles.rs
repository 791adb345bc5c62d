//! Declares how cells look, and which look each kind of cell has.

use crate::table::Kind;

/// A look, by its place in the list of the workbook's looks.
pub(super) type Look = usize;

pub(super) const HEADER: Look = 1;
pub(super) const TEXT: Look = 2;
const COUNT: Look = 3;
const YEAR: Look = 4;
const SHARE: Look = 5;
pub(super) const LINK: Look = 6;
/// The first of those for decimal numbers, by their digits after the point.
const DECIMAL: Look = 7;
const MOST_DIGITS: u8 = 9;

/// The number format of shares; those of decimal numbers follow it. Lower ones are Excel's own.
const SHARE_FORMAT: usize = 164;

/// The look of numbers in a column.
pub(super) fn of(kind: Kind) -> Look {
    match kind {
        Kind::Text => TEXT,
        Kind::Count => COUNT,
        Kind::Year => YEAR,
        Kind::Share => SHARE,
        Kind::Decimal(digits) => DECIMAL + usize::from(digits.min(MOST_DIGITS)),
    }
}

/// What stands before a marked run of a text.
pub(super) const MARK: &str = "<rPr><b/><sz val=\"11\"/><color rgb=\"FFC00000\"/><rFont val=\"宋体\"/><family val=\"3\"/><charset val=\"134\"/></rPr>";

/// The part of the workbook that declares all looks.
pub(super) fn part() -> String {
    let font = |more: &str| {
        format!("<font>{more}<sz val=\"11\"/><name val=\"宋体\"/><family val=\"3\"/><charset val=\"134\"/></font>")
    };
    let fonts = [
        font(""),
        font("<b/>"),
        "<font><u/><sz val=\"11\"/><color rgb=\"FF0563C1\"/><name val=\"宋体\"/><family val=\"3\"/><charset val=\"134\"/></font>"
            .to_owned(),
    ];
    let mut formats = format!("<numFmt numFmtId=\"{SHARE_FORMAT}\" formatCode=\"0.0%\"/>");
    let look = |format: usize, font: usize, fill: usize, border: usize, alignment: &str| {
        format!(
            "<xf numFmtId=\"{format}\" fontId=\"{font}\" fillId=\"{fill}\" borderId=\"{border}\" xfId=\"0\" \
             applyNumberFormat=\"1\" applyFont=\"1\" applyFill=\"1\" applyBorder=\"1\" applyAlignment=\"1\">\
             <alignment vertical=\"top\"{alignment}/></xf>"
        )
    };
    // Excel's own formats: 0 as it is, 1 whole, 3 with separators.
    let mut looks = vec![
        look(0, 0, 0, 0, ""),
        look(0, 1, 2, 1, " wrapText=\"1\""),
        look(0, 0, 0, 0, " wrapText=\"1\""),
        look(3, 0, 0, 0, ""),
        look(1, 0, 0, 0, ""),
        look(SHARE_FORMAT, 0, 0, 0, ""),
        look(0, 2, 0, 0, " wrapText=\"1\""),
    ];
    for digits in 0..=usize::from(MOST_DIGITS) {
        let format = SHARE_FORMAT + 1 + digits;
        let point = if digits > 0 { "." } else { "" };
        let code = format!("0{point}{}", "0".repeat(digits));
        formats.push_str(&format!("<numFmt numFmtId=\"{format}\" formatCode=\"{code}\"/>"));
        looks.push(look(format, 0, 0, 0, ""));
    }
    format!(
        "<styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">\
         <numFmts count=\"{}\">{formats}</numFmts><fonts count=\"{}\">{}</fonts>\
         <fills count=\"3\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill>\
         <fill><patternFill patternType=\"solid\"><fgColor rgb=\"FFE7EDF3\"/><bgColor indexed=\"64\"/></patternFill></fill></fills>\
         <borders count=\"2\"><border><left/><right/><top/><bottom/><diagonal/></border>\
         <border><left/><right/><top/><bottom style=\"thin\"><color rgb=\"FF8497B0\"/></bottom><diagonal/></border></borders>\
         <cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>\
         <cellXfs count=\"{}\">{}</cellXfs>\
         <cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/></cellStyles></styleSheet>",
        usize::from(MOST_DIGITS) + 2,
        fonts.len(),
        fonts.concat(),
        looks.len(),
        looks.concat()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_look_that_is_declared() {
        let declared = part().matches("<alignment").count();
        for kind in [
            Kind::Text,
            Kind::Count,
            Kind::Year,
            Kind::Share,
            Kind::Decimal(0),
            Kind::Decimal(200),
        ] {
            assert!(of(kind) < declared, "{kind:?}");
        }
        assert!(part().contains("formatCode=\"0.000\"") && part().contains("formatCode=\"0\""));
    }
}
