//! Any text as a question: it is understood, and then says the same when written and read again, or it is an error.

#![no_main]

use baogao::query::Query;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(query) = Query::parse(text) {
        let written = query.to_string();
        assert_eq!(Query::parse(&written).expect("what is written can be read"), query, "{written}");
    }
});
