//! Coding workbooks: what goes to coders comes back with its agreement, and whatever went wrong on the way is named.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use calamine::{Data, Reader, Xlsx, open_workbook};
use rust_xlsxwriter::Workbook;
use serde_json::Value;

use crate::sample::corpus_index;
use crate::testdir::{Output, TestDir};

const CODEBOOK: &str = r#"
title = "枫桥经验的落实"
instructions = "逐段判断。"

[[variable]]
name = "深度"
label = "落实到什么程度"
kind = "ordered"
values = ["未提及", "口号", { value = "做法", note = "有具体数字" }]

[[variable]]
name = "量化"
kind = "yes-no"

[[variable]]
name = "件数"
kind = "number"
"#;

/// The sheets of a workbook, as rows of texts, without the formats.
type Sheets = Vec<(String, Vec<Vec<String>>)>;

fn sheets(path: &Path) -> Sheets {
    let mut workbook: Xlsx<_> = open_workbook(path).expect("a workbook");
    let text = |cell: &Data| match cell {
        Data::Empty => String::new(),
        cell => cell.to_string(),
    };
    let names = workbook.sheet_names();
    let of_sheet = |name: String| {
        let range = workbook.worksheet_range(&name).expect("a sheet");
        (name, range.rows().map(|row| row.iter().map(text).collect()).collect())
    };
    names.into_iter().map(of_sheet).collect()
}

fn save(sheets: &Sheets, path: &Path) {
    let mut workbook = Workbook::new();
    for (name, rows) in sheets {
        let sheet = workbook.add_worksheet().set_name(name).expect("a name");
        for (at, row) in (0..).zip(rows) {
            for (column, cell) in (0..).zip(row).filter(|(_, cell)| !cell.is_empty()) {
                sheet.write_string(at, column, cell).expect("a cell");
            }
        }
    }
    workbook.save(path).expect("a saved workbook");
}

/// A folder with an index, a codebook, and a workbook `coding.xlsx` of 12 passages for two coders.
fn made() -> (TestDir, Sheets) {
    let dir = TestDir::new();
    dir.write("codebook.toml", CODEBOOK);
    make(&dir, "张三,李四", &[]);
    let sheets = sheets(&dir.path("coding.xlsx"));
    (dir, sheets)
}

fn make(dir: &TestDir, coders: &str, more: &[&str]) -> Output {
    let index = corpus_index().path(".baogao").display().to_string();
    let arguments = [
        "code", "make", "法治", "-n", "12", "--seed", "7", "--index", &index, "--coders", coders,
    ];
    let rest = ["--codebook", "codebook.toml", "-o", "coding.xlsx"];
    dir.run(&[&arguments[..], &rest, more].concat()).exits(0)
}

/// Puts codes into the column of this header, from the first passage on.
fn fill(sheets: &mut Sheets, header: &str, codes: &[&str]) {
    let rows = &mut sheets[0].1;
    let column = rows[0].iter().position(|name| name == header).expect("a column");
    for (row, code) in rows[1..].iter_mut().zip(codes) {
        row[column] = (*code).to_owned();
    }
}

fn filled() -> (TestDir, Sheets) {
    let (dir, mut sheets) = made();
    let (no, slogan, deed) = ("未提及", "口号", "做法");
    let zhang = [no, no, slogan, slogan, deed, deed, deed, no, slogan, deed, no, deed];
    let li = [
        no, slogan, slogan, slogan, deed, deed, slogan, no, slogan, deed, deed, deed,
    ];
    fill(&mut sheets, "张三 · 深度", &zhang);
    fill(&mut sheets, "李四 · 深度", &li);
    fill(&mut sheets, "张三 · 量化", &["是"; 12]);
    fill(&mut sheets, "李四 · 量化", &["是"; 12]);
    fill(
        &mut sheets,
        "张三 · 件数",
        &["1", "2", "3", "3", "2", "1", "4", "1", "2"],
    );
    fill(
        &mut sheets,
        "李四 · 件数",
        &["1", "2", "3", "3", "2", "2", "4.0", "1", "2", "5", "", "3"],
    );
    fill(&mut sheets, "李四 · 备注", &["拿不准"]);
    save(&sheets, &dir.path("filled.xlsx"));
    (dir, sheets)
}

fn read(dir: &TestDir, file: &str, table: &str) -> Value {
    let output = dir.run(&["code", "read", file, "--table", table, "--format", "json"]);
    assert!(output.code == 0 || output.code == 3, "{output}");
    output.value()
}

fn rows(table: &Value) -> &Vec<Value> {
    table["rows"].as_array().expect("rows")
}

fn near(value: &Value, wanted: f64) {
    let value = value.as_f64().unwrap_or_else(|| panic!("no number: {value}"));
    assert!((value - wanted).abs() < 1e-6, "{value} is not {wanted}");
}

#[test]
fn a_workbook_explains_itself_and_shows_what_was_found() {
    let (dir, sheets) = made();
    let names: Vec<&str> = sheets.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["编码", "说明", "查询凭据"]);
    let hits = corpus_index()
        .run(&["sample", "法治", "-n", "12", "--seed", "7", "--format", "jsonl"])
        .exits(0);
    let hits: Vec<Value> = hits
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("a row"))
        .collect();
    let codes = &sheets[0].1;
    assert_eq!(codes.len(), 13);
    for (row, hit) in codes[1..].iter().zip(&hits) {
        assert_eq!(
            (row[1].as_str(), row[5].as_str()),
            (
                hit["passage_id"].as_str().unwrap(),
                hit["text"]["text"].as_str().unwrap()
            )
        );
        assert_eq!(row[6 + 8], hit["citation"].as_str().unwrap());
    }
    let guide: Vec<String> = sheets[1].1.iter().map(|row| row.join(" ")).collect();
    for wanted in ["枫桥经验的落实", "落实到什么程度", "有具体数字", "单选（有序）"] {
        assert!(guide.iter().any(|line| line.contains(wanted)), "{wanted}: {guide:?}");
    }
    let receipt: BTreeMap<&str, &str> = sheets[2]
        .1
        .iter()
        .map(|row| (row[0].as_str(), row[1].as_str()))
        .collect();
    assert_eq!((receipt["seed"], receipt["query"]), ("7", "法治"));
    // What was looked for is in bold, and closed values are offered as lists.
    let file = std::fs::File::open(dir.path("coding.xlsx")).expect("the workbook");
    let mut archive = zip::ZipArchive::new(file).expect("an archive");
    let mut part = |name: &str| {
        let mut text = String::new();
        std::io::Read::read_to_string(&mut archive.by_name(name).expect("a part"), &mut text).expect("text");
        text
    };
    assert!(part("xl/sharedStrings.xml").contains("<b/>"));
    let sheet = part("xl/worksheets/sheet1.xml");
    assert!(
        sheet.contains("type=\"list\"") && sheet.contains("type=\"decimal\""),
        "no lists"
    );
    assert!(sheet.contains("<pane ") && sheet.contains("<autoFilter "));
}

#[test]
fn what_coders_filled_in_comes_back_with_its_agreement() {
    let (dir, _) = filled();
    let table = read(&dir, "filled.xlsx", "agreement");
    let [depth, quantified, cases] = rows(&table).as_slice() else {
        panic!("three variables: {table}");
    };
    // Computed in Python from the definitions.
    assert_eq!(
        (depth["variable"].as_str(), depth["units"].as_u64()),
        (Some("深度"), Some(12))
    );
    near(&depth["agreement"], 0.75);
    near(&depth["kappa"], 0.625000000);
    near(&depth["kappa_error"], 0.178238040);
    near(&depth["kappa_linear"], 0.619047619);
    near(&depth["kappa_quadratic"], 0.612903226);
    near(&depth["alpha"], 0.633019180);
    assert!(depth["alpha_low"].as_f64() < depth["alpha"].as_f64());
    // One value only: said, not a number.
    assert_eq!(quantified["kappa"], Value::Null);
    near(&quantified["agreement"], 1.0);
    assert!(
        quantified["note"].as_str().unwrap_or_default().contains("not defined"),
        "{quantified}"
    );
    assert_eq!((cases["units"].as_u64(), &cases["kappa"]), (Some(9), &Value::Null));
    near(&cases["agreement"], 8.0 / 9.0);
    near(&cases["alpha"], 0.942760943);

    let text = dir.run(&["code", "read", "filled.xlsx"]).exits(0);
    text.says(&["深度", "张三 × 李四", "75.0%"])
        .tells(&["张三: 3 codes missing", "李四: 1 code missing"]);
    let again = read(&dir, "filled.xlsx", "agreement");
    assert_eq!(again, table, "the same seed gives the same interval");
}

#[test]
fn disagreements_and_codes_go_on_as_tables() {
    let (dir, sheets) = filled();
    let table = read(&dir, "filled.xlsx", "disagreements");
    let depth: Vec<&Value> = rows(&table).iter().filter(|row| row["variable"] == "深度").collect();
    assert_eq!(depth.len(), 3);
    assert_eq!(
        (depth[0]["code_张三"].as_str(), depth[0]["code_李四"].as_str()),
        (Some("未提及"), Some("口号"))
    );
    assert_eq!(depth[0]["passage_id"], sheets[0].1[2][1]);
    assert_eq!(depth[0]["text"], sheets[0].1[2][5].trim());

    let confusion = read(&dir, "filled.xlsx", "confusion");
    let depth: Vec<&Value> = rows(&confusion)
        .iter()
        .filter(|row| row["variable"] == "深度")
        .collect();
    assert_eq!(depth.len(), 9, "zeros are shown");
    assert_eq!(depth.iter().filter_map(|row| row["units"].as_u64()).sum::<u64>(), 12);

    dir.run(&["code", "read", "filled.xlsx", "--table", "wide", "-o", "coded.csv"])
        .exits(0);
    let text = dir.read("coded.csv");
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let names: Vec<String> = reader.headers().expect("names").iter().map(str::to_owned).collect();
    let at = |name: &str| {
        names
            .iter()
            .position(|known| known == name)
            .unwrap_or_else(|| panic!("{name}: {names:?}"))
    };
    let records: Vec<csv::StringRecord> = reader.records().map(|record| record.expect("a record")).collect();
    assert_eq!(records.len(), 12);
    assert_eq!(&records[1][at("李四 · 深度")], "口号");
    assert_eq!(&records[0][at("李四 · 备注")], "拿不准");
    assert!(!records[0][at("citation")].is_empty());

    let long = read(&dir, "filled.xlsx", "long");
    assert_eq!(rows(&long).len(), 12 * 4 + 9 + 11 + 1);
    assert!(
        rows(&long)
            .iter()
            .any(|row| row["variable"] == "件数" && row["value"] == 4.0)
    );
}

#[test]
fn whatever_cannot_be_taken_is_named() {
    let (dir, mut sheets) = filled();
    let rows_of = |sheets: &mut Sheets| std::mem::take(&mut sheets[0].1);
    let mut all = rows_of(&mut sheets);
    let column = |name: &str| all[0].iter().position(|known| known == name).expect("a column");
    let (zhang, li, number) = (column("张三 · 深度"), column("李四 · 深度"), column("李四 · 件数"));
    // A value that is none, a number that is none, a deleted row, a doubled row that differs, a foreign one.
    all[3][zhang] = "大概".to_owned();
    all[4][number] = "三件".to_owned();
    let deleted = all.remove(6);
    let mut doubled = all[1].clone();
    doubled[li] = "做法".to_owned();
    all.push(doubled);
    let mut foreign = all[2].clone();
    foreign[1] = "0000000000000000-0001".to_owned();
    all.push(foreign);
    let doubled_id = all[1][1].clone();
    sheets[0].1 = all;
    save(&sheets, &dir.path("bad.xlsx"));
    let output = dir
        .run(&["code", "read", "bad.xlsx", "--table", "problems", "--format", "json"])
        .exits(3);
    let table = output.value();
    let told = |what: &str| -> Vec<&Value> {
        rows(&table)
            .iter()
            .filter(|row| row["problem"].as_str().unwrap_or_default().contains(what))
            .collect()
    };
    assert_eq!(told("not one of its values: 未提及, 口号, 做法")[0]["value"], "大概");
    assert_eq!(told("not a number")[0]["row"], 5);
    assert_eq!(told("the row of the passage is missing")[0]["passage_id"], deleted[1]);
    assert_eq!(told("stands in row 2 too")[0]["passage_id"], doubled_id);
    assert_eq!(told("neither is taken")[0]["value"], "做法");
    assert_eq!(
        told("not of this workbook's sample")[0]["passage_id"],
        "0000000000000000-0001"
    );
    output.tells(&["bad.xlsx row 4", "张三 · 深度 = 大概"]);
    // Neither of two codes counts, nor what is no value: 12 − deleted − doubled − none.
    assert_eq!(rows(&read(&dir, "bad.xlsx", "agreement"))[0]["units"], 9);
}

#[test]
fn each_coder_may_have_a_workbook_and_three_are_compared_together() {
    let dir = TestDir::new();
    dir.write("codebook.toml", CODEBOOK);
    make(&dir, "张三,李四,王五", &["--separate"]);
    assert!(!dir.path("coding.xlsx").exists());
    let codes = [
        ["是", "是", "否", "否"],
        ["是", "否", "否", "否"],
        ["是", "是", "否", "是"],
    ];
    let mut names = Vec::new();
    for (coder, codes) in ["张三", "李四", "王五"].into_iter().zip(codes) {
        let name = format!("coding-{coder}.xlsx");
        let mut sheets = sheets(&dir.path(&name));
        let others = ["张三", "李四", "王五"].into_iter().filter(|other| *other != coder);
        let all = format!("{sheets:?}");
        for other in others {
            assert!(!all.contains(&format!("{other} · ")), "{coder} sees {other}");
        }
        fill(&mut sheets, &format!("{coder} · 量化"), &codes);
        save(&sheets, &dir.path(&name));
        names.push(name);
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let output = dir
        .run(&[&["code", "read"], &names[..], &["--format", "json"]].concat())
        .exits(0);
    let table = output.value();
    let of_variable: Vec<&Value> = rows(&table).iter().filter(|row| row["variable"] == "量化").collect();
    let coders: Vec<&str> = of_variable.iter().filter_map(|row| row["coders"].as_str()).collect();
    assert_eq!(
        coders,
        ["张三 × 李四", "张三 × 王五", "李四 × 王五", "张三 × 李四 × 王五"]
    );
    near(&of_variable[0]["kappa"], 0.5);
    // Of the four passages two are unanimous, the others two against one: P = (1 + 1/3 + 1 + 1/3) / 4, Pe = 1/2.
    near(&of_variable[3]["fleiss_kappa"], (2.0 / 3.0 - 0.5) / 0.5);
    near(&of_variable[3]["alpha"], 1.0 - 11.0 * (2.0 * 2.0) / (2.0 * 36.0));
    assert_eq!(of_variable[3]["units"], 4);
}

#[test]
fn what_is_no_coding_workbook_is_told() {
    let (dir, _) = made();
    dir.write("a.xlsx", "no workbook");
    dir.run(&["code", "read", "a.xlsx"]).exits(2).tells(&["no xlsx file"]);
    save(
        &vec![("Sheet1".to_owned(), vec![vec!["a".to_owned()]])],
        &dir.path("b.xlsx"),
    );
    dir.run(&["code", "read", "b.xlsx"])
        .exits(2)
        .tells(&["it has no sheet 编码", "baogao code make"]);
    dir.run(&["code", "read", "absent.xlsx"])
        .exits(2)
        .tells(&["absent.xlsx"]);
    let index = corpus_index().path(".baogao").display().to_string();
    let make = |more: &[&str]| {
        dir.run(&[&["code", "make", "法治", "--index", &index], more].concat())
            .exits(2)
    };
    make(&["--coders", "a,a", "-o", "c.xlsx"]).tells(&["the coder `a` stands twice"]);
    make(&["--coders", "a", "-o", "c.csv"]).tells(&["written as xlsx"]);
    dir.write("bad.toml", "[[variable]]\nname = \"x\"\nkind = \"values\"\n");
    make(&["--coders", "a", "-o", "c.xlsx", "--codebook", "bad.toml"]).tells(&["bad.toml", "needs two values"]);
    assert!(!dir.path("c.xlsx").exists());
    let none = dir.run(&[
        "code",
        "make",
        "绝无此语",
        "--index",
        &index,
        "--coders",
        "a",
        "-o",
        "c.xlsx",
    ]);
    none.exits(1).tells(&["no workbook is written"]);
}

#[test]
fn a_workbook_that_libreoffice_saved_reads_the_same() {
    let (dir, _) = filled();
    std::fs::create_dir(dir.path("saved")).expect("a folder");
    for file in ["coding.xlsx", "filled.xlsx"] {
        let profile = format!("-env:UserInstallation=file://{}", dir.path("profile").display());
        let mut convert = Command::new("soffice");
        convert.args([
            &profile,
            "--headless",
            "--convert-to",
            "xlsx",
            "--outdir",
            "saved",
            file,
        ]);
        match convert.current_dir(dir.path("")).output() {
            Ok(output) => assert!(output.status.success(), "{output:?}"),
            Err(_) => return eprintln!("skipped: soffice is not installed"),
        }
    }
    let untouched = dir
        .run(&[
            "code",
            "read",
            "saved/coding.xlsx",
            "--table",
            "problems",
            "--format",
            "json",
        ])
        .exits(0);
    assert_eq!(
        rows(&untouched.value()).len(),
        12 * 3 * 2,
        "blank codes, and nothing else"
    );
    for table in ["agreement", "wide", "disagreements"] {
        let saved = read(&dir, "saved/filled.xlsx", table);
        assert_eq!(saved, read(&dir, "filled.xlsx", table), "{table}");
    }
}
