//! Hands folded text to tantivy, unit by unit and word by word. Both streams make no string per token: tantivy's writer
//! threads call them for every passage.

use std::sync::{Arc, OnceLock};

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use crate::text::tokenize::Words;
use crate::text::units::first_unit_len;

/// Makes tokens of the units of a folded text, at positions 0, 1, 2 ….
#[derive(Clone)]
pub struct UnitTokenizer;

/// Makes tokens of the words of a folded text. Their positions say nothing.
#[derive(Clone)]
pub struct WordTokenizer {
    user_words: Arc<Vec<String>>,
    /// Loaded when the first text comes: an update that finds nothing to write does without. All clones share it.
    words: Arc<OnceLock<Words>>,
}

impl WordTokenizer {
    /// A tokenizer that knows the user's words too.
    pub fn with(user_words: Vec<String>) -> Self {
        WordTokenizer {
            user_words: Arc::new(user_words),
            words: Arc::default(),
        }
    }
}

pub struct UnitStream<'a> {
    rest: &'a str,
    token: Token,
}

pub struct WordStream<'a> {
    words: std::vec::IntoIter<&'a str>,
    token: Token,
}

impl Tokenizer for UnitTokenizer {
    type TokenStream<'a> = UnitStream<'a>;

    fn token_stream<'a>(&'a mut self, folded: &'a str) -> UnitStream<'a> {
        UnitStream {
            rest: folded,
            token: Token::default(),
        }
    }
}

impl TokenStream for UnitStream<'_> {
    fn advance(&mut self) -> bool {
        let Some(length) = first_unit_len(self.rest) else {
            return false;
        };
        let (unit, rest) = self.rest.split_at(length);
        self.rest = rest;
        self.token.position = self.token.position.wrapping_add(1);
        self.token.text.clear();
        self.token.text.push_str(unit);
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

impl Tokenizer for WordTokenizer {
    type TokenStream<'a> = WordStream<'a>;

    fn token_stream<'a>(&'a mut self, folded: &'a str) -> WordStream<'a> {
        let words = self.words.get_or_init(|| Words::load(&self.user_words));
        WordStream {
            words: words.cut(folded).into_iter(),
            token: Token {
                position: 0,
                ..Token::default()
            },
        }
    }
}

impl TokenStream for WordStream<'_> {
    fn advance(&mut self) -> bool {
        let Some(word) = self.words.next() else {
            return false;
        };
        self.token.text.clear();
        self.token.text.push_str(word);
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold::fold;

    #[test]
    fn units_stand_at_consecutive_positions() {
        let folded = fold("共“12345”工单，办结");
        let mut tokenizer = UnitTokenizer;
        let mut stream = tokenizer.token_stream(&folded);
        let mut seen = Vec::new();
        while let Some(token) = stream.next() {
            seen.push((token.position, token.text.clone()));
        }
        let units: Vec<_> = crate::text::units::units(&folded)
            .map(str::to_owned)
            .enumerate()
            .collect();
        assert_eq!(seen, units);
        assert_eq!(seen.len(), 7);
    }
}
