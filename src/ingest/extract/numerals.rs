//! Writes numbers as the automatic numbering of Word does, in old files and new. The names of the formats and what they mean are in ECMA-376, part 1,
//! 17.18.59 (`ST_NumberFormat`).

use std::iter::repeat_n;

/// `n` in a format; an unknown format counts in Arabic digits, and so does one that cannot count so far.
pub(super) fn write(format: &str, n: u32) -> String {
    let written = match format {
        "chineseCounting" | "taiwaneseCounting" => Some(counting(n)),
        "chineseCountingThousand" | "taiwaneseCountingThousand" | "koreanCounting" => Some(by_units(n, &PLAIN)),
        "japaneseCounting" => Some(japanese(n)),
        "chineseLegalSimplified" => Some(by_units(n, &LEGAL)),
        "ideographLegalTraditional" => Some(by_units(n, &LEGAL_TRADITIONAL)),
        "japaneseLegal" => Some(by_units(n, &LEGAL_JAPANESE)),
        "ideographDigital" | "taiwaneseDigital" | "japaneseDigitalTenThousand" => Some(by_digits(n)),
        "ideographTraditional" => nth("甲乙丙丁戊己庚辛壬癸", n),
        "ideographZodiac" => nth("子丑寅卯辰巳午未申酉戌亥", n),
        "ideographZodiacTraditional" => sexagenary(n),
        "decimalFullWidth" | "decimalFullWidth2" => Some(n.to_string().chars().map(full_width).collect()),
        "decimalEnclosedCircle" | "decimalEnclosedCircleChinese" => circled(n),
        "decimalEnclosedParen" => shifted('⑴', n, 20),
        "decimalEnclosedFullstop" => shifted('⒈', n, 20),
        "ideographEnclosedCircle" => shifted('㊀', n, 10),
        "decimalZero" => Some(format!("{n:02}")),
        "numberInDash" => Some(format!("- {n} -")),
        "upperLetter" => letters('A', n),
        "lowerLetter" => letters('a', n),
        "upperRoman" => roman(n),
        "lowerRoman" => roman(n).map(|roman| roman.to_lowercase()),
        "hex" => Some(format!("{n:X}")),
        "ordinal" => Some(format!("{n}{}", ordinal_ending(n))),
        "none" => Some(String::new()),
        _ => None,
    };
    written.unwrap_or_else(|| n.to_string())
}

/// The characters of a way to count by units: digits from 0, then ten, hundred, thousand, ten thousand, and whether ten is written
/// 十 or 一十.
struct Units {
    digits: [char; 10],
    units: [char; 4],
    bare_ten: bool,
}

const PLAIN: Units = Units {
    digits: ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'],
    units: ['十', '百', '千', '万'],
    bare_ten: true,
};
const LEGAL: Units = Units {
    digits: ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'],
    units: ['拾', '佰', '仟', '万'],
    bare_ten: false,
};
const LEGAL_TRADITIONAL: Units = Units {
    digits: ['零', '壹', '貳', '參', '肆', '伍', '陸', '柒', '捌', '玖'],
    units: ['拾', '佰', '仟', '萬'],
    bare_ten: false,
};
const LEGAL_JAPANESE: Units = Units {
    digits: ['零', '壱', '弐', '参', '四', '伍', '六', '七', '八', '九'],
    units: ['拾', '百', '阡', '萬'],
    bare_ten: false,
};

/// 一百零五. From a hundred million on, digits stand by themselves.
fn by_units(n: u32, names: &Units) -> String {
    if n >= 100_000_000 {
        return by_digits(n);
    }
    if n == 0 {
        return names.digits[0].to_string();
    }
    let mut text = String::new();
    let (high, low) = (n / 10_000, n % 10_000);
    if high > 0 {
        below_ten_thousand(high, names, &mut text, false);
        text.push(names.units[3]);
    }
    if low > 0 {
        below_ten_thousand(low, names, &mut text, high > 0);
    }
    text
}

fn below_ten_thousand(n: u32, names: &Units, text: &mut String, follows: bool) {
    let (mut zero, mut begun) = (follows && n < 1000, follows);
    for place in (0..4u32).rev() {
        let digit = n / 10u32.pow(place) % 10;
        if digit == 0 {
            zero = zero || begun;
            continue;
        }
        if zero && begun {
            text.push(names.digits[0]);
        }
        let is_bare = names.bare_ten && place == 1 && digit == 1 && !begun;
        if !is_bare {
            text.push(names.digits[digit as usize]);
        }
        if place > 0 {
            text.push(names.units[place as usize - 1]);
        }
        (zero, begun) = (false, true);
    }
}

/// Up to ninety-nine by units, from a hundred on digit by digit.
fn counting(n: u32) -> String {
    if n < 100 { by_units(n, &PLAIN) } else { by_digits(n) }
}

/// By units, without 零 and without 一 before a unit: 百五.
fn japanese(n: u32) -> String {
    if !(1..10_000).contains(&n) {
        return by_digits(n);
    }
    (0..4u32)
        .rev()
        .map(|place| (place as usize, n / 10u32.pow(place) % 10))
        .filter(|(_, digit)| *digit > 0)
        .flat_map(|(place, digit)| {
            let name = (digit > 1 || place == 0).then(|| PLAIN.digits[digit as usize]);
            name.into_iter().chain((place > 0).then(|| PLAIN.units[place - 1]))
        })
        .collect()
}

fn by_digits(n: u32) -> String {
    const DIGITS: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    let digits = n.to_string();
    digits.bytes().map(|digit| DIGITS[usize::from(digit - b'0')]).collect()
}

fn nth(names: &str, n: u32) -> Option<String> {
    let name = names.chars().nth(n.checked_sub(1)? as usize)?;
    Some(name.to_string())
}

/// 甲子, 乙丑: sixty pairs.
fn sexagenary(n: u32) -> Option<String> {
    let n = n.checked_sub(1).filter(|n| *n < 60)?;
    Some(nth("甲乙丙丁戊己庚辛壬癸", n % 10 + 1)? + &nth("子丑寅卯辰巳午未申酉戌亥", n % 12 + 1)?)
}

fn circled(n: u32) -> Option<String> {
    match n {
        0 => Some('⓪'.to_string()),
        1..=20 => shifted('①', n, 20),
        21..=35 => shifted('㉑', n - 20, 15),
        _ => shifted('㊱', n.checked_sub(35)?, 15),
    }
}

/// The `n`th of the characters from `first` on, of which there are `count`.
fn shifted(first: char, n: u32, count: u32) -> Option<String> {
    let n = n.checked_sub(1).filter(|n| *n < count)?;
    char::from_u32(first as u32 + n).map(String::from)
}

fn full_width(digit: char) -> char {
    char::from_u32(digit as u32 + 0xFEE0).unwrap_or(digit)
}

/// A to Z, then AA, BB and so on.
fn letters(first: char, n: u32) -> Option<String> {
    let n = n.checked_sub(1).filter(|n| *n < 780)?;
    let letter = char::from_u32(first as u32 + n % 26)?;
    Some(repeat_n(letter, n as usize / 26 + 1).collect())
}

fn roman(n: u32) -> Option<String> {
    const SIGNS: [(u32, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    let mut rest = Some(n).filter(|n| (1..4000).contains(n))?;
    let mut text = String::new();
    for (value, sign) in SIGNS {
        while rest >= value {
            text.push_str(sign);
            rest -= value;
        }
    }
    Some(text)
}

fn ordinal_ending(n: u32) -> &'static str {
    match (n % 10, n % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    }
}

#[cfg(test)]
mod tests {
    use super::write;

    #[test]
    fn numbers_are_written_as_word_writes_them() {
        for (format, n, written) in [
            ("chineseCounting", 1, "一"),
            ("chineseCounting", 10, "十"),
            ("chineseCounting", 19, "十九"),
            ("chineseCounting", 20, "二十"),
            ("chineseCounting", 105, "一〇五"),
            ("chineseCountingThousand", 12, "十二"),
            ("chineseCountingThousand", 105, "一百零五"),
            ("chineseCountingThousand", 110, "一百一十"),
            ("chineseCountingThousand", 1010, "一千零一十"),
            ("chineseCountingThousand", 10_005, "一万零五"),
            ("chineseCountingThousand", 120_350, "十二万零三百五十"),
            ("japaneseCounting", 11, "十一"),
            ("japaneseCounting", 105, "百五"),
            ("taiwaneseCountingThousand", 30, "三十"),
            ("chineseLegalSimplified", 12, "壹拾贰"),
            ("ideographLegalTraditional", 2, "貳"),
            ("ideographDigital", 20, "二〇"),
            ("ideographTraditional", 3, "丙"),
            ("ideographTraditional", 11, "11"),
            ("ideographZodiac", 12, "亥"),
            ("ideographZodiacTraditional", 60, "癸亥"),
            ("decimal", 7, "7"),
            ("decimalZero", 7, "07"),
            ("decimalFullWidth", 12, "１２"),
            ("decimalEnclosedCircle", 3, "③"),
            ("decimalEnclosedCircleChinese", 21, "㉑"),
            ("decimalEnclosedCircle", 50, "㊿"),
            ("decimalEnclosedCircle", 51, "51"),
            ("decimalEnclosedParen", 2, "⑵"),
            ("upperLetter", 27, "AA"),
            ("lowerLetter", 2, "b"),
            ("upperRoman", 14, "XIV"),
            ("lowerRoman", 4, "iv"),
            ("ordinal", 12, "12th"),
            ("none", 5, ""),
            ("somethingElse", 5, "5"),
        ] {
            assert_eq!(write(format, n), written, "{format} {n}");
        }
    }

    #[test]
    fn no_number_is_too_large_or_small() {
        let formats = [
            "chineseCounting",
            "chineseCountingThousand",
            "japaneseCounting",
            "upperRoman",
            "lowerLetter",
        ];
        for format in formats
            .into_iter()
            .chain(["decimalEnclosedCircle", "ideographTraditional", "ideographZodiac"])
        {
            for n in [0, 99_999_999, 100_000_000, u32::MAX] {
                assert!(!write(format, n).is_empty(), "{format} {n}");
            }
        }
    }
}
