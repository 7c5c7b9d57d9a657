//! A JSON-RPC peer for tests: it says what it is told to, and tells what it hears.
//!
//! It checks nothing that a test would check, keeps messages it was not asked for
//! in the order they came, and never reads ahead.

use std::collections::VecDeque;
use std::time::Duration;

use anyhow::{Context, bail};
use serde_json::{Value, json};

/// How long a test waits for a message or an exit before it fails. It bounds a
/// hang and measures nothing, so it is long: test machines are slow and shared.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// What carries messages: a process' pipes or a WebSocket.
pub trait Wire: Send {
    /// Sends one message, as it is.
    fn send(&mut self, message: &[u8]) -> impl Future<Output = anyhow::Result<()>> + Send;

    /// Returns the next message within [`DEADLINE`], or nothing once the peer closed.
    fn receive(&mut self) -> impl Future<Output = anyhow::Result<Option<Vec<u8>>>> + Send;

    /// What else is known of a peer that closed, to end an error message with.
    fn last_words(&self) -> String {
        String::new()
    }
}

/// Which revision of the protocol the helpers speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Era {
    /// A handshake, then bare requests (up to 2025-11-25).
    Handshake,
    /// No handshake; every request says who asks (from 2026-07-28).
    Metadata,
}

/// A conversation with a server.
#[derive(Debug)]
pub struct Session<W> {
    /// What carries the messages, for what the session does not offer.
    pub wire: W,
    era: Era,
    next_id: i64,
    unread: VecDeque<Value>,
}

impl<W: Wire> Session<W> {
    /// A session in which nothing was said yet.
    pub fn new(wire: W) -> Self {
        Self { wire, era: Era::Handshake, next_id: 1, unread: VecDeque::new() }
    }

    /// Sends bytes that need not be a message at all.
    pub async fn send_raw(&mut self, bytes: impl AsRef<[u8]> + Send) -> anyhow::Result<()> {
        self.wire.send(bytes.as_ref()).await
    }

    /// Sends a message.
    pub async fn send(&mut self, message: &Value) -> anyhow::Result<()> {
        self.wire.send(message.to_string().as_bytes()).await
    }

    /// Sends a notification.
    pub async fn notify(&mut self, method: &str, params: Value) -> anyhow::Result<()> {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params })).await
    }

    /// Sends a request with the next id and returns that id.
    pub async fn request(&mut self, method: &str, mut params: Value) -> anyhow::Result<i64> {
        let id = self.next_id;
        self.next_id += 1;
        if self.era == Era::Metadata {
            merge(&mut params["_meta"], client_metadata());
        }
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))
            .await?;
        Ok(id)
    }

    /// Returns the oldest message not read yet, of any kind.
    pub async fn next(&mut self) -> anyhow::Result<Value> {
        match self.unread.pop_front() {
            Some(message) => Ok(message),
            None => self.read().await,
        }
    }

    /// Returns the message that answers `id`, whole. Others before it stay unread.
    pub async fn answer(&mut self, id: impl Into<Value>) -> anyhow::Result<Value> {
        let id = id.into();
        let answers = |message: &Value| message.get("method").is_none() && message["id"] == id;
        if let Some(at) = self.unread.iter().position(answers) {
            return self.unread.remove(at).context("an unread message vanished");
        }
        loop {
            let message = self.read().await.with_context(|| format!("waiting for answer {id}"))?;
            if answers(&message) {
                return Ok(message);
            }
            self.unread.push_back(message);
        }
    }

    /// Sends a request and returns its answer, whole.
    pub async fn ask(&mut self, method: &str, params: Value) -> anyhow::Result<Value> {
        let id = self.request(method, params).await?;
        self.answer(id).await
    }

    /// Returns the messages that were read and not asked for, oldest first.
    pub fn take_unread(&mut self) -> Vec<Value> {
        self.unread.drain(..).collect()
    }

    /// Opens the session with `initialize`, as hosts up to 2025-11-25 do, and
    /// returns the server's result.
    pub async fn handshake(&mut self) -> anyhow::Result<Value> {
        let client = json!({
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "clientInfo": { "name": "ymera-test-kit", "version": "0" },
        });
        let result = result_of(self.ask("initialize", client).await?)?;
        self.notify("notifications/initialized", json!({})).await?;
        Ok(result)
    }

    /// From here on each request carries the client's metadata, as hosts from
    /// 2026-07-28 send it, in place of a handshake.
    pub fn with_metadata(&mut self) {
        self.era = Era::Metadata;
    }

    /// Sends a tool call and returns its id.
    pub async fn start_call(&mut self, tool: &str, arguments: Value) -> anyhow::Result<i64> {
        self.request("tools/call", json!({ "name": tool, "arguments": arguments })).await
    }

    /// Calls a tool and returns its result; an error answer is an error here.
    pub async fn call(&mut self, tool: &str, arguments: Value) -> anyhow::Result<Value> {
        let id = self.start_call(tool, arguments).await?;
        result_of(self.answer(id).await?).with_context(|| format!("calling `{tool}`"))
    }

    /// Calls a tool and returns the `params` of its progress notifications too.
    pub async fn call_with_progress(
        &mut self,
        tool: &str,
        arguments: Value,
    ) -> anyhow::Result<(Vec<Value>, Value)> {
        let token = format!("progress-{}", self.next_id);
        let params =
            json!({ "name": tool, "arguments": arguments, "_meta": { "progressToken": token } });
        let result = result_of(self.ask("tools/call", params).await?)?;
        let mut progress = Vec::new();
        self.unread.retain_mut(|message| {
            let ours = message["method"] == "notifications/progress"
                && message["params"]["progressToken"] == *token;
            if ours {
                progress.push(message["params"].take());
            }
            !ours
        });
        Ok((progress, result))
    }

    /// Cancels a request.
    pub async fn cancel(&mut self, id: i64) -> anyhow::Result<()> {
        self.notify("notifications/cancelled", json!({ "requestId": id })).await
    }

    /// Reads one resource and returns its text.
    pub async fn read_text(&mut self, uri: &str) -> anyhow::Result<String> {
        let result = result_of(self.ask("resources/read", json!({ "uri": uri })).await?)?;
        let text = result["contents"][0]["text"].as_str();
        text.map(str::to_owned).with_context(|| format!("`{uri}` has no text: {result}"))
    }

    async fn read(&mut self) -> anyhow::Result<Value> {
        let Some(message) = self.wire.receive().await? else {
            bail!("the server closed the connection{}", self.wire.last_words());
        };
        let shown = || format!("not JSON: {}", String::from_utf8_lossy(&message));
        serde_json::from_slice(&message).with_context(shown)
    }
}

/// The result in an answer, or its error.
fn result_of(mut answer: Value) -> anyhow::Result<Value> {
    match answer.get_mut("result") {
        Some(result) => Ok(result.take()),
        None => bail!("the server answered with an error: {}", answer["error"]),
    }
}

/// What a client of 2026-07-28 says with each request.
fn client_metadata() -> Value {
    json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { "name": "ymera-test-kit", "version": "0" },
        "io.modelcontextprotocol/clientCapabilities": {},
    })
}

/// Adds the members of `more` that `into` does not have.
fn merge(into: &mut Value, more: Value) {
    let Value::Object(more) = more else { return };
    for (key, value) in more {
        if into.get(&key).is_none() {
            into[key] = value;
        }
    }
}
