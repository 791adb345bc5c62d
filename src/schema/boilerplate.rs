//! Defines what pages and printers put around a report, as `index_schema/boilerplate.toml` declares it: lines to leave out and the
//! labels of header tables.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use regex::Regex;
use regex_syntax::hir::literal::{Extractor, Literal};
use serde::Deserialize;

/// The patterns of boilerplate and the labels of header tables.
pub struct Boilerplate {
    anywhere: Rules,
    edge: Rules,
    /// What is cut out of a line, with the reason.
    pub cuts: Vec<(String, Regex)>,
    /// A label, its letters perhaps apart.
    pub label: Regex,
    fields: HashMap<String, Option<Field>>,
    /// Names of columns of a site, the longest first.
    pub columns: Vec<String>,
}

/// What the value beside a label says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    IndexNumber,
    DocNumber,
    IssuingBody,
    /// When the page was published.
    Published,
    /// A date that does not say of what.
    Date,
    /// When the document was made.
    Issued,
    Title,
    Year,
    Township,
    County,
    City,
    Province,
    /// Whose site the page stands on.
    Site,
    Url,
}

/// The reason for a number that stands by itself: a page number only if its neighbours agree.
pub const LONE_NUMBER: &str = "lone number";

/// The reason for the line above a printed report that names whose document it is.
pub const LETTERHEAD: &str = "letterhead";

/// Patterns, tried one by one, since a set of them is too large for a fast automaton; but only those that a line's first character
/// allows.
struct Rules {
    patterns: Vec<Known>,
    /// For each character that some pattern can begin with, the numbers of those that may, in their order.
    by_first: HashMap<char, Vec<usize>>,
    /// Those that may begin with any other character, or match an empty line.
    others: Vec<usize>,
    /// No line that fits any is longer, in characters.
    longest: usize,
}

struct Known {
    pattern: Regex,
    reason: String,
    /// No line that fits is longer, in characters.
    longest: usize,
}

static BOILERPLATE: LazyLock<Boilerplate> = LazyLock::new(Boilerplate::load);

/// The one set of patterns.
pub fn boilerplate() -> &'static Boilerplate {
    &BOILERPLATE
}

impl Boilerplate {
    /// Why a line that may stand anywhere is no text: its `key` has no blanks, and half-width and simplified characters.
    pub fn anywhere(&self, key: &str) -> Option<&str> {
        self.anywhere.reason(key)
    }

    /// No line of which [`Boilerplate::anywhere`] knows a reason is longer, in characters.
    pub fn longest_anywhere(&self) -> usize {
        self.anywhere.longest
    }

    /// Why a line before or after the report's text is none of it.
    pub fn at_edge(&self, key: &str) -> Option<&str> {
        self.edge.reason(key)
    }

    /// What a label says its value is: `None` when it is no label, `Some(None)` for a label of no use to us.
    pub fn field(&self, label: &str) -> Option<Option<Field>> {
        self.fields.get(label).copied()
    }

    fn load() -> Boilerplate {
        let mut declared: Declared =
            super::embedded("boilerplate.toml", include_str!("../../index_schema/boilerplate.toml"));
        let mut names: Vec<&str> = declared
            .label
            .iter()
            .flat_map(|l| l.names.iter().map(String::as_str))
            .collect();
        names.sort_by_key(|name| std::cmp::Reverse(name.chars().count()));
        let spaced = |name: &str| {
            let letters: Vec<String> = name.chars().map(|c| regex::escape(&c.to_string())).collect();
            letters.join(r"[\s\u{3000}]{0,6}")
        };
        let label = pattern(&names.iter().map(|name| spaced(name)).collect::<Vec<_>>().join("|"));
        let fields = declared
            .label
            .iter()
            .flat_map(|l| l.names.iter().map(|name| (name.clone(), l.field)))
            .collect();
        declared
            .columns
            .sort_by_key(|name| std::cmp::Reverse(name.chars().count()));
        Boilerplate {
            anywhere: Rules::of(&declared.rule, Where::Anywhere),
            edge: Rules::of(&declared.rule, Where::Edge),
            cuts: declared
                .cut
                .iter()
                .map(|(reason, p)| (reason.clone(), pattern(p)))
                .collect(),
            label,
            fields,
            columns: declared.columns,
        }
    }
}

impl Rules {
    fn of(rules: &[Rule], place: Where) -> Rules {
        let here = rules.iter().filter(|rule| rule.r#where == place);
        let patterns = here.flat_map(|rule| {
            rule.patterns.iter().map(|p| Known {
                pattern: pattern(&format!("^(?:{p})$")),
                reason: rule.reason.clone(),
                longest: rule.longest,
            })
        });
        let patterns: Vec<Known> = patterns.collect();
        let firsts: Vec<Option<BTreeSet<char>>> = patterns.iter().map(|known| first_chars(&known.pattern)).collect();
        let that_may = |is_in: &dyn Fn(&BTreeSet<char>) -> bool| -> Vec<usize> {
            let numbers = 0..patterns.len();
            numbers.filter(|&n| firsts[n].as_ref().is_none_or(is_in)).collect()
        };
        let all: BTreeSet<char> = firsts.iter().flatten().flatten().copied().collect();
        Rules {
            by_first: all
                .into_iter()
                .map(|first| (first, that_may(&|firsts| firsts.contains(&first))))
                .collect(),
            others: that_may(&|_| false),
            longest: patterns.iter().map(|known| known.longest).max().unwrap_or(0),
            patterns,
        }
    }

    fn reason(&self, key: &str) -> Option<&str> {
        let length = key.chars().count();
        let first = key.chars().next();
        let numbers = first
            .and_then(|first| self.by_first.get(&first))
            .unwrap_or(&self.others);
        let known = numbers
            .iter()
            .map(|&number| &self.patterns[number])
            .find(|known| length <= known.longest && known.pattern.is_match(key))?;
        Some(&known.reason)
    }
}

/// The characters that whatever a pattern matches begins with; `None` when they are too many to tell, or it matches nothing at all.
fn first_chars(pattern: &Regex) -> Option<BTreeSet<char>> {
    let tree = regex_syntax::parse(pattern.as_str()).ok()?;
    let starts = Extractor::new().extract(&tree);
    // A start may end inside a character, but never inside its first.
    let first = |start: &Literal| start.as_bytes().utf8_chunks().next()?.valid().chars().next();
    starts.literals()?.iter().map(first).collect()
}

fn pattern(pattern: &str) -> Regex {
    regex::RegexBuilder::new(pattern)
        .size_limit(64 << 20)
        .build()
        .unwrap_or_else(|error| panic!("index_schema/boilerplate.toml: {error}"))
}

#[derive(Deserialize)]
struct Declared {
    rule: Vec<Rule>,
    label: Vec<Label>,
    cut: std::collections::BTreeMap<String, String>,
    columns: Vec<String>,
}

#[derive(Deserialize)]
struct Rule {
    reason: String,
    r#where: Where,
    #[serde(default = "usually_longest")]
    longest: usize,
    patterns: Vec<String>,
}

fn usually_longest() -> usize {
    150
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Where {
    Anywhere,
    Edge,
}

#[derive(Deserialize)]
struct Label {
    field: Option<Field>,
    names: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_around_a_report_are_known() {
        for line in ["-3-", "—1—", "―12―", "第3页共9页", "第3页/共9页", "3/9", "第2页", "·5·"] {
            assert_eq!(boilerplate().anywhere(line), Some("page number"), "{line}");
        }
        for (reason, line) in [
            ("breadcrumb", "首页>政务公开>法治政府建设"),
            ("breadcrumb", "当前位置:首页>>信息公开>>年度报告"),
            ("breadcrumb", "您的位置:首页>政务公开"),
            ("page tools", "字号:大中小"),
            ("page tools", "【字体:大中小】"),
            ("page tools", "[大][中][小]"),
            ("page tools", "分享到:微信微博"),
            ("page tools", "【打印本页】【关闭窗口】"),
            ("page tools", "打印关闭"),
            ("page tools", "语音播报:播放暂停语速:正常"),
            ("page tools", "浏览量:"),
            ("page tools", "点击数:1203"),
            ("page footer", "扫一扫在手机上查看当前页面"),
            ("page footer", "扫一扫在手机打开当前页"),
            ("page footer", "主办单位:青澜县人民政府"),
            ("page footer", "蜀ICP备12345678号-1"),
            ("page footer", "川公网安备51000002000001号"),
            ("page footer", "版权所有:青澜县人民政府办公室"),
            ("page footer", "附件下载:2023年法治政府建设年度报告.docx"),
            ("site navigation", "上一篇:关于开展普法宣传的通知"),
            ("site navigation", "2019年12月3日星期二"),
            ("letterhead", "青澜县司法局文件"),
            ("letterhead", "(此件公开发布)"),
            ("licence note of the site", "Publicdomain"),
            ("licence note of the site", "false"),
        ] {
            assert_eq!(boilerplate().at_edge(line), Some(reason), "{line}");
        }
    }

    #[test]
    fn lines_of_a_report_are_kept() {
        for line in [
            "一、主要举措和成效",
            "附件:1.行政执法事项清单",
            "无。",
            "2025年2月7日",
            "古镛镇人民政府",
            "联系群众",
            "扫黑除恶",
            "首先",
            "中小",
            "下载安装国家反诈中心APP",
            "3月",
            "一是扫除盲区",
            "其他",
            "县委依法治县办:",
        ] {
            assert_eq!(boilerplate().anywhere(line), None, "{line}");
            if !["中小"].contains(&line) {
                assert_eq!(boilerplate().at_edge(line), None, "{line}");
            }
        }
    }

    #[test]
    fn the_first_character_leaves_out_only_patterns_that_cannot_match() {
        let of = |p: &str| first_chars(&pattern(&format!("^(?:{p})$")));
        let set = |chars: &str| Some(chars.chars().collect::<BTreeSet<char>>());
        assert_eq!(of("(网站)?首页"), set("网首"));
        assert_eq!(of("第?[0-9]{1,3}页"), set("第0123456789"));
        assert_eq!(of("(?i:page)3"), set("pP"));
        assert_eq!(of("[^。]{2,20}文件"), None);
        assert_eq!(of("(打印|关闭)*"), None);
        assert!(!boilerplate().edge.others.is_empty());
        assert!(boilerplate().edge.by_first[&'首'].len() < boilerplate().edge.patterns.len() / 2);
    }

    #[test]
    fn labels_say_their_field() {
        assert_eq!(boilerplate().field("索引号"), Some(Some(Field::IndexNumber)));
        assert_eq!(boilerplate().field("浏览量"), Some(None));
        assert_eq!(boilerplate().field("古镛镇"), None);
        let found = boilerplate().label.find("- 索 引 号: sm0990").map(|m| m.as_str());
        assert_eq!(found, Some("索 引 号"));
    }
}
