//! Turns bytes into text: finds the character encoding of a file, and keeps where each character stood.
//!
//! The order of the questions matters. A byte order mark decides; then strict UTF-8 and the two lanes of UTF-16, which hardly
//! anything else satisfies by chance; then UTF-8 with a few broken bytes, before anything reads it as GBK and makes mojibake
//! of the whole; and only then GB18030 against Big5, by how Chinese the result looks. A `gb2312` or `gbk` label means GB18030,
//! which contains both.

use std::fmt;
use std::ops::Range;
use std::path::Path;
use std::sync::LazyLock;

use encoding_rs::{BIG5, DecoderResult, Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};

use crate::error::{Error, Result};

/// The text of a file.
#[derive(Debug)]
pub struct Decoded {
    /// Without byte order mark; line breaks as they stand in the file.
    pub text: String,
    pub encoding: &'static Encoding,
    /// How many byte sequences were not valid and became U+FFFD, when there were any.
    pub lossy: Option<usize>,
    pub map: SourceMap,
}

/// Where the characters of a decoded text stand in their file.
///
/// Kept as stretches in which every character has one width in the text and one in the file: one stretch for the whole of a
/// valid UTF-8 file, a new one at each change between Latin and Chinese in GB18030.
#[derive(Debug)]
pub struct SourceMap {
    stretches: Vec<Stretch>,
    /// The bytes of the text and of the file, where both end.
    end: (usize, u64),
}

#[derive(Clone, Copy, Debug)]
struct Stretch {
    text: usize,
    byte: u64,
    /// Bytes of the text that go with `byte_step` bytes of the file.
    text_step: u8,
    byte_step: u8,
}

impl SourceMap {
    /// The byte of the file where the character at byte `text_offset` of the text starts. An offset inside a character means
    /// that character, one past the end the end of the file.
    pub fn byte_of(&self, text_offset: usize) -> u64 {
        if text_offset >= self.end.0 {
            return self.end.1;
        }
        let next = self.stretches.partition_point(|stretch| stretch.text <= text_offset);
        match self.stretches.get(next.wrapping_sub(1)) {
            Some(stretch) => stretch.byte_of(text_offset),
            None => 0,
        }
    }

    /// The parts of a range of the text in which the widths do not change: where each starts in the text, and its bytes in the
    /// file.
    pub(super) fn stretches(&self, text: Range<usize>) -> impl Iterator<Item = (usize, Range<u64>)> {
        let first = self
            .stretches
            .partition_point(|stretch| stretch.text <= text.start)
            .max(1)
            - 1;
        (first..self.stretches.len())
            .map_while(move |n| {
                let stretch = &self.stretches[n];
                let next = self.stretches.get(n + 1).map_or(self.end.0, |stretch| stretch.text);
                let (start, end) = (stretch.text.max(text.start), next.min(text.end));
                (stretch.text < text.end).then_some((start, end, stretch))
            })
            .filter(|(start, end, _)| start < end)
            .map(|(start, end, stretch)| (start, stretch.byte_of(start)..stretch.byte_of(end)))
    }

    fn starting_at(byte: u64) -> Self {
        SourceMap {
            stretches: Vec::new(),
            end: (0, byte),
        }
    }

    /// `steps` more characters (or bytes) of these widths.
    fn advance(&mut self, steps: usize, text_step: u8, byte_step: u8) {
        let same = |last: &Stretch| last.text_step == text_step && last.byte_step == byte_step;
        if !self.stretches.last().is_some_and(same) {
            self.stretches.push(Stretch {
                text: self.end.0,
                byte: self.end.1,
                text_step,
                byte_step,
            });
        }
        self.end.0 += steps * usize::from(text_step);
        self.end.1 += steps as u64 * u64::from(byte_step);
    }
}

impl Stretch {
    fn byte_of(&self, text_offset: usize) -> u64 {
        let steps = (text_offset - self.text) / usize::from(self.text_step);
        self.byte + steps as u64 * u64::from(self.byte_step)
    }
}

impl Decoded {
    /// A text whose file holds the same bytes.
    fn utf8(text: String) -> Decoded {
        let mut map = SourceMap::starting_at(0);
        map.advance(text.len(), 1, 1);
        Decoded {
            text,
            encoding: UTF_8,
            lossy: None,
            map,
        }
    }
}

/// Why bytes are no text.
#[derive(Debug, PartialEq, Eq)]
pub enum NotText {
    /// It starts as files of this kind do.
    Known(&'static str),
    /// A NUL byte, at this byte of the file.
    Nul(u64),
    /// Control characters, so many of so many.
    Controls(usize, usize),
    /// No encoding that we know makes sense of it.
    NoEncoding,
}

impl fmt::Display for NotText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotText::Known(what) => write!(f, "{what}, not text"),
            NotText::Nul(at) => write!(f, "binary, not text (a NUL byte at byte {at})"),
            NotText::Controls(count, of) => {
                write!(
                    f,
                    "binary, not text ({count} of {of} characters are control characters)"
                )
            }
            NotText::NoEncoding => f.write_str("not readable as UTF-8, UTF-16, GB18030 or Big5"),
        }
    }
}

impl NotText {
    /// The same as an error about a file.
    pub fn about(&self, path: &Path) -> Error {
        let error = Error::source(path, self.to_string());
        match self {
            NotText::NoEncoding => error.hinted("name the encoding with --encoding, or save the file as UTF-8"),
            NotText::Known(_) => error.hinted("save it as plain text, HTML or Markdown"),
            NotText::Nul(_) | NotText::Controls(..) => {
                error.hinted("download it again, or save it as plain text, HTML or Markdown")
            }
        }
    }
}

/// Decodes a file. `forced` is believed, except against a byte order mark.
///
/// # Errors
/// The bytes are not text.
pub fn decode(bytes: Vec<u8>, forced: Option<&'static Encoding>) -> std::result::Result<Decoded, NotText> {
    if let Some(what) = known_binary(&bytes) {
        return Err(NotText::Known(what));
    }
    let decoded = match (byte_order_mark(&bytes), forced) {
        (Some((encoding, skip)), _) => decode_as(encoding, bytes, skip),
        (None, Some(encoding)) => decode_as(encoding, bytes, 0),
        (None, None) => decode_unmarked(bytes)?,
    };
    check_controls(&decoded)?;
    Ok(decoded)
}

/// The encoding of a label such as `gbk`, `GB2312`, `utf-8`, `big5`, `utf-16`.
///
/// # Errors
/// No encoding of Chinese text that can be read goes by that name; the hint lists those that do.
pub fn encoding_named(label: &str) -> Result<&'static Encoding> {
    let plain: String = label.trim().to_lowercase().replace('_', "-");
    let alias = match plain.as_str() {
        "utf8" | "utf-8-sig" | "utf8-sig" => "utf-8",
        "gb" | "gb-18030" | "gb18030-2000" | "gb18030-2005" | "gb18030-2022" | "ansi" | "cp936" | "936" | "国标" => {
            "gb18030"
        }
        "cp950" | "950" | "大五码" => "big5",
        "utf16" | "utf16le" | "utf-16-le" | "unicode" => "utf-16le",
        "utf16be" | "utf-16-be" => "utf-16be",
        other => other,
    };
    match Encoding::for_label(alias.as_bytes()).map(|encoding| if encoding == GBK { GB18030 } else { encoding }) {
        Some(encoding) if READABLE.contains(&encoding) => Ok(encoding),
        _ => Err(Error::usage(format!("no encoding named `{label}`"))
            .hinted("use one of utf-8, gb18030 (also for gbk and gb2312), big5, utf-16le, utf-16be")
            .hinted("without --encoding, each file's encoding is found by itself")),
    }
}

/// Whether a text in Chinese characters has hardly any common ones: the sign of a file that was once decoded wrongly.
pub fn looks_garbled(text: &str) -> bool {
    let han: Vec<char> = text.chars().filter(|&c| is_han(c)).take(500).collect();
    let common = han.iter().filter(|&&c| is_common(c)).count();
    han.len() >= 100 && common * 10 < han.len()
}

/// What Chinese reports are written in.
const READABLE: [&Encoding; 5] = [UTF_8, GB18030, BIG5, UTF_16LE, UTF_16BE];

fn byte_order_mark(bytes: &[u8]) -> Option<(&'static Encoding, usize)> {
    if bytes.starts_with(&[0x84, 0x31, 0x95, 0x33]) {
        return Some((GB18030, 4));
    }
    Encoding::for_bom(bytes)
}

/// Files that are given wrong endings, by their first bytes.
fn known_binary(bytes: &[u8]) -> Option<&'static str> {
    const SIGNS: &[(&[u8], &str)] = &[
        (b"%PDF-", "a PDF document"),
        (b"PK\x03\x04", "a zip archive or office document (docx, xlsx)"),
        (
            b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
            "an old office document (doc, xls, wps)",
        ),
        (b"{\\rtf", "a rich text document (rtf)"),
        (b"\x89PNG", "an image"),
        (b"\xFF\xD8\xFF", "an image"),
        (b"GIF8", "an image"),
        (b"\x1F\x8B", "a gzip archive"),
        (b"Rar!", "a rar archive"),
        (b"7z\xBC\xAF", "a 7z archive"),
    ];
    SIGNS
        .iter()
        .find(|(sign, _)| bytes.starts_with(sign))
        .map(|(_, what)| *what)
}

fn decode_unmarked(bytes: Vec<u8>) -> std::result::Result<Decoded, NotText> {
    let nul = memchr::memchr(0, &bytes);
    let bytes = match nul {
        Some(_) => bytes,
        None => match String::from_utf8(bytes) {
            Ok(text) => return Ok(Decoded::utf8(text)),
            Err(error) => error.into_bytes(),
        },
    };
    if let Some(encoding) = utf16_by_lanes(&bytes) {
        return Ok(decode_as(encoding, bytes, 0));
    }
    if let Some(at) = nul {
        return Err(NotText::Nul(at as u64));
    }
    if is_nearly_utf8(&bytes) {
        return Ok(decode_as(UTF_8, bytes, 0));
    }
    let sample = telling_lines(&bytes);
    let declared = declared_encoding(&bytes);
    let (score, encoding) = [UTF_8, GB18030, BIG5]
        .into_iter()
        .map(|encoding| {
            // A page's own word weighs something, but pages lie: it only tips the scales.
            let bonus = if declared == Some(encoding) { 0.15 } else { 0.0 };
            (chineseness(encoding, &sample) + bonus, encoding)
        })
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .unwrap_or((0.0, GB18030));
    if score < 0.2 {
        return Err(NotText::NoEncoding);
    }
    Ok(decode_as(encoding, bytes, 0))
}

/// UTF-16 without a mark: nearly all of its units are characters that Chinese reports use, which bytes of any other encoding
/// are not when read two by two, except two Latin letters, which look like one Chinese character.
fn utf16_by_lanes(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(1 << 16)];
    let latin_pairs = sample
        .chunks_exact(2)
        .filter(|pair| pair[0].is_ascii_graphic() && pair[1].is_ascii_graphic());
    let units = (sample.len() / 2).max(1);
    // Few units can be plausible by chance; a short file is not likely to be cut as well.
    let is_odd_scrap = units < 16 && bytes.len() % 2 == 1;
    if sample.len() < 4 || is_odd_scrap || latin_pairs.count() * 2 > units {
        return None;
    }
    let plausible = |unit_of: fn([u8; 2]) -> u16| {
        let pairs = sample.chunks_exact(2).map(|pair| unit_of([pair[0], pair[1]]));
        let (mut usual, mut common) = (0, 0);
        for c in pairs.filter_map(|unit| char::from_u32(u32::from(unit))) {
            usual += usize::from(is_usual(c));
            common += usize::from(is_common(c) || c.is_ascii() || is_chinese_mark(c));
        }
        (common, usual)
    };
    let (little, big) = (plausible(u16::from_le_bytes), plausible(u16::from_be_bytes));
    let (encoding, (common, usual)) = if little >= big {
        (UTF_16LE, little)
    } else {
        (UTF_16BE, big)
    };
    (usual * 10 >= units * 9 && common * 3 >= units).then_some(encoding)
}

/// Characters that make up a Chinese report.
fn is_usual(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{a0}' | '\u{b7}' | '\u{2002}'..='\u{203b}' | '\u{3000}'..='\u{303f}'
        | '\u{4e00}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}' | '\u{2460}'..='\u{249b}' | '\u{feff}')
}

/// UTF-8 of which a few bytes were lost or changed, or that was cut in the middle of a character.
fn is_nearly_utf8(bytes: &[u8]) -> bool {
    let (mut broken, mut whole) = (0_usize, 0_usize);
    let mut cut_at_end = false;
    for chunk in bytes.utf8_chunks() {
        // Only sequences of three bytes count: in GBK text every sixth pair happens to be a valid sequence of two.
        whole += chunk.valid().bytes().filter(|&byte| byte >= 0xE0).count();
        broken += usize::from(!chunk.invalid().is_empty());
        cut_at_end = std::str::from_utf8(chunk.invalid()).is_err_and(|error| error.error_len().is_none());
    }
    (broken == 1 && cut_at_end && whole > 0) || (broken > 0 && broken * 8 <= whole)
}

/// The lines that are not all ASCII, up to 64 KiB of them: a page may open with long scripts.
fn telling_lines(bytes: &[u8]) -> Vec<u8> {
    let mut sample = Vec::new();
    for line in bytes
        .split_inclusive(|&byte| byte == b'\n')
        .filter(|line| !line.is_ascii())
    {
        let from = line.iter().position(|byte| !byte.is_ascii()).unwrap_or(0);
        sample.extend(&line[from..line.len().min(from + (1 << 16))]);
        if sample.len() >= 1 << 16 {
            break;
        }
    }
    sample
}

/// `<meta charset=…>`, `<meta … content="text/html; charset=…">` or an XML declaration, in the first 4 KiB.
fn declared_encoding(bytes: &[u8]) -> Option<&'static Encoding> {
    static LABEL: LazyLock<Option<regex::bytes::Regex>> = LazyLock::new(|| {
        let pattern = r#"(?i-u)<(?:meta[^>]{0,200}?charset|\?xml[^>]{0,80}?encoding)\s*=\s*["']?\s*([a-z0-9_-]{1,40})"#;
        regex::bytes::Regex::new(pattern).ok()
    });
    let found = LABEL.as_ref()?.captures(&bytes[..bytes.len().min(4096)])?;
    encoding_named(std::str::from_utf8(found.get(1)?.as_bytes()).ok()?).ok()
}

/// How much text decoded so looks like Chinese, from below 0 to 1: the share of common characters and Chinese marks among
/// those outside ASCII, less what no report holds.
fn chineseness(encoding: &'static Encoding, sample: &[u8]) -> f64 {
    let (text, _) = encoding.decode_without_bom_handling(sample);
    let (mut points, mut count) = (0.0, 0_usize);
    for c in text.chars().filter(|c| !c.is_ascii()) {
        count += 1;
        points += match c {
            c if is_common(c) || is_chinese_mark(c) => 1.0,
            c if is_han(c) => 0.15,
            '\u{fffd}' | '\u{e000}'..='\u{f8ff}' | '\u{80}'..='\u{9f}' => -2.0,
            '\u{ff00}'..='\u{ffef}' | '\u{2000}'..='\u{206f}' | '\u{a0}'..='\u{ff}' => 0.1,
            _ => -0.5,
        };
    }
    points / count.max(1) as f64
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

fn is_chinese_mark(c: char) -> bool {
    "，。、；：？！“”‘’（）《》〔〕【】—…·　".contains(c)
}

fn is_common(c: char) -> bool {
    static SORTED: LazyLock<Vec<char>> = LazyLock::new(|| {
        let mut chars: Vec<char> = COMMON.chars().filter(|c| !c.is_whitespace()).collect();
        chars.sort_unstable();
        chars
    });
    SORTED.binary_search(&c).is_ok()
}

/// The commonest characters of government reports (83 of 100 characters in them), and the traditional forms of those.
const COMMON: &str = "
    的和国法一业政人工发年要建大民进中展加在有作行全经设会是制不主产力实化地生改治社重我济增强合农了理对为新动务资高度各成方
    部开定以持个保提推分上能用面革体平家现学同府们到基出五事等镇公义件长区企关本三好项村步调多十入决机结利这性点坚规二解于文
    时教管育量技办来市完施策代共续系水员过题自执党计场就问任善收支级下律外划品服活积取立导群放应安众四领得期万科依内次稳整深
    权责所效极造金目投种比明快必正费总职元通把百术构更继干创议与查前程九组城质格处护心县位信后统第意案之门其条可当促将两落向际
    些标特情亿委争财营少及益乡防求严也习原都运小使做由范商口优监须源族传集战表式扩切广率价反相起础路况需消今交还从思形环道着专
    认八并健局他转间域备单审别协六想报准流节达而物精数名确接供障证努联研界因七宣批去子织较世境融排线控升复识日军减适队变近根助
    普风逐督央指税已抓真险引难电果负先低按受贯培台措型维告团命核配神充预彻老势劳观约究院挥然网千书贸综困参斗者医速断料街道省份
    國業發會進開設經對動務資實產強農體現學們題書長區關項結機決點堅規時間來辦這個黨計場問導將應眾領穩極總術構繼創議與門際億財營
    鄉嚴習運優監須傳戰廣價礎況還環專認並轉備單審協報準節達確證聯織較線複識軍減適隊變風稅險難電負團觀約揮網貿綜斷縣統條當權責鎮";

fn decode_as(encoding: &'static Encoding, bytes: Vec<u8>, skip: usize) -> Decoded {
    let (text, lossy, map) = if encoding == UTF_8 {
        decode_utf8(bytes, skip)
    } else {
        decode_stepwise(encoding, &bytes, skip)
    };
    Decoded {
        text,
        encoding,
        lossy: (lossy > 0).then_some(lossy),
        map,
    }
}

fn decode_utf8(mut bytes: Vec<u8>, skip: usize) -> (String, usize, SourceMap) {
    let mut map = SourceMap::starting_at(skip as u64);
    bytes.drain(..skip);
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => {
            map.advance(text.len(), 1, 1);
            return (text, 0, map);
        }
        Err(error) => error.into_bytes(),
    };
    let mut text = String::with_capacity(bytes.len());
    let mut lossy = 0;
    for chunk in bytes.utf8_chunks() {
        if !chunk.valid().is_empty() {
            text.push_str(chunk.valid());
            map.advance(chunk.valid().len(), 1, 1);
        }
        if !chunk.invalid().is_empty() {
            lossy += 1;
            replace(&mut text, &mut map, chunk.invalid().len());
        }
    }
    (text, lossy, map)
}

/// Decodes between the broken sequences, then walks text and bytes together to note the widths.
fn decode_stepwise(encoding: &'static Encoding, bytes: &[u8], skip: usize) -> (String, usize, SourceMap) {
    let mut map = SourceMap::starting_at(skip as u64);
    let mut text = String::with_capacity(bytes.len() / 2 * 3);
    let mut lossy = 0;
    let mut at = skip;
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut read_to = at;
    loop {
        let needed = decoder
            .max_utf8_buffer_length_without_replacement(bytes.len() - read_to)
            .unwrap_or(bytes.len());
        text.reserve(needed.min(1 << 16));
        let from = text.len();
        let (result, read) = decoder.decode_to_string_without_replacement(&bytes[read_to..], &mut text, true);
        read_to += read;
        match result {
            DecoderResult::InputEmpty => {
                note_widths(&mut map, encoding, &text[from..], &bytes[at..read_to]);
                break;
            }
            DecoderResult::OutputFull => {
                at += note_widths(&mut map, encoding, &text[from..], &bytes[at..read_to]);
            }
            DecoderResult::Malformed(len, after) => {
                let broken_end = read_to - usize::from(after);
                let broken = broken_end.saturating_sub(usize::from(len)).max(at);
                note_widths(&mut map, encoding, &text[from..], &bytes[at..broken]);
                lossy += 1;
                replace(&mut text, &mut map, broken_end - broken);
                at = broken_end;
                decoder = encoding.new_decoder_without_bom_handling();
                read_to = at;
            }
        }
    }
    (text, lossy, map)
}

/// A broken sequence of `len` bytes becomes one U+FFFD.
fn replace(text: &mut String, map: &mut SourceMap, len: usize) {
    text.push('\u{fffd}');
    map.advance(1, 3, u8::try_from(len).unwrap_or(u8::MAX));
}

/// Walks a valid stretch of bytes and the text it decodes to. Gives back how many bytes the text took.
fn note_widths(map: &mut SourceMap, encoding: &'static Encoding, text: &str, bytes: &[u8]) -> usize {
    let mut at = 0;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let width = if encoding == GB18030 {
            gb18030_width(&bytes[at.min(bytes.len())..])
        } else if encoding == BIG5 {
            if bytes.get(at).is_some_and(u8::is_ascii) { 1 } else { 2 }
        } else {
            2 * c.len_utf16()
        };
        let mut text_step = c.len_utf8();
        // Four pairs of Big5 (Hong Kong) stand for a letter with a combining accent: two characters of Unicode.
        if encoding == BIG5 && is_big5_letter_with_accent(&bytes[at.min(bytes.len())..]) {
            text_step += chars.next().map_or(0, char::len_utf8);
        }
        map.advance(1, text_step as u8, width as u8);
        at += width;
    }
    at
}

fn gb18030_width(bytes: &[u8]) -> usize {
    match bytes {
        [0x81..=0xfe, b'0'..=b'9', ..] => 4,
        [0x81..=0xfe, ..] => 2,
        _ => 1,
    }
}

fn is_big5_letter_with_accent(bytes: &[u8]) -> bool {
    matches!(bytes, [0x88, 0x62 | 0x64 | 0xa3 | 0xa5, ..])
}

/// Text has a tab and a form feed here and there, but no other control characters to speak of.
fn check_controls(decoded: &Decoded) -> std::result::Result<(), NotText> {
    if let Some(at) = memchr::memchr(0, decoded.text.as_bytes()) {
        return Err(NotText::Nul(decoded.map.byte_of(at)));
    }
    let is_stray =
        |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1a}' | '\u{85}');
    let stray = decoded.text.chars().filter(|&c| is_stray(c)).count();
    let count = decoded.text.chars().count();
    match stray > 3 && stray * 100 > count {
        true => Err(NotText::Controls(stray, count)),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SAMPLES: [&str; 5] = [
        "- 索 引 号: qs09901-1800-2025-00003\n- 发布机构: 青石镇人民政府\n2024年,青石镇法治政府建设工作在县委、县政府的指导下有序开展。",
        "河东市柳溪镇2024年法治政府\r\n建设工作报告\r\n\r\n2024年，柳溪镇坚持以人民为中心，办理“12345”工单191件次，满意率100%。",
        "桑坪镇2021年度法治政府建设报告\n一、强化主要责任人责任\n（一）党委会会前学法4次、在编职工学法考试51人次。",
        "# 高岭镇 2024 年法治政府建设工作报告\n\n## 一、主要工作及成效\n\n全镇调解纠纷 232 起，结案率 97.8%。",
        "城东县云门镇人民政府2023年法治政府建设情况报告\n法律明白人40名，新取得执法资格13人，罚款1.5万元；①抓学习·②抓落实。",
    ];

    const TRADITIONAL: &str = "雲門鎮人民政府2023年法治政府建設情況報告\n在縣委、縣政府的領導下，我鎮堅持依法行政，組織學法4次，調解糾紛56件。";

    fn encoded(encoding: &'static Encoding, text: &str) -> Vec<u8> {
        if encoding == UTF_16LE {
            return text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        }
        if encoding == UTF_16BE {
            return text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        }
        encoding.encode(text).0.into_owned()
    }

    fn found(bytes: &[u8]) -> Decoded {
        decode(bytes.to_vec(), None).unwrap()
    }

    fn assert_offsets(decoded: &Decoded, bytes: &[u8]) {
        let mut chars = decoded.text.char_indices().map(|(at, _)| at).collect::<Vec<_>>();
        chars.push(decoded.text.len());
        for pair in chars.windows(2) {
            let (start, end) = (
                decoded.map.byte_of(pair[0]) as usize,
                decoded.map.byte_of(pair[1]) as usize,
            );
            let (text, _) = decoded.encoding.decode_without_bom_handling(&bytes[start..end]);
            assert_eq!(text, decoded.text[pair[0]..pair[1]], "at {}", pair[0]);
        }
        assert_eq!(decoded.map.byte_of(decoded.text.len()), bytes.len() as u64);
    }

    #[test]
    fn every_sample_is_found_in_every_encoding_with_its_offsets() {
        for text in SAMPLES {
            for encoding in [UTF_8, GB18030, GBK, UTF_16LE, UTF_16BE] {
                let bytes = encoded(encoding, text);
                let decoded = found(&bytes);
                let expected = if encoding == GBK { GB18030 } else { encoding };
                assert_eq!(decoded.encoding.name(), expected.name(), "{text}");
                assert_eq!(decoded.text, text);
                assert_eq!(decoded.lossy, None);
                assert_offsets(&decoded, &bytes);
            }
        }
        let bytes = encoded(BIG5, TRADITIONAL);
        let decoded = found(&bytes);
        assert_eq!((decoded.encoding.name(), decoded.text.as_str()), ("Big5", TRADITIONAL));
        assert_offsets(&decoded, &bytes);
        for encoding in [UTF_8, GB18030, UTF_16LE] {
            assert_eq!(found(&encoded(encoding, TRADITIONAL)).text, TRADITIONAL);
        }
    }

    #[test]
    fn byte_order_marks_decide_and_are_no_text() {
        let marks: [(&'static Encoding, &[u8]); 4] = [
            (UTF_8, b"\xEF\xBB\xBF"),
            (UTF_16LE, b"\xFF\xFE"),
            (UTF_16BE, b"\xFE\xFF"),
            (GB18030, b"\x84\x31\x95\x33"),
        ];
        for (encoding, mark) in marks {
            let bytes = [mark, &encoded(encoding, "青石镇2024年")].concat();
            // Even against what the user says.
            let decoded = decode(bytes.clone(), Some(BIG5)).unwrap();
            assert_eq!(decoded.text, "青石镇2024年");
            assert_eq!(decoded.map.byte_of(0), mark.len() as u64);
            assert_offsets(&decoded, &bytes);
        }
    }

    #[test]
    fn short_texts_are_found_too() {
        for text in ["2024年", "法治政府", "青石镇", "柳溪镇2023年度法治政府建设年度报告"] {
            assert_eq!(found(&encoded(GB18030, text)).text, text);
            assert_eq!(found(text.as_bytes()).text, text);
        }
    }

    #[test]
    fn four_byte_codes_of_gb18030_have_their_place() {
        let text = "䶮镇𠀀村2024年，法治政府建设的主要工作";
        let bytes = encoded(GB18030, text);
        let decoded = found(&bytes);
        assert_eq!(decoded.text, text);
        assert_offsets(&decoded, &bytes);
    }

    #[test]
    fn utf8_with_a_broken_byte_stays_utf8() {
        for text in SAMPLES {
            let mut bytes = text.as_bytes().to_vec();
            let middle = (bytes.len() / 2..).find(|&at| bytes[at] >= 0xE0).unwrap();
            bytes[middle + 1] = b'?';
            let decoded = found(&bytes);
            assert_eq!(decoded.encoding, UTF_8);
            // The lead byte and the lost third byte are two broken sequences.
            assert!(decoded.lossy.is_some_and(|count| count <= 2), "{:?}", decoded.lossy);
            assert_offsets(&decoded, &bytes);
        }
    }

    #[test]
    fn utf8_cut_inside_a_character_stays_utf8() {
        for text in SAMPLES {
            let end = text.len() - '。'.len_utf8();
            let end = (0..=end).rev().find(|&at| text.as_bytes()[at] >= 0xE0).unwrap();
            let decoded = found(&text.as_bytes()[..=end]);
            assert_eq!((decoded.encoding, decoded.lossy), (UTF_8, Some(1)));
            assert!(decoded.text.ends_with('\u{fffd}'));
        }
    }

    #[test]
    fn gb18030_cut_inside_a_character_says_so() {
        let bytes = encoded(GB18030, SAMPLES[4]);
        let cut = &bytes[..bytes.len() - 1];
        let decoded = found(cut);
        assert_eq!((decoded.encoding, decoded.lossy), (GB18030, Some(1)));
        assert_offsets(&decoded, cut);
    }

    #[test]
    fn a_page_that_declares_its_encoding_wrongly_is_read_by_its_bytes() {
        let page = format!(
            "<html><head><meta charset=big5></head><body>{}</body></html>",
            SAMPLES[1]
        );
        assert_eq!(found(&encoded(GB18030, &page)).encoding, GB18030);
        let page = format!(
            "<meta http-equiv=Content-Type content=\"text/html; charset=gb2312\"><p>{}",
            SAMPLES[1]
        );
        assert_eq!(found(page.as_bytes()).encoding, UTF_8);
        assert_eq!(found(&encoded(GB18030, &page)).text, page);
    }

    #[test]
    fn a_long_latin_head_does_not_hide_chinese() {
        let page = format!("{}\n{}", "var a = 1;\n".repeat(20_000), SAMPLES[0]);
        assert_eq!(found(&encoded(GB18030, &page)).text, page);
    }

    #[test]
    fn binary_is_named() {
        let message = |bytes: &[u8]| decode(bytes.to_vec(), None).unwrap_err().to_string();
        assert_eq!(message(b"%PDF-1.7 ..."), "a PDF document, not text");
        assert_eq!(message(b"abc\0\x01\xFFdef"), "binary, not text (a NUL byte at byte 3)");
        assert!(message(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]).starts_with("binary, not text"));
        let noise: Vec<u8> = (0..4000_u32)
            .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8 | 0x80)
            .collect();
        assert!(decode(noise, None).is_err());
    }

    #[test]
    fn a_forced_encoding_is_believed() {
        let decoded = decode(encoded(BIG5, TRADITIONAL), Some(GB18030)).unwrap();
        assert_eq!(decoded.encoding, GB18030);
        assert_ne!(decoded.text, TRADITIONAL);
    }

    #[test]
    fn labels_name_encodings() {
        let labels = [
            ("gbk", "gb18030"),
            ("GB2312", "gb18030"),
            ("utf8", "UTF-8"),
            ("UTF-16", "UTF-16LE"),
            ("Big5-HKSCS", "Big5"),
            ("cp936", "gb18030"),
        ];
        for (label, name) in labels {
            assert_eq!(encoding_named(label).unwrap().name(), name);
        }
        let error = encoding_named("latin9000").unwrap_err();
        assert_eq!(error.to_string(), "no encoding named `latin9000`");
        assert!(error.hints[0].contains("gb18030"));
        assert!(encoding_named("shift_jis").is_err());
    }

    #[test]
    fn text_decoded_wrongly_before_is_noticed() {
        let garbled = GB18030
            .decode_without_bom_handling(SAMPLES.concat().as_bytes())
            .0
            .into_owned();
        assert!(looks_garbled(&garbled));
        assert!(!looks_garbled(&SAMPLES.concat()));
        assert!(!looks_garbled(&TRADITIONAL.repeat(5)));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600), which in 0..6_usize) {
            let forced = [None, Some(UTF_8), Some(GB18030), Some(BIG5), Some(UTF_16LE), Some(UTF_16BE)][which];
            if let Ok(decoded) = decode(bytes.clone(), forced) {
                let mut last = 0;
                for (at, _) in decoded.text.char_indices() {
                    let byte = decoded.map.byte_of(at);
                    prop_assert!(byte >= last && byte < bytes.len() as u64);
                    last = byte;
                }
                prop_assert_eq!(decoded.map.byte_of(decoded.text.len()), bytes.len() as u64);
            }
        }

        #[test]
        fn any_text_comes_back_with_its_offsets(text in "[一-龥a-z0-9，。\n ]{0,80}", which in 0..4_usize) {
            let encoding = [UTF_8, GB18030, UTF_16LE, UTF_16BE][which];
            let bytes = encoded(encoding, &text);
            let decoded = decode(bytes.clone(), Some(encoding)).unwrap();
            prop_assert_eq!(&decoded.text, &text);
            assert_offsets(&decoded, &bytes);
        }
    }
}
