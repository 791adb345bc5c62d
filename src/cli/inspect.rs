//! `baogao inspect`: how a file is understood, with the evidence.

use std::path::PathBuf;

use super::terminal::{Destination, Terminal};
use super::{Said, Status};
use crate::error::{Error, Result};
use crate::ingest::corrections::Corrections;
use crate::ingest::walk::walk;
use crate::ingest::{Contents, ReadOptions, decode};
use crate::output::Format;
use crate::output::report::print_inspection;
use crate::report::SectionKind;

/// Show how a file is understood: metadata with evidence, sections, what was left out
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  baogao inspect reports/古镛镇2024.docx
  baogao inspect scan.pdf --ocr --format json")]
pub struct Args {
    /// The files
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The character encoding, when it is detected wrongly
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
    #[command(flatten)]
    said: Said,
    /// Read pages that are images with tesseract (chi_sim) and pdftoppm, which must be installed
    #[arg(long)]
    ocr: bool,
    /// text, or json: one object a report
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: String,
}

pub fn run(args: &Args, terminal: &Terminal) -> Result<Status> {
    let format = Format::named(&args.format)?;
    let read_options = ReadOptions {
        encoding: args.encoding.as_deref().map(decode::encoding_named).transpose()?,
        max_seconds: ReadOptions::usual_seconds(args.ocr),
        ocr: args.ocr,
        ..ReadOptions::default()
    };
    let options = terminal.options(&Destination::StandardOutput);
    let walked = walk(&args.files)?;
    for (path, reason) in &walked.skipped {
        terminal.note(&format!("warning: {}: not read: {reason}", path.display()));
    }
    let mut corrections = Corrections::new(&args.said.options()?, &args.files)?;
    corrections.read_sidecars(&walked.sidecars);
    for warning in &corrections.warnings {
        terminal.note(&format!("warning: {warning}"));
    }
    let mut status = if walked.files.is_empty() {
        Status::Nothing
    } else {
        Status::Found
    };
    for problem in corrections.problems.iter().chain(&corrections.missing_files()) {
        status = fail(problem, terminal);
    }
    for file in &walked.files {
        let said = corrections.of_file(file, "");
        let read = Contents::load(file, &read_options)
            .and_then(|contents| contents.read_corrected(file, &read_options, &said));
        let read = match read {
            Ok(read) => read,
            Err(error) => {
                status = fail(&error, terminal);
                continue;
            }
        };
        Destination::StandardOutput.write(|out| {
            read.reports
                .iter()
                .try_for_each(|report| print_inspection(format, report, SectionKind::label, &options, out))
        })?;
        for warning in &read.warnings {
            terminal.note(&format!("warning: {warning}"));
        }
        for (path, reason) in &read.skipped {
            terminal.note(&format!("warning: {path}: not read: {reason}"));
        }
        for failure in &read.failures {
            status = fail(failure, terminal);
        }
    }
    Ok(status)
}

fn fail(error: &Error, terminal: &Terminal) -> Status {
    terminal.error(error);
    Status::Partly
}
