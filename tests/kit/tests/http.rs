//! The HTTP peer, against the fixture and against answers of a few lines.

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::timeout;
use ymera_test_kit::{DEADLINE, HttpRequest, Launch};

#[tokio::test]
async fn a_post_opens_a_session() -> anyhow::Result<()> {
    let launch = Launch::at(env!("CARGO_BIN_EXE_ymera-fixture"));
    let server = launch.arg("--no-token").listen().await?;
    let params = json!({
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": { "name": "test", "version": "0" },
    });
    let message = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params });

    let answer = server.post(&message)?.send().await?;
    assert_eq!(answer.status, 200);
    assert!(answer.header("mcp-session-id").is_some(), "{answer:?}");
    let events = answer.events()?;
    assert_eq!(events.len(), 1, "{events:?}");
    assert_eq!(events[0]["result"]["serverInfo"]["name"], "ymera-fixture");

    let answer = server.post(&message)?.header("Host", "evil.example").send().await?;
    assert_eq!(answer.status, 403);
    Ok(())
}

#[tokio::test]
async fn answers_are_read_in_every_form() -> anyhow::Result<()> {
    let cases = [
        ("length", "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{\"a\":1}", Ok((200, "{\"a\":1}"))),
        (
            "chunks",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{\"a\r\n4\r\n\":1}\r\n0\r\n\r\n",
            Ok((200, "{\"a\":1}")),
        ),
        ("nothing", "HTTP/1.1 404 Not Found\r\n\r\n", Ok((404, ""))),
        (
            "half a chunk",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{\"a",
            Err("the answer ended within a chunk of 9 bytes"),
        ),
        ("no answer", "", Err("the answer has no end of headers")),
    ];
    for (name, answer, wanted) in cases {
        let got = timeout(DEADLINE, exchange(answer)).await?;
        let got = got.map_err(|error| error.to_string());
        let wanted = wanted.map(|(status, body)| (status, body.as_bytes().to_vec()));
        assert_eq!(got, wanted.map_err(str::to_owned), "{name}");
    }
    Ok(())
}

/// Has a listener give `answer` to one request.
async fn exchange(answer: &'static str) -> anyhow::Result<(u16, Vec<u8>)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/mcp", listener.local_addr()?);
    let serve = async {
        let (mut stream, _) = listener.accept().await?;
        let mut request = vec![0; 1024];
        let read = stream.read(&mut request).await?;
        anyhow::ensure!(request[..read].starts_with(b"GET /mcp HTTP/1.1\r\n"));
        stream.write_all(answer.as_bytes()).await?;
        drop(stream);
        anyhow::Ok(())
    };
    let request = HttpRequest::new("GET", &url);
    let (served, answer) = tokio::join!(serve, request.send());
    served?;
    let answer = answer?;
    Ok((answer.status, answer.body))
}
