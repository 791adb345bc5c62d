//! Turns a path into [`Report`]s: walk, read, decode, extract, clean, describe, split.
//!
//! It knows files and formats, and what these reports look like. It does not know the index, a question or a terminal.
//! One bad file is an error of its own and never stops the others.

pub mod blocks;
pub mod corrections;
pub mod decode;
pub mod extract;
mod identity;
pub mod metadata;
pub mod path_pattern;
pub mod quality;
pub mod report;
pub mod sidecar;
mod skip;
pub mod split;
pub mod walk;
pub mod workbook;

use crate::error::{Error, Result};
use crate::report::{Report, Source};
use corrections::FileCorrections;
use extract::Extraction;
use skip::SkipReason;
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
#[derive(Debug, Default)]
pub struct Read {
    pub reports: Vec<Report>,
    /// Records of the file and members of the archive that could not be read; each names its place.
    pub failures: Vec<Error>,
    /// Members of the archive that are no reports, with the reason.
    pub skipped: Vec<(String, SkipReason)>,
    /// What holds for a whole file or member, with its path before it; warnings about one report stand in it.
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

    /// Understands it: all reports in it, under the name the file was found by. A report in an archive has the path of its member:
    /// `a.zip!/2024/b.docx`.
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
        let mut read = Read::default();
        let hash = self.hash;
        extract::extract_bytes(&file.path, self.bytes, options, &mut |extraction| {
            read.take_in(extraction, &file.name, &hash, said);
        })?;
        Ok(read)
    }
}

impl Read {
    fn take_in(&mut self, extraction: Extraction, name: &str, hash: &str, said: &FileCorrections<'_>) {
        let source = Source {
            path: format!("{name}{}", extraction.inside),
            row: None,
            format: extraction.format.to_owned(),
            encoding: extraction.encoding.to_owned(),
            hash: hash.to_owned(),
        };
        let mut warnings = extraction.warnings;
        let drafts = extraction.drafts.into_iter();
        self.reports
            .extend(drafts.map(|draft| report::read(draft, source.clone(), said, &mut warnings)));
        let warnings = warnings.iter();
        self.warnings
            .extend(warnings.map(|warning| format!("{}: {warning}", source.path)));
        self.failures.extend(extraction.failures);
        let skipped = extraction.skipped.into_iter();
        self.skipped
            .extend(skipped.map(|(inside, reason)| (format!("{name}{inside}"), reason)));
    }
}
