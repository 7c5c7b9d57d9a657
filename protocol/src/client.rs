//! Asking: a client of one MCP server, which is a command that it starts or a
//! WebSocket that it connects to.
//!
//! ```text
//! call ─▶ connection (started again when lost) ─▶ link ─▶ server
//!   ├─ deadline, cancel on drop ──────────────────▶
//!   ◀─ progress (in order, bounded) ◀── link ◀─────
//! ```
//!
//! **Invariants**
//! - A call that is dropped or runs out of time is cancelled at the server.
//! - A call that was under way when the server died fails; only the next call
//!   starts the server again, so nothing is done twice behind the caller's back.
//!
//! **Deliberately absent:** TLS and Streamable HTTP as a client; sampling.

mod connection;
mod link;

use std::ffi::OsString;
use std::sync::Arc;
use std::time::Duration;

use rmcp::model::{
    CallToolRequest, CallToolRequestParams, CallToolResult, ClientRequest, JsonObject,
    ReadResourceRequestParams, RequestMetaObject, ResourceContents, ServerResult, Tool,
};
use rmcp::service::{PeerRequestOptions, RequestHandle, RoleClient, ServiceError};
use tokio::sync::{Mutex, mpsc};

use crate::serve::Token;
use crate::trace::TraceContext;
use connection::Connection;

/// Progress notifications that may wait for a slow caller; later ones are dropped.
const WAITING_PROGRESS: usize = 1024;

/// Attempts to start a server that ends at once.
const START_ATTEMPTS: u32 = 3;

/// Pause before the second attempt; it doubles.
const START_PAUSE: Duration = Duration::from_millis(100);

/// The server to connect to.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Target {
    /// A program that speaks MCP over its standard input and output.
    Command {
        /// The program.
        program: OsString,
        /// Its arguments.
        args: Vec<OsString>,
        /// Variables added to its environment.
        env: Vec<(OsString, OsString)>,
    },
    /// A WebSocket, such as `ws://127.0.0.1:9001/mcp`.
    Url {
        /// The address.
        url: String,
        /// The token to present.
        token: Option<Token>,
    },
}

/// How a client behaves.
#[derive(Debug, Clone)]
pub struct ClientOptions {
    /// The name that servers see.
    pub name: String,
    /// The version that servers see.
    pub version: String,
    /// Time for connecting and the handshake.
    pub connect_deadline: Duration,
    /// Time for one call, unless the call names its own.
    pub call_deadline: Duration,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            name: "ymera".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            connect_deadline: Duration::from_secs(20),
            call_deadline: Duration::from_secs(60),
        }
    }
}

/// Why a call has no result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// The command could not be started.
    #[error("cannot start `{program}`; check that it is installed and on PATH")]
    Start {
        /// The program.
        program: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The address could not be connected to.
    #[error("cannot connect to `{url}`; check that the server runs and that the token is its own")]
    Connect {
        /// The address.
        url: String,
        /// What went wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The address is of a kind that this client does not speak.
    #[error("`{url}` is no WebSocket address; use ws://HOST:PORT/mcp")]
    Scheme {
        /// The address.
        url: String,
    },
    /// The peer does not speak MCP, or no revision of ours.
    #[error("the handshake with the server failed: {0}")]
    Handshake(String),
    /// The deadline passed.
    #[error("no answer within {0:?}; the call was cancelled")]
    Deadline(Duration),
    /// The server ended while the call was under way.
    #[error("the server ended during the call; call again to start it anew")]
    Lost,
    /// The server refused the call.
    #[error("the server refused the call ({code}): {message}")]
    Refused {
        /// The JSON-RPC code.
        code: i32,
        /// The server's words.
        message: String,
    },
    /// The answer is of a kind that this client cannot use.
    #[error("the server answered with something that is no tool result")]
    Unexpected,
}

/// One report of a running call.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// Things done.
    pub done: f64,
    /// Things to do, where known.
    pub total: Option<f64>,
    /// What the server says of it.
    pub message: Option<String>,
}

/// What goes with one call.
#[derive(Debug, Default)]
pub struct CallOptions {
    /// Time for this call; the client's own otherwise.
    pub deadline: Option<Duration>,
    /// Where progress goes.
    pub progress: Option<mpsc::Sender<Progress>>,
    /// The trace to hand on.
    pub trace: Option<TraceContext>,
}

/// A channel for [`CallOptions::progress`].
#[must_use]
pub fn progress_channel() -> (mpsc::Sender<Progress>, mpsc::Receiver<Progress>) {
    mpsc::channel(WAITING_PROGRESS)
}

/// A client of one server.
pub struct Client {
    target: Target,
    options: ClientOptions,
    connection: Mutex<Option<Arc<Connection>>>,
}

impl Client {
    /// Connects and negotiates the era.
    ///
    /// # Errors
    /// When the server cannot be started, reached or understood.
    pub async fn connect(target: Target, options: ClientOptions) -> Result<Self, ClientError> {
        let client = Self { target, options, connection: Mutex::default() };
        client.connection().await?;
        Ok(client)
    }

    /// The live connection, made anew when the last one is lost.
    async fn connection(&self) -> Result<Arc<Connection>, ClientError> {
        let mut current = self.connection.lock().await;
        if let Some(connection) = current.as_ref().filter(|connection| connection.is_alive()) {
            return Ok(Arc::clone(connection));
        }
        if let Some(lost) = current.take() {
            tracing::warn!("the server was lost and is started again");
            lost.end().await;
        }
        let mut pause = START_PAUSE;
        let mut attempt = 1;
        let connection = loop {
            match Connection::open(&self.target, &self.options).await {
                Ok(connection) => break Arc::new(connection),
                Err(error @ (ClientError::Start { .. } | ClientError::Scheme { .. })) => {
                    return Err(error);
                }
                Err(error) if attempt == START_ATTEMPTS => return Err(error),
                Err(error) => tracing::warn!(%error, attempt, "connecting failed"),
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
            attempt += 1;
        };
        *current = Some(Arc::clone(&connection));
        Ok(connection)
    }

    /// The tools that the server offers.
    ///
    /// # Errors
    /// When the server cannot be reached or refuses.
    pub async fn list_tools(&self) -> Result<Vec<Tool>, ClientError> {
        let connection = self.connection().await?;
        let deadline = self.options.call_deadline;
        match tokio::time::timeout(deadline, connection.peer().list_all_tools()).await {
            Ok(result) => result.map_err(from_service),
            Err(_elapsed) => Err(ClientError::Deadline(deadline)),
        }
    }

    /// The text of a resource.
    ///
    /// # Errors
    /// When the server cannot be reached, refuses, or the resource is no text.
    pub async fn read_resource(&self, uri: &str) -> Result<String, ClientError> {
        let connection = self.connection().await?;
        let deadline = self.options.call_deadline;
        let reading = connection.peer().read_resource(ReadResourceRequestParams::new(uri));
        let result = match tokio::time::timeout(deadline, reading).await {
            Ok(result) => result.map_err(from_service)?,
            Err(_elapsed) => return Err(ClientError::Deadline(deadline)),
        };
        match result.contents.into_iter().next() {
            Some(ResourceContents::TextResourceContents { text, .. }) => Ok(text),
            _ => Err(ClientError::Unexpected),
        }
    }

    /// The process id of a server that was started, while it is connected.
    pub async fn server_pid(&self) -> Option<u32> {
        let current = self.connection.lock().await;
        match current.as_ref() {
            Some(connection) => connection.child_id().await,
            None => None,
        }
    }

    /// Calls a tool and waits for its result. Dropping the future cancels the call.
    ///
    /// # Errors
    /// When the call was refused, lost or out of time. Work that failed is a
    /// result with `is_error`.
    pub async fn call(
        &self,
        tool: &str,
        arguments: JsonObject,
        options: CallOptions,
    ) -> Result<CallToolResult, ClientError> {
        let connection = self.connection().await?;
        let deadline = options.deadline.unwrap_or(self.options.call_deadline);
        let params = CallToolRequestParams::new(tool.to_owned()).with_arguments(arguments);
        let request = ClientRequest::CallToolRequest(CallToolRequest::new(params));
        let mut meta = RequestMetaObject::new();
        if let Some(trace) = &options.trace {
            trace.write_to(&mut meta);
        }
        let request_options = PeerRequestOptions::no_options().with_meta(meta);
        let handle = connection.send(request, request_options, options.progress).await?;
        let mut open = OpenCall { connection: &connection, handle: Some(handle) };
        let answer = match tokio::time::timeout(deadline, open.answer()).await {
            Ok(answer) => answer?,
            Err(_elapsed) => return Err(ClientError::Deadline(deadline)),
        };
        match answer {
            ServerResult::CallToolResult(result) => Ok(result),
            // A result with neither content nor structure reads as an empty one.
            ServerResult::EmptyResult(_) => Ok(CallToolResult::success(Vec::new())),
            _ => Err(ClientError::Unexpected),
        }
    }

    /// Ends the connection; a server that was started is given time to leave.
    pub async fn close(self) {
        if let Some(connection) = self.connection.into_inner() {
            connection.end().await;
        }
    }
}

/// A call that is cancelled at the server unless it is answered.
struct OpenCall<'a> {
    connection: &'a Connection,
    handle: Option<RequestHandle<RoleClient>>,
}

impl OpenCall<'_> {
    async fn answer(&mut self) -> Result<ServerResult, ClientError> {
        let Some(handle) = &mut self.handle else { return Err(ClientError::Lost) };
        let answer = (&mut handle.rx).await;
        if let Some(handle) = self.handle.take() {
            self.connection.forget(&handle.progress_token);
        }
        answer.map_err(|_closed| ClientError::Lost)?.map_err(from_service)
    }
}

impl Drop for OpenCall<'_> {
    fn drop(&mut self) {
        let Some(handle) = self.handle.take() else { return };
        self.connection.forget(&handle.progress_token);
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                if let Err(error) = handle.cancel(Some("no longer wanted".to_owned())).await {
                    tracing::debug!(%error, "the server is gone; nothing is left to cancel");
                }
            });
        }
    }
}

fn from_service(error: ServiceError) -> ClientError {
    match error {
        ServiceError::McpError(error) => {
            ClientError::Refused { code: error.code.0, message: error.message.into_owned() }
        }
        ServiceError::TransportSend(_) | ServiceError::TransportClosed => ClientError::Lost,
        other => ClientError::Handshake(other.to_string()),
    }
}
