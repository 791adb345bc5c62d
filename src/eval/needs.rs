//! Reads information needs and judgments, and finds the judged sentences in a collection.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use serde::Deserialize;

use super::collection::{Collection, Item};
use crate::error::{Error, Result};
use crate::query::Phrase;

/// What somebody wants to know.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Need {
    pub id: String,
    /// The question as it is asked of us.
    pub query: String,
    /// The same in plain words, for rankings that know no question language.
    pub words: String,
    /// The topic that is the same need, if there is one.
    pub topic: Option<String>,
    /// What a passage must tell to be a full answer; for those who judge.
    #[serde(rename = "about")]
    _about: String,
}

/// How much a sentence tells about a need.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judgment {
    pub need: String,
    /// 0 nothing, 1 mentions it, 2 tells something about it, 3 tells who did what, when or how much.
    pub grade: u8,
    /// The end of the path of the report.
    pub path: String,
    pub row: Option<u64>,
    pub sentence: String,
}

/// The grades of the judged passages, for each need.
pub struct Grades {
    of_needs: Vec<HashMap<usize, u8>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    need: Vec<Need>,
}

/// Reads the needs of a TOML file.
///
/// # Errors
/// When it cannot be read, or two needs have one name.
pub fn read_needs(path: &Path) -> Result<Vec<Need>> {
    let text = std::fs::read_to_string(path).map_err(|error| Error::io(path, error))?;
    let file: File = toml::from_str(&text).map_err(|error| Error::source(path, error.message().to_owned()))?;
    let mut names = HashSet::new();
    match file.need.iter().find(|need| !names.insert(need.id.as_str())) {
        Some(twice) => Err(Error::source(path, format!("two needs are called `{}`", twice.id))),
        None => Ok(file.need),
    }
}

/// Reads the judgments of a TSV file with the columns need, grade, path, row, sentence.
///
/// # Errors
/// When it cannot be read, or a line is about no need, or its grade is not 0, 1, 2 or 3.
pub fn read_judgments(path: &Path, needs: &[Need]) -> Result<Vec<Judgment>> {
    let bytes = std::fs::read(path).map_err(|error| Error::io(path, error))?;
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b'\t')
        .quoting(false)
        .from_reader(bytes.as_slice());
    let mut judgments = Vec::new();
    for (number, judgment) in reader.deserialize::<Judgment>().enumerate() {
        let place = format!("line {}", number + 2);
        let judgment = judgment.map_err(|error| Error::source_at(path, &place, error.to_string()))?;
        if !needs.iter().any(|need| need.id == judgment.need) {
            return Err(Error::source_at(
                path,
                place,
                format!("no need is called `{}`", judgment.need),
            ));
        }
        if judgment.grade > 3 {
            return Err(Error::source_at(path, place, format!("{} is no grade", judgment.grade)).hinted("0, 1, 2 or 3"));
        }
        judgments.push(judgment);
    }
    Ok(judgments)
}

impl Grades {
    /// Finds the passages that hold the judged sentences; `path` is where these come from.
    ///
    /// # Errors
    /// When a sentence stands in no passage of its report.
    pub fn find(judgments: &[Judgment], needs: &[Need], collection: &Collection, path: &Path) -> Result<Grades> {
        let mut grades = Grades {
            of_needs: vec![HashMap::new(); needs.len()],
        };
        let mut reports: HashMap<(&str, Option<u64>), Vec<usize>> = HashMap::new();
        for (number, judgment) in judgments.iter().enumerate() {
            let place = || format!("line {}", number + 2);
            let sentence = Phrase::new(&judgment.sentence)
                .ok_or_else(|| Error::source_at(path, place(), "a sentence without words"))?;
            let report = reports
                .entry((&judgment.path, judgment.row))
                .or_insert_with(|| collection.passages_of(&judgment.path, judgment.row));
            let holds = |at: &&usize| collection.items[**at].folded.contains(&sentence.folded);
            let holders: Vec<usize> = report.iter().filter(holds).copied().collect();
            if holders.is_empty() {
                let reason = format!("`{}` stands in no passage of {}", judgment.sentence, judgment.path);
                return Err(Error::source_at(path, place(), reason).hinted("index the reports that were judged"));
            }
            let need = needs
                .iter()
                .position(|need| need.id == judgment.need)
                .unwrap_or_default();
            for at in holders {
                let grade = grades.of_needs[need].entry(at).or_insert(0);
                *grade = (*grade).max(judgment.grade);
            }
        }
        Ok(grades)
    }

    /// The grades of the passages that were judged for a need.
    pub fn of_need(&self, number: usize) -> &HashMap<usize, u8> {
        &self.of_needs[number]
    }
}

impl Collection {
    /// The numbers of the passages of a report, by the end of its path.
    fn passages_of(&self, path: &str, row: Option<u64>) -> Vec<usize> {
        let is_it = |item: &Item| {
            let before = item.path.strip_suffix(path);
            item.row == row && before.is_some_and(|before| before.is_empty() || before.ends_with('/'))
        };
        (0..self.items.len()).filter(|&at| is_it(&self.items[at])).collect()
    }
}
