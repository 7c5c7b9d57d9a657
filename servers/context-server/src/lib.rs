//! The context server as a process: flags and configuration in, the engine's
//! tools out.
//!
//! **Deliberately absent:** everything about code, which is in
//! `tools/code-index`, about what is remembered, which is in `tools/memory`, and about
//! MCP, which is in `protocol`.

mod config;

use std::path::PathBuf;
use std::pin::Pin;
use std::process::ExitCode;

use ymera_code_index::mcp::{CodeContext, toolbox};
use ymera_code_index::roots::Roots;
use ymera_kit::{Environment, Failure, ServerFlags};
use ymera_memory::Memory;
use ymera_memory::mcp::{INSTRUCTIONS, MemoryContext};
use ymera_protocol::serve::{Call, Served};

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
    let memory = MemoryContext::new(config::memory(environment)?, root_of(context.clone()));
    let toolbox = toolbox(VERSION, context).set(INSTRUCTIONS, ymera_memory::mcp::tools(&memory));
    Ok(Served::new(toolbox.select(toolsets).map_err(Failure::usage)?))
}

/// A memory is that of the first root.
fn root_of(
    context: CodeContext,
) -> impl Fn(Call) -> Pin<Box<dyn Future<Output = Result<PathBuf, String>> + Send>> {
    move |call| {
        let context = context.clone();
        Box::pin(async move { context.first_root(&call).await.map_err(|error| error.to_string()) })
    }
}

/// The memory, and the key of the project that the environment tells, for the command line.
///
/// # Errors
/// When no project is known, or the configuration is wrong.
pub fn memory(environment: &Environment) -> Result<(Memory, String), Failure> {
    let memory = config::memory(environment)?;
    let roots = Roots::decide(&config::roots(environment)?).map_err(Failure::usage)?;
    let first = roots.list().first().map(|root| ymera_memory::project::key(&root.path));
    Ok((memory, first.unwrap_or_default()))
}
