//! What a server decides for the engine: where the cache lies and how much the
//! engine may take. The engine reads no environment.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// How changes on disk are noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WatchMode {
    /// By the system's file events; by polling where those cannot be had.
    Events,
    /// By comparing the tree with the index every [`Options::poll_every`].
    Polling,
}

/// Settings of a [`Workspace`](crate::Workspace).
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder that holds one index per root.
    pub cache_dir: PathBuf,
    /// Threads that read and parse while an index is built.
    pub threads: usize,
    /// Larger files are skipped, and counted as skipped.
    pub max_file_bytes: u64,
    /// Memory that the index writer may fill before it writes a segment.
    pub writer_heap_bytes: usize,
    /// How changes are noticed.
    pub watch: WatchMode,
    /// The pause between two looks at the tree when polling.
    pub poll_every: Duration,
    /// Folders in which the user's programs lie, as `PATH` lists them.
    pub search_path: Option<OsString>,
    /// How long the tree must be quiet before changes are committed.
    pub commit_after: Duration,
    /// Memory that answers kept for a repeated question may take.
    pub cache_bytes: u64,
    /// How long an answer is kept.
    pub cache_ttl: Duration,
}

/// Source files are rarely larger; larger ones are data or bundles.
const MAX_FILE_BYTES: u64 = 1 << 20;
/// Fewer, larger segments cost memory; this holds about 15 MB of source.
const WRITER_HEAP_BYTES: usize = 40 << 20;

/// About 300 answers; an agent asks fewer in a session.
const CACHE_BYTES: u64 = 8 << 20;
/// Older questions are rarely asked again.
const CACHE_TTL: Duration = Duration::from_secs(15 * 60);

impl Options {
    /// Returns the usual settings for an index under `cache_dir`.
    pub fn new(cache_dir: impl Into<PathBuf>) -> Options {
        Options {
            cache_dir: cache_dir.into(),
            threads: std::thread::available_parallelism().map_or(2, |count| count.get()).min(16),
            max_file_bytes: MAX_FILE_BYTES,
            writer_heap_bytes: WRITER_HEAP_BYTES,
            watch: WatchMode::Events,
            poll_every: Duration::from_secs(2),
            search_path: None,
            commit_after: Duration::from_secs(2),
            cache_bytes: CACHE_BYTES,
            cache_ttl: CACHE_TTL,
        }
    }
}
