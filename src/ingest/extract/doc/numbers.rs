//! Knows the formats of numbers in lists by their codes ([MS-OSHARED] 2.2.1.3).

use crate::ingest::extract::numerals;

/// The format of a level that has bullets.
pub const BULLET: u8 = 0x17;
const NONE: u8 = 0xFF;

/// A number in a format of a list. Formats of other scripts come in Arabic digits, as Word writes what it cannot.
pub fn write(number: u32, format: u8) -> String {
    numerals::write(name(format), number)
}

/// The name that new files have for a format.
fn name(format: u8) -> &'static str {
    match format {
        BULLET | NONE => "none",
        0x01 => "upperRoman",
        0x02 => "lowerRoman",
        0x03 => "upperLetter",
        0x04 => "lowerLetter",
        0x0A | 0x24 | 0x28 => "ideographDigital",
        0x0E | 0x13 => "decimalFullWidth",
        0x10 | 0x22 => "ideographLegalTraditional",
        0x12 | 0x1C => "decimalEnclosedCircle",
        0x16 => "decimalZero",
        0x1A => "decimalEnclosedFullstop",
        0x1B => "decimalEnclosedParen",
        0x1D => "ideographEnclosedCircle",
        0x1E => "ideographTraditional",
        0x1F => "ideographZodiac",
        0x26 => "chineseLegalSimplified",
        0x0B | 0x21 | 0x23 | 0x25 | 0x27 => "chineseCountingThousand",
        _ => "decimal",
    }
}

#[cfg(test)]
mod tests {
    use super::write;

    #[test]
    fn numbers_are_written_as_lists_write_them() {
        for (number, format, text) in [
            (3, 0x00, "3"),
            (4, 0x01, "IV"),
            (1994, 0x02, "mcmxciv"),
            (27, 0x03, "AA"),
            (2, 0x04, "b"),
            (12, 0x0A, "一二"),
            (1, 0x25, "一"),
            (10, 0x25, "十"),
            (11, 0x27, "十一"),
            (20, 0x25, "二十"),
            (105, 0x27, "一百零五"),
            (110, 0x27, "一百一十"),
            (1003, 0x27, "一千零三"),
            (23, 0x26, "贰拾叁"),
            (12, 0x0E, "１２"),
            (7, 0x16, "07"),
            (3, 0x12, "③"),
            (30, 0x12, "㉚"),
            (2, 0x1B, "⑵"),
            (2, 0x1D, "㊁"),
            (10, 0x1E, "癸"),
            (5, 0x17, ""),
            (5, 0xFF, ""),
            (6, 0x2D, "6"),
            (0, 0x03, "0"),
            (u32::MAX, 0x04, "4294967295"),
        ] {
            assert_eq!(write(number, format), text, "{number} in {format:#x}");
        }
    }
}
