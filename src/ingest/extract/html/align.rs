//! Finds where the characters of a page's lines stand in its source. The parser does not say, but the order is the same.

use super::super::markup::{Scanner, Token};
use super::super::{Input, Run, push_runs};
use super::Placed;
use super::page::PageLine;

/// The runs of each line; empty where a line cannot be found, as when the parser moved it.
pub(super) fn runs(lines: &[PageLine], input: &Input) -> Vec<Vec<Run>> {
    let stream: Vec<(char, usize, usize)> = Scanner::new(input.text)
        .filter_map(|token| match token {
            Token::Char { c, at, len } if !c.is_whitespace() => Some((c, at, len)),
            _ => None,
        })
        .collect();
    let mut aligner = Aligner {
        stream: &stream,
        at: 0,
        budget: 20_000_000,
    };
    lines
        .iter()
        .map(|line| {
            let chars: Vec<(usize, char)> = line.text.char_indices().filter(|(_, c)| !c.is_whitespace()).collect();
            aligner
                .find(&chars)
                .map_or(Vec::new(), |placed| runs_of_chars(&line.text, &placed, input))
        })
        .collect()
}

/// The runs of a line whose characters (all but the blanks) have been placed.
pub(super) fn runs_of_chars(text: &str, placed: &[Placed], input: &Input) -> Vec<Run> {
    let mut runs = Vec::new();
    let Some(&(_, first, _)) = placed.first() else {
        return runs;
    };
    let mut copy = Copy {
        line: 0,
        from: first,
        to: first,
    };
    let mut at = 0;
    for &(start, source, len) in placed {
        let Some(c) = text[start..].chars().next() else { break };
        let (blank, between) = (&text[at..start], &input.text[copy.to..source.max(copy.to)]);
        if blank != between {
            copy.finish(&mut runs, input);
            if !blank.is_empty() {
                // Blanks that became fewer, or entities: they stand there. Blanks between tags stand nowhere.
                let stands = if between.contains('<') {
                    copy.to..copy.to
                } else {
                    copy.to..source
                };
                push_whole(&mut runs, input, at, stands);
            }
            copy = Copy {
                line: start,
                from: source,
                to: source,
            };
        }
        if len == c.len_utf8() {
            copy.to = source + len;
        } else {
            copy.to = copy.to.max(source);
            copy.finish(&mut runs, input);
            push_whole(&mut runs, input, start, source..source + len);
            copy = Copy {
                line: start + c.len_utf8(),
                from: source + len,
                to: source + len,
            };
        }
        at = start + c.len_utf8();
    }
    copy.finish(&mut runs, input);
    if at < text.len() {
        push_whole(&mut runs, input, at, copy.to..copy.to);
    }
    runs
}

/// A stretch that is the same in the line and in the source.
struct Copy {
    /// Where it starts in the line.
    line: usize,
    /// Where it stands in the source.
    from: usize,
    to: usize,
}

impl Copy {
    fn finish(&self, runs: &mut Vec<Run>, input: &Input) {
        if self.to > self.from {
            push_runs(runs, input.map, self.line, self.from..self.to);
        }
    }
}

fn push_whole(runs: &mut Vec<Run>, input: &Input, line: usize, source: std::ops::Range<usize>) {
    let source = input.map.byte_of(source.start)..input.map.byte_of(source.end);
    runs.push(Run { at: line, source });
}

struct Aligner<'a> {
    stream: &'a [(char, usize, usize)],
    at: usize,
    /// How many characters may still be looked at in search of lines that are not where they should be.
    budget: usize,
}

impl Aligner<'_> {
    fn find(&mut self, chars: &[(usize, char)]) -> Option<Vec<Placed>> {
        if chars.is_empty() {
            return None;
        }
        let start = if self.stands_at(self.at, chars) {
            self.at
        } else {
            self.search(chars)?
        };
        self.at = start + chars.len();
        let stream = &self.stream[start..self.at];
        Some(
            chars
                .iter()
                .zip(stream)
                .map(|((line, _), (_, at, len))| (*line, *at, *len))
                .collect(),
        )
    }

    fn stands_at(&self, at: usize, chars: &[(usize, char)]) -> bool {
        let Some(stream) = self.stream.get(at..at + chars.len()) else {
            return false;
        };
        stream.iter().zip(chars).all(|((a, ..), (_, b))| a == b)
    }

    /// Looks for a line further on. A short one must be near: it may stand elsewhere too, and what is passed over is lost.
    fn search(&mut self, chars: &[(usize, char)]) -> Option<usize> {
        let far = if chars.len() < 8 { 2_000 } else { 200_000 };
        let end = self.stream.len().min(self.at.saturating_add(far));
        let first = chars[0].1;
        for at in self.at..end {
            self.budget = self.budget.checked_sub(1)?;
            if self.stream[at].0 == first && self.stands_at(at, chars) {
                return Some(at);
            }
        }
        None
    }
}
