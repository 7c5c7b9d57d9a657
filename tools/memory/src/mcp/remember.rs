//! `remember`: keep a message of a session.

use schemars::JsonSchema;
use serde::Deserialize;
use ymera_protocol::serve::{Answer, Call, Tool};

use super::service::{MemoryContext, ToolError};
use crate::{NewMessage, Remembered};

/// What to remember.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RememberArgs {
    /// What it belongs to, in your own words, such as `fix-login`. Made when new.
    pub session: String,
    /// Who says it: `user`, `assistant`, `system`, `tool`, or `note` for a finding.
    pub role: String,
    /// The text, as it should be read later; at most 64 KiB.
    pub content: String,
    /// True for what must outlive pruning: decisions, constraints. Default false.
    pub pin: Option<bool>,
}

pub(super) fn tool() -> Tool<MemoryContext> {
    const DESCRIPTION: &str = "Keep a message, finding or decision across restarts. When a session \
                               outgrows its window, its oldest messages that are not pinned are deleted.";
    Tool::new("remember", DESCRIPTION, remember).additive()
}

async fn remember(
    context: MemoryContext,
    call: Call,
    args: RememberArgs,
) -> Result<Remembered, ToolError> {
    let pin = args.pin.unwrap_or(false);
    let message = NewMessage::new(&args.session, &args.role, args.content, pin)?;
    let project = context.project(call).await?;
    Ok(context.memory.remember(&project, message).await?)
}

impl Answer for Remembered {
    fn text(&self) -> String {
        let Self { id, session, tokens, total_tokens, window_tokens, messages, pruned } = self;
        format!(
            "remembered as message {id} of session `{session}`: {tokens} tokens; the session holds \
             {messages} messages, {total_tokens} of {window_tokens} tokens; {pruned} pruned"
        )
    }
}
