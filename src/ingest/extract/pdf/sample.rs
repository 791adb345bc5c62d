//! Writes small PDF files for the tests: text at given places, in fonts that are not embedded, and whatever else a test needs.

use std::fmt::Write;

use encoding_rs::GBK;

/// A4, in points.
const WIDTH: f32 = 595.0;
pub const HEIGHT: f32 = 842.0;

/// How the codes of the text stand for characters.
#[derive(Clone, Copy, PartialEq)]
pub enum Codes {
    /// UniGB-UTF16-H: every character of Unicode.
    Unicode,
    /// GBK-EUC-H, as Chinese offices write it.
    Gbk,
}

/// A file that grows by objects; their numbers count from 1.
pub struct Sample {
    codes: Codes,
    objects: Vec<Vec<u8>>,
    pages: Vec<usize>,
}

/// The numbers of the objects that every file begins with.
const CATALOG: usize = 1;
const TREE: usize = 2;
const FONT: usize = 3;

impl Sample {
    pub fn new(codes: Codes) -> Sample {
        let (encoding, base) = match codes {
            Codes::Unicode => ("UniGB-UTF16-H", "STSong-Light"),
            Codes::Gbk => ("GBK-EUC-H", "SimSun"),
        };
        let mut sample = Sample {
            codes,
            objects: Vec::new(),
            pages: Vec::new(),
        };
        sample.object(format!("<</Type/Catalog/Pages {TREE} 0 R>>"));
        sample.object(String::new());
        // Half-width glyphs of Adobe-GB1: 1 to 95 and 814 to 939.
        sample.object(format!(
            "<</Type/Font/Subtype/Type0/BaseFont/{base}/Encoding/{encoding}/DescendantFonts[<</Type/Font/Subtype/CIDFontType0\
             /BaseFont/{base}/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>/DW 1000/W[1 95 500 814 939 500]\
             /FontDescriptor<</Type/FontDescriptor/FontName/{base}/Flags 6/Ascent 880/Descent -120>>>>]>>"
        ));
        sample
    }

    /// Adds an object and gives its number.
    pub fn object(&mut self, body: impl Into<Vec<u8>>) -> usize {
        self.objects.push(body.into());
        self.objects.len()
    }

    /// Adds a stream: `entries` stand in its dictionary.
    pub fn stream(&mut self, entries: &str, data: &[u8]) -> usize {
        let mut body = format!("<<{entries}/Length {}>>stream\n", data.len()).into_bytes();
        body.extend(data);
        body.extend(b"\nendstream");
        self.object(body)
    }

    /// Adds a page that shows `content`; `entries` stand in its dictionary.
    pub fn page_with(&mut self, content: &str, entries: &str) -> &mut Sample {
        let content = self.stream("", content.as_bytes());
        let page = self.object(format!(
            "<</Type/Page/Parent {TREE} 0 R/MediaBox[0 0 {WIDTH} {HEIGHT}]/Contents {content} 0 R\
             /Resources<</Font<</F {FONT} 0 R>>/XObject<<>>>>{entries}>>"
        ));
        self.pages.push(page);
        self
    }

    pub fn page(&mut self, content: &str) -> &mut Sample {
        self.page_with(content, "")
    }

    /// A page that shows nothing but an image.
    pub fn scan(&mut self) -> &mut Sample {
        self.page(&format!(
            "q {WIDTH} 0 0 {HEIGHT} 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \u{7f} EI Q"
        ))
    }

    /// The operators that show text: the left end of its line, from the left and the top of the page.
    pub fn show(&self, x: f32, y: f32, size: f32, text: &str) -> String {
        let y = HEIGHT - y;
        format!("BT /F {size} Tf 1 0 0 1 {x} {y} Tm <{}> Tj ET\n", self.hex(text))
    }

    pub fn hex(&self, text: &str) -> String {
        let bytes = match self.codes {
            Codes::Unicode => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            Codes::Gbk => GBK.encode(text).0.into_owned(),
        };
        bytes.iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }

    /// The page tree's own object is written here.
    pub fn tree(&mut self, body: &str) {
        self.objects[TREE - 1] = body.as_bytes().to_vec();
    }

    pub fn bytes(mut self) -> Vec<u8> {
        if self.objects[TREE - 1].is_empty() {
            let kids: String = self.pages.iter().map(|page| format!("{page} 0 R ")).collect();
            self.tree(&format!("<</Type/Pages/Kids[{kids}]/Count {}>>", self.pages.len()));
        }
        let mut bytes = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec();
        let mut places = Vec::new();
        for (n, body) in self.objects.iter().enumerate() {
            places.push(bytes.len());
            bytes.extend(format!("{} 0 obj\n", n + 1).bytes());
            bytes.extend(body);
            bytes.extend(b"\nendobj\n");
        }
        let start = bytes.len();
        let count = places.len() + 1;
        bytes.extend(format!("xref\n0 {count}\n0000000000 65535 f \n").bytes());
        for place in places {
            bytes.extend(format!("{place:010} 00000 n \n").bytes());
        }
        bytes.extend(format!("trailer<</Size {count}/Root {CATALOG} 0 R>>\nstartxref\n{start}\n%%EOF\n").bytes());
        bytes
    }
}

/// Text set as offices set it: 16 points, 28 from line to line, the first line of a paragraph two characters in.
pub struct Setter {
    pub size: f32,
    pub pitch: f32,
    /// How many characters of full width a line holds, and how many lines a page.
    pub width: usize,
    pub lines: usize,
    pub left: f32,
    pub top: f32,
}

impl Default for Setter {
    fn default() -> Setter {
        Setter {
            size: 16.0,
            pitch: 28.0,
            width: 27,
            lines: 22,
            left: 80.0,
            top: 120.0,
        }
    }
}

impl Setter {
    /// Adds pages of paragraphs; `more` adds to each page by its number.
    pub fn set(&self, sample: &mut Sample, paragraphs: &[&str], more: impl Fn(&Sample, usize) -> String) {
        let lines: Vec<String> = paragraphs
            .iter()
            .flat_map(|paragraph| self.lines_of(paragraph))
            .collect();
        let blank = [String::new()];
        let lines = if lines.is_empty() { &blank[..] } else { &lines };
        for (n, page) in lines.chunks(self.lines).enumerate() {
            let content = page.iter().enumerate().map(|(at, line)| {
                let shown = line.trim_start_matches('\u{3000}');
                let indent = line.chars().count() - shown.chars().count();
                let x = self.left + indent as f32 * self.size;
                sample.show(x, self.top + at as f32 * self.pitch, self.size, shown)
            });
            let content = content.collect::<String>() + &more(sample, n + 1);
            sample.page(&content);
        }
    }

    /// A paragraph's lines: marks that close may hang over the margin.
    fn lines_of(&self, paragraph: &str) -> Vec<String> {
        let mut lines = vec!["\u{3000}\u{3000}".to_owned()];
        let mut width = 4;
        for c in paragraph.chars() {
            let own = if c.is_ascii() { 1 } else { 2 };
            if width + own > self.width * 2 && !"，。、；：”）》%".contains(c) {
                lines.push(String::new());
                width = 0;
            }
            width += own;
            if let Some(line) = lines.last_mut() {
                line.push(c);
            }
        }
        lines
    }
}
