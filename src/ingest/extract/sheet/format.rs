//! Number formats: what a reader sees of the number in a cell (ECMA-376 part 1, 18.8.30 and 18.8.31).

use jiff::ToSpan;
use jiff::civil::{Date, date};

/// How the numbers of a cell are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Format {
    /// As many digits as the number has.
    General,
    Decimal(Decimal),
    /// A date or time, by its code.
    Date(Vec<Part>),
}

/// Digits around a point.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decimal {
    before: String,
    after: String,
    least_digits: usize,
    least_decimals: usize,
    most_decimals: usize,
    is_grouped: bool,
    is_percent: bool,
}

/// A part of a date's format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    Literal(char),
    Year(usize),
    Month(usize),
    Day(usize),
    Hour(usize),
    Minute(usize),
    Second(usize),
    /// 上午 or 下午.
    Half,
    /// 星期四, or only 四.
    Weekday(usize),
    /// Hours, minutes or seconds in all.
    Elapsed(char),
}

impl Format {
    /// The format of a code as `0.0%` or `yyyy"年"m"月"`.
    pub fn parse(code: &str) -> Self {
        let signs = signs(code);
        let is = |wanted: &str| {
            signs
                .iter()
                .any(|sign| matches!(sign, Sign::Code(c) if wanted.contains(*c)))
        };
        if signs.iter().any(|sign| matches!(sign, Sign::Elapsed(_))) || is("yYmMdDhHsS") {
            return Format::Date(date_parts(&signs));
        }
        let is_general = !is("0#?") || is("/Ee@");
        match is_general {
            true => Format::General,
            false => Format::Decimal(decimal(&signs)),
        }
    }

    /// The format of a number that every workbook knows, as Chinese programs show it.
    pub fn builtin(id: u32) -> Self {
        Format::parse(match id {
            1 => "0",
            2 => "0.00",
            3 => "#,##0",
            4 => "#,##0.00",
            9 => "0%",
            10 => "0.00%",
            14 | 30 => "yyyy/m/d",
            15 => "yyyy-m-d",
            16 | 28 | 29 | 51 | 53 | 54 | 58 => "m月d日",
            17 | 27 | 36 | 50 | 52 | 57 => "yyyy年m月",
            18 | 20 | 55 => "h:mm",
            19 | 21 => "h:mm:ss",
            22 => "yyyy/m/d h:mm",
            31 => "yyyy年m月d日",
            32 | 34 | 56 => "h时mm分",
            33 | 35 => "h时mm分ss秒",
            37 | 38 => "#,##0",
            39 | 40 => "#,##0.00",
            45 => "mm:ss",
            46 => "[h]:mm:ss",
            _ => "General",
        })
    }

    /// The number as a reader sees it.
    pub fn show(&self, value: f64, is_1904: bool) -> String {
        match self {
            Format::General => general(value),
            Format::Decimal(decimal) => decimal.show(value),
            Format::Date(parts) => show_date(parts, value, is_1904).unwrap_or_else(|| general(value)),
        }
    }
}

/// A sign of a format's code.
enum Sign {
    Literal(char),
    Code(char),
    Elapsed(char),
}

/// The signs of a code's first section: the others are for negative numbers, zero and text.
fn signs(code: &str) -> Vec<Sign> {
    let mut signs = Vec::new();
    let mut chars = code.chars().take(1000).peekable();
    while let Some(c) = chars.next() {
        match c {
            ';' => break,
            '"' => signs.extend(chars.by_ref().take_while(|c| *c != '"').map(Sign::Literal)),
            '\\' => signs.extend(chars.next().map(Sign::Literal)),
            // Room of the width of a character, and one that fills the cell.
            '_' | '*' => {
                chars.next();
            }
            '[' => {
                let inside: String = chars.by_ref().take_while(|c| *c != ']').collect();
                let first = inside.chars().next().map(|c| c.to_ascii_lowercase());
                let is_elapsed = inside.chars().all(|c| first == Some(c.to_ascii_lowercase()));
                if let Some(unit @ ('h' | 'm' | 's')) = first.filter(|_| is_elapsed) {
                    signs.push(Sign::Elapsed(unit));
                } else if let Some(currency) = inside.strip_prefix('$') {
                    signs.extend(currency.chars().take_while(|c| *c != '-').map(Sign::Literal));
                }
            }
            'G' | 'g' if code.to_ascii_lowercase().contains("general") => signs.push(Sign::Code('@')),
            _ if c.is_ascii_alphanumeric() || "#?.,%/@".contains(c) => signs.push(Sign::Code(c)),
            _ => signs.push(Sign::Literal(c)),
        }
    }
    signs
}

fn decimal(signs: &[Sign]) -> Decimal {
    let mut decimal = Decimal::default();
    let mut seen_digit = false;
    let mut seen_point = false;
    for (n, sign) in signs.iter().enumerate() {
        let next_is_digit = matches!(signs.get(n + 1), Some(Sign::Code('0' | '#' | '?')));
        match sign {
            Sign::Code(c @ ('0' | '#' | '?')) => {
                seen_digit = true;
                let is_due = usize::from(*c == '0');
                if seen_point {
                    decimal.most_decimals += 1;
                    decimal.least_decimals += is_due;
                } else {
                    decimal.least_digits += is_due;
                }
            }
            Sign::Code('.') => seen_point = true,
            Sign::Code(',') => decimal.is_grouped |= seen_digit && next_is_digit,
            Sign::Code('%') => {
                decimal.is_percent = true;
                decimal.after.push('%');
            }
            Sign::Literal(c) | Sign::Code(c) => match seen_digit {
                true => decimal.after.push(*c),
                false => decimal.before.push(*c),
            },
            Sign::Elapsed(_) => {}
        }
    }
    decimal.most_decimals = decimal.most_decimals.min(30);
    decimal.least_digits = decimal.least_digits.min(30);
    decimal
}

impl Decimal {
    fn show(&self, value: f64) -> String {
        let value = if self.is_percent { value * 100.0 } else { value };
        let rounded = fifteen_digits(value);
        // A five in the last place may stand a hair below five in the machine: 1.005 is shown as 1.01.
        let digits = format!("{:.*}", self.most_decimals, rounded.abs() * (1.0 + 1e-15));
        let (whole, decimals) = digits.split_once('.').unwrap_or((&digits, ""));
        let least = self.least_decimals.min(decimals.len());
        let decimals = decimals[..least].to_owned() + decimals[least..].trim_end_matches('0');
        let whole = format!("{whole:0>width$}", width = self.least_digits);
        let whole = if self.is_grouped { grouped(&whole) } else { whole };
        let point = if decimals.is_empty() { "" } else { "." };
        let is_zero = whole.chars().chain(decimals.chars()).all(|c| matches!(c, '0' | ','));
        let sign = if rounded < 0.0 && !is_zero { "-" } else { "" };
        format!("{sign}{}{whole}{point}{decimals}{}", self.before, self.after)
    }
}

/// 12,345.
fn grouped(digits: &str) -> String {
    let mut text = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Programs keep fifteen digits and hide the rest: 0.1 + 0.2 is 0.3.
fn fifteen_digits(value: f64) -> f64 {
    format!("{value:.14e}").parse().unwrap_or(value)
}

fn general(value: f64) -> String {
    let rounded = fifteen_digits(value);
    match rounded.abs() {
        size if size >= 1e21 || (size > 0.0 && size < 1e-9) => format!("{rounded:e}"),
        0.0 => "0".to_owned(),
        _ => rounded.to_string(),
    }
}

fn date_parts(signs: &[Sign]) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut n = 0;
    while n < signs.len() {
        let c = match signs[n] {
            Sign::Code(c) => c.to_ascii_lowercase(),
            Sign::Literal(c) => {
                parts.push(Part::Literal(c));
                n += 1;
                continue;
            }
            Sign::Elapsed(unit) => {
                parts.push(Part::Elapsed(unit));
                n += 1;
                continue;
            }
        };
        let len = signs[n..]
            .iter()
            .take_while(|sign| matches!(sign, Sign::Code(d) if d.to_ascii_lowercase() == c))
            .count();
        let last = parts.iter().rev().find(|part| !matches!(part, Part::Literal(_)));
        let after_hour = matches!(last, Some(Part::Hour(_) | Part::Elapsed('h')));
        let next = signs[n + len..].iter().find_map(|sign| match sign {
            Sign::Code(c) if c.is_ascii_alphabetic() => Some(c.to_ascii_lowercase()),
            _ => None,
        });
        match c {
            'y' | 'e' => parts.push(Part::Year(len)),
            'm' if after_hour || next == Some('s') => parts.push(Part::Minute(len)),
            'm' => parts.push(Part::Month(len)),
            'd' if len > 2 => parts.push(Part::Weekday(len + 1)),
            'd' => parts.push(Part::Day(len)),
            'h' => parts.push(Part::Hour(len)),
            's' => parts.push(Part::Second(len)),
            'a' if len >= 3 => parts.push(Part::Weekday(len)),
            // AM/PM or A/P.
            'a' => {
                let rest = signs[n..]
                    .iter()
                    .take_while(|sign| matches!(sign, Sign::Code('A' | 'a' | 'M' | 'm' | 'P' | 'p' | '/')));
                parts.push(Part::Half);
                n += rest.count();
                continue;
            }
            '/' | '.' | ',' => parts.extend(std::iter::repeat_n(Part::Literal(c), len)),
            // Parts of seconds, and the rest that is no date.
            _ => {}
        }
        n += len;
    }
    parts
}

fn show_date(parts: &[Part], value: f64, is_1904: bool) -> Option<String> {
    const SECONDS: f64 = 86_400.0;
    /// The first second of the year 10000.
    const END: f64 = 2_958_466.0;
    if !(0.0..END).contains(&value) {
        return None;
    }
    let seconds = (value * SECONDS).round() as i64;
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let day = day(days, is_1904)?;
    let has_half = parts.contains(&Part::Half);
    let mut text = String::new();
    let padded = |number: i64, len: usize| match len {
        0 | 1 => number.to_string(),
        _ => format!("{number:02}"),
    };
    for part in parts {
        match *part {
            Part::Literal(c) => text.push(c),
            Part::Year(len) if len < 3 => text.push_str(&format!("{:02}", day.year() % 100)),
            Part::Year(_) => text.push_str(&day.year().to_string()),
            Part::Month(len) => text.push_str(&padded(day.month().into(), len.min(2))),
            Part::Day(len) => text.push_str(&padded(day.day().into(), len)),
            Part::Hour(len) if has_half => text.push_str(&padded((second / 3600 + 11) % 12 + 1, len)),
            Part::Hour(len) => text.push_str(&padded(second / 3600, len)),
            Part::Minute(len) => text.push_str(&padded(second / 60 % 60, len)),
            Part::Second(len) => text.push_str(&padded(second % 60, len)),
            Part::Half => text.push_str(if second < 12 * 3600 { "上午" } else { "下午" }),
            Part::Weekday(len) => {
                let names = ["日", "一", "二", "三", "四", "五", "六"];
                text.push_str(if len > 3 { "星期" } else { "" });
                text.push_str(names[day.weekday().to_sunday_zero_offset() as usize % 7]);
            }
            Part::Elapsed('h') => text.push_str(&(seconds / 3600).to_string()),
            Part::Elapsed('m') => text.push_str(&(seconds / 60).to_string()),
            Part::Elapsed(_) => text.push_str(&seconds.to_string()),
        }
    }
    Some(text)
}

/// The day of a number: from 1900 with a 29 February that never was, or from 1904.
fn day(days: i64, is_1904: bool) -> Option<Date> {
    let first = match (is_1904, days) {
        (true, _) => date(1904, 1, 1),
        (false, ..60) => date(1899, 12, 31),
        (false, _) => date(1899, 12, 30),
    };
    first.checked_add(days.days()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_as_in_the_cell() {
        for (code, value, shown) in [
            ("General", 2024.0, "2024"),
            ("General", 0.1 + 0.2, "0.3"),
            ("General", -0.0, "0"),
            ("General", 97.8, "97.8"),
            ("General", 1e300, "1e300"),
            ("0%", 0.978, "98%"),
            ("0.0%", 0.978, "97.8%"),
            ("0.00", 1.005, "1.01"),
            ("#,##0", 1234567.0, "1,234,567"),
            ("#,##0.00_);(#,##0.00)", -1234.5, "-1,234.50"),
            ("0.##", 1.5, "1.5"),
            ("0.##", 1.0, "1"),
            ("000", 7.0, "007"),
            ("0\"件\"", 12.0, "12件"),
            ("¥#,##0", 1200.0, "¥1,200"),
            ("[$¥-804]#,##0", 1200.0, "¥1,200"),
            ("@", 12.0, "12"),
            ("0", -0.4, "0"),
            ("yyyy", 45657.0, "2024"),
            ("yyyy/m/d", 45657.0, "2024/12/31"),
            ("yyyy\"年\"m\"月\"d\"日\";@", 45657.0, "2024年12月31日"),
            ("[$-804]yyyy\"年\"mm\"月\"", 45323.0, "2024年02月"),
            ("yyyy-mm-dd hh:mm:ss", 45657.75, "2024-12-31 18:00:00"),
            ("h:mm AM/PM", 0.5625, "1:30 下午"),
            ("yyyy/m/d\\ aaaa", 45657.0, "2024/12/31 星期二"),
            ("[h]:mm", 1.5, "36:00"),
            ("yyyy/m/d", 59.0, "1900/2/28"),
            ("yyyy/m/d", -1.0, "-1"),
            ("yyyy/m/d", 1e10, "10000000000"),
        ] {
            assert_eq!(Format::parse(code).show(value, false), shown, "{value} in {code}");
        }
        assert_eq!(Format::builtin(14).show(0.0, true), "1904/1/1");
        assert_eq!(Format::builtin(31).show(45657.0, false), "2024年12月31日");
    }
}
