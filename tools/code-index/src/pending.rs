//! Files that the index does not hold yet: questions read them themselves, so
//! that an answer in the first seconds is not an empty one.
//!
//! **Invariants**
//! - The time is bounded: what is not read by then is missing from the answer,
//!   and `complete` is false meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use memchr::memmem;
use rayon::prelude::*;

use crate::cancel::Cancel;
use crate::document::{Analyst, IndexedFile};
use crate::error::IndexError;
use crate::overlay::Overlaid;
use crate::read::{FileRead, FileText, read_file};
use crate::workspace::RootQuery;

/// A question may read pending files for so long.
const TIME: Duration = Duration::from_millis(700);
/// So many files that hold the name are parsed.
const MAX_PARSED: usize = 200;

/// Calls `visit` with each pending file that the question may want, in parallel.
pub(crate) fn for_each_pending<T: Send>(
    root: &RootQuery<'_>,
    cancel: &Cancel,
    visit: impl Fn(&Arc<str>, FileText) -> Option<T> + Sync,
) -> Result<Vec<T>, IndexError> {
    let mut paths: Vec<Arc<str>> = root
        .view
        .overlay
        .iter()
        .filter(|(path, what)| matches!(what, Overlaid::Pending(_)) && root.filter.matches(path))
        .map(|(path, _)| Arc::clone(path))
        .collect();
    if paths.is_empty() {
        return Ok(Vec::new());
    }
    // Sources lie less deep than what they depend on.
    paths.sort_by_key(|path| (crate::file_class::FileClass::of(path), path.matches('/').count()));
    let ends = Instant::now() + TIME;
    let max = root.state.options.max_file_bytes;
    let found = paths
        .par_iter()
        .filter_map(|path| {
            if cancel.is_cancelled() || Instant::now() >= ends {
                return None;
            }
            match read_file(&root.state.root, path, max) {
                FileRead::Text(read) => visit(path, read),
                FileRead::Skip(..) | FileRead::Gone => None,
            }
        })
        .collect();
    cancel.check()?;
    Ok(found)
}

/// The pending files that hold a word, as far as the time allows.
pub(crate) fn pending_holders(
    root: &RootQuery<'_>,
    word: &str,
    cancel: &Cancel,
) -> Result<Vec<String>, IndexError> {
    let finder = memmem::Finder::new(word.as_bytes());
    let found = AtomicUsize::new(0);
    for_each_pending(root, cancel, |path, read| {
        finder.find(read.text.as_bytes())?;
        (found.fetch_add(1, Ordering::Relaxed) < MAX_PARSED).then(|| path.to_string())
    })
}

/// Analyses the pending files that hold the last word of `name`.
pub(crate) fn symbols_of_pending(
    root: &RootQuery<'_>,
    name: &str,
    cancel: &Cancel,
) -> Result<Vec<Arc<IndexedFile>>, IndexError> {
    let finder = memmem::Finder::new(name.as_bytes());
    let parsed = AtomicUsize::new(0);
    for_each_pending(root, cancel, |path, read| {
        finder.find(read.text.as_bytes())?;
        if parsed.fetch_add(1, Ordering::Relaxed) >= MAX_PARSED {
            return None;
        }
        let mut analyst = Analyst::new(root.state.options.max_file_bytes);
        let file = analyst.analyse_text(path, &read);
        root.wants(path, &file.facts).then(|| Arc::new(file))
    })
}
