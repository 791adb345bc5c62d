//! `baogao sample`: draws hits at random, so that anybody can draw them again.

use std::path::Path;

use super::Status;
use super::draw::{Drawing, Drew};
use super::export::Export;
use super::terminal::Terminal;
use crate::error::Result;
use crate::output::{COLUMNS, Format};
use crate::table::{Cell, Column, Kind, Row, Table};

/// How many are drawn, unless said otherwise.
const USUAL_SIZE: u64 = 100;

/// Draw a sample of hits: random or by strata, the same again for the same seed
///
/// What is drawn depends on the seed and on the reports alone, not on threads or on the order of files: a hit's rank is the BLAKE3 hash
/// of SEED/PASSAGE, and the lowest are drawn. So a sample of 100 is the beginning of one of 200, and stays as it is, but for hits that come in,
/// when reports are added. With --by, each value is drawn from by itself. As a table (csv, json …) every hit has its stratum, the
/// probability with which it was drawn, and its weight, the inverse of it.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  baogao sample 枫桥经验 -n 50
  baogao sample 网格员 -n 200 --seed 7 --by township --allocation equal -o sample.csv
  baogao sample '*' --section problems --one-per-report --by year,county -o sample.jsonl")]
pub struct Args {
    #[command(flatten)]
    drawing: Drawing,
    /// Print long passages whole
    #[arg(long)]
    full: bool,
    #[command(flatten)]
    export: Export,
}

pub fn run(args: &Args, index: &Path, terminal: &Terminal) -> Result<Status> {
    let format = args.export.format()?;
    let index = args.drawing.open(index, terminal)?;
    let drew = args.drawing.draw(&index, Some(USUAL_SIZE))?;
    let interpreted = &drew.found.summary().interpreted;
    let receipt = args.export.receipt(terminal, drew.asked, interpreted, &index)?;
    let receipt = receipt.map(|receipt| drew.noted(receipt));
    match is_for_reading(format) {
        true => {
            drew.tell(terminal);
            args.export.hits(&drew.found, args.full, receipt, terminal)?;
        }
        false => args.export.table(&table(&drew), &mut rows(&drew), receipt, terminal)?,
    }
    Ok(match drew.found.hits().len() {
        0 => Status::Nothing,
        _ => Status::Found,
    })
}

/// Whether a format shows hits as passages of text, in which no columns have their place.
fn is_for_reading(format: Format) -> bool {
    matches!(format, Format::Text | Format::Markdown | Format::Html | Format::Docx) || format.is_bibliography()
}

/// The columns of hits, then how each was drawn.
fn table(drew: &Drew<'_>) -> Table {
    let of_hits = COLUMNS
        .iter()
        .map(|column| Column::new(column.name, column.name, kind_of(column.name)));
    let of_draws = [
        Column::new("stratum", "层", Kind::Text),
        Column::new("probability", "入样概率", Kind::Decimal(6)),
        Column::new("weight", "权重", Kind::Decimal(4)),
    ];
    let notes = drew.found.summary().notes.iter().cloned();
    Table {
        name: "sample".to_owned(),
        title: "抽样".to_owned(),
        columns: of_hits.chain(of_draws).collect(),
        notes: notes.chain(drew.sample.notes(&drew.design)).collect(),
    }
}

fn kind_of(column: &str) -> Kind {
    match column {
        "rank" | "occurrences" | "chars_start" | "chars_end" => Kind::Count,
        "score" => Kind::Decimal(3),
        "year" => Kind::Year,
        _ => Kind::Text,
    }
}

fn rows<'a>(drew: &'a Drew<'_>) -> impl Iterator<Item = Result<Row>> + 'a {
    drew.found.hits().zip(&drew.sample.draws).map(|(hit, draw)| {
        let hit = hit?;
        let stratum = &drew.sample.strata[draw.stratum].name;
        let mut row: Row = COLUMNS.iter().map(|column| (column.cell)(&hit)).collect();
        row.push(Cell::text(Some(stratum.as_str()).filter(|name| !name.is_empty())));
        row.push(Cell::Decimal(draw.probability));
        row.push(Cell::Decimal(draw.weight()));
        Ok(row)
    })
}
