//! A folder of its own for each test.

use std::path::{Path, PathBuf};

use anyhow::Context;

/// A temporary folder with a state folder and a cache folder in it. All of it is
/// removed when this is dropped.
#[derive(Debug)]
pub struct Scratch {
    folder: tempfile::TempDir,
}

impl Scratch {
    /// Makes the folders.
    pub fn new() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
        let scratch = Self { folder };
        for made in [scratch.home(), scratch.cache(), scratch.root()] {
            std::fs::create_dir(&made)
                .with_context(|| format!("cannot make `{}`", made.display()))?;
        }
        Ok(scratch)
    }

    /// What `YMERA_HOME` is set to: all state of the servers.
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// What `YMERA_CACHE` is set to: the indexes.
    pub fn cache(&self) -> PathBuf {
        self.folder.path().join("cache")
    }

    /// An empty folder to serve.
    pub fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    /// Writes a file below [`root`](Self::root), with its folders.
    pub fn write(&self, path: impl AsRef<Path>, text: impl AsRef<[u8]>) -> anyhow::Result<PathBuf> {
        let path = self.root().join(path);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(&path, text)
            .with_context(|| format!("cannot write `{}`", path.display()))?;
        Ok(path)
    }
}
