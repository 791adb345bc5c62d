//! Turns the text of a question into [`Token`]s, one at a time, so that the first mistake ends the reading.
//!
//! What stands together without a blank is one word: a quote or a bracket inside it belongs to it (`新时代“枫桥经验”`,
//! `村(社区)干部`). Only at its start can a word be an operator, a group, a filter. Wherever that reading could be another than
//! the writer's, as in `(一)加强`, the answer is an error and not a guess. All offsets count characters.

use std::ops::Range;

use super::Scope;
use super::display::in_quotes;
use crate::error::{Error, Result};
use crate::schema::fields::Field;
use crate::text::fold::simplify_char;
use crate::text::spans::Nearness;

/// A part of a question, with the characters it was written with.
#[derive(Debug)]
pub(super) struct Token {
    pub kind: TokenKind,
    pub span: Range<usize>,
}

#[derive(Debug)]
pub(super) enum TokenKind {
    Open,
    Close,
    And,
    Or,
    Not,
    /// `*` alone.
    All,
    Phrase(Word),
    /// A word with wildcards, and which of its characters they are.
    Pattern(Word, Vec<usize>),
    /// `"…"~8`
    Near(Word, Nearness),
    /// `/…/`: what stands between the slashes; the span is with them.
    Regex(Word),
    /// `words:(…)`
    Words(Word),
    /// `heading:…`, any of these.
    Heading(Vec<Word>),
    Filter(Field, Vec<Value>),
    /// `--within …`
    Within(Scope),
}

/// Characters without a blank between them, or a quoted text.
#[derive(Debug)]
pub(super) struct Word {
    /// Without the quotes, when they stand around the whole of it.
    pub text: String,
    pub quoted: bool,
    pub span: Range<usize>,
}

/// What stands after a field's colon.
#[derive(Debug)]
pub(super) enum Value {
    /// `?`
    Unknown,
    Word(Word),
    /// After a `=`.
    Exactly(Word),
}

/// What the marks in a word and after it make of it.
#[derive(Debug, PartialEq)]
enum Form {
    Plain,
    /// These characters of it are wildcards.
    Wild(Vec<usize>),
    Near(Nearness),
}

/// An operand that is known by a name before a colon, but is no field.
#[derive(Clone, Copy)]
enum Named {
    Words,
    Heading,
}

/// A question's text, as characters.
pub(super) struct Source<'a> {
    text: &'a str,
    chars: Vec<char>,
}

impl<'a> Source<'a> {
    pub fn new(text: &'a str) -> Self {
        Source {
            text,
            chars: text.chars().collect(),
        }
    }

    pub fn len(&self) -> usize {
        self.chars.len()
    }

    /// The text of a span.
    pub fn slice(&self, span: Range<usize>) -> String {
        self.chars.get(span).unwrap_or_default().iter().collect()
    }

    /// The text of a span for a message: cut when it is long.
    pub fn shown(&self, span: Range<usize>) -> String {
        const LONGEST: usize = 30;
        if span.len() <= LONGEST {
            return self.slice(span);
        }
        self.slice(span.start..span.start + LONGEST) + "…"
    }

    /// The error that this part of the question is wrong.
    pub fn wrong(&self, span: Range<usize>, reason: impl Into<String>) -> Error {
        Error::syntax(self.text, span, reason)
    }
}

/// Reads tokens from a question.
pub(super) struct Tokens<'a> {
    source: &'a Source<'a>,
    at: usize,
}

/// Where a word stands, which decides where it ends.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Operand,
    /// After a field's colon: `,` parts values.
    Value,
}

/// The kinds of quotes, by the mark that opens them.
#[derive(Clone, Copy, PartialEq)]
enum Quote {
    /// `"` and `＂`
    Straight,
    /// `“`
    Curly,
    /// `「`
    Corner,
    /// `『`
    DoubleCorner,
}

/// A word that joins operands, and what it is.
type Operator = (&'static [char], fn() -> TokenKind);

/// The operators. Latin ones in capitals only: `and` is a word.
const OPERATORS: [Operator; 7] = [
    (&['A', 'N', 'D'], || TokenKind::And),
    (&['O', 'R'], || TokenKind::Or),
    (&['N', 'O', 'T'], || TokenKind::Not),
    (&['与'], || TokenKind::And),
    (&['與'], || TokenKind::And),
    (&['或'], || TokenKind::Or),
    (&['非'], || TokenKind::Not),
];

/// What may stand before a colon beside the names of fields.
const NAMES: [(&str, Named); 7] = [
    ("words", Named::Words),
    ("词", Named::Words),
    ("词语", Named::Words),
    ("heading", Named::Heading),
    ("headings", Named::Heading),
    ("标题", Named::Heading),
    ("小标题", Named::Heading),
];

/// More units than this between two words are no nearness.
const FARTHEST: u32 = 1000;

/// More characters than this before a colon are no name of a field, not even nearly.
const LONGEST_NAME: usize = 20;

impl<'a> Tokens<'a> {
    pub fn new(source: &'a Source<'a>) -> Self {
        Tokens { source, at: 0 }
    }

    /// The next token; `None` at the end.
    pub fn next_token(&mut self) -> Result<Option<Token>> {
        while self.peek().is_some_and(is_blank) {
            self.at += 1;
        }
        let start = self.at;
        let Some(first) = self.peek() else {
            return Ok(None);
        };
        let kind = match narrow(first) {
            '(' => self.single(TokenKind::Open),
            ')' => self.close()?,
            '-' => self.minus()?,
            '/' if !self.ends_at(1, Place::Operand) => self.regex()?,
            '*' if self.ends_at(1, Place::Operand) => self.single(TokenKind::All),
            _ => match self.operator()? {
                Some(operator) => operator,
                None => match self.named()? {
                    Some(named) => named,
                    None => self.phrase()?,
                },
            },
        };
        let span = start..self.at;
        Ok(Some(Token { kind, span }))
    }

    fn single(&mut self, kind: TokenKind) -> TokenKind {
        self.at += 1;
        kind
    }

    fn close(&mut self) -> Result<TokenKind> {
        self.at += 1;
        if self.ends_at(0, Place::Operand) || self.peek().map(narrow) == Some('(') {
            return Ok(TokenKind::Close);
        }
        Err(self
            .wrong(self.at..self.at + 1, "text follows the closing bracket directly")
            .hinted("put a blank after the bracket if it closes a group")
            .hinted("quote the whole phrase if the brackets belong to it, as in `\"（一）加强\"`"))
    }

    fn minus(&mut self) -> Result<TokenKind> {
        let start = self.at;
        if self.ends_at(1, Place::Operand) {
            return Err(self
                .wrong(start..start + 1, "`-` stands alone")
                .hinted("write it directly before what must not be there: `-信访`"));
        }
        if self.narrow_at(1) == Some('-') && self.narrow_at(2).is_some_and(|c| c.is_ascii_alphabetic()) {
            return self.option();
        }
        Ok(self.single(TokenKind::Not))
    }

    /// `--name`: an option of the command that got into the question.
    fn option(&mut self) -> Result<TokenKind> {
        let start = self.at;
        self.skip_to_blank();
        let name: String = self.source.slice(start..self.at).chars().map(narrow).collect();
        if name == "--within" || name.starts_with("--within=") {
            return self.within(start, name.strip_prefix("--within="));
        }
        let shown = self.source.shown(start..self.at);
        Err(self
            .wrong(
                start..self.at,
                format!("`{shown}` is an option, not a part of the query"),
            )
            .hinted("write options of the command outside the query")
            .hinted(format!("quote it to search for the text: `{}`", in_quotes(&shown))))
    }

    /// The unit of text after `--within`.
    fn within(&mut self, start: usize, value: Option<&str>) -> Result<TokenKind> {
        let name = match value {
            Some(value) => value.to_owned(),
            None => {
                while self.peek().is_some_and(is_blank) {
                    self.at += 1;
                }
                let from = self.at;
                self.skip_to_blank();
                self.source.slice(from..self.at).chars().map(narrow).collect()
            }
        };
        // A bracket that closes the group is no part of the name.
        let open = name.chars().rev().take_while(|&c| c == ')').count();
        self.at -= open;
        let name = name.trim_end_matches(')');
        Scope::named(name).map(TokenKind::Within).ok_or_else(|| {
            let reason = match name {
                "" => "`--within` does not say what".to_owned(),
                name => format!("`{name}` is not a unit of text"),
            };
            let units = Scope::ALL.map(|scope| format!("{scope} {}", scope.label())).join(", ");
            self.wrong(start..self.at, reason)
                .hinted(format!("it is one of: {units}"))
        })
    }

    /// The expression up to the slash that ends a word. Blanks may stand in it.
    fn regex(&mut self) -> Result<TokenKind> {
        let start = self.at;
        let mut is_escaped = false;
        self.at += 1;
        while let Some(c) = self.peek().map(narrow) {
            self.at += 1;
            if c == '/' && !is_escaped && self.ends_at(0, Place::Operand) && self.at > start + 2 {
                let text = self.source.slice(start + 1..self.at - 1);
                let span = start..self.at;
                return Ok(TokenKind::Regex(Word {
                    text,
                    quoted: false,
                    span,
                }));
            }
            is_escaped = c == '\\' && !is_escaped;
        }
        Err(self
            .wrong(start..start + 1, "the regular expression is never closed")
            .hinted("close it with `/`")
            .hinted("quote the text if the slash belongs to it"))
    }

    fn skip_to_blank(&mut self) {
        while self.peek().is_some_and(|c| !is_blank(c)) {
            self.at += 1;
        }
    }

    /// The operator that the word here is.
    fn operator(&mut self) -> Result<Option<TokenKind>> {
        let Some((word, kind)) = self.operator_here() else {
            return Ok(None);
        };
        let end = word.len();
        if self.ends_at(end, Place::Operand) {
            self.at += end;
            return Ok(Some(kind()));
        }
        if !self.opens_at(end) {
            return Ok(None);
        }
        if word[0].is_ascii() {
            self.at += end;
            return Ok(Some(kind()));
        }
        // 或(者) may be text, 非（信访） hardly is.
        let shown: String = word.iter().collect();
        Err(self
            .wrong(
                self.at..self.at + end,
                format!("`{shown}` may be an operator here, or text"),
            )
            .hinted(format!("put a blank after `{shown}` if it is an operator"))
            .hinted("quote the whole phrase if it is text"))
    }

    fn operator_here(&self) -> Option<Operator> {
        OPERATORS.into_iter().find(|(word, _)| {
            word.iter()
                .enumerate()
                .all(|(ahead, &c)| self.narrow_at(ahead) == Some(c))
        })
    }

    /// What a name and a colon begin; `None` when the word is no name.
    fn named(&mut self) -> Result<Option<TokenKind>> {
        let start = self.at;
        let Some(name) = self.name_before_colon() else {
            return Ok(None);
        };
        let after_colon = start + name.chars().count() + 1;
        if let Some(field) = Field::named(&name) {
            self.at = after_colon;
            return self.filter(start, field).map(Some);
        }
        if let Some((_, named)) = NAMES.into_iter().find(|(known, _)| *known == name) {
            self.at = after_colon;
            return match named {
                Named::Words => self.words(start).map(Some),
                Named::Heading => self.heading(start).map(Some),
            };
        }
        match near_name(&name) {
            None => Ok(None),
            Some(near) => {
                let written = self.source.slice(start..after_colon - 1);
                Err(self
                    .wrong(start..after_colon - 1, format!("`{written}` is not a field"))
                    .hinted(format!("did you mean `{near}:`"))
                    .hinted("quote the whole word if the colon belongs to the text"))
            }
        }
    }

    /// The name here, small and simplified, if a colon comes after it.
    fn name_before_colon(&self) -> Option<String> {
        let mut name = String::new();
        for ahead in 0..=LONGEST_NAME {
            match self.narrow_at(ahead)? {
                ':' if !name.is_empty() => return Some(name),
                c if c.is_alphanumeric() || matches!(c, '_' | '-') => name.push(simplify_char(c.to_ascii_lowercase())),
                _ => return None,
            }
        }
        None
    }

    /// The values after a field's colon; `start` is where its name stands.
    fn filter(&mut self, start: usize, field: Field) -> Result<TokenKind> {
        let mut values = Vec::new();
        let mut before = start..self.at;
        loop {
            if self.ends_at(0, Place::Value) {
                return Err(self.no_value(start, before));
            }
            if self.narrow_at(0) == Some('(') {
                return Err(self
                    .wrong(self.at..self.at + 1, "a value cannot be a group")
                    .hinted(format!("part values by commas: `{field}:…,…`")));
            }
            if self.narrow_at(0) == Some('?') && self.ends_at(1, Place::Value) {
                self.at += 1;
                values.push(Value::Unknown);
            } else if self.narrow_at(0) == Some('=') && !self.ends_at(1, Place::Value) {
                self.at += 1;
                values.push(Value::Exactly(self.plain_word(Place::Value)?));
            } else {
                values.push(Value::Word(self.plain_word(Place::Value)?));
            }
            if !self.narrow_at(0).is_some_and(is_separator) {
                return Ok(TokenKind::Filter(field, values));
            }
            before = self.at..self.at + 1;
            self.at += 1;
        }
    }

    /// What is to stand in a heading, after its colon; `start` is where the name stands.
    fn heading(&mut self, start: usize) -> Result<TokenKind> {
        let mut words = Vec::new();
        let mut before = start..self.at;
        loop {
            if self.ends_at(0, Place::Value) {
                return Err(self.no_value(start, before));
            }
            words.push(self.plain_word(Place::Value)?);
            if !self.narrow_at(0).is_some_and(is_separator) {
                return Ok(TokenKind::Heading(words));
            }
            before = self.at..self.at + 1;
            self.at += 1;
        }
    }

    /// The words after their colon: in brackets, quoted, or up to a blank.
    fn words(&mut self, start: usize) -> Result<TokenKind> {
        if self.ends_at(0, Place::Operand) {
            return Err(self.no_value(start, start..self.at));
        }
        if self.narrow_at(0) != Some('(') {
            return self.plain_word(Place::Operand).map(TokenKind::Words);
        }
        let open = self.at;
        let mut depth = 0usize;
        while let Some(c) = self.peek().map(narrow) {
            self.at += 1;
            match c {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Ok(TokenKind::Words(Word {
                    text: self.source.slice(open + 1..self.at - 1).trim().to_owned(),
                    quoted: true,
                    span: open..self.at,
                }));
            }
        }
        Err(self
            .wrong(open..open + 1, "the bracket is never closed")
            .hinted("close the words with `)`"))
    }

    /// A word in which wildcards and nearness have no place.
    fn plain_word(&mut self, place: Place) -> Result<Word> {
        let (word, form) = self.word(place)?;
        let what = match form {
            Form::Plain => return Ok(word),
            Form::Wild(_) => "a wildcard",
            Form::Near(_) => "a nearness",
        };
        let quoted = in_quotes(&self.source.shown(word.span.clone()));
        Err(self
            .wrong(word.span, format!("{what} cannot stand after a name and its colon"))
            .hinted(format!("in quotes these are ordinary marks: `{quoted}`")))
    }

    /// The error that no value comes after `before`: a name with its colon, or a comma.
    fn no_value(&self, start: usize, before: Range<usize>) -> Error {
        let shown = self.source.shown(before.clone());
        let error = self.wrong(before.clone(), format!("no value after `{shown}`"));
        let mut next = self.at;
        while self.source.chars.get(next).copied().is_some_and(is_blank) {
            next += 1;
        }
        let word_end = |c: &char| is_blank(*c) || narrow(*c) == ')' || is_separator(narrow(*c));
        let rest = self.source.chars.get(next..).unwrap_or_default();
        let word = rest.iter().take(LONGEST_NAME).position(word_end).unwrap_or(rest.len());
        if next == self.at || word == 0 || word > LONGEST_NAME || before.end - start > LONGEST_NAME {
            let is_field = self.source.slice(start..before.end.min(start + LONGEST_NAME));
            let is_field = Field::named(
                &is_field
                    .chars()
                    .map(narrow)
                    .take_while(|&c| c != ':')
                    .collect::<String>(),
            )
            .is_some();
            return error.hinted(match is_field {
                true => "write a value directly after it; `?` is for an unknown one",
                false => "write the text directly after it",
            });
        }
        let nearest = self.source.slice(start..before.end) + &self.source.slice(next..next + word);
        error.hinted(format!("write it without a blank: `{nearest}`"))
    }

    fn phrase(&mut self) -> Result<TokenKind> {
        let (word, form) = self.word(Place::Operand)?;
        Ok(match form {
            Form::Plain => TokenKind::Phrase(word),
            Form::Wild(wildcards) => TokenKind::Pattern(word, wildcards),
            Form::Near(nearness) => TokenKind::Near(word, nearness),
        })
    }

    /// The word here, up to a blank or what else ends it, and what it is.
    fn word(&mut self, place: Place) -> Result<(Word, Form)> {
        let start = self.at;
        let mut wildcards = Vec::new();
        let mut brackets = Brackets::default();
        let mut whole = None;
        while let Some(c) = self.peek() {
            if brackets.depth == 0 && self.ends_at(0, place) {
                break;
            }
            if let Some(quote) = Quote::opened_by(c) {
                let inner = self.quoted(quote, place)?;
                whole = (self.at - start == inner.1).then_some(inner.0);
                self.check_joined_operator()?;
                if self.narrow_at(0) == Some('~') {
                    let nearness = self.nearness(start, whole.is_some(), place)?;
                    let word = Word {
                        text: whole.unwrap_or_default(),
                        quoted: true,
                        span: start..self.at,
                    };
                    return Ok((word, Form::Near(nearness)));
                }
                continue;
            }
            whole = None;
            match narrow(c) {
                '(' => brackets.open(self.at),
                ')' => brackets.depth -= 1,
                '*' | '?' => wildcards.push(self.at - start),
                '”' | '」' | '』' => return Err(self.stray_quote(c)),
                _ if is_blank(c) => return Err(self.blank_in_brackets(&brackets)),
                _ => {}
            }
            self.at += 1;
        }
        if brackets.depth > 0 {
            return Err(self.unclosed(brackets.outermost));
        }
        let span = start..self.at;
        let quoted = whole.is_some();
        let text = whole.unwrap_or_else(|| self.source.slice(span.clone()));
        let form = match wildcards.is_empty() {
            true => Form::Plain,
            false => Form::Wild(wildcards),
        };
        Ok((Word { text, quoted, span }, form))
    }

    /// The sign and the number after words in quotes; `start` is where the word starts, `is_whole` whether the quotes do.
    fn nearness(&mut self, start: usize, is_whole: bool, place: Place) -> Result<Nearness> {
        let mut signs = 0;
        while self.narrow_at(0) == Some('~') {
            self.at += 1;
            signs += 1;
        }
        let mut digits = String::new();
        while let Some(digit) = self.narrow_at(0).filter(char::is_ascii_digit) {
            digits.push(digit);
            self.at += 1;
        }
        let ends = self.ends_at(0, place);
        let distance = digits.parse().ok().filter(|&distance: &u32| distance <= FARTHEST);
        match distance.filter(|_| is_whole && signs <= 2 && ends) {
            Some(distance) => Ok(Nearness {
                distance,
                ordered: signs == 1,
            }),
            None => {
                while !self.ends_at(0, place) {
                    self.at += 1;
                }
                let span = start..self.at;
                let reason = match is_whole && signs <= 2 && ends && !digits.is_empty() {
                    true => format!("words more than {FARTHEST} units apart are not near each other"),
                    false => "`~` after a quote must be a nearness".to_owned(),
                };
                let quoted = in_quotes(&self.source.shown(span.clone()));
                Err(self
                    .wrong(span, reason)
                    .hinted("write words in quotes, `~`, or `~~` for any order, and the most units between: `\"调解 纠纷\"~8`")
                    .hinted(format!("in quotes these are ordinary marks: `{quoted}`")))
            }
        }
    }

    /// What stands in the quotes that open here, and how many characters it takes with them.
    ///
    /// The mark that would close them stands for itself when it is written twice, or when it closes quotes of its kind that
    /// opened inside. Chinese keyboards mix straight and curly quotes, so each also closes the other where a word can end.
    fn quoted(&mut self, quote: Quote, place: Place) -> Result<(String, usize)> {
        let open = self.at;
        let mut text = String::new();
        let mut inner = 0usize;
        self.at += 1;
        while let Some(c) = self.peek() {
            self.at += 1;
            if c == quote.inner().0 {
                inner += 1;
            } else if c == quote.inner().1 && inner > 0 {
                inner -= 1;
            } else if quote.closes(c) || (inner == 0 && quote.may_close(c)) {
                if self.narrow_at(0) == Some(narrow(c)) {
                    self.at += 1;
                } else if quote.closes(c) || self.ends_at(0, place) {
                    return Ok((text, self.at - open));
                }
            }
            text.push(c);
        }
        Err(self
            .wrong(open..open + 1, "the quote is never closed")
            .hinted(format!("close it with `{}`", quote.closing_mark())))
    }

    /// `"枫桥经验"OR"网格员"`: nobody means the letters.
    fn check_joined_operator(&self) -> Result<()> {
        match self.operator_here() {
            Some((word, _)) if word[0].is_ascii() => {
                if !self.ends_at(word.len(), Place::Operand) && !self.opens_at(word.len()) {
                    return Ok(());
                }
                let shown: String = word.iter().collect();
                Err(self
                    .wrong(
                        self.at..self.at + word.len(),
                        format!("`{shown}` is joined to the quote before it"),
                    )
                    .hinted(format!("put a blank before and after `{shown}`")))
            }
            _ => Ok(()),
        }
    }

    fn stray_quote(&self, mark: char) -> Error {
        self.wrong(self.at..self.at + 1, format!("`{mark}` closes no quote"))
            .hinted("write the mark that opens it, or leave it out: quotes inside a text make no difference")
    }

    fn blank_in_brackets(&self, brackets: &Brackets) -> Error {
        self.wrong(
            brackets.outermost..self.at,
            "a blank stands in brackets that belong to a phrase",
        )
        .hinted("put a blank before the bracket if it opens a group")
        .hinted("quote the whole phrase if the brackets belong to it")
    }

    fn unclosed(&self, bracket: usize) -> Error {
        self.wrong(bracket..bracket + 1, "the bracket is never closed")
            .hinted("close it with `)`, or quote the phrase it belongs to")
    }

    /// Whether a word ends `ahead` characters from here.
    fn ends_at(&self, ahead: usize, place: Place) -> bool {
        match self.source.chars.get(self.at + ahead) {
            None => true,
            Some(&c) if is_blank(c) || narrow(c) == ')' => true,
            Some(&c) => place == Place::Value && is_separator(narrow(c)),
        }
    }

    /// Whether a bracket or a quote opens `ahead` characters from here.
    fn opens_at(&self, ahead: usize) -> bool {
        let c = self.source.chars.get(self.at + ahead);
        c.is_some_and(|&c| narrow(c) == '(' || Quote::opened_by(c).is_some())
    }

    fn peek(&self) -> Option<char> {
        self.source.chars.get(self.at).copied()
    }

    fn narrow_at(&self, ahead: usize) -> Option<char> {
        self.source.chars.get(self.at + ahead).copied().map(narrow)
    }

    fn wrong(&self, span: Range<usize>, reason: impl Into<String>) -> Error {
        self.source.wrong(span, reason)
    }
}

/// Whether this text, written as it is, would be read as one phrase that has this text.
pub(super) fn is_bare_phrase(text: &str) -> bool {
    let source = Source::new(text);
    let token = Tokens::new(&source).next_token();
    matches!(token, Ok(Some(Token { kind: TokenKind::Phrase(word), .. })) if !word.quoted && word.span == (0..source.len()))
}

/// Whether this text, written after a field's colon, would be read as one value that has this text.
pub(super) fn is_bare_value(text: &str) -> bool {
    let source = Source::new(text);
    let first = source.chars.first().copied().map(narrow);
    let word = Tokens::new(&source).word(Place::Value);
    !matches!(first, Some('(' | '='))
        && matches!(word, Ok((word, Form::Plain)) if !word.quoted && word.span == (0..source.len()))
}

/// Brackets that are open inside a word.
#[derive(Default)]
struct Brackets {
    depth: usize,
    outermost: usize,
}

impl Brackets {
    fn open(&mut self, at: usize) {
        if self.depth == 0 {
            self.outermost = at;
        }
        self.depth += 1;
    }
}

impl Quote {
    fn opened_by(mark: char) -> Option<Quote> {
        match narrow(mark) {
            '"' => Some(Quote::Straight),
            '“' => Some(Quote::Curly),
            '「' => Some(Quote::Corner),
            '『' => Some(Quote::DoubleCorner),
            _ => None,
        }
    }

    fn closing_mark(self) -> char {
        match self {
            Quote::Straight => '"',
            Quote::Curly => '”',
            Quote::Corner => '」',
            Quote::DoubleCorner => '』',
        }
    }

    fn closes(self, mark: char) -> bool {
        narrow(mark) == self.closing_mark()
    }

    /// Whether the mark closes these quotes when they are mixed, so that more than the mark is needed to tell.
    fn may_close(self, mark: char) -> bool {
        match self {
            Quote::Straight => mark == '”',
            Quote::Curly => narrow(mark) == '"',
            Quote::Corner | Quote::DoubleCorner => false,
        }
    }

    /// The marks that open and close quotes inside these, of the kind that could be mistaken for their end.
    fn inner(self) -> (char, char) {
        match self {
            Quote::Straight | Quote::Curly => ('“', '”'),
            Quote::Corner => ('「', '」'),
            Quote::DoubleCorner => ('『', '』'),
        }
    }
}

/// The ASCII twin of a full-width character, else the character itself.
pub(super) fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

/// What parts operands: white space of any kind, the full-width blank and line ends too.
fn is_blank(c: char) -> bool {
    c.is_whitespace()
}

/// What parts the values of a filter; `c` is narrow.
fn is_separator(c: char) -> bool {
    matches!(c, ',' | '、' | '|')
}

/// The name of a field that somebody who wrote `name` may have meant.
fn near_name(name: &str) -> Option<&'static str> {
    let written: Vec<char> = name.chars().collect();
    let names = Field::ALL.into_iter().flat_map(|field| {
        let aliases = field.declaration().aliases.iter().map(String::as_str);
        std::iter::once(field.name()).chain(aliases)
    });
    names
        .chain(NAMES.map(|(name, _)| name))
        .filter_map(|name| Some((slips(&written, &name.chars().collect::<Vec<_>>())?, name)))
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, name)| name)
}

/// How many slips lead from a field's name to what was written; `None` when it is another word.
fn slips(written: &[char], name: &[char]) -> Option<usize> {
    let latin = |word: &[char]| word.iter().all(char::is_ascii);
    if latin(name) && latin(written) {
        // Two letters say too little: `id` is not `kind`.
        return Some(distance(written, name)).filter(|&slips| slips <= 2 && name.len() >= 4 && written.len() >= 3);
    }
    // 各乡镇 and 题 are words of their own, so a name of two characters must differ by another character in one place.
    let alike = written.len() == name.len() || (written.len() >= 2 && name.len() >= 3);
    Some(distance(written, name)).filter(|&slips| slips == 1 && name.len() >= 2 && alike)
}

/// How many letters must be put in, left out, replaced or swapped with the next to turn one word into the other (the "optimal
/// string alignment" form of the Damerau–Levenshtein distance).
fn distance(from: &[char], to: &[char]) -> usize {
    let mut rows = vec![vec![0; to.len() + 1]; from.len() + 1];
    for i in 0..=from.len() {
        for j in 0..=to.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let replaced = rows[i - 1][j - 1] + usize::from(from[i - 1] != to[j - 1]);
                let swapped = if i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1] {
                    rows[i - 2][j - 2] + 1
                } else {
                    usize::MAX
                };
                replaced.min(swapped).min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1)
            };
        }
    }
    rows[from.len()][to.len()]
}
