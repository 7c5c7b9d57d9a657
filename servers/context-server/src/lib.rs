//! The context server as a process: flags and configuration in, the engine's
//! tools out.
//!
//! **Deliberately absent:** everything about code, which is in
//! `tools/code-index`, and about MCP, which is in `protocol`.

mod config;

use std::process::ExitCode;

use ymera_code_index::mcp::{CodeContext, toolbox};
use ymera_kit::{Environment, Failure, ServerFlags};
use ymera_protocol::serve::Served;

/// The version that hosts see.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The flags of the context server.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Options {
    /// Flags of every server.
    #[command(flatten)]
    pub server: ServerFlags,
}

/// Runs the server until its client leaves, and gives the exit code.
#[must_use]
pub fn run(options: Options) -> ExitCode {
    ymera_kit::run("ymera-context", VERSION, options.server, served)
}

/// Builds the server's handler. Indexing starts in the background.
///
/// # Errors
/// When a root, a tool set or a key of the configuration is wrong.
pub fn served(environment: &Environment) -> Result<Served, Failure> {
    let context = CodeContext::new(config::roots(environment)?, config::engine(environment));
    let toolsets = match environment.flags.toolsets.as_slice() {
        [] => &environment.config.context.toolsets,
        flags => flags,
    };
    let toolbox = toolbox(VERSION, context).select(toolsets).map_err(Failure::usage)?;
    Ok(Served::new(toolbox))
}
