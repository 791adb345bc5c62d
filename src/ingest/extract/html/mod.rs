//! Reads HTML pages: finds the article among the navigation, and the facts that stand around it.
//!
//! A page becomes a list of lines first ([`page`]), with the elements as ranges of lines. Then the article is the range that
//! holds the prose: a container that content management systems are known to use, if it holds nearly all of it, else the
//! smallest element that does. Losing text is worse than keeping a line too many, so when in doubt the range grows.

use std::collections::HashMap;
use std::ops::Range;

use super::markup::{self, Scanner, Token};
use super::{Draft, Given, Harvest, Input, Line, LineStyle, Places, Run};
use crate::error::{Error, Result};
use crate::report::{Dropped, EvidenceSource, Place};
use crate::schema::page::page as known;
use crate::schema::titles::titles;
use crate::text::date;

mod align;
mod embedded;
mod facts;
mod page;

use embedded::Embedded;
use page::{Page, PageLine, ZoneKind};

pub(super) fn extract(input: &Input) -> Result<Harvest> {
    if !markup::is_safe_to_parse(input.text) {
        let mut draft = stripped(input);
        let warning = "too deeply nested to be understood as a page: all its text was taken";
        draft.warnings.push(warning.to_owned());
        return Ok(Harvest::one(draft));
    }
    let mut page = Page::parse(input.text);
    let embedded = std::mem::take(&mut page.embedded);
    let mut reading = Reading::of(&page);
    let mut draft = reading.draft(input);
    let shown = reading.prose();
    if !take_embedded(&mut draft, shown, embedded) {
        reading.warn_of_attachments(&mut draft);
    }
    if draft.lines.iter().all(|line| line.text.trim().is_empty()) {
        let error = Error::source(input.path, "no text in this page");
        return Err(match (page.is_frameset, page.attachments.first()) {
            (true, _) => error.hinted("it only holds frames: save the frame with the text"),
            (_, Some(attachment)) => error.hinted(format!("download the document it leads to: {}", attachment.address)),
            _ => error.hinted("pages that fetch their text by script must be saved from the browser"),
        });
    }
    Ok(Harvest::one(draft))
}

/// Puts a text that only a script shows in the place of what is shown, when it holds much more. What is shown is listed.
fn take_embedded(draft: &mut Draft, shown: usize, embedded: Vec<Embedded>) -> bool {
    const TIMES: usize = 2;
    let prose = |lines: &[PageLine]| lines.iter().map(PageLine::prose).sum::<usize>();
    let longer = embedded.into_iter().filter(|text| text.han > shown * TIMES);
    let readings = longer.filter(|text| markup::is_safe_to_parse(&text.text)).map(|text| {
        let lines = Page::parse_fragment(&text.text).lines;
        (prose(&lines), text.place, lines)
    });
    let best = readings.max_by_key(|(prose, ..)| *prose);
    let Some((_, place, lines)) = best.filter(|(prose, ..)| *prose > shown * TIMES && *prose > 0) else {
        return false;
    };
    for line in std::mem::take(&mut draft.lines) {
        let at = line.runs.first().map_or(0, |run| run.source.start);
        leave_out(draft, &line.text, "outside the article", [at; 2], false);
    }
    // Escapes and markup in strings leave no bytes to point to.
    draft.places = Places::Paragraphs;
    for dropped in &mut draft.dropped {
        dropped.source = Place::Paragraph(1);
    }
    let warning = format!("the page shows its text by script: it was taken from {place}");
    draft.warnings.push(warning);
    for (line, paragraph) in lines.into_iter().map(PageLine::into_line).zip(1..) {
        let runs = vec![Run {
            at: 0,
            source: paragraph..paragraph + 1,
        }];
        draft.lines.push(Line { runs, ..line });
    }
    true
}

/// The text of a piece of HTML, as it stands in a column of a table.
pub(super) fn fragment(text: &str) -> Draft {
    let lines = if markup::is_safe_to_parse(text) {
        let page = Page::parse_fragment(text);
        page.lines.into_iter().map(PageLine::into_line).collect()
    } else {
        stripped_lines(text).into_iter().map(|(line, _)| line).collect()
    };
    Draft {
        lines,
        ..Draft::default()
    }
}

/// The reason for leaving out links to other pages.
const RELATED: &str = "related pages";

/// A page whose article has been found.
struct Reading<'a> {
    page: &'a Page,
    /// What each line is, if it is no text of the article.
    roles: Vec<Role>,
    article: Range<usize>,
    title: Option<String>,
    given: Vec<Given>,
    warnings: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Role {
    /// Text, if it stands in the article.
    Text,
    /// A fact or a title, which is given and no line.
    Used,
    /// No text for this reason.
    Idle(&'static str),
}

impl<'a> Reading<'a> {
    fn of(page: &'a Page) -> Self {
        let mut reading = Reading {
            page,
            roles: vec![Role::Text; page.lines.len()],
            article: 0..page.lines.len(),
            title: None,
            given: Vec::new(),
            warnings: Vec::new(),
        };
        reading.mark_asides();
        reading.mark_idle_lines();
        reading.mark_repeats();
        reading.article = reading.find_article();
        reading.take_facts();
        reading.find_title();
        reading.reach_for_signature();
        reading.give_meta();
        if page.shows_hidden {
            let warning = "the page hides a part of its text until a reader asks for it: it was taken too";
            reading.warnings.push(warning.to_owned());
        }
        reading.take_bare_day();
        reading
    }

    fn draft(&mut self, input: &Input) -> Draft {
        let mut runs = align::runs(&self.page.lines, input);
        let mut draft = Draft {
            given: std::mem::take(&mut self.given),
            warnings: std::mem::take(&mut self.warnings),
            ..Draft::default()
        };
        let mut last_place = 0;
        let mut last_role = &Role::Text;
        for (n, line) in self.page.lines.iter().enumerate() {
            let runs = std::mem::take(&mut runs[n]);
            let place = match (runs.first(), runs.last()) {
                (Some(first), Some(last)) => [first.source.start, last.source.end.max(first.source.start)],
                _ => [last_place; 2],
            };
            last_place = place[1];
            // Lines of one kind that follow each other are listed together.
            let goes_on = *last_role == self.roles[n] && !self.article.contains(&n.saturating_sub(1));
            if line.han > 0 {
                last_role = &self.roles[n];
            }
            match self.roles[n] {
                Role::Text if self.article.contains(&n) => draft.lines.push(Line {
                    text: line.text.clone(),
                    style: line.style,
                    runs,
                }),
                Role::Text if line.linked * 2 > line.han => {
                    leave_out(&mut draft, &line.text, "site navigation", place, goes_on);
                }
                Role::Text => leave_out(&mut draft, &line.text, "outside the article", place, goes_on),
                Role::Idle(reason) => leave_out(&mut draft, &line.text, reason, place, goes_on),
                Role::Used => (),
            }
        }
        for hidden in &self.page.hidden {
            leave_out(&mut draft, hidden, "hidden", [0; 2], false);
        }
        let is_blank = |line: &Line| line.text.trim().is_empty();
        let blank_head = draft.lines.iter().take_while(|line| is_blank(line)).count();
        draft.lines.drain(..blank_head);
        while draft.lines.last().is_some_and(is_blank) {
            draft.lines.pop();
        }
        draft
    }

    /// Navigation and the like by the names of its elements, unless half of the page stands in it.
    fn mark_asides(&mut self) {
        let total: usize = self.page.lines.iter().map(PageLine::own_han).sum();
        for zone in &self.page.zones {
            let ZoneKind::Aside(reason) = zone.kind else { continue };
            let inside: usize = self.page.lines[zone.lines.clone()].iter().map(PageLine::own_han).sum();
            let prose = self.page.lines[zone.lines.clone()]
                .iter()
                .filter(|line| line.prose() > 0)
                .count();
            // A share bar has a sentence at most; three sentences are somebody's text.
            if inside * 2 > total || (prose >= 3 && inside * 5 > total) {
                continue;
            }
            self.roles[zone.lines.clone()].fill(Role::Idle(reason));
        }
    }

    fn mark_idle_lines(&mut self) {
        let mut below_related = false;
        for (role, line) in self.roles.iter_mut().zip(&self.page.lines) {
            let is_link = line.linked * 10 >= line.han * 9;
            if let Some(reason) = known().idle_line(&line.text).filter(|_| *role == Role::Text) {
                *role = Role::Idle(reason);
                below_related = reason == RELATED;
            } else if below_related && is_link && *role == Role::Text {
                // The list that 相关文件： opens.
                *role = Role::Idle(RELATED);
            } else {
                below_related = false;
            }
        }
    }

    /// Leaves out what a page holds a second time, to be printed or for small screens: several lines that follow each other as
    /// they did before.
    fn mark_repeats(&mut self) {
        const LEAST: usize = 80;
        let lines: Vec<usize> = (0..self.page.lines.len())
            .filter(|&n| self.roles[n] == Role::Text && self.page.lines[n].han > 0)
            .collect();
        let bare = |n: usize| self.page.lines[lines[n]].text.trim();
        let mut first: HashMap<&str, usize> = HashMap::new();
        let mut n = 0;
        while n < lines.len() {
            let Some(&before) = first.get(bare(n)) else {
                first.insert(bare(n), n);
                n += 1;
                continue;
            };
            let len = (0..(n - before).min(lines.len() - n))
                .take_while(|k| bare(before + k) == bare(n + k))
                .count();
            let prose: usize = (n..n + len).map(|n| self.page.lines[lines[n]].prose()).sum();
            if len >= 3 && prose >= LEAST {
                for &repeated in &lines[n..n + len] {
                    self.roles[repeated] = Role::Idle("the same text again");
                }
            }
            // All of these lines stood before, so that none can be the first of its kind.
            n += len.max(1);
        }
    }

    /// How much prose the article has.
    fn prose(&self) -> usize {
        let lines = self.page.lines[self.article.clone()].iter();
        let lines = lines.zip(&self.roles[self.article.clone()]);
        lines
            .filter(|(_, role)| **role == Role::Text)
            .map(|(line, _)| line.prose())
            .sum()
    }

    /// Names the documents that the article leads to; says so when the report must be looked for there.
    fn warn_of_attachments(&self, draft: &mut Draft) {
        /// A report is longer, in Chinese characters.
        const SHORT: usize = 150;
        const NAMED: usize = 10;
        let text: String = draft.lines.iter().map(|line| line.text.as_str()).collect();
        let is_short = text.chars().filter(|c| page::is_han(*c)).count() < SHORT;
        let is_near = |attachment: &&page::Attachment| {
            let reason = self.roles.get(attachment.line);
            is_short || self.article.start <= attachment.line && !matches!(reason, Some(Role::Idle(RELATED | "footer")))
        };
        let near: Vec<String> = self
            .page
            .attachments
            .iter()
            .filter(is_near)
            .map(page::Attachment::shown)
            .collect();
        let named = near.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
        let more = match near.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let warning = match (near.is_empty(), is_short) {
            (true, true) if known().sees_attachment(&text) => {
                "the report stands in an attachment, which is not in this page".to_owned()
            }
            (true, _) => return,
            (false, true) => format!("hardly any text: the report stands in an attachment: {named}{more}"),
            (false, false) => format!("attached: {named}{more}"),
        };
        draft.warnings.push(warning);
    }

    fn find_article(&mut self) -> Range<usize> {
        let all = 0..self.page.lines.len();
        let mut sums = vec![0];
        let mut last = 0;
        // A page without a sentence: count all its characters instead.
        let has_prose = self
            .page
            .lines
            .iter()
            .zip(&self.roles)
            .any(|(line, role)| *role == Role::Text && line.prose() > 0);
        for (line, role) in self.page.lines.iter().zip(&self.roles) {
            let weight = if has_prose { line.prose() } else { line.own_han() };
            last += if *role == Role::Text && !facts::is_facts(line) {
                weight
            } else {
                0
            };
            sums.push(last);
        }
        let held = |range: &Range<usize>| sums[range.end] - sums[range.start];
        let holds = |range: &Range<usize>, percent: usize| held(range) * 100 >= last * percent;
        if !has_prose && let Some(zone) = self.attachment_zone() {
            return zone;
        }
        let best = self
            .page
            .zones
            .iter()
            .filter_map(|zone| match zone.kind {
                ZoneKind::Container(rank) if last > 0 && holds(&zone.lines, 60) => Some((rank, zone)),
                _ => None,
            })
            // The most telling name; of several such, the one that holds most, and of those the outermost.
            .min_by_key(|(rank, zone)| (*rank, usize::MAX - held(&zone.lines), usize::MAX - zone.lines.len()));
        if let Some((_, zone)) = best {
            if holds(&zone.lines, 85) {
                return zone.lines.clone();
            }
            let wider = self.smallest(&zone.lines, |range| holds(range, 85)).unwrap_or(all);
            let missing = 100 - held(&zone.lines) * 100 / last.max(1);
            let warning = format!(
                "{missing} % of the text stands outside `{}`; more of the page was taken",
                zone.name
            );
            self.warnings.push(warning);
            return wider;
        }
        // One element with nearly all the prose may be one long paragraph of several: it must hold a few lines.
        let lines_of = |range: &Range<usize>| {
            let lines = self.page.lines[range.clone()].iter();
            lines
                .zip(&self.roles[range.clone()])
                .filter(|(line, role)| **role == Role::Text && line.han > 0)
                .count()
        };
        let is_article = |range: &Range<usize>| holds(range, 90) && lines_of(range) >= 3;
        let nothing = all.start..all.start;
        self.smallest(&nothing, is_article).unwrap_or(all)
    }

    /// The most telling container that leads to a document, for pages without a sentence.
    fn attachment_zone(&self) -> Option<Range<usize>> {
        let holds = |range: &Range<usize>| {
            self.page
                .attachments
                .iter()
                .any(|attachment| range.contains(&attachment.line))
        };
        let zones = self.page.zones.iter().filter_map(|zone| match zone.kind {
            ZoneKind::Container(rank) if holds(&zone.lines) => Some((rank, zone.lines.len(), &zone.lines)),
            _ => None,
        });
        zones
            .min_by_key(|(rank, len, _)| (*rank, *len))
            .map(|(.., lines)| lines.clone())
    }

    /// The smallest element around `inside` for which something holds.
    fn smallest(&self, inside: &Range<usize>, is_good: impl Fn(&Range<usize>) -> bool) -> Option<Range<usize>> {
        let around =
            |range: &Range<usize>| inside.is_empty() || (range.start <= inside.start && inside.end <= range.end);
        let zones = self.page.zones.iter().map(|zone| &zone.lines);
        zones
            .filter(|range| around(range) && is_good(range))
            .min_by_key(|range| (range.len(), range.start))
            .cloned()
    }

    /// Takes `发布时间：…` and tables of such: anywhere outside the article, and at its head and foot.
    fn take_facts(&mut self) {
        let lines = &self.page.lines;
        let prose = |n: &usize| lines[*n].prose() > 0 && !facts::is_facts(&lines[*n]) && self.roles[*n] == Role::Text;
        let first = self.article.clone().find(prose).unwrap_or(self.article.end);
        let last = self.article.clone().rev().find(prose).unwrap_or(self.article.start);
        let mut n = 0;
        while n < lines.len() {
            let in_text = self.article.contains(&n) && n >= first && n <= last;
            // What stands in a list of other pages is about those.
            if in_text || self.roles[n] == Role::Idle(RELATED) {
                n += 1;
                continue;
            }
            let next = lines
                .get(n + 1)
                .filter(|_| !(self.article.contains(&(n + 1)) && n + 1 >= first));
            let Some(found) = facts::of(&lines[n], next) else {
                n += 1;
                continue;
            };
            // `浏览量：` states nothing about the article.
            self.roles[n] = if found.facts.is_empty() {
                Role::Idle("page tools")
            } else {
                Role::Used
            };
            if found.takes_next {
                self.roles[n + 1] = Role::Used;
            }
            for (label, value) in found.facts {
                self.give(label, value);
            }
            n += if found.takes_next { 2 } else { 1 };
        }
    }

    fn give(&mut self, label: String, value: String) {
        let given = Given {
            label,
            value,
            from: EvidenceSource::Header,
        };
        if !given.value.is_empty() && !self.given.contains(&given) {
            self.given.push(given);
        }
    }

    /// The title of the article: an element above it that is marked as one and agrees with `<title>`, else what the meta tags
    /// or `<title>` say.
    fn find_title(&mut self) {
        let bare = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        let page_title = self.page.title.as_deref().map(without_site).unwrap_or_default();
        let meta_title = self
            .page
            .meta
            .iter()
            .find(|(name, _)| known().meta_label(name) == Some("标题"));
        let meta_title = meta_title
            .map(|(_, value)| value.trim().to_owned())
            .filter(|title| !title.is_empty());
        let told = meta_title.clone().unwrap_or_else(|| page_title.clone());
        // 青石县人民政府 alone is no title of an article.
        let told = Some(told)
            .filter(|told| !known().is_site(told) || titles().topic.is_match(told))
            .unwrap_or_default();
        let full = bare(self.page.title.as_deref().unwrap_or_default());
        let marked = self.page.zones.iter().filter_map(|zone| match zone.kind {
            ZoneKind::Title(rank)
                if zone.lines.len() <= 4 && zone.lines.start <= self.article.start.max(self.first_text()) =>
            {
                let text: Vec<&str> = self.page.lines[zone.lines.clone()]
                    .iter()
                    .map(|line| line.text.trim())
                    .collect();
                let text = text.concat();
                let han = text.chars().count();
                let agrees = bare(&text) == bare(&told) || (han >= 6 && full.contains(&bare(&text)));
                // A heading that names the site is its banner.
                let is_site = !agrees && known().is_site(&text);
                ((6..=120).contains(&han) && !is_site).then_some((agrees, rank, zone, text))
            }
            _ => None,
        });
        let best = marked.max_by_key(|(agrees, rank, zone, _)| (*agrees, *rank, zone.lines.start));
        // An element that does not agree with a told title is trusted only as <h1>.
        let best = best.filter(|(agrees, rank, ..)| *agrees || *rank > 0 || told.is_empty());
        match best {
            Some((_, _, zone, text)) => {
                let range = zone.lines.clone();
                self.title = Some(text);
                for n in range.filter(|n| !self.article.contains(n)) {
                    self.roles[n] = Role::Used;
                }
            }
            None => {
                self.title = Some(told)
                    .filter(|title| !title.is_empty())
                    .or_else(|| self.line_above_article())
            }
        }
        let Some(title) = self.title.clone() else { return };
        self.use_lines_of_title(&bare(&title));
        self.given.insert(
            0,
            Given {
                label: "title".to_owned(),
                value: title,
                from: EvidenceSource::Header,
            },
        );
    }

    /// The nearest line above the article that reads like the title of a report, for pages that mark none.
    fn line_above_article(&self) -> Option<String> {
        const ABOVE: usize = 12;
        let start = self.article.start;
        (start.saturating_sub(ABOVE)..start).rev().find_map(|n| {
            let line = &self.page.lines[n];
            let text: String = line.text.chars().filter(|c| !c.is_whitespace()).collect();
            let reads = (8..=80).contains(&text.chars().count())
                && !text.contains(['。', '>', '|'])
                && titles().topic.is_match(&text)
                && (titles().tail.is_match(&text) || titles().other_tail.is_match(&text));
            (reads && line.linked == 0 && self.roles[n] == Role::Text).then_some(text)
        })
    }

    /// A day that stands without a label between title and text: `簇桥发布　2024-01-12 18:00`.
    fn take_bare_day(&mut self) {
        const ABOVE: usize = 6;
        if self
            .given
            .iter()
            .any(|given| given.label.contains("日期") || given.label.contains("时间"))
        {
            return;
        }
        let start = self.article.start;
        let day = (start.saturating_sub(ABOVE)..start).rev().find_map(|n| {
            let text = self.page.lines[n].text.trim();
            let short = text.chars().count() <= 60 && !text.contains(['。', '星']);
            let (_, range) = date::find(text).filter(|_| short)?;
            Some(text[range].trim().to_owned())
        });
        if let Some(day) = day {
            self.give("时间".to_owned(), day);
        }
    }

    /// The first line of text in the article.
    fn first_text(&self) -> usize {
        let is_text = |n: &usize| self.roles[*n] == Role::Text && self.page.lines[*n].han > 0;
        self.article.clone().find(is_text).unwrap_or(self.article.start)
    }

    /// Lines outside the article that only say its title again are no loss.
    fn use_lines_of_title(&mut self, title: &str) {
        for n in (0..self.page.lines.len()).filter(|n| !self.article.contains(n)) {
            let bare: String = self.page.lines[n].text.chars().filter(|c| !c.is_whitespace()).collect();
            let is_part = bare.chars().count() >= 4 && title.contains(&bare);
            if is_part && self.roles[n] == Role::Text && self.page.lines[n].linked == 0 {
                self.roles[n] = Role::Used;
            }
        }
    }

    /// A signature and its date may stand under the element that holds the text.
    fn reach_for_signature(&mut self) {
        let mut end = self.article.end;
        for n in self.article.end..self.page.lines.len().min(self.article.end + 6) {
            let line = &self.page.lines[n];
            if line.text.trim().is_empty() {
                continue;
            }
            if self.roles[n] != Role::Text || line.linked > 0 || !is_signature(line.text.trim()) {
                break;
            }
            end = n + 1;
        }
        self.article.end = end;
    }

    fn give_meta(&mut self) {
        for (name, value) in &self.page.meta {
            let label = match name.as_str() {
                "canonical" | "og:url" => Some("url"),
                name => known().meta_label(name),
            };
            // The title has been weighed already.
            if let Some(label) = label.filter(|label| *label != "标题") {
                self.give(label.to_owned(), value.trim().to_owned());
            }
        }
        if let Some(site) = self.page.title.as_deref().and_then(site_of) {
            self.give("网站名称".to_owned(), site.to_owned());
        }
    }
}

/// The site that `<title>` names at its end: `报告_青石县人民政府`.
fn site_of(title: &str) -> Option<&str> {
    let start = title
        .rfind(['-', '_', '|', '—', '–', '－', '·', '>', '｜'])
        .map_or(0, |cut| cut + title[cut..].chars().next().map_or(0, char::len_utf8));
    let site = title[start..].trim();
    (site.contains("人民政府") && known().is_site(site)).then_some(site)
}

/// `<title>` without the names of the site and its columns at its end: `报告_青石县人民政府`.
fn without_site(title: &str) -> String {
    let mut rest = title.trim();
    loop {
        let cut = rest
            .rfind(['-', '_', '|', '—', '–', '－', '·', '>', '｜'])
            .filter(|cut| *cut > 0);
        let Some(cut) = cut else { break };
        let tail = rest[cut..].trim_start_matches(|c: char| !c.is_alphanumeric());
        if !known().is_site(tail) || rest[..cut].trim().is_empty() {
            break;
        }
        rest = rest[..cut]
            .trim()
            .trim_end_matches(['-', '_', '|', '—', '–', '－', '·', '>', '｜'])
            .trim_end();
    }
    rest.to_owned()
}

/// `青石镇人民政府`, `2024年1月17日`: short lines at the end of a report.
fn is_signature(text: &str) -> bool {
    const BODIES: [&str; 9] = [
        "人民政府",
        "办事处",
        "委员会",
        "委",
        "局",
        "办公室",
        "厅",
        "管委会",
        "领导小组",
    ];
    let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let is_short = bare.chars().count() <= 40 && !bare.contains(['：', ':', '，', '。']);
    let is_date = bare.ends_with('日') && bare.contains('年') && bare.contains('月');
    is_short && (is_date || BODIES.iter().any(|body| bare.ends_with(body)))
}

/// Lists what was left out, when it says anything in Chinese; together with the line before when it goes on from there.
fn leave_out(draft: &mut Draft, text: &str, reason: &str, place: [u64; 2], goes_on: bool) {
    const MOST: usize = 200;
    if !text.chars().any(page::is_han) {
        return;
    }
    if let Some(last) = draft.dropped.last_mut().filter(|last| goes_on && last.reason == reason) {
        let count = last.text.chars().count();
        let Place::Bytes(bytes) = &mut last.source else { return };
        if count + text.chars().count() < MOST && bytes[1] <= place[0] {
            last.text.push(' ');
            last.text.push_str(text.trim());
            bytes[1] = place[1];
            return;
        }
    }
    draft.dropped.push(Dropped {
        text: text.trim().chars().take(MOST).collect(),
        reason: reason.to_owned(),
        source: Place::Bytes(place),
    });
}

/// All text of a page that is too deeply nested to be parsed.
fn stripped(input: &Input) -> Draft {
    let mut draft = Draft::default();
    for (mut line, chars) in stripped_lines(input.text) {
        line.runs = align::runs_of_chars(&line.text, &chars, input);
        draft.lines.push(line);
    }
    draft
}

/// A character of a line: where it starts in the line, where it stands in the text of the page, and how long it is there.
type Placed = (usize, usize, usize);

fn stripped_lines(text: &str) -> Vec<(Line, Vec<Placed>)> {
    let mut lines: Vec<(Line, Vec<Placed>)> = Vec::new();
    let mut line = Line::default();
    let mut chars: Vec<Placed> = Vec::new();
    for token in Scanner::new(text) {
        match token {
            Token::Char { c, .. } if c.is_ascii_whitespace() && (line.text.is_empty() || line.text.ends_with(' ')) => {
                continue;
            }
            Token::Char { c, at, len } => {
                let c = if c.is_ascii_whitespace() { ' ' } else { c };
                if !c.is_whitespace() {
                    chars.push((line.text.len(), at, len));
                }
                line.text.push(c);
            }
            Token::Open { name, .. } | Token::Close { name } => {
                let name = name.to_ascii_lowercase();
                if (markup::is_block(&name) || name == "br") && !line.text.is_empty() {
                    line.style = if name == "br" {
                        LineStyle::Plain
                    } else {
                        LineStyle::Paragraph
                    };
                    lines.push((std::mem::take(&mut line), std::mem::take(&mut chars)));
                }
            }
        }
    }
    if !line.text.trim().is_empty() {
        lines.push((line, chars));
    }
    lines
}

#[cfg(test)]
mod hard_tests;
#[cfg(test)]
mod tests;
