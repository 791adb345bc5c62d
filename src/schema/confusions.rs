//! Declares spellings that stand for one another, and the words by which questions in everyday language are known.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// Two spellings of which one is written for the other; see `index_schema/confusions.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confusion {
    /// The usual one first.
    pub of: [String; 2],
    pub kind: ConfusionKind,
    /// When it says more than the kind.
    #[serde(default)]
    pub note: String,
}

/// Why one spelling is written for the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ConfusionKind {
    /// They are heard alike.
    Homophone,
    /// They look alike, above all to a scanner.
    Lookalike,
    /// Both are in use.
    Variant,
}

/// What questions in everyday language look like; see `index_schema/questions.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Questions {
    pub words: Vec<String>,
    /// In units.
    pub shortest: usize,
}

#[derive(Deserialize)]
struct File {
    confusion: Vec<Confusion>,
}

static CONFUSIONS: LazyLock<Vec<Confusion>> = LazyLock::new(|| {
    super::embedded::<File>("confusions.toml", include_str!("../../index_schema/confusions.toml")).confusion
});

static QUESTIONS: LazyLock<Questions> =
    LazyLock::new(|| super::embedded("questions.toml", include_str!("../../index_schema/questions.toml")));

/// All of them, in the order of the declaration.
pub fn confusions() -> &'static [Confusion] {
    &CONFUSIONS
}

/// What questions in everyday language look like.
pub fn questions() -> &'static Questions {
    &QUESTIONS
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_confusion_is_of_two_spellings_and_declared_once() {
        let mut seen = HashSet::new();
        for confusion in confusions() {
            let [one, other] = &confusion.of;
            assert!(one != other && !one.is_empty() && !other.is_empty());
            assert!(
                seen.insert(confusion.of.clone()) && !seen.contains(&[other.clone(), one.clone()]),
                "{one}"
            );
        }
        assert!(seen.len() >= 60, "{}", seen.len());
    }

    #[test]
    fn questions_are_known_by_words() {
        assert!(questions().words.iter().all(|word| !word.is_empty()) && questions().shortest > 2);
    }
}
