use super::super::ole::tests::with_streams;
use super::super::tests::{fails, read, texts};
use super::super::{Draft, LineStyle, battery};

/// A document to be written: a Word 97 file with a piece a paragraph.
#[derive(Default)]
struct Sample {
    /// Story, text with the mark that ends it, changes to the paragraph.
    paragraphs: Vec<(usize, String, Vec<u8>)>,
    /// Which characters of the whole text are changed, and how.
    looks: Vec<(u32, u32, Vec<u8>)>,
    /// Tables by their number in the head.
    tables: Vec<(usize, Vec<u8>)>,
}

const TEXT_AT: u32 = 2048;
const PAGE: usize = 512;

impl Sample {
    fn of(paragraphs: &[&str]) -> Self {
        let mut sample = Sample::default();
        for text in paragraphs {
            sample.push(0, &format!("{text}\r"), &[]);
        }
        sample
    }

    fn push(&mut self, story: usize, text: &str, changes: &[u8]) {
        self.paragraphs.push((story, text.to_owned(), changes.to_vec()));
    }

    fn write(&self) -> Vec<u8> {
        let mut main = vec![0; TEXT_AT as usize];
        let mut table = Vec::new();
        let (mut places, mut pieces) = (vec![0_u32], Vec::new());
        let mut lengths = [0_u32; 8];
        let mut spans = Vec::new();
        for (story, text, changes) in &self.paragraphs {
            let start = main.len() as u32;
            let units: Vec<u16> = text.encode_utf16().collect();
            let is_wide = !text.is_ascii();
            match is_wide {
                true => main.extend(units.iter().flat_map(|unit| unit.to_le_bytes())),
                false => main.extend(text.bytes()),
            }
            pieces.extend([0, 0]);
            pieces.extend(if is_wide { start } else { 0x4000_0000 | (start * 2) }.to_le_bytes());
            pieces.extend([0, 0]);
            places.push(places[places.len() - 1] + units.len() as u32);
            lengths[*story] += units.len() as u32;
            spans.push((start, main.len() as u32, changes.clone()));
        }
        let mut looks = Vec::new();
        let mut reached = TEXT_AT;
        for (from, to, changes) in &self.looks {
            looks.push((reached, self.source(*from), Vec::new()));
            reached = self.source(*to);
            looks.push((self.source(*from), reached, changes.clone()));
        }
        let character_pages = write_pages(&mut main, looks, false);
        let paragraph_pages = write_pages(&mut main, spans, true);
        let mut clx = vec![2];
        clx.extend((places.len() as u32 * 4 + pieces.len() as u32).to_le_bytes());
        clx.extend(places.iter().flat_map(|place| place.to_le_bytes()));
        clx.extend(pieces);
        let own = [(33, clx), (12, character_pages), (13, paragraph_pages)];
        for (number, bytes) in own.iter().chain(&self.tables) {
            let at = 0x9A + 8 * number;
            main[at..at + 4].copy_from_slice(&(table.len() as u32).to_le_bytes());
            main[at + 4..at + 8].copy_from_slice(&(bytes.len() as u32).to_le_bytes());
            table.extend(bytes);
        }
        main[..4].copy_from_slice(&[0xEC, 0xA5, 0xC1, 0x00]);
        main[11] = 0x02;
        for (n, len) in lengths.iter().enumerate() {
            main[0x4C + 4 * n..][..4].copy_from_slice(&len.to_le_bytes());
        }
        main.resize(main.len().max(4096), 0);
        table.resize(table.len().max(4096), 0);
        with_streams(&[("WordDocument", &main), ("1Table", &table)])
    }

    /// Where a character stands in the stream.
    fn source(&self, at: u32) -> u32 {
        let (mut passed, mut source) = (0, TEXT_AT);
        for (_, text, _) in &self.paragraphs {
            let len = text.encode_utf16().count() as u32;
            let width = if text.is_ascii() { 1 } else { 2 };
            if at < passed + len {
                return source + (at - passed) * width;
            }
            passed += len;
            source += len * width;
        }
        source
    }
}

/// Writes pages of formatting, ten spans a page, and gives the table that names them.
fn write_pages(main: &mut Vec<u8>, spans: Vec<(u32, u32, Vec<u8>)>, of_paragraphs: bool) -> Vec<u8> {
    let (mut places, mut numbers) = (Vec::new(), Vec::new());
    main.resize(main.len().next_multiple_of(PAGE), 0);
    for part in spans.chunks(10) {
        let mut page = vec![0; PAGE];
        let mut end = PAGE - 1;
        page[end] = part.len() as u8;
        for (n, (from, to, changes)) in part.iter().enumerate() {
            page[4 * n..][..4].copy_from_slice(&from.to_le_bytes());
            page[4 * n + 4..][..4].copy_from_slice(&to.to_le_bytes());
            let mut bytes = Vec::new();
            if of_paragraphs {
                let mut own = vec![0, 0];
                own.extend(changes);
                // An odd length is told in one byte, an even one in two.
                match own.len() % 2 {
                    1 => bytes.push(own.len().div_ceil(2) as u8),
                    _ => bytes.extend([0, (own.len() / 2) as u8]),
                }
                bytes.extend(own);
            } else {
                bytes.push(changes.len() as u8);
                bytes.extend(changes);
            }
            end = (end - bytes.len()) / 2 * 2;
            page[end..end + bytes.len()].copy_from_slice(&bytes);
            let width = if of_paragraphs { 13 } else { 1 };
            page[4 * (part.len() + 1) + width * n] = (end / 2) as u8;
        }
        places.push(part[0].0);
        numbers.push((main.len() / PAGE) as u32);
        main.extend(page);
    }
    places.push(spans.last().map_or(0, |span| span.1));
    places
        .iter()
        .chain(&numbers)
        .flat_map(|number| number.to_le_bytes())
        .collect()
}

fn draft(bytes: &[u8]) -> Draft {
    read("x.doc", bytes).drafts.remove(0)
}

/// The changes that put a paragraph into list 1 at this depth.
fn in_list(depth: u8) -> Vec<u8> {
    vec![0x0A, 0x26, depth, 0x0B, 0x46, 1, 0]
}

const IN_TABLE: [u8; 3] = [0x16, 0x24, 1];
const ENDS_ROW: [u8; 6] = [0x16, 0x24, 1, 0x17, 0x24, 1];

/// One list whose levels have these formats and templates.
fn lists(levels: &[(u8, &[u16])]) -> [(usize, Vec<u8>); 2] {
    let mut list = vec![1, 0];
    list.extend(77_u32.to_le_bytes());
    list.extend([0; 24]);
    let fixed = list.len();
    for n in 0..9 {
        let (format, template) = levels.get(n).copied().unwrap_or((0, &[]));
        let mut level = 1_u32.to_le_bytes().to_vec();
        level.extend([format]);
        level.extend([0; 23]);
        level.extend((template.len() as u16).to_le_bytes());
        level.extend(template.iter().flat_map(|unit| unit.to_le_bytes()));
        list.extend(level);
    }
    assert_eq!(fixed, 30);
    let mut overrides = 1_u32.to_le_bytes().to_vec();
    overrides.extend(77_u32.to_le_bytes());
    overrides.extend([0; 12]);
    overrides.extend(u32::MAX.to_le_bytes());
    [(73, list), (74, overrides)]
}

#[test]
fn documents_endure() {
    battery::endure("doc", |paragraphs| Sample::of(paragraphs).write());
    battery::endure("wps", |paragraphs| Sample::of(paragraphs).write());
}

#[test]
fn automatic_numbers_are_written_out() {
    let mut sample = Sample::default();
    let numbered = [
        (0, "成效\r"),
        (1, "决策\r"),
        (1, "执法\r"),
        (2, "公示\r"),
        (2, "2024年起记录\r"),
        (0, "不足\r"),
        (1, "人员\r"),
        (2, "不够\r"),
    ];
    for (depth, text) in numbered {
        sample.push(0, text, &in_list(depth));
    }
    sample.push(0, "正文。\r", &[]);
    let han = 0x27;
    sample.tables = lists(&[
        (han, &[0, '、' as u16]),
        (han, &['（' as u16, 1, '）' as u16]),
        (0, &[2, '.' as u16]),
    ])
    .into();
    let draft = draft(&sample.write());
    assert_eq!(
        texts(&draft),
        [
            "一、成效",
            "（一）决策",
            "（二）执法",
            "1.公示",
            "2. 2024年起记录",
            "二、不足",
            "（一）人员",
            "1.不够",
            "正文。"
        ]
    );
    assert_eq!(draft.lines[7].runs[0].source, 8..9);
}

#[test]
fn numbers_may_hold_those_of_the_levels_above_and_bullets_are_none() {
    let mut sample = Sample::default();
    for (depth, text) in [(0, "甲\r"), (1, "乙\r"), (1, "丙\r"), (2, "丁\r")] {
        sample.push(0, text, &in_list(depth));
    }
    let point = '.' as u16;
    sample.tables = lists(&[(0, &[0]), (0, &[0, point, 1]), (0x17, &[0xF06C])]).into();
    assert_eq!(texts(&draft(&sample.write())), ["1 甲", "1.1 乙", "1.2 丙", "丁"]);
}

#[test]
fn hidden_and_deleted_text_and_codes_of_fields_are_left_out() {
    let mut sample = Sample::of(&[
        "前隐藏后",
        "前删去后",
        "第\u{13} PAGE \u{14}3\u{15}页，见\u{13}HYPERLINK \"http://example.org\"\u{14}网站\u{15}。",
        "\u{13} TOC \u{13} 内 \u{14}外\u{15}\u{14}目录\u{15}后",
        "开头\u{13}没有结尾的域",
        "不\u{1f}断\u{1e}行\u{b}下一行\u{1}\u{5}",
    ]);
    sample.looks = vec![(1, 3, vec![0x3C, 0x08, 1]), (6, 8, vec![0x00, 0x08, 1])];
    let draft = draft(&sample.write());
    assert_eq!(
        texts(&draft),
        [
            "前后",
            "前后",
            "第3页，见网站。",
            "目录后",
            "开头没有结尾的域",
            "不断-行",
            "下一行"
        ]
    );
    assert_eq!(draft.warnings, ["comments of readers left out: 1"]);
    assert_eq!(draft.lines[5].style, LineStyle::Plain);
    assert_eq!(draft.lines[5].runs, draft.lines[6].runs);
}

#[test]
fn a_deleted_mark_joins_two_paragraphs() {
    let mut sample = Sample::of(&["上半", "下半"]);
    sample.looks = vec![(2, 3, vec![0x00, 0x08, 1])];
    assert_eq!(texts(&draft(&sample.write())), ["上半下半"]);
}

#[test]
fn rows_of_tables_are_lines() {
    let mut sample = Sample::of(&["见下表："]);
    for text in ["项目\u{7}", "数量\u{7}"] {
        sample.push(0, text, &IN_TABLE);
    }
    sample.push(0, "\u{7}", &ENDS_ROW);
    for text in ["调解\r", "纠纷\u{7}", "56件\u{7}"] {
        sample.push(0, text, &IN_TABLE);
    }
    sample.push(0, "\u{7}", &ENDS_ROW);
    sample.push(0, "表后。\r", &[]);
    let draft = draft(&sample.write());
    assert_eq!(texts(&draft), ["见下表：", "项目\t数量", "调解 纠纷\t56件", "表后。"]);
    assert_eq!(draft.lines[1].style, LineStyle::TableRow);
    assert_eq!(draft.lines[3].style, LineStyle::Paragraph);
}

#[test]
fn notes_follow_their_paragraph_and_headers_are_dropped() {
    let mut sample = Sample::of(&["报告如下\u{2}。", "第二段。"]);
    sample.push(1, "\u{2} 这是脚注。\r", &[]);
    sample.push(2, "页眉\r", &[]);
    sample.push(6, "文本框。\r", &[]);
    let marks: Vec<u8> = [4_u32, 20].iter().flat_map(|n| n.to_le_bytes()).chain([1, 0]).collect();
    let ends: Vec<u8> = [0_u32, 8, 9].iter().flat_map(|n| n.to_le_bytes()).collect();
    sample.tables = vec![(2, marks), (3, ends)];
    let draft = draft(&sample.write());
    assert_eq!(texts(&draft), ["报告如下。", " 这是脚注。", "第二段。", "文本框。"]);
    let dropped: Vec<&str> = draft.dropped.iter().map(|dropped| dropped.text.as_str()).collect();
    assert_eq!(dropped, ["页眉"]);
}

#[test]
fn headings_are_known_by_their_outline() {
    let mut sample = Sample::default();
    sample.push(0, "主要举措\r", &[0x40, 0x26, 1]);
    sample.push(0, "正文。\r", &[0x40, 0x26, 9]);
    let styles: Vec<LineStyle> = draft(&sample.write()).lines.iter().map(|line| line.style).collect();
    assert_eq!(styles, [LineStyle::Heading(2), LineStyle::Paragraph]);
}

#[test]
fn what_cannot_be_read_is_told_apart() {
    let altered = |at: usize, bytes: &[u8]| {
        let mut main = vec![0; 5000];
        main[..4].copy_from_slice(&[0xEC, 0xA5, 0xC1, 0x00]);
        main[at..at + bytes.len()].copy_from_slice(bytes);
        with_streams(&[("WordDocument", &main)])
    };
    let table = [
        (altered(11, &[0x01]), "protected by a password"),
        (
            altered(0, &[0xDC, 0xA5, 0x68]),
            "a document of Word 6 or 95, which cannot be read",
        ),
        (altered(0, &[0]), "damaged: no head of a Word document"),
        (altered(0, &[0xEC]), "damaged: no table of its pieces of text"),
        (
            with_streams(&[("EncryptedPackage", &[0; 5000])]),
            "protected by a password",
        ),
        (
            with_streams(&[("CONTENTS", &[0; 5000])]),
            "a document of Microsoft Works, which cannot be read",
        ),
        (
            with_streams(&[("PowerPoint Document", &[0; 5000])]),
            "slides, not a text document",
        ),
        (
            with_streams(&[("Other", &[0; 5000])]),
            "a file of Office without a document in it",
        ),
    ];
    for (bytes, message) in table {
        let error = fails("x.wps", &bytes);
        assert_eq!(error.to_string(), format!("x.wps: {message}"));
        assert!(!error.hints.is_empty(), "{message}");
    }
}

#[test]
fn a_document_named_otherwise_is_read_with_a_warning() {
    let bytes = Sample::of(&["正文。"]).write();
    let extraction = read("x.txt", &bytes);
    assert_eq!(extraction.format, "doc");
    assert_eq!(
        extraction.warnings,
        ["named .txt, read as doc because that is what it holds"]
    );
    let extraction = read("x.doc", b"{\\rtf1\\ansi\\ansicpg936 \\'d5\\'fd\\'ce\\'c4\\'a1\\'a3}");
    assert_eq!(
        (extraction.format, texts(&extraction.drafts[0])),
        ("rtf", vec!["正文。"])
    );
    assert_eq!(
        extraction.warnings,
        ["named .doc, read as rtf because that is what it holds"]
    );
    let extraction = read("x.doc", "<html><body><p>正文在此。</p></body></html>".as_bytes());
    assert_eq!(extraction.format, "html");
}

#[test]
fn pieces_that_claim_more_text_than_there_is_are_refused() {
    let mut sample = Sample::of(&["正文。"]);
    let mut clx = vec![2];
    clx.extend(((3 * 4) + 16_u32).to_le_bytes());
    clx.extend([0_u32, 1 << 30, 1 << 31].iter().flat_map(|n| n.to_le_bytes()));
    clx.extend([0; 16]);
    sample.tables = vec![(33, clx)];
    let error = fails("x.doc", &sample.write());
    assert_eq!(error.to_string(), "x.doc: damaged: no table of its pieces of text");
}
