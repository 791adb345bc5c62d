//! Reads the XML of office documents, event by event. Entities that a document declares itself are never expanded, and no
//! document is followed deeper than real ones go.

use std::borrow::Cow;

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event as Raw};
use quick_xml::{Reader, XmlVersion};

/// Elements inside elements; real documents have some dozens.
const DEEPEST: usize = 400;

/// What is wrong with a piece of XML, with its place.
pub(super) type Result<T> = std::result::Result<T, String>;

/// A piece of XML that is read from start to end.
pub(super) struct Xml<'a> {
    reader: Reader<&'a [u8]>,
    bindings: Vec<Binding>,
    depth: usize,
}

/// A start or end of an element, or text.
pub(super) enum Event<'a> {
    Start(Element<'a>),
    End,
    Text(Cow<'a, str>),
}

/// The start of an element. One without contents is followed by an end as well.
pub(super) struct Element<'a> {
    pub space: Space,
    start: BytesStart<'a>,
}

/// The vocabularies that office documents are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Space {
    Word,
    Drawing,
    Math,
    /// Markup that only some programs understand, with what the others shall take instead.
    Compatibility,
    /// The older language of drawings.
    Vml,
    Other,
}

/// What a prefix means below a depth.
struct Binding {
    prefix: String,
    space: Space,
    depth: usize,
}

impl Element<'_> {
    /// Its name without prefix.
    pub(super) fn name(&self) -> &str {
        self.start.local_name().into_inner()
    }

    /// The value of the attribute of this name, whatever its prefix.
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        let mut attributes = self.start.attributes();
        let found = attributes
            .with_checks(false)
            .filter_map(std::result::Result::ok)
            .find(|attribute| attribute.key.local_name().into_inner() == name)?;
        let value = found.normalized_value(XmlVersion::Implicit1_0);
        Some(value.map_or_else(|_| found.value.to_string(), Cow::into_owned))
    }

    /// The value of `w:val`.
    pub(super) fn val(&self) -> Option<String> {
        self.attribute("val")
    }

    /// Whether a switch is on: it is when it stands there, unless it says no.
    pub(super) fn is_on(&self) -> bool {
        !matches!(self.val().as_deref(), Some("0" | "false" | "off"))
    }
}

impl<'a> Xml<'a> {
    pub(super) fn new(text: &'a str) -> Xml<'a> {
        let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.allow_dangling_amp = true;
        config.check_end_names = true;
        Xml {
            reader,
            bindings: Vec::new(),
            depth: 0,
        }
    }

    /// What comes next; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Event<'a>>> {
        loop {
            let event = self
                .reader
                .read_event()
                .map_err(|error| self.located(&error.to_string()))?;
            return Ok(Some(match event {
                Raw::Start(start) => Event::Start(self.open(start)?),
                Raw::End(_) => {
                    self.close();
                    Event::End
                }
                Raw::Text(text) => Event::Text(text.xml10_content()),
                Raw::CData(text) => Event::Text(text.into_inner()),
                Raw::GeneralRef(reference) => Event::Text(match reference.resolve_char_ref() {
                    Ok(Some(c)) => Cow::Owned(c.to_string()),
                    _ => match resolve_predefined_entity(&reference) {
                        Some(text) => Cow::Borrowed(text),
                        None => Cow::Owned(format!("&{};", &*reference)),
                    },
                }),
                Raw::Eof if self.depth > 0 => return Err(self.located("the end is missing")),
                Raw::Eof => return Ok(None),
                _ => continue,
            }));
        }
    }

    /// Leaves out what is inside the element that was opened last, and its end.
    pub(super) fn skip(&mut self) -> Result<()> {
        let outside = self.depth.saturating_sub(1);
        while self.depth > outside && self.next()?.is_some() {}
        Ok(())
    }

    /// All text inside the element that was opened last, up to its end.
    pub(super) fn text(&mut self) -> Result<String> {
        let outside = self.depth.saturating_sub(1);
        let mut text = String::new();
        while self.depth > outside {
            match self.next()? {
                Some(Event::Text(more)) => text.push_str(&more),
                Some(_) => {}
                None => break,
            }
        }
        Ok(text)
    }

    /// How many elements are open.
    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    fn open(&mut self, start: BytesStart<'a>) -> Result<Element<'a>> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.located(&format!("more than {DEEPEST} elements inside each other")));
        }
        if start.attributes_raw().contains("xmlns") {
            self.bind(&start);
        }
        let space = self.space_of(start.name().prefix().map_or("", |prefix| prefix.into_inner()));
        Ok(Element { space, start })
    }

    fn bind(&mut self, start: &BytesStart) {
        for attribute in start
            .attributes()
            .with_checks(false)
            .filter_map(std::result::Result::ok)
        {
            let name = attribute.key.into_inner();
            let Some(prefix) = name.strip_prefix("xmlns") else {
                continue;
            };
            self.bindings.push(Binding {
                prefix: prefix.trim_start_matches(':').to_owned(),
                space: space(&attribute.value),
                depth: self.depth,
            });
        }
    }

    fn close(&mut self) {
        while self.bindings.last().is_some_and(|binding| binding.depth >= self.depth) {
            self.bindings.pop();
        }
        self.depth = self.depth.saturating_sub(1);
    }

    /// A prefix that is not declared means what it usually means.
    fn space_of(&self, prefix: &str) -> Space {
        let bound = self.bindings.iter().rev().find(|binding| binding.prefix == prefix);
        bound.map_or_else(
            || match prefix {
                "w" => Space::Word,
                "a" => Space::Drawing,
                "m" => Space::Math,
                "mc" => Space::Compatibility,
                "v" => Space::Vml,
                _ => Space::Other,
            },
            |binding| binding.space,
        )
    }

    fn located(&self, what: &str) -> String {
        format!("{what}, near byte {}", self.reader.buffer_position())
    }
}

/// The vocabulary of a namespace, transitional or strict (ISO/IEC 29500, parts 4 and 1).
fn space(uri: &str) -> Space {
    match uri.trim() {
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
        | "http://purl.oclc.org/ooxml/wordprocessingml/main" => Space::Word,
        "http://schemas.openxmlformats.org/drawingml/2006/main" | "http://purl.oclc.org/ooxml/drawingml/main" => {
            Space::Drawing
        }
        "http://schemas.openxmlformats.org/officeDocument/2006/math"
        | "http://purl.oclc.org/ooxml/officeDocument/math" => Space::Math,
        "http://schemas.openxmlformats.org/markup-compatibility/2006" => Space::Compatibility,
        "urn:schemas-microsoft-com:vml" => Space::Vml,
        _ => Space::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The events as one line: names in brackets, text as it is.
    fn events(text: &str) -> Result<String> {
        let mut xml = Xml::new(text);
        let mut shown = String::new();
        while let Some(event) = xml.next()? {
            match event {
                Event::Start(element) => shown.push_str(&format!("<{:?} {}>", element.space, element.name())),
                Event::End => shown.push_str("</>"),
                Event::Text(text) => shown.push_str(&text),
            }
        }
        Ok(shown)
    }

    #[test]
    fn entities_and_marked_sections_are_text() {
        assert_eq!(
            events("<w:t>A&amp;B &#x4e00;&#20108;<![CDATA[<三>]]><!-- 四 -->&lt;</w:t>").unwrap(),
            "<Word t>A&B 一二<三><</>"
        );
    }

    #[test]
    fn vocabularies_are_known_by_namespace_not_by_prefix() {
        let strict = "<x:p xmlns:x='http://purl.oclc.org/ooxml/wordprocessingml/main'><w:p/></x:p>";
        assert_eq!(events(strict).unwrap(), "<Word p><Word p></></>");
        let default = "<p xmlns='http://schemas.openxmlformats.org/wordprocessingml/2006/main'><b xmlns='x'/><r/></p>";
        assert_eq!(events(default).unwrap(), "<Word p><Other b></><Word r></></>");
    }

    #[test]
    fn entities_of_the_document_are_not_expanded() {
        let bomb = "<!DOCTYPE a [<!ENTITY b '&c;&c;'><!ENTITY c 'x'>]><a>&b;</a>";
        assert_eq!(events(bomb).unwrap(), "<Other a>&b;</>");
    }

    #[test]
    fn broken_xml_is_an_error_with_a_place() {
        assert!(events("<a><b></a>").unwrap_err().contains("near byte"));
        assert!(events("<a><b>").unwrap_err().contains("the end is missing"));
        let deep = "<a>".repeat(1_000_000);
        assert!(events(&deep).unwrap_err().contains("inside each other"));
    }

    #[test]
    fn attributes_are_read_without_prefix() {
        let mut xml = Xml::new("<w:b w:val='甲&amp;乙' other='1'/>");
        let Ok(Some(Event::Start(element))) = xml.next() else {
            panic!("no start")
        };
        assert_eq!(element.val().as_deref(), Some("甲&乙"));
        assert_eq!(element.attribute("none"), None);
    }

    #[test]
    fn the_inside_of_an_element_can_be_left_out() {
        let mut xml = Xml::new("<a><b>x<c/>y</b>z</a>");
        xml.next().unwrap();
        xml.next().unwrap();
        xml.skip().unwrap();
        assert!(matches!(xml.next(), Ok(Some(Event::Text(text))) if text == "z"));
    }
}
