//! Checksums of the files of an index, kept at the end of each: whoever reads a part of a file can tell whether that part is
//! as it was written, without reading the rest.
//!
//! A sealed file is the content; then the CRC-32 of each block of [`BLOCK`] bytes of it, the last one shorter; then the *tail*:
//! the length of the content (8 bytes), the CRC-32 of the file's name, the checksums and that length (4 bytes), and eight bytes
//! that say that the file is sealed. Numbers are little-endian. The name keeps one file from being taken for another.
//!
//! A small text is sealed by a line after it, so that it can still be read by people and by `jq`.

use crc32fast::Hasher;

/// How many bytes have a checksum of their own: the least that is checked when any of them is read. Checking one takes about
/// ten microseconds, so one lookup is not slowed; and the checksums of a file of 1 GB are 64 KB.
pub const BLOCK: usize = 64 << 10;

const MAGIC: [u8; 8] = *b"baogao01";

/// Makes the seal of a file while its content is written.
pub struct Sealer {
    name: String,
    sums: Vec<u8>,
    block: Hasher,
    length: u64,
}

impl Sealer {
    pub fn new(name: &str) -> Self {
        Sealer {
            name: name.to_owned(),
            sums: Vec::new(),
            block: Hasher::new(),
            length: 0,
        }
    }

    /// Takes in what was written next.
    pub fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let room = BLOCK - (self.length % BLOCK as u64) as usize;
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.block.update(now);
            self.length += now.len() as u64;
            if now.len() == room {
                self.end_block();
            }
            bytes = later;
        }
    }

    /// What is to be written after the content.
    pub fn finish(mut self) -> Vec<u8> {
        if !self.length.is_multiple_of(BLOCK as u64) {
            self.end_block();
        }
        let mut seal = self.sums;
        seal.extend(self.length.to_le_bytes());
        let sum = named_sum(&self.name, &seal);
        seal.extend(sum.to_le_bytes());
        seal.extend(MAGIC);
        seal
    }

    fn end_block(&mut self) {
        let sum = std::mem::take(&mut self.block).finalize();
        self.sums.extend(sum.to_le_bytes());
    }
}

/// The seal of a file, itself found whole.
pub struct Seal {
    /// How many bytes of content it has.
    pub length: usize,
    sums: Vec<u32>,
}

impl Seal {
    /// Reads the seal of a file that was written under this name.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(name: &str, file: &[u8]) -> Result<Seal, &'static str> {
        let torn = "it does not end as it was written";
        let (rest, magic) = file.split_last_chunk::<8>().ok_or(torn)?;
        let (rest, sum) = rest.split_last_chunk::<4>().ok_or(torn)?;
        let (before, length) = rest.split_last_chunk::<8>().ok_or(torn)?;
        if *magic != MAGIC {
            return Err(torn);
        }
        let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| torn)?;
        let sums = before.get(length..).ok_or(torn)?;
        if sums.len() != length.div_ceil(BLOCK) * 4 {
            return Err(torn);
        }
        if named_sum(name, &rest[length..]) != u32::from_le_bytes(*sum) {
            return Err("its checksums are not those that were written");
        }
        let (sums, _) = sums.as_chunks::<4>();
        Ok(Seal {
            length,
            sums: sums.iter().map(|sum| u32::from_le_bytes(*sum)).collect(),
        })
    }

    /// How many blocks it has.
    pub fn blocks(&self) -> usize {
        self.sums.len()
    }

    /// Whether a block of the file is as it was written.
    pub fn holds(&self, block: usize, file: &[u8]) -> bool {
        let start = block * BLOCK;
        let content = file.get(start..(start + BLOCK).min(self.length));
        content.is_some_and(|content| crc32fast::hash(content) == self.sums[block])
    }
}

/// A text with the line that seals it.
pub fn seal_text(name: &str, text: &[u8]) -> Vec<u8> {
    let mut sealed = text.to_vec();
    sealed.extend(seal_line(name, text).as_bytes());
    sealed
}

/// A sealed text without its last line, and whether it is as it was written.
pub fn unseal_text<'a>(name: &str, sealed: &'a [u8]) -> (&'a [u8], bool) {
    let end = sealed.len() - seal_line(name, b"").len().min(sealed.len());
    let (text, line) = sealed.split_at(end);
    match line.starts_with(b"{\"crc32\":") {
        true => (text, line == seal_line(name, text).as_bytes()),
        false => (sealed, false),
    }
}

fn seal_line(name: &str, text: &[u8]) -> String {
    format!("{{\"crc32\":\"{:08x}\"}}\n", named_sum(name, text))
}

fn named_sum(name: &str, bytes: &[u8]) -> u32 {
    let mut hasher = Hasher::new();
    hasher.update(name.as_bytes());
    hasher.update(bytes);
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(name: &str, content: &[u8]) -> Vec<u8> {
        let mut sealer = Sealer::new(name);
        for piece in content.chunks(1000) {
            sealer.update(piece);
        }
        [content, &sealer.finish()].concat()
    }

    fn is_whole(name: &str, file: &[u8]) -> bool {
        Seal::read(name, file).is_ok_and(|seal| (0..seal.blocks()).all(|block| seal.holds(block, file)))
    }

    #[test]
    fn what_was_sealed_is_whole_whatever_its_length() {
        for length in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 7] {
            let content: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            let file = sealed("a", &content);
            let seal = Seal::read("a", &file).expect("a seal");
            assert_eq!((seal.length, seal.blocks()), (length, length.div_ceil(BLOCK)));
            assert!(is_whole("a", &file), "{length}");
            assert_eq!(file.len(), length + length.div_ceil(BLOCK) * 4 + 20);
        }
    }

    #[test]
    fn every_changed_bit_is_found() {
        let file = sealed("a", &[7; 300]);
        for bit in 0..file.len() * 8 {
            let mut other = file.clone();
            other[bit / 8] ^= 1 << (bit % 8);
            assert!(!is_whole("a", &other), "bit {bit}");
        }
    }

    #[test]
    fn every_shorter_and_longer_file_is_found() {
        let file = sealed("a", &[7; 300]);
        for length in 0..file.len() {
            assert!(!is_whole("a", &file[..length]), "{length}");
        }
        assert!(!is_whole("a", &[&file[..], &[0]].concat()));
    }

    #[test]
    fn a_file_under_another_name_is_not_whole() {
        assert!(!is_whole("b", &sealed("a", b"content")));
    }

    #[test]
    fn one_damaged_block_leaves_the_others() {
        let mut file = sealed("a", &[7; 3 * BLOCK]);
        file[BLOCK + 5] ^= 1;
        let seal = Seal::read("a", &file).expect("a seal");
        assert_eq!([0, 1, 2].map(|block| seal.holds(block, &file)), [true, false, true]);
    }

    #[test]
    fn a_sealed_text_is_read_back_and_every_change_is_found() {
        let text = b"{\"segments\": []}\n";
        let sealed = seal_text("meta.json", text);
        assert_eq!(unseal_text("meta.json", &sealed), (&text[..], true));
        assert!(!unseal_text("other.json", &sealed).1);
        for at in 0..sealed.len() {
            let mut other = sealed.clone();
            other[at] ^= 1;
            assert!(!unseal_text("meta.json", &other).1, "{at}");
            assert!(!unseal_text("meta.json", &sealed[..at]).1, "{at}");
        }
        assert_eq!(unseal_text("meta.json", text), (&text[..], false));
    }
}
