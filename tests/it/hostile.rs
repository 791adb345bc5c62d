//! File names, texts and questions that would command a terminal or a spreadsheet reach neither; nesting without end is named and
//! harmless.

use std::fs;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;

use crate::sample::{report, three};
use crate::testdir::{Output, TestDir, output_of};

/// What would clear the screen, set the title, colour, ring, overwrite, and begin a command in one character of the C1 set.
const COMMANDS: &str = "\u{1b}[2J\u{1b}]0;title\u{7}\u{9b}31m\u{8}\u{7f}\u{90}\u{85}";

/// Checks that a run put nothing on the terminal that acts there, our own colours apart.
fn is_harmless(output: &Output) {
    let ours = regex::Regex::new("\u{1b}\\[[0-9;]*m").expect("a pattern");
    let is_tsv = output.command.contains("tsv");
    for text in [&output.stdout, &output.stderr] {
        let text = ours.replace_all(text, "");
        let text = text.replace("\r\n", "\n");
        let acting = |c: &char| c.is_control() && *c != '\n' && !(is_tsv && *c == '\t');
        let found: Vec<char> = text.chars().filter(acting).collect();
        assert!(found.is_empty(), "{found:?} in {text:?}\n{}", output.command);
    }
    assert!(!output.stderr.contains("internal error"), "{output}");
}

/// A folder whose names, texts, header cells and fields are full of commands.
fn hostile() -> TestDir {
    let dir = TestDir::new();
    // A text of little else than controls would be refused as no text.
    let rest = "网格员开展法治宣传，法律明白人调解邻里矛盾。".repeat(400);
    let body = format!("学习{COMMANDS}枫桥经验{COMMANDS}，化解纠纷97件。{rest}");
    dir.write(
        &format!("reports/a{}b.txt", "\u{1b}[2J\u{9b}31m\u{7}"),
        report("云河县", "青石镇", 2022, &body),
    );
    dir.write(
        &format!("reports/{}/c.txt", "\u{1b}]0;x\u{7}"),
        report("松岭县", "红叶乡", 2023, "别的事。"),
    );
    dir.write(
        "reports/t.csv",
        format!("标题,正文,乡镇,年份\n报告{COMMANDS},学习枫桥经验第二遍。{rest},青{COMMANDS}石镇,2021\n"),
    );
    dir.write(&format!("reports/bad{}.txt", "\u{1b}[1m"), "");
    dir.write(
        &format!("reports/bad{}.json", "\u{1b}[1m"),
        format!("{{\"{COMMANDS}\": "),
    );
    dir.write(
        &format!("reports/cols{}.csv", "\u{9b}"),
        format!("一{COMMANDS},二\n三,四\n"),
    );
    dir.write(
        "reports/r.json",
        serde_json::json!({"title": format!("报告{COMMANDS}"), "text": format!("枫桥经验{COMMANDS}第三遍。{rest}")})
            .to_string(),
    );
    let page =
        "<title>云河县白水镇2020年法治政府建设年度报告&#27;[2J&#155;</title><p>枫桥经验&#27;[2J&#x9b;31m第四遍。</p>";
    dir.write("reports/p.html", page);
    dir
}

#[test]
fn no_command_of_a_file_reaches_the_terminal() {
    let dir = hostile();
    let held = || dir.search(&["枫桥经验"]).summary.totals.reports;
    for format in ["text", "json"] {
        is_harmless(
            &dir.run(&["index", "--format", format, "--index", format, "reports"])
                .exits(3),
        );
    }
    dir.run(&["index", "reports"]).exits(3);
    assert_eq!(held(), 4, "the texts with commands are reports");
    for format in ["text", "json", "jsonl", "csv", "tsv", "markdown"] {
        let arguments = ["search", "枫桥经验", "--format", format];
        let output = dir.run(&arguments).exits(0);
        is_harmless(&output);
        is_harmless(
            &dir.run(
                &[
                    &arguments[..],
                    &["--facets", "township", "--explain", "--color", "always"],
                ]
                .concat(),
            ),
        );
    }
    for name in fs::read_dir(dir.path("reports")).expect("the folder").flatten() {
        let path = name.path();
        for arguments in [
            ["show", "--full"],
            ["show", "--format=json"],
            ["inspect", "--color=always"],
            ["inspect", "--format=json"],
        ] {
            let mut command = dir.command(&arguments);
            command.arg(&path);
            is_harmless(&output_of(&mut command));
        }
    }
    for arguments in [
        &["verify"][..],
        &["verify", "--format", "json"],
        &["show", "青石镇", "--full", "--color", "always"],
        &["show", "报告"],
        &["topics", "list"],
        &["topics", "test", "枫桥经验"],
        &["topics", "suggest", "枫桥经验"],
        &["topics", "suggest", "枫桥经验", "--format", "json"],
        &["search", "township:青石", "--facets", "township,section,path"],
    ] {
        is_harmless(&dir.run(arguments));
    }
    for path in ["reports/t.csv", "reports/r.json"] {
        dir.write(path, "");
    }
    is_harmless(&dir.run(&["verify"]).exits(1));
    is_harmless(&dir.run(&["index", "--rebuild", "reports"]));
}

#[test]
fn no_command_of_an_argument_reaches_the_terminal() {
    let dir = three();
    for arguments in [
        &["search", COMMANDS][..],
        &["search", &format!("枫桥 ({COMMANDS}")],
        &["search", &format!("township:{COMMANDS}")],
        &["search", &format!("{COMMANDS}:青石镇")],
        &["search", "枫桥经验", "--format", COMMANDS],
        &["search", "枫桥经验", "--index", COMMANDS],
        &["search", "枫桥经验", "-o", COMMANDS],
        &["search", "枫桥经验", "--facets", COMMANDS],
        &["search", "枫桥经验", "--in", COMMANDS],
        &["show", COMMANDS],
        &["inspect", COMMANDS],
        &["index", COMMANDS],
        &["index", "reports", "--lexicon", COMMANDS],
        &["index", "reports", "--map", COMMANDS],
        &["verify", COMMANDS],
        &["topics", "show", COMMANDS],
        &[COMMANDS],
    ] {
        is_harmless(&dir.run(arguments));
    }
    let name = std::ffi::OsStr::from_bytes(b"\x9b31m\xff\xfe\x1b[2J");
    let mut command = dir.command(&["show"]);
    is_harmless(&output_of(command.arg(name)));
}

#[test]
fn no_cell_of_a_table_is_a_formula() {
    let dir = TestDir::new();
    for (number, start) in ["=", "+", "-", "@", "＝", "＋", "－", "＠"].into_iter().enumerate() {
        let danger = format!("{start}HYPERLINK(\"http://evil\")");
        let record = serde_json::json!({
            "title": danger, "text": format!("{danger}，学习枫桥经验第{number}遍。"), "township": danger, "issuing_body": danger,
            "doc_number": danger, "year": 2020 + number,
        });
        dir.write(&format!("reports/{start}{number}.json"), record.to_string());
    }
    dir.run(&["index", "reports", "--export-metadata", "sheet.csv"]);
    dir.run(&["search", "枫桥经验", "-o", "hits.csv"]).exits(0);
    dir.run(&["search", "枫桥经验", "-o", "hits.tsv"]).exits(0);
    for (file, separator) in [("hits.csv", b','), ("hits.tsv", b'\t'), ("sheet.csv", b',')] {
        let text = dir.read(file);
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .delimiter(separator)
            .quoting(separator == b',')
            .flexible(true)
            .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let mut cells = 0;
        for record in reader.records() {
            for cell in &record.expect("a record") {
                assert!(
                    !cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']),
                    "{file}: {cell}"
                );
                cells += usize::from(cell.contains("HYPERLINK"));
            }
        }
        assert!(cells >= 8, "{file} does not show what is dangerous");
    }
}

/// Files nested a million times, each of which must end in a report, a failure or a warning that names it, soon and without a panic.
#[test]
fn nesting_without_end_is_named_and_harmless() {
    const DEEP: usize = 1_000_000;
    let dir = three();
    let nested = |open: &str, inside: &str, close: &str| format!("{}{inside}{}", open.repeat(DEEP), close.repeat(DEEP));
    dir.write("reports/n.html", nested("<div>", "枫桥经验", "</div>"));
    dir.write("reports/n.json", nested("[", "\"枫桥经验\"", "]"));
    dir.write("reports/o.json", nested("{\"a\":", "\"枫桥经验\"", "}"));
    dir.write("reports/n.jsonl", format!("{}\n", nested("[", "1", "]")));
    dir.write("reports/n.rtf", format!("{{\\rtf1 {}}}", nested("{", "a", "}")));
    dir.write("reports/n.md", nested("> ", "枫桥经验", ""));
    dir.write(
        "reports/n.docx",
        zipped("word/document.xml", nested("<w:p>", "枫桥经验", "</w:p>")),
    );
    dir.write("reports/n.zip", nested_zip(60));
    let output = dir.run(&["index", "reports", "--format", "json", "--max-seconds", "60"]);
    assert!(output.code == 0 || output.code == 3, "{output}");
    let outcome = output.value();
    for name in [
        "n.html", "n.json", "o.json", "n.jsonl", "n.rtf", "n.md", "n.docx", "n.zip",
    ] {
        let is_named = ["new", "failed", "skipped", "warnings"]
            .iter()
            .any(|list| outcome[list].to_string().contains(&format!("reports/{name}")));
        assert!(is_named, "{name} is passed over in silence: {outcome}");
    }
    assert!(
        !output.stdout.contains("internal error") && !output.stdout.contains("panic"),
        "{output}"
    );
    assert_eq!(
        dir.search(&["township:白水镇 枫桥经验"]).hits.len(),
        1,
        "the others are there"
    );
}

fn zipped(name: &str, contents: impl AsRef<[u8]>) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive
        .start_file(name, zip::write::SimpleFileOptions::default())
        .expect("a member");
    archive.write_all(contents.as_ref()).expect("its contents");
    archive.finish().expect("an archive").into_inner()
}

fn nested_zip(depth: usize) -> Vec<u8> {
    let inside = report("云河县", "深处镇", 2022, "藏在最里面。").into_bytes();
    (0..depth).fold(zipped("a.txt", inside), |archive, _| zipped("n.zip", archive))
}
