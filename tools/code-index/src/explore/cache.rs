//! Answers that were given before, for as long as nothing that they rest on has
//! changed.
//!
//! **Invariants**
//! - An answer is given again only from the same view of every root, the same
//!   past commits, and files whose stamps are as they were: what a repeated
//!   question gets is what a new one would.
//! - Memory is bounded by [`Options::cache_bytes`](crate::Options), age by
//!   [`Options::cache_ttl`](crate::Options). A view is not kept alive by it.

use std::sync::{Arc, Weak};

use moka::sync::Cache;

use super::{ExploreQuery, Place};
use crate::history::History;
use crate::options::Options;
use crate::root_state::View;
use crate::walk::Stamp;
use crate::workspace::RootQuery;

/// What an entry takes beside its texts.
const ENTRY_BYTES: usize = 512;
/// What a place takes beside its texts.
const PLACE_BYTES: usize = 160;

/// The places that questions got, by question.
pub(crate) struct Explored(Cache<String, Arc<Entry>>);

struct Entry {
    roots: Vec<Seen>,
    files: Vec<(usize, String, Option<Stamp>)>,
    places: Arc<[Place]>,
}

/// What a root was when the question was answered.
struct Seen {
    view: Weak<View>,
    history: Option<Weak<History>>,
}

impl Seen {
    fn of(root: &RootQuery<'_>) -> Seen {
        let history = root.state.history().map(|history| Arc::downgrade(&history));
        Seen { view: Arc::downgrade(&root.view), history }
    }

    fn still_is(&self, root: &RootQuery<'_>) -> bool {
        let same_history = match (&self.history, root.state.history()) {
            (Some(seen), Some(now)) => std::ptr::eq(seen.as_ptr(), Arc::as_ptr(&now)),
            (None, None) => true,
            _ => false,
        };
        // A view that is alive shares its address with no other; this one is.
        same_history && std::ptr::eq(self.view.as_ptr(), Arc::as_ptr(&root.view))
    }
}

impl Explored {
    pub(crate) fn new(options: &Options) -> Explored {
        let weight = |question: &String, entry: &Arc<Entry>| {
            u32::try_from(question.len() + entry.weight()).unwrap_or(u32::MAX)
        };
        let known = Cache::builder()
            .weigher(weight)
            .max_capacity(options.cache_bytes)
            .time_to_live(options.cache_ttl)
            .build();
        Explored(known)
    }

    /// The places that the question got before, if it would get them again.
    pub(super) fn get(
        &self,
        query: &ExploreQuery,
        roots: &[RootQuery<'_>],
    ) -> Option<Arc<[Place]>> {
        let found = self.0.get(&key(query)).filter(|entry| entry.holds(roots));
        found.map(|entry| Arc::clone(&entry.places))
    }

    /// Remembers the places of a question, which stand in `files`: numbers of
    /// roots with paths inside them.
    pub(super) fn put(
        &self,
        query: &ExploreQuery,
        roots: &[RootQuery<'_>],
        files: impl Iterator<Item = (usize, String)>,
        places: &Arc<[Place]>,
    ) {
        let files = files.map(|(root, path)| {
            let stamp = stamp(&roots[root], &path);
            (root, path, stamp)
        });
        let entry = Entry {
            roots: roots.iter().map(Seen::of).collect(),
            files: files.collect(),
            places: Arc::clone(places),
        };
        self.0.insert(key(query), Arc::new(entry));
    }
}

impl Entry {
    fn holds(&self, roots: &[RootQuery<'_>]) -> bool {
        self.roots.len() == roots.len()
            && self.roots.iter().zip(roots).all(|(seen, root)| seen.still_is(root))
            && self.files.iter().all(|(root, path, seen)| stamp(&roots[*root], path) == *seen)
    }

    fn weight(&self) -> usize {
        let files: usize = self.files.iter().map(|(_, path, _)| path.len() + 64).sum();
        let places: usize = self.places.iter().map(weight_of).sum();
        ENTRY_BYTES + files + places
    }
}

fn weight_of(place: &Place) -> usize {
    let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    PLACE_BYTES + place.path.len() + place.reason.len() + text(&place.symbol) + text(&place.snippet)
}

fn stamp(root: &RootQuery<'_>, path: &str) -> Option<Stamp> {
    let metadata = std::fs::symlink_metadata(root.state.root.join(path)).ok()?;
    Some(Stamp::of(&metadata))
}

/// The question with its scope; parts are told apart by what no argument holds.
fn key(query: &ExploreQuery) -> String {
    let mut key = query.query.clone();
    for (mark, list) in [('\u{1}', &query.scope.paths), ('\u{2}', &query.scope.languages)] {
        for part in list {
            key.push('\0');
            key.push(mark);
            key.push_str(part);
        }
    }
    key
}
