//! `ymera memory`: what agents remember, for the person whose state it is.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};
use ymera_kit::{Environment, Failure, ServerFlags};
use ymera_memory::{Memory as Remembered, Target};

/// Flags of `ymera memory`.
#[derive(Debug, Args)]
pub(crate) struct Memory {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the project's sessions, newest first.
    List(Project),
    /// Print messages, one JSON object a line.
    Export {
        #[command(flatten)]
        project: Project,
        /// Only this session.
        #[arg(long, value_name = "NAME")]
        session: Option<String>,
    },
    /// Delete for good: a session, a message, or all of the project.
    Forget {
        #[command(flatten)]
        project: Project,
        #[command(flatten)]
        what: What,
    },
}

#[derive(Debug, Args)]
struct Project {
    /// The project; default the one around the working directory.
    #[arg(long, value_name = "PATH")]
    root: Option<PathBuf>,
    /// Configuration file. Default: `ymera.toml` in the state folder.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct What {
    /// This session, pinned messages too.
    #[arg(long, value_name = "NAME")]
    session: Option<String>,
    /// This message.
    #[arg(long, value_name = "ID")]
    id: Option<i64>,
    /// All sessions of the project.
    #[arg(long)]
    all: bool,
}

pub(crate) fn run(options: Memory) -> ExitCode {
    match act(options.action) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report("ymera memory"),
    }
}

fn act(action: Action) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(Failure::work)?;
    let (Action::List(project) | Action::Export { project, .. } | Action::Forget { project, .. }) =
        &action;
    let root = project.root.iter().cloned().collect();
    let config = project.config.clone();
    let environment = Environment::read(ServerFlags { root, config, ..ServerFlags::default() })?;
    let (memory, key) = ymera_context_server::memory(&environment)?;
    runtime.block_on(async {
        let text = match action {
            Action::List(_) => list(&memory, &key).await,
            Action::Export { session, .. } => export(&memory, &key, session.as_deref()).await,
            Action::Forget { what, .. } => forget(&memory, &key, what).await,
        };
        memory.store().close().await;
        print(&text.map_err(Failure::Work)?).map_err(Failure::Work)
    })
}

async fn list(memory: &Remembered, key: &str) -> anyhow::Result<String> {
    let sessions = memory.sessions(key).await?;
    let mut text = format!("{key}: {} sessions in {}\n", sessions.len(), memory.store().place());
    for session in sessions {
        text.push_str(&format!(
            "{}\t{} messages\t{} tokens\t{} pinned\t{}\n",
            session.session, session.messages, session.tokens, session.pinned, session.last_at
        ));
    }
    Ok(text)
}

async fn export(memory: &Remembered, key: &str, session: Option<&str>) -> anyhow::Result<String> {
    let mut text = String::new();
    for message in memory.messages(key, session).await? {
        let line = serde_json::to_string(&message)?;
        text.push_str(&format!("{line}\n"));
    }
    Ok(text)
}

async fn forget(memory: &Remembered, key: &str, what: What) -> anyhow::Result<String> {
    let target = match (what.session, what.id) {
        (Some(session), _) => Target::Session(session),
        (None, Some(id)) => Target::Message(id),
        (None, None) => Target::All,
    };
    let deleted = memory.forget(key, &target).await?;
    anyhow::ensure!(
        deleted > 0 || target == Target::All,
        "{key} has no such memory; `ymera memory list` and `ymera memory export` show what there is"
    );
    Ok(format!("{deleted} messages deleted\n"))
}

fn print(text: &str) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        // `ymera memory export | head` is not a failure.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        result => result.context("cannot print"),
    }
}
