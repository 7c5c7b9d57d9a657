//! `changes_since`: which files changed since an answer.

use std::fmt::Write;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ymera_protocol::serve::{Answer, Call, Tool};

use super::service::{CodeContext, ToolError};
use super::show::index_line;
use crate::changes::{Change, ChangesAnswer};
use crate::status::IndexStatus;

/// More files are a mass change: only their number matters then.
const MAX_FILES: usize = 500;

/// Since when.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangesSinceArgs {
    /// `index.generation` of an earlier answer.
    pub generation: u64,
}

/// What changed.
#[derive(Debug, Serialize)]
pub struct ChangesSinceOutput {
    /// In order of path.
    pub files: Vec<FileChange>,
    /// How many changed in all.
    pub total: usize,
    /// How complete the index is; its `generation` is the one to ask with next.
    pub index: IndexStatus,
}

/// One file.
#[derive(Debug, Serialize)]
pub struct FileChange {
    /// The file.
    pub path: String,
    /// What happened to it in all.
    pub change: Change,
}

pub(super) fn tool() -> Tool<CodeContext> {
    const DESCRIPTION: &str =
        "List the files that were added, modified or deleted since an earlier answer.";
    Tool::new("changes_since", DESCRIPTION, changes_since).read_only().toolset("history")
}

async fn changes_since(
    context: CodeContext,
    call: Call,
    args: ChangesSinceArgs,
) -> Result<ChangesSinceOutput, ToolError> {
    let generation = args.generation;
    let answer = context
        .ask(&call, move |workspace, cancel| workspace.changes_since(generation, cancel))
        .await?;
    let ChangesAnswer { files, status } = answer;
    let total = files.len();
    let files = files.into_iter().take(MAX_FILES);
    let files = files.map(|file| FileChange { path: file.path, change: file.change }).collect();
    Ok(ChangesSinceOutput { files, total, index: status })
}

impl Answer for ChangesSinceOutput {
    fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        for file in &self.files {
            let _ = writeln!(text, "{} {}", file.change.as_str(), file.path);
        }
        let _ = writeln!(text, "{} of {} changed files", self.files.len(), self.total);
        text.push_str(&index_line(&self.index));
        text
    }
}
