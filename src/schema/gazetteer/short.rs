//! Makes the short form of a place's name: 将乐 of 将乐县, 屏边 of 屏边苗族自治县, 广西 of 广西壮族自治区.

/// What tells the rank at the end of a name, the longest first.
const RANKS: [&str; 14] = [
    "特别行政区",
    "自治州",
    "自治县",
    "自治旗",
    "自治区",
    "地区",
    "林区",
    "省",
    "市",
    "县",
    "区",
    "州",
    "旗",
    "盟",
];

/// The peoples that stand in the names of autonomous places, as they stand there.
const PEOPLES: [&str; 51] = [
    "各族",
    "蒙古族",
    "蒙古",
    "回族",
    "藏族",
    "维吾尔",
    "苗族",
    "彝族",
    "壮族",
    "布依族",
    "朝鲜族",
    "满族",
    "侗族",
    "瑶族",
    "白族",
    "土家族",
    "哈尼族",
    "哈萨克族",
    "哈萨克",
    "傣族",
    "黎族",
    "傈僳族",
    "佤族",
    "畲族",
    "拉祜族",
    "水族",
    "东乡族",
    "纳西族",
    "景颇族",
    "柯尔克孜",
    "土族",
    "达斡尔族",
    "仫佬族",
    "羌族",
    "布朗族",
    "撒拉族",
    "毛南族",
    "仡佬族",
    "锡伯",
    "阿昌族",
    "普米族",
    "塔吉克",
    "怒族",
    "鄂温克族",
    "德昂族",
    "保安族",
    "裕固族",
    "独龙族",
    "鄂伦春",
    "基诺族",
    "族",
];

/// The name without the sign of its rank and the peoples before it. One character at most is too little to be left: 东乡 of 东乡族自治县, 内蒙古.
pub fn short_name(name: &str) -> &str {
    let Some((mut stem, rank)) = RANKS.iter().find_map(|rank| Some((name.strip_suffix(rank)?, rank))) else {
        return name;
    };
    if rank.starts_with("自治") {
        while let Some(rest) = PEOPLES
            .iter()
            .find_map(|people| stem.strip_suffix(people).filter(|rest| rest.chars().count() > 1))
        {
            stem = rest;
        }
    }
    if stem.is_empty() { name } else { stem }
}

/// 屏边县 for 屏边苗族自治县, 湘西州 for 湘西土家族苗族自治州; `None` for what is not autonomous, or a province.
pub(super) fn alias(name: &str) -> Option<String> {
    let sign = ['县', '旗', '州'].into_iter().find(|sign| name.ends_with(*sign))?;
    let autonomous = name.strip_suffix(sign)?.ends_with("自治");
    autonomous.then(|| format!("{}{sign}", short_name(name)))
}

/// Whether somebody who says `said` can mean the place `name`: its full name, its short one, or 屏边县.
pub fn is_name_of(said: &str, name: &str) -> bool {
    said == name || said == short_name(name) || alias(name).is_some_and(|alias| alias == said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_short() {
        for (name, short) in [
            ("将乐县", "将乐"),
            ("沙县区", "沙县"),
            ("屏边苗族自治县", "屏边"),
            ("石柱土家族自治县", "石柱"),
            ("东乡族自治县", "东乡"),
            ("鄂伦春自治旗", "鄂伦春"),
            ("积石山保安族东乡族撒拉族自治县", "积石山"),
            ("龙胜各族自治县", "龙胜"),
            ("围场满族蒙古族自治县", "围场"),
            ("湘西土家族苗族自治州", "湘西"),
            ("博尔塔拉蒙古自治州", "博尔塔拉"),
            ("新疆维吾尔自治区", "新疆"),
            ("西藏自治区", "西藏"),
            ("内蒙古自治区", "内蒙古"),
            ("神农架林区", "神农架"),
            ("海淀区", "海淀"),
            ("喀什地区", "喀什"),
            ("兴安盟", "兴安"),
            ("古镛镇", "古镛镇"),
            ("县", "县"),
        ] {
            assert_eq!(short_name(name), short, "{name}");
        }
    }

    #[test]
    fn a_place_is_meant_by_each_of_its_names() {
        for said in ["屏边苗族自治县", "屏边县", "屏边"] {
            assert!(is_name_of(said, "屏边苗族自治县"), "{said}");
        }
        assert!(!is_name_of("将乐市", "将乐县"));
        assert!(!is_name_of("将", "将乐县"));
    }
}
