//! Reads which characters the glyphs of a TrueType program are for, from its `cmap` table (OpenType specification, formats 4 and
//! 12). Fonts that state their characters nowhere else often still carry it.

use std::collections::HashMap;

/// A font has at most 65,536 glyphs; a table that names more characters than this is damaged.
const MOST_CHARACTERS: usize = 200_000;

/// The character of each glyph: the lowest when it serves several, but no radical where there is a character.
pub fn characters(program: &[u8]) -> HashMap<u16, char> {
    let mut glyphs = HashMap::new();
    let mut left = MOST_CHARACTERS;
    for (offset, table) in subtables(program).unwrap_or_default() {
        let mut note = |code: u32, glyph: u16| {
            if let Some(c) = char::from_u32(code).filter(|c| glyph > 0 && !c.is_control()) {
                let held = glyphs.entry(glyph).or_insert(c);
                if is_radical(*held) && !is_radical(c) {
                    *held = c;
                }
            }
            left = left.saturating_sub(1);
            left > 0
        };
        let _ = match read_u16(table, offset) {
            Some(4) => segments(table, offset, &mut note),
            Some(12) => groups(table, offset, &mut note),
            _ => None,
        };
    }
    glyphs
}

fn is_radical(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{2fdf}')
}

/// The Unicode subtables of the program's `cmap`: where each starts in it.
fn subtables(program: &[u8]) -> Option<Vec<(usize, &[u8])>> {
    let tables = usize::from(read_u16(program, 4)?);
    let record = (0..tables)
        .map(|n| 12 + n * 16)
        .find(|at| program.get(*at..at + 4) == Some(b"cmap"))?;
    let table = program.get(read_u32(program, record + 8)? as usize..)?;
    let count = usize::from(read_u16(table, 2)?).min(64);
    let unicode = (0..count).filter_map(|n| {
        let at = 4 + n * 8;
        let platform = (read_u16(table, at)?, read_u16(table, at + 2)?);
        let offset = read_u32(table, at + 4)? as usize;
        matches!(platform, (0, _) | (3, 1 | 10)).then_some((offset, table))
    });
    Some(unicode.collect())
}

/// Format 4: segments of codes of two bytes.
fn segments(table: &[u8], at: usize, note: &mut impl FnMut(u32, u16) -> bool) -> Option<()> {
    let doubled = usize::from(read_u16(table, at + 6)?);
    for n in (0..doubled).step_by(2) {
        let end = read_u16(table, at + 14 + n)?;
        let start = read_u16(table, at + 16 + doubled + n)?;
        let delta = read_u16(table, at + 16 + doubled * 2 + n)?;
        let place = at + 16 + doubled * 3 + n;
        let offset = usize::from(read_u16(table, place)?);
        for code in start..=end {
            let glyph = match offset {
                0 => code.wrapping_add(delta),
                _ => match read_u16(table, place + offset + usize::from(code - start) * 2) {
                    Some(0) | None => 0,
                    Some(glyph) => glyph.wrapping_add(delta),
                },
            };
            if !note(u32::from(code), glyph) {
                return None;
            }
        }
    }
    Some(())
}

/// Format 12: groups of codes of four bytes.
fn groups(table: &[u8], at: usize, note: &mut impl FnMut(u32, u16) -> bool) -> Option<()> {
    let count = read_u32(table, at + 12)? as usize;
    for n in 0..count {
        let group = at + 16 + n * 12;
        let (start, end) = (read_u32(table, group)?, read_u32(table, group + 4)?);
        let first = read_u32(table, group + 8)?;
        for code in start..=end {
            let glyph = u16::try_from(first.wrapping_add(code - start)).unwrap_or(0);
            if !note(code, glyph) {
                return None;
            }
        }
    }
    Some(())
}

fn read_u16(bytes: &[u8], at: usize) -> Option<u16> {
    let pair = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_be_bytes([pair[0], pair[1]]))
}

fn read_u32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(read_u16(bytes, at)?) << 16 | u32::from(read_u16(bytes, at.checked_add(2)?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A program with one subtable of format 12: three groups.
    fn program() -> Vec<u8> {
        let mut bytes = vec![0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        bytes.extend(b"cmap");
        for number in [0_u32, 28, 100] {
            bytes.extend(number.to_be_bytes());
        }
        bytes.extend([0, 0, 0, 1, 0, 3, 0, 10, 0, 0, 0, 12]);
        bytes.extend([0, 12, 0, 0]);
        for number in [52_u32, 0, 3, 0x2f42, 0x2f42, 5, 0x6587, 0x6588, 5, 0x2cb7c, 0x2cb7c, 9] {
            bytes.extend(number.to_be_bytes());
        }
        bytes
    }

    #[test]
    fn glyphs_find_their_characters() {
        let glyphs = characters(&program());
        assert_eq!(glyphs.get(&5), Some(&'文'));
        assert_eq!(glyphs.get(&6), Some(&'\u{6588}'));
        assert_eq!(glyphs.get(&9), Some(&'\u{2cb7c}'));
    }

    #[test]
    fn damaged_programs_give_what_they_can() {
        let whole = program();
        for end in 0..whole.len() {
            characters(&whole[..end]);
        }
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] = 0xff;
            characters(&bytes);
        }
    }
}
