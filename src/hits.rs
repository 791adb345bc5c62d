//! Defines what a search answers, as plain data: [`Summary`], then [`Hit`]s. Serialized, it is THE JSON of the command line
//! and of the web, one and the same.
//!
//! `chars` and `highlights` count characters, `bytes` counts bytes; which text each counts in is said at the field.

use serde::{Deserialize, Serialize};

use crate::query::Scope;
use crate::report::{Level, Metadata, Place, Quality, ReportId, ReportKind, SectionKind};
use crate::schema::fields::{Field, Matching};

/// An answer, whole. An answer too long to hold is a [`Summary`] and a stream of [`Hit`]s instead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hits {
    #[serde(flatten)]
    pub summary: Summary,
    pub hits: Vec<Hit>,
}

/// What is true of all that was found, however much of it is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// The question as it was asked.
    pub query: String,
    /// The question as it was understood, filters included; asked again, it answers the same.
    pub interpreted: String,
    /// The unit of text in which all of the question holds.
    pub within: Scope,
    pub totals: Totals,
    pub took_ms: f64,
    /// How many hits are shown at most; `None` is all.
    pub limit: Option<usize>,
    /// What the asker should know: a filter value that nothing has, for instance.
    pub notes: Vec<String>,
    #[serde(with = "facets_as_object")]
    pub facets: Vec<Facet>,
    /// When nothing was found: questions near this one that find something.
    pub suggestions: Vec<Suggestion>,
    /// How the question was answered, when that was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explain: Option<Explanation>,
}

/// A question near the one that was asked, and what it finds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    pub kind: SuggestionKind,
    /// In the question language, ready to be asked.
    pub query: String,
    /// What differs, for people.
    pub reason: String,
    pub passages: u64,
    pub reports: u64,
}

/// In what a suggestion differs from the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuggestionKind {
    /// One of the filters is left out.
    WithoutFilter,
    /// A phrase is written otherwise.
    Spelling,
    /// The operands need not meet in so small a unit of text.
    Within,
    /// One of the operands alone.
    Operand,
    /// The topic that a phrase belongs to.
    Topic,
    /// The words of a phrase, any of them.
    Words,
}

/// How a question was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// The question as a tree: a line a node, indented by two blanks for each node above it.
    pub tree: Vec<String>,
    pub operands: Vec<OperandPlan>,
    /// How many passages had what the index could tell by itself, so that places in them were compared.
    pub candidates: u64,
    /// How many of them matched.
    pub matched: u64,
}

/// How one operand was looked up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperandPlan {
    pub operand: String,
    pub method: String,
    pub terms: Vec<TermPlan>,
}

/// What was looked up in the index, and how many passages have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermPlan {
    pub term: String,
    pub passages: u64,
}

/// A part of a score. The score is the sum of the values times their weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScorePart {
    pub name: String,
    pub value: f32,
    pub weight: f32,
}

/// Exact totals over all hits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    pub passages: u64,
    pub reports: u64,
    /// How often what the question asks for stands in those passages: each start of a phrase, each shortest stretch with
    /// wildcards or of words near each other, each match of an expression, each mention of a loose word.
    pub occurrences: u64,
}

/// The hits counted by one field, all values, the most frequent first, then by value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facet {
    pub field: Field,
    /// Of a path, the levels below which it is counted: only what is under them counts, by the next level.
    pub under: Option<String>,
    pub counts: Vec<FacetCount>,
}

/// What hits are counted by: a field, and of one whose values are paths the level below one of them. Written `year`, and
/// `region:福建省`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grouping {
    pub field: Field,
    pub under: Option<String>,
}

/// One value of a field and how many hits have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FacetCount {
    /// `None` counts the hits whose value is unknown.
    pub value: Option<String>,
    pub passages: u64,
    pub reports: u64,
}

/// A passage that was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// From 1.
    pub rank: u64,
    pub score: f32,
    /// What the score is made of, when that was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explain: Option<Vec<ScorePart>>,
    pub report: HitReport,
    pub section: HitSection,
    pub passage: HitPassage,
    /// From the first to after the last character of each match, in characters of `passage.text`; sorted, and apart from each other.
    pub highlights: Vec<[usize; 2]>,
    pub occurrences: u64,
    pub topics: Vec<String>,
    /// Names the place for a footnote.
    pub citation: String,
}

/// The report a hit stands in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HitReport {
    pub id: ReportId,
    pub path: String,
    pub title: Option<String>,
    pub kind: ReportKind,
    pub year: Option<u16>,
    pub township: Option<String>,
    pub county: Option<String>,
    pub city: Option<String>,
    pub province: Option<String>,
    /// The place as a path from above, as far as it is known: [`Metadata::region`].
    pub region: Option<String>,
    pub level: Option<Level>,
    pub issuing_body: Option<String>,
    pub doc_number: Option<String>,
    pub index_number: Option<String>,
    pub published: Option<String>,
    pub url: Option<String>,
    /// How far its text can be trusted: absent text is not absent practice.
    pub quality: Quality,
}

/// The section a hit stands in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HitSection {
    pub kind: SectionKind,
    pub label: String,
    /// The headings above the passage, outermost first.
    pub headings: Vec<String>,
}

/// The passage itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HitPassage {
    /// `{report}-{number}`.
    pub id: String,
    /// From 1, among the passages under the innermost heading.
    pub number: u32,
    pub text: String,
    /// Where it stands in the report's extracted text, in characters.
    pub chars: [usize; 2],
    /// Where it stands in the source file.
    pub source: Place,
}

impl HitReport {
    /// What a hit shows of a report. `region` is the one its passages are indexed under: making it from the metadata again takes the
    /// lists of real places.
    pub fn new(id: ReportId, path: String, region: Option<String>, metadata: Metadata, quality: Quality) -> Self {
        HitReport {
            id,
            path,
            region,
            title: metadata.title,
            kind: metadata.kind,
            year: metadata.year,
            township: metadata.township,
            county: metadata.county,
            city: metadata.city,
            province: metadata.province,
            level: metadata.level,
            issuing_body: metadata.issuing_body,
            doc_number: metadata.doc_number,
            index_number: metadata.index_number,
            published: metadata.published,
            url: metadata.url,
            quality,
        }
    }
}

impl Facet {
    /// What was counted by, as it was asked for.
    pub fn name(&self) -> String {
        let under = self.under.as_ref().map_or(String::new(), |under| format!(":{under}"));
        format!("{}{under}", self.field)
    }
}

impl From<Field> for Grouping {
    fn from(field: Field) -> Self {
        Grouping { field, under: None }
    }
}

impl Grouping {
    /// The grouping that somebody names: a field, and after a colon, for one whose values are paths, where.
    pub fn named(name: &str) -> Option<Grouping> {
        let Some((field, under)) = name.split_once([':', '：']) else {
            return Field::named(name).map(Grouping::from);
        };
        let field = Field::named(field).filter(|field| field.declaration().values == Matching::Path)?;
        Some(Grouping {
            field,
            under: Some(under.trim().to_owned()).filter(|under| !under.is_empty()),
        })
    }
}

/// In JSON the facets are one object, its keys the names of the facets, in the order they were asked for.
mod facets_as_object {
    use std::fmt;

    use serde::de::{MapAccess, Visitor};
    use serde::ser::SerializeMap;
    use serde::{Deserializer, Serializer};

    use super::{Facet, FacetCount, Grouping};

    pub fn serialize<S: Serializer>(facets: &[Facet], serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(facets.len()))?;
        for facet in facets {
            map.serialize_entry(&facet.name(), &facet.counts)?;
        }
        map.end()
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Facet>, D::Error> {
        struct Facets;

        impl<'de> Visitor<'de> for Facets {
            type Value = Vec<Facet>;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("an object of facet counts by field")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut facets = Vec::new();
                while let Some((name, counts)) = map.next_entry::<String, Vec<FacetCount>>()? {
                    let Grouping { field, under } = Grouping::named(&name)
                        .ok_or_else(|| serde::de::Error::custom(format!("{name} is no facet")))?;
                    facets.push(Facet { field, under, counts });
                }
                Ok(facets)
            }
        }

        deserializer.deserialize_map(Facets)
    }
}
