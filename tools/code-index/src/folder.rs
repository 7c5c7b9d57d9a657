//! The folder in which the index of one root lies, shared by all processes that
//! serve the root.
//!
//! ```text
//! CACHE/<hash of the root's path>/
//!   root          the root's path, for people and for cleaning up
//!   writer.lock   held by the one process that writes
//!   history       the words of past commits, by file
//!   changes       which files changed at which generation
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

/// Tells one state of the stored index from another without opening it.
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

impl IndexFolder {
    /// Makes the folder for `root`, whose path is canonical.
    pub(crate) fn create(cache_dir: &Path, root: &Path) -> io::Result<IndexFolder> {
        let name = XxHash3_64::oneshot(root.as_os_str().as_encoded_bytes());
        let folder = cache_dir.join(format!("{name:016x}"));
        fs::create_dir_all(folder.join("index"))?;
        let note = folder.join("root");
        if !note.exists() {
            fs::write(note, root.as_os_str().as_encoded_bytes())?;
        }
        Ok(IndexFolder { folder })
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
        let metadata = fs::metadata(self.index_dir().join("meta.json")).ok()?;
        #[cfg(unix)]
        let inode = std::os::unix::fs::MetadataExt::ino(&metadata);
        #[cfg(not(unix))]
        let inode = 0;
        Some(MetaStamp { modified: metadata.modified().ok()?, bytes: metadata.len(), inode })
    }

    /// Removes all that is stored. Only the holder of the lock may.
    pub(crate) fn clear(&self, _lock: &WriterLock) -> io::Result<()> {
        let index = self.index_dir();
        match fs::remove_dir_all(&index) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        // What changed since an earlier index is not known any more.
        match fs::remove_file(self.changes_file()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        fs::create_dir_all(index)
    }
}
