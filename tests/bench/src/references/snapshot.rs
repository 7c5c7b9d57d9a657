//! The files that everyone reads: a copy of the repository, and the name of its content.

use std::hash::Hasher;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use tempfile::TempDir;
use twox_hash::XxHash3_64;

use crate::{git, index};

/// A copy that goes when it is dropped.
pub(super) struct Snapshot {
    scratch: TempDir,
    pub(super) root: PathBuf,
    /// The same for the same content, whatever the folder.
    pub(super) key: String,
}

impl Snapshot {
    /// Copies `HEAD` of a git repository, bare or not, or what counts of a plain folder.
    pub(super) async fn of(repo: &Path) -> anyhow::Result<Self> {
        let repo =
            repo.canonicalize().with_context(|| format!("cannot open `{}`", repo.display()))?;
        let scratch = tempfile::Builder::new().prefix("ymera-bench-references-").tempdir()?;
        let root = scratch.path().join("repository");
        let is_git = repo.join(".git").exists() || repo.join("objects").is_dir();
        let key = if is_git {
            let head = git::head(&repo).await?;
            git::export(&repo, &head, &root).await?;
            head
        } else {
            let tree = index::copy(&repo, &root)?;
            content(&tree.root, &tree.files)?
        };
        Ok(Self { root: root.canonicalize()?, scratch, key })
    }

    /// A folder beside the copy, for what is made meanwhile.
    pub(super) fn beside(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }
}

/// A name of all files and what they hold.
fn content(root: &Path, files: &[PathBuf]) -> anyhow::Result<String> {
    if files.is_empty() {
        bail!("the folder holds no file to index; pass a repository");
    }
    let mut hash = XxHash3_64::new();
    for file in files {
        hash.write(file.as_os_str().as_encoded_bytes());
        let bytes = std::fs::read(root.join(file))?;
        hash.write(&(bytes.len() as u64).to_le_bytes());
        hash.write(&bytes);
    }
    Ok(format!("{:016x}", hash.finish()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::Snapshot;

    #[tokio::test]
    async fn a_folder_is_named_by_what_it_holds() -> anyhow::Result<()> {
        let scratch = tempfile::tempdir()?;
        let [a, b] = ["a", "b"].map(|name| scratch.path().join(name));
        for folder in [&a, &b] {
            fs::create_dir(folder)?;
            fs::write(folder.join("main.py"), "x = 1\n")?;
        }
        let (of_a, of_b) = (Snapshot::of(&a).await?, Snapshot::of(&b).await?);
        assert_eq!(of_a.key, of_b.key);
        assert_eq!(fs::read(of_a.root.join("main.py"))?, b"x = 1\n");
        fs::write(b.join("main.py"), "x = 2\n")?;
        assert_ne!(Snapshot::of(&b).await?.key, of_a.key);
        Ok(())
    }
}
