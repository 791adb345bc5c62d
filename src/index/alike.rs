//! Finds the passages that share most with a text that may stand in none of them: by its rarest runs of units.

use std::collections::{BTreeMap, HashMap};

use tantivy::schema::Term;
use tantivy::{DocId, TERMINATED};

use super::Index;
use super::phrase::PhraseDocs;
use super::store::is_alive;
use super::walk::{Places, Walk};
use crate::error::Result;
use crate::report::ReportId;
use crate::text::fold::BREAK;
use crate::text::units::units;

/// How many units a run has. Shorter ones are asked only where longer ones say too little; a clause that is shorter is a run by itself.
const RUNS: [usize; 3] = [4, 3, 2];
/// At least so many runs must stand somewhere, and one of so many, to say enough.
const TELLING_RUNS: (usize, usize) = (4, 3);
/// How many runs that stand somewhere are enough to tell which passages are alike.
const ENOUGH_RUNS: usize = 24;
/// A run that more passages have says little of each, and is not walked through to its end.
const MOST_PASSAGES: u32 = 2000;

/// A passage that shares runs of units with a text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Alike {
    pub report: ReportId,
    /// The passage's number in its report, from 0.
    pub seq: u32,
    /// The sum over the runs it shares of how rare each is; a measure to compare passages by.
    pub shared: f64,
}

impl Index {
    /// The passages that share the rarest runs of units with a folded text, those that share most first, at most `wanted`.
    ///
    /// # Errors
    /// When the index is damaged.
    pub fn alike(&self, folded: &str, wanted: usize) -> Result<Vec<Alike>> {
        self.guarded(|| self.share_runs(folded, wanted).map_err(|error| self.damaged(error)))
    }

    fn share_runs(&self, folded: &str, wanted: usize) -> tantivy::Result<Vec<Alike>> {
        let passages = self.passage_count()? as f64;
        let mut shared: HashMap<(u32, DocId), f64> = HashMap::new();
        for length in RUNS {
            let runs = self.rarest_first(folded, length)?;
            let mut found = 0;
            for run in &runs {
                let places = self.places_of_run(run)?;
                let weight = (1.0 + passages / places.len().max(1) as f64).ln();
                for place in &places {
                    *shared.entry(*place).or_default() += weight;
                }
                found += usize::from(!places.is_empty());
                if found == ENOUGH_RUNS {
                    break;
                }
            }
            if found >= TELLING_RUNS.0.max(runs.len() / TELLING_RUNS.1).min(ENOUGH_RUNS) {
                break;
            }
        }
        let mut best: Vec<((u32, DocId), f64)> = shared.into_iter().collect();
        let mut alike = Vec::with_capacity(wanted);
        best.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        // Those that share as much as the last wanted one are told apart below, by what does not change with the segments.
        let least = best.get(wanted.saturating_sub(1)).map_or(0.0, |(_, shared)| *shared);
        best.retain(|(_, shared)| *shared >= least);
        best.truncate(wanted.saturating_mul(8));
        for ((segment, doc), shared) in best {
            let columns = self.searcher.segment_reader(segment).fast_fields();
            alike.push(Alike {
                report: ReportId(columns.u64("report")?.first(doc).unwrap_or_default()),
                seq: columns.u64("seq")?.first(doc).unwrap_or_default() as u32,
                shared,
            });
        }
        alike.sort_by(|a, b| {
            b.shared
                .total_cmp(&a.shared)
                .then((a.report, a.seq).cmp(&(b.report, b.seq)))
        });
        alike.truncate(wanted);
        Ok(alike)
    }

    /// The different runs of so many units of a folded text, none of them over a break; first those whose units stand in the fewest passages.
    fn rarest_first(&self, folded: &str, length: usize) -> tantivy::Result<Vec<String>> {
        let mut frequencies: BTreeMap<&str, u64> = BTreeMap::new();
        let units: Vec<&str> = units(folded).collect();
        let mut runs: Vec<(f64, String)> = Vec::new();
        for clause in units.split(|unit| unit.contains(BREAK)) {
            for run in clause.windows(length.min(clause.len()).max(1)) {
                let mut rarity = 0.0;
                for unit in run {
                    let frequency = match frequencies.get(unit) {
                        Some(known) => *known,
                        None => {
                            let frequency = self.passages_with(unit)?;
                            frequencies.insert(unit, frequency);
                            frequency
                        }
                    };
                    rarity -= (frequency as f64 + 1.0).ln();
                }
                // A lone unit tells nothing, however rare.
                if run.len() > 1 || clause.len() == units.len() {
                    runs.push((rarity, run.concat()));
                }
            }
        }
        runs.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        runs.dedup_by(|a, b| a.1 == b.1);
        Ok(runs.into_iter().map(|(_, run)| run).collect())
    }

    /// In how many passages a unit stands, those deleted but not yet merged away counted too.
    fn passages_with(&self, unit: &str) -> tantivy::Result<u64> {
        let term = Term::from_field_text(self.layout.units, unit);
        self.searcher.doc_freq(&term)
    }

    /// The first passages with a run, as segment and document.
    fn places_of_run(&self, run: &str) -> tantivy::Result<Vec<(u32, DocId)>> {
        let mut places = Vec::new();
        for (ord, segment) in self.searcher.segment_readers().iter().enumerate() {
            let index = segment.inverted_index(self.layout.units)?;
            let Some(mut docs) = PhraseDocs::open(&index, self.layout.units, run)? else {
                continue;
            };
            while docs.doc() != TERMINATED && places.len() < MOST_PASSAGES as usize {
                let doc = docs.doc();
                if docs.stand()? && is_alive(segment, doc) {
                    places.push((ord as u32, doc));
                }
                docs.seek(doc + 1);
            }
        }
        Ok(places)
    }
}
