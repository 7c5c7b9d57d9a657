//! One live connection to a server, with the child process behind it if there is one.
//!
//! What is called from outside gives boxed futures: the body of an `async fn` is
//! compiled again in every crate that awaits it, and rmcp's client is large.

use std::future::Future;
use std::process::Stdio;
use std::sync::Arc;

use futures::future::BoxFuture;
use rmcp::model::{ClientConfig, ClientRequest, Implementation, ProgressToken, ProtocolVersion};
use rmcp::service::{
    ClientLifecycleMode, Peer, PeerRequestOptions, RequestHandle, RoleClient, RunningService,
    serve_client_with_lifecycle,
};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::http::header::{AUTHORIZATION, SEC_WEBSOCKET_PROTOCOL};

use super::link::{ClientLink, Listeners};
use super::{ClientError, ClientOptions, Progress, Target, from_service};
use crate::limits::DRAIN_DEADLINE;
use crate::link::Source;
use crate::link::frames::{Heartbeat, socket_config, split};
use crate::link::lines::{LineReader, write_lines};
use crate::link::outbox::Outbox;
use crate::serve::Token;

pub(super) struct Connection {
    peer: Peer<RoleClient>,
    listeners: Arc<Listeners>,
    outbox: Arc<Outbox>,
    parts: Mutex<Option<Parts>>,
}

/// What must be ended with the connection.
struct Parts {
    running: RunningService<RoleClient, ClientConfig>,
    writer: JoinHandle<()>,
    child: Option<Child>,
}

impl Connection {
    /// Starts or reaches the server and agrees on the era.
    pub(super) fn open<'a>(
        target: &'a Target,
        options: &'a ClientOptions,
    ) -> BoxFuture<'a, Result<Self, ClientError>> {
        Box::pin(Self::open_in_time(target, options))
    }

    async fn open_in_time(target: &Target, options: &ClientOptions) -> Result<Self, ClientError> {
        let deadline = options.connect_deadline;
        let opening = async {
            match target {
                Target::Command { program, args, env } => {
                    let mut child = Command::new(program)
                        .args(args)
                        .envs(env.iter().map(|(name, value)| (name, value)))
                        .stdin(Stdio::piped())
                        .stdout(Stdio::piped())
                        .kill_on_drop(true)
                        .spawn()
                        .map_err(|source| ClientError::Start {
                            program: program.to_string_lossy().into_owned(),
                            source,
                        })?;
                    let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take())
                    else {
                        return Err(ClientError::Lost);
                    };
                    let outbox = Arc::new(Outbox::default());
                    let writer = write_lines(stdin, Arc::clone(&outbox));
                    Self::start(LineReader::new(stdout), outbox, writer, Some(child), options).await
                }
                Target::Url { url, token } => {
                    let socket = connect(url, token.as_ref()).await?;
                    let outbox = Arc::new(Outbox::default());
                    let (reader, writer) = split(socket, Arc::clone(&outbox), Heartbeat::default());
                    Self::start(reader, outbox, writer, None, options).await
                }
            }
        };
        match tokio::time::timeout(deadline, opening).await {
            Ok(connection) => connection,
            Err(_elapsed) => Err(ClientError::Deadline(deadline)),
        }
    }

    async fn start(
        source: impl Source + 'static,
        outbox: Arc<Outbox>,
        writer: impl Future<Output = ()> + Send + 'static,
        child: Option<Child>,
        options: &ClientOptions,
    ) -> Result<Self, ClientError> {
        let writer = tokio::spawn(writer);
        let listeners = Arc::<Listeners>::default();
        let link =
            ClientLink { source, outbox: Arc::clone(&outbox), listeners: Arc::clone(&listeners) };
        let who = Implementation::new(options.name.clone(), options.version.clone());
        let info = ClientConfig::new(Default::default(), who);
        let lifecycle = ClientLifecycleMode::Auto {
            preferred_versions: vec![ProtocolVersion::V_2026_07_28],
            legacy_version: Some(ProtocolVersion::V_2025_11_25),
        };
        let running = serve_client_with_lifecycle(info, link, lifecycle)
            .await
            .map_err(|error| ClientError::Handshake(error.to_string()))?;
        let peer = running.peer().clone();
        let parts = Mutex::new(Some(Parts { running, writer, child }));
        Ok(Self { peer, listeners, outbox, parts })
    }

    pub(super) fn peer(&self) -> &Peer<RoleClient> {
        &self.peer
    }

    pub(super) async fn child_id(&self) -> Option<u32> {
        let parts = self.parts.lock().await;
        parts.as_ref()?.child.as_ref()?.id()
    }

    pub(super) fn is_alive(&self) -> bool {
        !self.peer.is_transport_closed() && !self.outbox.is_closed()
    }

    /// Sends a request; its progress, if wanted, is listened to from the first report on.
    pub(super) fn send(
        &self,
        request: ClientRequest,
        options: PeerRequestOptions,
        progress: Option<mpsc::Sender<Progress>>,
    ) -> BoxFuture<'_, Result<RequestHandle<RoleClient>, ClientError>> {
        Box::pin(self.send_in_turn(request, options, progress))
    }

    async fn send_in_turn(
        &self,
        request: ClientRequest,
        options: PeerRequestOptions,
        progress: Option<mpsc::Sender<Progress>>,
    ) -> Result<RequestHandle<RoleClient>, ClientError> {
        let _sending = self.listeners.sending.lock().await;
        let handle =
            self.peer.send_cancellable_request(request, options).await.map_err(from_service)?;
        if let Some(progress) = progress {
            self.listeners.add(handle.progress_token.clone(), progress);
        }
        Ok(handle)
    }

    pub(super) fn forget(&self, token: &ProgressToken) {
        self.listeners.remove(token);
    }

    /// Ends the session, then the process: it sees its input end, and is killed
    /// when it does not leave in time.
    pub(super) fn end(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.end_all())
    }

    async fn end_all(&self) {
        let Some(mut parts) = self.parts.lock().await.take() else { return };
        if let Err(error) = parts.running.close_with_timeout(2 * DRAIN_DEADLINE).await {
            tracing::debug!(%error, "the session had ended abnormally");
        }
        if tokio::time::timeout(DRAIN_DEADLINE, &mut parts.writer).await.is_err() {
            parts.writer.abort();
        }
        let Some(mut child) = parts.child else { return };
        match tokio::time::timeout(DRAIN_DEADLINE, child.wait()).await {
            Ok(Ok(status)) => tracing::debug!(%status, "the server ended"),
            Ok(Err(error)) => tracing::warn!(%error, "waiting for the server failed"),
            Err(_elapsed) => {
                if let Err(error) = child.kill().await {
                    tracing::warn!(%error, "the server could not be ended");
                }
            }
        }
    }
}

async fn connect(
    url: &str,
    token: Option<&Token>,
) -> Result<tokio_tungstenite::WebSocketStream<TcpStream>, ClientError> {
    let failed = |source: Box<dyn std::error::Error + Send + Sync>| ClientError::Connect {
        url: url.to_owned(),
        source,
    };
    let mut request = url.into_client_request().map_err(|error| failed(error.into()))?;
    let uri = request.uri().clone();
    let scheme = || ClientError::Scheme { url: url.to_owned() };
    if uri.scheme_str() != Some("ws") {
        return Err(scheme());
    }
    let host = uri.host().ok_or_else(scheme)?.trim_matches(['[', ']']).to_owned();
    let headers = request.headers_mut();
    headers.insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static("mcp"));
    if let Some(token) = token {
        let mut value =
            HeaderValue::from_str(&token.bearer()).map_err(|error| failed(error.into()))?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    let stream = TcpStream::connect((host.as_str(), uri.port_u16().unwrap_or(80)))
        .await
        .map_err(|error| failed(error.into()))?;
    stream.set_nodelay(true).map_err(|error| failed(error.into()))?;
    let (socket, _response) =
        tokio_tungstenite::client_async_with_config(request, stream, Some(socket_config()))
            .await
            .map_err(|error| failed(error.into()))?;
    Ok(socket)
}
