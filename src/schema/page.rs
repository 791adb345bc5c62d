//! Turns `index_schema/html.toml` into [`Page`]: what pages of Chinese government web sites look like.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;

/// Where the article of a page stands, and what is no part of it.
#[derive(Debug)]
pub struct Page {
    containers: HashMap<String, usize>,
    asides: HashMap<String, &'static str>,
    attachment: Regex,
    sees_attachment: Regex,
    lines: Vec<(Regex, &'static str)>,
    labels: Vec<String>,
    idle_labels: Vec<String>,
    title_words: Vec<String>,
    site_endings: Vec<String>,
    meta: HashMap<String, String>,
    label: Regex,
}

#[derive(Debug, Deserialize)]
struct Declared {
    containers: Vec<String>,
    aside: Vec<Aside>,
    attachments: Vec<String>,
    sees_attachment: String,
    line: Vec<LineKind>,
    labels: Vec<String>,
    idle_labels: Vec<String>,
    title_words: Vec<String>,
    site_endings: Vec<String>,
    meta: HashMap<String, String>,
}

#[derive(Debug, Deserialize)]
struct Aside {
    reason: String,
    words: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct LineKind {
    reason: String,
    patterns: Vec<String>,
}

/// What a label on a page stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// A fact about the article.
    Fact,
    /// Something that changes with every visit.
    Idle,
}

/// The declaration that comes with the program.
pub fn page() -> &'static Page {
    static PAGE: LazyLock<Page> = LazyLock::new(|| {
        // The tests read the file and compile its patterns, so that a wrong one does not leave the workshop.
        Page::parse(include_str!("../../index_schema/html.toml")).expect("index_schema/html.toml is tested")
    });
    &PAGE
}

impl Page {
    fn parse(declaration: &str) -> Result<Page, String> {
        let declared: Declared = toml::from_str(declaration).map_err(|error| error.to_string())?;
        // Reasons live as long as the program.
        let keep = |reason: &str| -> &'static str { Box::leak(reason.to_owned().into_boxed_str()) };
        let mut lines = Vec::new();
        for kind in &declared.line {
            let reason = keep(&kind.reason);
            for pattern in &kind.patterns {
                lines.push((Regex::new(pattern).map_err(|error| error.to_string())?, reason));
            }
        }
        let mut asides = HashMap::new();
        for aside in &declared.aside {
            let reason = keep(&aside.reason);
            asides.extend(aside.words.iter().map(|word| (word.clone(), reason)));
        }
        let ranks = declared.containers.iter().enumerate();
        let mut all: Vec<&String> = declared.labels.iter().chain(&declared.idle_labels).collect();
        // The longest first: 公文生成日期 before 生成日期 before 日期.
        all.sort_by_key(|label| std::cmp::Reverse(label.len()));
        let spaced = |label: &&String| {
            let chars: Vec<String> = label.chars().map(|c| regex::escape(&c.to_string())).collect();
            chars.join(r"\s*")
        };
        let labels: Vec<String> = all.iter().map(spaced).collect();
        let label = format!(r"[\[【（(]?\s*({})\s*(?:[\]】）)]\s*[:：]?|[:：])", labels.join("|"));
        let attachment = format!(r"(?i)\.({})(?:[^a-z0-9]|$)", declared.attachments.join("|"));
        Ok(Page {
            attachment: Regex::new(&attachment).map_err(|error| error.to_string())?,
            sees_attachment: Regex::new(&declared.sees_attachment).map_err(|error| error.to_string())?,
            containers: ranks.map(|(rank, name)| (name.to_lowercase(), rank)).collect(),
            asides,
            lines,
            label: Regex::new(&label).map_err(|error| error.to_string())?,
            labels: declared.labels,
            idle_labels: declared.idle_labels,
            title_words: declared.title_words,
            site_endings: declared.site_endings,
            meta: declared.meta,
        })
    }

    /// How telling an element is as the holder of the article, 0 the most; `selector` is `#id`, `.class` or a tag.
    pub fn container_rank(&self, selector: &str) -> Option<usize> {
        self.containers.get(&selector.to_lowercase()).copied()
    }

    /// Why an element with this word in its id or class is no part of an article.
    pub fn aside(&self, word: &str) -> Option<&'static str> {
        self.asides.get(word).copied()
    }

    /// Whether an address leads to a document: by the ending of its path, or of a file named in it.
    pub fn is_attachment(&self, address: &str) -> bool {
        address.len() <= 2_000 && self.attachment.is_match(address)
    }

    /// Whether a short text says that its attachment is to be read.
    pub fn sees_attachment(&self, text: &str) -> bool {
        let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        self.sees_attachment.is_match(&bare)
    }

    /// Why a line is no part of an article, wherever it stands.
    pub fn idle_line(&self, line: &str) -> Option<&'static str> {
        let bare: String = line.chars().filter(|c| !c.is_whitespace()).collect();
        // All patterns are about short lines.
        if bare.is_empty() || bare.chars().count() > 200 {
            return None;
        }
        self.lines
            .iter()
            .find(|(pattern, _)| pattern.is_match(&bare))
            .map(|(_, reason)| *reason)
    }

    /// What a text is as a label, when it is one: blanks, brackets and colons do not count.
    pub fn label(&self, text: &str) -> Option<(Label, String)> {
        if text.len() > 100 {
            return None;
        }
        let bare: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && !"[]【】()（）:：".contains(*c))
            .collect();
        if self.labels.contains(&bare) {
            return Some((Label::Fact, bare));
        }
        self.idle_labels.contains(&bare).then_some((Label::Idle, bare))
    }

    /// The labels in a text, each with the bytes it takes with its brackets and colon.
    pub fn labels_in(&self, text: &str) -> Vec<(std::ops::Range<usize>, Label, String)> {
        let found = self.label.captures_iter(text).filter_map(|found| {
            let (label, name) = self.label(found.get(1)?.as_str())?;
            Some((found.get(0)?.range(), label, name))
        });
        found.collect()
    }

    /// Whether a word in an id or class marks the title of the article.
    pub fn is_title_word(&self, word: &str) -> bool {
        self.title_words.iter().any(|known| known == word)
    }

    /// Whether a part of a page's `<title>` names the site or a column of it.
    pub fn is_site(&self, part: &str) -> bool {
        let part = part.trim();
        // 石桥镇2024年法治政府建设年度报告 ends like the column it stands in.
        let dated = part.chars().filter(char::is_ascii_digit).count() >= 4;
        !dated && self.site_endings.iter().any(|ending| part.ends_with(ending.as_str()))
    }

    /// The label of what `<meta name=…>` states.
    pub fn meta_label(&self, name: &str) -> Option<&str> {
        self.meta.get(&name.to_lowercase()).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_declaration_reads() {
        let page = Page::parse(include_str!("../../index_schema/html.toml")).unwrap();
        for label in page.meta.values() {
            assert!(page.labels.contains(label), "{label}");
        }
        for label in &page.idle_labels {
            assert!(!page.labels.contains(label), "{label}");
        }
    }

    #[test]
    fn labels_are_known_with_blanks_and_brackets() {
        for text in ["索引号", "索 引 号：", "[ 索引号 ]", "【索\u{a0}引\u{3000}号】"] {
            assert_eq!(page().label(text), Some((Label::Fact, "索引号".to_owned())), "{text}");
        }
        assert_eq!(page().label("浏览次数："), Some((Label::Idle, "浏览次数".to_owned())));
        assert_eq!(page().label("索引号码"), None);
        let found = page().labels_in("发布时间：2022-03-28 15:36 来 源：白鹭镇 浏览量：");
        let names: Vec<&str> = found.iter().map(|(_, _, name)| name.as_str()).collect();
        assert_eq!(names, ["发布时间", "来源", "浏览量"]);
    }

    #[test]
    fn idle_lines_are_known_and_text_is_not_taken_for_one() {
        let idle = [
            "扫一扫在手机打开当前页",
            "分享到：微信 微博",
            "字号：[大 中 小]　【打印本页】",
            "您现在的位置：首页 >> 政务公开 >> 正文",
            "首页 > 政务公开",
            "上一篇：没有了",
            "主办单位：青石县人民政府办公室　承办单位：大数据中心",
            "蜀ICP备20239901号-1　川公网安备51289902000018号",
            "【打印本页】 【关闭窗口】",
        ];
        for line in idle {
            assert!(page().idle_line(line).is_some(), "{line}");
        }
        let text = [
            "一、2024年度推进法治政府建设的主要举措和成效",
            "打印宣传资料5000份，分享到各村微信群，网格员上门讲解，群众知晓率达到98%。",
            "位置偏远的村由驻村干部代办。",
            "首页公开信息128条。",
            "2024年1月17日",
            "无其他需要报告的情况。",
            "关闭非法采砂点3处。",
            "大中小学生法治教育",
        ];
        for line in text {
            assert_eq!(page().idle_line(line), None, "{line}");
        }
    }
}
