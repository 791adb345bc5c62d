//! Regular expressions over folded text, written as people write Chinese.
//!
//! What is matched is the *readable* form of a folded text: its units without the marks around numbers and words, a blank between
//! two numbers or two words side by side, and `\n` for each break. The characters of the expression are folded the same way:
//! `素質，推進` means 素质, a clause mark, 推进; quotes, brackets as text, and blanks may be written and need not be. So `.` and `\d`
//! mean what they say, and `.` does not cross a clause, as `\n` is no character to it.
//!
//! The engine answers in time linear in the text, whatever the expression; how large an expression may grow is limited.

use std::fmt::Write;
use std::ops::Range;

use regex_syntax::ast::{self, Ast, ClassSet, ClassSetItem, GroupKind};
use regex_syntax::hir::{Class, Hir, HirKind};

use super::fold::{BREAK, CLOSE, Folding, OPEN, fold, fold_char};
use super::spans::Span;
use super::units::units;

/// An expression ready to be looked for.
#[derive(Clone, Debug)]
pub struct Expression {
    regex: regex::Regex,
    required: Required,
}

/// What stands in every text in which an expression is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Required {
    /// Nothing that could be looked up.
    Nothing,
    /// These units side by side, in folded form.
    Run(String),
    All(Vec<Required>),
    Any(Vec<Required>),
}

/// What is wrong with an expression, and where, in characters of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    pub span: Range<usize>,
    pub reason: String,
}

/// A folded text as expressions see it, with the way back to its units.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Readable {
    pub text: String,
    /// Where each unit starts in `text`, in bytes.
    starts: Vec<usize>,
}

/// How long an expression may be, in bytes.
const LONGEST: usize = 4096;
/// How large a compiled expression may be, in bytes.
const LARGEST: usize = 1 << 20;
/// How deep an expression may nest.
const DEEPEST: u32 = 40;
/// Of a class with more characters nothing is looked up.
const MOST_OF_A_CLASS: usize = 16;
/// More alternatives than this are not looked up.
const MOST_REQUIRED: usize = 64;
/// What readers look through may stand in the expression; between two numbers it is a blank of the readable form.
const LOOKED_THROUGH: &str = r"(?:\x20)?";

impl Expression {
    /// Reads an expression, as it stands between the slashes.
    ///
    /// # Errors
    /// When it is none, is too large, or can match nothing but the empty text.
    pub fn new(pattern: &str) -> Result<Self, Wrong> {
        if pattern.len() > LONGEST {
            return Err(Wrong {
                span: 0..pattern.chars().count(),
                reason: "it is too large".to_owned(),
            });
        }
        let narrow: String = pattern.chars().map(narrow).collect();
        let chars = |bytes: usize| narrow.get(..bytes).unwrap_or(&narrow).chars().count();
        let all = || 0..narrow.chars().count();
        let at = |span: &ast::Span| chars(span.start.offset)..chars(span.end.offset).max(chars(span.start.offset) + 1);
        let tree = ast::parse::ParserBuilder::new()
            .nest_limit(DEEPEST)
            .build()
            .parse(&narrow)
            .map_err(|error| Wrong {
                span: at(error.span()),
                reason: error.kind().to_string(),
            })?;
        let mut folded = String::new();
        write_folded(&tree, &narrow, &mut folded);
        let wrong = |reason: String| Wrong { span: all(), reason };
        let meaning = regex_syntax::ParserBuilder::new()
            .case_insensitive(true)
            .build()
            .parse(&folded)
            .map_err(|error| match error {
                regex_syntax::Error::Translate(error) => wrong(error.kind().to_string()),
                _ => wrong("it cannot be read".to_owned()),
            })?;
        if meaning.properties().maximum_len() == Some(0) {
            return Err(wrong("it matches nothing but the empty text".to_owned()));
        }
        let regex = regex::RegexBuilder::new(&folded)
            .case_insensitive(true)
            .size_limit(LARGEST)
            .dfa_size_limit(LARGEST)
            .build()
            .map_err(|error| match error {
                regex::Error::CompiledTooBig(_) => wrong("it is too large".to_owned()),
                _ => wrong("it cannot be read".to_owned()),
            })?;
        let mut budget = MOST_REQUIRED;
        Ok(Expression {
            regex,
            required: required(&meaning, &mut budget).unwrap_or(Required::Nothing),
        })
    }

    /// What stands in every text in which it is found.
    pub fn required(&self) -> &Required {
        &self.required
    }

    /// Where it stands in a text, in whole units: leftmost first, none overlapping another, empty ones left out.
    pub fn spans<'a>(&'a self, readable: &'a Readable) -> impl Iterator<Item = Span> + 'a {
        self.regex
            .find_iter(&readable.text)
            .filter(|found| !found.is_empty())
            .map(|found| readable.units(found.range()))
    }
}

impl Required {
    /// The runs that stand in every match.
    pub fn runs(&self) -> Vec<String> {
        match self {
            Required::Nothing | Required::Any(_) => Vec::new(),
            Required::Run(run) => vec![run.clone()],
            Required::All(parts) => parts.iter().flat_map(Required::runs).collect(),
        }
    }
}

impl Readable {
    pub fn new(folded: &str) -> Self {
        let mut readable = Readable {
            text: String::with_capacity(folded.len()),
            starts: Vec::with_capacity(folded.len() / 3),
        };
        for unit in units(folded) {
            let shown = unit.trim_start_matches(OPEN).trim_end_matches(CLOSE);
            if unit.starts_with(OPEN) {
                let kind = |c: Option<char>| c.map(|c| c.is_ascii_digit());
                let merges = readable.text.ends_with(is_of_run)
                    && kind(readable.text.chars().next_back()) == kind(shown.chars().next());
                if merges {
                    readable.text.push(' ');
                }
            }
            readable.starts.push(readable.text.len());
            readable.text.push_str(shown);
        }
        readable
    }

    /// The units that a range of bytes touches.
    fn units(&self, bytes: Range<usize>) -> Span {
        let first = self
            .starts
            .partition_point(|&start| start <= bytes.start)
            .saturating_sub(1);
        let after = self.starts.partition_point(|&start| start < bytes.end);
        Span {
            start: first as u32,
            end: after.max(first + 1) as u32,
        }
    }
}

/// Whether a character of a readable text belongs to a number or a Latin word, not to a unit of its own.
fn is_of_run(c: char) -> bool {
    fold(c.encode_utf8(&mut [0; 4])).starts_with(OPEN)
}

/// The ASCII twin of a full-width character.
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

/// Writes an expression with its characters folded. It calls itself as deep as the expression nests, which the parser limits.
fn write_folded(tree: &Ast, pattern: &str, out: &mut String) {
    let as_written = |span: &ast::Span| pattern.get(span.start.offset..span.end.offset).unwrap_or_default();
    match tree {
        Ast::Empty(_) => {}
        Ast::Flags(flags) => out.push_str(as_written(&flags.span)),
        Ast::Literal(literal) => match folded(literal) {
            Folding::Nothing => out.push_str(LOOKED_THROUGH),
            Folding::Kept(c) => push_char(c, out),
            Folding::Break => push_char(BREAK, out),
        },
        Ast::Dot(_) => out.push('.'),
        Ast::Assertion(assertion) => out.push_str(as_written(&assertion.span)),
        Ast::ClassUnicode(class) => out.push_str(as_written(&class.span)),
        Ast::ClassPerl(class) => out.push_str(as_written(&class.span)),
        Ast::ClassBracketed(class) => write_class(class, pattern, out),
        Ast::Repetition(repetition) => {
            out.push_str("(?:");
            write_folded(&repetition.ast, pattern, out);
            out.push(')');
            out.push_str(as_written(&repetition.op.span));
        }
        Ast::Group(group) => {
            match &group.kind {
                GroupKind::NonCapturing(flags) if !flags.items.is_empty() => {
                    let _ = write!(out, "(?{}:", as_written(&flags.span));
                }
                _ => out.push_str("(?:"),
            }
            write_folded(&group.ast, pattern, out);
            out.push(')');
        }
        Ast::Alternation(alternation) => {
            for (n, part) in alternation.asts.iter().enumerate() {
                if n > 0 {
                    out.push('|');
                }
                write_folded(part, pattern, out);
            }
        }
        Ast::Concat(concat) => concat.asts.iter().for_each(|part| write_folded(part, pattern, out)),
    }
}

/// A literal folded; an escape for a line end is a break.
fn folded(literal: &ast::Literal) -> Folding {
    match literal.c {
        '\n' | '\r' if literal.kind != ast::LiteralKind::Verbatim => Folding::Break,
        // A point inside a number is kept; elsewhere it is a clause mark, which is written `,` in an expression.
        '.' => Folding::Kept('.'),
        c => fold_char(c),
    }
}

fn push_char(c: char, out: &mut String) {
    out.push_str(&regex_syntax::escape(c.encode_utf8(&mut [0; 4])));
}

fn write_class(class: &ast::ClassBracketed, pattern: &str, out: &mut String) {
    let mut items = String::new();
    write_set(&class.kind, pattern, &mut items);
    match (items.is_empty(), class.negated) {
        (true, false) => out.push_str(LOOKED_THROUGH),
        (true, true) => out.push('.'),
        (false, negated) => {
            let _ = write!(out, "[{}{items}]", if negated { "^" } else { "" });
        }
    }
}

fn write_set(set: &ClassSet, pattern: &str, out: &mut String) {
    match set {
        ClassSet::Item(item) => write_item(item, pattern, out),
        ClassSet::BinaryOp(operation) => {
            let sign = match operation.kind {
                ast::ClassSetBinaryOpKind::Intersection => "&&",
                ast::ClassSetBinaryOpKind::Difference => "--",
                ast::ClassSetBinaryOpKind::SymmetricDifference => "~~",
            };
            let mut sides = [String::new(), String::new()];
            write_set(&operation.lhs, pattern, &mut sides[0]);
            write_set(&operation.rhs, pattern, &mut sides[1]);
            // A side with nothing but marks that are looked through is the empty set.
            let [left, right] = sides.map(|side| if side.is_empty() { r"\x00".to_owned() } else { side });
            let _ = write!(out, "[{left}]{sign}[{right}]");
        }
    }
}

fn write_item(item: &ClassSetItem, pattern: &str, out: &mut String) {
    let as_written = |span: &ast::Span| pattern.get(span.start.offset..span.end.offset).unwrap_or_default();
    match item {
        ClassSetItem::Empty(_) => {}
        ClassSetItem::Literal(literal) => match folded(literal) {
            Folding::Nothing => {}
            Folding::Kept(c) => push_char(c, out),
            Folding::Break => push_char(BREAK, out),
        },
        ClassSetItem::Range(range) => out.push_str(as_written(&range.span)),
        ClassSetItem::Ascii(class) => out.push_str(as_written(&class.span)),
        ClassSetItem::Unicode(class) => out.push_str(as_written(&class.span)),
        ClassSetItem::Perl(class) => out.push_str(as_written(&class.span)),
        ClassSetItem::Bracketed(class) => {
            let mut inner = String::new();
            write_set(&class.kind, pattern, &mut inner);
            if !inner.is_empty() {
                let _ = write!(out, "[{}{inner}]", if class.negated { "^" } else { "" });
            }
        }
        ClassSetItem::Union(union) => union.items.iter().for_each(|item| write_item(item, pattern, out)),
    }
}

/// What a match needs; `None` for nothing. `budget` counts down the things that are required.
fn required(meaning: &Hir, budget: &mut usize) -> Option<Required> {
    match meaning.kind() {
        HirKind::Literal(literal) => {
            let runs = runs_of(std::str::from_utf8(&literal.0).ok()?);
            *budget = budget.checked_sub(runs.len())?;
            together(runs.into_iter().map(Required::Run).collect())
        }
        HirKind::Class(Class::Unicode(class)) => {
            let count: usize = class.iter().map(|range| range.len()).sum();
            if count > MOST_OF_A_CLASS {
                return None;
            }
            let chars: Vec<char> = class.iter().flat_map(|range| range.start()..=range.end()).collect();
            *budget = budget.checked_sub(chars.len())?;
            let units = chars
                .into_iter()
                .map(|c| is_unit(c).then(|| Required::Run(c.to_string())));
            Some(Required::Any(units.collect::<Option<Vec<_>>>()?)).filter(|_| count > 0)
        }
        HirKind::Repetition(repetition) if repetition.min > 0 => required(&repetition.sub, budget),
        HirKind::Capture(capture) => required(&capture.sub, budget),
        HirKind::Concat(parts) => together(parts.iter().filter_map(|part| required(part, budget)).collect()),
        HirKind::Alternation(parts) => {
            let parts = parts.iter().map(|part| required(part, budget));
            Some(Required::Any(parts.collect::<Option<Vec<_>>>()?))
        }
        _ => None,
    }
}

fn together(mut parts: Vec<Required>) -> Option<Required> {
    match parts.len() {
        0 => None,
        1 => parts.pop(),
        _ => Some(Required::All(parts)),
    }
}

/// The runs of characters that are units by themselves. What belongs to a number or a word may be a part of it only.
fn runs_of(literal: &str) -> Vec<String> {
    let parts = literal.split(|c| !is_unit(c) && c != BREAK);
    parts
        .map(|run| run.trim_matches(BREAK).to_owned())
        .filter(|run| !run.is_empty())
        .collect()
}

fn is_unit(c: char) -> bool {
    matches!(fold_char(c), Folding::Kept(kept) if kept == c) && !is_of_run(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold::fold;

    /// What is found in a text, as it reads in folded form.
    fn found(pattern: &str, text: &str) -> Vec<String> {
        let folded = fold(text);
        let readable = Readable::new(&folded);
        let all: Vec<&str> = units(&folded).collect();
        let expression = Expression::new(pattern).unwrap_or_else(|wrong| panic!("{pattern}: {wrong:?}"));
        let spans = expression.spans(&readable);
        spans
            .map(|span| {
                all[span.start as usize..span.end as usize]
                    .concat()
                    .replace([OPEN, CLOSE], "")
                    .replace(BREAK, "/")
            })
            .collect()
    }

    #[test]
    fn expressions_read_the_text_that_people_read() {
        for (pattern, text, expected) in [
            (
                r"调解.{0,4}纠纷",
                "调解矛盾纠纷，调解各类邻里纠纷",
                vec!["调解矛盾纠纷", "调解各类邻里纠纷"],
            ),
            (r"\d+件", "化解1,176件，办结97件", vec!["1176件", "97件"]),
            (r"９７件", "办结97件", vec!["97件"]),
            (r"新时代“枫桥经验”", "新时代枫桥经验", vec!["新时代枫桥经验"]),
            (r"新时代枫桥经验", "新时代“枫桥经验”", vec!["新时代枫桥经验"]),
            (r"關於", "关于", vec!["关于"]),
            (r"素质，推进", "提升素质。推进法治", vec!["素质/推进"]),
            (r"素质.推进", "提升素质。推进法治", vec![]),
            (r"素质[，。]推进", "提升素质；推进法治", vec!["素质/推进"]),
            (r"led|wps", "LED屏与ＷＰＳ", vec!["led", "wps"]),
            (r"[A-Z]+屏", "LED屏", vec!["led屏"]),
            (r"（一|二）加强", "（二）加强", vec!["二加强"]),
            (r"2021-2025", "2021—2025年", vec!["20212025"]),
            (r"20212025", "2021—2025年", vec![]),
            (r"a4纸", "A4纸", vec!["a4纸"]),
            (r"97\.8", "97.8%", vec!["97.8"]),
            (r"法治(政府|社会)", "法治政府、法治社会", vec!["法治政府", "法治社会"]),
            (r"[“”]?枫桥", "“枫桥”", vec!["枫桥"]),
            (r"[^“]桥", "枫桥", vec!["枫桥"]),
            (r"网格\p{Han}", "网格员和网格长", vec!["网格员", "网格长"]),
            (r"x*", "没有", vec![]),
            (r"^一", "一、成效\n一是", vec!["一"]),
            (r"5g", "5G网络", vec!["5g"]),
        ] {
            assert_eq!(found(pattern, text), expected, "{pattern} in {text}");
        }
    }

    #[test]
    fn a_part_of_a_number_is_found_and_marked_with_the_whole() {
        assert_eq!(found(r"7件", "办结97件"), ["97件"]);
        assert_eq!(found(r"\b7件", "办结97件"), Vec::<String>::new());
    }

    #[test]
    fn what_an_expression_needs_is_known() {
        let shown = |pattern: &str| format!("{:?}", Expression::new(pattern).unwrap().required());
        assert_eq!(shown("调解.*纠纷"), r#"All([Run("调解"), Run("纠纷")])"#);
        assert_eq!(
            shown("法治(政府|社会)"),
            r#"All([Run("法治"), Any([Run("政府"), Run("社会")])])"#
        );
        assert_eq!(shown("甲?乙+"), r#"Run("乙")"#);
        assert_eq!(shown("12345热线"), r#"Run("热线")"#);
        assert_eq!(shown(r"\d+"), "Nothing");
        assert_eq!(shown("甲|.*"), "Nothing");
        assert_eq!(shown("素质，推进"), "Run(\"素质\\n推进\")");
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let wrong = |pattern: &str| Expression::new(pattern).unwrap_err();
        assert_eq!(wrong("法治(政府").span, 2..3);
        assert_eq!(wrong("法治[政府").span.start, 2);
        assert_eq!(wrong("(?:)").reason, "it matches nothing but the empty text");
        assert_eq!(wrong("(.{1000}){1000}").reason, "it is too large");
        assert!(Expression::new(&"(".repeat(10_000)).is_err());
        assert!(Expression::new(&format!("{}甲{}", "(".repeat(60), ")".repeat(60))).is_err());
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_an_expression_or_an_error(pattern in r"[一-三a0-9，。“”()\[\]^*+?.|\\{},:&~-]{0,16}", text in "[一-三a0-9，。“” ]{0,20}") {
            if let Ok(expression) = Expression::new(&pattern) {
                let folded = fold(&text);
                let count = units(&folded).count() as u32;
                for span in expression.spans(&Readable::new(&folded)) {
                    proptest::prop_assert!(span.start < span.end && span.end <= count);
                }
            }
        }
    }
}
