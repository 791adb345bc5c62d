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
    pub quantities_beside: f32,
    pub quantities: f32,
    pub many_quantities: f32,
    pub least: f32,
    pub repeated: f32,
    pub most_repeated: u32,
    pub section: Sections,
}

/// The weight of standing in a section of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sections {
    pub preamble: f32,
    pub achievements: f32,
    pub problems: f32,
    pub leadership: f32,
    pub plans: f32,
    pub other: f32,
}

impl Sections {
    fn times(self, factor: f32) -> Sections {
        Sections {
            preamble: self.preamble * factor,
            achievements: self.achievements * factor,
            problems: self.problems * factor,
            leadership: self.leadership * factor,
            plans: self.plans * factor,
            other: self.other * factor,
        }
    }
}

static OURS: LazyLock<Ranking> =
    LazyLock::new(|| super::embedded("ranking.toml", include_str!("../../index_schema/ranking.toml")));

impl Ranking {
    /// The weights of `index_schema/ranking.toml`.
    pub fn ours() -> Ranking {
        *OURS
    }

    /// This one, and each feature weaker and stronger in turn: what a tuning may choose from.
    pub fn variants(self) -> Vec<Ranking> {
        let mut variants = vec![self];
        for factor in [0.0, 0.5, 1.5, 2.5] {
            let section = self.section.times(factor);
            let changed = [
                Ranking {
                    words: self.words * factor,
                    ..self
                },
                Ranking {
                    heading: 1.0 + (self.heading - 1.0) * factor,
                    ..self
                },
                Ranking {
                    quantities_beside: self.quantities_beside * factor,
                    ..self
                },
                Ranking {
                    quantities: self.quantities * factor,
                    ..self
                },
                Ranking { section, ..self },
                Ranking {
                    repeated: self.repeated.powf(factor),
                    ..self
                },
            ];
            variants.extend(changed);
        }
        variants
    }

    /// Without each of the features in turn, under its name: the weight that turns it off.
    pub fn ablations(self) -> Vec<(&'static str, Ranking)> {
        vec![
            ("nothing", self),
            ("words inside phrases", Ranking { words: 0.0, ..self }),
            ("more for headings", Ranking { heading: 1.0, ..self }),
            (
                "quantities beside it",
                Ranking {
                    quantities_beside: 0.0,
                    ..self
                },
            ),
            (
                "quantities in the passage",
                Ranking {
                    quantities: 0.0,
                    ..self
                },
            ),
            (
                "kind of section",
                Ranking {
                    section: Sections::default(),
                    ..self
                },
            ),
            ("spread over reports", Ranking { repeated: 1.0, ..self }),
        ]
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
        assert!(ranking.many_quantities >= 1.0);
        assert!(ranking.least > 0.0 && ranking.least < 1.0);
        assert!(ranking.repeated > 0.0 && ranking.repeated <= 1.0);
    }
}
