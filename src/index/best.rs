//! Chooses the matches that are wanted, in their order, and gives them their scores.
//!
//! A common word stands in millions of passages, of which twenty are shown. The words of every match are scored, but what speaks for
//! it beside its words ([`Merit`]), which takes more reading, only where it can decide: reports are taken in the order of
//! the highest score that their words allow, until no further one can reach the worst that is shown. So the hits are the same as if
//! all had been scored; tests/it/relevance.rs asks both ways.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;

use rayon::prelude::*;
use tantivy::DocId;

use super::compile::Compiler;
use super::facets::place_by_value;
use super::matched::{Asked, SegmentMatches};
use super::merit::Merit;
use super::rank::{self, Scorer};
use super::searcher::{Sort, UNKNOWN};
use crate::schema::ranking::Ranking;

/// How many reports are scored at first; each time after that, twice as many.
const FIRST_REPORTS: usize = 64;

/// A passage that matches.
#[derive(Clone, Copy)]
pub struct Match {
    pub segment: u32,
    pub doc: DocId,
    pub report: u64,
    pub occurrences: u32,
    pub score: f32,
    /// How many hits of its report are better, as far as that counts.
    pub better: u32,
    /// Where its value of the field that hits are sorted by stands among all values.
    pub order: u32,
}

/// What is needed to score what was found in a segment.
pub struct Scoring<'a> {
    /// The number of the segment.
    pub ord: u32,
    pub found: &'a SegmentMatches,
    pub compiler: Compiler<'a>,
    pub scorer: &'a Scorer<'a>,
    pub asked: &'a Asked<'a>,
}

/// The wanted matches of all segments in their order.
pub fn best(segments: &[Scoring<'_>], sort: Sort) -> tantivy::Result<Vec<Match>> {
    let Some(limit) = segments.first().map(|segment| segment.asked.limit) else {
        return Ok(Vec::new());
    };
    if limit == Some(0) {
        return Ok(Vec::new());
    }
    let Some(field) = sort.field() else {
        let matches = segments.par_iter().map(Scoring::most_relevant);
        let mut matches = matches.collect::<tantivy::Result<Vec<_>>>()?.concat();
        keep_first(&mut matches, sort, limit);
        return Ok(matches);
    };
    let mut matches: Vec<Match> = segments.iter().flat_map(Scoring::unscored).collect();
    let places: Vec<(u32, DocId)> = matches.iter().map(|found| (found.segment, found.doc)).collect();
    let readers: Vec<_> = segments
        .iter()
        .map(|segment| segment.compiler.segment.clone())
        .collect();
    let place = |at: usize, value: Option<u32>| matches[at].order = value.unwrap_or(UNKNOWN);
    place_by_value(field, &readers, places.into_iter(), place)?;
    keep_first(&mut matches, sort, limit);
    for segment in segments {
        segment.score_wanted(&mut matches)?;
    }
    Ok(matches)
}

impl Scoring<'_> {
    /// What may be among the wanted matches by relevance, scored.
    fn most_relevant(&self) -> tantivy::Result<Vec<Match>> {
        let all = 0..self.found.docs.len();
        let relevances = self.relevances(all.clone())?;
        let ranking = self.asked.ranking;
        let limit = match self.asked.limit {
            // The highest possible score is known only where repeating makes nothing better.
            Some(limit) if limit < all.len() && ranking.repeated <= 1.0 => limit,
            _ => return self.score_reports(vec![all], &relevances),
        };
        let mut waiting: BinaryHeap<(u32, Reverse<usize>, usize)> = reports_of(&self.found.reports)
            .map(|report| {
                let most = relevances[report.clone()].iter().copied().fold(0.0, f32::max);
                // The bits of numbers that are not negative are in the order of the numbers.
                let highest = (most * Merit::highest_factor(ranking)).to_bits();
                (highest, Reverse(report.start), report.end)
            })
            .collect();
        let mut matches = Vec::new();
        let mut at_once = FIRST_REPORTS.max(limit);
        let mut needed = 0.0f32;
        loop {
            let mut reports = Vec::new();
            while reports.len() < at_once
                && waiting
                    .peek()
                    .is_some_and(|&(highest, ..)| f32::from_bits(highest) >= needed)
            {
                reports.extend(waiting.pop().map(|(_, Reverse(start), end)| start..end));
            }
            if reports.is_empty() {
                return Ok(matches);
            }
            reports.sort_by_key(|report| report.start);
            matches.extend(self.score_reports(reports, &relevances)?);
            keep_first(&mut matches, Sort::Relevance, Some(limit));
            if matches.len() == limit {
                needed = matches.last().map_or(0.0, |worst| worst.score);
            }
            at_once *= 2;
        }
    }

    /// Scores whole reports, and lowers the scores of all but the best match of each.
    fn score_reports(&self, ranges: Vec<Range<usize>>, relevances: &[f32]) -> tantivy::Result<Vec<Match>> {
        let places: Vec<usize> = ranges.into_iter().flatten().collect();
        let mut matches: Vec<Match> = places.iter().map(|&at| self.unscored_at(at)).collect();
        let merits = self.found.merits(&self.compiler, self.asked, &places)?;
        for ((found, &at), merit) in matches.iter_mut().zip(&places).zip(merits) {
            found.score = relevances[at] * merit.factor(self.asked.ranking);
        }
        spread_reports(self.asked.ranking, &mut matches);
        Ok(matches)
    }

    /// Scores those of the wanted matches that are of this segment.
    fn score_wanted(&self, matches: &mut [Match]) -> tantivy::Result<()> {
        let mut mine: Vec<&mut Match> = matches.iter_mut().filter(|found| found.segment == self.ord).collect();
        mine.sort_by_key(|found| found.doc);
        let places: Vec<usize> = mine
            .iter()
            .map(|found| self.found.docs.partition_point(|&doc| doc < found.doc))
            .collect();
        let merits = self.found.merits(&self.compiler, self.asked, &places)?;
        let relevances = self.scorer.relevances(
            self.compiler.segment,
            &places.iter().map(|&at| self.found.docs[at]).collect::<Vec<_>>(),
            places.iter().map(|&at| self.found.counts(at)),
        )?;
        for ((found, merit), relevance) in mine.into_iter().zip(merits).zip(relevances) {
            found.score = relevance * merit.factor(self.asked.ranking);
        }
        Ok(())
    }

    /// What the words of passages are worth.
    fn relevances(&self, places: Range<usize>) -> tantivy::Result<Vec<f32>> {
        let counts = places.clone().map(|at| self.found.counts(at));
        self.scorer
            .relevances(self.compiler.segment, &self.found.docs[places], counts)
    }

    /// The counts and the merit of a passage that was found.
    pub fn facts_of(&self, doc: DocId) -> tantivy::Result<(&[(u32, u32)], Merit)> {
        let at = self.found.docs.partition_point(|&other| other < doc);
        let merits = self.found.merits(&self.compiler, self.asked, &[at])?;
        Ok((self.found.counts(at), merits[0]))
    }

    fn unscored(&self) -> impl Iterator<Item = Match> + '_ {
        (0..self.found.docs.len()).map(|at| self.unscored_at(at))
    }

    fn unscored_at(&self, at: usize) -> Match {
        Match {
            segment: self.ord,
            doc: self.found.docs[at],
            report: self.found.reports[at],
            occurrences: self.found.occurrences(at, self.compiler.counted),
            score: 0.0,
            better: 0,
            order: 0,
        }
    }
}

/// Where the passages of each report lie in a list of the reports of passages, which lie side by side.
fn reports_of(reports: &[u64]) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut start = 0;
    reports.chunk_by(|a, b| a == b).map(move |of_report| {
        let range = start..start + of_report.len();
        start = range.end;
        range
    })
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
