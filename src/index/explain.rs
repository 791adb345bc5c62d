//! Tells how a question is answered: its tree, and what was looked up for each operand.

use std::collections::BTreeSet;

use tantivy::SegmentReader;

use super::layout::Layout;
use super::operand::{Operand, WordLists};
use super::rank::passages_with;
use crate::hits::{Explanation, OperandPlan, TermPlan};
use crate::query::{Query, Scope};
use crate::schema::fields::Field;
use crate::text::fold::{BREAK, CLOSE, OPEN};
use crate::text::units::units;

/// How a question was answered for which so many passages were candidates, and matched.
pub fn explain(
    layout: &Layout,
    segments: &[SegmentReader],
    query: &Query,
    words: &WordLists,
    candidates: u64,
    matched: u64,
) -> tantivy::Result<Explanation> {
    let mut tree = Vec::new();
    let mut operands = Vec::new();
    let mut visit = |query: &Query, in_sentence: bool, depth: usize| -> tantivy::Result<()> {
        tree.push(format!("{}{}", "  ".repeat(depth), node(query)));
        if let Some(plan) = plan(layout, segments, query, words, in_sentence)? {
            operands.push(plan);
        }
        Ok(())
    };
    walk(query, false, 0, &mut visit)?;
    Ok(Explanation {
        tree,
        operands,
        candidates,
        matched,
    })
}

/// Shows each node, those above before those below. It calls itself as deep as groups nest, which the parser limits.
fn walk(
    query: &Query,
    in_sentence: bool,
    depth: usize,
    visit: &mut impl FnMut(&Query, bool, usize) -> tantivy::Result<()>,
) -> tantivy::Result<()> {
    visit(query, in_sentence, depth)?;
    match query {
        Query::And(parts) | Query::Or(parts) => parts
            .iter()
            .try_for_each(|part| walk(part, in_sentence, depth + 1, visit)),
        Query::Not(part) => walk(part, in_sentence, depth + 1, visit),
        Query::Within(scope, part) => walk(part, *scope == Scope::Sentence, depth + 1, visit),
        _ => Ok(()),
    }
}

/// A node by itself, in a few words.
fn node(query: &Query) -> String {
    match query {
        Query::All => "every passage".to_owned(),
        Query::Phrase(phrase) => format!("phrase {phrase}"),
        Query::Pattern(_) => format!("pattern {query}"),
        Query::Near(near) => {
            let order = if near.nearness.ordered {
                "in order"
            } else {
                "in any order"
            };
            format!(
                "near {query}: at most {} units between neighbours, {order}",
                near.nearness.distance
            )
        }
        Query::Regex(_) => format!("expression {query}"),
        Query::Words(_) => format!("any of the words {query}"),
        Query::Heading(_) => format!("under a heading {query}"),
        Query::Filter(_) => format!("filter {query}"),
        Query::And(_) => "all of".to_owned(),
        Query::Or(_) => "any of".to_owned(),
        Query::Not(_) => "not".to_owned(),
        Query::Within(scope, _) => format!("within one {scope}"),
    }
}

fn plan(
    layout: &Layout,
    segments: &[SegmentReader],
    query: &Query,
    words: &WordLists,
    in_sentence: bool,
) -> tantivy::Result<Option<OperandPlan>> {
    let (operand, method) = match query {
        Query::Phrase(phrase) => (Operand::Phrase(phrase.clone()), "places of its units, side by side"),
        Query::Pattern(pattern) => (
            Operand::Pattern(pattern.clone()),
            "places of the units beside its wildcards, and of clause marks",
        ),
        Query::Near(near) => (
            Operand::Near(near.clone(), in_sentence),
            "places of its words' units, and of clause marks",
        ),
        Query::Regex(regex) => {
            let operand = Operand::Regex(regex.clone());
            let method = match operand.runs().is_empty() {
                true => {
                    "reading the text of every passage that the rest leaves: nothing in it can be looked up by itself"
                }
                false => "reading the text of the passages that have what every match needs",
            };
            (operand, method)
        }
        Query::Words(asked) => {
            let mut terms = Vec::new();
            for word in words.of(asked) {
                terms.push(TermPlan {
                    term: word.clone(),
                    passages: passages_with(segments, layout.words, word)?,
                });
            }
            return Ok(Some(OperandPlan {
                operand: query.to_string(),
                method: "passages with any of its words that the index has".to_owned(),
                terms,
            }));
        }
        Query::Heading(_) => {
            return Ok(Some(OperandPlan {
                operand: query.to_string(),
                method: "passages below the headings of the index that contain it".to_owned(),
                terms: Vec::new(),
            }));
        }
        Query::Filter(filter) => {
            return Ok(Some(OperandPlan {
                operand: query.to_string(),
                method: match filter.field {
                    Field::Topic => {
                        "passages tagged with the topic or a part of it; those of topics brought along by their phrases"
                            .to_owned()
                    }
                    field => format!("passages with the values of {field} that it wants"),
                },
                terms: Vec::new(),
            }));
        }
        _ => return Ok(None),
    };
    let runs = operand.runs();
    let distinct: BTreeSet<&str> = runs.iter().flat_map(|run| units(run)).collect();
    let mut terms = Vec::new();
    for unit in distinct {
        terms.push(TermPlan {
            term: unit.replace([OPEN, CLOSE], "").replace(BREAK, "，"),
            passages: passages_with(segments, layout.units, unit)?,
        });
    }
    terms.sort_by(|a, b| (a.passages, &a.term).cmp(&(b.passages, &b.term)));
    Ok(Some(OperandPlan {
        operand: query.to_string(),
        method: method.to_owned(),
        terms,
    }))
}
