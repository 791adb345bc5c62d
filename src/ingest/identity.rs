//! Names a report by what it says, so that its Word file, its PDF and its page on a web site are one report.

use crate::ingest::blocks::{Block, BlockKind};
use crate::ingest::extract::Given;
use crate::ingest::metadata::Description;
use crate::report::{EvidenceSource, ReportId};
use crate::text::fold::{BREAK, fold};

/// The name of a report: the first 64 bits of a hash of its body's units, the township and year that the document itself names, and
/// what columns state of it.
///
/// The body is all that follows the title: where one format has the title in its text, another has it in a header, and with it
/// the numbers above it. Breaks do not count, for lines end elsewhere in each format; every character and digit does. Columns
/// count because they were filled in by somebody: two records of one text that differ there are two reports.
pub(super) fn id_of(blocks: &[Block], given: &[Given], described: &Description) -> ReportId {
    let mut hasher = blake3::Hasher::new();
    for block in body(blocks) {
        for piece in fold(block.text()).split(BREAK) {
            hasher.update(piece.as_bytes());
        }
    }
    let metadata = &described.metadata;
    let year = metadata.year.map(|year| year.to_string());
    for (field, value) in [("year", year), ("township", metadata.township.clone())] {
        let is_own = described
            .evidence
            .iter()
            .any(|evidence| evidence.field == field && is_of_document(evidence.from));
        if let Some(value) = value.filter(|_| is_own) {
            state(&mut hasher, field, &value);
        }
    }
    for given in given.iter().filter(|given| given.from == EvidenceSource::Column) {
        state(&mut hasher, &given.label, &given.value);
    }
    let mut first = [0u8; 8];
    first.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    ReportId(u64::from_be_bytes(first))
}

fn state(hasher: &mut blake3::Hasher, label: &str, value: &str) {
    for text in ["\0", label, "\0", value] {
        hasher.update(text.as_bytes());
    }
}

/// Whether a place goes where the document goes: the name of a file or its address does not.
fn is_of_document(from: EvidenceSource) -> bool {
    use EvidenceSource::*;
    matches!(from, Title | Header | Signature | Salutation | Lead | Heading | Body)
}

/// The blocks from the first one that says something: a salutation, a heading, a row or a sentence. All of them when that leaves out more
/// than a title and what stands around it.
fn body(blocks: &[Block]) -> &[Block] {
    const MOST_ABOVE: usize = 200;
    let says_something = |block: &Block| match block.kind {
        BlockKind::Title => false,
        BlockKind::Heading | BlockKind::TableRow | BlockKind::Salutation => true,
        BlockKind::Paragraph | BlockKind::Signature => {
            block.head.is_some() || block.text().contains(['。', '；', '，', ',', ';'])
        }
    };
    let start = blocks.iter().position(says_something).unwrap_or(0);
    let above: usize = blocks[..start].iter().map(|block| block.text().chars().count()).sum();
    if above > MOST_ABOVE { blocks } else { &blocks[start..] }
}
