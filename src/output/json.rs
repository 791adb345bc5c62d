//! Prints the answer as one JSON value: [`Hits`](crate::hits::Hits) as serde writes it, piece by piece, with each hit on a line of its
//! own; a table in the same way, each row an object by the names of its columns. A receipt is the last key.

use serde::{Serialize, Serializer};

use crate::error::Result;
use crate::hits::Summary;

use super::sink::Sink;
use super::{Ending, HitStream, Options, Printer, RowStream};
use crate::table::{Cell, Row, Table};

pub(super) struct Json;

impl Printer for Json {
    fn print(
        &self,
        summary: &Summary,
        hits: HitStream<'_>,
        _: &Options,
        ending: Ending<'_>,
        out: &mut Sink<'_>,
    ) -> Result<()> {
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
        end(&ending, out)
    }

    fn print_table(
        &self,
        table: &Table,
        rows: RowStream<'_>,
        _: &Options,
        ending: Ending<'_>,
        out: &mut Sink<'_>,
    ) -> Result<()> {
        let head = out.json_text(table)?;
        out.put(head.strip_suffix('}').unwrap_or(&head))?;
        out.put(",\"rows\":[")?;
        let mut separator = "\n";
        for row in rows {
            out.put(separator)?;
            out.json(&KeyedRow::new(table, &row?))?;
            separator = ",\n";
        }
        end(&ending, out)
    }
}

/// Ends the list and the value; the receipt stands between, if there is one.
fn end(ending: &Ending<'_>, out: &mut Sink<'_>) -> Result<()> {
    out.put("\n]")?;
    if ending.receipt.is_some() {
        out.put(",\n\"receipt\":")?;
        let receipt = ending.receipt_behind(out)?;
        out.json(&receipt)?;
    }
    out.put("}\n")
}

/// A row as an object, its keys the names of the columns in their order.
pub(super) struct KeyedRow<'a> {
    table: &'a Table,
    row: &'a [Cell],
}

impl<'a> KeyedRow<'a> {
    pub(super) fn new(table: &'a Table, row: &'a Row) -> Self {
        KeyedRow { table, row }
    }
}

impl Serialize for KeyedRow<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let names = self.table.columns.iter().map(|column| &column.name);
        serializer.collect_map(names.zip(self.row))
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
