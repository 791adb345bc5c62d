//! Defines the [`Sink`] that printers write to: bytes out, a fingerprint of them, and errors that name where they were going.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, BufWriter, Write};

use serde::Serialize;

use super::visible;
use crate::error::{Error, Result};

/// Where a printer's bytes go. `write!` on it returns this crate's errors.
pub(super) struct Sink<'a> {
    out: BufWriter<Hashed<'a>>,
    /// Named in errors.
    name: &'a str,
}

/// Bytes on their way, and the hash of those that have passed.
struct Hashed<'a> {
    out: &'a mut dyn Write,
    hasher: blake3::Hasher,
}

impl Write for Hashed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl<'a> Sink<'a> {
    pub(super) fn new(out: &'a mut dyn Write, name: &'a str) -> Self {
        let hasher = blake3::Hasher::new();
        Sink {
            out: BufWriter::new(Hashed { out, hasher }),
            name,
        }
    }

    /// What errors call the place that is written to.
    pub(super) fn name(&self) -> &'a str {
        self.name
    }

    /// For writers that want plain bytes.
    pub(super) fn bytes(&mut self) -> &mut dyn Write {
        &mut self.out
    }

    /// The hash of all that was written until now, in hexadecimal digits.
    pub(super) fn fingerprint(&mut self) -> Result<String> {
        let flushed = self.out.flush();
        self.check(flushed)?;
        Ok(self.out.get_ref().hasher.finalize().to_hex().to_string())
    }

    pub(super) fn put(&mut self, text: &str) -> Result<()> {
        let written = self.out.write_all(text.as_bytes());
        self.check(written)
    }

    pub(super) fn put_bytes(&mut self, bytes: &[u8]) -> Result<()> {
        let written = self.out.write_all(bytes);
        self.check(written)
    }

    /// What `write!` calls.
    pub(super) fn write_fmt(&mut self, text: fmt::Arguments<'_>) -> Result<()> {
        let written = self.out.write_fmt(text);
        self.check(written)
    }

    /// Writes the value as JSON, on one line and without an end of line.
    pub(super) fn json(&mut self, value: &impl Serialize) -> Result<()> {
        let text = self.json_text(value)?;
        self.put(&text)
    }

    /// The value as JSON, on one line.
    pub(super) fn json_text(&self, value: &impl Serialize) -> Result<String> {
        let text = serde_json::to_string(value).map_err(io::Error::from);
        let text = text.map_err(|error| Error::io(self.name, error))?;
        Ok(match visible::json(&text) {
            Cow::Borrowed(_) => text,
            Cow::Owned(escaped) => escaped,
        })
    }

    /// Hands everything on. To be called last; what is written without it may be lost without an error.
    pub(super) fn finish(mut self) -> Result<()> {
        let flushed = self.out.flush();
        self.check(flushed)
    }

    fn check(&self, result: io::Result<()>) -> Result<()> {
        result.map_err(|error| Error::io(self.name, error))
    }
}
