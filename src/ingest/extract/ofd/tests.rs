use super::super::Places;
use super::super::battery::endure;
use super::super::package::tests::zip;
use super::super::tests::{fails, read, texts};

const NAMESPACE: &str = "xmlns:ofd='http://www.ofdspec.org/2016'";

/// Type of 5 mm, 30 characters a line, 24 lines a page.
const SIZE: f64 = 5.0;
const WIDTH: f64 = 30.0;
const LINES: usize = 24;

/// Sets paragraphs with indents as an office program would; answers the text objects of each page.
fn pages(paragraphs: &[&str]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for paragraph in paragraphs {
        let (mut line, mut at, mut steps) = (String::new(), 2.0, Vec::new());
        let mut x = at;
        for c in paragraph.chars() {
            let wide = if c.is_ascii() { 0.5 } else { 1.0 };
            if at + wide > WIDTH {
                lines.push(object(&line, x, &steps, lines.len() % LINES));
                (line, at, steps, x) = (String::new(), 0.0, Vec::new(), 0.0);
            }
            line.push(c);
            steps.push(wide * SIZE);
            at += wide;
        }
        lines.push(object(&line, x, &steps, lines.len() % LINES));
    }
    lines.chunks(LINES).map(<[String]>::concat).collect()
}

fn object(text: &str, x: f64, steps: &[f64], line: usize) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    let steps: Vec<String> = steps.iter().map(f64::to_string).collect();
    let (left, top) = (28.0 + x * SIZE, 37.0 + 9.0 * line as f64);
    format!(
        "<ofd:TextObject ID='1' Boundary='{left} {top} 160 6' Font='3' Size='{SIZE}'><ofd:TextCode X='0' Y='4.4' DeltaX='{}'>{text}</ofd:TextCode></ofd:TextObject>",
        steps[..steps.len().saturating_sub(1)].join(" ")
    )
}

/// A file with documents of these pages; `more` goes into each document.
fn ofd(documents: &[Vec<String>], more: &str, parts: &[(&str, &str)]) -> Vec<u8> {
    let bodies: String = (0..documents.len())
        .map(|n| format!("<ofd:DocBody><ofd:DocRoot>Doc_{n}/Document.xml</ofd:DocRoot></ofd:DocBody>"))
        .collect();
    let mut members = vec![(
        "OFD.xml".to_owned(),
        format!("<?xml version='1.0' encoding='UTF-8'?><ofd:OFD {NAMESPACE} Version='1.0'>{bodies}</ofd:OFD>"),
    )];
    for (n, pages) in documents.iter().enumerate() {
        let list: String = (0..pages.len())
            .map(|m| format!("<ofd:Page ID='{m}' BaseLoc='Pages/Page_{m}/Content.xml'/>"))
            .collect();
        let document = format!(
            "<ofd:Document {NAMESPACE}><ofd:CommonData>{more}</ofd:CommonData><ofd:Pages>{list}</ofd:Pages></ofd:Document>"
        );
        members.push((format!("Doc_{n}/Document.xml"), document));
        for (m, page) in pages.iter().enumerate() {
            let text = format!(
                "<ofd:Page {NAMESPACE}><ofd:Content><ofd:Layer ID='2'>{page}</ofd:Layer></ofd:Content></ofd:Page>"
            );
            members.push((format!("Doc_{n}/Pages/Page_{m}/Content.xml"), text));
        }
    }
    members.extend(
        parts
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned())),
    );
    let members: Vec<(&str, &[u8])> = members
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_bytes()))
        .collect();
    zip(&members)
}

#[test]
fn it_endures_what_every_format_must() {
    endure("ofd", |paragraphs| ofd(&[pages(paragraphs)], "", &[]));
}

#[test]
fn paragraphs_come_back_whole_with_their_pages() {
    let long = "全镇受理调解纠纷232起，".repeat(60) + "成功率97.8%。";
    let extraction = read(
        "x.ofd",
        &ofd(&[pages(&["青石镇法治政府建设报告", &long, "短段落。"])], "", &[]),
    );
    let draft = &extraction.drafts[0];
    assert_eq!((extraction.format, draft.places), ("ofd", Places::Pages));
    assert_eq!(texts(draft), ["青石镇法治政府建设报告", &long, "短段落。"]);
    let pages: Vec<u64> = draft.lines[1].runs.iter().map(|run| run.source.start).collect();
    assert_eq!(pages, [1, 2]);
}

#[test]
fn several_documents_are_several_reports() {
    let extraction = read("x.ofd", &ofd(&[pages(&["甲报告"]), pages(&["乙报告"])], "", &[]));
    let found: Vec<_> = extraction
        .drafts
        .iter()
        .map(|draft| (draft.row, texts(draft)))
        .collect();
    assert_eq!(found, [(Some(1), vec!["甲报告"]), (Some(2), vec!["乙报告"])]);
    let extraction = read("x.ofd", &ofd(&[pages(&["甲报告"]), vec![]], "", &[]));
    assert_eq!((extraction.drafts.len(), extraction.failures.len()), (1, 1));
}

#[test]
fn templates_are_read_once_and_attachments_are_named() {
    let template = format!(
        "<ofd:Page {NAMESPACE}>{}</ofd:Page>",
        object("青石镇文件", 0.0, &[5.0; 5], 0)
    );
    let uses = |text: &str, line| format!("<ofd:Template TemplateID='9'/>{}", object(text, 2.0, &[5.0; 4], line));
    let more = "<ofd:TemplatePage ID='9' BaseLoc='Tpls/Tpl_0/Content.xml'/><ofd:Annotations>Annots.xml</ofd:Annotations><ofd:Attachments>Attachs/List.xml</ofd:Attachments>";
    let parts = [
        ("Doc_0/Tpls/Tpl_0/Content.xml", template.as_str()),
        ("Doc_0/Attachs/List.xml", "<L><Attachment Name='附表.xlsx'/></L>"),
    ];
    let extraction = read(
        "x.ofd",
        &ofd(&[vec![uses("正文一。", 3), uses("正文二。", 3)]], more, &parts),
    );
    let draft = &extraction.drafts[0];
    assert_eq!(texts(draft), ["青石镇文件", "正文一。", "正文二。"]);
    assert_eq!(draft.dropped[0].reason, "page template");
    assert_eq!(
        draft.warnings,
        [
            "annotations on its pages are not read",
            "an attachment, 附表.xlsx, is not read"
        ]
    );
}

#[test]
fn what_cannot_be_read_says_why() {
    assert!(
        fails("x.ofd", &ofd(&[], "", &[]))
            .to_string()
            .contains("names no document")
    );
    let picture = "<ofd:ImageObject ResourceID='1'/>".to_owned();
    let error = fails("x.ofd", &ofd(&[vec![picture]], "", &[]));
    assert_eq!(
        error.to_string(),
        "x.ofd: no text in this document: its pages are pictures"
    );
    let error = fails(
        "x.ofd",
        &zip(&[("OFD.xml", b"<OFD><DocRoot>Doc_0/Document.xml</DocRoot></OFD>")]),
    );
    assert!(error.to_string().contains("is missing"));
    let error = fails("x.ofd", &ofd(&[vec!["<a>".repeat(1_000_000)]], "", &[]));
    assert!(error.to_string().contains("inside each other"), "{error}");
}
