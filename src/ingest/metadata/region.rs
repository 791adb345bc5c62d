//! Completes and checks the places of a report with the gazetteer.
//!
//! The county that the text names leads to its city and its province, where only one can be meant. A county is never concluded
//! from a township: townships of one name are everywhere.

use super::{Found, Scribe};
use crate::ingest::blocks::BlockKind;
use crate::report::EvidenceSource;
use crate::schema::gazetteer::{Path, Stated, Verdict, gazetteer, short_name};
use crate::text::plain::plain;

/// How many places a warning lists.
const LISTED: usize = 4;

impl Scribe<'_> {
    /// Fills city and province of a county, and says where what is stated cannot be, or does not tell which is meant.
    pub(super) fn consult_gazetteer(&mut self) {
        let metadata = self.description.metadata.clone();
        let stated = Stated::of(&metadata);
        let name = metadata.county.as_deref().or(metadata.city.as_deref());
        let warning = match (gazetteer().resolve(&stated), name) {
            (Verdict::One(path), _) => {
                self.fill(&path);
                self.county_of_township(&stated, &path)
            }
            (Verdict::Several(paths), Some(name)) => match self.only_named(&paths) {
                Some(path) => {
                    self.fill(&path);
                    None
                }
                None => Some(format!("{name} may be in {}", alternatives(&paths))),
            },
            (Verdict::Elsewhere(paths), Some(name)) => {
                let above = match metadata.county.is_some() {
                    true => [metadata.province.as_deref(), metadata.city.as_deref()],
                    false => [metadata.province.as_deref(), None],
                };
                let above: String = above.into_iter().flatten().collect();
                Some(format!("{name} is in {}, not in {above}", alternatives(&paths)))
            }
            _ => None,
        };
        self.description.warnings.extend(warning);
    }

    /// Sets city and province by the county, province by the city, where nothing is stated.
    fn fill(&mut self, path: &Path) {
        for (field, name) in [("city", path.city), ("province", Some(path.province))] {
            let evidence = self.evidence_of("county").or_else(|| self.evidence_of("city"));
            if let (Some(name), Some(evidence)) = (name, evidence) {
                let mut found = Found::like(evidence);
                found.from = EvidenceSource::Gazetteer;
                found.implied = true;
                self.set_place(field, name.to_owned(), found);
            }
        }
    }

    /// A hint at the county of a township, when only its city is named: no more than a hint, for what the text does not name.
    fn county_of_township(&self, stated: &Stated, path: &Path) -> Option<String> {
        let township = stated.township.filter(|_| stated.county.is_none())?;
        let city = path.city.filter(|city| !gazetteer().has_no_counties(city))?;
        let counties = gazetteer().counties_with(township, stated);
        match counties[..] {
            [
                Path {
                    county: Some(county), ..
                },
            ] => Some(format!(
                "the report names no county; {township} of {city} is in {county} by the gazetteer"
            )),
            _ => None,
        }
    }

    /// The one of the places whose province or city is named where a report speaks of its own.
    fn only_named(&self, paths: &[Path]) -> Option<Path> {
        let text = self.trusted_text();
        let is_named = |path: &&Path| {
            let city = path.city.is_some_and(|city| text.contains(city));
            city || text.contains(short_name(path.province))
        };
        let mut named = paths.iter().filter(is_named);
        named.next().filter(|_| named.next().is_none()).copied()
    }

    /// Title, what stands outside the text, salutation, signature, lead and the titles of cited documents: a province's rules bind its
    /// own.
    fn trusted_text(&self) -> String {
        let mut text = self.title_plain.clone();
        for given in self.given {
            text.push('\n');
            text.push_str(&plain(&given.value, self.script));
        }
        text.push('\n');
        text.push_str(&plain(&self.stem, self.script));
        for kind in [BlockKind::Salutation, BlockKind::Signature] {
            for n in self.of_kind(kind) {
                text.push('\n');
                text.push_str(&self.plain_of(n).text);
            }
        }
        for (_, lead) in self.lead() {
            text.push('\n');
            text.push_str(&lead.text);
        }
        let citing = (0..self.blocks.len().min(400)).filter(|n| self.blocks[*n].text().contains('《'));
        for n in citing {
            let block = &self.plain_of(n).text;
            for title in block.split('《').skip(1).filter_map(|rest| rest.split('》').next()) {
                text.push('\n');
                text.push_str(title);
            }
        }
        text
    }
}

/// `广西壮族自治区/柳州市 or 青海省/西宁市`: what the county or city stands in.
fn alternatives(paths: &[Path]) -> String {
    let above = paths.iter().map(|path| match (path.county, path.city) {
        (Some(_), _) => Path { county: None, ..*path }.to_string(),
        (None, _) => path.province.to_owned(),
    });
    let mut above: Vec<String> = above.collect();
    let more = above.len().saturating_sub(LISTED);
    above.truncate(LISTED);
    let listed = above.join(" or ");
    match more {
        0 => listed,
        more => format!("{listed} or {more} more places"),
    }
}
