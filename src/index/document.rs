//! Turns reports into tantivy documents and back.

use serde::{Deserialize, Serialize};
use tantivy::TantivyDocument;
use tantivy::schema::Value;

use super::layout::{Layout, sort};
use crate::report::{Evidence, Metadata, Passage, Place, Quality, Report, ReportId, Section, Source};
use crate::schema::fields::Field;
use crate::text::fold::{fold, fold_with_places};
use crate::text::quantity::quantities;
use crate::text::sentence::{sentence_ends, sentence_of};
use crate::text::units::units;
use crate::topics::Topics;

/// A report ready to be written: made in parallel, written one after the other.
pub struct Prepared {
    pub report: StoredReport,
    pub(super) passages: Vec<TantivyDocument>,
}

/// What an index keeps of a report beside its passages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredReport {
    pub id: ReportId,
    /// The file it was read from.
    pub source: Source,
    pub metadata: Metadata,
    pub evidence: Vec<Evidence>,
    pub warnings: Vec<String>,
    pub quality: Quality,
    pub sections: Vec<Section>,
    /// How many passages it has.
    pub passages: u32,
    /// How long its text is, in characters.
    pub chars: u64,
}

/// What an index remembers of a file it was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceEntry {
    pub path: String,
    pub size: u64,
    /// When the file was last changed, in nanoseconds since 1970.
    pub modified: i64,
    /// BLAKE3 hash of the file, in hexadecimal digits.
    pub hash: String,
    /// How it was read, when the user said how.
    pub settings: String,
    /// What people said of its reports when it was read, as a fingerprint; empty when nothing was said.
    #[serde(default)]
    pub corrections: String,
    /// What of that the user said on the command line, in a form that only the reader of it knows.
    #[serde(default)]
    pub said: String,
    /// The reports in it, in their order.
    pub reports: Vec<Held>,
    /// What in it could not be read.
    pub failures: Vec<String>,
    /// Members of the archive that are no reports, by path, with the reason.
    pub skipped: Vec<(String, String)>,
}

/// A report in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    pub id: ReportId,
    /// Where in the file it stands when that is an archive, `!/2024/b.docx`; else empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub inside: String,
}

/// What is kept of a passage beside its text, as a list to keep it short: the innermost section (an index into
/// [`StoredReport::sections`]), its number among the passages of that section (from 1), where it stands in the report's text (in
/// characters), and where in the source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct StoredPassage(pub usize, pub u32, pub [usize; 2], pub Place);

impl Prepared {
    /// Folds, tags and packs a report.
    pub fn new(report: Report, topics: &Topics) -> Self {
        let passages = pack_passages(Layout::get(), &report, topics);
        Prepared {
            report: StoredReport {
                id: report.id,
                source: report.source,
                metadata: report.metadata,
                evidence: report.evidence,
                warnings: report.warnings,
                quality: report.quality,
                sections: report.sections,
                passages: report.passages.len() as u32,
                chars: report.text.chars().count() as u64,
            },
            passages,
        }
    }

    /// How many passages the report has.
    pub fn passage_count(&self) -> usize {
        self.passages.len()
    }
}

fn pack_passages(layout: &Layout, report: &Report, topics: &Topics) -> Vec<TantivyDocument> {
    let mut common = report_values(&report.metadata);
    common.push((Field::Quality, report.quality.grade.name().to_owned()));
    let mut in_section = vec![0; report.sections.len()];
    let parts = parts_of(&report.sections);
    report
        .passage_texts()
        .map(|(passage, text)| {
            in_section[passage.section] += 1;
            let folded = fold_with_places(text);
            let mut document = TantivyDocument::default();
            document.add_text(layout.doc, sort::PASSAGE);
            document.add_u64(layout.report, report.id.0);
            document.add_u64(layout.seq, passage.seq.into());
            let heading_units = heading_units(report, passage, text);
            document.add_u64(layout.heading_units, heading_units);
            document.add_u64(layout.chars, visible_chars(text));
            document.add_text(layout.text, text);
            document.add_text(layout.place, place_json(passage, in_section[passage.section]));
            for (field, value) in &common {
                document.add_text(layout.facet(*field), value);
            }
            let section = &report.sections[passage.section];
            document.add_text(layout.facet(Field::Section), section.kind.name());
            document.add_u64(layout.part, parts[passage.section]);
            let ends = sentence_ends(text, &folded);
            let counts = quantities_by_sentence(&quantities(text, &folded), &ends, heading_units);
            for (end, count) in ends.into_iter().zip(counts) {
                document.add_u64(layout.sentence_ends, end.into());
                document.add_u64(layout.quantities, count);
            }
            for heading in section.headings.iter().map(|heading| fold(heading)) {
                document.add_text(layout.headings, searchable_heading(&heading));
            }
            for topic in topics.of(&folded.text) {
                document.add_text(layout.facet(Field::Topic), topic);
            }
            document.add_text(layout.units, &folded.text);
            document.add_text(layout.words, &folded.text);
            document
        })
        .collect()
}

/// How many characters of the text are no blanks.
fn visible_chars(text: &str) -> u64 {
    text.chars().filter(|c| !c.is_whitespace()).count() as u64
}

/// How many of the quantities, which begin at these units, stand in each sentence outside of title and headings.
fn quantities_by_sentence(quantities: &[u32], ends: &[u32], heading_units: u64) -> Vec<u64> {
    let mut counts = vec![0; ends.len()];
    for &unit in quantities.iter().filter(|&&unit| u64::from(unit) >= heading_units) {
        if let Some(count) = counts.get_mut(sentence_of(ends, unit)) {
            *count += 1;
        }
    }
    counts
}

/// A longer heading, which is none, is searched by its beginning: the engine takes no longer values.
const LONGEST_HEADING: usize = 32_768;

fn searchable_heading(folded: &str) -> &str {
    &folded[..folded.floor_char_boundary(LONGEST_HEADING)]
}

/// The number of the part in which each section stands. A part starts at a heading that is not below the one it started with.
fn parts_of(sections: &[Section]) -> Vec<u64> {
    let mut part = 0;
    let mut outermost: Option<u8> = None;
    sections
        .iter()
        .map(|section| {
            // What stands before the first heading is above none.
            let is_inside = outermost.is_some_and(|level| level > 0 && section.level > level);
            if !is_inside {
                part += u64::from(outermost.is_some());
                outermost = Some(section.level);
            }
            part
        })
        .collect()
}

fn place_json(passage: &Passage, in_section: u32) -> String {
    let stored = StoredPassage(
        passage.section,
        in_section,
        [passage.chars.start, passage.chars.end],
        passage.source.clone(),
    );
    serde_json::to_string(&stored).expect("numbers can be written as JSON")
}

/// How many of the passage's first units are title and headings.
fn heading_units(report: &Report, passage: &Passage, text: &str) -> u64 {
    // Sections come in the order in which they start.
    let first = report
        .sections
        .partition_point(|section| section.chars.start < passage.chars.start);
    let opened = report.sections[first..]
        .iter()
        .take_while(|section| section.chars.start < passage.chars.end)
        .filter_map(|section| Some(section.chars.start + section.heading.as_ref()?.chars().count()))
        .max();
    let Some(end) = opened else { return 0 };
    let length = end.saturating_sub(passage.chars.start);
    units(&fold(crate::report::slice_chars(text, 0..length))).count() as u64
}

/// The values that all passages of a report have.
fn report_values(metadata: &Metadata) -> Vec<(Field, String)> {
    let mut values = vec![(Field::Kind, metadata.kind.name().to_owned())];
    let texts = [
        (Field::Township, &metadata.township),
        (Field::County, &metadata.county),
        (Field::City, &metadata.city),
        (Field::Province, &metadata.province),
        (Field::IssuingBody, &metadata.issuing_body),
    ];
    values.extend(
        texts
            .into_iter()
            .filter_map(|(field, value)| Some((field, value.clone()?))),
    );
    values.extend(metadata.region().map(|region| (Field::Region, region)));
    values.extend(metadata.year.map(|year| (Field::Year, year.to_string())));
    values.extend(metadata.level.map(|level| (Field::Level, level.name().to_owned())));
    values
}

impl StoredReport {
    pub(super) fn pack(&self, layout: &Layout) -> TantivyDocument {
        let mut document = TantivyDocument::default();
        document.add_text(layout.doc, sort::REPORT);
        document.add_u64(layout.report_id, self.id.0);
        document.add_text(layout.report_json, to_json(self));
        document
    }
}

impl SourceEntry {
    /// The reports in it, in their order.
    pub fn ids(&self) -> Vec<ReportId> {
        self.reports.iter().map(|held| held.id).collect()
    }

    /// The reports in it, each with its whole path: that of the file, or of the member of the archive.
    pub fn paths(&self) -> impl Iterator<Item = (ReportId, String)> {
        self.reports
            .iter()
            .map(|held| (held.id, format!("{}{}", self.path, held.inside)))
    }

    pub(super) fn pack(&self, layout: &Layout) -> TantivyDocument {
        let mut document = TantivyDocument::default();
        document.add_text(layout.doc, sort::SOURCE);
        document.add_text(layout.source_path, &self.path);
        for held in &self.reports {
            document.add_u64(layout.source_reports, held.id.0);
        }
        document.add_u64(layout.source_digest, self.digest());
        document.add_text(layout.source_json, to_json(self));
        document
    }

    /// A fingerprint of what was read from it and what people said of that, wherever it lies and whenever it was read.
    fn digest(&self) -> u64 {
        let read = to_json(&(&self.hash, &self.settings, &self.corrections, &self.said, &self.reports));
        let hash = blake3::hash(read.as_bytes());
        u64::from_le_bytes(hash.as_bytes()[..8].try_into().expect("a hash has more than 8 bytes"))
    }
}

fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("plain data can be written as JSON")
}

/// The stored text of a field of a document.
pub(super) fn stored_text(document: &TantivyDocument, field: tantivy::schema::Field) -> Option<&str> {
    document.get_first(field).and_then(|value| value.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::SectionKind;

    fn report(text: &str, passages: Vec<Passage>, sections: Vec<Section>) -> Report {
        Report {
            id: ReportId(7),
            source: Source {
                path: "a.txt".into(),
                row: None,
                format: "txt".into(),
                encoding: "UTF-8".into(),
                hash: String::new(),
            },
            metadata: Metadata::default(),
            evidence: Vec::new(),
            warnings: Vec::new(),
            quality: Quality::default(),
            text: text.into(),
            sections,
            passages,
            dropped: Vec::new(),
        }
    }

    #[test]
    fn parts_start_at_outermost_headings() {
        let section = |level| Section {
            kind: SectionKind::Other,
            level,
            heading: None,
            headings: Vec::new(),
            chars: 0..0,
            reason: String::new(),
        };
        let parts = |levels: &[u8]| parts_of(&levels.iter().map(|&level| section(level)).collect::<Vec<_>>());
        assert_eq!(parts(&[0, 1, 2, 3, 2, 1, 2]), [0, 1, 1, 1, 1, 2, 2]);
        assert_eq!(parts(&[2, 3, 2, 1, 2]), [0, 0, 1, 2, 2]);
        assert_eq!(parts(&[0, 2, 2]), [0, 1, 2]);
    }

    #[test]
    fn passages_get_their_own_text_and_know_their_headings() {
        let text = "一、主要举措\n加强宣传。\n加强调解。";
        let passage = |seq, chars| Passage {
            seq,
            section: 0,
            chars,
            source: Place::Bytes([0, 0]),
        };
        let section = Section {
            kind: SectionKind::Achievements,
            level: 1,
            heading: Some("一、主要举措".into()),
            headings: vec!["一、主要举措".into()],
            chars: 0..18,
            reason: String::new(),
        };
        let report = report(text, vec![passage(0, 0..12), passage(1, 13..18)], vec![section]);
        let texts: Vec<_> = report.passage_texts().map(|(_, text)| text).collect();
        assert_eq!(texts, ["一、主要举措\n加强宣传。", "加强调解。"]);
        assert_eq!(heading_units(&report, &report.passages[0], texts[0]), 6);
        assert_eq!(heading_units(&report, &report.passages[1], texts[1]), 0);
    }
}
