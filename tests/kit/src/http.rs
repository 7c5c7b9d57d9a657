//! One HTTP request with exactly the headers that a test wants, and its answer.
//!
//! **Deliberately absent:** connections that stay open, and streams without an
//! end. The request says `Connection: close`, so the answer is what comes until then.

use anyhow::{Context, bail};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::session::DEADLINE;

/// A request about to be sent.
#[derive(Debug, Clone)]
pub struct HttpRequest {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// What the server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpAnswer {
    /// The status code.
    pub status: u16,
    /// All headers in their order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, put together when it came in chunks.
    pub body: Vec<u8>,
}

impl HttpRequest {
    /// A request for an `http://HOST:PORT/PATH` address.
    pub fn new(method: &str, url: &str) -> Self {
        let (method, url) = (method.to_owned(), url.to_owned());
        Self { method, url, headers: Vec::new(), body: Vec::new() }
    }

    /// Sets a header, also `Host`, in place of an earlier one of that name.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Sends it and reads the answer to its end.
    pub async fn send(self) -> anyhow::Result<HttpAnswer> {
        let rest = self.url.strip_prefix("http://").context("the address is not http")?;
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let mut head = format!("{} /{path} HTTP/1.1\r\nConnection: close\r\n", self.method);
        if !self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("Host")) {
            head += &format!("Host: {host}\r\n");
        }
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += &format!("Content-Length: {}\r\n\r\n", self.body.len());

        let exchange = async {
            let mut stream = TcpStream::connect(host).await?;
            stream.write_all(head.as_bytes()).await?;
            let written = stream.write_all(&self.body).await;
            let mut answer = Vec::new();
            let read = stream.read_to_end(&mut answer).await;
            // A server may answer before it has read all, and then hang up: what
            // came counts, and an error only where nothing did.
            if answer.is_empty() {
                written.and(read.map(drop))?;
            }
            anyhow::Ok(answer)
        };
        let answer = timeout(DEADLINE, exchange).await.context("the answer never ended")?;
        parse(&answer.with_context(|| format!("{} {} failed", self.method, self.url))?)
    }
}

impl HttpAnswer {
    /// The first header of that name, in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    pub fn json(&self) -> anyhow::Result<Value> {
        let shown = || format!("not JSON: {}", String::from_utf8_lossy(&self.body));
        serde_json::from_slice(&self.body).with_context(shown)
    }

    /// The messages in a body of server-sent events. Events without data are left out.
    pub fn events(&self) -> anyhow::Result<Vec<Value>> {
        let text = std::str::from_utf8(&self.body).context("events must be UTF-8")?;
        let data = text.lines().filter_map(|line| line.strip_prefix("data:"));
        let messages = data.map(str::trim).filter(|data| !data.is_empty());
        messages.map(|data| serde_json::from_str(data).context(data.to_owned())).collect()
    }
}

fn parse(answer: &[u8]) -> anyhow::Result<HttpAnswer> {
    let end = find(answer, b"\r\n\r\n").context("the answer has no end of headers")?;
    let head = std::str::from_utf8(&answer[..end]).context("the headers are not text")?;
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).context("no status")?;
    let status = status.parse().with_context(|| format!("`{status}` is no status"))?;
    let mut headers = Vec::new();
    for line in lines {
        let (name, value) = line.split_once(':').with_context(|| format!("no header: {line}"))?;
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut answer = HttpAnswer { status, headers, body: answer[end + 4..].to_vec() };
    if answer.header("transfer-encoding") == Some("chunked") {
        answer.body = joined(&answer.body)?;
    }
    Ok(answer)
}

/// Puts a chunked body together (RFC 9112, section 7.1).
fn joined(mut chunks: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = find(chunks, b"\r\n").context("the answer ended between two chunks")?;
        let size = std::str::from_utf8(&chunks[..end])?;
        let size = usize::from_str_radix(size, 16).with_context(|| format!("chunk of `{size}`"))?;
        if size == 0 {
            return Ok(body);
        }
        let Some(chunk) = chunks.get(end + 2..end + 2 + size) else {
            bail!("the answer ended within a chunk of {size} bytes");
        };
        body.extend_from_slice(chunk);
        chunks = chunks.get(end + 4 + size..).unwrap_or_default();
    }
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}
