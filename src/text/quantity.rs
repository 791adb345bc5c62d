//! Finds quantities: a number, perhaps rounded, with a unit right behind it, as 256起, 1.2万余人次, 二十八支 or 98%.
//!
//! Years and dates are none: 年 and 月 are no units here. Nor are names that look like numbers, as 12345 or 三是.

use super::fold::Folded;
use super::numeral::digit;
use super::plain::is_blank;
use crate::schema::quantities::Quantities;

/// Where quantities begin in a text, given with its folded form; in units, ascending.
pub fn quantities(text: &str, folded: &Folded) -> Vec<u32> {
    let declared = Quantities::ours();
    let ends = folded.units.iter().skip(1).map(|unit| unit.folded);
    let ends = ends.chain([folded.text.len()]);
    let cut = folded
        .units
        .iter()
        .zip(ends)
        .map(|(unit, end)| &folded.text[unit.folded..end]);
    let cut: Vec<&str> = cut.collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < cut.len() {
        let start = at;
        at = after_number(&cut, start, declared);
        if at == start {
            at += 1;
            continue;
        }
        let behind = &folded.text[folded.units.get(at).map_or(folded.text.len(), |unit| unit.folded)..];
        let has_unit = declared.units.iter().any(|unit| behind.starts_with(unit.as_str()));
        // The sign of a share belongs to no unit: it stands in the original behind the number.
        let rest = text[folded.units[at - 1].original.end..].trim_start_matches(is_blank);
        let is_ordinal = start > 0 && cut[start - 1] == "第";
        if !is_ordinal && (has_unit || rest.starts_with(declared.shares.as_slice())) {
            found.push(start as u32);
        }
    }
    found
}

/// Where a number that starts at a unit ends, with what rounds it; `start` when none starts there.
fn after_number(cut: &[&str], start: usize, declared: &Quantities) -> usize {
    let is_digits = cut[start].bytes().any(|byte| byte.is_ascii_digit());
    let mut end = start + 1;
    if !is_digits {
        end = start + cut[start..].iter().take_while(|unit| is_numeral(unit)).count();
        if end < start + declared.least_signs {
            return start;
        }
    }
    let is_between = |unit: &&&str| declared.between.iter().any(|between| between == *unit);
    end + cut[end..].iter().take_while(is_between).count()
}

/// Whether a unit is one sign of a Chinese numeral.
fn is_numeral(unit: &str) -> bool {
    let mut signs = unit.chars();
    signs
        .next()
        .is_some_and(|sign| digit(sign).is_some() || matches!(sign, '两' | '十' | '百' | '千' | '万' | '亿'))
        && signs.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold::fold_with_places;

    fn count(text: &str) -> usize {
        quantities(text, &fold_with_places(text)).len()
    }

    #[test]
    fn numbers_with_units_count() {
        assert_eq!(count("共调处矛盾纠纷256起，受教育群众约9000人次"), 2);
        assert_eq!(count("发放资料3万余份，罚款1.5万元"), 2);
        assert_eq!(count("巡演九十六场，观众约七万人次"), 2);
        assert_eq!(count("调解率达98%，满意率 100 ％"), 2);
        assert_eq!(count("接访136批279人次"), 2);
        assert_eq!(count("１２件"), 1);
    }

    #[test]
    fn years_lists_and_names_do_not() {
        assert_eq!(count("2024年，12345热线；三是推进“1+6+N”"), 0);
        assert_eq!(count("一、主要举措 二是加强一支队伍"), 0);
        assert_eq!(count("4月15日，依照第二十八条和第3项"), 0);
        assert_eq!(count(""), 0);
        assert_eq!(count("256"), 0);
    }
}
