//! The questions as a host asks them: of the released server, over stdio.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::history::Pick;
use super::score::Asked;
use crate::index::{fresh, settled};
use crate::load::{Era, Session, ToolCall};

/// Longer than a start or an answer may take.
const DEADLINE: Duration = Duration::from_secs(60);
/// What an answer may cost: 4 KB at four bytes a token.
const BUDGET_TOKENS: usize = 1000;

/// Starts the server on `root` and asks one question after the other, once all is indexed.
/// Its state and cache are in `state`, a folder that is made here.
pub(super) async fn explore(
    program: &Path,
    root: &Path,
    state: &Path,
    picks: &[Pick],
) -> anyhow::Result<Vec<Asked>> {
    let server = fresh(program, root, state)?;
    let mut session = timeout(DEADLINE, Session::open(&server, Era::Stateless)).await??;
    settled(&mut session).await?;
    let mut asked = Vec::with_capacity(picks.len());
    for pick in picks {
        let arguments = json!({ "query": pick.query, "budget_tokens": BUDGET_TOKENS });
        let call = ToolCall { tool: "explore_code", arguments: arguments.to_string() };
        let begin = Instant::now();
        let answer = timeout(DEADLINE, session.ask(&call)).await;
        let took = begin.elapsed();
        let answer = answer.with_context(|| format!("no answer in time to {arguments}"))??;
        let bytes = serde_json::to_vec(&answer)?.len();
        asked.push(Asked::new(files(&answer), &pick.truth).answered(bytes, took));
    }
    session.close().await?;
    Ok(asked)
}

/// The distinct files of an answer, in its order.
fn files(answer: &Value) -> Vec<String> {
    let mut files: Vec<String> = Vec::new();
    for place in answer["results"].as_array().into_iter().flatten() {
        if let Some(path) = place["path"].as_str()
            && !files.iter().any(|known| known == path)
        {
            files.push(path.to_owned());
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::files;

    #[test]
    fn a_file_counts_once_at_its_best_place() {
        let place = |path: &str, line: u32| json!({ "path": path, "line": line });
        let places = [place("b", 1), place("a", 2), place("b", 3), place("c", 4)];
        assert_eq!(files(&json!({ "results": places })), ["b", "a", "c"]);
        assert!(files(&json!({ "results": [] })).is_empty());
    }
}
