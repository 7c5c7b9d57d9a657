//! `ymera-context`: the context server.

use std::process::ExitCode;

use clap::Parser;
use ymera_context_server::Options;

/// A fast, exact picture of the code, for agents: search, symbols and a project map over MCP.
///
/// Speaks MCP over stdio, or over WebSocket and HTTP with --listen.
#[derive(Parser)]
#[command(name = "ymera-context", version)]
struct Command {
    #[command(flatten)]
    options: Options,
}

fn main() -> ExitCode {
    ymera_context_server::run(Command::parse().options)
}
