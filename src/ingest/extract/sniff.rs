//! Tells from how a file begins whether it may be a report, for names that tell nothing: a crawler leaves `content.jsp`,
//! `showinfo.aspx`, `index.html?id=5`, or no ending at all.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::{decode, mail, markup};

/// How much of a file is looked at, in bytes.
const HEAD: u64 = 4 << 10;

/// Endings of the programs that wrote a page, which say nothing about what they wrote.
const SCRIPTS: [&str; 12] = [
    "jsp", "jspx", "jhtml", "do", "action", "asp", "aspx", "ashx", "php", "cgi", "shtm", "page",
];

/// How the files of readers for binary formats begin.
const MAGIC: [&[u8]; 5] = [
    b"PK\x03\x04",
    b"%PDF-",
    b"{\\rtf",
    b"\x1f\x8b\x08",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
];

/// The ending of a file's name in lower case, without what a web address has after it (`html?id=5`); `None` when there is none, or
/// when what stands after the last dot is no ending (`1.深化改革`).
pub(super) fn ending_of(path: &Path) -> Option<String> {
    let whole = path.extension()?.to_str()?.to_lowercase();
    let address = whole.find(['?', ';', '@', '&', '=']).filter(|end| *end > 0);
    let ending = &whole[..address.unwrap_or(whole.len())];
    let is_ending = (1..=9).contains(&ending.len())
        && ending
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'~' || byte == b'_')
        && ending.bytes().any(|byte| byte.is_ascii_alphabetic());
    is_ending.then(|| ending.to_owned())
}

/// Whether the name of a file leaves open what it holds.
pub(super) fn is_open(path: &Path) -> bool {
    ending_of(path).is_none_or(|ending| SCRIPTS.contains(&ending.as_str()))
}

/// Whether the file begins as something that can be read. A file that cannot be opened is tried later, to say why.
pub(super) fn begins_well(path: &Path) -> bool {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(HEAD).read_to_end(&mut head));
    read.is_err() || is_promising(&head)
}

/// Whether bytes begin as a page, a mail, a document of a binary format, or mostly Chinese text.
pub(super) fn is_promising(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(HEAD as usize)];
    if MAGIC.iter().any(|magic| head.starts_with(magic)) || mail::is(head) {
        return true;
    }
    let Ok(decoded) = decode::decode(head.to_vec(), None) else {
        return false;
    };
    let text = decoded.text.trim_start();
    markup::is_whole_page(text) || (text.starts_with('<') && markup::is_page(text)) || is_mostly_chinese(text)
}

fn is_mostly_chinese(text: &str) -> bool {
    const FEWEST: usize = 20;
    let (mut han, mut all) = (0, 0);
    for c in text.chars().filter(|c| !c.is_whitespace()) {
        all += 1;
        han += usize::from(matches!(c, '\u{4e00}'..='\u{9fff}'));
    }
    han >= FEWEST && han * 2 > all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_are_told_from_other_dots() {
        let table = [
            ("a/报告.TXT", Some("txt")),
            ("index.html?id=5", Some("html")),
            ("content.jsp;jsessionid=8A", Some("jsp")),
            ("index.htm@id=3", Some("htm")),
            ("白鹭镇2024年报告（1.15）", None),
            ("附件1.深化改革", None),
            ("报告.2024", None),
            ("报告", None),
            (".bashrc", None),
        ];
        for (name, ending) in table {
            assert_eq!(ending_of(Path::new(name)).as_deref(), ending, "{name}");
        }
        assert!(is_open(Path::new("showinfo.aspx")) && is_open(Path::new("报告")));
        assert!(!is_open(Path::new("a.jpg")) && !is_open(Path::new("a.txt")));
    }

    #[test]
    fn beginnings_tell_reports_from_programs() {
        let promising: [&[u8]; 6] = [
            b"\r\n<!DOCTYPE html><html>",
            "<div id=\"zoom\"><p>正文。</p></div>".as_bytes(),
            "白鹭镇2024年法治政府建设年度报告\n2024年，我镇坚持依法行政，推进法治政府建设。".as_bytes(),
            b"%PDF-1.4",
            b"MIME-Version: 1.0\nContent-Type: text/html\n\n<p>",
            &encoding_rs::GB18030
                .encode("白鹭镇法治政府建设年度报告，我镇坚持依法行政，推进法治政府建设。")
                .0,
        ];
        for bytes in promising {
            assert!(is_promising(bytes), "{}", String::from_utf8_lossy(bytes));
        }
        let others: [&[u8]; 5] = [
            b"",
            b"#!/bin/sh\necho 1\n",
            b"<%@ page language=\"java\" %>\n<% out.print(1); %>",
            b"<?php echo 'x'; ?>",
            b"\x89PNG\r\n\x1a\n\0\0\0\0",
        ];
        for bytes in others {
            assert!(!is_promising(bytes), "{}", String::from_utf8_lossy(bytes));
        }
    }
}
