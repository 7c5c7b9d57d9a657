//! The memory as MCP tools: the set `memory`.
//!
//! **Deliberately absent:** which project is meant; the server says.

mod recall;
mod remember;
mod service;

pub use recall::{RecallArgs, RecallOutput, RecalledMessage};
pub use remember::RememberArgs;
pub use service::{MemoryContext, ToolError};

use ymera_protocol::serve::Tool;

/// The name of the tool set.
pub const TOOLSET: &str = "memory";

/// What models read of the set before they see its tools.
pub const INSTRUCTIONS: &str = "remember keeps decisions, findings and messages of a session across \
restarts; recall brings them back: call it first when you take up earlier work.";

/// The tools over `context`, for a server of any state.
#[must_use]
pub fn tools<S: Send + 'static>(context: &MemoryContext) -> Vec<Tool<S>> {
    [remember::tool(), recall::tool()]
        .into_iter()
        .map(|tool| tool.toolset(TOOLSET).over(context.clone()))
        .collect()
}
