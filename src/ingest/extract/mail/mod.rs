//! Reads mails (`.eml`) and pages saved whole by a browser or by Word (`.mht`): MIME, RFC 2045 to 2047, 2231 and 2557.
//!
//! The page or text becomes the report. What is attached stands beside it, as members do in an archive; images and style sheets
//! of the page are left out, each by name.

use std::path::Path;

use super::archive::{Content, Member, name};
use super::decode::{self, Decoded};
use super::{Draft, Given, Harvest, Input, Packed, Places, Run, html, text};
use crate::error::{Error, Result};
use crate::ingest::skip::SkipReason;
use crate::report::{Dropped, EvidenceSource, Place};
use crate::schema::titles::titles;

mod encoding;
mod part;

use part::{Head, Part};

/// Whether a file begins with the header of a mail: lines of `Name: value` up to a blank one, and among them those that make a mail.
pub(super) fn is(bytes: &[u8]) -> bool {
    let Some(head) = Head::of(bytes) else { return false };
    let has = |name: &str| head.value(name).is_some();
    has("mime-version") || (has("subject") && (has("from") || has("date")))
}

pub(super) fn extract(packed: &Packed) -> Result<Harvest> {
    let mail = Part::all(&packed.bytes);
    let mut harvest = Harvest {
        warnings: mail.warnings,
        ..Harvest::default()
    };
    let top = mail.head;
    let chosen = choose(&mail.parts, mail.start.as_deref());
    let mut texts: Vec<Draft> = Vec::new();
    for (n, part) in mail.parts.iter().enumerate() {
        if chosen.contains(&n) {
            texts.extend(draft_of(part, packed, &mut harvest.warnings));
        } else if let Some(member) = beside(part, n) {
            harvest.members.push(member);
        }
    }
    let Some(mut draft) = joined(texts) else {
        if harvest
            .members
            .iter()
            .any(|member| matches!(member.content, Content::Bytes(_)))
        {
            return Ok(harvest);
        }
        return Err(Error::source(&packed.path, "no text in this mail or saved page")
            .hinted("open it in a browser or mail program and save its text"));
    };
    give_head(&mut draft, &top, &mail.parts, &chosen);
    harvest.drafts.push(draft);
    Ok(harvest)
}

/// The parts that are the text: the page that holds most, or else the plain text; and plain text that is no other form of the page.
fn choose(parts: &[Part], start: Option<&str>) -> Vec<usize> {
    let is_text = |part: &Part, kind: &str| part.kind == kind && !part.is_attached;
    let pages =
        || (0..parts.len()).filter(|&n| is_text(&parts[n], "text/html") || is_text(&parts[n], "application/xhtml+xml"));
    let page = pages()
        .map(|n| {
            let named = start.is_some() && parts[n].id.as_deref() == start;
            (chinese_in(&parts[n].contents()), named, std::cmp::Reverse(n))
        })
        .max()
        .map(|(.., std::cmp::Reverse(n))| n);
    let mut chosen: Vec<usize> = (0..parts.len())
        .filter(|&n| is_text(&parts[n], "text/plain") && !(parts[n].is_alternative && page.is_some()))
        .chain(page)
        .collect();
    chosen.sort_unstable();
    chosen
}

/// How much Chinese text there is, in whatever encoding: bytes outside ASCII, and numbers of characters as markup writes them.
fn chinese_in(bytes: &[u8]) -> usize {
    let written = memchr::memmem::find_iter(bytes, b"&#").count();
    bytes.iter().filter(|byte| !byte.is_ascii()).count() + written * 2
}

/// The text of a part. What cannot be read is a warning.
fn draft_of(part: &Part, packed: &Packed, warnings: &mut Vec<String>) -> Option<Draft> {
    let decoded = match decoded(part, packed) {
        Ok(decoded) => decoded,
        Err(reason) => {
            warnings.push(format!("a part of the text could not be read: {reason}"));
            return None;
        }
    };
    warnings.extend(super::decoding_warnings(&decoded));
    let input = Input {
        path: &packed.path,
        text: &decoded.text,
        map: &decoded.map,
        options: &packed.options,
    };
    let is_page = part.kind != "text/plain";
    let harvest = if is_page {
        html::extract(&input)
    } else {
        text::extract(&input)
    };
    harvest.ok()?.drafts.into_iter().next()
}

/// The characters of a part: by the encoding it states, unless that does not fit and another does.
fn decoded(part: &Part, packed: &Packed) -> std::result::Result<Decoded, String> {
    let stated = packed.options.encoding.or(part.charset);
    let detected =
        |told| decode::decode(part.contents(), told).map_err(|trouble| trouble.about(Path::new("")).to_string());
    let by_head = detected(stated)?;
    if by_head.lossy.is_none() || packed.options.encoding.is_some() || stated.is_none() {
        return Ok(by_head);
    }
    let by_signs = detected(None)?;
    Ok(if by_signs.lossy < by_head.lossy {
        by_signs
    } else {
        by_head
    })
}

/// A part that is not the text, as a file beside it.
fn beside(part: &Part, number: usize) -> Option<Member> {
    let name = part.name.clone().map(|name| name::cleaned(&name));
    let is_page_part = !part.is_attached
        && (part.kind.starts_with("image/")
            || part.kind.starts_with("text/")
            || part.kind.starts_with("font/")
            || part.has_location);
    let is_attachment = part.is_attached || (name.is_some() && !is_page_part);
    let name = name
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| match part.kind.as_str() {
            "message/rfc822" => format!("part-{}.eml", number + 1),
            kind => format!("part-{}.{}", number + 1, kind.rsplit('/').next().unwrap_or_default()),
        });
    // The other form of a text that was read says nothing of its own.
    if part.is_alternative && part.kind.starts_with("text/") && !part.is_attached {
        return None;
    }
    let content = match is_attachment || part.kind == "message/rfc822" {
        false => Content::Skipped(SkipReason::PartOfPage),
        true => super::archive::reason_to_skip(&name).map_or_else(|| Content::Bytes(part.contents()), Content::Skipped),
    };
    Some(Member { name, content })
}

/// The texts as one, their lines counted as paragraphs: what stands encoded in its file has no place in bytes.
fn joined(texts: Vec<Draft>) -> Option<Draft> {
    let mut whole = Draft {
        places: Places::Paragraphs,
        ..Draft::default()
    };
    let mut paragraph = 0;
    for mut text in texts {
        // The first byte of each paragraph in its part, to find those of what was left out.
        let mut starts: Vec<u64> = Vec::new();
        let before = paragraph;
        for mut line in text.lines {
            if line.text.trim().is_empty() {
                line.runs.clear();
            } else {
                starts.push(
                    line.runs
                        .first()
                        .map_or(starts.last().copied().unwrap_or(0), |run| run.source.start),
                );
                paragraph += 1;
                line.runs = vec![Run {
                    at: 0,
                    source: paragraph..paragraph + 1,
                }];
            }
            whole.lines.push(line);
        }
        let placed = |dropped: Dropped| match dropped.source {
            Place::Bytes([start, _]) => Dropped {
                source: Place::Paragraph(before + (starts.partition_point(|at| *at <= start) as u64).max(1)),
                ..dropped
            },
            _ => dropped,
        };
        whole.dropped.extend(text.dropped.into_iter().map(placed));
        whole.given.append(&mut text.given);
        whole.warnings.append(&mut text.warnings);
    }
    (paragraph > 0).then_some(whole)
}

/// What the header states: the address the page was saved from, and the subject where the page names no title and it reads like one.
fn give_head(draft: &mut Draft, top: &Head, parts: &[Part], chosen: &[usize]) {
    let has = |draft: &Draft, label: &str| draft.given.iter().any(|given| given.label == label);
    let give = |draft: &mut Draft, label: &str, value: String| {
        draft.given.push(Given {
            label: label.to_owned(),
            value,
            from: EvidenceSource::Header,
        });
    };
    let location = top.value("snapshot-content-location").or_else(|| {
        let mut texts = chosen.iter().filter_map(|&n| parts[n].location.clone());
        texts.next().or_else(|| top.value("content-location"))
    });
    if let Some(address) = location.filter(|address| address.starts_with("http") && !has(draft, "url")) {
        give(draft, "url", address);
    }
    let subject = top.value("subject").map(|subject| encoding::words(&subject));
    let reads_like_title = |subject: &String| titles().topic.is_match(subject) && titles().tail.is_match(subject);
    if let Some(subject) = subject.filter(|subject| reads_like_title(subject) && !has(draft, "title")) {
        give(draft, "title", subject);
    }
}

#[cfg(test)]
mod tests;
