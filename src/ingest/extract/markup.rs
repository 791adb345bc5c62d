//! Scans HTML without building a tree: characters and tags in the order of the source, each with its place.
//!
//! The parser of the tree gives no places and takes quadratic time on hostile nesting, so this scanner tells where the
//! characters of a line stand, and whether the parser may be let loose on a page at all. It follows the tokenizer of the HTML
//! standard as far as text goes.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;

/// A piece of a page.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A character of the text, from byte `at`, `len` bytes long in the source (an entity is longer than its character).
    Char {
        c: char,
        at: usize,
        len: usize,
    },
    Open {
        name: &'a str,
        attributes: usize,
    },
    Close {
        name: &'a str,
    },
}

/// The tokens of a page. What stands inside `<script>` and its like is left out.
pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    /// The element whose content is no text, when inside one.
    raw: Option<&'a str>,
}

impl<'a> Scanner<'a> {
    pub fn new(text: &'a str) -> Self {
        Scanner { text, at: 0, raw: None }
    }

    fn skip_raw(&mut self, name: &str) {
        let bytes = self.text.as_bytes();
        let mut at = self.at;
        while let Some(found) = memchr::memchr(b'<', &bytes[at..]) {
            at += found;
            let rest = &bytes[at + 1..];
            if rest.first() == Some(&b'/')
                && rest
                    .get(1..=name.len())
                    .is_some_and(|close| close.eq_ignore_ascii_case(name.as_bytes()))
                && rest
                    .get(1 + name.len())
                    .is_none_or(|byte| !byte.is_ascii_alphanumeric())
            {
                self.at = at;
                return;
            }
            at += 1;
        }
        self.at = bytes.len();
    }

    /// A tag, a comment or a declaration at `<`; `None` when it is just that character.
    fn markup(&mut self) -> Option<Option<Token<'a>>> {
        let bytes = self.text.as_bytes();
        let rest = &bytes[self.at + 1..];
        match rest {
            [b'!', b'-', b'-', ..] => {
                self.at = self.text[self.at + 2..]
                    .find("-->")
                    .map_or(bytes.len(), |end| self.at + 2 + end + 3);
                Some(None)
            }
            [b'!' | b'?', ..] => {
                self.skip_past_bracket();
                Some(None)
            }
            [b'/', first, ..] if first.is_ascii_alphabetic() => {
                self.at += 2;
                let name = self.name();
                self.attributes();
                Some(Some(Token::Close { name }))
            }
            [b'/', _, ..] => {
                self.skip_past_bracket();
                Some(None)
            }
            [first, ..] if first.is_ascii_alphabetic() => {
                self.at += 1;
                let name = self.name();
                let attributes = self.attributes();
                if RAW.iter().any(|raw| raw.eq_ignore_ascii_case(name)) {
                    self.raw = Some(name);
                }
                Some(Some(Token::Open { name, attributes }))
            }
            _ => None,
        }
    }

    fn skip_past_bracket(&mut self) {
        let bytes = self.text.as_bytes();
        self.at = memchr::memchr(b'>', &bytes[self.at..]).map_or(bytes.len(), |end| self.at + end + 1);
    }

    fn name(&mut self) -> &'a str {
        let start = self.at;
        let is_end = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>');
        let bytes = self.text.as_bytes();
        self.at += bytes[start..].iter().position(is_end).unwrap_or(bytes.len() - start);
        &self.text[start..self.at]
    }

    /// Passes the attributes and the closing bracket; counts them.
    fn attributes(&mut self) -> usize {
        let bytes = self.text.as_bytes();
        let mut count = 0;
        let skip = |at: &mut usize, is_in: fn(&u8) -> bool| {
            *at += bytes[*at..]
                .iter()
                .position(|byte| !is_in(byte))
                .unwrap_or(bytes.len() - *at);
        };
        loop {
            skip(&mut self.at, |byte| byte.is_ascii_whitespace() || *byte == b'/');
            match bytes.get(self.at) {
                None => return count,
                Some(b'>') => {
                    self.at += 1;
                    return count;
                }
                Some(_) => (),
            }
            count += 1;
            self.at += 1;
            skip(&mut self.at, |byte| {
                !byte.is_ascii_whitespace() && !matches!(byte, b'/' | b'>' | b'=')
            });
            skip(&mut self.at, u8::is_ascii_whitespace);
            if bytes.get(self.at) != Some(&b'=') {
                continue;
            }
            self.at += 1;
            skip(&mut self.at, u8::is_ascii_whitespace);
            match bytes.get(self.at) {
                Some(&quote @ (b'"' | b'\'')) => {
                    let inside = self.at + 1;
                    self.at = memchr::memchr(quote, &bytes[inside..]).map_or(bytes.len(), |end| inside + end + 1);
                }
                _ => skip(&mut self.at, |byte| !byte.is_ascii_whitespace() && *byte != b'>'),
            }
        }
    }
}

impl<'a> Iterator for Scanner<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            if let Some(name) = self.raw.take() {
                self.skip_raw(name);
            }
            let c = self.text[self.at..].chars().next()?;
            if c == '<' {
                match self.markup() {
                    Some(Some(token)) => return Some(token),
                    Some(None) => continue,
                    None => (),
                }
            }
            let at = self.at;
            let (c, len) = match c {
                '&' => entity(&self.text[at..]).unwrap_or((c, 1)),
                c => (c, c.len_utf8()),
            };
            self.at += len;
            return Some(Token::Char { c, at, len });
        }
    }
}

/// Whether the parser may be let loose on a page. Nesting costs it quadratic time, as do many attributes and open
/// formatting elements, which it opens again in every paragraph.
pub(super) fn is_safe_to_parse(text: &str) -> bool {
    const MAX_DEPTH: usize = 500;
    const MAX_ATTRIBUTES: usize = 500;
    const MAX_REOPENED: usize = 1_000_000;
    let mut open: HashMap<String, usize> = HashMap::new();
    let (mut depth, mut formatting, mut reopened) = (0, 0, 0_usize);
    for token in Scanner::new(text) {
        match token {
            Token::Open { name, attributes } => {
                let name = name.to_ascii_lowercase();
                if attributes > MAX_ATTRIBUTES {
                    return false;
                }
                if !CLOSED_BY_ITSELF.contains(&name.as_str()) {
                    depth += 1;
                    formatting += usize::from(FORMATTING.contains(&name.as_str()));
                    *open.entry(name).or_default() += 1;
                } else {
                    reopened += formatting;
                }
                if depth > MAX_DEPTH || reopened > MAX_REOPENED {
                    return false;
                }
            }
            // Only a tag that closes something counts: the parser does not heed the others either.
            Token::Close { name } => {
                let name = name.to_ascii_lowercase();
                if let Some(count) = open.get_mut(&name).filter(|count| **count > 0) {
                    *count -= 1;
                    depth -= 1;
                    formatting -= usize::from(FORMATTING.contains(&name.as_str()));
                }
            }
            Token::Char { .. } => (),
        }
    }
    true
}

/// Whether a text starts as a page does, or as a piece of one.
pub(super) fn is_page(text: &str) -> bool {
    is_whole_page(text) || (text.trim_start().starts_with('<') && has_blocks(&head(text)))
}

/// Whether a text starts as a whole page does.
pub(super) fn is_whole_page(text: &str) -> bool {
    let signs = ["<html", "<!doctype html", "<head>", "<body"];
    text.trim_start().starts_with('<') && signs.iter().any(|sign| head(text).contains(sign))
}

fn head(text: &str) -> String {
    text.trim_start()
        .chars()
        .take(3000)
        .flat_map(char::to_lowercase)
        .collect()
}

/// Whether a text has tags that make paragraphs.
pub(super) fn has_blocks(text: &str) -> bool {
    static BLOCK: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?i)<(?:/?(?:p|div|td|tr|h[1-6])|br)(?:\s[^<>]{0,500})?/?>").ok());
    memchr::memchr(b'<', text.as_bytes()).is_some() && BLOCK.as_ref().is_some_and(|block| block.is_match(text))
}

/// Whether a text has any tags at all.
pub(super) fn has_tags(text: &str) -> bool {
    Scanner::new(text).any(|token| !matches!(token, Token::Char { .. })) || has_blocks(text)
}

/// The elements that stand apart from what is before and after them.
pub(super) fn is_block(name: &str) -> bool {
    const BLOCKS: &[&str] = &[
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
        "ucapcontent",
    ];
    BLOCKS.contains(&name)
}

/// Elements whose content is no text.
const RAW: [&str; 9] = [
    "script", "style", "textarea", "title", "noscript", "iframe", "xmp", "noembed", "noframes",
];

/// Elements without content, and those that the next of their kind closes.
const CLOSED_BY_ITSELF: [&str; 26] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr", "p",
    "li", "td", "th", "tr", "tbody", "thead", "dd", "dt", "option", "html", "body",
];

/// Elements that the parser opens again in the next paragraph when they were not closed.
const FORMATTING: [&str; 14] = [
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
];

/// The character of the entity a text starts with, and the bytes it takes.
fn entity(text: &str) -> Option<(char, usize)> {
    let bytes = text.as_bytes();
    if bytes.get(1) == Some(&b'#') {
        let is_hex = matches!(bytes.get(2), Some(b'x' | b'X'));
        let start = if is_hex { 3 } else { 2 };
        let radix = if is_hex { 16 } else { 10 };
        let digits = bytes[start..]
            .iter()
            .take(10)
            .take_while(|byte| (**byte as char).is_digit(radix))
            .count();
        let number = u32::from_str_radix(text.get(start..start + digits)?, radix).ok()?;
        let len = start + digits + usize::from(bytes.get(start + digits) == Some(&b';'));
        return Some((numbered(number), len));
    }
    let name_len = bytes[1..]
        .iter()
        .take(32)
        .take_while(|byte| byte.is_ascii_alphanumeric())
        .count();
    let name = text.get(1..1 + name_len)?;
    let c = |name: &str| NAMED.iter().find(|(known, _)| *known == name).map(|(_, c)| *c);
    if bytes.get(1 + name_len) == Some(&b';') {
        return Some((c(name)?, name_len + 2));
    }
    // A few old ones do without the semicolon, even when letters follow.
    let bare = BARE.iter().find(|bare| name.starts_with(**bare))?;
    Some((c(bare)?, 1 + bare.len()))
}

/// The character of a number, after the table of the standard for those that mean windows-1252.
fn numbered(number: u32) -> char {
    let old = [
        (0x80, '€'),
        (0x82, '‚'),
        (0x84, '„'),
        (0x85, '…'),
        (0x86, '†'),
        (0x87, '‡'),
        (0x89, '‰'),
        (0x8b, '‹'),
        (0x91, '‘'),
        (0x92, '’'),
        (0x93, '“'),
        (0x94, '”'),
        (0x95, '•'),
        (0x96, '–'),
        (0x97, '—'),
        (0x99, '™'),
        (0x9b, '›'),
    ];
    let remapped = old.iter().find(|(from, _)| *from == number).map(|(_, to)| *to);
    let valid = char::from_u32(number).filter(|c| *c != '\0');
    remapped.or(valid).unwrap_or('\u{fffd}')
}

const BARE: [&str; 12] = [
    "nbsp", "amp", "lt", "gt", "quot", "copy", "reg", "middot", "times", "yen", "deg", "para",
];

const NAMED: &[(&str, char)] = &[
    ("nbsp", '\u{a0}'),
    ("emsp", '\u{2003}'),
    ("ensp", '\u{2002}'),
    ("thinsp", '\u{2009}'),
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("sbquo", '‚'),
    ("bdquo", '„'),
    ("laquo", '«'),
    ("raquo", '»'),
    ("lsaquo", '‹'),
    ("rsaquo", '›'),
    ("mdash", '—'),
    ("ndash", '–'),
    ("hellip", '…'),
    ("middot", '·'),
    ("bull", '•'),
    ("times", '×'),
    ("divide", '÷'),
    ("plusmn", '±'),
    ("copy", '©'),
    ("reg", '®'),
    ("trade", '™'),
    ("yen", '¥'),
    ("deg", '°'),
    ("permil", '‰'),
    ("sect", '§'),
    ("para", '¶'),
    ("euro", '€'),
    ("pound", '£'),
    ("cent", '¢'),
    ("le", '≤'),
    ("ge", '≥'),
    ("ne", '≠'),
    ("asymp", '≈'),
    ("larr", '←'),
    ("rarr", '→'),
    ("uarr", '↑'),
    ("darr", '↓'),
    ("zwnj", '\u{200c}'),
    ("zwj", '\u{200d}'),
    ("shy", '\u{ad}'),
    ("frac12", '½'),
    ("sup2", '²'),
    ("sup3", '³'),
    ("iexcl", '¡'),
    ("tilde", '˜'),
    ("alpha", 'α'),
    ("beta", 'β'),
    ("num", '#'),
    ("lpar", '('),
    ("rpar", ')'),
    ("colon", ':'),
    ("comma", ','),
    ("period", '.'),
    ("semi", ';'),
    ("percnt", '%'),
    ("sol", '/'),
    ("lowbar", '_'),
    ("ast", '*'),
    ("plus", '+'),
    ("equals", '='),
    ("quest", '?'),
    ("excl", '!'),
    ("lsqb", '['),
    ("rsqb", ']'),
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text_of(source: &str) -> String {
        let chars = Scanner::new(source).filter_map(|token| match token {
            Token::Char { c, .. } => Some(c),
            _ => None,
        });
        chars.collect()
    }

    #[test]
    fn text_is_what_is_no_markup() {
        let table = [
            ("<p>一</p>二", "一二"),
            ("<!-- <p>无 --><p a='>' b=\">\" c=d>有", "有"),
            ("<script>if (a < b) '</p>'</script>有", "有"),
            ("<STYLE>x</Style >有", "有"),
            (
                "a < b &amp; c&nbsp;d &lt;e&#12288;&#x4E00;&#150;&unknown;",
                "a < b & c\u{a0}d <e\u{3000}一–&unknown;",
            ),
            ("&ldquo;枫桥&rdquo;&nbspx", "“枫桥”\u{a0}x"),
            ("<!DOCTYPE html><?xml a?>有</ 无>", "有"),
            ("<!-->有", "有"),
            ("有<p class='", "有"),
            ("有<", "有<"),
        ];
        for (source, text) in table {
            assert_eq!(text_of(source), text, "{source}");
        }
    }

    #[test]
    fn hostile_pages_are_recognised() {
        assert!(is_safe_to_parse(&"<p><b>x</b><li><td>".repeat(10_000)));
        assert!(is_safe_to_parse(&"<div>x</div>".repeat(10_000)));
        assert!(!is_safe_to_parse(&"<div>".repeat(501)));
        assert!(!is_safe_to_parse(&"<div></span>".repeat(501)));
        assert!(!is_safe_to_parse(&format!("<p {}>", "a ".repeat(1000))));
        assert!(!is_safe_to_parse(&format!(
            "{}{}",
            "<font a=1>".repeat(400),
            "<p>x".repeat(10_000)
        )));
    }

    #[test]
    fn pages_are_told_from_text() {
        assert!(is_page("\n<!DOCTYPE html>\n<html>"));
        assert!(is_page("<?xml version='1.0'?><html xmlns='x'>"));
        assert!(is_page("<div class=TRS_Editor><p>x</p></div>"));
        assert!(!is_page("<关于2024年工作的报告>"));
        assert!(!is_page("2024年 <p>"));
        assert!(has_blocks("第一段。<br/>第二段"));
        assert!(!has_blocks("a < b 且 <未命名>"));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "(<|>|/|p|script|!--|&|#|;|x4|=|\"|'| |一|a){0,60}") {
            for token in Scanner::new(&text) {
                if let Token::Char { at, len, .. } = token {
                    prop_assert!(text.get(at..at + len).is_some());
                }
            }
            is_safe_to_parse(&text);
        }
    }
}
