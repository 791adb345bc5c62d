//! Makes a corpus of any size: reports of invented townships, put together from the sentences of the sample corpus. The same seed
//! and size give the same bytes.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use baogao::report::SectionKind;
use fastrand::Rng;

use crate::names::{Place, place};
use crate::stock::{Clause, Parts, Piece, Sentence, Stock};
use crate::words::Words;

/// The first year that is reported on, and how many there are of each township.
const FIRST_YEAR: i32 = 2017;
const YEARS: usize = 8;

/// How long a report is meant to be, in characters. Signature and last sentences come on top.
const LENGTH: std::ops::Range<usize> = 1_250..3_300;

/// A corpus on disk.
pub struct Corpus {
    /// The folder of its reports: `county/township-year.txt`.
    pub root: PathBuf,
    /// One for each report, by their numbers.
    pub reports: Vec<Written>,
}

/// A report as it was meant.
pub struct Written {
    /// Below the root.
    pub path: String,
    pub county: String,
    pub township: String,
    pub year: u16,
    pub bytes: u64,
}

impl Corpus {
    /// The corpus of a size and seed below a folder; made unless it is there.
    pub fn prepare(folder: &Path, megabytes: u64, seed: u64) -> Corpus {
        let folder = folder.join(format!("corpus-{megabytes}-{seed}-{}", recipe()));
        let (root, list) = (folder.join("reports"), folder.join("list.tsv"));
        if !list.is_file() {
            // A run that was cut short left no list.
            let _ = fs::remove_dir_all(&folder);
            let reports = write_reports(&root, megabytes * 1_000_000, seed);
            fs::write(&list, to_list(&reports)).expect("the list can be written");
        }
        let list = fs::read_to_string(&list).expect("the list can be read");
        Corpus {
            root,
            reports: list.lines().map(from_line).collect(),
        }
    }

    /// Deletes it, and the indexes made of it.
    pub fn delete(&self) {
        let folder = self.root.parent().expect("a corpus has a folder of its own");
        fs::remove_dir_all(folder).expect("a corpus can be deleted");
    }

    /// The size of all reports.
    pub fn bytes(&self) -> u64 {
        self.reports.iter().map(|report| report.bytes).sum()
    }
}

/// A short name for all that decides what a corpus holds, beside size and seed.
fn recipe() -> String {
    let mut hasher = blake3::Hasher::new();
    for source in [
        include_str!("generator.rs"),
        include_str!("names.rs"),
        include_str!("stock.rs"),
        include_str!("words.toml"),
        include_str!("../../corpus/gold.jsonl"),
    ] {
        hasher.update(source.as_bytes());
    }
    hasher.finalize().to_hex()[..8].to_owned()
}

fn write_reports(root: &Path, bytes: u64, seed: u64) -> Vec<Written> {
    let words = Words::load();
    let stock = Stock::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus"), &words);
    let mut written = Vec::new();
    let mut done = 0;
    while done < bytes {
        let number = written.len();
        let place = place(&words, number / YEARS);
        let year = FIRST_YEAR + (number % YEARS) as i32;
        // Each report has a seed of its own, so that a larger corpus starts with the reports of a smaller one.
        let rng = Rng::with_seed(seed.wrapping_mul(1_000_003).wrapping_add(number as u64));
        let text = Author::new(&words, &stock, &place, year, rng).report();
        let path = format!("{}/{}-{year}.txt", place.county, place.township);
        let file = root.join(&path);
        fs::create_dir_all(file.parent().expect("a report lies in a folder")).expect("a folder can be made");
        fs::write(&file, &text).expect("a report can be written");
        done += text.len() as u64;
        written.push(Written {
            path,
            county: place.county,
            township: place.township,
            year: year as u16,
            bytes: text.len() as u64,
        });
    }
    written
}

fn to_list(reports: &[Written]) -> String {
    let line = |report: &Written| {
        format!(
            "{}\t{}\t{}\t{}\t{}\n",
            report.path, report.county, report.township, report.year, report.bytes
        )
    };
    reports.iter().map(line).collect()
}

fn from_line(line: &str) -> Written {
    let mut columns = line.split('\t').map(str::to_owned);
    let mut next = || columns.next().expect("a line of five columns");
    Written {
        path: next(),
        county: next(),
        township: next(),
        year: next().parse().expect("a year"),
        bytes: next().parse().expect("a number of bytes"),
    }
}

/// Writes one report.
struct Author<'a> {
    words: &'a Words,
    stock: &'a Stock,
    place: &'a Place,
    year: i32,
    rng: Rng,
    text: String,
    /// How long the text is, in characters.
    length: usize,
}

impl<'a> Author<'a> {
    fn new(words: &'a Words, stock: &'a Stock, place: &'a Place, year: i32, rng: Rng) -> Self {
        Author {
            words,
            stock,
            place,
            year,
            rng,
            text: String::with_capacity(10_000),
            length: 0,
        }
    }

    fn report(mut self) -> String {
        let length = self.rng.usize(LENGTH);
        self.title();
        self.lead();
        self.section(1, SectionKind::Achievements, length * 60 / 100);
        self.section(2, SectionKind::Problems, length * 72 / 100);
        self.section(3, SectionKind::Leadership, length * 82 / 100);
        self.section(4, SectionKind::Plans, length);
        self.signature();
        self.text
    }

    fn title(&mut self) {
        let (Place { county, township }, year) = (self.place, self.year);
        let title = match self.rng.u8(0..4) {
            0 => format!("{township}人民政府关于{year}年度法治政府建设情况的报告\n{county}人民政府："),
            1 => format!("{county}{township}人民政府{year}年度法治政府建设工作报告"),
            _ => format!("{county}{township}{year}年法治政府建设年度报告"),
        };
        self.line(&title);
    }

    fn lead(&mut self) {
        let (Place { county, township }, year) = (self.place, self.year);
        let start = format!("{year}年，{township}在{county}委、县政府的坚强领导下，");
        self.put(&start);
        self.sentence(SectionKind::Preamble);
        self.line("现将有关情况报告如下：");
    }

    /// A section that ends when the whole text is about `until` characters long.
    fn section(&mut self, number: usize, kind: SectionKind, until: usize) {
        self.put(&format!("{}、", NUMERALS[number - 1]));
        let parts = self.stock.of(kind);
        let heading = pick(&mut self.rng, &parts.headings);
        self.clause(heading);
        self.line("");
        let has_items = !parts.items.is_empty() && kind != SectionKind::Leadership;
        for item in 0..NUMERALS.len() {
            if has_items {
                self.item(item, parts);
            }
            for _ in 0..self.rng.usize(2..6) {
                self.sentence(kind);
            }
            self.line("");
            if self.length >= until {
                break;
            }
        }
    }

    /// The heading of an item: on a line of its own, or before its first sentence.
    fn item(&mut self, number: usize, parts: &Parts) {
        self.put(&format!("（{}）", NUMERALS[number]));
        let heading = pick(&mut self.rng, &parts.items);
        self.clause(heading);
        match self.rng.bool() {
            true => self.line(""),
            false => self.put("。"),
        }
    }

    fn signature(&mut self) {
        let day = format!("{}年{}月{}日", self.year + 1, self.rng.u8(1..4), self.rng.u8(1..29));
        let body = format!("{}人民政府", self.place.township);
        self.line(&body);
        self.line(&day);
    }

    /// A sentence of a section's kind: as it stood, or the start of one and the end of another, its inner clauses perhaps in
    /// another order.
    fn sentence(&mut self, kind: SectionKind) {
        let sentences = &self.stock.of(kind).sentences;
        let first = pick(&mut self.rng, sentences);
        let second = pick(&mut self.rng, sentences);
        let mut clauses: Vec<&Clause> = match self.rng.u8(0..10) {
            0..5 => spliced(&mut self.rng, first, second),
            _ => first.iter().collect(),
        };
        if clauses.len() >= 4 && self.rng.bool() {
            let inner = 1..clauses.len() - 1;
            self.rng.shuffle(&mut clauses[inner]);
        }
        if kind == SectionKind::Achievements && self.rng.u8(0..4) == 0 {
            self.opener();
        }
        for (at, clause) in clauses.into_iter().enumerate() {
            if at > 0 {
                self.put("，");
            }
            self.clause(clause);
        }
        self.put("。");
    }

    fn opener(&mut self) {
        let opener = pick(&mut self.rng, &self.words.openers);
        let [a, b] = [0; 2].map(|_| *pick(&mut self.rng, &self.words.village));
        let surname = *pick(&mut self.rng, &self.words.surnames);
        let given = [0; 2].map(|_| *pick(&mut self.rng, &self.words.given));
        let number = self.rng.u16(2..900).to_string();
        let opener = opener
            .replace("{village}", &String::from_iter([a, b]))
            .replace("{person}", &String::from_iter([surname, given[0], given[1]]))
            .replace("{number}", &number);
        self.put(&opener);
    }

    fn clause(&mut self, clause: &Clause) {
        for piece in clause {
            match piece {
                Piece::Text(text) => self.put(text),
                Piece::Township => self.put(&self.place.township),
                Piece::County => self.put(&self.place.county),
                Piece::Year(difference) => self.put(&(self.year + difference).to_string()),
                Piece::Number(number) => {
                    let number = like(&mut self.rng, number);
                    self.put(&number);
                }
                Piece::Percent(number) => {
                    let percent = percent_like(&mut self.rng, number);
                    self.put(&percent);
                }
                Piece::Numeral => {
                    let numeral = NUMERALS[self.rng.usize(1..9)];
                    self.put(numeral);
                }
                Piece::Word(group) => {
                    let word = pick(&mut self.rng, &self.words.alternatives[*group]);
                    self.put(word);
                }
            }
        }
    }

    fn put(&mut self, text: &str) {
        self.text.push_str(text);
        self.length += text.chars().count();
    }

    fn line(&mut self, text: &str) {
        self.put(text);
        self.put("\n");
    }
}

const NUMERALS: [&str; 10] = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];

fn pick<'t, T>(rng: &mut Rng, items: &'t [T]) -> &'t T {
    &items[rng.usize(0..items.len())]
}

/// The first clauses of one sentence, the last of another.
fn spliced<'t>(rng: &mut Rng, first: &'t Sentence, second: &'t Sentence) -> Vec<&'t Clause> {
    let head = rng.usize(1..=first.len());
    let tail = rng.usize(0..second.len());
    first[..head].iter().chain(&second[tail..]).take(7).collect()
}

/// A number of as many digits, before and after its point.
fn like(rng: &mut Rng, number: &str) -> String {
    let mut digits = String::with_capacity(number.len());
    for (at, c) in number.char_indices() {
        match c {
            '.' => digits.push('.'),
            _ if at == 0 => _ = write!(digits, "{}", rng.u8(1..10)),
            _ => _ = write!(digits, "{}", rng.u8(0..10)),
        }
    }
    digits
}

/// A number of per cent with as many digits after its point, up to 100.
fn percent_like(rng: &mut Rng, number: &str) -> String {
    match number.split_once('.') {
        Some((_, decimals)) => format!("{}.{}", rng.u8(1..100), like(rng, decimals)),
        None => rng.u8(1..=100).to_string(),
    }
}
