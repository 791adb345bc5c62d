//! Full disks, folders that may not be written, files that change while they are read, clocks, locks, and readers beside a writer:
//! a clear error or the right answer, and the last good index stays.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use baogao::index::{Index, Request, WriterOptions};
use baogao::ingest::{CorrectionOptions, ReadOptions};
use baogao::query::Query;
use baogao::update::{Progress, UpdateOptions, update};

use crate::sample::{report, three, three_reports};
use crate::testdir::{Output, TestDir, output_of};

/// Says that a test did not happen, and why, where nobody can overlook it.
fn skipped(test: &str, reason: &str) {
    eprintln!("SKIPPED, NOT TESTED: {test}: {reason}");
}

/// Reports whose text does not compress well, several megabytes of them.
fn write_much(dir: &TestDir, folder: &str) {
    let mut random = fastrand::Rng::with_seed(3);
    for number in 0..12 {
        let han = |random: &mut fastrand::Rng| char::from_u32(random.u32(0x4e00..0x9fa0)).unwrap_or('法');
        let body: String = (0..60_000)
            .map(|at| if at % 40 == 39 { '。' } else { han(&mut random) })
            .collect();
        dir.write(
            &format!("{folder}/{number}.txt"),
            report("云河县", &format!("{number}号镇"), 2020, &body),
        );
    }
}

/// Checks that the index still holds the three reports, sound, and nothing else.
fn holds_three(dir: &TestDir, index: &str) {
    let hits = dir.search(&["枫桥经验", "--index", index]);
    assert_eq!(hits.summary.totals.passages, 2);
    let all = dir.search(&["*", "--limit", "0", "--index", index]);
    assert_eq!(all.summary.totals.reports, 3);
    dir.run(&["verify", "枫桥经验", "--index", index]).exits(0);
}

/// A small file system of its own, unmounted in the end.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(path: &Path, size: &str) -> Result<Self, String> {
        fs::create_dir_all(path).map_err(|error| error.to_string())?;
        let size = format!("size={size}");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(path)
            .output();
        match mounted {
            Ok(output) if output.status.success() => Ok(SmallDisk(path.to_path_buf())),
            Ok(output) => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_is_an_error_that_names_it_and_the_last_index_stays() {
    let dir = TestDir::new();
    let disk = match SmallDisk::mount(&dir.path("disk"), "3m") {
        Ok(disk) => disk,
        Err(error) => return skipped("a full disk", &format!("no small disk can be mounted here: {error}")),
    };
    three_reports(&dir);
    let index = "disk/index";
    dir.run(&["index", "reports", "--index", index]).exits(0);
    write_much(&dir, "much");
    for arguments in [
        &["index", "reports", "much", "--index", index][..],
        &["index", "--rebuild", "reports", "much", "--index", index],
    ] {
        let output = dir.run(arguments).exits(2);
        output.tells(&[
            "disk/index/",
            "No space left on device",
            "hint: make room there",
            "--index",
        ]);
        holds_three(&dir, index);
    }
    fs::remove_dir_all(dir.path("much")).expect("it goes");
    dir.run(&["index", ".", "--index", index]).exits(0);
    holds_three(&dir, index);
    drop(disk);
}

#[test]
fn files_that_may_not_grow_are_an_error_that_names_them_and_the_last_index_stays() {
    let dir = three();
    write_much(&dir, "much");
    // A signal would end the program; ignored, the system refuses to write instead.
    let script = "ulimit -f 1000 && trap '' XFSZ && exec \"$0\" \"$@\"";
    for arguments in [&["index", "much"][..], &["index", "--rebuild", "reports", "much"]] {
        let program = dir.command(arguments);
        let mut limited = Command::new("sh");
        limited.args(["-c", script]).arg(program.get_program()).args(arguments);
        limited.current_dir(dir.path("")).env("NO_COLOR", "1");
        let output = output_of(&mut limited).exits(2);
        output.tells(&[".baogao/", "File too large", "hint: make room there"]);
        holds_three(&dir, ".baogao");
    }
}

/// Lets the program run as a user who is bound by permissions: root is not. `None`, said loudly, when that cannot be done.
fn as_mortal(dir: &TestDir, arguments: &[&str]) -> Option<Command> {
    use std::os::unix::fs::{MetadataExt, chown};
    use std::os::unix::process::CommandExt;
    const NOBODY: u32 = 65534;
    let mut command = dir.command(arguments);
    if fs::metadata("/proc/self").is_ok_and(|process| process.uid() != 0) {
        return Some(command);
    }
    for entry in walkdir::WalkDir::new(dir.path("")) {
        chown(entry.expect("a file").path(), Some(NOBODY), Some(NOBODY)).expect("another owner");
    }
    command.uid(NOBODY).gid(NOBODY);
    let mut version = dir.command(&["--version"]);
    match version.uid(NOBODY).gid(NOBODY).output() {
        Ok(output) if output.status.success() => Some(command),
        _ => {
            skipped(
                "permissions",
                "root, and another user may not run the program where it lies",
            );
            None
        }
    }
}

fn allow_writing(path: &Path, is_allowed: bool) {
    use std::os::unix::fs::PermissionsExt;
    let mode = if is_allowed { 0o755 } else { 0o555 };
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("permissions");
}

#[test]
fn an_index_that_may_only_be_read_is_read_and_cannot_be_written() {
    let dir = three();
    dir.write("more/d.txt", report("云河县", "黑土镇", 2022, "另一处的报告。"));
    let Some(mut search) = as_mortal(&dir, &["search", "枫桥经验"]) else {
        return;
    };
    allow_writing(&dir.path(".baogao"), false);
    output_of(&mut search).exits(0).says(&["白水镇"]);
    for arguments in [
        &["index", "more"][..],
        &["index", "--rebuild", "more"],
        &["search", "枫桥", "--in", "more"],
    ] {
        let Some(mut index) = as_mortal(&dir, arguments) else {
            return;
        };
        let output = output_of(&mut index).exits(2);
        output.tells(&[".baogao", "ermission denied", "hint: allow writing there"]);
    }
    allow_writing(&dir.path(".baogao"), true);
    holds_three(&dir, ".baogao");
    dir.run(&["index", "more"]).exits(0);
}

#[test]
fn a_permission_that_is_lost_midway_is_an_error_and_the_last_index_stays() {
    let dir = three();
    write_much(&dir, "much");
    let Some(mut index) = as_mortal(&dir, &["index", "much"]) else {
        return;
    };
    let child = index
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the program runs");
    wait_for_writer(&dir, child.id());
    allow_writing(&dir.path(".baogao"), false);
    let output = child.wait_with_output().expect("it ends");
    allow_writing(&dir.path(".baogao"), true);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    for wanted in [".baogao/", "ermission denied", "hint: allow writing there"] {
        assert!(told.contains(wanted), "{wanted}: {told}");
    }
    holds_three(&dir, ".baogao");
    dir.run(&["index", "much"]).exits(0);
}

/// Changes a file when all files are found and none is read yet.
struct Meddler<F: Fn() + Sync>(F);

impl<F: Fn() + Sync> Progress for Meddler<F> {
    fn start(&self, _: usize, _: u64) {
        (self.0)();
    }
    fn advance(&self, _: u64) {}
    fn finish(&self) {}
}

fn options(threads: usize) -> UpdateOptions {
    UpdateOptions {
        writer: WriterOptions {
            memory: 64 << 20,
            threads,
            words: None,
            topics: None,
        },
        read: ReadOptions::default(),
        corrections: CorrectionOptions::default(),
    }
}

fn passages(index: &Path, question: &str) -> u64 {
    let index = Index::open(index).expect("an index");
    let mut request = Request::new(Query::parse(question).expect("a question"));
    request.limit = Some(0);
    index.search(&request).expect("an answer").summary().totals.passages
}

#[test]
fn of_a_file_that_changes_while_it_is_read_what_was_read_is_kept_and_the_next_run_notices() {
    let dir = TestDir::new();
    let (index, folder) = (dir.path("index"), dir.path("reports"));
    let text = |word: &str| report("云河县", "青石镇", 2022, &format!("说的是{word}。"));
    let path = dir.write("reports/a.txt", text("河长制"));
    set_time(&path, days_ago(9));
    let meddler = Meddler(|| {
        dir.write("reports/a.txt", text("网格员"));
    });
    update(&index, std::slice::from_ref(&folder), &options(1), &meddler).expect("an update");
    assert_eq!((passages(&index, "河长制"), passages(&index, "网格员")), (0, 1));
    // The time and length that were seen before are not those of what was read, nor of what comes next.
    dir.write("reports/a.txt", text("枫桥经"));
    set_time(&path, days_ago(9));
    let outcome = update(&index, &[folder], &options(1), &Meddler(|| {})).expect("an update");
    let is_noticed = outcome.changed.len() == 1;
    assert_eq!((is_noticed, passages(&index, "枫桥经")), (true, 1));
}

fn days_ago(days: u64) -> SystemTime {
    SystemTime::now() - Duration::from_secs(days * 86_400)
}

fn set_time(path: &Path, time: SystemTime) {
    let file = fs::File::options().append(true).open(path).expect("a file");
    file.set_modified(time).expect("another time");
}

#[test]
fn a_change_that_shows_neither_in_length_nor_in_time_is_noticed_while_the_time_is_young() {
    let dir = TestDir::new();
    let text = |word: &str| report("云河县", "青石镇", 2022, &format!("说的是{word}。"));
    let now = SystemTime::now();
    // Just now; from the future, as after a clock was set back; and older than before.
    let times = [
        (now, now),
        (now + Duration::from_secs(86_400), now + Duration::from_secs(86_400)),
        (days_ago(1), days_ago(5)),
    ];
    for (number, (before, after)) in times.into_iter().enumerate() {
        let name = format!("reports/{number}.txt");
        set_time(&dir.write(&name, text("河长制")), before);
        dir.index("reports");
        set_time(&dir.write(&name, text("网格员")), after);
        let output = dir.run(&["index", "reports"]).exits(0);
        output.says(&["1 changed"]);
    }
    let found = |word: &str| dir.search(&[word]).summary.totals.passages;
    // The three texts differ in nothing, so they are one report.
    assert_eq!((found("河长制"), found("网格员")), (0, 1));
}

#[test]
fn files_of_just_now_are_compared_and_not_written_again() {
    let dir = TestDir::new();
    three_reports(&dir);
    set_time(&dir.path("reports/a.txt"), days_ago(1));
    dir.index("reports");
    let meta = || fs::read(dir.path(".baogao/meta.json")).expect("meta.json");
    let before = meta();
    std::thread::sleep(Duration::from_millis(3_500));
    dir.run(&["index", "reports"])
        .exits(0)
        .says(&["0 new, 0 changed, 3 unchanged"]);
    assert_eq!(meta(), before, "that their times are old by now is worth no commit");
    dir.remove("reports/c.txt");
    dir.index("reports");
    let times = Index::open(&dir.path(".baogao"))
        .expect("an index")
        .sources()
        .expect("sources");
    assert!(
        times.iter().all(|source| source.modified > 0),
        "but it is noted with the next one: {times:?}"
    );
}

/// Waits until the program of this id has the lock of the index.
fn wait_for_writer(dir: &TestDir, id: u32) {
    let limit = Instant::now() + Duration::from_secs(60);
    let wanted = format!("process {id} since ");
    while !fs::read_to_string(dir.path(".baogao/writer.lock")).is_ok_and(|text| text.contains(&wanted)) {
        assert!(Instant::now() < limit, "the writer does not begin");
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn a_second_writer_is_told_who_writes_and_the_lock_of_a_killed_one_is_free() {
    let dir = three();
    write_much(&dir, "much");
    let mut first = dir
        .command(&["index", "much"])
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("the program runs");
    wait_for_writer(&dir, first.id());
    let told = |output: Output| {
        let process = format!("another writer is at work: process {} since 20", first.id());
        output.exits(2).tells(&[&process, "hint: wait for it"]);
    };
    told(dir.run(&["index", "reports"]));
    told(dir.run(&["index", "--rebuild", "reports"]));
    holds_three(&dir, ".baogao");
    first.kill().expect("it can be killed");
    first.wait().expect("it ends");
    dir.run(&["index", "reports"]).exits(0).says(&["3 unchanged"]);
    holds_three(&dir, ".baogao");
}

/// Opens the index again and again, and returns all the states it saw: in how many passages, reports and places the phrase stands,
/// and the sum over townships; whatever it saw in between must be none of them.
fn watch(index: &Path, is_over: &AtomicBool) -> (BTreeSet<[u64; 4]>, usize) {
    let mut seen = BTreeSet::new();
    let mut times = 0;
    let state = |index: &Index| {
        let mut request = Request::new(Query::parse("枫桥经验").expect("a phrase"));
        request.facets = vec![baogao::hits::Grouping {
            field: baogao::schema::fields::Field::Township,
            under: None,
        }];
        let hits = index.search(&request).expect("an answer").into_hits().expect("hits");
        let totals = hits.summary.totals;
        assert_eq!(hits.hits.len() as u64, totals.passages);
        let townships = hits.summary.facets[0].counts.iter().map(|count| count.passages).sum();
        [totals.passages, totals.reports, totals.occurrences, townships]
    };
    while !is_over.load(Ordering::Relaxed) {
        let index = Index::open(index).expect("a reader finds an index at any moment");
        let first = state(&index);
        // A snapshot stays as it is, also once its files are merged or deleted.
        std::thread::sleep(Duration::from_millis(20));
        assert_eq!(state(&index), first);
        seen.insert(first);
        times += 1;
    }
    (seen, times)
}

#[test]
fn readers_are_never_kept_waiting_and_see_the_old_state_or_the_new() {
    let dir = TestDir::new();
    let write_state = |many: usize| {
        for number in 0..20 {
            let body = match number < many {
                true => format!("第{number}项：学习枫桥经验，又学枫桥经验。"),
                false => format!("第{number}项：别的。"),
            };
            let township = format!("{number}号镇");
            dir.write(
                &format!("reports/{number}.txt"),
                report("云河县", &township, 2022, &body),
            );
        }
    };
    write_state(4);
    dir.index("reports");
    let is_over = AtomicBool::new(false);
    let index = dir.path(".baogao");
    let seen = std::thread::scope(|scope| {
        let readers = [0, 1].map(|_| scope.spawn(|| watch(&index, &is_over)));
        for round in 0..8 {
            write_state(if round % 2 == 0 { 16 } else { 4 });
            match round % 4 {
                0 | 1 => dir.run(&["index", "reports", "--threads", "8"]).exits(0),
                _ => dir.run(&["index", "--rebuild", "reports"]).exits(0),
            };
        }
        is_over.store(true, Ordering::Relaxed);
        readers.map(|reader| reader.join().expect("a reader without trouble"))
    });
    for (states, times) in seen {
        assert_eq!(
            states,
            BTreeSet::from([[4, 4, 8, 4], [16, 16, 32, 16]]),
            "{times} looks"
        );
    }
}

#[test]
fn sources_are_never_touched() {
    let dir = TestDir::new();
    crate::sample::copy_folder(&crate::sample::corpus(), &dir.path("reports"));
    let look = || -> Vec<(PathBuf, SystemTime, Vec<u8>)> {
        let files = walkdir::WalkDir::new(dir.path("reports")).sort_by_file_name();
        let files = files.into_iter().map(|entry| entry.expect("a file").into_path());
        files
            .map(|path| {
                let modified = fs::metadata(&path).and_then(|file| file.modified()).expect("a time");
                let contents = path.is_file().then(|| fs::read(&path).expect("a file"));
                (path, modified, contents.unwrap_or_default())
            })
            .collect()
    };
    let before = look();
    for arguments in [
        &["index", "reports"][..],
        &["index", "reports"],
        &["index", "--rebuild", "reports"],
        &["index", "reports", "--export-metadata", "sheet.csv"],
        &["index", "reports", "--metadata", "sheet.csv"],
        &["search", "枫桥经验", "--in", "reports"],
        &["search", "枫桥经验", "--format", "csv", "-o", "hits.csv"],
        &["show", "古镛镇", "--full"],
        &["inspect", "reports"],
        &["verify", "枫桥经验"],
        &["topics", "test", "枫桥经验"],
    ] {
        dir.run(arguments);
        assert!(look() == before, "{arguments:?} touched the sources");
    }
    fs::write(dir.path(".baogao/meta.json"), b"broken").expect("a broken index");
    dir.run(&["index", "reports"]).exits(2);
    dir.run(&["index", "--rebuild", "reports"]);
    assert!(look() == before, "rebuilding touched the sources");
}
