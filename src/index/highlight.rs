//! Marks in a passage's text exactly what matched.

use super::operand::{Counted, ReadText};

/// The character ranges of `text` in which one of the operands stands: sorted, overlapping ones made one.
pub fn highlight(text: &str, operands: &[Counted]) -> Vec<[usize; 2]> {
    let read = ReadText::new(text);
    let mut bytes: Vec<[usize; 2]> = Vec::new();
    for counted in operands.iter().filter(|counted| counted.shown) {
        let places = counted.operand.places(&read);
        bytes.extend(places.into_iter().filter_map(|span| {
            let first = read.folded.units.get(span.start as usize)?;
            let last = read.folded.units.get(span.end.checked_sub(1)? as usize)?;
            Some([first.original.start, last.original.end])
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
    use crate::index::operand::{WordLists, counted};
    use crate::index::topic::AskedTopics;
    use crate::query::Query;
    use crate::schema::topics::declared;

    fn marked(text: &str, questions: &[&str]) -> Vec<String> {
        let queries = questions.iter().map(|question| Query::parse(question).unwrap());
        let operands = counted(
            &Query::any_of(queries),
            &WordLists::default(),
            &AskedTopics::new(declared(), &[]),
        );
        highlight(text, &operands)
            .into_iter()
            .map(|[start, end]| crate::report::slice_chars(text, start..end).to_owned())
            .collect()
    }

    #[test]
    fn words_with_gaps_are_marked_with_what_is_between() {
        assert_eq!(marked("调解各类纠纷，纠纷", &["调解*纠纷"]), ["调解各类纠纷"]);
        assert_eq!(marked("先调解，后“纠纷”。", &["\"调解 纠纷\"~3"]), ["调解，后“纠纷"]);
        assert_eq!(marked("办结97件", &["/\\d+件/"]), ["97件"]);
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
    fn a_topics_phrases_are_marked_where_they_count() {
        assert_eq!(
            marked("学习《行政处罚法》，办结行政处罚案件4件", &["topic:行政处罚"]),
            ["行政处罚"]
        );
        assert_eq!(
            marked("落实行政执法三项制度", &["topic:行政执法三项制度"]),
            ["行政执法三项制度"]
        );
    }

    #[test]
    fn overlapping_matches_are_one_mark_and_neighbours_are_two() {
        assert_eq!(marked("人人人人", &["人人"]), ["人人人人"]);
        assert_eq!(marked("法治政府建设", &["法治政府", "政府建设"]), ["法治政府建设"]);
        assert_eq!(marked("网格员调解员", &["网格员", "调解员"]), ["网格员", "调解员"]);
    }
}
