//! Turns an HTML document into lines, with its elements as ranges of lines. One pass without recursion.

use std::collections::HashSet;
use std::ops::Range;

use scraper::{ElementRef, Html, Node, Selector};

use super::super::markup::is_block;
use super::super::{Line, LineStyle};
use super::embedded::{self, Embedded};
use crate::schema::page::page as known;

/// A page as lines.
#[derive(Default)]
pub(super) struct Page {
    pub lines: Vec<PageLine>,
    pub zones: Vec<Zone>,
    /// What `<title>` says.
    pub title: Option<String>,
    /// `<meta>` names in lower case with what they state, and the canonical address.
    pub meta: Vec<(String, String)>,
    /// Chinese text that a reader does not see.
    pub hidden: Vec<String>,
    /// Files that the page leads to.
    pub attachments: Vec<Attachment>,
    /// Whether it only divides the window into frames.
    pub is_frameset: bool,
    /// Whether what the page says not to show is among the lines.
    pub shows_hidden: bool,
    /// Text that only a script shows, the longest first.
    pub embedded: Vec<Embedded>,
}

/// A document that a page leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Attachment {
    /// What the link says; empty for a document shown in a frame.
    pub name: String,
    pub address: String,
    /// The line it stands on.
    pub line: usize,
}

impl Attachment {
    /// Its name and address, for a message.
    pub fn shown(&self) -> String {
        match self.name.is_empty() {
            true => self.address.clone(),
            false => format!("{} ({})", self.name, self.address),
        }
    }
}

/// Whether text is left out that the page says not to show.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Hidden {
    LeftOut,
    Shown,
}

#[derive(Default)]
pub(super) struct PageLine {
    pub text: String,
    pub style: LineStyle,
    /// Chinese characters, and how many of them lead elsewhere.
    pub han: usize,
    pub linked: usize,
    /// Where elements start and end inside the line, in bytes.
    pub joints: Vec<usize>,
}

/// An element as a range of lines.
pub(super) struct Zone {
    pub kind: ZoneKind,
    pub lines: Range<usize>,
    /// Its id, class or tag, for messages.
    pub name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ZoneKind {
    Block,
    /// Known to hold articles; 0 is the most telling name.
    Container(usize),
    /// Known to be no part of an article, for this reason.
    Aside(&'static str),
    /// Marked as a title: 1 by its tag, 0 by its class.
    Title(u8),
}

impl PageLine {
    /// Chinese characters that are no links.
    pub fn own_han(&self) -> usize {
        self.han - self.linked
    }

    /// How much of what makes an article there is in it: the characters of sentences and long lines.
    pub fn prose(&self) -> usize {
        let own = self.own_han();
        let is_prose = own >= 40 || (own >= 12 && self.text.contains(['。', '；']));
        if is_prose && own * 2 > self.han { own } else { 0 }
    }

    pub fn into_line(self) -> Line {
        Line {
            text: self.text,
            style: self.style,
            runs: Vec::new(),
        }
    }
}

impl Page {
    pub fn parse(text: &str) -> Page {
        let document = Html::parse_document(text);
        let mut page = Page::of(&document, Hidden::LeftOut);
        if page.hides_prose() {
            page = Page {
                shows_hidden: true,
                ..Page::of(&document, Hidden::Shown)
            };
        }
        page.embedded = embedded::texts(&document);
        page
    }

    /// A piece of a page, by itself.
    pub fn parse_fragment(text: &str) -> Page {
        Page::of(&Html::parse_document(text), Hidden::LeftOut)
    }

    /// Whether sentences are hidden that stand nowhere else, and not few of them: behind a tab, or until a script has sized the
    /// article. A second copy to be printed is not meant, nor are links.
    fn hides_prose(&self) -> bool {
        const LEAST: usize = 40;
        const SHARE: usize = 5;
        // Sentences beyond these are not looked up, to keep hostile pages cheap.
        const LOOKED_UP: usize = 2_000;
        let bare = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        let shown: String = self.lines.iter().map(|line| bare(&line.text)).collect();
        let prose: usize = self.lines.iter().map(PageLine::prose).sum();
        let hidden: usize = self
            .hidden
            .iter()
            .flat_map(|text| text.split_inclusive(['。', '；']))
            .filter(|sentence| sentence.ends_with(['。', '；']))
            .take(LOOKED_UP)
            .filter(|sentence| !shown.contains(&bare(sentence)))
            .map(|sentence| sentence.chars().filter(|c| is_han(*c)).count())
            .sum();
        hidden >= LEAST && hidden * SHARE >= prose
    }

    fn of(document: &Html, hidden_is: Hidden) -> Page {
        let mut page = Page::default();
        page.read_head(document);
        let rows = data_rows(document);
        let mut writer = Writer::new(&rows);
        // Below an element that is left out, until it closes.
        let mut skipping = None;
        let mut hidden = String::new();
        for step in steps(document) {
            match step {
                Step::Open(id, node) => match node {
                    Node::Text(text) if skipping.is_none() => writer.text(text),
                    Node::Text(text) if matches!(skipping, Some((_, true))) => hidden.push_str(text),
                    Node::Element(element) if skipping.is_none() => {
                        let name = element.name();
                        let is_hidden = hidden_is == Hidden::LeftOut && is_hidden(element);
                        page.is_frameset |= name == "frameset";
                        writer.note_frame(element);
                        if SKIPPED.contains(&name) || is_hidden {
                            skipping = Some((id, is_hidden && !SKIPPED.contains(&name)));
                        } else {
                            writer.open(id, element);
                        }
                    }
                    _ => (),
                },
                Step::Close(id, node) => match (skipping, node) {
                    (Some((skipped, _)), _) if skipped == id => {
                        skipping = None;
                        if hidden.chars().any(is_han) {
                            page.hidden
                                .push(hidden.split_whitespace().collect::<Vec<_>>().join(" "));
                        }
                        hidden.clear();
                    }
                    (None, Node::Element(element)) => writer.close(id, element.name()),
                    _ => (),
                },
            }
        }
        writer.finish();
        page.lines = writer.lines;
        page.attachments = writer.attachments;
        page.zones = writer.zones;
        page
    }

    fn read_head(&mut self, document: &Html) {
        let select = |selector: &str| -> Vec<ElementRef> {
            let found = Selector::parse(selector).ok();
            found.map_or(Vec::new(), |selector| document.select(&selector).collect())
        };
        let title = select("title").first().map(|title| title.text().collect::<String>());
        self.title = title
            .map(|title| title.split_whitespace().collect::<Vec<_>>().join(" "))
            .filter(|title| !title.is_empty());
        for meta in select("meta[content]") {
            let element = meta.value();
            let name = element
                .attr("name")
                .or(element.attr("property"))
                .unwrap_or_default()
                .to_lowercase();
            let content = element.attr("content").unwrap_or_default().trim();
            if !name.is_empty() && !content.is_empty() {
                self.meta.push((name, content.to_owned()));
            }
        }
        for link in select("link[rel=canonical][href]").into_iter().take(1) {
            let address = link.value().attr("href").unwrap_or_default();
            if address.starts_with("http") {
                self.meta.push(("canonical".to_owned(), address.to_owned()));
            }
        }
    }
}

/// Chinese characters.
pub(super) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

/// Elements whose content is no text of the page. Not `form`: some systems wrap the whole page in one.
const SKIPPED: [&str; 17] = [
    "head", "script", "style", "noscript", "template", "select", "textarea", "iframe", "svg", "object", "audio",
    "video", "canvas", "button", "datalist", "noframes", "map",
];

fn is_hidden(element: &scraper::node::Element) -> bool {
    let style: String = element
        .attr("style")
        .unwrap_or_default()
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect();
    // The article itself is often hidden until a script has sized it.
    let is_container = zone_kind(element).is_some_and(|(kind, _)| matches!(kind, ZoneKind::Container(_)));
    (style.to_lowercase().contains("display:none") || element.attr("hidden").is_some()) && !is_container
}

/// What an element is by its tag, id and classes, and the name it is known by.
fn zone_kind(element: &scraper::node::Element) -> Option<(ZoneKind, String)> {
    let id = element.attr("id").unwrap_or_default();
    let classes = || element.attr("class").unwrap_or_default().split_ascii_whitespace();
    let selectors = std::iter::once(format!("#{id}"))
        .chain(classes().map(|class| format!(".{class}")))
        .chain([element.name().to_owned()]);
    let best = selectors
        .filter_map(|selector| Some((known().container_rank(&selector)?, selector)))
        .min();
    if let Some((rank, selector)) = best {
        return Some((ZoneKind::Container(rank), selector));
    }
    let names: Vec<String> = classes().chain([id]).map(str::to_lowercase).collect();
    if element.name() == "h1" {
        return Some((ZoneKind::Title(1), "h1".to_owned()));
    }
    let by_tag = match element.name() {
        "nav" | "menu" | "header" => Some("site navigation"),
        "footer" => Some("footer"),
        "aside" => Some("related pages"),
        _ => None,
    };
    let words = names
        .iter()
        .flat_map(|name| std::iter::once(name.as_str()).chain(name.split(['-', '_'])));
    let mut is_title = false;
    for word in words.filter(|word| !word.is_empty()) {
        if let Some(reason) = known().aside(word) {
            return Some((ZoneKind::Aside(reason), word.to_owned()));
        }
        is_title |= known().is_title_word(word);
    }
    if let Some(reason) = by_tag {
        return Some((ZoneKind::Aside(reason), element.name().to_owned()));
    }
    is_title.then(|| (ZoneKind::Title(0), names.join(" ")))
}

/// A step of the way through a document: into a node and, after all below it, out of it. Nodes are numbered as they are met.
enum Step<'a> {
    Open(usize, &'a Node),
    Close(usize, &'a Node),
}

fn steps(document: &Html) -> impl Iterator<Item = Step<'_>> {
    let mut open = Vec::new();
    let mut coming = document.tree.root().first_child();
    let mut count = 0;
    std::iter::from_fn(move || {
        if let Some(node) = coming {
            coming = node.first_child();
            open.push((count, node));
            count += 1;
            return Some(Step::Open(count - 1, node.value()));
        }
        let (number, node) = open.pop()?;
        coming = node.next_sibling();
        Some(Step::Close(number, node.value()))
    })
}

/// What a cell of a table holds.
#[derive(Clone, Copy, Default)]
struct Cell {
    han: usize,
    /// Paragraphs and line breaks in it.
    breaks: usize,
    tables: usize,
}

/// The rows that are rows of data. The others only lay the page out: a cell holds a table, several paragraphs or most of the
/// page's text, or is the only one that holds anything.
fn data_rows(document: &Html) -> HashSet<usize> {
    let mut open: Vec<(Cell, Vec<Cell>)> = vec![Default::default()];
    let mut rows: Vec<(usize, Vec<Cell>)> = Vec::new();
    for step in steps(document) {
        match step {
            Step::Open(_, node) => match node {
                Node::Element(_) => open.push(Default::default()),
                Node::Text(text) => {
                    if let Some((cell, _)) = open.last_mut() {
                        cell.han += text.chars().filter(|c| is_han(*c) || c.is_ascii_digit()).count();
                    }
                }
                _ => (),
            },
            Step::Close(id, node) => {
                let Node::Element(element) = node else { continue };
                let Some((mut own, cells)) = open.pop() else { continue };
                let name = element.name();
                if SKIPPED.contains(&name) {
                    continue;
                }
                let Some((parent, siblings)) = open.last_mut() else {
                    continue;
                };
                match name {
                    "td" | "th" => siblings.push(own),
                    "tr" => rows.push((id, cells)),
                    "table" => own.tables += 1,
                    "p" | "div" | "li" | "br" | "h1" | "h2" | "h3" | "h4" => own.breaks += 1,
                    _ => (),
                }
                parent.han += own.han;
                parent.breaks += own.breaks;
                parent.tables += own.tables;
            }
        }
    }
    let total = open.first().map_or(0, |(page, _)| page.han);
    let is_layout = |cell: &Cell| {
        cell.tables > 0 || (cell.breaks >= 3 && cell.han > 100) || (cell.han > 200 && cell.han * 10 > total * 4)
    };
    let is_data = |cells: &Vec<Cell>| {
        let filled = cells.iter().filter(|cell| cell.han > 0).count();
        cells.len() > 1 && (filled > 1 || cells.len() > 2) && !cells.iter().any(is_layout)
    };
    rows.into_iter()
        .filter(|(_, cells)| is_data(cells))
        .map(|(id, _)| id)
        .collect()
}

/// Writes text into lines as a browser lays it out.
struct Writer<'a> {
    lines: Vec<PageLine>,
    zones: Vec<Zone>,
    data_rows: &'a HashSet<usize>,
    /// Elements that are zones and still open: the node, what it is, its name, and the line it starts on.
    open: Vec<(usize, ZoneKind, String, usize)>,
    line: PageLine,
    /// Blanks were seen that count if more text follows in the line; whether a line break was among them.
    blank: Option<bool>,
    links: usize,
    /// The address of the document whose link we are in, and what the link says so far.
    link: Option<(String, String)>,
    attachments: Vec<Attachment>,
    pre: usize,
    /// The headings we are in, by depth.
    headings: Vec<u8>,
    /// The row of data we are in, and whether it has a cell already.
    row: Option<(usize, bool)>,
    /// The block we are in has been broken by `<br>`.
    is_broken: bool,
    /// The line before was ended by `<br>`, with nothing since.
    after_break: bool,
    /// A `<dt>` was closed and its `<dd>` may come.
    after_term: bool,
}

impl<'a> Writer<'a> {
    fn new(data_rows: &'a HashSet<usize>) -> Self {
        Writer {
            lines: Vec::new(),
            zones: Vec::new(),
            data_rows,
            open: Vec::new(),
            line: PageLine::default(),
            blank: None,
            links: 0,
            link: None,
            attachments: Vec::new(),
            pre: 0,
            headings: Vec::new(),
            row: None,
            is_broken: false,
            after_break: false,
            after_term: false,
        }
    }

    fn text(&mut self, text: &str) {
        for c in text.chars() {
            if c == '\n' && self.pre > 0 {
                self.line_break();
            } else if c.is_ascii_whitespace() {
                self.blank = Some(self.blank.unwrap_or(false) || matches!(c, '\n' | '\r'));
            } else {
                self.end_term(c);
                self.push_blank(c);
                self.push(c);
            }
        }
    }

    /// Blanks of the source are one blank, and none at the start of a line. A line break between two Chinese characters is
    /// none either: the source was wrapped there.
    fn push_blank(&mut self, next: char) {
        let Some(with_break) = self.blank.take() else { return };
        let Some(last) = self.line.text.chars().next_back().filter(|last| *last != '\t') else {
            return;
        };
        let is_wrapped = with_break && last.len_utf8() > 2 && next.len_utf8() > 2;
        if !is_wrapped {
            self.line.text.push(' ');
        }
    }

    fn push(&mut self, c: char) {
        self.line.text.push(c);
        if let Some((_, name)) = &mut self.link {
            name.push(c);
        }
        if is_han(c) {
            self.line.han += 1;
            self.line.linked += usize::from(self.links > 0);
        }
    }

    /// Text after a `<dt>` that is in no `<dd>` starts a line.
    fn end_term(&mut self, _: char) {
        if std::mem::take(&mut self.after_term) {
            self.end_block();
        }
    }

    fn open(&mut self, id: usize, element: &scraper::node::Element) {
        let name = element.name();
        match name {
            "br" if self.row.is_none() => return self.line_break(),
            "br" => {
                self.blank = Some(false);
                return;
            }
            "a" => {
                self.links += 1;
                let address = element.attr("href").unwrap_or_default();
                if known().is_attachment(address) {
                    self.link = Some((address.to_owned(), String::new()));
                }
            }
            "pre" => self.pre += 1,
            "tr" if self.row.is_none() && self.data_rows.contains(&id) => {
                self.end_block();
                self.row = Some((id, false));
            }
            "td" | "th" => {
                if let Some((_, has_cell)) = &mut self.row {
                    if std::mem::replace(has_cell, true) {
                        self.blank = None;
                        self.line.text.push('\t');
                    }
                    return;
                }
            }
            "dd" if self.after_term => {
                self.after_term = false;
                self.blank = None;
                self.line.text.push('\t');
                return;
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.end_block();
                self.headings.push(name.as_bytes()[1] - b'0');
            }
            _ => (),
        }
        if !is_block(name) {
            self.line.joints.push(self.line.text.len());
            return;
        }
        if self.row.is_some() {
            self.blank = self.blank.or(Some(false));
            return;
        }
        self.end_block();
        let (kind, known_as) = zone_kind(element).unwrap_or((ZoneKind::Block, name.to_owned()));
        self.open.push((id, kind, known_as, self.lines.len()));
    }

    fn close(&mut self, id: usize, name: &str) {
        match name {
            "a" => {
                self.links = self.links.saturating_sub(1);
                if let Some((address, name)) = self.link.take() {
                    self.attach(name.trim().to_owned(), address);
                }
            }
            "pre" => self.pre = self.pre.saturating_sub(1),
            "tr" if self.row.is_some_and(|(row, _)| row == id) => {
                self.end_row();
            }
            "dt" if self.row.is_none() && !self.line.text.trim().is_empty() => {
                self.after_term = true;
                self.close_zone(id);
                return;
            }
            _ => (),
        }
        if !is_block(name) {
            self.line.joints.push(self.line.text.len());
            return;
        }
        if self.row.is_some() {
            self.blank = self.blank.or(Some(false));
            return;
        }
        self.end_block();
        if let [b'h', b'1'..=b'6'] = name.as_bytes() {
            self.headings.pop();
        }
        self.close_zone(id);
    }

    /// A frame, or an object in the page, may show a document.
    fn note_frame(&mut self, element: &scraper::node::Element) {
        let attribute = match element.name() {
            "iframe" | "embed" | "frame" => "src",
            "object" => "data",
            _ => return,
        };
        let address = element.attr(attribute).unwrap_or_default();
        if known().is_attachment(address) {
            self.attach(String::new(), address.to_owned());
        }
    }

    fn attach(&mut self, name: String, address: String) {
        if !self.attachments.iter().any(|known| known.address == address) {
            let line = self.lines.len();
            self.attachments.push(Attachment { name, address, line });
        }
    }

    fn close_zone(&mut self, id: usize) {
        if self.open.last().is_none_or(|(open, ..)| *open != id) {
            return;
        }
        if let Some((_, kind, name, start)) = self.open.pop() {
            // A term's line is not ended yet.
            let lines = start..self.lines.len();
            if !lines.is_empty() {
                self.zones.push(Zone { kind, lines, name });
            }
        }
    }

    fn line_break(&mut self) {
        self.end_term('\n');
        if self.line.text.trim().is_empty() && self.after_break {
            // Two breaks leave a line blank.
            self.line = PageLine::default();
            self.lines.push(PageLine::default());
        } else {
            self.is_broken = true;
            self.end_line();
        }
        self.blank = None;
        self.after_break = true;
    }

    fn end_block(&mut self) {
        self.after_term = false;
        self.end_line();
        self.is_broken = false;
        self.after_break = false;
    }

    fn end_line(&mut self) {
        self.blank = None;
        let mut line = std::mem::take(&mut self.line);
        if line.text.is_empty() {
            return;
        }
        if line.text.trim().is_empty() {
            // `<p>&nbsp;</p>`: a blank line, once.
            if self.lines.last().is_some_and(|last| !last.text.is_empty()) {
                self.lines.push(PageLine::default());
            }
            return;
        }
        line.style = match self.headings.last() {
            Some(1) => LineStyle::Title,
            Some(depth) => LineStyle::Heading(*depth),
            None if line.text.contains('\t') => LineStyle::TableRow,
            None if self.is_broken => LineStyle::Plain,
            None => LineStyle::Paragraph,
        };
        self.lines.push(line);
        self.after_break = false;
    }

    fn end_row(&mut self) {
        self.row = None;
        self.end_line();
    }

    fn finish(&mut self) {
        self.end_block();
        while let Some((id, ..)) = self.open.last() {
            let id = *id;
            self.close_zone(id);
        }
    }
}
