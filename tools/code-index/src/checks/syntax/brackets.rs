//! Brackets that do not fit, over a whole file: the tree's tokens are asked, so
//! that what stands in strings and comments does not count.

use tree_sitter::Tree;

use super::SyntaxError;
use super::place::Lines;

/// A bracket without a partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bracket {
    pub(super) at: usize,
    letter: u8,
}

impl Bracket {
    pub(super) fn told(&self, lines: &Lines<'_>) -> SyntaxError {
        let letter = char::from(self.letter);
        let message = match self.letter {
            b'(' | b'[' | b'{' => format!("`{letter}` is never closed"),
            _ => format!("unexpected `{letter}`: nothing is open that it closes"),
        };
        lines.error(self.at, message)
    }

    /// It is what a bracket that is missing at a place would close.
    pub(super) fn fits(&self, missing: &str, at: usize) -> bool {
        self.at < at && missing.as_bytes().first().is_some_and(|&end| opener(end) == self.letter)
    }
}

fn opener(end: u8) -> u8 {
    match end {
        b')' => b'(',
        b']' => b'[',
        _ => b'{',
    }
}

/// The brackets without partner, in the order in which they stand.
pub(super) fn unbalanced(tree: &Tree, text: &str) -> Vec<Bracket> {
    let mut open: Vec<Bracket> = Vec::new();
    let mut lost: Vec<Bracket> = Vec::new();
    for_each_leaf(tree, |at, kind| {
        // Some grammars begin a name with the bracket: `#{`, `${`, `#[`.
        let Some(&letter) = kind.as_bytes().last() else { return };
        if text.as_bytes().get(at + kind.len() - 1) != Some(&letter) {
            return;
        }
        let bracket = Bracket { at: at + kind.len() - 1, letter };
        match letter {
            b'(' | b'[' | b'{' => open.push(bracket),
            _ => match open.iter().rposition(|other| other.letter == opener(letter)) {
                // What is still open inside is never closed.
                Some(found) => lost.extend(open.drain(found..).skip(1)),
                None => lost.push(bracket),
            },
        }
    });
    lost.append(&mut open);
    lost.sort_unstable_by_key(|bracket| bracket.at);
    lost
}

/// Calls `visit` with the place and kind of each bracket that is there.
fn for_each_leaf(tree: &Tree, mut visit: impl FnMut(usize, &str)) {
    let mut cursor = tree.walk();
    loop {
        if cursor.goto_first_child() {
            continue;
        }
        let node = cursor.node();
        let kind = node.kind();
        let is_bracket = matches!(
            kind,
            "(" | ")" | "[" | "]" | "{" | "}" | "${" | "#{" | "#[" | "?.[" | "@{" | "$("
        );
        if is_bracket && !node.is_missing() && !node.is_named() {
            visit(node.start_byte(), kind);
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return;
            }
        }
    }
}
