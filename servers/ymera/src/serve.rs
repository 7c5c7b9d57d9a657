//! `ymera serve`: all servers behind one listener.

use std::net::SocketAddr;
use std::process::ExitCode;

use ymera_kit::{Environment, Failure, ServerFlags};
use ymera_protocol::serve::Listener;

/// The port of the documentation.
const ADDRESS: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 9000);

/// Flags of `ymera serve`.
#[derive(Debug, clap::Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    server: ServerFlags,
}

pub(crate) fn run(options: Serve) -> ExitCode {
    let mut flags = options.server;
    flags.listen.get_or_insert(ADDRESS);
    let version = ymera_context_server::VERSION;
    ymera_kit::listen("ymera serve", version, flags, "/context/mcp", routes)
}

/// Every server at its path.
fn routes(environment: &Environment, listener: Listener) -> Result<Listener, Failure> {
    let context = ymera_context_server::served(environment)?;
    Ok(listener.endpoint("/context/mcp", context))
}
