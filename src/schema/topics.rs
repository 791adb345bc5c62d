//! Declares topics: what passages are about. How they are recognised in a text is told in [`crate::topics`].

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// What is declared of a topic in `index_schema/topics.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    pub name: String,
    /// What it covers, for people.
    pub note: String,
    pub phrases: Vec<String>,
    /// Where one of `phrases` is a part of one of these, it does not count.
    #[serde(default)]
    pub not_inside: Vec<String>,
}

#[derive(Deserialize)]
struct File {
    topic: Vec<Topic>,
}

static DECLARED: LazyLock<Vec<Topic>> =
    LazyLock::new(|| super::embedded::<File>("topics.toml", include_str!("../../index_schema/topics.toml")).topic);

/// All topics, in the order of the declaration.
pub fn declared() -> &'static [Topic] {
    &DECLARED
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_topic_has_a_name_of_its_own_a_note_and_phrases() {
        let mut names = HashSet::new();
        for topic in declared() {
            assert!(names.insert(&topic.name), "{} stands twice", topic.name);
            assert!(!topic.note.is_empty() && !topic.phrases.is_empty(), "{}", topic.name);
        }
        assert!(names.len() >= 40);
    }
}
