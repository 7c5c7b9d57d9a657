//! `ymera.toml`: one file for all servers, of which each reads its own part.
//!
//! Unknown keys are errors, so that a misspelt one is noticed. The sections of
//! servers that are not part of this crate are kept as they are.

use std::fmt;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::flags::LogFormat;

/// The whole file. Every section may be missing.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// How servers log.
    #[serde(default)]
    pub log: LogConfig,
    /// The context server.
    #[serde(default)]
    pub context: ContextConfig,
    /// The model server's providers.
    pub providers: Option<toml::Table>,
    /// The model server's routing.
    pub routing: Option<toml::Table>,
    /// The model server's retries.
    pub retry: Option<toml::Table>,
    /// The model server's budgets.
    pub budget: Option<toml::Table>,
    /// Where state is kept.
    #[serde(default)]
    pub store: StoreConfig,
    /// The agent server.
    pub agents: Option<toml::Table>,
}

/// `[log]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogConfig {
    /// Level or filter, as for `--log`.
    pub level: Option<String>,
    /// Shape of the lines.
    pub format: Option<LogFormat>,
    /// File to write to.
    pub file: Option<PathBuf>,
}

/// `[context]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContextConfig {
    /// Tool sets to offer, as for `--toolsets`.
    #[serde(default)]
    pub toolsets: Vec<String>,
    /// Files above this size are counted and left out, in KiB.
    pub max_file_kib: Option<u64>,
    /// Tokens that a session of the memory keeps.
    pub memory_window_tokens: Option<NonZeroU64>,
    /// Memory for answers to questions that may be asked again, in MB; 0 keeps none.
    pub cache_max_mb: Option<u64>,
    /// How long such an answer is kept, in seconds.
    pub cache_ttl_s: Option<u64>,
}

/// `[store]`.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreConfig {
    /// `sqlite`, or `postgres://…`, which may hold a password.
    pub url: Option<String>,
}

impl fmt::Debug for StoreConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreConfig").finish_non_exhaustive()
    }
}

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The named file cannot be read.
    #[error("cannot read the configuration `{path}`; check --config")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is no valid configuration.
    #[error("the configuration `{path}` is wrong: {message}")]
    Parse {
        /// The file.
        path: PathBuf,
        /// Place, key and reason, in the parser's words.
        message: String,
    },
}

impl Config {
    /// Reads `named`, which must exist, or else `usual`, which need not.
    ///
    /// # Errors
    /// When the file cannot be read or has an unknown or malformed key.
    pub fn load(named: Option<&Path>, usual: &Path) -> Result<Self, ConfigError> {
        let path = named.unwrap_or(usual);
        match std::fs::read_to_string(path) {
            Ok(text) => toml::from_str(&text).map_err(|error| ConfigError::Parse {
                path: path.to_owned(),
                message: explained(&text, &error),
            }),
            Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
                Ok(Self::default())
            }
            Err(source) => Err(ConfigError::Read { path: path.to_owned(), source }),
        }
    }
}

/// Place, key and reason. The line itself is not shown: it may hold a key or a password.
fn explained(text: &str, error: &toml::de::Error) -> String {
    let reason = without_credentials(error.message());
    let Some(before) = error.span().and_then(|span| text.get(..span.start)) else {
        return reason;
    };
    let number = before.lines().count().max(1) + usize::from(before.ends_with('\n'));
    let line = text.lines().nth(number - 1).unwrap_or_default();
    match line.split_once('=') {
        Some((key, _)) => format!("line {number}, `{}`: {reason}", key.trim()),
        None => format!("line {number}: {reason}"),
    }
}

/// `scheme://user:password@host` as `scheme://***@host`, and no quoted value of a wrong type.
fn without_credentials(message: &str) -> String {
    const QUOTED: &str = "invalid type: string \"";
    let mut shown = message.to_owned();
    if let Some((_, rest)) = message.split_once(QUOTED)
        && let Some(end) = rest.rfind('"')
    {
        shown = message.replacen(&rest[..end], "…", 1);
    }
    while let Some(start) = shown.find("://") {
        let rest = &shown[start + 3..];
        let hidden = rest.rfind('@').map_or(rest.len(), |at| at + 1);
        shown = format!("{}:/…{}", &shown[..start], &rest[hidden..]);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::Config;

    fn load(text: &str) -> Result<Config, String> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("ymera.toml");
        std::fs::write(&path, text).expect("written");
        Config::load(Some(&path), &path).map_err(|error| error.to_string())
    }

    #[test]
    fn a_misspelt_key_is_named() {
        for (text, key) in [("[contxt]\n", "contxt"), ("[log]\nlevl = \"info\"\n", "levl")] {
            let message = load(text).expect_err("unknown key");
            assert!(message.contains(key), "{message}");
        }
    }

    #[test]
    fn sections_of_other_servers_are_kept() {
        let config =
            load("[providers.lab]\nform = \"openai-chat\"\n[context]\ntoolsets=[\"all\"]\n");
        let config = config.expect("valid");
        assert_eq!(config.context.toolsets, ["all"]);
        assert!(config.providers.is_some_and(|table| table.contains_key("lab")));
    }

    #[test]
    fn a_wrong_line_is_told_without_its_secrets() {
        let cases = [
            ("[store]\nurl = \"postgres://u:canary@h/d\" x\n", "line 2, `url`"),
            ("store = \"postgres://u:canary@h/d\"\n", "store"),
            ("[store]\nurl = [\"postgres://u:canary@h\"]\n", "line 2, `url`"),
            ("[store]\nurl = \"a\"\nurl = \"postgres://u:canary@h\"\n", "url"),
            ("[store]\nuri = \"postgres://u:canary@h\"\n", "uri"),
            ("[context]\nmemory_window_tokens = 0\n", "memory_window_tokens"),
            ("[log]\n\n\nlevel = canary\n", "line 4, `level`"),
        ];
        for (text, part) in cases {
            let message = load(text).expect_err(text);
            assert!(message.contains(part), "{text}: {message}");
            assert!(!message.contains("canary"), "{text}: {message}");
        }
        let config = load("[store]\nurl = \"postgres://u:canary@h\"\n").expect("right");
        assert!(!format!("{config:?}").contains("canary"));
    }

    #[test]
    fn only_a_named_file_must_exist() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let missing = folder.path().join("none.toml");
        assert!(Config::load(None, &missing).is_ok());
        let message = Config::load(Some(&missing), &missing).expect_err("missing").to_string();
        assert!(message.contains("none.toml") && message.contains("--config"), "{message}");
    }
}
