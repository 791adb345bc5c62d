//! Splits the blocks of a report into sections and passages.
//!
//! A passage is a paragraph with the headings that it opens, or a part of a paragraph too long to read. Every line of the text is in
//! exactly one passage, and the passages, with the line breaks between them, are the text.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::ingest::blocks::{Block, BlockKind, numbering};
use crate::ingest::extract::Scale;
use crate::report::{Passage, ReportKind, Section, SectionKind};
use crate::schema::sections;
use crate::text::plain::{Script, is_blank, plain};

/// The text of a report in its parts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Split {
    pub text: String,
    pub sections: Vec<Section>,
    pub passages: Vec<Passage>,
}

/// What a heading is understood by: what the report is, and the year it is about.
#[derive(Clone, Copy, Debug)]
pub struct About {
    pub kind: ReportKind,
    pub year: Option<u16>,
}

/// A paragraph longer than this is split, in characters.
const LONG: usize = 400;

/// A passage shorter than this goes together with its neighbour, where both are of one section.
const SHORT: usize = 80;

/// Splits a report; `scale` says what the runs of its blocks count.
pub fn split(blocks: &[Block], about: About, script: Script, scale: Scale) -> Split {
    let lines = Lines::of(blocks);
    let sections = sections_of(blocks, &lines, about, script);
    let cuts = passages_of(blocks, &lines, &sections);
    let mut cursor = Cursor::default();
    // Near the passage before is better than nowhere.
    let mut known = scale.nowhere();
    let passages = cuts
        .into_iter()
        .enumerate()
        .map(|(seq, (chars, section))| {
            let span = lines.place(blocks, chars.clone(), scale, &mut cursor);
            known = scale.place(span).unwrap_or(known.clone());
            Passage {
                seq: u32::try_from(seq).unwrap_or(u32::MAX),
                section,
                chars,
                source: known.clone(),
            }
        })
        .collect();
    Split {
        text: lines.text,
        sections,
        passages,
    }
}

/// The text of the blocks, one a line, and where each starts.
struct Lines {
    text: String,
    /// In characters; one more at the end, past the last line break that is not there.
    starts: Vec<usize>,
    /// How long each block is, in characters.
    lens: Vec<usize>,
}

impl Lines {
    fn of(blocks: &[Block]) -> Lines {
        let mut lines = Lines {
            text: String::new(),
            starts: Vec::new(),
            lens: Vec::new(),
        };
        let mut at = 0;
        for (n, block) in blocks.iter().enumerate() {
            if n > 0 {
                lines.text.push('\n');
            }
            lines.text.push_str(block.text());
            let len = block.text().chars().count();
            lines.starts.push(at);
            lines.lens.push(len);
            at += len + 1;
        }
        lines.starts.push(at);
        lines
    }

    fn end(&self) -> usize {
        self.starts.last().map_or(0, |end| end.saturating_sub(1))
    }

    /// The bytes of the source that a range of characters was copied from. The ranges come in order; `cursor` is where the last one
    /// started, so that a block of a million passages is walked once.
    fn place(&self, blocks: &[Block], chars: Range<usize>, scale: Scale, cursor: &mut Cursor) -> Option<[u64; 2]> {
        while cursor.block + 1 < blocks.len() && self.starts[cursor.block + 1] <= chars.start {
            *cursor = Cursor {
                block: cursor.block + 1,
                ..Cursor::default()
            };
        }
        let mut found: Option<[u64; 2]> = None;
        for (n, block) in blocks.iter().enumerate().skip(cursor.block) {
            if self.starts[n] >= chars.end {
                break;
            }
            let mut here = if n == cursor.block {
                *cursor
            } else {
                Cursor {
                    block: n,
                    ..Cursor::default()
                }
            };
            here.walk(block.text(), chars.start.saturating_sub(self.starts[n]));
            if n == cursor.block {
                *cursor = here;
            }
            let start = here.byte;
            here.walk(block.text(), (chars.end - self.starts[n]).min(self.lens[n]));
            if let Some(here) = block.strip.source(start..here.byte, scale) {
                let known = found.unwrap_or(here);
                found = Some([known[0].min(here[0]), known[1].max(here[1])]);
            }
        }
        found
    }
}

/// A place in a block, in characters and in bytes.
#[derive(Clone, Copy, Default)]
struct Cursor {
    block: usize,
    char: usize,
    byte: usize,
}

impl Cursor {
    /// Goes on to a character of the block's text.
    fn walk(&mut self, text: &str, char: usize) {
        let Some(rest) = text.get(self.byte..) else { return };
        let steps = char.saturating_sub(self.char);
        let byte = rest.char_indices().nth(steps).map_or(rest.len(), |(at, _)| at);
        *self = Cursor {
            char: self.char + steps,
            byte: self.byte + byte,
            ..*self
        };
    }
}

/// The sections: what stands before the first heading, then one for each heading.
fn sections_of(blocks: &[Block], lines: &Lines, about: About, script: Script) -> Vec<Section> {
    let first = blocks.iter().position(|block| block.head.is_some());
    let mut sections = Vec::new();
    if blocks.is_empty() {
        return sections;
    }
    let Some(first) = first else {
        sections.push(whole(blocks, lines, about.kind, script));
        return sections;
    };
    // A title alone is no preamble: it belongs to the section below it.
    if blocks[..first].iter().any(|block| block.kind != BlockKind::Title) {
        sections.push(Section {
            kind: SectionKind::Preamble,
            level: 0,
            heading: None,
            headings: Vec::new(),
            chars: 0..lines.starts[first],
            reason: "before the first heading".to_owned(),
        });
    }
    let mut path: Vec<(u8, String, Told)> = Vec::new();
    for (n, block) in blocks.iter().enumerate() {
        let Some(head) = block.head else { continue };
        let heading = heading_text(block);
        while path.last().is_some_and(|(level, _, _)| *level >= head.level) {
            path.pop();
        }
        let before = sections
            .iter()
            .rev()
            .find(|section| section.level == 1)
            .map(|section| section.kind);
        let mut told = kind_of(&heading, path.last().map(|(_, _, told)| told), before, about, script);
        if told.of_default {
            told = by_content(blocks, n, script).unwrap_or(told);
        }
        let (of_kind, reason) = (told.kind, told.reason.clone());
        path.push((head.level, heading.clone(), told));
        close(&mut sections, lines.starts[n]);
        let start = if sections.is_empty() { 0 } else { lines.starts[n] };
        sections.push(Section {
            kind: of_kind,
            level: head.level,
            heading: Some(heading),
            headings: path.iter().map(|(_, heading, _)| heading.clone()).collect(),
            chars: start..lines.end(),
            reason,
        });
    }
    sections
}

/// The section before ends where the next one starts.
fn close(sections: &mut [Section], at: usize) {
    if let Some(last) = sections.last_mut() {
        last.chars.end = at;
    }
}

/// The heading of a block, without the mark that ends it.
fn heading_text(block: &Block) -> String {
    let len = block.head.map_or(0, |head| head.len);
    let text = block.text().get(..len).unwrap_or(block.text());
    text.trim_matches(is_blank)
        .trim_end_matches(['。', '，', '；', '：', ',', ';', ':'])
        .to_owned()
}

/// A report without headings is one section. An annual report mostly tells what was done; of another document nothing is known.
fn whole(blocks: &[Block], lines: &Lines, kind: ReportKind, script: Script) -> Section {
    let title = blocks
        .iter()
        .find(|block| block.kind == BlockKind::Title)
        .map(|block| plain(block.text(), script))
        .unwrap_or_default();
    let plans = title.ends_with("计划") || title.ends_with("要点") || title.ends_with("安排");
    let (kind, reason) = match kind {
        _ if plans => (SectionKind::Plans, "no headings, and the title is that of a plan"),
        ReportKind::Plan => (SectionKind::Plans, "no headings, and all of it is a plan"),
        _ if !kind.is_report() => (SectionKind::Other, "no headings"),
        _ => (
            SectionKind::Achievements,
            "no headings: a report mostly tells what was done",
        ),
    };
    Section {
        kind,
        level: 0,
        heading: None,
        headings: Vec::new(),
        chars: 0..lines.end(),
        reason: reason.to_owned(),
    }
}

/// What a section is about, and why.
struct Told {
    kind: SectionKind,
    reason: String,
    /// The label of another kind that the heading names too.
    also: Option<&'static str>,
    /// Whether the heading says nothing, so that the text may.
    of_default: bool,
}

impl Told {
    fn new(kind: SectionKind, reason: impl Into<String>) -> Told {
        Told {
            kind,
            reason: reason.into(),
            also: None,
            of_default: false,
        }
    }
}

/// What a heading says. A first-level heading is taken at its words. One below inherits the kind of the section above, unless it says
/// another in so many words (`strong` in sections.toml) and the section above tells of measures, of problems, or of both kinds at once:
/// 二、存在问题及下一步打算 may have a （二）下一步打算.
fn kind_of(heading: &str, parent: Option<&Told>, before: Option<SectionKind>, about: About, script: Script) -> Told {
    let key = heading_key(heading, script);
    let report = about.kind;
    if !report.is_report() {
        return match report {
            ReportKind::Plan => Told::new(SectionKind::Plans, "a section of a plan"),
            _ => Told::new(SectionKind::Other, "a section of another document than a report"),
        };
    }
    if let Some(parent) = parent {
        let own = sections::rules()
            .classify_inner(&key)
            .and_then(|verdict| Some((named(verdict.kind)?, verdict.words)));
        let may_differ = |kind: SectionKind| match parent.kind {
            SectionKind::Achievements | SectionKind::Other => true,
            SectionKind::Problems => kind == SectionKind::Plans || parent.also == Some(kind.label()),
            _ => parent.also == Some(kind.label()),
        };
        return match own {
            Some((kind, words)) if kind != parent.kind && may_differ(kind) => {
                Told::new(kind, format!("its own heading says {words}"))
            }
            _ => Told::new(parent.kind, "as the section above it"),
        };
    }
    let own = sections::rules().classify(&key);
    let of_next_year = report == ReportKind::RuleOfLaw && about.year.is_some_and(|year| says_next(heading, year));
    if of_next_year
        && own
            .as_ref()
            .is_none_or(|own| own.kind == SectionKind::Achievements.name())
    {
        return Told::new(SectionKind::Plans, "the heading says the year after");
    }
    let own = own.and_then(|verdict| Some((named(verdict.kind)?, verdict.words, verdict.also)));
    match own {
        Some((kind, words, Some(also))) => Told {
            also: Some(also),
            ..Told::new(kind, format!("the heading says {words} first, then {also}"))
        },
        Some((kind, words, None)) => Told::new(kind, format!("the heading says {words}")),
        // The tasks of a government's plan each have a heading of their own.
        // A government reports on the year before the one in its title, and plans for that one.
        None if report == ReportKind::GovernmentWork && about.year.is_some_and(|year| says_next(heading, year - 1)) => {
            Told::new(SectionKind::Plans, "the heading says the year planned for")
        }
        None if report == ReportKind::GovernmentWork && before == Some(SectionKind::Plans) => {
            Told::new(SectionKind::Plans, "as the section before it: one of the tasks planned")
        }
        None if report == ReportKind::RuleOfLaw => Told {
            of_default: true,
            ..Told::new(SectionKind::Achievements, "a heading that names one measure")
        },
        None => Told::new(SectionKind::Other, "the heading says none of the parts"),
    }
}

/// How much of a section is read for what its heading does not say, in characters.
const CUES_WITHIN: usize = 400;

/// What the text of a section says whose heading, that of block `n`, says nothing: two cues of one kind are needed, as
/// 有待加强 and 还不够.
fn by_content(blocks: &[Block], n: usize, script: Script) -> Option<Told> {
    let level = blocks[n].head?.level;
    let mut text = blocks[n].text().get(blocks[n].head?.len..)?.to_owned();
    for block in &blocks[n + 1..] {
        let ends = block.head.is_some_and(|head| head.level <= level) || block.kind == BlockKind::Signature;
        if ends || text.chars().count() >= CUES_WITHIN {
            break;
        }
        text.push_str(block.text());
    }
    let start: String = text.chars().take(CUES_WITHIN).collect();
    let verdict = sections::rules().by_cues(&plain(&start, script))?;
    let reason = format!("the heading says nothing, its text {}: not sure", verdict.words);
    Some(Told::new(named(verdict.kind)?, reason))
}

/// Whether a heading says the year after `year`, and not `year` itself: 2025年，我镇将重点做好以下工作.
fn says_next(heading: &str, year: u16) -> bool {
    heading.contains(&(year + 1).to_string()) && !heading.contains(&year.to_string())
}

/// A heading as the rules compare it: without number, blanks and years.
fn heading_key(heading: &str, script: Script) -> String {
    static YEAR: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?:(?:19|20)\d\d|[一二][〇零九][〇零一二三四五六七八九]{2})年(?:度)?|(?:19|20)\d\d").ok()
    });
    let number = numbering(heading).map_or(0, |number| number.len);
    let key = plain(heading.get(number..).unwrap_or(heading), script);
    YEAR.as_ref()
        .map_or(key.clone(), |year| year.replace_all(&key, "").into_owned())
}

fn named(kind: &str) -> Option<SectionKind> {
    SectionKind::ALL.into_iter().find(|known| known.name() == kind)
}

/// A passage in the making: whole blocks, or a part of one.
struct Draft {
    chars: Range<usize>,
    section: usize,
    /// Without the headings at its head.
    body: usize,
    /// Whether it begins with a heading or title.
    headed: bool,
    /// Whether it may take in what follows.
    open: bool,
    table: bool,
}

/// The passages' characters and sections.
fn passages_of(blocks: &[Block], lines: &Lines, sections: &[Section]) -> Vec<(Range<usize>, usize)> {
    let mut drafts: Vec<Draft> = Vec::new();
    let mut section = 0;
    // Where the headings start that wait for their paragraph.
    let mut waiting: Option<usize> = None;
    let mut first_heading_seen = false;
    for (n, block) in blocks.iter().enumerate() {
        if block.head.is_some() {
            section = if first_heading_seen || sections.first().is_some_and(|s| s.heading.is_none()) {
                section + 1
            } else {
                section
            };
            first_heading_seen = true;
        }
        let start = lines.starts[n];
        let end = start + lines.lens[n];
        match block.kind {
            BlockKind::Title | BlockKind::Heading | BlockKind::Salutation => {
                waiting.get_or_insert(start);
            }
            BlockKind::Paragraph
                if drafts.is_empty() && !first_heading_seen && n + 1 < blocks.len() && is_caption(block.text()) =>
            {
                waiting.get_or_insert(start);
            }
            BlockKind::Signature => match drafts.last_mut().filter(|_| waiting.is_none()) {
                Some(last) => {
                    last.chars.end = end;
                    last.open = false;
                }
                None => {
                    let start = waiting.take().unwrap_or(start);
                    drafts.push(Draft {
                        chars: start..end,
                        section,
                        body: end - start,
                        headed: true,
                        open: false,
                        table: false,
                    });
                }
            },
            BlockKind::TableRow | BlockKind::Paragraph => {
                let table = block.kind == BlockKind::TableRow;
                let head = waiting.take();
                let opens = head.is_some() || block.head.is_some();
                if !opens
                    && takes_in(drafts.last(), section, lines.lens[n], table)
                    && let Some(last) = drafts.last_mut()
                {
                    last.chars.end = end;
                    last.body += lines.lens[n] + 1;
                    continue;
                }
                let parts = if table {
                    vec![lines.lens[n]]
                } else {
                    parts(block.text(), lines.lens[n])
                };
                let mut at = start;
                let mut from = head.unwrap_or(start);
                for part in parts {
                    drafts.push(Draft {
                        chars: from..at + part,
                        section,
                        body: part,
                        headed: opens,
                        open: true,
                        table,
                    });
                    at += part;
                    from = at;
                }
            }
        }
    }
    if let Some(start) = waiting {
        // A heading at the very end belongs to what is before it.
        match drafts.last_mut() {
            Some(last) => last.chars.end = lines.end(),
            None => drafts.push(Draft {
                chars: start..lines.end(),
                section,
                body: 0,
                headed: true,
                open: false,
                table: false,
            }),
        }
    }
    merge_short(drafts)
        .into_iter()
        .map(|draft| (draft.chars, draft.section))
        .collect()
}

/// Whether a line before the text is no sentence of it: a document number, a speaker's name.
fn is_caption(line: &str) -> bool {
    line.chars().count() < SHORT / 2 && !line.trim_end().ends_with(['。', '：', ':', '；', ';', '！', '!', '”'])
}

/// Whether the passage before takes in a line of so many characters: table rows until it is full, and short lines.
fn takes_in(last: Option<&Draft>, section: usize, len: usize, table: bool) -> bool {
    let Some(last) = last else { return false };
    if !last.open || last.section != section || last.table != table || last.body + len > LONG {
        return false;
    }
    table || last.body < SHORT
}

/// A short last line of a section goes to the passage before it.
fn merge_short(drafts: Vec<Draft>) -> Vec<Draft> {
    let mut merged: Vec<Draft> = Vec::with_capacity(drafts.len());
    for draft in drafts {
        match merged.last_mut() {
            Some(last)
                if !draft.headed
                    && draft.body < SHORT
                    && last.section == draft.section
                    && last.table == draft.table
                    && last.body + draft.body <= LONG + SHORT
                    && last.chars.end < draft.chars.start =>
            {
                last.chars.end = draft.chars.end;
                last.body += draft.body + 1;
            }
            _ => merged.push(draft),
        }
    }
    merged
}

/// How long the parts of a paragraph are, in characters: about equal, cut at the ends of sentences or before 一是.
fn parts(text: &str, len: usize) -> Vec<usize> {
    if len <= LONG {
        return vec![len];
    }
    let cuts = cut_points(text);
    let mut parts = Vec::new();
    let mut at = 0;
    let mut next = 0;
    while len - at > LONG {
        let rest = len - at;
        let target = at + rest / rest.div_ceil(LONG);
        while next < cuts.len() && cuts[next].at < at + SHORT {
            next += 1;
        }
        let mut best: Option<(usize, Cut)> = None;
        for cut in cuts[next..].iter().take_while(|cut| len - cut.at >= SHORT) {
            let cost = cut.at.abs_diff(target).saturating_sub(if cut.item { 60 } else { 0 });
            if best.is_none_or(|(known, _)| cost < known) {
                best = Some((cost, *cut));
            }
            if cut.at > target + LONG / 2 {
                break;
            }
        }
        let Some((_, cut)) = best else { break };
        parts.push(cut.at - at);
        at = cut.at;
    }
    parts.push(len - at);
    parts
}

/// A place where a paragraph can be cut, in characters.
#[derive(Clone, Copy)]
struct Cut {
    at: usize,
    /// Whether 一是, 二是 … follows.
    item: bool,
}

fn cut_points(text: &str) -> Vec<Cut> {
    let mut cuts = Vec::new();
    let mut ended = false;
    let mut clause = false;
    let mut depth = 0i32;
    let mut chars = text.char_indices().enumerate().peekable();
    while let Some((n, (at, c))) = chars.next() {
        if ended && !is_closing(c) && !is_stop(c) && !is_blank(c) {
            cuts.push(Cut {
                at: n,
                item: starts_item(&text[at..]),
            });
            ended = false;
        } else if clause && starts_item(&text[at..]) {
            cuts.push(Cut { at: n, item: true });
        }
        clause = matches!(c, '；' | ';' | '：' | ':') || (clause && is_blank(c));
        match c {
            '“' | '（' | '《' | '「' | '『' => depth += 1,
            '”' | '）' | '》' | '」' | '』' => depth = (depth - 1).max(0),
            _ => {}
        }
        if is_stop(c) {
            // A full stop inside quotes ends a sentence only with the quotes.
            ended = depth == 0 || chars.peek().is_some_and(|(_, (_, next))| is_closing(*next)) || c == '。';
        }
    }
    cuts
}

fn starts_item(text: &str) -> bool {
    static ITEM: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"^(?:[一二三四五六七八九十]{1,2}(?:是|要)|第[一二三四五六七八九十][,，、])").ok());
    text.starts_with(|c: char| "一二三四五六七八九十第".contains(c))
        && ITEM.as_ref().is_some_and(|item| item.is_match(text))
}

fn is_stop(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '!' | '?')
}

fn is_closing(c: char) -> bool {
    matches!(c, '”' | '’' | '」' | '』' | '）' | ')' | '》' | '】')
}
