//! What the fixture offers, over its own pipes.

use std::collections::HashSet;

use serde_json::{Value, json};
use tokio::time::timeout;
use ymera_test_kit::{DEADLINE, StdioServer};

use crate::start;

#[tokio::test]
async fn every_tool_has_its_own_name_and_an_object_schema() -> anyhow::Result<()> {
    let mut server = start()?;
    server.handshake().await?;
    let answer = server.ask("tools/list", json!({})).await?;

    let mut names = HashSet::new();
    for tool in answer["result"]["tools"].as_array().expect("a list of tools") {
        let name = tool["name"].as_str().expect("a name");
        assert!(names.insert(name), "`{name}` is offered twice");
        assert_eq!(tool["inputSchema"]["type"], "object", "{name}");
    }
    for wanted in ["echo", "blob", "sleep", "spin", "panic", "test_simple_text", "greet"] {
        assert!(names.contains(wanted), "`{wanted}` is missing");
    }
    Ok(())
}

#[tokio::test]
async fn both_eras_get_the_same_text() -> anyhow::Result<()> {
    let mut old = start()?;
    old.handshake().await?;
    let mut new = start()?;
    new.with_metadata();
    for (era, server) in [("handshake", &mut old), ("metadata", &mut new)] {
        let result = server.call("echo", json!({ "text": "hi" })).await?;
        assert_eq!(result["content"], json!([{ "type": "text", "text": "hi" }]), "{era}");
    }
    Ok(())
}

#[tokio::test]
async fn wrong_calls_say_what_is_wrong() -> anyhow::Result<()> {
    let mut server = start()?;
    server.handshake().await?;
    let cases = [
        ("echo", json!({ "txt": "hi" }), "unknown field `txt`"),
        ("blob", json!({ "bytes": 1_u64 << 40 }), "use at most 67108864"),
        ("sleep", json!({ "ms": -1 }), "expected u64"),
        ("spin", json!({ "ms": 600_001 }), "use at most 600000"),
    ];
    for (tool, arguments, wanted) in cases {
        let result = server.call(tool, arguments).await?;
        let text = result["content"][0]["text"].as_str().expect("a text");
        assert_eq!(result["isError"], true, "{tool}");
        assert!(text.contains(wanted), "{tool}: {text}");
    }
    let answer = server.ask("tools/call", json!({ "name": "nope" })).await?;
    assert_eq!(answer["error"]["code"], -32602);
    Ok(())
}

#[tokio::test]
async fn a_blob_is_as_long_as_asked() -> anyhow::Result<()> {
    let mut server = start()?;
    server.handshake().await?;
    let result = server.call("blob", json!({ "bytes": 1 << 20 })).await?;
    assert_eq!(result["content"][0]["text"].as_str().map(str::len), Some(1 << 20));
    Ok(())
}

#[tokio::test]
async fn sleep_reports_every_twenty_milliseconds() -> anyhow::Result<()> {
    let mut server = start()?;
    server.handshake().await?;
    let (progress, result) = server.call_with_progress("sleep", json!({ "ms": 70 })).await?;

    let told: Vec<_> = progress
        .iter()
        .map(|params| (&params["progress"], &params["total"], &params["message"]))
        .collect();
    let (total, wanted) = (json!(70.0), [json!(20.0), json!(40.0), json!(60.0)]);
    let messages =
        [json!("slept 20 of 70 ms"), json!("slept 40 of 70 ms"), json!("slept 60 of 70 ms")];
    let wanted: Vec<_> =
        wanted.iter().zip(&messages).map(|(done, message)| (done, &total, message)).collect();
    assert_eq!(told, wanted);
    assert_eq!(result["content"][0]["text"], "slept 70 ms");
    Ok(())
}

#[tokio::test]
async fn a_cancelled_spin_frees_its_thread() -> anyhow::Result<()> {
    let mut server = start()?;
    server.handshake().await?;
    let id = server.start_call("spin", json!({ "ms": 600_000 })).await?;
    timeout(DEADLINE, until_spinning(&mut server, 1)).await??;
    server.cancel(id).await?;
    timeout(DEADLINE, until_spinning(&mut server, 0)).await??;
    Ok(())
}

/// Asks until so many threads spin. The caller bounds it.
async fn until_spinning(server: &mut StdioServer, wanted: i64) -> anyhow::Result<()> {
    loop {
        let counters: Value = serde_json::from_str(&server.read_text("fixture://spinning").await?)?;
        if counters["running"] == wanted {
            return Ok(());
        }
    }
}

#[tokio::test]
async fn a_watched_resource_is_announced_until_it_is_not_watched() -> anyhow::Result<()> {
    let mut server = start()?;
    server.handshake().await?;
    let uri = json!({ "uri": "fixture://spinning" });
    for (method, wanted) in [("resources/subscribe", "told 1"), ("resources/unsubscribe", "told 0")]
    {
        server.ask(method, uri.clone()).await?;
        let result = server.call("touch_resource", uri.clone()).await?;
        assert_eq!(result["content"][0]["text"], wanted, "{method}");
    }
    let unread = server.take_unread();
    let updated =
        json!({ "jsonrpc": "2.0", "method": "notifications/resources/updated", "params": uri });
    assert_eq!(unread, [updated]);
    Ok(())
}

#[tokio::test]
async fn a_listener_hears_of_the_tools() -> anyhow::Result<()> {
    let mut server = start()?;
    server.with_metadata();
    let filter = json!({ "notifications": { "toolsListChanged": true } });
    let id = server.request("subscriptions/listen", filter).await?;
    let acknowledged = server.next().await?;
    assert_eq!(acknowledged["method"], "notifications/subscriptions/acknowledged");

    // The acknowledgement is sent before the fixture lists the stream.
    let told = async {
        while server.call("test_trigger_tool_change", json!({})).await?["content"][0]["text"]
            != "told 1"
        {}
        anyhow::Ok(())
    };
    timeout(DEADLINE, told).await??;
    let changed = server.next().await?;
    assert_eq!(changed["method"], "notifications/tools/list_changed");
    assert_eq!(changed["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"], id);
    Ok(())
}
