//! Tells of each hit which passage it is and which stratum it belongs to, without reading a text: what a sample is drawn from.

use std::collections::HashMap;

use tantivy::columnar::{Column, StrColumn};
use tantivy::{DocId, SegmentReader};

use super::Found;
use super::facets::grouped_column;
use crate::error::Result;
use crate::hits::Grouping;
use crate::report::ReportId;

/// All hits, as far as drawing needs to know them.
pub struct Members {
    /// In the order of the hits.
    pub members: Vec<Member>,
    /// The strata that have hits, as the value of each of what they are made by, ascending; the unknown come last.
    pub strata: Vec<Vec<Option<String>>>,
}

/// A hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    pub report: ReportId,
    /// The number of the passage in its report.
    pub seq: u32,
    /// Its place in [`Members::strata`].
    pub stratum: usize,
}

impl Found<'_> {
    /// Which passage each wanted hit is, and the stratum it is in by the values of fields. Without fields, all are in one. Of several
    /// values the first in order counts.
    ///
    /// # Errors
    /// When the index is damaged.
    pub fn members(&self, by: &[Grouping]) -> Result<Members> {
        let (index, addresses) = self.addresses();
        let segments = index.searcher.segment_readers();
        let columns: Vec<SegmentColumns> = segments
            .iter()
            .map(|segment| SegmentColumns::open(segment, by))
            .collect::<tantivy::Result<_>>()
            .map_err(|error| index.damaged(error))?;
        let mut known: HashMap<Vec<Option<&str>>, usize> = HashMap::new();
        let mut members = Vec::with_capacity(addresses.len());
        for (segment, doc, report) in addresses {
            let columns = &columns[segment as usize];
            let next = known.len();
            members.push(Member {
                report,
                seq: columns.numbers.first(doc).unwrap_or_default() as u32,
                stratum: *known.entry(columns.values_of(doc)).or_insert(next),
            });
        }
        Ok(in_order(members, known))
    }
}

/// Numbers the strata in the order of their values.
fn in_order(mut members: Vec<Member>, known: HashMap<Vec<Option<&str>>, usize>) -> Members {
    let mut strata: Vec<(Vec<Option<&str>>, usize)> = known.into_iter().collect();
    strata.sort_by_cached_key(|(values, _)| -> Vec<(bool, Option<String>)> {
        let values = values.iter();
        values
            .map(|value| (value.is_none(), value.map(str::to_owned)))
            .collect()
    });
    let mut places = vec![0; strata.len()];
    for (place, (_, number)) in strata.iter().enumerate() {
        places[*number] = place;
    }
    for member in &mut members {
        member.stratum = places[member.stratum];
    }
    let owned = |values: Vec<Option<&str>>| values.into_iter().map(|value| value.map(str::to_owned)).collect();
    Members {
        members,
        strata: strata.into_iter().map(|(values, _)| owned(values)).collect(),
    }
}

/// The columns of one segment that members are made of.
struct SegmentColumns {
    numbers: Column<u64>,
    fields: Vec<FieldColumn>,
}

/// The values of a field in one segment.
struct FieldColumn {
    column: Option<StrColumn>,
    /// What each number of the column stands for; `None` is told as unknown.
    values: Vec<Option<String>>,
}

impl SegmentColumns {
    fn open(segment: &SegmentReader, by: &[Grouping]) -> tantivy::Result<Self> {
        Ok(SegmentColumns {
            numbers: segment.fast_fields().u64("seq")?,
            fields: by
                .iter()
                .map(|grouping| FieldColumn::open(segment, grouping))
                .collect::<tantivy::Result<_>>()?,
        })
    }

    fn values_of(&self, doc: DocId) -> Vec<Option<&str>> {
        self.fields.iter().map(|field| field.value_of(doc)).collect()
    }
}

impl FieldColumn {
    fn open(segment: &SegmentReader, grouping: &Grouping) -> tantivy::Result<Self> {
        let (column, values) = grouped_column(grouping, segment)?;
        Ok(FieldColumn { column, values })
    }

    fn value_of(&self, doc: DocId) -> Option<&str> {
        let ord = self.column.as_ref()?.ords().first(doc)?;
        self.values.get(usize::try_from(ord).ok()?)?.as_deref()
    }
}
