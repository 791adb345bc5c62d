//! Defines what counts as a quantity, as `index_schema/quantities.toml` declares it.

use std::sync::LazyLock;

use serde::Deserialize;

/// See `index_schema/quantities.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quantities {
    pub between: Vec<String>,
    pub least_signs: usize,
    pub units: Vec<String>,
    pub shares: Vec<char>,
}

static OURS: LazyLock<Quantities> =
    LazyLock::new(|| super::embedded("quantities.toml", include_str!("../../index_schema/quantities.toml")));

impl Quantities {
    /// Those of `index_schema/quantities.toml`.
    pub fn ours() -> &'static Quantities {
        &OURS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_units_are_sorted_and_none_stands_twice() {
        let quantities = Quantities::ours();
        assert!(quantities.units.is_sorted_by(|a, b| a < b));
        assert!(quantities.units.iter().all(|unit| !unit.is_empty()));
        assert!(quantities.least_signs > 0 && !quantities.between.is_empty() && !quantities.shares.is_empty());
    }
}
