//! Where state and indexes live.

use std::ffi::OsString;
use std::path::PathBuf;

use etcetera::base_strategy::{BaseStrategy, choose_native_strategy};

/// The two folders that Ymera writes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folders {
    /// Configuration, store, keys, token file: `YMERA_HOME` or the platform's data folder.
    pub home: PathBuf,
    /// Indexes, which can be deleted at any time: `YMERA_CACHE` or the platform's cache folder.
    pub cache: PathBuf,
}

/// There is no folder to keep state in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no home folder; set YMERA_HOME and YMERA_CACHE to folders that may be written")]
pub struct NoFolders;

impl Folders {
    /// Finds the folders from the environment.
    ///
    /// # Errors
    /// When a variable is unset and the platform names no folder.
    pub fn from_environment() -> Result<Self, NoFolders> {
        Self::new(std::env::var_os("YMERA_HOME"), std::env::var_os("YMERA_CACHE"))
    }

    fn new(home: Option<OsString>, cache: Option<OsString>) -> Result<Self, NoFolders> {
        let platform = choose_native_strategy().ok();
        let given = |value: Option<OsString>| value.filter(|v| !v.is_empty()).map(PathBuf::from);
        let data = platform.as_ref().map(|folders| folders.data_dir().join("ymera"));
        let caches = platform.as_ref().map(|folders| folders.cache_dir().join("ymera"));
        Ok(Self {
            home: given(home).or(data).ok_or(NoFolders)?,
            cache: given(cache).or(caches).ok_or(NoFolders)?,
        })
    }

    /// The file with the bearer token of this user's servers.
    #[must_use]
    pub fn token_file(&self) -> PathBuf {
        self.home.join("token")
    }

    /// The user's configuration file.
    #[must_use]
    pub fn config_file(&self) -> PathBuf {
        self.home.join("ymera.toml")
    }
}

#[cfg(test)]
mod tests {
    use super::Folders;

    #[test]
    fn variables_win_and_empty_ones_do_not_count() {
        let folders = Folders::new(Some("/h".into()), Some("/c".into())).expect("given");
        assert_eq!((folders.home.to_str(), folders.cache.to_str()), (Some("/h"), Some("/c")));
        assert_eq!(folders.token_file().to_str(), Some("/h/token"));
        if let Ok(folders) = Folders::new(Some("".into()), None) {
            assert!(folders.home.is_absolute() && folders.cache.is_absolute());
        }
    }
}
