//! Groups the passages of a selection by what is known of them, so that questions can be counted group by group, and against all that
//! was there to be found: the rates of a table rest on it, and so do its zeros.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use tantivy::columnar::StrColumn;
use tantivy::{DocId, SegmentReader, TERMINATED};

use super::budget::Budget;
use super::compile::Compiler;
use super::facets::grouped_column;
use super::operand::{Counted, WordLists, counted};
use super::store::is_alive;
use super::topic::AskedTopics;
use super::{Index, rank, searcher};
use crate::error::Result;
use crate::hits::{Grouping, Totals};
use crate::query::Query;
use crate::schema::topics::Topic;

/// By what passages are grouped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// By the values of a field. A passage with several stands in several groups.
    Field(Grouping),
    /// Each report by itself; its id is the value.
    Report,
}

/// How much text there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extent {
    pub passages: u64,
    pub reports: u64,
    /// Characters, blanks left aside.
    pub chars: u64,
}

/// The passages that have the same values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// One for each of what is grouped by; `None` is unknown.
    pub values: Vec<Option<String>>,
    /// All of it, whatever is looked for.
    pub extent: Extent,
}

/// How often a question was met.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tallies {
    /// In all of the selection, each passage counted once.
    pub totals: Totals,
    /// In each group that has any, by its place in [`Census::groups`], ascending.
    pub groups: Vec<(usize, Totals)>,
}

/// The passages of a selection, grouped.
pub struct Census<'a> {
    index: &'a Index,
    groups: Vec<Group>,
    extent: Extent,
    /// For each segment.
    members: Vec<Members>,
}

/// The groups of each passage of one segment; those that were not selected have none.
#[derive(Default)]
struct Members {
    /// Where the groups of each passage begin in `groups`; one more than there are passages.
    starts: Vec<u32>,
    groups: Vec<u32>,
}

impl Members {
    /// Notes the groups of a passage; passages come in their order.
    fn put(&mut self, doc: DocId, groups: &[u32]) {
        self.close(doc);
        self.groups.extend(groups);
    }

    /// Ends the groups of all passages before this one.
    fn close(&mut self, doc: DocId) {
        self.starts.resize(doc as usize + 1, self.groups.len() as u32);
    }

    fn of(&self, doc: DocId) -> &[u32] {
        let doc = doc as usize;
        &self.groups[self.starts[doc] as usize..self.starts[doc + 1] as usize]
    }
}

impl Index {
    /// Groups the passages that a question selects: `*` for all, or filters.
    ///
    /// # Errors
    /// When the index is damaged, or the question takes longer than it may.
    pub fn census(&self, selection: &Query, by: &[By], time_limit: Option<Duration>) -> Result<Census<'_>> {
        let take = |asked: &Asked<'_>| {
            let segments = self.searcher.segment_readers();
            segments
                .par_iter()
                .map(|segment| LocalCensus::take(asked, segment, by))
                .collect::<tantivy::Result<Vec<_>>>()
        };
        let locals = self.ask(selection, &[], time_limit, take)?;
        Ok(join(self, locals))
    }

    /// Lets `answer` answer a question with what it takes to compile it.
    pub(super) fn ask<T>(
        &self,
        query: &Query,
        brought: &[Topic],
        time_limit: Option<Duration>,
        answer: impl FnOnce(&Asked<'_>) -> tantivy::Result<T>,
    ) -> Result<T> {
        let is_costly = searcher::has_unforeseen_cost(query);
        let budget = Arc::new(Budget::new(time_limit.filter(|_| is_costly)));
        let segments = self.searcher.segment_readers();
        let work = || {
            let words = WordLists::of_query(query, |text| rank::words_of(self.layout, segments, text))?;
            let topics = AskedTopics::new(&self.topics, brought);
            let operands = counted(query, &words, &topics);
            answer(&Asked {
                index: self,
                query,
                operands: &operands,
                words: &words,
                topics: &topics,
                budget: &budget,
            })
        };
        self.guarded(|| {
            work().map_err(|error| match budget.is_exceeded() {
                true => searcher::too_long(query, time_limit.unwrap_or_default()),
                false => self.damaged(error),
            })
        })
    }
}

impl Census<'_> {
    /// All groups that hold anything, by their values; the unknown come last.
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// All that was selected. Reports and passages with several values of a field are in it once.
    pub fn extent(&self) -> Extent {
        self.extent
    }

    /// Counts what a question finds in the selection, group by group. `brought` are topics beside those of the index.
    ///
    /// # Errors
    /// When the index is damaged, or the question takes longer than it may.
    pub fn count(&self, query: &Query, brought: &[Topic], time_limit: Option<Duration>) -> Result<Tallies> {
        let parts = self.index.ask(query, brought, time_limit, |asked| {
            let segments = self.index.searcher.segment_readers();
            let pairs = segments.par_iter().zip(&self.members);
            pairs
                .map(|(segment, members)| tally(asked, segment, members))
                .collect::<tantivy::Result<Vec<_>>>()
        })?;
        let mut all = Tallies::default();
        let mut groups: HashMap<usize, Totals> = HashMap::new();
        for part in parts {
            add(&mut all.totals, part.totals);
            for (group, totals) in part.groups {
                add(groups.entry(group).or_default(), totals);
            }
        }
        all.groups = groups.into_iter().collect();
        all.groups.sort_unstable_by_key(|(group, _)| *group);
        Ok(all)
    }
}

/// A question and what it takes to compile it.
pub(super) struct Asked<'a> {
    index: &'a Index,
    query: &'a Query,
    pub operands: &'a [Counted],
    words: &'a WordLists,
    topics: &'a AskedTopics<'a>,
    budget: &'a Arc<Budget>,
}

impl Asked<'_> {
    /// Calls `visit` for each matching passage of a segment with its report and how often the question's operands stand in it.
    pub fn each_match(&self, segment: &SegmentReader, mut visit: impl FnMut(DocId, u64, u64)) -> tantivy::Result<()> {
        let compiler = Compiler {
            layout: self.index.layout,
            segment,
            counted: self.operands,
            words: self.words,
            topics: self.topics,
            budget: self.budget,
        };
        let mut matches = compiler.compile(self.query)?;
        let reports = segment.fast_fields().u64("report")?;
        let mut counts = vec![(0, 0); self.operands.len()];
        let mut candidates = 0_u64;
        while matches.doc() != TERMINATED {
            let doc = matches.doc();
            candidates += 1;
            if candidates.is_multiple_of(16) {
                self.budget.check()?;
            }
            if is_alive(segment, doc) && matches.matches()? {
                counts.fill((0, 0));
                matches.count(0, &mut counts)?;
                let shown = counts.iter().zip(self.operands).filter(|(_, operand)| operand.shown);
                let occurrences = shown.map(|(count, _)| u64::from(count.0)).sum();
                visit(doc, reports.first(doc).unwrap_or_default(), occurrences);
            }
            matches.advance();
        }
        Ok(())
    }
}

/// Counts reports whose passages lie side by side.
#[derive(Clone, Copy, Default)]
struct LastReport(Option<u64>);

impl LastReport {
    /// 1 if the report is another than before.
    fn is_new(&mut self, report: u64) -> u64 {
        u64::from(self.0.replace(report) != Some(report))
    }
}

fn tally(asked: &Asked<'_>, segment: &SegmentReader, members: &Members) -> tantivy::Result<Tallies> {
    let mut totals = Totals::default();
    let mut last = LastReport::default();
    let mut groups: HashMap<u32, (Totals, LastReport)> = HashMap::new();
    asked.each_match(segment, |doc, report, occurrences| {
        let of_passage = members.of(doc);
        if of_passage.is_empty() {
            return;
        }
        let found = |last: &mut LastReport| Totals {
            passages: 1,
            reports: last.is_new(report),
            occurrences,
        };
        add(&mut totals, found(&mut last));
        for group in of_passage {
            let (totals, last) = groups.entry(*group).or_default();
            add(totals, found(last));
        }
    })?;
    let groups = groups.into_iter().map(|(group, (totals, _))| (group as usize, totals));
    Ok(Tallies {
        totals,
        groups: groups.collect(),
    })
}

fn add(totals: &mut Totals, more: Totals) {
    totals.passages += more.passages;
    totals.reports += more.reports;
    totals.occurrences += more.occurrences;
}

/// The groups of one segment, by numbers of its own.
struct LocalCensus {
    values: Vec<Vec<Option<String>>>,
    extents: Vec<Extent>,
    extent: Extent,
    members: Members,
}

/// The numbers that passages of a segment have as values of one of what is grouped by.
enum Numbers {
    /// For each value of the column, the number of its group; `None` when it is not counted.
    Column {
        column: Option<StrColumn>,
        groups: Vec<Option<u32>>,
        /// Whether passages without a value are counted.
        counts_unknown: bool,
    },
    Report,
}

/// The number of the unknown value.
const UNKNOWN: u64 = u64::MAX;

impl Numbers {
    /// The numbers, and the values that stand behind them.
    fn new(by: &By, segment: &SegmentReader) -> tantivy::Result<(Self, Vec<String>)> {
        let By::Field(grouping) = by else {
            return Ok((Numbers::Report, Vec::new()));
        };
        let (column, texts) = grouped_column(grouping, segment)?;
        let mut values: Vec<String> = Vec::new();
        let mut known: HashMap<String, u32> = HashMap::new();
        let groups = texts.into_iter().map(|text| {
            Some(*known.entry(text?).or_insert_with_key(|value| {
                values.push(value.clone());
                values.len() as u32 - 1
            }))
        });
        let groups = groups.collect();
        let numbers = Numbers::Column {
            column,
            groups,
            counts_unknown: grouping.under.is_none(),
        };
        Ok((numbers, values))
    }

    fn of(&self, doc: DocId, report: u64, out: &mut Vec<u64>) {
        out.clear();
        let Numbers::Column {
            column,
            groups,
            counts_unknown,
        } = self
        else {
            out.push(report);
            return;
        };
        let mut has_value = false;
        for ord in column.iter().flat_map(|column| column.term_ords(doc)) {
            has_value = true;
            let number = groups[ord as usize].map(u64::from);
            out.extend(number.filter(|number| !out.contains(number)));
        }
        if !has_value && *counts_unknown {
            out.push(UNKNOWN);
        }
    }
}

impl LocalCensus {
    fn take(asked: &Asked<'_>, segment: &SegmentReader, by: &[By]) -> tantivy::Result<Self> {
        let numbers = by.iter().map(|by| Numbers::new(by, segment));
        let numbers: Vec<(Numbers, Vec<String>)> = numbers.collect::<tantivy::Result<_>>()?;
        let chars = segment.fast_fields().u64("chars")?;
        let mut local = LocalCensus {
            values: Vec::new(),
            extents: Vec::new(),
            extent: Extent::default(),
            members: Members::default(),
        };
        let mut keys: HashMap<Vec<u64>, u32> = HashMap::new();
        let mut last_reports: Vec<LastReport> = Vec::new();
        let mut last = LastReport::default();
        let mut of_each = vec![Vec::new(); by.len()];
        let mut before = None;
        let mut present: Vec<u32> = Vec::new();
        asked.each_match(segment, |doc, report, _| {
            for ((numbers, _), of_one) in numbers.iter().zip(&mut of_each) {
                numbers.of(doc, report, of_one);
            }
            // Neighbours mostly have the same values.
            if before.as_ref() != Some(&of_each) {
                before = Some(of_each.clone());
                present.clear();
                for key in combinations(&of_each) {
                    present.push(*keys.entry(key).or_insert_with_key(|key| {
                        let named = key.iter().zip(&numbers);
                        let values = named.map(|(&number, (numbers, values))| value_of(numbers, values, number));
                        local.values.push(values.collect());
                        local.extents.push(Extent::default());
                        last_reports.push(LastReport::default());
                        local.values.len() as u32 - 1
                    }));
                }
            }
            let length = chars.first(doc).unwrap_or_default();
            let extent = |last: &mut LastReport| Extent {
                passages: 1,
                reports: last.is_new(report),
                chars: length,
            };
            if !present.is_empty() {
                extend(&mut local.extent, extent(&mut last));
            }
            for &group in &present {
                let at = group as usize;
                extend(&mut local.extents[at], extent(&mut last_reports[at]));
            }
            local.members.put(doc, &present);
        })?;
        local.members.close(segment.max_doc());
        Ok(local)
    }
}

fn value_of(numbers: &Numbers, values: &[String], number: u64) -> Option<String> {
    match numbers {
        Numbers::Report => Some(crate::report::ReportId(number).to_string()),
        Numbers::Column { .. } => values.get(usize::try_from(number).ok()?).cloned(),
    }
}

/// Each way to take one number from each list.
fn combinations(lists: &[Vec<u64>]) -> Vec<Vec<u64>> {
    let mut all = vec![Vec::with_capacity(lists.len())];
    for list in lists {
        let longer = |begun: Vec<u64>| {
            list.iter().map(move |number| {
                let mut key = begun.clone();
                key.push(*number);
                key
            })
        };
        all = all.into_iter().flat_map(longer).collect();
    }
    all
}

fn extend(extent: &mut Extent, more: Extent) {
    extent.passages += more.passages;
    extent.reports += more.reports;
    extent.chars += more.chars;
}

/// Puts the groups of all segments in one order.
fn join(index: &Index, locals: Vec<LocalCensus>) -> Census<'_> {
    let mut extents: HashMap<&Vec<Option<String>>, Extent> = HashMap::new();
    let mut extent = Extent::default();
    for local in &locals {
        extend(&mut extent, local.extent);
        for (values, part) in local.values.iter().zip(&local.extents) {
            extend(extents.entry(values).or_default(), *part);
        }
    }
    let mut groups: Vec<Group> = extents
        .into_iter()
        .map(|(values, extent)| Group {
            values: values.clone(),
            extent,
        })
        .collect();
    let key = |group: &Group| -> Vec<(bool, Option<String>)> {
        let values = group.values.iter();
        values.map(|value| (value.is_none(), value.clone())).collect()
    };
    groups.sort_by_cached_key(key);
    let places: HashMap<&Vec<Option<String>>, u32> = groups.iter().map(|group| &group.values).zip(0..).collect();
    let members = locals.iter().map(|local| {
        let global: Vec<u32> = local.values.iter().map(|values| places[values]).collect();
        Members {
            starts: local.members.starts.clone(),
            groups: local
                .members
                .groups
                .iter()
                .map(|&group| global[group as usize])
                .collect(),
        }
    });
    let members = members.collect();
    Census {
        index,
        members,
        groups,
        extent,
    }
}
