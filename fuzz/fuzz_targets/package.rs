//! Any members in a sound package: what a changed byte does to a packed file mostly ends at its checksum, and never reaches the
//! reader of the XML inside. The input is plain: each member begins with a line `=== NAME`.

#![no_main]

mod reading;

use std::io::{Cursor, Write};
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

static ENDING: LazyLock<&str> = LazyLock::new(reading::ending);

fuzz_target!(|data: &[u8]| {
    let packed = match *ENDING {
        "gz" => gzip(data),
        _ => zip(data),
    };
    reading::read(&ENDING, packed.expect("memory can be written to"));
});

fn gzip(data: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(data)?;
    packed.finish()
}

fn zip(data: &[u8]) -> std::io::Result<Vec<u8>> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut packed = ZipWriter::new(Cursor::new(Vec::new()));
    for member in members(data) {
        let line = member.iter().position(|&byte| byte == b'\n').unwrap_or(member.len());
        let name = String::from_utf8_lossy(&member[..line]);
        // Two members of one name cannot be written; readers meet them in the target `extract`.
        if packed.start_file(name.trim(), options).is_ok() {
            packed.write_all(&member[(line + 1).min(member.len())..])?;
        }
    }
    Ok(packed.finish()?.into_inner())
}

fn members(data: &[u8]) -> Vec<&[u8]> {
    const MARK: &[u8] = b"=== ";
    let is_start = |&at: &usize| data[at..].starts_with(MARK) && (at == 0 || data[at - 1] == b'\n');
    let starts: Vec<usize> = (0..data.len()).filter(is_start).collect();
    let ends = starts.iter().skip(1).copied().chain([data.len()]);
    starts.iter().zip(ends).map(|(&start, end)| &data[start + MARK.len()..end]).collect()
}
