//! What the messages of past commits say of the files they touched: people
//! describe the next change in the words of the last ones.
//!
//! ```text
//! git log (newest 5,000) ─▶ Log, kept on disk ─▶ History: word → commits → files ─▶ explore
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

/// How much a commit with half of the words counts less than half.
const SHARPNESS: f32 = 1.5;
/// Commits that hold next to none of the question's words say nothing.
const LEAST_LIKENESS: f32 = 0.1;

/// The words of commit messages, and the files that the commits touched.
pub(crate) struct History {
    /// Each touched path with its number.
    files: HashMap<Box<str>, u32, FxBuildHasher>,
    /// The files of each commit.
    commits: Vec<Box<[u32]>>,
    /// The commits whose message holds a word.
    words: FxHashMap<Box<str>, Vec<u32>>,
    segments: Mutex<HashMap<SegmentId, Arc<Vec<DocId>>>>,
}

/// Segments whose documents are remembered; an index at rest has far fewer.
const MAX_SEGMENTS: usize = 64;

/// No document of the segment has this path.
const NO_DOC: DocId = DocId::MAX;

/// How much commits that were about a question speak for each file they
/// touched: from 0 to 1.
#[derive(Debug)]
pub(crate) struct Votes(FxHashMap<u32, f32>);

impl History {
    /// Turns the log around: from commits with words to words with commits.
    pub(crate) fn of(log: &Log) -> History {
        let mut history = History {
            files: HashMap::default(),
            commits: Vec::with_capacity(log.commits.len()),
            words: FxHashMap::default(),
            segments: Mutex::default(),
        };
        for (path, number) in log.files.iter().zip(0..) {
            history.files.insert(path.as_str().into(), number);
        }
        for (commit, number) in
            log.commits.iter().filter(|commit| !commit.files.is_empty()).zip(0..)
        {
            history.commits.push(commit.files.as_slice().into());
            for (word, _) in read_terms(&commit.words) {
                match history.words.get_mut(word) {
                    Some(commits) => commits.push(number),
                    None => _ = history.words.insert(word.into(), vec![number]),
                }
            }
        }
        history
    }

    /// Lets the commits vote whose messages are like the question, given as
    /// words with their weights.
    pub(crate) fn votes<'q>(&self, question: impl Iterator<Item = (&'q str, f32)>) -> Votes {
        let mut sums: FxHashMap<u32, f32> = FxHashMap::default();
        let mut total = 0.0;
        let all = self.commits.len() as f32;
        for (word, weight) in question {
            let holders = self.words.get(word).map_or(&[][..], Vec::as_slice);
            let held = holders.len() as f32;
            let rarity = weight * (1.0 + (all - held + 0.5).max(0.5) / (held + 0.5)).ln();
            total += rarity;
            for &commit in holders {
                *sums.entry(commit).or_default() += rarity;
            }
        }
        // A noisy or: each commit leaves a file a share of what it lacked.
        let mut silent: FxHashMap<u32, f32> = FxHashMap::default();
        let mut voters: Vec<(u32, f32)> = sums.into_iter().collect();
        voters.sort_unstable_by_key(|(commit, _)| *commit);
        for (commit, sum) in voters {
            let likeness = sum / total;
            if likeness < LEAST_LIKENESS {
                continue;
            }
            let files = &self.commits[commit as usize];
            let vote = likeness.powf(SHARPNESS) / (files.len() as f32).sqrt();
            for &file in files {
                *silent.entry(file).or_insert(1.0) *= 1.0 - vote;
            }
        }
        Votes(silent.into_iter().map(|(file, silent)| (file, 1.0 - silent)).collect())
    }

    /// The votes for the files of a segment.
    pub(crate) fn by_doc<'v>(
        &self,
        votes: &'v Votes,
        segment: &Segment<'_>,
    ) -> impl Iterator<Item = (DocId, f32)> + use<'v> {
        let docs = self.docs(segment);
        votes.0.iter().filter_map(move |(&file, &vote)| {
            let doc = docs.get(file as usize).copied().filter(|&doc| doc != NO_DOC)?;
            Some((doc, vote))
        })
    }

    /// The vote for one file.
    pub(crate) fn vote_for(&self, votes: &Votes, path: &str) -> f32 {
        let file = self.files.get(path);
        file.and_then(|file| votes.0.get(file)).copied().unwrap_or(0.0)
    }

    /// The document of each file. Segments never change, so this is found once.
    fn docs(&self, segment: &Segment<'_>) -> Arc<Vec<DocId>> {
        let id = segment.reader.segment_id();
        let mut known = self.segments.lock().unwrap_or_else(PoisonError::into_inner);
        // Most of so many have been merged away since.
        if known.len() >= MAX_SEGMENTS {
            known.clear();
        }
        let docs = known.entry(id).or_insert_with(|| {
            let mut docs = vec![NO_DOC; self.files.len()];
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

#[cfg(test)]
mod tests;
