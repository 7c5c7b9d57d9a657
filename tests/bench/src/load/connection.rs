//! A started server and one connection to it: messages out, messages in.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use futures::stream::SplitStream;
use futures::{SinkExt, StreamExt};
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// Time that a server has to start, and to leave.
const PROCESS_DEADLINE: Duration = Duration::from_secs(20);
/// What is read at once; a pipe of Linux holds a quarter of it.
const READ_BYTES: usize = 256 << 10;
/// The same of a WebSocket, whose library clears as much before each read.
const FRAME_BYTES: usize = 16 << 10;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// How a server is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wire {
    /// Its own pipes.
    Stdio,
    /// The WebSocket that its ready line names.
    WebSocket,
}

/// A server that can be started.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<String>,
    /// Variables above those of this process.
    pub(crate) environment: Vec<(&'static str, PathBuf)>,
    pub(crate) wire: Wire,
}

/// The line of a listening server that is ready, as far as it matters here.
#[derive(Deserialize)]
struct Ready {
    ws: String,
}

/// A binary of the same build.
pub(crate) fn beside_us(name: &str) -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe().context("cannot tell where this program is")?;
    let folder = own.parent().unwrap_or(Path::new("."));
    let path = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    if !path.exists() {
        bail!("`{}` is not built; run scripts/bench, which builds it", path.display());
    }
    Ok(path)
}

/// One connection. Writing happens in a task of its own, one message per write.
pub(super) struct Connection {
    process: Option<Process>,
    out: mpsc::UnboundedSender<String>,
    input: Input,
}

enum Input {
    Lines(BufReader<Box<dyn AsyncRead + Unpin>>, Vec<u8>),
    Frames(SplitStream<Socket>, Message),
}

/// A started process. Where the connection is a WebSocket, its pipes stay open:
/// closing one could end it.
struct Process {
    child: Child,
    pipes: Option<(ChildStdin, BufReader<ChildStdout>)>,
}

impl Connection {
    /// Starts `server` and connects to it.
    pub(super) async fn open(server: &Server) -> anyhow::Result<Self> {
        let name = server.program.display();
        let mut child = Command::new(&server.program)
            .args(&server.arguments)
            .envs(server.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start `{name}`"))?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let (stdin, stdout) = pipes.context("the server started without its pipes")?;
        if server.wire == Wire::Stdio {
            let process = Some(Process { child, pipes: None });
            return Ok(Self { process, ..Self::over(stdout, stdin) });
        }
        let mut stdout = BufReader::new(stdout);
        let ready = timeout(PROCESS_DEADLINE, connect(&mut stdout)).await;
        let (out, input) = ready.with_context(|| format!("`{name}` was not ready in time"))??;
        Ok(Self { process: Some(Process { child, pipes: Some((stdin, stdout)) }), out, input })
    }

    /// Speaks lines over any pair of byte streams.
    pub(super) fn over(
        input: impl AsyncRead + Unpin + 'static,
        mut output: impl AsyncWrite + Unpin + Send + 'static,
    ) -> Self {
        let (out, mut queue) = mpsc::unbounded_channel::<String>();
        tokio::spawn(async move {
            while let Some(mut text) = queue.recv().await {
                text.push('\n');
                // The reader sees that the server is gone, too, and reports it.
                let Ok(()) = output.write_all(text.as_bytes()).await else { break };
            }
        });
        let reader = BufReader::with_capacity(READ_BYTES, Box::new(input) as Box<_>);
        Self { process: None, out, input: Input::Lines(reader, Vec::new()) }
    }

    pub(super) fn send(&self, message: String) -> anyhow::Result<()> {
        self.out.send(message).context("the server closed its input")
    }

    /// The next message as JSON text.
    pub(super) async fn receive(&mut self) -> anyhow::Result<&[u8]> {
        match &mut self.input {
            Input::Lines(reader, line) => {
                line.clear();
                if reader.read_until(b'\n', line).await? == 0 {
                    bail!("the server closed its output");
                }
                Ok(line)
            }
            Input::Frames(stream, last) => loop {
                match stream.next().await.context("the server closed the WebSocket")?? {
                    Message::Close(_) => bail!("the server closed the WebSocket"),
                    Message::Text(text) => {
                        *last = Message::Text(text);
                        let Message::Text(text) = last else { continue };
                        return Ok(text.as_bytes());
                    }
                    _ => {}
                }
            },
        }
    }

    pub(super) fn pid(&self) -> Option<u32> {
        self.process.as_ref().and_then(|process| process.child.id())
    }

    /// Closes the stream and sees the process end; one that listens is ended.
    pub(super) async fn close(self) -> anyhow::Result<()> {
        let Self { process, out, input } = self;
        drop((out, input));
        let Some(Process { mut child, pipes }) = process else { return Ok(()) };
        let listens = pipes.is_some();
        if listens || timeout(PROCESS_DEADLINE, child.wait()).await.is_err() {
            child.kill().await.context("cannot end the server")?;
        }
        Ok(())
    }
}

/// Waits for the ready line on `stdout` and opens the WebSocket that it names.
async fn connect(
    stdout: &mut BufReader<ChildStdout>,
) -> anyhow::Result<(mpsc::UnboundedSender<String>, Input)> {
    let mut line = String::new();
    stdout.read_line(&mut line).await?;
    let ready: Ready =
        serde_json::from_str(&line).with_context(|| format!("not a ready line: `{line}`"))?;
    let mut request = ready.ws.as_str().into_client_request()?;
    request.headers_mut().insert("Sec-WebSocket-Protocol", HeaderValue::from_static("mcp"));
    let config = WebSocketConfig::default().read_buffer_size(FRAME_BYTES);
    let connecting = tokio_tungstenite::connect_async_with_config(request, Some(config), true);
    let (mut sink, stream) = connecting.await?.0.split();
    let (out, mut queue) = mpsc::unbounded_channel::<String>();
    tokio::spawn(async move {
        while let Some(text) = queue.recv().await {
            let Ok(()) = sink.send(Message::text(text)).await else { break };
        }
    });
    Ok((out, Input::Frames(stream, Message::text(""))))
}
