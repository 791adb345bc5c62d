//! Writes numbers as lists do ([MS-OSHARED] 2.2.1.3).

/// The format of a level that has bullets.
pub const BULLET: u8 = 0x17;
const NONE: u8 = 0xFF;

/// A number in a format of a list. What cannot be written in it (a 30 in a circle) and formats of other scripts come in Arabic
/// digits, as Word does.
pub fn write(number: u32, format: u8) -> String {
    let written = match format {
        BULLET | NONE => Some(String::new()),
        0x01 => roman(number).map(|text| text.to_uppercase()),
        0x02 => roman(number),
        0x03 => letter(number, b'A'),
        0x04 => letter(number, b'a'),
        0x0E | 0x13 => Some(
            number
                .to_string()
                .chars()
                .map(|c| if c.is_ascii_digit() { wide(c) } else { c })
                .collect(),
        ),
        0x16 => Some(format!("{number:02}")),
        0x0A | 0x24 | 0x28 => Some(by_digits(number)),
        0x0B | 0x21 | 0x23 | 0x25 | 0x27 => Some(by_units(number, "零一二三四五六七八九", "十百千万")),
        0x10 | 0x22 => Some(by_units(number, "零壹貳參肆伍陸柒捌玖", "拾佰仟萬")),
        0x26 => Some(by_units(number, "零壹贰叁肆伍陆柒捌玖", "拾佰仟万")),
        0x12 | 0x1C => nth(number, '①', 20),
        0x1A => nth(number, '⒈', 20),
        0x1B => nth(number, '⑴', 20),
        0x1D => nth(number, '㈠', 10),
        0x1E => of("甲乙丙丁戊己庚辛壬癸", number),
        0x1F => of("子丑寅卯辰巳午未申酉戌亥", number),
        _ => None,
    };
    written.unwrap_or_else(|| number.to_string())
}

fn wide(digit: char) -> char {
    char::from_u32(u32::from(digit) - u32::from('0') + u32::from('０')).unwrap_or(digit)
}

/// The `number`th character after `first`, counted from 1, of `most`.
fn nth(number: u32, first: char, most: u32) -> Option<String> {
    let inside = (1..=most).contains(&number);
    inside.then(|| char::from_u32(u32::from(first) + number - 1).map(String::from))?
}

fn of(signs: &str, number: u32) -> Option<String> {
    signs.chars().nth(number.checked_sub(1)? as usize).map(String::from)
}

/// a to z, then aa, bb.
fn letter(number: u32, first: u8) -> Option<String> {
    let number = number.checked_sub(1).filter(|number| *number < 26 * 30)?;
    let letter = char::from(first + (number % 26) as u8);
    Some(String::from(letter).repeat(1 + number as usize / 26))
}

fn roman(number: u32) -> Option<String> {
    const SIGNS: [(u32, &str); 13] = [
        (1000, "m"),
        (900, "cm"),
        (500, "d"),
        (400, "cd"),
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ];
    let mut rest = Some(number).filter(|number| (1..4000).contains(number))?;
    let mut text = String::new();
    for (value, sign) in SIGNS {
        while rest >= value {
            text.push_str(sign);
            rest -= value;
        }
    }
    Some(text)
}

/// 二〇二四.
fn by_digits(number: u32) -> String {
    let digits = number.to_string();
    digits
        .bytes()
        .filter_map(|digit| "〇一二三四五六七八九".chars().nth(usize::from(digit - b'0')))
        .collect()
}

/// 一百零五, and 十一 without the 一 before it.
fn by_units(number: u32, digits: &str, units: &str) -> String {
    let digit = |n: u32| digits.chars().nth(n as usize).unwrap_or('零');
    let unit = |n: u32| units.chars().nth(n as usize);
    if number == 0 || number >= 100_000 {
        return if number == 0 {
            digit(0).to_string()
        } else {
            number.to_string()
        };
    }
    let mut text = String::new();
    let mut skipped = false;
    for power in (0..5).rev() {
        let value = number / 10_u32.pow(power) % 10;
        if value == 0 {
            skipped = !text.is_empty();
            continue;
        }
        if skipped {
            text.push(digit(0));
        }
        skipped = false;
        if !(power == 1 && value == 1 && text.is_empty()) {
            text.push(digit(value));
        }
        text.extend(power.checked_sub(1).and_then(unit));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::write;

    #[test]
    fn numbers_are_written_as_lists_write_them() {
        for (number, format, text) in [
            (3, 0x00, "3"),
            (4, 0x01, "IV"),
            (1994, 0x02, "mcmxciv"),
            (27, 0x03, "AA"),
            (2, 0x04, "b"),
            (12, 0x0A, "一二"),
            (1, 0x25, "一"),
            (10, 0x25, "十"),
            (11, 0x27, "十一"),
            (20, 0x25, "二十"),
            (105, 0x27, "一百零五"),
            (110, 0x27, "一百一十"),
            (1003, 0x27, "一千零三"),
            (23, 0x26, "贰拾叁"),
            (12, 0x0E, "１２"),
            (7, 0x16, "07"),
            (3, 0x12, "③"),
            (30, 0x12, "30"),
            (2, 0x1B, "⑵"),
            (2, 0x1D, "㈡"),
            (10, 0x1E, "癸"),
            (5, 0x17, ""),
            (5, 0xFF, ""),
            (6, 0x2D, "6"),
            (0, 0x03, "0"),
            (u32::MAX, 0x04, "4294967295"),
        ] {
            assert_eq!(write(number, format), text, "{number} in {format:#x}");
        }
    }
}
