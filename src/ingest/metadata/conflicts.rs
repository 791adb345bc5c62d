//! Says where two places of a report contradict each other.

use super::{Scribe, issuer, place, year};
use crate::ingest::blocks::BlockKind;
use crate::report::ReportKind;
use crate::schema::boilerplate::Field;
use crate::text::plain::plain;

impl Scribe<'_> {
    /// Says where first-level headings and the lead name another year than the title.
    pub(super) fn compare_years(&mut self, year: u16) {
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

    /// A header or a signature that names another township than the title.
    pub(super) fn compare_township(&mut self, name: &str) {
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

    pub(super) fn check_day(&mut self, day: jiff::civil::Date) {
        if let Some(year) = self
            .description
            .metadata
            .year
            .filter(|year| day.year() < *year as i16 && self.description.metadata.kind == ReportKind::RuleOfLaw)
        {
            self.description
                .warnings
                .push(format!("dated {day}, before the year it reports on, {year}"));
        }
    }
}
