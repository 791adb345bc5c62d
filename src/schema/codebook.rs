//! Turns the TOML of a codebook into a [`Codebook`]: by what passages are coded, and which values there are.
//!
//! Users write their own in the form of `index_schema/codebook.toml`, which is the one that is taken when there is none.

use std::collections::HashSet;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// By what passages are coded.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Codebook {
    #[serde(default)]
    pub title: String,
    /// What coders must know before they begin.
    #[serde(default)]
    pub instructions: String,
    /// The last is the remarks, which stand in no declaration.
    #[serde(rename = "variable")]
    pub variables: Vec<Variable>,
    /// The TOML that it was read from.
    #[serde(skip)]
    pub text: String,
}

/// One thing that coders decide of every passage.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    pub name: String,
    /// What it asks.
    #[serde(default)]
    label: String,
    pub kind: Kind,
    #[serde(default)]
    pub values: Vec<Value>,
    /// How it is decided.
    #[serde(default)]
    pub note: String,
}

/// What the values of a variable are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// One of a list.
    Values,
    /// One of a list in its order.
    Ordered,
    /// 是 or 否.
    YesNo,
    Number,
    /// Any short code.
    Open,
    /// Remarks; they are not compared.
    Text,
}

/// A value that may be given.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "Written")]
pub struct Value {
    pub value: String,
    /// When it is given.
    pub note: String,
}

/// A value as it is written.
#[derive(Deserialize)]
#[serde(untagged, expecting = "a value is \"…\" or { value = \"…\", note = \"…\" }")]
enum Written {
    Alone(String),
    Explained(Explained),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Explained {
    value: String,
    #[serde(default)]
    note: String,
}

impl From<Written> for Value {
    fn from(written: Written) -> Self {
        match written {
            Written::Alone(value) => Value {
                value,
                note: String::new(),
            },
            Written::Explained(Explained { value, note }) => Value { value, note },
        }
    }
}

/// The remarks that every coder can leave, beside the variables.
pub const REMARKS: &str = "备注";

/// The longest name and value, in characters: a spreadsheet offers no longer ones.
const MAX_CHARS: usize = 60;
const MAX_VARIABLES: usize = 50;

impl Codebook {
    /// The one that is taken when there is none.
    pub fn usual() -> Codebook {
        let text = include_str!("../../index_schema/codebook.toml");
        Codebook::parse(text).unwrap_or_else(|reason| panic!("index_schema/codebook.toml: {reason}"))
    }

    /// Reads a codebook of the user's.
    ///
    /// # Errors
    /// When the file cannot be read, or says something that cannot be.
    pub fn read(path: &Path) -> Result<Codebook> {
        let bytes = std::fs::read(path).map_err(|error| Error::io(path, error))?;
        let text = String::from_utf8(bytes)
            .map_err(|_| Error::source(path, "not UTF-8").hinted("save the codebook as UTF-8 text"))?;
        Codebook::parse(text.trim_start_matches('\u{feff}')).map_err(|reason| {
            Error::source(path, reason).hinted(
                "a variable is `[[variable]]`, then name = \"…\", kind = \"values\", \"ordered\", \"yes-no\", \"number\", \"open\" or \
                 \"text\", and for the first two values = [\"…\", \"…\"]",
            )
        })
    }

    /// The codebook that a text declares, or what is wrong with it.
    pub fn parse(text: &str) -> std::result::Result<Codebook, String> {
        let mut codebook: Codebook = toml::from_str(text).map_err(|error| {
            let line = error
                .span()
                .map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            let place = line.map_or(String::new(), |line| format!("line {line}: "));
            format!("{place}{}", error.message())
        })?;
        codebook.text = text.to_owned();
        codebook.check()?;
        codebook.variables.push(Variable {
            name: REMARKS.to_owned(),
            label: String::new(),
            kind: Kind::Text,
            values: Vec::new(),
            note: String::new(),
        });
        Ok(codebook)
    }

    fn check(&self) -> std::result::Result<(), String> {
        if self.variables.is_empty() || self.variables.len() > MAX_VARIABLES {
            let count = self.variables.len();
            return Err(format!("{count} variables; there must be 1 to {MAX_VARIABLES}"));
        }
        let mut names = HashSet::from([REMARKS]);
        for variable in &self.variables {
            variable.check()?;
            if !names.insert(&variable.name) {
                return Err(format!(
                    "the variable {} stands twice, or means the remarks",
                    variable.name
                ));
            }
        }
        Ok(())
    }
}

impl Variable {
    /// What it asks.
    pub fn label(&self) -> &str {
        match self.label.as_str() {
            "" => &self.name,
            label => label,
        }
    }

    /// The values that may be given, in their order; none when any may.
    pub fn allowed(&self) -> Vec<&str> {
        match self.kind {
            Kind::YesNo => vec!["是", "否"],
            _ => self.values.iter().map(|value| value.value.as_str()).collect(),
        }
    }

    /// Why a text is no value of it; blank is none.
    pub fn fault_of(&self, text: &str) -> Option<String> {
        let allowed = self.allowed();
        match self.kind {
            Kind::Number => match text.parse::<f64>() {
                Ok(number) if number.is_finite() => None,
                _ => Some("not a number".to_owned()),
            },
            Kind::Open | Kind::Text => None,
            _ if allowed.contains(&text) => None,
            _ => Some(format!("not one of its values: {}", allowed.join(", "))),
        }
    }

    fn check(&self) -> std::result::Result<(), String> {
        let name = &self.name;
        if let Some(fault) = fault_of_name(name) {
            return Err(format!("the name of a variable, `{}`, {fault}", name.escape_debug()));
        }
        let has_list = matches!(self.kind, Kind::Values | Kind::Ordered);
        match self.values.len() {
            0 | 1 if has_list => return Err(format!("the variable {name} needs two values at least")),
            0 => {}
            _ if !has_list => return Err(format!("the variable {name} has values, which its kind has not")),
            _ => {}
        }
        let mut seen = HashSet::new();
        for Value { value, .. } in &self.values {
            if let Some(fault) = fault_of_name(value) {
                return Err(format!(
                    "the value `{}` of the variable {name} {fault}",
                    value.escape_debug()
                ));
            }
            if !seen.insert(value) {
                return Err(format!("the value {value} of the variable {name} stands twice"));
            }
        }
        Ok(())
    }
}

/// What is wrong with a name or a value that is to stand in a cell and be read back from it.
pub fn fault_of_name(name: &str) -> Option<String> {
    if name.trim().is_empty() {
        return Some("is empty".to_owned());
    }
    if name.trim() != name {
        return Some("begins or ends with a blank".to_owned());
    }
    if name.chars().any(char::is_control) {
        return Some("has a line break or control character in it".to_owned());
    }
    (name.chars().count() > MAX_CHARS).then(|| format!("is longer than {MAX_CHARS} characters"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_codebook_has_one_open_variable_and_remarks() {
        let usual = Codebook::usual();
        assert_eq!(usual.variables.len(), 2);
        assert_eq!(usual.variables[1].name, REMARKS);
        assert_eq!(
            (usual.variables[0].label(), usual.variables[0].kind),
            ("编码", Kind::Open)
        );
        assert!(!usual.instructions.is_empty());
    }

    #[test]
    fn a_codebook_is_read_with_its_values_and_notes() {
        let text = "title = \"t\"\n[[variable]]\nname = \"深度\"\nlabel = \"落实程度\"\nkind = \"ordered\"\n\
                    values = [\"口号\", { value = \"做法\", note = \"有数字\" }]\n[[variable]]\nname = \"件数\"\nkind = \"number\"\n";
        let codebook = Codebook::parse(text).unwrap();
        assert_eq!(codebook.variables[0].allowed(), ["口号", "做法"]);
        assert_eq!(codebook.variables[0].values[1].note, "有数字");
        assert_eq!(codebook.variables[0].label(), "落实程度");
        assert_eq!(codebook.text, text);
        assert_eq!(codebook.variables[1].fault_of("3.5"), None);
        assert!(codebook.variables[1].fault_of("inf").is_some());
        assert!(codebook.variables[0].fault_of("无").unwrap().contains("口号, 做法"));
    }

    #[test]
    fn what_cannot_be_is_told() {
        let table = [
            ("variable = []", "0 variables"),
            ("[[variable]]\nname = \"a\"\nkind = \"values\"", "two values"),
            (
                "[[variable]]\nname = \"a\"\nkind = \"open\"\nvalues = [\"x\"]",
                "which its kind has not",
            ),
            (
                "[[variable]]\nname = \" a\"\nkind = \"open\"",
                "begins or ends with a blank",
            ),
            (
                "[[variable]]\nname = \"a\"\nkind = \"values\"\nvalues = [\"x\", \"x\"]",
                "x of the variable a stands twice",
            ),
            (
                "[[variable]]\nname = \"a\"\nkind = \"values\"\nvalues = [\"x\", \"\"]",
                "is empty",
            ),
            ("[[variable]]\nname = \"备注\"\nkind = \"open\"", "means the remarks"),
            ("[[variable]]\nname = \"a\"\nkind = \"colour\"", "line 3: "),
            (
                "[[variable]]\nname = \"a\"\nkind = \"values\"\nvalues = [1, 2]",
                "a value is",
            ),
            ("[[variable]]\nname = \"a\"\nkind = \"open\"\ncolour = 1", "line 4: "),
        ];
        for (text, reason) in table {
            let told = Codebook::parse(text).unwrap_err();
            assert!(told.contains(reason), "{text}: {told}");
        }
    }
}
