use super::super::battery::endure;
use super::super::package::tests::zip;
use super::super::tests::{fails, read, texts};
use super::super::{Draft, Extraction, LineStyle, Places};

const NAMESPACES: &str = "xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main' \
    xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006' xmlns:v='urn:schemas-microsoft-com:vml' \
    xmlns:wps='http://schemas.microsoft.com/office/word/2010/wordprocessingShape' \
    xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/relationships'";

const RELATION: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// A document with this body, and other parts by their names in `word/`.
fn docx(body: &str, parts: &[(&str, &str)]) -> Vec<u8> {
    let document =
        format!("<?xml version='1.0' encoding='UTF-8'?><w:document {NAMESPACES}><w:body>{body}</w:body></w:document>");
    let relations: String = parts
        .iter()
        .enumerate()
        .map(|(n, (name, _))| {
            let kind = name.split(['.', '1', '2']).next().unwrap();
            let kind = if kind == "chunk" { "aFChunk" } else { kind };
            format!("<Relationship Id='r{n}' Type='{RELATION}/{kind}' Target='{name}'/>")
        })
        .collect();
    let relations = format!("<Relationships>{relations}</Relationships>");
    let root = format!(
        "<Relationships><Relationship Id='r1' Type='{RELATION}/officeDocument' Target='word/document.xml'/></Relationships>"
    );
    let names: Vec<String> = parts.iter().map(|(name, _)| format!("word/{name}")).collect();
    let wrapped: Vec<String> = parts
        .iter()
        .map(|(name, text)| match name.ends_with(".xml") {
            true => format!("<w:part {NAMESPACES}>{text}</w:part>"),
            false => (*text).to_owned(),
        })
        .collect();
    let mut members = vec![
        ("[Content_Types].xml", "<Types/>".as_bytes()),
        ("_rels/.rels", root.as_bytes()),
        ("word/_rels/document.xml.rels", relations.as_bytes()),
        ("word/document.xml", document.as_bytes()),
    ];
    members.extend(
        names
            .iter()
            .zip(&wrapped)
            .map(|(name, text)| (name.as_str(), text.as_bytes())),
    );
    zip(&members)
}

fn p(text: &str) -> String {
    format!("<w:p><w:r><w:t xml:space='preserve'>{text}</w:t></w:r></w:p>")
}

fn r(text: &str) -> String {
    format!("<w:r><w:t>{text}</w:t></w:r>")
}

fn table(rows: &[&[&str]]) -> String {
    let cell = |text: &&str| {
        format!(
            "<w:tc><w:tcPr/>{}</w:tc>",
            if text.starts_with('<') {
                (*text).to_owned()
            } else {
                p(text)
            }
        )
    };
    let row = |cells: &&[&str]| format!("<w:tr>{}</w:tr>", cells.iter().map(cell).collect::<String>());
    format!("<w:tbl>{}</w:tbl>", rows.iter().map(row).collect::<String>())
}

fn one(body: &str, parts: &[(&str, &str)]) -> Draft {
    let Extraction { format, mut drafts, .. } = read("x.docx", &docx(body, parts));
    assert_eq!((format, drafts.len()), ("docx", 1));
    drafts.remove(0)
}

/// The lines with text of a document with this body.
fn lines(body: &str) -> Vec<String> {
    let draft = one(body, &[]);
    texts(&draft)
        .into_iter()
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
        .collect()
}

fn dropped(draft: &Draft) -> Vec<(&str, &str)> {
    draft
        .dropped
        .iter()
        .map(|dropped| (dropped.reason.as_str(), dropped.text.as_str()))
        .collect()
}

#[test]
fn it_endures_what_every_format_must() {
    endure("docx", |paragraphs| {
        let escaped = paragraphs
            .iter()
            .map(|text| text.replace('&', "&amp;").replace('<', "&lt;"));
        docx(&escaped.map(|text| p(&text)).collect::<String>(), &[])
    });
}

#[test]
fn the_markup_inside_paragraphs_gives_their_text() {
    for (inside, text) in [
        ("<w:r><w:t>A&amp;B</w:t><w:tab/><w:t>丙</w:t></w:r>", "A&B\t丙"),
        (
            "<w:r><w:t>\n  一 二  \n</w:t></w:r><w:r><w:t xml:space='preserve'> 三</w:t></w:r>",
            "一 二 三",
        ),
        (
            "<w:hyperlink r:id='r9'><w:r><w:t>链接</w:t></w:r></w:hyperlink>",
            "链接",
        ),
        (
            "<w:smartTag><w:smartTagPr/><w:r><w:t>青石镇</w:t></w:r></w:smartTag>",
            "青石镇",
        ),
        (
            "<w:sdt><w:sdtPr><w:alias w:val='x'/></w:sdtPr><w:sdtContent><w:r><w:t>控件</w:t></w:r></w:sdtContent></w:sdt>",
            "控件",
        ),
        (
            "<w:r><w:t>法</w:t><w:noBreakHyphen/><w:t>治</w:t><w:softHyphen/><w:t>政\u{ad}府</w:t></w:r>",
            "法-治政府",
        ),
        (
            "<w:r><w:sym w:font='Wingdings' w:char='F0FE'/></w:r><w:r><w:t>是</w:t></w:r>",
            "☑是",
        ),
        (
            "<w:r><w:ruby><w:rubyPr/><w:rt><w:r><w:t>yōng</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>镛</w:t></w:r></w:rubyBase></w:ruby></w:r>",
            "镛",
        ),
        (
            "<w:bookmarkStart w:id='0' w:name='_GoBack'/><w:r><w:t>正文</w:t></w:r><w:bookmarkEnd w:id='0'/>",
            "正文",
        ),
        (
            "<w:r><w:rPr><w:vanish/></w:rPr><w:t>隐</w:t></w:r><w:r><w:rPr><w:vanish w:val='0'/></w:rPr><w:t>显</w:t></w:r>",
            "显",
        ),
        (
            "<w:fldSimple w:instr=' PAGE '><w:r><w:t>3</w:t></w:r></w:fldSimple><w:r><w:t>页</w:t></w:r>",
            "3页",
        ),
        (
            "<w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText> REF a </w:instrText></w:r>\
             <w:r><w:fldChar w:fldCharType='begin'/><w:instrText>X</w:instrText><w:fldChar w:fldCharType='separate'/><w:t>码</w:t><w:fldChar w:fldCharType='end'/></w:r>\
             <w:r><w:fldChar w:fldCharType='separate'/></w:r><w:r><w:t>结果</w:t></w:r><w:r><w:fldChar w:fldCharType='end'/><w:t>后</w:t></w:r>",
            "结果后",
        ),
        (
            "<w:r><w:fldChar w:fldCharType='begin'/><w:t>未完的域</w:t></w:r>",
            "未完的域",
        ),
        (
            "<w:r><w:pict><v:shape><v:textpath string='青石镇人民政府文件'/></v:shape></w:pict></w:r>",
            "青石镇人民政府文件",
        ),
        (
            "<m:oMath xmlns:m='http://schemas.openxmlformats.org/officeDocument/2006/math'><m:r><m:t>x=1</m:t></m:r></m:oMath>",
            "x=1",
        ),
    ] {
        assert_eq!(lines(&format!("<w:p>{inside}</w:p>")), [text], "{inside}");
    }
}

#[test]
fn line_and_page_breaks_end_lines_at_one_place() {
    let draft = one(
        &format!(
            "{}<w:p>{}<w:r><w:br/></w:r>{}<w:r><w:br w:type='page'/></w:r>{}</w:p>",
            p("零"),
            r("一"),
            r("二"),
            r("三")
        ),
        &[],
    );
    assert_eq!(texts(&draft), ["零", "一", "二", "三"]);
    assert_eq!(draft.places, Places::Paragraphs);
    let places: Vec<u64> = draft.lines.iter().map(|line| line.runs[0].source.start).collect();
    assert_eq!(places, [1, 2, 2, 2]);
}

#[test]
fn tracked_changes_are_accepted() {
    let mark = |name: &str| format!("<w:pPr><w:rPr><w:{name} w:id='1'/></w:rPr></w:pPr>");
    let body = format!(
        "<w:p>{}{}<w:ins w:id='2'>{}</w:ins><w:del w:id='3'><w:r><w:delText>二十</w:delText></w:r></w:del>{}</w:p><w:p>{}</w:p>\
         <w:p><w:moveFrom w:id='4'>{}</w:moveFrom>{}</w:p><w:p><w:moveTo w:id='5'>{}</w:moveTo></w:p>",
        mark("del"),
        r("全年调解纠纷"),
        r("三十"),
        r("起，"),
        r("成功率高。"),
        r("移动"),
        r("不动"),
        r("移动"),
    );
    let extraction = read("x.docx", &docx(&body, &[]));
    let draft = &extraction.drafts[0];
    assert_eq!(texts(draft), ["全年调解纠纷三十起，成功率高。", "不动", "移动"]);
    assert_eq!(
        dropped(draft),
        [("tracked deletion", "二十"), ("tracked deletion", "移动")]
    );
    assert_eq!(
        draft.warnings,
        ["tracked changes, read as accepted: 2 insertions, 2 deletions"]
    );
    let rows = "<w:tbl><w:tr><w:trPr><w:del w:id='1'/></w:trPr><w:tc><w:p><w:r><w:t>旧</w:t></w:r></w:p></w:tc><w:tc/></w:tr>\
        <w:tr><w:tc><w:p><w:r><w:t>新</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>行</w:t></w:r></w:p></w:tc></w:tr></w:tbl>";
    assert_eq!(lines(rows), ["新\t行"]);
}

#[test]
fn former_properties_do_not_count() {
    let body = "<w:p><w:pPr><w:pPrChange w:id='1'><w:pPr><w:outlineLvl w:val='0'/></w:pPr></w:pPrChange></w:pPr>\
        <w:r><w:rPr><w:rPrChange w:id='2'><w:rPr><w:vanish/></w:rPr></w:rPrChange></w:rPr><w:t>正文</w:t></w:r></w:p>";
    let draft = one(body, &[]);
    assert_eq!(
        (texts(&draft), draft.lines[0].style),
        (vec!["正文"], LineStyle::Paragraph)
    );
}

#[test]
fn text_boxes_follow_their_paragraph_and_count_once() {
    let shape = |text: &str| format!("<w:txbxContent>{}</w:txbxContent>", p(text));
    let boxed = format!(
        "<mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wps:wsp><wps:txbx>{0}</wps:txbx></wps:wsp></w:drawing></mc:Choice>\
         <mc:Fallback><w:pict><v:textbox>{0}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent>",
        shape("框内文字")
    );
    let body = format!("<w:p>{}<w:r>{boxed}</w:r>{}</w:p>", r("前半句，"), r("后半句。"));
    assert_eq!(lines(&body), ["前半句，后半句。", "框内文字"]);
    let unknown = format!(
        "<w:p><w:r><mc:AlternateContent><mc:Choice Requires='zz'>{}</mc:Choice><mc:Fallback><w:pict>{}</w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>",
        shape("新"),
        shape("旧")
    );
    assert_eq!(lines(&unknown), ["旧"]);
}

#[test]
fn notes_wait_for_the_end_of_the_sentence() {
    let reference = "<w:r><w:footnoteReference w:id='2'/></w:r>";
    let notes = "<w:footnote w:id='0' w:type='separator'><w:p/></w:footnote><w:footnote w:id='2'><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t>含兼职。</w:t></w:r></w:p></w:footnote>\
        <w:footnote w:id='3'><w:p><w:r><w:t>旧注</w:t></w:r></w:p></w:footnote>";
    let body = format!(
        "<w:p>{}{reference}</w:p><w:p>{}<w:r><w:endnoteReference w:id='5'/></w:r>{}</w:p>{}",
        r("法律明白人培训"),
        r("共120人"),
        r("参加。"),
        p("下段。")
    );
    let draft = one(
        &body,
        &[
            ("footnotes.xml", notes),
            (
                "endnotes.xml",
                "<w:endnote w:id='5'><w:p><w:r><w:t>尾注</w:t></w:r></w:p></w:endnote>",
            ),
        ],
    );
    assert_eq!(
        texts(&draft),
        ["法律明白人培训", "共120人参加。", "[1] 含兼职。", "[i] 尾注", "下段。"]
    );
    assert_eq!(draft.lines[2].runs[0].source, 1..2);
    assert_eq!(dropped(&draft), [("note without reference", "旧注")]);
}

#[test]
fn tables_are_rows_and_articles_in_tables_are_paragraphs() {
    let figures = table(&[&["指标", "数量"], &["案件", "12"]]);
    assert_eq!(lines(&figures), ["指标\t数量", "案件\t12"]);
    let draft = one(&figures, &[]);
    assert!(draft.lines.iter().all(|line| line.style == LineStyle::TableRow));

    let two = p("行政") + &p("处罚");
    let nested = table(&[&["甲", "乙"]]);
    assert_eq!(lines(&table(&[&[&two, &nested, "3"]])), ["行政 处罚\t甲 乙\t3"]);

    let article: String = (0..4)
        .map(|n| {
            p(&format!(
                "第{n}段。{}",
                "全年开展法治宣传活动十二场次，发放资料三千余份。".repeat(3)
            ))
        })
        .collect();
    assert_eq!(lines(&table(&[&[&article]])).len(), 4);
    let page = table(&[&["青石镇", "文件"], &["左栏", &article]]);
    let found = lines(&page);
    assert_eq!(
        (found.len(), found[0].as_str(), found[1].as_str()),
        (6, "青石镇\t文件", "左栏")
    );
}

#[test]
fn merged_cells_stand_once() {
    let body = "<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val='2'/></w:tcPr><w:p><w:r><w:t>合并</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>末</w:t></w:r></w:p></w:tc></w:tr>\
        <w:tr><w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p/></w:tc><w:tc><w:p><w:r><w:t>二</w:t></w:r></w:p></w:tc></w:tr></w:tbl>";
    assert_eq!(lines(body), ["合并\t末", "\t二"]);
}

const STYLES: &str = "<w:style w:styleId='T'><w:name w:val='Title'/></w:style><w:style w:styleId='1'><w:name w:val='heading 1'/><w:pPr><w:outlineLvl w:val='0'/></w:pPr></w:style>\
    <w:style w:styleId='2'><w:name w:val='标题 2'/></w:style>";

fn styled(style: &str, text: &str) -> String {
    format!("<w:p><w:pPr><w:pStyle w:val='{style}'/></w:pPr>{}</w:p>", r(text))
}

#[test]
fn styles_make_titles_and_headings() {
    let long = "（一）加强领导。".to_owned() + &"全年召开会议研究法治工作，".repeat(12);
    let body =
        styled("T", "报告") + &styled("1", "主要举措") + &styled("2", "加强领导") + &styled("2", &long) + &p("正文");
    let draft = one(&body, &[("styles.xml", STYLES)]);
    let found: Vec<LineStyle> = draft.lines.iter().map(|line| line.style).collect();
    use LineStyle::*;
    assert_eq!(found, [Title, Heading(1), Heading(2), Paragraph, Paragraph]);
}

const NUMBERING: &str = "<w:abstractNum w:abstractNumId='0'>\
    <w:lvl w:ilvl='0'><w:start w:val='1'/><w:numFmt w:val='chineseCountingThousand'/><w:suff w:val='nothing'/><w:lvlText w:val='%1、'/></w:lvl>\
    <w:lvl w:ilvl='1'><w:start w:val='1'/><w:numFmt w:val='chineseCountingThousand'/><w:lvlText w:val='（%2）'/></w:lvl>\
    </w:abstractNum><w:num w:numId='1'><w:abstractNumId w:val='0'/></w:num>";

#[test]
fn automatic_numbers_stand_before_the_text() {
    let numbered = |level: u8, text: &str| {
        format!(
            "<w:p><w:pPr><w:numPr><w:ilvl w:val='{level}'/><w:numId w:val='1'/></w:numPr></w:pPr>{}</w:p>",
            r(text)
        )
    };
    let body = numbered(0, "主要举措")
        + &numbered(1, "加强领导")
        + &numbered(1, "加强宣传")
        + &numbered(0, "存在问题")
        + &numbered(1, "不足");
    let draft = one(&body, &[("numbering.xml", NUMBERING)]);
    assert_eq!(
        texts(&draft),
        [
            "一、主要举措",
            "（一）加强领导",
            "（二）加强宣传",
            "二、存在问题",
            "（一）不足"
        ]
    );
}

#[test]
fn hidden_text_comments_and_page_furniture_are_said() {
    let body = format!(
        "<w:p>{}<w:r><w:rPr><w:vanish/></w:rPr><w:t>内部</w:t></w:r></w:p>",
        r("公开")
    );
    let parts = [
        ("comments.xml", "<w:comment w:id='1'><w:p/></w:comment>"),
        ("header1.xml", "<w:p><w:r><w:t>青石镇人民政府</w:t></w:r></w:p>"),
        ("footer1.xml", "<w:p><w:r><w:t>第 3 页</w:t></w:r></w:p>"),
    ];
    let draft = one(&body, &parts);
    assert_eq!(texts(&draft), ["公开"]);
    assert_eq!(
        dropped(&draft),
        [("hidden text", "内部"), ("page header", "青石镇人民政府")]
    );
    assert_eq!(
        draft.warnings,
        ["1 comment beside the text left out", "hidden text left out, at 1 place"]
    );
}

#[test]
fn tables_of_contents_are_left_out_and_one_without_end_swallows_nothing() {
    let begin = "<w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText>TOC \\o</w:instrText></w:r><w:r><w:fldChar w:fldCharType='separate'/></w:r>";
    let end = "<w:p><w:r><w:fldChar w:fldCharType='end'/></w:r></w:p>";
    let entries = format!("<w:p>{begin}{}</w:p><w:p>{}</w:p>", r("一、举措1"), r("二、问题2"));
    let draft = one(&(entries.clone() + end + &p("一、举措")), &[]);
    assert_eq!(draft.lines.last().unwrap().text, "一、举措");
    assert_eq!(
        dropped(&draft),
        [("table of contents", "一、举措1"), ("table of contents", "二、问题2")]
    );
    assert_eq!(
        lines(&(entries + &p("一、举措"))),
        ["一、举措1", "二、问题2", "一、举措"]
    );
}

#[test]
fn embedded_pages_are_read_in_their_place() {
    let body = p("前") + "<w:altChunk r:id='r0'/>" + &p("后");
    let draft = one(&body, &[("chunk1.html", "<html><body><p>页中一段。</p></body></html>")]);
    assert_eq!(texts(&draft), ["前", "页中一段。", "后"]);
    assert_eq!(
        draft.warnings,
        ["an embedded file, chunk1.html, is read as part of the text"]
    );
    let draft = one(&body, &[("chunk1.mht", "x")]);
    assert_eq!((texts(&draft).len(), draft.warnings.len()), (2, 1));
}

#[test]
fn strict_documents_other_prefixes_and_encodings_are_read() {
    let strict = "<?xml version='1.0' encoding='GBK'?><x:document xmlns:x='http://purl.oclc.org/ooxml/wordprocessingml/main'><x:body><x:p><x:r><x:t>青石镇</x:t></x:r></x:p></x:body></x:document>";
    let gbk = encoding_rs::GBK.encode(strict).0.into_owned();
    let bytes = zip(&[("word\\document.xml", &gbk)]);
    assert_eq!(texts(&read("x.docx", &bytes).drafts[0]), ["青石镇"]);
    let extraction = read("x.txt", &bytes);
    assert_eq!(
        extraction.warnings,
        ["named .txt, read as docx because that is what it holds"]
    );
}

#[test]
fn text_outside_of_paragraphs_is_not_lost() {
    assert_eq!(lines(&format!("{}{}", r("游离"), p("正文"))), ["游离", "正文"]);
    assert_eq!(
        lines(&format!("<w:tbl>{}<w:tr>{}</w:tr></w:tbl>", p("甲"), p("乙"))),
        ["甲", "乙"]
    );
}

#[test]
fn what_cannot_be_read_says_why() {
    let part = |document: &str| zip(&[("word/document.xml", document.as_bytes())]);
    let error = fails("x.docx", &part("<w:document><w:body><w:p>"));
    assert!(
        error
            .to_string()
            .starts_with("x.docx: word/document.xml: damaged: the end is missing"),
        "{error}"
    );
    let deep = "<w:p>".repeat(1_000_000);
    assert!(fails("x.docx", &part(&deep)).to_string().contains("inside each other"));
    let mut encrypted = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    encrypted.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    let error = fails("x.docx", &encrypted);
    assert_eq!(error.to_string(), "x.docx: protected by a password");
    assert!(error.hints[0].contains("save it without"));
    let bomb = part(&" ".repeat(80 << 20));
    assert!(fails("x.docx", &bomb).to_string().contains("times its size"));
}
