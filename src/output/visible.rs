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

/// JSON with the controls that its grammar lets through written as escapes (`\\u009b`): the same values, harmless to show.
/// Such characters can only stand inside its strings.
pub fn json(text: &str) -> Cow<'_, str> {
    if !text.contains(is_late_control) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match is_late_control(c) {
            true => escaped.push_str(&format!("\\u{:04x}", c as u32)),
            false => escaped.push(c),
        }
    }
    Cow::Owned(escaped)
}

/// A cell of a table as text: without controls, but with its tabs, line breaks and everything else as it stands.
pub fn cell(text: &str) -> Cow<'_, str> {
    replaced(text, |c| match c {
        '\t' | '\n' | '\r' => c,
        c if c.is_control() => character(c),
        c => c,
    })
}

/// The controls that JSON does not escape: DEL, and those of the C1 set, of which U+009B begins a terminal's commands.
fn is_late_control(c: char) -> bool {
    ('\x7f'..='\u{9f}').contains(&c)
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
    fn json_keeps_its_values() {
        let value = serde_json::json!({"路径\u{9b}31m": "a\x7f\x1b[0m\u{85}"});
        let text = value.to_string();
        let shown = json(&text);
        assert!(!shown.contains(char::is_control), "{shown}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
        assert!(matches!(json("{\"a\":1}"), Cow::Borrowed(_)));
    }

    #[test]
    fn cells_keep_line_breaks_and_lose_controls() {
        assert_eq!(
            cell("一\t二\r\n\x1b[2J\u{9b}\u{202e}"),
            "一\t二\r\n␛[2J\u{fffd}\u{202e}"
        );
    }

    #[test]
    fn ordinary_text_is_not_copied() {
        assert!(matches!(line("古镛镇𠮷"), Cow::Borrowed(_)));
    }
}
