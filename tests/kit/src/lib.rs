//! What the suite's tests stand on.
//!
//! | for | use |
//! |---|---|
//! | a folder with its own state and cache | [`Scratch`] |
//! | a server as a process | [`Launch`], [`Listening`], [`StdioServer`] |
//! | saying anything to it, over pipes or a WebSocket | [`Session`], [`Handshake`] |
//! | one HTTP request with any headers | [`HttpRequest`], [`HttpAnswer`] |
//! | a server that offers one of everything | [`fixture::Fixture`], binary `ymera-fixture` |
//!
//! ```no_run
//! # async fn test() -> anyhow::Result<()> {
//! use serde_json::json;
//! use ymera_test_kit::{Launch, Scratch};
//!
//! let scratch = Scratch::new()?;
//! let mut server = Launch::of("ymera-fixture")?.within(&scratch).stdio()?;
//! server.handshake().await?;
//! let result = server.call("echo", json!({ "text": "hi" })).await?;
//! assert_eq!(result["content"][0]["text"], "hi");
//! assert_eq!(server.close().await?, 0);
//! # Ok(())
//! # }
//! ```

mod binary;
pub mod fixture;
mod http;
mod process;
mod scratch;
mod session;
mod socket;

pub use binary::bin_path;
pub use http::{HttpAnswer, HttpRequest};
pub use process::{Launch, Listening, Pipe, Ready, ServerProcess, StdioServer};
pub use scratch::Scratch;
pub use session::{DEADLINE, Session, Wire};
pub use socket::{Handshake, Opening, Socket};
pub use tokio_tungstenite::tungstenite::Message as Frame;
