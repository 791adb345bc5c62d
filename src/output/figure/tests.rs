//! Figures of every shape: what stands in them, and that nothing stands on anything else.

use super::*;
use crate::figure::{Line, Panel};
use crate::table::{Cell, Column, Kind};

/// A figure of so many years, lines and panels.
fn figure(years: u16, lines: usize, panels: usize, value: fn(usize, usize) -> Option<f64>) -> Figure {
    let panel = |panel: usize| Panel {
        title: if panels > 1 {
            format!("第{panel}个很长很长很长很长很长很长很长很长的县名")
        } else {
            String::new()
        },
        lines: (0..lines)
            .map(|line| Line {
                name: [
                    "网格员",
                    "新时代“枫桥经验”<及其>在乡镇一级的深化与拓展",
                    "a term in Latin letters",
                ][line % 3]
                    .repeat(1 + line / 3),
                values: (0..usize::from(years)).map(|year| value(line, year)).collect(),
            })
            .collect(),
        reports: (0..u64::from(years)).map(|year| year * 37 % 1400).collect(),
    };
    Figure {
        title: "枫桥经验、网格员：每千字次数".repeat(1 + lines / 4),
        measure: "每千字次数".to_owned(),
        kind: Kind::Decimal(3),
        years: (0..years).map(|year| 1996 + year).collect(),
        panels: (0..panels).map(panel).collect(),
        notes: vec!["资料：72份报告，82612字；筛选：county:江渝区,将乐县 year:2017..2025。n：各年报告数。".repeat(2)],
    }
}

fn some(line: usize, year: usize) -> Option<f64> {
    (year % 7 != 3).then(|| ((line + 1) * (year + 2) % 11) as f64 / 7.0)
}

/// A text of a figure, and the room it takes: left, top, right, bottom.
type Placed = (String, [f64; 4]);

fn placed_texts(svg: &str) -> Vec<Placed> {
    let element = regex::Regex::new(r#"<text x="([-\d.]+)" y="([-\d.]+)" font-size="([\d.]+)"( text-anchor="(\w+)")?( transform="rotate[^"]*")?>([^<]*)</text>"#)
        .unwrap();
    let place = |found: regex::Captures<'_>| {
        let number = |at: usize| found[at].parse::<f64>().unwrap();
        let (x, y, size) = (number(1), number(2), number(3));
        let text = found[7]
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"");
        let long = scale::width(&text) * size;
        let ends = match found.get(5).map(|anchor| anchor.as_str()) {
            Some("middle") => [x - long / 2.0, x + long / 2.0],
            Some("end") => [x - long, x],
            _ => [x, x + long],
        };
        let room = match found.get(6) {
            Some(_) => [x - size * 0.75, y - long, x, y],
            None => [ends[0], y - size * 0.75, ends[1], y],
        };
        (text, room)
    };
    element.captures_iter(svg).map(place).collect()
}

#[test]
fn nothing_stands_on_anything_else() {
    for years in [1, 2, 3, 9, 17, 30, 55, 72, 150] {
        for lines in [1, 2, 8, MOST_LINES] {
            for panels in [1, 2, 5] {
                let svg = svg(&figure(years, lines, panels, some), None);
                let texts = placed_texts(&svg);
                assert!(texts.len() > 4);
                let height: f64 = svg
                    .split_once("height=\"")
                    .unwrap()
                    .1
                    .split('"')
                    .next()
                    .unwrap()
                    .parse()
                    .unwrap();
                for (at, (text, [left, top, right, bottom])) in texts.iter().enumerate() {
                    let shape = format!("{years} years, {lines} lines, {panels} panels");
                    let is_inside = *left >= 0.0 && *top >= 0.0 && *right <= 720.5 && *bottom <= height;
                    assert!(
                        is_inside,
                        "{shape}: {text} leaves the page: {left} {top} {right} {bottom}"
                    );
                    for (other, [l, t, r, b]) in &texts[at + 1..] {
                        let apart = right <= l || r <= left || bottom <= t || b <= top;
                        assert!(apart, "{shape}: {text} stands on {other}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_gap_parts_a_line_and_a_zero_does_not() {
    let values = |_: usize, year: usize| [Some(1.0), Some(0.0), None, Some(2.0), Some(1.0)][year];
    let svg = svg(&figure(5, 1, 1, values), None);
    let line = svg.lines().find(|line| line.contains("stroke-linejoin")).unwrap();
    let path = line.split('"').nth(1).unwrap();
    let steps: String = path.chars().filter(char::is_ascii_uppercase).collect();
    assert_eq!(steps, "MLML");
    assert_eq!(svg.matches("<circle").count(), 4);
}

#[test]
fn lines_of_nothing_but_zeros_and_of_nothing_can_be_drawn() {
    for value in [|_: usize, _: usize| Some(0.0), |_: usize, _: usize| None] {
        let svg = svg(&figure(4, 2, 1, value), None);
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }
}

#[test]
fn lines_look_different_without_colours() {
    let svg = svg(&figure(1, MOST_LINES, 1, |_, _| Some(1.0)), None);
    let uncolored = regex::Regex::new("#[0-9a-f]{6}").unwrap();
    let numbers = regex::Regex::new(r"[-\d.]+").unwrap();
    let samples = svg.lines().filter(|line| line.contains("h30.0")).count();
    assert_eq!(samples, MOST_LINES);
    let legend: Vec<&str> = svg
        .lines()
        .skip_while(|line| !line.contains("h30.0"))
        .take(3 * MOST_LINES)
        .collect();
    let looks = legend.chunks(3).map(|sample| {
        let dash = sample[0]
            .split("stroke-dasharray=")
            .nth(1)
            .unwrap_or_default()
            .to_owned();
        let mark = sample[1].replace("#ffffff", "hollow");
        let mark = uncolored.replace_all(&mark, "").into_owned();
        dash + &numbers.replace_all(&mark, "")
    });
    let looks: Vec<String> = looks.collect();
    let different: std::collections::BTreeSet<&String> = looks.iter().take(8).collect();
    assert_eq!(different.len(), 8, "{looks:#?}");
}

#[test]
fn a_figure_is_xml_whatever_it_is_called() {
    let mut figure = figure(3, 2, 1, some);
    figure.title = "<script>&\"\u{1b}\u{0}]]>".to_owned();
    let svg = svg(&figure, None);
    let mut reader = quick_xml::Reader::from_str(&svg);
    loop {
        match reader.read_event().expect("well-formed XML") {
            quick_xml::events::Event::Eof => break,
            quick_xml::events::Event::Start(tag) => assert_ne!(tag.name().as_ref(), "script"),
            _ => {}
        }
    }
    assert!(!svg.contains(['\u{1b}', '\u{0}']));
}

#[test]
fn what_cannot_be_drawn_is_an_error() {
    let table = Table::default();
    let mut out = Vec::new();
    let mut print = |figure: &Figure| {
        let mut rows = std::iter::empty();
        print_figure(
            FigureFormat::Svg,
            figure,
            (&table, &mut rows),
            &Options::default(),
            &mut out,
        )
    };
    let many = print(&figure(3, MOST_LINES + 1, 1, some)).unwrap_err();
    assert_eq!(many.to_string(), "13 lines cannot be told apart in a figure; 12 can");
    let none = print(&figure(0, 1, 1, some)).unwrap_err();
    assert!(none.to_string().starts_with("there is nothing to draw"));
    assert!(out.is_empty());
}

#[test]
fn the_figure_has_the_seal_of_its_table() {
    let table = Table {
        columns: vec![Column::new("year", "年份", Kind::Year)],
        ..Table::default()
    };
    let rows = || [2021, 2022].map(|year| Ok(vec![Cell::Whole(year)])).into_iter();
    let mut out = Vec::new();
    let options = Options::default();
    let drawn = print_figure(
        FigureFormat::Svg,
        &figure(2, 1, 1, some),
        (&table, &mut rows()),
        &options,
        &mut out,
    );
    let printed = crate::output::print_table(
        crate::output::Format::Csv,
        &table,
        &mut rows(),
        &options,
        &mut Vec::new(),
    );
    assert_eq!(drawn.unwrap().fingerprint(), printed.unwrap().fingerprint());
}

#[test]
fn a_terminal_shows_zeros_and_gaps_apart() {
    let printed = |figure: &Figure| {
        let mut out = Vec::new();
        print_drawing(figure, &Options::default(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    let values = |line: usize, year: usize| [Some(4.0), Some(0.0), None, Some((line + 1) as f64)][year];
    insta::assert_snapshot!(printed(&figure(4, 1, 1, values)), @r"

    每千字次数，1996–1999
    1996  4.000  ████████████████████████████████████████
    1997  0.000
    1998         （无报告）
    1999  1.000  ██████████
    ");
    insta::assert_snapshot!(printed(&figure(4, 2, 1, values)), @r"

    每千字次数，1996–1999
    网格员                                    █· ▂  1996：4.000
    新时代“枫桥经验”<及其>在乡镇一级的深化…   █· ▄  1996：4.000
    每行各按自己的最高值（右）；· 为零，空白为该年没有报告
    ");
}
