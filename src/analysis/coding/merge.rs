//! Reads filled-in coding workbooks back and puts them together; names whatever cannot be taken as it stands.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::{CODES_SHEET, FACTS, FORM, PASSAGE_ID, Plan, RECEIPT_SHEET, header, key};
use crate::error::{Error, Result};
use crate::ingest::workbook::{SheetRow, Workbook};
use crate::schema::codebook::{Codebook, Kind};

/// What coders made of a sample.
#[derive(Debug)]
pub struct Coded {
    pub codebook: Codebook,
    /// In the order in which they were met.
    pub coders: Vec<String>,
    /// All passages of the sample, in its order.
    pub passages: Vec<CodedPassage>,
    /// What could not be taken as it stood, and what is not there.
    pub problems: Vec<Problem>,
    /// What else there is to know of the files.
    pub notes: Vec<String>,
}

/// A passage and its codes.
#[derive(Debug)]
pub struct CodedPassage {
    /// One for each of [`FACTS`].
    pub facts: Vec<String>,
    /// For each coder, for each variable.
    pub(super) codes: Vec<Code>,
}

/// What a coder said of a passage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Code {
    /// The passage was not in the coder's workbook.
    #[default]
    NotAsked,
    Blank,
    Given(String),
    /// Two rows or files give different codes, so that none counts.
    Contested,
}

/// Something that could not be taken as it stood, or is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problem {
    pub file: String,
    /// From 1, as the spreadsheet counts.
    pub row: Option<u32>,
    pub passage: Option<String>,
    pub coder: Option<String>,
    pub variable: Option<String>,
    pub value: Option<String>,
    pub what: String,
    /// Whether it is only a code that is not there yet.
    pub is_blank: bool,
}

impl Code {
    /// The code that counts.
    pub fn given(&self) -> Option<&str> {
        match self {
            Code::Given(code) => Some(code),
            _ => None,
        }
    }
}

impl Coded {
    /// What a coder said of a passage, by their places.
    pub fn code(&self, passage: &CodedPassage, coder: usize, variable: usize) -> Code {
        let at = coder * self.codebook.variables.len() + variable;
        passage.codes.get(at).cloned().unwrap_or_default()
    }
}

/// Reads the workbooks of a sample: one for all coders, or one for each.
///
/// # Errors
/// When one of them is no coding workbook, or they have different codebooks.
pub fn read(paths: &[PathBuf]) -> Result<Coded> {
    let files: Vec<File> = paths.iter().map(|path| File::read(path)).collect::<Result<_>>()?;
    let Some(first) = files.first() else {
        return Err(Error::usage("no workbook is named"));
    };
    for file in &files {
        if file.plan.codebook.text != first.plan.codebook.text {
            let reason = format!("its codebook is not that of {}", first.path.display());
            return Err(Error::source(&file.path, reason).hinted("read workbooks of one codebook together"));
        }
    }
    let mut coders: Vec<String> = Vec::new();
    for coder in files.iter().flat_map(|file| &file.plan.coders) {
        if !coders.contains(coder) {
            coders.push(coder.clone());
        }
    }
    let codes = coders.len() * first.plan.codebook.variables.len();
    let mut merging = Merging {
        places: HashMap::new(),
        coded: Coded {
            codebook: first.plan.codebook.clone(),
            coders,
            passages: Vec::new(),
            problems: Vec::new(),
            notes: Vec::new(),
        },
        codes,
    };
    for file in &files {
        merging.put_passages(file);
        let of_first: HashSet<&String> = first.passages.iter().collect();
        if of_first != file.passages.iter().collect() {
            let (one, other) = (first.path.display(), file.path.display());
            merging.coded.notes.push(format!(
                "{one} and {other} are not of one sample: each coder's passages count"
            ));
        }
    }
    for file in &files {
        merging.put_codes(file);
    }
    merging.tell_blanks();
    Ok(merging.coded)
}

/// A workbook as it was read.
struct File {
    path: PathBuf,
    plan: Plan,
    /// The ids of the passages it was made with.
    passages: Vec<String>,
    /// What stands in each column.
    columns: Vec<Column>,
    rows: Vec<SheetRow>,
    problems: Vec<Problem>,
}

#[derive(Clone, Debug, PartialEq)]
enum Column {
    Fact(usize),
    /// By their places in the file's plan.
    Code {
        coder: usize,
        variable: usize,
    },
    /// None of ours; its header.
    Other(String),
}

impl File {
    fn read(path: &Path) -> Result<File> {
        let foreign = |reason: &str| {
            Error::source(path, format!("no coding workbook: {reason}"))
                .hinted("give a workbook that `baogao code make` wrote, saved as xlsx with all of its sheets")
        };
        let mut workbook = Workbook::read(path)?;
        for sheet in [CODES_SHEET, RECEIPT_SHEET] {
            if !workbook.sheets().iter().any(|name| name == sheet) {
                return Err(foreign(&format!("it has no sheet {sheet}")));
            }
        }
        let receipt = workbook.rows(RECEIPT_SHEET, usize::MAX)?;
        let values = |wanted: &str| -> Vec<String> {
            let rows = receipt.iter().filter(|row| row.cells[0] == wanted);
            rows.map(|row| row.cells.get(1).cloned().unwrap_or_default()).collect()
        };
        if values(key::FORM) != [FORM] {
            let reason = format!("the sheet {RECEIPT_SHEET} does not say `{FORM}`");
            return Err(foreign(&reason));
        }
        let codebook = Codebook::parse(&values(key::CODEBOOK).join("\n"))
            .map_err(|reason| foreign(&format!("the codebook on the sheet {RECEIPT_SHEET}: {reason}")))?;
        let plan = Plan::new(codebook, values(key::CODER)).map_err(|error| foreign(&error.to_string()))?;
        let mut rows = workbook.rows(CODES_SHEET, usize::MAX)?.into_iter();
        let is_header = |row: &SheetRow| row.cells.iter().any(|cell| cell == FACTS[PASSAGE_ID].header);
        let head = rows.find(is_header).ok_or_else(|| {
            foreign(&format!(
                "no row of the sheet {CODES_SHEET} has the header {}",
                FACTS[PASSAGE_ID].header
            ))
        })?;
        let mut file = File {
            path: path.to_path_buf(),
            plan,
            passages: values(key::PASSAGE),
            columns: Vec::new(),
            rows: rows.collect(),
            problems: Vec::new(),
        };
        file.find_columns(head);
        Ok(file)
    }

    fn problem(&self, what: impl Into<String>) -> Problem {
        Problem {
            file: self.path.display().to_string(),
            what: what.into(),
            ..Problem::default()
        }
    }

    /// Finds out what stands in each column; columns may have been moved.
    fn find_columns(&mut self, head: SheetRow) {
        let mut wanted: Vec<(String, Column)> = Vec::new();
        for (at, fact) in FACTS.iter().enumerate() {
            wanted.push((fact.header.to_owned(), Column::Fact(at)));
        }
        let variables = self.plan.codebook.variables.len();
        for (at, (coder, variable)) in self.plan.columns().enumerate() {
            let (coder_at, variable_at) = (at / variables, at % variables);
            let column = Column::Code {
                coder: coder_at,
                variable: variable_at,
            };
            wanted.push((header(coder, variable), column));
        }
        let mut columns = Vec::new();
        for name in head.cells {
            let column = match wanted.iter().find(|(header, _)| *header == name) {
                Some((_, column)) if columns.contains(column) => {
                    self.problems
                        .push(self.problem(format!("the column {name} stands twice; the second is not taken")));
                    Column::Other(name)
                }
                Some((_, column)) => column.clone(),
                None => Column::Other(name),
            };
            columns.push(column);
        }
        for (name, column) in &wanted {
            if matches!(column, Column::Code { .. }) && !columns.contains(column) {
                self.problems
                    .push(self.problem(format!("the column {name} is missing")));
            }
        }
        self.columns = columns;
    }
}

/// What was put together so far.
struct Merging {
    /// Where each passage stands, by its id.
    places: HashMap<String, usize>,
    coded: Coded,
    /// How many codes a passage has.
    codes: usize,
}

impl Merging {
    /// Takes in the passages of a file's sample: its coders were asked about them.
    fn put_passages(&mut self, file: &File) {
        for id in &file.passages {
            let at = *self.places.entry(id.clone()).or_insert_with(|| {
                let mut facts = vec![String::new(); FACTS.len()];
                facts[PASSAGE_ID].clone_from(id);
                let codes = vec![Code::NotAsked; self.codes];
                self.coded.passages.push(CodedPassage { facts, codes });
                self.coded.passages.len() - 1
            });
            for coder in &file.plan.coders {
                let from = self.first_code(coder);
                for code in &mut self.coded.passages[at].codes[from..from + file.plan.codebook.variables.len()] {
                    if *code == Code::NotAsked {
                        *code = Code::Blank;
                    }
                }
            }
        }
    }

    /// Where the codes of a coder begin.
    fn first_code(&self, coder: &str) -> usize {
        let at = self
            .coded
            .coders
            .iter()
            .position(|known| known == coder)
            .unwrap_or_default();
        at * self.coded.codebook.variables.len()
    }

    /// Takes in the codes of a file.
    fn put_codes(&mut self, file: &File) {
        self.coded.problems.extend(file.problems.iter().cloned());
        let of_sample: HashSet<&String> = file.passages.iter().collect();
        let mut seen: HashMap<&str, u32> = HashMap::new();
        let mut foreign_columns: HashSet<&str> = HashSet::new();
        for row in &file.rows {
            let cell = |wanted: &Column| {
                let at = file.columns.iter().position(|column| column == wanted)?;
                row.cells.get(at).map(String::as_str).filter(|cell| !cell.is_empty())
            };
            let Some(id) = cell(&Column::Fact(PASSAGE_ID)) else {
                let told = file.problem(format!("a row without a {}: not taken", FACTS[PASSAGE_ID].header));
                self.tell(told, row, None);
                continue;
            };
            if !of_sample.contains(&id.to_owned()) {
                self.tell(
                    file.problem("the passage is not of this workbook's sample: not taken"),
                    row,
                    Some(id),
                );
                continue;
            }
            if let Some(first) = seen.insert(id, row.number) {
                self.tell(
                    file.problem(format!("the passage stands in row {first} too")),
                    row,
                    Some(id),
                );
            }
            let at = self.places[id];
            for (number, _) in FACTS.iter().enumerate() {
                let fact = &mut self.coded.passages[at].facts[number];
                if let Some(text) = cell(&Column::Fact(number)).filter(|_| fact.is_empty()) {
                    *fact = text.to_owned();
                }
            }
            for (column, text) in file.columns.iter().zip(&row.cells).filter(|(_, text)| !text.is_empty()) {
                match column {
                    Column::Fact(_) => {}
                    Column::Code { coder, variable } => self.put_code(file, row, at, (*coder, *variable), text),
                    Column::Other(name) => {
                        foreign_columns.insert(name);
                    }
                }
            }
            let beyond = row.cells.iter().skip(file.columns.len());
            for text in beyond.filter(|text| !text.is_empty()) {
                let mut told = file.problem("stands right of all columns: not taken");
                told.value = Some(text.clone());
                self.tell(told, row, Some(id));
            }
        }
        let mut foreign_columns: Vec<&str> = foreign_columns.into_iter().collect();
        foreign_columns.sort_unstable();
        for name in foreign_columns {
            let told = file.problem(format!("the column `{name}` is none of the workbook's: not taken"));
            self.coded.problems.push(told);
        }
        for id in file.passages.iter().filter(|id| !seen.contains_key(id.as_str())) {
            self.coded.problems.push(Problem {
                passage: Some(id.clone()),
                ..file.problem("the row of the passage is missing")
            });
        }
    }

    fn tell(&mut self, problem: Problem, row: &SheetRow, passage: Option<&str>) {
        self.coded.problems.push(Problem {
            row: Some(row.number),
            passage: passage.map(str::to_owned),
            ..problem
        });
    }

    /// Takes in one code; `place` is that of the coder and the variable in the file's plan.
    fn put_code(&mut self, file: &File, row: &SheetRow, passage: usize, place: (usize, usize), text: &str) {
        let coder = &file.plan.coders[place.0];
        let variable = &file.plan.codebook.variables[place.1];
        let at = self.first_code(coder) + place.1;
        let id = self.coded.passages[passage].facts[PASSAGE_ID].clone();
        let problem = |what: String| Problem {
            row: Some(row.number),
            passage: Some(id),
            coder: Some(coder.clone()),
            variable: Some(variable.name.clone()),
            value: Some(text.to_owned()),
            ..file.problem(what)
        };
        if let Some(fault) = variable.fault_of(text) {
            self.coded.problems.push(problem(format!("{fault}; not taken")));
            return;
        }
        let code = &mut self.coded.passages[passage].codes[at];
        match code {
            Code::Given(given) if given == text => {}
            Code::Given(given) => {
                let what = format!("elsewhere it is {given}: neither is taken");
                *code = Code::Contested;
                self.coded.problems.push(problem(what));
            }
            Code::Contested => self
                .coded
                .problems
                .push(problem("coded several times: none is taken".to_owned())),
            Code::Blank | Code::NotAsked => *code = Code::Given(text.to_owned()),
        }
    }

    /// Names every code that is not there; remarks need not be.
    fn tell_blanks(&mut self) {
        let coded = &mut self.coded;
        for passage in &coded.passages {
            for (coder, name) in coded.coders.iter().enumerate() {
                for (at, variable) in coded.codebook.variables.iter().enumerate() {
                    let code = &passage.codes[coder * coded.codebook.variables.len() + at];
                    if *code == Code::Blank && variable.kind != Kind::Text {
                        coded.problems.push(Problem {
                            passage: Some(passage.facts[PASSAGE_ID].clone()),
                            coder: Some(name.clone()),
                            variable: Some(variable.name.clone()),
                            what: "no code is taken".to_owned(),
                            is_blank: true,
                            ..Problem::default()
                        });
                    }
                }
            }
        }
    }
}
