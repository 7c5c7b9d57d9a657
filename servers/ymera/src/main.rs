//! `ymera`: the command for people, and all servers in one executable.

mod explore;
mod memory;
mod report;
mod serve;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// MCP servers for people who code with an agent.
#[derive(Parser)]
#[command(name = "ymera", version)]
struct Command {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Ask a question about a project and print the places that answer it.
    Explore(explore::Explore),
    /// See, copy or delete what agents remember of a project.
    Memory(memory::Memory),
    /// Run the context server: the same as `ymera-context`.
    Context(ymera_context_server::Options),
    /// Run all servers on one port, each at /NAME/mcp.
    Serve(serve::Serve),
}

fn main() -> ExitCode {
    match Command::parse().action {
        Action::Explore(explore) => explore::run(explore),
        Action::Memory(memory) => memory::run(memory),
        Action::Context(options) => ymera_context_server::run(options),
        Action::Serve(options) => serve::run(options),
    }
}
