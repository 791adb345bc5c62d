//! Turns symbols that Word writes in ways of its own into characters.

use super::super::xml::Element;
use crate::ingest::extract::numerals;

/// The character of a `w:sym`; `None` when it is one of a font that has no known meaning here.
pub(super) fn of(element: &Element) -> Option<char> {
    let code = u32::from_str_radix(element.attribute("char")?.trim(), 16).ok()?;
    let font = element.attribute("font").unwrap_or_default().to_lowercase();
    // The fonts of symbols have their 224 signs in the private area, or without the offset.
    let sign = match code {
        0xF000..=0xF0FF => Some((code - 0xF000) as u8),
        0x20..=0xFF if font.starts_with("wingdings") || font == "symbol" => Some(code as u8),
        _ => None,
    };
    match sign {
        Some(sign) => match font.as_str() {
            "wingdings" => wingdings(sign),
            "wingdings 2" => wingdings_2(sign),
            "symbol" => symbol(sign),
            _ => None,
        },
        None => char::from_u32(code).filter(|c| !c.is_control() && !matches!(c, '\u{E000}'..='\u{F8FF}')),
    }
}

/// The signs of Wingdings that are met in documents, by the table that Unicode took them over with (L2/12-368).
fn wingdings(sign: u8) -> Option<char> {
    Some(match sign {
        0x6C => '●',
        0x6E => '■',
        0x6F | 0xA8 => '□',
        0x71 => '❑',
        0x75 => '◆',
        0x76 => '❖',
        0x9F => '•',
        0xA1 => '○',
        0xA7 => '▪',
        0xAB => '★',
        0xD8 => '➢',
        0xDF => '←',
        0xE0 => '→',
        0xE1 => '↑',
        0xE2 => '↓',
        0xE8 => '➔',
        0xFB => '✗',
        0xFC => '✓',
        0xFD => '☒',
        0xFE => '☑',
        0x81..=0x8A => char::from_u32('①' as u32 + u32::from(sign) - 0x81)?,
        0x8C..=0x95 => char::from_u32('❶' as u32 + u32::from(sign) - 0x8C)?,
        _ => return None,
    })
}

fn wingdings_2(sign: u8) -> Option<char> {
    Some(match sign {
        0x4F | 0xD0 => '✗',
        0x50 => '✓',
        0x51 | 0x53 | 0x54 => '☒',
        0x52 => '☑',
        0xA3 => '□',
        0x96 => '•',
        0x97 => '●',
        _ => return None,
    })
}

/// The signs of the font Symbol that are met in documents.
fn symbol(sign: u8) -> Option<char> {
    Some(match sign {
        0xA2 => '′',
        0xA3 => '≤',
        0xA5 => '∞',
        0xAE => '→',
        0xB0 => '°',
        0xB1 => '±',
        0xB2 => '″',
        0xB3 => '≥',
        0xB4 => '×',
        0xB7 => '•',
        0xB8 => '÷',
        0xB9 => '≠',
        0xBB => '≈',
        0xBC => '…',
        0xD7 => '·',
        0xE5 => '∑',
        // Letters and digits; what is Greek there is no text here.
        0x20..=0x40 => char::from(sign),
        _ => return None,
    })
}

/// What an equation field shows: of a circle laid over a number, `eq \o\ac(○,3)`, the number in its circle.
pub(super) fn of_equation(code: &str) -> Option<String> {
    let code = code.trim();
    let is_equation = code.get(..2).is_some_and(|name| name.eq_ignore_ascii_case("eq"));
    let inside = code.rsplit_once('(').filter(|_| is_equation && code.contains("\\o"))?.1;
    let parts = inside.split_once(')')?.0.split_once([',', ';', '，'])?;
    let (circle, text) = (parts.0.trim(), parts.1.trim());
    let number = text
        .parse::<u32>()
        .ok()
        .filter(|n| *n <= 50 && matches!(circle, "○" | "〇" | "◯"));
    Some(number.map_or_else(|| text.to_owned(), |n| numerals::write("decimalEnclosedCircle", n)))
}

#[cfg(test)]
mod tests {
    use super::super::super::xml::{Event, Xml};
    use super::*;

    #[test]
    fn symbols_are_characters() {
        for (attributes, c) in [
            ("w:font='Wingdings' w:char='F0FE'", Some('☑')),
            ("w:font='Wingdings' w:char='00A8'", Some('□')),
            ("w:font='Wingdings 2' w:char='F052'", Some('☑')),
            ("w:font='Wingdings' w:char='F083'", Some('③')),
            ("w:font='Symbol' w:char='F0B3'", Some('≥')),
            ("w:font='仿宋' w:char='25CB'", Some('○')),
            ("w:font='Webdings' w:char='F041'", None),
            ("w:font='Wingdings' w:char='zz'", None),
        ] {
            let source = format!("<w:sym {attributes}/>");
            let Ok(Some(Event::Start(element))) = Xml::new(&source).next() else {
                panic!("no start")
            };
            assert_eq!(of(&element), c, "{attributes}");
        }
    }

    #[test]
    fn circled_numbers_are_read_from_their_fields() {
        assert_eq!(of_equation(" eq \\o\\ac(○,3) ").as_deref(), Some("③"));
        assert_eq!(of_equation("EQ \\o\\ac(□,印)").as_deref(), Some("印"));
        assert_eq!(of_equation("PAGE"), None);
        assert_eq!(of_equation("eq \\f(1,2)"), None);
    }
}
