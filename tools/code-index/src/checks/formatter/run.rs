//! Runs a formatter over a text: by standard input, in an empty folder, for a
//! short time, with bounded output.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::Way;
use crate::cancel::Cancel;

/// A formatter that takes longer is ended.
const TIME: Duration = Duration::from_secs(5);
/// It is looked at this often whether the call was cancelled.
const POLL: Duration = Duration::from_millis(10);
/// What it prints beyond the text's own size.
const MORE: usize = 1 << 20;

/// Whether the text is formatted, or why that is not known.
pub(super) fn run(
    program: &Path,
    way: &Way,
    text: &str,
    folder: &Path,
    cancel: &Cancel,
) -> Result<bool, String> {
    let (Way::Prints(arguments) | Way::Silent(arguments) | Way::Status(arguments)) = way else {
        return Err("it is not run".to_owned());
    };
    std::fs::create_dir_all(folder).map_err(|_| "there is no folder to run it in".to_owned())?;
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env("RUSTUP_AUTO_INSTALL", "0")
        .env("NO_COLOR", "1")
        .env_remove("NODE_OPTIONS")
        .env_remove("PYTHONPATH")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("it could not be started: {error}"))?;
    let outcome = talk(&mut child, text, cancel);
    if outcome.is_err() {
        // One that has ended already cannot be killed, which is as well.
        let _killed = child.kill();
    }
    let waited = child.wait();
    let (output, errors) = outcome?;
    let status = waited.map_err(|error| format!("it could not be waited for: {error}"))?;
    judge(way, status, text, &output, &errors)
}

/// Gives the text and takes what is printed, all at once, so that no pipe fills.
fn talk(child: &mut Child, text: &str, cancel: &Cancel) -> Result<(Vec<u8>, Vec<u8>), String> {
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let limit = u64::try_from(text.len() + MORE).unwrap_or(u64::MAX);
    let text = text.to_owned();
    let (done, wait) = channel();
    thread::spawn(move || {
        let writer = thread::spawn(move || {
            // It may end without reading all.
            let _written = stdin.map(|mut stdin| stdin.write_all(text.as_bytes()));
        });
        let other = thread::spawn(move || read(stderr, limit));
        let output = read(stdout, limit);
        let errors = other.join().unwrap_or_default();
        // Nobody listens any more where the call has ended.
        let _sent = done.send((output, errors));
        drop(writer);
    });
    let ends = Instant::now() + TIME;
    loop {
        match wait.recv_timeout(POLL) {
            Ok(output) => return Ok(output),
            Err(RecvTimeoutError::Timeout) if cancel.is_cancelled() => {
                return Err("the call was cancelled".to_owned());
            }
            Err(RecvTimeoutError::Timeout) if Instant::now() >= ends => {
                return Err(format!("it took longer than {} s", TIME.as_secs()));
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Err("it ended oddly".to_owned()),
        }
    }
}

fn read(from: Option<impl Read>, limit: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(from) = from {
        // What was read before a failure is judged.
        let _read = from.take(limit).read_to_end(&mut bytes);
    }
    bytes
}

fn judge(
    way: &Way,
    status: ExitStatus,
    text: &str,
    output: &[u8],
    errors: &[u8],
) -> Result<bool, String> {
    let failed = || {
        let said = String::from_utf8_lossy(errors);
        let said = said.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
        let said: String = said.chars().take(120).collect();
        Err(format!("it could not format the text: {said}"))
    };
    match way {
        Way::Prints(_) if status.success() => Ok(output == text.as_bytes()),
        Way::Silent(_) if status.success() => Ok(output.is_empty()),
        Way::Status(_) if status.success() => Ok(true),
        Way::Status(_) if status.code() == Some(1) => Ok(false),
        _ => failed(),
    }
}
