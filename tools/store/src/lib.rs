//! State that outlives a process, in SQLite or PostgreSQL behind one port.
//!
//! ```text
//! Options ─▶ Store ─(first use)─▶ connect ─▶ migrations ─▶ pools
//!              ├─ rows     one question
//!              └─ write    a transaction: rows, execute, commit
//! ```
//!
//! SQL is written once for both: parameters are `$1`, `$2`, …, which both read; types are
//! `BIGINT`, `TEXT`, `DOUBLE PRECISION` and what migrations call `{{bytes}}`. Whoever keeps
//! state adds a file to `migrations/` and tables with a prefix of its own.
//!
//! **Invariants**
//! - Nothing is opened before it is needed, and a failed opening is tried again by the next use.
//! - A commit that returned is on disk. SQLite writes ahead with `synchronous = FULL`: the
//!   log is flushed at every commit, so that not even a power cut takes an acknowledged write.
//! - Several processes may use one store at once. SQLite's writers take their turn from the
//!   start of a transaction (`BEGIN IMMEDIATE`), so none is refused half way.
//! - Migrations only go forward, each in one transaction, by one process at a time.
//! - No error and no log line holds a password.
//!
//! **Deliberately absent:** what is stored, the environment, MCP.

mod error;
mod migrations;
mod place;
mod postgres;
mod sqlite;
mod value;
mod write;

pub use error::StoreError;
pub use place::StoreUrl;
pub use value::{Column, Row, Value};
pub use write::Write;

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sqlx::{PgPool, SqlitePool};
use tokio::sync::OnceCell;

use crate::place::Place;

/// How long one step may wait for another process or the database server.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where and how state is kept.
#[derive(Debug, Clone)]
pub struct Options {
    /// Which database.
    pub url: StoreUrl,
    /// The folder of SQLite's file. It is made for the user alone.
    pub folder: PathBuf,
    /// How long a step waits for its turn before it fails.
    pub patience: Duration,
}

impl Options {
    /// Keeps state in `url`; a file of SQLite lies in `folder`.
    #[must_use]
    pub fn new(url: StoreUrl, folder: PathBuf) -> Self {
        Self { url, folder, patience: PATIENCE }
    }
}

/// A store. Cheap to clone; nothing is opened before the first use.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    place: Place,
    patience: Duration,
    pools: OnceCell<Pools>,
}

/// Open connections.
enum Pools {
    /// Writers of one process queue here, in order, not inside SQLite, where the
    /// one that waits longest has no better chance than the others.
    Sqlite {
        write: SqlitePool,
        read: SqlitePool,
    },
    Postgres(PgPool),
}

impl Store {
    /// A store at the place that `options` name. The disk is not touched.
    #[must_use]
    pub fn new(options: Options) -> Self {
        let place = Place::new(options.url, &options.folder);
        Self(Arc::new(Inner { place, patience: options.patience, pools: OnceCell::new() }))
    }

    /// The place for people: a path, or an address without its password.
    #[must_use]
    pub fn place(&self) -> String {
        self.0.place.to_string()
    }

    /// Answers one question. `sql` must hold no value: those go in `values`.
    ///
    /// # Errors
    /// When the store cannot be opened or does not answer.
    pub async fn rows(
        &self,
        sql: impl Into<Cow<'static, str>>,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError> {
        let (pools, sql) = (self.pools().await?, sql.into());
        self.patiently(async {
            match pools {
                Pools::Sqlite { read, .. } => value::sqlite_rows(read, sql, values).await,
                Pools::Postgres(pool) => value::postgres_rows(pool, sql, values).await,
            }
        })
        .await
    }

    /// Begins a transaction that writes. Dropping it undoes what it did.
    ///
    /// # Errors
    /// When the store cannot be opened, or others write for too long.
    pub async fn write(&self) -> Result<Write, StoreError> {
        let pools = self.pools().await?;
        let transaction = self
            .patiently(async {
                Ok(match pools {
                    Pools::Sqlite { write, .. } => {
                        write::Transaction::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?)
                    }
                    Pools::Postgres(pool) => write::Transaction::Postgres(pool.begin().await?),
                })
            })
            .await?;
        Ok(Write::new(self.clone(), transaction))
    }

    /// Closes all connections; SQLite's log is then merged into its file.
    pub async fn close(&self) {
        match self.0.pools.get() {
            None => {}
            Some(Pools::Sqlite { write, read }) => {
                read.close().await;
                write.close().await;
            }
            Some(Pools::Postgres(pool)) => pool.close().await,
        }
    }

    async fn pools(&self) -> Result<&Pools, StoreError> {
        self.0.pools.get_or_try_init(|| self.open()).await
    }

    async fn open(&self) -> Result<Pools, StoreError> {
        let Inner { place, patience, .. } = &*self.0;
        let pools = match place {
            Place::Sqlite { file } => {
                let (write, read) = sqlite::open(place, file, *patience).await?;
                Pools::Sqlite { write, read }
            }
            Place::Postgres { options, .. } => {
                Pools::Postgres(postgres::open(place, options, *patience).await?)
            }
        };
        tracing::info!(store = %place, "the store is open");
        Ok(pools)
    }

    /// Waits for one step, but not for ever, and names the store in its error.
    async fn patiently<T>(
        &self,
        step: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, StoreError> {
        let Inner { place, patience, .. } = &*self.0;
        // SQLite's own wait ends first, and says what it waited for.
        match tokio::time::timeout(*patience * 2, step).await {
            Ok(result) => result.map_err(|error| StoreError::of(place, error)),
            Err(_elapsed) => Err(StoreError::Silent { store: place.to_string() }),
        }
    }
}

#[cfg(test)]
mod tests;
