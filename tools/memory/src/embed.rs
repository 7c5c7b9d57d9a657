//! A model that turns texts into vectors, where the server has one.

use futures::future::BoxFuture;
use ymera_store::{Row, Store, values};

use crate::error::MemoryError;

/// A model that turns texts into vectors of one length.
///
/// A memory keeps the model's name with every vector and never compares vectors of
/// two models. It has no vectors of its own making: without an embedder it searches by words.
pub trait Embedder: Send + Sync {
    /// The model's name, with its version when that changes its vectors.
    fn model(&self) -> &str;

    /// Embeds one text.
    fn embed(&self, text: String) -> BoxFuture<'_, Result<Vec<f32>, EmbedError>>;
}

/// A text could not be embedded.
#[derive(Debug, thiserror::Error)]
#[error("the text was not embedded: {0}")]
pub struct EmbedError(pub String);

/// Vectors compared with a question; older messages are found by their words.
const MAX_VECTORS: i64 = 20_000;

/// A vector as it is stored: little-endian.
pub(crate) fn to_bytes(vector: &[f32]) -> Vec<u8> {
    vector.iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// The messages of `project` nearest to `question`, nearest first, opposite ones left out.
pub(crate) async fn nearest(
    store: &Store,
    project: i64,
    session: Option<i64>,
    model: &str,
    question: &[f32],
    limit: usize,
) -> Result<Vec<i64>, MemoryError> {
    let dimension = i64::try_from(question.len()).unwrap_or(i64::MAX);
    let rows = match session {
        None => {
            let sql = "SELECT v.message, v.vector FROM memory_vectors v \
                JOIN memory_messages m ON m.id = v.message \
                WHERE m.project = $1 AND v.model = $2 AND v.dimension = $3 \
                ORDER BY v.message DESC LIMIT $4";
            store.rows(sql, values![project, model, dimension, MAX_VECTORS]).await?
        }
        Some(session) => {
            let sql = "SELECT v.message, v.vector FROM memory_vectors v \
                JOIN memory_messages m ON m.id = v.message \
                WHERE m.session = $1 AND v.model = $2 AND v.dimension = $3 \
                ORDER BY v.message DESC LIMIT $4";
            store.rows(sql, values![session, model, dimension, MAX_VECTORS]).await?
        }
    };
    let mut near = rows
        .iter()
        .map(|row: &Row| Ok((row.get::<i64>(0)?, cosine(question, &row.get::<Vec<u8>>(1)?))))
        .collect::<Result<Vec<(i64, f32)>, MemoryError>>()?;
    near.retain(|(_, likeness)| *likeness > 0.0);
    near.sort_by(|a, b| b.1.total_cmp(&a.1).then(b.0.cmp(&a.0)));
    near.truncate(limit);
    Ok(near.into_iter().map(|(message, _)| message).collect())
}

/// The cosine of the angle between two vectors; 0 when one has no direction.
fn cosine(question: &[f32], bytes: &[u8]) -> f32 {
    let (mut product, mut ours, mut theirs) = (0.0, 0.0, 0.0);
    for (a, bytes) in question.iter().zip(bytes.as_chunks::<4>().0) {
        let b = f32::from_le_bytes(*bytes);
        product += a * b;
        ours += a * a;
        theirs += b * b;
    }
    let lengths = (ours * theirs).sqrt();
    if lengths > 0.0 { product / lengths } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::{cosine, to_bytes};

    #[test]
    fn likeness_is_the_angle_alone() {
        let cases: [(&[f32], f32); 4] =
            [(&[2.0, 0.0], 1.0), (&[0.0, 3.0], 0.0), (&[-1.0, 0.0], -1.0), (&[0.0, 0.0], 0.0)];
        for (other, want) in cases {
            assert_eq!(cosine(&[1.0, 0.0], &to_bytes(other)), want, "{other:?}");
        }
    }
}
