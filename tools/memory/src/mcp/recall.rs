//! `recall`: what was remembered, as much as a budget holds.

use std::fmt::Write;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ymera_protocol::serve::{Answer, Call, Tool};

use super::service::{MemoryContext, ToolError};
use crate::{MatchedBy, Message, Question, Searched, Session};

/// What to recall.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecallArgs {
    /// Only this session; without it all sessions of the project.
    pub session: Option<String>,
    /// Words of what you look for, best matches first; without it the newest messages.
    pub query: Option<String>,
    /// Most tokens of the messages together, such as 2000.
    pub budget_tokens: usize,
}

/// What was remembered.
#[derive(Debug, Serialize)]
pub struct RecallOutput {
    /// With a query best first; else pinned and newest, in the order of writing.
    pub messages: Vec<RecalledMessage>,
    /// Tokens of the messages shown.
    pub total_tokens: usize,
    /// The budget.
    pub budget_tokens: usize,
    /// Messages that match, or are stored, and are not shown.
    pub left_out: usize,
    /// `newest`, `words`, or `words_and_meaning`.
    pub search: Searched,
    /// Whether meaning counted.
    pub semantic: bool,
    /// What sessions there are, when none was named or the named one is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sessions: Option<Vec<Session>>,
    /// How many sessions there are, when more than are listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_sessions: Option<usize>,
}

/// A message.
#[derive(Debug, Serialize)]
pub struct RecalledMessage {
    /// The message itself.
    #[serde(flatten)]
    pub message: Message,
    /// How well it answers the query; only to be compared within this answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// How it was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matched_by: Option<MatchedBy>,
}

pub(super) fn tool() -> Tool<MemoryContext> {
    const DESCRIPTION: &str = "Bring back what was remembered in this project: the best matches for \
                               a query, else pinned and newest messages. With the budget alone it also lists the sessions.";
    Tool::new("recall", DESCRIPTION, recall).read_only()
}

async fn recall(
    context: MemoryContext,
    call: Call,
    args: RecallArgs,
) -> Result<RecallOutput, ToolError> {
    let RecallArgs { session, query, budget_tokens } = args;
    let project = context.project(call).await?;
    let question = Question { session, query, budget_tokens };
    let found = context.memory.recall(&project, &question).await?;
    let messages = found.messages.into_iter().map(|(message, rank)| RecalledMessage {
        message,
        score: rank.map(|(score, _)| score),
        matched_by: rank.map(|(_, by)| by),
    });
    let listed = found.sessions.len();
    Ok(RecallOutput {
        messages: messages.collect(),
        total_tokens: found.tokens,
        budget_tokens,
        left_out: found.left_out,
        search: found.searched,
        semantic: found.searched == Searched::WordsAndMeaning,
        sessions: (listed > 0).then_some(found.sessions),
        total_sessions: (found.all_sessions > listed).then_some(found.all_sessions),
    })
}

impl RecalledMessage {
    fn heading(&self) -> String {
        let Message { id, session, role, at, tokens, pinned, cut, .. } = &self.message;
        let mut heading = format!("[{id}] {role} in `{session}`, {at}, {tokens} tokens");
        if *pinned {
            heading.push_str(", pinned");
        }
        if *cut {
            heading.push_str(", cut");
        }
        if let (Some(score), Some(by)) = (self.score, self.matched_by) {
            let by = match by {
                MatchedBy::Words => "words",
                MatchedBy::Meaning => "meaning",
                MatchedBy::Both => "both",
            };
            // As JSON writes it. Writing to a string cannot fail.
            let _ = write!(heading, ", score {score:?} by {by}");
        }
        heading
    }
}

impl Answer for RecallOutput {
    fn text(&self) -> String {
        let mut text = String::new();
        for message in &self.messages {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{}\n{}\n", message.heading(), message.message.content);
        }
        if self.messages.is_empty() {
            text.push_str("nothing was found\n");
        }
        for session in self.sessions.iter().flatten() {
            let Session { session, messages, tokens, pinned, first_at, last_at } = session;
            let _ = writeln!(
                text,
                "session `{session}`: {messages} messages, {tokens} tokens, {pinned} pinned, \
                 {first_at} to {last_at}"
            );
        }
        if let Some(total) = self.total_sessions {
            let _ = writeln!(text, "{total} sessions in all");
        }
        let (shown, left_out) = (self.messages.len(), self.left_out);
        let search = match self.search {
            Searched::Newest => "newest",
            Searched::Words => "words",
            Searched::WordsAndMeaning => "words_and_meaning",
        };
        let semantic = if self.semantic { "semantic" } else { "not semantic" };
        let _ = write!(
            text,
            "{shown} messages, {} of {} tokens, {left_out} left out; searched {search}, {semantic}",
            self.total_tokens, self.budget_tokens
        );
        text
    }
}
