//! Turns tokens that are not operators into the questions that they stand for.

use std::ops::Range;

use super::display::in_quotes;
use super::token::{Source, TokenKind, Value, Word, narrow};
use super::wildcard::NotNear;
use super::{Filter, Near, Pattern, Phrase, Query, Regex, Wanted, Words};
use crate::error::Result;
use crate::schema::fields::{Field, Matching};
use crate::schema::values::values_of;
use crate::text::fold::fold_phrase;
use crate::text::spans::{MOST_UNORDERED, Nearness};

pub(super) const NOTHING_TO_SEARCH: &str = "nothing to search for: there is no character, letter or digit here";
pub(super) const UNITS: &str = "punctuation, quotes and blanks cannot be searched for by themselves";

/// The question that an operand stands for. Operators stand for none.
pub(super) fn operand(source: &Source, kind: TokenKind, span: Range<usize>) -> Result<Option<Query>> {
    Ok(Some(match kind {
        TokenKind::Open | TokenKind::Close | TokenKind::And | TokenKind::Or | TokenKind::Not => return Ok(None),
        TokenKind::Within(_) => return Ok(None),
        TokenKind::All => Query::All,
        TokenKind::Phrase(word) => phrase(source, word)?,
        TokenKind::Filter(field, values) => filter(source, field, values)?,
        TokenKind::Pattern(word, wildcards) => pattern(source, word, &wildcards)?,
        TokenKind::Near(word, nearness) => near(source, &word, nearness, span)?,
        TokenKind::Regex(word) => regex(source, &word)?,
        TokenKind::Words(word) => words(source, word)?,
        TokenKind::Heading(words) => heading(source, words)?,
    }))
}

/// The value that a text means for a field.
pub(super) fn value(field: Field, text: &str) -> Result<Wanted> {
    let text = text.trim();
    if matches!(text, "?" | "？") {
        return Ok(Wanted::Unknown);
    }
    let (is_exact, text) = match text.strip_prefix(['=', '＝']).filter(|rest| !rest.is_empty()) {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let source = Source::new(text);
    let span = 0..source.len();
    let word = Word {
        text: text.to_owned(),
        quoted: true,
        span,
    };
    let wanted = wanted(&source, field, word)?;
    Ok(if is_exact { exactly(field, wanted) } else { wanted })
}

fn pattern(source: &Source, word: Word, wildcards: &[usize]) -> Result<Query> {
    let nothing = || {
        source
            .wrong(
                word.span.clone(),
                "a wildcard needs a character, letter or digit beside it",
            )
            .hinted("`*` alone is every passage; `*` in a word stands for any characters of a clause, `?` for one")
            .hinted("in quotes these are ordinary marks")
    };
    Pattern::with_wildcards(word.text.clone(), wildcards)
        .map(Query::Pattern)
        .ok_or_else(nothing)
}

fn near(source: &Source, word: &Word, nearness: Nearness, span: Range<usize>) -> Result<Query> {
    let sign = if nearness.ordered { "~" } else { "~~" };
    let example = format!("`\"调解 纠纷\"{sign}{}`", nearness.distance);
    Near::of_text(&word.text, nearness)
        .map(Query::Near)
        .map_err(|wrong| match wrong {
            NotNear::TooFew => source
                .wrong(span, "a nearness needs two words or more")
                .hinted(format!("part them by a blank in the quotes: {example}")),
            NotNear::TooMany if nearness.ordered => source.wrong(span, "these are too many words for a nearness"),
            NotNear::TooMany => source
                .wrong(
                    span,
                    format!("more than {MOST_UNORDERED} words cannot be near each other in any order"),
                )
                .hinted("ask for them in order, with one `~`, or join them by blanks and say `--within sentence`"),
            NotNear::Empty(text) => source
                .wrong(
                    span,
                    format!("`{text}` is no word that could be near another: {NOTHING_TO_SEARCH}"),
                )
                .hinted(format!("write words parted by blanks: {example}")),
        })
}

fn regex(source: &Source, word: &Word) -> Result<Query> {
    let place = |inner: Range<usize>| {
        let start = word.span.start + 1 + inner.start;
        start..(word.span.start + 1 + inner.end).clamp(start + 1, word.span.end.max(start + 1))
    };
    match Regex::new(&word.text) {
        Ok(regex) => Ok(Query::Regex(regex)),
        Err(wrong) => {
            let span = place(wrong.span);
            let span = span.start.min(source.len() - 1)..span.end.min(source.len());
            Err(source
                .wrong(span, format!("the regular expression is wrong: {}", wrong.reason))
                .hinted("a mark that stands for itself takes a backslash: `\\(`, `\\*`, `\\/`")
                .hinted(format!(
                    "in quotes these are ordinary marks: `{}`",
                    in_quotes(&source.shown(word.span.clone()))
                )))
        }
    }
}

fn words(source: &Source, word: Word) -> Result<Query> {
    let nothing = || source.wrong(word.span.clone(), NOTHING_TO_SEARCH).hinted(UNITS);
    Words::new(word.text.clone()).map(Query::Words).ok_or_else(nothing)
}

fn heading(source: &Source, words: Vec<Word>) -> Result<Query> {
    let phrases = words.into_iter().map(|word| {
        let nothing = || source.wrong(word.span.clone(), NOTHING_TO_SEARCH).hinted(UNITS);
        Phrase::new(word.text.clone()).map(Query::Heading).ok_or_else(nothing)
    });
    Ok(Query::any_of(phrases.collect::<Result<Vec<_>>>()?))
}

fn phrase(source: &Source, word: Word) -> Result<Query> {
    let sign = match word.text.as_str() {
        "|" | "||" | "｜" => Some("OR"),
        "&" | "&&" | "＆" | "+" | "＋" => Some("AND"),
        "!" | "！" => Some("NOT"),
        _ => None,
    };
    match Phrase::new(word.text) {
        Some(phrase) => Ok(Query::Phrase(phrase)),
        None => {
            let error = source.wrong(word.span, NOTHING_TO_SEARCH);
            Err(match sign {
                Some(operator) => error.hinted(format!("did you mean `{operator}`")),
                None => error.hinted(UNITS),
            })
        }
    }
}

fn filter(source: &Source, field: Field, values: Vec<Value>) -> Result<Query> {
    let values = values.into_iter().map(|value| match value {
        Value::Unknown => Ok(Wanted::Unknown),
        Value::Word(word) => wanted(source, field, word),
        Value::Exactly(word) => wanted(source, field, word).map(|wanted| exactly(field, wanted)),
    });
    Ok(Query::Filter(Filter {
        field,
        values: values.collect::<Result<_>>()?,
    }))
}

fn wanted(source: &Source, field: Field, word: Word) -> Result<Wanted> {
    match field.declaration().values {
        Matching::Year => years(source, &word),
        Matching::Kind => kind(source, field, &word),
        Matching::Name | Matching::Contains | Matching::Path if fold_phrase(&word.text).is_empty() => {
            let shown = source.shown(word.span.clone());
            let reason = format!("`{shown}` cannot be a value: there is no character, letter or digit in it");
            Err(source
                .wrong(word.span, reason)
                .hinted(format!("`{field}:?` is for an unknown one")))
        }
        Matching::Name | Matching::Contains | Matching::Path => Ok(Wanted::Text(word.text)),
    }
}

/// The value itself, in fields where a wanted text may mean several: names with their suffixes, parts of names, places with all that
/// is in them. A topic is a name without suffixes.
fn exactly(field: Field, wanted: Wanted) -> Wanted {
    match wanted {
        Wanted::Text(text) if field != Field::Topic && field.declaration().values != Matching::Kind => {
            Wanted::Exactly(text)
        }
        wanted => wanted,
    }
}

fn kind(source: &Source, field: Field, word: &Word) -> Result<Wanted> {
    let folded = fold_phrase(&word.text);
    let found = values_of(field).find(|value| value.spellings().any(|spelling| fold_phrase(spelling) == folded));
    match found {
        Some(value) => Ok(Wanted::Text(value.name.clone())),
        None => {
            let known: Vec<String> = values_of(field)
                .map(|value| match value.name == value.label {
                    true => value.name.clone(),
                    false => format!("{} {}", value.name, value.label),
                })
                .collect();
            let shown = source.shown(word.span.clone());
            Err(source
                .wrong(word.span.clone(), format!("`{shown}` is not a {field}"))
                .hinted(format!("a {field} is one of: {}", known.join(", "))))
        }
    }
}

/// `2021`, `2021年`, `2021..2024`, `2021—2024`, `..2020`, `2021..`.
fn years(source: &Source, word: &Word) -> Result<Wanted> {
    const FORMS: &str =
        "a year has four digits: `year:2021`, `year:2021..2024`, `year:..2020`, `year:2021..`, and `year:?` if unknown";
    let shown = source.shown(word.span.clone());
    let not_a_year = || {
        source
            .wrong(word.span.clone(), format!("`{shown}` is not a year"))
            .hinted(FORMS)
    };
    let text: String = word.text.chars().filter(|c| !c.is_whitespace()).map(narrow).collect();
    let Some((from, mark, to)) = split_range(&text) else {
        let year = year(&text).ok_or_else(not_a_year)?;
        return Ok(Wanted::Years(Some(year), Some(year)));
    };
    match (year(from), year(to)) {
        (Some(from), Some(to)) if from > to => Err(source
            .wrong(word.span.clone(), "the years run backwards")
            .hinted(format!("did you mean `{to}..{from}`"))),
        (Some(from), Some(to)) => Ok(Wanted::Years(Some(from), Some(to))),
        (Some(from), None) if to.is_empty() && mark == ".." => Ok(Wanted::Years(Some(from), None)),
        (None, Some(to)) if from.is_empty() && mark == ".." => Ok(Wanted::Years(None, Some(to))),
        (Some(from), None) if to.is_empty() => Err(not_a_year().hinted(format!("did you mean `{from}..`"))),
        (None, Some(to)) if from.is_empty() => Err(not_a_year().hinted(format!("did you mean `..{to}`"))),
        _ => Err(not_a_year()),
    }
}

/// What stands before, in and after the mark of a range.
fn split_range(text: &str) -> Option<(&str, &str, &str)> {
    let start = text.find(is_range_mark)?;
    let after = &text[start..];
    let length = after.find(|c| !is_range_mark(c)).unwrap_or(after.len());
    let (mark, to) = after.split_at(length);
    let known = match mark {
        ".." | "--" | "——" => true,
        "." => false,
        mark => mark.chars().nth(1).is_none(),
    };
    known.then_some((&text[..start], mark, to))
}

/// Marks between two years; the text is narrow.
fn is_range_mark(c: char) -> bool {
    matches!(c, '.' | '-' | '–' | '—' | '~' | '至' | '到')
}

fn year(text: &str) -> Option<u16> {
    let digits = text
        .strip_suffix("年度")
        .or_else(|| text.strip_suffix('年'))
        .unwrap_or(text);
    let four = digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
    four.then(|| digits.parse().ok()).flatten()
}
