//! Finds, counts and cites what Chinese government reports say.
//!
//! A report goes in as a path and comes out as passages ([`ingest`]). A question goes in as text ([`query`]) and comes out as
//! hits ([`hits`]). Both meet in the [`index`], and only the index knows the engine. [`update`] brings an index up to date with
//! folders of files; [`output`] turns hits and reports into bytes; [`cli`] is the command line over all of it.
//!
//! ```no_run
//! use std::path::Path;
//! use baogao::index::{Index, Request};
//! use baogao::query::Query;
//!
//! let index = Index::open(Path::new(".baogao"))?;
//! let found = index.search(&Request::new(Query::parse("枫桥经验 year:2021..2024")?))?;
//! println!("{} passages", found.summary().totals.passages);
//! for hit in found.hits() {
//!     println!("{}", hit?.citation);
//! }
//! # Ok::<(), baogao::error::Error>(())
//! ```

#![forbid(unsafe_code)]

pub mod analysis;
pub mod citation;
pub mod cli;
pub mod error;
pub mod eval;
pub mod figure;
pub mod hits;
pub mod index;
pub mod ingest;
pub mod output;
pub mod query;
pub mod quotes;
pub mod receipt;
pub mod report;
pub mod schema;
pub mod table;
pub mod text;
pub mod topics;
pub mod update;
