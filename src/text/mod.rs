//! Characters and words: what readers equate ([`fold`]), what an exact phrase is made of ([`units`]), where words with gaps
//! between them stand ([`spans`]), regular expressions over folded text ([`expression`]), sentences ([`sentence`]), quantities
//! ([`quantity`]), what Chinese numerals say ([`numeral`]), and where words begin and end ([`tokenize`]). It knows no files and no
//! search engine.

pub mod date;
pub mod expression;
pub mod fold;
pub mod numeral;
pub mod plain;
pub mod quantity;
pub mod sentence;
pub mod spans;
pub mod tokenize;
pub mod units;
