//! Finds the other worktrees of a repository, by the files with which git ties
//! them together (gitrepository-layout(5)).
//!
//! **Invariants**
//! - Both ends of a tie must name each other, so a folder that only claims to
//!   belong to a repository learns nothing of it.
//! - Files are read up to a few kilobytes and never run; nothing is written.

use std::path::{Path, PathBuf};

use crate::read::{FileRead, read_file};

/// A path, and no more, stands in each of these files.
const MAX_BYTES: u64 = 8 << 10;
/// More worktrees than anybody has.
const MAX_WORKTREES: usize = 256;
/// A root lies at most so deep in its worktree.
const MAX_DEPTH: usize = 100;

/// The folders in other worktrees that correspond to `root`, which is canonical.
pub(crate) fn siblings(root: &Path) -> Vec<PathBuf> {
    let Some(top) = root.ancestors().take(MAX_DEPTH).find(|above| is_there(&above.join(".git")))
    else {
        return Vec::new();
    };
    let (Some(common), Ok(below)) = (common_dir(top), root.strip_prefix(top)) else {
        return Vec::new();
    };
    let main = common.file_name().filter(|name| *name == ".git").and_then(|_| common.parent());
    let mut tops: Vec<PathBuf> = main.map(Path::to_path_buf).into_iter().collect();
    if let Ok(entries) = common.join("worktrees").read_dir() {
        let ties = entries.take(MAX_WORKTREES).filter_map(Result::ok);
        tops.extend(ties.filter_map(|tie| {
            let dot_git = path_in(&tie.path(), "gitdir", "")?;
            dot_git.parent().map(Path::to_path_buf)
        }));
    }
    tops.sort_unstable();
    tops.dedup();
    tops.retain(|other| other != top && common_dir(other).as_ref() == Some(&common));
    let folders = tops.into_iter().filter_map(|other| {
        let folder = other.join(below);
        // Spelled as a root is, to which the name of its index belongs.
        folder.canonicalize().ok().filter(|real| *real == folder)
    });
    folders.collect()
}

fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// The folder that all worktrees of the repository share, as the worktree at
/// `top` and that folder agree on it.
fn common_dir(top: &Path) -> Option<PathBuf> {
    let dot_git = top.join(".git");
    let kind = dot_git.symlink_metadata().ok()?.file_type();
    if kind.is_dir() {
        return dot_git.canonicalize().ok().filter(|common| is_there(&common.join("HEAD")));
    }
    let tie = path_in(top, ".git", "gitdir:")?;
    let common = path_in(&tie, "commondir", "")?;
    let owns = tie.parent() == Some(&common.join("worktrees"));
    let ties_back = path_in(&tie, "gitdir", "")? == dot_git.canonicalize().ok()?;
    (owns && ties_back).then_some(common)
}

/// The canonical path that stands in a file behind `mark`.
fn path_in(folder: &Path, name: &str, mark: &str) -> Option<PathBuf> {
    let FileRead::Text(read) = read_file(folder, name, MAX_BYTES) else { return None };
    let path = read.text.strip_prefix(mark)?.trim_matches(['\n', '\r', ' ']);
    folder.join(path).canonicalize().ok()
}

#[cfg(test)]
mod tests;
