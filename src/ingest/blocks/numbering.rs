//! Reads the numbers that headings and list items begin with: 一、 （一） 1. （1） 一是.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::schema::sections;
use crate::text::fold::usual_form;
use crate::text::numeral;
use crate::text::plain::{Script, is_blank, plain};

/// A number at the start of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbering {
    /// 1 for 一、, 2 for （一）, 3 for 1., 4 for （1）.
    pub rank: u8,
    pub number: u64,
    /// Where what follows the number starts, in bytes of the line.
    pub len: usize,
}

const NUMERALS: &str = "一二三四五六七八九十壹贰叁肆伍陆柒捌玖拾";
const ROMAN: &str = "ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ";
const BRACKETS: &str = "（(〔【";
const DIGITS: &str = "0123456789０１２３４５６７８９";
const CIRCLED: &str = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳";

/// All characters that a number can begin with, loose ones too: most lines begin with another, and none of the patterns need be tried.
static INITIALS: LazyLock<HashSet<char>> = LazyLock::new(|| {
    let initials = [NUMERALS, "第", ROMAN, BRACKETS, DIGITS, CIRCLED, LOOSE_INITIALS];
    initials.iter().flat_map(|initials| initials.chars()).collect()
});

/// The number that `line` begins with. A lost bracket (`一)`), blanks and both widths are allowed; `3.15` and `12·4` are no numbering.
pub fn numbering(line: &str) -> Option<Numbering> {
    // With the rank, the characters that a number of this form can start with.
    static RANKS: LazyLock<Vec<(u8, &str, Regex)>> = LazyLock::new(|| {
        const HAN: &str = "[一二三四五六七八九十壹贰叁肆伍陆柒捌玖拾]{1,3}";
        [
            (1, NUMERALS, format!(r"^({HAN})\s*[、.．﹑]")),
            (1, "第", format!(r"^第({HAN})(?:部分|章|节)[\s、:：.．]*")),
            (1, NUMERALS, format!(r"^({HAN})$")),
            (1, ROMAN, format!(r"^([{ROMAN}])\s*[、.．﹑]")),
            (2, BRACKETS, format!(r"^[（(〔【]\s*({HAN})\s*[)）〕】]\s*[、.．]?")),
            (2, NUMERALS, format!(r"^({HAN})\s*[)）]\s*[、.．]?")),
            (
                3,
                DIGITS,
                r"^([0-9０-９]{1,2})\s*(?:[、﹑]|[.．](?:[^0-9０-９]|$))".to_owned(),
            ),
            (4, BRACKETS, r"^[（(]\s*([0-9０-９]{1,2})\s*[)）]\s*[、.．]?".to_owned()),
            (4, DIGITS, r"^([0-9０-９]{1,2})\s*[)）]".to_owned()),
            (4, CIRCLED, r"^([①-⑳])".to_owned()),
        ]
        .into_iter()
        .filter_map(|(rank, first, pattern)| Some((rank, first, Regex::new(&pattern).ok()?)))
        .collect()
    });
    let start = line.len() - line.trim_start_matches(is_blank).len();
    let mut body = &line[start..];
    // Converters write 一 as the radical ⼀, which is as long.
    let radicals = body.chars().take(4).any(is_radical);
    let usual: String;
    if radicals {
        usual = body
            .chars()
            .map(|c| if is_radical(c) { usual_form(c) } else { c })
            .collect();
        if usual.len() == body.len() {
            body = &usual;
        }
    }
    let initial = body.chars().next().filter(|initial| INITIALS.contains(initial))?;
    if let Some(loose) = loose(body) {
        return Some(Numbering {
            len: start + loose.len,
            ..loose
        });
    }
    RANKS
        .iter()
        .filter(|(_, first, _)| first.contains(initial))
        .find_map(|(rank, _, pattern)| {
            let found = pattern.find(body)?;
            // 二、三产业 counts branches of the economy.
            let rest = &body[found.end()..];
            if *rank == 1 && ["三产", "四", "五"].iter().any(|word| rest.starts_with(word)) && rest.contains("产业")
            {
                return None;
            }
            let digits = numerals(found.as_str());
            let number = match body[digits.clone()].chars().next() {
                Some(c @ 'Ⅰ'..='Ⅹ') => u64::from(c as u32 - 'Ⅰ' as u32 + 1),
                Some(c @ '①'..='⑳') => u64::from(c as u32 - '①' as u32 + 1),
                _ => numeral::parse(&body[digits.clone()])?.min(999),
            };
            let mut len = found.end();
            // The character that proves `1.` is not `1.5` belongs to the text.
            if *rank == 3 {
                let mark = body[digits.end..]
                    .find(['、', '﹑', '.', '．'])
                    .map_or(0, |at| digits.end + at);
                len = mark + body[mark..].chars().next().map_or(0, char::len_utf8);
            }
            Some(Numbering {
                rank: *rank,
                number,
                len: start + len,
            })
        })
}

/// Where the signs of the number stand in what a pattern found; a capturing group would say the same and take twice the time.
fn numerals(found: &str) -> Range<usize> {
    let is_sign =
        |c: char| c.is_ascii_digit() || matches!(c, '０'..='９' | 'Ⅰ'..='Ⅹ' | '①'..='⑳') || NUMERALS.contains(c);
    let start = found.find(is_sign).unwrap_or(found.len());
    let end = found[start..]
        .find(|c| !is_sign(c))
        .map_or(found.len(), |at| start + at);
    start..end
}

fn is_radical(c: char) -> bool {
    matches!(c, '\u{2F00}'..='\u{2FD5}')
}

/// What a loose number can begin with.
const LOOSE_INITIALS: &str = "一二三四五六七八九十第0IVXPp";

/// A first-level number in a form that other lines begin with too: `一,主要工作`, `二 存在的问题`, `三下一步打算`, `第一、工作情况`,
/// `01 主要举措`, `II. 存在的不足`, `Part.3 下步打算`. It is a number only when the rest can be nothing but a heading.
fn loose(body: &str) -> Option<Numbering> {
    static LOOSE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(concat!(
            r"^(?:(?P<ordinal>第)?(?P<han>[一二三四五六七八九十]{1,2})(?P<mark>[、,，]\s*|\s+|)",
            r"|0(?P<digit>[1-9])[.、．\s]*|(?P<roman>[IVX]{1,4})[.、．]\s*|(?i:part)[.\s]*0?(?P<part>[1-9])[.、．:：\s]*)",
            r"(?P<rest>\p{Han}[^。；;：:]{3,40})[:：。]?$",
        ))
        .ok()
    });
    let first = body.chars().next()?;
    if body.len() > 160 || !LOOSE_INITIALS.contains(first) {
        return None;
    }
    // 一、 is a number whatever follows: not loose.
    if !first.is_ascii() && body[first.len_utf8()..].starts_with('、') {
        return None;
    }
    let found = LOOSE.as_ref()?.captures(body)?;
    let rest = found.name("rest")?;
    let key = plain(rest.as_str(), Script::Simplified);
    let told = || sections::rules().classify(&key).is_some();
    let mark = found.name("mark").map_or("", |mark| mark.as_str());
    let ordinal = found.name("ordinal").is_some();
    let (number, heading) = if let Some(han) = found.name("han") {
        let heading = match mark.trim() {
            // As above, after two signs.
            "、" if !ordinal => return None,
            "" if ordinal => return None,
            // Many a list goes 第一，…问题; 第二，…问题.
            _ if ordinal => sections::rules().is_stock(&key),
            "" if mark.is_empty() => sections::rules().is_stock(&key),
            "" => !key.contains([',', '、']) || told(),
            _ => told(),
        };
        (numeral::parse(han.as_str())?, heading)
    } else if let Some(roman) = found.name("roman") {
        let numbers = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"];
        let at = numbers.iter().position(|known| *known == roman.as_str())?;
        (at as u64 + 1, told())
    } else {
        let digit = found.name("digit").or(found.name("part"))?;
        (numeral::parse(digit.as_str())?, told())
    };
    heading.then_some(Numbering {
        rank: 1,
        number,
        len: rest.start(),
    })
}

/// Whether a line begins as a list item does: a number, 一是, 第一，, a bullet, 附件.
pub fn is_item(line: &str) -> bool {
    static ITEM: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"^\s*(?:[一二三四五六七八九十]{1,2}(?:是|要)|第[一二三四五六七八九十][,，、]|首先[,，]|其次[,，]|最后[,，]|[-•●◆■▪○*]\s|附\s*[件：:]|注[：:])").ok()
    });
    numbering(line).is_some() || ITEM.as_ref().is_some_and(|item| item.is_match(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_headings_are_read() {
        for (line, rank, number, rest) in [
            ("一、主要举措", 1, 1, "主要举措"),
            ("一 、主要举措", 1, 1, "主要举措"),
            ("十二、其他", 1, 12, "其他"),
            ("第二部分 工作计划", 1, 2, "工作计划"),
            ("一", 1, 1, ""),
            ("（一）加强", 2, 1, "加强"),
            ("(三) 加强", 2, 3, "加强"),
            ("一)加强", 2, 1, "加强"),
            ("（十一）、加强", 2, 11, "加强"),
            ("一,主要工作及成效", 1, 1, "主要工作及成效"),
            ("二 存在的问题", 1, 2, "存在的问题"),
            ("三下一步工作打算", 1, 3, "下一步工作打算"),
            ("叁、下步打算", 1, 3, "下步打算"),
            ("第二、存在的问题", 1, 2, "存在的问题"),
            ("03 下一步打算", 1, 3, "下一步打算"),
            ("IV. 下一步打算", 1, 4, "下一步打算"),
            ("Part.2 存在的问题", 1, 2, "存在的问题"),
            ("⼀、主要举措", 1, 1, "主要举措"),
            ("Ⅱ.存在的问题", 1, 2, "存在的问题"),
            ("1.建机制", 3, 1, "建机制"),
            ("2、建机制", 3, 2, "建机制"),
            ("３．建机制", 3, 3, "建机制"),
            ("（1）建机制", 4, 1, "建机制"),
            ("12)建机制", 4, 12, "建机制"),
            ("③建机制", 4, 3, "建机制"),
            ("　　（二）加强", 2, 2, "加强"),
        ] {
            let found = numbering(line).unwrap_or_else(|| panic!("{line}"));
            assert_eq!(
                (found.rank, found.number, &line[found.len..]),
                (rank, number, rest),
                "{line}"
            );
        }
    }

    #[test]
    fn other_beginnings_are_no_numbering() {
        for line in [
            "2024年",
            "3.15消费者权益日",
            "12·4宪法日",
            "一是加强",
            "一年来",
            "第一，基本建设规模的大小问题",
            "三个代表",
            "一，群众满意度进一步提升",
            "二 三产业",
            "一主要领导带头学法，",
            "（以下简称",
            "十九大",
            "1993年3月",
            "100%",
        ] {
            assert_eq!(numbering(line), None, "{line}");
        }
    }

    #[test]
    fn items_are_seen() {
        for line in [
            "一是加强",
            "二要加强",
            "第一，加强",
            "- 加强",
            "附件：1",
            "附 件：",
            "（1）加强",
        ] {
            assert!(is_item(line), "{line}");
        }
        for line in ["一年来，", "首先报告", "附近群众"] {
            assert!(!is_item(line), "{line}");
        }
    }
}
