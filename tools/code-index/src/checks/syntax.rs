//! Where a text does not parse, with the place and what is wrong there.
//!
//! ```text
//! data with a parser of its own (JSON, TOML, YAML) ─▶ the parser's error
//! code ─▶ tree ─▶ outermost ERROR and MISSING ─▶ place, message
//! ```
//!
//! **Invariants**
//! - One mistake is one error: what follows from it inside the same node is not told.
//! - Where a grammar is known to refuse valid code, only what cannot be valid is
//!   told: brackets that do not fit.
//!
//! **Deliberately absent:** what a compiler knows beyond syntax.

mod blocks;
mod brackets;
mod data;
mod place;
mod quotes;

use std::sync::LazyLock;

use regex::Regex;
use tree_sitter::{Node, Tree};

use crate::language::Language;

use brackets::Bracket;
pub(crate) use data::of_data;
use place::Lines;

/// Errors told of one file.
pub(crate) const MAX_ERRORS: usize = 20;
/// Text shown of what is unexpected, in characters.
const MAX_SHOWN: usize = 30;

/// Lines of an error that are looked at for what explains it.
const MAX_ROWS: usize = 60;

/// One place where a text does not parse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// What is wrong there.
    pub message: String,
}

/// How far an error of a grammar is one of the code.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trust {
    /// The grammar takes nearly all valid code.
    Full,
    /// Macros stand in the code, which the grammar cannot know.
    Macros,
    /// Only brackets that do not fit are believed.
    Brackets,
    /// Nothing is believed.
    None,
}

fn trust(language: Language) -> Trust {
    match language.name() {
        "rust" | "python" | "javascript" | "typescript" | "tsx" | "go" | "java" | "c-sharp"
        | "ruby" | "php" | "lua" | "zig" | "dart" => Trust::Full,
        "c" | "cpp" => Trust::Macros,
        "kotlin" | "swift" | "scala" | "css" | "graphql" | "proto" | "hcl" | "solidity"
        | "elixir" => Trust::Brackets,
        _ => Trust::None,
    }
}

/// Whether errors of code in a language are told, in full or in part.
pub(crate) fn is_checked(language: Language) -> bool {
    trust(language) != Trust::None || matches!(language.name(), "json" | "toml" | "yaml")
}

/// The errors of code, in the order of their places.
pub(crate) fn of_code(language: Language, tree: &Tree, text: &str) -> Vec<SyntaxError> {
    let trust = trust(language);
    if trust == Trust::None || is_template(language, text) {
        return Vec::new();
    }
    let lines = Lines::of(text);
    if language.name() == "python"
        && let Some(error) = blocks::without_body(tree, text, &lines)
    {
        return vec![error];
    }
    if !tree.root_node().has_error() {
        return Vec::new();
    }
    let broken = brackets::unbalanced(tree, text);
    let mut errors: Vec<SyntaxError> = Vec::new();
    for node in outermost(tree) {
        if is_gap(language, &lines, node) && bracket_in(node, &broken).is_none() {
            continue;
        }
        let found = match trust {
            Trust::Macros if is_near_macro(&lines, node) => None,
            Trust::Brackets => bracket_in(node, &broken).map(|bracket| bracket.told(&lines)),
            _ => Some(
                blocks::without_colon(language, &lines, node)
                    .or_else(|| quotes::left_open(language, &lines, node))
                    .unwrap_or_else(|| told(node, text, &lines, &broken)),
            ),
        };
        let Some(found) = found else { continue };
        if errors.last().is_none_or(|last| last.line != found.line) {
            errors.push(found);
        }
        if errors.len() == MAX_ERRORS {
            break;
        }
    }
    errors.sort_by_key(|error| (error.line, error.column));
    errors
}

/// Code that a template engine makes more of is no code of its language yet.
fn is_template(language: Language, text: &str) -> bool {
    text.contains("{%") && text.contains("%}") && language.name() != "ruby"
}

/// The nodes that are errors, without those inside others.
fn outermost(tree: &Tree) -> Vec<Node<'_>> {
    let mut found = Vec::new();
    let mut cursor = tree.walk();
    loop {
        let node = cursor.node();
        let is_error = node.is_error() || node.is_missing();
        if is_error {
            found.push(node);
        }
        if !is_error && node.has_error() && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return found;
            }
        }
        if found.len() > 10 * MAX_ERRORS {
            return found;
        }
    }
}

fn told(node: Node<'_>, text: &str, lines: &Lines<'_>, broken: &[Bracket]) -> SyntaxError {
    if let Some(bracket) = bracket_in(node, broken) {
        return bracket.told(lines);
    }
    if node.is_missing() {
        let what = if node.is_named() {
            node.kind().replace('_', " ")
        } else {
            format!("`{}`", node.kind())
        };
        let at = end_of_before(text, node.start_byte());
        return lines.error(at, format!("expected {what}"));
    }
    if let Some(quote) = open_quote(node) {
        let shown = text.get(quote.byte_range()).unwrap_or_default();
        return lines.error(quote.start_byte(), format!("`{shown}` is never closed"));
    }
    let at = unexpected_at(node, text);
    let rest = text.get(at..).unwrap_or_default();
    let shown: String = first_word(rest).chars().take(MAX_SHOWN).collect();
    if shown.is_empty() {
        return lines.error(end_of_before(text, at), "the code ends too early here".to_owned());
    }
    lines.error(at, format!("unexpected `{shown}`"))
}

fn bracket_in<'b>(node: Node<'_>, broken: &'b [Bracket]) -> Option<&'b Bracket> {
    let range = node.byte_range();
    // What is missing is expected where the bracket that it would close was not yet.
    let is_bracket = matches!(node.kind(), ")" | "]" | "}");
    broken.iter().find(|bracket| {
        range.contains(&bracket.at)
            || node.is_missing() && is_bracket && bracket.fits(node.kind(), node.start_byte())
    })
}

/// A quote that begins a string in an error and has no partner there.
fn open_quote(node: Node<'_>) -> Option<Node<'_>> {
    let mut cursor = node.walk();
    let quotes = node.children(&mut cursor).filter(|child| {
        matches!(child.kind(), "\"" | "'" | "`" | "\"\"\"" | "string_start" | "'''")
    });
    let quotes: Vec<Node<'_>> = quotes.collect();
    if quotes.len() % 2 == 1 { quotes.last().copied() } else { None }
}

/// The byte at which the first token stands that does not fit.
///
/// A parser that recovers either leaves tokens out, which are errors inside
/// this one, or takes back what it had read, and goes on with the token behind.
fn unexpected_at(node: Node<'_>, text: &str) -> usize {
    let mut cursor = node.walk();
    let children: Vec<Node<'_>> =
        node.children(&mut cursor).filter(|child| !child.is_extra() || child.is_error()).collect();
    if let Some(inner) = children.iter().find(|child| child.is_error()) {
        return inner.start_byte();
    }
    match children.as_slice() {
        [] | [_] => node.start_byte(),
        _ => {
            let end = node.end_byte();
            let rest = text.get(end..).unwrap_or_default();
            let line = rest.split('\n').next().unwrap_or_default();
            let blank = line.len() - line.trim_start().len();
            if line.trim().is_empty() { end } else { end + blank }
        }
    }
}

/// The word or sign that a text begins with; nothing at the end of a line.
fn first_word(rest: &str) -> &str {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    match rest.chars().next() {
        Some(first) if is_word(first) => {
            rest.split(|letter| !is_word(letter)).next().unwrap_or_default()
        }
        Some(first) if !first.is_whitespace() => &rest[..first.len_utf8()],
        _ => "",
    }
}

/// The end of the last text before a place: there something is missing.
fn end_of_before(text: &str, at: usize) -> usize {
    text.get(..at).map_or(at, |before| before.trim_end().len())
}

/// What a grammar is known to refuse though it is valid, in the lines of an error.
fn is_gap(language: Language, lines: &Lines<'_>, node: Node<'_>) -> bool {
    static JSX: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#"=\s*["'][^"'\n]*&"#).expect("the pattern is constant"));
    if language.name() == "rust" {
        // Macros take tokens that are no Rust.
        let mut around = std::iter::successors(node.parent(), |inner| inner.parent());
        // `safe fn` among foreign functions is too new for the grammar.
        let line = lines.text(node.start_position().row).trim_start();
        return line.trim_start_matches("pub ").starts_with("safe ")
            || around.any(|outer| {
                outer.kind().contains("macro") || outer.kind().contains("token_tree")
            });
    }
    if !matches!(language.name(), "tsx" | "typescript" | "javascript") {
        return false;
    }
    let rows = node.start_position().row.saturating_sub(2)..=node.end_position().row;
    rows.take(MAX_ROWS).any(|row| {
        let line = lines.text(row);
        // `&` in an attribute of JSX that begins no entity, `export type * from`, and
        // `f<typeof import("x")>()`.
        JSX.is_match(line) || line.contains("export type *") || line.contains("typeof import(")
    })
}

/// What a macro does to the syntax around it cannot be known: a name in
/// capitals, or a directive, in the lines of the error or beside them.
fn is_near_macro(lines: &Lines<'_>, node: Node<'_>) -> bool {
    let first = node.start_position().row.saturating_sub(3);
    let last = node.end_position().row + 2;
    if last - first > 200 {
        return true;
    }
    (first..last).any(|row| {
        let line = lines.text(row).trim();
        line.starts_with('#') || line.ends_with('\\') || {
            let mut words = line.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
            words.any(is_macro_name)
        }
    })
}

fn is_macro_name(word: &str) -> bool {
    word.len() > 1
        && word.contains(|letter: char| letter.is_ascii_uppercase())
        && !word.contains(|letter: char| letter.is_ascii_lowercase())
        || word.starts_with("__")
}

#[cfg(test)]
mod tests;
