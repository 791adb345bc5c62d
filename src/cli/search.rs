//! `baogao search`: finds passages, counts them, prints or exports them.

use std::path::{Path, PathBuf};

use super::filters::Filters;
use super::terminal::{Destination, Terminal};
use super::{Input, Status};
use crate::error::{Error, Result};
use crate::hits::Grouping;
use crate::index::{Request, Sort};
use crate::output::{Format, counted, print_hits};
use crate::query::Query;
use crate::schema::fields::Field;

/// How many hits are printed for people, unless said otherwise.
const USUAL_LIMIT: usize = 20;

/// Find passages: exact phrases, ranked, counted, cited
///
/// A phrase is found in any spelling (full or half width, traditional characters, with or without quotes and blanks).
/// Phrases with a blank between them must all stand in a passage; OR, NOT (or a leading -) and ( ) combine them;
/// 乡镇:古镛镇 year:2021..2024 filter. See the README for the whole language.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  baogao search 枫桥经验 --in reports
  baogao search '枫桥经验 网格员 -信访' --year 2021..2024 --facets township year
  baogao search '\"法律明白人\" OR 法治带头人' --county 将乐县 -o hits.csv")]
pub struct Args {
    /// What to look for; `*` for every passage
    #[arg(allow_hyphen_values = true)]
    query: String,
    #[command(flatten)]
    input: Input,
    /// Take the query as one phrase, whatever marks stand in it
    #[arg(long, short = 'F')]
    literal: bool,
    /// The order of the hits
    #[arg(long, value_name = "ORDER", default_value = "relevance", allow_hyphen_values = true)]
    sort: Order,
    /// How many hits; 0 for totals and facets only [default: 20 for text, all for files and other formats]
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Count all hits by these fields: township county city province region year section issuing_body level kind topic; region:福建省 for the level below it
    #[arg(long, value_name = "FIELD", num_args = 1.., value_delimiter = ',')]
    facets: Vec<String>,
    /// text, json, jsonl, csv, tsv or markdown [default: by the ending of -o, else text]
    #[arg(long, value_name = "FORMAT")]
    format: Option<String>,
    /// Write to a file, which appears when it is complete
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Print long passages whole
    #[arg(long)]
    full: bool,
    /// Write csv and tsv without a byte order mark (Excel needs it)
    #[arg(long)]
    no_bom: bool,
    #[command(flatten)]
    filters: Filters,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Order {
    Relevance,
    Year,
    #[value(name = "-year")]
    YearDescending,
    Township,
}

pub fn run(args: &Args, index: &Path, terminal: &Terminal) -> Result<Status> {
    let format = args.format()?;
    let request = args.request(format)?;
    let index = args.input.open(index, terminal)?;
    let found = index.search(&request)?;
    if !format.holds_summary() {
        for note in &found.summary().notes {
            terminal.note(&format!("note: {note}"));
        }
    }
    let destination = Destination::new(args.output.as_ref());
    let mut options = terminal.options(&destination);
    options.full = args.full;
    options.bom = !args.no_bom;
    destination.write(|out| print_hits(format, found.summary(), &mut found.hits(), &options, out))?;
    if let Destination::File(path) = &destination {
        let hits = counted(found.hits().len() as u64, "hit");
        terminal.note(&format!("{hits} written to {}", path.display()));
    }
    Ok(match found.summary().totals.passages {
        0 => Status::Nothing,
        _ => Status::Found,
    })
}

impl Args {
    fn format(&self) -> Result<Format> {
        match (&self.format, &self.output) {
            (Some(name), _) => Format::named(name),
            (None, Some(path)) => Format::of_path(path),
            (None, None) => Ok(Format::Text),
        }
    }

    fn request(&self, format: Format) -> Result<Request> {
        let query = match self.literal {
            true => Query::literal(&self.query)?,
            false => Query::parse(&self.query)?,
        };
        let facets = self.facets.iter().map(|name| {
            let unknown = || {
                let names = Field::ALL.map(Field::name).join(", ");
                Error::usage(format!("--facets {name}: there is no such field")).hinted(format!(
                    "the fields are {names}; `region:福建省` counts what is below 福建省"
                ))
            };
            Grouping::named(name).ok_or_else(unknown)
        });
        let is_for_people = format == Format::Text && self.output.is_none();
        Ok(Request {
            asked: self.query.clone(),
            query: query.and(self.filters.query()?),
            sort: self.sort.into(),
            limit: self.limit.or(is_for_people.then_some(USUAL_LIMIT)),
            facets: facets.collect::<Result<_>>()?,
            explain: false,
            time_limit: None,
        })
    }
}

impl From<Order> for Sort {
    fn from(order: Order) -> Sort {
        match order {
            Order::Relevance => Sort::Relevance,
            Order::Year => Sort::OldestFirst,
            Order::YearDescending => Sort::NewestFirst,
            Order::Township => Sort::Township,
        }
    }
}
