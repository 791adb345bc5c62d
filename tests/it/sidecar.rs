//! People correct what is read: sidecars, `--metadata`, `--path-pattern`, `--export-metadata`; and only what is concerned is read
//! again.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::sample::{copy_folder, corpus, report, three_reports};
use crate::testdir::TestDir;

/// Runs `index` with these arguments, and returns what it did as JSON.
fn indexed(dir: &TestDir, arguments: &[&str]) -> Value {
    let output = dir.run(&[&["index", "--format", "json"], arguments].concat());
    assert!(output.code == 0 || output.code == 3, "{output}");
    output.value()
}

fn inspected(dir: &TestDir, arguments: &[&str]) -> Value {
    dir.run(&[&["inspect", "--format", "json"], arguments].concat())
        .exits(0)
        .value()
}

/// The number of reports in which a filter finds something.
fn reports(dir: &TestDir, filter: &str) -> u64 {
    dir.search(&[filter, "--limit", "0"]).summary.totals.reports
}

fn failures(outcome: &Value) -> Vec<String> {
    let failed = outcome["failed"].as_array().expect("failures").iter();
    failed
        .map(|failure| failure["message"].as_str().expect("a message").to_owned())
        .collect()
}

/// How many reports were written, and how many of them corrected.
fn written(outcome: &Value) -> (u64, u64) {
    let count = |what: &str| outcome[what].as_u64().expect("a count");
    (count("reports"), count("corrected"))
}

/// Evidence of a field: the kind of place, and whether it is implied.
fn evidence(report: &Value, field: &str) -> Value {
    let found = report["evidence"]
        .as_array()
        .expect("evidence")
        .iter()
        .find(|one| one["field"] == field);
    found.map_or(Value::Null, |one| one["from"].clone())
}

#[test]
fn a_sidecar_corrects_the_files_in_its_folder_and_below() {
    let dir = TestDir::new();
    three_reports(&dir);
    dir.write("reports/deep/d.txt", report("云河县", "黑土镇", 2020, "另一份。"));
    dir.write(
        "reports/reports.csv",
        "路径,年份,乡镇,省份,级别\na.txt,2021,,福建省,\ndeep\\d.txt,,白土镇,,乡镇级\n",
    );
    let outcome = indexed(&dir, &["reports"]);
    assert_eq!(failures(&outcome), [""; 0]);
    assert_eq!(written(&outcome), (4, 2));
    assert_eq!(
        outcome["skipped"],
        json!([["reports/reports.csv", "corrections, applied to the files beside it"]])
    );
    assert_eq!(reports(&dir, "year:2021"), 1);
    assert_eq!(reports(&dir, "province:福建省"), 1);
    assert_eq!(
        (reports(&dir, "township:白土镇"), reports(&dir, "township:黑土镇")),
        (1, 0)
    );
    // A file below is inspected with it, too.
    let value = inspected(&dir, &["reports/deep/d.txt"]);
    assert_eq!(value["metadata"]["township"], "白土镇");
    assert_eq!(
        (evidence(&value, "township"), evidence(&value, "year")),
        (json!("sidecar"), json!("title"))
    );
    assert_eq!(value["warnings"], json!(["the sidecar says 白土镇, the title 黑土镇"]));
}

#[test]
fn a_workbook_is_a_sidecar_too() {
    let dir = TestDir::new();
    three_reports(&dir);
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet
        .write_row(0, 0, ["文件", "年份", "发布日期", "类型"])
        .expect("a header");
    sheet.write_row(1, 0, ["a.txt", "", "", "政府工作报告"]).expect("a row");
    sheet.write(1, 1, 2021).expect("a number");
    let day = rust_xlsxwriter::ExcelDateTime::from_ymd(2022, 1, 5).expect("a day");
    let format = rust_xlsxwriter::Format::new().set_num_format("yyyy/m/d");
    sheet.write_with_format(1, 2, &day, &format).expect("a day");
    sheet.write_row(2, 0, ["d.txt", "2020"]).expect("a row");
    workbook.save(dir.path("reports/reports.xlsx")).expect("a workbook");
    let outcome = indexed(&dir, &["reports"]);
    assert_eq!(written(&outcome), (3, 1));
    let told =
        "reports/reports.xlsx: row 3: d.txt: there is no such file; write the path as seen from the sheet's folder";
    assert_eq!(failures(&outcome), [told]);
    let value = dir
        .run(&["inspect", "--format", "json", "reports/a.txt"])
        .exits(3)
        .value();
    let metadata = &value["metadata"];
    assert_eq!(
        (&metadata["year"], &metadata["published"]),
        (&json!(2021), &json!("2022-01-05"))
    );
    assert_eq!(metadata["kind"], "政府工作报告");
}

#[test]
fn corrections_do_not_change_the_name_of_a_report() {
    let dir = TestDir::new();
    dir.write("a.txt", report("云河县", "青石镇", 2022, "正文。"));
    let before = inspected(&dir, &["a.txt"]);
    dir.write("reports.csv", "path,title,year,township\na.txt,另一标题,2019,白石镇\n");
    let after = inspected(&dir, &["a.txt"]);
    assert_ne!(before["metadata"], after["metadata"]);
    assert_eq!(before["id"], after["id"]);
}

#[test]
fn only_the_reports_that_a_change_concerns_are_read_again() {
    let dir = TestDir::new();
    three_reports(&dir);
    dir.index("reports");
    dir.write("reports/reports.csv", "path,year\na.txt,2021\nb.txt,2021\n");
    assert_eq!(written(&indexed(&dir, &["reports"])), (2, 2));
    assert_eq!(written(&indexed(&dir, &["reports"])), (0, 0));
    // Another row, and lines that moved.
    dir.write(
        "reports/reports.csv",
        "path,year,township\nc.txt,,绿叶乡\na.txt,2021,\nb.txt,2020,\n",
    );
    assert_eq!(written(&indexed(&dir, &["reports"])), (2, 2));
    dir.write("reports/reports.csv", "path,year\na.txt,2021\n");
    assert_eq!(written(&indexed(&dir, &["reports"])), (2, 0));
    assert_eq!((reports(&dir, "year:2023"), reports(&dir, "township:红叶乡")), (1, 1));
    dir.remove("reports/reports.csv");
    assert_eq!(written(&indexed(&dir, &["reports"])), (1, 0));
    assert_eq!((reports(&dir, "year:2022"), reports(&dir, "year:2021")), (1, 0));
}

#[test]
fn a_broken_sidecar_is_named_and_what_it_said_is_kept() {
    let dir = TestDir::new();
    three_reports(&dir);
    dir.write("reports/reports.csv", "path,year\na.txt,2021\n");
    dir.index("reports");
    dir.remove("reports/reports.csv");
    dir.write("reports/reports.xlsx", b"PK\x03\x04 no more");
    let outcome = indexed(&dir, &["reports"]);
    assert!(
        failures(&outcome)[0].contains("reports.xlsx: damaged, or no xlsx file"),
        "{outcome}"
    );
    assert_eq!((written(&outcome), reports(&dir, "year:2021")), ((0, 0), 1));
}

#[test]
fn slips_of_the_pen_are_named_with_place_and_remedy() {
    let dir = TestDir::new();
    three_reports(&dir);
    let table = "path,row,id,year,level,yaer\n\
                 z.txt,,,2021,,\n\
                 a.txt,,,21,镇,\n\
                 b.txt,7,,2021,,\n\
                 ,,0123456789abcdef,2021,,\n\
                 readme.txt,,,2021,,\n\
                 c.txt,,,2021,,\n\
                 c.txt,,,2020,,\n";
    dir.write("reports/reports.csv", table);
    dir.write("reports/readme.txt", "about these reports");
    let output = dir.run(&["index", "reports"]).exits(3);
    let output =
        output.tells(&["warning: reports/reports.csv: columns not used: `yaer`; the fields are kind, title, year"]);
    output.says(&[
        "reports/reports.csv: line 2: z.txt: there is no such file; write the path as seen from the sheet's folder",
        "reports/reports.csv: line 3, column year: `21` is not a year from 1949 to 2100",
        "reports/reports.csv: line 3, column level: `镇` is not one of township (乡镇级), county (县级)",
        "reports/reports.csv: line 4: b.txt, record 7: there is no such report in the file",
        "reports/reports.csv: line 5: id 0123456789abcdef: the index holds no such report",
        "reports/reports.csv: line 6: readme.txt: no report was read from this file",
        "reports/reports.csv: line 7 and line 8, column year: one report, but `2021` and `2020`: neither is taken",
    ]);
    // They are named as long as they are there, and nothing of them was used.
    assert_eq!(failures(&indexed(&dir, &["reports"])).len(), 7);
    assert_eq!((reports(&dir, "year:2021"), reports(&dir, "year:2024")), (0, 1));
}

#[test]
fn records_are_corrected_by_row_and_by_id() {
    let dir = TestDir::new();
    let record = |town: &str| json!({"title": format!("云河县{town}2022年法治政府建设年度报告"), "text": format!("一、主要举措\n{town}的正文。")});
    dir.write(
        "reports/t.jsonl",
        format!("{}\n{}\n{}\n", record("甲镇"), record("乙镇"), record("丙镇")),
    );
    dir.index("reports");
    let id = dir.search(&["township:丙镇"]).hits[0].report.id.to_string();
    dir.write(
        "reports/reports.csv",
        format!("path,row,id,year,province\nt.jsonl,2,,2021,\n,,{id},2020,\nt.jsonl,,,2019,福建省\n"),
    );
    let outcome = indexed(&dir, &["reports"]);
    assert_eq!(failures(&outcome), [""; 0]);
    assert_eq!(written(&outcome), (3, 3));
    // The row that names a report most closely counts.
    for (town, year) in [("甲镇", 2019), ("乙镇", 2021), ("丙镇", 2020)] {
        assert_eq!(
            reports(&dir, &format!("township:{town} year:{year} province:福建省")),
            1,
            "{town}"
        );
    }
    assert_eq!(written(&indexed(&dir, &["reports"])), (0, 0));
}

#[test]
fn a_file_is_named_by_its_hash_wherever_it_lies() {
    let dir = TestDir::new();
    let text = report("云河县", "青石镇", 2022, "正文。");
    dir.write("reports/a.txt", &text);
    dir.write(
        "sheet.csv",
        format!(
            "哈希,年份\n{},2020\n",
            &blake3::hash(text.as_bytes()).to_hex()[..12].to_uppercase()
        ),
    );
    let value = inspected(&dir, &["reports/a.txt", "--metadata", "sheet.csv"]);
    assert_eq!(value["metadata"]["year"], 2020);
    dir.run(&["index", "reports", "--metadata", "sheet.csv"])
        .exits(0)
        .says(&["corrected: 1 report"]);
    std::fs::rename(dir.path("reports/a.txt"), dir.path("reports/z.txt")).expect("a new name");
    dir.run(&["index", "reports", "--metadata", "sheet.csv"]).exits(0);
    assert_eq!(reports(&dir, "year:2020"), 1);
}

#[test]
fn what_is_said_on_the_command_line_is_kept_until_something_else_is_said() {
    let dir = TestDir::new();
    three_reports(&dir);
    dir.write("sheets/s.csv", "path,year\nreports/a.txt,2021\nb.txt,2021\n");
    let outcome = indexed(&dir, &["reports", "--metadata", "sheets/s.csv"]);
    assert_eq!((failures(&outcome), written(&outcome)), (Vec::new(), (3, 2)));
    assert_eq!(written(&indexed(&dir, &["reports"])), (0, 0));
    // A file that changed keeps it, and so does a rebuild.
    dir.write("reports/a.txt", report("云河县", "青石镇", 2022, "新的正文。"));
    assert_eq!(written(&indexed(&dir, &["reports"])), (1, 1));
    assert_eq!(written(&indexed(&dir, &["reports", "--rebuild"])), (3, 2));
    assert_eq!(reports(&dir, "year:2021"), 2);
    // A row less, and none.
    dir.write("sheets/s.csv", "path,year\nb.txt,2021\n");
    assert_eq!(
        written(&indexed(&dir, &["reports", "--metadata", "sheets/s.csv"])),
        (1, 0)
    );
    dir.write("sheets/s.csv", "path,year\n");
    assert_eq!(
        written(&indexed(&dir, &["reports", "--metadata", "sheets/s.csv"])),
        (1, 0)
    );
    assert_eq!(reports(&dir, "year:2021"), 0);
}

#[test]
fn a_sheet_that_is_named_goes_before_a_sidecar_and_the_nearer_sidecar_before_the_farther() {
    let dir = TestDir::new();
    dir.write("reports/deep/a.txt", report("云河县", "青石镇", 2022, "正文。"));
    dir.write("reports/reports.csv", "path,year,county\ndeep/a.txt,2018,甲县\n");
    dir.write("reports/deep/reports.csv", "path,year\na.txt,2019\n");
    let value = inspected(&dir, &["reports/deep/a.txt"]);
    assert_eq!(
        (&value["metadata"]["year"], &value["metadata"]["county"]),
        (&json!(2019), &json!("甲县"))
    );
    dir.write("s.csv", "path,year\nreports/deep/a.txt,2020\n");
    let value = inspected(&dir, &["reports/deep/a.txt", "--metadata", "s.csv"]);
    assert_eq!(value["metadata"]["year"], 2020);
    let warnings = value["warnings"].as_array().expect("warnings");
    assert_eq!(warnings.last(), Some(&json!("the sidecar says 2020, the sidecar 2019")));
}

#[test]
fn fields_are_read_from_paths() {
    let dir = TestDir::new();
    let text = "一、主要举措和成效\n全镇开展普法宣传十二场次，发放资料三千份。\n二、存在的不足和原因\n执法力量薄弱。\n";
    dir.write("reports/福建省/将乐县/古镛镇-2021年.txt", text);
    dir.write("reports/福建省/将乐县/高唐镇-去年.txt", format!("{text}再写一句。"));
    dir.write("reports/其他.txt", report("云河县", "青石镇", 2022, "正文。"));
    let pattern = "{province}/{county}/{township}-{year}*";
    let output = dir.run(&["index", "reports", "--path-pattern", pattern]).exits(0);
    output
        .says(&["corrected: 2 reports"])
        .tells(&["warning: reports/福建省/将乐县/高唐镇-去年.txt: the path pattern reads `去` as its year: not a year from 1949 to 2100; not taken"]);
    assert_eq!(
        reports(&dir, "province:福建省 county:将乐县 township:古镛镇 year:2021"),
        1
    );
    assert_eq!(reports(&dir, "township:高唐镇 year:?"), 1);
    // Nothing said keeps it; another pattern reads again what it concerns.
    assert_eq!(written(&indexed(&dir, &["reports"])), (0, 0));
    let other = indexed(
        &dir,
        &[
            "reports",
            "--path-pattern",
            "{province}/{county}/古镛镇-{year}*",
            "--path-pattern",
            pattern,
        ],
    );
    assert_eq!(written(&other), (1, 1));
    // A single file is matched from any of its parts on.
    let value = inspected(
        &dir,
        &[
            "reports/福建省/将乐县/古镛镇-2021年.txt",
            "--path-pattern",
            "{county}/{township}-*",
        ],
    );
    assert_eq!(value["metadata"]["county"], "将乐县");
    assert_eq!(evidence(&value, "county"), "path pattern");
    let output = dir.run(&["index", "reports", "--path-pattern", "{yaer}"]).exits(2);
    output.tells(&["there is no field `yaer`", "hint: the fields are kind, title, year"]);
}

#[test]
fn a_path_outranks_the_text_and_a_sidecar_the_path() {
    let dir = TestDir::new();
    dir.write("reports/白石镇-2021.txt", report("云河县", "青石镇", 2022, "正文。"));
    let pattern = ["reports/白石镇-2021.txt", "--path-pattern", "{township}-{year}"];
    let value = inspected(&dir, &pattern);
    assert_eq!(
        (&value["metadata"]["township"], &value["metadata"]["year"]),
        (&json!("白石镇"), &json!(2021))
    );
    let told = json!([
        "the path pattern says 2021, the title 2022",
        "the path pattern says 白石镇, the title 青石镇"
    ]);
    assert_eq!(value["warnings"], told);
    dir.write("reports/reports.csv", "path,year\n白石镇-2021.txt,2022\n");
    let value = inspected(&dir, &pattern);
    assert_eq!(
        (&value["metadata"]["year"], evidence(&value, "year")),
        (&json!(2022), json!("sidecar"))
    );
}

#[test]
fn the_same_report_under_a_second_path_is_corrected_under_the_first() {
    let dir = TestDir::new();
    let text = report("云河县", "青石镇", 2022, "正文。");
    dir.write("reports/a.txt", &text);
    dir.write("reports/b.txt", &text);
    dir.write("reports/reports.csv", "path,year\nb.txt,2020\n");
    for _ in 0..2 {
        let told = failures(&indexed(&dir, &["reports"]));
        assert!(
            told[0].contains("is the same report as reports/a.txt; say it of that file"),
            "{told:?}"
        );
    }
}

/// Every report of an index, by path and row: all that is known of it.
fn all_known(dir: &TestDir) -> BTreeMap<String, Value> {
    let index = baogao::index::Index::open(&dir.path(".baogao")).expect("an index");
    let reports = index.reports().expect("reports").into_iter();
    let known = reports.map(|report| {
        let name = format!("{} {:?} {}", report.source.path, report.source.row, report.id);
        (name, json!([report.metadata, report.evidence, report.warnings]))
    });
    known.collect()
}

#[test]
fn an_exported_sheet_given_back_changes_nothing_and_a_corrected_cell_its_field() {
    let dir = TestDir::new();
    copy_folder(&corpus(), &dir.path("corpus"));
    // Values that a spreadsheet would like to take for something else.
    let odd = json!({"title": "=1+1 _x0041_ \"甲\",乙", "doc_number": "-", "url": "+86", "year": 2022, "text": "一、主要举措\n正文。"});
    dir.write("corpus/odd.json", odd.to_string());
    dir.write(
        "corpus/reports.csv",
        "path,year,township\njiangyu/heshi-2024.txt,2020,-\n",
    );
    dir.index("corpus");
    let before = all_known(&dir);
    for sheet in ["sheet.xlsx", "sheet.csv", "corpus/sheet.csv"] {
        dir.run(&["index", "--export-metadata", sheet]).exits(0);
        let outcome = indexed(&dir, &["corpus", "--metadata", sheet]);
        assert_eq!(failures(&outcome), [""; 0], "{sheet}");
        assert!(
            !outcome["warnings"].to_string().contains("sheet."),
            "{sheet}: {outcome}"
        );
        assert_eq!(all_known(&dir), before, "{sheet}");
    }
    let sheet = dir.read("sheet.csv");
    assert!(sheet.starts_with("\u{feff}path,row,id,hash,kind,title,year,"));
    let line = sheet
        .lines()
        .find(|line| line.contains("heshi-2025.txt"))
        .expect("a report");
    dir.write(
        "sheet.csv",
        sheet.replace(line, &line.replacen("江渝区,", "江北区,", 1)),
    );
    let outcome = indexed(&dir, &["corpus", "--metadata", "sheet.csv"]);
    assert_eq!((failures(&outcome), written(&outcome).0), (Vec::new(), 1));
    let after = all_known(&dir);
    let differing: Vec<&String> = before.keys().filter(|name| before[*name] != after[*name]).collect();
    assert_eq!(differing.len(), 1);
    let (was, is) = (&before[differing[0]][0], &after[differing[0]][0]);
    let fields = was
        .as_object()
        .expect("metadata")
        .keys()
        .filter(|field| was[*field] != is[*field]);
    assert_eq!(fields.collect::<Vec<_>>(), ["county"]);
}

#[test]
fn a_sheet_is_no_report() {
    let dir = TestDir::new();
    three_reports(&dir);
    dir.index("reports");
    dir.run(&["index", "--export-metadata", "reports/sheet.csv"]).exits(0);
    dir.write("reports/other.csv", "path,year\na.txt,2021\n");
    let outcome = indexed(&dir, &["reports", "--metadata", "reports/other.csv"]);
    assert_eq!((failures(&outcome), written(&outcome)), (Vec::new(), (1, 1)));
    let told = "a sheet of corrections, applied with --metadata";
    assert_eq!(
        outcome["skipped"],
        json!([["reports/other.csv", told], ["reports/sheet.csv", told]])
    );
    // With a column of text it is a table of reports, whatever its name.
    dir.write(
        "reports/reports.csv",
        "path,year,正文\nx,2020,一、主要举措。正文在此。\n",
    );
    assert_eq!(
        indexed(&dir, &["reports/reports.csv"])["new"],
        json!(["reports/reports.csv"])
    );
}

#[test]
fn a_sheet_that_cannot_be_read_or_written_is_an_error() {
    let dir = TestDir::new();
    three_reports(&dir);
    dir.run(&["index", "reports", "--metadata", "none.csv"])
        .exits(2)
        .tells(&["none.csv"]);
    dir.write("bad.csv", "year,township\n2020,甲镇\n");
    let output = dir.run(&["index", "reports", "--metadata", "bad.csv"]).exits(2);
    output.tells(&[
        "bad.csv: no column says which report a row is about",
        "hint: name one `path`",
    ]);
    dir.run(&["index", "reports", "--export-metadata", "x.ods"])
        .exits(2)
        .tells(&["written as csv or xlsx"]);
    dir.run(&["index", "--export-metadata", "x.csv"]).exits(2);
    assert!(!dir.path("x.csv").exists() && !dir.path("x.csv.part").exists());
}
