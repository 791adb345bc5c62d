//! Reads a story of a document, its body, its notes or a header, into paragraphs and tables. What is not shown on the printed page
//! is kept apart, with its reason.

use std::collections::BTreeMap;

use super::super::xml::{Element, Event, Result, Space, Xml};
use super::styles::{Numbered, Styles, number};
use super::symbol;

/// What stands one below the other.
pub(super) enum Block {
    Paragraph(Box<Paragraph>),
    Table(Table),
    /// A file of another format, by the id of its relation.
    Chunk(String),
}

#[derive(Default)]
pub(super) struct Paragraph {
    /// Its text, lines parted by `\n`.
    pub text: String,
    pub style: Option<String>,
    pub outline: Option<u8>,
    pub number: Numbered,
    /// Its end was deleted or is hidden, so that the next goes on with it.
    pub runs_on: bool,
    /// What hangs at it: text boxes.
    pub boxes: Vec<Block>,
    /// The notes it refers to, in order.
    pub notes: Vec<Note>,
    /// What is left out of it: the reason and the text.
    pub left_out: Vec<(&'static str, String)>,
}

/// A reference to a note.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Note {
    pub kind: NoteKind,
    pub id: String,
    /// Its mark is written out in the text, so it has no number.
    pub is_marked: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum NoteKind {
    Foot,
    End,
}

#[derive(Default)]
pub(super) struct Table {
    pub rows: Vec<Row>,
}

#[derive(Default)]
pub(super) struct Row {
    pub cells: Vec<Cell>,
    is_deleted: bool,
}

#[derive(Default)]
pub(super) struct Cell {
    pub blocks: Vec<Block>,
    is_deleted: bool,
}

/// All that was read of a part.
#[derive(Default)]
pub(super) struct Story {
    pub blocks: Vec<Block>,
    /// Notes and comments, by their ids.
    pub notes: BTreeMap<String, Vec<Block>>,
    /// Tracked changes.
    pub insertions: usize,
    pub deletions: usize,
    /// Symbols of fonts that only the writing program knows.
    pub unknown_symbols: usize,
}

pub(super) const HIDDEN: &str = "hidden text";
pub(super) const DELETED: &str = "tracked deletion";
pub(super) const CONTENTS: &str = "table of contents";
const PROMPT: &str = "prompt of an empty form field";
const READING: &str = "phonetic guide";

/// Reads the XML of a part.
pub(super) fn read(text: &str, styles: &Styles) -> Result<Story> {
    let mut reader = Reader::new(styles, false);
    reader.read_all(text)?;
    if reader.in_contents() {
        // A table of contents that has no end would swallow the document.
        reader = Reader::new(styles, true);
        reader.read_all(text)?;
    }
    Ok(reader.finish())
}

/// What is open, from the outermost on.
enum Frame {
    Blocks(Vec<Block>),
    Note(String, Vec<Block>),
    Table(Table),
    Row(Row),
    Cell(Cell),
    Paragraph(Box<Paragraph>),
}

/// The elements whose place inside others matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tag {
    Paragraph,
    ParagraphProperties,
    Run,
    RunProperties,
    RowProperties,
    CellProperties,
    Table,
    Row,
    Cell,
    Box,
    Note,
    /// Text that was deleted or moved away.
    Deleted,
    /// Text that shows how characters are read.
    Reading,
    Literal,
    FieldCode,
    SimpleField,
    Control,
    Alternatives,
    Other,
}

/// A field: its code, then its result.
#[derive(Default)]
struct Field {
    code: String,
    in_result: bool,
    /// What stood where only code belongs.
    stray: String,
}

/// A content control.
#[derive(Default)]
struct Control {
    is_contents: bool,
    is_prompt: bool,
}

struct Reader<'s> {
    styles: &'s Styles,
    keeps_contents: bool,
    story: Story,
    frames: Vec<Frame>,
    open: Vec<Tag>,
    /// Whether the text of the open runs is hidden.
    runs: Vec<bool>,
    fields: Vec<Field>,
    /// How many fields were open where each text box began: they go on behind it.
    outer_fields: Vec<usize>,
    controls: Vec<Control>,
    /// Of each set of alternatives, whether one was taken.
    taken: Vec<bool>,
    deleted: usize,
    readings: usize,
    literal: String,
    /// Whether the blanks around the open literal count.
    keeps_blanks: bool,
}

impl<'s> Reader<'s> {
    fn new(styles: &'s Styles, keeps_contents: bool) -> Reader<'s> {
        Reader {
            styles,
            keeps_contents,
            story: Story::default(),
            frames: vec![Frame::Blocks(Vec::new())],
            open: Vec::new(),
            runs: Vec::new(),
            fields: Vec::new(),
            outer_fields: Vec::new(),
            controls: Vec::new(),
            taken: Vec::new(),
            deleted: 0,
            readings: 0,
            literal: String::new(),
            keeps_blanks: false,
        }
    }

    fn read_all(&mut self, text: &str) -> Result<()> {
        let mut xml = Xml::new(text);
        while let Some(event) = xml.next()? {
            match event {
                Event::Start(element) => {
                    if self.is_skipped(&element) {
                        xml.skip()?;
                    } else {
                        let tag = self.start(&element);
                        self.open.push(tag);
                    }
                }
                Event::End => {
                    if let Some(tag) = self.open.pop() {
                        self.end(tag);
                    }
                }
                Event::Text(text) => match self.open.last() {
                    Some(Tag::Literal) => self.literal.push_str(&text),
                    Some(Tag::FieldCode) if self.deleted == 0 => {
                        if let Some(field) = self.fields.last_mut().filter(|field| field.code.len() < 1000) {
                            field.code.push_str(&text);
                        }
                    }
                    _ => {}
                },
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Story {
        if let Some(Frame::Blocks(blocks)) = self.frames.pop() {
            self.story.blocks = blocks;
        }
        self.story
    }

    /// Elements that hold nothing that is shown: former properties, page layout, and alternatives to what was taken already.
    fn is_skipped(&mut self, element: &Element) -> bool {
        let name = element.name();
        match element.space {
            Space::Word => {
                name.ends_with("PrChange")
                    || matches!(
                        name,
                        "sectPr" | "tblPr" | "tblGrid" | "rubyPr" | "tblPrEx" | "delInstrText"
                    )
            }
            Space::Compatibility => match (name, self.taken.last_mut()) {
                ("Choice", Some(taken)) => {
                    let skips = *taken || !is_understood(&element.attribute("Requires").unwrap_or_default());
                    *taken |= !skips;
                    skips
                }
                ("Fallback", Some(taken)) => *taken,
                _ => false,
            },
            _ => false,
        }
    }

    fn start(&mut self, element: &Element) -> Tag {
        match element.space {
            Space::Word => self.start_word(element),
            Space::Compatibility if element.name() == "AlternateContent" => {
                self.taken.push(false);
                Tag::Alternatives
            }
            Space::Math if element.name() == "t" => self.start_literal(element),
            Space::Drawing => match element.name() {
                "p" => self.start_paragraph(),
                "t" => self.start_literal(element),
                "txBody" => self.start_box(),
                _ => Tag::Other,
            },
            Space::Vml if element.name() == "textpath" => {
                // Letters as a drawing: how the red heads of documents are often made.
                if let Some(text) = element.attribute("string").filter(|text| !text.trim().is_empty()) {
                    let text = text.trim().to_owned();
                    self.add(Block::Paragraph(Box::new(Paragraph {
                        text,
                        ..Paragraph::default()
                    })));
                }
                Tag::Other
            }
            _ if element.name() == "txBody" => self.start_box(),
            _ => Tag::Other,
        }
    }

    fn start_word(&mut self, element: &Element) -> Tag {
        let parent = self.open.last().copied().unwrap_or(Tag::Other);
        match (element.name(), parent) {
            ("p", _) => return self.start_paragraph(),
            ("pPr", Tag::Paragraph) => return Tag::ParagraphProperties,
            ("r", _) => {
                let is_hidden = self.is_style_hidden();
                self.runs.push(is_hidden);
                return Tag::Run;
            }
            ("rPr", _) => return Tag::RunProperties,
            ("t" | "delText", _) => return self.start_literal(element),
            ("tbl", _) => {
                self.frames.push(Frame::Table(Table::default()));
                return Tag::Table;
            }
            ("tr", _) => {
                self.frames.push(Frame::Row(Row::default()));
                return Tag::Row;
            }
            ("tc", _) => {
                self.frames.push(Frame::Cell(Cell::default()));
                return Tag::Cell;
            }
            ("trPr", _) => return Tag::RowProperties,
            ("tcPr", _) => return Tag::CellProperties,
            ("txbxContent", _) => return self.start_box(),
            ("footnote" | "endnote" | "comment", _) => return self.start_note(element),
            ("sdt", _) => {
                self.controls.push(Control::default());
                return Tag::Control;
            }
            ("docPartGallery", _) => {
                let is_contents = element
                    .val()
                    .is_some_and(|name| name.eq_ignore_ascii_case("table of contents"));
                if let Some(control) = self.controls.last_mut() {
                    control.is_contents = is_contents;
                }
            }
            ("showingPlcHdr", _) => {
                if let Some(control) = self.controls.last_mut() {
                    control.is_prompt = element.is_on();
                }
            }
            ("rt", _) => {
                self.readings += 1;
                return Tag::Reading;
            }
            ("fldSimple", _) => {
                self.fields.push(Field {
                    code: element.attribute("instr").unwrap_or_default(),
                    in_result: true,
                    stray: String::new(),
                });
                return Tag::SimpleField;
            }
            ("instrText", _) => return Tag::FieldCode,
            ("altChunk", _) => self.add(Block::Chunk(element.attribute("id").unwrap_or_default())),
            ("ins" | "del" | "moveFrom" | "moveTo" | "cellDel", _) => return self.start_change(element.name(), parent),
            (_, Tag::Run) => self.start_in_run(element),
            (_, Tag::RunProperties) => self.start_in_run_properties(element),
            _ => self.start_in_paragraph_properties(element),
        }
        Tag::Other
    }

    fn start_paragraph(&mut self) -> Tag {
        self.frames.push(Frame::Paragraph(Box::default()));
        Tag::Paragraph
    }

    fn start_literal(&mut self, element: &Element) -> Tag {
        self.literal.clear();
        self.keeps_blanks =
            element.attribute("space").as_deref() == Some("preserve") || element.space == Space::Drawing;
        Tag::Literal
    }

    fn start_box(&mut self) -> Tag {
        self.frames.push(Frame::Blocks(Vec::new()));
        self.outer_fields.push(self.fields.len());
        Tag::Box
    }

    fn start_note(&mut self, element: &Element) -> Tag {
        // The lines above notes are no notes.
        let is_line = element.attribute("type").is_some_and(|kind| kind != "normal");
        let id = element.attribute("id").filter(|_| !is_line).unwrap_or_default();
        self.frames.push(Frame::Note(id, Vec::new()));
        Tag::Note
    }

    /// A tracked change: of text, or, inside properties, of the end of a paragraph, of a row or a cell.
    fn start_change(&mut self, name: &str, parent: Tag) -> Tag {
        let removes = matches!(name, "del" | "moveFrom" | "cellDel");
        let inside = self.open.len().checked_sub(2).map(|n| self.open[n]);
        match parent {
            Tag::RunProperties if inside == Some(Tag::ParagraphProperties) => {
                if let Some(paragraph) = self.paragraph().filter(|_| removes) {
                    paragraph.runs_on = true;
                }
            }
            Tag::RowProperties => {
                if let Some(Frame::Row(row)) = self.frames.last_mut() {
                    row.is_deleted |= removes;
                }
            }
            Tag::CellProperties => {
                if let Some(Frame::Cell(cell)) = self.frames.last_mut() {
                    cell.is_deleted |= removes;
                }
            }
            Tag::RunProperties | Tag::ParagraphProperties | Tag::Literal => {}
            _ if removes => {
                self.story.deletions += 1;
                self.deleted += 1;
                return Tag::Deleted;
            }
            _ => self.story.insertions += 1,
        }
        Tag::Other
    }

    fn start_in_run(&mut self, element: &Element) {
        match element.name() {
            "tab" | "ptab" => self.put("\t"),
            "br" | "cr" => self.put("\n"),
            "noBreakHyphen" => self.put("-"),
            "sym" => match symbol::of(element) {
                Some(c) => self.put(c.encode_utf8(&mut [0; 4])),
                None => self.story.unknown_symbols += 1,
            },
            "footnoteReference" => self.refer(NoteKind::Foot, element),
            "endnoteReference" => self.refer(NoteKind::End, element),
            "fldChar" if self.deleted == 0 => match element.attribute("fldCharType").as_deref() {
                Some("begin") => self.fields.push(Field::default()),
                Some("separate") => {
                    if let Some(field) = self.fields.last_mut() {
                        field.in_result = true;
                    }
                }
                Some("end") if self.fields.len() > self.first_field() => {
                    let shown = self.fields.pop().and_then(|field| symbol::of_equation(&field.code));
                    if let Some(shown) = shown {
                        self.put(&shown);
                    }
                }
                _ => {}
            },
            _ => {}
        }
    }

    fn start_in_run_properties(&mut self, element: &Element) {
        let inside = self.open.len().checked_sub(2).map(|n| self.open[n]);
        if inside == Some(Tag::ParagraphProperties) {
            // The sign at the paragraph's end.
            if matches!(element.name(), "vanish" | "specVanish")
                && element.is_on()
                && let Some(paragraph) = self.paragraph()
            {
                paragraph.runs_on = true;
            }
            return;
        }
        let by_style = match element.name() {
            "rStyle" => self.styles.is_hidden(element.val().as_deref()),
            "vanish" => Some(element.is_on()),
            _ => None,
        };
        if let (Some(is_hidden), Some(run)) = (by_style, self.runs.last_mut()) {
            *run = is_hidden;
        }
    }

    fn start_in_paragraph_properties(&mut self, element: &Element) {
        if !self.open.contains(&Tag::ParagraphProperties) {
            return;
        }
        let Some(paragraph) = self.paragraph() else { return };
        match element.name() {
            "pStyle" => paragraph.style = element.val(),
            "outlineLvl" => paragraph.outline = number(element.val()),
            "numId" => paragraph.number.num = number(element.val()),
            "ilvl" => paragraph.number.level = number(element.val()),
            _ => {}
        }
    }

    fn end(&mut self, tag: Tag) {
        match tag {
            Tag::Paragraph => self.end_paragraph(),
            Tag::Run => {
                self.runs.pop();
            }
            Tag::Literal => self.end_literal(),
            Tag::Deleted => self.deleted -= 1,
            Tag::Reading => self.readings -= 1,
            Tag::SimpleField => {
                self.fields.pop();
            }
            Tag::Control => {
                self.controls.pop();
            }
            Tag::Alternatives => {
                self.taken.pop();
            }
            Tag::Box => {
                let outer = self.outer_fields.pop().unwrap_or(0);
                self.fields.truncate(outer);
                if let Some(Frame::Blocks(blocks)) = self.frames.pop() {
                    self.add_all(blocks);
                }
            }
            Tag::Note => {
                if let Some(Frame::Note(id, blocks)) = self.frames.pop()
                    && !id.is_empty()
                {
                    self.story.notes.insert(id, blocks);
                }
            }
            Tag::Table | Tag::Row | Tag::Cell => self.end_of_table(),
            _ => {}
        }
    }

    fn end_literal(&mut self) {
        let literal = std::mem::take(&mut self.literal);
        let is_break = |c: char| matches!(c, '\n' | '\r' | '\t' | '\u{b}' | '\u{c}');
        let mut text = literal.replace(is_break, " ").replace('\u{AD}', "");
        if !self.keeps_blanks {
            text = text.trim_matches([' ', '\n']).to_owned();
        }
        self.put(&text);
    }

    /// A row inside no table, or a cell inside no row, goes where it stands.
    fn end_of_table(&mut self) {
        match (self.frames.pop(), self.frames.last_mut()) {
            (Some(Frame::Cell(Cell { is_deleted: true, .. }) | Frame::Row(Row { is_deleted: true, .. })), _) => {}
            (Some(Frame::Cell(cell)), Some(Frame::Row(row))) => row.cells.push(cell),
            (Some(Frame::Cell(cell)), _) => self.add_all(cell.blocks),
            (Some(Frame::Row(row)), Some(Frame::Table(table))) => table.rows.push(row),
            (Some(Frame::Row(row)), _) => self.add(Block::Table(Table { rows: vec![row] })),
            (Some(Frame::Table(table)), _) => self.add(Block::Table(table)),
            _ => {}
        }
    }

    fn end_paragraph(&mut self) {
        // A field that begins and has no result by the end of its paragraph is none: what stood in it is text.
        while self.fields.len() > self.first_field() && self.fields.last().is_some_and(|field| !field.in_result) {
            let stray = self.fields.pop().map(|field| field.stray).unwrap_or_default();
            if let Some(paragraph) = self.paragraph() {
                paragraph.text.push_str(&stray);
            }
        }
        if let Some(Frame::Paragraph(paragraph)) = self.frames.pop() {
            self.add(Block::Paragraph(paragraph));
        }
    }

    /// Puts text where it belongs: into the paragraph, or to what is left out.
    fn put(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let first = self.first_field();
        if let Some(field) = self.fields[first..].iter_mut().rev().find(|field| !field.in_result) {
            field.stray.push_str(text);
            return;
        }
        let reason = self.reason_to_leave_out();
        if self.paragraph().is_none() {
            let mut stray = Box::new(Paragraph::default());
            match reason {
                Some(reason) => stray.left_out.push((reason, text.to_owned())),
                None => stray.text.push_str(text),
            }
            return self.add(Block::Paragraph(stray));
        }
        let Some(paragraph) = self.paragraph() else { return };
        let Some(reason) = reason else {
            paragraph.text.push_str(text);
            return;
        };
        match paragraph.left_out.last_mut().filter(|(last, _)| *last == reason) {
            Some((_, left_out)) => left_out.push_str(text),
            None => paragraph.left_out.push((reason, text.to_owned())),
        }
    }

    fn reason_to_leave_out(&self) -> Option<&'static str> {
        if self.deleted > 0 {
            Some(DELETED)
        } else if self.runs.last().copied().unwrap_or(false) {
            Some(HIDDEN)
        } else if self.readings > 0 {
            Some(READING)
        } else if self.in_contents() && !self.keeps_contents {
            Some(CONTENTS)
        } else if self.controls.iter().any(|control| control.is_prompt) {
            Some(PROMPT)
        } else {
            None
        }
    }

    fn in_contents(&self) -> bool {
        let is_contents = |field: &Field| field.in_result && field.code.trim_start().to_uppercase().starts_with("TOC");
        self.fields.iter().any(is_contents) || self.controls.iter().any(|control| control.is_contents)
    }

    fn refer(&mut self, kind: NoteKind, element: &Element) {
        if self.reason_to_leave_out().is_some() {
            return;
        }
        let is_marked = matches!(
            element.attribute("customMarkFollows").as_deref(),
            Some("1" | "true" | "on")
        );
        let id = element.attribute("id").unwrap_or_default();
        if let Some(paragraph) = self.paragraph() {
            paragraph.notes.push(Note { kind, id, is_marked });
        }
    }

    fn is_style_hidden(&mut self) -> bool {
        let styles = self.styles;
        let style = self.paragraph().and_then(|paragraph| paragraph.style.as_deref());
        styles.is_hidden(style).unwrap_or(false)
    }

    fn first_field(&self) -> usize {
        self.outer_fields.last().copied().unwrap_or(0).min(self.fields.len())
    }

    /// The paragraph that is open. Text outside of any makes one of its own.
    fn paragraph(&mut self) -> Option<&mut Paragraph> {
        match self.frames.last_mut()? {
            Frame::Paragraph(paragraph) => Some(paragraph),
            _ => None,
        }
    }

    /// Adds a block where one can stand: a text box hangs at its paragraph.
    fn add(&mut self, block: Block) {
        for frame in self.frames.iter_mut().rev() {
            match frame {
                Frame::Blocks(blocks) | Frame::Note(_, blocks) => return blocks.push(block),
                Frame::Cell(cell) => return cell.blocks.push(block),
                Frame::Paragraph(paragraph) => return paragraph.boxes.push(block),
                Frame::Table(_) | Frame::Row(_) => {}
            }
        }
    }

    fn add_all(&mut self, blocks: Vec<Block>) {
        for block in blocks {
            self.add(block);
        }
    }
}

/// Whether a choice can be taken: it needs no more than the additions to drawings and text that have been made so far.
fn is_understood(requires: &str) -> bool {
    requires.split_whitespace().all(|prefix| {
        matches!(
            prefix,
            "wps" | "wpg" | "wpc" | "wpi" | "wp14" | "wne" | "v" | "o" | "a14" | "m"
        ) || prefix
            .strip_prefix('w')
            .is_some_and(|version| version.starts_with(|c: char| c.is_ascii_digit()))
    })
}
