//! Reads lexicons: words that a general dictionary would cut apart, ours and the user's.

use std::path::Path;

use crate::error::{Error, Result};

const OURS: &str = include_str!("../../index_schema/lexicon.txt");

/// The words of `index_schema/lexicon.txt`.
pub fn words() -> impl Iterator<Item = &'static str> {
    lines(OURS).map(|(_, word)| word)
}

/// The words of a file in the same form: one a line, `#` starts a comment. What may follow a word after a blank, as in
/// dictionaries of jieba (frequency, tag), is left aside: how often a word is chosen follows from the words around it.
///
/// # Errors
/// When the file cannot be read, is not UTF-8, or a line holds something that can never be a word.
pub fn read(path: &Path) -> Result<Vec<String>> {
    let bytes = std::fs::read(path).map_err(|error| Error::io(path, error))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        Error::source_at(path, format!("byte {}", error.utf8_error().valid_up_to()), "not UTF-8")
            .hinted("save the lexicon as UTF-8 text, one word a line")
    })?;
    lines(text.trim_start_matches('\u{feff}'))
        .map(|(number, line)| {
            let word = line.split_whitespace().next().unwrap_or_default();
            match word.chars().all(char::is_alphanumeric) {
                true => Ok(word.to_owned()),
                false => Err(Error::source_at(
                    path,
                    format!("line {number}"),
                    format!("`{word}` is no word: letters, Han characters and digits only"),
                )),
            }
        })
        .collect()
}

/// The lines that are neither blank nor comment, with their numbers from 1.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(at, line)| (at + 1, line.split('#').next().unwrap_or_default().trim()))
        .filter(|(_, line)| !line.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn our_words_are_words_and_stand_once() {
        let mut seen = HashSet::new();
        for word in words() {
            assert!(word.chars().all(char::is_alphanumeric), "{word}");
            assert!(word.chars().count() > 1, "{word}");
            assert!(seen.insert(word), "{word} stands twice");
        }
        assert!(seen.len() > 100);
    }

    #[test]
    fn a_lexicon_of_the_users_is_read_with_comments_and_frequencies() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("my.txt");
        std::fs::write(&path, "\u{feff}古镛镇 12 ns\n# 注释\n莎姐守未\n").unwrap();
        assert_eq!(read(&path).unwrap(), ["古镛镇", "莎姐守未"]);
        std::fs::write(&path, "古镛镇\n《信访条例》\n").unwrap();
        assert!(read(&path).unwrap_err().to_string().contains("line 2"));
    }
}
