//! Who may use a listener: bearer token, `Host` and `Origin`.
//!
//! **Invariants**
//! - A web page of another site never gets past `Origin`, and a name that was
//!   rebound to this machine never gets past `Host` (DNS rebinding).
//! - The token is compared in constant time and is never printed.

use std::fs::OpenOptions;
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use hyper::header::{AUTHORIZATION, HOST, HeaderMap, ORIGIN};
use subtle::ConstantTimeEq;

/// Bytes of randomness in a token: 256 bits.
const TOKEN_BYTES: usize = 32;

/// A bearer token. It has no `Display`, and `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The file cannot be read or created.
    #[error("cannot use the token file `{path}`; check its folder and owner")]
    File {
        /// The token file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Others may read the file.
    #[error("the token file `{path}` is open to other users; run `chmod 600 {path}`")]
    Exposed {
        /// The token file.
        path: PathBuf,
    },
    /// The file holds something else.
    #[error(
        "the token file `{path}` holds no token of 64 hexadecimal digits; delete it to get a new one"
    )]
    Malformed {
        /// The token file.
        path: PathBuf,
    },
    /// The system gave no randomness.
    #[error("the system has no randomness to make a token from: {0}")]
    Randomness(getrandom::Error),
}

impl Token {
    /// Reads the token of `path`, which is created with mode 0600 when it is missing.
    ///
    /// # Errors
    /// When the file cannot be read or made, is readable by others, or holds no token.
    pub fn load_or_create(path: &Path) -> Result<Self, TokenError> {
        let file_error = |source| TokenError::File { path: path.to_owned(), source };
        match Self::create(path) {
            Ok(Some(token)) => return Ok(token),
            Ok(None) => {}
            Err(CreateError::File(source)) => return Err(file_error(source)),
            Err(CreateError::Randomness(error)) => return Err(TokenError::Randomness(error)),
        }
        let file = OpenOptions::new().read(true).open(path).map_err(file_error)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = file.metadata().map_err(file_error)?.permissions().mode();
            if mode & 0o077 != 0 {
                return Err(TokenError::Exposed { path: path.to_owned() });
            }
        }
        let mut bytes = Vec::new();
        file.take(1024).read_to_end(&mut bytes).map_err(file_error)?;
        let text = std::str::from_utf8(&bytes).unwrap_or_default().trim();
        if text.len() != TOKEN_BYTES * 2 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(TokenError::Malformed { path: path.to_owned() });
        }
        Ok(Self(text.to_owned()))
    }

    /// Makes the file with a new token; `None` when there is one already.
    fn create(path: &Path) -> Result<Option<Self>, CreateError> {
        if path.exists() {
            return Ok(None);
        }
        let folder = path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)?;
        let text = random_hex::<TOKEN_BYTES>()?;
        // Written aside and linked into place, so that another process that
        // starts now never reads half a token. The name tells nothing of it.
        let aside = folder.join(format!(".token-{}", random_hex::<8>()?));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let written = options
            .open(&aside)
            .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
        let linked = written.and_then(|()| std::fs::hard_link(&aside, path));
        let removed = std::fs::remove_file(&aside);
        match linked {
            Ok(()) => removed.map(|()| Some(Self(text))).map_err(CreateError::File),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(None),
            Err(error) => Err(CreateError::File(error)),
        }
    }

    /// Whether `given` is this token, in a time that does not depend on where they differ.
    #[must_use]
    pub fn matches(&self, given: &str) -> bool {
        self.0.as_bytes().ct_eq(given.as_bytes()).into()
    }

    /// The value of an `Authorization` header that carries this token.
    #[must_use]
    pub fn bearer(&self) -> String {
        format!("Bearer {}", self.0)
    }
}

fn random_hex<const BYTES: usize>() -> Result<String, CreateError> {
    let mut random = [0; BYTES];
    getrandom::fill(&mut random).map_err(CreateError::Randomness)?;
    Ok(random.iter().map(|byte| format!("{byte:02x}")).collect())
}

enum CreateError {
    File(io::Error),
    Randomness(getrandom::Error),
}

impl From<io::Error> for CreateError {
    fn from(error: io::Error) -> Self {
        Self::File(error)
    }
}

/// What a listener asks of every request.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// The token to present; `None` lets everybody on this machine in.
    pub token: Option<Token>,
    /// Further values of `Host` to accept, with their port.
    pub hosts: Vec<String>,
    /// Further values of `Origin` to accept, such as `https://app.example.com`.
    pub origins: Vec<String>,
}

/// Why a request is turned away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Denied {
    Host,
    Origin,
    Token,
}

impl Access {
    /// Checks `Host` and `Origin`, which every request must pass.
    pub(super) fn check_source(
        &self,
        headers: &HeaderMap,
        local: SocketAddr,
    ) -> Result<(), Denied> {
        let port = local.port();
        let own = |host: &str| {
            host.eq_ignore_ascii_case(&format!("localhost:{port}"))
                || host == format!("127.0.0.1:{port}")
                || host == format!("[::1]:{port}")
        };
        let listed = |list: &[String], value: &str| {
            list.iter().any(|known| known.eq_ignore_ascii_case(value))
        };
        let host = headers.get(HOST).and_then(|value| value.to_str().ok()).ok_or(Denied::Host)?;
        if headers.get_all(HOST).iter().count() != 1 || !(own(host) || listed(&self.hosts, host)) {
            return Err(Denied::Host);
        }
        for origin in headers.get_all(ORIGIN) {
            let origin = origin.to_str().map_err(|_| Denied::Origin)?;
            let ours = origin.strip_prefix("http://").is_some_and(own);
            if !ours && !listed(&self.origins, origin) {
                return Err(Denied::Origin);
            }
        }
        Ok(())
    }

    /// Checks the bearer token.
    pub(super) fn check_token(&self, headers: &HeaderMap) -> Result<(), Denied> {
        let Some(token) = &self.token else { return Ok(()) };
        headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .filter(|(_, given)| token.matches(given.trim()))
            .map(|_| ())
            .ok_or(Denied::Token)
    }
}

#[cfg(test)]
mod tests;
