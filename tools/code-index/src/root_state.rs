//! What the threads and queries of one root share: the newest [`View`], and the
//! signals by which they wake each other.
//!
//! ```text
//! watch thread ──▶ changes ──▶ View ◀── queries (clone an Arc, refresh when a commit landed)
//! build thread ──▶ commits ──▶ stored index ──▶ refresh ──▶ View
//! ```
//!
//! **Invariants**
//! - A view never changes; a new one takes its place.
//! - The generation of views only grows.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tantivy::DocAddress;

use crate::as_stored::AsStored;
use crate::cancel::Cancel;
use crate::changes::Journal;
use crate::document::{Analysis, Analyst, IndexedFile};
use crate::folder::{IndexFolder, MetaStamp};
use crate::history::{GitProcess, History};
use crate::language::Language;
use crate::links::Links;
use crate::links::names::Names;
use crate::names_cache::NamesCache;
use crate::options::Options;
use crate::overlay::{Known, Overlaid, Overlay, same_content};
use crate::resolve::memory::Memory;
use crate::resolve::projects::Projects;
use crate::status::{HistoryState, IndexStatus, WatchState};
use crate::stored::{Stored, StoredReader};
use crate::walk::{SkipReason, Skipped, Stamp, WalkLimits};
use crate::workspace::RootQuery;

/// Paths that changed, each with the newest that is known of it; none stands
/// for "as it is stored".
pub(crate) type Changes = Vec<(Arc<str>, Option<Overlaid>)>;

/// One state of a root: what is stored, and what is newer.
pub(crate) struct View {
    pub(crate) stored: Option<Arc<Stored>>,
    pub(crate) overlay: Arc<Overlay>,
    pub(crate) generation: u64,
    /// The first comparison of the tree with the index is over.
    pub(crate) walked: bool,
    /// What earlier questions found out of names.
    pub(crate) memory: Mutex<Option<Box<Memory>>>,
}

impl View {
    /// Files known, without those to leave out.
    pub(crate) fn total(&self) -> usize {
        let counts = self.overlay.counts();
        let stored = self.stored.as_ref().map_or(0, |stored| stored.files);
        stored.saturating_sub(counts.hidden) + counts.files + counts.pending
    }

    /// Reads ahead what questions will ask for; cheap when it was done before.
    pub(crate) fn warm(&self) -> std::io::Result<()> {
        let Some(stored) = &self.stored else { return Ok(()) };
        stored.segments().try_for_each(|segment| segment.table.warm(segment.reader, &stored.fields))
    }

    fn stamp(&self) -> Option<MetaStamp> {
        self.stored.as_ref().map(|stored| stored.stamp)
    }

    /// Whether a file is there that is not left out.
    pub(crate) fn holds(&self, path: &str) -> bool {
        match self.overlay.get(path) {
            Some(Overlaid::File(file)) => file.facts.skip.is_none(),
            Some(Overlaid::Pending(_)) => true,
            Some(Overlaid::Gone) => false,
            None => self.stores(path),
        }
    }

    /// Whether the stored index has a file that is not left out.
    pub(crate) fn stores(&self, path: &str) -> bool {
        self.stored.as_ref().is_some_and(|stored| {
            let found = stored.find(path).ok().flatten();
            found.is_some_and(|at| stored.facts(at).skip.is_none())
        })
    }

    /// All that is known is committed.
    pub(crate) fn is_complete(&self) -> bool {
        let committed = self.stored.as_ref().is_some_and(|stored| stored.payload.complete);
        self.walked && committed && self.overlay.is_empty()
    }
}

/// Shared by the threads and queries of one root.
pub(crate) struct RootState {
    /// Canonical.
    pub(crate) root: PathBuf,
    pub(crate) options: Options,
    pub(crate) folder: IndexFolder,
    pub(crate) reader: StoredReader,
    /// Ends the threads.
    pub(crate) stop: Cancel,
    /// Files done in the round that is being built, not yet committed.
    pub(crate) in_round: AtomicUsize,
    /// The first walk has said which files there are.
    pub(crate) listed: AtomicBool,
    /// Files whose content was analysed to be kept.
    pub(crate) parsed: AtomicU64,
    view: Mutex<Shown>,
    changed: Condvar,
    loading: Mutex<Option<MetaStamp>>,
    left_out: Mutex<BTreeMap<String, SkipReason>>,
    watch: AtomicU8,
    pub(crate) git: GitProcess,
    history: Mutex<(HistoryState, Option<Arc<History>>)>,
    names: NamesCache,
    pub(crate) journal: Journal,
}

struct Shown {
    view: Arc<View>,
    last_change: Instant,
    /// Counts everything that a waiter may want to see.
    version: u64,
    as_stored: AsStored,
}

impl RootState {
    pub(crate) fn new(root: PathBuf, options: Options, folder: IndexFolder) -> RootState {
        let view = View {
            stored: None,
            overlay: Arc::new(Overlay::default()),
            generation: 0,
            walked: false,
            memory: Mutex::default(),
        };
        let (view, last_change) = (Arc::new(view), Instant::now());
        let shown = Shown { view, last_change, version: 0, as_stored: AsStored::default() };
        RootState {
            root,
            options,
            reader: StoredReader::new(folder.clone()),
            folder,
            stop: Cancel::new(),
            in_round: AtomicUsize::new(0),
            listed: AtomicBool::new(false),
            parsed: AtomicU64::new(0),
            view: Mutex::new(shown),
            changed: Condvar::new(),
            loading: Mutex::new(None),
            left_out: Mutex::default(),
            watch: AtomicU8::new(WatchState::Starting as u8),
            git: GitProcess::default(),
            history: Mutex::new((HistoryState::Reading, None)),
            names: NamesCache::default(),
            journal: Journal::default(),
        }
    }

    pub(crate) fn walk_limits(&self) -> WalkLimits {
        WalkLimits {
            max_file_bytes: self.options.max_file_bytes,
            threads: self.options.threads.min(4),
        }
    }

    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.view.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The newest view, after a look whether another commit landed.
    pub(crate) fn current(&self) -> Arc<View> {
        let view = Arc::clone(&self.shown().view);
        let stamp = self.folder.stamp();
        if stamp == view.stored.as_ref().map(|stored| stored.stamp) || stamp.is_none() {
            return view;
        }
        // While another thread loads, the older view with its overlay is as good.
        let Ok(mut failed) = self.loading.try_lock() else { return view };
        self.load(stamp, &mut failed)
    }

    /// Waits for the newest commit to be in the view.
    pub(crate) fn refresh(&self) -> Arc<View> {
        let mut failed = self.loading.lock().unwrap_or_else(PoisonError::into_inner);
        self.load(self.folder.stamp(), &mut failed)
    }

    fn load(&self, stamp: Option<MetaStamp>, failed: &mut Option<MetaStamp>) -> Arc<View> {
        let view = Arc::clone(&self.shown().view);
        if stamp.is_none()
            || stamp == *failed
            || stamp == view.stored.as_ref().map(|stored| stored.stamp)
        {
            return view;
        }
        match self.reader.load() {
            Ok(Some(stored)) => {
                *failed = None;
                self.show_stored(Arc::new(stored))
            }
            Ok(None) => {
                *failed = stamp;
                view
            }
            Err(error) => {
                tracing::warn!(%error, "the stored index cannot be read");
                *failed = stamp;
                view
            }
        }
    }

    fn show_stored(&self, stored: Arc<Stored>) -> Arc<View> {
        let mut shown = self.shown();
        let mut overlay = Overlay::clone(&shown.view.overlay);
        overlay.apply(shown.as_stored.broken(&self.root, &overlay, Some(&stored)));
        overlay.settle(Some(&stored));
        let generation = shown.view.generation.max(stored.payload.generation);
        let walked = shown.view.walked;
        self.show(
            &mut shown,
            View {
                stored: Some(stored),
                overlay: Arc::new(overlay),
                generation,
                walked,
                memory: Mutex::default(),
            },
        )
    }

    fn show(&self, shown: &mut Shown, view: View) -> Arc<View> {
        shown.view = Arc::new(view);
        shown.version += 1;
        self.changed.notify_all();
        Arc::clone(&shown.view)
    }

    /// Makes changes visible to the queries of this process. They were found by
    /// comparison with `basis`.
    pub(crate) fn change(&self, basis: &View, mut changes: Changes) {
        if changes.is_empty() {
            return;
        }
        let mut shown = self.shown();
        let view = Arc::clone(&shown.view);
        shown.as_stored.note(basis, &changes);
        let stored = view.stored.as_deref();
        let known = Known::new(stored, changes.len());
        changes.retain(|(path, what)| {
            let same = match (what, known.facts(path)) {
                (None, _) => true,
                // It was committed since it was compared.
                (Some(Overlaid::File(file)), Some(stored)) => same_content(&file.facts, stored),
                _ => false,
            };
            !same || view.overlay.hides(path)
        });
        let mut overlay = Overlay::clone(&view.overlay);
        overlay.apply(changes.clone());
        if basis.stamp() != view.stamp() {
            let broken = shown.as_stored.broken(&self.root, &overlay, stored);
            overlay.apply(broken.clone());
            changes.extend(broken);
        }
        if changes.is_empty() {
            return;
        }
        let generation = next_generation(view.generation);
        self.journal.note(&view, generation, changes.iter().map(|(path, what)| (path, what)));
        overlay.settle(view.stored.as_deref());
        shown.last_change = Instant::now();
        let stored = view.stored.clone();
        let (overlay, memory) = (Arc::new(overlay), Mutex::default());
        let next = View { stored, overlay, generation, walked: view.walked, memory };
        self.show(&mut shown, next);
    }

    /// Says that the first comparison is over.
    pub(crate) fn set_walked(&self) {
        let mut shown = self.shown();
        if shown.view.walked {
            return;
        }
        let view = Arc::clone(&shown.view);
        let next = View {
            stored: view.stored.clone(),
            overlay: Arc::clone(&view.overlay),
            generation: view.generation,
            walked: true,
            memory: Mutex::default(),
        };
        self.show(&mut shown, next);
    }

    /// Forgets pending files that were just committed, unless they changed since.
    pub(crate) fn settle_pending(&self, done: &[(Arc<str>, Stamp)]) {
        let mut shown = self.shown();
        let view = Arc::clone(&shown.view);
        let mut overlay = Overlay::clone(&view.overlay);
        let still = done.iter().filter(|(path, stamp)| {
            matches!(view.overlay.get(path), Some(Overlaid::Pending(now)) if now == stamp)
        });
        overlay.apply(still.map(|(path, _)| (Arc::clone(path), None)).collect());
        overlay.settle(view.stored.as_deref());
        let next = View {
            stored: view.stored.clone(),
            overlay: Arc::new(overlay),
            generation: view.generation,
            walked: view.walked,
            memory: Mutex::default(),
        };
        self.show(&mut shown, next);
    }

    /// How long nothing has changed.
    pub(crate) fn quiet_for(&self) -> Duration {
        self.shown().last_change.elapsed()
    }

    /// Waits until something is shown or `timeout` is over.
    pub(crate) fn wait(&self, seen: u64, timeout: Duration) -> u64 {
        let shown = self.shown();
        let (shown, _) = self
            .changed
            .wait_timeout_while(shown, timeout, |shown| {
                shown.version == seen && !self.stop.is_cancelled()
            })
            .unwrap_or_else(PoisonError::into_inner);
        shown.version
    }

    /// Wakes all that wait, to look at the state again.
    pub(crate) fn wake(&self) {
        self.shown().version += 1;
        self.changed.notify_all();
    }

    pub(crate) fn version(&self) -> u64 {
        self.shown().version
    }

    pub(crate) fn set_watch(&self, state: WatchState) {
        self.watch.store(state as u8, Ordering::Relaxed);
        self.wake();
    }

    fn watch_state(&self) -> WatchState {
        let now = self.watch.load(Ordering::Relaxed);
        [WatchState::Starting, WatchState::Events, WatchState::Polling]
            .into_iter()
            .find(|state| *state as u8 == now)
            .unwrap_or(WatchState::Starting)
    }

    /// What past commits said, as far as it is known.
    pub(crate) fn history(&self) -> Option<Arc<History>> {
        self.history_now().1.clone()
    }

    pub(crate) fn set_history(&self, state: HistoryState, history: Option<Arc<History>>) {
        *self.history_now() = (state, history);
        self.wake();
    }

    fn history_now(&self) -> MutexGuard<'_, (HistoryState, Option<Arc<History>>)> {
        self.history.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Replaces what the walk left out.
    pub(crate) fn set_left_out(&self, all: Vec<Skipped>) {
        let map = all.into_iter().map(|skipped| (skipped.path, skipped.reason)).collect();
        *self.left_out_map() = map;
    }

    /// Notes one path that is left out, or none that was.
    pub(crate) fn note_left_out(&self, path: &str, reason: Option<SkipReason>) {
        let mut map = self.left_out_map();
        match reason {
            Some(reason) => {
                map.insert(path.to_owned(), reason);
            }
            None => {
                map.remove(path);
            }
        }
    }

    fn left_out_map(&self) -> MutexGuard<'_, BTreeMap<String, SkipReason>> {
        self.left_out.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a stored file says of names, kept for the next question.
    pub(crate) fn links(&self, stored: &Stored, at: DocAddress) -> tantivy::Result<Arc<Names>> {
        self.names.links(stored, at)
    }

    pub(crate) fn count_parsed(&self, file: &IndexedFile) {
        self.parsed.fetch_add(u64::from(file.facts.skip.is_none()), Ordering::Relaxed);
    }

    /// Reads a file that is not indexed yet.
    pub(crate) fn links_of_pending(&self, path: &str) -> Option<(Option<Language>, Arc<Names>)> {
        let mut analyst = Analyst::new(self.options.max_file_bytes);
        let Analysis::File(file) = analyst.analyse(&self.root, path, &[]) else { return None };
        let links = Links::unpack(&file.links).unwrap_or_default();
        file.facts.skip.is_none().then(|| (file.facts.language, Arc::new(Names::new(links))))
    }

    /// What the manifests say of modules in the state that a question sees.
    pub(crate) fn projects(&self, root: &RootQuery<'_>) -> Arc<Projects> {
        self.names.projects(root)
    }

    pub(crate) fn status(&self, view: &View) -> IndexStatus {
        let counts = view.overlay.counts();
        let stored_left_out = view.stored.as_ref().map_or(0, |stored| stored.left_out);
        let total = view.total();
        let done = total - counts.pending.min(total);
        let in_round = self.in_round.load(Ordering::Relaxed);
        IndexStatus {
            generation: view.generation,
            indexed: (done + in_round).min(total) as u64,
            total: total as u64,
            complete: view.is_complete(),
            skipped: (stored_left_out + counts.left_out + self.left_out_map().len()) as u64,
            watch: self.watch_state(),
            history: self.history_now().0,
        }
    }

    /// All files that are left out, in order of path.
    pub(crate) fn left_out(&self, view: &View) -> Vec<Skipped> {
        let mut all: Vec<Skipped> = self
            .left_out_map()
            .iter()
            .map(|(path, &reason)| Skipped { path: path.clone(), reason })
            .collect();
        if let Some(stored) = &view.stored {
            let hidden = |path: &str| view.overlay.hides(path);
            all.extend(stored.files().filter_map(|(_, path, facts)| {
                let reason = facts.skip.filter(|_| !hidden(path))?;
                Some(Skipped { path: path.to_owned(), reason })
            }));
        }
        all.extend(view.overlay.iter().filter_map(|(path, what)| match what {
            Overlaid::File(file) => {
                Some(Skipped { path: path.to_string(), reason: file.facts.skip? })
            }
            _ => None,
        }));
        all.sort();
        all
    }
}

/// Hundredths of a second since the start of 2025. Generations follow this
/// clock, so that a commit, which comes later than the changes in it, has a
/// higher number than any process gave those changes, and an index that is built
/// anew one that was never given before.
pub(crate) fn clock() -> u64 {
    const START_OF_2025: Duration = Duration::from_secs(1_735_689_600);
    let now = SystemTime::now().duration_since(UNIX_EPOCH + START_OF_2025).unwrap_or_default();
    u64::try_from(now.as_millis() / 10).unwrap_or(u64::MAX)
}

/// A generation that no root of this process had before.
fn next_generation(newest: u64) -> u64 {
    static NEWEST: AtomicU64 = AtomicU64::new(0);
    let next = clock().max(newest + 1);
    let last =
        NEWEST.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(next.max(last + 1)));
    last.map_or(next, |last| next.max(last + 1))
}
