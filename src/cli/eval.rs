//! `baogao eval`: how well passages are ranked.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::terminal::{Form, Terminal};
use super::{Input, Status};
use crate::error::Result;
use crate::eval::{Ablation, Bench, CrossValidation, Evaluation, KnownItems, NeedResult, RankerScores, known_items};
use crate::output::counted;

/// Measure the ranking: information needs with judged sentences, against plain rankings of the same passages
///
/// Prints nDCG@10, MRR and recall@20 for the ranking of `search`, asked with the phrase, with the topic and loosely with words, and
/// for BM25 on words, on characters and on bigrams; `order@10` is nDCG@10 when each orders the same passages, those that hold
/// what was asked. Then what remains without each feature. Judge your own: `--unjudged 20` lists the sentences that nobody has
/// judged among the twenty best passages of every ranking.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  baogao eval --in corpus
  baogao eval --results
  baogao eval --needs needs.toml --judgments judgments.tsv --unjudged 20")]
pub struct Args {
    /// The information needs, as tests/ranking/needs.toml
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath, default_value = "tests/ranking/needs.toml")]
    needs: PathBuf,
    /// The judged sentences, as tests/ranking/judgments.tsv
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath, default_value = "tests/ranking/judgments.tsv")]
    judgments: PathBuf,
    /// List what is not judged yet among so many best passages of every ranking
    #[arg(long, value_name = "N", conflicts_with = "known_items")]
    unjudged: Option<usize>,
    /// Cross-validate the weights instead: choose them by all folds of the needs but one, measure by that one
    #[arg(long, value_name = "N", conflicts_with_all = ["unjudged", "known_items"])]
    folds: Option<usize>,
    /// Look for every second-level heading instead: its passages are the answer
    #[arg(long)]
    known_items: bool,
    /// Show the ten best passages for each need with their grades
    #[arg(long)]
    results: bool,
    /// text or json
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Form,
    #[command(flatten)]
    input: Input,
}

pub fn run(args: &Args, index: &Path, terminal: &Terminal) -> Result<Status> {
    let index = args.input.open(index, terminal)?;
    if args.known_items {
        let found = known_items(&index)?;
        return print(args, &found, known_text(&found));
    }
    let bench = Bench::open(&index, &args.needs, &args.judgments)?;
    if let Some(depth) = args.unjudged {
        let unjudged = bench.unjudged(depth)?;
        let lines = unjudged.iter().map(|line| {
            let row = line.row.map_or(String::new(), |row| row.to_string());
            format!("{}\t\t{}\t{row}\t{}\n", line.need, line.path, line.sentence)
        });
        let text = format!("need\tgrade\tpath\trow\tsentence\n{}", lines.collect::<String>());
        return print(args, &unjudged, text);
    }
    if let Some(folds) = args.folds {
        let found = bench.cross_validate(folds)?;
        return print(args, &found, folds_text(&found));
    }
    let evaluation = bench.evaluate()?;
    print(args, &evaluation, evaluation_text(&evaluation, args.results))
}

fn print(args: &Args, value: &impl Serialize, text: String) -> Result<Status> {
    args.format.print(|| text, || serde_json::json!(value))?;
    Ok(Status::Found)
}

fn evaluation_text(evaluation: &Evaluation, results: bool) -> String {
    let mut text = format!(
        "{}, {}\n{}",
        counted(evaluation.needs as u64, "need"),
        counted(evaluation.judgments as u64, "judged sentence"),
        table(&evaluation.rankers)
    );
    text.push_str(&ablation_table(&evaluation.ablation));
    for need in evaluation.results.iter().filter(|_| results) {
        text.push_str(&need_text(need));
    }
    text
}

fn known_text(found: &KnownItems) -> String {
    format!(
        "{}\n{}",
        counted(found.headings as u64, "heading"),
        table(&found.rankers)
    )
}

fn table(rankers: &[RankerScores]) -> String {
    let mut text = format!(
        "{:<20} {:>8} {:>8} {:>10} {:>10} {:>9}\n",
        "", "nDCG@10", "MRR", "recall@20", "judged@10", "order@10"
    );
    for RankerScores {
        ranker,
        scores,
        order10,
    } in rankers
    {
        let order = order10.map_or("-".to_owned(), |order| format!("{order:.3}"));
        text.push_str(&format!(
            "{ranker:<20} {:>8.3} {:>8.3} {:>10.3} {:>10.3} {order:>9}\n",
            scores.ndcg10, scores.mrr, scores.recall20, scores.judged10
        ));
    }
    text
}

fn folds_text(found: &CrossValidation) -> String {
    format!(
        "nDCG@10 with the weights as they are: {:.3}\nwith the best of {} for all needs: {:.3}\nwith the best for {} of {} folds, by the one held out: {:.3}\n",
        found.as_they_are,
        found.variants,
        found.tuned_on_all,
        found.folds - 1,
        found.folds,
        found.held_out
    )
}

fn ablation_table(rows: &[Ablation]) -> String {
    let mut text = format!(
        "\n{:<26} {:>8} {:>9} {:>8}\n",
        "nDCG@10 without", "as asked", "by topic", "loose"
    );
    for row in rows {
        text.push_str(&format!(
            "{:<26} {:>8.3} {:>9.3} {:>8.3}\n",
            row.feature, row.asked, row.by_topic, row.loose
        ));
    }
    text
}

/// A need with its best passages, each marked with its grade.
fn need_text(need: &NeedResult) -> String {
    let mut text = format!("\n{}  {}  nDCG@10 {:.3}\n", need.id, need.query, need.scores.ndcg10);
    for (at, ranked) in need.best.iter().enumerate() {
        let grade = ranked.grade.map_or("?".to_owned(), |grade| grade.to_string());
        let row = ranked.row.map_or(String::new(), |row| format!(" row {row}"));
        let start: String = ranked.text.replace('\n', " ").chars().take(40).collect();
        text.push_str(&format!("{:>3}  [{grade}]  {}{row}  {start}…\n", at + 1, ranked.path));
    }
    text
}
