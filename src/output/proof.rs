//! Says a receipt in words, for people; `baogao replay` reads the JSON beside it.

use crate::receipt::Receipt;

/// What stands above it.
pub(super) const TITLE: &str = "查询凭据";
/// What people do with it.
pub(super) const USE: &str = "用 baogao replay 加本文件名，可再查一次并核对结果是否相同。";

/// Each thing that a receipt says, with its name.
pub(super) fn lines(receipt: &Receipt) -> Vec<(String, String)> {
    let index = &receipt.index;
    let mut lines = vec![
        ("程序".to_owned(), receipt.program.clone()),
        ("时间".to_owned(), receipt.made.clone()),
        ("命令".to_owned(), command_line(&receipt.command)),
        ("所在文件夹".to_owned(), receipt.folder.clone()),
        ("问题".to_owned(), receipt.query.clone()),
        ("理解为".to_owned(), receipt.interpreted.clone()),
    ];
    for count in &receipt.counts {
        let name = match count.name.as_str() {
            "passages" => "段落数",
            "reports" => "报告数",
            "occurrences" => "出现次数",
            other => other,
        };
        lines.push((name.to_owned(), count.count.to_string()));
    }
    lines.extend([
        ("结果行数".to_owned(), receipt.rows.to_string()),
        ("结果指纹".to_owned(), receipt.answer.clone()),
        ("索引".to_owned(), index.path.clone()),
        (
            "索引内容".to_owned(),
            format!(
                "{}（{}个文件，{}份报告，{}段）",
                index.contents, index.sources, index.reports, index.passages
            ),
        ),
        ("索引格式".to_owned(), format!("{} {}", index.format, index.schema)),
        ("词典".to_owned(), index.lexicon.clone()),
        ("主题".to_owned(), index.topics.clone()),
    ]);
    for input in &receipt.inputs {
        lines.push(("所依文件".to_owned(), format!("{} {}", input.path, input.hash)));
    }
    lines
}

/// The command as it is typed in a shell.
pub fn command_line(arguments: &[String]) -> String {
    let quoted = |argument: &String| {
        let is_plain = |c: char| c.is_alphanumeric() || "-_./:=,+@%".contains(c);
        match !argument.is_empty() && argument.chars().all(is_plain) {
            true => argument.clone(),
            false => format!("'{}'", argument.replace('\'', "'\\''")),
        }
    };
    let words = std::iter::once("baogao".to_owned()).chain(arguments.iter().map(quoted));
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_can_be_typed_again() {
        let command = ["search", "枫桥经验 it's", "--year", "2021..2024"].map(str::to_owned);
        assert_eq!(
            command_line(&command),
            "baogao search '枫桥经验 it'\\''s' --year 2021..2024"
        );
    }
}
