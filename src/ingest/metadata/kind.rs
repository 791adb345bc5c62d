//! What sort of document it is, by its title, else by its opening and its headings.

use std::sync::LazyLock;

use regex::Regex;

use super::{Found, Scribe};
use crate::report::{EvidenceSource, ReportKind};
use crate::schema::{sections, titles};
use crate::text::plain::plain;

impl Scribe<'_> {
    pub(super) fn kind(&mut self) {
        let words = titles::titles();
        let title = &self.title_plain;
        let ends_other = words.other_tail.is_match(title) || words.not_report.is_match(title);
        // 2021年度法治政府建设工作及2022年工作计划 is a report that ends in a plan.
        static TWO_YEARS: LazyLock<Option<Regex>> = LazyLock::new(|| {
            Regex::new(r"(?:19|20)\d\d.+(?:及|和|与|暨).*(?:19|20)\d\d|(?:情况|总结|报告|成效|工作)(?:及|和|与|暨).*(?:计划|打算|安排|思路)$").ok()
        });
        let two_year = TWO_YEARS.as_ref().is_some_and(|years| years.is_match(title)) && !title.contains("通知");
        let by_title = if title.is_empty() {
            None
        } else if words.government_work.is_match(title) && !ends_other {
            Some(ReportKind::GovernmentWork)
        } else if words.rule_of_law.is_match(title) && (!ends_other || (two_year && !words.not_report.is_match(title)))
        {
            Some(ReportKind::RuleOfLaw)
        } else if ends_other {
            Some(ReportKind::Other)
        } else {
            None
        };
        let by_text = if by_title.is_none() { self.kind_of_text() } else { None };
        let found = match (by_title, by_text) {
            (Some(_), _) => self.in_title(0..self.title_plain.len()),
            (None, Some(_)) => match self.lead().first() {
                Some((n, plain)) => self.in_block(
                    EvidenceSource::Lead,
                    *n,
                    0..plain.text.len().min(plain.text.find('。').unwrap_or(plain.text.len())),
                ),
                None => Found::outside(EvidenceSource::Derived, ""),
            },
            (None, None) => Found::outside(EvidenceSource::Derived, "nothing says that it is a report"),
        };
        self.description.metadata.kind = by_title.or(by_text).unwrap_or(ReportKind::Other);
        self.evidence("kind", found);
    }

    /// The kind by the lead and the headings, for texts without a title.
    pub(super) fn kind_of_text(&self) -> Option<ReportKind> {
        static REPORTS: LazyLock<Option<Regex>> = LazyLock::new(|| {
            Regex::new(r"现(?:将|就|对|把)[^。]{0,100}?(?:报告|汇报|总结|通报)|(?:情况|工作|总结)(?:报告|汇报|总结)?如下|如下(?:报告|总结|汇报)").ok()
        });
        let lead = self.lead();
        let opening: String = lead.iter().map(|(_, plain)| plain.text.as_str()).collect();
        if opening.contains("代表国务院") || (opening.contains("各位代表") && opening.contains("政府工作"))
        {
            return Some(ReportKind::GovernmentWork);
        }
        let law = ["法治政府", "法制政府", "依法行政", "法治建设", "依法治"]
            .iter()
            .any(|word| opening.contains(word));
        let reports = REPORTS.as_ref().is_some_and(|reports| reports.is_match(&opening));
        let heads: Vec<String> = self
            .blocks
            .iter()
            .filter_map(|block| Some(plain(&block.text()[..block.head?.len], self.script)))
            .take(60)
            .collect();
        let stock = heads
            .iter()
            .filter(|head| {
                head.contains("法治")
                    || sections::rules()
                        .classify(head)
                        .is_some_and(|verdict| verdict.kind != "other")
            })
            .count();
        (law && (reports || stock >= 2)).then_some(ReportKind::RuleOfLaw)
    }

    pub(super) fn is_resolution(&self) -> bool {
        self.title_plain.contains("决议") && self.title_plain.contains("人民代表大会")
    }
}
