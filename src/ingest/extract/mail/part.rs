//! Takes a mail apart: headers, and parts in parts, without recursion.

use std::ops::Range;

use encoding_rs::Encoding;

use super::encoding::{base64, charset_named, percent, quoted_printable, words};

/// Parts deeper than this, or more of them, are not looked at; real mails have a handful.
const MAX_DEPTH: usize = 20;
const MAX_PARTS: usize = 2_000;

/// The longest header that is looked at, in bytes.
const MAX_HEAD: usize = 256 << 10;

/// The lines before the first blank one.
pub(super) struct Head {
    /// Names in lower case, and values unfolded.
    fields: Vec<(String, String)>,
    /// How long it is with the blank line, in bytes.
    len: usize,
}

/// A leaf: text, page, image or attachment.
pub(super) struct Part<'a> {
    /// The media type in lower case: `text/html`.
    pub kind: String,
    pub charset: Option<&'static Encoding>,
    /// The name of its file, if it states one.
    pub name: Option<String>,
    /// What other parts call it by.
    pub id: Option<String>,
    /// Where a page saved it from.
    pub location: Option<String>,
    pub has_location: bool,
    /// Meant to be saved as a file.
    pub is_attached: bool,
    /// One of several forms of the same.
    pub is_alternative: bool,
    transfer: String,
    body: &'a [u8],
}

/// A mail in its parts.
pub(super) struct Mail<'a> {
    pub head: Head,
    pub parts: Vec<Part<'a>>,
    /// The identifier of the part that a saved page starts with.
    pub start: Option<String>,
    pub warnings: Vec<String>,
}

impl Head {
    /// Reads the header that a text starts with; `None` when it starts with none. A header that is cut off is one all the same.
    pub fn of(bytes: &[u8]) -> Option<Head> {
        let mut head = Head {
            fields: Vec::new(),
            len: 0,
        };
        let bytes = &bytes[..bytes.len().min(MAX_HEAD)];
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            let first = head.len == 0 || head.fields.is_empty();
            head.len += line.len();
            let text = String::from_utf8_lossy(line);
            let text = text.trim_start_matches('\u{feff}').trim_end();
            if text.is_empty() && first {
                continue;
            }
            if text.is_empty() {
                return Some(head);
            }
            // A mailbox puts a line of its own before each mail.
            if first && text.starts_with("From ") {
                continue;
            }
            if text.starts_with([' ', '\t']) {
                let (_, value) = head.fields.last_mut()?;
                value.push(' ');
                value.push_str(text.trim_start());
                continue;
            }
            let (name, value) = text.split_once(':')?;
            let name = name.trim_end();
            if name.is_empty()
                || !name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
            {
                return None;
            }
            head.fields.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        (!head.fields.is_empty()).then_some(head)
    }

    /// The first value of a name.
    pub fn value(&self, name: &str) -> Option<String> {
        self.fields
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.clone())
    }

    /// What a value says before its parameters, in lower case.
    fn word(&self, name: &str) -> Option<String> {
        let value = self.value(name)?;
        Some(value.split(';').next()?.trim().to_ascii_lowercase())
    }

    /// A parameter of a value: `charset="gb2312"`, `filename*=UTF-8''…`, `filename*0*=…; filename*1=…`.
    fn parameter(&self, field: &str, name: &str) -> Option<String> {
        let value = self.value(field)?;
        let all = parameters(&value);
        let find = |wanted: &str| {
            all.iter()
                .find(|(known, _)| known == wanted)
                .map(|(_, value)| value.clone())
        };
        if let Some(value) = find(&format!("{name}*")) {
            return Some(percent(&value));
        }
        if let Some(value) = find(name) {
            return Some(words(&value));
        }
        let mut whole = String::new();
        let mut is_encoded = false;
        for n in 0..100 {
            let Some(piece) = find(&format!("{name}*{n}*"))
                .inspect(|_| is_encoded = true)
                .or_else(|| find(&format!("{name}*{n}")))
            else {
                break;
            };
            whole.push_str(&piece);
        }
        let whole = if is_encoded { percent(&whole) } else { words(&whole) };
        (!whole.is_empty()).then_some(whole)
    }
}

/// The parameters after a value's first word; names in lower case, values without their quotes.
fn parameters(value: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut pieces: Vec<String> = vec![String::new()];
    let (mut is_quoted, mut is_escaped) = (false, false);
    for c in value.chars() {
        let last = pieces.last_mut().expect("there is always a piece");
        match c {
            _ if is_escaped => {
                last.push(c);
                is_escaped = false;
            }
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            ';' if !is_quoted => pieces.push(String::new()),
            c => last.push(c),
        }
    }
    for piece in pieces.iter().skip(1) {
        if let Some((name, value)) = piece.split_once('=') {
            found.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    found
}

/// A part that may hold others, not yet looked at.
struct Open<'a> {
    bytes: &'a [u8],
    depth: usize,
    is_alternative: bool,
    is_digest: bool,
}

impl<'a> Part<'a> {
    /// The leaves of a mail, in their order.
    pub fn all(bytes: &'a [u8]) -> Mail<'a> {
        let mut mail = Mail {
            head: Head::of(bytes).unwrap_or(Head {
                fields: Vec::new(),
                len: 0,
            }),
            parts: Vec::new(),
            start: None,
            warnings: Vec::new(),
        };
        let mut open = vec![Open {
            bytes,
            depth: 0,
            is_alternative: false,
            is_digest: false,
        }];
        while let Some(part) = open.pop() {
            if mail.parts.len() >= MAX_PARTS || part.depth > MAX_DEPTH {
                let told = format!(
                    "more than {MAX_PARTS} parts, or parts nested more than {MAX_DEPTH} deep: the rest was not read"
                );
                mail.warnings.push(told);
                break;
            }
            let head = if part.depth == 0 {
                Head::of(part.bytes)
            } else {
                part_head(part.bytes)
            };
            let Some(head) = head else { continue };
            let body = &part.bytes[head.len..];
            let kind = head.word("content-type").unwrap_or_else(|| match part.is_digest {
                true => "message/rfc822".to_owned(),
                false => "text/plain".to_owned(),
            });
            let boundary = head.parameter("content-type", "boundary");
            if let (true, Some(boundary)) = (kind.starts_with("multipart/"), boundary) {
                if mail.start.is_none() {
                    mail.start = head.parameter("content-type", "start").map(|start| bare_id(&start));
                }
                let is_alternative =
                    kind == "multipart/alternative" || (part.is_alternative && kind == "multipart/related");
                let children = split(body, &boundary);
                open.extend(children.into_iter().rev().map(|range| Open {
                    bytes: &body[range],
                    depth: part.depth + 1,
                    is_alternative,
                    is_digest: kind == "multipart/digest",
                }));
                continue;
            }
            mail.parts.push(Part::leaf(&head, kind, body, part.is_alternative));
        }
        mail
    }

    fn leaf(head: &Head, kind: String, body: &'a [u8], is_alternative: bool) -> Part<'a> {
        let location = head.value("content-location").map(|location| words(&location));
        let stated = head
            .parameter("content-disposition", "filename")
            .or_else(|| head.parameter("content-type", "name"));
        let is_attached = head.word("content-disposition").as_deref() == Some("attachment")
            || (stated.is_some() && !kind.starts_with("text/") && !kind.starts_with("image/"));
        let by_location = location.as_deref().and_then(|location| {
            let path = location.split(['?', '#']).next()?;
            path.rsplit(['/', '\\']).next().map(percent)
        });
        Part {
            charset: head
                .parameter("content-type", "charset")
                .and_then(|charset| charset_named(&charset)),
            id: head.value("content-id").map(|id| bare_id(&id)),
            transfer: head.word("content-transfer-encoding").unwrap_or_default(),
            name: stated.or(by_location).filter(|name| !name.is_empty()),
            has_location: location.is_some(),
            location,
            is_attached,
            is_alternative,
            kind,
            body,
        }
    }

    /// Its bytes, decoded.
    pub fn contents(&self) -> Vec<u8> {
        match self.transfer.as_str() {
            "base64" => base64(self.body),
            "quoted-printable" => quoted_printable(self.body),
            _ => self.body.to_vec(),
        }
    }
}

/// The header of a part, which may be empty.
fn part_head(bytes: &[u8]) -> Option<Head> {
    let empty = |len| Head {
        fields: Vec::new(),
        len,
    };
    match bytes {
        [b'\r', b'\n', ..] => Some(empty(2)),
        [b'\n', ..] => Some(empty(1)),
        _ => Head::of(bytes).or(Some(empty(0))),
    }
}

fn bare_id(id: &str) -> String {
    id.trim().trim_start_matches('<').trim_end_matches('>').to_owned()
}

/// What stands between the lines `--boundary`; what follows the last of them when the end is cut off.
fn split(body: &[u8], boundary: &str) -> Vec<Range<usize>> {
    let mark = format!("--{boundary}");
    let mut parts = Vec::new();
    let mut start: Option<usize> = None;
    for at in memchr::memmem::find_iter(body, mark.as_bytes()) {
        let is_line_start = at == 0 || body[at - 1] == b'\n';
        let after = &body[at + mark.len()..];
        let line_end = after
            .iter()
            .position(|byte| *byte == b'\n')
            .map_or(after.len(), |end| end + 1);
        let line = after[..line_end].trim_ascii();
        let is_last = line == b"--";
        // Another boundary may begin as this one does.
        if !is_line_start || !(line.is_empty() || is_last) {
            continue;
        }
        if let Some(start) = start.take() {
            let end = at - usize::from(body[..at].ends_with(b"\n")) - usize::from(body[..at].ends_with(b"\r\n"));
            parts.push(start..end.max(start));
        }
        if is_last {
            return parts;
        }
        start = Some(at + mark.len() + line_end);
    }
    parts.extend(start.map(|start| start..body.len()));
    parts
}
