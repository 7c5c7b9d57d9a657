use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Listener, ListenerOptions};
use crate::limits::{BODY_DEADLINE, HANDSHAKE_DEADLINE};
use crate::serve::{Served, Toolbox};

struct Running {
    address: SocketAddr,
    shutdown: CancellationToken,
    serving: JoinHandle<()>,
}

async fn start() -> Running {
    let shutdown = CancellationToken::new();
    let address = SocketAddr::from(([127, 0, 0, 1], 0));
    let listener = Listener::bind(address, ListenerOptions::default(), shutdown.clone());
    let listener = listener.await.expect("a free port");
    let address = listener.local_addr();
    let served = Served::new(Toolbox::new("test", "1", "", ()));
    Running { address, shutdown, serving: tokio::spawn(listener.endpoint("/mcp", served).serve()) }
}

/// Says something and reads until the server hangs up.
async fn say(address: SocketAddr, text: &str) -> String {
    let mut stream = TcpStream::connect(address).await.expect("connected");
    stream.write_all(text.as_bytes()).await.expect("written");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("a clean end");
    String::from_utf8(answer).expect("text")
}

/// The clock stands still but for waiting, so the times are the deadlines themselves.
#[tokio::test(start_paused = true)]
async fn a_peer_that_does_not_finish_its_request_is_dropped() {
    let server = start().await;
    let host = server.address;
    let head = format!("Host: {host}\r\n");
    let body = "Content-Length: 9\r\nContent-Type: application/json\r\n\r\n{\"half\"";
    let cases = [
        ("nothing", String::new(), HANDSHAKE_DEADLINE, None),
        ("half a line", "GET /m".to_owned(), HANDSHAKE_DEADLINE, None),
        (
            "half a handshake",
            format!("GET /mcp HTTP/1.1\r\n{head}Connection: upgrade\r\nUpgrade: websocket\r\n"),
            HANDSHAKE_DEADLINE,
            None,
        ),
        (
            "half a body",
            format!("POST /mcp HTTP/1.1\r\n{head}{body}"),
            BODY_DEADLINE,
            Some("HTTP/1.1 408 "),
        ),
        (
            "nothing after an answer",
            format!("GET /health HTTP/1.1\r\n{head}\r\n"),
            HANDSHAKE_DEADLINE,
            Some("HTTP/1.1 200 "),
        ),
    ];
    for (name, text, deadline, want) in cases {
        let started = Instant::now();
        let answer = say(server.address, &text).await;
        let waited = started.elapsed().as_secs();
        let limit = deadline.as_secs() + HANDSHAKE_DEADLINE.as_secs();
        assert!((deadline.as_secs()..=limit).contains(&waited), "{name}: {waited} s");
        if let Some(want) = want {
            assert!(answer.starts_with(want), "{name}: {answer}");
        }
    }
    server.shutdown.cancel();
    server.serving.await.expect("it ends");
}

#[tokio::test]
async fn shutdown_does_not_wait_for_idle_connections() {
    let server = start().await;
    let mut idle = TcpStream::connect(server.address).await.expect("connected");
    let host = server.address;
    let health = format!("GET /health HTTP/1.1\r\nHost: {host}\r\n\r\n");
    idle.write_all(health.as_bytes()).await.expect("written");
    idle.read_u8().await.expect("an answer");
    server.shutdown.cancel();
    server.serving.await.expect("it ends");
}

#[tokio::test]
async fn other_paths_and_methods_are_told_what_there_is() {
    let server = start().await;
    let host = server.address;
    let cases = [
        ("GET /nowhere", "404 ", "try /mcp"),
        ("PUT /mcp", "405 ", "use POST, GET or DELETE"),
        ("POST /health", "404 ", "try /mcp"),
        ("GET /health", "200 ", r#""status":"ok""#),
    ];
    for (line, status, part) in cases {
        let text = format!("{line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let answer = say(server.address, &text).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{line}: {answer}");
        assert!(answer.contains(part), "{line}: {answer}");
    }
    let bad = "GET /mcp HTTP/1.1\r\nConnection: close, upgrade\r\nUpgrade: websocket\r\n";
    let answer = say(server.address, &format!("{bad}Host: {host}\r\n\r\n")).await;
    assert!(answer.starts_with("HTTP/1.1 400 "), "a handshake without version: {answer}");
    server.shutdown.cancel();
    server.serving.await.expect("it ends");
}
