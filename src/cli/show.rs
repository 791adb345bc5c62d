//! `baogao show`: the outline or the whole text of one report.

use std::path::Path;

use super::export::Export;
use super::terminal::Terminal;
use super::{Input, Status};
use crate::error::{Error, Result};
use crate::index::{Index, StoredReport};
use crate::output::report::{PassageText, ReportView, print_full_text, print_outline};
use crate::report::{ReportId, SectionKind};
use crate::text::fold::fold_phrase;

/// How many reports are named when several fit.
const NAMED: usize = 10;

/// Show a report: its outline, or its whole text
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  baogao show heshi-2025
  baogao show reports/将乐县/古镛镇2024.docx --full")]
pub struct Args {
    /// The report: its id, its path, or its title (a part is enough when only one report fits)
    report: String,
    /// The whole text instead of the outline
    #[arg(long)]
    full: bool,
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    export: Export,
}

pub fn run(args: &Args, index: &Path, terminal: &Terminal) -> Result<Status> {
    args.export.format()?;
    let index = args.input.open(index, terminal)?;
    let Some(report) = choose(&index, &args.report)? else {
        terminal.note(&format!("no report with the id, path or title {}", args.report));
        return Ok(Status::Nothing);
    };
    let view = ReportView {
        id: report.id,
        source: &report.source,
        metadata: &report.metadata,
        quality: &report.quality,
        sections: &report.sections,
    };
    let receipt = args
        .export
        .receipt(terminal, &args.report, &report.id.to_string(), &index)?;
    args.export
        .report(receipt, terminal, |format, options, out| match args.full {
            true => {
                let mut texts = texts(&index, &report)?.into_iter().map(Ok);
                print_full_text(format, &view, SectionKind::label, &mut texts, options, out)
            }
            false => print_outline(format, &view, SectionKind::label, options, out),
        })?;
    let others: Vec<String> = index.paths_of(report.id)?;
    for path in others.iter().filter(|path| **path != report.source.path) {
        terminal.note(&format!("the same report stands in {path}"));
    }
    Ok(Status::Found)
}

fn texts(index: &Index, report: &StoredReport) -> Result<Vec<PassageText>> {
    let passages = index.passages(report.id)?;
    Ok((0..)
        .zip(passages)
        .map(|(seq, kept)| PassageText {
            seq,
            section: kept.section,
            chars: kept.chars[0]..kept.chars[1],
            source: kept.source,
            text: kept.text,
        })
        .collect())
}

/// The one report that somebody names: by id, else by path, else by title.
fn choose(index: &Index, name: &str) -> Result<Option<StoredReport>> {
    if let Ok(id) = name.parse::<ReportId>()
        && let Some(report) = index.report(id)?
    {
        return Ok(Some(report));
    }
    let reports = index.reports()?;
    let in_file: Vec<ReportId> = index
        .sources()?
        .into_iter()
        .flat_map(|source| {
            let is_file = source.path == name;
            let held = source.paths().filter(|(_, path)| is_file || path == name);
            held.map(|(id, _)| id).collect::<Vec<_>>()
        })
        .collect();
    let folded = fold_phrase(name);
    let title = |report: &StoredReport| report.metadata.title.as_deref().map(fold_phrase).unwrap_or_default();
    let ways: [&dyn Fn(&StoredReport) -> bool; 4] = [
        &|report| in_file.contains(&report.id),
        &|report| title(report) == folded,
        &|report| report.source.path.contains(name),
        &|report| !folded.is_empty() && title(report).contains(&folded),
    ];
    for fits in ways {
        let mut fitting: Vec<&StoredReport> = reports.iter().filter(|report| fits(report)).collect();
        match fitting.len() {
            0 => {}
            1 => return Ok(fitting.pop().cloned()),
            _ => return Err(several(name, &fitting)),
        }
    }
    Ok(None)
}

fn several(name: &str, fitting: &[&StoredReport]) -> Error {
    let mut error = Error::usage(format!("{} reports fit {name}", fitting.len()));
    for report in fitting.iter().take(NAMED) {
        let row = report.source.row.map_or(String::new(), |row| format!(" row {row}"));
        let title = report.metadata.title.as_deref().unwrap_or("");
        error = error.hinted(format!("{} is {}{row} {title}", report.id, report.source.path));
    }
    error
}
