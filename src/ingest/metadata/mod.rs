//! Says what is known of a report and why: title, kind, year, places, issuing body, numbers, date, each with its [`Evidence`].
//!
//! Every known field has exactly one piece of evidence, the most trusted that speaks; where others contradict it, a warning says so.
//! Unknown stays unknown.

pub mod derive;
mod issuer;
mod place;
mod region;
mod township;
mod year;

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use self::place::Names;
use crate::ingest::blocks::{Block, BlockKind, bare_label, is_doc_number};
use crate::ingest::extract::Given;
use crate::report::{Evidence, EvidenceSource, Level, Metadata, ReportKind};
use crate::schema::boilerplate::{Field, boilerplate};
use crate::schema::gazetteer::{Rank, gazetteer};
use crate::schema::{sections, titles};
use crate::text::date;
use crate::text::plain::{Plain, Script, is_blank, plain};

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
            starts,
            given,
            stem,
            script,
            title_plain: String::new(),
            title_block: None,
            title_source: EvidenceSource::Title,
            description: Description::default(),
        }
    }

    fn title(&mut self) {
        // The last title above the text is the article's own; those above it are the page's.
        let own = self.blocks.iter().rposition(|block| block.kind == BlockKind::Title);
        if let Some(n) = own {
            self.title_plain = self.plain_of(n).text;
            self.title_block = Some(n);
        }
        if let Some(given) = self.column(Field::Title) {
            let value = joined(&given.value);
            self.title_plain = plain(&value, self.script);
            self.title_source = given.from;
            let found = Found::outside(given.from, &given.value);
            self.description.metadata.title = Some(value);
            self.evidence("title", found);
            return;
        }
        if let Some(n) = own {
            let text = self.blocks[n].text();
            self.description.metadata.title = Some(joined(text));
            let found = self.in_block(EvidenceSource::Title, n, 0..self.plain_of(n).text.len());
            self.evidence("title", found);
            return;
        }
        let header = self.header(Field::Title).filter(|given| {
            let key = plain(&given.value, self.script);
            titles::titles().topic.is_match(&key) || titles::titles().other_tail.is_match(&key)
        });
        if let Some(given) = header {
            let value = joined(&given.value);
            self.title_plain = plain(&value, self.script);
            self.title_source = EvidenceSource::Header;
            let found = Found::outside(given.from, &given.value);
            self.description.metadata.title = Some(value);
            self.evidence("title", found);
        } else if self.stem_is_title() {
            let value = joined(&self.stem);
            self.title_plain = plain(&value, self.script);
            self.title_source = EvidenceSource::FileName;
            let found = Found::outside(EvidenceSource::FileName, &self.stem);
            self.description.metadata.title = Some(value);
            self.evidence("title", found);
        }
    }

    fn stem_is_title(&self) -> bool {
        let key = plain(&self.stem, self.script);
        titles::titles().topic.is_match(&key)
            && (titles::titles().tail.is_match(&key) || titles::titles().other_tail.is_match(&key))
    }

    fn kind(&mut self) {
        let words = titles::titles();
        let title = &self.title_plain;
        let ends_other = words.other_tail.is_match(title) || words.not_report.is_match(title);
        // 2021年度法治政府建设工作及2022年工作计划 is a report that ends in a plan.
        static TWO_YEARS: LazyLock<Option<Regex>> = LazyLock::new(|| {
            Regex::new(r"(?:19|20)\d\d.+(?:及|和|与|暨).*(?:19|20)\d\d|(?:情况|总结|报告|成效|工作)(?:及|和|与|暨).*(?:计划|打算|安排|思路)$").ok()
        });
        let two_year = TWO_YEARS.as_ref().is_some_and(|years| years.is_match(title)) && !title.contains("通知");
        let by_title = if title.is_empty() {
            None
        } else if words.government_work.is_match(title) && !ends_other {
            Some(ReportKind::GovernmentWork)
        } else if words.rule_of_law.is_match(title) && (!ends_other || (two_year && !words.not_report.is_match(title)))
        {
            Some(ReportKind::RuleOfLaw)
        } else if ends_other {
            Some(ReportKind::Other)
        } else {
            None
        };
        let by_text = if by_title.is_none() { self.kind_of_text() } else { None };
        let found = match (by_title, by_text) {
            (Some(_), _) => self.in_title(0..self.title_plain.len()),
            (None, Some(_)) => match self.lead().first() {
                Some((n, plain)) => self.in_block(
                    EvidenceSource::Lead,
                    *n,
                    0..plain.text.len().min(plain.text.find('。').unwrap_or(plain.text.len())),
                ),
                None => Found::outside(EvidenceSource::Derived, ""),
            },
            (None, None) => Found::outside(EvidenceSource::Derived, "nothing says that it is a report"),
        };
        self.description.metadata.kind = by_title.or(by_text).unwrap_or(ReportKind::Other);
        self.evidence("kind", found);
    }

    /// The kind by the lead and the headings, for texts without a title.
    fn kind_of_text(&self) -> Option<ReportKind> {
        static REPORTS: LazyLock<Option<Regex>> = LazyLock::new(|| {
            Regex::new(r"现(?:将|就|对|把)[^。]{0,100}?(?:报告|汇报|总结|通报)|(?:情况|工作|总结)(?:报告|汇报|总结)?如下|如下(?:报告|总结|汇报)").ok()
        });
        let lead = self.lead();
        let opening: String = lead.iter().map(|(_, plain)| plain.text.as_str()).collect();
        if opening.contains("代表国务院") || (opening.contains("各位代表") && opening.contains("政府工作"))
        {
            return Some(ReportKind::GovernmentWork);
        }
        let law = ["法治政府", "法制政府", "依法行政", "法治建设", "依法治"]
            .iter()
            .any(|word| opening.contains(word));
        let reports = REPORTS.as_ref().is_some_and(|reports| reports.is_match(&opening));
        let heads: Vec<String> = self
            .blocks
            .iter()
            .filter_map(|block| Some(plain(&block.text()[..block.head?.len], self.script)))
            .take(60)
            .collect();
        let stock = heads
            .iter()
            .filter(|head| {
                head.contains("法治")
                    || sections::rules()
                        .classify(head)
                        .is_some_and(|verdict| verdict.kind != "other")
            })
            .count();
        (law && (reports || stock >= 2)).then_some(ReportKind::RuleOfLaw)
    }

    fn year(&mut self) {
        if let Some(given) = self.column(Field::Year) {
            let digits: String = plain(&given.value, self.script)
                .chars()
                .take_while(char::is_ascii_digit)
                .collect();
            if let Some(year) = digits.parse::<u16>().ok().filter(|year| (1949..=2100).contains(year)) {
                let found = Found::outside(given.from, &given.value);
                self.set_year(year, found);
                return;
            }
        }
        if self.description.metadata.kind == ReportKind::Other && self.is_resolution() {
            return self.year_of_resolution();
        }
        let of_title = year::of_title(&self.title_plain);
        if let Some(found) = of_title {
            let evidence = self.in_title(found.at.clone());
            self.set_year(found.year, evidence);
            self.compare_years(found.year);
            return;
        }
        for (n, plain) in self.lead() {
            if let Some(found) = year::of_lead(&plain.text) {
                let evidence = self.in_block(EvidenceSource::Lead, n, found.at.clone());
                self.set_year(found.year, evidence);
                self.compare_years(found.year);
                return;
            }
        }
        if let Some((n, found)) = self.heading_year() {
            let evidence = self.in_block(EvidenceSource::Heading, n, found.at.clone());
            return self.set_year(found.year, evidence);
        }
        if let Some(found) = year::of_title(&plain(&self.stem, self.script)).filter(|_| self.stem.contains('年')) {
            let evidence = Found::outside(EvidenceSource::FileName, &self.stem);
            return self.set_year(found.year, evidence);
        }
        if let Some((n, found)) = self.body_year() {
            let evidence = self.in_block(EvidenceSource::Body, n, found.at);
            self.set_year(found.year, evidence);
        }
    }

    fn set_year(&mut self, year: u16, found: Found) {
        self.description.metadata.year = Some(year);
        self.evidence("year", found);
    }

    fn is_resolution(&self) -> bool {
        self.title_plain.contains("决议") && self.title_plain.contains("人民代表大会")
    }

    /// A resolution on a report speaks of the year whose work it approves.
    fn year_of_resolution(&mut self) {
        static APPROVED: LazyLock<Option<Regex>> = LazyLock::new(|| {
            Regex::new(r"报告提出[^。]{0,60}?((?:19|20)\d\d)年|((?:19|20)\d\d)年\d{1,2}月\d{1,2}日第?[^。]{0,40}通过")
                .ok()
        });
        let Some(approved) = APPROVED.as_ref() else { return };
        for n in 0..self.blocks.len().min(12) {
            let plain = self.plain_of(n);
            let Some(year) = approved.captures(&plain.text).and_then(|c| c.get(1).or(c.get(2))) else {
                continue;
            };
            if let Ok(number) = year.as_str().parse() {
                let found = self.in_block(EvidenceSource::Body, n, year.range());
                return self.set_year(number, found);
            }
        }
    }

    /// Says where first-level headings and the lead name another year than the title.
    fn compare_years(&mut self, year: u16) {
        let heading = self.heading_year();
        if let Some((_, found)) = heading.filter(|(_, found)| found.year != year) {
            let from = if self.title_plain.is_empty() { "lead" } else { "title" };
            self.description
                .warnings
                .push(format!("the heading says {}, the {from} {year}", found.year));
        }
        if self.title_plain.is_empty() {
            return;
        }
        let lead = self
            .lead()
            .into_iter()
            .find_map(|(_, plain)| year::of_lead(&plain.text));
        if let Some(found) = lead.filter(|found| found.year != year) {
            self.description
                .warnings
                .push(format!("the lead says {}, the title {year}", found.year));
        }
    }

    /// The year in the first-level heading of what was done.
    fn heading_year(&self) -> Option<(usize, year::Year)> {
        self.blocks
            .iter()
            .enumerate()
            .filter(|(_, block)| block.head.is_some_and(|head| head.level == 1))
            .take(12)
            .find_map(|(n, block)| {
                let head = plain(&block.text()[..block.head?.len], self.script);
                let verdict = sections::rules().classify(&head);
                if verdict
                    .as_ref()
                    .is_none_or(|verdict| !matches!(verdict.kind, "achievements" | "leadership" | "problems"))
                {
                    return None;
                }
                Some((n, year::of_heading(&head)?))
            })
    }

    fn body_year(&self) -> Option<(usize, year::Year)> {
        let mut body = String::new();
        let mut ends = Vec::new();
        for n in 0..self.blocks.len() {
            if body.len() > BODY * 3 {
                break;
            }
            body.push_str(&self.plain_of(n).text);
            body.push('\n');
            ends.push(body.len());
        }
        let found = year::of_body(&body)?;
        let n = ends.partition_point(|end| *end <= found.at.start);
        let start = n.checked_sub(1).map_or(0, |n| ends[n]);
        Some((
            n,
            year::Year {
                at: found.at.start - start..found.at.end - start,
                ..found
            },
        ))
    }

    /// Township, county, city, province and level.
    fn places(&mut self) {
        for (field, name) in [
            (Field::Township, "township"),
            (Field::County, "county"),
            (Field::City, "city"),
            (Field::Province, "province"),
        ] {
            if let Some(given) = self.column(field) {
                let found = Found::outside(given.from, &given.value);
                let value = self.script.simplify(&joined(&given.value));
                self.set_place(name, value, found);
            }
        }
        if self.state() {
            self.description.metadata.level = Some(Level::State);
            let found = if self.title_plain.is_empty() {
                self.body_quote("国务院")
            } else {
                self.in_title(0..self.title_plain.len())
            };
            return self.evidence("level", found);
        }
        if let Some(found) = self.department() {
            self.description.metadata.level = Some(Level::Department);
            self.evidence("level", found);
            self.upper_places();
            return;
        }
        self.township();
        self.upper_places();
        self.level();
    }

    fn state(&self) -> bool {
        let opening: String = self
            .lead()
            .iter()
            .map(|(_, plain)| plain.text.chars().take(400).collect::<String>())
            .collect();
        let title = &self.title_plain;
        title.contains("国务院政府工作报告")
            || title.contains("全国人民代表大会") && title.contains("政府工作报告")
            || (self.description.metadata.kind == ReportKind::GovernmentWork
                && (opening.contains("代表国务院") || opening.contains("国务院向")))
    }

    /// Whether a department reports: by its title, its header or its signature.
    fn department(&self) -> Option<Found> {
        let is_department = |body: &str| {
            titles::titles().department_end.is_match(body)
                && !body.ends_with("街道办事处")
                && !body.contains("人民政府街道")
        };
        let township = |body: &str| place::read_body(body).is_some_and(|names| names.township.is_some());
        if let Some((body, at)) = issuer::of_title(&self.title_plain) {
            let last = body.rsplit('、').next().unwrap_or(&body);
            return (is_department(last) && !township(last)).then(|| self.in_title(at));
        }
        if issuer::place_of_title(&self.title_plain).is_some_and(|(place, _)| place::read(place).is_some()) {
            return None;
        }
        // X局2023年… names no body by its suffix only when a place stands alone.
        for n in self.of_kind(BlockKind::Signature) {
            let plain = self.plain_of(n);
            let bodies = issuer::of_signature(&plain.text);
            if let Some(body) = bodies.last() {
                return (is_department(body) && !township(body))
                    .then(|| self.in_block(EvidenceSource::Signature, n, 0..plain.text.len()));
            }
        }
        None
    }

    fn township(&mut self) {
        if self.description.metadata.township.is_some() {
            return;
        }
        if let Some((place, at)) = self.title_place() {
            let title_township = place.township.clone();
            if let Some(name) = title_township {
                let found = self.in_title(at);
                self.compare_township(&name);
                return self.set_place("township", name, found);
            }
            if !place.is_empty() {
                // A county's or a city's report has no township.
                return;
            }
        }
        for given in self.headers(Field::IssuingBody) {
            if let Some(name) = place::read_body(&plain(&given.value, self.script)).and_then(|names| names.township) {
                let found = Found::outside(given.from, &given.value);
                return self.set_place("township", name, found);
            }
        }
        for n in self.of_kind(BlockKind::Signature) {
            let plain = self.plain_of(n);
            for body in issuer::of_signature(&plain.text) {
                if let Some(name) = place::read_body(&body).and_then(|names| names.township) {
                    let found = self.in_block(EvidenceSource::Signature, n, 0..plain.text.len());
                    return self.set_place("township", name, found);
                }
            }
        }
        let lead = self.lead();
        for (n, plain) in &lead {
            if let Some((name, at)) = township::of_lead(&plain.text) {
                let found = self.in_block(EvidenceSource::Lead, *n, at);
                return self.set_place("township", name, found);
            }
        }
        let stem = plain(&self.stem, self.script);
        if let Some((name, _)) =
            issuer::place_of_title(&stem).and_then(|(place, at)| Some((place::read(place)?.township?, at)))
        {
            let found = Found::outside(EvidenceSource::FileName, &self.stem);
            return self.set_place("township", name, found);
        }
        if let Some((n, name, at)) = self.body_township() {
            let found = self.in_block(EvidenceSource::Body, n, at);
            self.set_place("township", name, found);
        }
    }

    fn body_township(&self) -> Option<(usize, String, Range<usize>)> {
        let plains: Vec<Plain> = (0..self.blocks.len().min(400)).map(|n| self.plain_of(n)).collect();
        let texts: Vec<&str> = plains.iter().map(|plain| plain.text.as_str()).collect();
        township::of_body(&texts)
    }

    /// A header or a signature that names another township than the title.
    fn compare_township(&mut self, name: &str) {
        let mut others = Vec::new();
        for given in self.headers(Field::IssuingBody) {
            if let Some(other) = place::read_body(&plain(&given.value, self.script))
                .and_then(|names| names.township)
                .filter(|other| other != name)
            {
                others.push(format!("the header says {other}, the title {name}"));
            }
        }
        for n in self.of_kind(BlockKind::Signature) {
            for body in issuer::of_signature(&self.plain_of(n).text) {
                if let Some(other) = place::read_body(&body)
                    .and_then(|names| names.township)
                    .filter(|other| other != name)
                {
                    others.push(format!("the signature says {other}, the title {name}"));
                }
            }
        }
        others.dedup();
        self.description.warnings.extend(others);
    }

    /// County, city and province: title, header, salutation, signature, then the committee that leads, in the lead.
    fn upper_places(&mut self) {
        if let Some((names, at)) = self.title_place() {
            let found = |scribe: &Self| scribe.in_title(at.clone());
            self.take_uppers(&names, found);
        }
        // The title in the text may say more than that of the record.
        if let Some(n) = self.title_block.filter(|_| self.title_source == EvidenceSource::Column) {
            let text = self.plain_of(n).text;
            if let Some((names, at)) = place_in_title(&text)
                && names.township == self.description.metadata.township
            {
                self.take_uppers(&names, |scribe| scribe.in_block(EvidenceSource::Title, n, at.clone()));
            }
        }
        for given in self
            .column(Field::IssuingBody)
            .into_iter()
            .chain(self.headers(Field::IssuingBody))
        {
            if let Some(names) = place::read_body(&plain(&given.value, self.script)) {
                self.take_uppers(&names, |_| Found::outside(given.from, &given.value));
            }
        }
        for n in self.of_kind(BlockKind::Signature) {
            let plain = self.plain_of(n);
            for body in issuer::of_signature(&plain.text) {
                if let Some(names) = place::read_body(&body) {
                    self.take_uppers(&names, |scribe| {
                        scribe.in_block(EvidenceSource::Signature, n, 0..plain.text.len())
                    });
                }
            }
        }
        // Whom a township reports to is its county; whom a county reports to is not its place.
        let below =
            self.description.metadata.township.is_some() || self.description.metadata.level == Some(Level::Department);
        let own = !below && self.title_place().is_some_and(|(names, _)| !names.is_empty());
        for n in self.of_kind(BlockKind::Salutation) {
            let text = self.plain_of(n).text;
            for name in text.trim_end_matches([':', '!']).split([',', '、']) {
                let Some(mut names) = place::read_body(name) else {
                    continue;
                };
                // A county reports to its city, whatever the rank that the city's name leaves open.
                let city = names.unranked_city.take();
                if own {
                    names.county = None;
                    names.city = names
                        .city
                        .or(city.filter(|_| self.description.metadata.county.is_some()));
                }
                self.take_uppers(&names, |scribe| {
                    scribe.in_block(EvidenceSource::Salutation, n, 0..text.len())
                });
            }
        }
        if own {
            return;
        }
        self.places_of_lead();
        if below {
            self.places_of_site();
        }
        self.county_of_citations();
    }

    /// The places before the township's own name, and those of the committees that lead, in the lead.
    fn places_of_lead(&mut self) {
        if let Some(name) = self.description.metadata.township.clone() {
            for (n, plain) in self.lead() {
                if let Some((names, at)) = township::uppers_of_lead(&plain.text, &name) {
                    self.take_uppers(&names, |scribe| scribe.in_block(EvidenceSource::Lead, n, at.clone()));
                }
            }
        }
        for (n, plain) in self.lead() {
            let leaders = place::leaders(&plain.text);
            for (names, at) in leaders
                .iter()
                .rev()
                .filter(|(names, _)| names.county.is_some() || names.unranked_city.is_some())
                .take(1)
            {
                self.take_uppers(names, |scribe| scribe.in_block(EvidenceSource::Lead, n, at.clone()));
            }
            for (names, at) in leaders
                .iter()
                .filter(|(names, _)| names.city.is_some() && names.county.is_none())
            {
                self.take_uppers(names, |scribe| scribe.in_block(EvidenceSource::Lead, n, at.clone()));
            }
        }
    }

    /// A township's report stands on its county's site, or on its city's.
    fn places_of_site(&mut self) {
        let banners = (0..self.title_block.unwrap_or(0).min(8))
            .map(|n| self.plain_of(n).text)
            .filter(|text| text.ends_with("人民政府") && text.chars().count() <= 24)
            .map(|text| (EvidenceSource::Header, text));
        let sites = self.headers(Field::Site).into_iter();
        let sites: Vec<(EvidenceSource, String)> = sites
            .map(|given| (given.from, plain(&given.value, self.script)))
            .chain(banners)
            .collect();
        for (from, site) in sites {
            let Some(names) = place::read_body(&site) else { continue };
            let known = &self.description.metadata.county;
            if known.is_none() || names.county.is_none() || names.county == *known {
                self.take_uppers(&names, |_| Found::outside(from, &site));
            }
        }
    }

    /// A township carries out its own county's plans: the one county that the cited documents are of.
    fn county_of_citations(&mut self) {
        let known = &self.description.metadata;
        let of_township = known.township.is_some()
            || self
                .own_kind()
                .is_some_and(|(_, kind, _)| ["镇", "乡", "街道"].contains(&kind));
        if known.county.is_some() || !of_township {
            return;
        }
        let mut cited: Vec<(String, usize, Range<usize>)> = Vec::new();
        let citing = (0..self.blocks.len().min(400)).filter(|n| self.blocks[*n].text().contains('《'));
        for n in citing {
            let text = self.plain_of(n).text;
            cited.extend(place::cited_counties(&text).into_iter().map(|(name, at)| (name, n, at)));
        }
        let Some((name, n, at)) = cited.first().cloned() else {
            return;
        };
        if cited.iter().all(|(other, ..)| *other == name) {
            let found = self.in_block(EvidenceSource::Body, n, at);
            self.set_place("county", name, found);
        }
    }

    fn take_uppers(&mut self, names: &Names, found: impl Fn(&Self) -> Found) {
        let below = self.description.metadata.township.is_some();
        let ranked = names
            .unranked_city
            .as_ref()
            .and_then(|name| self.rank_city(name, below));
        let (mut county, mut city) = (names.county.clone(), names.city.clone());
        match ranked {
            Some(Level::County) => county = names.unranked_city.clone(),
            Some(Level::City) => city = names.unranked_city.clone(),
            _ => {}
        }
        for (field, name) in [("county", county), ("city", city), ("province", names.province.clone())] {
            if let Some(name) = name {
                let found = found(self);
                self.set_place(field, name, found);
            }
        }
    }

    /// Whether X市 that no table knows is a county's or a prefecture's: right above a township it is a county's; for its own report the text
    /// tells by what stands right below it.
    fn rank_city(&self, name: &str, above_township: bool) -> Option<Level> {
        let rank = gazetteer().rank(name);
        if rank == Some(Rank::Prefecture) {
            return Some(Level::City);
        }
        if rank == Some(Rank::County) || above_township {
            return Some(Level::County);
        }
        let text: String = (0..self.blocks.len())
            .take(200)
            .map(|n| self.plain_of(n).text)
            .collect();
        let counties = [
            "县(市、区)",
            "县(区)",
            "县区",
            "区县",
            "各县",
            "县市区",
            "市县",
            "各区",
            "区(县)",
            "市、县",
        ]
        .iter()
        .map(|word| text.matches(word).count())
        .sum::<usize>();
        let towns = [
            "各镇",
            "各乡镇",
            "乡镇",
            "镇街",
            "街镇",
            "各街道",
            "镇(街道)",
            "乡镇(街道)",
            "镇、街道",
        ]
        .iter()
        .map(|word| text.matches(word).count())
        .sum::<usize>();
        match (counties, towns) {
            (0, 1..) => Some(Level::County),
            (1.., 0) => Some(Level::City),
            (counties, towns) if counties > towns * 2 => Some(Level::City),
            (counties, towns) if towns > counties * 3 => Some(Level::County),
            _ => None,
        }
    }

    fn level(&mut self) {
        let metadata = &self.description.metadata;
        if let Some(name) = metadata.township.clone() {
            let same = self
                .evidence_of("township")
                .map(Found::like)
                .unwrap_or_else(|| Found::outside(EvidenceSource::Derived, &name));
            self.description.metadata.level = Some(Level::Township);
            return self.evidence("level", same);
        }
        if let Some((n, word, at)) = self.own_kind() {
            let level = match word {
                "镇" | "乡" | "街道" => Some(Level::Township),
                "县" | "区" => Some(Level::County),
                "省" => Some(Level::Province),
                "局" => Some(Level::Department),
                _ => None,
            };
            if let Some(level) = level.filter(|level| *level != Level::County || self.title_place().is_none()) {
                self.description.metadata.level = Some(level);
                let found = self.in_block(EvidenceSource::Lead, n, at);
                return self.evidence("level", found);
            }
        }
        let own = self.title_place().map(|(names, _)| names).or_else(|| {
            self.of_kind(BlockKind::Signature).into_iter().find_map(|n| {
                issuer::of_signature(&self.plain_of(n).text)
                    .iter()
                    .find_map(|body| place::read_body(body))
            })
        });
        let Some(own) = own else { return };
        let (level, field) = if own.county.is_some() {
            (Level::County, "county")
        } else if own.city.is_some() {
            (Level::City, "city")
        } else if let Some(name) = &own.unranked_city {
            match self.rank_city(name, false) {
                Some(Level::City) => (Level::City, "city"),
                Some(level) => (level, "county"),
                None => return,
            }
        } else if own.province.is_some() {
            (Level::Province, "province")
        } else {
            return;
        };
        let Some(found) = self.evidence_of(field).map(Found::like) else {
            return;
        };
        self.description.metadata.level = Some(level);
        self.evidence("level", found);
    }

    /// 我镇, 我县 … in the lead: what the body that reports calls itself.
    fn own_kind(&self) -> Option<(usize, &'static str, Range<usize>)> {
        for (n, plain) in self.lead() {
            for kind in ["镇", "乡", "街道", "县", "区", "局", "省"] {
                let word = format!("我{kind}");
                if let Some(at) = plain.text.find(&word) {
                    return Some((n, kind, at..at + word.len()));
                }
            }
        }
        None
    }

    fn title_place(&self) -> Option<(Names, Range<usize>)> {
        place_in_title(&self.title_plain)
    }

    fn set_place(&mut self, field: &str, name: String, found: Found) {
        let metadata = &mut self.description.metadata;
        let slot = match field {
            "township" => &mut metadata.township,
            "county" => &mut metadata.county,
            "city" => &mut metadata.city,
            _ => &mut metadata.province,
        };
        if slot.is_none() && !name.is_empty() {
            *slot = Some(name);
            self.evidence(field, found);
        }
    }

    /// Title, then signature, then header; but a body of the township's own in the header wins over a joint signature.
    fn issuer(&mut self) {
        if let Some(given) = self
            .column(Field::IssuingBody)
            .filter(|given| !self.is_of_another(&given.value))
        {
            let found = Found::outside(given.from, &given.value);
            return self.set_issuer(self.script.simplify(&joined(&given.value)), found);
        }
        if self.title_plain.contains("国务院政府工作报告") {
            let at = self
                .title_plain
                .find("国务院")
                .map_or(0..0, |at| at..at + "国务院".len());
            let found = self.in_title(at);
            return self.set_issuer("国务院".to_owned(), found);
        }
        if let Some((body, at)) = issuer::of_title(&self.title_plain).filter(|_| !self.is_resolution()) {
            let found = self.in_title(at);
            return self.set_issuer(body, found);
        }
        let signed = self.signed();
        let header = self.header_body();
        if let Some((bodies, n, _)) = &signed {
            let joint = bodies.len() > 1;
            if !(joint && header.is_some()) {
                let plain = self.plain_of(*n);
                let found = self.in_block(EvidenceSource::Signature, *n, 0..plain.text.len());
                return self.set_issuer(bodies.join("、"), found);
            }
        }
        if let Some((body, found)) = header {
            return self.set_issuer(body, found);
        }
        self.implied_issuer();
    }

    fn signed(&self) -> Option<(Vec<String>, usize, usize)> {
        let lines = self.of_kind(BlockKind::Signature);
        let mut bodies: Vec<String> = Vec::new();
        let mut first = None;
        for n in &lines {
            let named = issuer::of_signature(&self.plain_of(*n).text);
            if !named.is_empty() {
                first.get_or_insert(*n);
                bodies.extend(named);
            }
        }
        bodies.dedup();
        Some((bodies, first?, lines.len()))
    }

    /// Whether a body is of a place other than the township that reports: the county whose site the page stands on.
    fn is_of_another(&self, body: &str) -> bool {
        let Some(township) = &self.description.metadata.township else {
            return false;
        };
        place::read_body(&plain(body, self.script)).is_some_and(|names| names.township.as_ref() != Some(township))
    }

    /// The body that the header names, when it is the reporting township's, county's or department's own.
    fn header_body(&self) -> Option<(String, Found)> {
        let metadata = &self.description.metadata;
        self.headers(Field::IssuingBody).into_iter().find_map(|given| {
            let value = plain(&given.value, self.script);
            if !titles::titles().body_end.is_match(&value) {
                return None;
            }
            let names = place::read_body(&value).unwrap_or_default();
            let own = match (&metadata.township, metadata.level) {
                (Some(township), _) => names.township.as_ref() == Some(township),
                (None, Some(Level::Department)) => titles::titles().department_end.is_match(&value),
                (None, level) => {
                    value.ends_with("人民政府")
                        && match level {
                            Some(Level::County) => names.county.is_none() || names.county == metadata.county,
                            Some(Level::City) => names.city.is_none() || names.city == metadata.city,
                            _ => true,
                        }
                }
            };
            own.then(|| (value.clone(), Found::outside(given.from, &given.value)))
        })
    }

    fn implied_issuer(&mut self) {
        let Some((body, field)) = derive::body_of(&self.description.metadata) else {
            return;
        };
        if let Some(found) = self.evidence_of(field).map(Found::like) {
            self.set_issuer(body, Found { implied: true, ..found });
        }
    }

    fn set_issuer(&mut self, body: String, found: Found) {
        self.description.metadata.issuing_body = Some(body);
        self.evidence("issuing_body", found);
    }

    /// 文号, 索引号 and web address.
    fn numbers(&mut self) {
        let number = self.given.iter().find(|given| {
            self.field(given) == Some(Field::DocNumber) && (is_doc_number(&given.value) || given.value.contains('号'))
        });
        if let Some(given) = number {
            let found = Found::outside(given.from, &given.value);
            self.description.metadata.doc_number = Some(self.script.simplify(&joined(&given.value)));
            self.evidence("doc_number", found);
        } else if let Some(n) = self.bare_number() {
            let plain = self.plain_of(n);
            let text = self.script.simplify(&joined(self.blocks[n].text()));
            let found = self.in_block(EvidenceSource::Header, n, 0..plain.text.len());
            self.description.metadata.doc_number = Some(text);
            self.evidence("doc_number", found);
        }
        let index = self.given.iter().find(|given| {
            self.field(given) == Some(Field::IndexNumber)
                && given.value.chars().filter(char::is_ascii_alphanumeric).count() >= 4
        });
        if let Some(given) = index {
            let found = Found::outside(given.from, &given.value);
            self.description.metadata.index_number = Some(joined(&given.value));
            self.evidence("index_number", found);
        }
        if let Some(given) = self.given.iter().find(|given| self.field(given) == Some(Field::Url)) {
            let found = Found::outside(given.from, &given.value);
            self.description.metadata.url = Some(given.value.trim().to_owned());
            self.evidence("url", found);
        }
    }

    /// A document number on a line of its own, above the text and beside the title.
    fn bare_number(&self) -> Option<usize> {
        let end = self
            .blocks
            .iter()
            .position(|block| block.head.is_some() || block.text().chars().count() > 60)
            .unwrap_or(self.blocks.len());
        (0..end.min(8)).find(|n| is_doc_number(self.blocks[*n].text()))
    }

    fn published(&mut self) {
        for field in [Field::Published, Field::Date, Field::Issued] {
            for given in self.given.iter().filter(|given| self.field(given) == Some(field)) {
                let Some((day, _)) = date::find(&given.value) else {
                    continue;
                };
                if day.year() < 1990 || given.value.contains("星期") {
                    continue;
                }
                let found = Found::outside(given.from, &given.value);
                self.description.metadata.published = Some(day.to_string());
                self.evidence("published", found);
                self.check_day();
                return;
            }
        }
        for n in self.of_kind(BlockKind::Signature).into_iter().rev() {
            let plain = self.plain_of(n);
            if let Some((day, at)) = date::find(&plain.text) {
                let found = self.in_block(EvidenceSource::Signature, n, at);
                self.description.metadata.published = Some(day.to_string());
                self.evidence("published", found);
                self.check_day();
                return;
            }
        }
    }

    fn check_day(&mut self) {
        let warning = derive::day_warning(&self.description.metadata);
        self.description.warnings.extend(warning);
    }

    /// A report without a title gets one of its place, year and kind.
    fn derived_title(&mut self) {
        if self.description.metadata.title.is_some() {
            return;
        }
        if let Some(title) = derive::title_of(&self.description.metadata) {
            let found = Found::outside(EvidenceSource::Derived, &title);
            self.description.metadata.title = Some(title);
            self.evidence("title", found);
        }
    }

    fn finish(mut self) -> Description {
        derive::sort(&mut self.description.evidence);
        self.description
    }

    /// The paragraphs between the title and the first heading, in plain form; the first paragraph when there are none.
    fn lead(&self) -> Vec<(usize, Plain)> {
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

    fn plain_of(&self, n: usize) -> Plain {
        Plain::of(self.blocks[n].text(), self.script, READ)
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

    fn in_title(&self, bytes: Range<usize>) -> Found {
        match self.title_block.filter(|_| self.title_source == EvidenceSource::Title) {
            Some(n) => self.in_block(EvidenceSource::Title, n, bytes),
            None => {
                let quote = self.title_plain.get(bytes).unwrap_or(&self.title_plain);
                let from = if self.title_source == EvidenceSource::Column {
                    EvidenceSource::Title
                } else {
                    self.title_source
                };
                Found::outside(from, quote)
            }
        }
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

/// The places that a title names, and where they stand in it, in bytes.
fn place_in_title(title: &str) -> Option<(Names, Range<usize>)> {
    if title.is_empty() {
        return None;
    }
    if let Some((body, at)) = issuer::of_title(title) {
        let named = body.rsplit('、').find_map(place::read_body);
        if let Some(names) = named {
            return Some((names, at));
        }
    }
    let (place, at) = issuer::place_of_title(title)?;
    place::read(place)
        .or_else(|| place::read_body(place))
        .or_else(|| place::read_start(place))
        .map(|names| (names, at))
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
