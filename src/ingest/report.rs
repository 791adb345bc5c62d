//! Turns a [`Draft`] into a [`Report`]: clean, describe, split.

use encoding_rs::Encoding;

use crate::ingest::corrections::FileCorrections;
use crate::ingest::extract::{Draft, Places, Scale};
use crate::ingest::{blocks, identity, metadata, quality, split};
use crate::report::{Report, Source};

/// Reads one report from its draft. Nothing in it can fail: what is not understood stays text, and what is not known stays unknown.
/// What people say of the report has the last word; `wrong` takes what of it cannot be.
pub fn read(draft: Draft, source: Source, corrections: &FileCorrections<'_>, wrong: &mut Vec<String>) -> Report {
    let encoding = Encoding::for_label(source.encoding.as_bytes()).unwrap_or(encoding_rs::UTF_8);
    let scale = match (draft.row, draft.places) {
        (Some(row), _) => Scale::Record(row),
        (None, Places::Bytes) => Scale::Bytes(encoding),
        (None, Places::Pages) => Scale::Pages,
        (None, Places::Paragraphs) => Scale::Paragraphs,
    };
    let cleaned = blocks::clean(&draft.lines, scale);
    // Columns speak first, then what the file's markup states, then header lines in the text.
    let mut given = draft.given;
    let stated = given.clone();
    given.extend(cleaned.given);
    let mut described = metadata::describe(&cleaned.blocks, &given, &source.path, cleaned.script);
    // What people say of it is no part of its name.
    let id = identity::id_of(&cleaned.blocks, &stated, &described);
    wrong.extend(corrections.apply(&source, draft.row, id, &mut described));
    let parts = split::split(
        &cleaned.blocks,
        split::About {
            kind: described.metadata.kind,
            year: described.metadata.year,
        },
        cleaned.script,
        scale,
    );
    let mut warnings = draft.warnings;
    warnings.extend(described.warnings);
    let mut dropped = draft.dropped;
    dropped.extend(cleaned.dropped);
    let quality = quality::measure(&cleaned.blocks, &dropped, described.metadata.kind);
    Report {
        id,
        source: Source {
            row: draft.row.or(source.row),
            ..source
        },
        metadata: described.metadata,
        evidence: described.evidence,
        warnings,
        quality,
        text: parts.text,
        sections: parts.sections,
        passages: parts.passages,
        dropped,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::extract::{Line, LineStyle, Run};
    use crate::report::{EvidenceSource, Level, Place, ReportKind, SectionKind};
    use proptest::prelude::*;

    fn draft(text: &str) -> Draft {
        let mut at = 0u64;
        let lines = text
            .split('\n')
            .map(|line| {
                let start = at;
                at += line.len() as u64 + 1;
                Line {
                    text: line.to_owned(),
                    style: LineStyle::Plain,
                    runs: vec![Run {
                        at: 0,
                        source: start..start + line.len() as u64,
                    }],
                }
            })
            .collect();
        Draft {
            lines,
            ..Draft::default()
        }
    }

    fn read(draft: Draft, source: Source) -> Report {
        super::read(draft, source, &FileCorrections::default(), &mut Vec::new())
    }

    fn source(path: &str) -> Source {
        Source {
            path: path.to_owned(),
            row: None,
            format: "text".to_owned(),
            encoding: "UTF-8".to_owned(),
            hash: String::new(),
        }
    }

    fn report(text: &str) -> Report {
        read(draft(text), source("a.txt"))
    }

    fn kinds(report: &Report) -> Vec<&'static str> {
        report
            .sections
            .iter()
            .filter(|section| section.level <= 1)
            .map(|section| section.kind.name())
            .collect()
    }

    const PARAGRAPH: &str =
        "全年开展法治宣传活动12场次，发放宣传资料三千余份，解答群众咨询六百余人次，营造了良好的法治氛围。";

    /// A report as a portal shows it: header list, salutation, no title, joint signature, a line below.
    fn portal() -> String {
        format!(
            "\n- 索 引 号: ab09901-1800-2025-00003\n- 备注/文号: 云委〔2025〕5号\n- 发布机构: 云岫镇人民政府\n- 公文生成日期: 2025-02-07\n\
             中共闽屏县委员会,闽屏县人民政府:\n2024年,云岫镇法治政府建设工作在县委、县政府的有力指导下,围绕《法治政府建设实施纲要（2021—2025年）》,取得了新的成绩。\
             现将云岫镇2024年法治建设工作情况及2025年度工作思路总结如下:\n一、2024年度推进法治政府建设的主要举措和成效\n(一)坚持学习,提升素质。\n{PARAGRAPH}\n\
             (二)加强宣传,营造氛围。{PARAGRAPH}\n二、2024年度推进法治政府建设存在的不足和原因\n{PARAGRAPH}\n三、2024年度党政主要负责人履行推进法治建设第一责任人职责的相关情况\n{PARAGRAPH}\n\
             四、2025年度推进法治政府建设的主要安排\n{PARAGRAPH}\n五、其他需要报告的情况\n无其他需要报告情况。\n中共闽屏县云岫镇委员会 闽屏县云岫镇人民政府\n2025年2月7日\n扫一扫在手机上查看当前页面\n\n"
        )
    }

    #[test]
    fn a_report_from_a_portal_is_read_whole() {
        let report = report(&portal());
        let m = &report.metadata;
        assert_eq!(m.kind, ReportKind::RuleOfLaw);
        assert_eq!(m.title.as_deref(), Some("云岫镇2024年法治政府建设年度报告"));
        assert_eq!((m.year, m.level), (Some(2024), Some(Level::Township)));
        assert_eq!(m.township.as_deref(), Some("云岫镇"));
        assert_eq!(m.county.as_deref(), Some("闽屏县"));
        assert_eq!(m.issuing_body.as_deref(), Some("云岫镇人民政府"));
        assert_eq!(m.doc_number.as_deref(), Some("云委〔2025〕5号"));
        assert_eq!(m.index_number.as_deref(), Some("ab09901-1800-2025-00003"));
        assert_eq!(m.published.as_deref(), Some("2025-02-07"));
        assert_eq!(
            kinds(&report),
            ["preamble", "achievements", "problems", "leadership", "plans", "other"]
        );
        let (_, last) = report.passage_texts().last().unwrap();
        assert!(
            last.starts_with("五、其他需要报告的情况\n无其他") && last.ends_with("2025年2月7日"),
            "{last}"
        );
        let derived = report
            .evidence
            .iter()
            .find(|evidence| evidence.field == "title")
            .map(|evidence| evidence.from);
        assert_eq!(derived, Some(EvidenceSource::Derived));
    }

    #[test]
    fn evidence_quotes_what_stands_in_the_text() {
        let report = report(&portal());
        for evidence in &report.evidence {
            if let Some(chars) = evidence.chars.clone() {
                assert_eq!(
                    crate::report::slice_chars(&report.text, chars),
                    evidence.quote,
                    "{}",
                    evidence.field
                );
            }
        }
        let mut fields: Vec<&str> = report.evidence.iter().map(|evidence| evidence.field.as_str()).collect();
        let all = fields.len();
        fields.dedup();
        assert_eq!(fields.len(), all);
    }

    /// Title, lead and ending of a report, and what is known of it: township, county, city, province, year, level, issuing body.
    type Known = (
        &'static str,
        &'static str,
        &'static str,
        [Option<&'static str>; 4],
        Option<u16>,
        Option<Level>,
        Option<&'static str>,
    );

    #[test]
    fn places_years_and_bodies_are_read_from_many_shapes() {
        use Level::*;
        let table: Vec<Known> = vec![
            (
                "乌苏市古尔图镇2024年法治政府建设工作报告",
                "2024年，古尔图镇坚持。",
                "",
                [
                    Some("古尔图镇"),
                    Some("乌苏市"),
                    Some("塔城地区"),
                    Some("新疆维吾尔自治区"),
                ],
                Some(2024),
                Some(Township),
                Some("古尔图镇人民政府"),
            ),
            (
                "城口县咸宜镇人民政府2023年法治政府建设情况报告",
                "2023年以来，我镇以",
                "",
                [Some("咸宜镇"), Some("城口县"), None, Some("重庆市")],
                Some(2023),
                Some(Township),
                Some("城口县咸宜镇人民政府"),
            ),
            (
                "重庆市江渝区河石镇人民政府关于2023年度法治政府建设情况的报告",
                "2022年度报告中，我镇自查。2023年，",
                "",
                [Some("河石镇"), Some("江渝区"), None, Some("重庆市")],
                Some(2023),
                Some(Township),
                Some("重庆市江渝区河石镇人民政府"),
            ),
            (
                "2024年度汶陵区向阳路街道法治政府建设情况的报告",
                "一年来，",
                "",
                [Some("向阳路街道"), Some("汶陵区"), None, None],
                Some(2024),
                Some(Township),
                Some("向阳路街道办事处"),
            ),
            (
                "汶陵区北城街街道办事处2023年度法治政府建设工作情况报告",
                "一年来，",
                "",
                [Some("北城街街道"), Some("汶陵区"), None, None],
                Some(2023),
                Some(Township),
                Some("汶陵区北城街街道办事处"),
            ),
            (
                "闽屏县人民政府城西街街道办事处2022年法治政府建设工作情况报告",
                "2022年，",
                "",
                [Some("城西街街道"), Some("闽屏县"), None, None],
                Some(2022),
                Some(Township),
                Some("闽屏县人民政府城西街街道办事处"),
            ),
            (
                "镇远坪镇2022年度法治政府建设情况报告",
                "2022年，",
                "",
                [Some("镇远坪镇"), None, None, None],
                Some(2022),
                Some(Township),
                Some("镇远坪镇人民政府"),
            ),
            (
                "海滨街2020年法治政府建设情况",
                "2020年，",
                "",
                [Some("海滨街"), None, None, None],
                Some(2020),
                Some(Township),
                Some("海滨街道办事处"),
            ),
            (
                "镇远县白水街道办事处\n二〇二三年度法治政府建设工作报告",
                "今年以来，",
                "",
                [
                    Some("白水街道"),
                    Some("镇远县"),
                    Some("黔东南苗族侗族自治州"),
                    Some("贵州省"),
                ],
                Some(2023),
                Some(Township),
                Some("镇远县白水街道办事处"),
            ),
            (
                "白鹭镇2024年法治政府建设开展情况\n及2025年工作计划",
                "2024年，",
                "",
                [Some("白鹭镇"), None, None, None],
                Some(2024),
                Some(Township),
                Some("白鹭镇人民政府"),
            ),
            (
                "青澜县白鹭镇人民政府文件\n白鹭府发〔2024〕3号　　签发人：李某某\n白鹭镇人民政府\n关于2023年度法治政府建设情况的报告",
                "2023年，",
                "抄送：县司法局。\n白鹭镇党政办公室 2024年1月5日印发",
                [Some("白鹭镇"), Some("青澜县"), None, None],
                Some(2023),
                Some(Township),
                Some("白鹭镇人民政府"),
            ),
            (
                "白鹭镇2023年法治政府建设情况报告",
                "2023年，",
                "主办：青澜县人民政府办公室",
                [Some("白鹭镇"), Some("青澜县"), None, None],
                Some(2023),
                Some(Township),
                Some("白鹭镇人民政府"),
            ),
            (
                "",
                "2024年，青澜县白鹭镇坚持依法行政，推进法治政府建设，现报告如下：",
                "",
                [Some("白鹭镇"), Some("青澜县"), None, None],
                Some(2024),
                Some(Township),
                Some("白鹭镇人民政府"),
            ),
            (
                "白鹭镇2023年法治政府建设情况报告",
                "2023年，按照《青澜县法治政府建设实施方案》，",
                "",
                [Some("白鹭镇"), Some("青澜县"), None, None],
                Some(2023),
                Some(Township),
                Some("白鹭镇人民政府"),
            ),
            (
                "南陵市观山区白鹭镇九游娱乐2022年法治政府建设情况的报告",
                "2022年，",
                "",
                [Some("白鹭镇"), Some("观山区"), Some("南陵市"), None],
                Some(2022),
                Some(Township),
                Some("白鹭镇人民政府"),
            ),
            (
                "罗子山瑶族乡2021年法治政府建设报告",
                "2021年，",
                "",
                [Some("罗子山瑶族乡"), None, None, None],
                Some(2021),
                Some(Township),
                Some("罗子山瑶族乡人民政府"),
            ),
            (
                "大河乡法治政府建设年度报告",
                "2025年，大河乡在区委的领导下，",
                "",
                [Some("大河乡"), None, None, None],
                Some(2025),
                Some(Township),
                Some("大河乡人民政府"),
            ),
            (
                "石桥镇2021年度法治政府建设工作及2022年工作计划",
                "2021年，",
                "",
                [Some("石桥镇"), None, None, None],
                Some(2021),
                Some(Township),
                Some("石桥镇人民政府"),
            ),
            (
                "沙泉县交通运输局关于2023年度法治政府建设工作情况的报告",
                "2023年，我局按照",
                "沙泉县交通运输局\n2024年1月10日",
                [None, Some("沙泉县"), None, None],
                Some(2023),
                Some(Department),
                Some("沙泉县交通运输局"),
            ),
            (
                "青澜县司法局2022年法治政府建设工作报告",
                "2022年，石桥镇司法所",
                "",
                [None, Some("青澜县"), None, None],
                Some(2022),
                Some(Department),
                Some("青澜县司法局"),
            ),
            (
                "峒岭苗族侗族自治县2024年法治政府建设年度报告",
                "2024年，全县各乡镇",
                "",
                [None, Some("峒岭苗族侗族自治县"), None, None],
                Some(2024),
                Some(County),
                Some("峒岭苗族侗族自治县人民政府"),
            ),
            (
                "楚泽市人民政府2020年度法治政府建设情况报告",
                "2020年，全市各乡镇认真落实。",
                "",
                [None, Some("楚泽市"), None, None],
                Some(2020),
                Some(County),
                Some("楚泽市人民政府"),
            ),
            (
                "泉沂市人民政府2020年度法治政府建设情况报告",
                "2020年，各县（市、区）认真落实。",
                "",
                [None, None, Some("泉沂市"), None],
                Some(2020),
                Some(City),
                Some("泉沂市人民政府"),
            ),
            (
                "某泽市人民政府2020年度法治政府建设情况报告",
                "2020年，全市认真落实。",
                "",
                [None, None, None, None],
                Some(2020),
                None,
                Some("某泽市人民政府"),
            ),
            (
                "长沙市人民政府2020年法治政府建设情况报告",
                "2020年，",
                "",
                [None, None, Some("长沙市"), Some("湖南省")],
                Some(2020),
                Some(City),
                Some("长沙市人民政府"),
            ),
            (
                "甘肃省人民政府2019年法治政府建设情况报告",
                "2019年，",
                "",
                [None, None, None, Some("甘肃省")],
                Some(2019),
                Some(Province),
                Some("甘肃省人民政府"),
            ),
            (
                "",
                "在沙泉县委、县政府的坚强领导下，2023年，东坝镇坚持依法行政。现将法治政府建设情况报告如下：",
                "",
                [Some("东坝镇"), Some("沙泉县"), None, None],
                Some(2023),
                Some(Township),
                Some("东坝镇人民政府"),
            ),
            (
                "",
                "2022年，我镇深入推进法治政府建设。现将我镇情况报告如下：",
                "沙泉县东坝镇人民政府\n2023年1月8日",
                [Some("东坝镇"), Some("沙泉县"), None, None],
                Some(2022),
                Some(Township),
                Some("沙泉县东坝镇人民政府"),
            ),
            (
                "",
                "一年来，我镇深入推进法治政府建设。现将情况报告如下：",
                "",
                [None, None, None, None],
                None,
                Some(Township),
                None,
            ),
            (
                "楚泽市龙湾镇2021年法治政府建设年度报告",
                "2021年，",
                "",
                [Some("龙湾镇"), Some("楚泽市"), None, None],
                Some(2021),
                Some(Township),
                Some("龙湾镇人民政府"),
            ),
        ];
        for (title, lead, end, [township, county, city, province], year, level, body) in table {
            let text = format!(
                "{title}\n{lead}{PARAGRAPH}\n一、主要举措和成效\n{PARAGRAPH}\n二、存在的问题\n{PARAGRAPH}\n{end}"
            );
            let m = report(&text).metadata;
            let found = (
                m.township.as_deref(),
                m.county.as_deref(),
                m.city.as_deref(),
                m.province.as_deref(),
                m.year,
                m.level,
                m.issuing_body.as_deref(),
            );
            assert_eq!(
                found,
                (township, county, city, province, year, level, body),
                "{title} {lead}"
            );
        }
    }

    #[test]
    fn a_county_reports_to_its_city() {
        let m = report(&format!(
            "青澜县人民政府2021年法治政府建设情况报告\n沱阳市人民政府：\n2021年，{PARAGRAPH}\n一、工作情况\n{PARAGRAPH}"
        ))
        .metadata;
        assert_eq!(
            (m.county.as_deref(), m.city.as_deref()),
            (Some("青澜县"), Some("沱阳市"))
        );
        assert_eq!(m.level, Some(Level::County));
    }

    #[test]
    fn headings_of_the_next_year_are_plans_and_a_title_is_no_preamble() {
        let report = report(&format!(
            "白鹭镇2024年法治政府建设工作报告\n一、主要举措和成效\n{PARAGRAPH}\n二、工作中的不足\n{PARAGRAPH}\n三、2025年工作目标及举措\n{PARAGRAPH}\n\
             四、明确工作思路，健全工作机制\n{PARAGRAPH}\n五、需要上级支持解决的事项\n{PARAGRAPH}"
        ));
        assert_eq!(
            kinds(&report),
            ["achievements", "problems", "plans", "achievements", "other"]
        );
        assert_eq!(report.sections[0].chars.start, 0);
    }

    #[test]
    fn headers_whose_values_stand_below_or_beside_the_title_are_read() {
        let report = report(&format!(
            "索引号：\n11500118009293110M/2025-00003\n发文字号：\n\n主题分类：\n司法\n发布机构：\n青澜县白鹭镇\n- 2025-01-16\n有效性：\n有效\n\
             白鹭镇2024年法治政府建设年度报告 来源：白鹭镇 浏览次数： 字体：[ 大 中 小 ]\n2024年，{PARAGRAPH}\n一、工作情况\n{PARAGRAPH}\n网站地图 | 关于我们 | 联系我们"
        ));
        let m = &report.metadata;
        assert_eq!(m.title.as_deref(), Some("白鹭镇2024年法治政府建设年度报告"));
        assert_eq!(m.index_number.as_deref(), Some("11500118009293110M/2025-00003"));
        assert_eq!(
            (m.county.as_deref(), m.published.as_deref()),
            (Some("青澜县"), Some("2025-01-16"))
        );
        assert!(
            report.text.starts_with("白鹭镇2024年法治政府建设年度报告\n2024年"),
            "{}",
            report.text
        );
        assert!(report.text.ends_with('。'), "{}", report.text);
    }

    #[test]
    fn what_is_printed_below_a_report_is_left_out() {
        let report = report(&format!(
            "白鹭镇2024年法治政府建设工作报告\n{PARAGRAPH}\n一、工作情况\n{PARAGRAPH}\n白鹭镇人民政府\n2025年1月6日\n（联系人：李某，联系电话：0591-1234567）\n\
             抄送：县司法局。\n白鹭镇党政办公室　2025年1月6日印发"
        ));
        assert!(report.text.ends_with("2025年1月6日"), "{}", report.text);
    }

    #[test]
    fn a_file_name_says_what_the_text_does_not() {
        let text = format!("一年来，我镇深入推进法治政府建设。现将情况报告如下：\n一、主要举措和成效\n{PARAGRAPH}");
        let report = read(draft(&text), source("qinglan/白鹭镇2021年法治政府建设年度报告.txt"));
        assert_eq!(report.metadata.year, Some(2021));
        assert_eq!(report.metadata.township.as_deref(), Some("白鹭镇"));
        assert!(
            report
                .evidence
                .iter()
                .any(|evidence| evidence.field == "year" && evidence.from == EvidenceSource::FileName)
        );
    }

    #[test]
    fn other_documents_are_told_apart() {
        for (title, kind) in [
            ("沙泉县关于报送2023年度法治政府建设年度报告的通知", ReportKind::Notice),
            ("沙泉县2023年法治政府建设工作要点", ReportKind::Plan),
            ("沙泉县东坝镇2023年政府工作报告", ReportKind::GovernmentWork),
            (
                "第十四届全国人民代表大会第三次会议关于政府工作报告的决议",
                ReportKind::Other,
            ),
            ("东坝镇2017年依法行政工作总结", ReportKind::RuleOfLaw),
            ("东坝镇2021年法治建设工作情况汇报", ReportKind::RuleOfLaw),
            (
                "东坝镇2023年法治政府建设工作情况及2024年工作打算",
                ReportKind::RuleOfLaw,
            ),
            ("东坝镇2023年法治建设工作总结及下一步工作计划", ReportKind::RuleOfLaw),
            ("东坝镇2024年法治建设工作安排", ReportKind::Plan),
            ("东坝镇法治政府建设实施方案（2021—2025年）", ReportKind::Plan),
            ("东坝镇召开2024年法治政府建设工作推进会", ReportKind::News),
            ("《东坝镇2023年法治政府建设年度报告》解读", ReportKind::Other),
            ("东坝镇2023年法治政府建设年度报告公示", ReportKind::RuleOfLaw),
            ("转发县委依法治县办关于做好年度报告工作的通知", ReportKind::Notice),
            ("关于印发《沙泉县2023年法治政府建设年度报告》的通知", ReportKind::Notice),
            ("东坝镇人民政府2023年政府信息公开工作年度报告", ReportKind::Other),
            ("东坝街道2020年度依法治街工作总结", ReportKind::RuleOfLaw),
        ] {
            assert_eq!(
                report(&format!("{title}\n{PARAGRAPH}\n一、工作情况\n{PARAGRAPH}"))
                    .metadata
                    .kind,
                kind,
                "{title}"
            );
        }
    }

    #[test]
    fn cited_numbers_and_last_years_are_not_its_own() {
        let text = format!(
            "东坝镇2022年法治政府建设年度报告\n2022年，根据《关于印发要点的通知》（沙府办〔2022〕37号），我镇认真落实。\n一、2021年度主要举措和成效\n{PARAGRAPH}\n二、存在的问题\n{PARAGRAPH}"
        );
        let report = report(&text);
        assert_eq!(report.metadata.doc_number, None);
        assert_eq!(
            report.warnings,
            [
                "the heading (“一、2021年度主要举措和成效”) says 2021, the title (“东坝镇2022年法治政府建设年度报告”) 2022"
            ]
        );
    }

    #[test]
    fn traditional_text_gives_simplified_values_and_its_own_title() {
        let text = "閩屏縣楓嶺鄉人民政府關於2023年度法治政府建設情況的報告\n2023年，楓嶺鄉在縣委、縣政府的領導下，認真貫徹落實黨的二十大精神，紮實推進法治政府建設，取得了新的成績。\n一、主要舉措和成效\n全鄉開展普法宣傳。";
        let m = report(text).metadata;
        assert_eq!(
            m.title.as_deref(),
            Some("閩屏縣楓嶺鄉人民政府關於2023年度法治政府建設情況的報告")
        );
        assert_eq!(m.township.as_deref(), Some("枫岭乡"));
        assert_eq!(m.county.as_deref(), Some("闽屏县"));
        assert_eq!(m.issuing_body.as_deref(), Some("闽屏县枫岭乡人民政府"));
    }

    #[test]
    fn long_paragraphs_are_split_between_sentences() {
        let long = PARAGRAPH.repeat(20);
        let report = report(&format!(
            "东坝镇2022年法治政府建设年度报告\n{long}\n一、主要举措和成效\n{long}"
        ));
        let sizes: Vec<usize> = report.passages.iter().map(|passage| passage.chars.len()).collect();
        assert!(sizes.iter().all(|size| (200..=460).contains(size)), "{sizes:?}");
        assert!(report.passage_texts().all(|(_, text)| text.ends_with('。')));
        // One sentence stays whole, however long.
        let sentence = format!("一、主要举措和成效\n{}。", "加强领导，".repeat(180));
        assert_eq!(super::super::report::tests::report(&sentence).passages.len(), 1);
    }

    #[test]
    fn a_report_without_headings_is_one_section() {
        let report = report(&format!("东坝镇2022年法治政府建设年度报告\n{PARAGRAPH}\n{PARAGRAPH}"));
        assert_eq!(kinds(&report), ["achievements"]);
        assert_eq!(report.sections[0].kind, SectionKind::Achievements);
    }

    #[test]
    fn places_in_the_source_are_those_of_the_text() {
        let text = portal();
        let report = report(&text);
        for (passage, here) in report.passage_texts() {
            let Place::Bytes([start, end]) = passage.source else {
                panic!("{passage:?}")
            };
            let there = &text[start as usize..end as usize];
            let shown = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            assert_eq!(shown(there), shown(here));
        }
    }

    #[test]
    fn an_id_is_of_what_a_report_says_and_not_of_how_its_file_holds_it() {
        let text = portal();
        let one = report(&text);
        // Another path, other widths and blanks, lines broken otherwise, a title of its own, no header.
        let body = &text[text.find("中共闽屏县委员会").unwrap()..];
        let other = format!(
            "云岫镇2024年法治政府建设年度报告\n{}",
            body.replace(',', "，")
                .replace("2024年", "2024 年")
                .replace("三千余份，", "三千余份，\n")
        );
        assert_eq!(read(draft(&text), source("moved/别的.txt")).id, one.id);
        assert_eq!(report(&other).id, one.id);
        for (from, to) in [
            ("12场次", "13场次"),
            ("2025年2月7日", "2025年2月8日"),
            ("存在的不足", "存在的问题"),
            ("云岫镇", "云岭镇"),
        ] {
            assert_ne!(report(&text.replace(from, to)).id, one.id, "{to}");
        }
    }

    #[test]
    fn a_text_of_titles_only_is_named_by_all_of_it() {
        let ids = [
            "东坝镇2022年法治政府建设年度报告",
            "东坝镇2023年法治政府建设年度报告",
            "",
            "附件",
        ]
        .map(|text| report(text).id);
        let different: std::collections::HashSet<_> = ids.iter().collect();
        assert_eq!(different.len(), ids.len());
    }

    #[test]
    fn records_of_one_text_with_other_columns_are_two_reports() {
        let with = |year: &str| {
            let mut draft = draft(PARAGRAPH);
            draft.given.push(crate::ingest::extract::Given {
                label: "year".to_owned(),
                value: year.to_owned(),
                from: EvidenceSource::Column,
            });
            read(draft, source("a.csv")).id
        };
        assert_eq!(with("2023"), with("2023"));
        assert_ne!(with("2023"), with("2024"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn passages_are_the_text(parts in proptest::collection::vec(prop_oneof![
            Just("\n"), Just("\n\n"), Just("。"), Just("，"), Just("一、主要举措和成效"), Just("二、存在的问题"), Just("（一）加强领导"), Just("1.加强"), Just("一是加强。"),
            Just("东坝镇人民政府"), Just("东坝镇2022年法治政府建设年度报告"), Just("2025年2月7日"), Just("县委、县政府："), Just(PARAGRAPH), Just("| a | b |"), Just("下步打算"), Just("12")
        ], 0..60)) {
            let report = report(&parts.concat());
            let chars: Vec<char> = report.text.chars().collect();
            let mut at = 0;
            for passage in &report.passages {
                let gap = passage.chars.start - at;
                prop_assert!(gap == 0 || (gap == 1 && chars[at] == '\n' && at > 0));
                prop_assert!(!passage.chars.is_empty());
                prop_assert!(passage.section < report.sections.len());
                let section = &report.sections[passage.section].chars;
                prop_assert!(passage.chars.end > section.start && passage.chars.start <= section.end);
                at = passage.chars.end;
            }
            prop_assert_eq!(at, chars.len());
            let mut end = 0;
            for section in &report.sections {
                prop_assert_eq!(section.chars.start, end);
                end = section.chars.end;
            }
            prop_assert_eq!(end, if report.sections.is_empty() { 0 } else { chars.len() });
            for evidence in &report.evidence {
                if let Some(chars) = evidence.chars.clone() {
                    prop_assert_eq!(crate::report::slice_chars(&report.text, chars), evidence.quote.as_str());
                }
            }
        }

        #[test]
        fn no_text_makes_it_fail(text in "[\\PC\n]{0,300}", path in "\\PC{0,20}", encoding in "\\PC{0,8}") {
            let source = Source { encoding, ..source(&path) };
            let _ = read(draft(&text), source);
        }
    }
}
