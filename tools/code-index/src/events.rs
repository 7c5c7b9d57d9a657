//! File events of the system, gathered into batches of changed paths.
//!
//! **Invariants**
//! - Memory is bounded: past a limit the batch says "look at everything".

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

/// More changed paths than this are cheaper to find by a walk.
const MAX_PATHS: usize = 512;
/// One save makes several events; they come within this time.
const GATHER: Duration = Duration::from_millis(20);
/// Where one watch covers a whole tree, it is asked for once.
const WHOLE_TREE: bool = cfg!(any(target_os = "macos", target_os = "windows"));

/// What changed since the last look.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Batch {
    pub(crate) paths: HashSet<PathBuf>,
    /// Events were lost: look at everything.
    pub(crate) rescan: bool,
}

impl Batch {
    fn is_empty(&self) -> bool {
        self.paths.is_empty() && !self.rescan
    }

    fn take_in(&mut self, event: notify::Result<Event>) {
        match event {
            Ok(event) if event.need_rescan() => self.rescan = true,
            Ok(event) if says_change(&event.kind) => self.paths.extend(event.paths),
            Ok(_) => {}
            Err(_) => self.rescan = true,
        }
        if self.paths.len() > MAX_PATHS {
            self.rescan = true;
            self.paths.clear();
        }
    }
}

/// Our own reading makes access events; they are no change.
fn says_change(kind: &EventKind) -> bool {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) => false,
        _ => true,
    }
}

/// Why watching is not possible.
#[derive(Debug, thiserror::Error)]
#[error("`{}` cannot be watched", folder.display())]
pub(crate) struct WatchFailed {
    folder: PathBuf,
    source: notify::Error,
}

/// Where events arrive. Clones are the same inbox.
#[derive(Clone, Default)]
pub(crate) struct Inbox(Arc<InboxState>);

#[derive(Default)]
struct InboxState {
    batch: Mutex<Batch>,
    arrived: Condvar,
}

impl Inbox {
    fn put(&self, event: notify::Result<Event>) {
        self.0.batch.lock().unwrap_or_else(PoisonError::into_inner).take_in(event);
        self.0.arrived.notify_all();
    }

    /// Ends a wait without an event.
    pub(crate) fn wake(&self) {
        // Under the lock, so that it cannot fall between a look at `stop` and the wait.
        let _batch = self.0.batch.lock().unwrap_or_else(PoisonError::into_inner);
        self.0.arrived.notify_all();
    }

    /// Waits for events until `timeout` is over or `stop` says so, and takes
    /// what has gathered.
    pub(crate) fn take(&self, timeout: Duration, stop: &dyn Fn() -> bool) -> Batch {
        let ends = Instant::now() + timeout;
        let mut batch = self.0.batch.lock().unwrap_or_else(PoisonError::into_inner);
        while batch.is_empty() && !stop() {
            let left = ends.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Batch::default();
            }
            batch =
                self.0.arrived.wait_timeout(batch, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        let gathered = Instant::now() + GATHER;
        while !stop() {
            let left = gathered.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            batch =
                self.0.arrived.wait_timeout(batch, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        std::mem::take(&mut batch)
    }
}

/// Asks the system for events of folders.
pub(crate) struct Watches {
    watcher: RecommendedWatcher,
}

impl Watches {
    pub(crate) fn new(inbox: &Inbox) -> notify::Result<Watches> {
        let inbox = inbox.clone();
        let config = notify::Config::default().with_follow_symlinks(false);
        let watcher = RecommendedWatcher::new(move |event| inbox.put(event), config)?;
        Ok(Watches { watcher })
    }

    /// Watches one folder; a folder that vanished is no failure.
    pub(crate) fn add(&mut self, root: &Path, folder: &str) -> Result<(), WatchFailed> {
        if WHOLE_TREE && !folder.is_empty() {
            return Ok(());
        }
        let mode = if WHOLE_TREE { RecursiveMode::Recursive } else { RecursiveMode::NonRecursive };
        let path = root.join(folder);
        match self.watcher.watch(&path, mode) {
            Err(source) if path.is_dir() => Err(WatchFailed { folder: path, source }),
            _ => Ok(()),
        }
    }

    /// Stops watching a folder that is no longer part of the tree.
    pub(crate) fn remove(&mut self, root: &Path, folder: &str) {
        if !WHOLE_TREE {
            // The system already forgot a folder that was deleted; only a moved one is left.
            let _gone = self.watcher.unwatch(&root.join(folder));
        }
    }
}
