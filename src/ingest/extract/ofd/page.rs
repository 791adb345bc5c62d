//! Reads the characters of a page with their places (GB/T 33190-2016, 11.3). Places are millimetres from the top left.

use super::super::xml::{Element, Event, Result, Xml};

/// What stands on a page, in the order it is drawn.
#[derive(Default)]
pub(super) struct Page {
    pub glyphs: Vec<Glyph>,
    /// The ids of the pages that lie under it.
    pub templates: Vec<String>,
    /// Text that does not lie level: watermarks.
    pub turned: String,
}

/// A character at its place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Glyph {
    pub c: char,
    pub x: f64,
    /// Of the line it stands on.
    pub y: f64,
    pub size: f64,
    /// Where the next character would stand.
    pub end: f64,
}

impl Page {
    /// The characters as they come.
    pub(super) fn text(&self) -> String {
        self.glyphs.iter().map(|glyph| glyph.c).collect()
    }
}

/// A text object: a frame in which characters are set.
struct Frame {
    at: (f64, f64),
    /// a b c d e f: what is at (x, y) inside is drawn at (a x + c y + e, b x + d y + f).
    matrix: [f64; 6],
    size: f64,
    /// How wide characters are drawn.
    stretch: f64,
    is_shown: bool,
}

pub(super) fn read(text: &str) -> Result<Page> {
    let mut xml = Xml::new(text);
    let mut page = Page::default();
    let mut frame: Option<Frame> = None;
    let mut pen = (0.0, 0.0);
    while let Some(event) = xml.next()? {
        let Event::Start(element) = event else { continue };
        match element.name() {
            "Template" => page.templates.extend(element.attribute("TemplateID")),
            "TextObject" => {
                frame = Some(Frame::of(&element));
                pen = (0.0, 0.0);
            }
            "TextCode" => {
                // A place that is left out is that of the code before.
                pen = (
                    number(&element, "X").unwrap_or(pen.0),
                    number(&element, "Y").unwrap_or(pen.1),
                );
                let steps = (element.attribute("DeltaX"), element.attribute("DeltaY"));
                let text = xml.text()?;
                if let Some(frame) = &frame {
                    let text = text.trim_matches(['\n', '\r']);
                    frame.set(&mut page, text, pen, (steps.0.as_deref(), steps.1.as_deref()));
                }
            }
            _ => {}
        }
    }
    Ok(page)
}

impl Frame {
    fn of(element: &Element) -> Frame {
        let boundary = numbers(&element.attribute("Boundary").unwrap_or_default());
        let matrix = numbers(&element.attribute("CTM").unwrap_or_default());
        let stretch = number(element, "HScale")
            .filter(|scale| (0.1..10.0).contains(scale))
            .unwrap_or(1.0);
        Frame {
            at: (
                boundary.first().copied().unwrap_or(0.0),
                boundary.get(1).copied().unwrap_or(0.0),
            ),
            matrix: <[f64; 6]>::try_from(matrix).unwrap_or([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]),
            size: number(element, "Size").filter(|size| *size > 0.0).unwrap_or(4.0),
            stretch,
            is_shown: element.attribute("Visible").as_deref() != Some("false"),
        }
    }

    /// Sets the characters of a text code.
    fn set(&self, page: &mut Page, text: &str, pen: (f64, f64), steps: (Option<&str>, Option<&str>)) {
        let count = text.chars().count();
        let (across, down) = (deltas(steps.0, count), deltas(steps.1, count));
        let [a, b, c, d, ..] = self.matrix;
        let is_turned = b.abs() > 0.2 * a.abs().max(0.01) || a < 0.0 || c.abs() > 0.5 * d.abs().max(0.01);
        if !self.is_shown || is_turned {
            page.turned.push_str(text);
            page.turned.push(' ');
            return;
        }
        let size = self.size * d.abs().max(0.01);
        let (mut x, mut y) = pen;
        for (n, c) in text.chars().enumerate() {
            let natural = self.size * self.stretch * if c.is_ascii() { 0.5 } else { 1.0 };
            let step = match across.get(n) {
                Some(step) => *step,
                // Without steps, a character follows the other as its width has it.
                None if steps.0.is_none() && steps.1.is_none() => natural,
                None => 0.0,
            };
            let (left, base) = self.place(x, y);
            let wide = if step > 0.0 { step.min(natural) } else { natural };
            page.glyphs.push(Glyph {
                c,
                x: left,
                y: base,
                size,
                end: self.place(x + wide, y).0,
            });
            x += step;
            y += down.get(n).copied().unwrap_or(0.0);
        }
    }

    fn place(&self, x: f64, y: f64) -> (f64, f64) {
        let [a, b, c, d, e, f] = self.matrix;
        (self.at.0 + a * x + c * y + e, self.at.1 + b * x + d * y + f)
    }
}

/// The steps from character to character: `5 g 3 2.5` is 5 and three times 2.5. No more than there are characters.
fn deltas(value: Option<&str>, most: usize) -> Vec<f64> {
    let mut steps = Vec::new();
    let mut words = value.unwrap_or_default().split_whitespace();
    while let Some(word) = words.next() {
        if steps.len() >= most {
            break;
        }
        if word == "g" {
            let (count, step) = (
                words.next().and_then(|word| word.parse::<usize>().ok()),
                words.next().and_then(finite),
            );
            if let (Some(count), Some(step)) = (count, step) {
                steps.extend(std::iter::repeat_n(step, count.min(most - steps.len())));
            }
        } else {
            steps.extend(finite(word));
        }
    }
    steps
}

fn number(element: &Element, name: &str) -> Option<f64> {
    finite(element.attribute(name)?.trim())
}

fn numbers(value: &str) -> Vec<f64> {
    value.split_whitespace().filter_map(finite).collect()
}

fn finite(word: &str) -> Option<f64> {
    word.parse::<f64>().ok().filter(|number| number.abs() < 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(object: &str) -> Vec<(char, f64, f64)> {
        let page = read(&format!(
            "<ofd:Page xmlns:ofd='http://www.ofdspec.org/2016'><ofd:Content>{object}</ofd:Content></ofd:Page>"
        ))
        .unwrap();
        page.glyphs.iter().map(|glyph| (glyph.c, glyph.x, glyph.y)).collect()
    }

    #[test]
    fn characters_stand_where_the_steps_lead() {
        let object = "<ofd:TextObject Boundary='10 20 100 5' Size='5'><ofd:TextCode X='1' Y='4' DeltaX='5 g 2 2.5'>青12年</ofd:TextCode></ofd:TextObject>";
        assert_eq!(
            places(object),
            [
                ('青', 11.0, 24.0),
                ('1', 16.0, 24.0),
                ('2', 18.5, 24.0),
                ('年', 21.0, 24.0)
            ]
        );
    }

    #[test]
    fn frames_may_be_scaled_and_codes_continue() {
        let object = "<ofd:TextObject Boundary='10 20 9 9' Size='1' CTM='2 0 0 2 1 0'><ofd:TextCode X='1' Y='4'>甲乙</ofd:TextCode><ofd:TextCode X='5'>丙</ofd:TextCode></ofd:TextObject>";
        assert_eq!(
            places(object),
            [('甲', 13.0, 28.0), ('乙', 15.0, 28.0), ('丙', 21.0, 28.0)]
        );
    }

    #[test]
    fn steps_are_no_more_than_characters() {
        assert_eq!(deltas(Some("g 4000000000 1.5"), 3), [1.5, 1.5, 1.5]);
        assert_eq!(deltas(Some("g x y 2 nan 1e99"), 3), [2.0]);
        assert!(deltas(None, 3).is_empty());
    }

    #[test]
    fn turned_and_hidden_text_is_apart() {
        let page = read("<Page><TextObject CTM='0.7 0.7 -0.7 0.7 0 0'><TextCode>内部资料</TextCode></TextObject><TextObject Visible='false'><TextCode>隐</TextCode></TextObject><Template TemplateID='7'/></Page>").unwrap();
        assert!(page.glyphs.is_empty());
        assert_eq!(
            (page.turned.as_str(), page.templates),
            ("内部资料 隐 ", vec!["7".to_owned()])
        );
    }
}
