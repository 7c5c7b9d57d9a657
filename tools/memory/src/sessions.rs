//! What there is, and taking it away.

use serde::Serialize;
use ymera_store::{Row, Write, values};

use crate::error::MemoryError;
use crate::message::Message;
use crate::remember::delete_session;
use crate::{Memory, clock, project_id};

/// Sessions of a list for a person.
const ALL: i64 = crate::MAX_SESSIONS + 1;

/// A session in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Session {
    /// Its name.
    pub session: String,
    /// Messages that it holds.
    pub messages: i64,
    /// Tokens of these.
    pub tokens: i64,
    /// How many of them are pinned.
    pub pinned: i64,
    /// When it began (RFC 3339).
    pub first_at: String,
    /// When it was last written to (RFC 3339).
    pub last_at: String,
}

/// What to forget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// One message.
    Message(i64),
    /// A session with all its messages, pinned ones too.
    Session(String),
    /// All of the project.
    All,
}

impl Memory {
    /// The sessions of `project`, the one last written to first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sessions(&self, project: &str) -> Result<Vec<Session>, MemoryError> {
        match project_id(&self.store, project).await? {
            None => Ok(Vec::new()),
            Some(project) => Ok(self.listed(project, ALL).await?.0),
        }
    }

    /// Projects that have a memory, by their folders.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn projects(&self) -> Result<Vec<String>, MemoryError> {
        let sql = "SELECT path FROM memory_projects ORDER BY path";
        let rows = self.store.rows(sql, Vec::new()).await?;
        Ok(rows.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?)
    }

    /// All messages of a session, in the order of writing; all of the project without one.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn messages(
        &self,
        project: &str,
        session: Option<&str>,
    ) -> Result<Vec<Message>, MemoryError> {
        let sql = "SELECT m.id, s.name, m.role, m.content, m.tokens, m.pinned, m.written_at \
            FROM memory_messages m JOIN memory_sessions s ON s.id = m.session \
            JOIN memory_projects p ON p.id = m.project \
            WHERE p.path = $1 AND (s.name = $2 OR $3 = 1) ORDER BY m.id";
        let every = i64::from(session.is_none());
        let chosen = values![project, session.unwrap_or_default(), every];
        self.store.rows(sql, chosen).await?.iter().map(message).collect()
    }

    /// Deletes for good, and says how many messages.
    ///
    /// # Errors
    /// When the store fails; then nothing is deleted.
    pub async fn forget(&self, project: &str, target: &Target) -> Result<u64, MemoryError> {
        let Some(project) = project_id(&self.store, project).await? else { return Ok(0) };
        let mut write = self.store.write().await?;
        let deleted = match target {
            Target::Message(id) => forget_message(&mut write, project, *id).await?,
            Target::Session(name) => {
                let sql = "SELECT id FROM memory_sessions WHERE project = $1 AND name = $2";
                let sessions = write.rows(sql, values![project, name.as_str()]).await?;
                delete_sessions(&mut write, &sessions).await?
            }
            Target::All => {
                let sql = "SELECT id FROM memory_sessions WHERE project = $1";
                let sessions = write.rows(sql, values![project]).await?;
                let deleted = delete_sessions(&mut write, &sessions).await?;
                let sql = "DELETE FROM memory_projects WHERE id = $1";
                write.execute(sql, values![project]).await?;
                deleted
            }
        };
        write.commit().await?;
        Ok(deleted)
    }

    /// The newest sessions, and how many there are.
    pub(crate) async fn listed(
        &self,
        project: i64,
        limit: i64,
    ) -> Result<(Vec<Session>, usize), MemoryError> {
        let sql = "SELECT name, messages, tokens, pinned_messages, created_at, written_at, \
            COUNT(*) OVER () FROM memory_sessions WHERE project = $1 \
            ORDER BY written_at DESC, id DESC LIMIT $2";
        let rows = self.store.rows(sql, values![project, limit]).await?;
        let all = rows.first().map(|row| row.get::<i64>(6)).transpose()?.unwrap_or(0);
        let sessions = rows.iter().map(session).collect::<Result<_, _>>()?;
        Ok((sessions, usize::try_from(all).unwrap_or(0)))
    }
}

fn session(row: &Row) -> Result<Session, MemoryError> {
    Ok(Session {
        session: row.get(0)?,
        messages: row.get(1)?,
        tokens: row.get(2)?,
        pinned: row.get(3)?,
        first_at: clock::shown(row.get(4)?),
        last_at: clock::shown(row.get(5)?),
    })
}

fn message(row: &Row) -> Result<Message, MemoryError> {
    Ok(Message {
        id: row.get(0)?,
        session: row.get(1)?,
        role: row.get(2)?,
        content: row.get(3)?,
        tokens: usize::try_from(row.get::<i64>(4)?).unwrap_or(usize::MAX),
        pinned: row.get::<i64>(5)? == 1,
        at: clock::shown(row.get(6)?),
        cut: false,
    })
}

async fn delete_sessions(write: &mut Write, sessions: &[Row]) -> Result<u64, MemoryError> {
    let mut deleted = 0;
    for row in sessions {
        deleted += delete_session(write, row.get(0)?).await?;
    }
    Ok(deleted)
}

async fn forget_message(write: &mut Write, project: i64, id: i64) -> Result<u64, MemoryError> {
    let sql = "SELECT session, tokens, pinned FROM memory_messages WHERE id = $1 AND project = $2";
    let rows = write.rows(sql, values![id, project]).await?;
    let Some(row) = rows.first() else { return Ok(0) };
    let (session, tokens, pinned): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
    // The session first, as everybody who writes locks it first.
    let sql = "UPDATE memory_sessions SET messages = messages - 1, tokens = tokens - $1, \
        pinned_messages = pinned_messages - $2, pinned_tokens = pinned_tokens - $3 WHERE id = $4";
    write.execute(sql, values![tokens, pinned, pinned * tokens, session]).await?;
    for sql in [
        "DELETE FROM memory_words WHERE message = $1",
        "DELETE FROM memory_vectors WHERE message = $1",
    ] {
        write.execute(sql, values![id]).await?;
    }
    let deleted = write.execute("DELETE FROM memory_messages WHERE id = $1", values![id]).await?;
    write
        .execute("DELETE FROM memory_sessions WHERE id = $1 AND messages = 0", values![session])
        .await?;
    Ok(deleted)
}
