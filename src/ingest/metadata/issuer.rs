//! Reads the bodies that issue reports out of titles, signatures and header tables.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::{Found, Scribe, derive, joined, place};
use crate::ingest::blocks::BlockKind;
use crate::report::{EvidenceSource, Level};
use crate::schema::boilerplate::Field;
use crate::schema::titles::titles;
use crate::text::date;
use crate::text::plain::plain;

impl Scribe<'_> {
    /// Title, then signature, then header; but a body of the township's own in the header wins over a joint signature.
    pub(super) fn issuer(&mut self) {
        if let Some(given) = self
            .column(Field::IssuingBody)
            .filter(|given| !self.is_of_another(&given.value))
        {
            let found = Found::outside(given.from, &given.value);
            return self.set_issuer(self.script.simplify(&joined(&given.value)), found);
        }
        if self.title_plain.contains("国务院政府工作报告") {
            let at = self
                .title_plain
                .find("国务院")
                .map_or(0..0, |at| at..at + "国务院".len());
            let found = self.in_title(at);
            return self.set_issuer("国务院".to_owned(), found);
        }
        if let Some((body, at)) = of_title(&self.title_plain).filter(|_| !self.is_resolution()) {
            let found = self.in_title(at);
            return self.set_issuer(body, found);
        }
        let signed = self.signed();
        let header = self.header_body();
        if let Some((bodies, n, _)) = &signed {
            let joint = bodies.len() > 1;
            if !(joint && header.is_some()) {
                let plain = self.plain_of(*n);
                let found = self.in_block(EvidenceSource::Signature, *n, 0..plain.text.len());
                return self.set_issuer(bodies.join("、"), found);
            }
        }
        if let Some((body, found)) = header {
            return self.set_issuer(body, found);
        }
        if let Some((body, found)) = self.department_body() {
            return self.set_issuer(body, found);
        }
        self.implied_issuer();
    }

    pub(super) fn signed(&self) -> Option<(Vec<String>, usize, usize)> {
        let lines = self.of_kind(BlockKind::Signature);
        let mut bodies: Vec<String> = Vec::new();
        let mut first = None;
        for n in &lines {
            let named = of_signature(&self.plain_of(*n).text);
            if !named.is_empty() {
                first.get_or_insert(*n);
                bodies.extend(named);
            }
        }
        Some((each_once(&bodies), first?, lines.len()))
    }

    /// Whether a body is of a place other than the township that reports: the county whose site the page stands on.
    pub(super) fn is_of_another(&self, body: &str) -> bool {
        let Some(township) = &self.description.metadata.township else {
            return false;
        };
        place::read_body(&plain(body, self.script)).is_some_and(|names| names.township.as_ref() != Some(township))
    }

    /// The body that the header names, when it is the reporting township's, county's or department's own.
    pub(super) fn header_body(&self) -> Option<(String, Found)> {
        let metadata = &self.description.metadata;
        self.headers(Field::IssuingBody).into_iter().find_map(|given| {
            let value = plain(&given.value, self.script);
            if !titles().body_end.is_match(&value) {
                return None;
            }
            let names = place::read_body(&value).unwrap_or_default();
            let own = match (&metadata.township, metadata.level) {
                (Some(township), _) => names.township.as_ref() == Some(township),
                (None, Some(Level::Department)) => titles().department_end.is_match(&value),
                (None, level) => {
                    value.ends_with("人民政府")
                        && match level {
                            Some(Level::County) => names.county.is_none() || names.county == metadata.county,
                            Some(Level::City) => names.city.is_none() || names.city == metadata.city,
                            _ => true,
                        }
                }
            };
            own.then(|| (value.clone(), Found::outside(given.from, &given.value)))
        })
    }

    pub(super) fn implied_issuer(&mut self) {
        let Some((body, field)) = derive::body_of(&self.description.metadata) else {
            return;
        };
        if let Some(found) = self.evidence_of(field).map(Found::like) {
            self.set_issuer(body, Found { implied: true, ..found });
        }
    }

    pub(super) fn set_issuer(&mut self, body: String, found: Found) {
        self.description.metadata.issuing_body = Some(body);
        self.evidence("issuing_body", found);
    }
}

/// Bodies without those that are named again, perhaps in more or fewer words: 闽屏县云岫镇人民政府 and 云岫镇人民政府 are one, and the
/// longer name is kept.
fn each_once(bodies: &[String]) -> Vec<String> {
    let is_named_again = |at: usize| {
        let others = bodies.iter().enumerate().filter(|(other, _)| *other != at);
        others
            .into_iter()
            .any(|(other, body)| body.ends_with(&bodies[at]) && (body.len() > bodies[at].len() || other < at))
    };
    let kept = (0..bodies.len()).filter(|&at| !is_named_again(at));
    kept.map(|at| bodies[at].clone()).collect()
}

/// The bodies that a title names as issuing, joined with 、, and where they stand in it, in bytes. `title` is plain.
pub fn of_title(title: &str) -> Option<(String, Range<usize>)> {
    static ISSUER: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"^(?:[【\[][^】\]]{1,20}[】\]])?(?:(?:19|20)\d\d年?(?:度)?)?(.{2,60}?)(?:关于|(?:19|20)\d\d|[一二][〇零九0Oo][〇零0Oo一二三四五六七八九]{2}年|年度|法[治制]政府|法治建设|推进|依法行政|依法治|落实|贯彻|政府工作报告)").ok()
    });
    // 关于 parts body and matter for certain; 依法治 may be a part of the body's name.
    static ABOUT: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"^(?:[【\[][^】\]]{1,20}[】\]])?(?:(?:19|20)\d\d年?(?:度)?)?(.{2,60}?)关于").ok());
    static OFFICE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"^(?:(?:19|20)\d\d年?(?:度)?)?(.{2,40}?依法治[省市州区县旗](?:委员会办公室|委员会|办公室|办))(?:19|20)\d\d").ok()
    });
    [ABOUT.as_ref()?, OFFICE.as_ref()?, ISSUER.as_ref()?]
        .into_iter()
        .find_map(|pattern| {
            let found = pattern.captures(title)?.get(1)?;
            // 转发…办关于…的通知: the body is not the one that passes it on.
            if ["转发", "印发"].iter().any(|word| found.as_str().starts_with(word)) {
                return None;
            }
            let bodies = split(found.as_str());
            (!bodies.is_empty()).then(|| (bodies.join("、"), found.range()))
        })
}

/// The part of a title that names its place: before 人民政府, the year or the matter.
pub fn place_of_title(title: &str) -> Option<(&str, Range<usize>)> {
    static PLACE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"^(?:[【\[][^】\]]{1,20}[】\]])?(?:关于)?(?:印发|报送|上报)?[《“]?(?:(?:19|20)\d\d年?(?:度)?)?(?:关于)?(?:中国共产党|中共)?(.{2,40}?)(?:人民政府|人民委员会|委员会|党委|党工委|街道办事处|办事处|关于|政府办|(?:19|20)\d\d|[一二][〇零九0Oo][〇零0Oo一二三四五六七八九]{2}年|年度|法[治制]|推进|依法|政府|普法|上半年|全面)").ok()
    });
    let c = PLACE.as_ref()?.captures(title)?;
    let (whole, place) = (c.get(0)?, c.get(1)?);
    // 城东街道办事处: the office keeps the 街道 of its name.
    let mut end = place.end();
    if whole.as_str().ends_with("街道办事处") && !place.as_str().ends_with(['镇', '乡', '县', '区', '市']) {
        end += "街道".len();
    } else if whole.as_str().ends_with("街道办事处") {
        end = place.end();
    }
    Some((&title[place.start()..end], place.start()..end))
}

/// The bodies that a signature line names, without its day.
pub fn of_signature(line: &str) -> Vec<String> {
    let day = date::find(line).map(|(_, range)| range);
    let rest = match day {
        Some(range) => format!("{}{}", &line[..range.start], &line[range.end..]),
        None => line.to_owned(),
    };
    split(rest.trim_matches(|c: char| "()".contains(c)))
}

/// Several bodies run together: 中共九溪侗族乡委员会九溪侗族乡人民政府. 闽屏县人民政府城西街街道办事处 is one.
pub fn split(text: &str) -> Vec<String> {
    let text = text.trim_matches(|c: char| "、,《》“”".contains(c));
    let mut bodies = Vec::new();
    let mut rest = text;
    while let Some(end) = first_body(rest) {
        bodies.push(rest[..end].to_owned());
        rest = rest[end..].trim_start_matches(['、', ',', '和', ' ']);
        if rest.is_empty() {
            return bodies;
        }
    }
    // What is left is no body: then none of it can be trusted.
    if rest.is_empty() { bodies } else { Vec::new() }
}

/// Where the first body of several ends.
fn first_body(text: &str) -> Option<usize> {
    if text.chars().count() < 3
        || text
            .chars()
            .any(|c| !crate::text::plain::is_han(c) && !"、,()".contains(c))
    {
        return None;
    }
    for (at, c) in text.char_indices().skip(2) {
        let end = at + c.len_utf8();
        let head = &text[..end];
        if matches!(c, '、' | ',') {
            return titles().body_end.is_match(&text[..at]).then_some(at);
        }
        if !titles().body_end.is_match(head) {
            continue;
        }
        let rest = &text[end..];
        // The Party's committee goes before; after it another body may follow. A government's 办公室 or 街道办事处 is the government's.
        let party = head.starts_with("中共")
            || head.starts_with("中国共产党")
            || head.ends_with("党委")
            || head.ends_with("党工委");
        let next_is_body =
            rest.starts_with(['、', ',']) || (party && titles().body_end.is_match(rest) && !goes_on(rest));
        if rest.is_empty() || next_is_body {
            return Some(end);
        }
    }
    None
}

/// Whether what stands after 县委 is still its name: 县委员会, 县委全面依法治县委员会, 县委办公室.
fn goes_on(rest: &str) -> bool {
    ["员会", "办公室", "全面", "依法", "法治", "政法"]
        .iter()
        .any(|word| rest.starts_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_named_twice_in_two_lengths_is_one() {
        let once = |bodies: &[&str]| each_once(&bodies.iter().map(|body| (*body).to_owned()).collect::<Vec<_>>());
        assert_eq!(
            once(&["闽屏县云岫镇人民政府", "云岫镇人民政府"]),
            ["闽屏县云岫镇人民政府"]
        );
        assert_eq!(once(&["云岫镇人民政府", "云岫镇人民政府"]), ["云岫镇人民政府"]);
        let joint = ["中共云岫镇委员会", "云岫镇人民政府"];
        assert_eq!(once(&joint), joint);
    }

    #[test]
    fn titles_name_their_issuers() {
        for (title, issuer) in [
            (
                "城口县咸宜镇人民政府2023年法治政府建设情况报告",
                Some("城口县咸宜镇人民政府"),
            ),
            (
                "青澜县白鹭镇人民政府关于2020年度法治政府建设情况的报告",
                Some("青澜县白鹭镇人民政府"),
            ),
            (
                "中共九溪侗族乡委员会九溪侗族乡人民政府关于2020年度法治政府建设工作的报告",
                Some("中共九溪侗族乡委员会、九溪侗族乡人民政府"),
            ),
            (
                "中共石桥乡党委石桥乡人民政府关于2021年度法治政府建设情况的报告",
                Some("中共石桥乡党委、石桥乡人民政府"),
            ),
            (
                "闽屏县人民政府城西街街道办事处2022年法治政府建设工作情况报告",
                Some("闽屏县人民政府城西街街道办事处"),
            ),
            (
                "沙泉县交通运输局关于2023年度法治政府建设工作情况的报告",
                Some("沙泉县交通运输局"),
            ),
            (
                "峒岭苗族侗族自治县全面依法治县委员会办公室关于报送2023年度法治政府建设年度报告的通知",
                Some("峒岭苗族侗族自治县全面依法治县委员会办公室"),
            ),
            ("青云县委依法治县办2023年工作总结", Some("青云县委依法治县办")),
            ("古尔图镇2024年法治政府建设工作报告", None),
            ("2024年度汶陵区向阳路街道法治政府建设情况的报告", None),
        ] {
            assert_eq!(of_title(title).map(|(body, _)| body).as_deref(), issuer, "{title}");
        }
    }

    #[test]
    fn titles_name_their_places() {
        for (title, place) in [
            ("乌苏市古尔图镇2024年法治政府建设工作报告", "乌苏市古尔图镇"),
            ("2025年度桂花园乡法治政府建设年度报告", "桂花园乡"),
            ("2025年重固镇法治政府建设年度报告", "重固镇"),
            (
                "重庆市江渝区河石镇人民政府关于2023年度法治政府建设情况的报告",
                "重庆市江渝区河石镇",
            ),
            (
                "汶陵区向阳路街道办事处2023年度法治政府建设工作情况报告",
                "汶陵区向阳路街道",
            ),
            ("北城街街道办事处关于2023年度法治政府建设的报告", "北城街街道"),
            ("大河镇2024法治政府建设年度报告", "大河镇"),
            ("海滨街2020年法治政府建设情况", "海滨街"),
            ("【法治政府建设】松江区泖港镇2023年法治政府建设年度报告", "松江区泖港镇"),
            ("大河乡法治政府建设年度报告", "大河乡"),
            (
                "中共九溪侗族乡委员会九溪侗族乡人民政府关于2020年度法治政府建设工作的报告",
                "九溪侗族乡",
            ),
        ] {
            assert_eq!(place_of_title(title).map(|(place, _)| place), Some(place), "{title}");
        }
    }

    #[test]
    fn signatures_name_one_body_or_two() {
        assert_eq!(
            of_signature("中共将乐县古镛镇委员会将乐县古镛镇人民政府"),
            ["中共将乐县古镛镇委员会", "将乐县古镛镇人民政府"]
        );
        assert_eq!(of_signature("沙泉县交通运输局2024年1月10日"), ["沙泉县交通运输局"]);
        assert_eq!(of_signature("2024年1月10日"), Vec::<String>::new());
        assert_eq!(of_signature("此件公开发布"), Vec::<String>::new());
    }
}
