//! `baogao verify --quotes`: quotations of a manuscript are exact, altered or not found, and said to be so.

use std::collections::BTreeMap;

use baogao::index::Index;
use baogao::text::fold::fold_phrase;
use serde_json::Value;

use crate::sample::{corpus_index, three};
use crate::testdir::TestDir;

/// The findings of a manuscript, by the words of the quotation.
fn checked(dir: &TestDir, file: &str, code: i32) -> Value {
    dir.run(&["verify", "--quotes", file, "--format", "json"])
        .exits(code)
        .value()
}

fn verdicts(value: &Value) -> Vec<&str> {
    let findings = value["quotations"].as_array().expect("findings");
    findings
        .iter()
        .map(|finding| finding["verdict"].as_str().expect("a verdict"))
        .collect()
}

#[test]
fn a_changed_number_is_shown_before_all_else() {
    let dir = three();
    dir.write("paper.md", "青石镇2022年的报告说：“网格员化解纠纷79件，回访197件”。\n\n> 学习枫桥经验，又学枫桥经验，法律明白人入户宣讲。\n");
    let output = dir.run(&["verify", "--quotes", "paper.md"]).exits(1);
    insta::assert_snapshot!(output.stdout);
    let value = checked(&dir, "paper.md", 1);
    assert_eq!(verdicts(&value), ["altered", "exact"]);
    assert_eq!(
        value["quotations"][0]["numbers"],
        serde_json::json!([{"quoted": "79", "source": "97"}])
    );
    assert_eq!(value["totals"]["altered"], 1);
}

#[test]
fn quotations_that_all_stand_there_end_with_0() {
    let dir = three();
    dir.write(
        "paper.txt",
        "“網格員化解糾紛９７件……回訪197件”，又“执法力量薄弱,普法形式单一”。",
    );
    let value = checked(&dir, "paper.txt", 0);
    assert_eq!(verdicts(&value), ["exact", "exact"]);
    assert_eq!(value["quotations"][1]["reports"], 3);
    assert_eq!(value["quotations"][1]["places"].as_array().expect("places").len(), 3);
}

#[test]
fn parts_must_stand_in_their_order_in_one_report() {
    let dir = three();
    dir.write(
        "paper.txt",
        "“坚持和发展……回访197件”\n“回访197件……坚持和发展新时代枫桥经验”\n“化解纠纷97件……法律明白人入户宣讲”",
    );
    assert_eq!(verdicts(&checked(&dir, "paper.txt", 1))[0], "exact");
    assert!(
        verdicts(&checked(&dir, "paper.txt", 1))[1..]
            .iter()
            .all(|verdict| *verdict != "exact")
    );
}

#[test]
fn a_quotation_over_the_end_of_a_passage_is_exact() {
    let dir = three();
    dir.write("paper.txt", "「普法形式单一。三、下一年度主要安排\n加强队伍建设」");
    let value = checked(&dir, "paper.txt", 0);
    assert_eq!(value["quotations"][0]["reports"], 3);
}

#[test]
fn terms_are_listed_apart_and_only_counted() {
    let dir = three();
    dir.write("paper.txt", "“枫桥经验”和“板凳会议”。");
    let output = dir.run(&["verify", "--quotes", "paper.txt"]).exits(0);
    output.says(&[
        "“枫桥经验” (line 1, character 2): 2 passages in 2 reports",
        "“板凳会议” (line 1, character 9): in no report",
        "0 quotations in paper.txt",
    ]);
}

#[test]
fn what_stands_nowhere_says_what_was_tried() {
    let dir = three();
    dir.write("paper.txt", "“本县全年新建高速公路三百公里，通车里程居全省首位”");
    let output = dir.run(&["verify", "--quotes", "paper.txt"]).exits(1);
    output.says(&[
        "NOT FOUND  line 1, character 2",
        "tried: its exact words in every spelling",
    ]);
}

#[test]
fn another_source_than_the_one_named_beside_it_is_noted() {
    let dir = three();
    dir.write(
        "paper.txt",
        "白水镇2023年报告称“网格员化解纠纷97件”。\n\n青石镇2022年报告称“网格员化解纠纷97件”。\n\n青石镇和白水镇称“网格员化解纠纷97件”。",
    );
    let value = checked(&dir, "paper.txt", 0);
    let notes: Vec<usize> = (0..3)
        .map(|at| value["quotations"][at]["notes"].as_array().expect("notes").len())
        .collect();
    assert_eq!(notes, [1, 0, 0], "{value:#}");
    let note = value["quotations"][0]["notes"][0].as_str().expect("a note");
    assert!(
        note.contains("names 白水镇 2023") && note.contains("青石镇 2022 has"),
        "{note}"
    );
}

#[test]
fn a_table_of_quotations_is_read_and_a_table_of_findings_written() {
    let dir = three();
    dir.write(
        "quotes.csv",
        "乡镇,引文\n青石镇,“网格员化解纠纷79件，回访197件”\n白水镇,法律明白人入户宣讲\n",
    );
    dir.run(&["verify", "--quotes", "quotes.csv", "-o", "found.csv"])
        .exits(1);
    let text = dir.read("found.csv");
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let names = reader.headers().expect("names").clone();
    let records: Vec<BTreeMap<String, String>> = reader
        .records()
        .map(|record| {
            let record = record.expect("a record");
            names
                .iter()
                .map(str::to_owned)
                .zip(record.iter().map(str::to_owned))
                .collect()
        })
        .collect();
    let column = |name: &str| records.iter().map(|record| record[name].as_str()).collect::<Vec<_>>();
    assert_eq!(column("place"), ["row 2", "row 3"]);
    assert_eq!(column("verdict"), ["altered", "exact"]);
    assert_eq!(column("numbers"), ["97→79", ""]);
    assert!(column("citations")[0].contains("青石镇"));
}

#[test]
fn wrong_use_is_told() {
    let dir = three();
    dir.write("paper.txt", "“网格员化解纠纷97件”");
    dir.write("table.csv", "a,b\n甲,乙\n");
    dir.run(&["verify", "--quotes", "nowhere.txt"])
        .exits(2)
        .tells(&["nowhere.txt"]);
    dir.run(&["verify", "--quotes", "table.csv"])
        .exits(2)
        .tells(&["no column of quotations", "the columns are a, b"]);
    dir.run(&["verify", "--quotes", "paper.txt", "枫桥"]).exits(2);
    dir.run(&["verify", "--quotes", "paper.txt", "--format", "tsv"])
        .exits(2)
        .tells(&["text, json, csv"]);
    dir.run(&["verify", "--format", "csv"]).exits(2).tells(&["--quotes"]);
    dir.write("paper.xyz", "“网格员化解纠纷97件”");
    dir.run(&["verify", "--quotes", "paper.xyz"]).exits(2);
}

#[test]
fn quotations_in_word_documents_are_found_by_marks_and_by_style() {
    let dir = three();
    let paragraph = |style: &str, text: &str| {
        format!("<w:p><w:pPr><w:pStyle w:val=\"{style}\"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>")
    };
    let body = [
        paragraph("Normal", "报告说“网格员化解纠纷79件”。"),
        paragraph("Quote", "法律明白人入户宣讲。"),
    ]
    .concat();
    dir.write("paper.docx", docx(&body));
    let value = checked(&dir, "paper.docx", 1);
    assert_eq!(verdicts(&value), ["altered", "exact"], "{value:#}");
    assert_eq!(value["quotations"][0]["unit"], "paragraph");
    assert_eq!(value["quotations"][1]["at"], 2);
}

/// A Word document with this body and a style for quotations.
fn docx(body: &str) -> Vec<u8> {
    use std::io::Write;
    const SPACE: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"";
    let styles = "<w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name w:val=\"Normal\"/></w:style>\
                  <w:style w:type=\"paragraph\" w:styleId=\"Quote\"><w:name w:val=\"Quote\"/></w:style>";
    let files = [
        (
            "[Content_Types].xml",
            "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>".to_owned(),
        ),
        (
            "word/document.xml",
            format!("<w:document {SPACE}><w:body>{body}</w:body></w:document>"),
        ),
        ("word/styles.xml", format!("<w:styles {SPACE}>{styles}</w:styles>")),
    ];
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in files {
        archive
            .start_file(name, zip::write::SimpleFileOptions::default())
            .expect("a member");
        archive.write_all(text.as_bytes()).expect("its text");
    }
    archive.finish().expect("an archive").into_inner()
}

/// A quotation that was made of a passage, and what must be said of it.
struct Made {
    text: String,
    /// Which report it was made of, and the words there.
    source: Option<(String, String)>,
    verdict: &'static str,
    /// The number that was put in the place of another.
    number: Option<(String, String)>,
}

/// Draws clauses of 12 to 60 characters from the corpus and changes them; the same ones each time.
fn made(random: &mut fastrand::Rng) -> Vec<Made> {
    let dir = corpus_index();
    let index = Index::open(&dir.path(".baogao")).expect("an index");
    let mut stretches: Vec<(String, String)> = Vec::new();
    for report in index.reports().expect("reports") {
        for passage in index.passages(report.id).expect("passages") {
            let lines = passage
                .text
                .lines()
                .filter(|line| !line.contains(['“', '”', '\t', '"', '…', '*', '|', '「', '『']));
            for sentence in lines.flat_map(|line| line.split_inclusive('。')) {
                let length = sentence.chars().count();
                // Words that also stand elsewhere would lead to another report, rightly.
                if (14..=70).contains(&length) && sentence.chars().filter(|c| is_han(*c)).count() >= 12 {
                    stretches.push((report.id.to_string(), sentence.trim().to_owned()));
                }
            }
        }
    }
    random.shuffle(&mut stretches);
    let mut made = Vec::new();
    for (at, (report, text)) in stretches.into_iter().take(300).enumerate() {
        let original = text.clone();
        let (text, verdict, number) = match at % 6 {
            0 => (respelled(&text), "exact", None),
            1 => (with_omission(&text, random), "exact", None),
            2 => (text, "exact", None),
            3 => match with_other_number(&text) {
                Some((text, old, new)) => (text, "altered", Some((new, old))),
                None => (edited(&text, 1, random), "altered", None),
            },
            4 => (edited(&text, 2, random), "altered", None),
            _ => (edited(&text, 3, random), "altered", None),
        };
        made.push(Made {
            text,
            source: Some((report, original)),
            verdict,
            number,
        });
    }
    made
}

fn is_han(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// The same words in full width, with traditional characters, with other clause marks.
fn respelled(text: &str) -> String {
    let twin = |c: char| match c {
        '0'..='9' => char::from_u32(c as u32 + 0xfee0).unwrap_or(c),
        '，' => ',',
        '镇' => '鎮',
        '关' => '關',
        '设' => '設',
        '纠' => '糾',
        '纷' => '紛',
        '调' => '調',
        '执' => '執',
        c => c,
    };
    text.chars().map(twin).collect()
}

/// The text without some characters in its middle, openly.
fn with_omission(text: &str, random: &mut fastrand::Rng) -> String {
    let chars: Vec<char> = text.chars().collect();
    let is_digit = |at: usize| chars[at].is_ascii_alphanumeric() || ".,．%％".contains(chars[at]);
    let (mut from, mut to) = (chars.len() / 3, chars.len() / 3 + random.usize(1..=4));
    // A number is left out whole.
    while from > 0 && is_digit(from) {
        from -= 1;
    }
    while to < chars.len() - 1 && (is_digit(to) || is_digit(to - 1)) {
        to += 1;
    }
    let sign = ["……", "…", "[...]", "（略）"][random.usize(..4)];
    format!(
        "{}{sign}{}",
        String::from_iter(&chars[..from]),
        String::from_iter(&chars[to..])
    )
}

/// The text with its first number of two different digits turned round: with both numbers.
fn with_other_number(text: &str) -> Option<(String, String, String)> {
    let number = regex::Regex::new(r"[0-9]{2,}").expect("a pattern");
    let found = number.find_iter(text).find(|found| {
        let bytes = found.as_str().as_bytes();
        bytes[0] != bytes[1]
            && bytes[1] != b'0'
            && !text[found.end()..].starts_with(['.', ','])
            && !text[..found.start()].ends_with(['.', ','])
    })?;
    let old = found.as_str().to_owned();
    let new: String = [&old[1..2], &old[..1], &old[2..]].concat();
    let altered = format!("{}{new}{}", &text[..found.start()], &text[found.end()..]);
    Some((altered, old, new))
}

/// The text with so many Han characters replaced, left out or added, not beside each other and not at its edges.
fn edited(text: &str, edits: usize, random: &mut fastrand::Rng) -> String {
    // Characters that these reports do not have.
    const STRANGE: [char; 6] = ['鳄', '猫', '咖', '啡', '螺', '玫'];
    let mut chars: Vec<String> = text.chars().map(String::from).collect();
    let inner: Vec<usize> = (2..chars.len() - 3)
        .filter(|&at| chars[at - 1..=at + 1].iter().all(|c| c.chars().all(is_han)))
        .collect();
    let step = (inner.len() / edits).max(1);
    for edit in 0..edits {
        let Some(&at) = inner.get(edit * step + step / 2) else {
            continue;
        };
        let strange = STRANGE[random.usize(..STRANGE.len())];
        match random.usize(..3) {
            0 => chars[at] = strange.to_string(),
            1 => chars[at] = String::new(),
            _ => chars[at].push(strange),
        }
    }
    chars.concat()
}

/// Sentences that stand in no report, some of them in the language of reports.
fn foreign(random: &mut fastrand::Rng) -> Vec<Made> {
    const BEGINNINGS: [&str; 5] = [
        "全县共建成",
        "本市累计投入",
        "各学校普遍开设",
        "铁路部门全年新增",
        "气象台先后发布",
    ];
    const MIDDLES: [&str; 5] = [
        "高标准农田",
        "海水淡化装置",
        "机器人编程课",
        "动车组停靠站",
        "台风橙色预警",
    ];
    const ENDS: [&str; 4] = [
        "，产值比上年翻了一番。",
        "，惠及沿海渔民家庭。",
        "，获得家长一致好评。",
        "，旅客发送量再创新高。",
    ];
    (0..40)
        .map(|_| Made {
            text: format!(
                "{}{}{}个{}",
                BEGINNINGS[random.usize(..5)],
                MIDDLES[random.usize(..5)],
                random.usize(1000..9000),
                ENDS[random.usize(..4)]
            ),
            source: None,
            verdict: "not_found",
            number: None,
        })
        .collect()
}

#[test]
fn exact_altered_and_foreign_quotations_are_told_apart() {
    let mut random = fastrand::Rng::with_seed(20_251_122);
    let mut made = made(&mut random);
    made.extend(foreign(&mut random));
    assert!(made.iter().filter(|made| made.number.is_some()).count() >= 10);
    let dir = TestDir::new();
    let manuscript: String = made.iter().map(|made| format!("“{}”\n\n", made.text)).collect();
    dir.write("paper.txt", manuscript);
    let index = corpus_index().path(".baogao");
    let output = dir.run(&[
        "verify".as_ref(),
        "--quotes".as_ref(),
        "paper.txt".as_ref(),
        "--format".as_ref(),
        "json".as_ref(),
        "--index".as_ref(),
        index.as_os_str(),
    ]);
    let value = output.exits(1).value();
    let findings = value["quotations"].as_array().expect("findings");
    assert_eq!(findings.len(), made.len(), "{:#}", value["notes"]);
    let mut wrong = Vec::new();
    for (finding, made) in findings.iter().zip(&made) {
        let verdict = finding["verdict"].as_str().expect("a verdict");
        let places = finding["places"].as_array().expect("places");
        // The same words may stand in several reports, as headings do.
        let right_report = made.source.as_ref().is_none_or(|(report, original)| {
            let is_right = |place: &Value| {
                let text = place["text"].as_str().expect("a text");
                place["report"] == **report || fold_phrase(original).contains(&fold_phrase(text))
            };
            places.iter().any(is_right)
        });
        let number = made.number.as_ref().is_none_or(|(quoted, source)| {
            finding["numbers"] == serde_json::json!([{"quoted": quoted, "source": source}])
        });
        let is_right = match made.verdict {
            // A foreign sentence may be near one that stands there, never the same.
            "not_found" => verdict != "exact",
            wanted => verdict == wanted && right_report && number,
        };
        if !is_right {
            wrong.push(format!(
                "{} should be {} of {:?}: {finding:#}",
                made.text, made.verdict, made.source
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} are wrong:\n{}",
        wrong.len(),
        made.len(),
        wrong.join("\n")
    );
    let found_foreign = findings
        .iter()
        .rev()
        .take(40)
        .filter(|finding| finding["verdict"] == "not_found")
        .count();
    assert!(
        found_foreign >= 38,
        "only {found_foreign} of 40 foreign sentences are said to be nowhere"
    );
}
