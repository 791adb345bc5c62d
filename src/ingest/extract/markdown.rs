//! Reads Markdown: headings become styles, markup goes, the text stays exact.
//!
//! Reports are rarely written as Markdown; they are converted to it. So a `#` needs no blank before a Chinese character, four
//! leading blanks are an indented paragraph and no code, and numbers of lists (`1.`) are the report's own numbering and stay,
//! while bullets go.

use std::ops::Range;

use super::{Draft, Given, Harvest, Input, Line, LineStyle, lines_of, push_runs};
use crate::error::Result;
use crate::report::{Dropped, EvidenceSource, Place};
use crate::schema::columns::columns;

pub(super) fn extract(input: &Input) -> Result<Harvest> {
    let source: Vec<(usize, &str)> = lines_of(input.text).collect();
    let mut draft = Draft::default();
    let body = front_matter(&source, &mut draft);
    let mut reader = Reader {
        input,
        draft,
        in_fence: None,
        seen_title: TitleSeen::No,
    };
    for n in body..source.len() {
        reader.read(&source, n);
    }
    let mut draft = reader.draft;
    mark_paragraphs(&mut draft.lines);
    Ok(Harvest::one(draft))
}

struct Reader<'a> {
    input: &'a Input<'a>,
    draft: Draft,
    /// The sign that opened a fenced block of code.
    in_fence: Option<&'static str>,
    seen_title: TitleSeen,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum TitleSeen {
    No,
    /// Only titles and blank lines so far: a title may go on in a second heading.
    JustNow,
    Before,
}

impl Reader<'_> {
    fn read(&mut self, source: &[(usize, &str)], n: usize) {
        let (at, line) = source[n];
        let trimmed = line.trim_start();
        if let Some(fence) = self.in_fence {
            match trimmed.starts_with(fence) {
                true => self.in_fence = None,
                false => self.push(LineStyle::Plain, at, line, std::slice::from_ref(&(0..line.len()))),
            }
            return;
        }
        if let Some(fence) = ["```", "~~~"].into_iter().find(|fence| trimmed.starts_with(fence)) {
            self.in_fence = Some(fence);
            return;
        }
        let next = source.get(n + 1).map_or("", |(_, next)| *next);
        let previous = n.checked_sub(1).map_or("", |before| source[before].1);
        if let Some((depth, inside)) = atx_heading(line) {
            let style = self.heading_style(depth, &line[inside.clone()]);
            self.push_inline(style, at, line, inside);
        } else if is_rule(trimmed) || is_setext_underline(line, previous).is_some() {
            self.push(LineStyle::Plain, at, line, &[]);
        } else if let Some(depth) = is_setext_underline(next, line) {
            let style = self.heading_style(depth, line);
            self.push_inline(style, at, line, 0..line.len());
        } else if is_table_ruler(trimmed) && previous.contains('|') {
            // The line under the head of a table is all markup.
        } else if is_table_row(source, n) {
            self.seen_title = TitleSeen::Before;
            self.push_row(at, line);
        } else {
            if !trimmed.is_empty() && self.seen_title == TitleSeen::JustNow {
                self.seen_title = TitleSeen::Before;
            }
            let from = after_markers(line);
            self.push_inline(LineStyle::Plain, at, line, from..line.len());
        }
    }

    /// The first heading of the first depth is the title, unless it is numbered: then the converter made headings of the
    /// sections, and the title is a line of text or nowhere.
    fn heading_style(&mut self, depth: u8, text: &str) -> LineStyle {
        if depth == 1 && self.seen_title != TitleSeen::Before && !is_numbered(text) {
            self.seen_title = TitleSeen::JustNow;
            return LineStyle::Title;
        }
        self.seen_title = TitleSeen::Before;
        LineStyle::Heading(depth)
    }

    fn push_inline(&mut self, style: LineStyle, at: usize, line: &str, part: Range<usize>) {
        let inline = Inline::of(line, part);
        for alt in &inline.images {
            let place = [at + alt.start, at + alt.end].map(|text_at| self.input.map.byte_of(text_at));
            self.draft.dropped.push(Dropped {
                text: line[alt.clone()].chars().take(200).collect(),
                reason: "an image".to_owned(),
                source: Place::Bytes(place),
            });
        }
        self.push(style, at, line, &inline.kept);
    }

    fn push(&mut self, style: LineStyle, at: usize, line: &str, kept: &[Range<usize>]) {
        let mut out = Line {
            style,
            ..Line::default()
        };
        self.append(&mut out, at, line, kept);
        self.draft.lines.push(out);
    }

    fn append(&self, out: &mut Line, at: usize, line: &str, kept: &[Range<usize>]) {
        for part in kept {
            push_runs(
                &mut out.runs,
                self.input.map,
                out.text.len(),
                at + part.start..at + part.end,
            );
            out.text.push_str(&line[part.clone()]);
        }
    }

    fn push_row(&mut self, at: usize, line: &str) {
        let mut out = Line {
            style: LineStyle::TableRow,
            ..Line::default()
        };
        for (n, cell) in cells_of(line).into_iter().enumerate() {
            if n > 0 {
                let here = self.input.map.byte_of(at + cell.start);
                out.runs.push(super::Run {
                    at: out.text.len(),
                    source: here..here,
                });
                out.text.push('\t');
            }
            let kept = Inline::of(line, cell).kept;
            self.append(&mut out, at, line, &kept);
        }
        self.draft.lines.push(out);
    }
}

/// A `---` block at the start: `key: value` lines that state things about the report. Gives back the first line after it.
fn front_matter(source: &[(usize, &str)], draft: &mut Draft) -> usize {
    let is_fence = |line: &str, fences: &[&str]| fences.contains(&line.trim_end());
    let Some(start) = source.first().filter(|(_, line)| is_fence(line, &["---"])).map(|_| 1) else {
        return 0;
    };
    let end = source
        .iter()
        .skip(start)
        .take(200)
        .position(|(_, line)| is_fence(line, &["---", "..."]));
    let Some(end) = end.map(|end| start + end) else {
        return 0;
    };
    let inside = &source[start..end];
    if !inside.iter().any(|(_, line)| line.contains([':', '：'])) {
        return 0;
    }
    for (_, line) in inside {
        let Some((key, value)) = line
            .split_once([':', '：'])
            .filter(|(key, _)| !key.starts_with([' ', '\t', '-', '#']))
        else {
            if !line.trim().is_empty() && !line.starts_with('#') {
                draft
                    .warnings
                    .push(format!("front matter not understood: {}", line.trim()));
            }
            continue;
        };
        let value = unquoted(value.trim());
        let key = key.trim();
        if !value.is_empty() && !key.is_empty() {
            let label = columns()
                .field_of(key)
                .map(|(field, _)| field)
                .filter(|&field| field != "text");
            draft.given.push(Given {
                label: label.unwrap_or(key).to_owned(),
                value: value.to_owned(),
                from: EvidenceSource::Header,
            });
        }
    }
    end + 1
}

fn unquoted(value: &str) -> &str {
    let pairs = [('"', '"'), ('\'', '\'')];
    pairs
        .iter()
        .find_map(|&(open, close)| value.strip_prefix(open)?.strip_suffix(close))
        .unwrap_or(value)
}

/// `## heading ##`: its depth and where its text stands.
fn atx_heading(line: &str) -> Option<(u8, Range<usize>)> {
    let indent = line.len() - line.trim_start_matches([' ', '\u{a0}', '\u{3000}']).len();
    let marks = line[indent..].bytes().take_while(|&byte| byte == b'#').count();
    if !(1..=6).contains(&marks) {
        return None;
    }
    let after = &line[indent + marks..];
    let first = after.chars().next()?;
    let is_heading = first.is_whitespace() || !first.is_ascii() || first == '*';
    let text = after.trim();
    if !is_heading || text.is_empty() {
        return None;
    }
    let start = indent + marks + (after.len() - after.trim_start().len());
    let end = start + text.trim_end_matches('#').trim_end().len();
    (end > start).then_some((marks as u8, start..end))
}

/// `---`, `* * *` and their like.
fn is_rule(trimmed: &str) -> bool {
    let mut signs = trimmed.chars().filter(|c| !c.is_whitespace());
    let Some(first) = signs.next().filter(|c| "-*_".contains(*c)) else {
        return false;
    };
    let mut more = 0;
    signs.all(|c| {
        more += 1;
        c == first
    }) && more >= 2
}

/// A line of `=` or `-` that makes a heading of the short line above it. A long one, or one that ends a sentence, had a rule
/// drawn under it.
fn is_setext_underline(line: &str, above: &str) -> Option<u8> {
    let line = line.trim();
    let above = above.trim();
    let is_short = !above.is_empty() && above.chars().count() <= 50 && !above.ends_with(['。', '；', '：', '，', '|']);
    let is_text = is_short && !above.starts_with(['#', '|', '>']) && !is_rule(above) && !above.starts_with("==");
    let depth = match line.as_bytes() {
        [b'=', b'=', ..] if line.bytes().all(|byte| byte == b'=') => 1,
        [b'-', b'-', ..] if line.bytes().all(|byte| byte == b'-') => 2,
        _ => return None,
    };
    is_text.then_some(depth)
}

fn is_table_ruler(trimmed: &str) -> bool {
    trimmed.contains('-') && trimmed.contains('|') && trimmed.chars().all(|c| "-|: \t".contains(c))
}

/// A line with bars that belongs to a table: it starts with one, or the lines around it have the ruler.
fn is_table_row(source: &[(usize, &str)], n: usize) -> bool {
    let line = source[n].1.trim();
    if line.len() > 1 && line.starts_with('|') && line.ends_with('|') {
        return true;
    }
    let is_ruler = |n: usize| source.get(n).is_some_and(|(_, line)| is_table_ruler(line.trim()));
    line.contains('|') && (is_ruler(n + 1) || (n > 0 && is_ruler(n - 1)))
}

/// Where the cells of a row stand, without the blanks around them. `\|` is text.
fn cells_of(line: &str) -> Vec<Range<usize>> {
    let mut bars: Vec<usize> = Vec::new();
    let mut escaped = false;
    for (at, byte) in line.bytes().enumerate() {
        if byte == b'|' && !escaped {
            bars.push(at);
        }
        escaped = byte == b'\\' && !escaped;
    }
    let mut edges = Vec::with_capacity(bars.len() + 2);
    if !line.trim_start().starts_with('|') {
        edges.push(None);
    }
    edges.extend(bars.into_iter().map(Some));
    if !line.trim_end().ends_with('|') {
        edges.push(Some(line.len()));
    }
    edges
        .windows(2)
        .map(|pair| {
            let start = pair[0].map_or(0, |bar| bar + 1);
            let end = pair[1].unwrap_or(line.len()).max(start);
            let cell = &line[start..end];
            let lead = cell.len() - cell.trim_start().len();
            start + lead..start + lead + cell.trim().len()
        })
        .collect()
}

/// Where the text of a line starts, after the marks of quotations and bullets. Blanks of its own stay.
fn after_markers(line: &str) -> usize {
    let mut at = 0;
    loop {
        let rest = &line[at..];
        let trimmed = rest.trim_start_matches([' ', '\t']);
        let indent = rest.len() - trimmed.len();
        if trimmed.starts_with('>') {
            at += indent + 1;
            at += usize::from(line[at..].starts_with(' '));
            continue;
        }
        let bullet = ["- ", "* ", "+ ", "-\t", "*\t", "• "]
            .into_iter()
            .find(|mark| trimmed.starts_with(mark));
        // `- 3 -` is a page number.
        let is_page_number = trimmed.starts_with('-') && trimmed.trim_end().ends_with('-');
        if let Some(mark) = bullet.filter(|_| !is_page_number) {
            at += indent + mark.len();
            at += line[at..].len() - line[at..].trim_start_matches([' ', '\t']).len();
            let task = ["[ ] ", "[x] ", "[X] "]
                .into_iter()
                .find(|task| line[at..].starts_with(task));
            return at + task.map_or(0, str::len);
        }
        return at;
    }
}

fn is_numbered(text: &str) -> bool {
    let text = text.trim_start_matches(['*', '_', ' ']);
    let rest = text.trim_start_matches(['（', '(']);
    let number: String = rest
        .chars()
        .take_while(|c| "一二三四五六七八九十".contains(*c))
        .collect();
    !number.is_empty() && rest[number.len()..].starts_with(['、', '）', ')', '.', '．', '，', ','])
}

/// A line with blank lines around it is a whole paragraph.
fn mark_paragraphs(lines: &mut [Line]) {
    let is_apart = |line: Option<&Line>| {
        line.is_none_or(|line| {
            line.text.trim().is_empty() || matches!(line.style, LineStyle::Title | LineStyle::Heading(_))
        })
    };
    let alone: Vec<bool> = (0..lines.len())
        .map(|n| is_apart(n.checked_sub(1).and_then(|before| lines.get(before))) && is_apart(lines.get(n + 1)))
        .collect();
    for (line, alone) in lines.iter_mut().zip(alone) {
        if alone && line.style == LineStyle::Plain && !line.text.trim().is_empty() {
            line.style = LineStyle::Paragraph;
        }
    }
}

/// The text inside a line: what stays when the markup goes.
struct Inline {
    kept: Vec<Range<usize>>,
    /// The texts that stand for images.
    images: Vec<Range<usize>>,
}

impl Inline {
    fn of(line: &str, part: Range<usize>) -> Inline {
        let mut cuts: Vec<Range<usize>> = Vec::new();
        let mut images = Vec::new();
        cut_links_and_tags(line, part.clone(), &mut cuts, &mut images);
        cut_emphasis(line, part.clone(), &mut cuts);
        cuts.sort_by_key(|cut| (cut.start, cut.end));
        let mut kept: Vec<Range<usize>> = Vec::new();
        let mut at = part.start;
        for cut in cuts {
            if cut.start > at {
                kept.push(at..cut.start);
            }
            at = at.max(cut.end);
        }
        // Two blanks or a backslash at the end mean a line break.
        let end = line[..part.end]
            .trim_end_matches([' ', '\t'])
            .trim_end_matches('\\')
            .len();
        if at < end {
            kept.push(at..end);
        }
        Inline { kept, images }
    }
}

/// `[text](address)` keeps its text, `![alt](address)` nothing; tags and comments of HTML go, as do backslashes before marks.
fn cut_links_and_tags(line: &str, part: Range<usize>, cuts: &mut Vec<Range<usize>>, images: &mut Vec<Range<usize>>) {
    let bytes = line.as_bytes();
    let mut at = part.start;
    // Where the next closing sign of each kind stands is looked up once: a line of `[[[[[…` is no reason for quadratic work.
    let mut no_more_links = false;
    let mut no_more_tags = false;
    while at < part.end {
        match bytes[at] {
            b'\\'
                if bytes
                    .get(at + 1)
                    .is_some_and(|next| b"\\`*_{}[]()#+-.!|<>~".contains(next)) =>
            {
                cuts.push(at..at + 1);
                at += 1;
            }
            b'[' if !no_more_links => match link_at(line, at, part.end) {
                Link::Found { text_end, end } => {
                    let is_image = at > part.start && bytes[at - 1] == b'!';
                    if is_image {
                        cuts.push(at - 1..end);
                        images.push(at + 1..text_end);
                        at = end - 1;
                    } else {
                        cuts.push(at..at + 1);
                        cuts.push(text_end..end);
                    }
                }
                Link::None => (),
                Link::NoneAnyMore => no_more_links = true,
            },
            b'<' if !no_more_tags => match memchr::memchr(b'>', &bytes[at..part.end]) {
                Some(len) if is_tag(&line[at..=at + len]) => {
                    cuts.push(at..at + len + 1);
                    at += len;
                }
                Some(_) => (),
                None => no_more_tags = true,
            },
            _ => (),
        }
        at += 1;
    }
}

enum Link {
    Found { text_end: usize, end: usize },
    None,
    NoneAnyMore,
}

fn link_at(line: &str, open: usize, end: usize) -> Link {
    let bytes = line.as_bytes();
    let Some(text_end) = memchr::memchr(b']', &bytes[open..end]).map(|len| open + len) else {
        return Link::NoneAnyMore;
    };
    if bytes.get(text_end + 1) != Some(&b'(') || text_end + 2 >= end {
        return Link::None;
    }
    match memchr::memchr(b')', &bytes[text_end + 2..end]) {
        Some(len) if len <= 2000 => Link::Found {
            text_end,
            end: text_end + 2 + len + 1,
        },
        _ => Link::None,
    }
}

fn is_tag(text: &str) -> bool {
    let inside = &text[1..text.len() - 1];
    let name = inside.trim_start_matches('/');
    inside.starts_with("!--") || (name.starts_with(|c: char| c.is_ascii_alphabetic()) && !inside.contains("://"))
}

/// `**bold**`, `*italic*`, `__bold__`, `~~struck~~` and `` `code` ``, where both signs are there with text between them.
fn cut_emphasis(line: &str, part: Range<usize>, cuts: &mut Vec<Range<usize>>) {
    for mark in ["**", "__", "~~", "*", "`", "_"] {
        let mut open: Option<usize> = None;
        let mut at = part.start;
        let mut taken = cuts.clone();
        taken.sort_by_key(|cut| cut.start);
        while let Some(found) = line[at..part.end].find(mark).map(|len| at + len) {
            let after = found + mark.len();
            at = after;
            let sign = mark.as_bytes()[0];
            let last = taken.partition_point(|cut| cut.start < after).checked_sub(1);
            let is_taken = last.is_some_and(|last| found < taken[last].end);
            // A single star that is part of two, or one that a backslash guards.
            let is_part_of_more = mark.len() == 1
                && mark != "`"
                && (line.as_bytes().get(after) == Some(&sign)
                    || (found > part.start && line.as_bytes()[found - 1] == sign));
            if is_part_of_more || is_taken || line[..found].ends_with('\\') {
                continue;
            }
            let before_char = line[part.start..found].chars().next_back();
            let after_char = line[after..part.end].chars().next();
            let word = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
            if sign == b'_' && word(before_char) && word(after_char) {
                continue;
            }
            match open {
                Some(start) if before_char.is_some_and(|c| !c.is_whitespace()) && found > start + mark.len() => {
                    cuts.push(start..start + mark.len());
                    cuts.push(found..after);
                    open = None;
                }
                _ if after_char.is_some_and(|c| !c.is_whitespace()) => open = Some(found),
                _ => (),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::LineStyle::{self, Heading, Paragraph, Plain, TableRow, Title};
    use super::super::tests::{assert_runs, given, read};

    fn lines(source: &str) -> Vec<(LineStyle, String)> {
        let extraction = read("x.md", source.as_bytes());
        assert_runs(&extraction.drafts[0], source.as_bytes(), encoding_rs::UTF_8);
        let lines = &extraction.drafts[0].lines;
        lines
            .iter()
            .filter(|line| !line.text.is_empty())
            .map(|line| (line.style, line.text.clone()))
            .collect()
    }

    #[test]
    fn markup_becomes_style_and_the_text_stays() {
        let table: &[(&str, LineStyle, &str)] = &[
            ("# 高岭镇 2024 年报告", Title, "高岭镇 2024 年报告"),
            ("## 一、主要工作 ##", Heading(2), "一、主要工作"),
            ("##二、存在问题", Heading(2), "二、存在问题"),
            ("###### **（一）学法**", Heading(6), "（一）学法"),
            ("# 一、主要工作", Heading(1), "一、主要工作"),
            ("#1 号文件", Paragraph, "#1 号文件"),
            (
                "**（四）规范行政执法。**加强监督。",
                Paragraph,
                "（四）规范行政执法。加强监督。",
            ),
            (
                "学习*重要*讲话，__落实__~~旧~~要求",
                Paragraph,
                "学习重要讲话，落实旧要求",
            ),
            ("5 * 3 = 15，a_b_c，4**", Paragraph, "5 * 3 = 15，a_b_c，4**"),
            ("**2**0**2**4年", Paragraph, "2024年"),
            ("- 一是抓学习。", Paragraph, "一是抓学习。"),
            ("- 3 -", Paragraph, "- 3 -"),
            ("1. 抓学习。", Paragraph, "1. 抓学习。"),
            ("> 引文", Paragraph, "引文"),
            ("　　全角缩进。", Paragraph, "　　全角缩进。"),
            ("    四个空格。", Paragraph, "    四个空格。"),
            ("见[公报](http://a.example/x)第3页。", Paragraph, "见公报第3页。"),
            ("\\*注：a\\_b", Paragraph, "*注：a_b"),
            ("<u>下划线</u>和<br>换行", Paragraph, "下划线和换行"),
            ("| 名称 | **数量** |", TableRow, "名称\t数量"),
            ("网格员：3<5 且 6>4", Paragraph, "网格员：3<5 且 6>4"),
            ("标题在此\n===", Title, "标题在此"),
        ];
        for (source, style, text) in table {
            assert_eq!(lines(source), [(*style, (*text).to_owned())], "{source}");
        }
    }

    #[test]
    fn a_rule_under_a_sentence_is_no_heading() {
        assert_eq!(
            lines("完成了全部工作。\n---\n下一段"),
            [
                (Paragraph, "完成了全部工作。".to_owned()),
                (Paragraph, "下一段".to_owned())
            ]
        );
    }

    #[test]
    fn a_title_in_two_headings_is_two_titles_and_later_ones_are_headings() {
        let found = lines("# 青石镇人民政府\n\n# 关于2024年工作的报告\n\n正文。\n\n# 附录\n");
        let styles: Vec<LineStyle> = found.iter().map(|(style, _)| *style).collect();
        assert_eq!(styles, [Title, Title, Paragraph, Heading(1)]);
    }

    #[test]
    fn tables_lose_their_ruler() {
        let found = lines("索引号 | a-1 | 文号\n---|---|---\nx | | y\\|z\n");
        assert_eq!(
            found,
            [
                (TableRow, "索引号\ta-1\t文号".to_owned()),
                (TableRow, "x\t\ty|z".to_owned())
            ]
        );
    }

    #[test]
    fn front_matter_is_given_and_no_text() {
        let source = "---\ntitle: \"青石镇报告\"\n发布机构: 青石镇人民政府\nyear: 2024\n  - x\n---\n\n正文。\n";
        let extraction = read("x.md", source.as_bytes());
        let draft = &extraction.drafts[0];
        let expected = [
            ("title", "青石镇报告"),
            ("issuing_body", "青石镇人民政府"),
            ("year", "2024"),
        ];
        assert_eq!(given(draft), expected);
        assert_eq!(draft.warnings, ["front matter not understood: - x"]);
        assert_eq!(lines(source), [(Paragraph, "正文。".to_owned())]);
    }

    #[test]
    fn lines_of_one_paragraph_stay_lines() {
        assert_eq!(
            lines("前半句，\n后半句。\n\n单独一段。"),
            [
                (Plain, "前半句，".to_owned()),
                (Plain, "后半句。".to_owned()),
                (Paragraph, "单独一段。".to_owned())
            ]
        );
    }

    #[test]
    fn images_are_left_out_and_listed() {
        let source = "前![二维码](a.png)后";
        let extraction = read("x.md", source.as_bytes());
        assert_eq!(lines(source), [(Paragraph, "前后".to_owned())]);
        assert_eq!(extraction.drafts[0].dropped[0].text, "二维码");
    }

    #[test]
    fn code_is_kept_as_it_stands() {
        assert_eq!(lines("```\n*a* # b\n```"), [(Paragraph, "*a* # b".to_owned())]);
    }
}
