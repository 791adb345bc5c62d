//! The title of a report: the one in the text, in a column or header, the file's name, or one made of the other fields.

use std::ops::Range;

use super::place::{self, Names};
use super::{Found, Scribe, derive, issuer, joined, kind, year};
use crate::ingest::blocks::BlockKind;
use crate::report::EvidenceSource;
use crate::schema::boilerplate::Field;
use crate::schema::titles;
use crate::text::plain::plain;

impl Scribe<'_> {
    pub(super) fn title(&mut self) {
        // The last title above the text is the article's own; those above it are the page's.
        let own = self.blocks.iter().rposition(|block| block.kind == BlockKind::Title);
        if let Some(n) = own {
            self.title_plain = self.plain_of(n).text.clone();
            self.title_block = Some(n);
        }
        if let Some(given) = self.column(Field::Title) {
            let value = joined(&given.value);
            self.title_plain = plain(&value, self.script);
            self.title_source = given.from;
            let found = Found::outside(given.from, &given.value);
            self.description.metadata.title = Some(value);
            self.evidence("title", found);
            return;
        }
        if let Some(n) = own {
            let text = self.blocks[n].text();
            self.description.metadata.title = Some(joined(text));
            let found = self.in_block(EvidenceSource::Title, n, 0..self.plain_of(n).text.len());
            self.evidence("title", found);
            return;
        }
        let header = self.header(Field::Title).filter(|given| {
            let key = plain(&given.value, self.script);
            titles::titles().topic.is_match(&key) || titles::titles().other_tail.is_match(&key)
        });
        if let Some(given) = header {
            let value = joined(&given.value);
            self.title_plain = plain(&value, self.script);
            self.title_source = EvidenceSource::Header;
            let found = Found::outside(given.from, &given.value);
            self.description.metadata.title = Some(value);
            self.evidence("title", found);
        } else if self.stem_is_title() {
            let value = joined(&self.stem);
            self.title_plain = plain(&value, self.script);
            self.title_source = EvidenceSource::FileName;
            let found = Found::outside(EvidenceSource::FileName, &self.stem);
            self.description.metadata.title = Some(value);
            self.evidence("title", found);
        } else if let Some(n) = self.opening_line() {
            self.title_plain = self.plain_of(n).text.clone();
            self.title_block = Some(n);
            self.description.metadata.title = Some(joined(self.blocks[n].text()));
            let found = self.in_block(EvidenceSource::Title, n, 0..self.title_plain.len());
            self.evidence("title", found);
        }
    }

    /// A first line that can only be the title of news, an interpretation or the like: no topic of reports tells it.
    fn opening_line(&self) -> Option<usize> {
        let n = self
            .blocks
            .iter()
            .position(|block| block.kind != BlockKind::Salutation)?;
        let block = &self.blocks[n];
        let mut below = self.blocks.iter().skip(n + 1).take(3);
        let key = self.plain_of(n).text.clone();
        let line = block.kind == BlockKind::Paragraph
            && block.head.is_none()
            && (6..=60).contains(&key.chars().count())
            && !key.contains(['。', ';', ',', '!'])
            && below.any(|below| below.text().chars().count() > key.chars().count());
        // 石溪镇2023年安全生产工作总结: a title of the genre's form on another matter.
        let formed = titles::titles().tail.is_match(&key) && year::of_title(&key).is_some();
        (line && (formed || kind::of_title(&key).is_some_and(|kind| !kind.is_report()))).then_some(n)
    }

    pub(super) fn stem_is_title(&self) -> bool {
        let key = plain(&self.stem, self.script);
        titles::titles().topic.is_match(&key)
            && (titles::titles().tail.is_match(&key) || titles::titles().other_tail.is_match(&key))
    }

    /// A report without a title gets one of its place, year and kind.
    pub(super) fn derived_title(&mut self) {
        if self.description.metadata.title.is_some() {
            return;
        }
        if let Some(title) = derive::title_of(&self.description.metadata) {
            let found = Found::outside(EvidenceSource::Derived, &title);
            self.description.metadata.title = Some(title);
            self.evidence("title", found);
        }
    }

    pub(super) fn title_place(&self) -> Option<(Names, Range<usize>)> {
        place_in_title(&self.title_plain)
    }

    pub(super) fn in_title(&self, bytes: Range<usize>) -> Found {
        match self.title_block.filter(|_| self.title_source == EvidenceSource::Title) {
            Some(n) => self.in_block(EvidenceSource::Title, n, bytes),
            None => {
                let quote = self.title_plain.get(bytes).unwrap_or(&self.title_plain);
                let from = if self.title_source == EvidenceSource::Column {
                    EvidenceSource::Title
                } else {
                    self.title_source
                };
                Found::outside(from, quote)
            }
        }
    }
}

/// The places that a title names, and where they stand in it, in bytes.
pub(super) fn place_in_title(title: &str) -> Option<(Names, Range<usize>)> {
    if title.is_empty() {
        return None;
    }
    if let Some((body, at)) = issuer::of_title(title) {
        let named = body.rsplit('、').find_map(place::read_body);
        if let Some(names) = named {
            return Some((names, at));
        }
    }
    let (place, at) = issuer::place_of_title(title)?;
    place::read(place)
        .or_else(|| place::read_body(place))
        .or_else(|| place::read_start(place))
        .map(|names| (names, at))
}
