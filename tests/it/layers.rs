//! Holds the code to ARCHITECTURE.md: imports point down only, the engine and the command line stay where they belong, the
//! library never prints, and nothing is left for later.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use regex::Regex;

use crate::sample::repository;

/// The modules from the lowest to the highest. Those of one row do not know each other.
const LAYERS: &[&[&str]] = &[
    &["error"],
    &["schema"],
    &["text"],
    &["topics"],
    &["report"],
    &["ingest", "query"],
    &["hits", "table"],
    &["citation", "figure", "receipt"],
    &["index"],
    &["update", "eval", "analysis", "quotes"],
    &["output"],
    &["cli"],
];

/// Modules of different rows that must not know each other either.
const STRANGERS: &[(&str, &str)] = &[("ingest", "index")];

/// Crates that only one place may know: the crate, and where its files' paths begin.
const CONFINED: &[(&str, &str)] = &[
    ("tantivy", "index/"),
    ("tantivy_jieba", "text/tokenize.rs"),
    ("clap", "cli/"),
    ("clap_complete", "cli/"),
    ("clap_mangen", "cli/"),
    ("indicatif", "cli/"),
    ("anstream", "cli/"),
    ("terminal_size", "cli/"),
    ("walkdir", "ingest/"),
    ("scraper", "ingest/"),
    ("encoding_rs", "ingest/"),
    ("resvg", "output/figure/"),
    ("skrifa", "output/figure/"),
    ("png", "output/figure/"),
];

/// Names that say nothing of what a module is about.
const EMPTY_NAMES: &[&str] = &["util", "utils", "common", "helper", "helpers", "types", "core", "misc"];

/// A file of the library.
struct SourceFile {
    /// Below `src/`, as `index/mod.rs`.
    path: String,
    /// Line comments and the contents of string literals blanked out.
    code: String,
    text: String,
}

impl SourceFile {
    /// The module of the crate's root that it belongs to; none for `lib.rs` and `main.rs`.
    fn module(&self) -> Option<&str> {
        let first = self.path.split('/').next()?;
        let name = first.strip_suffix(".rs").unwrap_or(first);
        (!matches!(name, "lib" | "main")).then_some(name)
    }

    /// The code before the tests at its foot; nothing of a file of tests.
    fn code_without_tests(&self) -> &str {
        if self.path.ends_with("/tests.rs") {
            return "";
        }
        self.code.split("#[cfg(test)]\nmod ").next().unwrap_or_default()
    }
}

#[test]
fn every_module_has_its_place_in_the_table() {
    let text = fs::read_to_string(repository().join("src/lib.rs")).expect("src/lib.rs");
    let declared: BTreeSet<String> = pattern(r"(?m)^(?:pub )?mod (\w+);")
        .captures_iter(&text)
        .map(|found| found[1].to_owned())
        .collect();
    let placed: BTreeSet<String> = LAYERS
        .iter()
        .flat_map(|row| row.iter().map(|name| (*name).to_owned()))
        .collect();
    assert_eq!(
        declared, placed,
        "src/lib.rs and the table LAYERS of this test (and ARCHITECTURE.md) must agree"
    );
}

#[test]
fn the_order_is_the_one_that_architecture_md_shows() {
    let rows = LAYERS.iter().map(|row| match row {
        [one] => (*one).to_owned(),
        several => format!("{{{}}}", several.join(", ")),
    });
    let order = rows.collect::<Vec<_>>().join(" < ");
    let text = fs::read_to_string(repository().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    assert!(
        text.contains(&order),
        "ARCHITECTURE.md does not show this order: {order}"
    );
}

#[test]
fn imports_point_down_only() {
    let mut wrong = Vec::new();
    for file in sources() {
        let Some(module) = file.module() else { continue };
        for used in used_modules(&file.code) {
            let Some((below, above)) = layer(&used).zip(layer(module)) else {
                continue;
            };
            if used != module && (below >= above || are_strangers(&used, module)) {
                wrong.push(format!("src/{} uses {used}, which {module} must not know", file.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_one_place_knows_each_of_these_crates() {
    let mut wrong = Vec::new();
    for (name, home) in CONFINED {
        let used = pattern(&format!(r"\b{name}::|\buse {name}\b|#\[{name}\("));
        for file in sources().iter().filter(|file| !file.path.starts_with(home)) {
            if used.is_match(&file.code) {
                wrong.push(format!("src/{} uses {name}, which belongs to src/{home}", file.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_module_has_an_empty_name() {
    for file in sources() {
        for part in file.path.trim_end_matches(".rs").split('/') {
            assert!(
                !EMPTY_NAMES.contains(&part),
                "src/{}: `{part}` does not say what is in it",
                file.path
            );
        }
    }
}

#[test]
fn nothing_prints_behind_the_commands_back() {
    let printing = pattern(r"\b(print|println|eprint|eprintln|dbg)!");
    for file in sources() {
        let found = printing.find(file.code_without_tests());
        assert!(
            found.is_none(),
            "src/{}: {:?}; write to what the caller gives",
            file.path,
            found
        );
    }
}

#[test]
fn nothing_is_left_for_later() {
    let later = pattern(r"\b(TODO|FIXME|XXX)\b|\b(todo|unimplemented)!");
    for file in sources() {
        let found = later.find(&file.text);
        assert!(found.is_none(), "src/{}: {found:?}", file.path);
    }
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern")
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|row| row.contains(&module))
}

fn are_strangers(one: &str, other: &str) -> bool {
    let known = |pair: &&(&str, &str)| **pair == (one, other) || **pair == (other, one);
    STRANGERS.iter().any(|pair| known(&pair))
}

/// The root's modules that code names by `crate::`, grouped imports too.
fn used_modules(code: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for found in pattern(r"\bcrate::(\w+|\{)").captures_iter(code) {
        match &found[1] {
            "{" => {
                let rest = &code[found.get(0).expect("the match").end()..];
                used.extend(first_names_of_group(rest));
            }
            name => {
                used.insert(name.to_owned());
            }
        }
    }
    used
}

/// The names that stand directly in a group of imports, of which `rest` is what follows the opening brace.
fn first_names_of_group(rest: &str) -> Vec<String> {
    let mut depth = 0usize;
    let mut names = vec![String::new()];
    for c in rest.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(String::new()),
            c if depth == 0 => names.last_mut().expect("a name").push(c),
            _ => {}
        }
    }
    let first = |name: &String| name.trim().split("::").next().unwrap_or_default().to_owned();
    names.iter().map(first).filter(|name| !name.is_empty()).collect()
}

fn sources() -> Vec<SourceFile> {
    let root: PathBuf = repository().join("src");
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(&root).sort_by_file_name() {
        let entry = entry.expect("src can be read");
        if entry.path().extension().is_some_and(|ending| ending == "rs") {
            let path = entry
                .path()
                .strip_prefix(&root)
                .expect("a path below src")
                .to_string_lossy()
                .replace('\\', "/");
            let text = fs::read_to_string(entry.path()).expect("source code");
            files.push(SourceFile {
                code: without_words(&text),
                path,
                text,
            });
        }
    }
    assert!(
        files.len() > 10,
        "src/ is not where it was expected: {}",
        root.display()
    );
    files
}

/// The code without its comments and the contents of its plain string literals, in which anything may be said.
fn without_words(text: &str) -> String {
    let words = pattern(r#"(?m)//.*$|b?"(?:[^"\\]|\\.|\\\n)*"|'(?:"|\\"|/)'"#);
    words.replace_all(text, "\"\"").into_owned()
}

#[test]
fn the_rules_see_what_they_are_to_see() {
    let code = without_words(
        "use crate::{hits::Hit, index::{Index, Sort}, query};\nlet a = \"crate::cli\"; // crate::update\n",
    );
    let used: Vec<String> = used_modules(&code).into_iter().collect();
    assert_eq!(used, ["hits", "index", "query"]);
    assert!(are_strangers("index", "ingest") && are_strangers("ingest", "index") && !are_strangers("index", "query"));
}
