//! Reads Rich Text Format: the text that a reader of the page sees, with the numbers that the program wrote before list items.
//!
//! Groups are kept on a stack of our own, so that no file, however deep, exhausts the reader.

use std::collections::HashMap;
use std::path::Path;

use encoding_rs::{Encoding, GB18030};

use super::paragraphs::{Paragraphs, numbered};
use super::{Harvest, LineStyle, Packed};
use crate::error::{Error, Result};
use tokens::{Token, Tokens};

pub(super) use charsets::of_code_page as encoding_of_code_page;

mod charsets;
mod tokens;

/// Whether the bytes are such a document.
pub(super) fn is_rtf(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    bytes.trim_ascii_start().starts_with(b"{\\rtf")
}

pub(super) fn extract(packed: &Packed) -> Result<Harvest> {
    let mut reader = Reader::new(&packed.bytes, packed.options.encoding);
    for token in Tokens::new(&packed.bytes) {
        if reader.groups.len() > DEEPEST {
            let error = Error::source(
                &packed.path,
                format!("damaged: more than {DEEPEST} groups inside each other"),
            );
            return Err(error.hinted("open it in the program it was made with and save it anew"));
        }
        if reader.read(token) {
            break;
        }
    }
    reader.finish(&packed.path)
}

/// No program nests groups like this.
const DEEPEST: usize = 10_000;

/// Where text goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Destination {
    Body,
    Note,
    TextBox,
    Header,
    /// The number before a list item.
    Number,
    Fonts,
    Comment,
    /// The text for programs that know no Unicode, with the Unicode text inside it; where that goes, the group around says.
    Fallback,
    Nowhere,
}

/// What holds inside a group.
#[derive(Clone)]
struct Group {
    destination: Destination,
    /// Where the text went before the number, or the fallback, began.
    around: Destination,
    font: i32,
    /// The font of Chinese characters, and whether it is the one in use.
    far_font: Option<i32>,
    is_far: bool,
    /// How many characters follow a `\u` for programs that know no Unicode.
    fallbacks: usize,
    is_hidden: bool,
    is_deleted: bool,
    is_in_table: bool,
    outline: Option<u8>,
}

/// Text on its way to a paragraph.
#[derive(Default)]
struct Flow {
    number: String,
    text: String,
}

struct Reader {
    groups: Vec<Group>,
    /// The group's first word is still to come; whether `\*` stood before it.
    at_start: bool,
    is_starred: bool,
    body: Flow,
    note: Flow,
    text_box: Flow,
    header: Flow,
    /// Paragraphs of notes, until the paragraph that they belong to has ended; and of text boxes, until the body has ended.
    notes: Vec<String>,
    text_boxes: Vec<String>,
    charsets: HashMap<i32, u8>,
    default_font: i32,
    /// Of bytes in fonts without a character set of their own.
    encoding: &'static Encoding,
    is_encoding_given: bool,
    /// Bytes above 127 that stand as they are: UTF-8, when all of the file is.
    raw: Option<&'static Encoding>,
    /// Bytes of one encoding that are not yet characters: the two of a Chinese character may come one by one.
    pending: Vec<u8>,
    pending_encoding: &'static Encoding,
    is_symbol: bool,
    /// The first half of a character outside the first plane.
    high: Option<u16>,
    /// Characters still to be skipped after a `\u`.
    skip: usize,
    lossy: usize,
    lines: Paragraphs,
}

impl Reader {
    fn new(bytes: &[u8], given: Option<&'static Encoding>) -> Self {
        let is_utf8 = !bytes.is_ascii() && std::str::from_utf8(bytes).is_ok();
        let encoding = given.unwrap_or(GB18030);
        Reader {
            groups: vec![Group {
                destination: Destination::Body,
                around: Destination::Body,
                font: 0,
                far_font: None,
                is_far: false,
                fallbacks: 1,
                is_hidden: false,
                is_deleted: false,
                is_in_table: false,
                outline: None,
            }],
            at_start: false,
            is_starred: false,
            body: Flow::default(),
            note: Flow::default(),
            text_box: Flow::default(),
            header: Flow::default(),
            notes: Vec::new(),
            text_boxes: Vec::new(),
            charsets: HashMap::new(),
            default_font: 0,
            encoding,
            is_encoding_given: given.is_some(),
            raw: is_utf8.then_some(encoding_rs::UTF_8),
            pending: Vec::new(),
            pending_encoding: encoding,
            is_symbol: false,
            high: None,
            skip: 0,
            lossy: 0,
            lines: Paragraphs::new(),
        }
    }

    /// Reads the next token; true when the document has ended.
    fn read(&mut self, token: Token) -> bool {
        match token {
            Token::Open => {
                self.flush();
                self.skip = 0;
                let group = self.group().clone();
                self.groups.push(group);
                self.at_start = true;
                self.is_starred = false;
            }
            Token::Close => {
                self.flush();
                self.skip = 0;
                self.at_start = false;
                return self.close();
            }
            Token::Star => self.is_starred = self.at_start,
            Token::Byte(byte) => {
                self.at_start = false;
                self.push_byte(byte, self.raw.filter(|_| byte >= 0x80));
            }
            Token::Coded(byte) => {
                self.at_start = false;
                self.push_byte(byte, None);
            }
            Token::Sign(c) => {
                self.at_start = false;
                if !self.skips() {
                    self.push_char(c);
                }
            }
            Token::Word(word, number) => {
                let (at_start, is_starred) = (self.at_start, self.is_starred);
                self.at_start = false;
                self.is_starred = false;
                if word == "u" {
                    self.push_unit(number.unwrap_or(0));
                    return false;
                }
                if self.skips() {
                    return false;
                }
                self.flush();
                if at_start && self.enter(word) {
                    return false;
                }
                if at_start && is_starred {
                    self.group_mut().destination = Destination::Nowhere;
                    return false;
                }
                self.obey(word, number);
            }
        }
        false
    }

    fn group(&self) -> &Group {
        &self.groups[self.groups.len() - 1]
    }

    fn group_mut(&mut self) -> &mut Group {
        let last = self.groups.len() - 1;
        &mut self.groups[last]
    }

    /// Whether the next character stands for the `\u` before it.
    fn skips(&mut self) -> bool {
        let skips = self.skip > 0;
        self.skip = self.skip.saturating_sub(1);
        skips
    }

    /// Leaves a group; true when it was the last.
    fn close(&mut self) -> bool {
        let Some(left) = self.groups.pop() else { return true };
        let Some(back) = self.groups.last().map(|group| group.destination) else {
            return true;
        };
        if left.destination != back {
            match left.destination {
                Destination::Note | Destination::TextBox | Destination::Header => self.end_aside(left.destination),
                _ => {}
            }
        }
        self.groups.len() == 1
    }

    /// Goes where the first word of a group sends its text; false when the word is no destination.
    fn enter(&mut self, word: &str) -> bool {
        let now = self.group().destination;
        let next = match word {
            _ if now == Destination::Nowhere => Destination::Nowhere,
            "fonttbl" => Destination::Fonts,
            "footnote" => Destination::Note,
            "shptxt" => Destination::TextBox,
            "header" | "headerl" | "headerr" | "headerf" | "footer" | "footerl" | "footerr" | "footerf" => {
                Destination::Header
            }
            "listtext" | "pntext" => Destination::Number,
            "annotation" => {
                self.lines.comments += 1;
                Destination::Comment
            }
            "upr" => Destination::Fallback,
            "ud" => self.group().around,
            "pict" => {
                self.lines.pictures += 1;
                Destination::Nowhere
            }
            // The text of a drawing stands in a group of its own inside.
            "shp" | "shpinst" => now,
            "colortbl" | "stylesheet" | "info" | "fldinst" | "nonshppict" | "objdata" | "sp" | "xe" | "tc" | "rxe"
            | "listtable" | "listoverridetable" | "revtbl" | "template" | "private" | "ftnsep" | "ftnsepc"
            | "ftncn" | "aftnsep" | "aftnsepc" | "aftncn" | "do" => Destination::Nowhere,
            _ => return false,
        };
        let group = self.group_mut();
        if !matches!(now, Destination::Number | Destination::Fallback) {
            group.around = now;
        }
        group.destination = next;
        // A drawing is anchored to a paragraph in a table or not; its own text is in none.
        if matches!(next, Destination::Note | Destination::TextBox | Destination::Header) {
            group.is_in_table = false;
        }
        true
    }

    fn obey(&mut self, word: &str, number: Option<i32>) {
        let is_on = number != Some(0);
        match word {
            "ansicpg" if !self.is_encoding_given => {
                self.encoding = number.and_then(charsets::of_code_page).unwrap_or(self.encoding);
            }
            "deff" => {
                self.default_font = number.unwrap_or(0);
                self.group_mut().font = self.default_font;
            }
            "f" => {
                let group = self.group_mut();
                group.font = number.unwrap_or(0);
                group.far_font = None;
            }
            "af" if self.group().is_far => self.group_mut().far_font = number,
            "dbch" => self.group_mut().is_far = true,
            "loch" | "hich" => self.group_mut().is_far = false,
            "fcharset" if self.group().destination == Destination::Fonts => {
                let charset = number.and_then(|number| u8::try_from(number).ok()).unwrap_or(0);
                self.charsets.insert(self.group().font, charset);
            }
            "uc" => self.group_mut().fallbacks = number.map_or(1, |number| number.clamp(0, 100) as usize),
            "v" => self.group_mut().is_hidden = is_on,
            "deleted" => self.group_mut().is_deleted = is_on,
            "plain" => {
                let font = self.default_font;
                let group = self.group_mut();
                (group.font, group.far_font, group.is_far) = (font, None, false);
                (group.is_hidden, group.is_deleted) = (false, false);
            }
            "pard" => {
                let group = self.group_mut();
                (group.is_in_table, group.outline) = (false, None);
            }
            "intbl" => self.group_mut().is_in_table = true,
            "outlinelevel" => self.group_mut().outline = number.and_then(|number| u8::try_from(number).ok()),
            "par" | "sect" | "nestcell" | "nestrow" => self.end_paragraph(),
            "cell" => self.end_cell(),
            "row" if self.group().destination == Destination::Body => {
                self.lines.end_row();
                self.write_notes();
            }
            "line" | "page" | "column" | "softline" | "softpage" => self.push_char('\n'),
            _ => {
                if let Some(c) = charsets::of_word(word) {
                    self.push_char(c);
                }
            }
        }
    }

    /// Adds a byte of the text: in `encoding`, or in that of the font.
    fn push_byte(&mut self, byte: u8, encoding: Option<&'static Encoding>) {
        if self.skips() {
            return;
        }
        let (encoding, is_symbol) = match encoding {
            Some(encoding) => (encoding, false),
            None => self.encoding_of_font(),
        };
        if encoding != self.pending_encoding || is_symbol != self.is_symbol {
            self.flush();
            (self.pending_encoding, self.is_symbol) = (encoding, is_symbol);
        }
        self.pending.push(byte);
    }

    /// The encoding of the font in use, and whether it is one of symbols.
    fn encoding_of_font(&self) -> (&'static Encoding, bool) {
        const SYMBOLS: u8 = 2;
        let group = self.group();
        let font = group.far_font.filter(|_| group.is_far).unwrap_or(group.font);
        let charset = self.charsets.get(&font).copied().unwrap_or(0);
        let encoding = charsets::of_charset(charset).unwrap_or(self.encoding);
        (encoding, charset == SYMBOLS)
    }

    /// Turns the pending bytes into characters.
    fn flush(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        let bytes = std::mem::take(&mut self.pending);
        if self.is_symbol && self.group().destination != Destination::Number {
            // Which sign a byte is, only its font knows.
            let signs = bytes.iter().map(|byte| if *byte > b' ' { '□' } else { ' ' });
            return self.push_text(&signs.collect::<String>());
        }
        if self.is_symbol {
            return;
        }
        let (text, _) = self.pending_encoding.decode_without_bom_handling(&bytes);
        self.lossy += text.matches(char::REPLACEMENT_CHARACTER).count();
        self.push_text(&text);
    }

    /// Adds a UTF-16 unit, which may be written as a negative number.
    fn push_unit(&mut self, number: i32) {
        if self.skips() {
            return;
        }
        self.flush();
        self.skip = self.group().fallbacks;
        let unit = number as u16;
        if let Some(high) = self.high.take() {
            for found in char::decode_utf16([high, unit]) {
                self.push_char(found.unwrap_or(char::REPLACEMENT_CHARACTER));
            }
        } else if (0xD800..0xDC00).contains(&unit) {
            self.high = Some(unit);
        } else {
            // Symbol fonts keep their signs in the private area.
            let is_symbol = (0xF000..0xF100).contains(&unit);
            let c = char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER);
            match self.group().destination {
                Destination::Number if is_symbol => {}
                _ => self.push_char(if is_symbol { '□' } else { c }),
            }
        }
    }

    fn push_char(&mut self, c: char) {
        self.flush();
        self.push_text(c.encode_utf8(&mut [0; 4]));
    }

    fn push_text(&mut self, text: &str) {
        let group = self.group();
        if group.is_hidden || group.is_deleted {
            return;
        }
        let (destination, around) = (group.destination, group.around);
        match destination {
            Destination::Number => {
                let number = text.replace(['\t', '\n'], " ");
                if let Some(flow) = self.flow(around) {
                    flow.number.push_str(&number);
                }
            }
            _ => {
                if let Some(flow) = self.flow(destination) {
                    flow.text.push_str(text);
                }
            }
        }
    }

    fn flow(&mut self, destination: Destination) -> Option<&mut Flow> {
        match destination {
            Destination::Body => Some(&mut self.body),
            Destination::Note => Some(&mut self.note),
            Destination::TextBox => Some(&mut self.text_box),
            Destination::Header => Some(&mut self.header),
            _ => None,
        }
    }

    /// The text that has come since the last paragraph, with its number.
    fn take(&mut self, destination: Destination) -> Option<String> {
        let flow = std::mem::take(self.flow(destination)?);
        let number: String = flow
            .number
            .trim()
            .trim_matches(['·', '•', '●', '■', '◆', '➢', '□'])
            .to_owned();
        Some(numbered(&number, &flow.text))
    }

    fn end_paragraph(&mut self) {
        let group = self.group();
        // The mark of a deleted paragraph joins it to the next.
        if group.is_deleted || group.is_hidden {
            return;
        }
        let (destination, is_in_table, outline) = (group.destination, group.is_in_table, group.outline);
        if destination != Destination::Body {
            return self.end_aside(destination);
        }
        let Some(text) = self.take(Destination::Body) else {
            return;
        };
        if is_in_table {
            self.lines.in_cell(text);
            return;
        }
        let style = match outline {
            Some(depth @ 0..9) => LineStyle::Heading(depth + 1),
            _ => LineStyle::Paragraph,
        };
        self.lines.paragraph(&text, style);
        self.write_notes();
    }

    fn end_cell(&mut self) {
        match self.group().destination {
            Destination::Body => {
                let text = self.take(Destination::Body).unwrap_or_default();
                self.lines.end_cell(text);
            }
            aside => self.end_aside(aside),
        }
    }

    /// Ends a paragraph outside of the body.
    fn end_aside(&mut self, destination: Destination) {
        let Some(text) = self.take(destination).filter(|text| !text.trim().is_empty()) else {
            return;
        };
        match destination {
            Destination::Note => self.notes.push(text.trim_start().to_owned()),
            Destination::TextBox => self.text_boxes.push(text),
            Destination::Header => self.lines.drop_header(&text),
            _ => {}
        }
    }

    fn write_notes(&mut self) {
        for note in std::mem::take(&mut self.notes) {
            self.lines.paragraph(&note, LineStyle::Paragraph);
        }
    }

    fn finish(mut self, path: &Path) -> Result<Harvest> {
        self.flush();
        let open = self.groups.len().saturating_sub(1);
        self.groups.truncate(1);
        if let Some(text) = self.take(Destination::Body).filter(|text| !text.is_empty()) {
            self.lines.paragraph(&text, LineStyle::Paragraph);
        }
        self.end_aside(Destination::Note);
        self.lines.end_row();
        self.write_notes();
        self.end_aside(Destination::TextBox);
        for text in std::mem::take(&mut self.text_boxes) {
            self.lines.paragraph(&text, LineStyle::Paragraph);
        }
        if open > 0 {
            self.lines
                .warn("the end of the file is missing: text may be lost".to_owned());
        }
        if self.lossy > 0 {
            let name = self.encoding.name();
            let warning = format!("byte sequences not valid in {name}, replaced by U+FFFD: {}", self.lossy);
            self.lines.warn(warning);
        }
        self.lines.finish(path)
    }
}

#[cfg(test)]
mod tests;
