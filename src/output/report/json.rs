//! Writes a report as JSON on one line, so that several reports are JSON lines.

use serde::Serialize;

use super::{PassageText, ReportView};
use crate::error::Result;
use crate::output::Ending;
use crate::output::sink::Sink;
use crate::report::{
    Confidence, Dropped, Evidence, EvidenceSource, Metadata, Place, Quality, Report, ReportId, Section, SectionKind,
    Source, passage_id,
};

/// `{"id", "source", "metadata", "quality", "sections"}`.
pub(super) fn print_outline(report: &ReportView<'_>, ending: &Ending<'_>, out: &mut Sink<'_>) -> Result<()> {
    let head = out.json_text(&HeadJson::new(report))?;
    out.put(head.strip_suffix('}').unwrap_or(&head))?;
    end(ending, out)
}

/// Ends the value, with the receipt if there is one.
fn end(ending: &Ending<'_>, out: &mut Sink<'_>) -> Result<()> {
    if ending.receipt.is_some() {
        out.put(",\"receipt\":")?;
        let receipt = ending.receipt_behind(out)?;
        out.json(&receipt)?;
    }
    out.put("}\n")
}

/// The outline and `"passages"`, one at a time.
pub(super) fn print_full_text(
    report: &ReportView<'_>,
    passages: &mut dyn Iterator<Item = Result<PassageText>>,
    ending: &Ending<'_>,
    out: &mut Sink<'_>,
) -> Result<()> {
    let head = out.json_text(&HeadJson::new(report))?;
    out.put(head.strip_suffix('}').unwrap_or(&head))?;
    out.put(",\"passages\":[")?;
    let mut separator = "";
    for passage in passages {
        out.put(separator)?;
        out.json(&PassageJson::new(report.id, passage?))?;
        separator = ",";
    }
    out.put("]")?;
    end(ending, out)
}

/// The outline, `"passages"`, and how it came to be: `"evidence"`, `"warnings"`, `"quality"`, `"dropped"`.
pub(super) fn print_inspection(report: &Report, out: &mut Sink<'_>) -> Result<()> {
    out.json(&InspectionJson::new(report))?;
    out.put("\n")
}

#[derive(Serialize)]
struct HeadJson<'a> {
    id: ReportId,
    source: &'a Source,
    metadata: MetadataJson<'a>,
    quality: &'a Quality,
    sections: Vec<SectionJson<'a>>,
}

#[derive(Serialize)]
struct InspectionJson<'a> {
    id: ReportId,
    source: &'a Source,
    metadata: MetadataJson<'a>,
    evidence: Vec<EvidenceJson<'a>>,
    warnings: &'a [String],
    quality: &'a Quality,
    sections: Vec<SectionJson<'a>>,
    passages: Vec<PassageJson>,
    dropped: &'a [Dropped],
}

/// What is known of the report, and the path that its places make.
#[derive(Serialize)]
struct MetadataJson<'a> {
    #[serde(flatten)]
    known: &'a Metadata,
    region: Option<String>,
}

#[derive(Serialize)]
struct EvidenceJson<'a> {
    field: &'a str,
    from: EvidenceSource,
    quote: &'a str,
    chars: Option<[usize; 2]>,
    implied: bool,
    confidence: Confidence,
}

#[derive(Serialize)]
struct SectionJson<'a> {
    kind: SectionKind,
    level: u8,
    heading: Option<&'a str>,
    headings: &'a [String],
    chars: [usize; 2],
    reason: &'a str,
}

#[derive(Serialize)]
struct PassageJson {
    id: String,
    section: usize,
    chars: [usize; 2],
    source: Place,
    text: String,
}

impl<'a> MetadataJson<'a> {
    fn new(known: &'a Metadata) -> Self {
        MetadataJson {
            known,
            region: known.region(),
        }
    }
}

impl<'a> HeadJson<'a> {
    fn new(report: &ReportView<'a>) -> Self {
        HeadJson {
            id: report.id,
            source: report.source,
            metadata: MetadataJson::new(report.metadata),
            quality: report.quality,
            sections: report.sections.iter().map(SectionJson::new).collect(),
        }
    }
}

impl<'a> InspectionJson<'a> {
    fn new(report: &'a Report) -> Self {
        InspectionJson {
            id: report.id,
            source: &report.source,
            metadata: MetadataJson::new(&report.metadata),
            evidence: report.evidence.iter().map(EvidenceJson::new).collect(),
            warnings: &report.warnings,
            quality: &report.quality,
            sections: report.sections.iter().map(SectionJson::new).collect(),
            passages: PassageText::all_of(report)
                .map(|passage| PassageJson::new(report.id, passage))
                .collect(),
            dropped: &report.dropped,
        }
    }
}

impl<'a> EvidenceJson<'a> {
    fn new(evidence: &'a Evidence) -> Self {
        EvidenceJson {
            field: &evidence.field,
            from: evidence.from,
            quote: &evidence.quote,
            chars: evidence.chars.as_ref().map(|chars| [chars.start, chars.end]),
            implied: evidence.implied,
            confidence: evidence.confidence,
        }
    }
}

impl<'a> SectionJson<'a> {
    fn new(section: &'a Section) -> Self {
        SectionJson {
            kind: section.kind,
            level: section.level,
            heading: section.heading.as_deref(),
            headings: &section.headings,
            chars: [section.chars.start, section.chars.end],
            reason: &section.reason,
        }
    }
}

impl PassageJson {
    fn new(report: ReportId, passage: PassageText) -> Self {
        PassageJson {
            id: passage_id(report, passage.seq),
            section: passage.section,
            chars: [passage.chars.start, passage.chars.end],
            source: passage.source,
            text: passage.text,
        }
    }
}
