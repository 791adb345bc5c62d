//! Writes a coding workbook: a row for each passage with columns to be filled in, the codebook, and what the sample was drawn from.
//! What stands where is told in [`crate::analysis::coding`], which reads it back.

use std::io::Write;

use rust_xlsxwriter::{
    Color, DataValidation, DataValidationRule, Format, FormatAlign, FormatBorder, Formula, Workbook, Worksheet,
    XlsxError,
};

use super::sink::Sink;
use super::{place_of, wrap};
use crate::analysis::coding::{
    CODES_SHEET, FACTS, FORM, GUIDE_SHEET, PASSAGE_ID, Plan, RECEIPT_SHEET, TEXT, header, key,
};
use crate::error::{Error, Result};
use crate::hits::Hit;
use crate::receipt::Receipt;
use crate::report::slice_chars;
use crate::schema::codebook::{Kind, Variable};

/// A passage to be coded.
pub struct Entry {
    pub hit: Hit,
    pub stratum: String,
    pub weight: f64,
}

/// The most characters of a passage that a cell is given; it could hold 32,767 units of UTF-16.
const MAX_CHARS: usize = 16_000;
const CUT: &str = "……（以下略，见原文件）";

/// The widths of the columns that are filled in, in characters.
const CODE_WIDTH: f64 = 14.0;
const REMARKS_WIDTH: f64 = 24.0;

/// Writes a workbook for the coders of a plan. `destination` is what errors call the place that is written to.
///
/// # Errors
/// When `out` does, or there is more than a spreadsheet holds.
pub fn print_coding_workbook(
    plan: &Plan,
    entries: &[Entry],
    receipt: &Receipt,
    destination: &str,
    out: &mut dyn Write,
) -> Result<()> {
    let bytes = workbook(plan, entries, receipt).map_err(|error| Error::usage(format!("{destination}: {error}")))?;
    let mut sink = Sink::new(out, destination);
    sink.put_bytes(&bytes)?;
    sink.finish()
}

/// A result of the library that writes workbooks.
type Written<T> = std::result::Result<T, XlsxError>;

fn workbook(plan: &Plan, entries: &[Entry], receipt: &Receipt) -> Written<Vec<u8>> {
    let mut workbook = Workbook::new();
    let codes = workbook.add_worksheet();
    codes.set_name(CODES_SHEET)?;
    put_head(codes, plan)?;
    let mut last = 1;
    for (row, entry) in (1u32..).zip(entries) {
        put_entry(codes, row, entry, plan)?;
        last = row;
    }
    codes.set_freeze_panes(1, 1)?;
    codes
        .set_landscape()
        .set_print_fit_to_pages(1, 0)
        .set_repeat_rows(0, 0)?;
    codes.autofilter(0, 0, last, (FACTS.len() + plan.columns().count() - 1) as u16)?;
    let guide = workbook.add_worksheet();
    guide.set_name(GUIDE_SHEET)?;
    let lists = put_guide(guide, plan)?;
    let codes = workbook.worksheet_from_name(CODES_SHEET)?;
    for (at, (_, variable)) in plan.columns().enumerate() {
        let column = code_column(at);
        if let Some(validation) = validation(variable, &lists)? {
            codes.add_data_validation(1, column, last, column, &validation)?;
        }
    }
    let sheet = workbook.add_worksheet();
    sheet.set_name(RECEIPT_SHEET)?;
    put_receipt(sheet, plan, entries, receipt)?;
    workbook.save_to_buffer()
}

/// Where something that is said of a passage stands: up to the text before what is to be filled in, the rest behind it.
fn fact_column(at: usize, plan: &Plan) -> u16 {
    match at <= TEXT {
        true => at as u16,
        false => (at + plan.columns().count()) as u16,
    }
}

/// Where a code is to be filled in: right beside the text.
fn code_column(at: usize) -> u16 {
    (TEXT + 1 + at) as u16
}

fn head_format() -> Format {
    Format::new()
        .set_bold()
        .set_background_color(Color::RGB(0xE7E6E6))
        .set_text_wrap()
        .set_align(FormatAlign::VerticalCenter)
}

fn cell_format() -> Format {
    Format::new().set_text_wrap().set_align(FormatAlign::Top)
}

fn put_head(sheet: &mut Worksheet, plan: &Plan) -> Written<()> {
    let head = head_format();
    for (at, fact) in FACTS.iter().enumerate() {
        let column = fact_column(at, plan);
        sheet.write_string_with_format(0, column, fact.header, &head)?;
        sheet.set_column_width(column, f64::from(fact.width))?;
    }
    let to_fill = head.clone().set_background_color(Color::RGB(0xDDEBF7));
    for (at, (coder, variable)) in plan.columns().enumerate() {
        let column = code_column(at);
        sheet.write_string_with_format(0, column, header(coder, variable), &to_fill)?;
        let width = if variable.kind == Kind::Text {
            REMARKS_WIDTH
        } else {
            CODE_WIDTH
        };
        sheet.set_column_width(column, width)?;
    }
    Ok(())
}

fn put_entry(sheet: &mut Worksheet, row: u32, entry: &Entry, plan: &Plan) -> Written<()> {
    let Entry { hit, stratum, weight } = entry;
    let format = cell_format();
    sheet.set_row_height(row, height_of(&hit.passage.text))?;
    sheet.write_number_with_format(row, 0, hit.rank as f64, &format)?;
    sheet.write_string_with_format(row, PASSAGE_ID as u16, &hit.passage.id, &format)?;
    put_text(sheet, row, 2, place_of(&hit.report), &format)?;
    if let Some(year) = hit.report.year {
        sheet.write_number_with_format(row, 3, year, &format)?;
    }
    put_text(sheet, row, 4, &hit.section.label, &format)?;
    put_marked(sheet, row, TEXT as u16, hit, &format)?;
    put_text(sheet, row, fact_column(6, plan), &hit.citation, &format)?;
    put_text(sheet, row, fact_column(7, plan), &hit.report.path, &format)?;
    put_text(sheet, row, fact_column(8, plan), stratum, &format)?;
    sheet.write_number_with_format(row, fact_column(9, plan), *weight, &format)?;
    // Text, so that a spreadsheet takes a code as it is typed.
    let to_fill = format
        .clone()
        .set_border(FormatBorder::Thin)
        .set_border_color(Color::RGB(0x9DC3E6));
    for (at, (_, variable)) in plan.columns().enumerate() {
        let to_fill = match variable.kind {
            Kind::Number => to_fill.clone(),
            _ => to_fill.clone().set_num_format("@"),
        };
        sheet.write_blank(row, code_column(at), &to_fill)?;
    }
    Ok(())
}

/// How high a row must be for a passage to be read in it, in points; no row can be higher than 409.
fn height_of(text: &str) -> f64 {
    let width = usize::from(FACTS[TEXT].width);
    let lines: usize = text.lines().map(|line| wrap::width(line).div_ceil(width).max(1)).sum();
    (lines.max(2) as f64 * 15.0).min(409.0)
}

fn put_text(sheet: &mut Worksheet, row: u32, column: u16, text: &str, format: &Format) -> Written<()> {
    match text.chars().count() > MAX_CHARS {
        true => {
            let cut = format!("{}{CUT}", slice_chars(text, 0..MAX_CHARS));
            sheet.write_string_with_format(row, column, cut, format)?
        }
        false => sheet.write_string_with_format(row, column, text, format)?,
    };
    Ok(())
}

/// The passage with what was looked for in bold.
fn put_marked(sheet: &mut Worksheet, row: u32, column: u16, hit: &Hit, format: &Format) -> Written<()> {
    let text = &hit.passage.text;
    let length = text.chars().count().min(MAX_CHARS);
    let (plain, bold) = (
        Format::new(),
        Format::new().set_bold().set_font_color(Color::RGB(0xC00000)),
    );
    let mut parts: Vec<(&Format, &str)> = Vec::new();
    let mut at = 0;
    for &[start, end] in &hit.highlights {
        let (start, end) = (start.clamp(at, length), end.clamp(at, length));
        parts.push((&plain, slice_chars(text, at..start)));
        parts.push((&bold, slice_chars(text, start..end.max(start))));
        at = end.max(start);
    }
    parts.push((&plain, slice_chars(text, at..length)));
    if text.chars().count() > MAX_CHARS {
        parts.push((&plain, CUT));
    }
    parts.retain(|(_, part)| !part.is_empty());
    // A rich string has two parts or more.
    match parts.as_slice() {
        [] => sheet.write_blank(row, column, format)?,
        [(_, part)] => {
            let is_match = !hit.highlights.is_empty();
            let format = if is_match {
                format.clone().set_bold()
            } else {
                format.clone()
            };
            sheet.write_string_with_format(row, column, *part, &format)?
        }
        parts => sheet.write_rich_string_with_format(row, column, parts, format)?,
    };
    Ok(())
}

/// Where the values of the variables stand on the guide: the name of a variable, its first and its last row, from 0.
type Lists = Vec<(String, u32, u32)>;

/// The column of the guide that values stand in.
const VALUES_COLUMN: u16 = 3;

/// Writes how to code: the instructions, then every variable with its values.
fn put_guide(sheet: &mut Worksheet, plan: &Plan) -> Written<Lists> {
    let text = cell_format();
    let head = head_format();
    for (column, width) in [(0, 16.0), (1, 36.0), (2, 12.0), (3, 20.0), (4, 60.0)] {
        sheet.set_column_width(column, width)?;
    }
    let mut row = 0;
    let codebook = &plan.codebook;
    if !codebook.title.is_empty() {
        sheet.write_string_with_format(row, 0, &codebook.title, &Format::new().set_bold().set_font_size(14))?;
        row += 1;
    }
    for line in codebook.instructions.lines() {
        sheet.write_string(row, 0, line)?;
        row += 1;
    }
    sheet.write_string(row, 0, format!("编码员：{}", plan.coders.join("、")))?;
    row += 2;
    for (column, title) in (0u16..).zip(["变量", "含义", "类型", "取值", "何时取此值"]) {
        sheet.write_string_with_format(row, column, title, &head)?;
    }
    row += 1;
    let mut lists = Vec::new();
    for variable in &codebook.variables {
        let first = row;
        sheet.write_string_with_format(row, 0, &variable.name, &text)?;
        let meaning = match variable.note.as_str() {
            "" => variable.label().to_owned(),
            note => format!("{}\n{note}", variable.label()),
        };
        put_text(sheet, row, 1, &meaning, &text)?;
        sheet.write_string_with_format(row, 2, label_of(variable.kind), &text)?;
        for value in variable.allowed() {
            sheet.write_string_with_format(row, VALUES_COLUMN, value, &text.clone().set_num_format("@"))?;
            let known = variable.values.iter().find(|known| known.value == value);
            put_text(sheet, row, 4, known.map_or("", |known| &known.note), &text)?;
            row += 1;
        }
        row = row.max(first + 1);
        if !variable.allowed().is_empty() {
            lists.push((variable.name.clone(), first, row - 1));
        }
    }
    Ok(lists)
}

fn label_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Values => "单选",
        Kind::Ordered => "单选（有序）",
        Kind::YesNo => "是/否",
        Kind::Number => "数字",
        Kind::Open => "自定编码",
        Kind::Text => "文字",
    }
}

/// What a spreadsheet lets coders type.
fn validation(variable: &Variable, lists: &Lists) -> Written<Option<DataValidation>> {
    let list = lists.iter().find(|(name, ..)| *name == variable.name);
    let validation = match (variable.kind, list) {
        (Kind::Number, _) => DataValidation::new()
            .allow_decimal_number(DataValidationRule::Between(-1e15, 1e15))
            .set_error_message("请填写数字。")?,
        (_, Some((_, first, last))) => {
            let range = format!("='{GUIDE_SHEET}'!$D${}:$D${}", first + 1, last + 1);
            DataValidation::new()
                .allow_list_formula(Formula::new(range))
                .set_error_message("请从列表中选择。")?
        }
        _ => return Ok(None),
    };
    Ok(Some(validation))
}

/// Writes what the workbook is made of, a key and a value a row.
fn put_receipt(sheet: &mut Worksheet, plan: &Plan, entries: &[Entry], receipt: &Receipt) -> Written<()> {
    sheet.set_column_width(0, 14)?;
    sheet.set_column_width(1, 90)?;
    let index = &receipt.index;
    let mut rows: Vec<(&str, String)> = vec![
        (key::FORM, FORM.to_owned()),
        ("program", receipt.program.clone()),
        ("made", receipt.made.clone()),
        ("command", serde_json::to_string(&receipt.command).unwrap_or_default()),
        ("query", receipt.query.clone()),
        ("interpreted", receipt.interpreted.clone()),
    ];
    let counts = receipt.counts.iter();
    rows.extend(counts.map(|count| (count.name.as_str(), count.count.to_string())));
    rows.extend([
        ("index", index.path.clone()),
        ("contents", index.contents.clone()),
        ("reports", index.reports.to_string()),
        ("answer", receipt.answer.clone()),
    ]);
    rows.extend(plan.coders.iter().map(|coder| (key::CODER, coder.clone())));
    rows.extend(plan.codebook.text.lines().map(|line| (key::CODEBOOK, line.to_owned())));
    rows.extend(entries.iter().map(|entry| (key::PASSAGE, entry.hit.passage.id.clone())));
    let text = Format::new().set_num_format("@");
    for (row, (key, value)) in (0u32..).zip(rows) {
        sheet.write_string(row, 0, key)?;
        put_text(sheet, row, 1, &value, &text)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::workbook::Workbook as Reader;
    use crate::output::fixture;
    use crate::receipt::IndexState;
    use crate::schema::codebook::Codebook;

    fn receipt() -> Receipt {
        let index = IndexState {
            path: ".baogao".into(),
            contents: "0123456789abcdef".into(),
            format: 1,
            schema: String::new(),
            lexicon: String::new(),
            topics: String::new(),
            sources: 1,
            reports: 1,
            passages: 3,
        };
        Receipt::new(vec!["code".into()], "枫桥经验", "枫桥经验", index)
    }

    #[test]
    fn every_passage_has_its_row_and_every_coder_the_variables() {
        let codebook =
            Codebook::parse("[[variable]]\nname = \"深度\"\nkind = \"ordered\"\nvalues = [\"口号\", \"做法\"]")
                .unwrap();
        let plan = Plan::new(codebook, vec!["张三".into(), "李四".into()]).unwrap();
        let hits = fixture::hits().hits;
        let entries: Vec<Entry> = hits
            .iter()
            .map(|hit| Entry {
                hit: hit.clone(),
                stratum: "=x".into(),
                weight: 2.5,
            })
            .collect();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("coding.xlsx");
        std::fs::write(&path, workbook(&plan, &entries, &receipt()).unwrap()).unwrap();
        let mut read = Reader::read(&path).unwrap();
        assert_eq!(read.sheets(), [CODES_SHEET, GUIDE_SHEET, RECEIPT_SHEET]);
        let rows = read.rows(CODES_SHEET, usize::MAX).unwrap();
        assert_eq!(rows.len(), 1 + hits.len());
        assert_eq!(
            rows[0].cells[TEXT + 1..TEXT + 5],
            ["张三 · 深度", "张三 · 备注", "李四 · 深度", "李四 · 备注"]
        );
        for (row, hit) in rows[1..].iter().zip(&hits) {
            assert_eq!(row.cells[PASSAGE_ID], hit.passage.id);
            assert_eq!(row.cells[TEXT], hit.passage.text.trim());
            assert_eq!(row.cells[12..14], ["=x", "2.5"]);
        }
        let guide = read.rows(GUIDE_SHEET, usize::MAX).unwrap();
        assert!(
            guide
                .iter()
                .any(|row| row.cells.get(3).is_some_and(|cell| cell == "做法"))
        );
        let receipt = read.rows(RECEIPT_SHEET, usize::MAX).unwrap();
        assert_eq!(receipt[0].cells, [key::FORM, FORM]);
        assert_eq!(
            receipt.iter().filter(|row| row.cells[0] == key::PASSAGE).count(),
            hits.len()
        );
    }
}
