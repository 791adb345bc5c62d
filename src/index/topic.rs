//! Tells how the topics that a question speaks of are found and ranked: by the tags of the index, or, of a topic that the index
//! was not tagged with, by its phrases.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::operand::Operand;
use super::values::ValueTest;
use crate::query::{Filter, Phrase};
use crate::schema::topics::{Topic, merged};
use crate::text::fold::{CLOSE, OPEN, fold_phrase};
use crate::text::units::PhraseFinder;
use crate::topics::with_parts;

/// The topics that a question may speak of.
pub struct AskedTopics<'a> {
    all: Cow<'a, [Topic]>,
    /// The names of those whose passages are other than the index's tags say.
    untagged: BTreeSet<String>,
}

/// What of a topic ranks a passage.
pub struct TopicOperand {
    pub operand: Operand,
    pub weight: f32,
    /// Whether it is one of the topic's words, which are not marked.
    pub is_word: bool,
}

impl<'a> AskedTopics<'a> {
    /// The topics an index was tagged with, and those that a question brings along.
    pub fn new(tagged: &'a [Topic], brought: &[Topic]) -> Self {
        if brought.is_empty() {
            return AskedTopics {
                all: Cow::Borrowed(tagged),
                untagged: BTreeSet::new(),
            };
        }
        let all = merged(tagged, brought);
        let is_other = |name: &&String| rules(&all, name) != rules(tagged, name);
        let untagged = all.iter().map(|topic| &topic.name).filter(is_other).cloned().collect();
        AskedTopics {
            all: Cow::Owned(all),
            untagged,
        }
    }

    pub fn all(&self) -> &[Topic] {
        &self.all
    }

    /// Whether the tags of the index tell which passages a topic has.
    pub fn is_tagged(&self, name: &str) -> bool {
        !self.untagged.contains(name)
    }

    /// The names of the topics that the index's tags do not tell of.
    pub fn untagged(&self) -> impl Iterator<Item = &str> {
        self.untagged.iter().map(String::as_str)
    }

    /// The phrases of which any makes a passage be about a topic, each where it stands inside nothing that does not count.
    pub fn phrases(&self, name: &str) -> Vec<Operand> {
        let topics = with_parts(&self.all, name);
        let phrases = topics.iter().flat_map(|topic| {
            let outer: Vec<String> = topic.not_inside.iter().map(|text| fold_phrase(text)).collect();
            let phrases = topic.phrases.iter().filter_map(|phrase| Phrase::new(&phrase.text));
            phrases.map(move |phrase| outside(phrase, outer.iter().cloned()))
        });
        phrases.collect()
    }

    /// What ranks the passages that a filter of topics wants. A phrase inside a longer one of them says nothing more than that.
    pub fn operands(&self, filter: &Filter) -> Vec<TopicOperand> {
        let test = ValueTest::new(filter);
        let wanted = self.all.iter().filter(|topic| test.wants(&topic.name));
        let topics: Vec<&Topic> = wanted.flat_map(|topic| with_parts(&self.all, &topic.name)).collect();
        let folded =
            |topic: &Topic| -> Vec<String> { topic.phrases.iter().map(|one| fold_phrase(&one.text)).collect() };
        let all: BTreeSet<String> = topics.iter().flat_map(|topic| folded(topic)).collect();
        let mut operands = Vec::new();
        for topic in &topics {
            for weighted in &topic.phrases {
                let Some(phrase) = Phrase::new(&weighted.text) else {
                    continue;
                };
                let itself = phrase.folded.clone();
                let longer = all.iter().filter(|other| **other != itself).cloned();
                let excluded = topic.not_inside.iter().map(|text| fold_phrase(text));
                operands.push(TopicOperand {
                    operand: outside(phrase, longer.chain(excluded)),
                    weight: weighted.weight,
                    is_word: false,
                });
            }
        }
        for word in topics.iter().flat_map(|topic| &topic.words) {
            operands.push(TopicOperand {
                operand: Operand::Word(fold_phrase(&word.text).trim_matches([OPEN, CLOSE]).to_owned()),
                weight: word.weight,
                is_word: true,
            });
        }
        operands
    }
}

/// A phrase where it stands inside none of these.
fn outside(phrase: Phrase, outer: impl Iterator<Item = String>) -> Operand {
    let Some(finder) = PhraseFinder::new(&phrase.folded) else {
        return Operand::Phrase(phrase);
    };
    let outer: BTreeSet<String> = outer.filter(|text| finder.starts(text).next().is_some()).collect();
    match outer.is_empty() {
        true => Operand::Phrase(phrase),
        false => Operand::Outside(phrase, outer.into_iter().collect()),
    }
}

/// What decides which passages a topic has, in a form that can be compared.
fn rules(topics: &[Topic], name: &str) -> BTreeSet<(BTreeSet<String>, BTreeSet<String>)> {
    let folded = |texts: &mut dyn Iterator<Item = &String>| texts.map(|text| fold_phrase(text)).collect();
    with_parts(topics, name)
        .into_iter()
        .map(|topic| {
            let mut phrases = topic.phrases.iter().map(|phrase| &phrase.text);
            (folded(&mut phrases), folded(&mut topic.not_inside.iter()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::fields::Field;
    use crate::schema::topics::{Weighted, declared};

    fn topic(name: &str, parent: Option<&str>, phrases: &[&str]) -> Topic {
        let weighted = |text: &&str| Weighted {
            text: (*text).to_owned(),
            weight: 1.0,
        };
        Topic {
            name: name.to_owned(),
            parent: parent.map(str::to_owned),
            note: String::new(),
            phrases: phrases.iter().map(weighted).collect(),
            words: Vec::new(),
            not_inside: Vec::new(),
        }
    }

    #[test]
    fn what_a_question_brings_along_is_not_tagged_nor_is_what_it_becomes_a_part_of() {
        let mine = [topic("茶园", Some("信访"), &["茶园"]), topic("禁毒", None, &["禁毒"])];
        let asked = AskedTopics::new(declared(), &mine);
        assert_eq!(asked.untagged().collect::<Vec<_>>(), ["信访", "禁毒", "茶园"]);
        assert!(asked.is_tagged("枫桥经验"));
        assert_eq!(AskedTopics::new(declared(), &declared()[..3]).untagged().count(), 0);
    }

    #[test]
    fn a_mention_ranks_once_though_phrases_stand_inside_one_another() {
        let filter = Filter::new(Field::Topic, &["行政执法三项制度"]).unwrap();
        let operands = AskedTopics::new(declared(), &[]).operands(&filter);
        let outer = operands.iter().find_map(|one| match &one.operand {
            Operand::Outside(phrase, outer) if phrase.text == "三项制度" => Some(outer.clone()),
            _ => None,
        });
        assert!(outer.unwrap().contains(&"行政执法三项制度".to_owned()));
        assert!(operands.iter().any(|one| one.is_word && one.weight == 0.5));
    }
}
