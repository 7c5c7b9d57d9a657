//! The files that count: found and read by the rules of the index, copied once.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use ignore::WalkBuilder;

/// The names of files that say what is left out.
const RULES: [&str; 2] = [".gitignore", ".ignore"];

/// A NUL byte in this many bytes tells a binary file, as it does for the index.
const BINARY_PROBE: usize = 8 << 10;

/// A copy of a repository.
pub(crate) struct Tree {
    pub(crate) root: PathBuf,
    /// Relative to the root, in order.
    pub(crate) files: Vec<PathBuf>,
    pub(crate) bytes: u64,
}

/// The regular files of `root` and their sizes, in order of path.
///
/// The rules are those of the index: nothing hidden, nothing that the
/// repository's own rules ignore, no links.
pub(crate) fn walk(root: &Path) -> Vec<(PathBuf, u64)> {
    let mut files = Vec::new();
    let mut builder = WalkBuilder::new(root);
    for entry in builder.follow_links(false).git_global(false).require_git(false).build().flatten()
    {
        let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
        if let Some(metadata) = entry.metadata().ok().filter(|_| is_file) {
            files.push((entry.into_path(), metadata.len()));
        }
    }
    files.sort();
    files
}

/// The bytes of a file, unless it is a binary one.
pub(crate) fn read(path: &Path) -> anyhow::Result<Option<Vec<u8>>> {
    let bytes = fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let is_binary = bytes[..bytes.len().min(BINARY_PROBE)].contains(&0);
    Ok((!is_binary).then_some(bytes))
}

/// Copies what counts of `from`, and the rules that decided it, to `to`.
pub(crate) fn copy(from: &Path, to: &Path) -> anyhow::Result<Tree> {
    let from = from.canonicalize().with_context(|| format!("cannot open `{}`", from.display()))?;
    fs::create_dir(to)?;
    let root = to.canonicalize()?;
    let (mut files, mut bytes) = (Vec::new(), 0);
    for (path, size) in walk(&from) {
        let below = path.strip_prefix(&from)?.to_path_buf();
        let target = root.join(&below);
        if let (Some(folder), Some(source)) = (target.parent(), path.parent())
            && !folder.is_dir()
        {
            fs::create_dir_all(folder)?;
            copy_rules(source, folder)?;
        }
        fs::copy(&path, &target).with_context(|| format!("cannot copy `{}`", path.display()))?;
        files.push(below);
        bytes += size;
    }
    copy_rules(&from, &root)?;
    Ok(Tree { root, files, bytes })
}

fn copy_rules(from: &Path, to: &Path) -> anyhow::Result<()> {
    for name in RULES {
        let rules = from.join(name);
        if rules.is_file() {
            fs::copy(&rules, to.join(name))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::{copy, walk};

    #[test]
    fn a_copy_holds_what_counts_and_its_rules() -> anyhow::Result<()> {
        let scratch = tempfile::tempdir()?;
        let from = scratch.path().join("from");
        fs::create_dir_all(from.join("src/made"))?;
        fs::create_dir_all(from.join(".git"))?;
        for (path, text) in [
            (".gitignore", "*.log\n"),
            ("src/.ignore", "made\n"),
            ("src/main.rs", "fn main() {}\n"),
            ("src/made/out.rs", "fn out() {}\n"),
            ("run.log", "noise"),
            (".git/HEAD", "ref"),
        ] {
            fs::write(from.join(path), text)?;
        }
        let tree = copy(&from, &scratch.path().join("to"))?;
        assert_eq!(tree.files, [PathBuf::from("src/main.rs")]);
        assert_eq!(tree.bytes, 13);
        for rules in [".gitignore", "src/.ignore"] {
            assert!(tree.root.join(rules).is_file(), "{rules}");
        }
        assert!(!tree.root.join(".git").exists());
        assert_eq!(walk(&tree.root).len(), 1);
        Ok(())
    }
}
