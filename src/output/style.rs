//! Defines a [`Style`]: how each part of a page for people looks.

use std::fmt;

use anstyle::{AnsiColor, Effects, Style as Ansi};

/// The parts of a page that look different.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// The number of a hit.
    Rank,
    /// Where and when: the first words of a hit.
    Place,
    /// What kind of section it is.
    Section,
    /// The headings above a passage, where they are said in passing.
    Headings,
    /// A heading in its place.
    Heading,
    /// What was searched for.
    Match,
    Citation,
    Totals,
    /// What the reader should know.
    Note,
    /// The title of a table or of a part of a page.
    Caption,
    /// The name of a field.
    Field,
    /// Evidence, reasons, places: what backs up what is said.
    Aside,
    Bar,
}

const LABELS: usize = 13;

/// How the labels look in colour, in the order of [`Label`].
const COLORED: [(Label, Ansi); LABELS] = [
    (Label::Rank, dimmed()),
    (Label::Place, Ansi::new().bold()),
    (Label::Section, colored(AnsiColor::Cyan)),
    (Label::Headings, dimmed()),
    (Label::Heading, Ansi::new().bold()),
    (Label::Match, colored(AnsiColor::Red).effects(Effects::BOLD)),
    (Label::Citation, dimmed()),
    (Label::Totals, Ansi::new().bold()),
    (Label::Note, colored(AnsiColor::Yellow)),
    (Label::Caption, Ansi::new().bold()),
    (Label::Field, colored(AnsiColor::Cyan)),
    (Label::Aside, dimmed()),
    (Label::Bar, colored(AnsiColor::Blue)),
];

const fn dimmed() -> Ansi {
    Ansi::new().dimmed()
}

const fn colored(color: AnsiColor) -> Ansi {
    Ansi::new().fg_color(Some(anstyle::Color::Ansi(color)))
}

/// How each [`Label`] looks. Whether there are colours is for the caller to say; nothing here asks the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style([Ansi; LABELS]);

impl Style {
    /// Nothing but the text.
    pub const fn plain() -> Style {
        Style([Ansi::new(); LABELS])
    }

    /// The colours of a terminal.
    pub fn colored() -> Style {
        Style(COLORED.map(|(_, ansi)| ansi))
    }

    /// How a label looks.
    pub fn of(&self, label: Label) -> Ansi {
        self.0[label as usize]
    }

    /// The text in the look of a label.
    pub fn paint<'a>(&self, label: Label, text: &'a str) -> Painted<'a> {
        Painted {
            ansi: self.of(label),
            text,
        }
    }
}

/// Text that brings its look along when it is written.
pub struct Painted<'a> {
    ansi: Ansi,
    text: &'a str,
}

impl fmt::Display for Painted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.text.is_empty() {
            return Ok(());
        }
        write!(f, "{}{}{:#}", self.ansi, self.text, self.ansi)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_labels() {
        for (at, (label, _)) in COLORED.into_iter().enumerate() {
            assert_eq!(label as usize, at);
        }
    }

    #[test]
    fn plain_text_has_no_escapes() {
        assert_eq!(Style::plain().paint(Label::Match, "枫桥经验").to_string(), "枫桥经验");
    }

    #[test]
    fn colours_end_where_the_text_ends() {
        let painted = Style::colored().paint(Label::Place, "古镛镇").to_string();
        assert_eq!(painted, "\u{1b}[1m古镛镇\u{1b}[0m");
    }
}
