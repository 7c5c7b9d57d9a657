//! Answering: a handler behind stdio, or behind a listener that speaks
//! WebSocket and Streamable HTTP on one port.
//!
//! ```text
//! stdio ───────────────┐
//! WebSocket ─ listener ┼─▶ link ─▶ rmcp loop ─▶ Served (span, gate, metrics) ─▶ handler
//! HTTP ────── listener ┴────────▶ rmcp HTTP  ─▶ Served
//! ```
//!
//! **Invariants**
//! - Every request of every transport passes [`Served`], so none is left out of
//!   logs and metrics, and no panic leaves a call unanswered.
//! - A connection's end cancels its calls; the end of stdin lets them finish.
//!
//! **Deliberately absent:** flags, files and the environment; `servers/` reads
//! those and passes values.

mod access;
mod handler;
mod http;
mod listener;
mod metrics;
mod served;
mod stdio;
mod tool;
mod toolbox;

pub use access::{Access, Token, TokenError};
pub use listener::{Listener, ListenerOptions};
pub use metrics::{METRICS_URI, Metrics, Snapshot};
pub use served::Served;
pub use stdio::serve_stdio;
pub use tool::{Answer, Call, Interrupted, Tool};
pub use toolbox::{Status, Toolbox};

use std::future::Future;
use std::sync::Arc;

use rmcp::ServerHandler;
use rmcp::service::{ServiceExt, serve_directly_with_ct};
use tokio_util::sync::CancellationToken;

use crate::limits::DRAIN_DEADLINE;
use crate::link::outbox::Outbox;
use crate::link::{ServerLink, Source};

/// Runs one session until its peer leaves or `shutdown` is cancelled, and
/// everything that can still be written is written.
async fn run_session<S: Source + 'static>(
    served: &Served,
    source: S,
    outbox: Arc<Outbox>,
    writer: impl Future<Output = ()> + Send + 'static,
    shutdown: &CancellationToken,
) {
    let session = served.metrics().connection();
    let mut writer = tokio::spawn(writer);
    let hang_up = CancellationToken::new();
    let service = served.for_connection(Arc::clone(&outbox));
    let versions = service.supported_protocol_versions().into_owned();
    let link =
        ServerLink::new(source, Arc::clone(&outbox), versions, hang_up.clone(), shutdown.clone());
    // Boxed: rmcp moves a request's future about ten times before it first runs.
    let running = serve_directly_with_ct(service.into_dyn(), link, None, hang_up);
    if let Err(error) = running.waiting().await {
        tracing::error!(%error, "a session ended abnormally");
    }
    if tokio::time::timeout(DRAIN_DEADLINE, &mut writer).await.is_err() {
        writer.abort();
    }
    drop(session);
}
