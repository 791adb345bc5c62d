use super::*;
use crate::ingest::extract::{LineStyle, Run};
use crate::text::plain::is_blank;
use proptest::prelude::*;

fn lines(text: &str) -> Vec<Line> {
    let mut at = 0;
    text.split('\n')
        .map(|line| {
            let start = at as u64;
            at += line.len() + 1;
            Line {
                text: line.to_owned(),
                style: LineStyle::Plain,
                runs: vec![Run {
                    at: 0,
                    source: start..start + line.len() as u64,
                }],
            }
        })
        .collect()
}

fn cleaned(text: &str) -> Cleaned {
    clean(&lines(text), Scale::Bytes(encoding_rs::UTF_8))
}

fn texts(text: &str) -> Vec<String> {
    cleaned(text)
        .blocks
        .iter()
        .map(|block| block.text().to_owned())
        .collect()
}

const LONG: &str = "全年开展法治宣传活动12场次，发放宣传资料三千余份，解答群众咨询六百余人次，营造了良好的法治氛围";

#[test]
fn broken_sentences_are_joined_and_paragraphs_are_not() {
    let whole = format!("（一）加强宣传。{LONG}。");
    let table: Vec<(&str, String, Vec<String>)> = vec![
        (
            "a page number in mid sentence",
            format!("{LONG}。镇级设立河\n\n— 1 —\n\n长4名，开展清障。"),
            vec![format!("{LONG}。镇级设立河长4名，开展清障。")],
        ),
        (
            "a lone number in mid sentence",
            format!("{LONG}。镇级设立河\n\n3\n\n长4名，开展清障。\n二、存在的问题\n{LONG}。"),
            vec![
                format!("{LONG}。镇级设立河长4名，开展清障。"),
                "二、存在的问题".into(),
                format!("{LONG}。"),
            ],
        ),
        (
            "a blank line in mid sentence",
            format!("{LONG}。对涉及切身利益\n\n的重大事项，征求意见。"),
            vec![format!("{LONG}。对涉及切身利益的重大事项，征求意见。")],
        ),
        (
            "a comma at the end",
            format!("{LONG}，\n\n群众满意。"),
            vec![format!("{LONG}，群众满意。")],
        ),
        (
            "a link",
            "大会听取了国务院总理所作的\n政府工作报告\n。会议充分肯定过去一年的工作。".into(),
            vec!["大会听取了国务院总理所作的政府工作报告。会议充分肯定过去一年的工作。".into()],
        ),
        (
            "a title in brackets",
            "代表会议通过了《\n关于制定计划的建议\n》，提出了要求。".into(),
            vec!["代表会议通过了《关于制定计划的建议》，提出了要求。".into()],
        ),
        (
            "a heading without mark",
            format!("一、主要举措和成效\n{LONG}。"),
            vec!["一、主要举措和成效".into(), format!("{LONG}。")],
        ),
        (
            "a heading with mark",
            format!("一、主要举措和成效。\n{LONG}。"),
            vec!["一、主要举措和成效。".into(), format!("{LONG}。")],
        ),
        (
            "a second-level heading",
            format!("（一）加强法治宣传\n{LONG}。"),
            vec!["（一）加强法治宣传".into(), format!("{LONG}。")],
        ),
        (
            "items",
            format!("{LONG}\n（二）进一步加强宣传；\n（三）进一步加强培训；"),
            vec![
                LONG.into(),
                "（二）进一步加强宣传；".into(),
                "（三）进一步加强培训；".into(),
            ],
        ),
        (
            "points",
            format!("{LONG}：\n一是加强培训。\n二是加强宣传。"),
            vec![format!("{LONG}："), "一是加强培训。".into(), "二是加强宣传。".into()],
        ),
        (
            "two paragraphs",
            format!("{LONG}。\n{LONG}。"),
            vec![format!("{LONG}。"), format!("{LONG}。")],
        ),
        ("a run-in heading", whole.clone(), vec![whole]),
        (
            "Latin words",
            format!("{LONG}。采用the best\n\npractice做法，"),
            vec![format!("{LONG}。采用the best practice做法，")],
        ),
        (
            "a signature",
            format!("{LONG}\n\n古镛镇人民政府\n2025年2月7日"),
            vec![LONG.into(), "古镛镇人民政府".into(), "2025年2月7日".into()],
        ),
        (
            "a title over two lines",
            format!("乌苏市古尔图镇2024年法治政府\n建设工作报告\n\n{LONG}。"),
            vec!["乌苏市古尔图镇2024年法治政府建设工作报告".into(), format!("{LONG}。")],
        ),
        (
            "a title over three lines",
            format!("中共九溪乡委员会\n九溪乡人民政府\n关于2020年度法治政府建设工作的报告\n{LONG}。"),
            vec![
                "中共九溪乡委员会九溪乡人民政府关于2020年度法治政府建设工作的报告".into(),
                format!("{LONG}。"),
            ],
        ),
        (
            "a number above the title",
            format!("青司〔2023〕7号\n青澜县司法局2022年法治政府建设工作报告\n{LONG}。"),
            vec![
                "青司〔2023〕7号".into(),
                "青澜县司法局2022年法治政府建设工作报告".into(),
                format!("{LONG}。"),
            ],
        ),
        (
            "an inline first level",
            "2024年，我镇认真落实。现将情况报告如下：一、主要举措和成效（一）加强领导。成立小组。".into(),
            vec![
                "2024年，我镇认真落实。现将情况报告如下：".into(),
                "一、主要举措和成效".into(),
                "（一）加强领导。成立小组。".into(),
            ],
        ),
        (
            "an enumeration in a sentence",
            "报告分三个部分：一、过去的工作；二、今年的任务；三、政府的建设。".into(),
            vec!["报告分三个部分：一、过去的工作；二、今年的任务；三、政府的建设。".into()],
        ),
        (
            "a formula",
            format!("{LONG}。治理CO\n2\n排放，效果明显。"),
            vec![format!("{LONG}。治理CO2排放，效果明显。")],
        ),
    ];
    for (name, text, expected) in table {
        assert_eq!(texts(&text), expected, "{name}");
    }
}

#[test]
fn hard_wrapped_lines_make_paragraphs() {
    let text = [
        "　　一、主要做法",
        "　　（一）健全机制，把担子压实。一是调整充实依法行政工作领导小",
        "组，由镇长任组长，分管副镇长任副组长，党政办、司法所、国土所、",
        "计生办、经管站等十二个站所负责人为成员，办公室设在司法所。二是",
        "坚持会前学法，镇长办公会每次安排二十分钟学习一部法律法规，全年",
        "学习十四部，机关干部人均记学法笔记六千字以上，组织了闭卷考试。",
        "三是推行政府法律顾问制度，聘请两名法律工作者担任法律顾问，落实",
        "一村一顾问。",
        "　　二、存在的问题",
        "　　回顾一年的工作，成绩来之不易，问题也不容回避。一是少数干部仍",
        "习惯用",
        "",
        "- 2 -",
        "",
        "行政命令推动工作，遇到急难任务时，程序观念让位于进度要求，说到",
        "底是考核压力没有传导到人。",
    ]
    .join("\n");
    let texts = texts(&text);
    assert_eq!(texts.len(), 4, "{texts:#?}");
    assert!(texts[1].ends_with("一村一顾问。"));
    assert!(texts[3].contains("仍习惯用行政命令推动工作"));
}

#[test]
fn header_and_footer_lines_leave_the_text() {
    let text = format!(
        "首页>政务公开>法治政府建设年度报告重庆市江渝区河石镇人民政府关于2023年度法治政府建设情况的报告\n\
         [ 索引号 ] 115002/2024-00012 [ 发文字号 ] 河石府文〔2024〕9号 [ 发布日期 ] 2024-01-22\n\
         语音播报： 播放 暂停 语速：正常\n字号：大 中 小\n浏览量：\n\
         重庆市江渝区河石镇人民政府关于2023年法治政府建设情况的报告\n江渝区人民政府：\n{LONG}。\n\
         一、主要举措和成效\n{LONG}。\n重庆市江渝区河石镇人民政府\n2024年1月18日\n扫一扫在手机打开当前页\n【打印本页】 【关闭窗口】\n5"
    );
    let cleaned = cleaned(&text);
    let texts: Vec<&str> = cleaned.blocks.iter().map(Block::text).collect();
    assert_eq!(
        texts,
        [
            "重庆市江渝区河石镇人民政府关于2023年度法治政府建设情况的报告",
            "重庆市江渝区河石镇人民政府关于2023年法治政府建设情况的报告",
            "江渝区人民政府：",
            &format!("{LONG}。"),
            "一、主要举措和成效",
            &format!("{LONG}。"),
            "重庆市江渝区河石镇人民政府",
            "2024年1月18日"
        ]
    );
    let labels: Vec<&str> = cleaned.given.iter().map(|given| given.label.as_str()).collect();
    assert_eq!(labels, ["索引号", "发文字号", "发布日期", "字号"]);
    let kinds: Vec<BlockKind> = cleaned.blocks.iter().map(|block| block.kind).collect();
    use BlockKind::*;
    assert_eq!(
        kinds,
        [
            Title, Title, Salutation, Paragraph, Heading, Paragraph, Signature, Signature
        ]
    );
    assert!(cleaned.dropped.iter().all(|dropped| !dropped.reason.is_empty()));
}

#[test]
fn a_repeated_title_stays_once() {
    let title = "河石镇2023年法治政府建设年度报告";
    let texts = texts(&format!("{title}\n来源：河石镇\n{title}\n{LONG}。"));
    assert_eq!(texts, [title.to_owned(), format!("{LONG}。")]);
}

#[test]
fn cells_are_no_page_numbers() {
    let text = format!("{LONG}。\n指标\n数量\n调解\n12\n33\n普法\n8\n9\n二、存在的问题\n{LONG}。");
    let texts = texts(&text);
    for cell in ["12", "33", "8", "9"] {
        assert!(texts.iter().any(|text| text == cell), "{cell}: {texts:?}");
    }
}

#[test]
fn bookmarks_and_markdown_marks_are_cut_out() {
    let cleaned = cleaned(&format!(
        "# 高兴镇 2024 年法治政府建设工作报告\n\n{LONG}。\n\n## 一、主要工作\n\n[bookmark: _GoBack]**（一）规范执法。**{LONG}。"
    ));
    let texts: Vec<&str> = cleaned.blocks.iter().map(Block::text).collect();
    assert_eq!(texts[0], "高兴镇 2024 年法治政府建设工作报告");
    assert_eq!(texts[2], "一、主要工作");
    assert!(texts[3].starts_with("（一）规范执法。全年"));
    assert_eq!(cleaned.dropped[0].text, "[bookmark: _GoBack]");
    assert_eq!(
        cleaned.blocks[3].head.map(|head| &texts[3][..head.len]),
        Some("（一）规范执法。")
    );
}

#[test]
fn headings_know_their_part_of_the_line() {
    let table = [
        (
            "一、提高政治站位，深入学习贯彻党的精神和重大部署，坚持以习近平新时代中国特色社会主义思想为指导，深入学习贯彻习近平法治思想，全面贯彻党的二十大精神，在全镇掀起学习热潮，通过党员大会等开展集体学习。",
            "一、提高政治站位，深入学习贯彻党的精神和重大部署，",
        ),
        (
            "（一）建立健全机制，依法做好服务，今年5月，11月分别召开会议，落实上级决策部署，制定年度计划，向党委请示汇报情况，严格按照机构改革职能，扎实推进改革。",
            "（一）建立健全机制，依法做好服务，",
        ),
        (
            "（二）加强组织领导，压实责任。成立了领导小组，明确了各成员的职责分工。",
            "（二）加强组织领导，压实责任。",
        ),
        (
            "二、存在的问题：一是宣传不够，二是人手不足，三是经费紧张，需要逐步加以解决。",
            "二、存在的问题：",
        ),
    ];
    for (line, heading) in table {
        let cleaned = cleaned(&format!("{line}\n{LONG}。"));
        let block = &cleaned.blocks[0];
        assert_eq!(
            block.head.map(|head| &block.text()[..head.len]),
            Some(heading),
            "{line}"
        );
    }
}

#[test]
fn first_level_numbers_below_a_first_level_are_the_second() {
    let text = format!(
        "一、2023年主要举措和成效\n一、加强领导，压实责任\n{LONG}。\n二、加强宣传，营造氛围\n{LONG}。\n二、存在的不足和原因\n{LONG}。\n三、下一步工作计划\n{LONG}。"
    );
    let levels: Vec<u8> = cleaned(&text)
        .blocks
        .iter()
        .filter_map(|block| Some(block.head?.level))
        .collect();
    assert_eq!(levels, [1, 2, 2, 1, 1]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn nothing_that_shows_is_lost(parts in proptest::collection::vec(fragment(), 0..40)) {
        let text = parts.concat();
        let cleaned = cleaned(&text);
        let shown = |text: &str| text.chars().filter(|c| !is_blank(*c)).collect::<String>();
        // What is kept and what is dropped, in the order of the source.
        let mut pieces: Vec<(u64, String)> = Vec::new();
        for block in &cleaned.blocks {
            for (n, run) in block.strip.runs.iter().enumerate() {
                let end = block.strip.runs.get(n + 1).map_or(block.text().len(), |next| next.at);
                pieces.push((run.source.start, block.text()[run.at..end].to_owned()));
            }
        }
        for dropped in &cleaned.dropped {
            if let crate::report::Place::Bytes([start, _]) = dropped.source {
                pieces.push((start, dropped.text.clone()));
            }
        }
        pieces.sort_by_key(|(start, _)| *start);
        let marks = |text: &str| shown(text).replace(['#', '*'], "");
        let all: String = pieces.iter().map(|(_, text)| text.as_str()).collect();
        prop_assert_eq!(marks(&all), marks(&text));
    }

    #[test]
    fn no_text_makes_it_fail(text in "\\PC{0,200}", which in 0..4usize) {
        let scales = [Scale::Bytes(encoding_rs::GB18030), Scale::Pages, Scale::Paragraphs, Scale::Record(3)];
        let _ = clean(&lines(&text), scales[which]);
    }
}

fn fragment() -> impl Strategy<Value = String> {
    let words = prop_oneof![
        Just("\n".to_owned()),
        Just("\n\n".to_owned()),
        Just("　　".to_owned()),
        Just("。".to_owned()),
        Just("，".to_owned()),
        Just("：".to_owned()),
        Just("一、主要举措和成效".to_owned()),
        Just("二、存在的问题".to_owned()),
        Just("（一）加强领导".to_owned()),
        Just("1.".to_owned()),
        Just("一是".to_owned()),
        Just("古镛镇人民政府".to_owned()),
        Just("2024年法治政府建设年度报告".to_owned()),
        Just("2025年2月7日".to_owned()),
        Just("- 3 -".to_owned()),
        Just("5".to_owned()),
        Just("首页 > 政务公开".to_owned()),
        Just("发布时间：2024-01-02 来源：古镛镇".to_owned()),
        Just("**".to_owned()),
        Just("| 索引号 | 1/2 |".to_owned()),
        Just("全镇开展法治宣传活动十二场次并发放资料三千余份受到群众好评".to_owned()),
        Just("扫一扫在手机上查看".to_owned()),
        Just("县委、县政府：".to_owned()),
    ];
    prop_oneof![8 => words, 1 => "[\\PC]{1,6}"]
}
