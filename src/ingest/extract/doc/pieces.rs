//! The text of a Word document: pieces of the main stream, put in order by the piece table ([MS-DOC] 2.9.38, 2.9.177).

use std::ops::Range;

use encoding_rs::WINDOWS_1252;

use super::super::ole::{u16_at, u32_at};

/// The piece table.
pub struct Pieces<'a> {
    stream: &'a [u8],
    pieces: Vec<Piece>,
    /// Properties that whole pieces may refer to by number.
    shared: Vec<&'a [u8]>,
}

/// A stretch of text that stands together in the stream.
#[derive(Clone, Copy)]
struct Piece {
    /// Its first character in the text.
    at: u32,
    len: u32,
    /// Its first byte in the stream.
    source: u32,
    /// UTF-16, else one byte a character.
    is_wide: bool,
    modifier: u16,
}

/// A character of the text (a UTF-16 unit), with its places.
#[derive(Clone, Copy)]
pub struct Unit {
    /// In the text.
    pub at: u32,
    pub code: u16,
    /// In the stream, in bytes: formatting is told by this place.
    pub source: u32,
    /// What its piece says of its formatting.
    pub modifier: u16,
}

impl<'a> Pieces<'a> {
    /// `None` when the table is broken, or speaks of more text than the stream can hold.
    pub fn parse(clx: &'a [u8], stream: &'a [u8]) -> Option<Self> {
        let mut shared = Vec::new();
        let mut at = 0;
        while *clx.get(at)? == 1 {
            let len = u16_at(clx, at + 1)? as usize;
            shared.push(clx.get(at + 3..at + 3 + len)?);
            at += 3 + len;
        }
        if *clx.get(at)? != 2 {
            return None;
        }
        let len = u32_at(clx, at + 1)? as usize;
        let table = clx.get(at + 5..)?;
        let table = &table[..len.min(table.len())];
        // One more place than pieces, then eight bytes a piece.
        let count = table.len().checked_sub(4)? / 12;
        let mut pieces = Vec::with_capacity(count);
        let mut total = 0u64;
        for n in 0..count {
            let (start, end) = (u32_at(table, 4 * n)?, u32_at(table, 4 * n + 4)?);
            let place = u32_at(table, 4 * (count + 1) + 8 * n + 2)?;
            let modifier = u16_at(table, 4 * (count + 1) + 8 * n + 6)?;
            let is_wide = place & 0x4000_0000 == 0;
            let place = place & 0x3FFF_FFFF;
            let len = end.checked_sub(start)?;
            total += u64::from(len);
            pieces.push(Piece {
                at: start,
                len,
                source: if is_wide { place } else { place / 2 },
                is_wide,
                modifier,
            });
        }
        // Every character takes a byte at least: a table of more is made to exhaust its reader.
        let in_order = pieces.windows(2).all(|pair| pair[0].at + pair[0].len == pair[1].at);
        (in_order && total <= stream.len() as u64).then_some(Pieces { stream, pieces, shared })
    }

    /// How many characters there are.
    pub fn len(&self) -> u32 {
        self.pieces.last().map_or(0, |piece| piece.at + piece.len)
    }

    /// The characters of a part of the text. What lies behind the end of a stream that was cut off is left out.
    pub fn units(&self, range: Range<u32>) -> impl Iterator<Item = Unit> {
        let first = self.pieces.partition_point(|piece| piece.at + piece.len <= range.start);
        let pieces = self.pieces[first..]
            .iter()
            .take_while(move |piece| piece.at < range.end);
        pieces.flat_map(move |piece| {
            let from = range.start.max(piece.at) - piece.at;
            let to = range.end.min(piece.at + piece.len) - piece.at;
            (from..to).map_while(move |n| self.unit(piece, n))
        })
    }

    fn unit(&self, piece: &Piece, n: u32) -> Option<Unit> {
        let width = if piece.is_wide { 2 } else { 1 };
        let source = piece.source.checked_add(n.checked_mul(width)?)?;
        let code = match piece.is_wide {
            true => u16_at(self.stream, source as usize)?,
            false => western(*self.stream.get(source as usize)?),
        };
        Some(Unit {
            at: piece.at + n,
            code,
            source,
            modifier: piece.modifier,
        })
    }

    /// The properties that the unit's whole piece has beside its own, as the program left them when it saved in haste.
    pub fn modifier(&self, unit: Unit) -> &'a [u8] {
        match unit.modifier & 1 {
            1 => self.shared.get(usize::from(unit.modifier >> 1)).copied().unwrap_or(&[]),
            _ => &[],
        }
    }
}

/// A character of a piece of single bytes.
fn western(byte: u8) -> u16 {
    match byte {
        0..0x80 | 0xA0.. => u16::from(byte),
        _ => {
            let (text, _) = WINDOWS_1252.decode_without_bom_handling(std::slice::from_ref(&byte));
            text.encode_utf16().next().unwrap_or(0xFFFD)
        }
    }
}
