use std::io::{Cursor, Read};

use calamine::{Data, Reader, Xlsx as Book, open_workbook_from_rs};

use super::sheet::{LONGEST_TEXT, MOST_ROWS};
use crate::output::{COLUMNS, Format, Options, fixture, print_table};
use crate::table::{Cell, Column, Kind, Row, Table};

/// The rows of a sheet as another program reads them.
fn rows_of(bytes: &[u8], sheet: &str) -> Vec<Vec<Data>> {
    let mut book: Book<_> = open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    let range = book.worksheet_range(sheet).unwrap();
    range.rows().map(<[Data]>::to_vec).collect()
}

fn sheets_of(bytes: &[u8]) -> Vec<String> {
    let book: Book<_> = open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    book.sheet_names()
}

/// A part of the file, as it was written.
fn part_of(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

fn printed(table: &Table, rows: Vec<Row>, options: &Options) -> Vec<u8> {
    let mut out = Vec::new();
    print_table(Format::Xlsx, table, &mut rows.into_iter().map(Ok), options, &mut out).unwrap();
    out
}

fn table(columns: Vec<Column>) -> Table {
    Table {
        name: "count".into(),
        title: "各乡镇".into(),
        columns,
        notes: vec!["共2份报告".into()],
    }
}

#[test]
fn hits_come_back_as_another_program_reads_them() {
    let bytes = fixture::bytes(Format::Xlsx, &fixture::hits(), &Options::default());
    assert_eq!(sheets_of(&bytes), ["结果", "按乡镇统计", "按年份统计", "说明"]);
    let rows = rows_of(&bytes, "结果");
    let labels: Vec<String> = rows[0].iter().map(ToString::to_string).collect();
    assert_eq!(labels, COLUMNS.map(|column| column.label));
    let hits = fixture::hits().hits;
    assert_eq!(rows.len(), 1 + hits.len());
    for (row, hit) in rows[1..].iter().zip(&hits) {
        for (value, column) in row.iter().zip(&COLUMNS) {
            match (column.cell)(hit) {
                Cell::Empty => assert_eq!(value, &Data::Empty, "{}", column.name),
                Cell::Whole(whole) => assert_eq!(value.to_string(), whole.to_string(), "{}", column.name),
                Cell::Decimal(decimal) => assert_eq!(value, &Data::Float(decimal), "{}", column.name),
                Cell::Text(text) | Cell::Marked { text, .. } => {
                    let readable = text.replace('\u{1b}', "␛").replace('\u{7}', "␇");
                    assert_eq!(value.to_string(), readable, "{}", column.name);
                }
            }
        }
    }
}

#[test]
fn sheets_have_a_frozen_header_a_filter_bold_matches_and_no_formulas() {
    let sheet = part_of(
        &fixture::bytes(Format::Xlsx, &fixture::hits(), &Options::default()),
        "xl/worksheets/sheet1.xml",
    );
    assert!(sheet.contains("state=\"frozen\"") && sheet.contains("<autoFilter ref=\"A1:AB4\"/>"));
    assert!(sheet.contains("<b/>") && sheet.contains("<t xml:space=\"preserve\">枫桥经验</t></r>"));
    assert!(sheet.contains(">=HYPERLINK(&quot;http://x&quot;)<") && !sheet.contains("<f>"));
}

#[test]
fn cells_are_typed_as_their_columns() {
    let columns = vec![
        Column::new("township", "乡镇", Kind::Text),
        Column::new("year", "年份", Kind::Year),
        Column::new("share", "比例", Kind::Share),
        Column::new("rate", "比例", Kind::Decimal(2)),
    ];
    let row = vec![
        Cell::Text("古镛镇".into()),
        Cell::Whole(2024),
        Cell::Decimal(0.25),
        Cell::Empty,
    ];
    let bytes = printed(&table(columns), vec![row], &Options::default());
    let rows = rows_of(&bytes, "结果");
    let labels: Vec<String> = rows[0].iter().map(ToString::to_string).collect();
    assert_eq!(labels, ["乡镇", "年份", "比例 (share)", "比例 (rate)"]);
    assert_eq!(rows[1][1..3], [Data::Float(2024.0), Data::Float(0.25)]);
    let about: Vec<String> = rows_of(&bytes, "说明").iter().map(|row| row[1].to_string()).collect();
    assert_eq!(&about[..2], ["各乡镇", "共2份报告"]);
}

#[test]
fn a_text_too_long_for_a_cell_stands_whole_on_a_sheet_of_its_own() {
    let text = "法".repeat(70_000);
    let columns = vec![Column::new("text", "正文", Kind::Text)];
    let cell = Cell::Marked {
        text: text.clone(),
        highlights: vec![[0, 2]],
    };
    let bytes = printed(&table(columns), vec![vec![cell]], &Options::default());
    let shown = rows_of(&bytes, "结果")[1][0].to_string();
    assert!(shown.chars().count() <= LONGEST_TEXT && shown.ends_with("全文见工作表“长文本”）"));
    let pieces = rows_of(&bytes, "长文本");
    let whole: String = pieces[1..].iter().map(|row| row[3].to_string()).collect();
    assert_eq!(whole, text);
    assert_eq!(pieces[1][..2], [Data::String("结果".into()), Data::String("A2".into())]);
    let notes = rows_of(&bytes, "说明");
    assert!(
        notes
            .iter()
            .any(|row| row[1].to_string().contains("1处文字超过单元格上限"))
    );
}

#[test]
fn what_a_sheet_cannot_hold_goes_on_in_the_next() {
    let columns = vec![Column::new("n", "n", Kind::Count)];
    let rows = u64::from(MOST_ROWS) + 4;
    let mut out = Vec::new();
    let mut stream = (1..=rows).map(|number| Ok(vec![Cell::Whole(number)]));
    print_table(
        Format::Xlsx,
        &table(columns),
        &mut stream,
        &Options::default(),
        &mut out,
    )
    .unwrap();
    assert_eq!(sheets_of(&out), ["结果", "结果 (2)", "说明"]);
    let second = rows_of(&out, "结果 (2)");
    assert_eq!(second.len(), 1 + 5);
    assert_eq!(second[5][0], Data::Float(rows as f64));
    let notes = rows_of(&out, "说明");
    assert!(
        notes
            .iter()
            .any(|row| row[1].to_string().contains("结果续于：结果 (2)"))
    );
}

#[test]
fn source_files_are_linked_as_far_as_excel_follows_links() {
    let columns = vec![Column::new("path", "文件", Kind::Text)];
    let options = Options {
        destination: "target/hits.xlsx".into(),
        ..Options::default()
    };
    let row = |path: &str| vec![Cell::Text(path.into())];
    let mut rows = vec![row("Cargo.toml"); 65_531];
    rows.push(row("nowhere.txt"));
    let bytes = printed(&table(columns), rows, &options);
    let links = part_of(&bytes, "xl/worksheets/_rels/sheet1.xml.rels");
    assert_eq!(
        links
            .matches("Target=\"../Cargo.toml\" TargetMode=\"External\"")
            .count(),
        65_530
    );
    assert_eq!(
        part_of(&bytes, "xl/worksheets/sheet1.xml")
            .matches("<hyperlink ")
            .count(),
        65_530
    );
    let notes = rows_of(&bytes, "说明");
    assert!(
        notes
            .iter()
            .any(|row| row[1].to_string().starts_with("2行的文件只写路径"))
    );
}

#[test]
fn more_columns_than_a_sheet_has_are_refused() {
    let columns = (0..16_385).map(|n| Column::new(&format!("c{n}"), &format!("c{n}"), Kind::Count));
    let mut out = Vec::new();
    let error = print_table(
        Format::Xlsx,
        &table(columns.collect()),
        &mut std::iter::empty(),
        &Options::default(),
        &mut out,
    )
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "standard output: 16,385 columns, and a sheet has at most 16,384"
    );
}

#[test]
fn the_receipt_is_a_sheet_with_its_json() {
    let options = Options {
        receipt: Some(fixture::receipt(&"枫桥经验 OR ".repeat(5000))),
        ..Options::default()
    };
    let bytes = fixture::bytes(Format::Xlsx, &fixture::hits(), &options);
    let rows = rows_of(&bytes, "查询凭据");
    let pieces = rows.iter().filter(|row| row[0] == "JSON");
    let json: String = pieces.map(|row| row[1].to_string()).collect();
    let receipt: crate::receipt::Receipt = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (receipt.rows, receipt.query.len()),
        (3, options.receipt.unwrap().query.len())
    );
}
