//! One message per line, over stdio or any byte stream.
//!
//! **Invariants**
//! - A line above [`MAX_MESSAGE_BYTES`] is dropped as it arrives; the stream
//!   goes on with the next line.
//! - Reading keeps its state in the reader, so a read may be dropped and
//!   started again.

use std::sync::Arc;

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::task::yield_now;

use super::outbox::Outbox;
use super::oversize::IdFinder;
use super::{Incoming, Source};
use crate::limits::{LOOKS_BEFORE_SLEEP, MAX_MESSAGE_BYTES};

/// Room made before each read; a pipe of Linux holds as much.
const READ_BYTES: usize = 64 * 1024;

/// A buffer above this is given back once it is empty.
const KEEP_BYTES: usize = 1024 * 1024;

/// Bytes written at once. Larger messages are written as they are.
const WRITE_BYTES: usize = 64 * 1024;

/// Reads lines from a byte stream.
pub(crate) struct LineReader<R> {
    input: R,
    buffer: BytesMut,
    /// Bytes of `buffer` known to hold no line end.
    scanned: usize,
    oversize: Option<IdFinder>,
    ended: bool,
    /// Looks for more since the last bytes came.
    looks: u32,
}

impl<R> LineReader<R> {
    pub(crate) fn new(input: R) -> Self {
        let (buffer, looks) = (BytesMut::new(), LOOKS_BEFORE_SLEEP);
        Self { input, buffer, scanned: 0, oversize: None, ended: false, looks }
    }

    /// Takes the next whole line out of the buffer.
    fn line(&mut self) -> Option<Incoming> {
        loop {
            let end = memchr::memchr(b'\n', &self.buffer[self.scanned..]);
            let Some(end) = end.map(|at| self.scanned + at) else {
                self.scanned = self.buffer.len();
                if self.oversize.is_some() || self.buffer.len() > MAX_MESSAGE_BYTES {
                    self.skip(self.buffer.len());
                }
                return None;
            };
            self.scanned = 0;
            if self.oversize.is_some() || end > MAX_MESSAGE_BYTES {
                self.skip(end + 1);
                if let Some(incoming) = self.end_of_oversize() {
                    return Some(incoming);
                }
                continue;
            }
            let line = self.buffer.split_to(end + 1).freeze();
            if !line.trim_ascii().is_empty() {
                return Some(Incoming::Message(line));
            }
        }
    }

    /// Drops bytes of an oversize line, looking for its id.
    fn skip(&mut self, bytes: usize) {
        let skipped = self.buffer.split_to(bytes);
        self.oversize.get_or_insert_default().feed(&skipped);
        self.scanned = 0;
    }

    /// What is to be said of an oversize line; nothing when it was a response.
    fn end_of_oversize(&mut self) -> Option<Incoming> {
        let finder = self.oversize.take()?;
        if finder.is_response() {
            tracing::debug!("ignored an oversize response");
            return None;
        }
        Some(Incoming::TooLarge(finder.finish()))
    }

    /// What is left when the stream ends without a line end.
    fn last(&mut self) -> Incoming {
        if let Some(incoming) = self.end_of_oversize() {
            return incoming;
        }
        let rest = self.buffer.split().freeze();
        self.scanned = 0;
        if rest.trim_ascii().is_empty() { Incoming::Ended } else { Incoming::Message(rest) }
    }
}

impl<R: AsyncRead + Unpin + Send> Source for LineReader<R> {
    async fn next(&mut self) -> Incoming {
        loop {
            if let Some(incoming) = self.line() {
                return incoming;
            }
            if self.ended {
                return self.last();
            }
            if self.buffer.is_empty() && self.buffer.capacity() > KEEP_BYTES {
                self.buffer = BytesMut::new();
            }
            self.buffer.reserve(READ_BYTES);
            let read = tokio::select! {
                biased;
                read = self.input.read_buf(&mut self.buffer) => read,
                () = yield_now(), if self.looks < LOOKS_BEFORE_SLEEP => {
                    self.looks += 1;
                    continue;
                }
            };
            self.looks = 0;
            match read {
                Ok(0) => self.ended = true,
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(%error, "reading from the peer failed");
                    return Incoming::Lost;
                }
            }
        }
    }
}

/// Writes queued messages as lines until the connection is finished.
pub(crate) async fn write_lines<W: AsyncWrite + Unpin>(mut output: W, outbox: Arc<Outbox>) {
    let mut batch = Vec::new();
    let mut bytes = Vec::with_capacity(WRITE_BYTES);
    loop {
        outbox.gather(WRITE_BYTES).await;
        if outbox.take(WRITE_BYTES, &mut batch).await.is_none() {
            return;
        }
        let written = write_batch(&mut output, &mut batch, &mut bytes).await;
        outbox.written();
        if let Err(error) = written {
            tracing::debug!(%error, "the peer no longer reads");
            outbox.close();
            return;
        }
    }
}

async fn write_batch<W: AsyncWrite + Unpin>(
    output: &mut W,
    batch: &mut Vec<String>,
    bytes: &mut Vec<u8>,
) -> std::io::Result<()> {
    bytes.clear();
    for text in batch.drain(..) {
        if text.len() >= WRITE_BYTES {
            output.write_all(bytes).await?;
            bytes.clear();
            output.write_all(text.as_bytes()).await?;
        } else {
            bytes.extend_from_slice(text.as_bytes());
        }
        bytes.push(b'\n');
    }
    output.write_all(bytes).await?;
    output.flush().await
}

#[cfg(test)]
mod tests;
