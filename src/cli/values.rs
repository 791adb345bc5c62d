//! What shells offer for the values of flags, and readers of help need not be shown: the flag's own reading of a value stays what it is.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};

use crate::output::Format;
use crate::report::{Grade, Level, ReportKind, SectionKind};
use crate::schema::fields::Field;
use crate::schema::topics;

/// Takes any text, and offers some.
#[derive(Clone)]
pub struct Offering(Vec<&'static str>);

/// The fields that hits are grouped by.
pub fn fields() -> Offering {
    Offering(Field::ALL.map(Field::name).to_vec())
}

/// The formats of answers.
pub fn formats() -> Offering {
    Offering(Format::ALL.map(Format::name).to_vec())
}

/// The units of text in which a question may have to hold.
pub fn scopes() -> Offering {
    Offering(vec!["sentence", "passage", "section", "report"])
}

/// The kinds of sections.
pub fn sections() -> Offering {
    Offering(SectionKind::ALL.map(SectionKind::name).to_vec())
}

/// The levels of government.
pub fn levels() -> Offering {
    Offering(Level::ALL.map(Level::name).to_vec())
}

/// The kinds of reports.
pub fn kinds() -> Offering {
    Offering(ReportKind::ALL.map(ReportKind::name).to_vec())
}

/// The grades of texts.
pub fn grades() -> Offering {
    Offering(Grade::ALL.map(Grade::name).to_vec())
}

/// Our topics.
pub fn topic_names() -> Offering {
    Offering(topics::declared().iter().map(|topic| topic.name.as_str()).collect())
}

impl TypedValueParser for Offering {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.0.iter().copied().map(PossibleValue::new)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Scope;

    #[test]
    fn every_unit_of_text_is_offered() {
        assert_eq!(scopes().0, Scope::ALL.map(|scope| scope.to_string()));
        assert!(scopes().0.iter().all(|name| Scope::named(name).is_some()));
    }
}
