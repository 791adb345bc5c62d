//! Says what is known of a report and why: title, kind, year, places, issuing body, numbers, date, each with its [`Evidence`].
//!
//! Every known field has exactly one piece of evidence, the most trusted that speaks; where others contradict it, a warning says so.
//! Unknown stays unknown.

mod conflicts;
pub mod derive;
mod issuer;
mod kind;
mod level;
mod numbers;
mod place;
mod places;
mod region;
mod title;
mod township;
mod year;

use std::cell::OnceCell;
use std::ops::Range;
use std::rc::Rc;

use crate::ingest::blocks::{Block, BlockKind, bare_label};
use crate::ingest::extract::Given;
use crate::report::{Confidence, Evidence, EvidenceSource, Metadata};
use crate::schema::boilerplate::{Field, boilerplate};
use crate::text::plain::{Plain, Script, is_blank};

/// What is known of a report.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Description {
    pub metadata: Metadata,
    /// One for each known field, in the order of the fields.
    pub evidence: Vec<Evidence>,
    pub warnings: Vec<String>,
}

/// Describes a report. `given` is what stands outside its text, columns first; `path` is where its file lies, for its name.
pub fn describe(blocks: &[Block], given: &[Given], path: &str, script: Script) -> Description {
    let mut scribe = Scribe::new(blocks, given, path, script);
    scribe.title();
    scribe.kind();
    scribe.year();
    scribe.places();
    scribe.issuer();
    scribe.numbers();
    scribe.published();
    scribe.conflicts();
    scribe.derived_title();
    scribe.consult_gazetteer();
    scribe.finish()
}

/// How much of a block is read, in characters: what tells is at its start.
const READ: usize = 3000;

/// How much of a report's body is read for names and years, in characters.
const BODY: usize = 40_000;

struct Scribe<'a> {
    blocks: &'a [Block],
    /// The plain forms of the blocks that were asked for.
    plains: Vec<OnceCell<Rc<Plain>>>,
    /// Where each block starts in the report's text, in characters.
    starts: Vec<usize>,
    given: &'a [Given],
    /// The file's name without its ending; for the record of a table, empty.
    stem: String,
    script: Script,
    title_plain: String,
    title_block: Option<usize>,
    title_source: EvidenceSource,
    description: Description,
    /// The fields that another place of the report contradicts.
    contradicted: Vec<&'static str>,
}

/// A value with the place it was read from.
struct Found {
    from: EvidenceSource,
    quote: String,
    chars: Option<Range<usize>>,
    implied: bool,
}

impl<'a> Scribe<'a> {
    fn new(blocks: &'a [Block], given: &'a [Given], path: &str, script: Script) -> Self {
        let mut starts = Vec::with_capacity(blocks.len());
        let mut at = 0;
        for block in blocks {
            starts.push(at);
            at += block.text().chars().count() + 1;
        }
        let stem = std::path::Path::new(path)
            .file_stem()
            .map(|stem| stem.to_string_lossy().into_owned())
            .unwrap_or_default();
        Scribe {
            blocks,
            plains: vec![OnceCell::new(); blocks.len()],
            starts,
            given,
            stem,
            script,
            title_plain: String::new(),
            title_block: None,
            title_source: EvidenceSource::Title,
            description: Description::default(),
            contradicted: Vec::new(),
        }
    }

    fn finish(mut self) -> Description {
        derive::sort(&mut self.description.evidence);
        for evidence in &mut self.description.evidence {
            let contradicted = self.contradicted.contains(&evidence.field.as_str());
            evidence.confidence = Confidence::of(evidence.from.name(), evidence.implied, contradicted);
        }
        self.description
    }

    /// The paragraphs between the title and the first heading, in plain form; the first paragraph when there are none.
    fn lead(&self) -> Vec<(usize, Rc<Plain>)> {
        let end = self
            .blocks
            .iter()
            .position(|block| block.head.is_some())
            .unwrap_or(self.blocks.len());
        let mut lead: Vec<usize> = (0..end)
            .filter(|n| self.blocks[*n].kind == BlockKind::Paragraph && self.blocks[*n].text().chars().count() > 8)
            .take(6)
            .collect();
        if lead.is_empty() {
            lead.extend((0..self.blocks.len()).find(|n| self.blocks[*n].kind == BlockKind::Paragraph));
        }
        lead.into_iter().map(|n| (n, self.plain_of(n))).collect()
    }

    /// The plain form of a block. Many rules ask for the same few.
    fn plain_of(&self, n: usize) -> Rc<Plain> {
        let made = || Rc::new(Plain::of(self.blocks[n].text(), self.script, READ));
        Rc::clone(self.plains[n].get_or_init(made))
    }

    fn of_kind(&self, kind: BlockKind) -> Vec<usize> {
        (0..self.blocks.len())
            .filter(|n| self.blocks[*n].kind == kind)
            .collect()
    }

    fn field(&self, given: &Given) -> Option<Field> {
        boilerplate().field(&bare_label(&given.label)).flatten()
    }

    /// A value from a column or a record's key.
    fn column(&self, field: Field) -> Option<&'a Given> {
        self.given.iter().find(|given| {
            given.from == EvidenceSource::Column && self.field(given) == Some(field) && !given.value.trim().is_empty()
        })
    }

    fn header(&self, field: Field) -> Option<&'a Given> {
        self.headers(field).into_iter().next()
    }

    fn headers(&self, field: Field) -> Vec<&'a Given> {
        self.given
            .iter()
            .filter(|given| {
                given.from != EvidenceSource::Column
                    && self.field(given) == Some(field)
                    && !given.value.trim().is_empty()
            })
            .collect()
    }

    /// Words of a block, by bytes of its plain form.
    fn in_block(&self, from: EvidenceSource, n: usize, bytes: Range<usize>) -> Found {
        let plain = self.plain_of(n);
        let chars = plain.original(bytes);
        let quote = crate::report::slice_chars(self.blocks[n].text(), chars.clone()).to_owned();
        Found {
            from,
            quote,
            chars: Some(self.starts[n] + chars.start..self.starts[n] + chars.end),
            implied: false,
        }
    }

    fn body_quote(&self, word: &str) -> Found {
        for n in 0..self.blocks.len().min(20) {
            if let Some(at) = self.plain_of(n).text.find(word) {
                return self.in_block(EvidenceSource::Body, n, at..at + word.len());
            }
        }
        Found::outside(EvidenceSource::Derived, word)
    }

    fn evidence_of(&self, field: &str) -> Option<&Evidence> {
        self.description
            .evidence
            .iter()
            .find(|evidence| evidence.field == field)
    }

    fn evidence(&mut self, field: &str, found: Found) {
        self.description.evidence.push(Evidence {
            field: field.to_owned(),
            from: found.from,
            quote: found.quote,
            chars: found.chars,
            implied: found.implied,
            confidence: Confidence::default(),
        });
    }
}

impl Found {
    fn outside(from: EvidenceSource, quote: &str) -> Found {
        Found {
            from,
            quote: quote.to_owned(),
            chars: None,
            implied: false,
        }
    }

    fn like(evidence: &Evidence) -> Found {
        Found {
            from: evidence.from,
            quote: evidence.quote.clone(),
            chars: evidence.chars.clone(),
            implied: evidence.implied,
        }
    }
}

/// A value on one line: blanks go, except between Latin words.
fn joined(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.chars() {
        if is_blank(c) {
            gap = true;
            continue;
        }
        if gap && c.is_ascii_alphabetic() && out.ends_with(|c: char| c.is_ascii_alphabetic()) {
            out.push(' ');
        }
        gap = false;
        out.push(c);
    }
    out
}
