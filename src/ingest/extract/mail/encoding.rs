//! Decodes what mails write in ASCII: base64 and quoted-printable (RFC 2045), words in headers (RFC 2047), parameters (RFC 2231).

use encoding_rs::{Encoding, GB18030};

/// Decodes base64, passing over what is none.
pub(super) fn base64(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0);
    for &c in text {
        let value = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            // Padding ends a stretch; some programs write one after another.
            b'=' => {
                (bits, count) = (0, 0);
                continue;
            }
            _ => continue,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    bytes
}

/// Decodes quoted-printable. A `=` that starts nothing stays.
pub(super) fn quoted_printable(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&c) = text.get(at) {
        at += 1;
        if c != b'=' {
            bytes.push(c);
            continue;
        }
        let rest = &text[at..];
        let blanks = rest.iter().take_while(|c| matches!(c, b' ' | b'\t')).count();
        let after = &rest[blanks..];
        if after.starts_with(b"\r\n") {
            at += blanks + 2;
        } else if after.starts_with(b"\n") || after.starts_with(b"\r") {
            at += blanks + 1;
        } else if let Some(byte) = hex(rest) {
            bytes.push(byte);
            at += 2;
        } else {
            bytes.push(c);
        }
    }
    bytes
}

fn hex(text: &[u8]) -> Option<u8> {
    let digit = |at: usize| text.get(at).and_then(|c| (*c as char).to_digit(16));
    Some((digit(0)? * 16 + digit(1)?) as u8)
}

/// Decodes the words `=?charset?B?…?=` and `=?charset?Q?…?=` of a header's value. Blanks between two such words do not count.
pub(super) fn words(value: &str) -> String {
    let mut text = String::new();
    // A character may be cut by the end of a word: bytes of one charset are kept until another one comes.
    let mut pending: (Option<&'static Encoding>, Vec<u8>) = (None, Vec::new());
    let mut rest = value;
    loop {
        let Some(start) = rest.find("=?") else {
            flush(&mut pending, &mut text);
            text.push_str(rest);
            return text;
        };
        let before = &rest[..start];
        let Some((encoding, bytes, len)) = word(&rest[start..]) else {
            flush(&mut pending, &mut text);
            text.push_str(&rest[..start + 2]);
            rest = &rest[start + 2..];
            continue;
        };
        if pending.0.is_none() || !before.trim().is_empty() {
            flush(&mut pending, &mut text);
            text.push_str(before);
        }
        if pending.0.is_some_and(|known| known != encoding) {
            flush(&mut pending, &mut text);
        }
        pending.0 = Some(encoding);
        pending.1.extend(bytes);
        rest = &rest[start + len..];
    }
}

fn flush((encoding, bytes): &mut (Option<&'static Encoding>, Vec<u8>), text: &mut String) {
    if let Some(encoding) = encoding.take() {
        text.push_str(&encoding.decode_without_bom_handling(bytes).0);
        bytes.clear();
    }
}

/// A word at the start of a text: its encoding, its bytes, and how long it is.
fn word(text: &str) -> Option<(&'static Encoding, Vec<u8>, usize)> {
    let mut parts = text.strip_prefix("=?")?.splitn(3, '?');
    let (charset, kind, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let encoded = &rest[..rest.find("?=")?];
    if charset.len() > 40 || encoded.contains('\n') {
        return None;
    }
    // RFC 2231 lets a language follow the charset.
    let encoding = charset_named(charset.split('*').next()?)?;
    let bytes = match kind {
        "B" | "b" => base64(encoded.as_bytes()),
        "Q" | "q" => quoted_printable(encoded.replace('_', " ").as_bytes()),
        _ => return None,
    };
    let len = 2 + charset.len() + 1 + kind.len() + 1 + encoded.len() + 2;
    Some((encoding, bytes, len))
}

/// The encoding of a charset's name. GBK and GB2312 are read as GB18030, which holds both.
pub(super) fn charset_named(name: &str) -> Option<&'static Encoding> {
    let encoding = Encoding::for_label(name.trim().as_bytes())?;
    Some(if encoding == encoding_rs::GBK {
        GB18030
    } else {
        encoding
    })
}

/// Decodes `UTF-8''%E9%99%84`, RFC 2231.
pub(super) fn percent(value: &str) -> String {
    let mut parts = value.splitn(3, '\'');
    let (charset, _, text) = match (parts.next(), parts.next(), parts.next()) {
        (Some(charset), Some(language), Some(text)) => (charset, language, text),
        _ => ("utf-8", "", value),
    };
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&c, after)) = rest.split_first() {
        rest = after;
        match hex(rest).filter(|_| c == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &rest[2..];
            }
            None => bytes.push(c),
        }
    }
    let encoding = charset_named(charset).unwrap_or(encoding_rs::UTF_8);
    encoding.decode_without_bom_handling(&bytes).0.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_bytes_come_back() {
        assert_eq!(base64(b"5rOV\r\n5rK7"), "法治".as_bytes());
        assert_eq!(base64(b"YQ==YmM="), b"abc");
        assert_eq!(base64(b"YWI"), b"ab");
        assert_eq!(
            quoted_printable(b"=E6=B3=95=\r\n=e6=b2=bb a=3D1 = b="),
            "法治 a=1 = b=".as_bytes()
        );
    }

    #[test]
    fn words_of_headers_are_read_in_any_charset() {
        let table = [
            ("=?GB2312?B?sNfw2NXy?=", "白鹭镇"),
            ("=?utf-8?Q?=E6=B3=95=E6=B2=BB?= 2024", "法治 2024"),
            // A character cut by the end of the word.
            ("=?UTF-8?B?5rOV5g==?=\n =?UTF-8?B?srs=?=", "法治"),
            ("Re: =?gbk?Q?a_b?= c", "Re: a b c"),
            ("=?nonsense?B?xx?=", "=?nonsense?B?xx?="),
            ("=?utf-8?B?xx", "=?utf-8?B?xx"),
        ];
        for (value, text) in table {
            assert_eq!(words(value), text, "{value}");
        }
        assert_eq!(percent("UTF-8''%E9%99%84%E4%BB%B61.docx"), "附件1.docx");
        assert_eq!(percent("GBK''%B8%BD%BC%FE"), "附件");
    }
}
