//! Recognises the topics of a passage by the phrases that stand in it, exactly.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use crate::schema::topics::{self, Topic};
use crate::text::fold::fold_phrase;

/// All topics, ready to be looked for in one pass.
pub struct Topics {
    topics: &'static [Topic],
    /// Finds every phrase of every topic, and every `not_inside`.
    finder: AhoCorasick,
    /// What each pattern of `finder` is.
    patterns: Vec<Pattern>,
}

struct Pattern {
    topic: usize,
    counts: bool,
}

static OURS: LazyLock<Topics> = LazyLock::new(|| Topics::new(topics::declared()));

impl Topics {
    /// The topics of `index_schema/topics.toml`.
    pub fn ours() -> &'static Topics {
        &OURS
    }

    fn new(topics: &'static [Topic]) -> Self {
        let mut patterns = Vec::new();
        let mut needles = Vec::new();
        for (number, topic) in topics.iter().enumerate() {
            for (phrases, counts) in [(&topic.phrases, true), (&topic.not_inside, false)] {
                for phrase in phrases {
                    needles.push(fold_phrase(phrase));
                    patterns.push(Pattern { topic: number, counts });
                }
            }
        }
        let finder = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            // Larger than the other kinds and twice as fast; every passage goes through it.
            .kind(Some(AhoCorasickKind::DFA))
            .build(&needles)
            .expect("a few hundred short phrases make an automaton");
        Topics {
            topics,
            finder,
            patterns,
        }
    }

    /// The names of the topics of a passage, given its text in folded form; each once, in the order of the declaration.
    pub fn of(&self, folded: &str) -> Vec<&str> {
        let mut counted: Vec<(usize, std::ops::Range<usize>)> = Vec::new();
        let mut excluded: Vec<(usize, std::ops::Range<usize>)> = Vec::new();
        for found in self.finder.find_overlapping_iter(folded) {
            let pattern = &self.patterns[found.pattern()];
            let list = if pattern.counts { &mut counted } else { &mut excluded };
            list.push((pattern.topic, found.range()));
        }
        let mut has = vec![false; self.topics.len()];
        for (topic, place) in counted {
            let inside = excluded
                .iter()
                .any(|(other, outer)| *other == topic && outer.start <= place.start && place.end <= outer.end);
            has[topic] |= !inside;
        }
        (0..has.len())
            .filter(|&number| has[number])
            .map(|number| self.topics[number].name.as_str())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold::fold;

    #[test]
    fn every_declared_phrase_can_be_found() {
        for topic in topics::declared() {
            for phrase in topic.phrases.iter().chain(&topic.not_inside) {
                assert!(!fold_phrase(phrase).is_empty(), "{phrase}");
            }
        }
    }

    #[test]
    fn a_passage_has_the_topics_whose_phrases_stand_in_it() {
        let topics = |text: &str| Topics::ours().of(&fold(text));
        assert_eq!(topics("坚持和发展新时代“枫桥经验”"), ["枫桥经验"]);
        assert_eq!(topics("办理12345工单"), ["12345热线"]);
        assert_eq!(topics("编号123456"), Vec::<&str>::new());
        assert_eq!(topics("今天天气很好"), Vec::<&str>::new());
    }

    #[test]
    fn a_phrase_inside_something_else_does_not_count() {
        let topics = |text: &str| Topics::ours().of(&fold(text));
        assert!(!topics("学习《行政处罚法》").contains(&"行政处罚"));
        assert!(topics("学习《行政处罚法》，办结行政处罚案件4件").contains(&"行政处罚"));
    }
}
