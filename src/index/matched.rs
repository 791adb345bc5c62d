//! Gathers the matching passages of one segment: all of them are counted, and only what is asked for is looked at twice.

use tantivy::{DocId, TERMINATED};

use super::compile::Compiler;
use super::facets::{ValueCounts, values_of};
use super::merit::{Merit, Merits};
use super::operand::Counted;
use super::store::is_alive;
use crate::hits::Totals;
use crate::query::Query;
use crate::schema::ranking::Ranking;
use crate::text::spans::Span;

/// Of so few candidates the merits are read at once: to walk over them again would take longer.
const FEW: u32 = 1000;

/// What decides how passages are gathered.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    pub query: &'a Query,
    pub ranking: &'a Ranking,
    /// Whether walking a second time, over few passages, costs little.
    pub is_repeatable: bool,
    /// How many hits are wanted; `None` for all.
    pub limit: Option<usize>,
}

/// The matching passages of one segment, in the order of their documents.
pub struct SegmentMatches {
    pub docs: Vec<DocId>,
    pub reports: Vec<u64>,
    /// For each passage, for each operand: how often it stands in all of it, and in its headings.
    counts: Vec<(u32, u32)>,
    /// For each passage: what speaks for it beside its words; `None` when that is to be asked of the few that need it.
    merits: Option<Vec<Merit>>,
    /// For each field that is counted: its values here.
    pub facets: Vec<ValueCounts>,
    /// How many passages were candidates.
    pub candidates: u64,
    operands: usize,
}

impl SegmentMatches {
    pub fn find(compiler: &Compiler<'_>, asked: &Asked<'_>) -> tantivy::Result<Self> {
        let segment = compiler.segment;
        let operands = compiler.counted.len();
        let mut matches = compiler.compile(asked.query)?;
        let heading_units = segment.fast_fields().u64("heading_units")?;
        let reads_merits = !asked.is_repeatable || asked.limit.is_none() || matches.candidates() <= FEW;
        let mut merits = reads_merits.then(|| Merits::new(asked.ranking, segment)).transpose()?;
        let mut marks = Vec::new();
        let mut found = SegmentMatches {
            docs: Vec::new(),
            reports: Vec::new(),
            counts: Vec::new(),
            merits: reads_merits.then(Vec::new),
            facets: Vec::new(),
            candidates: 0,
            operands,
        };
        while matches.doc() != TERMINATED {
            let doc = matches.doc();
            found.candidates += 1;
            if found.candidates.is_multiple_of(16) {
                compiler.budget.check()?;
            }
            if is_alive(segment, doc) && matches.matches()? {
                found.docs.push(doc);
                if operands > 0 {
                    let from = found.counts.len();
                    found.counts.resize(from + operands, (0, 0));
                    let heading_units = heading_units.first(doc).unwrap_or_default() as u32;
                    matches.count(heading_units, &mut found.counts[from..])?;
                }
                if let (Some(merits), Some(known)) = (&mut merits, &mut found.merits) {
                    known.push(merit(&mut matches, merits, &mut marks)?);
                }
            }
            matches.advance();
        }
        found.reports = values_of(&segment.fast_fields().u64("report")?, &found.docs);
        Ok(found)
    }

    /// How often each operand stands in the passage at a place of the list.
    pub fn counts(&self, at: usize) -> &[(u32, u32)] {
        &self.counts[at * self.operands..(at + 1) * self.operands]
    }

    /// How often the operands that are shown stand in the passage at a place of the list.
    pub fn occurrences(&self, at: usize, operands: &[Counted]) -> u32 {
        let shown = self
            .counts(at)
            .iter()
            .zip(operands)
            .filter(|(_, operand)| operand.shown);
        shown.map(|(count, _)| count.0).sum()
    }

    /// The merits of the passages at these places, which ascend.
    pub fn merits(&self, compiler: &Compiler<'_>, asked: &Asked<'_>, places: &[usize]) -> tantivy::Result<Vec<Merit>> {
        if let Some(merits) = &self.merits {
            return Ok(places.iter().map(|&at| merits[at]).collect());
        }
        let mut merits = Merits::new(asked.ranking, compiler.segment)?;
        let mut matches = compiler.compile(asked.query)?;
        let mut marks = Vec::new();
        let mut counts = vec![(0, 0); self.operands];
        let mut read = |&at: &usize| {
            matches.seek(self.docs[at]);
            // Places are there once they are compared and counted; they were found to match before.
            matches.matches()?;
            matches.count(0, &mut counts)?;
            merit(&mut matches, &mut merits, &mut marks)
        };
        places.iter().map(&mut read).collect()
    }
}

fn merit(
    matches: &mut super::compile::Matches,
    merits: &mut Merits<'_>,
    marks: &mut Vec<Span>,
) -> tantivy::Result<Merit> {
    marks.clear();
    matches.marks(marks)?;
    Ok(merits.of(matches.doc(), marks))
}

/// How much was found in all segments.
pub fn count_totals(found: &[SegmentMatches], operands: &[Counted]) -> Totals {
    let mut totals = Totals::default();
    for segment in found {
        totals.passages += segment.docs.len() as u64;
        let occurrences = (0..segment.docs.len()).map(|at| u64::from(segment.occurrences(at, operands)));
        totals.occurrences += occurrences.sum::<u64>();
        // A report's passages lie side by side in one segment.
        totals.reports += segment.reports.chunk_by(|a, b| a == b).count() as u64;
    }
    totals
}
