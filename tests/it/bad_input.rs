//! Broken files and broken questions: a clear message with file, place and remedy; the run goes on; nothing else is lost.

use std::fs;
use std::time::{Duration, Instant};

use crate::sample::report;
use crate::testdir::{Output, TestDir};

/// Indexes one file beside a good report, and sees to it that the good one is found.
fn index_beside_a_good_one(name: &str, contents: impl AsRef<[u8]>) -> (TestDir, Output) {
    let dir = TestDir::new();
    dir.write(
        "reports/good.txt",
        report("云河县", "青石镇", 2022, "好的报告里有河长制。"),
    );
    dir.write(&format!("reports/{name}"), contents);
    let output = dir.run(&["index", "reports"]);
    assert!(!output.stderr.contains("panicked"), "{output}");
    assert_eq!(dir.search(&["河长制"]).summary.totals.reports, 1, "{output}");
    (dir, output)
}

/// What is said of a file that cannot be read: its name and all of these.
fn refuses(name: &str, contents: impl AsRef<[u8]>, said: &[&str]) {
    let (_dir, output) = index_beside_a_good_one(name, contents);
    output
        .exits(3)
        .says(&[" 1 failed", &format!("reports/{name}: ")])
        .says(said);
}

/// A file that is read in part or with doubts: a warning names it, and the phrase in it is found.
fn reads(name: &str, contents: impl AsRef<[u8]>, warned: &[&str], phrase: &str) {
    let (dir, output) = index_beside_a_good_one(name, contents);
    let output = output.exits(0).tells(&[&format!("reports/{name}")]).tells(warned);
    let hits = dir.search(&["--literal", phrase]).hits;
    assert_eq!(hits.len(), 1, "{phrase} {output}");
    assert_eq!(hits[0].report.path, format!("reports/{name}"));
}

const TEXT: &str = "云河县白水镇2022年法治政府建设年度报告\n2022年，白水镇加强法治政府建设，取得新的成效。网格员";

#[test]
fn an_empty_file_is_refused() {
    refuses("a.txt", "", &["empty"]);
    refuses("a.csv", "", &["empty"]);
    refuses("a.txt", " \n\u{3000}\n", &["only blanks"]);
}

#[test]
fn a_binary_file_is_refused() {
    let bytes: Vec<u8> = (0..4000u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    refuses("a.txt", bytes, &["not text"]);
    refuses("a.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0", &["not text"]);
    refuses("a.html", b"PK\x03\x04\x14\0\x06\0\x08\0", &["damaged zip archive"]);
    refuses("nul.txt", format!("{TEXT}\0法治"), &["NUL", "byte"]);
}

#[test]
fn a_file_cut_off_inside_a_character_is_read_with_a_warning() {
    let utf8 = TEXT.as_bytes();
    reads("a.txt", &utf8[..utf8.len() - 1], &["UTF-8"], "取得新的成效");
    let gb18030 = encoding_rs::GB18030.encode(TEXT).0.into_owned();
    reads("b.txt", &gb18030[..gb18030.len() - 1], &["gb18030"], "取得新的成效");
    let utf16: Vec<u8> = std::iter::once(0xfeff)
        .chain(TEXT.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    reads("c.txt", &utf16[..utf16.len() - 1], &["UTF-16LE"], "取得新的成效");
}

#[test]
fn a_lossy_file_is_warned_of_once() {
    let utf8 = TEXT.as_bytes();
    let (_dir, output) = index_beside_a_good_one("a.txt", &utf8[..utf8.len() - 1]);
    assert_eq!(output.stderr.matches("reports/a.txt").count(), 1, "{output}");
}

#[test]
fn stray_bytes_in_the_middle_harm_nothing_else() {
    let mut bytes = TEXT.as_bytes().to_vec();
    let at = TEXT.find("取得").expect("the place");
    bytes.splice(at..at, [0xff, 0xfe, 0xc3]);
    reads("a.txt", bytes, &["UTF-8", "U+FFFD"], "取得新的成效");
}

#[test]
fn a_web_page_by_another_name_is_read_as_one() {
    let page = "<!DOCTYPE html><html><head><title>甲</title><style>p {}</style></head><body><nav>首页 网站导航</nav>\
                <h1>云河县白水镇2022年法治政府建设年度报告</h1><p>网页里的正文，取得新的成效。</p></body></html>";
    reads("page.txt", page, &["read as html"], "网页里的正文，取得新的成效");
    let (dir, _) = index_beside_a_good_one("page.txt", page);
    assert_eq!(dir.search(&["DOCTYPE"]).hits.len(), 0);
}

#[test]
fn json_that_is_none_is_refused_with_the_place() {
    refuses("a.json", "这不是JSON", &["line 1", "JSON"]);
    refuses("a.json", "{\"title\": \"甲\",\n \"text\": ", &["line 2", "JSON"]);
    refuses("a.json", "[1]", &["record 1"]);
    refuses("a.json", "{\"title\": \"没有正文\"}", &["text", "--map"]);
    refuses("a.jsonl", "不是\n", &["line 1", "JSON"]);
}

#[test]
fn a_bad_line_among_good_ones_is_the_only_one_lost() {
    let record =
        |town: &str| format!("{{\"title\": \"云河县{town}2022年报告\", \"text\": \"{town}的正文取得成效。\"}}");
    let lines = format!("{}\n{{\"title\": 坏的}}\n{}\n", record("甲镇"), record("乙镇"));
    let (dir, output) = index_beside_a_good_one("a.jsonl", lines);
    output
        .exits(3)
        .says(&["2 new", "1 failed", "reports/a.jsonl", "line 2", "JSON"]);
    for town in ["甲镇", "乙镇"] {
        assert_eq!(dir.search(&[&format!("{town}的正文")]).hits.len(), 1, "{town}");
    }
}

#[test]
fn a_table_without_a_column_of_text_is_refused_with_its_columns() {
    refuses("a.csv", "名称,数量\n甲,1\n", &["--map text=", "名称", "数量"]);
    refuses("a.tsv", "名称\t数量\n甲\t1\n", &["--map text=", "名称"]);
    refuses("a.csv", "title,text\n", &["reports/a.csv"]);
}

#[test]
fn ragged_rows_are_named_by_their_line_and_the_others_read() {
    let rows = "title,text,year\n甲镇报告,甲镇的正文取得成效,2022\n乙镇报告,乙镇少一格\n丙镇报告,丙镇多一格,2022,多余\n丁镇报告,丁镇的正文取得成效,2022\n";
    let (dir, output) = index_beside_a_good_one("a.csv", rows);
    output.exits(3).says(&[
        "reports/a.csv",
        "line 3",
        "line 4",
        "2 cells where the header has 3",
        "4 cells where the header has 3",
    ]);
    for town in ["甲镇", "丁镇"] {
        assert_eq!(dir.search(&[&format!("{town}的正文")]).hits.len(), 1, "{town}");
    }
}

#[test]
fn an_open_quote_in_a_table_is_an_error_and_no_swallowed_file() {
    let rows = "title,text\n甲镇报告,甲镇的正文取得成效\n乙镇报告,\"乙镇没有收尾的引号\n丙镇报告,丙镇的正文取得成效\n";
    let (_dir, output) = index_beside_a_good_one("a.csv", rows);
    output.exits(3).says(&["reports/a.csv", "line 3"]);
}

#[test]
fn every_refusal_says_what_to_do() {
    for (name, contents) in [
        ("empty.txt", &b""[..]),
        ("binary.txt", b"a\0b"),
        ("no.json", b"{"),
        ("bad.jsonl", b"{\n"),
        ("ragged.csv", b"title,text\na\n"),
        ("columns.csv", b"a,b\n1,2\n"),
    ] {
        let (_dir, output) = index_beside_a_good_one(name, contents);
        let line = output
            .stdout
            .lines()
            .find(|line| line.contains(&format!("reports/{name}")))
            .unwrap_or_default();
        assert!(line.contains("; "), "no remedy for {name}: {line}\n{output}");
    }
}

/// Whether this user may read what nobody may read, as root may.
fn reads_everything(dir: &TestDir) -> bool {
    fs::read(dir.path("reports/secret.txt")).is_ok()
}

#[cfg(unix)]
fn forbid(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o000)).expect("other permissions");
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_is_named() {
    let dir = TestDir::new();
    dir.write(
        "reports/good.txt",
        report("云河县", "青石镇", 2022, "好的报告里有河长制。"),
    );
    forbid(&dir.write("reports/secret.txt", TEXT));
    if reads_everything(&dir) {
        return;
    }
    dir.run(&["index", "reports"])
        .exits(3)
        .says(&["reports/secret.txt", "ermission denied", "1 new"]);
}

#[cfg(unix)]
#[test]
fn what_lies_in_a_folder_that_may_not_be_read_is_not_taken_for_removed() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = TestDir::new();
    dir.write(
        "reports/good.txt",
        report("云河县", "青石镇", 2022, "好的报告里有河长制。"),
    );
    dir.write(
        "reports/inner/b.txt",
        report("云河县", "白水镇", 2022, "里面的报告有林长制。"),
    );
    forbid(&dir.write("reports/secret.txt", TEXT));
    if reads_everything(&dir) {
        return;
    }
    dir.run(&["index", "reports"]).exits(3);
    forbid(&dir.path("reports/inner"));
    let output = dir.run(&["index", "reports"]);
    fs::set_permissions(dir.path("reports/inner"), fs::Permissions::from_mode(0o755)).expect("the old permissions");
    output.exits(3).says(&["0 removed", "reports/inner: Permission denied"]);
    assert_eq!(dir.search(&["林长制"]).hits.len(), 1);
}

#[cfg(unix)]
#[test]
fn links_that_lead_in_a_circle_or_nowhere_are_named_and_not_followed() {
    let (dir, _) = index_beside_a_good_one("a.txt", TEXT);
    fs::create_dir(dir.path("reports/inner")).expect("a folder");
    std::os::unix::fs::symlink("../../reports", dir.path("reports/inner/circle")).expect("a link");
    std::os::unix::fs::symlink("nowhere.txt", dir.path("reports/dangling.txt")).expect("a link");
    let output = dir
        .run(&["index", "reports"])
        .tells(&["reports/inner/circle", "link back to"]);
    output
        .exits(3)
        .says(&["2 unchanged", "0 removed", "1 failed", "reports/dangling.txt"]);
}

#[test]
fn a_very_long_line_is_read_whole() {
    let long = format!("{TEXT}{}最后的结尾", "推进法治政府建设取得成效".repeat(100_000));
    let started = Instant::now();
    let (dir, output) = index_beside_a_good_one("long.txt", long);
    let output = output.exits(0);
    assert_eq!(dir.search(&["最后的结尾"]).hits.len(), 1, "{output}");
    let hits = dir.search(&["法治政府建设取得成效"]);
    assert_eq!(hits.summary.totals.occurrences, 100_000);
    let page = dir.run(&["search", "最后的结尾"]).exits(0).stdout;
    let joined: String = page.split_whitespace().collect();
    assert!(joined.contains("最后的结尾") && page.lines().count() < 20, "{page}");
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
}

#[test]
fn a_very_long_line_of_sentences_is_split() {
    let long = format!("{TEXT}。{}", "推进法治政府建设取得成效，群众十分满意。".repeat(10_000));
    let (dir, _) = index_beside_a_good_one("long.txt", long);
    let hits = dir.search(&["群众十分满意"]);
    assert_eq!(hits.summary.totals.occurrences, 10_000);
    assert!(hits.hits.iter().all(|hit| hit.passage.text.chars().count() < 1000));
}

#[test]
fn a_deeply_nested_page_is_read() {
    let page = format!(
        "<html><body>{}<p>深处的正文，加强法治政府建设。</p>{}</body></html>",
        "<div>".repeat(5_000),
        "</div>".repeat(5_000)
    );
    let (dir, output) = index_beside_a_good_one("deep.html", page);
    let output = output.exits(0);
    assert_eq!(dir.search(&["深处的正文"]).hits.len(), 1, "{output}");
    let json = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    refuses("deep.json", json, &["reports/deep.json"]);
}

#[test]
fn files_that_are_no_reports_are_listed_and_not_read() {
    let (dir, output) = index_beside_a_good_one(".DS_Store", b"\0\0\0\x01Bud1");
    output.exits(0).says(&["reports/.DS_Store: hidden", "0 failed"]);
    dir.write("reports/photo.jpg", b"\xff\xd8\xff");
    dir.write("reports/~$a.docx", b"\0");
    dir.write("reports/README.md", "about");
    dir.run(&["index", "reports"]).exits(0).says(&[
        "photo.jpg: no reader for this ending",
        "~$a.docx: hidden",
        "README.md: documentation",
    ]);
}

#[test]
fn a_path_that_does_not_exist_is_an_error_and_leaves_no_index() {
    let dir = TestDir::new();
    dir.run(&["index", "nowhere"]).exits(2).tells(&["nowhere"]);
    dir.run(&["search", "法治", "--in", "nowhere"])
        .exits(2)
        .tells(&["nowhere"]);
    assert!(!dir.path(".baogao").exists());
    dir.run(&["index"]).exits(2);
    dir.run(&["inspect", "nowhere.txt"]).exits(2).tells(&["nowhere.txt"]);
}

#[test]
fn a_file_of_an_unknown_ending_given_by_name_is_said_to_have_no_reader() {
    let dir = TestDir::new();
    dir.write("a.exe", b"MZ");
    let output = dir.run(&["index", "a.exe"]).tells(&["a.exe", "no reader"]);
    assert_ne!(output.code, 0, "{output}");
}

/// A question that cannot be understood: the program says so in little time and few words.
fn refuses_question(question: &str, said: &str) {
    let started = Instant::now();
    let output = TestDir::new()
        .run(&["search", "--", question])
        .exits(2)
        .tells(&[said, "^"]);
    assert!(output.stderr.len() < 2_000, "{}", output.stderr.len());
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
}

#[test]
fn monstrous_questions_are_answered_in_few_words() {
    refuses_question(&"(".repeat(100_000), "nest deeper");
    refuses_question(&"(a ".repeat(30_000), "nest deeper");
    refuses_question(&format!("{}a", "-(".repeat(40_000)), "nest deeper");
    refuses_question(&")".repeat(100_000), "bracket");
    refuses_question(&"\"".repeat(99_999), "quote");
    refuses_question(&"「".repeat(30_000), "quote");
    refuses_question(&"OR ".repeat(30_000), "OR");
}

#[test]
fn a_monstrous_phrase_is_looked_for_and_not_found() {
    let (dir, _) = index_beside_a_good_one("a.txt", TEXT);
    let phrase = "法治".repeat(16_000);
    let output = dir.run(&["search", &phrase]).exits(1);
    assert!(
        output.stdout.len() + output.stderr.len() < 5_000,
        "{} bytes said",
        output.stdout.len()
    );
    let many = vec!["法治"; 5_000].join(" OR ");
    assert_eq!(dir.search(&[&many]).summary.totals.reports, 2);
}
