//! Tells titles, salutations, signatures and headings from paragraphs.

use std::sync::LazyLock;

use regex::Regex;

use super::header::is_doc_number;
use super::numbering::{is_item, numbering};
use super::pieces::{Mark, Piece, Sieve};
use super::strip::Strip;
use super::{Block, BlockKind, Head};
use crate::ingest::extract::{LineStyle, Scale};
use crate::schema::{sections, titles};
use crate::text::date;
use crate::text::plain::{Script, is_blank, is_han, plain};

/// A title stands among so many first lines, and has so many lines at most.
const TITLE_WITHIN: usize = 24;
const TITLE_LINES: usize = 4;

/// A signature stands among so many last lines.
const SIGNATURE_WITHIN: usize = 16;

/// A heading that runs into its paragraph is at most so long, in characters; a longer first sentence gives its first clauses.
const LONGEST_RUN_IN: usize = 60;
const LONGEST_CLAUSES: usize = 48;
const LONGEST_SLOGAN: usize = 36;

/// Marks titles, salutations and signatures, so that nothing is joined to them. A title over several lines becomes one piece.
pub fn mark(pieces: Vec<Piece>, script: Script, sieve: &mut Sieve) -> Vec<Piece> {
    let mut pieces = titled(pieces, script, sieve);
    salutations(&mut pieces, script);
    signatures(&mut pieces, script);
    signed_above(&mut pieces, script);
    pieces
}

/// The body and the day right under the title: a signature that stands above.
fn signed_above(pieces: &mut [Piece], script: Script) {
    let Some(title) = pieces.iter().rposition(|piece| piece.mark == Mark::Title) else {
        return;
    };
    for piece in pieces.iter_mut().skip(title + 1).take(3) {
        let signs =
            piece.mark == Mark::Text && piece.text().len() <= 200 && signature(&plain(piece.text(), script)).is_some();
        if !signs {
            return;
        }
        piece.mark = Mark::Signature;
    }
}

/// Whether a plain line is a title, whole.
pub fn is_title(key: &str) -> bool {
    let len = key.chars().count();
    if !(6..=90).contains(&len)
        || key.contains(['。', ';', '!', '?', '>', '|'])
        || key.ends_with([':', ',', '、'])
        || numbering(key).is_some()
    {
        return false;
    }
    // 现将…情况报告 with the rest lost is a sentence.
    if key.starts_with("现将") || key.contains("报告如下") || key.contains("如下") {
        return false;
    }
    let words = titles::titles();
    if words.tail.is_match(key) && words.topic.is_match(key) {
        return key.matches(',').count() <= 2;
    }
    (words.other_tail.is_match(key) && (key.contains("关于") || words.topic.is_match(key))) && !key.contains(',')
}

fn titled(pieces: Vec<Piece>, script: Script, sieve: &mut Sieve) -> Vec<Piece> {
    let keys: Vec<String> = pieces
        .iter()
        .take(TITLE_WITHIN + TITLE_LINES)
        .map(|p| {
            if p.text().len() < 600 {
                plain(p.text(), script)
            } else {
                String::new()
            }
        })
        .collect();
    let mut kept: Vec<Piece> = Vec::with_capacity(pieces.len());
    let mut seen: Vec<String> = Vec::new();
    let mut head = true;
    let mut skip = 0;
    for n in 0..pieces.len() {
        if skip > 0 {
            skip -= 1;
            continue;
        }
        let piece = &pieces[n];
        head = head && n < TITLE_WITHIN && !ends_head(&keys, n, piece);
        let lines = if head { title_lines(&pieces, &keys, n) } else { 0 };
        if lines == 0 {
            kept.push(piece.clone());
            continue;
        }
        let key = keys[n..n + lines].concat();
        let mut strip = Strip::default();
        for part in &pieces[n..n + lines] {
            let glue = super::join::glue(&strip.text, part.text());
            strip.append(&part.strip, glue);
        }
        skip = lines - 1;
        if seen.contains(&key) {
            sieve.drop(&strip, "repeated title");
            continue;
        }
        seen.push(key);
        kept.push(Piece {
            strip,
            mark: Mark::Title,
            style: LineStyle::Title,
            ..piece.clone()
        });
    }
    // The page's own title above the article's: the last one is the article's, both are text.
    kept
}

/// After a salutation, a numbered heading or a long sentence there is no title.
fn ends_head(keys: &[String], n: usize, piece: &Piece) -> bool {
    let Some(key) = keys.get(n) else { return true };
    key.is_empty()
        || numbering(key).is_some()
        || (key.contains('。') && key.chars().count() > 30)
        || (key.ends_with(':') && key.chars().count() > 2)
        || piece.style == LineStyle::TableRow
}

/// How many lines from `n` on make up a title; 0 when there is none.
fn title_lines(pieces: &[Piece], keys: &[String], n: usize) -> usize {
    let key = &keys[n];
    // A sentence that a link breaks: 听取了国务院总理所作的 / 政府工作报告 / 。会议.
    let sentence = |key: &String| key.starts_with(['。', ',', '、', ';', ')', '》', '”']);
    if key.contains("听取") || key.contains("所作的") || keys[n..keys.len().min(n + 3)].iter().any(sentence) {
        return 0;
    }
    if is_title(key) {
        // 开展情况 / 及2025年工作计划: a title of two years goes on.
        let next = keys
            .get(n + 1)
            .filter(|next| next.starts_with(['及', '和', '与', '暨']));
        let goes_on = next.is_some_and(|next| is_title_part(next) && is_title(&keys[n..n + 2].concat()));
        return if goes_on { 2 } else { 1 };
    }
    if pieces[n].style == LineStyle::Title && (4..=90).contains(&key.chars().count()) && !key.contains('。') {
        return 1;
    }
    if !is_title_part(key) || numbering(key).is_some() {
        return 0;
    }
    let words = titles::titles();
    for lines in 2..=TITLE_LINES.min(keys.len() - n) {
        let last = &keys[n + lines - 1];
        let part = &keys[n + lines - 2];
        if pieces[n + lines - 1].blanks > 2 && words.body_end.is_match(part) {
            return 0;
        }
        // The name of a site above the title is no part of it: a title goes on from a body's name with 关于, another body or a year.
        let goes_on = last.starts_with("关于")
            || starts_with_year(last)
            || words.body_end.is_match(last)
            || last.starts_with(['法', '推', '度', '年']);
        if words.body_end.is_match(part) && !goes_on {
            return 0;
        }
        let whole = keys[n..n + lines].concat();
        // A heading is no end of a title.
        if numbering(last).is_some() || last.ends_with(':') {
            return 0;
        }
        if is_title(&whole) {
            // Two titles, one above the other.
            return if is_title(last) && !starts_mid_title(last) {
                0
            } else {
                lines
            };
        }
        if !is_title_part(last) {
            return 0;
        }
    }
    0
}

/// A line that may be the beginning or middle of a title.
fn is_title_part(key: &str) -> bool {
    let len = key.chars().count();
    (1..=50).contains(&len)
        && !key.contains(['。', ';', ':', '!', '?', '>', '|', ','])
        && !is_doc_number(key)
        && date::find(key).is_none()
        && key.chars().any(is_han)
        && (len > 3 || key.len() > 3)
}

/// 2024年, 二〇二四年.
fn starts_with_year(key: &str) -> bool {
    key.starts_with(|c: char| c.is_ascii_digit())
        || key
            .strip_prefix(['一', '二'])
            .is_some_and(|rest| rest.starts_with(['〇', '零', '九', '○', 'O']))
}

/// The second line of a title may look like one: 关于2020年度法治政府建设工作的报告.
fn starts_mid_title(key: &str) -> bool {
    key.starts_with("关于")
        || starts_with_year(key)
        || ["法治", "建设", "工作", "政府", "推进", "年", "度", "依法"]
            .iter()
            .any(|word| key.starts_with(word))
}

fn salutations(pieces: &mut [Piece], script: Script) {
    for piece in pieces.iter_mut().take(TITLE_WITHIN) {
        let text = piece.text();
        if text.len() > 400 || piece.mark != Mark::Text {
            continue;
        }
        let key = plain(text, script);
        if numbering(&key).is_some() {
            return;
        }
        if is_salutation(&key) {
            piece.mark = Mark::Salutation;
        } else if key.contains('。') && key.chars().count() > 60 {
            return;
        }
    }
}

fn is_salutation(key: &str) -> bool {
    let Some(names) = key.strip_suffix([':', '!']) else {
        return false;
    };
    let len = names.chars().count();
    (2..=60).contains(&len)
        && !names.contains(['。', ';'])
        && !["报告", "如下", "汇报", "总结", "情况", "附件", "来源"]
            .iter()
            .any(|word| names.contains(word))
        && names
            .split([',', '、', '并'])
            .all(|name| titles::titles().recipient_end.is_match(name))
}

fn signatures(pieces: &mut [Piece], script: Script) {
    let last = pieces.len();
    let from = last.saturating_sub(SIGNATURE_WITHIN);
    let mut found: Vec<usize> = Vec::new();
    for n in (from..last).rev() {
        let piece = &pieces[n];
        if piece.mark != Mark::Text || piece.text().len() > 400 {
            continue;
        }
        let key = plain(piece.text(), script);
        match signature(&key) {
            Some(Signed::Day) => found.push(n),
            // A body's name is a signature beside a day or another name, or at the very end.
            Some(Signed::Body) if n + 1 == last || found.contains(&(n + 1)) || !any_sentence_after(pieces, n) => {
                found.push(n)
            }
            Some(Signed::Both) => found.push(n),
            _ => {}
        }
    }
    for n in found {
        pieces[n].mark = Mark::Signature;
    }
}

enum Signed {
    Body,
    Day,
    Both,
}

fn any_sentence_after(pieces: &[Piece], n: usize) -> bool {
    pieces[n + 1..].iter().any(|piece| piece.text().chars().count() > 60)
}

fn signature(key: &str) -> Option<Signed> {
    if key.contains(['。', ',', ';', ':', '《']) || key.chars().count() > 70 || numbering(key).is_some() {
        return None;
    }
    let day = date::find(key);
    let rest = match &day {
        Some((_, range)) => format!("{}{}", &key[..range.start], &key[range.end..]),
        None => key.to_owned(),
    };
    let rest = rest.trim_matches(|c: char| "()（）".contains(c));
    let body = is_signing_body(rest);
    match (day.is_some(), rest.is_empty(), body) {
        (true, true, _) => Some(Signed::Day),
        (true, false, true) => Some(Signed::Both),
        (false, false, true) => Some(Signed::Body),
        _ => None,
    }
}

fn is_signing_body(text: &str) -> bool {
    let len = text.chars().count();
    (4..=60).contains(&len)
        && text.chars().all(|c| is_han(c) || "、()".contains(c))
        && titles::titles().body_end.is_match(text)
        && !text.starts_with("关于")
}

/// Turns joined pieces into blocks: sections' headings are found here.
pub fn headings(pieces: Vec<Piece>, script: Script, scale: Scale) -> Vec<Block> {
    let pieces = split_inline(pieces, script, scale);
    let numbered = pieces.iter().any(|piece| {
        piece.mark == Mark::Text
            && piece.style != LineStyle::TableRow
            && numbering(piece.text()).is_some_and(|n| n.rank == 1)
    });
    let mut blocks: Vec<Block> = Vec::with_capacity(pieces.len());
    let mut level = 0;
    // The latest number that was no heading: its next is none either.
    let mut item: Option<(u8, u64)> = None;
    for (n, piece) in pieces.iter().enumerate() {
        let kind = match (piece.mark, piece.style) {
            (Mark::Title, _) => BlockKind::Title,
            (Mark::Salutation, _) => BlockKind::Salutation,
            (Mark::Signature, _) => BlockKind::Signature,
            (_, LineStyle::TableRow) => BlockKind::TableRow,
            _ => BlockKind::Paragraph,
        };
        let head = if kind == BlockKind::Paragraph {
            head(piece, pieces.get(n + 1), numbered, level, script)
        } else {
            None
        };
        let number = if kind == BlockKind::Paragraph {
            numbering(piece.text()).filter(|number| number.rank > 1)
        } else {
            None
        };
        let follows_item = number.is_some_and(|number| item == Some((number.rank, number.number.wrapping_sub(1))));
        let head = head.filter(|_| !follows_item);
        if let Some(number) = number {
            item = head.is_none().then_some((number.rank, number.number));
        }
        if let Some(head) = head {
            level = head.level;
        }
        let kind = match head {
            Some(head) if head.len >= piece.text().len() => BlockKind::Heading,
            _ => kind,
        };
        blocks.push(Block {
            kind,
            strip: piece.strip.clone(),
            head,
        });
    }
    nest(&mut blocks, script);
    lift(&mut blocks);
    blocks
}

/// The heading that a piece is or begins with.
fn head(piece: &Piece, next: Option<&Piece>, numbered: bool, level: u8, script: Script) -> Option<Head> {
    let text = piece.text();
    if let Some(number) = numbering(text) {
        let rest = &text[number.len..];
        let marked = matches!(piece.style, LineStyle::Heading(_) | LineStyle::Title);
        let len = run_in(rest, number.rank)?;
        let whole = rest[len..].trim_start_matches(is_blank).is_empty();
        if whole && !marked && number.rank > 1 && !opens(next, number.rank) {
            return None;
        }
        // Enumerated sentences deep in the text are items, not headings.
        if !whole && number.rank >= 3 && rest[..len].chars().count() > 30 {
            return None;
        }
        return Some(Head {
            level: number.rank,
            len: if whole { text.len() } else { number.len + len },
        });
    }
    let key = || plain(text, script);
    let short =
        text.chars().count() <= 40 && !text.ends_with(['。', '；', '，', '：', ';', ',', ':', '、']) && !is_item(text);
    if let LineStyle::Heading(_) = piece.style {
        if text.chars().count() <= 80 && opens(next, 9) {
            let stock = is_stock(&key());
            let level = if !numbered || stock { 1 } else { (level + 1).min(4) };
            return Some(Head { level, len: text.len() });
        }
        return None;
    }
    if !short || !opens(next, 9) {
        return None;
    }
    if is_stock(&key()) {
        return Some(Head {
            level: 1,
            len: text.len(),
        });
    }
    // In texts from wikis and web pages a heading without number stands out by the blank lines above it.
    let apart = !numbered
        && piece.blanks >= 3
        && next.is_some_and(|next| next.blanks >= 1 || next.indent)
        && !text.contains(['，', '。', '：', ',', '！', '!', '“', '—']);
    (apart
        && text.chars().filter(|c| is_han(*c)).count() >= 2
        && text.chars().count() <= 30
        && next.is_some_and(|next| next.text().chars().count() > 40))
    .then_some(Head {
        level: 1,
        len: text.len(),
    })
}

fn is_stock(key: &str) -> bool {
    let key = key.trim_matches(|c: char| "【】[]◆●■▲▶★☆◎○□*-—<>《》·•:".contains(c));
    static YEAR: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"^(?:19|20)\d\d年?(?:度)?|推进|我[镇乡县区]").ok());
    let bare = YEAR.as_ref().map_or(key.into(), |year| year.replace_all(key, ""));
    sections::rules().is_stock(&bare)
}

/// Whether something follows that a heading of this rank can open.
fn opens(next: Option<&Piece>, rank: u8) -> bool {
    let Some(next) = next else { return false };
    if next.mark != Mark::Text {
        return false;
    }
    numbering(next.text()).is_none_or(|n| n.rank > rank || rank == 9)
}

/// How much of the text after a number is heading, in bytes; `None` when the line is a list item.
fn run_in(rest: &str, rank: u8) -> Option<usize> {
    let limit = if rank == 1 { 130 } else { 90 };
    let sentence = rest
        .char_indices()
        .take(limit)
        .find(|(_, c)| matches!(c, '。' | '！' | '？' | '!' | '?' | '；' | ';' | '：' | ':'));
    let chars = |bytes: usize| rest[..bytes].chars().count();
    match sentence {
        Some((at, c)) => {
            let end = at + c.len_utf8();
            let whole = rest[end..].trim_matches(is_blank).is_empty();
            if whole && matches!(c, '；' | ';') && rank > 1 {
                return None;
            }
            if matches!(c, '；' | ';' | '：' | ':') && !whole {
                // 一、主要举措：… but not 一、某事；某事.
                return if matches!(c, '：' | ':') && chars(at) <= 30 {
                    Some(end)
                } else {
                    Some(clauses(rest))
                };
            }
            // Three clauses are a sentence of the paragraph, unless they stand alone.
            let terse = chars(at) <= LONGEST_SLOGAN || rest[..at].matches(['，', ',']).count() <= 1 || whole;
            if (chars(at) <= LONGEST_RUN_IN && terse) || (whole && rank == 1 && !is_wordy(rest)) {
                return Some(end);
            }
            Some(clauses(rest))
        }
        None if rest.chars().take(limit + 1).count() <= limit => {
            blank_parted(rest, rank).or_else(|| Some(if is_wordy(rest) { clauses(rest) } else { rest.len() }))
        }
        None => Some(clauses(rest)),
    }
}

/// A heading as long as a paragraph is one: its first clauses are the heading.
fn is_wordy(rest: &str) -> bool {
    rest.chars().count() > LONGEST_RUN_IN && rest.matches(['，', ',']).count() >= 3
}

/// 一、工作情况 我镇…: a stock heading and its paragraph parted by a blank only.
fn blank_parted(rest: &str, rank: u8) -> Option<usize> {
    if rank != 1 {
        return None;
    }
    let at = rest.find(['\u{3000}', ' '])?;
    let after = rest[at..].trim_start_matches(is_blank);
    (after.chars().count() > 40 && is_stock(&plain(&rest[..at], Script::Simplified))).then_some(at)
}

/// The first clause, and the second when both are as short as the halves of a slogan.
fn clauses(rest: &str) -> usize {
    let mut ends = rest
        .char_indices()
        .filter(|(_, c)| matches!(c, '，' | ',' | '；' | ';' | '。' | '：'))
        .map(|(at, c)| (at, at + c.len_utf8()));
    let Some((first, first_end)) = ends.next() else {
        return byte_at(rest, LONGEST_RUN_IN);
    };
    let len = |bytes: usize| rest[..bytes].chars().count();
    if len(first) > LONGEST_RUN_IN * 2 {
        return byte_at(rest, LONGEST_RUN_IN);
    }
    let Some((second, second_end)) = ends.next() else {
        return first_end;
    };
    let opener = &rest[first_end..second];
    let fact = opener.starts_with(|c: char| c.is_ascii_digit() || c.is_numeric())
        || [
            "今年",
            "全年",
            "截至",
            "截止",
            "我镇",
            "我乡",
            "我县",
            "我区",
            "目前",
            "本年",
            "一年来",
            "一是",
            "先后",
            "共",
            "累计",
            "为",
        ]
        .iter()
        .any(|word| opener.starts_with(word));
    if len(first) <= 24 && len(second) <= LONGEST_CLAUSES && !fact {
        second_end
    } else {
        first_end
    }
}

fn byte_at(text: &str, chars: usize) -> usize {
    text.char_indices().nth(chars).map_or(text.len(), |(at, _)| at)
}

/// Cuts pieces where a first-level heading stands in the middle of a line: …报告如下：一、主要举措（一）加强….
fn split_inline(pieces: Vec<Piece>, script: Script, scale: Scale) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::with_capacity(pieces.len());
    let mut last = 0;
    for piece in pieces {
        if piece.mark != Mark::Text || piece.style == LineStyle::TableRow {
            out.push(piece);
            continue;
        }
        let cuts = inline_cuts(piece.text(), &mut last, script);
        if cuts.is_empty() {
            out.push(piece);
            continue;
        }
        let mut at = 0;
        for cut in cuts.into_iter().chain([piece.text().len()]) {
            let text = &piece.text()[at..cut];
            let (lead, tail) = (
                text.len() - text.trim_start_matches(is_blank).len(),
                text.trim_end_matches(is_blank).len(),
            );
            if lead < tail {
                out.push(Piece {
                    strip: piece.strip.slice(at + lead..at + tail, scale),
                    blanks: if at == 0 { piece.blanks } else { 0 },
                    ..piece.clone()
                });
            }
            at = cut;
        }
    }
    out
}

/// Where first-level headings start inside a line. `last` is the number of the latest first-level heading so far.
fn inline_cuts(text: &str, last: &mut u64, script: Script) -> Vec<usize> {
    static INLINE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?:^|如下[:：]|[。；;!！]|情况[:：])\s*((?:[一二三四五六七八九十]{1,3})[、.．]|[（(]一[)）])").ok()
    });
    let mut cuts = Vec::new();
    let Some(inline) = INLINE.as_ref() else { return cuts };
    let mut start = 0;
    if let Some(number) = numbering(text).filter(|n| n.rank == 1) {
        *last = number.number;
        start = number.len;
        cut_second(text, start, &mut cuts);
    }
    for found in inline.captures_iter(text) {
        let Some(mark) = found.get(1).filter(|m| m.start() > start) else {
            continue;
        };
        let rest = &text[mark.start()..];
        let Some(number) = numbering(rest).filter(|n| n.rank == 1) else {
            continue;
        };
        let opening = number.number == 1 && *last == 0 && !found[0].starts_with(['。', '；', ';', '!', '！']);
        let following = number.number == *last + 1
            && *last > 0
            && !found[0].starts_with(['；', ';'])
            && looks_like_heading(&rest[number.len..], script);
        if opening || following {
            *last = number.number;
            cuts.push(mark.start());
            cut_second(text, mark.start() + number.len, &mut cuts);
        }
    }
    cuts
}

/// 一、主要举措和成效（一）加强组织领导: the second level starts on the line of the first.
fn cut_second(text: &str, from: usize, cuts: &mut Vec<usize>) {
    let rest = &text[from..];
    let Some(at) = rest.find(['（', '(']) else { return };
    let opens = numbering(&rest[at..]).is_some_and(|n| n.rank == 2 && n.number == 1);
    let before = rest[..at].trim_matches(is_blank);
    if opens
        && !before.is_empty()
        && before.chars().count() <= 60
        && !before.trim_end_matches(['。', '：', ':']).contains('。')
    {
        cuts.push(from + at);
    }
}

fn looks_like_heading(rest: &str, script: Script) -> bool {
    let end = rest
        .char_indices()
        .find(|(_, c)| matches!(c, '。' | '（' | '(' | '：' | ':' | '，'))
        .map_or(rest.len(), |(at, _)| at);
    let key = plain(&rest[..end], script);
    let len = key.chars().count();
    (4..=40).contains(&len) && sections::rules().classify(&key).is_some()
}

/// 一、 right below 一、: the inner numbering is the second level, until a heading that can only be the outer one.
fn nest(blocks: &mut [Block], script: Script) {
    let mut inside = false;
    let mut above: Option<usize> = None;
    for n in 0..blocks.len() {
        let Some(head) = blocks[n].head else {
            above = None;
            continue;
        };
        let text = blocks[n].text().to_owned();
        let text = text.as_str();
        let number = numbering(text).filter(|number| number.rank == 1);
        let Some(number) = number else {
            if inside && numbering(text).is_some() {
                blocks[n].head = Some(Head {
                    level: (head.level + 1).min(5),
                    ..head
                });
            }
            above = (head.level == 1 && head.len == text.len()).then_some(n);
            continue;
        };
        let own = sections::rules().classify(&plain(&text[number.len..head.len.max(number.len)], script));
        let outer = own
            .as_ref()
            .is_some_and(|own| own.kind != "achievements" && own.kind != "leadership");
        if inside && outer {
            inside = false;
        } else if number.number == 1 && above.is_some_and(|above| numbering(blocks[above].text()).is_some()) {
            inside = true;
        }
        if inside {
            blocks[n].head = Some(Head { level: 2, ..head });
        }
        above = (!inside && head.len == text.len()).then_some(n);
    }
}

/// A report whose highest headings are （一） or 1. has those as its first level.
fn lift(blocks: &mut [Block]) {
    let Some(top) = blocks
        .iter()
        .filter_map(|block| block.head)
        .map(|head| head.level)
        .min()
    else {
        return;
    };
    for block in blocks.iter_mut().filter(|_| top > 1) {
        if let Some(head) = &mut block.head {
            head.level -= top - 1;
        }
    }
}
