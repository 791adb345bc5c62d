//! Finds the township's name in running text, where nothing but the words around it tells where it begins.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::place::{self, Names};
use crate::schema::places::places;

/// The township that the lead speaks of, with its place in bytes: one that is the subject, not one that is led or visited.
pub fn of_lead(plain: &str) -> Option<(String, Range<usize>)> {
    let mut best: Option<(i32, String, Range<usize>)> = None;
    for Candidate { name, at, weight, .. } in candidates(plain) {
        if best.as_ref().is_none_or(|(known, _, _)| weight > *known) {
            best = Some((weight, name, at));
        }
    }
    best.filter(|(weight, _, _)| *weight > 0)
        .map(|(_, name, at)| (name, at))
}

/// The places that stand right before a township's name where it is the subject: 将乐县古镛镇坚持….
pub fn uppers_of_lead(plain: &str, township: &str) -> Option<(Names, Range<usize>)> {
    candidates(plain)
        .into_iter()
        .find(|found| {
            found.name == township
                && found.weight > 0
                && found.whole.start < found.at.start
                && !found.names.is_of_township_only()
        })
        .map(|found| (found.names, found.whole))
}

/// The township that a report speaks of as its own, deep in its text: named twice at least, oftener than any other, and of the kind
/// that the report calls itself (我镇, 全乡). Says the block, the name and its place in the block's bytes.
pub fn of_body(blocks: &[&str]) -> Option<(usize, String, Range<usize>)> {
    let own = own_suffix(blocks)?;
    let mut found: BTreeMap<String, (usize, usize, Range<usize>)> = BTreeMap::new();
    for (n, block) in blocks.iter().enumerate() {
        for Candidate { name, at, weight, .. } in candidates(block) {
            if name.ends_with(own) && weight > 0 {
                found.entry(name).or_insert((0, n, at)).0 += 1;
            }
        }
    }
    let mut ranked: Vec<_> = found.into_iter().collect();
    ranked.sort_by_key(|(_, (count, _, _))| std::cmp::Reverse(*count));
    let second = ranked.get(1).map_or(0, |(_, (count, _, _))| *count);
    let (name, (count, n, at)) = ranked.into_iter().next()?;
    (count >= 2 && count > second * 2).then_some((n, name, at))
}

/// What the report calls its own township: 镇, 乡 or 街道.
fn own_suffix(blocks: &[&str]) -> Option<&'static str> {
    let count = |suffix: &str| -> usize {
        let words = [format!("我{suffix}"), format!("全{suffix}"), format!("本{suffix}")];
        blocks
            .iter()
            .map(|block| {
                words
                    .iter()
                    .map(|word| block.matches(word.as_str()).count())
                    .sum::<usize>()
            })
            .sum()
    };
    ["镇", "乡", "街道"]
        .into_iter()
        .map(|suffix| (count(suffix), suffix))
        .filter(|(count, _)| *count > 0)
        .max_by_key(|(count, _)| *count)
        .map(|(_, suffix)| suffix)
}

/// A township that a text names.
struct Candidate {
    name: String,
    at: Range<usize>,
    /// The name with the places before it.
    whole: Range<usize>,
    names: Names,
    weight: i32,
}

/// Names of townships in a text, with their places and how much the words around them say that the text is theirs.
fn candidates(plain: &str) -> Vec<Candidate> {
    static NAME: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\p{Han}{1,28}?(?:街道|镇|乡|苏木)").ok());
    let Some(pattern) = NAME.as_ref() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut at = 0;
    // Most texts have no more of these, and without one there is no name.
    let may_name = |rest: &&str| rest.contains(['道', '镇', '乡', '木']);
    while let Some(m) = plain.get(at..).filter(may_name).and_then(|rest| pattern.find(rest)) {
        let (mut start, mut end) = (at + m.start(), at + m.end());
        at = end;
        start = trim_front(plain, start, end);
        // 镇远坪镇: the suffix is the first character of the name.
        if let Some(more) = longer(plain, start, end) {
            end = more;
            at = end;
        }
        let text = &plain[start..end];
        let Some(names) = place::read(text).or_else(|| place::read(after_county(text))) else {
            continue;
        };
        let Some(name) = names.township.clone() else { continue };
        let before = &plain[..start];
        let after = &plain[end..];
        let name_start = end - name.len();
        let weight = weigh(before, after, &name, start == 0);
        found.push(Candidate {
            name,
            at: name_start..end,
            whole: start..end,
            names,
            weight,
        });
    }
    found
}

/// What stands after the last county of a clause that is no name whole: 县委领导下青澜县白鹭镇.
fn after_county(text: &str) -> &str {
    let start = text
        .char_indices()
        .filter(|(_, c)| matches!(c, '县' | '区' | '市' | '旗'))
        .map(|(at, c)| at + c.len_utf8())
        .next_back();
    &text[start.unwrap_or(0)..]
}

/// Where the name ends that begins with what looks like a suffix by itself, as 镇远坪镇 does.
fn longer(plain: &str, start: usize, end: usize) -> Option<usize> {
    let own = plain[..start].ends_with(['我', '该', '本', '全', '各', '乡', '村', '城']);
    if own || !matches!(&plain[start..end], "镇" | "乡") {
        return None;
    }
    let rest = &plain[end..];
    let (at, c) = rest
        .char_indices()
        .take(5)
        .find(|(_, c)| matches!(c, '镇' | '乡' | ',' | '。'))?;
    matches!(c, '镇' | '乡')
        .then(|| end + at + c.len_utf8())
        .filter(|_| at > 0)
}

/// Cuts what stands before the name: 领导下, 现将, 以来, 在, and whole words that no name begins with.
fn trim_front(plain: &str, mut start: usize, end: usize) -> usize {
    static LED: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"^.*(?:领导|指导|引领|指引|部署|支持|关心|帮助|推动|关怀)(?:和\p{Han}{2,6})?下").ok()
    });
    if let Some(led) = LED.as_ref().and_then(|led| led.find(&plain[start..end])) {
        start += led.end();
    }
    if plain[..start].ends_with(|c: char| c.is_ascii_digit()) {
        let counted = places()
            .counted
            .iter()
            .find(|word| plain[start..end].starts_with(word.as_str()));
        start += counted.map_or(0, |word| word.len());
    }
    loop {
        let text = &plain[start..end];
        if places().kept_first.iter().any(|name| text.starts_with(name.as_str())) {
            return start;
        }
        let cut = places()
            .not_first
            .iter()
            .filter(|word| text.starts_with(word.as_str()) && text.len() > word.len())
            .map(|word| word.len())
            .max();
        match cut {
            Some(len) => start += len,
            None => return start,
        }
    }
}

fn weigh(before: &str, after: &str, name: &str, at_start: bool) -> i32 {
    let mut weight = 0;
    let clause_start = at_start
        || before.ends_with([',', '。', ';', ':', '、', '“', '年', '将', '来', '共', '度', '就', '('])
        || before.ends_with("对")
        || before.ends_with("推动")
        || before.ends_with('\n');
    if clause_start {
        weight += 2;
    }
    static SUBJECT: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"^(?:\(|党委|党工委|人民政府|政府|办事处|坚持|深入|认真|以|在|法治|法制|依法|20\d\d|紧|全面|始终|按|严格|高度|切实|积极|[,，]|年|围绕|贯彻|立足|聚焦|把|扎实|持续|牢固|着力|不断|推进|根据|地处|位于|党政|深化|充分|坚定|统筹|结合|工作|两委|将)").ok()
    });
    if SUBJECT.as_ref().is_some_and(|subject| subject.is_match(after)) {
        weight += 2;
    }
    // 为石门镇群众, 到某镇学习, 与某镇, 某镇的某村: others.
    if before.ends_with(['为', '与', '和', '到', '赴', '往', '由', '邻', '、']) {
        weight -= 3;
    }
    let number = name
        .chars()
        .next()
        .is_some_and(|c| "一二三四五六七八九十两几".contains(c))
        && name.chars().count() <= 3;
    if number || !clause_start && weight < 2 {
        weight -= 2;
    }
    weight
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leads_name_their_township() {
        for (lead, name) in [
            (
                "2024年,古镛镇法治政府建设工作在县委、县政府的有力指导下",
                Some("古镛镇"),
            ),
            (
                "2024年,古尔图镇坚持以习近平新时代中国特色社会主义思想为指导",
                Some("古尔图镇"),
            ),
            ("2021年,桑柘镇在县委、县政府的正确领导下,桑柘镇坚持", Some("桑柘镇")),
            ("在沙泉县委、县政府的坚强领导下,东坝镇坚持以", Some("东坝镇")),
            (
                "一年来,在区委、区政府的坚强领导和区司法局的精心指导下,向阳路街道深入学习",
                Some("向阳路街道"),
            ),
            ("2025年内湖镇认真贯彻落实", Some("内湖镇")),
            (
                "河石镇地处长江北岸,辖9个村、3个社区。2023年,镇政府深入贯彻",
                Some("河石镇"),
            ),
            ("现将镇远坪镇2022年度法治政府建设情况报告如下", Some("镇远坪镇")),
            ("近年来,北城街街道深入贯彻", Some("北城街街道")),
            ("2024年,我镇深入贯彻落实习近平法治思想", None),
            ("全镇各乡镇认真落实,城乡面貌一新", None),
            ("2023年,留下街道坚持", Some("留下街道")),
            ("2024年,在区委的正确领导下白鹭镇坚持", Some("白鹭镇")),
            ("2024年,建设路街道坚持", Some("建设路街道")),
            (
                "2024年,锡林郭勒盟西乌珠穆沁旗巴拉嘎尔高勒镇深入",
                Some("巴拉嘎尔高勒镇"),
            ),
        ] {
            assert_eq!(of_lead(lead).map(|(name, _)| name).as_deref(), name, "{lead}");
        }
    }

    #[test]
    fn leads_name_the_places_above_their_township() {
        for (lead, township, county, city) in [
            ("2024年,将乐县古镛镇坚持以", "古镛镇", Some("将乐县"), None),
            (
                "现将青澜县白鹭镇2024年度法治政府建设情况报告如下",
                "白鹭镇",
                Some("青澜县"),
                None,
            ),
            (
                "2024年,在县委坚强领导下青澜县白鹭镇持续推进",
                "白鹭镇",
                Some("青澜县"),
                None,
            ),
            (
                "2024年,湘西州凤凰县沱江镇深入推进",
                "沱江镇",
                Some("凤凰县"),
                Some("湘西州"),
            ),
            ("2024年,白鹭镇坚持以", "白鹭镇", None, None),
        ] {
            let names = uppers_of_lead(lead, township)
                .map(|(names, _)| names)
                .unwrap_or_default();
            assert_eq!(
                (names.county.as_deref(), names.city.as_deref()),
                (county, city),
                "{lead}"
            );
        }
    }

    #[test]
    fn bodies_name_their_township_only_when_it_is_plain() {
        let own = [
            "我镇认真落实。",
            "石桥镇坚持依法行政,",
            "石桥镇党委召开会议,为石门镇群众办理援助",
        ];
        assert_eq!(of_body(&own).map(|(_, name, _)| name).as_deref(), Some("石桥镇"));
        let other = ["我乡认真落实。", "石桥镇坚持依法行政,石桥镇党委召开会议"];
        assert_eq!(of_body(&other), None);
    }
}
