use std::io::{Cursor, Read};

use quick_xml::events::Event;

use crate::output::{Format, Options, fixture, print_table};
use crate::table::{Cell, Column, Kind, Table};

fn hits() -> Vec<u8> {
    let options = Options {
        receipt: Some(fixture::receipt("枫桥经验")),
        ..Options::default()
    };
    fixture::bytes(Format::Docx, &fixture::hits(), &options)
}

fn parts(bytes: &[u8]) -> Vec<(String, String)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    let read = names.into_iter().map(|name| {
        let mut text = String::new();
        archive.by_name(&name).unwrap().read_to_string(&mut text).unwrap();
        (name, text)
    });
    read.collect()
}

fn part_of(bytes: &[u8], name: &str) -> String {
    let found = parts(bytes).into_iter().find(|(part, _)| part == name);
    found.unwrap_or_else(|| panic!("no part {name}")).1
}

#[test]
fn every_part_is_xml_declared_and_related() {
    let bytes = hits();
    let parts = parts(&bytes);
    let types = part_of(&bytes, "[Content_Types].xml");
    let relations = part_of(&bytes, "word/_rels/document.xml.rels") + &part_of(&bytes, "_rels/.rels");
    for (name, text) in &parts {
        let mut reader = quick_xml::Reader::from_str(text);
        reader.config_mut().check_end_names = true;
        loop {
            match reader.read_event() {
                Ok(Event::Eof) => break,
                Ok(_) => {}
                Err(error) => panic!("{name}: {error}"),
            }
        }
        if !name.ends_with(".rels") && name != "[Content_Types].xml" {
            assert!(types.contains(&format!("PartName=\"/{name}\"")), "{name}");
            let target = name.strip_prefix("word/").unwrap_or(name);
            assert!(relations.contains(target), "{name}");
        }
    }
}

#[test]
fn every_style_that_is_used_is_declared() {
    let bytes = hits();
    let styles = part_of(&bytes, "word/styles.xml");
    let used = regex::Regex::new("<w:(?:p|r|tbl)Style w:val=\"(\\w+)\"").unwrap();
    for name in ["word/document.xml", "word/footnotes.xml", "word/footer1.xml"] {
        for style in used.captures_iter(&part_of(&bytes, name)) {
            assert!(
                styles.contains(&format!("w:styleId=\"{}\"", &style[1])),
                "{}",
                &style[1]
            );
        }
    }
    assert!(styles.contains("w:eastAsia=\"宋体\"") && styles.contains("w:eastAsia=\"黑体\""));
}

#[test]
fn passages_are_quotations_with_bold_matches_and_citations_below() {
    let bytes = hits();
    let text = part_of(&bytes, "word/document.xml");
    let notes = part_of(&bytes, "word/footnotes.xml");
    for (hit, id) in fixture::hits().hits.iter().zip(2..) {
        assert_eq!(
            text.matches(&format!("<w:footnoteReference w:id=\"{id}\"/>")).count(),
            1
        );
        assert_eq!(notes.matches(&format!("<w:footnote w:id=\"{id}\">")).count(), 1);
        let beginning: String = hit.citation.chars().take(8).collect();
        assert!(
            notes.contains(&*super::escaped(&super::visible::line(&beginning))),
            "{beginning}"
        );
    }
    let bold = "<w:rStyle w:val=\"Match\"/></w:rPr><w:t xml:space=\"preserve\">枫桥经验</w:t>";
    let highlights: usize = fixture::hits().hits.iter().map(|hit| hit.highlights.len()).sum();
    assert_eq!(text.matches(bold).count(), highlights);
    assert!(!text.contains('\u{1b}') && text.contains("{&quot;program&quot;:&quot;baogao "));
}

#[test]
fn tables_repeat_their_header_and_wide_ones_lie_across() {
    let printed = |columns: usize| {
        let table = Table {
            title: "各乡镇".into(),
            columns: (0..columns)
                .map(|n| Column::new(&format!("c{n}"), &format!("第{n}列"), Kind::Count))
                .collect(),
            ..Table::default()
        };
        let mut rows = (0..3).map(|n| Ok(vec![Cell::Whole(n); columns]));
        let mut out = Vec::new();
        print_table(Format::Docx, &table, &mut rows, &Options::default(), &mut out).map(|_| out)
    };
    let narrow = part_of(&printed(3).unwrap(), "word/document.xml");
    assert_eq!(
        (
            narrow.matches("<w:tblHeader/>").count(),
            narrow.matches("<w:tr>").count()
        ),
        (1, 4)
    );
    assert!(!narrow.contains("landscape"));
    assert!(part_of(&printed(9).unwrap(), "word/document.xml").contains("landscape"));
    let error = printed(64).unwrap_err();
    assert_eq!(
        error.to_string(),
        "standard output: 64 columns, and a table in Word has at most 63"
    );
}
