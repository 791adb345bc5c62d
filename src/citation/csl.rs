//! Writes a reference as an item of CSL-JSON, which citation processors (pandoc, Zotero, citeproc) read.
//!
//! The names of the fields are those of the CSL 1.0.2 specification and its schema csl-data.json.

use serde::Serialize;

use super::Reference;

/// One item. What is unknown is no field of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Item {
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    author: Vec<Name>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issued: Option<Issued>,
    #[serde(skip_serializing_if = "Option::is_none")]
    publisher: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    publisher_place: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    genre: Option<&'static str>,
    #[serde(rename = "URL", skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    language: &'static str,
    note: String,
}

/// The name of a body, which has no given name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Name {
    literal: String,
}

/// A date: year, month and day, as far as they are known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Issued {
    date_parts: [Vec<u16>; 1],
}

/// The item of a reference.
pub fn item(reference: &Reference) -> Item {
    let named = |literal: &String| Name {
        literal: literal.clone(),
    };
    Item {
        id: reference.key.clone(),
        kind: "report",
        author: reference.issuer.iter().map(named).collect(),
        title: reference.title.clone(),
        issued: reference.published.map(|date| Issued {
            date_parts: [date.parts()],
        }),
        publisher: reference.issuer.clone(),
        publisher_place: reference.place.clone(),
        number: reference.doc_number.clone(),
        genre: reference.genre(),
        url: reference.url.clone(),
        language: "zh-CN",
        note: reference.note(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{known, report};
    use super::*;
    use crate::report::Metadata;
    use serde_json::json;

    #[test]
    fn an_item_holds_all_that_is_known_in_the_fields_of_the_schema() {
        let mut known = known();
        known.url = Some("https://www.example.gov.cn/a.html".into());
        assert_eq!(
            json!(item(&Reference::of(&known))),
            json!({
                "id": "baogao-00000000000000a1",
                "type": "report",
                "author": [{"literal": "古镛镇人民政府"}],
                "title": "古镛镇2024年法治政府 建设工作情况报告",
                "issued": {"date-parts": [[2025, 2, 7]]},
                "publisher": "古镛镇人民政府",
                "publisher-place": "福建省三明市将乐县",
                "number": "将镛委〔2025〕5号",
                "genre": "法治政府建设年度报告",
                "URL": "https://www.example.gov.cn/a.html",
                "language": "zh-CN",
                "note": "报告年度：2024。文件：corpus/古镛镇2024.txt",
            })
        );
    }

    #[test]
    fn what_is_unknown_is_left_out() {
        assert_eq!(
            json!(item(&Reference::of(&report(Metadata::default())))),
            json!({
                "id": "baogao-00000000000000a1",
                "type": "report",
                "language": "zh-CN",
                "note": "文件：corpus/古镛镇2024.txt",
            })
        );
    }
}
