//! Turns Chinese numerals into numbers: 二十三, 一百零五, 二〇二四, 两万.

/// The number that `text` writes in Chinese or Arabic digits, all of it; `None` for anything else and past `u64`.
pub fn parse(text: &str) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    if text.chars().all(|c| c.is_ascii_digit()) {
        return text.parse().ok();
    }
    if text.chars().all(|c| digit(c).is_some()) {
        return by_digits(text);
    }
    by_units(text)
}

/// The value of one digit, Chinese or Arabic, in any of its shapes.
pub fn digit(c: char) -> Option<u64> {
    Some(match c {
        '〇' | '○' | '零' | '0' | '０' | 'Ｏ' | 'O' | 'o' => 0,
        '一' | '壹' | '1' | '１' => 1,
        '二' | '贰' | '貳' | '两' | '兩' | '2' | '２' => 2,
        '三' | '叁' | '參' | '3' | '３' => 3,
        '四' | '肆' | '4' | '４' => 4,
        '五' | '伍' | '5' | '５' => 5,
        '六' | '陆' | '陸' | '6' | '６' => 6,
        '七' | '柒' | '7' | '７' => 7,
        '八' | '捌' | '8' | '８' => 8,
        '九' | '玖' | '9' | '９' => 9,
        _ => return None,
    })
}

/// 二〇二四: digit by digit, as years are written.
fn by_digits(text: &str) -> Option<u64> {
    text.chars()
        .try_fold(0u64, |n, c| n.checked_mul(10)?.checked_add(digit(c)?))
}

/// 三百二十一万: by units.
fn by_units(text: &str) -> Option<u64> {
    let (mut total, mut section, mut last) = (0u64, 0u64, None);
    for c in text.chars() {
        let unit = match c {
            '十' | '拾' => 10,
            '百' | '佰' => 100,
            '千' | '仟' => 1000,
            '万' | '萬' | '亿' | '億' => {
                let big = if matches!(c, '万' | '萬') {
                    10_000
                } else {
                    100_000_000
                };
                section = section.checked_add(last.take().unwrap_or(0))?;
                if section == 0 && total == 0 {
                    return None;
                }
                total = total.checked_add(section)?.checked_mul(big)?;
                section = 0;
                continue;
            }
            _ => {
                // Two digits in a row are no number by units, but for the zero in 一百零五.
                if last.is_some_and(|digit| digit != 0) {
                    return None;
                }
                last = Some(digit(c)?);
                continue;
            }
        };
        // 十 alone is ten; 百 alone is nothing.
        let times = match last.take() {
            Some(0) | None if unit == 10 => 1,
            Some(n) => n,
            None => return None,
        };
        section = section.checked_add(times.checked_mul(unit)?)?;
    }
    total.checked_add(section)?.checked_add(last.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerals_are_read() {
        for (text, number) in [
            ("一", 1),
            ("十", 10),
            ("十二", 12),
            ("二十", 20),
            ("二十三", 23),
            ("一百零五", 105),
            ("三百二十一", 321),
            ("两千", 2000),
            ("一万二千", 12_000),
            ("二〇二四", 2024),
            ("二○一八", 2018),
            ("一九五四", 1954),
            ("2024", 2024),
            ("二百三十万", 2_300_000),
        ] {
            assert_eq!(parse(text), Some(number), "{text}");
        }
    }

    #[test]
    fn other_words_are_no_numbers() {
        for text in ["", "百", "万", "二三十", "镇", "一镇", "99999999999999999999999"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
