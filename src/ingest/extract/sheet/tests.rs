use std::io::{Cursor, Write};

use rust_xlsxwriter::{Format, Workbook};
use zip::write::SimpleFileOptions;

use super::super::ole::tests::with_streams;
use super::super::package;
use super::super::tests::{fails, failures, given, read, read_with, texts};
use super::super::{LineStyle, Options, battery};

/// A sheet as rows of cells.
type Rows<'a> = &'a [&'a [&'a str]];

fn xlsx(sheets: &[(&str, Rows)]) -> Vec<u8> {
    let mut book = Workbook::new();
    for (name, rows) in sheets {
        let sheet = book.add_worksheet();
        sheet.set_name(*name).unwrap();
        for (row, cells) in rows.iter().enumerate() {
            for (column, text) in cells.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
                sheet.write(row as u32, column as u16, *text).unwrap();
            }
        }
    }
    book.save_to_buffer().unwrap()
}

fn ods(rows: &str) -> Vec<u8> {
    let content = format!(
        "<office:document-content xmlns:office=\"o\" xmlns:table=\"t\" xmlns:text=\"x\"><office:body><office:spreadsheet><table:table table:name=\"表\">{rows}</table:table></office:spreadsheet></office:body></office:document-content>"
    );
    stored(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", content.as_bytes()),
    ])
}

/// A package whose members are not compressed, as the first of them must be.
fn stored(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in members {
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let mut bytes = kind.to_le_bytes().to_vec();
    bytes.extend((data.len() as u16).to_le_bytes());
    bytes.extend(data);
    bytes
}

/// A workbook of Excel 97 with one sheet; its records of cells are given. The strings go on in a second record halfway.
fn xls(strings: &[&str], cells: &[u8]) -> Vec<u8> {
    let begin = record(0x0809, &[0, 6, 5, 0]);
    let mut table = Vec::new();
    for _ in 0..2 {
        table.extend((strings.len() as u32).to_le_bytes());
    }
    let mut globals = begin.clone();
    let mut kind = 0x00FC;
    for text in strings {
        let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let half = units.len() / 4 * 2;
        table.extend((units.len() as u16 / 2).to_le_bytes());
        table.push(1);
        table.extend(&units[..half]);
        globals.extend(record(kind, &table));
        kind = 0x003C;
        table = vec![1];
        table.extend(&units[half..]);
    }
    if !strings.is_empty() {
        globals.extend(record(kind, &table));
    }
    // Styles: plain, percent, date.
    for format in [0_u16, 10, 31] {
        let mut style = vec![0, 0];
        style.extend(format.to_le_bytes());
        globals.extend(record(0x00E0, &style));
    }
    let name: Vec<u8> = "表".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let place = globals.len() + 4 + 8 + name.len() + 4;
    let mut sheet = (place as u32).to_le_bytes().to_vec();
    sheet.extend([0, 0, 1, 1]);
    sheet.extend(name);
    globals.extend(record(0x0085, &sheet));
    globals.extend(record(0x000A, &[]));
    assert_eq!(globals.len(), place);
    globals.extend(begin);
    globals.extend(cells);
    globals.extend(record(0x000A, &[]));
    globals.resize(globals.len().max(4096), 0);
    with_streams(&[("Workbook", &globals)])
}

fn cell(kind: u16, row: u16, column: u16, style: u16, value: &[u8]) -> Vec<u8> {
    let mut data: Vec<u8> = [row, column, style].into_iter().flat_map(u16::to_le_bytes).collect();
    data.extend(value);
    record(kind, &data)
}

#[test]
fn workbooks_endure() {
    battery::endure("xlsx", |paragraphs| {
        let rows: Vec<&[&str]> = paragraphs.iter().map(std::slice::from_ref).collect();
        xlsx(&[("表", &rows)])
    });
    battery::endure("ods", |paragraphs| {
        let row = |text: &&str| {
            format!("<table:table-row><table:table-cell><text:p>{text}</text:p></table:table-cell></table:table-row>")
        };
        ods(&paragraphs.iter().map(row).collect::<String>())
    });
    battery::endure("xls", |paragraphs| {
        let cells = (0..paragraphs.len()).map(|n| cell(0x00FD, n as u16, 0, 0, &(n as u32).to_le_bytes()));
        xls(paragraphs, &cells.flatten().collect::<Vec<u8>>())
    });
}

#[test]
fn a_row_is_a_report_below_the_names_of_the_columns() {
    let bytes = xlsx(&[
        (
            "一",
            &[
                &["全县报告汇总"],
                &["标题", "正文", "年份", "备注"],
                &["甲镇报告", "第一段。\n第二段。", "2023", "x"],
                &[],
                &["乙镇报告"],
            ],
        ),
        ("二", &[&["正文", "乡镇"], &["三。", "丙镇"]]),
        ("空", &[]),
    ]);
    let extraction = read("x.xlsx", &bytes);
    assert_eq!(texts(&extraction.drafts[0]), ["第一段。", "第二段。"]);
    assert_eq!(given(&extraction.drafts[0]), [("title", "甲镇报告"), ("year", "2023")]);
    assert_eq!(given(&extraction.drafts[1]), [("township", "丙镇")]);
    assert_eq!((extraction.drafts[0].row, extraction.drafts[1].row), (Some(1), Some(3)));
    assert_eq!(
        failures(&extraction),
        ["x.xlsx: record 2 (sheet `一`, row 5): no text in this record"]
    );
    assert_eq!(
        extraction.warnings,
        [
            "above the columns of sheet `一`, left out: 全县报告汇总",
            "columns not used: `备注`"
        ]
    );
}

#[test]
fn the_user_can_say_which_column_holds_the_text() {
    let bytes = xlsx(&[("一", &[&["题目", "说了什么"], &["甲", "一。"]])]);
    let draft = &read("x.xlsx", &bytes).drafts[0];
    assert_eq!(texts(draft), ["题目\t说了什么", "甲\t一。"]);
    assert_eq!(draft.lines[1].style, LineStyle::TableRow);
    assert_eq!(draft.lines[1].runs[0].source, 2..3);
    assert!(draft.warnings[0].contains("no column of text"), "{:?}", draft.warnings);
    let with = |column: &str| {
        let map = vec![("text".to_owned(), column.to_owned())];
        let options = Options {
            map,
            ..Options::default()
        };
        read_with("x.xlsx", &bytes, &options)
    };
    assert_eq!(texts(&with("说了什么").unwrap().drafts[0]), ["一。"]);
    let error = with("没有").unwrap_err();
    assert_eq!(error.to_string(), "x.xlsx: no column of text");
    assert_eq!(error.hints[1], "the columns are `说了什么`, `题目`");
}

#[test]
fn sheets_without_a_column_of_text_are_reports_by_themselves() {
    let bytes = xlsx(&[("一", &[&["甲镇报告"], &["一、成效"]]), ("二", &[&["乙镇报告"]])]);
    let extraction = read("x.xlsx", &bytes);
    assert_eq!(texts(&extraction.drafts[0]), ["甲镇报告", "一、成效"]);
    assert_eq!(extraction.drafts[0].lines[0].style, LineStyle::Paragraph);
    assert_eq!((extraction.drafts[0].row, extraction.drafts[1].row), (Some(1), Some(2)));
    let bytes = xlsx(&[("一", &[&["标题", "正文"], &["甲", "一。"]]), ("二", &[&["说明文字"]])]);
    let extraction = read("x.xlsx", &bytes);
    assert_eq!(
        (texts(&extraction.drafts[1]), extraction.drafts[1].row),
        (vec!["说明文字"], Some(2))
    );
    assert!(extraction.drafts[1].warnings[0].contains("read as one report"));
}

#[test]
fn cells_are_read_as_they_are_shown() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let format = |code: &str| Format::new().set_num_format(code);
    sheet.write(0, 0, 2024).unwrap();
    sheet.write_with_format(0, 1, 0.978, &format("0.0%")).unwrap();
    sheet
        .write_with_format(0, 2, 45657, &format("yyyy\"年\"m\"月\"d\"日\""))
        .unwrap();
    sheet.write(0, 3, true).unwrap();
    sheet
        .write(0, 4, rust_xlsxwriter::Formula::new("=1+1").set_result("2"))
        .unwrap();
    sheet.merge_range(1, 0, 1, 3, "合并", &Format::new()).unwrap();
    sheet.write(1, 4, "后").unwrap();
    let sheet = book.add_worksheet();
    let formula = rust_xlsxwriter::Formula::new("=1/0").set_result("#DIV/0!");
    sheet.write(0, 0, formula).unwrap();
    sheet.set_hidden(true);
    let extraction = read("x.xlsx", &book.save_to_buffer().unwrap());
    assert_eq!(
        texts(&extraction.drafts[0]),
        ["2024\t97.8%\t2024年12月31日\tTRUE\t2", "合并\t后"]
    );
    assert_eq!(
        extraction.warnings,
        [
            "sheet `Sheet2` is hidden; read like the others",
            "cells that show an error instead of what they should: 1 (`#DIV/0!` in sheet `Sheet2`, row 1)"
        ]
    );
}

#[test]
fn a_value_merged_over_rows_holds_for_each() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_row(0, 0, ["县", "正文"]).unwrap();
    sheet.merge_range(1, 0, 2, 0, "青石县", &Format::new()).unwrap();
    sheet.write(1, 1, "一。").unwrap();
    sheet.write(2, 1, "二。").unwrap();
    let extraction = read("x.xlsx", &book.save_to_buffer().unwrap());
    assert_eq!(given(&extraction.drafts[1]), [("county", "青石县")]);
}

#[test]
fn a_text_that_fills_its_cell_is_warned_of() {
    let long = "长".repeat(super::LONGEST);
    let bytes = xlsx(&[("一", &[&["标题", "正文"], &["甲", &long], &["乙", "短。"]])]);
    let extraction = read("x.xlsx", &bytes);
    assert!(
        extraction.drafts[0].warnings[0].contains("32767 characters"),
        "{:?}",
        extraction.drafts[0].warnings
    );
    assert!(extraction.drafts[1].warnings.is_empty());
}

#[test]
fn every_kind_of_cell_of_an_old_workbook_is_read() {
    let mut cells = Vec::new();
    cells.extend(cell(0x0203, 0, 0, 0, &2024.5_f64.to_le_bytes()));
    cells.extend(cell(0x027E, 0, 1, 1, &(97_80_u32 << 2 | 3).to_le_bytes()));
    let mut pair = ((45657_u32 << 2) | 2).to_le_bytes().to_vec();
    pair.extend([3, 0]);
    cells.extend(cell(0x00BD, 0, 2, 2, &pair));
    cells.extend(cell(0x0204, 0, 3, 0, &[2, 0, 0, b'a', b'b']));
    cells.extend(cell(0x0205, 0, 4, 0, &[0x2A, 1]));
    cells.extend(cell(0x0006, 1, 0, 0, &[0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0]));
    cells.extend(record(0x0207, &[2, 0, 1, 0xD5, 0x6C, 0xBB, 0x6C]));
    // A chart inside the sheet has numbers of its own.
    cells.extend(record(0x0809, &[0, 6, 0x20, 0]));
    cells.extend(cell(0x0203, 9, 9, 0, &1_f64.to_le_bytes()));
    cells.extend(record(0x000A, &[]));
    cells.extend(cell(0x00FD, 1, 1, 0, &1_u32.to_le_bytes()));
    let extraction = read("x.xls", &xls(&["一段长的文字", "另一段文字"], &cells));
    assert_eq!(
        texts(&extraction.drafts[0]),
        ["2024.5\t9780.00%\t2024年12月31日\tab\t#N/A", "法治\t另一段文字"]
    );
    assert!(extraction.warnings[0].contains("#N/A"), "{:?}", extraction.warnings);
}

#[test]
fn locked_and_foreign_workbooks_are_told_apart() {
    let mut stream = record(0x0809, &[0, 6, 5, 0]);
    stream.extend(record(0x002F, &[0; 6]));
    stream.resize(5000, 0);
    let table = [
        (
            "x.xls",
            with_streams(&[("Workbook", &stream)]),
            "protected by a password",
        ),
        (
            "x.xlsx",
            with_streams(&[("EncryptedPackage", &[0; 5000])]),
            "protected by a password",
        ),
        (
            "x.xlsx",
            package::tests::zip(&[("[Content_Types].xml", b""), ("xl/workbook.bin", b"x")]),
            "a binary workbook (xlsb), which cannot be read",
        ),
        (
            "x.ods",
            stored(&[
                ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
                (
                    "META-INF/manifest.xml",
                    b"<m:manifest><m:encryption-data/></m:manifest>",
                ),
            ]),
            "protected by a password",
        ),
    ];
    for (name, bytes, message) in table {
        let error = fails(name, &bytes);
        assert_eq!(error.to_string(), format!("{name}: {message}"));
        assert!(!error.hints.is_empty());
    }
}

#[test]
fn bombs_are_refused_and_empty_rows_cost_nothing() {
    let rows = "<table:table-row table:number-rows-repeated=\"1048576\"><table:table-cell table:number-columns-repeated=\"16384\"/></table:table-row>";
    assert!(
        fails("x.ods", &ods(rows))
            .to_string()
            .ends_with("no text in this workbook")
    );
    let text = "长".repeat(1000);
    let rows = format!(
        "<table:table-row table:number-rows-repeated=\"1048576\"><table:table-cell table:number-columns-repeated=\"16384\"><text:p>{text}</text:p></table:table-cell></table:table-row>"
    );
    let error = fails("x.ods", &ods(&rows));
    assert_eq!(
        error.to_string(),
        "x.ods: its cells hold more than the 268435456 bytes allowed"
    );
    // One string of the shared ones in every cell.
    let strings = format!("<sst><si><t>{text}</t></si></sst>");
    let cells = format!(
        "<worksheet><sheetData>{}</sheetData></worksheet>",
        "<row><c t=\"s\"><v>0</v></c></row>".repeat(100_000)
    );
    let book = package::tests::zip(&[
        ("xl/workbook.xml", b"<workbook><sheets><sheet name=\"a\" r:id=\"r1\"/></sheets></workbook>"),
        ("xl/_rels/workbook.xml.rels", b"<Relationships><Relationship Id=\"r1\" Type=\"x/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"),
        ("xl/sharedStrings.xml", strings.as_bytes()),
        ("xl/worksheets/sheet1.xml", cells.as_bytes()),
    ]);
    assert!(fails("x.xlsx", &book).to_string().contains("its cells hold more than"));
    // Cells at the far ends of a sheet are two cells.
    let mut far = cell(0x0203, 0, 0, 0, &1_f64.to_le_bytes());
    far.extend(record(0x0200, &[0xFF; 14]));
    far.extend(cell(0x0203, 65535, 65535, 0, &2_f64.to_le_bytes()));
    assert_eq!(texts(&read("x.xls", &xls(&[], &far)).drafts[0]), ["1", "2"]);
}
