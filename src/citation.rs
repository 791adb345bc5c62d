//! Turns a place in a report into a citation for a footnote, after GB/T 7714-2015.
//!
//! The standard's form for a report is `责任者. 题名[R]. 出版年: 页码. 获取路径`. Reports on the web have no pages, so the innermost
//! heading and the number of the passage under it stand in their place, and the 文号 stands where a report's number would.
//! What is unknown is left out.

use crate::hits::HitReport;

/// A heading longer than this many characters is cut in a citation: some headings are whole sentences.
const HEADING_LIMIT: usize = 40;

/// The citation of a passage. `headings` stand above it, outermost first; `passage_number` counts, from 1, the passages under
/// the innermost of them (those of the report, when there is no heading).
pub fn cite(report: &HitReport, headings: &[String], passage_number: u32) -> String {
    let mut parts = work(report);
    parts.extend(report.doc_number.as_deref().map(one_line));
    parts.extend(date(report));
    let place = place(headings, passage_number);
    let mut citation = parts.join(". ");
    if !citation.is_empty() {
        citation.push_str(": ");
    }
    citation.push_str(&place);
    for address in report.url.iter().chain([&report.path]).filter(|path| !path.is_empty()) {
        citation.push_str(". ");
        citation.push_str(address);
    }
    citation
}

/// Who says it and in what, marked as a report, on the web if we know where.
fn work(report: &HitReport) -> Vec<String> {
    let known = [&report.issuing_body, &report.title];
    let mut parts: Vec<String> = known.into_iter().flatten().map(|part| one_line(part)).collect();
    if let Some(last) = parts.last_mut() {
        last.push_str(if report.url.is_some() { "[R/OL]" } else { "[R]" });
    }
    parts
}

/// The day of publication; when it is unknown, the year the report is about, said to be that.
fn date(report: &HitReport) -> Option<String> {
    let year = || report.year.map(|year| format!("{year}年度"));
    report.published.clone().or_else(year)
}

fn place(headings: &[String], passage_number: u32) -> String {
    match headings.last() {
        Some(heading) => format!("“{}”第{passage_number}段", quotable(heading)),
        None => format!("第{passage_number}段"),
    }
}

/// A heading as it stands inside quotation marks: its own marks become single ones (GB/T 15834-2011).
fn quotable(heading: &str) -> String {
    let heading = one_line(heading).replace('“', "‘").replace('”', "’");
    if heading.chars().count() <= HEADING_LIMIT {
        return heading;
    }
    heading.chars().take(HEADING_LIMIT - 1).chain(['…']).collect()
}

/// The text with each run of blanks and line breaks as one blank.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Metadata, ReportId};

    fn report(metadata: Metadata) -> HitReport {
        HitReport::new(
            ReportId(1),
            "corpus/古镛镇2024.txt".into(),
            None,
            metadata,
            Default::default(),
        )
    }

    fn known() -> Metadata {
        Metadata {
            title: Some("古镛镇2024年法治政府\n建设工作情况报告".into()),
            year: Some(2024),
            issuing_body: Some("古镛镇人民政府".into()),
            doc_number: Some("将镛委〔2025〕5号".into()),
            published: Some("2025-02-07".into()),
            ..Metadata::default()
        }
    }

    #[test]
    fn a_citation_names_the_body_the_title_the_number_the_day_and_the_place() {
        let headings = ["一、主要举措和成效".to_owned(), "（一）坚持“枫桥经验”".to_owned()];
        assert_eq!(
            cite(&report(known()), &headings, 3),
            "古镛镇人民政府. 古镛镇2024年法治政府 建设工作情况报告[R]. 将镛委〔2025〕5号. 2025-02-07: \
             “（一）坚持‘枫桥经验’”第3段. corpus/古镛镇2024.txt"
        );
    }

    #[test]
    fn a_report_from_the_web_says_where() {
        let metadata = Metadata {
            url: Some("https://www.example.gov.cn/a.html".into()),
            ..known()
        };
        let citation = cite(&report(metadata), &[], 1);
        assert!(citation.contains("报告[R/OL]. "), "{citation}");
        assert!(citation.ends_with(": 第1段. https://www.example.gov.cn/a.html. corpus/古镛镇2024.txt"));
    }

    #[test]
    fn what_is_unknown_is_left_out() {
        let nothing = report(Metadata::default());
        assert_eq!(cite(&nothing, &[], 2), "第2段. corpus/古镛镇2024.txt");
        let year_only = Metadata {
            year: Some(2024),
            issuing_body: Some("古镛镇人民政府".into()),
            ..Metadata::default()
        };
        assert_eq!(
            cite(&report(year_only), &[], 2),
            "古镛镇人民政府[R]. 2024年度: 第2段. corpus/古镛镇2024.txt"
        );
    }

    #[test]
    fn a_heading_that_is_a_sentence_is_cut() {
        let citation = cite(&report(known()), &["法".repeat(90)], 1);
        assert!(citation.contains(&format!("“{}…”", "法".repeat(39))));
    }
}
