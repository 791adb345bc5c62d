//! Defines what a reader sees of a hit's passage: the path of headings, the text after it, whole or shortened, and the places of
//! the matches in it. Nothing in it acts on a terminal.

use std::ops::Range;

use crate::hits::Hit;

use super::{visible, wrap};

/// A passage as it is shown. No heading stands both in `headings` and at the head of `text`.
pub(super) struct Shown {
    /// The headings above the text, outermost first.
    pub headings: Vec<String>,
    /// `…` stands where text was left out.
    pub text: String,
    /// The matches, in bytes of `text`.
    pub matches: Vec<Range<usize>>,
    /// How many matches stand in what was left out.
    pub hidden_matches: usize,
}

/// How many matches are shown when a passage is shortened; more are, where they stand close.
const ANCHORS: usize = 3;
/// How far, in characters, a cut moves to fall between clauses.
const SNAP: usize = 12;
/// What takes no more columns than this is not worth leaving out.
const CRUMB: usize = 24;

/// The whole passage.
pub(super) fn whole(hit: &Hit) -> Shown {
    let body = Body::new(hit);
    let all = body.start..body.chars.len();
    body.show(&[all])
}

/// The passage shortened around its matches to about `lines` lines of `width` columns.
pub(super) fn shortened(hit: &Hit, width: usize, lines: usize) -> Shown {
    let body = Body::new(hit);
    let windows = body.windows(width, lines.saturating_mul(width));
    body.show(&windows)
}

/// The text of a passage from where its headings end. All ranges in it count characters.
struct Body {
    headings: Vec<String>,
    chars: Vec<char>,
    start: usize,
    matches: Vec<Range<usize>>,
}

impl Body {
    fn new(hit: &Hit) -> Body {
        let chars: Vec<char> = visible::text(&hit.passage.text).chars().collect();
        let mut body = Body {
            headings: hit.section.headings.iter().map(|heading| shown_line(heading)).collect(),
            matches: matches(hit, chars.len()),
            chars,
            start: 0,
        };
        body.skip_headings(hit.report.title.as_deref().map(shown_line));
        body
    }

    /// Moves `start` behind the headings that stand in the path anyway. A heading with a match stays in the text, with all after
    /// it, and leaves the path: its match is to be seen.
    fn skip_headings(&mut self, title: Option<String>) {
        let mut at = 0;
        let mut skipping = true;
        while let Some(length) = self.chars[at..].iter().position(|&c| c == '\n') {
            let line: String = self.chars[at..at + length].iter().collect();
            let line = line.trim();
            let in_path = self.headings.iter().position(|heading| heading == line);
            if in_path.is_none() && title.as_deref() != Some(line) {
                break;
            }
            skipping &= !self.matches.iter().any(|m| m.start < at + length && m.end > at);
            at += length + 1;
            if skipping {
                self.start = at;
            } else if let Some(place) = in_path {
                self.headings.remove(place);
            }
        }
    }

    /// The parts to show in a room of so many columns, in order and apart.
    fn windows(&self, width: usize, room: usize) -> Vec<Range<usize>> {
        let costs = Costs::new(&self.chars, width);
        let body = self.start..self.chars.len();
        if costs.of(&body) <= room.saturating_add(room / 6) {
            return vec![body];
        }
        let mut anchors: Vec<Range<usize>> = self.matches.iter().take(ANCHORS).cloned().collect();
        if anchors.is_empty() {
            anchors.push(body.start..body.start);
        }
        let matched: usize = anchors.iter().map(|anchor| costs.of(anchor)).sum();
        let margin = room.saturating_sub(matched) / (2 * anchors.len());
        let around = anchors.iter().map(|anchor| {
            let start = costs.back(anchor.start, margin, body.start);
            start..costs.forward(anchor.end, margin, body.end)
        });
        let mut windows = merged(around, &costs);
        self.spend(&mut windows, room, &costs);
        let snapped: Vec<_> = windows.iter().map(|window| self.snapped(window, &costs)).collect();
        merged(snapped.into_iter(), &costs)
    }

    /// Widens the last window, then the first, by the room that is left.
    fn spend(&self, windows: &mut [Range<usize>], room: usize, costs: &Costs) {
        let left = |windows: &[Range<usize>]| room.saturating_sub(windows.iter().map(|w| costs.of(w)).sum());
        let spare = left(windows);
        if let Some(last) = windows.last_mut() {
            last.end = costs.forward(last.end, spare, self.chars.len());
        }
        let spare = left(windows);
        if let Some(first) = windows.first_mut() {
            first.start = costs.back(first.start, spare, self.start);
        }
    }

    /// The window with its ends moved outwards to the ends of clauses, when those are near.
    fn snapped(&self, window: &Range<usize>, costs: &Costs) -> Range<usize> {
        let body = self.start..self.chars.len();
        let (start, end) = (window.start, window.end);
        let ends_clause = |at: &usize| self.ends_clause(*at);
        let before = (start.saturating_sub(SNAP).max(body.start)..start)
            .rev()
            .find(ends_clause);
        let after = (end.saturating_sub(1)..body.end.min(end + SNAP)).find(ends_clause);
        let after = after.or_else(|| self.clause_end_within(window));
        let mut snapped = before.map_or(start, |at| at + 1)..after.map_or(end, |at| at + 1);
        if costs.of(&(body.start..snapped.start)) <= CRUMB {
            snapped.start = body.start;
        }
        if costs.of(&(snapped.end..body.end)) <= CRUMB {
            snapped.end = body.end;
        }
        snapped
    }

    /// The last end of a clause in the window, near its end and behind its matches.
    fn clause_end_within(&self, window: &Range<usize>) -> Option<usize> {
        let matched = self
            .matches
            .iter()
            .filter(|m| m.start < window.end)
            .map(|m| m.end)
            .max();
        let first = window
            .end
            .saturating_sub(2 * SNAP)
            .max(matched.unwrap_or(0))
            .max(window.start);
        (first..window.end).rev().find(|&at| self.ends_clause(at))
    }

    fn ends_clause(&self, at: usize) -> bool {
        "，。；：！？、\n".contains(self.chars[at])
    }

    fn show(self, windows: &[Range<usize>]) -> Shown {
        let mut text = String::new();
        let mut matches: Vec<Range<usize>> = Vec::new();
        let mut end = self.start;
        for window in windows {
            if window.start > end {
                text.push('…');
            }
            let mut bytes = Vec::with_capacity(window.len() + 1);
            for &c in &self.chars[window.clone()] {
                bytes.push(text.len());
                text.push(c);
            }
            bytes.push(text.len());
            let seen = self.matches.iter().filter_map(|m| common(m, window));
            matches.extend(seen.map(|m| bytes[m.start - window.start]..bytes[m.end - window.start]));
            end = window.end;
        }
        if end < self.chars.len() {
            let matched = matches.last().map_or(0, |last| last.end);
            text.truncate(text.trim_end().len().max(matched));
            text.push('…');
        }
        let hidden = |m: &&Range<usize>| !windows.iter().any(|window| common(m, window).is_some());
        Shown {
            hidden_matches: self.matches.iter().filter(hidden).count(),
            headings: self.headings,
            text,
            matches,
        }
    }
}

fn shown_line(text: &str) -> String {
    visible::line(text.trim()).into_owned()
}

/// The matches of a hit, sorted, apart and inside the text, whatever the hit says.
fn matches(hit: &Hit, length: usize) -> Vec<Range<usize>> {
    let mut matches: Vec<Range<usize>> = Vec::new();
    for &[start, end] in &hit.highlights {
        let start = start.max(matches.last().map_or(0, |last| last.end));
        if start < end.min(length) {
            matches.push(start..end.min(length));
        }
    }
    matches
}

fn common(a: &Range<usize>, b: &Range<usize>) -> Option<Range<usize>> {
    let common = a.start.max(b.start)..a.end.min(b.end);
    (!common.is_empty()).then_some(common)
}

/// The windows with those joined that touch, or nearly.
fn merged(windows: impl Iterator<Item = Range<usize>>, costs: &Costs) -> Vec<Range<usize>> {
    let mut merged: Vec<Range<usize>> = Vec::new();
    for window in windows {
        match merged.last_mut() {
            Some(last) if window.start <= last.end || costs.of(&(last.end..window.start)) <= CRUMB => {
                last.end = last.end.max(window.end);
            }
            _ => merged.push(window),
        }
    }
    merged
}

/// How much room each stretch of a text takes, in columns. A line break takes half a line, on average.
struct Costs(Vec<usize>);

impl Costs {
    fn new(chars: &[char], width: usize) -> Costs {
        let mut sum = 0;
        let cost = |&c: &char| {
            if c == '\n' {
                width / 2
            } else {
                wrap::width(c.encode_utf8(&mut [0; 4]))
            }
        };
        let sums = chars.iter().map(|c| {
            sum = usize::saturating_add(sum, cost(c));
            sum
        });
        Costs(std::iter::once(0).chain(sums).collect())
    }

    fn of(&self, chars: &Range<usize>) -> usize {
        self.0[chars.end].saturating_sub(self.0[chars.start])
    }

    /// The farthest place before `from`, not before `first`, within so many columns.
    fn back(&self, from: usize, columns: usize, first: usize) -> usize {
        (first..from)
            .find(|&at| self.of(&(at..from)) <= columns)
            .unwrap_or(from)
    }

    /// The farthest place after `from`, not after `last`, within so many columns.
    fn forward(&self, from: usize, columns: usize, last: usize) -> usize {
        (from..=last)
            .rev()
            .find(|&at| self.of(&(from..at)) <= columns)
            .unwrap_or(from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::fixture;
    use proptest::prelude::*;

    fn hit(text: &str, highlights: Vec<[usize; 2]>) -> Hit {
        let mut hit = fixture::hits().hits.remove(1);
        hit.passage.text = text.to_owned();
        hit.highlights = highlights;
        hit
    }

    #[test]
    fn headings_are_seen_once() {
        let shown = whole(&hit("二、存在的不足\n普法不够。", vec![]));
        assert_eq!((shown.headings.len(), shown.text.as_str()), (1, "普法不够。"));
    }

    #[test]
    fn a_heading_with_a_match_is_seen_in_the_text() {
        let shown = whole(&hit("二、存在的不足\n普法不够。", vec![[5, 7]]));
        assert_eq!(
            (shown.headings.len(), shown.text.as_str()),
            (0, "二、存在的不足\n普法不够。")
        );
        assert_eq!(&shown.text[shown.matches[0].clone()], "不足");
    }

    #[test]
    fn a_bare_heading_is_text() {
        let shown = whole(&hit("二、存在的不足", vec![]));
        assert_eq!((shown.headings.len(), shown.text.as_str()), (1, "二、存在的不足"));
    }

    #[test]
    fn matches_left_out_are_counted() {
        let text = "法治政府建设，".repeat(100);
        let highlights = (0..100).map(|n| [n * 7, n * 7 + 4]).collect();
        let shown = shortened(&hit(&text, highlights), 40, 6);
        assert_eq!(shown.matches.len() + shown.hidden_matches, 100);
        assert!(shown.hidden_matches > 50 && shown.text.ends_with("，…"));
    }

    #[test]
    fn distant_matches_are_shown_apart() {
        let text = format!("枫桥经验，{}枫桥经验{}", "一，".repeat(300), "，二".repeat(300));
        let shown = shortened(&hit(&text, vec![[0, 4], [605, 609]]), 40, 6);
        assert_eq!(shown.text.matches('…').count(), 2);
        assert!(shown.matches.iter().all(|m| &shown.text[m.clone()] == "枫桥经验"));
        assert!(wrap::width(&shown.text) < 40 * 8);
    }

    proptest! {
        #[test]
        fn any_text_with_any_marks_can_be_shown(
            text in "[法治𠮷，。\n\u{1b}a1 ]{0,400}",
            marks in proptest::collection::vec((0usize..420, 0usize..420), 0..6),
            width in 0usize..90,
        ) {
            let marks: Vec<[usize; 2]> = marks.into_iter().map(|(start, end)| [start, end]).collect();
            let hit = hit(&text, marks);
            let all = whole(&hit);
            prop_assert_eq!(all.text.as_str(), &*visible::text(&text).into_owned());
            prop_assert_eq!(all.hidden_matches, 0);
            let shown = shortened(&hit, width, 6);
            prop_assert!(shown.matches.iter().all(|m| shown.text.get(m.clone()).is_some_and(|t| !t.is_empty())));
            prop_assert_eq!(shown.matches.is_empty(), all.matches.is_empty());
            prop_assert!(shown.matches.len() + shown.hidden_matches >= all.matches.len());
        }
    }
}
