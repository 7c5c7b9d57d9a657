//! The end of a session or a server: open calls are still answered, and the exit is clean.

use serde_json::{Value, json};
use ymera_test_kit::{Session, Wire};

use super::{listening, piped, until_running};

const NAP: &str = "slept 300 ms";

/// Starts a call that is still running when this returns.
async fn nap<W: Wire>(session: &mut Session<W>) -> anyhow::Result<i64> {
    session.handshake().await?;
    let id = session.start_call("sleep", json!({ "ms": 300 })).await?;
    until_running(session, "fixture://sleeping", 1).await?;
    Ok(id)
}

async fn assert_woken<W: Wire>(session: &mut Session<W>, id: i64) -> anyhow::Result<()> {
    let answer = session.answer(id).await?;
    assert_eq!(answer["result"]["content"][0]["text"], NAP, "{answer}");
    Ok(())
}

#[tokio::test]
async fn calls_open_at_the_end_of_input_are_answered() -> anyhow::Result<()> {
    let mut session = piped()?;
    let id = nap(&mut session).await?;
    session.wire.close_stdin();
    assert_woken(&mut session, id).await?;
    assert_eq!(session.close().await?, 0);
    Ok(())
}

#[tokio::test]
async fn a_last_line_without_an_end_is_a_message() -> anyhow::Result<()> {
    let mut session = piped()?;
    session.handshake().await?;
    session.wire.write(br#"{"jsonrpc":"2.0","id":"last","method":"ping"}"#).await?;
    session.wire.close_stdin();
    assert_eq!(session.answer("last").await?["result"], json!({}));
    assert_eq!(session.close().await?, 0);
    Ok(())
}

#[tokio::test]
async fn many_answers_leave_after_the_end_of_input() -> anyhow::Result<()> {
    let mut session = piped()?;
    session.handshake().await?;
    let mut ids = Vec::new();
    for _ in 0..50 {
        ids.push(session.start_call("blob", json!({ "bytes": 100_000 })).await?);
    }
    session.wire.close_stdin();
    for id in ids {
        let answer = session.answer(id).await?;
        let text = answer["result"]["content"][0]["text"].as_str();
        assert_eq!(text.map(str::len), Some(100_000), "{id}");
    }
    assert_eq!(session.close().await?, 0);
    Ok(())
}

#[tokio::test]
async fn an_end_before_any_message_is_clean() -> anyhow::Result<()> {
    assert_eq!(piped()?.close().await?, 0);
    Ok(())
}

#[tokio::test]
async fn calls_open_at_sigterm_are_answered_over_stdio() -> anyhow::Result<()> {
    let mut session = piped()?;
    let id = nap(&mut session).await?;
    session.wire.process().terminate().await?;
    assert_woken(&mut session, id).await?;
    assert_eq!(session.wire.process().exit_code().await?, 0, "though stdin is open");
    Ok(())
}

#[tokio::test]
async fn calls_open_at_sigterm_are_answered_over_a_websocket() -> anyhow::Result<()> {
    let server = listening().await?;
    let mut session = server.connect().await?;
    let mut idle = server.connect().await?;
    idle.handshake().await?;
    let id = nap(&mut session).await?;
    server.process.terminate().await?;
    assert_woken(&mut session, id).await?;
    for mut left in [session, idle] {
        while let Some(frame) = left.wire.next_frame().await? {
            assert!(frame.is_close(), "{frame:?}");
        }
        assert!(left.wire.close_code().is_some(), "it left without a close");
    }
    let mut server = server;
    assert_eq!(server.process.exit_code().await?, 0);
    Ok(())
}

#[tokio::test]
async fn sigterm_ends_an_idle_server() -> anyhow::Result<()> {
    let server = listening().await?;
    let mut session = server.connect().await?;
    session.handshake().await?;
    session.close().await?;
    assert_eq!(server.terminate().await?, 0);
    let mut session = piped()?;
    session.handshake().await?;
    session.wire.process().terminate().await?;
    assert_eq!(session.wire.process().exit_code().await?, 0);
    Ok(())
}

#[tokio::test]
async fn a_subscription_is_acknowledged_at_once_and_ends_with_the_input() -> anyhow::Result<()> {
    let mut session = piped()?;
    session.with_metadata();
    let filter = json!({ "notifications": { "toolsListChanged": true } });
    let id = session.request("subscriptions/listen", filter).await?;
    let first = session.next().await?;
    assert_eq!(first["method"], "notifications/subscriptions/acknowledged", "{first}");
    session.wire.close_stdin();
    let answer = session.answer(id).await?;
    // An error would mean that it was cut off by the drain's deadline.
    assert!(answer["result"].is_object(), "{answer}");
    assert_eq!(session.close().await?, 0);
    Ok(())
}

#[tokio::test]
async fn the_end_of_a_websocket_cancels_its_calls() -> anyhow::Result<()> {
    let server = listening().await?;
    let mut other = server.connect().await?;
    other.handshake().await?;
    for politely in [true, false] {
        let mut session = server.connect().await?;
        session.handshake().await?;
        for tool in ["sleep", "spin"] {
            session.start_call(tool, json!({ "ms": 600_000 })).await?;
        }
        until_running(&mut other, "fixture://sleeping", 1).await?;
        until_running(&mut other, "fixture://spinning", 1).await?;
        if politely {
            session.close().await?
        } else {
            drop(session)
        }
        until_running(&mut other, "fixture://sleeping", 0).await?;
        until_running(&mut other, "fixture://spinning", 0).await?;
    }
    let metrics: Value = serde_json::from_str(&other.read_text("ymera://metrics").await?)?;
    assert_eq!(metrics["connections"], 1, "{metrics}");
    Ok(())
}
