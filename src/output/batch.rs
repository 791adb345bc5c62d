//! Makes tables of the answers to many questions: how much each finds, or all hits with the question each answers.

use serde::Serialize;

use super::columns;
use crate::hits::{Hit, Totals};
use crate::table::{Cell, Column, Kind, Row, Table};

/// A question of a list, and where it stands in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Asked {
    /// The line of the list, from 1.
    pub line: u64,
    pub name: String,
    pub query: String,
}

/// How much a question of a list finds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Answered {
    #[serde(flatten)]
    pub asked: Asked,
    pub interpreted: String,
    pub totals: Totals,
    pub notes: Vec<String>,
}

/// The table of how much each question finds. The notes say which line they are about.
pub fn totals_table(answers: &[Answered]) -> Table {
    let notes = answers
        .iter()
        .flat_map(|answer| answer.notes.iter().map(|note| note_about(&answer.asked, note)));
    Table {
        name: "questions".to_owned(),
        title: "各问题检索结果".to_owned(),
        columns: vec![
            Column::new("line", "行", Kind::Count),
            Column::new("name", "名称", Kind::Text),
            Column::new("query", "问题", Kind::Text),
            Column::new("interpreted", "理解为", Kind::Text),
            Column::new("passages", "段落数", Kind::Count),
            Column::new("reports", "报告数", Kind::Count),
            Column::new("occurrences", "出现次数", Kind::Count),
        ],
        notes: notes.collect(),
    }
}

/// A row of it.
pub fn totals_row(answer: &Answered) -> Row {
    let Answered {
        asked,
        interpreted,
        totals,
        ..
    } = answer;
    vec![
        Cell::Whole(asked.line),
        Cell::Text(asked.name.clone()),
        Cell::Text(asked.query.clone()),
        Cell::Text(interpreted.clone()),
        Cell::Whole(totals.passages),
        Cell::Whole(totals.reports),
        Cell::Whole(totals.occurrences),
    ]
}

/// The table of all hits of all questions, one question after the other.
pub fn hits_table(notes: Vec<String>) -> Table {
    let question = [
        Column::new("name", "名称", Kind::Text),
        Column::new("query", "问题", Kind::Text),
    ];
    Table {
        name: "questions".to_owned(),
        title: "各问题全部结果".to_owned(),
        columns: question.into_iter().chain(columns::table_columns()).collect(),
        notes,
    }
}

/// A row of it.
pub fn hits_row(asked: &Asked, hit: &Hit) -> Row {
    let question = [&asked.name, &asked.query].map(|text| Cell::Text(text.clone()));
    question.into_iter().chain(columns::row(hit)).collect()
}

/// What the asker should know of the answer to one of the questions.
pub fn note_about(asked: &Asked, note: &str) -> String {
    format!("第{}行：{note}", asked.line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::fixture;

    #[test]
    fn every_row_has_a_cell_for_every_column() {
        let asked = Asked {
            line: 3,
            name: "一".into(),
            query: "枫桥经验".into(),
        };
        let hit = &fixture::hits().hits[0];
        assert_eq!(hits_row(&asked, hit).len(), hits_table(Vec::new()).columns.len());
        let answer = Answered {
            asked,
            interpreted: "枫桥经验".into(),
            totals: Totals::default(),
            notes: vec!["没有这个乡镇".into()],
        };
        let table = totals_table(std::slice::from_ref(&answer));
        assert_eq!(totals_row(&answer).len(), table.columns.len());
        assert_eq!(table.notes, ["第3行：没有这个乡镇"]);
    }
}
