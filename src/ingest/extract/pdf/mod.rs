//! Reads PDF files: characters with their places become rows, rows become paragraphs.
//!
//! [`fonts`] gives fonts the characters they fail to state, [`glyphs`] turns a page upright, [`grid`] and [`rows`] put its
//! characters in order, [`furniture`] takes headers, footers and page numbers out, [`paragraphs`] joins what was one paragraph.
//! Pages without text are read by [`ocr`](super::ocr) when the user asks for it.

use std::io::Read;
use std::time::{Duration, Instant};

use flate2::read::ZlibDecoder;
use memchr::memmem;
use pdfboss_core::xref::XrefEntry;
use pdfboss_core::{Document, Immediate, ObjRef, Stream, block_on};
use pdfboss_text::{
    FontCache, ReadingOrder, SkippedTextKind, extract_spans_and_rulings_reporting_cached_with, placed_images_with,
};

use super::{Draft, Harvest, MEND, Packed, Places, ocr};
use crate::error::{Error, Result};
use crate::report::{Dropped, Place};
use fonts::Mended;
use furniture::Page;
pub use glyphs::Glyph;
use glyphs::Shown;
use paragraphs::glue;

mod fonts;
mod furniture;
mod glyphs;
mod grid;
mod paragraphs;
mod program;
mod rows;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;

/// Pages beyond these are not read, and the report says so.
const MOST_PAGES: usize = 5000;

/// Characters beyond these are not read, and the report says so.
const MOST_CHARACTERS: usize = 20_000_000;

/// The library keeps what it has read of a document; it begins anew after so many pages.
const PAGES_AT_ONCE: usize = 50;

/// A page with more pieces than these is a drawing: its columns are not looked for.
const MOST_PIECES: usize = 3000;

/// Fewer characters than these on each page are no text: a stamp, a page number.
const LEAST_ON_PAGE: usize = 10;

/// What a stream of objects may unpack to: the library needs fifty times that.
const LARGEST_OBJECTS: u64 = 8 << 20;

/// Whether the bytes are a PDF file: readers look for its sign in the first kilobyte.
pub fn is(bytes: &[u8]) -> bool {
    memmem::find(&bytes[..bytes.len().min(1024)], b"%PDF-").is_some()
}

/// Reads a PDF file.
///
/// # Errors
/// When it needs a password, is damaged, or is a scan without text, and when the time is up.
pub fn extract(packed: &Packed) -> Result<Harvest> {
    let deadline = Instant::now() + Duration::from_secs(packed.options.max_seconds);
    let document = open(packed)?;
    let mut reading = read(packed, document, deadline)?;
    if packed.options.ocr {
        reading.recognise(packed, deadline)?;
    }
    let mut dropped = reading.dropped;
    let taken = furniture::take(&mut reading.pages);
    dropped.extend(taken.into_iter().map(|(row, reason)| note(row.text, reason, row.page)));
    reading.quality.weigh(&reading.pages);
    let pages = reading.pages.len();
    reading.quality.check_text(packed, pages)?;
    let warnings = reading.quality.warnings(pages);
    let draft = Draft {
        lines: paragraphs::build(reading.pages),
        places: Places::Pages,
        warnings,
        dropped,
        ..Draft::default()
    };
    Ok(Harvest::one(draft))
}

fn note(text: String, reason: &str, page: u64) -> Dropped {
    Dropped {
        text,
        reason: reason.to_owned(),
        source: Place::Page(page),
    }
}

fn open(packed: &Packed) -> Result<Document> {
    let document = Document::load(packed.bytes.to_vec()).map_err(|error| match error {
        pdfboss_core::Error::Encrypted => Error::source(&packed.path, "needs a password")
            .hinted("open it with the password, save it without one, and index that"),
        _ => Error::source(&packed.path, format!("damaged: {error}")).hinted(MEND),
    })?;
    match has_bomb(&document) {
        false => Ok(document),
        true => {
            let megabytes = LARGEST_OBJECTS >> 20;
            let reason = format!("refused: one of its object streams unpacks to more than {megabytes} MB");
            Err(Error::source(&packed.path, reason).hinted("open it in another program and save it anew"))
        }
    }
}

/// Whether a stream of objects unpacks to more than it may. The library unpacks such a stream whole, so it is looked at before.
fn has_bomb(document: &Document) -> bool {
    let mut streams: Vec<u32> = document
        .xref()
        .iter()
        .filter_map(|(_, entry)| match entry {
            XrefEntry::InStream { stream_num, .. } => Some(stream_num),
            _ => None,
        })
        .collect();
    streams.sort_unstable();
    streams.dedup();
    streams.into_iter().any(|num| {
        let stream = document.get(ObjRef { num, r#gen: 0 });
        stream.is_ok_and(|stream| stream.as_stream().is_some_and(unpacks_to_too_much))
    })
}

fn unpacks_to_too_much(stream: &Stream) -> bool {
    let packed = stream.dict.get("Filter").is_some();
    let unpacked = ZlibDecoder::new(stream.data.as_slice()).take(LARGEST_OBJECTS + 1);
    let len = match packed {
        // What stands behind damage is not unpacked by the library either.
        true => std::io::copy(&mut { unpacked }, &mut std::io::sink()).unwrap_or(0),
        false => stream.data.len() as u64,
    };
    len > LARGEST_OBJECTS
}

/// The pages of a document as they were read.
#[derive(Default)]
struct Reading {
    pages: Vec<Page>,
    dropped: Vec<Dropped>,
    quality: Quality,
}

/// What is said about how well a document could be read.
#[derive(Default)]
struct Quality {
    /// Pages that are damaged.
    unread: Vec<u64>,
    /// Pages that show an image and no text.
    images: Vec<u64>,
    /// Pages read from their image.
    recognised: Vec<u64>,
    /// Pages that held more than a page can.
    cut: Vec<u64>,
    /// Pages of the document that were not looked at, there being too many.
    beyond: Option<(usize, usize)>,
    /// Characters that show, and of them those that no font explains, those of private use, and those that are not painted.
    characters: usize,
    unknown: usize,
    private: usize,
    invisible: usize,
}

fn read(packed: &Packed, document: Document, deadline: Instant) -> Result<Reading> {
    let count = document.flattened_page_count();
    if count == 0 {
        return Err(Error::source(&packed.path, "damaged: no pages in it").hinted(MEND));
    }
    let mut reading = Reading::default();
    let mut from = 0;
    while from < count.min(MOST_PAGES) && reading.quality.characters < MOST_CHARACTERS {
        let to = count.min(MOST_PAGES).min(from + PAGES_AT_ONCE);
        reading.read_pages(packed, &document.fork(), from..to, deadline)?;
        from = to;
    }
    reading.quality.beyond = (from < count).then_some((from, count));
    Ok(reading)
}

impl Reading {
    fn read_pages(
        &mut self,
        packed: &Packed,
        document: &Document,
        pages: std::ops::Range<usize>,
        deadline: Instant,
    ) -> Result<()> {
        let source = Mended::new(document);
        let fonts = FontCache::default();
        for index in pages {
            if Instant::now() > deadline {
                let seconds = packed.options.max_seconds;
                return Err(Error::source(&packed.path, format!("not read after {seconds} seconds"))
                    .hinted("allow more with --max-seconds"));
            }
            source.turn_page();
            self.read_page(document, &source, &fonts, index);
        }
        Ok(())
    }

    fn read_page(&mut self, document: &Document, source: &Mended, fonts: &FontCache, index: usize) {
        let number = index as u64 + 1;
        let Ok(page) = document.page(index) else {
            self.quality.unread.push(number);
            return;
        };
        let hidden = document.oc_state();
        let spans = extract_spans_and_rulings_reporting_cached_with(
            Immediate(source),
            &page,
            fonts,
            hidden.as_ref(),
            None,
            ReadingOrder::Content,
        );
        let Ok((spans, rulings, report)) = block_on(spans) else {
            self.quality.unread.push(number);
            return;
        };
        let damaged = report
            .skipped
            .iter()
            .any(|skipped| matches!(skipped.kind, SkippedTextKind::PageContents | SkippedTextKind::Form));
        if damaged {
            self.quality.unread.push(number);
        }
        let shown = glyphs::show(&page, &spans, &rulings);
        drop(spans);
        if shown.glyphs.len() < LEAST_ON_PAGE {
            source.turn_page();
            let images = block_on(placed_images_with(Immediate(source), &page, hidden.as_ref()));
            if images.is_ok_and(|images| !images.is_empty()) && !damaged {
                self.quality.images.push(number);
            }
        }
        self.take(shown, number);
    }

    /// Adds a page.
    fn take(&mut self, shown: Shown, number: u64) {
        self.quality.count(&shown, number);
        let dropped = shown.dropped.into_iter();
        self.dropped
            .extend(dropped.map(|(text, reason)| note(text, reason, number)));
        let (tables, glyphs) = grid::take_tables(shown.glyphs, &shown.rules, number);
        let mut pieces = rows::pieces(glyphs, number);
        pieces.extend(tables);
        pieces.sort_by(|a, b| a.y.total_cmp(&b.y));
        let rows = if pieces.len() > MOST_PIECES {
            pieces
        } else {
            rows::order(pieces)
        };
        self.pages.push(Page {
            number,
            width: shown.width,
            height: shown.height,
            rows,
        });
    }

    /// Reads the pages that are images.
    fn recognise(&mut self, packed: &Packed, deadline: Instant) -> Result<()> {
        let scans = std::mem::take(&mut self.quality.images);
        if scans.is_empty() {
            return Ok(());
        }
        for (number, glyphs, (width, height)) in ocr::recognise(packed, &scans, deadline)? {
            self.pages.retain(|page| page.number != number);
            let shown = Shown {
                glyphs,
                width,
                height,
                ..Shown::default()
            };
            self.take(shown, number);
            self.quality.recognised.push(number);
        }
        self.quality.images = scans
            .into_iter()
            .filter(|page| !self.quality.recognised.contains(page))
            .collect();
        self.pages.sort_by_key(|page| page.number);
        Ok(())
    }
}

impl Quality {
    fn count(&mut self, shown: &Shown, number: u64) {
        if shown.cut {
            self.cut.push(number);
        }
        self.invisible += shown.glyphs.iter().filter(|glyph| glyph.invisible).count();
    }

    /// Weighs what was kept.
    fn weigh(&mut self, pages: &[Page]) {
        let text = || {
            pages
                .iter()
                .flat_map(|page| &page.rows)
                .flat_map(|row| row.text.chars())
        };
        self.characters = text().filter(|c| !c.is_whitespace()).count();
        self.unknown = text().filter(|c| *c == '\u{fffd}').count();
        self.private = text()
            .filter(|c| matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..))
            .count();
    }

    /// # Errors
    /// When there is no text to speak of.
    fn check_text(&self, packed: &Packed, pages: usize) -> Result<()> {
        let pages_word = if pages == 1 { "page" } else { "pages" };
        let scan = |found: String| {
            let error = Error::source(&packed.path, format!("a scan: {found} on its {pages} {pages_word}"));
            match packed.options.ocr {
                false => error.hinted("--ocr (needs tesseract with chi_sim and pdftoppm)"),
                true => error.hinted("look at the pages: nothing that can be read was found in them"),
            }
        };
        if self.characters == 0 && !self.unread.is_empty() && self.images.is_empty() {
            return Err(Error::source(&packed.path, format!("damaged: {}", cannot_be_read(&self.unread))).hinted(MEND));
        }
        let readable = self.characters - self.unknown;
        if self.characters > 0 && readable * 10 < self.characters {
            let reason = format!(
                "{} of {} characters cannot be read: its fonts do not say which they are",
                self.unknown, self.characters
            );
            return Err(Error::source(&packed.path, reason)
                .hinted("save it anew from the program it was made with, or print it and index the scan with --ocr"));
        }
        if self.characters == 0 {
            return Err(scan("no text".to_owned()));
        }
        let little = self.characters < LEAST_ON_PAGE * pages && !self.images.is_empty();
        match little && self.recognised.is_empty() {
            true => Err(scan(format!("only {} characters of text", self.characters))),
            false => Ok(()),
        }
    }

    /// What a reader of the report should know.
    fn warnings(&self, pages: usize) -> Vec<String> {
        let mut warnings = Vec::new();
        if let Some((read, count)) = self.beyond {
            warnings.push(format!("only the first {read} of {count} pages are read"));
        }
        if !self.unread.is_empty() {
            warnings.push(cannot_be_read(&self.unread));
        }
        if !self.cut.is_empty() {
            warnings.push(format!(
                "{} held more than a page can: not all of it is read",
                named(&self.cut)
            ));
        }
        if !self.images.is_empty() {
            let missing = named(&self.images);
            warnings.push(format!(
                "no text on {missing} of {pages}, only images: read them with --ocr"
            ));
        }
        if !self.recognised.is_empty() {
            warnings.push(format!(
                "read by OCR: {} of {pages}; characters may be wrong",
                named(&self.recognised)
            ));
        }
        let of = self.characters;
        if self.unknown > 0 {
            let (count, share) = (self.unknown, percent(self.unknown, of));
            warnings.push(format!(
                "{count} of {of} characters ({share}) cannot be read: their font does not say which they are"
            ));
        }
        if self.private * 200 > of {
            let (count, share) = (self.private, percent(self.private, of));
            warnings.push(format!(
                "{count} of {of} characters ({share}) are a font's private ones: they may be wrong"
            ));
        }
        if self.invisible * 2 > of {
            warnings.push(
                "the text is an invisible layer over images, as OCR makes it: characters may be wrong".to_owned(),
            );
        }
        warnings
    }
}

fn cannot_be_read(pages: &[u64]) -> String {
    format!("{} cannot be read", named(pages))
}

/// Pages by their numbers: page 3, pages 1–3 and 7.
fn named(pages: &[u64]) -> String {
    let mut ranges: Vec<(u64, u64)> = Vec::new();
    for page in pages {
        match ranges.last_mut() {
            Some((_, end)) if *end + 1 == *page => *end = *page,
            _ => ranges.push((*page, *page)),
        }
    }
    let range = |(start, end): &(u64, u64)| {
        if start == end {
            start.to_string()
        } else {
            format!("{start}–{end}")
        }
    };
    let mut names: Vec<String> = ranges.iter().map(range).collect();
    if names.len() > 20 {
        let more = names.split_off(20).len();
        names.push(format!("{more} more stretches"));
    }
    let word = if pages.len() == 1 { "page" } else { "pages" };
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{word} {} and {last}", rest.join(", ")),
        _ => format!("{word} {}", names.join("")),
    }
}

fn percent(part: usize, whole: usize) -> String {
    format!("{:.1} %", 100.0 * part as f64 / whole.max(1) as f64)
}
