//! Compares two receipts of one command: what was answered then and what is answered now.

use serde::Serialize;

use super::{Count, Receipt};

/// Whether a command answers now what it answered then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The same answer from the same contents.
    Same,
    /// The same answer, though something else than then was asked: more files, another version.
    SameAnswer,
    Different,
}

/// Something that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    pub what: String,
    pub then: String,
    pub now: String,
}

/// What the comparison says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Comparison {
    pub verdict: Verdict,
    pub differences: Vec<Difference>,
}

impl Comparison {
    /// Compares the receipt of an export with that of the same command run again. Paths of an index, times and folders may differ.
    pub fn new(then: &Receipt, now: &Receipt) -> Self {
        let mut differences = Vec::new();
        let mut compare = |what: &str, then: String, now: String| {
            if then != now {
                let what = what.to_owned();
                differences.push(Difference { what, then, now });
            }
        };
        for count in &then.counts {
            compare(&count.name, count.count.to_string(), count_of(now, &count.name));
        }
        for count in now.counts.iter().filter(|count| !has(then, count)) {
            compare(&count.name, String::new(), count.count.to_string());
        }
        compare("rows", then.rows.to_string(), now.rows.to_string());
        compare("answer", then.answer.clone(), now.answer.clone());
        let is_same = differences.is_empty();
        let mut compare = |what: &str, then: String, now: String| {
            if then != now {
                let what = what.to_owned();
                differences.push(Difference { what, then, now });
            }
        };
        compare("interpreted", then.interpreted.clone(), now.interpreted.clone());
        let (before, after) = (&then.index, &now.index);
        compare("index contents", before.contents.clone(), after.contents.clone());
        for (what, before, after) in [
            ("sources in the index", before.sources, after.sources),
            ("reports in the index", before.reports, after.reports),
            ("passages in the index", before.passages, after.passages),
            ("index format", before.format.into(), after.format.into()),
        ] {
            compare(what, before.to_string(), after.to_string());
        }
        compare("index schema", before.schema.clone(), after.schema.clone());
        compare("lexicon", before.lexicon.clone(), after.lexicon.clone());
        compare("topics", before.topics.clone(), after.topics.clone());
        compare("program", then.program.clone(), now.program.clone());
        for input in &then.inputs {
            let again = now.inputs.iter().find(|other| other.path == input.path);
            let hash = again.map_or(String::new(), |again| again.hash.clone());
            compare(&format!("file {}", input.path), input.hash.clone(), hash);
        }
        Comparison {
            verdict: match (is_same, differences.is_empty()) {
                (true, true) => Verdict::Same,
                (true, false) => Verdict::SameAnswer,
                (false, _) => Verdict::Different,
            },
            differences,
        }
    }
}

fn has(receipt: &Receipt, count: &Count) -> bool {
    receipt.counts.iter().any(|other| other.name == count.name)
}

fn count_of(receipt: &Receipt, name: &str) -> String {
    let count = receipt.counts.iter().find(|count| count.name == name);
    count.map_or(String::new(), |count| count.count.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::receipt::IndexState;

    fn receipt() -> Receipt {
        let index = IndexState {
            path: ".baogao".into(),
            contents: "00".into(),
            format: 1,
            schema: "11".into(),
            lexicon: "22".into(),
            topics: "33".into(),
            sources: 1,
            reports: 1,
            passages: 9,
        };
        let mut receipt = Receipt::new(vec!["search".into()], "a", "a", index).counting("passages", 3);
        receipt.answer = "aa".into();
        receipt
    }

    fn compared(change: impl FnOnce(&mut Receipt)) -> (Verdict, Vec<String>) {
        let mut now = receipt();
        change(&mut now);
        let comparison = Comparison::new(&receipt(), &now);
        let named = comparison.differences.into_iter().map(|difference| difference.what);
        (comparison.verdict, named.collect())
    }

    #[test]
    fn an_answer_is_judged_by_its_counts_and_its_fingerprint() {
        assert_eq!(compared(|_| {}), (Verdict::Same, vec![]));
        assert_eq!(
            compared(|now| now.made = "2030-01-01T00:00:00+08:00".into()),
            (Verdict::Same, vec![])
        );
        assert_eq!(
            compared(|now| now.index.contents = "99".into()),
            (Verdict::SameAnswer, vec!["index contents".into()])
        );
        assert_eq!(
            compared(|now| now.program = "baogao 9".into()),
            (Verdict::SameAnswer, vec!["program".into()])
        );
        assert_eq!(
            compared(|now| now.answer = "bb".into()),
            (Verdict::Different, vec!["answer".into()])
        );
        assert_eq!(
            compared(|now| now.counts[0].count = 4),
            (Verdict::Different, vec!["passages".into()])
        );
    }
}
