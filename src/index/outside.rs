//! Walks over the passages of one segment in which a phrase stands inside none of some longer ones.

use tantivy::DocId;

use super::phrase::PhraseDocs;
use super::walk::{Places, Walk, starting_before};
use crate::text::spans::Span;

/// The passages of a phrase, and those of the phrases that it must not stand inside.
pub struct OutsideDocs {
    pub phrase: PhraseDocs,
    pub outer: Vec<PhraseDocs>,
    /// Where it stands in the present passage, once that was asked.
    pub found: Option<Vec<Span>>,
}

/// Keeps the places that are inside none of the others.
pub fn keep_outside(places: &mut Vec<Span>, outer: &[Span]) {
    places.retain(|place| {
        !outer
            .iter()
            .any(|outer| outer.start <= place.start && place.end <= outer.end)
    });
}

impl OutsideDocs {
    fn find(&mut self) -> tantivy::Result<&[Span]> {
        if self.found.is_none() {
            let mut places = Vec::new();
            if self.phrase.stand()? {
                self.phrase.spans(&mut places);
            }
            let doc = self.phrase.doc();
            let mut outer = Vec::new();
            for phrase in &mut self.outer {
                if !places.is_empty() && phrase.seek(doc) == doc && phrase.stand()? {
                    phrase.spans(&mut outer);
                }
            }
            keep_outside(&mut places, &outer);
            self.found = Some(places);
        }
        Ok(self.found.as_deref().unwrap_or_default())
    }
}

impl Walk for OutsideDocs {
    fn doc(&self) -> DocId {
        self.phrase.doc()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.phrase.doc() < target {
            self.found = None;
        }
        self.phrase.seek(target)
    }
}

impl Places for OutsideDocs {
    fn candidates(&self) -> u32 {
        self.phrase.candidates()
    }

    fn stand(&mut self) -> tantivy::Result<bool> {
        Ok(!self.find()?.is_empty())
    }

    fn count(&mut self, heading_units: u32) -> (u32, u32) {
        let places = self.found.as_deref().unwrap_or_default();
        (places.len() as u32, starting_before(places, heading_units))
    }

    fn spans(&mut self, out: &mut Vec<Span>) -> bool {
        out.extend(self.found.iter().flatten().copied());
        true
    }
}
