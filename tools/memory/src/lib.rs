//! What agents remember: sessions of messages, kept to a window, searched by words and,
//! where embeddings exist, by meaning.
//!
//! ```text
//! remember ─▶ words, tokens, vector? ─▶ one transaction: message, sums, pruning ─▶ on disk
//! recall   ─▶ newest and pinned, or ranked ─▶ as much as the budget holds
//! ```
//!
//! A memory belongs to a project, told by its folder ([`project`]), so that two
//! repositories' sessions of one name do not mix. All projects share one store.
//!
//! **Invariants**
//! - A message that [`Memory::remember`] acknowledged is on disk, whole, or it is not there.
//! - A session holds at most its window of tokens and [`MAX_MESSAGES`] messages: the oldest
//!   that are not pinned are deleted first, the newest never. A project holds at most
//!   [`MAX_SESSIONS`] sessions.
//! - A token is 4 bytes, rounded up for each message.
//! - Ranks are whole numbers summed in the database, so SQLite and PostgreSQL give the same order.
//! - What a message says is never logged.
//!
//! **Deliberately absent:** who the project is, the environment, and a model that embeds:
//! the caller gives one ([`Embedder`]) or there is none.

mod clock;
mod embed;
mod error;
pub mod mcp;
mod message;
pub mod project;
mod recall;
mod remember;
mod search;
mod sessions;
mod words;

pub use embed::{EmbedError, Embedder};
pub use error::MemoryError;
pub use message::{
    MAX_CONTENT_BYTES, MAX_ROLE_BYTES, MAX_SESSION_BYTES, Message, NewMessage, Remembered,
};
pub use recall::{MAX_BUDGET_TOKENS, Question, Recalled, Searched};
pub use search::MatchedBy;
pub use sessions::{Session, Target};

use std::sync::Arc;

use ymera_store::Store;

/// Tokens that a session keeps when nothing else is said.
pub const WINDOW_TOKENS: u64 = 32_000;

/// Messages that a session keeps: of very short ones the window would hold too many.
pub const MAX_MESSAGES: i64 = 5_000;

/// Sessions that a project keeps; the one not written to for the longest time goes first.
pub const MAX_SESSIONS: i64 = 1_000;

/// How much is kept.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Tokens that a session keeps.
    pub window_tokens: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { window_tokens: WINDOW_TOKENS }
    }
}

/// The memory of all projects. Cheap to clone.
#[derive(Clone)]
pub struct Memory {
    store: Store,
    options: Options,
    embedder: Option<Arc<dyn Embedder>>,
}

impl Memory {
    /// A memory in `store`, which is opened when it is first used.
    #[must_use]
    pub fn new(store: Store, options: Options) -> Self {
        Self { store, options, embedder: None }
    }

    /// Also searches by meaning, by what `embedder` makes of texts.
    #[must_use]
    pub fn with_embedder(mut self, embedder: Arc<dyn Embedder>) -> Self {
        self.embedder = Some(embedder);
        self
    }

    /// The store beneath.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }
}

/// The id of a project, or nothing while it has no memory.
async fn project_id(store: &Store, project: &str) -> Result<Option<i64>, MemoryError> {
    let sql = "SELECT id FROM memory_projects WHERE path = $1";
    let rows = store.rows(sql, ymera_store::values![project]).await?;
    Ok(rows.first().map(|row| row.get(0)).transpose()?)
}

#[cfg(test)]
mod tests;
