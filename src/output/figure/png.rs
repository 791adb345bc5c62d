//! Turns a figure into PNG, 300 dots to the inch, with the fonts of the machine.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::Arc;

use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::fontdb::{Database, FaceInfo, ID, Style, Weight};
use resvg::usvg::{FontResolver, Node, Options, Text, Tree};

use super::svg::FONTS;
use crate::error::{Error, Result};
use crate::receipt::Receipt;
use crate::receipt::read::KEYWORD;

/// Dots in a pixel of 1/96 inch: 300 to the inch.
const DOTS: f32 = 300.0 / 96.0;
const DOTS_PER_METRE: u32 = 11_811;

/// The fonts of the machine.
pub fn system_fonts() -> Database {
    let mut fonts = Database::new();
    fonts.load_system_fonts();
    fonts
}

/// Writes an SVG figure as PNG.
///
/// # Errors
/// When no font has its characters, or `out` cannot be written.
pub fn write_png(svg: &str, receipt: Option<&Receipt>, fonts: Database, out: &mut dyn Write, name: &str) -> Result<()> {
    let chars: BTreeSet<char> = shown_chars(svg);
    let font = best_font(&fonts, &chars).ok_or_else(|| no_font(&chars))?;
    let options = Options {
        font_resolver: FontResolver {
            select_font: Box::new(move |_, _| Some(font)),
            select_fallback: FontResolver::default_fallback_selector(),
        },
        fontdb: Arc::new(fonts),
        ..Options::default()
    };
    let tree = Tree::from_str(svg, &options).map_err(|error| Error::usage(format!("the figure is wrong: {error}")))?;
    let missing = undrawn(&tree);
    if !missing.is_empty() {
        return Err(no_font(&missing));
    }
    let size = tree.size();
    let (width, height) = (
        (size.width() * DOTS).ceil() as u32,
        (size.height() * DOTS).ceil() as u32,
    );
    let too_large = || Error::usage(format!("the figure is too large for PNG: {width} x {height} dots"));
    let mut pixels = Pixmap::new(width, height).ok_or_else(too_large)?;
    pixels.fill(Color::WHITE);
    resvg::render(&tree, Transform::from_scale(DOTS, DOTS), &mut pixels.as_mut());
    encode(&pixels, receipt, out).map_err(|error| match error {
        png::EncodingError::IoError(error) => Error::io(name, error),
        other => Error::usage(format!("the figure cannot be written as PNG: {other}")),
    })
}

fn encode(
    pixels: &Pixmap,
    receipt: Option<&Receipt>,
    out: &mut dyn Write,
) -> std::result::Result<(), png::EncodingError> {
    let mut encoder = png::Encoder::new(out, pixels.width(), pixels.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_pixel_dims(Some(png::PixelDimensions {
        xppu: DOTS_PER_METRE,
        yppu: DOTS_PER_METRE,
        unit: png::Unit::Meter,
    }));
    if let Some(receipt) = receipt {
        let json = serde_json::to_string(receipt).expect("a receipt can be written as JSON");
        encoder.add_itxt_chunk(KEYWORD.to_owned(), json)?;
    }
    let mut writer = encoder.write_header()?;
    // Everything stands on white, so that there is nothing to be seen through.
    let opaque: Vec<u8> = pixels
        .data()
        .chunks_exact(4)
        .flat_map(|dot| [dot[0], dot[1], dot[2]])
        .collect();
    writer.write_image_data(&opaque)?;
    writer.finish()
}

/// The characters between the tags of texts.
fn shown_chars(svg: &str) -> BTreeSet<char> {
    let texts = svg.split("<text ").skip(1).filter_map(|text| {
        let (_, text) = text.split_once('>')?;
        Some(text.split_once('<')?.0)
    });
    let unescaped = texts.flat_map(|text| {
        text.replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&amp;", "&")
            .chars()
            .collect::<Vec<_>>()
    });
    unescaped.filter(|c| !c.is_whitespace()).collect()
}

/// The font to begin with: the first known one that has all of the characters, else any that has them, else the one that has most.
fn best_font(fonts: &Database, chars: &BTreeSet<char>) -> Option<ID> {
    let rank = |face: &FaceInfo| {
        let known = |family: &str| face.families.iter().any(|(name, _)| name == family);
        let family = FONTS.iter().position(|family| known(family)).unwrap_or(FONTS.len());
        let is_plain = face.style == Style::Normal && face.weight == Weight::NORMAL;
        (!is_plain, family, face.post_script_name.clone())
    };
    let mut faces: Vec<&FaceInfo> = fonts.faces().collect();
    faces.sort_by_cached_key(|face| rank(face));
    let mut best = None;
    let mut most = 0;
    for face in faces {
        let has = covered(fonts, face.id, chars);
        if has == chars.len() {
            return Some(face.id);
        }
        if has > most {
            (most, best) = (has, Some(face.id));
        }
    }
    best
}

/// How many of the characters a font has.
fn covered(fonts: &Database, font: ID, chars: &BTreeSet<char>) -> usize {
    let count = |data: &[u8], index: u32| {
        use skrifa::MetadataProvider;
        let font = skrifa::FontRef::from_index(data, index).ok()?;
        let map = font.charmap();
        Some(chars.iter().filter(|&&c| map.map(c).is_some()).count())
    };
    fonts.with_face_data(font, count).flatten().unwrap_or(0)
}

/// The characters that were laid out as boxes, or not at all.
fn undrawn(tree: &Tree) -> BTreeSet<char> {
    let mut missing = BTreeSet::new();
    let mut groups = vec![tree.root()];
    while let Some(group) = groups.pop() {
        for node in group.children() {
            match node {
                Node::Group(group) => groups.push(group),
                Node::Text(text) => missing.extend(undrawn_of(text)),
                _ => {}
            }
        }
    }
    missing
}

fn undrawn_of(text: &Text) -> Vec<char> {
    let wanted = text.chunks().iter().flat_map(|chunk| chunk.text().chars());
    let wanted: Vec<char> = wanted.filter(|c| !c.is_whitespace()).collect();
    let glyphs = || text.layouted().iter().flat_map(|span| &span.positioned_glyphs);
    if glyphs().next().is_none() {
        return wanted;
    }
    let boxes = glyphs().filter(|glyph| glyph.id.0 == 0);
    boxes.flat_map(|glyph| glyph.text.chars().collect::<Vec<_>>()).collect()
}

fn no_font(chars: &BTreeSet<char>) -> Error {
    const SHOWN: usize = 20;
    let some: String = chars
        .iter()
        .filter(|c| !c.is_ascii())
        .chain(chars)
        .take(SHOWN)
        .collect();
    Error::usage(format!(
        "no font of this machine has these characters, so they cannot be drawn: {some}"
    ))
    .hinted("install a Chinese font, for instance Noto Sans CJK SC or WenQuanYi Micro Hei")
    .hinted("or write the figure as SVG (-o figure.svg), which is drawn with the fonts of whoever opens it")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SVG: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"90\" height=\"30\"><text x=\"1\" y=\"20\" \
                       font-size=\"12\">枫桥&lt;经验</text></svg>";

    #[test]
    fn without_a_font_there_is_no_figure_of_boxes() {
        let mut out = Vec::new();
        let error = write_png(SVG, None, Database::new(), &mut out, "a.png").unwrap_err();
        assert!(error.to_string().contains("枫"), "{error}");
        assert!(error.hints.iter().any(|hint| hint.contains(".svg")));
        assert!(out.is_empty());
    }

    #[test]
    fn the_characters_of_a_figure_are_those_of_its_texts() {
        let chars: String = shown_chars(SVG).into_iter().collect();
        assert_eq!(chars, "<枫桥经验");
    }

    #[test]
    fn a_character_that_no_font_has_is_told() {
        let fonts = system_fonts();
        if fonts.is_empty() {
            return;
        }
        // A private character, which fonts do not have.
        let svg = SVG.replace("枫", "\u{10fffd}");
        let mut out = Vec::new();
        let error = write_png(&svg, None, fonts, &mut out, "a.png").unwrap_err();
        assert!(error.to_string().contains('\u{10fffd}'), "{error}");
    }
}
