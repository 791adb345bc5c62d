//! `baogao topics`, and questions about topics: ours, the user's at index time, the user's at question time.

use std::collections::BTreeSet;

use crate::sample::{corpus_index, repository, three};
use crate::scan::{Unit, occurrences, units_of_phrase, units_of_text};
use crate::testdir::TestDir;

const MINE: &str = "\
[[topic]]
name = \"禁毒\"
phrases = [\"禁毒\"]
not_inside = [\"禁毒委\"]

[[topic]]
name = \"茶园\"
note = \"茶园与茶农\"
parent = \"禁毒\"
phrases = [\"茶园\", [\"茶农\", 0.5]]
words = [[\"培训\", 0.4]]
";

const TEXTS: [(&str, &str); 4] = [
    ("1.txt", "开展茶园普法，培训茶农30名。"),
    ("2.txt", "县禁毒委来我镇检查。"),
    ("3.txt", "禁毒委部署，开展禁毒宣传3场。"),
    ("4.txt", "今年以来，工作平稳。"),
];

fn reports() -> TestDir {
    let dir = TestDir::new();
    for (name, text) in TEXTS {
        dir.write(&format!("reports/{name}"), text);
    }
    dir.write("mine.toml", MINE);
    dir
}

/// The rules a second time, read plainly: the names of the files about a topic of `MINE`.
fn about(topic: &str) -> Vec<String> {
    let has = |text: &str| match topic {
        "禁毒" => text.replace("禁毒委", "").contains("禁毒") || text.contains("茶园") || text.contains("茶农"),
        _ => text.contains("茶园") || text.contains("茶农"),
    };
    let found = TEXTS.iter().filter(|(_, text)| has(text));
    found.map(|(name, _)| (*name).to_owned()).collect()
}

fn files(dir: &TestDir, arguments: &[&str]) -> Vec<String> {
    let hits = dir.search(arguments).hits;
    let mut files: Vec<String> = hits
        .iter()
        .map(|hit| hit.report.path.rsplit('/').next().unwrap_or_default().to_owned())
        .collect();
    files.sort();
    files
}

#[test]
fn topics_of_the_users_tag_the_index_and_are_kept() {
    let dir = reports();
    dir.run(&["index", "reports", "--topics", "mine.toml"]).exits(0);
    for topic in ["禁毒", "茶园"] {
        assert_eq!(files(&dir, &["*", "--topic", topic]), about(topic), "{topic}");
    }
    dir.run(&["index", "reports"]).exits(0).says(&["4 unchanged"]);
    assert_eq!(files(&dir, &["topic:茶园"]), about("茶园"));
    dir.write("mine.toml", MINE.replace("\"茶园\", [\"茶农\", 0.5]", "\"平稳\""));
    dir.run(&["index", "reports", "--topics", "mine.toml"])
        .exits(0)
        .says(&["written: 4 reports"]);
    assert_eq!(files(&dir, &["topic:茶园"]), ["4.txt"]);
}

#[test]
fn topics_that_a_question_brings_along_are_found_as_if_the_index_were_tagged_with_them() {
    let dir = reports();
    dir.run(&["index", "reports"]).exits(0);
    for topic in ["禁毒", "茶园"] {
        assert_eq!(
            files(&dir, &["*", "--topic", topic, "--topics", "mine.toml"]),
            about(topic),
            "{topic}"
        );
    }
    let without = files(&dir, &["* -topic:禁毒", "--topics", "mine.toml"]);
    assert_eq!(without, ["2.txt", "4.txt"]);
    let unknown = files(&dir, &["topic:?", "--topics", "mine.toml"]);
    let hits = dir.search(&["*", "--topics", "mine.toml", "--facets", "topic"]);
    for count in &hits.summary.facets[0].counts {
        let wanted = match &count.value {
            Some(value) => hits.hits.iter().filter(|hit| hit.topics.contains(value)).count(),
            None => hits.hits.iter().filter(|hit| hit.topics.is_empty()).count(),
        };
        assert_eq!(count.passages, wanted as u64, "{:?}", count.value);
    }
    assert!(unknown.contains(&"4.txt".to_owned()) && !unknown.contains(&"1.txt".to_owned()));
    let marked = dir.search(&["topic:禁毒", "--topics", "mine.toml"]);
    let hit = marked
        .hits
        .iter()
        .find(|hit| hit.report.path.ends_with("3.txt"))
        .expect("a hit");
    let [start, end] = hit.highlights[0];
    assert_eq!((hit.highlights.len(), start, end), (1, 8, 10));
}

#[test]
fn a_file_of_topics_that_is_wrong_is_told_with_its_line() {
    let dir = reports();
    dir.write("mine.toml", MINE.replace("0.5", "5"));
    for command in [
        &["index", "reports"][..],
        &["search", "*", "--in", "reports"],
        &["topics", "list"],
    ] {
        let arguments = [command, &["--topics", "mine.toml"]].concat();
        dir.run(&arguments)
            .exits(2)
            .tells(&["mine.toml", "line 10", "weight 5"]);
    }
}

#[test]
fn topics_rank_by_their_phrases_and_words() {
    let dir = TestDir::new();
    dir.write("reports/1.txt", "各村小事不出村，大事不出镇。");
    dir.write("reports/2.txt", "坚持枫桥经验，就地化解矛盾，网格员调解纠纷。");
    dir.write("reports/3.txt", "今年以来，工作平稳。");
    dir.run(&["index", "reports"]).exits(0);
    let hits = dir.search(&["topic:枫桥经验", "--explain"]);
    assert!(hits.hits[0].report.path.ends_with("2.txt"));
    let parts = hits.hits[0].explain.as_ref().expect("parts");
    let sum: f32 = parts.iter().map(|part| part.value * part.weight).sum();
    assert!((sum - hits.hits[0].score).abs() < 1e-3 * sum, "{parts:?}");
    for part in ["phrase 枫桥经验", "word 化解"] {
        assert!(parts.iter().any(|known| known.name == part), "{part}: {parts:?}");
    }
}

#[test]
fn topics_are_listed_with_their_counts() {
    let list = corpus_index()
        .run(&["topics", "list", "--format", "json"])
        .exits(0)
        .value();
    let topics = list["topics"].as_array().expect("topics");
    assert!(topics.len() >= 60);
    for name in ["枫桥经验", "矛盾纠纷化解"] {
        let topic = topics.iter().find(|topic| topic["name"] == name).expect("the topic");
        let totals = corpus_index()
            .search(&[&format!("topic:{name}"), "--limit", "0"])
            .summary
            .totals;
        assert_eq!(
            (topic["passages"].as_u64(), topic["reports"].as_u64()),
            (Some(totals.passages), Some(totals.reports))
        );
    }
    // Without an index there is nothing to count.
    let list = TestDir::new().run(&["topics", "list"]).exits(0);
    assert!(list.stdout.contains("枫桥经验") && !list.stdout.contains("passages"));
}

#[test]
fn what_is_shown_of_a_topic_can_be_read_back() {
    let dir = three();
    let shown = dir.run(&["topics", "show", "枫桥经验"]).exits(0);
    dir.write("mine.toml", &shown.stdout);
    let again = dir
        .run(&["topics", "show", "枫桥经验", "--topics", "mine.toml"])
        .exits(0);
    assert_eq!(again.stdout, shown.stdout);
    dir.run(&["topics", "show", "枫桥"])
        .exits(2)
        .tells(&["there is no topic 枫桥", "did you mean 枫桥经验"]);
}

#[test]
fn a_text_is_told_its_topics_and_why() {
    let dir = TestDir::new();
    let text = "一、总体\n坚持“枫桥经验”。";
    let output = dir.run(&["topics", "test", "--all", text]).exits(0);
    output.says(&["topics: 矛盾纠纷化解, 枫桥经验", "line 2, characters 9–12"]);
    dir.write("text.txt", text);
    let value = dir
        .run(&["topics", "test", "枫桥经验", "text.txt", "--format", "json"])
        .exits(0)
        .value();
    assert_eq!(value["reasons"][0]["chars"], serde_json::json!([8, 12]));
    dir.run(&["topics", "test", "禁毒", text]).exits(1).says(&["no topic"]);
    dir.run(&["topics", "test"]).exits(2).tells(&["no topic is named"]);
}

/// The rules of `index_schema/topics.toml` a second time: which topics a text has, by a plain scan.
fn scanned_topics(declared: &[toml::Value], text: &str) -> BTreeSet<String> {
    let units = units_of_text(text);
    let strings = |topic: &toml::Value, key: &str| -> Vec<String> {
        let list = topic
            .get(key)
            .and_then(toml::Value::as_array)
            .cloned()
            .unwrap_or_default();
        let text = |item: &toml::Value| item.as_str().or_else(|| item.get(0)?.as_str()).map(str::to_owned);
        list.iter().filter_map(text).collect()
    };
    let places = |phrase: &String| -> Vec<(usize, usize)> {
        let phrase = units_of_phrase(phrase);
        let starts = (0..units.len()).filter(|&at| {
            let window = units.iter().skip(at).take(phrase.len()).map(|unit| &unit.text);
            window.eq(&phrase)
        });
        starts.map(|at| (at, at + phrase.len())).collect()
    };
    let mut found = BTreeSet::new();
    for topic in declared {
        let outer: Vec<(usize, usize)> = strings(topic, "not_inside").iter().flat_map(places).collect();
        let is_outside = |(start, end): &(usize, usize)| !outer.iter().any(|(from, to)| from <= start && end <= to);
        if strings(topic, "phrases")
            .iter()
            .any(|phrase| places(phrase).iter().any(is_outside))
        {
            found.insert(topic["name"].as_str().expect("a name").to_owned());
        }
    }
    loop {
        let parents = declared
            .iter()
            .filter(|topic| found.contains(topic["name"].as_str().expect("a name")));
        let parents: Vec<String> = parents
            .filter_map(|topic| Some(topic.get("parent")?.as_str()?.to_owned()))
            .collect();
        let before = found.len();
        found.extend(parents);
        if found.len() == before {
            return found;
        }
    }
}

#[test]
fn topics_are_those_of_a_plain_scan() {
    let text = std::fs::read_to_string(repository().join("index_schema/topics.toml")).expect("the topics");
    let file: toml::Value = toml::from_str(&text).expect("TOML");
    let declared = file["topic"].as_array().expect("topics");
    let hits = corpus_index().search(&["*", "--limit", "100000"]).hits;
    let mut about_disputes = BTreeSet::new();
    for hit in &hits {
        let scanned = scanned_topics(declared, &hit.passage.text);
        let tagged: BTreeSet<String> = hit.topics.iter().cloned().collect();
        assert_eq!(tagged, scanned, "{}", hit.passage.text);
        if scanned.contains("矛盾纠纷化解") {
            about_disputes.insert(hit.passage.id.clone());
        }
    }
    let asked = corpus_index().search(&["*", "--topic", "矛盾纠纷化解", "--limit", "100000"]);
    let asked: BTreeSet<String> = asked.hits.into_iter().map(|hit| hit.passage.id).collect();
    assert!(asked.len() > 20);
    assert_eq!(asked, about_disputes);
}

#[test]
fn what_stands_beside_a_phrase_is_proposed_with_true_counts() {
    let hits = corpus_index().search(&["*", "--limit", "100000"]).hits;
    let asked = units_of_phrase("矛盾纠纷");
    for window in ["passage", "sentence"] {
        let windows: Vec<Vec<Unit>> = hits
            .iter()
            .flat_map(|hit| match window {
                "passage" => vec![hit.passage.text.as_str()],
                _ => hit.passage.text.split(['。', '！', '？', '\n']).collect(),
            })
            .map(units_of_text)
            .collect();
        let count = |wanted: &[&Vec<String>]| {
            let has_all = |text: &&Vec<Unit>| wanted.iter().all(|phrase| occurrences(text, phrase) > 0);
            windows.iter().filter(has_all).count()
        };
        let value = corpus_index()
            .run(&["topics", "suggest", "矛盾纠纷", "--window", window, "--format", "json"])
            .exits(0)
            .value();
        let result = &value["result"];
        assert_eq!(result["with_phrase"], count(&[&asked]), "{window}");
        let found = result["found"].as_array().expect("proposals");
        assert!(found.len() > 3, "{window}");
        for one in found {
            let shown = one["phrase"].as_str().expect("a phrase");
            let phrase = units_of_phrase(shown);
            assert_eq!(one["with"], count(&[&phrase]), "{shown}, {window}");
            assert_eq!(one["both"], count(&[&phrase, &asked]), "{shown}, {window}");
        }
    }
    let stanza = corpus_index()
        .run(&["topics", "suggest", "--topic", "枫桥经验", "--toml"])
        .exits(0);
    let dir = TestDir::new();
    dir.write("mine.toml", &stanza.stdout);
    dir.run(&["topics", "show", "枫桥经验", "--topics", "mine.toml"])
        .exits(0);
    dir.run(&["topics", "suggest", "枫桥经验"])
        .exits(2)
        .tells(&["there is no index here"]);
}
