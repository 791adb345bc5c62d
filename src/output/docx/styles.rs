//! Declares the styles of the document: 宋体 for text, 黑体 for headings, as Chinese offices set their papers.

use super::MAIN;

/// A style of paragraphs.
struct Style {
    id: &'static str,
    /// As Word knows it; its own styles have these names in every language.
    name: &'static str,
    paragraph: &'static str,
    /// `HEI` stands for the fonts of headings.
    run: &'static str,
}

const SONG: &str =
    "<w:rFonts w:ascii=\"Times New Roman\" w:hAnsi=\"Times New Roman\" w:eastAsia=\"宋体\" w:cs=\"Times New Roman\"/>";
const HEI: &str = "<w:rFonts w:ascii=\"Arial\" w:hAnsi=\"Arial\" w:eastAsia=\"黑体\" w:cs=\"Arial\"/>";

const STYLES: [Style; 13] = [
    style(
        "Title",
        "Title",
        "<w:spacing w:before=\"240\" w:after=\"240\"/><w:jc w:val=\"center\"/>",
        "HEI<w:sz w:val=\"36\"/><w:szCs w:val=\"36\"/>",
    ),
    style(
        "Heading1",
        "heading 1",
        "<w:keepNext/><w:keepLines/><w:spacing w:before=\"360\" w:after=\"120\"/><w:outlineLvl w:val=\"0\"/>",
        "HEI<w:sz w:val=\"30\"/><w:szCs w:val=\"30\"/>",
    ),
    style(
        "Heading2",
        "heading 2",
        "<w:keepNext/><w:keepLines/><w:spacing w:before=\"280\" w:after=\"80\"/><w:outlineLvl w:val=\"1\"/>",
        "HEI<w:sz w:val=\"26\"/><w:szCs w:val=\"26\"/>",
    ),
    style(
        "Heading3",
        "heading 3",
        "<w:keepNext/><w:keepLines/><w:spacing w:before=\"240\" w:after=\"80\"/><w:outlineLvl w:val=\"2\"/>",
        "HEI<w:sz w:val=\"24\"/><w:szCs w:val=\"24\"/>",
    ),
    style(
        "Heading4",
        "heading 4",
        "<w:keepNext/><w:keepLines/><w:spacing w:before=\"240\" w:after=\"80\"/><w:outlineLvl w:val=\"3\"/>",
        "HEI<w:sz w:val=\"24\"/><w:szCs w:val=\"24\"/>",
    ),
    style(
        "BodyText",
        "Body Text",
        "<w:ind w:firstLineChars=\"200\" w:firstLine=\"480\"/>",
        "",
    ),
    style(
        "Quote",
        "Quote",
        "<w:pBdr><w:left w:val=\"single\" w:sz=\"12\" w:space=\"8\" w:color=\"B8C4D0\"/></w:pBdr><w:ind w:left=\"420\"/>",
        "",
    ),
    style(
        "Note",
        "Note",
        "<w:spacing w:line=\"280\" w:lineRule=\"auto\"/>",
        "<w:color w:val=\"5B6670\"/><w:sz w:val=\"21\"/><w:szCs w:val=\"21\"/>",
    ),
    style(
        "Path",
        "Path",
        "<w:keepNext/><w:spacing w:line=\"280\" w:lineRule=\"auto\"/>",
        "<w:color w:val=\"5B6670\"/><w:sz w:val=\"21\"/><w:szCs w:val=\"21\"/>",
    ),
    style(
        "TableText",
        "Table Text",
        "<w:spacing w:line=\"260\" w:lineRule=\"auto\"/>",
        "<w:sz w:val=\"19\"/><w:szCs w:val=\"19\"/>",
    ),
    style(
        "FootnoteText",
        "footnote text",
        "<w:snapToGrid w:val=\"0\"/><w:spacing w:line=\"240\" w:lineRule=\"auto\"/>",
        "<w:sz w:val=\"18\"/><w:szCs w:val=\"18\"/>",
    ),
    style(
        "Footer",
        "footer",
        "<w:jc w:val=\"center\"/>",
        "<w:sz w:val=\"18\"/><w:szCs w:val=\"18\"/>",
    ),
    style(
        "Receipt",
        "Receipt",
        "<w:spacing w:line=\"240\" w:lineRule=\"auto\"/>",
        "<w:noProof/><w:color w:val=\"8A949E\"/><w:sz w:val=\"12\"/><w:szCs w:val=\"12\"/>",
    ),
];

const fn style(id: &'static str, name: &'static str, paragraph: &'static str, run: &'static str) -> Style {
    Style {
        id,
        name,
        paragraph,
        run,
    }
}

/// The part of the document that declares all styles.
pub(super) fn part() -> String {
    let styles = STYLES.iter().map(|style| {
        let Style { id, name, paragraph, run } = style;
        let run = run.replace("HEI", HEI);
        format!(
            "<w:style w:type=\"paragraph\" w:styleId=\"{id}\"><w:name w:val=\"{name}\"/><w:basedOn w:val=\"Normal\"/><w:qFormat/>\
             <w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
        )
    });
    let styles: String = styles.collect();
    let border = |side: &str| format!("<w:{side} w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"8497B0\"/>");
    let borders = ["top", "left", "bottom", "right", "insideH", "insideV"]
        .map(border)
        .concat();
    format!(
        "<w:styles xmlns:w=\"{MAIN}\"><w:docDefaults><w:rPrDefault><w:rPr>{SONG}<w:sz w:val=\"24\"/><w:szCs w:val=\"24\"/>\
         <w:lang w:val=\"en-US\" w:eastAsia=\"zh-CN\" w:bidi=\"ar-SA\"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr>\
         <w:spacing w:line=\"360\" w:lineRule=\"auto\"/></w:pPr></w:pPrDefault></w:docDefaults>\
         <w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name w:val=\"Normal\"/><w:qFormat/></w:style>\
         <w:style w:type=\"character\" w:default=\"1\" w:styleId=\"DefaultParagraphFont\"><w:name w:val=\"Default Paragraph Font\"/></w:style>\
         <w:style w:type=\"table\" w:default=\"1\" w:styleId=\"TableNormal\"><w:name w:val=\"Normal Table\"/><w:tblPr>\
         <w:tblInd w:w=\"0\" w:type=\"dxa\"/><w:tblCellMar><w:top w:w=\"0\" w:type=\"dxa\"/><w:left w:w=\"108\" w:type=\"dxa\"/>\
         <w:bottom w:w=\"0\" w:type=\"dxa\"/><w:right w:w=\"108\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr></w:style>\
         {styles}\
         <w:style w:type=\"character\" w:styleId=\"Match\"><w:name w:val=\"Match\"/><w:qFormat/><w:rPr><w:b/><w:bCs/></w:rPr></w:style>\
         <w:style w:type=\"character\" w:styleId=\"FootnoteReference\"><w:name w:val=\"footnote reference\"/><w:rPr>\
         <w:vertAlign w:val=\"superscript\"/></w:rPr></w:style>\
         <w:style w:type=\"table\" w:styleId=\"TableGrid\"><w:name w:val=\"Table Grid\"/><w:basedOn w:val=\"TableNormal\"/><w:tblPr>\
         <w:tblBorders>{borders}</w:tblBorders></w:tblPr></w:style></w:styles>"
    )
}
