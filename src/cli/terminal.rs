//! What the user sees of the program beside its results: errors with their place and remedies, warnings, progress; and where
//! results go.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{BufWriter, IsTerminal, Write, stderr, stdout};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anstream::{AutoStream, ColorChoice};
use indicatif::{ProgressBar, ProgressStyle};

use crate::error::{Error, ErrorKind, Result};
use crate::hits::Summary;
use crate::output::{self, Style, visible, wrap};
use crate::receipt::Receipt;
use crate::update::Progress;

/// The columns of a terminal that does not say how many it has.
const USUAL_WIDTH: usize = 80;
/// Lines of Chinese text longer than this are hard to read.
const WIDEST: usize = 100;

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Color {
    /// On a terminal that can
    Auto,
    Always,
    Never,
}

/// The forms in which a command tells what it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    Text,
    Json,
}

/// The terminal, as far as this run is concerned.
pub struct Terminal {
    color: Color,
    quiet: bool,
    /// The arguments of the command, without the program's name.
    command: Vec<String>,
    /// Filled with the receipt of the answer when a command is only run to see what it answers now.
    replayed: Option<OnceLock<Receipt>>,
}

/// Where a command's results go.
pub enum Destination {
    StandardOutput,
    /// Written under another name first, and given its own when it is complete: a partial file never looks whole.
    File(PathBuf),
    /// Written and forgotten.
    Nowhere,
}

impl Terminal {
    pub fn new(color: Color, quiet: bool, command: Vec<String>) -> Self {
        Terminal {
            color,
            quiet,
            command,
            replayed: None,
        }
    }

    /// Where a command is run again: nothing is shown, and the receipt of its answer is kept.
    pub fn replaying(command: Vec<String>) -> Self {
        Terminal {
            replayed: Some(OnceLock::new()),
            ..Terminal::new(Color::Never, true, command)
        }
    }

    /// The arguments of the command, without the program's name.
    pub fn command(&self) -> &[String] {
        &self.command
    }

    /// Whether a command is only run to see what it answers now.
    pub fn is_replaying(&self) -> bool {
        self.replayed.is_some()
    }

    /// Keeps the receipt of an answer for [`Terminal::replayed`].
    pub fn keep_receipt(&self, receipt: Receipt) {
        if let Some(replayed) = &self.replayed {
            let _ = replayed.set(receipt);
        }
    }

    /// The receipt of the answer, once the command was run again.
    pub fn replayed(&self) -> Option<&Receipt> {
        self.replayed.as_ref()?.get()
    }

    /// How results are to be written to a destination.
    pub fn options(&self, destination: &Destination) -> output::Options {
        let colored = match (self.color, destination) {
            (Color::Always, _) => true,
            (Color::Never, _) | (_, Destination::File(_) | Destination::Nowhere) => false,
            (Color::Auto, Destination::StandardOutput) => AutoStream::choice(&stdout()) != ColorChoice::Never,
        };
        output::Options {
            width: match destination {
                Destination::StandardOutput => self.width(),
                Destination::File(_) | Destination::Nowhere => USUAL_WIDTH,
            },
            style: if colored { Style::colored() } else { Style::plain() },
            destination: destination.to_string(),
            ..output::Options::default()
        }
    }

    fn width(&self) -> usize {
        let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        let seen = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        said.or_else(seen).unwrap_or(USUAL_WIDTH).clamp(20, WIDEST)
    }

    /// Tells what went wrong, where, and what to do.
    pub fn error(&self, error: &Error) {
        self.tell(&format!("error: {error}\n"), error);
    }

    /// Tells what went wrong with a line of a list, and what to do.
    pub fn error_at(&self, place: &str, error: &Error) {
        self.tell(&format!("error: {place}: {error}\n"), error);
    }

    fn tell(&self, head: &str, error: &Error) {
        let mut text = visible::text(head).into_owned();
        if let ErrorKind::Syntax { query, span, .. } = &error.kind {
            text.push_str(&caret(query, span.clone()));
        }
        for hint in &error.hints {
            text.push_str(&format!("hint: {}\n", visible::text(hint)));
        }
        // There is nobody left to tell when this fails.
        let _ = stderr().write_all(text.as_bytes());
    }

    /// Tells something the user should know, unless quiet was asked for.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            let _ = writeln!(stderr(), "{}", visible::text(text));
        }
    }

    /// Tells what the asker of a question should know, and the questions near one that found nothing.
    pub fn beside(&self, summary: &Summary) {
        for note in &summary.notes {
            self.note(&format!("note: {note}"));
        }
        for near in &summary.suggestions {
            let found = output::counted(near.passages, "passage");
            self.note(&format!("near it: {} ({}): {found}", near.query, near.reason));
        }
    }

    /// A bar on standard error while files are read; nothing when that is no terminal.
    pub fn progress(&self) -> Bar {
        Bar {
            shown: !self.quiet && stderr().is_terminal(),
            bar: OnceLock::new(),
        }
    }
}

/// The first of some items, one a line; all of them are told with --format json.
pub fn named(items: &[String]) -> String {
    const NAMED: usize = 20;
    let mut text = String::new();
    for item in items.iter().take(NAMED) {
        text.push_str(&format!("  {}\n", item.replace(char::is_control, "\u{fffd}")));
    }
    if items.len() > NAMED {
        text.push_str(&format!(
            "  and {} more; --format json names them all\n",
            items.len() - NAMED
        ));
    }
    text
}

impl Form {
    /// Writes one of the two to standard output.
    pub fn print(self, text: impl FnOnce() -> String, json: impl FnOnce() -> serde_json::Value) -> Result<()> {
        let told = match self {
            Form::Text => visible::text(&text()).into_owned(),
            Form::Json => format!("{}\n", visible::json(&format!("{:#}", json()))),
        };
        print_text(&told)
    }
}

/// Writes to standard output.
pub fn print_text(text: &str) -> Result<()> {
    let mut out = stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| Error::io("standard output", error))
}

impl Destination {
    pub fn new(file: Option<&PathBuf>) -> Self {
        file.map_or(Destination::StandardOutput, |path| Destination::File(path.clone()))
    }

    /// Lets `write` write; a file appears when it is complete.
    pub fn write<T>(&self, write: impl FnOnce(&mut dyn Write) -> Result<T>) -> Result<T> {
        match self {
            Destination::Nowhere => write(&mut std::io::sink()),
            Destination::StandardOutput => write(&mut BufWriter::new(stdout().lock())),
            Destination::File(path) => write_whole(path, write),
        }
    }
}

impl std::fmt::Display for Destination {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Destination::StandardOutput => f.write_str("standard output"),
            Destination::File(path) => path.display().fmt(f),
            Destination::Nowhere => f.write_str("nowhere"),
        }
    }
}

fn write_whole<T>(path: &Path, write: impl FnOnce(&mut dyn Write) -> Result<T>) -> Result<T> {
    if is_no_plain_file(path) {
        return write_straight(path, write);
    }
    // A link stays a link.
    let path = &std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let (partial, file) = partial_beside(path)?;
    let result = write_synced(&partial, &file, write).and_then(|written| {
        std::fs::rename(&partial, path)
            .map(|()| written)
            .map_err(|error| Error::io(path, error))
    });
    if result.is_err() {
        let _ = std::fs::remove_file(&partial);
    }
    result
}

fn write_synced<T>(path: &Path, file: &File, write: impl FnOnce(&mut dyn Write) -> Result<T>) -> Result<T> {
    let io = |error| Error::io(path, error);
    let mut out = BufWriter::new(file);
    let written = write(&mut out)?;
    out.flush().map_err(io)?;
    file.sync_all().map_err(io)?;
    Ok(written)
}

/// Whether what is there is a device, a pipe or the like, which must not be replaced by a file.
fn is_no_plain_file(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir())
}

fn write_straight<T>(path: &Path, write: impl FnOnce(&mut dyn Write) -> Result<T>) -> Result<T> {
    let io = |error| Error::io(path, error);
    let mut out = BufWriter::new(OpenOptions::new().write(true).open(path).map_err(io)?);
    let written = write(&mut out)?;
    out.flush().map_err(io)?;
    Ok(written)
}

/// A file beside the wished one, `hits.csv.part`, locked by this run. One that a killed run left behind is written over; while another
/// run writes its own, this one is `hits.csv.2.part`, and so on.
fn partial_beside(path: &Path) -> Result<(PathBuf, File)> {
    let mut number = 1;
    loop {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(if number == 1 {
            ".part".to_owned()
        } else {
            format!(".{number}.part")
        });
        let partial = path.with_file_name(name);
        let io = |error| Error::io(&partial, error);
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&partial)
            .map_err(io)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => number += 1,
            // Where files cannot be locked, two runs into one file are the user's to avoid.
            _ if is_at(&file, &partial) => {
                file.set_len(0).map_err(io)?;
                return Ok((partial, file));
            }
            // Its run has just ended and given it its name.
            _ => {}
        }
    }
}

/// Whether the open file is the one that has this path now.
fn is_at(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let open = file.metadata().map(|open| (open.dev(), open.ino()));
        let there = std::fs::metadata(path).map(|there| (there.dev(), there.ino()));
        matches!((open, there), (Ok(open), Ok(there)) if open == there)
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        path.exists()
    }
}

/// The line of a question with marks under the part that is wrong, Chinese characters taken as two columns.
fn caret(query: &str, span: std::ops::Range<usize>) -> String {
    let visible: Vec<char> = query.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    // A long question is shown around the place only.
    let from = span.start.saturating_sub(30);
    let to = (span.end + 20).min(visible.len());
    let shown: String = visible.get(from..to).unwrap_or_default().iter().collect();
    let columns = |range: std::ops::Range<usize>| {
        let part: String = visible
            .get(range.start.min(visible.len())..range.end.min(visible.len()))
            .unwrap_or_default()
            .iter()
            .collect();
        wrap::width(&part)
    };
    let indent = " ".repeat(columns(from..span.start));
    let marks = "^".repeat(columns(span.clone()).clamp(1, 60));
    format!("  {shown}\n  {indent}{marks}\n")
}

/// Shows how far the reading of files has come.
pub struct Bar {
    shown: bool,
    bar: OnceLock<ProgressBar>,
}

impl Progress for Bar {
    fn start(&self, files: usize, bytes: u64) {
        if self.shown && files > 0 {
            let style = ProgressStyle::with_template("reading {wide_bar} {bytes}/{total_bytes}, {eta} left")
                .unwrap_or_else(|_| ProgressStyle::default_bar());
            let _ = self.bar.set(ProgressBar::new(bytes).with_style(style));
        }
    }

    fn advance(&self, bytes: u64) {
        if let Some(bar) = self.bar.get() {
            bar.inc(bytes);
        }
    }

    fn finish(&self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_under_the_right_column() {
        assert_eq!(caret("枫桥 (网格员", 3..4), "  枫桥 (网格员\n       ^\n");
        assert_eq!(caret("年份:二〇", 3..5), "  年份:二〇\n       ^^^^\n");
    }

    #[test]
    fn a_place_at_the_end_or_in_a_long_question_can_be_shown() {
        assert_eq!(caret("", 0..0), "  \n  ^\n");
        let long = "法".repeat(500);
        assert!(caret(&long, 400..401).lines().all(|line| wrap::width(line) < 120));
    }

    #[test]
    fn a_file_appears_only_when_it_is_complete() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hits.csv");
        let failed = write_whole(&path, |out| {
            out.write_all(b"half").unwrap();
            Err::<(), _>(Error::usage("stopped"))
        });
        assert!(failed.is_err() && std::fs::read_dir(folder.path()).unwrap().count() == 0);
        write_whole(&path, |out| {
            out.write_all(b"whole").map_err(|error| Error::io(&path, error))
        })
        .unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"whole");
    }

    #[test]
    fn what_a_killed_run_left_is_written_over_and_what_another_writes_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hits.csv");
        std::fs::write(folder.path().join("hits.csv.part"), "left behind").unwrap();
        let put =
            |out: &mut dyn Write, text: &str| out.write_all(text.as_bytes()).map_err(|error| Error::io("a", error));
        write_whole(&path, |out| {
            write_whole(&path, |out| put(out, "second"))?;
            put(out, "first")
        })
        .unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"first");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn links_stay_and_devices_are_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("a.csv"), folder.path().join("b.csv"));
        std::fs::write(&file, "old").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        write_whole(&link, |out| {
            out.write_all(b"new").map_err(|error| Error::io("a", error))
        })
        .unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), b"new");
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
        write_whole(Path::new("/dev/null"), |_| Ok(())).unwrap();
        assert!(is_no_plain_file(Path::new("/dev/null")));
    }
}
