//! What coded passages say, as tables: how far coders agree, where they do not, and the codes themselves.

use std::collections::BTreeSet;

use super::{CITATION, Coded, CodedPassage, FACTS, PASSAGE_ID, PATH, PLACE, Problem, TEXT, YEAR, header};
use crate::analysis::agreement::{Kappa, Metric, Weights, alpha, bootstrap, fleiss_kappa, kappa};
use crate::schema::codebook::{Kind as Values, Variable};
use crate::table::{Cell, Column, Kind, Row, Table};

/// How the intervals of alpha are made.
#[derive(Clone, Copy, Debug)]
pub struct Resampling {
    pub resamples: usize,
    pub seed: u64,
}

/// What two or more coders said of the passages that they all were asked about, by one variable.
struct Codes<'a> {
    variable: &'a Variable,
    /// All values that were given or may be, in their order.
    values: Vec<String>,
    /// For each passage the codes that count, by the places of the coders.
    units: Vec<Vec<Option<&'a str>>>,
}

/// How far coders agree: a row for each variable and pair of coders, and one for all when there are more.
pub fn agreement(coded: &Coded, resampling: Resampling) -> (Table, Vec<Row>) {
    let decimal = Kind::Decimal(3);
    let columns = [
        ("variable", "变量", Kind::Text),
        ("coders", "编码员", Kind::Text),
        ("units", "共同编码段数", Kind::Count),
        ("agreement", "一致率", Kind::Share),
        ("kappa", "Cohen κ", decimal),
        ("kappa_error", "标准误", decimal),
        ("kappa_low", "κ 95%下限", decimal),
        ("kappa_high", "κ 95%上限", decimal),
        ("kappa_linear", "线性加权κ", decimal),
        ("kappa_linear_error", "线性标准误", decimal),
        ("kappa_quadratic", "平方加权κ", decimal),
        ("kappa_quadratic_error", "平方标准误", decimal),
        ("alpha", "Krippendorff α", decimal),
        ("alpha_low", "α 95%下限", decimal),
        ("alpha_high", "α 95%上限", decimal),
        ("fleiss_kappa", "Fleiss κ", decimal),
        ("note", "说明", Kind::Text),
    ];
    let mut rows = Vec::new();
    for (at, variable) in compared(coded) {
        let pairs = pairs(coded.coders.len());
        let is_many = coded.coders.len() > 2;
        let groups = pairs.into_iter().map(|(one, other)| vec![one, other]);
        let all = is_many.then(|| (0..coded.coders.len()).collect());
        for coders in groups.chain(all) {
            let codes = Codes::new(coded, at, variable, &coders);
            rows.push(codes.agreement(&names(coded, &coders), resampling));
        }
    }
    let mut notes = vec![
        "kappa: Cohen 1960; its error: Fleiss, Cohen & Everitt 1969; weights: Cohen 1968; intervals of 95 per cent"
            .to_owned(),
        format!(
            "alpha: Hayes & Krippendorff 2007, nominal for values, ordinal for ordered ones, interval for numbers; its interval: \
             {} resamples of passages (Efron 1979), seed {}",
            resampling.resamples, resampling.seed
        ),
        "kappa of Fleiss (1971): of the passages that all coded".to_owned(),
    ];
    if coded.coders.len() < 2 {
        notes.push(format!(
            "one coder, {}: there is nothing to compare",
            coded.coders.join(", ")
        ));
    }
    (table("agreement", "编码一致性", &columns, coded, notes), rows)
}

/// Which values stand against which: a row for each variable, pair of coders and pair of values, zeros too.
pub fn confusion(coded: &Coded) -> (Table, Vec<Row>) {
    let columns = [
        ("variable", "变量", Kind::Text),
        ("coder_a", "编码员甲", Kind::Text),
        ("coder_b", "编码员乙", Kind::Text),
        ("value_a", "甲的编码", Kind::Text),
        ("value_b", "乙的编码", Kind::Text),
        ("units", "段数", Kind::Count),
    ];
    let mut rows = Vec::new();
    for (at, variable) in compared(coded) {
        for (one, other) in pairs(coded.coders.len()) {
            let codes = Codes::new(coded, at, variable, &[one, other]);
            let counted = codes.numbered();
            let name = |coder: usize| Cell::Text(coded.coders[coder].clone());
            let mut counts = std::collections::BTreeMap::new();
            for pair in &counted {
                *counts.entry((pair[0], pair[1])).or_insert(0) += 1;
            }
            // Numbers and open codes may have any number of values: only the pairs that occur are told.
            if !variable.allowed().is_empty() {
                let size = codes.values.len();
                (0..size * size).for_each(|cell| {
                    counts.entry((cell / size, cell % size)).or_insert(0);
                });
            }
            rows.extend(counts.into_iter().map(|((a, b), units)| {
                let value = |at: usize| Cell::Text(codes.values[at].clone());
                let variable = Cell::Text(variable.name.clone());
                vec![variable, name(one), name(other), value(a), value(b), Cell::Whole(units)]
            }));
        }
    }
    (table("confusion", "编码对照", &columns, coded, Vec::new()), rows)
}

/// The passages whose codes differ, with the code of each coder.
pub fn disagreements(coded: &Coded) -> (Table, Vec<Row>) {
    let shown = [PASSAGE_ID, PLACE, YEAR];
    let after = [TEXT, CITATION, PATH];
    let fact = |&at: &usize| Column::new(FACTS[at].name, FACTS[at].header, FACTS[at].kind);
    let codes = coded
        .coders
        .iter()
        .map(|coder| Column::new(&format!("code_{coder}"), coder, Kind::Text));
    let columns = std::iter::once(Column::new("variable", "变量", Kind::Text))
        .chain(shown.iter().map(fact))
        .chain(codes)
        .chain(after.iter().map(fact));
    let mut rows = Vec::new();
    let coders: Vec<usize> = (0..coded.coders.len()).collect();
    for (at, variable) in compared(coded) {
        let codes = Codes::new(coded, at, variable, &coders);
        for (passage, unit) in coded.passages.iter().zip(&codes.units) {
            let numbers: BTreeSet<usize> = unit.iter().flatten().filter_map(|code| codes.number_of(code)).collect();
            if numbers.len() < 2 {
                continue;
            }
            let fact = |&at: &usize| fact_cell(passage, at);
            let mut row = vec![Cell::Text(variable.name.clone())];
            row.extend(shown.iter().map(fact));
            row.extend(unit.iter().map(|code| Cell::text(*code)));
            row.extend(after.iter().map(fact));
            rows.push(row);
        }
    }
    let mut table = table("disagreements", "编码分歧", &[], coded, Vec::new());
    table.columns = columns.collect();
    (table, rows)
}

/// All passages, with a column for each coder and variable.
pub fn coded_passages(coded: &Coded) -> (Table, Vec<Row>) {
    let facts = FACTS.iter().map(|fact| Column::new(fact.name, fact.header, fact.kind));
    let variables = &coded.codebook.variables;
    let coders = coded.coders.iter();
    let codes = coders.flat_map(|coder| {
        variables.iter().map(move |variable| {
            let name = header(coder, variable);
            Column::new(&name, &name, kind_of(variable))
        })
    });
    let mut table = table("codes_wide", "编码", &[], coded, Vec::new());
    table.columns = facts.chain(codes).collect();
    let row = |passage: &CodedPassage| {
        let mut row: Row = (0..FACTS.len()).map(|at| fact_cell(passage, at)).collect();
        for coder in 0..coded.coders.len() {
            for (at, variable) in variables.iter().enumerate() {
                row.push(code_cell(coded.code(passage, coder, at).given(), variable));
            }
        }
        row
    };
    (table, coded.passages.iter().map(row).collect())
}

/// All codes, a row each: what is blank has no row.
pub fn codes(coded: &Coded) -> (Table, Vec<Row>) {
    let facts = FACTS.iter().map(|fact| Column::new(fact.name, fact.header, fact.kind));
    let code = [("coder", "编码员"), ("variable", "变量"), ("value", "编码")];
    let code = code.map(|(name, label)| Column::new(name, label, Kind::Text));
    let mut table = table("codes", "编码", &[], coded, Vec::new());
    table.columns = facts.chain(code).collect();
    let mut rows = Vec::new();
    for passage in &coded.passages {
        for (coder, name) in coded.coders.iter().enumerate() {
            for (at, variable) in coded.codebook.variables.iter().enumerate() {
                let code = coded.code(passage, coder, at);
                let Some(given) = code.given() else { continue };
                let mut row: Row = (0..FACTS.len()).map(|at| fact_cell(passage, at)).collect();
                row.push(Cell::Text(name.clone()));
                row.push(Cell::Text(variable.name.clone()));
                row.push(code_cell(Some(given), variable));
                rows.push(row);
            }
        }
    }
    (table, rows)
}

/// Whatever could not be taken as it stood, or is not there.
pub fn problems(coded: &Coded) -> (Table, Vec<Row>) {
    let columns = [
        ("file", "文件", Kind::Text),
        ("row", "行", Kind::Year),
        ("passage_id", "段落编号", Kind::Text),
        ("coder", "编码员", Kind::Text),
        ("variable", "变量", Kind::Text),
        ("value", "编码", Kind::Text),
        ("problem", "问题", Kind::Text),
    ];
    let row = |problem: &Problem| {
        let text = |value: &Option<String>| Cell::text(value.as_deref());
        vec![
            Cell::text(Some(problem.file.as_str()).filter(|file| !file.is_empty())),
            problem.row.map_or(Cell::Empty, |row| Cell::Whole(row.into())),
            text(&problem.passage),
            text(&problem.coder),
            text(&problem.variable),
            text(&problem.value),
            Cell::Text(problem.what.clone()),
        ]
    };
    let rows = coded.problems.iter().map(row).collect();
    (table("problems", "问题", &columns, coded, Vec::new()), rows)
}

fn table(name: &str, title: &str, columns: &[(&str, &str, Kind)], coded: &Coded, notes: Vec<String>) -> Table {
    let blanks = coded.problems.iter().filter(|problem| problem.is_blank).count();
    let others = coded.problems.len() - blanks;
    let found = format!(
        "{} passages, coders: {}; {blanks} codes are not there, {others} other problems: --table problems lists them",
        coded.passages.len(),
        coded.coders.join(", ")
    );
    Table {
        name: name.to_owned(),
        title: title.to_owned(),
        columns: columns
            .iter()
            .map(|&(name, label, kind)| Column::new(name, label, kind))
            .collect(),
        notes: notes
            .into_iter()
            .chain([found])
            .chain(coded.notes.iter().cloned())
            .collect(),
    }
}

/// The variables whose codes are compared, with their places.
fn compared(coded: &Coded) -> impl Iterator<Item = (usize, &Variable)> {
    let variables = coded.codebook.variables.iter().enumerate();
    variables.filter(|(_, variable)| variable.kind != Values::Text)
}

fn pairs(coders: usize) -> Vec<(usize, usize)> {
    (0..coders)
        .flat_map(|one| (one + 1..coders).map(move |other| (one, other)))
        .collect()
}

fn names(coded: &Coded, coders: &[usize]) -> String {
    let names: Vec<&str> = coders.iter().map(|&coder| coded.coders[coder].as_str()).collect();
    names.join(" × ")
}

fn kind_of(variable: &Variable) -> Kind {
    match variable.kind {
        Values::Number => Kind::Decimal(2),
        _ => Kind::Text,
    }
}

fn code_cell(code: Option<&str>, variable: &Variable) -> Cell {
    let number = code
        .filter(|_| variable.kind == Values::Number)
        .and_then(|code| code.parse().ok());
    number.map_or_else(|| Cell::text(code), Cell::Decimal)
}

/// What is said of a passage, typed as its column.
fn fact_cell(passage: &CodedPassage, at: usize) -> Cell {
    let text = passage.facts[at].as_str();
    let text_cell = || Cell::text(Some(text).filter(|text| !text.is_empty()));
    match FACTS[at].kind {
        Kind::Count | Kind::Year => text.parse().map_or_else(|_| text_cell(), Cell::Whole),
        Kind::Decimal(_) => text.parse().map_or_else(|_| text_cell(), Cell::Decimal),
        Kind::Text | Kind::Share => text_cell(),
    }
}

impl<'a> Codes<'a> {
    fn new(coded: &'a Coded, at: usize, variable: &'a Variable, coders: &[usize]) -> Self {
        let count = coded.codebook.variables.len();
        let of_passage = |passage: &'a CodedPassage| {
            let code = |&coder: &usize| passage.codes.get(coder * count + at).and_then(super::Code::given);
            coders.iter().map(code).collect::<Vec<_>>()
        };
        let units: Vec<Vec<Option<&str>>> = coded.passages.iter().map(of_passage).collect();
        let mut values: Vec<String> = variable.allowed().into_iter().map(str::to_owned).collect();
        if values.is_empty() {
            let given: BTreeSet<&str> = units.iter().flatten().flatten().copied().collect();
            values = given.into_iter().map(str::to_owned).collect();
        }
        if variable.kind == Values::Number {
            // 3 and 3.0 are one number.
            let number = |value: &String| value.parse::<f64>().unwrap_or_default();
            values.sort_by(|one, other| number(one).total_cmp(&number(other)));
            values.dedup_by(|one, other| number(one) == number(other));
        }
        Codes {
            variable,
            values,
            units,
        }
    }

    /// The number of a value.
    fn number_of(&self, code: &str) -> Option<usize> {
        if self.variable.kind != Values::Number {
            return self.values.iter().position(|value| value == code);
        }
        let wanted: f64 = code.parse().ok()?;
        self.values.iter().position(|value| value.parse() == Ok(wanted))
    }

    /// The numbers of the codes of each passage that all of the coders coded.
    fn numbered(&self) -> Vec<Vec<usize>> {
        let complete = self
            .units
            .iter()
            .filter_map(|unit| unit.iter().copied().collect::<Option<Vec<&str>>>());
        let numbers = complete.filter_map(|unit| unit.into_iter().map(|code| self.number_of(code)).collect());
        numbers.collect()
    }

    /// The codes of each passage as numbers to be compared, those that are missing left out.
    fn measured(&self) -> Vec<Vec<f64>> {
        let measure = |code: &&str| match self.variable.kind {
            Values::Number => code.parse().ok(),
            _ => self.number_of(code).map(|number| number as f64),
        };
        self.units
            .iter()
            .map(|unit| unit.iter().flatten().filter_map(measure).collect())
            .collect()
    }

    fn metric(&self) -> Metric {
        match self.variable.kind {
            Values::Ordered => Metric::Ordinal,
            Values::Number => Metric::Interval,
            _ => Metric::Nominal,
        }
    }

    /// A row of the table of agreement.
    fn agreement(&self, coders: &str, resampling: Resampling) -> Row {
        let complete = self.numbered();
        let same = complete
            .iter()
            .filter(|codes| codes.iter().all(|code| *code == codes[0]))
            .count();
        let is_pair = self.units.first().is_some_and(|unit| unit.len() == 2);
        let is_number = self.variable.kind == Values::Number;
        let two: Vec<(usize, usize)> = match is_pair && !is_number {
            true => complete.iter().map(|codes| (codes[0], codes[1])).collect(),
            false => Vec::new(),
        };
        let found = |weights| kappa(&two, self.values.len(), weights);
        let plain = found(Weights::None);
        let weighted = |weights| {
            (self.variable.kind == Values::Ordered)
                .then(|| found(weights))
                .flatten()
        };
        let linear = weighted(Weights::Linear);
        let quadratic = weighted(Weights::Quadratic);
        let measured: Vec<Vec<f64>> = self.measured().into_iter().filter(|codes| codes.len() > 1).collect();
        let alpha_of = |units: &[&[f64]]| alpha(units, self.metric());
        let all: Vec<&[f64]> = measured.iter().map(Vec::as_slice).collect();
        let of_all = alpha_of(&all);
        let interval = of_all.and_then(|_| {
            bootstrap(all.len(), resampling.resamples, resampling.seed, |drawn| {
                alpha_of(&drawn.iter().map(|&at| all[at]).collect::<Vec<_>>())
            })
        });
        let fleiss = match is_pair || is_number {
            true => None,
            false => fleiss_kappa(&complete, self.values.len()),
        };
        let number = |value: Option<f64>| value.map_or(Cell::Empty, Cell::Decimal);
        let share = (!complete.is_empty()).then(|| same as f64 / complete.len() as f64);
        let kappa_of = |kappa: &Option<Kappa>| number(kappa.map(|kappa| kappa.kappa));
        let error_of = |kappa: &Option<Kappa>| number(kappa.map(|kappa| kappa.error));
        vec![
            Cell::Text(self.variable.name.clone()),
            Cell::Text(coders.to_owned()),
            Cell::Whole(complete.len() as u64),
            number(share),
            kappa_of(&plain),
            error_of(&plain),
            number(plain.map(|kappa| kappa.interval()[0])),
            number(plain.map(|kappa| kappa.interval()[1])),
            kappa_of(&linear),
            error_of(&linear),
            kappa_of(&quadratic),
            error_of(&quadratic),
            number(of_all),
            number(interval.map(|[low, _]| low)),
            number(interval.map(|[_, high]| high)),
            number(fleiss),
            Cell::text(self.why_undefined(&all, of_all)),
        ]
    }

    /// Why there is no measure corrected for chance.
    fn why_undefined(&self, units: &[&[f64]], alpha: Option<f64>) -> Option<&'static str> {
        match (units.is_empty(), alpha) {
            (true, _) => Some("no passage has two codes to compare"),
            (false, None) => Some("not defined: all codes are the same, so that chance alone would agree"),
            (false, Some(_)) => None,
        }
    }
}
