//! Prints each hit as JSON on a line of its own.

use crate::error::Result;
use crate::hits::Summary;

use super::json::KeyedRow;
use super::sink::Sink;
use super::{Ending, HitStream, Options, Printer, RowStream};
use crate::table::Table;

pub(super) struct Jsonl;

impl Printer for Jsonl {
    fn print(&self, _: &Summary, hits: HitStream<'_>, _: &Options, _: Ending<'_>, out: &mut Sink<'_>) -> Result<()> {
        for hit in hits {
            out.json(&hit?)?;
            out.put("\n")?;
        }
        Ok(())
    }

    fn print_table(
        &self,
        table: &Table,
        rows: RowStream<'_>,
        _: &Options,
        _: Ending<'_>,
        out: &mut Sink<'_>,
    ) -> Result<()> {
        for row in rows {
            out.json(&KeyedRow::new(table, &row?))?;
            out.put("\n")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::hits::Hit;
    use crate::output::{Format, fixture};

    #[test]
    fn each_line_is_a_hit() {
        let printed = fixture::printed(Format::Jsonl);
        let read: Vec<Hit> = printed
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(read, fixture::hits().hits);
    }
}
