//! The WebSocket peer, against a server of a few lines.

use std::net::SocketAddr;

use futures::{SinkExt, StreamExt};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_tungstenite::accept_hdr_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::{HeaderValue, StatusCode};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use ymera_test_kit::{DEADLINE, Frame, Handshake, Opening, Session};

/// Takes one connection: refuses it without an origin, else sends back what it
/// gets until that is binary.
async fn serve() -> anyhow::Result<(SocketAddr, JoinHandle<anyhow::Result<()>>)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let served = tokio::spawn(async move {
        let (stream, _) = listener.accept().await?;
        let mut socket = accept_hdr_async(stream, judge).await?;
        while let Some(Ok(message)) = socket.next().await {
            match message {
                Message::Text(_) => socket.send(message).await?,
                Message::Binary(_) => {
                    let reason = "text only".into();
                    socket.close(Some(CloseFrame { code: 1003.into(), reason })).await?;
                }
                _ => {}
            }
        }
        Ok(())
    });
    Ok((address, served))
}

#[expect(clippy::result_large_err, reason = "tungstenite prescribes the type")]
fn judge(request: &Request, mut response: Response) -> Result<Response, ErrorResponse> {
    if request.headers().contains_key("Origin") {
        let mcp = HeaderValue::from_static("mcp");
        response.headers_mut().insert("Sec-WebSocket-Protocol", mcp);
        return Ok(response);
    }
    let mut refusal = ErrorResponse::new(None);
    *refusal.status_mut() = StatusCode::FORBIDDEN;
    Err(refusal)
}

#[tokio::test]
async fn frames_and_messages_pass_both_ways() -> anyhow::Result<()> {
    let (address, served) = serve().await?;
    let handshake = Handshake::new(&format!("ws://{address}/mcp"))
        .header("Origin", "http://localhost")
        .header("Sec-WebSocket-Protocol", "mcp");
    let socket = handshake.open().await?;
    assert_eq!(socket.subprotocol(), Some("mcp"));

    let mut session = Session::new(socket);
    session.wire.send_frame(Frame::Ping(vec![1].into())).await?;
    let message = json!({ "jsonrpc": "2.0", "method": "hello" });
    session.send(&message).await?;
    assert_eq!(session.next().await?, message);

    session.send_raw("not json").await?;
    let error = session.next().await.expect_err("the echo of what is not JSON");
    assert_eq!(error.to_string(), "not JSON: not json");

    session.wire.send_frame(Frame::Binary(vec![0].into())).await?;
    assert_eq!(session.closed_with().await?, 1003);
    timeout(DEADLINE, served).await??
}

#[tokio::test]
async fn a_refusal_has_a_status() -> anyhow::Result<()> {
    let (address, served) = serve().await?;
    let opening = Handshake::new(&format!("ws://{address}/mcp")).attempt().await?;
    assert!(matches!(opening, Opening::Refused(403)), "{opening:?}");
    assert!(timeout(DEADLINE, served).await??.is_err());
    Ok(())
}
