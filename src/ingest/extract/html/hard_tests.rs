//! Pages that hide their article from whoever does not run their scripts, hold it twice, or have it in an attachment.

use super::super::Draft;
use super::super::Places;
use super::super::tests::{read, read_with, texts};
use super::super::{Options, Result};

const PARAGRAPHS: [&str; 6] = [
    "2024年，青石镇深入学习贯彻习近平法治思想，扎实推进法治政府建设，现将有关情况报告如下：",
    "一、主要举措和成效",
    "（一）加强学习。全年组织党委理论学习中心组学法4次，举办法治讲座6场，受教育群众1200余人次。",
    "（二）化解矛盾。全镇调解纠纷56件，成功55件，成功率98.2%，排查风险隐患12处，均已整改到位。",
    "二、存在的不足和原因",
    "一是执法力量薄弱，持证人员仅7人；二是普法形式单一，群众参与度不高，效果有待提升。",
];
const TITLE: &str = "青石镇2024年法治政府建设年度报告";

fn article() -> String {
    PARAGRAPHS.map(|text| format!("<p>　　{text}</p>\n")).concat()
}

fn page(body: &str) -> String {
    format!(
        "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><title>{TITLE}_青石县人民政府</title></head><body>\
         <div class=\"nav\"><ul><li><a href=\"/\">首页</a></li><li><a href=\"/x\">政务公开</a></li></ul></div>{body}\
         <div class=\"footer\"><p>主办：青石县人民政府办公室</p></div></body></html>"
    )
}

fn draft(body: &str) -> Draft {
    read("x.html", page(body).as_bytes()).drafts.remove(0)
}

/// The lines that are not blank, after a title.
fn lines(draft: &Draft) -> Vec<&str> {
    let lines = texts(draft).into_iter().map(str::trim);
    lines.filter(|line| !line.is_empty() && *line != TITLE).collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

#[test]
fn an_article_that_only_a_script_shows_is_taken_and_said_so() {
    let string = serde_json::to_string(&article()).unwrap();
    let ascii: String = string
        .chars()
        .map(|c| {
            if c.is_ascii() {
                c.to_string()
            } else {
                format!("\\u{:04x}", c as u32)
            }
        })
        .collect();
    let record =
        serde_json::to_string(&serde_json::json!({ "title": TITLE, "content": article() }).to_string()).unwrap();
    let field = escaped(&article());
    let pages = [
        (
            "a script",
            format!("<h2>{TITLE}</h2><div id=a></div><script>var content = {ascii}; show(content);</script>"),
        ),
        (
            "a script",
            format!("<script>window.state={{\"detail\": {{\"content\": {string}}}}};</script>"),
        ),
        (
            "a script",
            format!("<script>var detail = JSON.parse({record});</script>"),
        ),
        (
            "a frame",
            format!("<h2>{TITLE}</h2><iframe srcdoc=\"{field}\"></iframe>"),
        ),
        (
            "a hidden field",
            format!("<h2>{TITLE}</h2><input type=\"hidden\" value=\"{field}\">"),
        ),
        (
            "a hidden field",
            format!("<textarea style=\"display:none\">{field}</textarea>"),
        ),
        (
            "what is shown without scripts",
            format!("<div id=a>正在加载</div><noscript>{}</noscript>", article()),
        ),
    ];
    for (place, body) in pages {
        let draft = draft(&body);
        assert_eq!(lines(&draft), PARAGRAPHS, "{body}");
        assert_eq!(draft.places, Places::Paragraphs);
        assert_eq!(
            draft.warnings,
            [format!("the page shows its text by script: it was taken from {place}")]
        );
    }
}

#[test]
fn what_is_hidden_behind_a_tab_is_taken_with_its_place() {
    let (first, second) = PARAGRAPHS.split_at(3);
    let all = |texts: &[&str]| texts.iter().map(|text| format!("<p>{text}</p>")).collect::<String>();
    let long = all(&[
        second[0],
        second[1],
        second[2],
        "三是经费保障不足，部分村社缺少必要的办公条件，工作开展受到影响，群众反映的问题不能及时解决。",
    ]);
    let draft = draft(&format!(
        "<div class=tab><div>{}</div><div style=\"display: none\">{long}</div></div>",
        all(first)
    ));
    assert_eq!(lines(&draft)[..6], PARAGRAPHS);
    assert_eq!((draft.places, lines(&draft).len()), (Places::Bytes, 7));
    assert!(
        draft.warnings[0].contains("hides a part of its text"),
        "{:?}",
        draft.warnings
    );
}

#[test]
fn a_second_copy_of_the_article_is_left_out() {
    for second in [
        "<div class=wap>",
        "<div id=printArea>",
        "<div style=\"display:none\">",
        "<noscript>",
    ] {
        let draft = draft(&format!("<div id=zoom>{0}</div>{second}{0}</div>", article()));
        assert_eq!(lines(&draft), PARAGRAPHS, "{second}");
        assert!(draft.warnings.is_empty(), "{:?}", draft.warnings);
    }
    // A phrase that comes again is no copy.
    let again = format!(
        "{0}<p>{1}</p>{0}<p>{1}</p>",
        "<p>无其他需要报告的情况。</p>", PARAGRAPHS[2]
    );
    assert_eq!(lines(&draft(&format!("<div id=zoom>{again}</div>"))).len(), 4);
}

#[test]
fn attachments_are_named_and_a_page_without_text_says_where_it_is() {
    let with_link = format!(
        "<div class=TRS_Editor>{}<p>附件：<a href=\"/P01.pdf\">决策目录.pdf</a></p><p><a href=\"down.jsp?name=b.docx&id=1\">数据表</a></p><p><a href=\"/law.html\">法规</a></p></div>",
        article()
    );
    assert_eq!(
        draft(&with_link).warnings,
        ["attached: 决策目录.pdf (/P01.pdf), 数据表 (down.jsp?name=b.docx&id=1)"]
    );
    let only = draft(
        "<h1>青石镇2024年法治政府建设年度报告</h1><div id=zoom><p>详见附件。</p><p><a href=\"/P02.pdf\">年度报告.pdf</a></p></div>\
         <div class=list><a href=1>黄泥镇2024年法治政府建设年度报告</a></div>",
    );
    assert_eq!(lines(&only), ["详见附件。", "年度报告.pdf"]);
    assert_eq!(
        only.warnings,
        ["hardly any text: the report stands in an attachment: 年度报告.pdf (/P02.pdf)"]
    );
    let viewer = draft("<h1>青石镇2024年法治政府建设年度报告</h1><iframe src=\"/viewer.html?file=/P03.pdf\"></iframe>");
    assert_eq!(
        viewer.warnings,
        ["hardly any text: the report stands in an attachment: /viewer.html?file=/P03.pdf"]
    );
    let unlinked = draft("<div id=zoom><p>青石镇2024年法治政府建设年度报告全文见附件。</p></div>");
    assert_eq!(
        unlinked.warnings,
        ["the report stands in an attachment, which is not in this page"]
    );
}

#[test]
fn a_list_of_related_pages_inside_the_article_is_no_part_of_it() {
    let body = format!(
        "<div id=content>{}<div><h4>相关文件：</h4><ul><li><a href=1>黄泥镇2024年法治政府建设年度报告</a></li><li><a href=2>松岭乡2024年法治政府建设年度报告</a></li></ul></div></div>",
        article()
    );
    assert_eq!(lines(&draft(&body)), PARAGRAPHS);
}

#[test]
fn pages_without_text_say_what_to_do() {
    let hint = |body: &str| -> Result<String> {
        let error = read_with("x.html", body.as_bytes(), &Options::default())
            .map(|_| ())
            .unwrap_err();
        Ok(error.hints[0].clone())
    };
    let frames = "<html><frameset><frame src=\"a.html\"></frameset></html>";
    assert!(hint(frames).unwrap().contains("save the frame"));
    let object = "<html><body><object data=\"a.pdf\"></object></body></html>";
    assert_eq!(hint(object).unwrap(), "download the document it leads to: a.pdf");
}
