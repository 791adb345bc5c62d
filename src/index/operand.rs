//! Defines the [`Operand`]s of a question whose occurrences count: for the totals, for the score, and for what is marked.

use std::collections::BTreeMap;

use super::gaps::is_in_one_sentence;
use super::outside::keep_outside;
use super::topic::{AskedTopics, TopicOperand};
use crate::query::{Near, Pattern, Phrase, Query, Regex, Scope, Words, run_length};
use crate::schema::fields::Field;
use crate::text::expression::{Expression, Readable};
use crate::text::fold::{BREAK, Folded, fold_phrase, fold_with_places};
use crate::text::sentence::sentence_ends;
use crate::text::spans::{Marks, Span, near, sequence, shortest};
use crate::text::units::{PhraseFinder, units};

/// What stands in a text so and so often.
#[derive(Clone, Debug)]
pub enum Operand {
    Phrase(Phrase),
    Pattern(Pattern),
    /// With whether all of it must stand in one sentence.
    Near(Near, bool),
    Regex(Regex),
    /// A word of [`Words`], as the index has it.
    Word(String),
    /// A phrase where it stands inside none of these, which are folded.
    Outside(Phrase, Vec<String>),
}

/// An operand, and what it counts for.
#[derive(Clone, Debug)]
pub struct Counted {
    pub operand: Operand,
    /// Whether its occurrences are those of the question, and marked. A topic's phrases only rank what a phrase finds.
    pub shown: bool,
    /// How much it says, up to 1.
    pub weight: f32,
    /// Whether it is a topic's: then the words inside it say nothing more.
    pub of_topic: bool,
}

/// The words of each `words:` of a question.
#[derive(Clone, Debug, Default)]
pub struct WordLists {
    lists: BTreeMap<String, Vec<String>>,
}

impl PartialEq for Operand {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Operand::Phrase(one), Operand::Phrase(other)) => one.folded == other.folded,
            (Operand::Pattern(one), Operand::Pattern(other)) => one.parts == other.parts,
            (Operand::Near(one, in_sentence), Operand::Near(other, other_in_sentence)) => {
                one == other && in_sentence == other_in_sentence
            }
            (Operand::Regex(one), Operand::Regex(other)) => one == other,
            (Operand::Word(one), Operand::Word(other)) => one == other,
            (Operand::Outside(one, outer), Operand::Outside(other, other_outer)) => {
                one.folded == other.folded && outer == other_outer
            }
            _ => false,
        }
    }
}

impl WordLists {
    /// Those of a question, each asked of `list`.
    pub fn of_query(
        query: &Query,
        mut list: impl FnMut(&str) -> tantivy::Result<Vec<String>>,
    ) -> tantivy::Result<Self> {
        let mut lists = BTreeMap::new();
        for words in all_words(query) {
            if !lists.contains_key(&words.folded) {
                lists.insert(words.folded.clone(), list(&words.folded)?);
            }
        }
        Ok(WordLists { lists })
    }

    pub fn of(&self, words: &Words) -> &[String] {
        self.lists.get(&words.folded).map_or(&[], Vec::as_slice)
    }
}

fn all_words(query: &Query) -> Vec<&Words> {
    match query {
        Query::Words(words) => vec![words],
        Query::And(parts) | Query::Or(parts) => parts.iter().flat_map(all_words).collect(),
        Query::Not(part) | Query::Within(_, part) => all_words(part),
        _ => Vec::new(),
    }
}

/// The operands of a question that count, each once, in its order.
pub fn counted(query: &Query, words: &WordLists, topics: &AskedTopics<'_>) -> Vec<Counted> {
    let mut found = Vec::new();
    let mut of_topics = Vec::new();
    collect(query, false, words, topics, &mut found, &mut of_topics);
    let shown = found.is_empty();
    for TopicOperand {
        operand,
        weight,
        is_word,
    } in of_topics
    {
        match found.iter_mut().find(|known| known.operand == operand) {
            Some(known) => known.weight = known.weight.max(weight),
            None => found.push(Counted {
                operand,
                shown: shown && !is_word,
                weight,
                of_topic: true,
            }),
        }
    }
    found
}

fn add(found: &mut Vec<Counted>, operand: Operand) {
    if !found.iter().any(|known| known.operand == operand) {
        found.push(Counted {
            operand,
            shown: true,
            weight: 1.0,
            of_topic: false,
        });
    }
}

fn collect(
    query: &Query,
    in_sentence: bool,
    words: &WordLists,
    topics: &AskedTopics<'_>,
    found: &mut Vec<Counted>,
    of_topics: &mut Vec<TopicOperand>,
) {
    let mut shown = |operand| add(found, operand);
    match query {
        Query::Phrase(phrase) => shown(Operand::Phrase(phrase.clone())),
        Query::Pattern(pattern) => shown(Operand::Pattern(pattern.clone())),
        Query::Near(near) => shown(Operand::Near(near.clone(), in_sentence)),
        Query::Regex(regex) => shown(Operand::Regex(regex.clone())),
        Query::Words(asked) => {
            for word in words.of(asked) {
                shown(match in_sentence {
                    true => Operand::Phrase(Phrase {
                        text: word.clone(),
                        folded: fold_phrase(word),
                    }),
                    false => Operand::Word(word.clone()),
                });
            }
        }
        Query::Filter(filter) if filter.field == Field::Topic => of_topics.extend(topics.operands(filter)),
        Query::And(parts) | Query::Or(parts) => {
            for part in parts {
                collect(part, in_sentence, words, topics, found, of_topics);
            }
        }
        Query::Within(scope, inner) => collect(inner, *scope == Scope::Sentence, words, topics, found, of_topics),
        Query::All | Query::Heading(_) | Query::Filter(_) | Query::Not(_) => {}
    }
}

/// A text prepared for operands to be found in it.
pub struct ReadText {
    pub folded: Folded,
    breaks: Vec<u32>,
    /// Where sentences end, in units.
    pub ends: Vec<u32>,
}

impl ReadText {
    pub fn new(text: &str) -> Self {
        let folded = fold_with_places(text);
        let is_break = |at: &(usize, &str)| at.1.starts_with(BREAK);
        ReadText {
            breaks: units(&folded.text)
                .enumerate()
                .filter(is_break)
                .map(|(at, _)| at as u32)
                .collect(),
            ends: sentence_ends(text, &folded),
            folded,
        }
    }

    fn marks(&self) -> Marks<'_> {
        Marks {
            length: self.folded.units.len() as u32,
            breaks: &self.breaks,
        }
    }

    /// Where a run of units starts.
    fn starts(&self, folded: &str) -> Vec<u32> {
        let Some(finder) = PhraseFinder::new(folded) else {
            return Vec::new();
        };
        let unit_at = |byte: usize| self.folded.units.partition_point(|unit| unit.folded < byte) as u32;
        finder.starts(&self.folded.text).map(unit_at).collect()
    }

    fn run(&self, folded: &str) -> Vec<Span> {
        let length = run_length(folded);
        let starts = self.starts(folded).into_iter();
        starts
            .map(|start| Span {
                start,
                end: start + length,
            })
            .collect()
    }

    fn pattern(&self, pattern: &Pattern) -> Vec<Span> {
        let runs: Vec<(Vec<u32>, u32)> = pattern.runs().map(|run| (self.starts(run), run_length(run))).collect();
        let runs: Vec<(&[u32], u32)> = runs
            .iter()
            .map(|(starts, length)| (starts.as_slice(), *length))
            .collect();
        sequence(&pattern.parts, &runs, self.marks())
    }
}

impl Operand {
    /// Where it stands in a text, in units: as the index finds it, by reading.
    pub fn places(&self, text: &ReadText) -> Vec<Span> {
        match self {
            Operand::Phrase(phrase) => text.run(&phrase.folded),
            Operand::Word(word) => text.run(&fold_phrase(word)),
            Operand::Outside(phrase, outer) => {
                let outer: Vec<Span> = outer.iter().flat_map(|outer| text.run(outer)).collect();
                let mut places = text.run(&phrase.folded);
                keep_outside(&mut places, &outer);
                places
            }
            Operand::Pattern(pattern) => text.pattern(pattern),
            Operand::Near(asked, in_sentence) => {
                let words: Vec<Vec<Span>> = asked.words.iter().map(|word| text.pattern(word)).collect();
                let words: Vec<&[Span]> = words.iter().map(Vec::as_slice).collect();
                let mut spans = near(asked.nearness, &words, text.marks());
                spans.retain(|span| !in_sentence || is_in_one_sentence(&text.ends, *span));
                shortest(spans)
            }
            Operand::Regex(regex) => match Expression::new(&regex.text) {
                Ok(expression) => expression.spans(&Readable::new(&text.folded.text)).collect(),
                Err(_) => Vec::new(),
            },
        }
    }

    /// The runs of units in it that can be looked up, in folded form.
    pub fn runs(&self) -> Vec<String> {
        match self {
            Operand::Phrase(phrase) | Operand::Outside(phrase, _) => vec![phrase.folded.clone()],
            Operand::Word(word) => vec![fold_phrase(word)],
            Operand::Pattern(pattern) => pattern.runs().map(str::to_owned).collect(),
            Operand::Near(near, _) => near.words.iter().flat_map(Pattern::runs).map(str::to_owned).collect(),
            Operand::Regex(regex) => match Expression::new(&regex.text) {
                Ok(expression) => expression.required().runs(),
                Err(_) => Vec::new(),
            },
        }
    }

    /// What it is called where its part of a score is told.
    pub fn label(&self) -> String {
        match self {
            Operand::Phrase(phrase) | Operand::Outside(phrase, _) => format!("phrase {}", phrase.text),
            Operand::Word(word) => format!("word {word}"),
            Operand::Pattern(pattern) => format!("pattern {}", pattern.text),
            Operand::Near(near, _) => format!("near {near}"),
            Operand::Regex(regex) => format!("expression /{}/", regex.text),
        }
    }
}
