//! Guards the lists of `index_schema/places/`, and shows what is found in them.

use std::collections::{HashMap, HashSet};

use super::*;

fn resolve(province: &str, city: &str, county: &str, township: &str, year: u16) -> Verdict {
    let some = |name: &'static str| (!name.is_empty()).then_some(name);
    let leak = |name: &str| some(Box::leak(name.to_owned().into_boxed_str()));
    gazetteer().resolve(&Stated {
        province: leak(province),
        city: leak(city),
        county: leak(county),
        township: leak(township),
        year: (year > 0).then_some(year),
    })
}

fn shown(verdict: Verdict) -> String {
    let join = |paths: Vec<Path>| paths.iter().map(Path::to_string).collect::<Vec<_>>().join(" ");
    match verdict {
        Verdict::Unknown => "unknown".to_owned(),
        Verdict::One(path) => path.to_string(),
        Verdict::Several(paths) => format!("several: {}", join(paths)),
        Verdict::Elsewhere(paths) => format!("elsewhere: {}", join(paths)),
    }
}

#[test]
fn every_line_of_the_lists_is_read() {
    let lines: usize = LISTS.iter().map(|list| list.lines().count()).sum();
    assert_eq!(gazetteer().units.len(), lines);
    assert_eq!(gazetteer().townships.len(), TOWNSHIPS.lines().count());
}

#[test]
fn the_lists_are_as_long_as_their_source_says() {
    let gazetteer = gazetteer();
    let count = |rank: Rank| {
        let of_today = gazetteer.units.iter().filter(|unit| unit.ended.is_none());
        of_today.filter(|unit| unit.rank == rank).count()
    };
    assert_eq!(count(Rank::Province), 34);
    assert_eq!(count(Rank::Prefecture), 333);
    assert_eq!(count(Rank::County), 2852);
    assert_eq!(count(Rank::Zone), 124);
    let townships: usize = gazetteer.townships.values().map(|names| names.split(' ').count()).sum();
    assert_eq!(townships, 40_029);
}

#[test]
fn codes_are_well_formed_and_sorted() {
    for list in LISTS.iter().chain(&[TOWNSHIPS]) {
        let codes: Vec<&str> = list.lines().map(|line| line.split('\t').next().unwrap()).collect();
        assert!(codes.is_sorted(), "{:?}", codes.first());
        for code in codes {
            assert!(code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()), "{code}");
        }
    }
    for unit in &gazetteer().units {
        let ends_as_its_rank = match unit.rank {
            Rank::Province => unit.code % 10_000 == 0,
            Rank::Prefecture => unit.code % 100 == 0 && unit.code % 10_000 != 0,
            Rank::County | Rank::Zone => unit.code % 100 != 0,
        };
        assert!(ends_as_its_rank, "{unit:?}");
    }
}

#[test]
fn parents_and_successors_exist() {
    let gazetteer = gazetteer();
    for unit in &gazetteer.units {
        let parent = gazetteer.parent(unit);
        assert_eq!(parent.is_none(), unit.rank == Rank::Province, "{unit:?}");
        if let Some(parent) = parent {
            assert!(parent.rank < unit.rank, "{unit:?} in {parent:?}");
            assert_eq!(parent.code / 10_000, unit.code / 10_000, "{unit:?} in {parent:?}");
        }
        if let Some(successor) = unit.ended.and_then(|ended| ended.successor) {
            let successor = gazetteer.today(successor).unwrap_or_else(|| panic!("{unit:?}"));
            assert_eq!(
                successor.code / 10_000,
                unit.code / 10_000,
                "{unit:?} into {successor:?}"
            );
        }
        if let Some(ended) = unit.ended {
            assert!((2000..=2026).contains(&ended.year), "{unit:?}");
        }
        assert!(gazetteer.path(unit).is_some(), "{unit:?}");
    }
}

#[test]
fn no_code_and_no_path_stands_twice() {
    let gazetteer = gazetteer();
    let mut codes = HashSet::new();
    let mut paths = HashMap::new();
    for unit in gazetteer.units.iter().filter(|unit| unit.ended.is_none()) {
        assert!(codes.insert(unit.code), "{unit:?}");
        let path = gazetteer.path(unit).unwrap().to_string();
        assert_eq!(paths.insert(path, unit.code), None, "{unit:?}");
    }
}

#[test]
fn townships_are_of_known_counties_and_end_as_townships_do() {
    for (code, names) in &gazetteer().townships {
        assert!(gazetteer().with_code(*code).into_iter().next().is_some(), "{code}");
        let names: Vec<&str> = names.split(' ').collect();
        let distinct: HashSet<&&str> = names.iter().collect();
        assert_eq!(distinct.len(), names.len(), "{code}");
        for name in names {
            assert!(
                ["镇", "乡", "街道", "苏木"].iter().any(|end| name.ends_with(end)),
                "{name}"
            );
        }
    }
}

#[test]
fn counties_lead_to_all_that_they_are_part_of() {
    for (county, path) in [
        ("将乐县", "福建省/三明市/将乐县"),
        ("将乐", "福建省/三明市/将乐县"),
        ("屏边县", "云南省/红河哈尼族彝族自治州/屏边苗族自治县"),
        ("石柱县", "重庆市/石柱土家族自治县"),
        ("浦东新区", "上海市/浦东新区"),
        ("乌苏市", "新疆维吾尔自治区/塔城地区/乌苏市"),
        ("廉江市", "广东省/湛江市/廉江市"),
        ("石河子市", "新疆维吾尔自治区/石河子市"),
        ("仙桃市", "湖北省/仙桃市"),
        ("神农架林区", "湖北省/神农架林区"),
        ("琼海市", "海南省/琼海市"),
        ("济源市", "河南省/济源市"),
        ("津市市", "湖南省/常德市/津市市"),
        ("芒市", "云南省/德宏傣族景颇族自治州/芒市"),
        ("加格达奇区", "黑龙江省/大兴安岭地区/加格达奇区"),
        ("苏州工业园区", "江苏省/苏州市/苏州工业园区"),
        ("城中区", "several: 广西壮族自治区/柳州市/城中区 青海省/西宁市/城中区"),
        ("青澜县", "unknown"),
    ] {
        assert_eq!(shown(resolve("", "", county, "", 2024)), path, "{county}");
    }
}

#[test]
fn what_else_is_stated_tells_counties_of_one_name_apart() {
    for (province, city, county, township, path) in [
        ("", "柳州市", "城中区", "", "广西壮族自治区/柳州市/城中区"),
        ("青海省", "", "城中区", "", "青海省/西宁市/城中区"),
        ("", "", "城中区", "静兰街道", "广西壮族自治区/柳州市/城中区"),
        ("北京市", "", "朝阳区", "", "北京市/朝阳区"),
        ("", "北京市", "朝阳区", "", "北京市/朝阳区"),
        ("", "凉山州", "西昌市", "", "四川省/凉山彝族自治州/西昌市"),
        ("", "襄樊市", "老河口市", "", "湖北省/襄阳市/老河口市"),
        ("", "伊犁哈萨克自治州", "乌苏市", "", "新疆维吾尔自治区/塔城地区/乌苏市"),
        ("", "三明市", "", "", "福建省/三明市"),
        ("", "三明市", "闽屏县", "", "福建省/三明市"),
        ("", "东莞市", "", "虎门镇", "广东省/东莞市"),
        ("江西省", "", "将乐县", "", "elsewhere: 福建省/三明市/将乐县"),
        ("江西省", "三明市", "", "", "elsewhere: 福建省/三明市"),
        ("", "泉沂市", "市中区", "", "unknown"),
        ("福建省", "", "", "高兴镇", "unknown"),
    ] {
        assert_eq!(
            shown(resolve(province, city, county, township, 2024)),
            path,
            "{city}{county}"
        );
    }
}

#[test]
fn a_report_is_placed_as_things_were_in_its_year() {
    for (county, year, path) in [
        ("沙县", 2015, "福建省/三明市/沙县"),
        ("沙县", 2024, "福建省/三明市/沙县"),
        ("沙县区", 2024, "福建省/三明市/沙县区"),
        ("海门市", 2018, "江苏省/南通市/海门市"),
        ("庐江县", 2009, "安徽省/巢湖市/庐江县"),
        ("庐江县", 2015, "安徽省/合肥市/庐江县"),
        ("庐江县", 0, "安徽省/合肥市/庐江县"),
        ("江口县", 2009, "贵州省/铜仁市/江口县"),
        ("渝北区", 2022, "重庆市/渝北区"),
        ("简阳市", 2015, "四川省/资阳市/简阳市"),
        ("简阳市", 2016, "四川省/成都市/简阳市"),
    ] {
        assert_eq!(shown(resolve("", "", county, "", year)), path, "{county} {year}");
    }
}

#[test]
fn cities_have_the_rank_that_the_lists_give_them() {
    for (name, rank) in [
        ("乌苏市", Some(Rank::County)),
        ("三明市", Some(Rank::Prefecture)),
        ("海门市", Some(Rank::County)),
        ("襄樊市", Some(Rank::Prefecture)),
        ("巢湖市", Some(Rank::County)),
        ("湘西州", Some(Rank::Prefecture)),
        ("博州", Some(Rank::Prefecture)),
        ("楚泽市", None),
    ] {
        assert_eq!(gazetteer().rank(name), rank, "{name}");
    }
}

#[test]
fn the_longest_name_at_the_start_is_found() {
    for (text, name) in [
        ("将乐县古镛镇", Some("将乐县")),
        ("沙县区高砂镇", Some("沙县区")),
        ("芒市遮放镇", Some("芒市")),
        ("喀什地区莎车县", Some("喀什地区")),
        ("福建省三明市", None),
        ("", None),
    ] {
        let found = gazetteer().name_at_start(text).map(|end| &text[..end]);
        assert_eq!(found, name, "{text}");
    }
}

#[test]
fn a_township_alone_is_in_many_counties() {
    let stated = Stated::default();
    assert!(gazetteer().counties_with("高兴镇", &stated).len() > 1);
    let stated = Stated {
        city: Some("三明市"),
        ..stated
    };
    let counties = gazetteer().counties_with("古镛镇", &stated);
    assert_eq!(
        counties.iter().map(Path::to_string).collect::<Vec<_>>(),
        ["福建省/三明市/将乐县"]
    );
}

#[test]
fn most_counties_are_told_by_their_name_and_nearly_all_with_a_township() {
    let gazetteer = gazetteer();
    let (mut by_name, mut of_townships, mut by_township, mut counties) = (0, 0, 0, 0);
    for county in gazetteer.counties() {
        counties += 1;
        let path = gazetteer.path(county).unwrap();
        let stated = Stated {
            county: Some(county.name),
            year: Some(2024),
            ..Stated::default()
        };
        match gazetteer.resolve(&stated) {
            Verdict::One(found) => {
                assert_eq!(found, path);
                by_name += 1;
            }
            Verdict::Several(paths) => {
                assert!(paths.contains(&path), "{path}");
                let names = gazetteer.townships.get(&county.code).copied().unwrap_or_default();
                for township in names.split_whitespace() {
                    let with_township = Stated {
                        township: Some(township),
                        ..stated
                    };
                    of_townships += 1;
                    match gazetteer.resolve(&with_township) {
                        Verdict::One(found) => {
                            assert_eq!(found, path);
                            by_township += 1;
                        }
                        verdict => assert!(matches!(verdict, Verdict::Several(_)), "{path} {township}"),
                    }
                }
            }
            verdict => panic!("{path}: {verdict:?}"),
        }
    }
    assert_eq!((by_name, counties), (2787, 2852));
    assert_eq!((by_township, of_townships), (801, 811));
}
