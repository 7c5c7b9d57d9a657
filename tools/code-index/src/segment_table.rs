//! What is kept in memory for one segment of the stored index: the facts of its
//! files, and on demand its names and words. Segments never change, so a table
//! is made once and shared by all states that hold the segment.

use std::io;
use std::sync::{Mutex, OnceLock, PoisonError};

use tantivy::columnar::StrColumn;
use tantivy::{DocId, SegmentReader};

use crate::document::{Facts, NAME_SEPARATOR};
use crate::file_class::FileClass;
use crate::language::Language;
use crate::name_match::letter_mask;
use crate::schema::Fields;
use crate::term_table::TermTable;
use crate::walk::{SkipReason, Stamp};

/// The files of one segment.
pub(crate) struct SegmentTable {
    paths: String,
    ends: Vec<u32>,
    facts: Vec<Facts>,
    names: OnceLock<TermTable>,
    name_masks: OnceLock<Vec<u32>>,
    words: OnceLock<TermTable>,
    /// Held while a table is read, so that it is read once.
    reading: Mutex<()>,
}

const RACY: u64 = 1;
const SYNTAX_ERRORS: u64 = 2;
const SKIP_SHIFT: u32 = 8;

/// All reasons for which a file is remembered as one to leave out; the stored
/// number is the place in this list plus one.
const STORED_REASONS: &[SkipReason] =
    &[SkipReason::Binary, SkipReason::NoPermission, SkipReason::Unreadable];

/// Packs what [`SegmentTable`] unpacks.
pub(crate) fn pack_flags(facts: &Facts) -> u64 {
    let reason = facts.skip.map_or(0, |skip| {
        let at = STORED_REASONS.iter().position(|&known| known == skip);
        at.unwrap_or(STORED_REASONS.len() - 1) as u64 + 1
    });
    let racy = if facts.racy { RACY } else { 0 };
    let errors = if facts.syntax_errors { SYNTAX_ERRORS } else { 0 };
    racy | errors | reason << SKIP_SHIFT
}

impl SegmentTable {
    pub(crate) fn load(reader: &SegmentReader) -> tantivy::Result<SegmentTable> {
        let columns = reader.fast_fields();
        let count = reader.max_doc();
        let (paths, ends) = load_paths(columns.str("path")?, count)?;
        let languages = load_languages(columns.str("language")?, count)?;
        let class = columns.u64("class")?.first_or_default_col(0);
        let modified = columns.u64("modified")?.first_or_default_col(0);
        let bytes = columns.u64("bytes")?.first_or_default_col(0);
        let hash = columns.u64("hash")?.first_or_default_col(0);
        let lines = columns.u64("lines")?.first_or_default_col(0);
        let flags = columns.u64("flags")?.first_or_default_col(0);
        let facts = (0..count)
            .map(|doc| {
                let flags = flags.get_val(doc);
                let reason = (flags >> SKIP_SHIFT) as usize;
                Facts {
                    language: languages[doc as usize],
                    class: class_of(class.get_val(doc)),
                    stamp: Stamp { modified: modified.get_val(doc), bytes: bytes.get_val(doc) },
                    racy: flags & RACY != 0,
                    hash: hash.get_val(doc),
                    lines: u32::try_from(lines.get_val(doc)).unwrap_or(u32::MAX),
                    skip: reason.checked_sub(1).and_then(|at| STORED_REASONS.get(at)).copied(),
                    syntax_errors: flags & SYNTAX_ERRORS != 0,
                }
            })
            .collect();
        Ok(SegmentTable {
            paths,
            ends,
            facts,
            names: OnceLock::new(),
            name_masks: OnceLock::new(),
            words: OnceLock::new(),
            reading: Mutex::default(),
        })
    }

    pub(crate) fn path(&self, doc: DocId) -> &str {
        let at = doc as usize;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        &self.paths[start..self.ends[at] as usize]
    }

    pub(crate) fn facts(&self, doc: DocId) -> &Facts {
        &self.facts[doc as usize]
    }

    /// The segment's symbol names, read when first asked for.
    pub(crate) fn names(&self, reader: &SegmentReader, fields: &Fields) -> io::Result<&TermTable> {
        self.load_terms(&self.names, reader, fields.names)
    }

    /// The letters of each of `names`, in their order.
    pub(crate) fn name_masks(&self, names: &TermTable) -> &[u32] {
        self.name_masks.get_or_init(|| {
            let mask = |ord| {
                let term = names.term(ord);
                letter_mask(term.split(NAME_SEPARATOR).next().unwrap_or(term))
            };
            (0..names.len()).map(mask).collect()
        })
    }

    /// The segment's whole words, read when first asked for.
    pub(crate) fn words(&self, reader: &SegmentReader, fields: &Fields) -> io::Result<&TermTable> {
        self.load_terms(&self.words, reader, fields.words)
    }

    /// Reads what questions will ask for, so that none has to wait for it.
    pub(crate) fn warm(&self, reader: &SegmentReader, fields: &Fields) -> io::Result<()> {
        self.name_masks(self.names(reader, fields)?);
        self.words(reader, fields).map(|_| ())
    }

    fn load_terms<'c>(
        &self,
        cell: &'c OnceLock<TermTable>,
        reader: &SegmentReader,
        field: tantivy::schema::Field,
    ) -> io::Result<&'c TermTable> {
        if let Some(table) = cell.get() {
            return Ok(table);
        }
        let _reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(table) = cell.get() {
            return Ok(table);
        }
        let inverted = reader.inverted_index(field).map_err(io::Error::other)?;
        let table = TermTable::load(inverted.terms())?;
        Ok(cell.get_or_init(|| table))
    }
}

fn class_of(number: u64) -> FileClass {
    let at = usize::try_from(number).unwrap_or(0);
    FileClass::ALL.get(at).copied().unwrap_or(FileClass::Source)
}

fn load_paths(column: Option<StrColumn>, count: u32) -> tantivy::Result<(String, Vec<u32>)> {
    let mut paths = String::new();
    let mut ends = Vec::with_capacity(count as usize);
    let Some(column) = column else { return Ok((paths, vec![0; count as usize])) };
    // One pass over the dictionary; a look-up each would unpack its blocks again and again.
    let mut known: Vec<String> = Vec::with_capacity(column.num_terms());
    let mut terms = column.dictionary().stream()?;
    while terms.advance() {
        known.push(String::from_utf8_lossy(terms.key()).into_owned());
    }
    for doc in 0..count {
        let ord = column.ords().first(doc).and_then(|ord| usize::try_from(ord).ok());
        if let Some(path) = ord.and_then(|ord| known.get(ord)) {
            paths.push_str(path);
        }
        ends.push(u32::try_from(paths.len()).unwrap_or(u32::MAX));
    }
    Ok((paths, ends))
}

fn load_languages(column: Option<StrColumn>, count: u32) -> tantivy::Result<Vec<Option<Language>>> {
    let Some(column) = column else { return Ok(vec![None; count as usize]) };
    let mut known = Vec::with_capacity(column.num_terms());
    let mut name = String::new();
    for ord in 0..column.num_terms() {
        column.ord_to_str(ord as u64, &mut name)?;
        known.push(Language::from_name(&name));
    }
    let language = |doc| known.get(column.ords().first(doc)? as usize).copied().flatten();
    Ok((0..count).map(language).collect())
}
