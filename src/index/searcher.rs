//! Answers a question: all matching passages, counted, ordered, and made into hits one by one.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rayon::prelude::*;
use tantivy::{DocAddress, DocId, SegmentReader, TERMINATED};

use super::budget::Budget;
use super::compile::Compiler;
use super::document::StoredReport;
use super::explain::explain;
use super::facets::{ValueCounts, count_values, group_values, place_by_value, sum_facet, tally, texts_of};
use super::highlight::highlight;
use super::layout::sort;
use super::merit::{Merit, Merits};
use super::operand::{Counted, WordLists, counted};
use super::rank::Scorer;
use super::store::is_alive;
use super::topic::AskedTopics;
use super::values::ValueTest;
use super::{Index, rank};
use crate::citation::{Locator, cite};
use crate::error::{Error, Result};
use crate::hits::{Grouping, Hit, HitPassage, HitReport, HitSection, Hits, ScorePart, Summary, Totals};
use crate::query::{Filter, Query, Scope, Wanted};
use crate::report::{ReportId, passage_id};
use crate::schema::fields::Field;
use crate::schema::ranking::Ranking;
use crate::schema::topics::Topic;
use crate::text::fold::fold;
use crate::topics::Topics;

/// What is asked of an index.
#[derive(Clone, Debug)]
pub struct Request {
    /// The question as it was typed, for the record.
    pub asked: String,
    pub query: Query,
    pub sort: Sort,
    /// How many hits are wanted; `None` for all.
    pub limit: Option<usize>,
    /// Topics that stand beside those the index was tagged with, and in the place of those of the same name.
    pub topics: Vec<Topic>,
    /// What to count all hits by.
    pub facets: Vec<Grouping>,
    /// Whether to tell how the question was answered, and of what parts the score of each hit is made.
    pub explain: bool,
    /// How long patterns, regular expressions and the like may take, whose cost cannot be foreseen; `None` is without limit.
    pub time_limit: Option<Duration>,
    /// By what hits are ordered when they are sorted by relevance.
    pub ranking: Ranking,
}

/// How long a question may take that nobody waits for much longer.
pub const USUAL_TIME_LIMIT: Duration = Duration::from_millis(1500);

impl Request {
    /// All that a question finds, by relevance.
    pub fn new(query: Query) -> Self {
        Request {
            asked: query.to_string(),
            query,
            sort: Sort::Relevance,
            limit: None,
            topics: Vec::new(),
            facets: Vec::new(),
            explain: false,
            time_limit: Some(USUAL_TIME_LIMIT),
            ranking: Ranking::ours(),
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
    /// The operands to be marked.
    operands: Vec<Counted>,
    /// The wanted hits, in order.
    matches: Vec<Match>,
    /// What the scores of the wanted hits are made of, if that was asked.
    parts: Option<Vec<Vec<ScorePart>>>,
    /// What tells the topics of a hit when the question brought some along.
    topics: Option<Topics>,
}

/// A passage that matches.
#[derive(Clone, Copy)]
struct Match {
    segment: u32,
    doc: DocId,
    report: u64,
    occurrences: u32,
    score: f32,
    /// How many hits of its report are better, as far as that counts.
    better: u32,
    /// Where its value of the field that hits are sorted by stands among all values.
    order: u32,
}

/// The matching passages of one segment, in the order of their documents.
struct SegmentMatches {
    docs: Vec<DocId>,
    reports: Vec<u64>,
    /// For each passage, for each operand: how often it stands in all of it, and in its headings.
    counts: Vec<(u32, u32)>,
    /// For each passage: what speaks for it beside its words.
    merits: Vec<Merit>,
    /// For each field that is counted: its values here.
    facets: Vec<ValueCounts>,
    /// How many passages were candidates.
    candidates: u64,
}

impl SegmentMatches {
    /// The counts and the merit of a passage that was found.
    fn facts_of(&self, doc: DocId, operands: usize) -> (&[(u32, u32)], Merit) {
        match self.docs.binary_search(&doc) {
            Ok(at) => (&self.counts[at * operands..(at + 1) * operands], self.merits[at]),
            Err(_) => (&[], Merit::default()),
        }
    }
}

impl Index {
    /// Finds all passages that a question asks for.
    ///
    /// # Errors
    /// When the index is damaged, or the question takes longer than it may.
    pub fn search(&self, request: &Request) -> Result<Found<'_>> {
        let is_costly = has_unforeseen_cost(&request.query);
        let budget = Arc::new(Budget::new(request.time_limit.filter(|_| is_costly)));
        super::guarded(&self.path, || {
            self.find(request, &budget).map_err(|error| match budget.is_exceeded() {
                true => too_long(&request.query, request.time_limit.unwrap_or_default()),
                false => self.damaged(error),
            })
        })
    }

    fn find(&self, request: &Request, budget: &Arc<Budget>) -> tantivy::Result<Found<'_>> {
        let started = Instant::now();
        let segments = self.searcher.segment_readers();
        let words = WordLists::of_query(&request.query, |text| rank::words_of(self.layout, segments, text))?;
        let topics = AskedTopics::new(&self.topics, &request.topics);
        let operands = counted(&request.query, &words, &topics);
        let found = segments
            .par_iter()
            .map(|segment| {
                let compiler = Compiler {
                    layout: self.layout,
                    segment,
                    counted: &operands,
                    words: &words,
                    topics: &topics,
                    budget,
                };
                let mut found = match_segment(&compiler, &request.query, &request.ranking)?;
                for grouping in &request.facets {
                    let counts = match grouping.field {
                        Field::Topic if topics.untagged().next().is_some() => {
                            count_topics(&compiler, &found, &request.ranking)?
                        }
                        field => count_values(field, segment, &found.docs, &found.reports)?,
                    };
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
        let scorer = Scorer::new(self.layout, segments, self.passage_count()?, &operands, request.ranking)?;
        let mut matches = score(&scorer, segments, &operands, &found)?;
        if request.sort == Sort::Relevance {
            spread_reports(&request.ranking, &mut matches);
        }
        if let Some(field) = request.sort.field() {
            let places: Vec<(u32, DocId)> = matches.iter().map(|found| (found.segment, found.doc)).collect();
            let place = |at: usize, value: Option<u32>| matches[at].order = value.unwrap_or(UNKNOWN);
            place_by_value(field, segments, places.into_iter(), place)?;
        }
        let totals = count_totals(&matches);
        keep_first(&mut matches, request.sort, request.limit);
        let mut parts = None;
        let mut explanation = None;
        if request.explain {
            let of_match = |found_match: &Match| {
                let segment = found_match.segment as usize;
                let (counts, merit) = found[segment].facts_of(found_match.doc, operands.len());
                let mut parts = scorer.parts(&operands, &segments[segment], found_match.doc, counts, merit)?;
                parts.extend(repeated_part(&request.ranking, found_match, &parts));
                Ok(parts)
            };
            parts = Some(matches.iter().map(of_match).collect::<tantivy::Result<_>>()?);
            let candidates = found.iter().map(|segment| segment.candidates).sum();
            explanation = Some(explain(
                self.layout,
                segments,
                &request.query,
                &words,
                candidates,
                totals.passages,
            )?);
        }
        Ok(Found {
            index: self,
            summary: Summary {
                query: request.asked.clone(),
                interpreted: request.query.to_string(),
                within: request.query.scope(),
                totals,
                took_ms: started.elapsed().as_secs_f64() * 1000.0,
                limit: request.limit,
                notes: self.unmatched_values(request)?,
                facets,
                suggestions: Vec::new(),
                explain: explanation,
            },
            operands,
            matches,
            parts,
            topics: (!request.topics.is_empty()).then(|| Topics::new(topics.all().to_vec())),
        })
    }

    pub(super) fn passage_count(&self) -> tantivy::Result<u64> {
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
            let mut values = self.values_of(field)?;
            if field == Field::Topic {
                let topics = AskedTopics::new(&self.topics, &request.topics);
                values.extend(topics.untagged().map(str::to_owned));
            }
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

    pub(super) fn summary_mut(&mut self) -> &mut Summary {
        &mut self.summary
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

    /// The index, and in which segment, document and report each wanted hit stands, in order.
    pub(super) fn addresses(&self) -> (&Index, impl ExactSizeIterator<Item = (u32, DocId, ReportId)> + '_) {
        let addresses = self.matches.iter();
        let addresses = addresses.map(|found| (found.segment, found.doc, ReportId(found.report)));
        (self.index, addresses)
    }

    /// Leaves the hits that stand at these places of the order, from 0, in this order. The totals stay those of all that was found.
    ///
    /// # Panics
    /// When there is no hit at one of the places.
    pub fn keep(&mut self, places: &[usize]) {
        self.matches = places.iter().map(|&at| self.matches[at]).collect();
        self.parts = self
            .parts
            .take()
            .map(|mut parts| places.iter().map(|&at| std::mem::take(&mut parts[at])).collect());
        self.summary.limit = Some(places.len());
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
            index.values_in(found.segment, found.doc, Field::Region)?.pop(),
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
            highlights: highlight(&passage.text, &self.operands),
            explain: self
                .parts
                .as_ref()
                .and_then(|parts| parts.get(rank as usize - 1).cloned()),
            occurrences: found.occurrences.into(),
            topics: match &self.topics {
                Some(topics) => topics.of(&fold(&passage.text)).into_iter().map(str::to_owned).collect(),
                None => index.values_in(found.segment, found.doc, Field::Topic)?,
            },
            citation: cite(
                &hit_report,
                &Locator {
                    headings: &section.headings,
                    number: passage.number,
                    source: &passage.source,
                },
            ),
            passage: HitPassage {
                id: passage_id(report.id, seq),
                number: passage.number,
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

    /// The values that a passage has of a field.
    fn values_in(&self, segment: u32, doc: DocId, field: Field) -> Result<Vec<String>> {
        let segment = self.searcher.segment_reader(segment);
        let read = || -> tantivy::Result<Vec<String>> {
            let Some(column) = segment.fast_fields().str(field.name())? else {
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

/// Whether nobody can tell beforehand how long an answer takes.
pub(super) fn has_unforeseen_cost(query: &Query) -> bool {
    match query {
        Query::Pattern(_) | Query::Near(_) | Query::Regex(_) => true,
        Query::And(parts) | Query::Or(parts) => parts.iter().any(has_unforeseen_cost),
        Query::Not(part) => has_unforeseen_cost(part),
        Query::Within(scope, part) => *scope == Scope::Sentence || has_unforeseen_cost(part),
        _ => false,
    }
}

pub(super) fn too_long(query: &Query, limit: Duration) -> Error {
    let limit = limit.as_secs_f64();
    Error::usage(format!(
        "`{query}` takes longer than {limit} s, so nothing is answered: a part would not be exact"
    ))
    .hinted("give it more characters that must stand there, or filters: both narrow what must be compared")
    .hinted("or let it take its time: --time-limit SECONDS, 0 for no limit")
}

fn match_segment(compiler: &Compiler<'_>, query: &Query, ranking: &Ranking) -> tantivy::Result<SegmentMatches> {
    let segment = compiler.segment;
    let operands = compiler.counted.len();
    let mut matches = compiler.compile(query)?;
    let reports = segment.fast_fields().u64("report")?;
    let heading_units = segment.fast_fields().u64("heading_units")?;
    let mut merits = Merits::new(ranking, segment)?;
    let mut marks = Vec::new();
    let mut found = SegmentMatches {
        docs: Vec::new(),
        reports: Vec::new(),
        counts: Vec::new(),
        merits: Vec::new(),
        facets: Vec::new(),
        candidates: 0,
    };
    while matches.doc() != TERMINATED {
        let doc = matches.doc();
        found.candidates += 1;
        if found.candidates.is_multiple_of(16) {
            compiler.budget.check()?;
        }
        if is_alive(segment, doc) && matches.matches()? {
            found.docs.push(doc);
            found.reports.push(reports.first(doc).unwrap_or_default());
            let from = found.counts.len();
            found.counts.resize(from + operands, (0, 0));
            let heading_units = heading_units.first(doc).unwrap_or_default() as u32;
            matches.count(heading_units, &mut found.counts[from..])?;
            marks.clear();
            matches.marks(&mut marks)?;
            found.merits.push(merits.of(doc, &marks));
        }
        matches.advance();
    }
    Ok(found)
}

/// Counts what was found in a segment by topic when tags do not tell all of them.
fn count_topics(compiler: &Compiler<'_>, found: &SegmentMatches, ranking: &Ranking) -> tantivy::Result<ValueCounts> {
    let uncounted = Compiler {
        counted: &[],
        ..*compiler
    };
    let names = compiler.topics.all().iter().map(|topic| Some(&topic.name));
    let mut counts = ValueCounts::new();
    for name in names.chain([None]) {
        let wanted = name.map_or(Wanted::Unknown, |name| Wanted::Text(name.clone()));
        let filter = Query::Filter(Filter {
            field: Field::Topic,
            values: vec![wanted],
        });
        let about = match_segment(&uncounted, &filter, ranking)?;
        let both = (0..found.docs.len()).filter(|&at| about.docs.binary_search(&found.docs[at]).is_ok());
        counts.extend(tally(both.map(|at| found.reports[at])).map(|tally| (name.cloned(), tally)));
    }
    Ok(counts)
}

/// Gives every match its score.
fn score(
    scorer: &Scorer<'_>,
    segments: &[SegmentReader],
    operands: &[Counted],
    found: &[SegmentMatches],
) -> tantivy::Result<Vec<Match>> {
    let mut matches = Vec::with_capacity(found.iter().map(|segment| segment.docs.len()).sum());
    for (ord, (segment, found)) in (0..).zip(segments.iter().zip(found)) {
        let scores = scorer.scores(segment, &found.docs, &found.counts, &found.merits)?;
        let shown = |counts: &[(u32, u32)]| {
            let shown = counts.iter().zip(operands).filter(|(_, operand)| operand.shown);
            shown.map(|(count, _)| count.0).sum()
        };
        for (at, (&doc, &report)) in found.docs.iter().zip(&found.reports).enumerate() {
            matches.push(Match {
                segment: ord,
                doc,
                report,
                occurrences: shown(&found.counts[at * operands.len()..(at + 1) * operands.len()]),
                score: scores[at],
                better: 0,
                order: 0,
            });
        }
    }
    Ok(matches)
}

/// Lowers the scores of all but the best match of each report; its matches lie side by side.
fn spread_reports(ranking: &Ranking, matches: &mut [Match]) {
    for of_report in matches.chunk_by_mut(|a, b| (a.segment, a.report) == (b.segment, b.report)) {
        let scores: Vec<f32> = of_report.iter().map(|found| found.score).collect();
        for (found, better) in of_report.iter_mut().zip(rank::spread(ranking, &scores)) {
            found.better = better;
            found.score *= rank::repeated(ranking, better);
        }
    }
}

/// What better hits of its report take from a match.
fn repeated_part(ranking: &Ranking, found: &Match, parts: &[ScorePart]) -> Option<ScorePart> {
    let before: f32 = parts.iter().map(|part| part.value * part.weight).sum();
    (found.better > 0).then(|| ScorePart {
        name: format!("after {} better hits of its report", found.better),
        value: before,
        weight: rank::repeated(ranking, found.better) - 1.0,
    })
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
