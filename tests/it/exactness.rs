//! A phrase is found in exactly the passages where a plain reading finds it, as often as it stands there: whatever its spelling,
//! after any changes, whatever the number of threads.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

use baogao::hits::Hit;
use baogao::index::{Index, Request, WriterOptions};
use baogao::ingest::walk::walk;
use baogao::ingest::{Contents, CorrectionOptions, ReadOptions};
use baogao::query::Query;
use baogao::update::{Outcome, Progress, UpdateOptions, rebuild, update};
use proptest::prelude::*;
use proptest::test_runner::Config;

use crate::sample::{corpus, corpus_index, report};
use crate::scan::{BREAK, Unit, occurrences, units_of_phrase, units_of_text};
use crate::testdir::TestDir;

/// The longest phrase that is drawn, in units.
const LONGEST: usize = 12;

/// A passage's id, its text, and the text's units.
struct Passage {
    id: String,
    text: String,
    units: Vec<Unit>,
}

/// What is found of a phrase: how often in which passage.
type Places = BTreeMap<String, u64>;

/// The passages of an index, read one report after the other.
fn passages_of(index: &Index) -> Vec<Passage> {
    let mut passages = Vec::new();
    for report in index.reports().expect("reports") {
        for (seq, kept) in index.passages(report.id).expect("passages").into_iter().enumerate() {
            passages.push(Passage {
                id: format!("{}-{seq:04}", report.id),
                units: units_of_text(&kept.text),
                text: kept.text,
            });
        }
    }
    passages
}

/// What a plain reading finds.
fn scan(passages: &[Passage], phrase: &str) -> Places {
    let wanted = units_of_phrase(phrase);
    let count = |passage: &Passage| (passage.id.clone(), occurrences(&passage.units, &wanted));
    passages.iter().map(count).filter(|(_, count)| *count > 0).collect()
}

/// What the index finds, after its totals and highlights were found to agree with its hits.
fn find(index: &Index, query: Query, phrase: &str) -> Result<Places, TestCaseError> {
    let found = index
        .search(&Request::new(query))
        .expect("a sound index")
        .into_hits()
        .expect("hits");
    let places: Places = found
        .hits
        .iter()
        .map(|hit| (hit.passage.id.clone(), hit.occurrences))
        .collect();
    let totals = found.summary.totals;
    let reports: BTreeSet<_> = found.hits.iter().map(|hit| hit.report.id).collect();
    prop_assert_eq!(totals.passages as usize, places.len());
    prop_assert_eq!(totals.reports as usize, reports.len());
    prop_assert_eq!(totals.occurrences, places.values().sum::<u64>());
    for hit in &found.hits {
        check_highlights(hit, phrase)?;
    }
    Ok(places)
}

/// What is marked contains the phrase, all marks together as often as it occurs, and none marks what does not belong to it.
fn check_highlights(hit: &Hit, phrase: &str) -> Result<(), TestCaseError> {
    let wanted = units_of_phrase(phrase);
    let chars: Vec<char> = hit.passage.text.chars().collect();
    prop_assert!(
        !hit.highlights.is_empty(),
        "{phrase} is marked nowhere in {}",
        hit.passage.text
    );
    let mut marked = 0;
    let mut last = 0;
    for &[start, end] in &hit.highlights {
        prop_assert!(
            last <= start && start < end && end <= chars.len(),
            "{:?}",
            hit.highlights
        );
        last = end;
        let text: String = chars[start..end].iter().collect();
        let count = occurrences(&units_of_text(&text), &wanted);
        prop_assert!(count > 0, "{text} is marked for {phrase}");
        marked += count;
    }
    prop_assert_eq!(marked, hit.occurrences, "{} in {}", phrase, &hit.passage.text);
    Ok(())
}

/// Random choices by which a phrase is drawn and altered.
#[derive(Clone, Debug)]
struct Draw {
    passage: prop::sample::Index,
    start: prop::sample::Index,
    length: usize,
    alterations: Vec<u8>,
}

fn draws() -> impl Strategy<Value = Draw> {
    let parts = (
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
        1..=LONGEST,
        prop::collection::vec(0u8..12, LONGEST),
    );
    parts.prop_map(|(passage, start, length, alterations)| Draw {
        passage,
        start,
        length,
        alterations,
    })
}

/// The phrase that a draw takes from the texts, as it stands there; none from a text without units.
fn draw(passages: &[Passage], draw: &Draw) -> Option<Vec<String>> {
    let passage = &passages[draw.passage.index(passages.len())];
    if passage.units.is_empty() {
        return None;
    }
    let start = draw.start.index(passage.units.len());
    let chars: Vec<char> = passage.text.chars().collect();
    let units = passage.units[start..].iter().take(draw.length);
    Some(units.map(|unit| chars[unit.chars.clone()].iter().collect()).collect())
}

/// The phrase in another spelling that readers equate with it.
fn alter(units: &[String], alterations: &[u8]) -> String {
    let mut phrase = String::new();
    for (unit, how) in units.iter().zip(alterations) {
        let is_break = units_of_text(&format!("一{unit}一"))
            .iter()
            .any(|unit| unit.text == BREAK);
        let is_run = unit
            .chars()
            .any(|c| c.is_ascii_alphanumeric() || ('０'..='９').contains(&c));
        if is_break {
            // A line end in a phrase would be a blank; any clause mark stands for any other.
            phrase.push(['，', '。', ',', '；', '!', '…'][usize::from(*how) % 6]);
            continue;
        }
        // Two numbers side by side stay two only with something between them, and no blank may make digits one number.
        if is_run {
            phrase.push('“');
        }
        match how {
            0 => phrase.extend(unit.chars().map(wide)),
            1 => phrase.extend(unit.chars().map(traditional)),
            2 if !is_run => phrase.push_str(&format!("“{unit}”")),
            3 if !is_run => phrase.push_str(&format!("{unit} ")),
            4 if !is_run => phrase.push_str(&format!("{unit}\n")),
            5 if !is_run => phrase.push_str(&format!("《{unit}》")),
            6 if !is_run => phrase.push_str(&format!("{unit}\u{200b}")),
            7 if !is_run => phrase.push_str(&format!("**{unit}**|")),
            8 => phrase.push_str(&unit.to_uppercase()),
            9 if !is_run => phrase.push_str(&format!("{unit}\u{3000}\r\n")),
            _ => phrase.push_str(unit),
        }
        if is_run {
            phrase.push('”');
        }
    }
    phrase
}

fn wide(c: char) -> char {
    match c {
        // A full-width comma would part the number.
        ',' => c,
        '!'..='~' => char::from_u32(c as u32 + 0xfee0).expect("a full-width character"),
        c => c,
    }
}

/// Traditional characters for simplified ones, where one is as good as the other.
fn traditional(c: char) -> char {
    const PAIRS: &str = "设設关關于於国國会會员員乡鄉镇鎮县縣区區务務发發调調执執责責规規项項达達应應业業动動书書记記领領\
                         导導学學习習讲講组組织織开開进進经經验驗网網维維护護质質当當标標结結级級场場诉訴讼訟议議论論训訓\
                         试試认認识識话話语語说說请請课課谈談证證评評";
    let chars: Vec<char> = PAIRS.chars().collect();
    let pair = chars.chunks_exact(2).find(|pair| pair[0] == c);
    pair.map_or(c, |pair| pair[1])
}

static CORPUS: LazyLock<(Index, Vec<Passage>)> = LazyLock::new(|| {
    let index = Index::open(&corpus_index().path(".baogao")).expect("the index of the corpus");
    let passages = passages_of(&index);
    (index, passages)
});

proptest! {
    #![proptest_config(Config { cases: 160, ..Config::default() })]

    #[test]
    fn the_corpus_is_searched_exactly_whatever_the_spelling(drawn in draws()) {
        let (index, passages) = &*CORPUS;
        let Some(units) = draw(passages, &drawn) else { return Ok(()) };
        let phrase = alter(&units, &drawn.alterations);
        let expected = scan(passages, &phrase);
        let folded = units_of_phrase(&phrase);
        if folded.is_empty() {
            // A lone clause mark is nothing to look for.
            prop_assert!(Query::literal(&phrase).is_err());
            return Ok(());
        }
        prop_assert!(!expected.is_empty(), "the altered phrase {phrase:?} is not what was drawn: {units:?}");
        prop_assert_eq!(find(index, Query::literal(&phrase).expect("a phrase"), &phrase)?, expected.clone(), "{}", &phrase);
        // The question language reads a quoted phrase as the same one.
        let typed = format!("「{phrase}」");
        prop_assert_eq!(find(index, Query::parse(&typed).expect("a question"), &phrase)?, expected, "{}", typed);
    }
}

#[test]
fn the_program_finds_what_the_library_finds() {
    let (index, passages) = &*CORPUS;
    for phrase in [
        "枫桥经验",
        "新时代枫桥经验",
        "法律明白人",
        "網格員",
        "１２３４５",
        "2023 年",
        "97.3%",
    ] {
        let hits = corpus_index().search(&["--literal", phrase]);
        let places: Places = hits
            .hits
            .iter()
            .map(|hit| (hit.passage.id.clone(), hit.occurrences))
            .collect();
        assert_eq!(places, scan(passages, phrase), "{phrase}");
        assert_eq!(
            places,
            find(index, Query::literal(phrase).expect("a phrase"), phrase).expect("sound hits")
        );
    }
}

/// Nobody watches.
struct Silence;

impl Progress for Silence {
    fn start(&self, _: usize, _: u64) {}
    fn advance(&self, _: u64) {}
    fn finish(&self) {}
}

fn options(threads: usize) -> UpdateOptions {
    UpdateOptions {
        writer: WriterOptions {
            memory: 20 << 20,
            threads,
            words: None,
            topics: None,
        },
        read: ReadOptions::default(),
        corrections: CorrectionOptions::default(),
    }
}

fn bring_up_to_date(index: &Path, folder: &Path, threads: usize) -> Outcome {
    update(index, &[folder.to_path_buf()], &options(threads), &Silence).expect("an update")
}

/// What the files say now, read anew and not by way of an index.
fn passages_in_files(folder: &Path) -> BTreeMap<String, String> {
    let options = ReadOptions::default();
    let mut passages = BTreeMap::new();
    for file in walk(&[folder.to_path_buf()]).expect("the folder").files {
        let read = Contents::load(&file, &options).and_then(|contents| contents.read(&file, &options));
        for report in read.expect("a readable file").reports {
            for (passage, text) in report.passage_texts() {
                passages.insert(format!("{}-{:04}", report.id, passage.seq), text.to_owned());
            }
        }
    }
    passages
}

/// Paragraphs of the corpus, to make reports of.
static PARAGRAPHS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let folder = corpus().join("qinglan");
    let texts = passages_in_files(&folder).into_values();
    texts
        .flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>())
        .filter(|line| line.chars().count() > 30)
        .collect()
});

/// What happens to one of the files.
#[derive(Clone, Debug)]
enum Change {
    /// It is written, anew or over what was there, with paragraphs chosen at random.
    Write(usize, Vec<prop::sample::Index>),
    Remove(usize),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let written = prop::collection::vec(any::<prop::sample::Index>(), 1..5);
    let change = prop_oneof![
        3 => (0usize..6, written).prop_map(|(file, paragraphs)| Change::Write(file, paragraphs)),
        1 => (0usize..6).prop_map(Change::Remove),
    ];
    prop::collection::vec(change, 1..5)
}

fn apply(dir: &TestDir, changes: &[Change]) {
    for change in changes {
        match change {
            Change::Write(file, paragraphs) => {
                let body: Vec<&str> = paragraphs.iter().map(|at| at.get(&PARAGRAPHS).as_str()).collect();
                dir.write(
                    &format!("reports/{file}.txt"),
                    report("云河县", "青石镇", 2020 + *file as u16, &body.join("\n")),
                );
            }
            Change::Remove(file) => {
                let path = dir.path(&format!("reports/{file}.txt"));
                if path.exists() {
                    std::fs::remove_file(path).expect("a removed file");
                }
            }
        }
    }
}

/// All that is in an index, found by a question, in order, with scores.
fn hits(index: &Path, question: &str) -> Vec<Hit> {
    let index = Index::open(index).expect("an index");
    let found = index
        .search(&Request::new(Query::parse(question).expect("a question")))
        .expect("an answer");
    found.into_hits().expect("hits").hits
}

proptest! {
    #![proptest_config(Config { cases: 5, ..Config::default() })]

    #[test]
    fn changes_leave_no_trace_and_threads_make_no_difference(
        rounds in prop::collection::vec(changes(), 3),
        drawn in prop::collection::vec(draws(), 12),
    ) {
        let dir = TestDir::new();
        let folder = dir.path("reports");
        std::fs::create_dir_all(&folder).expect("a folder of reports");
        let indexes = [1, 2, 8].map(|threads| (threads, dir.path(&format!("index{threads}"))));
        let mut phrases: Vec<String> = Vec::new();
        for round in &rounds {
            apply(&dir, round);
            for (threads, index) in &indexes {
                bring_up_to_date(index, &folder, *threads);
            }
            let index = Index::open(&indexes[1].1).expect("an index");
            let passages = passages_of(&index);
            let stored: BTreeMap<_, _> = passages.iter().map(|passage| (passage.id.clone(), passage.text.clone())).collect();
            prop_assert_eq!(stored, passages_in_files(&folder));
            // Phrases of earlier rounds are looked for too: what was replaced or removed must be gone.
            if !passages.is_empty() {
                phrases.extend(drawn.iter().filter_map(|drawn| Some(alter(&draw(&passages, drawn)?, &drawn.alterations))));
            }
            phrases.retain(|phrase| !units_of_phrase(phrase).is_empty());
            for phrase in &phrases {
                let query = Query::literal(phrase).expect("a phrase");
                prop_assert_eq!(find(&index, query, phrase)?, scan(&passages, phrase), "{}", phrase);
            }
        }
        let fresh = dir.path("fresh");
        rebuild(&fresh, std::slice::from_ref(&folder), &options(2), &Silence).expect("a rebuilt index");
        for question in ["*", "法治", "群众 OR 纠纷", "村 -法治 section:achievements"] {
            let expected = hits(&fresh, question);
            for (threads, index) in &indexes {
                prop_assert_eq!(&hits(index, question), &expected, "{} with {} threads", question, threads);
            }
        }
    }
}

/// Reports with the traps of real ones.
fn traps() -> TestDir {
    let dir = TestDir::new();
    dir.write(
        "reports/quotes.txt",
        report(
            "云河县",
            "青石镇",
            2021,
            "坚持和发展新时代“枫桥经验”。贯彻《行政处罚法》。建设法治|国家。“12345”热线受理123456人次。",
        ),
    );
    dir.write(
        "reports/numbers.txt",
        report(
            "云河县",
            "白水镇",
            2022,
            "于2024 年 3 月办结97件，化解197件，涉及1,176人，满意率97.5%。",
        ),
    );
    dir.write(
        "reports/pages.txt",
        report(
            "云河县",
            "红叶镇",
            2023,
            "全年坚持问题导向和目标导向相统一，依托政务服务平台受理各类诉求信件，其中线上办\n- 3 -\n\
             件347件，全部按时办结，群众满意。\n\
             严格执行重大行政决策程序规定，对涉及经济社会发展和群众切身利益\n\n\
             的重大决策事项，广泛征求意见，充分听取群众诉求。",
        ),
    );
    dir.index("reports");
    dir
}

#[test]
fn traps_of_real_reports_are_read_as_readers_read_them() {
    let dir = traps();
    for (phrase, times) in [
        ("新时代枫桥经验", 1),
        ("新时代“枫桥经验”", 1),
        ("新時代楓橋經驗", 1),
        ("行政处罚法", 1),
        ("行政处罚", 1),
        ("法治国家", 1),
        ("12345", 1),
        ("12345热线", 1),
        ("123456", 1),
        ("2345", 0),
        ("2024年3月", 1),
        ("2024 年 3 月", 1),
        ("97件", 1),
        ("197件", 1),
        ("7件", 0),
        ("1176人", 1),
        ("1,176人", 1),
        ("176人", 0),
        ("97", 1),
        ("97.5%", 1),
        ("其中线上办件347件", 1),
        ("群众切身利益的重大决策事项", 1),
        ("97件化解", 0),
        ("97件，化解", 1),
        ("97件。化解", 1),
    ] {
        let totals = dir.search(&["--literal", phrase]).summary.totals;
        assert_eq!(totals.occurrences, times, "{phrase}");
    }
}

#[test]
fn a_phrase_never_runs_from_a_heading_into_its_paragraph() {
    let dir = traps();
    assert_eq!(dir.search(&["下一年度主要安排加强队伍建设"]).summary.totals.passages, 0);
    assert_eq!(dir.search(&["下一年度主要安排"]).summary.totals.passages, 3);
}

#[test]
fn nothing_of_a_replaced_or_removed_report_is_found() {
    let dir = TestDir::new();
    dir.write(
        "reports/a.txt",
        report("云河县", "青石镇", 2021, "旧文本里有独一无二的石拱桥。"),
    );
    dir.write(
        "reports/b.txt",
        report("云河县", "白水镇", 2022, "另一份里有独一无二的水磨坊。"),
    );
    dir.index("reports");
    assert_eq!(dir.search(&["石拱桥"]).hits.len(), 1);
    dir.write(
        "reports/a.txt",
        report("云河县", "青石镇", 2021, "新文本里有别无分号的老祠堂。"),
    );
    dir.remove("reports/b.txt");
    dir.index("reports");
    for gone in ["石拱桥", "水磨坊", "独一无二", "白水镇"] {
        assert_eq!(dir.search(&[gone]).summary.totals, Default::default(), "{gone}");
    }
    assert_eq!(dir.search(&["老祠堂"]).hits.len(), 1);
    let townships = &dir.search(&["*", "--facets", "township"]).summary.facets[0].counts;
    assert_eq!(townships.len(), 1, "{townships:?}");
}
