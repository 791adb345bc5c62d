//! Exports in every format, their receipts, and `replay`: the same answer is told from another, a hostile receipt does nothing, and a
//! file that was not written to its end is never there.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::testdir::{TestDir, output_of};

const TEXT: &str = "古镛镇2024年度法治政府建设工作情况报告\n\n一、主要举措和成效\n（一）化解矛盾纠纷\n坚持新时代“枫桥经验”，全年调解纠纷232起，\
    成功率97.8%。\n配备网格员96名，开展普法宣传。\n二、存在的不足\n普法宣传不够深入，枫桥经验学得不深。\n";
const FORMATS: [&str; 9] = ["txt", "json", "jsonl", "csv", "tsv", "md", "xlsx", "html", "docx"];

fn indexed() -> TestDir {
    let dir = TestDir::new();
    dir.write("reports/古镛镇2024.txt", TEXT);
    dir.write("reports/万安镇2023.txt", TEXT.replace("古镛镇2024", "万安镇2023"));
    dir.index("reports");
    dir
}

fn export(dir: &TestDir, name: &str) {
    dir.run(&["search", "枫桥经验", "--facets", "township", "-o", name])
        .exits(0);
}

/// The receipt beside a file, changed by hand.
fn forge(dir: &TestDir, command: &[&str]) {
    export(dir, "a.csv");
    let mut receipt: Value = serde_json::from_str(&dir.read("a.csv.receipt.json")).expect("a receipt");
    receipt["command"] = json!(command);
    dir.write("forged.receipt.json", receipt.to_string());
}

#[test]
fn every_format_is_replayed() {
    let dir = indexed();
    for ending in FORMATS {
        let name = format!("hits.{ending}");
        export(&dir, &name);
        let told = dir.run(&["replay", &name, "--format", "json"]).exits(0);
        let verdict: Value = told.json();
        assert_eq!(verdict["verdict"], "same", "{ending}");
        assert_eq!(verdict["then"]["counts"][0], json!({"name": "passages", "count": 4}));
        let office = ["xlsx", "docx"].contains(&ending);
        assert_eq!(
            verdict["file"],
            if office { "unknown" } else { "unchanged" },
            "{ending}"
        );
    }
}

#[test]
fn a_changed_index_gives_the_same_or_another_answer() {
    let dir = indexed();
    export(&dir, "hits.json");
    dir.write(
        "reports/普法.txt",
        "白莲镇2022年法治政府建设情况报告\n\n开展普法宣传12场次，受众较广。\n",
    );
    dir.index("reports");
    dir.run(&["replay", "hits.json"]).exits(0).says(&[
        "same answer, though not all is as it was",
        "reports in the index: 2 then, 3 now",
    ]);
    dir.write("reports/新.txt", "光明镇2022年法治政府建设情况报告\n\n学习枫桥经验。\n");
    dir.index("reports");
    dir.run(&["replay", "hits.json"])
        .exits(1)
        .says(&["different\n", "passages: 4 then, 5 now", "rows: 4 then, 5 now"]);
    dir.run(&["replay", "hits.json", "--index", "nowhere"]).exits(2);
}

#[test]
fn an_edited_file_is_told() {
    let dir = indexed();
    for name in ["hits.csv", "hits.html", "hits.md", "hits.json"] {
        export(&dir, name);
        dir.write(name, dir.read(name).replacen("古镛镇", "古田镇", 1));
        dir.run(&["replay", name]).exits(0).says(&["edited or saved anew"]);
    }
    dir.remove("hits.csv");
    dir.run(&["replay", "hits.csv.receipt.json"])
        .exits(0)
        .says(&["the file is not there, only its receipt"]);
}

#[test]
fn files_that_an_answer_depends_on_are_watched() {
    let dir = indexed();
    dir.write("q.txt", "枫桥经验\n网格员\n");
    for name in ["q.csv", "q.xlsx", "q.html", "q.docx", "q.md"] {
        dir.run(&["search", "--queries", "q.txt", "-o", name]).exits(0);
        dir.run(&["replay", name]).exits(0);
    }
    dir.write("q.txt", "枫桥经验\n普法宣传\n");
    dir.run(&["replay", "q.csv"]).exits(1).says(&["file q.txt: "]);
    dir.remove("q.txt");
    dir.run(&["replay", "q.csv"]).exits(2).tells(&["q.txt"]);
}

#[test]
fn reports_are_exported_and_replayed() {
    let dir = indexed();
    for name in ["r.html", "r.docx", "r.md", "r.json", "r.txt"] {
        dir.run(&["show", "古镛镇2024", "--full", "-o", name]).exits(0);
        dir.run(&["replay", name]).exits(0).says(&["same: "]);
    }
    assert!(dir.read("r.md").contains("\n### （一）化解矛盾纠纷\n"));
    dir.run(&["show", "古镛镇2024", "-o", "r.csv"])
        .exits(2)
        .tells(&["a report is not written as csv", "take text, json"]);
}

#[test]
fn a_hostile_receipt_changes_nothing() {
    let dir = indexed();
    dir.write("more/b.txt", TEXT.replace("古镛镇", "高唐镇"));
    let before = dir.run(&["search", "*", "--limit", "0", "--format", "json"]).exits(0);
    for command in [
        &["index", "more"][..],
        &["index", "--rebuild", "more"],
        &["replay", "forged.receipt.json"],
        &["eval"],
        &["search"],
        &["search", "枫桥经验", "--nothing"],
        &["--help"],
        &["--version"],
        &[],
    ] {
        forge(&dir, command);
        let output = dir.run(&["replay", "forged.receipt.json"]).exits(2);
        assert_eq!(output.stdout, "", "{command:?}");
    }
    for output in ["-oevil.csv", "--output=evil.csv", "-o=evil.csv"] {
        forge(&dir, &["search", "枫桥经验", output, "--in", "more"]);
        dir.run(&["replay", "forged.receipt.json"]).says(&["search"]);
        assert!(
            !dir.path("evil.csv").exists() && !dir.path("=evil.csv").exists(),
            "{output}"
        );
    }
    let after = dir.run(&["search", "*", "--limit", "0", "--format", "json"]).exits(0);
    let totals = |output: &crate::testdir::Output| output.json::<Value>()["totals"].clone();
    assert_eq!(totals(&before), totals(&after));
    for broken in ["", "{", "[]", "{\"program\":\"baogao 1\"}", "PK\u{3}\u{4}", "\u{89}PNG"] {
        dir.write("broken.json", broken);
        dir.run(&["replay", "broken.json"])
            .exits(2)
            .tells(&["error: broken.json: "]);
    }
    dir.run(&["replay", "nowhere.json"]).exits(2).tells(&["nowhere.json"]);
}

#[test]
fn what_was_exported_can_be_indexed_and_found() {
    let dir = indexed();
    for name in ["out/hits.html", "out/hits.docx", "out/hits.xlsx"] {
        fs::create_dir_all(dir.path("out")).expect("a folder");
        export(&dir, name);
        let found = dir.search(&["坚持新时代枫桥经验", "--index", &format!("{name}.index"), "--in", name]);
        assert!(found.summary.totals.passages >= 1, "{name}");
    }
}

/// Many reports, so that an export takes a while.
fn many() -> TestDir {
    let dir = TestDir::new();
    for number in 0..100 {
        let lines = (0..40).map(|line| {
            format!(
                "第{line}组在{number}村排查纠纷{}起，坚持枫桥经验。\n",
                number * 41 + line
            )
        });
        let text = format!(
            "白{number}镇2024年度法治政府建设工作情况报告\n\n{}",
            lines.collect::<String>()
        );
        dir.write(&format!("reports/{number}.txt"), text);
    }
    dir.index("reports");
    dir
}

#[cfg(unix)]
#[test]
fn an_export_that_is_killed_leaves_the_old_file() {
    let dir = many();
    for ending in ["csv", "xlsx", "docx"] {
        let name = format!("hits.{ending}");
        let partial = dir.path(&format!("{name}.part"));
        dir.write(&name, "old");
        let arguments = ["search", "枫桥经验", "-o", &name];
        let mut child = dir
            .command(&arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program runs");
        let start = Instant::now();
        while !partial.exists() && child.try_wait().expect("a child").is_none() {
            assert!(start.elapsed() < Duration::from_secs(120), "nothing was written");
            std::thread::sleep(Duration::from_millis(1));
        }
        child.kill().expect("killed");
        let ended = child.wait().expect("ended");
        if ended.code().is_none() {
            assert_eq!(dir.read(&name), "old", "{ending}");
        }
        // What it left is written over.
        dir.run(&arguments).exits(0);
        assert!(!partial.exists());
        dir.run(&["replay", &name]).exits(0);
    }
}

#[cfg(unix)]
#[test]
fn a_full_disk_leaves_the_old_file() {
    let dir = many();
    for ending in ["csv", "json", "xlsx", "html", "docx"] {
        let name = format!("hits.{ending}");
        dir.write(&name, "old");
        let program = dir.command(&["search", "枫桥经验", "-o", &name]);
        // Files of at most some kilobytes; the signal that tells of more is ignored, so that writing fails as on a full disk.
        let mut limited = Command::new("sh");
        limited
            .args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$0\" \"$@\""])
            .arg(program.get_program())
            .args(program.get_args())
            .current_dir(dir.path("."))
            .env_remove("BAOGAO_INDEX");
        let output = output_of(&mut limited).exits(2).tells(&["File too large"]);
        assert!(!output.stderr.contains("internal error"), "{output}");
        assert_eq!(dir.read(&name), "old", "{ending}");
        assert!(!dir.path(&format!("{name}.part")).exists());
    }
}

/// LibreOffice opens what was exported, and says what stands in it. Where it is not installed, this is skipped and says so.
#[test]
fn libreoffice_reads_what_is_exported() {
    let Ok(found) = Command::new("soffice").arg("--version").output() else {
        let _ = std::io::Write::write_all(&mut std::io::stderr(), b"skipped: soffice is not installed\n");
        return;
    };
    assert!(found.status.success());
    let dir = indexed();
    let convert = |name: &str, filter: &str, ending: &str| {
        export(&dir, name);
        let profile = format!("-env:UserInstallation=file://{}", dir.path("profile").display());
        let mut soffice = Command::new("soffice");
        soffice
            .args(["--headless", &profile, "--convert-to", filter, "--outdir"])
            .arg(dir.path("converted"))
            .arg(dir.path(name));
        assert!(soffice.output().expect("soffice").status.success(), "{name}");
        let mut text = String::new();
        let path = dir.path("converted").join(Path::new(name).with_extension(ending));
        fs::File::open(&path)
            .and_then(|mut file| file.read_to_string(&mut text))
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        text
    };
    let table = convert("hits.xlsx", "csv:Text - txt - csv (StarCalc):44,34,76,1", "csv");
    assert!(table.replace('"', "").starts_with("序号,得分,乡镇,"), "{table}");
    assert_eq!(table.matches("坚持新时代“枫桥经验”，全年调解纠纷232起").count(), 2);
    let paper = convert("hits.docx", "txt:Text (encoded):UTF8", "txt");
    assert!(
        paper.contains("共4段，见于2份报告") && paper.contains("全年调解纠纷232起"),
        "{paper}"
    );
    assert!(paper.contains("查询凭据"));
}
