//! `search_code`: lines that hold a text or match a regular expression.

use std::fmt::Write;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ymera_protocol::serve::{Answer, Call, Tool};

use super::service::{CodeContext, ToolError};
use super::show::index_line;
use crate::lines::{LineMatch, LineMode, LineQuery, MAX_LIMIT, MatchedBy};
use crate::status::IndexStatus;
use crate::workspace::Scope;

/// Lines of a page when the caller does not say.
const LIMIT: usize = 20;

/// How `query` is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SearchMode {
    /// Literally, ignoring case unless it has capitals; else by its words.
    #[default]
    Text,
    /// As a regular expression on one line.
    Regex,
}

/// What to search for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SearchCodeArgs {
    /// Text as it stands in the code, such as `fn parse_`, or a regex.
    pub query: String,
    /// `text` (default) or `regex`.
    pub mode: Option<SearchMode>,
    /// Only these folders, files or globs: `src/net`, `*.rs`, `!tests`.
    #[serde(default)]
    pub paths: Vec<String>,
    /// Only these languages: `rust`, `python`.
    #[serde(default)]
    pub languages: Vec<String>,
    /// Lines per page; default 20.
    pub limit: Option<usize>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// The lines found.
#[derive(Debug, Serialize)]
pub struct SearchCodeOutput {
    /// Sources before tests and docs; found by words: best first.
    pub matches: Vec<LineMatch>,
    /// Pass it as `cursor` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// How the lines match: `text`, `words` or `regex`.
    pub matched_by: MatchedBy,
    /// How complete the index is.
    pub index: IndexStatus,
}

pub(super) fn tool() -> Tool<CodeContext> {
    const DESCRIPTION: &str = "Find lines by exact text or regex, with paths and line numbers. Text \
                               that stands nowhere is searched by its words.";
    Tool::new("search_code", DESCRIPTION, search_code).read_only()
}

async fn search_code(
    context: CodeContext,
    call: Call,
    args: SearchCodeArgs,
) -> Result<SearchCodeOutput, ToolError> {
    let max_file_bytes = context.max_file_bytes();
    let answer = context
        .ask(&call, move |workspace, cancel| {
            let query = LineQuery {
                query: &args.query,
                mode: match args.mode.unwrap_or_default() {
                    SearchMode::Text => LineMode::Text,
                    SearchMode::Regex => LineMode::Regex,
                },
                limit: args.limit.unwrap_or(LIMIT).clamp(1, MAX_LIMIT),
                cursor: args.cursor.as_deref(),
                max_file_bytes,
            };
            let scope = Scope { paths: args.paths, languages: args.languages };
            workspace.search_code(&query, &scope, cancel)
        })
        .await?;
    Ok(SearchCodeOutput {
        matches: answer.found.matches,
        next_cursor: answer.found.next_cursor,
        matched_by: answer.found.matched_by,
        index: answer.status,
    })
}

impl Answer for SearchCodeOutput {
    fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = match self.matched_by {
            MatchedBy::Words if !self.matches.is_empty() => {
                writeln!(text, "no line holds the text; lines with most of its words:")
            }
            _ if self.matches.is_empty() => writeln!(text, "no line matches"),
            MatchedBy::Text | MatchedBy::Words | MatchedBy::Regex => Ok(()),
        };
        for found in &self.matches {
            let _ = writeln!(text, "{}:{}: {}", found.path, found.line, found.text);
        }
        if let Some(cursor) = &self.next_cursor {
            let _ = writeln!(text, "more: next_cursor {cursor}");
        }
        let by = match self.matched_by {
            MatchedBy::Text => "text",
            MatchedBy::Words => "words",
            MatchedBy::Regex => "regex",
        };
        let _ = write!(text, "matched by {by}; {}", index_line(&self.index));
        text
    }
}
