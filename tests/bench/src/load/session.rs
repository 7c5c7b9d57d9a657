//! A handshake in either era, then tool calls by id.

use anyhow::bail;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::connection::{Connection, Server};
use super::process::{self, Memory};

/// How requests say which revision they are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Era {
    /// `initialize` opens the session (2025-11-25).
    Handshake,
    /// Every request carries its own context (2026-07-28).
    Stateless,
}

const DISCOVER: &str =
    r#"{"jsonrpc":"2.0","id":1,"method":"server/discover","params":{"_meta":META}}"#;
const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"ymera-bench","version":"0.1.0"}}}"#;
const INITIALIZED: &str = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
const META: &str = r#"{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"ymera-bench","version":"0.1.0"},"io.modelcontextprotocol/clientCapabilities":{}}"#;

/// A tool and its arguments as JSON text, so that making a request costs little.
#[derive(Debug, Clone)]
pub(crate) struct ToolCall {
    pub(crate) tool: &'static str,
    pub(crate) arguments: String,
}

/// One connection in one era.
pub(crate) struct Session {
    connection: Connection,
    era: Era,
    next_id: u64,
}

#[derive(Deserialize)]
struct Answer<'a> {
    id: Option<u64>,
    method: Option<&'a str>,
    #[serde(borrow)]
    result: Option<&'a RawValue>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
}

impl Session {
    /// Starts the server, connects, and waits for its first answer.
    pub(crate) async fn open(server: &Server, era: Era) -> anyhow::Result<Self> {
        Self::on(Connection::open(server).await?, era).await
    }

    /// Opens a session on a connection.
    pub(super) async fn on(connection: Connection, era: Era) -> anyhow::Result<Self> {
        let mut session = Self { connection, era, next_id: 2 };
        session.connection.send(match era {
            Era::Stateless => DISCOVER.replace("META", META),
            Era::Handshake => INITIALIZE.to_owned(),
        })?;
        while session.answer().await? != 1 {}
        if era == Era::Handshake {
            session.connection.send(INITIALIZED.to_owned())?;
        }
        Ok(session)
    }

    /// Sends one call and returns its id.
    pub(crate) fn request(&mut self, call: &ToolCall) -> anyhow::Result<u64> {
        let id = self.next_id;
        self.next_id += 1;
        self.connection.send(request_text(id, call, self.era))?;
        Ok(id)
    }

    /// The id of the next answer. Notifications are passed over; an error ends
    /// the measurement, since errors are quicker than work.
    pub(crate) async fn answer(&mut self) -> anyhow::Result<u64> {
        loop {
            if let Some(id) = read_answer(self.connection.receive().await?)? {
                return Ok(id);
            }
        }
    }

    /// Makes one call and waits for its answer.
    pub(crate) async fn call(&mut self, call: &ToolCall) -> anyhow::Result<()> {
        let id = self.request(call)?;
        while self.answer().await? != id {}
        Ok(())
    }

    /// Makes one call and returns its structured answer.
    pub(crate) async fn ask(&mut self, call: &ToolCall) -> anyhow::Result<Value> {
        let id = self.request(call)?;
        loop {
            let bytes = self.connection.receive().await?;
            if read_answer(bytes)? != Some(id) {
                continue;
            }
            let mut answer: Value = serde_json::from_slice(bytes)?;
            if answer["result"]["isError"] == true {
                bail!("`{}` failed: {}", call.tool, answer["result"]["content"]);
            }
            return Ok(answer["result"]["structuredContent"].take());
        }
    }

    pub(crate) fn memory(&self) -> Option<Memory> {
        self.connection.pid().and_then(process::memory)
    }

    pub(crate) fn cpu_seconds(&self) -> Option<f64> {
        self.connection.pid().and_then(process::cpu_seconds)
    }

    /// Leaves, and sees the process end.
    pub(crate) async fn close(self) -> anyhow::Result<()> {
        self.connection.close().await
    }
}

fn request_text(id: u64, call: &ToolCall, era: Era) -> String {
    let ToolCall { tool, arguments } = call;
    let head = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":"#);
    let meta = match era {
        Era::Handshake => String::new(),
        Era::Stateless => format!(r#","_meta":{META}"#),
    };
    format!(r#"{head}{{"name":"{tool}","arguments":{arguments}{meta}}}}}"#)
}

fn read_answer(bytes: &[u8]) -> anyhow::Result<Option<u64>> {
    /// A tool's error text is short; large results are not searched for it.
    const LONGEST_ERROR: usize = 400;

    let answer: Answer<'_> = serde_json::from_slice(bytes)?;
    if let Some(error) = answer.error {
        bail!("the server answered with an error: {}", error.get());
    }
    match (answer.id, answer.method, answer.result) {
        (Some(id), None, Some(result)) => {
            let text = result.get();
            if text.len() < LONGEST_ERROR && text.contains(r#""isError":true"#) {
                bail!("the tool failed: {text}");
            }
            Ok(Some(id))
        }
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Era, ToolCall, read_answer, request_text};

    #[test]
    fn a_request_is_json_and_carries_its_context_when_it_must() {
        let call = ToolCall { tool: "echo", arguments: r#"{"text":"hi"}"#.to_owned() };
        let params = |era| {
            let text = request_text(7, &call, era);
            let request: Value = serde_json::from_str(&text).expect("valid JSON");
            assert_eq!((&request["id"], &request["method"]), (&json!(7), &json!("tools/call")));
            request["params"].clone()
        };
        let plain = json!({ "name": "echo", "arguments": { "text": "hi" } });
        assert_eq!(params(Era::Handshake), plain);
        let meta = &params(Era::Stateless)["_meta"];
        assert_eq!(meta["io.modelcontextprotocol/protocolVersion"], "2026-07-28");
    }

    #[test]
    fn only_results_count_as_answers() {
        let cases = [
            ("a result", r#"{"jsonrpc":"2.0","id":3,"result":{}}"#, Ok(Some(3))),
            ("a notification", r#"{"jsonrpc":"2.0","method":"x","params":{}}"#, Ok(None)),
            ("a request", r#"{"jsonrpc":"2.0","id":4,"method":"ping"}"#, Ok(None)),
            ("an error", r#"{"jsonrpc":"2.0","id":3,"error":{"code":-32000}}"#, Err(())),
            ("a failed tool", r#"{"jsonrpc":"2.0","id":3,"result":{"isError":true}}"#, Err(())),
            ("no JSON", "hello", Err(())),
        ];
        for (name, line, want) in cases {
            assert_eq!(read_answer(line.as_bytes()).map_err(|_| ()), want, "{name}");
        }
    }
}
