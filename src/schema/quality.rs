//! Defines the [`Limits`] of what counts as good text, as `index_schema/quality.toml` declares them.

use std::sync::LazyLock;

use serde::Deserialize;

/// When a text is good, fair or poor.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    pub unreadable: Limit,
    pub mojibake: Limit,
    pub spaced: Limit,
    pub masked: Limit,
    pub missing_pages: Limit,
    /// In characters; a text below is short.
    pub short: Limit,
    pub headings: Headings,
    pub marks: Marks,
}

/// Above `fair` a text is fair, above `poor` it is poor.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    pub fair: f64,
    pub poor: f64,
    /// Fewer cases say nothing.
    #[serde(default)]
    pub least: u64,
}

/// A text that is nothing but headings.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Headings {
    /// Fewer headings say nothing.
    pub least: usize,
    pub fair: f64,
    pub poor: f64,
}

/// What stands in a damaged text.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Marks {
    pub mojibake: Vec<String>,
    pub unreadable: Vec<char>,
}

static LIMITS: LazyLock<Limits> =
    LazyLock::new(|| super::embedded("quality.toml", include_str!("../../index_schema/quality.toml")));

/// The one set of limits.
pub fn limits() -> &'static Limits {
    &LIMITS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn poor_is_worse_than_fair() {
        let limits = limits();
        for limit in [
            &limits.unreadable,
            &limits.mojibake,
            &limits.spaced,
            &limits.masked,
            &limits.missing_pages,
        ] {
            assert!(limit.fair < limit.poor);
        }
        assert!(limits.short.poor < limits.short.fair);
        assert!(limits.marks.unreadable.contains(&'\u{FFFD}'));
        assert!(limits.marks.mojibake.iter().all(|mark| !mark.is_empty()));
    }
}
