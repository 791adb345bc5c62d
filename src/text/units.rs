//! Defines units, the atoms of an exact phrase, and finds phrases in folded text by them.

use memchr::memmem;

use super::fold::{CLOSE, OPEN};

/// The units of a folded text, in order. A number or word comes with its marks, a break as `"\n"`.
pub fn units(folded: &str) -> impl Iterator<Item = &str> {
    let mut rest = folded;
    std::iter::from_fn(move || {
        let length = first_unit_len(rest)?;
        let (unit, after) = rest.split_at(length);
        rest = after;
        Some(unit)
    })
}

/// How many bytes the first unit of a folded text takes; `None` at its end.
pub fn first_unit_len(folded: &str) -> Option<usize> {
    let first = folded.chars().next()?;
    match first {
        OPEN => folded
            .find(CLOSE)
            .map(|at| at + CLOSE.len_utf8())
            .or(Some(folded.len())),
        _ => Some(first.len_utf8()),
    }
}

/// Finds one phrase in many folded texts.
pub struct PhraseFinder {
    finder: memmem::Finder<'static>,
    first_unit: usize,
}

impl PhraseFinder {
    /// Made for a phrase in its folded form; `None` for an empty one, which stands nowhere.
    pub fn new(folded_phrase: &str) -> Option<Self> {
        Some(PhraseFinder {
            first_unit: first_unit_len(folded_phrase)?,
            finder: memmem::Finder::new(folded_phrase).into_owned(),
        })
    }

    /// The byte offsets at which the phrase starts in a folded text, overlapping ones too.
    pub fn starts<'a>(&'a self, folded: &'a str) -> impl Iterator<Item = usize> + 'a {
        let mut from = 0;
        std::iter::from_fn(move || {
            let at = from + self.finder.find(folded.as_bytes().get(from..)?)?;
            from = at + self.first_unit;
            Some(at)
        })
    }

    /// The length of the phrase's folded form in bytes.
    pub fn len(&self) -> usize {
        self.finder.needle().len()
    }

    /// Never: an empty phrase has no finder.
    pub fn is_empty(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold::{fold, fold_phrase};

    fn count(text: &str, phrase: &str) -> usize {
        let folded = fold(text);
        PhraseFinder::new(&fold_phrase(phrase)).map_or(0, |finder| finder.starts(&folded).count())
    }

    #[test]
    fn numbers_are_found_whole() {
        assert_eq!(count("化解197件，办结97件", "97件"), 1);
        assert_eq!(count("热线123456", "12345"), 0);
        assert_eq!(count("结案率97.8%", "97"), 0);
        assert_eq!(count("“12345”平台", "12345"), 1);
        assert_eq!(count("“4·15”国家安全日", "415"), 0);
        assert_eq!(count("“4·15”国家安全日", "4·15"), 1);
    }

    #[test]
    fn every_start_counts() {
        assert_eq!(count("人人人人", "人人"), 3);
    }

    #[test]
    fn a_phrase_crosses_a_clause_only_with_a_mark() {
        assert_eq!(count("提升素质。推进法治", "素质推进"), 0);
        assert_eq!(count("提升素质。推进法治", "素质，推进"), 1);
    }
}
