//! How Ymera speaks: MCP over stdio, WebSocket and HTTP, for both roles.
//!
//! ```text
//! serve   answering: a handler behind stdio or a listener        (start here for a server)
//! client  asking: a command or a WebSocket                       (start here for a caller)
//!   └─ link   one connection: lines or frames, bounded both ways; the WebSocket binding
//!        └─ guard   bytes in, one typed message or one coded refusal out
//! limits  every bound of the wire;  trace  the W3C trace context in `_meta`
//! ```
//!
//! A server is a [`serve::Toolbox`] of typed tools over one state:
//!
//! ```no_run
//! use schemars::JsonSchema;
//! use serde::{Deserialize, Serialize};
//! use ymera_protocol::CancellationToken;
//! use ymera_protocol::serve::{Answer, Call, Served, Tool, Toolbox, serve_stdio};
//!
//! /// Arguments; their docs are what a model reads.
//! #[derive(Deserialize, JsonSchema)]
//! struct GreetArgs {
//!     /// Whom to greet, such as `Ada`.
//!     name: String,
//! }
//!
//! #[derive(Serialize)]
//! struct Greeting {
//!     greeting: String,
//! }
//!
//! impl Answer for Greeting {
//!     fn text(&self) -> String {
//!         self.greeting.clone()
//!     }
//! }
//!
//! async fn greet(word: &'static str, _call: Call, args: GreetArgs) -> std::io::Result<Greeting> {
//!     Ok(Greeting { greeting: format!("{word}, {}!", args.name) })
//! }
//!
//! # async fn run() -> std::io::Result<()> {
//! let tool = Tool::new("greet_person", "Greet somebody.", greet).read_only();
//! let toolbox = Toolbox::new("greeter", "1.0.0", "Greets people.", "Hello").tool(tool);
//! serve_stdio(&Served::new(toolbox), &CancellationToken::new()).await
//! # }
//! ```
//!
//! **Invariants**
//! - Protocol revisions end here: no handler and no caller knows one.
//! - rmcp, tungstenite and jsonrpsee are used through this crate alone.
//!
//! **Deliberately absent:** tools, and everything that reads the environment.

pub mod client;
pub mod limits;
pub mod serve;
pub mod trace;

mod guard;
mod link;

pub use rmcp;
pub use tokio_util::sync::CancellationToken;
