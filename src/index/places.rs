//! Finds every place in which a question stands: how often it does in each passage, from the index alone; and where, when the passage is
//! read. A million occurrences are so many numbers until somebody wants to see them.
//!
//! Occurrences are those that a search counts: each operand's, overlapping ones too. Two operands that stand in the same place
//! are two.

use std::rc::Rc;
use std::time::Duration;

use rayon::prelude::*;
use tantivy::{DocAddress, DocId};

use super::Index;
use super::document::StoredReport;
use super::facets::place_by_value;
use super::operand::{Counted, Operand, ReadText};
use super::searcher::ReportCache;
use crate::error::{Error, Result};
use crate::hits::{HitReport, Totals};
use crate::query::Query;
use crate::report::{Place, ReportId, passage_id};
use crate::schema::fields::Field;
use crate::schema::topics::Topic;
use crate::text::fold::Folded;
use crate::text::spans::Span;

/// All places in which a question stands, passage by passage.
pub struct Places<'a> {
    index: &'a Index,
    /// Those whose occurrences count.
    operands: Vec<Counted>,
    passages: Vec<Placed>,
    totals: Totals,
}

/// A passage in which a question stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    pub report: ReportId,
    /// Its number in the report.
    pub seq: u32,
    pub occurrences: u32,
    segment: u32,
    doc: DocId,
}

/// A passage with the places in it.
#[derive(Clone, Debug)]
pub struct ReadPassage {
    pub text: String,
    /// Where it begins in the report's text, in characters.
    pub start: usize,
    pub folded: Folded,
    /// Where its sentences end, in units ([`crate::text::sentence::sentence_ends`]).
    pub sentence_ends: Vec<u32>,
    /// Where the question stands, in units; ascending.
    pub spans: Vec<Span>,
    /// The innermost section, by its number in [`StoredReport::sections`].
    pub section: usize,
    /// Its number among the passages of that section, from 1.
    pub number: u32,
    /// Where it stands in the source.
    pub source: Place,
}

/// Reads passages and what is known of their reports; neighbours often share theirs.
pub struct Reader<'a> {
    places: &'a Places<'a>,
    last: Option<(Placed, Rc<ReadPassage>)>,
    reports: ReportCache,
}

impl Index {
    /// Finds all places of a question, in the order of reports and of places in them. `brought` are topics beside those of the index.
    ///
    /// # Errors
    /// When the question asks for nothing that has a place, the index is damaged, or it takes longer than it may.
    pub fn places(&self, query: &Query, brought: &[Topic], time_limit: Option<Duration>) -> Result<Places<'_>> {
        let (operands, mut passages) = self.ask(query, brought, time_limit, |asked| {
            let operands: Vec<Counted> = asked.operands.iter().filter(|operand| operand.shown).cloned().collect();
            if operands.is_empty() || operands.iter().any(|counted| is_without_places(&counted.operand)) {
                return Ok((operands, Vec::new()));
            }
            let segments = self.searcher.segment_readers();
            let found = segments.par_iter().enumerate().map(|(number, segment)| {
                let numbers = segment.fast_fields().u64("seq")?;
                let mut found = Vec::new();
                asked.each_match(segment, |doc, report, occurrences| {
                    if occurrences > 0 {
                        found.push(Placed {
                            report: ReportId(report),
                            seq: numbers.first(doc).unwrap_or_default() as u32,
                            occurrences: occurrences as u32,
                            segment: number as u32,
                            doc,
                        });
                    }
                })?;
                Ok(found)
            });
            let found = found.collect::<tantivy::Result<Vec<_>>>()?;
            Ok((operands, found.concat()))
        })?;
        if let Some(words) = operands.iter().find(|counted| is_without_places(&counted.operand)) {
            return Err(Error::usage(format!(
                "`words:` has no places: the index does not keep where the {} stands",
                words.operand.label()
            ))
            .hinted("ask for phrases, wildcards or words near each other: \"调解 纠纷\"~8"));
        }
        if operands.is_empty() {
            return Err(Error::usage(format!(
                "`{query}` says which passages are wanted, and nothing that stands in them"
            ))
            .hinted("add a phrase, a wildcard or a regular expression whose places are to be shown"));
        }
        passages.sort_unstable_by_key(|placed| (placed.report, placed.seq));
        let reports = passages.chunk_by(|one, other| one.report == other.report).count();
        Ok(Places {
            index: self,
            operands,
            totals: Totals {
                passages: passages.len() as u64,
                reports: reports as u64,
                occurrences: passages.iter().map(|placed| u64::from(placed.occurrences)).sum(),
            },
            passages,
        })
    }
}

fn is_without_places(operand: &Operand) -> bool {
    matches!(operand, Operand::Word(_))
}

impl<'a> Places<'a> {
    /// The same as a search counts.
    pub fn totals(&self) -> Totals {
        self.totals
    }

    /// The passages, by report and by their order in it.
    pub fn passages(&self) -> &[Placed] {
        &self.passages
    }

    /// For each passage, where its value of a field stands among all values; `None` when it has none.
    ///
    /// # Errors
    /// When the index is damaged.
    pub fn order_by(&self, field: Field) -> Result<Vec<Option<u32>>> {
        let mut order = vec![None; self.passages.len()];
        let places = self.passages.iter().map(|placed| (placed.segment, placed.doc));
        let segments = self.index.searcher.segment_readers();
        place_by_value(field, segments, places, |at, value| order[at] = value)
            .map_err(|error| self.index.damaged(error))?;
        Ok(order)
    }

    /// Reads a passage and finds the places in it.
    ///
    /// # Errors
    /// When the index is damaged: when a passage does not say what the index says of it, too.
    pub fn read(&self, placed: &Placed) -> Result<ReadPassage> {
        let kept = self.index.passage(DocAddress::new(placed.segment, placed.doc))?;
        let read = ReadText::new(&kept.text);
        let mut spans: Vec<Span> = self
            .operands
            .iter()
            .flat_map(|counted| counted.operand.places(&read))
            .collect();
        spans.sort_unstable();
        if spans.len() != placed.occurrences as usize {
            return Err(self.index.damaged(format!(
                "the index has {} places in passage {}, its text {}",
                placed.occurrences,
                passage_id(placed.report, placed.seq),
                spans.len()
            )));
        }
        Ok(ReadPassage {
            text: kept.text,
            start: kept.chars[0],
            folded: read.folded,
            sentence_ends: read.ends,
            spans,
            section: kept.section,
            number: kept.number,
            source: kept.source,
        })
    }

    /// A reader of these passages one after the other.
    pub fn reader(&'a self) -> Reader<'a> {
        Reader {
            places: self,
            last: None,
            reports: ReportCache::default(),
        }
    }
}

impl Reader<'_> {
    /// Reads a passage, unless it is the one that was read last.
    ///
    /// # Errors
    /// As [`Places::read`].
    pub fn read(&mut self, placed: &Placed) -> Result<Rc<ReadPassage>> {
        if let Some((last, read)) = &self.last
            && last == placed
        {
            return Ok(Rc::clone(read));
        }
        let read = Rc::new(self.places.read(placed)?);
        self.last = Some((*placed, Rc::clone(&read)));
        Ok(read)
    }

    /// The report of a passage.
    ///
    /// # Errors
    /// When the index is damaged.
    pub fn report(&mut self, placed: &Placed) -> Result<Rc<StoredReport>> {
        self.reports.get(self.places.index, placed.report)
    }

    /// What a citation tells of a report.
    pub fn cited(report: &StoredReport) -> HitReport {
        HitReport::new(
            report.id,
            report.source.path.clone(),
            None,
            report.metadata.clone(),
            report.quality.clone(),
        )
    }
}

impl ReadPassage {
    /// The bytes of the text in which units stand: from the first to after the last.
    pub fn bytes(&self, span: Span) -> std::ops::Range<usize> {
        let units = &self.folded.units;
        let first = units
            .get(span.start as usize)
            .map_or(self.text.len(), |unit| unit.original.start);
        let last = (span.end as usize).checked_sub(1).and_then(|at| units.get(at));
        first..last.map_or(first, |unit| unit.original.end.max(first))
    }
}
