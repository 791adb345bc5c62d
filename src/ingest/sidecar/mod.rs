//! Reads a sheet of corrections: `reports.csv` or `reports.xlsx` beside the files, or one that the user names.
//!
//! A row says which report it is about, by `path`, `hash` or `id` (and `row` for a record of a table), and what its fields are to
//! be. An empty cell says nothing; `-` says that the field is not known. What a row speaks of is found out in
//! [`corrections`](super::corrections).

mod grid;
mod value;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use self::grid::{Grid, GridRow};
use crate::error::{Error, ErrorKind, Result};
use crate::report::ReportId;
use crate::schema::corrections::{Role, role_of};

pub use grid::{FORMULA_BEGINNINGS, is_guarded};
pub use value::Value;

/// How a file name begins, before its ending, that is a sidecar's.
const STEM: &str = "reports";

/// The endings of files that can be a sheet.
const ENDINGS: [&str; 3] = ["csv", "tsv", "xlsx"];

/// The fewest digits of a hash that name a file.
const HASH_DIGITS: usize = 12;

/// A sheet of corrections, read and checked.
#[derive(Debug)]
pub struct Sidecar {
    pub path: PathBuf,
    pub rows: Vec<Row>,
    /// Rows and cells that cannot be used, each with its place and what would be right.
    pub problems: Vec<Error>,
    /// What else there is to say of the sheet.
    pub warnings: Vec<String>,
}

/// What a row says of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Where it stands in the sheet: `line 3`. Not remembered: lines move.
    #[serde(skip)]
    pub place: String,
    pub key: Key,
    /// Field and cell. Every cell was read as a [`Value`] once.
    pub cells: Vec<(String, String)>,
}

/// Which report a row is about. The id decides when it is given, else the hash, else the path; what was read from the file of a
/// given hash is the report even if another version of this program gave it another id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Key {
    pub id: Option<ReportId>,
    /// The first digits of the file's hash, in lower case.
    pub hash: Option<String>,
    /// With `/` between its parts.
    pub path: Option<String>,
    pub row: Option<u64>,
}

/// What a table found in a folder is to corrections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The sidecar of its folder.
    Sidecar,
    /// A sheet in a sidecar's form under another name: it counts where the user names it.
    Sheet,
}

/// Whether a file is a sheet of corrections: by its name and its columns. One with a column of text is a table of reports.
pub fn part_of(path: &Path) -> Option<Part> {
    let ending = path.extension()?.to_str()?.to_lowercase();
    if !ENDINGS.contains(&ending.as_str()) {
        return None;
    }
    let named_so = path.file_stem().is_some_and(|stem| stem.eq_ignore_ascii_case(STEM));
    let header = match grid::header(path) {
        Ok(header) => header,
        // What was a sidecar must not become nothing when it breaks; larger ones than any sidecar are tables.
        Err(Error {
            kind: ErrorKind::Source { .. },
            ..
        }) if named_so && grid::may_be_sheet(path) => return Some(Part::Sidecar),
        Err(_) => return None,
    };
    let named: Vec<&String> = header.iter().filter(|name| !name.is_empty()).collect();
    let roles: Vec<Role> = named.iter().filter_map(|name| role_of(name)).collect();
    let has_key = roles.iter().any(|role| matches!(role, Role::Key(key) if *key != "row"));
    let has_field = roles.iter().any(|role| matches!(role, Role::Field(_)));
    match (has_key && !roles.contains(&Role::Text), named_so) {
        (false, _) => None,
        (true, true) => Some(Part::Sidecar),
        // A column that is not known may be one of text by --map.
        (true, false) => (has_field && roles.len() == named.len()).then_some(Part::Sheet),
    }
}

/// The file names that a sidecar can have, in the order in which those of one folder are applied.
pub fn names() -> impl Iterator<Item = String> {
    ENDINGS.iter().map(|ending| format!("{STEM}.{ending}"))
}

impl Sidecar {
    /// Reads a sheet.
    ///
    /// # Errors
    /// When it cannot be read, or has no column that says which report a row is about. A bad row is a problem, not an error.
    pub fn read(path: &Path) -> Result<Sidecar> {
        let grid = grid::read(path)?;
        let columns = Columns::of(path, &grid.header)?;
        let mut sidecar = Sidecar {
            path: path.to_path_buf(),
            rows: Vec::new(),
            problems: Vec::new(),
            warnings: columns.warnings(path),
        };
        sidecar.take_in(grid, &columns);
        sidecar.settle_conflicts();
        Ok(sidecar)
    }

    fn take_in(&mut self, grid: Grid, columns: &Columns) {
        for (place, reason) in grid.broken {
            self.problems
                .push(Error::source_at(&self.path, place, reason).hinted("mend this row; the others are used"));
        }
        for row in grid.rows {
            let fields: Vec<(String, String)> = columns
                .fields
                .iter()
                .filter_map(|(at, field)| self.cell(&row, *at, field))
                .collect();
            match columns.key(&row) {
                Err((column, reason)) => self.complain(&row, &column, reason),
                Ok(key)
                    if key
                        == (Key {
                            row: key.row,
                            ..Key::default()
                        }) =>
                {
                    if !fields.is_empty() {
                        let error = Error::source_at(&self.path, &row.place, "says of no report what it says");
                        self.problems.push(error.hinted("fill in its path, hash or id"));
                    }
                }
                Ok(key) => self.rows.push(Row {
                    place: row.place,
                    key,
                    cells: fields,
                }),
            }
        }
    }

    /// What a cell says, if it says anything that its field can be.
    fn cell(&mut self, row: &GridRow, at: usize, field: &str) -> Option<(String, String)> {
        let text = row.cells[at].trim();
        if text.is_empty() {
            return None;
        }
        match Value::read(field, text) {
            Ok(_) => Some((field.to_owned(), text.to_owned())),
            Err(reason) => {
                self.complain(row, field, format!("`{text}` is {reason}"));
                None
            }
        }
    }

    fn complain(&mut self, row: &GridRow, column: &str, reason: String) {
        let place = format!("{}, column {column}", row.place);
        self.problems.push(Error::source_at(&self.path, place, reason));
    }

    /// Of two rows about one report that say different things of a field, neither is believed.
    fn settle_conflicts(&mut self) {
        let mut first: HashMap<(String, String), (usize, String)> = HashMap::new();
        let mut refused: Vec<(usize, String)> = Vec::new();
        for (at, row) in self.rows.iter().enumerate() {
            for (field, cell) in &row.cells {
                let known = first
                    .entry((row.key.identity(), field.clone()))
                    .or_insert_with(|| (at, cell.clone()));
                let (earlier, said) = (known.0, known.1.clone());
                if Value::read(field, &said) == Value::read(field, cell) {
                    continue;
                }
                refused.extend([(earlier, field.clone()), (at, field.clone())]);
                let place = format!("{} and {}, column {field}", self.rows[earlier].place, row.place);
                let reason = format!("one report, but `{said}` and `{cell}`: neither is taken");
                self.problems
                    .push(Error::source_at(&self.path, place, reason).hinted("leave one of the two rows"));
            }
        }
        for (at, field) in refused {
            self.rows[at].cells.retain(|(known, _)| *known != field);
        }
    }
}

impl Key {
    /// Equal for rows that surely speak of one report.
    fn identity(&self) -> String {
        let row = self.row.map_or(String::new(), |row| row.to_string());
        match (self.id, &self.hash, &self.path) {
            (Some(id), ..) => format!("id {id}"),
            (None, Some(hash), _) => format!("hash {} {row}", &hash[..HASH_DIGITS]),
            (None, None, path) => format!("path {} {row}", path.as_deref().unwrap_or_default()),
        }
    }

    /// How it is told to people.
    pub fn shown(&self) -> String {
        let by_path = self.path.clone();
        let what = match (self.id, &self.hash, by_path) {
            (Some(id), ..) => return format!("id {id}"),
            (None, Some(hash), _) => format!("hash {hash}"),
            (None, None, path) => path.unwrap_or_default(),
        };
        match self.row {
            Some(row) => format!("{what}, record {row}"),
            None => what,
        }
    }
}

/// Which column of a sheet is what.
struct Columns {
    keys: Vec<(usize, &'static str)>,
    fields: Vec<(usize, &'static str)>,
    unknown: Vec<String>,
    doubled: Vec<(String, String)>,
}

impl Columns {
    fn of(path: &Path, header: &[String]) -> Result<Columns> {
        let mut columns = Columns {
            keys: Vec::new(),
            fields: Vec::new(),
            unknown: Vec::new(),
            doubled: Vec::new(),
        };
        let mut taken: HashMap<&str, &String> = HashMap::new();
        for (at, name) in header.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
            let (list, role) = match role_of(name) {
                Some(Role::Key(key)) => (&mut columns.keys, key),
                Some(Role::Field(field)) => (&mut columns.fields, field),
                Some(Role::Beside) => continue,
                Some(Role::Text) | None => {
                    columns.unknown.push(name.clone());
                    continue;
                }
            };
            match taken.get(role) {
                Some(first) => columns.doubled.push(((*first).clone(), name.clone())),
                None => {
                    taken.insert(role, name);
                    list.push((at, role));
                }
            }
        }
        match columns.keys.iter().any(|(_, key)| *key != "row") {
            true => Ok(columns),
            false => Err(Error::source(path, "no column says which report a row is about")
                .hinted("name one `path` (路径), `hash` (哈希) or `id`")),
        }
    }

    fn warnings(&self, path: &Path) -> Vec<String> {
        let path = path.display();
        let unknown = (!self.unknown.is_empty()).then(|| {
            let names: Vec<String> = self.unknown.iter().map(|name| format!("`{name}`")).collect();
            let fields = crate::report::Metadata::FIELDS.join(", ");
            format!(
                "{path}: columns not used: {}; the fields are {fields}",
                names.join(", ")
            )
        });
        let doubled = self.doubled.iter();
        let doubled = doubled
            .map(|(first, second)| format!("{path}: columns `{first}` and `{second}` are one: the first is used"));
        unknown.into_iter().chain(doubled).collect()
    }

    /// The key of a row; else the column that is wrong, and why.
    fn key(&self, row: &GridRow) -> std::result::Result<Key, (String, String)> {
        let mut key = Key::default();
        for &(at, name) in &self.keys {
            let text = row.cells[at].trim();
            if text.is_empty() {
                continue;
            }
            let wrong = |reason: &str| (name.to_owned(), format!("`{text}` is {reason}"));
            match name {
                "path" => key.path = Some(portable(text)),
                "row" => {
                    key.row = Some(
                        text.parse()
                            .map_err(|_| wrong("not the number of a record, counted from 1"))?,
                    )
                }
                "hash" => {
                    let is_hash =
                        (HASH_DIGITS..=64).contains(&text.len()) && text.chars().all(|c| c.is_ascii_hexdigit());
                    let hash = is_hash.then(|| text.to_lowercase());
                    key.hash = Some(hash.ok_or_else(|| wrong("not the first 12 to 64 hexadecimal digits of a hash"))?);
                }
                _ => {
                    let id = text.parse().ok().filter(|_| text.len() == 16);
                    key.id = Some(id.ok_or_else(|| wrong("not the 16 hexadecimal digits of a report's id"))?);
                }
            }
        }
        Ok(key)
    }
}

/// A path as it is compared: `/` between its parts, and no `.` parts.
fn portable(path: &str) -> String {
    let path = path.replace('\\', "/");
    let is_absolute = path.starts_with('/');
    let parts: Vec<&str> = path
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .collect();
    format!("{}{}", if is_absolute { "/" } else { "" }, parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sidecar(name: &str, text: &str) -> Result<Sidecar> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        Sidecar::read(&path)
    }

    fn problems(sidecar: &Sidecar) -> Vec<String> {
        let folder = format!("{}/", sidecar.path.parent().unwrap().display());
        sidecar
            .problems
            .iter()
            .map(|error| error.to_string().replace(&folder, ""))
            .collect()
    }

    #[test]
    fn rows_say_what_of_which_report() {
        let text = "路径,记录,年份,乡镇,备注\n2024\\.\\a.txt,,2024,,x\nt.csv,3,,-,\n,,,,\n";
        let sidecar = sidecar("reports.csv", text).unwrap();
        assert_eq!(problems(&sidecar), [""; 0]);
        assert!(sidecar.warnings[0].contains("columns not used: `备注`; the fields are kind, title"));
        let rows: Vec<_> = sidecar
            .rows
            .iter()
            .map(|row| (row.place.as_str(), row.key.shown(), row.cells.clone()))
            .collect();
        let cell = |field: &str, text: &str| vec![(field.to_owned(), text.to_owned())];
        assert_eq!(
            rows,
            [
                ("line 2", "2024/a.txt".to_owned(), cell("year", "2024")),
                ("line 3", "t.csv, record 3".to_owned(), cell("township", "-")),
            ]
        );
    }

    #[test]
    fn every_bad_cell_is_named_and_the_others_are_used() {
        let text = "path,row,hash,id,year,level,published\n\
                    a.txt,,,,24,township,2025-02-07\n\
                    a.txt,x,,,2024,,\n\
                    ,,abc,,2024,,\n\
                    ,,,1,2024,,\n\
                    ,,,,2024,,\n\
                    b.txt,,,,2024,村级,某日\n";
        let sidecar = sidecar("reports.csv", text).unwrap();
        assert_eq!(
            problems(&sidecar),
            [
                "reports.csv: line 2, column year: `24` is not a year from 1949 to 2100",
                "reports.csv: line 3, column row: `x` is not the number of a record, counted from 1",
                "reports.csv: line 4, column hash: `abc` is not the first 12 to 64 hexadecimal digits of a hash",
                "reports.csv: line 5, column id: `1` is not the 16 hexadecimal digits of a report's id",
                "reports.csv: line 6: says of no report what it says",
                "reports.csv: line 7, column level: `村级` is not one of township (乡镇级), county (县级), city (市级), \
                 province (省级), department (部门), state (国家级)",
                "reports.csv: line 7, column published: `某日` is not a day such as 2025-02-07",
            ]
        );
        assert_eq!(sidecar.rows.len(), 2);
        assert_eq!(sidecar.rows[0].cells.len(), 2);
    }

    #[test]
    fn rows_that_contradict_each_other_are_not_believed() {
        let text = "path,year,township\na.txt,2024,白鹭镇\n./a.txt,2023,白鹭镇\na.txt,2024年,\n";
        let sidecar = sidecar("reports.csv", text).unwrap();
        assert_eq!(
            problems(&sidecar),
            ["reports.csv: line 2 and line 3, column year: one report, but `2024` and `2023`: neither is taken"]
        );
        let fields: Vec<usize> = sidecar.rows.iter().map(|row| row.cells.len()).collect();
        assert_eq!(fields, [1, 1, 1]);
    }

    #[test]
    fn a_sheet_without_a_key_is_an_error() {
        let error = sidecar("sheet.csv", "year,township\n2024,白鹭镇\n").unwrap_err();
        assert!(
            error
                .to_string()
                .ends_with("no column says which report a row is about")
        );
    }

    #[test]
    fn sidecars_are_told_from_tables_of_reports() {
        let folder = tempfile::tempdir().unwrap();
        let table = [
            ("reports.csv", "path,year\n", Some(Part::Sidecar)),
            ("Reports.CSV", "哈希,年份\n", Some(Part::Sidecar)),
            ("reports.csv", "path,year,正文\n", None),
            ("reports.csv", "title,year\n", None),
            ("other.csv", "path,year\n", Some(Part::Sheet)),
            ("other.csv", "path,year,说了什么\n", None),
            ("other.csv", "path\n", None),
            ("other.csv", "path,row,id,hash,year\n", Some(Part::Sheet)),
            ("reports.txt", "path,year\n", None),
        ];
        for (name, text, part) in table {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            assert_eq!(part_of(&path), part, "{name} {text}");
        }
    }
}
