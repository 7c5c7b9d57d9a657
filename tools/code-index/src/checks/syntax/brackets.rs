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
///
/// Braces alone do not tell which of them is open: the last that closes takes the
/// partner of another. What is indented more than what closes it was meant.
pub(super) fn unbalanced(tree: &Tree, text: &str) -> Vec<Bracket> {
    let plain = paired(tree, text, false);
    if plain.len() != 1 || plain[0].letter != b'{' {
        return plain;
    }
    let indented = paired(tree, text, true);
    if indented.len() == 1 { indented } else { plain }
}

fn paired(tree: &Tree, text: &str, by_indent: bool) -> Vec<Bracket> {
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
            b'}' if by_indent && begins_line(text, bracket.at) => {
                let own = indent(text, bracket.at);
                while let Some(last) = open.pop() {
                    if last.letter == b'{' && indent(text, last.at) <= own {
                        break;
                    }
                    lost.push(last);
                }
            }
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

/// Nothing but blanks stands before a byte in its line.
fn begins_line(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    before.rsplit('\n').next().is_some_and(|line| line.trim().is_empty())
}

/// Blanks at the start of the line of a byte.
fn indent(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    line.len() - line.trim_start().len()
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
