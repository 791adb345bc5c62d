//! Archives are made here as the programs of users make them.

use std::io::{Cursor, Write};

use ::zip::CompressionMethod;
use ::zip::write::{SimpleFileOptions, ZipWriter};
use encoding_rs::GB18030;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::super::battery::{self, KNOWN};
use super::super::tests::{read_members, read_with};
use super::super::{Extraction, Options};
use super::*;
use ::tar::EntryType;

fn options() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(CompressionMethod::Deflated)
}

fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, options()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A zip archive as Windows in China writes it: names in GBK, no flag for UTF-8.
fn zipped_in_gbk(members: &[(&str, &[u8])]) -> Vec<u8> {
    let raw: Vec<Vec<u8>> = members
        .iter()
        .map(|(name, _)| GB18030.encode(name).0.into_owned())
        .collect();
    let stand_ins: Vec<String> = raw
        .iter()
        .zip('A'..)
        .map(|(raw, letter)| letter.to_string().repeat(raw.len()))
        .collect();
    let named: Vec<(&str, &[u8])> = stand_ins
        .iter()
        .map(String::as_str)
        .zip(members.iter().map(|(_, bytes)| *bytes))
        .collect();
    let mut bytes = zipped(&named);
    for (stand_in, raw) in stand_ins.iter().zip(&raw) {
        let places: Vec<usize> = memchr::memmem::find_iter(&bytes, stand_in.as_bytes()).collect();
        for at in places {
            bytes[at..at + raw.len()].copy_from_slice(raw);
        }
    }
    bytes
}

fn tarred(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = ::tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut header = ::tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        // Names that lead out of the folder are put in by hand, as only a hostile program does.
        header.as_old_mut().name[..name.len().min(99)].copy_from_slice(&name.as_bytes()[..name.len().min(99)]);
        header.set_cksum();
        builder.append(&header, *bytes).unwrap();
    }
    builder.into_inner().unwrap()
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn report() -> Vec<u8> {
    KNOWN.join("\n").into_bytes()
}

fn read(name: &str, bytes: &[u8]) -> Vec<Extraction> {
    read_members(name, bytes, &Options::default()).unwrap()
}

/// The members with text in them.
fn texts(all: &[Extraction]) -> Vec<&str> {
    all.iter()
        .filter(|one| !one.drafts.is_empty())
        .map(|one| one.inside.as_str())
        .collect()
}

fn failures(all: &[Extraction]) -> Vec<String> {
    all.iter().flat_map(|one| &one.failures).map(Error::to_string).collect()
}

fn skipped(all: &[Extraction]) -> Vec<(String, &'static str)> {
    let skipped = all.iter().flat_map(|one| &one.skipped);
    skipped
        .map(|(inside, reason)| (inside.clone(), reason.name()))
        .collect()
}

#[test]
fn archives_of_one_text_endure_the_battery() {
    let text = |paragraphs: &[&str]| paragraphs.join("\n").into_bytes();
    battery::endure("zip", |paragraphs| zipped(&[("a.txt", &text(paragraphs))]));
    battery::endure("tar", |paragraphs| tarred(&[("a.txt", &text(paragraphs))]));
    battery::endure("tgz", |paragraphs| gzipped(&tarred(&[("a.txt", &text(paragraphs))])));
    battery::endure("txt.gz", |paragraphs| gzipped(&text(paragraphs)));
}

#[test]
fn members_are_read_by_their_paths_and_the_others_named() {
    let report = report();
    let members: [(&str, &[u8]); 7] = [
        ("2024/白鹭镇.txt", &report),
        (
            "2024/云岫镇.html",
            "<html><body><p>正文在此。</p></body></html>".as_bytes(),
        ),
        ("2024/公章.jpg", b"\xff\xd8\xff"),
        ("__MACOSX/2024/._白鹭镇.txt", b"\0\x05\x16\x07"),
        (".DS_Store", b"\0\0"),
        ("README.txt", b"about"),
        ("坏.txt", b"a\0b"),
    ];
    for (name, bytes) in [
        ("a.zip", zipped(&members)),
        ("b.zip", zipped_in_gbk(&members)),
        ("c.tar", tarred(&members)),
        ("d.tar.gz", gzipped(&tarred(&members))),
        ("without-ending", zipped(&members)),
    ] {
        let all = read(name, &bytes);
        let mut found = texts(&all);
        found.sort_unstable();
        assert_eq!(found, ["!/2024/云岫镇.html", "!/2024/白鹭镇.txt"], "{name}");
        assert_eq!(
            failures(&all),
            [format!("{name}!/坏.txt: binary, not text (a NUL byte at byte 1)")]
        );
        let mut left = skipped(&all);
        left.sort();
        let wanted = [
            ("!/.DS_Store", "hidden"),
            ("!/2024/公章.jpg", "no reader for this ending"),
            ("!/README.txt", "documentation"),
            ("!/__MACOSX/2024/._白鹭镇.txt", "hidden"),
        ];
        assert_eq!(left, wanted.map(|(path, reason)| (path.to_owned(), reason)), "{name}");
    }
}

#[test]
fn an_archive_in_an_archive_is_read_and_a_third_is_named() {
    let report = report();
    let third = zipped(&[("d.txt", &report)]);
    let second = zipped(&[("c.txt", &report), ("third.zip", &third)]);
    let all = read("a.zip", &zipped(&[("b.txt", &report), ("2/second.zip", &second)]));
    assert_eq!(texts(&all), ["!/2/second.zip!/c.txt", "!/b.txt"]);
    assert_eq!(
        failures(&all),
        ["a.zip!/2/second.zip!/third.zip: an archive in an archive in an archive is not read"]
    );
    // A tar archive in gzip is one level, not two.
    let all = read(
        "a.tgz",
        &gzipped(&tarred(&[("b.tar.gz", &gzipped(&tarred(&[("c.txt", &report)])))])),
    );
    assert_eq!(texts(&all), ["!/b.tar.gz!/c.txt"]);
    assert_eq!(texts(&read("报告.txt.gz", &gzipped(&report))), ["!/报告.txt"]);
}

#[test]
fn bombs_are_refused_and_what_stands_beside_them_is_read() {
    let report = report();
    let zeros = vec![b' '; 8 << 20];
    let bomb = zipped(&[("a.txt", &report), ("b.txt", &zeros), ("c.txt", &report)]);
    let all = read("a.zip", &bomb);
    assert_eq!(texts(&all), ["!/a.txt", "!/c.txt"]);
    assert_eq!(
        failures(&all),
        ["a.zip!/b.txt: unpacks to more than 200 times its size, as only made-up files do"]
    );
    // One that lies about its size is counted all the same.
    let mut liar = bomb.clone();
    let size = (8_u32 << 20).to_le_bytes();
    let places: Vec<usize> = memchr::memmem::find_iter(&liar, &size).collect();
    places
        .iter()
        .for_each(|at| liar[*at..at + 4].copy_from_slice(&[1, 0, 0, 0]));
    let all = read("a.zip", &liar);
    assert_eq!(texts(&all), ["!/a.txt", "!/c.txt"]);
    assert_eq!(failures(&all).len(), 1, "{:?}", failures(&all));
    for (name, bytes) in [
        ("a.txt.gz", gzipped(&zeros)),
        ("a.tgz", gzipped(&tarred(&[("a.txt", &zeros)]))),
    ] {
        let error = read_with(name, &bytes, &Options::default()).unwrap_err();
        assert!(error.to_string().contains("more than 200 times"), "{error}");
    }
}

#[test]
fn all_members_together_are_bounded() {
    let mut random = fastrand::Rng::with_seed(1);
    let noise: String = (0..40_000).map(|_| random.char('一'..='龥')).collect();
    let members: Vec<(String, &[u8])> = (0..9).map(|n| (format!("{n}.txt"), noise.as_bytes())).collect();
    let members: Vec<(&str, &[u8])> = members.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    let options = Options {
        max_bytes: 300_000,
        ..Options::default()
    };
    let inner = zipped(&members[..1]);
    let all = read_members(
        "a.zip",
        &zipped(&[("1.txt", noise.as_bytes()), ("2.zip", &inner)]),
        &options,
    )
    .unwrap();
    assert_eq!(texts(&all), ["!/1.txt"]);
    let told = failures(&all).join("\n");
    assert!(
        told.contains("a.zip!/2.zip!/0.txt: the archive unpacks to more than the 300000 bytes allowed"),
        "{told}"
    );
}

#[test]
fn too_many_entries_are_refused() {
    let names: Vec<String> = (0..MAX_ENTRIES + 5).map(|n| format!("{n}.jpg")).collect();
    let members: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    for (name, bytes) in [("a.zip", zipped(&members)), ("a.tar", tarred(&members))] {
        let all = read(name, &bytes);
        assert_eq!(
            failures(&all),
            [format!("{name}: more than 10000 entries; the rest was not read")]
        );
    }
}

#[test]
fn names_that_lead_elsewhere_are_only_names() {
    let report = report();
    let all = read(
        "a.tar",
        &tarred(&[
            ("../../etc/a.txt", &report),
            ("/etc/b.txt", &report),
            ("c\x1b[2J.txt", &report),
        ]),
    );
    assert_eq!(texts(&all), ["!/../../etc/a.txt", "!/etc/b.txt", "!/c␛[2J.txt"]);
    let mut builder = ::tar::Builder::new(Vec::new());
    for kind in [EntryType::Symlink, EntryType::Link, EntryType::Fifo] {
        let mut header = ::tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(0);
        builder.append_link(&mut header, "link.txt", "/etc/passwd").unwrap();
    }
    let all = read("a.tar", &builder.into_inner().unwrap());
    assert_eq!(
        skipped(&all).iter().map(|(_, reason)| *reason).collect::<Vec<_>>(),
        ["a link in an archive", "a link in an archive", "not a regular file"]
    );
    assert_eq!(failures(&all), ["a.tar: no report in this archive"]);
}

#[test]
fn what_is_no_archive_of_reports_says_what_it_is() {
    let table: [(&str, Vec<u8>, &str); 5] = [
        (
            "a.zip",
            zipped(&[("[Content_Types].xml", b"<x/>"), ("ppt/a.xml", b"<x/>")]),
            "an office document of a kind that is not read",
        ),
        (
            "a.zip",
            zipped(&[("mimetype", b"application/vnd.oasis.opendocument.text")]),
            "an office document of a kind that is not read",
        ),
        ("a.zip", zipped(&[]), "an archive with nothing in it"),
        ("a.zip", b"Rar!\x1a\x07\0\0\0".to_vec(), "damaged, or no zip file"),
        (
            "a.zip",
            zipped(&[("a.txt", b"x")])[..40].to_vec(),
            "a damaged zip archive",
        ),
    ];
    for (name, bytes, reason) in table {
        let error = read_with(name, &bytes, &Options::default()).unwrap_err();
        assert!(
            error.to_string().starts_with(&format!("{name}: {reason}")),
            "{error}, not {reason}"
        );
        assert!(!error.hints.is_empty(), "{error}");
    }
}

#[test]
fn an_encrypted_member_is_a_failure_of_its_own() {
    // The flag is set by hand in both headers: what matters is that nobody reads on.
    let mut bytes = zipped(&[("a.txt", &report()), ("b.txt", &report())]);
    for (mark, flag) in [(&b"PK\x03\x04"[..], 6), (&b"PK\x01\x02"[..], 8)] {
        let first = memchr::memmem::find(&bytes, mark).unwrap();
        bytes[first + flag] |= 1;
    }
    let all = read("a.zip", &bytes);
    assert_eq!(texts(&all), ["!/b.txt"]);
    assert_eq!(failures(&all), ["a.zip!/a.txt: encrypted: it needs a password"]);
}
