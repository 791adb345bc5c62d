//! Checks the quotations of somebody's manuscript against the reports of an index: does each stand there exactly, altered, or not at
//! all?
//!
//! A quotation is exact when its folded form is a stretch of a report's folded text: so it is found whatever its quotes, width and
//! script, also where it runs over the end of a passage. Otherwise the passages that share its rarest runs of units are laid beside it
//! ([`align`]), and the nearest tells what was altered. What is not found was tried like this; how near the nearest came is said.

pub mod align;
mod changes;
mod manuscript;
mod marks;
mod named;
mod reading;

use std::path::Path;

use serde::Serialize;

use crate::citation::{Locator, cite};
use crate::error::Result;
use crate::hits::{Hit, HitReport};
use crate::index::{Index, Request};
use crate::ingest::ReadOptions;
use crate::query::{Phrase, Query, Scope};
use crate::report::{Place, ReportId, passage_id};
use crate::schema::quotations::quotations;
use crate::text::units::units;
use align::Pattern;
pub use changes::{Change, ChangeKind, NumberChange};
use changes::{Difference, Quoted};
pub use manuscript::{Manuscript, Quotation, Spot, SpotUnit};
use named::{Named, Names};
use reading::{Candidate, Nearest};

/// So many passages are laid beside a quotation that stands nowhere.
const CANDIDATES: usize = 8;
/// A quotation of several parts is looked for in at most so many reports that have all of them.
const REPORTS_OF_PARTS: usize = 100;
/// A quotation of more units than this is not checked.
const LONGEST: usize = 5000;

/// What was found of the quotations of a manuscript.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct QuoteCheck {
    /// The file they stand in.
    pub manuscript: String,
    pub totals: QuoteTotals,
    /// Quotations and terms, in the order of the manuscript.
    pub quotations: Vec<Finding>,
    /// What the reader should know of the manuscript: marks without their other half, parts that could not be read.
    pub notes: Vec<String>,
}

/// How many quotations there are of each sort. Terms are counted apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct QuoteTotals {
    pub quotations: usize,
    pub exact: usize,
    pub altered: usize,
    pub not_found: usize,
    pub terms: usize,
    /// Terms that stand in no report.
    pub absent_terms: usize,
}

/// What was found of one quotation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    #[serde(flatten)]
    pub quotation: Quotation,
    /// Whether it is too short to be a quotation of its own; only its presence is told.
    pub is_term: bool,
    pub verdict: Verdict,
    /// How alike it and the nearest stretch of a report are: 1 less the share of units that differ. `None` when nothing was near enough to be
    /// compared.
    pub similarity: Option<f64>,
    /// In how many passages it stands exactly; of one that is altered, in how many stretches it is nearest to.
    pub passages: u64,
    pub reports: u64,
    /// Where it stands; where its nearest form stands. None for terms.
    pub places: Vec<QuotedPlace>,
    /// The quotation beside its nearest form, from its start to its end; empty unless it is altered.
    pub changes: Vec<Change>,
    /// The numbers that differ.
    pub numbers: Vec<NumberChange>,
    /// What the reader should know of it: another source than the manuscript names, parts in different sections.
    pub notes: Vec<String>,
}

/// How a quotation stands in the reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Exact,
    Altered,
    NotFound,
}

/// A place where a quotation, or its nearest form, stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct QuotedPlace {
    pub report: ReportId,
    pub path: String,
    pub township: Option<String>,
    pub county: Option<String>,
    pub year: Option<u16>,
    pub published: Option<String>,
    /// The passage in which it begins.
    pub passage: String,
    /// Where it stands in the report's extracted text, in characters.
    pub chars: [usize; 2],
    /// The source of the passage in which it begins.
    pub source: Place,
    /// As it stands there.
    pub text: String,
    pub citation: String,
}

impl Verdict {
    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Exact => "exact",
            Verdict::Altered => "altered",
            Verdict::NotFound => "not_found",
        }
    }
}

impl QuoteCheck {
    /// Whether all quotations stand in the reports as they are quoted. Terms are not asked for.
    pub fn is_exact(&self) -> bool {
        self.totals.exact == self.totals.quotations
    }
}

/// Checks all quotations of a manuscript.
///
/// # Errors
/// When the manuscript cannot be read, or the index is damaged.
pub fn check_file(index: &Index, path: &Path, options: &ReadOptions) -> Result<QuoteCheck> {
    let manuscript = Manuscript::read(path, options)?;
    check(index, &path.display().to_string(), manuscript)
}

/// Checks the quotations of a manuscript that was read already; `name` names it in the result.
///
/// # Errors
/// When the index is damaged.
pub fn check(index: &Index, name: &str, manuscript: Manuscript) -> Result<QuoteCheck> {
    let names = Names::of(index)?;
    let mut notes = manuscript.notes;
    let mut findings = Vec::with_capacity(manuscript.quotations.len());
    for quotation in manuscript.quotations {
        let place = quotation.place;
        match find(index, quotation, &names)? {
            Some(finding) => findings.push(finding),
            None => notes.push(format!("{place}: nothing to look for: no character, letter or digit")),
        }
    }
    let mut totals = QuoteTotals::default();
    for finding in &findings {
        match (finding.is_term, finding.verdict) {
            (true, Verdict::Exact) => totals.terms += 1,
            (true, _) => {
                totals.terms += 1;
                totals.absent_terms += 1;
            }
            (false, verdict) => {
                totals.quotations += 1;
                match verdict {
                    Verdict::Exact => totals.exact += 1,
                    Verdict::Altered => totals.altered += 1,
                    Verdict::NotFound => totals.not_found += 1,
                }
            }
        }
    }
    Ok(QuoteCheck {
        manuscript: name.to_owned(),
        totals,
        quotations: findings,
        notes,
    })
}

/// What is found of one quotation; `None` for one without a unit.
fn find(index: &Index, quotation: Quotation, names: &Names) -> Result<Option<Finding>> {
    let text = quotation.text.clone();
    let quoted = Quoted::of(&text);
    let parts = &quoted.parts;
    let length: usize = parts.iter().map(|part| units(part).count()).sum();
    let mut finding = Finding {
        is_term: length < quotations().shortest,
        quotation,
        verdict: Verdict::NotFound,
        similarity: None,
        passages: 0,
        reports: 0,
        places: Vec::new(),
        changes: Vec::new(),
        numbers: Vec::new(),
        notes: Vec::new(),
    };
    if length == 0 {
        return Ok(None);
    }
    let named = names.source_in(&finding.quotation.context);
    if length > LONGEST {
        finding
            .notes
            .push(format!("not checked: longer than {LONGEST} units; quote it in parts"));
    } else if finding.is_term {
        finding.find_term(index, parts)?;
    } else if !(parts.len() == 1 && finding.find_whole(index, &parts[0])?) {
        finding.find_nearest(index, &quoted, &named)?;
    }
    finding.places.sort_by_cached_key(|place| !named.is(place));
    finding.notes.extend(named.difference(&finding.places));
    Ok(Some(finding))
}

impl Finding {
    fn find_term(&mut self, index: &Index, parts: &[String]) -> Result<()> {
        let query = Query::all_of(phrases(parts)).within(Scope::Passage);
        let found = index.search(&Request {
            limit: Some(0),
            ..Request::new(query)
        })?;
        let totals = found.summary().totals;
        (self.passages, self.reports) = (totals.passages, totals.reports);
        if totals.passages > 0 {
            self.verdict = Verdict::Exact;
        }
        Ok(())
    }

    /// Finds a quotation in one piece inside of passages; whether it stands there.
    fn find_whole(&mut self, index: &Index, folded: &str) -> Result<bool> {
        let Some(phrase) = phrases(&[folded.to_owned()]).pop() else {
            return Ok(false);
        };
        let found = index.search(&Request::new(phrase))?;
        let totals = found.summary().totals;
        if totals.passages == 0 {
            return Ok(false);
        }
        self.verdict = Verdict::Exact;
        self.similarity = Some(1.0);
        (self.passages, self.reports) = (totals.passages, totals.reports);
        for hit in found.hits() {
            self.places.push(QuotedPlace::of_hit(hit?));
        }
        self.places.sort_by(|a, b| (&a.path, a.chars).cmp(&(&b.path, b.chars)));
        Ok(true)
    }

    /// Lays the quotation beside the passages that are most like it, and takes the nearest.
    fn find_nearest(&mut self, index: &Index, quoted: &Quoted, named: &Named) -> Result<()> {
        let pattern = Pattern::new(&quoted.parts);
        let mut nearest = Nearest::default();
        for candidate in candidates(index, &quoted.parts)? {
            nearest.compare(index, &pattern, candidate)?;
        }
        nearest.prefer(named);
        let Some(best) = nearest.best() else { return Ok(()) };
        let similarity = best.alignment.similarity(pattern.unit_count());
        self.similarity = Some(similarity);
        if best.alignment.edits > 0 && similarity < quotations().alike {
            return Ok(());
        }
        if best.alignment.edits == 0 {
            self.verdict = Verdict::Exact;
            self.notes.extend(
                best.is_in_several_sections()
                    .then(|| "its parts stand in different sections of the report".to_owned()),
            );
        } else {
            self.verdict = Verdict::Altered;
            let difference = Difference::new(quoted, &best.reading.text, &best.reading.folded, &best.alignment);
            self.changes = difference.changes();
            self.numbers = difference.numbers();
            self.notes.extend(
                difference
                    .is_in_marks_only()
                    .then(|| "only clause marks differ".to_owned()),
            );
        }
        self.places = nearest.places();
        let reports: std::collections::BTreeSet<ReportId> = self.places.iter().map(|place| place.report).collect();
        (self.passages, self.reports) = (self.places.len() as u64, reports.len() as u64);
        Ok(())
    }
}

/// The phrases that folded parts ask for.
fn phrases(parts: &[String]) -> Vec<Query> {
    let phrase = |folded: &String| {
        Query::Phrase(Phrase {
            text: folded.clone(),
            folded: folded.clone(),
        })
    };
    parts.iter().map(phrase).collect()
}

/// Where a quotation may stand: in reports that have all its parts, else in the passages that share its rarest runs of units.
fn candidates(index: &Index, parts: &[String]) -> Result<Vec<Candidate>> {
    let mut candidates: Vec<Candidate> = Vec::new();
    if parts.len() > 1 {
        let query = Query::all_of(phrases(parts)).within(Scope::Report);
        for hit in index.search(&Request::new(query))?.hits() {
            let candidate = Candidate {
                report: hit?.report.id,
                passage: None,
            };
            if !candidates.contains(&candidate) {
                candidates.push(candidate);
            }
            if candidates.len() == REPORTS_OF_PARTS {
                break;
            }
        }
    }
    if candidates.is_empty() {
        let alike = index.alike(&parts.join("\n"), CANDIDATES)?;
        candidates.extend(alike.into_iter().map(|alike| Candidate {
            report: alike.report,
            passage: (parts.len() == 1).then_some(alike.seq as usize),
        }));
        candidates.dedup();
    }
    Ok(candidates)
}

impl QuotedPlace {
    fn of_hit(hit: Hit) -> Self {
        let [first, last] = [hit.highlights.first(), hit.highlights.last()];
        // The first match; further ones in the same passage are told by its number of occurrences only.
        let [start, end] = first.or(last).copied().unwrap_or_default();
        let text = crate::report::slice_chars(&hit.passage.text, start..end).to_owned();
        QuotedPlace {
            report: hit.report.id,
            township: hit.report.township,
            county: hit.report.county,
            year: hit.report.year,
            published: hit.report.published,
            path: hit.report.path,
            passage: hit.passage.id,
            chars: [hit.passage.chars[0] + start, hit.passage.chars[0] + end],
            source: hit.passage.source,
            text,
            citation: hit.citation,
        }
    }
}

/// The citation of a passage that was read by itself.
fn citation(report: &HitReport, headings: &[String], number: u32, source: &Place) -> String {
    cite(
        report,
        &Locator {
            headings,
            number,
            source,
        },
    )
}

/// The name of a passage.
fn name_of_passage(report: ReportId, seq: usize) -> String {
    passage_id(report, seq as u32)
}
