//! Three hits with all that is hard to print: rare characters, quotes, formulas, tabs, line breaks, escape sequences.

use crate::citation::{Locator, cite};
use crate::hits::{Facet, FacetCount, Hit, HitPassage, HitReport, HitSection, Hits, Summary, Totals};
use crate::output::{Format, Options, print_hits};
use crate::query::Scope;
use crate::receipt::{IndexState, Receipt};
use crate::report::{Grade, Level, Metadata, Place, Quality, ReportId, ReportKind, SectionKind};
use crate::schema::fields::Field;

const PLANS: &str = "（三）下一步打算\n=SUM(A1)\t坚持枫桥经验";
const LONG: &str = "（一）坚持和发展新时代“枫桥经验”，推进矛盾纠纷多元化解\n\
    镇综治中心整合司法所、派出所、信访办等力量，建立“一站式”矛盾纠纷调处平台，实行“周排查、月研判、季通报”制度，对排查出的矛盾纠纷逐件登记、\
    逐件分流、逐件销号。全年共排查各类矛盾纠纷232起，调解成功227起，成功率97.8%，其中涉及土地承包、山林权属、邻里关系的占七成以上；\
    建成村级调解室18个，配备专兼职调解员96名，聘请“五老”人员、退休法官担任特邀调解员，做到小事不出村、大事不出镇、矛盾不上交。\
    积极践行新时代“枫桥经验”，在各村设立“板凳会议”议事点，让群众把话说在前头、把理摆在桌面，把矛盾化解在萌芽状态，全年召开板凳会议142场次，\
    收集意见建议317条，办结309条，办结率97.5%，群众满意度持续提升，信访总量同比下降31%，未发生一起民转刑案件，也未发生一起进京越级上访。";

pub(crate) fn printed(format: Format) -> String {
    print(format, &hits(), &Options::default())
}

pub(crate) fn print(format: Format, hits: &Hits, options: &Options) -> String {
    String::from_utf8(bytes(format, hits, options)).unwrap()
}

pub(crate) fn bytes(format: Format, hits: &Hits, options: &Options) -> Vec<u8> {
    let mut out = Vec::new();
    let mut stream = hits.hits.iter().cloned().map(Ok);
    print_hits(format, &hits.summary, &mut stream, options, &mut out).unwrap();
    out
}

/// A receipt of a question.
pub(crate) fn receipt(query: &str) -> Receipt {
    let index = IndexState {
        path: ".baogao".into(),
        contents: "00112233".into(),
        format: 1,
        schema: "4455".into(),
        lexicon: "6677".into(),
        topics: "8899".into(),
        sources: 3,
        reports: 3,
        passages: 90,
    };
    Receipt::new(vec!["search".into(), query.into()], query, query, index)
}

pub(crate) fn nothing() -> Hits {
    let mut hits = hits();
    hits.hits.clear();
    hits.summary.totals = Totals::default();
    hits.summary.facets.clear();
    hits.summary.notes = vec!["no report has the township 古镛乡".into()];
    hits
}

pub(crate) fn hits() -> Hits {
    Hits {
        summary: Summary {
            query: "枫桥经验".into(),
            interpreted: "枫桥经验 year:2021..2024".into(),
            within: Scope::Passage,
            totals: Totals {
                passages: 3,
                reports: 3,
                occurrences: 4,
            },
            took_ms: 1.8,
            limit: None,
            notes: vec![],
            facets: facets(),
            suggestions: Vec::new(),
            explain: None,
        },
        hits: vec![long(), rare(), hostile()],
    }
}

fn facets() -> Vec<Facet> {
    let count = |value: Option<&str>, passages, reports| FacetCount {
        value: value.map(str::to_owned),
        passages,
        reports,
    };
    vec![
        Facet {
            field: Field::Township,
            under: None,
            counts: vec![
                count(Some("古镛镇"), 1204, 12),
                count(Some("𠮷野|乡"), 86, 5),
                count(None, 1, 1),
            ],
        },
        Facet {
            field: Field::Year,
            under: None,
            counts: vec![count(Some("2024"), 2, 2), count(Some("2023"), 1, 1)],
        },
    ]
}

fn hit(rank: u64, report: HitReport, section: HitSection, text: &str, source: Place) -> Hit {
    let chars: Vec<char> = text.chars().collect();
    let wanted: Vec<char> = "枫桥经验".chars().collect();
    let starts = (0..chars.len()).filter(|&at| chars[at..].starts_with(&wanted));
    let highlights: Vec<[usize; 2]> = starts.map(|at| [at, at + wanted.len()]).collect();
    Hit {
        rank,
        score: 9.7 / rank as f32,
        explain: None,
        citation: cite(
            &report,
            &Locator {
                headings: &section.headings,
                number: rank as u32,
                source: &source,
            },
        ),
        passage: HitPassage {
            id: format!("{}-{}", report.id, rank),
            number: rank as u32,
            text: text.into(),
            chars: [1204, 1204 + chars.len()],
            source,
        },
        report,
        section,
        occurrences: highlights.len() as u64,
        highlights,
        topics: vec!["枫桥经验".into(), "矛盾纠纷".into()],
    }
}

fn hit_report(id: ReportId, path: String, metadata: Metadata, quality: Quality) -> HitReport {
    HitReport::new(id, path, metadata.region(), metadata, quality)
}

/// Long, with all metadata and a heading that holds a match.
fn long() -> Hit {
    let report = hit_report(
        ReportId(0xa1),
        "corpus/古镛镇/2024.txt".into(),
        Metadata {
            kind: ReportKind::RuleOfLaw,
            title: Some("古镛镇2024年度法治政府建设工作情况报告".into()),
            year: Some(2024),
            township: Some("古镛镇".into()),
            county: Some("将乐县".into()),
            city: Some("三明市".into()),
            province: Some("福建省".into()),
            level: Some(Level::Township),
            issuing_body: Some("古镛镇人民政府".into()),
            doc_number: Some("将镛委〔2025〕5号".into()),
            index_number: Some("sm09901-1800-2025-00003".into()),
            published: Some("2025-02-07".into()),
            url: None,
        },
        Quality::default(),
    );
    let section = HitSection {
        kind: SectionKind::Achievements,
        label: "主要举措和成效".into(),
        headings: vec![
            "一、2024年推进法治政府建设的主要举措和成效".into(),
            "（一）坚持和发展新时代“枫桥经验”，推进矛盾纠纷多元化解".into(),
        ],
    };
    hit(1, report, section, LONG, Place::Bytes([3120, 3790]))
}

/// Short, with rare characters, quotes and marks of Markdown, and a heading without a match.
fn rare() -> Hit {
    let report = hit_report(
        ReportId(0xa2),
        "corpus/𠮷野乡.docx".into(),
        Metadata {
            title: Some("𠮷野乡\"法治\"报告".into()),
            year: Some(2023),
            township: Some("𠮷野乡".into()),
            ..Metadata::default()
        },
        poor(),
    );
    let section = HitSection {
        kind: SectionKind::Problems,
        label: "存在的不足和原因".into(),
        headings: vec!["二、存在的不足".into()],
    };
    let text = "二、存在的不足\n* 𠮷野乡、㵲阳社区对*枫桥经验*[1]学得不深，<b>“调解”</b>成功率仅97.8%。";
    hit(2, report, section, text, Place::Page(3))
}

/// Nothing known but the path and a number, and everything an attacker would write.
fn hostile() -> Hit {
    let path = "corpus/\u{1b}]0;owned\u{7}\u{202e}txt.exe".into();
    let report = hit_report(
        ReportId(0xa3),
        path,
        Metadata {
            doc_number: Some("=HYPERLINK(\"http://x\")".into()),
            ..Metadata::default()
        },
        Quality::default(),
    );
    let section = HitSection {
        kind: SectionKind::Plans,
        label: "下一年度主要安排".into(),
        headings: vec!["三、下一年安排\u{1b}[2J".into(), "（三）下一步打算".into()],
    };
    hit(3, report, section, PLANS, Place::Row(12))
}

/// The text of a report that was scanned.
fn poor() -> Quality {
    Quality {
        grade: Grade::Poor,
        reasons: vec!["12% of the characters are unreadable".into(), "no page 3".into()],
        chars: 1200,
        unreadable: 0.12,
        missing_pages: vec![3],
        ..Quality::default()
    }
}
