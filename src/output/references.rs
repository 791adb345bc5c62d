//! Prints the reports that hits stand in as a bibliography: one entry a report, in the order in which their first hits come, with the
//! places of the hits in its note. So many entries are held as there are reports, however many hits there are.

use std::collections::HashMap;

use crate::citation::{Locator, Reference, bibtex, csl, ris};
use crate::error::{Error, Result};
use crate::hits::Summary;
use crate::report::ReportId;
use crate::table::Table;

use super::sink::Sink;
use super::{Ending, HitStream, Options, Printer, RowStream};

/// In a form for reference managers.
pub(super) enum References {
    Bibtex,
    Ris,
    CslJson,
}

impl Printer for References {
    fn print(&self, _: &Summary, hits: HitStream<'_>, _: &Options, _: Ending<'_>, out: &mut Sink<'_>) -> Result<()> {
        let references = gather(hits)?;
        match self {
            References::Bibtex => references.iter().try_for_each(|reference| {
                out.put(&bibtex::entry(reference))?;
                out.put("\n")
            }),
            References::Ris => references
                .iter()
                .try_for_each(|reference| out.put(&ris::record(reference))),
            References::CslJson => {
                let mut separator = "[\n";
                for reference in &references {
                    out.put(separator)?;
                    out.json(&csl::item(reference))?;
                    separator = ",\n";
                }
                out.put(if references.is_empty() { "[]\n" } else { "\n]\n" })
            }
        }
    }

    fn print_table(&self, table: &Table, _: RowStream<'_>, _: &Options, _: Ending<'_>, _: &mut Sink<'_>) -> Result<()> {
        Err(Error::usage(format!("{}: a table has no references", table.title))
            .hinted("write it as csv, or ask for hits"))
    }
}

/// The reports of the hits, each once.
fn gather(hits: HitStream<'_>) -> Result<Vec<Reference>> {
    let mut references: Vec<Reference> = Vec::new();
    let mut known: HashMap<ReportId, usize> = HashMap::new();
    for hit in hits {
        let hit = hit?;
        let at = *known.entry(hit.report.id).or_insert_with(|| {
            references.push(Reference::of(&hit.report));
            references.len() - 1
        });
        references[at].add(&Locator::of(&hit));
    }
    Ok(references)
}

#[cfg(test)]
mod tests {
    use crate::hits::Hits;
    use crate::output::{Format, Options, fixture};

    /// The three hits, and the first of them once more, from another passage of its report.
    fn four_of_three_reports() -> Hits {
        let mut hits = fixture::hits();
        let mut again = hits.hits[0].clone();
        again.passage.number = 7;
        hits.hits.push(again);
        hits
    }

    fn printed(format: Format) -> String {
        fixture::print(format, &four_of_three_reports(), &Options::default())
    }

    #[test]
    fn a_bibliography_is_as_expected() {
        insta::assert_snapshot!("bibtex", printed(Format::Bibtex));
        insta::assert_snapshot!("ris", printed(Format::Ris).replace('\r', "␍"));
        insta::assert_snapshot!("csl_json", printed(Format::CslJson));
    }

    #[test]
    fn a_report_is_one_entry_whatever_its_hits() {
        assert_eq!(printed(Format::Bibtex).matches("@techreport{").count(), 3);
        assert_eq!(printed(Format::Ris).matches("TY  - ").count(), 3);
        let items: Vec<serde_json::Value> = serde_json::from_str(&printed(Format::CslJson)).unwrap();
        assert_eq!(items.len(), 3);
        let note = items[0]["note"].as_str().unwrap();
        assert!(note.contains("第1段；") && note.contains("第7段。"), "{note}");
    }

    #[test]
    fn no_hits_are_an_empty_bibliography() {
        let print = |format| fixture::print(format, &fixture::nothing(), &Options::default());
        assert_eq!(print(Format::Bibtex), "");
        assert_eq!(print(Format::Ris), "");
        assert_eq!(print(Format::CslJson), "[]\n");
    }
}
