//! Defines the [`Scope`] in which operands must meet.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The unit of search: what must hold of a question holds in one of these. What is found are passages in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// From one `。`, `！`, `？` or line end to the next.
    Sentence,
    #[default]
    Passage,
    /// A part of a report under one of its outermost headings, with all that stands under the headings inside it.
    Section,
    Report,
}

impl Scope {
    /// From the narrowest to the widest.
    pub const ALL: [Scope; 4] = [Scope::Sentence, Scope::Passage, Scope::Section, Scope::Report];

    /// In questions, on the command line and in JSON.
    pub fn name(self) -> &'static str {
        self.names()[0]
    }

    /// For people, in Chinese.
    pub fn label(self) -> &'static str {
        self.names()[1]
    }

    /// The scope that somebody names.
    pub fn named(name: &str) -> Option<Scope> {
        let name = name.to_lowercase();
        Scope::ALL
            .into_iter()
            .find(|scope| scope.names().contains(&name.as_str()))
    }

    fn names(self) -> &'static [&'static str] {
        match self {
            Scope::Sentence => &["sentence", "同句", "句", "句子"],
            Scope::Passage => &["passage", "同段", "段", "段落"],
            Scope::Section => &["section", "同节", "节", "章节", "部分"],
            Scope::Report => &["report", "同篇", "篇", "全文", "报告"],
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
