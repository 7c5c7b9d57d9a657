//! The stored index as a reader sees it: one committed state at a time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tantivy::index::SegmentId;
use tantivy::postings::SegmentPostings;
use tantivy::schema::{IndexRecordOption, Value};
use tantivy::{
    DocAddress, DocId, DocSet, Index, IndexReader, ReloadPolicy, Searcher, SegmentReader,
    TERMINATED, TantivyDocument, Term,
};

use crate::document::Facts;
use crate::folder::{IndexFolder, MetaStamp, Payload};
use crate::links::Links;
use crate::schema::{Fields, tokenizers};
use crate::segment_table::SegmentTable;
use crate::sightings::Sightings;
use crate::symbol::Symbol;

/// Blocks of stored symbols kept unpacked, 16 KiB each.
const CACHED_BLOCKS: usize = 64;
/// A byte that sorts behind all bytes of UTF-8.
const NO_TEXT: u8 = 0xff;
/// A commit that lands while a state is being read makes it start again.
const LOAD_ATTEMPTS: usize = 5;

/// One committed state. Everything in it belongs together.
pub(crate) struct Stored {
    pub(crate) searcher: Searcher,
    pub(crate) fields: Arc<Fields>,
    pub(crate) payload: Payload,
    pub(crate) stamp: MetaStamp,
    /// Files, without those to leave out.
    pub(crate) files: usize,
    /// Files to leave out.
    pub(crate) left_out: usize,
    tables: Vec<Arc<SegmentTable>>,
    /// Under which other stamps the files were seen.
    pub(crate) sightings: Arc<Sightings>,
}

/// One segment of a state, with its table.
#[derive(Clone, Copy)]
pub(crate) struct Segment<'s> {
    pub(crate) ord: u32,
    pub(crate) reader: &'s SegmentReader,
    pub(crate) table: &'s SegmentTable,
}

impl Segment<'_> {
    pub(crate) fn is_alive(&self, doc: DocId) -> bool {
        !self.reader.is_deleted(doc)
    }

    pub(crate) fn address(&self, doc: DocId) -> DocAddress {
        DocAddress::new(self.ord, doc)
    }

    /// The terms of a field that start with `prefix`, from the dictionary on disk.
    pub(crate) fn terms_starting(
        &self,
        field: tantivy::schema::Field,
        prefix: &str,
        limit: usize,
    ) -> tantivy::Result<Vec<String>> {
        let inverted = self.reader.inverted_index(field)?;
        let behind = [prefix.as_bytes(), &[NO_TEXT]].concat();
        let mut stream =
            inverted.terms().range().ge(prefix.as_bytes()).lt(&behind).into_stream()?;
        let mut terms = Vec::new();
        while terms.len() < limit && stream.advance() {
            terms.push(String::from_utf8_lossy(stream.key()).into_owned());
        }
        Ok(terms)
    }

    /// In how many files the term stands, replaced ones included.
    pub(crate) fn doc_freq(
        &self,
        field: tantivy::schema::Field,
        term: &str,
    ) -> tantivy::Result<u64> {
        let inverted = self.reader.inverted_index(field)?;
        Ok(inverted.terms().get(term)?.map_or(0, |info| u64::from(info.doc_freq)))
    }

    /// Calls `visit` with the live files that hold the term.
    pub(crate) fn for_each_holder(
        &self,
        field: tantivy::schema::Field,
        term: &str,
        mut visit: impl FnMut(DocId),
    ) -> tantivy::Result<()> {
        let inverted = self.reader.inverted_index(field)?;
        let Some(info) = inverted.terms().get(term)? else { return Ok(()) };
        let postings = inverted.read_postings_from_terminfo(&info, IndexRecordOption::Basic)?;
        for_each_doc(postings, |doc| {
            if self.is_alive(doc) {
                visit(doc);
            }
        });
        Ok(())
    }
}

fn for_each_doc(mut postings: SegmentPostings, mut visit: impl FnMut(DocId)) {
    let mut doc = postings.doc();
    while doc != TERMINATED {
        visit(doc);
        doc = postings.advance();
    }
}

impl Stored {
    pub(crate) fn segments(&self) -> impl Iterator<Item = Segment<'_>> {
        let readers = self.searcher.segment_readers().iter();
        readers.zip(&self.tables).enumerate().map(|(ord, (reader, table))| Segment {
            ord: u32::try_from(ord).unwrap_or(u32::MAX),
            reader,
            table,
        })
    }

    pub(crate) fn facts(&self, at: DocAddress) -> &Facts {
        self.tables[at.segment_ord as usize].facts(at.doc_id)
    }

    /// All live files, those to leave out included.
    pub(crate) fn files(&self) -> impl Iterator<Item = (DocAddress, &str, &Facts)> {
        (0u32..).zip(&self.tables).flat_map(|(ord, table)| {
            self.searcher
                .segment_reader(ord)
                .doc_ids_alive()
                .map(move |doc| (DocAddress::new(ord, doc), table.path(doc), table.facts(doc)))
        })
    }

    /// Finds a file by its path.
    pub(crate) fn find(&self, path: &str) -> tantivy::Result<Option<DocAddress>> {
        let term = Term::from_field_text(self.fields.path, path);
        for segment in self.segments() {
            let inverted = segment.reader.inverted_index(self.fields.path)?;
            let Some(mut postings) = inverted.read_postings(&term, IndexRecordOption::Basic)?
            else {
                continue;
            };
            let mut doc = postings.doc();
            while doc != TERMINATED {
                if segment.is_alive(doc) {
                    return Ok(Some(segment.address(doc)));
                }
                doc = postings.advance();
            }
        }
        Ok(None)
    }

    /// Reads what a file says of names.
    pub(crate) fn links(&self, at: DocAddress) -> tantivy::Result<Links> {
        let document: TantivyDocument = self.searcher.doc(at)?;
        let packed = document.get_first(self.fields.links).and_then(|value| value.as_bytes());
        packed.map_or_else(
            || Ok(Links::default()),
            |packed| {
                Links::unpack(packed).map_err(|error| {
                    tantivy::TantivyError::InvalidArgument(format!("stored names: {error}"))
                })
            },
        )
    }

    /// The segment of a file, which with its place in it stays what it is.
    pub(crate) fn segment_id(&self, at: DocAddress) -> SegmentId {
        self.searcher.segment_reader(at.segment_ord).segment_id()
    }

    /// Reads the symbols of a file.
    pub(crate) fn symbols(&self, at: DocAddress) -> tantivy::Result<Vec<Symbol>> {
        let document: TantivyDocument = self.searcher.doc(at)?;
        let packed = document.get_first(self.fields.packed).and_then(|value| value.as_bytes());
        let symbols = packed.map(postcard::from_bytes).transpose().map_err(|error| {
            tantivy::TantivyError::InvalidArgument(format!("a stored symbol list: {error}"))
        })?;
        Ok(symbols.unwrap_or_default())
    }
}

/// Opens states of one folder; keeps what two states share.
pub(crate) struct StoredReader {
    folder: IndexFolder,
    fields: Arc<Fields>,
    open: Mutex<Open>,
    sightings: Arc<Sightings>,
}

#[derive(Default)]
struct Open {
    reader: Option<IndexReader>,
    tables: HashMap<SegmentId, Arc<SegmentTable>>,
}

impl StoredReader {
    pub(crate) fn new(folder: IndexFolder) -> StoredReader {
        let (fields, open, sightings) = (Arc::new(Fields::new()), Mutex::default(), Arc::default());
        StoredReader { folder, fields, open, sightings }
    }

    pub(crate) fn fields(&self) -> &Arc<Fields> {
        &self.fields
    }

    /// Opens the newest committed state; none where nothing usable is stored.
    pub(crate) fn load(&self) -> tantivy::Result<Option<Stored>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let mut last_error = None;
        for _ in 0..LOAD_ATTEMPTS {
            let Some(stamp) = self.folder.stamp() else { return Ok(None) };
            match self.attempt(&mut open, stamp) {
                Ok(Some(stored)) if self.folder.stamp() == Some(stamp) => {
                    self.sightings.load(&self.folder.stamps_file());
                    return Ok(Some(stored));
                }
                // Another commit came between; read again.
                Ok(Some(_)) => {}
                Ok(None) => return Ok(None),
                Err(error) => {
                    // The folder may have been rebuilt under the open reader.
                    open.reader = None;
                    last_error = Some(error);
                }
            }
        }
        last_error.map_or(Ok(None), Err)
    }

    fn attempt(&self, open: &mut Open, stamp: MetaStamp) -> tantivy::Result<Option<Stored>> {
        let reader = match &open.reader {
            Some(reader) => {
                reader.reload()?;
                reader.clone()
            }
            None => {
                let Some(index) = open_index(&self.folder, &self.fields)? else { return Ok(None) };
                let reader = index
                    .reader_builder()
                    .reload_policy(ReloadPolicy::Manual)
                    .doc_store_cache_num_blocks(CACHED_BLOCKS)
                    .try_into()?;
                open.reader.insert(reader).clone()
            }
        };
        let searcher = reader.searcher();
        let metas = searcher.index().load_metas()?;
        let Some(payload) = metas.payload.as_deref().and_then(Payload::parse) else {
            return Ok(None);
        };
        let mut tables = HashMap::new();
        let mut ordered = Vec::new();
        for segment in searcher.segment_readers() {
            let table = match open.tables.get(&segment.segment_id()) {
                Some(table) => Arc::clone(table),
                None => Arc::new(SegmentTable::load(segment)?),
            };
            ordered.push(Arc::clone(&table));
            tables.insert(segment.segment_id(), table);
        }
        open.tables = tables;
        let fields = Arc::clone(&self.fields);
        let (sightings, tables) = (Arc::clone(&self.sightings), ordered);
        let mut stored =
            Stored { searcher, fields, payload, stamp, files: 0, left_out: 0, tables, sightings };
        let left_out = stored.files().filter(|(_, _, facts)| facts.skip.is_some()).count();
        stored.left_out = left_out;
        stored.files = stored.files().count() - left_out;
        Ok(Some(stored))
    }
}

/// Opens what is stored; none where it has another format.
pub(crate) fn open_index(folder: &IndexFolder, fields: &Fields) -> tantivy::Result<Option<Index>> {
    let mut index = Index::open_in_dir(folder.index_dir())?;
    if index.schema() != fields.schema {
        return Ok(None);
    }
    index.set_tokenizers(tokenizers());
    Ok(Some(index))
}
