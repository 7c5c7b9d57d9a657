//! The thread that keeps the words of past commits: what an earlier process
//! kept first, then what git knows, and again whenever HEAD moved.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::adopt;
use crate::history::{History, Log, refresh};
use crate::root_state::RootState;
use crate::status::HistoryState;

/// HEAD is looked at again after a change of the tree, at most so often.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// Runs until the root is closed.
pub(crate) fn run(state: &RootState) {
    let file = state.folder.history_file();
    let mut known = Log::load(&file);
    if let Some(log) = &known {
        state.set_history(HistoryState::Reading, Some(Arc::new(History::of(log))));
    }
    wait_for_first_index(state);
    if known.is_none() {
        // Most commits are known in another worktree. Its own HEAD is not
        // spoken of: which commits count here is asked first.
        known = adopt::sources(state)
            .iter()
            .find_map(|other| Log::load(&other.history_file()))
            .map(Log::of_another_head);
    }
    while !state.stop.is_cancelled() {
        match refresh(&state.git, &state.root, known.as_ref()) {
            Ok(Some(log)) => {
                if let Err(error) = log.save(&file) {
                    tracing::warn!(%error, file = %file.display(), "the history was not kept");
                }
                state.set_history(HistoryState::Ready, Some(Arc::new(History::of(&log))));
                known = Some(log);
            }
            Ok(None) => say_ready(state),
            Err(_) if state.stop.is_cancelled() => return,
            Err(error) => {
                tracing::debug!(%error, root = %state.root.display(), "no history is read");
                say_ready(state);
            }
        }
        wait_for_change(state);
    }
}

/// What is known is up to date, or there is nothing to know.
fn say_ready(state: &RootState) {
    let history = state.history();
    let ready = if history.is_some() { HistoryState::Ready } else { HistoryState::None };
    state.set_history(ready, history);
}

/// Git and the first index would only slow each other.
fn wait_for_first_index(state: &RootState) {
    while !state.stop.is_cancelled() && !state.current().is_complete() {
        state.wait(state.version(), LOOK_AGAIN);
    }
}

/// A commit writes nothing that is watched, but nobody commits without a change.
fn wait_for_change(state: &RootState) {
    let (seen, since) = (state.current().generation, Instant::now());
    while !state.stop.is_cancelled() {
        state.wait(state.version(), LOOK_AGAIN);
        let changed = state.current().generation != seen;
        if since.elapsed() >= if changed { LOOK_AGAIN } else { 12 * LOOK_AGAIN } {
            return;
        }
    }
}
