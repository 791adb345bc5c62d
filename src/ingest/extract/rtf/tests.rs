use encoding_rs::GB18030;

use super::super::tests::{fails, read, texts};
use super::super::{Draft, LineStyle, battery};

/// Chinese text as `\'hh` of GBK, with `\u` for what is not in it.
fn coded(text: &str) -> String {
    let mut source = String::new();
    for c in text.chars() {
        let mut own = [0; 4];
        let (bytes, _, is_missing) = encoding_rs::GBK.encode(c.encode_utf8(&mut own));
        match c {
            '\\' | '{' | '}' => source.push_str(&format!("\\{c}")),
            ' '..='~' => source.push(c),
            _ if is_missing || bytes.len() != 2 => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    source.push_str(&format!("\\u{}?", *unit as i16));
                }
            }
            _ => bytes.iter().for_each(|byte| source.push_str(&format!("\\'{byte:02x}"))),
        }
    }
    source
}

fn document(body: &str) -> Vec<u8> {
    let fonts = "{\\fonttbl{\\f0\\froman\\fcharset0 Times;}{\\f1\\fnil\\fcharset134 \\'cb\\'ce\\'cc\\'e5;}{\\f2\\fcharset136 Ming;}{\\f3\\fcharset2 Wingdings;}}";
    format!("{{\\rtf1\\ansi\\ansicpg936\\deff0{fonts}{{\\info{{\\title x}}}}{body}}}").into_bytes()
}

fn draft(body: &str) -> Draft {
    read("x.rtf", &document(body)).drafts.remove(0)
}

#[test]
fn documents_endure() {
    battery::endure("rtf", |paragraphs| {
        let body: String = paragraphs
            .iter()
            .map(|text| format!("\\pard\\plain\\f1 {}\\par\r\n", coded(text)))
            .collect();
        document(&body)
    });
}

#[test]
fn characters_are_read_in_the_encoding_of_their_font() {
    for (body, text) in [
        ("\\f1 \\'b7\\'a8\\'d6\\'ce", "法治"),
        // The second byte as it is, and the two on two lines.
        ("\\f1 \\'b7\\'a8\\'81@\\'b7\r\n\\'a8", "法丂法"),
        ("{\\f2 \\'aa\\'6b\\'aav}", "法治"),
        ("{\\f2 \\'aa\\'6b}\\f1\\'b7\\'a8", "法法"),
        ("\\loch\\af0\\hich\\af0\\dbch\\af1\\'b7\\'a8", "法"),
        ("\\u27861?\\u27835?", "法治"),
        ("\\u-30060?", "誔"),
        ("{\\uc2\\u27861\\'b7\\'a8}\\u27835?", "法治"),
        ("{\\uc0\\u27861\\u27835}!", "法治!"),
        ("\\u-10187?\\u-8680?", "\u{d55}"),
        ("\\f3\\'a8\\f1\\'b7\\'a8", "□法"),
        ("\\ldblquote x\\rdblquote\\~y\\_z\\-w\\emdash", "“x”\u{a0}y-zw—"),
    ] {
        let wanted = if text == "\u{d55}" {
            "\u{1D618}".to_owned()
        } else {
            text.to_owned()
        };
        assert_eq!(texts(&draft(body)).concat(), wanted, "{body}");
    }
}

#[test]
fn bytes_that_stand_as_they_are_are_read_as_utf8_when_all_are() {
    for encoding in [encoding_rs::UTF_8, GB18030] {
        let mut bytes = b"{\\rtf1\\ansi\\ansicpg936 ".to_vec();
        bytes.extend(encoding.encode("青石镇法治").0.iter());
        bytes.push(b'}');
        assert_eq!(
            texts(&read("x.rtf", &bytes).drafts[0]),
            ["青石镇法治"],
            "{}",
            encoding.name()
        );
    }
}

#[test]
fn only_what_a_reader_sees_is_text() {
    let table = [
        ("a{\\v b}c", "ac"),
        ("a{\\deleted b\\par}c", "ac"),
        ("a{\\*\\unknown b{c}}d", "ad"),
        ("a{\\pict\\bin5 }}}}}b}c", "ac"),
        ("a{\\field{\\*\\fldinst HYPERLINK x}{\\fldrslt b}}c", "abc"),
        ("a{\\upr{b}{\\*\\ud{\\u27861?}}}c", "a法c"),
        ("a{\\*\\bkmkstart _GoBack}b", "ab"),
        ("a{\\object{\\*\\objdata 00}{\\result b}}c", "abc"),
        ("{\\stylesheet{\\s1 heading 1;}}a", "a"),
        ("a\\v b\\v0 c\\plain d", "acd"),
    ];
    for (body, text) in table {
        assert_eq!(texts(&draft(body)), [text], "{body}");
    }
}

#[test]
fn numbers_before_items_and_notes_after_paragraphs() {
    let number = coded("一、");
    let body = format!(
        "{{\\header top\\par}}{{\\listtext\\pard\\plain\\f1 {number}\\tab}}\\outlinelevel0 A{{\\super\\chftn}}{{\\footnote \\pard\\plain \\chftn note\\par}}B\\par\\pard {{\\pntext\\f3\\'b7\\tab}}C\\line D\\par{{\\shp{{\\*\\shpinst{{\\sp{{\\sn x}}{{\\sv 1}}}}{{\\shptxt box\\par}}}}}}E"
    );
    let draft = draft(&body);
    assert_eq!(texts(&draft), ["一、AB", "note", "C", "D", "E", "box"]);
    assert_eq!(draft.lines[0].style, LineStyle::Heading(1));
    assert_eq!(draft.lines[2].style, LineStyle::Plain);
    assert_eq!(draft.lines[4].runs[0].source.start, 4);
    assert_eq!(draft.dropped[0].text, "top");
}

#[test]
fn rows_of_tables_are_lines() {
    let body =
        "before\\par\\trowd\\intbl a\\cell b\\par c\\cell\\row\\trowd\\intbl d\\cell e\\cell\\row\\pard after\\par";
    let draft = draft(body);
    assert_eq!(texts(&draft), ["before", "a\tb c", "d\te", "after"]);
    assert_eq!(draft.lines[1].style, LineStyle::TableRow);
}

#[test]
fn groups_without_end_are_bounded_and_told() {
    let deep = "{".repeat(1_000_000);
    let error = fails("x.rtf", &document(&deep));
    assert!(
        error.to_string().contains("more than 10000 groups inside each other"),
        "{error}"
    );
    let mut cut = document("text here\\par more");
    cut.pop();
    let draft = &read("x.rtf", &cut).drafts[0];
    assert_eq!(texts(draft), ["text here", "more"]);
    assert_eq!(draft.warnings, ["the end of the file is missing: text may be lost"]);
}

#[test]
fn bytes_that_are_no_characters_are_warned_of() {
    let draft = draft("\\f1 \\'b7\\par");
    assert_eq!(
        draft.warnings,
        ["byte sequences not valid in gb18030, replaced by U+FFFD: 1"]
    );
}
