//! What sort of document it is, by its title, else by its opening and its headings.

use std::sync::LazyLock;

use regex::Regex;

use super::{Found, Scribe};
use crate::ingest::blocks::BlockKind;
use crate::report::{EvidenceSource, ReportKind};
use crate::schema::sections;
use crate::schema::titles::titles;
use crate::text::plain::plain;

/// News is shorter than this, in characters.
const LONGEST_NEWS: usize = 3000;

impl Scribe<'_> {
    pub(super) fn kind(&mut self) {
        let (kind, found) = match of_title(&self.title_plain) {
            Some(ReportKind::RuleOfLaw) if self.is_list() => (
                ReportKind::Other,
                Found::outside(EvidenceSource::Derived, "a list of titles"),
            ),
            Some(kind) => (kind, self.in_title(0..self.title_plain.len())),
            None => match self.kind_of_text() {
                Some(kind) => (kind, self.opening_sentence()),
                None => (
                    ReportKind::Other,
                    Found::outside(EvidenceSource::Derived, "nothing says that it is a report"),
                ),
            },
        };
        self.description.metadata.kind = kind;
        self.evidence("kind", found);
        if !kind.is_report() {
            let called = titles()
                .called
                .get(kind.name())
                .map_or("another document", String::as_str);
            let warning = format!("not an annual report: {called}");
            self.description.warnings.push(warning);
        }
    }

    /// The first sentence of the lead.
    fn opening_sentence(&self) -> Found {
        match self.lead().first() {
            Some((n, plain)) => {
                let end = plain.text.find('。').unwrap_or(plain.text.len());
                self.in_block(EvidenceSource::Lead, *n, 0..end)
            }
            None => Found::outside(EvidenceSource::Derived, ""),
        }
    }

    /// The kind by the lead and the headings, for texts without a title that tells.
    fn kind_of_text(&self) -> Option<ReportKind> {
        static REPORTS: LazyLock<Option<Regex>> = LazyLock::new(|| {
            Regex::new(r"现(?:将|就|对|把)[^。]{0,100}?(?:报告|汇报|总结|通报)|(?:情况|工作|总结)(?:报告|汇报|总结)?如下|如下(?:报告|总结|汇报)").ok()
        });
        let lead = self.lead();
        let opening: String = lead.iter().map(|(_, plain)| plain.text.as_str()).collect();
        if opening.contains("代表国务院") || (opening.contains("各位代表") && opening.contains("政府工作"))
        {
            return Some(ReportKind::GovernmentWork);
        }
        let reports = REPORTS.as_ref().is_some_and(|reports| reports.is_match(&opening));
        let heads = self.heads();
        let stock = heads
            .iter()
            .filter(|head| {
                head.contains("法治")
                    || sections::rules()
                        .classify(head)
                        .is_some_and(|verdict| verdict.kind != "other")
            })
            .count();
        if law(&opening) && (reports || stock >= 2) {
            return Some(ReportKind::RuleOfLaw);
        }
        let other = self.kind_of_opening(stock);
        // The five parts stand under headings of their own in nothing but a report, whatever its lead says.
        let parts: std::collections::BTreeSet<&str> = heads
            .iter()
            .filter_map(|head| Some(sections::rules().classify(head)?.kind))
            .collect();
        let of_report = parts.contains("achievements") && (parts.contains("problems") || parts.contains("plans"));
        if other.is_none() && of_report && (law(&opening) || self.speaks_of_law()) {
            return Some(ReportKind::RuleOfLaw);
        }
        other
    }

    /// A plan, a notice or news by the words it opens with.
    fn kind_of_opening(&self, stock: usize) -> Option<ReportKind> {
        let lead = self.lead();
        let short = self.starts.last().is_none_or(|last| *last < LONGEST_NEWS) && stock < 2;
        titles().documents.iter().find_map(|document| {
            let kind = named(&document.kind);
            let words = document.lead.as_ref();
            let says = words.is_some_and(|words| lead.iter().any(|(_, plain)| words.is_match(&plain.text)));
            (says && (short || kind != ReportKind::News)).then_some(kind)
        })
    }

    /// The headings' texts.
    fn heads(&self) -> Vec<String> {
        self.blocks
            .iter()
            .filter_map(|block| Some(plain(&block.text()[..block.head?.len], self.script)))
            .take(60)
            .collect()
    }

    /// Whether the rule of law is what the text is about: named again and again.
    fn speaks_of_law(&self) -> bool {
        let named: usize = (0..self.blocks.len().min(60))
            .map(|n| self.plain_of(n).text.matches("法治").count())
            .sum();
        self.title_plain.is_empty() && named >= 3
    }

    /// Whether the text is nothing but the titles of reports.
    fn is_list(&self) -> bool {
        let mut titles_seen = 0;
        for block in self.blocks {
            let len = block.text().chars().count();
            if len > 80 || block.text().contains('。') {
                return false;
            }
            titles_seen += usize::from(block.kind != BlockKind::Title && block.text().contains("法治政府建设"));
        }
        titles_seen >= 3
    }

    pub(super) fn is_resolution(&self) -> bool {
        self.title_plain.contains("决议") && self.title_plain.contains("人民代表大会")
    }
}

/// The kind that a title says; `None` when it says nothing.
pub(super) fn of_title(title: &str) -> Option<ReportKind> {
    if title.is_empty() {
        return None;
    }
    let words = titles();
    let two_years = words.two_years.is_match(title) && !title.contains("通知") && words.rule_of_law.is_match(title);
    let report = two_years
        || (words.rule_of_law.is_match(title) && words.made_public.is_match(title) && !title.contains("关于"));
    if report {
        return Some(ReportKind::RuleOfLaw);
    }
    if let Some(document) = words.documents.iter().find(|document| document.title.is_match(title)) {
        let kind = named(&document.kind);
        let tail = words.tail.is_match(title) && words.rule_of_law.is_match(title);
        // 学习宣传贯彻…情况的报告 is a report, whatever its title says besides.
        if !(tail && kind == ReportKind::News) {
            return Some(kind);
        }
    }
    if words.government_work.is_match(title) {
        Some(ReportKind::GovernmentWork)
    } else if words.rule_of_law.is_match(title) {
        Some(ReportKind::RuleOfLaw)
    } else {
        None
    }
}

fn law(text: &str) -> bool {
    titles().rule_of_law.is_match(text)
}

fn named(kind: &str) -> ReportKind {
    ReportKind::ALL
        .into_iter()
        .find(|known| known.name() == kind)
        .unwrap_or_default()
}
