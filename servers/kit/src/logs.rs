//! Where log lines go and which of them.
//!
//! The lines of rmcp quote messages, and messages hold what users wrote; below
//! `trace` only its warnings are shown.

use std::fs::File;
use std::path::Path;
use std::sync::Mutex;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::flags::LogFormat;

/// Shown when nobody asks for more.
const DEFAULT_LEVEL: &str = "warn";

/// Why logging cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// The level is not one.
    #[error("`{level}` is no log level; use error, warn, info, debug or trace")]
    Level {
        /// What was given.
        level: String,
    },
    /// The file cannot be opened.
    #[error("cannot write the log file `{path}`; check --log-file")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Starts logging for the whole process.
///
/// # Errors
/// When the level is unknown or the file cannot be opened.
pub fn start(
    level: Option<&str>,
    format: Option<LogFormat>,
    file: Option<&Path>,
) -> Result<(), LogError> {
    let filter = filter(level.unwrap_or(DEFAULT_LEVEL))?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_span_events(FmtSpan::NONE)
        .with_ansi(false);
    let json = format == Some(LogFormat::Json);
    let started = match file {
        Some(path) => {
            let open = File::options().create(true).append(true).open(path);
            let file =
                open.map_err(|source| LogError::File { path: path.display().to_string(), source })?;
            let builder = builder.with_writer(Mutex::new(file));
            if json { builder.json().try_init() } else { builder.try_init() }
        }
        None => {
            let builder = builder.with_writer(std::io::stderr);
            if json { builder.json().try_init() } else { builder.try_init() }
        }
    };
    if started.is_err() {
        tracing::debug!("logging had been started before");
    }
    Ok(())
}

fn filter(level: &str) -> Result<EnvFilter, LogError> {
    let quiet = !level.contains("rmcp") && level != "trace";
    let directives = if quiet { format!("{level},rmcp=warn") } else { level.to_owned() };
    let wrong = || LogError::Level { level: level.to_owned() };
    // A lone word that is no level would be taken for the name of a crate.
    let known = ["error", "warn", "info", "debug", "trace", "off"];
    let first = level.split(',').next().unwrap_or_default();
    if !first.contains('=') && !known.contains(&first.to_ascii_lowercase().as_str()) {
        return Err(wrong());
    }
    EnvFilter::try_new(directives).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::filter;

    #[test]
    fn levels_and_filters_are_told_from_typos() {
        for (level, good) in [
            ("info", true),
            ("INFO", true),
            ("info,rmcp=debug", true),
            ("verbose", false),
            ("", false),
        ] {
            assert_eq!(filter(level).is_ok(), good, "{level}");
        }
        assert!(filter("debug").expect("a level").to_string().contains("rmcp=warn"));
    }
}
