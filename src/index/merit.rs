//! Tells the [`Merit`] of a passage for a question beside its words: whether it tells who did how much, or merely mentions what is
//! asked for. All of it is read from columns; no text is read.
//!
//! Our own measures, found by trying on judged sentences (tests/ranking): a sentence with quantities tells of a practice, one
//! without is as often a slogan; preambles and plans mention what was not done yet. Tried and dropped, since they did not help: how
//! long a passage is beyond what BM25 makes of it, names of bodies, dates, words of slogans.

use tantivy::columnar::Column;
use tantivy::{DocId, SegmentReader};

use super::facets::texts_of;
use crate::hits::ScorePart;
use crate::report::SectionKind;
use crate::schema::fields::Field;
use crate::schema::ranking::Ranking;
use crate::text::sentence::sentence_of;
use crate::text::spans::Span;

/// What speaks for and against a passage, each from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Merit {
    /// Whether quantities stand in a sentence with what is asked for.
    pub quantities_beside: f32,
    /// How many quantities stand in all of it.
    pub quantities: f32,
    /// The kind of its section, by its number in [`SectionKind::ALL`].
    pub section: Option<usize>,
}

/// Reads the merits of the passages of one segment.
pub struct Merits<'a> {
    ranking: &'a Ranking,
    ends: Column<u64>,
    quantities: Column<u64>,
    sections: Option<Column<u64>>,
    /// For each value of `sections`: the number of the kind.
    kinds: Vec<Option<usize>>,
    /// The columns of the present passage, kept to spare allocations.
    present: (Vec<u32>, Vec<u64>),
}

impl<'a> Merits<'a> {
    pub fn new(ranking: &'a Ranking, segment: &SegmentReader) -> tantivy::Result<Self> {
        let fields = segment.fast_fields();
        let sections = fields.str(Field::Section.name())?;
        let mut names = Vec::new();
        if let Some(column) = &sections {
            let ords: Vec<u64> = (0..column.dictionary().num_terms() as u64).collect();
            names = texts_of(column, &ords)?;
        }
        let kind = |name: &String| SectionKind::ALL.iter().position(|kind| kind.name() == name);
        Ok(Merits {
            ranking,
            ends: fields.u64("sentence_ends")?,
            quantities: fields.u64("quantities")?,
            sections: sections.map(|column| column.ords().clone()),
            kinds: names.iter().map(kind).collect(),
            present: Default::default(),
        })
    }

    /// The merit of a passage in which what is asked for stands at these places; anywhere, if there are none.
    pub fn of(&mut self, doc: DocId, marks: &[Span]) -> Merit {
        let (ends, quantities) = &mut self.present;
        ends.clear();
        ends.extend(self.ends.values_for_doc(doc).map(|end| end as u32));
        quantities.clear();
        quantities.extend(self.quantities.values_for_doc(doc));
        let all: u64 = quantities.iter().sum();
        let has_some = |mark: &Span| {
            quantities
                .get(sentence_of(ends, mark.start))
                .is_some_and(|&count| count > 0)
        };
        let is_beside = match marks {
            [] => all > 0,
            marks => all > 0 && marks.iter().any(has_some),
        };
        let section = self.sections.as_ref().and_then(|column| column.first(doc));
        Merit {
            quantities_beside: f32::from(u8::from(is_beside)),
            quantities: (all as f32 / self.ranking.many_quantities).min(1.0),
            section: section.and_then(|ord| self.kinds.get(ord as usize).copied().flatten()),
        }
    }
}

impl Merit {
    /// By how much the relevance of its words is multiplied.
    pub fn factor(&self, ranking: &Ranking) -> f32 {
        let sum: f32 = self.weighed(ranking).iter().map(|(value, weight)| value * weight).sum();
        (1.0 + sum).max(ranking.least)
    }

    /// The most that [`factor`](Self::factor) can be, whatever the passage.
    pub fn highest_factor(ranking: &Ranking) -> f32 {
        let kinds = SectionKind::ALL.iter().map(|&kind| section_weight(ranking, kind));
        let section = kinds.fold(0.0, f32::max);
        let sum = ranking.quantities_beside.max(0.0) + ranking.quantities.max(0.0) + section;
        (1.0 + sum).max(ranking.least)
    }

    /// What it adds to a score whose words are worth `relevance`, or takes from it: what is not 0.
    pub fn parts(&self, ranking: &Ranking, relevance: f32) -> Vec<ScorePart> {
        let section = self.kind().map_or("", SectionKind::name);
        let names = [
            "quantities beside it",
            "quantities in the passage",
            &format!("section {section}"),
        ];
        let weighed = self.weighed(ranking);
        let mut parts: Vec<ScorePart> = names
            .iter()
            .zip(weighed)
            .map(|(name, (value, weight))| ScorePart {
                name: (*name).to_owned(),
                value: value * relevance,
                weight,
            })
            .filter(|part| part.value * part.weight != 0.0)
            .collect();
        let sum: f32 = weighed.iter().map(|(value, weight)| value * weight).sum();
        if 1.0 + sum < ranking.least {
            parts.push(ScorePart {
                name: "at the least".to_owned(),
                value: relevance,
                weight: ranking.least - 1.0 - sum,
            });
        }
        parts
    }

    /// Each value and its weight.
    fn weighed(&self, ranking: &Ranking) -> [(f32, f32); 3] {
        [
            (self.quantities_beside, ranking.quantities_beside),
            (self.quantities, ranking.quantities),
            (1.0, self.kind().map_or(0.0, |kind| section_weight(ranking, kind))),
        ]
    }

    fn kind(&self) -> Option<SectionKind> {
        self.section.map(|number| SectionKind::ALL[number])
    }
}

fn section_weight(ranking: &Ranking, kind: SectionKind) -> f32 {
    match kind {
        SectionKind::Preamble => ranking.section.preamble,
        SectionKind::Achievements => ranking.section.achievements,
        SectionKind::Problems => ranking.section.problems,
        SectionKind::Leadership => ranking.section.leadership,
        SectionKind::Plans => ranking.section.plans,
        SectionKind::Other => ranking.section.other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(kind: SectionKind) -> Option<usize> {
        SectionKind::ALL.iter().position(|other| *other == kind)
    }

    #[test]
    fn practice_is_worth_more_than_a_slogan() {
        let ranking = Ranking::ours();
        let slogan = Merit {
            section: section(SectionKind::Achievements),
            ..Merit::default()
        };
        let practice = Merit {
            quantities_beside: 1.0,
            quantities: 0.5,
            ..slogan
        };
        let planned = Merit {
            section: section(SectionKind::Plans),
            ..slogan
        };
        let factor = |merit: &Merit| merit.factor(&ranking);
        assert!(factor(&practice) > factor(&slogan));
        assert!(factor(&slogan) > factor(&planned));
        let harsh = Ranking {
            quantities: -9.0,
            ..ranking
        };
        assert_eq!(practice.factor(&harsh), ranking.least);
    }

    #[test]
    fn no_passage_has_a_higher_factor_than_the_highest() {
        for ranking in Ranking::ours().variants() {
            for (kind, quantities) in SectionKind::ALL
                .iter()
                .flat_map(|&kind| [(kind, 0.0), (kind, 0.3), (kind, 1.0)])
            {
                for quantities_beside in [0.0, 1.0] {
                    let merit = Merit {
                        quantities_beside,
                        quantities,
                        section: section(kind),
                    };
                    assert!(merit.factor(&ranking) <= Merit::highest_factor(&ranking));
                }
            }
        }
    }

    #[test]
    fn the_parts_are_what_the_factor_does() {
        let harsh = Ranking {
            quantities: -9.0,
            ..Ranking::ours()
        };
        for (ranking, quantities) in [(Ranking::ours(), 0.0), (Ranking::ours(), 0.5), (harsh, 0.5)] {
            for kind in SectionKind::ALL {
                let merit = Merit {
                    quantities_beside: 0.0,
                    quantities,
                    section: section(kind),
                };
                let sum: f32 = merit
                    .parts(&ranking, 3.0)
                    .iter()
                    .map(|part| part.value * part.weight)
                    .sum();
                assert!((3.0 + sum - 3.0 * merit.factor(&ranking)).abs() < 1e-4);
            }
        }
    }
}
