//! Sifts the lines of a draft: boilerplate and header tables fall out with their reasons, the rest are the [`Piece`]s that blocks
//! are joined from.

use std::sync::LazyLock;

use regex::Regex;

use super::header;
use super::numbering::numbering;
use super::strip::Strip;
use crate::ingest::extract::{Given, Line, LineStyle, Scale};
use crate::report::Dropped;
use crate::schema::boilerplate::{LETTERHEAD, LONE_NUMBER, boilerplate};
use crate::text::plain::{Script, is_blank, is_han, plain};

/// A line of text that is the report's own, on its way to a block.
#[derive(Clone, Debug, Default)]
pub struct Piece {
    pub strip: Strip,
    pub style: LineStyle,
    /// Blank lines before it.
    pub blanks: usize,
    /// Whether a page number stood between it and the piece before.
    pub page_break: bool,
    /// Whether it begins with the blanks of a new paragraph.
    pub indent: bool,
    /// How wide the line is: two for each Han character, one for each half-width one, its indent included.
    pub width: usize,
    pub mark: Mark,
}

/// What a piece is known to be before lines are joined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mark {
    #[default]
    Text,
    Title,
    Salutation,
    Signature,
}

impl Piece {
    pub fn text(&self) -> &str {
        &self.strip.text
    }
}

/// What falls out while pieces go through.
pub struct Sieve {
    pub dropped: Vec<Dropped>,
    pub given: Vec<Given>,
    scale: Scale,
    script: Script,
}

/// Lines longer than this are text without looking: no boilerplate is so long.
const LONGEST_BOILERPLATE: usize = 600;

/// A header table ends within so many lines.
const LONGEST_HEAD: usize = 80;

impl Sieve {
    pub fn new(scale: Scale, script: Script) -> Sieve {
        Sieve {
            dropped: Vec::new(),
            given: Vec::new(),
            scale,
            script,
        }
    }

    /// The pieces of a draft's lines.
    pub fn sift(&mut self, lines: &[Line]) -> Vec<Piece> {
        let pieces = self.strips(lines);
        let pieces = self.drop_page_numbers(pieces);
        let pieces = self.read_header(pieces);
        self.drop_foot(pieces)
    }

    /// Records that `strip` is left out.
    pub fn drop(&mut self, strip: &Strip, reason: &str) {
        let source = self
            .scale
            .place(strip.source(0..strip.text.len(), self.scale))
            .unwrap_or(self.scale.nowhere());
        self.dropped.push(Dropped {
            text: strip.text.clone(),
            reason: reason.to_owned(),
            source,
        });
    }

    /// The lines that show something, without markup and the blanks around them.
    fn strips(&mut self, lines: &[Line]) -> Vec<Piece> {
        let mut pieces = Vec::with_capacity(lines.len());
        let mut blanks = 0;
        for line in lines {
            let whole = Strip::new(line.text.clone(), line.runs.clone(), self.scale);
            let (strip, style) = self.without_marks(whole, line.style);
            let text = &strip.text;
            let start = text.len() - text.trim_start_matches(is_blank).len();
            let end = text.trim_end_matches(is_blank).len();
            if start >= end {
                blanks += 1;
                continue;
            }
            let lead = width(&text[..start]);
            pieces.push(Piece {
                indent: (3..=8).contains(&lead) || text.starts_with('\t'),
                width: width(&text[..end]),
                strip: strip.slice(start..end, self.scale),
                style,
                blanks,
                ..Piece::default()
            });
            blanks = 0;
        }
        pieces
    }

    /// A line without Word's bookmarks and, in plain text, without the marks of Markdown.
    fn without_marks(&mut self, strip: Strip, style: LineStyle) -> (Strip, LineStyle) {
        let mut holes: Vec<(std::ops::Range<usize>, Option<&str>)> = Vec::new();
        for (reason, pattern) in &boilerplate().cuts {
            holes.extend(
                pattern
                    .find_iter(&strip.text)
                    .map(|found| (found.range(), Some(reason.as_str()))),
            );
        }
        let mut new_style = style;
        if style == LineStyle::Plain {
            let text = &strip.text;
            let start = text.len() - text.trim_start_matches(is_blank).len();
            let depth = text[start..].bytes().take_while(|b| *b == b'#').count();
            if (1..=6).contains(&depth) && text[start + depth..].starts_with([' ', '\u{3000}']) {
                holes.push((start..start + depth, None));
                new_style = if depth == 1 {
                    LineStyle::Title
                } else {
                    LineStyle::Heading(depth as u8 - 1)
                };
            }
            let stars: Vec<usize> = text.match_indices("**").map(|(at, _)| at).collect();
            if stars.len() >= 2 && stars.len().is_multiple_of(2) && !is_masked(text) {
                holes.extend(stars.iter().map(|at| (*at..at + 2, None)));
            }
        }
        if holes.is_empty() {
            return (strip, style);
        }
        holes.sort_by_key(|(range, _)| range.start);
        let mut kept = Strip::default();
        let mut at = 0;
        for (range, reason) in holes {
            if range.start < at {
                continue;
            }
            kept.append(&strip.slice(at..range.start, self.scale), "");
            if let Some(reason) = reason {
                let cut = strip.slice(range.clone(), self.scale);
                self.drop(&cut, reason);
            }
            at = range.end;
        }
        kept.append(&strip.slice(at..strip.text.len(), self.scale), "");
        (kept, new_style)
    }

    fn drop_page_numbers(&mut self, pieces: Vec<Piece>) -> Vec<Piece> {
        let reasons: Vec<Option<&str>> = pieces.iter().map(|piece| self.page_number(piece)).collect();
        let drop: Vec<bool> = (0..pieces.len())
            .map(|n| match reasons[n] {
                Some(LONE_NUMBER) => is_page_number(&pieces, &reasons, n),
                Some(_) => pieces[n].style != LineStyle::TableRow,
                None => false,
            })
            .collect();
        let mut kept: Vec<Piece> = Vec::with_capacity(pieces.len());
        let (mut blanks, mut broken) = (0, false);
        for (mut piece, drop) in pieces.into_iter().zip(drop) {
            if drop {
                blanks += piece.blanks;
                broken = true;
                self.drop(&piece.strip, "page number");
                continue;
            }
            piece.blanks += blanks;
            piece.page_break |= broken;
            (blanks, broken) = (0, false);
            kept.push(piece);
        }
        kept
    }

    /// Reads and drops the lines above the text that are labels, values, navigation or tools.
    fn read_header(&mut self, pieces: Vec<Piece>) -> Vec<Piece> {
        let end = pieces
            .iter()
            .take(LONGEST_HEAD)
            .position(|piece| self.is_body(piece))
            .unwrap_or(pieces.len().min(LONGEST_HEAD));
        let shaped = pieces[..end].iter().filter(|piece| unlabelled(piece).is_some()).count();
        let mut kept = Vec::with_capacity(pieces.len());
        let mut after_header = false;
        let mut wanted: Option<String> = None;
        for (n, piece) in pieces.into_iter().enumerate() {
            if n > end {
                kept.push(piece);
                continue;
            }
            if let Some(label) = wanted.take()
                && header::fits(&label, piece.text())
            {
                let value = Given {
                    label: header::bare(&label),
                    value: piece.text().trim().to_owned(),
                    from: crate::report::EvidenceSource::Header,
                };
                self.given.push(value);
                self.drop(&piece.strip, "header table");
                continue;
            }
            let read = match piece.style {
                LineStyle::TableRow => header::read_row(piece.text()),
                _ if piece.text().starts_with('|') => header::read_row(piece.text()),
                LineStyle::Title => None,
                // Cells that a browser's clipboard parts by tabs.
                _ if piece.text().contains('\t') => {
                    header::read_row(piece.text()).or_else(|| header::read(piece.text(), after_header))
                }
                _ => header::read(piece.text(), after_header),
            };
            after_header = read.is_some();
            if let Some(read) = read {
                if let Some(label) = header::lone_label(piece.text()).filter(|_| read.given.is_empty()) {
                    wanted = Some(label.to_owned());
                }
                self.given.extend(read.given);
                kept.extend(self.rest_of(piece, read.rest, "header table"));
            } else if let Some(label) = header::lone_label(piece.text()).filter(|_| n < end) {
                wanted = Some(label.to_owned());
                self.drop(&piece.strip, "header table");
                after_header = true;
            } else if let Some(given) = unlabelled(&piece).filter(|_| shaped >= 2) {
                self.given.push(given);
                self.drop(&piece.strip, "header table");
            } else if let Some(given) = header::source_and_time(piece.text()).filter(|_| n < end) {
                self.given.extend(given);
                self.drop(&piece.strip, "header table");
            } else if let Some((start, read)) = self.title_with_labels(&piece).filter(|_| n <= end) {
                self.given.extend(read.given);
                let labels = piece.strip.slice(start..piece.strip.text.len(), self.scale);
                self.drop(&labels, "header table");
                let title = piece.strip.slice(0..start, self.scale);
                let len = title.text.trim_end_matches(is_blank).len();
                kept.push(Piece {
                    strip: title.slice(0..len, self.scale),
                    ..piece
                });
            } else if n < end && header::is_date_line(piece.text().trim_start_matches(['-', '•', '·', '*'])) {
                self.given.extend(header::by_shape(piece.text()));
                self.drop(&piece.strip, "header table");
            } else if let Some(rest) = self.after_breadcrumb(&piece) {
                self.given.extend(header::site(&piece.text()[..rest.start]));
                kept.extend(self.rest_of(piece, Some(rest), "breadcrumb"));
            } else if let Some(reason) = self.edge_reason(&piece) {
                self.given.extend(letterhead(&piece, reason));
                self.given.extend(header::site(piece.text()));
                self.drop(&piece.strip, reason);
            } else {
                kept.push(piece);
            }
        }
        kept
    }

    /// Drops the piece but for its `rest`, which goes on as a piece.
    fn rest_of(&mut self, piece: Piece, rest: Option<std::ops::Range<usize>>, reason: &str) -> Option<Piece> {
        let start = rest.as_ref().map_or(piece.strip.text.len(), |rest| rest.start);
        let head = piece.strip.slice(0..start, self.scale);
        self.drop(&head, reason);
        let rest = piece.strip.slice(rest?, self.scale);
        Some(Piece { strip: rest, ..piece })
    }

    /// Where the labels start that follow a title on its line, and what they say.
    fn title_with_labels(&self, piece: &Piece) -> Option<(usize, header::Header)> {
        let text = piece.text();
        let (start, read) = header::after_title(text).filter(|_| text.len() <= 1000)?;
        super::marks::is_title(&plain(&text[..start], self.script)).then_some((start, read))
    }

    /// Where the title starts that is glued to the last part of a breadcrumb.
    fn after_breadcrumb(&self, piece: &Piece) -> Option<std::ops::Range<usize>> {
        let text = piece.text();
        if text.len() > 1000 || piece.style == LineStyle::TableRow {
            return None;
        }
        let first = ["首页", "当前位置", "您的位置", "所在位置", "位置："];
        if !first.iter().any(|word| text.starts_with(word)) {
            return None;
        }
        let cut = text.rfind(['>', '》', '»', '›', '＞', '→'])?;
        let last_start = cut + text[cut..].chars().next()?.len_utf8();
        let last = &text[last_start..];
        let blanks = last.len() - last.trim_start_matches(is_blank).len();
        let last = &last[blanks..];
        let column = boilerplate()
            .columns
            .iter()
            .find(|column| last.starts_with(column.as_str()) && last.len() > column.len())?;
        let rest = &last[column.len()..];
        let key = plain(rest, self.script);
        let title = super::marks::is_title(&key) || key.chars().count() > 40;
        title.then(|| last_start + blanks + column.len()..text.len())
    }

    /// Drops boilerplate after the last paragraph of the text. What is broken into lines shows itself only once they are joined.
    pub fn drop_foot(&mut self, mut pieces: Vec<Piece>) -> Vec<Piece> {
        let start = pieces
            .iter()
            .rposition(|piece| self.is_body(piece) && self.edge_reason(piece).is_none())
            .map_or(0, |n| n + 1);
        let mut foot: Vec<Piece> = pieces.drain(start..).collect();
        for piece in foot.drain(..) {
            let labelled =
                header::read(piece.text(), false).filter(|read| read.rest.is_none() && piece.mark == Mark::Text);
            if let Some(read) = labelled {
                self.given.extend(read.given);
                self.drop(&piece.strip, "page footer");
            } else if let Some(reason) = self.edge_reason(&piece).filter(|_| piece.mark == Mark::Text) {
                self.given.extend(header::site(piece.text()));
                self.drop(&piece.strip, reason);
            } else {
                pieces.push(piece);
            }
        }
        pieces
    }

    /// Why a piece may be a page number, wherever it stands. Hardly any line of a text is short enough.
    fn page_number(&self, piece: &Piece) -> Option<&'static str> {
        let shown = piece.text().chars().filter(|c| !is_blank(*c));
        let longest = boilerplate().longest_anywhere();
        (shown.take(longest + 1).count() <= longest).then(|| boilerplate().anywhere(&self.key(piece)?))?
    }

    fn edge_reason(&self, piece: &Piece) -> Option<&'static str> {
        let key = self.key(piece)?;
        boilerplate().at_edge(&key)
    }

    /// The form of a line that boilerplate is known by; `None` for lines that are too long to be any.
    fn key(&self, piece: &Piece) -> Option<String> {
        (piece.strip.text.len() <= LONGEST_BOILERPLATE * 3).then(|| plain(piece.text(), self.script))
    }

    /// Whether a piece can only be the report's own text: a long sentence or a numbered heading.
    fn is_body(&self, piece: &Piece) -> bool {
        let text = piece.text();
        if piece.style == LineStyle::TableRow || header::read(text, false).is_some() {
            return false;
        }
        if numbering(text).is_some_and(|n| n.rank <= 2) {
            return true;
        }
        let long = text.chars().filter(|c| is_han(*c)).take(31).count() > 30;
        let sentence = text.contains(['。', '；', '，', ';', ',', '！']);
        let salutation = text.chars().count() < 60
            && text.ends_with([':', '：'])
            && !text.starts_with(['-', '[', '【'])
            && !text.contains(['>', '|']);
        (long && sentence && self.edge_reason(piece).is_none()) || salutation
    }
}

/// Whether stars in a line stand for digits: 调解纠纷**件. In Markdown a digit would stand before those: **232**件.
fn is_masked(text: &str) -> bool {
    static MASKED: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"[^\d*\s]\*+(?:余|多)?(?:[年月日次件场人份个名起条期项户万元宗批册本篇]|%)|^\*+年").ok()
    });
    MASKED.as_ref().is_some_and(|masked| masked.is_match(text))
}

/// The body that a printed letterhead names: 沁水县郑庄镇人民政府文件.
fn letterhead(piece: &Piece, reason: &str) -> Option<Given> {
    let body = piece.text().trim().strip_suffix("文件")?;
    (reason == LETTERHEAD).then(|| Given {
        label: "发文机关".to_owned(),
        value: body.chars().filter(|c| !is_blank(*c)).collect(),
        from: crate::report::EvidenceSource::Header,
    })
}

/// A bulleted value without a label.
fn unlabelled(piece: &Piece) -> Option<Given> {
    let value = piece.text().strip_prefix(['-', '•', '·', '*'])?;
    value.starts_with(is_blank).then(|| header::by_shape(value)).flatten()
}

/// A number by itself between long lines, or at the very start or end, is a page number; in a column of cells it is a cell.
fn is_page_number(pieces: &[Piece], reasons: &[Option<&str>], n: usize) -> bool {
    if pieces[n].style == LineStyle::TableRow {
        return false;
    }
    let cell = |m: usize| {
        pieces[m].style == LineStyle::TableRow
            || reasons[m] == Some(LONE_NUMBER)
            || (pieces[m].text().chars().count() < 12
                && numbering(pieces[m].text()).is_none()
                && !pieces[m]
                    .text()
                    .ends_with(['。', '；', '：', ':', ';', '日', '府', '会'])
                && !broken(pieces, m))
    };
    // CO, PM: an index of a formula that stood in a tag of its own.
    if n > 0
        && pieces[n].blanks == 0
        && pieces[n - 1]
            .text()
            .ends_with(|c: char| c.is_ascii_alphabetic() || "约共达近第为".contains(c))
    {
        return false;
    }
    let before = n.checked_sub(1).map(cell);
    let after = (n + 1 < pieces.len()).then(|| cell(n + 1));
    match (before, after) {
        (_, None) | (None, _) => before != Some(true) || after.is_none() && pieces[n].blanks > 0,
        (Some(before), Some(after)) => !before && (!after || pieces[n + 1].blanks > 0 && pieces[n].blanks > 0),
    }
}

/// The tail of a broken sentence may be short: 制。
fn broken(pieces: &[Piece], n: usize) -> bool {
    n > 0 && pieces[n].text().chars().count() < 12 && pieces[n - 1].text().chars().count() > 20 && pieces[n].blanks > 0
}

fn width(text: &str) -> usize {
    text.chars()
        .map(|c| match c {
            '\t' => 4,
            '\u{A0}' | '\u{2002}' => 1,
            c if c.is_ascii() => 1,
            '\u{200B}' | '\u{FEFF}' | '\u{200D}' => 0,
            _ => 2,
        })
        .sum()
}
