//! Whatever happens to a file of an index, the answer is the right one or an error that names the file and the way out: never
//! another answer, never a panic.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use baogao::error::Result;
use baogao::hits::Grouping;
use baogao::index::{Index, Request, Sort};
use baogao::query::Query;
use baogao::schema::fields::Field;

use crate::sample::{report, three_reports};
use crate::testdir::TestDir;

/// How many places of each file are spoiled.
const PLACES: usize = 24;

/// Questions that together read every kind of file and every operand's postings.
const QUESTIONS: &[&str] = &[
    "枫桥经验",
    "网格员 township:青石镇",
    "调解*矛盾",
    "\"法律 宣讲\"~8",
    "/97|197/",
    "words:(化解矛盾纠纷)",
    "heading:不足",
    "topic:枫桥经验",
    "枫桥经验 -township:白水镇 year:2020..2030",
    "*",
];

/// A folder with an index that has every kind of file: several segments, with documents deleted.
fn index() -> TestDir {
    let dir = TestDir::new();
    three_reports(&dir);
    for number in 0..12 {
        let body = format!("第{number}项工作，网格员学习枫桥经验{number}次，调解邻里矛盾。");
        let text = report("云河县", &format!("{number}号镇"), 2020 + number % 3, &body);
        dir.write(&format!("reports/more/{number}.txt"), text.repeat(20));
    }
    dir.run(&["index", "--threads", "1", "reports"]).exits(0);
    dir.write(
        "reports/b.txt",
        report("云河县", "白水镇", 2023, "学习枫桥经验，换了说法。"),
    );
    dir.remove("reports/more/3.txt");
    dir.run(&["index", "--threads", "1", "reports"]).exits(0);
    dir
}

/// All that an index answers, as one text.
fn answers(path: &Path) -> Result<String> {
    let index = Index::open(path)?;
    let mut answers = format!("{:?}\n", index.size()?);
    for question in QUESTIONS {
        for sort in [Sort::Relevance, Sort::NewestFirst] {
            let mut request = Request::new(Query::parse(question)?);
            request.time_limit = None;
            request.sort = sort;
            request.explain = sort == Sort::Relevance;
            request.facets = [Field::Township, Field::Year, Field::Section]
                .map(|field| Grouping { field, under: None })
                .to_vec();
            let mut hits = index.search(&request)?.into_hits()?;
            hits.summary.took_ms = 0.0;
            answers.push_str(&serde_json::to_string(&hits).expect("JSON"));
        }
    }
    for report in index.reports()? {
        answers.push_str(&format!("{report:?}{:?}", index.passages(report.id)?));
    }
    answers.push_str(&format!("{:?}", index.sources()?));
    let verified = index.verify(&["枫桥经验".to_owned(), "网格员".to_owned()])?;
    answers.push_str(&format!("{verified:?}"));
    Ok(answers)
}

/// An index, its files, and what it answers while they are whole.
struct Subject {
    dir: TestDir,
    files: BTreeMap<String, Vec<u8>>,
    answers: String,
}

/// What came of a spoiled file.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Right,
    Refused,
}

impl Subject {
    fn new() -> Self {
        let dir = index();
        let names = fs::read_dir(dir.path(".baogao")).expect("the index").flatten();
        let files = names.map(|entry| {
            let name = entry.file_name().into_string().expect("a name");
            (name, fs::read(entry.path()).expect("a file"))
        });
        Subject {
            files: files.collect(),
            answers: answers(&dir.path(".baogao")).expect("a sound index"),
            dir,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path(".baogao").join(name)
    }

    /// Puts other contents in a file, asks everything, and puts the old ones back.
    fn spoil(&self, name: &str, contents: Option<&[u8]>, what: &str) -> Outcome {
        match contents {
            Some(contents) => fs::write(self.path(name), contents).expect("a spoiled file"),
            None => fs::remove_file(self.path(name)).expect("a removed file"),
        }
        let folder = self.dir.path(".baogao");
        let asked = std::panic::catch_unwind(|| answers(&folder));
        let checked = std::panic::catch_unwind(|| Index::open(&folder).and_then(|index| index.check_files()));
        fs::write(self.path(name), &self.files[name]).expect("the file as it was");
        let asked = asked.unwrap_or_else(|_| panic!("{name} {what}: a panic"));
        let checked = checked.unwrap_or_else(|_| panic!("{name} {what}: a panic in the check"));
        let is_found = checked.as_ref().map_or(true, |check| !check.damaged.is_empty());
        assert!(is_found, "{name} {what}: `verify` does not find it");
        match asked {
            Ok(answers) => {
                assert!(
                    answers == self.answers,
                    "{name} {what}: another answer that looks right"
                );
                Outcome::Right
            }
            Err(error) => {
                let text = format!("{error}");
                assert!(text.contains(name), "{name} {what}: the file is not named: {text}");
                let offers = error.hints.iter().any(|hint| hint.contains("--rebuild"));
                assert!(offers, "{name} {what}: no way out: {text} {:?}", error.hints);
                Outcome::Refused
            }
        }
    }
}

/// The kind of a file: what stands after the segment's name.
fn kind(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// Whether a file says nothing that anybody needs: locks, and what is only there to be there or to be swept away.
fn is_idle(name: &str) -> bool {
    name.ends_with(".lock")
}

#[test]
fn a_spoiled_file_is_an_error_that_names_it_or_changes_no_answer() {
    let subject = Subject::new();
    let mut random = fastrand::Rng::with_seed(7);
    let mut refused: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for (name, contents) in subject.files.iter().filter(|(name, _)| !is_idle(name)) {
        let tally = refused.entry(kind(name).to_owned()).or_default();
        let mut note = |outcome| {
            tally.0 += usize::from(outcome == Outcome::Refused);
            tally.1 += 1;
        };
        for _ in 0..PLACES {
            let mut spoiled = contents.clone();
            let at = random.usize(..contents.len());
            spoiled[at] ^= 1 << random.u8(..8);
            note(subject.spoil(name, Some(&spoiled), &format!("with byte {at} changed")));
        }
        let lengths = [0, 1, contents.len() / 3, contents.len() / 2, contents.len() - 1];
        for length in lengths {
            note(subject.spoil(name, Some(&contents[..length]), &format!("cut to {length} bytes")));
        }
        let longer = [&contents[..], b"more"].concat();
        note(subject.spoil(name, Some(&longer), "with more at its end"));
        note(subject.spoil(name, None, "removed"));
    }
    for kind in ["store", "idx", "pos", "term", "fast", "fieldnorm", "del", "json"] {
        let (refused, tried) = refused.get(kind).unwrap_or_else(|| panic!("the index has no {kind}"));
        eprintln!("{kind}: {refused} of {tried} refused, the rest answered rightly");
    }
    assert_eq!(
        answers(&subject.dir.path(".baogao")).expect("a sound index"),
        subject.answers
    );
}

#[test]
fn a_file_in_the_place_of_another_is_found() {
    let subject = Subject::new();
    let kinds = ["store", "idx", "pos", "term", "fast", "fieldnorm"];
    for wanted in kinds {
        let of_kind: Vec<&String> = subject.files.keys().filter(|name| kind(name) == wanted).collect();
        let [one, other, ..] = of_kind[..] else {
            panic!("one segment only")
        };
        let outcome = subject.spoil(one, Some(&subject.files[other]), "with another segment's contents");
        assert_eq!(outcome, Outcome::Refused);
    }
}

#[test]
fn every_command_says_which_file_is_damaged_and_what_to_do() {
    let subject = Subject::new();
    for wanted in ["store", "term"] {
        let names = subject.files.keys().filter(|name| kind(name) == wanted);
        for name in names {
            let mut spoiled = subject.files[name].clone();
            spoiled.iter_mut().for_each(|byte| *byte ^= 0x55);
            fs::write(subject.path(name), spoiled).expect("a spoiled file");
        }
        for arguments in [
            &["search", "枫桥经验"][..],
            &["search", "无人写过的话"],
            &["show", "reports/a.txt", "--full"],
            &["verify"],
            &["index", "reports"],
            &["topics", "suggest", "枫桥经验"],
        ] {
            let output = subject.dir.run(arguments).exits(2);
            assert_eq!(output.stdout, "", "{output}");
            output.tells(&[
                &format!(".{wanted}: "),
                "damaged",
                "baogao index --index .baogao --rebuild",
            ]);
        }
        let rebuilt = subject.dir.run(&["index", "--rebuild", "reports"]).exits(0);
        rebuilt.tells(&["say it again"]);
        subject.dir.run(&["verify"]).exits(0);
        for entry in fs::read_dir(subject.path("")).expect("the index").flatten() {
            fs::remove_file(entry.path()).expect("a removed file");
        }
        for (name, contents) in &subject.files {
            fs::write(subject.path(name), contents).expect("the file as it was");
        }
    }
}

#[test]
fn merging_passes_no_damage_on() {
    let dir = TestDir::new();
    three_reports(&dir);
    dir.index("reports");
    let store = fs::read_dir(dir.path(".baogao"))
        .expect("the index")
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|ending| ending == "store"))
        .expect("a store");
    let mut spoiled = fs::read(&store).expect("a file");
    spoiled[10] ^= 1;
    fs::write(&store, spoiled).expect("a spoiled file");
    // Enough commits for segments to be merged; those of sound ones may succeed until then.
    for number in 0..12 {
        dir.write(
            &format!("more/{number}.txt"),
            report("云河县", &format!("{number}号镇"), 2021, &format!("第{number}件。")),
        );
        dir.run(&["index", "more"]);
    }
    dir.run(&["search", "枫桥经验"])
        .exits(2)
        .tells(&["damaged", "--rebuild"]);
}

/// An index whose `meta.json` is gone is not taken for a new one: what is in it would be lost.
#[test]
fn an_index_without_its_list_of_files_is_not_begun_anew() {
    let dir = index();
    dir.remove(".baogao/meta.json");
    for arguments in [&["search", "枫桥经验"][..], &["index", "reports"]] {
        dir.run(arguments)
            .exits(2)
            .tells(&["meta.json", "missing", "--rebuild"]);
    }
    dir.run(&["index", "--rebuild", "reports"]).exits(0);
    dir.run(&["verify"]).exits(0);
}
