//! `baogao verify`: proves the index on the user's own reports, and the quotations of a manuscript on the index.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::terminal::{Destination, Form, Terminal, named};
use super::{Input, Status};
use crate::error::{Error, Result};
use crate::index::{FileCheck, Verification};
use crate::ingest::ReadOptions;
use crate::output::{Format, counted, print_quotes};
use crate::quotes::check_file;
use crate::report::passage_id;
use crate::update::{SourceCheck, check_sources};

/// Prove the index on its own texts, or the quotations of a manuscript on the index
///
/// Each file of the index is compared with its checksums. For each phrase, what the index finds is compared with what a plain
/// reading of every stored text finds: passages and occurrences. Each file the index was made from is compared with the file as it is now. Ends with 1 if anything differs.
///
/// With --quotes, every quotation of a manuscript is looked for: what stands between “ ” 「 」 『 』 or " ", paragraphs after > in
/// Markdown or in a style for quotations in docx, the cells of a column `quotation` or 引文 in csv. …… or [...] in one stands for
/// words left out. It is exact if its words stand in a report in any spelling; altered if a stretch of a report is at least 60 % alike (the
/// share of characters, numbers and clause marks that are the same), and the differences are shown; else not found. What has fewer than 8
/// units is a term, of which only the presence is told. Ends with 1 if a quotation is altered or not found.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  baogao verify
  baogao verify 枫桥经验 97件
  baogao verify --quotes paper.docx
  baogao verify --quotes briefing.md -o quotes.csv")]
pub struct Args {
    /// Phrases to compare
    phrases: Vec<String>,
    /// A file of phrases to compare, one a line
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    phrases_from: Option<PathBuf>,
    /// How many phrases to draw from the reports at random [default: 200, or none when phrases are given]
    #[arg(long, value_name = "N")]
    sample: Option<usize>,
    /// The same seed draws the same phrases
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Check the quotations of a manuscript instead: txt, md, docx, csv, or another file that can be indexed
    #[arg(long, value_name = "FILE", conflicts_with_all = ["phrases", "phrases_from", "sample", "seed"])]
    quotes: Option<PathBuf>,
    /// text or json; csv with --quotes [default: by the ending of -o, else text]
    #[arg(long, value_name = "FORMAT")]
    format: Option<String>,
    /// With --quotes: write to a file, which appears when it is complete
    #[arg(long, short, value_name = "FILE", requires = "quotes")]
    output: Option<PathBuf>,
    /// With --quotes: write csv without a byte order mark (Excel needs it)
    #[arg(long, requires = "quotes")]
    no_bom: bool,
    #[command(flatten)]
    input: Input,
}

#[derive(Serialize)]
struct Report {
    #[serde(flatten)]
    verification: Verification,
    seed: u64,
    index_files: FileCheck,
    sources: SourceCheck,
}

pub fn run(args: &Args, index: &Path, terminal: &Terminal) -> Result<Status> {
    if let Some(path) = &args.quotes {
        return check_quotes(path, args, index, terminal);
    }
    let form = args.form()?;
    let mut phrases = args.phrases.clone();
    if let Some(path) = &args.phrases_from {
        let text = std::fs::read_to_string(path).map_err(|error| Error::io(path, error))?;
        let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
        phrases.extend(lines.filter(|line| !line.is_empty()).map(str::to_owned));
    }
    let index = args.input.open(index, terminal)?;
    let index_files = index.check_files()?;
    if !index_files.damaged.is_empty() {
        let error = Error::index(
            index.path(),
            format!("{} damaged", counted(index_files.damaged.len() as u64, "file")),
        );
        let named = index_files.damaged.into_iter();
        return Err(named.fold(error, Error::hinted).hinted(format!(
            "build it anew from your files: baogao index --index {} --rebuild PATH…",
            index.path().display()
        )));
    }
    let sample = args.sample.unwrap_or(if phrases.is_empty() { 200 } else { 0 });
    phrases.extend(index.draw_phrases(sample, args.seed)?);
    let report = Report {
        verification: index.verify(&phrases)?,
        seed: args.seed,
        index_files,
        sources: check_sources(&index)?,
    };
    form.print(|| report.text(), || serde_json::json!(report))?;
    Ok(
        match report.verification.differences.is_empty() && report.sources.is_sound() {
            true => Status::Found,
            false => Status::Nothing,
        },
    )
}

/// Checks the quotations of a manuscript.
fn check_quotes(path: &Path, args: &Args, index: &Path, terminal: &Terminal) -> Result<Status> {
    let format = match (&args.format, &args.output) {
        (Some(name), _) => Format::named(name)?,
        (None, Some(path)) => Format::of_path(path)?,
        (None, None) => Format::Text,
    };
    let index = args.input.open(index, terminal)?;
    let check = check_file(&index, path, &ReadOptions::default())?;
    if check.quotations.is_empty() {
        terminal.note(&format!("note: no quotation was found in {}", path.display()));
    }
    let destination = Destination::new(args.output.as_ref());
    let mut options = terminal.options(&destination);
    options.bom = !args.no_bom;
    destination.write(|out| print_quotes(format, &check, &options, out))?;
    Ok(match check.is_exact() {
        true => Status::Found,
        false => Status::Nothing,
    })
}

impl Args {
    /// The form in which the proof of the index is told.
    fn form(&self) -> Result<Form> {
        match self.format.as_deref() {
            None | Some("text") => Ok(Form::Text),
            Some("json") => Ok(Form::Json),
            Some(name) => Err(Error::usage(format!(
                "--format {name}: the proof of an index is told as text or json"
            ))
            .hinted("csv is for --quotes FILE")),
        }
    }
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
            "{} as written\n{}: {} as indexed, {} changed, {} missing\n",
            counted(self.index_files.files as u64, "index file"),
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
