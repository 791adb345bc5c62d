//! Defines the [`Rules`] that tell from a heading what its section is about, as `index_schema/sections.toml` declares them.

use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;

/// The kinds of sections with the words that tell them.
pub struct Rules {
    kinds: Vec<Kind>,
    stock: Regex,
}

/// What a heading's words say of its section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The name of the kind.
    pub kind: &'static str,
    /// The words that decided, as they stand in the heading.
    pub words: String,
    /// The label of another kind that the heading names after this one: 存在问题及下一步打算.
    pub also: Option<&'static str>,
}

struct Kind {
    name: &'static str,
    label: &'static str,
    words: Option<Regex>,
    not: Option<Regex>,
    strong: Option<Regex>,
    cues: Option<Regex>,
}

static RULES: LazyLock<Rules> = LazyLock::new(Rules::load);

/// The one set of rules.
pub fn rules() -> &'static Rules {
    &RULES
}

impl Rules {
    /// What `heading` is about: without numbering, blanks and years, in half-width and simplified characters.
    pub fn classify(&self, heading: &str) -> Option<Verdict> {
        let parts = self.parts(heading);
        let other = parts.iter().find(|part| part.kind != parts[0].kind);
        match (parts.first(), other) {
            // The first named decides, the next is told beside it.
            (Some(first), Some(other)) => Some(Verdict {
                also: self.label(other.kind),
                ..first.clone()
            }),
            (first, _) => self.first(heading).or_else(|| first.cloned()),
        }
    }

    /// The same for a heading inside another section: only where the words leave no doubt.
    pub fn classify_inner(&self, heading: &str) -> Option<Verdict> {
        self.kinds.iter().find_map(|kind| {
            let found = kind.strong.as_ref()?.find(heading)?;
            Some(kind.verdict(found.as_str()))
        })
    }

    /// What the beginning of a section's text is about, when its heading says nothing: two cues of one kind, in different words.
    pub fn by_cues(&self, text: &str) -> Option<Verdict> {
        self.kinds.iter().find_map(|kind| {
            let found: std::collections::BTreeSet<&str> =
                kind.cues.as_ref()?.find_iter(text).map(|cue| cue.as_str()).collect();
            let words = found.iter().take(2).copied().collect::<Vec<_>>().join(", ");
            (found.len() >= 2).then(|| kind.verdict(&words))
        })
    }

    /// Whether the whole of `heading` is one of the stock headings, which stand even without a number.
    pub fn is_stock(&self, heading: &str) -> bool {
        self.stock.is_match(heading)
    }

    /// The Chinese name of a kind.
    pub fn label(&self, kind: &str) -> Option<&'static str> {
        self.kinds.iter().find(|k| k.name == kind).map(|k| k.label)
    }

    /// What the parts of a heading say that are joined by 及: 工作情况及存在问题 says two kinds.
    fn parts(&self, heading: &str) -> Vec<Verdict> {
        static JOINED: LazyLock<Regex> = LazyLock::new(|| pattern("以及|及|和|与|暨|、"));
        JOINED.split(heading).filter_map(|part| self.first(part)).collect()
    }

    fn first(&self, heading: &str) -> Option<Verdict> {
        self.kinds.iter().find_map(|kind| kind.read(heading))
    }

    fn load() -> Rules {
        let declared: Declared = super::embedded("sections.toml", include_str!("../../index_schema/sections.toml"));
        let kinds = declared.kind.into_iter().map(Kind::from).collect();
        let stock = pattern(&format!(
            "^(?:法治政府建设)?(?:的)?(?:{})$",
            declared.stock.headings.join("|")
        ));
        Rules { kinds, stock }
    }
}

impl Kind {
    fn read(&self, heading: &str) -> Option<Verdict> {
        let words = self.words.as_ref()?;
        // What is said not to count is blanked, so that the rest may still decide.
        let rest = match &self.not {
            Some(not) => not.replace_all(heading, " "),
            None => heading.into(),
        };
        let found = words.find(&rest)?;
        Some(self.verdict(found.as_str()))
    }

    fn verdict(&self, words: &str) -> Verdict {
        Verdict {
            kind: self.name,
            words: words.to_owned(),
            also: None,
        }
    }
}

impl From<DeclaredKind> for Kind {
    fn from(declared: DeclaredKind) -> Self {
        let any = |patterns: Vec<String>| (!patterns.is_empty()).then(|| pattern(&patterns.join("|")));
        Kind {
            // Declared once for the whole life of the program.
            name: declared.name.leak(),
            label: declared.label.leak(),
            words: any(declared.words),
            not: any(declared.not),
            strong: any(declared.strong),
            cues: any(declared.cues),
        }
    }
}

fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap_or_else(|error| panic!("index_schema/sections.toml: {error}"))
}

#[derive(Deserialize)]
struct Declared {
    kind: Vec<DeclaredKind>,
    stock: Stock,
}

#[derive(Deserialize)]
struct DeclaredKind {
    name: String,
    label: String,
    words: Vec<String>,
    #[serde(default)]
    not: Vec<String>,
    #[serde(default)]
    strong: Vec<String>,
    #[serde(default)]
    cues: Vec<String>,
}

#[derive(Deserialize)]
struct Stock {
    headings: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_of_the_genre_tell_their_kind() {
        let table = [
            ("achievements", "推进法治政府建设的主要举措和成效"),
            ("achievements", "法治政府建设主要举措及突出成效"),
            ("achievements", "法治政府建设主要措施和工作成效"),
            ("achievements", "法治政府建设工作开展情况"),
            ("achievements", "工作开展情况"),
            ("achievements", "基本情况和主要成效"),
            ("achievements", "主要做法"),
            ("achievements", "主要工作"),
            ("achievements", "工作总结"),
            ("achievements", "工作回顾"),
            ("achievements", "法治政府建设主要工作及成效"),
            ("achievements", "主要工作情况及存在问题"),
            ("achievements", "改革开放和现代化建设取得伟大成就的五年"),
            ("problems", "推进法治政府建设存在的不足和原因"),
            ("problems", "法治建设中的难点"),
            ("problems", "需要改进的方面"),
            ("problems", "存在的主要问题"),
            ("problems", "存在的问题"),
            ("problems", "存在问题及下一步打算"),
            ("plans", "下一步打算及存在问题"),
            ("achievements", "主要做法、成效及存在问题"),
            (
                "leadership",
                "党政主要负责人履行第一责任人职责和加强法治政府建设的有关情况",
            ),
            ("problems", "法治政府建设工作存在的短板"),
            ("problems", "正视短板弱项,让问题摆上桌面"),
            ("problems", "正视差距,找准存在的问题和根源"),
            ("problems", "存在问题及改进措施"),
            ("leadership", "党政主要负责人履行推进法治建设第一责任人职责的相关情况"),
            (
                "leadership",
                "党政主要负责人履行推进法治建设第一责任人职责,加强法治政府建设的有关情况",
            ),
            ("leadership", "主要负责人履行职责情况"),
            ("leadership", "区政府主要负责同志履行推进法治建设第一责任人职责情况"),
            ("leadership", "强化主要责任人责任,夯实组织基础"),
            ("leadership", "扛牢第一责任,让“关键少数”带头讲法"),
            ("leadership", "强化组织领导,压紧第一责任人责任"),
            ("plans", "推进法治政府建设的主要安排"),
            ("plans", "主要工作安排"),
            ("plans", "下一步工作计划"),
            ("plans", "下步打算"),
            ("plans", "工作计划"),
            ("plans", "工作打算"),
            ("plans", "工作思路"),
            ("plans", "明年工作打算"),
            ("plans", "谋划来年任务,让法治底色更亮"),
            ("plans", "再鼓干劲,谋划工作思路"),
            ("other", "其他需要报告的情况"),
            ("other", "其它需要说明的事项"),
            ("plans", "整改措施及下一步打算"),
            ("other", "需要上级支持解决的事项"),
            ("other", "有关意见建议"),
            ("other", "工作建议"),
            ("other", "上一年度问题整改“回头看”"),
            ("other", "上年度短板整改情况"),
            ("other", "其他需要报告的事项"),
        ];
        for (kind, heading) in table {
            let verdict = rules().classify(heading);
            assert_eq!(verdict.as_ref().map(|v| v.kind), Some(kind), "{heading}: {verdict:?}");
        }
    }

    #[test]
    fn slogans_say_no_kind() {
        for heading in [
            "提高政治站位,深入学习贯彻党的二十大精神",
            "依法全面履职尽责,落实法治政府建设",
            "强化问题导向,解决群众急难愁盼问题",
            "开展突出问题专项整治",
            "加强普法宣传,营造浓厚法治氛围",
            "健全依法决策机制",
            "明确工作思路,健全工作机制",
            "理顺执法链条,让赋权事项接得住管得好",
            "加强困难群众法律援助",
        ] {
            assert_eq!(rules().classify(heading), None, "{heading}");
        }
    }

    #[test]
    fn every_kind_has_a_label() {
        for kind in ["preamble", "achievements", "problems", "leadership", "plans", "other"] {
            assert!(rules().label(kind).is_some(), "{kind}");
        }
    }

    #[test]
    fn stock_headings_stand_alone() {
        for heading in [
            "主要举措和成效",
            "工作情况",
            "存在问题",
            "下步打算",
            "下一步工作计划",
            "存在的不足和原因",
            "其他需要报告的情况",
        ] {
            assert!(rules().is_stock(heading), "{heading}");
        }
        for line in ["成立了领导小组", "推进依法行政", "存在问题的原因是多方面的,主要是"] {
            assert!(!rules().is_stock(line), "{line}");
        }
    }
}
