//! Turns text into [`Plain`] text, in which the rules of the genre are written: no blanks, half-width letters, digits and marks,
//! simplified characters where the text is traditional. Every character knows where it stood.

use std::ops::Range;

use crate::text::fold::{simplify_char, usual_form};

/// Text without blanks, with the way back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plain {
    pub text: String,
    /// The place of each character of `text` in the original, in characters; one more at the end.
    at: Vec<u32>,
}

/// Whether a text is to be read in traditional characters. In simplified text 乾, 著 and the like are characters of their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Script {
    #[default]
    Simplified,
    Traditional,
}

impl Script {
    /// Traditional when more than one Han character in fifty of the first thousands is.
    pub fn of(text: &str) -> Script {
        let mut han = 0;
        let mut traditional = 0;
        for c in text.chars().take(2000).filter(|c| is_han(*c)) {
            han += 1;
            if simplify_char(c) != c && !"乾著覆徵於么瞭藉夥剋".contains(c) {
                traditional += 1;
            }
        }
        if traditional * 50 > han {
            Script::Traditional
        } else {
            Script::Simplified
        }
    }

    /// A name of this script in simplified characters.
    pub fn simplify(self, text: &str) -> String {
        match self {
            Script::Simplified => text.to_owned(),
            Script::Traditional => text.chars().map(simplify_char).collect(),
        }
    }
}

impl Plain {
    /// The plain form of at most `limit` characters of `text`.
    pub fn of(text: &str, script: Script, limit: usize) -> Plain {
        // No character takes more room than it did, and nearly all are Han, of three bytes each.
        let mut plain = Plain {
            text: String::with_capacity(text.len().min(limit.saturating_mul(4))),
            at: Vec::with_capacity((text.len() / 3).min(limit) + 1),
        };
        let mut end = 0;
        for (n, c) in text.chars().take(limit).enumerate() {
            end = n as u32 + 1;
            if is_blank(c) {
                continue;
            }
            let c = half_width(c);
            plain.text.push(if script == Script::Traditional {
                simplify_char(c)
            } else {
                c
            });
            plain.at.push(n as u32);
        }
        plain.at.push(end);
        plain
    }

    /// Where a range of bytes of `text` stood in the original, in characters, from the first character to the last.
    pub fn original(&self, bytes: Range<usize>) -> Range<usize> {
        let first = self.text.get(..bytes.start).map_or(0, |s| s.chars().count());
        let len = self.text.get(bytes).map_or(0, |s| s.chars().count());
        let start = self.at.get(first).copied().unwrap_or(0) as usize;
        if len == 0 {
            return start..start;
        }
        let end = self.at.get(first + len - 1).map_or(start, |at| *at as usize + 1);
        start..end
    }
}

/// The plain form of a short line, when the way back is not needed.
pub fn plain(text: &str, script: Script) -> String {
    Plain::of(text, script, usize::MAX).text
}

/// Whether `c` shows nothing: blanks of every width, zero-width characters, controls, the soft hyphen.
pub fn is_blank(c: char) -> bool {
    // Nearly all characters asked about are Han.
    !matches!(c, '\u{4E00}'..='\u{9FFF}') && (c.is_whitespace() || c.is_control() || is_invisible(c))
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{00AD}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}')
}

/// Whether `c` is a Chinese character.
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{323AF}' | '〇')
}

fn half_width(c: char) -> char {
    match c {
        // Nearly all of them.
        '\u{4E00}'..='\u{9FFF}' => c,
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        '○' | '◯' | '〇' => '〇',
        // Converters write 一 as the radical ⼀.
        '\u{2E80}'..='\u{2FD5}' => usual_form(c),
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_go_and_places_stay() {
        assert_eq!(plain("⼀、下⼀步⼯作", Script::Simplified), "一、下一步工作");
        let plain = Plain::of("高兴镇 2024 年（度）", Script::Simplified, 99);
        assert_eq!(plain.text, "高兴镇2024年(度)");
        let at = plain.text.find("2024").unwrap();
        assert_eq!(plain.original(at..at + 4), 4..8);
        assert_eq!(plain.original(0..plain.text.len()), 0..13);
        assert_eq!(plain.original(9..9), 4..4);
    }

    #[test]
    fn only_traditional_text_is_simplified() {
        assert_eq!(Script::of("乾元镇人民政府关于推进依法行政的报告"), Script::Simplified);
        assert_eq!(Script::of("楓嶺鄉人民政府關於法治政府建設的報告"), Script::Traditional);
        assert_eq!(plain("楓嶺鄉", Script::Traditional), "枫岭乡");
        assert_eq!(plain("乾元镇", Script::Simplified), "乾元镇");
    }
}
