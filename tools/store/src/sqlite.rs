//! Opening SQLite's file.
//!
//! **Invariants**
//! - File and folder are the user's alone (0600, 0700) before anything is in them.
//! - Two processes that open a new file at once both succeed.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection, SqlitePool};

use crate::error::StoreError;
use crate::migrations::{self, KNOWN};
use crate::place::Place;
use crate::value::{sqlite_query, sqlite_rows};

/// Connections that read at once; each is a thread.
const READERS: u32 = 4;

/// Connections go after a minute without use, and their memory with them.
const IDLE: Duration = Duration::from_secs(60);

/// Turning a new file to write-ahead logging cannot wait for others by itself.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Opens `file`, brings its schema up to date, and gives pools to write and to read.
pub(crate) async fn open(
    place: &Place,
    file: &Path,
    patience: Duration,
) -> Result<(SqlitePool, SqlitePool), StoreError> {
    prepare(file)?;
    let options = options(file, patience);
    let started = Instant::now();
    loop {
        match migrate(place, &options).await {
            Ok(()) => break,
            Err(error) if error.passes() && started.elapsed() < patience => {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
            Err(error) => return Err(error),
        }
    }
    let pool = |connections: u32| {
        SqlitePoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(patience)
            .idle_timeout(IDLE)
    };
    let write = pool(1).connect_lazy_with(options.clone());
    let read = pool(READERS).connect_lazy_with(options.pragma("query_only", "ON"));
    Ok((write, read))
}

fn options(file: &Path, patience: Duration) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .busy_timeout(patience)
        // Readers go on while somebody writes, and a commit is one flush.
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        // What is deleted is not to be found in the file.
        .pragma("secure_delete", "ON")
        // A log that once grew is cut again.
        .pragma("journal_size_limit", "4194304")
        .disable_statement_logging()
}

async fn migrate(place: &Place, options: &SqliteConnectOptions) -> Result<(), StoreError> {
    let failed = |error| StoreError::of(place, error);
    let mut connection = SqliteConnection::connect_with(options).await.map_err(failed)?;
    let found = version(&mut connection).await.map_err(failed)?;
    if found > KNOWN {
        return Err(StoreError::Newer { store: place.to_string(), found, known: KNOWN });
    }
    if found < KNOWN {
        advance(&mut connection).await.map_err(failed)?;
    }
    connection.close().await.map_err(failed)
}

/// The schema's version; 0 of a new file, which is only read.
async fn version(connection: &mut SqliteConnection) -> Result<i64, sqlx::Error> {
    let table = "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'ymera_schema'";
    if sqlite_rows(&mut *connection, table.into(), Vec::new()).await?.is_empty() {
        return Ok(0);
    }
    let found: Option<i64> =
        sqlx::query_scalar(migrations::VERSION).fetch_one(&mut *connection).await?;
    Ok(found.unwrap_or(0))
}

async fn advance(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query(migrations::TABLE).execute(&mut *transaction).await?;
    let done = version(&mut transaction).await?;
    for (version, sql) in migrations::missing(done, migrations::SQLITE) {
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut *transaction).await?;
        let values = crate::values![version];
        sqlite_query(migrations::NOTE.into(), values).execute(&mut *transaction).await?;
    }
    transaction.commit().await
}

/// Makes folder and file for the user alone, and takes others' rights away where there are any.
fn prepare(file: &Path) -> Result<(), StoreError> {
    let folder = file.parent().unwrap_or(Path::new("."));
    make_folder(folder).map_err(|source| StoreError::Folder { path: folder.to_owned(), source })?;
    make_file(file).map_err(|source| StoreError::Folder { path: file.to_owned(), source })
}

#[cfg(unix)]
fn make_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    restrict(folder, &File::open(folder)?, 0o700)
}

#[cfg(not(unix))]
fn make_folder(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)
}

#[cfg(unix)]
fn make_file(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let file = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)?;
    restrict(path, &file, 0o600)
}

#[cfg(not(unix))]
fn make_file(path: &Path) -> io::Result<()> {
    OpenOptions::new().append(true).create(true).open(path).map(drop)
}

#[cfg(unix)]
fn restrict(path: &Path, open: &File, wanted: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mut permissions = open.metadata()?.permissions();
    if permissions.mode() & 0o077 != 0 {
        tracing::warn!(path = %path.display(), "others could read this; now they cannot");
        permissions.set_mode(wanted);
        open.set_permissions(permissions)?;
    }
    Ok(())
}
