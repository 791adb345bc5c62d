//! Answers a question: all matching passages, counted, ordered, and made into hits one by one.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::time::Instant;

use rayon::prelude::*;
use tantivy::columnar::StrColumn;
use tantivy::{DocAddress, DocId, SegmentReader, TERMINATED};

use super::compile::{Compiler, ValueTest};
use super::document::StoredReport;
use super::highlight::highlight;
use super::layout::sort;
use super::region::group_of;
use super::store::is_alive;
use super::{Index, rank};
use crate::citation::cite;
use crate::error::Result;
use crate::hits::{Facet, FacetCount, Grouping, Hit, HitPassage, HitReport, HitSection, Hits, Summary, Totals};
use crate::query::{Filter, Phrase, Query, Wanted};
use crate::report::{ReportId, passage_id};
use crate::schema::fields::{Field, Matching};
use crate::schema::ranking::Ranking;

/// What is asked of an index.
#[derive(Clone, Debug)]
pub struct Request {
    /// The question as it was typed, for the record.
    pub asked: String,
    pub query: Query,
    pub sort: Sort,
    /// How many hits are wanted; `None` for all.
    pub limit: Option<usize>,
    /// What to count all hits by.
    pub facets: Vec<Grouping>,
}

impl Request {
    /// All that a question finds, by relevance.
    pub fn new(query: Query) -> Self {
        Request {
            asked: query.to_string(),
            query,
            sort: Sort::Relevance,
            limit: None,
            facets: Vec::new(),
        }
    }
}

/// The order of hits. Equal ones follow by report and by their order in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    #[default]
    Relevance,
    OldestFirst,
    NewestFirst,
    Township,
}

/// An answer: counted in full, its hits made one by one as they are asked for.
pub struct Found<'a> {
    index: &'a Index,
    summary: Summary,
    /// The phrases to be marked.
    phrases: Vec<Phrase>,
    /// The wanted hits, in order.
    matches: Vec<Match>,
}

/// A passage that matches.
#[derive(Clone, Copy)]
struct Match {
    segment: u32,
    doc: DocId,
    report: u64,
    occurrences: u32,
    score: f32,
    /// Where its value of the field that hits are sorted by stands among all values.
    order: u32,
}

/// The matching passages of one segment, in the order of their documents.
struct SegmentMatches {
    docs: Vec<DocId>,
    reports: Vec<u64>,
    /// For each passage, for each phrase: how often it stands in all of it, and in its headings.
    counts: Vec<(u32, u32)>,
    /// For each field that is counted: its values here.
    facets: Vec<ValueCounts>,
}

/// The values of a field in one segment, and how often each was counted.
type ValueCounts = Vec<(Option<String>, Tally)>;

impl Index {
    /// Finds all passages that a question asks for.
    ///
    /// # Errors
    /// Only when the index is damaged.
    pub fn search(&self, request: &Request) -> Result<Found<'_>> {
        super::guarded(&self.path, || self.find(request).map_err(|error| self.damaged(error)))
    }

    fn find(&self, request: &Request) -> tantivy::Result<Found<'_>> {
        let started = Instant::now();
        let phrases = distinct_phrases(&request.query);
        let segments = self.searcher.segment_readers();
        let found = segments
            .par_iter()
            .map(|segment| {
                let mut found = self.match_segment(segment, &request.query, &phrases)?;
                for grouping in &request.facets {
                    let counts = count_values(grouping.field, segment, &found)?;
                    found.facets.push(group_values(grouping, counts));
                }
                Ok(found)
            })
            .collect::<tantivy::Result<Vec<_>>>()?;
        let facets = request
            .facets
            .iter()
            .enumerate()
            .map(|(number, grouping)| sum_facet(grouping, found.iter().map(|segment| &segment.facets[number])))
            .collect();
        let mut matches = self.score(&phrases, &found)?;
        if let Some(field) = request.sort.field() {
            place_by_value(field, segments, &mut matches)?;
        }
        let totals = count_totals(&matches);
        keep_first(&mut matches, request.sort, request.limit);
        Ok(Found {
            index: self,
            summary: Summary {
                query: request.asked.clone(),
                interpreted: request.query.to_string(),
                totals,
                took_ms: started.elapsed().as_secs_f64() * 1000.0,
                limit: request.limit,
                notes: self.unmatched_values(request)?,
                facets,
            },
            phrases,
            matches,
        })
    }

    fn match_segment(
        &self,
        segment: &SegmentReader,
        query: &Query,
        phrases: &[Phrase],
    ) -> tantivy::Result<SegmentMatches> {
        let compiler = Compiler {
            layout: self.layout,
            segment,
            phrases,
        };
        let mut matcher = compiler.compile(query)?;
        let reports = segment.fast_fields().u64("report")?;
        let heading_units = segment.fast_fields().u64("heading_units")?;
        let mut found = SegmentMatches {
            docs: Vec::new(),
            reports: Vec::new(),
            counts: Vec::new(),
            facets: Vec::new(),
        };
        while matcher.doc() != TERMINATED {
            let doc = matcher.doc();
            if is_alive(segment, doc) {
                found.docs.push(doc);
                found.reports.push(reports.first(doc).unwrap_or_default());
                let from = found.counts.len();
                found.counts.resize(from + phrases.len(), (0, 0));
                let heading_units = heading_units.first(doc).unwrap_or_default() as u32;
                matcher.count(heading_units, &mut found.counts[from..]);
            }
            matcher.advance();
        }
        Ok(found)
    }

    /// Gives every match its score.
    fn score(&self, phrases: &[Phrase], found: &[SegmentMatches]) -> tantivy::Result<Vec<Match>> {
        let ranking = Ranking::ours();
        let segments = self.searcher.segment_readers();
        let passages = self.passage_count()?;
        let idfs = phrases
            .iter()
            .map(|phrase| {
                Ok(rank::idf(
                    passages,
                    rank::passages_at_most(self.layout, segments, phrase)?,
                ))
            })
            .collect::<tantivy::Result<Vec<f32>>>()?;
        let mut words = Vec::new();
        if found.iter().any(|segment| !segment.docs.is_empty()) {
            for (word, with_it) in rank::words_inside(self.layout, segments, phrases)? {
                words.push((word, ranking.words * rank::idf(passages, with_it)));
            }
        }
        let mut matches = Vec::with_capacity(found.iter().map(|segment| segment.docs.len()).sum());
        for (ord, (segment, found)) in segments.iter().zip(found).enumerate() {
            let from = matches.len();
            let lengths = segment.get_fieldnorms_reader(self.layout.units)?;
            for (at, (&doc, &report)) in found.docs.iter().zip(&found.reports).enumerate() {
                let counts = &found.counts[at * phrases.len()..(at + 1) * phrases.len()];
                let length = lengths.fieldnorm(doc);
                let score = counts
                    .iter()
                    .zip(&idfs)
                    .filter(|(count, _)| count.0 > 0)
                    .map(|(&count, &idf)| rank::bm25(&ranking, idf, rank::weighted_mentions(&ranking, count), length));
                matches.push(Match {
                    segment: ord as u32,
                    doc,
                    report,
                    occurrences: counts.iter().map(|count| count.0).sum(),
                    score: score.sum(),
                    order: 0,
                });
            }
            for (word, idf) in &words {
                rank::each_mention(self.layout, segment, word, &found.docs, |at, tf| {
                    let found = &mut matches[from + at];
                    found.score += rank::bm25(&ranking, *idf, tf as f32, lengths.fieldnorm(found.doc));
                })?;
            }
        }
        Ok(matches)
    }

    fn passage_count(&self) -> tantivy::Result<u64> {
        self.count(sort::PASSAGE)
            .map_err(|error| tantivy::TantivyError::InternalError(error.to_string()))
    }

    /// A note for every value, wanted or counted below, that no passage has.
    fn unmatched_values(&self, request: &Request) -> tantivy::Result<Vec<String>> {
        let filters = request.query.filters();
        let wanted = filters.into_iter().flat_map(|filter| {
            let texts = filter.values.iter().filter_map(|wanted| match wanted {
                Wanted::Text(text) => Some(text),
                _ => None,
            });
            texts.map(|text| (filter.field, text))
        });
        let groupings = request.facets.iter();
        let counted = groupings.filter_map(|grouping| Some((grouping.field, grouping.under.as_ref()?)));
        let mut notes = Vec::new();
        for (field, text) in wanted.chain(counted) {
            let alone = Filter {
                field,
                values: vec![Wanted::Text(text.clone())],
            };
            let values = self.values_of(field)?;
            let test = ValueTest::new(&alone);
            if !values.iter().any(|value| test.wants(value)) {
                notes.push(format!("no passage has {field}:{text}{}", nearest(text, &values)));
            }
        }
        notes.dedup();
        Ok(notes)
    }

    /// All values of a field.
    fn values_of(&self, field: Field) -> tantivy::Result<BTreeSet<String>> {
        let mut values = BTreeSet::new();
        for segment in self.searcher.segment_readers() {
            let index = segment.inverted_index(self.layout.facet(field))?;
            let mut stream = index.terms().stream()?;
            while stream.advance() {
                values.insert(String::from_utf8_lossy(stream.key()).into_owned());
            }
        }
        Ok(values)
    }
}

impl Found<'_> {
    /// What is true of all that was found.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// The wanted hits in order, each made when it is asked for.
    pub fn hits(&self) -> impl ExactSizeIterator<Item = Result<Hit>> + '_ {
        let mut reports = ReportCache::default();
        self.matches
            .iter()
            .enumerate()
            .map(move |(at, found)| self.hit(at as u64 + 1, found, &mut reports))
    }

    /// In which passages of which reports the phrases stand, and how often, in the order of the hits.
    pub(super) fn places(&self) -> impl Iterator<Item = Result<((ReportId, u32), u64)>> + '_ {
        self.matches.iter().map(|found| {
            let seq = self.index.passage_number(found.segment, found.doc)?;
            Ok(((ReportId(found.report), seq), found.occurrences.into()))
        })
    }

    /// The whole answer at once.
    pub fn into_hits(self) -> Result<Hits> {
        Ok(Hits {
            hits: self.hits().collect::<Result<_>>()?,
            summary: self.summary,
        })
    }

    fn hit(&self, rank: u64, found: &Match, reports: &mut ReportCache) -> Result<Hit> {
        let index = self.index;
        let passage = index.passage(DocAddress::new(found.segment, found.doc))?;
        let report = reports.get(index, ReportId(found.report))?;
        let section = report
            .sections
            .get(passage.section)
            .ok_or_else(|| index.damaged("a passage without its section"))?;
        let seq = index.passage_number(found.segment, found.doc)?;
        let hit_report = HitReport::new(
            report.id,
            report.source.path.clone(),
            report.metadata.clone(),
            report.quality.clone(),
        );
        Ok(Hit {
            rank,
            score: found.score,
            section: HitSection {
                kind: section.kind,
                label: section.kind.label().to_owned(),
                headings: section.headings.clone(),
            },
            highlights: highlight(&passage.text, &self.phrases),
            occurrences: found.occurrences.into(),
            topics: index.topics_of(found.segment, found.doc)?,
            citation: cite(&hit_report, &section.headings, passage.number),
            passage: HitPassage {
                id: passage_id(report.id, seq),
                text: passage.text,
                chars: passage.chars,
                source: passage.source,
            },
            report: hit_report,
        })
    }
}

impl Index {
    fn passage_number(&self, segment: u32, doc: DocId) -> Result<u32> {
        let column = self.searcher.segment_reader(segment).fast_fields().u64("seq");
        let number = column.map_err(|error| self.damaged(error))?.first(doc);
        Ok(number.unwrap_or_default() as u32)
    }

    fn topics_of(&self, segment: u32, doc: DocId) -> Result<Vec<String>> {
        let segment = self.searcher.segment_reader(segment);
        let read = || -> tantivy::Result<Vec<String>> {
            let Some(column) = segment.fast_fields().str(Field::Topic.name())? else {
                return Ok(Vec::new());
            };
            let mut ords: Vec<u64> = column.term_ords(doc).collect();
            ords.sort_unstable();
            texts_of(&column, &ords)
        };
        read().map_err(|error| self.damaged(error))
    }
}

/// The reports of recent hits: neighbours in an export often share theirs.
#[derive(Default)]
struct ReportCache {
    reports: HashMap<ReportId, Rc<StoredReport>>,
}

impl ReportCache {
    const CAPACITY: usize = 1000;

    fn get(&mut self, index: &Index, id: ReportId) -> Result<Rc<StoredReport>> {
        if let Some(report) = self.reports.get(&id) {
            return Ok(Rc::clone(report));
        }
        if self.reports.len() >= Self::CAPACITY {
            self.reports.clear();
        }
        let report = index
            .report(id)?
            .ok_or_else(|| index.damaged(format!("passages without their report {id}")))?;
        let report = Rc::new(report);
        self.reports.insert(id, Rc::clone(&report));
        Ok(report)
    }
}

impl Sort {
    /// The field that hits are sorted by, if not by relevance.
    fn field(self) -> Option<Field> {
        match self {
            Sort::Relevance => None,
            Sort::OldestFirst | Sort::NewestFirst => Some(Field::Year),
            Sort::Township => Some(Field::Township),
        }
    }

    fn compare(self, a: &Match, b: &Match) -> Ordering {
        let by_place = |found: &Match| (found.report, found.segment, found.doc);
        let by_value = match self {
            Sort::Relevance => b.score.total_cmp(&a.score),
            Sort::OldestFirst | Sort::Township => a.order.cmp(&b.order),
            // What has no year comes last either way.
            Sort::NewestFirst => {
                let key = |found: &Match| (found.order == UNKNOWN, Reverse(found.order));
                key(a).cmp(&key(b))
            }
        };
        by_value.then_with(|| by_place(a).cmp(&by_place(b)))
    }
}

/// The place of passages without a value among all values.
const UNKNOWN: u32 = u32::MAX;

/// The question's phrases, each once.
fn distinct_phrases(query: &Query) -> Vec<Phrase> {
    let mut phrases: Vec<Phrase> = Vec::new();
    for phrase in query.phrases() {
        if !phrases.iter().any(|known| known.folded == phrase.folded) {
            phrases.push(phrase.clone());
        }
    }
    phrases
}

fn count_totals(matches: &[Match]) -> Totals {
    let mut totals = Totals::default();
    let mut last = None;
    for found in matches {
        totals.passages += 1;
        totals.occurrences += u64::from(found.occurrences);
        // A report's passages lie side by side in one segment.
        let report = Some((found.segment, found.report));
        totals.reports += u64::from(last != report);
        last = report;
    }
    totals
}

/// Sorts the matches that are wanted to the front and drops the others.
fn keep_first(matches: &mut Vec<Match>, sort: Sort, limit: Option<usize>) {
    let limit = limit.unwrap_or(matches.len());
    if limit < matches.len() {
        if limit > 0 {
            matches.select_nth_unstable_by(limit - 1, |a, b| sort.compare(a, b));
        }
        matches.truncate(limit);
    }
    matches.sort_unstable_by(|a, b| sort.compare(a, b));
}

/// Adds up what was counted in the segments.
fn sum_facet<'a>(grouping: &Grouping, segments: impl Iterator<Item = &'a ValueCounts>) -> Facet {
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
fn group_values(grouping: &Grouping, counts: ValueCounts) -> ValueCounts {
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
struct Tally {
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

/// Counts the passages and reports with each value of a field in one segment.
fn count_values(field: Field, segment: &SegmentReader, found: &SegmentMatches) -> tantivy::Result<ValueCounts> {
    let column = segment.fast_fields().str(field.name())?;
    let mut unknown = Tally::default();
    let mut known = vec![Tally::default(); column.as_ref().map_or(0, value_count)];
    for (&doc, &report) in found.docs.iter().zip(&found.reports) {
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

/// Gives each match the place of its value among all values of a field.
fn place_by_value(field: Field, segments: &[SegmentReader], matches: &mut [Match]) -> tantivy::Result<()> {
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
    for found in matches {
        let segment = found.segment as usize;
        let ord = columns[segment]
            .as_ref()
            .and_then(|column| column.ords().first(found.doc));
        let text = ord.map(|ord| &texts[segment][ord as usize]);
        found.order = text.map_or(UNKNOWN, |text| all.partition_point(|&other| other < text) as u32);
    }
    Ok(())
}

fn value_count(column: &StrColumn) -> usize {
    column.dictionary().num_terms()
}

/// The values with these numbers, which ascend: read in one walk over the column's dictionary.
fn texts_of(column: &StrColumn, ords: &[u64]) -> tantivy::Result<Vec<String>> {
    let mut texts = Vec::with_capacity(ords.len());
    column
        .dictionary()
        .sorted_ords_to_term_cb(ords, |text| texts.push(String::from_utf8_lossy(text).into_owned()))?;
    Ok(texts)
}

/// Names the known values that share the most characters with one that is not known.
fn nearest(text: &str, values: &BTreeSet<String>) -> String {
    let shared = |value: &String| text.chars().filter(|c| value.contains(*c)).count();
    let best = values.iter().map(&shared).max().unwrap_or(0);
    if best == 0 {
        return String::new();
    }
    let names: Vec<&str> = values
        .iter()
        .filter(|value| shared(value) == best)
        .take(3)
        .map(String::as_str)
        .collect();
    format!("; there is {}", names.join(", "))
}
