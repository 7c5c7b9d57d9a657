//! How Ymera speaks: MCP over stdio, WebSocket and HTTP, for both roles.

pub mod client;
pub mod limits;
pub mod serve;
pub mod trace;

mod guard;
mod link;

pub use rmcp;
pub use tokio_util::sync::CancellationToken;
