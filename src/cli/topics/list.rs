//! `baogao topics list`: every topic, and how many passages are about it.

use std::collections::HashMap;

use serde_json::json;

use super::Known;
use crate::cli::Status;
use crate::cli::terminal::Form;
use crate::error::Result;
use crate::hits::FacetCount;
use crate::index::Request;
use crate::output::wrap::pad;
use crate::query::Query;
use crate::schema::fields::Field;
use crate::schema::topics::Topic;

/// List all topics, with how many passages and reports of the index have each
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  baogao topics list
  baogao topics list --topics mine.toml --format json")]
pub struct Args {
    /// text or json
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Form,
}

pub fn run(args: &Args, known: &Known) -> Result<Status> {
    let counts = known.counts()?;
    let count_of = |topic: &Topic| -> Option<(u64, u64)> {
        let counts = counts.as_ref()?;
        Some(counts.get(&topic.name).copied().unwrap_or_default())
    };
    let text = || {
        let lines = known.all.iter().map(|topic| {
            let count = match count_of(topic) {
                Some((passages, reports)) => format!("{passages:>7} {reports:>7}  "),
                None => String::new(),
            };
            let parent = match &topic.parent {
                Some(parent) => format!("（属于{parent}）"),
                None => String::new(),
            };
            format!("{count}{} {}{parent}\n", pad(&topic.name, 18), topic.note)
        });
        let head = match &counts {
            Some(_) => "passages reports topic\n",
            None => "",
        };
        head.to_owned() + &lines.collect::<String>()
    };
    let json = || {
        let topics = known.all.iter().map(|topic| {
            let count = count_of(topic);
            json!({
                "name": topic.name,
                "parent": topic.parent,
                "note": topic.note,
                "passages": count.map(|count| count.0),
                "reports": count.map(|count| count.1),
            })
        });
        json!({ "topics": topics.collect::<Vec<_>>() })
    };
    args.format.print(text, json)?;
    Ok(Status::Found)
}

impl Known {
    /// How many passages and reports each topic has, when there is an index.
    fn counts(&self) -> Result<Option<HashMap<String, (u64, u64)>>> {
        let Some(index) = &self.index else { return Ok(None) };
        let request = Request {
            limit: Some(0),
            topics: self.brought.clone(),
            facets: vec![Field::Topic.into()],
            ..Request::new(Query::All)
        };
        let found = index.search(&request)?;
        let counts = found.summary().facets.iter().flat_map(|facet| &facet.counts);
        let count = |count: &FacetCount| Some((count.value.clone()?, (count.passages, count.reports)));
        Ok(Some(counts.filter_map(count).collect()))
    }
}
