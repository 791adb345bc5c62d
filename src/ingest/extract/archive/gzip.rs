//! Unpacks gzip: a tar archive, or one file.

use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::{Budget, Content, Member, name, reason_to_skip, tar};
use crate::error::{Error, Result};

/// Whether a file begins as a deflated gzip file, RFC 1952.
pub(in super::super) fn is(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x1f\x8b\x08")
}

/// Visits the members of the tar archive, or the one file.
pub(in super::super) fn unpack(
    path: &Path,
    bytes: &[u8],
    budget: &Budget,
    visit: &mut dyn FnMut(Member),
) -> Result<()> {
    let decoder = MultiGzDecoder::new(bytes);
    let stated = decoder.header().and_then(|header| header.filename()).map(name::shown);
    let inner = budget.read(decoder, bytes.len() as u64);
    let inner = inner.map_err(|stop| match budget.failed(stop) {
        Content::Failed { reason, hint } => Error::source(path, reason).hinted(hint),
        Content::Bytes(_) | Content::Skipped(_) => Error::source(path, "cannot be unpacked"),
    })?;
    if tar::is(&inner) {
        // Its members stand in it as they are: they are counted, or it is, whichever is more.
        return budget.instead_of(inner.len() as u64, || tar::unpack(path, &inner, budget, visit));
    }
    let name = member_name(path, stated);
    let content = reason_to_skip(&name).map_or(Content::Bytes(inner), Content::Skipped);
    visit(Member { name, content });
    Ok(())
}

/// `报告.txt.gz` holds `报告.txt`; what the file states of itself helps when its name does not.
fn member_name(path: &Path, stated: Option<String>) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let stem = stem.rsplit('/').next().unwrap_or_default().to_owned();
    match super::format_of(Path::new(&stem)) {
        Some(_) => stem,
        None => stated
            .and_then(|name| Some(name.rsplit('/').next()?.to_owned()))
            .filter(|name| super::format_of(Path::new(name)).is_some())
            .unwrap_or(stem),
    }
}
