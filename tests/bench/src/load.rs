//! A load client for any MCP server, over stdio or WebSocket, in either era.
//!
//! ```text
//! Server ─ start ─▶ Session (handshake, calls) ─▶ Figures (calls/s, times, CPU, memory)
//!                      └─ Connection: bytes out in a task of their own, bytes in
//! ```
//!
//! Everything is measured from outside the process, so that servers in any
//! language can be compared. One thread writes one message per `write`, as hosts
//! do; that costs a few microseconds a message, the same for every server.
//!
//! **Invariants**
//! - A server that stops reading never stops the client from reading.
//! - Every wait has a deadline, and no started process outlives its session.

mod connection;
mod phases;
mod process;
mod session;

pub(crate) use self::connection::{Server, Wire, beside_us};
pub(crate) use self::phases::{Figures, open_calls, place_of, starts, unread};
pub(crate) use self::process::{cpu_seconds, memory};
pub(crate) use self::session::{Era, Session, ToolCall};
