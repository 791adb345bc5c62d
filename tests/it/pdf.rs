//! PDF files through the program: pages as places, and scans with and without OCR.

use std::process::Command;

use crate::sample::corpus;
use crate::testdir::TestDir;

fn folder_with(name: &str) -> TestDir {
    let dir = TestDir::new();
    std::fs::copy(corpus().join("chenghu").join(name), dir.path(name)).expect("a copy");
    dir
}

#[test]
fn hits_in_a_pdf_name_their_page() {
    let dir = folder_with("qingyun-2024.pdf");
    dir.index(".");
    let json = dir
        .run(&["search", "50亩以上的流转合同", "--format", "json"])
        .exits(0)
        .value();
    assert_eq!(json["hits"][0]["passage"]["source"], serde_json::json!({"page": 2}));
}

/// Whether a program is there.
fn runs(program: &str, argument: &str) -> bool {
    Command::new(program)
        .arg(argument)
        .output()
        .is_ok_and(|output| output.status.success())
}

#[test]
fn a_scan_is_named_and_is_tried_again_with_ocr() {
    let dir = folder_with("xiabu-2020-scan.pdf");
    let output = dir.run(&["index", "."]);
    assert_eq!(output.code, 3, "{output}");
    let told = format!("{}{}", output.stdout, output.stderr);
    assert!(told.contains("a scan: no text on its 1 page"), "{output}");

    let output = dir.run(&["index", ".", "--ocr"]);
    let told = format!("{}{}", output.stdout, output.stderr);
    if runs("pdftoppm", "-v") && runs("tesseract", "--version") {
        assert_eq!(output.code, 0, "{output}");
        let inspected = dir.run(&["inspect", "xiabu-2020-scan.pdf", "--ocr"]);
        assert!(inspected.stdout.contains("read by OCR: page 1 of 1"), "{inspected}");
        let hits = dir.search(&["执法人员不足"]).hits;
        assert_eq!(hits.len(), 1);
    } else {
        assert_eq!(output.code, 3, "{output}");
        assert!(told.contains("is not installed"), "{output}");
    }
}
