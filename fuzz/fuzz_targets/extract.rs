//! Any bytes as a file of a format: its reader answers with a text or an error.

#![no_main]

mod reading;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

static ENDING: LazyLock<&str> = LazyLock::new(reading::ending);

fuzz_target!(|data: &[u8]| reading::read(&ENDING, data.to_vec()));
