//! Reads the reports that a quotation may stand in, and keeps those stretches that are nearest to it.

use super::align::{Alignment, MOST_CELLS, Pattern};
use super::named::Named;
use super::{QuotedPlace, citation, name_of_passage};
use crate::error::Result;
use crate::hits::HitReport;
use crate::index::{Index, KeptPassage, StoredReport};
use crate::report::{ReportId, slice_chars};
use crate::text::fold::{Folded, fold_with_places};

/// Where a quotation may stand: around a passage, or anywhere in a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub report: ReportId,
    /// Its number in the report, from 0.
    pub passage: Option<usize>,
}

/// A stretch of a report as it is read beside a quotation.
pub struct Reading {
    pub text: String,
    pub folded: Folded,
    report: StoredReport,
    /// The passages of the stretch, in their order, and the number of the first.
    passages: Vec<KeptPassage>,
    first: usize,
}

/// A reading and how the quotation lies in it.
pub struct Compared {
    pub reading: Reading,
    pub alignment: Alignment,
}

/// The stretches nearest to a quotation: all that differ from it in the same, least number of units.
#[derive(Default)]
pub struct Nearest {
    compared: Vec<Compared>,
}

impl Nearest {
    /// Lays a quotation beside a candidate and keeps it if nothing is nearer.
    pub fn compare(&mut self, index: &Index, pattern: &Pattern, candidate: Candidate) -> Result<()> {
        let Some(reading) = Reading::of(index, pattern, candidate)? else {
            return Ok(());
        };
        let Some(alignment) = pattern.align(&reading.text, &reading.folded) else {
            return Ok(());
        };
        let least = self.best().map_or(usize::MAX, |best| best.alignment.edits);
        if alignment.edits < least {
            self.compared.clear();
        }
        if alignment.edits <= least {
            self.compared.push(Compared { reading, alignment });
        }
        Ok(())
    }

    /// Puts first what stands in the source that the manuscript names, then what leaves out least.
    pub fn prefer(&mut self, named: &Named) {
        self.compared
            .sort_by_cached_key(|compared| (!named.is(&compared.place()), compared.alignment.omitted()));
    }

    /// The first of the nearest.
    pub fn best(&self) -> Option<&Compared> {
        self.compared.first()
    }

    /// Where the nearest stand, each place once.
    pub fn places(&self) -> Vec<QuotedPlace> {
        let mut places: Vec<QuotedPlace> = Vec::new();
        for place in self.compared.iter().map(Compared::place) {
            if !places
                .iter()
                .any(|known| (known.report, known.chars) == (place.report, place.chars))
            {
                places.push(place);
            }
        }
        places
    }
}

impl Reading {
    /// Reads a candidate: its passage with so much around it as the quotation may take, or the whole report. `None` when the index has
    /// no such report.
    fn of(index: &Index, pattern: &Pattern, candidate: Candidate) -> Result<Option<Reading>> {
        let Some(report) = index.report(candidate.report)? else {
            return Ok(None);
        };
        let all = index.passages(candidate.report)?;
        let (first, last) = match candidate.passage {
            Some(passage) => around(&all, passage, 2 * pattern.unit_count()),
            // The table of an alignment has a cell for each pair of units, and a character is one unit at most.
            None => from_start(&all, MOST_CELLS / (2 * pattern.unit_count() + 2)),
        };
        let passages: Vec<KeptPassage> = all.into_iter().take(last).skip(first).collect();
        let text = passages
            .iter()
            .map(|passage| passage.text.as_str())
            .collect::<Vec<_>>()
            .join("\n");
        Ok(Some(Reading {
            folded: fold_with_places(&text),
            text,
            report,
            passages,
            first,
        }))
    }

    /// The number of the passage in which a byte of the text stands, among those of the stretch, and the character in it.
    fn place_of(&self, byte: usize) -> (usize, usize) {
        let mut start = 0;
        for (number, passage) in self.passages.iter().enumerate() {
            let end = start + passage.text.len();
            if byte <= end {
                return (number, passage.text[..byte - start].chars().count());
            }
            start = end + 1;
        }
        (self.passages.len().saturating_sub(1), 0)
    }
}

/// The passages from which a quotation around one of them can reach, so many characters to both sides: the first, and after the last.
fn around(passages: &[KeptPassage], passage: usize, reach: usize) -> (usize, usize) {
    let length = |passage: &KeptPassage| passage.chars[1] - passage.chars[0] + 1;
    let passage = passage.min(passages.len().saturating_sub(1));
    let (mut first, mut before) = (passage, 0);
    while first > 0 && before < reach {
        first -= 1;
        before += length(&passages[first]);
    }
    let (mut last, mut behind) = ((passage + 1).min(passages.len()), 0);
    while last < passages.len() && behind < reach {
        behind += length(&passages[last]);
        last += 1;
    }
    (first, last)
}

/// The passages of a report up to a number of characters.
fn from_start(passages: &[KeptPassage], limit: usize) -> (usize, usize) {
    let start = passages.first().map_or(0, |passage| passage.chars[0]);
    (0, passages.partition_point(|passage| passage.chars[1] - start < limit))
}

impl Compared {
    /// The first and the last byte of the stretch in the reading's text, its folded units taken back.
    fn bytes(&self) -> std::ops::Range<usize> {
        let units = self
            .reading
            .folded
            .units
            .get(self.alignment.text.clone())
            .unwrap_or_default();
        match (units.first(), units.last()) {
            (Some(first), Some(last)) => first.original.start..last.original.end,
            _ => 0..0,
        }
    }

    pub fn is_in_several_sections(&self) -> bool {
        let bytes = self.bytes();
        let section = |byte| {
            let (number, _) = self.reading.place_of(byte);
            self.reading.passages.get(number).map(|passage| passage.section)
        };
        section(bytes.start) != section(bytes.end)
    }

    fn place(&self) -> QuotedPlace {
        let reading = &self.reading;
        let bytes = self.bytes();
        let (first, start) = reading.place_of(bytes.start);
        let (last, end) = reading.place_of(bytes.end);
        let chars_of = |number: usize| reading.passages.get(number).map_or(0, |passage| passage.chars[0]);
        let metadata = &reading.report.metadata;
        let shown = HitReport::new(
            reading.report.id,
            reading.report.source.path.clone(),
            None,
            metadata.clone(),
            reading.report.quality.clone(),
        );
        let passage = &reading.passages[first];
        let section = reading.report.sections.get(passage.section);
        let headings = section.map_or(&[][..], |section| &section.headings);
        let text_chars = reading.text[..bytes.start].chars().count()..reading.text[..bytes.end].chars().count();
        QuotedPlace {
            report: reading.report.id,
            township: metadata.township.clone(),
            county: metadata.county.clone(),
            year: metadata.year,
            published: metadata.published.clone(),
            passage: name_of_passage(reading.report.id, reading.first + first),
            chars: [chars_of(first) + start, chars_of(last) + end],
            source: passage.source.clone(),
            text: slice_chars(&reading.text, text_chars).to_owned(),
            citation: citation(&shown, headings, passage.number, &passage.source),
            path: reading.report.source.path.clone(),
        }
    }
}
