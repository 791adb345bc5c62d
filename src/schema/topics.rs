//! Declares topics: what passages are about. How they are recognised in a text is told in [`crate::topics`].

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::ops::Range;
use std::path::Path;
use std::sync::LazyLock;

use serde::de::{self, Deserializer, SeqAccess, Visitor};
use serde::ser::{SerializeTuple, Serializer};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// What is declared of a topic in `index_schema/topics.toml`, or in a file of the user's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    pub name: String,
    /// The wider topic: a passage about this one is also about that one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// What it covers, for people.
    #[serde(default)]
    pub note: String,
    /// Any of them makes a passage be about the topic.
    pub phrases: Vec<Weighted>,
    /// They only raise a passage that has the topic.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<Weighted>,
    /// Where one of `phrases` is a part of one of these, it does not count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_inside: Vec<String>,
}

/// A phrase or word, and how much it says: `"phrase"`, which weighs 1, or `["phrase", 0.5]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Weighted {
    /// With a character, letter or digit in it.
    pub text: String,
    /// Above 0, at most 1.
    pub weight: f32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    topic: Vec<toml::Spanned<Topic>>,
}

static DECLARED: LazyLock<Vec<Topic>> = LazyLock::new(|| {
    let text = include_str!("../../index_schema/topics.toml");
    parse(text, &[]).unwrap_or_else(|wrong| panic!("index_schema/topics.toml: {}", wrong.reason))
});

/// All topics of ours, in the order of the declaration.
pub fn declared() -> &'static [Topic] {
    &DECLARED
}

/// The topics of a file in the form of `index_schema/topics.toml`. Their parents may be among `known`.
///
/// # Errors
/// When the file cannot be read, or says something that cannot be; the line is named.
pub fn read(path: &Path, known: &[Topic]) -> Result<Vec<Topic>> {
    let bytes = std::fs::read(path).map_err(|error| Error::io(path, error))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        Error::source_at(path, format!("byte {}", error.utf8_error().valid_up_to()), "not UTF-8")
            .hinted("save the topics as UTF-8 text")
    })?;
    let text = text.trim_start_matches('\u{feff}');
    parse(text, known).map_err(|wrong| {
        let error = match wrong.span {
            Some(span) => Error::source_at(path, format!("line {}", line_of(text, span.start)), wrong.reason),
            None => Error::source(path, wrong.reason),
        };
        error.hinted("a topic is `[[topic]]`, then name = \"…\" and phrases = [\"…\", [\"…\", 0.5]], and if you wish note, parent, words, not_inside")
    })
}

/// Topics with others put over them: one of the same name stands in the place of the former, new ones at the end.
pub fn merged(under: &[Topic], over: &[Topic]) -> Vec<Topic> {
    let mut all = under.to_vec();
    for topic in over {
        match all.iter_mut().find(|known| known.name == topic.name) {
            Some(known) => *known = topic.clone(),
            None => all.push(topic.clone()),
        }
    }
    all
}

/// What is wrong in a declaration, and where, in bytes.
struct Wrong {
    span: Option<Range<usize>>,
    reason: String,
}

fn parse(text: &str, known: &[Topic]) -> std::result::Result<Vec<Topic>, Wrong> {
    let file: File = toml::from_str(text).map_err(|error| Wrong {
        span: error.span(),
        reason: error.message().to_owned(),
    })?;
    let spans: Vec<Range<usize>> = file.topic.iter().map(toml::Spanned::span).collect();
    let topics: Vec<Topic> = file.topic.into_iter().map(toml::Spanned::into_inner).collect();
    let all = merged(known, &topics);
    let parents: HashMap<&str, Option<&str>> = all
        .iter()
        .map(|topic| (topic.name.as_str(), topic.parent.as_deref()))
        .collect();
    let mut names = HashSet::new();
    for (topic, span) in topics.iter().zip(spans) {
        let reason = match fault(topic, &parents) {
            Some(reason) => reason,
            None if !names.insert(&topic.name) => format!("the topic {} stands twice", topic.name),
            None => continue,
        };
        let span = Some(span);
        return Err(Wrong { span, reason });
    }
    Ok(topics)
}

/// What is wrong with a topic.
fn fault(topic: &Topic, parents: &HashMap<&str, Option<&str>>) -> Option<String> {
    let name = &topic.name;
    if !says_something(name) {
        return Some(format!(
            "`{name}` is no name: there is no character, letter or digit in it"
        ));
    }
    if topic.phrases.is_empty() {
        return Some(format!("the topic {name} has no phrases"));
    }
    if let Some(empty) = topic.not_inside.iter().find(|text| !says_something(text)) {
        return Some(format!(
            "`{empty}` cannot be looked for: there is no character, letter or digit in it"
        ));
    }
    if let Some(short) = topic.words.iter().find(|word| word.text.chars().count() < 2) {
        return Some(format!(
            "the word {} of the topic {name} has one character; two are needed",
            short.text
        ));
    }
    let mut above = topic.parent.as_deref();
    for _ in 0..=parents.len() {
        let parent = above?;
        above = match parents.get(parent) {
            Some(next) => *next,
            None => return Some(format!("the parent {parent} of the topic {name} is not a topic")),
        };
    }
    Some(format!("the topic {name} is a part of itself, by its parents"))
}

fn says_something(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

fn line_of(text: &str, byte: usize) -> usize {
    text.bytes().take(byte).filter(|&byte| byte == b'\n').count() + 1
}

impl Serialize for Weighted {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        if self.weight == 1.0 {
            return serializer.serialize_str(&self.text);
        }
        let mut pair = serializer.serialize_tuple(2)?;
        pair.serialize_element(&self.text)?;
        pair.serialize_element(&self.weight)?;
        pair.end()
    }
}

impl<'de> Deserialize<'de> for Weighted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_any(WeightedVisitor)
    }
}

struct WeightedVisitor;

impl<'de> Visitor<'de> for WeightedVisitor {
    type Value = Weighted;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"phrase\" or [\"phrase\", weight]")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> std::result::Result<Weighted, E> {
        weighted(text.to_owned(), 1.0)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut pair: A) -> std::result::Result<Weighted, A::Error> {
        let text: String = pair
            .next_element()?
            .ok_or_else(|| de::Error::invalid_length(0, &self))?;
        let weight: f32 = pair
            .next_element()?
            .ok_or_else(|| de::Error::invalid_length(1, &self))?;
        if pair.next_element::<de::IgnoredAny>()?.is_some() {
            return Err(de::Error::invalid_length(3, &self));
        }
        weighted(text, weight)
    }
}

fn weighted<E: de::Error>(text: String, weight: f32) -> std::result::Result<Weighted, E> {
    if !says_something(&text) {
        return Err(E::custom(format!(
            "`{text}` cannot be looked for: there is no character, letter or digit in it"
        )));
    }
    match weight > 0.0 && weight <= 1.0 {
        true => Ok(Weighted { text, weight }),
        false => Err(E::custom(format!(
            "the weight {weight} of {text} is not above 0 and at most 1"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> (usize, String) {
        let wrong = parse(text, &[]).err().unwrap();
        (line_of(text, wrong.span.unwrap().start), wrong.reason)
    }

    #[test]
    fn every_topic_has_a_note_and_there_are_many() {
        assert!(declared().iter().all(|topic| !topic.note.is_empty()));
        assert!(declared().len() >= 60);
    }

    #[test]
    fn no_phrase_stands_under_two_topics_that_have_nothing_to_do_with_each_other() {
        let above = |topic: &Topic| {
            let mut names = vec![topic.name.clone()];
            while let Some(parent) = declared()
                .iter()
                .find(|other| Some(&other.name) == names.last())
                .and_then(|topic| topic.parent.clone())
            {
                names.push(parent);
            }
            names
        };
        let mut seen: HashMap<&str, &Topic> = HashMap::new();
        for topic in declared() {
            for phrase in &topic.phrases {
                if let Some(other) = seen.insert(&phrase.text, topic) {
                    let related = above(topic).contains(&other.name) || above(other).contains(&topic.name);
                    assert!(
                        related && topic.name != other.name,
                        "{}: {} and {}",
                        phrase.text,
                        topic.name,
                        other.name
                    );
                }
            }
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let phrase = "[[topic]]\nname = \"甲\"\nphrases = [\n  [\"乙\", 1.5],\n]\n";
        assert_eq!(
            wrong(phrase),
            (4, "the weight 1.5 of 乙 is not above 0 and at most 1".into())
        );
        let two = "[[topic]]\nname = \"甲\"\nphrases = [\"甲\"]\n\n[[topic]]\nname = \"甲\"\nphrases = [\"乙\"]\n";
        assert_eq!(wrong(two).1, "the topic 甲 stands twice");
        let orphan = "[[topic]]\nname = \"甲\"\nparent = \"乙\"\nphrases = [\"甲\"]\n";
        assert_eq!(
            wrong(orphan),
            (1, "the parent 乙 of the topic 甲 is not a topic".into())
        );
        let circle = "[[topic]]\nname = \"甲\"\nparent = \"甲\"\nphrases = [\"甲\"]\n";
        assert_eq!(wrong(circle).1, "the topic 甲 is a part of itself, by its parents");
        assert_eq!(
            wrong("[[topic]]\nname = \"甲\"\nphrases = []\n").1,
            "the topic 甲 has no phrases"
        );
        assert_eq!(wrong("[[topic]]\nname = \"甲\"\nphrases = [\"，\"]\n").0, 3);
        assert_eq!(wrong("[[topic]]\nname = \"甲\"\nphrase = [\"甲\"]\n").0, 3);
    }

    #[test]
    fn a_topic_of_the_users_replaces_ours_of_the_same_name() {
        let mine = parse(
            "[[topic]]\nname = \"信访\"\nphrases = [\"信访\"]\n[[topic]]\nname = \"茶园\"\nparent = \"信访\"\nphrases = [[\"茶园\", 0.5]]\n",
            declared(),
        );
        let mine = mine.ok().unwrap();
        let all = merged(declared(), &mine);
        assert_eq!(all.len(), declared().len() + 1);
        let letters = all.iter().find(|topic| topic.name == "信访").unwrap();
        assert_eq!(letters.phrases.len(), 1);
        assert_eq!(
            serde_json::to_string(&all.last().unwrap().phrases).unwrap(),
            "[[\"茶园\",0.5]]"
        );
    }
}
