//! Defines a [`Strip`]: text that knows which bytes of the source it was copied from, and can be cut and joined.

use std::ops::Range;

use encoding_rs::Encoding;

use crate::ingest::extract::{Run, Scale};

/// Text with the runs that map it to its source. Mapping inside a run needs the [`Scale`] of the source, because a Han character is
/// three bytes here and two, three or four there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Strip {
    pub text: String,
    pub runs: Vec<Run>,
}

/// Runs longer than this are cut, so that no place is far from the start of a run: a line of 200 MB is mapped in linear time.
const CHECKPOINT: usize = 384;

impl Strip {
    pub fn new(text: String, runs: Vec<Run>, scale: Scale) -> Strip {
        let strip = Strip { text, runs };
        if strip.is_direct(scale) {
            strip
        } else {
            strip.with_checkpoints(scale)
        }
    }

    /// The part between two bytes of the text, which must be character boundaries.
    pub fn slice(&self, range: Range<usize>, scale: Scale) -> Strip {
        let mut runs = Vec::new();
        let first = self.runs.partition_point(|run| run.at <= range.start).saturating_sub(1);
        for (n, run) in self.runs.iter().enumerate().skip(first) {
            if run.at >= range.end {
                break;
            }
            let from = run.at.max(range.start);
            let to = self.end_of(n).min(range.end);
            if from < to {
                let start = self.start_of(n, from, scale);
                let end = self.stop_of(n, to, scale);
                if start < end {
                    runs.push(Run {
                        at: from - range.start,
                        source: start..end,
                    });
                }
            }
        }
        Strip {
            text: self.text[range].to_owned(),
            runs,
        }
    }

    /// Appends another strip, with `glue` between the two.
    pub fn append(&mut self, other: &Strip, glue: &str) {
        self.text.push_str(glue);
        let base = self.text.len();
        self.text.push_str(&other.text);
        self.runs.extend(other.runs.iter().map(|run| Run {
            at: base + run.at,
            source: run.source.clone(),
        }));
    }

    /// The bytes of the source from the first copied character to the last of a range of the text.
    pub fn source(&self, range: Range<usize>, scale: Scale) -> Option<[u64; 2]> {
        let first = self.runs.partition_point(|run| run.at <= range.start).saturating_sub(1);
        let mut found: Option<[u64; 2]> = None;
        for (n, run) in self.runs.iter().enumerate().skip(first) {
            if run.at >= range.end {
                break;
            }
            let from = run.at.max(range.start);
            let to = self.end_of(n).min(range.end);
            if from < to {
                let start = self.start_of(n, from, scale);
                let end = self.stop_of(n, to, scale);
                let known = found.unwrap_or([start, end]);
                found = Some([known[0].min(start), known[1].max(end)]);
            }
        }
        found
    }

    /// Where the text of run `n` ends at the latest, in bytes of the text.
    fn end_of(&self, n: usize) -> usize {
        let next = self.runs.get(n + 1).map_or(self.text.len(), |run| run.at);
        next.min(self.text.len())
    }

    /// Where the character at a byte of the text starts in the source; it stands in run `n`.
    fn start_of(&self, n: usize, at: usize, scale: Scale) -> u64 {
        match scale {
            Scale::Bytes(encoding) => self.byte_of(n, at, encoding),
            _ => self.runs[n].source.start,
        }
    }

    /// Where the character before a byte of the text ends in the source; it stands in run `n`.
    fn stop_of(&self, n: usize, at: usize, scale: Scale) -> u64 {
        match scale {
            Scale::Bytes(encoding) => self.byte_of(n, at, encoding),
            _ => self.runs[n].source.end,
        }
    }

    fn byte_of(&self, n: usize, at: usize, encoding: &'static Encoding) -> u64 {
        let run = &self.runs[n];
        let end = self.end_of(n);
        if at >= end {
            return run.source.end;
        }
        let Some(before) = self.text.get(run.at..at) else {
            return run.source.start;
        };
        let walked: u64 = before.chars().map(|c| source_len(c, encoding)).sum();
        (run.source.start + walked).min(run.source.end)
    }

    /// Whether a byte of the text is a byte of the source everywhere inside the runs.
    fn is_direct(&self, scale: Scale) -> bool {
        match scale {
            Scale::Bytes(encoding) => encoding == encoding_rs::UTF_8 && self.text.len() <= CHECKPOINT,
            _ => true,
        }
    }

    fn with_checkpoints(self, scale: Scale) -> Strip {
        let Scale::Bytes(encoding) = scale else { return self };
        let mut runs = Vec::with_capacity(self.runs.len());
        for (n, run) in self.runs.iter().enumerate() {
            let end = self.end_of(n);
            let Some(text) = self.text.get(run.at..end) else {
                runs.push(run.clone());
                continue;
            };
            let (mut at, mut start) = (run.at, run.source.start);
            let (mut here, mut there) = (run.at, run.source.start);
            for c in text.chars() {
                if here - at >= CHECKPOINT && there < run.source.end {
                    runs.push(Run {
                        at,
                        source: start..there,
                    });
                    (at, start) = (here, there);
                }
                here += c.len_utf8();
                there += source_len(c, encoding);
            }
            runs.push(Run {
                at,
                source: start..run.source.end,
            });
        }
        Strip { text: self.text, runs }
    }
}

/// How many bytes a character has in the source.
fn source_len(c: char, encoding: &'static Encoding) -> u64 {
    if encoding == encoding_rs::UTF_8 {
        return c.len_utf8() as u64;
    }
    if encoding == encoding_rs::UTF_16LE || encoding == encoding_rs::UTF_16BE {
        return 2 * c.len_utf16() as u64;
    }
    if c.is_ascii() {
        return 1;
    }
    if matches!(c, '\u{4E00}'..='\u{9FA5}') {
        return 2;
    }
    let mut buffer = [0u8; 4];
    let (bytes, _, unmappable) = encoding.encode(c.encode_utf8(&mut buffer));
    if unmappable { 2 } else { bytes.len() as u64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strip(text: &str, encoding: &'static Encoding) -> Strip {
        let len: u64 = text.chars().map(|c| source_len(c, encoding)).sum();
        Strip::new(
            text.to_owned(),
            vec![Run {
                at: 0,
                source: 10..10 + len,
            }],
            Scale::Bytes(encoding),
        )
    }

    #[test]
    fn slices_keep_their_place_in_every_encoding() {
        for (encoding, bytes) in [
            (encoding_rs::UTF_8, [16, 20]),
            (encoding_rs::GB18030, [14, 18]),
            (encoding_rs::UTF_16LE, [14, 22]),
        ] {
            let whole = strip("古镛2024年", encoding);
            let part = whole.slice(6..10, Scale::Bytes(encoding));
            assert_eq!(part.text, "2024");
            assert_eq!(
                part.source(0..4, Scale::Bytes(encoding)),
                Some(bytes),
                "{}",
                encoding.name()
            );
        }
    }

    #[test]
    fn long_lines_are_mapped_by_checkpoints() {
        let text = "一二三，".repeat(1000);
        let whole = strip(&text, encoding_rs::GB18030);
        assert!(whole.runs.len() > 10);
        assert_eq!(
            whole.source(3000..3003, Scale::Bytes(encoding_rs::GB18030)),
            Some([2010, 2012])
        );
        let part = whole.slice(3000..6000, Scale::Bytes(encoding_rs::GB18030));
        assert_eq!(
            part.source(0..3, Scale::Bytes(encoding_rs::GB18030)),
            Some([2010, 2012])
        );
    }

    #[test]
    fn joined_strips_keep_both_places() {
        let mut joined = strip("古镛", encoding_rs::UTF_8);
        joined.append(
            &Strip {
                text: "镇".into(),
                runs: vec![Run { at: 0, source: 50..53 }],
            },
            "",
        );
        assert_eq!(joined.source(0..9, Scale::Bytes(encoding_rs::UTF_8)), Some([10, 53]));
        assert_eq!(joined.source(6..9, Scale::Bytes(encoding_rs::UTF_8)), Some([50, 53]));
    }

    #[test]
    fn pages_are_not_divided() {
        let whole = Strip::new(
            "古镛镇".into(),
            vec![Run { at: 0, source: 3..4 }, Run { at: 6, source: 4..5 }],
            Scale::Pages,
        );
        assert_eq!(whole.source(3..6, Scale::Pages), Some([3, 4]));
        assert_eq!(whole.source(3..9, Scale::Pages), Some([3, 5]));
        assert_eq!(whole.slice(6..9, Scale::Pages).source(0..3, Scale::Pages), Some([4, 5]));
    }
}
