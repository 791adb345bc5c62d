//! What the commands share that draw samples: the question, how its hits are drawn, and the drawing.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::filters::Filters;
use super::question::time_limit;
use super::search::brought_topics;
use super::terminal::Terminal;
use super::{Input, grouping_named, values};
use crate::analysis::sample::{Allocation, Design, Sample, Unit, draw};
use crate::error::{Error, Result};
use crate::index::{Found, Index, Request};
use crate::query::{Query, Scope};
use crate::receipt::Receipt;

/// Which hits are drawn, and how.
#[derive(clap::Args)]
pub struct Drawing {
    /// What to look for; `*` for every passage
    #[arg(allow_hyphen_values = true)]
    query: String,
    /// How many are drawn; all when there are fewer
    #[arg(long = "limit", short = 'n', visible_alias = "size", value_name = "N")]
    size: Option<u64>,
    /// The number that decides what is drawn; a random one, which is told, unless it is given
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Draw from each value of these fields by itself: township county year section … or region:福建省
    #[arg(long, value_name = "FIELD", value_parser = values::fields(), hide_possible_values = true, value_delimiter = ',')]
    by: Vec<String>,
    /// How the draws are shared out with --by: the same number from each value, or in proportion to its hits
    #[arg(long, value_name = "RULE", default_value = "proportional", requires = "by")]
    allocation: Rule,
    /// What is drawn: passages, or reports with all of their hits
    #[arg(long, value_name = "UNIT", default_value = "passage")]
    unit: Drawn,
    /// Draw reports, and of each report one hit
    #[arg(long, conflicts_with = "unit")]
    one_per_report: bool,
    #[command(flatten)]
    input: Input,
    /// Take the query as one phrase, whatever marks stand in it
    #[arg(long, short = 'F')]
    literal: bool,
    /// The unit of text in which all of the query must hold: sentence, passage, section or report
    #[arg(long, value_name = "UNIT", value_parser = values::scopes(), hide_possible_values = true)]
    within: Option<String>,
    /// A TOML file of topics of your own, for `topic:` and --topic
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    topics: Option<PathBuf>,
    /// How long wildcards, regular expressions and the like may take; 0 for no limit [default: 60]
    #[arg(long, value_name = "SECONDS")]
    time_limit: Option<f64>,
    #[command(flatten)]
    filters: Filters,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Rule {
    Equal,
    Proportional,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Drawn {
    Passage,
    Report,
}

/// How long a question may take when nobody sits and waits.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// A sample, and the answer that its hits are read from.
pub struct Drew<'a> {
    pub asked: &'a str,
    pub found: Found<'a>,
    pub sample: Sample,
    pub design: Design,
}

impl Drawing {
    /// The index that is drawn from.
    ///
    /// # Errors
    /// As opening an index, and reading what is new.
    pub fn open(&self, index: &Path, terminal: &Terminal) -> Result<Index> {
        self.input.open(index, terminal)
    }

    /// Draws. `usual_size` are drawn when nobody says how many; `None` for all.
    ///
    /// # Errors
    /// When the question or a flag cannot be understood, or the index is damaged.
    pub fn draw<'a>(&'a self, index: &'a Index, usual_size: Option<u64>) -> Result<Drew<'a>> {
        let design = self.design(usual_size)?;
        let request = Request {
            topics: brought_topics(self.topics.as_deref(), index)?,
            time_limit: self.time_limit.map_or(Ok(Some(TIME_LIMIT)), time_limit)?,
            asked: self.query.clone(),
            ..Request::new(self.question()?)
        };
        let mut found = index.answer(&request, !self.literal)?;
        let sample = draw(&mut found, &design)?;
        Ok(Drew {
            asked: &self.query,
            found,
            sample,
            design,
        })
    }

    fn question(&self) -> Result<Query> {
        let query = match self.literal {
            true => Query::literal(&self.query)?,
            false => Query::parse(&self.query)?,
        };
        let query = query.and(self.filters.query()?);
        let Some(name) = &self.within else { return Ok(query) };
        let scope = Scope::named(name).ok_or_else(|| {
            let units = Scope::ALL.map(|scope| format!("{scope} {}", scope.label())).join(", ");
            Error::usage(format!("--within {name}: there is no such unit of text"))
                .hinted(format!("it is one of: {units}"))
        })?;
        match query {
            Query::Within(..) => {
                Err(Error::usage("--within stands both in the query and beside it").hinted("leave one out"))
            }
            query if scope == Scope::Passage => Ok(query),
            query => Ok(query.within(scope)),
        }
    }

    fn design(&self, usual_size: Option<u64>) -> Result<Design> {
        let unit = match (self.one_per_report, self.unit) {
            (true, _) => Unit::OnePerReport,
            (false, Drawn::Report) => Unit::Report,
            (false, Drawn::Passage) => Unit::Passage,
        };
        let by = self.by.iter().map(|name| grouping_named("--by", name));
        if self.size == Some(0) {
            return Err(Error::usage("-n 0: nothing would be drawn").hinted("say how many hits you want"));
        }
        Ok(Design {
            size: self.size.or(usual_size),
            // Short enough to be copied by hand.
            seed: self.seed.unwrap_or_else(|| fastrand::u64(1..1_000_000_000)),
            unit,
            by: by.collect::<Result<_>>()?,
            allocation: match self.allocation {
                Rule::Equal => Allocation::Equal,
                Rule::Proportional => Allocation::Proportional,
            },
        })
    }
}

impl Drew<'_> {
    /// Tells what the question did not find, and how the sample was drawn.
    pub fn tell(&self, terminal: &Terminal) {
        for note in &self.found.summary().notes {
            terminal.note(&format!("note: {note}"));
        }
        for note in self.sample.notes(&self.design) {
            terminal.note(&format!("note: {note}"));
        }
    }

    /// The receipt with what a sample must say of itself; the command in it draws the same again.
    pub fn noted(&self, mut receipt: Receipt) -> Receipt {
        let is_seed = |argument: &String| argument == "--seed" || argument.starts_with("--seed=");
        let operands = receipt.command.iter().position(|argument| argument == "--");
        let options = operands.unwrap_or(receipt.command.len());
        if !receipt.command[..options].iter().any(is_seed) {
            let seed = ["--seed".to_owned(), self.design.seed.to_string()];
            receipt.command.splice(options..options, seed);
        }
        receipt
            .counting_totals(&self.found.summary().totals)
            .counting("seed", self.design.seed)
            .counting(&format!("drawn_{}s", self.design.unit.noun()), self.sample.drawn())
    }
}
