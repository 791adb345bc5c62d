//! The file system inside files of old Office programs (doc, wps, xls, et): which streams a file holds, and what is in them.

use std::io::{Cursor, Read};
use std::path::Path;

use cfb::CompoundFile;

use super::MEND;
use crate::error::{Error, Result};

const SIGNATURE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

/// Whether the bytes are such a file.
pub fn is_ole(bytes: &[u8]) -> bool {
    bytes.starts_with(SIGNATURE)
}

/// Whether the directory names a stream, at any depth. Looks at the bytes alone, so that a damaged file is still known for what
/// it was: entries of the directory stand at multiples of their size.
pub fn names(bytes: &[u8], stream: &str) -> bool {
    const ENTRY: usize = 128;
    let name: Vec<u8> = stream.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
    is_ole(bytes) && bytes.chunks_exact(ENTRY).any(|entry| entry.starts_with(&name))
}

/// An open file of this kind.
pub struct Ole<'a> {
    path: &'a Path,
    size: u64,
    file: CompoundFile<Cursor<&'a [u8]>>,
}

impl<'a> Ole<'a> {
    /// # Errors
    /// The chains of sectors are broken, cross each other or run in circles.
    pub fn open(path: &'a Path, bytes: &'a [u8]) -> Result<Self> {
        let file = CompoundFile::open(Cursor::new(bytes)).map_err(|error| damaged(path, &lower_case(&error)))?;
        Ok(Ole {
            path,
            size: bytes.len() as u64,
            file,
        })
    }

    /// Whether the file has this stream in its root.
    pub fn has(&self, stream: &str) -> bool {
        self.file.is_stream(stream)
    }

    /// What a stream of the root holds; `None` when there is none of this name.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn stream(&mut self, name: &str) -> Result<Option<Vec<u8>>> {
        if !self.has(name) {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        let stream = self.file.open_stream(name);
        // No stream is larger than its file, whatever its entry says.
        let read = stream.and_then(|stream| stream.take(self.size).read_to_end(&mut bytes));
        match read {
            Ok(_) => Ok(Some(bytes)),
            // What could be read before the end of a file that was cut off.
            Err(_) if !bytes.is_empty() => Ok(Some(bytes)),
            Err(error) => Err(damaged(self.path, &lower_case(&error))),
        }
    }
}

/// What the library says, in the way of our messages.
fn lower_case(error: &std::io::Error) -> String {
    error.to_string().to_lowercase()
}

/// A file of which not enough is left to be read.
pub fn damaged(path: &Path, reason: &str) -> Error {
    Error::source(path, format!("damaged: {reason}")).hinted(MEND)
}

/// The number of two bytes that stands at `at`, lowest byte first.
pub fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let found = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(found.try_into().ok()?))
}

/// The number of four bytes that stands at `at`, lowest byte first.
pub fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let found = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(found.try_into().ok()?))
}

#[cfg(test)]
pub mod tests {
    use std::io::Write;

    use super::*;

    /// A file with these streams.
    pub fn with_streams(streams: &[(&str, &[u8])]) -> Vec<u8> {
        let mut file = CompoundFile::create(Cursor::new(Vec::new())).unwrap();
        for (name, bytes) in streams {
            file.create_stream(name).unwrap().write_all(bytes).unwrap();
        }
        file.flush().unwrap();
        file.into_inner().into_inner()
    }

    #[test]
    fn streams_are_known_by_name() {
        let long = vec![7; 10_000];
        let bytes = with_streams(&[("Workbook", &long), ("1Table", b"short")]);
        assert!(names(&bytes, "Workbook") && !names(&bytes, "Book") && !names(b"Workbook", "Workbook"));
        let mut ole = Ole::open(Path::new("x.xls"), &bytes).unwrap();
        assert_eq!(ole.stream("Workbook").unwrap(), Some(long));
        assert_eq!(ole.stream("1Table").unwrap().as_deref(), Some(b"short".as_slice()));
        assert_eq!(ole.stream("Book").unwrap(), None);
    }

    #[test]
    fn chains_that_run_in_circles_are_errors() {
        let bytes = with_streams(&[("WordDocument", &vec![1; 40_000])]);
        let size = 1 << u16_at(&bytes, 30).unwrap();
        let fat = size * (1 + u32_at(&bytes, 76).unwrap() as usize);
        for (sector, next) in [(6, 5_u32), (6, 6), (9, 3)] {
            let mut bytes = bytes.clone();
            bytes[fat + 4 * sector..][..4].copy_from_slice(&next.to_le_bytes());
            let error = Ole::open(Path::new("x.doc"), &bytes).and_then(|mut ole| ole.stream("WordDocument"));
            let error = error.expect_err("an error");
            assert!(error.to_string().starts_with("x.doc: damaged: "), "{error}");
        }
    }
}
