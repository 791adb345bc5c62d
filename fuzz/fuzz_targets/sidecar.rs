//! Any bytes as a sheet of corrections: FORMAT=csv, xlsx and so on.

#![no_main]

mod reading;

use std::path::PathBuf;
use std::sync::LazyLock;

use baogao::ingest::sidecar::{Sidecar, part_of};
use libfuzzer_sys::fuzz_target;

static PATH: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = std::env::temp_dir().join(format!("baogao-fuzz-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for the sheet");
    let name = baogao::ingest::sidecar::names().find(|name| name.ends_with(reading::ending()));
    folder.join(name.expect("FORMAT is one that sheets have"))
});

fuzz_target!(|data: &[u8]| {
    std::fs::write(&*PATH, data).expect("the sheet can be written");
    let _ = part_of(&PATH);
    if let Ok(sidecar) = Sidecar::read(&PATH) {
        let _: Vec<String> = sidecar.rows.iter().map(|row| row.key.shown()).collect();
    }
});
