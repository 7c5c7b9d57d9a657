//! One root: its shared state and its three threads.

use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use crate::build;
use crate::error::IndexError;
use crate::events::Inbox;
use crate::folder::IndexFolder;
use crate::options::Options;
use crate::remember;
use crate::root_state::RootState;
use crate::watch;

/// The index of one folder. Dropping it ends its threads.
pub(crate) struct RootIndex {
    pub(crate) state: Arc<RootState>,
    inbox: Inbox,
    threads: Vec<JoinHandle<()>>,
}

impl RootIndex {
    /// Opens the folder and returns at once; the threads do the rest.
    pub(crate) fn open(root: &Path, options: &Options) -> Result<RootIndex, IndexError> {
        let at_root = |source| IndexError::Root { path: root.to_path_buf(), source };
        let canonical = root.canonicalize().map_err(at_root)?;
        std::fs::read_dir(&canonical).map_err(at_root)?;
        let folder = IndexFolder::create(&options.cache_dir, &canonical)
            .map_err(|source| IndexError::Cache { path: options.cache_dir.clone(), source })?;
        let state = Arc::new(RootState::new(canonical, options.clone(), folder));
        let inbox = Inbox::default();
        let mut index = RootIndex { state, inbox, threads: Vec::new() };
        let (state, inbox) = (Arc::clone(&index.state), index.inbox.clone());
        index.spawn("index-watch", move || watch::run(&state, &inbox)).map_err(at_root)?;
        let state = Arc::clone(&index.state);
        index.spawn("index-build", move || build::run(&state)).map_err(at_root)?;
        let state = Arc::clone(&index.state);
        index.spawn("index-history", move || remember::run(&state)).map_err(at_root)?;
        Ok(index)
    }

    fn spawn(&mut self, name: &str, run: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
        self.threads.push(std::thread::Builder::new().name(name.to_owned()).spawn(run)?);
        Ok(())
    }
}

impl Drop for RootIndex {
    fn drop(&mut self) {
        self.state.stop.cancel();
        self.state.git.stop();
        self.state.wake();
        self.inbox.wake();
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!(root = %self.state.root.display(), "a thread of the index died");
            }
        }
    }
}
