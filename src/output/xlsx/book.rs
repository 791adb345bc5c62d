//! Defines a [`Book`]: a workbook as it is written, sheet by sheet.

use std::collections::HashMap;

use super::sheet::{self, MOST_COLUMNS, MOST_ROWS, is_long, letters, put_cell, put_text, reference};
use super::styles;
use crate::error::{Error, Result};
use crate::output::package::{Held, Package, core_properties, escaped};
use crate::output::sink::Sink;
use crate::output::tabular::shown;
use crate::output::{RowStream, counted, grouped, link, proof, wrap};
use crate::receipt::Receipt;
use crate::table::{Cell, Column, Kind, Row};

/// Links of a sheet that Excel follows.
const MOST_LINKS: usize = 65_530;
/// A sheet this long goes on in a further one, so that its part of the archive stays one that office programs read.
const LONGEST_SHEET: u64 = 3 << 30;
/// The widths of columns are those of the first rows.
const MEASURED_ROWS: usize = 200;
/// In characters of Latin text; longer texts are broken into lines.
const NARROWEST: usize = 8;
const WIDEST: usize = 60;
/// The widths of all columns together that can be read when a page is as wide.
const MOST_ON_PAGE: usize = 220;
const LONG_TEXTS: &str = "长文本";
/// In points. Programs that do not measure the rows of a file they open show all of a text by it.
const LINE_HEIGHT: usize = 15;
/// No row is higher than 409 points.
const MOST_LINES: usize = 27;
/// The column whose cells lead to a file.
const PATH: &str = "path";

const NAMESPACE: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONSHIPS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE_RELATIONSHIPS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";

/// A workbook as it is written.
pub(super) struct Book<'a> {
    title: &'a str,
    /// The path of the file, from which links lead.
    destination: &'a str,
    package: Package<'a>,
    sheets: Vec<Written>,
    long: LongTexts,
    /// Files that are named and not linked.
    unlinked: u64,
}

/// A sheet that was written.
struct Written {
    name: String,
    /// What its rows have, when its first is a header: columns and rows.
    extent: Option<(usize, u32)>,
}

/// Texts that are too long for a cell, held back until the sheet they stand in is written.
struct LongTexts {
    rows: Held,
    count: u32,
    texts: u64,
}

/// What belongs to the sheet that is being written.
struct Page<'c> {
    columns: &'c [Column],
    letters: Vec<String>,
    widths: &'c [usize],
    row: u32,
    links: Vec<(String, String)>,
    path: Option<usize>,
}

impl<'a> Book<'a> {
    pub(super) fn new<'b: 'a>(title: &'a str, destination: &'a str, out: &'a mut Sink<'b>) -> Self {
        Book {
            title,
            destination,
            package: Package::new(out),
            sheets: Vec::new(),
            long: LongTexts {
                rows: Held::new(),
                count: 0,
                texts: 0,
            },
            unlinked: 0,
        }
    }

    /// Writes a sheet of rows under a header; as many sheets as they fill.
    pub(super) fn rows(&mut self, name: &str, columns: &[Column], rows: RowStream<'_>) -> Result<()> {
        if columns.len() > MOST_COLUMNS {
            let count = counted(columns.len() as u64, "column");
            return Err(
                Error::usage(format!("{}: {count}, and a sheet has at most 16,384", self.destination))
                    .hinted("write csv, or turn rows and columns round"),
            );
        }
        let first: Vec<Row> = rows.take(MEASURED_ROWS).collect::<Result<_>>()?;
        let widths = widths(columns, &first);
        let mut page = self.begin_page(name, columns, &widths)?;
        let mut continued = 1;
        for row in first.into_iter().map(Ok).chain(rows) {
            if page.row == MOST_ROWS || self.package.length() > LONGEST_SHEET {
                self.end_page(page)?;
                continued += 1;
                page = self.begin_page(&format!("{name} ({continued})"), columns, &widths)?;
            }
            self.put_row(&mut page, &row?)?;
        }
        self.end_page(page)
    }

    /// Writes what people should know of it, and ends the file.
    pub(super) fn finish(mut self, lines: &[String], columns: &[Column], receipt: Option<&Receipt>) -> Result<()> {
        let mut notes = lines.to_vec();
        self.note_limits(&mut notes);
        self.write_long_texts()?;
        self.write_about(&notes, columns)?;
        if let Some(receipt) = receipt {
            self.write_receipt(receipt)?;
        }
        self.write_frame()?;
        self.package.finish()
    }

    fn begin_page<'c>(&mut self, name: &str, columns: &'c [Column], widths: &'c [usize]) -> Result<Page<'c>> {
        self.begin_sheet(name, widths, Some("A2"))?;
        let mut page = Page {
            columns,
            letters: (0..columns.len()).map(letters).collect(),
            widths,
            row: 1,
            links: Vec::new(),
            path: columns.iter().position(|column| column.name == PATH),
        };
        let mut xml = "<row r=\"1\">".to_owned();
        for (letters, label) in page.letters.iter().zip(headers(columns)) {
            put_text(&mut xml, &format!("{letters}1"), &label, &[], styles::HEADER);
        }
        xml.push_str("</row>");
        self.package.put(&xml)?;
        page.row = 1;
        Ok(page)
    }

    /// Writes a sheet up to its first row. Narrow ones are printed as wide as a page; wide ones would become too small to read. `below` is the first cell that moves when the sheet is scrolled.
    fn begin_sheet(&mut self, name: &str, widths: &[usize], below: Option<&str>) -> Result<()> {
        let name = self.free_name(name);
        self.sheets.push(Written { name, extent: None });
        self.package
            .begin(&format!("xl/worksheets/sheet{}.xml", self.sheets.len()))?;
        let selected = if self.sheets.len() == 1 {
            " tabSelected=\"1\""
        } else {
            ""
        };
        let pane = below.map_or(String::new(), |cell| {
            format!("<pane ySplit=\"1\" topLeftCell=\"{cell}\" activePane=\"bottomLeft\" state=\"frozen\"/>")
        });
        let fits = widths.iter().sum::<usize>() <= MOST_ON_PAGE;
        let widths = widths.iter().zip(1..).map(|(width, number)| {
            format!("<col min=\"{number}\" max=\"{number}\" width=\"{width}\" customWidth=\"1\"/>")
        });
        let widths: String = widths.collect();
        let cols = if widths.is_empty() {
            widths
        } else {
            format!("<cols>{widths}</cols>")
        };
        self.package.put(&format!(
            "<worksheet xmlns=\"{NAMESPACE}\" xmlns:r=\"{RELATIONSHIPS}\">\
             <sheetPr><pageSetUpPr fitToPage=\"{}\"/></sheetPr>\
             <sheetViews><sheetView{selected} workbookViewId=\"0\">{pane}</sheetView></sheetViews>\
             <sheetFormatPr defaultRowHeight=\"15\"/>{cols}<sheetData>",
            u8::from(fits)
        ))
    }

    fn put_row(&mut self, page: &mut Page<'_>, row: &Row) -> Result<()> {
        page.row += 1;
        let height = LINE_HEIGHT * page.lines_of(row).min(MOST_LINES);
        let mut xml = format!("<row r=\"{}\" ht=\"{height}\">", page.row);
        for (at, cell) in row.iter().enumerate().take(page.columns.len()) {
            let name = format!("{}{}", page.letters[at], page.row);
            match cell {
                Cell::Text(path) if page.path == Some(at) => self.put_path(page, &mut xml, &name, path),
                _ => put_cell(&mut xml, &name, cell, &page.columns[at]),
            }
            if let Cell::Text(text) | Cell::Marked { text, .. } = cell
                && is_long(text)
            {
                let sheet = self.sheets.last().map_or("", |sheet| sheet.name.as_str());
                self.long.put(sheet, &name, text)?;
            }
        }
        xml.push_str("</row>");
        self.package.put(&xml)
    }

    fn put_path(&mut self, page: &mut Page<'_>, xml: &mut String, name: &str, path: &str) {
        let room = page.links.len() < MOST_LINKS;
        let address = if room {
            link::to_file(path, self.destination)
        } else {
            None
        };
        let look = if address.is_some() { styles::LINK } else { styles::TEXT };
        put_text(xml, name, path, &[], look);
        match address {
            Some(address) => page.links.push((name.to_owned(), address)),
            None => self.unlinked += 1,
        }
    }

    fn end_page(&mut self, page: Page<'_>) -> Result<()> {
        self.package.put("</sheetData>")?;
        if let Some(last) = page.columns.len().checked_sub(1) {
            let range = format!("A1:{}", reference(last, page.row));
            self.package.put(&format!("<autoFilter ref=\"{range}\"/>"))?;
            if let Some(sheet) = self.sheets.last_mut() {
                sheet.extent = Some((page.columns.len(), page.row));
            }
        }
        if !page.links.is_empty() {
            self.package.put("<hyperlinks>")?;
            for (number, (cell, _)) in page.links.iter().enumerate() {
                self.package
                    .put(&format!("<hyperlink ref=\"{cell}\" r:id=\"rId{}\"/>", number + 1))?;
            }
            self.package.put("</hyperlinks>")?;
        }
        self.end_sheet()?;
        if page.links.is_empty() {
            return Ok(());
        }
        let part = format!("xl/worksheets/_rels/sheet{}.xml.rels", self.sheets.len());
        self.package.begin(&part)?;
        self.package
            .put(&format!("<Relationships xmlns=\"{PACKAGE_RELATIONSHIPS}\">"))?;
        for (number, (_, address)) in page.links.iter().enumerate() {
            self.package.put(&format!(
                "<Relationship Id=\"rId{}\" Type=\"{RELATIONSHIPS}/hyperlink\" Target=\"{}\" TargetMode=\"External\"/>",
                number + 1,
                escaped(address)
            ))?;
        }
        self.package.put("</Relationships>")
    }

    fn end_sheet(&mut self) -> Result<()> {
        self.package.put(
            "<pageMargins left=\"0.5\" right=\"0.5\" top=\"0.7\" bottom=\"0.7\" header=\"0.3\" footer=\"0.3\"/>\
             <pageSetup paperSize=\"9\" orientation=\"landscape\" fitToHeight=\"0\"/></worksheet>",
        )
    }

    /// A sheet of a few rows of text.
    fn write_texts(&mut self, name: &str, widths: &[usize], rows: &[Vec<String>]) -> Result<()> {
        self.begin_sheet(name, widths, None)?;
        for (row, number) in rows.iter().zip(1..) {
            let mut xml = format!("<row r=\"{number}\">");
            for (at, text) in row.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
                put_text(&mut xml, &reference(at, number), text, &[], styles::TEXT);
            }
            xml.push_str("</row>");
            self.package.put(&xml)?;
        }
        self.package.put("</sheetData>")?;
        self.end_sheet()
    }

    /// Says what the limits of spreadsheets did to it.
    fn note_limits(&self, notes: &mut Vec<String>) {
        let continued = self.sheets.iter().filter(|sheet| sheet.name.starts_with("结果 ("));
        let further: Vec<&str> = continued.map(|sheet| sheet.name.as_str()).collect();
        if !further.is_empty() {
            notes.push(format!("一个工作表放不下，结果续于：{}。", further.join("、")));
        }
        if self.long.texts > 0 {
            notes.push(format!(
                "{}处文字超过单元格上限（{}字），全文见工作表“{LONG_TEXTS}”。",
                self.long.texts,
                grouped(sheet::LONGEST_TEXT as u64)
            ));
        }
        if self.unlinked > 0 {
            notes.push(format!(
                "{}行的文件只写路径、未加链接：本机找不到该文件，或路径过长，或已超过一个工作表的链接上限（{}）。",
                grouped(self.unlinked),
                grouped(MOST_LINKS as u64)
            ));
        }
    }

    fn write_long_texts(&mut self) -> Result<()> {
        if self.long.texts == 0 {
            return Ok(());
        }
        self.begin_sheet(LONG_TEXTS, &[16, 10, 8, 100], Some("A2"))?;
        let mut xml = "<row r=\"1\">".to_owned();
        for (at, label) in ["工作表", "单元格", "第几部分", "文字"].into_iter().enumerate() {
            put_text(&mut xml, &reference(at, 1), label, &[], styles::HEADER);
        }
        self.package.put(&format!("{xml}</row>"))?;
        let held = std::mem::replace(&mut self.long.rows, Held::new());
        self.package.put_held(held)?;
        self.package.put("</sheetData>")?;
        self.end_sheet()
    }

    fn write_about(&mut self, notes: &[String], columns: &[Column]) -> Result<()> {
        let mut rows = vec![vec!["题目".to_owned(), self.title.to_owned()]];
        rows.extend(notes.iter().map(|note| vec!["说明".to_owned(), note.clone()]));
        rows.push(Vec::new());
        rows.push(["列", "在csv、json中的名称", "内容"].map(str::to_owned).to_vec());
        for (column, label) in columns.iter().zip(headers(columns)) {
            rows.push(vec![label, column.name.clone(), kind_name(column.kind).to_owned()]);
        }
        self.write_texts("说明", &[16, 60, 16], &rows)
    }

    fn write_receipt(&mut self, receipt: &Receipt) -> Result<()> {
        let mut rows = vec![vec!["用途".to_owned(), proof::USE.to_owned()]];
        rows.extend(proof::lines(receipt).into_iter().map(|(name, value)| vec![name, value]));
        let json = serde_json::to_string(receipt).expect("a receipt can be written as JSON");
        rows.extend(sheet::pieces(&json).map(|piece| vec!["JSON".to_owned(), piece.to_owned()]));
        self.write_texts(proof::TITLE, &[14, 100], &rows)
    }

    /// The parts that hold the sheets together.
    fn write_frame(&mut self) -> Result<()> {
        let numbers = 1..=self.sheets.len();
        let sheets = numbers.clone().zip(&self.sheets).map(|(number, sheet)| {
            let name = escaped(&sheet.name);
            format!("<sheet name=\"{name}\" sheetId=\"{number}\" r:id=\"rId{number}\"/>")
        });
        let sheets: String = sheets.collect();
        let names = defined_names(&self.sheets);
        self.package.part(
            "xl/workbook.xml",
            &format!(
                "<workbook xmlns=\"{NAMESPACE}\" xmlns:r=\"{RELATIONSHIPS}\"><bookViews><workbookView/></bookViews>\
                 <sheets>{sheets}</sheets>{names}</workbook>"
            ),
        )?;
        let relations = numbers.clone().map(|number| {
            format!(
                "<Relationship Id=\"rId{number}\" Type=\"{RELATIONSHIPS}/worksheet\" Target=\"worksheets/sheet{number}.xml\"/>"
            )
        });
        let relations: String = relations.collect();
        self.package.part(
            "xl/_rels/workbook.xml.rels",
            &format!(
                "<Relationships xmlns=\"{PACKAGE_RELATIONSHIPS}\">{relations}<Relationship Id=\"rId{}\" \
                 Type=\"{RELATIONSHIPS}/styles\" Target=\"styles.xml\"/></Relationships>",
                self.sheets.len() + 1
            ),
        )?;
        self.package.part("xl/styles.xml", &styles::part())?;
        self.package.part("docProps/core.xml", &core_properties(self.title))?;
        self.package.part(
            "_rels/.rels",
            &format!(
                "<Relationships xmlns=\"{PACKAGE_RELATIONSHIPS}\"><Relationship Id=\"rId1\" \
                 Type=\"{RELATIONSHIPS}/officeDocument\" Target=\"xl/workbook.xml\"/><Relationship Id=\"rId2\" \
                 Type=\"{PACKAGE_RELATIONSHIPS}/metadata/core-properties\" Target=\"docProps/core.xml\"/></Relationships>"
            ),
        )?;
        let main = "application/vnd.openxmlformats-officedocument.spreadsheetml";
        let parts = numbers.map(|number| {
            format!("<Override PartName=\"/xl/worksheets/sheet{number}.xml\" ContentType=\"{main}.worksheet+xml\"/>")
        });
        let parts: String = parts.collect();
        self.package.part(
            "[Content_Types].xml",
            &format!(
                "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
                 <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
                 <Default Extension=\"xml\" ContentType=\"application/xml\"/>\
                 <Override PartName=\"/xl/workbook.xml\" ContentType=\"{main}.sheet.main+xml\"/>{parts}\
                 <Override PartName=\"/xl/styles.xml\" ContentType=\"{main}.styles+xml\"/>\
                 <Override PartName=\"/docProps/core.xml\" \
                 ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/></Types>"
            ),
        )
    }

    /// A name that Excel takes for a sheet (31 characters, none of `[]:*?/\`), and that no other has.
    fn free_name(&self, wanted: &str) -> String {
        let plain: String = wanted
            .chars()
            .map(|c| {
                if "[]:*?/\\'".contains(c) || c.is_control() {
                    ' '
                } else {
                    c
                }
            })
            .take(27)
            .collect();
        let is_free = |name: &String| !self.sheets.iter().any(|sheet| sheet.name.eq_ignore_ascii_case(name));
        std::iter::once(plain.trim().to_owned())
            .chain((2..).map(|number| format!("{} {number}", plain.trim())))
            .find(|name| !name.is_empty() && is_free(name))
            .unwrap_or(plain)
    }
}

impl Page<'_> {
    /// How many lines the highest cell of a row takes.
    fn lines_of(&self, row: &Row) -> usize {
        let lines = row.iter().zip(self.widths).map(|(cell, &width)| match cell {
            Cell::Text(text) | Cell::Marked { text, .. } if text.len() > width => text
                .split('\n')
                .map(|line| wrap::width(line).div_ceil(width).max(1))
                .sum(),
            _ => 1,
        });
        lines.max().unwrap_or(1)
    }
}

impl LongTexts {
    fn put(&mut self, sheet: &str, cell: &str, text: &str) -> Result<()> {
        self.texts += 1;
        for (piece, number) in sheet::pieces(text).zip(1..) {
            // The header is row 1. A sheet has room for more text than this than an archive has for a part.
            self.count += 1;
            let row = self.count + 1;
            let mut xml = format!("<row r=\"{row}\">");
            for (at, text) in [sheet, cell].into_iter().enumerate() {
                put_text(&mut xml, &reference(at, row), text, &[], styles::TEXT);
            }
            xml.push_str(&format!("<c r=\"C{row}\"><v>{number}</v></c>"));
            put_text(&mut xml, &reference(3, row), piece, &[], styles::TEXT);
            self.rows.put(&format!("{xml}</row>"))?;
        }
        Ok(())
    }
}

/// What Excel wants declared of filters, and the rows that are printed on every page.
fn defined_names(sheets: &[Written]) -> String {
    let mut filters = String::new();
    let mut titles = String::new();
    for (number, sheet) in sheets.iter().enumerate() {
        let Some((columns, rows)) = sheet.extent else { continue };
        let name = escaped(&sheet.name);
        let last = letters(columns.saturating_sub(1));
        filters.push_str(&format!(
            "<definedName name=\"_xlnm._FilterDatabase\" localSheetId=\"{number}\" hidden=\"1\">'{name}'!$A$1:${last}${rows}</definedName>"
        ));
        titles.push_str(&format!(
            "<definedName name=\"_xlnm.Print_Titles\" localSheetId=\"{number}\">'{name}'!$1:$1</definedName>"
        ));
    }
    match filters.is_empty() {
        true => filters,
        false => format!("<definedNames>{filters}{titles}</definedNames>"),
    }
}

/// The labels of the columns, each of its own: those that several have bring their names along.
fn headers(columns: &[Column]) -> impl Iterator<Item = String> {
    let mut seen = HashMap::new();
    for column in columns {
        *seen.entry(column.label.as_str()).or_insert(0) += 1;
    }
    columns.iter().map(move |column| match seen[column.label.as_str()] {
        1 => column.label.clone(),
        _ => format!("{} ({})", column.label, column.name),
    })
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "文字",
        Kind::Count => "整数",
        Kind::Year => "年份",
        Kind::Decimal(_) => "小数",
        Kind::Share => "比例",
    }
}

fn widths(columns: &[Column], rows: &[Row]) -> Vec<usize> {
    let width_of = |at: usize, column: &Column| {
        let cells = rows.iter().filter_map(|row| row.get(at));
        let widest = |text: &str| text.lines().map(wrap::width).max().unwrap_or(0);
        let cells = cells.map(|cell| widest(&shown(cell, column.kind))).max().unwrap_or(0);
        // The mark of the filter stands beside the label.
        (cells + 2).max(wrap::width(&column.label) + 4).clamp(NARROWEST, WIDEST)
    };
    columns
        .iter()
        .enumerate()
        .map(|(at, column)| width_of(at, column))
        .collect()
}
