//! Reads the header tables that sites put above a report: `- 索 引 号: …`, `[ 索引号 ] … [ 发文字号 ] …`, `发布时间：… 来源：…`, pipe
//! tables, values without labels.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::ingest::extract::Given;
use crate::report::EvidenceSource;
use crate::schema::boilerplate::{Field, boilerplate};
use crate::text::date;
use crate::text::plain::{is_blank, is_han};

/// What a line of a header says.
#[derive(Debug, Default, PartialEq)]
pub struct Header {
    pub given: Vec<Given>,
    /// The report's own text that begins on the same line, in bytes of the line.
    pub rest: Option<Range<usize>>,
}

/// A line of labels and values; `None` when it is text. `after_header` says that the line above was one.
pub fn read(line: &str, after_header: bool) -> Option<Header> {
    if line.len() > 4000 {
        return None;
    }
    let labels = labels(line);
    let first = labels.first()?;
    let mut header = Header::default();
    let before = &line[..first.whole.start];
    if is_doc_number(before) {
        // 河石府发〔2024〕3号　签发人：…
        header.given.extend(given("文号", before));
    } else if let Some(given) = source_and_time(before) {
        // 2024-01-22 09:30 红岩镇　阅读：88
        header.given.extend(given);
    } else if !is_decoration(before) {
        return None;
    }
    if !first.marked && !shaped(first.field, line[first.whole.end..].trim_matches(is_dressing)) {
        let bulleted = line.trim_start().starts_with(['-', '•', '·', '*']) || after_header;
        let value = line[first.whole.end..].trim_matches(is_dressing);
        if !(bulleted && first.field == Some(Field::IssuingBody) && is_body_like(value)) {
            return None;
        }
    }
    for (n, label) in labels.iter().enumerate() {
        let end = labels.get(n + 1).map_or(line.len(), |next| next.whole.start);
        let last = n + 1 == labels.len();
        let (value, rest) = value(&line[label.whole.end..end], label.field, last)?;
        if let Some(rest) = rest {
            let from = label.whole.end + rest;
            header.rest = Some(from..line.len());
        }
        header.given.extend(given(&line[label.name.clone()], &value));
    }
    Some(header)
}

/// A row of a table, its cells parted by tabs or bars: label, value, label, value.
pub fn read_row(line: &str) -> Option<Header> {
    let cells: Vec<&str> = line
        .split(['\t', '|', '｜'])
        .map(|cell| cell.trim_matches(is_dressing))
        .collect();
    let cells: Vec<&str> = match (cells.first(), cells.last()) {
        (Some(&""), Some(&"")) if cells.len() > 2 => cells[1..cells.len() - 1].to_vec(),
        _ => cells,
    };
    let mut header = Header::default();
    let mut n = 0;
    let mut known = 0;
    while n < cells.len() {
        let name = bare(cells[n]);
        if boilerplate().field(&name).is_some() {
            known += 1;
            header
                .given
                .extend(given(cells[n], cells.get(n + 1).copied().unwrap_or("")));
            n += 2;
        } else if let Some(inner) = read(cells[n], true) {
            known += 1;
            header.given.extend(inner.given);
            n += 1;
        } else if cells[n].is_empty() {
            n += 1;
        } else {
            return None;
        }
    }
    (known > 0).then_some(header)
}

/// The label that makes up a whole line, its value standing on the next.
pub fn lone_label(line: &str) -> Option<&str> {
    let name = line.trim_matches(is_dressing);
    (!name.is_empty() && name.len() < 60 && boilerplate().field(&bare(name)).is_some()).then_some(name)
}

/// Whether `value` looks like what belongs beside a label.
pub fn fits(label: &str, value: &str) -> bool {
    let field = boilerplate().field(&bare(label)).flatten();
    let value = value.trim_matches(is_blank);
    match field {
        // 主题分类 / 司法: a word or two.
        None => {
            value.chars().count() <= 12
                && value
                    .chars()
                    .all(|c| is_han(c) || c.is_ascii_alphanumeric() || "、/,，;；".contains(c))
                && lone_label(value).is_none()
        }
        Some(Field::IssuingBody) => is_body_like(value.trim_matches(is_dressing)),
        _ => shaped(field, value.trim_matches(is_dressing)),
    }
}

/// The labels that follow a title on its own line: …年度报告 发布日期：2023-12-29 来源：白鹭镇. Says where they start, in bytes.
pub fn after_title(line: &str) -> Option<(usize, Header)> {
    let labels = labels(line);
    let start = labels.iter().find(|label| label.marked)?.whole.start;
    let header = read(line.get(start..)?, true).filter(|header| header.rest.is_none())?;
    (start > 0 && !header.given.is_empty()).then_some((start, header))
}

/// The county whose site a line of navigation names: 欢迎访问青澜县人民政府网, 首页 > 青澜县 > 白鹭镇.
pub fn site(line: &str) -> Option<Given> {
    static SITE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?:^|[^\p{Han}])(?:热烈)?(?:欢迎)?[您你]?(?:访问|光临|来到|进入)?(?P<body>\p{Han}{2,20}?[县区市旗州盟]人民政府)|[>＞»›]\s*(?P<place>\p{Han}{1,10}(?:[县市旗]|[^专园社辖校库地]区))\s*[>＞»›]").ok()
    });
    let found = SITE.as_ref()?.captures(line)?;
    given("网站名称", found.name("body").or(found.name("place"))?.as_str())
}

/// A source and the time of publication on one line, without labels: 簇桥发布　2024-01-12 18:00, 2024-01-12 18:00 簇桥街道.
pub fn source_and_time(line: &str) -> Option<Vec<Given>> {
    static LINE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let day = r"(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?";
        let source = r"\p{Han}{2,24}";
        Regex::new(&format!(
            r"^(?:(?P<source>{source})[\s|｜·]+(?P<day>{day})|(?P<day_first>{day})[\s|｜·]+(?P<source_last>{source}))$"
        ))
        .ok()
    });
    let found = LINE.as_ref()?.captures(line.trim_matches(is_dressing))?;
    let source = given("来源", found.name("source").or(found.name("source_last"))?.as_str());
    let day = given("日期", found.name("day").or(found.name("day_first"))?.as_str());
    Some(source.into_iter().chain(day).collect())
}

/// The field that a value without a label belongs to, by its shape.
pub fn by_shape(value: &str) -> Option<Given> {
    let value = value.trim_matches(is_dressing);
    let label = if is_doc_number(value) {
        "文号"
    } else if is_date_line(value) {
        "日期"
    } else if is_index_number(value) {
        "索引号"
    } else if is_body_like(value) {
        "发布机构"
    } else {
        return None;
    };
    given(label, value)
}

/// Whether a line is a day, perhaps with the time, and no more. `2025年2月7日` alone may be a signature and does not count.
pub fn is_date_line(line: &str) -> bool {
    static LINE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"^[\s\[【(（]*(?:(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}(?:\s*\d{1,2}:\d{2}(?::\d{2})?)?|(?:19|20)\d\d年\d{1,2}月\d{1,2}日\s*\d{1,2}:\d{2}(?::\d{2})?)[\s\]】)）]*$").ok()
    });
    LINE.as_ref().is_some_and(|pattern| pattern.is_match(line))
}

/// Whether `text` is a document number (青司〔2023〕7号), all of it.
pub fn is_doc_number(text: &str) -> bool {
    static NUMBER: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"^[\p{Han}A-Za-z（）()]{2,24}\s*[〔\[［(（【﹝]\s*(?:19|20)\d\d\s*[〕\]］)）】﹞]\s*(?:第\s*)?\d{1,5}\s*号$").ok()
    });
    NUMBER
        .as_ref()
        .is_some_and(|number| number.is_match(text.trim_matches(is_blank)))
}

fn is_index_number(text: &str) -> bool {
    static NUMBER: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"^[A-Za-z0-9_]{2,24}(?:[-/.][A-Za-z0-9_]{1,24}){1,6}$|^[A-Z0-9]{12,40}$").ok());
    NUMBER.as_ref().is_some_and(|number| number.is_match(text)) && text.chars().any(|c| c.is_ascii_digit())
}

fn is_body_like(text: &str) -> bool {
    let len = text.chars().count();
    (4..=30).contains(&len)
        && text.chars().all(|c| is_han(c) || "（）()、".contains(c))
        && (crate::schema::titles::titles().body_end.is_match(text)
            || text.ends_with(['镇', '乡'])
            || text.ends_with("街道")
            || text.ends_with('网'))
}

fn shaped(field: Option<Field>, value: &str) -> bool {
    match field {
        Some(Field::IndexNumber) => is_index_number(value),
        Some(Field::DocNumber) => is_doc_number(value),
        Some(Field::Published | Field::Date | Field::Issued) => is_date_line(value) || date_only(value),
        _ => false,
    }
}

fn date_only(value: &str) -> bool {
    date::find(value).is_some_and(|(_, range)| range == (0..value.len()))
}

struct Label {
    /// The label with its brackets and colon.
    whole: Range<usize>,
    name: Range<usize>,
    field: Option<Field>,
    /// Whether brackets or a colon mark it as a label.
    marked: bool,
}

/// The labels on a line: the first may lack its mark, the others are known by theirs.
fn labels(line: &str) -> Vec<Label> {
    let mut labels: Vec<Label> = Vec::new();
    for found in boilerplate().label.find_iter(line) {
        let before = line[..found.start()].trim_end_matches(is_blank);
        let open = before.ends_with(['[', '［', '【']);
        let after = &line[found.end()..];
        let mark = after.trim_start_matches(is_blank);
        let gap = after.len() - mark.len();
        let closed = mark.starts_with([']', '］', '】']);
        let mut end = found.end() + gap;
        let mut rest = mark;
        if closed && open {
            let len = rest.chars().next().map_or(0, char::len_utf8);
            end += len;
            rest = &rest[len..];
        }
        let blanks = rest.len() - rest.trim_start_matches(is_blank).len();
        let colon = rest[blanks..].starts_with([':', '：']);
        if colon {
            end += blanks + rest[blanks..].chars().next().map_or(0, char::len_utf8);
        }
        let marked = colon || (open && closed);
        if !marked && !labels.is_empty() {
            continue;
        }
        // `来源` inside a word, as in 信息来源地：, is no label of its own.
        if !labels.is_empty() && !open && !before.ends_with(|c: char| !is_han(c)) && before.len() == found.start() {
            continue;
        }
        let whole_start = if open {
            before.len() - before.chars().next_back().map_or(0, char::len_utf8)
        } else {
            found.start()
        };
        labels.push(Label {
            whole: whole_start..end,
            name: found.range(),
            field: boilerplate().field(&bare(found.as_str())).flatten(),
            marked,
        });
    }
    labels
}

/// The value at the start of `text`, and where text of the report's own starts after it. `None` when it is no value at all.
fn value(text: &str, field: Option<Field>, last: bool) -> Option<(String, Option<usize>)> {
    let lead = text.len() - text.trim_start_matches(is_dressing).len();
    let body = text[lead..].trim_end_matches(is_dressing);
    if !last {
        return (body.len() < 400).then(|| (body.to_owned(), None));
    }
    let (value, after) = match field {
        Some(Field::Published | Field::Date | Field::Issued) => match date::find(body) {
            Some((_, range)) if range.start == 0 => {
                let end = range.end + time_len(&body[range.end..]);
                (&body[..end], end)
            }
            _ => (body, body.len()),
        },
        Some(Field::IndexNumber) => {
            let end = body
                .find(|c: char| !c.is_ascii_graphic() && !is_blank(c))
                .filter(|end| *end > 0)
                .unwrap_or(body.len());
            (body[..end].trim_end_matches(is_dressing), end)
        }
        _ => (body, body.len()),
    };
    let rest = &body[after..];
    if rest.chars().filter(|c| is_han(*c)).count() > 0 {
        let key = crate::text::plain::plain(rest, Default::default());
        if boilerplate().at_edge(&key).is_some() || key.chars().count() < 3 {
            return Some((value.to_owned(), None));
        }
        let blanks = rest.len() - rest.trim_start_matches(is_dressing).len();
        return Some((value.to_owned(), Some(lead + after + blanks)));
    }
    // A name or a word: a sentence is none.
    if value.chars().count() > 60 || value.contains('。') {
        let cut = value
            .find(is_blank)
            .filter(|cut| value[..*cut].chars().count() <= 30 && *cut > 0)?;
        let rest = value[cut..].len() - value[cut..].trim_start_matches(is_dressing).len();
        return Some((value[..cut].to_owned(), Some(lead + cut + rest)));
    }
    Some((value.to_owned(), None))
}

fn time_len(text: &str) -> usize {
    static TIME: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^\s*\d{1,2}:\d{2}(?::\d{2})?").ok());
    TIME.as_ref()
        .and_then(|time| time.find(text))
        .map_or(0, |found| found.end())
}

fn given(label: &str, value: &str) -> Option<Given> {
    let value: &str = value.trim_matches(is_dressing);
    let nothing = value.is_empty() || matches!(value, "无" | "空" | "暂无" | "/" | "—" | "——");
    (!nothing).then(|| Given {
        label: bare(label),
        value: value.to_owned(),
        from: EvidenceSource::Header,
    })
}

/// A label as it is known: without blanks, brackets, colons.
pub fn bare(label: &str) -> String {
    label
        .chars()
        .filter(|c| !is_blank(*c) && !"[]［］【】:：*-•|｜".contains(*c))
        .collect()
}

fn is_decoration(text: &str) -> bool {
    text.chars().all(is_dressing)
}

fn is_dressing(c: char) -> bool {
    is_blank(c) || "-*•·●[]［］【】|｜:：,，;；".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(header: Option<Header>) -> Vec<(String, String)> {
        header
            .map(|h| h.given.into_iter().map(|g| (g.label, g.value)).collect())
            .unwrap_or_default()
    }

    #[test]
    fn every_layout_of_header_is_read() {
        let table: &[(&str, &[(&str, &str)])] = &[
            (
                "- 索 引 号: sm09901-1800-2025-00003",
                &[("索引号", "sm09901-1800-2025-00003")],
            ),
            ("- 备注/文号: 将镛委〔2025〕5号", &[("备注/文号", "将镛委〔2025〕5号")]),
            ("- 公文生成日期: 2025-02-07", &[("公文生成日期", "2025-02-07")]),
            (
                "[ 索引号 ] 11500299MB1234567A/2024-00012 [ 发文字号 ] 河石府文〔2024〕9号 [ 主题分类 ] 司法 [ 有效性 ]",
                &[
                    ("索引号", "11500299MB1234567A/2024-00012"),
                    ("发文字号", "河石府文〔2024〕9号"),
                    ("主题分类", "司法"),
                ],
            ),
            (
                "发布时间：2022-03-28 15:36 来源：青澜县政府办公室 浏览量：",
                &[("发布时间", "2022-03-28 15:36"), ("来源", "青澜县政府办公室")],
            ),
            (
                "发布时间：2025-12-22　　来源：河石镇　　字体：大 中 小",
                &[("发布时间", "2025-12-22"), ("来源", "河石镇"), ("字体", "大 中 小")],
            ),
            (
                "发布日期：2024/01/29 11:30:01 作者： 来源：沙泉县盐池湾乡",
                &[("发布日期", "2024/01/29 11:30:01"), ("来源", "沙泉县盐池湾乡")],
            ),
            ("文  号：", &[]),
            ("发文字号：无", &[]),
            ("索引号 370399/2025-00158", &[("索引号", "370399/2025-00158")]),
            ("-发布机构古镛镇人民政府", &[("发布机构", "古镛镇人民政府")]),
            (
                "名    称：古镛镇2024年法治政府建设年度报告",
                &[("名称", "古镛镇2024年法治政府建设年度报告")],
            ),
        ];
        for (line, expected) in table {
            let header = read(line, false);
            assert!(header.is_some(), "{line}");
            let expected: Vec<(String, String)> =
                expected.iter().map(|(a, b)| (a.to_string(), b.to_string())).collect();
            assert_eq!(pairs(header), expected, "{line}");
        }
        assert_eq!(
            pairs(read_row(
                "| 索引号 | 370399/2025-00158 | 发布机构 | 汶陵区向阳路街道办事处 |"
            )),
            [
                ("索引号".into(), "370399/2025-00158".into()),
                ("发布机构".into(), "汶陵区向阳路街道办事处".into())
            ]
        );
        assert_eq!(
            pairs(read_row("索 引 号：\t370399/2025-00158")),
            [("索引号".into(), "370399/2025-00158".into())]
        );
    }

    #[test]
    fn what_lacks_labels_is_read_by_its_order() {
        let of = |line: &str| pairs(source_and_time(line).map(|given| Header { given, rest: None }));
        let known = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect()
        };
        assert_eq!(
            of("河石发布　2024-01-12 18:00"),
            known(&[("来源", "河石发布"), ("日期", "2024-01-12 18:00")])
        );
        assert_eq!(
            of("2024-01-22 09:30:00   河石镇"),
            known(&[("来源", "河石镇"), ("日期", "2024-01-22 09:30:00")])
        );
        assert_eq!(of("河石镇2024年1月12日召开会议"), known(&[]));
        assert_eq!(
            pairs(read("河石府发〔2024〕3号    签发人：李某某", false)),
            known(&[("文号", "河石府发〔2024〕3号"), ("签发人", "李某某")])
        );
        assert_eq!(
            pairs(read("2024-01-22 09:30 河石镇 阅读：88", false)),
            known(&[("来源", "河石镇"), ("日期", "2024-01-22 09:30"), ("阅读", "88")])
        );
    }

    #[test]
    fn navigation_names_the_site() {
        for (line, name) in [
            (
                "今天是：2026年11月3日 星期二 欢迎访问江渝区人民政府网 无障碍",
                Some("江渝区人民政府"),
            ),
            ("首页 > 青澜县 > 白鹭镇 > 法治建设", Some("青澜县")),
            ("首页 > 信息公开专区 > 法治建设", None),
            ("首页 > 政务公开", None),
        ] {
            assert_eq!(site(line).map(|given| given.value).as_deref(), name, "{line}");
        }
    }

    #[test]
    fn text_glued_to_a_header_is_kept() {
        let line = "发布时间：2024-01-22 河石镇地处长江北岸，辖9个村。";
        let header = read(line, false).unwrap();
        assert_eq!(&line[header.rest.unwrap()], "河石镇地处长江北岸，辖9个村。");
    }

    #[test]
    fn sentences_are_no_header() {
        for line in [
            "来源于群众的诉求，要回到群众中去。",
            "主题教育开展以来，全镇深入学习。",
            "时间紧、任务重，",
            "编辑印发法治宣传册3000份。",
            "2024年，古镛镇认真学习。",
            "名称使用规范：全镇统一标识。",
            "县委依法治县办：",
            "状态良好",
        ] {
            assert_eq!(read(line, false), None, "{line}");
        }
        assert_eq!(read_row("指标\t2022年\t2023年"), None);
        assert_eq!(read_row("调解案件\t12\t34"), None);
    }

    #[test]
    fn values_without_labels_tell_themselves() {
        for (value, label) in [
            ("11500230008689762A/2026-00004", "索引号"),
            ("石家府文〔2026〕5号", "文号"),
            ("石家镇人民政府", "发布机构"),
            ("2026-03-05", "日期"),
        ] {
            assert_eq!(by_shape(value).map(|g| g.label).as_deref(), Some(label), "{value}");
        }
        assert_eq!(by_shape("加强法治宣传"), None);
    }
}
