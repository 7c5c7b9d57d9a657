//! Tests of the test kit: what the fixture offers, and what the peers can say and see.

mod fixture;
mod http;
mod process;
mod socket;

use ymera_test_kit::{Launch, StdioServer};

/// Starts the fixture of this very build.
fn start() -> anyhow::Result<StdioServer> {
    Launch::at(env!("CARGO_BIN_EXE_ymera-fixture")).stdio()
}
