//! `baogao search`: finds passages, counts them, prints or exports them.

use std::path::{Path, PathBuf};

use super::batch::Batch;
use super::export::Export;
use super::filters::Filters;
use super::question::time_limit;
use super::terminal::Terminal;
use super::{Input, Status, grouping_named, values};
use crate::error::{Error, Result};
use crate::index::{Index, Request, Sort, USUAL_TIME_LIMIT};
use crate::output::Format;
use crate::query::{Query, Scope};
use crate::schema::ranking::Ranking;
use crate::schema::topics::{self, Topic};

/// How many hits are printed for people, unless said otherwise.
const USUAL_LIMIT: usize = 20;

/// Find passages: exact phrases, ranked, counted, cited
///
/// A phrase is found in any spelling (full or half width, traditional characters, with or without quotes and blanks).
/// Phrases with a blank between them must all stand in a passage; OR, NOT (or a leading -) and ( ) combine them;
/// 乡镇:古镛镇 year:2021..2024 filter; "调解 纠纷"~8, 调解*纠纷, /正则/, heading:宣传 and words:(…) find more than phrases do. See the
/// README for the whole language.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  baogao search 枫桥经验 --in reports
  baogao search '枫桥经验 网格员 -信访' --year 2021..2024 --facets township year
  baogao search '调解*纠纷 heading:矛盾' --within section --explain
  baogao search '\"法律明白人\" OR 法治带头人' --county 将乐县 -o hits.csv
  baogao search 枫桥经验 --year 2023 -o refs.bib
  baogao search --queries phrases.txt --year 2023 -o counts.csv")]
pub struct Args {
    /// What to look for; `*` for every passage
    #[arg(allow_hyphen_values = true, required_unless_present = "queries")]
    query: Option<String>,
    /// Ask every question of a file: one a line, or a CSV or TSV with the columns name and query
    #[arg(long, value_name = "FILE", conflicts_with_all = ["query", "facets", "explain", "full"])]
    queries: Option<PathBuf>,
    /// With --queries: all hits of all questions, not only how many each has
    #[arg(long, requires = "queries")]
    hits: bool,
    #[command(flatten)]
    input: Input,
    /// Take the query as one phrase, whatever marks stand in it
    #[arg(long, short = 'F')]
    literal: bool,
    /// The unit of text in which all of the query must hold: sentence, passage, section or report
    #[arg(long, value_name = "UNIT", value_parser = values::scopes(), hide_possible_values = true)]
    within: Option<String>,
    /// Show how the query was understood and looked up, and what each score is made of
    #[arg(long)]
    explain: bool,
    /// How long wildcards, regular expressions and the like may take; 0 for no limit [default: 1.5]
    #[arg(long, value_name = "SECONDS")]
    time_limit: Option<f64>,
    /// The order of the hits
    #[arg(long, value_name = "ORDER", default_value = "relevance", allow_hyphen_values = true)]
    sort: Order,
    /// How many hits; 0 for totals and facets only [default: 20 for text, all for files and other formats]
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// A TOML file of topics of your own, for `topic:` and --topic: beside those of the index, or in their place
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    topics: Option<PathBuf>,
    /// Count all hits by these fields: township county city province region year section issuing_body level kind topic; region:福建省 for the level below it
    #[arg(long, value_name = "FIELD", value_parser = values::fields(), hide_possible_values = true, num_args = 1.., value_delimiter = ',')]
    facets: Vec<String>,
    /// Print long passages whole
    #[arg(long)]
    full: bool,
    #[command(flatten)]
    export: Export,
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
    let format = args.export.format()?;
    if let Some(path) = &args.queries {
        let batch = Batch {
            path,
            all_hits: args.hits,
            export: &args.export,
            topics: args.topics.as_deref(),
            input: &args.input,
        };
        return batch.run(index, terminal, |text| args.request(text, format));
    }
    let asked = args.query.as_deref().unwrap_or_default();
    let mut request = args.request(asked, format)?;
    let index = args.input.open(index, terminal)?;
    request.topics = brought_topics(args.topics.as_deref(), &index)?;
    let found = index.answer(&request, !args.literal)?;
    if !format.holds_summary() {
        terminal.beside(found.summary());
    }
    let totals = found.summary().totals;
    let receipt = args
        .export
        .receipt(terminal, asked, &found.summary().interpreted, &index)?;
    let receipt = receipt.map(|receipt| receipt.counting_totals(&totals));
    let receipt = match &args.topics {
        Some(path) => receipt.map(|receipt| receipt.depending_on(path)).transpose()?,
        None => receipt,
    };
    args.export.hits(&found, args.full, receipt, terminal)?;
    Ok(match totals.passages {
        0 => Status::Nothing,
        _ => Status::Found,
    })
}

/// The topics of a file that a question brings along; their parents may be among those of the index.
pub fn brought_topics(path: Option<&Path>, index: &Index) -> Result<Vec<Topic>> {
    let topics = path.map(|path| topics::read(path, index.topics())).transpose()?;
    Ok(topics.unwrap_or_default())
}

/// The unit of text that `--within` names.
pub fn scope(within: Option<&str>) -> Result<Option<Scope>> {
    let named = |name: &str| {
        Scope::named(name).ok_or_else(|| {
            let units = Scope::ALL.map(|scope| format!("{scope} {}", scope.label())).join(", ");
            Error::usage(format!("--within {name}: there is no such unit of text"))
                .hinted(format!("it is one of: {units}"))
        })
    };
    within.map(named).transpose()
}

impl Args {
    /// What a question asks for, the flags taken together with it.
    fn request(&self, asked: &str, format: Format) -> Result<Request> {
        let query = match self.literal {
            true => Query::literal(asked)?,
            false => Query::parse(asked)?,
        };
        let query = query.and(self.filters.query()?);
        let query = match scope(self.within.as_deref())? {
            Some(_) if matches!(query, Query::Within(..)) => {
                return Err(Error::usage("--within stands both in the query and beside it").hinted("leave one out"));
            }
            Some(scope) if scope != Scope::Passage => query.within(scope),
            _ => query,
        };
        let facets = self.facets.iter().map(|name| grouping_named("--facets", name));
        let is_for_people = format == Format::Text && self.export.output.is_none();
        Ok(Request {
            asked: asked.to_owned(),
            query,
            sort: self.sort.into(),
            limit: self.limit.or(is_for_people.then_some(USUAL_LIMIT)),
            topics: Vec::new(),
            facets: facets.collect::<Result<_>>()?,
            explain: self.explain,
            time_limit: self.time_limit.map_or(Ok(Some(USUAL_TIME_LIMIT)), time_limit)?,
            ranking: Ranking::ours(),
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
