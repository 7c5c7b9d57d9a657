//! Where the store is, and how that is shown without its password.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;

use crate::error::StoreError;

/// SQLite's file in the store's folder.
const FILE: &str = "ymera.db";

/// What may stand behind the `?` of an address. The driver would print others, with their
/// values, in a warning.
const PARAMETERS: [&str; 14] = [
    "application_name",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "password",
    "port",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "statement-cache-capacity",
    "user",
    "options[search_path]",
];

/// Which database: `sqlite`, or `postgres://…`.
#[derive(Clone, Default)]
pub enum StoreUrl {
    /// A file in the store's folder.
    #[default]
    Sqlite,
    /// A database of a PostgreSQL server.
    Postgres {
        /// What the driver needs.
        options: Box<PgConnectOptions>,
        /// Spellings of the password, never to be shown.
        secrets: Vec<String>,
    },
}

impl FromStr for StoreUrl {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        if text == "sqlite" {
            return Ok(Self::Sqlite);
        }
        let scheme = text.split("://").next().unwrap_or_default();
        if !text.contains("://") || !matches!(scheme, "postgres" | "postgresql") {
            return Err(StoreError::Url { reason: "it is neither".to_owned() });
        }
        if let Some(unknown) = parameters(text).find(|name| !PARAMETERS.contains(name)) {
            let known = PARAMETERS[..13].join(", ");
            let reason = format!("`{unknown}` is no parameter of an address; there are: {known}");
            return Err(StoreError::Url { reason });
        }
        let secrets = secrets(text);
        let options = text
            .parse::<PgConnectOptions>()
            .map_err(|error| StoreError::Url { reason: redacted(&secrets, root_cause(&error)) })?;
        Ok(Self::Postgres { options: Box::new(options), secrets })
    }
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "Sqlite",
            Self::Postgres { .. } => "Postgres",
        })
    }
}

/// The names of the parameters behind the `?`.
fn parameters(text: &str) -> impl Iterator<Item = &str> {
    let query = text.split_once('?').map_or("", |(_, query)| query);
    query.split('&').filter_map(|pair| pair.split('=').next()).filter(|name| !name.is_empty())
}

/// Every spelling of the password in an address: as it stands there, and decoded.
fn secrets(text: &str) -> Vec<String> {
    let authority = text.split_once("://").map_or("", |(_, rest)| rest);
    let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
    let query = text.split_once('?').map_or("", |(_, query)| query);
    let raw = [user.split_once(':').map(|(_, password)| password)]
        .into_iter()
        .flatten()
        .chain(query.split('&').filter_map(|pair| pair.strip_prefix("password=")));
    raw.flat_map(|secret| [secret.to_owned(), decoded(secret)])
        .filter(|secret| !secret.is_empty())
        .collect()
}

/// `%41` as `A`.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let digits = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let byte = digits.and_then(|two| u8::from_str_radix(two, 16).ok());
        match byte.filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Removes every spelling of the password.
fn redacted(secrets: &[String], text: String) -> String {
    secrets.iter().fold(text, |text, secret| text.replace(secret.as_str(), "***"))
}

fn root_cause(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Configuration(cause) => cause.to_string(),
        other => other.to_string(),
    }
}

/// A place that can be opened.
pub(crate) enum Place {
    Sqlite { file: PathBuf },
    Postgres { options: Box<PgConnectOptions>, secrets: Vec<String> },
}

impl Place {
    pub(crate) fn new(url: StoreUrl, folder: &Path) -> Self {
        match url {
            StoreUrl::Sqlite => Self::Sqlite { file: folder.join(FILE) },
            StoreUrl::Postgres { options, secrets } => Self::Postgres { options, secrets },
        }
    }

    /// `text` without the password, should the driver ever repeat it.
    pub(crate) fn redacted(&self, text: String) -> String {
        match self {
            Self::Sqlite { .. } => text,
            Self::Postgres { secrets, .. } => redacted(secrets, text),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite { file } => write!(f, "{}", file.display()),
            Self::Postgres { options, .. } => {
                let user = options.get_username();
                write!(f, "postgres://{user}@")?;
                match options.get_socket() {
                    Some(socket) => write!(f, "{}", socket.display())?,
                    None => write!(f, "{}:{}", options.get_host(), options.get_port())?,
                }
                write!(f, "/{}", options.get_database().unwrap_or(user))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Place, StoreUrl};

    fn shown(text: &str) -> String {
        match text.parse::<StoreUrl>() {
            Ok(url) => Place::new(url, Path::new("/state")).to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_place_is_shown_without_its_password() {
        let cases = [
            ("sqlite", "/state/ymera.db"),
            ("postgres://ada@db.example/work", "postgres://ada@db.example:5432/work"),
            ("postgresql://ada:canary@h:5433/work", "postgres://ada@h:5433/work"),
            ("postgres://ada:can%61ry@h/work?host=/run/pg", "postgres://ada@/run/pg/work"),
            ("postgres://ada@h/work?password=canary", "postgres://ada@h:5432/work"),
        ];
        for (text, want) in cases {
            assert_eq!(shown(text), want, "{text}");
        }
    }

    #[test]
    fn a_wrong_address_is_refused_and_never_repeated() {
        let cases = [
            ("mysql://ada:canary@h/work", "`[store] url`"),
            ("canary", "\"sqlite\""),
            ("sqlite:canary", "\"sqlite\""),
            ("postgres://ada:canary@h:port/work", "port"),
            ("postgres://ada:canary@h/work?pasword=canary", "`pasword`"),
            ("postgres://ada:canary@h/work?sslmode=loud", "loud"),
        ];
        for (text, part) in cases {
            let message = text.parse::<StoreUrl>().expect_err(text).to_string();
            assert!(message.contains(part), "{text}: {message}");
            assert!(!message.contains("canary"), "{text}: {message}");
            let debug = format!("{:?}", text.parse::<StoreUrl>());
            assert!(!debug.contains("canary"), "{debug}");
        }
        let debug = format!("{:?}", "postgres://ada:canary@h/work".parse::<StoreUrl>());
        assert!(!debug.contains("canary"), "{debug}");
    }
}
