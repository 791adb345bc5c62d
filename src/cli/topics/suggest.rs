//! `baogao topics suggest`: phrases by which a topic could grow, from the user's own reports.

use std::path::Path;

use serde_json::json;

use super::Known;
use crate::cli::Status;
use crate::cli::terminal::Terminal;
use crate::error::{Error, Result};
use crate::index::{Cooccurrences, Index, Window};
use crate::output::wrap::pad;
use crate::output::{counted, visible};
use crate::query::Phrase;

/// Propose phrases for a topic: those that stand beside a phrase, or a topic's, far more often than chance would have it
///
/// Ordered by log-likelihood (Dunning 1993). What stands in most reports anyway falls out.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  baogao topics suggest 枫桥经验
  baogao topics suggest --topic 普法宣传 --window sentence --toml > mine.toml")]
pub struct Args {
    /// The phrase
    #[arg(required_unless_present = "topic")]
    phrase: Option<String>,
    /// Instead of a phrase: a topic; its own phrases are not proposed
    #[arg(long, value_name = "NAME", conflicts_with = "phrase")]
    topic: Option<String>,
    /// Where phrases stand together: sentence or passage
    #[arg(long, value_name = "UNIT", default_value = "passage")]
    window: Unit,
    /// How many are proposed
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// text, json or csv
    #[arg(long, value_name = "FORMAT", default_value = "text", conflicts_with = "toml")]
    format: Format,
    /// Print a topic made of the proposals, to be weeded by hand and given to --topics
    #[arg(long)]
    toml: bool,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Unit {
    Sentence,
    Passage,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Format {
    Text,
    Json,
    Csv,
}

pub fn run(args: &Args, known: &Known, path: &Path, terminal: &Terminal) -> Result<Status> {
    // Without an index this tells how one is made.
    let opened;
    let index = match &known.index {
        Some(index) => index,
        None => {
            opened = Index::open(path)?;
            &opened
        }
    };
    let window = match args.window {
        Unit::Sentence => Window::Sentence,
        Unit::Passage => Window::Passage,
    };
    let (name, beside) = match (&args.topic, &args.phrase) {
        (Some(name), _) => {
            let name = known.named(name)?.name.clone();
            let beside = index.beside_topic(&name, &known.brought, window, args.limit)?;
            (name, beside)
        }
        (None, phrase) => {
            let text = phrase.clone().unwrap_or_default();
            let nothing = || {
                Error::usage(format!(
                    "`{text}` cannot be looked for: there is no character, letter or digit in it"
                ))
            };
            let phrase = Phrase::new(&text).ok_or_else(nothing)?;
            let beside = index.beside_phrase(&phrase, window, args.limit)?;
            (text, beside)
        }
    };
    if beside.read < beside.with_phrase {
        terminal.note(&format!(
            "note: candidates were read from a sample of {} of {}; their counts are those of the whole index",
            counted(beside.read, unit_of(&beside)),
            beside.with_phrase
        ));
    }
    let json = || json!({ "asked": name, "result": beside });
    crate::cli::terminal::print_text(&match (args.toml, args.format) {
        (true, _) => toml(&name, known, &beside),
        (false, Format::Text) => visible::text(&text(&name, &beside)).into_owned(),
        (false, Format::Json) => format!("{}\n", visible::json(&format!("{:#}", json()))),
        (false, Format::Csv) => csv(&beside)?,
    })?;
    Ok(match beside.found.is_empty() {
        true => Status::Nothing,
        false => Status::Found,
    })
}

fn unit_of(beside: &Cooccurrences) -> &'static str {
    match beside.window {
        Window::Sentence => "sentence",
        Window::Passage => "passage",
    }
}

fn text(name: &str, beside: &Cooccurrences) -> String {
    let all = counted(beside.windows, unit_of(beside));
    let mut text = format!("{name}: {} of {all}\n", beside.with_phrase);
    if beside.found.is_empty() {
        text.push_str("nothing stands beside it more often than chance would have it\n");
        return text;
    }
    text.push_str(&format!(
        "  {} {:>6} {:>7} {:>9}  example\n",
        pad("phrase", 24),
        "both",
        "with",
        "G²"
    ));
    for found in &beside.found {
        text.push_str(&format!(
            "  {} {:>6} {:>7} {:>9.1}  {}\n",
            pad(&found.phrase, 24),
            found.both,
            found.with,
            found.g2,
            found.example
        ));
    }
    text
}

fn csv(beside: &Cooccurrences) -> Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let failed = |error: csv::Error| Error::usage(format!("the table cannot be written: {error}"));
    writer
        .write_record(["phrase", "both", "with", "g2", "example"])
        .map_err(failed)?;
    for found in &beside.found {
        let (both, with, g2) = (
            found.both.to_string(),
            found.with.to_string(),
            format!("{:.3}", found.g2),
        );
        writer
            .write_record([&found.phrase, &both, &with, &g2, &found.example])
            .map_err(failed)?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| Error::usage(format!("the table cannot be written: {}", error.error())))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A topic with the proposals, each of a middling weight: what it is worth only a reader can tell.
fn toml(name: &str, known: &Known, beside: &Cooccurrences) -> String {
    let quoted = |text: &str| toml::Value::from(text).to_string();
    let topic = known.all.iter().find(|topic| topic.name == name);
    let mut text = format!("[[topic]]\nname = {}\n", quoted(name));
    if let Some(parent) = topic.and_then(|topic| topic.parent.as_ref()) {
        text.push_str(&format!("parent = {}\n", quoted(parent)));
    }
    let note = topic.map_or("", |topic| topic.note.as_str());
    text.push_str(&format!("note = {}\nphrases = [\n", quoted(note)));
    match topic {
        Some(topic) => {
            for phrase in &topic.phrases {
                text.push_str(&format!("  [{}, {}],\n", quoted(&phrase.text), phrase.weight));
            }
        }
        None => text.push_str(&format!("  {},\n", quoted(name))),
    }
    for found in &beside.found {
        text.push_str(&format!(
            "  [{}, 0.5],  # G² {:.1}; {} of {} with it\n",
            quoted(&found.phrase),
            found.g2,
            found.both,
            counted(found.with, unit_of(beside))
        ));
    }
    text.push_str("]\n");
    if let Some(topic) = topic.filter(|topic| !topic.not_inside.is_empty()) {
        let outer: Vec<String> = topic.not_inside.iter().map(|text| quoted(text)).collect();
        text.push_str(&format!("not_inside = [{}]\n", outer.join(", ")));
    }
    text
}
