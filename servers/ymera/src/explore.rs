//! `ymera explore`: one question, asked as a host would ask it.
//!
//! It starts its own executable as a context server over stdio, waits for the
//! index (with progress on a terminal), calls `explore_code` and prints the answer.

use std::ffi::OsString;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use ymera_kit::Failure;
use ymera_protocol::client::{CallOptions, Client, ClientOptions, Target};

use crate::report::{Times, readable};

/// A large repository's first index takes minutes on a small machine.
const INDEX_DEADLINE: Duration = Duration::from_secs(1800);

/// Between two looks at how far the index is.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Flags of `ymera explore`.
#[derive(Debug, clap::Args)]
pub(crate) struct Explore {
    /// The question or task, such as "how are cancelled requests handled".
    question: String,

    /// The project; default the one around the working directory.
    #[arg(long, value_name = "PATH")]
    root: Option<PathBuf>,

    /// Print the structured answer as JSON.
    #[arg(long)]
    json: bool,

    /// Most tokens of the answer.
    #[arg(long, value_name = "N", default_value_t = 2000)]
    budget: usize,

    /// Only these folders, files or globs; repeatable.
    #[arg(long, value_name = "GLOB")]
    path: Vec<String>,
}

pub(crate) fn run(explore: Explore) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Failure::work(error).report("ymera explore"),
    };
    match runtime.block_on(ask(explore)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => Failure::Work(error).report("ymera explore"),
    }
}

async fn ask(explore: Explore) -> anyhow::Result<()> {
    let started = Instant::now();
    let client = connect(explore.root.as_ref()).await?;
    let connected = started.elapsed();
    let index = wait_for_index(&client).await?;
    let indexed = started.elapsed() - connected;
    let asked = Instant::now();
    let arguments = json!({
        "query": explore.question,
        "budget_tokens": explore.budget,
        "paths": explore.path,
    });
    let answer = call(&client, "explore_code", arguments).await?;
    let times = Times { connected, indexed, answered: asked.elapsed() };
    client.close().await;
    let text = if explore.json {
        serde_json::to_string_pretty(&answer)?
    } else {
        readable(&explore.question, &answer, &index, &times)
    };
    let mut stdout = std::io::stdout().lock();
    match writeln!(stdout, "{text}").and_then(|()| stdout.flush()) {
        // `ymera explore … | head` is not a failure.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        result => result.context("cannot print the answer"),
    }
}

async fn connect(root: Option<&PathBuf>) -> anyhow::Result<Client> {
    let program = std::env::current_exe().context("cannot find my own executable")?;
    let mut args: Vec<OsString> = vec!["context".into()];
    if let Some(root) = root {
        args.extend(["--root".into(), root.clone().into_os_string()]);
    }
    let target = Target::Command { program: program.into_os_string(), args, env: Vec::new() };
    let options = ClientOptions { name: "ymera explore".to_owned(), ..ClientOptions::default() };
    Client::connect(target, options).await.context("the context server did not start")
}

/// Waits until the index is complete, showing how far it is, and gives its state.
async fn wait_for_index(client: &Client) -> anyhow::Result<Value> {
    let bar = progress_bar();
    let started = Instant::now();
    loop {
        let index = index_of(client).await?;
        let count = |key: &str| index[key].as_u64().unwrap_or(0);
        bar.set_length(count("total"));
        bar.set_position(count("indexed"));
        if index["complete"] == true {
            bar.finish_and_clear();
            return Ok(index);
        }
        if started.elapsed() > INDEX_DEADLINE {
            bail!("the index is not complete after {} s", INDEX_DEADLINE.as_secs());
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// Asks for something cheap, since every answer tells the index's state: one
/// file's lines are read, if there is such a file.
async fn index_of(client: &Client) -> anyhow::Result<Value> {
    let one_file = json!({ "name": "ymera", "limit": 1, "paths": ["ymera.toml"] });
    let answer = call(client, "find_symbol", one_file).await?;
    Ok(answer["index"].clone())
}

async fn call(client: &Client, tool: &str, arguments: Value) -> anyhow::Result<Value> {
    let Value::Object(arguments) = arguments else { bail!("arguments must be an object") };
    let options = CallOptions { deadline: Some(INDEX_DEADLINE), ..CallOptions::default() };
    let result = client.call(tool, arguments, options).await?;
    if result.is_error == Some(true) {
        let text = result.content.iter().find_map(|block| block.as_text());
        bail!("{}", text.map_or("the tool failed", |text| text.text.as_str()));
    }
    result.structured_content.context("the answer has no structured content")
}

fn progress_bar() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("indexing {bar:30} {pos}/{len} files {elapsed}");
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
