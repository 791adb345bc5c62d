//! Cuts Rich Text Format into its tokens.

/// A token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token<'a> {
    Open,
    Close,
    /// `\*`: who does not know the next word leaves the group out.
    Star,
    /// A byte that stands as it is.
    Byte(u8),
    /// `\'hh`.
    Coded(u8),
    /// `\~` and its like.
    Sign(char),
    /// `\word` or `\word-12`.
    Word(&'a str, Option<i32>),
}

/// The tokens of a document.
pub struct Tokens<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Tokens<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Tokens { bytes, at: 0 }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// What follows a backslash.
    fn control(&mut self) -> Option<Token<'a>> {
        let byte = self.peek()?;
        if byte.is_ascii_alphabetic() {
            return Some(self.word());
        }
        self.at += 1;
        Some(match byte {
            b'*' => Token::Star,
            b'\'' => Token::Coded(self.coded()),
            b'~' => Token::Sign('\u{a0}'),
            b'_' => Token::Sign('-'),
            b'\n' | b'\r' => Token::Word("par", None),
            b'\t' => Token::Sign('\t'),
            b'\\' | b'{' | b'}' => Token::Byte(byte),
            // `\-` may break a word, `\|` and `\:` are of indexes.
            _ => Token::Word("", None),
        })
    }

    /// The byte of two hexadecimal digits.
    fn coded(&mut self) -> u8 {
        let mut value = 0;
        for _ in 0..2 {
            let Some(digit) = self.peek().and_then(|byte| char::from(byte).to_digit(16)) else {
                break;
            };
            value = value * 16 + digit as u8;
            self.at += 1;
        }
        value
    }

    fn word(&mut self) -> Token<'a> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_alphabetic()) {
            self.at += 1;
        }
        let word = std::str::from_utf8(&self.bytes[start..self.at]).unwrap_or_default();
        let number = self.number();
        if self.peek() == Some(b' ') {
            self.at += 1;
        }
        if word == "bin" {
            let len = number.and_then(|number| usize::try_from(number).ok()).unwrap_or(0);
            self.at = self.at.saturating_add(len).min(self.bytes.len());
        }
        Token::Word(word, number)
    }

    fn number(&mut self) -> Option<i32> {
        let digits_at = self.at + usize::from(self.peek() == Some(b'-'));
        let mut end = digits_at;
        while self.bytes.get(end).is_some_and(u8::is_ascii_digit) {
            end += 1;
        }
        if end == digits_at {
            return None;
        }
        let digits = std::str::from_utf8(&self.bytes[self.at..end]).ok();
        self.at = end;
        Some(digits.and_then(|digits| digits.parse().ok()).unwrap_or(0))
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let byte = self.peek()?;
            self.at += 1;
            return match byte {
                b'{' => Some(Token::Open),
                b'}' => Some(Token::Close),
                b'\\' => self.control(),
                b'\r' | b'\n' | 0 => continue,
                b'\t' => Some(Token::Sign('\t')),
                _ => Some(Token::Byte(byte)),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_token_is_known() {
        let source = b"{\\*\\ud\\u-1234 ?\\'B7\r\nx\\~\\{\\par\\\n\\bin3 }}}\\fs24a}";
        let tokens: Vec<Token> = Tokens::new(source).collect();
        let expected = [
            Token::Open,
            Token::Star,
            Token::Word("ud", None),
            Token::Word("u", Some(-1234)),
            Token::Byte(b'?'),
            Token::Coded(0xB7),
            Token::Byte(b'x'),
            Token::Sign('\u{a0}'),
            Token::Byte(b'{'),
            Token::Word("par", None),
            Token::Word("par", None),
            Token::Word("bin", Some(3)),
            Token::Word("fs", Some(24)),
            Token::Byte(b'a'),
            Token::Close,
        ];
        assert_eq!(tokens, expected);
    }
}
