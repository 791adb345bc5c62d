//! `baogao count`: every number is that of a plain scan, in every form, and leads back to its passages.

use std::collections::{BTreeMap, BTreeSet};

use baogao::analysis::count::{Layout, rows, table};
use baogao::analysis::matrix::{Matrix, Plan, Term};
use baogao::analysis::measure::Measure;
use baogao::hits::{Grouping, Hit};
use baogao::index::{Index, Request};
use baogao::query::{Query, Scope};
use baogao::schema::fields::Field;
use baogao::table::Cell;
use serde_json::Value;

use crate::sample::{corpus_index, report, three, three_reports};
use crate::scan::{Unit, occurrences, units_of_phrase, units_of_text};
use crate::testdir::TestDir;

/// Phrases that the corpus has often, seldom and never.
const PHRASES: [&str; 5] = ["枫桥经验", "网格员", "法治", "2023", "量子纠缠"];

/// A passage as it is read, with all that can be counted by.
pub struct Read {
    hit: Hit,
    units: Vec<Unit>,
    chars: u64,
}

/// What is found in a group: passages, reports, occurrences; and what there is: reports, passages, characters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scanned {
    pub passages: u64,
    reports: BTreeSet<String>,
    pub occurrences: u64,
    all_passages: u64,
    all_reports: BTreeSet<String>,
    chars: u64,
}

/// All passages of a folder's index, read one after the other.
pub fn read_all(dir: &TestDir) -> Vec<Read> {
    let hits = dir.search(&["*"]).hits;
    let read = |hit: Hit| Read {
        units: units_of_text(&hit.passage.text),
        chars: hit.passage.text.chars().filter(|c| !c.is_whitespace()).count() as u64,
        hit,
    };
    hits.into_iter().map(read).collect()
}

/// The values of a passage's field; none but an unknown one.
fn values(read: &Read, field: &str) -> Vec<Option<String>> {
    let hit = &read.hit;
    let report = &hit.report;
    let one = match field {
        "topic" if !hit.topics.is_empty() => return hit.topics.iter().cloned().map(Some).collect(),
        "topic" => None,
        "township" => report.township.clone(),
        "county" => report.county.clone(),
        "city" => report.city.clone(),
        "province" => report.province.clone(),
        "region" => report
            .region
            .as_ref()
            .map(|region| region.split('/').next().unwrap_or_default().to_owned()),
        "year" => report.year.map(|year| year.to_string()),
        "section" => Some(hit.section.kind.name().to_owned()),
        "issuing_body" => report.issuing_body.clone(),
        "level" => report.level.map(|level| level.name().to_owned()),
        "kind" => Some(report.kind.name().to_owned()),
        "quality" => Some(report.quality.grade.name().to_owned()),
        _ => panic!("{field}"),
    };
    vec![one]
}

/// What a plain scan finds of a phrase, group by group.
pub fn scan(all: &[Read], phrase: &str, by: &[&str]) -> BTreeMap<Vec<Option<String>>, Scanned> {
    let wanted = units_of_phrase(phrase);
    let mut groups: BTreeMap<Vec<Option<String>>, Scanned> = BTreeMap::new();
    for read in all {
        let mut keys = vec![Vec::new()];
        for field in by {
            let longer = |key: Vec<Option<String>>| {
                values(read, field)
                    .into_iter()
                    .map(move |value| [key.clone(), vec![value]].concat())
            };
            keys = keys.into_iter().flat_map(longer).collect();
        }
        let count = occurrences(&read.units, &wanted);
        let id = read.hit.report.id.to_string();
        for key in keys {
            let group = groups.entry(key).or_default();
            group.all_passages += 1;
            group.chars += read.chars;
            group.all_reports.insert(id.clone());
            if count > 0 {
                group.passages += 1;
                group.occurrences += count;
                group.reports.insert(id.clone());
            }
        }
    }
    groups
}

/// The rows that a command prints as JSON.
pub fn json_rows(dir: &TestDir, arguments: &[&str]) -> Vec<Value> {
    let output = dir.run(&[arguments, &["--format", "json"]].concat());
    assert!(output.code <= 1, "{output}");
    output.value()["rows"].as_array().expect("rows").clone()
}

/// The values of what is counted by, as they stand in a row.
fn key_of(row: &Value, by: &[&str]) -> Vec<Option<String>> {
    let text = |field: &&str| match &row[*field] {
        Value::Null => None,
        Value::Number(year) => Some(year.to_string()),
        value => Some(value.as_str().expect("a text").to_owned()),
    };
    by.iter().map(text).collect()
}

fn near(row: &Value, name: &str, part: u64, whole: u64, factor: f64) {
    let wanted = factor * part as f64 / whole as f64;
    let found = row[name].as_f64().unwrap_or_else(|| panic!("{name} in {row}"));
    assert!((found - wanted).abs() < 1e-9, "{name}: {found}, not {wanted}: {row}");
}

/// Holds the rows of `count` to a plain scan: each group once, none left out, all measures.
fn agree(dir: &TestDir, all: &[Read], by: &[&str]) {
    let flags = by.iter().flat_map(|field| ["--by", field]);
    let arguments: Vec<&str> = ["count"].into_iter().chain(PHRASES).chain(flags).collect();
    let rows = json_rows(dir, &arguments);
    for phrase in PHRASES {
        let mut scanned = scan(all, phrase, by);
        for row in rows.iter().filter(|row| row["term"] == phrase) {
            let key = key_of(row, by);
            let Some(group) = scanned.remove(&key) else {
                assert!(
                    row["passages"].is_null() && row["per_1000"].is_null(),
                    "nothing is there: {row}"
                );
                assert_eq!(row["group_reports"], 0, "{row}");
                continue;
            };
            let (reports, all_reports) = (group.reports.len() as u64, group.all_reports.len() as u64);
            assert_eq!(row["passages"], group.passages, "{row}");
            assert_eq!(row["reports"], reports, "{row}");
            assert_eq!(row["occurrences"], group.occurrences, "{row}");
            assert_eq!(row["group_passages"], group.all_passages, "{row}");
            assert_eq!(row["group_reports"], all_reports, "{row}");
            assert_eq!(row["group_chars"], group.chars, "{row}");
            near(row, "share", reports, all_reports, 1.0);
            near(row, "per_1000", group.occurrences, group.chars, 1000.0);
            near(row, "per_report", group.occurrences, all_reports, 1.0);
        }
        assert!(scanned.is_empty(), "{phrase} by {by:?}: left out: {:?}", scanned.keys());
    }
}

const FIELDS: [&str; 12] = [
    "township",
    "county",
    "city",
    "province",
    "region",
    "year",
    "section",
    "issuing_body",
    "level",
    "kind",
    "quality",
    "topic",
];

#[test]
fn every_cell_is_what_a_plain_scan_finds() {
    let dir = corpus_index();
    let all = read_all(dir);
    agree(dir, &all, &[]);
    for field in FIELDS {
        agree(dir, &all, &[field]);
    }
    agree(dir, &all, &["county", "year"]);
    agree(dir, &all, &["year", "section", "township"]);
    agree(dir, &all, &["topic", "level"]);
}

/// Asks the question of every cell, which must find what the cell says.
fn questions_find_their_cells(index: &Index, terms: &[&str], scope: Scope, by: &[&str]) {
    let term = |term: &&str| Term {
        name: (*term).to_owned(),
        query: Query::parse(term).expect("a question"),
    };
    let plan = Plan {
        terms: terms.iter().map(term).collect(),
        by: by.iter().map(|name| Grouping::named(name).expect("a field")).collect(),
        selection: Query::parse("level:township,county,?").expect("filters"),
        scope,
        topics: Vec::new(),
        every_year: false,
    };
    let matrix = Matrix::count(index, plan).expect("a matrix");
    for group in matrix.groups().filter(|group| group.extent.reports > 0) {
        for term in 0..terms.len() {
            let question = matrix.question(term, &group.key).to_string();
            let query = Query::parse(&question).unwrap_or_else(|error| panic!("{question}: {error}"));
            let request = Request {
                limit: Some(0),
                time_limit: None,
                ..Request::new(query)
            };
            let found = index.search(&request).expect("an answer").summary().totals;
            assert_eq!(found, matrix.found(term, &group), "{question}");
        }
    }
}

#[test]
fn the_question_of_a_cell_finds_its_passages() {
    let index = Index::open(&corpus_index().path(".baogao")).expect("an index");
    let terms = [
        "枫桥经验",
        "\"调解 纠纷\"~~8",
        "调解*纠纷 OR 信访",
        "topic:人民调解",
        "heading:法治 -信访",
    ];
    for (scope, by) in [
        (Scope::Passage, vec!["issuing_body"]),
        (Scope::Passage, vec!["section", "level"]),
        (Scope::Passage, vec!["region", "quality"]),
        (Scope::Sentence, vec!["year"]),
        (Scope::Section, vec!["section"]),
        (Scope::Report, vec!["county", "section"]),
    ] {
        questions_find_their_cells(&index, &terms, scope, &by);
    }
}

#[test]
fn a_cell_is_told_from_those_whose_values_contain_its_own() {
    let dir = TestDir::new();
    let record = |township: &str, county: &str, city: &str, province: &str, body: &str| {
        let text = format!("{body}的网格员在{township}入户走访，了解群众诉求，化解矛盾纠纷，宣传法律法规，效果良好。");
        let record = serde_json::json!({
            "township": township, "county": county, "city": city, "province": province, "issuing_body": body, "year": 2024, "text": text
        });
        format!("{record}\n")
    };
    let records = [
        record("白水", "云河县", "", "", ""),
        record("白水镇", "云河县", "", "", "白水镇人民政府"),
        record("白水镇", "云河县", "丰江市", "", "云河县白水镇人民政府"),
        record("白水镇人民政府", "云河", "丰江市", "浮山省", "人民政府"),
        record("", "", "丰江市", "浮山省", "丰江市人民政府"),
        record("", "", "", "浮山省", "浮山省人民政府"),
    ];
    dir.write("reports/all.jsonl", records.concat());
    dir.index("reports");
    let index = Index::open(&dir.path(".baogao")).expect("an index");
    for by in [
        "township",
        "county",
        "issuing_body",
        "region",
        "region:浮山省",
        "region:丰江市",
    ] {
        questions_find_their_cells(&index, &["网格员", "*"], Scope::Passage, &[by]);
    }
    let found = |question: &str| dir.search(&[question, "--limit", "0"]).summary.totals.reports;
    assert_eq!((found("body:白水镇人民政府"), found("body:=白水镇人民政府")), (2, 1));
    assert_eq!((found("township:白水"), found("township:=白水")), (3, 1));
    assert_eq!(
        dir.search(&["*", "--township", "=白水", "--limit", "0"])
            .summary
            .totals
            .reports,
        1
    );
}

#[test]
fn facets_and_counts_agree() {
    let dir = corpus_index();
    for field in FIELDS {
        let hits = dir.search(&["网格员", "--facets", field, "--limit", "0"]);
        let rows = json_rows(dir, &["count", "网格员", "--by", field]);
        let counted = rows.iter().filter(|row| row["passages"] != 0);
        let counted: BTreeSet<(Option<String>, u64, u64)> = counted
            .map(|row| {
                (
                    key_of(row, &[field])[0].clone(),
                    row["passages"].as_u64().unwrap(),
                    row["reports"].as_u64().unwrap(),
                )
            })
            .collect();
        let facets = hits.summary.facets[0].counts.iter();
        let facets = facets
            .map(|count| (count.value.clone(), count.passages, count.reports))
            .collect();
        assert_eq!(counted, facets, "{field}");
    }
}

/// A table that was exported as CSV, without its byte order mark.
fn csv_table(dir: &TestDir, arguments: &[&str]) -> Vec<Vec<String>> {
    let output = dir.run(&[arguments, &["--format", "csv", "--no-bom"]].concat());
    assert!(output.code <= 1, "{output}");
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(output.stdout.as_bytes());
    let records = reader.records().map(|record| record.expect("a record"));
    records
        .map(|record| record.iter().map(str::to_owned).collect())
        .collect()
}

#[test]
fn the_totals_are_the_sums_of_single_valued_fields() {
    let dir = corpus_index();
    for field in [
        "township",
        "county",
        "year",
        "issuing_body",
        "level",
        "quality",
        "section",
    ] {
        for measure in ["passages", "occurrences", "reports"] {
            let table = csv_table(dir, &["count", "网格员", "法治", "--by", field, "--measure", measure]);
            let (head, body) = (&table[0], &table[1..]);
            let (last, groups) = body.split_last().expect("the totals");
            assert_eq!(last[0], "（合计）");
            for (at, name) in head.iter().enumerate().filter(|(_, name)| !name.starts_with(field)) {
                // A report has several sections.
                if field == "section" && (measure == "reports" || name == "group_reports") {
                    continue;
                }
                let sum: u64 = groups.iter().map(|row| row[at].parse::<u64>().expect("a number")).sum();
                assert_eq!(sum.to_string(), last[at], "{name} by {field}");
            }
        }
    }
    let topics = dir.run(&["count", "网格员", "法治", "--by", "topic"]).exits(0);
    topics.says(&["各行之和可大于合计"]);
}

/// Whether a cell of CSV and a value of JSON are the same; the last digit of a rate is the parser's.
fn is_same(cell: &str, value: &Value) -> bool {
    match value {
        Value::Null => cell.is_empty(),
        Value::String(text) => cell == text,
        number => {
            let (one, other) = (cell.parse().unwrap_or(f64::NAN), number.as_f64().expect("a number"));
            (one - other).abs() <= 1e-12 * other.abs()
        }
    }
}

#[test]
fn all_forms_have_the_same_numbers() {
    let dir = corpus_index();
    let arguments = ["count", "枫桥经验", "网格员", "--by", "county", "--by", "year"];
    let json = json_rows(dir, &arguments);
    let lines = dir
        .run(&[&arguments[..], &["--format", "jsonl"]].concat())
        .exits(0)
        .stdout;
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(json, lines);
    let long = csv_table(dir, &[&arguments[..], &["--long"]].concat());
    assert_eq!(long.len(), json.len() + 1);
    for (record, row) in long[1..].iter().zip(&json) {
        for (name, cell) in long[0].iter().zip(record) {
            assert!(is_same(cell, &row[name]), "{name}: {cell} in {row}");
        }
    }
    for (at, measure) in Measure::ALL.into_iter().enumerate() {
        let wide = csv_table(dir, &[&arguments[..], &["--measure", measure.name()]].concat());
        let column = Measure::ALL[at].column().name;
        for (group, row) in wide[1..wide.len() - 1].iter().enumerate() {
            for (term, count) in ["枫桥经验", "网格员"].into_iter().enumerate() {
                let of_term: Vec<&Value> = json.iter().filter(|row| row["term"] == count).collect();
                let wanted = &of_term[group][&column];
                assert!(is_same(&row[5 + term], wanted), "{measure:?} of {count} in {row:?}");
            }
        }
    }
}

#[test]
fn zeros_are_shown_and_what_is_not_there_is_empty() {
    let dir = three();
    let table = csv_table(
        &dir,
        &["count", "枫桥经验", "网格员", "--by", "township", "--by", "year"],
    );
    assert_eq!(
        table[0][..5],
        ["township", "year", "group_reports", "group_passages", "group_chars"]
    );
    let cells = |township: &str, year: &str| {
        let row = table
            .iter()
            .find(|row| row[0] == township && row[1] == year)
            .expect("a row");
        (row[2].as_str(), row[5].as_str(), row[6].as_str())
    };
    assert_eq!(cells("青石镇", "2022"), ("1", "1", "1"));
    assert_eq!(cells("红叶乡", "2024"), ("1", "0", "1"));
    assert_eq!(cells("红叶乡", "2022"), ("0", "", ""));
    assert_eq!(table.len(), 1 + 9 + 1);
    let json = json_rows(&dir, &["count", "枫桥经验", "--by", "county", "--by", "township"]);
    assert_eq!(json.len(), 3, "a township of another county is no group");
}

#[test]
fn unknown_values_have_a_row_of_their_own() {
    let dir = TestDir::new();
    dir.write("reports/a.txt", report("云河县", "青石镇", 2022, "网格员走访。"));
    dir.write(
        "reports/notes.txt",
        "工作情况\n本单位网格员参加培训，学习枫桥经验，效果良好。\n",
    );
    dir.index("reports");
    dir.run(&["count", "网格员", "--by", "township"])
        .exits(0)
        .says(&["（未知）"]);
    let rows = json_rows(&dir, &["count", "网格员", "--by", "township"]);
    assert_eq!(rows.len(), 2);
    assert!(rows[1]["township"].is_null());
    assert_eq!(rows[1]["passages"], 1);
    assert_eq!(rows[1]["query"], "网格员 township:?");
}

#[test]
fn counts_follow_updates_and_removals() {
    let dir = three();
    dir.write(
        "reports/a.txt",
        report("云河县", "青石镇", 2022, "法治宣传，法治建设，网格员。"),
    );
    dir.write("reports/d.txt", report("松岭县", "红叶乡", 2023, "枫桥经验。"));
    dir.remove("reports/b.txt");
    dir.index("reports");
    let all = read_all(&dir);
    assert_eq!(
        all.iter().map(|read| read.hit.report.id).collect::<BTreeSet<_>>().len(),
        3
    );
    for by in [
        vec![],
        vec!["township"],
        vec!["county", "year"],
        vec!["topic"],
        vec!["section"],
    ] {
        agree(&dir, &all, &by);
    }
}

#[test]
fn terms_come_from_lists_and_topics() {
    let dir = three();
    dir.write(
        "terms.csv",
        "name,query,filters\n枫桥,\"\"\"枫桥经验\"\"\",\n明白人,法律明白人,county:云河县\n",
    );
    let table = csv_table(&dir, &["count", "网格员", "--terms", "terms.csv", "--by", "county"]);
    assert_eq!(table[0][4..], ["网格员", "枫桥", "明白人"]);
    let row = |county: &str| table.iter().find(|row| row[0] == county).expect("a row")[4..].to_vec();
    assert_eq!(row("云河县"), ["1", "2", "1"]);
    assert_eq!(row("松岭县"), ["1", "0", "0"]);

    let topics = json_rows(&dir, &["count", "--topic", "枫桥经验", "--topic", "法律明白人"]);
    assert_eq!(topics[0]["query"], "topic:枫桥经验");
    assert_eq!(
        topics[0]["passages"],
        dir.search(&["topic:枫桥经验"]).summary.totals.passages
    );
    let all = json_rows(&dir, &["count", "--topic", "all"]);
    assert!(all.len() > 20, "all topics, those without a passage too");
    let filtered = json_rows(&dir, &["count", "网格员", "--topic", "枫桥经验"]);
    assert_eq!(filtered[0]["query"], "网格员 topic:枫桥经验");

    dir.write("wrong.txt", "枫桥经验\n(网格员\n\n\"调解\n");
    let wrong = dir.run(&["count", "--terms", "wrong.txt", "--by", "year"]).exits(2);
    wrong.tells(&["wrong.txt, line 2", "wrong.txt, line 4", "2 lines cannot be understood"]);
    dir.write("twice.csv", "name,query\n甲,枫桥经验\n甲,网格员\n");
    dir.run(&["count", "--terms", "twice.csv"])
        .exits(2)
        .tells(&["two terms are called 甲"]);
    dir.run(&["count", "--by", "year"])
        .exits(2)
        .tells(&["there is nothing to count", "--topic all"]);
    dir.run(&["count", "枫桥", "--by", "yaer"])
        .exits(2)
        .tells(&["--by yaer: there is no such field"]);
    dir.run(&["count", "枫桥", "--measure", "rate"])
        .exits(2)
        .tells(&["per-1000"]);
}

#[test]
fn nothing_found_is_a_table_of_zeros_and_said_by_the_exit_code() {
    let dir = three();
    dir.run(&["count", "量子纠缠", "--by", "township"])
        .exits(1)
        .says(&["红叶乡"]);
    dir.run(&["count", "枫桥经验", "--by", "township", "--county", "无此县"])
        .exits(1)
        .tells(&["no passage has county:无此县"]);
}

#[test]
fn the_receipt_names_the_list_and_what_was_counted() {
    let dir = three();
    dir.write("terms.txt", "枫桥经验\n网格员\n");
    dir.run(&[
        "count",
        "--terms",
        "terms.txt",
        "--by",
        "year",
        "--county",
        "云河县",
        "-o",
        "t.csv",
    ])
    .exits(0);
    let receipt: Value = serde_json::from_str(&dir.read("t.csv.receipt.json")).expect("a receipt");
    assert_eq!(receipt["query"], "枫桥经验 | 网格员");
    assert_eq!(receipt["interpreted"], "枫桥经验 county:云河县 | 网格员 county:云河县");
    assert_eq!(receipt["inputs"][0]["path"], "terms.txt");
    assert_eq!(receipt["counts"][0]["count"], 2);
    assert_eq!(receipt["counts"][1], serde_json::json!({"name": "reports", "count": 2}));
}

#[test]
fn townships_of_one_name_are_told() {
    let dir = TestDir::new();
    three_reports(&dir);
    dir.write("reports/d.txt", report("松岭县", "青石镇", 2022, "网格员。"));
    dir.index("reports");
    let merged = dir.run(&["count", "网格员", "--by", "township"]).exits(0);
    merged.says(&["不同的县有同名乡镇，此处合并计算：青石镇"]);
    let apart = dir
        .run(&["count", "网格员", "--by", "county", "--by", "township"])
        .exits(0);
    assert!(!apart.stdout.contains("同名"), "{apart}");
}

#[test]
fn a_thousand_terms_by_a_thousand_townships_are_counted_row_by_row() {
    const COUNT: usize = 1000;
    // Term t is mentioned once or twice by the townships that t divides, by number; the others are zeros.
    let mentions = |township: usize, term: usize| match township % term {
        0 => 1 + term % 2,
        _ => 0,
    };
    let dir = TestDir::new();
    let records = (1..=COUNT).map(|township| {
        let all = (1..=COUNT).filter(|&term| mentions(township, term) > 0);
        let text: String = all
            .map(|term| format!("第{term}号事项。").repeat(mentions(township, term)))
            .collect();
        let record = serde_json::json!({"township": format!("第{township}镇"), "year": 2024, "text": text});
        format!("{record}\n")
    });
    dir.write("reports/all.jsonl", records.collect::<String>());
    dir.index("reports");
    let index = Index::open(&dir.path(".baogao")).expect("an index");
    let plan = Plan {
        terms: (1..=COUNT)
            .map(|term| {
                let name = format!("第{term}号事项");
                Term {
                    query: Query::literal(&name).expect("a phrase"),
                    name,
                }
            })
            .collect(),
        by: vec![Field::Township.into()],
        selection: Query::All,
        scope: Scope::Passage,
        topics: Vec::new(),
        every_year: false,
    };
    let matrix = Matrix::count(&index, plan).expect("a matrix");
    let layout = Layout::Terms(Measure::Occurrences);
    assert_eq!(table("count", &matrix, layout, Vec::new()).columns.len(), COUNT + 4);
    let mut seen = 0;
    for row in rows(&matrix, layout) {
        let row = row.expect("a row");
        let Cell::Text(name) = &row[0] else {
            panic!("{:?}", row[0])
        };
        let Some(township) = name.strip_prefix('第').and_then(|name| name.strip_suffix('镇')) else {
            assert_eq!(name, "（合计）");
            continue;
        };
        let township: usize = township.parse().expect("a number");
        let counts = (1..=COUNT).map(|term| Cell::Whole(mentions(township, term) as u64));
        assert_eq!(row[4..], counts.collect::<Vec<_>>());
        seen += 1;
    }
    assert_eq!(seen, COUNT);
}
