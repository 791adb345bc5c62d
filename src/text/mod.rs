//! Characters and words: what readers equate ([`fold`]), what an exact phrase is made of ([`units`]), what Chinese numerals say
//! ([`numeral`]), and where words begin and end ([`tokenize`]). It knows no files and no search engine.

pub mod date;
pub mod fold;
pub mod numeral;
pub mod plain;
pub mod tokenize;
pub mod units;
