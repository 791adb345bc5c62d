//! What many hits say together: counts, concordances, trends. Each analysis asks the index, computes, and answers with a
//! [`Table`](crate::table::Table); the numbers are exact, and what they rest on stands in the table's notes.

pub mod agreement;
pub mod coding;
pub mod collocates;
pub mod compare;
pub mod count;
pub mod coverage;
pub mod dispersion;
pub mod kwic;
pub mod matrix;
pub mod measure;
pub mod sample;
pub mod statistics;
pub mod trend;
