//! A run that is killed at any moment leaves the index as it was before or as it was meant to be, and the next run completes the
//! work. 200 kills by default; `BAOGAO_KILLS=2000` asks for more (a nightly run, see benches/README.md).
//!
//! What the index must hold is known without it: every report has a number of its own in its text, so a map from path to number says
//! all of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

use baogao::index::{Index, Request};
use baogao::query::Query;

use crate::sample::report;
use crate::testdir::TestDir;

/// How many runs are killed in all four tests together.
fn kills() -> usize {
    let said = std::env::var("BAOGAO_KILLS").ok();
    said.map_or(200, |number| number.parse().expect("BAOGAO_KILLS is a number"))
}

/// How many reports a folder has at first: few by default, for each of 200 kills takes two runs of an unoptimized program.
fn reports() -> usize {
    if std::env::var_os("BAOGAO_KILLS").is_some() {
        150
    } else {
        24
    }
}

/// What stands in one report of three, and nowhere else.
const PHRASE: &str = "新时代枫桥经验";

/// The number of the report at each path.
type Numbers = BTreeMap<String, u64>;

/// A folder of reports that changes, and an index that follows it under difficulties.
struct Struggle {
    dir: TestDir,
    random: fastrand::Rng,
    /// What the folder holds.
    reports: Numbers,
    next: u64,
    /// How long a run takes that nobody kills.
    whole_run: Duration,
    killed: usize,
    /// How many killed runs left the old state, and how many the new one.
    left: [usize; 2],
}

/// When a run is killed.
enum Moment {
    /// After this share of the time a whole run takes.
    Share(f64),
    /// So long after the first file of it appeared in the index.
    AfterFirstFile(Duration),
    /// So long after it committed, when segments are merged and old files deleted.
    AfterCommit(Duration),
}

impl Struggle {
    fn new(seed: u64) -> Self {
        let mut struggle = Struggle {
            dir: TestDir::new(),
            random: fastrand::Rng::with_seed(seed),
            reports: Numbers::new(),
            next: 0,
            whole_run: Duration::ZERO,
            killed: 0,
            left: [0, 0],
        };
        for _ in 0..reports() {
            struggle.write_report(None);
        }
        struggle
    }

    fn index(&self) -> PathBuf {
        self.dir.path(".baogao")
    }

    /// Writes a report with a number of its own, at a path of its own if none is given.
    fn write_report(&mut self, path: Option<String>) {
        let number = self.next;
        self.next += 1;
        let path = path.unwrap_or_else(|| format!("reports/{number}.txt"));
        let praise = if has_phrase(number) { PHRASE } else { "法律明白人" };
        let body = format!("本件编号{number}号，坚持{praise}，化解纠纷{}件。", number % 7 + 1);
        self.dir
            .write(&path, report("云河县", &format!("{}号镇", number % 50), 2020, &body));
        self.reports.insert(path, number);
    }

    /// Adds, changes and removes some reports.
    fn change_folder(&mut self) {
        let mut paths: Vec<String> = self.reports.keys().cloned().collect();
        self.random.shuffle(&mut paths);
        for path in paths.drain(..2) {
            self.dir.remove(&path);
            self.reports.remove(&path);
        }
        for path in paths.drain(..4) {
            self.write_report(Some(path));
        }
        for _ in 0..2 {
            self.write_report(None);
        }
    }

    /// Runs `index` to its end, which must work, and checks that the index then holds what the folder does, and nothing else is left.
    fn complete(&mut self, arguments: &[&str]) {
        let started = Instant::now();
        let all = [&["index", "reports"], arguments].concat();
        self.dir.run(&all).exits(0);
        self.whole_run = started.elapsed();
        assert_eq!(numbers(&self.index()), self.reports, "after a completed run");
        let files = std::fs::read_dir(self.index()).expect("the index");
        let left = files.flatten().filter(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            name == "rebuild" || name.starts_with(".tmp")
        });
        assert_eq!(left.count(), 0, "what killed runs left is swept away");
    }

    /// Starts a run and kills it; whether it was killed before it ended by itself.
    fn run_and_kill(&mut self, arguments: &[&str]) -> bool {
        let moment = match self.random.u8(..10) {
            0..4 => Moment::Share(self.random.f64() * 1.1),
            4..7 => Moment::AfterFirstFile(Duration::from_micros(self.random.u64(..60_000))),
            _ => Moment::AfterCommit(Duration::from_micros(self.random.u64(..20_000))),
        };
        let all = [&["index", "--quiet", "reports"], arguments].concat();
        let before = Listing::of(&self.index());
        let mut command = self.dir.command(&all);
        let mut child = command
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("the program runs");
        let limit = Instant::now() + self.whole_run.mul_f64(3.0) + Duration::from_secs(1);
        let index = self.index();
        match moment {
            Moment::Share(share) => sleep_beside(&mut child, self.whole_run.mul_f64(share)),
            Moment::AfterFirstFile(delay) => {
                wait_until(&mut child, limit, || Listing::of(&index).names != before.names);
                sleep_beside(&mut child, delay);
            }
            Moment::AfterCommit(delay) => {
                wait_until(&mut child, limit, || Listing::of(&index).meta != before.meta);
                sleep_beside(&mut child, delay);
            }
        }
        let ended = has_ended(&mut child);
        let _ = child.kill();
        child.wait().expect("it ends");
        if let Some(status) = ended {
            assert!(status.success(), "a run failed: {status}");
        }
        ended.is_none()
    }

    /// Checks that the index holds one of these states exactly, and is sound.
    fn is_left(&mut self, old: &Numbers, new: &Numbers) {
        let held = numbers(&self.index());
        match (held == *old, held == *new) {
            (true, _) => self.left[0] += 1,
            (_, true) => self.left[1] += 1,
            _ => panic!("neither the old state nor the new one: {held:?}\nold: {old:?}\nnew: {new:?}"),
        }
    }

    /// Changes the folder, kills a run on it, checks what is left, and lets another run complete it; as often as it takes.
    fn struggle(&mut self, kills: usize, arguments: &[&str], completing: &[&[&str]]) {
        self.complete(&[]);
        while self.killed < kills {
            let old = self.reports.clone();
            self.change_folder();
            let new = self.reports.clone();
            self.killed += usize::from(self.run_and_kill(arguments));
            self.is_left(&old, &new);
            let which = self.random.usize(..completing.len());
            self.complete(completing[which]);
        }
        eprintln!(
            "{} kills left the old state {}, the new one {} times",
            self.killed, self.left[0], self.left[1]
        );
    }
}

/// The names in the folder of an index and what it says of its last commit.
#[derive(Default)]
struct Listing {
    names: Vec<std::ffi::OsString>,
    meta: Option<Vec<u8>>,
}

impl Listing {
    /// Also of a rebuild inside it.
    fn of(index: &Path) -> Listing {
        let names_in = |folder: &Path| -> Vec<std::ffi::OsString> {
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            entries.map(|entry| entry.file_name()).collect()
        };
        let mut names = [names_in(index), names_in(&index.join("rebuild"))].concat();
        names.sort();
        Listing {
            names,
            meta: std::fs::read(index.join("meta.json")).ok(),
        }
    }
}

fn has_ended(child: &mut Child) -> Option<ExitStatus> {
    child.try_wait().expect("a child of ours")
}

fn wait_until(child: &mut Child, limit: Instant, is_reached: impl Fn() -> bool) {
    while !is_reached() && has_ended(child).is_none() && Instant::now() < limit {
        std::thread::sleep(Duration::from_micros(200));
    }
}

/// Sleeps, but no longer than the child runs.
fn sleep_beside(child: &mut Child, time: Duration) {
    let until = Instant::now() + time;
    while Instant::now() < until && has_ended(child).is_none() {
        let left = until.saturating_duration_since(Instant::now());
        std::thread::sleep(left.min(Duration::from_millis(1)));
    }
}

/// Whether a report of this number has [`PHRASE`].
fn has_phrase(number: u64) -> bool {
    number.is_multiple_of(3)
}

/// What an index holds, after it was found sound: each report once, with all its passages; phrases as often as the reports have
/// them; every file as it was written. An index that nobody committed to holds nothing.
fn numbers(path: &Path) -> Numbers {
    let index = match Index::open(path) {
        Ok(index) => index,
        Err(error) => {
            let text = error.to_string();
            assert!(
                text.contains("there is no index here"),
                "the index does not open: {text}"
            );
            return Numbers::new();
        }
    };
    let pattern = regex::Regex::new("编号([0-9]+)号").expect("a pattern");
    let mut numbers = Numbers::new();
    let mut passages = 0;
    for report in index.reports().expect("reports") {
        let kept = index.passages(report.id).expect("passages");
        assert_eq!(kept.len(), report.passages as usize, "{}", report.source.path);
        passages += kept.len() as u64;
        let text: String = kept.iter().map(|passage| passage.text.as_str()).collect();
        let found: Vec<u64> = pattern
            .captures_iter(&text)
            .map(|found| found[1].parse().expect("a number"))
            .collect();
        assert_eq!(found.len(), 1, "{}: {text}", report.source.path);
        let twin = numbers.insert(report.source.path.clone(), found[0]);
        assert_eq!(twin, None, "{} is there twice", report.source.path);
    }
    let sources: Vec<String> = index
        .sources()
        .expect("sources")
        .into_iter()
        .map(|source| source.path)
        .collect();
    assert!(sources.iter().eq(numbers.keys()), "sources and reports differ");
    assert_eq!(index.size().expect("a size").passages, passages);
    let praised = numbers.values().filter(|number| has_phrase(**number)).count() as u64;
    assert_eq!(count(&index, PHRASE), [praised; 3]);
    for number in numbers.values().take(3) {
        assert_eq!(count(&index, &format!("编号{number}号")), [1; 3]);
    }
    let phrases = index.draw_phrases(3, passages).expect("phrases");
    assert_eq!(
        index.verify(&phrases).expect("an index that can be read").differences,
        []
    );
    assert_eq!(index.check_files().expect("an index that can be read").damaged, [""; 0]);
    numbers
}

/// In how many passages and reports a phrase stands, and how often.
fn count(index: &Index, phrase: &str) -> [u64; 3] {
    let mut request = Request::new(Query::parse(phrase).expect("a phrase"));
    request.limit = Some(0);
    let totals = index.search(&request).expect("an answer").summary().totals;
    [totals.passages, totals.reports, totals.occurrences]
}

#[test]
fn killed_while_indexing_for_the_first_time_it_leaves_nothing_or_all() {
    let mut struggle = Struggle::new(1);
    struggle.complete(&[]);
    while struggle.killed < kills() / 4 {
        std::fs::remove_dir_all(struggle.index()).expect("the index goes");
        let was_killed = struggle.run_and_kill(&[]);
        struggle.killed += usize::from(was_killed);
        let all = struggle.reports.clone();
        struggle.is_left(&Numbers::new(), &all);
        struggle.complete(&[]);
    }
}

#[test]
fn killed_while_updating_it_leaves_the_old_state_or_the_new() {
    Struggle::new(2).struggle(kills() / 4, &[], &[&[]]);
}

#[test]
fn killed_while_rebuilding_it_leaves_the_old_state_or_the_new() {
    Struggle::new(3).struggle(kills() / 4, &["--rebuild"], &[&[], &["--rebuild"]]);
}

/// Eight writing threads leave eight segments a commit, which are merged after it.
#[test]
fn killed_while_merging_it_leaves_the_old_state_or_the_new() {
    Struggle::new(4).struggle(kills() / 4, &["--threads", "8"], &[&["--threads", "8"]]);
}
