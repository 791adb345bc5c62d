//! The first hits are the first of all hits. Where few are wanted of many, most are never looked at closely (src/index/best.rs); here
//! both ways are asked and compared, over more passages than are ever scored without need.

use std::fmt::Write as _;

use baogao::hits::Hits;
use baogao::index::{Index, Request, Sort};
use baogao::query::Query;
use fastrand::Rng;

use crate::sample::report;
use crate::testdir::TestDir;

const CLAUSES: [&str; 8] = [
    "开展普法宣传12场次",
    "调解矛盾纠纷35件，化解率98%",
    "的的确确做到依法行政",
    "社会主义法治文化深入人心",
    "社会主义核心价值观融入法治建设",
    "办理行政处罚案件7件，的确无一起复议",
    "培育法律明白人",
    "法治政府建设的责任进一步压实",
];

/// Reports of very different merit: long and short, with and without quantities, many and few mentions.
fn many_reports(dir: &TestDir) {
    let mut rng = Rng::with_seed(7);
    for number in 0..250 {
        let mut body = String::new();
        for heading in 0..rng.usize(2..7) {
            let _ = writeln!(
                body,
                "（{}）推进法治建设的举措",
                ["一", "二", "三", "四", "五", "六"][heading]
            );
            for _ in 0..rng.usize(1..9) {
                let _ = write!(body, "{}。", CLAUSES[rng.usize(..CLAUSES.len())]);
            }
            body.push('\n');
        }
        let township = ["青山镇", "白水镇", "双桥乡"][number % 3];
        let text = report("某某县", township, 2016 + (number % 9) as u16, &body);
        dir.write(&format!("reports/{number}.txt"), &text);
    }
}

fn ask(index: &Index, text: &str, sort: Sort, limit: Option<usize>) -> Hits {
    let request = Request {
        sort,
        limit,
        explain: true,
        ..Request::new(Query::parse(text).expect("a question"))
    };
    let found = index.search(&request).expect("an answer");
    found.into_hits().expect("hits")
}

#[test]
fn the_first_hits_are_the_first_of_all_hits() {
    let dir = TestDir::new();
    many_reports(&dir);
    dir.run(&["index", "reports"]).exits(0);
    let index = Index::open(&dir.path(".baogao")).expect("an index");
    let questions = [
        "的",
        "法治",
        "社会主义",
        "法治建设 OR 社会主义",
        "法治 -普法",
        "words:(化解矛盾纠纷)",
        "topic:普法宣传",
        "*",
        "法治 year:2017..2023 township:青山镇",
    ];
    for question in questions {
        for sort in [Sort::Relevance, Sort::NewestFirst, Sort::Township] {
            let all = ask(&index, question, sort, None);
            assert!(all.hits.len() > 100, "{question} finds {}", all.hits.len());
            for limit in [0, 1, 3, 20, 90] {
                let some = ask(&index, question, sort, Some(limit));
                assert_eq!(some.summary.totals, all.summary.totals, "{question}");
                let expected = serde_json::to_value(&all.hits[..limit]).expect("JSON");
                assert_eq!(
                    serde_json::to_value(&some.hits).expect("JSON"),
                    expected,
                    "{question} {limit}"
                );
            }
        }
    }
}
