//! Rebuilds automatic numbers: what `numbering.xml` says how paragraphs are counted, and the counting itself (ECMA-376, part 1,
//! 17.9).

use std::collections::{HashMap, HashSet};

use super::super::xml::{Element, Event, Result, Space, Xml};
use super::styles::{Numbered, Styles, number};
use crate::ingest::extract::numerals;

/// Levels of a list.
const LEVELS: usize = 9;

/// How the paragraphs of a document are counted.
#[derive(Default)]
pub(super) struct Numbering {
    lists: HashMap<u32, List>,
    nums: HashMap<u32, Num>,
}

/// An abstract numbering: what several numberings may share, their count included.
#[derive(Default)]
struct List {
    levels: HashMap<u8, Level>,
    /// The numbering style whose levels it has instead of own ones.
    link: Option<String>,
}

/// A numbering that paragraphs name.
#[derive(Default)]
struct Num {
    list: u32,
    overrides: HashMap<u8, Override>,
}

#[derive(Default)]
struct Override {
    start: Option<u32>,
    level: Option<Level>,
}

/// How one level is counted and written.
#[derive(Clone, Default)]
struct Level {
    start: u32,
    format: String,
    /// The pattern of a format that Word has no name for: `001, 002, …`.
    custom: Option<String>,
    /// `%1、`, `（%2）`.
    text: String,
    /// The level, from 1, after which the count starts again; 0 is never.
    restart: Option<u8>,
    /// The numbers of the levels above are written in Arabic digits.
    legal: bool,
    follow: Follow,
    /// The style that gives this level.
    style: Option<String>,
    hidden: bool,
}

/// What stands between number and text.
#[derive(Clone, Copy, Default, PartialEq)]
enum Follow {
    #[default]
    Blank,
    Nothing,
}

/// Where the count stands. Paragraphs must be asked about in the order of the document.
#[derive(Default)]
pub(super) struct Counter {
    /// By list and level.
    counts: HashMap<(u32, usize), u32>,
    /// Numberings whose own start has been used, by level.
    started: HashSet<(u32, usize)>,
}

impl Numbering {
    /// Reads `numbering.xml`. What has been read before an error is kept.
    pub(super) fn read(&mut self, text: &str) -> Result<()> {
        let mut xml = Xml::new(text);
        while let Some(event) = xml.next()? {
            let Event::Start(element) = event else { continue };
            match (element.space, element.name()) {
                (Space::Word, "abstractNum") => {
                    let id = number(element.attribute("abstractNumId")).unwrap_or_default();
                    let list = self.lists.entry(id).or_default();
                    read_list(&mut xml, list)?;
                }
                (Space::Word, "num") => {
                    let id = number(element.attribute("numId")).unwrap_or_default();
                    let num = self.nums.entry(id).or_default();
                    read_num(&mut xml, num)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The number of the next paragraph, with the blank that follows it; empty when it has none.
    pub(super) fn label(&self, counter: &mut Counter, own: Numbered, style: Option<&str>, styles: &Styles) -> String {
        let by_style = styles.number(style);
        let Some(id) = own
            .num
            .or(by_style.and_then(|(number, _)| number.num))
            .filter(|id| *id > 0)
        else {
            return String::new();
        };
        let Some(num) = self.nums.get(&id) else {
            return String::new();
        };
        let (list_id, list) = self.list_of(num, styles);
        let Some(list) = list else { return String::new() };
        let linked = || {
            let (_, from) = by_style.filter(|_| own.num.is_none())?;
            let bears = |name: &str| {
                let mut levels = list.levels.iter();
                levels.find_map(|(n, level)| (level.style.as_deref() == Some(name)).then_some(*n))
            };
            style.into_iter().chain([from]).find_map(bears)
        };
        let level = own
            .level
            .or_else(linked)
            .or(by_style.and_then(|(number, _)| number.level))
            .unwrap_or(0);
        let level = usize::from(level).min(LEVELS - 1);
        let Some(count) = self.count(counter, id, num, list_id, list, level) else {
            return String::new();
        };
        self.write(num, list, level, count)
    }

    /// The list of a numbering; one that only names a style has the list of that style's numbering.
    fn list_of(&self, num: &Num, styles: &Styles) -> (u32, Option<&List>) {
        let mut id = num.list;
        for _ in 0..LEVELS {
            let Some(list) = self.lists.get(&id) else {
                return (id, None);
            };
            let linked = list.link.as_deref().filter(|_| list.levels.is_empty());
            let Some(next) = linked.and_then(|style| self.nums.get(&styles.number(Some(style))?.0.num?)) else {
                return (id, Some(list));
            };
            if next.list == id {
                return (id, Some(list));
            }
            id = next.list;
        }
        (id, self.lists.get(&id))
    }

    /// Counts one paragraph; answers the counts of its level and those above.
    fn count(
        &self,
        counter: &mut Counter,
        id: u32,
        num: &Num,
        list_id: u32,
        list: &List,
        level: usize,
    ) -> Option<[u32; LEVELS]> {
        let own = level_of(num, list, level)?;
        let over = num.overrides.get(&(level as u8));
        let begins = over.and_then(|over| over.start.or_else(|| over.level.as_ref().map(|level| level.start)));
        let begins = begins.filter(|_| counter.started.insert((id, level)));
        let before = counter.counts.get(&(list_id, level)).copied();
        let now = begins.unwrap_or_else(|| before.map_or(own.start, |before| before.saturating_add(1)));
        counter.counts.insert((list_id, level), now);
        for deeper in level + 1..LEVELS {
            let restart = level_of(num, list, deeper).and_then(|level| level.restart);
            if level < usize::from(restart.unwrap_or(deeper as u8)) {
                counter.counts.remove(&(list_id, deeper));
                counter.started.remove(&(id, deeper));
            }
        }
        Some(std::array::from_fn(|n| {
            let start = || level_of(num, list, n).map_or(1, |level| level.start);
            counter.counts.get(&(list_id, n)).copied().unwrap_or_else(start)
        }))
    }

    fn write(&self, num: &Num, list: &List, level: usize, counts: [u32; LEVELS]) -> String {
        let Some(own) = level_of(num, list, level).filter(|level| !level.hidden) else {
            return String::new();
        };
        if own.format == "bullet" {
            return format!("{} ", bullet(&own.text));
        }
        let mut label = String::new();
        let mut rest = own.text.as_str();
        while let Some(at) = rest.find('%') {
            label.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            let Some(n) = rest.bytes().next().filter(|digit| (b'1'..=b'9').contains(digit)) else {
                label.push('%');
                continue;
            };
            let n = usize::from(n - b'1');
            rest = &rest[1..];
            let format = level_of(num, list, n);
            label.push_str(&match format {
                _ if own.legal && n != level => counts[n].to_string(),
                Some(Level {
                    custom: Some(pattern), ..
                }) => custom(pattern, counts[n]),
                Some(level) => numerals::write(&level.format, counts[n]),
                None => counts[n].to_string(),
            });
        }
        label.push_str(rest);
        if label.trim().is_empty() {
            return String::new();
        }
        // Chinese marks bring their own blank; a digit would run into one that follows.
        let is_wide = label.ends_with(['、', '）', '．', '：', '。', '】', '〕', '》', '，']);
        let is_digit = label.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '.');
        if !is_wide && (own.follow == Follow::Blank || is_digit) {
            label.push(' ');
        }
        label
    }
}

fn level_of<'a>(num: &'a Num, list: &'a List, level: usize) -> Option<&'a Level> {
    let over = num.overrides.get(&(level as u8)).and_then(|over| over.level.as_ref());
    over.or_else(|| list.levels.get(&(level as u8)))
}

/// The sign of a bullet; most are characters of fonts that only Word has.
fn bullet(text: &str) -> &str {
    let text = text.trim();
    let private = |c: char| matches!(c, '\u{E000}'..='\u{F8FF}') || c.is_control();
    if text.is_empty() || text.contains(private) {
        "•"
    } else {
        text
    }
}

/// `001, 002, …` counts with three digits.
fn custom(pattern: &str, n: u32) -> String {
    let width = pattern.bytes().take_while(u8::is_ascii_digit).count().min(9);
    format!("{n:0width$}")
}

fn read_list(xml: &mut Xml, list: &mut List) -> Result<()> {
    let outside = xml.depth() - 1;
    while xml.depth() > outside {
        let Some(event) = xml.next()? else { break };
        let Event::Start(element) = event else { continue };
        match (element.space, element.name()) {
            (Space::Word, "lvl") => {
                let (n, level) = read_level(xml, &element)?;
                list.levels.insert(n, level);
            }
            (Space::Word, "numStyleLink") => list.link = element.val(),
            _ => {}
        }
    }
    Ok(())
}

fn read_num(xml: &mut Xml, num: &mut Num) -> Result<()> {
    let outside = xml.depth() - 1;
    let mut over = 0;
    while xml.depth() > outside {
        let Some(event) = xml.next()? else { break };
        let Event::Start(element) = event else { continue };
        match (element.space, element.name()) {
            (Space::Word, "abstractNumId") => num.list = number(element.val()).unwrap_or_default(),
            (Space::Word, "lvlOverride") => over = number(element.attribute("ilvl")).unwrap_or_default(),
            (Space::Word, "startOverride") => {
                num.overrides.entry(over).or_default().start = number(element.val());
            }
            (Space::Word, "lvl") => {
                let (n, level) = read_level(xml, &element)?;
                num.overrides.entry(n).or_default().level = Some(level);
            }
            _ => {}
        }
    }
    Ok(())
}

fn read_level(xml: &mut Xml, element: &Element) -> Result<(u8, Level)> {
    let n = number(element.attribute("ilvl")).unwrap_or_default();
    let mut level = Level {
        format: "decimal".to_owned(),
        ..Level::default()
    };
    let outside = xml.depth() - 1;
    // Of a format and what programs without it take instead, the first counts.
    let mut has_format = false;
    while xml.depth() > outside {
        let Some(event) = xml.next()? else { break };
        let Event::Start(element) = event else { continue };
        if element.space != Space::Word {
            continue;
        }
        match element.name() {
            "start" => level.start = number(element.val()).unwrap_or_default(),
            "numFmt" if !has_format => {
                has_format = true;
                level.format = element.val().unwrap_or_default();
                level.custom = element.attribute("format").filter(|_| level.format == "custom");
            }
            "lvlText" => level.text = element.val().unwrap_or_default(),
            "lvlRestart" => level.restart = number(element.val()),
            "isLgl" => level.legal = element.is_on(),
            "suff" if element.val().as_deref() == Some("nothing") => level.follow = Follow::Nothing,
            "pStyle" => level.style = element.val(),
            "vanish" => level.hidden = element.is_on(),
            _ => {}
        }
    }
    Ok((n, level))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "<w:abstractNum w:abstractNumId='0'>\
        <w:lvl w:ilvl='0'><w:start w:val='1'/><w:numFmt w:val='chineseCountingThousand'/><w:pStyle w:val='H1'/><w:suff w:val='nothing'/><w:lvlText w:val='%1、'/></w:lvl>\
        <w:lvl w:ilvl='1'><w:start w:val='1'/><w:numFmt w:val='chineseCountingThousand'/><w:pStyle w:val='H2'/><w:lvlText w:val='（%2）'/></w:lvl>\
        <w:lvl w:ilvl='2'><w:start w:val='1'/><w:numFmt w:val='decimal'/><w:isLgl/><w:suff w:val='nothing'/><w:lvlText w:val='%1.%2.%3'/></w:lvl>\
        <w:lvl w:ilvl='3'><w:start w:val='1'/><w:numFmt w:val='decimal'/><w:lvlRestart w:val='0'/><w:lvlText w:val='%4.'/></w:lvl>\
        <w:lvl w:ilvl='4'><w:numFmt w:val='bullet'/><w:lvlText w:val='\u{F06C}'/></w:lvl>\
        </w:abstractNum>";

    fn numbering(rest: &str) -> Numbering {
        let mut numbering = Numbering::default();
        numbering
            .read(&format!("<w:numbering>{LIST}{rest}</w:numbering>"))
            .unwrap();
        numbering
    }

    fn labels(numbering: &Numbering, paragraphs: &[(u32, u8)]) -> Vec<String> {
        let mut counter = Counter::default();
        let styles = Styles::default();
        let number = |(num, level): &(u32, u8)| Numbered {
            num: Some(*num),
            level: Some(*level),
        };
        let numbered = paragraphs.iter().map(number);
        numbered
            .map(|number| numbering.label(&mut counter, number, None, &styles))
            .collect()
    }

    #[test]
    fn levels_count_and_start_again_below_the_one_above() {
        let numbering = numbering("<w:num w:numId='1'><w:abstractNumId w:val='0'/></w:num>");
        let paragraphs = [
            (1, 0),
            (1, 1),
            (1, 1),
            (1, 2),
            (1, 3),
            (1, 0),
            (1, 1),
            (1, 3),
            (1, 2),
            (1, 4),
            (0, 0),
            (7, 0),
        ];
        assert_eq!(
            labels(&numbering, &paragraphs),
            [
                "一、",
                "（一）",
                "（二）",
                "1.2.1 ",
                "1. ",
                "二、",
                "（一）",
                "2. ",
                "2.1.1 ",
                "• ",
                "",
                ""
            ]
        );
    }

    #[test]
    fn numberings_of_one_list_share_its_count_unless_they_start_anew() {
        let numbering = numbering(
            "<w:num w:numId='1'><w:abstractNumId w:val='0'/></w:num><w:num w:numId='2'><w:abstractNumId w:val='0'/></w:num>\
             <w:num w:numId='3'><w:abstractNumId w:val='0'/><w:lvlOverride w:ilvl='0'><w:startOverride w:val='1'/></w:lvlOverride></w:num>\
             <w:num w:numId='4'><w:abstractNumId w:val='0'/><w:lvlOverride w:ilvl='0'><w:lvl w:ilvl='0'><w:start w:val='5'/>\
             <w:numFmt w:val='decimalFullWidth'/><w:lvlText w:val='第%1条'/></w:lvl></w:lvlOverride></w:num>",
        );
        assert_eq!(
            labels(&numbering, &[(1, 0), (2, 0), (3, 0), (3, 0), (1, 0), (4, 0), (4, 0)]),
            ["一、", "二、", "一、", "二、", "三、", "第５条 ", "第６条 "]
        );
    }

    #[test]
    fn styles_give_numbers_and_their_level() {
        let numbering = numbering("<w:num w:numId='1'><w:abstractNumId w:val='0'/></w:num>");
        let mut styles = Styles::default();
        let given = "<w:styles><w:style w:styleId='H1'><w:pPr><w:numPr><w:numId w:val='1'/></w:numPr></w:pPr></w:style>\
            <w:style w:styleId='H2'><w:basedOn w:val='H1'/></w:style></w:styles>";
        styles.read(given).unwrap();
        let mut counter = Counter::default();
        let mut label = |own, style| numbering.label(&mut counter, own, Some(style), &styles);
        assert_eq!(label(Numbered::default(), "H1"), "一、");
        assert_eq!(label(Numbered::default(), "H2"), "（一）");
        assert_eq!(
            label(
                Numbered {
                    num: Some(0),
                    level: None
                },
                "H1"
            ),
            ""
        );
        assert_eq!(
            label(
                Numbered {
                    num: None,
                    level: Some(0)
                },
                "H2"
            ),
            "二、"
        );
    }

    #[test]
    fn a_list_may_have_the_levels_of_a_style() {
        let numbering = numbering(
            "<w:abstractNum w:abstractNumId='5'><w:numStyleLink w:val='L'/></w:abstractNum>\
             <w:num w:numId='1'><w:abstractNumId w:val='0'/></w:num><w:num w:numId='2'><w:abstractNumId w:val='5'/></w:num>",
        );
        let mut styles = Styles::default();
        let given = "<w:style w:styleId='L'><w:pPr><w:numPr><w:numId w:val='1'/></w:numPr></w:pPr></w:style>";
        styles.read(given).unwrap();
        let number = Numbered {
            num: Some(2),
            level: None,
        };
        assert_eq!(numbering.label(&mut Counter::default(), number, None, &styles), "一、");
    }
}
