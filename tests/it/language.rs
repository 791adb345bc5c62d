//! What the question language finds is what a plain reading finds: nearness, wildcards, regular expressions, headings, filters,
//! and all of them joined and within each unit of text. The reading is written here a second time, place by place.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use baogao::index::{Index, Request};
use baogao::query::Query;
use baogao::text::tokenize::Words;
use proptest::prelude::*;
use proptest::test_runner::Config;

use crate::sample::{corpus_index, report};
use crate::scan::{BREAK, Unit, units_of_phrase, units_of_text};
use crate::testdir::TestDir;

/// A passage, and all that a question may ask of it.
struct Passage {
    id: String,
    report: String,
    /// The number of the part of the report.
    part: usize,
    section: &'static str,
    year: Option<u16>,
    headings: Vec<Vec<String>>,
    units: Vec<String>,
    /// The number of the sentence of each unit; that of a break that ends one is of no use.
    sentences: Vec<usize>,
    /// As expressions see it.
    readable: String,
}

/// A question, apart from how it is written.
#[derive(Clone, Debug)]
enum Asked {
    Phrase(String),
    Near(Vec<String>, usize, bool),
    /// Runs, with how many units between and whether more.
    Wild(String, usize, bool, String),
    Expression(String),
    Heading(String),
    Filter(String, String),
    And(Vec<Asked>),
    Or(Vec<Asked>),
    Not(Box<Asked>),
    Within(&'static str, Box<Asked>),
}

use Asked::*;

/// From the first to after the last unit.
type Stretch = (usize, usize);

fn passages_of(index: &Index) -> Vec<Passage> {
    let mut passages = Vec::new();
    for report in index.reports().expect("reports") {
        let mut part = 0;
        let mut outermost = None;
        for (seq, kept) in index.passages(report.id).expect("passages").into_iter().enumerate() {
            let section = &report.sections[kept.section];
            // A part is known by its outermost heading; two parts of one report have different ones here.
            let first = section.headings.first().cloned();
            if seq > 0 && first != outermost {
                part += 1;
            }
            outermost = first;
            let units = units_of_text(&kept.text);
            passages.push(Passage {
                id: format!("{}-{seq:04}", report.id),
                report: report.id.to_string(),
                part,
                section: section.kind.name(),
                year: report.metadata.year,
                headings: section
                    .headings
                    .iter()
                    .map(|heading| units_of_text(heading).into_iter().map(|unit| unit.text).collect())
                    .collect(),
                sentences: sentences_of(&kept.text, &units),
                readable: readable(&units),
                units: units.into_iter().map(|unit| unit.text).collect(),
            });
        }
    }
    passages
}

fn sentences_of(text: &str, units: &[Unit]) -> Vec<usize> {
    let chars: Vec<char> = text.chars().collect();
    let mut sentence = 0;
    let mut sentences = Vec::new();
    for (at, unit) in units.iter().enumerate() {
        if unit.text == BREAK {
            let from = units[at - 1].chars.end;
            let to = units[at + 1].chars.start;
            let ends = |c: &char| matches!(c, '。' | '！' | '？' | '!' | '?' | '\n' | '\r');
            sentence += usize::from(chars[from..to].iter().any(ends));
        }
        sentences.push(sentence);
    }
    sentences
}

fn readable(units: &[Unit]) -> String {
    let mut text = String::new();
    for unit in units {
        let digit = |c: char| c.is_ascii_digit();
        let letter = |c: char| c.is_alphabetic() && (c as u32) < 0x250;
        let joins = |kind: &dyn Fn(char) -> bool| text.ends_with(kind) && unit.text.starts_with(kind);
        if joins(&digit) || joins(&letter) {
            text.push(' ');
        }
        text.push_str(if unit.text == BREAK { "\n" } else { &unit.text });
    }
    text
}

/// As it would be typed.
fn typed(asked: &Asked) -> String {
    let bracketed = |asked: &Asked| match asked {
        And(_) | Or(_) | Within(..) => format!("({})", typed(asked)),
        asked => typed(asked),
    };
    let joined = |parts: &[Asked], between: &str| parts.iter().map(bracketed).collect::<Vec<_>>().join(between);
    match asked {
        Phrase(phrase) => format!("「{phrase}」"),
        Near(words, distance, ordered) => {
            format!("「{}」{}{distance}", words.join(" "), if *ordered { "~" } else { "~~" })
        }
        Wild(first, units, more, second) => {
            format!("{first}{}{}{second}", "?".repeat(*units), if *more { "*" } else { "" })
        }
        Expression(text) => format!("/{text}/"),
        Heading(phrase) => format!("heading:「{phrase}」"),
        Filter(field, value) => format!("{field}:{value}"),
        And(parts) => joined(parts, " "),
        Or(parts) => joined(parts, " OR "),
        Not(part) => format!("-{}", bracketed(part)),
        Within(scope, part) => format!("{} --within {scope}", bracketed(part)),
    }
}

/// Where runs start.
fn starts(units: &[String], run: &[String]) -> Vec<usize> {
    (0..(units.len() + 1).saturating_sub(run.len()))
        .filter(|&at| !run.is_empty() && units[at..at + run.len()] == *run)
        .collect()
}

/// Stretches without another one inside them.
fn shortest(stretches: BTreeSet<Stretch>) -> Vec<Stretch> {
    let inside = |one: &Stretch, other: &Stretch| one != other && other.0 <= one.0 && one.1 <= other.1;
    let is_shortest = |stretch: &&Stretch| !stretches.iter().any(|other| inside(other, stretch));
    stretches.iter().filter(is_shortest).copied().collect()
}

/// Where an operand stands in a passage.
fn places(asked: &Asked, passage: &Passage, in_sentence: bool) -> Vec<Stretch> {
    let units = &passage.units;
    match asked {
        Phrase(phrase) => {
            let run = units_of_phrase(phrase);
            starts(units, &run).into_iter().map(|at| (at, at + run.len())).collect()
        }
        Near(words, distance, ordered) => {
            let words: Vec<Vec<String>> = words.iter().map(|word| units_of_phrase(word)).collect();
            let mut found = BTreeSet::new();
            for order in orders(words.len(), *ordered) {
                let words: Vec<&[String]> = order.iter().map(|&at| words[at].as_slice()).collect();
                chains(units, &words, *distance, None, &mut found);
            }
            if in_sentence {
                found.retain(|&(start, end)| passage.sentences[start] == passage.sentences[end - 1]);
            }
            shortest(found)
        }
        Wild(first, gap, more, second) => {
            let (first, second) = (units_of_phrase(first), units_of_phrase(second));
            let mut found = BTreeSet::new();
            for start in starts(units, &first) {
                for end in starts(units, &second) {
                    let from = start + first.len();
                    let fits = end >= from
                        && (end - from == *gap || (*more && end - from >= *gap))
                        && !units[from..end].iter().any(|unit| unit == BREAK);
                    if fits {
                        found.insert((start, end + second.len()));
                    }
                }
            }
            shortest(found)
        }
        Expression(text) => {
            // In which units a match stands does not matter but for its sentence, which holds no break.
            let regex = regex::Regex::new(text).expect("an expression");
            let mut found = Vec::new();
            for place in regex.find_iter(&passage.readable).filter(|place| !place.is_empty()) {
                let unit = |byte: usize| unit_at(units, &passage.readable, byte);
                found.push((unit(place.start()), unit(place.end() - 1) + 1));
            }
            found
        }
        _ => Vec::new(),
    }
}

/// The unit that a byte of the readable text belongs to.
fn unit_at(units: &[String], readable: &str, byte: usize) -> usize {
    let mut at = 0;
    for (number, unit) in units.iter().enumerate() {
        at += usize::from(readable[at..].starts_with(' '));
        at += if unit == BREAK { 1 } else { unit.len() };
        if byte < at {
            return number;
        }
    }
    units.len()
}

/// All orders of so many things, or the given one only.
fn orders(count: usize, given: bool) -> Vec<Vec<usize>> {
    if given {
        return vec![(0..count).collect()];
    }
    let mut orders = vec![Vec::new()];
    for _ in 0..count {
        orders = orders
            .into_iter()
            .flat_map(|order: Vec<usize>| {
                let rest: Vec<usize> = (0..count).filter(|at| !order.contains(at)).collect();
                rest.into_iter().map(move |at| [order.clone(), vec![at]].concat())
            })
            .collect();
    }
    orders
}

/// All stretches of these words in order; `so_far` is the stretch of those before.
fn chains(
    units: &[String],
    words: &[&[String]],
    distance: usize,
    so_far: Option<Stretch>,
    found: &mut BTreeSet<Stretch>,
) {
    let Some((word, rest)) = words.split_first() else {
        found.extend(so_far);
        return;
    };
    for at in starts(units, word) {
        let fits = so_far.is_none_or(|(_, end)| {
            at >= end && units[end..at].iter().filter(|unit| *unit != BREAK).count() <= distance
        });
        if fits {
            let start = so_far.map_or(at, |(start, _)| start);
            chains(units, rest, distance, Some((start, at + word.len())), found);
        }
    }
}

/// Whether a question without places of its own holds for a passage; `None` for one that has places.
fn chooses(asked: &Asked, passage: &Passage) -> Option<bool> {
    match asked {
        Heading(phrase) => {
            let run = units_of_phrase(phrase);
            Some(passage.headings.iter().any(|heading| !starts(heading, &run).is_empty()))
        }
        Filter(field, value) => Some(match field.as_str() {
            "section" => passage.section == value,
            _ => passage.year.is_some_and(|year| year.to_string() == *value),
        }),
        _ => None,
    }
}

fn is_filter(asked: &Asked) -> bool {
    match asked {
        Filter(..) => true,
        And(parts) | Or(parts) => parts.iter().all(is_filter),
        Not(part) => is_filter(part),
        _ => false,
    }
}

/// Where an operand stands, in passages of a unit of text.
type Stands<'a> = &'a dyn Fn(&Asked) -> bool;

fn holds(asked: &Asked, stands: Stands) -> bool {
    match asked {
        And(parts) => parts.iter().all(|part| holds(part, stands)),
        Or(parts) => parts.iter().any(|part| holds(part, stands)),
        Not(part) => !holds(part, stands),
        operand => stands(operand),
    }
}

/// The operands that make it hold.
fn wanted<'a>(asked: &'a Asked, stands: Stands, out: &mut Vec<&'a Asked>) {
    match asked {
        And(parts) => parts.iter().for_each(|part| wanted(part, stands, out)),
        Or(parts) => parts
            .iter()
            .filter(|part| holds(part, stands))
            .for_each(|part| wanted(part, stands, out)),
        Not(_) => {}
        operand => out.push(operand),
    }
}

/// All operands of a question.
fn leaves<'a>(asked: &'a Asked, out: &mut Vec<&'a Asked>) {
    match asked {
        And(parts) | Or(parts) => parts.iter().for_each(|part| leaves(part, out)),
        Not(part) | Within(_, part) => leaves(part, out),
        operand => out.push(operand),
    }
}

/// The numbers of the passages that a question finds.
fn found(asked: &Asked, passages: &[Passage]) -> BTreeSet<usize> {
    let alone = |passage: &Passage| {
        holds(asked, &|operand| match chooses(operand, passage) {
            Some(holds) => holds,
            None => !places(operand, passage, false).is_empty(),
        })
    };
    let Within(scope, inner) = asked else {
        let every = passages.iter().enumerate();
        return every.filter(|(_, passage)| alone(passage)).map(|(at, _)| at).collect();
    };
    let (mut filters, mut operands) = (Vec::new(), Vec::new());
    let parts = match &**inner {
        And(parts) => parts.clone(),
        other => vec![other.clone()],
    };
    for part in parts {
        if is_filter(&part) { &mut filters } else { &mut operands }.push(part);
    }
    let chosen = found(&And(filters), passages);
    if operands.is_empty() {
        return chosen;
    }
    let question = And(operands);
    let stands_at = |operand: &Asked, at: usize| match chooses(operand, &passages[at]) {
        Some(holds) => holds,
        None => !places(operand, &passages[at], false).is_empty(),
    };
    if *scope == "sentence" {
        let holds_in = |at: &usize| {
            let passage = &passages[*at];
            let last = passage.sentences.last().copied().unwrap_or(0);
            let mut operands = Vec::new();
            leaves(&question, &mut operands);
            let places: BTreeMap<String, Vec<Stretch>> = operands
                .into_iter()
                .map(|operand| (format!("{operand:?}"), places(operand, passage, true)))
                .collect();
            (0..=last).any(|sentence| {
                holds(&question, &|operand| match chooses(operand, passage) {
                    Some(holds) => holds,
                    None => places[&format!("{operand:?}")].iter().any(|&(start, end)| {
                        let inside = |unit: usize| passage.sentences[unit] == sentence;
                        // A break that ends a sentence has the number of the next one here.
                        inside(start) && inside(end - 1)
                    }),
                })
            })
        };
        return chosen.into_iter().filter(holds_in).collect();
    }
    let mut groups: BTreeMap<(&str, usize), Vec<usize>> = BTreeMap::new();
    for at in chosen {
        let passage = &passages[at];
        let part = if *scope == "section" { passage.part } else { 0 };
        groups.entry((&passage.report, part)).or_default().push(at);
    }
    let mut all = BTreeSet::new();
    for group in groups.into_values() {
        let stands = |operand: &Asked| group.iter().any(|&at| stands_at(operand, at));
        if holds(&question, &stands) {
            let mut operands = Vec::new();
            wanted(&question, &stands, &mut operands);
            let has_one = |at: &usize| operands.is_empty() || operands.iter().any(|operand| stands_at(operand, *at));
            all.extend(group.into_iter().filter(has_one));
        }
    }
    all
}

/// The operands that count, with whether they stand in sentences.
fn counted<'a>(asked: &'a Asked, in_sentence: bool, out: &mut Vec<(&'a Asked, bool)>) {
    match asked {
        And(parts) | Or(parts) => parts.iter().for_each(|part| counted(part, in_sentence, out)),
        Within(scope, part) => counted(part, *scope == "sentence", out),
        Not(_) | Heading(_) | Filter(..) => {}
        operand => out.push((operand, in_sentence)),
    }
}

fn scan(asked: &Asked, passages: &[Passage]) -> BTreeMap<String, u64> {
    let mut operands = Vec::new();
    counted(asked, false, &mut operands);
    let mut seen = BTreeSet::new();
    operands.retain(|(operand, _)| seen.insert(format!("{operand:?}")));
    let count = |at: usize| {
        let places = operands
            .iter()
            .map(|(operand, in_sentence)| places(operand, &passages[at], *in_sentence).len());
        (passages[at].id.clone(), places.sum::<usize>() as u64)
    };
    found(asked, passages).into_iter().map(count).collect()
}

/// What the index finds, after its totals and highlights were found to agree with its hits.
fn ask(index: &Index, question: &str) -> Result<BTreeMap<String, u64>, TestCaseError> {
    let query = Query::parse(question).map_err(|error| TestCaseError::fail(format!("{question}: {error}")))?;
    prop_assert_eq!(Query::parse(&query.to_string()).ok(), Some(query.clone()));
    let mut request = Request::new(query);
    request.time_limit = None;
    request.explain = true;
    let answer = index
        .search(&request)
        .expect("a sound index")
        .into_hits()
        .expect("hits");
    let totals = answer.summary.totals;
    let reports: BTreeSet<_> = answer.hits.iter().map(|hit| hit.report.id).collect();
    prop_assert_eq!(totals.passages as usize, answer.hits.len());
    prop_assert_eq!(totals.reports as usize, reports.len());
    prop_assert_eq!(
        totals.occurrences,
        answer.hits.iter().map(|hit| hit.occurrences).sum::<u64>()
    );
    for hit in &answer.hits {
        prop_assert_eq!(
            hit.highlights.is_empty(),
            hit.occurrences == 0,
            "{}: {}",
            question,
            &hit.passage.text
        );
        prop_assert!(hit.highlights.len() as u64 <= hit.occurrences);
        let parts = hit.explain.iter().flatten().map(|part| part.value * part.weight);
        prop_assert!((parts.sum::<f32>() - hit.score).abs() < 1e-3, "{question}");
    }
    let ids = answer.hits.iter().map(|hit| (hit.passage.id.clone(), hit.occurrences));
    Ok(ids.collect())
}

fn agree(index: &Index, passages: &[Passage], asked: &Asked) -> Result<(), TestCaseError> {
    let question = typed(asked);
    prop_assert_eq!(ask(index, &question)?, scan(asked, passages), "{}", question);
    Ok(())
}

static CORPUS: LazyLock<(Index, Vec<Passage>)> = LazyLock::new(|| {
    let index = Index::open(&corpus_index().path(".baogao")).expect("the index of the corpus");
    let passages = passages_of(&index);
    (index, passages)
});

/// Which words a drawn operand takes: from a passage, from a unit on, some with a gap between.
type Draw = (prop::sample::Index, prop::sample::Index, [usize; 3], [usize; 3], u8);

fn draws() -> impl Strategy<Value = Draw> {
    let numbers = || (1usize..=2, 1usize..=3, 1usize..=2).prop_map(|(a, b, c)| [a, b, c]);
    let gaps = (0usize..6, 0usize..6, 0usize..4).prop_map(|(a, b, c)| [a, b, c]);
    (
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
        numbers(),
        gaps,
        0u8..12,
    )
}

/// The operand that a draw makes of the texts; none where there are too few words.
fn operand(passages: &[Passage], (passage, start, lengths, gaps, kind): &Draw) -> Option<Asked> {
    let passage = passage.get(passages);
    // Words are runs of Han characters and numbers; what is beside them does not matter.
    let words: Vec<&String> = passage.units.iter().filter(|unit| *unit != BREAK).collect();
    let start = start.index(words.len().max(1));
    let word = |from: usize, length: usize| -> Option<String> {
        let units = words.get(from..from + length)?;
        // Two numbers side by side stay two.
        Some(units.iter().map(|unit| unit.as_str()).collect::<Vec<_>>().join("·"))
    };
    let second_at = start + lengths[0] + gaps[0];
    let third_at = second_at + lengths[1] + gaps[1];
    let (first, second, third) = (
        word(start, lengths[0])?,
        word(second_at, lengths[1]),
        word(third_at, lengths[2]),
    );
    let han = |text: &str| {
        text.chars()
            .all(|c| c > '\u{4e00}' || c == '·')
            .then(|| text.replace('·', ""))
    };
    Some(match kind {
        0 | 1 => Phrase(first),
        2 => Near(vec![first, second?], gaps[2] + gaps[0] / 2, true),
        3 => Near(vec![second?, first], gaps[0], false),
        4 => Near(vec![first, second?, third?], gaps[0].max(gaps[1]), gaps[2] % 2 == 0),
        5 => Wild(first, gaps[2], true, second?),
        6 => Wild(first, gaps[0], gaps[2] == 3, second?),
        7 => Expression(format!("{}.{{0,{}}}{}", han(&first)?, gaps[0], han(&second?)?)),
        8 => Expression(format!("[{}{}]{}?", han(&first)?, han(&second?)?, han(&third?)?)),
        9 => Expression(format!(r"\d+(\.\d+)?[{}件次]", han(&first)?)),
        10 => {
            let heading = passage.headings.last()?;
            let heading: Vec<&str> = heading
                .iter()
                .map(String::as_str)
                .filter(|unit| *unit != BREAK)
                .collect();
            let at = start % heading.len().max(1);
            Heading(heading.get(at..(at + lengths[1]).min(heading.len()))?.join("·"))
        }
        _ => match gaps[2] {
            0 => Filter("year".to_owned(), passage.year?.to_string()),
            _ => Filter("section".to_owned(), passage.section.to_owned()),
        },
    })
}

/// A question of two or three operands, joined in one of some ways.
fn joined(operands: Vec<Asked>, shape: u8) -> Asked {
    let mut operands = operands.into_iter();
    let (Some(first), Some(second)) = (operands.next(), operands.next()) else {
        return And(operands.collect());
    };
    let third = operands.next().unwrap_or_else(|| first.clone());
    let not = |asked: Asked| Not(Box::new(asked));
    match shape {
        0 => And(vec![first, second]),
        1 => Or(vec![first, second]),
        2 => And(vec![first, not(second)]),
        3 => Or(vec![first, And(vec![second, third])]),
        4 => And(vec![Or(vec![first, second]), not(third)]),
        5 => And(vec![first, second, third]),
        _ => Or(vec![And(vec![first, not(second)]), third]),
    }
}

proptest! {
    #![proptest_config(Config { cases: 60, max_shrink_iters: 24, ..Config::default() })]

    #[test]
    fn every_operand_is_found_as_a_plain_reading_finds_it(drawn in draws()) {
        let (index, passages) = &*CORPUS;
        if let Some(operand) = operand(passages, &drawn) {
            agree(index, passages, &operand)?;
        }
    }
}

proptest! {
    #![proptest_config(Config { cases: 16, max_shrink_iters: 8, ..Config::default() })]

    #[test]
    fn joined_operands_are_found_in_every_unit_of_text(
        drawn in prop::collection::vec(draws(), 3),
        near in any::<bool>(),
        shape in 0u8..7,
    ) {
        let (index, passages) = &*CORPUS;
        let mut drawn = drawn;
        if near {
            // Words of one passage meet more often than words of any.
            let (first, start) = (drawn[0].0, drawn[0].1);
            drawn.iter_mut().skip(1).for_each(|draw| (draw.0, draw.1) = (first, start));
        }
        let operands: Vec<Asked> = drawn.iter().filter_map(|draw| operand(passages, draw)).collect();
        if operands.len() < 2 {
            return Ok(());
        }
        let asked = joined(operands, shape);
        agree(index, passages, &asked)?;
        for scope in ["sentence", "section", "report"] {
            agree(index, passages, &Within(scope, Box::new(asked.clone())))?;
        }
    }
}

#[test]
fn the_language_is_exact_after_updates_too() {
    let dir = TestDir::new();
    let questions = [
        Near(vec!["调解".into(), "纠纷".into()], 4, true),
        Wild("网格".into(), 1, true, "纠纷".into()),
        Expression(r"化解.{0,4}\d+件".into()),
        Heading("成效".into()),
        Within(
            "report",
            Box::new(And(vec![Phrase("网格".into()), Phrase("队伍".into())])),
        ),
        Within(
            "section",
            Box::new(And(vec![Phrase("执法".into()), Not(Box::new(Phrase("普法".into())))])),
        ),
    ];
    let bodies = [
        "网格员调解邻里纠纷97件，化解矛盾12件。",
        "调解员入户。纠纷化解3件。",
        "网格长、网格员排查纠纷，化解各类纠纷1,176件。\n（二）加强调解\n调解组织化解纠纷。",
    ];
    for round in 0..6usize {
        for file in 0..3usize {
            let name = format!("reports/{file}.txt");
            match (round + file) % 4 {
                3 if dir.path(&name).exists() => dir.remove(&name),
                turn => drop(dir.write(&name, report("云河县", "青石镇", 2020 + file as u16, bodies[turn % 3]))),
            }
        }
        dir.index("reports");
        let index = Index::open(&dir.path(".baogao")).expect("an index");
        let passages = passages_of(&index);
        for asked in &questions {
            agree(&index, &passages, asked).unwrap_or_else(|error| panic!("round {round}: {error}"));
        }
    }
}

#[test]
fn loose_words_are_those_of_the_dictionary() {
    let (index, _) = &*CORPUS;
    let words = Words::load(&[]);
    let wanted: Vec<String> = ["化解", "矛盾", "纠纷", "矛盾纠纷", "化解矛盾"]
        .map(str::to_owned)
        .to_vec();
    let mut expected = BTreeMap::new();
    for report in index.reports().expect("reports") {
        for (seq, kept) in index.passages(report.id).expect("passages").into_iter().enumerate() {
            let folded = baogao::text::fold::fold(&kept.text);
            let count = words
                .cut(&folded)
                .into_iter()
                .filter(|word| wanted.iter().any(|wanted| wanted == word))
                .count();
            if count > 0 {
                expected.insert(format!("{}-{seq:04}", report.id), count as u64);
            }
        }
    }
    let request = Request::new(Query::parse("words:(化解矛盾纠纷)").expect("a question"));
    let hits = index.search(&request).expect("an answer").into_hits().expect("hits");
    let found: BTreeMap<String, u64> = hits
        .hits
        .iter()
        .map(|hit| (hit.passage.id.clone(), hit.occurrences))
        .collect();
    assert!(expected.len() > 10);
    assert_eq!(found, expected);
    assert!(hits.hits.iter().all(|hit| !hit.highlights.is_empty()));
    assert!(hits.hits[0].score > hits.hits[hits.hits.len() - 1].score);
}
