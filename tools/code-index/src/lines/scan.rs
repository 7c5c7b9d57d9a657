//! Reads the candidate files, a few threads at once.
//!
//! Threads live as long as the search: they take the next file by number until
//! none is left, the caller's page is full or the call is cancelled. A pool that
//! outlives the call would make a search wait behind an index build.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use serde::Serialize;

use super::cursor::Cursor;
use super::pattern::Worker;
use super::{Scope, show};
use crate::cancel::{Cancel, Cancelled};

/// More threads than this only wait for the disk.
const MAX_THREADS: usize = 8;
/// Fewer files than this a thread are not worth starting one.
const FILES_PER_THREAD: usize = 8;
/// A NUL in the first bytes says that a file is no text.
const BINARY_HEAD: usize = 8 << 10;
/// Bytes read between two looks at the cancel flag.
const READ_PIECE: u64 = 1 << 20;

/// How many candidates could not be searched, by reason.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// They hold a NUL byte near the start.
    pub binary: usize,
    /// They are larger than the query allows.
    pub too_large: usize,
    /// They are gone, no regular files, or may not be opened.
    pub unreadable: usize,
}

/// What a scan met.
pub(super) struct Tally {
    pub(super) searched: usize,
    pub(super) skipped: Skipped,
}

/// Where a page begins: behind a line of a file.
pub(super) struct Start {
    pub(super) file: usize,
    pub(super) line: u32,
}

impl Start {
    pub(super) fn after(cursor: Option<&Cursor>, scope: &Scope<'_>) -> Start {
        let Some(cursor) = cursor else { return Start { file: 0, line: 0 } };
        find_file(scope, &cursor.path, cursor.file)
            .map_or(Start { file: cursor.file, line: 0 }, |file| Start { file, line: cursor.line })
    }
}

/// Returns the number of a shown path in the list, looking at its former number first.
pub(super) fn find_file(scope: &Scope<'_>, path: &str, former: usize) -> Option<usize> {
    if former < scope.candidates.len() && show(scope, former) == path {
        return Some(former);
    }
    (0..scope.candidates.len()).find(|file| show(scope, *file) == path)
}

/// Which candidates a scan reads.
pub(super) struct Range<'a> {
    pub(super) first: usize,
    /// It may shrink while the scan runs.
    pub(super) last: &'a AtomicUsize,
    /// Files that are passed over, by number.
    pub(super) pass_over: &'a (dyn Fn(usize) -> bool + Sync),
}

/// Calls `work` with the text of each candidate in the range; in no order, from
/// several threads.
pub(super) fn scan<F>(scope: &Scope<'_>, range: &Range<'_>, work: F) -> Result<Tally, Cancelled>
where
    F: Fn(usize, &[u8], &mut Worker) -> Result<(), Cancelled> + Sync,
{
    let next = AtomicUsize::new(range.first);
    let count = scope.candidates.len().saturating_sub(range.first);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let threads = (count / FILES_PER_THREAD).clamp(1, cores.min(MAX_THREADS));
    let run = || run_thread(scope, &next, range, &work);

    let tallies: Vec<Result<Tally, Cancelled>> = thread::scope(|threads_scope| {
        let others: Vec<_> = (1..threads).map(|_| threads_scope.spawn(run)).collect();
        let mut tallies = vec![run()];
        for other in others {
            tallies.push(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        tallies
    });
    let mut total = Tally { searched: 0, skipped: Skipped::default() };
    for tally in tallies {
        let Tally { searched, skipped } = tally?;
        total.searched += searched;
        total.skipped.binary += skipped.binary;
        total.skipped.too_large += skipped.too_large;
        total.skipped.unreadable += skipped.unreadable;
    }
    Ok(total)
}

fn run_thread<F>(
    scope: &Scope<'_>,
    next: &AtomicUsize,
    range: &Range<'_>,
    work: &F,
) -> Result<Tally, Cancelled>
where
    F: Fn(usize, &[u8], &mut Worker) -> Result<(), Cancelled> + Sync,
{
    let mut tally = Tally { searched: 0, skipped: Skipped::default() };
    let mut worker = Worker::new();
    let mut text = Vec::new();
    loop {
        scope.cancel.check()?;
        let file = next.fetch_add(1, Ordering::Relaxed);
        if file > range.last.load(Ordering::Relaxed) {
            return Ok(tally);
        }
        let Some(candidate) = scope.candidates.get(file) else { return Ok(tally) };
        if (range.pass_over)(file) {
            continue;
        }
        let Some(root) = scope.roots.list().get(candidate.root) else {
            tally.skipped.unreadable += 1;
            continue;
        };
        let path = root.path.join(&candidate.path);
        match read(&path, scope.query.max_file_bytes, &mut text, scope.cancel)? {
            Reading::Text => {
                tally.searched += 1;
                work(file, &text, &mut worker)?;
            }
            Reading::Binary => tally.skipped.binary += 1,
            Reading::TooLarge => tally.skipped.too_large += 1,
            Reading::Unreadable => tally.skipped.unreadable += 1,
        }
    }
}

/// What became of reading one file.
enum Reading {
    Text,
    Binary,
    TooLarge,
    Unreadable,
}

/// Reads a whole file into `text`, which is reused between files.
fn read(
    path: &Path,
    max_bytes: u64,
    text: &mut Vec<u8>,
    cancel: &Cancel,
) -> Result<Reading, Cancelled> {
    text.clear();
    // Opening a pipe would wait for its writer, so ask first what it is. A link
    // is not followed: the walk that found the candidates does not either.
    let Ok(metadata) = fs::symlink_metadata(path) else { return Ok(Reading::Unreadable) };
    if !metadata.is_file() {
        return Ok(Reading::Unreadable);
    }
    if metadata.len() > max_bytes {
        return Ok(Reading::TooLarge);
    }
    let Ok(mut file) = File::open(path) else { return Ok(Reading::Unreadable) };
    loop {
        cancel.check()?;
        let before = text.len();
        match read_piece(&mut file, text) {
            Ok(0) => break,
            Ok(_) => {}
            Err(_) => return Ok(Reading::Unreadable),
        }
        if before < BINARY_HEAD && is_binary(text) {
            return Ok(Reading::Binary);
        }
        // It may have grown since it was asked for its size.
        if text.len() as u64 > max_bytes {
            return Ok(Reading::TooLarge);
        }
    }
    Ok(Reading::Text)
}

fn read_piece(file: &mut File, text: &mut Vec<u8>) -> io::Result<usize> {
    file.take(READ_PIECE).read_to_end(text)
}

fn is_binary(text: &[u8]) -> bool {
    memchr::memchr(0, &text[..text.len().min(BINARY_HEAD)]).is_some()
}

/// Locks; another thread's panic is resumed by the scan itself, so the value is never used after one.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends a lock, as [`lock`].
pub(super) fn into_inner<T>(mutex: Mutex<T>) -> T {
    mutex.into_inner().unwrap_or_else(PoisonError::into_inner)
}
