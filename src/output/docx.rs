//! Prints hits, tables and reports as a Word document (ECMA-376, WordprocessingML), as a stream: passages are quotations, each with
//! its citation in a footnote, matches are bold, tables repeat their header on every page.
//!
//! Footnotes are a part of their own, behind the text, so they are held back in a temporary file.

mod styles;

use crate::error::{Error, Result};
use crate::hits::Summary;
use crate::table::{Cell, Column, Row, Table};

use super::document::{self, Document, Quotation};
use super::package::{Held, Package, core_properties, escaped};
use super::sink::Sink;
use super::tabular::{header, runs, shown};
use super::{Ending, HitStream, Options, Printer, RowStream, counted, proof, visible};

pub(super) struct Docx;

/// Columns of a table that Word can open.
const MOST_COLUMNS: usize = 63;
/// A table with more columns is printed across.
const UPRIGHT_COLUMNS: usize = 7;
/// The first footnotes are the lines that stand above footnotes.
const FIRST_FOOTNOTE: u64 = 2;

const MAIN: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const RELATIONSHIPS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE_RELATIONSHIPS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";

/// A document as it is written. The text is begun by its title.
pub(super) struct Paper<'a> {
    package: Package<'a>,
    footnotes: Held,
    next_footnote: u64,
    is_across: bool,
    name: &'a str,
}

impl Printer for Docx {
    fn print(
        &self,
        summary: &Summary,
        hits: HitStream<'_>,
        options: &Options,
        ending: Ending<'_>,
        out: &mut Sink<'_>,
    ) -> Result<()> {
        document::print_hits(Paper::new(out)?, summary, hits, options, &ending)
    }

    fn print_table(
        &self,
        table: &Table,
        rows: RowStream<'_>,
        _: &Options,
        ending: Ending<'_>,
        out: &mut Sink<'_>,
    ) -> Result<()> {
        document::print_table(Paper::new(out)?, table, rows, &ending)
    }
}

impl<'a> Paper<'a> {
    pub(super) fn new<'b: 'a>(out: &'a mut Sink<'b>) -> Result<Self> {
        let name = out.name();
        let mut package = Package::new(out);
        write_frame(&mut package)?;
        Ok(Paper {
            package,
            footnotes: Held::new(),
            next_footnote: FIRST_FOOTNOTE,
            is_across: false,
            name,
        })
    }

    fn put(&mut self, style: &str, inner: &str) -> Result<()> {
        self.package.put(&paragraph(style, inner))
    }

    /// Puts a footnote; answers the run that refers to it.
    fn footnote(&mut self, text: &str) -> Result<String> {
        let id = self.next_footnote;
        self.next_footnote += 1;
        let mark = "<w:r><w:rPr><w:rStyle w:val=\"FootnoteReference\"/></w:rPr><w:footnoteRef/></w:r>";
        let inner = format!("{mark}{}", plain(&format!(" {text}")));
        self.footnotes.put(&format!(
            "<w:footnote w:id=\"{id}\">{}</w:footnote>",
            paragraph("FootnoteText", &inner)
        ))?;
        Ok(format!(
            "<w:r><w:rPr><w:rStyle w:val=\"FootnoteReference\"/></w:rPr><w:footnoteReference w:id=\"{id}\"/></w:r>"
        ))
    }

    fn proof(&mut self, ending: &Ending<'_>) -> Result<()> {
        let Some(receipt) = ending.receipt() else {
            return Ok(());
        };
        self.heading(1, proof::TITLE)?;
        self.note(proof::USE)?;
        for (name, value) in proof::lines(&receipt) {
            self.note(&format!("{name}：{value}"))?;
        }
        let json = serde_json::to_string(&receipt).expect("a receipt can be written as JSON");
        self.put("Receipt", &plain(&json))
    }

    fn write_footnotes(&mut self) -> Result<()> {
        self.package.begin("word/footnotes.xml")?;
        let line = |id: u64, kind: &str, mark: &str| {
            format!(
                "<w:footnote w:type=\"{kind}\" w:id=\"{id}\"><w:p><w:pPr><w:spacing w:after=\"0\" w:line=\"240\" \
                 w:lineRule=\"auto\"/></w:pPr><w:r><w:{mark}/></w:r></w:p></w:footnote>"
            )
        };
        let lines = [
            line(0, "separator", "separator"),
            line(1, "continuationSeparator", "continuationSeparator"),
        ];
        self.package
            .put(&format!("<w:footnotes xmlns:w=\"{MAIN}\">{}", lines.concat()))?;
        let held = std::mem::replace(&mut self.footnotes, Held::new());
        self.package.put_held(held)?;
        self.package.put("</w:footnotes>")
    }
}

impl Document for Paper<'_> {
    fn title(&mut self, text: &str) -> Result<()> {
        self.package.part("docProps/core.xml", &core_properties(text))?;
        self.package.begin("word/document.xml")?;
        self.package.put(&format!(
            "<w:document xmlns:w=\"{MAIN}\" xmlns:r=\"{RELATIONSHIPS}\"><w:body>"
        ))?;
        self.put("Title", &plain(text))
    }

    fn heading(&mut self, level: u8, text: &str) -> Result<()> {
        let style = format!("Heading{}", level.clamp(1, 4));
        self.put(&style, &plain(text))
    }

    fn paragraph(&mut self, text: &str) -> Result<()> {
        self.put("BodyText", &plain(text))
    }

    fn note(&mut self, text: &str) -> Result<()> {
        self.put("Note", &plain(text))
    }

    fn quotation(&mut self, quotation: &Quotation<'_>) -> Result<()> {
        self.heading(2, &quotation.heading)?;
        if !quotation.headings.is_empty() {
            self.put("Path", &plain(&quotation.headings))?;
        }
        let reference = self.footnote(quotation.citation)?;
        let lines = quotation.lines();
        for (at, line) in lines.iter().enumerate() {
            let mut inner = marked(line);
            if at + 1 == lines.len() {
                inner.push_str(&reference);
            }
            self.put("Quote", &inner)?;
        }
        match &quotation.doubt {
            Some(doubt) => self.note(doubt),
            None => Ok(()),
        }
    }

    fn begin_table(&mut self, columns: &[Column]) -> Result<()> {
        if columns.len() > MOST_COLUMNS {
            let count = counted(columns.len() as u64, "column");
            return Err(
                Error::usage(format!("{}: {count}, and a table in Word has at most 63", self.name))
                    .hinted("write xlsx, html or csv, or turn rows and columns round"),
            );
        }
        self.is_across |= columns.len() > UPRIGHT_COLUMNS;
        let widths = widths(columns, self.is_across);
        let grid: String = widths
            .iter()
            .map(|width| format!("<w:gridCol w:w=\"{width}\"/>"))
            .collect();
        self.package.put(&format!(
            "<w:tbl><w:tblPr><w:tblStyle w:val=\"TableGrid\"/><w:tblW w:w=\"5000\" w:type=\"pct\"/></w:tblPr>\
             <w:tblGrid>{grid}</w:tblGrid><w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>"
        ))?;
        for column in columns {
            let run = format!("<w:r><w:rPr><w:b/></w:rPr>{}</w:r>", text(header(column)));
            self.package.put(&cell(column, &run, true))?;
        }
        self.package.put("</w:tr>")
    }

    fn row(&mut self, columns: &[Column], row: &Row) -> Result<()> {
        self.package.put("<w:tr><w:trPr><w:cantSplit/></w:trPr>")?;
        for (column, value) in columns.iter().zip(row) {
            let inner = match value {
                Cell::Marked { text, highlights } => marked(&runs(text, highlights)),
                value => plain(&shown(value, column.kind)),
            };
            self.package.put(&cell(column, &inner, false))?;
        }
        self.package.put("</w:tr>")
    }

    fn end_table(&mut self) -> Result<()> {
        // Word wants a paragraph between a table and what follows.
        self.package.put("</w:tbl>")?;
        self.put("Note", "")
    }

    fn end(mut self, ending: &Ending<'_>) -> Result<()> {
        self.proof(ending)?;
        // A4.
        let size = match self.is_across {
            true => "<w:pgSz w:w=\"16838\" w:h=\"11906\" w:orient=\"landscape\"/>",
            false => "<w:pgSz w:w=\"11906\" w:h=\"16838\"/>",
        };
        self.package.put(&format!(
            "<w:sectPr><w:footerReference w:type=\"default\" r:id=\"rId4\"/>{size}<w:pgMar w:top=\"1440\" w:right=\"1418\" \
             w:bottom=\"1440\" w:left=\"1418\" w:header=\"851\" w:footer=\"992\" w:gutter=\"0\"/></w:sectPr></w:body></w:document>"
        ))?;
        self.write_footnotes()?;
        self.package.finish()
    }
}

/// How wide each column is, in twentieths of a point: numbers take less room than words.
fn widths(columns: &[Column], is_across: bool) -> Vec<usize> {
    let room = if is_across { 14_002 } else { 9_070 };
    let share = |column: &Column| if column.kind.is_number() { 1 } else { 2 };
    let all: usize = columns.iter().map(share).sum();
    columns.iter().map(|column| room * share(column) / all.max(1)).collect()
}

fn paragraph(style: &str, inner: &str) -> String {
    format!("<w:p><w:pPr><w:pStyle w:val=\"{style}\"/></w:pPr>{inner}</w:p>")
}

fn cell(column: &Column, inner: &str, is_header: bool) -> String {
    let shade = if is_header {
        "<w:shd w:val=\"clear\" w:color=\"auto\" w:fill=\"E7EDF3\"/>"
    } else {
        ""
    };
    let to_the_right = if column.kind.is_number() {
        "<w:jc w:val=\"right\"/>"
    } else {
        ""
    };
    format!(
        "<w:tc><w:tcPr><w:tcW w:w=\"0\" w:type=\"auto\"/>{shade}</w:tcPr><w:p><w:pPr><w:pStyle w:val=\"TableText\"/>\
         {to_the_right}</w:pPr>{inner}</w:p></w:tc>"
    )
}

fn plain(words: &str) -> String {
    if words.is_empty() {
        return String::new();
    }
    format!("<w:r>{}</w:r>", text(words))
}

fn marked(runs: &[(&str, bool)]) -> String {
    let run = |(words, is_marked): &(&str, bool)| match is_marked {
        true => format!("<w:r><w:rPr><w:rStyle w:val=\"Match\"/></w:rPr>{}</w:r>", text(words)),
        false => plain(words),
    };
    runs.iter().map(run).collect()
}

/// What a run says, with its line breaks.
fn text(words: &str) -> String {
    let visible = visible::text(words);
    let lines = visible
        .split('\n')
        .map(|line| format!("<w:t xml:space=\"preserve\">{}</w:t>", escaped(line)));
    lines.collect::<Vec<_>>().join("<w:br/>")
}

/// The parts that hold the document together, which are the same in every one.
fn write_frame(package: &mut Package<'_>) -> Result<()> {
    let part =
        |name: &str, kind: &str| format!("<Override PartName=\"/word/{name}.xml\" ContentType=\"{WORD}.{kind}+xml\"/>");
    let parts = [
        part("document", "document.main"),
        part("styles", "styles"),
        part("settings", "settings"),
        part("footnotes", "footnotes"),
        part("footer1", "footer"),
    ];
    package.part(
        "[Content_Types].xml",
        &format!(
            "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
             <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
             <Default Extension=\"xml\" ContentType=\"application/xml\"/>{}<Override PartName=\"/docProps/core.xml\" \
             ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/></Types>",
            parts.concat()
        ),
    )?;
    package.part(
        "_rels/.rels",
        &format!(
            "<Relationships xmlns=\"{PACKAGE_RELATIONSHIPS}\"><Relationship Id=\"rId1\" \
             Type=\"{RELATIONSHIPS}/officeDocument\" Target=\"word/document.xml\"/><Relationship Id=\"rId2\" \
             Type=\"{PACKAGE_RELATIONSHIPS}/metadata/core-properties\" Target=\"docProps/core.xml\"/></Relationships>"
        ),
    )?;
    let related = ["styles", "settings", "footnotes", "footer"]
        .into_iter()
        .zip(1..)
        .map(|(kind, number)| {
            let target = if kind == "footer" { "footer1" } else { kind };
            format!("<Relationship Id=\"rId{number}\" Type=\"{RELATIONSHIPS}/{kind}\" Target=\"{target}.xml\"/>")
        });
    let related: String = related.collect();
    package.part(
        "word/_rels/document.xml.rels",
        &format!("<Relationships xmlns=\"{PACKAGE_RELATIONSHIPS}\">{related}</Relationships>"),
    )?;
    package.part("word/styles.xml", &styles::part())?;
    package.part(
        "word/settings.xml",
        &format!(
            "<w:settings xmlns:w=\"{MAIN}\"><w:footnotePr><w:footnote w:id=\"0\"/><w:footnote w:id=\"1\"/></w:footnotePr>\
             <w:compat><w:compatSetting w:name=\"compatibilityMode\" w:uri=\"http://schemas.microsoft.com/office/word\" \
             w:val=\"15\"/></w:compat><w:themeFontLang w:val=\"en-US\" w:eastAsia=\"zh-CN\"/></w:settings>"
        ),
    )?;
    let field = |kind: &str| format!("<w:r><w:fldChar w:fldCharType=\"{kind}\"/></w:r>");
    let page = format!(
        "{}<w:r><w:instrText xml:space=\"preserve\"> PAGE </w:instrText></w:r>{}<w:r><w:t>1</w:t></w:r>{}",
        field("begin"),
        field("separate"),
        field("end")
    );
    package.part(
        "word/footer1.xml",
        &format!("<w:ftr xmlns:w=\"{MAIN}\">{}</w:ftr>", paragraph("Footer", &page)),
    )
}

#[cfg(test)]
mod tests;
