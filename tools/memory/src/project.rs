//! Which project a folder belongs to.
//!
//! A project is its root folder. The linked worktrees of a git repository share the memory
//! of the repository's own folder: they are views of one project, and many live a day only.

use std::fs;
use std::path::{Path, PathBuf};

/// More than a path is no pointer of git's.
const MAX_POINTER_BYTES: u64 = 8 << 10;

/// The name under which a project's memory is kept.
#[must_use]
pub fn key(root: &Path) -> String {
    let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    main_worktree(&root).unwrap_or(root).to_string_lossy().into_owned()
}

/// The folder of the repository whose linked worktree `root` is.
///
/// The repository must know the worktree too: a `.git` file that came with an archive
/// could otherwise name any other project and read its memory.
fn main_worktree(root: &Path) -> Option<PathBuf> {
    let mark = root.join(".git");
    let pointer = pointer(&mark)?;
    let own = root.join(pointer.strip_prefix("gitdir:")?.trim()).canonicalize().ok()?;
    let known = pointer_path(&own, &own.join("gitdir"))?;
    if known != mark.canonicalize().ok()? {
        return None;
    }
    let common = pointer_path(&own, &own.join("commondir"))?;
    (common.file_name()? == ".git").then(|| common.parent().map(Path::to_owned))?
}

/// The path that a small file holds, seen from `folder`.
fn pointer_path(folder: &Path, file: &Path) -> Option<PathBuf> {
    folder.join(pointer(file)?.trim()).canonicalize().ok()
}

fn pointer(file: &Path) -> Option<String> {
    let about = fs::symlink_metadata(file).ok()?;
    if !about.is_file() || about.len() > MAX_POINTER_BYTES {
        return None;
    }
    fs::read_to_string(file).ok()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::key;

    fn write(path: &Path, text: &str) {
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
    }

    #[test]
    fn a_linked_worktree_belongs_to_its_repository_and_a_false_one_does_not() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let base = folder.path().canonicalize().expect("a path");
        let (main, linked, liar) = (base.join("main"), base.join("linked"), base.join("liar"));
        let git = main.join(".git/worktrees/linked");
        write(&git.join("commondir"), "../..\n");
        write(&git.join("gitdir"), &format!("{}\n", linked.join(".git").display()));
        let pointer = format!("gitdir: {}\n", git.display());
        write(&linked.join(".git"), &pointer);
        write(&liar.join(".git"), &pointer);
        let shown = |path: &Path| path.to_string_lossy().into_owned();
        assert_eq!(key(&main), shown(&main));
        assert_eq!(key(&linked), shown(&main));
        assert_eq!(key(&liar), shown(&liar));
        assert_eq!(key(&linked.join(".")), shown(&main));
        assert_eq!(key(&base.join("gone")), shown(&base.join("gone")));
    }
}
