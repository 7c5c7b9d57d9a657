//! A server's process: its end, its memory, its stderr.

use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, bail};
use tokio::io::AsyncReadExt;
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::session::DEADLINE;

/// The last part of stderr is what explains a failure.
const KEPT_STDERR: usize = 64 << 10;

/// A running server. Dropping it kills the process.
#[derive(Debug)]
pub struct ServerProcess {
    name: String,
    child: Child,
    errors: Arc<Mutex<Vec<u8>>>,
    drain: JoinHandle<()>,
}

impl ServerProcess {
    /// Starts `command` and takes its pipes.
    pub(super) fn start(mut command: Command) -> anyhow::Result<(Self, ChildStdin, ChildStdout)> {
        let name = command.as_std().get_program().to_string_lossy().into_owned();
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.kill_on_drop(true);
        let mut child = command.spawn().with_context(|| format!("cannot start `{name}`"))?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(stdin), Some(stdout), Some(stderr)) = pipes else {
            bail!("`{name}` started without its pipes");
        };
        let errors = Arc::default();
        let drain = tokio::spawn(keep_tail(stderr, Arc::clone(&errors)));
        Ok((Self { name, child, errors, drain }, stdin, stdout))
    }

    /// The process id, while the process runs.
    pub fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// The last 64 KiB of what the server wrote to stderr until now.
    pub fn stderr(&self) -> String {
        let errors = self.errors.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&errors).into_owned()
    }

    /// The most memory the process ever held, in bytes (Linux only).
    pub fn peak_memory(&self) -> anyhow::Result<u64> {
        let pid = self.pid().context("the process has ended; read its memory before")?;
        let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let line = line.context("`/proc` tells no peak memory")?;
        let kib = line.trim().trim_end_matches("kB").trim().parse::<u64>()?;
        Ok(kib << 10)
    }

    /// Asks the process to end, as a service manager does (Unix only).
    pub async fn terminate(&self) -> anyhow::Result<()> {
        let pid = self.pid().context("the process has ended already")?;
        let status = Command::new("kill").args(["-TERM", &pid.to_string()]).status().await?;
        if !status.success() {
            bail!("`kill -TERM {pid}` failed");
        }
        Ok(())
    }

    /// Ends the process at once, as a crash would.
    pub async fn kill(&mut self) -> anyhow::Result<()> {
        self.child.kill().await.with_context(|| format!("cannot kill `{}`", self.name))
    }

    /// Waits for the process to end by itself and returns its exit code. All of
    /// its stderr is read then.
    pub async fn exit_code(&mut self) -> anyhow::Result<i32> {
        let Ok(status) = timeout(DEADLINE, self.child.wait()).await else {
            bail!("`{}` still runs after {DEADLINE:?}{}", self.name, self.errors_shown());
        };
        if !self.drain.is_finished() {
            let drained = timeout(DEADLINE, &mut self.drain).await;
            drained.context("the server ended, but a child of it still has its stderr")??;
        }
        let code = status?.code();
        code.with_context(|| format!("a signal ended `{}`{}", self.name, self.errors_shown()))
    }

    /// The stderr so far, in the form that an error message ends with.
    pub(super) fn errors_shown(&self) -> String {
        match self.stderr() {
            errors if errors.is_empty() => "; its stderr is empty".to_owned(),
            errors => format!("; its stderr:\n{errors}"),
        }
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        self.drain.abort();
    }
}

/// Reads stderr to its end: a full pipe would stop the server.
async fn keep_tail(mut stderr: ChildStderr, kept: Arc<Mutex<Vec<u8>>>) {
    let mut chunk = [0; 4096];
    while let Ok(read @ 1..) = stderr.read(&mut chunk).await {
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend_from_slice(&chunk[..read]);
        let surplus = kept.len().saturating_sub(KEPT_STDERR);
        kept.drain(..surplus);
    }
}
