//! Reads images of pages with two programs that the user has installed: pdftoppm draws them, tesseract reads them.
//!
//! Nothing else of the reader of reports needs a program of another. They get a time limit for each page, and are ended when it
//! is over.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::Packed;
use super::pdf::Glyph;
use crate::error::{Error, Result};

/// Dots to the inch: what tesseract is trained for.
const RESOLUTION: f32 = 300.0;

/// A page that takes longer than this is left out.
const PAGE_TIME: Duration = Duration::from_secs(90);

/// So many pages are read side by side; each takes some hundred megabytes.
const SIDE_BY_SIDE: usize = 2;

/// More than this is no table of words of one page.
const LARGEST_ANSWER: u64 = 32 << 20;

/// A page that was read: its number, its characters, its width and height.
pub type Recognised = (u64, Vec<Glyph>, (f32, f32));

/// Reads pages of a PDF file from their images. Pages on which nothing is found, or that take too long, are not in the answer.
///
/// # Errors
/// When a program or the Chinese language data is missing, or the time is up.
pub fn recognise(packed: &Packed, pages: &[u64], deadline: Instant) -> Result<Vec<Recognised>> {
    check_programs(&packed.path)?;
    let folder = Folder::new().map_err(|error| Error::io(&packed.path, error))?;
    let file = folder.path.join("in.pdf");
    std::fs::write(&file, packed.bytes.as_slice()).map_err(|error| Error::io(&file, error))?;
    let next = AtomicUsize::new(0);
    let late = AtomicBool::new(false);
    let found: Mutex<Vec<Recognised>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE.min(pages.len()) {
            scope.spawn(|| {
                while let Some(page) = pages.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if Instant::now() > deadline {
                        late.store(true, Ordering::Relaxed);
                        return;
                    }
                    if let Some((glyphs, area)) = recognise_page(&folder.path, &file, *page, deadline) {
                        let mut found = found.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                        found.push((*page, glyphs, area));
                    }
                }
            });
        }
    });
    if late.into_inner() {
        let seconds = packed.options.max_seconds;
        return Err(
            Error::source(&packed.path, format!("not read by OCR after {seconds} seconds"))
                .hinted("allow more with --max-seconds: a page takes some seconds"),
        );
    }
    let mut found = found.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    found.sort_by_key(|(page, ..)| *page);
    Ok(found)
}

/// # Errors
/// Names the program or language that is missing, and how it is installed.
fn check_programs(path: &Path) -> Result<()> {
    let missing = |what: &str, debian: &str, homebrew: &str, windows: &str| {
        Error::source(path, format!("a scan, and {what} is not installed"))
            .hinted(format!("Debian, Ubuntu: apt install {debian}"))
            .hinted(format!("macOS: brew install {homebrew}"))
            .hinted(format!("Windows: {windows}"))
    };
    let runs = |command: &mut Command| output(command, Instant::now() + Duration::from_secs(20));
    if runs(Command::new("pdftoppm").arg("-v")).is_none() {
        return Err(missing("pdftoppm", "poppler-utils", "poppler", "choco install poppler"));
    }
    let Some(languages) = runs(Command::new("tesseract").arg("--list-langs")) else {
        return Err(missing(
            "tesseract",
            "tesseract-ocr tesseract-ocr-chi-sim",
            "tesseract tesseract-lang",
            "choco install tesseract",
        ));
    };
    // Older versions tell on standard error.
    let told = [languages.stdout, languages.stderr].concat();
    let told = String::from_utf8_lossy(&told).into_owned();
    match told.lines().any(|line| line.trim() == "chi_sim") {
        true => Ok(()),
        false => Err(missing(
            "tesseract's language chi_sim",
            "tesseract-ocr-chi-sim",
            "tesseract-lang",
            "put chi_sim.traineddata into tesseract's folder tessdata",
        )),
    }
}

fn recognise_page(folder: &Path, file: &Path, page: u64, deadline: Instant) -> Option<(Vec<Glyph>, (f32, f32))> {
    let until = deadline.min(Instant::now() + PAGE_TIME);
    let image = folder.join(format!("page-{page}"));
    let number = page.to_string();
    let mut draw = Command::new("pdftoppm");
    draw.args([
        "-r",
        "300",
        "-gray",
        "-png",
        "-singlefile",
        "-f",
        &number,
        "-l",
        &number,
    ]);
    output(draw.arg(file).arg(&image), until)?;
    let image = image.with_extension("png");
    let mut read = Command::new("tesseract");
    // One thread each: pages are read side by side.
    read.env("OMP_THREAD_LIMIT", "1").arg(&image);
    read.args(["stdout", "-l", "chi_sim", "--dpi", "300", "--psm", "3", "tsv"]);
    let told = output(&mut read, until);
    let _ = std::fs::remove_file(&image);
    words(&String::from_utf8_lossy(&told?.stdout))
}

/// What a program writes, when it ends well and in time. It is ended when the time is over.
fn output(command: &mut Command, until: Instant) -> Option<Output> {
    let command = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().ok()?;
    let stdout = child.stdout.take()?;
    let stderr = child.stderr.take()?;
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| read_all(stdout));
        let other = scope.spawn(|| read_all(stderr));
        let status = wait(&mut child, until);
        let (stdout, stderr) = (reader.join().ok()?, other.join().ok()?);
        let status = status.filter(std::process::ExitStatus::success)?;
        Some(Output { status, stdout, stderr })
    })
}

fn read_all(from: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut from = from.take(LARGEST_ANSWER);
    // What was told before the trouble is used; a program that failed is known by its status.
    let _ = from.read_to_end(&mut bytes);
    bytes
}

fn wait(child: &mut Child, until: Instant) -> Option<std::process::ExitStatus> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < until => std::thread::sleep(Duration::from_millis(20)),
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                return None;
            }
        }
    }
}

/// A word and the box around it, in dots.
struct Word<'a> {
    line: [u32; 3],
    left: f32,
    top: f32,
    width: f32,
    height: f32,
    text: &'a str,
}

/// The characters that tesseract found, and the size of the page: its table has a line for the page, for each block, paragraph
/// and line, and for each word.
fn words(table: &str) -> Option<(Vec<Glyph>, (f32, f32))> {
    let mut words: Vec<Word> = Vec::new();
    let mut area = (0.0, 0.0);
    for row in table.lines().skip(1) {
        let cells: Vec<&str> = row.splitn(12, '\t').collect();
        let number = |n: usize| cells.get(n).and_then(|cell| cell.parse::<f32>().ok());
        let Some(level) = number(0) else { continue };
        if level == 1.0 {
            area = (points(number(8)?), points(number(9)?));
        }
        let text = cells.get(11).map_or("", |text| text.trim());
        if level != 5.0 || text.is_empty() {
            continue;
        }
        words.push(Word {
            line: [2, 3, 4].map(|n| number(n).unwrap_or(0.0) as u32),
            left: points(number(6)?),
            top: points(number(7)?),
            width: points(number(8)?),
            height: points(number(9)?),
            text,
        });
    }
    let lines: Vec<&[Word]> = words.chunk_by(|a, b| a.line == b.line).collect();
    let mut sizes: Vec<f32> = lines.iter().map(|line| size_of(line)).collect();
    sizes.sort_by(f32::total_cmp);
    let usual = sizes.get(sizes.len() / 2).copied().unwrap_or(10.0);
    let glyphs: Vec<Glyph> = lines.into_iter().flat_map(|words| line(words, usual)).collect();
    (!glyphs.is_empty()).then_some((glyphs, area))
}

fn points(dots: f32) -> f32 {
    dots * 72.0 / RESOLUTION
}

/// How large the characters of a line are: as wide as they stand apart. The heights of the boxes tell less, since they follow the
/// ink.
fn size_of(words: &[Word]) -> f32 {
    let start = words.iter().map(|word| word.left).fold(f32::MAX, f32::min);
    let end = words.iter().map(|word| word.left + word.width).fold(0.0, f32::max);
    let chars = words.iter().flat_map(|word| word.text.chars());
    let count: f32 = chars.map(|c| if c.is_ascii() { 0.5 } else { 1.0 }).sum();
    ((end - start) / count.max(1.0)).max(4.0)
}

/// The characters of one line: each takes its share of its word, and all stand on the lowest edge. Boxes of one type differ from
/// line to line, so a size near the usual one of the page is the usual one.
fn line(words: &[Word], usual: f32) -> Vec<Glyph> {
    let bottom = words.iter().map(|word| word.top + word.height).fold(0.0, f32::max);
    let own = size_of(words);
    let size = if (0.75..1.2).contains(&(own / usual)) {
        usual
    } else {
        own
    };
    let mut glyphs: Vec<Glyph> = Vec::new();
    for word in words {
        let count = word.text.chars().count().max(1) as f32;
        for (n, c) in word.text.chars().enumerate() {
            let mut x = word.left + word.width * n as f32 / count;
            // Boxes overlap, and a few stand in the wrong order: that of the words is right.
            if let Some(before) = glyphs.last() {
                x = x.max(before.x + 0.25 * size);
            }
            // The box around a mark is as narrow as its ink: what it leaves free is no blank.
            if let Some(before) = glyphs.last_mut()
                && !(before.c.is_ascii_alphabetic() && c.is_ascii_alphabetic())
                && x - before.end < 2.5 * size
            {
                before.end = before.end.max(x);
            }
            glyphs.push(Glyph {
                c,
                x,
                end: x + (word.width / count).min(size),
                y: bottom,
                size,
                bold: false,
                running: false,
                invisible: false,
            });
        }
    }
    glyphs
}

/// A folder that is removed with all in it when it is done with.
struct Folder {
    path: PathBuf,
}

impl Folder {
    fn new() -> std::io::Result<Folder> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let name = format!(
            "baogao-ocr-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path)?;
        Ok(Folder { path })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What stays behind in a folder for temporary files is no trouble of the user's.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n\
        1\t1\t0\t0\t0\t0\t0\t0\t2480\t3508\t-1\t\n\
        4\t1\t1\t1\t1\t0\t300\t300\t400\t50\t-1\t\n\
        5\t1\t1\t1\t1\t1\t300\t300\t200\t50\t96\t法治政府\n\
        5\t1\t1\t1\t1\t2\t500\t310\t100\t38\t91\t2024\n";

    #[test]
    fn words_become_characters_with_their_places() {
        let (glyphs, (width, height)) = words(TABLE).unwrap();
        assert!((height - 842.0).abs() < 1.0 && (width - 595.0).abs() < 1.0);
        let text: String = glyphs.iter().map(|glyph| glyph.c).collect();
        assert_eq!(text, "法治政府2024");
        assert!((glyphs[1].x - 84.0).abs() < 0.1 && glyphs.iter().all(|glyph| (glyph.y - 84.0).abs() < 0.1));
        let overlapping = TABLE.replace("\t500\t310\t100", "\t350\t310\t100");
        let text: String = words(&overlapping).unwrap().0.iter().map(|glyph| glyph.c).collect();
        assert_eq!(text, "法治政府2024");
        assert!(words("level\n1\tx").is_none());
    }

    #[test]
    fn a_program_that_does_not_end_is_ended() {
        let start = Instant::now();
        let told = output(Command::new("sleep").arg("30"), start + Duration::from_millis(100));
        assert!(told.is_none() && start.elapsed() < Duration::from_secs(10));
        assert!(output(&mut Command::new("no-such-program-here"), start).is_none());
    }
}
