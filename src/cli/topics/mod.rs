//! `baogao topics`: what topics there are, why a text has them, and how they may grow.

mod list;
mod show;
mod suggest;
mod test;

use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::Status;
use super::terminal::Terminal;
use crate::error::{Error, Result};
use crate::index::{Index, MARKER};
use crate::schema::topics::{self, Topic, merged};

/// List, show, test and grow the topics that passages are tagged with
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  baogao topics list
  baogao topics suggest 枫桥经验 --toml")]
pub struct Args {
    /// A TOML file of topics of your own; they stand beside those there are, or in the place of those of the same name
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath, global = true)]
    topics: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    List(list::Args),
    Show(show::Args),
    Test(test::Args),
    Suggest(suggest::Args),
}

/// The topics a command speaks of.
struct Known {
    /// The index, when there is one.
    index: Option<Index>,
    /// Those of the file that the user names.
    brought: Vec<Topic>,
    /// All: those of the index, or ours when there is none, and over them the user's.
    all: Vec<Topic>,
}

pub fn run(args: &Args, index: &Path, terminal: &Terminal) -> Result<Status> {
    let known = Known::open(index, args.topics.as_deref(), terminal)?;
    match &args.command {
        Command::List(list) => list::run(list, &known),
        Command::Show(show) => show::run(show, &known),
        Command::Test(test) => test::run(test, &known),
        Command::Suggest(suggest) => suggest::run(suggest, &known, index, terminal),
    }
}

impl Known {
    fn open(path: &Path, brought: Option<&Path>, terminal: &Terminal) -> Result<Known> {
        let index = match path.join(MARKER).is_file().then(|| Index::open(path)) {
            Some(Ok(index)) => Some(index),
            // The topics can be told without it.
            Some(Err(error)) => {
                terminal.note(&format!("note: nothing is counted: {error}"));
                None
            }
            None => None,
        };
        let tagged = index.as_ref().map_or(topics::declared(), Index::topics);
        let brought = brought.map(|path| topics::read(path, tagged)).transpose()?;
        let brought = brought.unwrap_or_default();
        let all = merged(tagged, &brought);
        Ok(Known { index, brought, all })
    }

    /// The topic with a name.
    fn named(&self, name: &str) -> Result<&Topic> {
        let unknown = || {
            Error::usage(format!("there is no topic {name}")).hinted(match self.nearest(name).as_slice() {
                [] => "`baogao topics list` names all".to_owned(),
                near => format!("did you mean {}; `baogao topics list` names all", near.join(", ")),
            })
        };
        self.all.iter().find(|topic| topic.name == name).ok_or_else(unknown)
    }

    /// The names of the topics that are likely meant: those with a phrase that is alike, then those that share most characters.
    fn nearest(&self, name: &str) -> Vec<&str> {
        let shared = |text: &str| name.chars().filter(|c| text.contains(*c)).count();
        let mut near: Vec<(usize, &str)> = self
            .all
            .iter()
            .map(|topic| {
                let of_phrases = topic.phrases.iter().any(|phrase| phrase.text.contains(name));
                let bonus = if of_phrases { name.chars().count() } else { 0 };
                (shared(&topic.name) + bonus, topic.name.as_str())
            })
            .filter(|(shared, _)| *shared > 0)
            .collect();
        near.sort_by_key(|(shared, _)| std::cmp::Reverse(*shared));
        near.into_iter().take(3).map(|(_, name)| name).collect()
    }
}
