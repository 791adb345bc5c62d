//! 文号, 索引号, web address and day of a report.

use super::{Found, Scribe, joined};
use crate::ingest::blocks::{BlockKind, is_doc_number};
use crate::report::EvidenceSource;
use crate::schema::boilerplate::Field;
use crate::text::date;

impl Scribe<'_> {
    /// 文号, 索引号 and web address.
    pub(super) fn numbers(&mut self) {
        let number = self.given.iter().find(|given| {
            self.field(given) == Some(Field::DocNumber) && (is_doc_number(&given.value) || given.value.contains('号'))
        });
        if let Some(given) = number {
            let found = Found::outside(given.from, &given.value);
            self.description.metadata.doc_number = Some(self.script.simplify(&joined(&given.value)));
            self.evidence("doc_number", found);
        } else if let Some(n) = self.bare_number() {
            let plain = self.plain_of(n);
            let text = self.script.simplify(&joined(self.blocks[n].text()));
            let found = self.in_block(EvidenceSource::Header, n, 0..plain.text.len());
            self.description.metadata.doc_number = Some(text);
            self.evidence("doc_number", found);
        }
        let index = self.given.iter().find(|given| {
            self.field(given) == Some(Field::IndexNumber)
                && given.value.chars().filter(char::is_ascii_alphanumeric).count() >= 4
        });
        if let Some(given) = index {
            let found = Found::outside(given.from, &given.value);
            self.description.metadata.index_number = Some(joined(&given.value));
            self.evidence("index_number", found);
        }
        if let Some(given) = self.given.iter().find(|given| self.field(given) == Some(Field::Url)) {
            let found = Found::outside(given.from, &given.value);
            self.description.metadata.url = Some(given.value.trim().to_owned());
            self.evidence("url", found);
        }
    }

    /// A document number on a line of its own, above the text and beside the title.
    pub(super) fn bare_number(&self) -> Option<usize> {
        let end = self
            .blocks
            .iter()
            .position(|block| block.head.is_some() || block.text().chars().count() > 60)
            .unwrap_or(self.blocks.len());
        (0..end.min(8)).find(|n| is_doc_number(self.blocks[*n].text()))
    }

    pub(super) fn published(&mut self) {
        for field in [Field::Published, Field::Date, Field::Issued] {
            for given in self.given.iter().filter(|given| self.field(given) == Some(field)) {
                let Some((day, _)) = date::find(&given.value) else {
                    continue;
                };
                if day.year() < 1990 || given.value.contains("星期") {
                    continue;
                }
                let found = Found::outside(given.from, &given.value);
                self.description.metadata.published = Some(day.to_string());
                self.evidence("published", found);
                return;
            }
        }
        for n in self.of_kind(BlockKind::Signature).into_iter().rev() {
            let plain = self.plain_of(n);
            if let Some((day, at)) = date::find(&plain.text) {
                let found = self.in_block(EvidenceSource::Signature, n, at);
                self.description.metadata.published = Some(day.to_string());
                self.evidence("published", found);
                return;
            }
        }
    }
}
