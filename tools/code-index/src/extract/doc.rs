//! Documentation of a definition: the comments right above it, or its docstring.
//!
//! Comments are tied to definitions by position alone: nothing but white space and
//! one line break may stand between them, attributes aside.

use std::ops::Range;

use super::marks::{Comment, Span};
use super::{boundary, prefix};
use crate::language::table::DocStyle;

/// Documentation is kept for answers and ranking; the rest is read in the file.
const MAX_DOC_BYTES: usize = 500;

/// Comments joined to one documentation, at most.
const MAX_COMMENTS: usize = 200;

/// Where a licence names itself, if it does.
const LICENCE_HEAD_BYTES: usize = 600;

/// The comments and attributes of one text.
pub(super) struct Docs<'text> {
    text: &'text str,
    comments: Vec<Comment>,
    attributes: &'text [Span],
    style: DocStyle,
}

impl<'text> Docs<'text> {
    pub(super) fn new(
        text: &'text str,
        mut comments: Vec<Comment>,
        attributes: &'text [Span],
        style: DocStyle,
    ) -> Self {
        // Some grammars count the line break to the comment.
        for comment in &mut comments {
            let written = text.get(comment.span.bytes()).unwrap_or_default();
            comment.span.end = comment.span.start + written.trim_end().len();
        }
        Self { text, comments, attributes, style }
    }

    /// Climbs over the attributes right above `start`; returns the first row with
    /// them and the byte that documentation must end before.
    pub(super) fn above_attributes(&self, start: usize, row: usize) -> (usize, usize) {
        let (mut start, mut row) = (start, row);
        let mut before = self.attributes.partition_point(|span| span.start < start);
        while let Some(index) = before.checked_sub(1) {
            let span = self.attributes[index];
            if span.end <= start {
                if !self.touches(span.end, start) {
                    break;
                }
                (start, row) = (span.start, span.start_row);
            }
            before = index;
        }
        (row, start)
    }

    /// Returns the documentation that ends right above the byte `start`.
    pub(super) fn above(&self, start: usize) -> Option<String> {
        let mut first = start;
        let last = self.comments.partition_point(|comment| comment.span.start < start);
        let mut from = last;
        while let Some(index) = from.checked_sub(1).filter(|_| last - from < MAX_COMMENTS) {
            let comment = self.comments[index];
            let chained = from == last || self.touches(comment.span.end, first);
            let near = comment.span.end <= first && self.touches(comment.span.end, first);
            if !chained || !near || !self.is_doc(comment) || self.trails(comment.span.start) {
                break;
            }
            first = comment.span.start;
            from = index;
        }
        if from == last || self.is_licence(first, self.comments[from].span.start_row) {
            return None;
        }
        let lines = self.comments[from..last].iter().flat_map(|comment| {
            let written = self.written(comment.span);
            let is_string = comment.always_doc && written.starts_with('@');
            let string = is_string.then(|| string_lines(written)).into_iter().flatten();
            string.chain((!is_string).then(|| comment_lines(written)).into_iter().flatten())
        });
        finish(lines)
    }

    /// Returns the spans to leave out of a head: comments, and attributes that
    /// stand before the name.
    pub(super) fn holes(&self, head: Range<usize>, name: usize) -> Vec<Range<usize>> {
        let attributes = within(self.attributes, head.start..name.max(head.start), |span| *span);
        let comments = within(&self.comments, head, |comment| comment.span);
        attributes.chain(comments).collect()
    }

    fn written(&self, span: Span) -> &'text str {
        self.text.get(span.bytes()).unwrap_or_default()
    }

    /// Whether only white space and at most one line break lie between.
    fn touches(&self, end: usize, start: usize) -> bool {
        let between = self.text.as_bytes().get(end..start).unwrap_or(b"no");
        let mut breaks = 0;
        between.iter().all(|byte| {
            breaks += usize::from(*byte == b'\n');
            byte.is_ascii_whitespace() && breaks <= 1
        })
    }

    /// Whether something stands before the comment on its line.
    fn trails(&self, start: usize) -> bool {
        let before = self.text.as_bytes().get(..start).unwrap_or_default();
        let line = before.iter().rev().take_while(|byte| **byte != b'\n');
        line.take(MAX_DOC_BYTES).any(|byte| !byte.is_ascii_whitespace())
    }

    fn is_doc(&self, comment: Comment) -> bool {
        let written = self.written(comment.span);
        let is_block = written.starts_with("/**") && !written.starts_with("/**/");
        comment.always_doc
            || match self.style {
                DocStyle::Any => !written.starts_with("#!"),
                DocStyle::Marked => {
                    is_block || (written.starts_with("///") && !written.starts_with("////"))
                }
                DocStyle::Block => is_block,
                DocStyle::Never => false,
            }
    }

    /// Whether the comment at the file's top tells its licence.
    fn is_licence(&self, start: usize, row: usize) -> bool {
        if row > 1 {
            return false;
        }
        let head = self.text.get(start..).unwrap_or_default();
        let head = prefix(head, LICENCE_HEAD_BYTES).to_ascii_lowercase();
        ["copyright", "license", "licence", "spdx-", "all rights reserved"]
            .iter()
            .any(|word| head.contains(word))
    }
}

/// Returns the ranges of sorted `spans` that begin inside `range`.
fn within<T>(
    spans: &[T],
    range: Range<usize>,
    span: impl Fn(&T) -> Span + Copy,
) -> impl Iterator<Item = Range<usize>> {
    let from = spans.partition_point(|one| span(one).start < range.start);
    let rest = &spans[from..];
    rest.iter().map(span).take_while(move |span| span.start < range.end).map(Span::bytes)
}

/// Returns the text of a docstring, or of a string in an attribute such as `@doc`.
pub(super) fn docstring(written: &str) -> Option<String> {
    finish(string_lines(written))
}

/// Returns the lines of a string, without its prefix and quotes and without the
/// name of the attribute that holds it.
fn string_lines(written: &str) -> impl Iterator<Item = &str> {
    let quote = written.find(['"', '\'']).unwrap_or(0);
    written[quote..].trim_matches(['"', '\'']).lines().map(str::trim)
}

/// Returns the lines of a comment without its markers.
fn comment_lines(written: &str) -> impl Iterator<Item = &str> {
    let (inner, is_block) = match block(written) {
        Some(inner) => (inner, true),
        None => (written, false),
    };
    inner.lines().map(move |line| {
        let line = line.trim();
        if is_block {
            return line.trim_start_matches('*').trim_start().trim_start_matches(['|', '^']).trim();
        }
        let line = line.trim_start_matches(['/', '#', '-', ';', '%']);
        let line = line.trim_start().trim_start_matches(['!', '\'', '|', '^']).trim();
        // C# wraps its summaries.
        line.trim_start_matches("<summary>").trim_end_matches("</summary>").trim()
    })
}

/// Returns what a block comment encloses, whatever the language's brackets.
fn block(written: &str) -> Option<&str> {
    const BRACKETS: [(&str, &str); 5] =
        [("/*", "*/"), ("--[[", "]]"), ("{-", "-}"), ("#[[", "]]"), ("=begin", "=end")];
    BRACKETS.iter().find_map(|(open, close)| {
        let inner = written.strip_prefix(open)?;
        Some(inner.strip_suffix(close).unwrap_or(inner))
    })
}

/// Joins lines to paragraphs, drops rulers, cuts to the limit.
fn finish<'line>(lines: impl Iterator<Item = &'line str>) -> Option<String> {
    let mut doc = String::new();
    let mut gap = "";
    for line in lines {
        if line.is_empty() {
            gap = if doc.is_empty() { "" } else { "\n" };
            continue;
        }
        let is_directive = line.starts_with("go:") || line.starts_with("eslint-");
        if is_directive || !line.contains(char::is_alphanumeric) {
            continue;
        }
        doc.push_str(gap);
        doc.push_str(line);
        gap = " ";
        if doc.len() > MAX_DOC_BYTES {
            break;
        }
    }
    doc.truncate(boundary(&doc, MAX_DOC_BYTES));
    let doc = doc.trim_end();
    (!doc.is_empty()).then(|| doc.to_owned())
}
