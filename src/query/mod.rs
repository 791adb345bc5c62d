//! A question as a value. [`Query::parse`] reads it from text, its `Display` writes text that would be read back as the same
//! question. It knows what a phrase and a filter are, and nothing of how they are found.
//!
//! Text becomes tokens (`token`), tokens that are not operators become operands (`operand`), operators put these together
//! (`parse`). A new form of operand is one more token there and one more arm in `operand`.

mod display;
mod operand;
mod parse;
mod scope;
mod token;
mod wildcard;

pub use scope::Scope;
pub use wildcard::{Near, Pattern, run_length};

use crate::error::{Error, Result};
use crate::schema::fields::Field;
use crate::text::expression::Expression;
use crate::text::fold::fold_phrase;

/// A question: which passages are wanted.
///
/// Always in its simple form: no `And` directly inside an `And`, no `Or` inside an `Or`, no `Not` of a `Not`, no list of less than
/// two. [`Query::all_of`], [`Query::any_of`] and [`Query::negated`] keep it so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// Every passage.
    All,
    Phrase(Phrase),
    /// A word with wildcards.
    Pattern(Pattern),
    Near(Near),
    Regex(Regex),
    Words(Words),
    /// A phrase in one of the headings above a passage, or in the heading that opens it.
    Heading(Phrase),
    Filter(Filter),
    And(Vec<Query>),
    Or(Vec<Query>),
    Not(Box<Query>),
    /// The passages with an operand, in a unit of text in which the whole of it holds.
    Within(Scope, Box<Query>),
}

/// Words that must stand in a passage one after the other, whatever their spelling. Made by [`Phrase::new`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// As it was asked for, without the quotes around it.
    pub text: String,
    /// `text` folded: what is compared. Never empty.
    pub folded: String,
}

/// A regular expression over the folded text of a passage ([`crate::text::expression`]). Made by [`Regex::new`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Regex {
    /// As it stands between its slashes, slashes in it escaped.
    pub text: String,
}

/// Words of which any may stand in a passage: the more and the rarer ones, the better. Made by [`Words::new`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// As it was asked for, words and all between them.
    pub text: String,
    /// `text` folded; never empty.
    pub folded: String,
}

/// A field that must have one of some values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    pub field: Field,
    /// Any of them; never empty.
    pub values: Vec<Wanted>,
}

/// A value that is wanted of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// What it means for the field is declared there ([`crate::schema::fields::Matching`]). For a field with a fixed list it is
    /// the name of a value ([`crate::schema::values::Value::name`]); for the others it has at least one unit.
    Text(String),
    /// This very value, character by character, and nothing that it may be short for; of a path, from its first level on, with all that is
    /// below.
    Exactly(String),
    /// Years of four digits, both ends included, the earlier first; an open end is `None`, and one end at most is open.
    Years(Option<u16>, Option<u16>),
    /// The field has no value: `year:?` finds the reports whose year is unknown.
    Unknown,
}

impl Phrase {
    /// The phrase with this text; `None` when the text has no unit, as one of punctuation only.
    pub fn new(text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        let folded = fold_phrase(&text);
        (!folded.is_empty()).then_some(Phrase { text, folded })
    }
}

impl Regex {
    /// The expression with this text, which is not checked here; slashes in it are escaped. Blanks at its edges say nothing.
    fn escaped(text: &str) -> Self {
        let mut escaped = String::new();
        let mut is_escaped = false;
        for c in text.trim().chars() {
            if token::narrow(c) == '/' && !is_escaped {
                escaped.push('\\');
            }
            is_escaped = token::narrow(c) == '\\' && !is_escaped;
            escaped.push(c);
        }
        Regex { text: escaped }
    }

    /// The expression with this text.
    ///
    /// # Errors
    /// When it is none; see [`Expression::new`].
    pub fn new(text: &str) -> std::result::Result<Self, crate::text::expression::Wrong> {
        let regex = Regex::escaped(text);
        Expression::new(&regex.text).map(|_| regex)
    }
}

impl Words {
    /// The words of this text; `None` when it has no unit.
    pub fn new(text: impl Into<String>) -> Option<Self> {
        Phrase::new(text).map(|Phrase { text, folded }| Words { text, folded })
    }
}

impl Filter {
    /// The filter that wants any of these values, as people write them; `?` is the unknown one.
    ///
    /// # Errors
    /// When one is no value of the field, as a year that is no year: [`crate::error::ErrorKind::Syntax`] with its place in the value.
    pub fn new(field: Field, values: &[impl AsRef<str>]) -> Result<Self> {
        let values = values.iter().map(|value| operand::value(field, value.as_ref()));
        Ok(Filter {
            field,
            values: values.collect::<Result<_>>()?,
        })
    }
}

impl Query {
    /// The whole text as one phrase, whatever marks stand in it.
    ///
    /// # Errors
    /// When the text has nothing that can be searched for.
    pub fn literal(text: &str) -> Result<Query> {
        let nothing =
            || Error::syntax(text, 0..text.chars().count(), operand::NOTHING_TO_SEARCH).hinted(operand::UNITS);
        Phrase::new(text).map(Query::Phrase).ok_or_else(nothing)
    }

    /// What all the parts find; everything when there is none.
    pub fn all_of(parts: impl IntoIterator<Item = Query>) -> Query {
        let mut flat = Vec::new();
        for part in parts {
            match part {
                Query::And(inner) => flat.extend(inner),
                part => flat.push(part),
            }
        }
        only(flat).unwrap_or_else(|flat| if flat.is_empty() { Query::All } else { Query::And(flat) })
    }

    /// What any of the parts finds; nothing when there is none.
    pub fn any_of(parts: impl IntoIterator<Item = Query>) -> Query {
        let mut flat = Vec::new();
        for part in parts {
            match part {
                Query::Or(inner) => flat.extend(inner),
                part => flat.push(part),
            }
        }
        only(flat).unwrap_or_else(|flat| {
            if flat.is_empty() {
                Query::All.negated()
            } else {
                Query::Or(flat)
            }
        })
    }

    /// What this question does not find.
    pub fn negated(self) -> Query {
        match self {
            Query::Not(inner) => *inner,
            query => Query::Not(Box::new(query)),
        }
    }

    /// What both questions find. Everything and something is that something: `*` with filters is the filters. A unit of text
    /// that the first one names is that of both.
    pub fn and(self, other: Query) -> Query {
        match (self, other) {
            (Query::All, query) | (query, Query::All) => query,
            (Query::Within(scope, inner), other) => inner.and(other).within(scope),
            (one, other) => Query::all_of([one, other]),
        }
    }

    /// The same question, to hold within a unit of text.
    pub fn within(self, scope: Scope) -> Query {
        Query::Within(scope, Box::new(self))
    }

    /// The unit of text in which the whole of it must hold.
    pub fn scope(&self) -> Scope {
        match self {
            Query::Within(scope, _) => *scope,
            _ => Scope::Passage,
        }
    }

    /// Whether it asks for nothing but filters, and so chooses passages by what they are and not by what they say.
    pub fn is_filter(&self) -> bool {
        match self {
            Query::Filter(_) => true,
            Query::And(parts) | Query::Or(parts) => parts.iter().all(Query::is_filter),
            Query::Not(inner) => inner.is_filter(),
            _ => false,
        }
    }

    /// The operands that say what is wanted in a passage, in order: all under no `Not`, or an even number of them, but `All`.
    pub fn operands(&self) -> Vec<&Query> {
        let mut found = Vec::new();
        self.visit_wanted(true, &mut |query| {
            if *query != Query::All {
                found.push(query);
            }
        });
        found
    }

    /// The phrases that a found passage may contain because they were asked for, in order: those under no `Not`, or an even
    /// number of them.
    pub fn phrases(&self) -> Vec<&Phrase> {
        let mut found = Vec::new();
        self.visit_wanted(true, &mut |query| {
            if let Query::Phrase(phrase) = query {
                found.push(phrase);
            }
        });
        found
    }

    /// The filters under no `Not`, or an even number of them, in order.
    pub fn filters(&self) -> Vec<&Filter> {
        let mut found = Vec::new();
        self.visit_wanted(true, &mut |query| {
            if let Query::Filter(filter) = query {
                found.push(filter);
            }
        });
        found
    }

    /// Shows the operands that are wanted. It calls itself as deep as groups nest, which the parser limits.
    fn visit_wanted<'a>(&'a self, wanted: bool, visit: &mut impl FnMut(&'a Query)) {
        match self {
            Query::And(parts) | Query::Or(parts) => parts.iter().for_each(|part| part.visit_wanted(wanted, visit)),
            Query::Not(inner) => inner.visit_wanted(!wanted, visit),
            Query::Within(_, inner) => inner.visit_wanted(wanted, visit),
            operand if wanted => visit(operand),
            _ => {}
        }
    }
}

/// The part of a list of one, else the list.
fn only(mut parts: Vec<Query>) -> std::result::Result<Query, Vec<Query>> {
    match parts.pop() {
        Some(part) if parts.is_empty() => Ok(part),
        Some(part) => {
            parts.push(part);
            Err(parts)
        }
        None => Err(parts),
    }
}

#[cfg(test)]
mod tests;
