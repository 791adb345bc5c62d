//! Finds a level in the path of a region, and groups regions by the level below it.

use crate::report::REGION_SEPARATOR;
use crate::schema::fields::Field;
use crate::schema::gazetteer::is_name_of;
use crate::text::fold::fold_phrase;

/// How many levels of `region` there are down to the one that is wanted: 2 for 三明市, or for 福建省/三明市, in 福建省/三明市/将乐县.
pub fn level_of(wanted: &str, region: &str) -> Option<usize> {
    let wanted: Vec<String> = levels(wanted)
        .map(fold_phrase)
        .filter(|name| !name.is_empty())
        .collect();
    let names: Vec<&str> = levels(region).collect();
    if wanted.is_empty() {
        return None;
    }
    let found = names.windows(wanted.len()).position(|window| {
        let mut pairs = wanted.iter().zip(window);
        pairs.all(|(wanted, name)| is_meant(wanted, name))
    })?;
    Some(found + wanted.len())
}

/// The region cut off one level below `under`, or below nothing at all: what it is counted as there. `None` when it is not under it. A region
/// that is known no further than `under` is counted as itself.
pub fn group_of(region: &str, under: Option<&str>) -> Option<String> {
    let above = match under {
        Some(under) => level_of(under, region)?,
        None => 0,
    };
    let kept: Vec<&str> = levels(region).take(above + 1).collect();
    Some(kept.join("/"))
}

fn levels(path: &str) -> impl Iterator<Item = &str> {
    path.split([REGION_SEPARATOR, '／'])
}

/// Whether the folded `wanted` means a level, as the field's suffixes and the gazetteer shorten names.
fn is_meant(wanted: &str, name: &str) -> bool {
    let folded = fold_phrase(name);
    match folded.strip_prefix(wanted) {
        Some("") => true,
        Some(rest) if Field::Region.declaration().suffixes.iter().any(|suffix| suffix == rest) => true,
        _ => is_name_of(wanted, &folded),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REGION: &str = "福建省/三明市/将乐县/古镛镇";

    #[test]
    fn levels_are_found_by_any_of_their_names() {
        for (wanted, level) in [
            ("福建省", Some(1)),
            ("福建省/三明市", Some(2)),
            ("福建／三明", Some(2)),
            ("三明市/将乐县", Some(3)),
            ("將樂", Some(3)),
            ("古镛", Some(4)),
            ("福建省/将乐县", None),
            ("三", None),
            ("建省", None),
            ("/", None),
            ("福建省/三明市/将乐县/古镛镇/某村", None),
        ] {
            assert_eq!(level_of(wanted, REGION), level, "{wanted}");
        }
        assert_eq!(
            level_of("屏边县", "云南省/红河哈尼族彝族自治州/屏边苗族自治县"),
            Some(3)
        );
        assert_eq!(level_of("红河州", "云南省/红河哈尼族彝族自治州"), Some(2));
    }

    #[test]
    fn regions_are_counted_a_level_at_a_time() {
        for (under, group) in [
            (None, Some("福建省")),
            (Some("福建省"), Some("福建省/三明市")),
            (Some("三明"), Some("福建省/三明市/将乐县")),
            (Some("古镛镇"), Some(REGION)),
            (Some("江西省"), None),
        ] {
            assert_eq!(group_of(REGION, under).as_deref(), group, "{under:?}");
        }
    }
}
