//! Mails and saved pages as programs write them.

use encoding_rs::GB18030;

use super::super::battery::{self, KNOWN};
use super::super::tests::{given, read_members, texts};
use super::super::{Extraction, Options};
use super::*;

fn read(name: &str, bytes: &[u8]) -> Vec<Extraction> {
    read_members(name, bytes, &Options::default()).unwrap()
}

/// Base64 in lines of 76 characters.
fn base64_of(bytes: &[u8]) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for (n, chunk) in bytes.chunks(3).enumerate() {
        let bits = (0..3).fold(0_u32, |bits, at| {
            bits << 8 | u32::from(chunk.get(at).copied().unwrap_or(0))
        });
        for at in 0..4 {
            let digit = DIGITS[(bits >> (18 - at * 6)) as usize & 63] as char;
            text.push(if at <= chunk.len() { digit } else { '=' });
        }
        if n % 19 == 18 {
            text.push_str("\r\n");
        }
    }
    text
}

fn quoted_of(bytes: &[u8]) -> String {
    let mut text = String::new();
    let mut width = 0;
    for byte in bytes {
        let piece = match byte {
            b'\n' | b' '..=b'<' | b'>'..=b'~' => (*byte as char).to_string(),
            byte => format!("={byte:02X}"),
        };
        width = if *byte == b'\n' { 0 } else { width + piece.len() };
        if width > 72 {
            text.push_str("=\r\n");
            width = piece.len();
        }
        text.push_str(&piece);
    }
    text
}

fn page(paragraphs: &[&str]) -> String {
    let body: String = paragraphs.iter().map(|text| format!("<p>{text}</p>\n")).collect();
    format!("<html><head><title></title></head><body>\n{body}</body></html>")
}

/// A page as Word saves it.
fn saved(paragraphs: &[&str]) -> Vec<u8> {
    let page = GB18030.encode(&page(paragraphs)).0.into_owned();
    format!(
        "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=\"----=_NextPart_01\"\r\n\r\n这是单个文件网页。\r\n\r\n\
         ------=_NextPart_01\r\nContent-Location: file:///C:/A/a.htm\r\nContent-Transfer-Encoding: quoted-printable\r\n\
         Content-Type: text/html; charset=\"gb2312\"\r\n\r\n{}\r\n\
         ------=_NextPart_01\r\nContent-Location: file:///C:/A/a.files/image001.png\r\nContent-Transfer-Encoding: base64\r\nContent-Type: image/png\r\n\r\n\
         iVBORw0KGgo=\r\n------=_NextPart_01--\r\n",
        quoted_of(&page)
    )
    .into_bytes()
}

#[test]
fn saved_pages_endure_the_battery() {
    battery::endure("mht", saved);
}

#[test]
fn a_page_saved_by_word_under_the_name_doc_is_read_as_one() {
    let all = read("a.txt", &saved(&KNOWN));
    assert_eq!(all[0].format, "mht");
    assert_eq!(
        all[0].warnings,
        ["named .txt, read as mht because that is what it holds"]
    );
    assert_eq!(texts(&all[0].drafts[0]).concat(), KNOWN.concat());
    assert_eq!(all[0].drafts[0].places, Places::Paragraphs);
    assert_eq!(all[1].skipped, [("!/image001.png".to_owned(), SkipReason::PartOfPage)]);
}

#[test]
fn a_page_saved_by_a_browser_states_its_address() {
    let mail = format!(
        "From: <Saved by Blink>\nSnapshot-Content-Location: https://www.bailu.example/2024/t1.html\nSubject: =?utf-8?Q?=E7=99=BD?=\n\
         MIME-Version: 1.0\nContent-Type: multipart/related;\n\ttype=\"text/html\";\n\tboundary=\"b1\"\n\n\n\
         --b1\nContent-Type: text/html\nContent-ID: <frame-1@mhtml.blink>\nContent-Transfer-Encoding: binary\n\n{}\n\
         --b1\nContent-Type: text/css\nContent-Transfer-Encoding: binary\nContent-Location: cid:css-1@mhtml.blink\n\np {{ color: red }}\n\
         --b1\nContent-Type: text/html\nContent-Location: https://ads.example/frame.html\n\n<p>广告</p>\n--b1--\n",
        page(&KNOWN)
    );
    let all = read("a.mhtml", mail.as_bytes());
    let draft = &all[0].drafts[0];
    assert_eq!(texts(draft).concat(), KNOWN.concat());
    assert!(
        given(draft).contains(&("url", "https://www.bailu.example/2024/t1.html")),
        "{:?}",
        given(draft)
    );
    assert_eq!(all[1].skipped.len(), 2, "{:?}", all[1].skipped);
    assert_eq!(draft.lines[2].runs, [Run { at: 0, source: 3..4 }]);
}

/// A mail with its text in two forms, an image in it, and attachments.
fn mail() -> Vec<u8> {
    let attachment = KNOWN.join("\n");
    format!(
        "Received: from a by b\r\n\tfor c\r\nFrom: =?GB2312?B?sNfw2NXy?= <a@bailu.example>\r\nSubject: =?UTF-8?B?{}?=\r\nDate: Mon, 6 Jan 2025 09:00:00 +0800\r\n\
         Content-Type: multipart/mixed; boundary=outer\r\n\r\n--outer\r\nContent-Type: multipart/alternative; boundary=\"outer-1\"\r\n\r\n\
         --outer-1\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n\
         --outer-1\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n--outer-1--\r\n\
         --outer\r\nContent-Type: application/octet-stream; name=\"=?GB2312?B?uL28/i50eHQ=?=\"\r\nContent-Disposition: attachment;\r\n filename*=UTF-8''%E9%99%84%E4%BB%B6.txt\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{}\r\n\
         --outer\r\nContent-Type: image/png; name=a.png\r\nContent-Disposition: attachment; filename=a.png\r\n\r\nxx\r\n--outer--\r\n",
        base64_of("报送白鹭镇2024年法治政府建设年度报告".as_bytes()),
        base64_of("现报送报告，请查收。".as_bytes()),
        base64_of("<p>现报送报告，请<b>查收</b>。</p>".as_bytes()),
        base64_of(attachment.as_bytes()),
    )
    .into_bytes()
}

#[test]
fn a_mail_is_its_text_and_what_is_attached() {
    let all = read("a.eml", &mail());
    let read: Vec<(&str, String)> = all
        .iter()
        .filter(|one| !one.drafts.is_empty())
        .map(|one| (one.inside.as_str(), texts(&one.drafts[0]).concat()))
        .collect();
    assert_eq!(
        read,
        [("", "现报送报告，请查收。".to_owned()), ("!/附件.txt", KNOWN.concat()),]
    );
    let title = given(&all[0].drafts[0])
        .into_iter()
        .find(|(label, _)| *label == "title");
    assert_eq!(title, Some(("title", "报送白鹭镇2024年法治政府建设年度报告")));
    let skipped: Vec<_> = all.iter().flat_map(|one| &one.skipped).collect();
    assert_eq!(skipped, [&("!/a.png".to_owned(), SkipReason::NoReader)]);
}

#[test]
fn a_mail_of_attachments_only_is_no_error_and_an_empty_one_is() {
    let head = "Subject: a\nFrom: b\nContent-Type: multipart/mixed; boundary=x\n\n";
    let attached =
        "--x\nContent-Type: text/plain; name=a.txt\nContent-Disposition: attachment\n\n白鹭镇报告。\n--x--\n";
    let all = read("a.eml", format!("{head}{attached}").as_bytes());
    let found: Vec<&str> = all
        .iter()
        .filter(|one| !one.drafts.is_empty())
        .map(|one| one.inside.as_str())
        .collect();
    assert_eq!(found, ["!/a.txt"]);
    let error = read_members("a.eml", head.as_bytes(), &Options::default()).unwrap_err();
    assert_eq!(error.to_string(), "a.eml: no text in this mail or saved page");
}

#[test]
fn mails_in_mails_end_somewhere() {
    let mut mail = b"Subject: a\nFrom: b\n\n\xe6\x96\x87".to_vec();
    for n in 0..6 {
        let head = format!(
            "Subject: {n}\nFrom: b\nContent-Type: multipart/mixed; boundary=x{n}\n\n--x{n}\nContent-Type: message/rfc822\n\n"
        );
        mail = [head.as_bytes(), &mail, format!("\n--x{n}--\n").as_bytes()].concat();
    }
    let all = read("a.eml", &mail);
    let failed: Vec<String> = all.iter().flat_map(|one| &one.failures).map(Error::to_string).collect();
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert!(failed[0].contains("too deep"), "{failed:?}");
    let nested: String = (0..1000)
        .map(|n| format!("Content-Type: multipart/mixed; boundary=x{n}\n\n--x{n}\n"))
        .collect();
    let all = read_members(
        "a.eml",
        format!("MIME-Version: 1.0\n{nested}正文").as_bytes(),
        &Options::default(),
    );
    assert!(all.is_err() || all.is_ok_and(|all| !all[0].warnings.is_empty()));
}

#[test]
fn headers_of_other_files_are_none() {
    for text in [
        "发布时间：2024年\n\n正文",
        "索引号: 1\n文号: 2\n\n正文",
        "Title: a\nAuthor: b\n\ntext",
        "<html>",
        "",
        "Subject: only\n\ntext",
    ] {
        assert!(!is(text.as_bytes()), "{text}");
    }
    assert!(is(b"\xef\xbb\xbfMIME-Version: 1.0\nContent-Type: text/html\n\n"));
    assert!(is(b"From a@b Mon Jan 6\nFrom: a\nSubject: b"));
}
