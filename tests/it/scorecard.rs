//! How well the corpus is read, as a table that is kept: `tests/extraction/scorecard.tsv` may only get better. To keep a better
//! one, run the tests with `BAOGAO_SCORECARD=keep`.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use crate::gold::{Check, checks};
use crate::sample::repository;

/// How many of so many checks came out right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Score {
    right: usize,
    of: usize,
}

impl Score {
    fn share(self) -> f64 {
        self.right as f64 / self.of.max(1) as f64
    }
}

type Card = BTreeMap<String, Score>;

/// Fields that people filter by first are held to more than the others.
const LEAST: [(&str, f64); 2] = [("township", 0.98), ("year", 0.98)];
const LEAST_OF_OTHERS: f64 = 0.95;

#[test]
fn the_corpus_is_read_no_worse_than_the_kept_scorecard_says() {
    let card = card_of(&checks());
    let path = scorecard();
    if std::env::var("BAOGAO_SCORECARD").is_ok_and(|wish| wish == "keep") {
        fs::write(&path, printed(&card)).expect("a scorecard that can be written");
    }
    let kept = parsed(&fs::read_to_string(&path).expect("tests/extraction/scorecard.tsv"));
    let worse: Vec<String> = kept
        .iter()
        .filter(|(what, kept)| card.get(*what).copied().unwrap_or_default().share() < kept.share())
        .map(|(what, kept)| {
            format!(
                "{what}: {:?}, kept {kept:?}",
                card.get(what).copied().unwrap_or_default()
            )
        })
        .collect();
    assert!(worse.is_empty(), "read worse than before:\n{}", worse.join("\n"));
    assert_eq!(
        printed(&card),
        printed(&kept),
        "the scorecard changed: keep it with BAOGAO_SCORECARD=keep"
    );
}

#[test]
fn the_scorecard_reaches_what_people_rely_on() {
    let low: Vec<String> = parsed(&fs::read_to_string(scorecard()).expect("tests/extraction/scorecard.tsv"))
        .into_iter()
        .filter(|(what, score)| {
            let least = LEAST.iter().find(|(field, _)| field == what);
            score.share() < least.map_or(LEAST_OF_OTHERS, |(_, least)| *least)
        })
        .map(|(what, score)| format!("{what}: {:.3}", score.share()))
        .collect();
    assert!(low.is_empty(), "{low:?}");
}

fn scorecard() -> PathBuf {
    repository().join("tests/extraction/scorecard.tsv")
}

/// By field, by kind of section, and by format.
fn card_of(checks: &[Check]) -> Card {
    let mut card = Card::new();
    for check in checks {
        for row in [check.what.clone(), format!("format {}", check.format), "all".to_owned()] {
            let score = card.entry(row).or_default();
            score.of += 1;
            score.right += usize::from(check.is_right);
        }
    }
    card
}

fn printed(card: &Card) -> String {
    let rows = card
        .iter()
        .map(|(what, score)| format!("{what}\t{}\t{}\t{:.3}\n", score.right, score.of, score.share()));
    format!("what\tright\tof\tshare\n{}", rows.collect::<String>())
}

fn parsed(text: &str) -> Card {
    let rows = text.lines().skip(1).map(|line| {
        let mut cells = line.split('\t');
        let mut next = || cells.next().unwrap_or_else(|| panic!("a short line: {line}"));
        let what = next().to_owned();
        let mut number = || next().parse().unwrap_or_else(|error| panic!("{error}: {line}"));
        (
            what,
            Score {
                right: number(),
                of: number(),
            },
        )
    });
    rows.collect()
}
