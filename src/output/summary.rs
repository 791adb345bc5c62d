//! Says in Chinese what is true of all that was found, for documents that people hand on.

use super::{Ranks, grouped};
use crate::hits::{Facet, Suggestion, Summary};
use crate::report::{Grade, Quality};
use crate::schema::fields::Field;
use crate::table::{Cell, Column, Kind, Row};

/// Totals, how the question was understood, and what the asker should know, a sentence each.
pub(super) fn lines(summary: &Summary) -> Vec<String> {
    let totals = summary.totals;
    let mut lines = vec![format!(
        "共{}段，见于{}份报告，出现{}次。",
        grouped(totals.passages),
        grouped(totals.reports),
        grouped(totals.occurrences)
    )];
    if summary.interpreted != summary.query {
        lines.push(format!("问题理解为：{}", summary.interpreted));
    }
    lines.extend(summary.notes.iter().map(|note| format!("注：{note}")));
    lines.extend(summary.suggestions.iter().map(near));
    lines
}

fn near(suggestion: &Suggestion) -> String {
    let Suggestion {
        query,
        reason,
        passages,
        ..
    } = suggestion;
    format!("相近的问题：{query}（{reason}），{}段", grouped(*passages))
}

/// What is shown, when it is not all.
pub(super) fn shown(ranks: &Ranks, summary: &Summary) -> Option<String> {
    let all = summary.totals.passages;
    match ranks.first_and_last {
        Some((first, last)) if last - first + 1 < all => Some(format!(
            "本文件只列第{}至{}条，共{}条；--limit {all} 可列出全部。",
            grouped(first),
            grouped(last),
            grouped(all)
        )),
        None if all > 0 => Some(format!("本文件只列合计，不列{}条结果。", grouped(all))),
        _ => None,
    }
}

/// The name of what was counted by, for people.
pub(super) fn facet_title(facet: &Facet) -> String {
    let under = facet
        .under
        .as_ref()
        .map_or(String::new(), |under| format!("（{under}）"));
    format!("按{}统计{under}", label_of(facet.field))
}

/// The counts of a facet as a table.
pub(super) fn facet_table(facet: &Facet) -> (Vec<Column>, Vec<Row>) {
    let columns = vec![
        Column::new(&facet.name(), label_of(facet.field), Kind::Text),
        Column::new("passages", "段落数", Kind::Count),
        Column::new("reports", "报告数", Kind::Count),
    ];
    let row = |value: &str, passages, reports| {
        vec![
            Cell::Text(value.to_owned()),
            Cell::Whole(passages),
            Cell::Whole(reports),
        ]
    };
    let counts = facet.counts.iter();
    let rows = counts.map(|count| {
        row(
            count.value.as_deref().unwrap_or("（不详）"),
            count.passages,
            count.reports,
        )
    });
    (columns, rows.collect())
}

fn label_of(field: Field) -> &'static str {
    field.declaration().label.as_str()
}

/// What a reader must know who finds little in a text that is not good: absent text is not absent practice.
pub(super) fn doubt(quality: &Quality) -> Option<String> {
    let grade = match quality.grade {
        Grade::Good => return None,
        Grade::Fair => "一般",
        Grade::Poor => "差",
    };
    Some(format!("文本质量{grade}：{}", quality.reasons.join("；")))
}
