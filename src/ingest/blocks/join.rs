//! Joins lines that were broken inside a sentence: at page ends, by hard wrapping, around links.

use super::marks::is_title;
use super::numbering::{is_item, numbering};
use super::pieces::{Mark, Piece};
use crate::ingest::extract::LineStyle;
use crate::schema::sections;
use crate::text::plain::{Script, is_blank, plain};

/// Joins pieces that are parts of one paragraph.
pub fn join(pieces: Vec<Piece>, script: Script) -> Vec<Piece> {
    let layout = Layout::of(&pieces);
    let mut joined: Vec<Piece> = Vec::with_capacity(pieces.len());
    // Of the paragraph that grows: the width of its last line and the marks in it, so that it need not be read again and again.
    let mut last_width = 0;
    let mut seen = Seen::default();
    for piece in pieces {
        let grows = joined
            .last()
            .is_some_and(|above| layout.joins(above, &piece, last_width, seen, script));
        last_width = piece.width;
        let here = Seen::of(piece.text());
        match joined.last_mut().filter(|_| grows) {
            Some(above) => {
                let glue = glue(&above.strip.text, piece.text());
                above.strip.append(&piece.strip, glue);
                seen.sentence |= here.sentence;
                seen.clause |= here.clause;
            }
            None => {
                seen = here;
                joined.push(piece);
            }
        }
    }
    joined
}

/// What stands between two parts of a line: a blank between Latin words, nothing in Chinese.
pub fn glue(above: &str, below: &str) -> &'static str {
    let latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic());
    if latin(above.chars().next_back()) && latin(below.chars().next()) {
        " "
    } else {
        ""
    }
}

/// The marks in a paragraph so far.
#[derive(Clone, Copy, Default)]
struct Seen {
    sentence: bool,
    clause: bool,
}

impl Seen {
    fn of(text: &str) -> Seen {
        Seen {
            sentence: has_sentence(text),
            clause: text.contains(['，', ',']),
        }
    }
}

/// How the lines of a report are laid out.
struct Layout {
    /// The width that lines are wrapped at, if they are.
    wrap: Option<usize>,
    /// Whether new paragraphs are indented and other lines are not.
    indented: bool,
    /// Whether blank lines part the paragraphs.
    parted: bool,
    /// Whether many paragraphs end without a mark, so that a missing mark says nothing.
    unmarked: bool,
}

impl Layout {
    fn of(pieces: &[Piece]) -> Layout {
        let text: Vec<&Piece> = pieces
            .iter()
            .filter(|p| p.mark == Mark::Text && p.style == LineStyle::Plain)
            .collect();
        let wrap = wrap_width(&text);
        let indents = text.iter().filter(|p| p.indent).count();
        let indented = indents >= 3 && indents < text.len();
        let pairs: Vec<(&Piece, &Piece)> = pieces.windows(2).map(|pair| (&pair[0], &pair[1])).collect();
        let ended: Vec<_> = pairs
            .iter()
            .filter(|(a, b)| is_final(a.text()) && is_long(a) && is_long(b))
            .collect();
        let parted = ended.len() >= 2 && ended.iter().filter(|(_, b)| b.blanks > 0).count() * 10 >= ended.len() * 8;
        let before_number: Vec<_> = pairs
            .iter()
            .filter(|(a, b)| is_long(a) && has_sentence(a.text()) && numbering(b.text()).is_some())
            .collect();
        let bare = before_number.iter().filter(|(a, _)| !is_final(a.text())).count();
        Layout {
            wrap,
            indented,
            parted,
            unmarked: bare >= 3 && bare * 4 >= before_number.len(),
        }
    }

    /// Whether `below` goes on with the sentence of `above`, whose last line was `width` wide.
    fn joins(&self, above: &Piece, below: &Piece, width: usize, seen: Seen, script: Script) -> bool {
        if !joinable(above) || !joinable(below) {
            return false;
        }
        let (Some(last), Some(first)) = (above.text().chars().next_back(), below.text().chars().next()) else {
            return false;
        };
        if cannot_start(first) && !(is_final(above.text()) && matches!(first, '”' | '’')) {
            return true;
        }
        if opens(last) || above.text().ends_with("——") {
            return true;
        }
        let full = self.wrap.is_some_and(|wrap| width + 4 >= wrap);
        // In a wrapped text with indents a full line goes on in the next one, whatever that begins with.
        if full && self.indented && !below.indent && below.blanks == 0 {
            return true;
        }
        if is_item(below.text()) {
            return false;
        }
        let comma = matches!(last, '，' | ',' | '、');
        if below.indent && self.indented {
            return comma && below.page_break;
        }
        if comma {
            return !(below.text().chars().count() < 30 && is_title(&plain(below.text(), script)));
        }
        if is_final(above.text()) || matches!(last, '：' | ':' | '；' | ';') {
            return false;
        }
        if full {
            return true;
        }
        let heading = numbering(above.text()).is_some() && !seen.sentence;
        if heading || !is_long(above) {
            return goes_on(last) || (starts_on(first) && !heading && below.blanks == 0 && is_long(above));
        }
        if below.page_break || (self.parted && below.blanks == 0 && !is_heading_like(below, script)) {
            return seen.sentence || seen.clause || above.text().chars().take(26).count() > 25;
        }
        if goes_on(last) || starts_on(first) {
            return true;
        }
        seen.sentence && !self.unmarked && !is_heading_like(below, script)
    }
}

/// The width at which most lines end, when there are enough of them.
fn wrap_width(pieces: &[&Piece]) -> Option<usize> {
    if pieces.len() < 8 {
        return None;
    }
    let mut widths: Vec<usize> = pieces
        .iter()
        .map(|piece| piece.width)
        .filter(|width| *width >= 30)
        .collect();
    if widths.len() < 6 {
        return None;
    }
    widths.sort_unstable();
    let wrap = widths[widths.len() * 9 / 10];
    if wrap > 160 {
        return None;
    }
    // Lines with many digits are counted in characters by some programs, so that their width varies a little.
    let near = widths
        .iter()
        .filter(|width| **width + 10 >= wrap && **width <= wrap + 4)
        .count();
    (near * 2 >= widths.len()).then_some(wrap.saturating_sub(6))
}

fn joinable(piece: &Piece) -> bool {
    let is_text = matches!(
        piece.style,
        LineStyle::Plain | LineStyle::Paragraph | LineStyle::Quotation
    );
    piece.mark == Mark::Text && is_text
}

/// More than a heading's or a label's worth.
fn is_long(piece: &Piece) -> bool {
    piece.text().chars().take(21).count() > 20
}

fn is_heading_like(piece: &Piece, script: Script) -> bool {
    let text = piece.text();
    let len = text.chars().count();
    if len > 30 || is_final(text) {
        return false;
    }
    let key = plain(text, script);
    !text.contains(['，', ','])
        && (sections::rules().is_stock(&key) || (len > 3 && sections::rules().classify(&key).is_some()))
}

fn has_sentence(text: &str) -> bool {
    text.contains(['。', '！', '？', '；', ';'])
}

/// Whether a text ends with the mark that ends a sentence, perhaps inside quotes.
fn is_final(text: &str) -> bool {
    let end =
        text.trim_end_matches(|c: char| is_blank(c) || matches!(c, '”' | '’' | '」' | '』' | '）' | ')' | '》' | '"'));
    end.ends_with(['。', '！', '？', '!', '?', '；', ';', '：', ':', '…'])
}

/// A mark that no line begins with.
fn cannot_start(c: char) -> bool {
    matches!(
        c,
        '，' | '。'
            | '、'
            | '；'
            | '：'
            | '！'
            | '？'
            | '）'
            | '】'
            | '》'
            | '”'
            | '’'
            | '」'
            | '』'
            | ','
            | ';'
            | ':'
            | ')'
            | '%'
            | '％'
            | '〕'
            | '〉'
    )
}

/// A mark that no line ends with.
fn opens(c: char) -> bool {
    matches!(c, '（' | '“' | '‘' | '《' | '「' | '『' | '【' | '(' | '〔' | '〈')
}

/// A word that no sentence and no heading ends with.
fn goes_on(c: char) -> bool {
    matches!(
        c,
        '的' | '和' | '与' | '及' | '或' | '将' | '把' | '被' | '于' | '且' | '與' | '將'
    )
}

/// A word that no paragraph begins with.
fn starts_on(c: char) -> bool {
    matches!(c, '的' | '们' | '与' | '及' | '或' | '等')
}
