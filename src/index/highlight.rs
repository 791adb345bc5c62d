//! Marks in a passage's text exactly what matched.

use crate::query::Phrase;
use crate::text::fold::fold_with_places;
use crate::text::units::PhraseFinder;

/// The character ranges of `text` in which one of the phrases stands: sorted, overlapping ones made one.
pub fn highlight(text: &str, phrases: &[Phrase]) -> Vec<[usize; 2]> {
    let folded = fold_with_places(text);
    let mut bytes: Vec<[usize; 2]> = Vec::new();
    for finder in phrases.iter().filter_map(|phrase| PhraseFinder::new(&phrase.folded)) {
        bytes.extend(finder.starts(&folded.text).map(|start| {
            let original = folded.original(start..start + finder.len());
            [original.start, original.end]
        }));
    }
    bytes.sort_unstable();
    to_chars(text, &merge(bytes))
}

/// Makes one range of ranges that overlap; `ranges` are sorted.
fn merge(ranges: Vec<[usize; 2]>) -> Vec<[usize; 2]> {
    let mut merged: Vec<[usize; 2]> = Vec::with_capacity(ranges.len());
    for [start, end] in ranges {
        match merged.last_mut() {
            Some(last) if start < last[1] => last[1] = last[1].max(end),
            _ => merged.push([start, end]),
        }
    }
    merged
}

/// The same ranges counted in characters; they are sorted and apart.
fn to_chars(text: &str, ranges: &[[usize; 2]]) -> Vec<[usize; 2]> {
    let (mut byte, mut chars) = (0, 0);
    let mut char_at = |target: usize| {
        chars += text[byte..target].chars().count();
        byte = target;
        chars
    };
    ranges
        .iter()
        .map(|&[start, end]| [char_at(start), char_at(end)])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold::fold_phrase;

    fn marked(text: &str, phrases: &[&str]) -> Vec<String> {
        let phrases: Vec<_> = phrases
            .iter()
            .map(|phrase| Phrase {
                text: (*phrase).to_owned(),
                folded: fold_phrase(phrase),
            })
            .collect();
        highlight(text, &phrases)
            .into_iter()
            .map(|[start, end]| crate::report::slice_chars(text, start..end).to_owned())
            .collect()
    }

    #[test]
    fn exactly_what_matched_is_marked() {
        assert_eq!(
            marked("坚持新时代“枫桥经验”。", &["新时代枫桥经验"]),
            ["新时代“枫桥经验"]
        );
        assert_eq!(marked("“枫桥经验”", &["枫桥经验"]), ["枫桥经验"]);
        assert_eq!(marked("枫桥，经验", &["枫桥经验"]), Vec::<String>::new());
        assert_eq!(marked("办结97件，化解197件", &["97件"]), ["97件"]);
        assert_eq!(marked("關於法治", &["关于"]), ["關於"]);
    }

    #[test]
    fn overlapping_matches_are_one_mark_and_neighbours_are_two() {
        assert_eq!(marked("人人人人", &["人人"]), ["人人人人"]);
        assert_eq!(marked("法治政府建设", &["法治政府", "政府建设"]), ["法治政府建设"]);
        assert_eq!(marked("网格员调解员", &["网格员", "调解员"]), ["网格员", "调解员"]);
    }
}
