//! One message per WebSocket text message; the binding is described in [`super`].
//!
//! **Invariants**
//! - Reading keeps its state in the reader, so a read may be dropped and
//!   started again.
//! - The writer alone writes; the reader asks it for pings and for the close.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::sync::mpsc;
use tokio::task::yield_now;
use tokio::time::{Instant, Sleep};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::{CapacityError, Error as WsError, ProtocolError};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Bytes, Message};

use super::outbox::Outbox;
use super::{Incoming, Source};
use crate::limits::{
    DRAIN_DEADLINE, LOOKS_BEFORE_SLEEP, MAX_MESSAGE_BYTES, PING_EVERY, PONG_DEADLINE,
};

/// Bytes handed to the socket before it is flushed.
const WRITE_BYTES: usize = 64 * 1024;

/// Room for one read. It is cleared before each, so more costs every small message.
const READ_BYTES: usize = 16 * 1024;

/// How long a silent peer is waited for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Heartbeat {
    /// Silence after which a ping is sent.
    pub(crate) ping_every: Duration,
    /// Silence after which the peer is given up.
    pub(crate) deadline: Duration,
}

impl Default for Heartbeat {
    fn default() -> Self {
        Self { ping_every: PING_EVERY, deadline: PONG_DEADLINE }
    }
}

/// The limits that tungstenite itself enforces.
pub(crate) fn socket_config() -> WebSocketConfig {
    WebSocketConfig::default()
        .max_message_size(Some(MAX_MESSAGE_BYTES))
        .max_frame_size(Some(MAX_MESSAGE_BYTES))
        .read_buffer_size(READ_BYTES)
        .write_buffer_size(WRITE_BYTES)
}

/// Splits a socket into its reader and the future that writes for it.
pub(crate) fn split<T>(
    socket: WebSocketStream<T>,
    outbox: Arc<Outbox>,
    heartbeat: Heartbeat,
) -> (FrameReader<T>, impl Future<Output = ()>)
where
    T: AsyncRead + AsyncWrite + Unpin + Send,
{
    let (sink, stream) = socket.split();
    // Two pings and a close; more would mean that the writer is stuck.
    let (control, controls) = mpsc::channel(3);
    let reader = FrameReader {
        stream: Some(stream),
        control,
        heartbeat,
        heard: Instant::now(),
        looks: LOOKS_BEFORE_SLEEP,
        timer: Box::pin(tokio::time::sleep(heartbeat.ping_every)),
    };
    (reader, write_frames(sink, controls, outbox))
}

/// What the reader asks of the writer.
enum Control<T> {
    Ping,
    /// Say goodbye, then read away what the peer is still sending: closing a
    /// socket with unread bytes resets it, and the peer would not see why.
    Close(CloseFrame, SplitStream<WebSocketStream<T>>),
}

/// Reads text messages and keeps the heartbeat.
pub(crate) struct FrameReader<T> {
    /// Empty once the connection is over.
    stream: Option<SplitStream<WebSocketStream<T>>>,
    control: mpsc::Sender<Control<T>>,
    heartbeat: Heartbeat,
    heard: Instant,
    /// Looks for more since the last message came.
    looks: u32,
    timer: Pin<Box<Sleep>>,
}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Source for FrameReader<T> {
    async fn next(&mut self) -> Incoming {
        while let Some(stream) = &mut self.stream {
            tokio::select! {
                biased;
                message = stream.next() => {
                    self.heard = Instant::now();
                    self.looks = 0;
                    match message {
                        Some(Ok(Message::Text(text))) => return Incoming::Message(text.into()),
                        Some(Ok(Message::Binary(_))) => {
                            self.end(CloseCode::Unsupported, "send JSON-RPC as text messages");
                        }
                        Some(Ok(Message::Close(_))) | None => self.stream = None,
                        Some(Ok(_)) => {}
                        Some(Err(WsError::Capacity(CapacityError::MessageTooLong { .. }))) => {
                            self.end(CloseCode::Size, "the message is over 16 MiB");
                        }
                        Some(Err(WsError::Utf8(_))) => {
                            self.end(CloseCode::Invalid, "a text message must be UTF-8");
                        }
                        Some(Err(error)) => self.fail(&error),
                    }
                }
                () = self.timer.as_mut() => self.beat(),
                () = yield_now(), if self.looks < LOOKS_BEFORE_SLEEP => self.looks += 1,
            }
        }
        Incoming::Lost
    }
}

impl<T> FrameReader<T> {
    fn end(&mut self, code: CloseCode, reason: &'static str) {
        let Some(stream) = self.stream.take() else { return };
        let close = Control::Close(CloseFrame { code, reason: reason.into() }, stream);
        if self.control.try_send(close).is_err() {
            tracing::debug!("the writer is stuck; closing without a close frame");
        }
    }

    /// Ends a connection that is gone or breaks the rules of WebSocket.
    fn fail(&mut self, error: &WsError) {
        tracing::debug!(%error, "the WebSocket failed");
        match error {
            WsError::Protocol(ProtocolError::ResetWithoutClosingHandshake) => self.stream = None,
            WsError::Protocol(_) => self.end(CloseCode::Protocol, "this is not RFC 6455"),
            _ => self.stream = None,
        }
    }

    fn beat(&mut self) {
        let Heartbeat { ping_every, deadline } = self.heartbeat;
        let silent = self.heard.elapsed();
        if silent >= deadline {
            tracing::info!("gave up a silent WebSocket peer");
            self.end(CloseCode::Away, "no answer to pings");
            return;
        }
        let next = if silent < ping_every {
            self.heard + ping_every
        } else {
            if self.control.try_send(Control::Ping).is_err() {
                tracing::debug!("a ping was left out: the writer is busy");
            }
            (self.heard + deadline).min(Instant::now() + ping_every)
        };
        self.timer.as_mut().reset(next);
    }
}

/// Writes queued messages, pings and the close until the connection is finished.
async fn write_frames<T: AsyncRead + AsyncWrite + Unpin>(
    mut sink: SplitSink<WebSocketStream<T>, Message>,
    mut controls: mpsc::Receiver<Control<T>>,
    outbox: Arc<Outbox>,
) {
    let mut batch = Vec::new();
    loop {
        let written = tokio::select! {
            biased;
            Some(control) = controls.recv() => match control {
                Control::Ping => sink.send(Message::Ping(Bytes::new())).await,
                Control::Close(frame, stream) => {
                    outbox.close();
                    return say_goodbye(sink, frame, stream).await;
                }
            },
            taken = gather_and_take(&outbox, &mut batch) => {
                if taken.is_none() { break }
                let sent = write_batch(&mut sink, &mut batch).await;
                outbox.written();
                sent
            }
        };
        if let Err(error) = written {
            tracing::debug!(%error, "the WebSocket peer no longer reads");
            break;
        }
    }
    outbox.close();
    // The peer may be gone already; then there is nobody to say goodbye to.
    let _gone = sink.close().await;
}

async fn gather_and_take(outbox: &Outbox, batch: &mut Vec<String>) -> Option<()> {
    outbox.gather(WRITE_BYTES).await;
    outbox.take(WRITE_BYTES, batch).await
}

/// Sends the close frame and drains the peer for as long as it may still be sending.
async fn say_goodbye<T: AsyncRead + AsyncWrite + Unpin>(
    mut sink: SplitSink<WebSocketStream<T>, Message>,
    frame: CloseFrame,
    stream: SplitStream<WebSocketStream<T>>,
) {
    let goodbye = async {
        if let Err(error) = sink.send(Message::Close(Some(frame))).await {
            tracing::debug!(%error, "the peer left before the close frame");
            return;
        }
        let Ok(mut socket) = sink.reunite(stream) else { return };
        let mut scrap = vec![0; WRITE_BYTES];
        let mut drained = 0;
        while drained < 4 * MAX_MESSAGE_BYTES {
            match socket.get_mut().read(&mut scrap).await {
                Ok(0) | Err(_) => return,
                Ok(bytes) => drained += bytes,
            }
        }
    };
    if tokio::time::timeout(DRAIN_DEADLINE, goodbye).await.is_err() {
        tracing::debug!("the peer did not close in time");
    }
}

async fn write_batch<T: AsyncRead + AsyncWrite + Unpin>(
    sink: &mut SplitSink<WebSocketStream<T>, Message>,
    batch: &mut Vec<String>,
) -> Result<(), WsError> {
    for text in batch.drain(..) {
        sink.feed(Message::text(text)).await?;
    }
    sink.flush().await
}

#[cfg(test)]
mod tests;
