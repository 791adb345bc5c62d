//! Reads plain text: each line as it stands.

use super::{Draft, Harvest, Input, Line, lines_of, runs_of};
use crate::error::Result;

pub(super) fn extract(input: &Input) -> Result<Harvest> {
    let lines = lines_of(input.text)
        .map(|(at, text)| Line {
            text: text.to_owned(),
            runs: runs_of(input.map, at, text.len()),
            ..Line::default()
        })
        .collect();
    Ok(Harvest::one(Draft {
        lines,
        ..Draft::default()
    }))
}

#[cfg(test)]
mod tests {
    use super::super::LineStyle;
    use super::super::tests::{assert_runs, read};

    #[test]
    fn every_line_is_kept_and_knows_its_place() {
        let text = "\n  青石镇2024年法治政府\r\n建设年度报告\u{c}\r一、2024年主要工作\n\n　　完成97.8%。\n";
        for encoding in [encoding_rs::UTF_8, encoding_rs::GB18030] {
            let bytes = encoding.encode(text).0.into_owned();
            let extraction = read("x.txt", &bytes);
            let draft = &extraction.drafts[0];
            let lines: Vec<&str> = draft.lines.iter().map(|line| line.text.as_str()).collect();
            let expected = [
                "",
                "  青石镇2024年法治政府",
                "建设年度报告",
                "",
                "一、2024年主要工作",
                "",
                "　　完成97.8%。",
            ];
            assert_eq!(lines, expected);
            assert!(draft.lines.iter().all(|line| line.style == LineStyle::Plain));
            assert_runs(draft, &bytes, encoding);
        }
    }
}
