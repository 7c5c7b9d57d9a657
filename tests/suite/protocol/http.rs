//! Streamable HTTP: the guard before it, and a call in either era.

use anyhow::Context as _;
use serde_json::{Value, json};
use ymera_protocol::limits::MAX_MESSAGE_BYTES;
use ymera_test_kit::{HttpAnswer, HttpRequest, Listening};

use super::{code_and_id, listening};

fn post_text(server: &Listening, text: impl Into<Vec<u8>>) -> anyhow::Result<HttpRequest> {
    Ok(server.post(&Value::Null)?.body(text))
}

#[tokio::test]
async fn wrong_messages_are_refused_by_the_guard() -> anyhow::Result<()> {
    let server = listening().await?;
    let call = |params: &str| {
        format!(r#"{{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{params}}}"#)
    };
    let id = Some(json!("a"));
    let cases = [
        ("not JSON".to_owned(), 400, -32700, None),
        (String::new(), 400, -32700, None),
        (r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#.to_owned(), 400, -32600, None),
        (r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#.to_owned(), 400, -32600, None),
        (r#"{"jsonrpc":"2.0","id":"a"}"#.to_owned(), 400, -32600, id.clone()),
        (call("{}"), 200, -32602, id.clone()),
        (call("[1]"), 200, -32602, id),
    ];
    for (text, status, code, id) in cases {
        let answer = post_text(&server, text.clone())?.send().await?;
        assert_eq!(answer.status, status, "{text}");
        assert_eq!(answer.header("content-type"), Some("application/json"), "{text}");
        assert_eq!(code_and_id(&answer.json()?), (Some(code), id), "{text}");
    }
    Ok(())
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() -> anyhow::Result<()> {
    let server = listening().await?;
    for bytes in [MAX_MESSAGE_BYTES + 1, 2 * MAX_MESSAGE_BYTES] {
        let answer = post_text(&server, vec![b' '; bytes])?.send().await?;
        assert_eq!(answer.status, 413, "{bytes}");
        assert_eq!(code_and_id(&answer.json()?), (Some(-32600), None));
    }
    // What is not too large is judged by what it says.
    let answer = post_text(&server, vec![b' '; MAX_MESSAGE_BYTES])?.send().await?;
    assert_eq!(answer.status, 400);
    Ok(())
}

/// The one message of an answer, whether it came as JSON or as an event.
fn message(answer: &HttpAnswer) -> anyhow::Result<Value> {
    let json = answer.header("content-type").is_some_and(|kind| kind.contains("json"));
    let mut messages = if json { vec![answer.json()?] } else { answer.events()? };
    messages.pop().with_context(|| format!("no message: {answer:?}"))
}

fn echo(id: i64) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call",
            "params": { "name": "echo", "arguments": { "text": "over HTTP" } } })
}

#[tokio::test]
async fn a_session_of_2025_11_25() -> anyhow::Result<()> {
    let server = listening().await?;
    let params = json!({
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": { "name": "test", "version": "0" },
    });
    let open = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params });
    let answer = server.post(&open)?.send().await?;
    assert_eq!(answer.status, 200, "{answer:?}");
    let session = answer.header("mcp-session-id").context("a session")?.to_owned();
    assert_eq!(message(&answer)?["result"]["protocolVersion"], "2025-11-25");
    let within = |request: HttpRequest| {
        request.header("Mcp-Session-Id", &session).header("MCP-Protocol-Version", "2025-11-25")
    };

    let initialized = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    assert_eq!(within(server.post(&initialized)?).send().await?.status, 202);
    let answer = within(server.post(&echo(2))?).send().await?;
    let result = message(&answer)?["result"].take();
    assert_eq!(result["content"][0]["text"], "over HTTP");
    assert_eq!(result.get("_meta"), None, "signed in the wrong era");

    let leave = HttpRequest::new("DELETE", &server.ready.http);
    assert!((200..300).contains(&within(leave).send().await?.status));
    assert_eq!(within(server.post(&echo(3))?).send().await?.status, 404, "it is over");
    assert_eq!(server.terminate().await?, 0);
    Ok(())
}

/// A call of 2026-07-28 with the context and the headers that belong to it.
fn modern(server: &Listening, tool: &str, arguments: Value) -> anyhow::Result<HttpRequest> {
    let mut call = echo(1);
    call["params"] = json!({
        "name": tool,
        "arguments": arguments,
        "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "0" },
            "io.modelcontextprotocol/clientCapabilities": {},
        },
    });
    Ok(server
        .post(&call)?
        .header("MCP-Protocol-Version", "2026-07-28")
        .header("Mcp-Method", "tools/call")
        .header("Mcp-Name", tool))
}

#[tokio::test]
async fn a_call_of_2026_07_28() -> anyhow::Result<()> {
    let server = listening().await?;
    let request = modern(&server, "echo", echo(1)["params"]["arguments"].clone())?;
    let answer = request.clone().send().await?;
    assert_eq!((answer.status, answer.header("mcp-session-id")), (200, None), "{answer:?}");
    let result = message(&answer)?["result"].take();
    assert_eq!(result["content"][0]["text"], "over HTTP");
    let signed = &result["_meta"]["io.modelcontextprotocol/serverInfo"];
    assert_eq!(signed["name"], "ymera-fixture", "{result}");

    let answer = request.header("Mcp-Name", "blob").send().await?;
    assert_eq!(answer.status, 400, "header and body disagree");
    assert_eq!(server.terminate().await?, 0);
    Ok(())
}

#[tokio::test]
async fn a_panic_is_an_internal_error() -> anyhow::Result<()> {
    let server = listening().await?;
    let request = modern(&server, "panic", json!({ "message": "planted" }))?;
    for _ in 0..2 {
        let answer = request.clone().send().await?;
        assert_eq!(message(&answer)?["error"]["code"], -32603, "{answer:?}");
    }
    Ok(())
}
