//! Reads documents of Word 97 to 2003, and those of WPS Writer, which have the same form ([MS-DOC]).
//!
//! What a reader sees is read: automatic numbers are written out, fields are their results, hidden and deleted text is left out.
//! Notes follow the paragraph that refers to them, text boxes the whole body.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use super::ole::{self, Ole, u32_at};
use super::paragraphs::{Paragraphs, numbered};
use super::{Harvest, LineStyle, Packed, sheet};
use crate::error::{Error, Result};
use fib::{Fib, Refusal, Story, Table};
use lists::Lists;
use pieces::Pieces;
use story::{End, Formatting, Paragraph};
use styles::{Role, Styles};

mod fib;
mod lists;
mod numbers;
mod pieces;
mod properties;
mod story;
mod styles;

/// Whether the bytes are such a document, or another file of Office that only this reader can say something about.
pub(super) fn is_document(bytes: &[u8]) -> bool {
    ole::is_ole(bytes) && (ole::names(bytes, MAIN) || !sheet::is_xls(bytes))
}

pub(super) fn extract(packed: &Packed) -> Result<Harvest> {
    let path = packed.path.as_path();
    let mut file = Ole::open(path, &packed.bytes)?;
    let Some(main) = file.stream(MAIN)? else {
        return Err(stranger(path, &file));
    };
    let fib = Fib::parse(&main).map_err(|refusal| refused(path, &refusal))?;
    // A document may be left without the stream that its head names.
    let other = if fib.table == "1Table" { "0Table" } else { "1Table" };
    let table = match file.stream(fib.table)? {
        Some(table) => table,
        None => file.stream(other)?.unwrap_or_default(),
    };
    let part = |number: Table| fib.table(number).map(|range| cut(&table, range)).unwrap_or_default();
    let Some(pieces) = Pieces::parse(part(Table::Pieces), &main) else {
        return Err(ole::damaged(path, "no table of its pieces of text"));
    };
    let formatting = Formatting {
        looks: properties::characters(part(Table::CharacterPages), &main),
        shapes: properties::paragraphs(part(Table::ParagraphPages), &main),
        styles: Styles::parse(part(Table::Styles)),
    };
    let start_of = |number: Table| fib.table(number).map(|range| range.start);
    let mut writer = Writer {
        lists: Lists::parse(&table, start_of(Table::Lists), start_of(Table::ListOverrides)),
        lines: Paragraphs::new(),
    };
    let document = Document {
        pieces,
        formatting,
        notes: notes(&fib, &part),
    };
    writer.write(&document, &fib);
    writer.lines.finish(path)
}

const MAIN: &str = "WordDocument";

/// What is read of a document.
struct Document<'a> {
    pieces: Pieces<'a>,
    formatting: Formatting<'a>,
    /// The text of each note, by the place in the body that refers to it.
    notes: BTreeMap<u32, Range<u32>>,
}

/// Turns paragraphs into lines.
struct Writer {
    lists: Lists,
    lines: Paragraphs,
}

impl Document<'_> {
    fn paragraphs(&self, range: Range<u32>) -> Vec<Paragraph> {
        let range = range.start..range.end.min(self.pieces.len());
        story::paragraphs(&self.pieces, &self.formatting, range, |at| self.notes.contains_key(&at))
    }
}

impl Writer {
    fn write(&mut self, document: &Document, fib: &Fib) {
        for paragraph in document.paragraphs(fib.story(Story::Body)) {
            let marks = paragraph.marks.clone();
            self.push(paragraph, document);
            for note in marks.iter().filter_map(|mark| document.notes.get(mark)) {
                self.write_all(document, note.clone());
            }
        }
        self.lines.end_row();
        // Notes whose marks are not known.
        if document.notes.is_empty() {
            self.write_all(document, fib.story(Story::Footnotes));
            self.write_all(document, fib.story(Story::Endnotes));
        }
        self.write_all(document, fib.story(Story::TextBoxes));
        let headers = [Story::Headers, Story::HeaderTextBoxes].map(|story| document.paragraphs(fib.story(story)));
        for paragraph in headers.into_iter().flatten() {
            self.lines.drop_header(&paragraph.text);
        }
    }

    fn write_all(&mut self, document: &Document, range: Range<u32>) {
        for paragraph in document.paragraphs(range) {
            self.push(paragraph, document);
        }
    }

    fn push(&mut self, paragraph: Paragraph, document: &Document) {
        self.lines.comments += paragraph.comments;
        self.lines.pictures += paragraph.pictures;
        let shape = paragraph.shape;
        if paragraph.end == End::Row {
            return self.lines.end_row();
        }
        let text = numbered(&self.lists.number(shape.list, shape.list_level), &paragraph.text);
        match paragraph.end {
            End::Cell => self.lines.end_cell(text),
            _ if shape.is_in_table => self.lines.in_cell(text),
            _ => {
                let style = match document.formatting.styles.role(shape) {
                    Some(Role::Title) => LineStyle::Title,
                    Some(Role::Heading(depth)) => LineStyle::Heading(depth),
                    None => LineStyle::Paragraph,
                };
                self.lines.paragraph(&text, style);
            }
        }
    }
}

/// Where the text of each note stands, by its mark in the body.
fn notes<'a>(fib: &Fib, part: &impl Fn(Table) -> &'a [u8]) -> BTreeMap<u32, Range<u32>> {
    let kinds = [
        (Story::Footnotes, Table::FootnoteMarks, Table::FootnoteTexts),
        (Story::Endnotes, Table::EndnoteMarks, Table::EndnoteTexts),
    ];
    let mut notes = BTreeMap::new();
    for (story, marks, texts) in kinds {
        let story = fib.story(story);
        let (marks, texts) = (part(marks), part(texts));
        // One more place than marks, then two bytes a mark.
        for n in 0..marks.len().saturating_sub(4) / 6 {
            let text = (u32_at(texts, 4 * n), u32_at(texts, 4 * n + 4));
            if let (Some(mark), (Some(start), Some(end))) = (u32_at(marks, 4 * n), text) {
                let place = |at: u32| story.start.saturating_add(at).min(story.end);
                notes.insert(mark, place(start)..place(end));
            }
        }
    }
    notes
}

/// As much of a range as there is.
fn cut(bytes: &[u8], range: Range<usize>) -> &[u8] {
    let end = range.end.min(bytes.len());
    &bytes[range.start.min(end)..end]
}

fn refused(path: &Path, refusal: &Refusal) -> Error {
    match refusal {
        Refusal::Unknown => ole::damaged(path, "no head of a Word document"),
        Refusal::Old => Error::source(path, "a document of Word 6 or 95, which cannot be read").hinted(SAVE_ANEW),
        Refusal::Encrypted => locked(path),
    }
}

/// A file of another program with the same file system.
fn stranger(path: &Path, file: &Ole) -> Error {
    if file.has("EncryptedPackage") {
        return locked(path);
    }
    let what = match file {
        _ if file.has("MatOST") || file.has("CONTENTS") => "a document of Microsoft Works, which cannot be read",
        _ if file.has("PowerPoint Document") => "slides, not a text document",
        _ if file.has("__properties_version1.0") => "a mail of Outlook, which cannot be read",
        _ => "a file of Office without a document in it",
    };
    Error::source(path, what).hinted(SAVE_ANEW)
}

fn locked(path: &Path) -> Error {
    Error::source(path, "protected by a password").hinted("open it with the password and save it without one")
}

const SAVE_ANEW: &str = "open it in the program it was made with, or in LibreOffice, and save it as .docx";

#[cfg(test)]
mod tests;
