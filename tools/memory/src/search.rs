//! Which messages answer a question best: by words, and by meaning where there are vectors.
//!
//! Words are ranked by BM25 in the database, in whole numbers. Two rankings are joined by
//! the reciprocals of their ranks, since their scores cannot be compared.

use std::collections::HashMap;
use std::fmt::Write as _;

use serde::Serialize;
use ymera_store::{Store, Value, values};

use crate::embed::{self, Embedder};
use crate::error::MemoryError;
use crate::remember::placeholders;
use crate::words;

/// Messages that are ranked; a budget holds fewer.
pub(crate) const CANDIDATES: usize = 200;

/// Words of a question that are looked for: the rarest.
const MAX_QUESTION_WORDS: usize = 16;

/// Words that an unknown one may be the beginning of.
const MAX_ENDINGS: i64 = 8;

/// What joins two rankings: small enough that first places count, large enough that being
/// in both does.
const JOIN: f64 = 60.0;

/// How a message was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchedBy {
    /// By its words.
    Words,
    /// By its meaning.
    Meaning,
    /// By both.
    Both,
}

/// A message's place in a ranking.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Hit {
    pub(crate) message: i64,
    pub(crate) score: f64,
    pub(crate) by: MatchedBy,
}

/// A ranking, best first.
pub(crate) struct Ranking {
    pub(crate) hits: Vec<Hit>,
    /// How many messages match, ranked or not.
    pub(crate) matches: usize,
    /// Whether meaning was looked at.
    pub(crate) semantic: bool,
}

/// Where to search.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) project: i64,
    pub(crate) session: Option<i64>,
}

/// Ranks the messages of a place.
pub(crate) async fn rank(
    store: &Store,
    embedder: Option<&dyn Embedder>,
    place: Place,
    question: &str,
) -> Result<Ranking, MemoryError> {
    let (by_words, matches) = by_words(store, place, question).await?;
    let Some(near) = by_meaning(store, embedder, place, question).await? else {
        let hits = by_words
            .into_iter()
            .map(|(message, score)| Hit { message, score, by: MatchedBy::Words })
            .collect();
        return Ok(Ranking { hits, matches, semantic: false });
    };
    let words: Vec<i64> = by_words.into_iter().map(|(message, _)| message).collect();
    let hits = joined(&words, &near);
    let matches = matches.max(hits.len());
    Ok(Ranking { hits, matches, semantic: true })
}

/// Joins two rankings of messages.
fn joined(words: &[i64], near: &[i64]) -> Vec<Hit> {
    let mut hits: HashMap<i64, Hit> = HashMap::new();
    for (ranking, by) in [(words, MatchedBy::Words), (near, MatchedBy::Meaning)] {
        for (rank, &message) in (1..).zip(ranking) {
            let score = 1.0 / (JOIN + f64::from(rank));
            hits.entry(message)
                .and_modify(|hit| {
                    hit.score += score;
                    hit.by = MatchedBy::Both;
                })
                .or_insert(Hit { message, score, by });
        }
    }
    let mut hits: Vec<Hit> = hits.into_values().collect();
    hits.sort_by(|a, b| b.score.total_cmp(&a.score).then(b.message.cmp(&a.message)));
    hits.truncate(CANDIDATES);
    hits
}

async fn by_meaning(
    store: &Store,
    embedder: Option<&dyn Embedder>,
    place: Place,
    question: &str,
) -> Result<Option<Vec<i64>>, MemoryError> {
    let Some(embedder) = embedder else { return Ok(None) };
    let vector = match embedder.embed(question.to_owned()).await {
        Ok(vector) => vector,
        Err(error) => {
            tracing::warn!(%error, "searched by words alone");
            return Ok(None);
        }
    };
    let Place { project, session } = place;
    let near =
        embed::nearest(store, project, session, embedder.model(), &vector, CANDIDATES).await?;
    Ok(Some(near))
}

/// The best messages with their scores, and how many there are.
async fn by_words(
    store: &Store,
    place: Place,
    question: &str,
) -> Result<(Vec<(i64, f64)>, usize), MemoryError> {
    let weights = weights(store, place.project, question).await?;
    if weights.is_empty() {
        return Ok((Vec::new(), 0));
    }
    let mut values = values![place.project, i64::try_from(CANDIDATES).unwrap_or(i64::MAX)];
    let mut sql = "WITH asked (word, weight) AS (VALUES ".to_owned();
    for (number, (word, weight)) in weights.into_iter().enumerate() {
        let comma = if number == 0 { "" } else { ", " };
        let at = values.len() + 1;
        // Writing to a string cannot fail.
        let _ = write!(sql, "{comma}(CAST(${at} AS TEXT), CAST(${} AS BIGINT))", at + 1);
        values.extend([Value::from(word), Value::from(weight)]);
    }
    // The order of a CROSS JOIN is SQLite's order of reading: a few words, then their messages.
    sql.push_str(
        ") SELECT w.message, CAST(SUM(w.impact * asked.weight) AS BIGINT) AS score, \
         COUNT(*) OVER () FROM asked CROSS JOIN memory_words w",
    );
    if let Some(session) = place.session {
        let at = values.len() + 1;
        let _ = write!(sql, " JOIN memory_messages m ON m.id = w.message AND m.session = ${at}");
        values.push(Value::from(session));
    }
    sql.push_str(
        " WHERE w.project = $1 AND w.word = asked.word \
         GROUP BY w.message ORDER BY score DESC, w.message DESC LIMIT $2",
    );
    let rows = store.rows(sql, values).await?;
    let matches = rows.first().map(|row| row.get::<i64>(2)).transpose()?.unwrap_or(0);
    let ranked = rows
        .iter()
        .map(|row| Ok((row.get(0)?, row.get::<i64>(1)? as f64 / 1e6)))
        .collect::<Result<_, MemoryError>>()?;
    Ok((ranked, usize::try_from(matches).unwrap_or(0)))
}

/// The rarest words of a question that some message has, with how rare each is, in
/// thousandths. A word that no message has stands for those that begin with it.
async fn weights(
    store: &Store,
    project: i64,
    question: &str,
) -> Result<Vec<(String, i64)>, MemoryError> {
    let words: Vec<String> = words::counted(question).into_iter().map(|(word, _)| word).collect();
    let mut found = frequencies(store, project, &words).await?;
    for word in words.iter().filter(|word| word.chars().count() > 2) {
        if found.len() < MAX_QUESTION_WORDS && !found.iter().any(|(known, _)| known == word) {
            let sql = "SELECT DISTINCT word FROM memory_words \
                WHERE project = $1 AND word > $2 AND word < $3 ORDER BY word LIMIT $4";
            let after = format!("{word}\u{10ffff}");
            let bounds = values![project, word.as_str(), after, MAX_ENDINGS];
            let endings = store.rows(sql, bounds).await?;
            let endings =
                endings.iter().map(|row| row.get(0)).collect::<Result<Vec<String>, _>>()?;
            found.extend(frequencies(store, project, &endings).await?);
        }
    }
    // Rarest first; two spellings of the same rarity in the order of the alphabet.
    found.sort_by(|a, b| (a.1, &a.0).cmp(&(b.1, &b.0)));
    found.dedup();
    found.truncate(MAX_QUESTION_WORDS);
    let sql = "SELECT CAST(COALESCE(SUM(messages), 0) AS BIGINT) FROM memory_sessions \
        WHERE project = $1";
    let rows = store.rows(sql, values![project]).await?;
    let all = rows.first().map(|row| row.get::<i64>(0)).transpose()?.unwrap_or(0);
    Ok(found.into_iter().map(|(word, count)| (word, rarity(all, count))).collect())
}

fn rarity(all: i64, with: i64) -> i64 {
    let (all, with) = (all as f64, with as f64);
    let rare = (1.0 + ((all - with).max(0.0) + 0.5) / (with + 0.5)).ln();
    ((1000.0 * rare).round() as i64).max(1)
}

/// In how many messages each word stands, of those that stand in any.
async fn frequencies(
    store: &Store,
    project: i64,
    words: &[String],
) -> Result<Vec<(String, i64)>, MemoryError> {
    // A question may be a pasted page; its first words say what it is about.
    let words = &words[..words.len().min(8 * MAX_QUESTION_WORDS)];
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT word, COUNT(*) FROM memory_words WHERE project = $1 AND word IN {} GROUP BY word",
        placeholders(2, words.len())
    );
    let mut values = values![project];
    values.extend(words.iter().map(|word| Value::from(word.as_str())));
    let rows = store.rows(sql, values).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::{MatchedBy, joined, rarity};

    #[test]
    fn what_both_rankings_have_comes_first() {
        let hits = joined(&[1, 2, 3], &[4, 3]);
        let order: Vec<_> = hits.iter().map(|hit| (hit.message, hit.by)).collect();
        let want = [
            (3, MatchedBy::Both),
            (4, MatchedBy::Meaning),
            (1, MatchedBy::Words),
            (2, MatchedBy::Words),
        ];
        assert_eq!(order, want);
    }

    #[test]
    fn a_rare_word_weighs_more_and_a_common_one_still_something() {
        assert!(rarity(1000, 1) > rarity(1000, 10));
        assert!(rarity(1000, 1000) >= 1 && rarity(1, 1) >= 1 && rarity(0, 5) >= 1);
    }
}
