//! `baogao search`: the question language, filters, facets, order, limits, exit codes.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use baogao::hits::{Facet, Hits, Totals};

use crate::sample::{corpus_index, report, three, three_reports};
use crate::testdir::TestDir;

/// Three indexed reports: 青石镇 2022 and 白水镇 2023 of 云河县, 红叶乡 2024 of 松岭县.
/// The townships of the hits, in order.
fn townships(hits: &Hits) -> Vec<&str> {
    hits.hits
        .iter()
        .map(|hit| hit.report.township.as_deref().unwrap_or("?"))
        .collect()
}

/// The townships that a question finds, sorted.
fn found(dir: &TestDir, arguments: &[&str]) -> Vec<String> {
    let hits = dir.search(arguments);
    let mut names: Vec<String> = townships(&hits).into_iter().map(str::to_owned).collect();
    names.sort();
    names.dedup();
    names
}

const RED: &str = "红叶乡";
const STONE: &str = "青石镇";
const WATER: &str = "白水镇";

#[test]
fn operators_combine_phrases() {
    let dir = three();
    for (question, townships) in [
        ("枫桥经验", vec![WATER, STONE]),
        ("枫桥经验 网格员", vec![STONE]),
        ("枫桥经验 AND 网格员", vec![STONE]),
        ("枫桥经验 与 网格员", vec![STONE]),
        ("枫桥经验 OR 网格员", vec![WATER, RED, STONE]),
        ("枫桥经验 或 网格员", vec![WATER, RED, STONE]),
        ("网格员 -枫桥经验", vec![RED]),
        ("网格员 NOT 枫桥经验", vec![RED]),
        ("网格员 非 枫桥经验", vec![RED]),
        ("法律明白人 (枫桥经验 OR 邻里矛盾)", vec![WATER, RED]),
        ("法律明白人 （枫桥经验 OR 邻里矛盾）", vec![WATER, RED]),
        ("-法律明白人 化解纠纷", vec![STONE]),
        ("「枫桥经验」 “网格员”", vec![STONE]),
        ("不存在的短语", vec![]),
    ] {
        assert_eq!(found(&dir, &["--", question]), townships, "{question}");
    }
}

#[test]
fn a_filter_is_one_whether_it_is_a_flag_or_a_part_of_the_question() {
    let dir = three();
    for (flags, question, townships) in [
        (vec!["--township", "青石镇"], "township:青石镇", vec![STONE]),
        (vec!["--township", "青石"], "乡镇:青石", vec![STONE]),
        (
            vec!["--township", "青石", "--township", "红叶"],
            "township:青石,红叶",
            vec![RED, STONE],
        ),
        (vec!["--county", "云河县"], "县:云河", vec![WATER, STONE]),
        (vec!["--year", "2022"], "year:2022", vec![STONE]),
        (vec!["--year", "2022..2023"], "年份:2022..2023", vec![WATER, STONE]),
        (vec!["--year", "2023.."], "year:2023..", vec![WATER, RED]),
        (
            vec!["--year", "..2022", "--year", "2024"],
            "year:..2022,2024",
            vec![RED, STONE],
        ),
        (vec!["--issuing-body", "红叶乡人民政府"], "单位:红叶乡", vec![RED]),
        (vec!["--level", "township"], "级别:township", vec![WATER, RED, STONE]),
        (
            vec!["--kind", "法治政府建设年度报告"],
            "kind:法治政府建设年度报告",
            vec![WATER, RED, STONE],
        ),
        (vec!["--topic", "枫桥经验"], "topic:枫桥经验", vec![WATER, STONE]),
        (
            vec!["--county", "云河县", "--year", "2023"],
            "county:云河县 year:2023",
            vec![WATER],
        ),
    ] {
        let by_flag = found(&dir, &[&["*"], &flags[..]].concat());
        assert_eq!(by_flag, townships, "{flags:?}");
        assert_eq!(found(&dir, &[question]), townships, "{question}");
    }
}

#[test]
fn sections_filter_passages() {
    let dir = three();
    for (kind, phrase) in [
        ("achievements", "枫桥经验"),
        ("problems", "普法形式单一"),
        ("plans", "补齐短板"),
        ("preamble", "习近平法治思想"),
    ] {
        let question = format!("{phrase} section:{kind}");
        assert!(!dir.search(&[&question]).hits.is_empty(), "{question}");
        let others = format!("{phrase} -section:{kind}");
        assert!(dir.search(&[&others]).hits.is_empty(), "{others}");
    }
    assert_eq!(
        found(&dir, &["枫桥经验", "--section", "主要举措和成效"]),
        [WATER, STONE]
    );
}

#[test]
fn a_value_that_nothing_has_is_noted_with_the_nearest_one() {
    let dir = three();
    let note = "note: no passage has township:青石镇x; there is 青石镇\n";
    let page = dir.run(&["search", "township:青石镇x"]).exits(1);
    assert_eq!(
        (page.stdout.matches(note).count(), page.stderr.as_str()),
        (1, ""),
        "{page}"
    );
    // What is for programs stays what it is.
    let lines = dir.run(&["search", "township:青石镇x", "--format", "jsonl"]).exits(1);
    assert_eq!((lines.stdout.as_str(), lines.stderr.as_str()), ("", note), "{lines}");
    assert_eq!(dir.search(&["township:青石镇x"]).summary.notes.len(), 1);
}

#[test]
fn a_year_that_is_none_is_refused_in_a_flag_too() {
    let dir = three();
    for wrong in ["abcd", "2021 2022", "2022 OR 2023", "20221", "2024..2021", ""] {
        let output = dir.run(&["search", "*", "--year", wrong]);
        assert_eq!(output.code, 2, "--year {wrong:?}\n{output}");
    }
}

#[test]
fn a_literal_question_is_one_phrase_whatever_stands_in_it() {
    let dir = TestDir::new();
    dir.write(
        "reports/a.txt",
        report(
            "云河县",
            "青石镇",
            2022,
            "坚持 OR 原则（一）加强year:2021建设-信访工作，成效明显。",
        ),
    );
    dir.index("reports");
    for phrase in [
        "坚持 OR 原则",
        "（一）加强",
        "year:2021建设",
        "-信访工作",
        "建设-信访",
        "\"加强year",
        "工作，成效",
    ] {
        assert_eq!(dir.search(&["--literal", "--", phrase]).hits.len(), 1, "{phrase}");
        assert_eq!(dir.search(&["-F", "--", phrase]).hits.len(), 1, "{phrase}");
    }
    dir.run(&["search", "--literal", "，。"])
        .exits(2)
        .tells(&["nothing to search for"]);
}

/// What standard error says of a question that is wrong.
fn complaint(question: &str) -> String {
    let dir = TestDir::new();
    let output = dir.run(&["search", question]).exits(2);
    assert_eq!(output.stdout, "", "{output}");
    output.stderr
}

#[test]
fn what_is_wrong_with_a_question_is_shown_by_a_caret() {
    let questions = [
        "枫桥经验 (网格员",
        "枫桥经验)",
        "枫桥经验 \"网格员",
        "OR 枫桥经验",
        "枫桥经验 OR",
        "枫桥经验 AND OR 网格员",
        "()",
        "",
        "，。",
        "枫桥 | 网格",
        "townshp:青石镇",
        "year:二〇",
        "year:2024..2021",
        "section:成果",
        "township: 青石镇",
        "township:古*",
        "\"调解纠纷\"~8",
        "\"调解 纠纷\"~",
        "/法治(府/",
        "/法治",
        "words:(化解",
        "headng:宣传",
        "小标体：宣传",
        "（一）加强",
        "枫桥经验 --within page",
    ];
    let shown: Vec<String> = questions
        .iter()
        .map(|question| format!("> {question}\n{}", complaint(question)))
        .collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn a_question_is_checked_before_anything_is_indexed() {
    let dir = TestDir::new();
    three_reports(&dir);
    dir.run(&["search", "(枫桥", "--in", "reports"]).exits(2);
    assert!(!dir.path(".baogao").exists());
}

#[test]
fn exit_codes_tell_found_from_not_found_from_failed() {
    let dir = three();
    dir.run(&["search", "枫桥经验"]).exits(0);
    dir.run(&["search", "枫桥经验", "--limit", "0"]).exits(0);
    dir.run(&["search", "没有这回事"]).exits(1);
    dir.run(&["search", "(枫桥经验"]).exits(2);
    dir.run(&["search"]).exits(2);
    dir.run(&["search", "枫桥经验", "--format", "pdf"])
        .exits(2)
        .tells(&["pdf", "markdown"]);
    dir.run(&["search", "枫桥经验", "--facets", "town_ship"])
        .exits(2)
        .tells(&["town_ship", "township"]);
    dir.run(&["search", "枫桥经验", "-o", "hits.pdf"])
        .exits(2)
        .tells(&["hits.pdf", ".pdf"]);
    dir.run(&["search", "枫桥经验", "-o", "hits"])
        .exits(2)
        .tells(&["--format"]);
    dir.run(&["search", "枫桥经验", "--index", "nowhere"])
        .exits(2)
        .tells(&["nowhere", "baogao index"]);
}

#[test]
fn files_given_with_in_are_indexed_before_the_search() {
    let dir = TestDir::new();
    three_reports(&dir);
    dir.run(&["search", "枫桥经验", "--in", "reports"])
        .exits(0)
        .says(&["枫桥经验"]);
    dir.write("reports/d.txt", report("松岭县", "新添镇", 2025, "学习枫桥经验。"));
    dir.write("reports/broken.txt", b"");
    let output = dir.run(&["search", "枫桥经验", "--in", "reports", "--format", "json"]);
    let hits: Hits = output.json();
    assert_eq!(hits.summary.totals.reports, 3, "{output}");
    output.tells(&["reports/broken.txt", "empty"]);
    // Without --in nothing is looked at on disk.
    dir.remove("reports/d.txt");
    assert_eq!(dir.search(&["枫桥经验"]).summary.totals.reports, 3);
    assert_eq!(dir.search(&["枫桥经验", "--in", "reports"]).summary.totals.reports, 2);
}

#[test]
fn people_get_twenty_hits_and_programs_get_all() {
    let dir = corpus_index();
    let total = dir.search(&["法治"]).hits.len();
    assert!(total > 30, "{total}");
    let shown = |arguments: &[&str]| dir.run(&[&["search", "法治"], arguments].concat()).exits(0).stdout;
    let numbered = |text: &str| {
        regex::Regex::new("(?m)^ *[0-9]+  .+ · ")
            .expect("a pattern")
            .find_iter(text)
            .count()
    };
    assert_eq!(numbered(&shown(&[])), 20);
    assert_eq!(numbered(&shown(&["--limit", "7"])), 7);
    assert_eq!(shown(&["--format", "jsonl"]).lines().count(), total);
    assert_eq!(shown(&["--format", "jsonl", "--limit", "7"]).lines().count(), 7);
    assert_eq!(shown(&["--format", "jsonl", "--limit", "0"]), "");
}

#[test]
fn a_limit_changes_what_is_shown_and_not_what_is_counted() {
    let dir = corpus_index();
    let all = dir.search(&["法治", "--facets", "township,section"]);
    for limit in ["0", "1", "20"] {
        let some = dir.search(&["法治", "--facets", "township,section", "--limit", limit]);
        assert_eq!(some.summary.totals, all.summary.totals);
        assert_eq!(some.summary.facets, all.summary.facets);
        assert_eq!(some.hits[..], all.hits[..some.hits.len()]);
        assert_eq!(some.hits.len().to_string(), limit);
    }
}

/// The fields that have one value for each passage.
const SINGLE: [&str; 10] = [
    "township",
    "county",
    "city",
    "province",
    "region",
    "year",
    "section",
    "issuing_body",
    "level",
    "kind",
];

fn all_facets(dir: &TestDir, question: &str) -> (Totals, Vec<Facet>) {
    let summary = dir
        .search(&[&[question, "--limit", "0", "--facets"], &SINGLE[..]].concat())
        .summary;
    (summary.totals, summary.facets)
}

fn sums_are_totals(dir: &TestDir, question: &str) {
    let (totals, facets) = all_facets(dir, question);
    assert_eq!(facets.len(), SINGLE.len());
    for facet in facets {
        let passages: u64 = facet.counts.iter().map(|count| count.passages).sum();
        assert_eq!(passages, totals.passages, "{question}: {facet:?}");
        if facet.field.name() != "section" {
            let reports: u64 = facet.counts.iter().map(|count| count.reports).sum();
            assert_eq!(reports, totals.reports, "{question}: {facet:?}");
        }
    }
}

#[test]
fn facet_counts_add_up_to_the_totals() {
    for question in ["*", "法治", "枫桥经验 OR 网格员", "没有这回事"] {
        sums_are_totals(corpus_index(), question);
    }
}

#[test]
fn facet_counts_add_up_after_updates_and_removals_too() {
    let dir = three();
    sums_are_totals(&dir, "*");
    dir.write("reports/a.txt", report("松岭县", "青石乡", 2025, "网格员入户。"));
    dir.write("reports/d.txt", "无题。没有地方，没有年份，只有网格员三个字。");
    dir.remove("reports/b.txt");
    dir.index("reports");
    sums_are_totals(&dir, "*");
    sums_are_totals(&dir, "网格员");
    let (totals, facets) = all_facets(&dir, "网格员");
    assert_eq!((totals.passages, totals.reports), (3, 3));
    let values: Vec<_> = facets[0].counts.iter().map(|count| count.value.as_deref()).collect();
    assert_eq!(
        values,
        [None, Some("红叶乡"), Some("青石乡")],
        "the unknown one is counted as such"
    );
}

#[test]
fn no_facet_is_cut_short() {
    let dir = TestDir::new();
    let names: Vec<String> = ('一'..='龥')
        .step_by(170)
        .take(120)
        .map(|c| format!("{c}山镇"))
        .collect();
    for name in &names {
        dir.write(
            &format!("reports/{name}.txt"),
            report("云河县", name, 2022, "网格员入户宣传法律知识，化解邻里纠纷，成效明显。"),
        );
    }
    dir.index("reports");
    let hits = dir.search(&["网格员", "--facets", "issuing_body", "--limit", "0"]);
    assert_eq!(hits.summary.totals.reports, 120);
    let facet = &hits.summary.facets[0];
    assert!(facet.counts.len() > 100, "{} values", facet.counts.len());
    assert_eq!(facet.counts.iter().map(|count| count.reports).sum::<u64>(), 120);
    dir.run(&["search", "网格员", "--facets", "issuing_body", "--limit", "0"])
        .exits(0);
}

#[test]
fn topics_are_counted_though_a_passage_may_have_several() {
    let hits = corpus_index().search(&["*", "--facets", "topic", "--limit", "0"]);
    let topics = &hits.summary.facets[0].counts;
    for count in topics.iter().filter(|count| count.value.is_some()) {
        let question = format!("topic:{}", count.value.as_deref().unwrap_or_default());
        let totals = corpus_index().search(&[&question, "--limit", "0"]).summary.totals;
        assert_eq!(
            (count.passages, count.reports),
            (totals.passages, totals.reports),
            "{question}"
        );
    }
}

#[test]
fn hits_are_ordered_as_asked() {
    let dir = three();
    dir.write("reports/d.txt", "无题。没有地方，没有年份，只有网格员和枫桥经验。");
    dir.index("reports");
    let question = "网格员 OR 枫桥经验";
    let order = |sort: &str| {
        let hits = dir.search(&[question, "--sort", sort]);
        townships(&hits).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(order("year"), [STONE, WATER, RED, "?"]);
    assert_eq!(order("-year"), [RED, WATER, STONE, "?"]);
    assert_eq!(order("township"), [WATER, RED, STONE, "?"]);
    let scores: Vec<f32> = dir.search(&[question]).hits.iter().map(|hit| hit.score).collect();
    assert!(
        scores.is_sorted_by(|a, b| a >= b) && scores[0] > scores[3],
        "{scores:?}"
    );
    dir.run(&["search", question, "--sort", "size"])
        .exits(2)
        .tells(&["relevance", "-year"]);
}

#[test]
fn more_mentions_and_shorter_passages_come_first_unless_another_tells_figures() {
    let dir = three();
    let order = |index: &TestDir| {
        townships(&index.search(&["枫桥经验"]))
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(order(&dir), [STONE, WATER]);
    let without_figures = TestDir::new();
    for (name, township, body) in [
        ("a.txt", WATER, "坚持和发展“枫桥经验”，用好枫桥经验。"),
        (
            "b.txt",
            STONE,
            "坚持和发展“枫桥经验”，加强组织领导，完善工作机制，扎实做好各项工作。",
        ),
    ] {
        without_figures.write(&format!("reports/{name}"), report("云水县", township, 2022, body));
    }
    without_figures.index("reports");
    assert_eq!(order(&without_figures), [WATER, STONE]);
}

#[test]
fn equal_hits_follow_by_the_id_of_their_passages() {
    let hits = corpus_index().search(&["*"]).hits;
    assert!(hits.iter().all(|hit| hit.score == hits[0].score));
    let ids: Vec<&str> = hits.iter().map(|hit| hit.passage.id.as_str()).collect();
    assert!(ids.is_sorted());
}

#[test]
fn what_was_understood_can_be_asked_again() {
    let dir = corpus_index();
    for arguments in [
        vec![
            "枫桥经验 网格员 -信访",
            "--year",
            "2021..2024",
            "--section",
            "主要举措和成效",
        ],
        vec!["“法律明白人” OR 法治带头人", "--county", "青澜"],
        vec!["法治 (群众 OR 网格) NOT 普法"],
    ] {
        let asked = dir.search(&arguments);
        let again = dir.search(&[&asked.summary.interpreted]);
        assert_eq!(asked.hits, again.hits, "{}", asked.summary.interpreted);
        assert_eq!(asked.summary.totals, again.summary.totals);
    }
}

#[test]
fn a_reader_who_leaves_early_is_no_failure() {
    let dir = corpus_index();
    let mut command = dir.command(&["search", "法治", "--format", "json"]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut line = String::new();
    let mut reader = BufReader::with_capacity(16, child.stdout.take().expect("its output"));
    reader.read_line(&mut line).expect("a first line");
    drop(reader);
    let output = child.wait_with_output().expect("the program ends");
    assert!(line.starts_with('{'));
    assert_eq!(
        (output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()),
        (Some(0), "")
    );
}

#[test]
fn a_page_of_hits_is_a_pleasure_to_read() {
    let output = corpus_index()
        .run(&["search", "枫桥经验", "--limit", "2", "--facets", "township"])
        .exits(0);
    insta::assert_snapshot!(crate::testdir::normalize_timings(&output.stdout));
}

#[test]
fn no_line_is_wider_than_the_terminal_unless_it_cannot_be_broken() {
    let output = corpus_index()
        .command(&["search", "网格员"])
        .env("COLUMNS", "60")
        .output()
        .expect("the program runs");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    for line in text.lines().filter(|line| !line.contains('/')) {
        assert!(unicode_width::UnicodeWidthStr::width(line) <= 60, "{line}");
    }
}

#[test]
fn colours_are_for_terminals_and_for_those_who_ask() {
    let dir = corpus_index();
    let coloured = |color: &str| {
        let output = dir
            .command(&["search", "枫桥经验", "--color", color])
            .env_remove("NO_COLOR")
            .output()
            .expect("the program runs");
        output.stdout.contains(&0x1b)
    };
    assert_eq!(
        (coloured("auto"), coloured("never"), coloured("always")),
        (false, false, true)
    );
}

#[test]
fn operands_meet_within_a_unit_of_text() {
    let dir = TestDir::new();
    dir.write(
        "reports/a.txt",
        report(
            "云河县",
            "青石镇",
            2022,
            "网格员入户宣讲。调解员化解纠纷，网格长到场。\n（二）加强队伍建设\n法律明白人入户。",
        ),
    );
    dir.index("reports");
    let passages = |question: &str, scope: &[&str]| {
        let hits = dir.search(&[&[question], scope].concat());
        (hits.summary.within.name(), hits.summary.totals.passages)
    };
    assert_eq!(passages("网格员 调解员", &[]), ("passage", 1));
    assert_eq!(passages("网格员 调解员", &["--within", "sentence"]), ("sentence", 0));
    assert_eq!(passages("调解员 网格长", &["--within", "同句"]), ("sentence", 1));
    assert_eq!(passages("调解员 -网格员", &["--within", "sentence"]), ("sentence", 1));
    assert_eq!(passages("网格员 法律明白人", &[]), ("passage", 0));
    assert_eq!(passages("网格员 法律明白人 --within section", &[]), ("section", 2));
    assert_eq!(passages("网格员 补齐短板 --within section", &[]), ("section", 0));
    assert_eq!(passages("网格员 补齐短板 --within report", &[]), ("report", 2));
    assert_eq!(
        passages("网格员 补齐短板 section:achievements --within report", &[]),
        ("report", 0)
    );
    dir.run(&["search", "甲 --within report", "--within", "section"])
        .exits(2)
        .tells(&["stands both in the query and beside it"]);
    dir.run(&["search", "甲", "--within", "page"])
        .exits(2)
        .tells(&["--within page", "sentence 同句"]);
}

#[test]
fn what_finds_nothing_says_what_would_find_something() {
    let dir = three();
    let suggestions = |arguments: &[&str]| {
        let summary = dir.search(arguments).summary;
        assert_eq!(summary.totals, Totals::default(), "{arguments:?}");
        let told = summary.suggestions.iter().map(|near| {
            let again = dir.search(&[&near.query]).summary.totals;
            assert_eq!(
                (near.passages, near.reports),
                (again.passages, again.reports),
                "{}",
                near.query
            );
            assert!(near.passages > 0);
            format!("{} {}: {}", near.query, near.reason, near.passages)
        });
        told.collect::<Vec<_>>()
    };
    assert_eq!(
        suggestions(&["法律明白员"])[0],
        "法律明白人 法律明白人 for 法律明白员: 2"
    );
    assert!(suggestions(&["枫桥经验", "--year", "2024"])[0].starts_with("枫桥经验 without year:2024: 2"));
    let apart = suggestions(&["枫桥经验 短板", "--within", "sentence"]);
    assert_eq!(
        apart[0],
        "枫桥经验 短板 --within report within one report, not one sentence: 4"
    );
    assert!(apart.contains(&"枫桥经验 枫桥经验 alone: 2".to_owned()), "{apart:?}");
    let topic = suggestions(&["枫桥经验的做法"]);
    assert!(
        topic.contains(&"topic:枫桥经验 the topic 枫桥经验: 2".to_owned()),
        "{topic:?}"
    );
    assert!(
        topic.contains(&"words:枫桥经验的做法 any of its words: 2".to_owned()),
        "{topic:?}"
    );
    let page = dir.run(&["search", "法律明白员"]).exits(1);
    assert!(
        page.stdout.contains("near it:") && page.stdout.contains("2 passages  法律明白人"),
        "{page}"
    );
    assert!(dir.search(&["枫桥经验"]).summary.suggestions.is_empty());
}

#[test]
fn a_question_in_everyday_language_is_answered_by_its_words_and_says_so() {
    let dir = three();
    let question = "哪些乡镇的法律明白人调解了邻里矛盾？";
    let hits = dir.search(&[question]);
    assert_eq!(hits.summary.query, question);
    assert_eq!(hits.summary.interpreted, "words:乡镇的法律明白人调解了邻里矛盾");
    assert!(
        hits.summary.notes[0].contains("any of which may be missing"),
        "{:?}",
        hits.summary.notes
    );
    assert_eq!(townships(&hits)[0], RED);
    dir.run(&["search", question])
        .exits(0)
        .says(&["note: no passage has the question as it stands"]);
    assert_eq!(dir.search(&["--literal", question]).hits.len(), 0);
    assert_eq!(
        dir.search(&["法律明白人从不调解邻里矛盾"]).hits.len(),
        0,
        "a phrase is no question"
    );
}

#[test]
fn an_answer_explains_itself() {
    let dir = three();
    let output = dir
        .run(&["search", "(枫桥经验 OR /网格.宣讲/) -信访 year:2022..2023", "--explain"])
        .exits(0);
    insta::assert_snapshot!(crate::testdir::normalize_timings(&output.stdout));
    let hits = dir.search(&["\"学习 经验\"~2", "--explain"]);
    let explained = hits.summary.explain.expect("an explanation");
    assert_eq!(
        explained.tree,
        ["near \"学习 经验\"~2: at most 2 units between neighbours, in order"]
    );
    assert_eq!((explained.candidates, explained.matched), (1, 1));
    for hit in &hits.hits {
        let parts = hit.explain.as_ref().expect("the parts of the score");
        let sum: f32 = parts.iter().map(|part| part.value * part.weight).sum();
        assert!(parts.len() > 1 && (sum - hit.score).abs() < 1e-4, "{parts:?}");
    }
    let silent = dir.run(&["search", "枫桥经验", "--format", "json"]).exits(0);
    assert!(!silent.stdout.contains("explain"));
}

#[test]
fn what_would_take_too_long_is_refused_and_nothing_is_told_by_halves() {
    let dir = corpus_index();
    for question in ["/./", "(/.*的/ OR /[^甲]+乙/) 法治"] {
        let output = dir
            .run(&["search", question, "--time-limit", "0.000001", "--format", "json"])
            .exits(2);
        assert_eq!(output.stdout, "");
        output.tells(&["takes longer than", "--time-limit"]);
    }
    dir.run(&["search", "/./", "--limit", "0", "--time-limit", "0"])
        .exits(0);
    dir.run(&["search", "法治", "--time-limit", "0.000001"]).exits(0);
    dir.run(&["search", "法治", "--time-limit=-1"])
        .exits(2)
        .tells(&["--time-limit -1"]);
}

/// Each line of a list is asked as it would be by itself.
#[test]
fn many_questions_are_answered_in_one_run() {
    let dir = three();
    dir.write("questions.txt", "\u{feff}枫桥经验\n\n\"网格员 纠纷\"~4 \n没有这回事\n");
    let run = |more: &[&str]| {
        dir.run(&[&["search", "--queries", "questions.txt"], more].concat())
            .exits(0)
    };
    insta::assert_snapshot!(run(&[]).stdout);
    assert_eq!(
        run(&["--format", "csv", "--no-bom", "--year", "2022"]).stdout,
        "line,name,query,interpreted,passages,reports,occurrences\r\n\
         1,枫桥经验,枫桥经验,枫桥经验 year:2022,1,1,1\r\n\
         3,\"\"\"网格员 纠纷\"\"~4\",\"\"\"网格员 纠纷\"\"~4\",\"\"\"网格员 纠纷\"\"~4 year:2022\",1,1,1\r\n\
         4,没有这回事,没有这回事,没有这回事 year:2022,0,0,0\r\n"
    );
    let all: serde_json::Value = run(&["--format", "json", "--hits"]).json();
    let rows = all["rows"].as_array().expect("rows");
    let alone = dir.search(&["枫桥经验"]).hits;
    let of_first: Vec<_> = rows.iter().filter(|row| row["name"] == "枫桥经验").collect();
    assert_eq!((rows.len(), of_first.len()), (3, alone.len()));
    for (row, hit) in of_first.iter().zip(&alone) {
        assert_eq!(
            (&row["passage_id"], &row["citation"]),
            (&hit.passage.id.as_str().into(), &hit.citation.as_str().into())
        );
    }
    assert_eq!(run(&["--format", "jsonl", "--hits"]).stdout.lines().count(), 3);
    assert_eq!(
        run(&["--format", "tsv", "--hits", "--no-bom"]).stdout.lines().count(),
        4
    );
    dir.run(&["search", "--queries", "questions.txt", "--township", "不知"])
        .exits(1);
}

#[test]
fn every_bad_line_of_a_list_is_told_and_the_others_are_answered() {
    let dir = three();
    dir.write(
        "questions.csv",
        "name,query,filters\n一,枫桥经验,year:2023\n二,枫桥 (,\n三,网格员,yaer:2021\n四,,\n五,/[/,\n",
    );
    let output = dir
        .run(&["search", "--queries", "questions.csv", "--format", "tsv", "--no-bom"])
        .exits(3);
    assert_eq!(
        output.stdout,
        "line\tname\tquery\tinterpreted\tpassages\treports\toccurrences\n2\t一\t枫桥经验\t枫桥经验 year:2023\t1\t1\t2\n"
    );
    insta::assert_snapshot!(output.stderr);
    dir.write("bad.txt", "(\n)\n");
    dir.run(&["search", "--queries", "bad.txt"])
        .exits(2)
        .tells(&["line 1", "line 2", "no question in it"]);
    dir.run(&["search", "--queries", "nowhere.txt"])
        .exits(2)
        .tells(&["nowhere.txt"]);
    dir.run(&["search", "甲", "--queries", "bad.txt"]).exits(2);
}

#[test]
fn what_cannot_be_found_for_want_of_a_readable_text_is_said() {
    let dir = TestDir::new();
    dir.write(
        "reports/a.txt",
        report("闽屏县", "云岫镇", 2024, "开展普法宣传12场次。"),
    );
    let unreadable =
        "\u{fffd}\u{fffd}镇\u{fffd}\u{fffd}开展\u{fffd}\u{fffd}\u{fffd}宣传\u{fffd}\u{fffd}场次。".repeat(40);
    dir.write("reports/b.txt", report("闽屏县", "石门镇", 2023, &unreadable));
    dir.index("reports");
    let notes = |arguments: &[&str]| dir.search(arguments).summary.notes.join("; ");
    assert!(notes(&["枫桥经验"]).contains("the text of 1 of the reports asked about cannot be read"));
    assert_eq!(notes(&["枫桥经验", "--year", "2024"]), "");
    assert_eq!(notes(&["普法宣传"]), "");
}
