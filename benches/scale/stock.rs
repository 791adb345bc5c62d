//! Takes the sample corpus apart: headings and sentences by section kind, with the places where a report may differ from another.

use std::path::Path;

use baogao::ingest::walk::walk;
use baogao::ingest::{Contents, ReadOptions};
use baogao::report::{Level, Report, ReportKind, SectionKind, slice_chars};
use baogao::text::fold::simplify;
use regex::{Captures, Regex};

use crate::words::Words;

/// What sections of one kind are made of.
#[derive(Default)]
pub struct Parts {
    /// First-level headings, without their numbers.
    pub headings: Vec<Clause>,
    /// Headings below them, without their numbers.
    pub items: Vec<Clause>,
    pub sentences: Vec<Sentence>,
}

/// A sentence: clauses with commas between them and a full stop after the last.
pub type Sentence = Vec<Clause>;

/// A clause in pieces.
pub type Clause = Vec<Piece>;

/// A piece of a clause.
pub enum Piece {
    Text(String),
    Township,
    County,
    /// A year, counted from the one the report is about.
    Year(i32),
    /// A number, as it stood.
    Number(String),
    /// A number of per cent, as it stood.
    Percent(String),
    /// A Chinese numeral of one character.
    Numeral,
    /// One of a group of words: its number in [`Words::alternatives`].
    Word(usize),
}

/// The parts of the sample corpus by section kind.
pub struct Stock {
    kinds: [Parts; SectionKind::ALL.len()],
}

impl Stock {
    /// Reads the reports of townships and counties below a folder.
    pub fn read(corpus: &Path, words: &Words) -> Stock {
        let mut stock = Stock {
            kinds: Default::default(),
        };
        for report in reports(corpus) {
            let cutter = Cutter::new(&report, words);
            stock.take(&report, &cutter);
        }
        for kind in WANTED {
            assert!(
                stock.of(kind).sentences.len() > 20,
                "the sample corpus says too little of {kind:?}"
            );
        }
        stock
    }

    /// The parts of one kind.
    pub fn of(&self, kind: SectionKind) -> &Parts {
        &self.kinds[kind as usize]
    }

    fn take(&mut self, report: &Report, cutter: &Cutter) {
        for section in &report.sections {
            let parts = &mut self.kinds[section.kind as usize];
            let heading = section.heading.as_deref().unwrap_or_default();
            if let Some(heading) = cutter.heading(heading) {
                match section.level {
                    1 => parts.headings.push(heading),
                    _ => parts.items.push(heading),
                }
            }
            let text = slice_chars(&report.text, section.chars.clone());
            let body = text.strip_prefix(heading).unwrap_or(text);
            parts.sentences.extend(cutter.sentences(body));
        }
    }
}

/// The kinds that generated reports have sections of.
const WANTED: [SectionKind; 5] = [
    SectionKind::Preamble,
    SectionKind::Achievements,
    SectionKind::Problems,
    SectionKind::Leadership,
    SectionKind::Plans,
];

fn reports(corpus: &Path) -> Vec<Report> {
    let options = ReadOptions::default();
    let files = walk(&[corpus.to_path_buf()]).expect("the sample corpus is there").files;
    let read = files.iter().flat_map(|file| {
        let contents = Contents::load(file, &options).expect("a sample can be opened");
        contents.read(file, &options).expect("a sample can be read").reports
    });
    read.filter(|report| report.metadata.kind == ReportKind::RuleOfLaw)
        .filter(|report| matches!(report.metadata.level, Some(Level::Township | Level::County)))
        .filter(|report| report.metadata.year.is_some() && is_simplified(&report.text))
        .collect()
}

fn is_simplified(text: &str) -> bool {
    let changed = text
        .chars()
        .zip(simplify(text).chars())
        .filter(|(before, after)| before != after)
        .count();
    changed * 100 < text.chars().count()
}

/// Cuts the text of one report.
struct Cutter {
    /// Names, years and numbers. The names of its groups say what was found.
    slots: Regex,
    /// The same, and words that have others in their place: `w` and the number of their group.
    slots_and_words: Regex,
    numbering: Regex,
    /// What a sentence must not have: other places, document numbers, words of the lead.
    foreign: Regex,
    year: i32,
    words: usize,
}

impl Cutter {
    fn new(report: &Report, words: &Words) -> Cutter {
        let year = report.metadata.year.unwrap_or_default().into();
        let name = |group: &str, name: &Option<String>| name.as_ref().map(|name| format!("(?<{group}>{name})"));
        let mut slots = Vec::new();
        slots.extend(name("township", &report.metadata.township));
        slots.extend(name("county", &report.metadata.county));
        slots.push(r"(?<kept>\d+·\d+|12345|12348|1[12]\d)".to_owned());
        slots.push(r"(?<year>(?:19|20)\d\d)".to_owned());
        slots.push(r"(?<percent>\d+(?:\.\d+)?)(?:[%％])".to_owned());
        slots.push(r"(?<number>\d+(?:\.\d+)?)".to_owned());
        slots.push("(?<numeral>[二三四五六七八九])(?:[次名个件项份场户处期])".to_owned());
        let groups = words.alternatives.iter().enumerate();
        let groups = groups.map(|(number, group)| format!("(?<w{number}>{})", group.join("|")));
        let with_words: Vec<String> = slots.iter().cloned().chain(groups).collect();
        let regex = |pattern: &str| Regex::new(pattern).expect("a sound pattern");
        Cutter {
            slots: regex(&slots.join("|")),
            slots_and_words: regex(&with_words.join("|")),
            numbering: regex(r"^[（(]?[一二三四五六七八九十\d]+[)）、.．]+\s*"),
            foreign: regex(
                "现将|如下|〔|。|[（(][一二三四五六七八九十][)）]|[一-龥]{2}(?:自治县|[县区市省](?:委|政府|人民政府)|(?:[^乡村城各全本我]镇|街道)(?:党委|人民政府|办事处))",
            ),
            year,
            words: words.alternatives.len(),
        }
    }

    /// A heading without its number; none when it is none or too much for one line.
    fn heading(&self, heading: &str) -> Option<Clause> {
        let name = self.numbering.replace(heading.trim(), "");
        let name = name.trim_end_matches(['。', '.', '：', ':']);
        let fits = (4..=40).contains(&name.chars().count()) && !name.contains(['\n', '。', '(', '（']);
        // Its words tell what kind of section it opens, so they stay.
        fits.then(|| self.pieces(&self.slots, name))
    }

    fn sentences(&self, body: &str) -> Vec<Sentence> {
        let fits = |sentence: &&str| {
            (12..=150).contains(&sentence.chars().count()) && is_balanced(sentence) && !self.is_foreign(sentence)
        };
        body.lines()
            .map(|line| self.numbering.replace(line.trim(), "").into_owned())
            .flat_map(|line| {
                line.split_inclusive('。')
                    .filter_map(|part| part.strip_suffix('。').map(str::to_owned))
                    .collect::<Vec<_>>()
            })
            .filter(|sentence| fits(&sentence.as_str()))
            .map(|sentence| {
                clauses(&sentence)
                    .into_iter()
                    .map(|clause| self.pieces(&self.slots_and_words, clause))
                    .collect()
            })
            .collect()
    }

    /// Whether a sentence names what only its own report can name.
    fn is_foreign(&self, sentence: &str) -> bool {
        let slots = self.slots.replace_all(sentence, "");
        self.foreign.is_match(&slots)
    }

    fn pieces(&self, slots: &Regex, text: &str) -> Clause {
        let mut pieces = Vec::new();
        let mut at = 0;
        for found in slots.captures_iter(text) {
            let Some((piece, range)) = self.piece(&found) else {
                continue;
            };
            if at < range.start {
                pieces.push(Piece::Text(text[at..range.start].to_owned()));
            }
            pieces.push(piece);
            at = range.end;
        }
        if at < text.len() {
            pieces.push(Piece::Text(text[at..].to_owned()));
        }
        pieces
    }

    /// What was found, and where; none for what stays as it is.
    fn piece(&self, found: &Captures) -> Option<(Piece, std::ops::Range<usize>)> {
        let word =
            (0..self.words).find_map(|number| Some((Piece::Word(number), found.name(&format!("w{number}"))?.range())));
        let named = |name: &str| found.name(name);
        word.or_else(|| Some((Piece::Township, named("township")?.range())))
            .or_else(|| Some((Piece::County, named("county")?.range())))
            .or_else(|| {
                let year = named("year")?;
                Some((
                    Piece::Year(year.as_str().parse::<i32>().ok()? - self.year),
                    year.range(),
                ))
            })
            .or_else(|| named("percent").map(|number| (Piece::Percent(number.as_str().to_owned()), number.range())))
            .or_else(|| named("number").map(|number| (Piece::Number(number.as_str().to_owned()), number.range())))
            .or_else(|| Some((Piece::Numeral, named("numeral")?.range())))
    }
}

/// The clauses between the commas of a sentence that stand in no quotes or brackets.
fn clauses(sentence: &str) -> Vec<&str> {
    let mut depth = 0;
    sentence
        .split(move |c| {
            match c {
                '“' | '《' | '（' | '(' | '‘' => depth += 1,
                '”' | '》' | '）' | ')' | '’' => depth -= 1,
                _ => {}
            }
            depth == 0 && matches!(c, '，' | ',')
        })
        .collect()
}

fn is_balanced(sentence: &str) -> bool {
    [['“', '”'], ['《', '》'], ['（', '）'], ['(', ')'], ['‘', '’']]
        .iter()
        .all(|[open, close]| sentence.matches(*open).count() == sentence.matches(*close).count())
}
