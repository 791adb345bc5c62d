//! Answers a question: all matching passages, counted, ordered, and made into hits one by one.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rayon::prelude::*;
use tantivy::{DocAddress, DocId};

use super::best::{Match, Scoring, best};
use super::budget::Budget;
use super::compile::Compiler;
use super::document::StoredReport;
use super::explain::explain;
use super::facets::{ValueCounts, count_values, group_values, sum_facet, tally, texts_of};
use super::highlight::highlight;
use super::layout::sort;
use super::matched::{Asked, SegmentMatches, count_totals};
use super::operand::{Counted, WordLists, counted};
use super::rank::Scorer;
use super::topic::AskedTopics;
use super::values::ValueTest;
use super::{Index, rank};
use crate::citation::{Locator, cite};
use crate::error::{Error, Result};
use crate::hits::{Grouping, Hit, HitPassage, HitReport, HitSection, Hits, ScorePart, Summary};
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

impl Index {
    /// Finds all passages that a question asks for.
    ///
    /// # Errors
    /// When the index is damaged, or the question takes longer than it may.
    pub fn search(&self, request: &Request) -> Result<Found<'_>> {
        let is_costly = has_unforeseen_cost(&request.query);
        let budget = Arc::new(Budget::new(request.time_limit.filter(|_| is_costly)));
        self.guarded(|| {
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
        let compiler_of = |segment| Compiler {
            layout: self.layout,
            segment,
            counted: &operands,
            words: &words,
            topics: &topics,
            budget,
        };
        let asked = Asked {
            query: &request.query,
            ranking: &request.ranking,
            is_repeatable: is_repeatable(&request.query),
            limit: request.limit,
        };
        let found = segments
            .par_iter()
            .map(|segment| {
                let compiler = compiler_of(segment);
                let mut found = SegmentMatches::find(&compiler, &asked)?;
                for grouping in &request.facets {
                    let counts = match grouping.field {
                        Field::Topic if topics.untagged().next().is_some() => count_topics(&compiler, &found, &asked)?,
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
        let totals = count_totals(&found, &operands);
        let scoring = found
            .par_iter()
            .zip(segments)
            .enumerate()
            .map(|(ord, (found, segment))| Scoring {
                ord: ord as u32,
                found,
                compiler: compiler_of(segment),
                scorer: &scorer,
                asked: &asked,
            });
        let scoring: Vec<Scoring<'_>> = scoring.collect();
        let matches = best(&scoring, request.sort)?;
        let mut parts = None;
        let mut explanation = None;
        if request.explain {
            let of_match = |found_match: &Match| {
                let segment = found_match.segment as usize;
                let (counts, merit) = scoring[segment].facts_of(found_match.doc)?;
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
                Wanted::Text(_) | Wanted::Exactly(_) => Some(wanted.clone()),
                _ => None,
            });
            texts.map(|wanted| (filter.field, wanted))
        });
        let groupings = request.facets.iter();
        let counted = groupings.filter_map(|grouping| Some((grouping.field, Wanted::Text(grouping.under.clone()?))));
        let mut notes = Vec::new();
        for (field, wanted) in wanted.chain(counted) {
            let (Wanted::Text(text) | Wanted::Exactly(text)) = &wanted else {
                continue;
            };
            let alone = Filter {
                field,
                values: vec![wanted.clone()],
            };
            let test = ValueTest::new(&alone);
            let topics = AskedTopics::new(&self.topics, &request.topics);
            let brought = || topics.untagged().filter(|_| field == Field::Topic);
            if self.has_value(field, &test)? || brought().any(|value| test.wants(value)) {
                continue;
            }
            let mut values = self.values_of(field)?;
            values.extend(brought().map(str::to_owned));
            notes.push(format!("no passage has {alone}{}", nearest(text, &values)));
        }
        notes.dedup();
        Ok(notes)
    }

    /// Whether some passage has a value that is wanted.
    fn has_value(&self, field: Field, test: &ValueTest<'_>) -> tantivy::Result<bool> {
        for segment in self.searcher.segment_readers() {
            let index = segment.inverted_index(self.layout.facet(field))?;
            let mut stream = index.terms().stream()?;
            while stream.advance() {
                if test.wants(std::str::from_utf8(stream.key()).unwrap_or_default()) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
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
        self.index.guarded(|| self.make_hit(rank, found, reports))
    }

    fn make_hit(&self, rank: u64, found: &Match, reports: &mut ReportCache) -> Result<Hit> {
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
pub(super) struct ReportCache {
    reports: HashMap<ReportId, Rc<StoredReport>>,
}

impl ReportCache {
    const CAPACITY: usize = 1000;

    pub fn get(&mut self, index: &Index, id: ReportId) -> Result<Rc<StoredReport>> {
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
    pub(super) fn field(self) -> Option<Field> {
        match self {
            Sort::Relevance => None,
            Sort::OldestFirst | Sort::NewestFirst => Some(Field::Year),
            Sort::Township => Some(Field::Township),
        }
    }

    pub(super) fn compare(self, a: &Match, b: &Match) -> Ordering {
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
pub(super) const UNKNOWN: u32 = u32::MAX;

/// Whether walking over a few passages a second time costs little: not where places between words are compared or texts are read,
/// nor where groups of passages are found before the walk.
fn is_repeatable(query: &Query) -> bool {
    match query {
        Query::And(parts) | Query::Or(parts) => parts.iter().all(is_repeatable),
        Query::Not(part) => is_repeatable(part),
        Query::Within(scope, part) => *scope == Scope::Passage && is_repeatable(part),
        query => !has_unforeseen_cost(query),
    }
}

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

/// Counts what was found in a segment by topic when tags do not tell all of them.
fn count_topics(compiler: &Compiler<'_>, found: &SegmentMatches, asked: &Asked<'_>) -> tantivy::Result<ValueCounts> {
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
        let about = SegmentMatches::find(
            &uncounted,
            &Asked {
                query: &filter,
                limit: Some(0),
                is_repeatable: true,
                ..*asked
            },
        )?;
        let both = (0..found.docs.len()).filter(|&at| about.docs.binary_search(&found.docs[at]).is_ok());
        counts.extend(tally(both.map(|at| found.reports[at])).map(|tally| (name.cloned(), tally)));
    }
    Ok(counts)
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
