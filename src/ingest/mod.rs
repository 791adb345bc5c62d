//! Turns a path into [`Report`]s: walk, read, decode, extract, clean, describe, split.
//!
//! It knows files and formats, and what these reports look like. It does not know the index, a question or a terminal.
//! One bad file is an error of its own and never stops the others.

pub mod blocks;
pub mod corrections;
pub mod decode;
pub mod extract;
pub mod metadata;
pub mod path_pattern;
pub mod quality;
pub mod report;
pub mod sidecar;
pub mod split;
pub mod walk;

use crate::error::{Error, Result};
use crate::report::{Report, Source};
use corrections::FileCorrections;
use walk::Found;

pub use corrections::CorrectionOptions;
pub use extract::Options as ReadOptions;

/// The contents of a file, not yet understood.
pub struct Contents {
    bytes: Vec<u8>,
    /// BLAKE3 hash of them, in hexadecimal digits.
    pub hash: String,
}

/// What was understood of a file.
#[derive(Debug)]
pub struct Read {
    pub reports: Vec<Report>,
    /// Records of the file that could not be read; each names its place.
    pub failures: Vec<Error>,
    /// What holds for the whole file; warnings about one report stand in it.
    pub warnings: Vec<String>,
}

impl Contents {
    /// Reads a file whole.
    ///
    /// # Errors
    /// When it cannot be read, or is larger than the options allow.
    pub fn load(file: &Found, options: &ReadOptions) -> Result<Contents> {
        Ok(Contents::of(extract::read(&file.path, options.max_bytes)?))
    }

    /// Bytes as the contents of a file.
    pub fn of(bytes: Vec<u8>) -> Contents {
        let hash = blake3::hash(&bytes).to_hex().to_string();
        Contents { bytes, hash }
    }

    /// Understands it: all reports in it, under the name the file was found by.
    ///
    /// # Errors
    /// When it is empty, binary, or no report can be found in it.
    pub fn read(self, file: &Found, options: &ReadOptions) -> Result<Read> {
        self.read_corrected(file, options, &FileCorrections::default())
    }

    /// Understands it, and believes what people say of the reports in it.
    ///
    /// # Errors
    /// As [`Contents::read`].
    pub fn read_corrected(self, file: &Found, options: &ReadOptions, said: &FileCorrections<'_>) -> Result<Read> {
        let extraction = extract::extract_bytes(&file.path, self.bytes, options)?;
        let source = Source {
            path: file.name.clone(),
            row: None,
            format: extraction.format.to_owned(),
            encoding: extraction.encoding.to_owned(),
            hash: self.hash,
        };
        let mut warnings = extraction.warnings;
        Ok(Read {
            reports: extraction
                .drafts
                .into_iter()
                .map(|draft| report::read(draft, source.clone(), said, &mut warnings))
                .collect(),
            failures: extraction.failures,
            warnings,
        })
    }
}
