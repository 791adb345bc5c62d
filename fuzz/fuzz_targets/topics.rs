//! Any bytes as a file of topics: they are declared, and can be looked for in a text, or there is an error.

#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use baogao::schema::topics::read;
use baogao::text::fold::fold;
use baogao::topics::Topics;
use libfuzzer_sys::fuzz_target;

static PATH: LazyLock<PathBuf> =
    LazyLock::new(|| std::env::temp_dir().join(format!("baogao-fuzz-topics-{}.toml", std::process::id())));

fuzz_target!(|data: &[u8]| {
    std::fs::write(&*PATH, data).expect("the topics can be written");
    if let Ok(topics) = read(&PATH, &[]) {
        let topics = Topics::new(topics);
        let _ = topics.of(&fold(&String::from_utf8_lossy(data)));
    }
});
