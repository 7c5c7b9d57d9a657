//! The context server as a real process over real pipes, as a host sees it.

mod answers;
mod live;
mod memory;
mod roots;

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use ymera_test_kit::{Launch, Scratch, StdioServer};

/// No wait in these tests is longer.
const DEADLINE: Duration = Duration::from_secs(30);

/// A copy of the small shop to change at will.
fn shop() -> anyhow::Result<Scratch> {
    let scratch = Scratch::new()?;
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/repos/tiny-shop");
    for entry in ignore::Walk::new(&from) {
        let entry = entry?;
        if entry.file_type().is_some_and(|kind| kind.is_file()) {
            scratch.write(entry.path().strip_prefix(&from)?, std::fs::read(entry.path())?)?;
        }
    }
    Ok(scratch)
}

/// A server for the scratch folder's root, past its handshake.
async fn server(scratch: &Scratch) -> anyhow::Result<StdioServer> {
    server_of(scratch, "default").await
}

/// A server with the tool sets named.
async fn server_of(scratch: &Scratch, toolsets: &str) -> anyhow::Result<StdioServer> {
    let root = scratch.root();
    let launch = Launch::of("ymera-context")?.arg("--root").arg(root);
    let mut server = launch.arg("--toolsets").arg(toolsets).within(scratch).stdio()?;
    server.handshake().await?;
    Ok(server)
}

/// Calls a tool and gives its structured content; a tool error is an error.
async fn ask(server: &mut StdioServer, tool: &str, arguments: Value) -> anyhow::Result<Value> {
    let result = server.call(tool, arguments).await?;
    anyhow::ensure!(result["isError"] != true, "{tool} failed: {result}");
    Ok(result["structuredContent"].clone())
}

/// The text of a tool error.
async fn refusal(server: &mut StdioServer, tool: &str, arguments: Value) -> anyhow::Result<String> {
    let result = server.call(tool, arguments).await?;
    anyhow::ensure!(result["isError"] == true, "{tool} should have failed: {result}");
    Ok(result["content"][0]["text"].as_str().unwrap_or_default().to_owned())
}

/// Asks again until the answer is as wanted.
async fn until(
    server: &mut StdioServer,
    tool: &str,
    arguments: Value,
    wanted: impl Fn(&Value) -> bool,
) -> anyhow::Result<Value> {
    let started = Instant::now();
    loop {
        let answer = ask(server, tool, arguments.clone()).await?;
        if wanted(&answer) {
            return Ok(answer);
        }
        anyhow::ensure!(started.elapsed() < DEADLINE, "never as wanted, at last: {answer}");
        tokio::task::yield_now().await;
    }
}

/// Waits until the index is complete.
async fn complete(server: &mut StdioServer) -> anyhow::Result<()> {
    until(server, "find_symbol", json!({ "name": "x" }), |answer| {
        answer["index"]["complete"] == true
    })
    .await?;
    Ok(())
}
