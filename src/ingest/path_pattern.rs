//! Reads fields out of paths by a pattern: `{province}/{county}/{township}-{year}*`.
//!
//! `{field}` stands for at least one character of one part of the path, as few as the rest of the pattern allows; `*` for any
//! characters of a part, `?` for one, `**` for any parts. Where nothing says where a place's name ends (`{county}{township}`), its
//! rank does (县, 镇). A year is four digits where there are any.

use regex::Regex;

use crate::error::{Error, Result};
use crate::report::Metadata;
use crate::schema::corrections::field_named;

/// A pattern, ready to be tried.
#[derive(Clone, Debug)]
pub struct PathPattern {
    text: String,
    regex: Regex,
    fields: Vec<&'static str>,
}

/// A part of a pattern.
#[derive(Debug, PartialEq)]
enum Piece {
    Text(char),
    Field(&'static str),
    Any,
    AnyParts,
    One,
}

impl PathPattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// When it names no field, an unknown one (those that exist are listed), one twice, or one whose end cannot be known.
    pub fn parse(text: &str) -> Result<PathPattern> {
        let wrong = |reason: String| Error::usage(format!("--path-pattern {text}: {reason}"));
        let pieces = pieces(text)
            .map_err(|reason| wrong(reason).hinted(format!("the fields are {}", Metadata::FIELDS.join(", "))))?;
        let mut fields: Vec<&'static str> = Vec::new();
        for piece in &pieces {
            if let Piece::Field(field) = piece {
                if fields.contains(field) {
                    return Err(wrong(format!("`{{{field}}}` stands in it twice")));
                }
                fields.push(field);
            }
        }
        if fields.is_empty() {
            return Err(
                wrong("no field stands in it".to_owned()).hinted("write {county}/{township}-{year}* or the like")
            );
        }
        let mut source = String::from("^");
        for (at, piece) in pieces.iter().enumerate() {
            source.push_str(&match piece {
                Piece::Text(c) => regex::escape(&c.to_string()),
                Piece::Any => "[^/]*".to_owned(),
                Piece::One => "[^/]".to_owned(),
                Piece::AnyParts => "(?:.*/)?".to_owned(),
                Piece::Field(field) => {
                    let is_open = matches!(pieces.get(at + 1), Some(Piece::Field(_) | Piece::Any | Piece::One));
                    group_of(field, is_open).ok_or_else(|| {
                        wrong(format!("nothing says where `{{{field}}}` ends"))
                            .hinted("write a character after it that parts it from what follows")
                    })?
                }
            });
        }
        source.push('$');
        let regex = Regex::new(&source).map_err(|_| wrong("too long".to_owned()))?;
        Ok(PathPattern {
            text: text.to_owned(),
            regex,
            fields,
        })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The fields in a path without its ending or, if it does not fit so, with it; `None` when the pattern is not the path's.
    pub fn read(&self, path: &str) -> Option<Vec<(&'static str, String)>> {
        let found = self.regex.captures(stem(path)).or_else(|| self.regex.captures(path))?;
        let value = |field: &&'static str| Some((*field, found.name(field)?.as_str().to_owned()));
        Some(self.fields.iter().filter_map(value).collect())
    }
}

/// The path without the ending of its last part.
fn stem(path: &str) -> &str {
    let name_at = path.rfind('/').map_or(0, |slash| slash + 1);
    match path[name_at..].rfind('.') {
        Some(dot) if dot > 0 => &path[..name_at + dot],
        _ => path,
    }
}

/// What a field takes; `None` when it is open to what follows and has no end of its own.
fn group_of(field: &str, is_open: bool) -> Option<String> {
    // The ends of names of places: county-level cities are counties here, as in the index.
    let ends = match field {
        "township" => "街道|镇|乡|苏木|街",
        "county" => "自治县|自治旗|县|区|市|旗",
        "city" => "自治州|地区|市|州|盟",
        "province" => "自治区|特别行政区|省|市",
        _ => "",
    };
    Some(match (field, is_open) {
        ("year", _) => format!("(?P<{field}>[0-9０-９]{{4}}|[^/]+?)"),
        (_, false) => format!("(?P<{field}>[^/]+?)"),
        // 城东街道办事处, 古镛镇人民政府: the place is named, not its office.
        (_, true) if !ends.is_empty() => format!("(?P<{field}>[^/]+?(?:{ends}))(?:人民政府|办事处)?"),
        _ => return None,
    })
}

fn pieces(text: &str) -> std::result::Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut rest = text.trim_start_matches("./");
    while let Some(c) = rest.chars().next() {
        let mut len = c.len_utf8();
        let piece = match c {
            '{' => {
                let end = rest.find('}').ok_or("a `{` is never closed")?;
                let name = &rest[1..end];
                len = end + 1;
                Piece::Field(field_named(name).ok_or_else(|| format!("there is no field `{name}`"))?)
            }
            '}' => return Err("a `}` without a `{`".to_owned()),
            '*' if rest.starts_with("**") => {
                len = rest.len() - rest.trim_start_matches('*').len();
                // `**/` stands for no part too.
                if rest[len..].starts_with('/') {
                    len += 1;
                    Piece::AnyParts
                } else {
                    pieces.push(Piece::AnyParts);
                    Piece::Any
                }
            }
            '*' => Piece::Any,
            '?' => Piece::One,
            c => Piece::Text(c),
        };
        pieces.push(piece);
        rest = &rest[len..];
    }
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pattern: &str, path: &str) -> String {
        let Some(fields) = PathPattern::parse(pattern).unwrap().read(path) else {
            return "-".to_owned();
        };
        let fields = fields.iter().map(|(field, value)| format!("{field}={value}"));
        fields.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn patterns_read_fields_from_paths() {
        let table = [
            (
                "{province}/{county}/{township}-{year}*",
                "福建省/将乐县/古镛镇-2024年报告.docx",
                "province=福建省 county=将乐县 township=古镛镇 year=2024",
            ),
            (
                "{province}/{county}/{township}-{year}*",
                "福建省/将乐县/x/古镛镇-2024.txt",
                "-",
            ),
            ("{township}-{year}", "古镛镇-2024.txt", "township=古镛镇 year=2024"),
            ("{township}-{year}.txt", "古镛镇-2024.txt", "township=古镛镇 year=2024"),
            ("{township}-{year}.docx", "古镛镇-2024.txt", "-"),
            ("{township}_{title}", "古镛镇_a_b.txt", "township=古镛镇 title=a_b"),
            (
                "{county}{township}{year}*",
                "将乐县古镛镇2024年.txt",
                "county=将乐县 township=古镛镇 year=2024",
            ),
            (
                "{county}{township}*",
                "将乐县镇远坪镇2024年.txt",
                "county=将乐县 township=镇远坪镇",
            ),
            (
                "{township}{year}*",
                "城东街道办事处2024年.txt",
                "township=城东街道 year=2024",
            ),
            ("**/{year}/*", "a/b/2024/c.txt", "year=2024"),
            ("**/{year}/*", "2024/c.txt", "year=2024"),
            (
                "**/{township}??{year}*",
                "a/古镛镇--2024.txt",
                "township=古镛镇 year=2024",
            ),
            ("{year}/**", "2024/a/b.txt", "year=2024"),
            ("{year}*", "旧报告.txt", "year=旧"),
            ("{县}/{年份}*", "将乐县/2024.txt", "county=将乐县 year=2024"),
            ("*.zip!/{township}.*", "全县.zip!/古镛镇.txt", "township=古镛镇"),
            ("({year}){township}.*", "(2024)古镛镇.txt", "year=2024 township=古镛镇"),
        ];
        for (pattern, path, fields) in table {
            assert_eq!(read(pattern, path), fields, "{pattern} {path}");
        }
    }

    #[test]
    fn wrong_patterns_are_errors_that_say_what_is_right() {
        let table = [
            ("{yaer}*", "there is no field `yaer`"),
            ("{text}*", "there is no field `text`"),
            ("{year", "a `{` is never closed"),
            ("year}", "a `}` without a `{`"),
            ("{year}-{year}", "`{year}` stands in it twice"),
            ("*.txt", "no field stands in it"),
            ("{title}*", "nothing says where `{title}` ends"),
            ("{title}{year}", "nothing says where `{title}` ends"),
        ];
        for (pattern, reason) in table {
            let error = PathPattern::parse(pattern).unwrap_err();
            assert_eq!(error.to_string(), format!("--path-pattern {pattern}: {reason}"));
        }
        let error = PathPattern::parse("{yaer}").unwrap_err();
        assert!(error.hints[0].starts_with("the fields are kind, title, year, township"));
    }

    #[test]
    fn hostile_patterns_take_no_time() {
        let pattern = PathPattern::parse(&format!("{}{{year}}", "*a".repeat(200))).unwrap();
        assert_eq!(pattern.read(&"a".repeat(5000)).map(|fields| fields.len()), Some(1));
    }
}
