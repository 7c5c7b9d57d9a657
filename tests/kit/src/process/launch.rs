//! How to start a server, and the address it tells.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::Deserialize;
use serde_json::Value;
use tokio::process::{ChildStdin, Command};

use super::child::ServerProcess;
use super::pipe::{Lines, Pipe, StdioServer};
use crate::binary::bin_path;
use crate::http::HttpRequest;
use crate::scratch::Scratch;
use crate::session::Session;
use crate::socket::{Handshake, Socket};

/// Variables of the developer's own that would change what a server does.
const FOREIGN: [&str; 4] = ["YMERA_HOME", "YMERA_CACHE", "CLAUDE_PROJECT_DIR", "RUST_LOG"];

/// A server about to be started.
#[derive(Debug)]
pub struct Launch {
    command: Command,
}

/// What a listening server prints when it is ready.
#[derive(Debug, Clone, Deserialize)]
pub struct Ready {
    /// The URL for WebSocket; absent from a server that offers none.
    pub ws: Option<String>,
    /// The URL for Streamable HTTP.
    pub http: String,
    /// The file that holds the token; absent with `--no-token`.
    pub token_file: Option<PathBuf>,
}

impl Launch {
    /// A binary of the workspace, brought up to date first.
    pub fn of(name: &str) -> anyhow::Result<Self> {
        Ok(Self::at(bin_path(name)?))
    }

    /// A binary at a path, such as `env!("CARGO_BIN_EXE_…")`.
    pub fn at(path: impl AsRef<Path>) -> Self {
        let mut command = Command::new(path.as_ref());
        for name in FOREIGN {
            command.env_remove(name);
        }
        Self { command }
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Keeps state and indexes in `scratch`, and works in its root.
    #[must_use]
    pub fn within(mut self, scratch: &Scratch) -> Self {
        self.command.current_dir(scratch.root());
        self.env("YMERA_HOME", scratch.home()).env("YMERA_CACHE", scratch.cache())
    }

    /// Starts it on stdio.
    pub fn stdio(self) -> anyhow::Result<StdioServer> {
        let (process, stdin, stdout) = ServerProcess::start(self.command)?;
        Ok(Session::new(Pipe::new(process, stdin, stdout)))
    }

    /// Starts it on a free port of its own choice and waits until it is ready.
    pub async fn listen(self) -> anyhow::Result<Listening> {
        let launch = self.arg("--listen").arg("127.0.0.1:0");
        let (process, stdin, stdout) = ServerProcess::start(launch.command)?;
        let mut lines = Lines::new(stdout);
        let line = lines.next(&process).await?;
        let line = line.with_context(|| format!("no line when ready{}", process.errors_shown()))?;
        let ready = serde_json::from_slice(&line)
            .with_context(|| format!("not a ready line: {}", String::from_utf8_lossy(&line)))?;
        Ok(Listening { process, ready, _stdin: stdin, _lines: lines })
    }
}

/// A server that listens on a port.
#[derive(Debug)]
pub struct Listening {
    /// The process.
    pub process: ServerProcess,
    /// Where it listens.
    pub ready: Ready,
    // Closing either pipe could end the server before the test does.
    _stdin: ChildStdin,
    _lines: Lines,
}

impl Listening {
    /// The token, or nothing with `--no-token`.
    pub fn token(&self) -> anyhow::Result<Option<String>> {
        let Some(file) = &self.ready.token_file else { return Ok(None) };
        let token = std::fs::read_to_string(file);
        let token = token.with_context(|| format!("cannot read `{}`", file.display()))?;
        Ok(Some(token.trim().to_owned()))
    }

    /// The handshake that a well-behaved client opens a WebSocket with.
    pub fn handshake(&self) -> anyhow::Result<Handshake> {
        let url = self.ready.ws.as_deref().context("this server offers no WebSocket")?;
        let handshake = Handshake::new(url).header("Sec-WebSocket-Protocol", "mcp");
        Ok(match self.token()? {
            Some(token) => handshake.header("Authorization", &format!("Bearer {token}")),
            None => handshake,
        })
    }

    /// Opens a WebSocket as a well-behaved client does.
    pub async fn connect(&self) -> anyhow::Result<Session<Socket>> {
        Ok(Session::new(self.handshake()?.open().await?))
    }

    /// A POST of one message, as a well-behaved client sends it. Requests of
    /// 2026-07-28 need more headers.
    pub fn post(&self, message: &Value) -> anyhow::Result<HttpRequest> {
        let request = HttpRequest::new("POST", &self.ready.http)
            .header("Accept", "application/json, text/event-stream")
            .header("Content-Type", "application/json")
            .body(message.to_string());
        Ok(match self.token()? {
            Some(token) => request.header("Authorization", &format!("Bearer {token}")),
            None => request,
        })
    }

    /// Asks the server to end and returns its exit code.
    pub async fn terminate(mut self) -> anyhow::Result<i32> {
        self.process.terminate().await?;
        self.process.exit_code().await
    }
}
