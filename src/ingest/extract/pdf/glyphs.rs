//! Turns what a page shows into upright characters, each with its place; what is no part of the text falls out with the reason.

use pdfboss_core::Page;
use pdfboss_text::{Ruling, TextSpan};

use crate::text::fold;

/// A page with more characters than this is no page of text.
const MOST_GLYPHS: usize = 500_000;

/// A line is slanted when it rises by more than this share of its length.
const SLANT: f32 = 0.1;

/// A character as it stands on a page: points from the left edge and from the top, as the page is seen.
#[derive(Clone, Copy, Debug)]
pub struct Glyph {
    pub c: char,
    pub x: f32,
    /// Where the next one would start.
    pub end: f32,
    /// Of the line it stands on.
    pub y: f32,
    pub size: f32,
    pub bold: bool,
    /// The program that made the file says that it belongs to a running header or footer.
    pub running: bool,
    /// Not painted: the text under the image of a scan.
    pub invisible: bool,
}

impl Glyph {
    pub fn middle(&self) -> f32 {
        (self.x + self.end) / 2.0
    }
}

/// A line that is drawn: horizontal or vertical, in the same measure as glyphs.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    pub x: [f32; 2],
    pub y: [f32; 2],
}

/// What one page shows.
#[derive(Default)]
pub struct Shown {
    pub glyphs: Vec<Glyph>,
    pub rules: Vec<Rule>,
    /// What is no part of the text, with the reason.
    pub dropped: Vec<(String, &'static str)>,
    pub width: f32,
    pub height: f32,
    /// There was more than a page can hold.
    pub cut: bool,
}

/// How a page must be turned to be upright.
struct View {
    left: f32,
    top: f32,
    width: f32,
    height: f32,
    turn: i32,
}

impl View {
    /// The page as `turn` makes its text upright.
    fn new(page: &Page, turn: i32) -> View {
        let area = page.crop_box;
        let whole = page.media_box;
        let usable = area.x1 - area.x0 > 1.0 && area.y1 - area.y0 > 1.0;
        let area = if usable { area } else { whole };
        let mut view = View {
            left: 0.0,
            top: 0.0,
            width: 0.0,
            height: 0.0,
            turn,
        };
        let (a, b) = (view.turned(area.x0, area.y0), view.turned(area.x1, area.y1));
        view.left = a.0.min(b.0);
        view.top = a.1.max(b.1);
        view.width = (a.0 - b.0).abs();
        view.height = (a.1 - b.1).abs();
        view
    }

    /// A point in the turned page, upwards.
    fn turned(&self, x: f32, y: f32) -> (f32, f32) {
        match self.turn {
            90 => (y, -x),
            180 => (-x, -y),
            270 => (-y, x),
            _ => (x, y),
        }
    }

    /// A point from the left edge and the top.
    fn place(&self, x: f32, y: f32) -> (f32, f32) {
        let (x, y) = self.turned(x, y);
        (x - self.left, self.top - y)
    }

    fn shows(&self, x: f32, y: f32) -> bool {
        let margin = 3.0;
        (-margin..=self.width + margin).contains(&x) && (-margin..=self.height + margin).contains(&y)
    }
}

/// The characters of a page.
pub fn show(page: &Page, spans: &[TextSpan], rulings: &[Ruling]) -> Shown {
    let view = View::new(page, upright(page, spans));
    let mut shown = Shown {
        width: view.width,
        height: view.height,
        ..Shown::default()
    };
    for span in spans {
        if shown.glyphs.len() > MOST_GLYPHS {
            shown.cut = true;
            break;
        }
        match out_of_text(span, &view) {
            Some(reason) => shown.drop(&span.text, reason),
            None => {
                shown.cut |= span.text.len() > MOST_GLYPHS;
                push(&mut shown.glyphs, span, &view);
            }
        }
    }
    shown.rules = rulings.iter().map(|ruling| rule(ruling, &view)).collect();
    shown
}

impl Shown {
    /// What stands side by side in the file is one note.
    fn drop(&mut self, text: &str, why: &'static str) {
        if text.trim().is_empty() {
            return;
        }
        match self.dropped.last_mut().filter(|(_, reason)| *reason == why) {
            Some((held, _)) => held.push_str(text),
            None => self.dropped.push((text.to_owned(), why)),
        }
    }
}

/// The turn that most of the text is upright under. Usually the page's own; a table printed sideways has another.
fn upright(page: &Page, spans: &[TextSpan]) -> i32 {
    let mut counts = [0_usize; 4];
    for span in spans {
        counts[(span.rotate.rem_euclid(360) / 90) as usize % 4] += span.text.chars().count();
    }
    let own = (page.rotate.rem_euclid(360) / 90) as usize % 4;
    let most = (0..4).max_by_key(|turn| (counts[*turn], *turn == own)).unwrap_or(own);
    let turn = if counts[most] > counts[own] * 2 { most } else { own };
    turn as i32 * 90
}

/// Why a span is no part of the text.
fn out_of_text(span: &TextSpan, view: &View) -> Option<&'static str> {
    let (x, y) = view.place(span.x, span.y);
    let (end_x, end_y) = view.place(span.end_x, span.end_y);
    if !(end_x.is_finite() && span.size.is_finite() && view.shows(x, y)) {
        return Some("outside the page");
    }
    let subtype = span.artifact.as_ref().and_then(|artifact| artifact.subtype.as_deref());
    if subtype == Some("Watermark") || (end_y - y).abs() > SLANT * (end_x - x).abs().max(1.0) && !span.vertical {
        return Some(if span.rotate.rem_euclid(360) == view.turn {
            "watermark"
        } else {
            "rotated text"
        });
    }
    (span.rotate.rem_euclid(360) != view.turn && !span.vertical).then_some("rotated text")
}

fn push(glyphs: &mut Vec<Glyph>, span: &TextSpan, view: &View) {
    let count = span.text.chars().count();
    let (x, y) = view.place(span.x, span.y);
    // A font's size may be stated as 1 and drawn larger by the page, which the library has reckoned in.
    let size = span.size.abs().max(1.0);
    let (end, _) = view.place(span.end_x, span.end_y);
    let end = if span.vertical { x + size } else { end.max(x) };
    let start_of = |n: usize| -> f32 {
        match span.glyph_x.get(n) {
            // The library tells where each glyph starts along the page's own axis only.
            Some(start) if view.turn == 0 && !span.vertical => view.place(*start, span.y).0,
            _ => x + (end - x) * n as f32 / count.max(1) as f32,
        }
    };
    let running = span
        .artifact
        .as_ref()
        .is_some_and(|artifact| artifact.kind == pdfboss_text::ArtifactKind::Pagination);
    for (n, c) in span.text.chars().enumerate().take(MOST_GLYPHS) {
        let (x, end) = (start_of(n), if n + 1 < count { start_of(n + 1) } else { end });
        for c in readable(c) {
            glyphs.push(Glyph {
                c,
                x,
                end: end.max(x),
                // Raised and lowered text stands on the line it belongs to.
                y: y + span.rise,
                size,
                bold: span.bold,
                running,
                invisible: span.invisible,
            });
        }
    }
}

/// A character as readers write it: radicals as the characters they are drawn for, ligatures as their letters, and nothing for
/// what shows nothing.
fn readable(c: char) -> impl Iterator<Item = char> {
    let (one, letters) = match c {
        'ﬀ' => (None, "ff"),
        'ﬁ' => (None, "fi"),
        'ﬂ' => (None, "fl"),
        'ﬃ' => (None, "ffi"),
        'ﬄ' => (None, "ffl"),
        'ﬅ' | 'ﬆ' => (None, "st"),
        '\u{a0}' | '\t' => (Some(' '), ""),
        c if c.is_control()
            || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{feff}') =>
        {
            (None, "")
        }
        c => (Some(fold::unified(c)), ""),
    };
    one.into_iter().chain(letters.chars())
}

fn rule(ruling: &Ruling, view: &View) -> Rule {
    let (a, b) = (
        view.place(ruling.start.x, ruling.start.y),
        view.place(ruling.end.x, ruling.end.y),
    );
    Rule {
        x: [a.0.min(b.0), a.0.max(b.0)],
        y: [a.1.min(b.1), a.1.max(b.1)],
    }
}
