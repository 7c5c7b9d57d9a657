//! A compiled query, and how it runs over one file's text.
//!
//! A regex search cannot be interrupted, so the text is handed over in pieces of
//! whole lines, sized by how long the last piece took, with a look at the cancel
//! flag between them. A line that is too long for that is searched in overlapping
//! windows: there a match must be shorter than the overlap to be found for sure.

use std::time::{Duration, Instant};

use grep_matcher::Matcher;
use grep_regex::{RegexMatcher, RegexMatcherBuilder};
use grep_searcher::{Searcher, SearcherBuilder, Sink, SinkMatch};
use regex_automata::Input;
use regex_automata::meta::Regex;
use regex_automata::util::syntax;

use super::LineSearchError;
use crate::cancel::{Cancel, Cancelled};

/// No compiled pattern is larger: matching time grows with it.
const MAX_PROGRAM_BYTES: usize = 4 << 20;
/// Scratch memory of one thread for one pattern.
const MAX_CACHE_BYTES: usize = 8 << 20;
/// Above this a pattern may run so slowly that only short pieces are safe.
const LIGHT_PROGRAM_BYTES: usize = 1 << 16;
/// Longest line that is searched whole, for light and heavy patterns.
const LONG_LINE: (usize, usize) = (256 << 10, 8 << 10);
/// The pieces begin small, so that a slow pattern is noticed early.
const FIRST_PIECE: usize = 16 << 10;
const PIECES: (usize, usize) = (1 << 10, 512 << 10);
/// How long a piece should take at most.
const PIECE_TIME: Duration = Duration::from_millis(3);

/// What to look for on a line.
pub(super) struct Pattern {
    lines: RegexMatcher,
    /// The same for one long line, where a search can be limited to a range.
    long: Regex,
    long_line: usize,
}

/// A line that matched.
pub(super) struct FoundLine<'a> {
    /// The line's number, from 1.
    pub(super) line: u32,
    /// The line, perhaps with its end.
    pub(super) bytes: &'a [u8],
    at: Option<usize>,
    pattern: &'a Pattern,
}

impl FoundLine<'_> {
    /// Returns where in the line the first match begins.
    pub(super) fn at(&self) -> usize {
        self.at.unwrap_or_else(|| {
            self.pattern.lines.find(self.bytes).ok().flatten().map_or(0, |found| found.start())
        })
    }
}

/// What a thread keeps between files.
pub(super) struct Worker {
    searcher: Searcher,
    piece: usize,
}

impl Worker {
    pub(super) fn new() -> Worker {
        let searcher = SearcherBuilder::new()
            .line_number(true)
            .line_terminator(grep_matcher::LineTerminator::crlf())
            .build();
        Worker { searcher, piece: FIRST_PIECE }
    }

    fn adapt(&mut self, took: Duration) {
        let (least, most) = PIECES;
        if took > PIECE_TIME {
            self.piece = (self.piece / 2).max(least);
        } else if took < PIECE_TIME / 4 {
            self.piece = (self.piece * 2).min(most);
        }
    }
}

impl Pattern {
    /// Compiles text that is taken as it stands; `None` when no line can hold it.
    pub(super) fn literal(
        text: &str,
        ignore_case: bool,
    ) -> Result<Option<Pattern>, LineSearchError> {
        if text.contains(['\n', '\r']) {
            return Ok(None);
        }
        compile(text, &regex::escape(text), ignore_case).map(Some)
    }

    /// Compiles what matches any of the words, in any case.
    pub(super) fn any_of(words: &[String]) -> Result<Pattern, LineSearchError> {
        let parts: Vec<String> = words.iter().map(|word| regex::escape(word)).collect();
        let either = parts.join("|");
        compile(&either, &either, true)
    }

    /// Compiles a regular expression.
    pub(super) fn regex(pattern: &str) -> Result<Pattern, LineSearchError> {
        compile(pattern, &anchor_to_lines(pattern), false)
    }

    /// Calls `found` for each line that matches, in order, until it returns false.
    pub(super) fn each_line(
        &self,
        text: &[u8],
        worker: &mut Worker,
        cancel: &Cancel,
        found: &mut dyn FnMut(FoundLine<'_>) -> bool,
    ) -> Result<(), Cancelled> {
        let mut rest = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let mut lines_before = 0u32;
        while !rest.is_empty() {
            cancel.check()?;
            let end = piece_end(rest, worker.piece);
            let (piece, after) = rest.split_at(end);
            let begun = Instant::now();
            let go_on = if end > self.long_line && is_one_line(piece) {
                match self.find_in_long_line(piece, cancel)? {
                    None => true,
                    at => {
                        found(FoundLine { line: lines_before + 1, bytes: piece, at, pattern: self })
                    }
                }
            } else {
                self.search_piece(piece, lines_before, &mut worker.searcher, found)
            };
            if !go_on {
                return Ok(());
            }
            worker.adapt(begun.elapsed());
            lines_before = lines_before.saturating_add(count_lines(piece));
            rest = after;
        }
        Ok(())
    }

    fn search_piece(
        &self,
        piece: &[u8],
        lines_before: u32,
        searcher: &mut Searcher,
        found: &mut dyn FnMut(FoundLine<'_>) -> bool,
    ) -> bool {
        let mut sink = Lines { pattern: self, lines_before, found, go_on: true };
        // Neither the matcher nor the sink can fail, and a slice cannot either.
        match searcher.search_slice(&self.lines, piece, &mut sink) {
            Ok(()) => sink.go_on,
            Err(error) => {
                tracing::warn!(%error, "a file could not be searched to its end");
                sink.go_on
            }
        }
    }

    fn find_in_long_line(&self, line: &[u8], cancel: &Cancel) -> Result<Option<usize>, Cancelled> {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let step = self.long_line - self.long_line / 4;
        for start in (0..line.len()).step_by(step) {
            cancel.check()?;
            let end = (start + self.long_line).min(line.len());
            if let Some(found) = self.long.find(Input::new(line).range(start..end)) {
                return Ok(Some(found.start()));
            }
        }
        Ok(None)
    }
}

/// Returns where a piece of about `size` bytes ends: after its last line break,
/// or after the first line when that is longer.
fn piece_end(text: &[u8], size: usize) -> usize {
    if text.len() <= size {
        return text.len();
    }
    memchr::memrchr(b'\n', &text[..size])
        .or_else(|| memchr::memchr(b'\n', &text[size..]).map(|at| size + at))
        .map_or(text.len(), |at| at + 1)
}

fn is_one_line(piece: &[u8]) -> bool {
    memchr::memchr(b'\n', piece).is_none_or(|at| at + 1 == piece.len())
}

fn count_lines(piece: &[u8]) -> u32 {
    u32::try_from(memchr::memchr_iter(b'\n', piece).count()).unwrap_or(u32::MAX)
}

struct Lines<'a> {
    pattern: &'a Pattern,
    lines_before: u32,
    found: &'a mut dyn FnMut(FoundLine<'_>) -> bool,
    go_on: bool,
}

impl Sink for Lines<'_> {
    type Error = std::io::Error;

    fn matched(&mut self, _: &Searcher, found: &SinkMatch<'_>) -> Result<bool, Self::Error> {
        let line = found.line_number().and_then(|line| u32::try_from(line).ok()).unwrap_or(0);
        self.go_on = (self.found)(FoundLine {
            line: self.lines_before.saturating_add(line),
            bytes: found.bytes(),
            at: None,
            pattern: self.pattern,
        });
        Ok(self.go_on)
    }
}

/// Compiles `pattern`; `shown` is the query for messages.
fn compile(shown: &str, pattern: &str, ignore_case: bool) -> Result<Pattern, LineSearchError> {
    let bad = |reason: String| LineSearchError::BadPattern { pattern: shown.to_owned(), reason };
    let lines = RegexMatcherBuilder::new()
        .crlf(true)
        .multi_line(true)
        .case_insensitive(ignore_case)
        .size_limit(MAX_PROGRAM_BYTES)
        .dfa_size_limit(MAX_CACHE_BYTES)
        .build(pattern)
        .map_err(|error| match error.kind() {
            grep_regex::ErrorKind::NotAllowed(_) => {
                LineSearchError::ManyLines { pattern: shown.to_owned() }
            }
            _ => bad(short_reason(&error.to_string())),
        })?;
    let build = |size| {
        Regex::builder()
            .configure(Regex::config().nfa_size_limit(Some(size)).utf8_empty(false))
            .syntax(syntax::Config::new().utf8(false).case_insensitive(ignore_case))
            .build(pattern)
            .ok()
    };
    let (long, long_line) = match build(LIGHT_PROGRAM_BYTES) {
        Some(long) => (long, LONG_LINE.0),
        None => {
            let too_large = || bad("it is too large when compiled".to_owned());
            (build(2 * MAX_PROGRAM_BYTES).ok_or_else(too_large)?, LONG_LINE.1)
        }
    };
    Ok(Pattern { lines, long, long_line })
}

/// Keeps the last line of a parser's message, which says what is wrong; the ones
/// above draw the place.
fn short_reason(message: &str) -> String {
    let last = message.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or(message);
    last.trim().trim_start_matches("error: ").to_owned()
}

/// Rewrites `\A` and `\z` to `^` and `$`. A file is searched in pieces, so its
/// own start and end are not there to be matched; the line's are meant.
fn anchor_to_lines(pattern: &str) -> String {
    let mut rewritten = String::with_capacity(pattern.len());
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match (character, (character == '\\').then(|| characters.next()).flatten()) {
            (_, Some('A')) => rewritten.push('^'),
            (_, Some('z')) => rewritten.push('$'),
            (_, escaped) => {
                rewritten.push(character);
                rewritten.extend(escaped);
            }
        }
    }
    rewritten
}
