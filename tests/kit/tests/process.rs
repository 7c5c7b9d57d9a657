//! Processes: their start, their end, and what a failure shows.

use std::path::Path;

use serde_json::json;
use ymera_test_kit::{Launch, Scratch, bin_path};

use crate::start;

#[tokio::test]
async fn closing_stdin_ends_the_server_cleanly() -> anyhow::Result<()> {
    let mut server = start()?;
    server.handshake().await?;
    assert_eq!(server.close().await?, 0);
    Ok(())
}

#[tokio::test]
async fn answers_may_come_in_any_order() -> anyhow::Result<()> {
    let mut server = start()?;
    server.handshake().await?;
    let slow = server.start_call("sleep", json!({ "ms": 50 })).await?;
    let quick = server.start_call("echo", json!({ "text": "quick" })).await?;
    let slow = server.answer(slow).await?;
    assert_eq!(slow["result"]["content"][0]["text"], "slept 50 ms");
    let quick = server.answer(quick).await?;
    assert_eq!(quick["result"]["content"][0]["text"], "quick");
    assert!(server.take_unread().is_empty());
    Ok(())
}

#[tokio::test]
async fn bytes_are_sent_as_they_are() -> anyhow::Result<()> {
    let mut server = start()?;
    server.handshake().await?;
    for part in [r#"{"jsonrpc":"2.0","id":"half"#, r#" and half","method":"ping"}"#, "\n"] {
        server.wire.write(part.as_bytes()).await?;
    }
    let answer = server.answer("half and half").await?;
    assert_eq!(answer["result"], json!({}));
    Ok(())
}

#[tokio::test]
async fn an_early_end_shows_stderr() -> anyhow::Result<()> {
    let mut server =
        Launch::at(env!("CARGO_BIN_EXE_ymera-fixture")).arg("--no-such-flag").stdio()?;
    let error = server.next().await.expect_err("a server that ended says nothing").to_string();
    assert!(error.starts_with("the server closed the connection; its stderr"), "{error}");
    assert_eq!(server.wire.process().exit_code().await?, 2);
    assert!(server.wire.process().stderr().contains("--no-such-flag"));
    Ok(())
}

#[tokio::test]
async fn a_killed_server_has_no_exit_code() -> anyhow::Result<()> {
    let mut server = start()?;
    server.handshake().await?;
    assert!(server.wire.process().peak_memory()? > 1 << 20);
    server.wire.process().kill().await?;
    assert!(server.wire.process().exit_code().await.is_err());
    assert!(server.ask("ping", json!({})).await.is_err());
    Ok(())
}

#[tokio::test]
async fn a_listening_server_says_where() -> anyhow::Result<()> {
    let scratch = Scratch::new()?;
    let launch = Launch::at(env!("CARGO_BIN_EXE_ymera-fixture")).within(&scratch);
    let server = launch.arg("--no-token").listen().await?;
    assert!(server.ready.http.starts_with("http://127.0.0.1:"), "{:?}", server.ready);
    assert_eq!(server.token()?, None);
    Ok(())
}

#[test]
fn a_scratch_folder_goes_with_its_value() -> anyhow::Result<()> {
    let scratch = Scratch::new()?;
    let file = scratch.write("src/lib.rs", "//! Nothing.")?;
    assert_eq!(std::fs::read_to_string(&file)?, "//! Nothing.");
    assert!(
        file.starts_with(scratch.root()) && scratch.home().is_dir() && scratch.cache().is_dir()
    );
    drop(scratch);
    assert!(!file.exists());
    Ok(())
}

#[test]
fn a_binary_is_found_and_a_missing_one_is_named() -> anyhow::Result<()> {
    assert_eq!(bin_path("ymera-fixture")?, Path::new(env!("CARGO_BIN_EXE_ymera-fixture")));
    let error = bin_path("ymera-no-such").expect_err("there is no such binary").to_string();
    assert!(error.contains(r#""--bin" "ymera-no-such""#), "{error}");
    Ok(())
}
