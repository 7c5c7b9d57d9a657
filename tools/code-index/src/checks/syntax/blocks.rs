//! Blocks of Python: a colon before, and something indented inside. The grammar
//! takes an empty block without a word, and tells a missing colon far away.

use tree_sitter::{Node, Tree};

use super::SyntaxError;
use super::place::Lines;
use crate::language::Language;

/// Words that begin a statement with a block.
const OPENERS: &[&str] = &[
    "def", "class", "if", "elif", "else", "for", "while", "try", "except", "finally", "with",
    "async",
];

/// The first block that holds nothing.
pub(super) fn without_body(tree: &Tree, text: &str, lines: &Lines<'_>) -> Option<SyntaxError> {
    let mut rows = (0..text.bytes().filter(|byte| *byte == b'\n').count() + 1).peekable();
    while let Some(row) = rows.next() {
        let line = lines.text(row);
        let code = line.trim_end();
        if !code.ends_with(':') || !opens_block(code) {
            continue;
        }
        let next = rows.clone().take(20).map(|row| lines.text(row)).find(|line| {
            let line = line.trim_start();
            !line.is_empty() && !line.starts_with('#')
        });
        if next.is_some_and(|next| indent(next) > indent(line)) {
            continue;
        }
        // Only where the tree takes the line for such a statement, not for a text.
        let at = line.as_ptr() as usize - text.as_ptr() as usize + code.len() - 1;
        let colon = tree.root_node().descendant_for_byte_range(at, at + 1)?;
        let body = colon.parent().and_then(|owner| {
            owner.child_by_field_name("body").or_else(|| owner.child_by_field_name("consequence"))
        });
        if colon.kind() == ":" && body.is_some_and(|body| body.named_child_count() == 0) {
            return Some(lines.error(at + 1, "expected an indented block".to_owned()));
        }
    }
    None
}

/// A statement that should begin a block at the start of an error.
pub(super) fn without_colon(
    language: Language,
    lines: &Lines<'_>,
    node: Node<'_>,
) -> Option<SyntaxError> {
    if language.name() != "python" {
        return None;
    }
    let row = node.start_position().row;
    let line = lines.text(row);
    let code = line.split('#').next().unwrap_or(line).trim_end();
    let is_whole = code.matches('(').count() == code.matches(')').count()
        && code.matches('[').count() == code.matches(']').count()
        && !code.contains(['"', '\''])
        && !code.ends_with([':', ',', '\\'])
        && !code.contains(": ");
    let is_inner = indent(lines.text(row + 1)) > indent(line);
    (opens_block(code) && is_whole && is_inner)
        .then(|| lines.error(lines.start(row) + code.len(), "expected `:`".to_owned()))
}

fn opens_block(line: &str) -> bool {
    let first = line.trim_start().split(|letter: char| !letter.is_alphanumeric()).next();
    first.is_some_and(|first| OPENERS.contains(&first))
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}
