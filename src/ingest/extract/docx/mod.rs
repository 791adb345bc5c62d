//! Reads Word documents (docx, docm, dotx; ECMA-376 and ISO/IEC 29500, transitional and strict) as they would be printed: with
//! their automatic numbers, tracked changes accepted, without what is hidden.

use std::collections::BTreeMap;

use super::package::{self, Package};
use super::xml::{Event, Xml};
use super::{Draft, Harvest, Line, LineStyle, MEND, Packed, Places, html};
use crate::error::{Error, Result};
use crate::report::{Dropped, Place};
use lines::Writer;
use numbering::Numbering;
use story::{Block, NoteKind, Story};
use styles::Styles;

mod lines;
mod numbering;
mod story;
mod styles;
mod symbol;
#[cfg(test)]
mod tests;

/// Whether these are the bytes of a Word document, or of an office document that is protected by a password.
pub(super) fn is_docx(bytes: &[u8]) -> bool {
    package::holds(bytes, is_document, "word/document") || is_encrypted(bytes)
}

fn is_document(name: &str) -> bool {
    let file = name.rsplit_once('/').map_or(name, |(_, file)| file);
    file.starts_with("document") && file.ends_with(".xml") && name.split('/').any(|folder| folder == "word")
}

/// Office encrypts a document into a file of the old kind, which holds it as a stream of this name ([MS-OFFCRYPTO] 2.3.4.4).
fn is_encrypted(bytes: &[u8]) -> bool {
    const OLE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    bytes.starts_with(OLE) && memchr::memmem::find(bytes, &name).is_some()
}

pub(super) fn extract(file: &Packed) -> Result<Harvest> {
    if is_encrypted(&file.bytes) {
        let error = Error::source(&file.path, "protected by a password");
        return Err(error.hinted("open it with the password, and save it without one"));
    }
    Document::open(file)?.draft().map(Harvest::one)
}

/// A document on its way to a draft.
struct Document<'a> {
    file: &'a Packed,
    package: Package<'a>,
    /// The name of its main part.
    main: String,
    relations: Vec<Relation>,
    styles: Styles,
    warnings: Vec<String>,
}

/// What a part says of another that belongs to it.
struct Relation {
    id: String,
    /// The last word of its kind: `styles`, `footnotes`.
    kind: String,
    target: String,
}

impl<'a> Document<'a> {
    fn open(file: &'a Packed) -> Result<Document<'a>> {
        let mut package = Package::open(file)?;
        let root = relations(&mut package, "")?;
        let named = root
            .into_iter()
            .find(|relation| relation.kind == "officedocument")
            .map(|relation| relation.target);
        let found = named
            .filter(|name| package.has(name))
            .or_else(|| package.names().find(|name| is_document(name)).map(str::to_owned));
        let Some(main) = found else {
            let error = Error::source(&file.path, "damaged: its main part, word/document.xml, is missing");
            return Err(error.hinted(MEND));
        };
        let relations = relations(&mut package, &main)?;
        Ok(Document {
            file,
            package,
            main,
            relations,
            styles: Styles::default(),
            warnings: Vec::new(),
        })
    }

    fn draft(mut self) -> Result<Draft> {
        if let Some(text) = self.side_part("styles")? {
            let read = self.styles.read(&text);
            self.note_damage("styles", read);
        }
        let mut numbering = Numbering::default();
        if let Some(text) = self.side_part("numbering")? {
            let read = numbering.read(&text);
            self.note_damage("numbering", read);
        }
        let text = self.package.read_xml(&self.main)?.unwrap_or_default();
        let body = story::read(&text, &self.styles).map_err(|trouble| {
            Error::source_at(&self.file.path, &self.main, format!("damaged: {trouble}")).hinted(MEND)
        })?;
        drop(text);
        let notes = BTreeMap::from([
            (NoteKind::Foot, self.notes("footnotes")?),
            (NoteKind::End, self.notes("endnotes")?),
        ]);
        let chunks = self.chunks(&body)?;
        self.warn_of(&body)?;
        let mut chunk = |id: &str| {
            chunks
                .iter()
                .find(|(known, _)| known == id)
                .map_or(Vec::new(), |(_, lines)| lines.clone())
        };
        let mut writer = Writer::new(&self.styles, &numbering, &mut chunk);
        writer.notes = notes;
        writer.write(body.blocks);
        let written = writer.written;
        let mut dropped = written.dropped;
        dropped.extend(self.furniture()?);
        self.warn_of_hidden(&dropped);
        if written.lines.iter().all(|line| line.text.trim().is_empty()) {
            let error = Error::source(&self.file.path, "no text in this document");
            return Err(error.hinted("if it holds pictures of pages, they must be recognised first (OCR)"));
        }
        Ok(Draft {
            lines: written.lines,
            places: Places::Paragraphs,
            warnings: self.warnings,
            dropped,
            ..Draft::default()
        })
    }

    /// The parts of a kind that belong to the main one. Where the relations are lost, the part of the usual name.
    fn parts(&self, kind: &str) -> Vec<String> {
        let related = self.relations.iter().filter(|relation| relation.kind == kind);
        let mut names: Vec<String> = related
            .map(|relation| relation.target.clone())
            .filter(|name| self.package.has(name))
            .collect();
        let usual = package::resolve(&self.main, &format!("{kind}.xml"));
        if names.is_empty() && self.package.has(&usual) {
            names.push(usual);
        }
        names
    }

    fn side_part(&mut self, kind: &str) -> Result<Option<String>> {
        match self.parts(kind).first() {
            Some(name) => self.package.read_xml(name),
            None => Ok(None),
        }
    }

    fn notes(&mut self, kind: &str) -> Result<BTreeMap<String, Vec<Block>>> {
        let Some(text) = self.side_part(kind)? else {
            return Ok(BTreeMap::new());
        };
        match story::read(&text, &self.styles) {
            Ok(story) => Ok(story.notes),
            Err(trouble) => {
                self.note_damage(kind, Err(trouble));
                Ok(BTreeMap::new())
            }
        }
    }

    /// The lines of the files that stand in for paragraphs, by the ids of their relations.
    fn chunks(&mut self, body: &Story) -> Result<Vec<(String, Vec<Line>)>> {
        let mut ids = Vec::new();
        chunk_ids(&body.blocks, &mut ids);
        let mut chunks = Vec::new();
        for id in ids {
            let target = self
                .relations
                .iter()
                .find(|relation| relation.id == id)
                .map(|relation| relation.target.clone());
            let Some(target) = target else {
                self.warnings.push("an embedded file is missing".to_owned());
                continue;
            };
            let ending = target
                .rsplit_once('.')
                .map_or(String::new(), |(_, ending)| ending.to_lowercase());
            let lines = match ending.as_str() {
                "html" | "htm" | "xhtml" => self
                    .package
                    .read(&target)?
                    .map(|bytes| html::fragment(&page_text(&bytes)).lines),
                "txt" => self
                    .package
                    .read_xml(&target)?
                    .map(|text| text.lines().map(plain_line).collect()),
                _ => None,
            };
            let name = target.rsplit_once('/').map_or(target.as_str(), |(_, name)| name);
            self.warnings.push(match &lines {
                Some(_) => format!("an embedded file, {name}, is read as part of the text"),
                None => format!("an embedded file, {name}, is not read"),
            });
            chunks.push((id, lines.unwrap_or_default()));
        }
        Ok(chunks)
    }

    fn warn_of(&mut self, body: &Story) -> Result<()> {
        if body.insertions + body.deletions > 0 {
            let (insertions, deletions) = (body.insertions, body.deletions);
            self.warnings.push(format!(
                "tracked changes, read as accepted: {insertions} insertions, {deletions} deletions"
            ));
        }
        if body.unknown_symbols > 0 {
            let count = body.unknown_symbols;
            self.warnings
                .push(format!("{count} symbols of a font without known meaning are left out"));
        }
        let comments = self.notes("comments")?.len();
        if comments > 0 {
            let s = if comments == 1 { "" } else { "s" };
            self.warnings
                .push(format!("{comments} comment{s} beside the text left out"));
        }
        let diagrams = self.parts("diagramdata").len();
        if diagrams > 0 {
            self.warnings.push(format!(
                "the text in diagrams is not read ({diagrams} in this document)"
            ));
        }
        Ok(())
    }

    fn warn_of_hidden(&mut self, dropped: &[Dropped]) {
        let hidden = dropped.iter().filter(|dropped| dropped.reason == story::HIDDEN).count();
        if hidden > 0 {
            let s = if hidden == 1 { "" } else { "s" };
            self.warnings
                .push(format!("hidden text left out, at {hidden} place{s}"));
        }
    }

    /// The text of headers and footers: what pages repeat is no text of the report.
    fn furniture(&mut self) -> Result<Vec<Dropped>> {
        let mut furniture: Vec<Dropped> = Vec::new();
        for (kind, reason) in [("header", "page header"), ("footer", "page footer")] {
            for name in self.parts(kind) {
                let Some(text) = self.package.read_xml(&name)? else {
                    continue;
                };
                let story = match story::read(&text, &self.styles) {
                    Ok(story) => story,
                    Err(trouble) => {
                        self.note_damage(kind, Err(trouble));
                        continue;
                    }
                };
                let mut texts = Vec::new();
                paragraph_texts(&story.blocks, &mut texts);
                let text = texts.join(" ");
                let is_known = furniture.iter().any(|known| known.text == text);
                // A page number by itself needs no word.
                if !is_known && text.chars().any(|c| c.is_alphabetic() && !"第页共".contains(c)) {
                    furniture.push(Dropped {
                        text,
                        reason: reason.to_owned(),
                        source: Place::Paragraph(1),
                    });
                }
            }
        }
        Ok(furniture)
    }

    /// A part that cannot be read beside the text is a warning.
    fn note_damage(&mut self, part: &str, read: std::result::Result<(), String>) {
        if let Err(trouble) = read {
            self.warnings
                .push(format!("its {part} are damaged and not wholly read: {trouble}"));
        }
    }
}

/// What a part, or with an empty name the package, says of others. A damaged list is an empty one: the usual names remain.
fn relations(package: &mut Package, part: &str) -> Result<Vec<Relation>> {
    let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
    let Some(text) = package.read_xml(&format!("{folder}/_rels/{file}.rels"))? else {
        return Ok(Vec::new());
    };
    let mut xml = Xml::new(&text);
    let mut relations = Vec::new();
    while let Ok(Some(event)) = xml.next() {
        let Event::Start(element) = event else { continue };
        let is_outside = element
            .attribute("TargetMode")
            .is_some_and(|mode| mode.eq_ignore_ascii_case("external"));
        let (kind, target) = (element.attribute("Type"), element.attribute("Target"));
        if let (Some(kind), Some(target), false) = (kind, target, is_outside) {
            relations.push(Relation {
                id: element.attribute("Id").unwrap_or_default(),
                kind: kind
                    .rsplit_once('/')
                    .map_or(kind.as_str(), |(_, kind)| kind)
                    .to_lowercase(),
                target: package::resolve(part, &target),
            });
        }
    }
    Ok(relations)
}

fn chunk_ids(blocks: &[Block], ids: &mut Vec<String>) {
    for block in blocks {
        match block {
            Block::Chunk(id) => ids.push(id.clone()),
            Block::Paragraph(paragraph) => chunk_ids(&paragraph.boxes, ids),
            Block::Table(table) => {
                for cell in table.rows.iter().flat_map(|row| &row.cells) {
                    chunk_ids(&cell.blocks, ids);
                }
            }
        }
    }
}

fn paragraph_texts(blocks: &[Block], texts: &mut Vec<String>) {
    for block in blocks {
        match block {
            Block::Paragraph(paragraph) => {
                let words: Vec<&str> = paragraph.text.split_whitespace().collect();
                texts.extend(Some(words.join(" ")).filter(|text| !text.is_empty()));
                paragraph_texts(&paragraph.boxes, texts);
            }
            Block::Table(table) => {
                for cell in table.rows.iter().flat_map(|row| &row.cells) {
                    paragraph_texts(&cell.blocks, texts);
                }
            }
            Block::Chunk(_) => {}
        }
    }
}

fn plain_line(text: &str) -> Line {
    Line {
        text: text.to_owned(),
        style: LineStyle::Plain,
        runs: Vec::new(),
    }
}

/// The text of an embedded page.
fn page_text(bytes: &[u8]) -> String {
    super::decode::decode(bytes.to_vec(), None)
        .map_or_else(|_| String::from_utf8_lossy(bytes).into_owned(), |decoded| decoded.text)
}
