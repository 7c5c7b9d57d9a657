//! A TCP port that serves MCP over WebSocket and HTTP, and whatever routes are added.
//!
//! **Invariants**
//! - No more connections are served than allowed; one above is told so.
//! - Every task it starts ends with the listener.
//!
//! **Deliberately absent:** TLS. A listener is for this machine; in front of
//! others stands a proxy.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use futures::future::BoxFuture;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::access::Access;
use super::http::{
    Answered, Endpoint, McpEndpoint, denied, json, problem, relay, upgrade, wants_websocket,
};
use super::{Metrics, Served};
use crate::limits::{DRAIN_DEADLINE, HANDSHAKE_DEADLINE, MAX_CONNECTIONS};
use crate::link::frames::Heartbeat;

/// Connections above the limit that are told so at the same time; further
/// ones are closed without a word.
const MAX_TURNED_AWAY: usize = 32;

/// Pause after the system refused to accept, which it does when descriptors run out.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How a listener serves.
#[derive(Debug, Clone)]
pub struct ListenerOptions {
    /// Who may connect.
    pub access: Access,
    /// Connections served at once.
    pub max_connections: usize,
    /// The version that `/health` tells.
    pub version: &'static str,
}

impl Default for ListenerOptions {
    fn default() -> Self {
        Self { access: Access::default(), max_connections: MAX_CONNECTIONS, version: "0" }
    }
}

/// A bound port, not serving yet.
pub struct Listener {
    tcp: TcpListener,
    shared: Shared,
    shutdown: CancellationToken,
}

struct Shared {
    local: SocketAddr,
    options: ListenerOptions,
    endpoints: BTreeMap<String, Arc<dyn Endpoint>>,
    routes: Option<axum::Router>,
    metrics: Arc<Metrics>,
    tasks: TaskTracker,
    shutdown: CancellationToken,
}

impl Listener {
    /// Binds `address`; port 0 picks a free one. Cancelling `shutdown` ends it.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub async fn bind(
        address: SocketAddr,
        options: ListenerOptions,
        shutdown: CancellationToken,
    ) -> io::Result<Self> {
        let tcp = TcpListener::bind(address).await?;
        let shared = Shared {
            local: tcp.local_addr()?,
            options,
            endpoints: BTreeMap::new(),
            routes: None,
            metrics: Arc::default(),
            tasks: TaskTracker::new(),
            shutdown: shutdown.clone(),
        };
        Ok(Self { tcp, shared, shutdown })
    }

    /// The address that it is bound to.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.shared.local
    }

    /// Serves a handler at `path`, such as `/mcp`.
    #[must_use]
    pub fn endpoint(mut self, path: &str, served: Served) -> Self {
        if self.shared.endpoints.is_empty() {
            self.shared.metrics = Arc::clone(served.metrics());
        }
        let endpoint = McpEndpoint::new(served, self.shutdown.clone());
        self.shared.endpoints.insert(path.to_owned(), Arc::new(endpoint));
        self
    }

    /// Adds routes behind the same checks of `Host`, `Origin` and token.
    #[must_use]
    pub fn routes(mut self, routes: axum::Router) -> Self {
        self.shared.routes = Some(routes);
        self
    }

    /// Serves until shutdown, then ends all sessions and waits for them.
    pub fn serve(self) -> BoxFuture<'static, ()> {
        Box::pin(self.accept())
    }

    async fn accept(self) {
        let slots = Arc::new(Semaphore::new(self.shared.options.max_connections));
        let turned_away = Arc::new(Semaphore::new(MAX_TURNED_AWAY));
        let shared = Arc::new(self.shared);
        loop {
            let accepted = tokio::select! {
                biased;
                () = self.shutdown.cancelled() => break,
                accepted = self.tcp.accept() => accepted,
            };
            let stream = match accepted {
                Ok((stream, _peer)) => stream,
                Err(error) => {
                    tracing::warn!(%error, "accepting a connection failed");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            };
            if let Ok(slot) = Arc::clone(&slots).try_acquire_owned() {
                shared.tasks.spawn(serve_connection(Arc::clone(&shared), stream, Some(slot)));
            } else if let Ok(slot) = Arc::clone(&turned_away).try_acquire_owned() {
                shared.metrics.refuse_connection();
                let refusing = refuse_connection(Arc::clone(&shared), stream);
                shared.tasks.spawn(async move {
                    let _slot = slot;
                    refusing.await;
                });
            }
        }
        shared.tasks.close();
        if tokio::time::timeout(2 * DRAIN_DEADLINE, shared.tasks.wait()).await.is_err() {
            tracing::warn!("some connections did not end in time");
        }
    }
}

/// Serves one TCP connection; a WebSocket keeps its slot until the session ends.
async fn serve_connection(
    shared: Arc<Shared>,
    stream: TcpStream,
    slot: Option<OwnedSemaphorePermit>,
) {
    let slot = Arc::new(slot);
    let service = {
        let shared = Arc::clone(&shared);
        let slot = Arc::clone(&slot);
        service_fn(move |request| answer(Arc::clone(&shared), Arc::clone(&slot), request))
    };
    run_http(&shared, stream, service).await;
}

async fn run_http<S, F>(shared: &Shared, stream: TcpStream, service: S)
where
    S: hyper::service::Service<
            Request<hyper::body::Incoming>,
            Response = Response<Body>,
            Error = std::convert::Infallible,
            Future = F,
        > + Send,
    F: Future<Output = Answered> + Send,
{
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "the connection stays with Nagle's algorithm");
    }
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HANDSHAKE_DEADLINE)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let result = tokio::select! {
        result = connection.as_mut() => result,
        () = shared.shutdown.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = result {
        tracing::debug!(%error, "a connection ended");
    }
}

/// Tells one connection that the server is full; `/health` still answers.
async fn refuse_connection(shared: Arc<Shared>, stream: TcpStream) {
    let service = {
        let shared = Arc::clone(&shared);
        service_fn(move |request: Request<hyper::body::Incoming>| {
            let mut response = match shared.deny_source(&request) {
                Some(denied) => denied,
                None if is_health(&request) => shared.health(),
                None => {
                    let limit = shared.options.max_connections;
                    let text = format!(
                        "busy: all {limit} connections are in use; close one or start the server \
                         with a larger --max-connections"
                    );
                    problem(StatusCode::SERVICE_UNAVAILABLE, &text)
                }
            };
            response.headers_mut().insert(
                hyper::header::CONNECTION,
                hyper::header::HeaderValue::from_static("close"),
            );
            std::future::ready(Answered::Ok(response))
        })
    };
    let refusing = run_http(&shared, stream, service);
    if tokio::time::timeout(HANDSHAKE_DEADLINE, refusing).await.is_err() {
        tracing::debug!("a refused connection did not leave in time");
    }
}

fn is_health<B>(request: &Request<B>) -> bool {
    request.uri().path() == "/health" && [Method::GET, Method::HEAD].contains(request.method())
}

async fn answer(
    shared: Arc<Shared>,
    slot: Arc<Option<OwnedSemaphorePermit>>,
    mut request: Request<hyper::body::Incoming>,
) -> Answered {
    if let Some(response) = shared.deny_source(&request) {
        return Ok(response);
    }
    if is_health(&request) {
        return Ok(shared.health());
    }
    if let Err(reason) = shared.options.access.check_token(request.headers()) {
        return Ok(denied(reason, shared.local));
    }
    let endpoint = shared.endpoints.get(request.uri().path().trim_end_matches('/')).cloned();
    match endpoint {
        Some(endpoint) if wants_websocket(&request) => {
            let (response, upgraded) = upgrade(&mut request, endpoint);
            if let Some(upgraded) = upgraded {
                shared.tasks.spawn(async move {
                    let _slot = slot;
                    upgraded.run(Heartbeat::default()).await;
                });
            }
            Ok(response)
        }
        Some(endpoint) => Ok(relay(request, endpoint).await),
        None => Ok(shared.other(request).await),
    }
}

impl Shared {
    /// The answer to a request that comes from where it may not.
    fn deny_source<B>(&self, request: &Request<B>) -> Option<Response<Body>> {
        let checked = self.options.access.check_source(request.headers(), self.local);
        checked.err().map(|reason| denied(reason, self.local))
    }

    fn health(&self) -> Response<Body> {
        let uptime = self.metrics.uptime().as_secs();
        let health = json!({ "status": "ok", "version": self.options.version, "uptime_s": uptime });
        json(StatusCode::OK, health.to_string())
    }

    /// An added route, or the list of what there is.
    async fn other(&self, request: Request<hyper::body::Incoming>) -> Response<Body> {
        use tower_service::Service;

        if let Some(mut routes) = self.routes.clone() {
            let Ok(response) = routes.call(request.map(Body::new)).await;
            return response;
        }
        let paths: Vec<&str> = self.endpoints.keys().map(String::as_str).collect();
        problem(StatusCode::NOT_FOUND, &format!("nothing is here; try {}", paths.join(", ")))
    }
}

#[cfg(test)]
mod tests;
