//! Reads the names of places: 重庆市江渝区河石镇 is a province, a district and a township.

use std::sync::LazyLock;

use regex::Regex;

use crate::schema::gazetteer::{Rank, Stated, Verdict, gazetteer, short_name};
use crate::schema::places::places;

/// The ranks of places that a name goes through, from above.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    pub province: Option<String>,
    pub city: Option<String>,
    pub county: Option<String>,
    /// X市 of which the name does not tell whether it is a prefecture's or a county's.
    pub unranked_city: Option<String>,
    pub township: Option<String>,
}

impl Names {
    pub fn is_empty(&self) -> bool {
        *self == Names::default()
    }

    /// Whether nothing above the township is known.
    pub fn is_of_township_only(&self) -> bool {
        let uppers = [&self.province, &self.city, &self.county, &self.unranked_city];
        uppers.iter().all(|name| name.is_none())
    }
}

/// The places that `text` names, all of it: `None` when some of it is no place. `text` is plain and simplified.
pub fn read(text: &str) -> Option<Names> {
    if text.is_empty() || text.chars().count() > 40 || !text.chars().all(crate::text::plain::is_han) {
        return None;
    }
    let text = without_corps(text);
    let mut names = Names::default();
    let rest = match township_end(text) {
        Some(end) => {
            let cut = township_start(&text[..end])?;
            names.township = Some(township(&text[cut..])?);
            &text[..cut]
        }
        None => text,
    };
    uppers(rest, &mut names).then_some(names)
}

/// The places that `text` begins with, down to a township: what a site or a spammer put between place and year is passed over.
pub fn read_start(text: &str) -> Option<Names> {
    let ends = ["街道", "镇", "乡", "苏木"]
        .iter()
        .flat_map(|suffix| text.match_indices(suffix).map(|(at, suffix)| at + suffix.len()));
    let mut ends: Vec<usize> = ends.collect();
    ends.sort_unstable();
    ends.into_iter()
        .rev()
        .find_map(|end| read(&text[..end]).filter(|names| names.township.is_some()))
}

/// The places before a body's kind: 将乐县古镛镇 of 将乐县古镛镇人民政府.
pub fn read_body(body: &str) -> Option<Names> {
    let body = body.trim_start_matches("中国共产党").trim_start_matches("中共");
    let body = body.strip_prefix("国家税务总局").unwrap_or(body);
    let body = body.strip_suffix("网").unwrap_or(body);
    static KIND: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"^(.*?(?:镇|乡|街道|苏木|自治县|县|区|市|旗|省|自治区|州|盟))(?:人民政府|人民委员会|政府|委员会|委|党委|党工委|工作委员会|街道办事处|办事处|办公室|党政|司法所|综合|门户|政务|全面|依法|$)(.*)$").ok()
    });
    // Tried at every end, the longest places that read whole win: 闽屏县人民政府城西街街道办事处 has two.
    let kind = KIND.as_ref()?;
    if let Some(found) = kind.captures(body) {
        let Some(head) = strip_street_office(found.get(1)?.as_str(), body).and_then(|head| read(&head)) else {
            return leading(body);
        };
        let tail = found.get(2).map_or("", |m| m.as_str());
        if head.township.is_none()
            && !tail.is_empty()
            && let Some(inner) = read_body(tail).filter(|inner| inner.township.is_some() && inner.county.is_none())
        {
            return Some(Names {
                township: inner.township,
                ..head
            });
        }
        return Some(head);
    }
    leading(body)
}

/// The places that a department's name begins with: 沙泉县 of 沙泉县交通运输局.
fn leading(body: &str) -> Option<Names> {
    if !crate::schema::titles::titles().body_end.is_match(body) {
        return None;
    }
    let ends: Vec<usize> = body
        .char_indices()
        .filter(|(_, c)| matches!(c, '县' | '区' | '市' | '旗' | '州' | '省' | '盟'))
        .map(|(at, c)| at + c.len_utf8())
        .collect();
    ends.into_iter().rev().find_map(|end| {
        let mut names = Names::default();
        (uppers(&body[..end], &mut names) && !names.is_empty()).then_some(names)
    })
}

/// 北城街街道办事处 and 城东街道办事处: the office's 街道 is the township's.
fn strip_street_office(head: &str, body: &str) -> Option<String> {
    let rest = &body[head.len()..];
    Some(match rest.strip_prefix("街道办事处") {
        Some(_) if !head.ends_with("街道") && !head.ends_with(['镇', '乡', '县', '区', '市']) => {
            format!("{head}街道")
        }
        _ => head.to_owned(),
    })
}

/// Where a township's suffix ends `text`.
fn township_end(text: &str) -> Option<usize> {
    ["街道", "镇", "乡", "苏木", "街", "农场", "林场", "牧场"]
        .iter()
        .any(|suffix| text.ends_with(suffix))
        .then_some(text.len())
}

/// Where the township's name starts: after the last county, district, city or banner that leaves names on both sides.
fn township_start(text: &str) -> Option<usize> {
    let mut best = 0;
    for (at, c) in text.char_indices() {
        if !matches!(c, '县' | '区' | '市' | '旗' | '州' | '省' | '盟') {
            continue;
        }
        let cut = at + c.len_utf8();
        let stem = text[cut..].chars().count() - suffix_len(&text[cut..]);
        if stem >= 1 && uppers(&text[..cut], &mut Names::default()) {
            best = cut;
        }
    }
    Some(best)
}

fn suffix_len(text: &str) -> usize {
    if ["街道", "苏木", "农场", "林场", "牧场"]
        .iter()
        .any(|suffix| text.ends_with(suffix))
    {
        2
    } else {
        1.min(text.chars().count())
    }
}

/// The name of a township, if it can be one.
pub fn township(name: &str) -> Option<String> {
    let stem = ["街道", "苏木", "农场", "林场", "牧场", "镇", "乡", "街"]
        .iter()
        .find_map(|suffix| name.strip_suffix(suffix))?;
    let len = stem.chars().count();
    let sound = (1..=12).contains(&len)
        && !places().not_townships.contains(stem)
        && !stem.ends_with(['我', '该', '了'])
        && !["司法局", "局到", "局赴", "领导"]
            .iter()
            .any(|word| stem.contains(word))
        && stem.chars().all(crate::text::plain::is_han);
    let common =
        ["乡", "村", "城", "各", "全", "我们"].contains(&stem) || stem.ends_with("人民政府") || stem.contains("和各");
    (sound && !common).then(|| name.to_owned())
}

/// Reads province, city and county from the left; whether all of `text` was read.
fn uppers(text: &str, names: &mut Names) -> bool {
    let mut rest = without_corps(text);
    if let Some((province, after)) = province_at_start(rest) {
        names.province = Some(province.to_owned());
        rest = without_corps(after);
    }
    while !rest.is_empty() {
        if let Some((city, after)) = short_city(rest).filter(|_| names.city.is_none()) {
            names.city = Some(city.to_owned());
            rest = after;
            continue;
        }
        let Some(end) = unit_end(rest) else { return false };
        let unit = &rest[..end];
        rest = &rest[end..];
        if !place_unit(unit, rest, names) {
            return false;
        }
    }
    true
}

/// What follows 新疆生产建设兵团第八师: a division governs a city and is none of its ranks.
fn without_corps(text: &str) -> &str {
    static CORPS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"^(?:(?:新疆生产建设)?兵团(?:第?[一二三四五六七八九十]{1,3}师)?|第[一二三四五六七八九十]{1,3}师)")
            .ok()
    });
    let corps = CORPS.as_ref().and_then(|corps| corps.find(text));
    corps.map_or(text, |corps| &text[corps.end()..])
}

/// The province that a text begins with, and what follows; in short only before a place of its own: 广西柳州市.
fn province_at_start(text: &str) -> Option<(&'static str, &str)> {
    let gazetteer = gazetteer();
    let full = gazetteer.provinces().find(|province| text.starts_with(province.name));
    if let Some(province) = full {
        return Some((province.name, &text[province.name.len()..]));
    }
    if gazetteer.name_at_start(text).is_some() {
        return None;
    }
    gazetteer.provinces().find_map(|province| {
        let after = text.strip_prefix(short_name(province.name))?;
        let full = gazetteer.name_at_start(after).map(|end| &after[..end]);
        let place = full.or_else(|| short_city(after).map(|(city, _)| city))?;
        let of_province = gazetteer
            .named(place)
            .any(|unit| unit.code / 10_000 == province.code / 10_000);
        of_province.then_some((province.name, after))
    })
}

/// The prefecture whose short name a text begins with, right before a county of its own: 三明将乐县.
fn short_city(text: &str) -> Option<(&'static str, &str)> {
    let gazetteer = gazetteer();
    if gazetteer.name_at_start(text).is_some() {
        return None;
    }
    let ends = text.char_indices().skip(2).take(6).map(|(at, _)| at);
    ends.into_iter().find_map(|end| {
        let (city, after) = text.split_at(end);
        let city = gazetteer.named_short(city).find(|unit| unit.rank == Rank::Prefecture)?;
        let county = &after[..gazetteer.name_at_start(after)?];
        let stated = Stated {
            city: Some(city.name),
            county: Some(county),
            ..Stated::default()
        };
        let is_there = matches!(gazetteer.resolve(&stated), Verdict::One(path) if path.county.is_some());
        is_there.then_some((city.name, after))
    })
}

/// Where the first unit ends: the longest name that the gazetteer knows, else the shortest with a stem, so that 市中区 is whole.
fn unit_end(text: &str) -> Option<usize> {
    if let Some(end) = gazetteer().name_at_start(text) {
        return Some(end);
    }
    for (stem, (at, c)) in text.char_indices().enumerate() {
        let end = at + c.len_utf8();
        let unit = match c {
            '县' | '区' => stem >= 1,
            '市' => stem >= 2,
            // 红旗镇 and 旗峰街道 are no banners.
            '州' => text[..end].ends_with("自治州"),
            '旗' => text[..end].ends_with("自治旗"),
            _ => false,
        };
        if unit {
            // 沙县区, 赣县区: a county that became a district.
            let became = c == '县' && text[end..].starts_with('区');
            return Some(if became { end + '区'.len_utf8() } else { end });
        }
    }
    None
}

fn place_unit(unit: &str, rest: &str, names: &mut Names) -> bool {
    // 全面依法治区委员会 is a committee of any district; 转发县委… passes on.
    if unit.contains("转发") || unit.contains("印发") {
        return false;
    }
    if unit.contains(['委', '署', '的', '在']) || unit.contains("领导") {
        return false;
    }
    if unit.contains("依法治") || unit.contains("法治") || unit.contains("全面") {
        return false;
    }
    let settled = names.county.is_some();
    if unit.ends_with('市') {
        if settled {
            return false;
        }
        let rank = gazetteer().rank(unit);
        if rank == Some(Rank::County) || names.city.is_some() || names.unranked_city.is_some() {
            if let Some(above) = names.unranked_city.take() {
                names.city = Some(above);
            }
            names.county = Some(unit.to_owned());
        } else if rank == Some(Rank::Prefecture) || !rest.is_empty() {
            names.city = Some(unit.to_owned());
        } else {
            names.unranked_city = Some(unit.to_owned());
        }
        return true;
    }
    if unit.ends_with('州') || unit.ends_with("地区") || unit.ends_with('盟') {
        return names.city.replace(unit.to_owned()).is_none() && !settled;
    }
    if settled {
        return false;
    }
    names.county = Some(unit.to_owned());
    true
}

/// Places named right before the Party committee that leads them, as in 在湛江市委、廉江市委的领导下: the last is the nearest.
pub fn leaders(plain: &str) -> Vec<(Names, std::ops::Range<usize>)> {
    static LEADER: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?:^|[,，。;、:“]|在|按照|根据|落实|贯彻|围绕|及|和|中共|经|向|是)(\p{Han}{1,14}?(?:自治县|自治旗|县|区|市|旗))(?:委(?:员会)?|人民政府|政府)").ok()
    });
    static LED: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"^[^。;；]{0,40}?(?:领导|指导|部署|支持|关心|要求|决策|安排|推动|统筹)").ok());
    let (Some(leader), Some(led)) = (LEADER.as_ref(), LED.as_ref()) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut at = 0;
    // Most texts have no more signs of a rank, and without one there is no name.
    let may_name = |rest: &&str| rest.contains(['县', '区', '市', '旗']);
    while let Some(c) = plain.get(at..).filter(may_name).and_then(|rest| leader.captures(rest)) {
        let (Some(whole), Some(name)) = (c.get(0), c.get(1)) else {
            break;
        };
        let verb = [
            "在", "及", "与", "的", "按照", "根据", "落实", "贯彻", "围绕", "中央", "省委", "紧扣", "经", "对", "于",
            "将", "委和", "府和", "署和", "接受", "完成",
        ]
        .iter()
        .filter_map(|word| Some(name.as_str().rfind(word)? + word.len()))
        .max()
        .unwrap_or(0);
        let range = at + name.start() + verb..at + name.end();
        if led.is_match(&plain[at + whole.end()..])
            && let Some(names) = read(&plain[range.clone()]).filter(|names| !names.is_empty())
        {
            found.push((names, range));
        }
        // The mark after one committee is the mark before the next.
        at += whole.end();
    }
    found
}

/// Counties that cited documents are of: 《凤凰县法治政府建设实施方案》. A city's documents bind its counties' townships too and tell nothing.
pub fn cited_counties(plain: &str) -> Vec<(String, std::ops::Range<usize>)> {
    static CITED: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"《(?:中共)?(?:关于)?(?:印发)?[〈<《]?(?P<county>\p{Han}{1,12}?(?:自治县|县|区|市))(?:委|人民政府|政府|法治|依法|全面|行政|乡镇|街道|镇街|重大|20\d\d|关于)").ok()
    });
    let Some(cited) = CITED.as_ref() else {
        return Vec::new();
    };
    let counties = cited.captures_iter(plain).filter_map(|found| {
        let county = found.name("county")?;
        let name = read(county.as_str())?.county?;
        let is_name = !places().not_counties.iter().any(|word| name.ends_with(word.as_str()));
        (is_name && name.chars().count() > 1).then(|| (name.clone(), county.end() - name.len()..county.end()))
    });
    counties.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(names: Option<Names>) -> String {
        let Some(names) = names else { return "none".into() };
        [
            ("p", names.province),
            ("c", names.city),
            ("u", names.unranked_city),
            ("x", names.county),
            ("t", names.township),
        ]
        .into_iter()
        .filter_map(|(key, name)| Some(format!("{key}:{}", name?)))
        .collect::<Vec<_>>()
        .join(" ")
    }

    #[test]
    fn words_after_the_township_are_passed_over() {
        for (text, names) in [
            ("贵阳市观山湖区朱昌镇九游娱乐", "c:贵阳市 x:观山湖区 t:朱昌镇"),
            ("朱昌镇", "t:朱昌镇"),
            ("九游娱乐", "none"),
        ] {
            assert_eq!(show(read_start(text)), names, "{text}");
        }
    }

    #[test]
    fn cited_documents_name_their_county() {
        for (text, county) in [
            ("落实《青澜县法治政府建设实施方案》", Some("青澜县")),
            (
                "按照《中共青澜县委全面依法治县委员会办公室关于做好年度报告的通知》",
                Some("青澜县"),
            ),
            ("落实《江西省行政合法性审查工作规定》", None),
            ("落实《广西壮族自治区行政执法监督条例》", None),
            ("签订《社区法治共建协议》", None),
        ] {
            let found = cited_counties(text).into_iter().next().map(|(name, _)| name);
            assert_eq!(found.as_deref(), county, "{text}");
        }
    }

    #[test]
    fn names_are_cut_at_their_ranks() {
        for (text, names) in [
            ("古镛镇", "t:古镛镇"),
            ("将乐县古镛镇", "x:将乐县 t:古镛镇"),
            ("乌苏市古尔图镇", "x:乌苏市 t:古尔图镇"),
            ("重庆市江渝区河石镇", "p:重庆市 x:江渝区 t:河石镇"),
            ("城口县咸宜镇", "x:城口县 t:咸宜镇"),
            ("汶陵区向阳路街道", "x:汶陵区 t:向阳路街道"),
            ("北城街街道", "t:北城街街道"),
            ("坡子街街道", "t:坡子街街道"),
            ("银杏大街街道", "t:银杏大街街道"),
            ("川沙新镇", "t:川沙新镇"),
            ("凉山州西昌市安宁镇", "c:凉山州 x:西昌市 t:安宁镇"),
            ("行署和库车市", "none"),
            ("沙县区高砂镇", "x:沙县区 t:高砂镇"),
            ("上海市浦东新区川沙新镇", "p:上海市 x:浦东新区 t:川沙新镇"),
            ("罗子山瑶族乡", "t:罗子山瑶族乡"),
            ("海滨街", "t:海滨街"),
            ("镇远坪镇", "t:镇远坪镇"),
            ("镇江市丹徒区谷阳镇", "c:镇江市 x:丹徒区 t:谷阳镇"),
            ("镇巴县泾洋街道", "x:镇巴县 t:泾洋街道"),
            ("留下街道", "t:留下街道"),
            ("栗子乡", "t:栗子乡"),
            ("鸡鸣乡", "t:鸡鸣乡"),
            ("八一路街道", "t:八一路街道"),
            ("中村乡", "t:中村乡"),
            ("吉水镇", "t:吉水镇"),
            ("通城镇", "t:通城镇"),
            ("丹东街道", "t:丹东街道"),
            ("番禺区市桥街道", "x:番禺区 t:市桥街道"),
            ("市桥街道", "t:市桥街道"),
            ("红旗镇", "t:红旗镇"),
            ("旗峰街道", "t:旗峰街道"),
            ("安宁市县街街道", "x:安宁市 t:县街街道"),
            ("柳州市城中区静兰街道", "c:柳州市 x:城中区 t:静兰街道"),
            ("彭水苗族土家族自治县汉葭街道", "x:彭水苗族土家族自治县 t:汉葭街道"),
            ("峒岭苗族侗族自治县", "x:峒岭苗族侗族自治县"),
            (
                "恩施土家族苗族自治州利川市毛坝镇",
                "c:恩施土家族苗族自治州 x:利川市 t:毛坝镇",
            ),
            (
                "湖北省恩施土家族苗族自治州咸丰县黄金洞乡",
                "p:湖北省 c:恩施土家族苗族自治州 x:咸丰县 t:黄金洞乡",
            ),
            ("湛江市廉江市石城镇", "c:湛江市 x:廉江市 t:石城镇"),
            ("泉沂市汶陵区白马泉镇", "c:泉沂市 x:汶陵区 t:白马泉镇"),
            ("楚泽市", "u:楚泽市"),
            ("长沙市", "c:长沙市"),
            ("义乌市", "x:义乌市"),
            ("达尔罕茂明安联合旗百灵庙镇", "x:达尔罕茂明安联合旗 t:百灵庙镇"),
            ("重庆市", "p:重庆市"),
            ("枣庄市市中区光明路街道", "c:枣庄市 x:市中区 t:光明路街道"),
            ("开州区", "x:开州区"),
            ("福建省三明市将乐县古镛镇", "p:福建省 c:三明市 x:将乐县 t:古镛镇"),
            ("福建将乐县古镛镇", "p:福建省 x:将乐县 t:古镛镇"),
            ("三明将乐县古镛镇", "c:三明市 x:将乐县 t:古镛镇"),
            ("福建三明将乐县", "p:福建省 c:三明市 x:将乐县"),
            (
                "广西柳州市城中区静兰街道",
                "p:广西壮族自治区 c:柳州市 x:城中区 t:静兰街道",
            ),
            ("新疆生产建设兵团第八师石河子市石河子镇", "x:石河子市 t:石河子镇"),
            ("第一师阿拉尔市金银川镇", "x:阿拉尔市 t:金银川镇"),
            ("芒市遮放镇", "x:芒市 t:遮放镇"),
            ("海门市三厂镇", "x:海门市 t:三厂镇"),
            ("博州精河县", "c:博州 x:精河县"),
            ("喀什地区莎车县", "c:喀什地区 x:莎车县"),
            ("巴中市巴州区", "c:巴中市 x:巴州区"),
            ("海南州共和县", "c:海南州 x:共和县"),
            ("吉林省吉林市", "p:吉林省 c:吉林市"),
            ("神农架林区松柏镇", "x:神农架林区 t:松柏镇"),
            ("东莞市虎门镇", "c:东莞市 t:虎门镇"),
        ] {
            assert_eq!(show(read(text)), names, "{text}");
        }
    }

    #[test]
    fn words_are_no_townships() {
        for text in ["我镇", "全乡", "乡镇", "城镇", "各乡镇", "我街道", "镇", "街道"] {
            assert_eq!(township(text), None, "{text}");
        }
    }

    #[test]
    fn bodies_name_their_places() {
        for (body, names) in [
            ("古镛镇人民政府", "t:古镛镇"),
            ("中共将乐县古镛镇委员会", "x:将乐县 t:古镛镇"),
            ("将乐县古镛镇人民政府", "x:将乐县 t:古镛镇"),
            ("闽屏县人民政府城西街街道办事处", "x:闽屏县 t:城西街街道"),
            ("汶陵区向阳路街道办事处", "x:汶陵区 t:向阳路街道"),
            ("中共将乐县委员会", "x:将乐县"),
            ("青澜县依法治县办", "x:青澜县"),
            ("青澜县政府办公室", "x:青澜县"),
            ("重庆市开州区政府办公室", "p:重庆市 x:开州区"),
            ("沙泉县盐池湾乡", "x:沙泉县 t:盐池湾乡"),
            ("江渝区委全面依法治区委员会办公室", "x:江渝区"),
        ] {
            assert_eq!(show(read_body(body)), names, "{body}");
        }
    }

    #[test]
    fn leaders_are_the_nearest_committees() {
        let last = |text: &str| leaders(text).pop().map(|(names, _)| show(Some(names)));
        assert_eq!(
            last("在峒岭苗族侗族自治县委、县政府的正确领导下,"),
            Some("x:峒岭苗族侗族自治县".into())
        );
        assert_eq!(last("在湛江市委、廉江市委的领导下,"), Some("x:廉江市".into()));
        assert_eq!(
            last("在沙泉县委、县政府的坚强领导下,东坝镇坚持"),
            Some("x:沙泉县".into())
        );
        assert_eq!(last("在县委、县政府的坚强领导下,"), None);
        assert_eq!(last("在市委、县委指导下"), None);
        assert_eq!(last("认真落实中央及市委、县委决策部署"), None);
    }
}
