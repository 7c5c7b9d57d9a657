//! Runs a program of others to its end, within a deadline.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::process::Command;
use tokio::time::timeout;

/// Longer than an indexer takes on any repository that is measured here.
const DEADLINE: Duration = Duration::from_secs(3600);
/// How much of what a failed program said is shown.
const SHOWN_BYTES: usize = 2000;

/// Runs `command`, called `name` in messages. What it says is shown where it fails.
pub(super) async fn run(name: &str, mut command: Command) -> anyhow::Result<()> {
    eprintln!("running {name}");
    command.stdin(Stdio::null()).kill_on_drop(true);
    let output = timeout(DEADLINE, command.output()).await;
    let output = output
        .with_context(|| format!("{name} did not end in {DEADLINE:?}"))?
        .with_context(|| format!("cannot start {name}"))?;
    if !output.status.success() {
        let said = [output.stdout, output.stderr].concat();
        let last = &said[said.len().saturating_sub(SHOWN_BYTES)..];
        bail!("{name} ended with {}: {}", output.status, String::from_utf8_lossy(last).trim());
    }
    Ok(())
}
