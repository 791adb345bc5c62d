//! Cites a place in a report for a footnote, after GB/T 7714-2015.
//!
//! The standard's form for a report, one of its monographs (4.1), is `主要责任者. 题名: 其他题名信息[R]. 出版地: 出版者, 出版年: 引文页码. 获取和访问路径`; of
//! one on the web `[R/OL]`, with its day in brackets behind the page (4.6). A report's number is other title information (8.2),
//! and so is the year it is about where the title does not say it. The issuer is the publisher. Reports on the web have no pages, so the
//! innermost heading and the number of the passage under it stand in their place. What is unknown is left out; so is the day of access,
//! which is the reader's.

use super::{Locator, Reference};
use crate::hits::HitReport;
use crate::text::fold::simplify;

/// The citation of a place in a report.
pub fn cite(report: &HitReport, locator: &Locator<'_>) -> String {
    let reference = Reference::of(report);
    let mut parts: Vec<String> = reference.issuer.iter().cloned().collect();
    let title = title(&reference);
    if title.is_empty() {
        // The mark stands behind what there is.
        parts
            .last_mut()
            .into_iter()
            .for_each(|issuer| issuer.push_str(mark(&reference)));
    } else {
        parts.push(title + mark(&reference));
    }
    let publication = publication(&reference);
    let day = reference.published.map_or_else(String::new, |_| {
        format!("({})", report.published.as_deref().unwrap_or_default().trim())
    });
    let place = format!("{locator}{day}");
    match (publication.is_empty(), parts.last_mut()) {
        (false, _) => parts.push(format!("{publication}: {place}")),
        (true, Some(last)) => last.push_str(&format!(": {place}")),
        (true, None) => parts.push(place),
    }
    parts.extend(reference.url.clone());
    parts.extend((!report.path.is_empty()).then(|| report.path.clone()));
    parts.join(". ")
}

/// A report, on the web if we know where.
fn mark(reference: &Reference) -> &'static str {
    match reference.url {
        Some(_) => "[R/OL]",
        None => "[R]",
    }
}

/// The title with what else belongs to it.
fn title(reference: &Reference) -> String {
    let says_year = |title: &String| {
        let title = simplify(title);
        reference.year.is_some_and(|year| {
            let in_han: String = year.to_string().chars().map(han_digit).collect();
            title.contains(&year.to_string()) || title.contains(&in_han)
        })
    };
    let is_said = reference.title.as_ref().is_some_and(says_year);
    let year = reference.year.filter(|_| !is_said).map(|year| format!("{year}年度"));
    let parts = [reference.title.clone(), year, reference.doc_number.clone()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(": ")
}

fn han_digit(digit: char) -> char {
    digit
        .to_digit(10)
        .and_then(|value| "〇一二三四五六七八九".chars().nth(value as usize))
        .unwrap_or(digit)
}

/// `将乐县: 古镛镇人民政府, 2025`. An issuer alone is not said twice.
fn publication(reference: &Reference) -> String {
    let year = reference.published.map(|date| date.year.to_string());
    let issuer = reference
        .issuer
        .clone()
        .filter(|_| reference.place.is_some() || year.is_some());
    let publisher = [reference.place.clone(), issuer];
    let publisher = publisher.into_iter().flatten().collect::<Vec<_>>().join(": ");
    let parts = [Some(publisher).filter(|text| !text.is_empty()), year];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::tests::{known, report};
    use super::*;
    use crate::report::{Metadata, Place};

    fn cited(report: &HitReport, headings: &[String], number: u32) -> String {
        let source = &Place::Bytes([0, 9]);
        cite(
            report,
            &Locator {
                headings,
                number,
                source,
            },
        )
    }

    #[test]
    fn a_citation_names_the_body_the_title_the_number_the_place_the_year_the_passage_and_the_file() {
        let headings = ["一、主要举措和成效".to_owned(), "（一）坚持“枫桥经验”".to_owned()];
        assert_eq!(
            cited(&known(), &headings, 3),
            "古镛镇人民政府. 古镛镇2024年法治政府 建设工作情况报告: 将镛委〔2025〕5号[R]. 福建省三明市将乐县: 古镛镇人民政府, 2025: \
             “（一）坚持‘枫桥经验’”第3段(2025-02-07). corpus/古镛镇2024.txt"
        );
    }

    #[test]
    fn a_report_from_the_web_says_where() {
        let mut web = known();
        web.url = Some("https://www.example.gov.cn/a.html".into());
        let citation = cited(&web, &[], 1);
        assert!(citation.contains("5号[R/OL]. "), "{citation}");
        assert!(
            citation.ends_with(": 第1段(2025-02-07). https://www.example.gov.cn/a.html. corpus/古镛镇2024.txt"),
            "{citation}"
        );
    }

    #[test]
    fn the_year_stands_beside_a_title_that_does_not_say_it() {
        let titled = |title: &str| {
            let metadata = Metadata {
                title: Some(title.into()),
                year: Some(2024),
                ..Metadata::default()
            };
            cited(&report(metadata), &[], 2)
        };
        assert_eq!(
            titled("法治政府建设工作报告"),
            "法治政府建设工作报告: 2024年度[R]: 第2段. corpus/古镛镇2024.txt"
        );
        for title in ["二〇二四年法治政府建设报告", "２０２４年法治政府建设报告", "2024年报告"]
        {
            assert_eq!(titled(title), format!("{title}[R]: 第2段. corpus/古镛镇2024.txt"));
        }
    }

    #[test]
    fn what_is_unknown_is_left_out() {
        let nothing = report(Metadata::default());
        assert_eq!(cited(&nothing, &[], 2), "第2段. corpus/古镛镇2024.txt");
        let issuer_only = Metadata {
            issuing_body: Some("古镛镇人民政府".into()),
            ..Metadata::default()
        };
        assert_eq!(
            cited(&report(issuer_only.clone()), &[], 2),
            "古镛镇人民政府[R]: 第2段. corpus/古镛镇2024.txt"
        );
        let year = Metadata {
            year: Some(2024),
            ..issuer_only
        };
        assert_eq!(
            cited(&report(year), &[], 2),
            "古镛镇人民政府. 2024年度[R]: 第2段. corpus/古镛镇2024.txt"
        );
    }

    #[test]
    fn a_heading_that_is_a_sentence_is_cut() {
        let citation = cited(&known(), &["法".repeat(90)], 1);
        assert!(citation.contains(&format!("“{}…”", "法".repeat(39))));
    }
}
