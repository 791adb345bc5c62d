//! `baogao topics test`: which topics a text has, and why.

use std::io::Read;
use std::path::Path;

use serde_json::json;

use super::Known;
use crate::cli::Status;
use crate::cli::terminal::Form;
use crate::error::{Error, Result};
use crate::output::wrap::pad;
use crate::text::fold::{Folded, fold_with_places};
use crate::topics::{Reason, Topics, with_parts};

/// Tell which topics a text has, by which phrases, where
///
/// The text stands on the command line, in a UTF-8 file that is named instead, or comes from standard input. Ends with 1 when it
/// has none, or not the one that is named.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  baogao topics test --all '坚持“枫桥经验”，学习《行政处罚法》'
  baogao topics test 枫桥经验 passage.txt")]
pub struct Args {
    /// The topic to be tested, unless --all; then the text, or a file with it
    #[arg(num_args = 0..=2, value_names = ["NAME", "TEXT"])]
    words: Vec<String>,
    /// Test all topics
    #[arg(long)]
    all: bool,
    /// text or json
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Form,
}

pub fn run(args: &Args, known: &Known) -> Result<Status> {
    let (name, rest) = match (args.all, args.words.as_slice()) {
        (true, rest) => (None, rest),
        (false, [name, rest @ ..]) => (Some(known.named(name)?.name.as_str()), rest),
        (false, []) => return Err(Error::usage("no topic is named").hinted("name one, or say --all")),
    };
    if rest.len() > 1 {
        return Err(Error::usage("two texts are given").hinted("put a text with blanks into quotes"));
    }
    let text = text_of(rest.first())?;
    let folded = fold_with_places(&text);
    let topics = Topics::new(known.all.clone());
    let wanted: Option<Vec<&str>> = name.map(|name| {
        let parts = with_parts(&known.all, name);
        parts.iter().map(|topic| topic.name.as_str()).collect()
    });
    let mut reasons = topics.reasons(&folded.text);
    reasons.retain(|reason| {
        wanted
            .as_ref()
            .is_none_or(|names| names.contains(&reason.topic.name.as_str()))
    });
    let mut has = topics.of(&folded.text);
    has.retain(|topic| name.is_none_or(|name| *topic == name));
    let places: Vec<[usize; 2]> = reasons.iter().map(|reason| place(&text, &folded, reason)).collect();
    let shown = || {
        let mut lines = match has.is_empty() {
            true => "no topic\n".to_owned(),
            false => format!("topics: {}\n", has.join(", ")),
        };
        for (reason, [start, end]) in reasons.iter().zip(&places) {
            let line = text.chars().take(*start).filter(|c| *c == '\n').count() + 1;
            lines.push_str(&format!(
                "  {} {} {} line {line}, characters {}–{end}\n",
                pad(&reason.topic.name, 18),
                pad(reason.phrase, 18),
                pad(&reason.weight.to_string(), 4),
                start + 1,
            ));
        }
        lines
    };
    let json = || {
        let reasons = reasons.iter().zip(&places).map(|(reason, chars)| {
            json!({
                "topic": reason.topic.name,
                "phrase": reason.phrase,
                "weight": reason.weight,
                "chars": chars,
            })
        });
        json!({ "topics": has, "reasons": reasons.collect::<Vec<_>>() })
    };
    args.format.print(shown, json)?;
    Ok(match has.is_empty() {
        true => Status::Nothing,
        false => Status::Found,
    })
}

/// Where a phrase stands in the text, in characters.
fn place(text: &str, folded: &Folded, reason: &Reason<'_>) -> [usize; 2] {
    let first = folded.units.partition_point(|unit| unit.folded < reason.folded.start);
    let after = folded.units.partition_point(|unit| unit.folded < reason.folded.end);
    let last = after.saturating_sub(1).max(first);
    let chars = |byte: usize| text[..byte].chars().count();
    match (folded.units.get(first), folded.units.get(last)) {
        (Some(first), Some(last)) => [chars(first.original.start), chars(last.original.end)],
        _ => [0, 0],
    }
}

/// A text as it is given, or what stands in the file of this name, or on standard input.
fn text_of(given: Option<&String>) -> Result<String> {
    let (name, bytes) = match given {
        Some(given) if given != "-" => {
            // Text is no path when it is too long for one, or holds what no path can.
            if !Path::new(given).is_file() {
                return Ok(given.clone());
            }
            let bytes = std::fs::read(given).map_err(|error| Error::io(given, error))?;
            (given.as_str(), bytes)
        }
        _ => {
            let name = "standard input";
            let mut bytes = Vec::new();
            let read = std::io::stdin().lock().read_to_end(&mut bytes);
            read.map_err(|error| Error::io(name, error))?;
            (name, bytes)
        }
    };
    let not_text = |_| Error::source(name, "not UTF-8 text").hinted("`baogao inspect` reads files of all kinds");
    let text = String::from_utf8(bytes).map_err(not_text)?;
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}
