//! Finds the files of a root: what an index of it should hold, which folders to
//! watch, and what was left out and why.
//!
//! **Invariants**
//! - Links are never followed, and nothing but a regular file is ever offered
//!   for reading.
//! - What `.gitignore`, `.ignore` and hidden names exclude is not mentioned;
//!   everything else that is left out is counted with its reason.
//!
//! **Deliberately absent:** reading. A file found here may be binary or gone.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::UNIX_EPOCH;

use ignore::{DirEntry, WalkBuilder, WalkState};
use serde::{Deserialize, Serialize};

use crate::cancel::Cancel;

/// Deeper folders are a loop of mounts or a hostile tree.
const MAX_DEPTH: usize = 100;
/// Enough to see what kinds of file are left out; the counts are exact.
const MAX_SKIPPED_PATHS: usize = 200;

/// Why a file is not indexed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SkipReason {
    /// Larger than [`Options::max_file_bytes`](crate::Options::max_file_bytes).
    TooLarge,
    /// Holds a NUL byte near its start.
    Binary,
    /// May not be read.
    NoPermission,
    /// A pipe, socket or device.
    NotRegular,
    /// A symbolic link; what it leads to is indexed where it lies.
    Link,
    /// Nested too deeply.
    TooDeep,
    /// Its name is no valid Unicode.
    NameNotUnicode,
    /// The system failed to read it.
    Unreadable,
}

impl SkipReason {
    /// Returns the reason in words.
    pub fn as_str(self) -> &'static str {
        match self {
            SkipReason::TooLarge => "too large",
            SkipReason::Binary => "binary",
            SkipReason::NoPermission => "no permission",
            SkipReason::NotRegular => "not a regular file",
            SkipReason::Link => "symbolic link",
            SkipReason::TooDeep => "too deep",
            SkipReason::NameNotUnicode => "name is not Unicode",
            SkipReason::Unreadable => "unreadable",
        }
    }

    pub(crate) fn of_error(error: &io::Error) -> SkipReason {
        match error.kind() {
            io::ErrorKind::PermissionDenied => SkipReason::NoPermission,
            _ => SkipReason::Unreadable,
        }
    }
}

/// A file that was left out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Skipped {
    /// Its path.
    pub path: String,
    /// Why.
    pub reason: SkipReason,
}

/// All that was left out: exact counts, and the first paths.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SkippedFiles {
    /// How many files per reason.
    pub counts: BTreeMap<SkipReason, u64>,
    /// The first of them by path.
    pub files: Vec<Skipped>,
}

impl SkippedFiles {
    /// Returns how many files were left out.
    pub fn total(&self) -> u64 {
        self.counts.values().sum()
    }

    pub(crate) fn collect(mut all: Vec<Skipped>) -> SkippedFiles {
        let mut counts = BTreeMap::new();
        for skipped in &all {
            *counts.entry(skipped.reason).or_default() += 1;
        }
        all.sort();
        all.truncate(MAX_SKIPPED_PATHS);
        SkippedFiles { counts, files: all }
    }
}

/// What tells whether a file changed without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Stamp {
    /// Nanoseconds since 1970.
    pub(crate) modified: u64,
    pub(crate) bytes: u64,
}

impl Stamp {
    pub(crate) fn of(metadata: &std::fs::Metadata) -> Stamp {
        let since = metadata.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        let modified = since.and_then(|at| u64::try_from(at.as_nanos()).ok()).unwrap_or(0);
        Stamp { modified, bytes: metadata.len() }
    }
}

/// One regular file of fitting size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) path: String,
    pub(crate) stamp: Stamp,
}

/// What a walk saw, each list in order of path.
#[derive(Debug, Default)]
pub(crate) struct Walked {
    pub(crate) files: Vec<Found>,
    /// Folders below the root; the root itself is the empty path.
    pub(crate) folders: Vec<String>,
    pub(crate) skipped: Vec<Skipped>,
}

enum Item {
    File(Found),
    Folder(String),
    Skipped(Skipped),
}

/// How far and how a walk goes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WalkLimits {
    pub(crate) max_file_bytes: u64,
    pub(crate) threads: usize,
}

/// Walks everything below `folder`, a path relative to `root`.
pub(crate) fn walk(root: &Path, folder: &str, limits: WalkLimits, cancel: &Cancel) -> Walked {
    walk_to_depth(root, folder, MAX_DEPTH, limits, cancel)
}

/// Looks at the entries of one folder only.
pub(crate) fn list(root: &Path, folder: &str, limits: WalkLimits, cancel: &Cancel) -> Walked {
    walk_to_depth(root, folder, 1, WalkLimits { threads: 1, ..limits }, cancel)
}

fn walk_to_depth(
    root: &Path,
    folder: &str,
    depth: usize,
    limits: WalkLimits,
    cancel: &Cancel,
) -> Walked {
    let start = if folder.is_empty() { root.to_path_buf() } else { root.join(folder) };
    let mut builder = WalkBuilder::new(start);
    builder
        .max_depth(Some(depth))
        .threads(limits.threads)
        .follow_links(false)
        // The user's own ignore file would make the index differ between users of one checkout.
        .git_global(false)
        // An unpacked archive has no `.git`, but its rules hold all the same.
        .require_git(false);
    let (sender, receiver) = mpsc::channel();
    builder.build_parallel().run(|| {
        let sender = sender.clone();
        Box::new(move |entry| {
            if cancel.is_cancelled() {
                return WalkState::Quit;
            }
            if let Some(item) = look(root, entry, depth, limits.max_file_bytes)
                && sender.send(item).is_err()
            {
                return WalkState::Quit;
            }
            WalkState::Continue
        })
    });
    drop(sender);
    let mut walked = Walked::default();
    for item in receiver {
        match item {
            Item::File(found) => walked.files.push(found),
            Item::Folder(path) => walked.folders.push(path),
            Item::Skipped(skipped) => walked.skipped.push(skipped),
        }
    }
    walked.files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    walked.folders.sort_unstable();
    walked.skipped.sort_unstable();
    walked
}

fn look(
    root: &Path,
    entry: Result<DirEntry, ignore::Error>,
    depth: usize,
    max_file_bytes: u64,
) -> Option<Item> {
    let entry = match entry {
        Ok(entry) => entry,
        Err(error) => return failed(root, &error).map(Item::Skipped),
    };
    let path = match relative(root, entry.path()) {
        Ok(path) => path,
        Err(shown) => return Some(skip(shown, SkipReason::NameNotUnicode)),
    };
    // No file type is known for standard input only, which is never walked.
    let kind = entry.file_type()?;
    if kind.is_dir() {
        if entry.depth() == MAX_DEPTH && depth == MAX_DEPTH {
            return Some(skip(path, SkipReason::TooDeep));
        }
        return Some(Item::Folder(path));
    }
    if kind.is_symlink() {
        return Some(skip(path, SkipReason::Link));
    }
    if !kind.is_file() {
        return Some(skip(path, SkipReason::NotRegular));
    }
    match entry.metadata() {
        Ok(metadata) if metadata.len() > max_file_bytes => Some(skip(path, SkipReason::TooLarge)),
        Ok(metadata) => Some(Item::File(Found { path, stamp: Stamp::of(&metadata) })),
        // It was deleted since its folder was read.
        Err(_) => None,
    }
}

fn skip(path: String, reason: SkipReason) -> Item {
    Item::Skipped(Skipped { path, reason })
}

/// What could not be entered; a folder that vanished on the way is no loss.
fn failed(root: &Path, error: &ignore::Error) -> Option<Skipped> {
    let io = error.io_error()?;
    if io.kind() == io::ErrorKind::NotFound {
        return None;
    }
    let path = path_of(error)?;
    let shown = relative(root, &path).unwrap_or_else(|shown| shown);
    Some(Skipped { path: shown, reason: SkipReason::of_error(io) })
}

fn path_of(error: &ignore::Error) -> Option<PathBuf> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path.clone()),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            path_of(err)
        }
        _ => None,
    }
}

/// The path below `root` with `/` between its parts, or a lossy form of it
/// where it is no Unicode.
pub(crate) fn relative(root: &Path, path: &Path) -> Result<String, String> {
    let below = path.strip_prefix(root).unwrap_or(path);
    match below.to_str() {
        Some(text) if std::path::MAIN_SEPARATOR == '/' => Ok(text.to_owned()),
        Some(text) => Ok(text.replace(std::path::MAIN_SEPARATOR, "/")),
        None => Err(below.to_string_lossy().into_owned()),
    }
}
