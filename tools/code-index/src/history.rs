//! What the messages of past commits say of the files they touched: people
//! describe the next change in the words of the last ones.
//!
//! ```text
//! git log (newest 5,000) ─▶ Log, kept on disk ─▶ History: word → files ─▶ explore
//!          ▲ only what is new when HEAD moved
//! ```
//!
//! **Invariants**
//! - Only commits reachable from HEAD count, so a branch switch changes the answer
//!   and nothing from another branch or the future is known.
//! - A [`History`] never changes; a new one takes its place.
//! - Questions never wait for it.

mod git;
mod log;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::{FxBuildHasher, FxHashMap};
use tantivy::DocId;
use tantivy::index::SegmentId;

pub(crate) use git::GitProcess;
pub(crate) use log::{Log, refresh};

use crate::stored::Segment;
use crate::terms::read_terms;

/// Counts of one word stop to tell here.
const MAX_COUNT: u16 = 255;

/// The words of commit messages by file.
pub(crate) struct History {
    /// Each touched path with its number.
    files: HashMap<Box<str>, u32, FxBuildHasher>,
    /// Words of all messages, per file.
    lengths: Vec<u32>,
    average: f32,
    words: FxHashMap<Box<str>, Vec<(u32, u16)>>,
    segments: Mutex<HashMap<SegmentId, Arc<Vec<DocId>>>>,
}

/// No document of the segment has this path.
const NO_DOC: DocId = DocId::MAX;

impl History {
    /// Turns the log around: from commits with files to words with files.
    pub(crate) fn of(log: &Log) -> History {
        let mut history = History {
            files: HashMap::default(),
            lengths: vec![0; log.files.len()],
            average: 1.0,
            words: FxHashMap::default(),
            segments: Mutex::default(),
        };
        for (path, number) in log.files.iter().zip(0..) {
            history.files.insert(path.as_str().into(), number);
        }
        for commit in &log.commits {
            let mut length = 0;
            for (word, count) in read_terms(&commit.words) {
                length += count;
                if !history.words.contains_key(word) {
                    history.words.insert(word.into(), Vec::new());
                }
                let Some(files) = history.words.get_mut(word) else { continue };
                let count = u16::try_from(count).unwrap_or(MAX_COUNT);
                files.extend(commit.files.iter().map(|&file| (file, count)));
            }
            for &file in &commit.files {
                history.lengths[file as usize] += length;
            }
        }
        for files in history.words.values_mut() {
            files.sort_unstable_by_key(|(file, _)| *file);
            files.dedup_by(|next, kept| {
                let same = next.0 == kept.0;
                if same {
                    kept.1 = (kept.1 + next.1).min(MAX_COUNT);
                }
                same
            });
            files.shrink_to_fit();
        }
        let total: u64 = history.lengths.iter().map(|&length| u64::from(length)).sum();
        history.average = (total as f32 / log.files.len().max(1) as f32).max(1.0);
        history
    }

    /// The average of [`Mention::length`].
    pub(crate) fn average(&self) -> f32 {
        self.average
    }

    /// How often messages on the files of a segment hold a word.
    pub(crate) fn mentions(&self, segment: &Segment<'_>, word: &str) -> Vec<(DocId, Mention)> {
        let Some(files) = self.words.get(word) else { return Vec::new() };
        let docs = self.docs(segment);
        let mention = |&(file, count): &(u32, u16)| {
            let doc = docs.get(file as usize).copied().filter(|&doc| doc != NO_DOC)?;
            Some((doc, self.mention(file, count)))
        };
        files.iter().filter_map(mention).collect()
    }

    /// How often messages on one file hold a word.
    pub(crate) fn mention_of(&self, path: &str, word: &str) -> Option<Mention> {
        let file = *self.files.get(path)?;
        let files = self.words.get(word)?;
        let at = files.binary_search_by_key(&file, |(file, _)| *file).ok()?;
        Some(self.mention(file, files[at].1))
    }

    fn mention(&self, file: u32, count: u16) -> Mention {
        Mention { count: f32::from(count), length: self.lengths[file as usize] as f32 }
    }

    /// The document of each file. Segments never change, so this is found once.
    fn docs(&self, segment: &Segment<'_>) -> Arc<Vec<DocId>> {
        let id = segment.reader.segment_id();
        let mut known = self.segments.lock().unwrap_or_else(PoisonError::into_inner);
        let docs = known.entry(id).or_insert_with(|| {
            let mut docs = vec![NO_DOC; self.lengths.len()];
            for doc in segment.reader.doc_ids_alive() {
                if let Some(&file) = self.files.get(segment.table.path(doc)) {
                    docs[file as usize] = doc;
                }
            }
            Arc::new(docs)
        });
        Arc::clone(docs)
    }
}

/// How often a word stands in the messages on a file, and how long those are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Mention {
    pub(crate) count: f32,
    pub(crate) length: f32,
}

#[cfg(test)]
mod tests;
