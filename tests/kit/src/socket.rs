//! One message a text frame over a WebSocket, and whatever else a peer may send.

use anyhow::{Context, bail};
use futures::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue, Response};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use crate::session::{DEADLINE, Session, Wire};

/// How a WebSocket is to be opened. Nothing is sent that was not asked for, but
/// `Host` and what the protocol itself needs.
#[derive(Debug, Clone)]
pub struct Handshake {
    url: String,
    headers: Vec<(String, String)>,
}

/// How an opening ended.
#[derive(Debug)]
pub enum Opening {
    /// The server speaks WebSocket now.
    Open(Box<Socket>),
    /// The server answered with another status than 101.
    Refused(u16),
}

impl Handshake {
    /// A handshake for a `ws://HOST:PORT/PATH` address.
    pub fn new(url: &str) -> Self {
        Self { url: url.to_owned(), headers: Vec::new() }
    }

    /// Sets a header; `Host` may be replaced too.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Opens the socket; a refusal is an error.
    pub async fn open(self) -> anyhow::Result<Socket> {
        match self.attempt().await? {
            Opening::Open(socket) => Ok(*socket),
            Opening::Refused(status) => bail!("the server refused the WebSocket: {status}"),
        }
    }

    /// Tries to open the socket.
    pub async fn attempt(self) -> anyhow::Result<Opening> {
        let mut request = self.url.as_str().into_client_request()?;
        for (name, value) in &self.headers {
            let name = HeaderName::try_from(name)?;
            request.headers_mut().insert(name, HeaderValue::try_from(value)?);
        }
        let uri = request.uri();
        let address = uri.authority().context("the address names no host")?.as_str().to_owned();
        let stream = timeout(DEADLINE, TcpStream::connect(&address)).await?;
        let stream = stream.with_context(|| format!("cannot connect to {address}"))?;
        // What a server may send is the test's to judge, not the client's.
        let mut config = WebSocketConfig::default();
        config.max_message_size = None;
        config.max_frame_size = None;
        let opened = client_async_with_config(request, stream, Some(config));
        match timeout(DEADLINE, opened).await.context("the handshake was never answered")? {
            Ok((stream, response)) => {
                Ok(Opening::Open(Box::new(Socket { stream, closed: None, response })))
            }
            Err(Error::Http(response)) => Ok(Opening::Refused(response.status().as_u16())),
            Err(error) => Err(error).context("the handshake failed"),
        }
    }
}

/// An open WebSocket.
#[derive(Debug)]
pub struct Socket {
    stream: WebSocketStream<TcpStream>,
    closed: Option<u16>,
    response: Response<Option<Vec<u8>>>,
}

impl Socket {
    /// The sub-protocol that the server chose.
    pub fn subprotocol(&self) -> Option<&str> {
        self.response.headers().get("Sec-WebSocket-Protocol")?.to_str().ok()
    }

    /// Sends a frame of any kind.
    pub async fn send_frame(&mut self, frame: Message) -> anyhow::Result<()> {
        let sent = timeout(DEADLINE, self.stream.send(frame)).await;
        sent.context("the server does not read")?.context("cannot send to the server")
    }

    /// Returns the next frame of any kind, or nothing once the server is gone.
    pub async fn next_frame(&mut self) -> anyhow::Result<Option<Message>> {
        let frame = timeout(DEADLINE, self.stream.next()).await;
        let frame = frame.with_context(|| format!("no frame in {DEADLINE:?}"))?;
        match frame {
            Some(Ok(frame)) => {
                if let Message::Close(reason) = &frame {
                    // 1005 is the protocol's own word for a close without a code.
                    self.closed = Some(reason.as_ref().map_or(1005, |reason| reason.code.into()));
                    self.reply_to_close().await?;
                }
                Ok(Some(frame))
            }
            None | Some(Err(Error::ConnectionClosed | Error::AlreadyClosed)) => Ok(None),
            Some(Err(error)) => Err(error).context("the WebSocket broke"),
        }
    }

    /// Sends the reply that the library has queued, which a server may wait for.
    async fn reply_to_close(&mut self) -> anyhow::Result<()> {
        let flushed = timeout(DEADLINE, self.stream.flush()).await;
        match flushed.context("the server does not read the reply to its close")? {
            // It need not wait: many servers close the connection at once.
            Ok(()) | Err(Error::ConnectionClosed | Error::Io(_)) => Ok(()),
            Err(error) => Err(error).context("cannot reply to the close"),
        }
    }

    /// The code that the server closed with, once it did.
    pub fn close_code(&self) -> Option<u16> {
        self.closed
    }
}

impl Wire for Socket {
    async fn send(&mut self, message: &[u8]) -> anyhow::Result<()> {
        let text = std::str::from_utf8(message).context("a text frame must be UTF-8")?;
        self.send_frame(Message::text(text)).await
    }

    async fn receive(&mut self) -> anyhow::Result<Option<Vec<u8>>> {
        loop {
            match self.next_frame().await? {
                Some(Message::Text(text)) => return Ok(Some(text.as_bytes().to_vec())),
                Some(Message::Ping(_) | Message::Pong(_)) => {}
                Some(Message::Close(_)) | None => return Ok(None),
                Some(other) => bail!("not a text frame: {other:?}"),
            }
        }
    }
}

impl Session<Socket> {
    /// Reads until the server has closed, leaves, and returns its close code.
    pub async fn closed_with(mut self) -> anyhow::Result<u16> {
        while self.wire.receive().await?.is_some() {}
        self.wire.close_code().context("the server left without a close frame")
    }

    /// Closes the socket and waits for the server's own close.
    pub async fn close(mut self) -> anyhow::Result<()> {
        self.wire.send_frame(Message::Close(None)).await?;
        while self.wire.receive().await?.is_some() {}
        Ok(())
    }
}
