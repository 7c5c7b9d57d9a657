//! How a session may begin, in both eras.

use serde_json::json;
use ymera_test_kit::{Session, Wire};

use super::{assert_alive, over_both};

over_both!(
    early_notifications_and_responses_are_harmless,
    a_cancelled_discovery_may_be_followed_by_a_handshake,
    a_handshake_after_modern_traffic_is_refused_and_the_session_lives,
    a_modern_request_may_open_the_session,
    a_request_without_context_is_told_to_open_the_session,
    the_server_signs_answers_in_the_modern_era_only,
);

async fn early_notifications_and_responses_are_harmless<W: Wire>(
    session: &mut Session<W>,
) -> anyhow::Result<()> {
    let early = [
        json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }),
        json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 1 } }),
        json!({ "jsonrpc": "2.0", "method": "notifications/roots/list_changed" }),
        json!({ "jsonrpc": "2.0", "method": "notifications/progress",
                "params": { "progressToken": 1, "progress": 1 } }),
        json!({ "jsonrpc": "2.0", "method": "no/such/notification", "params": { "a": [1] } }),
        json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": [1] }),
        json!({ "jsonrpc": "2.0", "id": 77, "result": {} }),
        json!({ "jsonrpc": "2.0", "id": "x", "error": { "code": -1, "message": "stray" } }),
        json!({ "jsonrpc": "2.0", "id": null, "error": { "code": -1, "message": "stray" } }),
    ];
    for message in &early {
        session.send(message).await?;
    }
    session.handshake().await?;
    assert_alive(session).await?;
    for message in &early {
        session.send(message).await?;
    }
    assert_alive(session).await?;
    assert_eq!(session.take_unread(), [] as [serde_json::Value; 0], "nobody asked");
    Ok(())
}

async fn a_cancelled_discovery_may_be_followed_by_a_handshake<W: Wire>(
    session: &mut Session<W>,
) -> anyhow::Result<()> {
    let discovery = session.request("server/discover", json!({})).await?;
    session.cancel(discovery).await?;
    let result = session.handshake().await?;
    assert_eq!(result["protocolVersion"], "2025-11-25");
    assert_alive(session).await?;
    // The discovery itself may have been answered before its cancel was read.
    assert!(session.take_unread().iter().all(|message| message["id"] == discovery));
    Ok(())
}

async fn a_handshake_after_modern_traffic_is_refused_and_the_session_lives<W: Wire>(
    session: &mut Session<W>,
) -> anyhow::Result<()> {
    session.with_metadata();
    assert_alive(session).await?;
    let params = json!({
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": { "name": "late", "version": "0" },
    });
    let late = json!({ "jsonrpc": "2.0", "id": "late", "method": "initialize", "params": params });
    session.send(&late).await?;
    let error = session.answer("late").await?["error"].take();
    assert_eq!(error["code"], -32022, "{error}");
    assert_eq!(error["data"]["requested"], "2025-11-25");
    let supported = error["data"]["supported"].as_array().expect("a list");
    assert!(supported.contains(&json!("2026-07-28")), "{error}");
    assert_alive(session).await
}

async fn a_modern_request_may_open_the_session<W: Wire>(
    session: &mut Session<W>,
) -> anyhow::Result<()> {
    session.with_metadata();
    let answer = session.ask("server/discover", json!({})).await?;
    let versions = answer["result"]["supportedVersions"].as_array().expect("a list");
    assert!(versions.contains(&json!("2026-07-28")), "{answer}");
    assert_alive(session).await
}

async fn a_request_without_context_is_told_to_open_the_session<W: Wire>(
    session: &mut Session<W>,
) -> anyhow::Result<()> {
    let answer = session.ask("tools/list", json!({})).await?;
    assert_eq!(answer["error"]["code"], -32602, "{answer}");
    let message = answer["error"]["message"].as_str().expect("a message");
    assert!(message.contains("`initialize`"), "{message}");
    session.handshake().await?;
    assert_alive(session).await
}

async fn the_server_signs_answers_in_the_modern_era_only<W: Wire>(
    session: &mut Session<W>,
) -> anyhow::Result<()> {
    let requests = [
        ("tools/call", json!({ "name": "echo", "arguments": { "text": "a" } })),
        ("tools/list", json!({})),
        ("resources/list", json!({})),
        ("resources/templates/list", json!({})),
        ("prompts/list", json!({})),
    ];
    session.handshake().await?;
    for modern in [false, true] {
        if modern {
            session.with_metadata();
        }
        for (method, params) in requests.clone() {
            let answer = session.ask(method, params).await?;
            let signed = &answer["result"]["_meta"]["io.modelcontextprotocol/serverInfo"];
            let want = if modern { json!("ymera-fixture") } else { json!(null) };
            assert_eq!(signed["name"], want, "{method}, modern: {modern}");
        }
    }
    Ok(())
}
