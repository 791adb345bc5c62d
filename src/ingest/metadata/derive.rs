//! What follows from the fields of a report without standing in it: a title for one that has none, the body that a place implies,
//! and whether its day can be.

use crate::report::{Evidence, Level, Metadata, ReportKind};

/// The title of a report without one: its place, year and kind.
pub fn title_of(metadata: &Metadata) -> Option<String> {
    if metadata.kind != ReportKind::RuleOfLaw {
        return None;
    }
    let place = metadata
        .township
        .as_ref()
        .or(metadata.county.as_ref())
        .or(metadata.city.as_ref())?;
    Some(format!("{place}{}年法治政府建设年度报告", metadata.year?))
}

/// The body that reports by the place and its level, and the field that names the place.
pub fn body_of(metadata: &Metadata) -> Option<(String, &'static str)> {
    if !metadata.kind.is_report() {
        return None;
    }
    let (name, field) = match metadata.level? {
        Level::Township => (metadata.township.as_ref()?, "township"),
        Level::County => (metadata.county.as_ref()?, "county"),
        Level::City => (metadata.city.as_ref()?, "city"),
        Level::Province => (metadata.province.as_ref()?, "province"),
        Level::Department | Level::State => return None,
    };
    // A farm has no government of its own.
    if name.ends_with('场') {
        return None;
    }
    let body = if name.ends_with("街道") {
        format!("{name}办事处")
    } else if name.ends_with('街') {
        // 海滨街 is short for a 街道.
        format!("{name}道办事处")
    } else {
        format!("{name}人民政府")
    };
    Some((body, field))
}

/// Says where a report is dated before the year that it is about.
pub fn day_warning(metadata: &Metadata) -> Option<String> {
    let (year, day) = (metadata.year?, metadata.published.as_ref()?);
    let of_day: u16 = day.get(..4)?.parse().ok()?;
    let is_early = of_day < year && metadata.kind == ReportKind::RuleOfLaw;
    is_early.then(|| format!("dated {day}, before the year it reports on, {year}"))
}

/// Puts evidence in the order of the fields.
pub fn sort(evidence: &mut [Evidence]) {
    const ORDER: [&str; 12] = [
        "kind",
        "title",
        "year",
        "issuing_body",
        "township",
        "county",
        "city",
        "province",
        "level",
        "doc_number",
        "index_number",
        "published",
    ];
    let rank = |field: &str| ORDER.iter().position(|name| *name == field).unwrap_or(ORDER.len());
    evidence.sort_by_key(|evidence| rank(&evidence.field));
}
