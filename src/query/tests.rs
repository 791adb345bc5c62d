//! The language, as tables: text → tree → text, and text → error.

use std::ops::Range;

use proptest::prelude::*;

use super::parse::DEEPEST;
use super::{Filter, Near, Phrase, Query, Regex, Scope, Wanted, Words};
use crate::error::{Error, ErrorKind};
use crate::report::{Level, ReportKind, SectionKind};
use crate::schema::fields::{Field, Matching};
use crate::schema::values::values_of;
use crate::text::fold::fold_phrase;
use crate::text::spans::Nearness;

/// A tree in a line: `(and ⟨枫桥⟩ (not ⟨信访⟩) township=古镛镇)`.
fn tree(query: &Query, text: fn(&str) -> String) -> String {
    let list = |name: &str, parts: &[Query]| {
        let parts: Vec<String> = parts.iter().map(|part| tree(part, text)).collect();
        format!("({name} {})", parts.join(" "))
    };
    match query {
        Query::All => "*".to_owned(),
        Query::Phrase(phrase) => format!("⟨{}⟩", text(&phrase.text)),
        Query::Pattern(pattern) => format!("pattern⟨{}⟩", text(&pattern.text)),
        Query::Near(near) => {
            let words: Vec<String> = near.words.iter().map(|word| text(&word.text)).collect();
            let sign = if near.nearness.ordered { "<" } else { "<>" };
            format!("near⟨{}⟩{sign}{}", words.join("|"), near.nearness.distance)
        }
        Query::Regex(regex) => format!("regex⟨{}⟩", text(&regex.text)),
        Query::Words(words) => format!("words⟨{}⟩", text(&words.text)),
        Query::Heading(phrase) => format!("heading⟨{}⟩", text(&phrase.text)),
        Query::Within(scope, inner) => list(scope.name(), std::slice::from_ref(inner)),
        Query::Filter(filter) => {
            let values = filter.values.iter().map(|value| match value {
                Wanted::Text(value) => text(value),
                Wanted::Exactly(value) => format!("={}", text(value)),
                years => format!("{years}"),
            });
            format!("{}={}", filter.field, values.collect::<Vec<_>>().join("|"))
        }
        Query::And(parts) => list("and", parts),
        Query::Or(parts) => list("or", parts),
        Query::Not(inner) => list("not", std::slice::from_ref(inner)),
    }
}

fn as_written(text: &str) -> String {
    text.to_owned()
}

/// The lists and negations that are not in the simple form.
fn faults(query: &Query) -> usize {
    match query {
        Query::And(parts) | Query::Or(parts) => {
            let nested = |part: &&Query| std::mem::discriminant(*part) == std::mem::discriminant(query);
            usize::from(parts.len() < 2) + parts.iter().filter(nested).count() + parts.iter().map(faults).sum::<usize>()
        }
        Query::Not(inner) => usize::from(matches!(**inner, Query::Not(_))) + faults(inner),
        Query::Within(_, inner) => faults(inner),
        Query::Pattern(pattern) => usize::from(pattern.runs().next().is_none()),
        Query::Near(near) => usize::from(near.words.len() < 2),
        Query::Heading(phrase) => usize::from(phrase.folded.is_empty()),
        Query::Words(words) => usize::from(words.folded.is_empty()),
        Query::Regex(_) => 0,
        Query::Phrase(phrase) => usize::from(phrase.folded.is_empty()),
        Query::Filter(filter) => usize::from(filter.values.is_empty()),
        Query::All => 0,
    }
}

fn span_of(error: &Error) -> (Range<usize>, &str) {
    match &error.kind {
        ErrorKind::Syntax { span, reason, .. } => (span.clone(), reason),
        _ => panic!("{error}"),
    }
}

/// Text, tree, text as it is written back.
const READ: &[(&str, &str, &str)] = &[
    // Phrases.
    ("枫桥经验", "⟨枫桥经验⟩", "枫桥经验"),
    ("  枫桥经验\n", "⟨枫桥经验⟩", "枫桥经验"),
    ("\"枫桥经验\"", "⟨枫桥经验⟩", "枫桥经验"),
    ("“枫桥经验”", "⟨枫桥经验⟩", "枫桥经验"),
    ("「枫桥经验」", "⟨枫桥经验⟩", "枫桥经验"),
    ("『枫桥经验』", "⟨枫桥经验⟩", "枫桥经验"),
    ("＂枫桥经验＂", "⟨枫桥经验⟩", "枫桥经验"),
    ("“枫桥经验\"", "⟨枫桥经验⟩", "枫桥经验"),
    ("\"枫桥经验”", "⟨枫桥经验⟩", "枫桥经验"),
    ("“枫桥\" “经验”", "(and ⟨枫桥⟩ ⟨经验⟩)", "枫桥 经验"),
    ("\"枫桥 经验\"", "⟨枫桥 经验⟩", "\"枫桥 经验\""),
    ("\"枫桥\n经验\"", "⟨枫桥\n经验⟩", "\"枫桥\n经验\""),
    ("新时代“枫桥经验”", "⟨新时代“枫桥经验”⟩", "新时代“枫桥经验”"),
    ("新时代\"枫桥 经验\"", "⟨新时代\"枫桥 经验\"⟩", "新时代\"枫桥 经验\""),
    ("“枫桥经验”工作法", "⟨“枫桥经验”工作法⟩", "“枫桥经验”工作法"),
    ("“三会一课”“主题党日”", "⟨“三会一课”“主题党日”⟩", "“三会一课”“主题党日”"),
    ("\"新时代“枫桥经验”\"", "⟨新时代“枫桥经验”⟩", "新时代“枫桥经验”"),
    (
        "“新时代\"枫桥经验\"工作”",
        "⟨新时代\"枫桥经验\"工作⟩",
        "新时代\"枫桥经验\"工作",
    ),
    ("“新时代“枫桥 经验””", "⟨新时代“枫桥 经验”⟩", "新时代“枫桥 经验”"),
    ("「新时代「枫桥」」", "⟨新时代「枫桥」⟩", "新时代「枫桥」"),
    ("\"一\"\"二\"", "⟨一\"二⟩", "「一\"二」"),
    ("「一\"」」二」", "⟨一\"」二⟩", "『一\"」二』"),
    ("村(社区)干部", "⟨村(社区)干部⟩", "村(社区)干部"),
    ("村（社区）干部", "⟨村（社区）干部⟩", "村（社区）干部"),
    ("村(a(b)c)干部", "⟨村(a(b)c)干部⟩", "村(a(b)c)干部"),
    ("(村(社区)干部)", "⟨村(社区)干部⟩", "村(社区)干部"),
    ("“村”(社区)", "⟨“村”(社区)⟩", "“村”(社区)"),
    ("2021-2025", "⟨2021-2025⟩", "2021-2025"),
    ("2021—2025年", "⟨2021—2025年⟩", "2021—2025年"),
    ("12:30", "⟨12:30⟩", "12:30"),
    ("http://www.gov.cn", "⟨http://www.gov.cn⟩", "http://www.gov.cn"),
    ("要求：", "⟨要求：⟩", "要求："),
    ("各乡镇：认真落实", "⟨各乡镇：认真落实⟩", "各乡镇：认真落实"),
    ("id:5", "⟨id:5⟩", "id:5"),
    (":5", "⟨:5⟩", ":5"),
    ("素质。推进", "⟨素质。推进⟩", "素质。推进"),
    ("枫桥经验，网格员", "⟨枫桥经验，网格员⟩", "枫桥经验，网格员"),
    ("《行政处罚法》", "⟨《行政处罚法》⟩", "《行政处罚法》"),
    ("97.8%", "⟨97.8%⟩", "97.8%"),
    ("C#", "⟨C#⟩", "C#"),
    ("1/3", "⟨1/3⟩", "1/3"),
    ("法治|国家", "⟨法治|国家⟩", "法治|国家"),
    // In quotes every mark is ordinary.
    ("\"调解*纠纷\"", "⟨调解*纠纷⟩", "\"调解*纠纷\""),
    ("“为什么？”", "⟨为什么？⟩", "\"为什么？\""),
    ("\"OR\"", "⟨OR⟩", "\"OR\""),
    ("“与”", "⟨与⟩", "\"与\""),
    ("\"-信访\"", "⟨-信访⟩", "\"-信访\""),
    ("\"township:古镛镇\"", "⟨township:古镛镇⟩", "\"township:古镛镇\""),
    ("\"townshp:古镛镇\"", "⟨townshp:古镛镇⟩", "\"townshp:古镛镇\""),
    ("\"/法治/\"", "⟨/法治/⟩", "\"/法治/\""),
    ("“（一）加强”", "⟨（一）加强⟩", "\"（一）加强\""),
    // And.
    ("枫桥经验 网格员", "(and ⟨枫桥经验⟩ ⟨网格员⟩)", "枫桥经验 网格员"),
    (
        "枫桥经验　网格员\t调解\n信访",
        "(and ⟨枫桥经验⟩ ⟨网格员⟩ ⟨调解⟩ ⟨信访⟩)",
        "枫桥经验 网格员 调解 信访",
    ),
    (
        "甲 AND 乙 与 丙 ＡＮＤ 丁 與 戊",
        "(and ⟨甲⟩ ⟨乙⟩ ⟨丙⟩ ⟨丁⟩ ⟨戊⟩)",
        "甲 乙 丙 丁 戊",
    ),
    ("甲 and 乙", "(and ⟨甲⟩ ⟨and⟩ ⟨乙⟩)", "甲 and 乙"),
    (
        "与会人员 非法 或者",
        "(and ⟨与会人员⟩ ⟨非法⟩ ⟨或者⟩)",
        "与会人员 非法 或者",
    ),
    (
        "ANDROID ORAL NOTE",
        "(and ⟨ANDROID⟩ ⟨ORAL⟩ ⟨NOTE⟩)",
        "ANDROID ORAL NOTE",
    ),
    // Or, and how tightly they bind.
    (
        "甲 OR 乙 或 丙 ＯＲ 丁",
        "(or ⟨甲⟩ ⟨乙⟩ ⟨丙⟩ ⟨丁⟩)",
        "甲 OR 乙 OR 丙 OR 丁",
    ),
    (
        "甲 乙 OR 丙 丁",
        "(or (and ⟨甲⟩ ⟨乙⟩) (and ⟨丙⟩ ⟨丁⟩))",
        "甲 乙 OR 丙 丁",
    ),
    ("甲 (乙 OR 丙) 丁", "(and ⟨甲⟩ (or ⟨乙⟩ ⟨丙⟩) ⟨丁⟩)", "甲 (乙 OR 丙) 丁"),
    (
        "（甲 或 乙）（丙 或 丁）",
        "(and (or ⟨甲⟩ ⟨乙⟩) (or ⟨丙⟩ ⟨丁⟩))",
        "(甲 OR 乙) (丙 OR 丁)",
    ),
    ("甲 OR(乙 丙)", "(or ⟨甲⟩ (and ⟨乙⟩ ⟨丙⟩))", "甲 OR 乙 丙"),
    ("甲 OR\"乙\"", "(or ⟨甲⟩ ⟨乙⟩)", "甲 OR 乙"),
    ("((甲 OR 乙) OR 丙)", "(or ⟨甲⟩ ⟨乙⟩ ⟨丙⟩)", "甲 OR 乙 OR 丙"),
    ("((甲 乙) 丙)", "(and ⟨甲⟩ ⟨乙⟩ ⟨丙⟩)", "甲 乙 丙"),
    ("((甲))", "⟨甲⟩", "甲"),
    // Not.
    ("枫桥经验 -信访", "(and ⟨枫桥经验⟩ (not ⟨信访⟩))", "枫桥经验 -信访"),
    ("枫桥经验 －信访", "(and ⟨枫桥经验⟩ (not ⟨信访⟩))", "枫桥经验 -信访"),
    ("NOT 信访", "(not ⟨信访⟩)", "-信访"),
    ("非 信访", "(not ⟨信访⟩)", "-信访"),
    ("ＮＯＴ 信访", "(not ⟨信访⟩)", "-信访"),
    ("甲 AND NOT 乙 OR 丙", "(or (and ⟨甲⟩ (not ⟨乙⟩)) ⟨丙⟩)", "甲 -乙 OR 丙"),
    ("NOT NOT 甲", "⟨甲⟩", "甲"),
    ("--甲", "⟨甲⟩", "甲"),
    ("NOT -NOT 甲", "(not ⟨甲⟩)", "-甲"),
    ("-(-(甲 乙)) 丙", "(and ⟨甲⟩ ⟨乙⟩ ⟨丙⟩)", "甲 乙 丙"),
    ("-(甲 OR 乙)", "(not (or ⟨甲⟩ ⟨乙⟩))", "-(甲 OR 乙)"),
    ("-(甲 乙)", "(not (and ⟨甲⟩ ⟨乙⟩))", "-(甲 乙)"),
    ("NOT(甲)", "(not ⟨甲⟩)", "-甲"),
    ("-“社会 治理”", "(not ⟨社会 治理⟩)", "-\"社会 治理\""),
    ("-township:古镛镇", "(not township=古镛镇)", "-township:古镛镇"),
    // Everything.
    ("*", "*", "*"),
    ("＊ -信访", "(and * (not ⟨信访⟩))", "* -信访"),
    // Filters.
    ("township:古镛镇", "township=古镛镇", "township:古镛镇"),
    ("乡镇：古镛镇", "township=古镛镇", "township:古镛镇"),
    ("鄉鎮：古鏞鎮", "township=古鏞鎮", "township:古鏞鎮"),
    ("ＴＯＷＮＳＨＩＰ：古镛镇", "township=古镛镇", "township:古镛镇"),
    (
        "Issuing-Body:人民政府",
        "issuing_body=人民政府",
        "issuing_body:人民政府",
    ),
    (
        "body:\"人民 政府\"",
        "issuing_body=人民 政府",
        "issuing_body:\"人民 政府\"",
    ),
    ("街道:\"a,b\"", "township=a,b", "township:\"a,b\""),
    (
        "township:古镛镇,高唐镇，白莲镇、万安镇|大源乡",
        "township=古镛镇|高唐镇|白莲镇|万安镇|大源乡",
        "township:古镛镇,高唐镇,白莲镇,万安镇,大源乡",
    ),
    (
        "township:“古镛镇”,\"高唐镇\"",
        "township=古镛镇|高唐镇",
        "township:古镛镇,高唐镇",
    ),
    (
        "township:“古镛镇\",高唐镇",
        "township=古镛镇|高唐镇",
        "township:古镛镇,高唐镇",
    ),
    ("township:?", "township=?", "township:?"),
    (
        "township:=古镛镇,＝高唐",
        "township==古镛镇|=高唐",
        "township:=古镛镇,=高唐",
    ),
    (
        "body:=“法治 政府”",
        "issuing_body==法治 政府",
        "issuing_body:=\"法治 政府\"",
    ),
    ("township:\"=甲\"", "township==甲", "township:\"=甲\""),
    ("section:=问题", "section=problems", "section:problems"),
    ("year:？,2021", "year=?|2021", "year:?,2021"),
    ("(county:将乐县)", "county=将乐县", "county:将乐县"),
    (
        "县：开发区（高新区）",
        "county=开发区（高新区）",
        "county:开发区（高新区）",
    ),
    ("topic:枫桥经验", "topic=枫桥经验", "topic:枫桥经验"),
    ("主题：“枫桥经验”", "topic=枫桥经验", "topic:枫桥经验"),
    (
        "法治 year:2021..2024 section:problems",
        "(and ⟨法治⟩ year=2021..2024 section=problems)",
        "法治 year:2021..2024 section:problems",
    ),
    ("year:2021", "year=2021", "year:2021"),
    ("年份：２０２１", "year=2021", "year:2021"),
    ("year:2021年", "year=2021", "year:2021"),
    ("年度:2021年度", "year=2021", "year:2021"),
    ("year:\"2021\"", "year=2021", "year:2021"),
    ("year:2021-2024", "year=2021..2024", "year:2021..2024"),
    ("year:2021—2024", "year=2021..2024", "year:2021..2024"),
    ("year:2021——2024", "year=2021..2024", "year:2021..2024"),
    ("year:2021～2024", "year=2021..2024", "year:2021..2024"),
    ("year:２０２１．．２０２４", "year=2021..2024", "year:2021..2024"),
    ("year:2021年至2024年", "year=2021..2024", "year:2021..2024"),
    ("year:..2020", "year=..2020", "year:..2020"),
    ("year:2021..", "year=2021..", "year:2021.."),
    ("year:2021..2021", "year=2021", "year:2021"),
    (
        "year:..2018,2021、2023..",
        "year=..2018|2021|2023..",
        "year:..2018,2021,2023..",
    ),
    ("section:成效", "section=achievements", "section:achievements"),
    (
        "章节：存在的不足和原因,计划",
        "section=problems|plans",
        "section:problems,plans",
    ),
    ("section:Problems", "section=problems", "section:problems"),
    ("级别：乡镇级", "level=township", "level:township"),
    ("level:国家级", "level=state", "level:state"),
    // Near each other.
    ("\"调解 纠纷\"~8", "near⟨调解|纠纷⟩<8", "\"调解 纠纷\"~8"),
    ("“调解　纠纷”～８", "near⟨调解|纠纷⟩<8", "\"调解 纠纷\"~8"),
    ("「调解 纠纷」~~0", "near⟨调解|纠纷⟩<>0", "\"调解 纠纷\"~~0"),
    (
        "\"调解 矛盾 纠纷\"~~12",
        "near⟨调解|矛盾|纠纷⟩<>12",
        "\"调解 矛盾 纠纷\"~~12",
    ),
    ("\"调解*员 纠?\"~3", "near⟨调解*员|纠?⟩<3", "\"调解*员 纠?\"~3"),
    ("-\"甲 乙\"~3 丙", "(and (not near⟨甲|乙⟩<3) ⟨丙⟩)", "-\"甲 乙\"~3 丙"),
    ("(\"甲 乙\"~3)", "near⟨甲|乙⟩<3", "\"甲 乙\"~3"),
    // Wildcards.
    ("调解*纠纷", "pattern⟨调解*纠纷⟩", "调解*纠纷"),
    ("调解＊纠纷", "pattern⟨调解＊纠纷⟩", "调解＊纠纷"),
    ("法治?府", "pattern⟨法治?府⟩", "法治?府"),
    ("为什么？", "pattern⟨为什么？⟩", "为什么？"),
    ("**法治**", "pattern⟨**法治**⟩", "**法治**"),
    (
        "新时代“枫桥*经验”*作用",
        "pattern⟨新时代“枫桥*经验”*作用⟩",
        "新时代“枫桥*经验”*作用",
    ),
    ("甲“乙*丙”", "⟨甲“乙*丙”⟩", "甲“乙*丙”"),
    ("-法治*府", "(not pattern⟨法治*府⟩)", "-法治*府"),
    // Regular expressions.
    ("/法治.府/", "regex⟨法治.府⟩", "/法治.府/"),
    ("／法治.府／", "regex⟨法治.府⟩", "/法治.府/"),
    ("甲 /a b/ 乙", "(and ⟨甲⟩ regex⟨a b⟩ ⟨乙⟩)", "甲 /a b/ 乙"),
    ("/1\\/3/", "regex⟨1\\/3⟩", "/1\\/3/"),
    ("/1/3件/", "regex⟨1\\/3件⟩", "/1\\/3件/"),
    ("-(/调解|纠纷/)", "(not regex⟨调解|纠纷⟩)", "-/调解|纠纷/"),
    // Words and headings.
    (
        "words:(化解矛盾 纠纷)",
        "words⟨化解矛盾 纠纷⟩",
        "words:\"化解矛盾 纠纷\"",
    ),
    ("words:化解矛盾", "words⟨化解矛盾⟩", "words:化解矛盾"),
    (
        "词语：（化解（一）矛盾）",
        "words⟨化解（一）矛盾⟩",
        "words:化解（一）矛盾",
    ),
    ("(words:(甲乙) OR 丙)", "(or words⟨甲乙⟩ ⟨丙⟩)", "words:甲乙 OR 丙"),
    ("heading:宣传", "heading⟨宣传⟩", "heading:宣传"),
    ("小标题：“普法 宣传”", "heading⟨普法 宣传⟩", "heading:\"普法 宣传\""),
    ("Ｈｅａｄｉｎｇ：宣传", "heading⟨宣传⟩", "heading:宣传"),
    (
        "heading:宣传,普法",
        "(or heading⟨宣传⟩ heading⟨普法⟩)",
        "heading:宣传 OR heading:普法",
    ),
    // Units of text.
    (
        "甲 乙 --within sentence",
        "(sentence (and ⟨甲⟩ ⟨乙⟩))",
        "甲 乙 --within sentence",
    ),
    (
        "甲 OR 乙 --within=section 丙",
        "(section (or ⟨甲⟩ (and ⟨乙⟩ ⟨丙⟩)))",
        "甲 OR 乙 丙 --within section",
    ),
    (
        "－－ｗｉｔｈｉｎ 同句 甲 乙",
        "(sentence (and ⟨甲⟩ ⟨乙⟩))",
        "甲 乙 --within sentence",
    ),
    (
        "(甲 乙 --within 句) 丙",
        "(and (sentence (and ⟨甲⟩ ⟨乙⟩)) ⟨丙⟩)",
        "(甲 乙 --within sentence) 丙",
    ),
    (
        "((甲 乙 --within 句) 丙) --within 全文",
        "(report (and (sentence (and ⟨甲⟩ ⟨乙⟩)) ⟨丙⟩))",
        "(甲 乙 --within sentence) 丙 --within report",
    ),
    ("kind:其他", "kind=other", "kind:other"),
    ("类型：政府工作报告", "kind=政府工作报告", "kind:政府工作报告"),
];

#[test]
fn text_is_read_as_a_tree_and_written_back() {
    for (text, expected, written) in READ {
        let query = Query::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(tree(&query, as_written), *expected, "{text}");
        assert_eq!(query.to_string(), *written, "{text}");
        assert_eq!(Query::parse(written).ok(), Some(query), "{text}");
    }
}

const NOTHING: &str = "nothing to search for";

/// Text, span, a part of the reason, a part of the first hint.
const WRONG: &[(&str, Range<usize>, &str, &str)] = &[
    ("", 0..0, "the query is empty", "`*`"),
    (" 　\n", 0..3, "the query is empty", "`*`"),
    // Nothing to search for.
    ("。。", 0..2, NOTHING, "punctuation"),
    ("枫桥 ——", 3..5, NOTHING, "punctuation"),
    ("\"\"", 0..2, NOTHING, "punctuation"),
    ("“，”", 0..3, NOTHING, "punctuation"),
    ("甲 | 乙", 2..3, NOTHING, "did you mean `OR`"),
    ("甲 && 乙", 2..4, NOTHING, "did you mean `AND`"),
    ("/", 0..1, NOTHING, "punctuation"),
    // Quotes and brackets.
    ("\"枫桥", 0..1, "the quote is never closed", "`\"`"),
    ("甲 “枫桥", 2..3, "the quote is never closed", "`”`"),
    ("新时代「枫桥", 3..4, "the quote is never closed", "`」`"),
    ("『", 0..1, "the quote is never closed", "`』`"),
    ("township:\"古镛", 9..10, "the quote is never closed", "`\"`"),
    ("“枫桥“", 0..1, "the quote is never closed", "`”`"),
    ("枫桥经验”", 4..5, "`”` closes no quote", "leave it out"),
    ("』枫桥", 0..1, "`』` closes no quote", "leave it out"),
    ("(甲 OR 乙", 0..1, "the bracket is never closed", "`)`"),
    ("(甲 （乙 丙)", 0..1, "the bracket is never closed", "`)`"),
    ("甲 (", 2..3, "the bracket is never closed", "`)`"),
    ("村(社区", 1..2, "the bracket is never closed", "`)`"),
    (
        "村(社区 干部)",
        1..4,
        "a blank stands in brackets that belong to a phrase",
        "put a blank before the bracket",
    ),
    (")", 0..1, "the bracket closes no group", "leave it out"),
    ("甲）", 1..2, "the bracket closes no group", "leave it out"),
    ("(甲))", 3..4, "the bracket closes no group", "leave it out"),
    ("()", 0..2, "nothing in the brackets", "leave them out"),
    ("甲 （ ）", 2..5, "nothing in the brackets", "leave them out"),
    (
        "（一）加强",
        3..4,
        "text follows the closing bracket directly",
        "put a blank after",
    ),
    (
        "(甲)“乙”",
        3..4,
        "text follows the closing bracket directly",
        "put a blank after",
    ),
    (
        "(甲)OR(乙)",
        3..4,
        "text follows the closing bracket directly",
        "put a blank after",
    ),
    // Operators.
    ("OR 甲", 0..2, "nothing stands before `OR`", "`\"OR\"`"),
    ("与", 0..1, "nothing stands before `与`", "`\"与\"`"),
    ("甲 AND", 2..5, "nothing stands after `AND`", "`\"AND\"`"),
    ("甲 或", 2..3, "nothing stands after `或`", "`\"或\"`"),
    ("甲 ＯＲ", 2..4, "nothing stands after `ＯＲ`", "`\"ＯＲ\"`"),
    ("NOT", 0..3, "nothing stands after `NOT`", "`\"NOT\"`"),
    ("甲 OR OR 乙", 2..4, "nothing stands after `OR`", "`\"OR\"`"),
    ("甲 NOT AND 乙", 2..5, "nothing stands after `NOT`", "`\"NOT\"`"),
    ("-OR", 0..1, "nothing stands after `-`", "`\"-\"`"),
    ("(甲 OR)", 3..5, "nothing stands after `OR`", "`\"OR\"`"),
    ("(OR 甲)", 1..3, "nothing stands before `OR`", "`\"OR\"`"),
    (
        "非(信访)",
        0..1,
        "`非` may be an operator here, or text",
        "put a blank after `非`",
    ),
    (
        "甲 或“乙”",
        2..3,
        "`或` may be an operator here, or text",
        "put a blank after `或`",
    ),
    (
        "\"甲\"OR\"乙\"",
        3..5,
        "`OR` is joined to the quote before it",
        "put a blank before and after",
    ),
    ("-", 0..1, "`-` stands alone", "`-信访`"),
    ("甲 － 乙", 2..3, "`-` stands alone", "`-信访`"),
    ("(甲 -)", 3..4, "`-` stands alone", "`-信访`"),
    ("甲 --limit 5", 2..9, "`--limit` is an option", "outside the query"),
    // Filters.
    ("township:", 0..9, "no value after `township:`", "`?`"),
    ("乡镇： 古镛镇", 0..3, "no value after `乡镇：`", "`乡镇：古镛镇`"),
    ("(year:)", 1..6, "no value after `year:`", "`?`"),
    ("township:古镛镇,", 12..13, "no value after `,`", "`?`"),
    (
        "township:古镛镇, 高唐镇",
        12..13,
        "no value after `,`",
        "`township:古镛镇,高唐镇`",
    ),
    ("township:,古镛镇", 0..9, "no value after `township:`", "`?`"),
    ("township:甲、、乙", 10..11, "no value after `、`", "`?`"),
    (
        "township:(甲 OR 乙)",
        9..10,
        "a value cannot be a group",
        "`township:…,…`",
    ),
    ("township:。", 9..10, "`。` cannot be a value", "`township:?`"),
    ("body:\"\"", 5..7, "cannot be a value", "`issuing_body:?`"),
    ("year:21", 5..7, "`21` is not a year", "four digits"),
    ("year:二〇二一", 5..9, "`二〇二一` is not a year", "four digits"),
    ("year:..", 5..7, "`..` is not a year", "four digits"),
    ("year:2021...2024", 5..16, "is not a year", "four digits"),
    ("year:2021.2024", 5..14, "is not a year", "four digits"),
    ("year:2021..2022..2023", 5..21, "is not a year", "four digits"),
    ("year:2021-", 5..10, "`2021-` is not a year", "four digits"),
    ("year:2020,\"?\"", 10..13, "is not a year", "four digits"),
    ("year:2024..2021", 5..15, "the years run backwards", "`2021..2024`"),
    ("year:2024年—2021年", 5..16, "the years run backwards", "`2021..2024`"),
    (
        "section:xyz",
        8..11,
        "`xyz` is not a section",
        "problems 存在的不足和原因",
    ),
    (
        "level:古镛",
        6..8,
        "`古镛` is not a level",
        "township 乡镇级, county 县级, city 市级, province 省级, department 部门, state 国家级",
    ),
    (
        "kind:决议",
        5..7,
        "`决议` is not a kind",
        "法治政府建设年度报告, 政府工作报告, plan 计划, notice 通知, news 新闻, other 其他",
    ),
    (
        "townshp:古镛镇",
        0..7,
        "`townshp` is not a field",
        "did you mean `township:`",
    ),
    ("yaer:2021", 0..4, "`yaer` is not a field", "did you mean `year:`"),
    (
        "Tounshop：古镛镇",
        0..8,
        "`Tounshop` is not a field",
        "did you mean `township:`",
    ),
    (
        "甲 -ｓｅｃｔｉｏｍ:问题",
        3..10,
        "is not a field",
        "did you mean `section:`",
    ),
    ("乡真：古镛镇", 0..2, "`乡真` is not a field", "did you mean `乡镇:`"),
    (
        "发布机购：人民政府",
        0..4,
        "`发布机购` is not a field",
        "did you mean `发布机构:`",
    ),
    (
        "发布机:人民政府",
        0..3,
        "`发布机` is not a field",
        "did you mean `发布机构:`",
    ),
    (
        "headng:宣传",
        0..6,
        "`headng` is not a field",
        "did you mean `heading:`",
    ),
    (
        "小标体：宣传",
        0..3,
        "`小标体` is not a field",
        "did you mean `小标题:`",
    ),
    // Near each other.
    (
        "\"调解纠纷\"~8",
        0..8,
        "a nearness needs two words",
        "part them by a blank",
    ),
    ("\"调解 ，\"~8", 0..8, "`，` is no word", "parted by blanks"),
    (
        "\"一 二 三 四 五 六 七\"~~8",
        0..18,
        "more than 6 words",
        "--within sentence",
    ),
    ("\"调解 纠纷\"~", 0..8, "must be a nearness", "`\"调解 纠纷\"~8`"),
    ("\"调解 纠纷\"~八", 0..9, "must be a nearness", "the most units between"),
    ("\"调解 纠纷\"~~~8", 0..11, "must be a nearness", "`~~` for any order"),
    (
        "\"调解 纠纷\"~9999",
        0..12,
        "more than 1000 units apart",
        "the most units between",
    ),
    ("甲\"乙 丙\"~8", 0..8, "must be a nearness", "write words in quotes"),
    // Wildcards.
    ("?", 0..1, "a wildcard needs a character", "`*` alone is every passage"),
    (
        "甲 *？",
        2..4,
        "a wildcard needs a character",
        "`*` alone is every passage",
    ),
    (
        "township:古*",
        9..11,
        "a wildcard cannot stand after a name",
        "`\"古*\"`",
    ),
    (
        "heading:宣*",
        8..10,
        "a wildcard cannot stand after a name",
        "`\"宣*\"`",
    ),
    ("words:化*", 6..8, "a wildcard cannot stand after a name", "`\"化*\"`"),
    // Regular expressions.
    ("/法治", 0..1, "the regular expression is never closed", "`/`"),
    ("//", 0..1, "the regular expression is never closed", "`/`"),
    (
        "甲 /法治(府/",
        5..6,
        "the regular expression is wrong: unclosed group",
        "takes a backslash",
    ),
    (
        "/法治+*{府/",
        6..7,
        "the regular expression is wrong",
        "takes a backslash",
    ),
    (
        "/(.{1000}){1000}/",
        1..16,
        "the regular expression is wrong: it is too large",
        "takes a backslash",
    ),
    // Words, headings, units of text.
    (
        "words:",
        0..6,
        "no value after `words:`",
        "write the text directly after it",
    ),
    ("words:()", 6..8, NOTHING, "punctuation"),
    ("words:(化解", 6..7, "the bracket is never closed", "`)`"),
    (
        "heading:",
        0..8,
        "no value after `heading:`",
        "write the text directly after it",
    ),
    (
        "heading:，",
        0..8,
        "no value after `heading:`",
        "write the text directly after it",
    ),
    ("heading:。", 8..9, NOTHING, "punctuation"),
    (
        "甲 --within",
        2..10,
        "`--within` does not say what",
        "sentence 同句, passage 同段, section 同节, report 同篇",
    ),
    (
        "甲 --within page",
        2..15,
        "`page` is not a unit of text",
        "sentence 同句",
    ),
    (
        "甲 --within 句 乙 --within 节",
        15..25,
        "`--within` stands twice",
        "leave one out",
    ),
];

#[test]
fn what_cannot_be_understood_is_an_error_with_place_reason_and_hint() {
    for (text, expected, part_of_reason, part_of_hint) in WRONG {
        let error = Query::parse(text).expect_err(text);
        let (span, reason) = span_of(&error);
        assert!(reason.contains(part_of_reason), "{text}: {reason}");
        assert_eq!(span, *expected, "{text}: {reason}");
        let hint = error.hints.first().map_or("", String::as_str);
        assert!(hint.contains(part_of_hint), "{text}: {hint}");
    }
}

#[test]
fn messages_start_small_and_end_without_a_stop() {
    for (text, ..) in WRONG {
        let error = Query::parse(text).expect_err(text);
        for message in error.hints.iter().map(String::as_str).chain([span_of(&error).1]) {
            assert!(!message.starts_with(char::is_uppercase), "{message}");
            assert!(!message.ends_with('.'), "{message}");
        }
    }
}

#[test]
fn every_hint_to_quote_can_be_followed() {
    for text in [
        "townshp:古镛镇",
        "村(社区 干部)",
        "（一）加强",
        "township:古*",
        "--limit",
        "/法",
        "\"甲\"~8",
    ] {
        assert!(Query::parse(text).is_err(), "{text}");
        let quoted = super::display::in_quotes(text);
        assert_eq!(Query::parse(&quoted).ok(), Query::literal(text).ok(), "{text}");
    }
}

#[test]
fn every_name_of_a_field_is_a_filter_with_either_colon() {
    for field in Field::ALL {
        let value = match field.declaration().values {
            Matching::Year => "2021",
            Matching::Kind => values_of(field).next().unwrap().label.as_str(),
            Matching::Name | Matching::Contains | Matching::Path => "甲",
        };
        for name in field
            .declaration()
            .aliases
            .iter()
            .map(String::as_str)
            .chain([field.name()])
        {
            for colon in [':', '：'] {
                let query = Query::parse(&format!("{name}{colon}{value}")).unwrap();
                assert!(
                    matches!(query, Query::Filter(Filter { field: found, .. }) if found == field),
                    "{name}"
                );
            }
        }
    }
}

#[test]
fn every_spelling_of_a_value_means_its_name() {
    for field in Field::ALL {
        for value in values_of(field) {
            for spelling in value.spellings() {
                let query = Query::parse(&format!("{field}:{spelling}")).unwrap();
                assert_eq!(tree(&query, as_written), format!("{field}={}", value.name));
            }
        }
    }
}

#[test]
fn the_values_are_those_that_reports_have() {
    let names = |field| values_of(field).map(|value| value.name.as_str()).collect::<Vec<_>>();
    assert_eq!(names(Field::Section), SectionKind::ALL.map(SectionKind::name));
    assert_eq!(names(Field::Level), Level::ALL.map(Level::name));
    assert_eq!(names(Field::Kind), ReportKind::ALL.map(ReportKind::name));
}

#[test]
fn a_literal_is_one_phrase_whatever_stands_in_it() {
    for text in ["OR", "-信访 (", "“枫桥", "year:2021", "a \"”「」『』 b", "调解*纠纷"] {
        let query = Query::literal(text).unwrap();
        assert_eq!(tree(&query, as_written), format!("⟨{text}⟩"));
        assert_eq!(Query::parse(&query.to_string()).unwrap(), query, "{text}");
    }
    let error = Query::literal("“。”").unwrap_err();
    assert_eq!(span_of(&error).0, 0..3);
}

#[test]
fn questions_join_in_the_simple_form() {
    let joined = |left: &str, right: &str| {
        Query::parse(left)
            .unwrap()
            .and(Query::parse(right).unwrap())
            .to_string()
    };
    assert_eq!(joined("甲 乙", "丙 丁"), "甲 乙 丙 丁");
    assert_eq!(joined("甲 OR 乙", "year:2021"), "(甲 OR 乙) year:2021");
    assert_eq!(joined("*", "year:2021"), "year:2021");
    assert_eq!(joined("year:2021", "*"), "year:2021");
    assert_eq!(joined("*", "*"), "*");
}

#[test]
fn only_what_is_wanted_is_a_phrase_to_show() {
    let query = Query::parse("甲 -乙 (丙 OR -(丁 -戊)) year:2021 -township:己").unwrap();
    let phrases: Vec<&str> = query.phrases().into_iter().map(|phrase| phrase.text.as_str()).collect();
    assert_eq!(phrases, ["甲", "丙", "戊"]);
    let filters: Vec<String> = query.filters().into_iter().map(Filter::to_string).collect();
    assert_eq!(filters, ["year:2021"]);
}

#[test]
fn questions_travel_as_text() {
    let query = Query::parse("枫桥经验 year:2021..2024").unwrap();
    let json = serde_json::to_string(&query).unwrap();
    assert_eq!(json, "\"枫桥经验 year:2021..2024\"");
    assert_eq!(serde_json::from_str::<Query>(&json).unwrap(), query);
    assert!(
        serde_json::from_str::<Query>("\"甲 OR\"")
            .unwrap_err()
            .to_string()
            .contains("nothing stands after")
    );
    assert_eq!("甲".parse::<Query>().unwrap(), Query::parse("甲").unwrap());
}

#[test]
fn groups_nest_so_deep_and_no_deeper() {
    let nested = |depth: usize| format!("{}甲{}", "(".repeat(depth), ")".repeat(depth));
    assert!(Query::parse(&nested(DEEPEST)).is_ok());
    let error = Query::parse(&nested(DEEPEST + 1)).unwrap_err();
    assert_eq!(span_of(&error), (64..65, "groups nest deeper than 64"));
    assert!(Query::parse(&"(".repeat(1_000_000)).is_err());
    assert!(Query::parse(&"-(".repeat(500_000)).is_err());
}

#[test]
fn long_questions_are_read() {
    let million = 1 << 20;
    let repeated = |part: &str| part.repeat(million / part.len());
    for (text, readable) in [
        (repeated("法"), true),
        (repeated("法 "), true),
        (repeated("甲 OR "), false),
        (repeated("甲 OR ") + "乙", true),
        (repeated("NOT ") + "甲", true),
        (repeated("-") + "甲", true),
        (repeated("甲:"), true),
        (repeated("year: "), false),
        (format!("year:{}", repeated("2021,") + "2021"), true),
        (format!("甲{}", repeated("(")), false),
        (format!("甲{}{}", repeated("("), repeated(")")), true),
        (format!("\"甲{}\"", repeated("“")), true),
        (format!("“甲{}", repeated("\"\"")), false),
        (repeated("“甲\" “乙” "), true),
        (repeated("(甲)"), true),
        (repeated("\"甲\" "), true),
        (repeated("\""), false),
        (format!("/{}", repeated("甲")), false),
        (format!("--within{}", repeated("甲")), false),
    ] {
        let start: String = text.chars().take(12).collect();
        let query = Query::parse(&text);
        assert_eq!(query.is_ok(), readable, "{start}");
        if let Ok(query) = query {
            assert!(
                Query::parse(&query.to_string()).is_ok_and(|again| again == query),
                "{start}"
            );
        }
    }
}

/// Text with the marks that mean something to the language.
fn marked_text() -> impl Strategy<Value = String> {
    let parts = prop::sample::select(vec![
        "\"",
        "＂",
        "“",
        "”",
        "「",
        "」",
        "『",
        "』",
        "(",
        ")",
        "（",
        "）",
        "-",
        "－",
        "--",
        ":",
        "：",
        ",",
        "，",
        "、",
        "|",
        " ",
        "　",
        "\n",
        "*",
        "?",
        "？",
        "~",
        "～",
        "/",
        "..",
        "—",
        "。",
        "AND",
        "OR",
        "NOT",
        "与",
        "或",
        "非",
        "ＯＲ",
        "year",
        "年份",
        "township",
        "section",
        "words",
        "2021",
        "２０２４",
        "问题",
        "枫桥经验",
        "网格员",
        "甲",
        "a",
        "B",
        "\u{200b}",
        "year:2021",
        "乡镇：甲",
        "within",
    ]);
    prop::collection::vec(parts, 0..14).prop_map(|parts| parts.concat())
}

fn searchable_text() -> impl Strategy<Value = String> {
    prop_oneof!["[一-龥]{1,4}", marked_text(), "\\PC{1,8}"]
        .prop_filter("has a unit", |text| !fold_phrase(text).is_empty())
}

fn filter() -> impl Strategy<Value = Query> {
    let field = prop::sample::select(Field::ALL.to_vec());
    field.prop_flat_map(|field| {
        let known = match field.declaration().values {
            Matching::Year => prop_oneof![
                (1000u16..=9999).prop_map(|year| Wanted::Years(Some(year), Some(year))),
                (1000u16..=5000, 5001u16..=9999).prop_map(|(from, to)| Wanted::Years(Some(from), Some(to))),
                (1000u16..=9999).prop_map(|year| Wanted::Years(Some(year), None)),
                (1000u16..=9999).prop_map(|year| Wanted::Years(None, Some(year))),
            ]
            .boxed(),
            Matching::Kind => prop::sample::select(values_of(field).collect::<Vec<_>>())
                .prop_map(|value| Wanted::Text(value.name.clone()))
                .boxed(),
            Matching::Name if field == Field::Topic => searchable_text().prop_map(Wanted::Text).boxed(),
            Matching::Name | Matching::Contains | Matching::Path => prop_oneof![
                searchable_text().prop_map(Wanted::Text),
                searchable_text().prop_map(Wanted::Exactly)
            ]
            .boxed(),
        };
        let values = prop::collection::vec(prop_oneof![4 => known, 1 => Just(Wanted::Unknown)], 1..4);
        values.prop_map(move |values| Query::Filter(Filter { field, values }))
    })
}

fn question() -> impl Strategy<Value = Query> {
    let phrase = searchable_text().prop_filter_map("has a unit", |text| Phrase::new(text).map(Query::Phrase));
    let heading = searchable_text().prop_filter_map("has a unit", |text| Phrase::new(text).map(Query::Heading));
    let words = searchable_text().prop_filter_map("has a unit", |text| Words::new(text.trim()).map(Query::Words));
    let leaf = prop_oneof![
        1 => Just(Query::All),
        6 => phrase,
        3 => filter(),
        2 => pattern(),
        2 => near(),
        2 => expression(),
        1 => words,
        1 => heading,
    ];
    leaf.prop_recursive(5, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(Query::all_of),
            prop::collection::vec(inner.clone(), 1..4).prop_map(Query::any_of),
            inner.clone().prop_map(Query::negated),
            (inner, prop::sample::select(Scope::ALL.to_vec())).prop_map(|(query, scope)| query.within(scope)),
        ]
    })
}

/// Words with wildcards, as they are read: what is in quotes inside them is no wildcard.
fn pattern() -> impl Strategy<Value = Query> {
    let text = prop_oneof!["[一-龥*?？＊]{2,8}", "[甲乙a1“”「」（）*?，。-]{2,10}"];
    text.prop_filter_map("is a pattern", |text| match Query::parse(&text) {
        Ok(query @ Query::Pattern(_)) => Some(query),
        _ => None,
    })
}

fn near() -> impl Strategy<Value = Query> {
    let words = prop::collection::vec(
        prop_oneof!["[一-龥]{1,3}", "[一-龥]\\*[一-龥]", "[甲\"”」“a1]{1,4}"],
        2..5,
    );
    (words, 0u32..=1000, any::<bool>()).prop_filter_map("words near each other", |(words, distance, ordered)| {
        Near::new(&words, Nearness { distance, ordered }).map(Query::Near)
    })
}

fn expression() -> impl Strategy<Value = Query> {
    let text = prop_oneof!["[一-龥]{1,3}\\.\\*[一-龥]", "[甲乙/ a1|.+?()＼\\\\]{1,8}"];
    text.prop_filter_map("an expression", |text| Regex::new(&text).ok().map(Query::Regex))
}

/// The same text in full width.
fn widened(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            ' ' => '\u{3000}',
            '!'..='~' => char::from_u32(c as u32 + 0xfee0).unwrap_or(c),
            c => c,
        })
        .collect()
}

/// What a text means: the tree with its texts folded, or the place of the first mistake.
fn meaning(text: &str) -> Result<String, Range<usize>> {
    match Query::parse(text) {
        Ok(query) => Ok(tree(&query, fold_phrase)),
        Err(error) => Err(span_of(&error).0),
    }
}

#[test]
fn full_width_means_what_half_width_means() {
    let texts = READ.iter().map(|row| row.0).chain(WRONG.iter().map(|row| row.0));
    for text in texts {
        assert_eq!(meaning(&widened(text)), meaning(text), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn what_is_written_is_read_back(query in question()) {
        prop_assert_eq!(faults(&query), 0);
        let written = query.to_string();
        let read = Query::parse(&written).map_err(|error| TestCaseError::fail(format!("{written}: {error}")))?;
        prop_assert_eq!(read, query, "{}", written);
    }

    #[test]
    fn what_is_read_is_simple_and_can_be_written(text in prop_oneof![marked_text(), "\\PC*"]) {
        match Query::parse(&text) {
            Ok(query) => {
                prop_assert_eq!(faults(&query), 0);
                prop_assert_eq!(Query::parse(&query.to_string()).ok(), Some(query));
            }
            Err(error) => {
                let (span, reason) = span_of(&error);
                prop_assert!(span.start <= span.end && span.end <= text.chars().count(), "{span:?}: {reason}");
                prop_assert!(!span.is_empty() || text.is_empty(), "{reason}");
            }
        }
    }

    #[test]
    fn any_text_can_be_a_literal(text in prop_oneof![marked_text(), "\\PC*"]) {
        if let Ok(query) = Query::literal(&text) {
            prop_assert_eq!(Query::parse(&query.to_string()).ok(), Some(query));
        }
    }

    #[test]
    fn text_in_full_width_means_the_same(text in marked_text()) {
        prop_assert_eq!(meaning(&widened(&text)), meaning(&text));
    }
}
