//! The folder in which the index of one root lies, shared by all processes that
//! serve the root.
//!
//! ```text
//! CACHE/<hash of the root's path>/
//!   root          the root's path, for people and for cleaning up
//!   writer.lock   held by the one process that writes
//!   history       the words of past commits, by file
//!   changes       which files changed at which generation
//!   stamps        files found unchanged under other time stamps
//!   new/          an index while it is taken over from another worktree
//!   index/        tantivy's files; `meta.json` changes with each commit
//! ```

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use twox_hash::XxHash3_64;

use crate::schema::FORMAT;

/// The folder of one root's index.
#[derive(Debug, Clone)]
pub(crate) struct IndexFolder {
    folder: PathBuf,
}

/// Held while this process is the one that writes; let go when dropped, and by
/// the system when the process dies.
#[derive(Debug)]
pub(crate) struct WriterLock {
    _file: File,
}

/// Tells one state of a file that is always replaced, such as the stored index's
/// `meta.json`, from another without opening it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MetaStamp {
    modified: SystemTime,
    bytes: u64,
    inode: u64,
}

/// What is committed with the documents, in the same step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Payload {
    pub(crate) format: u32,
    pub(crate) generation: u64,
    /// All that the walk had found was in this commit.
    pub(crate) complete: bool,
}

impl Payload {
    pub(crate) fn parse(text: &str) -> Option<Payload> {
        let payload: Payload = serde_json::from_str(text).ok()?;
        (payload.format == FORMAT).then_some(payload)
    }
}

impl MetaStamp {
    /// Returns what tells this state of a file from another, none where there is no file.
    pub(crate) fn of(file: &Path) -> Option<MetaStamp> {
        let metadata = fs::metadata(file).ok()?;
        #[cfg(unix)]
        let inode = std::os::unix::fs::MetadataExt::ino(&metadata);
        #[cfg(not(unix))]
        let inode = 0;
        Some(MetaStamp { modified: metadata.modified().ok()?, bytes: metadata.len(), inode })
    }

    pub(crate) fn modified(self) -> SystemTime {
        self.modified
    }
}

impl IndexFolder {
    /// Makes the folder for `root`, whose path is canonical.
    pub(crate) fn create(cache_dir: &Path, root: &Path) -> io::Result<IndexFolder> {
        let folder = IndexFolder::of(cache_dir, root);
        fs::create_dir_all(folder.index_dir())?;
        let note = folder.path().join("root");
        if !note.exists() {
            fs::write(note, root.as_os_str().as_encoded_bytes())?;
        }
        Ok(folder)
    }

    /// Names the folder for `root` without making it.
    pub(crate) fn of(cache_dir: &Path, root: &Path) -> IndexFolder {
        let name = XxHash3_64::oneshot(root.as_os_str().as_encoded_bytes());
        IndexFolder { folder: cache_dir.join(format!("{name:016x}")) }
    }

    /// Makes an empty folder inside this one, in which an index is prepared.
    /// Only the holder of the lock may.
    pub(crate) fn start_new(&self, _lock: &WriterLock) -> io::Result<IndexFolder> {
        let new = IndexFolder { folder: self.folder.join("new") };
        remove_folder(&new.folder)?;
        fs::create_dir_all(new.index_dir())?;
        Ok(new)
    }

    /// Puts a prepared index in the place of whatever is stored.
    pub(crate) fn put_in_place(&self, new: &IndexFolder, lock: &WriterLock) -> io::Result<()> {
        self.clear(lock)?;
        // Renaming onto a folder fails on some systems, even onto an empty one.
        fs::remove_dir(self.index_dir())?;
        fs::rename(new.index_dir(), self.index_dir())?;
        remove_folder(&new.folder)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn history_file(&self) -> PathBuf {
        self.folder.join("history")
    }

    pub(crate) fn changes_file(&self) -> PathBuf {
        self.folder.join("changes")
    }

    pub(crate) fn stamps_file(&self) -> PathBuf {
        self.folder.join("stamps")
    }

    pub(crate) fn index_dir(&self) -> PathBuf {
        self.folder.join("index")
    }

    /// Takes the writer's lock, or returns none while another process holds it.
    pub(crate) fn try_lock(&self) -> io::Result<Option<WriterLock>> {
        let path = self.folder.join("writer.lock");
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(WriterLock { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Returns what tells the stored state, or none while nothing is stored.
    pub(crate) fn stamp(&self) -> Option<MetaStamp> {
        MetaStamp::of(&self.index_dir().join("meta.json"))
    }

    /// Removes all that is stored. Only the holder of the lock may.
    pub(crate) fn clear(&self, _lock: &WriterLock) -> io::Result<()> {
        let index = self.index_dir();
        remove_folder(&index)?;
        // What changed since an earlier index is not known any more.
        match fs::remove_file(self.changes_file()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        fs::create_dir_all(index)
    }
}

fn remove_folder(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
