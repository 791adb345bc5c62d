use encoding_rs::{GB18030, UTF_8};

use super::super::tests::{assert_runs, given, read, texts};
use super::super::{Draft, LineStyle};

/// Paragraphs of an invented report, long enough to be told from navigation.
const LEAD: &str = "2024年，青石镇在县委、县政府的领导下，认真学习贯彻习近平法治思想，扎实推进法治政府建设各项工作。现将有关情况报告如下：";
const HEAD: &str = "一、主要举措和成效";
const WORK: &str = "（一）加强学习。全年组织党委理论学习中心组学法4次，举办法治讲座6场，受教育群众1200余人次，干部依法办事的能力有了新的提高。";
const MORE: &str = "（二）化解矛盾。全镇调解纠纷56件，成功55件，成功率98.2%，排查风险隐患12处，均已整改到位，群众的安全感和满意度不断提升。";
const SIGN: &str = "青石镇人民政府";
const DATE: &str = "2025年1月17日";
const TITLE: &str = "青石镇2024年法治政府建设年度报告";

fn draft(page: &str) -> Draft {
    read("x.html", page.as_bytes()).drafts.remove(0)
}

fn is_whole_report(draft: &Draft) {
    let lines: Vec<&str> = texts(draft)
        .into_iter()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    assert_eq!(lines, [LEAD, HEAD, WORK, MORE, SIGN, DATE]);
}

fn paragraphs() -> String {
    [LEAD, HEAD, WORK, MORE, SIGN, DATE]
        .map(|text| format!("<p>&emsp;&emsp;{text}</p>\n"))
        .concat()
}

fn dropped(draft: &Draft) -> String {
    draft
        .dropped
        .iter()
        .map(|dropped| format!("{}: {}\n", dropped.reason, dropped.text))
        .collect()
}

#[test]
fn a_page_of_the_trs_system() {
    let page = format!(
        r#"<!DOCTYPE html><html><head><meta charset="utf-8"><title>{TITLE}_青石县人民政府门户网站</title>
        <meta name="ArticleTitle" content="{TITLE}"><meta name="PubDate" content="2025-01-19 10:00"><meta name="ContentSource" content="青石镇">
        <script>var a = "<p>不是正文</p>";</script></head><body>
        <div class="nav"><ul><li><a href="/">首页</a></li><li><a href="/x">政务公开</a></li></ul></div>
        <div class="bc">您现在的位置：<a href="/">首页</a> &gt; <a href="/x">政务公开</a></div>
        <table class="xxgk"><tr><td>索&nbsp;引&nbsp;号</td><td>115128/2025-00011</td><td>文　号</td><td>青镇府〔2025〕6号</td></tr>
        <tr><td>发布机构</td><td>青石镇人民政府</td><td>公开方式</td><td></td></tr></table>
        <h1 class="title">青石镇2024年法治政府<br>建设年度报告</h1>
        <div class="tools">字号：<a>大</a> <a>中</a>　【打印本页】</div>
        <div class="TRS_Editor" id="zoom">{}</div>
        <div class="prevnext">上一篇：<a href="1">黄泥镇2024年法治政府建设年度报告</a></div>
        <div class="qr">扫一扫在手机打开当前页</div>
        <div class="footer"><p>主办单位：青石县人民政府办公室</p><p>蜀ICP备1号</p></div></body></html>"#,
        paragraphs()
    );
    let draft = draft(&page);
    is_whole_report(&draft);
    let expected = [
        ("title", TITLE),
        ("索引号", "115128/2025-00011"),
        ("文号", "青镇府〔2025〕6号"),
        ("发布机构", "青石镇人民政府"),
        ("发布时间", "2025-01-19 10:00"),
        ("来源", "青石镇"),
        ("网站名称", "青石县人民政府门户网站"),
    ];
    assert_eq!(given(&draft), expected);
    let dropped = dropped(&draft);
    for text in ["政务公开", "扫一扫", "蜀ICP备", "黄泥镇", "字号"] {
        assert!(dropped.contains(text), "{text} in {dropped}");
    }
    assert!(
        !dropped.contains("不是正文") && !dropped.contains("outside"),
        "{dropped}"
    );
    assert!(draft.lines.iter().all(|line| line.style == LineStyle::Paragraph));
    assert!(draft.warnings.is_empty(), "{:?}", draft.warnings);
    assert_runs(&draft, page.as_bytes(), UTF_8);
    let gb = GB18030.encode(&page).0.into_owned();
    let extraction = read("x.html", &gb);
    assert_eq!(extraction.encoding, "gb18030");
    is_whole_report(&extraction.drafts[0]);
    assert_runs(&extraction.drafts[0], &gb, GB18030);
}

#[test]
fn a_page_laid_out_with_tables_and_line_breaks() {
    let page = format!(
        r##"<html><head><title>{TITLE}-沙泉县人民政府</title></head><body><table width=980>
        <tr><td>&nbsp;</td></tr><tr><td><a href="/"><font color="#fff">网站首页</font></a> | <a href="/b">办事服务</a></td></tr>
        <tr><td>您现在的位置：<a href="/">首页</a> &gt;&gt; 正文</td></tr></table>
        <table><tr><td align=center><font size=5><b>青石镇2024年法治政府<br>建设年度报告</b></font></td></tr>
        <tr><td>发布日期：2024/01/29 11:30:01 作者： 来源：沙泉县青石镇</td></tr>
        <tr><td><font size=3>
&nbsp;&nbsp;&nbsp;&nbsp;{LEAD}<br>
<b>{HEAD}</b><br><br>&nbsp;&nbsp;{WORK}<br>&nbsp;&nbsp;{MORE}<br>
{SIGN}<br>{DATE}</font></td></tr>
        <tr><td><a href="javascript:window.print()">【打印本页】</a> <a>【关闭窗口】</a></td></tr></table>
        <table><tr><td>主办：沙泉县人民政府办公室<br>建议使用1024*768分辨率浏览本站</td></tr></table></body></html>"##
    );
    let draft = draft(&page);
    is_whole_report(&draft);
    assert_eq!(
        given(&draft),
        [
            ("title", TITLE),
            ("发布日期", "2024/01/29 11:30:01"),
            ("来源", "沙泉县青石镇"),
            ("网站名称", "沙泉县人民政府")
        ]
    );
    assert!(draft.lines.iter().all(|line| line.style == LineStyle::Plain));
    assert!(!dropped(&draft).contains("outside"), "{}", dropped(&draft));
    assert_runs(&draft, page.as_bytes(), UTF_8);
}

#[test]
fn a_page_with_a_list_of_facts_and_no_known_container() {
    let page = format!(
        r#"<html><head><title>{TITLE} - 政务公开 - 青石县政府网</title></head><body><form id="aspnetForm"><div class="wrap">
        <div class="hd"><a>首页</a><a>新闻</a></div>
        <ul class="info"><li><b>索 引 号：</b>qs-1</li><li><b>发文字号</b><span>青府发〔2025〕2号</span></li>
        <li><b>成文日期:</b><span>2025年1月17日</span></li></ul>
        <h2 class="bt">{TITLE}</h2><p class="s">发布时间：2025-01-20 15:36&nbsp;来源：<span>青石镇</span> 浏览量：<span id="hits"></span> 字体：<a>大</a></p>
        <div class="bd"><div>{LEAD}</div><div>{HEAD}</div><div>{WORK}</div><div>{MORE}</div></div>
        <div class="yj"><p>{SIGN}</p><p>{DATE}</p></div>
        <div class="more"><h3>相关链接</h3><ul><li><a href="1">黄泥镇2024年法治政府建设年度报告</a><span>2025-01-15</span></li></ul></div>
        </div></form></body></html>"#
    );
    let draft = draft(&page);
    is_whole_report(&draft);
    let expected = [
        ("title", TITLE),
        ("索引号", "qs-1"),
        ("发文字号", "青府发〔2025〕2号"),
        ("成文日期", "2025年1月17日"),
        ("发布时间", "2025-01-20 15:36"),
        ("来源", "青石镇"),
    ];
    assert_eq!(given(&draft), expected);
}

#[test]
fn a_page_with_a_definition_list_and_brackets() {
    let page = format!(
        r#"<html><head><title>青石县人民政府 {TITLE}</title></head><body><header><h1>青石县人民政府</h1></header><main>
        <dl><dt>索引号</dt><dd>a-1</dd><dt>文号</dt><dd></dd><dt>发布机构</dt><dd>青石镇人民政府</dd></dl>
        <p>[ 主题分类 ] 综合政务 [ 生成日期 ] 2025-01-18</p>
        <article><h1>{TITLE}</h1>{}</article></main><aside>热门推荐：办事指南、常见问题</aside><footer>版权所有</footer></body></html>"#,
        paragraphs()
    );
    let draft = draft(&page);
    assert_eq!(draft.lines[0].text, TITLE);
    assert_eq!(draft.lines[0].style, LineStyle::Title);
    assert_eq!(draft.lines.len(), 7);
    let expected = [
        ("title", TITLE),
        ("索引号", "a-1"),
        ("发布机构", "青石镇人民政府"),
        ("主题分类", "综合政务"),
        ("生成日期", "2025-01-18"),
    ];
    assert_eq!(given(&draft), expected);
}

#[test]
fn facts_at_the_head_of_the_container_are_no_text() {
    let page = format!(
        r#"<html><body><div class="content"><h3>{TITLE}</h3><div>时间：2025-01-20 10:20:30</div><div>信息来源：青石镇 【字体：大 中 小】</div>
        {}<div class="share">分享到：微信</div><p>责任编辑：张三</p></div></body></html>"#,
        paragraphs()
    );
    let draft = draft(&page);
    assert_eq!(texts(&draft)[0], TITLE);
    assert_eq!(draft.lines[0].style, LineStyle::Heading(3));
    assert_eq!(draft.lines.len(), 7, "{:?}", texts(&draft));
    assert_eq!(
        given(&draft),
        [
            ("时间", "2025-01-20 10:20:30"),
            ("信息来源", "青石镇"),
            ("责任编辑", "张三")
        ]
    );
}

#[test]
fn an_article_in_the_wrong_container_is_not_lost() {
    let page = format!(
        r#"<html><body><div class="wrap"><div id="zoom"><p>{LEAD}</p></div>
        <div class="x"><p>{HEAD}</p><p>{WORK}</p><p>{MORE}</p></div><p>{SIGN}</p><p>{DATE}</p></div></body></html>"#
    );
    is_whole_report(&draft(&page));
    let page = format!(
        r#"<html><body><div class="w"><div id="zoom"><p>{LEAD}</p><p>{HEAD}</p><p>{WORK}</p></div><div class="x"><p>{MORE}</p><p>{SIGN}</p><p>{DATE}</p></div></div></body></html>"#
    );
    let draft = draft(&page);
    is_whole_report(&draft);
    assert!(
        draft.warnings[0].contains("stands outside `#zoom`"),
        "{:?}",
        draft.warnings
    );
}

#[test]
fn an_article_in_elements_with_the_names_of_navigation_is_not_lost() {
    for class in ["nav", "footer", "share", "related hot", "header"] {
        let page = format!(
            "<html><body><p>首页</p><div class='{class}'>{}</div></body></html>",
            paragraphs()
        );
        is_whole_report(&draft(&page));
    }
    let page = format!(
        "<html><body><div id=zoom style='display:none'>{}</div></body></html>",
        paragraphs()
    );
    is_whole_report(&draft(&page));
}

#[test]
fn tables_of_data_are_rows() {
    let page = format!(
        "<html><body><div class=content>{}<table><tr><th>项目</th><th>数量</th></tr><tr><td><p>调解<br>纠纷</p></td><td> 56 件</td></tr></table></div></body></html>",
        [LEAD, HEAD, WORK].map(|text| format!("<p>{text}</p>")).concat()
    );
    let draft = draft(&page);
    assert_eq!(texts(&draft)[3..], ["项目\t数量", "调解 纠纷\t56 件"]);
    assert_eq!(draft.lines[4].style, LineStyle::TableRow);
    assert_runs(&draft, page.as_bytes(), UTF_8);
}

#[test]
fn inline_elements_join_and_wrapped_source_does_not_part_words() {
    let page = format!(
        "<html><body><div class=content><p>{LEAD}</p><p><span>2024</span><b>年</b>，共办理“<i>12345</i>”\n工单<font>19\n1件</font>，网格\n员 A&amp;B 均已到位，全部事项按期办结并及时回访。</p><p>{WORK}</p></div></body></html>"
    );
    let draft = draft(&page);
    assert_eq!(
        texts(&draft)[1],
        "2024年，共办理“12345”工单19 1件，网格员 A&B 均已到位，全部事项按期办结并及时回访。"
    );
    assert_runs(&draft, page.as_bytes(), UTF_8);
}

#[test]
fn hidden_text_is_left_out_and_listed() {
    let page = format!(
        "<html><body><div class=content>{}<span style='display: none'>赌博网站</span></div></body></html>",
        paragraphs()
    );
    let draft = draft(&page);
    is_whole_report(&draft);
    assert!(dropped(&draft).contains("hidden: 赌博网站"));
}

#[test]
fn hostile_nesting_is_read_without_the_tree() {
    let page = format!(
        "<html><body>{}<p>{LEAD}</p>{WORK}<br>{MORE}",
        "<div><b>".repeat(100_000)
    );
    let draft = draft(&page);
    assert_eq!(texts(&draft), [LEAD, WORK, MORE]);
    assert_eq!(
        draft.warnings,
        ["too deeply nested to be understood as a page: all its text was taken"]
    );
    assert_runs(&draft, page.as_bytes(), UTF_8);
}

#[test]
fn a_page_that_marks_neither_title_nor_day() {
    let page = format!(
        "<html><head><meta charset=\"utf-8\"><title>青石县人民政府</title></head><body><table><tr><td>首页 | 政务公开</td></tr>\
         <tr><td><b>{TITLE}</b></td></tr><tr><td>青石发布 2025-01-19 10:00</td></tr><tr><td class=\"content\">{}</td></tr></table></body></html>",
        paragraphs()
    );
    let draft = draft(&page);
    is_whole_report(&draft);
    let given = given(&draft);
    for fact in [("title", TITLE), ("时间", "2025-01-19"), ("网站名称", "青石县人民政府")] {
        assert!(given.contains(&fact), "{fact:?} in {given:?}");
    }
}

#[test]
fn sites_are_cut_from_titles() {
    let table = [
        (
            "法治政府建设-青石镇2024年法治政府建设年度报告",
            "法治政府建设-青石镇2024年法治政府建设年度报告",
        ),
        ("报告_青石县人民政府", "报告"),
        ("报告-政务公开-青石县政府网", "报告"),
        ("报告 | 青石县司法局", "报告"),
        ("青石镇2021-2025年规划", "青石镇2021-2025年规划"),
        ("青石县人民政府", "青石县人民政府"),
    ];
    for (title, expected) in table {
        assert_eq!(super::without_site(title), expected);
    }
}
