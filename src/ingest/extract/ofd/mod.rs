//! Reads OFD documents (GB/T 33190-2016): pages of characters with their places, which are put together into lines and paragraphs.

use std::collections::{BTreeMap, BTreeSet};

use super::package::{self, Package};
use super::xml::{Event, Xml};
use super::{Draft, Harvest, MEND, Packed, Places};
use crate::error::{Error, Result};
use crate::report::{Dropped, Place};
use page::{Glyph, Page};

mod page;
mod paragraphs;
#[cfg(test)]
mod tests;

/// More pages than any report has.
const MOST_PAGES: usize = 20_000;

/// Whether these are the bytes of an OFD document.
pub(super) fn is_ofd(bytes: &[u8]) -> bool {
    package::holds(bytes, |name| name == ROOT, "OFD.xml")
}

const ROOT: &str = "ofd.xml";

pub(super) fn extract(file: &Packed) -> Result<Harvest> {
    let mut package = Package::open(file)?;
    let root = part(file, &mut package, ROOT)?;
    let bodies = bodies(&root).map_err(|trouble| damaged(file, ROOT, &trouble))?;
    if bodies.is_empty() {
        return Err(damaged(file, ROOT, "it names no document"));
    }
    let several = bodies.len() > 1;
    let mut harvest = Harvest::default();
    for (n, body) in bodies.into_iter().enumerate() {
        let read = Document::open(file, &mut package, &body).and_then(|document| document.draft());
        match read {
            Ok(mut draft) => {
                draft.row = several.then_some(n as u64 + 1);
                if body.is_signed {
                    draft
                        .warnings
                        .push("signed: the seals on its pages are not read".to_owned());
                }
                harvest.drafts.push(draft);
            }
            Err(error) if several => harvest.failures.push(error),
            Err(error) => return Err(error),
        }
    }
    Ok(harvest)
}

/// A document in the file.
struct Body {
    root: String,
    is_signed: bool,
}

fn bodies(root: &str) -> super::xml::Result<Vec<Body>> {
    let mut xml = Xml::new(root);
    let mut bodies: Vec<Body> = Vec::new();
    while let Some(event) = xml.next()? {
        let Event::Start(element) = event else { continue };
        match element.name() {
            "DocRoot" => bodies.push(Body {
                root: package::resolve("", xml.text()?.trim()),
                is_signed: false,
            }),
            "Signatures" => {
                if let Some(body) = bodies.last_mut() {
                    body.is_signed = true;
                }
            }
            _ => {}
        }
    }
    Ok(bodies)
}

/// One document: its pages in order, and what else belongs to it.
struct Document<'a, 'p> {
    file: &'a Packed,
    package: &'p mut Package<'a>,
    pages: Vec<String>,
    /// Pages that lie under others, by their ids.
    templates: BTreeMap<String, String>,
    warnings: Vec<String>,
}

impl<'a, 'p> Document<'a, 'p> {
    fn open(file: &'a Packed, package: &'p mut Package<'a>, body: &Body) -> Result<Document<'a, 'p>> {
        let text = part(file, package, &body.root)?;
        let mut document = Document {
            file,
            package,
            pages: Vec::new(),
            templates: BTreeMap::new(),
            warnings: Vec::new(),
        };
        document
            .list(&text, &body.root)
            .map_err(|trouble| damaged(file, &body.root, &trouble))?;
        if document.pages.len() > MOST_PAGES {
            let reason = format!("{} pages, more than the {MOST_PAGES} allowed", document.pages.len());
            return Err(Error::source(&file.path, reason).hinted("split the file"));
        }
        Ok(document)
    }

    /// Lists the parts of the document.
    fn list(&mut self, text: &str, root: &str) -> super::xml::Result<()> {
        let mut xml = Xml::new(text);
        while let Some(event) = xml.next()? {
            let Event::Start(element) = event else { continue };
            let location = element
                .attribute("BaseLoc")
                .map(|location| self.locate(root, &location));
            match (element.name(), location) {
                ("Page", Some(location)) => self.pages.push(location),
                ("TemplatePage", Some(location)) => {
                    self.templates
                        .insert(element.attribute("ID").unwrap_or_default(), location);
                }
                ("Annotations", _) => self.warnings.push("annotations on its pages are not read".to_owned()),
                ("Attachments", _) => {
                    let list = self.locate(root, xml.text()?.trim());
                    self.name_attachments(&list);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Places are written from the part that names them or, by some programs, from the top.
    fn locate(&self, from: &str, target: &str) -> String {
        let here = package::resolve(from, target);
        let top = package::resolve("", target);
        if !self.package.has(&here) && self.package.has(&top) {
            top
        } else {
            here
        }
    }

    fn name_attachments(&mut self, list: &str) {
        let Ok(Some(text)) = self.package.read_xml(list) else {
            return;
        };
        let mut xml = Xml::new(&text);
        while let Ok(Some(event)) = xml.next() {
            let Event::Start(element) = event else { continue };
            if element.name() == "Attachment" {
                let name = element.attribute("Name").unwrap_or_default();
                self.warnings.push(format!("an attachment, {name}, is not read"));
            }
        }
    }

    fn draft(mut self) -> Result<Draft> {
        let mut pages: Vec<Vec<Glyph>> = Vec::new();
        let mut dropped: Vec<Dropped> = Vec::new();
        let mut used = BTreeSet::new();
        let mut missing = 0;
        for (n, name) in std::mem::take(&mut self.pages).into_iter().enumerate() {
            let number = n as u64 + 1;
            let Some(mut page) = self.page(&name)? else {
                missing += 1;
                pages.push(Vec::new());
                continue;
            };
            let mut glyphs = Vec::new();
            for id in std::mem::take(&mut page.templates) {
                let Some(name) = self.templates.get(&id).cloned() else {
                    continue;
                };
                let Some(template) = self.page(&name)? else { continue };
                // What lies under every page is read once.
                if used.insert(id) {
                    glyphs.extend(template.glyphs);
                } else {
                    leave_out(&mut dropped, template.text(), "page template", number);
                }
            }
            glyphs.append(&mut page.glyphs);
            leave_out(&mut dropped, page.turned, "turned text", number);
            pages.push(glyphs);
        }
        if missing > 0 {
            self.warnings.push(format!(
                "{missing} of its {} pages are missing in the file",
                pages.len()
            ));
        }
        let laid = paragraphs::lay_out(pages);
        dropped.extend(laid.dropped);
        if laid.lines.iter().all(|line| line.text.trim().is_empty()) {
            let error = Error::source(&self.file.path, "no text in this document: its pages are pictures");
            return Err(error.hinted("they must be recognised first (OCR)"));
        }
        Ok(Draft {
            lines: laid.lines,
            places: Places::Pages,
            warnings: self.warnings,
            dropped,
            ..Draft::default()
        })
    }

    fn page(&mut self, name: &str) -> Result<Option<Page>> {
        let Some(text) = self.package.read_xml(name)? else {
            return Ok(None);
        };
        page::read(&text)
            .map(Some)
            .map_err(|trouble| damaged(self.file, name, &trouble))
    }
}

fn leave_out(dropped: &mut Vec<Dropped>, text: String, reason: &str, page: u64) {
    let text = text.trim();
    if !text.is_empty() {
        dropped.push(Dropped {
            text: text.to_owned(),
            reason: reason.to_owned(),
            source: Place::Page(page),
        });
    }
}

fn part(file: &Packed, package: &mut Package, name: &str) -> Result<String> {
    let text = package.read_xml(name)?;
    text.ok_or_else(|| Error::source(&file.path, format!("damaged: its part {name} is missing")).hinted(MEND))
}

fn damaged(file: &Packed, part: &str, trouble: &str) -> Error {
    Error::source_at(&file.path, part, format!("damaged: {trouble}")).hinted(MEND)
}
