//! Walks over the passages of one segment in which a regular expression is found: those that have what every match needs, by the
//! index, and then by reading the text.

use std::sync::Arc;

use tantivy::schema::Field;
use tantivy::store::StoreReader;
use tantivy::{DocId, TantivyDocument};

use super::budget::Budget;
use super::document::stored_text;
use super::matcher::Matcher;
use super::walk::{Places, Walk, starting_before};
use crate::text::expression::{Expression, Readable};
use crate::text::fold::fold;
use crate::text::spans::Span;

/// The passages that may match, and where in each the expression is found.
pub struct RegexDocs {
    pub candidates: Matcher,
    pub expression: Expression,
    pub store: StoreReader,
    /// The field with the text.
    pub text: Field,
    pub budget: Arc<Budget>,
    /// In the present passage, once it has been read.
    pub found: Option<Vec<Span>>,
}

impl RegexDocs {
    fn find(&mut self) -> tantivy::Result<&[Span]> {
        if self.found.is_none() {
            self.budget.check()?;
            let document: TantivyDocument = self.store.get(self.candidates.doc())?;
            let text = stored_text(&document, self.text).unwrap_or_default();
            let readable = Readable::new(&fold(text));
            self.found = Some(self.expression.spans(&readable).collect());
        }
        Ok(self.found.as_deref().unwrap_or_default())
    }
}

impl Walk for RegexDocs {
    fn doc(&self) -> DocId {
        self.candidates.doc()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.candidates.doc() < target {
            self.found = None;
        }
        self.candidates.seek(target)
    }
}

impl Places for RegexDocs {
    fn candidates(&self) -> u32 {
        self.candidates.candidates()
    }

    fn stand(&mut self) -> tantivy::Result<bool> {
        Ok(self.found.is_some() || self.candidates.matches()?).and_then(|may| Ok(may && !self.find()?.is_empty()))
    }

    fn count(&mut self, heading_units: u32) -> (u32, u32) {
        let spans = self.found.as_deref().unwrap_or_default();
        (spans.len() as u32, starting_before(spans, heading_units))
    }

    fn spans(&mut self, out: &mut Vec<Span>) -> bool {
        out.extend_from_slice(self.found.as_deref().unwrap_or_default());
        true
    }
}
