//! How Ymera speaks: MCP over stdio, WebSocket and HTTP, for both roles.

pub use rmcp;
