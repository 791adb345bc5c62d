//! Makes the address under which a document finds a source file.

use std::path::{Component, Path};

/// Excel before 2013 refuses longer ones.
const LONGEST: usize = 255;

/// A reference to the file from a document that is written to `destination`: relative as far as both paths are, so that a folder
/// can be moved or given away with both in it; else a `file:` address. The report inside an archive leads to the archive. `None` when
/// there is no such file, or its address is longer than programs follow.
pub(super) fn to_file(path: &str, destination: &str) -> Option<String> {
    let path = path.split_once("!/").map_or(path, |(archive, _)| archive);
    let file = Path::new(path);
    if path.is_empty() || !file.is_file() {
        return None;
    }
    let address = match relative(file, Path::new(destination)) {
        Some(relative) => escaped(&relative),
        None => {
            let absolute = std::path::absolute(file).ok()?;
            let absolute = absolute.to_str()?.replace('\\', "/");
            format!(
                "file://{}{}",
                if absolute.starts_with('/') { "" } else { "/" },
                escaped(&absolute)
            )
        }
    };
    (address.chars().count() <= LONGEST).then_some(address)
}

/// The way from the folder of the destination to the file, both below the present folder.
fn relative(file: &Path, destination: &Path) -> Option<String> {
    let names = |path: &Path| -> Option<Vec<String>> {
        let inner = path.components().filter(|part| *part != Component::CurDir);
        let name = |part: Component<'_>| match part {
            Component::Normal(name) => name.to_str().map(str::to_owned),
            _ => None,
        };
        inner.map(name).collect()
    };
    let file = names(file)?;
    let mut folder = names(destination)?;
    folder.pop();
    let shared = file.iter().zip(&folder).take_while(|(one, other)| one == other).count();
    let up = std::iter::repeat_n("..", folder.len() - shared);
    let down = file[shared..].iter().map(String::as_str);
    Some(up.chain(down).collect::<Vec<_>>().join("/"))
}

/// Escapes what means something in an address; other characters are left as people read them (RFC 3987).
fn escaped(path: &str) -> String {
    let mut escaped = String::new();
    for c in path.chars() {
        match c {
            ' ' | '%' | '#' | '?' | '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '}' | '|' | '[' | ']' => {
                escaped.push_str(&format!("%{:02X}", c as u32));
            }
            c if c.is_control() => escaped.push_str(&format!("%{:02X}", c as u32)),
            // A colon in the first name would make it a scheme.
            ':' if !escaped.contains('/') => escaped.push_str("%3A"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_below_one_folder_are_linked_by_the_way_between_them() {
        let way = |file: &str, destination: &str| relative(Path::new(file), Path::new(destination));
        assert_eq!(way("reports/a.txt", "hits.xlsx").unwrap(), "reports/a.txt");
        assert_eq!(
            way("./reports/a.txt", "out/x/hits.xlsx").unwrap(),
            "../../reports/a.txt"
        );
        assert_eq!(way("out/a.txt", "out/hits.xlsx").unwrap(), "a.txt");
        assert_eq!(way("/reports/a.txt", "hits.xlsx"), None);
        assert_eq!(way("../a.txt", "hits.xlsx"), None);
    }

    #[test]
    fn marks_in_names_are_escaped() {
        assert_eq!(escaped("古镛镇/a b#1%.txt"), "古镛镇/a%20b%231%25.txt");
        assert_eq!(escaped("javascript:alert(1)"), "javascript%3Aalert(1)");
    }

    #[test]
    fn a_file_that_is_not_there_is_not_linked() {
        assert_eq!(to_file("nowhere/a.txt", "hits.xlsx"), None);
        let here = to_file("Cargo.toml", "target/hits.xlsx").unwrap();
        assert_eq!(here, "../Cargo.toml");
        let absolute = std::path::absolute("Cargo.toml").unwrap();
        let there = to_file(&format!("{}!/2024/a.txt", absolute.display()), "hits.xlsx").unwrap();
        assert!(there.starts_with("file:///") && there.ends_with("/Cargo.toml"));
    }
}
