//! Reads what a person says of a field, and puts it into the metadata.

use crate::report::{Level, Metadata, ReportKind};
use crate::schema::corrections::is_unknown;
use crate::schema::fields::Field;
use crate::schema::values::{Value as Allowed, values_of};
use crate::text::date;
use crate::text::plain::{Script, is_blank, plain};

/// The years that a report can be about.
const YEARS: std::ops::RangeInclusive<u16> = 1949..=2100;

/// What a field is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Not known, whatever the text seems to say.
    Unknown,
    Kind(ReportKind),
    Year(u16),
    Level(Level),
    /// Of any other field; a day is written `YYYY-MM-DD`.
    Text(String),
}

impl Value {
    /// Reads what is said of a field. An empty text says nothing and is nobody's business here.
    ///
    /// # Errors
    /// When the field cannot have that value: what is allowed.
    pub fn read(field: &str, text: &str) -> Result<Value, String> {
        let text = tidy(text);
        match field {
            "kind" => one_of(Field::Kind, &text, &ReportKind::ALL, ReportKind::name).map(Value::Kind),
            _ if is_unknown(&text) => Ok(Value::Unknown),
            "year" => year(&text).map(Value::Year),
            "level" => one_of(Field::Level, &text, &Level::ALL, Level::name).map(Value::Level),
            "published" => day(&text).map(Value::Text),
            _ => Ok(Value::Text(text)),
        }
    }

    /// How it is shown: as in the index and in JSON.
    pub fn shown(&self) -> String {
        match self {
            Value::Unknown => "unknown".to_owned(),
            Value::Kind(kind) => kind.name().to_owned(),
            Value::Year(year) => year.to_string(),
            Value::Level(level) => level.name().to_owned(),
            Value::Text(text) => text.clone(),
        }
    }

    /// Whether the metadata says so already.
    pub fn is_in(&self, metadata: &Metadata, field: &str) -> bool {
        match metadata.value_of(field) {
            None => *self == Value::Unknown,
            Some(known) => *self != Value::Unknown && tidy(&known) == self.shown(),
        }
    }

    /// Puts it into a field of the metadata.
    pub fn put(self, metadata: &mut Metadata, field: &str) {
        match (field, self) {
            ("kind", Value::Kind(kind)) => metadata.kind = kind,
            ("year", Value::Year(year)) => metadata.year = Some(year),
            ("year", _) => metadata.year = None,
            ("level", Value::Level(level)) => metadata.level = Some(level),
            ("level", _) => metadata.level = None,
            (_, value) => {
                if let Some(slot) = text_slot(metadata, field) {
                    *slot = match value {
                        Value::Text(text) => Some(text),
                        _ => None,
                    };
                }
            }
        }
    }
}

/// The fields that hold any text.
fn text_slot<'a>(metadata: &'a mut Metadata, field: &str) -> Option<&'a mut Option<String>> {
    Some(match field {
        "title" => &mut metadata.title,
        "township" => &mut metadata.township,
        "county" => &mut metadata.county,
        "city" => &mut metadata.city,
        "province" => &mut metadata.province,
        "issuing_body" => &mut metadata.issuing_body,
        "doc_number" => &mut metadata.doc_number,
        "index_number" => &mut metadata.index_number,
        "published" => &mut metadata.published,
        "url" => &mut metadata.url,
        _ => return None,
    })
}

/// Without blanks at the ends, and with one for every run of blanks and line breaks.
fn tidy(text: &str) -> String {
    text.split(|c: char| is_blank(c) || c.is_control())
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn year(text: &str) -> Result<u16, String> {
    let plain = plain(text, Script::of(text));
    let digits = plain.trim_end_matches("度").trim_end_matches("年");
    let year = digits.parse().ok().filter(|year| YEARS.contains(year));
    year.ok_or_else(|| format!("not a year from {} to {}", YEARS.start(), YEARS.end()))
}

fn day(text: &str) -> Result<String, String> {
    let found = date::find(text).filter(|(_, at)| at.start == 0);
    let rest_is_time = |rest: &str| rest.chars().all(|c| c.is_ascii_digit() || " :T.Z".contains(c));
    found
        .filter(|(_, at)| rest_is_time(&text[at.end..]))
        .map(|(day, _)| day.to_string())
        .ok_or_else(|| "not a day such as 2025-02-07".to_owned())
}

/// The value of a fixed list that goes by a name, a label or an alias.
fn one_of<T: Copy>(field: Field, text: &str, all: &[T], name: fn(T) -> &'static str) -> Result<T, String> {
    let is_meant = |value: &&Allowed| value.spellings().any(|spelling| spelling.eq_ignore_ascii_case(text));
    let meant = values_of(field).find(is_meant);
    let found = meant.and_then(|value| all.iter().copied().find(|one| name(*one) == value.name));
    found.ok_or_else(|| {
        let allowed = values_of(field).map(|value| match value.name == value.label {
            true => value.name.clone(),
            false => format!("{} ({})", value.name, value.label),
        });
        format!("not one of {}", allowed.collect::<Vec<_>>().join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_by_their_field() {
        let text = |text: &str| Ok(Value::Text(text.to_owned()));
        let table = [
            ("year", "2024", Ok(Value::Year(2024))),
            ("year", "２０２４ 年度", Ok(Value::Year(2024))),
            ("year", "-", Ok(Value::Unknown)),
            ("year", "20244", Err("not a year from 1949 to 2100")),
            ("year", "二四", Err("not a year from 1949 to 2100")),
            ("published", "2025/2/7", text("2025-02-07")),
            ("published", "2025年2月7日", text("2025-02-07")),
            ("published", "2025-02-07 08:30:00", text("2025-02-07")),
            ("published", "2025-02-30", Err("not a day such as 2025-02-07")),
            ("published", "去年", Err("not a day such as 2025-02-07")),
            ("level", "乡镇级", Ok(Value::Level(Level::Township))),
            ("level", "County", Ok(Value::Level(Level::County))),
            ("kind", "政府工作报告", Ok(Value::Kind(ReportKind::GovernmentWork))),
            ("kind", "其他", Ok(Value::Kind(ReportKind::Other))),
            ("township", " 白鹭\u{3000}镇 ", text("白鹭 镇")),
            ("title", "－", Ok(Value::Unknown)),
        ];
        for (field, cell, value) in table {
            assert_eq!(Value::read(field, cell), value.map_err(str::to_owned), "{field} {cell}");
        }
        let level = Value::read("level", "村").unwrap_err();
        assert!(
            level.starts_with("not one of township (乡镇级), county (县级)"),
            "{level}"
        );
        let kind = Value::read("kind", "-").unwrap_err();
        assert_eq!(
            kind,
            "not one of 法治政府建设年度报告, 政府工作报告, plan (计划), notice (通知), news (新闻), other (其他)"
        );
    }

    #[test]
    fn what_was_put_is_in() {
        for field in Metadata::FIELDS {
            let cell = match field {
                "kind" => "政府工作报告",
                "year" => "2024",
                "level" => "县级",
                "published" => "2025-02-07",
                _ => "某某",
            };
            let mut metadata = Metadata::default();
            let value = Value::read(field, cell).unwrap();
            assert!(!value.is_in(&metadata, field), "{field}");
            value.clone().put(&mut metadata, field);
            assert!(value.is_in(&metadata, field), "{field}");
            if field != "kind" {
                Value::Unknown.put(&mut metadata, field);
                assert_eq!(metadata.value_of(field), None, "{field}");
            }
        }
    }
}
