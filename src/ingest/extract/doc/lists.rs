//! Automatic numbers: the lists of a document, and what each paragraph's number is ([MS-DOC] 2.9.131, 2.9.147, 2.9.150).

use std::collections::{HashMap, HashSet};

use super::super::ole::{u16_at, u32_at};
use super::numbers;

const LEVELS: usize = 9;

/// The lists of a document and how far each has been counted.
#[derive(Default)]
pub struct Lists {
    /// By the list's own number.
    levels: HashMap<u32, Vec<Level>>,
    overrides: Vec<Override>,
    counts: HashMap<u32, [Option<u32>; LEVELS]>,
    /// Overrides whose start was taken: override and level.
    started: HashSet<(u16, u8)>,
}

/// How the numbers of a level are written.
#[derive(Clone, Debug, Default)]
struct Level {
    start: u32,
    format: u8,
    /// Characters below 9 stand for the number of that level.
    template: Vec<u16>,
    /// All numbers in it in Arabic digits.
    is_legal: bool,
    /// The depth whose numbers start it anew, from 1: those up to it. 0 for never.
    restart: u8,
}

/// What a paragraph refers to: a list, with changes.
#[derive(Default)]
struct Override {
    list: u32,
    /// By level: a start of its own, a way of its own to write the numbers.
    levels: HashMap<u8, (Option<u32>, Option<Level>)>,
}

impl Lists {
    /// `table` is the table stream; the lists' levels stand behind the lists.
    pub fn parse(table: &[u8], lists: Option<usize>, overrides: Option<usize>) -> Self {
        let mut parsed = Lists::default();
        if let Some(at) = lists {
            parsed.read_lists(table, at);
        }
        if let Some(at) = overrides {
            parsed.read_overrides(table, at);
        }
        parsed
    }

    fn read_lists(&mut self, table: &[u8], at: usize) -> Option<()> {
        const LIST: usize = 28;
        let count = usize::from(u16_at(table, at)?);
        let mut level_at = at + 2 + LIST * count;
        for n in 0..count {
            let list = at + 2 + LIST * n;
            let id = u32_at(table, list)?;
            let is_simple = table.get(list + 26)? & 1 != 0;
            let mut levels = Vec::new();
            for depth in 0..if is_simple { 1 } else { LEVELS } {
                let (level, len) = read_level(table, level_at, depth)?;
                levels.push(level);
                level_at += len;
            }
            self.levels.insert(id, levels);
        }
        Some(())
    }

    fn read_overrides(&mut self, table: &[u8], at: usize) -> Option<()> {
        const OVERRIDE: usize = 16;
        let count = u32_at(table, at)? as usize;
        let mut change_at = at + 4 + OVERRIDE.checked_mul(count)?;
        for n in 0..count {
            let entry = at + 4 + OVERRIDE * n;
            let mut found = Override {
                list: u32_at(table, entry)?,
                ..Override::default()
            };
            let changes = *table.get(entry + 12)?;
            change_at += 4;
            for _ in 0..changes {
                let Some(flags) = u32_at(table, change_at + 4) else {
                    break;
                };
                let start = u32_at(table, change_at).filter(|_| flags & 0x10 != 0);
                change_at += 8;
                let depth = (flags & 0xF) as u8;
                let mut level = None;
                if flags & 0x20 != 0
                    && let Some((read, len)) = read_level(table, change_at, usize::from(depth))
                {
                    level = Some(read);
                    change_at += len;
                }
                found.levels.insert(depth, (start, level));
            }
            self.overrides.push(found);
        }
        Some(())
    }

    /// The number of the next paragraph at this place in a list, as a reader sees it; empty for bullets and for what is in no
    /// list.
    pub fn number(&mut self, list: u16, depth: u8) -> String {
        self.count(list, depth).unwrap_or_default()
    }

    fn count(&mut self, list: u16, depth: u8) -> Option<String> {
        let found = self.overrides.get(usize::from(list).checked_sub(1)?)?;
        let base = self.levels.get(&found.list)?;
        let depth = depth.min(base.len().checked_sub(1)? as u8);
        let level_at = |depth: u8| {
            let own = found.levels.get(&depth).and_then(|(_, level)| level.as_ref());
            own.or_else(|| base.get(usize::from(depth)))
        };
        let start_of = |depth: u8| {
            let own = found.levels.get(&depth).and_then(|(start, _)| *start);
            own.or_else(|| level_at(depth).map(|level| level.start)).unwrap_or(1)
        };
        let level = level_at(depth)?;
        let counts = self.counts.entry(found.list).or_default();
        let starts_anew =
            found.levels.get(&depth).is_some_and(|(start, _)| start.is_some()) && self.started.insert((list, depth));
        let slot = &mut counts[usize::from(depth)];
        *slot = Some(match *slot {
            Some(count) if !starts_anew => count.saturating_add(1),
            _ => start_of(depth),
        });
        for deeper in depth + 1..LEVELS as u8 {
            // A deeper level starts anew, unless it counts on.
            if level_at(deeper).is_none_or(|level| depth < level.restart) {
                counts[usize::from(deeper)] = None;
            }
        }
        let mut text = String::new();
        for unit in char::decode_utf16(level.template.iter().copied()) {
            match unit {
                Ok(place) if u32::from(place) < LEVELS as u32 => {
                    let place = u32::from(place) as u8;
                    let format = match level_at(place) {
                        _ if level.is_legal => 0,
                        Some(level) => level.format,
                        None => 0,
                    };
                    let count = counts[usize::from(place)].unwrap_or_else(|| start_of(place));
                    text.push_str(&numbers::write(count, format));
                }
                Ok(c) if !is_bullet(level.format, c) => text.push(c),
                _ => {}
            }
        }
        Some(text)
    }
}

/// A bullet is a picture, whatever letter of a symbol font stands for it.
fn is_bullet(format: u8, c: char) -> bool {
    format == numbers::BULLET || ('\u{E000}'..='\u{F8FF}').contains(&c)
}

/// A level and its length in bytes.
fn read_level(table: &[u8], at: usize, depth: usize) -> Option<(Level, usize)> {
    const FIXED: usize = 28;
    let fixed = table.get(at..at.checked_add(FIXED)?)?;
    let flags = fixed[5];
    let template_at = at + FIXED + usize::from(fixed[25]) + usize::from(fixed[24]);
    let len = usize::from(u16_at(table, template_at)?);
    let template = table.get(template_at + 2..template_at + 2 + 2 * len)?;
    let level = Level {
        start: u32_at(fixed, 0)?,
        format: fixed[4],
        template: template
            .chunks_exact(2)
            .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
            .collect(),
        is_legal: flags & 0x04 != 0,
        restart: if flags & 0x08 != 0 { fixed[26] } else { depth as u8 },
    };
    Some((level, template_at + 2 + 2 * len - at))
}
