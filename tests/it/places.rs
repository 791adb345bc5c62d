//! The gazetteer at work: places completed and checked, and regions filtered and counted a level at a time.

use serde_json::{Value, json};

use crate::testdir::TestDir;

fn report(place: &str, lead: &str) -> String {
    format!(
        "{place}2022年法治政府建设年度报告\n2022年，{lead}深入推进法治政府建设，开展法治宣传活动12场次。\n一、主要举措和成效\n选派网格员入户走访，\
         调处纠纷36起。\n二、存在的不足\n宣传形式单一。\n"
    )
}

fn inspected(text: &str) -> Value {
    let dir = TestDir::new();
    dir.write("a.txt", text);
    let answer = dir.run(&["inspect", "a.txt", "--format", "json"]).value();
    match answer.get(0) {
        Some(report) => report.clone(),
        None => answer,
    }
}

/// County, city, province and the warnings.
fn places(text: &str) -> (Value, Value, Value, Vec<String>) {
    let report = inspected(text);
    let metadata = &report["metadata"];
    let warnings = report["warnings"].as_array().expect("warnings");
    let warnings = warnings.iter().filter_map(Value::as_str).map(str::to_owned);
    (
        metadata["county"].clone(),
        metadata["city"].clone(),
        metadata["province"].clone(),
        warnings.collect(),
    )
}

#[test]
fn a_county_leads_to_its_city_and_province() {
    let text = report("将乐县古镛镇", "古镛镇");
    let (county, city, province, warnings) = places(&text);
    assert_eq!(
        (county, city, province),
        (json!("将乐县"), json!("三明市"), json!("福建省"))
    );
    assert_eq!(warnings, Vec::<String>::new());
    let report = inspected(&text);
    assert_eq!(report["metadata"]["region"], "福建省/三明市/将乐县/古镛镇");
    let evidence = report["evidence"].clone();
    for field in ["city", "province"] {
        let found = evidence.as_array().expect("evidence").iter();
        let found: Vec<&Value> = found.filter(|found| found["field"] == field).collect();
        assert_eq!(found.len(), 1, "{field}");
        assert_eq!(found[0]["from"], "gazetteer");
        assert_eq!(found[0]["quote"], "将乐县古镛镇");
        assert_eq!(found[0]["implied"], true);
    }
}

#[test]
fn two_counties_of_one_name_stay_apart_until_something_tells_them() {
    let (_, city, province, warnings) = places(&report("城中区", "全区"));
    assert_eq!((city, province), (Value::Null, Value::Null));
    assert_eq!(warnings, ["城中区 may be in 广西壮族自治区/柳州市 or 青海省/西宁市"]);

    let (_, city, ..) = places(&report("城中区静兰街道", "静兰街道"));
    assert_eq!(city, "柳州市", "by the township");
    let (_, city, ..) = places(&report("城中区", "全区落实《青海省行政执法监督条例》，"));
    assert_eq!(city, "西宁市", "by the rules that bind it");
    let (_, city, province, _) = places(&report("广西柳州市城中区", "全区"));
    assert_eq!((city, province), (json!("柳州市"), json!("广西壮族自治区")));
}

#[test]
fn what_cannot_be_is_said_and_kept() {
    let (county, city, province, warnings) = places(&report("江西省将乐县古镛镇", "古镛镇"));
    assert_eq!(
        (county, city, province),
        (json!("将乐县"), Value::Null, json!("江西省"))
    );
    assert_eq!(warnings, ["将乐县 is in 福建省/三明市, not in 江西省"]);
}

#[test]
fn invented_places_stay_as_they_are_stated() {
    let (county, city, province, warnings) = places(&report("沱阳市青澜县白鹭镇", "白鹭镇"));
    assert_eq!(
        (county, city, province),
        (json!("青澜县"), json!("沱阳市"), Value::Null)
    );
    assert_eq!(warnings, Vec::<String>::new());
}

#[test]
fn a_township_alone_is_no_evidence_of_its_county() {
    let (county, city, province, _) = places(&report("古镛镇", "古镛镇"));
    assert_eq!((county, city, province), (Value::Null, Value::Null, Value::Null));
    let (county, city, province, warnings) = places(&report("三明市古镛镇", "古镛镇"));
    assert_eq!(
        (county, city, province),
        (Value::Null, json!("三明市"), json!("福建省"))
    );
    assert_eq!(
        warnings,
        ["the report names no county; 古镛镇 of 三明市 is in 将乐县 by the gazetteer"]
    );
}

#[test]
fn a_report_of_a_county_that_is_a_district_now_is_placed() {
    let text = report("沙县高砂镇", "高砂镇").replace("2022", "2015");
    let (county, city, province, _) = places(&text);
    assert_eq!(
        (county, city, province),
        (json!("沙县"), json!("三明市"), json!("福建省"))
    );
}

fn five() -> TestDir {
    let dir = TestDir::new();
    for (name, place) in [
        ("a", "将乐县古镛镇"),
        ("b", "将乐县水南镇"),
        ("c", "沙县区高砂镇"),
        ("d", "重庆市城口县咸宜镇"),
        ("e", "青澜县白鹭镇"),
    ] {
        dir.write(&format!("reports/{name}.txt"), report(place, "全镇"));
    }
    dir.index("reports");
    dir
}

fn counts(dir: &TestDir, facet: &str) -> Vec<(String, u64)> {
    let hits = dir.search(&["网格员", "--limit", "0", "--facets", facet]);
    let counts = hits.summary.facets[0].counts.iter();
    counts
        .map(|count| (count.value.clone().unwrap_or_default(), count.reports))
        .collect()
}

fn owned(counts: &[(&str, u64)]) -> Vec<(String, u64)> {
    counts
        .iter()
        .map(|(value, count)| ((*value).to_owned(), *count))
        .collect()
}

#[test]
fn regions_are_counted_a_level_at_a_time_and_add_up() {
    let dir = five();
    assert_eq!(counts(&dir, "region"), owned(&[("福建省", 3), ("", 1), ("重庆市", 1)]));
    assert_eq!(counts(&dir, "region:福建省"), owned(&[("福建省/三明市", 3)]));
    assert_eq!(
        counts(&dir, "地区：三明市"),
        owned(&[("福建省/三明市/将乐县", 2), ("福建省/三明市/沙县区", 1)])
    );
    assert_eq!(counts(&dir, "region:重庆市"), owned(&[("重庆市/城口县", 1)]));
    assert_eq!(
        counts(&dir, "region:福建省/三明市/将乐县/古镛镇"),
        owned(&[("福建省/三明市/将乐县/古镛镇", 1)])
    );
    let answer = dir.run(&[
        "search",
        "网格员",
        "--format",
        "json",
        "--facets",
        "region",
        "region:福建省",
    ]);
    let answer = answer.value();
    assert_eq!(answer["facets"]["region:福建省"][0]["value"], "福建省/三明市");
    dir.run(&["search", "网格员", "--facets", "region:江西省"])
        .exits(0)
        .says(&["no passage has region:江西省"]);
    dir.run(&["search", "网格员", "--facets", "year:2022"])
        .exits(2)
        .tells(&["there is no such field"]);
}

#[test]
fn regions_filter_by_path_and_by_any_level() {
    let dir = five();
    for (filter, reports) in [
        ("福建省/三明市", 3),
        ("福建", 3),
        ("三明市", 3),
        ("将乐", 2),
        ("三明市/将乐县", 2),
        ("三明/将乐/古镛", 1),
        ("城口县", 1),
        ("福建省/将乐县", 0),
        ("青澜县", 0),
        ("?", 1),
    ] {
        let by_flag = dir.search(&["网格员", "--region", filter]).summary.totals.reports;
        assert_eq!(by_flag, reports, "--region {filter}");
        let question = match filter {
            "?" => "网格员 地区:?".to_owned(),
            filter => format!("网格员 地区:{filter}"),
        };
        let by_question = dir.search(&[&question]).summary;
        assert_eq!(by_question.totals.reports, reports, "{question}");
        assert_eq!(dir.search(&[&by_question.interpreted]).summary.totals.reports, reports);
    }
}

#[test]
fn hits_show_their_region() {
    let dir = five();
    let hits = dir.search(&["网格员", "--township", "古镛镇"]);
    assert_eq!(
        hits.hits[0].report.region.as_deref(),
        Some("福建省/三明市/将乐县/古镛镇")
    );
    let hits = dir.search(&["网格员", "--township", "白鹭镇"]);
    assert_eq!(hits.hits[0].report.region, None);
}
