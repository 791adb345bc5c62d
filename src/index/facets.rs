//! Counts passages and reports by the values of a field, and orders passages by them.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use tantivy::columnar::StrColumn;
use tantivy::{DocId, SegmentReader};

use super::region::group_of;
use crate::hits::{Facet, FacetCount, Grouping};
use crate::schema::fields::{Field, Matching};

/// The values of a field in one segment, and how often each was counted.
pub type ValueCounts = Vec<(Option<String>, Tally)>;

/// Adds up what was counted in the segments.
pub fn sum_facet<'a>(grouping: &Grouping, segments: impl Iterator<Item = &'a ValueCounts>) -> Facet {
    let mut tallies: HashMap<&Option<String>, Tally> = HashMap::new();
    for (value, tally) in segments.flatten() {
        let all = tallies.entry(value).or_default();
        all.passages += tally.passages;
        // A report stands in one segment only.
        all.reports += tally.reports;
    }
    let counts = tallies.into_iter().map(|(value, tally)| FacetCount {
        value: value.clone(),
        passages: tally.passages,
        reports: tally.reports,
    });
    let mut counts: Vec<FacetCount> = counts.collect();
    counts.sort_by(|a, b| (Reverse(a.passages), &a.value).cmp(&(Reverse(b.passages), &b.value)));
    Facet {
        field: grouping.field,
        under: grouping.under.clone(),
        counts,
    }
}

/// Of paths, keeps what is wanted and cuts it off at the level that is counted; a report has one region, so that what becomes equal may
/// be added up.
pub fn group_values(grouping: &Grouping, counts: ValueCounts) -> ValueCounts {
    if grouping.field.declaration().values != Matching::Path {
        return counts;
    }
    let under = grouping.under.as_deref();
    let grouped = counts.into_iter().filter_map(|(value, tally)| match value {
        Some(value) => Some((Some(group_of(&value, under)?), tally)),
        None => under.is_none().then_some((None, tally)),
    });
    grouped.collect()
}

/// How often a value was counted, and for which report last.
#[derive(Clone, Default)]
pub struct Tally {
    passages: u64,
    reports: u64,
    last: Option<u64>,
}

impl Tally {
    fn add(&mut self, report: u64) {
        self.passages += 1;
        self.reports += u64::from(self.last != Some(report));
        self.last = Some(report);
    }
}

/// Counts passages, given the report of each, in order; `None` when there is none.
pub fn tally(reports: impl Iterator<Item = u64>) -> Option<Tally> {
    let mut tally = Tally::default();
    reports.for_each(|report| tally.add(report));
    (tally.passages > 0).then_some(tally)
}

/// Counts the passages and reports with each value of a field in one segment.
pub fn count_values(
    field: Field,
    segment: &SegmentReader,
    docs: &[DocId],
    reports: &[u64],
) -> tantivy::Result<ValueCounts> {
    let column = segment.fast_fields().str(field.name())?;
    let mut unknown = Tally::default();
    let mut known = vec![Tally::default(); column.as_ref().map_or(0, value_count)];
    for (&doc, &report) in docs.iter().zip(reports) {
        let mut has_value = false;
        for ord in column.iter().flat_map(|column| column.term_ords(doc)) {
            known[ord as usize].add(report);
            has_value = true;
        }
        if !has_value {
            unknown.add(report);
        }
    }
    let mut counts = Vec::new();
    if unknown.passages > 0 {
        counts.push((None, unknown));
    }
    if let Some(column) = &column {
        let ords: Vec<u64> = (0..)
            .zip(&known)
            .filter(|(_, tally)| tally.passages > 0)
            .map(|(ord, _)| ord)
            .collect();
        let tallies = known.into_iter().filter(|tally| tally.passages > 0);
        counts.extend(texts_of(column, &ords)?.into_iter().map(Some).zip(tallies));
    }
    Ok(counts)
}

/// Calls `place` with the number of each match, given as segment and document, and the place of its value among all values of a
/// field.
pub fn place_by_value(
    field: Field,
    segments: &[SegmentReader],
    matches: impl Iterator<Item = (u32, DocId)>,
    mut place: impl FnMut(usize, Option<u32>),
) -> tantivy::Result<()> {
    let columns = segments
        .iter()
        .map(|segment| segment.fast_fields().str(field.name()))
        .collect::<tantivy::Result<Vec<_>>>()?;
    let mut texts: Vec<Vec<String>> = Vec::with_capacity(columns.len());
    for column in &columns {
        let terms = column.as_ref().map_or(0, value_count) as u64;
        let ords: Vec<u64> = (0..terms).collect();
        texts.push(match column {
            Some(column) => texts_of(column, &ords)?,
            None => Vec::new(),
        });
    }
    let all: Vec<&String> = texts.iter().flatten().collect::<BTreeSet<_>>().into_iter().collect();
    for (at, (segment, doc)) in matches.enumerate() {
        let segment = segment as usize;
        let ord = columns[segment].as_ref().and_then(|column| column.ords().first(doc));
        let text = ord.map(|ord| &texts[segment][ord as usize]);
        place(at, text.map(|text| all.partition_point(|&other| other < text) as u32));
    }
    Ok(())
}

fn value_count(column: &StrColumn) -> usize {
    column.dictionary().num_terms()
}

/// The values with these numbers, which ascend: read in one walk over the column's dictionary.
pub fn texts_of(column: &StrColumn, ords: &[u64]) -> tantivy::Result<Vec<String>> {
    let mut texts = Vec::with_capacity(ords.len());
    column
        .dictionary()
        .sorted_ords_to_term_cb(ords, |text| texts.push(String::from_utf8_lossy(text).into_owned()))?;
    Ok(texts)
}
