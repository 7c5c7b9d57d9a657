//! What belongs to WebSocket alone: the sub-protocol, frames, closes, connections.

use anyhow::Context as _;
use serde_json::json;
use tokio::time::timeout;
use ymera_protocol::limits::{MAX_CONNECTIONS, MAX_MESSAGE_BYTES};
use ymera_test_kit::{DEADLINE, Frame, Handshake, HttpRequest, Listening, Opening, Session};

use super::{assert_alive, fixture, listening};

fn url(server: &Listening) -> &str {
    server.ready.ws.as_deref().expect("the fixture offers WebSocket")
}

#[tokio::test]
async fn the_subprotocol_is_echoed_when_offered_and_absent_else() -> anyhow::Result<()> {
    let server = listening().await?;
    for (offered, want) in
        [(None, None), (Some("mcp"), Some("mcp")), (Some("other, mcp"), Some("mcp"))]
    {
        let mut handshake = Handshake::new(url(&server));
        if let Some(offered) = offered {
            handshake = handshake.header("Sec-WebSocket-Protocol", offered);
        }
        let socket = handshake.open().await?;
        assert_eq!(socket.subprotocol(), want, "{offered:?}");
        let mut session = Session::new(socket);
        session.handshake().await?;
        assert_alive(&mut session).await?;
    }
    Ok(())
}

#[tokio::test]
async fn binary_and_oversize_messages_close_with_their_codes() -> anyhow::Result<()> {
    let server = listening().await?;
    let large = "x".repeat(MAX_MESSAGE_BYTES + 1);
    for (frame, code) in [(Frame::binary(b"{}".as_slice()), 1003), (Frame::text(large), 1009)] {
        let mut session = server.connect().await?;
        session.handshake().await?;
        assert_alive(&mut session).await?;
        session.wire.send_frame(frame).await?;
        assert_eq!(session.closed_with().await?, code);
    }
    // The others are none the wiser.
    let mut session = server.connect().await?;
    session.handshake().await?;
    assert_alive(&mut session).await
}

#[tokio::test]
async fn the_largest_message_is_taken() -> anyhow::Result<()> {
    let server = listening().await?;
    let mut session = server.connect().await?;
    session.handshake().await?;
    let mut message =
        json!({ "jsonrpc": "2.0", "id": "large", "method": "ping", "params": { "a": "" } });
    message["params"]["a"] = json!("x".repeat(MAX_MESSAGE_BYTES - message.to_string().len()));
    session.send(&message).await?;
    assert_eq!(session.answer("large").await?["result"], json!({}));
    Ok(())
}

#[tokio::test]
async fn a_ping_is_answered_with_its_pong() -> anyhow::Result<()> {
    let server = listening().await?;
    let mut session = server.connect().await?;
    session.wire.send_frame(Frame::Ping(b"abc".as_slice().into())).await?;
    assert_eq!(session.wire.next_frame().await?, Some(Frame::Pong(b"abc".as_slice().into())));
    session.handshake().await?;
    assert_alive(&mut session).await
}

/// What a plain request for `/health` is answered with.
async fn health(server: &Listening) -> anyhow::Result<u16> {
    let url = server.ready.http.strip_suffix("/mcp").context("another path")?;
    Ok(HttpRequest::new("GET", &format!("{url}/health")).send().await?.status)
}

#[tokio::test]
async fn one_connection_above_the_limit_is_told_busy() -> anyhow::Result<()> {
    let server = listening().await?;
    let mut open = Vec::new();
    for _ in 0..MAX_CONNECTIONS {
        open.push(server.connect().await?);
    }
    for _ in 0..3 {
        let opening = server.handshake()?.attempt().await?;
        assert!(matches!(opening, Opening::Refused(503)), "{opening:?}");
        assert_eq!(health(&server).await?, 200);
    }
    let ping = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" });
    assert_eq!(server.post(&ping)?.send().await?.status, 503);
    for session in &mut open {
        session.handshake().await?;
    }
    // The place of one that leaves is free again, soon after it left.
    open.pop().context("one of many")?.close().await?;
    let mut session = timeout(DEADLINE, async {
        loop {
            if let Opening::Open(socket) = server.handshake()?.attempt().await? {
                return anyhow::Ok(Session::new(*socket));
            }
        }
    })
    .await??;
    session.handshake().await?;
    assert_alive(&mut session).await
}

#[tokio::test]
async fn the_limit_of_connections_can_be_set() -> anyhow::Result<()> {
    let launch = fixture()?.arg("--no-token").arg("--max-connections").arg("2");
    let server = launch.listen().await?;
    let _open = [server.connect().await?, server.connect().await?];
    let opening = server.handshake()?.attempt().await?;
    assert!(matches!(opening, Opening::Refused(503)), "{opening:?}");
    Ok(())
}
