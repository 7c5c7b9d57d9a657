//! One HTTP request of a listener: checks, then the endpoint that its path names.
//!
//! ```text
//! request ─▶ Host, Origin ─▶ /health ─▶ token ─▶ /mcp: upgrade → WebSocket session
//!                                                     POST → guard → rmcp
//!                                             └▶ added routes
//! ```

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use futures::future::BoxFuture;
use http_body_util::{BodyExt, Full};
use hyper::header::{
    ALLOW, CONNECTION, CONTENT_TYPE, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY,
    SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE, WWW_AUTHENTICATE,
};
use hyper::upgrade::OnUpgrade;
use hyper::{HeaderMap, Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;
use tokio_util::sync::CancellationToken;

use super::access::Denied;
use super::{Served, run_session};
use crate::guard::{Refusal, Verdict, read_client_message};
use crate::limits::{BODY_DEADLINE, MAX_MESSAGE_BYTES};
use crate::link::frames::{Heartbeat, socket_config, split};
use crate::link::outbox::Outbox;
use crate::link::too_large;

/// The sub-protocol that hosts may offer (Claude Code insists on its echo).
const SUBPROTOCOL: &str = "mcp";

/// One MCP server behind one path.
pub(super) trait Endpoint: Send + Sync {
    /// Runs a WebSocket session to its end.
    fn session(
        self: Arc<Self>,
        socket: WebSocketStream<TcpStream>,
        heartbeat: Heartbeat,
    ) -> BoxFuture<'static, ()>;

    /// Answers a Streamable HTTP request.
    fn http(self: Arc<Self>, request: Request<Full<Bytes>>) -> BoxFuture<'static, Response<Body>>;
}

/// The endpoint of a [`Served`] handler.
pub(super) struct McpEndpoint {
    served: Served,
    http: StreamableHttpService<Served, LocalSessionManager>,
    shutdown: CancellationToken,
}

impl McpEndpoint {
    pub(super) fn new(served: Served, shutdown: CancellationToken) -> Self {
        let factory = served.clone();
        // The listener has checked Host and Origin, with the port.
        let config = StreamableHttpServerConfig::default()
            .disable_allowed_hosts()
            .with_max_request_body_bytes(MAX_MESSAGE_BYTES)
            .with_cancellation_token(shutdown.clone());
        let http = StreamableHttpService::new(move || Ok(factory.clone()), Arc::default(), config);
        Self { served, http, shutdown }
    }
}

impl Endpoint for McpEndpoint {
    fn session(
        self: Arc<Self>,
        socket: WebSocketStream<TcpStream>,
        heartbeat: Heartbeat,
    ) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            let outbox = Arc::new(Outbox::default());
            let (reader, writer) = split(socket, Arc::clone(&outbox), heartbeat);
            run_session(&self.served, reader, outbox, writer, &self.shutdown).await;
        })
    }

    fn http(self: Arc<Self>, request: Request<Full<Bytes>>) -> BoxFuture<'static, Response<Body>> {
        Box::pin(async move { self.http.handle(request).await.map(Body::new) })
    }
}

/// A WebSocket that the endpoint takes over once the handshake is answered.
pub(super) struct Upgraded {
    pub(super) endpoint: Arc<dyn Endpoint>,
    pub(super) upgrade: OnUpgrade,
}

impl Upgraded {
    /// Waits for the connection and runs the session on it.
    pub(super) async fn run(self, heartbeat: Heartbeat) {
        let upgraded = match self.upgrade.await {
            Ok(upgraded) => upgraded,
            Err(error) => return tracing::debug!(%error, "the WebSocket handshake was cut short"),
        };
        let Ok(parts) = upgraded.downcast::<TokioIo<TcpStream>>() else {
            return tracing::error!("an upgraded connection is no TCP stream");
        };
        let socket = WebSocketStream::from_partially_read(
            parts.io.into_inner(),
            parts.read_buf.to_vec(),
            Role::Server,
            Some(socket_config()),
        )
        .await;
        self.endpoint.session(socket, heartbeat).await;
    }
}

/// Answers a WebSocket handshake (RFC 6455, section 4.2).
pub(super) fn upgrade(
    request: &mut Request<hyper::body::Incoming>,
    endpoint: Arc<dyn Endpoint>,
) -> (Response<Body>, Option<Upgraded>) {
    let headers = request.headers();
    let version = headers.get(SEC_WEBSOCKET_VERSION).map(HeaderValue::as_bytes);
    let Some(key) = headers.get(SEC_WEBSOCKET_KEY).filter(|_| version == Some(b"13")) else {
        let text = "a WebSocket handshake needs version 13 and a key";
        return (problem(StatusCode::BAD_REQUEST, text), None);
    };
    let accept = derive_accept_key(key.as_bytes());
    let offered = header_list(headers, &SEC_WEBSOCKET_PROTOCOL).any(|name| name == SUBPROTOCOL);
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let answer = response.headers_mut();
    answer.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    answer.insert(UPGRADE, HeaderValue::from_static("websocket"));
    if let Ok(accept) = HeaderValue::from_str(&accept) {
        answer.insert(SEC_WEBSOCKET_ACCEPT, accept);
    }
    if offered {
        answer.insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL));
    }
    let upgrade = hyper::upgrade::on(request);
    (response, Some(Upgraded { endpoint, upgrade }))
}

/// Whether a request asks for a WebSocket.
pub(super) fn wants_websocket<B>(request: &Request<B>) -> bool {
    let asks = |name, value: &str| {
        header_list(request.headers(), name).any(|item| item.eq_ignore_ascii_case(value))
    };
    request.method() == Method::GET && asks(&UPGRADE, "websocket") && asks(&CONNECTION, "upgrade")
}

fn header_list<'a>(
    headers: &'a HeaderMap,
    name: &hyper::header::HeaderName,
) -> impl Iterator<Item = &'a str> {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
}

/// Passes one HTTP request through the guard to its endpoint.
pub(super) async fn relay(
    request: Request<hyper::body::Incoming>,
    endpoint: Arc<dyn Endpoint>,
) -> Response<Body> {
    if ![Method::POST, Method::GET, Method::DELETE].contains(request.method()) {
        let mut response = problem(StatusCode::METHOD_NOT_ALLOWED, "use POST, GET or DELETE");
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, POST, DELETE"));
        return response;
    }
    let is_post = request.method() == Method::POST;
    let (parts, body) = request.into_parts();
    let bytes = match tokio::time::timeout(BODY_DEADLINE, read_body(body)).await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(BadBody::TooLarge)) => {
            return json(StatusCode::PAYLOAD_TOO_LARGE, too_large(None).to_json());
        }
        Ok(Err(BadBody::CutShort)) => {
            return problem(StatusCode::BAD_REQUEST, "the body was cut short");
        }
        Err(_too_slow) => {
            return problem(StatusCode::REQUEST_TIMEOUT, "the body did not come in time");
        }
    };
    if is_post && let Some(refusal) = refuse(&bytes) {
        return refusal;
    }
    endpoint.http(Request::from_parts(parts, Full::new(bytes))).await
}

#[derive(Debug, PartialEq, Eq)]
enum BadBody {
    TooLarge,
    CutShort,
}

/// Reads a whole body. What is too large is read away before it is refused:
/// closing a connection with unread bytes resets it, and the peer would never
/// see why.
async fn read_body<B>(body: B) -> Result<Bytes, BadBody>
where
    B: hyper::body::Body<Data = Bytes>,
    B::Error: std::fmt::Display,
{
    let mut body = std::pin::pin!(body);
    let mut bytes = BytesMut::new();
    let mut surplus = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| {
            tracing::debug!(%error, "a request body was cut short");
            BadBody::CutShort
        })?;
        let Ok(data) = frame.into_data() else { continue };
        if surplus == 0 && bytes.len() + data.len() <= MAX_MESSAGE_BYTES {
            bytes.extend_from_slice(&data);
            continue;
        }
        bytes = BytesMut::new();
        surplus += data.len();
        if surplus > 4 * MAX_MESSAGE_BYTES {
            break;
        }
    }
    if surplus > 0 { Err(BadBody::TooLarge) } else { Ok(bytes.freeze()) }
}

/// The guard's word on a body. Whether a method exists is left to rmcp, which
/// first checks the headers that go with it.
fn refuse(bytes: &Bytes) -> Option<Response<Body>> {
    use rmcp::model::ErrorCode;

    let Verdict::Refuse(refusal) = read_client_message(bytes) else { return None };
    let Refusal { error, .. } = &refusal;
    let status = match error.code {
        ErrorCode::METHOD_NOT_FOUND => return None,
        // Whether the era still has a handshake is told by headers, too.
        ErrorCode::INVALID_PARAMS if is_handshake(bytes) => return None,
        // The call itself is well-formed; clients read its error from a 200.
        ErrorCode::INVALID_PARAMS => StatusCode::OK,
        _ => StatusCode::BAD_REQUEST,
    };
    Some(json(status, refusal.to_json()))
}

fn is_handshake(bytes: &[u8]) -> bool {
    #[derive(serde::Deserialize)]
    struct Named<'a> {
        method: std::borrow::Cow<'a, str>,
    }
    serde_json::from_slice::<Named<'_>>(bytes).is_ok_and(|named| named.method == "initialize")
}

/// The answer to a request that may not be served.
pub(super) fn denied(denied: Denied, local: SocketAddr) -> Response<Body> {
    match denied {
        Denied::Host => problem(
            StatusCode::FORBIDDEN,
            &format!(
                "this server answers only to 127.0.0.1, localhost and [::1] on port {}",
                local.port()
            ),
        ),
        Denied::Origin => problem(
            StatusCode::FORBIDDEN,
            "this web origin is not allowed; start the server with --allow-origin to list it",
        ),
        Denied::Token => {
            let mut response = problem(
                StatusCode::UNAUTHORIZED,
                "send the token of the server's token file as `Authorization: Bearer TOKEN`",
            );
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            response
        }
    }
}

/// An error in plain words.
pub(super) fn problem(status: StatusCode, text: &str) -> Response<Body> {
    json(status, serde_json::json!({ "error": text }).to_string())
}

/// A JSON answer.
pub(super) fn json(status: StatusCode, text: String) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// What hyper's service returns: every problem is an answer already.
pub(super) type Answered = Result<Response<Body>, Infallible>;

#[cfg(test)]
mod tests;
