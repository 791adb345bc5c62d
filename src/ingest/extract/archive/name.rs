//! Makes the names of members fit to be read and shown.

use encoding_rs::GB18030;

/// The path of a member: its bytes as UTF-8 or, as Windows programs in China write them, GB18030; parts joined by `/`, nothing before
/// the first, and control characters made visible. `..` stays, for it is only a name here: nothing is written anywhere.
pub(super) fn shown(raw: &[u8]) -> String {
    cleaned(&decode(raw))
}

/// The same for a name that is text already.
pub(in super::super) fn cleaned(decoded: &str) -> String {
    let parts = decoded.split(['/', '\\']).filter(|part| !matches!(*part, "" | "."));
    let name = parts.collect::<Vec<_>>().join("/");
    name.chars().map(visible).collect()
}

/// Two bytes of GB18030 may look like one character of UTF-8, but hardly like a Chinese one.
fn decode(raw: &[u8]) -> String {
    let utf8 = std::str::from_utf8(raw).ok();
    if let Some(text) = utf8.filter(|text| text.is_ascii() || text.chars().any(|c| c.len_utf8() > 2)) {
        return text.to_owned();
    }
    let (text, _, had_errors) = GB18030.decode(raw);
    match (had_errors, utf8) {
        (true, Some(text)) => text.to_owned(),
        (true, None) => String::from_utf8_lossy(raw).into_owned(),
        (false, _) => text.into_owned(),
    }
}

/// A control character as its picture, and one that turns the direction of writing as a replacement character.
fn visible(c: char) -> char {
    match c {
        '\0'..='\x1f' => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'),
        '\x7f' => '\u{2421}',
        '\u{80}'..='\u{9f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}' => '\u{fffd}',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_decoded_and_made_harmless() {
        let gbk = |name: &str| GB18030.encode(name).0.into_owned();
        let table: [(Vec<u8>, &str); 9] = [
            ("2024/报告.txt".into(), "2024/报告.txt"),
            (gbk("2024/报告.txt"), "2024/报告.txt"),
            (gbk("一.txt"), "一.txt"),
            (gbk("联通.txt"), "联通.txt"),
            (gbk("白鹭镇\\报告.txt"), "白鹭镇/报告.txt"),
            ("/etc//./passwd".into(), "etc/passwd"),
            ("../../a.txt".into(), "../../a.txt"),
            ("a\n\x1b[31m.txt".into(), "a␊␛[31m.txt"),
            ("a\u{202e}txt.exe".into(), "a\u{fffd}txt.exe"),
        ];
        for (raw, name) in table {
            assert_eq!(shown(&raw), name);
        }
    }
}
