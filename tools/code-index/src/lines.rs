//! Finds lines in files as they are on disk now.
//!
//! ```text
//! query ─▶ pattern ─▶ candidate files, in parallel ─▶ first lines in file order ─▶ page
//!             │ text, and no line holds it literally
//!             └─▶ its words ─▶ count combinations ─▶ lines with most words ─▶ page
//! ```
//!
//! The caller says which files may hold a match, and in which order answers
//! should stand; what is here neither knows an index nor walks folders.
//!
//! **Invariants**
//! - The same files and query give the same list, however many threads run, and
//!   pages joined by their cursors are that list.
//! - Memory is bound by the limit: no more than twice `limit + 1` lines are held.
//! - Cancelling ends all threads of the search; each looks at the flag every few
//!   milliseconds, inside a large file and a long line too.
//! - Bytes that are no UTF-8 are shown as replacement characters, never a panic.
//!
//! **Deliberately absent:** matches across lines.

mod cursor;
mod excerpt;
mod pattern;
mod scan;
mod words;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Serialize;
use thiserror::Error;

use crate::cancel::{Cancel, Cancelled};
use crate::roots::Roots;

use cursor::{Cursor, CursorKind};
use pattern::Pattern;
use scan::Start;

pub use scan::Skipped;

/// No page is longer; a model reads no more at once.
pub const MAX_LIMIT: usize = 1000;
/// A longer query is a mistake of the caller, and dear to compile.
const MAX_QUERY_BYTES: usize = 4096;

/// How a query is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineMode {
    /// As it stands, ignoring case unless it holds a capital; where no line
    /// holds it, by its words.
    Text,
    /// As a regular expression, on one line.
    Regex,
}

/// A line as answers show it.
pub(crate) fn cut_line(line: &[u8]) -> String {
    excerpt::cut(line, || 0)
}

/// One request for lines.
#[derive(Debug, Clone, Copy)]
pub struct LineQuery<'a> {
    /// What to look for.
    pub query: &'a str,
    /// How to read it.
    pub mode: LineMode,
    /// How many lines to return, at most [`MAX_LIMIT`].
    pub limit: usize,
    /// [`LinesFound::next_cursor`] of the page before.
    pub cursor: Option<&'a str>,
    /// Larger files are skipped and counted.
    pub max_file_bytes: u64,
}

/// A file that may hold a match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The index of its root in [`Roots::list`].
    pub root: usize,
    /// Its path in that root, with `/`.
    pub path: String,
}

/// What a search is about to look for, so that the caller can narrow the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pass<'a> {
    /// Lines that hold this text.
    Literal {
        /// The text.
        text: &'a str,
        /// Whether case is ignored.
        ignore_case: bool,
    },
    /// Lines that hold one or more of these words, anywhere and in any case.
    Words(&'a [String]),
    /// Lines that match this regular expression.
    Regex(&'a str),
}

/// What the lines of an answer have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchedBy {
    /// They hold the query literally.
    Text,
    /// They hold most of its words; none holds it literally.
    Words,
    /// They match the regular expression.
    Regex,
}

/// One line that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LineMatch {
    /// The file as it is shown, with the root's name when there are several.
    pub path: String,
    /// The line's number, from 1.
    pub line: u32,
    /// The line without its end, cut to 200 characters around the match.
    pub text: String,
}

/// One page of lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LinesFound {
    /// The lines, in file order or, by words, best first.
    pub matches: Vec<LineMatch>,
    /// Continues after the last line; absent when there is no more.
    pub next_cursor: Option<String>,
    /// How they match.
    pub matched_by: MatchedBy,
    /// How many files were read.
    pub searched: usize,
    /// Files that could not be searched.
    pub skipped: Skipped,
}

/// Why lines could not be searched.
#[derive(Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum LineSearchError {
    /// There is nothing to look for.
    #[error("the query is empty; pass the text to look for")]
    EmptyQuery,
    /// The query is too long.
    #[error("the query is over {MAX_QUERY_BYTES} bytes; pass a shorter part of it")]
    LongQuery,
    /// The regular expression does not parse.
    #[error(
        "`{pattern}` is not a regular expression ({reason}); escape it, or use mode `text` to \
         take it literally"
    )]
    BadPattern {
        /// The pattern as passed.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The regular expression wants a line break.
    #[error(
        "`{pattern}` matches across lines, and lines are searched one by one; search for a part \
         that stands on one line"
    )]
    ManyLines {
        /// The pattern as passed.
        pattern: String,
    },
    /// The cursor is not one of ours, or of another query.
    #[error("`{cursor}` is not a cursor of this query; leave it out to begin again")]
    BadCursor {
        /// The cursor as passed.
        cursor: String,
    },
    /// The caller gave up.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// Searches lines. `files` gives the files for a pass, filtered and in the order
/// of the answer; a text query asks it a second time, for its words, when no
/// line holds it literally.
pub fn search_lines<E, F>(
    query: &LineQuery<'_>,
    roots: &Roots,
    cancel: &Cancel,
    mut files: F,
) -> Result<LinesFound, E>
where
    E: From<LineSearchError>,
    F: FnMut(Pass<'_>) -> Result<Vec<Candidate>, E>,
{
    let plan = Plan::new(query)?;
    if let Some(pattern) = &plan.pattern {
        let pass = match query.mode {
            LineMode::Text => Pass::Literal { text: query.query, ignore_case: plan.ignore_case },
            LineMode::Regex => Pass::Regex(query.query),
        };
        let candidates = files(pass)?;
        let scope = Scope { roots, candidates: &candidates, cancel, query };
        let found = find_in_order(pattern, &plan, &scope)?;
        if !found.matches.is_empty() || plan.cursor.is_some() || query.mode == LineMode::Regex {
            return Ok(found);
        }
    }
    let words = words::words_of(query.query);
    let candidates = if words.is_empty() { Vec::new() } else { files(Pass::Words(&words))? };
    let scope = Scope { roots, candidates: &candidates, cancel, query };
    Ok(words::find_best(&words, &plan, &scope)?)
}

/// A query, checked and compiled.
struct Plan {
    /// None when only words are left to look for.
    pattern: Option<Pattern>,
    ignore_case: bool,
    cursor: Option<Cursor>,
    limit: usize,
    /// Ties a cursor to its query.
    hash: u32,
}

/// Where a search looks.
struct Scope<'a> {
    roots: &'a Roots,
    candidates: &'a [Candidate],
    cancel: &'a Cancel,
    query: &'a LineQuery<'a>,
}

impl Plan {
    fn new(query: &LineQuery<'_>) -> Result<Plan, LineSearchError> {
        if query.query.trim().is_empty() {
            return Err(LineSearchError::EmptyQuery);
        }
        if query.query.len() > MAX_QUERY_BYTES {
            return Err(LineSearchError::LongQuery);
        }
        let hash = cursor::query_hash(query);
        let cursor = query.cursor.map(|text| Cursor::parse(text, query.mode, hash)).transpose()?;
        let ignore_case = !query.query.chars().any(char::is_uppercase);
        let by_words = cursor.as_ref().is_some_and(|cursor| cursor.kind == CursorKind::Words);
        let pattern = match query.mode {
            LineMode::Regex => Some(Pattern::regex(query.query)?),
            LineMode::Text if by_words => None,
            LineMode::Text => Pattern::literal(query.query, ignore_case)?,
        };
        Ok(Plan { pattern, ignore_case, cursor, limit: query.limit.clamp(1, MAX_LIMIT), hash })
    }
}

/// The lines found so far that can still be part of the page, by file.
#[derive(Default)]
struct FirstLines {
    by_file: std::collections::BTreeMap<usize, Vec<(u32, String)>>,
}

impl FirstLines {
    /// Adds a file's lines and forgets what lies behind `wanted` lines. Returns
    /// the last file that still matters.
    fn add(&mut self, file: usize, lines: Vec<(u32, String)>, wanted: usize) -> Option<usize> {
        self.by_file.insert(file, lines);
        let mut count = 0;
        let last = self.by_file.iter().find_map(|(file, lines)| {
            count += lines.len();
            (count >= wanted).then_some(*file)
        })?;
        self.by_file.split_off(&(last + 1));
        Some(last)
    }
}

fn find_in_order(
    pattern: &Pattern,
    plan: &Plan,
    scope: &Scope<'_>,
) -> Result<LinesFound, LineSearchError> {
    let wanted = plan.limit + 1;
    let start = Start::after(plan.cursor.as_ref(), scope);
    let first_lines = Mutex::new(FirstLines::default());
    let last_file = AtomicUsize::new(usize::MAX);

    let range = scan::Range { first: start.file, last: &last_file, pass_over: &|_| false };
    let tally = scan::scan(scope, &range, |file, text, worker| {
        let mut lines = Vec::new();
        pattern.each_line(text, worker, scope.cancel, &mut |found| {
            if file != start.file || found.line > start.line {
                lines.push((found.line, excerpt::cut(found.bytes, || found.at())));
            }
            lines.len() < wanted
        })?;
        if !lines.is_empty() {
            let mut first_lines = scan::lock(&first_lines);
            if let Some(last) = first_lines.add(file, lines, wanted) {
                last_file.fetch_min(last, Ordering::Relaxed);
            }
        }
        Ok(())
    })?;

    let by_file = scan::into_inner(first_lines).by_file;
    let lines = by_file
        .into_iter()
        .flat_map(|(file, lines)| lines.into_iter().map(move |(line, text)| (file, line, text)));
    let mut found: Vec<(usize, u32, String)> = lines.take(wanted).collect();
    let kind = match scope.query.mode {
        LineMode::Text => CursorKind::Text,
        LineMode::Regex => CursorKind::Regex,
    };
    let more = found.len() > plan.limit;
    found.truncate(plan.limit);
    let next_cursor = found.last().filter(|_| more).map(|(file, line, _)| {
        let path = show(scope, *file);
        Cursor { kind, hash: plan.hash, file: *file, line: *line, path }.to_string()
    });
    Ok(LinesFound {
        matches: found
            .into_iter()
            .map(|(file, line, text)| LineMatch { path: show(scope, file), line, text })
            .collect(),
        next_cursor,
        matched_by: match kind {
            CursorKind::Regex => MatchedBy::Regex,
            _ => MatchedBy::Text,
        },
        searched: tally.searched,
        skipped: tally.skipped,
    })
}

fn show(scope: &Scope<'_>, file: usize) -> String {
    let candidate = &scope.candidates[file];
    scope.roots.show(candidate.root, &candidate.path)
}

#[cfg(test)]
mod tests;
