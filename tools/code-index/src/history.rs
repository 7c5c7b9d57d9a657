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
    /// How many words the messages of each file have, its share of each commit.
    lengths: Vec<f32>,
    /// The mean of them; never 0.
    average_length: f32,
    segments: Mutex<HashMap<SegmentId, Arc<Vec<DocId>>>>,
}

/// Segments whose documents are remembered; an index at rest has far fewer.
const MAX_SEGMENTS: usize = 64;

/// No document of the segment has this path.
const NO_DOC: DocId = DocId::MAX;

/// How fast a word that returns in the messages of a file stops to count.
const SATURATION: f32 = 1.4;
/// How much it counts that a file has many messages.
const LENGTH: f32 = 0.6;

/// What the commits of a file say to a question.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Vote {
    /// How much single commits that were about the question speak for it: from
    /// 0 to 1.
    pub(crate) likeness: f32,
    /// How much all its messages, read as one text, are about the question: in
    /// units of the words' rarities.
    pub(crate) messages: f32,
}

/// The votes for all files.
#[derive(Debug)]
pub(crate) struct Votes(FxHashMap<u32, Vote>);

impl History {
    /// Turns the log around: from commits with words to words with commits.
    pub(crate) fn of(log: &Log) -> History {
        let mut history = History {
            files: HashMap::default(),
            commits: Vec::with_capacity(log.commits.len()),
            words: FxHashMap::default(),
            lengths: vec![0.0; log.files.len()],
            average_length: 1.0,
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
                for &file in &commit.files {
                    history.lengths[file as usize] += share(&commit.files);
                }
                match history.words.get_mut(word) {
                    Some(commits) => commits.push(number),
                    None => _ = history.words.insert(word.into(), vec![number]),
                }
            }
        }
        let sum: f32 = history.lengths.iter().sum();
        history.average_length = (sum / history.lengths.len().max(1) as f32).max(1.0);
        history
    }

    /// Lets the commits vote whose messages are like the question, given as
    /// words with their weights and their rarities among the files.
    pub(crate) fn votes<'q>(&self, question: impl Iterator<Item = (&'q str, f32, f32)>) -> Votes {
        let mut sums: FxHashMap<u32, f32> = FxHashMap::default();
        let mut total = 0.0;
        let mut votes: FxHashMap<u32, Vote> = FxHashMap::default();
        let all = self.commits.len() as f32;
        for (word, weight, rarity_of_files) in question {
            let holders = self.words.get(word).map_or(&[][..], Vec::as_slice);
            let held = holders.len() as f32;
            let rarity = weight * (1.0 + (all - held + 0.5).max(0.5) / (held + 0.5)).ln();
            total += rarity;
            for &commit in holders {
                *sums.entry(commit).or_default() += rarity;
            }
            self.add_messages(holders, rarity_of_files, &mut votes);
        }
        // A noisy or: each commit leaves a file a share of what it lacked.
        let mut voters: Vec<(u32, f32)> = sums.into_iter().collect();
        voters.sort_unstable_by_key(|(commit, _)| *commit);
        for (commit, sum) in voters {
            let likeness = sum / total;
            if likeness < LEAST_LIKENESS {
                continue;
            }
            let files = &self.commits[commit as usize];
            let said = likeness.powf(SHARPNESS) * share(files);
            for &file in files {
                let vote = votes.entry(file).or_default();
                vote.likeness = 1.0 - (1.0 - vote.likeness) * (1.0 - said);
            }
        }
        Votes(votes)
    }

    /// Adds what a word counts in the messages of each file, as BM25 counts a
    /// word in a text.
    fn add_messages(&self, holders: &[u32], rarity: f32, votes: &mut FxHashMap<u32, Vote>) {
        let mut counts: FxHashMap<u32, f32> = FxHashMap::default();
        for &commit in holders {
            let files = &self.commits[commit as usize];
            for &file in files {
                *counts.entry(file).or_default() += share(files);
            }
        }
        for (file, count) in counts {
            let length = self.lengths[file as usize] / self.average_length;
            let count = count / (1.0 - LENGTH + LENGTH * length);
            votes.entry(file).or_default().messages +=
                rarity * count * (SATURATION + 1.0) / (count + SATURATION);
        }
    }

    /// The votes for the files of a segment.
    pub(crate) fn by_doc<'v>(
        &self,
        votes: &'v Votes,
        segment: &Segment<'_>,
    ) -> impl Iterator<Item = (DocId, Vote)> + use<'v> {
        let docs = self.docs(segment);
        votes.0.iter().filter_map(move |(&file, &vote)| {
            let doc = docs.get(file as usize).copied().filter(|&doc| doc != NO_DOC)?;
            Some((doc, vote))
        })
    }

    /// The vote for one file.
    pub(crate) fn vote_for(&self, votes: &Votes, path: &str) -> Vote {
        let file = self.files.get(path);
        file.and_then(|file| votes.0.get(file)).copied().unwrap_or_default()
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

/// What one of the files of a commit gets of what the message says.
fn share(files: &[u32]) -> f32 {
    1.0 / (files.len() as f32).sqrt()
}

#[cfg(test)]
mod tests;
