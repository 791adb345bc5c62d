//! Says where two places of a report contradict each other, with the words of both. What is contradicted is trusted less.

use std::ops::Range;

use jiff::civil::Date;

use super::{Scribe, issuer, place, township, year};
use crate::ingest::blocks::BlockKind;
use crate::report::{EvidenceSource, Level, ReportKind};
use crate::schema::boilerplate::Field;
use crate::schema::titles::titles;
use crate::text::date;
use crate::text::plain::plain;

impl Scribe<'_> {
    /// Compares what is known with every other place that speaks of it.
    pub(super) fn conflicts(&mut self) {
        if self.description.metadata.kind == ReportKind::RuleOfLaw {
            self.compare_years();
        }
        self.compare_townships();
        self.compare_publisher();
        self.compare_days();
        self.compare_number();
    }

    fn contradict(&mut self, field: &'static str, warning: String) {
        self.contradicted.push(field);
        if !self.description.warnings.contains(&warning) {
            self.description.warnings.push(warning);
        }
    }

    /// The place that a field was read from and its words: the title (“古镛镇2024年…”).
    fn source_of(&self, field: &str) -> Option<(EvidenceSource, String)> {
        let evidence = self.evidence_of(field)?;
        let words = match evidence.from {
            EvidenceSource::Title => &self.title_plain,
            _ => &evidence.quote,
        };
        Some((
            evidence.from,
            format!("the {} (“{}”)", evidence.from.name(), shorten(words)),
        ))
    }

    /// The year of first-level headings, lead and file name against the one that is known.
    fn compare_years(&mut self) {
        let Some(known) = self.description.metadata.year else {
            return;
        };
        let Some((from, source)) = self.source_of("year") else {
            return;
        };
        let mut others: Vec<(&str, String, u16)> = Vec::new();
        if let Some((n, found)) = self.heading_year() {
            others.push(("heading", self.plain_of(n).text.clone(), found.year));
        }
        if from != EvidenceSource::Lead {
            let lead = self.lead();
            let found = lead
                .iter()
                .find_map(|(_, plain)| Some((plain, year::of_lead(&plain.text)?)));
            if let Some((plain, found)) = found {
                others.push(("lead", around(&plain.text, found.at.clone()), found.year));
            }
        }
        if from != EvidenceSource::Title && !self.title_plain.is_empty() {
            others
                .extend(year::of_title(&self.title_plain).map(|found| ("title", self.title_plain.clone(), found.year)));
        }
        if from != EvidenceSource::FileName {
            let stem = plain(&self.stem, self.script);
            let named = year::of_title(&stem).filter(|_| stem.contains('年'));
            others.extend(named.map(|found| ("file name", stem.clone(), found.year)));
        }
        for (place, words, year) in others.into_iter().filter(|(_, _, year)| *year != known) {
            let words = shorten(&words);
            self.contradict("year", format!("the {place} (“{words}”) says {year}, {source} {known}"));
        }
    }

    /// Header, signature, lead and file name that name another township.
    fn compare_townships(&mut self) {
        let Some(known) = self.description.metadata.township.clone() else {
            return;
        };
        let Some((_, source)) = self.source_of("township") else {
            return;
        };
        let mut others: Vec<(&str, String, String)> = Vec::new();
        for given in self.headers(Field::IssuingBody) {
            let name = place::read_body(&plain(&given.value, self.script)).and_then(|names| names.township);
            others.extend(name.map(|name| ("header", given.value.clone(), name)));
        }
        for n in self.of_kind(BlockKind::Signature) {
            for body in issuer::of_signature(&self.plain_of(n).text) {
                let name = place::read_body(&body).and_then(|names| names.township);
                others.extend(name.map(|name| ("signature", body.clone(), name)));
            }
        }
        let lead = self.lead();
        // A lead that names the township is its own, whoever else stands in it.
        if !lead.iter().any(|(_, plain)| plain.text.contains(stem_of(&known))) {
            for (_, plain) in &lead {
                let found = township::of_lead(&plain.text);
                others.extend(found.map(|(name, at)| ("lead", around(&plain.text, at), name)));
            }
        }
        let stem = plain(&self.stem, self.script);
        let named = issuer::place_of_title(&stem)
            .and_then(|(name, _)| place::read(name))
            .and_then(|names| names.township);
        others.extend(named.map(|name| ("file name", stem.clone(), name)));
        for (place, words, name) in others.into_iter().filter(|(_, _, name)| *name != known) {
            let words = shorten(&words);
            self.contradict(
                "township",
                format!("the {place} (“{words}”) says {name}, {source} {known}"),
            );
        }
    }

    /// A header that names another body as publisher than the one whose report it is: the county's office, a portal, a department.
    fn compare_publisher(&mut self) {
        let metadata = &self.description.metadata;
        let Some(body) = metadata.issuing_body.clone() else {
            return;
        };
        let own: Vec<String> = [&metadata.township, &metadata.county, &metadata.city]
            .into_iter()
            .flatten()
            .cloned()
            .collect();
        let lowest = own.first().cloned();
        for given in self.headers(Field::IssuingBody) {
            let value = plain(&given.value, self.script);
            let same = body.contains(value.as_str())
                || value.contains(body.as_str())
                || lowest.as_ref().is_some_and(|name| {
                    value.ends_with(name.as_str())
                        || (value.contains(name.as_str()) && self.description.metadata.level != Some(Level::Department))
                });
            if !same && titles().body_end.is_match(&value) {
                let warning = format!("published by {value}, which is not the issuing body, {body}");
                self.description.warnings.push(warning);
            }
        }
    }

    /// Days that cannot be: published before the year it reports on, or before it was signed.
    fn compare_days(&mut self) {
        let metadata = &self.description.metadata;
        let Some(published) = metadata.published.as_ref().and_then(|day| day.parse::<Date>().ok()) else {
            return;
        };
        let is_report = metadata.kind == ReportKind::RuleOfLaw;
        if let Some(year) = metadata
            .year
            .filter(|year| is_report && published.year() < *year as i16)
        {
            let warning = format!("dated {published}, before the year it reports on, {year}");
            self.contradict("published", warning);
        }
        let signed = self
            .of_kind(BlockKind::Signature)
            .into_iter()
            .find_map(|n| Some(date::find(&self.plain_of(n).text)?.0));
        if let Some(signed) = signed.filter(|signed| *signed > published) {
            let warning = format!("signed {signed}, after the day it was published, {published}");
            self.contradict("published", warning);
        }
    }

    /// A document number of a year that is neither the reported one nor the next.
    fn compare_number(&mut self) {
        let metadata = &self.description.metadata;
        let (Some(number), Some(year)) = (metadata.doc_number.clone(), metadata.year) else {
            return;
        };
        let of_number = number
            .split(|c: char| !c.is_ascii_digit())
            .find(|part| part.len() == 4)
            .and_then(|part| part.parse::<u16>().ok());
        let is_report = metadata.kind == ReportKind::RuleOfLaw;
        if let Some(other) = of_number.filter(|other| is_report && !(year..=year + 2).contains(other)) {
            self.contradict(
                "doc_number",
                format!("numbered {number} in {other}, for the year {year}"),
            );
        }
    }
}

/// A township's name without its suffix: a lead may say 白鹭 for 白鹭镇.
fn stem_of(name: &str) -> &str {
    ["街道", "镇", "乡"]
        .iter()
        .find_map(|suffix| name.strip_suffix(suffix))
        .unwrap_or(name)
}

/// The words around a place in a text, in bytes.
fn around(text: &str, at: Range<usize>) -> String {
    let start = text[..at.start]
        .char_indices()
        .rev()
        .nth(5)
        .map_or(0, |(start, _)| start);
    text[start..].chars().take(at.len() + 14).collect()
}

/// A quote short enough for a warning.
fn shorten(text: &str) -> String {
    let short: String = text.chars().take(20).collect();
    if short.len() < text.len() {
        format!("{short}…")
    } else {
        short
    }
}
