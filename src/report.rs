//! Defines a [`Report`] as it stands once it has been read: plain data, with the evidence for what is said of it.
//!
//! Three ways of counting meet here and are kept apart by name: `chars` counts characters (Unicode scalar values) of the
//! report's extracted text, `bytes` counts bytes of the source file, and `seq` counts the passages of one report from 0.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use crate::schema::evidence::Confidence;
use crate::schema::fields::Field;
use crate::schema::gazetteer::{Stated, Verdict, gazetteer};
use crate::schema::values;

/// Names a report by its content: the first 64 bits of the BLAKE3 hash of its text and its given metadata, so that the same
/// report keeps its name wherever its file moves. Written as 16 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReportId(pub u64);

impl fmt::Display for ReportId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for ReportId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for ReportId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        u64::from_str_radix(text, 16).map(ReportId)
    }
}

impl Serialize for ReportId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ReportId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// One annual report, read.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    pub id: ReportId,
    pub source: Source,
    pub metadata: Metadata,
    /// Where each known field of `metadata` came from.
    pub evidence: Vec<Evidence>,
    /// What the reader of this report should know before trusting it, one sentence each.
    pub warnings: Vec<String>,
    /// How far its text can be trusted.
    pub quality: Quality,
    /// The extracted text: the blocks of the report, one a line, joined by `\n`.
    pub text: String,
    pub sections: Vec<Section>,
    /// In the order of the text; with the line breaks between them they are the whole text.
    pub passages: Vec<Passage>,
    /// What stood in the source and was left out of the text, with the reason.
    pub dropped: Vec<Dropped>,
}

/// The file a report was read from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// As the user gave it, or below the folder the user gave.
    pub path: String,
    /// The record in the file, counted from 1, when a file holds several reports.
    pub row: Option<u64>,
    pub format: String,
    /// The character encoding the file was decoded from, by its WHATWG name.
    pub encoding: String,
    /// BLAKE3 hash of the whole file, in hexadecimal digits.
    pub hash: String,
}

/// What is known of a report. Unknown is `None`: nothing here is a guess.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    pub kind: ReportKind,
    pub title: Option<String>,
    /// The year the report is ABOUT, which is not the year it was issued.
    pub year: Option<u16>,
    pub township: Option<String>,
    pub county: Option<String>,
    pub city: Option<String>,
    pub province: Option<String>,
    pub level: Option<Level>,
    pub issuing_body: Option<String>,
    /// 文号, the report's own.
    pub doc_number: Option<String>,
    /// 索引号 in the index of open government information.
    pub index_number: Option<String>,
    /// The day it was published, else the day it was signed; `YYYY-MM-DD`.
    pub published: Option<String>,
    /// The web address it was downloaded from.
    pub url: Option<String>,
}

impl Metadata {
    /// The place as a path from above, as far as it is known without a gap: 福建省/三明市/将乐县/古镛镇. A county of a municipality stands right
    /// below it, as do a few others below their province, and a township below a city without counties. Names are those of the
    /// gazetteer where it knows which place is meant, else as they are stated.
    pub fn region(&self) -> Option<String> {
        let known = gazetteer().resolve(&Stated::of(self));
        let mut names: Vec<&str> = Vec::new();
        let county = match &known {
            Verdict::One(path) => {
                names.push(path.province);
                names.extend(path.city);
                path.county.or(self.county.as_deref())
            }
            _ => {
                let province = self.province.as_deref()?;
                let province = gazetteer()
                    .province(province)
                    .map_or(province, |province| province.name);
                names.push(province);
                let city = self.city.as_deref().filter(|city| *city != province);
                names.extend(city);
                // Below a province, only a city is next; a municipality has none.
                let next = city.is_some() || province.ends_with('市');
                self.county.as_deref().filter(|_| next)
            }
        };
        let ends_in_townships = county.is_some() || names.last().is_some_and(|city| gazetteer().has_no_counties(city));
        names.extend(county);
        names.extend(self.township.as_deref().filter(|_| ends_in_townships));
        let levels: Vec<String> = names.iter().map(|name| name.replace(REGION_SEPARATOR, " ")).collect();
        Some(levels.join("/"))
    }
}

/// Between the levels of a region.
pub const REGION_SEPARATOR: char = '/';

impl<'a> Stated<'a> {
    /// What the metadata state of the place.
    pub fn of(metadata: &'a Metadata) -> Self {
        Stated {
            province: metadata.province.as_deref(),
            city: metadata.city.as_deref(),
            county: metadata.county.as_deref(),
            township: metadata.township.as_deref(),
            year: metadata.year,
        }
    }
}

/// What sort of document it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ReportKind {
    /// An annual report on building a law-based government, under any of its titles.
    #[serde(rename = "法治政府建设年度报告")]
    RuleOfLaw,
    /// The work report of a government to its people's congress.
    #[serde(rename = "政府工作报告")]
    GovernmentWork,
    /// What is to be done: a work plan, its main points, a scheme to carry something out.
    #[serde(rename = "plan")]
    Plan,
    /// A notice, circular or letter from one office to others, also one that asks for reports or passes them on.
    #[serde(rename = "notice")]
    Notice,
    /// News of a meeting or an activity.
    #[serde(rename = "news")]
    News,
    /// Anything else: a resolution, an interpretation, a list.
    #[default]
    #[serde(rename = "other")]
    Other,
}

/// The rank of the body that reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Township,
    County,
    City,
    Province,
    /// A department of a government at or above county level.
    Department,
    State,
}

impl ReportKind {
    pub const ALL: [ReportKind; 6] = [
        ReportKind::RuleOfLaw,
        ReportKind::GovernmentWork,
        ReportKind::Plan,
        ReportKind::Notice,
        ReportKind::News,
        ReportKind::Other,
    ];

    /// Whether it tells what a government did in a year.
    pub fn is_report(self) -> bool {
        matches!(self, ReportKind::RuleOfLaw | ReportKind::GovernmentWork)
    }

    /// The name in the index and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            ReportKind::RuleOfLaw => "法治政府建设年度报告",
            ReportKind::GovernmentWork => "政府工作报告",
            ReportKind::Plan => "plan",
            ReportKind::Notice => "notice",
            ReportKind::News => "news",
            ReportKind::Other => "other",
        }
    }
}

impl Level {
    pub const ALL: [Level; 6] = [
        Level::Township,
        Level::County,
        Level::City,
        Level::Province,
        Level::Department,
        Level::State,
    ];

    /// The name in the index and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Level::Township => "township",
            Level::County => "county",
            Level::City => "city",
            Level::Province => "province",
            Level::Department => "department",
            Level::State => "state",
        }
    }
}

impl Metadata {
    /// The names of all fields, in the order in which they are shown.
    pub const FIELDS: [&str; 13] = [
        "kind",
        "title",
        "year",
        "township",
        "county",
        "city",
        "province",
        "level",
        "issuing_body",
        "doc_number",
        "index_number",
        "published",
        "url",
    ];

    /// What is known of a field, as it is written in the index and in JSON; `None` when it is unknown, or no field.
    pub fn value_of(&self, field: &str) -> Option<String> {
        match field {
            "kind" => Some(self.kind.name().to_owned()),
            "title" => self.title.clone(),
            "year" => self.year.map(|year| year.to_string()),
            "township" => self.township.clone(),
            "county" => self.county.clone(),
            "city" => self.city.clone(),
            "province" => self.province.clone(),
            "level" => self.level.map(|level| level.name().to_owned()),
            "issuing_body" => self.issuing_body.clone(),
            "doc_number" => self.doc_number.clone(),
            "index_number" => self.index_number.clone(),
            "published" => self.published.clone(),
            "url" => self.url.clone(),
            _ => None,
        }
    }
}

/// Why a field of the metadata says what it says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The name of the field, as in [`Metadata`].
    pub field: String,
    /// The kind of place it was read from.
    pub from: EvidenceSource,
    /// The words it was read from, as they stand there.
    pub quote: String,
    /// Where those words stand in the extracted text, in characters; `None` when they stand outside it (a header table, a column, the file name).
    pub chars: Option<Range<usize>>,
    /// Whether the words do not say it but leave no doubt (a township's report without a named issuer is its government's).
    #[serde(default)]
    pub implied: bool,
    pub confidence: Confidence,
}

/// The kinds of place a field is read from, the most trusted first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum EvidenceSource {
    /// A sheet in which people correct what is read.
    #[serde(rename = "sidecar")]
    Sidecar,
    /// A part of the path, by a pattern that the user gave.
    #[serde(rename = "path pattern")]
    Path,
    /// A column of a table or a key of a record.
    #[serde(rename = "column")]
    Column,
    #[serde(rename = "title")]
    Title,
    #[serde(rename = "header")]
    Header,
    #[serde(rename = "signature")]
    Signature,
    #[serde(rename = "salutation")]
    Salutation,
    #[serde(rename = "lead")]
    Lead,
    #[serde(rename = "heading")]
    Heading,
    #[serde(rename = "body")]
    Body,
    #[serde(rename = "file name")]
    FileName,
    #[serde(rename = "web address")]
    Url,
    /// Concluded from another field by the lists of real places.
    #[serde(rename = "gazetteer")]
    Gazetteer,
    /// Put together from other fields, because the text does not say it itself.
    #[serde(rename = "derived")]
    Derived,
}

impl EvidenceSource {
    /// The name in JSON and in messages.
    pub fn name(self) -> &'static str {
        match self {
            EvidenceSource::Sidecar => "sidecar",
            EvidenceSource::Path => "path pattern",
            EvidenceSource::Column => "column",
            EvidenceSource::Title => "title",
            EvidenceSource::Header => "header",
            EvidenceSource::Signature => "signature",
            EvidenceSource::Salutation => "salutation",
            EvidenceSource::Lead => "lead",
            EvidenceSource::Heading => "heading",
            EvidenceSource::Body => "body",
            EvidenceSource::FileName => "file name",
            EvidenceSource::Url => "web address",
            EvidenceSource::Gazetteer => "gazetteer",
            EvidenceSource::Derived => "derived",
        }
    }
}

/// How far the text of a report can be trusted. Where it cannot, what is not found in it may have been there all the same.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    pub grade: Grade,
    /// What keeps it from being good, one clause each.
    pub reasons: Vec<String>,
    /// How long the text is, in characters that show.
    pub chars: u64,
    /// The share of those that stand for lost ones: U+FFFD, private use, □.
    pub unreadable: f64,
    /// The share that is left over where text was decoded in a wrong encoding.
    pub mojibake: f64,
    /// The share of the gaps between two Han characters that hold a blank, as recognised print has.
    pub spaced: f64,
    /// The share of the digits that are masked by `*`.
    pub masked: f64,
    /// Page numbers that are missing in the run of those that were left out of the text.
    pub missing_pages: Vec<u32>,
}

/// The verdict on a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    #[default]
    Good,
    /// Some of it may be missing or wrong.
    Fair,
    /// Much of it cannot be read.
    Poor,
}

impl Grade {
    pub const ALL: [Grade; 3] = [Grade::Good, Grade::Fair, Grade::Poor];

    /// The name in the index and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Grade::Good => "good",
            Grade::Fair => "fair",
            Grade::Poor => "poor",
        }
    }
}

/// A part of a report under one heading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    pub kind: SectionKind,
    /// 1 for 一、, 2 for （一）, and so on; 0 for the preamble.
    pub level: u8,
    /// The heading as it stands in the text; `None` for the preamble.
    pub heading: Option<String>,
    /// The headings above this one and its own, outermost first.
    pub headings: Vec<String>,
    /// From its heading to the next section's, in characters of the extracted text.
    pub chars: Range<usize>,
    /// Why it got its kind, in a few words.
    pub reason: String,
}

/// What a section is about, after the parts that the rules ask of a report.
/// Source of the five parts: 《法治政府建设与责任落实督察工作规定》 (厅字〔2019〕28号), Article 24.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SectionKind {
    /// What stands before the first heading.
    Preamble,
    Achievements,
    Problems,
    Leadership,
    Plans,
    Other,
}

impl SectionKind {
    pub const ALL: [SectionKind; 6] = [
        SectionKind::Preamble,
        SectionKind::Achievements,
        SectionKind::Problems,
        SectionKind::Leadership,
        SectionKind::Plans,
        SectionKind::Other,
    ];

    /// The name in the index and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            SectionKind::Preamble => "preamble",
            SectionKind::Achievements => "achievements",
            SectionKind::Problems => "problems",
            SectionKind::Leadership => "leadership",
            SectionKind::Plans => "plans",
            SectionKind::Other => "other",
        }
    }

    /// The name for people, in Chinese.
    pub fn label(self) -> &'static str {
        values::label(Field::Section, self.name()).unwrap_or(self.name())
    }
}

/// What is indexed, ranked and cited: a paragraph, or a part of a long one, with the headings it opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    /// Its number in the report, from 0.
    pub seq: u32,
    /// The innermost section it stands in: an index into [`Report::sections`].
    pub section: usize,
    /// In characters of the extracted text.
    pub chars: Range<usize>,
    pub source: Place,
}

/// Where in its source something stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// From the first byte to the byte after the last, in the source file.
    Bytes([u64; 2]),
    /// The record, counted from 1.
    Row(u64),
    /// The page, counted from 1.
    Page(u64),
    /// The paragraph or table row, counted from 1 in the order of the document.
    Paragraph(u64),
}

/// Something in the source that is not the report's own text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dropped {
    pub text: String,
    /// Why it was left out, in a few words (`page number`, `site navigation`).
    pub reason: String,
    pub source: Place,
}

/// Names a passage: its report and its number in it, written `{report}-{number}`, the number with four digits at least.
pub fn passage_id(report: ReportId, seq: u32) -> String {
    format!("{report}-{seq:04}")
}

impl Report {
    /// The passages with their texts, found in one walk over the report's text.
    pub fn passage_texts(&self) -> impl Iterator<Item = (&Passage, &str)> {
        let mut rest = self.text.as_str();
        let mut before = 0;
        // Moves on to a character offset; answers the text from there on.
        let mut move_to = move |chars: usize| {
            let byte = rest
                .char_indices()
                .nth(chars - before)
                .map_or(rest.len(), |(byte, _)| byte);
            rest = &rest[byte..];
            before = chars;
            rest
        };
        self.passages.iter().map(move |passage| {
            let from = move_to(passage.chars.start);
            let after = move_to(passage.chars.end);
            (passage, &from[..from.len() - after.len()])
        })
    }
}

/// The part of `text` between two character offsets. Offsets past the end mean the end.
pub fn slice_chars(text: &str, chars: Range<usize>) -> &str {
    let byte_of = |n: usize, from: usize| {
        text[from..]
            .char_indices()
            .nth(n)
            .map_or(text.len(), |(byte, _)| from + byte)
    };
    let start = byte_of(chars.start, 0);
    let end = byte_of(chars.len(), start);
    &text[start..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn report_ids_survive_being_written() {
        let id = ReportId(0x00ab_cdef_0123_4567);
        assert_eq!(id.to_string(), "00abcdef01234567");
        assert_eq!(id.to_string().parse::<ReportId>().unwrap(), id);
    }

    #[test]
    fn slices_count_characters() {
        assert_eq!(slice_chars("古镛镇2024年", 1..4), "镛镇2");
        assert_eq!(slice_chars("古镛", 1..9), "镛");
    }

    #[test]
    fn regions_go_down_as_far_as_they_are_known() {
        for (province, city, county, township, region) in [
            ("福建省", "三明市", "将乐县", "古镛镇", "福建省/三明市/将乐县/古镛镇"),
            ("", "", "将乐县", "古镛镇", "福建省/三明市/将乐县/古镛镇"),
            ("", "三明市", "", "古镛镇", "福建省/三明市"),
            ("", "", "", "古镛镇", ""),
            ("重庆市", "", "城口县", "咸宜镇", "重庆市/城口县/咸宜镇"),
            ("重庆市", "", "江渝区", "河石镇", "重庆市/江渝区/河石镇"),
            ("", "东莞市", "", "虎门镇", "广东省/东莞市/虎门镇"),
            ("", "", "仙桃市", "毛嘴镇", "湖北省/仙桃市/毛嘴镇"),
            ("四川", "凉山州", "西昌市", "", "四川省/凉山彝族自治州/西昌市"),
            ("福建省", "", "闽屏县", "云岫镇", "福建省"),
            ("福建省", "沱阳市", "青澜县", "白鹭镇", "福建省/沱阳市/青澜县/白鹭镇"),
            ("", "三明市", "闽屏县", "云岫镇", "福建省/三明市/闽屏县/云岫镇"),
            ("", "", "城中区", "", ""),
        ] {
            let some = |name: &str| (!name.is_empty()).then(|| name.to_owned());
            let metadata = Metadata {
                province: some(province),
                city: some(city),
                county: some(county),
                township: some(township),
                ..Metadata::default()
            };
            assert_eq!(metadata.region(), some(region), "{province}{city}{county}{township}");
        }
    }

    #[test]
    fn names_are_what_serde_writes() {
        for kind in SectionKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
        }
        for level in Level::ALL {
            assert_eq!(serde_json::to_value(level).unwrap(), level.name());
        }
        for kind in ReportKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
        }
        for from in [EvidenceSource::Sidecar, EvidenceSource::Path, EvidenceSource::FileName] {
            assert_eq!(serde_json::to_value(from).unwrap(), from.name());
        }
        for grade in Grade::ALL {
            assert_eq!(serde_json::to_value(grade).unwrap(), grade.name());
        }
        for confidence in [Confidence::Low, Confidence::Medium, Confidence::High] {
            assert_eq!(serde_json::to_value(confidence).unwrap(), confidence.name());
        }
    }
}
