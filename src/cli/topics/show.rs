//! `baogao topics show`: the declaration of a topic, and how often its phrases stand in the index.

use serde_json::json;

use super::Known;
use crate::cli::Status;
use crate::cli::terminal::Form;
use crate::error::Result;
use crate::hits::Totals;
use crate::index::{Index, Request};
use crate::output::counted;
use crate::query::{Filter, Query};
use crate::schema::fields::Field;
use crate::schema::topics::{Topic, Weighted};

/// Show a topic as it is declared, with how often each of its phrases stands in the index
///
/// The text is TOML, to be changed and given back with --topics.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  baogao topics show 枫桥经验 > mine.toml")]
pub struct Args {
    /// The topic
    name: String,
    /// text or json
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Form,
}

/// A phrase of the topic, and what the index has of it.
type CountedPhrase<'a> = (&'a Weighted, Option<Totals>);

pub fn run(args: &Args, known: &Known) -> Result<Status> {
    let topic = known.named(&args.name)?;
    let totals = |query: Query| -> Result<Option<Totals>> {
        let ask = |index: &Index| {
            let request = Request {
                limit: Some(0),
                topics: known.brought.clone(),
                ..Request::new(query)
            };
            Ok(index.search(&request)?.summary().totals)
        };
        known.index.as_ref().map(ask).transpose()
    };
    let filter = Filter::new(Field::Topic, &[&topic.name])?;
    let all = totals(Query::Filter(filter))?;
    let phrases = topic.phrases.iter();
    let phrases = phrases.map(|phrase| Ok((phrase, totals(Query::literal(&phrase.text)?)?)));
    let phrases: Vec<CountedPhrase<'_>> = phrases.collect::<Result<_>>()?;
    let count = |totals: &Totals| json!({ "passages": totals.passages, "reports": totals.reports });
    let json = || {
        let phrases = phrases.iter().map(|(phrase, totals)| {
            json!({
                "phrase": phrase.text,
                "weight": phrase.weight,
                "passages": totals.map(|totals| totals.passages),
                "occurrences": totals.map(|totals| totals.occurrences),
            })
        });
        json!({
            "topic": topic,
            "found": all.as_ref().map(count),
            "phrases": phrases.collect::<Vec<_>>(),
        })
    };
    args.format.print(|| toml(topic, &phrases, all), json)?;
    Ok(Status::Found)
}

/// The declaration in the form in which it is read, counts as comments.
fn toml(topic: &Topic, phrases: &[CountedPhrase<'_>], all: Option<Totals>) -> String {
    let quoted = |text: &str| toml::Value::from(text).to_string();
    let item = |one: &Weighted| match one.weight == 1.0 {
        true => quoted(&one.text),
        false => format!("[{}, {}]", quoted(&one.text), one.weight),
    };
    let mut text = format!("[[topic]]\nname = {}\n", quoted(&topic.name));
    if let Some(parent) = &topic.parent {
        text.push_str(&format!("parent = {}\n", quoted(parent)));
    }
    text.push_str(&format!("note = {}\nphrases = [\n", quoted(&topic.note)));
    for (phrase, totals) in phrases {
        let count = totals.map_or(String::new(), |totals| {
            format!("  # {}", counted(totals.passages, "passage"))
        });
        text.push_str(&format!("  {},{count}\n", item(phrase)));
    }
    text.push_str("]\n");
    if !topic.words.is_empty() {
        let words: Vec<String> = topic.words.iter().map(item).collect();
        text.push_str(&format!("words = [{}]\n", words.join(", ")));
    }
    if !topic.not_inside.is_empty() {
        let outer: Vec<String> = topic.not_inside.iter().map(|text| quoted(text)).collect();
        text.push_str(&format!("not_inside = [{}]\n", outer.join(", ")));
    }
    if let Some(all) = all {
        let (passages, reports) = (counted(all.passages, "passage"), counted(all.reports, "report"));
        text.push_str(&format!("# {passages} in {reports}\n"));
    }
    text
}
