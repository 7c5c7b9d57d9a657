//! Writing a message: one transaction that also keeps the session to its window.
//!
//! **Invariants**
//! - The session's row is locked before anything is read from it, so that two processes
//!   never count from the same sums.
//! - The transaction runs in a task of its own: a caller that goes away leaves the message
//!   there whole, or not at all.

use ymera_store::{Row, Store, StoreError, Value, Write, values};

use crate::embed;
use crate::error::MemoryError;
use crate::message::{NewMessage, Remembered, tokens};
use crate::{MAX_MESSAGES, MAX_SESSIONS, Memory, clock, project_id, words};

/// Rows of one statement, large to small, so that few different statements are made.
const BATCHES: [usize; 3] = [64, 8, 1];

/// Messages looked at when some have to go.
const OLDEST: i64 = 500;

/// A message with all that is stored beside it.
struct Entry {
    project: String,
    message: NewMessage,
    tokens: i64,
    words: Vec<(String, i64)>,
    vector: Option<(String, Vec<f32>)>,
}

/// A session's row, locked.
struct Sums {
    project: i64,
    session: i64,
    messages: i64,
    tokens: i64,
    pinned_tokens: i64,
}

impl Memory {
    /// Remembers a message of `project`. When this returns it is on disk.
    ///
    /// # Errors
    /// When it does not fit beside what is pinned, or the store fails; then nothing changed.
    pub async fn remember(
        &self,
        project: &str,
        message: NewMessage,
    ) -> Result<Remembered, MemoryError> {
        let vector = self.vector(&message.content).await;
        let entry = Entry {
            project: project.to_owned(),
            tokens: i64::try_from(tokens(&message.content)).unwrap_or(i64::MAX),
            words: words::impacts(&message.content),
            message,
            vector,
        };
        let (store, window) = (self.store.clone(), self.window());
        let write = tokio::spawn(async move { write(&store, entry, window).await });
        write.await.map_err(|_ended| MemoryError::Ending)?
    }

    fn window(&self) -> i64 {
        i64::try_from(self.options.window_tokens).unwrap_or(i64::MAX)
    }

    /// The vector of a text, with its model; a message is worth keeping without one.
    async fn vector(&self, text: &str) -> Option<(String, Vec<f32>)> {
        let embedder = self.embedder.as_ref()?;
        match embedder.embed(text.to_owned()).await {
            Ok(vector) => Some((embedder.model().to_owned(), vector)),
            Err(error) => {
                tracing::warn!(%error, "remembered without a vector");
                None
            }
        }
    }
}

async fn write(store: &Store, entry: Entry, window: i64) -> Result<Remembered, MemoryError> {
    // Asked before the transaction: nearly always it is there, and its row stays unlocked.
    let project = project_id(store, &entry.project).await?;
    let mut write = store.write().await?;
    let now = clock::now();
    let project = match project {
        Some(project) => project,
        None => make_project(&mut write, &entry.project, now).await?,
    };
    let mut sums = lock_session(&mut write, project, &entry.message.session, now).await?;
    if sums.messages == 0 {
        make_room_for_session(&mut write, &sums).await?;
    }
    if entry.tokens.saturating_add(sums.pinned_tokens) > window {
        return Err(MemoryError::NoRoom {
            tokens: entry.tokens,
            session: entry.message.session,
            window,
            pinned: sums.pinned_tokens,
        });
    }
    let id = insert(&mut write, &sums, &entry, now).await?;
    sums.messages += 1;
    sums.tokens += entry.tokens;
    let pruned = prune(&mut write, &mut sums, id, window).await?;
    let pinned = if entry.message.pin { (1, entry.tokens) } else { (0, 0) };
    let sql = "UPDATE memory_sessions SET messages = $1, tokens = $2, \
        pinned_messages = pinned_messages + $3, pinned_tokens = pinned_tokens + $4 WHERE id = $5";
    let changed = values![sums.messages, sums.tokens, pinned.0, pinned.1, sums.session];
    write.execute(sql, changed).await?;
    write.commit().await?;
    Ok(Remembered {
        id,
        session: entry.message.session,
        tokens: entry.tokens,
        total_tokens: sums.tokens,
        window_tokens: window,
        messages: sums.messages,
        pruned,
    })
}

/// Two may make it at once. Neither may lock its row: every message refers to it, so that one
/// who holds it and waits for a session would wait for one who holds the session.
async fn make_project(write: &mut Write, path: &str, now: i64) -> Result<i64, MemoryError> {
    let sql = "INSERT INTO memory_projects (path, created_at) VALUES ($1, $2) \
        ON CONFLICT (path) DO NOTHING";
    write.execute(sql, values![path, now]).await?;
    let sql = "SELECT id FROM memory_projects WHERE path = $1";
    Ok(only(write.rows(sql, values![path]).await?)?.get(0)?)
}

/// Makes the session where there is none, and keeps others from changing it.
async fn lock_session(
    write: &mut Write,
    project: i64,
    name: &str,
    now: i64,
) -> Result<Sums, MemoryError> {
    let sql = "INSERT INTO memory_sessions \
        (project, name, created_at, written_at, messages, tokens, pinned_messages, pinned_tokens) \
        VALUES ($1, $2, $3, $4, 0, 0, 0, 0) \
        ON CONFLICT (project, name) DO UPDATE SET written_at = excluded.written_at \
        RETURNING id, messages, tokens, pinned_tokens";
    let row = only(write.rows(sql, values![project, name, now, now]).await?)?;
    Ok(Sums {
        project,
        session: row.get(0)?,
        messages: row.get(1)?,
        tokens: row.get(2)?,
        pinned_tokens: row.get(3)?,
    })
}

/// Deletes the session that was not written to for the longest time, when there are too many.
async fn make_room_for_session(write: &mut Write, sums: &Sums) -> Result<(), MemoryError> {
    let sql = "SELECT COUNT(*) FROM memory_sessions WHERE project = $1";
    let count: i64 = only(write.rows(sql, values![sums.project]).await?)?.get(0)?;
    if count <= MAX_SESSIONS {
        return Ok(());
    }
    let sql = "SELECT id FROM memory_sessions \
        WHERE project = $1 AND pinned_messages = 0 AND id <> $2 ORDER BY written_at, id LIMIT 1";
    let oldest = write.rows(sql, values![sums.project, sums.session]).await?;
    let oldest = oldest.first().ok_or(MemoryError::TooManySessions { max: MAX_SESSIONS })?;
    delete_session(write, oldest.get(0)?).await?;
    Ok(())
}

/// Deletes a session and returns how many messages it had.
pub(crate) async fn delete_session(write: &mut Write, session: i64) -> Result<u64, StoreError> {
    for table in ["memory_words", "memory_vectors"] {
        let sql = format!(
            "DELETE FROM {table} WHERE message IN (SELECT id FROM memory_messages WHERE session = $1)"
        );
        write.execute(sql, values![session]).await?;
    }
    let messages =
        write.execute("DELETE FROM memory_messages WHERE session = $1", values![session]).await?;
    write.execute("DELETE FROM memory_sessions WHERE id = $1", values![session]).await?;
    Ok(messages)
}

async fn insert(
    write: &mut Write,
    sums: &Sums,
    entry: &Entry,
    now: i64,
) -> Result<i64, MemoryError> {
    let NewMessage { role, content, pin, .. } = &entry.message;
    let sql = "INSERT INTO memory_messages \
        (project, session, role, content, tokens, pinned, written_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id";
    let message = values![
        sums.project,
        sums.session,
        role.as_str(),
        content.as_str(),
        entry.tokens,
        i64::from(*pin),
        now
    ];
    let id: i64 = only(write.rows(sql, message).await?)?.get(0)?;
    insert_words(write, sums.project, id, &entry.words).await?;
    if let Some((model, vector)) = &entry.vector {
        let sql = "INSERT INTO memory_vectors (message, model, dimension, vector) \
            VALUES ($1, $2, $3, $4)";
        let dimension = i64::try_from(vector.len()).unwrap_or(i64::MAX);
        let stored = values![id, model.as_str(), dimension, embed::to_bytes(vector)];
        write.execute(sql, stored).await?;
    }
    Ok(id)
}

async fn insert_words(
    write: &mut Write,
    project: i64,
    message: i64,
    words: &[(String, i64)],
) -> Result<(), StoreError> {
    let mut rest = words;
    for size in BATCHES {
        let sql = format!(
            "INSERT INTO memory_words (project, word, message, impact) VALUES {}",
            (0..size).map(|row| placeholders(row * 4 + 1, 4)).collect::<Vec<_>>().join(", ")
        );
        while let Some((batch, after)) = rest.split_at_checked(size) {
            let values = batch
                .iter()
                .flat_map(|(word, impact)| values![project, word.as_str(), message, *impact]);
            write.execute(sql.clone(), values.collect()).await?;
            rest = after;
        }
    }
    Ok(())
}

/// `($3, $4)` for two from 3 on.
pub(crate) fn placeholders(from: usize, count: usize) -> String {
    let all: Vec<String> = (from..from + count).map(|number| format!("${number}")).collect();
    format!("({})", all.join(", "))
}

/// Deletes the oldest messages that are not pinned until the session fits its window. The
/// newest stays in any case: it was found to fit.
async fn prune(
    write: &mut Write,
    sums: &mut Sums,
    newest: i64,
    window: i64,
) -> Result<i64, MemoryError> {
    let mut pruned = 0;
    while sums.tokens > window || sums.messages > MAX_MESSAGES {
        let sql = "SELECT id, tokens FROM memory_messages \
            WHERE session = $1 AND pinned = 0 AND id <> $2 ORDER BY id LIMIT $3";
        let oldest = write.rows(sql, values![sums.session, newest, OLDEST]).await?;
        let mut last = None;
        for row in &oldest {
            if sums.tokens <= window && sums.messages <= MAX_MESSAGES {
                break;
            }
            last = Some(row.get::<i64>(0)?);
            sums.tokens -= row.get::<i64>(1)?;
            sums.messages -= 1;
            pruned += 1;
        }
        let Some(last) = last else { break };
        delete_up_to(write, sums.session, newest, last).await?;
    }
    Ok(pruned)
}

async fn delete_up_to(
    write: &mut Write,
    session: i64,
    newest: i64,
    last: i64,
) -> Result<(), StoreError> {
    let these = "session = $1 AND pinned = 0 AND id <> $2 AND id <= $3";
    for table in ["memory_words", "memory_vectors"] {
        let sql = format!(
            "DELETE FROM {table} WHERE message IN (SELECT id FROM memory_messages WHERE {these})"
        );
        write.execute(sql, values![session, newest, last]).await?;
    }
    let sql = format!("DELETE FROM memory_messages WHERE {these}");
    write.execute(sql, values![session, newest, last]).await?;
    Ok(())
}

fn only(rows: Vec<Row>) -> Result<Row, StoreError> {
    rows.into_iter().next().ok_or_else(|| StoreError::Failed {
        store: "memory".to_owned(),
        reason: "a statement gave no row".to_owned(),
    })
}

/// The values of a list of ids.
pub(crate) fn ids(list: &[i64]) -> Vec<Value> {
    list.iter().map(|id| Value::from(*id)).collect()
}
