use super::super::tests::{fails, read, read_with, texts};
use super::super::{Draft, LineStyle, Options};
use super::sample::{Codes, HEIGHT, Sample, Setter};
use super::*;
use pdfboss_core::Object;

const LONG: &str = "全年开展法治宣传活动12场次，发放宣传资料三千余份，解答群众咨询六百余人次，营造了良好的法治氛围，群众满意度达到97.8%以上。";
const OTHER: &str = "深入开展“法律明白人”培训，西翥村、碣石村共培训180人次，其中骨干36人，镇村两级公开接访群众136批279人次，协调化解矛盾纠纷97件。";

fn written(codes: Codes, paragraphs: &[&str]) -> Vec<u8> {
    let mut sample = Sample::new(codes);
    Setter::default().set(&mut sample, paragraphs, |_, _| String::new());
    sample.bytes()
}

fn draft(bytes: &[u8]) -> Draft {
    read("x.pdf", bytes).drafts.remove(0)
}

fn dropped(draft: &Draft) -> Vec<(&str, &str)> {
    draft
        .dropped
        .iter()
        .map(|dropped| (dropped.reason.as_str(), dropped.text.as_str()))
        .collect()
}

#[test]
fn it_endures_what_every_reader_must() {
    super::super::battery::endure("pdf", |paragraphs| written(Codes::Unicode, paragraphs));
}

#[test]
fn fonts_without_a_table_are_read_by_their_encoding() {
    let draft = draft(&written(Codes::Gbk, &[LONG, OTHER, "Word 2024, A-B (C)."]));
    assert_eq!(texts(&draft), [LONG, OTHER, "Word 2024, A-B (C)."]);
    assert_eq!(draft.warnings, Vec::<String>::new());
}

#[test]
fn codes_are_unicode_where_the_encoding_says_so() {
    let rare = "西翥村、𬭼村、⽂化⺠⽣，ﬁnance，“㎡”。";
    assert_eq!(
        texts(&draft(&written(Codes::Unicode, &[rare]))),
        ["西翥村、𬭼村、文化民生，finance，“㎡”。"]
    );
}

#[test]
fn a_collection_that_is_not_stated_is_known_by_the_encoding() {
    let bytes = written(Codes::Gbk, &[LONG]);
    let at = memmem::find(&bytes, b"/CIDSystemInfo").unwrap();
    let mut bytes = bytes;
    bytes[at + 1] = b'X';
    assert_eq!(texts(&draft(&bytes)), [LONG]);
}

#[test]
fn paragraphs_go_on_over_pages_whose_headers_and_numbers_fall_out() {
    let mut sample = Sample::new(Codes::Unicode);
    let paragraphs: Vec<&str> = [LONG, OTHER].repeat(14);
    Setter::default().set(&mut sample, &paragraphs, |sample, page| {
        sample.show(80.0, 60.0, 10.0, "青石镇2024年法治政府建设报告")
            + &sample.show(280.0, 790.0, 14.0, &format!("— {page} —"))
    });
    let draft = draft(&sample.bytes());
    assert_eq!(texts(&draft), paragraphs);
    assert!(draft.lines.iter().all(|line| line.style == LineStyle::Paragraph));
    let pages: Vec<(usize, u64)> = draft.lines[7]
        .runs
        .iter()
        .map(|run| (run.at, run.source.start))
        .collect();
    assert_eq!(pages.len(), 2, "{:?}", draft.lines[7]);
    assert_eq!((pages[0], pages[1].1), ((0, 1), 2));
    let dropped = dropped(&draft);
    assert_eq!(dropped[0], ("running header", "青石镇2024年法治政府建设报告"));
    assert_eq!(dropped[1], ("page number", "— 1 —"));
    assert_eq!(draft.dropped[3].source, Place::Page(2));
}

#[test]
fn a_line_of_the_text_that_stands_on_both_pages_stays() {
    let setter = Setter {
        lines: 3,
        ..Setter::default()
    };
    let mut sample = Sample::new(Codes::Unicode);
    let lines = [
        "调解纠纷12起。",
        "群众满意。",
        "特此报告。",
        "调解纠纷15起。",
        "群众满意。",
        "特此报告。",
    ];
    setter.set(&mut sample, &lines, |_, _| String::new());
    let draft = draft(&sample.bytes());
    assert_eq!(texts(&draft), lines);
    assert_eq!(dropped(&draft), []);
}

#[test]
fn columns_are_read_one_after_the_other() {
    let mut sample = Sample::new(Codes::Unicode);
    let narrow = Setter {
        size: 10.5,
        pitch: 18.0,
        width: 20,
        lines: 30,
        left: 60.0,
        top: 140.0,
    };
    let mut content = sample.show(200.0, 80.0, 22.0, "青石镇法治政府");
    for (n, x) in [60.0, 310.0].into_iter().enumerate() {
        for line in 0..20 {
            let text = format!("{}栏第{:02}行写满了一整行的文字不留空白", ["左", "右"][n], line);
            content += &sample.show(x, 140.0 + line as f32 * narrow.pitch, narrow.size, &text);
        }
    }
    sample.page(&content);
    let text = texts(&draft(&sample.bytes())).concat();
    let place = |words: &str| text.find(words).unwrap_or_else(|| panic!("{words} in {text}"));
    assert!(place("青石镇") < place("左栏第00行") && place("左栏第19行") < place("右栏第00行"));
    assert!(text.contains("不留空白左栏第01行"));
}

#[test]
fn tables_are_rows_of_cells() {
    let mut sample = Sample::new(Codes::Unicode);
    let mut content = sample.show(112.0, 100.0, 16.0, "主要指标见下表。");
    for (row, cells) in [
        ["指标", "数量", "备注"],
        ["调解纠纷", "232起", "成功率97.8%"],
        ["法治培训", "12场", ""],
    ]
    .iter()
    .enumerate()
    {
        for (n, cell) in cells.iter().enumerate() {
            content += &sample.show(84.0 + 130.0 * n as f32, 150.0 + 30.0 * row as f32, 12.0, cell);
        }
    }
    for line in 0..4 {
        let y = HEIGHT - 130.0 - 30.0 * line as f32;
        let _ = std::fmt::Write::write_fmt(&mut content, format_args!("80 {y} m 470 {y} l S "));
        let x = 80.0 + 130.0 * line as f32;
        let _ = std::fmt::Write::write_fmt(
            &mut content,
            format_args!("{x} {} m {x} {} l S ", HEIGHT - 130.0, HEIGHT - 220.0),
        );
    }
    sample.page(&content);
    let draft = draft(&sample.bytes());
    assert_eq!(
        texts(&draft),
        [
            "主要指标见下表。",
            "指标\t数量\t备注",
            "调解纠纷\t232起\t成功率97.8%",
            "法治培训\t12场\t"
        ]
    );
    assert_eq!(draft.lines[1].style, LineStyle::TableRow);
}

#[test]
fn cells_without_lines_are_known_by_their_places() {
    let mut sample = Sample::new(Codes::Unicode);
    let mut content = String::new();
    for (row, cells) in [
        ["指标", "数量"],
        ["调解纠纷", "232起"],
        ["法治培训", "12场"],
        ["行政处罚", "4件"],
    ]
    .iter()
    .enumerate()
    {
        for (n, cell) in cells.iter().enumerate() {
            content += &sample.show(90.0 + 200.0 * n as f32, 150.0 + 28.0 * row as f32, 16.0, cell);
        }
    }
    sample.page(&content);
    let draft = draft(&sample.bytes());
    assert_eq!(
        texts(&draft),
        ["指标\t数量", "调解纠纷\t232起", "法治培训\t12场", "行政处罚\t4件"]
    );
}

#[test]
fn a_title_over_two_lines_is_one() {
    let mut sample = Sample::new(Codes::Unicode);
    let mut content = sample.show(95.0, 70.0, 36.0, "青石镇人民政府文件");
    content += &sample.show(230.0, 110.0, 16.0, "青政发〔2025〕3号");
    content += &sample.show(109.0, 170.0, 22.0, "青石镇人民政府关于2024年度法治政府");
    content += &sample.show(219.0, 205.0, 22.0, "建设情况的报告");
    let setter = Setter {
        top: 260.0,
        lines: 15,
        ..Setter::default()
    };
    setter.set(&mut sample, &[LONG, OTHER, LONG], |_, page| {
        if page == 1 { content.clone() } else { String::new() }
    });
    let draft = draft(&sample.bytes());
    let titles: Vec<&str> = draft
        .lines
        .iter()
        .filter(|line| line.style == LineStyle::Title)
        .map(|line| line.text.as_str())
        .collect();
    assert_eq!(titles, ["青石镇人民政府关于2024年度法治政府建设情况的报告"]);
    assert_eq!(texts(&draft)[..2], ["青石镇人民政府文件", "青政发〔2025〕3号"]);
}

#[test]
fn what_is_slanted_turned_or_off_the_page_is_no_text() {
    let mut sample = Sample::new(Codes::Unicode);
    let mut content = sample.show(112.0, 100.0, 16.0, "特此报告。");
    let tilted = |text: &str, matrix: &str| format!("BT /F 40 Tf {matrix} Tm <{}> Tj ET ", text);
    content += &tilted(&sample.hex("内部资料"), "0.7 0.7 -0.7 0.7 200 300");
    content += &tilted(&sample.hex("装订线"), "0 1 -1 0 40 300");
    content += &tilted(&sample.hex("页外"), "1 0 0 1 900 300");
    // Bold by drawing twice.
    content += &sample.show(112.0, 128.0, 16.0, "谢谢谢谢");
    content += &sample.show(112.4, 128.0, 16.0, "谢谢谢谢");
    sample.page(&content);
    let draft = draft(&sample.bytes());
    assert_eq!(texts(&draft), ["特此报告。", "谢谢谢谢"]);
    assert_eq!(
        dropped(&draft),
        [
            ("watermark", "内部资料"),
            ("rotated text", "装订线"),
            ("outside the page", "页外")
        ]
    );
}

#[test]
fn pages_that_lie_on_their_side_are_turned() {
    let mut sample = Sample::new(Codes::Unicode);
    let lines = ["一、主要工作", "二、存在的问题"];
    let content: String = lines
        .iter()
        .enumerate()
        .map(|(n, line)| {
            format!(
                "BT /F 16 Tf 0 1 -1 0 {} 80 Tm <{}> Tj ET ",
                100.0 + 28.0 * n as f32,
                sample.hex(line)
            )
        })
        .collect();
    sample.page_with(&content, "/Rotate 90");
    sample.page(&content);
    assert_eq!(texts(&draft(&sample.bytes())), [lines, lines].concat());
}

#[test]
fn scans_are_errors_that_say_how_they_are_read() {
    let mut sample = Sample::new(Codes::Unicode);
    sample.scan().scan().scan();
    let error = fails("x.pdf", &sample.bytes());
    assert_eq!(error.to_string(), "x.pdf: a scan: no text on its 3 pages");
    assert_eq!(error.hints, ["--ocr (needs tesseract with chi_sim and pdftoppm)"]);
}

#[test]
fn pages_without_text_among_others_are_named() {
    let mut sample = Sample::new(Codes::Unicode);
    Setter::default().set(&mut sample, &[LONG, OTHER], |_, _| String::new());
    sample.scan().scan();
    let extraction = read("x.pdf", &sample.bytes());
    assert_eq!(
        extraction.drafts[0].warnings,
        ["no text on pages 2–3 of 3, only images: read them with --ocr"]
    );
}

#[test]
fn damaged_pages_are_named_and_the_others_read() {
    let mut sample = Sample::new(Codes::Unicode);
    Setter::default().set(&mut sample, &[LONG], |_, _| String::new());
    sample.page_with("BT", "/Contents 99 0 R");
    let broken = sample.stream("/Filter/FlateDecode", b"no deflated data");
    sample.page_with("", &format!("/Contents {broken} 0 R"));
    let draft = draft(&sample.bytes());
    assert_eq!(texts(&draft), [LONG]);
    assert_eq!(draft.warnings, ["page 3 cannot be read"]);
}

#[test]
fn fonts_that_say_nothing_are_counted() {
    let mut sample = Sample::new(Codes::Unicode);
    let font = sample.object("<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[<</Subtype/CIDFontType2/DW 1000>>]>>");
    let entries = format!("/Resources<</Font<</F {font} 0 R/G 3 0 R>>>>");
    sample.page_with(
        "BT /F 16 Tf 1 0 0 1 80 700 Tm <00110012001300140015001600170018> Tj ET",
        &entries,
    );
    let error = fails("x.pdf", &sample.bytes());
    assert_eq!(
        error.to_string(),
        "x.pdf: 8 of 8 characters cannot be read: its fonts do not say which they are"
    );

    let mut sample = Sample::new(Codes::Unicode);
    sample.object(font_without_table());
    Setter::default().set(&mut sample, &[LONG], |_, _| String::new());
    let content = "BT /F 16 Tf 1 0 0 1 80 700 Tm <0011> Tj ET";
    sample.page_with(content, "/Resources<</Font<</F 4 0 R>>>>");
    let warnings = draft(&sample.bytes()).warnings;
    assert!(
        warnings[0].starts_with("1 of 65 characters (1.5 %) cannot be read"),
        "{warnings:?}"
    );
}

fn font_without_table() -> &'static str {
    "<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[<</Subtype/CIDFontType2/DW 1000>>]>>"
}

#[test]
fn files_that_need_a_password_say_so() {
    let mut sample = Sample::new(Codes::Unicode);
    Setter::default().set(&mut sample, &[LONG], |_, _| String::new());
    let mut bytes = sample.bytes();
    let trailer = memmem::rfind(&bytes, b"trailer<<").unwrap() + b"trailer<<".len();
    let keys = "1234567890123456789012345678901234567890123456789012345678901234";
    let encrypt = format!("/ID[<00><00>]/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<{keys}>/U<{keys}>>>");
    bytes.splice(trailer..trailer, encrypt.bytes());
    let error = fails("x.pdf", &bytes);
    assert_eq!(error.to_string(), "x.pdf: needs a password");
    assert!(error.hints[0].contains("without one"));
}

#[test]
fn encrypted_files_that_ask_for_no_password_are_read() {
    let permissions = pdfboss_core::Permissions::all();
    let (mut encryptor, encrypt) = pdfboss_core::Encryptor::aes256("", "owner", permissions).unwrap();
    let mut sample = Sample::new(Codes::Gbk);
    let mut content = Object::Stream(Stream {
        dict: pdfboss_core::Dict::new(),
        data: sample.show(112.0, 100.0, 16.0, "一、2024年主要工作").into_bytes(),
    });
    encryptor.encrypt_object(&mut content, 0, 0).unwrap();
    let content = sample.stream("", &content.as_stream().unwrap().data);
    sample.page_with("", &format!("/Contents {content} 0 R"));
    let mut bytes = sample.bytes();
    let trailer = memmem::rfind(&bytes, b"trailer<<").unwrap() + b"trailer<<".len();
    let entries = format!("/ID[<00><00>]/Encrypt {}", source(&Object::Dict(encrypt)));
    bytes.splice(trailer..trailer, entries.bytes());
    assert_eq!(texts(&draft(&bytes)), ["一、2024年主要工作"]);
}

/// An object as a file holds it.
fn source(object: &Object) -> String {
    match object {
        Object::Bool(value) => value.to_string(),
        Object::Int(value) => value.to_string(),
        Object::Name(name) => format!("/{}", name.0),
        Object::String(bytes) => format!(
            "<{}>",
            bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
        ),
        Object::Dict(dict) => {
            let entries = dict
                .iter()
                .map(|(name, value)| format!("/{} {}", name.0, source(value)));
            format!("<<{}>>", entries.collect::<String>())
        }
        other => panic!("{other:?} stands in no dictionary of encryption"),
    }
}

#[test]
fn trees_of_pages_that_never_end_are_read_once() {
    let mut sample = Sample::new(Codes::Unicode);
    Setter::default().set(&mut sample, &[LONG], |_, _| String::new());
    let page = 5;
    sample.tree(&format!(
        "<</Type/Pages/Kids[2 0 R {page} 0 R 2 0 R {page} 0 R]/Count 4>>"
    ));
    assert_eq!(texts(&draft(&sample.bytes())), [LONG]);
}

#[test]
fn a_hundred_thousand_pages_are_not_all_read() {
    let mut sample = Sample::new(Codes::Unicode);
    Setter::default().set(&mut sample, &[LONG], |_, _| String::new());
    let kids = "<</Type/Page/MediaBox[0 0 9 9]>>".repeat(100_000);
    sample.tree(&format!("<</Type/Pages/Kids[5 0 R {kids}]/Count 100001>>"));
    let draft = draft(&sample.bytes());
    assert_eq!(texts(&draft), [LONG]);
    assert_eq!(draft.warnings, ["only the first 5000 of 100001 pages are read"]);
}

#[test]
fn bombs_are_not_unpacked() {
    use std::io::Write as _;
    let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    let strings = b"(a)Tj ".repeat(1 << 16);
    for _ in 0..100 {
        packer.write_all(&strings).unwrap();
    }
    let mut sample = Sample::new(Codes::Unicode);
    Setter::default().set(&mut sample, &[LONG], |_, _| String::new());
    let bomb = sample.stream("/Filter/FlateDecode", &packer.finish().unwrap());
    sample.page_with("", &format!("/Contents {bomb} 0 R"));
    let draft = draft(&sample.bytes());
    assert_eq!(texts(&draft), [LONG]);
    assert_eq!(draft.warnings, ["page 2 cannot be read"]);
}

#[test]
fn streams_of_objects_are_no_bombs_either() {
    use std::io::Write as _;
    let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(b"2 0 <</Type/Pages/Count 1/Kids[").unwrap();
    packer.write_all(&b"4 0 R ".repeat(2 << 20)).unwrap();
    let packed = packer.finish().unwrap();
    let mut bytes = b"%PDF-1.5\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n".to_vec();
    let objects = bytes.len() as u16;
    bytes.extend(
        format!(
            "3 0 obj\n<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length {}>>stream\n",
            packed.len()
        )
        .bytes(),
    );
    bytes.extend(&packed);
    bytes.extend(b"\nendstream\nendobj\n");
    let table = bytes.len();
    let places = [
        [0, 0, 0, 0],
        [1, 0, 9, 0],
        [2, 0, 3, 0],
        [1, (objects >> 8) as u8, objects as u8, 0],
    ]
    .concat();
    bytes.extend(b"4 0 obj\n<</Type/XRef/Size 4/W[1 2 1]/Root 1 0 R/Length 16>>stream\n");
    bytes.extend(places);
    bytes.extend(format!("\nendstream\nendobj\nstartxref\n{table}\n%%EOF\n").bytes());
    let error = fails("x.pdf", &bytes);
    assert_eq!(
        error.to_string(),
        "x.pdf: refused: one of its object streams unpacks to more than 8 MB"
    );
}

#[test]
fn deep_nesting_is_no_trouble() {
    let mut sample = Sample::new(Codes::Unicode);
    Setter::default().set(&mut sample, &[LONG], |_, _| String::new());
    let deep = "[".repeat(200_000);
    sample.page(&deep);
    sample.object(deep);
    assert_eq!(texts(&draft(&sample.bytes()))[0], LONG);
}

#[test]
fn the_time_is_kept() {
    let mut sample = Sample::new(Codes::Unicode);
    Setter::default().set(&mut sample, &[LONG], |_, _| String::new());
    let options = Options {
        max_seconds: 0,
        ..Options::default()
    };
    let error = read_with("x.pdf", &sample.bytes(), &options).unwrap_err();
    assert!(error.to_string().contains("not read after 0 seconds"), "{error}");
}

#[test]
fn pages_are_named_briefly() {
    assert_eq!(named(&[3]), "page 3");
    assert_eq!(named(&[1, 2, 3, 7]), "pages 1–3 and 7");
    assert_eq!(named(&[1, 3, 9]), "pages 1, 3 and 9");
    let odd: Vec<u64> = (0..100).map(|n| n * 2 + 1).collect();
    assert!(named(&odd).ends_with("39 and 80 more stretches"));
}
