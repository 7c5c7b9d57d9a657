//! Several roots as one: opens them, takes questions for all of them, and says
//! how complete the answers are.
//!
//! **Invariants**
//! - Opening returns at once. Questions are answered from the first moment, by
//!   looking at the files themselves where the index does not know them yet.
//! - Paths go in and out as people see them: relative to the root, and behind
//!   the root's name where there are several.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::cancel::Cancel;
use crate::error::IndexError;
use crate::explore::cache::Explored;
use crate::options::Options;
use crate::overlay::Overlaid;
use crate::paths::PathFilter;
use crate::root_index::RootIndex;
use crate::root_state::{RootState, View};
use crate::roots::Roots;
use crate::status::IndexStatus;
use crate::stored::Segment;
use crate::symbol::Symbol;
use crate::walk::{Skipped, SkippedFiles};

/// A question waits so long for the first list of files where nothing is stored.
const FIRST_LIST: Duration = Duration::from_secs(3);
/// A waiting question looks this often whether it was cancelled.
const CANCEL_POLL: Duration = Duration::from_millis(10);

/// The folders that one server answers for.
pub struct Workspace {
    roots: Roots,
    pub(crate) indexes: Vec<RootIndex>,
    pub(crate) explored: Explored,
}

/// To which files a question is limited.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Folders, files or globs; none means all.
    pub paths: Vec<String>,
    /// Names of languages; none means all.
    pub languages: Vec<String>,
}

/// One root while a question is answered: a view that does not change, and what
/// the question wants of it.
pub(crate) struct RootQuery<'w> {
    pub(crate) state: &'w RootState,
    pub(crate) view: Arc<View>,
    pub(crate) filter: PathFilter,
    roots: &'w Roots,
    number: usize,
}

impl RootQuery<'_> {
    /// The path as people see it.
    pub(crate) fn show(&self, path: &str) -> String {
        self.roots.show(self.number, path)
    }

    pub(crate) fn wants(&self, path: &str, facts: &crate::document::Facts) -> bool {
        facts.skip.is_none()
            && self.filter.matches_language(facts.language.map(crate::language::Language::name))
            && self.filter.matches(path)
    }

    /// The symbols of a file as the index holds them; none where it does not.
    pub(crate) fn symbols(&self, path: &str) -> Result<Option<Vec<Symbol>>, IndexError> {
        match (self.view.overlay.get(path), &self.view.stored) {
            (Some(Overlaid::File(file)), _) => Ok(Some(file.symbols.clone())),
            (None, Some(stored)) => match stored.find(path)? {
                Some(at) => Ok(Some(stored.symbols(at)?)),
                None => Ok(None),
            },
            _ => Ok(None),
        }
    }

    /// False where a narrow question wants no file of a segment, so that none
    /// of its tables needs to be read.
    pub(crate) fn wants_any_of(&self, segment: &Segment<'_>) -> bool {
        let mut files = segment.reader.doc_ids_alive();
        files.any(|doc| self.wants(segment.table.path(doc), segment.table.facts(doc)))
    }
}

impl Workspace {
    /// Opens the roots and returns at once; indexing goes on in the background.
    pub fn open(roots: Roots, options: &Options) -> Result<Workspace, IndexError> {
        let open = |root: &crate::roots::Root| RootIndex::open(&root.path, options);
        let indexes = roots.list().iter().map(open).collect::<Result<_, _>>()?;
        Ok(Workspace { roots, indexes, explored: Explored::new(options) })
    }

    /// The roots that are served.
    pub fn roots(&self) -> &Roots {
        &self.roots
    }

    /// How far the index is now.
    pub fn status(&self) -> IndexStatus {
        let each = self.indexes.iter().map(|index| index.state.status(&index.state.current()));
        each.reduce(IndexStatus::join).unwrap_or(IndexStatus {
            generation: 0,
            indexed: 0,
            total: 0,
            complete: true,
            skipped: 0,
            watch: crate::status::WatchState::Events,
            history: crate::status::HistoryState::None,
        })
    }

    /// Waits until everything is committed, and returns whether it is. Calls
    /// `progress` on the way, a few times a second.
    pub fn wait_complete(
        &self,
        timeout: Duration,
        cancel: &Cancel,
        mut progress: impl FnMut(&IndexStatus),
    ) -> bool {
        let ends = Instant::now() + timeout;
        loop {
            let versions: Vec<u64> = self.indexes.iter().map(|i| i.state.version()).collect();
            let status = self.status();
            progress(&status);
            if status.complete || cancel.is_cancelled() || Instant::now() >= ends {
                return status.complete;
            }
            if let Some((index, seen)) = self
                .indexes
                .iter()
                .zip(versions)
                .find(|(index, _)| !index.state.current().is_complete())
            {
                let left = ends.saturating_duration_since(Instant::now());
                index.state.wait(seen, left.min(Duration::from_millis(100)));
            }
        }
    }

    /// The files that are left out, with reasons.
    pub fn skipped(&self) -> SkippedFiles {
        let mut all = Vec::new();
        for (number, index) in self.indexes.iter().enumerate() {
            let left_out = index.state.left_out(&index.state.current());
            all.extend(left_out.into_iter().map(|skipped| Skipped {
                path: self.roots.show(number, &skipped.path),
                reason: skipped.reason,
            }));
        }
        SkippedFiles::collect(all)
    }

    /// The folders on disk that hold the stored indexes, one per root.
    pub fn cache_folders(&self) -> Vec<PathBuf> {
        self.indexes.iter().map(|index| index.state.folder.path().to_path_buf()).collect()
    }

    /// Takes a view of each root for a question.
    pub(crate) fn queries(
        &self,
        scope: &Scope,
        cancel: &Cancel,
    ) -> Result<Vec<RootQuery<'_>>, IndexError> {
        let languages = canonical_languages(&scope.languages)?;
        let mut queries = Vec::with_capacity(self.indexes.len());
        for (number, index) in self.indexes.iter().enumerate() {
            let filter = PathFilter::for_root(&scope.paths, &languages, &self.roots, number)?;
            let view = first_view(&index.state, cancel)?;
            let (state, roots) = (&*index.state, &self.roots);
            queries.push(RootQuery { state, view, filter, roots, number });
        }
        Ok(queries)
    }

    /// Finds the root that a shown path belongs to, and the path inside it.
    pub(crate) fn locate(
        &self,
        path: &str,
        cancel: &Cancel,
    ) -> Result<(RootQuery<'_>, String), IndexError> {
        let unknown = || IndexError::UnknownFile { path: path.to_owned() };
        let (number, inside) = self.roots.locate(path).ok_or_else(unknown)?;
        let index = self.indexes.get(number).ok_or_else(unknown)?;
        let view = first_view(&index.state, cancel)?;
        let filter = PathFilter::all();
        let (state, roots) = (&*index.state, &self.roots);
        Ok((RootQuery { state, view, filter, roots, number }, inside))
    }
}

/// The newest view; before anything is stored, the first that lists the files.
fn first_view(state: &RootState, cancel: &Cancel) -> Result<Arc<View>, IndexError> {
    let ends = Instant::now() + FIRST_LIST;
    loop {
        let seen = state.version();
        let view = state.current();
        if view.stored.is_some() || state.listed.load(Ordering::Acquire) || Instant::now() >= ends {
            return Ok(view);
        }
        cancel.check()?;
        state.wait(seen, CANCEL_POLL);
    }
}

fn canonical_languages(names: &[String]) -> Result<Vec<&'static str>, IndexError> {
    names
        .iter()
        .map(|name| {
            crate::language::Language::from_name(name)
                .map(crate::language::Language::name)
                .ok_or_else(|| IndexError::UnknownLanguage { name: name.clone() })
        })
        .collect()
}

#[cfg(test)]
mod incremental;
#[cfg(test)]
mod tests;
