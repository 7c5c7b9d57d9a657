//! One connection: bytes of a peer in, typed messages out to rmcp, and back.
//!
//! ```text
//! source ─▶ guard ─▶ era ─▶ rmcp's service loop ─▶ a task per call (gate)
//!             └─ refusal ─┐        └─ send ─┐
//! peer ◀── writer ◀──── outbox ◀────────────┘      (bounded, one writer)
//! ```
//!
//! # The WebSocket binding
//!
//! MCP has no WebSocket transport of its own; this is ours.
//! - **Connection:** a WebSocket at `/mcp`. The sub-protocol `mcp` is echoed
//!   when it is offered and is not required. Token, `Host` and `Origin` are
//!   checked at the handshake, which must end within 10 s. A connection is one
//!   session, in either era, with the rules of stdio.
//! - **Framing:** one JSON-RPC message per text message. Binary messages end
//!   the connection with close code 1003, messages over 16 MiB with 1009, text
//!   that is not UTF-8 with 1007, and what is no WebSocket frame with 1002.
//! - **Cancellation:** `notifications/cancelled`, as on stdio. Closing the
//!   connection cancels all its calls.
//! - **Limits:** 1,024 open calls; no handler starts while 8 answers or 8 MiB
//!   wait unread; a peer that is silent for 30 s is pinged and given up after
//!   75 s of silence.
//!
//! **Invariants**
//! - Only the writer writes, so two messages never interleave.
//! - A session never ends because of what a peer sends, but for the close
//!   codes above.
//!
//! **Deliberately absent:** tools, handlers and listeners; see [`crate::serve`].

pub(crate) mod frames;
pub(crate) mod lines;
pub(crate) mod outbox;
mod oversize;

use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;
use rmcp::RoleServer;
use rmcp::model::{
    ClientJsonRpcMessage, ClientNotification, ClientRequest, ErrorCode, ErrorData, GetExtensions,
    JsonRpcMessage, ProtocolVersion, RequestId, RequestMetaObject, ServerJsonRpcMessage,
    ServerNotification,
};
use rmcp::transport::Transport;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::guard::{Refusal, Verdict, read_client_message};
use crate::limits::{DRAIN_DEADLINE, MAX_MESSAGE_BYTES, MAX_OPEN_CALLS};
use outbox::{Gone, Outbox, Refused};

/// Characters of a refused message's id that are logged; its peer may make it as long as it likes.
const MAX_LOGGED_ID: usize = 64;

/// What a transport read.
#[derive(Debug)]
pub(crate) enum Incoming {
    /// One whole message, not yet looked at.
    Message(Bytes),
    /// A message above [`MAX_MESSAGE_BYTES`], dropped; its id as raw JSON when it was found.
    TooLarge(Option<String>),
    /// The peer will send nothing more but still reads.
    Ended,
    /// The connection is gone.
    Lost,
}

/// Where messages come from. `next` may be dropped and called again at any
/// time without losing a byte.
pub(crate) trait Source: Send {
    fn next(&mut self) -> impl Future<Output = Incoming> + Send;
}

/// How the peer speaks, as far as this connection has shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Era {
    /// Nothing but `ping` and `server/discover` so far.
    Unopened,
    /// `initialize` opened the session.
    Handshake,
    /// Requests carry their own context (2026-07-28).
    Stateless,
}

/// rmcp's transport for the server role over any [`Source`].
pub(crate) struct ServerLink<S> {
    source: S,
    outbox: Arc<Outbox>,
    era: Era,
    /// The context of the last request that carried a good one, by required key;
    /// clients repeat it in every request.
    context: Vec<Value>,
    versions: Vec<ProtocolVersion>,
    hang_up: CancellationToken,
    shutdown: CancellationToken,
}

impl<S: Source> ServerLink<S> {
    /// Cancels `hang_up` when the connection is lost, and reads no further once
    /// `shutdown` is cancelled.
    pub(crate) fn new(
        source: S,
        outbox: Arc<Outbox>,
        versions: Vec<ProtocolVersion>,
        hang_up: CancellationToken,
        shutdown: CancellationToken,
    ) -> Self {
        Self {
            source,
            outbox,
            era: Era::Unopened,
            context: Vec::new(),
            versions,
            hang_up,
            shutdown,
        }
    }

    /// Judges one message; `None` when there is nothing to deliver.
    fn admit(&mut self, bytes: &[u8]) -> Option<ClientJsonRpcMessage> {
        let refusal = match read_client_message(bytes) {
            Verdict::Deliver(message) => match self.check_era(&message) {
                Ok(true) => match self.open_call(&message) {
                    Ok(()) => return Some(*message),
                    Err(refusal) => refusal,
                },
                Ok(false) => {
                    tracing::debug!("ignored a message before the first request");
                    return None;
                }
                Err(refusal) => refusal,
            },
            Verdict::Refuse(refusal) => refusal,
            Verdict::Ignore(reason) => {
                tracing::debug!(reason, "ignored a message");
                return None;
            }
        };
        self.refuse(&refusal);
        None
    }

    fn refuse(&self, refusal: &Refusal) {
        let id =
            || refusal.id.as_ref().map(|id| id.chars().take(MAX_LOGGED_ID).collect::<String>());
        tracing::debug!(id = id(), code = refusal.error.code.0, "refused a message");
        // A closed connection is seen by the reader itself.
        let _closed = self.outbox.push_other(refusal.to_json());
    }

    /// Registers a request among the open calls, and takes a cancelled one out.
    fn open_call(&self, message: &ClientJsonRpcMessage) -> Result<(), Refusal> {
        match message {
            JsonRpcMessage::Request(request) => {
                self.outbox.open(&request.id).map_err(|refused| refuse_call(&request.id, refused))
            }
            JsonRpcMessage::Notification(note) => {
                if let ClientNotification::CancelledNotification(cancelled) = &note.notification
                    && let Some(id) = &cancelled.params.request_id
                {
                    self.outbox.cancel(id);
                }
                Ok(())
            }
            JsonRpcMessage::Response(_) | JsonRpcMessage::Error(_) => Ok(()),
        }
    }

    /// Applies the rules of the era; `Ok(false)` drops the message.
    fn check_era(&mut self, message: &ClientJsonRpcMessage) -> Result<bool, Refusal> {
        let JsonRpcMessage::Request(call) = message else {
            return Ok(self.era != Era::Unopened);
        };
        let refuse = |error| Err(Refusal { id: Some(raw_id(&call.id)), error });
        match &call.request {
            ClientRequest::PingRequest(_) | ClientRequest::DiscoverRequest(_) => Ok(true),
            ClientRequest::InitializeRequest(request) if self.era == Era::Stateless => {
                let requested = request.params.protocol_version.clone();
                refuse(ErrorData::unsupported_protocol_version(requested, &self.versions))
            }
            ClientRequest::InitializeRequest(_) => {
                self.era = Era::Handshake;
                Ok(true)
            }
            _ if self.era == Era::Handshake => Ok(true),
            request => match self.check_context(request.extensions().get()) {
                Ok(()) => Ok(true),
                Err(missing) => refuse(missing_context(&missing)),
            },
        }
    }

    /// Checks the context that a request carries; gives the keys that are missing.
    fn check_context(&mut self, meta: Option<&RequestMetaObject>) -> Result<(), Vec<&'static str>> {
        let Some(meta) = meta else { return Err(RequestMetaObject::DRAFT_REQUIRED_KEYS.to_vec()) };
        let given = || RequestMetaObject::DRAFT_REQUIRED_KEYS.iter().map(|key| meta.get(*key));
        if !self.context.is_empty() && given().eq(self.context.iter().map(Some)) {
            return Ok(());
        }
        let missing = meta.missing_required_keys(&ProtocolVersion::V_2026_07_28);
        if !missing.is_empty() {
            return Err(missing);
        }
        if meta.protocol_version().is_some_and(|version| self.versions.contains(&version)) {
            self.era = Era::Stateless;
            self.context = given().flatten().cloned().collect();
        }
        Ok(())
    }
}

fn missing_context(missing: &[&str]) -> ErrorData {
    ErrorData::invalid_params(
        format!(
            "request _meta is missing or has malformed required fields: {}; send them, or call \
             `initialize` first",
            missing.join(", ")
        ),
        None,
    )
}

fn refuse_call(id: &RequestId, refused: Refused) -> Refusal {
    /// JSON-RPC leaves -32000 to -32099 to servers.
    const BUSY: ErrorCode = ErrorCode(-32000);
    let (code, message) = match refused {
        Refused::Busy => (
            BUSY,
            format!(
                "busy: {MAX_OPEN_CALLS} calls are open on this connection; retry after one ends"
            ),
        ),
        Refused::Duplicate => {
            (ErrorCode::INVALID_REQUEST, format!("`id` {id} is already used by an open call"))
        }
    };
    Refusal::new(Some(raw_id(id)), code, message)
}

/// The id as JSON text.
fn raw_id(id: &RequestId) -> String {
    serde_json::to_string(id).expect_json()
}

/// Our own values always print; this keeps the one impossible case readable.
trait ExpectJson {
    fn expect_json(self) -> String;
}

impl ExpectJson for serde_json::Result<String> {
    #[expect(clippy::expect_used, reason = "strings and integers always have a JSON form")]
    fn expect_json(self) -> String {
        self.expect("strings and integers always have a JSON form")
    }
}

impl<S: Source> Transport<RoleServer> for ServerLink<S> {
    type Error = Gone;

    fn send(
        &mut self,
        item: ServerJsonRpcMessage,
    ) -> impl Future<Output = Result<(), Gone>> + Send + 'static {
        let outbox = Arc::clone(&self.outbox);
        // The text is made here, so that the message itself is freed at once.
        let (sent, later) = queue(&outbox, item);
        async move {
            match later {
                Some(text) => {
                    outbox.room().await;
                    outbox.push_other(text)
                }
                None => sent,
            }
        }
    }

    async fn receive(&mut self) -> Option<ClientJsonRpcMessage> {
        loop {
            let (outbox, source) = (&self.outbox, &mut self.source);
            let next = async {
                outbox.room().await;
                source.next().await
            };
            let incoming = tokio::select! {
                biased;
                () = self.shutdown.cancelled() => Incoming::Ended,
                incoming = next => incoming,
            };
            match incoming {
                Incoming::Message(bytes) => {
                    if let Some(message) = self.admit(&bytes) {
                        return Some(message);
                    }
                }
                Incoming::TooLarge(id) => self.refuse(&too_large(id)),
                Incoming::Ended => {
                    self.outbox.end();
                    return None;
                }
                Incoming::Lost => {
                    self.outbox.close();
                    self.hang_up.cancel();
                    return None;
                }
            }
        }
    }

    async fn close(&mut self) -> Result<(), Gone> {
        self.outbox.finish(DRAIN_DEADLINE).await;
        Ok(())
    }
}

pub(crate) fn too_large(id: Option<String>) -> Refusal {
    let mib = MAX_MESSAGE_BYTES / (1024 * 1024);
    Refusal::new(
        id,
        ErrorCode::INVALID_REQUEST,
        format!("the message is over {mib} MiB; send less in one call"),
    )
}

/// What an answer takes on the wire beside the text in it.
const ENVELOPE_BYTES: usize = 512;

/// Prints `item` into room for `expected` bytes and some escapes. Growing step by
/// step would move a large text several times.
fn print(item: &ServerJsonRpcMessage, expected: usize) -> serde_json::Result<String> {
    let mut text = Vec::with_capacity(expected + expected / 16 + ENVELOPE_BYTES);
    serde_json::to_writer(&mut text, item)?;
    String::from_utf8(text).map_err(serde::ser::Error::custom)
}

/// Queues `item`; a text that comes back waits for room first.
fn queue(outbox: &Outbox, item: ServerJsonRpcMessage) -> (Result<(), Gone>, Option<String>) {
    let expected = match &item {
        JsonRpcMessage::Response(answer) => outbox.expected(&answer.id),
        _ => 0,
    };
    let text = match print(&item, expected) {
        Ok(text) => text,
        Err(error) => return (queue_unprintable(outbox, &item, &error), None),
    };
    match &item {
        JsonRpcMessage::Response(answer) => (outbox.push_answer(Some(&answer.id), text), None),
        JsonRpcMessage::Error(answer) => (outbox.push_answer(answer.id.as_ref(), text), None),
        JsonRpcMessage::Notification(note) => match &note.notification {
            ServerNotification::ProgressNotification(progress) => {
                let token = progress.params.progress_token.clone();
                (outbox.push_progress(token, text), None)
            }
            _ => (Ok(()), Some(text)),
        },
        JsonRpcMessage::Request(_) => (Ok(()), Some(text)),
    }
}

/// Answers a call whose result has no JSON form, so that it is not left hanging.
fn queue_unprintable(
    outbox: &Outbox,
    item: &ServerJsonRpcMessage,
    error: &serde_json::Error,
) -> Result<(), Gone> {
    tracing::error!(%error, "a message has no JSON form");
    let JsonRpcMessage::Response(answer) = item else { return Ok(()) };
    let message = "the answer has no JSON form; this is a defect of the server";
    let refusal = Refusal::new(Some(raw_id(&answer.id)), ErrorCode::INTERNAL_ERROR, message);
    outbox.push_answer(Some(&answer.id), refusal.to_json())
}

#[cfg(test)]
mod tests;
