//! The fixture server as a process: stdio by default, HTTP with `--listen`.

#[path = "ymera-fixture/serve.rs"]
mod serve;

use std::net::SocketAddr;

use clap::Parser;
use ymera_test_kit::fixture::Fixture;

/// A server that offers one of everything, for tests.
#[derive(Parser)]
#[command(version)]
struct Flags {
    /// Serve HTTP at this address instead of stdio; port 0 picks one.
    #[arg(long, value_name = "HOST:PORT")]
    listen: Option<SocketAddr>,
    /// Accept requests without a token (there is none yet).
    #[arg(long)]
    no_token: bool,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let filter = tracing_subscriber::EnvFilter::from_default_env();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let flags = Flags::parse();
    let _ = flags.no_token;
    match flags.listen {
        Some(address) => serve::http(Fixture::new(), address).await,
        None => serve::stdio(Fixture::new()).await,
    }
}
