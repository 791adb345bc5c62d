//! Counts passages and reports by the values of a field, and orders passages by them.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use tantivy::columnar::{Column, StrColumn};
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

/// The column of a field in one segment, and what each of its numbers is counted as; `None` is outside of what is counted.
pub fn grouped_column(
    grouping: &Grouping,
    segment: &SegmentReader,
) -> tantivy::Result<(Option<StrColumn>, Vec<Option<String>>)> {
    let column = segment.fast_fields().str(grouping.field.name())?;
    let texts = match &column {
        Some(column) => texts_of(column, &(0..value_count(column) as u64).collect::<Vec<_>>())?,
        None => Vec::new(),
    };
    let is_path = grouping.field.declaration().values == Matching::Path;
    let value = |text: String| match is_path {
        true => group_of(&text, grouping.under.as_deref()),
        false => Some(text),
    };
    Ok((column, texts.into_iter().map(value).collect()))
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
    let mut rows = Rows::default();
    for (docs, reports) in docs.chunks(AT_ONCE).zip(reports.chunks(AT_ONCE)) {
        if let Some(column) = &column {
            rows.read(column.ords(), docs);
        }
        let mut values = rows.docs.iter().zip(&rows.values).peekable();
        for (&doc, &report) in docs.iter().zip(reports) {
            let mut has_value = false;
            while let Some((_, &ord)) = values.next_if(|(of, _)| **of == doc) {
                known[ord as usize].add(report);
                has_value = true;
            }
            if !has_value {
                unknown.add(report);
            }
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

/// How many passages are looked up in a column at once, which takes less time than one by one.
const AT_ONCE: usize = 4096;

/// The values of some passages in a column, several or none for each.
#[derive(Default)]
struct Rows {
    docs: Vec<DocId>,
    rows: Vec<u32>,
    values: Vec<u64>,
}

impl Rows {
    fn read(&mut self, column: &Column<u64>, docs: &[DocId]) {
        self.docs.clear();
        self.rows.clear();
        column.row_ids_for_docs(docs, &mut self.docs, &mut self.rows);
        self.values.resize(self.rows.len(), 0);
        column.values.get_vals(&self.rows, &mut self.values);
    }
}

/// The value of each of these passages, which ascend, in a column that has one for each; 0 where it is missing.
pub fn values_of(column: &Column<u64>, docs: &[DocId]) -> Vec<u64> {
    let mut values = Vec::with_capacity(docs.len());
    let mut rows = Rows::default();
    for docs in docs.chunks(AT_ONCE) {
        rows.read(column, docs);
        let mut known = rows.docs.iter().zip(&rows.values).peekable();
        values.extend(docs.iter().map(|&doc| {
            let value = known.next_if(|(of, _)| **of == doc).map_or(0, |(_, &value)| value);
            while known.next_if(|(of, _)| **of == doc).is_some() {}
            value
        }));
    }
    values
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
    let place_of = |text: &String| all.partition_point(|&other| other < text) as u32;
    let places: Vec<Vec<u32>> = texts.iter().map(|texts| texts.iter().map(place_of).collect()).collect();
    for (at, (segment, doc)) in matches.enumerate() {
        let segment = segment as usize;
        let ord = columns[segment].as_ref().and_then(|column| column.ords().first(doc));
        place(at, ord.map(|ord| places[segment][ord as usize]));
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
