//! Servers as processes, and peers that may say anything to them.
//!
//! ```text
//! Launch ── stdio() ─▶ StdioServer: a Session over the process' own pipes
//!        └─ listen() ─▶ Listening ── connect() ─▶ Session over a WebSocket
//! ```
//!
//! **Invariants**
//! - Nothing is read unless the test reads: a peer that does not read is one that
//!   just does nothing. Only stderr is drained, and kept for error messages.
//! - Every wait has a deadline, and a passed one is an error that shows stderr.
//! - A process never outlives its value.

mod child;
mod launch;
mod pipe;

pub use self::child::ServerProcess;
pub use self::launch::{Launch, Listening, Ready};
pub use self::pipe::{Pipe, StdioServer};
