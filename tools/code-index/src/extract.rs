//! Symbols of one source text: parse, run the language's query, nest what it
//! captured.
//!
//! ```text
//! text ─▶ parse ─▶ query ─▶ marks ─▶ nesting (one pass) ─▶ Symbol
//!         (bounded)  (bounded)          head, doc
//! ```
//!
//! **Invariants**
//! - No input makes it panic, recurse or run without end: the bounds are the
//!   constants below, and what was found before a bound is kept.
//! - Broken code still gives the symbols around the break.
//! - `1 ≤ start_line ≤ line ≤ end_line ≤ lines of the text` for every symbol.
//!
//! **Deliberately absent:** what names refer to, which `links` reads from the
//! same tree; what a language captures is in `queries/`, not here.

mod doc;
mod head;
mod marks;
mod nesting;
mod query;

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use tree_sitter::{ParseOptions, Parser, QueryCursor, Tree};

use crate::language::Language;
use crate::links::{self, Links};
use crate::symbol::Symbol;

/// Longer text is cut here. Generated tables and bundles are the only such files.
const MAX_SOURCE_BYTES: usize = 4 * 1024 * 1024;

/// Parsing a whole file takes at most this long. Ordinary files take 1 to 20 ms, the
/// largest half a second; the rest is for a busy machine.
const PARSE_TIME: Duration = Duration::from_secs(4);

/// When a whole file is too much, its beginning is parsed instead.
const RETRY_BYTES: usize = 128 * 1024;

/// Running the query takes at most this long.
const QUERY_TIME: Duration = Duration::from_secs(4);

/// Half-finished matches that the query may hold at once.
const MATCH_LIMIT: u32 = 4096;

/// Definitions kept of one file.
const MAX_SYMBOLS: usize = 20_000;

/// What was found in one text.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Extraction {
    /// The definitions, in the order of their first byte.
    pub symbols: Vec<Symbol>,
    /// What the text says of names; nothing where its language's are not resolved.
    pub(crate) links: Links,
    /// The text does not parse cleanly; symbols around the errors are there.
    pub syntax_errors: bool,
    /// A bound on time, size or number was hit; what was found so far is there.
    pub gave_up: bool,
}

/// Extracts symbols; keep one per thread, since it owns a parser.
pub struct Extractor {
    parser: Parser,
    cursor: QueryCursor,
}

impl Extractor {
    /// Creates an extractor. Queries are compiled at first use, once per process.
    #[must_use]
    pub fn new() -> Self {
        let mut cursor = QueryCursor::new();
        cursor.set_match_limit(MATCH_LIMIT);
        Self { parser: Parser::new(), cursor }
    }

    /// Returns the definitions in `source`, as far as they can be told.
    pub fn extract(&mut self, language: Language, source: &str) -> Extraction {
        let mut gave_up = source.len() > MAX_SOURCE_BYTES;
        let mut text = prefix(source, MAX_SOURCE_BYTES);
        let mut tree = self.parse(language, text);
        if tree.is_none() {
            gave_up = true;
            text = prefix(source, RETRY_BYTES);
            tree = self.parse(language, text);
        }
        let Some(tree) = tree else {
            return Extraction { gave_up, ..Extraction::default() };
        };
        let query = query::compiled(language);
        let marks = marks::collect(&mut self.cursor, query, &tree, text);
        gave_up |= marks.incomplete;
        let mut symbols = nesting::symbols(marks, text, language.row().docs);
        gave_up |= symbols.len() > MAX_SYMBOLS;
        symbols.truncate(MAX_SYMBOLS);
        let links = links::read(language, &tree, text).unwrap_or_default();
        Extraction { symbols, links, syntax_errors: tree.root_node().has_error(), gave_up }
    }

    /// Parses a text, or nothing where that takes too long. Who keeps texts over
    /// [`MAX_SOURCE_BYTES`] away keeps trees small.
    pub(crate) fn parse(&mut self, language: Language, text: &str) -> Option<Tree> {
        let grammar = language.row().grammar.into();
        self.parser.set_language(&grammar).ok()?;
        let started = Instant::now();
        let mut watch = |_: &tree_sitter::ParseState| past(started, PARSE_TIME);
        let options = ParseOptions::new().progress_callback(&mut watch);
        let bytes = text.as_bytes();
        let mut read = |at: usize, _| bytes.get(at..).unwrap_or_default();
        let tree = self.parser.parse_with_options(&mut read, None, Some(options));
        if tree.is_none() {
            self.parser.reset();
        }
        tree
    }
}

impl Default for Extractor {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Extractor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Extractor").finish_non_exhaustive()
    }
}

fn past(started: Instant, limit: Duration) -> ControlFlow<()> {
    if started.elapsed() > limit { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

/// Returns the last place between characters that is not behind `limit`.
fn boundary(text: &str, limit: usize) -> usize {
    let mut at = limit.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Returns at most `limit` bytes of `text`, cut between characters.
fn prefix(text: &str, limit: usize) -> &str {
    &text[..boundary(text, limit)]
}

#[cfg(test)]
mod tests;
