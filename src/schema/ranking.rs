//! Defines the weights by which hits are ordered, as `index_schema/ranking.toml` declares them.

use std::sync::LazyLock;

use serde::Deserialize;

/// See `index_schema/ranking.toml`.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ranking {
    pub k1: f32,
    pub b: f32,
    /// In units.
    pub typical_length: f32,
    pub heading: f32,
    pub words: f32,
}

static OURS: LazyLock<Ranking> =
    LazyLock::new(|| super::embedded("ranking.toml", include_str!("../../index_schema/ranking.toml")));

impl Ranking {
    /// The weights of `index_schema/ranking.toml`.
    pub fn ours() -> Ranking {
        *OURS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weights_make_sense() {
        let ranking = Ranking::ours();
        assert!(ranking.k1 > 0.0 && (0.0..=1.0).contains(&ranking.b));
        assert!(ranking.typical_length > 1.0 && ranking.heading >= 1.0 && ranking.words >= 0.0);
    }
}
