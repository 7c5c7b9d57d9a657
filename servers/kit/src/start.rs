//! From flags to a running server and its exit code.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use serde::Serialize;
use ymera_protocol::CancellationToken;
use ymera_protocol::serve::{Access, Listener, ListenerOptions, Served, Token, serve_stdio};

use crate::config::Config;
use crate::flags::ServerFlags;
use crate::folders::Folders;
use crate::logs;

/// Time that threads which ignore their cancel flag get at the end.
const THREADS_DEADLINE: Duration = Duration::from_millis(200);

/// Everything a server may know of where it runs.
#[derive(Debug, Clone)]
pub struct Environment {
    /// State and cache.
    pub folders: Folders,
    /// The configuration file's content.
    pub config: Config,
    /// The flags.
    pub flags: ServerFlags,
    /// The working directory, where there is one.
    pub working_dir: Option<PathBuf>,
    /// The project that the host names in `CLAUDE_PROJECT_DIR`.
    pub host_project: Option<PathBuf>,
    /// The user's home folder, which is never a project.
    pub user_home: Option<PathBuf>,
    /// The folders in which the user's programs lie, as `PATH` lists them.
    pub search_path: Option<std::ffi::OsString>,
}

/// Why a server did not start or did not finish.
#[derive(Debug)]
pub enum Failure {
    /// The flags or the configuration are wrong: exit code 2.
    Usage(anyhow::Error),
    /// The work failed: exit code 1.
    Work(anyhow::Error),
}

impl Failure {
    /// A mistake in flags or configuration.
    pub fn usage(error: impl Into<anyhow::Error>) -> Self {
        Self::Usage(error.into())
    }

    /// Work that failed.
    pub fn work(error: impl Into<anyhow::Error>) -> Self {
        Self::Work(error.into())
    }

    /// Prints the reason and gives the exit code.
    #[must_use]
    pub fn report(&self, program: &str) -> ExitCode {
        let (error, code) = match self {
            Self::Usage(error) => (error, 2),
            Self::Work(error) => (error, 1),
        };
        eprintln!("{program}: {error:#}");
        ExitCode::from(code)
    }
}

/// The line that a listening server prints once it is ready.
#[derive(Debug, Serialize)]
struct Ready {
    ws: String,
    http: String,
    token_file: Option<PathBuf>,
}

impl Environment {
    /// Reads the environment and the configuration, and starts logging.
    ///
    /// # Errors
    /// Names the flag, variable or key that is wrong.
    pub fn read(flags: ServerFlags) -> Result<Self, Failure> {
        let folders = Folders::from_environment().map_err(Failure::usage)?;
        let config = Config::load(flags.config.as_deref(), &folders.config_file())
            .map_err(Failure::usage)?;
        let level = flags.log.as_deref().or(config.log.level.as_deref());
        let file = flags.log_file.as_deref().or(config.log.file.as_deref());
        logs::start(level, flags.log_format.or(config.log.format), file).map_err(Failure::usage)?;
        let path_of = |name| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
        Ok(Self {
            folders,
            config,
            flags,
            working_dir: std::env::current_dir().ok(),
            host_project: path_of("CLAUDE_PROJECT_DIR"),
            user_home: path_of("HOME").or_else(|| path_of("USERPROFILE")),
            search_path: std::env::var_os("PATH"),
        })
    }

    /// The access rules of a listener, and the token file when one is used.
    ///
    /// # Errors
    /// When the address is open to others without being allowed to, or there is no token.
    pub fn access(&self) -> Result<(Access, Option<PathBuf>), Failure> {
        let flags = &self.flags;
        let loopback = flags.listen.is_none_or(|address| address.ip().is_loopback());
        if !loopback && !flags.allow_remote {
            let message = "other machines can reach this address; listen on 127.0.0.1, or add \
                           --allow-remote and put a proxy with TLS in front";
            return Err(Failure::Usage(anyhow::anyhow!(message)));
        }
        let (token, file) = if flags.no_token {
            (None, None)
        } else {
            let file = self.folders.token_file();
            (Some(Token::load_or_create(&file).map_err(Failure::work)?), Some(file))
        };
        let hosts = flags.allow_host.clone();
        let origins = flags.allow_origin.clone();
        Ok((Access { token, hosts, origins }, file))
    }
}

/// Runs a server to its end and gives its exit code.
///
/// `build` makes the handler; it must not wait for slow work, since hosts give
/// up a server that answers late.
pub fn run(
    program: &'static str,
    version: &'static str,
    flags: ServerFlags,
    build: fn(&Environment) -> Result<Served, Failure>,
) -> ExitCode {
    in_runtime(program, flags, async |environment: &Environment, shutdown: &CancellationToken| {
        let served = build(environment)?;
        if environment.flags.listen.is_none() {
            return serve_stdio(&served, shutdown).await.map_err(Failure::work);
        }
        let add = |listener: Listener| Ok(listener.endpoint("/mcp", served));
        serve_port(environment, version, "/mcp", shutdown, add).await
    })
}

/// Runs a listener with endpoints of the caller's choice to its end and gives
/// its exit code. The printed addresses end in `path`.
pub fn listen(
    program: &'static str,
    version: &'static str,
    flags: ServerFlags,
    path: &'static str,
    add: fn(&Environment, Listener) -> Result<Listener, Failure>,
) -> ExitCode {
    in_runtime(program, flags, async |environment: &Environment, shutdown: &CancellationToken| {
        let add = |listener: Listener| add(environment, listener);
        serve_port(environment, version, path, shutdown, add).await
    })
}

/// Reads the environment, runs `work` until it ends or a signal comes, and
/// turns its result into an exit code.
fn in_runtime(
    program: &'static str,
    flags: ServerFlags,
    work: impl AsyncFnOnce(&Environment, &CancellationToken) -> Result<(), Failure>,
) -> ExitCode {
    let result = Environment::read(flags).and_then(|environment| {
        let runtime = runtime().map_err(Failure::work)?;
        let result = runtime.block_on(async {
            let shutdown = CancellationToken::new();
            let signals = tokio::spawn(shutdown_on_signals(shutdown.clone()));
            let result = work(&environment, &shutdown).await;
            signals.abort();
            result
        });
        runtime.shutdown_timeout(THREADS_DEADLINE);
        result
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(program),
    }
}

/// One thread carries all messages, of a listener, too: handing a call from thread
/// to thread takes longer than a small call itself. Slow work has threads of its own.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

async fn serve_port(
    environment: &Environment,
    version: &'static str,
    path: &str,
    shutdown: &CancellationToken,
    add: impl FnOnce(Listener) -> Result<Listener, Failure>,
) -> Result<(), Failure> {
    let Some(address) = environment.flags.listen else {
        return Err(Failure::Usage(anyhow::anyhow!("pass --listen HOST:PORT")));
    };
    let (access, token_file) = environment.access()?;
    let max_connections = environment.flags.max_connections;
    let options = ListenerOptions { access, max_connections, version };
    let bound = Listener::bind(address, options, shutdown.clone()).await;
    let listener = bound.map_err(|error| {
        Failure::Work(anyhow::Error::new(error).context(format!("cannot listen on {address}")))
    })?;
    let address = listener.local_addr();
    let listener = add(listener)?;
    announce(&Ready {
        ws: format!("ws://{address}{path}"),
        http: format!("http://{address}{path}"),
        token_file,
    })
    .map_err(Failure::work)?;
    listener.serve().await;
    Ok(())
}

/// Prints the line that tells programs where the server is.
///
/// # Errors
/// When standard output is closed.
fn announce(ready: &Ready) -> anyhow::Result<()> {
    use std::io::Write;
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{}", serde_json::to_string(ready)?)?;
    Ok(stdout.flush()?)
}

/// Cancels `shutdown` at SIGTERM or an interrupt from the keyboard.
///
/// Signals are watched from the call on, before the future is first polled, so
/// that a server which says that it is ready also ends cleanly.
fn shutdown_on_signals(shutdown: CancellationToken) -> impl Future<Output = ()> + Send + 'static {
    #[cfg(unix)]
    let (terminated, interrupted) = {
        use tokio::signal::unix::SignalKind;
        (watch(SignalKind::terminate()), watch(SignalKind::interrupt()))
    };
    #[cfg(not(unix))]
    let (terminated, interrupted) = (std::future::pending::<()>(), async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::warn!(%error, "interrupts cannot be watched");
            std::future::pending::<()>().await;
        }
    });
    async move {
        tokio::select! {
            () = terminated => {}
            () = interrupted => {}
        }
        tracing::info!("shutting down");
        shutdown.cancel();
    }
}

/// Waits for a signal that is watched from now on.
#[cfg(unix)]
fn watch(kind: tokio::signal::unix::SignalKind) -> impl Future<Output = ()> + Send + 'static {
    let signal = tokio::signal::unix::signal(kind);
    async move {
        match signal {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(error) => {
                tracing::warn!(%error, ?kind, "a signal cannot be watched");
                std::future::pending::<()>().await;
            }
        }
    }
}
