//! `baogao collocates`, `compare` and `dispersion`: what they count is what a plain reading counts, and their measures are those that
//! the numbers give by another way of reckoning.

use std::collections::{BTreeMap, BTreeSet};

use baogao::index::Index;
use baogao::query::Query;
use baogao::text::fold::fold;
use baogao::text::tokenize::Words;
use serde_json::Value;

use crate::sample::{corpus_index, report, three};
use crate::scan::{occurrences, units_of_phrase, units_of_text};
use crate::testdir::TestDir;

/// A passage as it is read.
struct Passage {
    report: String,
    county: Option<String>,
    year: Option<u16>,
    text: String,
}

fn passages(dir: &TestDir) -> Vec<Passage> {
    let index = Index::open(&dir.path(".baogao")).expect("an index");
    let mut passages = Vec::new();
    for report in index.reports().expect("reports") {
        for kept in index.passages(report.id).expect("passages") {
            passages.push(Passage {
                report: report.id.to_string(),
                county: report.metadata.county.clone(),
                year: report.metadata.year,
                text: kept.text,
            });
        }
    }
    passages
}

fn table(dir: &TestDir, arguments: &[&str]) -> Value {
    let output = dir.run(&[arguments, &["--format", "json"]].concat());
    assert!(output.code == 0 || output.code == 1, "{output}");
    output.value()
}

fn rows(dir: &TestDir, arguments: &[&str]) -> Vec<Value> {
    table(dir, arguments)["rows"].as_array().expect("rows").clone()
}

fn text<'a>(row: &'a Value, name: &str) -> &'a str {
    row[name].as_str().unwrap_or_else(|| panic!("{name} in {row}"))
}

fn whole(row: &Value, name: &str) -> u64 {
    row[name].as_u64().unwrap_or_else(|| panic!("{name} in {row}"))
}

fn decimal(row: &Value, name: &str) -> f64 {
    row[name].as_f64().unwrap_or_else(|| panic!("{name} in {row}"))
}

fn close(one: f64, other: f64, what: &str) {
    assert!(
        (one - other).abs() <= 1e-6 * other.abs().max(1.0),
        "{what}: {one} is not {other}"
    );
}

/// `2 Σ O ln(O/E)`, cell by cell, with E from the margins of the table.
fn g2(table: [[f64; 2]; 2]) -> f64 {
    let row = |at: usize| table[at][0] + table[at][1];
    let column = |at: usize| table[0][at] + table[1][at];
    let all = row(0) + row(1);
    let cells = [(0, 0), (0, 1), (1, 0), (1, 1)];
    let cell = |(r, c): (usize, usize)| match table[r][c] {
        0.0 => 0.0,
        seen => seen * (seen / (row(r) * column(c) / all)).ln(),
    };
    2.0 * cells.into_iter().map(cell).sum::<f64>()
}

/// Whether a word counts: said a second time.
fn counts(word: &str) -> bool {
    let digits = "〇零一二三四五六七八九十百千万亿两";
    let is_number = |text: &str| text.chars().all(|c| digits.contains(c));
    let is_year = word.ends_with('年') && word.chars().count() > 2 && is_number(word.trim_end_matches('年'));
    word.chars().count() > 1 && word.chars().all(char::is_alphabetic) && !is_number(word) && !is_year
}

/// The words of a text and their places in the folded text, in characters; what is no word has an empty name.
fn cut(words: &Words, text: &str) -> Vec<(String, usize, usize)> {
    let folded = fold(text);
    let char_at = |byte: usize| folded[..byte].chars().count();
    words
        .places(&folded)
        .map(|place| {
            (
                folded[place.clone()].to_owned(),
                char_at(place.start),
                char_at(place.end),
            )
        })
        .collect()
}

type Counted = BTreeMap<String, (u64, BTreeSet<String>)>;

fn count_words(words: &Words, passages: &[&Passage]) -> Counted {
    let mut counted = Counted::new();
    for passage in passages {
        for (word, _, _) in cut(words, &passage.text) {
            if counts(&word) {
                let entry = counted.entry(word).or_default();
                entry.0 += 1;
                entry.1.insert(passage.report.clone());
            }
        }
    }
    counted
}

/// The index's words, read from its list, are those of the texts cut anew.
fn words_are_those_of_the_texts(dir: &TestDir) {
    let index = Index::open(&dir.path(".baogao")).expect("an index");
    let words = Words::load(&index.stamp().words);
    let passages = passages(dir);
    let queries = ["*", "year:2023.."].map(|text| Query::parse(text).expect("a question"));
    let found = index.word_counts([&queries[0], &queries[1]], &[], None).expect("words");
    let is_late = |passage: &&Passage| passage.year.is_some_and(|year| year >= 2023);
    let all: Vec<&Passage> = passages.iter().collect();
    let late: Vec<&Passage> = passages.iter().filter(is_late).collect();
    let expected = [count_words(&words, &all), count_words(&words, &late)];
    assert!(expected[1].len() > 10 && late.len() < all.len());
    assert_eq!(found.words.len(), expected[0].len());
    for word in &found.words {
        for (side, count) in word.counts.iter().enumerate() {
            let known = expected[side].get(&word.word);
            let known = known.map_or((0, 0), |(count, reports)| (*count, reports.len() as u64));
            assert_eq!((count.occurrences, count.reports), known, "{} in {side}", word.word);
        }
    }
    assert_eq!(found.passages, [all.len() as u64, late.len() as u64]);
    assert_eq!(found.shared, late.len() as u64);
}

#[test]
fn the_words_of_the_index_are_those_of_its_texts() {
    words_are_those_of_the_texts(corpus_index());
}

#[test]
fn words_stay_right_through_updates_and_removals() {
    let dir = TestDir::new();
    let body = |at: usize| {
        let all = [
            "社会主义法治国家，资本主义社会。",
            "法律明白人培训，人民调解委员会调解员。",
            "二〇二三年行政复议委员会，法治APP。",
        ];
        format!("{}{}", all[at % 3], all[(at / 3) % 3])
    };
    let write = |at: usize, version: usize| {
        let township = format!("第{at}镇");
        dir.write(
            &format!("reports/{at}.txt"),
            report("云河县", &township, 2020 + at as u16, &body(at + version)),
        );
    };
    (0..6).for_each(|at| write(at, 0));
    dir.index("reports");
    words_are_those_of_the_texts(&dir);
    (2..5).for_each(|at| write(at, 1));
    dir.remove("reports/0.txt");
    dir.index("reports");
    words_are_those_of_the_texts(&dir);
}

/// What stands around a phrase: in windows by word, and inside the phrase by word; each place once.
struct Around {
    together: Counted,
    inside: BTreeMap<String, u64>,
}

/// Looks at every word of every text and asks whether it is near: slow and plain. The folded text of Chinese without numbers has a
/// character for each unit, so a place in one is a place in the other; `reach` is `words`, `chars` or `sentence`.
fn around(words: &Words, passages: &[&Passage], phrase: &str, reach: &str, size: usize) -> Around {
    let wanted = fold(phrase);
    let length = wanted.chars().count();
    let mut around = Around {
        together: Counted::new(),
        inside: BTreeMap::new(),
    };
    for passage in passages {
        let folded: Vec<char> = fold(&passage.text).chars().collect();
        let wanted: Vec<char> = wanted.chars().collect();
        let nodes: Vec<usize> = (0..folded.len())
            .filter(|&at| folded[at..].starts_with(&wanted))
            .collect();
        let cut = cut(words, &passage.text);
        let is_slot = |word: &str| word.starts_with(char::is_alphanumeric);
        for (word, start, end) in cut.iter().filter(|(word, _, _)| counts(word)) {
            let meets = |&node: &usize| *start < node + length && node < *end;
            if nodes.iter().any(meets) {
                *around.inside.entry(word.clone()).or_default() += 1;
                continue;
            }
            let is_near = |&node: &usize| {
                let (from, to) = match *start >= node + length {
                    true => (node + length, *end),
                    false => (*start, node),
                };
                match reach {
                    // Whole words between the node and the end of this one, itself included.
                    "words" => {
                        let between = |(word, s, e): &&(String, usize, usize)| is_slot(word) && from <= *s && *e <= to;
                        cut.iter().filter(between).count() <= size
                    }
                    // Characters, without marks.
                    _ => folded[from..to].iter().filter(|&&c| c != '\n').count() <= size,
                }
            };
            if nodes.iter().any(is_near) {
                let entry = around.together.entry(word.clone()).or_default();
                entry.0 += 1;
                entry.1.insert(passage.report.clone());
            }
        }
    }
    around
}

/// Texts of Chinese characters only, with overlapping windows and words that the phrase is a part of.
fn chinese_only() -> TestDir {
    let dir = TestDir::new();
    let bodies = [
        "坚持依法行政，深化行政执法体制改革，改革开放以来不断推进行政审批制度改革。落实改革任务，加强法治政府建设。",
        "推进综合行政执法改革。人民调解员参与矛盾纠纷化解；深化改革，改革创新，全面深化改革工作取得成效，群众满意。",
        "严格规范公正文明执法，强化行政执法监督，完善行政执法程序，推进政务公开。改革",
    ];
    for (at, body) in bodies.iter().enumerate() {
        let text = format!(
            "法治政府建设年度报告\n一、主要举措和成效\n{body}\n二、存在的不足\n{}\n",
            bodies[(at + 1) % 3]
        );
        dir.write(&format!("reports/{at}.txt"), text);
    }
    dir.index("reports");
    dir
}

#[test]
fn collocates_are_counted_as_a_plain_reading_counts_them() {
    let dir = chinese_only();
    let words = Words::load(&[]);
    let passages = passages(&dir);
    let passages: Vec<&Passage> = passages.iter().collect();
    let everywhere = count_words(&words, &passages);
    let all: u64 = everywhere.values().map(|(count, _)| count).sum();
    let mut seen = 0;
    for phrase in ["改革", "行政执法", "法治政府", "执法"] {
        let nodes: u64 = passages
            .iter()
            .map(|passage| occurrences(&units_of_text(&passage.text), &units_of_phrase(phrase)))
            .sum();
        for (reach, size) in [("words", 1), ("words", 3), ("words", 50), ("chars", 2), ("chars", 9)] {
            let around = around(&words, &passages, phrase, reach, size);
            let all = all - around.inside.values().sum::<u64>();
            let here: u64 = around.together.values().map(|(count, _)| count).sum();
            let mut expected = BTreeMap::new();
            for (word, (together, reports)) in &around.together {
                let frequency = everywhere[word].0 - around.inside.get(word).unwrap_or(&0);
                let chance = here as f64 * frequency as f64 / all as f64;
                if *together as f64 > chance {
                    expected.insert(word.clone(), (*together, reports.len() as u64, frequency, chance));
                }
            }
            let asked = [
                "collocates",
                phrase,
                "--span",
                reach,
                "--window",
                &size.to_string(),
                "--min",
                "1",
            ];
            let found = rows(&dir, &asked);
            assert_eq!(found.len(), expected.len(), "{asked:?}");
            for row in found {
                let (together, reports, frequency, chance) = expected[text(&row, "word")];
                let counted = ["together", "reports", "frequency"].map(|name| whole(&row, name));
                assert_eq!(counted, [together, reports, frequency], "{asked:?}: {row}");
                let [o, c, r, n] = [together, frequency, here, all].map(|count| count as f64);
                close(decimal(&row, "expected"), chance, "expected");
                close(decimal(&row, "ratio"), o / chance, "ratio");
                close(
                    decimal(&row, "log_likelihood"),
                    g2([[o, r - o], [c - o, n - r - c + o]]),
                    "G²",
                );
                close(
                    decimal(&row, "log_dice"),
                    15.0 + (o / (nodes as f64 + c)).log2(),
                    "logDice",
                );
                close(decimal(&row, "mutual_information"), (o * n / (r * c)).log2(), "MI");
                close(decimal(&row, "t_score"), o.sqrt() - r * c / n / o.sqrt(), "t");
                seen += 1;
            }
        }
    }
    assert!(seen > 50, "too little was compared: {seen}");
}

#[test]
fn a_window_of_a_sentence_holds_the_sentence() {
    let dir = TestDir::new();
    dir.write(
        "reports/a.txt",
        report(
            "云河县",
            "青石镇",
            2022,
            "行政执法改革任务落实；群众满意。矛盾纠纷化解。人民调解员参与改革！宣传教育。",
        ),
    );
    dir.index("reports");
    let words = |arguments: &[&str]| -> BTreeSet<String> {
        let asked = [&["collocates", "改革", "--min", "1"], arguments].concat();
        rows(&dir, &asked)
            .iter()
            .map(|row| text(row, "word").to_owned())
            .collect()
    };
    let sentence = words(&["--sentence"]);
    for word in ["行政", "任务", "落实", "群众", "满意", "人民", "参与"] {
        assert!(
            sentence.iter().any(|found| found.contains(word)),
            "{word} in {sentence:?}"
        );
    }
    for word in ["矛盾", "纠纷", "化解", "宣传", "教育", "薄弱"] {
        assert!(
            !sentence.iter().any(|found| found.contains(word)),
            "{word} in {sentence:?}"
        );
    }
    assert_eq!(sentence, words(&["--span", "sentence"]));
    // A passage's end is a window's end.
    assert!(!words(&["--window", "500"]).contains("薄弱"));
}

#[test]
fn filters_restrict_both_sides() {
    let dir = three();
    let frequency = |arguments: &[&str]| {
        let asked = [&["collocates", "网格员", "--min", "1", "--window", "9"], arguments].concat();
        let found = rows(&dir, &asked);
        let found: BTreeMap<String, u64> = found
            .iter()
            .map(|row| (text(row, "word").to_owned(), whole(row, "frequency")))
            .collect();
        found
    };
    let words = Words::load(&[]);
    let passages = passages(&dir);
    let counted = |is_wanted: fn(&&Passage) -> bool| {
        let selected: Vec<&Passage> = passages.iter().filter(is_wanted).collect();
        count_words(&words, &selected)
    };
    let (all, late) = (frequency(&[]), frequency(&["--year", "2024"]));
    let (all_counted, late_counted) = (counted(|_| true), counted(|passage| passage.year == Some(2024)));
    assert!(!all.is_empty() && !late.is_empty());
    for (found, counted) in [(&all, &all_counted), (&late, &late_counted)] {
        for (word, frequency) in found {
            assert_eq!(*frequency, counted[word].0, "{word}");
        }
    }
    let differs = |(word, frequency): (&String, &u64)| all_counted[word].0 > *frequency;
    assert!(late.iter().any(differs), "{late:?}");
    let inside: Vec<Value> = rows(&dir, &["collocates", "网格员 year:2024", "--min", "1", "--window", "9"]);
    assert_eq!(inside.len(), late.len());
}

#[test]
fn collocates_of_nothing_are_none() {
    let dir = three();
    dir.run(&["collocates", "网格员", "--year", "1999"])
        .exits(1)
        .tells(&["near it:"]);
    dir.run(&["collocates", "words:(调解)"])
        .exits(2)
        .tells(&["has no places"]);
    dir.run(&["collocates", "网格员", "--window", "0"]).exits(2);
}

#[test]
fn keywords_are_those_of_two_word_lists() {
    let dir = corpus_index();
    let words = Words::load(&[]);
    let passages = passages(dir);
    let late = |passage: &&Passage| passage.year.is_some_and(|year| year >= 2023);
    let a: Vec<&Passage> = passages.iter().filter(late).collect();
    let b: Vec<&Passage> = passages.iter().filter(|passage| !late(passage)).collect();
    let [a, b] = [a, b].map(|side| count_words(&words, &side));
    let size = |side: &Counted| side.values().map(|(count, _)| *count).sum::<u64>() as f64;
    let (size_a, size_b) = (size(&a), size(&b));
    let found = rows(dir, &["compare", "year:2023..", "--min", "5"]);
    let of = |side: &Counted, word: &str| {
        side.get(word)
            .map_or((0, 0), |(count, reports)| (*count, reports.len() as u64))
    };
    let all: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    let frequent = all.iter().filter(|word| of(&a, word).0 + of(&b, word).0 >= 5).count();
    assert!(frequent > 100);
    assert_eq!(found.len(), frequent);
    for row in &found {
        let (in_a, in_b) = (of(&a, text(row, "term")), of(&b, text(row, "term")));
        assert_eq!([whole(row, "a"), whole(row, "a_reports")], [in_a.0, in_a.1], "{row}");
        assert_eq!([whole(row, "b"), whole(row, "b_reports")], [in_b.0, in_b.1], "{row}");
        let (x, y) = (in_a.0 as f64, in_b.0 as f64);
        close(decimal(row, "a_per_1000"), x / size_a * 1000.0, "rate");
        close(
            decimal(row, "log_likelihood"),
            g2([[x, size_a - x], [y, size_b - y]]).max(0.0),
            "G²",
        );
        let smoothed = |count: f64| if count == 0.0 { 0.5 } else { count };
        close(
            decimal(row, "log_ratio"),
            smoothed(x).log2() - smoothed(y).log2() + size_b.log2() - size_a.log2(),
            "log ratio",
        );
        let key = if x * size_b > y * size_a { "A" } else { "B" };
        assert_eq!(text(row, "key"), key);
    }
    // A's first, each side by G².
    let order = |row: &Value| (text(row, "key").to_owned(), -decimal(row, "log_likelihood"));
    assert!(found.windows(2).all(|pair| order(&pair[0]) <= order(&pair[1])));
}

#[test]
fn a_keyword_in_one_report_is_flagged_and_an_overlap_is_told() {
    let dir = three();
    let found = rows(&dir, &["compare", "county:云河县", "county:松岭县", "--min", "1"]);
    let row = |word: &str| {
        found
            .iter()
            .find(|row| text(row, "term") == word)
            .unwrap_or_else(|| panic!("{word}"))
    };
    assert_eq!(text(row("化解"), "flag"), "仅1份报告");
    // 松岭县 has one report only, so that a word stands in one of its reports says nothing.
    assert!(row("矛盾")["flag"].is_null(), "{}", row("矛盾"));
    dir.run(&["compare", "year:..2023", "year:2023.."])
        .exits(0)
        .tells(&["in both A and B"])
        .says(&["同属A和B"]);
    dir.run(&["compare", "county:无此县"])
        .exits(1)
        .tells(&["selects no passage"]);
    dir.run(&["compare", "*"]).exits(1).tells(&["selects no passage"]);
}

#[test]
fn given_phrases_are_compared_by_exact_counts() {
    let dir = three();
    // Counts by hand: 枫桥经验 stands once in a.txt and twice in b.txt, 网格员 once in a.txt and once in c.txt.
    let found = rows(
        &dir,
        &[
            "compare",
            "county:云河县",
            "county:松岭县",
            "--term",
            "枫桥经验",
            "--term",
            "网格员",
            "--term",
            "无此语",
        ],
    );
    let row = |term: &str| {
        found
            .iter()
            .find(|row| text(row, "term") == term)
            .unwrap_or_else(|| panic!("{term}"))
    };
    let counts = |term: &str| ["a", "b", "a_reports", "b_reports"].map(|name| whole(row(term), name));
    assert_eq!(counts("枫桥经验"), [3, 0, 2, 0]);
    assert_eq!(counts("网格员"), [1, 1, 1, 1]);
    assert_eq!(counts("无此语"), [0, 0, 0, 0]);
    let chars = |county: &str| {
        let passages = passages(&dir)
            .into_iter()
            .filter(|passage| passage.county.as_deref() == Some(county));
        let visible = |passage: Passage| passage.text.chars().filter(|c| !c.is_whitespace()).count();
        passages.map(visible).sum::<usize>() as f64
    };
    let (a, b) = (chars("云河县"), chars("松岭县"));
    close(
        decimal(row("枫桥经验"), "log_likelihood"),
        g2([[3.0, a - 3.0], [0.0, b]]),
        "G²",
    );
    close(
        decimal(row("枫桥经验"), "log_ratio"),
        (3.0 / a / (0.5 / b)).log2(),
        "log ratio",
    );
    close(decimal(row("网格员"), "a_per_1000"), 1000.0 / a, "rate");
    dir.write("terms.txt", "# 词语\n枫桥经验\n\n网格员\n");
    assert_eq!(
        rows(&dir, &["compare", "county:云河县", "--terms", "terms.txt"]).len(),
        2
    );
    dir.run(&["compare", "county:云河县", "--term", "year:2023"])
        .exits(2)
        .tells(&["nothing that stands in them"]);
}

#[test]
fn dispersions_are_those_of_a_plain_count() {
    let dir = corpus_index();
    let passages = passages(dir);
    for (over, key) in [
        (
            "report",
            (|passage: &Passage| passage.report.clone()) as fn(&Passage) -> String,
        ),
        ("year", |passage| format!("{:?}", passage.year)),
        ("county", |passage| format!("{:?}", passage.county)),
    ] {
        for phrase in ["法治", "枫桥经验", "人民调解"] {
            let wanted = units_of_phrase(phrase);
            let mut parts: BTreeMap<String, (f64, f64)> = BTreeMap::new();
            for passage in &passages {
                let part = parts.entry(key(passage)).or_default();
                part.0 += occurrences(&units_of_text(&passage.text), &wanted) as f64;
                part.1 += passage.text.chars().filter(|c| !c.is_whitespace()).count() as f64;
            }
            let n = parts.len() as f64;
            let count: f64 = parts.values().map(|part| part.0).sum();
            let size: f64 = parts.values().map(|part| part.1).sum();
            // Half the sum of the differences of two sets of shares is what they do not have in common.
            let dp = 1.0
                - parts
                    .values()
                    .map(|part| (part.0 / count).min(part.1 / size))
                    .sum::<f64>();
            let smallest = parts.values().map(|part| part.1 / size).fold(1.0, f64::min);
            let rates: Vec<f64> = parts.values().map(|part| part.0 / part.1).collect();
            let sum: f64 = rates.iter().sum();
            // Mean of squares minus square of mean.
            let variance = rates.iter().map(|rate| rate * rate).sum::<f64>() / n - (sum / n).powi(2);
            let found = rows(dir, &["dispersion", phrase, "--over", over]);
            let row = &found[0];
            assert_eq!(whole(row, "parts") as usize, parts.len(), "{row}");
            assert_eq!(
                whole(row, "range") as usize,
                parts.values().filter(|part| part.0 > 0.0).count(),
                "{row}"
            );
            assert_eq!(whole(row, "occurrences") as f64, count, "{row}");
            close(decimal(row, "per_1000"), count * 1000.0 / size, "rate");
            close(decimal(row, "dp"), dp, "DP");
            close(decimal(row, "dp_norm"), dp / (1.0 - smallest), "DPnorm");
            close(
                decimal(row, "juilland_d"),
                1.0 - variance.sqrt() * n / sum / (n - 1.0).sqrt(),
                "D",
            );
            let part = |rate: &&f64| **rate > 0.0;
            let logs: f64 = rates.iter().filter(part).map(|rate| rate * rate.log2()).sum();
            close(decimal(row, "carroll_d2"), (sum.log2() - logs / sum) / n.log2(), "D2");
            let roots: f64 = parts.values().map(|part| (part.0 / count * part.1 / size).sqrt()).sum();
            close(decimal(row, "rosengren_s"), roots * roots, "S");
        }
    }
}

#[test]
fn what_stands_nowhere_has_a_row_and_no_dispersion() {
    let dir = three();
    let found = rows(
        &dir,
        &["dispersion", "网格员", "无此语", "--over", "report", "--over", "year"],
    );
    assert_eq!(found.len(), 4);
    assert_eq!(whole(&found[2], "range"), 0);
    assert!(found[2]["dp"].is_null() && decimal(&found[0], "dp") > 0.0, "{found:?}");
    dir.run(&["dispersion", "无此语"]).exits(1);
    dir.run(&["dispersion", "--over", "year"]).exits(2);
    // In one part nothing can be spread.
    let one = rows(&dir, &["dispersion", "网格员", "--over", "year", "--year", "2022"]);
    assert!(one[0]["dp_norm"].is_null() && decimal(&one[0], "dp") == 0.0, "{one:?}");
}

#[test]
fn tables_say_what_they_were_made_of() {
    let dir = three();
    dir.write("terms.txt", "枫桥经验\n");
    for (command, counted) in [
        (vec!["collocates", "网格员", "--min", "1"], "words in windows"),
        (vec!["compare", "county:云河县", "--terms", "terms.txt"], "compared"),
        (vec!["dispersion", "--terms", "terms.txt"], "chars"),
    ] {
        dir.run(&[command.as_slice(), &["-o", "table.json"]].concat()).exits(0);
        let table: Value = serde_json::from_str(&dir.read("table.json")).expect("a table");
        assert_eq!(table["name"], command[0]);
        assert!(!table["notes"].as_array().expect("notes").is_empty());
        let receipt = &table["receipt"];
        assert_eq!(
            receipt["rows"].as_u64(),
            table["rows"].as_array().map(|rows| rows.len() as u64)
        );
        let names: Vec<&str> = receipt["counts"]
            .as_array()
            .expect("counts")
            .iter()
            .map(|count| text(count, "name"))
            .collect();
        assert!(names.contains(&counted), "{names:?}");
        assert_eq!(
            receipt["inputs"].as_array().map(Vec::len),
            Some(usize::from(command.contains(&"--terms")))
        );
    }
}
