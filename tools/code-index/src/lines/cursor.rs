//! Where a page ended, as text: `kind.query.file.line.path`.
//!
//! The path finds the place again when files were added or removed before it;
//! where the file itself is gone, its former number in the list stands in. The
//! query's hash keeps a cursor from being used with another query.

use std::fmt;

use super::{LineMode, LineQuery, LineSearchError};

/// Which list a cursor continues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CursorKind {
    Text,
    Regex,
    Words,
}

/// A place after which a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cursor {
    pub(super) kind: CursorKind,
    pub(super) hash: u32,
    pub(super) file: usize,
    pub(super) line: u32,
    /// The shown path; by words it is preceded by the words' combination and `.`.
    pub(super) path: String,
}

impl Cursor {
    pub(super) fn parse(text: &str, mode: LineMode, hash: u32) -> Result<Cursor, LineSearchError> {
        let bad = || LineSearchError::BadCursor { cursor: text.chars().take(80).collect() };
        let cursor = parse(text).ok_or_else(bad)?;
        let fits = (cursor.kind == CursorKind::Regex) == (mode == LineMode::Regex);
        if fits && cursor.hash == hash { Ok(cursor) } else { Err(bad()) }
    }
}

fn parse(text: &str) -> Option<Cursor> {
    let mut parts = text.splitn(5, '.');
    let kind = match parts.next()? {
        "t" => CursorKind::Text,
        "r" => CursorKind::Regex,
        "w" => CursorKind::Words,
        _ => return None,
    };
    let hash = u32::from_str_radix(parts.next()?, 36).ok()?;
    let file = parts.next()?.parse().ok()?;
    let line = parts.next()?.parse().ok()?;
    let path = parts.next().filter(|path| !path.is_empty())?.to_owned();
    Some(Cursor { kind, hash, file, line, path })
}

impl fmt::Display for Cursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            CursorKind::Text => 't',
            CursorKind::Regex => 'r',
            CursorKind::Words => 'w',
        };
        let hash = base36(self.hash);
        write!(formatter, "{kind}.{hash}.{}.{}.{}", self.file, self.line, self.path)
    }
}

fn base36(mut number: u32) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(char::from_digit(number % 36, 36).unwrap_or('0'));
        number /= 36;
        if number == 0 {
            return digits.into_iter().rev().collect();
        }
    }
}

/// Returns a hash that is the same in every process (FNV-1a).
pub(super) fn query_hash(query: &LineQuery<'_>) -> u32 {
    let mode = [u8::from(query.mode == LineMode::Regex)];
    query
        .query
        .bytes()
        .chain(mode)
        .fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}
