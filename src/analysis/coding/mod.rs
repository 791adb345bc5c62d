//! Defines a coding workbook: what stands where in it, so that what was handed to coders can be read back.
//!
//! The sheet 编码 has a row for each passage: what it is ([`FACTS`]), then for each coder the variables of the codebook. The sheet 查询凭据
//! says of which sample it is: the coders, the codebook line by line, the passages. By it a deleted row is noticed, and a
//! workbook explains itself without the index it came from.

mod merge;
mod tables;

use std::collections::HashSet;

use crate::error::{Error, Result};
use crate::schema::codebook::{Codebook, Variable, fault_of_name};
use crate::table::Kind;

pub use merge::{Code, Coded, CodedPassage, Problem, read};
pub use tables::{Resampling, agreement, coded_passages, codes, confusion, disagreements, problems};

/// The sheet that coders fill in.
pub const CODES_SHEET: &str = "编码";
/// The sheet that tells them how.
pub const GUIDE_SHEET: &str = "说明";
/// The sheet that says of what the workbook is made.
pub const RECEIPT_SHEET: &str = "查询凭据";

/// What stands first on the sheet 查询凭据: the form of the workbook, and its version.
pub const FORM: &str = "baogao coding 1";

/// The keys of the rows on the sheet 查询凭据 that are read back.
pub mod key {
    pub const FORM: &str = "form";
    pub const CODER: &str = "coder";
    pub const CODEBOOK: &str = "codebook";
    pub const PASSAGE: &str = "passage";
}

/// A column of the sheet 编码 that says what a passage is.
pub struct Fact {
    pub name: &'static str,
    pub header: &'static str,
    pub kind: Kind,
    /// In characters.
    pub width: u8,
}

/// What is said of a passage, in the order of the columns.
pub const FACTS: [Fact; 10] = [
    fact("rank", "序号", Kind::Count, 6),
    fact("passage_id", "段落编号", Kind::Text, 22),
    fact("place", "地方", Kind::Text, 14),
    fact("year", "年份", Kind::Year, 7),
    fact("section", "章节", Kind::Text, 16),
    fact("text", "正文", Kind::Text, 70),
    fact("citation", "引文", Kind::Text, 40),
    fact("path", "文件", Kind::Text, 24),
    fact("stratum", "层", Kind::Text, 12),
    fact("weight", "权重", Kind::Decimal(4), 8),
];

const fn fact(name: &'static str, header: &'static str, kind: Kind, width: u8) -> Fact {
    Fact {
        name,
        header,
        kind,
        width,
    }
}

/// The places in [`FACTS`] of what is needed by name.
pub const PASSAGE_ID: usize = 1;
const PLACE: usize = 2;
const YEAR: usize = 3;
pub const TEXT: usize = 5;
const CITATION: usize = 6;
const PATH: usize = 7;

/// Between a coder and a variable above a column.
const SEPARATOR: &str = " · ";

/// More coders than this do not fit into one workbook in any sense.
const MAX_CODERS: usize = 20;

/// Who codes by what.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    pub codebook: Codebook,
    pub coders: Vec<String>,
}

impl Plan {
    /// A plan for these coders.
    ///
    /// # Errors
    /// When two have one name, or a name cannot stand above a column or in a file's name.
    pub fn new(codebook: Codebook, coders: Vec<String>) -> Result<Plan> {
        let mut seen = HashSet::new();
        for coder in &coders {
            let reserved = coder.contains(['·', '/', '\\', ':', '*', '?', '"', '<', '>', '|']);
            let fault = fault_of_name(coder)
                .or(reserved.then(|| "has a mark in it that a file's name or a column's cannot have".to_owned()))
                .or((!seen.insert(coder)).then(|| "stands twice".to_owned()));
            if let Some(fault) = fault {
                let coder = coder.escape_debug();
                return Err(Error::usage(format!("the coder `{coder}` {fault}")).hinted("name coders as 张三,李四"));
            }
        }
        if coders.is_empty() || coders.len() > MAX_CODERS {
            let count = coders.len();
            return Err(Error::usage(format!("{count} coders; there must be 1 to {MAX_CODERS}")));
        }
        Ok(Plan { codebook, coders })
    }

    /// The same for one of the coders.
    pub fn of_one(&self, coder: &str) -> Plan {
        Plan {
            codebook: self.codebook.clone(),
            coders: vec![coder.to_owned()],
        }
    }

    /// The columns to be filled in: who, and by which variable.
    pub fn columns(&self) -> impl Iterator<Item = (&str, &Variable)> {
        let coders = self.coders.iter();
        coders.flat_map(|coder| {
            self.codebook
                .variables
                .iter()
                .map(move |variable| (coder.as_str(), variable))
        })
    }
}

/// What stands above the column of a coder and a variable.
pub fn header(coder: &str, variable: &Variable) -> String {
    format!("{coder}{SEPARATOR}{}", variable.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coders_that_cannot_be_told_apart_are_refused() {
        let plan = |coders: &[&str]| {
            let coders = coders.iter().map(|&coder| coder.to_owned());
            Plan::new(Codebook::usual(), coders.collect())
        };
        assert!(plan(&["张三", "李四"]).is_ok());
        for wrong in [&["张三", "张三"][..], &["a/b"], &[""], &[" a"], &["张·三"], &[]] {
            assert!(plan(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn every_column_has_a_header_of_its_own() {
        let plan = Plan::new(Codebook::usual(), vec!["张三".into(), "李四".into()]).unwrap();
        let headers: Vec<String> = plan
            .columns()
            .map(|(coder, variable)| header(coder, variable))
            .collect();
        assert_eq!(headers, ["张三 · 编码", "张三 · 备注", "李四 · 编码", "李四 · 备注"]);
        assert_eq!((FACTS[PASSAGE_ID].name, FACTS[TEXT].name), ("passage_id", "text"));
        assert_eq!((FACTS[PLACE].name, FACTS[YEAR].name), ("place", "year"));
        assert_eq!((FACTS[CITATION].name, FACTS[PATH].name), ("citation", "path"));
    }
}
