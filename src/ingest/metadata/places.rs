//! Township, county, city and province of a report, each from the most trusted place that names it.

use std::ops::Range;
use std::rc::Rc;

use super::place::{self, Names};
use super::{Found, Scribe, issuer, joined, title, township};
use crate::ingest::blocks::BlockKind;
use crate::report::{EvidenceSource, Level, ReportKind};
use crate::schema::boilerplate::Field;
use crate::text::plain::{Plain, plain};

impl Scribe<'_> {
    /// Township, county, city, province and level.
    pub(super) fn places(&mut self) {
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

    pub(super) fn township(&mut self) {
        if self.description.metadata.township.is_some() {
            return;
        }
        if let Some((place, at)) = self.title_place() {
            let title_township = place.township.clone();
            if let Some(name) = title_township {
                let found = self.in_title(at);
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
        if self.description.metadata.kind == ReportKind::Other {
            // A list or an interpretation opens with whatever place.
            return;
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

    pub(super) fn body_township(&self) -> Option<(usize, String, Range<usize>)> {
        let plains: Vec<Rc<Plain>> = (0..self.blocks.len().min(400)).map(|n| self.plain_of(n)).collect();
        let texts: Vec<&str> = plains.iter().map(|plain| plain.text.as_str()).collect();
        township::of_body(&texts)
    }

    /// County, city and province: title, header, salutation, signature, then the committee that leads, in the lead.
    pub(super) fn upper_places(&mut self) {
        if let Some((names, at)) = self.title_place() {
            let found = |scribe: &Self| scribe.in_title(at.clone());
            self.take_uppers(&names, found);
        }
        // The title in the text may say more than that of the record.
        if let Some(n) = self.title_block.filter(|_| self.title_source == EvidenceSource::Column) {
            let plain = self.plain_of(n);
            let text = &plain.text;
            if let Some((names, at)) = title::place_in_title(text)
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
            let plain = self.plain_of(n);
            let text = &plain.text;
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
                } else {
                    names.unranked_city = city;
                }
                self.take_uppers(&names, |scribe| {
                    scribe.in_block(EvidenceSource::Salutation, n, 0..text.len())
                });
            }
        }
        if own {
            return self.city_of_lead();
        }
        self.places_of_lead();
        if below {
            self.places_of_site();
        }
        self.county_of_citations();
    }

    /// The places before the township's own name, and those of the committees that lead, in the lead.
    pub(super) fn places_of_lead(&mut self) {
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

    /// The city whose committee leads a county: 在吉安市委、市政府的坚强领导下.
    fn city_of_lead(&mut self) {
        let metadata = &self.description.metadata;
        if metadata.county.is_none() || metadata.city.is_some() {
            return;
        }
        for (n, plain) in self.lead() {
            for (names, at) in place::leaders(&plain.text) {
                if let Some(city) = names.city.filter(|_| names.county.is_none()) {
                    let found = self.in_block(EvidenceSource::Lead, n, at);
                    return self.set_place("city", city, found);
                }
            }
        }
    }

    /// A township's report stands on its county's site, or on its city's.
    pub(super) fn places_of_site(&mut self) {
        let banners = (0..self.title_block.unwrap_or(0).min(8))
            .map(|n| self.plain_of(n).text.clone())
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
    pub(super) fn county_of_citations(&mut self) {
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
            let plain = self.plain_of(n);
            let text = &plain.text;
            cited.extend(place::cited_counties(text).into_iter().map(|(name, at)| (name, n, at)));
        }
        let Some((name, n, at)) = cited.first().cloned() else {
            return;
        };
        if cited.iter().all(|(other, ..)| *other == name) {
            let found = self.in_block(EvidenceSource::Body, n, at);
            self.set_place("county", name, found);
        }
    }

    pub(super) fn take_uppers(&mut self, names: &Names, found: impl Fn(&Self) -> Found) {
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
        // A development zone is led as a county is, but is none.
        let county = county.filter(|name| !is_zone(name));
        for (field, name) in [("county", county), ("city", city), ("province", names.province.clone())] {
            if let Some(name) = name {
                let found = found(self);
                self.set_place(field, name, found);
            }
        }
    }

    pub(super) fn set_place(&mut self, field: &str, name: String, found: Found) {
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
}

/// Whether a name is that of a development zone, which ends as a district's does.
pub(super) fn is_zone(name: &str) -> bool {
    ["开发区", "产业园区", "高新区", "经开区", "度假区", "示范区", "保税区"]
        .iter()
        .any(|suffix| name.ends_with(suffix))
}
