//! Why something was not remembered or recalled.

use ymera_store::StoreError;

/// Why something was not remembered or recalled. Models read these as often as people.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MemoryError {
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The session's name is none.
    #[error(
        "`session` must be 1 to {max} bytes on one line, such as `fix-login`; this one has {bytes}"
    )]
    Session {
        /// What it has.
        bytes: usize,
        /// What it may have.
        max: usize,
    },
    /// The role is no word.
    #[error(
        "`role` must be one word of at most {max} bytes: user, assistant, system, tool or note"
    )]
    Role {
        /// What it may have.
        max: usize,
    },
    /// There is nothing to remember.
    #[error("`content` is empty; pass what is to be remembered")]
    Empty,
    /// The message is too long.
    #[error(
        "`content` has {bytes} bytes; at most {max} are kept, so pass a shorter one or several"
    )]
    TooLong {
        /// What it has.
        bytes: usize,
        /// What it may have.
        max: usize,
    },
    /// The message does not fit beside what is pinned.
    #[error(
        "`content` has {tokens} tokens; session `{session}` keeps {window}, {pinned} of them pinned: \
         pass a shorter one, use another session, or raise memory_window_tokens"
    )]
    NoRoom {
        /// The message's.
        tokens: i64,
        /// The session.
        session: String,
        /// What the session may hold.
        window: i64,
        /// What cannot be pruned.
        pinned: i64,
    },
    /// Every session has pinned messages.
    #[error(
        "the project has {max} sessions, all with pinned messages; remove some with `ymera memory forget`"
    )]
    TooManySessions {
        /// What a project may have.
        max: i64,
    },
    /// The budget is out of range.
    #[error("`budget_tokens` must be 1 to {max}")]
    Budget {
        /// The largest.
        max: usize,
    },
    /// The work was ended with the server.
    #[error("the server is ending; ask again")]
    Ending,
}
