//! Files that have no entry of their own because the store said the same of them
//! when they were looked at last, or because neither it nor the disk had them.
//!
//! A commit may bring an older state: this process, or another, read a file before
//! it changed back or went. Such a file gets an entry again, else nothing would
//! ever correct it.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use crate::document::Facts;
use crate::overlay::{Known, Overlaid, Overlay};
use crate::root_state::{Changes, View};
use crate::stored::Stored;
use crate::walk::{SkipReason, Stamp};

/// After so many the commits that could bring old states have long been seen.
const MAX_FILES: usize = 8_192;

/// What tells one stored reading from another: hash and reason to leave out.
type Content = (u64, Option<SkipReason>);

/// What was relied upon, by path.
#[derive(Default)]
pub(crate) struct AsStored(HashMap<Arc<str>, Option<Content>>);

impl AsStored {
    /// Remembers of the changes without an entry what they rely on.
    pub(crate) fn note(&mut self, basis: &View, changes: &Changes) {
        if self.0.len() + changes.len() > MAX_FILES {
            self.0.clear();
        }
        let known = Known::new(basis.stored.as_deref(), changes.len());
        for (path, what) in changes {
            match what {
                Some(_) => self.0.remove(path),
                None => self.0.insert(Arc::clone(path), known.facts(path).map(content)),
            };
        }
    }

    /// Entries for the files of which `stored` says something else.
    pub(crate) fn broken(
        &self,
        root: &Path,
        overlay: &Overlay,
        stored: Option<&Stored>,
    ) -> Changes {
        let known = Known::new(stored, self.0.len());
        let differs = |(path, before): &(&Arc<str>, &Option<Content>)| {
            !overlay.hides(path) && known.facts(path).map(content) != **before
        };
        let entry = |(path, before): (&Arc<str>, &Option<Content>)| {
            let there = || std::fs::symlink_metadata(root.join(&**path)).ok();
            let what = match before.and_then(|_| there()) {
                Some(there) => Overlaid::Pending(Stamp::of(&there)),
                None => Overlaid::Gone,
            };
            (Arc::clone(path), Some(what))
        };
        self.0.iter().filter(differs).map(entry).collect()
    }
}

fn content(facts: &Facts) -> Content {
    (facts.hash, facts.skip)
}
