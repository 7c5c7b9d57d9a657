use std::convert::Infallible;

use bytes::Bytes;
use futures::stream;
use http_body_util::StreamBody;
use hyper::body::Frame;
use hyper::header::{CONNECTION, SEC_WEBSOCKET_PROTOCOL, UPGRADE};
use hyper::{Method, Request};

use super::{BadBody, header_list, read_body, wants_websocket};
use crate::limits::MAX_MESSAGE_BYTES;

/// A body of pieces, and how many of them were read.
async fn read(piece: usize, pieces: usize) -> (Result<usize, BadBody>, usize) {
    let mut seen = 0;
    let data = Bytes::from(vec![b'x'; piece]);
    let frames = (0..pieces).map(|_| {
        seen += 1;
        Ok::<_, Infallible>(Frame::data(data.clone()))
    });
    let body = read_body(StreamBody::new(stream::iter(frames))).await;
    (body.map(|bytes| bytes.len()), seen)
}

#[tokio::test]
async fn bodies_are_read_up_to_the_limit_and_a_little_more_is_read_away() {
    let piece = 1 << 20;
    let most = MAX_MESSAGE_BYTES / piece;
    assert_eq!(read(piece, 0).await, (Ok(0), 0));
    assert_eq!(read(piece, most).await, (Ok(MAX_MESSAGE_BYTES), most));
    assert_eq!(read(piece, most + 1).await, (Err(BadBody::TooLarge), most + 1));
    assert_eq!(read(MAX_MESSAGE_BYTES + 1, 2).await, (Err(BadBody::TooLarge), 2));
    let (body, seen) = read(piece, 1000).await;
    assert_eq!(body, Err(BadBody::TooLarge));
    assert!(seen < 6 * most, "{seen} pieces were read away");
}

#[tokio::test]
async fn a_body_that_breaks_off_is_told_from_a_whole_one() {
    let frames = [Ok(Frame::data(Bytes::from_static(b"{"))), Err("reset")];
    let body = read_body(StreamBody::new(stream::iter(frames))).await;
    assert_eq!(body, Err(BadBody::CutShort));
}

#[test]
fn a_websocket_is_asked_for_with_get_upgrade_and_connection() {
    let cases = [
        (Method::GET, "websocket", "Upgrade", true),
        (Method::GET, "WebSocket", "keep-alive, upgrade", true),
        (Method::GET, "h2c, websocket", "upgrade", true),
        (Method::POST, "websocket", "upgrade", false),
        (Method::GET, "h2c", "upgrade", false),
        (Method::GET, "websocket", "keep-alive", false),
    ];
    for (method, upgrade, connection, want) in cases {
        let name = format!("{method} {upgrade} {connection}");
        let request = Request::builder().method(method).header(UPGRADE, upgrade);
        let request = request.header(CONNECTION, connection).body(()).expect("a request");
        assert_eq!(wants_websocket(&request), want, "{name}");
    }
}

#[test]
fn lists_may_span_headers() {
    let request = Request::builder()
        .header(SEC_WEBSOCKET_PROTOCOL, "a , b")
        .header(SEC_WEBSOCKET_PROTOCOL, "mcp")
        .body(())
        .expect("a request");
    let items: Vec<_> = header_list(request.headers(), &SEC_WEBSOCKET_PROTOCOL).collect();
    assert_eq!(items, ["a", "b", "mcp"]);
}
