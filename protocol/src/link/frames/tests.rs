use std::sync::Arc;
use std::time::Duration;

use futures::{FutureExt, SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::{FrameReader, Heartbeat, socket_config, split};
use crate::limits::MAX_MESSAGE_BYTES;
use crate::link::outbox::Outbox;
use crate::link::{Incoming, Source};

const HEARTBEAT: Heartbeat =
    Heartbeat { ping_every: Duration::from_secs(30), deadline: Duration::from_secs(75) };

/// A reader and its running writer, with the peer's end of the pipe.
struct Open {
    peer: DuplexStream,
    reader: FrameReader<DuplexStream>,
    writer: JoinHandle<()>,
    outbox: Arc<Outbox>,
}

async fn open(pipe: usize) -> Open {
    let (peer, ours) = tokio::io::duplex(pipe);
    let socket = WebSocketStream::from_raw_socket(ours, Role::Server, Some(socket_config())).await;
    let outbox = Arc::new(Outbox::default());
    let (reader, writer) = split(socket, Arc::clone(&outbox), HEARTBEAT);
    Open { peer, reader, writer: tokio::spawn(writer), outbox }
}

async fn client(peer: DuplexStream) -> WebSocketStream<DuplexStream> {
    WebSocketStream::from_raw_socket(peer, Role::Client, None).await
}

fn text(incoming: Incoming) -> String {
    match incoming {
        Incoming::Message(bytes) => String::from_utf8(bytes.to_vec()).expect("text"),
        other => panic!("not a message: {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_peer_is_pinged_twice_and_then_given_up() {
    let mut open = open(1024).await;
    let started = Instant::now();
    let reading = tokio::spawn(async move { open.reader.next().await });
    // A peer that reads bytes and never answers a ping.
    let mut told = Vec::new();
    loop {
        let mut head = [0; 2];
        open.peer.read_exact(&mut head).await.expect("a frame");
        let mut body = vec![0; usize::from(head[1])];
        open.peer.read_exact(&mut body).await.expect("its body");
        told.push((started.elapsed().as_secs(), head[0] & 0x0f, body));
        if head[0] & 0x0f == 8 {
            break;
        }
    }
    let (ping, close) = (9, 8);
    let times: Vec<_> = told.iter().map(|(at, kind, _)| (*at, *kind)).collect();
    assert_eq!(times, [(30, ping), (60, ping), (75, close)]);
    assert_eq!(told[2].2[..2], 1001u16.to_be_bytes());
    drop(open.peer);
    assert!(matches!(reading.await.expect("no panic"), Incoming::Lost));
    open.writer.await.expect("the writer ends");
}

#[tokio::test(start_paused = true)]
async fn silence_counts_from_the_last_word() {
    let mut open = open(1024).await;
    let started = Instant::now();
    let reading =
        tokio::spawn(async move { while let Incoming::Message(_) = open.reader.next().await {} });
    tokio::time::sleep(Duration::from_secs(20)).await;
    // "hi", masked with zeros.
    open.peer.write_all(&[0x81, 0x82, 0, 0, 0, 0, b'h', b'i']).await.expect("written");
    let mut head = [0; 2];
    open.peer.read_exact(&mut head).await.expect("a ping");
    assert_eq!((head, started.elapsed().as_secs()), ([0x89, 0], 50));
    drop(open.peer);
    reading.await.expect("no panic");
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_answers_pings_stays() {
    let Open { peer, mut reader, outbox, writer } = open(1024).await;
    let mut peer = client(peer).await;
    let session = tokio::spawn(async move { text(reader.next().await) });
    let pings = async {
        for _ in 0..100 {
            let frame = peer.next().await.expect("open").expect("a frame");
            assert!(frame.is_ping(), "{frame:?}");
            peer.flush().await.expect("the pong leaves");
        }
    };
    pings.await;
    peer.send(Message::text("still here")).await.expect("open");
    assert_eq!(session.await.expect("no panic"), "still here");
    outbox.close();
    writer.await.expect("the writer ends");
}

#[tokio::test]
async fn a_ping_is_answered_without_a_message() {
    let Open { peer, mut reader, .. } = open(1024).await;
    let mut peer = client(peer).await;
    let reading = tokio::spawn(async move { reader.next().await });
    peer.send(Message::Ping(b"abc".as_slice().into())).await.expect("open");
    assert_eq!(peer.next().await.expect("open").expect("a frame"), Message::Pong("abc".into()));
    peer.close(None).await.expect("open");
    assert!(matches!(reading.await.expect("no panic"), Incoming::Lost));
}

/// A frame of a client with a mask of zeros.
fn frame(head: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![head];
    match body.len() {
        length @ 0..126 => bytes.push(0x80 | length as u8),
        length => {
            bytes.push(0x80 | 127);
            bytes.extend((length as u64).to_be_bytes());
        }
    }
    bytes.extend([0; 4]);
    bytes.extend(body);
    bytes
}

#[tokio::test]
async fn what_ends_a_connection_has_a_code_of_its_own() {
    let cases = [
        ("binary", frame(0x82, b"{}"), 1003),
        ("too large", frame(0x81, &vec![b'x'; MAX_MESSAGE_BYTES + 1]), 1009),
        (
            "too large in pieces",
            {
                let half = vec![b'x'; MAX_MESSAGE_BYTES / 2 + 1];
                [frame(0x01, &half), frame(0x80, &half)].concat()
            },
            1009,
        ),
        ("no UTF-8", frame(0x81, b"\xff\xfe"), 1007),
        ("reserved opcode", frame(0x83, b""), 1002),
        ("continuation of nothing", frame(0x80, b"a"), 1002),
        ("no mask", vec![0x81, 1, b'a'], 1002),
    ];
    for (name, bytes, code) in cases {
        let Open { peer, mut reader, writer, outbox } = open(1 << 20).await;
        let (mut read, mut write) = tokio::io::split(peer);
        let reading = tokio::spawn(async move { reader.next().await });
        let (written, closed) = tokio::join!(
            async {
                write.write_all(&bytes).await?;
                write.shutdown().await
            },
            async {
                let mut head = [0; 4];
                read.read_exact(&mut head).await.expect("a close frame");
                (head[0], u16::from_be_bytes([head[2], head[3]]))
            },
        );
        assert_eq!(closed, (0x88, code), "{name}");
        written.expect("the server reads all of it");
        assert!(matches!(reading.await.expect("no panic"), Incoming::Lost), "{name}");
        drop((read, write));
        writer.await.expect("the writer ends");
        assert!(outbox.is_closed(), "{name}");
    }
}

#[tokio::test]
async fn fragments_make_one_message_and_dropped_reads_lose_none() {
    let Open { mut peer, mut reader, .. } = open(1 << 20).await;
    let bytes = [
        frame(0x01, b"{\"a\":"),
        frame(0x89, b"ping between"),
        frame(0x00, b"\"\xc3"),
        frame(0x80, b"\xa9\"}"),
        frame(0x81, b"second"),
    ]
    .concat();
    let mut got = Vec::new();
    for byte in bytes {
        peer.write_all(&[byte]).await.expect("open");
        if let Some(incoming) = reader.next().now_or_never() {
            got.push(text(incoming));
        }
    }
    assert_eq!(got, ["{\"a\":\"é\"}", "second"]);
}

#[tokio::test]
async fn a_peer_that_leaves_is_lost() {
    for goodbye in [frame(0x88, &1000u16.to_be_bytes()), Vec::new()] {
        let Open { mut peer, mut reader, .. } = open(1024).await;
        peer.write_all(&goodbye).await.expect("open");
        drop(peer);
        assert!(matches!(reader.next().await, Incoming::Lost), "{goodbye:?}");
        assert!(matches!(reader.next().await, Incoming::Lost), "it stays lost");
    }
}

#[tokio::test]
async fn queued_messages_leave_in_order_before_the_close() {
    let Open { peer, reader, writer, outbox } = open(64).await;
    let mut peer = client(peer).await;
    for number in 0..100 {
        outbox.push_other(number.to_string()).expect("open");
    }
    let finishing = tokio::spawn(async move { outbox.finish(Duration::from_secs(60)).await });
    let mut got = Vec::new();
    while let Some(Ok(Message::Text(text))) = peer.next().await {
        got.push(text.to_string());
    }
    assert_eq!(got, (0..100).map(|number| number.to_string()).collect::<Vec<_>>());
    finishing.await.expect("finished");
    drop((peer, reader));
    writer.await.expect("the writer ends");
}
