//! How far the index is, as every answer tells it.

use serde::Serialize;

/// How a root's changes are noticed now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WatchState {
    /// The first walk has not set up anything yet.
    Starting,
    /// By the system's file events.
    Events,
    /// By looking at the tree every few seconds, because events cannot be had.
    Polling,
}

/// Whether the words of past commits are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HistoryState {
    /// Git is asked; until then files are ranked by their content alone.
    Reading,
    /// They are known, up to HEAD as it was a few seconds ago.
    Ready,
    /// There is no git history here.
    None,
}

impl HistoryState {
    /// The word that answers use.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            HistoryState::Reading => "reading",
            HistoryState::Ready => "ready",
            HistoryState::None => "none",
        }
    }
}

/// How far the index is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct IndexStatus {
    /// Grows with each change. Processes that see the same committed state say
    /// the same number.
    pub generation: u64,
    /// Files that answers draw on.
    pub indexed: u64,
    /// Files to index; those left out do not count.
    pub total: u64,
    /// The walk has ended and all that it found is committed.
    pub complete: bool,
    /// Files left out.
    pub skipped: u64,
    /// How changes are noticed.
    pub watch: WatchState,
    /// Whether past commits count in rankings.
    pub history: HistoryState,
}

impl IndexStatus {
    /// The state of several roots taken together.
    pub(crate) fn join(self, other: IndexStatus) -> IndexStatus {
        let watch = match (self.watch, other.watch) {
            (WatchState::Polling, _) | (_, WatchState::Polling) => WatchState::Polling,
            (WatchState::Starting, _) | (_, WatchState::Starting) => WatchState::Starting,
            _ => WatchState::Events,
        };
        let history = match (self.history, other.history) {
            (HistoryState::Reading, _) | (_, HistoryState::Reading) => HistoryState::Reading,
            (HistoryState::Ready, _) | (_, HistoryState::Ready) => HistoryState::Ready,
            _ => HistoryState::None,
        };
        IndexStatus {
            // Each change has a higher number than any before it, in whichever root.
            generation: self.generation.max(other.generation),
            indexed: self.indexed + other.indexed,
            total: self.total + other.total,
            complete: self.complete && other.complete,
            skipped: self.skipped + other.skipped,
            watch,
            history,
        }
    }
}
