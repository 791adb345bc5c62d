//! Turns a [`Query`] into text that is read back as the same [`Query`].

use std::fmt;

use super::token::{is_bare_phrase, is_bare_value};
use super::{Filter, Near, Phrase, Query, Wanted};

impl fmt::Display for Query {
    /// Writes it in the usual form: phrases bare where they can be, `-` for `NOT`, a blank for `AND`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Query::All => f.write_str("*"),
            Query::Phrase(phrase) => write!(f, "{phrase}"),
            Query::Pattern(pattern) => f.write_str(&pattern.text),
            Query::Near(near) => write!(f, "{near}"),
            Query::Regex(regex) => write!(f, "/{}/", regex.text),
            Query::Words(words) => write_named(f, "words", &words.text),
            Query::Heading(phrase) => write_named(f, "heading", &phrase.text),
            Query::Filter(filter) => write!(f, "{filter}"),
            Query::And(parts) => {
                let needs_brackets = |part: &Query| matches!(part, Query::Or(_) | Query::Within(..));
                write_joined(f, parts, " ", needs_brackets)
            }
            Query::Or(parts) => write_joined(f, parts, " OR ", |part| matches!(part, Query::Within(..))),
            Query::Not(inner) => {
                f.write_str("-")?;
                let brackets = matches!(**inner, Query::And(_) | Query::Or(_) | Query::Within(..));
                write_part(f, inner, brackets)
            }
            Query::Within(scope, inner) => {
                write_part(f, inner, matches!(**inner, Query::Within(..)))?;
                write!(f, " --within {scope}")
            }
        }
    }
}

impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_text(f, &self.text, is_bare_phrase(&self.text))
    }
}

impl fmt::Display for Near {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.words.iter().map(|word| word.text.as_str()).collect();
        let sign = if self.nearness.ordered { "~" } else { "~~" };
        write!(f, "{}{sign}{}", in_quotes(&words.join(" ")), self.nearness.distance)
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.field)?;
        for (n, value) in self.values.iter().enumerate() {
            if n > 0 {
                f.write_str(",")?;
            }
            write!(f, "{value}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Wanted::Text(text) => write_text(f, text, is_bare_value(text)),
            Wanted::Exactly(text) => {
                f.write_str("=")?;
                write_text(f, text, is_bare_value(text))
            }
            Wanted::Years(Some(from), Some(to)) if from == to => write!(f, "{from}"),
            Wanted::Years(from, to) => {
                let end = |year: &Option<u16>| year.map_or_else(String::new, |year| year.to_string());
                write!(f, "{}..{}", end(from), end(to))
            }
            Wanted::Unknown => f.write_str("?"),
        }
    }
}

/// The text in quotes that are read back as this text: quotes that do not stand in it, else straight ones, with the marks that
/// would close them written twice.
pub(super) fn in_quotes(text: &str) -> String {
    if !text.contains(['"', '＂', '”']) {
        return format!("\"{text}\"");
    }
    for (open, close) in [('「', '」'), ('『', '』')] {
        if !text.contains([open, close]) {
            return format!("{open}{text}{close}");
        }
    }
    let mut quoted = String::from('"');
    let mut inner = 0usize;
    for c in text.chars() {
        quoted.push(c);
        match c {
            '“' => inner += 1,
            '”' if inner > 0 => inner -= 1,
            '"' | '＂' | '”' => quoted.push(c),
            _ => {}
        }
    }
    quoted.push('"');
    quoted
}

fn write_text(f: &mut fmt::Formatter<'_>, text: &str, bare: bool) -> fmt::Result {
    if bare {
        f.write_str(text)
    } else {
        f.write_str(&in_quotes(text))
    }
}

fn write_named(f: &mut fmt::Formatter<'_>, name: &str, text: &str) -> fmt::Result {
    write!(f, "{name}:")?;
    write_text(f, text, is_bare_value(text))
}

fn write_joined(
    f: &mut fmt::Formatter<'_>,
    parts: &[Query],
    between: &str,
    needs_brackets: impl Fn(&Query) -> bool,
) -> fmt::Result {
    for (n, part) in parts.iter().enumerate() {
        if n > 0 {
            f.write_str(between)?;
        }
        write_part(f, part, needs_brackets(part))?;
    }
    Ok(())
}

fn write_part(f: &mut fmt::Formatter<'_>, part: &Query, brackets: bool) -> fmt::Result {
    if brackets {
        write!(f, "({part})")
    } else {
        write!(f, "{part}")
    }
}
