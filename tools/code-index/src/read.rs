//! Reads one file of a root, safely: never a pipe, device or link, never more
//! than the size limit, never a wait.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use twox_hash::XxHash3_64;

use crate::walk::{SkipReason, Stamp};

/// A NUL byte in this many bytes tells a binary file, as it does for git.
const BINARY_PROBE: usize = 8 << 10;
/// A file written this shortly before it was read may change again without a
/// new time stamp: file systems count in steps of some milliseconds.
const RACY: Duration = Duration::from_millis(100);

/// What came of reading a file.
#[derive(Debug)]
pub(crate) enum FileRead {
    /// Its text; bytes that are no UTF-8 are replaced.
    Text(FileText),
    /// It is there but not for the index.
    Skip(SkipReason, Stamp),
    /// It is not there any more.
    Gone,
}

/// The text of a file and what tells it from another.
#[derive(Debug)]
pub(crate) struct FileText {
    pub(crate) text: String,
    pub(crate) hash: u64,
    pub(crate) stamp: Stamp,
    /// The stamp may be shared by a later content.
    pub(crate) racy: bool,
}

/// Reads the file at `path` below `root`.
pub(crate) fn read_file(root: &Path, path: &str, max_bytes: u64) -> FileRead {
    let (mut file, metadata) = match open_regular(&root.join(path)) {
        Ok(opened) => opened,
        Err(OpenFailure::NotRegular(stamp)) => {
            return FileRead::Skip(SkipReason::NotRegular, stamp);
        }
        Err(OpenFailure::Io(error)) if is_gone(&error) => return FileRead::Gone,
        Err(OpenFailure::Io(error)) => {
            let stamp = std::fs::symlink_metadata(root.join(path))
                .map_or_else(|_| Stamp::default(), |metadata| Stamp::of(&metadata));
            return FileRead::Skip(SkipReason::of_error(&error), stamp);
        }
    };
    let stamp = Stamp::of(&metadata);
    if stamp.bytes > max_bytes {
        return FileRead::Skip(SkipReason::TooLarge, stamp);
    }
    let bytes = match read_bounded(&mut file, stamp.bytes, max_bytes) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return FileRead::Skip(SkipReason::TooLarge, stamp),
        Err(error) => return FileRead::Skip(SkipReason::of_error(&error), stamp),
    };
    if memchr::memchr(0, &bytes[..bytes.len().min(BINARY_PROBE)]).is_some() {
        return FileRead::Skip(SkipReason::Binary, stamp);
    }
    let hash = XxHash3_64::oneshot(&bytes);
    let text = String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    FileRead::Text(FileText { text, hash, stamp, racy: is_racy(stamp) })
}

fn is_gone(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Whether another content may come to have this stamp too.
pub(crate) fn is_racy(stamp: Stamp) -> bool {
    let written = UNIX_EPOCH + Duration::from_nanos(stamp.modified);
    SystemTime::now().duration_since(written).is_ok_and(|age| age < RACY)
}

/// Reads to the end, or returns none where the file grew past `max_bytes`.
fn read_bounded(file: &mut File, expected: u64, max_bytes: u64) -> io::Result<Option<Vec<u8>>> {
    let capacity = usize::try_from(expected.min(max_bytes)).unwrap_or(0) + 1;
    let mut bytes = Vec::with_capacity(capacity);
    file.take(max_bytes + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= max_bytes).then_some(bytes))
}

enum OpenFailure {
    NotRegular(Stamp),
    Io(io::Error),
}

fn open_regular(path: &Path) -> Result<(File, std::fs::Metadata), OpenFailure> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        // A pipe that took the file's place must not block; a link must not lead out of the root.
        options.custom_flags(libc::O_NONBLOCK | libc::O_NOFOLLOW);
    }
    let file = options.open(path).map_err(|error| {
        #[cfg(unix)]
        if error.raw_os_error() == Some(libc::ELOOP) {
            return OpenFailure::NotRegular(Stamp::default());
        }
        OpenFailure::Io(error)
    })?;
    let metadata = file.metadata().map_err(OpenFailure::Io)?;
    if !metadata.is_file() {
        return Err(OpenFailure::NotRegular(Stamp::of(&metadata)));
    }
    Ok((file, metadata))
}
