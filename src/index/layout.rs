//! Defines which fields the tantivy documents have, and how each is kept.

use std::sync::LazyLock;

use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, STORED, STRING, Schema, SchemaBuilder, TextFieldIndexing, TextOptions,
};

use crate::schema::{fields, gazetteer};

/// The name of the tokenizer of exact units.
pub const UNITS: &str = "units";
/// The name of the tokenizer of words.
pub const WORDS: &str = "words";

/// The value of the field `doc` for each sort of document.
pub mod sort {
    pub const PASSAGE: &str = "passage";
    pub const REPORT: &str = "report";
    pub const SOURCE: &str = "source";
}

/// The fields of the tantivy schema. Which sort of document has which is said at each.
pub struct Layout {
    pub schema: Schema,
    /// All: what sort of document it is.
    pub doc: Field,
    /// Passages: the report's id. All passages of a report lie side by side in one segment, in their order.
    pub report: Field,
    /// Passages: the number in the report.
    pub seq: Field,
    /// Passages: how many of the first units are title and headings.
    pub heading_units: Field,
    /// Passages: how long the text is, in characters, blanks left aside.
    pub chars: Field,
    /// Passages: the number of the part of the report, under one outermost heading, in which it stands.
    pub part: Field,
    /// Passages: where its sentences end, in units ([`crate::text::sentence::sentence_ends`]); the last is how many units it has.
    pub sentence_ends: Field,
    /// Passages: how many quantities stand in each of these sentences, headings apart; in the same order.
    pub quantities: Field,
    /// Passages: the headings above it, outermost first, each folded and whole.
    pub headings: Field,
    /// Passages: the folded text as units with positions; decides what is found.
    pub units: Field,
    /// Passages: the folded text as words with frequencies; helps to order what is found.
    pub words: Field,
    /// Passages: the text as it stands in the report.
    pub text: Field,
    /// Passages: a `StoredPassage` as JSON.
    pub place: Field,
    /// Passages: the values people filter and count by, in the order of [`fields::Field::ALL`].
    facets: [Field; fields::Field::ALL.len()],
    /// Reports: the id.
    pub report_id: Field,
    /// Reports: a `StoredReport` as JSON.
    pub report_json: Field,
    /// Sources: the path.
    pub source_path: Field,
    /// Sources: the ids of the reports in it.
    pub source_reports: Field,
    /// Sources: a fingerprint of what was read from it, wherever it lies.
    pub source_digest: Field,
    /// Sources: a `SourceEntry` as JSON.
    pub source_json: Field,
}

/// The one layout: making a schema anew for every report would cost more than packing it.
static LAYOUT: LazyLock<Layout> = LazyLock::new(Layout::new);

impl Layout {
    /// The layout of every index.
    pub fn get() -> &'static Layout {
        &LAYOUT
    }

    fn new() -> Self {
        let mut schema = Schema::builder();
        Layout {
            doc: schema.add_text_field("doc", STRING),
            report: schema.add_u64_field("report", INDEXED | FAST),
            seq: schema.add_u64_field("seq", FAST),
            heading_units: schema.add_u64_field("heading_units", FAST),
            chars: schema.add_u64_field("chars", FAST),
            part: schema.add_u64_field("part", FAST),
            sentence_ends: schema.add_u64_field("sentence_ends", FAST),
            quantities: schema.add_u64_field("quantities", FAST),
            headings: schema.add_text_field("headings", STRING),
            units: schema.add_text_field("units", text(UNITS, IndexRecordOption::WithFreqsAndPositions, true)),
            words: schema.add_text_field("words", text(WORDS, IndexRecordOption::WithFreqs, false)),
            text: schema.add_text_field("text", STORED),
            place: schema.add_text_field("place", STORED),
            facets: fields::Field::ALL.map(|field| add_facet(&mut schema, field)),
            report_id: schema.add_u64_field("report_id", INDEXED),
            report_json: schema.add_text_field("report_json", STORED),
            source_path: schema.add_text_field("source_path", STRING),
            source_reports: schema.add_u64_field("source_reports", INDEXED),
            source_digest: schema.add_u64_field("source_digest", FAST),
            source_json: schema.add_text_field("source_json", STORED),
            schema: schema.build(),
        }
    }

    /// The tantivy field that holds a field of ours.
    pub fn facet(&self, field: fields::Field) -> Field {
        self.facets[field as usize]
    }
}

/// A short name for everything that shapes what an index holds: the schema of the documents and the declarations that decide
/// what stands in them. An index with another fingerprint would answer differently.
pub fn fingerprint() -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(
        serde_json::to_string(&Layout::get().schema)
            .unwrap_or_default()
            .as_bytes(),
    );
    for declaration in [
        include_str!("../../index_schema/fields.toml"),
        include_str!("../../index_schema/lexicon.txt"),
        include_str!("../../index_schema/quality.toml"),
        include_str!("../../index_schema/quantities.toml"),
        include_str!("../../index_schema/sections.toml"),
        include_str!("../../index_schema/topics.toml"),
        include_str!("../../index_schema/traditional.tsv"),
    ]
    .into_iter()
    .chain(gazetteer::LISTS)
    {
        hasher.update(declaration.as_bytes());
    }
    hasher.finalize().to_hex()[..16].to_owned()
}

fn text(tokenizer: &str, record: IndexRecordOption, lengths: bool) -> TextOptions {
    TextOptions::default().set_indexing_options(
        TextFieldIndexing::default()
            .set_tokenizer(tokenizer)
            .set_index_option(record)
            .set_fieldnorms(lengths),
    )
}

fn add_facet(schema: &mut SchemaBuilder, field: fields::Field) -> Field {
    schema.add_text_field(field.name(), STRING | FAST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fingerprint_is_the_same_each_time() {
        assert_eq!(fingerprint(), fingerprint());
        assert_eq!(fingerprint().len(), 16);
    }

    #[test]
    fn every_field_has_a_place_in_the_schema() {
        let layout = Layout::get();
        for field in fields::Field::ALL {
            assert_eq!(layout.schema.get_field_name(layout.facet(field)), field.name());
        }
    }
}
