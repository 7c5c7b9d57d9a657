//! One message a line over a process' pipes.

use anyhow::{Context, bail};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{ChildStdin, ChildStdout};
use tokio::time::timeout;

use super::child::ServerProcess;
use crate::session::{DEADLINE, Session, Wire};

/// A session with a server over its stdin and stdout.
pub type StdioServer = Session<Pipe>;

/// A process and its two pipes.
#[derive(Debug)]
pub struct Pipe {
    process: ServerProcess,
    stdin: Option<ChildStdin>,
    lines: Lines,
}

impl Pipe {
    pub(super) fn new(process: ServerProcess, stdin: ChildStdin, stdout: ChildStdout) -> Self {
        Self { process, stdin: Some(stdin), lines: Lines::new(stdout) }
    }

    /// The process at the other end.
    pub fn process(&mut self) -> &mut ServerProcess {
        &mut self.process
    }

    /// Writes bytes as they are, without the end of a line.
    pub async fn write(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        let stdin = self.stdin.as_mut().context("stdin is closed already")?;
        match timeout(DEADLINE, stdin.write_all(bytes)).await {
            Ok(written) => written.with_context(|| {
                format!("cannot write to the server{}", self.process.errors_shown())
            }),
            Err(_) => bail!("the server does not read{}", self.process.errors_shown()),
        }
    }

    /// Closes stdin, as a host does that goes away. Answers can still be read.
    pub fn close_stdin(&mut self) {
        self.stdin = None;
    }
}

impl Wire for Pipe {
    async fn send(&mut self, message: &[u8]) -> anyhow::Result<()> {
        let mut line = Vec::with_capacity(message.len() + 1);
        line.extend_from_slice(message);
        line.push(b'\n');
        self.write(&line).await
    }

    async fn receive(&mut self) -> anyhow::Result<Option<Vec<u8>>> {
        self.lines.next(&self.process).await
    }

    fn last_words(&self) -> String {
        self.process.errors_shown()
    }
}

impl Session<Pipe> {
    /// Closes stdin and returns the exit code. What the server still had to say is
    /// read and dropped: it could not end otherwise.
    pub async fn close(mut self) -> anyhow::Result<i32> {
        self.wire.close_stdin();
        while self.wire.receive().await?.is_some() {}
        self.wire.process.exit_code().await
    }
}

/// Whole lines of a server's stdout, read only when asked for.
#[derive(Debug)]
pub(super) struct Lines {
    stdout: BufReader<ChildStdout>,
    partial: Vec<u8>,
}

impl Lines {
    pub(super) fn new(stdout: ChildStdout) -> Self {
        Self { stdout: BufReader::new(stdout), partial: Vec::new() }
    }

    /// The next line without its end, or nothing when the server closed stdout.
    /// What is read of a line survives a passed deadline.
    pub(super) async fn next(
        &mut self,
        process: &ServerProcess,
    ) -> anyhow::Result<Option<Vec<u8>>> {
        let read = self.stdout.read_until(b'\n', &mut self.partial);
        let Ok(read) = timeout(DEADLINE, read).await else {
            bail!("no message in {DEADLINE:?}{}", process.errors_shown());
        };
        if read? == 0 && self.partial.is_empty() {
            return Ok(None);
        }
        if self.partial.pop_if(|last| *last == b'\n').is_none() {
            bail!("stdout ended within a line{}", process.errors_shown());
        }
        Ok(Some(std::mem::take(&mut self.partial)))
    }
}
