//! Tells which values of a field a filter wants.

use super::region::level_of;
use crate::query::{Filter, Wanted};
use crate::report::REGION_SEPARATOR;
use crate::schema::fields::Matching;
use crate::text::fold::fold_phrase;

/// Whether a filter wants a value.
pub struct ValueTest<'a> {
    filter: &'a Filter,
    /// The wanted texts, folded; paths as they are.
    folded: Vec<String>,
    /// Whether the filter wants what has no value at all.
    pub unknown: bool,
}

impl<'a> ValueTest<'a> {
    pub fn new(filter: &'a Filter) -> Self {
        let texts = filter.values.iter().filter_map(|wanted| match wanted {
            Wanted::Text(text) if filter.field.declaration().values == Matching::Path => Some(text.clone()),
            Wanted::Text(text) => Some(fold_phrase(text)),
            _ => None,
        });
        ValueTest {
            filter,
            folded: texts.collect(),
            unknown: filter.values.contains(&Wanted::Unknown),
        }
    }

    pub fn wants(&self, value: &str) -> bool {
        if self.filter.values.iter().any(|wanted| self.is_exactly(wanted, value)) {
            return true;
        }
        let declaration = self.filter.field.declaration();
        match declaration.values {
            Matching::Year => self.wants_year(value),
            Matching::Kind => self
                .filter
                .values
                .iter()
                .any(|wanted| *wanted == Wanted::Text(value.to_owned())),
            Matching::Contains => {
                let value = fold_phrase(value);
                self.folded.iter().any(|wanted| value.contains(wanted.as_str()))
            }
            Matching::Path => self.folded.iter().any(|wanted| level_of(wanted, value).is_some()),
            Matching::Name => {
                let value = fold_phrase(value);
                self.folded
                    .iter()
                    .any(|wanted| match value.strip_prefix(wanted.as_str()) {
                        Some("") => true,
                        Some(rest) => declaration.suffixes.iter().any(|suffix| suffix == rest),
                        None => false,
                    })
            }
        }
    }

    /// Of a path, from its first level on, with all that is below.
    fn is_exactly(&self, wanted: &Wanted, value: &str) -> bool {
        let Wanted::Exactly(text) = wanted else { return false };
        let is_path = self.filter.field.declaration().values == Matching::Path;
        match value.strip_prefix(text.as_str()) {
            Some("") => true,
            Some(below) => is_path && below.starts_with(REGION_SEPARATOR),
            None => false,
        }
    }

    fn wants_year(&self, value: &str) -> bool {
        let Ok(year) = value.parse::<u16>() else { return false };
        self.filter.values.iter().any(|wanted| match wanted {
            Wanted::Years(from, to) => from.is_none_or(|from| from <= year) && to.is_none_or(|to| year <= to),
            _ => false,
        })
    }
}
