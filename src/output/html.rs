//! Prints hits, tables and reports as one self-contained page: it asks nobody for anything, prints well, and can be read without
//! its script, which only sorts and filters tables.

use std::borrow::Cow;

use crate::error::Result;
use crate::hits::Summary;
use crate::table::{Cell, Column, Row, Table};

use super::document::{self, Document, Quotation};
use super::package::escaped;
use super::sink::Sink;
use super::tabular::{header, runs, shown};
use super::{Ending, HitStream, Options, Printer, RowStream, link, proof, visible};

pub(super) struct Html;

/// A page as it is written.
pub(super) struct Page<'a, 's> {
    out: &'a mut Sink<'s>,
    /// The path of the file, from which links lead.
    destination: &'a str,
}

/// Nothing from elsewhere is ever loaded, whatever stands in the reports.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

impl Printer for Html {
    fn print(
        &self,
        summary: &Summary,
        hits: HitStream<'_>,
        options: &Options,
        ending: Ending<'_>,
        out: &mut Sink<'_>,
    ) -> Result<()> {
        document::print_hits(Page::new(options, out), summary, hits, options, &ending)
    }

    fn print_table(
        &self,
        table: &Table,
        rows: RowStream<'_>,
        options: &Options,
        ending: Ending<'_>,
        out: &mut Sink<'_>,
    ) -> Result<()> {
        document::print_table(Page::new(options, out), table, rows, &ending)
    }
}

impl<'a, 's> Page<'a, 's> {
    pub(super) fn new(options: &'a Options, out: &'a mut Sink<'s>) -> Self {
        Page {
            out,
            destination: &options.destination,
        }
    }

    fn element(&mut self, name: &str, text: &str) -> Result<()> {
        writeln!(self.out, "<{name}>{}</{name}>", safe(text))
    }

    fn proof(&mut self, ending: &Ending<'_>) -> Result<()> {
        let Some(receipt) = ending.receipt() else {
            return Ok(());
        };
        writeln!(self.out, "<section class=\"proof\"><h2>{}</h2>", proof::TITLE)?;
        writeln!(self.out, "<p>{}</p>\n<dl>", proof::USE)?;
        for (name, value) in proof::lines(&receipt) {
            writeln!(self.out, "<dt>{}</dt><dd>{}</dd>", safe(&name), safe(&value))?;
        }
        self.out
            .put("</dl></section>\n<script type=\"application/json\" id=\"receipt\">")?;
        let receipt = ending.receipt_behind(self.out)?;
        let json = self.out.json_text(&receipt)?;
        // So no text in it can end the element.
        self.out.put(&json.replace('<', "\\u003c"))?;
        self.out.put("</script>\n")
    }
}

impl Document for Page<'_, '_> {
    fn title(&mut self, text: &str) -> Result<()> {
        let title = safe(text);
        write!(
            self.out,
            "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
             <meta name=\"generator\" content=\"baogao\">\n<title>{title}</title>\n<style>\n{}</style>\n</head>\n<body>\n\
             <h1>{title}</h1>\n",
            include_str!("html/page.css")
        )
    }

    fn heading(&mut self, level: u8, text: &str) -> Result<()> {
        self.element(["h2", "h3", "h4", "h5"][usize::from(level.clamp(1, 4)) - 1], text)
    }

    fn paragraph(&mut self, text: &str) -> Result<()> {
        self.element("p", text)
    }

    fn note(&mut self, text: &str) -> Result<()> {
        writeln!(self.out, "<p class=\"note\">{}</p>", safe(text))
    }

    fn quotation(&mut self, quotation: &Quotation<'_>) -> Result<()> {
        writeln!(self.out, "<article>\n<h2>{}</h2>", safe(&quotation.heading))?;
        if !quotation.headings.is_empty() {
            writeln!(self.out, "<p class=\"path\">{}</p>", safe(&quotation.headings))?;
        }
        self.out.put("<blockquote>")?;
        for line in quotation.lines() {
            writeln!(self.out, "<p>{}</p>", marked(&line))?;
        }
        self.out.put("</blockquote>\n")?;
        if let Some(doubt) = &quotation.doubt {
            writeln!(self.out, "<p class=\"doubt\">{}</p>", safe(doubt))?;
        }
        write!(self.out, "<p class=\"citation\">{}", safe(quotation.citation))?;
        if let Some(link) = &quotation.link {
            write!(self.out, " <a href=\"{}\">原文件</a>", safe(link))?;
        }
        self.out.put("</p>\n</article>\n")
    }

    fn begin_table(&mut self, columns: &[Column]) -> Result<()> {
        self.out.put("<div class=\"table\"><table>\n<thead><tr>")?;
        for column in columns {
            let (class, name) = (class_of(column), safe(&column.name));
            write!(self.out, "<th{class} title=\"{name}\">{}</th>", safe(header(column)))?;
        }
        self.out.put("</tr></thead>\n<tbody>\n")
    }

    fn row(&mut self, columns: &[Column], row: &Row) -> Result<()> {
        self.out.put("<tr>")?;
        for (column, cell) in columns.iter().zip(row) {
            let class = class_of(column);
            match cell {
                Cell::Marked { text, highlights } => {
                    write!(self.out, "<td{class}>{}</td>", marked(&runs(text, highlights)))?;
                }
                Cell::Text(path) if column.name == "path" => match link::to_file(path, self.destination) {
                    Some(link) => write!(self.out, "<td><a href=\"{}\">{}</a></td>", safe(&link), safe(path))?,
                    None => write!(self.out, "<td>{}</td>", safe(path))?,
                },
                // Sorted by the number itself, not by what is shown of it.
                Cell::Whole(number) => write!(
                    self.out,
                    "<td{class} data-n=\"{number}\">{}</td>",
                    shown(cell, column.kind)
                )?,
                Cell::Decimal(number) => write!(
                    self.out,
                    "<td{class} data-n=\"{number}\">{}</td>",
                    shown(cell, column.kind)
                )?,
                Cell::Empty | Cell::Text(_) => write!(self.out, "<td{class}>{}</td>", safe(&shown(cell, column.kind)))?,
            }
        }
        self.out.put("</tr>\n")
    }

    fn end_table(&mut self) -> Result<()> {
        self.out.put("</tbody>\n</table></div>\n")
    }

    fn end(mut self, ending: &Ending<'_>) -> Result<()> {
        self.proof(ending)?;
        write!(
            self.out,
            "<script>\n{}</script>\n</body>\n</html>\n",
            include_str!("html/page.js")
        )
    }
}

fn class_of(column: &Column) -> &'static str {
    if column.kind.is_number() { " class=\"n\"" } else { "" }
}

/// Text that means itself, in elements and in quoted attributes, and acts on nobody.
fn safe(text: &str) -> String {
    match visible::text(text) {
        Cow::Borrowed(text) => escaped(text).into_owned(),
        Cow::Owned(text) => escaped(&text).into_owned(),
    }
}

fn marked(runs: &[(&str, bool)]) -> String {
    let run = |(text, is_marked): &(&str, bool)| match is_marked {
        true => format!("<mark>{}</mark>", safe(text)),
        false => safe(text),
    };
    runs.iter().map(run).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::{Format, fixture};

    #[test]
    fn hits_are_quotations_on_a_page() {
        let printed = fixture::printed(Format::Html);
        let body = printed.split("</head>").nth(1).unwrap();
        insta::assert_snapshot!(body.split("<script>").next().unwrap());
    }

    #[test]
    fn nothing_in_a_report_is_markup_and_nothing_is_loaded() {
        let printed = fixture::printed(Format::Html);
        assert!(printed.contains("&lt;b&gt;“调解”&lt;/b&gt;") && !printed.contains("<b>"));
        assert!(!printed.contains('\u{1b}') && !printed.contains('\u{202e}'));
        assert!(!printed.contains("src=") && !printed.contains("@import") && !printed.contains("url("));
        assert_eq!(safe("<script>\"&"), "&lt;script&gt;&quot;&amp;");
    }

    #[test]
    fn the_receipt_cannot_be_ended_by_its_own_text() {
        let options = Options {
            receipt: Some(fixture::receipt("</script><script>alert(1)</script>")),
            ..Options::default()
        };
        let printed = fixture::print(Format::Html, &fixture::hits(), &options);
        let json = printed
            .split("id=\"receipt\">")
            .nth(1)
            .unwrap()
            .split("</script>")
            .next()
            .unwrap();
        let receipt: crate::receipt::Receipt = serde_json::from_str(json).unwrap();
        assert_eq!(receipt.query, "</script><script>alert(1)</script>");
        assert_eq!((receipt.rows, receipt.answer.len()), (3, 16));
        let before = &printed[..printed.find(json).unwrap()];
        assert_eq!(receipt.file, blake3::hash(before.as_bytes()).to_hex().to_string());
    }

    #[test]
    fn the_scanner_of_html_reads_the_passages_back() {
        let page = scraper_free_text(&fixture::printed(Format::Html));
        assert!(page.contains("镇综治中心整合司法所、派出所、信访办等力量"));
        assert!(page.contains("=SUM(A1) 坚持枫桥经验"));
    }

    /// The text of a page without its tags.
    fn scraper_free_text(html: &str) -> String {
        let tags = regex::Regex::new("<[^>]*>").unwrap();
        tags.replace_all(html, "").replace("&quot;", "\"")
    }
}
