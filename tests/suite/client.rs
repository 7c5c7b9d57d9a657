//! Our client against the fixture server as a process: calls, progress,
//! deadlines, cancels, and a server that dies.

use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use ymera_protocol::client::{
    CallOptions, Client, ClientError, ClientOptions, Target, progress_channel,
};
use ymera_protocol::serve::Token;
use ymera_test_kit::{Launch, Scratch, bin_path};

/// No wait in these tests is longer.
const DEADLINE: Duration = Duration::from_secs(30);

fn command(args: &[&str]) -> anyhow::Result<Target> {
    Ok(Target::Command {
        program: bin_path("ymera-fixture")?.into_os_string(),
        args: args.iter().map(Into::into).collect(),
        env: Vec::new(),
    })
}

async fn over_stdio() -> anyhow::Result<Client> {
    Ok(Client::connect(command(&[])?, ClientOptions::default()).await?)
}

fn arguments(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

/// The text that `echo` gives back.
async fn echo(client: &Client, text: &str) -> Result<String, ClientError> {
    let arguments = arguments(json!({ "text": text }));
    let result = client.call("echo", arguments, CallOptions::default()).await?;
    Ok(result.content[0].as_text().map(|text| text.text.clone()).unwrap_or_default())
}

/// Asks the fixture how many of its slow calls are running until there are `wanted`.
async fn sleeping(client: &Client, wanted: u64) -> anyhow::Result<()> {
    let started = Instant::now();
    loop {
        let text = client.read_resource("fixture://sleeping").await?;
        if serde_json::from_str::<Value>(&text)?["running"] == wanted {
            return Ok(());
        }
        anyhow::ensure!(started.elapsed() < DEADLINE, "never {wanted} running: {text}");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_command_is_started_asked_and_ended() -> anyhow::Result<()> {
    let client = over_stdio().await?;
    assert_eq!(echo(&client, "hello").await?, "hello");
    assert!(client.list_tools().await?.iter().any(|tool| tool.name == "echo"));
    client.close().await;
    Ok(())
}

#[tokio::test]
async fn a_websocket_is_asked_with_its_token() -> anyhow::Result<()> {
    let scratch = Scratch::new()?;
    let server = Launch::of("ymera-fixture")?.within(&scratch).listen().await?;
    let url = server.ready.ws.clone().expect("a WebSocket");
    let file = server.ready.token_file.clone().expect("a token file");
    let token = Some(Token::load_or_create(&file)?);
    let target = Target::Url { url: url.clone(), token };
    let client = Client::connect(target, ClientOptions::default()).await?;
    assert_eq!(echo(&client, "over the wire").await?, "over the wire");
    client.close().await;

    let target = Target::Url { url, token: None };
    let refused = Client::connect(target, ClientOptions::default()).await.err();
    assert!(matches!(refused, Some(ClientError::Connect { .. })), "{refused:?}");
    Ok(())
}

#[tokio::test]
async fn progress_comes_in_order_before_the_answer() -> anyhow::Result<()> {
    let client = over_stdio().await?;
    let (sender, mut reports) = progress_channel();
    let options = CallOptions { progress: Some(sender), ..CallOptions::default() };
    client.call("sleep", arguments(json!({ "ms": 70 })), options).await?;
    let mut seen = Vec::new();
    while let Ok(report) = reports.try_recv() {
        assert!(report.total.is_some() && report.message.is_some(), "{report:?}");
        seen.push(report.done);
    }
    assert!(seen.len() >= 3 && seen.is_sorted(), "{seen:?}");
    Ok(())
}

#[tokio::test]
async fn a_call_out_of_time_or_dropped_is_cancelled_at_the_server() -> anyhow::Result<()> {
    let client = over_stdio().await?;
    let long = || arguments(json!({ "ms": 600_000 }));
    let deadline = Some(Duration::from_millis(50));
    let options = CallOptions { deadline, ..CallOptions::default() };
    let late = client.call("sleep", long(), options).await.err();
    assert!(matches!(late, Some(ClientError::Deadline(_))), "{late:?}");
    sleeping(&client, 0).await?;

    tokio::select! {
        result = client.call("sleep", long(), CallOptions::default()) => panic!("{result:?}"),
        running = sleeping(&client, 1) => running?,
    }
    sleeping(&client, 0).await?;
    Ok(())
}

#[tokio::test]
async fn a_lost_server_fails_its_call_and_is_started_again() -> anyhow::Result<()> {
    let client = over_stdio().await?;
    let first = client.server_pid().await.expect("a child");
    let lost = {
        let call =
            client.call("sleep", arguments(json!({ "ms": 600_000 })), CallOptions::default());
        let killer = async {
            sleeping(&client, 1).await?;
            kill(first)?;
            std::future::pending::<anyhow::Result<()>>().await
        };
        tokio::select! {
            result = call => result.err(),
            failed = killer => return failed,
        }
    };
    assert!(matches!(lost, Some(ClientError::Lost)), "{lost:?}");
    assert_eq!(echo(&client, "again").await?, "again");
    assert_ne!(client.server_pid().await, Some(first));
    Ok(())
}

/// Kills a process that this test started.
fn kill(pid: u32) -> anyhow::Result<()> {
    let status = std::process::Command::new("kill").args(["-9", &pid.to_string()]).status()?;
    anyhow::ensure!(status.success(), "kill ended with {status}");
    Ok(())
}

#[tokio::test]
async fn failures_name_the_thing_and_the_next_step() -> anyhow::Result<()> {
    let missing = Target::Command { program: "/no/such/server".into(), args: vec![], env: vec![] };
    let silent = Target::Command { program: "true".into(), args: vec![], env: vec![] };
    let secure = Target::Url { url: "wss://127.0.0.1:1/mcp".into(), token: None };
    let closed = Target::Url { url: "ws://127.0.0.1:1/mcp".into(), token: None };
    for (target, part) in [
        (missing, "PATH"),
        (silent, "handshake"),
        (secure, "ws://HOST:PORT/mcp"),
        (closed, "ws://127.0.0.1:1/mcp"),
    ] {
        let error = Client::connect(target, ClientOptions::default()).await.err();
        let message = error.map(|error| error.to_string()).unwrap_or_default();
        assert!(message.contains(part), "{part}: {message}");
    }
    let client = over_stdio().await?;
    let refused = client.call("no_such_tool", Map::new(), CallOptions::default()).await.err();
    assert!(matches!(refused, Some(ClientError::Refused { .. })), "{refused:?}");
    let panicked =
        client.call("panic", arguments(json!({ "message": "x" })), CallOptions::default());
    assert!(matches!(panicked.await.err(), Some(ClientError::Refused { code: -32603, .. })));
    assert_eq!(echo(&client, "alive").await?, "alive");
    Ok(())
}
