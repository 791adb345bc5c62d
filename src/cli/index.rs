//! `baogao index`: brings the index up to date with folders of reports.

use std::path::{Path, PathBuf};
use std::thread::available_parallelism;

use super::terminal::{Destination, Form, Terminal, named};
use super::{Said, Status, terminal};
use crate::error::{Error, Result};
use crate::index::{Index, WriterOptions};
use crate::ingest::{CorrectionOptions, ReadOptions, decode};
use crate::output::counted;
use crate::output::metadata_sheet::{Form as SheetForm, print_metadata_sheet};
use crate::schema::lexicon;
use crate::schema::topics::{self, Topic};
use crate::update::{Outcome, Progress, UpdateOptions, rebuild, update};

/// How much memory the postings may take, in megabytes, unless said otherwise.
const USUAL_MEMORY: usize = 256;

/// Index reports: read what is new or changed, forget what is gone
///
/// Reads txt, md, html, docx, doc, wps, rtf, ofd, pdf, mht, eml, xlsx, xls, ods, jsonl, json, csv and tsv, and archives of them (zip,
/// tar, gz). What is unchanged is not read again. Everything is committed at once: if the run is interrupted, the index stays as it was.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  baogao index reports
  baogao index reports --path-pattern '{county}/{township}-{year}*'
  baogao index reports --export-metadata sheet.xlsx
  baogao index reports --metadata sheet.xlsx --ocr")]
pub struct Args {
    /// Folders and files of reports
    #[arg(required_unless_present = "export_metadata")]
    paths: Vec<PathBuf>,
    /// The character encoding of all files, when it is detected wrongly: utf-8, gb18030, big5, utf-16le …
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
    /// Which column of a table or key of a record holds which field, as text=正文
    #[arg(long, value_name = "FIELD=COLUMN")]
    map: Vec<String>,
    #[command(flatten)]
    said: Said,
    /// Write what is known of each report into a sheet (xlsx, csv), to be corrected and given back with --metadata; without
    /// PATHS, of the index as it is
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    export_metadata: Option<PathBuf>,
    /// A text file of words, one a line, that are words of your field
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    lexicon: Option<PathBuf>,
    /// A TOML file of topics of your own, in the form of `baogao topics show`; they stand beside ours, or in their place
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    topics: Option<PathBuf>,
    /// How much memory the index may take while it is made, in megabytes
    #[arg(long, value_name = "MB", default_value_t = USUAL_MEMORY)]
    memory: usize,
    /// How many threads write
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Refuse files larger than this, in megabytes
    #[arg(long, value_name = "MB", default_value_t = 256)]
    max_file_size: u64,
    /// Give up a file that is not read after so many seconds [default: 120, with --ocr 1800]
    #[arg(long, value_name = "SECONDS")]
    max_seconds: Option<u64>,
    /// Read pages that are images with tesseract (chi_sim) and pdftoppm, which must be installed
    #[arg(long)]
    ocr: bool,
    /// Make the index anew from the paths given, and put it in the place of the old one when it is complete
    #[arg(long)]
    rebuild: bool,
    /// text, or json for every file by name
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Form,
}

pub fn run(args: &Args, index: &Path, terminal: &Terminal) -> Result<Status> {
    let options = args.options()?;
    let sheet = args.export_metadata.as_deref();
    let form = sheet.map(SheetForm::of_path).transpose()?;
    let status = match args.paths.is_empty() {
        true => Status::Found,
        false => index_paths(args, index, &options, terminal)?,
    };
    if let (Some(path), Some(form)) = (sheet, form) {
        let reports = Index::open(index)?.reports()?;
        let destination = Destination::File(path.to_path_buf());
        destination.write(|out| print_metadata_sheet(form, &reports, &destination.to_string(), out))?;
        terminal.note(&format!(
            "{}: {}",
            path.display(),
            counted(reports.len() as u64, "report")
        ));
    }
    Ok(status)
}

fn index_paths(args: &Args, index: &Path, options: &UpdateOptions, terminal: &Terminal) -> Result<Status> {
    let progress = terminal.progress();
    let outcome = match args.rebuild {
        true => rebuild(index, &args.paths, options, &progress)?,
        false => update(index, &args.paths, options, &progress)?,
    };
    for warning in &outcome.warnings {
        terminal.note(&format!("warning: {warning}"));
    }
    args.format.print(|| summary(&outcome), || serde_json::json!(outcome))?;
    Ok(match outcome.failed.is_empty() {
        true => Status::Found,
        false => Status::Partly,
    })
}

/// Indexes what is new or changed under some paths, as reading commands do with `--in`. Tells on standard error what could not
/// be read.
pub fn bring_up_to_date(index: &Path, paths: &[PathBuf], terminal: &Terminal) -> Result<()> {
    let options = UpdateOptions {
        writer: writer_options(USUAL_MEMORY, None, None, None),
        read: ReadOptions::default(),
        corrections: CorrectionOptions::default(),
    };
    let progress: terminal::Bar = terminal.progress();
    let outcome = update(index, paths, &options, &progress as &dyn Progress)?;
    for failure in &outcome.failed {
        terminal.note(&format!("warning: not indexed: {}", failure.message));
    }
    if !outcome.new.is_empty() || !outcome.changed.is_empty() || !outcome.removed.is_empty() {
        terminal.note(&format!("indexed {} reports: {}", outcome.reports, counts(&outcome)));
    }
    Ok(())
}

impl Args {
    fn options(&self) -> Result<UpdateOptions> {
        let words = self.lexicon.as_deref().map(lexicon::read).transpose()?;
        let topics = self.topics.as_deref();
        let topics = topics.map(|path| topics::read(path, topics::declared())).transpose()?;
        let map = self.map.iter().map(|mapping| {
            let (field, column) = mapping.split_once('=').ok_or_else(|| {
                Error::usage(format!("--map {mapping}: no `=` in it")).hinted("write --map text=正文")
            })?;
            Ok((field.trim().to_owned(), column.trim().to_owned()))
        });
        Ok(UpdateOptions {
            writer: writer_options(self.memory, self.threads, words, topics),
            read: ReadOptions {
                encoding: self.encoding.as_deref().map(decode::encoding_named).transpose()?,
                map: map.collect::<Result<_>>()?,
                max_bytes: self.max_file_size << 20,
                max_seconds: self.max_seconds.unwrap_or(ReadOptions::usual_seconds(self.ocr)),
                ocr: self.ocr,
            },
            corrections: self.said.options()?,
        })
    }
}

fn writer_options(
    megabytes: usize,
    threads: Option<usize>,
    words: Option<Vec<String>>,
    topics: Option<Vec<Topic>>,
) -> WriterOptions {
    let cores = available_parallelism().map_or(1, usize::from);
    WriterOptions {
        memory: megabytes << 20,
        threads: threads.unwrap_or(cores),
        words,
        topics,
    }
}

fn counts(outcome: &Outcome) -> String {
    format!(
        "{} new, {} changed, {} unchanged, {} removed, {} failed",
        outcome.new.len(),
        outcome.changed.len(),
        outcome.unchanged,
        outcome.removed.len(),
        outcome.failed.len()
    )
}

/// What was done, for people.
fn summary(outcome: &Outcome) -> String {
    let mut text = format!("files: {}\n", counts(outcome));
    text.push_str(&format!(
        "written: {} reports, {} passages\n",
        outcome.reports, outcome.passages
    ));
    if outcome.corrected > 0 {
        let reports = counted(outcome.corrected as u64, "report");
        text.push_str(&format!("corrected: {reports}, as people say\n"));
    }
    list(&mut text, "removed", &outcome.removed);
    let failed: Vec<String> = outcome.failed.iter().map(|failure| failure.message.clone()).collect();
    list(&mut text, "failed", &failed);
    let duplicates = outcome.duplicates.iter().map(|(path, home)| match path == home {
        true => format!("{path}: the same report twice"),
        false => format!("{path}: the same report as {home}"),
    });
    list(&mut text, "kept once", &duplicates.collect::<Vec<_>>());
    let skipped = outcome.skipped.iter().map(|(path, reason)| format!("{path}: {reason}"));
    list(&mut text, "not reports", &skipped.collect::<Vec<_>>());
    text
}

fn list(text: &mut String, title: &str, items: &[String]) {
    if items.is_empty() {
        return;
    }
    text.push_str(&format!("{title}:\n{}", named(items)));
}
