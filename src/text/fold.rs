//! Turns text into the form in which two spellings of the same words are equal.
//!
//! Equal are: full and half width, traditional and simplified characters (one by one), Latin capitals and small letters, CJK
//! compatibility ideographs and radicals, `○` and `〇`, `1,176` and `1176`. Left out, because readers look through them: blanks,
//! quotes, brackets, book-title marks, dashes, middle dots and other marks; zero-width characters. Clause marks
//! (`，。；：、！？…` and their half-width twins) and line ends part the text: a run of them becomes one [`BREAK`].
//!
//! The folded form is a plain string in which each unit stands for itself, so that *a phrase occurs in a text exactly where its
//! folded form is a substring of the text's folded form*:
//!
//! - a Han character, another letter, or a symbol that means something by itself (`㎡`): that one character;
//! - a number or a Latin word: the whole of it between [`OPEN`] and [`CLOSE`], so that `97` is no part of `197`;
//! - a break: [`BREAK`].

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

/// Stands before a number or a Latin word.
pub const OPEN: char = '\u{1e}';
/// Stands after a number or a Latin word.
pub const CLOSE: char = '\u{1f}';
/// Stands for any run of clause marks and line ends.
pub const BREAK: char = '\n';

/// A text in its folded form, with the way back to where each unit stood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folded {
    pub text: String,
    /// One for each unit of `text`, in order.
    pub units: Vec<UnitPlace>,
}

/// Where a unit stands in the folded text, and where it stood in the original.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitPlace {
    /// Byte offset of its start in the folded text.
    pub folded: usize,
    /// Bytes of the original text, from its first to after its last character.
    pub original: Range<usize>,
}

/// Folds a text: line ends part it, as clause marks do.
pub fn fold(text: &str) -> String {
    let mut sink = String::with_capacity(text.len());
    write_units(text, LineEnds::Part, &mut sink);
    sink
}

/// Folds a text and keeps where each unit came from.
pub fn fold_with_places(text: &str) -> Folded {
    // Nearly every unit is a Han character, of three bytes.
    let mut sink = Folded {
        text: String::with_capacity(text.len()),
        units: Vec::with_capacity(text.len() / 3 + 1),
    };
    write_units(text, LineEnds::Part, &mut sink);
    sink
}

/// Folds a phrase that somebody looks for: line ends in it are blanks, since it may have been copied across lines.
pub fn fold_phrase(phrase: &str) -> String {
    let mut sink = String::with_capacity(phrase.len());
    write_units(phrase, LineEnds::Join, &mut sink);
    sink
}

/// Folds a part of a phrase that goes on at both ends: clause marks at its edges count.
pub fn fold_part(part: &str) -> String {
    // What stands at the edges of a phrase is left aside, so the part is put between two others.
    const EDGE: char = '一';
    let folded = fold_phrase(&format!("{EDGE}{part}{EDGE}"));
    let inner = folded.strip_prefix(EDGE).and_then(|rest| rest.strip_suffix(EDGE));
    inner.unwrap_or_default().to_owned()
}

/// What one character of a pattern is in a folded text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Folding {
    /// A character of a unit.
    Kept(char),
    /// A clause mark.
    Break,
    /// Nothing: readers look through it.
    Nothing,
}

/// Folds one character by itself.
pub fn fold_char(c: char) -> Folding {
    match class(c) {
        Class::Single(folded) | Class::Digit(folded) | Class::Latin(folded) => Folding::Kept(folded),
        Class::Break => Folding::Break,
        Class::Transparent | Class::Absent | Class::LineEnd => Folding::Nothing,
    }
}

/// Simplified characters for traditional ones and half width for full width, character by character; all else stays.
/// For values of metadata that are compared and counted (`雲岫鎮` is `云岫镇`).
pub fn simplify(text: &str) -> String {
    text.chars()
        .map(|c| match class(c) {
            Class::Single(folded) | Class::Digit(folded) => folded,
            _ => c,
        })
        .collect()
}

/// The simplified twin of a character, or the character itself.
pub fn simplify_char(c: char) -> char {
    match SIMPLIFIED.get(c as usize) {
        Some(&simplified) => simplified,
        None => TRADITIONAL.get(&c).copied().unwrap_or(c),
    }
}

impl Folded {
    /// The original bytes behind a byte range of the folded text that starts and ends at units.
    pub fn original(&self, folded: Range<usize>) -> Range<usize> {
        let first = self.units.partition_point(|unit| unit.folded < folded.start);
        let after = self.units.partition_point(|unit| unit.folded < folded.end);
        match (self.units.get(first), self.units[..after].last()) {
            (Some(first), Some(last)) => first.original.start..last.original.end,
            _ => 0..0,
        }
    }
}

/// Takes the units of a text one by one.
trait Sink {
    /// The unit's first character comes next; `at` is its byte offset in the original.
    fn begin(&mut self, at: usize);
    fn push(&mut self, c: char);
    /// The unit is complete; `at` is the byte offset after it.
    fn end(&mut self, at: usize);
}

impl Sink for String {
    fn begin(&mut self, _at: usize) {}

    fn push(&mut self, c: char) {
        String::push(self, c);
    }

    fn end(&mut self, _at: usize) {}
}

impl Sink for Folded {
    fn begin(&mut self, at: usize) {
        self.units.push(UnitPlace {
            folded: self.text.len(),
            original: at..at,
        });
    }

    fn push(&mut self, c: char) {
        self.text.push(c);
    }

    fn end(&mut self, at: usize) {
        if let Some(unit) = self.units.last_mut() {
            unit.original.end = at;
        }
    }
}

/// What a line end does.
#[derive(Clone, Copy, PartialEq)]
enum LineEnds {
    /// It parts the text, as a clause mark does.
    Part,
    /// It is a blank.
    Join,
}

/// What a character is to the fold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    /// Readers look through it, but it ends a number or a Latin word.
    Transparent,
    /// It is as if it were not there at all: zero-width characters, soft hyphens.
    Absent,
    /// A clause mark.
    Break,
    LineEnd,
    /// `0` to `9`, in half width.
    Digit(char),
    /// A Latin letter, small.
    Latin(char),
    /// A unit by itself, in its folded form.
    Single(char),
}

fn write_units(text: &str, line_ends: LineEnds, sink: &mut impl Sink) {
    // A break is written when the next unit comes, so that none stands at the start or the end.
    let mut pending_break: Option<Range<usize>> = None;
    let mut any_unit = false;
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let next = at + c.len_utf8();
        let found = match class(c) {
            Class::Break => Some(None),
            Class::LineEnd if line_ends == LineEnds::Part => Some(None),
            Class::Transparent | Class::Absent | Class::LineEnd => None,
            unit => Some(Some(unit)),
        };
        match found {
            None => at = next,
            Some(None) => {
                pending_break.get_or_insert(at..next).end = next;
                at = next;
            }
            Some(Some(unit)) => {
                if let Some(place) = pending_break.take().filter(|_| any_unit) {
                    sink.begin(place.start);
                    sink.push(BREAK);
                    sink.end(place.end);
                }
                any_unit = true;
                sink.begin(at);
                at = match unit {
                    Class::Single(folded) => {
                        sink.push(folded);
                        next
                    }
                    Class::Latin(_) => write_run(text, at, word_end(run_of(text, at)), sink),
                    _ => write_run(text, at, number_end(text, at), sink),
                };
                sink.end(at);
            }
        }
    }
}

/// A longer number or word is no number or word but encoded data; it is cut into units of this many bytes, since search
/// engines drop terms without limit.
const MAX_RUN_BYTES: usize = 1024;

/// The text from `at` on, as far as a number or word can reach.
fn run_of(text: &str, at: usize) -> &str {
    &text[at..text.floor_char_boundary(at + MAX_RUN_BYTES)]
}

/// Writes the number or word of `length` bytes that starts at `at`; answers where it ends.
fn write_run(text: &str, at: usize, length: usize, sink: &mut impl Sink) -> usize {
    let end = at + length;
    sink.push(OPEN);
    for c in text[at..end].chars() {
        match (class(c), c) {
            (Class::Digit(folded) | Class::Latin(folded), _) => sink.push(folded),
            (_, '.' | '．') => sink.push('.'),
            // The commas between thousands, and what is absent or blank inside a number.
            _ => {}
        }
    }
    sink.push(CLOSE);
    end
}

/// Where the Latin word ends that `text` starts with, in bytes.
fn word_end(text: &str) -> usize {
    let mut end = 0;
    for (at, c) in text.char_indices() {
        match class(c) {
            Class::Latin(_) => end = at + c.len_utf8(),
            Class::Absent => {}
            _ => break,
        }
    }
    end
}

/// How long the number is that starts at `at`, in bytes: digits, with `.` inside, with `,` before each three digits, or one by
/// one with single blanks between them as bad conversions leave them (`1 9 9 3 年`).
fn number_end(text: &str, at: usize) -> usize {
    let mut before = text[..at].chars().rev();
    let follows_digit = before.next().is_some_and(is_blank) && before.next().is_some_and(is_digit);
    let text = run_of(text, at);
    let spaced = if follows_digit { None } else { spaced_digits_end(text) };
    spaced.unwrap_or_else(|| {
        let whole = digits_end(text, 0);
        let mut end = thousands_end(text, whole).unwrap_or(whole);
        while let Some(next) = decimals_end(text, end) {
            end = next;
        }
        end
    })
}

/// The end of the digits from `from` on.
fn digits_end(text: &str, from: usize) -> usize {
    let mut end = from;
    for (at, c) in text[from..].char_indices() {
        match class(c) {
            Class::Digit(_) => end = from + at + c.len_utf8(),
            Class::Absent => {}
            _ => break,
        }
    }
    end
}

/// The end of `,ddd` groups after a leading group of one to three digits that ends at `from`; none if there is no such group.
fn thousands_end(text: &str, from: usize) -> Option<usize> {
    let leading = text[..from].chars().filter(|&c| is_digit(c)).count();
    let mut end = from;
    while leading <= 3 && text[end..].starts_with(',') {
        let group = digits_end(text, end + 1);
        if text[end + 1..group].chars().filter(|&c| is_digit(c)).count() != 3 {
            break;
        }
        end = group;
    }
    (end > from).then_some(end)
}

/// The end of `.ddd` at `from`.
fn decimals_end(text: &str, from: usize) -> Option<usize> {
    let point = text[from..].chars().next().filter(|&c| matches!(c, '.' | '．'))?;
    let digits = from + point.len_utf8();
    let end = digits_end(text, digits);
    (end > digits).then_some(end)
}

/// The end of at least three single digits, each parted from the next by one blank. Digits side by side among them make it a
/// list of numbers instead, and so do more digits than a number has.
fn spaced_digits_end(text: &str) -> Option<usize> {
    const MOST_DIGITS: usize = 12;
    let (mut end, mut digits) = (0, 0);
    let mut rest = text;
    loop {
        let mut chars = rest.chars();
        let digit = chars.next().filter(|&c| is_digit(c));
        let Some(digit) = digit.filter(|_| digits < MOST_DIGITS) else {
            break;
        };
        digits += 1;
        end = text.len() - rest.len() + digit.len_utf8();
        match chars.next() {
            Some(next) if is_blank(next) => rest = chars.as_str(),
            Some(next) if is_digit(next) => return None,
            _ => break,
        }
    }
    let goes_on = text[end..].trim_start_matches(is_blank).starts_with(is_digit);
    (digits >= 3 && !goes_on).then_some(end)
}

fn is_digit(c: char) -> bool {
    matches!(class(c), Class::Digit(_))
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{3000}')
}

fn class(c: char) -> Class {
    match CLASSES.get(c as usize) {
        Some(&class) => class,
        None => classify(c),
    }
}

/// The classes of the basic plane, where nearly every character of a report stands.
static CLASSES: LazyLock<Vec<Class>> = LazyLock::new(|| {
    (0..0x1_0000)
        .map(|code| char::from_u32(code).map_or(Class::Transparent, classify))
        .collect()
});

/// The simplified twins of the characters of the basic plane.
static SIMPLIFIED: LazyLock<Vec<char>> = LazyLock::new(|| {
    let mut simplified: Vec<char> = (0..0x1_0000)
        .map(|code| char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect();
    for (&from, &to) in TRADITIONAL.iter().filter(|&(&from, _)| (from as usize) < 0x1_0000) {
        simplified[from as usize] = to;
    }
    simplified
});

/// Traditional and variant characters, with their simplified twins.
static TRADITIONAL: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    include_str!("../../index_schema/traditional.tsv")
        .lines()
        .filter_map(|line| match line.chars().collect::<Vec<_>>()[..] {
            [from, '\t', to] => Some((from, to)),
            _ => None,
        })
        .collect()
});

fn classify(c: char) -> Class {
    let narrow = usual_form(c);
    match narrow {
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Class::LineEnd,
        '0'..='9' => Class::Digit(narrow),
        ',' | '.' | ';' | ':' | '!' | '?' | '、' | '。' | '…' | '‥' | '\u{fe10}'..='\u{fe16}' | '︙' => {
            Class::Break
        }
        '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => {
            Class::Absent
        }
        '\u{feff}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => Class::Absent,
        '○' | '◯' => Class::Single('〇'),
        _ if is_latin(narrow) => Class::Latin(narrow.to_lowercase().next().unwrap_or(narrow)),
        _ if narrow.is_alphanumeric() || is_meaningful_symbol(narrow) => Class::Single(simplify_char(narrow)),
        _ => Class::Transparent,
    }
}

/// The usual form of a full-width, half-width or compatibility character, where that form is one character: Unicode's NFKC,
/// and for the CJK radicals that NFKC leaves alone, the characters they are.
pub fn usual_form(c: char) -> char {
    let compatible = matches!(c, '\u{2f00}'..='\u{2fd5}' | '\u{3000}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ffef}')
        || matches!(c, '\u{2f800}'..='\u{2fa1f}');
    if compatible {
        let mut forms = std::iter::once(c).nfkc();
        return match (forms.next(), forms.next()) {
            (Some(form), None) => form,
            _ => c,
        };
    }
    radical_form(c)
}

/// The character that a radical of the blocks U+2E80–2FD5 stands for: fonts of PDF files name one by the other. One to one, and
/// Unicode's own equivalence for the Kangxi radicals; radicals that are parts of characters only (⺮, ⻌) stay.
pub fn unified(c: char) -> char {
    match c {
        '\u{2e80}'..='\u{2fd5}' => usual_form(c),
        _ => c,
    }
}

/// Converters of PDF files put these radicals (U+2E80–2EF3) where the characters stood.
fn radical_form(c: char) -> char {
    match c {
        '⺟' => '母',
        '⺠' => '民',
        '⻄' => '西',
        '⻅' => '见',
        '⻆' => '角',
        '⻉' => '贝',
        '⻋' => '车',
        '⻓' => '长',
        '⻔' => '门',
        '⻘' => '青',
        '⻚' => '页',
        '⻛' => '风',
        '⻜' => '飞',
        '⻝' => '食',
        '⻢' => '马',
        '⻣' => '骨',
        '⻤' => '鬼',
        '⻥' => '鱼',
        '⻦' => '鸟',
        '⻨' => '麦',
        '⻩' => '黄',
        '⻬' => '齐',
        '⻮' => '齿',
        '⻰' => '龙',
        '⻳' => '龟',
        _ => c,
    }
}

fn is_latin(c: char) -> bool {
    c.is_ascii_alphabetic() || (matches!(c, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}') && c.is_alphabetic())
}

/// Symbols that are read aloud (units of measure, enclosed characters) or that stand for a lost character.
fn is_meaningful_symbol(c: char) -> bool {
    matches!(c, '\u{2103}' | '\u{2109}' | '\u{2116}' | '\u{2460}'..='\u{24ff}' | '\u{3200}'..='\u{33ff}' | '\u{fffd}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Shows units with blanks between them, breaks as `/`.
    fn shown(folded: &str) -> String {
        crate::text::units::units(folded)
            .map(|unit| match unit {
                "\n" => "/".to_owned(),
                unit => unit.replace([OPEN, CLOSE], ""),
            })
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn spellings_that_readers_equate_fold_alike() {
        for (left, right) in [
            ("新时代“枫桥经验”", "新时代枫桥经验"),
            ("2024 年", "２０２４年"),
            ("《行政处罚法》", "行政处罚法"),
            ("關於法治政府建設", "关于法治政府建设"),
            ("全 面 推 进 依 法 行 政", "全面推进依法行政"),
            ("LED屏", "led屏"),
            ("ＬＥＤ　屏", "Led 屏"),
            ("（一）加强", "(一)加强"),
            ("学习,宣传", "学习，宣传"),
            ("学习。宣传", "学习……宣传"),
            ("1,176件", "1176件"),
            ("二○二四年", "二〇二四年"),
            ("1 9 9 3 年3 月", "1993年3月"),
            ("法治|国家", "法治国家"),
            ("**法治**政府", "法治政府"),
            ("法\u{200b}治\u{ad}政府", "法治政府"),
            ("法治乡⾥", "法治乡里"),
            ("20\u{200b}24年", "2024年"),
            ("97.8%", "９７．８％"),
            ("着力", "著力"),
        ] {
            assert_eq!(fold(left), fold(right), "{left} and {right}");
        }
    }

    #[test]
    fn units_are_what_the_contract_says() {
        for (text, units) in [
            ("97件", "97 件"),
            ("197件", "197 件"),
            ("12345平台", "12345 平 台"),
            ("“3·15”消费者", "3 15 消 费 者"),
            ("97.8%，232 起", "97.8 / 232 起"),
            ("2024.12.4", "2024.12.4"),
            ("共3,5,7件", "共 3 / 5 / 7 件"),
            ("12,345,678元", "12345678 元"),
            ("1234,567", "1234 / 567"),
            ("A4纸WPS Office", "a 4 纸 wps office"),
            ("面积100㎡", "面 积 100 ㎡"),
            ("一、加强。\n（一）学习", "一 / 加 强 / 一 学 习"),
            ("，，开头和结尾。", "开 头 和 结 尾"),
            ("12 35 47", "12 35 47"),
            ("1 2", "1 2"),
            ("“1+6+N”", "1 6 n"),
            ("15:36", "15 / 36"),
            ("", ""),
            ("“”，。", ""),
        ] {
            assert_eq!(shown(&fold(text)), units, "{text}");
        }
    }

    #[test]
    fn clause_marks_at_the_edges_of_a_part_count() {
        assert_eq!(fold_part("，调解。"), "\n调解\n");
        assert_eq!(fold_part("“调解”"), "调解");
        assert_eq!(fold_part("97"), fold("97"));
        assert_eq!(fold_part(""), "");
    }

    #[test]
    fn a_line_end_parts_a_text_and_not_a_phrase() {
        assert_ne!(fold("法治\n政府"), fold("法治政府"));
        assert_eq!(fold_phrase("法治\n政府"), fold("法治政府"));
    }

    #[test]
    fn places_lead_back_to_the_original() {
        let text = "新时代“枫桥经验”，共1,176件";
        let folded = fold_with_places(text);
        let phrase = fold_phrase("代枫桥");
        let at = folded.text.find(&phrase).unwrap();
        assert_eq!(&text[folded.original(at..at + phrase.len())], "代“枫桥");
        let number = fold_phrase("1176");
        let at = folded.text.find(&number).unwrap();
        assert_eq!(&text[folded.original(at..at + number.len())], "1,176");
    }

    #[test]
    fn the_table_of_characters_is_closed() {
        for (from, to) in TRADITIONAL.iter() {
            assert_eq!(simplify_char(*to), *to, "{from} → {to} must not go on");
        }
        assert!(TRADITIONAL.len() > 4000);
    }

    proptest! {
        #[test]
        fn folding_never_fails_and_both_ways_agree(text in "\\PC{0,60}") {
            let folded = fold_with_places(&text);
            prop_assert_eq!(&folded.text, &fold(&text));
            for unit in &folded.units {
                prop_assert!(text.get(unit.original.clone()).is_some());
                prop_assert!(folded.text.is_char_boundary(unit.folded));
            }
        }

        #[test]
        fn folding_what_is_folded_changes_nothing(text in "[一-龥，。“”A-Za-z0-9 .,\n]{0,40}") {
            let shown_once = fold(&text).replace([OPEN, CLOSE], " ");
            let shown_twice = fold(&shown_once).replace([OPEN, CLOSE], " ");
            prop_assert_eq!(fold(&shown_once), fold(&shown_twice));
        }
    }
}
