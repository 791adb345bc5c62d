//! Defines how far a field of the metadata can be trusted, as `index_schema/evidence.toml` declares it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// How far a field can be trusted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    Low,
    #[default]
    Medium,
    High,
}

impl Confidence {
    /// What a field deserves that was read from the kind of place named `source` (as in JSON); `implied` says that no words state it,
    /// `contradicted` that another place says otherwise. A place that the table does not have deserves medium.
    pub fn of(source: &str, implied: bool, contradicted: bool) -> Confidence {
        let steps = &DECLARED.steps;
        let off = u8::from(implied) * steps.implied + u8::from(contradicted) * steps.contradicted;
        let level = DECLARED.sources.get(source).copied().unwrap_or_default();
        match (level as u8).saturating_sub(off) {
            0 => Confidence::Low,
            1 => Confidence::Medium,
            _ => Confidence::High,
        }
    }

    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Declared {
    steps: Steps,
    sources: BTreeMap<String, Confidence>,
}

/// How many levels are taken off.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Steps {
    implied: u8,
    contradicted: u8,
}

static DECLARED: LazyLock<Declared> =
    LazyLock::new(|| super::embedded("evidence.toml", include_str!("../../index_schema/evidence.toml")));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_implied_or_contradicted_is_trusted_less() {
        assert_eq!(Confidence::of("title", false, false), Confidence::High);
        assert_eq!(Confidence::of("title", true, false), Confidence::Medium);
        assert_eq!(Confidence::of("title", true, true), Confidence::Low);
        assert_eq!(Confidence::of("lead", false, true), Confidence::Low);
        assert_eq!(Confidence::of("body", true, true), Confidence::Low);
    }
}
