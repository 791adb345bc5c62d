//! Turns the ways of writing a day into a [`Date`]: 2025-02-07, 2021/03/29 11:30:01, 2026.03.05, 2026年01月28日, 25.02.2016,
//! 二〇二五年一月十八日.

use std::ops::Range;
use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;

use crate::text::numeral;

/// The first day that `text` names, with its place in bytes. `text` is plain (no blanks, half-width), or has blanks between date and time.
pub fn find(text: &str) -> Option<(Date, Range<usize>)> {
    all(text).next()
}

/// Every day that `text` names, in order. A day that no calendar has is passed over.
pub fn all(text: &str) -> impl Iterator<Item = (Date, Range<usize>)> + '_ {
    static DATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(concat!(
            r"(?P<y>(?:19|20)\d\d)\s*(?:年|[-/.．])\s*(?P<m>\d{1,2})\s*(?:月|[-/.．])\s*(?P<d>\d{1,2})\s*(?:日|号)?",
            r"|(?P<d2>\d{1,2})[./](?P<m2>\d{1,2})[./](?P<y2>(?:19|20)\d\d)",
            r"|(?P<yc>[一二][〇○零九0O０Ｏ一二三四五六七八]{3})\s*年\s*(?P<mc>[一二三四五六七八九十]{1,2})\s*月\s*(?P<dc>[一二三四五六七八九十廿]{1,3})\s*日",
        ))
        .ok()
    });
    let found = DATE.as_ref().map(|date| date.captures_iter(text));
    found.into_iter().flatten().filter_map(|c| {
        let number = |names: [&str; 3]| {
            names
                .iter()
                .find_map(|name| c.name(name))
                .and_then(|m| numeral::parse(m.as_str()))
        };
        let (year, month, day) = (
            number(["y", "y2", "yc"])?,
            number(["m", "m2", "mc"])?,
            number(["d", "d2", "dc"])?,
        );
        let whole = c.get(0)?;
        // The digits go on: this is a number, not a day.
        let before = text[..whole.start()].chars().next_back();
        let after = text[whole.end()..].chars().next();
        let ends_open = whole.as_str().ends_with(|c: char| c.is_ascii_digit());
        if before.is_some_and(|c| c.is_ascii_digit())
            || (ends_open && after.is_some_and(|c| c.is_ascii_digit()) && !follows_time(&text[whole.end()..]))
        {
            return None;
        }
        let date = Date::new(
            i16::try_from(year).ok()?,
            i8::try_from(month).ok()?,
            i8::try_from(day).ok()?,
        )
        .ok()?;
        Some((date, whole.range()))
    })
}

/// `2025-02-0715:36`: the blank between day and time was dropped.
fn follows_time(rest: &str) -> bool {
    static TIME: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^\d{2}:\d{2}").ok());
    TIME.as_ref().is_some_and(|time| time.is_match(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_in_every_form_of_the_genre() {
        for (text, day) in [
            ("2025-02-07", "2025-02-07"),
            ("2025-02-07 15:36", "2025-02-07"),
            ("2025-02-0715:36", "2025-02-07"),
            ("2021/03/29 11:30:01", "2021-03-29"),
            ("2026.03.05", "2026-03-05"),
            ("2026年01月28日", "2026-01-28"),
            ("2024年1月9日", "2024-01-09"),
            ("2024 年 1 月 9 日", "2024-01-09"),
            ("25.02.2016", "2016-02-25"),
            ("二〇二五年一月十八日", "2025-01-18"),
            ("二○二一年三月十二日", "2021-03-12"),
            ("二○一九年十二月三十一日", "2019-12-31"),
            ("发布时间:2022-03-28", "2022-03-28"),
        ] {
            assert_eq!(
                find(text).map(|(date, _)| date.to_string()).as_deref(),
                Some(day),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_day_is_none() {
        for text in [
            "2024年",
            "2024年3月",
            "2024-13-01",
            "2023-02-30",
            "20243月",
            "2025730日",
            "12345",
            "2021—2025年",
            "11500230008689762A/2026-00004",
        ] {
            assert_eq!(find(text), None, "{text}");
        }
    }
}
