//! Walks over the passages of one segment in which words with wildcards, or words near each other, stand: by the places of their
//! runs, which the index keeps, without reading the text.

use tantivy::columnar::Column;
use tantivy::postings::{Postings, SegmentPostings};
use tantivy::schema::{IndexRecordOption, Term};
use tantivy::{DocId, DocSet, SegmentReader, TERMINATED};

use super::layout::Layout;
use super::phrase::PhraseDocs;
use super::walk::{Places, Walk, next_common, starting_before};
use crate::query::{Near, Pattern, run_length};
use crate::text::fold::BREAK;
use crate::text::sentence::sentence_of;
use crate::text::spans::{Marks, Nearness, Part, Span, near, sequence};

/// The passages with all runs of a pattern.
pub struct PatternDocs {
    parts: Vec<Part>,
    /// One for each run, in their order; never empty.
    runs: Vec<PhraseDocs>,
    lengths: Vec<u32>,
    /// Read only for a pattern with gaps.
    marks: Option<MarksDocs>,
    doc: DocId,
    found: Option<Vec<Span>>,
}

/// The passages with all words of a nearness.
pub struct NearDocs {
    nearness: Nearness,
    /// Whether all of it must stand in one sentence.
    in_sentence: bool,
    words: Vec<PatternDocs>,
    marks: MarksDocs,
    doc: DocId,
    found: Option<Vec<Span>>,
}

/// Where breaks stand and sentences end.
struct MarksDocs {
    breaks: Option<SegmentPostings>,
    ends: Column<u64>,
    doc: DocId,
    break_places: Vec<u32>,
    sentence_ends: Vec<u32>,
}

/// An operand whose occurrences are stretches of the text.
trait Stretches: Walk {
    /// At most how many passages it stands in.
    fn candidates(&self) -> u32;

    /// Where it stands in the present candidate; looked for once.
    fn stretches(&mut self) -> &[Span];
}

impl PatternDocs {
    /// `None` when one of its runs stands nowhere in the segment.
    pub fn open(layout: &Layout, segment: &SegmentReader, pattern: &Pattern) -> tantivy::Result<Option<Self>> {
        let index = segment.inverted_index(layout.units)?;
        let mut runs = Vec::new();
        for run in pattern.runs() {
            match PhraseDocs::open(&index, layout.units, run)? {
                Some(docs) => runs.push(docs),
                None => return Ok(None),
            }
        }
        let marks = match pattern.has_gaps() {
            true => Some(MarksDocs::open(layout, segment)?),
            false => None,
        };
        let doc = next_common(&mut runs, 0);
        Ok(Some(PatternDocs {
            parts: pattern.parts.clone(),
            lengths: pattern.runs().map(run_length).collect(),
            runs,
            marks,
            doc,
            found: None,
        }))
    }

    fn find(&mut self) -> Vec<Span> {
        let mut starts = Vec::with_capacity(self.runs.len());
        for run in &mut self.runs {
            let places = run.starts();
            if places.is_empty() {
                return Vec::new();
            }
            starts.push(places);
        }
        let runs: Vec<(&[u32], u32)> = starts
            .iter()
            .map(Vec::as_slice)
            .zip(self.lengths.iter().copied())
            .collect();
        let marks = match &mut self.marks {
            Some(marks) => marks.of(self.doc),
            // Without gaps nothing is measured.
            None => Marks {
                length: u32::MAX,
                breaks: &[],
            },
        };
        sequence(&self.parts, &runs, marks)
    }
}

impl NearDocs {
    /// `None` when one of its words stands nowhere in the segment.
    pub fn open(
        layout: &Layout,
        segment: &SegmentReader,
        near: &Near,
        in_sentence: bool,
    ) -> tantivy::Result<Option<Self>> {
        let mut words = Vec::new();
        for word in &near.words {
            match PatternDocs::open(layout, segment, word)? {
                Some(docs) => words.push(docs),
                None => return Ok(None),
            }
        }
        let doc = next_common(&mut words, 0);
        Ok(Some(NearDocs {
            nearness: near.nearness,
            in_sentence,
            words,
            marks: MarksDocs::open(layout, segment)?,
            doc,
            found: None,
        }))
    }

    fn find(&mut self) -> Vec<Span> {
        let mut places = Vec::with_capacity(self.words.len());
        for word in &mut self.words {
            let spans = word.stretches();
            if spans.is_empty() {
                return Vec::new();
            }
            places.push(spans.to_vec());
        }
        let words: Vec<&[Span]> = places.iter().map(Vec::as_slice).collect();
        let mut spans = near(self.nearness, &words, self.marks.of(self.doc));
        if self.in_sentence {
            spans.retain(|span| is_in_one_sentence(&self.marks.sentence_ends, *span));
        }
        spans
    }
}

/// Whether a stretch stands in one sentence.
pub fn is_in_one_sentence(ends: &[u32], span: Span) -> bool {
    sentence_of(ends, span.start) == sentence_of(ends, span.end.saturating_sub(1))
}

impl MarksDocs {
    fn open(layout: &Layout, segment: &SegmentReader) -> tantivy::Result<Self> {
        let term = Term::from_field_text(layout.units, BREAK.encode_utf8(&mut [0; 4]));
        let index = segment.inverted_index(layout.units)?;
        Ok(MarksDocs {
            breaks: index.read_postings(&term, IndexRecordOption::WithFreqsAndPositions)?,
            ends: segment.fast_fields().u64("sentence_ends")?,
            doc: TERMINATED,
            break_places: Vec::new(),
            sentence_ends: Vec::new(),
        })
    }

    /// The marks of a passage; passages are asked for in ascending order.
    fn of(&mut self, doc: DocId) -> Marks<'_> {
        if self.doc != doc {
            self.doc = doc;
            self.break_places.clear();
            if let Some(breaks) = &mut self.breaks {
                let found = match breaks.doc() {
                    found if found >= doc => found,
                    _ => breaks.seek(doc),
                };
                if found == doc {
                    breaks.positions(&mut self.break_places);
                }
            }
            self.sentence_ends.clear();
            self.sentence_ends
                .extend(self.ends.values_for_doc(doc).map(|end| end as u32));
        }
        Marks {
            length: self.sentence_ends.last().copied().unwrap_or(0),
            breaks: &self.break_places,
        }
    }
}

impl Walk for PatternDocs {
    fn doc(&self) -> DocId {
        self.doc
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc < target {
            self.doc = next_common(&mut self.runs, target);
            self.found = None;
        }
        self.doc
    }
}

impl Walk for NearDocs {
    fn doc(&self) -> DocId {
        self.doc
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc < target {
            self.doc = next_common(&mut self.words, target);
            self.found = None;
        }
        self.doc
    }
}

impl Stretches for PatternDocs {
    fn candidates(&self) -> u32 {
        self.runs.iter().map(PhraseDocs::candidates).min().unwrap_or(0)
    }

    fn stretches(&mut self) -> &[Span] {
        if self.found.is_none() {
            self.found = Some(self.find());
        }
        self.found.as_deref().unwrap_or_default()
    }
}

impl Stretches for NearDocs {
    fn candidates(&self) -> u32 {
        self.words.iter().map(Stretches::candidates).min().unwrap_or(0)
    }

    fn stretches(&mut self) -> &[Span] {
        if self.found.is_none() {
            self.found = Some(self.find());
        }
        self.found.as_deref().unwrap_or_default()
    }
}

impl<S: Stretches> Places for S {
    fn candidates(&self) -> u32 {
        Stretches::candidates(self)
    }

    fn stand(&mut self) -> tantivy::Result<bool> {
        Ok(!self.stretches().is_empty())
    }

    fn count(&mut self, heading_units: u32) -> (u32, u32) {
        let spans = self.stretches();
        (spans.len() as u32, starting_before(spans, heading_units))
    }

    fn spans(&mut self, out: &mut Vec<Span>) -> bool {
        out.extend_from_slice(self.stretches());
        true
    }
}
