//! Measures how long a matrix of many terms takes, and that its sums are those of searches.

use std::path::Path;
use std::time::{Duration, Instant};

use baogao::analysis::count::{Layout, rows};
use baogao::analysis::matrix::{Matrix, Plan, Term};
use baogao::analysis::measure::Measure;
use baogao::index::{Index, Request};
use baogao::query::{Query, Scope};
use baogao::schema::fields::Field;

/// What was measured.
pub struct Measured {
    pub terms: usize,
    pub rows: usize,
    pub passages: u64,
    /// Terms counted, and all rows made.
    pub counted: Duration,
    pub written: Duration,
}

/// Counts phrases by year and county.
pub fn measure(index: &Path, phrases: &[String]) -> Measured {
    let index = Index::open(index).expect("an index");
    let plan = Plan {
        terms: phrases
            .iter()
            .map(|phrase| Term {
                name: phrase.clone(),
                query: Query::literal(phrase).expect("a phrase"),
            })
            .collect(),
        by: [Field::Year, Field::County].map(Into::into).to_vec(),
        selection: Query::All,
        scope: Scope::Passage,
        topics: Vec::new(),
        every_year: false,
    };
    let started = Instant::now();
    let matrix = Matrix::count(&index, plan).expect("a matrix");
    let counted = started.elapsed();
    let rows = rows(&matrix, Layout::Terms(Measure::PerThousand)).count();
    let written = started.elapsed() - counted;
    check(&index, &matrix);
    Measured {
        terms: phrases.len(),
        rows,
        passages: matrix.extent().passages,
        counted,
        written,
    }
}

/// Every term's groups add up to what a search finds.
fn check(index: &Index, matrix: &Matrix) {
    for (number, term) in matrix.terms().iter().enumerate() {
        let request = Request {
            limit: Some(0),
            ..Request::new(term.query.clone())
        };
        let totals = index.search(&request).expect("an answer").summary().totals;
        assert_eq!(matrix.totals(number), totals, "{}", term.name);
        let passages: u64 = matrix.groups().map(|group| matrix.found(number, &group).passages).sum();
        assert_eq!(passages, totals.passages, "{}", term.name);
    }
}
