//! Prints the answer as one JSON value: [`Hits`](crate::hits::Hits) as serde writes it, piece by piece, with each hit on a line of its own.

use crate::error::Result;
use crate::hits::Summary;

use super::sink::Sink;
use super::{HitStream, Options, Printer};

pub(super) struct Json;

impl Printer for Json {
    fn print(&self, summary: &Summary, hits: HitStream<'_>, _: &Options, out: &mut Sink<'_>) -> Result<()> {
        // The summary is an object with at least one key; the hits are one more key before its end.
        let summary = out.json_text(summary)?;
        out.put(summary.strip_suffix('}').unwrap_or(&summary))?;
        out.put(",\"hits\":[")?;
        let mut separator = "\n";
        for hit in hits {
            out.put(separator)?;
            out.json(&hit?)?;
            separator = ",\n";
        }
        out.put("\n]}\n")
    }
}

#[cfg(test)]
mod tests {
    use crate::hits::Hits;
    use crate::output::{Format, fixture};

    #[test]
    fn it_is_what_serde_writes_but_for_line_breaks() {
        let hits = fixture::hits();
        let printed = fixture::printed(Format::Json);
        assert_eq!(printed.replace('\n', ""), serde_json::to_string(&hits).unwrap());
        assert_eq!(serde_json::from_str::<Hits>(&printed).unwrap(), hits);
    }

    #[test]
    fn each_hit_is_a_line() {
        assert_eq!(fixture::printed(Format::Json).lines().count(), 3 + 2);
    }

    #[test]
    fn no_hits_are_an_empty_list() {
        let hits = fixture::nothing();
        let printed = fixture::print(Format::Json, &hits, &Default::default());
        assert_eq!(serde_json::from_str::<Hits>(&printed).unwrap(), hits);
    }
}
