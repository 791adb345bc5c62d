//! Finds the year a report is about, among the years of plans, events, numbers of documents and next year's work.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::{BODY, Found, Scribe};
use crate::report::{EvidenceSource, ReportKind};
use crate::schema::boilerplate::Field;
use crate::schema::sections;
use crate::text::numeral;
use crate::text::plain::plain;

impl Scribe<'_> {
    pub(super) fn year(&mut self) {
        if let Some(given) = self.column(Field::Year) {
            let digits: String = plain(&given.value, self.script)
                .chars()
                .take_while(char::is_ascii_digit)
                .collect();
            if let Some(year) = digits.parse::<u16>().ok().filter(|year| (1949..=2100).contains(year)) {
                let found = Found::outside(given.from, &given.value);
                self.set_year(year, found);
                return;
            }
        }
        if self.description.metadata.kind == ReportKind::Other && self.is_resolution() {
            return self.year_of_resolution();
        }
        let in_title = if self.description.metadata.kind.is_report() {
            of_title(&self.title_plain)
        } else {
            of_any_title(&self.title_plain)
        };
        if let Some(found) = in_title {
            let evidence = self.in_title(found.at.clone());
            self.set_year(found.year, evidence);
            return;
        }
        for (n, plain) in self.lead() {
            if let Some(found) = of_lead(&plain.text) {
                let evidence = self.in_block(EvidenceSource::Lead, n, found.at.clone());
                self.set_year(found.year, evidence);
                return;
            }
        }
        if let Some((n, found)) = self.heading_year() {
            let evidence = self.in_block(EvidenceSource::Heading, n, found.at.clone());
            return self.set_year(found.year, evidence);
        }
        if let Some(found) = of_title(&plain(&self.stem, self.script)).filter(|_| self.stem.contains('年')) {
            let evidence = Found::outside(EvidenceSource::FileName, &self.stem);
            return self.set_year(found.year, evidence);
        }
        if let Some((n, found)) = self.body_year() {
            let evidence = self.in_block(EvidenceSource::Body, n, found.at);
            self.set_year(found.year, evidence);
        }
    }

    pub(super) fn set_year(&mut self, year: u16, found: Found) {
        self.description.metadata.year = Some(year);
        self.evidence("year", found);
    }

    /// A resolution on a report speaks of the year whose work it approves.
    pub(super) fn year_of_resolution(&mut self) {
        static APPROVED: LazyLock<Option<Regex>> = LazyLock::new(|| {
            Regex::new(r"报告提出[^。]{0,60}?((?:19|20)\d\d)年|((?:19|20)\d\d)年\d{1,2}月\d{1,2}日第?[^。]{0,40}通过")
                .ok()
        });
        let Some(approved) = APPROVED.as_ref() else { return };
        for n in 0..self.blocks.len().min(12) {
            let plain = self.plain_of(n);
            let Some(year) = approved.captures(&plain.text).and_then(|c| c.get(1).or(c.get(2))) else {
                continue;
            };
            if let Ok(number) = year.as_str().parse() {
                let found = self.in_block(EvidenceSource::Body, n, year.range());
                return self.set_year(number, found);
            }
        }
    }

    /// The year in the first-level heading of what was done.
    pub(super) fn heading_year(&self) -> Option<(usize, Year)> {
        self.blocks
            .iter()
            .enumerate()
            .filter(|(_, block)| block.head.is_some_and(|head| head.level == 1))
            .take(12)
            .find_map(|(n, block)| {
                let head = plain(&block.text()[..block.head?.len], self.script);
                let verdict = sections::rules().classify(&head);
                if verdict
                    .as_ref()
                    .is_none_or(|verdict| !matches!(verdict.kind, "achievements" | "leadership" | "problems"))
                {
                    return None;
                }
                Some((n, of_heading(&head)?))
            })
    }

    pub(super) fn body_year(&self) -> Option<(usize, Year)> {
        let mut body = String::new();
        let mut ends = Vec::new();
        for n in 0..self.blocks.len() {
            if body.len() > BODY * 3 {
                break;
            }
            body.push_str(&self.plain_of(n).text);
            body.push('\n');
            ends.push(body.len());
        }
        let found = of_body(&body)?;
        let n = ends.partition_point(|end| *end <= found.at.start);
        let start = n.checked_sub(1).map_or(0, |n| ends[n]);
        Some((
            n,
            Year {
                at: found.at.start - start..found.at.end - start,
                ..found
            },
        ))
    }
}

/// A year that a text names, with its place in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Year {
    pub year: u16,
    pub at: Range<usize>,
    /// How much the words around it say that the report is about it; below zero it cannot be.
    pub weight: i32,
}

/// The year that a title says; the first, when it goes on to the next year's plans.
pub fn of_title(plain: &str) -> Option<Year> {
    years(plain).into_iter().find(|year| year.weight >= 0)
}

/// The year that the title of a plan or a notice says, be it the year planned for or that of a document it names. A range is none.
fn of_any_title(plain: &str) -> Option<Year> {
    of_title(plain).or_else(|| {
        static YEAR: LazyLock<Option<Regex>> = LazyLock::new(|| {
            Regex::new(r"(?:^|[^\d—–~至/\[〔-])(?P<year>(?:19|20)\d\d)年?度?(?:[^\d—–~至/\]〕年度-]|$)").ok()
        });
        let found = YEAR.as_ref()?.captures(plain)?.name("year")?;
        Some(Year {
            year: found.as_str().parse().ok()?,
            at: found.range(),
            weight: 0,
        })
    })
}

/// The year that the lead says: the one it reports on, else the one it begins with.
pub fn of_lead(plain: &str) -> Option<Year> {
    let reporting = reporting_sentence(plain);
    let mut best: Option<Year> = None;
    for mut year in years(plain) {
        if year.weight < 0 {
            continue;
        }
        if reporting
            .as_ref()
            .is_some_and(|sentence| sentence.contains(&year.at.start))
        {
            year.weight += 5;
        }
        if year.at.start == 0 {
            year.weight += 3;
        }
        if best.as_ref().is_none_or(|best| year.weight > best.weight) {
            best = Some(year);
        }
    }
    best
}

/// The year that a heading says of the work done; a heading about plans says the next one.
pub fn of_heading(plain: &str) -> Option<Year> {
    of_title(plain)
}

/// The year that a long text is mostly about: named three times at least, and oftener than all others together.
pub fn of_body(plain: &str) -> Option<Year> {
    let all: Vec<Year> = years(plain).into_iter().filter(|year| year.weight >= 0).collect();
    let count = |wanted: u16| all.iter().filter(|year| year.year == wanted).count();
    let most = all
        .iter()
        .max_by_key(|year| (count(year.year), std::cmp::Reverse(year.at.start)))?;
    let n = count(most.year);
    (n >= 3 && n * 2 > all.len())
        .then(|| all.iter().find(|year| year.year == most.year).cloned())
        .flatten()
}

/// Every year in the text with how much it weighs; below zero it is none that a report can be about.
fn years(plain: &str) -> Vec<Year> {
    static YEAR: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?P<digits>(?:19|20)\d\d)|(?P<han>[一二][〇零九0Oo][〇零0Oo一二三四五六七八九]{2})年").ok()
    });
    let Some(pattern) = YEAR.as_ref() else {
        return Vec::new();
    };
    let books = books(plain);
    let mut years = Vec::new();
    for found in pattern.captures_iter(plain) {
        let Some(name) = found.name("digits").or_else(|| found.name("han")) else {
            continue;
        };
        let Some(year) = numeral::parse(name.as_str()).and_then(|year| u16::try_from(year).ok()) else {
            continue;
        };
        if !(1949..=2040).contains(&year) {
            continue;
        }
        let before = &plain[..name.start()];
        let after = &plain[name.end()..];
        let inside = books.iter().any(|book| book.contains(&name.start()));
        years.push(Year {
            year,
            at: name.range(),
            weight: weigh(before, after, inside),
        });
    }
    years
}

/// How much the words around a year say that the report is about it.
fn weigh(before: &str, after: &str, in_book: bool) -> i32 {
    const NONE: i32 = -1;
    let digit_before = before.chars().next_back().is_some_and(|c| c.is_ascii_digit());
    let digit_after = after.chars().next().is_some_and(|c| c.is_ascii_digit());
    if digit_before || digit_after {
        // 20243月, 202311日, 20212025年: digits or marks are lost.
        return NONE;
    }
    let range = before.ends_with(['-', '—', '–', '―', '~', '至', '～'])
        && before
            .trim_end_matches(['-', '—', '–', '―', '~', '至', '～', '年'])
            .ends_with(|c: char| c.is_ascii_digit() || "〇零一二三四五六七八九".contains(c));
    let ranges_on = after
        .trim_start_matches('年')
        .starts_with(['-', '—', '–', '―', '~', '至', '～']);
    if range || ranges_on || in_book {
        return NONE;
    }
    // A number of a document.
    if before.ends_with(['〔', '[', '【', '/', '［']) || after.starts_with(['〕', ']', '】', '/', '］']) {
        return NONE;
    }
    let rest = after.strip_prefix('年').unwrap_or(after);
    let unit = rest.len() < after.len();
    // A day is an event.
    static MONTH: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"^(?:\d{1,2}|[一二三四五六七八九十]{1,2})月|^[./-]\d").ok());
    if MONTH
        .as_ref()
        .is_some_and(|month| month.is_match(rest) || month.is_match(after))
    {
        return NONE;
    }
    // 较2024年增长, 截至2024年底.
    if ["较", "比", "同比", "相比", "自", "到", "从", "截至", "截止", "始于"]
        .iter()
        .any(|word| before.ends_with(word))
        && !rest.starts_with(['以', '来'])
    {
        return NONE;
    }
    // 2024年是“十四五”规划的关键之年: the plan is not that year's.
    if unit && rest.starts_with('是') {
        return 2;
    }
    static NEXT: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"^度?[^,，。;；、和及与]{0,14}(?:计划|打算|思路|安排|规划|谋划|目标|要点|远景)").ok()
    });
    if NEXT.as_ref().is_some_and(|next| next.is_match(rest)) {
        return NONE;
    }
    if rest.starts_with("度") {
        return 3;
    }
    if rest.starts_with("以来") || rest.starts_with('来') {
        return 3;
    }
    if unit && rest.starts_with([',', '，']) {
        return 3;
    }
    if unit {
        2
    } else if rest.starts_with("法治") {
        1
    } else {
        NONE
    }
}

/// What stands in 《》, in bytes.
fn books(plain: &str) -> Vec<Range<usize>> {
    let mut books = Vec::new();
    let mut at = 0;
    while let Some(open) = plain[at..].find('《') {
        let start = at + open;
        let end = plain[start..].find('》').map_or(plain.len(), |end| start + end);
        books.push(start..end);
        at = end.max(start + '《'.len_utf8());
        if at >= plain.len() {
            break;
        }
    }
    books
}

/// 现将…情况报告如下.
fn reporting_sentence(plain: &str) -> Option<Range<usize>> {
    static REPORTING: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"现(?:将|就|对|把)[^。]{0,120}?(?:如下|报告|汇报|总结)").ok());
    REPORTING.as_ref()?.find(plain).map(|found| found.range())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_say_their_year() {
        for (title, year) in [
            ("古镛镇2024年法治政府建设年度报告", Some(2024)),
            ("2024年度汶陵区向阳路街道法治政府建设情况的报告", Some(2024)),
            ("2025年重固镇法治政府建设年度报告", Some(2025)),
            ("大河镇2024法治政府建设年度报告", Some(2024)),
            ("大河乡法治政府建设年度报告", None),
            ("某镇2024年法治政府建设开展情况及2025年工作计划", Some(2024)),
            ("2021年度法治政府建设工作及2022年工作计划", Some(2021)),
            ("2015年依法行政工作情况及2016年工作打算的报告", Some(2015)),
            (
                "关于落实《法治政府建设实施纲要(2021—2025年)》2023年情况的报告",
                Some(2023),
            ),
            (
                "关于落实法治政府建设实施纲要(2021-2025年)2022年度情况的报告",
                Some(2022),
            ),
            ("二〇二四年法治政府建设工作报告", Some(2024)),
            ("海滨街2020年法治政府建设情况", Some(2020)),
            ("河石镇人民政府关于2023年度法治政府建设情况的报告", Some(2023)),
            ("2025年中华人民共和国国务院政府工作报告", Some(2025)),
        ] {
            assert_eq!(of_title(title).map(|y| y.year), year, "{title}");
        }
    }

    #[test]
    fn leads_say_their_year_among_decoys() {
        for (lead, year) in [
            (
                "2024年,古镛镇法治政府建设工作…。现将古镛镇2024年法治建设工作情况及2025年度工作思路总结如下:",
                Some(2024),
            ),
            (
                "根据《法治政府建设实施纲要(2021—2025年)》要求,我镇2023年扎实推进法治建设。",
                Some(2023),
            ),
            ("2021—2025年是关键时期,2022年,我镇", Some(2022)),
            ("2023年以来,我镇以习近平新时代中国特色社会主义思想为引领", Some(2023)),
            (
                "2021年9月13日,县委召开会议。现将我镇2021年度法治政府建设情况报告如下",
                Some(2021),
            ),
            ("2020年3月25日召开会议。一年来,", None),
            ("一年来,我镇在区委领导下", None),
            ("2025年内湖镇认真贯彻", Some(2025)),
            ("调解率较2023年增长5%,2024年度", Some(2024)),
            ("印发丰都府办〔2025〕37号文件", None),
            ("20243月,我镇", None),
            ("20212025年规划实施以来,", None),
            ("二〇一八年,我镇", Some(2018)),
            ("依据《关于2022年工作的通知》,2023年", Some(2023)),
            ("2022年,考虑2023年工作计划", Some(2022)),
            ("2024年是实施“十四五”规划的关键之年,我镇", Some(2024)),
            ("2025年是“十四五”规划收官之年。现将2024年情况报告如下", Some(2024)),
        ] {
            assert_eq!(of_lead(lead).map(|y| y.year), year, "{lead}");
        }
    }

    #[test]
    fn bodies_must_be_clear() {
        assert_eq!(
            of_body("2024年调解12件。2024年公开5条。2024年培训3次。比2023年多。").map(|y| y.year),
            Some(2024)
        );
        assert_eq!(of_body("2024年调解12件。2023年公开5条。2022年培训。"), None);
    }
}
