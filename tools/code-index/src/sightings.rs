//! Files that were found unchanged though their time stamps differ from the
//! stored ones: touched, checked out anew, or taken over from another worktree.
//!
//! ```text
//! stamp differs ─▶ read, hash ─▶ same content ─▶ Sighting ─▶ CACHE/…/stamps, once at rest
//! ```
//!
//! **Invariants**
//! - A sighting says that a content was seen under a path with a stamp. That
//!   stays true whatever is committed, so the file needs no step with the index.
//! - A stamp so young that another content may share it is not noted.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use twox_hash::XxHash3_64;

use crate::document::Facts;
use crate::folder::MetaStamp;
use crate::overlay::is_current;
use crate::read::{FileRead, is_racy, read_file};
use crate::stored::Stored;
use crate::walk::{SkipReason, Stamp};

/// Raised when the kept form changes.
const FORMAT: u32 = 1;
/// A file of sightings that is larger is none of ours.
const MAX_BYTES: u64 = 256 << 20;

/// All sightings of one root.
#[derive(Default)]
pub(crate) struct Sightings(Mutex<Seen>);

#[derive(Default)]
struct Seen {
    by_path: HashMap<u64, Sighting>,
    loaded: Option<MetaStamp>,
    /// Something is not in the file yet.
    unwritten: bool,
}

/// A content, and the time stamp under which it was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Sighting {
    content: u64,
    modified: u64,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    format: u32,
    sightings: Vec<(u64, Sighting)>,
}

impl Sightings {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a stored file needs no second look when the disk shows `stamp`.
    pub(crate) fn is_current(&self, path: &str, stored: &Facts, stamp: Stamp) -> bool {
        if is_current(stored, stamp) {
            return true;
        }
        can_be_seen(stored)
            && stored.stamp.bytes == stamp.bytes
            && self.seen().by_path.get(&key(path)).is_some_and(|sighting| {
                sighting.content == stored.hash && sighting.modified == stamp.modified
            })
    }

    /// Notes that the stored content was found again.
    pub(crate) fn note(&self, path: &str, stored: &Facts, again: Unchanged) {
        if again.racy || !can_be_seen(stored) {
            return;
        }
        let sighting = Sighting { content: stored.hash, modified: again.stamp.modified };
        let mut seen = self.seen();
        let before = seen.by_path.insert(key(path), sighting);
        seen.unwritten |= before != Some(sighting);
    }

    /// Takes in what the writer kept, when that is new.
    pub(crate) fn load(&self, file: &Path) {
        let stamp = MetaStamp::of(file);
        let mut seen = self.seen();
        if stamp.is_none() || stamp == seen.loaded {
            return;
        }
        seen.loaded = stamp;
        let kept = read_kept(file).into_iter().flatten();
        for (path, sighting) in kept {
            // What this process saw itself is newer.
            seen.by_path.entry(path).or_insert(sighting);
        }
    }

    /// Keeps what concerns the stored files for the next process.
    pub(crate) fn save(&self, file: &Path, stored: &Stored) -> io::Result<()> {
        let mut seen = self.seen();
        if !seen.unwritten {
            return Ok(());
        }
        let mut sightings = Vec::new();
        for (_, path, facts) in stored.files() {
            let path = key(path);
            let sighting = seen.by_path.get(&path);
            let sighting = sighting.filter(|sighting| {
                let stored = Sighting { content: facts.hash, modified: facts.stamp.modified };
                sighting.content == facts.hash && (**sighting != stored || facts.racy)
            });
            sightings.extend(sighting.map(|sighting| (path, *sighting)));
        }
        seen.by_path = sightings.iter().copied().collect();
        let kept = postcard::to_stdvec(&Kept { format: FORMAT, sightings });
        let part = file.with_extension("part");
        std::fs::write(&part, kept.map_err(io::Error::other)?)?;
        std::fs::rename(&part, file)?;
        seen.loaded = MetaStamp::of(file);
        seen.unwritten = false;
        Ok(())
    }
}

fn key(path: &str) -> u64 {
    XxHash3_64::oneshot(path.as_bytes())
}

/// Permissions change without a trace in the stamp.
fn can_be_seen(stored: &Facts) -> bool {
    matches!(stored.skip, None | Some(SkipReason::Binary))
}

/// None where nothing usable is kept; then files are read once more.
fn read_kept(file: &Path) -> Option<Vec<(u64, Sighting)>> {
    if std::fs::metadata(file).ok()?.len() > MAX_BYTES {
        return None;
    }
    let bytes = std::fs::read(file).ok()?;
    let kept: Kept = postcard::from_bytes(&bytes).ok()?;
    (kept.format == FORMAT).then_some(kept.sightings)
}

/// A content that was found again, under this stamp.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unchanged {
    pub(crate) stamp: Stamp,
    /// A later content may share the stamp.
    pub(crate) racy: bool,
}

impl Unchanged {
    /// Reads a file; none where it is not what `known` says any more.
    pub(crate) fn find(root: &Path, path: &str, known: &Facts, max: u64) -> Option<Unchanged> {
        match read_file(root, path, max) {
            FileRead::Text(read) if known.holds(read.hash, read.stamp) => {
                Some(Unchanged { stamp: read.stamp, racy: read.racy })
            }
            FileRead::Skip(SkipReason::Binary, stamp)
                if known.skip == Some(SkipReason::Binary) && known.stamp.bytes == stamp.bytes =>
            {
                Some(Unchanged { stamp, racy: is_racy(stamp) })
            }
            _ => None,
        }
    }
}
