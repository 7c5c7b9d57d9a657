//! What logs say, and what they never say.

use serde_json::{Value, json};
use ymera_test_kit::{Session, Wire};

use super::{fixture, until_running};

const SECRET: &str = "correct-horse-battery-staple";

/// Says a secret in every place where a request can carry one.
async fn tell_secrets<W: Wire>(session: &mut Session<W>) -> anyhow::Result<()> {
    session.handshake().await?;
    session.call("echo", json!({ "text": SECRET })).await?;
    session.call("echo", json!({ "wrong": SECRET })).await?;
    session.call("blob", json!({ "bytes": SECRET })).await?;
    let secret = json!(SECRET);
    for (method, params) in [
        ("tools/call", json!({ "name": "echo", "arguments": secret })),
        ("tools/call", json!({ "name": "echo", "arguments": { "text": [secret] } })),
        ("logging/setLevel", json!({ "level": secret })),
        ("prompts/get", json!({ "name": "none", "arguments": { "a": secret } })),
        (
            "completion/complete",
            json!({ "ref": { "type": "ref/prompt", "name": "x" },
                                        "argument": { "name": "a", "value": secret } }),
        ),
    ] {
        session.ask(method, params).await?;
    }
    session.notify("notifications/cancelled", json!({ "requestId": 1, "reason": SECRET })).await?;
    session.notify("no/such", json!({ "text": SECRET })).await?;
    for text in [format!("not JSON {SECRET}"), format!(r#"{{"jsonrpc":"2.0","x":"{SECRET}"}}"#)] {
        session.send_raw(text).await?;
        session.next().await?;
    }
    let id = session.start_call("sleep", json!({ "ms": 600_000 })).await?;
    until_running(session, "fixture://sleeping", 1).await?;
    session.cancel(id).await?;
    until_running(session, "fixture://sleeping", 0).await
}

fn assert_discreet(log: &str) {
    assert!(log.contains("answered"), "nothing was logged: {log}");
    let told = log.lines().find(|line| line.contains(SECRET));
    assert_eq!(told, None, "an argument is in the log");
    for line in log.lines() {
        let of_a_request = ["answered", "cancelled", "refused a message"];
        if of_a_request.iter().any(|text| line.contains(text)) && !line.contains("-32700") {
            assert!(
                line.contains("id=") || line.contains("code=-32600"),
                "whose line is this? {line}"
            );
        }
    }
}

#[tokio::test]
async fn arguments_are_never_logged_over_stdio() -> anyhow::Result<()> {
    let mut session = fixture()?.arg("--log").arg("debug").stdio()?;
    tell_secrets(&mut session).await?;
    session.wire.close_stdin();
    assert_eq!(session.wire.process().exit_code().await?, 0);
    assert_discreet(&session.wire.process().stderr());
    Ok(())
}

#[tokio::test]
async fn arguments_are_never_logged_by_a_listener() -> anyhow::Result<()> {
    let launch = fixture()?.arg("--log").arg("debug").arg("--no-token");
    let mut server = launch.listen().await?;
    let mut session = server.connect().await?;
    tell_secrets(&mut session).await?;
    session.close().await?;
    let mut session = server.connect().await?;
    session.wire.send_frame(ymera_test_kit::Frame::binary(SECRET.as_bytes())).await?;
    session.closed_with().await?;
    for body in [
        json!({ "a": SECRET }),
        json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": { "name": "echo", "arguments": { "text": SECRET } } }),
    ] {
        server.post(&body)?.send().await?;
    }
    server.process.terminate().await?;
    assert_eq!(server.process.exit_code().await?, 0);
    assert_discreet(&server.process.stderr());
    Ok(())
}

#[tokio::test]
async fn a_log_in_json_names_the_request_in_every_line() -> anyhow::Result<()> {
    let flags = ["--log", "debug", "--log-format", "json"];
    let mut launch = fixture()?;
    for flag in flags {
        launch = launch.arg(flag);
    }
    let mut session = launch.stdio()?;
    session.handshake().await?;
    let call = json!({ "jsonrpc": "2.0", "id": "find me", "method": "tools/call",
                       "params": { "name": "echo", "arguments": { "text": "a" } } });
    session.send(&call).await?;
    session.answer("find me").await?;
    session.wire.close_stdin();
    assert_eq!(session.wire.process().exit_code().await?, 0);
    let log = session.wire.process().stderr();
    let lines = log.lines().map(serde_json::from_str).collect::<Result<Vec<Value>, _>>()?;
    let ours: Vec<_> = lines.iter().filter(|line| line["span"]["id"] == "find me").collect();
    assert!(!ours.is_empty(), "{log}");
    for line in ours {
        let span = &line["span"];
        assert_eq!((&span["method"], &span["tool"]), (&json!("tools/call"), &json!("echo")));
        assert_eq!(span["client"], "ymera-test-kit");
    }
    Ok(())
}
