//! Turns characters that act on a terminal, or that hide the order of others, into characters that are seen.
//!
//! A file name or a text may hold escape sequences that recolour, retitle or overwrite what a reader sees, and controls that
//! show text backwards (CVE-2021-42574). One character becomes one character, so offsets stay true.

use std::borrow::Cow;

/// The text as it may be shown in several lines: line breaks stay, tabs become blanks.
pub fn text(text: &str) -> Cow<'_, str> {
    replaced(text, |c| if c == '\n' { '\n' } else { character(c) })
}

/// The text as it may be shown in one line.
pub fn line(text: &str) -> Cow<'_, str> {
    replaced(text, character)
}

fn replaced(text: &str, show: impl Fn(char) -> char) -> Cow<'_, str> {
    if text.chars().all(|c| show(c) == c) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(show).collect())
}

fn character(c: char) -> char {
    match c {
        '\t' => ' ',
        // The control pictures stand in the order of the controls.
        '\0'..='\x1f' => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'),
        '\x7f' => '␡',
        '\u{80}'..='\u{9f}' => '\u{fffd}',
        '\u{2028}' | '\u{2029}' => '␤',
        // Marks, embeddings, overrides and isolates of writing direction.
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_seen_and_do_nothing() {
        assert_eq!(line("a\x1b[31mb\r\u{9b}m\x07\x7f"), "a␛[31mb␍\u{fffd}m␇␡");
    }

    #[test]
    fn overrides_of_direction_are_seen() {
        assert_eq!(line("a\u{202e}txt.exe\u{2066}"), "a\u{fffd}txt.exe\u{fffd}");
    }

    #[test]
    fn line_breaks_stay_in_text_only() {
        assert_eq!(text("一\n二\t三"), "一\n二 三");
        assert_eq!(line("一\n二"), "一␊二");
    }

    #[test]
    fn ordinary_text_is_not_copied() {
        assert!(matches!(line("古镛镇𠮷"), Cow::Borrowed(_)));
    }
}
