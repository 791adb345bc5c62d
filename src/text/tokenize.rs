//! Finds the words of a text: jieba's dictionary in search mode, with our lexicon and the user's.
//!
//! Words rank passages and serve loose search. They never decide whether a phrase is found: where one word ends and the next
//! begins depends on the sentence around them.

use std::ops::Range;
use std::sync::Arc;

use tantivy_jieba::jieba_rs::Jieba;

use super::fold::simplify;
use crate::schema::lexicon;

/// A dictionary of words. Loading it takes about a tenth of a second; a clone shares it.
#[derive(Clone)]
pub struct Words {
    jieba: Arc<Jieba>,
}

impl Words {
    /// jieba's dictionary, our lexicon, and the user's words.
    pub fn load(user_words: &[String]) -> Self {
        let mut jieba = Jieba::new();
        for word in lexicon::words().map(str::to_owned).chain(user_words.iter().cloned()) {
            // Without a frequency of ours, jieba gives the word just enough weight to be kept whole. A fixed frequency
            // would also break up other words around it.
            jieba.add_word(&simplify(&word).to_lowercase(), None, None);
        }
        Words { jieba: Arc::new(jieba) }
    }

    /// The words of a folded text, each with the shorter words inside it, in jieba's order: the parts, then the whole.
    /// Statistical guesses at unknown words are left out: they differ with the sentence. So are words of one character, which
    /// tell nothing about what a passage is about.
    pub fn cut<'a>(&self, folded: &'a str) -> Vec<&'a str> {
        self.jieba
            .cut_for_search(folded, false)
            .into_iter()
            .map(|token| token.word)
            .filter(|word| is_telling(word))
            .collect()
    }
}

impl Words {
    /// Where the words of a folded text stand, in bytes, by the likeliest cut: one after the other, without gaps, marks too.
    pub fn places<'a>(&'a self, folded: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
        let mut at = 0;
        self.jieba.cut(folded, false).into_iter().map(move |token| {
            let start = at;
            at += token.word.len();
            start..at
        })
    }
}

/// Whether a word of a folded text says something by itself: two characters and more, nothing but letters, and no number or year written
/// in characters, as `二十三`, `一九五八年`.
pub fn is_lexical(word: &str) -> bool {
    let is_digit = |c: char| "〇零一二三四五六七八九十百千万亿两".contains(c);
    let year = word.strip_suffix('年').filter(|year| year.chars().count() > 1);
    is_telling(word) && word.chars().all(char::is_alphabetic) && !year.unwrap_or(word).chars().all(is_digit)
}

fn is_telling(word: &str) -> bool {
    // The first are nearly all there is, and looking up the others takes its time.
    let is_letter = |c: char| matches!(c, '\u{4e00}'..='\u{9fff}') || c.is_alphanumeric();
    let mut chars = word.chars();
    chars.next().is_some_and(is_letter) && chars.next().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold::fold;

    fn cut(user_words: &[&str], text: &str) -> Vec<String> {
        let user_words: Vec<_> = user_words.iter().map(|word| (*word).to_owned()).collect();
        Words::load(&user_words)
            .cut(&fold(text))
            .into_iter()
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn words_of_the_genre_are_kept_whole_and_in_parts() {
        let words = cut(&[], "发挥“法律明白人”作用，坚持枫桥经验。");
        for word in ["法律明白人", "法律", "明白", "枫桥经验", "作用"] {
            assert!(words.iter().any(|found| found == word), "{word} in {words:?}");
        }
        assert!(!words.iter().any(|word| word.contains('，')));
    }

    #[test]
    fn the_users_words_take_effect() {
        assert!(!cut(&[], "开展莎姐守未工作").contains(&"莎姐守未".to_owned()));
        assert!(cut(&["莎姐守未"], "开展莎姐守未工作").contains(&"莎姐守未".to_owned()));
    }

    #[test]
    fn numbers_are_no_words_of_a_language() {
        for word in ["法治", "app", "一站式", "万人", "五年"] {
            assert!(is_lexical(word), "{word}");
        }
        for word in ["2024", "二十三", "3.5", "a4", "12345", "一九五八年", "的", "，"] {
            assert!(!is_lexical(word), "{word}");
        }
    }
}
