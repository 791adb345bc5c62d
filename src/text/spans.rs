//! Finds where words with gaps between them stand, given where each stands by itself: wildcards and nearness.
//!
//! All counting is in units. A *stretch* that matches is a span of units; an occurrence is a shortest one, which has no other
//! inside it (the minimal intervals of Clarke, Cormack and Burkowski, An Algebra for Structured Text Search, 1995). Occurrences
//! may overlap, as those of a phrase may.

/// Units of a text, from the first to after the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

/// A part of a word with wildcards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Units one after the other, in folded form; never empty. Breaks may stand at its edges.
    Run(String),
    /// So many units, none of them a break; and as many more as are needed, if there is no limit.
    Gap { units: u32, more: bool },
}

/// What of a text gaps are measured by.
#[derive(Clone, Copy, Debug)]
pub struct Marks<'a> {
    /// How many units the text has.
    pub length: u32,
    /// Which of them are breaks; ascending.
    pub breaks: &'a [u32],
}

/// How far apart the words of a nearness may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nearness {
    /// How many units may stand between neighbours, breaks not counted.
    pub distance: u32,
    /// Whether they must stand in the order they were given.
    pub ordered: bool,
}

/// How many words may be near each other in any order: all orders of them are tried.
pub const MOST_UNORDERED: usize = 6;

impl Marks<'_> {
    /// How many breaks stand before a unit.
    fn breaks_before(&self, unit: u32) -> u32 {
        self.breaks.partition_point(|&at| at < unit) as u32
    }

    /// How many units from `start` to before `end` are no breaks.
    fn distance(&self, start: u32, end: u32) -> u32 {
        (end - start) - (self.breaks_before(end) - self.breaks_before(start))
    }

    /// Whether these units are there, and none of them is a break.
    fn is_clause(&self, start: u32, end: u32) -> bool {
        end <= self.length && self.breaks_before(end) == self.breaks_before(start)
    }
}

/// Where a word with wildcards stands: `parts` in order, no two gaps side by side, no gap without units at an edge. `starts` are
/// the starts of its runs, ascending, and how many units each run has.
pub fn sequence(parts: &[Part], starts: &[(&[u32], u32)], marks: Marks<'_>) -> Vec<Span> {
    let mut runs = starts.iter();
    // How the parts so far can end, each with the last start from which they do; ascending in `end`.
    let mut reached: Option<Vec<Span>> = None;
    let mut gap = (0, false);
    for part in parts {
        match part {
            Part::Gap { units, more } => gap = (*units, *more),
            Part::Run(_) => {
                let Some(&(starts, length)) = runs.next() else {
                    return Vec::new();
                };
                let (units, more) = std::mem::take(&mut gap);
                let mut open = Open::default();
                let found = starts.iter().filter_map(|&at| {
                    let start = match &reached {
                        None => at.checked_sub(units).filter(|&start| marks.is_clause(start, at))?,
                        Some(reached) if more => open.start_before(reached, at.checked_sub(units)?, at, marks)?,
                        Some(reached) => start_at(reached, at.checked_sub(units)?, at, marks)?,
                    };
                    Some(Span {
                        start,
                        end: at + length,
                    })
                });
                reached = Some(found.collect());
            }
        }
    }
    let mut reached = reached.unwrap_or_default();
    reached.retain_mut(|span| {
        let fits = marks.is_clause(span.end, span.end + gap.0);
        span.end += gap.0;
        fits
    });
    shortest(reached)
}

/// The start of what ends exactly at `end`, when nothing but units of a clause stand from there to `at`.
fn start_at(reached: &[Span], end: u32, at: u32, marks: Marks<'_>) -> Option<u32> {
    let found = reached.binary_search_by_key(&end, |span| span.end).ok()?;
    marks.is_clause(end, at).then(|| reached[found].start)
}

/// What a gap without limit may start from, as one goes through the places after it, which ascend.
#[derive(Default)]
struct Open {
    /// How many of the stretches before the gap were taken in.
    taken: usize,
    /// The clause in which the last of them ends, and the last start of those that end in it.
    clause: u32,
    start: Option<u32>,
}

impl Open {
    /// The last start of what ends at `last` or before, in the clause of `at`.
    fn start_before(&mut self, reached: &[Span], last: u32, at: u32, marks: Marks<'_>) -> Option<u32> {
        while let Some(span) = reached.get(self.taken).filter(|span| span.end <= last) {
            let clause = marks.breaks_before(span.end);
            if clause != self.clause {
                self.clause = clause;
                self.start = None;
            }
            self.start = self.start.max(Some(span.start));
            self.taken += 1;
        }
        self.start.filter(|_| marks.breaks_before(at) == self.clause)
    }
}

/// Where words stand near each other: `words` are the places of each, ascending in start and in end.
pub fn near(nearness: Nearness, words: &[&[Span]], marks: Marks<'_>) -> Vec<Span> {
    match nearness.ordered {
        true => in_order(nearness.distance, words, marks),
        false => in_any_order(nearness.distance, words, marks),
    }
}

fn in_order(distance: u32, words: &[&[Span]], marks: Marks<'_>) -> Vec<Span> {
    let mut words = words.iter();
    let mut reached = words.next().map_or_else(Vec::new, |first| first.to_vec());
    for word in words {
        let found = word.iter().filter_map(|span| {
            let before = reached.partition_point(|before| before.end <= span.start);
            let near = reached[..before].iter().rev();
            let near = near.take_while(|before| marks.distance(before.end, span.start) <= distance);
            let start = near.map(|before| before.start).max()?;
            Some(Span { start, end: span.end })
        });
        reached = found.collect();
    }
    shortest(reached)
}

/// A word of several at one of its places.
struct Placed {
    word: usize,
    span: Span,
    /// For each set of words that may end here: the last start of such a stretch.
    starts: Vec<Option<u32>>,
}

fn in_any_order(distance: u32, words: &[&[Span]], marks: Marks<'_>) -> Vec<Span> {
    if words.is_empty() || words.len() > MOST_UNORDERED {
        return Vec::new();
    }
    let sets = 1usize << words.len();
    let mut placed: Vec<Placed> = Vec::new();
    let mut all: Vec<(Span, usize)> = Vec::new();
    for (word, spans) in words.iter().enumerate() {
        all.extend(spans.iter().map(|&span| (span, word)));
    }
    all.sort_unstable();
    let mut found = Vec::new();
    let mut first_near = 0;
    for (span, word) in all {
        let mut starts = vec![None; sets];
        starts[1 << word] = Some(span.start);
        // Spans come in the order of their starts; those too far before this one are too far before all later ones.
        let is_far =
            |before: &Placed| before.span.end <= span.start && marks.distance(before.span.end, span.start) > distance;
        while placed.get(first_near).is_some_and(is_far) {
            first_near += 1;
        }
        for before in &placed[first_near..] {
            if before.word == word || before.span.end > span.start || is_far(before) {
                continue;
            }
            for set in (0..sets).filter(|set| set & (1 << word) == 0) {
                let with = set | (1 << word);
                starts[with] = starts[with].max(before.starts[set]);
            }
        }
        if let Some(start) = starts[sets - 1] {
            found.push(Span { start, end: span.end });
        }
        placed.push(Placed { word, span, starts });
    }
    shortest(found)
}

/// The spans that have no other inside them, ascending in start and in end.
pub fn shortest(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable_by_key(|span| (span.end, std::cmp::Reverse(span.start)));
    let mut last: Option<u32> = None;
    spans.retain(|span| {
        let is_shortest = last.is_none_or(|last| span.start > last);
        if is_shortest {
            last = Some(span.start);
        }
        is_shortest
    });
    spans
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Where `word`, a letter or several, stands in a text of letters; `/` is a break.
    fn places(text: &str, word: &str) -> Vec<u32> {
        (0..text.len())
            .filter(|&at| text[at..].starts_with(word))
            .map(|at| at as u32)
            .collect()
    }

    fn breaks(text: &str) -> Vec<u32> {
        places(text, "/")
    }

    fn shown(text: &str, spans: Vec<Span>) -> Vec<&str> {
        spans
            .iter()
            .map(|span| &text[span.start as usize..span.end as usize])
            .collect()
    }

    fn near_in<'a>(text: &'a str, words: &[&str], distance: u32, ordered: bool) -> Vec<&'a str> {
        let places: Vec<Vec<Span>> = words
            .iter()
            .map(|word| {
                let starts = places(text, word).into_iter();
                starts
                    .map(|start| Span {
                        start,
                        end: start + word.len() as u32,
                    })
                    .collect()
            })
            .collect();
        let words: Vec<&[Span]> = places.iter().map(Vec::as_slice).collect();
        let breaks = breaks(text);
        let marks = Marks {
            length: text.len() as u32,
            breaks: &breaks,
        };
        shown(text, near(Nearness { distance, ordered }, &words, marks))
    }

    fn sequence_in<'a>(text: &'a str, parts: &[Part]) -> Vec<&'a str> {
        let runs: Vec<(Vec<u32>, u32)> = parts
            .iter()
            .filter_map(|part| match part {
                Part::Run(run) => Some((places(text, run), run.len() as u32)),
                Part::Gap { .. } => None,
            })
            .collect();
        let starts: Vec<(&[u32], u32)> = runs
            .iter()
            .map(|(starts, length)| (starts.as_slice(), *length))
            .collect();
        let breaks = breaks(text);
        shown(
            text,
            sequence(
                parts,
                &starts,
                Marks {
                    length: text.len() as u32,
                    breaks: &breaks,
                },
            ),
        )
    }

    fn run(text: &str) -> Part {
        Part::Run(text.to_owned())
    }

    fn gap(units: u32, more: bool) -> Part {
        Part::Gap { units, more }
    }

    #[test]
    fn near_words_are_counted_by_their_shortest_stretches() {
        assert_eq!(near_in("axxb", &["a", "b"], 2, true), ["axxb"]);
        assert_eq!(near_in("axxb", &["a", "b"], 1, true), [""; 0]);
        assert_eq!(near_in("bxa", &["a", "b"], 8, true), [""; 0]);
        assert_eq!(near_in("bxa", &["a", "b"], 8, false), ["bxa"]);
        assert_eq!(near_in("aab", &["a", "b"], 8, true), ["ab"]);
        assert_eq!(near_in("abab", &["a", "b"], 8, false), ["ab", "ba", "ab"]);
        // The break is not counted.
        assert_eq!(near_in("ax/xb", &["a", "b"], 2, true), ["ax/xb"]);
        // The nearer `a` is too far from no `b`, but the farther `a` reaches nothing.
        assert_eq!(near_in("axbxxxc", &["a", "b", "c"], 3, true), ["axbxxxc"]);
        assert_eq!(near_in("aa", &["a", "a"], 3, false), ["aa"]);
        assert_eq!(near_in("a", &["a", "a"], 3, false), [""; 0]);
        // Places that overlap are not two.
        assert_eq!(near_in("aba", &["ab", "ba"], 3, false), [""; 0]);
        assert_eq!(near_in("abba", &["ab", "ba"], 3, false), ["abba"]);
    }

    #[test]
    fn wildcards_stay_within_a_clause() {
        assert_eq!(sequence_in("axxb", &[run("a"), gap(0, true), run("b")]), ["axxb"]);
        assert_eq!(sequence_in("ab", &[run("a"), gap(0, true), run("b")]), ["ab"]);
        assert_eq!(sequence_in("ax/xb", &[run("a"), gap(0, true), run("b")]), [""; 0]);
        assert_eq!(sequence_in("aab", &[run("a"), gap(0, true), run("b")]), ["ab"]);
        assert_eq!(sequence_in("axb", &[run("a"), gap(1, false), run("b")]), ["axb"]);
        assert_eq!(sequence_in("a/b", &[run("a"), gap(1, false), run("b")]), [""; 0]);
        assert_eq!(sequence_in("aabb", &[run("a"), gap(1, true), run("b")]), ["aab", "abb"]);
        assert_eq!(sequence_in("xa", &[gap(1, false), run("a")]), ["xa"]);
        assert_eq!(sequence_in("/a", &[gap(1, false), run("a")]), [""; 0]);
        assert_eq!(sequence_in("axya", &[run("a"), gap(2, false)]), ["axy"]);
        assert_eq!(sequence_in("a/xb", &[run("a/"), gap(0, true), run("b")]), ["a/xb"]);
    }

    /// All stretches that match, tried one by one.
    fn tried(text: &str, fits: impl Fn(&str) -> bool) -> Vec<&str> {
        let mut found = Vec::new();
        for start in 0..text.len() {
            for end in start + 1..=text.len() {
                found.extend(fits(&text[start..end]).then_some(Span {
                    start: start as u32,
                    end: end as u32,
                }));
            }
        }
        shown(text, shortest(found))
    }

    proptest! {
        #[test]
        fn what_is_near_is_what_trying_every_stretch_finds(text in "[abc/x]{0,14}", distance in 0u32..4, ordered: bool) {
            let expected = tried(&text, |stretch| {
                let letters: Vec<(usize, char)> = stretch.char_indices().filter(|(_, c)| "abc".contains(*c)).collect();
                let between = |from: usize, to: usize| stretch[from + 1..to].chars().filter(|&c| c != '/').count() as u32;
                let close = |one: &(usize, char), two: &(usize, char)| one.0 < two.0 && between(one.0, two.0) <= distance;
                letters.iter().any(|one| letters.iter().any(|two| letters.iter().any(|three| {
                    let kinds = [one.1, two.1, three.1];
                    let right = if ordered { kinds == ['a', 'b', 'c'] } else { "abc".chars().all(|c| kinds.contains(&c)) };
                    right && close(one, two) && close(two, three)
                })))
            });
            prop_assert_eq!(near_in(&text, &["a", "b", "c"], distance, ordered), expected);
        }

        #[test]
        fn wildcards_match_what_an_expression_matches(text in "[ab/x]{0,14}", units in 0u32..3, more: bool, tail in 0u32..2) {
            let parts = [run("a"), gap(units, more), run("b"), gap(1, !more), run("a"), gap(tail, false)];
            let limit = |units: u32, more: bool| if more { format!("{{{units},}}") } else { format!("{{{units}}}") };
            let (first, second) = (limit(units, more), limit(1, !more));
            let regex = regex::Regex::new(&format!("^a[^/]{first}b[^/]{second}a[^/]{{{tail}}}$")).unwrap();
            prop_assert_eq!(sequence_in(&text, &parts), tried(&text, |stretch| regex.is_match(stretch)));
        }
    }
}
