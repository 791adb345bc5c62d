//! How fast hits are written in each format, and how much memory that takes: `cargo bench --bench export [-- HITS]`, a million unless
//! said otherwise. Hits are made one at a time and handed straight to the printer, each format in a process of its own, into a file as
//! `-o` writes it. What it said last stands in `benches/README.md`. It needs Linux (`/proc`).

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use baogao::citation::{Locator, cite};
use baogao::hits::{Hit, HitPassage, HitReport, HitSection, Summary, Totals};
use baogao::output::{Format, Options, print_hits};
use baogao::query::Scope;
use baogao::report::{Level, Metadata, Place, Quality, ReportId, SectionKind, passage_id};

const USUAL_HITS: u64 = 1_000_000;
/// More memory than this is none that is bounded.
const MOST_MEGABYTES: u64 = 200;

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    match arguments.as_slice() {
        [format, hits] => measure(
            Format::named(format).expect("a format"),
            hits.parse().expect("a number"),
        ),
        [hits] => compare(hits.parse().expect("how many hits")),
        _ => compare(USUAL_HITS),
    }
}

/// Every format in a process of its own.
fn compare(hits: u64) {
    println!("{hits} hits");
    println!(
        "{:<10} {:>10} {:>8} {:>10} {:>8}",
        "format", "hits/s", "s", "file MB", "peak MB"
    );
    let program = std::env::current_exe().expect("this program");
    let mut wrong = Vec::new();
    // Bibliographies hold reports, each once, and come at the end.
    for format in Format::ALL.into_iter().filter(|format| !format.is_bibliography()) {
        let output = Command::new(&program)
            .args([format.name(), &hits.to_string()])
            .output()
            .expect("a process");
        assert!(
            output.status.success(),
            "{format}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        print!("{told}");
        let peak: u64 = told
            .split_whitespace()
            .last()
            .and_then(|peak| peak.parse().ok())
            .expect("a number");
        wrong.extend((peak > MOST_MEGABYTES).then(|| format.name()));
    }
    assert!(wrong.is_empty(), "more than {MOST_MEGABYTES} MB: {}", wrong.join(", "));
}

/// Writes the hits once.
fn measure(format: Format, hits: u64) {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("export.{}", format.endings()[0]));
    let start = Instant::now();
    let written = write(format, hits, &path);
    let seconds = start.elapsed().as_secs_f64();
    assert_eq!(written, hits);
    let bytes = path.metadata().expect("the file").len();
    println!(
        "{:<10} {:>10.0} {seconds:>8.1} {:>10.0} {:>8}",
        format.name(),
        hits as f64 / seconds,
        bytes as f64 / 1e6,
        peak_megabytes()
    );
    std::fs::remove_file(&path).expect("the file removed");
}

fn write(format: Format, hits: u64, path: &Path) -> u64 {
    let mut out = BufWriter::new(File::create(path).expect("a file"));
    let mut written = 0;
    let mut stream = (1..=hits).map(|rank| {
        written += 1;
        Ok(hit(rank))
    });
    let options = Options {
        destination: path.display().to_string(),
        full: true,
        ..Options::default()
    };
    print_hits(format, &summary(hits), &mut stream, &options, &mut out).expect("the hits written");
    out.flush().expect("the file written");
    written
}

fn summary(hits: u64) -> Summary {
    Summary {
        query: "枫桥经验".into(),
        interpreted: "枫桥经验".into(),
        within: Scope::Passage,
        totals: Totals {
            passages: hits,
            reports: hits / 20,
            occurrences: hits,
        },
        took_ms: 1.0,
        limit: None,
        notes: Vec::new(),
        facets: Vec::new(),
        suggestions: Vec::new(),
        explain: None,
    }
}

/// A hit of the usual size, 170 characters, with numbers of its own.
fn hit(rank: u64) -> Hit {
    let township = format!("第{}镇", rank % 1009);
    let text = format!(
        "坚持和发展新时代“枫桥经验”，{township}综治中心整合司法所、派出所、信访办等力量，全年共排查各类矛盾纠纷{}起，调解成功{}起，其中涉及\
         土地承包、山林权属、邻里关系的占七成以上；建成村级调解室{}个，配备专兼职调解员{}名，做到小事不出村、大事不出镇、矛盾不上交，\
         收集意见建议{}条，办结率9{}.5%，群众满意度持续提升，信访总量同比下降{}%。",
        rank % 997,
        rank % 883,
        rank % 31,
        rank % 211,
        rank % 1201,
        rank % 9,
        rank % 41
    );
    let chars = text.chars().count();
    let metadata = Metadata {
        title: Some(format!("{township}2024年度法治政府建设工作情况报告")),
        year: Some(2015 + (rank % 10) as u16),
        township: Some(township.clone()),
        county: Some("将乐县".into()),
        level: Some(Level::Township),
        issuing_body: Some(format!("{township}人民政府")),
        published: Some("2025-02-07".into()),
        ..Metadata::default()
    };
    let id = ReportId(rank / 20);
    let path = format!("reports/{township}/{}.txt", rank / 20);
    let report = HitReport::new(
        id,
        path,
        Some(format!("福建省/三明市/将乐县/{township}")),
        metadata,
        Quality::default(),
    );
    let section = HitSection {
        kind: SectionKind::Achievements,
        label: "主要举措和成效".into(),
        headings: vec!["一、主要举措和成效".into(), "（三）化解矛盾纠纷".into()],
    };
    let source = Place::Bytes([3120, 3790]);
    let locator = Locator {
        headings: &section.headings,
        number: 3,
        source: &source,
    };
    Hit {
        rank,
        score: 9.7,
        explain: None,
        citation: cite(&report, &locator),
        passage: HitPassage {
            id: passage_id(id, (rank % 20) as u32),
            text,
            number: 3,
            chars: [1204, 1204 + chars],
            source,
        },
        report,
        section,
        highlights: vec![[9, 13]],
        occurrences: 1,
        topics: vec!["枫桥经验".into(), "矛盾纠纷".into()],
    }
}

/// The most memory that this process ever had.
fn peak_megabytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("/proc");
    let line = status.lines().find(|line| line.starts_with("VmHWM")).expect("VmHWM");
    let kilobytes = line
        .split_whitespace()
        .nth(1)
        .and_then(|number| number.parse::<u64>().ok());
    kilobytes.expect("a number") / 1024
}
