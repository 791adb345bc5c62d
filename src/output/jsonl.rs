//! Prints each hit as JSON on a line of its own.

use crate::error::Result;
use crate::hits::Summary;

use super::sink::Sink;
use super::{HitStream, Options, Printer};

pub(super) struct Jsonl;

impl Printer for Jsonl {
    fn print(&self, _: &Summary, hits: HitStream<'_>, _: &Options, out: &mut Sink<'_>) -> Result<()> {
        for hit in hits {
            out.json(&hit?)?;
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
