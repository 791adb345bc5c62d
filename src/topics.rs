//! Recognises the topics of a passage by the phrases that stand in it, exactly.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use crate::schema::topics::{self, Topic};
use crate::text::fold::fold_phrase;

/// Topics, ready to be looked for in one pass.
pub struct Topics {
    topics: Vec<Topic>,
    /// For each topic: its number, and those of the wider ones it is a part of.
    with_parents: Vec<Vec<usize>>,
    /// Finds every phrase of every topic, and every `not_inside`.
    finder: AhoCorasick,
    /// What each pattern of `finder` is.
    patterns: Vec<Pattern>,
}

struct Pattern {
    topic: usize,
    /// Which of the topic's phrases it is; none of them when it is a `not_inside`.
    phrase: Option<usize>,
}

/// A phrase that makes a text be about a topic, at one place.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason<'a> {
    pub topic: &'a Topic,
    pub phrase: &'a str,
    pub weight: f32,
    /// In bytes of the folded text.
    pub folded: Range<usize>,
}

static OURS: LazyLock<Topics> = LazyLock::new(|| Topics::new(topics::declared().to_vec()));

impl Topics {
    /// The topics of `index_schema/topics.toml`.
    pub fn ours() -> &'static Topics {
        &OURS
    }

    /// These topics, whose parents are among them.
    pub fn new(topics: Vec<Topic>) -> Self {
        let mut patterns = Vec::new();
        let mut needles = Vec::new();
        for (number, topic) in topics.iter().enumerate() {
            let phrases = topic.phrases.iter().enumerate();
            let phrases = phrases.map(|(at, phrase)| (Some(at), phrase.text.as_str()));
            let outer = topic.not_inside.iter().map(|text| (None, text.as_str()));
            for (phrase, text) in phrases.chain(outer) {
                needles.push(fold_phrase(text));
                patterns.push(Pattern { topic: number, phrase });
            }
        }
        let size: usize = needles.iter().map(String::len).sum();
        let finder = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            // Larger than the other kinds and twice as fast; every passage goes through it.
            .kind((size < LARGEST_FOR_DFA).then_some(AhoCorasickKind::DFA))
            .build(&needles)
            .expect("phrases make an automaton");
        Topics {
            with_parents: (0..topics.len()).map(|number| with_parents(&topics, number)).collect(),
            topics,
            finder,
            patterns,
        }
    }

    /// All of them, in order.
    pub fn declared(&self) -> &[Topic] {
        &self.topics
    }

    /// The names of the topics of a passage, given its text in folded form; each once, in the order of the declaration.
    pub fn of(&self, folded: &str) -> Vec<&str> {
        let mut has = vec![false; self.topics.len()];
        for (pattern, _) in self.found(folded) {
            for &number in &self.with_parents[pattern.topic] {
                has[number] = true;
            }
        }
        (0..has.len())
            .filter(|&number| has[number])
            .map(|number| self.topics[number].name.as_str())
            .collect()
    }

    /// Why a passage has its topics, given its text in folded form: each phrase at each place, by place. What a wider topic
    /// has by its parts is told of the part.
    pub fn reasons(&self, folded: &str) -> Vec<Reason<'_>> {
        let reason = |(pattern, place): (&Pattern, Range<usize>)| {
            let topic = self.topics.get(pattern.topic)?;
            let phrase = topic.phrases.get(pattern.phrase?)?;
            Some(Reason {
                topic,
                phrase: &phrase.text,
                weight: phrase.weight,
                folded: place,
            })
        };
        let mut reasons: Vec<Reason<'_>> = self.found(folded).into_iter().filter_map(reason).collect();
        reasons.sort_by_key(|reason| (reason.folded.start, reason.folded.end));
        reasons
    }

    /// The phrases that count, and where.
    fn found(&self, folded: &str) -> Vec<(&Pattern, Range<usize>)> {
        let mut counted: Vec<(&Pattern, Range<usize>)> = Vec::new();
        let mut excluded: Vec<(usize, Range<usize>)> = Vec::new();
        for found in self.finder.find_overlapping_iter(folded) {
            let pattern = &self.patterns[found.pattern()];
            match pattern.phrase {
                Some(_) => counted.push((pattern, found.range())),
                None => excluded.push((pattern.topic, found.range())),
            }
        }
        counted.retain(|(pattern, place)| {
            !excluded
                .iter()
                .any(|(topic, outer)| *topic == pattern.topic && outer.start <= place.start && place.end <= outer.end)
        });
        counted
    }
}

/// The largest sum of the phrases' lengths, in bytes, for which the larger automaton is made: it takes a thousand times as much.
const LARGEST_FOR_DFA: usize = 64 << 10;

fn with_parents(topics: &[Topic], number: usize) -> Vec<usize> {
    let mut numbers = vec![number];
    while let Some(parent) = numbers.last().and_then(|&last| topics[last].parent.as_ref()) {
        match topics.iter().position(|topic| topic.name == *parent) {
            Some(parent) if !numbers.contains(&parent) => numbers.push(parent),
            _ => break,
        }
    }
    numbers
}

/// The topics that a topic is made of: itself, and all that are a part of it.
pub fn with_parts<'a>(topics: &'a [Topic], name: &str) -> Vec<&'a Topic> {
    let is_part = |number: &usize| {
        with_parents(topics, *number)
            .iter()
            .any(|&above| topics[above].name == name)
    };
    (0..topics.len())
        .filter(is_part)
        .map(|number| &topics[number])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold::fold;
    use crate::text::tokenize::Words;

    fn topics(text: &str) -> Vec<&'static str> {
        Topics::ours().of(&fold(text))
    }

    #[test]
    fn every_declared_phrase_can_be_found() {
        for topic in topics::declared() {
            let phrases = topic.phrases.iter().map(|phrase| &phrase.text);
            for phrase in phrases.chain(&topic.not_inside) {
                assert!(!fold_phrase(phrase).is_empty(), "{phrase}");
            }
        }
    }

    #[test]
    fn every_declared_word_is_a_word_of_the_dictionary() {
        let dictionary = Words::load(&[]);
        let words = topics::declared().iter().flat_map(|topic| &topic.words);
        let unknown: Vec<&str> = words
            .map(|word| word.text.as_str())
            .filter(|word| !dictionary.cut(&fold(word)).contains(&word.to_lowercase().as_str()))
            .collect();
        assert!(unknown.is_empty(), "put into lexicon.txt: {unknown:?}");
    }

    #[test]
    fn no_phrase_is_always_inside_something_that_does_not_count() {
        for topic in topics::declared() {
            for phrase in &topic.phrases {
                let found = topics(&phrase.text);
                assert!(
                    found.contains(&topic.name.as_str()),
                    "{} of {}",
                    phrase.text,
                    topic.name
                );
            }
        }
    }

    #[test]
    fn a_passage_has_the_topics_whose_phrases_stand_in_it_and_the_wider_ones() {
        assert_eq!(topics("坚持和发展新时代“枫桥经验”"), ["矛盾纠纷化解", "枫桥经验"]);
        assert_eq!(topics("办理12345工单"), ["12345热线"]);
        assert_eq!(topics("编号123456"), Vec::<&str>::new());
        assert_eq!(topics("今天天气很好"), Vec::<&str>::new());
        assert_eq!(topics("办理拖欠工资案件"), ["农民工工资"]);
    }

    #[test]
    fn a_phrase_inside_something_else_does_not_count() {
        assert!(!topics("学习《行政处罚法》").contains(&"行政处罚"));
        assert!(topics("学习《行政处罚法》，办结行政处罚案件4件").contains(&"行政处罚"));
        for (text, topic) in [
            ("根据上述法律规定", "述法"),
            ("移送法院处理", "普法宣传"),
            ("通过网上访问", "信访"),
            ("依法收集执法证据", "执法培训"),
            ("坚持科学法治观", "学法用法"),
        ] {
            assert!(!topics(text).contains(&topic), "{text}: {topic}");
        }
    }

    #[test]
    fn reasons_are_phrases_with_their_places() {
        let folded = fold("开展枫桥经验学习，学习《行政处罚法》");
        let reasons = Topics::ours().reasons(&folded);
        assert_eq!(reasons.len(), 1);
        assert_eq!(
            (reasons[0].phrase, &folded[reasons[0].folded.clone()]),
            ("枫桥经验", "枫桥经验")
        );
    }

    #[test]
    fn a_topic_is_made_of_its_parts() {
        let parts = with_parts(topics::declared(), "矛盾纠纷化解");
        let names: Vec<&str> = parts.iter().map(|topic| topic.name.as_str()).collect();
        assert_eq!(
            names,
            ["矛盾纠纷化解", "枫桥经验", "人民调解", "一站式解纷", "综治中心"]
        );
        assert_eq!(with_parts(topics::declared(), "枫桥经验").len(), 1);
    }
}
