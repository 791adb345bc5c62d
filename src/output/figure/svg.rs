//! Draws a figure as SVG, for print: black and dark colours that stay apart in grey, by dashes and marks too; text stays text.

use std::fmt::Write;

use super::scale::{Scale, cut, lines, stride, width};
use crate::figure::{Figure, Line, Panel};
use crate::output::package::escaped;
use crate::output::visible;
use crate::receipt::Receipt;
use crate::receipt::read::KEYWORD;

/// The width of a page of print between its margins, 190 mm, in pixels of 1/96 inch.
const WIDTH: f64 = 720.0;
const MARGIN: f64 = 16.0;
/// Sizes of text, in pixels.
const TITLE: f64 = 16.0;
const TEXT: f64 = 12.0;
const SMALL: f64 = 11.0;
const TINY: f64 = 9.5;
/// The heights of the axes of a single panel and of one of several.
const TALL: f64 = 280.0;
const LOW: f64 = 130.0;
/// Between panels.
const GAP: f64 = 24.0;
/// A line in the legend.
const SAMPLE: f64 = 30.0;
/// What a year's room must be for numbers to stand upright in it.
const UPRIGHT: f64 = 8.0;

/// Fonts with Chinese characters, for screens; whoever opens the figure has one of them.
pub const FONTS: [&str; 8] = [
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "WenQuanYi Micro Hei",
    "SimHei",
    "SimSun",
];

/// How lines are told apart. The colours are those of M. Okabe and K. Ito, Color Universal Design, 2008, without the light ones;
/// dashes and marks tell them apart in grey.
const COLORS: [&str; 6] = ["#000000", "#0072b2", "#d55e00", "#009e73", "#8a3a7a", "#666666"];
const DASHES: [&str; 4] = ["", "7 3", "2 2.5", "9 3 2 3"];
const MARKS: [Mark; 4] = [Mark::Circle, Mark::Square, Mark::Triangle, Mark::Diamond];

#[derive(Clone, Copy)]
enum Mark {
    Circle,
    Square,
    Triangle,
    Diamond,
}

/// How many lines can be told apart.
pub const MOST_LINES: usize = 12;

/// The figure as SVG, with the receipt in its metadata.
pub fn svg(figure: &Figure, receipt: Option<&Receipt>) -> String {
    let mut drawing = Drawing::default();
    let mut top = drawing.title(figure, MARGIN);
    top = drawing.legend(figure, top);
    let scale = Scale::reaching(figure.highest(), figure.kind);
    let columns = if figure.panels.len() > 1 { 2 } else { 1 };
    let room = (WIDTH - 2.0 * MARGIN - GAP * (columns - 1) as f64) / columns as f64;
    for row in figure.panels.chunks(columns) {
        let mut bottom = top;
        for (at, panel) in row.iter().enumerate() {
            let left = MARGIN + at as f64 * (room + GAP);
            let frame = Frame::new(figure, &scale, panel, left, top, room);
            bottom = drawing.panel(figure, &scale, panel, &frame).max(bottom);
        }
        top = bottom + 10.0;
    }
    let height = drawing.notes(figure, top) + MARGIN / 2.0;
    drawing.document(figure, receipt, height)
}

/// Where the axes of a panel stand.
struct Frame {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    /// The room of a year.
    year: f64,
}

impl Frame {
    fn new(figure: &Figure, scale: &Scale, panel: &Panel, left: f64, top: f64, room: f64) -> Self {
        let labels = scale.labels.iter().map(|label| width(label) * SMALL);
        let labels = labels.fold(width("n") * TINY, f64::max) + 8.0;
        let heads = if panel.title.is_empty() { 0.0 } else { SMALL + 8.0 };
        let top = top + heads + SMALL + 8.0;
        let (left, right) = (left + labels, left + room);
        Frame {
            left,
            right,
            top,
            bottom: top + if figure.panels.len() > 1 { LOW } else { TALL },
            year: (right - left) / figure.years.len().max(1) as f64,
        }
    }

    fn x(&self, at: usize) -> f64 {
        self.left + (at as f64 + 0.5) * self.year
    }

    fn y(&self, value: f64, scale: &Scale) -> f64 {
        self.bottom - value / scale.end() * (self.bottom - self.top)
    }
}

#[derive(Clone, Copy)]
enum Anchor {
    Start,
    Middle,
    End,
}

/// SVG elements, as they are drawn.
#[derive(Default)]
struct Drawing {
    body: String,
}

impl Drawing {
    fn title(&mut self, figure: &Figure, top: f64) -> f64 {
        let mut top = top;
        for line in lines(&figure.title, (WIDTH - 2.0 * MARGIN) / TITLE) {
            self.text(&line, MARGIN, top + TITLE, TITLE, Anchor::Start);
            top += TITLE * 1.35;
        }
        top + 8.0
    }

    /// The names of the lines, as many in a row as fit. One line needs none: the title names it.
    fn legend(&mut self, figure: &Figure, top: f64) -> f64 {
        let named = figure.panels.first().map_or(&[][..], |panel| &panel.lines);
        if named.len() < 2 {
            return top;
        }
        let (mut left, mut top) = (MARGIN, top);
        let most = (WIDTH - 2.0 * MARGIN - SAMPLE - 6.0) / TEXT;
        for (at, line) in named.iter().enumerate() {
            let name = cut(&line.name, most);
            let room = SAMPLE + 6.0 + width(&name) * TEXT;
            if left > MARGIN && left + room > WIDTH - MARGIN {
                left = MARGIN;
                top += TEXT * 1.6;
            }
            let y = top + TEXT * 0.6;
            self.path(&format!("M{left:.1} {y:.1}h{SAMPLE:.1}"), at);
            self.mark(at, left + SAMPLE / 2.0, y);
            self.text(&name, left + SAMPLE + 6.0, top + TEXT, TEXT, Anchor::Start);
            left += room + 18.0;
        }
        top + TEXT * 1.6 + 6.0
    }

    /// Draws a panel and answers where it ends.
    fn panel(&mut self, figure: &Figure, scale: &Scale, panel: &Panel, frame: &Frame) -> f64 {
        let begin = frame.top - SMALL - 8.0;
        if !panel.title.is_empty() {
            let title = cut(&panel.title, (frame.right - frame.left) / SMALL);
            let middle = (frame.left + frame.right) / 2.0;
            self.text(&title, middle, begin - 2.0, SMALL, Anchor::Middle);
        }
        let measure = cut(&figure.measure, (frame.right - frame.left) / SMALL);
        self.text(&measure, frame.left, begin + SMALL, SMALL, Anchor::Start);
        self.vertical_axis(scale, frame);
        let bottom = self.horizontal_axis(&figure.years, frame);
        for (at, line) in panel.lines.iter().enumerate() {
            self.line(at, line, scale, frame);
        }
        self.reports(&figure.years, panel, frame, bottom)
    }

    fn vertical_axis(&mut self, scale: &Scale, frame: &Frame) {
        for (&tick, label) in scale.ticks.iter().zip(&scale.labels) {
            let y = frame.y(tick, scale);
            if tick > 0.0 {
                self.rule(frame.left, y, frame.right, y, "#d8d8d8", 0.6);
            }
            self.rule(frame.left - 4.0, y, frame.left, y, "#000000", 1.0);
            self.text(label, frame.left - 7.0, y + SMALL * 0.36, SMALL, Anchor::End);
        }
        self.rule(frame.left, frame.top, frame.left, frame.bottom, "#000000", 1.0);
    }

    /// Draws the years and answers where their labels end.
    fn horizontal_axis(&mut self, years: &[u16], frame: &Frame) -> f64 {
        self.rule(frame.left, frame.bottom, frame.right, frame.bottom, "#000000", 1.0);
        for (at, year) in years.iter().enumerate() {
            let x = frame.x(at);
            let is_labelled = is_labelled(*year, years, frame);
            let length = if is_labelled { 5.0 } else { 2.5 };
            self.rule(x, frame.bottom, x, frame.bottom + length, "#000000", 1.0);
            if is_labelled {
                let label = year.to_string();
                self.text(&label, x, frame.bottom + 6.0 + SMALL, SMALL, Anchor::Middle);
            }
        }
        frame.bottom + 6.0 + SMALL
    }

    /// Draws how many reports each year has: side by side where that fits, else upright, else where years are labelled.
    fn reports(&mut self, years: &[u16], panel: &Panel, frame: &Frame, top: f64) -> f64 {
        let labels: Vec<String> = panel.reports.iter().map(u64::to_string).collect();
        let widest = labels.iter().map(|label| width(label) * TINY).fold(0.0, f64::max);
        let is_level = widest + 3.0 <= frame.year;
        let is_upright = !is_level && frame.year >= UPRIGHT;
        self.text("n", frame.left - 7.0, top + 4.0 + TINY, TINY, Anchor::End);
        for (at, label) in labels.iter().enumerate() {
            let x = frame.x(at);
            if is_upright {
                let (x, y) = (x + TINY * 0.36, top + 6.0 + widest);
                let turn = format!(" transform=\"rotate(-90 {x:.1} {y:.1})\"");
                self.turned_text(label, x, y, TINY, Anchor::Start, &turn);
            } else if is_level || is_labelled(years[at], years, frame) {
                self.text(label, x, top + 4.0 + TINY, TINY, Anchor::Middle);
            }
        }
        top + 6.0 + if is_upright { widest } else { TINY }
    }

    fn line(&mut self, at: usize, line: &Line, scale: &Scale, frame: &Frame) {
        let mut path = String::new();
        let mut is_begun = false;
        for (year, value) in line.values.iter().enumerate() {
            if let Some(value) = value {
                let step = if is_begun { 'L' } else { 'M' };
                let _ = write!(path, "{step}{:.1} {:.1}", frame.x(year), frame.y(*value, scale));
            }
            is_begun = value.is_some();
        }
        if path.is_empty() {
            return;
        }
        self.path(&path, at);
        for (year, value) in line.values.iter().enumerate() {
            if let Some(value) = value {
                self.mark(at, frame.x(year), frame.y(*value, scale));
            }
        }
    }

    fn notes(&mut self, figure: &Figure, top: f64) -> f64 {
        let mut top = top + 4.0;
        for note in &figure.notes {
            for line in lines(note, (WIDTH - 2.0 * MARGIN) / TINY) {
                self.text(&line, MARGIN, top + TINY, TINY, Anchor::Start);
                top += TINY * 1.5;
            }
        }
        top
    }

    fn path(&mut self, path: &str, at: usize) {
        let dash = DASHES[at % DASHES.len()];
        let dash = match dash.is_empty() {
            true => String::new(),
            false => format!(" stroke-dasharray=\"{dash}\""),
        };
        let _ = writeln!(
            self.body,
            "<path d=\"{path}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.6\" stroke-linejoin=\"round\"{dash}/>",
            color(at)
        );
    }

    /// Lines beyond the marks there are have theirs hollow.
    fn mark(&mut self, at: usize, x: f64, y: f64) {
        let color = color(at);
        let fill = if (at / MARKS.len()).is_multiple_of(2) {
            color
        } else {
            "#ffffff"
        };
        let look = format!("fill=\"{fill}\" stroke=\"{color}\" stroke-width=\"1.2\"");
        let shape = match MARKS[at % MARKS.len()] {
            Mark::Circle => format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"2.7\" {look}/>"),
            Mark::Square => format!(
                "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"5\" height=\"5\" {look}/>",
                x - 2.5,
                y - 2.5
            ),
            Mark::Triangle => format!("<path d=\"M{x:.1} {:.1}l3.2 5.6h-6.4z\" {look}/>", y - 3.4),
            Mark::Diamond => format!(
                "<path d=\"M{x:.1} {:.1}l3.4 3.4l-3.4 3.4l-3.4 -3.4z\" {look}/>",
                y - 3.4
            ),
        };
        self.body.push_str(&shape);
        self.body.push('\n');
    }

    fn rule(&mut self, x1: f64, y1: f64, x2: f64, y2: f64, color: &str, thick: f64) {
        let _ = writeln!(
            self.body,
            "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" stroke=\"{color}\" stroke-width=\"{thick}\"/>"
        );
    }

    fn text(&mut self, text: &str, x: f64, y: f64, size: f64, anchor: Anchor) {
        self.turned_text(text, x, y, size, anchor, "");
    }

    fn turned_text(&mut self, text: &str, x: f64, y: f64, size: f64, anchor: Anchor, turn: &str) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let text = visible::line(text);
        let text = escaped(&text);
        let _ = writeln!(
            self.body,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\"{anchor}{turn}>{text}</text>"
        );
    }

    fn document(&self, figure: &Figure, receipt: Option<&Receipt>, height: f64) -> String {
        let receipt = receipt.map_or(String::new(), |receipt| {
            let json = serde_json::to_string(receipt).expect("a receipt can be written as JSON");
            format!("<metadata id=\"{KEYWORD}\">{}</metadata>\n", escaped(&json))
        });
        let fonts = FONTS.map(|font| format!("'{font}'")).join(",");
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height:.0}\" viewBox=\"0 0 {WIDTH} {height:.0}\" \
             font-family=\"{fonts},sans-serif\" lang=\"zh-CN\">\n<title>{}</title>\n{receipt}\
             <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n{}</svg>\n",
            escaped(&visible::line(&figure.title)),
            self.body
        )
    }
}

fn color(at: usize) -> &'static str {
    COLORS[at % COLORS.len()]
}

/// Whether there is room for the label of this year among those of the others.
fn is_labelled(year: u16, years: &[u16], frame: &Frame) -> bool {
    let label = width("2024") * SMALL + 8.0;
    let stride = stride(label / frame.year);
    year.is_multiple_of(stride) || years.len() == 1
}
