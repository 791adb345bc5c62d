//! Reads back what an index keeps: reports, their passages, and the files they came from.

use tantivy::postings::SegmentPostings;
use tantivy::schema::{IndexRecordOption, Term};
use tantivy::{DocAddress, DocId, DocSet, SegmentReader, TERMINATED, TantivyDocument};

use super::Index;
use super::document::{SourceEntry, StoredPassage, StoredReport, stored_text};
use super::layout::sort;
use crate::error::Result;
use crate::receipt::IndexState;
use crate::report::{Place, ReportId};

/// A passage as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptPassage {
    pub text: String,
    /// The innermost section: an index into [`StoredReport::sections`].
    pub section: usize,
    /// Its number among the passages of that section, from 1.
    pub number: u32,
    /// In the report's text, in characters.
    pub chars: [usize; 2],
    pub source: Place,
}

/// How much an index holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Size {
    pub sources: u64,
    pub reports: u64,
    pub passages: u64,
}

impl Index {
    /// How much it holds.
    pub fn size(&self) -> Result<Size> {
        Ok(Size {
            sources: self.count(sort::SOURCE)?,
            reports: self.count(sort::REPORT)?,
            passages: self.count(sort::PASSAGE)?,
        })
    }

    /// A fingerprint of everything that was read into it: the same for the same files, in whatever order and wherever they lie.
    pub fn contents(&self) -> Result<String> {
        let mut digests = Vec::new();
        for (ord, segment) in self.searcher.segment_readers().iter().enumerate() {
            let column = segment.fast_fields().u64("source_digest");
            let column = column.map_err(|error| self.damaged(error))?;
            let term = Term::from_field_text(self.layout.doc, sort::SOURCE);
            self.each_doc_of(ord, &term, |address| {
                digests.extend(column.first(address.doc_id));
                Ok(())
            })?;
        }
        digests.sort_unstable();
        let mut hasher = blake3::Hasher::new();
        for digest in digests {
            hasher.update(&digest.to_le_bytes());
        }
        Ok(hasher.finalize().to_hex()[..16].to_owned())
    }

    /// Which index it is, and what it holds.
    pub fn state(&self) -> Result<IndexState> {
        let size = self.size()?;
        let digest = |value: String| blake3::hash(value.as_bytes()).to_hex()[..16].to_owned();
        let json = |value: serde_json::Result<String>| value.map_err(|error| self.damaged(error));
        Ok(IndexState {
            path: self.path.display().to_string(),
            contents: self.contents()?,
            format: self.stamp.format,
            schema: self.stamp.schema.clone(),
            lexicon: digest(format!(
                "{}\n{}",
                include_str!("../../index_schema/lexicon.txt"),
                self.stamp.words.join("\n")
            )),
            topics: digest(json(serde_json::to_string(&self.topics))?),
            sources: size.sources,
            reports: size.reports,
            passages: size.passages,
        })
    }

    /// All reports, by path and row.
    pub fn reports(&self) -> Result<Vec<StoredReport>> {
        let mut reports: Vec<StoredReport> = self.read_all(sort::REPORT, self.layout.report_json)?;
        reports.sort_by(|a, b| (&a.source.path, a.source.row).cmp(&(&b.source.path, b.source.row)));
        Ok(reports)
    }

    /// All files it was made from, by path.
    pub fn sources(&self) -> Result<Vec<SourceEntry>> {
        let mut sources: Vec<SourceEntry> = self.read_all(sort::SOURCE, self.layout.source_json)?;
        sources.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(sources)
    }

    /// The paths under which a report stands: of files, and of members of archives.
    pub fn paths_of(&self, id: ReportId) -> Result<Vec<String>> {
        let mut paths = Vec::new();
        self.each_doc(&Term::from_field_u64(self.layout.source_reports, id.0), |address| {
            let source: SourceEntry = self.read_json(address, self.layout.source_json)?;
            paths.extend(source.paths().filter(|(held, _)| *held == id).map(|(_, path)| path));
            Ok(())
        })?;
        paths.sort();
        paths.dedup();
        Ok(paths)
    }

    /// One report.
    pub fn report(&self, id: ReportId) -> Result<Option<StoredReport>> {
        let term = Term::from_field_u64(self.layout.report_id, id.0);
        let mut found = None;
        self.each_doc(&term, |address| {
            found = Some(address);
            Ok(())
        })?;
        found
            .map(|address| self.read_json(address, self.layout.report_json))
            .transpose()
    }

    /// The passages of a report, in their order.
    pub fn passages(&self, id: ReportId) -> Result<Vec<KeptPassage>> {
        let term = Term::from_field_u64(self.layout.report, id.0);
        let mut passages = Vec::new();
        self.each_doc(&term, |address| {
            passages.push(self.passage(address)?);
            Ok(())
        })?;
        Ok(passages)
    }

    /// Calls `visit` with the text of each passage of each report, and the report it stands in.
    pub fn each_passage(&self, mut visit: impl FnMut(ReportId, &str) -> Result<()>) -> Result<()> {
        let term = Term::from_field_text(self.layout.doc, sort::PASSAGE);
        let columns = self
            .searcher
            .segment_readers()
            .iter()
            .map(|segment| segment.fast_fields().u64("report"))
            .collect::<tantivy::Result<Vec<_>>>()
            .map_err(|error| self.damaged(error))?;
        self.each_doc(&term, |address| {
            let id = columns[address.segment_ord as usize]
                .first(address.doc_id)
                .unwrap_or_default();
            visit(ReportId(id), &self.passage(address)?.text)
        })
    }

    pub(super) fn passage(&self, address: DocAddress) -> Result<KeptPassage> {
        let document: TantivyDocument = self.searcher.doc(address).map_err(|error| self.damaged(error))?;
        let text = stored_text(&document, self.layout.text).unwrap_or_default().to_owned();
        let place = stored_text(&document, self.layout.place).unwrap_or_default();
        let StoredPassage(section, number, chars, source) =
            serde_json::from_str(place).map_err(|error| self.damaged(format!("a passage's place: {error}")))?;
        Ok(KeptPassage {
            text,
            section,
            number,
            chars,
            source,
        })
    }

    /// How many documents of a sort are alive.
    pub(super) fn count(&self, sort: &str) -> Result<u64> {
        let term = Term::from_field_text(self.layout.doc, sort);
        let mut count = 0;
        for segment in self.searcher.segment_readers() {
            if let Some(postings) = self.postings(segment, &term)? {
                count += u64::from(match segment.alive_bitset() {
                    Some(alive) => postings.doc_freq_given_deletes(alive),
                    None => postings.doc_freq(),
                });
            }
        }
        Ok(count)
    }

    fn read_all<T: serde::de::DeserializeOwned>(&self, sort: &str, field: tantivy::schema::Field) -> Result<Vec<T>> {
        let mut all = Vec::new();
        self.each_doc(&Term::from_field_text(self.layout.doc, sort), |address| {
            all.push(self.read_json(address, field)?);
            Ok(())
        })?;
        Ok(all)
    }

    fn read_json<T: serde::de::DeserializeOwned>(
        &self,
        address: DocAddress,
        field: tantivy::schema::Field,
    ) -> Result<T> {
        let document: TantivyDocument = self.searcher.doc(address).map_err(|error| self.damaged(error))?;
        let json = stored_text(&document, field).unwrap_or_default();
        serde_json::from_str(json).map_err(|error| self.damaged(error))
    }

    /// Calls `visit` for each living document with a term, segment by segment, in their order.
    fn each_doc(&self, term: &Term, mut visit: impl FnMut(DocAddress) -> Result<()>) -> Result<()> {
        for ord in 0..self.searcher.segment_readers().len() {
            self.each_doc_of(ord, term, &mut visit)?;
        }
        Ok(())
    }

    /// Calls `visit` for each living document with a term in one segment.
    fn each_doc_of(
        &self,
        segment_ord: usize,
        term: &Term,
        mut visit: impl FnMut(DocAddress) -> Result<()>,
    ) -> Result<()> {
        let segment = self.searcher.segment_reader(segment_ord as u32);
        let Some(mut postings) = self.postings(segment, term)? else {
            return Ok(());
        };
        while postings.doc() != TERMINATED {
            if is_alive(segment, postings.doc()) {
                visit(DocAddress::new(segment_ord as u32, postings.doc()))?;
            }
            postings.advance();
        }
        Ok(())
    }

    fn postings(&self, segment: &SegmentReader, term: &Term) -> Result<Option<SegmentPostings>> {
        segment
            .inverted_index(term.field())
            .and_then(|index| Ok(index.read_postings(term, IndexRecordOption::Basic)?))
            .map_err(|error| self.damaged(error))
    }
}

/// Whether a document was not deleted.
pub(super) fn is_alive(segment: &SegmentReader, doc: DocId) -> bool {
    !segment.is_deleted(doc)
}
