//! The flags that all servers take.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use ymera_protocol::limits::MAX_CONNECTIONS;

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Flags of every server.
#[derive(Debug, Clone, Default, Args)]
pub struct ServerFlags {
    /// Folder to serve; repeat it for several. Default: the project that the
    /// host names, or the working directory when it is a project.
    #[arg(long, value_name = "PATH")]
    pub root: Vec<PathBuf>,

    /// Configuration file. Default: `ymera.toml` in the state folder.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Tool sets to offer, separated by commas; `all` offers every tool.
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub toolsets: Vec<String>,

    /// Log level: error, warn, info, debug, trace, or a filter such as `info,rmcp=debug`.
    #[arg(long, value_name = "LEVEL", env = "YMERA_LOG")]
    pub log: Option<String>,

    /// Write the log to this file; hosts often hide standard error.
    #[arg(long, value_name = "PATH")]
    pub log_file: Option<PathBuf>,

    /// Shape of the log lines.
    #[arg(long, value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,

    /// Serve WebSocket and HTTP at this address instead of stdio; port 0 picks
    /// a free one. The addresses are printed as one line of JSON.
    #[arg(long, value_name = "HOST:PORT")]
    pub listen: Option<SocketAddr>,

    /// Serve this machine without a token, for tests and measurements.
    #[arg(long, requires = "listen")]
    pub no_token: bool,

    /// Allow an address that other machines can reach. A token is then required.
    #[arg(long, requires = "listen", conflicts_with = "no_token")]
    pub allow_remote: bool,

    /// Accept this value of the `Host` header too, with its port; repeatable.
    #[arg(long, value_name = "HOST:PORT", requires = "listen")]
    pub allow_host: Vec<String>,

    /// Accept requests of web pages from this origin; repeatable.
    #[arg(long, value_name = "ORIGIN", requires = "listen")]
    pub allow_origin: Vec<String>,

    /// Connections served at once; one more is told that the server is busy.
    #[arg(long, value_name = "N", requires = "listen", default_value_t = MAX_CONNECTIONS)]
    pub max_connections: usize,
}
