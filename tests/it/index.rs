//! `baogao index`: what is new, changed, unchanged, removed, failed and there twice; locks, versions, options.

use std::fs::{self, File};
use std::io::Write;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::sample::{report, three, three_reports};
use crate::testdir::{Output, TestDir};

/// Runs `index` with these arguments, and returns what it did as JSON.
fn indexed(dir: &TestDir, arguments: &[&str]) -> Value {
    let output = dir.run(&[&["index", "--format", "json"], arguments].concat());
    assert!(output.code == 0 || output.code == 3, "{output}");
    output.value()
}

/// The counts in what was done: new, changed, unchanged, removed, failed.
fn counts(outcome: &Value) -> [usize; 5] {
    let count = |what: &str| match &outcome[what] {
        Value::Number(number) => number.as_u64().expect("a count") as usize,
        list => list
            .as_array()
            .unwrap_or_else(|| panic!("no {what} in {outcome}"))
            .len(),
    };
    ["new", "changed", "unchanged", "removed", "failed"].map(count)
}

fn passages(dir: &TestDir, question: &str) -> u64 {
    dir.search(&[question]).summary.totals.passages
}

#[test]
fn what_was_done_is_told_for_people() {
    let dir = TestDir::new();
    three_reports(&dir);
    dir.write(
        "reports/again.txt",
        fs::read(dir.path("reports/c.txt")).expect("a report"),
    );
    dir.write("reports/empty.txt", "");
    dir.write("reports/README.md", "about these reports");
    let output = dir.run(&["index", "reports"]).exits(3);
    insta::assert_snapshot!(output.normalized(&dir));
    assert_eq!(output.stderr, "", "{output}");
}

#[test]
fn only_what_changed_is_read_again() {
    let dir = TestDir::new();
    three_reports(&dir);
    assert_eq!(counts(&indexed(&dir, &["reports"])), [3, 0, 0, 0, 0]);
    assert_eq!(counts(&indexed(&dir, &["reports"])), [0, 0, 3, 0, 0]);
    dir.write(
        "reports/a.txt",
        report("云河县", "青石镇", 2022, "换了新的内容，说的是河长制。"),
    );
    dir.write("reports/d.txt", report("云河县", "黑土镇", 2022, "新添一份。"));
    dir.remove("reports/b.txt");
    let outcome = indexed(&dir, &["reports"]);
    assert_eq!(counts(&outcome), [1, 1, 1, 1, 0]);
    assert_eq!(outcome["new"], json!(["reports/d.txt"]));
    assert_eq!(outcome["changed"], json!(["reports/a.txt"]));
    assert_eq!(outcome["removed"], json!(["reports/b.txt"]));
    assert_eq!((passages(&dir, "河长制"), passages(&dir, "枫桥经验")), (1, 0));
}

#[test]
fn a_file_that_was_only_touched_is_unchanged() {
    let dir = three();
    let later = SystemTime::now() + Duration::from_secs(3600);
    let file = File::options()
        .append(true)
        .open(dir.path("reports/a.txt"))
        .expect("a file");
    file.set_modified(later).expect("another time");
    let outcome = indexed(&dir, &["reports"]);
    assert_eq!(counts(&outcome), [0, 0, 3, 0, 0]);
    assert_eq!(outcome["reports"], 0, "nothing was written anew");
    assert_eq!(passages(&dir, "枫桥经验"), 2);
}

#[test]
fn without_changes_there_is_no_commit() {
    let dir = three();
    let meta = fs::read(dir.path(".baogao/meta.json")).expect("meta.json");
    dir.index("reports");
    assert_eq!(fs::read(dir.path(".baogao/meta.json")).expect("meta.json"), meta);
}

#[test]
fn only_what_vanished_below_the_given_paths_is_removed() {
    let dir = TestDir::new();
    dir.write(
        "one/a.txt",
        report("云河县", "青石镇", 2022, "一号文件夹里的枫桥经验。"),
    );
    dir.write(
        "two/b.txt",
        report("云河县", "白水镇", 2022, "二号文件夹里的枫桥经验。"),
    );
    dir.run(&["index", "one", "two"]).exits(0);
    dir.remove("one/a.txt");
    dir.remove("two/b.txt");
    assert_eq!(indexed(&dir, &["two"])["removed"], json!(["two/b.txt"]));
    assert_eq!(passages(&dir, "枫桥经验"), 1);
    assert_eq!(indexed(&dir, &["one"])["removed"], json!(["one/a.txt"]));
    assert_eq!(passages(&dir, "*"), 0);
}

#[test]
fn one_folder_is_one_however_its_path_is_written() {
    let dir = three();
    for path in ["./reports", "reports/", "./reports/.", "."] {
        assert_eq!(counts(&indexed(&dir, &[path])), [0, 0, 3, 0, 0], "{path}");
    }
}

#[test]
fn a_changed_file_that_broke_keeps_its_old_report() {
    let dir = three();
    dir.write("reports/a.txt", "");
    let output = dir.run(&["index", "reports"]).exits(3);
    let output = output.says(&[
        "0 new, 0 changed, 2 unchanged, 0 removed, 1 failed",
        "reports/a.txt",
        "empty",
        "keeps what it had",
    ]);
    drop(output);
    assert_eq!(dir.search(&["township:青石镇 枫桥经验"]).hits.len(), 1);
    // It is named again until it is mended.
    dir.run(&["index", "reports"]).exits(3).says(&["reports/a.txt"]);
    dir.write("reports/a.txt", report("云河县", "青石镇", 2022, "修好了。"));
    dir.run(&["index", "reports"]).exits(0);
    assert_eq!(
        (passages(&dir, "township:青石镇 枫桥经验"), passages(&dir, "修好了")),
        (0, 1)
    );
}

#[test]
fn the_failures_in_a_file_are_named_as_long_as_they_are_there() {
    let dir = TestDir::new();
    let good = |town: &str| json!({"title": format!("云河县{town}2022年法治政府建设年度报告"), "text": format!("一、主要举措\n{town}的正文。")});
    dir.write(
        "reports/a.jsonl",
        format!("{}\n{{\"title\": \"坏\n{}\n", good("甲镇"), good("乙镇")),
    );
    for unchanged in [0, 1] {
        let outcome = indexed(&dir, &["reports"]);
        assert_eq!(counts(&outcome), [1 - unchanged, 0, unchanged, 0, 1], "{outcome}");
        assert_eq!(outcome["failed"][0]["path"], "reports/a.jsonl");
        assert!(
            outcome["failed"][0]["message"]
                .as_str()
                .expect("a message")
                .contains("line 2"),
            "{outcome}"
        );
    }
    assert_eq!((passages(&dir, "甲镇的正文"), passages(&dir, "乙镇的正文")), (1, 1));
}

#[test]
fn a_report_that_is_there_twice_is_kept_once_under_its_first_path() {
    let dir = three();
    let twin = fs::read(dir.path("reports/b.txt")).expect("a report");
    dir.write("reports/twin.txt", &twin);
    let outcome = indexed(&dir, &["reports"]);
    assert_eq!(outcome["duplicates"], json!([["reports/twin.txt", "reports/b.txt"]]));
    assert_eq!(dir.search(&["township:白水镇"]).summary.totals.reports, 1);
    dir.run(&["show", "reports/b.txt"])
        .exits(0)
        .says(&["reports/b.txt"])
        .tells(&["reports/twin.txt"]);
    dir.run(&["show", "reports/twin.txt"]).exits(0).says(&["白水镇2023年"]);
    // An earlier path takes it over, and the next one when that is gone.
    dir.write("reports/0.txt", &twin);
    dir.index("reports");
    assert_eq!(
        dir.search(&["township:白水镇 枫桥经验"]).hits[0].report.path,
        "reports/0.txt"
    );
    for (gone, home) in [
        ("reports/0.txt", "reports/b.txt"),
        ("reports/b.txt", "reports/twin.txt"),
    ] {
        dir.remove(gone);
        dir.index("reports");
        let hits = dir.search(&["township:白水镇 枫桥经验"]).hits;
        assert_eq!(
            hits.iter().map(|hit| hit.report.path.as_str()).collect::<Vec<_>>(),
            [home]
        );
    }
    dir.remove("reports/twin.txt");
    dir.index("reports");
    assert_eq!(passages(&dir, "township:白水镇"), 0);
}

#[test]
fn one_text_twice_in_a_file_is_two_reports_if_their_records_say_so() {
    let dir = TestDir::new();
    let record = |year: u16| {
        json!({"text": "一、主要举措\n两年用了同一篇文字。", "year": year, "township": "青石镇"}).to_string()
    };
    dir.write(
        "reports/a.jsonl",
        format!("{}\n{}\n{}\n", record(2021), record(2022), record(2022)),
    );
    let outcome = indexed(&dir, &["reports"]);
    assert_eq!(outcome["duplicates"], json!([["reports/a.jsonl", "reports/a.jsonl"]]));
    assert_eq!(dir.search(&["同一篇文字"]).summary.totals.reports, 2);
}

#[test]
fn rebuilding_starts_from_nothing_and_keeps_what_is_given() {
    let dir = three();
    dir.write("more/d.txt", report("云河县", "黑土镇", 2022, "另一处的报告。"));
    dir.index("more");
    let before = dir.search(&["township:青石镇"]).hits;
    dir.run(&["index", "--rebuild", "reports"]).exits(0).says(&["3 new"]);
    assert_eq!(dir.search(&["township:青石镇"]).hits, before);
    assert_eq!(passages(&dir, "黑土镇"), 0);
    assert!(!dir.path(".baogao.new").exists() && !dir.path(".baogao.old").exists());
}

#[test]
fn rebuilding_keeps_the_old_index_when_it_fails() {
    let dir = three();
    dir.run(&["index", "--rebuild", "nowhere"]).exits(2).tells(&["nowhere"]);
    assert_eq!(passages(&dir, "枫桥经验"), 2);
}

#[test]
fn rebuilding_deletes_nothing_that_is_no_index() {
    let dir = three();
    dir.write("notes/mine.txt", "not an index");
    dir.run(&["index", "--index", "notes", "--rebuild", "reports"])
        .exits(2)
        .tells(&["notes", "--index"]);
    assert_eq!(dir.read("notes/mine.txt"), "not an index");
    for name in [".baogao.old/mine.txt", ".baogao.new/mine.txt"] {
        dir.write(name, "a folder of my own");
        let output = dir.run(&["index", "--rebuild", "reports"]);
        assert!(dir.path(name).exists(), "{name} was deleted\n{output}");
    }
}

#[test]
fn a_folder_of_other_files_is_not_made_an_index() {
    let dir = TestDir::new();
    three_reports(&dir);
    dir.run(&["index", "--index", "reports", "reports"])
        .exits(2)
        .tells(&["reports", "--index"]);
    assert!(!dir.path("reports/meta.json").exists());
}

/// Holds the lock of an index as a writer does.
fn hold_lock(dir: &TestDir) -> File {
    let path = dir.path(".baogao/writer.lock");
    let mut lock = File::options()
        .create(true)
        .write(true)
        .truncate(true)
        .open(path)
        .expect("the lock");
    lock.lock().expect("the lock is free");
    lock.write_all(b"process 4711 since yesterday")
        .expect("a word about who holds it");
    lock
}

fn is_told_who_holds_the_lock(output: Output) {
    output.exits(2).tells(&["process 4711 since yesterday", "wait for it"]);
}

#[test]
fn a_second_writer_is_told_who_holds_the_lock_and_readers_are_not_kept_waiting() {
    let dir = three();
    let lock = hold_lock(&dir);
    is_told_who_holds_the_lock(dir.run(&["index", "reports"]));
    is_told_who_holds_the_lock(dir.run(&["search", "枫桥经验", "--in", "reports"]));
    assert_eq!(passages(&dir, "枫桥经验"), 2);
    drop(lock);
    dir.index("reports");
}

#[test]
fn an_index_that_is_being_written_is_not_replaced() {
    let dir = three();
    let _lock = hold_lock(&dir);
    is_told_who_holds_the_lock(dir.run(&["index", "--rebuild", "reports"]));
}

#[test]
fn an_index_of_another_version_is_refused_with_the_way_out() {
    let dir = three();
    let meta = dir.read(".baogao/meta.json");
    let other = meta.replace("\\\"format\\\":", "\\\"format\\\":9");
    assert_ne!(meta, other, "the format is not where it was: {meta}");
    dir.write(".baogao/meta.json", other);
    for arguments in [
        &["search", "枫桥经验"][..],
        &["index", "reports"],
        &["show", "a.txt"],
        &["verify"],
    ] {
        dir.run(arguments)
            .exits(2)
            .tells(&["another version", "baogao index --index .baogao --rebuild"]);
    }
    dir.run(&["index", "--rebuild", "reports"]).exits(0);
    assert_eq!(passages(&dir, "枫桥经验"), 2);
}

#[test]
fn what_is_no_index_is_said_to_be_none() {
    let dir = TestDir::new();
    three_reports(&dir);
    dir.run(&["search", "枫桥经验"])
        .exits(2)
        .tells(&["there is no index here", "baogao index --index .baogao PATH…"]);
    dir.run(&["search", "枫桥经验", "--index", "reports"])
        .exits(2)
        .tells(&["reports", "there is no index here"]);
    dir.write("other/meta.json", "{}");
    dir.run(&["search", "枫桥经验", "--index", "other"])
        .exits(2)
        .tells(&["other"]);
}

#[test]
fn the_index_is_where_the_option_says_else_the_environment_else_here() {
    let dir = TestDir::new();
    three_reports(&dir);
    dir.run(&["index", "reports", "--index", "by-option"]).exits(0);
    let mut command = dir.command(&["index", "reports"]);
    let by_environment = crate::testdir::output_of(command.env("BAOGAO_INDEX", "by-environment"));
    by_environment.exits(0);
    for (folder, is_there) in [("by-option", true), ("by-environment", true), (".baogao", false)] {
        assert_eq!(dir.path(folder).join("baogao.json").exists(), is_there, "{folder}");
    }
}

/// Spoils the index, and returns what a search says then.
fn search_after(spoil: impl Fn(&std::path::Path)) -> Output {
    let dir = three();
    for entry in fs::read_dir(dir.path(".baogao")).expect("the index") {
        let path = entry.expect("a file").path();
        if path
            .extension()
            .is_some_and(|ending| ending != "json" && ending != "lock")
        {
            spoil(&path);
        }
    }
    dir.run(&["search", "枫桥经验"])
}

#[test]
fn an_index_with_missing_files_is_an_error_and_no_panic() {
    search_after(|path| fs::remove_file(path).expect("a removed file"))
        .exits(2)
        .tells(&["--rebuild"]);
}

#[test]
fn a_truncated_index_is_an_error_and_no_panic() {
    search_after(|path| fs::write(path, b"broken").expect("a broken file"))
        .exits(2)
        .tells(&["--rebuild"]);
}

#[test]
fn columns_are_mapped_by_name_or_as_told() {
    let dir = TestDir::new();
    dir.write(
        "known.csv",
        "标题,正文,年份,乡镇\n某报告,认得的列里有河长制,2022,青石镇\n",
    );
    dir.write("strange.csv", "名字,内文,哪年\n某报告,不认得的列里有河长制,2021\n");
    dir.run(&["index", "known.csv"]).exits(0);
    let hits = dir.search(&["河长制 year:2022 township:青石镇"]).hits;
    assert_eq!(hits.len(), 1);
    dir.run(&["index", "strange.csv"])
        .exits(3)
        .says(&["strange.csv", "no column of text", "--map text=", "内文"]);
    dir.run(&["index", "strange.csv", "--map", "text=内文", "--map", "year=哪年"])
        .exits(0);
    assert_eq!(dir.search(&["河长制 year:2021"]).hits.len(), 1);
    dir.run(&["index", "strange.csv", "--map", "text"])
        .exits(2)
        .tells(&["--map text", "text=正文"]);
    dir.run(&["index", "strange.csv", "--map", "nonsense=内文", "--map", "text=内文"])
        .exits(2)
        .tells(&["nonsense"]);
}

#[test]
fn an_encoding_can_be_said() {
    let dir = TestDir::new();
    let text = report("雲河縣", "青石鎮", 2022, "發展新時代楓橋經驗。");
    dir.write("reports/a.txt", &encoding_rs::BIG5.encode(&text).0);
    dir.run(&["index", "reports", "--encoding", "big5"]).exits(0);
    let hits = dir.search(&["枫桥经验"]).hits;
    assert_eq!(
        hits.iter()
            .map(|hit| hit.report.township.as_deref())
            .collect::<Vec<_>>(),
        [Some("青石镇")]
    );
    dir.run(&["index", "reports", "--encoding", "klingon"])
        .exits(2)
        .tells(&["klingon", "gb18030"]);
}

#[test]
fn reading_options_given_anew_take_effect() {
    let dir = TestDir::new();
    dir.write("a.csv", "title,text,别的年\n某报告,表格里有河长制,2021\n");
    dir.run(&["index", "a.csv"]).exits(0);
    assert_eq!(passages(&dir, "河长制 year:2021"), 0);
    dir.run(&["index", "a.csv", "--map", "year=别的年"]).exits(0);
    assert_eq!(passages(&dir, "河长制 year:2021"), 1);
    dir.write(
        "b.txt",
        encoding_rs::BIG5
            .encode("雲河縣青石鎮法治政府建設年度報告。發展新時代楓橋經驗。")
            .0,
    );
    dir.run(&["index", "b.txt", "--encoding", "gb18030"]);
    assert_eq!(passages(&dir, "枫桥经验"), 0);
    dir.run(&["index", "b.txt", "--encoding", "big5"]).exits(0);
    assert_eq!(passages(&dir, "枫桥经验"), 1);
}

#[test]
fn a_file_read_anew_without_options_is_known_as_read_without() {
    let dir = TestDir::new();
    dir.write("a.csv", "title,text,别的年\n某报告,表格里有河长制,2021\n");
    dir.run(&["index", "a.csv", "--map", "year=别的年"]).exits(0);
    dir.write("a.csv", "title,text,别的年\n某报告,表格里也有河长制,2021\n");
    dir.run(&["index", "a.csv"]).exits(0);
    assert_eq!(passages(&dir, "河长制 year:2021"), 0);
    dir.run(&["index", "a.csv", "--map", "year=别的年"]).exits(0);
    assert_eq!(passages(&dir, "河长制 year:2021"), 1);
}

#[test]
fn a_file_that_is_too_large_is_named_with_the_way_to_read_it() {
    let dir = TestDir::new();
    dir.write("reports/a.txt", "法治政府建设年度报告。".repeat(40_000));
    let output = dir.run(&["index", "reports", "--max-file-size", "1"]).exits(3);
    output.says(&["reports/a.txt", "1 failed", "--max-file-size"]);
    dir.run(&["index", "reports"]).exits(0);
}

/// The words an index was made with.
fn words(dir: &TestDir) -> Vec<String> {
    baogao::index::Index::open(&dir.path(".baogao"))
        .expect("the index")
        .stamp()
        .words
        .clone()
}

#[test]
fn a_lexicon_takes_effect_and_is_kept() {
    let dir = TestDir::new();
    dir.write(
        "reports/a.txt",
        report("云河县", "青石镇", 2022, "推进莎姐守未工程，莎姐守未进校园。"),
    );
    dir.write("reports/b.txt", report("云河县", "白水镇", 2022, "河长制。"));
    dir.write("words.txt", "# 我的词\n莎姐守未\n");
    dir.index("reports");
    let score = || dir.search(&["莎姐守未工程"]).hits[0].score;
    let without = score();
    let outcome = indexed(&dir, &["reports", "--lexicon", "words.txt"]);
    assert_eq!(outcome["reports"], 2, "all reports are cut into words anew");
    assert_eq!(counts(&outcome), [0, 0, 2, 0, 0]);
    let with = score();
    assert_ne!(with, without);
    assert_eq!(words(&dir), ["莎姐守未"]);
    // The words stay without the flag, and nothing is read again for the same ones.
    assert_eq!(indexed(&dir, &["reports"])["reports"], 0);
    assert_eq!(indexed(&dir, &["reports", "--lexicon", "words.txt"])["reports"], 0);
    dir.write("reports/c.txt", report("云河县", "黑土镇", 2022, "无关的内容。"));
    dir.index("reports");
    assert_eq!(words(&dir), ["莎姐守未"]);
    dir.run(&["index", "--rebuild", "reports"]).exits(0);
    assert_eq!(words(&dir), ["莎姐守未"], "rebuilding keeps them too");
    // An empty lexicon takes them back.
    dir.write("none.txt", "# nothing\n");
    dir.run(&["index", "reports", "--lexicon", "none.txt"]).exits(0);
    assert_eq!(words(&dir), Vec::<String>::new());
}

#[test]
fn what_an_interrupted_rebuild_left_is_swept_away_by_the_next_run() {
    let dir = three();
    // As a rebuild leaves it that ended while it wrote, and one that ended while it moved its files.
    dir.write(".baogao/rebuild/baogao.json", "{}");
    dir.write(".baogao/0123456789abcdef0123456789abcdef.store", "of no commit");
    dir.write(".baogao/.tmpAbCdEf", "half");
    assert_eq!(passages(&dir, "枫桥经验"), 2);
    let outcome = indexed(&dir, &["reports"]);
    assert_eq!(outcome["unchanged"], 3);
    for left in ["rebuild", "0123456789abcdef0123456789abcdef.store", ".tmpAbCdEf"] {
        assert!(!dir.path(".baogao").join(left).exists(), "{left}");
    }
}

#[test]
fn a_new_lexicon_reaches_the_files_elsewhere_too() {
    let dir = TestDir::new();
    dir.write(
        "east/a.txt",
        report("云河县", "青石镇", 2022, "推进莎姐守未工程，莎姐守未进校园。"),
    );
    dir.write("west/b.txt", report("云河县", "白水镇", 2022, "莎姐守未进乡村。"));
    dir.write("words.txt", "莎姐守未\n");
    dir.index("east");
    dir.index("west");
    let outcome = indexed(&dir, &["west", "--lexicon", "words.txt"]);
    assert_eq!(outcome["reports"], 2, "both folders are cut into words anew");
    dir.remove("east/a.txt");
    let output = dir.run(&["index", "west", "--lexicon", "/dev/null"]).exits(2);
    output.tells(&["east/a.txt", "--rebuild"]);
    assert_eq!(words(&dir), ["莎姐守未"], "nothing was changed");
}

#[test]
fn a_lexicon_that_is_wrong_is_refused_with_the_line() {
    let dir = three();
    dir.write("words.txt", "好词\n《不是词》\n");
    dir.run(&["index", "reports", "--lexicon", "words.txt"])
        .exits(2)
        .tells(&["words.txt", "line 2", "《不是词》"]);
    dir.run(&["index", "reports", "--lexicon", "nowhere.txt"])
        .exits(2)
        .tells(&["nowhere.txt"]);
}

#[test]
fn an_interrupted_run_leaves_the_last_index() {
    let dir = three();
    for n in 0..200 {
        dir.write(
            &format!("reports/{n}.txt"),
            report("云河县", &format!("{n}号镇"), 2022, "河长制。").repeat(20),
        );
    }
    let mut child = dir.command(&["index", "reports"]).spawn().expect("the program runs");
    std::thread::sleep(Duration::from_millis(150));
    child.kill().expect("it can be killed");
    child.wait().expect("it ends");
    assert_eq!(passages(&dir, "township:白水镇 枫桥经验"), 1);
    dir.index("reports");
    assert_eq!(dir.search(&["*", "--limit", "0"]).summary.totals.reports, 203);
}
