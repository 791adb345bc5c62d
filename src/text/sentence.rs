//! Finds where sentences end, in units.
//!
//! A sentence ends at `。`, `！` or `？` of any width and at a line end; quotes and brackets that close after such a mark belong to
//! the sentence. `；` and `：` part clauses, not sentences; a point inside a number parts nothing; a half-width full stop is none,
//! because it stands after numbers of lists more often than after sentences.

use super::fold::{BREAK, Folded};

/// Where the sentences of a text end: the unit after the last of each, which is a break or, for the last sentence, the number of
/// units. Ascending; a text without units has one end, 0.
pub fn sentence_ends(text: &str, folded: &Folded) -> Vec<u32> {
    let mut ends = Vec::new();
    for (at, unit) in folded.units.iter().enumerate() {
        let is_break = folded.text[unit.folded..].starts_with(BREAK);
        if is_break && text[unit.original.clone()].chars().any(ends_sentence) {
            ends.push(at as u32);
        }
    }
    ends.push(folded.units.len() as u32);
    ends
}

/// The number of the sentence in which a unit stands.
pub fn sentence_of(ends: &[u32], unit: u32) -> usize {
    ends.partition_point(|&end| end <= unit)
}

fn ends_sentence(c: char) -> bool {
    matches!(
        c,
        '。' | '！' | '？' | '!' | '?' | '｡' | '︒' | '︕' | '︖' | '﹗' | '﹖'
    ) || matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold::fold_with_places;
    use crate::text::units::units;

    /// The sentences as units without breaks, parted by `|`.
    fn shown(text: &str) -> String {
        let folded = fold_with_places(text);
        let ends = sentence_ends(text, &folded);
        let mut shown = vec![String::new(); ends.len()];
        for (at, unit) in units(&folded.text).enumerate().filter(|(_, unit)| *unit != "\n") {
            shown[sentence_of(&ends, at as u32)].push_str(&unit.replace(['\u{1e}', '\u{1f}'], ""));
        }
        shown.join("|")
    }

    #[test]
    fn sentences_end_at_their_marks_and_at_line_ends() {
        assert_eq!(
            shown("一、主要举措\n甲，乙；丙。丁！戊？己"),
            "一主要举措|甲乙丙|丁|戊|己"
        );
        assert_eq!(shown("结案率97.8%。共1,176件"), "结案率97.8|共1176件");
        assert_eq!(shown("他说：“要调解。”会后落实"), "他说要调解|会后落实");
        assert_eq!(shown("1.加强；2.推进"), "1加强2推进");
        assert_eq!(shown("甲……乙"), "甲乙");
        assert_eq!(shown(""), "");
        assert_eq!(shown("。。"), "");
    }
}
