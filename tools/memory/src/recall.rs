//! Reading messages back, as many as a budget of tokens holds.
//!
//! **Invariants**
//! - The tokens of all contents in an answer are never more than the budget.
//! - Only a message that is larger than the whole budget is cut, and it says so.

use std::collections::HashMap;

use serde::Serialize;
use ymera_store::{Store, values};

use crate::error::MemoryError;
use crate::message::{Message, session_name, tokens};
use crate::remember::{ids, placeholders};
use crate::search::{self, Hit, MatchedBy, Place};
use crate::sessions::Session;
use crate::words;
use crate::{Memory, clock, project_id};

/// The largest budget: an answer of 200 KB.
pub const MAX_BUDGET_TOKENS: usize = 50_000;

/// Messages of an answer; more are not read.
const MAX_ANSWER: usize = search::CANDIDATES;

/// Sessions that are listed when none is named.
const MAX_LISTED: i64 = 50;

/// Tokens below which a part of a message says nothing.
const SMALLEST_PART: usize = 8;

/// What to recall.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// Only this session; else all of the project.
    pub session: Option<String>,
    /// What to look for; else the newest.
    pub query: Option<String>,
    /// Tokens that the contents may have.
    pub budget_tokens: usize,
}

/// What was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Searched {
    /// The newest messages, pinned ones before others.
    Newest,
    /// The words of messages.
    Words,
    /// Words and meaning.
    WordsAndMeaning,
}

/// A message with its rank, where there was a question.
pub(crate) type Found = (Message, Option<(f64, MatchedBy)>);

/// What was recalled.
#[derive(Debug, Clone, PartialEq)]
pub struct Recalled {
    /// With a question best first, else in the order of writing.
    pub messages: Vec<(Message, Option<(f64, MatchedBy)>)>,
    /// Tokens of all their contents.
    pub tokens: usize,
    /// Messages that match or are stored, and are not shown.
    pub left_out: usize,
    /// What was looked at.
    pub searched: Searched,
    /// Sessions, newest first; empty when one was named and is known.
    pub sessions: Vec<Session>,
    /// How many sessions there are.
    pub all_sessions: usize,
}

/// A stored message that might be shown.
struct Candidate {
    id: i64,
    tokens: usize,
}

impl Memory {
    /// Recalls messages of `project`.
    ///
    /// # Errors
    /// When the budget is out of range or the store fails. A session that is not known is no error.
    pub async fn recall(&self, project: &str, ask: &Question) -> Result<Recalled, MemoryError> {
        let budget = ask.budget_tokens;
        if !(1..=MAX_BUDGET_TOKENS).contains(&budget) {
            return Err(MemoryError::Budget { max: MAX_BUDGET_TOKENS });
        }
        let name = ask.session.as_deref().filter(|name| !name.trim().is_empty());
        let name = name.map(session_name).transpose()?;
        let query = ask.query.as_deref().filter(|query| !query.trim().is_empty());
        let project = project_id(&self.store, project).await?;
        let session = match (project, &name) {
            (Some(project), Some(name)) => Some(session_id(&self.store, project, name).await?),
            _ => None,
        };
        let (place, known) = match (project, session, &name) {
            (Some(project), None, None) => (Some(Place { project, session: None }), false),
            (Some(project), Some(Some(id)), _) => {
                (Some(Place { project, session: Some(id) }), true)
            }
            _ => (None, false),
        };
        let mut recalled = match (place, query) {
            (None, _) => nothing(if query.is_some() { Searched::Words } else { Searched::Newest }),
            (Some(place), Some(query)) => self.best(place, query, budget).await?,
            (Some(place), None) => self.newest(place, budget).await?,
        };
        let list = !known && (query.is_none() || name.is_some());
        if let Some(project) = project.filter(|_| list) {
            (recalled.sessions, recalled.all_sessions) = self.listed(project, MAX_LISTED).await?;
        }
        Ok(recalled)
    }

    async fn best(
        &self,
        place: Place,
        query: &str,
        budget: usize,
    ) -> Result<Recalled, MemoryError> {
        let ranking = search::rank(&self.store, self.embedder.as_deref(), place, query).await?;
        let hits: HashMap<i64, Hit> = ranking.hits.iter().map(|hit| (hit.message, *hit)).collect();
        let order: Vec<i64> = ranking.hits.iter().map(|hit| hit.message).collect();
        let sizes = sizes(&self.store, &order).await?;
        let candidates: Vec<Candidate> = order
            .iter()
            .filter_map(|id| Some(Candidate { id: *id, tokens: *sizes.get(id)? }))
            .collect();
        let chosen = fitting(&candidates, budget, budget, Gaps::Allowed);
        let messages = contents(&self.store, &chosen, Some(query)).await?;
        let messages: Vec<Found> = messages
            .into_iter()
            .map(|message| {
                let rank = hits.get(&message.id).map(|hit| (rounded(hit.score), hit.by));
                (message, rank)
            })
            .collect();
        let searched = if ranking.semantic { Searched::WordsAndMeaning } else { Searched::Words };
        Ok(answer(messages, ranking.matches, searched))
    }

    async fn newest(&self, place: Place, budget: usize) -> Result<Recalled, MemoryError> {
        let mut candidates = stored(&self.store, place, 1).await?;
        let mut chosen = fitting(&candidates, budget, budget, Gaps::Allowed);
        let used: usize = chosen.iter().map(|(_, room)| room).sum();
        candidates = stored(&self.store, place, 0).await?;
        // A conversation with holes would mislead, so these end where one does not fit.
        let rest = fitting(&candidates, budget - used, budget, Gaps::End);
        chosen.extend(rest.into_iter().take(MAX_ANSWER.saturating_sub(chosen.len())));
        chosen.sort_unstable();
        let messages = contents(&self.store, &chosen, None).await?;
        let all = count(&self.store, place).await?;
        let messages = messages.into_iter().map(|message| (message, None)).collect();
        Ok(answer(messages, all, Searched::Newest))
    }
}

fn answer(messages: Vec<Found>, all: usize, searched: Searched) -> Recalled {
    Recalled {
        tokens: messages.iter().map(|(message, _)| message.tokens).sum(),
        left_out: all.saturating_sub(messages.len()),
        messages,
        ..nothing(searched)
    }
}

fn nothing(searched: Searched) -> Recalled {
    let (messages, sessions) = (Vec::new(), Vec::new());
    Recalled { messages, tokens: 0, left_out: 0, searched, sessions, all_sessions: 0 }
}

/// A score with as many digits as mean something.
fn rounded(score: f64) -> f64 {
    (score * 10_000.0).round() / 10_000.0
}

/// What to do with a message that does not fit.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gaps {
    /// Leave it out and look at the next.
    Allowed,
    /// End there.
    End,
}

/// The messages that fit in what is `left` of a budget, in the order given, each with the
/// tokens it may have. One that is larger than the whole budget gets the rest of it.
fn fitting(
    candidates: &[Candidate],
    mut left: usize,
    budget: usize,
    gaps: Gaps,
) -> Vec<(i64, usize)> {
    let mut chosen = Vec::new();
    for candidate in candidates {
        if candidate.tokens <= left {
            left -= candidate.tokens;
            chosen.push((candidate.id, candidate.tokens));
        } else if candidate.tokens > budget && left >= SMALLEST_PART.min(budget) && left > 0 {
            chosen.push((candidate.id, left));
            left = 0;
        } else if gaps == Gaps::End {
            break;
        }
        if left == 0 || chosen.len() == MAX_ANSWER {
            break;
        }
    }
    chosen
}

async fn session_id(store: &Store, project: i64, name: &str) -> Result<Option<i64>, MemoryError> {
    let sql = "SELECT id FROM memory_sessions WHERE project = $1 AND name = $2";
    let rows = store.rows(sql, values![project, name]).await?;
    Ok(rows.first().map(|row| row.get(0)).transpose()?)
}

/// The newest messages, pinned (1) or not (0), newest first.
async fn stored(store: &Store, place: Place, pinned: i64) -> Result<Vec<Candidate>, MemoryError> {
    let limit = i64::try_from(MAX_ANSWER).unwrap_or(i64::MAX);
    let rows = match place.session {
        Some(session) => {
            let sql = "SELECT id, tokens FROM memory_messages \
                WHERE session = $1 AND pinned = $2 ORDER BY id DESC LIMIT $3";
            store.rows(sql, values![session, pinned, limit]).await?
        }
        None => {
            let sql = "SELECT id, tokens FROM memory_messages \
                WHERE project = $1 AND pinned = $2 ORDER BY id DESC LIMIT $3";
            store.rows(sql, values![place.project, pinned, limit]).await?
        }
    };
    rows.iter()
        .map(|row| {
            let tokens = usize::try_from(row.get::<i64>(1)?).unwrap_or(usize::MAX);
            Ok(Candidate { id: row.get(0)?, tokens })
        })
        .collect()
}

async fn count(store: &Store, place: Place) -> Result<usize, MemoryError> {
    let (sql, id) = match place.session {
        Some(session) => ("SELECT messages FROM memory_sessions WHERE id = $1", session),
        None => (
            "SELECT CAST(COALESCE(SUM(messages), 0) AS BIGINT) FROM memory_sessions \
             WHERE project = $1",
            place.project,
        ),
    };
    let rows = store.rows(sql, values![id]).await?;
    let count = rows.first().map(|row| row.get::<i64>(0)).transpose()?.unwrap_or(0);
    Ok(usize::try_from(count).unwrap_or(0))
}

async fn sizes(store: &Store, messages: &[i64]) -> Result<HashMap<i64, usize>, MemoryError> {
    if messages.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!(
        "SELECT id, tokens FROM memory_messages WHERE id IN {}",
        placeholders(1, messages.len())
    );
    let rows = store.rows(sql, ids(messages)).await?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, usize::try_from(row.get::<i64>(1)?).unwrap_or(usize::MAX))))
        .collect()
}

/// Reads the chosen messages, in their order, each cut to the tokens it may have.
async fn contents(
    store: &Store,
    chosen: &[(i64, usize)],
    query: Option<&str>,
) -> Result<Vec<Message>, MemoryError> {
    if chosen.is_empty() {
        return Ok(Vec::new());
    }
    let wanted: Vec<i64> = chosen.iter().map(|(id, _)| *id).collect();
    let sql = format!(
        "SELECT m.id, s.name, m.role, m.content, m.pinned, m.written_at \
         FROM memory_messages m JOIN memory_sessions s ON s.id = m.session WHERE m.id IN {}",
        placeholders(1, wanted.len())
    );
    let rows = store.rows(sql, ids(&wanted)).await?;
    let mut by_id = HashMap::with_capacity(rows.len());
    for row in &rows {
        let id: i64 = row.get(0)?;
        let content: String = row.get(3)?;
        let message = Message {
            id,
            session: row.get(1)?,
            role: row.get(2)?,
            tokens: tokens(&content),
            content,
            at: clock::shown(row.get(5)?),
            pinned: row.get::<i64>(4)? == 1,
            cut: false,
        };
        by_id.insert(id, message);
    }
    // One that was deleted between the two questions is missing, as it should be.
    let read = chosen.iter().filter_map(|(id, room)| Some((by_id.remove(id)?, *room)));
    Ok(read.map(|(message, room)| shortened(message, room, query)).collect())
}

/// The message with at most `room` tokens: the part around a word of the question, else
/// its beginning.
fn shortened(mut message: Message, room: usize, query: Option<&str>) -> Message {
    if message.tokens <= room {
        return message;
    }
    let bytes = room * 4;
    let text = message.content.as_str();
    let place = query.map_or(0, |query| first_place(text, query));
    let latest = text.len().saturating_sub(bytes);
    let start = text.ceil_char_boundary(place.saturating_sub(bytes / 4).min(latest));
    let end = text.floor_char_boundary((start + bytes).min(text.len()));
    message.content = text[start..end.max(start)].to_owned();
    message.tokens = tokens(&message.content);
    message.cut = true;
    message
}

/// Where the first word of the question stands, as far as it can be seen without stemming.
fn first_place(text: &str, query: &str) -> usize {
    let asked: Vec<String> = words::counted(query).into_iter().map(|(word, _)| word).collect();
    let mut start = 0;
    for part in text.split_inclusive(|c: char| !c.is_alphanumeric()) {
        if words::counted(part).iter().any(|(word, _)| asked.contains(word)) {
            return start;
        }
        start += part.len();
    }
    0
}

#[cfg(test)]
mod tests {
    use super::{Candidate, Gaps, Message, fitting, shortened};

    #[test]
    fn what_fits_is_chosen() {
        let sizes = |sizes: &[usize]| -> Vec<Candidate> {
            (0..).zip(sizes).map(|(id, &tokens)| Candidate { id, tokens }).collect()
        };
        type Case<'c> = (&'c [usize], usize, Gaps, &'c [(i64, usize)]);
        let cases: [Case<'_>; 7] = [
            (&[3, 4, 5], 12, Gaps::End, &[(0, 3), (1, 4), (2, 5)]),
            (&[3, 9, 5], 10, Gaps::End, &[(0, 3)]),
            (&[3, 9, 5], 10, Gaps::Allowed, &[(0, 3), (2, 5)]),
            (&[30, 1], 10, Gaps::End, &[(0, 10)]),
            (&[2, 30, 1], 20, Gaps::Allowed, &[(0, 2), (1, 18)]),
            (&[14, 30, 1], 20, Gaps::Allowed, &[(0, 14), (2, 1)]),
            (&[5], 0, Gaps::End, &[]),
        ];
        for (given, budget, gaps, want) in cases {
            let chosen = fitting(&sizes(given), budget, budget, gaps);
            assert_eq!(chosen, want, "{given:?} in {budget}");
        }
        assert!(fitting(&sizes(&[10]), 9, 20, Gaps::End).is_empty(), "it fits another time");
    }

    #[test]
    fn a_part_fits_its_room_and_holds_the_word() {
        let content =
            format!("{}the refresh token expired {}", "äö ".repeat(200), "ü ".repeat(200));
        let message = Message {
            id: 1,
            session: "s".to_owned(),
            role: "user".to_owned(),
            tokens: content.len().div_ceil(4),
            content: content.clone(),
            at: String::new(),
            pinned: false,
            cut: false,
        };
        for room in [1, 2, 8, 20, 100] {
            for query in [None, Some("expired tokens")] {
                let part = shortened(message.clone(), room, query);
                assert!(part.cut && part.tokens <= room, "{room}: {part:?}");
                assert!(content.contains(&part.content), "{room}: {part:?}");
                let found = part.content.contains("token");
                assert!(room < 8 || found == query.is_some(), "{room}: {part:?}");
            }
        }
        assert_eq!(shortened(message.clone(), 10_000, None), message);
    }
}
