//! `explore_code`: the best places for a question or a task in words.

use std::fmt::Write;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ymera_protocol::serve::{Answer, Call, Tool};

use super::service::{CodeContext, ToolError};
use super::show::index_line;
use crate::explore::{ExploreQuery, Place, pack, two_digits};
use crate::status::IndexStatus;
use crate::workspace::Scope;

/// What an answer may cost when the caller does not say: 8,000 bytes.
const BUDGET_TOKENS: usize = 2000;
/// Below this not even the names of a few files fit.
const LEAST_BUDGET: usize = 100;
/// Above this a caller should narrow the question.
const MOST_BUDGET: usize = 50_000;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
/// What to explore.
pub struct ExploreCodeArgs {
    /// A question or task in words, names of code included: `how are cancelled requests handled`.
    pub query: String,
    /// Most tokens of the answer; default 2000.
    pub budget_tokens: Option<usize>,
    /// Only these folders, files or globs: `src/net`, `*.rs`, `!tests`.
    #[serde(default)]
    pub paths: Vec<String>,
    /// Only these languages: `rust`, `python`.
    #[serde(default)]
    pub languages: Vec<String>,
}

/// The places, best first.
#[derive(Debug, Serialize)]
pub struct ExploreCodeOutput {
    /// The best place of each of the ten best files comes before second places.
    pub results: Vec<Place>,
    /// How complete the index is.
    pub index: IndexStatus,
    /// Places or snippets were left out to keep to the budget.
    pub truncated: bool,
}

pub(super) fn tool() -> Tool<CodeContext> {
    const DESCRIPTION: &str = "Find the code for a question or task in words: ranked places with line \
                               numbers, reasons and snippets.";
    Tool::new("explore_code", DESCRIPTION, explore_code).read_only()
}

async fn explore_code(
    context: CodeContext,
    call: Call,
    args: ExploreCodeArgs,
) -> Result<ExploreCodeOutput, ToolError> {
    if args.query.trim().is_empty() {
        return Err(ToolError::Arguments(
            "`query` is empty; pass a question such as `where is the config parsed`".to_owned(),
        ));
    }
    let budget = args.budget_tokens.unwrap_or(BUDGET_TOKENS).clamp(LEAST_BUDGET, MOST_BUDGET);
    let query = ExploreQuery {
        query: args.query,
        scope: Scope { paths: args.paths, languages: args.languages },
    };
    let answer =
        context.ask(&call, move |workspace, cancel| workspace.explore(&query, cancel)).await?;
    call.cache(answer.repeated);
    let packed = pack(answer.places, budget);
    Ok(ExploreCodeOutput {
        results: packed.places,
        index: answer.status,
        truncated: packed.truncated,
    })
}

impl Answer for ExploreCodeOutput {
    fn text(&self) -> String {
        let mut text = String::new();
        if self.results.is_empty() {
            text.push_str("nothing found; try other words, or search_code for exact text\n");
        }
        for place in &self.results {
            // Writing to a string cannot fail.
            let _ = write!(text, "{}:{}-{}", place.path, place.line, place.end_line);
            if let (Some(symbol), Some(kind)) = (&place.symbol, place.kind) {
                let _ = write!(text, " {} {symbol}", kind.as_str());
            }
            let _ = writeln!(text, " ({}; {})", two_digits(place.score), place.reason);
            if let Some(snippet) = &place.snippet {
                let _ = writeln!(text, "{}", snippet.trim_end());
            }
        }
        if self.truncated {
            text.push_str("more was left out; raise budget_tokens or narrow paths\n");
        }
        text.push_str(&index_line(&self.index));
        text
    }
}
