//! Writes the stored index. One process at a time, as it holds the lock.
//!
//! **Invariants**
//! - A commit is one step: documents, generation and completeness change
//!   together or not at all, whenever the process is killed.
//! - The documents waiting to be written are bounded in bytes, not only in
//!   number: adding waits for room.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use tantivy::indexer::{LogMergePolicy, NoMergePolicy};
use tantivy::schema::Field;
use tantivy::schema::document::{Document, ReferenceValue, ReferenceValueLeaf, Value};
use tantivy::{Index, IndexSettings, IndexWriter, Term};

use crate::document::IndexedFile;
use crate::folder::{IndexFolder, Payload, WriterLock};
use crate::schema::{Fields, tokenizers};
use crate::segment_table::pack_flags;
use crate::stored::open_index;

/// Documents that wait for the writer may hold this much.
const QUEUE_BYTES: usize = 16 << 20;
/// A writer that took nothing for so long has died.
const STUCK: Duration = Duration::from_secs(60);
/// Segments below this many files are merged with each other, not with larger ones.
const SMALL_SEGMENT: u32 = 256;
/// Small segments that pile up before they are merged.
const SEGMENTS_BEFORE_MERGE: usize = 6;
/// A segment of which this share was replaced is written anew.
const REPLACED_SHARE: f32 = 0.4;

/// The one writer of a folder.
pub(crate) struct Writer {
    writer: IndexWriter<QueuedFile>,
    fields: Arc<Fields>,
    queue: Arc<Queue>,
    payload: Option<Payload>,
    _lock: WriterLock,
}

impl Writer {
    /// Opens the folder for writing. What cannot be used is removed, and the
    /// index starts empty.
    pub(crate) fn open(
        folder: &IndexFolder,
        lock: WriterLock,
        fields: Arc<Fields>,
        heap_bytes: usize,
    ) -> tantivy::Result<Writer> {
        let usable = match usable_index(folder, &fields) {
            Ok(usable) => usable,
            Err(error) => {
                tracing::warn!(%error, folder = %folder.path().display(), "rebuilding the index");
                None
            }
        };
        let (index, payload) = match usable {
            Some((index, payload)) => (index, Some(payload)),
            None => {
                folder.clear(&lock)?;
                (create_index(folder, &fields)?, None)
            }
        };
        let writer = index.writer_with_num_threads(1, heap_bytes)?;
        let queue = Arc::new(Queue::default());
        let mut writer = Writer { writer, fields, queue, payload, _lock: lock };
        writer.merge_at_rest();
        Ok(writer)
    }

    /// What the newest commit says, none where there is none.
    pub(crate) fn payload(&self) -> Option<Payload> {
        self.payload
    }

    /// Leaves segments as they are while much is written.
    pub(crate) fn hold_merges(&mut self) {
        self.writer.set_merge_policy(Box::new(NoMergePolicy));
    }

    /// Merges small segments in the background from now on.
    pub(crate) fn merge_at_rest(&mut self) {
        let mut policy = LogMergePolicy::default();
        policy.set_min_layer_size(SMALL_SEGMENT);
        policy.set_min_num_segments(SEGMENTS_BEFORE_MERGE);
        policy.set_del_docs_ratio_before_merge(REPLACED_SHARE);
        self.writer.set_merge_policy(Box::new(policy));
    }

    /// Queues a file; waits while the queue is full.
    pub(crate) fn add(&self, file: IndexedFile) -> tantivy::Result<()> {
        let document = QueuedFile::new(file, &self.fields, &self.queue)?;
        self.writer.add_document(document)?;
        Ok(())
    }

    /// Takes a file out, also before it is added anew.
    pub(crate) fn remove(&self, path: &str) {
        self.writer.delete_term(Term::from_field_text(self.fields.path, path));
    }

    /// Makes everything since the last commit visible to all processes.
    pub(crate) fn commit(&mut self, payload: Payload) -> tantivy::Result<()> {
        let text = serde_json::to_string(&payload)
            .map_err(|error| tantivy::TantivyError::InvalidArgument(error.to_string()))?;
        let mut prepared = self.writer.prepare_commit()?;
        prepared.set_payload(&text);
        prepared.commit()?;
        self.payload = Some(payload);
        Ok(())
    }
}

fn usable_index(
    folder: &IndexFolder,
    fields: &Fields,
) -> tantivy::Result<Option<(Index, Payload)>> {
    if folder.stamp().is_none() {
        return Ok(None);
    }
    let Some(index) = open_index(folder, fields)? else { return Ok(None) };
    let metas = index.load_metas()?;
    let Some(payload) = metas.payload.as_deref().and_then(Payload::parse) else { return Ok(None) };
    let broken = index.validate_checksum()?;
    if let Some(file) = broken.iter().next() {
        tracing::warn!(file = %file.display(), "a stored file is damaged");
        return Ok(None);
    }
    Ok(Some((index, payload)))
}

fn create_index(folder: &IndexFolder, fields: &Fields) -> tantivy::Result<Index> {
    let settings =
        IndexSettings { docstore_compress_dedicated_thread: false, ..IndexSettings::default() };
    Index::builder()
        .schema(fields.schema.clone())
        .settings(settings)
        .tokenizers(tokenizers())
        .create_in_dir(folder.index_dir())
}

/// Counts the bytes that wait.
#[derive(Default)]
struct Queue {
    held: Mutex<usize>,
    freed: Condvar,
}

impl Queue {
    /// Waits until there is room. One file alone always has room.
    fn enter(&self, bytes: usize) -> tantivy::Result<()> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut held, wait) = self
            .freed
            .wait_timeout_while(held, STUCK, |held| *held > 0 && *held + bytes > QUEUE_BYTES)
            .unwrap_or_else(PoisonError::into_inner);
        if wait.timed_out() {
            return Err(tantivy::TantivyError::ErrorInThread("the writer stands still".into()));
        }
        *held += bytes;
        Ok(())
    }

    fn leave(&self, bytes: usize) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) -= bytes;
        self.freed.notify_all();
    }
}

/// A file on its way into the index.
struct QueuedFile {
    file: IndexedFile,
    packed: Vec<u8>,
    fields: Arc<Fields>,
    queue: Arc<Queue>,
    bytes: usize,
}

impl QueuedFile {
    fn new(
        mut file: IndexedFile,
        fields: &Arc<Fields>,
        queue: &Arc<Queue>,
    ) -> tantivy::Result<QueuedFile> {
        let packed = postcard::to_stdvec(&file.symbols)
            .map_err(|error| tantivy::TantivyError::InvalidArgument(error.to_string()))?;
        file.symbols = Vec::new();
        let bytes = file.weight() + packed.len();
        queue.enter(bytes)?;
        Ok(QueuedFile { file, packed, fields: Arc::clone(fields), queue: Arc::clone(queue), bytes })
    }
}

impl Drop for QueuedFile {
    fn drop(&mut self) {
        self.queue.leave(self.bytes);
    }
}

/// A field's value, borrowed from the file.
#[derive(Debug, Clone, Copy)]
enum FieldValue<'f> {
    Text(&'f str),
    Number(u64),
    Bytes(&'f [u8]),
}

impl<'f> Value<'f> for FieldValue<'f> {
    type ArrayIter = std::iter::Empty<FieldValue<'f>>;
    type ObjectIter = std::iter::Empty<(&'f str, FieldValue<'f>)>;

    fn as_value(&self) -> ReferenceValue<'f, FieldValue<'f>> {
        ReferenceValue::Leaf(match *self {
            FieldValue::Text(text) => ReferenceValueLeaf::Str(text),
            FieldValue::Number(number) => ReferenceValueLeaf::U64(number),
            FieldValue::Bytes(bytes) => ReferenceValueLeaf::Bytes(bytes),
        })
    }
}

impl Document for QueuedFile {
    type Value<'a> = FieldValue<'a>;
    type FieldsValuesIter<'a> = std::vec::IntoIter<(Field, FieldValue<'a>)>;

    fn iter_fields_and_values(&self) -> Self::FieldsValuesIter<'_> {
        use FieldValue::{Bytes, Number, Text};
        let (fields, facts, lists) = (&self.fields, &self.file.facts, &self.file.lists);
        let mut values = vec![
            (fields.path, Text(&self.file.path)),
            (fields.class, Number(facts.class as u64)),
            (fields.modified, Number(facts.stamp.modified)),
            (fields.bytes, Number(facts.stamp.bytes)),
            (fields.hash, Number(facts.hash)),
            (fields.lines, Number(u64::from(facts.lines))),
            (fields.flags, Number(pack_flags(facts))),
            (fields.packed, Bytes(&self.packed)),
            (fields.links, Bytes(&self.file.links)),
            (fields.body, Text(&lists.body)),
            (fields.words, Text(&lists.words)),
            (fields.symbols, Text(&lists.symbols)),
            (fields.names, Text(&lists.names)),
            (fields.docs, Text(&lists.docs)),
            (fields.path_parts, Text(&lists.path)),
        ];
        if let Some(language) = facts.language {
            values.push((fields.language, Text(language.name())));
        }
        values.into_iter()
    }
}
