//! `baogao verify`: proves the index on the user's own reports.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::terminal::{Form, Terminal, named};
use super::{Input, Status};
use crate::error::{Error, Result};
use crate::index::Verification;
use crate::output::counted;
use crate::report::passage_id;
use crate::update::{SourceCheck, check_sources};

/// Prove the index: compare it with a plain reading of the texts, and the texts with their files
///
/// For each phrase, what the index finds is compared with what a plain reading of every stored text finds: passages and
/// occurrences. Each file the index was made from is compared with the file as it is now. Ends with 1 if anything differs.
#[derive(clap::Args)]
pub struct Args {
    /// Phrases to compare
    phrases: Vec<String>,
    /// A file of phrases to compare, one a line
    #[arg(long, value_name = "FILE")]
    phrases_from: Option<PathBuf>,
    /// How many phrases to draw from the reports at random [default: 200, or none when phrases are given]
    #[arg(long, value_name = "N")]
    sample: Option<usize>,
    /// The same seed draws the same phrases
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// text or json
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Form,
    #[command(flatten)]
    input: Input,
}

#[derive(Serialize)]
struct Report {
    #[serde(flatten)]
    verification: Verification,
    seed: u64,
    sources: SourceCheck,
}

pub fn run(args: &Args, index: &Path, terminal: &Terminal) -> Result<Status> {
    let mut phrases = args.phrases.clone();
    if let Some(path) = &args.phrases_from {
        let text = std::fs::read_to_string(path).map_err(|error| Error::io(path, error))?;
        let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
        phrases.extend(lines.filter(|line| !line.is_empty()).map(str::to_owned));
    }
    let index = args.input.open(index, terminal)?;
    let sample = args.sample.unwrap_or(if phrases.is_empty() { 200 } else { 0 });
    phrases.extend(index.draw_phrases(sample, args.seed)?);
    let report = Report {
        verification: index.verify(&phrases)?,
        seed: args.seed,
        sources: check_sources(&index)?,
    };
    args.format.print(|| report.text(), || serde_json::json!(report))?;
    Ok(
        match report.verification.differences.is_empty() && report.sources.is_sound() {
            true => Status::Found,
            false => Status::Nothing,
        },
    )
}

impl Report {
    fn text(&self) -> String {
        let Verification {
            phrases,
            passages,
            occurrences,
            differences,
        } = &self.verification;
        let mut text = format!(
            "{} in {}: {} by plain reading, {}\n",
            counted(*phrases as u64, "phrase"),
            counted(*passages, "passage"),
            counted(*occurrences, "occurrence"),
            counted(differences.len() as u64, "difference")
        );
        let told = differences.iter().map(|difference| {
            format!(
                "{} in {}: {} by the index, {} by reading",
                difference.phrase,
                passage_id(difference.report, difference.seq),
                difference.indexed,
                difference.read
            )
        });
        text.push_str(&named(&told.collect::<Vec<_>>()));
        text.push_str(&format!(
            "{}: {} as indexed, {} changed, {} missing\n",
            counted(self.sources.files as u64, "file"),
            self.sources.files - self.sources.changed.len() - self.sources.missing.len(),
            self.sources.changed.len(),
            self.sources.missing.len()
        ));
        for (what, paths) in [("changed", &self.sources.changed), ("missing", &self.sources.missing)] {
            for path in paths {
                text.push_str(&format!("  {what}: {path}\n"));
            }
        }
        text
    }
}
