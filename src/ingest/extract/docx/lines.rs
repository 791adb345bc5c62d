//! Turns the paragraphs and tables of a document into lines: with their numbers, notes and text boxes where they are read.

use std::collections::BTreeMap;

use super::super::{Line, LineStyle, Run};
use super::numbering::{Counter, Numbering};
use super::story::{Block, Cell, Note, NoteKind, Paragraph, Row, Table};
use super::styles::{Role, Styles};
use crate::ingest::extract::numerals;
use crate::report::{Dropped, Place};

/// A title or heading is no longer than this, in characters; a style may be put on anything.
const LONGEST_HEADING: usize = 120;

/// A cell with so many paragraphs and characters holds an article, not a figure.
const ARTICLE_PARAGRAPHS: usize = 3;
const ARTICLE_CHARS: usize = 200;

/// So many rows with articles lay a page out; more are a table with much text.
const LAYOUT_ROWS: usize = 2;

/// Writes the lines of a document.
pub(super) struct Writer<'d> {
    pub styles: &'d Styles,
    pub numbering: &'d Numbering,
    pub notes: BTreeMap<NoteKind, BTreeMap<String, Vec<Block>>>,
    /// Reads a file of another format that stands in for paragraphs.
    pub chunk: &'d mut dyn FnMut(&str) -> Vec<Line>,
    pub written: Written,
    counter: Counter,
    /// Paragraphs and rows so far.
    place: u64,
    /// A paragraph whose end was deleted.
    open: Option<Open>,
    /// Notes that wait for the end of their sentence.
    waiting: Vec<(Note, u64)>,
    foot_notes: u32,
    end_notes: u32,
}

/// What has been written.
#[derive(Default)]
pub(super) struct Written {
    pub lines: Vec<Line>,
    pub dropped: Vec<Dropped>,
}

/// A paragraph on its way to a line.
struct Open {
    text: String,
    role: Role,
    place: u64,
    boxes: Vec<Block>,
}

impl<'d> Writer<'d> {
    pub(super) fn new(
        styles: &'d Styles,
        numbering: &'d Numbering,
        chunk: &'d mut dyn FnMut(&str) -> Vec<Line>,
    ) -> Writer<'d> {
        Writer {
            styles,
            numbering,
            notes: BTreeMap::new(),
            chunk,
            written: Written::default(),
            counter: Counter::default(),
            place: 0,
            open: None,
            waiting: Vec::new(),
            foot_notes: 0,
            end_notes: 0,
        }
    }

    /// Writes the body of a document. Notes that nothing refers to any more are not shown.
    pub(super) fn write(&mut self, blocks: Vec<Block>) {
        self.write_blocks(blocks);
        self.write_waiting();
        for blocks in std::mem::take(&mut self.notes)
            .into_values()
            .flat_map(BTreeMap::into_values)
        {
            let mut texts = Vec::new();
            super::paragraph_texts(&blocks, &mut texts);
            if !texts.is_empty() {
                self.drop("note without reference", texts.join(" "), self.place);
            }
        }
    }

    fn write_blocks(&mut self, blocks: Vec<Block>) {
        for block in blocks {
            match block {
                Block::Paragraph(paragraph) => self.write_paragraph(*paragraph),
                Block::Table(table) => {
                    self.close();
                    self.write_table(table);
                }
                Block::Chunk(id) => {
                    self.close();
                    self.write_chunk(&id);
                }
            }
        }
        self.close();
    }

    fn write_paragraph(&mut self, mut paragraph: Paragraph) {
        self.place += 1;
        let place = self.place;
        self.leave_out(&mut paragraph);
        let text = self.numbered(&paragraph);
        let role = self.styles.role(paragraph.style.as_deref(), paragraph.outline);
        self.wait_for(&paragraph.notes);
        let mut boxes = paragraph.boxes;
        let open = match self.open.take() {
            Some(mut before) => {
                before.role = if before.text.trim().is_empty() {
                    role
                } else if text.trim().is_empty() || before.role == role {
                    before.role
                } else {
                    Role::Text
                };
                before.text.push_str(&text);
                before.boxes.append(&mut boxes);
                before
            }
            None => Open {
                text,
                role,
                place,
                boxes,
            },
        };
        self.open = Some(open);
        if !paragraph.runs_on {
            self.close();
        }
    }

    /// Ends the open paragraph: its lines, then what hangs at it.
    fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        if open.role == Role::Contents {
            if !open.text.trim().is_empty() {
                self.drop(super::story::CONTENTS, open.text.clone(), open.place);
            }
        } else {
            // A title is one however many lines it is set in.
            let is_title =
                open.role == Role::Title && open.text.chars().take(LONGEST_HEADING).count() < LONGEST_HEADING;
            let text = if is_title {
                open.text.replace('\n', "")
            } else {
                open.text.clone()
            };
            for (n, text) in text.split('\n').enumerate() {
                let style = match open.role {
                    Role::Quotation => LineStyle::Quotation,
                    _ if text.chars().take(LONGEST_HEADING + 1).count() > LONGEST_HEADING => LineStyle::Paragraph,
                    Role::Title => LineStyle::Title,
                    Role::Heading(level) if n == 0 || !text.contains('。') => LineStyle::Heading(level),
                    _ => LineStyle::Paragraph,
                };
                self.push(text.to_owned(), style, open.place);
            }
        }
        if ends_sentence(&open.text) {
            self.write_waiting();
        }
        self.write_blocks(open.boxes);
    }

    /// The text of a paragraph behind its number. A paragraph without text is counted all the same.
    fn numbered(&mut self, paragraph: &Paragraph) -> String {
        let style = paragraph.style.as_deref();
        let label = self
            .numbering
            .label(&mut self.counter, paragraph.number, style, self.styles);
        match paragraph.text.trim().is_empty() {
            true => paragraph.text.clone(),
            false => label + &paragraph.text,
        }
    }

    fn write_table(&mut self, table: Table) {
        let chars: usize = table
            .rows
            .iter()
            .flat_map(|row| &row.cells)
            .map(|cell| size(&cell.blocks).1)
            .sum();
        let articles: Vec<(bool, usize)> = table.rows.iter().map(article).collect();
        let is_layout = articles.iter().filter(|(is, _)| *is).count() <= LAYOUT_ROWS
            && articles.iter().map(|(_, chars)| chars).sum::<usize>() * 2 > chars;
        let is_column = table.rows.iter().all(|row| row.cells.len() < 2);
        for (row, (is_article, _)) in table.rows.into_iter().zip(articles) {
            let lone = row.cells.len() == 1 && row.cells.iter().any(|cell| size(&cell.blocks).0 > 1);
            if is_column || lone || (is_layout && is_article) {
                for cell in row.cells {
                    self.write_blocks(cell.blocks);
                }
            } else {
                self.write_row(row);
            }
        }
        self.write_waiting();
    }

    fn write_row(&mut self, row: Row) {
        self.place += 1;
        let place = self.place;
        let mut boxes = Vec::new();
        let mut cells = Vec::with_capacity(row.cells.len());
        for cell in row.cells {
            let mut text = String::new();
            self.write_cell(cell.blocks, &mut text, &mut boxes);
            cells.push(text);
        }
        if cells.iter().any(|cell| !cell.is_empty()) {
            self.push(cells.join("\t"), LineStyle::TableRow, place);
        }
        self.write_blocks(boxes);
    }

    /// The text of a cell on one line; what stands one below the other is parted by a blank.
    fn write_cell(&mut self, blocks: Vec<Block>, text: &mut String, boxes: &mut Vec<Block>) {
        for block in blocks {
            match block {
                Block::Paragraph(mut paragraph) => {
                    self.leave_out(&mut paragraph);
                    self.wait_for(&paragraph.notes);
                    for word in self
                        .numbered(&paragraph)
                        .split(['\t', '\n', ' '])
                        .filter(|word| !word.is_empty())
                    {
                        if !text.is_empty() {
                            text.push(' ');
                        }
                        text.push_str(word);
                    }
                    boxes.append(&mut paragraph.boxes);
                }
                Block::Table(table) => {
                    for cell in table.rows.into_iter().flat_map(|row| row.cells) {
                        self.write_cell(cell.blocks, text, boxes);
                    }
                }
                chunk @ Block::Chunk(_) => boxes.push(chunk),
            }
        }
    }

    fn write_chunk(&mut self, id: &str) {
        for line in (self.chunk)(id) {
            self.place += 1;
            self.push(line.text, line.style, self.place);
        }
    }

    fn wait_for(&mut self, notes: &[Note]) {
        self.waiting.extend(notes.iter().map(|note| (note.clone(), self.place)));
    }

    /// Writes the notes that wait.
    fn write_waiting(&mut self) {
        for (note, place) in std::mem::take(&mut self.waiting) {
            let number = match note.kind {
                _ if note.is_marked => String::new(),
                NoteKind::Foot => {
                    self.foot_notes += 1;
                    format!("[{}] ", self.foot_notes)
                }
                NoteKind::End => {
                    self.end_notes += 1;
                    format!("[{}] ", numerals::write("lowerRoman", self.end_notes))
                }
            };
            let blocks = self.notes.get_mut(&note.kind).and_then(|notes| notes.remove(&note.id));
            self.write_note(blocks.unwrap_or_default(), number, place);
        }
    }

    /// Writes a note, found where it is referred to.
    fn write_note(&mut self, blocks: Vec<Block>, number: String, place: u64) {
        let mut text = String::new();
        let mut boxes = Vec::new();
        self.write_cell(blocks, &mut text, &mut boxes);
        if !text.is_empty() {
            self.push(number + &text, LineStyle::Paragraph, place);
        }
    }

    fn leave_out(&mut self, paragraph: &mut Paragraph) {
        for (reason, text) in std::mem::take(&mut paragraph.left_out) {
            if !text.trim().is_empty() {
                self.drop(reason, text, self.place);
            }
        }
    }

    fn drop(&mut self, reason: &str, text: String, place: u64) {
        self.written.dropped.push(Dropped {
            text: text.trim().to_owned(),
            reason: reason.to_owned(),
            source: Place::Paragraph(place.max(1)),
        });
    }

    fn push(&mut self, text: String, style: LineStyle, place: u64) {
        let run = Run {
            at: 0,
            source: place..place + 1,
        };
        let runs = if text.is_empty() { Vec::new() } else { vec![run] };
        self.written.lines.push(Line { text, style, runs });
    }
}

/// Whether nothing goes on behind a text: a note may stand there without breaking a sentence.
fn ends_sentence(text: &str) -> bool {
    let end = text.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '”' | '’' | '）' | ')' | '》' | '"'));
    end.ends_with(['。', '！', '？', '；', '!', '?', ';', '…'])
}

/// Whether a row holds articles, and their length.
fn article(row: &Row) -> (bool, usize) {
    let is_article = |(paragraphs, chars): &(usize, usize)| *paragraphs >= ARTICLE_PARAGRAPHS && *chars > ARTICLE_CHARS;
    let sizes = row
        .cells
        .iter()
        .map(|cell: &Cell| size(&cell.blocks))
        .filter(is_article);
    let chars: Vec<usize> = sizes.map(|(_, chars)| chars).collect();
    (!chars.is_empty(), chars.iter().sum())
}

/// How many paragraphs with text there are, and how many characters; a table inside counts as several.
fn size(blocks: &[Block]) -> (usize, usize) {
    let mut sum = (0, 0);
    for block in blocks {
        let (paragraphs, chars) = match block {
            Block::Paragraph(paragraph) => {
                let own = paragraph.text.chars().filter(|c| !c.is_whitespace()).count();
                let lines = paragraph
                    .text
                    .split('\n')
                    .filter(|line| !line.trim().is_empty())
                    .count();
                let hanging = size(&paragraph.boxes);
                (lines + hanging.0, own + hanging.1)
            }
            Block::Table(table) => {
                let cells = table
                    .rows
                    .iter()
                    .flat_map(|row| &row.cells)
                    .map(|cell| size(&cell.blocks));
                cells.fold((0, 0), |sum, size| (sum.0 + size.0, sum.1 + size.1))
            }
            Block::Chunk(_) => (1, 0),
        };
        sum = (sum.0 + paragraphs, sum.1 + chars);
    }
    sum
}
