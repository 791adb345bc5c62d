//! Proves an index on its own contents: what it answers for a phrase against a plain reading of every stored text, and its
//! sources against the files on disk.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::directory::{Access, SealedDirectory};
use super::writer::{MANAGED, check_marker};
use super::{Index, MARKER, META, OPEN_TRIES, Request, damaged, open_tantivy, rebuild};
use crate::error::{Error, Result};
use crate::query::{Phrase, Query};
use crate::report::ReportId;
use crate::text::fold::{BREAK, fold};
use crate::text::units::{PhraseFinder, units};

/// The longest phrase that is drawn at random, in units.
const MAX_DRAWN_UNITS: usize = 12;

/// What a comparison found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// How many phrases were compared.
    pub phrases: usize,
    /// How many passages were read for each.
    pub passages: u64,
    /// How often the phrases stand in them, by the plain reading.
    pub occurrences: u64,
    pub differences: Vec<Difference>,
}

/// A passage of which index and plain reading say different things.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    pub phrase: String,
    pub report: ReportId,
    /// The passage's number in its report, from 0.
    pub seq: u32,
    /// How often the phrase stands there by the index.
    pub indexed: u64,
    /// How often the phrase stands there by the plain reading.
    pub read: u64,
}

/// How the files of an index compare with what was written into them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FileCheck {
    /// How many files the last commit consists of.
    pub files: usize,
    /// Those that are not as they were written, with what is wrong.
    pub damaged: Vec<String>,
}

/// How often a phrase stands in which passage.
type Occurrences = BTreeMap<(ReportId, u32), u64>;

impl Index {
    /// Compares, for each phrase, the passages and occurrences that the index answers with those a plain reading of all stored
    /// texts finds.
    ///
    /// # Errors
    /// When a phrase has nothing in it that can be searched for.
    pub fn verify(&self, phrases: &[String]) -> Result<Verification> {
        let nothing = |text: &String| {
            Error::usage(format!(
                "`{text}` cannot be compared: there is no character, letter or digit in it"
            ))
        };
        let phrases = phrases
            .iter()
            .map(|text| Phrase::new(text).ok_or_else(|| nothing(text)))
            .collect::<Result<Vec<_>>>()?;
        let finders: Vec<PhraseFinder> = phrases
            .iter()
            .filter_map(|phrase| PhraseFinder::new(&phrase.folded))
            .collect();
        let mut read = vec![Occurrences::new(); phrases.len()];
        let mut place = (ReportId(0), 0);
        let mut passages = 0;
        self.each_passage(|report, text| {
            place = (
                report,
                if place.0 == report && passages > 0 {
                    place.1 + 1
                } else {
                    0
                },
            );
            passages += 1;
            let folded = fold(text);
            for (finder, found) in finders.iter().zip(&mut read) {
                let count = finder.starts(&folded).count() as u64;
                if count > 0 {
                    found.insert(place, count);
                }
            }
            Ok(())
        })?;
        let mut verification = Verification {
            phrases: phrases.len(),
            passages,
            ..Verification::default()
        };
        for (phrase, read) in phrases.into_iter().zip(read) {
            verification.occurrences += read.values().sum::<u64>();
            let text = phrase.text.clone();
            let indexed = self.occurrences(phrase)?;
            verification.differences.extend(differences(&text, &indexed, &read));
        }
        Ok(verification)
    }

    /// Reads every file of the index, as it is on the disk now, and compares it with its checksums.
    ///
    /// # Errors
    /// When there is no index any more.
    pub fn check_files(&self) -> Result<FileCheck> {
        let meta = || std::fs::read(self.path.join(META)).ok();
        for _ in 1..OPEN_TRIES {
            let before = meta();
            let check = check_files(&self.path)?;
            // Files that a writer deleted meanwhile are not damaged.
            if check.damaged.is_empty() || before == meta() {
                return Ok(check);
            }
        }
        check_files(&self.path)
    }

    /// Draws phrases of 1 to 12 units from the stored texts, the same ones for the same seed and the same index.
    pub fn draw_phrases(&self, count: usize, seed: u64) -> Result<Vec<String>> {
        let passages = self.size()?.passages;
        if passages == 0 {
            return Ok(Vec::new());
        }
        let mut random = fastrand::Rng::with_seed(seed);
        let mut wanted: Vec<u64> = (0..count).map(|_| random.u64(..passages)).collect();
        wanted.sort_unstable();
        let mut wanted = wanted.into_iter().peekable();
        let mut at = 0;
        let mut drawn = Vec::with_capacity(count);
        self.each_passage(|_, text| {
            while wanted.next_if_eq(&at).is_some() {
                drawn.extend(draw_phrase(&fold(text), &mut random));
            }
            at += 1;
            Ok(())
        })?;
        Ok(drawn)
    }

    /// How often a phrase stands in which passage, by the index.
    fn occurrences(&self, phrase: Phrase) -> Result<Occurrences> {
        let found = self.search(&Request::new(Query::Phrase(phrase)))?;
        found.places().collect()
    }
}

fn check_files(path: &Path) -> Result<FileCheck> {
    let (index, ..) = open_tantivy(path, Access::Read)?;
    let mut check = FileCheck::default();
    let mut note = |name: &Path, checked: std::result::Result<(), String>| {
        check.files += 1;
        check
            .damaged
            .extend(checked.err().map(|reason| format!("{}: {reason}", name.display())));
    };
    note(Path::new(MARKER), check_marker(path));
    // The engine has read both just now, but does without the second.
    note(Path::new(META), Ok(()));
    let managed = path.join(MANAGED).is_file();
    note(
        Path::new(MANAGED),
        managed.then_some(()).ok_or_else(|| "the file is missing".to_owned()),
    );
    for name in rebuild::files_of(path, &index)? {
        let directory = SealedDirectory::open(path, Access::Read).map_err(|error| damaged(path, error))?;
        note(&name, directory.check(&name));
    }
    Ok(check)
}

/// A run of units from one clause mark to the next or a part of it, as it would be typed.
fn draw_phrase(folded: &str, random: &mut fastrand::Rng) -> Option<String> {
    let units: Vec<&str> = units(folded).collect();
    // A break stands neither at the end nor beside another one, so there is something to search for after it.
    let mut start = random.usize(..units.len().max(1));
    start += usize::from(units.get(start)?.contains(BREAK));
    let length = random.usize(1..=MAX_DRAWN_UNITS);
    let phrase: String = units
        .get(start..)?
        .iter()
        .take(length)
        .map(|unit| match unit.contains(BREAK) {
            true => "，".to_owned(),
            // Apart, so that two numbers side by side stay two.
            false => format!("{unit} "),
        })
        .collect();
    (!phrase.is_empty()).then_some(phrase)
}

fn differences(phrase: &str, indexed: &Occurrences, read: &Occurrences) -> Vec<Difference> {
    let places: std::collections::BTreeSet<_> = indexed.keys().chain(read.keys()).collect();
    places
        .into_iter()
        .filter_map(|place| {
            let (indexed, read) = (
                indexed.get(place).copied().unwrap_or(0),
                read.get(place).copied().unwrap_or(0),
            );
            (indexed != read).then(|| Difference {
                phrase: phrase.to_owned(),
                report: place.0,
                seq: place.1,
                indexed,
                read,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_reported() {
        let place = |seq| (ReportId(1), seq);
        let indexed = Occurrences::from([(place(0), 1), (place(1), 2)]);
        let read = Occurrences::from([(place(0), 1), (place(1), 3), (place(2), 1)]);
        let found = differences("法治", &indexed, &read);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].seq, found[0].indexed, found[0].read), (1, 2, 3));
        assert_eq!((found[1].seq, found[1].indexed, found[1].read), (2, 0, 1));
    }
}
