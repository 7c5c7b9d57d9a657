//! Strings that are not closed in their line, where the grammar reads on.

use tree_sitter::Node;

use super::place::Lines;
use super::{MAX_ROWS, SyntaxError};
use crate::language::Language;

/// The first line of an error with a double quote that has no partner.
pub(super) fn left_open(
    language: Language,
    lines: &Lines<'_>,
    node: Node<'_>,
) -> Option<SyntaxError> {
    if !matches!(language.name(), "java" | "go" | "c-sharp") {
        return None;
    }
    let rows = node.start_position().row..=node.end_position().row;
    for row in rows.take(MAX_ROWS) {
        let line = lines.text(row);
        // Texts over many lines begin and end as they like.
        if line.contains("\"\"\"") || line.contains(['`', '@', '$']) {
            return None;
        }
        if let Some(at) = open_quote(line) {
            return Some(lines.error(lines.start(row) + at, "`\"` is never closed".to_owned()));
        }
    }
    None
}

fn open_quote(line: &str) -> Option<usize> {
    let mut open: Option<(u8, usize)> = None;
    let bytes = line.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match (byte, open) {
            (b'\\', Some(_)) => at += 1,
            (b'/', None) if bytes.get(at + 1) == Some(&b'/') => return None,
            (b'"' | b'\'', None) => open = Some((byte, at)),
            (_, Some((quote, _))) if quote == byte => open = None,
            _ => {}
        }
        at += 1;
    }
    open.filter(|(quote, _)| *quote == b'"').map(|(_, at)| at)
}
