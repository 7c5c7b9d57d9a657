//! The head of a definition: its name, its container as written, and its
//! signature on one line.

use std::ops::Range;

use super::doc::Docs;
use super::marks::{Definition, Span};
use super::{boundary, prefix};
use crate::symbol::SymbolKind;

/// A signature is for a list; what is longer is read in the file.
const MAX_SIGNATURE_BYTES: usize = 200;

/// Returns the name, and what stands before it when it is written `Foo::bar`.
pub(super) fn name(
    definition: &Definition,
    text: &str,
    limit: usize,
) -> Option<(String, Option<String>)> {
    let written = text.get(definition.name.bytes())?;
    let (qualifier, name) = match definition.qualified.then(|| last_separator(written)).flatten() {
        Some(at) => (path(&written[..at.start]), &written[at.end..]),
        None => (None, written),
    };
    let name = if definition.flags.sigil { without_sigil(name.trim()) } else { name.trim() };
    let name = unquoted(name);
    let name = match name.strip_prefix("operator ").and_then(|rest| rest.find('(')) {
        Some(end) => name[.."operator ".len() + end].trim_end(),
        None => name,
    };
    let name = prefix(name, limit).trim_end();
    (!name.is_empty()).then(|| (collapse(name), qualifier))
}

/// Returns the row of the name's last part.
pub(super) fn name_row(definition: &Definition, text: &str) -> usize {
    let written = text.get(definition.name.bytes()).unwrap_or_default();
    let skipped = match definition.qualified.then(|| last_separator(written)).flatten() {
        Some(at) => written[..at.end].matches('\n').count(),
        None => 0,
    };
    definition.name.start_row + skipped
}

/// Returns the last row that holds more of the span than white space.
pub(super) fn last_row(span: Span, text: &str) -> usize {
    let written = text.as_bytes().get(span.bytes()).unwrap_or_default();
    let blank = written.len() - written.trim_ascii_end().len();
    let breaks = written[written.len() - blank..].iter().filter(|byte| **byte == b'\n').count();
    span.end_row.saturating_sub(breaks)
}

/// Strips quotes around a name, and the brackets around an operator.
fn unquoted(name: &str) -> &str {
    [('"', '"'), ('\'', '\''), ('`', '`'), ('(', ')')]
        .iter()
        .filter_map(|(open, close)| name.strip_prefix(*open)?.strip_suffix(*close))
        .find(|inner| !inner.is_empty())
        .unwrap_or(name)
}

/// Strips the mark of a symbol, an atom, a keyword or a variable.
fn without_sigil(name: &str) -> &str {
    name.trim_start_matches([':', '$']).trim_end_matches(':')
}

fn collapse(text: &str) -> String {
    let mut words = text.split_whitespace();
    let Some(first) = words.next() else { return String::new() };
    words.fold(first.to_owned(), |line, word| line + " " + word)
}

/// Makes a container path of a type as it is written: `&mut Foo<T>` is `Foo`,
/// `a.b` is `a::b`.
pub(super) fn path(written: &str) -> Option<String> {
    let mut depth = 0_usize;
    let mut plain = String::with_capacity(written.len());
    for letter in written.chars() {
        match letter {
            '<' | '[' | '(' => depth += 1,
            '>' | ']' | ')' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            '*' | '&' | '"' | '\'' => {}
            '.' | ':' | '\\' | '/' => plain.push(':'),
            other => plain.push(other),
        }
    }
    let parts = plain.split(':').map(str::trim).filter(|part| !part.is_empty());
    let parts = parts.map(|part| part.rsplit(' ').next().unwrap_or(part));
    let path = parts.collect::<Vec<_>>().join("::");
    (!path.is_empty()).then_some(path)
}

/// Finds the last separator of a qualified name outside brackets.
fn last_separator(written: &str) -> Option<Range<usize>> {
    // `operator<`, `operator()` and conversions hold brackets of their own.
    let end = written.find("operator").unwrap_or(written.len());
    let mut depth = 0_usize;
    for (at, byte) in written.bytes().enumerate().take(end).collect::<Vec<_>>().into_iter().rev() {
        match byte {
            b'>' | b')' | b']' => depth += 1,
            b'<' | b'(' | b'[' => depth = depth.saturating_sub(1),
            b':' if depth == 0 && at > 0 && written.as_bytes()[at - 1] == b':' => {
                return Some(at - 1..at + 1);
            }
            b'.' | b':' | b'\\' if depth == 0 => return Some(at..at + 1),
            _ => {}
        }
    }
    None
}

/// Returns the head up to the body, on one line, without decorators and comments.
///
/// A function without a body keeps its `;`: that tells a prototype.
pub(super) fn signature(
    definition: &Definition,
    head: Range<usize>,
    docs: &Docs<'_>,
    text: &str,
) -> String {
    // The body of a tuple struct says more than its name.
    let is_tuple = matches!(definition.kind, SymbolKind::Struct | SymbolKind::Variant);
    let is_body = |start: &usize| !is_tuple || text.as_bytes().get(*start) != Some(&b'(');
    let body = definition.body.filter(|start| *start < definition.span.end).filter(is_body);
    let end = body.unwrap_or(head.end).max(definition.name.end);
    if definition.kind == SymbolKind::Heading {
        let mut line = Line::default();
        line.push(text.get(head.clone()).and_then(|head| head.lines().next()).unwrap_or_default());
        return line.finish(false, false);
    }
    let mut holes = docs.holes(head.start..end, definition.name.start);
    holes.extend(definition.early_body.map(Span::bytes));
    holes.sort_unstable_by_key(|hole| hole.start);
    let mut line = Line::default();
    let mut at = head.start;
    for hole in holes {
        line.push(text.get(at..hole.start.max(at)).unwrap_or_default());
        line.space();
        at = at.max(hole.end);
    }
    line.push(text.get(at..end).unwrap_or_default());
    let is_prototype = body.is_none()
        && matches!(
            definition.kind,
            SymbolKind::Function | SymbolKind::Method | SymbolKind::Constructor
        );
    let rest = text.get(definition.span.end..).unwrap_or_default();
    if is_prototype && rest.starts_with(';') && !line.text.ends_with(';') {
        line.push(";");
    }
    line.finish(body.is_some(), is_prototype)
}

/// Collects text with its white space collapsed, up to the limit.
#[derive(Default)]
struct Line {
    text: String,
    gap: bool,
}

impl Line {
    fn space(&mut self) {
        self.gap = true;
    }

    fn push(&mut self, text: &str) {
        for letter in text.chars() {
            if letter.is_whitespace() || letter.is_control() {
                self.gap = true;
                continue;
            }
            if self.gap && !self.text.is_empty() {
                self.text.push(' ');
            }
            self.gap = false;
            self.text.push(letter);
            if self.text.len() > MAX_SIGNATURE_BYTES {
                return;
            }
        }
    }

    fn finish(mut self, before_body: bool, keep_semicolon: bool) -> String {
        self.text.truncate(boundary(&self.text, MAX_SIGNATURE_BYTES));
        let mut line = self.text.trim_end();
        if !keep_semicolon {
            line = line.trim_end_matches([';', ',']).trim_end();
        }
        if before_body {
            for end in ["=>", "{", "=", ":"] {
                line = line.strip_suffix(end).unwrap_or(line).trim_end();
            }
        }
        line.to_owned()
    }
}
