//! Turns text into lines of a given width, in columns of a terminal, where a Chinese character takes two.
//!
//! Chinese may break between any two characters but for 避头尾: a line does not begin with a mark that closes and does not end
//! with one that opens (GB/T 15834-2011, 5.1). Words of Latin letters and numbers stay whole when they can.

use std::borrow::Cow;
use std::ops::Range;

use unicode_width::UnicodeWidthChar;

/// Marks that no line begins with.
const NOT_AT_START: &str = "，。、；：！？）》〉」』】〕］｝”’％‰℃·～,.;:!?)]}%";
/// Marks that no line ends with.
const NOT_AT_END: &str = "（《〈「『【〔［｛“‘￥¥$([{";
/// Marks written as two characters that stand together: …… and ——.
const PAIRED: &str = "…—";

/// How many columns the text takes. Controls and combining marks take none.
pub fn width(text: &str) -> usize {
    text.chars().map(columns).sum()
}

fn columns(c: char) -> usize {
    c.width().unwrap_or(0)
}

/// The text, cut to `limit` columns; a cut is shown by `…`, which takes the last of them.
pub fn truncate(text: &str, limit: usize) -> Cow<'_, str> {
    if width(text) <= limit {
        return Cow::Borrowed(text);
    }
    if limit == 0 {
        return Cow::Borrowed("");
    }
    let mut used = 0;
    let kept: String = text
        .chars()
        .take_while(|&c| {
            used += columns(c);
            used < limit
        })
        .collect();
    Cow::Owned(kept + "…")
}

/// The text with blanks after it, up to `target` columns.
pub fn pad(text: &str, target: usize) -> String {
    let missing = target.saturating_sub(width(text));
    format!("{text}{:missing$}", "")
}

/// The lines of the text, as byte ranges that, joined, are the whole text. A line break in the text ends a line and belongs to it.
///
/// Blanks at the end of a line do not count for its width. Only a character wider than `limit` makes a line wider than that.
pub fn wrap(text: &str, limit: usize) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut offset = 0;
    for paragraph in text.split_inclusive('\n') {
        wrap_paragraph(paragraph, limit, offset, &mut lines);
        offset += paragraph.len();
    }
    lines
}

/// What no line break may part: a character and what combines with it.
struct Cluster {
    start: usize,
    columns: usize,
    base: char,
}

impl Cluster {
    fn is_blank(&self) -> bool {
        self.base.is_whitespace() && !matches!(self.base, '\u{a0}' | '\u{202f}')
    }
}

fn clusters(text: &str) -> Vec<Cluster> {
    let mut clusters: Vec<Cluster> = Vec::new();
    for (start, base) in text.char_indices() {
        let columns = columns(base);
        if columns > 0 || clusters.is_empty() {
            clusters.push(Cluster { start, columns, base });
        }
    }
    clusters
}

fn wrap_paragraph(text: &str, limit: usize, offset: usize, lines: &mut Vec<Range<usize>>) {
    let clusters = clusters(text);
    let byte = |at: usize| clusters.get(at).map_or(text.len(), |cluster| cluster.start) + offset;
    let mut start = 0;
    while start < clusters.len() {
        let full = fill(&clusters, start, limit);
        let end = if full == clusters.len() {
            full
        } else {
            best_break(&clusters, start, full)
        };
        lines.push(byte(start)..byte(end));
        start = end;
    }
}

/// The first cluster that has no room in the line; at least one has.
fn fill(clusters: &[Cluster], start: usize, limit: usize) -> usize {
    let mut used = 0;
    for (at, cluster) in clusters.iter().enumerate().skip(start) {
        used += cluster.columns;
        if used > limit && at > start && !cluster.is_blank() {
            return at;
        }
    }
    clusters.len()
}

/// Where to break, at `full` or before: the last good place, else the last place inside a word, else `full`.
fn best_break(clusters: &[Cluster], start: usize, full: usize) -> usize {
    let last = |wanted: Seam| (start + 1..=full).rev().find(|&at| seam(clusters, start, at) == wanted);
    last(Seam::Free).or_else(|| last(Seam::Word)).unwrap_or(full)
}

/// What a line break between two clusters would do.
#[derive(PartialEq)]
enum Seam {
    Free,
    /// It would part a word.
    Word,
    /// It would leave a mark where none may stand.
    Never,
}

/// The seam before the cluster `at`, in a line that begins at `start`.
fn seam(clusters: &[Cluster], start: usize, at: usize) -> Seam {
    let after = &clusters[at];
    let text_before = clusters[start..at].iter().rev().find(|cluster| !cluster.is_blank());
    let Some(before) = text_before else {
        return Seam::Word;
    };
    let apart = clusters[at - 1].is_blank();
    if after.is_blank() || NOT_AT_START.contains(after.base) || NOT_AT_END.contains(before.base) {
        return Seam::Never;
    }
    if !apart && before.base == after.base && PAIRED.contains(after.base) {
        return Seam::Never;
    }
    if !apart && is_word(before) && is_word(after) {
        return Seam::Word;
    }
    Seam::Free
}

fn is_word(cluster: &Cluster) -> bool {
    cluster.base.is_ascii_graphic() || (cluster.columns == 1 && cluster.base.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lines(text: &str, limit: usize) -> Vec<&str> {
        wrap(text, limit).into_iter().map(|line| &text[line]).collect()
    }

    #[test]
    fn chinese_breaks_between_characters() {
        assert_eq!(lines("古镛镇全面推进依法行政", 8), ["古镛镇全", "面推进依", "法行政"]);
    }

    #[test]
    fn a_line_never_begins_with_a_closing_mark() {
        assert_eq!(lines("坚持依法，推进", 8), ["坚持依", "法，推进"]);
        assert_eq!(lines("坚持依法”。推进", 8), ["坚持依", "法”。推", "进"]);
    }

    #[test]
    fn a_line_never_ends_with_an_opening_mark() {
        assert_eq!(lines("学习贯（试行）", 8), ["学习贯", "（试行）"]);
        assert_eq!(lines("学习《“法", 8), ["学习", "《“法"]);
    }

    #[test]
    fn dashes_and_dots_stay_in_pairs() {
        assert_eq!(lines("一二三……四", 7), ["一二三", "……四"]);
        assert_eq!(lines("一二三——四", 7), ["一二三", "——四"]);
    }

    #[test]
    fn words_and_numbers_stay_whole() {
        assert_eq!(lines("共计12,345.6万元", 8), ["共计", "12,345.6", "万元"]);
        assert_eq!(lines("see the path", 8), ["see the ", "path"]);
    }

    #[test]
    fn a_word_too_long_for_a_line_is_parted() {
        assert_eq!(lines("abcdefghij", 4), ["abcd", "efgh", "ij"]);
    }

    #[test]
    fn marks_alone_are_parted_where_the_line_is_full() {
        assert_eq!(lines("，，，，，", 4), ["，，", "，，", "，"]);
    }

    #[test]
    fn line_breaks_end_lines() {
        assert_eq!(lines("一、总体\n\n情况", 20), ["一、总体\n", "\n", "情况"]);
    }

    #[test]
    fn variation_selectors_stay_with_their_character() {
        assert_eq!(lines("葛\u{e0100}葛\u{e0100}", 2), ["葛\u{e0100}", "葛\u{e0100}"]);
    }

    #[test]
    fn text_is_cut_and_padded_by_columns() {
        assert_eq!(truncate("古镛镇人民政府", 8), "古镛镇…");
        assert_eq!(truncate("古镛镇", 6), "古镛镇");
        assert_eq!(truncate("古镛镇", 1), "…");
        assert_eq!(truncate("古镛镇", 0), "");
        assert_eq!(pad("𠮷野", 6), "𠮷野  ");
    }

    fn any_text() -> impl Strategy<Value = String> {
        proptest::collection::vec(
            prop_oneof![
                proptest::sample::select(
                    "法治政府𠮷镛，。；：！？、）》”（《“—… \n\u{3000}ab12.%葛\u{e0100}"
                        .chars()
                        .collect::<Vec<_>>()
                ),
                any::<char>(),
            ],
            0..120,
        )
        .prop_map(|chars| chars.into_iter().collect())
    }

    proptest! {
        #[test]
        fn joined_lines_are_the_text(text in any_text(), limit in 0usize..30) {
            prop_assert_eq!(lines(&text, limit).concat(), text);
        }

        #[test]
        fn no_line_is_too_wide_but_for_one_character(text in any_text(), limit in 0usize..30) {
            for line in lines(&text, limit) {
                let mut seen = clusters(line);
                while seen.pop_if(|cluster| cluster.is_blank()).is_some() {}
                let columns: usize = seen.iter().map(|cluster| cluster.columns).sum();
                prop_assert!(columns <= limit || seen.len() <= 1, "{:?}", line);
            }
        }

        #[test]
        fn marks_stand_where_they_may(text in "[法治政府𠮷（《“][法治政府𠮷，。、]{0,2}([法治府][，。；：”）]?|[《“（]?[法治府]){0,60}") {
            let lines = lines(&text, 12);
            for line in lines.iter().skip(1) {
                prop_assert!(!line.starts_with(|c| NOT_AT_START.contains(c)), "{:?}", lines);
            }
            for line in lines.iter().rev().skip(1) {
                prop_assert!(!line.ends_with(|c| NOT_AT_END.contains(c)), "{:?}", lines);
            }
        }

        #[test]
        fn cut_text_has_room(text in any_text(), limit in 0usize..30) {
            prop_assert!(width(&truncate(&text, limit)) <= limit);
        }
    }
}
