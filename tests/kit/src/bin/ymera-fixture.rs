//! The fixture server as a process, with the flags of every server.

use std::process::ExitCode;

use clap::Parser;
use ymera_kit::{Environment, ServerFlags};
use ymera_protocol::serve::Served;
use ymera_test_kit::fixture::Fixture;

/// A server that offers one of everything, for tests.
#[derive(Parser)]
#[command(version)]
struct Flags {
    #[command(flatten)]
    server: ServerFlags,
}

fn main() -> ExitCode {
    let flags = Flags::parse();
    let build = |_: &Environment| Ok(Served::new(Fixture::new()));
    ymera_kit::run("ymera-fixture", env!("CARGO_PKG_VERSION"), flags.server, build)
}
