//! Why the store could not be used, in words that name it and the next step.

use std::path::PathBuf;

use crate::place::Place;

/// Why the store could not be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The address cannot be understood. It is not repeated, since it may hold a password.
    #[error("`[store] url` must be \"sqlite\" or \"postgres://USER@HOST/DATABASE\": {reason}")]
    Url {
        /// What is wrong with it.
        reason: String,
    },
    /// The folder or file of SQLite cannot be made.
    #[error(
        "cannot make the store `{path}`; check that its folder may be written, or set YMERA_HOME"
    )]
    Folder {
        /// The folder or file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Somebody else writes, and does not end.
    #[error(
        "the store `{store}` is locked by another process that does not end; try again, or end that process"
    )]
    Locked {
        /// The store.
        store: String,
    },
    /// The file is no database any more.
    #[error(
        "the store `{store}` is damaged ({reason}); move it away to begin a new one, or put back a copy"
    )]
    Damaged {
        /// The store.
        store: String,
        /// What the database said.
        reason: String,
    },
    /// There is no room.
    #[error("there is no room on the disk of the store `{store}`; free some, then try again")]
    Full {
        /// The store.
        store: String,
    },
    /// The store can be read only.
    #[error(
        "the store `{store}` cannot be written ({reason}); check the permissions of it and its folder"
    )]
    ReadOnly {
        /// The store.
        store: String,
        /// What the database said.
        reason: String,
    },
    /// A later version has written the store.
    #[error(
        "the store `{store}` has schema {found}, and this version of Ymera knows {known}; update Ymera"
    )]
    Newer {
        /// The store.
        store: String,
        /// What the store has.
        found: i64,
        /// The newest that this version knows.
        known: i64,
    },
    /// The server is not there.
    #[error(
        "cannot reach the store `{store}` ({reason}); check that PostgreSQL runs there and `[store] url`"
    )]
    Unreachable {
        /// The store.
        store: String,
        /// What the driver said.
        reason: String,
    },
    /// The server does not let us in.
    #[error(
        "the store `{store}` refuses the connection ({reason}); check user, password and database of `[store] url`"
    )]
    Refused {
        /// The store.
        store: String,
        /// What the server said.
        reason: String,
    },
    /// No answer came in time.
    #[error("the store `{store}` does not answer; check that it runs and is not overloaded")]
    Silent {
        /// The store.
        store: String,
    },
    /// Anything else.
    #[error("the store `{store}` failed: {reason}")]
    Failed {
        /// The store.
        store: String,
        /// What the database said.
        reason: String,
    },
}

impl StoreError {
    /// What an error of the driver means for this store.
    pub(crate) fn of(place: &Place, error: sqlx::Error) -> Self {
        let store = place.to_string();
        let reason = || place.redacted(error.to_string());
        match &error {
            sqlx::Error::Database(database) => {
                let code = database.code().unwrap_or_default().into_owned();
                let reason = place.redacted(database.message().to_owned());
                match place {
                    Place::Sqlite { .. } => of_sqlite(store, &code, reason),
                    Place::Postgres { .. } => of_postgres(store, &code, reason),
                }
            }
            sqlx::Error::PoolTimedOut if matches!(place, Place::Sqlite { .. }) => {
                Self::Locked { store }
            }
            sqlx::Error::PoolTimedOut => Self::Silent { store },
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) if matches!(place, Place::Postgres { .. }) => {
                Self::Unreachable { reason: reason(), store }
            }
            _ => Self::Failed { reason: reason(), store },
        }
    }

    /// Whether a moment later it may work.
    pub(crate) fn passes(&self) -> bool {
        matches!(self, Self::Locked { .. })
    }
}

/// By SQLite's result codes (<https://www.sqlite.org/rescode.html>); the low byte is the kind.
fn of_sqlite(store: String, code: &str, reason: String) -> StoreError {
    match code.parse::<u32>().unwrap_or_default() & 0xff {
        5 | 6 => StoreError::Locked { store },
        8 | 14 | 23 => StoreError::ReadOnly { store, reason },
        11 | 26 => StoreError::Damaged { store, reason },
        13 => StoreError::Full { store },
        _ => StoreError::Failed { store, reason },
    }
}

/// By PostgreSQL's error codes (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).
fn of_postgres(store: String, code: &str, reason: String) -> StoreError {
    match (code.get(..2).unwrap_or_default(), code) {
        ("28", _) | (_, "3D000" | "42501") => StoreError::Refused { store, reason },
        (_, "53100") => StoreError::Full { store },
        (_, "25006") => StoreError::ReadOnly { store, reason },
        (_, "55P03" | "40P01") => StoreError::Locked { store },
        (_, "57P01" | "57P02" | "57P03" | "53300") => StoreError::Unreachable { store, reason },
        (_, "XX001" | "XX002") => StoreError::Damaged { store, reason },
        _ => StoreError::Failed { store, reason },
    }
}
