//! Puts what people say of a report into its description, and lets follow what was only derived.

use crate::ingest::metadata::{Description, derive};
use crate::ingest::sidecar::Value;
use crate::report::{Confidence, Evidence, EvidenceSource, Level, Metadata};

/// What is said of a field.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    pub field: String,
    /// As it was written.
    pub quote: String,
    pub value: Value,
}

impl Statement {
    /// Reads what was written of a field.
    ///
    /// # Errors
    /// What the field can be, when it cannot be that.
    pub fn read(field: &str, quote: &str) -> Result<Statement, String> {
        Ok(Statement {
            field: field.to_owned(),
            quote: quote.to_owned(),
            value: Value::read(field, quote)?,
        })
    }
}

/// Fields that may be derived from others, and so are stated after them.
const DERIVED: [&str; 3] = ["title", "level", "issuing_body"];

/// Makes the description say what is stated. What it says already stays as it was, with its evidence; what was read from the text
/// and is contradicted is told in a warning; what was derived or implied follows what is stated.
pub fn apply(description: &mut Description, from: EvidenceSource, statements: &[Statement]) {
    let mut scribe = Scribe {
        before: description.metadata.clone(),
        description,
        from,
    };
    let early = derive::day_warning(&scribe.before);
    let of = |field: &str| statements.iter().find(|statement| statement.field == field);
    let plain = Metadata::FIELDS.into_iter().filter(|field| !DERIVED.contains(field));
    for statement in plain.filter_map(of) {
        scribe.take(statement);
    }
    let follows = scribe.before != scribe.description.metadata;
    if follows {
        scribe.level_follows();
    }
    of("level").into_iter().for_each(|level| scribe.take(level));
    if follows || scribe.before.level != scribe.description.metadata.level {
        scribe.body_follows();
        scribe.title_follows();
    }
    for statement in ["issuing_body", "title"].into_iter().filter_map(of) {
        scribe.take(statement);
    }
    let late = derive::day_warning(&description.metadata);
    if early != late {
        description.warnings.retain(|warning| Some(warning) != early.as_ref());
        description.warnings.extend(late);
    }
    derive::sort(&mut description.evidence);
}

struct Scribe<'a> {
    /// What was known before.
    before: Metadata,
    description: &'a mut Description,
    from: EvidenceSource,
}

impl Scribe<'_> {
    fn take(&mut self, statement: &Statement) {
        let (field, value) = (statement.field.as_str(), &statement.value);
        // An exported sheet repeats everything: a title that was derived must not keep the one that follows from a correction away.
        if value.is_in(&self.before, field) || value.is_in(&self.description.metadata, field) {
            return;
        }
        if let (Some(known), Some(evidence)) = (self.description.metadata.value_of(field), self.evidence_of(field))
            && !evidence.implied
            && evidence.from != EvidenceSource::Derived
        {
            let (from, than) = (self.from.name(), evidence.from.name());
            let warning = format!("the {from} says {}, the {than} {known}", value.shown());
            self.description.warnings.push(warning);
        }
        value.clone().put(&mut self.description.metadata, field);
        self.note(field, self.from, statement.quote.clone(), false);
    }

    /// A report with a township is the township's, unless a department or the state reports.
    fn level_follows(&mut self) {
        let metadata = &mut self.description.metadata;
        let is_above = matches!(
            metadata.level,
            None | Some(Level::County | Level::City | Level::Province)
        );
        if metadata.township != self.before.township && metadata.township.is_some() && is_above {
            metadata.level = Some(Level::Township);
            self.imply("level", "township");
        }
    }

    fn body_follows(&mut self) {
        let metadata = &mut self.description.metadata;
        if metadata.issuing_body.is_some() && !self.evidence_of("issuing_body").is_some_and(|known| known.implied) {
            return;
        }
        match derive::body_of(&self.description.metadata) {
            Some((body, place)) => {
                self.description.metadata.issuing_body = Some(body);
                self.imply("issuing_body", place);
            }
            None => self.forget("issuing_body"),
        }
    }

    fn title_follows(&mut self) {
        let is_derived = |known: &Evidence| known.from == EvidenceSource::Derived;
        if self.description.metadata.title.is_some() && !self.evidence_of("title").is_some_and(is_derived) {
            return;
        }
        match derive::title_of(&self.description.metadata) {
            Some(title) => {
                self.description.metadata.title = Some(title.clone());
                self.note("title", EvidenceSource::Derived, title, false);
            }
            None => self.forget("title"),
        }
    }

    fn evidence_of(&self, field: &str) -> Option<&Evidence> {
        self.description
            .evidence
            .iter()
            .find(|evidence| evidence.field == field)
    }

    /// Gives a field the evidence of another, which implies it.
    fn imply(&mut self, field: &str, by: &str) {
        let Some(by) = self.evidence_of(by).cloned() else {
            return;
        };
        let evidence = Evidence {
            field: field.to_owned(),
            implied: true,
            confidence: Confidence::of(by.from.name(), true, false),
            ..by
        };
        self.replace(evidence);
    }

    fn note(&mut self, field: &str, from: EvidenceSource, quote: String, implied: bool) {
        self.replace(Evidence {
            field: field.to_owned(),
            from,
            quote,
            chars: None,
            implied,
            confidence: Confidence::of(from.name(), implied, false),
        });
    }

    fn replace(&mut self, evidence: Evidence) {
        self.description.evidence.retain(|known| known.field != evidence.field);
        self.description.evidence.push(evidence);
    }

    fn forget(&mut self, field: &str) {
        // That it is unknown may have been stated before.
        if self.description.metadata.value_of(field).is_some() {
            Value::Unknown.put(&mut self.description.metadata, field);
            self.description.evidence.retain(|known| known.field != field);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::ReportKind;

    fn evidence(field: &str, from: EvidenceSource, implied: bool) -> Evidence {
        Evidence {
            field: field.to_owned(),
            from,
            quote: "某".to_owned(),
            chars: Some(0..1),
            implied,
            confidence: Confidence::of(from.name(), implied, false),
        }
    }

    /// A township's report that has a derived title and an implied body.
    fn derived() -> Description {
        Description {
            metadata: Metadata {
                kind: ReportKind::RuleOfLaw,
                title: Some("白鹭镇2024年法治政府建设年度报告".to_owned()),
                year: Some(2024),
                township: Some("白鹭镇".to_owned()),
                level: Some(Level::Township),
                issuing_body: Some("白鹭镇人民政府".to_owned()),
                published: Some("2025-01-05".to_owned()),
                ..Metadata::default()
            },
            evidence: vec![
                evidence("kind", EvidenceSource::Lead, false),
                evidence("title", EvidenceSource::Derived, false),
                evidence("year", EvidenceSource::Lead, false),
                evidence("issuing_body", EvidenceSource::Lead, true),
                evidence("township", EvidenceSource::Lead, false),
                evidence("level", EvidenceSource::Lead, false),
                evidence("published", EvidenceSource::Signature, false),
            ],
            warnings: Vec::new(),
        }
    }

    fn corrected(mut description: Description, cells: &[(&str, &str)]) -> Description {
        let read = |(field, cell): &(&str, &str)| Statement::read(field, cell).unwrap();
        let statements: Vec<Statement> = cells.iter().map(read).collect();
        apply(&mut description, EvidenceSource::Sidecar, &statements);
        description
    }

    fn from(description: &Description, field: &str) -> Option<(EvidenceSource, bool)> {
        let found = description.evidence.iter().find(|evidence| evidence.field == field)?;
        Some((found.from, found.implied))
    }

    #[test]
    fn what_is_derived_follows_what_is_corrected() {
        let corrected = corrected(derived(), &[("township", "黑石街道"), ("year", "2023")]);
        let m = &corrected.metadata;
        assert_eq!(m.title.as_deref(), Some("黑石街道2023年法治政府建设年度报告"));
        assert_eq!(m.issuing_body.as_deref(), Some("黑石街道办事处"));
        assert_eq!(from(&corrected, "title"), Some((EvidenceSource::Derived, false)));
        assert_eq!(from(&corrected, "issuing_body"), Some((EvidenceSource::Sidecar, true)));
        assert_eq!(
            corrected.warnings,
            [
                "the sidecar says 2023, the lead 2024",
                "the sidecar says 黑石街道, the lead 白鹭镇"
            ]
        );
    }

    #[test]
    fn repeating_what_was_read_changes_nothing() {
        let before = derived();
        let cells: Vec<(&str, String)> = Metadata::FIELDS
            .iter()
            .filter_map(|field| Some((*field, before.metadata.value_of(field)?)))
            .collect();
        let cells: Vec<(&str, &str)> = cells.iter().map(|(field, cell)| (*field, cell.as_str())).collect();
        assert_eq!(corrected(derived(), &cells), before);
        // With one cell corrected, the copy of the derived title does not hold it back.
        let mut cells = cells;
        cells
            .iter_mut()
            .filter(|(field, _)| *field == "year")
            .for_each(|cell| cell.1 = "2022");
        let corrected = corrected(derived(), &cells);
        assert_eq!(
            corrected.metadata.title.as_deref(),
            Some("白鹭镇2022年法治政府建设年度报告")
        );
        assert_eq!(corrected.warnings, ["the sidecar says 2022, the lead 2024"]);
    }

    #[test]
    fn a_title_that_is_stated_is_no_longer_derived() {
        let corrected = corrected(
            derived(),
            &[("title", "关于2024年工作的报告"), ("issuing_body", "白鹭镇党委")],
        );
        assert_eq!(from(&corrected, "title"), Some((EvidenceSource::Sidecar, false)));
        assert_eq!(corrected.metadata.issuing_body.as_deref(), Some("白鹭镇党委"));
        assert_eq!(corrected.warnings, [""; 0]);
    }

    #[test]
    fn unknown_is_stated_too() {
        let corrected = corrected(derived(), &[("township", "-"), ("published", "-")]);
        let m = &corrected.metadata;
        assert_eq!(
            (&m.township, &m.published, &m.title, &m.issuing_body),
            (&None, &None, &None, &None)
        );
        assert_eq!(from(&corrected, "township"), Some((EvidenceSource::Sidecar, false)));
        assert_eq!(corrected.warnings[0], "the sidecar says unknown, the lead 白鹭镇");
    }

    #[test]
    fn a_township_makes_a_townships_report() {
        let corrected = corrected(
            Description::default(),
            &[
                ("kind", "法治政府建设年度报告"),
                ("township", "白鹭镇"),
                ("year", "2024"),
            ],
        );
        let m = &corrected.metadata;
        assert_eq!(m.level, Some(Level::Township));
        assert_eq!(m.issuing_body.as_deref(), Some("白鹭镇人民政府"));
        assert_eq!(m.title.as_deref(), Some("白鹭镇2024年法治政府建设年度报告"));
    }

    #[test]
    fn warnings_about_the_day_are_made_anew() {
        let late = corrected(derived(), &[("year", "2026")]);
        assert_eq!(
            late.warnings[1],
            "dated 2025-01-05, before the year it reports on, 2026"
        );
        let mended = corrected(late, &[("published", "2027-01-05")]);
        assert!(
            mended.warnings.iter().all(|warning| !warning.starts_with("dated")),
            "{:?}",
            mended.warnings
        );
    }
}
