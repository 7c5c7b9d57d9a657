//! What every Ymera server shares: flags, configuration, logs, folders and the
//! way to start and stop.
//!
//! ```text
//! defaults < ymera.toml < environment < flags ─▶ Environment ─▶ build the handler
//!                                                     └▶ stdio, or a listener ─▶ exit code
//! ```
//!
//! **Invariants**
//! - Only this crate and the servers read arguments and the environment.
//! - Standard output belongs to the transport; logs go to standard error or a file.
//! - Exit codes: 0 clean, 1 the work failed, 2 wrong usage or configuration.
//!
//! **Deliberately absent:** what a server does.

pub mod config;
pub mod flags;
pub mod folders;
pub mod logs;
pub mod start;

pub use config::Config;
pub use flags::ServerFlags;
pub use folders::Folders;
pub use start::{Environment, Failure, listen, run};
