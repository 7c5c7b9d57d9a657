//! What this process knows that the stored index does not know yet.
//!
//! **Invariants**
//! - An entry hides whatever the stored index holds under its path.
//! - An entry leaves when the stored index says the same, never before.

use std::collections::HashMap;
use std::sync::Arc;

use crate::document::{Facts, IndexedFile};
use crate::stored::Stored;
use crate::walk::{SkipReason, Stamp};

/// Above this many entries one pass over all stored files is cheaper than a
/// look-up each.
const MANY: usize = 512;

/// The newest that is known of one path.
#[derive(Debug, Clone)]
pub(crate) enum Overlaid {
    /// Read and analysed.
    File(Arc<IndexedFile>),
    /// It is there, but not read yet.
    Pending(Stamp),
    /// It is not there any more.
    Gone,
}

#[derive(Debug, Clone)]
struct Entry {
    what: Overlaid,
    /// The stored index holds a file under this path that is not left out.
    hides: bool,
}

/// All entries of one process for one root. Cloned for each change, so that
/// queries keep theirs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Overlay {
    entries: HashMap<Arc<str>, Entry>,
    counts: OverlayCounts,
}

/// Sums over all entries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct OverlayCounts {
    /// Analysed files, without those to leave out.
    pub(crate) files: usize,
    /// Analysed files to leave out.
    pub(crate) left_out: usize,
    pub(crate) pending: usize,
    /// Stored files that an entry hides.
    pub(crate) hidden: usize,
    /// About how much memory the files hold.
    pub(crate) bytes: usize,
}

impl Overlay {
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn counts(&self) -> OverlayCounts {
        self.counts
    }

    pub(crate) fn get(&self, path: &str) -> Option<&Overlaid> {
        self.entries.get(path).map(|entry| &entry.what)
    }

    /// Returns whether what is stored under `path` is out of date.
    pub(crate) fn hides(&self, path: &str) -> bool {
        !self.entries.is_empty() && self.entries.contains_key(path)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Overlaid)> {
        self.entries.iter().map(|(path, entry)| (path, &entry.what))
    }

    /// The analysed files that are not left out.
    pub(crate) fn files(&self) -> impl Iterator<Item = &Arc<IndexedFile>> {
        self.iter().filter_map(|(_, what)| match what {
            Overlaid::File(file) if file.facts.skip.is_none() => Some(file),
            _ => None,
        })
    }

    /// The files not read yet, in order of path.
    pub(crate) fn pending(&self) -> Vec<(Arc<str>, Stamp)> {
        let mut pending: Vec<_> = self
            .iter()
            .filter_map(|(path, what)| match what {
                Overlaid::Pending(stamp) => Some((Arc::clone(path), *stamp)),
                _ => None,
            })
            .collect();
        pending.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        pending
    }

    /// Applies changes; none stands for "as it is stored".
    pub(crate) fn apply(&mut self, changes: Vec<(Arc<str>, Option<Overlaid>)>) {
        for (path, what) in changes {
            match what {
                Some(what) => {
                    let entry = Entry { what, hides: false };
                    self.entries.insert(path, entry);
                }
                None => {
                    self.entries.remove(&path);
                }
            }
        }
    }

    /// Drops the entries that `stored` agrees with, and counts what is left.
    pub(crate) fn settle(&mut self, stored: Option<&Stored>) {
        let known = Known::new(stored, self.entries.len());
        self.entries.retain(|path, entry| {
            let facts = known.facts(path);
            entry.hides = facts.is_some_and(|facts| facts.skip.is_none());
            let agrees = match (&entry.what, facts) {
                (Overlaid::Gone, None) => true,
                (Overlaid::File(file), Some(stored)) => same_content(&file.facts, stored),
                (Overlaid::Pending(stamp), Some(_)) => known.is_current(path, *stamp),
                _ => false,
            };
            !agrees
        });
        self.count();
    }

    fn count(&mut self) {
        let mut counts = OverlayCounts::default();
        for entry in self.entries.values() {
            counts.hidden += usize::from(entry.hides);
            match &entry.what {
                Overlaid::File(file) => {
                    counts.bytes += file.weight();
                    match file.facts.skip {
                        Some(_) => counts.left_out += 1,
                        None => counts.files += 1,
                    }
                }
                Overlaid::Pending(_) => counts.pending += 1,
                Overlaid::Gone => {}
            }
        }
        self.counts = counts;
    }
}

/// Whether two readings of a file saw the same.
pub(crate) fn same_content(left: &Facts, right: &Facts) -> bool {
    left.hash == right.hash && left.skip == right.skip && left.stamp.bytes == right.stamp.bytes
}

/// Whether a reading needs no second look when the disk shows `stamp`, by that
/// reading alone.
pub(crate) fn is_current(stored: &Facts, stamp: Stamp) -> bool {
    // Permissions change without a trace in the stamp.
    let unread = matches!(stored.skip, Some(SkipReason::NoPermission | SkipReason::Unreadable));
    stored.stamp == stamp && !stored.racy && !unread
}

/// Looks stored files up, in the way that suits the number of look-ups.
pub(crate) enum Known<'s> {
    Nothing,
    Each(&'s Stored),
    All(&'s Stored, HashMap<&'s str, &'s Facts>),
}

impl<'s> Known<'s> {
    pub(crate) fn new(stored: Option<&'s Stored>, look_ups: usize) -> Known<'s> {
        match stored {
            None => Known::Nothing,
            Some(stored) if look_ups <= MANY => Known::Each(stored),
            Some(stored) => {
                Known::All(stored, stored.files().map(|(_, path, facts)| (path, facts)).collect())
            }
        }
    }

    pub(crate) fn facts(&self, path: &str) -> Option<&'s Facts> {
        match self {
            Known::Nothing => None,
            Known::Each(stored) => {
                // A failing store is found by the next load; until then the file counts as new.
                stored.find(path).ok().flatten().map(|at| stored.facts(at))
            }
            Known::All(_, all) => all.get(path).copied(),
        }
    }

    /// Whether the stored file needs no second look when the disk shows `stamp`.
    pub(crate) fn is_current(&self, path: &str, stamp: Stamp) -> bool {
        let (Known::Each(stored) | Known::All(stored, _)) = self else { return false };
        self.facts(path).is_some_and(|facts| stored.sightings.is_current(path, facts, stamp))
    }
}
