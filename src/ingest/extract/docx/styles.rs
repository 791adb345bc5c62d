//! Reads the styles of a document: what a style says of the paragraphs that bear it, by itself or through the styles it is based
//! on.

use std::collections::HashMap;

use super::super::xml::{Event, Result, Space, Xml};

/// Styles are based on each other in chains no longer than this; a longer one goes round in a circle.
const LONGEST_CHAIN: usize = 40;

/// The styles of a document, by their ids.
#[derive(Default)]
pub(super) struct Styles {
    styles: HashMap<String, Style>,
    /// The style of paragraphs that name none.
    default: Option<String>,
}

#[derive(Default)]
struct Style {
    name: String,
    based_on: Option<String>,
    outline: Option<u8>,
    number: Numbered,
    hidden: Option<bool>,
}

/// What a paragraph or style says of its automatic number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Numbered {
    /// Which numbering; 0 takes a number away that a style gives.
    pub num: Option<u32>,
    /// How deep, from 0.
    pub level: Option<u8>,
}

/// What a paragraph is by its style.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Title,
    /// With its depth from 1.
    Heading(u8),
    /// An entry of a table of contents.
    Contents,
    /// Words of somebody else's.
    Quotation,
    Text,
}

impl Styles {
    /// Reads `styles.xml`. What has been read before an error is kept.
    pub(super) fn read(&mut self, text: &str) -> Result<()> {
        let mut xml = Xml::new(text);
        let mut id = String::new();
        let mut style: Option<(usize, Style)> = None;
        while let Some(event) = xml.next()? {
            let depth = xml.depth();
            let element = match event {
                Event::Start(element) if element.space == Space::Word => element,
                Event::End if style.as_ref().is_some_and(|(opened, _)| depth < *opened) => {
                    self.styles
                        .extend(style.take().map(|(_, style)| (std::mem::take(&mut id), style)));
                    continue;
                }
                _ => continue,
            };
            if element.name() == "style" {
                id = element.attribute("styleId").unwrap_or_default();
                let is_default = matches!(element.attribute("default").as_deref(), Some("1" | "true" | "on"));
                if is_default && element.attribute("type").as_deref() == Some("paragraph") {
                    self.default = Some(id.clone());
                }
                style = Some((depth, Style::default()));
                continue;
            }
            let Some((_, style)) = &mut style else { continue };
            match element.name() {
                "name" => style.name = element.val().unwrap_or_default().trim().to_lowercase(),
                "basedOn" => style.based_on = element.val(),
                "outlineLvl" => style.outline = number(element.val()),
                "numId" => style.number.num = number(element.val()),
                "ilvl" => style.number.level = number(element.val()),
                "vanish" => style.hidden = Some(element.is_on()),
                // Tables of styles for the parts of tables.
                "tblStylePr" => xml.skip()?,
                _ => {}
            }
        }
        Ok(())
    }

    /// What a paragraph is: `outline` is what it says itself.
    pub(super) fn role(&self, id: Option<&str>, outline: Option<u8>) -> Role {
        let id = id.or(self.default.as_deref());
        let by_name = self.names(id).find_map(role_of_name);
        let outline = outline.or_else(|| self.chain(id).find_map(|(_, style)| style.outline));
        match (by_name, outline) {
            (Some(role @ (Role::Title | Role::Contents)), _) => role,
            (_, Some(level @ 0..=8)) => Role::Heading(level + 1),
            // Level 9 is text, even where the style is called a heading.
            (_, Some(_)) => Role::Text,
            (role, None) => role.unwrap_or(Role::Text),
        }
    }

    /// The number that a style gives, and the style of the chain that says so.
    pub(super) fn number<'a>(&'a self, id: Option<&'a str>) -> Option<(Numbered, &'a str)> {
        let id = id.or(self.default.as_deref());
        let (own, level) = self.chain(id).fold((None, None), |(num, level), (id, style)| {
            (
                num.or_else(|| style.number.num.map(|num| (num, id))),
                level.or(style.number.level),
            )
        });
        own.map(|(num, id)| (Numbered { num: Some(num), level }, id))
    }

    /// Whether text of a style is not shown.
    pub(super) fn is_hidden(&self, id: Option<&str>) -> Option<bool> {
        self.chain(id).find_map(|(_, style)| style.hidden)
    }

    fn chain<'a>(&'a self, id: Option<&'a str>) -> impl Iterator<Item = (&'a str, &'a Style)> {
        let find = |id: &'a str| self.styles.get_key_value(id).map(|(id, style)| (id.as_str(), style));
        let base = move |(_, style): &(&'a str, &'a Style)| style.based_on.as_deref().and_then(find);
        std::iter::successors(id.and_then(find), base).take(LONGEST_CHAIN)
    }

    /// The names of a style and of those it is based on; where the styles are lost, the id is all there is.
    fn names<'a>(&'a self, id: Option<&'a str>) -> impl Iterator<Item = &'a str> {
        let unknown = id.filter(|id| !self.styles.contains_key(*id));
        self.chain(id).map(|(_, style)| style.name.as_str()).chain(unknown)
    }
}

/// What a style of this name makes of a paragraph, in the languages that such documents are written in.
fn role_of_name(name: &str) -> Option<Role> {
    let name = name.trim().to_lowercase();
    if matches!(name.as_str(), "title" | "标题" | "標題" | "文档标题" | "公文标题") {
        return Some(Role::Title);
    }
    let level_after = |word: &str| {
        let rest = name.strip_prefix(word)?.trim();
        rest.parse::<u8>().ok().filter(|level| (1..=9).contains(level))
    };
    if let Some(level) = ["heading", "标题", "標題", "见出し", "見出し"]
        .into_iter()
        .find_map(level_after)
    {
        return Some(Role::Heading(level));
    }
    let quotations = [
        "quote",
        "intense quote",
        "block text",
        "引用",
        "明显引用",
        "明顯引文",
        "引文",
        "文本块",
    ];
    if quotations.contains(&name.as_str()) {
        return Some(Role::Quotation);
    }
    let contents = ["toc", "目录", "目錄"].into_iter().find_map(level_after);
    contents.map(|_| Role::Contents)
}

pub(super) fn number<T: std::str::FromStr>(value: Option<String>) -> Option<T> {
    value?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn styles(inner: &str) -> Styles {
        let mut styles = Styles::default();
        styles.read(&format!("<w:styles>{inner}</w:styles>")).unwrap();
        styles
    }

    #[test]
    fn headings_are_known_by_outline_level_and_by_name() {
        let styles = styles(
            "<w:style w:styleId='1'><w:name w:val='heading 1'/></w:style>\
             <w:style w:styleId='a'><w:name w:val='标题 2'/></w:style>\
             <w:style w:styleId='b'><w:name w:val='公文正文'/><w:basedOn w:val='a'/></w:style>\
             <w:style w:styleId='c'><w:name w:val='三级'/><w:pPr><w:outlineLvl w:val='2'/></w:pPr></w:style>\
             <w:style w:styleId='d'><w:name w:val='Title'/><w:pPr><w:outlineLvl w:val='0'/></w:pPr></w:style>\
             <w:style w:styleId='e'><w:name w:val='甲'/><w:basedOn w:val='f'/></w:style>\
             <w:style w:styleId='f'><w:name w:val='乙'/><w:basedOn w:val='e'/></w:style>\
             <w:style w:styleId='t'><w:name w:val='toc 1'/></w:style>\
             <w:style w:styleId='n' w:type='paragraph' w:default='1'><w:name w:val='Normal'/></w:style>",
        );
        for (id, outline, role) in [
            (Some("1"), None, Role::Heading(1)),
            (Some("a"), None, Role::Heading(2)),
            (Some("b"), None, Role::Heading(2)),
            (Some("b"), Some(9), Role::Text),
            (Some("c"), None, Role::Heading(3)),
            (Some("c"), Some(0), Role::Heading(1)),
            (Some("d"), None, Role::Title),
            (Some("e"), None, Role::Text),
            (Some("t"), None, Role::Contents),
            (None, None, Role::Text),
            (None, Some(1), Role::Heading(2)),
            (Some("Heading4"), None, Role::Heading(4)),
            (Some("gone"), None, Role::Text),
        ] {
            assert_eq!(styles.role(id, outline), role, "{id:?} {outline:?}");
        }
    }

    #[test]
    fn numbers_come_through_the_styles_below() {
        let styles = styles(
            "<w:style w:styleId='a'><w:pPr><w:numPr><w:numId w:val='3'/></w:numPr></w:pPr></w:style>\
             <w:style w:styleId='b'><w:basedOn w:val='a'/><w:pPr><w:numPr><w:ilvl w:val='1'/></w:numPr></w:pPr></w:style>",
        );
        let (number, from) = styles.number(Some("b")).unwrap();
        assert_eq!((number.num, number.level, from), (Some(3), Some(1), "a"));
        assert_eq!(styles.number(None), None);
    }
}
